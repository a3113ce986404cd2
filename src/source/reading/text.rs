//! A text on its way through a framing: where the buffer stands in it, and in which line.
//! Never reads it.

use std::sync::Arc;

use super::super::framing::Note;
use super::super::original::{Bytes, Source};
use crate::place::{Position, Trouble};
use crate::store::Original as _;

/// A text being framed.
pub(super) struct Text {
    pub(super) bytes: Bytes,
    pub(super) source: Arc<Source>,
    /// Where the buffer begins in the text, and the number of the line that is in.
    pub(super) base: u64,
    pub(super) line: u64,
    /// Where lost bytes began, and in which line, where that is behind us.
    pub(super) lost_line: Option<(u64, u64)>,
    /// A byte and its line up to which lines were counted.
    pub(super) counted: (u64, u64),
}

impl Text {
    /// A text from its first byte on.
    pub(super) fn new(bytes: Bytes, source: Arc<Source>) -> Self {
        Self { bytes, source, base: 0, line: 1, lost_line: None, counted: (0, 1) }
    }

    /// What its events belong to.
    pub(super) fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// Where the buffer begins in it.
    pub(super) fn base(&self) -> u64 {
        self.base
    }

    /// Goes on at byte `base`, in line `line`, with nothing in the buffer.
    pub(super) fn go_on(&mut self, base: u64, line: u64) {
        (self.base, self.line) = (base, line);
        self.counted = (base, line);
    }

    /// Its name.
    pub(super) fn source_name(&self) -> String {
        self.source.name().to_owned()
    }

    /// The number of the line byte `at` is in. Counts on from the last answer where it can, so
    /// that many notes about one block cost one pass over it.
    pub(super) fn line_of(&mut self, at: u64, buffer: &[u8]) -> u64 {
        if let Some((from, line)) = self.lost_line
            && from == at
        {
            return line;
        }
        let (from, line) = if self.counted.0 < self.base || self.counted.0 > at {
            (self.base, self.line)
        } else {
            self.counted
        };
        let index = |byte: u64| (byte.saturating_sub(self.base) as usize).min(buffer.len());
        let passed = &buffer[index(from)..index(at.max(from))];
        self.counted = (at.max(from), line + memchr::memchr_iter(b'\n', passed).count() as u64);
        self.counted.1
    }

    /// A note as it is told to the user.
    pub(super) fn told(&mut self, note: Note, buffer: &[u8], by_line: bool) -> Trouble {
        if note.whole {
            return Trouble::new(self.source_name(), Position::Whole, note.reason, note.lost);
        }
        let place = if by_line {
            Position::Line(self.line_of(note.at, buffer))
        } else {
            Position::Byte(note.at)
        };
        let reason = match note.lost_bytes {
            0 => note.reason,
            bytes => format!("{}; {bytes} bytes skipped", note.reason),
        };
        Trouble::new(self.source_name(), place, reason, note.lost)
    }
}
