//! Files of an archive that are not as they were written: set aside, and their time asked for again.
//! Never deletes one, and never takes what it may still hold for kept.
#![expect(clippy::disallowed_methods, reason = "what was lost is read from the disk")]

use std::fs;
use std::io::{self, Write as _};
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::super::logs::{Log, find};
use super::super::{Missing, Outcome, Request};
use super::disk::{make_folder, move_to, wrapped, writing};
use super::manifest::{Entry, Stored};
use super::{Archive, packed};
use crate::time::Timestamp;

/// A file that is gone or was damaged, until its time was asked for again.
#[derive(Debug, Serialize, Deserialize)]
pub struct Lost {
    log: String,
    /// As it was written.
    file: Stored,
    /// Records it had.
    records: u64,
    /// Records of its time that came again.
    back: u64,
    /// Where it is now, below the archive; `None`: nowhere.
    aside: Option<String>,
    /// Was it found since a pull told about it?
    #[serde(skip)]
    is_fresh: bool,
    /// Was it found while records were asked for, so that its time may not have been?
    #[serde(skip)]
    is_late: bool,
}

impl Archive {
    /// Compares all files with their digests, and sets those aside that are not as written: about a
    /// second for each gigabyte. Ends early when `cancel` fires.
    pub async fn check(&mut self, cancel: &CancellationToken) -> io::Result<()> {
        let names: Vec<String> = self.manifest.files().into_keys().map(str::to_owned).collect();
        for name in names {
            // Signals are heard in between.
            tokio::task::yield_now().await;
            if cancel.is_cancelled() {
                break;
            }
            self.compare(&name).map_err(|error| wrapped(&self.folder.join(&name), &error))?;
        }
        self.is_unasked();
        Ok(())
    }

    /// Nothing is asked for yet: the time of what is lost so far will be.
    pub(super) fn is_unasked(&mut self) {
        self.spoiled = false;
        self.lost.iter_mut().for_each(|lost| lost.is_late = false);
    }

    /// Sets a file aside that is not as it was written.
    pub(super) fn compare(&mut self, name: &str) -> io::Result<()> {
        let files = self.manifest.files();
        let Some((_, file)) = files.get(name) else { return Ok(()) };
        match packed::sha256(&self.folder.join(name)) {
            Ok(sha256) if sha256 == file.sha256 => Ok(()),
            // It may be whole: whoever may read it shall look.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(error),
            _ => self.set_aside(name),
        }
    }

    /// Moves a file that is not as it was written out of the way, if it is there at all, and
    /// forgets that its time was asked for.
    pub(super) fn set_aside(&mut self, name: &str) -> io::Result<()> {
        let files = self.manifest.files();
        let Some(&(entry, file)) = files.get(name) else { return Ok(()) };
        let (log, file) = (entry.log.clone(), file.clone());
        let known = find(&log).map_or("", |log| log.name);
        let of_file = |entry: &&Entry| entry.file.as_ref().is_some_and(|file| file.name == name);
        let records = self.manifest.entries().filter(of_file).map(|entry| entry.records).sum();
        let path = self.folder.join(name);
        let is_there = fs::symlink_metadata(&path).is_ok()
            && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        let mut aside = None;
        if is_there {
            let place = self.free_place(name);
            make_folder(&self.folder.join(".entrail/damaged"))?;
            move_to(&path, &self.folder.join(&place))?;
            aside = Some(place);
        }
        // A pull killed below finds the file gone: that is the same one.
        let before = self.lost.iter().position(|lost| lost.file == file);
        let before = before.map(|at| self.lost.remove(at));
        let aside = aside.or(before.and_then(|lost| lost.aside));
        let reason = match &aside {
            Some(aside) => format!(
                "{} is not as it was written: it is kept as {}",
                path.display(),
                self.folder.join(aside).display()
            ),
            None => format!("{} is not there any more", path.display()),
        };
        let window = file.window();
        let (back, is_fresh, is_late) = (0, true, true);
        let lost = Lost { log, file, records, back, aside, is_fresh, is_late };
        self.lost.push(lost);
        self.note_lost()?;
        self.manifest.gone(name)?;
        self.known.read.clear();
        self.known.records.clear();
        self.spoiled = true;
        self.damaged += 1;
        let reason = format!("{reason}; what Entra still has of its time is asked for again");
        self.odd(known, Some(window), reason);
        Ok(())
    }

