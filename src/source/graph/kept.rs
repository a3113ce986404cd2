//! What Graph sends goes into an archive: its logs are folders there, by their names.
//! Never asks Graph.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use url::Url;

use super::api::GRAPH;
use super::follow::least_pause;
use super::logs::{LOGS, Log, find};
use super::page::Page;
use super::pull::pull;
use super::slices::Slice;
use super::{Done, Request, Service, Sink, address};
use crate::http::pace::Pace;
use crate::source::archive::{self, Archive, Asked, Clock, Origin, Owner, Pulling, Requests};
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
        let parts = BTreeMap::new();
        self.done(&archive::Done { slice, complete: *complete, request, asked: *asked, parts })
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
    Owner { base: base.to_string(), tenant: tenant.to_owned(), source: String::new(), logs }
}

/// Logs of a tenant from Graph, to fill an archive.
pub struct Logs {
    service: Arc<Service>,
    tenant: String,
    request: Box<dyn Fn(Timestamp) -> Request + Send + Sync>,
    /// Was it pulled before, so that its notes were told?
    was_pulled: AtomicBool,
}

impl fmt::Debug for Logs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logs").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

impl Logs {
    /// Logs of a tenant: what `request` makes of the time at which a pull begins.
    pub fn new(
        service: Arc<Service>,
        tenant: &str,
        request: impl Fn(Timestamp) -> Request + Send + Sync + 'static,
    ) -> Self {
        let (tenant, request) = (tenant.to_owned(), Box::new(request));
        Self { service, tenant, request, was_pulled: AtomicBool::default() }
    }

    fn request(&self) -> Request {
        (self.request)(self.service.now())
    }
}

impl Origin for Logs {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(GRAPH.name)
    }

    fn owner(&self) -> Owner {
        owner(self.service.base(), &self.tenant)
    }

    fn filters(&self) -> BTreeMap<String, String> {
        self.request().filters_of_logs()
    }

    fn requests(&self) -> Option<Requests> {
        let base = self.service.base().clone();
        Some(Box::new(move |slice, filter| {
            let slice = Slice { log: find(slice.log)?, window: slice.window };
            Some(address::first(&base, &slice, filter).into())
        }))
    }

    fn now(&self) -> Timestamp {
        self.service.now()
    }

    fn clock(&self) -> Clock {
        let service = Arc::clone(&self.service);
        Box::new(move || service.now())
    }

    fn pace(&self) -> &dyn Pace {
        self.service.pace()
    }

    fn pause(&self, wanted: Duration) -> Duration {
        least_pause(wanted, self.request().logs.len())
    }

    fn asked(&self) -> Asked {
        self.request().asked()
    }

    fn pull<'p>(&'p self, archive: &'p mut Archive, cancel: &'p CancellationToken) -> Pulling<'p> {
        let mut request = self.request();
        if self.was_pulled.swap(true, Ordering::Relaxed) {
            request.notes.clear();
        }
        Box::pin(async move { pull(&self.service, &request, archive, cancel).await })
    }
}

impl Request {
    /// The same as an archive knows it.
    fn asked(&self) -> Asked {
        let logs = self.logs.iter().map(|log| log.name.to_owned()).collect();
        Asked { logs, window: self.window }
    }

    /// Its filters, by the log.
    fn filters_of_logs(&self) -> BTreeMap<String, String> {
        self.filters.iter().map(|(log, filter)| ((*log).to_owned(), filter.clone())).collect()
    }
}
