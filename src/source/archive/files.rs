//! The files of an archive by their names: each opened in the folder that is held, and nowhere else.
//! Never opens a name that the program does not give itself, and never overwrites what is not an archive's.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::day;
use crate::disk::{Folder, Kind, Look, Made, is_missing, is_refusal};

/// The folder with what the archive says about itself.
const HIDDEN: &str = ".entrail";
/// The folder, in that one, of files that were set aside.
const DAMAGED: &str = "damaged";
/// The file being written.
const INCOMING: &str = "incoming.ndjson.zst";

/// The folders of an archive, held open.
#[derive(Debug)]
pub struct Files {
    root: Folder,
    hidden: Folder,
}

impl Files {
    /// Opens the folders at `path`; makes them where there are none. With what was made for an archive
    /// that begins here; `None`: it has a manifest. Fails where a folder has something else in it than
    /// files of these logs.
    pub fn open(path: &Path, logs: &[String]) -> io::Result<(Self, Option<Made>)> {
        let (root, mut made) = Folder::make(path)?;
        let is_begun = match root.sub(HIDDEN) {
            Ok(hidden) => Some(hidden.look(super::manifest::NAME)?.is_some()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        if is_begun != Some(true)
            && let Err(error) = check_empty(&root, logs)
        {
            made.remove();
            return Err(error);
        }
        let hidden = root.make_sub(HIDDEN)?;
        if is_begun.is_none() {
            made.add(&root, HIDDEN);
        }
        Ok((Self { root, hidden }, (is_begun != Some(true)).then_some(made)))
    }

    /// The folder with what the archive says about itself.
    pub fn hidden(&self) -> &Folder {
        &self.hidden
    }

    /// The folder of these that is not where it was any more, if one is not.
    pub fn moved(&self) -> io::Result<Option<&Path>> {
        for folder in [&self.root, &self.hidden] {
            if !folder.is_in_place()? {
                return Ok(Some(folder.path()));
            }
        }
        Ok(None)
    }

    /// A name of the archive as a path, for messages.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// The folder a name is in, and its name there. Fails with [`io::ErrorKind::NotFound`] where there
    /// is no such folder, and for a name that is not the archive's.
    fn place<'n>(&self, name: &'n str, is_made: bool) -> io::Result<(Folder, &'n str)> {
        let open = |folder: &Folder, name: &str| match is_made {
            true => folder.make_sub(name),
            false => folder.sub(name),
        };
        let inside = |log: &str| match log.split_once('/') {
            Some((source, log)) => open(&open(&self.root, source)?, log),
            None => open(&self.root, log),
        };
        if let Some(base) = aside(name) {
            return Ok((open(&self.hidden, DAMAGED)?, base));
        }
        match name.rsplit_once('/') {
            Some((log, base)) if day::is_name(name, log) => Ok((inside(log)?, base)),
            _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "not a name of this archive")),
        }
    }

    /// Opens a file to be read; `None` where there is none.
    pub fn read(&self, name: &str) -> io::Result<Option<File>> {
        there(self.place(name, false).and_then(|(folder, base)| folder.read(base)))
    }

    /// What stands at a name; `None` where nothing does.
    pub fn look(&self, name: &str) -> io::Result<Option<Look>> {
        Ok(there(self.place(name, false).and_then(|(folder, base)| folder.look(base)))?.flatten())
    }

    /// Moves a file to another name, and waits until that is on the disk.
    pub fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let (from, base) = self.place(from, false)?;
        self.put(&from, base, to)?;
        from.sync()
    }

    fn put(&self, from: &Folder, base: &str, to: &str) -> io::Result<()> {
        let (folder, name) = self.place(to, true)?;
        from.rename(base, &folder, name)?;
        folder.sync()
    }

    /// Removes a file that is in the archive by another name too.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        let (folder, base) = self.place(name, false)?;
        folder.remove(base)?;
        folder.sync()
    }

    /// The file being written, anew.
    pub fn begin_incoming(&self) -> io::Result<File> {
        self.hidden.anew(INCOMING)
    }

    /// The file that was being written; `None` where there is none.
    pub fn incoming(&self) -> io::Result<Option<File>> {
        there(self.hidden.read(INCOMING))
    }

    /// Puts it in its place.
    pub fn put_incoming(&self, name: &str) -> io::Result<()> {
        self.put(&self.hidden, INCOMING, name)?;
        self.hidden.sync()
    }

    /// Drops it, where there is one.
    pub fn drop_incoming(&self) -> io::Result<()> {
        self.hidden.remove(INCOMING).map(drop)
    }

    /// The names of files of a log that look like days.
    pub fn days(&self, log: &str) -> io::Result<Vec<String>> {
        let mut folder = Ok(self.root.clone());
        for part in log.split('/') {
            folder = folder.and_then(|folder| folder.sub(part));
        }
        let names = there(folder.and_then(|folder| folder.names()))?;
        let names =
            names.unwrap_or_default().into_iter().filter_map(|base| base.into_string().ok());
        Ok(names
            .map(|base| format!("{log}/{base}"))
            .filter(|name| day::is_name(name, log))
            .collect())
    }

    /// All files that were set aside, by what [`flat`] makes of their names.
    pub fn set_aside(&self) -> io::Result<HashMap<String, Vec<String>>> {
        let mut all: HashMap<String, Vec<String>> = HashMap::new();
        let names = there(self.hidden.sub(DAMAGED).and_then(|folder| folder.names()))?;
        for base in names.unwrap_or_default().into_iter().filter_map(|base| base.into_string().ok())
        {
            let number = base.rsplit_once('.').filter(|(_, number)| number.parse::<u32>().is_ok());
            let flat = number.map_or(&*base, |(flat, _)| flat).to_owned();
            let name = format!("{HIDDEN}/{DAMAGED}/{base}");
            if aside(&name).is_some() {
                all.entry(flat).or_default().push(name);
            }
        }
        for names in all.values_mut() {
            names.sort_unstable();
        }
        Ok(all)
    }

    /// A name that is free for a file that is set aside.
    pub fn free_aside(&self, name: &str) -> io::Result<String> {
        let place = format!("{HIDDEN}/{DAMAGED}/{}", flat(name));
        let mut free = place.clone();
        let mut number = 1;
        while self.look(&free)?.is_some() {
            number += 1;
            free = format!("{place}.{number}");
        }
        Ok(free)
    }

    /// The folder of what was set aside; `None` where there is none.
    pub fn damaged(&self) -> io::Result<Option<Folder>> {
        there(self.hidden.sub(DAMAGED))
    }

    /// The same, made where there is none.
    pub fn make_damaged(&self) -> io::Result<Folder> {
        self.hidden.make_sub(DAMAGED)
    }
}

