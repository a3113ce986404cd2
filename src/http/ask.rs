//! One request over HTTP: the whole answer, or why there is none.
//! Never asks twice, never waits for its turn, and never tells the token to anyone the service does not lead to.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, LOCATION,
    RETRY_AFTER,
};
use reqwest::{Client, Method, Response, StatusCode};
use url::Url;

use super::address;
use super::api::{Api, Passing};
use super::connection::{self, Kind};
use super::pace::Pace;
use super::retry::{http_date, retry_after};
use super::unanswered::Unanswered;
use crate::secret::Secret;
use crate::time::Timestamp;

/// Longest that one request may take, its answer included. Services end one after less.
const LONGEST: Duration = Duration::from_mins(5);
/// Longest that no byte of an answer comes, once it began.
const SILENCE: Duration = Duration::from_secs(45);
/// Bytes that come each second at least, once an answer takes longer than [`SILENCE`].
const SLOWEST: u64 = 64;
/// Most bytes of an answer that is an error.
const MOST_OF_ERROR: usize = 64 << 10;
/// Redirects that are followed for one request.
const MOST_REDIRECTS: usize = 5;

/// What is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// The address.
    pub url: Url,
    /// What is sent, and its media type; `None`: nothing, it is a `GET`.
    pub body: Option<(&'static str, Bytes)>,
    /// Headers of this request, in lower case, besides those every request of the service has.
    pub headers: Vec<(&'static str, String)>,
}

impl From<Url> for Request {
    /// A `GET`.
    fn from(url: Url) -> Self {
        Self { url, body: None, headers: Vec::new() }
    }
}

/// An answer that is none of an error.
#[derive(Debug)]
pub struct Answer {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its bytes, unpacked, as far as they came.
    pub body: Vec<u8>,
    /// Why the body is not whole; `None`: it is.
    pub cut: Option<String>,
    /// What time it is there.
    pub date: Option<Timestamp>,
}

/// What a request is sent with.
pub struct Sender<'s> {
    /// The service.
    pub api: &'static Api,
    /// The client.
    pub client: &'s Client,
    /// The clock.
    pub pace: &'s dyn Pace,
}

