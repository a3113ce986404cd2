//! A stretch of a file that holds one record on each line: read, framed and decoded on one thread.
//! Never guesses: where a line is not plainly one record, the stretch is left to the framing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::super::Place;
use super::super::original::{AtOffset, Source};
use super::super::pipeline::{Job, Options, Outcome};
use super::{Block, Kept};
use crate::store::Span;

/// Bytes read beyond a stretch for the end of its last line; where they are not enough the framing
/// goes on.
const BEYOND: u64 = 32 << 10;

/// The lines of a file that begin in `start..end`.
#[derive(Debug)]
pub struct Stretch {
    /// What the events belong to.
    pub source: Arc<Source>,
    /// The file.
    pub file: Arc<AtOffset>,
    /// Bytes of the file.
    pub len: u64,
    /// First byte of the stretch: not the first of the file.
    pub start: u64,
    /// First byte after it.
    pub end: u64,
    /// How each line begins.
    pub first_key: Arc<[u8]>,
}

/// What came of a stretch.
#[derive(Debug)]
pub struct Lines {
    /// Its records; places of troubles are counted from the first line that begins in it.
    pub outcome: Outcome,
    /// Number of lines that begin in it.
    pub count: u64,
    /// First byte after the last of them; `None` where no line begins in it.
    pub end: Option<u64>,
}

impl Stretch {
    /// Reads and decodes the lines. `None` where some line is not to be taken whole, or where the
    /// file cannot be read or is not what it was.
    pub fn decode(self, kept: &mut Kept, options: &Options) -> Option<Lines> {
        let Kept { buffer, room } = kept;
        // A line begins behind the break of the line before it.
        let base = self.start.checked_sub(1)?;
        let to = self.end.saturating_add(BEYOND).min(self.len);
        buffer.resize(to.checked_sub(base)? as usize, 0);
        self.file.read_exact_at(buffer, base).ok()?;
        let Framed { events, count, end } = self.frame(buffer, base)?;
        let job = Job {
            source: self.source,
            bytes: Arc::new(std::mem::take(buffer)),
            base,
            // The break before the stretch is counted too.
            line: 0,
            by_line: true,
            events,
            notes: Vec::new(),
        };
        // What goes wrong here goes wrong again, and is told, when the framing takes over.
        let outcome =
            catch_unwind(AssertUnwindSafe(|| Block::new(&job, options, room).run())).ok()?;
        *buffer = Arc::into_inner(job.bytes).unwrap_or_default();
        kept.learn(&outcome);
        Some(Lines { outcome, count, end })
    }

    /// The lines of a block that begins one byte before the stretch.
    fn frame(&self, bytes: &[u8], base: u64) -> Option<Framed> {
        let mut framed = Framed::default();
        let within = (self.end - base) as usize;
        let Some(first) = memchr::memchr(b'\n', bytes.get(..within)?) else {
            return Some(framed);
        };
        let mut at = first + 1;
        while at < within {
            let rest = &bytes[at..];
            let line = &rest[..memchr::memchr(b'\n', rest)?];
            let is_blank = line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
            if !is_blank {
                let event = line.trim_ascii_end();
                if !event.starts_with(&self.first_key) || !event.ends_with(b"}") {
                    return None;
                }
                framed.events.push(Span { offset: base + at as u64, len: event.len() as u32 });
            }
            framed.count += 1;
            at += line.len() + 1;
            framed.end = Some(base + at as u64);
        }
        Some(framed)
    }
}

#[derive(Default)]
struct Framed {
    events: Vec<Span>,
    count: u64,
    end: Option<u64>,
}

impl Lines {
    /// Counts the places of troubles from the first line of the file, of which `line` is the number
    /// of the first line here.
    pub fn placed(mut self, line: u64) -> Self {
        for trouble in &mut self.outcome.troubles {
            if let Place::Line(number) = &mut trouble.place {
                *number += line - 1;
            }
        }
        self
    }
}
