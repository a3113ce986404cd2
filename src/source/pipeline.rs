//! The threads of a load and what passes between them.
//! Never reads, frames or decodes itself, and never leaves a thread behind.

mod buffers;

use std::fmt;
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Builder};

use tokio_util::sync::CancellationToken;

pub use self::buffers::Buffers;
use super::decoding::lines::{Lines, Stretch};
use super::index::State;
use super::lanes::Lane;
use super::original::Source;
use super::{Delivery, Unwanted};
use super::{decoding, merging, reading};
use crate::format::{DatesSeen, DecodeError, Depth, Draft, Drafted, Either, Layout};
use crate::log::Watch;
use crate::place::{Position, Pulling, Status, Trouble};
use crate::record::wanted::Wanted;
use crate::store::Span;
use crate::store::builder::{Batch, Indexer};
use crate::time::DateOrder;

/// How one event is decoded; another one only in tests.
pub type Decode =
    for<'a> fn(&mut Draft<'a>, &'a [u8], &Layout, Depth) -> Result<Drafted<'a>, DecodeError>;

/// How a load is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Threads that decode.
    pub workers: usize,
    /// Bytes of the first block: small, so that the first records are there at once.
    pub first_block: usize,
    /// Bytes that blocks grow to.
    pub most_block: usize,
    /// How events are decoded.
    pub decode: Decode,
    /// Tells the id of an event that is not wanted; such events are passed over.
    pub unwanted: Option<Unwanted>,
    /// The columns to be filled.
    pub wanted: Wanted,
    /// The order of day and month in dates in numbers; `None`: each file shows it.
    pub date_order: Option<DateOrder>,
    /// Does it last for hours, with nothing to tell most of the time? Then no progress is told.
    pub is_quiet: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            workers: thread::available_parallelism().map_or(2, usize::from).min(16),
            first_block: 64 << 10,
            most_block: 1 << 20,
            decode: crate::format::decode_into,
            unwanted: None,
            wanted: Wanted::default(),
            date_order: None,
            is_quiet: false,
        }
    }
}

/// Counters of a running load, written while reading.
#[derive(Default, Debug)]
pub struct Meter {
    /// What is counted of each lane.
    pub lanes: Vec<LaneMeter>,
    /// Bytes of all files.
    pub total: AtomicU64,
    /// Files read to their end.
    pub files_done: AtomicU32,
    /// All files.
    pub files_total: AtomicU32,
    /// The files that were read, each with its state, where that was the same before and after.
    pub reads: Mutex<Vec<(PathBuf, Option<State>)>>,
    /// Did the system refuse something? Another load may find more.
    pub refused: AtomicBool,
    /// Fires when the load is to end: it was cancelled, or nobody listens any more.
    pub end: CancellationToken,
    /// The streams that tell something beside their records.
    watched: Mutex<Vec<Watched>>,
}

/// Counters of a lane.
#[derive(Default, Debug)]
pub struct LaneMeter {
    /// Bytes read of files and streams.
    pub read: Arc<AtomicU64>,
    /// Is there a stream, so that nobody knows how much comes?
    pub endless: AtomicBool,
}

/// A stream that tells something beside its records.
pub struct Watched {
    /// The place it is of.
    pub name: Arc<str>,
    /// What it tells.
    pub status: Arc<dyn Status>,
    /// How far it is.
    pub reached: Option<Pulling>,
    /// How far it was when that was told last.
    pub told: Option<Pulling>,
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watched").field(&self.name).finish()
    }
}

impl Meter {
    /// For so many lanes, to end with `cancel`.
    fn new(lanes: usize, cancel: &CancellationToken) -> Self {
        let lanes = (0..lanes).map(|_| LaneMeter::default()).collect();
        Self { lanes, end: cancel.child_token(), ..Self::default() }
    }

    /// Bytes read so far.
    pub fn read(&self) -> u64 {
        self.lanes.iter().map(|lane| lane.read.load(Ordering::Relaxed)).sum()
    }

    /// Is it not known how much there is to read?
    pub fn is_endless(&self) -> bool {
        self.lanes.iter().any(|lane| lane.endless.load(Ordering::Relaxed))
    }

    /// Has what a stream of this name says beside its records told.
    pub fn watch(&self, name: &str, status: Arc<dyn Status>) {
        self.watched().push(Watched { name: name.into(), status, reached: None, told: None });
    }

