//! Where a hub was read up to, between sessions: one small file of each hub, for its owner alone.
//! Never moves the offsets of anybody else: no consumer group knows of them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::disk::Folder;

/// How often positions are written while a hub is followed.
const EVERY: Duration = Duration::from_secs(1);
/// Most bytes of the file.
const MOST: u64 = 1 << 20;

/// How far a hub was read.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Positions {
    /// The next offset of each partition, up to which everything was handed over.
    pub next: BTreeMap<i32, i64>,
    /// The partitions that were there when reading began; none where it did not. Others are new since.
    pub known: BTreeSet<i32>,
}

impl Positions {
    /// Those of partitions that were read before.
    pub fn of(next: BTreeMap<i32, i64>) -> Self {
        Self { known: next.keys().copied().collect(), next }
    }
}

/// The file of one hub.
#[derive(Debug)]
pub(super) struct Kept {
    folder: PathBuf,
    file: String,
    hub: String,
    written: Mutex<(Duration, Positions)>,
}

/// What is in the file.
#[derive(Serialize, Deserialize)]
struct Written {
    /// Whose positions these are.
    hub: String,
    /// The next offset of each partition.
    partitions: BTreeMap<i32, i64>,
}

impl Kept {
    /// That of a hub, in a folder of files for hubs.
    pub fn new(folder: &Path, hub: &str) -> Self {
        let file = format!("{:016x}.json", xxh3_64(hub.as_bytes()));
        Self { folder: folder.to_owned(), file, hub: hub.to_owned(), written: Mutex::default() }
    }

    fn told(&self, what: &str, error: &io::Error) -> String {
        let path = self.folder.join(&self.file);
        format!("where the hub was read up to cannot be {what} ({}: {error})", path.display())
    }

    /// What was kept; nothing where nothing was. Fails where it cannot be read: why.
    pub fn read(&self) -> Result<Positions, String> {
        let told = |error: &io::Error| self.told("read", error);
        let Some(folder) = Folder::state_there(&self.folder).map_err(|error| told(&error))? else {
            return Ok(Positions::default());
        };
        let file = match folder.read(&self.file) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Positions::default());
            }
            Err(error) => return Err(told(&error)),
        };
        let mut text = String::new();
        file.take(MOST).read_to_string(&mut text).map_err(|error| told(&error))?;
        let written: Written = serde_json::from_str(&text).map_err(|error| {
            let way = "delete the file to begin anew, with --from";
            format!("{}; {way}", told(&io::Error::other(error)))
        })?;
        let is_sound =
            written.hub == self.hub && written.partitions.values().all(|next| *next >= 0);
        is_sound.then(|| Positions::of(written.partitions)).ok_or_else(|| {
            told(&io::Error::other("it is of another hub; delete the file to begin anew"))
        })
    }

    /// Keeps positions; while a hub is followed not more often than each second. Fails with why they
    /// cannot be kept.
    pub fn keep(&self, positions: &Positions, now: Duration, is_last: bool) -> Result<(), String> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = is_last || now.saturating_sub(written.0) >= EVERY || written.1.next.is_empty();
        if !is_due || written.1 == *positions || positions.next.is_empty() {
            return Ok(());
        }
        let text = serde_json::to_string(&Written {
            hub: self.hub.clone(),
            partitions: positions.next.clone(),
        });
        let kept = text.map_err(io::Error::other).and_then(|text| {
            let folder = Folder::state(&self.folder)?;
            folder.replace(&self.file, |file| file.write_all(text.as_bytes()))
        });
        kept.map_err(|error| self.told("kept", &error))?;
        *written = (now, positions.clone());
        Ok(())
    }
}