    /// A name below the archive for a file that is set aside.
    fn free_place(&self, name: &str) -> String {
        let place = format!(".entrail/damaged/{}", name.replace('/', "-"));
        let mut free = place.clone();
        let mut number = 1;
        while fs::symlink_metadata(self.folder.join(&free)).is_ok() {
            number += 1;
            free = format!("{place}.{number}");
        }
        free
    }

    /// A record was added that the archive had not: perhaps a lost file had it.
    pub(super) fn is_back(&mut self, log: &Log, time: Option<Timestamp>) {
        let Some(time) = time else { return };
        let lost = self.lost.iter_mut().find(|lost| {
            lost.log == log.name && lost.back < lost.records && lost.file.window().contains(time)
        });
        if let Some(lost) = lost {
            lost.back += 1;
        }
    }

    /// Tells, after a pull, what of damaged files did not come again, and adds that to its outcome.
    pub fn settle(&mut self, request: &Request, outcome: &mut Outcome) -> io::Result<()> {
        outcome.damaged += std::mem::take(&mut self.damaged);
        if self.lost.is_empty() {
            return Ok(());
        }
        let mut left = Vec::new();
        for mut lost in std::mem::take(&mut self.lost) {
            let window = lost.file.window();
            let is_asked = request.logs.iter().any(|log| log.name == lost.log)
                && !request.filters.contains_key(lost.log.as_str())
                && window.without(&[request.window]).is_empty();
            let (is_late, is_fresh) = (lost.is_late, lost.is_fresh);
            (lost.is_late, lost.is_fresh) = (false, false);
            if is_late || !outcome.has_all() {
                // The next pull asks.
                outcome.missing += u64::from(is_late);
                left.push(lost);
                continue;
            }
            let gone = lost.records.saturating_sub(lost.back);
            if is_asked && gone == 0 {
                continue;
            }
            let of = format!("{gone} of the {} records of {}", lost.records, lost.file.name);
            let rest = lost.aside.as_ref().map(|aside| {
                let aside = self.folder.join(aside);
                format!(
                    "; what can be read of the damaged file is shown by: entrail {}",
                    aside.display()
                )
            });
            let rest = rest.unwrap_or_default();
            let day = lost.file.first.to_rfc3339();
            let day = day.get(..10).unwrap_or(&day);
            let reason = match is_asked {
                true => format!("{of} are missing: Entra does not have them any more{rest}"),
                false => format!(
                    "{of} are missing, and their time was not asked for: pull once with --log {} \
                     --since {day} for what Entra still has{rest}",
                    lost.log
                ),
            };
            if is_asked || is_fresh {
                outcome.gone += gone;
                let log = find(&lost.log).map_or("", |log| log.name);
                let window = Some(window);
                (self.tell)(super::Told::Missing(Missing {
                    log,
                    window,
                    reason,
                    refused: None,
                    lost: true,
                }));
            }
            if !is_asked {
                left.push(lost);
            }
        }
        self.lost = left;
        self.note_lost().map_err(|error| wrapped(&self.folder, &error))
    }

    /// Reads what earlier pulls found lost.
    pub(super) fn remember_lost(&mut self) {
        let noted = fs::read(self.folder.join(NOTED)).unwrap_or_default();
        self.lost = serde_json::from_slice(&noted).unwrap_or_default();
    }

    /// Writes what is lost, for the pull that can ask for it.
    fn note_lost(&self) -> io::Result<()> {
        let path = self.folder.join(NOTED);
        if self.lost.is_empty() {
            return match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        make_folder(path.parent().unwrap_or(&path))?;
        let new = path.with_extension("new");
        let mut file = writing().truncate(true).open(&new)?;
        file.write_all(&serde_json::to_vec(&self.lost)?)?;
        file.sync_all()?;
        move_to(&new, &path)
    }

    /// Takes an archive away again that was begun and has nothing: the folders made for it too.
    pub fn leave(self) {
        let Some(made) = &self.made else { return };
        if self.manifest.entries().next().is_some() || !self.lost.is_empty() {
            return;
        }
        let hidden = self.folder.join(".entrail");
        for name in ["manifest.ndjson", "sha256sums", "incoming.ndjson.zst", "lock"] {
            let _ = fs::remove_file(hidden.join(name));
        }
        for folder in made {
            // Only where nothing else came into it.
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
    }
}

/// Where it stands what was lost, below an archive.
const NOTED: &str = ".entrail/damaged/lost.json";
