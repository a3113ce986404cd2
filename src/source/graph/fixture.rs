//! A small Graph for tests: a server on this computer, a tenant's records, and a clock that is moved by waiting.
//! Never takes real time, and never answers what no test made it answer.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::logs::{Log, find};
use super::page::Page;
use super::slices::Slice;
use super::*;
use crate::http::pace::{Pace, Wait};
use crate::http::proof::{Token, Tokens};
pub use crate::source::pulled::{Outcome, Stopped};
use crate::time::{Window, ticks};

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect(text)
}

pub fn window(start: &str, end: &str) -> Window {
    Window { start: at(start), end: at(end) }
}

pub fn log(name: &str) -> &'static Log {
    find(name).expect(name)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What was asked of the server.
#[derive(Clone, Debug)]
pub struct Call {
    pub url: Url,
    pub head: String,
    /// When, on the test's clock.
    pub when: Duration,
}

impl Call {
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The first and the last instant of the filter, both included.
    pub fn bounds(&self) -> (Timestamp, Timestamp) {
        let filter = self.parameter("$filter").expect("a filter");
        let words: Vec<&str> = filter.split(' ').collect();
        let time = |at: usize| Timestamp::parse(words[at]).expect("a time");
        match (words[1], words[5]) {
            ("ge", "le") => (time(2), time(6)),
            ("gt", "lt") => (time(2).plus(1), time(6).plus(-1)),
            _ => panic!("{filter}"),
        }
    }
}

