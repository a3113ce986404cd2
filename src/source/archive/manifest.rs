//! The manifest: one line for each slice that was kept, written before the slice is in its place.
//! Never changes a line: what is written counts once its line break is there. Now and then all of it
//! is written anew, with fewer lines, and takes the place of the old one at once.
//!
//! A line is one of
//! ```text
//! {"archive":{"version":1,"base":"https://graph.microsoft.com","tenant":"…"}}    the first one
//! {"archive":{"version":2,"base":"https://…","tenant":"","source":"storage-…"}}  one for each further source
//! {"slice":{"log":"audit","start":"…","end":"…","complete":true,"asked":"…",…}}
//! {"slice":{"log":"storage-…/audit","parts":{"…/h=13/m=00/PT1H.json":"0x8D…"},…}}
//! {"gone":"audit/2026-05-01.ndjson.zst"}                                         not there any more
//! ```

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Seek as _, SeekFrom, Write as _};

use super::day;
use crate::disk::Folder;
use crate::time::window::joined;
use crate::time::{TICKS_PER_SECOND, Timestamp, Window, ticks};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Raised whenever an older program could not go on with the manifest.
const VERSION: u32 = 2;
/// That of an archive that has the logs of a tenant from Graph and nothing else: older programs go on with
/// it as well.
const FIRST_VERSION: u32 = 1;
/// The file, in the hidden folder of an archive, and the one that is written in its place.
pub const NAME: &str = "manifest.ndjson";
const NEW: &str = "manifest.new";
/// Bytes of the largest manifest: a line for each slice of a hundred years takes a tenth.
const MOST_BYTES: u64 = 256 << 20;
/// How often files may have been found gone before the manifest was made short again.
const MOST_LOTS: usize = 2_000;
/// Bytes of the longest line; the filter of a slice is the only text of any length.
const MOST_LINE: usize = 1 << 20;

/// Whose records an archive has of one source.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Owner {
    /// Where the service is that has them.
    pub base: String,
    /// The tenant's id; empty where the source does not know it.
    pub tenant: String,
    /// The folder of its logs below the archive; empty: the archive itself, as for Graph.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// Its logs: their folders below the archive. Only these are looked for there.
    #[serde(skip)]
    pub logs: Vec<String>,
}

impl Owner {
    /// Are these the same ones' records?
    fn is(&self, other: &Self) -> bool {
        self.base == other.base && self.tenant == other.tenant
    }

    /// Is this one of its logs?
    pub fn has(&self, log: &str) -> bool {
        self.source == log.split_once('/').map_or("", |(source, _)| source)
    }

    /// The line that says that an archive has its records; `is_first`: and says so first.
    fn line(&self, is_first: bool) -> Line {
        let is_graph = is_first && self.source.is_empty();
        let version = if is_graph { FIRST_VERSION } else { VERSION };
        Line::Archive(Header { version, owner: self.clone() })
    }
}

#[derive(Serialize, Deserialize)]
struct Header {
    version: u32,
    #[serde(flatten)]
    owner: Owner,
}

/// One slice that was kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KeptSlice {
    /// Name of the log.
    pub log: String,
    /// The filter the service applied; without one all records of the time are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// The query whose records were kept; without one all that came were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// First instant of the slice.
    #[serde(with = "instant")]
    pub start: Timestamp,
    /// First instant after it.
    #[serde(with = "instant")]
    pub end: Timestamp,
    /// When the service was asked.
    #[serde(with = "instant")]
    pub asked: Timestamp,
    /// Seconds after which each instant of it was asked for, at least; where several slices became
    /// one, of which `asked` is when the first was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<u64>,
    /// Was all of it there?
    pub complete: bool,
    /// Records that are new by this slice.
    pub records: u64,
    /// What it was made of where the source is in parts, such as blobs: their names, and what each was
    /// then.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, String>,
    /// Slices that became this one.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub slices: u32,
    /// The request it began with, or one that asks for the same.
    pub request: String,
    /// The file they were added to, as it was then; `None` where there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Stored>,
}

/// A file of an archive.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Stored {
    /// Its path below the archive, with `/`.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes, as hexadecimal digits.
    pub sha256: String,
    /// The time of its oldest record.
    #[serde(with = "instant")]
    pub first: Timestamp,
    /// The time of its newest record.
    #[serde(with = "instant")]
    pub last: Timestamp,
}

