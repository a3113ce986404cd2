//! Services that are not Graph, through the same door: another audience, another limit, errors in XML, signatures.
//! Never Azure itself: a server on this computer that answers as Azure Storage and Log Analytics do.
#![expect(clippy::disallowed_methods, reason = "a server of this test")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use entrail::http::api::{Api, Passing, passing, within_the_host};
use entrail::http::asker::{Asker, Unread, Waiting};
use entrail::http::client::Http;
use entrail::http::limiter::Limit;
use entrail::http::pace::{Pace, Wait};
use entrail::http::proof::{Proof, Sign};
use entrail::http::refused::{Refused, Said};
use entrail::http::request::{Request, Verb};
use entrail::http::response::{Opened, Received, Response};
use entrail::http::service::Service;
use entrail::http::unanswered::Unanswered;
use entrail::secret::Secret;
use entrail::sign_in::{Audience, Cloud, Environment, Method, Settings, SignIn};
use entrail::time::{Timestamp, ticks};
use reqwest::header::HeaderMap;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use url::Url;

/// Azure Storage, as a file in `src/source` would say it.
static STORAGE: Api = Api {
    name: "Azure Storage",
    limit: Limit { requests: 2, window: Duration::from_secs(1) },
    headers: &[("x-ms-version", "2025-01-05"), ("accept", "application/xml")],
    at_once: 2,
    most_bytes: 1 << 20,
    begins_within: Duration::from_secs(90),
    ends_within: Duration::from_mins(5),
    passing: |status| match status {
        // `ServerBusy`: too many requests.
        503 => Some(Passing::TooMany),
        status => passing(status),
    },
    said: xml,
    is_doubtful: |refused: &Refused| refused.code == "ContainerBeingDeleted",
    leads: within_the_host,
};

fn xml(headers: &HeaderMap, body: &[u8]) -> Option<Said> {
    let text = std::str::from_utf8(body).ok()?;
    // The answer to a `HEAD` has no body.
    if let (true, Some(code)) = (text.is_empty(), headers.get("x-ms-error-code")) {
        return Some(Said { code: code.to_str().ok()?.to_owned(), ..Said::default() });
    }
    let inside = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        Some(rest.split_once(&format!("</{name}>"))?.0.to_owned())
    };
    let request_id = headers.get("x-ms-request-id")?.to_str().ok()?.to_owned();
    Some(Said { code: inside("Code")?, message: inside("Message")?, request_id })
}

/// A clock that waiting moves.
#[derive(Default, Debug)]
struct Moved(Mutex<Duration>, Mutex<Vec<Duration>>);

impl Pace for Moved {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(1_795_132_800_000).plus(ticks(self.elapsed()))
    }

    fn elapsed(&self) -> Duration {
        *self.0.lock().expect("a time")
    }

    fn sleep(&self, time: Duration) -> Wait<'_> {
        *self.0.lock().expect("a time") += time;
        self.1.lock().expect("waits").push(time);
        Box::pin(std::future::ready(()))
    }

    fn limit(&self, _: Duration) -> Wait<'_> {
        Box::pin(std::future::pending())
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

/// What a server heard: the first line, headers, body.
type Message = (String, BTreeMap<String, String>, String);
type Heard = Arc<Mutex<Vec<Message>>>;

/// A server that answers these in order, the last again and again.
fn server(answers: Vec<String>) -> (Url, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let heard = Heard::default();
    let all = Arc::clone(&heard);
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = stream.expect("a connection");
            let asked = read(&mut stream);
            all.lock().expect("what was asked").push(asked);
            let answer = &answers[number.min(answers.len() - 1)];
            stream.write_all(answer.as_bytes()).expect("answered");
        }
    });
    (Url::parse(&base).expect("an address"), heard)
}

