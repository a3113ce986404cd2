//! The manifest: one line for each slice that was kept, written before the slice is in its place.
//! Never changes a line: what is written counts once its line break is there. Now and then all of it
//! is written anew, with fewer lines, and takes the place of the old one at once.
//!
//! A line is one of
//! ```text
//! {"archive":{"version":1,"base":"https://graph.microsoft.com","tenant":"…"}}    the first one
//! {"slice":{"log":"audit","start":"…","end":"…","complete":true,"asked":"…",…}}
//! {"gone":"audit/2026-05-01.ndjson.zst"}                                         not there any more
//! ```

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::super::slices::{Window, ticks};
use super::disk::writing;
use crate::time::{TICKS_PER_SECOND, Timestamp};

/// Raised whenever an older program could not go on with the manifest.
const VERSION: u32 = 1;

/// Whose records an archive has.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Owner {
    /// Where Graph is.
    pub base: String,
    /// The tenant's id.
    pub tenant: String,
}

#[derive(Serialize, Deserialize)]
struct Header {
    version: u32,
    #[serde(flatten)]
    owner: Owner,
}

/// One slice that was kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Name of the log.
    pub log: String,
    /// The filter Graph applied; without one all records of the time are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// First instant of the slice.
    #[serde(with = "instant")]
    pub start: Timestamp,
    /// First instant after it.
    #[serde(with = "instant")]
    pub end: Timestamp,
    /// When Graph was asked.
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

impl Entry {
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

    /// [`Entry::late`] in ticks of 100 ns.
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
    Slice(Entry),
    Gone(String),
}

/// The manifest of an archive.
#[derive(Debug)]
pub struct Manifest {
    path: PathBuf,
    owner: Owner,
    file: File,
    /// Bytes of whole lines.
    len: u64,
    entries: Vec<Entry>,
    unreadable: u64,
}

