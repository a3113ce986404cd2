//! Requests to endpoints that give tokens: sent again while the trouble may pass, refusals put into words.
//! Never puts a secret into an error, not even where the endpoint sends it back.
//!
//! How often, and how long is waited, is a rule of [`crate::http::retry`]. They are not asked as a
//! [`crate::http::service::Service`], which needs a token, keeps a body as it is until its asker drops it, and is
//! patient for an hour: here nobody has a token yet, what comes and goes is overwritten, and a person waits,
//! who is to know within half a minute what is wrong.

use std::future::Future;
use std::ops::Deref;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;
use zeroize::{Zeroize as _, Zeroizing};

use super::advice;
use crate::http::connection;
use crate::http::pace::Pace;
use crate::http::retry::Rule;
use crate::secret;

/// Longest answer that is read; a token endpoint sends some thousand bytes.
const MOST_BYTES: usize = 1 << 20;
/// Room for an answer from the beginning, so that it is not moved while it grows.
const USUAL_BYTES: usize = 1 << 16;
/// Requests for one token.
const RULE: Rule = Rule { most: 4, first: SHORTEST_WAIT, longest: MOST_WAIT };
/// Shortest and longest wait an endpoint may ask for.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
const MOST_WAIT: Duration = Duration::from_mins(1);
/// Longest that one request may take, its answer included, unless it says otherwise: an endpoint that
/// sends a byte now and then would never end.
const LONGEST: Duration = Duration::from_secs(13);
/// Longest that is spent on all requests for one token, without the waits between them, if another one
/// is to follow: what is wrong is said within half a minute.
const MOST_SPENT: Duration = Duration::from_secs(15);
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

impl Failed {
    /// What is told of it.
    pub fn words(self) -> String {
        match self {
            Self::Cancelled => String::new(),
            Self::Unavailable(why) | Self::Refused(why) | Self::Unreachable(why) => why,
        }
    }
}

/// What an endpoint answered.
pub enum Replied {
    /// A JSON object with status 200.
    Given(Reply),
    /// An error of OAuth 2.0 in JSON.
    Refused(Refusal),
}

/// A JSON object an endpoint sent. Its texts, tokens among them, are overwritten when it is dropped.
pub struct Reply(Map<String, Value>);

impl Reply {
    /// The object in these bytes, if there is one.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(reply)) => Some(Self(reply)),
            _ => None,
        }
    }
}

impl Deref for Reply {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        fn overwrite(value: &mut Value) {
            match value {
                Value::String(text) => text.zeroize(),
                Value::Array(values) => values.iter_mut().for_each(overwrite),
                Value::Object(values) => values.values_mut().for_each(overwrite),
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
        self.0.values_mut().for_each(overwrite);
    }
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
    /// Reads an answer that refuses.
    fn read(status: u16, reply: &Reply) -> Self {
        // Service Fabric puts both into an object.
        let inner = reply.get("error").and_then(Value::as_object).unwrap_or(reply);
        let said = |name: &str| inner.get(name).and_then(Value::as_str).map(in_words);
        // App Service says `message` where OAuth says `error_description`.
        let description = said("error_description").or_else(|| said("message")).unwrap_or_default();
        let error = said("error").or_else(|| said("code")).unwrap_or_default();
        Self { status, error, description }
    }

    /// Is it a failure of the endpoint and not of what was sent? Entra says so with the status 400.
    /// By the OAuth codes and Microsoft's page "Microsoft Entra authentication and authorization error
    /// codes": a retryable error of another service, a budget used up, a directory that is not there,
    /// a tenant that is throttled.
    fn may_pass(&self) -> bool {
        let code = self.description.split(':').next().unwrap_or_default();
        matches!(self.error.as_str(), "temporarily_unavailable" | "server_error")
            || matches!(code, "AADSTS90006" | "AADSTS90024" | "AADSTS90033" | "AADSTS90055")
    }

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
    Answered(Replied),
    /// In trouble that may pass: why, and how long to wait where the endpoint says.
    Trouble { why: String, wait: Option<Duration> },
}

/// An answer over HTTP, whole.
pub struct Heard {
    /// Who was asked.
    pub host: String,
    /// Status of HTTP.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    body: Zeroizing<Vec<u8>>,
}

impl Heard {
    /// The JSON object that is its body, if it is one.
    pub fn reply(&self) -> Option<Reply> {
        Reply::of(&self.body)
    }

    /// Its body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// How long it asks to wait: `Retry-After` in seconds; a date is not used by these endpoints.
    pub fn wait(&self) -> Option<Duration> {
        let seconds = self.headers.get("retry-after")?.to_str().ok()?.trim().parse().ok()?;
        Some(Duration::from_secs(seconds).clamp(SHORTEST_WAIT, MOST_WAIT))
    }

