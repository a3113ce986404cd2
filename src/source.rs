//! The only door to the world: files, folders, archives and streams become segments of records.
//! Never keeps text in memory, never trusts a file's name, and never gives up a file for one broken record.
//!
//! One thread reads and frames, a few decode, one merges: results are put together in the order of
//! the input, so the same input gives the same store however the threads are scheduled. Memory is
//! bounded by the blocks on their way, not by the input.

pub mod archive;
mod avro;
mod buffers;
mod came;
mod compression;
mod content;
mod dates;
mod decoding;
mod diagnostics;
mod duplicates;
mod encoding;
mod file_state;
mod flow;
pub mod following;
mod framing;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod graph;
pub mod groups;
pub mod hub;
mod index;
mod input_totals;
pub mod inputs;
pub mod kql;
pub mod kusto;
mod lines;
pub mod local;
mod merging;
mod meter;
mod options;
mod original;
mod outcome;
mod pipeline;
pub mod pulled;
mod queues;
mod reading;
mod served;
mod signed_in;
pub mod storage;
pub mod tenant;
mod work;
pub mod workspace;

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

use self::options::Options;
use crate::place::refusal::Cause;
use crate::place::{Places, Prompt, Pulling, Trouble};
use crate::record::wanted::Wanted;
use crate::store::{Segment, Span};
use crate::time::{DateOrder, Timestamp};

pub use following::{follow, load_more};
pub use hub::Hub;
pub use index::IndexCache;
pub use input_totals::InputTotals;
pub use signed_in::Asking;
pub use storage::Storage;
pub use tenant::Tenant;

/// What a running load hands over.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// Records, to be pushed to the store in this order.
    Segment(Arc<Segment>),
    /// How far the load is; about ten times a second.
    Progress(Progress),
    /// Something that could not be read, or was odd.
    Trouble(Trouble),
    /// How far a place is that is asked bit by bit: its name, and that.
    Pulling(Arc<str>, Pulling),
    /// The sign-in of a place waits for the user, or (`None`) no longer does: its name, and what to do.
    Prompt(Arc<str>, Option<Prompt>),
    /// How following goes; only from [`follow`].
    Following(Following),
    /// The load has ended; nothing follows.
    Done(Summary),
}

/// How following goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Following {
    /// Finding out what was read: share of the records that were looked at, 0 to 100.
    Preparing(u8),
    /// Waiting for something new; from a service: until then (UTC), from several the first of them.
    Waiting(Option<Timestamp>),
    /// One place is not followed, or not any more; others are.
    Over {
        /// What it is called.
        name: String,
        /// Why.
        why: String,
    },
    /// Nothing is followed any more: why.
    Ended(String),
}

/// How far a load is.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Progress {
    /// Bytes read of files and streams, as they are stored (compressed where they are).
    pub bytes_read: u64,
    /// Bytes of all files together; `None` where a stream has no known length.
    pub bytes_total: Option<u64>,
    /// Records delivered or about to be, without duplicates.
    pub records: u64,
    /// Records left out because the same record was there before.
    pub duplicates: u64,
    /// Files, streams and bytes at hand that were read to their end.
    pub files_done: u32,
    /// All of them; an archive is one.
    pub files_total: u32,
    /// Records a second since the load began; `None` until that can be told and once it ended.
    pub rate: Option<u64>,
}

/// How a load ended.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Summary {
    /// The last progress.
    pub progress: Progress,
    /// Events that are not audit activity: name of what they are and how many, most first.
    pub other: Vec<(String, u64)>,
    /// Was the load stopped before its end?
    pub cancelled: bool,
    /// Troubles in all, those that were only counted included.
    pub troubles: u64,
    /// Troubles in which something was lost.
    pub lost: u64,
    /// Bytes that could not be read as records.
    pub lost_bytes: u64,
    /// Records that were passed over because they were not wanted.
    pub passed_over: u64,
    /// What became of everything in each input, in the order they were read.
    pub totals: Vec<InputTotals>,
    /// The worst that the system did to the load: where there was no room, what was read is no answer.
    pub cause: Cause,
    /// Did all of it come from an index that an earlier load wrote? The files were not read again.
    pub indexed: bool,
}

impl Summary {
    /// What was left out because it is not audit activity, by name: `188 not audit activity
    /// (Administrative 188)`, not cleaned; `None` where nothing was.
    pub fn left_out(&self) -> Option<String> {
        let all: u64 = self.other.iter().map(|(_, count)| count).sum();
        let kinds: Vec<String> =
            self.other.iter().map(|(name, count)| format!("{name} {count}")).collect();
        (all > 0).then(|| format!("{all} not audit activity ({})", kinds.join(", ")))
    }
}

