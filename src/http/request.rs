//! What is asked for: an address, how, and with which headers.
//! Never holds what proves who asks: that is put in when it is sent ([`super::proof`]).

use bytes::Bytes;
use reqwest::header::{IF_MODIFIED_SINCE, IF_NONE_MATCH};
use url::Url;

/// What is done with an address. Nothing here changes anything there, so that each may be done again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verb {
    /// `GET`.
    Get,
    /// `HEAD`: the headers alone.
    Head,
    /// `POST` of a question that is too long for an address, such as one in KQL: its media type, and
    /// itself.
    Query(&'static str, Bytes),
}

/// What is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// The address, without a secret.
    pub url: Url,
    /// How.
    pub verb: Verb,
    /// Headers of this request, in lower case. They go before those every request of the service has.
    pub headers: Vec<(&'static str, String)>,
    /// Most bytes of this answer, where that is less than of any other.
    pub most_bytes: Option<u64>,
}

impl From<Url> for Request {
    /// A `GET`.
    fn from(url: Url) -> Self {
        Self { url, verb: Verb::Get, headers: Vec::new(), most_bytes: None }
    }
}

impl Request {
    /// Is it asked for only if it is another one by now? Then that it is the same is an answer.
    pub(super) fn is_for_news(&self) -> bool {
        self.headers.iter().any(|(name, _)| *name == IF_NONE_MATCH || *name == IF_MODIFIED_SINCE)
    }
}

impl Verb {
    /// Its name in HTTP.
    pub(super) fn method(&self) -> reqwest::Method {
        match self {
            Self::Get => reqwest::Method::GET,
            Self::Head => reqwest::Method::HEAD,
            Self::Query(..) => reqwest::Method::POST,
        }
    }
}
