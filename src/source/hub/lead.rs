//! One broker at work: the partitions it leads are asked for together, until each is read or lost.
//! Never waits for whoever does not take what came, and never passes over messages in silence.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::Sender;

use super::batch::{self, Message, Unread};
use super::failure::{Failure, NOT_LEADER, OUT_OF_RANGE};
use super::link::{Link, Namespace};
use super::requests::{Broker, FIRST, Fetch, Fetched, LAST, ListOffsets};

/// How long a broker may wait for something new, in milliseconds.
const WAIT: i32 = 500;
/// About how much may come at once, in bytes, of all partitions and of one.
const MOST: i32 = 16 << 20;
const MOST_OF_ONE: i32 = 1 << 20;
/// How much one batch may have.
const MOST_OF_BATCH: i32 = 64 << 20;
/// How often nothing may come of what is said to be there.
const MOST_EMPTY: u32 = 6;

/// From where a partition is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Start {
    /// From this offset on.
    Offset(i64),
    /// From the first message of this time or later, in milliseconds since 1970; or [`FIRST`], [`LAST`].
    Time(i64),
}

/// A partition to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job {
    pub partition: i32,
    pub start: Start,
    /// Is it read up to what is there when it begins? Otherwise for ever.
    pub is_bounded: bool,
    /// The offset that was there when it began, where it began before.
    pub end: Option<i64>,
}

/// What happens to a partition.
#[derive(Debug)]
pub(super) enum Event {
    /// It is read from this offset on. `is_oldest`: nothing older is kept, though older was.
    Begins { offset: i64, is_oldest: bool },
    /// Messages came; they may be none.
    Came(Came),
    /// Messages that were asked for are not kept any more: from the first offset up to the second.
    Gone { from: i64, to: i64 },
    /// The offset is behind the end: the hub was made anew.
    Anew { from: i64, end: i64, first: i64 },
    /// Nothing comes of offsets that are said to be there.
    Hollow { from: i64, end: i64 },
    /// It is read up to what was there when it began.
    Done,
    /// It is not read here any more.
    Lost(Failure),
}

/// What came of a partition.
#[derive(Debug)]
pub(super) struct Came {
    pub messages: Vec<Message>,
    pub unread: Vec<Unread>,
    pub next: i64,
    /// The offset behind the last message that is there now.
    pub end: i64,
}

/// Partitions that are handed to a broker at work.
#[derive(Clone, Default, Debug)]
pub(super) struct Inbox(Arc<Mutex<Handed>>);

#[derive(Default, Debug)]
struct Handed {
    jobs: Vec<Job>,
    is_closed: bool,
}

impl Inbox {
    fn locked(&self) -> MutexGuard<'_, Handed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands over a partition; `false`: the broker is not at work any more.
    pub fn hand(&self, job: Job) -> bool {
        let mut handed = self.locked();
        if !handed.is_closed {
            handed.jobs.push(job);
        }
        !handed.is_closed
    }

    fn take(&self) -> Vec<Job> {
        std::mem::take(&mut self.locked().jobs)
    }

    /// Closes it where nothing is in it.
    fn is_over(&self) -> bool {
        let mut handed = self.locked();
        handed.is_closed = handed.jobs.is_empty();
        handed.is_closed
    }

    fn close(&self) -> Vec<Job> {
        let mut handed = self.locked();
        handed.is_closed = true;
        std::mem::take(&mut handed.jobs)
    }
}

/// Events of partitions, as they are told.
pub(super) type Events = Vec<(i32, Event)>;

/// Reads what is handed over of a broker until nothing is left of it. Each event goes to `events`; once
/// nobody takes them, it ends.
pub(super) async fn lead(
    namespace: Namespace,
    broker: Broker,
    inbox: Inbox,
    events: Sender<Events>,
) {
    let mut lead =
        Lead { hub: namespace.address.hub.clone(), reading: Vec::new(), told: Vec::new() };
    let failure = match namespace.link_to(&broker).await {
        Ok(mut link) => loop {
            match lead.round(&mut link, &namespace, &inbox).await {
                Ok(pause) => {
                    let told = std::mem::take(&mut lead.told);
                    if !told.is_empty() && events.send(told).await.is_err() {
                        return;
                    }
                    if lead.reading.is_empty() && inbox.is_over() {
                        return;
                    }
                    if !pause.is_zero() {
                        namespace.pace.sleep(pause).await;
                    }
                }
                Err(failure) => break failure,
            }
        },
        Err(failure) => failure,
    };
    let handed = inbox.close().into_iter().map(|job| job.partition);
    let lost = lead.reading.iter().map(|reading| reading.job.partition).chain(handed);
    let mut told = std::mem::take(&mut lead.told);
    told.extend(lost.map(|partition| (partition, Event::Lost(failure.clone()))));
    // Nobody who takes it is missing it.
    let _ = events.send(told).await;
}

