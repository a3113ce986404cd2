//! Files of an archive that are not as they were written: set aside, and their time asked for again.
//! Never deletes one, and never takes what it may still hold for kept.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read as _, Write as _};

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::super::pulled::{Missing, Outcome};
use super::files::{aside, there, wrapped};
use super::manifest::{NAME, Stored};
use super::tidy::SUMS;
use super::{Archive, day, packed};
use crate::time::{Timestamp, Window};

/// A file that is gone or was damaged, until all of its records are there again.
#[derive(Debug, Serialize, Deserialize)]
pub struct Lost {
    pub(super) log: String,
    /// As it was written.
    pub(super) file: Stored,
    /// Records it had.
    pub(super) records: u64,
    /// Records of its time that came again.
    back: u64,
    /// Where it is now, below the archive; `None`: nowhere.
    aside: Option<String>,
    /// Was all of its time asked for again, so that what is missing is missing for good?
    #[serde(default)]
    for_good: bool,
    /// Was it told since the program began?
    #[serde(skip)]
    is_told: bool,
    /// Was it found while records were asked for, so that its time may not have been?
    #[serde(skip)]
    is_late: bool,
}

/// What a pull asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The logs: their folders below the archive.
    pub logs: Vec<String>,
    /// When the records happened.
    pub window: Window,
}