/// What to load, and whether with an index.
#[derive(Clone, Debug, Default)]
pub struct Load {
    /// Where records come from.
    pub places: Places,
    /// Where an index of them may be, and is written to where there is none; `None` without.
    pub cache: Option<IndexCache>,
    /// Events to pass over; what is read then is not all there is, and no index is written of it.
    pub unwanted: Option<Unwanted>,
    /// The columns that are needed; all others may be left empty. They are filled all the same where
    /// an index is read or written: that is of everything.
    pub wanted: Wanted,
    /// The order of day and month in dates such as `05/06/2026`; `None`: each file shows its own. With
    /// one no index is used, as that has the times of another.
    pub date_order: Option<DateOrder>,
}

impl Load {
    /// The index that may be used.
    fn cache(cache: Option<IndexCache>, date_order: Option<DateOrder>) -> Option<IndexCache> {
        cache.filter(|_| date_order.is_none())
    }
}

/// Tells events that nobody wants from their bytes, so that they need not be decoded.
#[derive(Clone)]
pub struct Unwanted(Arc<TellUnwanted>);

type TellUnwanted = dyn for<'b> Fn(&'b [u8], u64, &[Span]) -> Vec<Option<&'b str>> + Send + Sync;

impl Unwanted {
    /// `tell` is given a block of bytes, the byte of the text that begins it, and places in the text:
    /// events in order, all in the block. It returns for each the record id if the event is not
    /// wanted, and `None` if it is.
    pub fn new(
        tell: impl for<'b> Fn(&'b [u8], u64, &[Span]) -> Vec<Option<&'b str>> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(tell))
    }

    fn ids<'b>(&self, block: &'b [u8], base: u64, events: &[Span]) -> Vec<Option<&'b str>> {
        (self.0)(block, base, events)
    }
}

impl fmt::Debug for Unwanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unwanted")
    }
}

impl From<Places> for Load {
    /// Reads everything and keeps no index.
    fn from(places: Places) -> Self {
        Self { places, ..Self::default() }
    }
}

/// Starts loading and returns at once; the load runs on threads of its own. What may keep others
/// waiting, such as a sign-in, is read beside them.
///
/// Deliveries come through `outbox`, [`Delivery::Done`] last. The load waits while the channel is
/// full. It stops soon after `cancel` fires, with what was read so far and `Done`, or after the
/// receiver is dropped. Only a read from standard input or a pipe that never ends is left behind;
/// it keeps one idle thread until the next byte.
/// An index is written after `Done`.
pub fn start(load: impl Into<Load>, outbox: Sender<Delivery>, cancel: CancellationToken) {
    let Load { places, cache, unwanted, wanted, date_order } = load.into();
    let cache = Load::cache(cache, date_order);
    let spare = outbox.clone();
    let load = move || {
        let options = Options { unwanted, wanted, date_order, ..Options::default() };
        let fresh = index::run(
            queues::together(places),
            cache.as_ref(),
            &cancel,
            &options,
            &mut |delivery| match outbox.blocking_send(delivery) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            },
        );
        drop(outbox);
        if let Some(fresh) = fresh {
            fresh.write();
        }
    };
    if let Err(error) = std::thread::Builder::new().name("load".to_owned()).spawn(load) {
        // A channel that was just made has room for these; a closed one wants none.
        let _ = spare.try_send(Delivery::Trouble(Trouble::no_thread(&error)));
        let _ = spare.try_send(Delivery::Done(Summary {
            troubles: 1,
            lost: 1,
            cause: Cause::NoRoom,
            ..Summary::default()
        }));
    }
}

/// Loads everything, in the order of the places, and calls `on_delivery` for each delivery on the
/// calling thread, with [`Delivery::Done`] last. For the command line, where nothing happens meanwhile. An index is
/// written on a thread of its own: what is returned waits for it when it is dropped.
pub fn read_all(load: impl Into<Load>, mut on_delivery: impl FnMut(Delivery)) -> IndexWriting {
    let Load { places, cache, unwanted, wanted, date_order } = load.into();
    let cache = Load::cache(cache, date_order);
    let cancel = CancellationToken::new();
    let options = Options { unwanted, wanted, date_order, ..Options::default() };
    let queues = queues::in_order(places);
    let fresh = index::run(queues, cache.as_ref(), &cancel, &options, &mut |delivery| {
        on_delivery(delivery);
        ControlFlow::Continue(())
    });
    let write = |fresh: index::Fresh| {
        // Without a thread there is no index, as without room on the disk.
        std::thread::Builder::new().name("index".to_owned()).spawn(|| fresh.write()).ok()
    };
    IndexWriting(fresh.and_then(write))
}

/// An index being written, or nothing to write. Dropping it waits for the end.
#[derive(Debug)]
pub struct IndexWriting(Option<JoinHandle<()>>);

impl Drop for IndexWriting {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            let _ = thread.join();
        }
    }
}