struct Lead {
    hub: String,
    reading: Vec<Reading>,
    told: Events,
}

/// A partition as it is read.
struct Reading {
    job: Job,
    next: i64,
    most: i32,
    empty: u32,
}

impl Reading {
    fn is_done(&self) -> bool {
        self.job.is_bounded && self.job.end.is_some_and(|end| self.next >= end)
    }
}

impl Lead {
    fn tell(&mut self, partition: i32, event: Event) {
        self.told.push((partition, event));
    }

    /// Asks once; how long to wait before the next time.
    async fn round(
        &mut self,
        link: &mut Link,
        namespace: &Namespace,
        inbox: &Inbox,
    ) -> Result<Duration, Failure> {
        let jobs = inbox.take();
        if !jobs.is_empty()
            && let Err(failure) = self.begin(link, &jobs).await
        {
            let begun =
                |job: &&Job| !self.reading.iter().any(|one| one.job.partition == job.partition);
            let lost: Vec<i32> = jobs.iter().filter(begun).map(|job| job.partition).collect();
            for partition in lost {
                self.tell(partition, Event::Lost(failure.clone()));
            }
            return Err(failure);
        }
        if self.reading.is_empty() {
            return Ok(Duration::ZERO);
        }
        let partitions =
            self.reading.iter().map(|one| (one.job.partition, one.next, one.most)).collect();
        let most = self.reading.iter().map(|one| one.most).max().unwrap_or(MOST).max(MOST);
        let fetch = Fetch { hub: &namespace.address.hub, wait: WAIT, most, partitions };
        let (throttled, fetched) = link.ask(&fetch).await?;
        // Whoever is first in the request is served first.
        self.reading.rotate_left(1);
        for one in fetched {
            self.fetched(link, one, throttled > 0).await?;
        }
        Ok(Duration::from_millis(u64::try_from(throttled).unwrap_or(0).min(60_000)))
    }

    /// Finds out where partitions begin.
    async fn begin(&mut self, link: &mut Link, jobs: &[Job]) -> Result<(), Failure> {
        let mut by_time = Vec::new();
        for &job in jobs {
            match job.start {
                Start::Offset(offset) => self.add(job, offset),
                Start::Time(time) => by_time.push((job, time)),
            }
        }
        if by_time.is_empty() {
            return Ok(());
        }
        let asked = by_time.iter().map(|(job, time)| (job.partition, *time)).collect();
        let found = self.offsets(link, asked).await?;
        let lacking: Vec<(i32, i64)> = (found.iter())
            .filter(|at| at.1 == Ok(-1))
            .map(|(partition, _)| (*partition, LAST))
            .collect();
        let last =
            if lacking.is_empty() { Vec::new() } else { self.offsets(link, lacking).await? };
        let timed: Vec<(i32, i64)> = (by_time.iter())
            .filter(|(_, time)| *time >= 0)
            .map(|(job, _)| (job.partition, FIRST))
            .collect();
        let first = if timed.is_empty() { Vec::new() } else { self.offsets(link, timed).await? };
        for (job, time) in by_time {
            let of = |all: &[(i32, Result<i64, i16>)]| {
                all.iter().find(|(partition, _)| *partition == job.partition).map(|(_, at)| *at)
            };
            let at = match of(&found) {
                Some(Ok(-1)) => of(&last),
                at => at,
            };
            match at {
                Some(Ok(offset)) if offset >= 0 => {
                    let is_oldest = offset > 0 && of(&first) == Some(Ok(offset));
                    self.tell(job.partition, Event::Begins { offset, is_oldest });
                    let end = if time == LAST { Some(offset) } else { job.end };
                    self.add(Job { end: job.end.or(end), ..job }, offset);
                }
                Some(Err(code)) => self.tell(job.partition, Event::Lost(Failure::Code(code))),
                _ => self.tell(job.partition, Event::Lost(Failure::Code(NOT_LEADER))),
            }
        }
        Ok(())
    }

    fn add(&mut self, job: Job, next: i64) {
        let reading = Reading { job, next, most: MOST_OF_ONE, empty: 0 };
        match reading.is_done() {
            true => self.tell(job.partition, Event::Done),
            false => self.reading.push(reading),
        }
    }

