//! Logs of a tenant from Microsoft Graph: sliced by time, asked page by page, asked again where that helps.
//! Never signs in itself, never decodes a record, and never sends a token anywhere but to Graph.
//!
//! A [`Request`] is a window of time, which ends at Graph's own now (`there`). It is asked for from its
//! first page (`address`) along Graph's own links to its end ([`pull()`]), under a limit of requests
//! (`limiter`); what is too much for that is cut into [`Slice`]s ([`slices`]). A failed request is asked
//! again (`retry`), a failed slice is halved, down to a second; what stays missing is told with its
//! slice ([`Missing`]). No link is kept beyond its slice: what goes on another day goes on by time.
//! Records go to a [`Sink`] as they were sent, day by day where it keeps them: the screen's is
//! [`Feed`], the disk's is an [`Archive`](super::archive::Archive).

mod activity_types;
mod address;
pub mod api;
pub mod doctor;
mod feed;
mod follow;
mod kept;
pub mod logs;
pub mod page;
mod pull;
pub mod slices;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use url::Url;

use self::api::GRAPH;
use self::logs::Log;
use self::page::Page;
use self::slices::Slice;
use super::pulled::{Missing, State};
use crate::http::pace::Pace;
use crate::http::proof::{Proof, Tokens};
use crate::http::service;
use crate::time::{Timestamp, Window};

pub use self::activity_types::activity_types;
pub use self::feed::{Feed, Follow, Status};
pub use self::follow::next_windows;
pub use self::kept::{Logs, owner};
pub use self::pull::pull;

/// Graph as one tenant sees it. Whatever asks Graph in one program shares one, for its limit of
/// requests is kept here.
#[derive(Debug)]
pub struct Service {
    asked: service::Service,
    /// When the newest record happened that came.
    newest: Mutex<Option<Timestamp>>,
    skew_told: AtomicBool,
}

impl Service {
    /// Graph at `base`, such as `https://graph.microsoft.com`.
    pub fn new(
        base: Url,
        http: reqwest::Client,
        tokens: Arc<dyn Tokens>,
        pace: Arc<dyn Pace>,
    ) -> Self {
        let asked = service::Service::new(&GRAPH, base, http, Proof::Token(tokens), pace);
        Self { asked, newest: Mutex::default(), skew_told: AtomicBool::new(false) }
    }

    /// Where it is.
    pub fn base(&self) -> &Url {
        self.asked.base()
    }

    /// Its clock.
    pub fn pace(&self) -> &dyn Pace {
        self.asked.pace()
    }

    /// What time it is, UTC: by Graph's own clock once it answered, by this computer's before.
    pub fn now(&self) -> Timestamp {
        self.now_there().unwrap_or_else(|| self.pace().now())
    }

    /// What time it is at Graph, at least; `None` where it has not answered yet, or not since this
    /// computer slept or its clock was set.
    pub fn now_there(&self) -> Option<Timestamp> {
        self.asked.now_there()
    }

    /// What time it is at least, whichever of both clocks is wrong: the earlier of both, or that of a
    /// record that is there. What counts as asked for ends there, so that a clock that is ahead, of
    /// this computer or of whatever answers, makes nothing count that is still to happen.
    pub fn surely(&self) -> Timestamp {
        let here = self.pace().now();
        let Some(there) = self.now_there() else { return here };
        let newest = *self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        there.min(here.max(newest.unwrap_or(here)))
    }

    /// A record that happened then is there.
    fn came(&self, time: Timestamp) {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        *newest = (*newest).max(Some(time));
    }
}

/// A window that depends on what time it is, such as the last seven days.
#[derive(Clone)]
pub struct Span(Arc<dyn Fn(Timestamp) -> Window + Send + Sync>);

impl Span {
    /// The window that `at` makes of what time it is.
    pub fn new(at: impl Fn(Timestamp) -> Window + Send + Sync + 'static) -> Self {
        Self(Arc::new(at))
    }

    /// The window, when it is `now`.
    pub fn at(&self, now: Timestamp) -> Window {
        (self.0)(now)
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Span")
    }
}

