//! Records as the bytes they were read as, one on each line.
//! Never decodes one: JSON that spans lines is pulled together, nothing else is changed.

use std::borrow::Cow;
use std::io;

use super::cell::RecordOut;
use super::line::Lines;
use super::record_writer::RecordWriter;

/// The original bytes.
pub(super) struct Raw;

impl RecordWriter for Raw {
    fn row(&mut self, row: &RecordOut<'_>, lines: &mut Lines<'_>) -> io::Result<()> {
        lines.data(&on_one_line(row.bytes), "\n")
    }
}

/// JSON that spans lines without the white space between its parts; everything else, also a CSV row
/// with line breaks inside its quotes, as it is.
fn on_one_line(bytes: &[u8]) -> Cow<'_, [u8]> {
    let bytes = bytes.trim_ascii();
    let breaks = memchr::memchr2(b'\n', b'\r', bytes).is_some();
    if !breaks || !matches!(bytes.first(), Some(b'{' | b'[')) {
        return Cow::Borrowed(bytes);
    }
    let mut line = Vec::with_capacity(bytes.len());
    let (mut quoted, mut escaped) = (false, false);
    for &byte in bytes {
        let space = matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        if quoted {
            quoted = byte != b'"' || escaped;
            escaped = byte == b'\\' && !escaped;
            // A line break inside a string is not JSON, and would make two lines of one record.
            line.push(if matches!(byte, b'\n' | b'\r') { b' ' } else { byte });
        } else if !space {
            quoted = byte == b'"';
            line.push(byte);
        }
    }
    Cow::Owned(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_spans_lines_is_pulled_together() {
        for (bytes, line) in [
            ("{\"a\": 1.0}", "{\"a\": 1.0}"),
            (
                "{\n  \"a b\": \"c \\\" d\",\r\n \"e\": [ 1 , 2 ]\n}\n",
                r#"{"a b":"c \" d","e":[1,2]}"#,
            ),
            ("{\"a\":\n\"\\\\\" , \"b\": \" \"}", r#"{"a":"\\","b":" "}"#),
            ("2026-11-01,\"two\nlines\",x\r\n", "2026-11-01,\"two\nlines\",x"),
        ] {
            assert_eq!(String::from_utf8_lossy(&on_one_line(bytes.as_bytes())), line);
        }
    }
}
