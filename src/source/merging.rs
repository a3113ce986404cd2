//! Outcomes become deliveries, in the order of the input: segments, progress, troubles, the summary.
//! Never decodes and never reorders: the same input gives the same records in the same rows.
#![expect(
    clippy::disallowed_methods,
    reason = "deliveries are paced by the clock, contents are not"
)]

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::dates::Deciding;
use super::input_totals::AllTotals;
use super::meter::Meter;
use super::outcome::Outcome;
use super::work::Part;
use super::{Delivery, Following, Progress, Summary};
use crate::place::{News, Position, Trouble};
use crate::store::builder::Indexer;

mod held;

/// Records in a segment.
const SEGMENT: usize = 16_384;
/// How long records wait for a segment to fill.
const SEGMENT_EVERY: Duration = Duration::from_millis(50);
/// How long a stream is silent before records whose dates are not decided are shown as they are.
const SILENCE: Duration = Duration::from_secs(2);
/// How long it sleeps where hours may pass with nothing to do.
const ASLEEP: Duration = Duration::from_secs(1);
/// How often progress is told.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);
/// From here on it can be told how fast a load is.
const RATE_AFTER: Duration = Duration::from_millis(300);
/// How long troubles of a source without an end are held.
const HELD_FOR: Duration = Duration::from_secs(1);
/// Names of other logs that are counted one by one: they come from the data.
const MOST_NAMES: usize = 1_000;

/// The merging end of a load.
pub struct Merging<'l> {
    meter: &'l Meter,
    deliver: &'l mut dyn FnMut(Delivery) -> ControlFlow<()>,
    indexer: Indexer,
    /// Duplicates and records passed over before this load.
    left_out: (u64, u64),
    absorbed: u64,
    other: HashMap<String, u64>,
    totals: AllTotals,
    summary: Summary,
    /// What is being read in each queue.
    queues: Vec<Reading>,
    is_quiet: bool,
    last_segment: Option<Instant>,
    last_progress: Instant,
    started: Instant,
    unheard: bool,
}

/// What is being read in a queue.
struct Reading {
    /// Troubles of its source, and since when.
    held: held::Held,
    held_since: Option<Instant>,
    deciding: Deciding,
    last_part: Instant,
}

impl Reading {
    fn new() -> Self {
        let (held, deciding) = Default::default();
        Self { held, held_since: None, deciding, last_part: Instant::now() }
    }
}

impl<'l> Merging<'l> {
    /// Nothing merged yet; what is goes behind what the indexer has.
    pub fn new(
        meter: &'l Meter,
        indexer: Indexer,
        deliver: &'l mut dyn FnMut(Delivery) -> ControlFlow<()>,
        is_quiet: bool,
    ) -> Self {
        Self {
            meter,
            deliver,
            left_out: (indexer.duplicates(), indexer.passed_over()),
            indexer,
            absorbed: 0,
            other: HashMap::new(),
            totals: AllTotals::default(),
            summary: Summary::default(),
            queues: meter.queues.iter().map(|_| Reading::new()).collect(),
            is_quiet,
            last_segment: None,
            last_progress: Instant::now(),
            started: Instant::now(),
            unheard: false,
        }
    }

    /// Merges all parts. Breaks off when nobody listens any more.
    pub fn run(&mut self, parts: &Receiver<(usize, Part)>) -> ControlFlow<()> {
        loop {
            match parts.recv_timeout(self.patience()) {
                Ok((queue, part)) => self.part(queue, part),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return ControlFlow::Continue(()),
            }
            self.pause();
            self.tick();
            if self.unheard {
                return ControlFlow::Break(());
            }
        }
    }

    /// How long the next part is waited for.
    fn patience(&self) -> Duration {
        let has_time = || self.indexer.pending() == 0 && self.meter.watched().is_empty();
        if self.is_quiet && has_time() { ASLEEP } else { SEGMENT_EVERY }
    }

    fn part(&mut self, queue: usize, part: Part) {
        match part {
            Part::Block(outcome) => {
                let outcome = self.wait_for(&outcome);
                self.take(queue, outcome);
            }
            Part::Found(outcome) => self.take(queue, *outcome),
            Part::FileDone(name, bytes) => {
                self.decide(queue);
                self.tell_held(queue);
                let totals = self.totals.of(&name);
                totals.bytes = Some(totals.bytes.unwrap_or(0) + bytes);
            }
            Part::Settle(settled) => {
                self.decide(queue);
                self.tell_held(queue);
                self.segment();
                // Who asked may have been stopped meanwhile.
                let _ = settled.send(());
            }
            Part::Over(name, why) => self.send(Delivery::Following(Following::Over { name, why })),
        }
    }

