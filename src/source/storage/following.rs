//! What arrives in a container: lines behind those of blobs that grow, and blobs that appear or change.
//! Never reads again what was read, and never asks more often than it is worth: lists cost.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::hours::LATE;
use super::listing::Listed;
use super::run::Run;
use super::{Storage, Told};
use crate::place::{Follower, Look, Piece};
use crate::time::{TimeRange, Timestamp, ticks};

/// How often what is new is listed: Azure Monitor writes every few minutes.
pub const EVERY: Duration = Duration::from_mins(1);

/// Looks after which a blob that could not be read is tried again, unless it is another version by then.
const TRY_AGAIN: u64 = 10;

/// Looks for what is new in a container.
pub(super) struct Newcomers {
    storage: Storage,
    next: Option<Timestamp>,
    looks: u64,
    /// Of each blob the version that was read last, and at which look.
    tried: HashMap<String, (String, u64)>,
}

impl Newcomers {
    pub(super) fn new(storage: Storage) -> Self {
        Self { storage, next: None, looks: 0, tried: HashMap::new() }
    }

    /// What is new of a blob, as something to read.
    fn news(&mut self, listed: &Listed, run: &Arc<Run>) -> Option<Piece> {
        let storage = &self.storage;
        let known = storage.known(&listed.name);
        if known.as_ref().is_some_and(|blob| blob.is_read_as(listed)) {
            return None;
        }
        let last = self.tried.insert(listed.name.clone(), (listed.etag.clone(), self.looks));
        if let Some((etag, look)) = last
            && etag == listed.etag
            && self.looks < look + TRY_AGAIN
        {
            self.tried.insert(listed.name.clone(), (etag, look));
            return None;
        }
        match known {
            Some(blob) if blob.may_have_grown_to(listed) => {
                let len = listed.len.saturating_sub(blob.next());
                Some(run.add(blob, false, len))
            }
            _ => {
                let blob = storage.blob(listed.clone()).ok()?;
                Some(run.add(Arc::new(blob), true, listed.len))
            }
        }
    }
}

impl Follower for Newcomers {
    fn look(&mut self, stop: &CancellationToken) -> Look {
        let now = self.storage.account.now();
        if self.next.is_some_and(|next| now < next) {
            return Look::Found(Vec::new());
        }
        let next = now.plus(ticks(self.storage.every));
        self.next = Some(next);
        self.storage.told.waits_until(Some(next));
        // What is filed late is filed into hours that are over.
        let recent = now.plus(-LATE);
        let start = self.storage.span.start.map_or(recent, |start| start.max(recent));
        let span = TimeRange { start: Some(start), end: None };
        let mut listed = Vec::new();
        let listing = self.storage.list(span, stop, &mut |one| listed.push(one));
        if let Err(failure) = listing {
            if let Some(trouble) = self.storage.trouble(&failure) {
                self.storage.told.trouble_once(trouble);
            }
            return Look::Found(Vec::new());
        }
        let run = self.storage.run();
        self.looks += 1;
        let found = listed.iter().filter_map(|listed| self.news(listed, &run)).collect();
        run.is_listed(true);
        Look::Found(found)
    }
}

impl Told {
    /// The next look is then.
    fn waits_until(&self, next: Option<Timestamp>) {
        self.locked().next_look = next;
    }

    /// Tells something, unless it was the last that was told so.
    fn trouble_once(&self, trouble: crate::place::Trouble) {
        let mut told = self.locked();
        if told.last.as_ref() != Some(&trouble.reason) {
            told.last = Some(trouble.reason.clone());
            told.troubles.push(trouble);
        }
    }
}
