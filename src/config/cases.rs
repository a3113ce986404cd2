//! Files of cases: where they are, which belongs to what is open, and how they are written.
//! Never writes over what it did not read or write itself, and never leaves half a file behind.
#![expect(clippy::disallowed_methods, reason = "this file is where cases are read and written")]

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use directories::ProjectDirs;

use crate::case::Case;
use crate::source::Origin;
use crate::text::hex;

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
    let folders = ProjectDirs::from("", "", "entrail")?;
    let folder = folders.state_dir().unwrap_or_else(|| folders.data_local_dir());
    Some(folder.join("cases"))
}

/// What the files of cases of these origins are called: the same origins, the same name.
pub fn key(origins: &[Origin], name: &str) -> String {
    let mut told = String::new();
    for origin in origins {
        let text = match origin {
            Origin::Path(path) => {
                let whole = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
                whole.display().to_string()
            }
            Origin::Stdin => "standard input".to_owned(),
            Origin::Demo => "demo".to_owned(),
            Origin::Tenant(tenant) => format!("{name} {}", tenant.base()),
            Origin::Memory { name, .. } => name.clone(),
        };
        told.push_str(&text);
        told.push('\0');
    }
    hex(&digest(&SHA256, told.as_bytes()).as_ref()[..12])
}

/// The cases of that key that can be read, the one that was written last first, at most so many.
pub fn all(key: &str, most: usize) -> Vec<Kept> {
    let Some(entries) = folder().and_then(|folder| fs::read_dir(folder).ok()) else {
        return Vec::new();
    };
    let mut paths: Vec<(std::time::SystemTime, PathBuf)> = entries
        .flatten()
        .filter(|entry| is_of(&entry.file_name().to_string_lossy(), key))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    paths.sort();
    paths.into_iter().rev().filter_map(|(_, path)| read(&path).ok().flatten()).take(most).collect()
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

/// A file beside `path` that does not exist yet.
pub fn beside(path: &Path) -> Option<PathBuf> {
    let stem = path.file_stem()?.to_string_lossy().into_owned();
    let numbered = |number: u32| path.with_file_name(format!("{stem}-{number}.json"));
    (2..10_000).map(numbered).find(|path| path.symlink_metadata().is_err())
}

/// Reads a case; `None` where there is no such file. Fails, with the name of the file, where it cannot
/// be read or is no case.
pub fn read(path: &Path) -> Result<Option<Kept>, String> {
    let told = |why: String| format!("{}: {why}", path.display());
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            return match folder {
                Some(folder) if !folder.is_dir() => {
                    Err(told("there is no such folder; make it first".to_owned()))
                }
                _ => Ok(None),
            };
        }
        Err(error) => return Err(told(error.to_string())),
    };
    let case = Case::parse(&bytes).map_err(told)?;
    Ok(Some(Kept { path: path.to_owned(), case, bytes }))
}

/// Writes a case in place of the file that holds `before`, or of none. Returns whether it did: not
/// where the file holds something else. Only its owner can read it.
pub fn write(path: &Path, bytes: &[u8], before: Option<&[u8]>) -> io::Result<bool> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let there = match fs::read(path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if there.as_deref() != before && there.is_some() {
        return Ok(false);
    }
    let mut temporary = tempfile::Builder::new().prefix(".case").tempfile_in(folder)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_data()?;
    let written =
        if there.is_some() { temporary.persist(path) } else { temporary.persist_noclobber(path) };
    written.map(|_| true).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_written_over_itself_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("case.json");
        let first = Case::default().to_json().into_bytes();
        assert!(write(&path, &first, None).expect("written"));
        let mut titled = Case::default();
        "x".clone_into(&mut titled.title);
        let second = titled.to_json().into_bytes();
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
        assert_eq!(beside(&path), Some(folder.path().join("case-2.json")));
        assert_eq!(
            folder.path().read_dir().expect("a folder").count(),
            1,
            "nothing is left behind"
        );
        fs::write(&path, "{\"value\":[]}").expect("written");
        assert!(read(&path).expect_err("no case").contains("case.json: this is not a case"));
        assert!(read(&folder.path().join("none.json")).expect("looked at").is_none());
        let nowhere = folder.path().join("no/case.json");
        assert!(read(&nowhere).expect_err("no folder").contains("no such folder"));
    }

    #[test]
    fn the_same_origins_have_the_same_key() {
        let of = |path: &str| key(&[Origin::Path(path.into())], "");
        assert_eq!(of("/nowhere/a"), of("/nowhere/a"));
        assert_ne!(of("/nowhere/a"), of("/nowhere/b"));
        assert_ne!(of("/nowhere/a"), key(&[Origin::Demo], ""));
        assert!(is_of("abc.json", "abc") && is_of("abc-2.json", "abc"));
        assert!(!is_of("abcd.json", "abc") && !is_of("abc.txt", "abc"));
    }
}
