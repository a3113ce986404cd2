//! The entries of a list in a stretch of a file, found without knowing what stands before it.
//! Never trusted by itself: where entries begin is compared with where those before it end.

use crate::source::framing::object_end;
use crate::store::Span;

/// Places a first entry is looked for: records hold a few objects that begin as they do themselves.
const TRIES: usize = 64;

/// Where a stretch of a list is in the bytes that were read for it.
#[derive(Clone, Copy, Debug)]
pub struct Within<'b> {
    /// The bytes, which go on behind the stretch.
    pub bytes: &'b [u8],
    /// Where they begin in the file.
    pub base: u64,
    /// Where the stretch begins and ends in them.
    pub start: usize,
    /// The byte after it.
    pub end: usize,
    /// How every entry begins.
    pub first_key: &'b [u8],
}

/// What was found in a stretch, as in [`Stretched`](crate::source::work::Stretched).
#[derive(Default, Debug)]
pub struct Framed {
    /// Where the records are in the file.
    pub events: Vec<Span>,
    /// Line breaks.
    pub count: u64,
    /// Where the first entry begins.
    pub first: Option<u64>,
    /// Where the records go on behind it.
    pub end: Option<u64>,
}

impl Within<'_> {
    /// The entries that begin in the stretch: `is_first` where it begins with one, or with what stands
    /// between two. `None` where no such entries follow each other up to its end.
    pub fn entries(self, is_first: bool) -> Option<Framed> {
        if is_first {
            let mut breaks = 0;
            let start = self.next(self.start, &mut breaks).0;
            let framed = self.entries_from(start).ok()?;
            return Some(Framed { count: framed.count + breaks, ..framed });
        }
        // The last one may begin with the last byte of the stretch.
        let end = (self.end + self.first_key.len() - 1).min(self.bytes.len());
        let finder = memchr::memmem::Finder::new(self.first_key);
        let (mut from, mut tries) = (self.start, 0);
        while tries < TRIES {
            let at = from + finder.find(self.bytes.get(from..end)?)?;
            from = at + 1;
            if self.bytes[..at].trim_ascii_end().ends_with(b",") {
                match self.entries_from(at) {
                    Ok(framed) => return Some(framed),
                    // Objects beside each other, deeper in a record: none of them is an entry, and
                    // a long list of them must not be followed from each.
                    Err(followed) => (from, tries) = (from.max(followed), tries + 1),
                }
            }
        }
        None
    }

    /// The entries from byte `start` on, where one begins; otherwise the byte up to which objects
    /// follow each other.
    fn entries_from(self, start: usize) -> Result<Framed, usize> {
        let mut framed = Framed { first: Some(self.base + start as u64), ..Framed::default() };
        let mut at = start;
        while at < self.end {
            let rest = self.bytes.get(at..).ok_or(at)?;
            if !rest.starts_with(self.first_key) {
                return Err(at);
            }
            let len = object_end(rest).map_err(|_| at)?;
            framed.events.push(Span { offset: self.base + at as u64, len: len as u32 });
            let (next, comma) = self.next(at + len, &mut framed.count);
            // Behind the last entry the list ends: that is the framing's.
            if !comma || next == self.bytes.len() {
                return Err(at + len);
            }
            at = next;
        }
        framed.end = Some(self.base + at as u64);
        Ok(framed)
    }

    /// The next byte at or after `at` that is neither white space nor a comma, and whether a comma
    /// was passed. Counts the line breaks that were.
    fn next(self, at: usize, breaks: &mut u64) -> (usize, bool) {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let between = |byte: &&u8| matches!(byte, b',' | b' ' | b'\t' | b'\r' | b'\n');
        let passed = &rest[..rest.iter().take_while(between).count()];
        *breaks += memchr::memchr_iter(b'\n', passed).count() as u64;
        (at + passed.len(), passed.contains(&b','))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First bytes of the entries that begin in `start..end`, and the byte behind them.
    fn entries(text: &str, start: usize, end: usize, is_first: bool) -> Option<(Vec<u64>, u64)> {
        let within =
            Within { bytes: text.as_bytes(), base: 100, start, end, first_key: b"{\"id\":" };
        let framed = within.entries(is_first)?;
        Some((framed.events.iter().map(|span| span.offset - 100).collect(), framed.end? - 100))
    }

    #[test]
    fn entries_are_found_from_the_middle_and_objects_in_them_are_not_taken_for_one() {
        let entry =
            r#"{"id":"a","targets":[{"id":"b"},{"id":"c"},{"id":"d"}],"text":",{\"id\":1}"}"#;
        let text = format!("[{entry},\n{entry} ,{entry}, {entry},{entry}]");
        let starts: Vec<u64> = text.match_indices("{\"id\":\"a\"").map(|at| at.0 as u64).collect();
        let (second, last) = (starts[1] as usize, starts[4] as usize);
        for start in 2..second {
            let found = entries(&text, start, second + 1, false);
            assert_eq!(found, Some((vec![starts[1]], starts[2])), "from {start}");
        }
        let all = Some((starts[1..4].to_vec(), starts[4]));
        assert_eq!(entries(&text, second - 2, last, true), all);
        assert_eq!(entries(&text, second - 2, last, false), all);
        // The last one is behind no comma, and the list ends.
        assert_eq!(entries(&text, second, last + 1, true), None);
        // Nothing in front of it says that this is an entry.
        assert_eq!(entries(&text[1..], 0, second - 1, false), None);
    }

    #[test]
    fn a_list_in_a_record_is_passed_over_at_once_however_long_it_is() {
        let long = vec![r#"{"id":"b"}"#; 10 * TRIES].join(",");
        let entry = format!(r#"{{"id":"a","targets":[{long}]}}"#);
        let text = format!("[{entry},{entry},{entry}]");
        let second = 1 + entry.len() + 1;
        for start in [2, 50, second - 30] {
            let found = entries(&text, start, second + 1, false);
            assert_eq!(found, Some((vec![second as u64], (second + entry.len() + 1) as u64)));
        }
    }
}
