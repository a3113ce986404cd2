//! The decoding threads: blocks of events become batches of records.
//! Never fails a block for one event: what is broken is searched for records and told.

mod entries;
mod stretch;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

use super::buffers::Buffers;
use super::framing::json::Json;
use super::framing::page::error_text;
use super::framing::{Framing, Scanned, Step};
use super::options::Options;
use super::original::Source;
use super::outcome::{Dated, Outcome};
use super::work::{Job, Work};
use crate::format::{self, Dates, DecodeError, Depth, Draft, Drafted, Either, Layout};
use crate::place::{Position, Trouble};
use crate::record::column::Column;
use crate::store::builder::Batch;
use crate::store::dictionary::Room;
use crate::store::{Original, Span};

/// Ends of keys that an event has once: Graph and Log Analytics, unified audit log.
const KEYS_OF_EVENTS: [&[u8]; 2] = [b"ctivityDisplayName\"", b"\"CreationTime\""];

/// What a decoding thread keeps from block to block.
#[derive(Default, Debug)]
pub struct Kept {
    /// Memory to read into.
    buffer: Vec<u8>,
    /// The room that the words of the last batch took.
    room: Vec<Room>,
}

impl Kept {
    fn learn(&mut self, outcome: &Outcome) {
        if let Some(batch) = &outcome.batch {
            self.room = batch.room();
        }
    }
}

/// Decodes blocks until no more come.
pub fn work(jobs: &Mutex<Receiver<Work>>, options: &Options, buffers: &Buffers) {
    let mut kept = Kept::default();
    loop {
        let work = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let (job, reply) = match work {
            Ok(Work::Block(job, reply)) => (job, reply),
            Ok(Work::Stretch(stretch, reply)) => {
                let _stage = tracing::debug_span!("decode_stretch").entered();
                let _ = reply.send(stretch::decode(stretch, &mut kept, options));
                continue;
            }
            Err(_) => return,
        };
        let name = job.source.name().to_owned();
        let _stage =
            tracing::debug_span!("decode", file = name, events = job.events.len()).entered();
        let outcome =
            catch_unwind(AssertUnwindSafe(|| Block::new(&job, options, &kept.room).run()));
        let outcome = outcome.unwrap_or_else(|_| {
            let what = format!("{} records could not be taken in", job.events.len());
            Outcome::mistake(name, &what)
        });
        kept.learn(&outcome);
        buffers.give(job.bytes);
        // Nobody waits for it once the load is stopped.
        let _ = reply.send(outcome);
    }
}

/// Does this look like an event, whole and readable? Asked where records are searched for.
pub fn accepts(bytes: &[u8], layout: &Layout) -> bool {
    let plausible = !layout.is_self_contained() || format::is_event(bytes);
    (plausible && format::decode(bytes, layout, Depth::Columns).is_ok())
        || (is_wrapper(bytes) && !format::wrapped(bytes, layout).is_empty())
}

/// May there be JSON text in a string of this object? A cheap look.
fn is_wrapper(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"{\\").is_some()
}

struct Block<'j> {
    job: &'j Job,
    options: &'j Options,
    batch: Batch,
    outcome: Outcome,
    /// With the byte each is about.
    troubles: Vec<(u64, Trouble)>,
    /// A byte of the source and the number of the line it is in, for finding further ones.
    line: (u64, u64),
    /// Records whose time is not decided.
    either: Vec<(usize, Either)>,
    /// May records stand whole inside events that look like records?
    wraps: bool,
}

impl<'j> Block<'j> {
    fn new(job: &'j Job, options: &'j Options, room: &[Room]) -> Self {
        let original: Arc<Source> = Arc::clone(&job.source);
        let batch = Batch::like(original, job.events.len(), room).filling(options.wanted);
        let line = (job.base, job.line);
        if let Some(order) = options.date_order {
            job.source.decide(Dates::Asked(order));
        }
        let wraps = job.source.layout().may_wrap(&job.bytes);
        let (outcome, troubles, either) = Default::default();
        Self { job, options, batch, outcome, troubles, line, either, wraps }
    }

    fn run(mut self) -> Outcome {
        let job = self.job;
        let unwanted = self.unwanted();
        let mut draft = Draft::reading(job.source.dates());
        for (at, &event) in job.events.iter().enumerate() {
            if let Some(id) = unwanted.get(at).copied().flatten() {
                self.batch.pass_over(id, event);
            } else if let Err(error) = self.one(event, &mut draft) {
                self.broken(event, &error, &mut draft);
            }
        }
        self.troubles.extend_from_slice(&self.job.notes);
        self.troubles.sort_by_key(|(at, _)| *at);
        self.outcome.troubles = self.troubles.into_iter().map(|(_, trouble)| trouble).collect();
        self.job.source.name().clone_into(&mut self.outcome.source);
        let (source, seen) = (Arc::clone(&job.source), draft.seen);
        self.outcome.dated = Some(Dated { source, seen, either: self.either });
        self.outcome.batch = (!self.batch.is_empty()).then_some(self.batch);
        self.outcome
    }

