//! What a user set, and what is kept between sessions: the configuration, the history of filters, where indexes are.
//! Never keeps anything of the records themselves, and never fails a session for a file.

pub mod cases;
pub mod environment;
mod file;
pub mod history;

pub use file::{Configuration, Mistake, NamedPlaces, Profile};

use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;

use directories::ProjectDirs;

use crate::disk::{self, Folder, is_missing};

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

/// The folder with how far hubs were read: in the state directory where the platform has one
/// (`~/.local/state/entrail/hub` on Linux), else beside the program's data. `None` without a home.
pub fn hubs_folder() -> Option<PathBuf> {
    Some(state_folder()?.join("hub"))
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

/// The places and tenants that the configuration file names; none where there is no file. Whatever else is
/// wrong in the file is no matter of it. Fails with everything that is wrong in that part.
pub fn named_places() -> Result<NamedPlaces, Vec<Mistake>> {
    let Some(path) = configuration_file() else { return Ok(NamedPlaces::default()) };
    let name = path.display().to_string();
    match disk::read_trusted(&path).and_then(text) {
        Ok(text) => file::read_places(&text, &name),
        Err(error) if is_missing(&error) => Ok(NamedPlaces::default()),
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