    /// The streams that tell something beside their records.
    pub fn watched(&self) -> MutexGuard<'_, Vec<Watched>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every file that was read, and its state; `None` where another load of the same files might
    /// find something else.
    fn into_reads(self) -> Option<Vec<(PathBuf, State)>> {
        let reads = self.reads.into_inner().unwrap_or_else(PoisonError::into_inner);
        let all = reads.into_iter().map(|(path, state)| Some((path, state?))).collect();
        if self.refused.into_inner() { None } else { all }
    }
}

/// A block of events to be decoded.
#[derive(Debug)]
pub struct Job {
    /// What the events belong to.
    pub source: Arc<Source>,
    /// The block, and anything behind it.
    pub bytes: Arc<Vec<u8>>,
    /// Where the block begins in the source.
    pub base: u64,
    /// Number of the line the block begins in.
    pub line: u64,
    /// Are places told as lines?
    pub by_line: bool,
    /// Where the events are in the source.
    pub events: Vec<Span>,
    /// What framing found wrong or odd in the block, each with the byte it is about.
    pub notes: Vec<(u64, Trouble)>,
}

/// What came of a block.
#[derive(Default, Debug)]
pub struct Outcome {
    /// Its records.
    pub batch: Option<Batch>,
    /// What was wrong or odd.
    pub troubles: Vec<Trouble>,
    /// Bytes of broken events.
    pub lost_bytes: u64,
    /// Names of events that are not audit activity, and how many.
    pub other: Vec<(String, u64)>,
    /// Name of the source that all of it is of; troubles name their own.
    pub source: String,
    /// What it is of and what its dates show; `None` where reading found it out itself.
    pub dated: Option<Dated>,
}

/// Dates in numbers among the records of a block.
#[derive(Debug)]
pub struct Dated {
    /// What the records are of.
    pub source: Arc<Source>,
    /// What the dates show.
    pub seen: DatesSeen,
    /// Places of records in the batch whose time is not decided, each with the two it may be.
    pub either: Vec<(usize, Either)>,
}

/// What is merged, in the order of the input.
#[derive(Debug)]
pub enum Part {
    /// A block: its outcome comes through here.
    Block(Receiver<Outcome>),
    /// Something reading found out itself.
    Found(Box<Outcome>),
    /// A file ended: its name and how many bytes it has as it is stored.
    FileDone(String, u64),
    /// Everything before it is to be delivered; then this is told.
    Settle(SyncSender<()>),
    /// A place of this name is not followed any more: why.
    Over(String, String),
}

/// What the decoding threads are asked to do, each with where the answer goes.
#[derive(Debug)]
pub enum Work {
    /// Decode a block.
    Block(Job, SyncSender<Outcome>),
    /// Read a stretch of lines and decode them.
    Stretch(Stretch, SyncSender<Option<Lines>>),
}

/// Where reading puts what it finds.
#[derive(Debug)]
pub struct Outlet {
    /// The number of the lane.
    lane: usize,
    parts: SyncSender<(usize, Part)>,
    jobs: SyncSender<Work>,
    /// Buffers for blocks.
    pub buffers: Arc<Buffers>,
}

/// The load is to stop: it was cancelled, or nobody listens any more.
#[derive(Clone, Copy, Debug)]
pub struct Stopped;

impl Outlet {
    /// The number of the lane.
    pub fn lane(&self) -> usize {
        self.lane
    }

    /// Has a stretch of lines read and decoded. Waits while the decoding threads are behind.
    pub fn stretch(&self, stretch: Stretch) -> Result<Receiver<Option<Lines>>, Stopped> {
        let (reply, answer) = sync_channel(1);
        self.jobs.send(Work::Stretch(stretch, reply)).map_err(|_| Stopped)?;
        Ok(answer)
    }

    /// Hands a block to the decoding threads. Waits while too many are on their way.
    pub fn block(&self, job: Job) -> Result<(), Stopped> {
        let (reply, outcome) = sync_channel(1);
        // In this order: what is merged next is always known to the decoding threads.
        self.part(Part::Block(outcome))?;
        self.jobs.send(Work::Block(job, reply)).map_err(|_| Stopped)
    }

