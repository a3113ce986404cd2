//! What the threads of a load hand to each other: blocks and stretches to decode, parts to merge.
//! Never reads, decodes or merges any of it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::buffers::Buffers;
use super::original::Source;
use super::outcome::Outcome;
use crate::place::at_offset::AtOffset;
use crate::place::{Position, Trouble};
use crate::store::Span;

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
    pub apart: Apart,
}

/// How the records of a stretch are told apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Apart {
    /// Each is a line.
    Lines,
    /// They are entries of a list; does the stretch begin between two of them, or with one?
    Entries {
        /// It does. Otherwise it begins anywhere in one.
        is_first: bool,
    },
}

/// What came of a stretch.
#[derive(Debug)]
pub struct Stretched {
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

impl Stretched {
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

/// What the decoding threads are asked to do, each with where the answer goes.
#[derive(Debug)]
pub enum Work {
    /// Decode a block.
    Block(Job, SyncSender<Outcome>),
    /// Read a stretch of lines and decode them.
    Stretch(Stretch, SyncSender<Option<Stretched>>),
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

/// Where reading puts what it finds.
#[derive(Debug)]
pub struct Outlet {
    /// The number of the queue.
    queue: usize,
    parts: SyncSender<(usize, Part)>,
    jobs: SyncSender<Work>,
    /// Buffers for blocks.
    pub buffers: Arc<Buffers>,
}

/// The load is to stop: it was cancelled, or nobody listens any more.
#[derive(Clone, Copy, Debug)]
pub struct Stopped;

impl Outlet {
    /// Of the queue of that number: parts go to merging, jobs to the decoding threads.
    pub fn new(
        queue: usize,
        parts: SyncSender<(usize, Part)>,
        jobs: SyncSender<Work>,
        buffers: Arc<Buffers>,
    ) -> Self {
        Self { queue, parts, jobs, buffers }
    }

    /// The number of the queue.
    pub fn queue(&self) -> usize {
        self.queue
    }

    /// Has a stretch of lines read and decoded. Waits while the decoding threads are behind.
    pub fn stretch(&self, stretch: Stretch) -> Result<Receiver<Option<Stretched>>, Stopped> {
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
        self.parts.send((self.queue, part)).map_err(|_| Stopped)
    }

    /// Hands over one trouble.
    pub fn trouble(&self, trouble: Trouble, lost_bytes: u64) -> Result<(), Stopped> {
        let source = trouble.source.clone();
        let troubles = vec![trouble];
        let outcome = Outcome { troubles, lost_bytes, source, ..Outcome::default() };
        self.part(Part::Found(Box::new(outcome)))
    }
}