impl Stored {
    /// The time of its records.
    pub fn window(&self) -> Window {
        Window { start: self.first, end: self.last.plus(1) }
    }
}

impl KeptSlice {
    /// Of a file that is there, though nothing is known of how its records were asked for: the time of
    /// `window` counts as not asked for.
    pub fn of_file(log: &str, window: Window, file: Stored, records: u64) -> Self {
        Self { asked: file.last, records, file: Some(file), ..Self::unasked(log, window) }
    }

    /// Of a time that counts as not asked for, and no file yet.
    pub fn unasked(log: &str, window: Window) -> Self {
        Self {
            log: log.to_owned(),
            filter: None,
            query: None,
            start: window.start,
            end: window.end,
            asked: window.start,
            late: None,
            complete: false,
            records: 0,
            parts: BTreeMap::new(),
            slices: 1,
            request: String::new(),
            file: None,
        }
    }

    /// The slice's time.
    pub fn window(&self) -> Window {
        Window { start: self.start, end: self.end }
    }

    /// The part of the slice for which no record can arrive late any more, by `overlap`: the time
    /// within which they arrive.
    pub fn settled(&self, overlap: std::time::Duration) -> Window {
        if self.late_ticks().is_some_and(|late| late >= ticks(overlap)) {
            return self.window();
        }
        let end = self.end.min(self.asked.plus(-ticks(overlap)));
        Window { start: self.start, end: end.max(self.start) }
    }

    /// Could this program have written it?
    fn is_possible(&self) -> bool {
        let is_digest =
            |text: &str| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let is_file = |file: &Stored| is_digest(&file.sha256) && file.first <= file.last;
        self.start <= self.end && self.file.as_ref().is_none_or(is_file)
    }

    /// [`KeptSlice::late`] in ticks of 100 ns.
    pub fn late_ticks(&self) -> Option<i64> {
        self.late.map(|late| i64::try_from(late).unwrap_or(0).saturating_mul(TICKS_PER_SECOND))
    }
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_one(slices: &u32) -> bool {
    *slices == 1
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Archive(Header),
    Slice(KeptSlice),
    Gone(String),
}

/// What a file was like that is not there any more, and how many records it had.
#[derive(Clone, Debug)]
pub struct Gone {
    /// Its log.
    pub log: String,
    /// As it was written last.
    pub file: Stored,
    /// Its records.
    pub records: u64,
}

/// The manifest of an archive.
#[derive(Debug)]
pub struct Manifest {
    folder: Folder,
    /// The source that it was opened for.
    owner: Owner,
    /// All sources, in the order they came.
    owners: Vec<Owner>,
    file: File,
    /// Bytes of whole lines.
    len: u64,
    entries: Vec<KeptSlice>,
    /// The last entry that wrote to each file.
    latest: HashMap<String, usize>,
    /// Files that were noted not to be there any more, by name.
    gone: BTreeMap<String, Gone>,
    unreadable: u64,
    /// Had it no records of this source, but some of others?
    is_another: bool,
}

impl Manifest {
    /// Opens the manifest in the hidden folder of an archive, or begins one for `owner`. A line that
    /// was not written to its end is taken away.
    ///
    /// Fails where the archive belongs to somebody else, was written by a newer program, or where the
    /// manifest says what this program does not write: a file that is no day of a log, say.
    pub fn open(folder: &Folder, owner: &Owner) -> io::Result<Self> {
        // A copy of an archive by hard links has the same file: it stays as it is.
        if folder.look(NAME)?.is_some_and(|look| look.is_shared) {
            folder.replace(NAME, |copy| io::copy(&mut folder.read(NAME)?, copy).map(drop))?;
        }
        let file = folder.edit(NAME)?;
        let bytes = file.metadata()?.len();
        if bytes > MOST_BYTES {
            return Err(wrong(&format!("it has {bytes} bytes, more than entrail ever writes")));
        }
        let mut manifest = Self::empty(folder, owner, file);
        manifest.read()?;
        let is_begun = manifest.owners.iter().any(|known| known.source == owner.source);
        let is_owned = |entry: &KeptSlice| owner.has(&entry.log);
        // Without it, the logs of two tenants could get into one archive.
        if !is_begun && (manifest.unreadable > 0 || manifest.entries.iter().any(is_owned)) {
            return Err(wrong(
                "no line of it says whose archive it is: that line is unreadable or gone",
            ));
        }
        if manifest.len < bytes {
            manifest.file.set_len(manifest.len)?;
        }
        if !is_begun {
            let is_first = manifest.owners.is_empty();
            manifest.write(&[owner.line(is_first)])?;
            manifest.owners.push(owner.clone());
            manifest.is_another = !is_first;
        }
        folder.sync()?;
        Ok(manifest)
    }