    /// What it means of an endpoint for tokens.
    pub fn tried(&self) -> Tried {
        let Self { host, status, .. } = self;
        if *status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
            let why = format!("{host} answered with HTTP status {}", status.as_u16());
            return Tried::Trouble { why, wait: self.wait() };
        }
        let Some(reply) = self.reply() else {
            let why = format!(
                "{host} answered with HTTP status {} and something that is not JSON; a proxy or a sign-in page of the \
                 network may have answered instead",
                status.as_u16()
            );
            return Tried::Trouble { why, wait: None };
        };
        if status.is_success() {
            return Tried::Answered(Replied::Given(reply));
        }
        let refusal = Refusal::read(status.as_u16(), &reply);
        if refusal.may_pass() {
            let why = format!("{host} says: {}", refusal.words());
            return Tried::Trouble { why, wait: self.wait() };
        }
        Tried::Answered(Replied::Refused(refusal))
    }
}

/// Sends one request and reads the answer; what went wrong with the connection otherwise.
pub async fn hear(
    request: RequestBuilder,
    cancel: &CancellationToken,
) -> Result<Result<Heard, connection::Failed>, Failed> {
    let request = request.header("Accept", "application/json");
    let (client, request) = request.build_split();
    let mut request = request.map_err(|error| {
        let why = secret::foreign(&error.without_url().to_string());
        Failed::Refused(format!("the request cannot be made: {why}"))
    })?;
    request.timeout_mut().get_or_insert(LONGEST);
    let host = request.url().host_str().unwrap_or_default().to_owned();
    let heard = async {
        let response = client.execute(request).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        Ok((status, headers, body(response).await?))
    };
    let heard: Result<_, reqwest::Error> = unless_cancelled(cancel, heard).await?;
    match &heard {
        Ok((status, _, body)) => {
            let (status, bytes) = (status.as_u16(), body.len());
            tracing::debug!(host, status, bytes, "the sign-in endpoint answered");
        }
        Err(_) => tracing::debug!(host, "the sign-in endpoint did not answer"),
    }
    Ok(match heard {
        Ok((status, headers, body)) => Ok(Heard { host, status, headers, body }),
        Err(error) => Err(connection::explain(&error, &host)),
    })
}

/// Sends one request.
pub async fn once(request: RequestBuilder, cancel: &CancellationToken) -> Result<Tried, Failed> {
    match hear(request, cancel).await? {
        Ok(heard) => Ok(heard.tried()),
        Err(broken) if broken.is_lasting() => Err(Failed::Unreachable(broken.words)),
        Err(broken) => Ok(Tried::Trouble { why: broken.words, wait: None }),
    }
}

/// Sends a request until it is answered: a few times, waiting twice as long each time, or as long
/// as the endpoint says.
pub async fn ask(
    request: impl Fn() -> RequestBuilder,
    pace: &dyn Pace,
    cancel: &CancellationToken,
) -> Result<Replied, Failed> {
    let (mut failed, mut spent) = (0, Duration::ZERO);
    loop {
        let began = tokio::time::Instant::now();
        let tried = once(request(), cancel).await?;
        spent += began.elapsed();
        let (why, asked) = match tried {
            Tried::Answered(replied) => return Ok(replied),
            Tried::Trouble { why, wait } => (why, wait),
        };
        failed += 1;
        match RULE.wait(failed).filter(|_| spent <= MOST_SPENT) {
            Some(wait) => unless_cancelled(cancel, pace.sleep(asked.unwrap_or(wait))).await?,
            None => return Err(Failed::Unreachable(why)),
        }
    }
}

/// The body, up to what a token endpoint may send.
async fn body(mut response: Response) -> Result<Zeroizing<Vec<u8>>, reqwest::Error> {
    let mut body = Zeroizing::new(Vec::with_capacity(USUAL_BYTES));
    while let Some(chunk) = response.chunk().await? {
        let part = &chunk[..chunk.len().min(MOST_BYTES - body.len())];
        if body.len() + part.len() > body.capacity() {
            // What it was in is overwritten, not only freed.
            let mut larger = Zeroizing::new(Vec::with_capacity(2 * body.len() + part.len()));
            larger.extend_from_slice(&body);
            body = larger;
        }
        body.extend_from_slice(part);
        if body.len() == MOST_BYTES {
            break;
        }
    }
    Ok(body)
}

