//! An engine that keeps Entra's logs in tables and is asked in KQL over HTTP, as a place: a workspace, a cluster.
//! Never decodes a record: each row goes the way of every stream, as a line under the names of its columns.
//!
//! What the engine can evaluate is asked of it, never less than is sought (`question`); what comes is
//! evaluated here again. Rows are counted first, so that what is asked for at once fits into an answer
//! (`slices`), and so that it is known when some are missing (`pull`). What differs between engines is an
//! [`Engine`]; one query by itself is asked with [`Caller`].

pub mod answer;
pub mod caller;
mod count;
pub mod doctor;
pub mod engine;
pub mod kept;
mod news;
mod pull;
mod question;
mod request;
mod slices;
pub mod tables;
pub mod whole;

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

pub use self::caller::Caller;
use self::caller::{Instead, Route};
use self::count::Count;
pub use self::engine::Engine;
use self::news::Began;
use self::pull::Pull;
pub use self::pull::TOO_LONG;
pub use self::question::identifier;
pub use self::request::{Request, Wanted};
use super::came::{Came, window};
use super::served::{Board, Contact, Errand, arriving, has_ended, stream, wait};
use super::signed_in::SignedIn;
use crate::http::client::Http;
use crate::http::pace::Pace;
use crate::http::proof::Proof;
use crate::place::{AlreadyRead, Counted, Follower, News, Piece, Place, Plan, Trouble, Uncounted};
use crate::query::push_down::by_time;
use crate::query::summarize::Counting;
use crate::query::{Context, Query};
use crate::sign_in::{Audience, Claims, Settings};
use crate::time::{TimeRange, Timestamp};

/// Where an engine is, and how it is signed in to.
#[derive(Debug)]
pub struct Address {
    /// Where it is.
    pub base: String,
    /// Whom tokens are for.
    pub audience: Audience,
    /// How to sign in.
    pub settings: Settings,
    /// A PEM file of more authorities to trust.
    pub certificates: Option<PathBuf>,
}

/// Tables of one engine: who asks, and what for. Its clones are the same one: one sign-in and one limit of
/// requests serve all who share it.
#[derive(Clone)]
pub struct Tables {
    name: Arc<str>,
    engine: Arc<dyn Engine>,
    request: Request,
    contact: Contact,
    signed_in: Arc<SignedIn>,
    /// Another way for whoever is refused.
    instead: Option<Arc<dyn Instead>>,
    /// The words that open it again; `None` where nobody said.
    command: Option<Vec<String>>,
    /// When the load began: what arrives is looked for from then on.
    began: Arc<Mutex<Option<Began>>>,
    /// What came of it so far.
    came: Came,
}

impl fmt::Debug for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tables").field("engine", &self.engine).finish_non_exhaustive()
    }
}

impl Tables {
    /// Tables of an engine that is signed in to when it is first asked. Fails where its address is none.
    pub fn new(
        name: &str,
        engine: Arc<dyn Engine>,
        address: Address,
        request: Request,
    ) -> Result<Self, String> {
        let Address { base, audience, settings, certificates } = address;
        let http = Http::new(certificates);
        let contact = Contact::new(&base, http.clone())?;
        let signed_in = Arc::new(SignedIn::new(audience, settings, http));
        let (name, instead) = (name.into(), None);
        let (command, began, came) = Default::default();
        Ok(Self { name, engine, request, contact, signed_in, instead, command, began, came })
    }

    /// The same by another clock.
    #[must_use]
    pub fn paced(self, pace: Arc<dyn Pace>) -> Self {
        Self { contact: self.contact.paced(pace), ..self }
    }

    /// The same, with another way for whoever is refused, which is told who that was.
    pub(super) fn or_instead(self, make: impl FnOnce(Arc<SignedIn>) -> Arc<dyn Instead>) -> Self {
        let instead = Some(make(Arc::clone(&self.signed_in)));
        Self { instead, ..self }
    }

    /// The same, which these words behind `entrail` open again. No secret is in them.
    #[must_use]
    pub fn opened_by(self, command: Vec<String>) -> Self {
        Self { command: Some(command), ..self }
    }

    /// What is asked for.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// What it is called, and where it is asked.
    fn title(&self) -> String {
        format!("{} at {}", self.name, self.contact.base())
    }

    /// What is known of whose token came last.
    fn claims(&self) -> Option<Claims> {
        self.signed_in.claims()
    }

    /// Says line by line what is asked of it and what is evaluated here; not cleaned.
    pub fn explained(&self) -> Vec<String> {
        self.request.explained(&*self.engine)
    }