    fn bytes(&self, span: Span) -> &'j [u8] {
        let start = (span.offset - self.job.base) as usize;
        self.job.bytes.get(start..start + span.len as usize).unwrap_or_default()
    }

    /// For each event of the block, its id if it is not wanted; nothing where all are.
    fn unwanted(&self) -> Vec<Option<&'j str>> {
        match &self.options.unwanted {
            Some(unwanted) if self.job.source.layout().is_self_contained() => {
                unwanted.ids(&self.job.bytes, self.job.base, &self.job.events)
            }
            _ => Vec::new(),
        }
    }

    /// Decodes one event into the batch, or the records that it wraps.
    fn one(&mut self, span: Span, draft: &mut Draft<'j>) -> Result<(), DecodeError> {
        let whole = || self.job.source.layout().is_text() || format::holds_whole(self.bytes(span));
        if self.wraps && whole() && self.unwrap(span, draft) {
            return Ok(());
        }
        let decoded = self.decoded(span, draft)?;
        if !draft.is_sure() && self.unwrap(span, draft) {
            return Ok(());
        }
        self.take(span, decoded, draft)
    }

    fn decoded(&self, span: Span, draft: &mut Draft<'j>) -> Result<Drafted<'j>, DecodeError> {
        let bytes = self.bytes(span);
        let (decode, layout) = (self.options.decode, self.job.source.layout());
        let rated = self.options.wanted.has(Column::Risk);
        let depth = if rated { Depth::Rated } else { Depth::Columns };
        let run = AssertUnwindSafe(|| decode(draft, bytes, layout, depth));
        catch_unwind(run).unwrap_or_else(|_| {
            let reason = "a mistake in entrail, please report it";
            Err(DecodeError { at: 0, reason: reason.to_owned() })
        })
    }

    /// Takes the records that another system put something around, and tells what is broken beside
    /// them; `false` where there are none.
    fn unwrap(&mut self, event: Span, draft: &mut Draft<'j>) -> bool {
        let bytes = self.bytes(event);
        let find = AssertUnwindSafe(|| format::inside(bytes, self.job.source.layout()));
        let inside = catch_unwind(find).unwrap_or_default();
        let mut taken = false;
        for range in inside.records {
            let offset = event.offset + range.start as u64;
            let span = Span { offset, len: range.len() as u32 };
            let decoded = self.decoded(span, draft);
            taken |= decoded.and_then(|decoded| self.take(span, decoded, draft)).is_ok();
        }
        for range in inside.broken.into_iter().filter(|_| taken) {
            let lost = range.len() as u64;
            self.outcome.lost_bytes += lost;
            let reason = format!("JSON in a text is damaged or cut off; {lost} bytes skipped");
            self.trouble(event.offset + range.start as u64, reason, true);
        }
        taken
    }

    /// Takes what an event was decoded to.
    fn take(
        &mut self,
        span: Span,
        decoded: Drafted<'j>,
        draft: &mut Draft<'j>,
    ) -> Result<(), DecodeError> {
        let bytes = self.bytes(span);
        let crowded = match &decoded {
            Drafted::Record { crowded, .. } => *crowded,
            Drafted::Other(_) => true,
        };
        if crowded && self.swallows(bytes) {
            let reason = "a record that is not closed holds other records";
            return Err(DecodeError { at: 0, reason: reason.to_owned() });
        }
        match decoded {
            Drafted::Record { odd, .. } if !odd.is_empty() && self.is_several(bytes) => {
                // A line was taken whole that holds more than one record.
                let reason = "several records on one line, not all of them readable".to_owned();
                return Err(DecodeError { at: 0, reason });
            }
            Drafted::Record { odd, .. } => {
                draft.record.source = self.job.source.name().into();
                if let Some(either) = draft.either {
                    // Records that differ in their time only are told apart until it is decided.
                    draft.record.time = Some(either.day_first);
                    self.either.push((self.batch.len(), either));
                }
                self.batch.push(&draft.record, span);
                if !odd.is_empty() {
                    self.trouble(span.offset, odd.join("; "), false);
                }
            }
            Drafted::Other(name) => self.other(name.into_owned()),
        }
        Ok(())
    }

    /// Counts an event of a log that is not read.
    fn other(&mut self, name: String) {
        match self.outcome.other.iter_mut().find(|(other, _)| *other == name) {
            Some((_, count)) => *count += 1,
            None => self.outcome.other.push((name, 1)),
        }
    }

    /// An event that does not decode: takes the records inside it, and tells the rest.
    fn broken(&mut self, event: Span, error: &DecodeError, draft: &mut Draft<'j>) {
        let bytes = self.bytes(event);
        if let Some(answer) = error_text(bytes) {
            let reason = format!(
                "this is an error answer, not records ({answer}); run the request again and save that"
            );
            self.outcome.lost_bytes += u64::from(event.len);
            return self.trouble(event.offset, reason, true);
        }
        if self.unwrap(event, draft) {
            return;
        }
        let layout = self.job.source.layout();
        // Nothing is broken here, and no known record inside.
        let is_other = || format::is_sound(bytes) && !format::is_event(bytes);
        let (inside, complete) = match layout.is_text() || layout.is_self_contained() && is_other()
        {
            true => (Vec::new(), false),
            false => self.objects_inside(bytes),
        };
        let placed =
            |within: Span, span: Span| Span { offset: within.offset + span.offset, ..span };
        let mut todo: Vec<Span> =
            inside.into_iter().rev().map(|span| placed(event, span)).collect();
        let mut kept = 0;
        let mut unread = 0;
        while let Some(span) = todo.pop() {
            if self.one(span, draft).is_ok() {
                kept += u64::from(span.len);
                continue;
            }
            // What is inside is smaller and one level of brackets deeper: this ends.
            unread += 1;
            let (deeper, _) = self.objects_inside(self.bytes(span));
            todo.extend(deeper.into_iter().rev().map(|deeper| placed(span, deeper)));
        }
        if complete && unread == 0 {
            return;
        }
        let lost = u64::from(event.len).saturating_sub(kept);
        self.outcome.lost_bytes += lost;
        let by_line = self.job.by_line;
        let at = if by_line { event.offset } else { event.offset + error.at as u64 };
        let mut reason = error.reason.clone();
        if by_line && error.at > 0 {
            reason = format!("{reason} (byte {} of the record)", error.at);
        }
        self.trouble(at, format!("{reason}; {lost} bytes skipped"), true);
    }

    /// Does an event hold other events in a list? A record that lost its end does where the
    /// brackets of the list around it happen to close it, and it may decode all the same.
    fn swallows(&self, bytes: &[u8]) -> bool {
        let json = self.job.source.layout().is_self_contained();
        let twice = |key: &&[u8]| memchr::memmem::find_iter(bytes, *key).nth(1).is_some();
        if !json || !KEYS_OF_EVENTS.iter().any(twice) {
            return false;
        }
        let (inside, _) = self.framed(bytes, Json::inside(accepts, String::new()));
        inside.iter().any(|span| {
            let before = bytes[..span.offset as usize].trim_ascii_end();
            matches!(before.last(), Some(b',' | b'['))
        })
    }

    /// Does a line that was taken whole hold more than one record?
    fn is_several(&self, bytes: &[u8]) -> bool {
        let json = self.job.source.layout().is_self_contained();
        json && self.job.by_line && self.framed(bytes, Json::new(accepts, false)).0.len() > 1
    }

    /// Events inside a broken one: several on a line, a page on a line, or whole ones behind the
    /// broken place. And whether that is all there is.
    fn objects_inside(&self, bytes: &[u8]) -> (Vec<Span>, bool) {
        let whole = Span { offset: 0, len: bytes.len() as u32 };
        let (as_text, mut complete) = self.framed(bytes, Json::new(accepts, false));
        if as_text.is_empty() || as_text == [whole] {
            let (inside, _) = self.framed(bytes, Json::inside(accepts, String::new()));
            return (inside, false);
        }
        let mut inside = Vec::new();
        for span in as_text {
            let start = span.offset as usize;
            let part = &bytes[start..start + span.len as usize];
            if accepts(part, &Layout::JSON) {
                inside.push(span);
            } else {
                complete = false;
                let (deeper, _) = self.framed(part, Json::inside(accepts, String::new()));
                let placed = |s: Span| Span { offset: s.offset + span.offset, len: s.len };
                inside.extend(deeper.into_iter().map(placed));
            }
        }
        (inside, complete)
    }

    /// The events that framing finds in `bytes`, and whether nothing was wrong with it.
    fn framed(&self, bytes: &[u8], mut framing: Json) -> (Vec<Span>, bool) {
        let mut found = Scanned::default();
        // Records of another layout belong to another source: they are not taken here.
        let json = self.job.source.layout().is_self_contained();
        while let Step::Layout(layout) = framing.scan(bytes, 0, true, &mut found) {
            if json && !layout.is_self_contained() {
                return (found.events, false);
            }
        }
        (found.events, found.notes.is_empty())
    }

    fn trouble(&mut self, at: u64, reason: String, lost: bool) {
        let place = if self.job.by_line {
            let (from, line) = self.line;
            let from_byte = (from - self.job.base) as usize;
            let to_byte = (at.max(from) - self.job.base) as usize;
            let passed = self.job.bytes.get(from_byte..to_byte).unwrap_or_default();
            let line = line + memchr::memchr_iter(b'\n', passed).count() as u64;
            self.line = (at.max(from), line);
            Position::Line(line)
        } else {
            Position::Byte(at)
        };
        let source = self.job.source.name().to_owned();
        self.troubles.push((at, Trouble::new(source, place, reason, lost)));
    }
}
