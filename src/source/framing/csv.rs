//! Framing of CSV (RFC 4180): where a row ends, with line breaks in quotes.
//! Never reads a field: what a row means is the format's business.

use super::{Found, Framing, MAX_RECORD, Note, Step};
use crate::format::{self, Layout};
use crate::store::Span;

/// A row in quotes that has not ended after so many bytes has lost its closing quote.
const MAX_QUOTED: u64 = 1 << 20;
/// How many times bytes may be looked at again after unclosed quotes, on average.
const EFFORT: u64 = 32;

/// The head of a CSV file.
#[derive(Debug)]
pub struct Head {
    /// How rows are written.
    pub layout: Layout,
    /// Byte between fields: the comma, semicolon or tab that occurs most in the header row.
    pub delimiter: u8,
    /// The header row, without its line break.
    pub header: Vec<u8>,
    /// Where the first data row begins.
    pub rows_at: usize,
}

/// Recognises the head of a CSV file, behind an Excel `sep=` line, a `PowerShell` `#TYPE` line and
/// blank lines.
pub fn head(text: &[u8]) -> Option<Head> {
    let mut at = 0;
    for _ in 0..8 {
        let rest = text.get(at..)?;
        let delimiter = delimiter(rest);
        let mut framing = Rows::plain(delimiter);
        let len = framing.row_len(rest)?;
        let row = rest[..len].trim_ascii_end();
        if let Some(layout) = format::csv_layout(row).filter(|_| !row.is_empty()) {
            return Some(Head { layout, delimiter, header: row.to_vec(), rows_at: at + len });
        }
        let skipped = row.is_empty() || row.starts_with(b"sep=") || row.starts_with(b"#TYPE");
        if !skipped {
            return None;
        }
        at += len;
    }
    None
}

fn delimiter(text: &[u8]) -> u8 {
    let line = text.split(|&b| b == b'\n').next().unwrap_or_default();
    let count = |wanted: u8| memchr::memchr_iter(wanted, line).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|&d| count(d)).unwrap_or(b',')
}

/// Framing of the rows behind the header.
#[derive(Default, Debug)]
pub struct Rows {
    delimiter: u8,
    header: Vec<u8>,
    /// First byte of the current row.
    start: u64,
    /// Next byte to look at.
    at: u64,
    quoted: bool,
    /// Skipping the rest of a line that is too long to keep.
    skipping: Option<u64>,
    effort: u64,
}

enum Row {
    /// Ends before this byte; the next begins at the second.
    Ends(usize, usize),
    /// Not ended; go on from here.
    More(usize),
    /// A closing quote, before this byte, that cannot be one.
    Damage(usize),
}

impl Rows {
    /// A framing of the rows that begin at byte `head.rows_at` of the text.
    pub fn new(head: &Head) -> Self {
        let start = head.rows_at as u64;
        Self {
            delimiter: head.delimiter,
            header: head.header.clone(),
            start,
            at: start,
            ..Self::default()
        }
    }

    /// A framing of rows from the first byte on.
    pub fn plain(delimiter: u8) -> Self {
        Self { delimiter, ..Self::default() }
    }

    fn row_len(&mut self, text: &[u8]) -> Option<usize> {
        match self.row(text, 0, 0, true) {
            Row::Ends(_, next) => Some(next),
            Row::More(_) if text.is_empty() => None,
            Row::More(_) => Some(text.len()),
            Row::Damage(_) => None,
        }
    }

    /// Goes on at `bytes[i]` with the row that begins at `bytes[first]`.
    fn row(&mut self, bytes: &[u8], first: usize, i: usize, end: bool) -> Row {
        let mut i = i;
        loop {
            let rest = &bytes[i..];
            if self.quoted {
                let Some(quote) = memchr::memchr(b'"', rest) else {
                    return Row::More(bytes.len());
                };
                let quote = i + quote;
                match bytes.get(quote + 1) {
                    None if !end => return Row::More(quote),
                    Some(b'"') => i = quote + 2,
                    after => {
                        self.quoted = false;
                        i = quote + 1;
                        let fits =
                            after.is_none_or(|&b| b == self.delimiter || b == b'\r' || b == b'\n');
                        if !fits && memchr::memchr(b'\n', &bytes[first..quote]).is_some() {
                            return Row::Damage(quote);
                        }
                    }
                }
            } else {
                match memchr::memchr2(b'"', b'\n', rest) {
                    None => return Row::More(bytes.len()),
                    Some(hit) if rest[hit] == b'\n' => return Row::Ends(i + hit, i + hit + 1),
                    Some(hit) => {
                        let quote = i + hit;
                        self.quoted = quote == first || bytes[quote - 1] == self.delimiter;
                        i = quote + 1;
                    }
                }
            }
        }
    }

