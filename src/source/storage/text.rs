//! The text of a blob as lines of records, as it comes: each a record as it was written, on a line of its own.
//! Never takes a line for a record that is not whole: what is lost is told.

use std::io::{self, Read as _};
use std::sync::Arc;

use serde::de::IgnoredAny;

use crate::source::archive::Take;
use crate::source::compression::{Counted, Packing, gunzip, unzstd};
use crate::source::content::blank_len;
use crate::source::decoding::accepts;
use crate::source::framing::json::Json;
use crate::source::framing::{Framing as _, MAX_RECORD, Scanned, Step};

/// Bytes of the largest text that is not one record on each line.
const MOST_WHOLE: usize = 512 << 20;
/// Bytes of lines that are handed over at once.
const PAGE: usize = 4 << 20;

/// The text of one blob.
#[derive(Default)]
pub struct Text {
    kind: Kind,
    bytes: Vec<u8>,
    /// Lines that wait until there are enough of them.
    page: Vec<u8>,
    lost: u64,
    why: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    /// Its first line is not there yet.
    #[default]
    Unknown,
    /// A record on each line.
    Lines,
    /// Packed, or written over several lines: it is looked at once it is there.
    Whole,
}

/// Why a text cannot be taken on.
pub enum Stop {
    /// Its lines could not be kept.
    Unkept(io::Error),
    /// It is none that can be kept: why.
    Unfit(String),
}

impl Text {
    /// Takes what comes next.
    pub fn push(&mut self, bytes: &[u8], take: &mut Take<'_>) -> Result<(), Stop> {
        self.bytes.extend_from_slice(bytes);
        if self.kind == Kind::Unknown && !self.bytes.is_empty() {
            self.kind = self.found(false);
        }
        match self.kind {
            Kind::Lines => self.lines(take),
            _ if self.bytes.len() > MOST_WHOLE => Err(Stop::Unfit(
                "it is too large for one that has no record on each line".to_owned(),
            )),
            _ => Ok(()),
        }
    }

    /// All of it is there. `is_growing`: what is behind the last line break may be the begin of a record
    /// that is still being written. Returns what is lost of it, if anything is.
    pub fn end(&mut self, is_growing: bool, take: &mut Take<'_>) -> Result<Option<String>, Stop> {
        if self.kind == Kind::Unknown {
            self.kind = self.found(true);
        }
        match self.kind {
            Kind::Lines => {
                let rest = std::mem::take(&mut self.bytes);
                if is_record(&rest) || !is_growing {
                    self.line(&rest);
                }
            }
            _ if blank_len(&self.bytes) == self.bytes.len() => {}
            _ => self.whole(take)?,
        }
        self.hand_over(0, take)?;
        let (lost, why) = (std::mem::take(&mut self.lost), self.why.take());
        Ok(why.map(|why| format!("{why}; {lost} bytes of it are lost")))
    }

    /// What it is, as far as that can be told; `is_all`: nothing follows.
    fn found(&self, is_all: bool) -> Kind {
        let bytes = without_mark(&self.bytes);
        if Packing::of(bytes).is_some() {
            return Kind::Whole;
        }
        let text = &bytes[blank_len(bytes).min(bytes.len())..];
        let end = memchr::memchr(b'\n', text);
        match (text.first(), end) {
            (Some(b'{'), Some(end)) => match is_record(&text[..end]) && !is_envelope(text) {
                true => Kind::Lines,
                false => Kind::Whole,
            },
            (Some(b'{'), None) if text.len() as u64 > MAX_RECORD => Kind::Whole,
            (Some(b'{'), None) if is_all => match is_record(text) && !is_envelope(text) {
                true => Kind::Lines,
                false => Kind::Whole,
            },
            (Some(b'{') | None, None) if !is_all => Kind::Unknown,
            _ => Kind::Whole,
        }
    }