    async fn offsets(
        &self,
        link: &mut Link,
        partitions: Vec<(i32, i64)>,
    ) -> Result<Vec<(i32, Result<i64, i16>)>, Failure> {
        let found = link.ask(&ListOffsets { hub: &self.hub, partitions }).await?;
        let at = found
            .into_iter()
            .map(|at| (at.partition, if at.code == 0 { Ok(at.offset) } else { Err(at.code) }));
        Ok(at.collect())
    }

    async fn fetched(
        &mut self,
        link: &mut Link,
        fetched: Fetched,
        is_throttled: bool,
    ) -> Result<(), Failure> {
        let Some(at) = self.reading.iter().position(|one| one.job.partition == fetched.partition)
        else {
            return Ok(());
        };
        let partition = fetched.partition;
        match fetched.code {
            0 => {}
            OUT_OF_RANGE => return self.out_of_range(link, at).await,
            code => {
                self.reading.remove(at);
                self.tell(partition, Event::Lost(Failure::Code(code)));
                return Ok(());
            }
        }
        let from = self.reading[at].next;
        if fetched.first > from {
            self.tell(partition, Event::Gone { from, to: fetched.first });
            self.reading[at].next = fetched.first;
        }
        let reading = &mut self.reading[at];
        let end = *reading.job.end.get_or_insert(fetched.end);
        let unpacked = batch::unpack(&fetched.batches, reading.next, &fetched.aborted);
        match unpacked.next {
            Some(next) => {
                reading.next = next.max(reading.next);
                (reading.empty, reading.most) = (0, MOST_OF_ONE);
            }
            // The first batch is larger than what was asked for.
            None if !fetched.batches.is_empty() => {
                if reading.most >= MOST_OF_BATCH {
                    let next = reading.next;
                    let why = "a batch of messages is larger than 64 MB".to_owned();
                    reading.next = next.saturating_add(1);
                    let unread = vec![Unread { first: next, last: next, why }];
                    let (next, end) = (reading.next, fetched.end);
                    let came = Came { messages: Vec::new(), unread, next, end };
                    self.tell(partition, Event::Came(came));
                    return Ok(());
                }
                reading.most = reading.most.saturating_mul(4).min(MOST_OF_BATCH);
            }
            None if reading.next < fetched.end && !is_throttled => reading.empty += 1,
            None => {}
        }
        let (next, empty, is_bounded) = (reading.next, reading.empty, reading.job.is_bounded);
        let is_hollow = is_bounded && empty >= MOST_EMPTY;
        let is_done = reading.is_done() || is_hollow;
        let came =
            Came { messages: unpacked.messages, unread: unpacked.unread, next, end: fetched.end };
        self.tell(partition, Event::Came(came));
        if is_hollow {
            self.tell(partition, Event::Hollow { from: next, end });
        }
        if is_done {
            self.reading.remove(at);
            self.tell(partition, Event::Done);
        }
        Ok(())
    }

    /// Goes on at the first message that is kept, and says what is missing.
    async fn out_of_range(&mut self, link: &mut Link, at: usize) -> Result<(), Failure> {
        let (partition, from) = (self.reading[at].job.partition, self.reading[at].next);
        let found = [
            self.offsets(link, vec![(partition, FIRST)]).await?,
            self.offsets(link, vec![(partition, LAST)]).await?,
        ];
        let [Some((_, Ok(first))), Some((_, Ok(end)))] = found.map(|found| found.first().copied())
        else {
            self.reading.remove(at);
            self.tell(partition, Event::Lost(Failure::Code(NOT_LEADER)));
            return Ok(());
        };
        // Somewhere in between it can be read: the answer was about a moment ago.
        if from > end {
            self.tell(partition, Event::Anew { from, end, first });
            self.reading[at].job.end = self.reading[at].job.end.map(|_| end);
            self.reading[at].next = first;
        } else if from < first {
            self.tell(partition, Event::Gone { from, to: first });
            self.reading[at].next = first;
        } else {
            self.reading[at].empty += 1;
            if self.reading[at].empty >= MOST_EMPTY {
                self.reading.remove(at);
                self.tell(partition, Event::Lost(Failure::Code(OUT_OF_RANGE)));
                return Ok(());
            }
        }
        if self.reading[at].is_done() {
            self.reading.remove(at);
            self.tell(partition, Event::Done);
        }
        Ok(())
    }
}