    fn empty(folder: &Folder, owner: &Owner, file: File) -> Self {
        Self {
            folder: folder.clone(),
            owner: owner.clone(),
            owners: Vec::new(),
            file,
            len: 0,
            entries: Vec::new(),
            latest: HashMap::new(),
            gone: BTreeMap::new(),
            unreadable: 0,
            is_another: false,
        }
    }

    /// Reads all whole lines.
    fn read(&mut self) -> io::Result<()> {
        let mut lines = BufReader::new(self.file.try_clone()?);
        let (mut number, mut line) = (0_u64, Vec::new());
        // Lines about files that are gone follow each other; each lot is forgotten at once.
        let (mut gone, mut lots) = (Vec::new(), 0);
        loop {
            line.clear();
            number += 1;
            let len = whole_line(&mut lines, &mut line)?;
            if !gone.is_empty() && !line.starts_with(b"{\"gone\"") {
                lots += 1;
                if lots > MOST_LOTS {
                    return Err(wrong("it says too often that files are gone"));
                }
                self.forget(&gone.iter().map(String::as_str).collect());
                gone.clear();
            }
            let Some(len) = len else { return Ok(()) };
            self.len += len;
            if len == 1 {
                continue;
            }
            match serde_json::from_slice(&line) {
                _ if line.len() > MOST_LINE => self.unreadable += 1,
                Ok(Line::Archive(header)) => {
                    check(&header, &self.owner)?;
                    let owner = header.owner;
                    if self.owners.iter().all(|known| known.source != owner.source) {
                        self.owners.push(owner);
                    }
                }
                Ok(Line::Slice(entry)) => {
                    let file = entry.file.as_ref();
                    if file.is_some_and(|file| !day::is_name(&file.name, &entry.log)) {
                        return Err(foreign(number));
                    }
                    match entry.is_possible() {
                        true => self.push(entry),
                        false => self.unreadable += 1,
                    }
                }
                Ok(Line::Gone(name)) => {
                    let log = name.rsplit_once('/').map_or("", |(log, _)| log);
                    if !day::is_name(&name, log) {
                        return Err(foreign(number));
                    }
                    gone.push(name);
                }
                Err(_) => self.unreadable += 1,
            }
        }
    }

    fn push(&mut self, entry: KeptSlice) {
        if let Some(file) = &entry.file {
            self.latest.insert(file.name.clone(), self.entries.len());
        }
        self.entries.push(entry);
    }

    /// Slices, in the order they were kept; those whose file is gone are left out.
    pub fn entries(&self) -> impl Iterator<Item = &KeptSlice> {
        self.entries.iter()
    }

    /// Every file as it is now, by its name, with the last entry that wrote to it. Its times are
    /// those of all its records.
    pub fn files(&self) -> BTreeMap<&str, (&KeptSlice, &Stored)> {
        let stored = |entry| -> Option<(&str, (&KeptSlice, &Stored))> {
            let entry: &KeptSlice = entry;
            let file = entry.file.as_ref()?;
            Some((file.name.as_str(), (entry, file)))
        };
        self.entries.iter().filter_map(stored).collect()
    }

    /// A file as it is now, with the last entry that wrote to it.
    pub fn file(&self, name: &str) -> Option<(&KeptSlice, &Stored)> {
        let entry = self.entries.get(*self.latest.get(name)?)?;
        Some((entry, entry.file.as_ref()?))
    }

