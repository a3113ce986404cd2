//! What a message holds, as lines of JSON: the records of a batch, one record, or several.
//! Never drops anything of it: what cannot be taken apart goes on as it is, to be searched for records.
//!
//! Diagnostic settings send `{"records": [ … ]}`; other senders a record alone, a list, or lines.

use std::io::Read as _;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

/// Most bytes that a packed message may unpack to.
const MOST_UNPACKED: u64 = 64 << 20;

/// What a message is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Held {
    /// So many lines were put out.
    Lines(u64),
    /// No JSON at all: why.
    Unread(String),
}

/// An object that may be a batch.
#[derive(Deserialize)]
struct Batch<'m> {
    #[serde(borrow, default)]
    records: Option<&'m RawValue>,
    // What a record itself has, even one with a list of that name.
    time: Option<IgnoredAny>,
    category: Option<IgnoredAny>,
    #[serde(rename = "operationName")]
    operation: Option<IgnoredAny>,
    #[serde(rename = "activityDisplayName")]
    activity: Option<IgnoredAny>,
}

/// Puts what a message holds into `lines`, each record on a line of its own.
pub(super) fn put(message: &[u8], lines: &mut Vec<u8>) -> Held {
    let unpacked;
    let mut text = message;
    if message.starts_with(&[0x1f, 0x8b]) {
        let mut bytes = Vec::new();
        let mut reader = flate2::read::MultiGzDecoder::new(message).take(MOST_UNPACKED + 1);
        match reader.read_to_end(&mut bytes) {
            Ok(_) if bytes.len() as u64 <= MOST_UNPACKED => unpacked = bytes,
            Ok(_) => return Held::Unread("the message unpacks to more than 64 MB".to_owned()),
            Err(error) => return Held::Unread(format!("the message cannot be unpacked ({error})")),
        }
        text = &unpacked;
    }
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii();
    if text.is_empty() {
        return Held::Lines(0);
    }
    if !matches!(text[0], b'{' | b'[') {
        let shown: String =
            String::from_utf8_lossy(&text[..text.len().min(64)]).chars().take(16).collect();
        let reason =
            format!("the message is not JSON (it starts with “{}”)", crate::text::clean(&shown));
        return Held::Unread(reason);
    }
    let before = lines.len();
    let mut count = 0;
    for value in serde_json::Deserializer::from_slice(text).into_iter::<&RawValue>() {
        match value {
            Ok(value) => count += value_of(value, lines),
            Err(_) => {
                // What is whole in it is found where text is searched for records.
                lines.truncate(before);
                line(text, lines);
                return Held::Lines(1);
            }
        }
    }
    Held::Lines(count)
}

fn value_of(value: &RawValue, lines: &mut Vec<u8>) -> u64 {
    let text = value.get();
    if text.starts_with('[')
        && let Ok(all) = serde_json::from_str::<Vec<&RawValue>>(text)
    {
        return all.into_iter().map(|one| value_of(one, lines)).sum();
    }
    let records = serde_json::from_str::<Batch<'_>>(text).ok().and_then(|batch| {
        let is_record = [batch.time, batch.category, batch.operation, batch.activity];
        let is_record = is_record.iter().any(Option::is_some);
        batch.records.filter(|records| !is_record && records.get().starts_with('['))
    });
    match records.map(|records| serde_json::from_str::<Vec<&RawValue>>(records.get())) {
        Some(Ok(records)) => {
            for record in &records {
                line(record.get().as_bytes(), lines);
            }
            records.len() as u64
        }
        _ => {
            line(text.as_bytes(), lines);
            1
        }
    }
}

/// Puts one text on one line: in JSON, line breaks stand between values only.
fn line(text: &[u8], lines: &mut Vec<u8>) {
    let start = lines.len();
    lines.extend_from_slice(text);
    for byte in &mut lines[start..] {
        if matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
    lines.push(b'\n');
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn lines(message: &[u8]) -> (String, Held) {
        let mut lines = Vec::new();
        let held = put(message, &mut lines);
        (String::from_utf8(lines).expect("UTF-8"), held)
    }

    #[test]
    fn every_form_of_message_becomes_one_record_a_line() {
        let two = ("{\"a\": 1}\n{\"b\":  2}\n".to_owned(), Held::Lines(2));
        assert_eq!(lines(b"{\"records\": [{\"a\": 1},\n{\"b\":\r\n2}]}"), two);
        assert_eq!(lines(b"[{\"a\": 1}, {\"b\":\n\n2}]"), two);
        assert_eq!(lines(b"{\"a\": 1}\n{\"b\":  2}\n"), two);
        assert_eq!(lines(b"\xef\xbb\xbf [{\"records\": [{\"a\": 1}]}, {\"b\":  2}] "), two);
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"{\"records\":[{\"a\": 1},{\"b\":  2}]}").expect("packed");
        assert_eq!(lines(&packed.finish().expect("packed")), two);
        assert_eq!(lines(b"{\"records\": []}"), (String::new(), Held::Lines(0)));
        assert_eq!(lines(b" \n"), (String::new(), Held::Lines(0)));
    }

    #[test]
    fn a_record_with_a_list_called_records_is_one_record() {
        let record = "{\"time\":\"2026-11-20T10:00:00Z\",\"records\":[{\"x\":1}]}";
        assert_eq!(lines(record.as_bytes()), (format!("{record}\n"), Held::Lines(1)));
        let text = "{\"records\":\"two\"}";
        assert_eq!(lines(text.as_bytes()), (format!("{text}\n"), Held::Lines(1)));
    }

    #[test]
    fn what_is_broken_goes_on_whole_and_what_is_no_json_is_told() {
        let broken = "{\"records\":[{\"a\":1},{\"b\":";
        assert_eq!(lines(broken.as_bytes()), (format!("{broken}\n"), Held::Lines(1)));
        let (text, held) = lines(b"Obj\x01avro");
        let Held::Unread(why) = held else { panic!("{held:?}") };
        assert!(text.is_empty() && why.contains("not JSON"), "{why}");
        assert!(matches!(lines(b"\x1f\x8bnothing").1, Held::Unread(_)));
    }
}
