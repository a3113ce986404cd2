//! The disk where the standard library knows no handles of folders, owners and modes: names joined to paths.
//! Never follows a link below a folder that was opened, as far as looking first can tell.
#![cfg_attr(unix, expect(dead_code, reason = "built here only to be tested"))]

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::{Kind, Look, Open};

/// A folder.
pub type Held = PathBuf;

pub fn keep_rights_of_owner() {}

pub fn walk(path: &Path) -> io::Result<Held> {
    match fs::metadata(path)?.is_dir() {
        true => Ok(path.to_owned()),
        false => Err(io::ErrorKind::NotADirectory.into()),
    }
}

pub fn walk_to(path: &Path) -> io::Result<(Held, OsString, PathBuf)> {
    // A link is resolved, also one that leads to nothing yet.
    let mut path = path.to_owned();
    for _ in 0..40 {
        match fs::read_link(&path) {
            Ok(target) => path = path.parent().unwrap_or(Path::new("")).join(target),
            Err(_) => break,
        }
    }
    let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?.to_owned();
    let above = path.parent().unwrap_or(Path::new("")).to_owned();
    let held = if above.as_os_str().is_empty() { PathBuf::from(".") } else { above.clone() };
    Ok((walk(&held)?, name, above))
}

pub fn sub(at: &Held, name: &OsStr) -> io::Result<Held> {
    match look(at, name)?.kind {
        Kind::Folder => Ok(at.join(name)),
        _ => Err(io::ErrorKind::NotADirectory.into()),
    }
}

pub fn make(at: &Held, name: &OsStr) -> io::Result<bool> {
    match fs::create_dir(at.join(name)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

// The folder of a user is the user's only.

#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub fn check_owner(_: &Held, _: &Path) -> io::Result<()> {
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub fn check_folder(_: &Held, _: &Path) -> io::Result<()> {
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub fn check_file(_: &Metadata, _: &Path) -> io::Result<()> {
    Ok(())
}

pub fn tighten(_: &Held) {}

pub fn is_shared(_: &Metadata) -> bool {
    false
}

#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub fn is_same_folder(_: &Held, _: &Held) -> io::Result<bool> {
    Ok(true)
}

pub fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}

pub fn others_may_read(_: &Metadata) -> bool {
    false
}

pub fn look(at: &Held, name: &OsStr) -> io::Result<Look> {
    let metadata = at.join(name).symlink_metadata()?;
    let kind = match metadata.file_type() {
        kind if kind.is_symlink() => Kind::Link,
        kind if kind.is_file() => Kind::File,
        kind if kind.is_dir() => Kind::Folder,
        _ => Kind::Other,
    };
    let modified = metadata.modified().ok();
    Ok(Look { kind, len: metadata.len(), is_shared: false, modified })
}

pub fn open(at: &Held, name: &OsStr, how: Open) -> io::Result<File> {
    let path = at.join(name);
    if how == Open::New {
        return OpenOptions::new().read(true).write(true).create_new(true).open(path);
    }
    if look(at, name)?.kind != Kind::File {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    OpenOptions::new().read(true).write(how == Open::Edit).open(path)
}

pub fn rename(from: &Held, name: &OsStr, to: &Held, new: &OsStr) -> io::Result<()> {
    fs::rename(from.join(name), to.join(new))
}

pub fn move_new(at: &Held, name: &OsStr, new: &OsStr) -> io::Result<bool> {
    match fs::hard_link(at.join(name), at.join(new)) {
        Ok(()) => remove(at, name).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        // A file system without hard links: the name is taken first.
        Err(_) => match open(at, new, Open::New) {
            Ok(_) => rename(at, name, at, new).map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        },
    }
}

pub fn remove(at: &Held, name: &OsStr) -> io::Result<()> {
    fs::remove_file(at.join(name))
}

pub fn remove_folder(at: &Held, name: &OsStr) -> io::Result<()> {
    fs::remove_dir(at.join(name))
}

pub fn names(at: &Held) -> io::Result<Vec<OsString>> {
    fs::read_dir(at)?.map(|entry| Ok(entry?.file_name())).collect()
}

/// Folders cannot be synced here, and need not.
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub fn sync(_: &Held) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_made_moved_and_removed_by_name_and_links_are_not_followed() {
        let outer = tempfile::tempdir().expect("a folder");
        let at = walk(outer.path()).expect("there");
        let name = OsStr::new;
        assert!(make(&at, name("a")).expect("made") && !make(&at, name("a")).expect("there"));
        assert!(sub(&at, name("a")).is_ok() && sub(&at, name("b")).is_err());
        drop(open(&at, name("b"), Open::New).expect("made"));
        assert!(open(&at, name("b"), Open::New).is_err());
        assert!(move_new(&at, name("b"), name("c")).expect("moved"));
        drop(open(&at, name("b"), Open::New).expect("made"));
        assert!(!move_new(&at, name("b"), name("c")).expect("taken"));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("c", outer.path().join("link")).expect("a link");
            assert!(open(&at, name("link"), Open::Read).is_err());
            let (_, target, _) = walk_to(&outer.path().join("link")).expect("followed");
            assert_eq!(target, "c");
        }
        rename(&at, name("b"), &at, name("c")).expect("moved");
        remove(&at, name("c")).expect("removed");
        remove_folder(&at, name("a")).expect("removed");
        assert!(names(&at).expect("listed").len() <= 1);
    }
}