    /// Records of files, as their entries count them.
    pub fn records_of<'n>(&self, names: &HashSet<&'n str>) -> HashMap<&'n str, u64> {
        let mut records = HashMap::new();
        for entry in &self.entries {
            let name = entry.file.as_ref().and_then(|file| names.get(file.name.as_str()));
            if let Some(name) = name {
                let sum: &mut u64 = records.entry(*name).or_default();
                *sum = sum.saturating_add(entry.records);
            }
        }
        records
    }

    /// Files that were there once, as they were written last; some may be listed again.
    pub fn gone_files(&self) -> impl Iterator<Item = &Gone> {
        self.gone.values()
    }

    /// Lines that say nothing any more.
    pub fn unreadable(&self) -> u64 {
        self.unreadable
    }

    /// Adds a slice. It is on the disk when this returns.
    pub fn add(&mut self, entry: KeptSlice) -> io::Result<()> {
        let lines = [Line::Slice(entry)];
        self.write(&lines)?;
        let [line] = lines;
        if let Line::Slice(entry) = line {
            self.push(entry);
        }
        Ok(())
    }

    /// Notes that files are not there any more.
    pub fn gone(&mut self, names: &HashSet<&str>) -> io::Result<()> {
        let mut lines: Vec<Line> =
            names.iter().map(|name| Line::Gone((*name).to_owned())).collect();
        lines.sort_unstable_by(|a, b| match (a, b) {
            (Line::Gone(a), Line::Gone(b)) => a.cmp(b),
            _ => std::cmp::Ordering::Equal,
        });
        self.write(&lines)?;
        self.forget(names);
        Ok(())
    }

    /// Writes a manifest with these entries beside this one. It is on the disk when this returns,
    /// and counts once it is given to [`Manifest::replace`].
    pub fn write_anew(&self, entries: Vec<KeptSlice>) -> io::Result<Self> {
        let mut anew = Self::empty(&self.folder, &self.owner, self.folder.anew(NEW)?);
        anew.gone.clone_from(&self.gone);
        anew.owners.clone_from(&self.owners);
        let headers = self.owners.iter().enumerate().map(|(at, owner)| owner.line(at == 0));
        let mut text = Vec::new();
        // What files were like that are gone, before all that counts: the lines that say that they are
        // gone make less of those above them.
        let days = self.gone.values().filter_map(|gone| {
            let base = gone.file.name.rsplit('/').next().unwrap_or_default();
            Some((gone, day::window(base)?))
        });
        let was = days.map(|(gone, day)| {
            Line::Slice(KeptSlice::of_file(&gone.log, day, gone.file.clone(), gone.records))
        });
        let is_gone = self.gone.keys().map(|name| Line::Gone(name.clone()));
        for line in headers.chain(was).chain(is_gone) {
            serde_json::to_writer(&mut text, &line)?;
            text.push(b'\n');
        }
        for entry in entries {
            let line = Line::Slice(entry);
            serde_json::to_writer(&mut text, &line)?;
            text.push(b'\n');
            if let Line::Slice(entry) = line {
                anew.push(entry);
            }
        }
        anew.file.write_all(&text)?;
        anew.file.sync_all()?;
        anew.len = text.len() as u64;
        Ok(anew)
    }

    /// Puts `anew`, which [`Manifest::write_anew`] made of this one, in its place.
    pub fn replace(&mut self, anew: Self) -> io::Result<()> {
        self.folder.rename(NEW, &self.folder, NAME)?;
        let folder = self.folder.clone();
        *self = anew;
        folder.sync()
    }

    /// Is the file that is written to still the one in its place?
    pub fn is_in_place(&self) -> io::Result<bool> {
        self.folder.is_still(NAME, &self.file)
    }

    /// Whose records it was opened for.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// The other sources it has records of, where those of this one are new to it.
    pub fn joined(&self) -> Vec<&Owner> {
        let others = self.owners.iter().filter(|owner| owner.source != self.owner.source);
        others.filter(|_| self.is_another).collect()
    }

    /// Forgets files, and that anything of their time was ever asked for: what came of later
    /// questions left out what the files had.
    fn forget(&mut self, names: &HashSet<&str>) {
        let names: HashSet<&str> =
            names.iter().copied().filter(|name| self.latest.contains_key(*name)).collect();
        if names.is_empty() {
            return;
        }
        let records = self.records_of(&names);
        for name in &names {
            let Some((entry, file)) = self.file(name) else { continue };
            let (log, file) = (entry.log.clone(), file.clone());
            let records = records.get(name).copied().unwrap_or(0);
            self.gone.insert((*name).to_owned(), Gone { log, file, records });
        }
        let is_gone = |entry: &KeptSlice| {
            entry.file.as_ref().is_some_and(|file| names.contains(file.name.as_str()))
        };
        let (gone, mut left): (Vec<KeptSlice>, Vec<KeptSlice>) =
            std::mem::take(&mut self.entries).into_iter().partition(is_gone);
        let mut windows: BTreeMap<&str, Vec<Window>> = BTreeMap::new();
        for entry in &gone {
            let records = entry.file.as_ref().map(Stored::window);
            windows
                .entry(&entry.log)
                .or_default()
                .extend(records.into_iter().chain([entry.window()]));
        }
        let windows: BTreeMap<&str, Vec<Window>> =
            windows.into_iter().map(|(log, all)| (log, joined(all))).collect();
        left.retain_mut(|entry| {
            let window = entry.window();
            let near = windows.get(entry.log.as_str()).is_some_and(|all| {
                let first = all.partition_point(|one| one.end <= window.start);
                all.get(first).is_some_and(|one| one.overlaps(&window))
            });
            if near {
                (entry.complete, entry.late) = (false, None);
                entry.parts.clear();
            }
            !near || entry.file.is_some()
        });
        self.latest.clear();
        for entry in left {
            self.push(entry);
        }
    }

    fn write(&mut self, lines: &[Line]) -> io::Result<()> {
        let mut text = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut text, line)?;
            text.push(b'\n');
        }
        self.file.seek(SeekFrom::Start(self.len))?;
        let written = self.file.write_all(&text).and_then(|()| self.file.sync_data());
        match written {
            Ok(()) => self.len += text.len() as u64,
            // Half a line must not become the beginning of the next one.
            Err(_) => self.file.set_len(self.len)?,
        }
        written
    }
}

