//! What proves to Event Hubs who asks: a connection string of the environment, or an access token.
//! Never shows a secret, and takes none from the command line.
//!
//! Source: Azure, "Use Azure Event Hubs from Apache Kafka applications" and "Get an Event Hubs
//! connection string"; RFC 4616 (PLAIN) and RFC 7628 (OAUTHBEARER).

use std::fmt;
use std::sync::Arc;

use secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use crate::http::proof::{NoToken, Tokens};
use crate::secret::Secret;

/// What Event Hubs wants as the name of whoever has a connection string.
const USER: &str = "$ConnectionString";

/// A connection string of a namespace or a hub.
#[derive(Clone, Debug)]
pub struct ConnectionString {
    /// The host name of the namespace.
    pub host: String,
    /// The port, where it says one: the emulator's.
    pub port: Option<u16>,
    /// The hub it is for; `None`: for all of the namespace.
    pub hub: Option<String>,
    /// The name of the key, such as `RootManageSharedAccessKey`.
    pub key_name: String,
    /// All of it, as it is sent.
    all: Secret,
    /// The key or the signature alone, to be kept out of texts.
    _key: Secret,
}

impl ConnectionString {
    /// Reads one. Fails with what is missing; never repeats it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let all = text.trim().trim_matches('"');
        let value = |name: &str| {
            let parts = all.split(';').filter_map(|part| part.split_once('='));
            let mut named = parts.filter(|(known, _)| known.trim().eq_ignore_ascii_case(name));
            named.next().map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
        };
        let endpoint = value("Endpoint").ok_or("it has no Endpoint=; copy all of it")?;
        let host = endpoint.split_once("://").map_or(endpoint, |(_, host)| host);
        let host = host.trim_end_matches('/');
        let (host, port) = match host.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()),
            None => (host, None),
        };
        let key = value("SharedAccessKey").or(value("SharedAccessSignature"));
        let key = key.ok_or("it has no SharedAccessKey= and no SharedAccessSignature=")?;
        Ok(Self {
            host: host.to_ascii_lowercase(),
            port,
            hub: value("EntityPath").map(str::to_owned),
            key_name: value("SharedAccessKeyName").unwrap_or("a signature").to_owned(),
            all: Secret::new(all),
            _key: Secret::new(key),
        })
    }
}

/// How it is proven who asks.
#[derive(Clone)]
pub(super) enum Credential {
    /// By a connection string.
    Connection(ConnectionString),
    /// By access tokens.
    Tokens(Arc<dyn Tokens>),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.mechanism())
    }
}

impl Credential {
    /// The name of its mechanism in SASL.
    pub fn mechanism(&self) -> &'static str {
        match self {
            Self::Connection(_) => "PLAIN",
            Self::Tokens(_) => "OAUTHBEARER",
        }
    }

    /// What is sent, overwritten once it is dropped. `is_renewed`: the last token was refused, so that it
    /// must be another one.
    pub async fn proof(&self, is_renewed: bool) -> Result<Zeroizing<Vec<u8>>, NoToken> {
        let joined = |parts: &[&str]| Zeroizing::new(parts.concat().into_bytes());
        Ok(match self {
            Self::Connection(connection) => {
                joined(&["\0", USER, "\0", connection.all.expose_secret()])
            }
            Self::Tokens(tokens) => {
                let token = tokens.token(is_renewed).await?;
                joined(&["n,,\x01auth=Bearer ", token.expose_secret(), "\x01\x01"])
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_string_says_where_what_and_by_which_key() {
        let text = "Endpoint=sb://Contoso.servicebus.windows.net/;SharedAccessKeyName=listen;\
                    SharedAccessKey=c2VjcmV0LXNlY3JldC1zZWNyZXQ=;EntityPath=insights-logs-auditlogs";
        let read = ConnectionString::parse(text).expect("a connection string");
        assert_eq!(read.host, "contoso.servicebus.windows.net");
        assert_eq!(read.hub.as_deref(), Some("insights-logs-auditlogs"));
        assert_eq!((&*read.key_name, read.port), ("listen", None));
        assert!(!format!("{read:?}").contains("c2VjcmV0"), "{read:?}");
        let emulator =
            "Endpoint=sb://localhost:5672;SharedAccessKeyName=a;SharedAccessKey=abc12345;";
        let emulator = ConnectionString::parse(emulator).expect("a connection string");
        assert_eq!((&*emulator.host, emulator.port, emulator.hub), ("localhost", Some(5672), None));
    }

    #[test]
    fn what_is_missing_is_said_and_nothing_repeated() {
        for text in ["", "c2VjcmV0LXNlY3JldC1zZWNyZXQ=", "Endpoint=sb://c.example/;EntityPath=x"] {
            let why = ConnectionString::parse(text).expect_err(text);
            assert!(why.starts_with("it has no ") && !why.contains("c2Vj"), "{why}");
        }
    }

    #[tokio::test]
    async fn the_proof_is_what_event_hubs_asks_for() {
        let text = "Endpoint=sb://c.example/;SharedAccessKeyName=k;SharedAccessKey=abcd1234efgh";
        let connection = ConnectionString::parse(text).expect("a connection string");
        let credential = Credential::Connection(connection);
        let proof = credential.proof(false).await.expect("a proof");
        assert_eq!(*proof, ["\0$ConnectionString\0", text].concat().into_bytes());
    }
}
