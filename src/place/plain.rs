//! Plain files, whose bytes stay where they are: read again by offset, and known again as what was read.
//! Never says that bytes are there which are not those that were read.
#![expect(clippy::disallowed_methods, reason = "this file reads files again, by offset")]

use std::fmt;
use std::fs::File;
use std::io::{self, Error};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::at_offset::{AtOffset, Stamp};
use super::refusal::{self, Cause};
use super::sample::Prefix;
use crate::store::Span;

/// How long a file that cannot be opened for want of room is tried again, and how often.
const PATIENCE: Duration = Duration::from_millis(200);
const PAUSE: Duration = Duration::from_millis(5);

/// The number of one reading of a file or stream.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Reading(usize);

impl Reading {
    /// Another number than all before it.
    pub fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// It.
    pub fn number(self) -> usize {
        self.0
    }
}

impl fmt::Debug for Reading {
    /// Without the number, which differs from run to run.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reading")
    }
}

/// A plain file: its bytes stay where they are.
#[derive(Debug)]
pub struct PlainFile {
    path: PathBuf,
    reading: Reading,
    state: Mutex<State>,
}

/// What is known of a file that was read.
#[derive(Debug)]
enum State {
    /// It is being read: until then it may grow.
    Reading,
    /// It was read to its end, and was like this then.
    Read(Stamp),
    /// It is followed: what was read stays where it is, and more comes behind it.
    Growing(Box<Grown>),
    /// What was read is not in it any more.
    Replaced,
}

/// A file that is followed.
#[derive(Debug)]
struct Grown {
    /// What was read of it.
    prefix: Prefix,
    /// What the file was like when that was last found in it.
    found: Stamp,
    /// What it was like when something else was found.
    missed: Option<Stamp>,
}

impl PlainFile {
    /// The file at `path`, about to be read.
    pub fn new(path: PathBuf) -> Self {
        Self { path, reading: Reading::new(), state: Mutex::new(State::Reading) }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file was read to its end and was like this then.
    pub fn was_read(&self, stamp: Stamp) {
        *self.state() = State::Read(stamp);
    }

    /// The file is followed from here on. Its first `len` bytes, which were read, are looked at; the
    /// caller knows that they are those. Fails where they cannot be read.
    pub fn grows(&self, len: u64) -> io::Result<()> {
        let file = File::open(&self.path)?;
        let found = Stamp::of(&file.metadata()?);
        let prefix = Prefix::of(&AtOffset::new(file), len)?;
        *self.state() = State::Growing(Box::new(Grown { prefix, found, missed: None }));
        Ok(())
    }

    /// More of a file that is followed is to be read, up to byte `to`.
    pub fn grew(&self, file: &AtOffset, to: u64) -> io::Result<()> {
        match &mut *self.state() {
            State::Growing(grown) if grown.prefix.len() < to => grown.prefix.extend(file, to),
            _ => Ok(()),
        }
    }

    /// What was read is not in the file any more.
    pub fn was_replaced(&self) {
        *self.state() = State::Replaced;
    }

    /// What it was like when it was read; `None` while it may grow.
    pub fn read_as(&self) -> Option<Stamp> {
        match &*self.state() {
            State::Read(stamp) => Some(*stamp),
            State::Reading | State::Growing(..) | State::Replaced => None,
        }
    }

    /// Is it followed?
    pub fn is_growing(&self) -> bool {
        matches!(&*self.state(), State::Growing(..))
    }

    /// Is what was read still where it was in this file, opened at its path?
    pub fn is_there(&self, opened: &AtOffset) -> bool {
        let Ok(now) = opened.stamp() else { return false };
        match &mut *self.state() {
            State::Reading => true,
            State::Read(then) => then.is_like(&now),
            State::Growing(grown) if grown.found == now => true,
            State::Growing(grown) if grown.missed == Some(now) => false,
            State::Growing(grown) => {
                let is_there = grown.prefix.is_in(opened, now.len());
                match is_there {
                    true => grown.found = now,
                    false => grown.missed = Some(now),
                }
                is_there
            }
            State::Replaced => false,
        }
    }

    /// The number of its reading.
    pub fn reading(&self) -> Reading {
        self.reading
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bytes of a span, at the beginning of `buffer`. Fails where the file is not what was read.
    pub fn read<'b>(&self, span: Span, buffer: &'b mut Vec<u8>) -> io::Result<&'b [u8]> {
        let changed = || {
            Error::other(
                "the file was changed after it was read; open it again, or follow it if it only grew",
            )
        };
        let opened = AtOffset::new(open_again(&self.path)?);
        let before = opened.stamp()?;
        if before.len() < span.offset + u64::from(span.len) || !self.is_there(&opened) {
            return Err(changed());
        }
        opened.read_span(span, buffer)?;
        // It may have been written anew meanwhile.
        if opened.stamp()? != before && !self.is_there(&opened) {
            return Err(changed());
        }
        Ok(&buffer[..span.len as usize])
    }
}

/// Opens a file that was read before. Where too many files are open, those are of other threads that read
/// records again, and are closed at once.
fn open_again(path: &Path) -> io::Result<File> {
    let mut waited = Duration::ZERO;
    loop {
        match File::open(path) {
            Err(error) if refusal::cause(&error) == Cause::NoRoom && waited < PATIENCE => {
                std::thread::sleep(PAUSE);
                waited += PAUSE;
            }
            opened => return opened,
        }
    }
}
