//! A text is read block by block, framed, and its events handed out for decoding.
//! Never keeps more of it than one incomplete event.

use std::io::{self, Read as _};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::super::framing::{Framing, Scanned, Step};
use super::super::original::{Bytes, Source};
use super::super::outcome::Outcome;
use super::super::work::{Job, Part, Stopped};
use super::stretches::Pause;
use super::text::Text;
use super::{Input, Reading};
use crate::place::{Position, Trouble};

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
            let mut found = Scanned::default();
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
