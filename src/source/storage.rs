//! Azure Storage as a place: lists the blobs of a container, reads them in order of time, and follows them.
//! Never decodes a record: blobs go the way of every file.
//!
//! How a container is laid out is found out (`walk`); which blobs may hold records of a span, their
//! names tell ([`hours`]). Several are on their way at once (`run`); what was read can be read again
//! (`blob`).

pub mod account;
pub mod address;
pub mod api;
mod blob;
pub mod containers;
pub mod credential;
pub mod doctor;
mod following;
pub mod hours;
mod kept;
mod listing;
pub mod logs;
mod part;
mod run;
mod text;
mod walk;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use self::account::{Account, Credential};
use self::address::Address;
use self::blob::Blob;
use self::following::Newcomers;
use self::hours::{EARLY, LATE};
use self::listing::Listed;
use self::run::Run;
use self::walk::Walk;
use super::served::has_ended;
use crate::http::unanswered::Unanswered;
use crate::place::{
    AlreadyRead, Follower, News, Piece, Place, Plan, Position, Pulling, Status, Trouble,
    named_below,
};
use crate::query::plan::Part;
use crate::query::push_down::by_time;
use crate::query::{Context, Expression, Query};
use crate::time::{TimeRange, Timestamp};

/// Blobs of one container, for a span of time. Its clones are the same ones.
#[derive(Clone, Debug)]
pub struct Storage {
    account: Arc<Account>,
    /// With a container.
    address: Address,
    name: Arc<str>,
    span: TimeRange,
    /// Is what was read before left out?
    is_more: bool,
    /// How often what is new is listed.
    every: Duration,
    told: Arc<Told>,
    blobs: Arc<Mutex<HashMap<String, Arc<Blob>>>>,
    /// Spans of which everything was read.
    came: Arc<Mutex<Vec<TimeRange>>>,
}

/// What is told beside the records.
#[derive(Default)]
pub(crate) struct Told(Mutex<Telling>);

#[derive(Default)]
struct Telling {
    run: Option<Arc<Run>>,
    next_look: Option<Timestamp>,
    troubles: Vec<Trouble>,
    last: Option<String>,
}

impl std::fmt::Debug for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Told")
    }
}

impl Told {
    fn locked(&self) -> MutexGuard<'_, Telling> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Storage {
    /// Blobs of a container that may hold records of a span. Fails where no container is named.
    pub fn new(account: Arc<Account>, address: &Address, span: TimeRange) -> Result<Self, String> {
        let Some(container) = &address.container else {
            return Err("name a container behind the account, as in ACCOUNT/CONTAINER".to_owned());
        };
        let mut name = [&*address.account, "/", container].concat();
        if !address.prefix.is_empty() {
            name = [&name, "/", &*address.prefix].concat();
        }
        // Where it is asked, the account knows.
        let address = Address { endpoint: account.endpoint().clone(), ..address.clone() };
        let (told, blobs, came) = Default::default();
        let (name, every) = (name.into(), following::EVERY);
        Ok(Self { account, address, name, span, is_more: false, every, told, blobs, came })
    }

    /// The same, in which what is new is looked for so often.
    #[must_use]
    pub fn looked_at(self, every: Duration) -> Self {
        Self { every, ..self }
    }

    /// Says line by line what is asked for.
    pub fn explained(&self) -> Vec<String> {
        explained(&self.address, self.span, self.account.credential())
    }

    fn container(&self) -> &str {
        self.address.container.as_deref().unwrap_or_default()
    }

    /// A blob under the name it is told by.
    fn blob(&self, listed: Listed) -> Result<Blob, Unanswered> {
        let all = Address { prefix: String::new(), ..self.address.clone() };
        let name = [&all.text(), "/", &listed.name].concat();
        Blob::new(&self.account, self.container(), name, listed)
    }

    fn known(&self, name: &str) -> Option<Arc<Blob>> {
        self.blobs.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// A new run; what of it was read is remembered.
    fn run(&self) -> Arc<Run> {
        let blobs = Arc::clone(&self.blobs);
        Run::new(&self.account, move |blob, is_read| {
            let mut blobs = blobs.lock().unwrap_or_else(PoisonError::into_inner);
            match is_read {
                true => blobs.insert(blob.listed().name.clone(), Arc::clone(blob)),
                false => blobs.remove(&blob.listed().name),
            };
        })
    }

    /// Lists the blobs that may hold records of a span; each is handed over as soon as it is known.
    fn list(
        &self,
        span: TimeRange,
        stop: &CancellationToken,
        found: &mut dyn FnMut(Listed),
    ) -> Result<(), Unanswered> {
        let (send, listed) = mpsc::channel();
        let (account, container) = (Arc::clone(&self.account), self.container().to_owned());
        let (prefix, stop) = (self.address.prefix.clone(), stop.clone());
        let started = self.account.start(async move {
            let walk = Walk::new(&account, &container, &prefix, span, &stop);
            let mut take = |one| send.send(Ok(one)).is_ok();
            if let Err(failure) = walk.run(&mut take).await {
                // Who does not listen any more does not want to know.
                let _ = send.send(Err(failure));
            }
        });
        started.map_err(Unanswered::Unreachable)?;
        for one in listed {
            found(one?);
        }
        Ok(())
    }

    /// A failure of listing as it is told; `None` where somebody asked to stop.
    fn trouble(&self, failure: &Unanswered) -> Option<Trouble> {
        if *failure == Unanswered::Cancelled {
            return None;
        }
        let reason = api::explained(failure, &self.address);
        Some(Trouble::new(self.name.to_string(), Position::Whole, reason, true))
    }

    /// Did everything come of a span?
    fn has(&self, span: TimeRange) -> bool {
        let came = self.came.lock().unwrap_or_else(PoisonError::into_inner);
        came.iter().any(|there| {
            let starts =
                there.start.is_none_or(|start| span.start.is_some_and(|asked| start <= asked));
            let ends = there.end.is_none_or(|end| span.end.is_some_and(|asked| asked <= end));
            starts && ends
        })
    }
}

/// Says what is asked for of a container, line by line; not cleaned.
fn explained(address: &Address, span: TimeRange, credential: &Credential) -> Vec<String> {
    let mut lines = vec![format!("{} by {}", address.text(), credential.words())];
    let TimeRange { start: None, end: None } = span else {
        let from =
            span.start.map_or_else(String::new, |start| format!(" from {}", start.plus(-EARLY)));
        let until = span.end.map_or_else(String::new, |end| format!(" until {}", end.plus(LATE)));
        lines.push(format!(
            "  blobs of the hours{from}{until}, and blobs without an hour in their name"
        ));
        let why = "  (two hours before the span and two days behind it: records are filed by when they arrived)";
        lines.push(why.to_owned());
        return lines;
    };
    lines.push("  all blobs".to_owned());
    lines
}

impl Place for Storage {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }

