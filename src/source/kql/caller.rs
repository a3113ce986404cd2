//! An engine and whoever asks it one query: the answer as rows to read, as values or as counts.
//! Never decides what is asked, and never takes a broken answer for an empty one.

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use super::super::served::Board;
use super::answer::{self, Answer, Cells, Counts, Rows};
use super::engine::{Asked, Engine};
use crate::http::asker::{Asker, Unread, Waiting};
use crate::http::response::Response;
use crate::http::service::Service;
use crate::http::unanswered::Unanswered;
use crate::time::Timestamp;

/// A way to an engine.
#[derive(Clone, Debug)]
pub struct Route {
    /// What is particular about it.
    pub engine: Arc<dyn Engine>,
    /// The service it is asked through.
    pub service: Arc<Service>,
}

/// Finds another way to an engine for whoever is refused on the usual one.
pub trait Instead: Debug + Send + Sync {
    /// The other way; `None` where there is none, or the refusal would be the same.
    fn route<'r>(
        &'r self,
        cancel: &'r CancellationToken,
    ) -> Pin<Box<dyn Future<Output = Option<Route>> + Send + 'r>>;
}

/// An engine, and whoever asks it. Its clones are the same one.
#[derive(Clone)]
pub struct Caller {
    route: Arc<Mutex<Route>>,
    instead: Option<Arc<dyn Instead>>,
    /// What is told beside answers.
    pub(in super::super) board: Board,
    /// Ends it.
    pub(super) cancel: CancellationToken,
}

/// Asks a query and reads its answer.
struct Question<'q, T> {
    board: &'q Board,
    engine: &'q dyn Engine,
    make: fn(Answer<'_>) -> Result<T, String>,
}

impl<T: Send> Asker for Question<'_, T> {
    type Taken = Response;
    type Got = T;
    type Stop = Unanswered;

    fn read(&mut self, answer: Response) -> Result<T, Unread<Self>> {
        let again = |failure| Unread::Again(failure, None);
        let broken = |reason: String| again(Unanswered::Broken(reason));
        match answer.cut {
            Some(reason) => Err(broken(reason)),
            // What is empty without being said to be is none of the service.
            None if answer.body.is_empty() && answer.status != 204 => {
                Err(broken("the answer is empty".to_owned()))
            }
            None if answer.body.is_empty() => {
                self.board.answered(0);
                (self.make)(Answer::default()).map_err(broken)
            }
            None => {
                self.board.answered(answer.body.len());
                let read = self.engine.answer(&answer.body).map_err(again)?;
                (self.make)(read).map_err(broken)
            }
        }
    }

    /// A query that took too long, or had too much in its answer, does so again.
    fn may_help(&self, failure: &Unanswered) -> bool {
        !matches!(failure, Unanswered::Timeout)
    }

    fn waits(&mut self, until: Option<(Timestamp, Waiting)>) {
        self.board.waits(until.map(|(until, _)| until));
    }
}

impl Caller {
    /// Asks along a way until `cancel` fires. `instead`: finds another way where that one is refused.
    pub(super) fn new(
        route: Route,
        instead: Option<Arc<dyn Instead>>,
        board: Board,
        cancel: CancellationToken,
    ) -> Self {
        Self { route: Arc::new(Mutex::new(route)), instead, board, cancel }
    }

    /// Asks for rows, as lines to be read.
    pub async fn rows(&self, asked: Asked<'_>) -> Result<Rows, Unanswered> {
        self.ask(asked, |answer| Ok(answer.into_rows())).await
    }

    /// Asks for rows, as values under their columns.
    pub async fn cells(&self, asked: Asked<'_>) -> Result<Cells, Unanswered> {
        self.ask(asked, answer::cells).await
    }

    /// Asks how many rows there are in each hour.
    pub async fn counts(&self, asked: Asked<'_>) -> Result<Counts, Unanswered> {
        self.ask(asked, answer::counts).await
    }

    async fn ask<T: Send>(
        &self,
        asked: Asked<'_>,
        make: fn(Answer<'_>) -> Result<T, String>,
    ) -> Result<T, Unanswered> {
        let answered = self.ask_along(&self.route(), asked, make).await;
        let Err(Unanswered::Refused(refused)) = &answered else { return answered };
        let Some(instead) = self.instead.as_ref().filter(|_| refused.status == 403) else {
            return answered;
        };
        let Some(route) = instead.route(&self.cancel).await else { return answered };
        if Arc::ptr_eq(&route.service, &self.service()) {
            return answered;
        }
        tracing::info!(to = route.engine.api().name, "asks another way");
        let again = self.ask_along(&route, asked, make).await;
        if !matches!(&again, Err(Unanswered::Refused(refused)) if refused.status == 403) {
            *self.route.lock().unwrap_or_else(PoisonError::into_inner) = route;
        }
        again
    }

    async fn ask_along<T: Send>(
        &self,
        route: &Route,
        asked: Asked<'_>,
        make: fn(Answer<'_>) -> Result<T, String>,
    ) -> Result<T, Unanswered> {
        let Route { engine, service } = route;
        let request = engine.request(service.base(), &asked);
        tracing::debug!(query = asked.query, "asks");
        let mut question = Question { board: &self.board, engine: &**engine, make };
        service.ask(&request, &mut question, &self.cancel).await
    }

    fn route(&self) -> Route {
        self.route.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What is particular about the engine.
    pub fn engine(&self) -> Arc<dyn Engine> {
        self.route().engine
    }

    /// The service it is asked through.
    pub fn service(&self) -> Arc<Service> {
        self.route().service
    }

    /// What time it is there, as far as it said so.
    pub fn now(&self) -> Timestamp {
        let service = self.service();
        service.now_there().unwrap_or_else(|| service.pace().now())
    }

    /// What is told of a failure, with the way out that the refusal itself does not tell.
    pub fn words(&self, failure: &Unanswered) -> String {
        let engine = self.engine();
        let words = failure.words(engine.api().name);
        let (Unanswered::Refused(refused) | Unanswered::Unauthorized(refused)) = failure else {
            return words;
        };
        match engine.advice(refused) {
            Some(way) => format!("{words}; {way}"),
            None => words,
        }
    }
}