    /// Hands over anything else.
    pub fn part(&self, part: Part) -> Result<(), Stopped> {
        self.parts.send((self.lane, part)).map_err(|_| Stopped)
    }

    /// Hands over one trouble.
    pub fn trouble(&self, trouble: Trouble, lost_bytes: u64) -> Result<(), Stopped> {
        let source = trouble.source.clone();
        let troubles = vec![trouble];
        let outcome = Outcome { troubles, lost_bytes, source, ..Outcome::default() };
        self.part(Part::Found(Box::new(outcome)))
    }
}

/// Runs a load to its end on scoped threads, one for each lane, delivering on the calling one. `deliver` answers
/// whether it wants more. Returns the files that were read, where another load of them would find
/// the same as long as they are as they were.
pub fn run(
    lanes: Vec<Lane>,
    cancel: &CancellationToken,
    options: &Options,
    deliver: &mut dyn FnMut(Delivery) -> ControlFlow<()>,
) -> Option<Vec<(PathBuf, State)>> {
    resume(lanes, Indexer::new(), cancel, options, deliver).1
}

/// The same, behind what an indexer has taken in before; it comes back.
pub fn resume(
    lanes: Vec<Lane>,
    indexer: Indexer,
    cancel: &CancellationToken,
    options: &Options,
    deliver: &mut dyn FnMut(Delivery) -> ControlFlow<()>,
) -> (Indexer, Option<Vec<(PathBuf, State)>>) {
    let began = Watch::start();
    let count = lanes.len().max(1);
    let meter = Meter::new(count, cancel);
    let stopped = || meter.end.is_cancelled();
    let workers = options.workers.max(1);
    let (parts, merged) = sync_channel(2 * workers + 2);
    let (jobs, taken) = sync_channel::<Work>(workers);
    let taken = Mutex::new(taken);
    // One for each thread and place in the queue, one being read and one begun in each lane.
    let buffers = Arc::new(Buffers::new(2 * (workers + count), 2 * options.most_block));
    let mut merging = merging::Merging::new(&meter, indexer, deliver, options.is_quiet);
    thread::scope(|scope| {
        let mut refused = None;
        for number in 0..workers {
            let work = || decoding::work(&taken, options, &buffers);
            let started = Builder::new().name(format!("decode-{number}")).spawn_scoped(scope, work);
            // Fewer threads are slower, none is a failure.
            refused = started.err().filter(|_| number == 0);
            if refused.is_some() {
                break;
            }
        }
        if refused.is_none() {
            for (number, lane) in lanes.into_iter().enumerate() {
                let (parts, jobs) = (parts.clone(), jobs.clone());
                let outlet = Outlet { lane: number, parts, jobs, buffers: Arc::clone(&buffers) };
                let (meter, stopped) = (&meter, &stopped);
                let read = move || reading::read(lane, outlet, meter, options, stopped);
                let started = Builder::new().name(format!("read-{number}"));
                refused = started.spawn_scoped(scope, read).err();
                if refused.is_some() {
                    break;
                }
            }
        }
        drop((parts, jobs));
        if let Some(error) = refused {
            merging.trouble(no_thread(&error));
            meter.refused.store(true, Ordering::Relaxed);
        }
        if merging.run(&merged).is_break() {
            meter.end.cancel();
        }
        drop(merged);
    });
    let indexer = merging.done(cancel.is_cancelled());
    if tracing::enabled!(tracing::Level::INFO) {
        let (files, bytes) = (meter.files_done.load(Ordering::Relaxed), meter.read());
        tracing::info!(stage = "decode", files, bytes, workers, ms = began.ms(), "read to its end");
    }
    (indexer, meter.into_reads())
}

/// The trouble of a system that starts no more threads.
pub fn no_thread(error: &io::Error) -> Trouble {
    let reason = format!("the system starts no thread for reading: {error}");
    Trouble::no_room("entrail".to_owned(), reason)
}

impl Outcome {
    /// The outcome of a mistake in entrail itself.
    pub fn mistake(source: String, what: &str) -> Self {
        let reason = format!("{what}: this is a mistake in entrail, please report it");
        let trouble = Trouble::new(source.clone(), Position::Whole, reason, true);
        Self { troubles: vec![trouble], source, ..Self::default() }
    }
}

#[cfg(test)]
mod tests;