    fn key(&self) -> String {
        self.address.text()
    }

    fn arguments(&self) -> Vec<String> {
        vec![self.address.text()]
    }

    /// Its blobs go by their addresses.
    fn records(&self) -> Expression {
        named_below(&self.address.text())
    }

    fn pieces(&self, stop: &CancellationToken, found: &mut dyn FnMut(Result<Piece, Trouble>)) {
        let run = self.run();
        self.told.locked().run = Some(Arc::clone(&run));
        let (mut count, mut is_all) = (0, true);
        let listed = self.list(self.span, stop, &mut |listed| {
            count += 1;
            if self.is_more && self.known(&listed.name).is_some_and(|blob| blob.is_read_as(&listed))
            {
                return;
            }
            match self.blob(listed.clone()) {
                Ok(blob) => found(Ok(run.add(Arc::new(blob), true, listed.len))),
                Err(failure) => {
                    is_all = false;
                    let name = [&*self.name, "/", &listed.name].concat();
                    let reason = failure.words(api::STORAGE.name);
                    found(Err(Trouble::new(name, Position::Whole, reason, true)));
                }
            }
        });
        if let Err(failure) = &listed {
            is_all = false;
            if let Some(trouble) = self.trouble(failure) {
                found(Err(trouble));
            }
        } else if count == 0 && !stop.is_cancelled() {
            let reason = match self.span {
                TimeRange { start: None, end: None } => "there are no blobs".to_owned(),
                _ => "there are no blobs of that time".to_owned(),
            };
            found(Err(Trouble::new(self.name.to_string(), Position::Whole, reason, false)));
        }
        run.is_listed(is_all && !stop.is_cancelled());
    }

    fn status(&self) -> Option<Arc<dyn Status>> {
        Some(Arc::new(Watch(self.clone())))
    }

    fn follow(&self, _: &AlreadyRead<'_>) -> Result<Box<dyn Follower>, String> {
        if self.span.end.is_some_and(|end| end.plus(LATE) < self.account.now()) {
            return Err(has_ended("the container"));
        }
        self.told.locked().run = None;
        Ok(Box::new(Newcomers::new(self.clone())))
    }

    fn waits(&self) -> bool {
        true
    }

    fn plan(&self, query: &Query, now: Timestamp) -> Plan {
        let (time, parts) = by_time(query, &Context { now, around: None });
        let parts: Vec<(String, Part)> = (parts.into_iter())
            .map(|(part, is_time)| match is_time {
                true => (part, Part::Inexact("blobs are read hour by hour")),
                false => (part, Part::Here("Azure Storage only keeps blobs, and knows no records")),
            })
            .collect();
        let span = match time {
            TimeRange { start: None, end: None } => self.span,
            asked => asked,
        };
        let is_empty = span.start.zip(span.end).is_some_and(|(start, end)| start >= end);
        if is_empty || self.has(span) {
            return Plan { span, parts, ..Plan::default() };
        }
        let told = explained(&self.address, span, self.account.credential());
        let again = Self { span, is_more: true, told: Arc::default(), ..self.clone() };
        Plan { span, parts, told, again: Some(Arc::new(again)) }
    }
}

/// What is told of a container while it is read.
struct Watch(Storage);

impl Status for Watch {
    fn news(&self) -> Vec<News> {
        let Self(storage) = self;
        let mut news = Vec::new();
        let mut told = storage.told.locked();
        let (done, all) = told.run.as_ref().map_or((0, 0), |run| run.progress());
        news.push(News::Progress(Pulling {
            slices_done: done as u32,
            slices_total: all as u32,
            waiting_until: storage.account.waiting_until().or(told.next_look),
            live: None,
        }));
        news.extend(storage.account.news());
        if let Some(run) = told.run.as_ref().filter(|run| run.is_over()) {
            news.extend(run.take_failures().into_iter().map(News::Trouble));
            let mut came = storage.came.lock().unwrap_or_else(PoisonError::into_inner);
            if run.is_complete() && !came.contains(&storage.span) {
                came.push(storage.span);
            }
        }
        news.extend(told.troubles.drain(..).map(News::Trouble));
        news
    }

    fn ended(&self) -> Option<Trouble> {
        None
    }
}
