//! An engine and whoever asks it one query: the answer as rows to read, as values or as counts.
//! Never decides what is asked, and never takes a broken answer for an empty one.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::super::served::Board;
use super::answer::{self, Answer, Cells, Counts, Rows};
use super::engine::{Asked, Engine};
use crate::http::asker::{Asker, Unread, Waiting};
use crate::http::response::Response;
use crate::http::service::Service;
use crate::http::unanswered::Unanswered;
use crate::time::Timestamp;

/// An engine, and whoever asks it.
#[derive(Clone)]
pub struct Caller {
    /// What is particular about it.
    pub engine: Arc<dyn Engine>,
    /// The service it is asked through.
    pub service: Arc<Service>,
    /// What is told beside answers.
    pub(in super::super) board: Board,
    /// Ends it.
    pub cancel: CancellationToken,
}

/// Asks a query and reads its answer.
struct Question<'q, T> {
    caller: &'q Caller,
    make: fn(Answer<'_>) -> Result<T, String>,
}

impl<T: Send> Asker for Question<'_, T> {
    type Taken = Response;
    type Got = T;
    type Stop = Unanswered;

    fn read(&mut self, answer: Response) -> Result<T, Unread<Self>> {
        let broken = |reason: String| Unread::Again(Unanswered::Broken(reason), None);
        match answer.cut {
            Some(reason) => Err(broken(reason)),
            // What is empty without being said to be is none of the service.
            None if answer.body.is_empty() && answer.status != 204 => {
                Err(broken("the answer is empty".to_owned()))
            }
            None if answer.body.is_empty() => (self.make)(Answer::default()).map_err(broken),
            None => {
                let read = self.caller.engine.answer(&answer.body);
                read.and_then(self.make).map_err(broken)
            }
        }
    }

    /// A query that took too long, or had too much in its answer, does so again.
    fn may_help(&self, failure: &Unanswered) -> bool {
        !matches!(failure, Unanswered::Timeout)
    }

    fn waits(&mut self, until: Option<(Timestamp, Waiting)>) {
        self.caller.board.waits(until.map(|(until, _)| until));
    }
}

impl Caller {
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
        let request = self.engine.request(self.service.base(), &asked);
        tracing::debug!(query = asked.query, "asks");
        let mut question = Question { caller: self, make };
        self.service.ask(&request, &mut question, &self.cancel).await
    }

    /// What time it is there, as far as it said so.
    pub fn now(&self) -> Timestamp {
        self.service.now_there().unwrap_or_else(|| self.service.pace().now())
    }

    /// What is told of a failure, with the way out that the refusal itself does not tell.
    pub fn words(&self, failure: &Unanswered) -> String {
        let words = failure.words(self.engine.api().name);
        let (Unanswered::Refused(refused) | Unanswered::Unauthorized(refused)) = failure else {
            return words;
        };
        match self.engine.advice(refused) {
            Some(way) => format!("{words}; {way}"),
            None => words,
        }
    }
}
