//! What a user set, and what is kept between sessions: the configuration, the history of filters, where indexes are.
//! Never keeps anything of the records themselves, and never fails a session for a file.

pub mod cases;
pub mod environment;
mod file;

pub use file::{Configuration, Mistake};

use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;

use directories::ProjectDirs;

use crate::disk::{self, Folder, is_missing};

/// Filters that are kept.
const MOST_FILTERS: usize = 500;

/// The history of filters, what stands there while it is written anew, and its lock.
const FILTERS: &str = "filters";
const FILTERS_NEW: &str = "filters.new";
const FILTERS_LOCK: &str = "filters.lock";
/// Bytes of the largest file of this room that is read.
const MOST_BYTES: u64 = 16 << 20;

/// Where this user's files are. `None` without a home, and where the environment names one that
/// depends on the current folder.
fn folders() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "entrail").filter(|folders| folders.cache_dir().is_absolute())
}

/// What is kept between sessions: in the state directory where the platform has one
/// (`~/.local/state/entrail` on Linux), else beside the program's data. `None` without a home.
fn state_folder() -> Option<PathBuf> {
    let folders = folders()?;
    let folder = folders.state_dir().unwrap_or_else(|| folders.data_local_dir());
    folder.is_absolute().then(|| folder.to_owned())
}

/// The folder with indexes of files that were loaded: in the cache directory
/// (`~/.cache/entrail/index` on Linux). `None` without a home.
pub fn index_folder() -> Option<PathBuf> {
    folders().map(|folders| folders.cache_dir().join("index"))
}

/// The configuration file: in the configuration directory of this user (`~/.config/entrail` on
/// Linux). `None` without a home.
pub fn configuration_file() -> Option<PathBuf> {
    folders().map(|folders| folders.config_dir().join("config.toml"))
}

/// What the configuration file says; the defaults where there is none. Fails with everything that is
/// wrong in it, or with why it cannot be read: it must be this user's or root's, and closed to the
/// writing of others.
pub fn configuration() -> Result<Configuration, Vec<Mistake>> {
    let Some(path) = configuration_file() else { return Ok(Configuration::default()) };
    let name = path.display().to_string();
    match disk::read_trusted(&path).and_then(text) {
        Ok(text) => file::read(&text, &name),
        // Below what is no folder there is no file either.
        Err(error) if is_missing(&error) => Ok(Configuration::default()),
        Err(error) => Err(vec![Mistake::unreadable(&name, &error)]),
    }
}

/// The text of a file of reasonable length.
fn text(file: impl io::Read) -> io::Result<String> {
    let mut text = String::new();
    file.take(MOST_BYTES + 1).read_to_string(&mut text)?;
    match text.len() as u64 > MOST_BYTES {
        false => Ok(text),
        true => Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too large")),
    }
}

/// The filters of earlier sessions, oldest first; none where they cannot be read.
pub fn history() -> Vec<String> {
    let folder = state_folder().and_then(|folder| Folder::state_there(&folder).ok().flatten());
    folder.and_then(|folder| filters(&folder).ok()).unwrap_or_default()
}

/// The filters in this folder, oldest first. Lines that are not text are left out.
fn filters(folder: &Folder) -> io::Result<Vec<String>> {
    let file = match folder.read(FILTERS) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too large"));
    }
    let lines =
        bytes.split(|byte| *byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok());
    let lines: Vec<&str> = lines.filter(|line| !line.trim().is_empty()).collect();
    let kept = &lines[lines.len().saturating_sub(MOST_FILTERS)..];
    Ok(kept.iter().map(|line| (*line).to_owned()).collect())
}

/// Keeps a filter for later sessions, behind those that other sessions kept meanwhile. The file can be
/// read by its owner only.
pub fn remember(filter: &str) -> io::Result<()> {
    match state_folder() {
        Some(folder) => remember_in(&Folder::state(&folder)?, filter),
        None => Ok(()),
    }
}

fn remember_in(folder: &Folder, filter: &str) -> io::Result<()> {
    let _lock = folder.lock(FILTERS_LOCK)?;
    let filter = filter.replace(['\n', '\r'], " ");
    let mut known = filters(folder)?;
    known.retain(|line| *line != filter);
    known.push(filter);
    let kept = &known[known.len().saturating_sub(MOST_FILTERS)..];
    let mut file = folder.anew(FILTERS_NEW)?;
    file.write_all((kept.join("\n") + "\n").as_bytes())?;
    folder.rename(FILTERS_NEW, folder, FILTERS)
}