fn read(stream: &mut TcpStream) -> Message {
    let mut reader = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    };
    let first = line();
    let mut headers = BTreeMap::new();
    loop {
        let line = line();
        let Some((name, value)) = line.split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let len = headers.get("content-length").map_or(0, |len| len.parse().expect("a length"));
    let mut body = vec![0; len];
    reader.read_exact(&mut body).expect("a body");
    (first, headers, String::from_utf8(body).expect("text"))
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let len = body.len();
    format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\n{headers}Content-Length: {len}\r\n\r\n{body}"
    )
}

fn error(status: &str, code: &str, message: &str) -> String {
    let body = format!(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    answer(status, "x-ms-request-id: 6f0c\r\nContent-Type: application/xml\r\n", &body)
}

/// Reads an answer as text, and keeps what was waited for.
#[derive(Default)]
struct Reader {
    waits: Vec<Waiting>,
}

impl Asker for Reader {
    type Taken = Response;
    type Got = String;
    type Stop = Unanswered;

    fn read(&mut self, answer: Response) -> Result<String, Unread<Self>> {
        let text = String::from_utf8(answer.body).expect("text");
        match text.starts_with("<Blobs>") {
            true => Ok(text),
            false => Err(Unread::Again(Unanswered::Broken(text), None)),
        }
    }

    fn waits(&mut self, until: Option<(Timestamp, Waiting)>) {
        self.waits.extend(until.map(|(_, waiting)| waiting));
    }
}

/// The storage at `base` for whoever signs in at `login`.
fn storage(base: &Url, login: &Url, pace: &Arc<Moved>) -> Service {
    let http = Http::new(None);
    let audience = Audience {
        name: "Azure Storage",
        resource: "https://storage.azure.com".to_owned(),
        ids: &["e406a681-f3d4-42a8-90b6-c2b029497af1"],
        permissions: vec!["user_impersonation".to_owned()],
        client: "c",
    };
    let login = login.as_str().trim_end_matches('/');
    let settings = Settings {
        cloud: Cloud::at(login, "https://graph.microsoft.com").expect("a cloud"),
        tenant: Some("fabrikam.example".to_owned()),
        client: Some("51aa".to_owned()),
        method: Some(Method::ClientSecret),
        environment: Environment {
            client_secret: Some("kestrel~of-the-storage".into()),
            ..Environment::default()
        },
        ..Settings::default()
    };
    let sign_in = SignIn::new(audience, settings, http.clone(), Arc::new(|_| {}));
    let client = http.client(base).expect("a client").clone();
    let pace = Arc::clone(pace) as Arc<dyn Pace>;
    Service::new(&STORAGE, base.clone(), client, Proof::Token(Arc::new(sign_in)), pace)
}

/// A login that gives tokens with a number.
fn login() -> (Url, Heard) {
    let given = |token: &str| {
        let body = json!({"access_token": token, "expires_in": 3600}).to_string();
        answer("200 OK", "Content-Type: application/json\r\n", &body)
    };
    server(vec![given("one"), given("two")])
}

fn asked(service: &Service, request: &Request, reader: &mut Reader) -> Result<String, Unanswered> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let cancel = CancellationToken::new();
    runtime.expect("a runtime").block_on(service.ask(request, reader, &cancel))
}

