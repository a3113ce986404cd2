//! What Graph sends goes into an archive: its logs are folders there, by their names.
//! Never asks Graph.

use std::collections::BTreeMap;
use std::io;

use url::Url;

use super::logs::{LOGS, Log, find};
use super::page::Page;
use super::slices::Slice;
use super::{Done, Request, Sink, address};
use crate::source::archive::{self, Archive, Asked, Owner, Requests};
use crate::source::pulled::{Missing, State};
use crate::time::{Timestamp, Window};

fn kept<'l>(slice: &Slice) -> archive::Slice<'l> {
    archive::Slice { log: slice.log.name, window: slice.window }
}

impl Sink for Archive {
    fn now_is(&mut self, now: Timestamp) -> io::Result<bool> {
        self.clock(now)
    }

    fn asked(&self) -> Option<Timestamp> {
        Self::asked(self)
    }

    fn had(&self, log: &'static Log) -> bool {
        Self::had(self, log.name)
    }

    fn wanted(&mut self, log: &'static Log, window: Window) -> Vec<Window> {
        self.unasked(log.name, window)
    }

    fn page(&mut self, slice: &Slice, page: &Page) -> io::Result<()> {
        Self::page(self, &kept(slice), page.lines(), page.records())
    }

    fn slice_done(&mut self, done: &Done) -> io::Result<()> {
        let Done { slice, complete, request, asked } = done;
        let (slice, request) = (kept(slice), request.to_string());
        self.done(&archive::Done { slice, complete: *complete, request, asked: *asked })
    }

    fn progress(&mut self, state: &State) {
        Self::progress(self, state);
    }

    fn trouble(&mut self, missing: Missing) {
        Self::trouble(self, missing);
    }
}

/// Whose logs they are that Graph at `base` has of a tenant.
pub fn owner(base: &Url, tenant: &str) -> Owner {
    let logs = LOGS.iter().map(|log| log.name.to_owned()).collect();
    Owner { base: base.to_string(), tenant: tenant.to_owned(), logs }
}

/// What asks Graph at `base` for a slice again.
pub fn requests(base: &Url) -> Requests {
    let base = base.clone();
    Box::new(move |slice, filter| {
        let slice = Slice { log: find(slice.log)?, window: slice.window };
        Some(address::first(&base, &slice, filter).into())
    })
}

impl Request {
    /// The same as an archive knows it.
    pub fn asked(&self) -> Asked {
        let logs = self.logs.iter().map(|log| log.name.to_owned()).collect();
        Asked { logs, window: self.window }
    }

    /// Its filters, by the log.
    pub fn filters_of_logs(&self) -> BTreeMap<String, String> {
        self.filters.iter().map(|(log, filter)| ((*log).to_owned(), filter.clone())).collect()
    }
}
