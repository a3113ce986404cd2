//! Paths become files: folders are walked, glob patterns matched, what is missing is told.
//! Never opens a file and never follows a link to a folder.

use std::cell::Cell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tokio_util::sync::CancellationToken;
use walkdir::WalkDir;

use super::pipe;
use crate::place::{Contents, Piece, Position, Trouble};

/// What is found: something to read, or why there is nothing.
type OnPiece<'f> = dyn FnMut(Result<Piece, Trouble>) + 'f;

/// All there is to read at these paths, in order. Stops early when `stop` fires.
pub(super) fn each(paths: &[PathBuf], stop: &CancellationToken, found: &mut OnPiece<'_>) {
    for path in paths {
        match fs::metadata(path) {
            Ok(_) => add(path, stop, found),
            Err(error) => match matches(path) {
                Some(paths) if !paths.is_empty() => {
                    for path in paths {
                        match path {
                            Ok(path) => add(&path, stop, found),
                            Err(error) => found(refused(error.path(), error.error())),
                        }
                    }
                }
                Some(_) => found(missing(path, "no file matches this pattern".to_owned())),
                None => found(refused(path, &error)),
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

fn add(path: &Path, stop: &CancellationToken, found: &mut OnPiece<'_>) {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => add_folder(path, stop, found),
        Ok(metadata) if metadata.is_file() => {
            found(Ok(file(path.to_owned(), metadata.len())));
        }
        Ok(_) => {
            let contents = pipe::contents(Some(path.to_owned()));
            found(Ok(Piece { name: path.display().to_string(), contents }));
        }
        Err(error) => found(refused(path, &error)),
    }
}

/// All regular files in a folder and its folders, by path. Folders whose name begins with a dot
/// (`.git`) are left out; links to files are read, links to folders are not followed, and pipes
/// and sockets are left alone.
fn add_folder(folder: &Path, stop: &CancellationToken, found: &mut OnPiece<'_>) {
    let is_empty = Cell::new(true);
    let mut found = |piece| {
        is_empty.set(false);
        found(piece);
    };
    let walk = WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(|entry| {
        let hidden = entry.file_name().to_str().is_some_and(|name| name.starts_with('.'));
        entry.depth() == 0 || !(hidden && entry.file_type().is_dir())
    });
    for entry in walk {
        if stop.is_cancelled() {
            return;
        }
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) => match fs::metadata(entry.path()) {
                Ok(metadata) if metadata.is_file() => {
                    found(Ok(file(entry.into_path(), metadata.len())));
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

/// A regular file of so many bytes.
pub(super) fn file(path: PathBuf, len: u64) -> Piece {
    Piece { name: path.display().to_string(), contents: Contents::File(path, len) }
}

fn missing(path: &Path, reason: String) -> Result<Piece, Trouble> {
    let source = path.display().to_string();
    Err(Trouble::new(source, Position::Whole, reason, true))
}

/// The same for what the system refused.
fn refused(path: &Path, error: &io::Error) -> Result<Piece, Trouble> {
    Err(Trouble::refused(path.display().to_string(), Position::Whole, error))
}