impl Lost {
    /// Could this program have noted it?
    fn is_possible(&self) -> bool {
        let is_aside = self.aside.as_deref().is_none_or(|name| aside(name).is_some());
        day::is_name(&self.file.name, &self.log) && is_aside && self.file.first <= self.file.last
    }
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
            self.compare(&name).map_err(|error| wrapped(&self.files.path(&name), error))?;
        }
        self.is_unasked();
        Ok(())
    }

    /// Nothing is asked for yet: the time of what is lost so far will be.
    pub(super) fn is_unasked(&mut self) {
        self.spoiled = false;
        self.lost.iter_mut().for_each(|lost| lost.is_late = false);
    }

    /// Sets a file aside that is not as it was written: one that was read whole and has another
    /// digest. What cannot be read may be whole, and stays.
    pub(super) fn compare(&mut self, name: &str) -> io::Result<()> {
        let Some((_, file)) = self.manifest.file(name) else { return Ok(()) };
        let Some(mut there) = self.files.read(name)? else {
            return self.lose(&[(name.to_owned(), None)]);
        };
        if packed::sure_sha256(&mut there, &file.sha256)? == file.sha256 {
            return Ok(());
        }
        let place = self.files.free_aside(name)?;
        self.files.rename(name, &place)?;
        self.lose(&[(name.to_owned(), Some(place))])
    }

    /// Notes that files are not there any more, or where they were set aside, and forgets that their
    /// time was asked for.
    pub(super) fn lose(&mut self, found: &[(String, Option<String>)]) -> io::Result<()> {
        let names: HashSet<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        let records = self.manifest.records_of(&names);
        // A pull killed below finds the file gone: that is the same one.
        let is_same = |lost: &Lost| {
            let file = self.manifest.file(&lost.file.name);
            names.contains(lost.file.name.as_str())
                && file.is_some_and(|(_, now)| *now == lost.file)
        };
        let (same, others): (Vec<Lost>, Vec<Lost>) =
            std::mem::take(&mut self.lost).into_iter().partition(is_same);
        let mut before: HashMap<String, String> =
            same.into_iter().filter_map(|lost| Some((lost.file.name, lost.aside?))).collect();
        let mut lost = Vec::new();
        for (name, aside) in found {
            let Some((entry, file)) = self.manifest.file(name) else { continue };
            lost.push(Lost {
                log: entry.log.clone(),
                file: file.clone(),
                records: records.get(name.as_str()).copied().unwrap_or(0),
                back: 0,
                aside: aside.clone().or(before.remove(name)),
                for_good: false,
                is_told: false,
                is_late: true,
            });
        }
        let told = self.told_lost(&lost);
        self.lost = others;
        self.damaged += lost.len() as u64;
        self.lost.extend(lost);
        self.note_lost()?;
        self.manifest.gone(&names)?;
        self.known.forget();
        self.spoiled = true;
        for (log, window, reason) in told {
            let reason =
                format!("{reason}; what is still to be had of its time is asked for again");
            self.odd(&log, window, reason);
        }
        Ok(())
    }

    /// What is told of files that were found lost.
    fn told_lost(&self, lost: &[Lost]) -> Vec<(String, Option<Window>, String)> {
        let told = lost.iter().take(MOST_TOLD).map(|lost| {
            let path = self.files.path(&lost.file.name);
            let reason = match &lost.aside {
                Some(aside) => format!(
                    "{} is not as it was written: it is kept as {}",
                    path.display(),
                    self.files.path(aside).display()
                ),
                None => format!("{} is not there any more", path.display()),
            };
            (lost.log.clone(), Some(lost.file.window()), reason)
        });
        let mut told: Vec<_> = told.collect();
        if lost.len() > MOST_TOLD {
            let more = lost.len() - MOST_TOLD;
            told.push((
                String::new(),
                None,
                format!("{more} more files are not there or not as they were written"),
            ));
        }
        told
    }

    /// A record was added that the archive had not: perhaps a lost file had it.
    pub(super) fn is_back(&mut self, log: &str, time: Option<Timestamp>) {
        let Some(time) = time else { return };
        let lost = self.lost.iter_mut().find(|lost| {
            lost.log == log && lost.back < lost.records && lost.file.window().contains(time)
        });
        if let Some(lost) = lost {
            lost.back += 1;
        }
    }

    /// Tells, after a pull, what of damaged files did not come again, and adds that to its outcome:
    /// after every one, until all of it is there again.
    pub fn settle(&mut self, asked: &Asked, outcome: &mut Outcome) -> io::Result<()> {
        outcome.damaged += std::mem::take(&mut self.damaged);
        let mut left = Vec::new();
        let mut told = 0_usize;
        for mut lost in std::mem::take(&mut self.lost) {
            let window = outcome.window.unwrap_or(asked.window);
            let is_asked = lost.for_good
                || (asked.logs.contains(&lost.log)
                    && !self.filters.contains_key(&lost.log)
                    && self.query.is_none()
                    && lost.file.window().without(&[window]).is_empty());
            let is_late = std::mem::take(&mut lost.is_late);
            // What another source had, its next pull tells.
            let is_own = self.manifest.owner().has(&lost.log);
            if is_late || !is_own || !(outcome.has_all() || lost.for_good) {
                // The next pull asks.
                outcome.missing += u64::from(is_late);
                left.push(lost);
                continue;
            }
            let gone = lost.records.saturating_sub(lost.back);
            if is_asked && gone == 0 {
                continue;
            }
            lost.for_good = is_asked;
            outcome.gone = outcome.gone.saturating_add(gone);
            let is_new = !std::mem::replace(&mut lost.is_told, true);
            told += usize::from(is_new);
            if is_new && told <= MOST_TOLD {
                let log = lost.log.clone().into();
                let (window, reason) = (Some(lost.file.window()), self.told(&lost, gone));
                let refused = None;
                self.trouble(Missing { log, window, reason, refused, lost: true, ends: false });
            }
            left.push(lost);
        }
        self.lost = left;
        if told > MOST_TOLD {
            let noted = self.files.path(".entrail/damaged").join(NOTED);
            let reason = format!(
                "records of {} more files are missing; {} lists all of them",
                told - MOST_TOLD,
                noted.display()
            );
            self.odd("", None, reason);
        }
        self.note_lost().map_err(|error| wrapped(&self.folder, error))
    }

    /// What is missing of a file, and what helps.
    fn told(&self, lost: &Lost, gone: u64) -> String {
        let of =
            format!("{gone} of the {} records of {} are missing", lost.records, lost.file.name);
        let rest = lost.aside.as_ref().map(|aside| {
            let aside = self.files.path(aside);
            format!(
                "; what can be read of the damaged file is shown by: entrail {}",
                aside.display()
            )
        });
        let rest = rest.unwrap_or_default();
        if lost.for_good {
            let noted = self.files.path(".entrail/damaged").join(NOTED);
            return format!(
                "{of}: they are not to be had any more. Put a copy of the file back in its place, if \
                 you have one, or remove {} to hear no more of it{rest}",
                noted.display()
            );
        }
        let day = lost.file.first.to_rfc3339();
        let day = day.get(..10).unwrap_or(&day);
        format!(
            "{of}, and their time was not asked for: pull once with --log {} --since {day} for what \
             is still to be had{rest}",
            lost.log
        )
    }

    /// Reads what earlier pulls found lost.
    pub(super) fn remember_lost(&mut self) -> io::Result<()> {
        let Some(folder) = self.files.damaged()? else { return Ok(()) };
        let Some(file) = there(folder.read(NOTED))? else { return Ok(()) };
        let mut noted = Vec::new();
        file.take(MOST_NOTED + 1).read_to_end(&mut noted)?;
        let lost: Option<Vec<Lost>> = serde_json::from_slice(&noted)
            .ok()
            .filter(|lost: &Vec<Lost>| lost.iter().all(Lost::is_possible));
        match lost {
            Some(lost) => (self.lost, self.noted) = (lost, noted),
            None => {
                let name = format!("{NOTED}.damaged");
                folder.rename(NOTED, &folder, &name)?;
                folder.sync()?;
                let reason = format!(
                    "what was noted to be missing cannot be read: it is kept as {}",
                    folder.path().join(name).display()
                );
                self.odd("", None, reason);
            }
        }
        Ok(())
    }

    /// Writes what is lost, where that changed.
    pub(super) fn note_lost(&mut self) -> io::Result<()> {
        if self.lost.is_empty() {
            if let Some(folder) = self.files.damaged()?
                && folder.remove(NOTED)?
            {
                folder.sync()?;
            }
            self.noted.clear();
            return Ok(());
        }
        let noted = serde_json::to_vec(&self.lost)?;
        if noted == self.noted {
            return Ok(());
        }
        let folder = self.files.make_damaged()?;
        folder.replace(NOTED, |file| file.write_all(&noted))?;
        self.noted = noted;
        Ok(())
    }

    /// Takes an archive away again that was begun and has nothing: the folders made for it too.
    pub fn leave(self) {
        let Some(made) = &self.made else { return };
        if self.manifest.entries().next().is_some() || !self.lost.is_empty() {
            return;
        }
        let hidden = self.files.hidden();
        let _ = self.files.drop_incoming();
        for name in [NAME, SUMS, super::lock::NAME] {
            let _ = hidden.remove(name);
        }
        // Only where nothing else came into them.
        made.remove();
    }
}

/// Where it stands what was lost, in the folder of damaged files.
const NOTED: &str = "lost.json";
/// Bytes of the longest such file.
const MOST_NOTED: u64 = 256 << 20;
/// Files that are told one by one.
const MOST_TOLD: usize = 20;
