//! A storage account as whoever asks it sees it: one proof, one limit of requests, one thread that asks.
//! Never says what an answer means.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::thread::Builder;
use std::time::Duration;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::address::Address;
use super::api::{STORAGE, audience};
use super::credential::{AccountKey, Environment, Signature, unread};
use super::kept::Kept;
use crate::http::asker::{Asker, Unread, Waiting};
use crate::http::client::Http;
use crate::http::pace::Pace;
use crate::http::proof::{Proof, Tokens};
use crate::http::request::Request;
use crate::http::response::Response;
use crate::http::service::Service;
use crate::http::unanswered::Unanswered;
use crate::place::{News, Prompt};
use crate::sign_in::Settings;
use crate::source::served::Contact;
use crate::source::signed_in::{Asking, SignedIn};
use crate::time::Timestamp;

/// How it is proven who asks.
#[derive(Clone)]
pub(super) enum Credential {
    /// By the key of the account, or a shared access signature; what that is, in words.
    Environment(Proof, String),
    /// By signing in.
    SignIn(Arc<SignedIn>),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

impl Credential {
    /// What it is, in words.
    pub(super) fn words(&self) -> &str {
        match self {
            Self::Environment(_, words) => words,
            Self::SignIn(_) => "a sign-in",
        }
    }

    /// What the environment has for an account, if anything, and its endpoint where that says one. Fails
    /// where what it has is none.
    fn of_environment(
        environment: &Environment,
        account: &str,
    ) -> Result<Option<(Self, Option<String>)>, String> {
        let by_key = |key| -> Result<Self, String> {
            let key = Arc::new(AccountKey::new(account, key)?);
            Ok(Self::Environment(Proof::Signature(key), "an account key".to_owned()))
        };
        let by_signature = |signature: &Signature| {
            let proof = Proof::Signature(Arc::new(signature.clone()));
            let ends = signature.ends().map(|ends| format!(" that ends {ends}"));
            let words = ["a shared access signature", ends.as_deref().unwrap_or_default()].concat();
            Self::Environment(proof, words)
        };
        let connection = environment.connection.as_ref();
        let connection =
            connection.map(|connection| connection.as_ref().map_err(|why| unread(why)));
        if let Some(connection) = connection.transpose()?.filter(|known| known.account == account) {
            let credential = match (&connection.key, &connection.signature) {
                (Some(key), _) => Some(by_key(key)?),
                (None, signature) => signature.as_ref().map(by_signature),
            };
            let endpoint = Some(connection.endpoint.clone());
            return Ok(credential.map(|credential| (credential, endpoint)));
        }
        let is_of = |name: &String| name.eq_ignore_ascii_case(account);
        if !environment.account.as_ref().is_none_or(is_of) {
            return Ok(None);
        }
        if let Some(key) = &environment.key {
            return Ok(Some((by_key(key)?, None)));
        }
        Ok(environment.signature.as_ref().map(|signature| (by_signature(signature), None)))
    }
}

/// A storage account. Its clones are the same one.
pub struct Account {
    address: Address,
    credential: Credential,
    contact: Contact,
    network: OnceLock<Result<Network, String>>,
    /// Until when nothing is asked, in ticks; 0: it goes on.
    waiting_until: AtomicI64,
    /// What was read, as far as it is kept here.
    pub(super) kept: Kept,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Account");
        shown.field("address", &self.address).field("credential", &self.credential);
        shown.finish_non_exhaustive()
    }
}

impl Account {
    /// An account that is asked when it is first read: by what the environment has for it, unless a way
    /// to sign in was chosen, else by signing in. `certificates`: a PEM file of more authorities to
    /// trust. Fails where what the environment has is none.
    pub fn new(
        address: &Address,
        environment: &Environment,
        settings: Settings,
        certificates: Option<PathBuf>,
    ) -> Result<Self, String> {
        let is_chosen = settings.method.is_some() || settings.token_from_stdin.is_some();
        let found = match is_chosen {
            true => None,
            false => Credential::of_environment(environment, &address.account)?,
        };
        let http = Http::new(certificates);
        let mut address = address.clone();
        let credential = match found {
            Some((credential, endpoint)) => {
                // Where only the name was given, the connection string knows where it is.
                if let Some(endpoint) = endpoint.filter(|_| address.cloud.is_some()) {
                    address = address.with_endpoint(&endpoint)?;
                }
                credential
            }
            None => Credential::SignIn(Arc::new(SignedIn::new(audience(), settings, http.clone()))),
        };
        let (network, waiting_until, kept) = Default::default();
        let contact = Contact::at(address.endpoint.clone(), http);
        Ok(Self { address, credential, contact, network, waiting_until, kept })
    }

    /// The same, which keeps no more than so many bytes of what is read in the folder for temporary files.
    #[must_use]
    pub fn keeping(self, most: u64) -> Self {
        Self { kept: Kept::new(most), ..self }
    }

    /// The same by another clock.
    #[must_use]
    pub fn paced(self, pace: Arc<dyn Pace>) -> Self {
        Self { contact: self.contact.paced(pace), ..self }
    }

    /// Where it is.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Its endpoint for blobs.
    pub fn endpoint(&self) -> &Url {
        &self.address.endpoint
    }

    /// How it is proven who asks.
    pub(super) fn credential(&self) -> &Credential {
        &self.credential
    }

    /// What a person has to do now to be signed in, once.
    pub fn prompt(&self) -> Option<Prompt> {
        let Credential::SignIn(signed_in) = &self.credential else { return None };
        match signed_in.asking() {
            Asking::For(prompt) => Some(prompt),
            Asking::Unchanged | Asking::Nothing => None,
        }
    }

