//! One request over HTTP: the whole answer, or why there is none.
//! Never asks twice, never waits for its turn, and never tells the token to anyone but the base.

use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, DATE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use reqwest::{Client, Response, StatusCode};
use url::Url;

use super::connection::{self, Kind};
use super::pace::Pace;
use super::refused::Refused;
use super::retry::{Failure, http_date, retry_after};
use crate::secret::Secret;
use crate::time::Timestamp;

/// Longest that one request may take, its answer included. Graph itself ends one after less.
const LONGEST: Duration = Duration::from_mins(5);
/// Longest that no byte of an answer comes, once it began.
const SILENCE: Duration = Duration::from_secs(45);
/// Bytes that come each second at least, once an answer takes longer than [`SILENCE`].
const SLOWEST: u64 = 64;
/// Most bytes of an answer; a page of a thousand records has a few million.
const MOST_BYTES: usize = 256 << 20;
/// Most bytes of an answer that is an error.
const MOST_OF_ERROR: usize = 64 << 10;

/// An answer with records.
#[derive(Debug)]
pub struct Answer {
    /// Its bytes, unpacked, as far as they came.
    pub body: Vec<u8>,
    /// Why the body is not whole; `None`: it is.
    pub cut: Option<String>,
    /// What time it is there.
    pub date: Option<Timestamp>,
}

/// Asks for `url`. Dropping the future ends the request.
pub async fn ask(
    http: &Client,
    url: &Url,
    token: &Secret,
    pace: &dyn Pace,
) -> Result<Answer, Failure> {
    tokio::select! {
        answer = answer(http, url, token, pace) => answer,
        () = pace.limit(LONGEST) => Err(Failure::Timeout),
    }
}

async fn answer(
    http: &Client,
    url: &Url,
    token: &Secret,
    pace: &dyn Pace,
) -> Result<Answer, Failure> {
    let host = url.host_str().unwrap_or_default();
    let bearer = connection::header("Bearer ", token)
        .ok_or_else(|| Failure::SignIn("the token holds characters no token has".to_owned()))?;
    let request = http
        .get(url.clone())
        .header(AUTHORIZATION, bearer)
        .header(ACCEPT, "application/json")
        // Without it, values newer than an API's version come as `unknownFutureValue`.
        .header(HeaderName::from_static("prefer"), "include-unknown-enum-members");
    let mut response = request.send().await.map_err(|error| failure(&error, host))?;
    let (status, date) = (response.status(), header(&response, &DATE));
    let date = date.as_deref().and_then(http_date);
    if status.is_success() {
        let mut body = Vec::new();
        let cut = read(&mut response, &mut body, MOST_BYTES, pace).await;
        return Ok(Answer { body, cut, date });
    }
    let now = date.unwrap_or_else(|| pace.now());
    let after = header(&response, &RETRY_AFTER).and_then(|after| retry_after(&after, now));
    let challenges = response.headers().get_all(WWW_AUTHENTICATE).iter();
    let challenges: Vec<&str> = challenges.filter_map(|value| value.to_str().ok()).collect();
    let challenge = challenges.join(", ");
    let mut body = Vec::new();
    if !status.is_server_error() {
        // Without the body there is still the status.
        let _ = read(&mut response, &mut body, MOST_OF_ERROR, pace).await;
    }
    let refused = || Refused::read(status.as_u16(), &body, &challenge);
    Err(match status {
        StatusCode::TOO_MANY_REQUESTS => Failure::Throttled(after),
        StatusCode::UNAUTHORIZED => Failure::Unauthorized(refused()),
        StatusCode::REQUEST_TIMEOUT => Failure::Server(status.as_u16(), after),
        StatusCode::GONE => Failure::LostPlace(format!("Graph has lost the page: {}", refused())),
        _ if status.is_server_error() => Failure::Server(status.as_u16(), after),
        _ if status.is_redirection() => Failure::Elsewhere(format!(
            "a redirect ({}) came instead of an answer, and Graph never redirects: a proxy, or a \
             network that asks to sign in, answered in its place",
            status.as_u16()
        )),
        _ => Failure::Refused(refused()),
    })
}

fn header(response: &Response, name: &HeaderName) -> Option<String> {
    response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// Reads a body as far as it comes; why it is not whole, if it is not.
async fn read(
    response: &mut Response,
    body: &mut Vec<u8>,
    most: usize,
    pace: &dyn Pace,
) -> Option<String> {
    let began = pace.elapsed();
    loop {
        let chunk = tokio::select! {
            biased;
            chunk = response.chunk() => chunk,
            () = pace.limit(SILENCE) => return Some("the answer stopped in the middle".to_owned()),
        };
        match chunk {
            Ok(Some(bytes)) if body.len() + bytes.len() > most => {
                return Some(format!("the answer has more than {} MiB", most >> 20));
            }
            Ok(Some(bytes)) => body.extend_from_slice(&bytes),
            Ok(None) => return None,
            Err(error) => {
                let reason = connection::chain(&error);
                return Some(format!("the connection broke in the middle of the answer: {reason}"));
            }
        }
        let taken = pace.elapsed().saturating_sub(began);
        if taken > SILENCE && (body.len() as u64) < taken.as_secs() * SLOWEST {
            return Some("the answer comes by single bytes".to_owned());
        }
    }
}

/// What a failed request was.
fn failure(error: &reqwest::Error, host: &str) -> Failure {
    let failed = connection::explain(error, host);
    match failed.kind {
        Kind::Untrusted | Kind::ShutOut | Kind::Elsewhere => Failure::Untrusted(failed.words),
        Kind::Late => Failure::Timeout,
        Kind::Unreachable => Failure::Unreachable(failed.words),
        Kind::Cut => Failure::Broken(failed.words),
    }
}