#[test]
fn azure_storage_is_asked_as_it_is_by_the_same_room() {
    let (login, logins) = login();
    let blobs = answer("200 OK", "", "<Blobs><Blob/></Blobs>");
    let refused = error("401 Unauthorized", "InvalidAuthenticationInfo", "Bearer one is over");
    let busy = error("503 Server Busy", "ServerBusy", "Slow down");
    let moved = answer("307 Moved", "Location: /second?comp=list\r\n", "");
    let cut = answer("200 OK", "", "<Bl");
    let (base, heard) = server(vec![refused, busy, moved, cut, blobs]);
    let (pace, mut reader) = (Arc::new(Moved::default()), Reader::default());
    let service = storage(&base, &login, &pace);
    let mut request = Request::from(base.join("/logs?comp=list").expect("an address"));
    request.headers.push(("x-ms-range", "bytes=0-99".to_owned()));
    let got = asked(&service, &request, &mut reader).expect("an answer");
    assert_eq!(got, "<Blobs><Blob/></Blobs>");

    // The token is asked for this service, and another one where one is refused.
    let forms: Vec<String> =
        logins.lock().expect("asked").iter().map(|(_, _, form)| form.clone()).collect();
    assert_eq!(forms.len(), 2);
    assert!(forms[0].contains("scope=https%3A%2F%2Fstorage.azure.com%2F.default"), "{forms:?}");
    let heard = heard.lock().expect("asked");
    let tokens: Vec<&str> =
        heard.iter().map(|(_, headers, _)| headers["authorization"].as_str()).collect();
    let renewed = ["Bearer two"; 4];
    assert_eq!(tokens, [&["Bearer one"][..], &renewed].concat());
    for (first, headers, body) in heard.iter() {
        assert!(first.starts_with("GET ") && body.is_empty());
        assert_eq!(headers["x-ms-version"], "2025-01-05");
        assert_eq!(headers["accept"], "application/xml");
        assert_eq!(headers["x-ms-range"], "bytes=0-99");
        assert!(!headers.contains_key("prefer"), "that is Graph's");
    }
    assert!(heard[3].0.starts_with("GET /second?comp=list "));
    // 503 is too many here, and the limit is two in a second.
    assert_eq!(reader.waits, [Waiting::TooMany, Waiting::Turn, Waiting::Broken]);
    assert!(pace.elapsed() < Duration::from_secs(5), "{:?}", pace.elapsed());
}

#[test]
fn a_refusal_in_xml_is_not_taken_for_a_page_of_a_gateway() {
    let (login, _) = login();
    let no = error(
        "403 No",
        "AuthorizationPermissionMismatch",
        "This request is not \u{1b}[2J authorized",
    );
    let page = answer("403 No", "", "<!DOCTYPE html><title>Blocked</title>");
    let away = answer("302 Found", "Location: http://127.0.0.1:1/login\r\n", "");
    for (answers, words, most) in [
        (
            vec![no],
            "403 AuthorizationPermissionMismatch: This request is not ␛[2J authorized (request 6f0c)",
            1,
        ),
        (
            vec![page],
            "403: Blocked; this is a page of HTML, so a gateway or proxy answered in Azure Storage's place",
            3,
        ),
        (
            vec![away],
            "a redirect (302) came instead of an answer, and Azure Storage never redirects",
            3,
        ),
    ] {
        let (base, heard) = server(answers);
        let service = storage(&base, &login, &Arc::new(Moved::default()));
        let failure = asked(&service, &base.clone().into(), &mut Reader::default());
        let told = failure.expect_err("refused").words(STORAGE.name);
        assert!(told.starts_with(words), "{told}");
        assert_eq!(heard.lock().expect("asked").len(), most, "{told}");
    }
}

/// As Log Analytics and Kusto are asked.
#[test]
fn a_query_is_sent_in_the_body_and_never_sent_on() {
    let (login, _) = login();
    let moved = answer("307 Moved", "Location: /other\r\n", "");
    let (base, heard) = server(vec![moved]);
    let service = storage(&base, &login, &Arc::new(Moved::default()));
    let body = Bytes::from_static(b"{\"query\":\"AuditLogs | take 1\"}");
    let verb = Verb::Query("application/json", body);
    let request = Request { verb, ..base.clone().into() };
    assert!(asked(&service, &request, &mut Reader::default()).is_err());
    let heard = heard.lock().expect("asked");
    assert!(heard.iter().all(|(first, headers, body)| {
        first.starts_with("POST / ")
            && headers["content-type"] == "application/json"
            && body == "{\"query\":\"AuditLogs | take 1\"}"
    }));
    assert_eq!(heard.len(), 3);
}

