//! What is particular about an engine that is asked in KQL: where a query is sent, what an answer looks like, what helps against a refusal.
//! Never asks it: [`super::caller`] does, in the same way for each.

use std::fmt::Debug;

use url::Url;

use super::answer::Answer;
pub use super::question::Arrival;
use crate::http::api::Api;
use crate::http::refused::Refused;
use crate::http::request::Request;
use crate::http::unanswered::Unanswered;
use crate::time::Window;

/// A query on its way.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'q> {
    /// In KQL.
    pub query: &'q str,
    /// When the rows were made that it is about.
    pub made: Window,
    /// Is it for a table that is only searched?
    pub scans: bool,
}

/// An engine that is asked in KQL over HTTP.
pub trait Engine: Debug + Send + Sync {
    /// What it is called in a sentence: `the workspace`.
    fn noun(&self) -> &'static str;

    /// What is particular about how it is asked.
    fn api(&self) -> &'static Api;

    /// The same each time it is asked at `base`, and another for every other place.
    fn key(&self, base: &Url) -> String;

    /// A query as it is sent to the engine at `base`.
    fn request(&self, base: &Url, asked: &Asked<'_>) -> Request;

    /// Reads an answer. Fails with what is wrong where it is none, or says that it is to be asked later.
    fn answer<'b>(&self, body: &'b [u8]) -> Result<Answer<'b>, Unanswered>;

    /// Has it tables that are only searched, at an address of their own?
    fn has_scans(&self) -> bool {
        false
    }

    /// Most bytes that are asked for at once, less than an answer may have.
    fn most_bytes(&self) -> u64;

    /// Is every query paid for by what it reads? Then nothing is counted before it is asked for.
    fn is_metered(&self) -> bool {
        false
    }

    /// What says when a row arrived.
    fn arrival(&self) -> Arrival {
        Arrival::Always
    }

    /// Why nothing that arrives is looked for; `None`: it is.
    fn is_still(&self) -> Option<&'static str> {
        None
    }

    /// Does a refusal say that there is no such table, or that it is asked in another way?
    fn is_of_table(&self, refused: &Refused) -> bool {
        refused.status == 400
    }

    /// The way out of a refusal that the refusal itself does not tell.
    fn advice(&self, refused: &Refused) -> Option<&'static str>;

    /// Why a table that was asked for may not be there.
    fn absent(&self) -> &'static str;

    /// What is needed to read, and how to get it, line by line.
    fn roles(&self) -> &'static [&'static str];

    /// How older rows than a table has may be had.
    fn kept_longer(&self) -> &'static str;
}
