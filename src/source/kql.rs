//! An engine that keeps Entra's logs in tables and is asked in KQL over HTTP, as a place: a workspace, a cluster.
//! Never decodes a record: each row goes the way of every stream, as a line under the names of its columns.
//!
//! What the engine can evaluate is asked of it, never less than is sought (`question`); what comes is
//! evaluated here again. Rows are counted first, so that what is asked for at once fits into an answer
//! (`slices`), and so that it is known when some are missing (`pull`). What differs between engines is an
//! [`Engine`]; one query by itself is asked with [`Caller`].

pub mod answer;
pub mod caller;
pub mod engine;
mod pull;
mod question;
mod request;
mod slices;
pub mod tables;

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

pub use self::caller::Caller;
pub use self::engine::Engine;
pub use self::pull::TOO_LONG;
use self::pull::{Began, Pull};
pub use self::request::Request;
use super::served::{Board, Contact, Errand, arriving, has_ended, stream};
use super::signed_in::SignedIn;
use crate::http::client::Http;
use crate::http::pace::Pace;
use crate::http::proof::Proof;
use crate::place::{AlreadyRead, Follower, Piece, Place, Trouble};
use crate::sign_in::{Audience, Settings};

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
    /// When the load began: what arrives is looked for from then on.
    began: Arc<Mutex<Option<Began>>>,
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
        let began = Arc::default();
        Ok(Self { name: name.into(), engine, request, contact, signed_in, began })
    }

    /// The same by another clock.
    #[must_use]
    pub fn paced(self, pace: Arc<dyn Pace>) -> Self {
        Self { contact: self.contact.paced(pace), ..self }
    }

    /// Says line by line what is asked of it and what is evaluated here; not cleaned.
    pub fn explained(&self) -> Vec<String> {
        self.request.explained(self.engine.noun())
    }

    /// Whoever asks the engine single queries, until `cancel` fires. Fails where the system has no
    /// certificates or the file of more cannot be read: why, and the way out.
    pub fn caller(&self, cancel: CancellationToken) -> Result<Caller, String> {
        self.caller_beside(Board::default(), cancel)
    }

    fn caller_beside(&self, board: Board, cancel: CancellationToken) -> Result<Caller, String> {
        let proof = Proof::Token(Arc::clone(&self.signed_in) as _);
        let service = self.contact.service(self.engine.api(), &proof)?;
        Ok(Caller { engine: Arc::clone(&self.engine), service, board, cancel })
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
            let sought = tables.request.tables.iter();
            let pull = Pull {
                caller,
                name: Arc::clone(&tables.name),
                sought: sought.map(|table| tables.request.sought(table).0).collect(),
                optional: tables.request.optional.clone(),
                outlet,
            };
            let began = tables.began(&pull.caller, is_followed);
            Ok(async move {
                match is_followed {
                    true => pull.follow(began).await,
                    false => pull.load().await,
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
        match self.request.is_ended {
            true => Err(has_ended(self.engine.noun())),
            false => Ok(arriving(self.piece(true))),
        }
    }

    fn waits(&self) -> bool {
        true
    }
}
