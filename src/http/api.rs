//! What is particular about a service: its name, its limit of requests, and how it says what is wrong.
//! Never asks it: [`super::service::Service`] does, in the same way for each.

use std::time::Duration;

use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};
use url::Url;

use super::limiter::Limit;
use super::refused::{Refused, Said};

/// What an answer without records means where asking again may help.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Passing {
    /// Too many requests.
    TooMany,
    /// The service failed.
    Failing,
}

/// A service as all its tenants see it.
#[derive(Debug)]
pub struct Api {
    /// Its name in a sentence: `Graph`.
    pub name: &'static str,
    /// Requests it takes in a time.
    pub limit: Limit,
    /// Headers of every request, in lower case.
    pub headers: &'static [(&'static str, &'static str)],
    /// Requests it answers at the same time; `usize::MAX`: as many as there are.
    pub at_once: usize,
    /// Most bytes of an answer.
    pub most_bytes: u64,
    /// Longest that an answer takes until it begins.
    pub begins_within: Duration,
    /// Longest that an answer takes until it is whole. One whose body is read as it comes may take
    /// longer.
    pub ends_within: Duration,
    /// Which statuses pass: [`passing`], or that and more.
    pub passing: fn(u16) -> Option<Passing>,
    /// What an answer that refuses says, by its headers and its body; `None` where it is not one of
    /// this service.
    pub said: fn(&HeaderMap, &[u8]) -> Option<Said>,
    /// May the same request be granted another time although this refuses it?
    pub is_doubtful: fn(&Refused) -> bool,
    /// May a redirect lead from one address to another, as to another region? The proof goes there too.
    pub leads: fn(&Url, &Url) -> bool,
}

impl Api {
    /// Reads an answer that refuses.
    pub fn refused(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> Refused {
        let challenges = headers.get_all(WWW_AUTHENTICATE).iter();
        let challenges: Vec<&str> = challenges.filter_map(|value| value.to_str().ok()).collect();
        let said = (self.said)(headers, body.trim_ascii_start());
        let mut refused = Refused::new(self.name, status, said, body, &challenges.join(", "));
        refused.is_doubtful |= (self.is_doubtful)(&refused);
        refused
    }
}

/// The statuses that pass at any service: 429, 408 and 5xx.
pub fn passing(status: u16) -> Option<Passing> {
    match status {
        429 => Some(Passing::TooMany),
        408 | 500..=599 => Some(Passing::Failing),
        _ => None,
    }
}

/// A redirect leads nowhere: the service never sends one.
pub fn nowhere(_: &Url, _: &Url) -> bool {
    false
}

/// A redirect stays on its host, port and scheme.
pub fn within_the_host(from: &Url, to: &Url) -> bool {
    from.origin() == to.origin()
}