/// What the server does.
#[derive(Clone, Default, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// Bytes of the body after which the connection breaks.
    pub cut: Option<usize>,
    /// Never answers.
    pub hangs: bool,
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    pub fn json(body: &str) -> Self {
        Self { status: 200, body: body.as_bytes().to_vec(), ..Self::default() }
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// The clock of a test: waiting moves it.
#[derive(Default, Debug)]
pub struct TestPace {
    elapsed: Mutex<Duration>,
    /// Ticks by which this computer's clock is ahead.
    pub ahead: std::sync::atomic::AtomicI64,
    sleeps: Mutex<Vec<Duration>>,
    /// Waits longer than this never end.
    stuck_after: Option<Duration>,
    pub stuck: Notify,
    pub hung: Notify,
}

impl TestPace {
    /// A clock whose waits longer than this never end.
    pub fn stuck_after(time: Duration) -> Self {
        Self { stuck_after: Some(time), ..Self::default() }
    }

    pub fn sleeps(&self) -> Vec<Duration> {
        locked(&self.sleeps).clone()
    }

    pub fn forward(&self, time: Duration) {
        *locked(&self.elapsed) += time;
    }
}

impl Pace for TestPace {
    fn now(&self) -> Timestamp {
        at("2026-05-31T00:00:00Z")
            .plus(ticks(self.elapsed()))
            .plus(self.ahead.load(Ordering::Relaxed))
    }

    fn elapsed(&self) -> Duration {
        *locked(&self.elapsed)
    }

    fn sleep(&self, time: Duration) -> Wait<'_> {
        locked(&self.sleeps).push(time);
        if self.stuck_after.is_some_and(|after| time > after) {
            self.stuck.notify_one();
            return Box::pin(std::future::pending());
        }
        self.forward(time);
        Box::pin(tokio::task::yield_now())
    }

    fn limit(&self, _time: Duration) -> Wait<'_> {
        Box::pin(self.hung.notified())
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

/// A server that answers as a test says, one request after the other.
pub struct Server {
    base: Url,
    pub pace: Arc<TestPace>,
    asked: Arc<Mutex<Vec<Call>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub fn start(answer: impl FnMut(&Call) -> Reply + Send + 'static) -> Self {
        Self::with_pace(TestPace::default(), answer)
    }

    pub fn with_pace(
        pace: TestPace,
        mut answer: impl FnMut(&Call) -> Reply + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let base = Url::parse(&format!("http://{address}")).expect("an address");
        let (asked, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let pace = Arc::new(pace);
        let (seen, stopped, clock, root) =
            (Arc::clone(&asked), Arc::clone(&stop), Arc::clone(&pace), base.clone());
        let serve = move || {
            let mut hanging = Vec::new();
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(mut stream) = stream else { continue };
                let Some(head) = head(&mut stream) else { continue };
                let target = head.split(' ').nth(1).unwrap_or("/").to_owned();
                let url = root.join(&target).expect("a target");
                let asked = Call { url, head, when: clock.elapsed() };
                let reply = answer(&asked);
                locked(&seen).push(asked);
                if reply.hangs {
                    clock.hung.notify_one();
                    hanging.push(stream);
                } else {
                    // The other side may be gone.
                    let _ = write(&mut stream, &reply);
                }
            }
        };
        let thread = Builder::new().name("graph".to_owned()).spawn(serve).expect("a thread");
        Self { base, pace, asked, stop, thread: Some(thread) }
    }

    pub fn asked(&self) -> Vec<Call> {
        locked(&self.asked).clone()
    }

    pub fn service(&self) -> Service {
        self.service_with(Arc::new(AnyToken::default()))
    }

    pub fn service_with(&self, tokens: Arc<dyn Tokens>) -> Service {
        Service::new(self.base.clone(), client(), tokens, Arc::clone(&self.pace) as Arc<dyn Pace>)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let port = self.base.port().unwrap_or_default();
        let _ = TcpStream::connect(("127.0.0.1", port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut block = [0; 4096];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut block) {
            Ok(count) if count > 0 => head.extend_from_slice(&block[..count]),
            _ => return None,
        }
    }
    String::from_utf8(head).ok()
}

fn write(stream: &mut TcpStream, reply: &Reply) -> io::Result<()> {
    let Reply { status, headers, body, cut, .. } = reply;
    write!(
        stream,
        "HTTP/1.1 {status} Any\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    )?;
    for (name, value) in headers {
        write!(stream, "{name}: {value}\r\n")?;
    }
    stream.write_all(b"\r\n")?;
    stream.write_all(&body[..cut.unwrap_or(body.len()).min(body.len())])
}

pub fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client")
}

/// Gives tokens with a number that grows when a renewed one is asked for.
#[derive(Default)]
pub struct AnyToken {
    pub renewals: Mutex<u32>,
}

impl Tokens for AnyToken {
    fn token(&self, renewed: bool) -> Token<'_> {
        let mut renewals = locked(&self.renewals);
        *renewals += u32::from(renewed);
        let token = format!("token-{renewals}");
        Box::pin(async move { Ok(token.into()) })
    }
}

/// Records of a tenant, in order of time.
#[derive(Clone, Debug)]
pub struct Tenant {
    pub records: Vec<(Timestamp, String)>,
    /// Records of a page.
    pub page: usize,
}

impl Tenant {
    /// So many records, one every `every`, from the first of May on.
    pub fn new(count: usize, every: Duration, page: usize) -> Self {
        let record = |number: usize| {
            let time = at("2026-05-01").plus(ticks(every) * number as i64);
            (time, record(number, time))
        };
        Self { records: (0..count).map(record).collect(), page }
    }

    pub fn lines(&self) -> Vec<String> {
        self.records.iter().map(|(_, line)| line.clone()).collect()
    }

    /// The page that is asked for.
    pub fn answer(&self, asked: &Call) -> Reply {
        let (first, last) = asked.bounds();
        let all: Vec<&str> = (self.records.iter())
            .filter(|(time, _)| (first..=last).contains(time))
            .map(|(_, line)| line.as_str())
            .collect();
        let skip = asked.parameter("$skiptoken").map_or(0, |token| token.parse().expect("ours"));
        let end = (skip + self.page).min(all.len());
        let mut next = String::new();
        if end < all.len() {
            let mut link = asked.url.clone();
            let kept: Vec<(String, String)> =
                link.query_pairs().into_owned().filter(|(key, _)| key != "$skiptoken").collect();
            link.query_pairs_mut()
                .clear()
                .extend_pairs(kept)
                .append_pair("$skiptoken", &end.to_string());
            next = format!(
                "\"@odata.nextLink\":{},",
                serde_json::to_string(link.as_str()).expect("text")
            );
        }
        Reply::json(&format!("{{{next}\"value\":[{}]}}", all[skip.min(end)..end].join(",")))
    }
}

pub fn record(number: usize, time: Timestamp) -> String {
    format!(
        r#"{{"id":"Directory_{number:06}","category":"UserManagement","activityDisplayName":"Add user","activityDateTime":"{time}","loggedByService":"Core Directory","result":"success","initiatedBy":{{}},"targetResources":[]}}"#
    )
}

/// A sink that keeps everything.
#[derive(Default, Debug)]
pub struct Everything {
    pub lines: Vec<String>,
    pub done: Vec<Done>,
    pub missing: Vec<Missing>,
    pub states: Vec<State>,
    pub fails: bool,
}

impl Everything {
    /// What was told to be lost, and not only odd.
    pub fn lost(&self) -> Vec<&Missing> {
        self.missing.iter().filter(|missing| missing.lost).collect()
    }

    /// What was told to be odd.
    pub fn odd(&self) -> Vec<&str> {
        let odd = self.missing.iter().filter(|missing| !missing.lost);
        odd.map(|missing| missing.reason.as_str()).collect()
    }

    pub fn sorted(&self) -> Vec<String> {
        let mut lines = self.lines.clone();
        lines.sort_unstable();
        lines
    }
}

impl Sink for Everything {
    fn page(&mut self, _slice: &Slice, page: &Page) -> io::Result<()> {
        if self.fails {
            return Err(io::Error::other("the disk is full"));
        }
        let text = std::str::from_utf8(page.lines()).expect("text");
        self.lines.extend(text.lines().map(str::to_owned));
        Ok(())
    }

    fn slice_done(&mut self, done: &Done) -> io::Result<()> {
        self.done.push(done.clone());
        Ok(())
    }

    fn progress(&mut self, state: &State) {
        self.states.push(*state);
    }

    fn trouble(&mut self, missing: Missing) {
        self.missing.push(missing);
    }
}

/// Logs to fill an archive with, as a request says.
pub fn logs(service: Service, request: Request) -> Logs {
    Logs::new(Arc::new(service), "t", move |_| request.clone())
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Pulls to the end.
pub fn pulled(service: &Service, request: &Request, sink: &mut dyn Sink) -> Outcome {
    runtime().block_on(pull(service, request, sink, &CancellationToken::new()))
}
