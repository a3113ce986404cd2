//! Origins become files: folders are walked, glob patterns matched, what is missing is told.
//! Never opens a file and never follows a link to a folder.

use std::cell::Cell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use super::{Origin, Tenant};
use crate::demo;
use crate::place::plain::PlainFile;
use crate::place::{Position, Trouble};

/// One thing to read.
#[derive(Debug)]
pub enum Entry {
    /// A regular file and its size in bytes.
    File(PathBuf, u64),
    /// A pipe or device, read once from beginning to end.
    Stream(PathBuf),
    /// Standard input.
    Stdin,
    /// A tenant's logs.
    Tenant(Arc<Tenant>),
    /// What arrives in a tenant's logs from now on.
    News(Arc<Tenant>),
    /// What was appended to a file.
    Tail(Tail),
    /// Bytes at hand.
    Memory(String, Arc<[u8]>),
    /// Nothing to read there.
    Missing(Trouble),
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

/// What a load reads.
#[derive(Debug)]
pub enum Input {
    /// Not looked at yet.
    Origins(Vec<Origin>),
    /// Known to be these.
    Entries(Vec<Entry>),
}

/// All there is to read, in order. Stops early when `stopped` says so.
pub fn expand(origins: Vec<Origin>, stopped: &dyn Fn() -> bool) -> Vec<Entry> {
    let mut entries = Vec::new();
    each(origins, stopped, &mut |entry| entries.push(entry));
    entries
}

/// The same one by one, as they are found.
pub fn each(origins: Vec<Origin>, stopped: &dyn Fn() -> bool, found: &mut dyn FnMut(Entry)) {
    for origin in origins {
        match origin {
            Origin::Stdin => found(Entry::Stdin),
            Origin::Demo => {
                let tenant = demo::tenant(demo::Scale::demo());
                found(Entry::Memory("demo".to_owned(), tenant.into()));
            }
            Origin::Tenant(tenant) => found(Entry::Tenant(tenant)),
            Origin::Memory { name, bytes } => found(Entry::Memory(name, bytes)),
            Origin::Path(path) if path.as_os_str() == "-" => found(Entry::Stdin),
            Origin::Path(path) => match fs::metadata(&path) {
                Ok(_) => add(&path, stopped, found),
                Err(error) => match matches(&path) {
                    Some(paths) if !paths.is_empty() => {
                        for path in paths {
                            match path {
                                Ok(path) => add(&path, stopped, found),
                                Err(error) => found(refused(error.path(), error.error())),
                            }
                        }
                    }
                    Some(_) => {
                        found(missing(&path, "no file matches this pattern".to_owned()));
                    }
                    None => found(refused(&path, &error)),
                },
            },
        }
    }
}

/// The paths a glob pattern matches, in order, and folders in which nothing could be looked for; `None`
/// where it is no pattern.
fn matches(path: &Path) -> Option<Vec<glob::GlobResult>> {
    let pattern = path.to_str().filter(|pattern| pattern.contains(['*', '?', '[']))?;
    Some(glob::glob(pattern).ok()?.collect())
}

fn add(path: &Path, stopped: &dyn Fn() -> bool, found: &mut dyn FnMut(Entry)) {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => add_folder(path, stopped, found),
        Ok(metadata) if metadata.is_file() => {
            found(Entry::File(path.to_owned(), metadata.len()));
        }
        Ok(_) => found(Entry::Stream(path.to_owned())),
        Err(error) => found(refused(path, &error)),
    }
}

/// All regular files in a folder and its folders, by path. Folders whose name begins with a dot
/// (`.git`) are left out; links to files are read, links to folders are not followed, and pipes
/// and sockets are left alone.
fn add_folder(folder: &Path, stopped: &dyn Fn() -> bool, found: &mut dyn FnMut(Entry)) {
    let is_empty = Cell::new(true);
    let mut found = |entry| {
        is_empty.set(false);
        found(entry);
    };
    let walk = WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(|entry| {
        let hidden = entry.file_name().to_str().is_some_and(|name| name.starts_with('.'));
        entry.depth() == 0 || !(hidden && entry.file_type().is_dir())
    });
    for entry in walk {
        if stopped() {
            return;
        }
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) => match fs::metadata(entry.path()) {
                Ok(metadata) if metadata.is_file() => {
                    found(Entry::File(entry.into_path(), metadata.len()));
                }
                Ok(_) => {}
                Err(error) => found(refused(entry.path(), &error)),
            },
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                found(match error.io_error() {
                    Some(error) => refused(&path, error),
                    None => missing(&path, error.to_string()),
                });
            }
        }
    }
    if is_empty.get() {
        found(missing(folder, "the folder holds no files".to_owned()));
    }
}

fn missing(path: &Path, reason: String) -> Entry {
    let source = path.display().to_string();
    Entry::Missing(Trouble::new(source, Position::Whole, reason, true))
}

/// The same for what the system refused.
fn refused(path: &Path, error: &io::Error) -> Entry {
    Entry::Missing(Trouble::refused(path.display().to_string(), Position::Whole, error))
}
