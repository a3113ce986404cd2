//! Rows that are none: a quote that is not closed, or more than is kept.
//! Never takes a line for lost that is a record by itself.

use super::super::{MAX_RECORD, Note, Scanned};
use super::{Rows, TELLING, is_header_like, line_break, value_end};
use crate::format::{self, Decoded, Depth, Layout};

/// How many times bytes may be looked at again after unclosed quotes, on average.
const EFFORT: u64 = 32;
/// What may be looked at again in any case, in bytes.
const FREE_EFFORT: u64 = 4 * MAX_RECORD;
/// Longest line that is looked at in search of a record.
const LONGEST_LINE: u64 = 1 << 20;
/// What is told of a row that is not kept.
pub(super) const TOO_LONG: &str = "the row is longer than 64 MiB, the most a record may have";

/// What is being passed over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lost {
    /// Its first byte.
    pub(super) from: u64,
    /// It does not end before this byte.
    not_before: u64,
    /// A line that begins at this byte, or behind it, ends it.
    until: Option<u64>,
    /// Is the beginning of the current line not there any more?
    is_cut: bool,
}

/// Where what is passed over ends.
enum Stop {
    /// Not in these bytes, of which all before this one were looked at.
    Unknown(usize),
    /// With the file.
    End,
    /// At the start of a line.
    Line,
}

impl Rows {
    /// The row that was looked at up to byte `reached` is none: it is passed over, up to the line that
    /// begins at byte `until` at most.
    pub(super) fn give_up(&mut self, reached: u64, until: Option<u64>) {
        self.effort += reached.saturating_sub(self.start);
        let exhausted = self.effort > EFFORT * self.start + FREE_EFFORT;
        self.lost = Some(if exhausted {
            Lost { from: self.start, not_before: reached, until: Some(reached), is_cut: false }
        } else {
            Lost { from: self.start, not_before: 0, until, is_cut: false }
        });
        self.at = self.start;
        self.quoted = false;
    }

    /// Passes over what is no row, line by line: to its end by its quotes, or, where they are open, to
    /// the first line that is a record by itself. `false` if that is not in `bytes`.
    pub(super) fn pass_over(
        &mut self,
        bytes: &[u8],
        base: u64,
        end: bool,
        found: &mut Scanned,
    ) -> bool {
        let Some(mut lost) = self.lost else { return true };
        let stop = loop {
            let i = (self.at - base) as usize;
            let Some(hit) = memchr::memchr3(b'"', b'\n', b'\r', &bytes[i..]) else {
                break if end { Stop::End } else { Stop::Unknown(bytes.len()) };
            };
            let (hit, after) = (i + hit, bytes.get(i + hit + 1));
            if after.is_none() && !end && bytes[hit] != b'\n' {
                break Stop::Unknown(hit);
            }
            if bytes[hit] == b'"' {
                let doubled = self.quoted && after == Some(&b'"');
                let begins = || base + hit as u64 == self.start || bytes[hit - 1] == self.delimiter;
                self.quoted = if self.quoted { doubled } else { begins() };
                self.at = base + (hit + 1 + usize::from(doubled)) as u64;
                continue;
            }
            let is_double = bytes[hit] == b'\r' && after == Some(&b'\n');
            let next = base + (hit + 1 + usize::from(is_double)) as u64;
            let line = &bytes[(self.start - base) as usize..hit];
            if self.is_inner(&lost, line) && self.is_record(line) {
                break Stop::Line;
            }
            lost.is_cut = false;
            (self.start, self.at) = (next, next);
            let is_until = lost.until.is_some_and(|until| next >= until);
            if is_until || (!self.quoted && next >= lost.not_before) {
                break Stop::Line;
            }
        };
        self.lost = None;
        match stop {
            Stop::Unknown(reached) => {
                self.at = base + reached as u64;
                // A line so long is no record; one byte of it shows whether a value begins.
                if self.at - self.start > LONGEST_LINE {
                    lost.is_cut = true;
                    self.start = self.at - 1;
                }
                self.lost = Some(lost);
                return false;
            }
            Stop::End => {
                self.at = base + bytes.len() as u64;
                let line = &bytes[(self.start - base) as usize..];
                if !self.is_inner(&lost, line) || !self.is_record(line) {
                    self.start = self.at;
                }
            }
            Stop::Line => {}
        }
        let lost_bytes = self.start - lost.from;
        let is_long = !self.quoted && lost_bytes > MAX_RECORD;
        let reason = if is_long { TOO_LONG } else { "a quote is opened but not closed" };
        (self.at, self.quoted) = (self.start, false);
        let reason = reason.to_owned();
        found.notes.push(Note { at: lost.from, lost_bytes, reason, lost: true, whole: false });
        true
    }

    /// May what is lost end at the current line?
    fn is_inner(&self, lost: &Lost, line: &[u8]) -> bool {
        let is_whole = !lost.is_cut && line.len() as u64 <= LONGEST_LINE;
        is_whole && self.start > lost.from && self.start >= lost.not_before
    }

    /// Fewest values that a row has.
    fn fewest(&self) -> usize {
        if self.wrapper { self.columns } else { self.columns.min(TELLING) }
    }

    /// Is this line a record by itself, or a header?
    fn is_record(&self, line: &[u8]) -> bool {
        let Some(layout) = &self.layout else { return !line.is_empty() };
        // What a value of several lines goes on with is told by a look.
        let is_inside = |byte: &u8| byte.is_ascii_whitespace() || b"{}[]".contains(byte);
        let delimiters = memchr::memchr_iter(self.delimiter, line).count();
        if line.first().is_none_or(is_inside) && !self.wrapper || delimiters + 1 < self.fewest() {
            return false;
        }
        if self.wrapper {
            return !format::wrapped(line, layout).is_empty();
        }
        if is_header_like(line) && Layout::of_header(line).is_some() {
            return true;
        }
        let Ok(Decoded::Record { record, .. }) = format::decode(line, layout, Depth::Columns)
        else {
            return false;
        };
        record.time.is_some() || !record.activity.is_empty()
    }

    /// Has a row of several lines another number of values than the header has columns, and a line in it
    /// as many? Then its quote is closed by one that belongs to another row.
    pub(super) fn is_swallowing(&self, row: &[u8]) -> bool {
        let columns = self.columns;
        let is_full = |row: &[u8]| {
            value_end(row, self.delimiter, columns - 2).is_some()
                && value_end(row, self.delimiter, columns - 1).is_none()
        };
        if columns < TELLING || self.wrapper || line_break(row).is_none() || is_full(row) {
            return false;
        }
        let mut lines = row.split(|byte| matches!(byte, b'\n' | b'\r')).skip(1);
        lines.any(|line| is_full(line) && self.is_record(line))
    }
}
