//! One encrypted connection to a broker: who asks is proven, then one request is asked after the other.
//! Never sends anything that is not encrypted, nor a proof to a host that nobody named.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::address::Address;
use super::credential::Credential;
use super::failure::{Failure, UNPROVEN};
use super::requests::{ApiVersions, Authenticate, Broker, Handshake, Request, Versions};
use super::wire::{Reader, Writer};
use crate::http::connection::untrusted;
use crate::http::pace::Pace;
use crate::secret;

/// How long to try to reach a broker.
const CONNECT: Duration = Duration::from_secs(15);
/// How long an answer may take: Event Hubs holds back answers where too much is read.
const ANSWER: Duration = Duration::from_secs(90);
/// Most bytes of an answer.
const MOST: usize = 128 << 20;
/// What part of the time a connection may be used is used before who asks is proven again.
const USED: (u32, u32) = (4, 5);
/// What the program is called where requests are logged.
const CLIENT: &str = concat!("entrail/", env!("CARGO_PKG_VERSION"));

/// A namespace as whoever asks it sees it.
#[derive(Clone)]
pub(super) struct Namespace {
    pub address: Address,
    pub tls: Arc<ClientConfig>,
    pub credential: Credential,
    pub pace: Arc<dyn Pace>,
}

impl fmt::Debug for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Namespace").field("address", &self.address).finish_non_exhaustive()
    }
}

/// A connection on which it was proven who asks.
pub(super) struct Link {
    namespace: Namespace,
    host: String,
    stream: TlsStream<TcpStream>,
    versions: HashMap<i16, (i16, i16)>,
    asked: i32,
    /// When it has to be proven again.
    proven_until: Option<Duration>,
}

impl Namespace {
    /// Connects to the broker that the address names.
    pub async fn link(&self) -> Result<Link, Failure> {
        let Address { host, port, .. } = &self.address;
        self.link_to(&Broker { host: host.clone(), port: *port }).await
    }

    /// Connects to a broker that the namespace named. A token that is refused is renewed once.
    pub async fn link_to(&self, broker: &Broker) -> Result<Link, Failure> {
        if !self.address.trusts(&broker.host) {
            let (named, host) = (&self.address.host, &broker.host);
            return Err(Failure::Untrusted(format!(
                "{named} leads to {host}, another host: no proof of who asks is sent there"
            )));
        }
        match self.linked(broker, false).await {
            Err(Failure::Unproven(_)) if matches!(self.credential, Credential::Tokens(_)) => {
                self.linked(broker, true).await
            }
            linked => linked,
        }
    }

    async fn linked(&self, broker: &Broker, is_renewed: bool) -> Result<Link, Failure> {
        // The token first: a sign-in may wait for a person longer than a broker does.
        let proof = self.credential.proof(is_renewed).await?;
        let Broker { host, port } = broker;
        let connected = self.within(CONNECT, self.connected(host, *port)).await;
        let stream = connected.unwrap_or_else(|| Err(unreachable(broker, "no answer in time")))?;
        let (namespace, host) = (self.clone(), host.clone());
        let versions = HashMap::new();
        let mut link = Link { namespace, host, stream, versions, asked: 0, proven_until: None };
        let (code, versions) = link.asked::<ApiVersions>(&ApiVersions, 0).await?;
        if code != 0 {
            return Err(Failure::Code(code));
        }
        let versions = versions.into_iter();
        link.versions =
            versions.map(|Versions { key, first, last }| (key, (first, last))).collect();
        link.prove(&proof).await?;
        Ok(link)
    }

    async fn connected(&self, host: &str, port: u16) -> Result<TlsStream<TcpStream>, Failure> {
        let broker = Broker { host: host.to_owned(), port };
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| Failure::Untrusted(format!("`{host}` is not the name of a host")))?;
        let stream = TcpStream::connect((host, port))
            .await
            .map_err(|error| unreachable(&broker, &error.to_string()))?;
        // Requests are small, and each waits for its answer.
        drop(stream.set_nodelay(true));
        TlsConnector::from(Arc::clone(&self.tls))
            .connect(name, stream)
            .await
            .map_err(|error| unencrypted(&broker, &error))
    }

    /// What comes within a time; `None`: nothing did.
    async fn within<T>(&self, time: Duration, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = work => Some(done),
            () = self.pace.limit(time) => None,
        }
    }
}

fn unreachable(Broker { host, port }: &Broker, why: &str) -> Failure {
    Failure::Unreachable(format!(
        "{host} cannot be reached on port {port} ({}): is the namespace spelled right, and does the \
         network let connections to port {port} out? They go through no proxy",
        secret::foreign(why)
    ))
}

