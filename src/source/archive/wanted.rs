//! What an archive says before anything is asked: what is still wanted, and what a wrong clock claimed.
//! Never asks anybody.

use std::io;

use super::files::wrapped;
use super::manifest::KeptSlice;
use super::{AHEAD, Archive, Before, DOUBTED};
use crate::time::window::floor_second;
use crate::time::{Timestamp, Window, ticks};

impl Archive {
    /// Slices that claim to be asked for later than that were asked for while a clock was wrong: what
    /// happened until then was not to be had yet. Their time is asked for again, and all that Entra may
    /// still have: nobody knows since when the clock was wrong.
    ///
    /// It is `now` at the service; whether that changes what is wanted. The error names the archive.
    pub fn clock(&mut self, now: Timestamp) -> io::Result<bool> {
        let latest = now.plus(AHEAD);
        let ahead = self.manifest.entries().filter(|entry| entry.asked > latest).count();
        if ahead == 0 {
            return Ok(false);
        }
        let since = now.plus(-ticks(DOUBTED));
        let is_doubted = |entry: &KeptSlice| entry.asked > latest || entry.end > since;
        let believed = self.manifest.entries().filter_map(|entry| match is_doubted(entry) {
            false => Some(entry.clone()),
            // What it brought is there all the same.
            true if entry.file.is_some() || !entry.parts.is_empty() => {
                let asked = entry.asked.min(now);
                Some(KeptSlice { asked, complete: false, late: None, ..entry.clone() })
            }
            true => None,
        });
        let believed: Vec<KeptSlice> = believed.collect();
        let anew = self.manifest.write_anew(believed);
        anew.and_then(|anew| {
            self.step("replace")?;
            self.manifest.replace(anew)
        })
        .map_err(|error| wrapped(&self.folder, error))?;
        let reason = format!(
            "{ahead} slices of {} were asked for while a clock was ahead: the last {} days \
             are asked for again",
            self.folder.display(),
            DOUBTED.as_secs() / 86_400
        );
        self.odd("", None, reason);
        Ok(true)
    }

    /// When anything was asked for last, by the clock of whoever asked.
    pub fn asked(&self) -> Option<Timestamp> {
        self.manifest.entries().map(|entry| entry.asked).max()
    }

    /// Were records of this log ever to be had?
    pub fn had(&self, log: &str) -> bool {
        self.manifest.entries().any(|entry| entry.log == log)
    }

    /// What was asked of a log without a filter, or with the same one.
    fn asked_of<'a>(&'a self, log: &'a str) -> impl Iterator<Item = &'a KeptSlice> {
        let question = self.question(log);
        self.manifest.entries().filter(move |entry| {
            let is_all = entry.filter.is_none() && entry.query.is_none();
            let is_same = entry.filter == question.0 && entry.query == question.1;
            entry.log == log && (is_all || is_same)
        })
    }

    /// What it has of a log.
    pub(super) fn before(&self, log: &str) -> Before {
        let mut before = Before::default();
        for entry in self.asked_of(log) {
            before.answered.extend(entry.complete.then(|| (entry.window(), entry.asked)));
            let parts = entry.parts.iter().map(|(name, was)| (name.clone(), was.clone()));
            before.parts.extend(parts);
        }
        before
    }

    /// What is still to be asked for of a window: all but what was asked for, without a filter or with the
    /// same one, when nothing could arrive late any more. Whole seconds.
    pub fn unasked(&self, log: &str, window: Window) -> Vec<Window> {
        let settled: Vec<Window> = self
            .asked_of(log)
            .filter(|entry| entry.complete)
            .map(|entry| entry.settled(self.overlap))
            .collect();
        let (start, end) = (floor_second(window.start), floor_second(window.end));
        let left = Window { start, end }.without(&settled).into_iter();
        left.map(|left| Window { start: floor_second(left.start), ..left }).collect()
    }
}
