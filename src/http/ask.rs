//! One request over HTTP: an answer, or why there is none.
//! Never asks twice, never waits for its turn, and never tells the proof to anyone the service does not lead to.

use std::sync::Arc;

use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, LOCATION,
    RETRY_AFTER,
};
use reqwest::{Client, StatusCode};
use url::Url;

use super::address;
use super::api::{Api, Passing};
use super::connection::{self, Kind};
use super::pace::Pace;
use super::proof::Sign;
use super::request::{Request, Verb};
use super::response::{Body, Logged, Opened};
use super::retry::{http_date, retry_after};
use super::unanswered::Unanswered;
use crate::secret::Secret;
use crate::time::Timestamp;

/// Most bytes of an answer that is an error.
const MOST_OF_ERROR: u64 = 64 << 10;
/// Redirects that are followed for one request.
const MOST_REDIRECTS: usize = 5;

/// What proves who sends one request.
#[derive(Debug)]
pub enum Proven<'p> {
    /// A token.
    Token(Secret),
    /// What is made for it.
    Signed(&'p dyn Sign),
}

/// What a request is sent with.
pub struct Sender<'s> {
    /// The service.
    pub api: &'static Api,
    /// The client.
    pub client: &'s Client,
    /// The clock.
    pub pace: &'s Arc<dyn Pace>,
    /// What time it is at the service, as far as that is known.
    pub now: Timestamp,
}

/// What came, of which nobody knows yet whether it is an error.
struct Come {
    response: reqwest::Response,
    /// What nobody may read in it.
    proof: Option<Secret>,
}

impl Sender<'_> {
    /// Sends a request. Dropping the future ends it.
    pub async fn open(&self, request: &Request, proven: &Proven<'_>) -> Result<Opened, Unanswered> {
        let is_logged = tracing::enabled!(tracing::Level::INFO);
        let url = if is_logged { address::shown(&request.url) } else { String::new() };
        let (method, began) = (request.verb.method(), self.pace.elapsed());
        let logged = Logged { method: method.clone(), url: url.clone(), began };
        let opened = self.answer(request, proven, logged).await;
        if let (true, Err(failure)) = (is_logged, &opened) {
            let why = failure.words(self.api.name);
            let ms = self.pace.elapsed().saturating_sub(began).as_millis() as u64;
            tracing::warn!(%method, url, why, ms, "not answered");
        }
        opened
    }

    async fn answer(
        &self,
        request: &Request,
        proven: &Proven<'_>,
        logged: Logged,
    ) -> Result<Opened, Unanswered> {
        let come = tokio::select! {
            come = self.followed(request, proven) => come?,
            () = self.pace.limit(self.api.begins_within) => return Err(Unanswered::Timeout),
        };
        let Come { response, proof } = come;
        let (status, headers) = (response.status(), response.headers().clone());
        let date = header(&headers, &DATE).and_then(http_date);
        let is_news = status == StatusCode::NOT_MODIFIED && request.is_for_news();
        let body = |most, logged| Body::new(response, Arc::clone(self.pace), most, logged, proof);
        if status.is_success() || is_news {
            let most = request.most_bytes.unwrap_or(u64::MAX).min(self.api.most_bytes);
            let (status, body) = (status.as_u16(), body(most, logged));
            return Ok(Opened { status, headers, date, body });
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
        // That it refused is told by another line.
        let mut body = body(MOST_OF_ERROR, Logged { url: String::new(), ..logged });
        let mut said = Vec::new();
        let reading = async {
            while let Ok(Some(bytes)) = body.next().await {
                said.extend_from_slice(&bytes);
            }
        };
        // Without the body there is still the status.
        tokio::select! {
            () = reading => {}
            () = self.pace.limit(self.api.begins_within) => {}
        }
        let mut refused = Box::new(self.api.refused(status.as_u16(), &headers, &said));
        refused.date = date;
        Err(match status {
            StatusCode::UNAUTHORIZED => Unanswered::Unauthorized(refused),
            _ => Unanswered::Refused(refused),
        })
    }

    /// The answer at the end of all redirects the service may lead along.
    async fn followed(&self, request: &Request, proven: &Proven<'_>) -> Result<Come, Unanswered> {
        let mut url = request.url.clone();
        let mut followed = 0;
        loop {
            let come = self.send(&url, request, proven).await?;
            let response = &come.response;
            // What is sent would be sent again, or not: that is for nobody to guess.
            let is_plain = !matches!(request.verb, Verb::Query(..));
            let is_plain = is_plain && response.status().is_redirection();
            let location = response.headers().get(LOCATION).filter(|_| is_plain);
            let next = location.and_then(|to| url.join(to.to_str().ok()?).ok());
            match next.filter(|next| (self.api.leads)(&url, next)) {
                Some(next) if followed < MOST_REDIRECTS => url = next,
                _ => return Ok(come),
            }
            followed += 1;
        }
    }

    async fn send(
        &self,
        url: &Url,
        request: &Request,
        proven: &Proven<'_>,
    ) -> Result<Come, Unanswered> {
        let mut sent = reqwest::Request::new(request.verb.method(), url.clone());
        let headers = sent.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let of_service = self.api.headers.iter().copied();
        let own = request.headers.iter().map(|(name, value)| (*name, value.as_str()));
        let content = match &request.verb {
            Verb::Query(kind, _) => Some((CONTENT_TYPE.as_str(), *kind)),
            Verb::Get | Verb::Head => None,
        };
        for (name, value) in of_service.chain(own).chain(content) {
            let named = HeaderName::from_bytes(name.as_bytes()).ok();
            let header = named.zip(HeaderValue::from_str(value).ok());
            let (name, value) = header.ok_or_else(|| {
                Unanswered::Unsent(format!("a value of “{name}” cannot be sent as a header"))
            })?;
            headers.insert(name, value);
        }
        if let Verb::Query(_, body) = &request.verb {
            *sent.body_mut() = Some(body.clone().into());
        }
        let proof = match proven {
            Proven::Token(token) => {
                let bearer = connection::header("Bearer ", token).ok_or_else(|| {
                    Unanswered::SignIn("the token holds characters no token has".to_owned())
                })?;
                sent.headers_mut().insert(AUTHORIZATION, bearer);
                None
            }
            Proven::Signed(sign) => {
                Some(sign.sign(&mut sent, self.now).map_err(Unanswered::SignIn)?)
            }
        };
        let host = url.host_str().unwrap_or_default();
        let sending = self.client.execute(sent).await;
        let response = sending.map_err(|error| unanswered(&error, host))?;
        Ok(Come { response, proof })
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