/// What a file is called when it is set aside; a number may follow.
pub fn flat(name: &str) -> String {
    name.replace('/', "-")
}

/// The name in the folder of damaged files, where it is one there.
pub fn aside(name: &str) -> Option<&str> {
    let base = name.strip_prefix(".entrail/damaged/")?;
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    (!base.starts_with('.') && !base.is_empty() && base.bytes().all(is_plain)).then_some(base)
}

/// What is there; `None` where nothing is.
pub fn there<T>(opened: io::Result<T>) -> io::Result<Option<T>> {
    match opened {
        Ok(opened) => Ok(Some(opened)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Fails where a folder that is no archive has something else in it. What systems put into folders
/// by themselves does not count.
fn check_empty(root: &Folder, logs: &[String]) -> io::Result<()> {
    let mut foreign = None;
    for name in root.names()? {
        if !is_of_archive(root, &name, logs)? {
            foreign = Some(name);
            break;
        }
    }
    let Some(foreign) = foreign else { return Ok(()) };
    let reason = format!(
        "it is no archive, and not empty (it has `{}`); give an empty or a new folder, such as \
         --archive {}",
        crate::text::clean(&foreign.to_string_lossy()),
        root.path().join("entra").display()
    );
    Err(io::Error::new(io::ErrorKind::AlreadyExists, reason))
}

fn is_of_archive(root: &Folder, name: &OsStr, logs: &[String]) -> io::Result<bool> {
    let Some(name) = name.to_str() else { return Ok(false) };
    if name.starts_with('.') || name == "lost+found" {
        return Ok(true);
    }
    let is_folder = root.look(name)?.is_some_and(|look| look.kind == Kind::Folder);
    let is_of_source =
        |log: &String| log.strip_prefix(name).is_some_and(|log| log.starts_with('/'));
    let is_log = logs.iter().any(|log| log == name);
    if !is_folder || !(is_log || logs.iter().any(is_of_source)) {
        return Ok(false);
    }
    let folder = root.sub(name)?;
    if is_log {
        return has_days(&folder);
    }
    for log in folder.names()? {
        let of_source = log.to_str().map(|log| [name, log].join("/"));
        let is_log = of_source.is_some_and(|log| logs.contains(&log));
        if !is_log || !has_days(&folder.sub(&log)?)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Has a folder nothing but files that are named like those of a log?
fn has_days(folder: &Folder) -> io::Result<bool> {
    let is_day =
        |base: &std::ffi::OsString| base.to_str().is_some_and(|b| day::window(b).is_some());
    Ok(folder.names()?.iter().all(is_day))
}

/// An error together with where it happened, and the way out where there is one.
pub fn wrapped(path: &Path, error: io::Error) -> io::Error {
    if is_refusal(&error) {
        return error;
    }
    let way = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; make room there and pull again: it goes on where it was"
        }
        io::ErrorKind::PermissionDenied => "; choose a folder you may write to",
        io::ErrorKind::ReadOnlyFilesystem => "; choose a folder on a disk that can be written to",
        _ if is_missing(&error) || error.raw_os_error().is_none() => "",
        _ => "; nothing was moved: pull again once that is put right",
    };
    let path = path.display().to_string();
    io::Error::new(error.kind(), format!("{}: {error}{way}", crate::text::clean(&path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_the_program_gives_are_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let (files, _) = Files::open(&folder.path().join("archive"), &[]).expect("made");
        for name in [
            "",
            "..",
            "../x",
            "audit",
            "audit/",
            "audit/..",
            "audit/../../x",
            "/etc/passwd",
            "audit//2026-05-01.ndjson.zst",
            "../audit/2026-05-01.ndjson.zst",
            "./2026-05-01.ndjson.zst",
            ".entrail/2026-05-01.ndjson.zst",
            ".entrail/lock",
            ".entrail/damaged/../lock",
            ".entrail/damaged/",
            ".entrail/damaged/.x",
            "audit\\2026-05-01.ndjson.zst",
            "c:/2026-05-01.ndjson.zst",
            "audit/2026-05-01.ndjson.zst\0",
        ] {
            let error = files.read(name).expect_err(name);
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{name:?}");
            assert!(files.look(name).is_err() && files.remove(name).is_err(), "{name:?}");
            assert!(files.rename(name, "audit/2026-05-01.ndjson.zst").is_err(), "{name:?}");
            assert!(
                files.begin_incoming().is_ok() && files.put_incoming(name).is_err(),
                "{name:?}"
            );
        }
        files.put_incoming("audit/2026-05-01.2.ndjson.zst").expect("moved");
        assert!(files.read("audit/2026-05-01.2.ndjson.zst").expect("opened").is_some());
        assert!(files.read("audit/2026-05-02.ndjson.zst").expect("looked").is_none());
    }
}
