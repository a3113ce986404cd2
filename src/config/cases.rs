//! Files of cases: where they are, which belongs to what is open, and how they are written.
//! Never writes over what it did not read or write itself, and never leaves half a file behind.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use aws_lc_rs::digest::{SHA256, digest};

use crate::case::Case;
use crate::disk::{self, Folder, is_missing};
use crate::place::Place;
use crate::text::hex;

/// Bytes of the largest case that is read.
const MOST_BYTES: u64 = 256 << 20;
/// How often a file is looked at again that somebody else changes at the same time.
const ATTEMPTS: u32 = 16;

/// A case and the bytes it was read from.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its file.
    pub path: PathBuf,
    /// What is in it.
    pub case: Case,
    /// The same as bytes: a file that holds others was changed by somebody else.
    pub bytes: Vec<u8>,
}

/// The folder of cases without a name of their own: in the state directory where the platform has one
/// (`~/.local/state/entrail/cases` on Linux), else beside the program's data. `None` without a home.
fn folder() -> Option<PathBuf> {
    let folder = super::state_folder()?;
    Some(folder.join("cases"))
}

/// What the files of cases of these places are called: the same places, the same name.
pub fn key(places: &[Arc<dyn Place>]) -> String {
    let mut told = String::new();
    for place in places {
        told.push_str(&place.key());
        told.push('\0');
    }
    hex(&digest(&SHA256, told.as_bytes()).as_ref()[..12])
}

/// The cases of that key that can be read, the one that was written last first, at most so many.
pub fn all(key: &str, most: usize) -> Vec<Kept> {
    let Some(folder) = folder().and_then(|path| Folder::state_there(&path).ok().flatten()) else {
        return Vec::new();
    };
    let names = folder.names().unwrap_or_default().into_iter();
    let mut names: Vec<(SystemTime, OsString)> = names
        .filter(|name| is_of(&name.to_string_lossy(), key))
        .filter_map(|name| Some((folder.look(&name).ok()??.modified?, name)))
        .collect();
    names.sort();
    let read = |name: &OsString| read_in(&folder, name, folder.path().join(name)).ok().flatten();
    names.iter().rev().filter_map(|(_, name)| read(name)).take(most).collect()
}

