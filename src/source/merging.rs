//! Outcomes become deliveries, in the order of the input: segments, progress, troubles, the summary.
//! Never decodes and never reorders: the same input gives the same records in the same rows.
#![expect(
    clippy::disallowed_methods,
    reason = "deliveries are paced by the clock, contents are not"
)]

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::account::Accounts;
use super::dates::Deciding;
use super::pipeline::{Meter, Outcome, Part};
use super::tenant::Asking;
use super::{Delivery, Progress, Summary};
use crate::place::{Position, Trouble};
use crate::store::builder::Indexer;

mod held;

/// Records in a segment.
const SEGMENT: usize = 16_384;
/// How long records wait for a segment to fill.
const SEGMENT_EVERY: Duration = Duration::from_millis(50);
/// How long a stream is silent before records whose dates are not decided are shown as they are.
const SILENCE: Duration = Duration::from_secs(2);
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
    accounts: Accounts,
    summary: Summary,
    /// Troubles of the source that is being read.
    held: held::Held,
    held_since: Option<Instant>,
    deciding: Deciding,
    last_segment: Option<Instant>,
    last_progress: Instant,
    started: Instant,
    last_part: Instant,
    unheard: bool,
}

impl<'l> Merging<'l> {
    /// Nothing merged yet; what is goes behind what the indexer has.
    pub fn new(
        meter: &'l Meter,
        indexer: Indexer,
        deliver: &'l mut dyn FnMut(Delivery) -> ControlFlow<()>,
    ) -> Self {
        Self {
            meter,
            deliver,
            left_out: (indexer.duplicates(), indexer.passed_over()),
            indexer,
            absorbed: 0,
            other: HashMap::new(),
            accounts: Accounts::default(),
            summary: Summary::default(),
            held: held::Held::default(),
            held_since: None,
            deciding: Deciding::default(),
            last_segment: None,
            last_progress: Instant::now(),
            started: Instant::now(),
            last_part: Instant::now(),
            unheard: false,
        }
    }

