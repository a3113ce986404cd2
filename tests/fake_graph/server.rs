//! The HTTP side: reads requests, asks the rooms beside it, and damages answers as the script says.
//! Never knows what is in an answer.

use std::io;
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::Response;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::oneshot;
use tokio_util::io::ReaderStream;

use super::faults::Fault;
use super::{Seen, Shared, login, logs};

/// Bytes of a request body; more is none of ours.
const LARGEST: usize = 1 << 20;

/// An answer before it goes over the wire.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Reply {
    pub fn json(status: u16, body: &impl ToString) -> Self {
        let kind = "application/json; charset=utf-8".to_owned();
        Self { status, headers: vec![("content-type", kind)], body: body.to_string() }
    }

    pub fn with(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }
}

/// Serves until it is told to stop; open connections end then.
pub fn run(listener: TcpListener, shared: Arc<Shared>, stopped: oneshot::Receiver<()>) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        listener.set_nonblocking(true).expect("a listener");
        let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
        let router = Router::new().fallback(answer).with_state(shared);
        tokio::select! {
            served = axum::serve(listener, router) => served.expect("a server"),
            _ = stopped => {}
        }
    });
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LARGEST).await.unwrap_or_default();
    let decoded = |bytes: &[u8]| {
        url::form_urlencoded::parse(bytes)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect()
    };
    let address = parts.uri.path_and_query().map_or("/", |address| address.as_str());
    let path = parts.uri.path();
    let mut seen = Seen {
        method: parts.method.to_string(),
        address: address.to_owned(),
        query: decoded(parts.uri.query().unwrap_or_default().as_bytes()),
        form: decoded(&body),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| {
                (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect(),
        after: shared.started.elapsed(),
        status: 0,
        fault: None,
        undocumented: Vec::new(),
    };
    let (reply, now) = {
        let mut state = shared.state();
        let log = path.strip_prefix('/').and_then(|path| path.split_once("/auditLogs/"));
        let reply = match log {
            Some((version, endpoint)) => {
                logs::answer(&mut state, &shared.base, (version, endpoint), &mut seen)
            }
            None => login::answer(&mut state, &shared.base, path, &seen),
        };
        seen.status = reply.status;
        let fault = seen.fault.clone();
        state.seen.push(seen);
        let now = state.now() + if let Some(Fault::Date(by)) = fault { by } else { 0 };
        ((reply, fault), now)
    };
    respond(reply.0, reply.1, now).await
}

async fn respond(reply: Reply, fault: Option<Fault>, now: i64) -> Response {
    let body = Bytes::from(reply.body);
    let date = jiff::Timestamp::from_second(now).ok().and_then(|now| {
        jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now).ok()
    });
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    if let Some(date) = date {
        response = response.header(header::DATE, date);
    }
    let cut = |bytes: Bytes, answered: bool| {
        Body::from_stream(ReaderStream::new(Cut { bytes, flushed: !answered }))
    };
    let length = body.len();
    let body = match fault {
        Some(Fault::Delay(time)) => {
            tokio::time::sleep(time).await;
            Body::from(body)
        }
        Some(Fault::Cut(at)) => {
            response = response.header(header::CONTENT_LENGTH, length);
            cut(body.slice(..at % length.max(1)), true)
        }
        Some(Fault::NoAnswer) => cut(Bytes::new(), false),
        Some(Fault::Close) => {
            response = response.header(header::CONNECTION, "close");
            Body::from(body)
        }
        _ => Body::from(body),
    };
    response.body(body).expect("an answer")
}

/// Some bytes, and then the end of the connection.
struct Cut {
    bytes: Bytes,
    /// Whether what was read is out on the wire: an error takes with it what still waits to be written.
    flushed: bool,
}

impl AsyncRead for Cut {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.bytes.is_empty() {
            let some = self.bytes.len().min(buffer.remaining());
            buffer.put_slice(&self.bytes.split_to(some));
            return Poll::Ready(Ok(()));
        }
        if !self.flushed {
            self.flushed = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
    }
}