impl PartialEq for Span {
    /// Each is only itself.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Span {}

/// What is wanted of Graph.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// The logs, in the order they are asked for.
    pub logs: Vec<&'static Log>,
    /// When the records happened.
    pub window: Window,
    /// The same where it depends on what time it is: by Graph's clock, as soon as that is known.
    /// `window` is then only what this computer's clock makes of it.
    pub span: Option<Span>,
    /// Logs nobody asked for by name: one that the tenant has no licence for is left out, and
    /// nothing is missing.
    pub optional: Vec<&'static str>,
    /// What is told before anything is asked, as that less is asked for than was wanted.
    pub notes: Vec<String>,
    /// Filters in `OData` that Graph is to apply, by the name of the log; without the time.
    pub filters: BTreeMap<&'static str, String>,
    /// What slices are cut by: where multiples of it since 1970 lie. All of a window is asked for at
    /// once as long as it fits; each piece is handed in by itself.
    pub grid: Duration,
    /// Records of a slice from which on it is ended early and the rest becomes another one.
    pub most_records: u64,
    /// Are later pieces asked for first? Else they are handed over one after the other, each of them
    /// whole: no record of one comes behind records of the next.
    pub newest_first: bool,
}

impl Request {
    /// All records of a window, for the screen: in slices of a week, the latest first.
    pub fn new(logs: Vec<&'static Log>, window: Window) -> Self {
        Self {
            logs,
            window,
            span: None,
            optional: Vec::new(),
            notes: Vec::new(),
            filters: BTreeMap::new(),
            grid: Duration::from_hours(7 * 24),
            most_records: 50_000,
            newest_first: true,
        }
    }

    /// The same for an archive: in slices of a day, those that will be gone soonest first.
    #[must_use]
    pub fn for_archive(self) -> Self {
        Self { grid: Duration::from_hours(24), newest_first: false, ..self }
    }

    /// The first request of each log over the whole window, as it would be sent if one slice were
    /// enough.
    pub fn addresses(&self, base: &Url) -> Vec<(&'static Log, Url)> {
        let first = |log: &&'static Log| {
            let slice = Slice { log, window: self.window };
            (*log, address::first(base, &slice, self.filter(log)))
        };
        self.logs.iter().map(first).collect()
    }

    /// The window, when it is `now`.
    pub fn window_at(&self, now: Timestamp) -> Window {
        self.span.as_ref().map_or(self.window, |span| span.at(now))
    }

    fn filter(&self, log: &Log) -> Option<&str> {
        self.filters.get(log.name).map(String::as_str)
    }
}

/// A slice that is over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Done {
    /// The slice. Pages handed over for it can hold records from around it.
    pub slice: Slice,
    /// Is all of it there?
    pub complete: bool,
    /// The request it began with.
    pub request: Url,
    /// When that was asked, by Graph's clock; UTC. Nothing after it counts as asked for.
    pub asked: Timestamp,
}

/// Where records go.
pub trait Sink: Send {
    /// It is `now` at Graph. Whether this changes what is wanted: something claims to be of later. An
    /// error ends the pull.
    fn now_is(&mut self, now: Timestamp) -> io::Result<bool> {
        let _ = now;
        Ok(false)
    }

    /// When anything was asked for last, by the clock of whoever asked.
    fn asked(&self) -> Option<Timestamp> {
        None
    }

    /// Were records of this log ever to be had?
    fn had(&self, log: &'static Log) -> bool {
        let _ = log;
        false
    }

    /// What is still to be asked for of a window.
    fn wanted(&mut self, log: &'static Log, window: Window) -> Vec<Window> {
        let _ = log;
        vec![window]
    }

    /// Records of a slice, as soon as a page is there. None comes twice in one slice, nor in its
    /// parts. An error ends the pull.
    fn page(&mut self, slice: &Slice, page: &Page) -> io::Result<()>;

    /// A slice is over. An error ends the pull.
    fn slice_done(&mut self, done: &Done) -> io::Result<()> {
        let _ = done;
        Ok(())
    }

    /// How far it is: at every page, and before and after every wait.
    fn progress(&mut self, state: &State) {
        let _ = state;
    }

    /// Something stays missing, or is odd.
    fn trouble(&mut self, missing: Missing);
}

#[cfg(test)]
pub(super) mod fixture;
#[cfg(test)]
mod tests;
