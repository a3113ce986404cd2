//! A Microsoft Graph of its own on the loopback interface: what tests and people start, script and look into.
//! Never leaves the machine, and knows no tenant but the invented one; a request that Graph would not
//! understand fails the test that made it.
//!
//! To use it in a test: `#[path = "fake_graph/graph.rs"] mod fake_graph;`.
#![expect(clippy::disallowed_methods, reason = "a server has a thread and a clock")]
#![allow(dead_code, reason = "each test uses a part of it")]

pub mod faults;
mod login;
mod logs;
pub mod odata;
mod server;
pub mod shapes;
pub mod tenant;
pub mod tokens;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::oneshot;

pub use faults::{Fault, Faults};
pub use login::Answer;
pub use tenant::{Grant, Tenant};

/// A running server. It ends with this value, which fails the test if a request did not fit.
pub struct FakeGraph {
    shared: Arc<Shared>,
    local: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    /// Path and query as sent.
    pub address: String,
    /// The query, decoded.
    pub query: Vec<(String, String)>,
    /// The form, decoded; of requests to the login.
    pub form: Vec<(String, String)>,
    /// By lower-case name.
    pub headers: BTreeMap<String, String>,
    /// Since the start of the server.
    pub after: Duration,
    /// The status it was answered with.
    pub status: u16,
    /// The fault it met.
    pub fault: Option<Fault>,
    /// Parts of the filter that are answered although nobody documents them.
    pub undocumented: Vec<String>,
}

impl Seen {
    /// The value of a query option.
    pub fn option(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What handle and server share.
struct Shared {
    base: String,
    started: Instant,
    state: Mutex<State>,
}

/// All that changes.
pub struct State {
    tenant: Tenant,
    /// Newest first.
    records: BTreeMap<&'static str, Vec<Arc<logs::Record>>>,
    faults: Faults,
    seen: Vec<Seen>,
    unfit: Vec<String>,
    /// What a next link leads to, by path and query.
    pages: HashMap<String, logs::Page>,
    clock: Option<i64>,
    /// Of tokens and links, so that no two are the same.
    count: u64,
    /// Access tokens with a lower number are refused.
    revoked: u64,
    refresh: HashSet<String>,
    devices: HashSet<String>,
    answers: VecDeque<Answer>,
    recent: VecDeque<Instant>,
    /// Tokens and codes that were handed out.
    secrets: Vec<String>,
}

impl State {
    /// Seconds since 1970.
    fn now(&self) -> i64 {
        let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
        self.clock.unwrap_or_else(|| clock() as i64)
    }

    fn number(&mut self) -> u64 {
        self.count += 1;
        self.count
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FakeGraph {
    /// Starts a server with the tenant's records on a free port.
    pub fn start(tenant: Tenant) -> Self {
        Self::start_at(tenant, 0)
    }

    /// Starts it on that port; 0 is any.
    pub fn start_at(tenant: Tenant, port: u16) -> Self {
        Self::start_as(tenant, port, None)
    }

    /// Starts it behind something else, by whose address (`https://HOST`) its clients know it.
    pub fn start_behind(tenant: Tenant, address: &str) -> Self {
        Self::start_as(tenant, 0, Some(address.to_owned()))
    }

    fn start_as(mut tenant: Tenant, port: u16, address: Option<String>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("a port on 127.0.0.1");
        let local = listener.local_addr().expect("an address");
        let base = address.unwrap_or_else(|| format!("http://{local}"));
        let lines = std::mem::take(&mut tenant.logs);
        let shared = Arc::new(Shared {
            base,
            started: Instant::now(),
            state: Mutex::new(State {
                tenant,
                records: BTreeMap::new(),
                faults: Faults::none(),
                seen: Vec::new(),
                unfit: Vec::new(),
                pages: HashMap::new(),
                clock: None,
                count: 0,
                revoked: 0,
                refresh: HashSet::new(),
                devices: HashSet::new(),
                answers: VecDeque::new(),
                recent: VecDeque::new(),
                secrets: Vec::new(),
            }),
        });
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&shared);
        let thread = std::thread::spawn(move || server::run(listener, served, stopped));
        let graph = Self { shared, local, stop: Some(stop), thread: Some(thread) };
        for (endpoint, lines) in lines {
            graph.add(endpoint, lines);
        }
        graph
    }

    /// Where login, Graph and managed identity are, without a slash: `http://127.0.0.1:PORT`, or what
    /// it is behind.
    pub fn base(&self) -> String {
        self.shared.base.clone()
    }

    /// Where it listens itself.
    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// All tokens and codes that were handed out so far.
    pub fn secrets(&self) -> Vec<String> {
        self.shared.state().secrets.clone()
    }

    /// All requests so far, in their order.
    pub fn requests(&self) -> Vec<Seen> {
        self.shared.state().seen.clone()
    }

    /// How many there were.
    pub fn count(&self) -> usize {
        self.shared.state().seen.len()
    }

    /// What goes wrong from now on.
    pub fn script(&self, faults: Faults) {
        self.shared.state().faults = faults;
    }

    /// Records that arrive late.
    pub fn add(&self, endpoint: &'static str, lines: impl IntoIterator<Item = String>) {
        let mut state = self.shared.state();
        let records = state.records.entry(endpoint).or_default();
        records.extend(lines.into_iter().map(|line| Arc::new(logs::Record::new(endpoint, line))));
        // Stable, and by instant: text compares fractions of other lengths wrongly.
        records.sort_by_key(|record| std::cmp::Reverse(record.at));
    }

    /// The records of a collection as they are sent, newest first.
    pub fn lines(&self, endpoint: &str) -> Vec<String> {
        let state = self.shared.state();
        state
            .records
            .get(endpoint)
            .into_iter()
            .flatten()
            .map(|record| record.line.clone())
            .collect()
    }

    /// Changes the tenant: its licence, page size, what tokens allow.
    pub fn change(&self, change: impl FnOnce(&mut Tenant)) {
        change(&mut self.shared.state().tenant);
    }

    /// Sets the clock of expiry and of `Date` in seconds since 1970; without it that of the machine counts.
    pub fn set_clock(&self, seconds: i64) {
        self.shared.state().clock = Some(seconds);
    }

    /// An access token.
    pub fn token(&self, grant: &Grant) -> String {
        tokens::access(&mut self.shared.state(), grant).0
    }

    /// A token of the issuer that the application trusts, as a workload has it in a file.
    pub fn federated_token(&self, lifetime: i64) -> String {
        tokens::federated(&self.shared.state(), lifetime)
    }

    /// All access tokens so far are refused with 401.
    pub fn revoke_tokens(&self) {
        let mut state = self.shared.state();
        state.revoked = state.number();
    }

    /// All refresh tokens so far are refused.
    pub fn revoke_refresh_tokens(&self) {
        self.shared.state().refresh.clear();
    }

    /// How the next polls for a device code are answered; when none is left, it is granted.
    pub fn device(&self, answers: impl IntoIterator<Item = Answer>) {
        self.shared.state().answers = answers.into_iter().collect();
    }

    /// No next link so far leads anywhere any more.
    pub fn forget_pages(&self) {
        self.shared.state().pages.clear();
    }

    /// The requests that did not fit Graph's shapes, with its words; they no longer fail the test.
    pub fn take_unfit(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.state().unfit)
    }
}

impl Drop for FakeGraph {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().is_none_or(|thread| thread.join().is_ok());
        if !std::thread::panicking() {
            let unfit = self.take_unfit();
            assert!(unfit.is_empty(), "Graph does not understand: {unfit:#?}");
            assert!(ended, "the server panicked");
        }
    }
}