    /// Whoever asks the engine single queries, until `cancel` fires. Fails where the system has no
    /// certificates or the file of more cannot be read: why, and the way out.
    pub fn caller(&self, cancel: CancellationToken) -> Result<Caller, String> {
        self.caller_beside(Board::default(), cancel)
    }

    fn caller_beside(&self, board: Board, cancel: CancellationToken) -> Result<Caller, String> {
        let proof = Proof::Token(Arc::clone(&self.signed_in) as _);
        let service = self.contact.service(self.engine.api(), &proof)?;
        let route = Route { engine: Arc::clone(&self.engine), service };
        Ok(Caller::new(route, self.instead.clone(), board, cancel))
    }

    /// What a person has to do now to be signed in; each change is told once.
    pub fn prompt(&self) -> super::signed_in::Asking {
        self.signed_in.asking()
    }

    /// Rows as something to read: all that is sought, or what arrives from now on.
    fn piece(&self, is_followed: bool) -> Piece {
        let tables = self.clone();
        stream(&self.name, Some(Arc::clone(&self.signed_in)), move |errand| {
            let Errand { outlet, board, cancel } = errand;
            let caller = tables.caller_beside(board, cancel)?;
            let (name, request) = (Arc::clone(&tables.name), tables.request.clone());
            let mut pull = Pull { caller, name, request, outlet, is_lossy: false };
            let began = tables.began(&pull.caller, is_followed);
            Ok(async move {
                if is_followed {
                    pull.follow(began).await;
                } else if pull.load().await {
                    tables.came.add(tables.request.window, tables.request.narrowed());
                }
            })
        })
    }

    /// When the load began; now where none did.
    fn began(&self, caller: &Caller, is_followed: bool) -> Began {
        let mut began = self.began.lock().unwrap_or_else(PoisonError::into_inner);
        match (*began, is_followed) {
            (Some(began), true) => began,
            _ => *began.insert(Began::now(caller)),
        }
    }
}

impl Place for Tables {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }

    /// Where it is asked, and which engine it is.
    fn key(&self) -> String {
        self.engine.key(self.contact.base())
    }

    fn arguments(&self) -> Vec<String> {
        Vec::new()
    }

    fn pieces(&self, _: &CancellationToken, found: &mut dyn FnMut(Result<Piece, Trouble>)) {
        found(Ok(self.piece(false)));
    }

    fn follow(&self, _: &AlreadyRead<'_>) -> Result<Box<dyn Follower>, String> {
        match (self.engine.is_still(), self.request.is_ended) {
            (Some(why), _) => Err(why.to_owned()),
            (None, true) => Err(has_ended(self.engine.noun())),
            (None, false) => Ok(arriving(self.piece(true))),
        }
    }

    fn command(&self) -> Option<Vec<String>> {
        self.command.clone()
    }

    fn plan(&self, query: &Query, now: Timestamp) -> Plan {
        let context = Context { now, around: None };
        let (time, conditions) = by_time(query, &context);
        let first = self.came.first().unwrap_or(self.request.window);
        let Some(window) = window(time, (first, self.request.is_ended), None, now) else {
            return Plan::default();
        };
        let conditions: Vec<String> = conditions.into_iter().map(|(part, _)| part).collect();
        if self.came.has(window, &conditions) {
            return Plan::default();
        }
        let request =
            Request { window, query: query.clone(), now, is_ended: true, ..self.request.clone() };
        let told = request.explained(&*self.engine);
        let parts = request.parts();
        // What arrives is still looked for from when the first load began.
        let again = Self { request, began: Arc::default(), ..self.clone() };
        let span = TimeRange { start: Some(window.start), end: Some(window.end) };
        Plan { span, parts, told, again: Some(Arc::new(again)) }
    }

    fn waits(&self) -> bool {
        true
    }

    fn counts(&self) -> Option<&'static str> {
        // Counting takes several queries.
        (!self.engine.is_metered()).then(|| self.engine.noun())
    }

    fn count(
        &self,
        counting: &Counting,
        told: &mut dyn FnMut(News),
        stop: &CancellationToken,
    ) -> Result<Counted, Uncounted> {
        let caller =
            self.caller_beside(Board::default(), stop.clone()).map_err(Uncounted::Failed)?;
        let count = Count {
            caller,
            name: Arc::clone(&self.name),
            request: self.request.clone(),
            counting: counting.clone(),
        };
        wait(&self.signed_in, told, count.run()).map_err(Uncounted::Failed)?
    }
}
