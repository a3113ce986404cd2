//! An archive: a folder with the logs of a tenant, slice by slice, beyond what Entra itself keeps.
//! Each source has folders of its own.
//! Never has a record twice, never loses one it has, and never touches a file it did not write.
//!
//! ```text
//! ARCHIVE/audit/2026-05-01.ndjson.zst    the records of a day, as they were sent
//! ARCHIVE/audit/2026-05-01.2.ndjson.zst  more of that day, where the first file has grown large
//! ARCHIVE/storage-x/audit/…              the same of another source than Graph
//! ARCHIVE/.entrail/manifest.ndjson       what was asked for, when, and where it is
//! ARCHIVE/.entrail/sha256sums            the files and their digests, as `sha256sum` reads them
//! ARCHIVE/.entrail/lock                  held by the pull that runs
//! ARCHIVE/.entrail/damaged/              files that were not as written any more, and lost.json
//! ARCHIVE/.entrail/incoming.ndjson.zst   the file being written
//! ```
//!
//! The records of a slice, behind those that its day's file has already, are written to a file
//! beside the others and synced, then the slice's line is added to the manifest and synced, then
//! the file is moved to its place. The line is what counts: whatever the moment a pull is killed at,
//! the next one finds either no line, and drops the file, or a line, and moves the file. Readers
//! pass over folders whose name begins with a dot, so they see whole slices only.

mod adopt;
mod condense;
mod damaged;
mod day;
mod files;
mod fill;
mod lock;
mod look_again;
mod manifest;
mod origin;
mod packed;
mod put_back;
mod rounds;
mod tidy;
mod wanted;

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use self::damaged::Lost;
use self::files::{Files, wrapped};
use self::lock::Lock;
use self::manifest::Manifest;
use self::packed::Packing;
use super::duplicates::Seen;
use super::lines::Record;
use super::pulled::{Missing, State};
use crate::disk::{Kind, Made};
use crate::time::{TICKS_PER_SECOND, Timestamp, Window};

pub use self::damaged::Asked;
pub use self::fill::fill;
pub use self::manifest::{KeptSlice, Owner, Stored};
pub use self::origin::{
    Before, Beginning, Clock, Cut, Fault, Fetched, Origin, Parts, Pulling, Sliced, Take, WantedLog,
    fault,
};
pub use self::rounds::{Rounds, pull_into, watch};

/// Time within which records arrive late, if nothing else is said.
pub const OVERLAP: Duration = Duration::from_hours(24);
/// Ids of kept records that are held in memory before they are read again where needed.
const MOST_KNOWN: usize = 8 << 20;
/// Ticks by which clocks of a service may differ among themselves.
const AHEAD: i64 = 60 * TICKS_PER_SECOND;
/// How far back it is doubted what was asked for, once a clock turns out to have been ahead: others may
/// have been asked for by it that are not of the future any more. Entra itself keeps no log for longer.
const DOUBTED: Duration = Duration::from_hours(31 * 24);
/// Bytes up to which more is added to a file.
const MOST_BYTES: u64 = 8 << 20;