fn unencrypted(broker: &Broker, error: &io::Error) -> Failure {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(tls) => Failure::Untrusted(untrusted(tls, &broker.host)),
        None => unreachable(broker, &error.to_string()),
    }
}

impl Link {
    /// Asks, in the newest version that both sides know. Proves again who asks where that is due.
    pub async fn ask<R: Request>(&mut self, request: &R) -> Result<R::Answer, Failure> {
        if self.proven_until.is_some_and(|until| self.namespace.pace.elapsed() >= until) {
            let proof = self.namespace.credential.proof(false).await?;
            self.prove(&proof).await?;
        }
        let version = self.version::<R>()?;
        self.asked(request, version).await
    }

    fn version<R: Request>(&self) -> Result<i16, Failure> {
        let (first, last) = R::VERSIONS;
        let known = self.versions.get(&R::KEY);
        let version = known.map(|(_, newest)| last.min(*newest));
        version
            .filter(|version| known.is_some_and(|(oldest, _)| version.max(oldest) == version))
            .filter(|version| *version >= first)
            .ok_or_else(|| {
                let host = &self.host;
                Failure::Untrusted(format!(
                    "{host} does not answer {} in a version of Kafka 1.0 or later",
                    R::NAME
                ))
            })
    }

    /// Proves who asks (KIP-43, KIP-152).
    async fn prove(&mut self, proof: &[u8]) -> Result<(), Failure> {
        let mechanism = self.namespace.credential.mechanism();
        let version = self.version::<Handshake>()?;
        let (code, _) = self.asked(&Handshake { mechanism }, version).await?;
        if code != 0 {
            return Err(Failure::Code(code));
        }
        let version = self.version::<Authenticate<'_>>()?;
        let answer = self.asked(&Authenticate { proof }, version).await;
        let answer = answer.map_err(|failure| match failure {
            Failure::Unreachable(_) => Failure::Shut,
            failure => failure,
        })?;
        if answer.code != 0 && answer.code != UNPROVEN {
            return Err(Failure::Code(answer.code));
        }
        // A refused token is told inside of the mechanism (RFC 7628, 3.2.2).
        let said = String::from_utf8_lossy(&answer.said);
        if answer.code != 0 || (mechanism == "OAUTHBEARER" && said.contains("\"status\"")) {
            let said = if answer.message.is_empty() { said.into_owned() } else { answer.message };
            return Err(Failure::Unproven(said.chars().take(300).collect()));
        }
        let lifetime = u64::try_from(answer.lifetime).ok().filter(|ms| *ms > 0);
        self.proven_until = lifetime.map(|ms| {
            let (part, whole) = USED;
            self.namespace.pace.elapsed() + Duration::from_millis(ms) * part / whole
        });
        Ok(())
    }

    async fn asked<R: Request>(&mut self, request: &R, version: i16) -> Result<R::Answer, Failure> {
        self.asked = self.asked.wrapping_add(1);
        let mut writer = Writer::new(0);
        writer.i16(R::KEY);
        writer.i16(version);
        writer.i32(self.asked);
        writer.text(CLIENT);
        request.write(version, &mut writer);
        let namespace = self.namespace.clone();
        let exchanged = namespace.within(ANSWER, self.exchanged(&writer.framed())).await;
        let answer = match exchanged {
            Some(Ok(answer)) => answer,
            Some(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
                return Err(self.foreign::<R>());
            }
            Some(Err(error)) => {
                let (host, why) = (&self.host, secret::foreign(&error.to_string()));
                return Err(Failure::Unreachable(format!(
                    "the connection to {host} broke off ({why})"
                )));
            }
            None => {
                return Err(Failure::Unreachable(format!("{} did not answer in time", self.host)));
            }
        };
        let mut reader = Reader::new(&answer);
        let is_answer = reader.i32() == Ok(self.asked);
        let read = R::read(version, &mut reader);
        read.ok().filter(|_| is_answer).ok_or_else(|| self.foreign::<R>())
    }

    fn foreign<R: Request>(&self) -> Failure {
        let (host, name) = (&self.host, R::NAME);
        Failure::Untrusted(format!(
            "{host} does not answer {name} as Kafka does; is it a Kafka endpoint?"
        ))
    }

    async fn exchanged(&mut self, request: &[u8]) -> io::Result<Vec<u8>> {
        self.stream.write_all(request).await?;
        self.stream.flush().await?;
        let len = self.stream.read_i32().await?;
        let len = usize::try_from(len).ok().filter(|len| *len <= MOST);
        let len = len.ok_or(io::ErrorKind::InvalidData)?;
        let mut answer = Vec::new();
        // It grows as it comes: a length alone makes no room.
        let read = (&mut self.stream).take(len as u64).read_to_end(&mut answer).await?;
        if read < len { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(answer) }
    }
}
