//! One blob: read once from its first byte to its last, and what was read of it read again.
//! Never says that bytes are there which are not those that were read.
//!
//! What is read is kept here as far as there is room ([`super::kept`]). The rest is asked for again, by
//! its bytes and the version they were of (`If-Match`). Where there is another version by now, as of a
//! blob that grows, what comes is compared with a digest of what was read.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Error};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::Sender;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use super::account::Account;
use super::listing::Listed;
use super::part::{Failure, Other, Version};
use crate::http::unanswered::Unanswered;
use crate::place::Again;
use crate::place::plain::Reading;
use crate::source::compression::Packing;
use crate::source::content::blank_len;
use crate::store::Span;

/// Bytes that are asked for at once.
pub const PART: u64 = 4 << 20;
/// Parts of one blob that are on their way while the one before them is read.
const AHEAD: usize = 3;
/// Bytes that are read again together, where they are not kept here.
const STRETCH: usize = 256 << 10;
/// Bytes by whose end a blob that grew is known again.
const LANDMARK: usize = 1 << 10;
/// Bytes of one line that is not whole yet.
const LONGEST_LINE: usize = 64 << 20;
/// How long a record that is opened is waited for: the screen stands still.
const PATIENCE: Duration = Duration::from_secs(8);

/// One blob.
pub struct Blob {
    account: Arc<Account>,
    url: Url,
    name: String,
    listed: Listed,
    reading: Reading,
    state: Mutex<State>,
}

/// What is known of a blob that is being read, or was.
#[derive(Default)]
struct State {
    version: Option<Version>,
    stretches: Vec<Stretch>,
    /// Does it hold lines of JSON, so that more of them may come?
    is_lines: bool,
    is_packed: bool,
    /// The first byte behind the last line break that was read, and what is before it.
    next: u64,
    landmark: Vec<u8>,
    /// Was it read to its end?
    is_read: bool,
    /// What it was when reading began: what is read is of that, or of what it grew to.
    opened: String,
}

/// Bytes that were read.
#[derive(Clone, Copy)]
struct Stretch {
    from: u64,
    len: u64,
    held: Held,
}

#[derive(Clone, Copy)]
enum Held {
    /// Here, at that place.
    Here(u64),
    /// There; their digest.
    There(u64),
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Blob").field(&self.name).finish()
    }
}

/// From which byte on a blob is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum From {
    /// The first; this many bytes are asked for at first.
    Start(u64),
    /// The first that was not read, at the start of a line; up to the last line that is whole.
    Next,
}

/// Who takes bytes as they come.
type Out = Sender<Vec<u8>>;

/// A part, and the version it is of.
type Part = Result<(Version, Vec<u8>), Failure>;

impl Blob {
    /// A blob of a container, as it was listed; `name`: what it is called where it is told of. Fails where
    /// its name cannot be asked for.
    pub fn new(
        account: &Arc<Account>,
        container: &str,
        name: String,
        listed: Listed,
    ) -> Result<Self, Unanswered> {
        let url = account.at(container, &listed.name)?;
        let (account, reading, state) = (Arc::clone(account), Reading::new(), Mutex::default());
        Ok(Self { account, url, name, listed, reading, state })
    }

    /// What it is called where it is told of.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What was known of it before it was read.
    pub fn listed(&self) -> &Listed {
        &self.listed
    }

    /// What it was when it was begun to be read last; empty: it was not.
    pub fn opened(&self) -> String {
        self.state().opened.clone()
    }

    /// Can only more be put behind what it has?
    pub fn is_append(&self) -> bool {
        self.state().version.as_ref().is_some_and(|version| version.is_append)
    }

    /// The first byte that was not read, at the start of a line.
    pub fn next(&self) -> u64 {
        self.state().next
    }

    /// Was it read to its end as it is listed now?
    pub fn is_read_as(&self, listed: &Listed) -> bool {
        let state = self.state();
        let etag = state.version.as_ref().map_or(&self.listed.etag, |version| &version.etag);
        state.is_read && (*etag == listed.etag || listed.len == 0)
    }

