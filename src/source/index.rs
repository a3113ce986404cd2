//! Indexes: what a load found, kept on disk so that the next one need not read the files again.
//! Never why a load fails, waits or answers otherwise: an index that is stale or damaged is none.
//!
//! An index belongs to plain files, in their order: the bytes of their records are where they were.
//! Streams, and loads in which a compressed or UTF-16 file had records, have no index, for the text
//! of those is gone with the session. It is taken over only where every file is what it was: path,
//! size, time of change and a sample of the contents ([`identity`]); where the same build of the
//! program wrote it; and where every byte of it is as it was written.

mod about;
mod folder;
mod identity;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{self, Builder};
use std::time::SystemTime;

use tokio_util::sync::CancellationToken;

pub use self::about::About;
use self::folder::Folder;
use self::identity::{Identity, key};
use super::file_state::FileState;
use super::options::Options;
use super::original::{PlainFiles, Source};
use super::queues::Queue;
use super::{Delivery, Progress, Summary, pipeline};
use crate::log::Watch;
use crate::place::plain::PlainFile;
use crate::place::{Contents, Piece, Trouble};
use crate::record::wanted::Wanted;
use crate::store::persist::wire::{Damaged, Encoder};
use crate::store::persist::{self, Stored};
use crate::store::{Original, Segment};

/// Bytes of plain files from which on an index is kept without being asked for.
const WORTH_KEEPING: u64 = 64 << 20;
/// Bytes of the largest index, and of all of them.
const MOST_BYTES: u64 = 2 << 30;
/// Most troubles that are kept; a load with more is read again.
const MOST_TROUBLES: usize = 100_000;
/// Threads that take over segments; more are limited by memory.
const MOST_THREADS: usize = 4;

/// Where indexes are kept, and of which loads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IndexCache {
    folder: PathBuf,
    least_bytes: u64,
}

impl IndexCache {
    /// Indexes in this folder, which is made when the first is written, of loads of 64 MiB or more.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, least_bytes: WORTH_KEEPING }
    }

    /// Also of small loads.
    #[must_use]
    pub fn of_all(self) -> Self {
        Self { least_bytes: 0, ..self }
    }
}

/// Runs a load, from an index where there is one. What it returns is to be written when nobody
/// waits any more.
pub fn run(
    queues: Vec<Queue>,
    cache: Option<&IndexCache>,
    cancel: &CancellationToken,
    options: &Options,
    deliver: &mut dyn FnMut(Delivery) -> ControlFlow<()>,
) -> Option<Fresh> {
    let began = Watch::start();
    let Some((cache, found)) = cache.and_then(|cache| Some((cache, looked_at(&queues, cancel)?)))
    else {
        pipeline::run(queues, cancel, options, deliver);
        return None;
    };
    tracing::info!(stage = "walk", pieces = found.len(), ms = began.ms(), "looked for");
    let started = clock();
    let paths = plain_files(&found, cache.least_bytes).filter(|_| !cancel.is_cancelled());
    let queues = vec![Queue::Pieces(found)];
    let Some(paths) = paths else {
        tracing::debug!("no index: not plain files only, or too small for one");
        pipeline::run(queues, cancel, options, deliver);
        return None;
    };
    let folder = Folder::new(&cache.folder);
    let stage = tracing::info_span!("index_read", files = paths.len());
    if let Some(found) = stage.in_scope(|| LoadedIndex::read(&folder, &paths, cancel)) {
        tracing::info!(files = paths.len(), "an index is used");
        found.deliver(cancel, deliver);
        return None;
    }
    tracing::info!(files = paths.len(), "no index fits: there is none, or a file changed");
    if options.unwanted.is_some() {
        pipeline::run(queues, cancel, options, deliver);
        return None;
    }
    let mut recording = Recording::default();
    let options = &Options { wanted: Wanted::default(), ..options.clone() };
    let reads = pipeline::run(queues, cancel, options, &mut |delivery| {
        recording.see(&delivery);
        let heard = deliver(delivery);
        recording.unheard |= heard.is_break();
        heard
    })?;
    let all_settled = reads.iter().all(|(_, state)| state.is_settled(started));
    let same = reads.iter().map(|(path, _)| path).eq(&paths);
    if !all_settled || !same {
        tracing::info!(all_settled, same, "no index is kept: files are still being written");
        return None;
    }
    recording.into_fresh(folder, reads)
}

