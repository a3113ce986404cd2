//! A text is read block by block, framed, and its events handed out for decoding.
//! Never keeps more of it than one incomplete event.

use std::io::{self, Read as _};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::super::framing::{Found, Framing, Note, Step};
use super::super::original::{Bytes, Source};
use super::super::pipeline::{Job, Outcome, Part, Stopped};
use super::lines::Pause;
use super::{Input, Reading};
use crate::place::{Position, Trouble};
use crate::store::Original as _;

impl Reading<'_> {
    /// Reads, frames and hands out a whole text; `head` is what was read of it.
    pub(super) fn frame(
        &mut self,
        mut input: Input<'_>,
        head: Vec<u8>,
        mut text: Text,
        mut framing: Box<dyn Framing>,
    ) -> Result<(), Stopped> {
        let mut buffer = Buffer { filled: head.len(), bytes: head };
        let mut fresh = 0;
        let mut failure = None;
        let mut end = false;
        let mut pause = Pause::default();
        // The first records are there at once; after them a small file is best read in one block.
        let later = self.block > self.options.first_block;
        if later && !input.impatient && self.block > buffer.filled {
            let block = self.block - buffer.filled;
            failure = buffer.fill(&mut input, block).err();
        }
        loop {
            if (self.stopped)() {
                return Err(Stopped);
            }
            if let (Bytes::Spool { .. }, Some(spool)) = (&text.bytes, &mut self.spool)
                && let Err(error) = spool.append(&buffer.filled()[fresh..])
            {
                return self.unspooled(&input.name, &error);
            }
            self.frame_block(&mut buffer, &mut text, &mut *framing, end)?;
            if end {
                break;
            }
            if let Some(leapt) =
                self.leap(&input, buffer.filled(), &mut text, &mut *framing, &mut pause)?
            {
                buffer.filled = 0;
                failure = leapt.err();
            }
            fresh = buffer.filled;
            if failure.is_none() {
                failure = buffer.fill(&mut input, self.block).err();
            }
            end = buffer.filled == fresh || failure.is_some();
            self.block = (self.block * 2).min(self.options.most_block);
        }
        match failure {
            Some(error) => {
                self.meter.refused.store(true, Ordering::Relaxed);
                let mut trouble = Trouble::refused(input.name, Position::Byte(text.base), &error);
                if text.base > 0 {
                    trouble.reason =
                        format!("the rest of the file could not be read: {}", trouble.reason);
                }
                self.outlet.trouble(trouble, 0)
            }
            None => Ok(()),
        }
    }

    /// Frames what is in the buffer, hands out its events, and leaves what is still needed.
    fn frame_block(
        &mut self,
        buffer: &mut Buffer,
        text: &mut Text,
        framing: &mut dyn Framing,
        end: bool,
    ) -> Result<(), Stopped> {
        let mut blocks = Vec::new();
        let filled = buffer.filled();
        let mut outcome = Outcome { source: text.source_name(), ..Outcome::default() };
        let mut notes = Vec::new();
        loop {
            let mut found = Found::default();
            let step = framing.scan(filled, text.base, end, &mut found);
            outcome.lost_bytes += found.notes.iter().map(|note| note.lost_bytes).sum::<u64>();
            for note in found.notes {
                notes.push((note.at, text.told(note, filled, framing.by_line())));
            }
            outcome.other.append(&mut found.other);
            if !found.events.is_empty() {
                blocks.push((Arc::clone(&text.source), found.events));
            }
            match step {
                // A mixed framing goes on by itself where CSV or JSON begins.
                Step::More | Step::Csv(..) | Step::Json(_) => break,
                Step::Layout(layout) => {
                    let name = text.source_name();
                    text.source = Arc::new(Source::new(name, text.bytes.clone(), layout));
                }
            }
        }
        if let Some(from) = framing.lost_from()
            && from >= text.base
        {
            text.lost_line = Some((from, text.line_of(from, filled)));
        }
        let kept = (framing.keep_from().max(text.base) - text.base) as usize;
        let kept = kept.min(filled.len());
        let (base, line) = (text.base, text.line);
        text.line += memchr::memchr_iter(b'\n', &filled[..kept]).count() as u64;
        text.base += kept as u64;
        if blocks.is_empty() {
            buffer.drop_first(kept);
            outcome.troubles = notes.into_iter().map(|(_, trouble)| trouble).collect();
        } else {
            let next = self.outlet.buffers.take(filled.len() - kept + self.block);
            let bytes = Arc::new(buffer.go_on_in(next, kept));
            for (source, events) in blocks {
                self.outlet.block(Job {
                    source,
                    bytes: Arc::clone(&bytes),
                    base,
                    line,
                    by_line: framing.by_line(),
                    events,
                    notes: std::mem::take(&mut notes),
                })?;
            }
        }
        if !outcome.troubles.is_empty() || !outcome.other.is_empty() || outcome.lost_bytes > 0 {
            self.outlet.part(Part::Found(Box::new(outcome)))?;
        }
        Ok(())
    }
}

/// A text being framed.
pub(super) struct Text {
    bytes: Bytes,
    source: Arc<Source>,
    /// Where the buffer begins in the text, and the number of the line that is in.
    base: u64,
    line: u64,
    /// Where lost bytes began, and in which line, where that is behind us.
    lost_line: Option<(u64, u64)>,
    /// A byte and its line up to which lines were counted.
    counted: (u64, u64),
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

    fn source_name(&self) -> String {
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
    fn told(&mut self, note: Note, buffer: &[u8], by_line: bool) -> Trouble {
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

/// Bytes that were read, and room for more.
struct Buffer {
    bytes: Vec<u8>,
    filled: usize,
}

impl Buffer {
    /// What was read.
    fn filled(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    /// Reads about `block` bytes more; none at the end.
    fn fill(&mut self, input: &mut Input<'_>, block: usize) -> io::Result<()> {
        let wanted = self.filled + block;
        if self.bytes.len() < wanted {
            self.bytes.resize(wanted, 0);
        }
        while self.filled < wanted {
            match input.reader.read(&mut self.bytes[self.filled..wanted]) {
                Ok(0) => break,
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            if input.impatient {
                break;
            }
        }
        Ok(())
    }

    /// Forgets the first bytes.
    fn drop_first(&mut self, count: usize) {
        self.bytes.copy_within(count..self.filled, 0);
        self.filled -= count;
    }

    /// Goes on in `next`, which is large enough, with what was read behind byte `kept`; what it went
    /// on from.
    fn go_on_in(&mut self, mut next: Vec<u8>, kept: usize) -> Vec<u8> {
        let rest = &self.bytes[kept..self.filled];
        next[..rest.len()].copy_from_slice(rest);
        self.filled = rest.len();
        std::mem::replace(&mut self.bytes, next)
    }
}
