//! A stretch of a file of plain records, one on each line or the entries of a list: read, framed and
//! decoded on one thread. Never insists: what is not plainly that is left to the framing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::super::options::Options;
use super::super::work::{Apart, Job, Stretch, Stretched};
use super::entries::{Framed, Within};
use super::{Block, Kept};
use crate::store::Span;

/// Bytes read beyond a stretch for the end of its last line; where they are not enough the framing
/// goes on.
const BEYOND: u64 = 32 << 10;

/// Reads and decodes the records. `None` where some is not to be taken whole, or where the file
/// cannot be read or is not what it was.
pub(super) fn decode(stretch: Stretch, kept: &mut Kept, options: &Options) -> Option<Stretched> {
    let Kept { buffer, room } = kept;
    // A line begins behind the break of the line before it.
    let base = stretch.start.checked_sub(1)?;
    let to = stretch.end.saturating_add(BEYOND).min(stretch.len);
    buffer.resize(to.checked_sub(base)? as usize, 0);
    stretch.file.read_exact_at(buffer, base).ok()?;
    let Framed { events, count, first, end } = match stretch.apart {
        Apart::Lines => lines(&stretch, buffer, base)?,
        Apart::Entries { is_first } => {
            let (start, end) = ((stretch.start - base) as usize, (stretch.end - base) as usize);
            let first_key = &stretch.first_key;
            Within { bytes: buffer, base, start, end, first_key }.entries(is_first)?
        }
    };
    let before_end = end.map(|end| buffer[(end - base) as usize - 1]);
    let at_line_start = before_end == Some(b'\n');
    let job = Job {
        source: stretch.source,
        bytes: Arc::new(std::mem::take(buffer)),
        base,
        // The break before the stretch is counted too.
        line: 0,
        by_line: stretch.apart == Apart::Lines,
        events,
        notes: Vec::new(),
    };
    // What goes wrong here goes wrong again, and is told, when the framing takes over.
    let outcome = catch_unwind(AssertUnwindSafe(|| Block::new(&job, options, room).run())).ok()?;
    *buffer = Arc::into_inner(job.bytes).unwrap_or_default();
    kept.learn(&outcome);
    Some(Stretched { outcome, count, first, end, at_line_start })
}

/// The lines of a block that begins one byte before the stretch.
fn lines(stretch: &Stretch, bytes: &[u8], base: u64) -> Option<Framed> {
    let mut framed = Framed::default();
    let within = (stretch.end - base) as usize;
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
            if !event.starts_with(&stretch.first_key) || !event.ends_with(b"}") {
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