    fn lines(&mut self, take: &mut Take<'_>) -> Result<(), Stop> {
        let Some(end) = memchr::memrchr(b'\n', &self.bytes) else {
            return match self.bytes.len() as u64 > MAX_RECORD {
                true => Err(Stop::Unfit("a line of it is longer than any record".to_owned())),
                false => Ok(()),
            };
        };
        let rest = self.bytes.split_off(end + 1);
        let bytes = std::mem::replace(&mut self.bytes, rest);
        for line in without_mark(&bytes).split(|byte| *byte == b'\n') {
            self.line(line);
        }
        self.hand_over(PAGE, take)
    }

    fn line(&mut self, line: &[u8]) {
        let line = line.trim_ascii();
        if line.is_empty() {
            return;
        }
        if is_record(line) {
            self.page.extend_from_slice(line);
            self.page.push(b'\n');
        } else {
            self.is_lost(line.len() as u64, "a line of it is not a whole record");
        }
    }

    fn is_lost(&mut self, bytes: u64, why: &str) {
        self.lost += bytes;
        self.why.get_or_insert_with(|| why.to_owned());
    }

    /// Hands over what waits where that is more than so much.
    fn hand_over(&mut self, least: usize, take: &mut Take<'_>) -> Result<(), Stop> {
        if self.page.len() > least {
            take(&std::mem::take(&mut self.page)).map_err(Stop::Unkept)?;
        }
        Ok(())
    }

    /// Reads a text that is not one record on each line.
    fn whole(&mut self, take: &mut Take<'_>) -> Result<(), Stop> {
        let bytes = std::mem::take(&mut self.bytes);
        match Packing::of(&bytes) {
            None => self.framed(without_mark(&bytes)),
            Some(packing @ (Packing::Gzip | Packing::Zstd)) => {
                let counter = Arc::default();
                let counted = Counted::new(&*bytes, [Arc::clone(&counter), Arc::default()]);
                let unpacked = match packing {
                    Packing::Gzip => Ok(gunzip(counted, counter)),
                    _ => unzstd(counted, counter),
                };
                let broken =
                    |error: io::Error| Stop::Unfit(format!("it cannot be unpacked: {error}"));
                let mut unpacked = unpacked.map_err(broken)?;
                let (mut inner, mut block) = (Self::default(), vec![0; 1 << 20]);
                loop {
                    let count = unpacked.read(&mut block).map_err(broken)?;
                    if count == 0 {
                        break;
                    }
                    inner.push(&block[..count], take)?;
                }
                if Packing::of(&inner.bytes).is_some() {
                    return Err(Stop::Unfit("it is packed twice".to_owned()));
                }
                if let Some(why) = inner.end(false, take)? {
                    self.is_lost(0, &why);
                }
            }
            Some(_) => {
                let why = "it is an archive of files, which has no lines to keep: copy it as it is";
                return Err(Stop::Unfit(why.to_owned()));
            }
        }
        Ok(())
    }

    /// Finds the records of JSON in any wrapping.
    fn framed(&mut self, text: &[u8]) {
        let mut found = Scanned::default();
        let mut framing = Json::new(accepts, false);
        while let Step::Layout(_) = framing.scan(text, 0, true, &mut found) {}
        for span in &found.events {
            let start = span.offset as usize;
            let event = &text[start..start + span.len as usize];
            if !event.starts_with(b"{") {
                self.is_lost(span.len.into(), "a record of it is not an object");
                continue;
            }
            // Inside of strings JSON has no line breaks.
            let one_line =
                event.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte });
            self.page.extend(one_line);
            self.page.push(b'\n');
        }
        for note in found.notes.iter().filter(|note| note.lost) {
            self.is_lost(note.lost_bytes, &note.reason);
        }
        let others: u64 = found.other.iter().map(|(_, count)| count).sum();
        if found.events.is_empty() && others == 0 && self.why.is_none() {
            self.is_lost(text.len() as u64, "no records were found in it");
        } else if others > 0 {
            self.is_lost(
                0,
                &format!("{others} events of other kinds than entrail knows are left out"),
            );
        }
    }
}

