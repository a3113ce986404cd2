//! Requests to endpoints that give tokens: sent again while the trouble may pass, refusals put into words.
//! Never puts a secret into an error, not even where the endpoint sends it back.

use std::future::Future;
use std::time::Duration;

use reqwest::{RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use super::advice;
use super::clock::Clock;
use super::http;
use crate::text;

/// Longest answer that is read; a token endpoint sends some thousand bytes.
const MOST_BYTES: usize = 1 << 20;
/// Requests for one token, and the first wait between them; each is twice the one before.
const MOST_ATTEMPTS: u32 = 4;
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// Longest wait an endpoint may ask for.
const MOST_WAIT: Duration = Duration::from_mins(1);
/// Longest text of an endpoint that is passed on, in characters.
const MOST_SAID: usize = 400;

/// Why there is no token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failed {
    /// It was not waited for.
    Cancelled,
    /// This way is not set up here; another may be.
    Unavailable(String),
    /// The endpoint said no.
    Refused(String),
    /// No answer, or none that can be understood; later there may be one.
    Unreachable(String),
}

/// What an endpoint answered.
pub enum Answer {
    /// A JSON object with status 200.
    Given(Map<String, Value>),
    /// An error of OAuth 2.0 in JSON.
    Refused(Refusal),
}

/// An error of OAuth 2.0 (RFC 6749, 5.2), as Entra and managed identities send it.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Refusal {
    /// Status of HTTP.
    pub status: u16,
    /// `error`, as `invalid_grant`.
    pub error: String,
    /// `error_description`, its first line, cleaned, without secrets.
    pub description: String,
}

impl Refusal {
    /// What was said and the way out, where it is known.
    pub fn words(&self) -> String {
        let mut said =
            if self.description.is_empty() { self.error.clone() } else { self.description.clone() };
        if said.is_empty() {
            said = format!("HTTP status {}", self.status);
        }
        match advice::way_out(&said, &self.error) {
            Some(advice) => format!("{}: {advice}", said.trim_end_matches(['.', ' '])),
            None => said,
        }
    }
}

/// Ends with what `future` returns, or at once when it is not waited for any more.
pub async fn unless_cancelled<T>(
    cancel: &CancellationToken,
    future: impl Future<Output = T>,
) -> Result<T, Failed> {
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(Failed::Cancelled),
        value = future => Ok(value),
    }
}

/// How one request ended.
pub enum Tried {
    /// With an answer.
    Answered(Answer),
    /// In trouble that may pass: why, how long to wait where the endpoint says, and whether anybody
    /// was there.
    Trouble { why: String, wait: Option<Duration>, answered: bool },
}

/// Sends one request. `secrets` is what must not come back in words.
pub async fn once(
    request: RequestBuilder,
    secrets: &[&SecretString],
    cancel: &CancellationToken,
) -> Result<Tried, Failed> {
    let request = request.header("Accept", "application/json");
    let (client, request) = request.build_split();
    let request = request.map_err(|error| {
        Failed::Refused(format!("the request cannot be made: {}", error.without_url()))
    })?;
    let host = request.url().host_str().unwrap_or_default().to_owned();
    match unless_cancelled(cancel, client.execute(request)).await? {
        Ok(response) => read(response, secrets, cancel).await,
        Err(error) if http::is_lasting(&error) => {
            Err(Failed::Unreachable(http::explain(&error, &host)))
        }
        Err(error) => {
            let why = http::explain(&error, &host);
            Ok(Tried::Trouble { why, wait: None, answered: false })
        }
    }
}

