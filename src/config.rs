//! What a user set, and what is kept between sessions: the configuration, the history of filters, where indexes are.
//! Never keeps anything of the records themselves, and never fails a session for a file.

#![expect(
    clippy::disallowed_methods,
    reason = "this room is where files of the program's own are read and written"
)]

pub mod cases;
pub mod environment;
mod file;

pub use file::{Configuration, Mistake};

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

/// Filters that are kept.
const MOST_FILTERS: usize = 500;

/// The file with the history of filters: in the state directory where the platform has one
/// (`~/.local/state/entrail` on Linux), else beside the program's data. `None` without a home.
fn history_file() -> Option<PathBuf> {
    let folders = ProjectDirs::from("", "", "entrail")?;
    let folder = folders.state_dir().unwrap_or_else(|| folders.data_local_dir());
    Some(folder.join("filters"))
}

/// The folder with indexes of files that were loaded: in the cache directory
/// (`~/.cache/entrail/index` on Linux). `None` without a home.
pub fn index_folder() -> Option<PathBuf> {
    ProjectDirs::from("", "", "entrail").map(|folders| folders.cache_dir().join("index"))
}

/// The configuration file: in the configuration directory of this user (`~/.config/entrail` on
/// Linux). `None` without a home.
pub fn configuration_file() -> Option<PathBuf> {
    ProjectDirs::from("", "", "entrail").map(|folders| folders.config_dir().join("config.toml"))
}

/// What the configuration file says; the defaults where there is none. Fails with everything that is
/// wrong in it, or with why it cannot be read.
pub fn configuration() -> Result<Configuration, Vec<Mistake>> {
    let Some(path) = configuration_file() else { return Ok(Configuration::default()) };
    let name = path.display().to_string();
    match fs::read_to_string(&path) {
        Ok(text) => file::read(&text, &name),
        // Below what is no folder there is no file either.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            Ok(Configuration::default())
        }
        Err(error) => Err(vec![Mistake::unreadable(&name, &error)]),
    }
}

/// The filters of earlier sessions, oldest first; none where they cannot be read.
pub fn history() -> Vec<String> {
    let text = history_file().and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(MOST_FILTERS)..]
        .iter()
        .map(|line| (*line).to_owned())
        .collect()
}

/// Keeps a filter for later sessions. The file can be read by its owner only.
pub fn remember(filter: &str) -> io::Result<()> {
    let Some(file) = history_file() else { return Ok(()) };
    let mut known = history();
    known.retain(|line| line != filter);
    known.push(filter.replace(['\n', '\r'], " "));
    let kept = &known[known.len().saturating_sub(MOST_FILTERS)..];
    replace(&file, &(kept.join("\n") + "\n"))
}

/// Puts a new file in place of an old one, if there is one: a reader never sees half of it.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder)?;
    let mut fresh = tempfile::Builder::new().prefix(".entrail").tempfile_in(folder)?;
    fresh.write_all(text.as_bytes())?;
    fresh.persist(file).map_err(|error| error.error).map(drop)
}

/// The file with what a tenant offers beside the catalogue, in the cache directory.
fn overlay_file() -> Option<PathBuf> {
    ProjectDirs::from("", "", "entrail").map(|folders| folders.cache_dir().join("activities.tsv"))
}

/// What a tenant offers beside the catalogue, as [`keep_overlay`] kept it; `None` without any.
pub fn overlay() -> Option<String> {
    fs::read_to_string(overlay_file()?).ok()
}

/// Keeps what a tenant offers: lines as [`crate::catalogue::overlay`] takes them.
pub fn keep_overlay(rows: &str) -> io::Result<()> {
    let no_home = || io::Error::new(io::ErrorKind::NotFound, "there is no home directory");
    replace(&overlay_file().ok_or_else(no_home)?, rows)
}

/// Removes what [`keep_overlay`] kept.
pub fn forget_overlay() -> io::Result<()> {
    match overlay_file().map(fs::remove_file) {
        Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
