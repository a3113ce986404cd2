//! Azure Storage on this machine, as far as entrail asks it: blobs in memory behind real HTTP, damaged as a test wants.
//! Never lenient: a request that the service would refuse is refused, with its code.
//!
//! Not every test uses all of it.
#![allow(dead_code, reason = "each of those who share it uses a part")]

pub mod client;
mod server;

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The account of every emulator.
pub const ACCOUNT: &str = "devstoreaccount1";
/// Its key.
pub const KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// One blob.
#[derive(Clone, Default)]
pub struct Blob {
    pub bytes: Vec<u8>,
    pub is_append: bool,
    /// Another number for everything it ever was.
    pub version: u64,
    pub created: String,
    /// Seconds since 1970.
    pub modified: i64,
    /// Is it in the archive tier?
    pub is_archived: bool,
}

/// What one request was.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    /// The path, decoded, without the account.
    pub path: String,
    pub query: BTreeMap<String, String>,
    pub headers: BTreeMap<String, String>,
    pub status: u16,
}

impl Seen {
    pub fn is_list(&self) -> bool {
        self.query.get("comp").is_some_and(|comp| comp == "list")
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// What is done to an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    None,
    /// This status and code come instead.
    Status(u16, &'static str),
    /// So many bytes of the body come.
    Cut(usize),
    /// Nothing comes.
    Close,
}

/// Blobs by name, of each container.
pub type Containers = BTreeMap<String, BTreeMap<String, Blob>>;

/// What goes wrong with a request; it may change what is there.
pub type GoesWrong = dyn FnMut(&Seen, &mut Containers) -> Fault + Send;

/// Who may ask.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Auth {
    /// Who signs with the account key.
    Key,
    /// Who has this signature in the query.
    Signature(String),
    /// Who has the token that was handed out last.
    Token,
}

pub struct State {
    pub containers: Containers,
    pub seen: Vec<Seen>,
    pub auth: Auth,
    /// Names on a page.
    pub page: usize,
    /// Seconds that the clock is ahead.
    pub ahead: i64,
    /// Tokens that were handed out.
    pub tokens: u32,
    pub fault: Box<GoesWrong>,
    versions: u64,
}

/// The service.
pub struct FakeStorage {
    base: String,
    state: Arc<Mutex<State>>,
}

impl FakeStorage {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(State {
            containers: BTreeMap::new(),
            seen: Vec::new(),
            auth: Auth::Key,
            page: 5_000,
            ahead: 0,
            tokens: 0,
            fault: Box::new(|_, _| Fault::None),
            versions: 0,
        }));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || server::run(&listener, &shared));
        Self { base, state }
    }

    /// Where it is.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The endpoint of the account.
    pub fn endpoint(&self) -> String {
        format!("{}/{ACCOUNT}", self.base)
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was asked since the last call.
    pub fn take_seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.state().seen)
    }
}

impl State {
    pub fn put(&mut self, container: &str, name: &str, bytes: &[u8], is_append: bool) {
        self.versions += 1;
        let (version, modified) = (self.versions, server::now() + self.ahead);
        let created = version.to_string();
        let bytes = bytes.to_vec();
        let blob = Blob { bytes, is_append, version, created, modified, is_archived: false };
        self.containers.entry(container.to_owned()).or_default().insert(name.to_owned(), blob);
    }

    pub fn append(&mut self, container: &str, name: &str, bytes: &[u8]) {
        self.versions += 1;
        let version = self.versions;
        let blobs = self.containers.get_mut(container).expect("a container");
        let blob = blobs.get_mut(name).expect("a blob");
        blob.bytes.extend_from_slice(bytes);
        blob.version = version;
    }
}
