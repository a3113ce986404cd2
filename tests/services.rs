//! A service that is not Graph, through the same door: another audience, another limit, errors in XML.
//! Never Azure itself: a server on this computer that answers as Azure Storage does.
#![expect(clippy::disallowed_methods, reason = "a server of this test")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use entrail::http::api::{Api, Passing, passing, within_the_host};
use entrail::http::ask::{Answer, Request};
use entrail::http::client::Http;
use entrail::http::limiter::Limit;
use entrail::http::pace::{Pace, Wait};
use entrail::http::refused::{Refused, Said};
use entrail::http::service::{Asker, Service, Unread, Waiting};
use entrail::http::unanswered::Unanswered;
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
    most_bytes: 1 << 20,
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

/// What a server was asked: the first line, headers, body.
type Asked = (String, BTreeMap<String, String>, String);
type Heard = Arc<Mutex<Vec<Asked>>>;

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

fn read(stream: &mut TcpStream) -> Asked {
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
    type Got = String;
    type Stop = Unanswered;

    fn read(&mut self, answer: Answer) -> Result<String, Unread<Self>> {
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
    Service::new(&STORAGE, base.clone(), client, Arc::new(sign_in), pace)
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
    let request = Request { body: Some(("application/json", body)), ..base.clone().into() };
    assert!(asked(&service, &request, &mut Reader::default()).is_err());
    let heard = heard.lock().expect("asked");
    assert!(heard.iter().all(|(first, headers, body)| {
        first.starts_with("POST / ")
            && headers["content-type"] == "application/json"
            && body == "{\"query\":\"AuditLogs | take 1\"}"
    }));
    assert_eq!(heard.len(), 3);
}
