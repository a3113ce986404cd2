//! The folder of indexes: opened, replaced in one step, and kept small.
//! Never touches a file that is no index, and never lets another user read one.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::MOST_BYTES;
use crate::disk::{self, Kind, is_open_to_others};
use crate::place::at_offset::AtOffset;
use crate::store::persist::Stored;

/// Indexes that are kept.
const MOST_FILES: usize = 20;
/// How the name of a finished index ends, and how that of one being written begins.
const ENDING: &str = "idx";
const UNFINISHED: &str = ".unfinished-";
/// After this time nobody is writing it any more.
const ABANDONED: Duration = Duration::from_hours(1);

/// The folder; it need not exist.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

/// An open index.
#[derive(Debug)]
pub struct IndexFile {
    bytes: AtOffset,
    file: File,
    len: u64,
}

impl IndexFile {
    /// Notes that it was used: what was not used longest goes first.
    pub fn touch(&self, now: SystemTime) {
        let _ = self.file.set_modified(now);
    }
}

impl Stored for IndexFile {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.bytes.read_exact_at(buffer, offset)
    }
}

impl Folder {
    /// The folder at this path.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// What the file of that key is called.
    fn name(key: &str) -> String {
        format!("{key}.{ENDING}")
    }

    /// Opens an index; `None` where there is none, or one that others own or could have read or written.
    pub fn open(&self, key: &str) -> Option<IndexFile> {
        let file = disk::Folder::state_there(&self.path).ok()??.read(Self::name(key)).ok()?;
        if is_open_to_others(&file).ok()? {
            return None;
        }
        let len = file.metadata().ok()?.len();
        let bytes = AtOffset::new(file.try_clone().ok()?);
        Some(IndexFile { bytes, file, len })
    }

    /// Writes an index beside the old one and puts it in its place in one step.
    pub fn replace(
        &self,
        key: &str,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        // For its owner only, from the first byte on.
        let mut fresh = disk::Folder::state(&self.path)?.fresh(UNFINISHED)?;
        write(fresh.file())?;
        fresh.put(Self::name(key))
    }

    /// Removes what was not used longest until few enough files and bytes are left, and what was
    /// never finished.
    pub fn tidy(&self, now: SystemTime) {
        let Ok(Some(folder)) = disk::Folder::state_there(&self.path) else { return };
        let mut indexes = Vec::new();
        for name in folder.names().unwrap_or_default() {
            let Ok(Some(look)) = folder.look(&name) else { continue };
            let (Kind::File, Some(used)) = (look.kind, look.modified) else { continue };
            if Path::new(&name).extension().is_some_and(|ending| ending == ENDING) {
                indexes.push((used, look.len, name));
            } else if name.as_encoded_bytes().starts_with(UNFINISHED.as_bytes())
                && now.duration_since(used).is_ok_and(|age| age > ABANDONED)
            {
                let _ = folder.remove(name);
            }
        }
        indexes.sort_by(|a, b| b.cmp(a));
        let mut bytes = 0_u64;
        for (number, (_, len, name)) in indexes.into_iter().enumerate() {
            bytes = bytes.saturating_add(len);
            if number >= MOST_FILES || bytes > MOST_BYTES {
                let _ = folder.remove(name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "files are looked at")]

    use std::fs;

    use super::*;

    fn names(folder: &Folder) -> Vec<String> {
        let entries = fs::read_dir(&folder.path).expect("the folder");
        let name = |entry: io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
        let mut names: Vec<String> =
            entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_least_recently_used_indexes_and_abandoned_ones_are_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = Folder::new(folder.path());
        let now = SystemTime::now();
        let aged = |name: &str, minutes: u64, len: u64| {
            let file = File::create(folder.path.join(name)).expect("made");
            // No bytes are written: the file has a hole.
            file.set_len(len).expect("sized");
            file.set_modified(now - Duration::from_mins(minutes)).expect("aged");
        };
        for number in 0..25 {
            aged(&format!("{number:02}.idx"), number, 10);
        }
        aged(".unfinished-old", 61, 10);
        aged(".unfinished-new", 59, 10);
        aged("notes.txt", 10_000, 10);
        folder.tidy(now);
        let mut kept: Vec<String> = (0..20).map(|number| format!("{number:02}.idx")).collect();
        kept.insert(0, ".unfinished-new".to_owned());
        kept.push("notes.txt".to_owned());
        assert_eq!(names(&folder), kept);
        aged("00.idx", 0, MOST_BYTES - 15);
        folder.tidy(now);
        assert_eq!(names(&folder), [".unfinished-new", "00.idx", "01.idx", "notes.txt"]);
    }

    #[test]
    #[cfg(unix)]
    fn an_index_is_private_or_none() {
        use std::os::unix::fs::PermissionsExt as _;
        let outer = tempfile::tempdir().expect("a folder");
        let folder = Folder::new(&outer.path().join("cache/index"));
        assert!(folder.open("a").is_none());
        folder.replace("a", &mut |out| out.write_all(b"index")).expect("written");
        let mode = |path: &Path| path.metadata().expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(&folder.path), mode(&folder.path.join("a.idx"))), (0o700, 0o600));
        assert_eq!(folder.open("a").expect("private").len(), 5);
        // What fails leaves the old one, and nothing else.
        let full = folder.replace("a", &mut |out| {
            out.write_all(b"ind")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert!(full.is_err());
        assert_eq!(names(&folder), ["a.idx"]);
        assert_eq!(folder.open("a").expect("the old one").len(), 5);
        fs::set_permissions(folder.path.join("a.idx"), fs::Permissions::from_mode(0o640))
            .expect("opened");
        assert!(folder.open("a").is_none());
        fs::remove_file(folder.path.join("a.idx")).expect("removed");
        std::os::unix::fs::symlink("/dev/null", folder.path.join("a.idx")).expect("a link");
        assert!(folder.open("a").is_none());
        // Written again, the link is replaced, and what it led to is left alone.
        folder.replace("a", &mut |out| out.write_all(b"index")).expect("written");
        assert!(!folder.path.join("a.idx").symlink_metadata().expect("there").is_symlink());
        // A folder that a umask of 0 left open is closed, and what is in it is looked at.
        fs::set_permissions(&folder.path, fs::Permissions::from_mode(0o777)).expect("opened");
        assert!(folder.open("a").is_some());
        assert_eq!(mode(&folder.path), 0o700);
        // Root is not to believe what another user wrote, whoever's home it is told.
        if rustix::process::geteuid().is_root() {
            let theirs = |path: &Path| std::os::unix::fs::chown(path, Some(12_345), None);
            theirs(&folder.path.join("a.idx")).expect("given away");
            assert!(folder.open("a").is_none(), "a file of theirs");
            theirs(&folder.path).expect("given away");
            assert!(folder.replace("a", &mut |_| Ok(())).is_err(), "a folder of theirs");
            folder.tidy(SystemTime::now() + Duration::from_hours(9_999));
            assert_eq!(names(&folder), ["a.idx"]);
        }
    }
}
