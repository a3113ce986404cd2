//! An event hub as a place: all its partitions at once, over the Kafka protocol, from any point on and for ever.
//! Never joins a consumer group and never moves anybody's offsets; never decodes a record.
//!
//! A link is one encrypted connection to a broker (`link`), which answers a handful of requests
//! (`requests`); who leads a partition is asked for it together with the others it leads (`lead`), and
//! what comes is taken apart (`batch`, `message`) and put out as lines (`pull`).

pub mod address;
mod batch;
pub mod credential;
mod doctor;
mod failure;
mod kept;
mod lead;
mod link;
mod message;
mod pull;
mod requests;
mod telling;
mod wire;

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio_util::sync::CancellationToken;

use self::address::Address;
use self::credential::{ConnectionString, Credential};
use self::failure::Failure;
use self::kept::{Kept, Positions};
use self::link::Namespace;
pub use self::pull::From;
use self::pull::Pull;
use self::requests::Metadata;
use super::served::{Errand, arriving, stream};
use super::signed_in::{Asking, SignedIn};
use crate::http::client::Http;
use crate::http::pace::{Pace, SystemPace};
use crate::place::{AlreadyRead, Follower, Piece, Place, Trouble};
use crate::sign_in::{Audience, Settings};

/// The Azure CLI, a public client every tenant knows unless it was blocked.
const CLIENT: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/// Event Hubs as tokens for a namespace are asked for. Source: Azure, "Authorize access to Event Hubs
/// resources using Microsoft Entra ID".
fn audience(address: &Address) -> Audience {
    Audience {
        name: "Event Hubs",
        resource: format!("https://{}", address.host),
        ids: &["https://eventhubs.azure.net", "80369ed6-5f11-4dd9-bef3-692475845e77"],
        permissions: Vec::new(),
        client: CLIENT,
    }
}