/// Takes any answer as it is.
struct Any<T>(std::marker::PhantomData<T>);

impl<T: Received> Asker for Any<T> {
    type Taken = T;
    type Got = T;
    type Stop = Unanswered;

    fn read(&mut self, taken: T) -> Result<T, Unread<Self>> {
        Ok(taken)
    }
}

async fn taken<T: Received>(service: &Service, request: &Request) -> Result<T, Unanswered> {
    service.ask(request, &mut Any(std::marker::PhantomData), &CancellationToken::new()).await
}

fn in_a_runtime<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(work)
}

fn whole(service: &Service, request: &Request) -> Result<Response, Unanswered> {
    in_a_runtime(taken(service, request))
}

/// An account key, as Azure Storage signs with it, shortened: what matters is that the time, the range and
/// the address are in the signature.
#[derive(Debug)]
struct AccountKey(Secret);

fn signed(key: &str, method: &str, path: &str, header: impl Fn(&str) -> Option<String>) -> String {
    let mut text = method.to_owned();
    for name in ["x-ms-date", "x-ms-version", "x-ms-range", "if-match"] {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{name}:{}", header(name).unwrap_or_default());
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    BASE64_STANDARD.encode(hmac::sign(&key, format!("{text}\n{path}").as_bytes()))
}

const ACCOUNT_KEY: &str = "a-key-of-the-account~0123456789";

impl Sign for AccountKey {
    fn sign(&self, request: &mut reqwest::Request, now: Timestamp) -> Result<Secret, String> {
        use secrecy::ExposeSecret as _;
        let date = now.to_rfc3339().parse().map_err(|_| "no date")?;
        request.headers_mut().insert("x-ms-date", date);
        let header =
            |name: &str| Some(request.headers().get(name)?.to_str().expect("text").to_owned());
        let (method, path) = (request.method().as_str(), request.url().path());
        let proof = signed(self.0.expose_secret(), method, path, header);
        let proof = Secret::from(proof);
        let value = entrail::http::connection::header("SharedKey logs:", &proof);
        request.headers_mut().insert("authorization", value.ok_or("no header")?);
        Ok(proof)
    }
}

/// The query of a shared access signature.
#[derive(Debug)]
struct Sas(Secret);

impl Sign for Sas {
    fn sign(&self, request: &mut reqwest::Request, _: Timestamp) -> Result<Secret, String> {
        use secrecy::ExposeSecret as _;
        let own = request.url().query().map(|query| format!("{query}&")).unwrap_or_default();
        request.url_mut().set_query(Some(&format!("{own}{}", self.0.expose_secret())));
        Ok(self.0.clone())
    }
}

/// The storage at `base` for whoever signs requests; bytes come as they are stored.
fn signing(base: &Url, sign: impl Sign + 'static, pace: &Arc<Moved>) -> Service {
    let client = Http::new(None).exact(base).expect("a client").clone();
    let pace = Arc::clone(pace) as Arc<dyn Pace>;
    Service::new(&STORAGE, base.clone(), client, Proof::Signature(Arc::new(sign)), pace)
}

/// Shared Key signs the date, which services take for some minutes only: a request that was sent
/// again with its first signature would be refused after a long wait.
#[test]
fn each_try_is_signed_anew_and_by_the_clock_of_the_service() {
    let late = error("403 No", "AuthenticationFailed", "Request date header too old").replacen(
        "\r\n",
        "\r\nDate: Tue, 24 Nov 2026 14:00:00 GMT\r\n",
        1,
    );
    let busy = error("503 Server Busy", "ServerBusy", "Slow down");
    let moved = answer("307 Moved", "Location: /other/blob\r\n", "");
    let blob = answer("206 Partial Content", "", "bytes");
    let (base, heard) = server(vec![late, busy, moved, blob]);
    let pace = Arc::new(Moved::default());
    let service = signing(&base, AccountKey(ACCOUNT_KEY.into()), &pace);
    let mut request = Request::from(base.join("/logs/blob").expect("an address"));
    request.headers.push(("x-ms-range", "bytes=0-4".to_owned()));
    request.headers.push(("if-match", "\"0x8D\"".to_owned()));
    request.headers.push(("x-ms-version", "2026-02-06".to_owned()));
    let got = whole(&service, &request).expect("an answer");
    assert_eq!((got.status, got.body.as_slice(), got.cut), (206, &b"bytes"[..], None));

    let heard = heard.lock().expect("asked");
    let mut times = Vec::new();
    for (first, headers, _) in heard.iter() {
        let path = first.split(' ').nth(1).expect("a path");
        let proof = signed(ACCOUNT_KEY, "GET", path, |name| headers.get(name).cloned());
        assert_eq!(headers["authorization"], format!("SharedKey logs:{proof}"));
        // Its own header goes before that of the service, and there is one.
        assert_eq!(headers["x-ms-version"], "2026-02-06");
        times.push(Timestamp::parse(&headers["x-ms-date"]).expect("a time"));
    }
    let there = Timestamp::parse("2026-11-24T14:00:00Z").expect("a time");
    assert!(times[0] < there && times[1] >= there, "{times:?}");
    assert!(times[2] > times[1], "it was waited after 503: {times:?}");
    assert_eq!((times[3], heard.len()), (times[2], 4));
}

/// Azure repeats the signature and what was signed in the text of its refusal.
#[test]
fn what_proves_who_asks_is_in_no_text() {
    const SIG: &str = "sv=2025-01-05&se=2026-12-01&sr=c&sp=rl&sig=aB3%2Fx9Qw7Lk2mZ%2BR5tYp8%3D";
    let said = format!("Signature did not match. String to sign used was {SIG}");
    let refused = error("403 No", "AuthenticationFailed", &said);
    let away = answer("302 Found", &format!("Location: http://127.0.0.1:1/x?{SIG}\r\n"), "");
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab".to_owned();
    for (answers, is_read) in [(vec![refused], false), (vec![away], false), (vec![cut], true)] {
        let (base, heard) = server(answers);
        let service = signing(&base, Sas(SIG.into()), &Arc::new(Moved::default()));
        let request = Request::from(base.join("/logs?comp=list").expect("an address"));
        let told = match whole(&service, &request) {
            Ok(got) => format!("{got:?}"),
            Err(failure) => format!("{failure:?} {}", failure.words(STORAGE.name)),
        };
        let asked = &heard.lock().expect("asked")[0].0;
        assert!(asked.starts_with(&format!("GET /logs?comp=list&{SIG} ")), "{asked}");
        assert!(!told.contains("aB3") && !told.contains("8%3D"), "{told}");
        assert_eq!(told.starts_with("Response"), is_read, "{told}");
    }
    // A name that leads nowhere: the error of the client knows the whole address.
    let base = Url::parse("http://127.0.0.1:1").expect("an address");
    let service = signing(&base, Sas(SIG.into()), &Arc::new(Moved::default()));
    let failure = whole(&service, &base.clone().into()).expect_err("nobody is there");
    let told = format!("{failure:?} {service:?}");
    assert!(!told.contains("aB3"), "{told}");
}

#[test]
fn the_proof_goes_to_no_other_host_than_the_services_own() {
    let (login, logins) = login();
    let (base, heard) = server(vec![answer("200 OK", "", "<Blobs>")]);
    let (other, other_heard) = server(vec![answer("200 OK", "", "<Blobs>")]);
    let service = storage(&base, &login, &Arc::new(Moved::default()));
    let failure = asked(&service, &other.clone().into(), &mut Reader::default());
    let told = failure.expect_err("not sent").words(STORAGE.name);
    assert!(told.contains("is not where Azure Storage is asked here"), "{told}");
    for heard in [heard, other_heard, logins] {
        assert!(heard.lock().expect("asked").is_empty());
    }
}

/// Of a blob is asked by range, whether it is still the same, what is new, and how large it is.
#[test]
fn ranges_tags_and_heads_are_answers_and_refusals_as_http_has_them() {
    let part =
        answer("206 Partial Content", "ETag: \"0x8D\"\r\nContent-Range: bytes 2-3/9\r\n", "cd");
    let same = answer("304 Not Modified", "ETag: \"0x8D\"\r\n", "");
    let head =
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9000000000\r\n\r\n".to_owned();
    let changed = error("412 Precondition Failed", "ConditionNotMet", "The condition is not met");
    let beyond = error("416 Range Not Satisfiable", "InvalidRange", "The range is invalid");
    let no_head =
        answer("404 Not Found", "x-ms-error-code: BlobNotFound\r\nConnection: close\r\n", "");
    let with = |verb: Verb, name: &'static str| {
        let (login, _) = login();
        let answers = vec![match (&verb, name) {
            (Verb::Head, "accept") => no_head.clone(),
            (Verb::Head, _) => head.clone(),
            (_, "if-match") => changed.clone(),
            (_, "x-ms-range") => beyond.clone(),
            (_, "range") => part.clone(),
            // To `if-none-match`, and where nobody asked for news.
            _ => same.clone(),
        }];
        let (base, heard) = server(answers);
        let service = storage(&base, &login, &Arc::new(Moved::default()));
        let headers = vec![(name, "\"0x8D\"".to_owned())];
        let request = Request { verb, headers, ..base.clone().into() };
        let got = whole(&service, &request);
        let heard = heard.lock().expect("asked");
        assert_eq!(heard[0].1[name], "\"0x8D\"");
        (got, heard.len(), heard[0].0.split(' ').next().unwrap_or_default().to_owned())
    };
    let (got, _, _) = with(Verb::Get, "range");
    let got = got.expect("a part");
    assert_eq!((got.status, got.body.as_slice()), (206, &b"cd"[..]));
    assert_eq!(got.headers["content-range"], "bytes 2-3/9");
    let (got, most, _) = with(Verb::Get, "if-none-match");
    let got = got.expect("no news");
    assert_eq!((got.status, got.body.len(), most), (304, 0, 1));
    let (got, _, method) = with(Verb::Head, "if-match");
    let got = got.expect("a head");
    assert_eq!((got.status, &*method), (200, "HEAD"));
    assert_eq!(got.headers["content-length"], "9000000000");
    assert_eq!((got.body.len(), got.cut), (0, None));
    for (verb, name, words) in [
        (Verb::Get, "if-match", "412 ConditionNotMet: The condition is not met (request 6f0c)"),
        (Verb::Get, "x-ms-range", "416 InvalidRange: The range is invalid (request 6f0c)"),
        (Verb::Head, "accept", "404 BlobNotFound"),
    ] {
        let (got, most, _) = with(verb, name);
        assert_eq!(got.expect_err(words).words(STORAGE.name), words);
        assert_eq!(most, 1, "{words}");
    }
    let (got, _, _) = with(Verb::Get, "accept");
    let told = got.expect_err("no answer").words(STORAGE.name);
    assert!(told.starts_with("a redirect (304) came instead of an answer"), "{told}");
}