    fn emit(&self, row: &[u8], start: u64, found: &mut Found) {
        let row = row.strip_suffix(b"\r").unwrap_or(row);
        if row.trim_ascii().is_empty() || row == self.header {
            return;
        }
        found.events.push(Span { offset: start, len: row.len() as u32 });
    }

    /// The row in `bytes[first..reached]` is damaged: gives up its first line and goes on behind it.
    fn give_up_line(&mut self, bytes: &[u8], base: u64, reached: usize, found: &mut Found) {
        let first = (self.start - base) as usize;
        self.effort += (reached - first) as u64;
        let exhausted = self.effort > EFFORT * self.start + 4 * MAX_QUOTED;
        let searched = if exhausted { reached } else { first };
        self.quoted = false;
        let Some(line_break) = memchr::memchr(b'\n', &bytes[searched..]) else {
            self.skipping = Some(self.start);
            self.start = base + bytes.len() as u64;
            self.at = self.start;
            return;
        };
        let next = base + (searched + line_break) as u64 + 1;
        found.notes.push(Note {
            at: self.start,
            lost_bytes: next - self.start,
            reason: "a quote is opened but not closed".to_owned(),
            lost: true,
        });
        (self.start, self.at) = (next, next);
    }

    /// Skips to the end of a line that is too long to keep; `false` if it goes on.
    fn skip(&mut self, bytes: &[u8], base: u64, end: bool, found: &mut Found) -> bool {
        let Some(from) = self.skipping else { return true };
        let rest = &bytes[(self.at - base) as usize..];
        let line_break = memchr::memchr(b'\n', rest);
        self.at += line_break.map_or(rest.len(), |at| at + 1) as u64;
        self.start = self.at;
        if line_break.is_none() && !end {
            return false;
        }
        self.skipping = None;
        found.notes.push(Note {
            at: from,
            lost_bytes: self.at - from,
            reason: "a line too long to be a row, or with a quote that is not closed".to_owned(),
            lost: true,
        });
        true
    }
}

impl Framing for Rows {
    fn scan(&mut self, bytes: &[u8], base: u64, end: bool, found: &mut Found) -> Step {
        while self.skip(bytes, base, end, found) {
            let first = (self.start - base) as usize;
            match self.row(bytes, first, (self.at - base) as usize, end) {
                Row::Ends(row_end, next) => {
                    self.emit(&bytes[first..row_end], self.start, found);
                    (self.start, self.at) = (base + next as u64, base + next as u64);
                }
                Row::Damage(reached) => self.give_up_line(bytes, base, reached, found),
                Row::More(i) => {
                    let len = (bytes.len() - first) as u64;
                    if self.quoted && (len > MAX_QUOTED || (end && len > 0)) {
                        self.give_up_line(bytes, base, bytes.len(), found);
                    } else if len > MAX_RECORD {
                        self.skipping = Some(self.start);
                        self.at = base + bytes.len() as u64;
                    } else if end {
                        self.emit(&bytes[first..], self.start, found);
                        self.start = base + bytes.len() as u64;
                        self.at = self.start;
                        return Step::More;
                    } else {
                        self.at = base + i as u64;
                        return Step::More;
                    }
                }
            }
        }
        Step::More
    }

    fn keep_from(&self) -> u64 {
        if self.skipping.is_some() { self.at } else { self.start }
    }

    fn lost_from(&self) -> Option<u64> {
        self.skipping
    }

    fn by_line(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests;