    /// Merges all parts. Breaks off when nobody listens any more.
    pub fn run(&mut self, parts: &Receiver<Part>) -> ControlFlow<()> {
        loop {
            match parts.recv_timeout(SEGMENT_EVERY) {
                Ok(Part::Block(outcome)) => {
                    let outcome = self.wait_for(&outcome);
                    self.take(outcome);
                }
                Ok(Part::Found(outcome)) => self.take(*outcome),
                Ok(Part::FileDone(name, bytes)) => {
                    self.decide();
                    self.tell_held();
                    let account = self.accounts.of(&name);
                    account.bytes = Some(account.bytes.unwrap_or(0) + bytes);
                }
                Err(RecvTimeoutError::Timeout) => self.pause(),
                Err(RecvTimeoutError::Disconnected) => return ControlFlow::Continue(()),
            }
            self.tick();
            if self.unheard {
                return ControlFlow::Break(());
            }
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
    fn take(&mut self, outcome: Outcome) {
        self.last_part = Instant::now();
        for outcome in self.deciding.take(outcome) {
            self.merge(outcome);
        }
    }

    /// Merges what waits where a stream is silent for so long that more may never come.
    fn pause(&mut self) {
        let endless = self.meter.endless.load(Ordering::Relaxed);
        if !endless || self.last_part.elapsed() < SILENCE {
            return;
        }
        for outcome in self.deciding.pause() {
            self.merge(outcome);
        }
    }

    /// Merges what waits for the end of a file.
    fn decide(&mut self) {
        for outcome in self.deciding.end() {
            self.merge(outcome);
        }
    }

    fn merge(&mut self, outcome: Outcome) {
        if let Some(batch) = outcome.batch {
            let seen = batch.seen() as u64;
            let before = (self.indexer.duplicates(), self.indexer.passed_over());
            self.indexer.absorb(batch);
            let account = self.accounts.of(&outcome.source);
            let duplicates = self.indexer.duplicates() - before.0;
            let passed_over = self.indexer.passed_over() - before.1;
            account.duplicates += duplicates;
            account.passed_over += passed_over;
            account.records += seen - duplicates - passed_over;
            self.absorbed += seen;
        }
        if outcome.lost_bytes > 0 || !outcome.other.is_empty() {
            let account = self.accounts.of(&outcome.source);
            account.lost_bytes += outcome.lost_bytes;
            for (name, count) in &outcome.other {
                let full = account.other.len() >= MOST_NAMES;
                account.add_other(if full { "other kinds" } else { name }, *count);
            }
        }
        for (name, count) in outcome.other {
            let full = self.other.len() >= MOST_NAMES && !self.other.contains_key(&name);
            let name = if full { "other kinds".to_owned() } else { name };
            *self.other.entry(name).or_default() += count;
        }
        self.summary.lost_bytes += outcome.lost_bytes;
        for trouble in outcome.troubles {
            self.trouble(trouble);
        }
    }

    /// Counts a trouble and holds it until its source was read: many of one cause are one then.
    pub fn trouble(&mut self, trouble: Trouble) {
        self.summary.troubles += trouble.times;
        self.summary.lost += if trouble.lost { trouble.times } else { 0 };
        self.summary.cause = self.summary.cause.max(trouble.cause);
        let account = self.accounts.of(&trouble.source);
        match (trouble.lost, trouble.place) {
            (true, Position::Whole) => account.unread = true,
            (true, _) => account.lost += trouble.times,
            (false, _) => account.odd += trouble.times,
        }
        if !self.held.is_of(&trouble.source) {
            self.tell_held();
        }
        self.held_since.get_or_insert_with(Instant::now);
        self.held.add(trouble);
    }

    /// Delivers the troubles that are held.
    fn tell_held(&mut self) {
        self.held_since = None;
        for trouble in self.held.take() {
            self.send(Delivery::Trouble(trouble));
        }
    }

    fn tick(&mut self) {
        self.tell_news();
        let now = Instant::now();
        let held_long = self.held_since.is_some_and(|since| now - since >= HELD_FOR);
        if held_long && self.meter.endless.load(Ordering::Relaxed) {
            self.tell_held();
        }
        let pending = self.indexer.pending();
        let due = self.last_segment.is_none_or(|last| now - last >= SEGMENT_EVERY);
        if pending >= SEGMENT || (pending > 0 && due) {
            self.segment();
            self.last_segment = Some(now);
        }
        if now - self.last_progress >= PROGRESS_EVERY {
            self.last_progress = now;
            let progress = Progress { rate: self.rate(now), ..self.progress() };
            self.send(Delivery::Progress(progress));
        }
    }

    /// Tells what a service says beside its records.
    fn tell_news(&mut self) {
        let Some(watch) = self.meter.watched() else { return };
        match watch.asking() {
            Asking::Unchanged => {}
            Asking::For(prompt) => self.send(Delivery::Prompt(Some(prompt))),
            Asking::Nothing => self.send(Delivery::Prompt(None)),
        }
        for trouble in watch.troubles() {
            self.trouble(trouble);
            self.tell_held();
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
        let endless = meter.endless.load(Ordering::Relaxed);
        let bytes_total = (!endless).then(|| meter.total.load(Ordering::Relaxed));
        // Parts of archives are read more than once, and a file may grow.
        let most = bytes_total.unwrap_or(u64::MAX);
        Progress {
            bytes_read: meter.read.load(Ordering::Relaxed).min(most),
            bytes_total,
            records: self.absorbed - duplicates - self.passed_over(),
            duplicates,
            files_done: meter.files_done.load(Ordering::Relaxed),
            files_total: meter.files_total.load(Ordering::Relaxed),
            rate: None,
            pulling: meter.watched().map(|watch| watch.pulling()),
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
        self.decide();
        self.tell_held();
        self.segment();
        let mut summary = std::mem::take(&mut self.summary);
        summary.progress = self.progress();
        summary.cancelled = cancelled;
        summary.passed_over = self.passed_over();
        summary.accounts = std::mem::take(&mut self.accounts).into_all();
        summary.other = std::mem::take(&mut self.other).into_iter().collect();
        summary.other.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        self.send(Delivery::Progress(summary.progress));
        self.send(Delivery::Done(summary));
        self.indexer
    }
}