/// The first line of what an endpoint said, without secrets, cleaned and of bounded length.
pub fn in_words(said: &str) -> String {
    /// Most bytes that are looked into.
    const MOST_BYTES: usize = 16 << 10;
    // Before it is cut, so that no part of a secret is left at the end.
    let said = secret::masked(&said[..said.floor_char_boundary(MOST_BYTES)]);
    let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    // Entra adds ids of the request in the same line in some answers.
    let line = line.split(" Trace ID:").next().unwrap_or_default();
    let cleaned = crate::text::clean(line);
    match cleaned.char_indices().nth(MOST_SAID) {
        Some((end, _)) => format!("{}…", &cleaned[..end]),
        None => cleaned.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pace::AtOnce;
    use crate::secret::Secret;

    #[test]
    fn what_an_endpoint_says_is_one_clean_line_without_secrets() {
        let _held = Secret::new("not~a+secret");
        let said =
            "AADSTS7000215: \u{1b}[2Jnot%7Ea%2bsecret is wrong. Trace ID: 1\r\nCorrelation ID: 2";
        assert_eq!(in_words(said), "AADSTS7000215: ␛[2J[secret] is wrong.");
        assert_eq!(in_words(&"x y ".repeat(5000)).chars().count(), MOST_SAID + 1);
        assert_eq!(in_words("\r\n\r\n"), "");
        // A secret at the place where the text is cut leaves nothing of itself.
        let at_the_end = format!("{}not~a+secret", "x ".repeat(MOST_SAID / 2 - 3));
        assert!(!in_words(&at_the_end).contains("not"), "{}", in_words(&at_the_end));
    }

    /// A watch ended for good at these: they come with the status 400.
    #[test]
    fn a_failure_of_the_endpoint_itself_is_told_from_a_refusal() {
        let refusal = |error: &str, description: &str| Refusal {
            status: 400,
            error: error.to_owned(),
            description: description.to_owned(),
        };
        for (error, description) in [
            ("temporarily_unavailable", "AADSTS90033: A transient error has occurred."),
            ("server_error", ""),
            ("invalid_request", "AADSTS90006: External server retryable error."),
        ] {
            assert!(refusal(error, description).may_pass(), "{error} {description}");
        }
        for (error, description) in [
            ("invalid_client", "AADSTS7000215: Invalid client secret provided."),
            ("invalid_grant", "see AADSTS90033: a transient error"),
            ("", ""),
        ] {
            assert!(!refusal(error, description).may_pass(), "{error} {description}");
        }
    }

    /// A server that sends these bytes, and then one more every few milliseconds, as long as it is
    /// heard; how many asked.
    #[expect(clippy::disallowed_methods, reason = "a server of this test")]
    fn dripping(begins: &'static [u8]) -> (String, std::sync::Arc<std::sync::atomic::AtomicU32>) {
        use std::io::{Read as _, Write as _};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}/token", listener.local_addr().expect("an address"));
        let asked = std::sync::Arc::<std::sync::atomic::AtomicU32>::default();
        let count = std::sync::Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                std::thread::spawn(move || {
                    let _ = stream.read(&mut [0; 4096]);
                    let mut alive = stream.write_all(begins).is_ok();
                    while alive {
                        std::thread::sleep(Duration::from_millis(3));
                        alive = stream.write_all(b"a").is_ok();
                    }
                });
            }
        });
        (address, asked)
    }

    /// A proxy that sent a byte now and then held a pull for good, without a word.
    #[tokio::test]
    async fn an_answer_that_drips_is_given_up_and_said() {
        use std::sync::atomic::Ordering;
        // One that takes its time is followed by another, and two by none.
        let longest = MOST_SPENT.max(LONGEST) + SHORTEST_WAIT * 3 + LONGEST;
        assert!(2 * LONGEST > MOST_SPENT && longest < Duration::from_secs(32), "{longest:?}");
        for begins in [
            &b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"access_token\":\""[..],
            b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n{",
            b"HTTP/1.1 200 OK\r\nX-Long: ",
            b"HTTP/1.1 2",
            b"",
        ] {
            let (address, asked) = dripping(begins);
            let client = reqwest::Client::builder().no_proxy().build().expect("a client");
            let request = || client.get(&address).timeout(Duration::from_millis(40));
            let cancel = CancellationToken::new();
            let asking = ask(request, &AtOnce, &cancel);
            let ended = tokio::time::timeout(Duration::from_secs(20), asking).await;
            let failed = ended.expect("it ends").err().expect("no token");
            let Failed::Unreachable(why) = failed else { panic!("{failed:?}") };
            // What cannot be a status is refused at once, else it is too late.
            assert!(why.contains("in time") || begins.len() < 12, "{why}");
            assert!(asked.load(Ordering::Relaxed) <= RULE.most);
        }
    }

    #[test]
    fn a_refusal_says_something_even_if_the_endpoint_did_not() {
        let refusal = Refusal { status: 400, ..Refusal::default() };
        assert_eq!(refusal.words(), "HTTP status 400");
    }
}
