//! What a place consists of: pieces, how their bytes can be had, and what a service tells beside them.
//! Never opens anything itself.

use std::fmt;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::plain::{PlainFile, Reading};
use super::{Position, Trouble};
use crate::store::Span;
use crate::time::Timestamp;

/// One thing to read: a file, a stream, an archive.
#[derive(Debug)]
pub struct Piece {
    /// What it is called, in the `source` column too.
    pub name: String,
    /// How its bytes can be had.
    pub contents: Contents,
}

/// How bytes can be had.
#[derive(Debug)]
pub enum Contents {
    /// In a regular file of so many bytes, which stays where it is.
    File(PathBuf, u64),
    /// In lines that were appended to a file.
    Tail(Tail),
    /// At hand.
    AtHand(Arc<[u8]>),
    /// At a service, where they stay.
    Remote(Remote),
    /// Once, from beginning to end; what is needed again is kept in a file of our own.
    Stream(Stream),
}

impl Contents {
    /// How many bytes there are, as they are stored; `None` where that is not known.
    pub fn bytes(&self) -> Option<u64> {
        match self {
            Self::File(_, len) => Some(*len),
            Self::Tail(tail) => Some(tail.to - tail.from),
            Self::AtHand(bytes) => Some(bytes.len() as u64),
            Self::Remote(remote) => Some(remote.len),
            Self::Stream(_) => None,
        }
    }
}

/// Whole lines behind those of a file that were read.
#[derive(Debug)]
pub struct Tail {
    /// The file.
    pub file: Arc<PlainFile>,
    /// The first byte, at the start of a line.
    pub from: u64,
    /// The byte behind the last line.
    pub to: u64,
}

/// Bytes that stay at a service: they come once from one of them on, and any that came can be had again.
#[derive(Debug)]
pub struct Remote {
    /// What brings them.
    pub stream: Stream,
    /// The first byte that comes: 0, or one at the start of a line behind what came before.
    pub from: u64,
    /// How many come, as far as is known.
    pub len: u64,
    /// What brings those again that came.
    pub again: Arc<dyn Again>,
}

/// Brings bytes again that were read before.
pub trait Again: fmt::Debug + Send + Sync {
    /// The bytes of a span, at the beginning of a buffer that grows where it is too short. Fails where they
    /// cannot be had, or are not those that were read.
    fn read<'b>(&self, span: Span, buffer: &'b mut Vec<u8>) -> io::Result<&'b [u8]>;

    /// The reading they are of: the same for all that comes behind what came before.
    fn reading(&self) -> Reading;
}

/// Something that is read once.
pub struct Stream(Box<Open>);

type Open = dyn FnOnce(&CancellationToken) -> Result<Opened, Trouble> + Send;

impl Stream {
    /// A stream that is opened when its turn comes; reading ends soon after the token fires.
    pub fn new(
        open: impl FnOnce(&CancellationToken) -> Result<Opened, Trouble> + Send + 'static,
    ) -> Self {
        Self(Box::new(open))
    }

    /// Opens it. Fails with why it cannot be.
    pub fn open(self, stop: &CancellationToken) -> Result<Opened, Trouble> {
        (self.0)(stop)
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stream")
    }
}

/// A stream that was opened.
pub struct Opened {
    /// Its bytes.
    pub reader: Box<dyn Read + Send>,
    /// What is told beside them.
    pub status: Option<Arc<dyn Status>>,
    /// Is it known to be JSON, one record on each line? Otherwise it is looked at to find out.
    pub is_lines: bool,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opened")
    }
}

/// What is known of a stream while it is read by another thread.
pub trait Status: Send + Sync {
    /// What is new since the last call.
    fn news(&self) -> Vec<News>;

    /// Why it ended before its end, if it did and nobody asked it to.
    fn ended(&self) -> Option<Trouble>;

    /// Where a line of the stream is from, which numbers no line that anybody can look up; `None` where
    /// the line is what there is.
    fn position(&self, line: u64) -> Option<Position> {
        let _ = line;
        None
    }
}

/// Something that is told beside the records.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum News {
    /// How far it is.
    Progress(Pulling),
    /// What a person has to do, or (`None`) that there is nothing to do any more.
    Prompt(Option<Prompt>),
    /// Something that is missing.
    Trouble(Trouble),
}

/// What the user has to do to be signed in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Prompt {
    /// The code to type there.
    pub code: String,
    /// The address to open in a browser.
    pub address: String,
    /// When the code ceases to be accepted (UTC).
    pub expires: Timestamp,
}

/// How far a load from a service is.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Pulling {
    /// Spans of time that were fetched to their end.
    pub slices_done: u32,
    /// All of them as far as is known: a span that is too much is parted.
    pub slices_total: u32,
    /// When the next request will be sent, where the service asked to wait (UTC).
    pub waiting_until: Option<Timestamp>,
    /// Of what never ends, how it goes in place of slices.
    pub live: Option<Live>,
}

/// How the reading of something that never ends goes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Live {
    /// Parts that are read beside each other.
    pub partitions: u32,
    /// Those that can be read at the moment.
    pub readable: u32,
    /// Messages that are there and were not read yet.
    pub behind: u64,
    /// Messages that came in the last second.
    pub rate: u64,
}

impl Live {
    /// How two of them go together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            partitions: self.partitions + other.partitions,
            readable: self.readable + other.readable,
            behind: self.behind + other.behind,
            rate: self.rate + other.rate,
        }
    }
}
