//! A workspace of Log Analytics or Sentinel as a place: what a query seeks in it, and its rows as they come.
//! Never decodes a record: each row goes the way of every stream, as a line under the names of its columns.
//!
//! What the workspace can evaluate is asked of it, never less than is sought (`question`); what comes is
//! evaluated here again. Rows are counted first, so that what is asked for at once fits into an answer
//! (`slices`), and so that it is known when some are missing (`pull`).

mod answer;
mod api;
mod list;
mod pull;
mod question;
mod slices;
pub mod tables;

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio_util::sync::CancellationToken;
use url::Url;

pub use self::api::Name;
pub use self::list::{List, Listed};
use self::pull::{Pull, Status};
use self::question::Sought;
use self::tables::Table;
use super::flow::{Flow, Outlet};
use super::signed_in::{Asking, SignedIn};
use crate::http::client::Http;
use crate::http::pace::{Pace, SystemPace};
use crate::http::proof::Proof;
use crate::http::service::Service;
use crate::place::{
    self, AlreadyRead, Contents, Follower, Look, News, Opened, Piece, Place, Position, Stream,
    Trouble,
};
use crate::query::dialect::kql::Kql;
use crate::query::plan::Part;
use crate::query::push_down::{by_time, push_down_to};
use crate::query::{Context, Query};
use crate::sign_in::Settings;
use crate::time::{Timestamp, Window};

/// What is sought in a workspace.
#[derive(Clone, Debug)]
pub struct Request {
    /// The tables, in the order they are asked for.
    pub tables: Vec<&'static Table>,
    /// Logs nobody asked for by name: one that is not there is not missing.
    pub optional: Vec<&'static str>,
    /// When records happened.
    pub window: Window,
    /// Does the span end in the past, so that nothing new belongs to it?
    pub is_ended: bool,
    /// The query; its span of time is that of `window`.
    pub query: Query,
    /// What "now" is in the query, UTC.
    pub now: Timestamp,
}

impl Request {
    fn sought(&self, table: &'static Table) -> (Sought, Vec<(String, Part)>) {
        let context = Context { now: self.now, around: None };
        let (filter, parts) = match table.columns {
            Some(log) => {
                let parted = push_down_to(&self.query, &context, &Kql(log));
                (parted.filter, parted.parts)
            }
            None => {
                let how = |is_time| if is_time { Part::Exact } else { Part::Here(UNKNOWN) };
                let (_, parts) = by_time(&self.query, &context);
                (None, parts.into_iter().map(|(part, is_time)| (part, how(is_time))).collect())
            }
        };
        (Sought { table, window: self.window, conditions: filter }, parts)
    }

    /// Tells what is asked of the workspace and what is evaluated here, line by line; not cleaned.
    pub fn explained(&self) -> Vec<String> {
        let Window { start, end } = self.window;
        let mut lines = vec![format!("from {start} until {end}, asked of the workspace")];
        for &table in &self.tables {
            let (sought, parts) = self.sought(table);
            lines.extend([String::new(), format!("{} ({})", table.log, table.name)]);
            lines.extend(parts.iter().map(|(part, how)| match how {
                Part::Exact | Part::AsWritten => format!("  the workspace evaluates  {part}"),
                Part::Inexact(why) => format!(
                    "  entrail evaluates        {part}   (the workspace evaluates a part of it: {why})"
                ),
                Part::Here(why) => format!("  entrail evaluates        {part}   ({why})"),
            }));
            let mut known = vec!["TimeGenerated".to_owned(), table.happened.to_owned()];
            known.extend(sought.named().into_iter().map(str::to_owned));
            let query = sought.rows(sought.made(), &known);
            lines.extend(query.lines().map(|line| format!("  {line}")));
            if !table.happened.is_empty() {
                lines.push(
                    "  (records that reached the workspace more than 7 days late are not among them)"
                        .to_owned(),
                );
            }
        }
        lines.push(String::new());
        let how = "Rows are counted by the hour first; what does not fit into one answer is asked for in \
                   slices, each with its own times.";
        lines.push(how.to_owned());
        lines
    }
}