impl Manifest {
    /// Opens the manifest at `path`, or begins one for `owner`. A line that was not written to its
    /// end is taken away.
    ///
    /// Fails where the archive belongs to somebody else or was written by a newer program.
    pub fn open(path: &Path, owner: &Owner) -> io::Result<Self> {
        let mut file = writing().open(path)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        let len = memchr::memrchr(b'\n', &text).map_or(0, |at| at + 1);
        let mut manifest = Self {
            path: path.to_owned(),
            owner: owner.clone(),
            file,
            len: len as u64,
            entries: Vec::new(),
            unreadable: 0,
        };
        if len < text.len() {
            manifest.file.set_len(manifest.len)?;
        }
        let mut begun = false;
        for line in text[..len].split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match serde_json::from_slice(line) {
                Ok(Line::Archive(header)) => {
                    begun = true;
                    check(&header, owner)?;
                }
                Ok(Line::Slice(entry)) => manifest.entries.push(entry),
                Ok(Line::Gone(name)) => manifest.forget(&name),
                Err(_) => manifest.unreadable += 1,
            }
        }
        if !begun {
            let header = Header { version: VERSION, owner: owner.clone() };
            manifest.write(&Line::Archive(header))?;
        }
        Ok(manifest)
    }

    /// Slices, in the order they were kept; those whose file is gone are left out.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Every file as it is now, by its name, with the last entry that wrote to it. Its times are
    /// those of all its records.
    pub fn files(&self) -> BTreeMap<&str, (&Entry, &Stored)> {
        let stored = |entry| -> Option<(&str, (&Entry, &Stored))> {
            let entry: &Entry = entry;
            let file = entry.file.as_ref()?;
            Some((file.name.as_str(), (entry, file)))
        };
        self.entries.iter().filter_map(stored).collect()
    }

    /// Lines that say nothing any more.
    pub fn unreadable(&self) -> u64 {
        self.unreadable
    }

    /// Adds a slice. It is on the disk when this returns.
    pub fn add(&mut self, entry: Entry) -> io::Result<()> {
        let line = Line::Slice(entry);
        self.write(&line)?;
        if let Line::Slice(entry) = line {
            self.entries.push(entry);
        }
        Ok(())
    }

    /// Notes that a file is not there any more.
    pub fn gone(&mut self, name: &str) -> io::Result<()> {
        self.write(&Line::Gone(name.to_owned()))?;
        self.forget(name);
        Ok(())
    }

    /// Writes a manifest with these entries beside this one. It is on the disk when this returns,
    /// and counts once it is given to [`Manifest::replace`].
    pub fn write_anew(&self, entries: Vec<Entry>) -> io::Result<Self> {
        let path = self.path.with_extension("new");
        let file = writing().truncate(true).open(&path)?;
        let owner = self.owner.clone();
        let mut anew = Self { path, owner, file, len: 0, entries: Vec::new(), unreadable: 0 };
        let header = Header { version: VERSION, owner: self.owner.clone() };
        let mut text = serde_json::to_vec(&Line::Archive(header))?;
        text.push(b'\n');
        for entry in entries {
            let line = Line::Slice(entry);
            serde_json::to_writer(&mut text, &line)?;
            text.push(b'\n');
            if let Line::Slice(entry) = line {
                anew.entries.push(entry);
            }
        }
        anew.file.write_all(&text)?;
        anew.file.sync_all()?;
        anew.len = text.len() as u64;
        Ok(anew)
    }

    /// Puts `anew`, which [`Manifest::write_anew`] made of this one, in its place.
    pub fn replace(&mut self, anew: Self) -> io::Result<()> {
        super::move_to(&anew.path, &self.path)?;
        *self = Self { path: std::mem::take(&mut self.path), ..anew };
        Ok(())
    }

    /// Whose it is.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// Forgets a file, and that anything of its time was ever asked for: what came of later
    /// questions left out what the file had.
    fn forget(&mut self, name: &str) {
        let of_file = |entry: &Entry| entry.file.as_ref().is_some_and(|file| file.name == name);
        let (gone, mut left): (Vec<Entry>, Vec<Entry>) =
            std::mem::take(&mut self.entries).into_iter().partition(of_file);
        let mut windows: BTreeMap<&str, Vec<Window>> = BTreeMap::new();
        for entry in &gone {
            let records = entry.file.as_ref().map(Stored::window);
            windows
                .entry(&entry.log)
                .or_default()
                .extend(records.into_iter().chain([entry.window()]));
        }
        left.retain_mut(|entry| {
            let near = windows.get(entry.log.as_str());
            let near = near.is_some_and(|all| all.iter().any(|one| one.overlaps(&entry.window())));
            if near {
                (entry.complete, entry.late) = (false, None);
            }
            !near || entry.file.is_some()
        });
        self.entries = left;
    }

    fn write(&mut self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
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

fn check(header: &Header, owner: &Owner) -> io::Result<()> {
    let reason = if header.version > VERSION {
        "a newer entrail wrote this archive; use that one".to_owned()
    } else if header.owner != *owner {
        let Owner { base, tenant } = &header.owner;
        format!(
            "this archive has the logs of tenant {} at {}, not of {} at {}; give each tenant a \
             folder of its own",
            crate::text::clean(tenant),
            crate::text::clean(base),
            owner.tenant,
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
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect(text)
    }

    fn owner(tenant: &str) -> Owner {
        Owner { base: "https://graph.microsoft.com".to_owned(), tenant: tenant.to_owned() }
    }

    fn entry(start: &str, asked: &str) -> Entry {
        let start = at(start);
        let name = format!("audit/{start}.ndjson.zst");
        let sha256 = "00".repeat(32);
        Entry {
            log: "audit".to_owned(),
            filter: None,
            start,
            end: start.plus(ticks(Duration::from_hours(24))),
            asked: at(asked),
            late: None,
            complete: true,
            records: 7,
            slices: 1,
            request: "https://graph.microsoft.com/v1.0/x".to_owned(),
            file: Some(Stored { name, bytes: 9, sha256, first: start, last: start.plus(1) }),
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the file is cut off on purpose")]
    fn a_manifest_cut_anywhere_keeps_its_whole_lines_and_goes_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("manifest.ndjson");
        let (one, two) = (entry("2026-05-01", "2026-05-03"), entry("2026-05-02", "2026-05-03"));
        let mut manifest = Manifest::open(&path, &owner("t")).expect("new");
        manifest.add(one.clone()).expect("written");
        let whole = std::fs::metadata(&path).expect("there").len() as usize;
        manifest.add(two.clone()).expect("written");
        let text = std::fs::read(&path).expect("read");
        for cut in whole..text.len() {
            std::fs::write(&path, &text[..cut]).expect("cut");
            let mut manifest = Manifest::open(&path, &owner("t")).expect("opened");
            assert_eq!(manifest.entries().collect::<Vec<_>>(), [&one], "cut at {cut}");
            manifest.add(two.clone()).expect("written");
            assert_eq!(std::fs::read(&path).expect("read"), text, "cut at {cut}");
        }
    }

    #[test]
    fn another_tenants_archive_and_a_newer_one_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("manifest.ndjson");
        Manifest::open(&path, &owner("a")).expect("new");
        let error = Manifest::open(&path, &owner("b")).expect_err("foreign");
        assert!(error.to_string().contains("tenant a"), "{error}");
        let header = Header { version: VERSION + 1, owner: owner("a") };
        assert!(check(&header, &owner("a")).is_err());
    }

    #[test]
    fn what_is_gone_and_what_is_unreadable_is_left_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("manifest.ndjson");
        let mut manifest = Manifest::open(&path, &owner("a")).expect("new");
        let one = entry("2026-05-01", "2026-05-03");
        manifest.add(one.clone()).expect("written");
        manifest.gone(&one.file.as_ref().expect("a file").name).expect("written");
        manifest.file.write_all(b"\x00\x00 damaged\n").expect("written");
        let mut manifest = Manifest::open(&path, &owner("a")).expect("opened");
        assert_eq!((manifest.entries().count(), manifest.unreadable()), (0, 1));
        manifest.add(one.clone()).expect("written");
        let manifest = Manifest::open(&path, &owner("a")).expect("opened");
        assert_eq!(manifest.entries().collect::<Vec<_>>(), [&one], "its name is in use again");
    }

    #[test]
    fn a_slice_is_settled_where_nothing_arrives_late() {
        let day = Duration::from_hours(24);
        let early = entry("2026-05-01", "2026-05-02T06:00:00Z");
        assert_eq!(early.settled(day).end, at("2026-05-01T06:00:00Z"));
        let late = entry("2026-05-01", "2026-05-09");
        assert_eq!(late.settled(day), late.window());
        let soon = entry("2026-05-01", "2026-05-01T06:00:00Z");
        assert!(soon.settled(day).is_empty());
    }
}
