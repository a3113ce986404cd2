//! An event hub for tests: real TCP and TLS, a door that wants to know who asks, and messages behind it.
//! Behind the door there is a fake broker, or a real one.
#![expect(clippy::disallowed_methods, reason = "a service of tests")]

pub mod broker;
pub mod bytes;
pub mod front;
pub mod producer;

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use broker::Log;

/// The connection string that opens the door.
pub const CONNECTION: &str = "Endpoint=sb://127.0.0.1/;SharedAccessKeyName=listen;SharedAccessKey=bGlzdGVuLWxpc3Rlbi1saXN0ZW4tMDAwMQ==";

/// A request that came.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its number.
    pub key: i16,
}

/// What goes wrong with an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    None,
    /// The connection is closed in its place.
    Close,
    /// It breaks off after so many bytes.
    Cut(usize),
    /// Everything in it has this error.
    Code(i16),
    /// One partition has this error.
    CodeOf(i32, i16),
    /// A partition has no leader.
    NoLeader(i32),
    /// Nothing comes, and so many milliseconds are to be waited.
    Throttle(i32),
}

type Faults = Box<dyn FnMut(&Seen, &mut BTreeMap<String, Vec<Log>>) -> Fault + Send>;

/// What is behind the door, and who may open it.
pub struct State {
    pub hubs: BTreeMap<String, Vec<Log>>,
    pub fault: Faults,
    pub connections: Vec<String>,
    pub tokens: Vec<String>,
    /// How long a proof is good for.
    pub lifetime: Option<Duration>,
    /// How often it was proven who asks, and how often a connection was closed for want of that.
    pub proofs: u64,
    pub expired: u64,
    /// Requests that are not understood.
    pub lacks: Vec<i16>,
    /// Does an answer end with a piece of the next batch?
    pub cuts_batches: bool,
    /// Requests that came.
    pub seen: Vec<i16>,
}

/// A hub that several threads serve.
pub struct Shared {
    state: Mutex<State>,
    pub ports: Vec<u16>,
    /// The port of the real broker behind the door.
    pub real: Option<u16>,
}

impl Shared {
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fault(&self, seen: &Seen) -> Fault {
        let state = &mut *self.state();
        state.seen.push(seen.key);
        (state.fault)(seen, &mut state.hubs)
    }
}

/// A namespace of so many brokers.
pub struct FakeHub {
    pub shared: Arc<Shared>,
}

impl FakeHub {
    pub fn start(brokers: usize) -> Self {
        Self::before(brokers, None)
    }

    /// A door before a real broker.
    pub fn before(brokers: usize, real: Option<u16>) -> Self {
        let listeners: Vec<TcpListener> =
            (0..brokers).map(|_| TcpListener::bind("127.0.0.1:0").expect("a port")).collect();
        let ports = listeners.iter().map(|one| one.local_addr().expect("a port").port()).collect();
        let state = State {
            hubs: BTreeMap::new(),
            fault: Box::new(|_, _| Fault::None),
            connections: vec![CONNECTION.to_owned()],
            tokens: Vec::new(),
            lifetime: None,
            proofs: 0,
            expired: 0,
            lacks: Vec::new(),
            cuts_batches: true,
            seen: Vec::new(),
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), ports, real });
        for (broker, listener) in listeners.into_iter().enumerate() {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || front::run(&listener, broker, &shared));
        }
        Self { shared }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }

    /// Makes a hub of so many partitions, led in turn.
    pub fn make(&self, hub: &str, partitions: usize) {
        let brokers = self.shared.ports.len();
        let log = |partition| Log { leader: partition % brokers, ..Log::default() };
        self.state().hubs.insert(hub.to_owned(), (0..partitions).map(log).collect());
    }

    /// What is done with a partition.
    pub fn log<T>(&self, hub: &str, partition: usize, work: impl FnOnce(&mut Log) -> T) -> T {
        work(&mut self.state().hubs.get_mut(hub).expect("a hub")[partition])
    }

    /// How the hub is named.
    pub fn address(&self, hub: &str) -> String {
        format!("127.0.0.1:{}/{hub}", self.shared.ports[0])
    }
}