/// What an archive tells while it is pulled into.
#[derive(Debug)]
pub enum Told<'t> {
    /// How far it is.
    State(&'t State),
    /// A slice was kept: its line in the manifest.
    Kept(&'t KeptSlice),
    /// Something is missing or odd.
    Missing(Box<Missing>),
}

/// Hears what an archive tells.
pub type Tell = Box<dyn FnMut(Told<'_>) + Send>;

/// Which records of a page are kept, in their order: it is given their lines.
pub type Sieve = Box<dyn FnMut(&[u8]) -> Vec<bool> + Send>;

/// What is asked for again at once, of a slice: its log, its window and its filter; `None` where nobody
/// knows how.
pub type Requests = Box<dyn Fn(&Slice<'_>, Option<&str>) -> Option<String> + Send>;

/// A window of a log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slice<'l> {
    /// The log: its folder below the archive.
    pub log: &'l str,
    /// The window of it.
    pub window: Window,
}

/// A slice that is over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Done<'l> {
    /// The slice. Pages handed over for it can hold records from around it.
    pub slice: Slice<'l>,
    /// Is all of it there?
    pub complete: bool,
    /// The request it began with.
    pub request: String,
    /// When that was asked, by the clock of the service; UTC. Nothing after it counts as asked for.
    pub asked: Timestamp,
    /// What it was made of where the source is in parts.
    pub parts: BTreeMap<String, String>,
}

type Interrupt = Box<dyn FnMut(&'static str) -> io::Result<()> + Send>;

/// An archive that is open for a pull, and locked against others.
pub struct Archive {
    folder: PathBuf,
    files: Files,
    manifest: Manifest,
    packing: Option<(Packing, Destination)>,
    known: Known,
    overlap: Duration,
    /// Lines that the manifest may have more than it needs.
    spare: usize,
    filters: BTreeMap<String, String>,
    requests: Option<Requests>,
    /// The query whose records are kept, and what knows which these are.
    query: Option<(String, Sieve)>,
    tell: Tell,
    /// Asked before each change on the disk; how tests stop a pull there.
    interrupt: Option<Interrupt>,
    /// Files that were not as written, until all of their records are there again.
    lost: Vec<Lost>,
    /// The same as it is noted on the disk.
    noted: Vec<u8>,
    /// How many were found since a pull told.
    damaged: u64,
    /// Was one found since the slice that is asked for began?
    spoiled: bool,
    /// Names of files that were written since that was looked at.
    written: HashSet<String>,
    /// Folders that were made for it; `None`: it was there before.
    made: Option<Made>,
    _lock: Lock,
}

/// Where a file being written belongs.
struct Destination {
    /// Its name below the archive.
    name: String,
    /// The times of the records it had before.
    before: Option<(Timestamp, Timestamp)>,
}

/// Records that are in the archive already, of the log that is pulled.
#[derive(Default)]
struct Known {
    log: String,
    read: HashSet<String>,
    records: Seen,
    /// Files named like slices that no line of the manifest speaks of.
    unlisted: Vec<(String, Window, String)>,
}

impl Known {
    /// Forgets what was read: it is read again where it is needed.
    fn forget(&mut self) {
        self.read.clear();
        self.records.clear();
    }
}

impl Archive {
    /// Opens the archive in `folder`, or begins one for `owner`. What a killed pull left is put in
    /// order first. `now` is written to the lock for those who meet it.
    ///
    /// Fails where another pull runs, where the archive is another tenant's, where the folder has
    /// something else in it, where others own it or may write to it, where its manifest says what this
    /// program does not write, or where the system refuses. The error names the place.
    pub fn open(folder: &Path, owner: &Owner, now: Timestamp, tell: Tell) -> io::Result<Self> {
        let (files, made) =
            Files::open(folder, &owner.logs).map_err(|error| wrapped(folder, error))?;
        let hidden = files.hidden();
        let lock = Lock::take(hidden, now).map_err(|error| wrapped(folder, error))?;
        let path = files.path(".entrail/manifest.ndjson");
        let manifest = Manifest::open(hidden, owner).map_err(|error| wrapped(&path, error))?;
        let mut archive = Self {
            folder: folder.to_owned(),
            files,
            manifest,
            packing: None,
            known: Known::default(),
            overlap: OVERLAP,
            spare: tidy::SPARE,
            filters: BTreeMap::new(),
            requests: None,
            query: None,
            tell,
            interrupt: None,
            lost: Vec::new(),
            noted: Vec::new(),
            damaged: 0,
            spoiled: false,
            written: HashSet::new(),
            made,
            _lock: lock,
        };
        archive.prepare().map_err(|error| wrapped(folder, error))?;
        Ok(archive)
    }

    fn prepare(&mut self) -> io::Result<()> {
        self.remember_lost()?;
        self.put_in_order()?;
        self.known.unlisted = self.find_unlisted()?;
        self.put_back()?;
        self.known.unlisted = self.find_unlisted()?;
        self.adopt()?;
        self.is_unasked();
        self.tell_joined();
        Ok(())
    }

    /// Says that another source has come to those whose records are here.
    fn tell_joined(&mut self) {
        let name = |owner: &Owner| match owner.source.is_empty() {
            true => format!("tenant {} at {}", owner.tenant, owner.base),
            false => format!("{} at {}", owner.source, owner.base),
        };
        let others: Vec<String> = self.manifest.joined().into_iter().map(name).collect();
        if !others.is_empty() {
            let reason = format!(
                "{} has the logs of {} so far: those of {} get folders of their own beside them",
                self.folder.display(),
                others.join(", "),
                name(self.manifest.owner())
            );
            self.odd("", None, reason);
        }
    }

    /// Time within which records arrive late: slices asked for earlier after their end are asked
    /// for again.
    #[must_use]
    pub fn with_overlap(mut self, overlap: Duration) -> Self {
        self.overlap = overlap;
        self
    }

    /// That time.
    pub fn overlap(&self) -> Duration {
        self.overlap
    }

    /// Changes that time for the next pull.
    pub fn set_overlap(&mut self, overlap: Duration) {
        self.overlap = overlap;
    }

    /// The filters of the pull, by the log. What was kept with another filter does not count as all there
    /// is.
    #[must_use]
    pub fn with_filters(mut self, filters: BTreeMap<String, String>) -> Self {
        self.filters = filters;
        self
    }

    /// What it is filled from: with its filters, and what asks for a slice again where several become one.
    #[must_use]
    pub fn for_origin(mut self, origin: &dyn Origin) -> Self {
        self.requests = origin.requests();
        self.with_filters(origin.filters())
    }

    /// Keeps only the records of a query, which `sieve` knows. What was kept of another query does not
    /// count as all there is.
    #[must_use]
    pub fn with_query(mut self, query: String, sieve: Sieve) -> Self {
        self.query = Some((query, sieve));
        self
    }

    /// What is asked of a log: the service's filter, and the query.
    fn question(&self, log: &str) -> (Option<String>, Option<String>) {
        let query = self.query.as_ref().map(|(query, _)| query.clone());
        // An older program knows only the filter: with one, nothing is taken for all there is.
        let filter = self.filters.get(log).cloned();
        (filter.or_else(|| query.as_ref().map(|_| String::new())), query)
    }

    /// Slices that are kept, in the order they were.
    pub fn entries(&self) -> impl Iterator<Item = &KeptSlice> {
        self.manifest.entries()
    }

    /// Reads every file; those whose bytes are not what was written, and what is wrong with them.
    pub fn verify(&self) -> Vec<(String, String)> {
        let wrong = self.manifest.files().into_values().filter_map(|(_, file)| {
            let sha256 = match self.files.read(&file.name) {
                Ok(Some(mut there)) => packed::sha256(&mut there),
                Ok(None) => Err(io::ErrorKind::NotFound.into()),
                Err(error) => Err(error),
            };
            let reason = match sha256 {
                Ok(sha256) if sha256 == file.sha256 => return None,
                Ok(_) => "its bytes are not those that were written".to_owned(),
                Err(error) => crate::place::refusal::describe(&error),
            };
            Some((file.name.clone(), reason))
        });
        wrong.collect()
    }

    fn step(&mut self, name: &'static str) -> io::Result<()> {
        self.interrupt.as_mut().map_or(Ok(()), |interrupt| interrupt(name))
    }

    /// Finishes what a killed pull began, or takes it away; tells which files are not as written.
    fn put_in_order(&mut self) -> io::Result<()> {
        let whole = match self.files.incoming()? {
            Some(mut incoming) => Some(packed::sha256(&mut incoming)?),
            None => None,
        };
        let names: Vec<(String, bool)> = (self.manifest.files().into_values())
            .map(|(_, file)| (file.name.clone(), whole.as_ref() == Some(&file.sha256)))
            .collect();
        let (mut doubtful, mut missing) = (Vec::new(), Vec::new());
        for (name, is_incoming) in names {
            // What was written last counts, also where it has as many bytes as what it replaces.
            if is_incoming {
                self.files.put_incoming(&name)?;
                continue;
            }
            let Some(look) = self.files.look(&name)? else {
                missing.push((name, None));
                continue;
            };
            let (_, file) = self.manifest.file(&name).unzip();
            if look.kind != Kind::File || file.is_some_and(|file| file.bytes != look.len) {
                doubtful.push(name);
            }
        }
        self.files.drop_incoming()?;
        if !missing.is_empty() {
            self.lose(&missing)?;
        }
        for name in doubtful {
            self.compare(&name).map_err(|error| wrapped(&self.files.path(&name), error))?;
        }
        self.is_unasked();
        if self.manifest.unreadable() > 0 {
            let reason = format!(
                "{} lines of the manifest of {} are unreadable: their time is asked for again",
                self.manifest.unreadable(),
                self.folder.display()
            );
            self.odd("", None, reason);
        }
        Ok(())
    }

    fn odd(&mut self, log: &str, window: Option<Window>, reason: String) {
        let (log, refused) = (log.to_owned().into(), None);
        self.trouble(Missing { log, window, reason, refused, lost: false, ends: false });
    }

    /// Files that look like slices of this archive and are in no line of its manifest.
    fn find_unlisted(&self) -> io::Result<Vec<(String, Window, String)>> {
        let mut unlisted = Vec::new();
        for log in &self.manifest.owner().logs {
            for name in self.files.days(log)? {
                let base = name.rsplit('/').next().unwrap_or_default();
                if let Some(window) =
                    day::window(base).filter(|_| self.manifest.file(&name).is_none())
                {
                    unlisted.push((log.clone(), window, name));
                }
            }
        }
        unlisted.sort_by(|a, b| a.2.cmp(&b.2));
        Ok(unlisted)
    }

    /// Reads which records of a window the archive has.
    fn learn(&mut self, log: &str, window: Window) -> io::Result<()> {
        if self.known.log != log || self.known.records.count() > MOST_KNOWN {
            log.clone_into(&mut self.known.log);
            self.known.forget();
        }
        let mut files = Vec::new();
        for (entry, file) in self.manifest.files().into_values() {
            let all = Window { start: file.first, end: file.last.plus(1) };
            // Records that do not say when they happened are of the day of their slice.
            let base = file.name.rsplit('/').next().unwrap_or_default();
            let of_day = day::window(base).is_some_and(|day| day.overlaps(&window));
            if entry.log == log && (of_day || all.overlaps(&window)) {
                files.push((file.name.clone(), true));
            }
        }
        let unlisted = self.known.unlisted.iter();
        let near = unlisted.filter(|(of, all, _)| of == log && all.overlaps(&window));
        files.extend(near.map(|(_, _, name)| (name.clone(), false)));
        let unread = |(name, _): &(String, bool)| !self.known.read.contains(name);
        let files: Vec<(String, bool)> = files.into_iter().filter(unread).collect();
        // What is set aside takes what is known with it: before anything is read.
        for (name, _) in files.iter().filter(|(_, is_listed)| *is_listed) {
            self.compare(name)?;
        }
        for (name, is_listed) in files {
            if is_listed && self.manifest.file(&name).is_none() {
                continue;
            }
            let path = self.files.path(&name);
            let read = match self.files.read(&name) {
                Ok(Some(mut file)) => packed::read_ids(&mut file, &mut self.known.records),
                Ok(None) => continue,
                Err(error) => Err(error),
            };
            self.known.read.insert(name);
            match read {
                Ok(()) => {}
                Err(error) if packed::is_of_contents(&error) => {
                    let reason =
                        format!("{}: {}", path.display(), crate::place::refusal::describe(&error));
                    self.odd(log, Some(window), reason);
                }
                Err(error) => return Err(wrapped(&path, error)),
            }
        }
        Ok(())
    }

    /// The file that records of a slice were last added to.
    fn last_of(&self, slice: &Slice<'_>) -> Option<String> {
        let names = (1..).map(|number| day::name(slice, number));
        names.take_while(|name| self.manifest.file(name).is_some()).last()
    }

    /// Begins the file that the records of a slice are added to: the last one of its day as long as
    /// that is small and as it was written, else another one.
    fn begin(&mut self, slice: &Slice<'_>) -> io::Result<(Packing, Destination)> {
        if let Some(last) = self.last_of(slice) {
            self.compare(&last)?;
        }
        let mut number = 1;
        let mut name = day::name(slice, number);
        while self.manifest.file(&name).is_some() || self.files.look(&name)?.is_some() {
            number += 1;
            name = day::name(slice, number);
        }
        let last = day::name(slice, number - 1);
        let last = self.manifest.file(&last).map(|(_, file)| file.clone());
        let mut place = Destination { name, before: None };
        let mut bytes = Vec::new();
        if let Some(file) = last.filter(|file| file.bytes <= MOST_BYTES)
            && let Some(mut there) = self.files.read(&file.name)?
            && let Some(before) = packed::intact(&mut there, &file)?
        {
            bytes = before;
            place = Destination { name: file.name, before: Some((file.first, file.last)) };
        }
        Ok((Packing::begin(self.files.begin_incoming()?, &bytes)?, place))
    }

    /// Keeps what was written of a slice, which is over. The error names the archive.
    pub fn done(&mut self, done: &Done<'_>) -> io::Result<()> {
        self.keep(done).map_err(|error| wrapped(&self.folder, error))
    }

    fn keep(&mut self, done: &Done<'_>) -> io::Result<()> {
        let slice = &done.slice;
        // Records that a damaged file has were left out of it.
        let complete = done.complete && !std::mem::take(&mut self.spoiled);
        let (filter, query) = self.question(slice.log);
        let mut entry = KeptSlice {
            log: slice.log.to_owned(),
            filter,
            query,
            start: slice.window.start,
            end: slice.window.end,
            asked: done.asked,
            late: None,
            complete,
            records: 0,
            parts: done.parts.clone(),
            slices: 1,
            request: done.request.clone(),
            file: None,
        };
        let Some(packing) = self.packing.take() else {
            if complete || !entry.parts.is_empty() {
                self.step("line")?;
                self.manifest.add(entry.clone())?;
                (self.tell)(Told::Kept(&entry));
            }
            return Ok(());
        };
        self.store(packing, &mut entry)?;
        (self.tell)(Told::Kept(&entry));
        Ok(())
    }

    /// Finishes a file and puts it in its place; the entry says what is in it then.
    fn store(&mut self, packing: (Packing, Destination), entry: &mut KeptSlice) -> io::Result<()> {
        let (packing, Destination { name, before }) = packing;
        self.step("finish")?;
        let packed = packing.finish()?;
        let times: Vec<(Timestamp, Timestamp)> = packed.times.into_iter().chain(before).collect();
        let first = times.iter().map(|(first, _)| *first).min().unwrap_or(entry.start);
        let last = times.iter().map(|(_, last)| *last).max().unwrap_or(entry.start);
        let (bytes, sha256) = (packed.bytes, packed.sha256);
        entry.records = packed.records;
        entry.file = Some(Stored { name: name.clone(), bytes, sha256, first, last });
        self.step("line")?;
        self.manifest.add(entry.clone())?;
        self.known.read.insert(name.clone());
        self.step("move")?;
        self.files.put_incoming(&name)?;
        self.written.insert(name);
        self.step("moved")
    }

    /// Adds the records of a slice that the archive has not. `lines`: each on a line; `records`: what is
    /// known of them, in the same order. The error names the archive.
    pub fn page(&mut self, slice: &Slice<'_>, lines: &[u8], records: &[Record]) -> io::Result<()> {
        self.add(slice, lines, records).map_err(|error| wrapped(&self.folder, error))
    }

    /// Tells how far a pull is.
    pub fn progress(&mut self, state: &State) {
        (self.tell)(Told::State(state));
    }

    /// Tells that something is missing, or odd.
    pub fn trouble(&mut self, missing: Missing) {
        (self.tell)(Told::Missing(Box::new(missing)));
    }

    fn add(&mut self, slice: &Slice<'_>, lines: &[u8], records: &[Record]) -> io::Result<()> {
        let times = || records.iter().filter_map(|record| record.time);
        let Window { start, end } = slice.window;
        let start = times().min().map_or(start, |first| first.min(start));
        let end = times().max().map_or(end, |last| last.plus(1).max(end));
        self.learn(slice.log, Window { start, end })?;
        let keeps = self.query.as_mut().map(|(_, sieve)| sieve(lines));
        let mut at = 0;
        for (number, record) in records.iter().enumerate() {
            let line = &lines[at..at + record.len];
            at += record.len;
            let is_kept = keeps.as_ref().and_then(|keeps| keeps.get(number)).copied();
            if !is_kept.unwrap_or(true) || !self.known.records.is_new(record.key, record.time) {
                continue;
            }
            if self.packing.is_none() {
                self.step("begin")?;
                self.packing = Some(self.begin(slice)?);
            }
            if let Some((packing, _)) = &mut self.packing {
                packing.add(line, record)?;
            }
            self.is_back(slice.log, record.time);
        }
        self.step("page")
    }
}

impl fmt::Debug for Archive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Archive").field("folder", &self.folder).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