/// One event hub. Its clones are the same one: they go on where one of them has read to.
#[derive(Clone)]
pub struct Hub {
    name: Arc<str>,
    address: Address,
    from: From,
    http: Http,
    credential: Credential,
    signed_in: Option<Arc<SignedIn>>,
    pace: Arc<dyn Pace>,
    namespace: Arc<OnceLock<Namespace>>,
    positions: Arc<Mutex<Positions>>,
    kept: Option<Arc<Kept>>,
    /// Was it told that there is something to go on from?
    resumed: bool,
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Hub {
    /// A hub that is connected to when it is first read. With a connection string nobody signs in; it
    /// must be of this namespace. `certificates`: a PEM file of more authorities to trust.
    pub fn new(
        address: Address,
        from: From,
        connection: Option<ConnectionString>,
        settings: Settings,
        certificates: Option<PathBuf>,
    ) -> Result<Self, String> {
        let http = Http::new(certificates);
        let (credential, signed_in) = match connection {
            Some(connection) => {
                if !connection.host.eq_ignore_ascii_case(&address.host) {
                    return Err(format!(
                        "the connection string is of {}, not of {}: unset it, or name a hub of its namespace",
                        connection.host, address.host
                    ));
                }
                (Credential::Connection(connection), None)
            }
            None => {
                let tokens = Arc::new(SignedIn::new(audience(&address), settings, http.clone()));
                (Credential::Tokens(Arc::clone(&tokens) as _), Some(tokens))
            }
        };
        let name = address.to_string().into();
        let pace = Arc::new(SystemPace::new());
        let (namespace, positions) = Default::default();
        Ok(Self {
            name,
            address,
            from,
            http,
            credential,
            signed_in,
            pace,
            namespace,
            positions,
            kept: None,
            resumed: false,
        })
    }

    /// The same by another clock.
    #[must_use]
    pub fn paced(self, pace: Arc<dyn Pace>) -> Self {
        Self { pace, ..self }
    }

    /// The same, which goes on where it was read up to the last time, as a file in this folder says, and
    /// keeps there how far it comes. Fails where that file cannot be read.
    pub fn resumed(self, folder: &Path) -> Result<Self, String> {
        let kept = Kept::new(folder, &self.key());
        let positions = kept.read()?;
        let resumed = !positions.next.is_empty();
        let positions = Arc::new(Mutex::new(positions));
        Ok(Self { positions, kept: Some(Arc::new(kept)), resumed, ..self })
    }

    /// Says line by line what is read of whom, and from where on; not cleaned.
    pub fn explained(&self) -> Vec<String> {
        let Address { host, port, hub, .. } = &self.address;
        let who = match &self.credential {
            Credential::Connection(connection) => {
                format!("a connection string (key {})", connection.key_name)
            }
            Credential::Tokens(_) => "a sign-in".to_owned(),
        };
        let from = match self.from {
            _ if self.resumed => "from where it was read up to the last time".to_owned(),
            From::Now => "from what arrives from now on".to_owned(),
            From::Beginning => "from the first message that is kept".to_owned(),
            From::Time(time) => format!("from the first message stored at {time} or later"),
        };
        let what = if hub.is_empty() { "namespace".to_owned() } else { format!("hub {hub}") };
        vec![
            format!("{what} at {host}:{port}, by {who}"),
            format!("  all partitions, {from}"),
            "  no consumer group is joined and no offset of anybody is moved".to_owned(),
        ]
    }

    fn namespace(&self) -> Result<Namespace, String> {
        if let Some(namespace) = self.namespace.get() {
            return Ok(namespace.clone());
        }
        let namespace = Namespace {
            address: self.address.clone(),
            tls: Arc::new(self.http.tls()?),
            credential: self.credential.clone(),
            pace: Arc::clone(&self.pace),
        };
        Ok(self.namespace.get_or_init(|| namespace).clone())
    }

    /// What a person has to do now to be signed in; each change is told once.
    pub fn asking(&self) -> Asking {
        self.signed_in.as_ref().map_or(Asking::Unchanged, |signed_in| signed_in.asking())
    }

    /// The hubs of the namespace that may be seen, each with how many partitions it has. Fails with why
    /// there is no list, and the way out.
    pub async fn list(&self) -> Result<Vec<(String, usize)>, String> {
        let namespace = self.namespace()?;
        let listed = async {
            let mut link = namespace.link().await?;
            link.ask(&Metadata { hub: None }).await
        };
        let topics = listed.await.map_err(|failure: Failure| failure.words(&self.address))?;
        let topics = topics.into_iter().filter(|topic| topic.code == 0 && !topic.is_internal);
        let mut hubs: Vec<(String, usize)> =
            topics.map(|topic| (topic.name, topic.partitions.len())).collect();
        hubs.sort();
        Ok(hubs)
    }

    /// Keeps how far it was read, where that was asked for: whoever asked has what was read. Fails with
    /// why that cannot be kept.
    fn keep(&self) -> Result<(), String> {
        let positions = self.positions.lock().unwrap_or_else(PoisonError::into_inner);
        match &self.kept {
            Some(kept) => kept.keep(&positions, self.pace.elapsed(), true),
            None => Ok(()),
        }
    }

    /// Messages as something to read: those that are there, or those that arrive from then on.
    fn piece(&self, is_followed: bool) -> Piece {
        let hub = self.clone();
        stream(&self.name, self.signed_in.clone(), move |errand| {
            let Errand { outlet, board, cancel } = errand;
            let pull = Pull {
                namespace: hub.namespace()?,
                name: Arc::clone(&hub.name),
                from: hub.from,
                is_followed,
                positions: Arc::clone(&hub.positions),
                kept: hub.kept.clone(),
                outlet,
                cancel,
            };
            Ok(pull.run(board))
        })
    }
}

impl Place for Hub {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }

    /// The host of its namespace and its name.
    fn key(&self) -> String {
        let Address { host, port, hub } = &self.address;
        format!("hub {host}:{port}/{hub}")
    }

    fn arguments(&self) -> Vec<String> {
        Vec::new()
    }

    fn pieces(&self, _: &CancellationToken, found: &mut dyn FnMut(Result<Piece, Trouble>)) {
        found(Ok(self.piece(false)));
    }

    fn follow(&self, _: &AlreadyRead<'_>) -> Result<Box<dyn Follower>, String> {
        // What was read is in the store. Where that cannot be kept is told once it is followed.
        drop(self.keep());
        Ok(arriving(self.piece(true)))
    }

    fn waits(&self) -> bool {
        true
    }

    fn is_live(&self) -> bool {
        true
    }

    fn handed_over(&self) -> Result<(), String> {
        self.keep()
    }
}
