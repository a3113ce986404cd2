//! The counters of a running load, and the streams that say something beside their records.
//! Never tells anybody: merging looks at them.

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use super::file_state::FileState;
use crate::place::{Pulling, Status};

/// Counters of a running load, written while reading.
#[derive(Default, Debug)]
pub struct Meter {
    /// What is counted of each queue.
    pub queues: Vec<QueueMeter>,
    /// Bytes of all files.
    pub total: AtomicU64,
    /// Files read to their end.
    pub files_done: AtomicU32,
    /// All files.
    pub files_total: AtomicU32,
    /// The files that were read, each with its state, where that was the same before and after.
    pub reads: Mutex<Vec<(PathBuf, Option<FileState>)>>,
    /// Did the system refuse something? Another load may find more.
    pub refused: AtomicBool,
    /// Fires when the load is to end: it was cancelled, or nobody listens any more.
    pub end: CancellationToken,
    /// The streams that tell something beside their records.
    watched: Mutex<Vec<Watched>>,
}

/// Counters of a queue.
#[derive(Default, Debug)]
pub struct QueueMeter {
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
    /// For so many queues, to end with `cancel`.
    pub fn new(queues: usize, cancel: &CancellationToken) -> Self {
        let queues = (0..queues).map(|_| QueueMeter::default()).collect();
        Self { queues, end: cancel.child_token(), ..Self::default() }
    }

    /// Bytes read so far.
    pub fn read(&self) -> u64 {
        self.queues.iter().map(|queue| queue.read.load(Ordering::Relaxed)).sum()
    }

    /// Is it not known how much there is to read?
    pub fn is_endless(&self) -> bool {
        self.queues.iter().any(|queue| queue.endless.load(Ordering::Relaxed))
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
    pub fn into_reads(self) -> Option<Vec<(PathBuf, FileState)>> {
        let reads = self.reads.into_inner().unwrap_or_else(PoisonError::into_inner);
        let all = reads.into_iter().map(|(path, state)| Some((path, state?))).collect();
        if self.refused.into_inner() { None } else { all }
    }
}