/// `KEY.json`, `KEY-2.json`, …
fn is_of(name: &str, key: &str) -> bool {
    let rest = name.strip_prefix(key).and_then(|rest| rest.strip_suffix(".json"));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// A file for a case of that key that does not exist yet. `None` without a home.
pub fn fresh(key: &str) -> Option<PathBuf> {
    let folder = folder()?;
    let numbered = |number: u32| match number {
        1 => folder.join(format!("{key}.json")),
        number => folder.join(format!("{key}-{number}.json")),
    };
    (1..10_000).map(numbered).find(|path| path.symlink_metadata().is_err())
}

/// Where a case is: a file of our own, or one the user named. `is_made`: what is our own is made.
fn place(path: &Path, is_made: bool) -> io::Result<(Folder, OsString)> {
    let own = folder().filter(|own| path.parent() == Some(own));
    let (Some(own), Some(name)) = (own, path.file_name()) else { return disk::place(path) };
    let folder = if is_made { Folder::state(&own)? } else { Folder::open(&own)? };
    Ok((folder, name.to_owned()))
}

/// Reads a case; `None` where there is no such file. Fails, with the name of the file, where it cannot
/// be read or is no case.
pub fn read(path: &Path) -> Result<Option<Kept>, String> {
    let told = |why: String| format!("{}: {why}", path.display());
    match place(path, false) {
        Ok((folder, name)) => read_in(&folder, &name, path.to_owned()).map_err(told),
        Err(error) if is_missing(&error) => {
            Err(told("there is no such folder; make it first".to_owned()))
        }
        Err(error) => Err(told(error.to_string())),
    }
}

fn read_in(folder: &Folder, name: &OsString, path: PathBuf) -> Result<Option<Kept>, String> {
    let file = match folder.read(name) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    let bytes = all_of(file).map_err(|error| error.to_string())?;
    Ok(Some(Kept { path, case: Case::parse(&bytes)?, bytes }))
}

fn all_of(file: fs::File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > MOST_BYTES {
        false => Ok(bytes),
        true => Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too large for a case")),
    }
}

/// Writes a case in place of the file that holds `before`, or of none. Returns whether it did: not
/// where the file holds something else, also as another session wrote it at the same moment. Where
/// `path` is a link, what it leads to is written and the link stays. A new file can be read by its
/// owner only; one that the user named keeps its mode.
pub fn write(path: &Path, bytes: &[u8], before: Option<&[u8]>) -> io::Result<bool> {
    let (folder, name) = place(path, true)?;
    let mut fresh = None;
    for _ in 0..ATTEMPTS {
        let new = match fresh.take() {
            Some(new) => new,
            None => {
                let mut new = folder.fresh(".case")?;
                new.write_all(bytes)?;
                new.sync()?;
                new
            }
        };
        let there = match folder.read(&name) {
            Ok(there) => there,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if new.put_new(&name)? {
                    return Ok(true);
                }
                // Made by somebody else meanwhile.
                continue;
            }
            Err(error) => return Err(error),
        };
        // Who writes it holds it, so that of two one sees what the other wrote.
        disk::wait_for(&there)?;
        if !folder.is_still(&name, &there)? {
            fresh = Some(new);
            continue;
        }
        if Some(&*all_of(there.try_clone()?)?) != before {
            return Ok(false);
        }
        if path.parent() != self::folder().as_deref() {
            new.with_rights_of(&there)?;
        }
        return new.put(&name).map(|()| true);
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

/// Writes a case to a file beside `path` that does not exist yet; returns which.
pub fn write_beside(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    for number in 2..10_000 {
        let other = path.with_file_name(format!("{stem}-{number}.json"));
        if other.symlink_metadata().is_err() && write(&other, bytes, None)? {
            return Ok(other);
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::local;

    fn titled(title: &str) -> Vec<u8> {
        let mut case = Case::default();
        title.clone_into(&mut case.title);
        case.to_json().into_bytes()
    }

    #[test]
    fn a_case_is_written_over_itself_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("case.json");
        let first = Case::default().to_json().into_bytes();
        assert!(write(&path, &first, None).expect("written"));
        let second = titled("x");
        assert!(write(&path, &second, Some(&first)).expect("written"));
        assert!(!write(&path, &first, Some(&first)).expect("looked at"), "it holds something else");
        assert!(!write(&path, &first, None).expect("looked at"));
        assert_eq!(read(&path).expect("a case").expect("there").case.title, "x");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = path.metadata().expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_eq!(
            folder.path().read_dir().expect("a folder").count(),
            1,
            "nothing is left behind"
        );
        for number in 2..4 {
            let other = folder.path().join(format!("case-{number}.json"));
            assert_eq!(write_beside(&path, &first).expect("written"), other);
        }
        #[expect(clippy::disallowed_methods, reason = "the file is damaged")]
        fs::write(&path, "{\"value\":[]}").expect("written");
        assert!(read(&path).expect_err("no case").contains("case.json: this is not a case"));
        assert!(read(&folder.path().join("none.json")).expect("looked at").is_none());
        let nowhere = folder.path().join("no/case.json");
        assert!(read(&nowhere).expect_err("no folder").contains("no such folder"));
    }

    /// A link was replaced by a file, and what it led to stayed as it was.
    #[cfg(unix)]
    #[test]
    #[expect(clippy::disallowed_methods, reason = "the file is looked at")]
    fn a_case_that_is_a_link_stays_one_and_what_it_leads_to_is_written_with_its_mode() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("shared")).expect("made");
        let (link, target) = (folder.path().join("case.json"), folder.path().join("shared/c.json"));
        symlink("shared/c.json", &link).expect("a link");
        let first = Case::default().to_json().into_bytes();
        assert!(write(&link, &first, None).expect("written"), "it led to nothing yet");
        fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).expect("shared");
        let second = titled("x");
        assert!(write(&link, &second, Some(&first)).expect("written"));
        assert!(link.symlink_metadata().expect("there").is_symlink());
        assert_eq!(fs::read(&target).expect("read"), second);
        let mode = target.metadata().expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        assert_eq!(read(&link).expect("a case").expect("there").bytes, second);
        assert_eq!(folder.path().join("shared").read_dir().expect("a folder").count(), 1);
        // What cannot be a case is not replaced by one.
        fs::remove_file(&link).expect("removed");
        symlink("/dev/null", &link).expect("a link");
        let error = write(&link, &first, None).expect_err("refused").to_string();
        assert!(error.contains("/dev/null is not a regular file"), "{error}");
    }

    #[test]
    fn of_sessions_that_write_one_case_at_once_one_does_and_the_others_are_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("case.json");
        for round in 0..8 {
            let before = read(&path).expect("a case").map(|kept| kept.bytes);
            let wrote: Vec<usize> = std::thread::scope(|scope| {
                let sessions: Vec<_> = (0..4)
                    .map(|session| {
                        let (path, before) = (&path, &before);
                        let bytes = titled(&format!("{round}-{session}"));
                        scope.spawn(move || write(path, &bytes, before.as_deref()).expect("asked"))
                    })
                    .collect();
                let done = sessions.into_iter().map(|session| session.join().expect("it ended"));
                done.enumerate().filter(|(_, wrote)| *wrote).map(|(session, _)| session).collect()
            });
            assert_eq!(wrote.len(), 1, "round {round}");
            let there = read(&path).expect("a case").expect("there").case.title;
            assert_eq!(there, format!("{round}-{}", wrote[0]));
        }
        assert_eq!(folder.path().read_dir().expect("a folder").count(), 1);
    }

    #[test]
    fn the_same_origins_have_the_same_key() {
        let of = |path: &str| key(&[local::path(path)]);
        assert_eq!(of("/nowhere/a"), of("/nowhere/a"));
        assert_ne!(of("/nowhere/a"), of("/nowhere/b"));
        assert_ne!(of("/nowhere/a"), key(&[local::demo()]));
        assert!(is_of("abc.json", "abc") && is_of("abc-2.json", "abc"));
        assert!(!is_of("abcd.json", "abc") && !is_of("abc.txt", "abc"));
    }
}