/// What is stored packed has its ranges and its tag in packed bytes: unpacked on the way, a part of it
/// would be garbage, or bytes of another place.
#[test]
fn bytes_that_are_stored_packed_come_as_they_are_stored() {
    let packed =
        [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b, 4, 0, 0x43, 0xbe, 0xb7, 0xe8, 1, 0, 0, 0];
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let served = std::thread::spawn(move || {
        let mut asked = Vec::new();
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().expect("a connection");
            asked.push(read(&mut stream).1);
            let head = "HTTP/1.1 206 Partial Content\r\nConnection: close\r\nContent-Encoding: gzip\r\nContent-Length: 21\r\n\r\n";
            stream.write_all(head.as_bytes()).expect("answered");
            stream.write_all(&packed).expect("answered");
        }
        asked
    });
    let base = Url::parse(&base).expect("an address");
    let service = signing(&base, AccountKey(ACCOUNT_KEY.into()), &Arc::new(Moved::default()));
    let exact = whole(&service, &base.clone().into()).expect("an answer");
    assert_eq!(exact.body, packed);
    let (login, _) = login();
    let service = storage(&base, &login, &Arc::new(Moved::default()));
    assert_eq!(whole(&service, &base.into()).expect("an answer").body, b"a");
    let asked = served.join().expect("served");
    assert!(!asked[0].contains_key("accept-encoding") && asked[1]["accept-encoding"] == "gzip");
}