    /// May it have grown to what is listed now, so that only its end is to be read?
    pub fn may_have_grown_to(&self, listed: &Listed) -> bool {
        let state = self.state();
        let grew = |version: &Version| version.is_append && listed.len >= version.len;
        state.is_read && state.is_lines && state.version.as_ref().is_some_and(grew)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads it and hands over what comes. Ends soon after `stop` fires, or when nobody takes it any more.
    pub async fn read(
        self: Arc<Self>,
        from: From,
        out: Out,
        stop: CancellationToken,
    ) -> Result<(), Failure> {
        let mut lines = Lines { is_cut: from == From::Next, rest: Vec::new() };
        let (mut at, version, bytes) = match from {
            From::Start(first) => {
                let part = 0..first.clamp(1, PART);
                let got = self.account.part(&self.url, part, None, Other::Grown, &stop).await;
                match got {
                    Ok((version, bytes)) => (0, version, bytes),
                    // There is no first byte of nothing.
                    Err(failure) if is_empty(&failure) && self.listed.len == 0 => {
                        self.state().is_read = true;
                        return Ok(());
                    }
                    Err(failure) if is_empty(&failure) => return Err(Failure::Changed),
                    Err(failure) => return Err(failure),
                }
            }
            From::Next => match self.grown(&stop).await? {
                Some(found) => found,
                None => return Ok(()),
            },
        };
        let len = version.len;
        {
            let mut state = self.state();
            state.opened.clone_from(&version.etag);
            state.version = Some(version.clone());
        }
        // What is read on is not wanted any more when this ends.
        let stop = stop.child_token();
        let _guard = stop.clone().drop_guard();
        let mut next = at + bytes.len() as u64;
        let mut asked = VecDeque::new();
        let mut bytes = Some(bytes);
        loop {
            if let Some(bytes) = bytes.take() {
                let read = at + bytes.len() as u64;
                self.took(at, &bytes);
                at = read;
                let bytes = lines.whole(bytes);
                if !bytes.is_empty() && out.send(bytes).await.is_err() {
                    return Err(Failure::Unanswered(Unanswered::Cancelled));
                }
            }
            // Only when it is its turn: what came before was taken.
            if asked.is_empty() && next < len && out.reserve().await.is_err() {
                return Err(Failure::Unanswered(Unanswered::Cancelled));
            }
            while asked.len() < AHEAD && next < len {
                let part = next..(next + PART).min(len);
                next = part.end;
                asked.push_back(self.ask(part, version.clone(), &stop));
            }
            let Some(first) = asked.pop_front() else { break };
            let lost = |_| Failure::Unanswered(Unanswered::Cancelled);
            let (version, got) = first?.await.map_err(lost)??;
            self.state().version = Some(version);
            bytes = Some(got);
        }
        self.state().is_read = true;
        Ok(())
    }

    /// Asks for a part of a version, beside others.
    fn ask(
        self: &Arc<Self>,
        part: Range<u64>,
        version: Version,
        stop: &CancellationToken,
    ) -> Result<oneshot::Receiver<Part>, Failure> {
        let (blob, stop) = (Arc::clone(self), stop.clone());
        let (send, come) = oneshot::channel();
        let work = async move {
            let got = blob.account.part(&blob.url, part, Some(version), Other::Grown, &stop).await;
            // Who does not wait any more does not want it.
            let _ = send.send(got);
        };
        let started = self.account.start(work);
        started.map_err(|why| Failure::Unanswered(Unanswered::Unreachable(why)))?;
        Ok(come)
    }

    /// What follows the last line that was read; `None` where that is nothing. Fails where what was read
    /// is not there any more.
    async fn grown(
        &self,
        stop: &CancellationToken,
    ) -> Result<Option<(u64, Version, Vec<u8>)>, Failure> {
        let (known, next, landmark) = {
            let state = self.state();
            let known = state.version.clone().ok_or(Failure::Changed)?;
            (known, state.next, state.landmark.clone())
        };
        let from = next - landmark.len() as u64;
        let part = from..next + PART;
        let got = self.account.part(&self.url, part, None, Other::Grown, stop).await;
        let (version, mut bytes) = match got {
            Err(failure) if is_empty(&failure) && known.len == 0 => return Ok(None),
            Err(failure) if is_empty(&failure) => return Err(Failure::Changed),
            got => got?,
        };
        if !known.grew_to(&version) || !bytes.starts_with(&landmark) {
            return Err(Failure::Changed);
        }
        bytes.drain(..landmark.len());
        if bytes.is_empty() {
            self.state().version = Some(version);
            return Ok(None);
        }
        Ok(Some((next, version, bytes)))
    }

    /// Takes note of bytes that were read.
    fn took(&self, at: u64, bytes: &[u8]) {
        let mut state = self.state();
        if at == 0 {
            state.is_packed = Packing::of(bytes).is_some();
            state.is_lines = bytes.get(blank_len(bytes)) == Some(&b'{');
        }
        if let Some(end) = memchr::memrchr(b'\n', bytes) {
            state.next = at + end as u64 + 1;
            state.landmark = bytes[(end + 1).saturating_sub(LANDMARK)..=end].to_vec();
        }
        // What was packed is kept unpacked, by whoever unpacks it.
        if state.is_packed {
            return;
        }
        if let Some(place) = self.account.kept.keep(bytes) {
            let (len, held) = (bytes.len() as u64, Held::Here(place));
            state.stretches.push(Stretch { from: at, len, held });
            return;
        }
        let mut from = at;
        for stretch in bytes.chunks(STRETCH) {
            let (len, held) = (stretch.len() as u64, Held::There(xxh3_64(stretch)));
            state.stretches.push(Stretch { from, len, held });
            from += len;
        }
    }

    /// The stretch a byte is in that was read.
    fn stretch(&self, at: u64) -> Option<Stretch> {
        let state = self.state();
        let is_there =
            |stretch: &&Stretch| (stretch.from..stretch.from + stretch.len).contains(&at);
        state.stretches.iter().rev().find(is_there).copied()
    }

    /// A stretch that is not kept here, asked for again.
    fn again(&self, stretch: Stretch, digest: u64) -> io::Result<Arc<[u8]>> {
        let key = (self.reading.number(), stretch.from);
        if let Some(bytes) = self.account.kept.recent(key) {
            return Ok(bytes);
        }
        let (account, url) = (Arc::clone(&self.account), self.url.clone());
        let known = self.state().version.clone();
        let part = stretch.from..stretch.from + stretch.len;
        let asked = self.account.begin(|stop| async move {
            account.part(&url, part, known, Other::Known, &stop).await
        });
        let asked = asked.map_err(Error::other)?.wait(PATIENCE);
        let late = || Error::other("Azure Storage did not answer in time; try again");
        let (version, bytes) = match asked.ok_or_else(late)? {
            Ok(got) => got,
            Err(Failure::Gone) => {
                return Err(Error::other("the blob was deleted after it was read"));
            }
            Err(failure) if is_empty(&failure) || failure == Failure::Changed => {
                return Err(changed());
            }
            Err(failure) => {
                let words = failure.words(self.account.address()).unwrap_or_default();
                return Err(Error::other(words));
            }
        };
        if xxh3_64(&bytes) != digest {
            return Err(changed());
        }
        self.state().version = Some(version);
        let bytes: Arc<[u8]> = bytes.into();
        self.account.kept.remember(key, &bytes);
        Ok(bytes)
    }
}

fn changed() -> Error {
    Error::other("the blob was changed after it was read; open it again")
}

/// Says an answer that the blob has no such byte?
fn is_empty(failure: &Failure) -> bool {
    matches!(failure, Failure::Unanswered(Unanswered::Refused(refused)) if refused.status == 416)
}

impl Again for Blob {
    fn read<'b>(&self, span: Span, buffer: &'b mut Vec<u8>) -> io::Result<&'b [u8]> {
        let len = span.len as usize;
        if buffer.len() < len {
            buffer.resize(len, 0);
        }
        let mut filled = 0;
        while filled < len {
            let at = span.offset + filled as u64;
            let stretch =
                self.stretch(at).ok_or_else(|| Error::other("no such bytes were read"))?;
            let skip = (at - stretch.from) as usize;
            let count = (stretch.len as usize - skip).min(len - filled);
            let part = &mut buffer[filled..filled + count];
            match stretch.held {
                Held::Here(place) => {
                    if !self.account.kept.read(place + skip as u64, part) {
                        return Err(Error::other(
                            "what was read cannot be read in TMPDIR any more",
                        ));
                    }
                }
                Held::There(digest) => {
                    part.copy_from_slice(&self.again(stretch, digest)?[skip..skip + count]);
                }
            }
            filled += count;
        }
        Ok(&buffer[..len])
    }

    fn reading(&self) -> Reading {
        self.reading
    }
}

/// Hands on whole lines only, where a blob may be written to meanwhile.
struct Lines {
    is_cut: bool,
    rest: Vec<u8>,
}

impl Lines {
    fn whole(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        if !self.is_cut {
            return bytes;
        }
        let mut all = std::mem::take(&mut self.rest);
        all.extend_from_slice(&bytes);
        let end = memchr::memrchr(b'\n', &all).map_or(0, |end| end + 1);
        if end == 0 && all.len() > LONGEST_LINE {
            return all;
        }
        self.rest = all.split_off(end);
        all
    }
}