/// Reads what an endpoint answered.
pub async fn read(
    response: Response,
    secrets: &[&SecretString],
    cancel: &CancellationToken,
) -> Result<Tried, Failed> {
    let host = response.url().host_str().unwrap_or_default().to_owned();
    let trouble = |why, answered| Tried::Trouble { why, wait: None, answered };
    let status = response.status();
    let wait = asked_wait(&response);
    let body = match unless_cancelled(cancel, body(response)).await? {
        Ok(body) => body,
        Err(error) => return Ok(trouble(http::explain(&error, &host), true)),
    };
    if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
        let why = format!("{host} answered with HTTP status {}", status.as_u16());
        return Ok(Tried::Trouble { why, wait, answered: true });
    }
    let Ok(Value::Object(reply)) = serde_json::from_slice::<Value>(&body) else {
        let why = format!(
            "{host} answered with HTTP status {} and something that is not JSON; a proxy or a sign-in page of the \
             network may have answered instead",
            status.as_u16()
        );
        return Ok(trouble(why, true));
    };
    if status.is_success() {
        return Ok(Tried::Answered(Answer::Given(reply)));
    }
    // Service Fabric puts both into an object.
    let inner = reply.get("error").and_then(Value::as_object).unwrap_or(&reply);
    let said =
        |name: &str| inner.get(name).and_then(Value::as_str).map(|said| in_words(said, secrets));
    // App Service says `message` where OAuth says `error_description`.
    let description = said("error_description").or_else(|| said("message")).unwrap_or_default();
    let error = said("error").or_else(|| said("code")).unwrap_or_default();
    Ok(Tried::Answered(Answer::Refused(Refusal { status: status.as_u16(), error, description })))
}

/// Sends a request until it is answered: a few times, waiting twice as long each time, or as long
/// as the endpoint says.
pub async fn ask(
    request: impl Fn() -> RequestBuilder,
    secrets: &[&SecretString],
    clock: &dyn Clock,
    cancel: &CancellationToken,
) -> Result<Answer, Failed> {
    let mut pause = FIRST_WAIT;
    for attempt in 1.. {
        match once(request(), secrets, cancel).await? {
            Tried::Answered(answer) => return Ok(answer),
            Tried::Trouble { why, .. } if attempt >= MOST_ATTEMPTS => {
                return Err(Failed::Unreachable(why));
            }
            Tried::Trouble { wait, .. } => {
                unless_cancelled(cancel, clock.sleep(wait.unwrap_or(pause))).await?;
                pause *= 2;
            }
        }
    }
    Err(Failed::Unreachable(String::new()))
}

/// `Retry-After` in seconds; a date is not used by these endpoints.
fn asked_wait(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get("retry-after")?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).clamp(FIRST_WAIT, MOST_WAIT))
}

/// The body, up to what a token endpoint may send.
async fn body(mut response: Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = MOST_BYTES - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() == MOST_BYTES {
            break;
        }
    }
    Ok(body)
}

/// The first line of what an endpoint said, without secrets, cleaned and of bounded length.
pub fn in_words(said: &str, secrets: &[&SecretString]) -> String {
    let mut said = said.to_owned();
    for secret in
        secrets.iter().map(|secret| secret.expose_secret()).filter(|secret| !secret.is_empty())
    {
        said = said.replace(secret, "[secret]");
    }
    let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    // Entra adds ids of the request in the same line in some answers.
    let line = line.split(" Trace ID:").next().unwrap_or_default();
    let cleaned = text::clean(line);
    match cleaned.char_indices().nth(MOST_SAID) {
        Some((end, _)) => format!("{}…", &cleaned[..end]),
        None => cleaned.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_endpoint_says_is_one_clean_line_without_secrets() {
        let secret = SecretString::from("kestrel");
        let said = "AADSTS7000215: \u{1b}[2Jkestrel is wrong. Trace ID: 1\r\nCorrelation ID: 2";
        assert_eq!(in_words(said, &[&secret]), "AADSTS7000215: ␛[2J[secret] is wrong.");
        assert_eq!(in_words(&"x".repeat(5000), &[]).chars().count(), MOST_SAID + 1);
        assert_eq!(in_words("\r\n\r\n", &[&SecretString::default()]), "");
    }

    #[test]
    fn a_refusal_says_something_even_if_the_endpoint_did_not() {
        let refusal = Refusal { status: 400, ..Refusal::default() };
        assert_eq!(refusal.words(), "HTTP status 400");
    }
}
