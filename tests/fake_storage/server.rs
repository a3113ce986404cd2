//! The HTTP side: reads requests, checks who asks, answers, and damages answers.
//! Never answers what the service would not.
#![expect(
    clippy::format_push_string,
    clippy::format_collect,
    clippy::disallowed_methods,
    reason = "a service of tests"
)]

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use super::client::signature;
use super::{ACCOUNT, Auth, Blob, Fault, Seen, State};

pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_secs() as i64
}

pub fn http_date(seconds: i64) -> String {
    let stamp = jiff::Timestamp::from_second(seconds).expect("a time");
    jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&stamp).expect("a date")
}

pub fn run(listener: &TcpListener, state: &Arc<Mutex<State>>) {
    for stream in listener.incoming() {
        let (Ok(stream), state) = (stream, Arc::clone(state)) else { return };
        std::thread::spawn(move || {
            // Who asked may be gone.
            let _ = serve(stream, &state);
        });
    }
}

struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Reply {
    fn of(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    fn error(status: u16, code: &str) -> Self {
        let body = format!(
            "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>{code}, as the service words it.\nRequestId:6f0c</Message></Error>"
        );
        let mut reply = Self::of(status, body);
        reply.headers.push(("x-ms-error-code", code.to_owned()));
        reply.headers.push(("x-ms-request-id", "6f0c".to_owned()));
        reply
    }
}

fn serve(stream: TcpStream, state: &Mutex<State>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first)? == 0 {
            return Ok(());
        }
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
        let len = headers.get("content-length").and_then(|len| len.parse().ok()).unwrap_or(0);
        let mut body = vec![0; len];
        reader.read_exact(&mut body)?;
        let mut words = first.split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let url = url::Url::parse(&format!("http://a{target}")).expect("an address");
        let query = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned()));
        let path = percent_encoding::percent_decode_str(url.path()).decode_utf8().expect("UTF-8");
        let mut seen = Seen {
            method: method.to_owned(),
            path: path
                .trim_start_matches(&format!("/{ACCOUNT}"))
                .trim_start_matches('/')
                .to_owned(),
            query: query.collect(),
            headers,
            status: 0,
        };
        let (reply, fault, date) = {
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            let state = &mut *state;
            let fault = (state.fault)(&seen, &mut state.containers);
            let reply = match &fault {
                Fault::Status(status, code) => Reply::error(*status, code),
                _ => answer(state, &seen, &url, &body),
            };
            seen.status = reply.status;
            state.seen.push(seen);
            (reply, fault, now() + state.ahead)
        };
        let Reply { status, headers, body } = reply;
        let mut head = format!("HTTP/1.1 {status} Answer\r\nDate: {}\r\n", http_date(date));
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
        match fault {
            Fault::Close => return Ok(()),
            Fault::Cut(at) if at < body.len() => {
                writer.write_all(head.as_bytes())?;
                writer.write_all(&body[..at])?;
                return writer.flush();
            }
            _ => {
                writer.write_all(head.as_bytes())?;
                writer.write_all(&body)?;
            }
        }
    }
}

fn answer(state: &mut State, seen: &Seen, url: &url::Url, body: &[u8]) -> Reply {
    if seen.path.ends_with("oauth2/v2.0/token") {
        state.tokens += 1;
        let token = format!("{{\"access_token\":\"token-{}\",\"expires_in\":3600}}", state.tokens);
        return Reply::of(200, token);
    }
    if let Some(refused) = unproven(state, seen, url) {
        return refused;
    }
    if !seen.headers.contains_key("x-ms-version") {
        return Reply::error(400, "MissingRequiredHeader");
    }
    let (container, name) = seen.path.split_once('/').unwrap_or((&seen.path, ""));
    match (seen.method.as_str(), container, name) {
        ("PUT", container, "") => {
            state.containers.entry(container.to_owned()).or_default();
            Reply::of(201, "")
        }
        ("PUT", container, name)
            if seen.query.get("comp").is_some_and(|comp| comp == "appendblock") =>
        {
            state.append(container, name, body);
            Reply::of(201, "")
        }
        ("PUT", container, name) => {
            let is_append = seen.header("x-ms-blob-type") == "AppendBlob";
            state.put(container, name, body, is_append);
            Reply::of(201, "")
        }
        ("GET", "", "") if seen.is_list() => containers(state, seen),
        ("GET", container, "") if seen.is_list() => match state.containers.get(container) {
            Some(blobs) => list(blobs, seen, state.page),
            None => Reply::error(404, "ContainerNotFound"),
        },
        ("GET", container, name) => {
            match state.containers.get(container).map(|blobs| blobs.get(name)) {
                None => Reply::error(404, "ContainerNotFound"),
                Some(None) => Reply::error(404, "BlobNotFound"),
                Some(Some(blob)) if blob.is_archived => Reply::error(409, "BlobArchived"),
                Some(Some(blob)) => part(blob, seen),
            }
        }
        _ => Reply::error(405, "UnsupportedHttpVerb"),
    }
}