#[expect(
    clippy::disallowed_methods,
    reason = "files are told from changed ones by the clock, contents are not"
)]
fn clock() -> SystemTime {
    SystemTime::now()
}

/// Everything in these queues; `None` where some of it comes when it comes.
fn looked_at(queues: &[Queue], cancel: &CancellationToken) -> Option<Vec<Result<Piece, Trouble>>> {
    let [Queue::Places(places)] = queues else { return None };
    if places.iter().any(|place| place.waits()) {
        return None;
    }
    let mut found = Vec::new();
    for place in places {
        place.pieces(cancel, &mut |piece| found.push(piece));
    }
    Some(found)
}

/// The paths of all pieces, where all are files and there is enough in them.
fn plain_files(found: &[Result<Piece, Trouble>], least_bytes: u64) -> Option<Vec<PathBuf>> {
    let mut total = 0_u64;
    let mut paths = Vec::with_capacity(found.len());
    for piece in found {
        let Ok(Piece { contents: Contents::File(path, len), .. }) = piece else { return None };
        total = total.saturating_add(*len);
        paths.push(path.clone());
    }
    (!paths.is_empty() && total >= least_bytes).then_some(paths)
}

/// Tells this build of the program from others, which may read other things out of the same bytes;
/// `None` where it was replaced while it runs.
fn fingerprint() -> Option<u64> {
    let executable = std::env::current_exe().and_then(|path| path.metadata()).ok()?;
    let mut build = Encoder::default();
    FileState::of(&executable)?.encode_contents(&mut build);
    Some(persist::fingerprint(build.as_bytes()))
}

/// An index that was read whole.
struct LoadedIndex {
    segments: Vec<Arc<Segment>>,
    about: About,
}

impl LoadedIndex {
    /// The index of these files, as they are now.
    fn read(folder: &Folder, paths: &[PathBuf], cancel: &CancellationToken) -> Option<Self> {
        let file = folder.open(&key(paths)?)?;
        let index = persist::Index::open(&file, fingerprint()?).ok()?;
        let about = About::decode(index.about()).ok()?;
        // Only now: looking at files that have no index would be in vain.
        let now = Identity::look(paths)?;
        if now.as_bytes() != about.identity {
            return None;
        }
        let mut files = PlainFiles::new();
        for (path, state) in paths.iter().zip(now.states()) {
            let plain = PlainFile::new(path.clone());
            plain.was_read(state.stamp());
            files.insert(path.as_os_str().as_encoded_bytes().to_vec(), Arc::new(plain));
        }
        let originals: Vec<Arc<dyn Original>> = (index.keepsakes().iter())
            .map(|keepsake| Ok(Arc::new(Source::restored(keepsake, &files)?) as Arc<dyn Original>))
            .collect::<Result<_, Damaged>>()
            .ok()?;
        let segments = segments(&index, &file, &originals, cancel)?;
        file.touch(clock());
        Some(Self { segments, about })
    }

    fn deliver(
        self,
        cancel: &CancellationToken,
        deliver: &mut dyn FnMut(Delivery) -> ControlFlow<()>,
    ) {
        let mut summary = Summary { indexed: true, ..self.about.summary };
        let before = Progress {
            bytes_read: 0,
            records: 0,
            duplicates: 0,
            files_done: 0,
            ..summary.progress
        };
        let mut records = 0;
        let mut all = vec![Delivery::Progress(before)];
        all.extend(self.segments.into_iter().map(Delivery::Segment));
        all.extend(self.about.troubles.into_iter().map(Delivery::Trouble));
        for delivery in all {
            if cancel.is_cancelled() {
                summary.cancelled = true;
                summary.progress.records = records;
                break;
            }
            if let Delivery::Segment(segment) = &delivery {
                records += segment.len() as u64;
            }
            if deliver(delivery).is_break() {
                return;
            }
        }
        if deliver(Delivery::Progress(summary.progress)).is_continue() {
            let _ = deliver(Delivery::Done(summary));
        }
    }
}