    fn wait_for(&mut self, outcome: &Receiver<Outcome>) -> Outcome {
        loop {
            match outcome.recv_timeout(SEGMENT_EVERY) {
                Ok(outcome) => return outcome,
                Err(RecvTimeoutError::Timeout) => self.tick(),
                Err(RecvTimeoutError::Disconnected) => {
                    return Outcome::mistake("entrail".to_owned(), "a block was not decoded");
                }
            }
        }
    }

    /// Merges an outcome, unless it waits for what its file says of its dates.
    fn take(&mut self, queue: usize, outcome: Outcome) {
        let reading = &mut self.queues[queue];
        reading.last_part = Instant::now();
        for outcome in reading.deciding.take(outcome) {
            self.merge(queue, outcome);
        }
    }

    /// Merges what waits where a stream is silent for so long that more may never come.
    fn pause(&mut self) {
        for queue in 0..self.queues.len() {
            let is_endless = self.meter.queues[queue].endless.load(Ordering::Relaxed);
            let reading = &mut self.queues[queue];
            if !is_endless || !reading.deciding.waits() || reading.last_part.elapsed() < SILENCE {
                continue;
            }
            for outcome in reading.deciding.pause() {
                self.merge(queue, outcome);
            }
        }
    }

    /// Merges what waits for the end of a file.
    fn decide(&mut self, queue: usize) {
        for outcome in self.queues[queue].deciding.end() {
            self.merge(queue, outcome);
        }
    }

    fn merge(&mut self, queue: usize, outcome: Outcome) {
        let _stage = tracing::debug_span!("merge", queue).entered();
        if let Some(batch) = outcome.batch {
            let seen = batch.seen() as u64;
            let before = (self.indexer.duplicates(), self.indexer.passed_over());
            self.indexer.absorb(batch);
            let totals = self.totals.of(&outcome.source);
            let duplicates = self.indexer.duplicates() - before.0;
            let passed_over = self.indexer.passed_over() - before.1;
            totals.duplicates += duplicates;
            totals.passed_over += passed_over;
            totals.records += seen - duplicates - passed_over;
            self.absorbed += seen;
        }
        if outcome.lost_bytes > 0 || !outcome.other.is_empty() {
            let totals = self.totals.of(&outcome.source);
            totals.lost_bytes += outcome.lost_bytes;
            for (name, count) in &outcome.other {
                let full = totals.other.len() >= MOST_NAMES;
                totals.add_other(if full { "other kinds" } else { name }, *count);
            }
        }
        for (name, count) in outcome.other {
            let full = self.other.len() >= MOST_NAMES && !self.other.contains_key(&name);
            let name = if full { "other kinds".to_owned() } else { name };
            *self.other.entry(name).or_default() += count;
        }
        self.summary.lost_bytes += outcome.lost_bytes;
        for trouble in outcome.troubles {
            self.hold(queue, trouble);
        }
    }

    /// Counts a trouble, and tells it at once.
    pub fn trouble(&mut self, trouble: Trouble) {
        self.count(&trouble);
        self.send(Delivery::Trouble(trouble));
    }

    /// The same trouble, with where its line is from.
    fn placed(&self, trouble: Trouble) -> Trouble {
        let Position::Line(line) = trouble.place else { return trouble };
        let watched = self.meter.watched();
        let mut of_it = watched.iter().rev().filter(|watched| *watched.name == trouble.source);
        let place = of_it.find_map(|watched| watched.status.position(line));
        Trouble { place: place.unwrap_or(trouble.place), ..trouble }
    }

    /// Counts a trouble and holds it until its source was read: many of one cause are one then.
    fn hold(&mut self, queue: usize, trouble: Trouble) {
        let trouble = self.placed(trouble);
        self.count(&trouble);
        if !self.queues[queue].held.is_of(&trouble.source) {
            self.tell_held(queue);
        }
        let reading = &mut self.queues[queue];
        reading.held_since.get_or_insert_with(Instant::now);
        reading.held.add(trouble);
    }

    fn count(&mut self, trouble: &Trouble) {
        self.summary.troubles += trouble.times;
        self.summary.lost += if trouble.lost { trouble.times } else { 0 };
        self.summary.cause = self.summary.cause.max(trouble.cause);
        let totals = self.totals.of(&trouble.source);
        match (trouble.lost, trouble.place) {
            (true, Position::Whole) => totals.unread = true,
            (true, _) => totals.lost += trouble.times,
            (false, _) => totals.odd += trouble.times,
        }
    }