impl Sender<'_> {
    /// Sends a request. Dropping the future ends it.
    pub async fn ask(&self, request: &Request, token: &Secret) -> Result<Answer, Unanswered> {
        let began = self.pace.elapsed();
        let answered = tokio::select! {
            answer = self.answer(request, token) => answer,
            () = self.pace.limit(LONGEST) => Err(Unanswered::Timeout),
        };
        self.log(request, began, &answered);
        answered
    }

    fn log(&self, request: &Request, began: Duration, answered: &Result<Answer, Unanswered>) {
        if !tracing::enabled!(tracing::Level::INFO) {
            return;
        }
        let method = if request.body.is_some() { "POST" } else { "GET" };
        let url = address::shown(&request.url);
        let ms = self.pace.elapsed().saturating_sub(began).as_millis() as u64;
        match answered {
            Ok(Answer { body, cut, .. }) => {
                let (status, bytes, whole) = (200, body.len(), cut.is_none());
                tracing::info!(method, url, status, bytes, whole, ms, "answered");
            }
            Err(failure) => {
                let why = failure.words(self.api.name);
                tracing::warn!(method, url, why, ms, "not answered");
            }
        }
    }

    async fn answer(&self, request: &Request, token: &Secret) -> Result<Answer, Unanswered> {
        let mut response = self.followed(request, token).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let date = header(&headers, &DATE).and_then(http_date);
        if status.is_success() {
            let mut body = Vec::new();
            let cut = self.read(&mut response, &mut body, self.api.most_bytes).await;
            return Ok(Answer { headers, body, cut, date });
        }
        let now = date.unwrap_or_else(|| self.pace.now());
        let after = header(&headers, &RETRY_AFTER).and_then(|after| retry_after(after, now));
        match (self.api.passing)(status.as_u16()) {
            Some(Passing::TooMany) => return Err(Unanswered::Throttled(after)),
            Some(Passing::Failing) => return Err(Unanswered::Server(status.as_u16(), after)),
            None if status.is_redirection() => {
                return Err(Unanswered::Elsewhere(format!(
                    "a redirect ({}) came instead of an answer, and {} never redirects: a proxy, or a \
                     network that asks to sign in, answered in its place",
                    status.as_u16(),
                    self.api.name
                )));
            }
            None => {}
        }
        let mut body = Vec::new();
        // Without the body there is still the status.
        let _ = self.read(&mut response, &mut body, MOST_OF_ERROR).await;
        let refused = Box::new(self.api.refused(status.as_u16(), &headers, &body));
        Err(match status {
            StatusCode::UNAUTHORIZED => Unanswered::Unauthorized(refused),
            _ => Unanswered::Refused(refused),
        })
    }

    /// The answer at the end of all redirects the service may lead along.
    async fn followed(&self, request: &Request, token: &Secret) -> Result<Response, Unanswered> {
        let mut url = request.url.clone();
        let mut followed = 0;
        loop {
            let response = self.send(&url, request, token).await?;
            // What is sent would be sent again, or not: that is for nobody to guess.
            let is_plain = request.body.is_none() && response.status().is_redirection();
            let location = response.headers().get(LOCATION).filter(|_| is_plain);
            let next = location.and_then(|to| url.join(to.to_str().ok()?).ok());
            match next.filter(|next| (self.api.leads)(&url, next)) {
                Some(next) if followed < MOST_REDIRECTS => url = next,
                _ => return Ok(response),
            }
            followed += 1;
        }
    }

    async fn send(
        &self,
        url: &Url,
        request: &Request,
        token: &Secret,
    ) -> Result<Response, Unanswered> {
        let bearer = connection::header("Bearer ", token).ok_or_else(|| {
            Unanswered::SignIn("the token holds characters no token has".to_owned())
        })?;
        let method = if request.body.is_some() { Method::POST } else { Method::GET };
        let mut sent = self.client.request(method, url.clone()).header(AUTHORIZATION, bearer);
        if !self.api.headers.iter().any(|(name, _)| *name == ACCEPT) {
            sent = sent.header(ACCEPT, "application/json");
        }
        for (name, value) in self.api.headers {
            sent = sent.header(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        for (name, value) in &request.headers {
            sent = sent.header(HeaderName::from_static(name), value);
        }
        if let Some((kind, body)) = &request.body {
            sent = sent.header(CONTENT_TYPE, *kind).body(body.clone());
        }
        let host = url.host_str().unwrap_or_default();
        sent.send().await.map_err(|error| unanswered(&error, host))
    }

    /// Reads a body as far as it comes; why it is not whole, if it is not.
    async fn read(
        &self,
        response: &mut Response,
        body: &mut Vec<u8>,
        most: usize,
    ) -> Option<String> {
        let began = self.pace.elapsed();
        loop {
            let chunk = tokio::select! {
                biased;
                chunk = response.chunk() => chunk,
                () = self.pace.limit(SILENCE) => return Some("the answer stopped in the middle".to_owned()),
            };
            match chunk {
                Ok(Some(bytes)) if body.len() + bytes.len() > most => {
                    return Some(format!("the answer has more than {} MiB", most >> 20));
                }
                Ok(Some(bytes)) => body.extend_from_slice(&bytes),
                Ok(None) => return None,
                Err(error) => {
                    let reason = connection::chain(&error);
                    return Some(format!(
                        "the connection broke in the middle of the answer: {reason}"
                    ));
                }
            }
            let taken = self.pace.elapsed().saturating_sub(began);
            if taken > SILENCE && (body.len() as u64) < taken.as_secs() * SLOWEST {
                return Some("the answer comes by single bytes".to_owned());
            }
        }
    }
}

fn header<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// What a failed request was.
fn unanswered(error: &reqwest::Error, host: &str) -> Unanswered {
    let failed = connection::explain(error, host);
    match failed.kind {
        Kind::Untrusted | Kind::ShutOut | Kind::Elsewhere => Unanswered::Untrusted(failed.words),
        Kind::Late => Unanswered::Timeout,
        Kind::Unreachable => Unanswered::Unreachable(failed.words),
        Kind::Cut => Unanswered::Broken(failed.words),
    }
}