/// Is this one object of JSON, whole?
fn is_record(line: &[u8]) -> bool {
    let line = without_mark(line).trim_ascii();
    line.starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(line).is_ok()
}

/// Are records in a list inside of this object? Such have it as their first or only key.
fn is_envelope(text: &[u8]) -> bool {
    let inside = text.get(1..).unwrap_or_default().trim_ascii_start();
    [&b"\"records\""[..], b"\"value\"", b"\"Records\""].iter().any(|key| inside.starts_with(key))
}

/// The text without the mark of its encoding.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines, and what is lost, however the text is cut.
    fn read(text: &[u8], is_growing: bool) -> (Vec<String>, Option<String>) {
        let mut all: Vec<(Vec<String>, Option<String>)> = Vec::new();
        for size in [1, 7, text.len().max(1)] {
            let mut lines = Vec::new();
            let mut take = |page: &[u8]| {
                lines.extend(std::str::from_utf8(page).expect("text").lines().map(str::to_owned));
                Ok(())
            };
            let mut reading = Text::default();
            let mut unfit = None;
            for part in text.chunks(size) {
                if let Err(Stop::Unfit(why)) = reading.push(part, &mut take) {
                    unfit = Some(why);
                }
            }
            let lost = match reading.end(is_growing, &mut take) {
                Ok(lost) => lost,
                Err(Stop::Unfit(why)) => Some(why),
                Err(Stop::Unkept(error)) => panic!("{error}"),
            };
            all.push((lines, unfit.or(lost)));
        }
        assert!(all.windows(2).all(|two| two[0] == two[1]), "{all:?}");
        all.remove(0)
    }

    const RECORD: &str = r#"{"time":"2026-05-01T00:00:00Z","category":"AuditLogs","operationName":"Add user","properties":{"id":"a","category":"UserManagement","activityDateTime":"2026-05-01T00:00:00Z","activityDisplayName":"Add user","loggedByService":"Core Directory","initiatedBy":{},"targetResources":[]}}"#;

    #[test]
    fn lines_are_taken_as_they_are_and_what_is_no_record_is_told() {
        let two = format!("\u{feff}{RECORD}\r\n\n{{\"other\":1}}");
        let (lines, lost) = read(two.as_bytes(), false);
        assert_eq!((lines, lost), (vec![RECORD.to_owned(), "{\"other\":1}".to_owned()], None));
        let cut = format!("{RECORD}\n{}", &RECORD[..40]);
        let (lines, lost) = read(cut.as_bytes(), false);
        assert_eq!(lines.len(), 1);
        assert!(lost.expect("told").contains("40 bytes"));
        // Behind a blob that grows, the begin of a line is no loss: the rest of it comes.
        assert_eq!(read(cut.as_bytes(), true), (vec![RECORD.to_owned()], None));
        assert_eq!(read(b" \n", false), (Vec::new(), None));
        let (lines, lost) = read(b"a,b\n1,2\n", false);
        assert!(lines.is_empty() && lost.is_some(), "{lost:?}");
    }

    #[test]
    fn records_in_a_list_are_lines_each() {
        for text in [
            format!("{{\"records\":[{RECORD},{RECORD}]}}"),
            format!("{{\"records\": [\n{RECORD},\n{RECORD}\n]}}\n"),
            format!("[{RECORD},\n{RECORD}]"),
        ] {
            let (lines, lost) = read(text.as_bytes(), false);
            assert_eq!((lines, lost), (vec![RECORD.to_owned(); 2], None), "{text}");
        }
        let packed =
            zstd::encode_all(format!("{RECORD}\n{RECORD}\n").as_bytes(), 1).expect("packed");
        assert_eq!(read(&packed, false).0.len(), 2);
        assert!(read(b"PK\x03\x04....", false).1.expect("told").contains("archive of files"));
    }
}