/// The file with what a tenant offers beside the catalogue, in the cache directory.
const OVERLAY: &str = "activities.tsv";

/// What a tenant offers beside the catalogue, as [`keep_overlay`] kept it; `None` without any.
pub fn overlay() -> Option<String> {
    let folder = Folder::state_there(folders()?.cache_dir()).ok()??;
    text(folder.read(OVERLAY).ok()?).ok()
}

/// Can [`keep_overlay`] keep anything? Fails as it would.
pub fn check_overlay() -> io::Result<()> {
    overlay_folder().map(drop)
}

fn overlay_folder() -> io::Result<Folder> {
    let no_home = || io::Error::new(io::ErrorKind::NotFound, "there is no home directory");
    Folder::state(folders().ok_or_else(no_home)?.cache_dir())
}

/// Keeps what a tenant offers: lines as [`crate::catalogue::overlay`] takes them.
pub fn keep_overlay(rows: &str) -> io::Result<()> {
    let mut fresh = overlay_folder()?.fresh(".entrail")?;
    fresh.write_all(rows.as_bytes())?;
    fresh.sync()?;
    fresh.put(OVERLAY)
}

/// Removes what [`keep_overlay`] kept.
pub fn forget_overlay() -> io::Result<()> {
    let Some(folders) = folders() else { return Ok(()) };
    match Folder::state_there(folders.cache_dir())? {
        Some(folder) => folder.remove(OVERLAY).map(drop),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::is_refusal;

    /// Of 45 filters of three sessions 14 were lost.
    #[test]
    fn sessions_at_once_keep_every_filter_of_the_history() {
        let outer = tempfile::tempdir().expect("a folder");
        std::thread::scope(|scope| {
            for session in 0..3 {
                let path = outer.path().join("state/entrail");
                scope.spawn(move || {
                    for number in 0..15 {
                        let folder = Folder::state(&path).expect("ours");
                        remember_in(&folder, &format!("actor:{session}-{number}")).expect("kept");
                    }
                });
            }
        });
        let folder = Folder::open(&outer.path().join("state/entrail")).expect("ours");
        let mut kept = filters(&folder).expect("read");
        kept.sort_unstable();
        let mut expected: Vec<String> = (0..3)
            .flat_map(|session| (0..15).map(move |number| format!("actor:{session}-{number}")))
            .collect();
        expected.sort_unstable();
        assert_eq!(kept, expected);
    }

    #[test]
    fn a_filter_is_kept_once_the_last_ones_stay_and_lines_that_are_no_text_harm_no_other() {
        let outer = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(outer.path()).expect("ours");
        for number in 0..MOST_FILTERS + 2 {
            let mut file = folder.edit(FILTERS).expect("made");
            io::Seek::seek(&mut file, io::SeekFrom::End(0)).expect("at the end");
            writeln!(file, "f{number}").expect("written");
        }
        let mut file = folder.edit(FILTERS).expect("there");
        io::Seek::seek(&mut file, io::SeekFrom::End(0)).expect("at the end");
        file.write_all(b"\xff\xfe broken\n\n").expect("written");
        remember_in(&folder, "f9").expect("kept");
        remember_in(&folder, "two\nlines").expect("kept");
        let kept = filters(&folder).expect("read");
        assert_eq!((kept.len(), &*kept[0]), (MOST_FILTERS, "f3"));
        assert_eq!(kept[MOST_FILTERS - 2..], ["f9", "two lines"]);
        assert_eq!(kept.iter().filter(|filter| *filter == "f9").count(), 1);
        assert!(folder.look(FILTERS_NEW).expect("looked").is_none());
    }

    /// What cannot be read is not replaced by less.
    #[cfg(unix)]
    #[test]
    fn a_history_that_others_may_write_to_is_neither_read_nor_written() {
        use std::os::unix::fs::PermissionsExt as _;
        let outer = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(outer.path()).expect("ours");
        remember_in(&folder, "one").expect("kept");
        let file = folder.edit(FILTERS).expect("there");
        file.set_permissions(std::fs::Permissions::from_mode(0o666)).expect("opened");
        let error = remember_in(&folder, "two").expect_err("refused");
        assert!(is_refusal(&error) && error.to_string().contains("chmod go-w"), "{error}");
        assert_eq!(text(file).expect("read"), "one\n");
    }
}