/// An answer is read piece by piece, no more of it than was allowed, and counts until it is dropped.
#[test]
fn a_body_is_read_as_it_comes_and_bounded() {
    let half = "HTTP/1.1 206 Partial Content\r\nContent-Length: 10\r\n\r\nabcde".to_owned();
    let (base, _) = server(vec![answer("206 Partial Content", "", &"x".repeat(300_000)), half]);
    let service = signing(&base, AccountKey(ACCOUNT_KEY.into()), &Arc::new(Moved::default()));
    let large = Request::from(base.clone());
    let small = Request { most_bytes: Some(1_000), ..base.clone().into() };
    in_a_runtime(async {
        let mut opened: Opened = taken(&service, &large).await.expect("opened");
        let (mut pieces, mut bytes) = (0, 0);
        while let Some(piece) = opened.body.next().await.expect("a piece") {
            (pieces, bytes) = (pieces + 1, bytes + piece.len());
        }
        assert!(pieces > 1 && bytes == 300_000 && opened.body.read() == 300_000, "{pieces}");
        // It is still held: one more may be asked for, a third waits.
        let mut cut: Opened = taken(&service, &small).await.expect("opened");
        let piece = cut.body.next().await.expect("a piece").expect("some");
        assert_eq!(piece, "abcde");
        let broken = cut.body.next().await.expect_err("cut");
        assert!(broken.contains("broke in the middle"), "{broken}");
        let third = taken::<Opened>(&service, &large);
        let waited = tokio::time::timeout(Duration::from_millis(20), third).await;
        assert!(waited.is_err(), "two are answered at once");
        drop(opened);
        assert!(taken::<Opened>(&service, &large).await.is_ok());
    });
    let (base, _) = server(vec![answer("206 Partial Content", "", &"x".repeat(1_001))]);
    let service = signing(&base, AccountKey(ACCOUNT_KEY.into()), &Arc::new(Moved::default()));
    let got = whole(&service, &Request { url: base, ..small }).expect("an answer");
    assert_eq!(got.cut.as_deref(), Some("the answer has more than 1000 bytes"));
    assert!(got.body.len() <= 1_000);
}

/// One account, two regions: what one is asked for costs nothing of the limit of the other.
#[test]
fn each_region_has_a_limit_of_its_own_and_one_sign_in_serves_both() {
    let (login, logins) = login();
    let blobs = answer("200 OK", "", "<Blobs><Blob/></Blobs>");
    let (west, _) = server(vec![blobs.clone()]);
    let (north, _) = server(vec![blobs]);
    let pace = Arc::new(Moved::default());
    let service = storage(&west, &login, &pace);
    let other = service.at(north.clone());
    let mut reader = Reader::default();
    for (service, base) in [(&service, &west), (&other, &north)].repeat(2) {
        asked(service, &base.clone().into(), &mut reader).expect("an answer");
    }
    assert_eq!(reader.waits, [], "two in a second, for each");
    assert_eq!(logins.lock().expect("asked").len(), 1);
    asked(&other, &north.clone().into(), &mut reader).expect("an answer");
    assert_eq!(reader.waits, [Waiting::Turn]);
}
