//! Blobs of one load: some are on their way while the one before them is read, and what became of each is told.
//! Never holds more of them than a few parts.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::{Receiver, channel};
use tokio_util::sync::CancellationToken;

use super::account::Account;
use super::blob::{Blob, From, PART};
use super::part::Failure;
use crate::http::unanswered::Unanswered;
use crate::place::{Contents, Opened, Piece, Position, Remote, Status, Stream, Trouble};

/// Blobs that are on their way at the same time.
const AHEAD: usize = 8;
/// Bytes of the very first part: the sooner there is something to see.
const FIRST: u64 = 256 << 10;

/// Blobs of one load, or of one look at what is new.
pub struct Run {
    account: Arc<Account>,
    blobs: Mutex<Vec<Arc<Fetch>>>,
    state: Mutex<State>,
    ends: Box<Ends>,
}

/// Takes each blob that came to its end: was it read?
type Ends = dyn Fn(&Arc<Blob>, bool) + Send + Sync;

#[derive(Default)]
struct State {
    /// Were all of them listed?
    is_listed: bool,
    /// Blobs that were read, or given up.
    done: usize,
    /// Blobs that were not read: why, the first of them, and how many more.
    failed: BTreeMap<String, (String, u64)>,
    is_lossless: bool,
}

/// A blob, and its bytes once they are on their way.
struct Fetch {
    blob: Arc<Blob>,
    from: From,
    coming: Mutex<Option<Coming>>,
    outcome: Arc<Mutex<Option<Result<(), Failure>>>>,
}

enum Coming {
    Bytes(Receiver<Vec<u8>>),
    Taken,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Run {
    /// Nothing yet. `ends` is told of each blob that came to its end, and whether it was read.
    pub fn new(
        account: &Arc<Account>,
        ends: impl Fn(&Arc<Blob>, bool) + Send + Sync + 'static,
    ) -> Arc<Self> {
        let state = Mutex::new(State { is_lossless: true, ..State::default() });
        let (account, blobs) = (Arc::clone(account), Mutex::default());
        Arc::new(Self { account, blobs, state, ends: Box::new(ends) })
    }

    /// One more blob as something to read; `len`: its bytes.
    pub fn add(self: &Arc<Self>, blob: Arc<Blob>, is_new: bool, len: u64) -> Piece {
        let mut blobs = locked(&self.blobs);
        let at = blobs.len();
        let from = match is_new {
            true => From::Start(if at == 0 { FIRST } else { PART }),
            false => From::Next,
        };
        let name = blob.name().to_owned();
        let next = if is_new { 0 } else { blob.next() };
        let (coming, outcome) = Default::default();
        blobs.push(Arc::new(Fetch { blob: Arc::clone(&blob), from, coming, outcome }));
        let run = Arc::clone(self);
        let stream = Stream::new(move |stop| run.open(at, stop));
        let contents = Contents::Remote(Remote { stream, from: next, len, again: blob });
        Piece { name, contents }
    }

    /// All there is was added; `is_all`: and nothing is missing.
    pub fn is_listed(&self, is_all: bool) {
        let mut state = locked(&self.state);
        state.is_listed = true;
        state.is_lossless &= is_all;
    }

    /// Blobs that are done, and all of them.
    pub fn progress(&self) -> (usize, usize) {
        (locked(&self.state).done, locked(&self.blobs).len())
    }

    /// Is everything read, or given up?
    pub fn is_over(&self) -> bool {
        let (done, all) = self.progress();
        locked(&self.state).is_listed && done == all
    }

    /// Is everything read?
    pub fn is_complete(&self) -> bool {
        self.is_over() && locked(&self.state).is_lossless
    }

    /// What is still to be told of blobs that were not read, once all is over: the first of each cause was
    /// told at once.
    pub fn take_failures(&self) -> Vec<Trouble> {
        if !self.is_over() {
            return Vec::new();
        }
        let failed = std::mem::take(&mut locked(&self.state).failed);
        let more = failed.into_iter().filter(|(_, (_, more))| *more > 0);
        let told = more.map(|(reason, (first, more))| {
            let blobs = if more == 1 { "another blob" } else { "other blobs" };
            let reason = format!("the same of {blobs}: {reason}");
            Trouble { times: more, ..Trouble::new(first, Position::Whole, reason, true) }
        });
        told.collect()
    }

    fn open(self: &Arc<Self>, at: usize, stop: &CancellationToken) -> Result<Opened, Trouble> {
        let ahead: Vec<Arc<Fetch>> = {
            let blobs = locked(&self.blobs);
            blobs.iter().skip(at).take(AHEAD).map(Arc::clone).collect()
        };
        for fetch in &ahead {
            self.begin(fetch, stop);
        }
        let Some(fetch) = ahead.into_iter().next() else { return Err(mistake()) };
        let Some(Coming::Bytes(coming)) = locked(&fetch.coming).replace(Coming::Taken) else {
            return Err(mistake());
        };
        let reader = Incoming { coming, current: io::Cursor::default() };
        let ended = Ended { run: Arc::clone(self), fetch };
        let status = Some(Arc::new(ended) as Arc<dyn Status>);
        Ok(Opened { reader: Box::new(reader), status, is_lines: false })
    }

    /// Has a blob asked for, unless it is already.
    fn begin(&self, fetch: &Fetch, stop: &CancellationToken) {
        let mut coming = locked(&fetch.coming);
        if coming.is_some() {
            return;
        }
        let (out, bytes) = channel(1);
        *coming = Some(Coming::Bytes(bytes));
        let reading = Arc::clone(&fetch.blob).read(fetch.from, out.clone(), stop.clone());
        let outcome = Arc::clone(&fetch.outcome);
        let started = self.account.start(async move {
            let ended = reading.await;
            *locked(&outcome) = Some(ended);
            // Only now whoever reads sees the end.
            drop(out);
        });
        if let Err(why) = started {
            *locked(&fetch.outcome) = Some(Err(Unanswered::Unreachable(why).into()));
        }
    }

    /// A blob came to its end: what is told of it.
    fn ended(&self, fetch: &Fetch) -> Option<Trouble> {
        let outcome = locked(&fetch.outcome).take()?;
        (self.ends)(&fetch.blob, outcome.is_ok());
        let mut state = locked(&self.state);
        state.done += 1;
        let reason = outcome.err()?.words(self.account.address());
        let Some(reason) = reason else {
            state.is_lossless = false;
            return None;
        };
        state.is_lossless = false;
        if let Some((_, more)) = state.failed.get_mut(&reason) {
            *more += 1;
            return None;
        }
        let name = fetch.blob.name().to_owned();
        state.failed.insert(reason.clone(), (name.clone(), 0));
        Some(Trouble::new(name, Position::Whole, reason, true))
    }
}

fn mistake() -> Trouble {
    let reason = "a blob was opened twice: this is a mistake in entrail, please report it";
    Trouble::new("entrail".to_owned(), Position::Whole, reason.to_owned(), true)
}

/// Bytes of a blob as they come.
struct Incoming {
    coming: Receiver<Vec<u8>>,
    current: io::Cursor<Vec<u8>>,
}

impl Read for Incoming {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.current.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            match self.coming.blocking_recv() {
                Some(bytes) => self.current = io::Cursor::new(bytes),
                None => return Ok(0),
            }
        }
    }
}

/// How reading a blob ended.
struct Ended {
    run: Arc<Run>,
    fetch: Arc<Fetch>,
}

impl Status for Ended {
    fn news(&self) -> Vec<crate::place::News> {
        Vec::new()
    }

    fn ended(&self) -> Option<Trouble> {
        self.run.ended(&self.fetch)
    }
}