/// Why conditions are not asked of some tables.
const UNKNOWN: &str = "what the columns of that table hold is not known well enough";

/// One workspace: who asks, and what for. Its clones are the same one: one sign-in and one limit of
/// requests serve all who share it.
#[derive(Clone)]
pub struct Workspace {
    name: Arc<str>,
    id: Name,
    request: Request,
    base: Url,
    http: Http,
    signed_in: Arc<SignedIn>,
    pace: Arc<dyn Pace>,
    service: Arc<OnceLock<Arc<Service>>>,
}

impl fmt::Debug for Workspace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workspace").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Workspace {
    /// A workspace that is signed in to when it is first asked. `certificates`: a PEM file of more
    /// authorities to trust. `base`: where it is asked, if not where its cloud says. Fails where that
    /// address is none.
    pub fn new(
        id: Name,
        settings: Settings,
        certificates: Option<PathBuf>,
        base: Option<&str>,
        request: Request,
    ) -> Result<Self, String> {
        let address = base.unwrap_or_else(|| id.base(&settings.cloud));
        let base = Url::parse(address).map_err(|error| format!("{address}: {error}"))?;
        let http = Http::new(certificates);
        let audience = id.audience(&settings.cloud);
        let signed_in = Arc::new(SignedIn::new(audience, settings, http.clone()));
        let name = format!("workspace {id}").into();
        let pace = Arc::new(SystemPace::new());
        let service = Arc::default();
        Ok(Self { name, id, request, base, http, signed_in, pace, service })
    }

    /// The same by another clock.
    #[must_use]
    pub fn paced(self, pace: Arc<dyn Pace>) -> Self {
        Self { pace, ..self }
    }

    /// The service as this workspace is asked through it. Fails where the system has no certificates or
    /// the file of more cannot be read: why, and the way out.
    fn service(&self) -> Result<Arc<Service>, String> {
        if let Some(service) = self.service.get() {
            return Ok(Arc::clone(service));
        }
        let http = self.http.client(&self.base)?.clone();
        let proof = Proof::Token(Arc::clone(&self.signed_in) as _);
        let pace = Arc::clone(&self.pace);
        let service = Service::new(self.id.api(), self.base.clone(), http, proof, pace);
        Ok(Arc::clone(self.service.get_or_init(|| Arc::new(service))))
    }

    /// Rows as something to read: all that is sought, or what arrives from now on.
    fn piece(&self, is_followed: bool) -> Piece {
        let workspace = self.clone();
        let stream = Stream::new(move |stop| {
            workspace
                .open(is_followed, stop.clone())
                .map_err(|why| Trouble::new(workspace.name.to_string(), Position::Whole, why, true))
        });
        Piece { name: self.name.to_string(), contents: Contents::Stream(stream) }
    }

    fn open(&self, is_followed: bool, cancel: CancellationToken) -> Result<Opened, String> {
        let outlet = Outlet::default();
        let status: Arc<Mutex<Status>> = Arc::default();
        let tables = self.request.tables.iter();
        let pull = Pull {
            service: self.service()?,
            workspace: self.id.clone(),
            name: Arc::clone(&self.name),
            sought: tables.map(|table| self.request.sought(table).0).collect(),
            optional: self.request.optional.clone(),
            outlet: outlet.clone(),
            status: Arc::clone(&status),
            cancel,
        };
        let flow = match is_followed {
            true => Flow::new(outlet, pull.follow()),
            false => Flow::new(outlet, pull.load()),
        };
        let flow = flow.map_err(|error| format!("the system gives no room to ask: {error}"))?;
        let (name, signed_in) = (Arc::clone(&self.name), Arc::clone(&self.signed_in));
        let watch = Watch { name, signed_in, status };
        Ok(Opened { reader: Box::new(flow), status: Some(Arc::new(watch)), is_lines: true })
    }
}