/// Reads a line that has a line break, as far as it is of use; its bytes, `None` behind the last one.
fn whole_line(lines: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Option<u64>> {
    let mut len = lines.by_ref().take(MOST_LINE as u64 + 1).read_until(b'\n', line)?;
    if !line.ends_with(b"\n") && line.len() > MOST_LINE {
        let rest = skip_line(lines)?;
        match rest {
            Some(rest) => len += rest,
            None => return Ok(None),
        }
    } else if !line.ends_with(b"\n") {
        return Ok(None);
    }
    Ok(Some(len as u64))
}

/// Passes over the rest of a line; its bytes, `None` where it has no line break.
fn skip_line(lines: &mut impl BufRead) -> io::Result<Option<usize>> {
    let mut passed = 0;
    loop {
        let bytes = match lines.fill_buf() {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if bytes.is_empty() {
            return Ok(None);
        }
        let (len, is_over) =
            memchr::memchr(b'\n', bytes).map_or((bytes.len(), false), |at| (at + 1, true));
        lines.consume(len);
        passed += len;
        if is_over {
            return Ok(Some(passed));
        }
    }
}

fn wrong(what: &str) -> io::Error {
    let reason = format!(
        "{what}. Do not use an archive that somebody else prepared. To go on with the files of this \
         one, move the manifest away and pull again: what is there does not come twice"
    );
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

fn foreign(line: u64) -> io::Error {
    wrong(&format!("line {line} names a file that entrail does not write: nothing was touched"))
}

fn check(header: &Header, owner: &Owner) -> io::Result<()> {
    let reason = if header.version > VERSION {
        "a newer entrail wrote this archive; use that one".to_owned()
    } else if header.owner.source == owner.source && !header.owner.is(owner) {
        let Owner { base, tenant, source, .. } = &header.owner;
        let whose = |tenant: &str| match source.is_empty() {
            true => format!("tenant {tenant}"),
            false => source.clone(),
        };
        let (there, here) = (whose(tenant), whose(&owner.tenant));
        format!(
            "this archive has the logs of {} at {}, not of {here} at {}; give each tenant a folder of its \
             own",
            crate::text::clean(&there),
            crate::text::clean(base),
            owner.base
        )
    } else {
        return Ok(());
    };
    Err(io::Error::new(io::ErrorKind::InvalidInput, reason))
}

/// Instants as text.
mod instant {
    use super::{Deserialize, Deserializer, Serializer, Timestamp};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub fn serialize<S: Serializer>(time: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(time)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        let text = String::deserialize(from)?;
        Timestamp::parse(&text).ok_or_else(|| serde::de::Error::custom("no time"))
    }
}

#[cfg(test)]
mod tests;