/// Why who asks may not.
fn unproven(state: &State, seen: &Seen, url: &url::Url) -> Option<Reply> {
    let said = seen.header("authorization");
    match &state.auth {
        Auth::Key => {
            let signed =
                format!("SharedKey {ACCOUNT}:{}", signature(&seen.method, url, &seen.headers));
            let at =
                jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(seen.header("x-ms-date"));
            let off = at.map_or(i64::MAX, |at| (at.as_second() - now() - state.ahead).abs());
            (said != signed || off > 900).then(|| Reply::error(403, "AuthenticationFailed"))
        }
        Auth::Signature(signature) => {
            let is_there = seen.query.get("sig") == Some(signature);
            (!is_there || !said.is_empty()).then(|| Reply::error(403, "AuthenticationFailed"))
        }
        Auth::Token if said.is_empty() => Some(Reply::error(401, "NoAuthenticationInformation")),
        Auth::Token => {
            let is_last = said == format!("Bearer token-{}", state.tokens);
            (!is_last).then(|| Reply::error(401, "InvalidAuthenticationInfo"))
        }
    }
}

fn part(blob: &Blob, seen: &Seen) -> Reply {
    let etag = format!("\"0x{:X}\"", blob.version);
    if !seen.header("if-match").is_empty() && seen.header("if-match") != etag {
        return Reply::error(412, "ConditionNotMet");
    }
    let range = seen.header("range").strip_prefix("bytes=").and_then(|range| range.split_once('-'));
    let len = blob.bytes.len();
    let mut headers = vec![
        ("ETag", etag),
        ("x-ms-blob-type", if blob.is_append { "AppendBlob" } else { "BlockBlob" }.to_owned()),
        ("x-ms-creation-time", blob.created.clone()),
    ];
    let Some((from, to)) = range else {
        return Reply { status: 200, headers, body: blob.bytes.clone() };
    };
    let from: usize = from.parse().expect("a number");
    let to = to.parse().map_or(len, |to: usize| to + 1).min(len);
    if from >= len {
        return Reply::error(416, "InvalidRange");
    }
    headers.push(("Content-Range", format!("bytes {from}-{}/{len}", to - 1)));
    Reply { status: 206, headers, body: blob.bytes[from..to].to_vec() }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn containers(state: &State, seen: &Seen) -> Reply {
    let prefix = seen.query.get("prefix").map_or("", String::as_str);
    let names = state.containers.keys().filter(|name| name.starts_with(prefix));
    let names: String =
        names.map(|name| format!("<Container><Name>{name}</Name></Container>")).collect();
    Reply::of(
        200,
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults><Containers>{names}</Containers><NextMarker /></EnumerationResults>"
        ),
    )
}

fn list(blobs: &BTreeMap<String, Blob>, seen: &Seen, most: usize) -> Reply {
    let text = |name: &str| seen.query.get(name).map_or("", String::as_str);
    let (prefix, delimiter, marker) = (text("prefix"), text("delimiter"), text("marker"));
    let mut entries: BTreeMap<String, Option<&Blob>> = BTreeMap::new();
    for (name, blob) in blobs.iter().filter(|(name, _)| name.starts_with(prefix)) {
        let rest = &name[prefix.len()..];
        match rest.find(delimiter).filter(|_| !delimiter.is_empty()) {
            Some(at) => {
                entries.insert(name[..prefix.len() + at + delimiter.len()].to_owned(), None)
            }
            None => entries.insert(name.clone(), Some(blob)),
        };
    }
    let mut rest = entries.into_iter().filter(|(name, _)| name.as_str() >= marker);
    let mut body = String::new();
    for (name, blob) in rest.by_ref().take(most) {
        let name = escaped(&name);
        match blob {
            None => body.push_str(&format!("<BlobPrefix><Name>{name}</Name></BlobPrefix>")),
            Some(blob) => body.push_str(&format!(
                "<Blob><Name>{name}</Name><Properties><Last-Modified>{}</Last-Modified><Etag>0x{:X}</Etag><Content-Length>{}</Content-Length></Properties></Blob>",
                http_date(blob.modified), blob.version, blob.bytes.len()
            )),
        }
    }
    let next = rest.next().map_or(String::new(), |(name, _)| escaped(&name));
    Reply::of(
        200,
        format!(
            "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults><Blobs>{body}</Blobs><NextMarker>{next}</NextMarker></EnumerationResults>"
        ),
    )
}