/// Whoever asks Azure Resource Manager which workspaces there are.
pub struct Subscriptions {
    base: Url,
    http: Http,
    signed_in: Arc<SignedIn>,
}

impl Subscriptions {
    /// Those of whoever signs in. `certificates`: a PEM file of more authorities to trust; `base`: where
    /// it is asked, if not where its cloud says. Fails where that address is none.
    pub fn new(
        settings: Settings,
        certificates: Option<PathBuf>,
        base: Option<&str>,
    ) -> Result<Self, String> {
        let address = base.unwrap_or_else(|| api::resource_manager(&settings.cloud));
        let base = Url::parse(address).map_err(|error| format!("{address}: {error}"))?;
        let http = Http::new(certificates);
        let audience = api::audience_of_resource_manager(&settings.cloud);
        let signed_in = Arc::new(SignedIn::new(audience, settings, http.clone()));
        Ok(Self { base, http, signed_in })
    }

    /// What a person has to do now to be signed in; each change is told once.
    pub fn asking(&self) -> Asking {
        self.signed_in.asking()
    }

    /// The workspaces. Fails with why there is no list, and the way out.
    pub async fn list(&self) -> Result<List, String> {
        let http = self.http.client(&self.base)?.clone();
        let proof = Proof::Token(Arc::clone(&self.signed_in) as _);
        let pace = Arc::new(SystemPace::new());
        let api = &api::RESOURCE_MANAGER;
        let service = Service::new(api, self.base.clone(), http, proof, pace);
        list::list(&service).await.map_err(|failure| failure.words(api.name))
    }
}

impl Place for Workspace {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }

    /// Where it is asked, and its id.
    fn key(&self) -> String {
        let id = match &self.id {
            Name::Id(id) => id.clone(),
            Name::Resource(resource) => resource.to_lowercase(),
        };
        format!("workspace {} {id}", self.base)
    }

    fn arguments(&self) -> Vec<String> {
        Vec::new()
    }

    fn pieces(&self, _: &CancellationToken, found: &mut dyn FnMut(Result<Piece, Trouble>)) {
        found(Ok(self.piece(false)));
    }

    fn follow(&self, _: &AlreadyRead<'_>) -> Result<Box<dyn Follower>, String> {
        if self.request.is_ended {
            return Err("the range that was asked for has ended: nothing new can arrive in it; \
                        open the workspace without --until (or time<…) to follow it"
                .to_owned());
        }
        Ok(Box::new(Newcomers { workspace: self.clone(), was_asked: false }))
    }

    fn waits(&self) -> bool {
        true
    }
}

/// What arrives in a workspace: one stream, which ends only where nothing can be asked any more.
struct Newcomers {
    workspace: Workspace,
    was_asked: bool,
}

impl Follower for Newcomers {
    fn look(&mut self, _: &CancellationToken) -> Look {
        match std::mem::replace(&mut self.was_asked, true) {
            false => Look::Found(vec![self.workspace.piece(true)]),
            true => Look::Over("it is not asked any more: its troubles tell why".to_owned()),
        }
    }
}

/// What is known of a stream while it is read by another thread.
struct Watch {
    name: Arc<str>,
    signed_in: Arc<SignedIn>,
    status: Arc<Mutex<Status>>,
}

impl Watch {
    fn status(&self) -> MutexGuard<'_, Status> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl place::Status for Watch {
    fn news(&self) -> Vec<News> {
        let (pulling, troubles) = {
            let mut status = self.status();
            (status.pulling, std::mem::take(&mut status.troubles))
        };
        let mut news = vec![News::Progress(pulling)];
        news.extend(self.signed_in.news());
        news.extend(troubles.into_iter().map(News::Trouble));
        news
    }

    fn ended(&self) -> Option<Trouble> {
        let reason = self.status().stopped.clone().filter(|reason| !reason.is_empty())?;
        Some(Trouble::new(self.name.to_string(), Position::Whole, reason, true))
    }
}