/// All segments of an index; `None` where one is damaged or the load was cancelled.
fn segments(
    index: &persist::Index,
    file: &dyn Stored,
    originals: &[Arc<dyn Original>],
    cancel: &CancellationToken,
) -> Option<Vec<Arc<Segment>>> {
    let slots: Vec<OnceLock<Arc<Segment>>> =
        (0..index.segments()).map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let work = || {
        let mut scratch = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(slot) = slots.get(number) else { return };
            if failed.load(Ordering::Relaxed) || cancel.is_cancelled() {
                return;
            }
            match index.segment(number, file, originals, &mut scratch) {
                Ok(segment) => {
                    let _ = slot.set(Arc::new(segment));
                }
                Err(Damaged) => failed.store(true, Ordering::Relaxed),
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    thread::scope(|scope| {
        for number in 1..threads.min(slots.len()) {
            // One thread less is slower, that is all.
            let _ = Builder::new().name(format!("index-{number}")).spawn_scoped(scope, work);
        }
        work();
    });
    slots.into_iter().map(OnceLock::into_inner).collect()
}

/// What a load delivered.
#[derive(Default)]
struct Recording {
    segments: Vec<Arc<Segment>>,
    bytes: u64,
    troubles: Vec<Trouble>,
    summary: Option<Summary>,
    unheard: bool,
}

impl Recording {
    fn see(&mut self, delivery: &Delivery) {
        match delivery {
            Delivery::Segment(segment) => {
                self.bytes += segment.memory_bytes() as u64;
                self.segments.push(Arc::clone(segment));
            }
            Delivery::Trouble(trouble) => self.troubles.push(trouble.clone()),
            Delivery::Done(summary) => self.summary = Some(summary.clone()),
            Delivery::Progress(_)
            | Delivery::Pulling(..)
            | Delivery::Prompt(..)
            | Delivery::Following(_) => {}
        }
    }

    fn into_fresh(self, folder: Folder, reads: Vec<(PathBuf, FileState)>) -> Option<Fresh> {
        let summary = self.summary.filter(|summary| !summary.cancelled)?;
        let few = self.troubles.len() <= MOST_TROUBLES && self.bytes <= MOST_BYTES;
        (few && !self.unheard).then_some(Fresh {
            folder,
            reads,
            segments: self.segments,
            about: About { identity: Vec::new(), summary, troubles: self.troubles },
        })
    }
}

/// A load that may be written as an index.
#[derive(Debug)]
pub struct Fresh {
    folder: Folder,
    /// Every file, and what it was like when it was read.
    reads: Vec<(PathBuf, FileState)>,
    segments: Vec<Arc<Segment>>,
    about: About,
}

impl Fresh {
    /// Writes the index, in place of an older one. Being killed meanwhile leaves nothing that a
    /// later load would take for an index. Where it cannot be written there is none: nobody is told.
    pub fn write(self) {
        let _stage = tracing::info_span!("index_write", files = self.reads.len()).entered();
        let is_written = self.try_write().is_some();
        tracing::info!(is_written, "an index was to be written");
    }

    fn try_write(mut self) -> Option<()> {
        let (paths, states): (Vec<PathBuf>, Vec<FileState>) = self.reads.into_iter().unzip();
        let now = Identity::look(&paths).filter(|now| now.states() == states)?;
        self.about.identity = now.as_bytes().to_vec();
        let about = self.about.encode();
        let (segments, fingerprint) = (self.segments, fingerprint()?);
        self.folder
            .replace(&key(&paths)?, &mut |out| persist::write(&segments, &about, fingerprint, out))
            .ok()?;
        self.folder.tidy(clock());
        Some(())
    }
}