    /// Delivers the troubles that are held of a queue.
    fn tell_held(&mut self, queue: usize) {
        let reading = &mut self.queues[queue];
        reading.held_since = None;
        for trouble in reading.held.take() {
            self.send(Delivery::Trouble(trouble));
        }
    }

    fn tick(&mut self) {
        self.tell_news();
        let now = Instant::now();
        for queue in 0..self.queues.len() {
            let since = self.queues[queue].held_since;
            let held_long = since.is_some_and(|since| now - since >= HELD_FOR);
            if held_long && self.meter.queues[queue].endless.load(Ordering::Relaxed) {
                self.tell_held(queue);
            }
        }
        let pending = self.indexer.pending();
        let due = self.last_segment.is_none_or(|last| now - last >= SEGMENT_EVERY);
        if pending >= SEGMENT || (pending > 0 && due) {
            self.segment();
            self.last_segment = Some(now);
        }
        if !self.is_quiet && now - self.last_progress >= PROGRESS_EVERY {
            self.last_progress = now;
            let progress = Progress { rate: self.rate(now), ..self.progress() };
            self.send(Delivery::Progress(progress));
        }
        self.tell_reached();
    }

    /// Tells what services say beside their records.
    fn tell_news(&mut self) {
        let mut told = Vec::new();
        for watched in self.meter.watched().iter_mut() {
            for news in watched.status.news() {
                told.push(match news {
                    News::Progress(pulling) => {
                        watched.reached = Some(pulling);
                        continue;
                    }
                    News::Prompt(prompt) => Delivery::Prompt(Arc::clone(&watched.name), prompt),
                    News::Trouble(trouble) => Delivery::Trouble(trouble),
                });
            }
        }
        for delivery in told {
            if let Delivery::Trouble(trouble) = &delivery {
                self.count(trouble);
            }
            self.send(delivery);
        }
    }

    /// Tells how far services are, where that is news: behind the records that came by then.
    fn tell_reached(&mut self) {
        if self.indexer.pending() > 0 {
            return;
        }
        let mut told = Vec::new();
        for watched in self.meter.watched().iter_mut() {
            if watched.told != watched.reached {
                watched.told = watched.reached;
                let reached = watched.reached.map(|reached| (Arc::clone(&watched.name), reached));
                told.extend(reached);
            }
        }
        for (name, reached) in told {
            self.send(Delivery::Pulling(name, reached));
        }
    }

    fn segment(&mut self) {
        if let Some(segment) = self.indexer.take_segment() {
            self.send(Delivery::Segment(segment));
        }
    }

    fn progress(&self) -> Progress {
        let meter = self.meter;
        let duplicates = self.indexer.duplicates() - self.left_out.0;
        let bytes_total = (!meter.is_endless()).then(|| meter.total.load(Ordering::Relaxed));
        // Parts of archives are read more than once, and a file may grow.
        let most = bytes_total.unwrap_or(u64::MAX);
        Progress {
            bytes_read: meter.read().min(most),
            bytes_total,
            records: self.absorbed - duplicates - self.passed_over(),
            duplicates,
            files_done: meter.files_done.load(Ordering::Relaxed),
            files_total: meter.files_total.load(Ordering::Relaxed),
            rate: None,
        }
    }

    fn rate(&self, now: Instant) -> Option<u64> {
        let elapsed = now - self.started;
        let records = self.absorbed as f64;
        (elapsed >= RATE_AFTER).then(|| (records / elapsed.as_secs_f64()) as u64)
    }

    fn send(&mut self, delivery: Delivery) {
        if !self.unheard {
            self.unheard = (self.deliver)(delivery).is_break();
        }
    }

    fn passed_over(&self) -> u64 {
        self.indexer.passed_over() - self.left_out.1
    }

    /// Delivers what is left, and the summary.
    pub fn done(mut self, cancelled: bool) -> Indexer {
        self.tell_news();
        for queue in 0..self.queues.len() {
            self.decide(queue);
            self.tell_held(queue);
        }
        self.segment();
        self.tell_reached();
        let mut summary = std::mem::take(&mut self.summary);
        summary.progress = self.progress();
        summary.cancelled = cancelled;
        summary.passed_over = self.passed_over();
        summary.totals = std::mem::take(&mut self.totals).into_all();
        summary.other = std::mem::take(&mut self.other).into_iter().collect();
        summary.other.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        self.send(Delivery::Progress(summary.progress));
        self.send(Delivery::Done(summary));
        self.indexer
    }
}