    /// What is told of the sign-in beside the records, since it was told last.
    pub(super) fn news(&self) -> Option<News> {
        let Credential::SignIn(signed_in) = &self.credential else { return None };
        signed_in.news()
    }

    /// Until when nothing is asked; `None`: it goes on.
    pub fn waiting_until(&self) -> Option<Timestamp> {
        let ticks = self.waiting_until.load(Ordering::Relaxed);
        (ticks != 0).then_some(Timestamp::from_ticks(ticks))
    }

    /// The address of a blob, or of a container where `name` is empty.
    pub(super) fn at(&self, container: &str, name: &str) -> Result<Url, Unanswered> {
        let mut url = self.endpoint().clone();
        let mut path = [url.path(), container].concat();
        if !name.is_empty() {
            path.push('/');
            path.extend(utf8_percent_encode(name, IN_PATH));
        }
        url.set_path(&path);
        // Dots alone between slashes lead elsewhere, however they are written.
        match url.path() == path {
            true => Ok(url),
            false => Err(Unanswered::Unsent("its name cannot be asked for".to_owned())),
        }
    }

    fn service(&self) -> Result<Arc<Service>, Unanswered> {
        let proof = match &self.credential {
            Credential::Environment(proof, _) => proof.clone(),
            Credential::SignIn(signed_in) => Proof::Token(Arc::clone(signed_in) as Arc<dyn Tokens>),
        };
        self.contact.exact_service(&STORAGE, &proof).map_err(Unanswered::SignIn)
    }

    /// Asks, again where that helps.
    pub(super) async fn ask<A: Asker<Stop = Unanswered> + Waits>(
        &self,
        request: &Request,
        asker: &mut A,
    ) -> Result<A::Got, Unanswered> {
        let stop = asker.stop().clone();
        self.service()?.ask(request, asker, &stop).await
    }

    /// Says until when nothing is asked.
    pub(super) fn waits(&self, until: Option<Timestamp>) {
        self.waiting_until.store(until.map_or(0, Timestamp::ticks), Ordering::Relaxed);
    }

    /// What time it is there, as far as it said so, else here.
    pub(super) fn now(&self) -> Timestamp {
        let there = self.service().ok().and_then(|service| service.now_there());
        there.unwrap_or_else(|| self.contact.pace().now())
    }

    /// Its clock.
    pub(super) fn pace(&self) -> &dyn Pace {
        &**self.contact.pace()
    }

    /// Runs something on the thread that asks, and goes on. Fails where the system gives none.
    pub(super) fn start(
        &self,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), String> {
        let network = self.network.get_or_init(|| {
            Network::start().map_err(|error| format!("the system gives no room to ask: {error}"))
        });
        network.as_ref().map(|network| network.spawn(work)).map_err(Clone::clone)
    }

    /// Begins to ask for something; what is made with the token ends soon after nobody waits any more.
    /// Fails where the system gives no thread.
    pub(super) fn begin<T: Send + 'static, W: Future<Output = T> + Send + 'static>(
        &self,
        work: impl FnOnce(CancellationToken) -> W,
    ) -> Result<Coming<T>, String> {
        let (send, come) = mpsc::channel();
        let stop = CancellationToken::new();
        let work = work(stop.clone());
        self.start(async move {
            // Who does not wait any more does not want it.
            let _ = send.send(work.await);
        })?;
        Ok(Coming { come, stop })
    }
}

/// Something that was asked for.
pub struct Coming<T> {
    come: mpsc::Receiver<T>,
    stop: CancellationToken,
}

impl<T> Coming<T> {
    /// Waits for it; `None` where it has not come in that time.
    pub fn wait(&self, most: Duration) -> Option<T> {
        self.come.recv_timeout(most).ok()
    }
}

impl<T> Drop for Coming<T> {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// What is written as it is in the path of an address; the slash parts it.
const IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// An asker that can be stopped.
pub(super) trait Waits {
    /// Fires when nobody wants the answer any more.
    fn stop(&self) -> &CancellationToken;
}

/// Asks for whole answers; a broken one is asked for again.
pub struct Whole {
    account: Arc<Account>,
    stop: CancellationToken,
}

impl Whole {
    /// Asks an account until `stop` fires.
    pub fn new(account: &Arc<Account>, stop: &CancellationToken) -> Self {
        Self { account: Arc::clone(account), stop: stop.clone() }
    }
}

impl Waits for Whole {
    fn stop(&self) -> &CancellationToken {
        &self.stop
    }
}

impl Asker for Whole {
    type Taken = Response;
    type Got = Response;
    type Stop = Unanswered;

    fn read(&mut self, taken: Response) -> Result<Response, Unread<Self>> {
        match &taken.cut {
            None => Ok(taken),
            Some(why) => Err(Unread::Again(Unanswered::Broken(why.clone()), None)),
        }
    }

    fn waits(&mut self, until: Option<(Timestamp, Waiting)>) {
        self.account.waits(until.map(|(until, _)| until));
    }
}

/// A thread on which things are asked.
struct Network {
    handle: Handle,
    end: CancellationToken,
}

impl Network {
    fn start() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (handle, end) = (runtime.handle().clone(), CancellationToken::new());
        let over = end.clone();
        Builder::new().name("storage".to_owned()).spawn(move || {
            runtime.block_on(over.cancelled());
            // A name that is still being looked up holds nobody up.
            runtime.shutdown_background();
        })?;
        Ok(Self { handle, end })
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        drop(self.handle.spawn(work));
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.end.cancel();
    }
}
