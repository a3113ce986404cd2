//! What an archive tells a pull: what is still wanted; and what it takes from it: pages, slices, troubles.
//! Never asks Graph.

use std::io;

use super::super::logs::Log;
use super::super::page::Page;
use super::super::slices::Slice;
use super::super::{Done, Missing, Sink, State};
use super::files::wrapped;
use super::manifest::KeptSlice;
use super::{AHEAD, Archive, DOUBTED, Told};
use crate::time::window::floor_second;
use crate::time::{Timestamp, Window, ticks};

impl Sink for Archive {
    /// Slices that claim to be asked for later than that were asked for while a clock was wrong: what
    /// happened until then was not to be had yet. Their time is asked for again, and all that Entra may
    /// still have: nobody knows since when the clock was wrong.
    fn now_is(&mut self, now: Timestamp) -> io::Result<bool> {
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
            true if entry.file.is_some() => {
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
            "{ahead} slices of {} were asked for while a clock was ahead of Graph's: the last {} days \
             are asked for again",
            self.folder.display(),
            DOUBTED.as_secs() / 86_400
        );
        self.odd("", None, reason);
        Ok(true)
    }

    fn asked(&self) -> Option<Timestamp> {
        self.manifest.entries().map(|entry| entry.asked).max()
    }

    fn had(&self, log: &'static Log) -> bool {
        self.manifest.entries().any(|entry| entry.log == log.name)
    }

    /// All but what was asked for, without a filter or with the same one, when nothing could
    /// arrive late any more. Whole seconds.
    fn wanted(&mut self, log: &'static Log, window: Window) -> Vec<Window> {
        let question = self.question(log.name);
        let is_asked = |entry: &&KeptSlice| {
            let is_all = entry.filter.is_none() && entry.query.is_none();
            is_all || (entry.filter == question.0 && entry.query == question.1)
        };
        let settled: Vec<Window> = self
            .manifest
            .entries()
            .filter(|entry| entry.complete && entry.log == log.name)
            .filter(is_asked)
            .map(|entry| entry.settled(self.overlap))
            .collect();
        let (start, end) = (floor_second(window.start), floor_second(window.end));
        let left = Window { start, end }.without(&settled).into_iter();
        left.map(|left| Window { start: floor_second(left.start), ..left }).collect()
    }

    fn page(&mut self, slice: &Slice, page: &Page) -> io::Result<()> {
        self.add(slice, page).map_err(|error| wrapped(&self.folder, error))
    }

    fn slice_done(&mut self, done: &Done) -> io::Result<()> {
        self.keep(done).map_err(|error| wrapped(&self.folder, error))
    }

    fn progress(&mut self, state: &State) {
        (self.tell)(Told::State(state));
    }

    fn trouble(&mut self, missing: Missing) {
        (self.tell)(Told::Missing(missing));
    }
}
