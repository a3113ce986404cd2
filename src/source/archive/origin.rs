//! What an archive is filled from: whoever hands over slices of logs, however it comes by them.
//! Never knows which service that is.
//!
//! An [`Origin`] pulls once whenever it is its turn. Those that have no engine of their own say how a log
//! is cut and how a slice is fetched ([`Sliced`]), and [`fill`](fn@super::fill) does the rest.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Archive, Asked, Owner, Requests};
use crate::http::pace::Pace;
use crate::http::refused::Refused;
use crate::http::unanswered::Unanswered;
use crate::place::Trouble;
use crate::sign_in::SignInError;
use crate::source::pulled::{Missing, Outcome, Stopped};
use crate::source::signed_in::Asking;
use crate::time::{Timestamp, Window};

/// Names of the parts of a source, such as blobs, and what each was when it was read.
pub type Parts = BTreeMap<String, String>;

/// A source that begins.
pub type Beginning<'p> = Pin<Box<dyn Future<Output = Result<(), SignInError>> + Send + 'p>>;

/// Says what time it is where records are asked for.
pub type Clock = Box<dyn Fn() -> Timestamp + Send>;

/// A pull that goes on.
pub type Pulling<'p> = Pin<Box<dyn Future<Output = Outcome> + Send + 'p>>;

/// Whatever an archive is filled from.
pub trait Origin: Send + Sync {
    /// What it is called where something is told of it.
    fn name(&self) -> Cow<'_, str>;

    /// Finds out what has to be known before an archive is opened, such as whose records these are. Fails
    /// with why not, and the way out.
    fn begin<'p>(&'p self, cancel: &'p CancellationToken) -> Beginning<'p> {
        let _ = cancel;
        Box::pin(std::future::ready(Ok(())))
    }

    /// What a person has to do now to be signed in; each change is told once.
    fn asking(&self) -> Asking {
        Asking::Nothing
    }

    /// What is told of the sign-in beside the records, since it was told last.
    fn notices(&self) -> Vec<String> {
        Vec::new()
    }

    /// Whose records it has, and in which folders they are kept; known once it has begun.
    fn owner(&self) -> Owner;

    /// Its filters, by the log: what was kept with another one does not count as all there is.
    fn filters(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }

    /// What asks for a slice of it again, where that is known.
    fn requests(&self) -> Option<Requests> {
        None
    }

    /// What time it is there, as far as that is known.
    fn now(&self) -> Timestamp;

    /// The same for as long as anybody wants to know.
    fn clock(&self) -> Clock;

    /// Its clock.
    fn pace(&self) -> &dyn Pace;

    /// Pause between two rounds; `wanted`: what was asked for.
    fn pause(&self, wanted: Duration) -> Duration {
        wanted
    }

    /// What a round asks for that begins now.
    fn asked(&self) -> Asked;

    /// Hands over all that is wanted. Ends soon after `cancel` fires.
    fn pull<'p>(&'p self, archive: &'p mut Archive, cancel: &'p CancellationToken) -> Pulling<'p>;

    /// Something that is missing of it as it is told.
    fn told(&self, missing: &Missing) -> Trouble {
        missing.trouble(&self.name())
    }
}

/// A log that is wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WantedLog {
    /// Its folder below the archive.
    pub folder: String,
    /// What it is called.
    pub name: String,
    /// May it be absent, as nobody asked for it by name?
    pub is_optional: bool,
}

/// What is fetched at once of a log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cut<I> {
    /// The time it is filed under.
    pub window: Window,
    /// Are only some records of the window in it, such as those that came late?
    pub is_late: bool,
    /// What asks for it, in words.
    pub request: String,
    /// What else is known of it.
    pub item: I,
}

/// What an archive has of a log already.
#[derive(Clone, Default, Debug)]
pub struct Before {
    /// Windows of which everything was there, and when that was asked for.
    pub answered: Vec<(Window, Timestamp)>,
    /// Parts that were read, and what each was then.
    pub parts: Parts,
}

/// How fetching a slice went.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fetched<I> {
    /// It is over.
    Done {
        /// When it was asked for, by the service's clock.
        asked: Timestamp,
        /// The parts that were read, as they were.
        parts: Parts,
        /// What stays missing: why, each.
        missing: Vec<String>,
    },
    /// It is too much at once: these instead.
    Cut(Vec<Cut<I>>),
}

/// Why something could not be had.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Nothing more can be asked.
    Ends(Stopped),
    /// Nothing more of this log: why, the refusal where one was, and whether the log is not there.
    Log(String, Option<Box<Refused>>, bool),
    /// Not this: why. The next pull asks again.
    Slice(String),
}

/// Takes whole lines, each a record. An error ends the pull.
pub type Take<'t> = dyn FnMut(&[u8]) -> io::Result<()> + Send + 't;

/// A source that says how its logs are cut and how a slice is fetched.
pub trait Sliced: Origin {
    /// What it must know of a slice to fetch it.
    type Item: Send;

    /// The logs, in the order they are asked for.
    fn logs(&self) -> Vec<WantedLog>;

    /// What is still to be fetched of a log, oldest first.
    fn cut(
        &self,
        log: &WantedLog,
        before: Before,
        cancel: &CancellationToken,
    ) -> impl Future<Output = Result<Vec<Cut<Self::Item>>, Fault>> + Send;

    /// Fetches a slice and hands over its records, page by page. What `take` fails with is to be given back
    /// as [`Stopped::Unkept`].
    fn fetch(
        &self,
        log: &WantedLog,
        cut: &Cut<Self::Item>,
        take: &mut Take<'_>,
        cancel: &CancellationToken,
    ) -> impl Future<Output = Result<Fetched<Self::Item>, Fault>> + Send;
}

/// What follows from a failure of a service; `words`: what is told of it.
pub fn fault(failure: &Unanswered, words: String) -> Fault {
    match failure {
        Unanswered::Cancelled => Fault::Ends(Stopped::Cancelled),
        Unanswered::SignIn(_) => Fault::Ends(Stopped::SignIn(words)),
        Unanswered::Reused(_) => Fault::Ends(Stopped::TokenRefused(words)),
        Unanswered::SignInDown(_)
        | Unanswered::Untrusted(_)
        | Unanswered::Unreachable(_)
        | Unanswered::Elsewhere(_)
        | Unanswered::Throttled(_)
        | Unanswered::Unsent(_) => Fault::Ends(Stopped::Unreachable(words)),
        Unanswered::Refused(refused) | Unanswered::Unauthorized(refused) => {
            Fault::Log(words, Some(refused.clone()), refused.status == 404)
        }
        Unanswered::Server(..) | Unanswered::Timeout | Unanswered::Broken(_) => Fault::Slice(words),
    }
}
