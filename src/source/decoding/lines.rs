//! A stretch of a file of plain records, one on each line or the entries of a list: read, framed and
//! decoded on one thread. Never insists: what is not plainly that is left to the framing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::super::original::Source;
use super::super::pipeline::{Job, Options, Outcome};
use super::entries::Within;
use super::{Block, Kept};
use crate::place::Position;
use crate::place::plain::AtOffset;
use crate::store::Span;

/// Bytes read beyond a stretch for the end of its last line; where they are not enough the framing
/// goes on.
const BEYOND: u64 = 32 << 10;

/// How the records of a stretch are told apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Each is a line.
    Lines,
    /// They are entries of a list; does the stretch begin between two of them, or with one?
    Entries {
        /// It does. Otherwise it begins anywhere in one.
        is_first: bool,
    },
}

/// The records of a file that begin in `start..end`.
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
    /// How each record begins.
    pub first_key: Arc<[u8]>,
    /// How they are told apart.
    pub kind: Kind,
}

/// What came of a stretch.
#[derive(Debug)]
pub struct Lines {
    /// Its records; places of troubles are counted from the first line that begins in it.
    pub outcome: Outcome,
    /// Number of line breaks between its first byte, or that of its first entry, and `end`.
    pub count: u64,
    /// Where its first entry begins; `None` for lines.
    pub first: Option<u64>,
    /// First byte after the last line, or of the entry after the last; `None` where no line begins
    /// in it.
    pub end: Option<u64>,
    /// Does a line start at `end`?
    pub at_line_start: bool,
}

impl Stretch {
    /// Reads and decodes the records. `None` where some is not to be taken whole, or where the file
    /// cannot be read or is not what it was.
    pub fn decode(self, kept: &mut Kept, options: &Options) -> Option<Lines> {
        let Kept { buffer, room } = kept;
        // A line begins behind the break of the line before it.
        let base = self.start.checked_sub(1)?;
        let to = self.end.saturating_add(BEYOND).min(self.len);
        buffer.resize(to.checked_sub(base)? as usize, 0);
        self.file.read_exact_at(buffer, base).ok()?;
        let Framed { events, count, first, end } = match self.kind {
            Kind::Lines => self.frame(buffer, base)?,
            Kind::Entries { is_first } => {
                let (start, end) = ((self.start - base) as usize, (self.end - base) as usize);
                let first_key = &self.first_key;
                Within { bytes: buffer, base, start, end, first_key }.entries(is_first)?
            }
        };
        let before_end = end.map(|end| buffer[(end - base) as usize - 1]);
        let at_line_start = before_end == Some(b'\n');
        let job = Job {
            source: self.source,
            bytes: Arc::new(std::mem::take(buffer)),
            base,
            // The break before the stretch is counted too.
            line: 0,
            by_line: self.kind == Kind::Lines,
            events,
            notes: Vec::new(),
        };
        // What goes wrong here goes wrong again, and is told, when the framing takes over.
        let outcome =
            catch_unwind(AssertUnwindSafe(|| Block::new(&job, options, room).run())).ok()?;
        *buffer = Arc::into_inner(job.bytes).unwrap_or_default();
        kept.learn(&outcome);
        Some(Lines { outcome, count, first, end, at_line_start })
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

/// What was found in a stretch, as in [`Lines`].
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

impl Lines {
    /// Counts the places of troubles from the first line of the file, of which `line` is the number
    /// of the first line here.
    pub fn placed(mut self, line: u64) -> Self {
        for trouble in &mut self.outcome.troubles {
            if let Position::Line(number) = &mut trouble.place {
                *number += line - 1;
            }
        }
        self
    }
}
