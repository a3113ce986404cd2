//! Why a hub gives nothing: no way to it, no proof, or an error of the broker; in words, with the way out.
//! Never decides how often to ask again, only whether it can help.
//!
//! Source: Apache Kafka, "Protocol", section "Error Codes"; Azure, "Apache Kafka troubleshooting guide
//! for Event Hubs" and "Event Hubs: compare tiers".

use super::address::Address;
use crate::http::proof::NoToken;
use crate::secret;

/// Why something was not answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Failure {
    /// There is no connection, or it broke.
    Unreachable(String),
    /// The connection was closed in place of an answer to what proves who asks.
    Shut,
    /// The other side is not who it should be, or does not speak Kafka.
    Untrusted(String),
    /// There is no token.
    NoToken(NoToken),
    /// What was sent to prove who asks was refused: the words of the broker.
    Unproven(String),
    /// The broker's error.
    Code(i16),
}

pub(super) const OUT_OF_RANGE: i16 = 1;
pub(super) const UNKNOWN_HUB: i16 = 3;
pub(super) const NO_LEADER: i16 = 5;
pub(super) const NOT_LEADER: i16 = 6;
pub(super) const FORBIDDEN: i16 = 29;
pub(super) const FORBIDDEN_CLUSTER: i16 = 31;
pub(super) const UNKNOWN_MECHANISM: i16 = 33;
pub(super) const UNPROVEN: i16 = 58;

/// Errors of brokers that have a name here; the others are told by number.
const CODES: [(i16, &str); 14] = [
    (-1, "an unexpected error of the service"),
    (OUT_OF_RANGE, "the offset is out of range"),
    (2, "a damaged message"),
    (UNKNOWN_HUB, "no such hub or partition"),
    (NO_LEADER, "the partition has no leader at the moment"),
    (NOT_LEADER, "the partition has moved to another leader"),
    (7, "the request timed out"),
    (8, "the broker is not available"),
    (13, "the network between brokers failed"),
    (35, "the version of the request is not supported"),
    (44, "a policy of the namespace forbids it"),
    (74, "the partition has moved to another leader"),
    (56, "the disk of the broker failed"),
    (89, "too many requests"),
];

impl Failure {
    /// Does it help to ask again, where nobody changes anything?
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Shut => true,
            Self::NoToken(none) => none.may_pass,
            Self::Untrusted(_) | Self::Unproven(_) => false,
            Self::Code(code) => !matches!(
                *code,
                UNKNOWN_HUB | FORBIDDEN | FORBIDDEN_CLUSTER | UNKNOWN_MECHANISM | 35
            ),
        }
    }

    /// What is wrong, and the way out; clean, and without secrets.
    pub fn words(&self, address: &Address) -> String {
        let Address { host, hub, .. } = address;
        secret::foreign(&match self {
            Self::Unreachable(why) | Self::Untrusted(why) => why.clone(),
            Self::NoToken(none) => none.reason.clone(),
            Self::Shut => format!(
                "{host} closed the connection when it was to be proven who asks: Event Hubs does so where the \
                 identity lacks the role Azure Event Hubs Data Receiver, and in the Basic tier, which has no Kafka \
                 endpoint (Standard or above)"
            ),
            Self::Unproven(said) => {
                let said = if said.is_empty() { String::new() } else { format!(" ({said})") };
                format!(
                    "Event Hubs did not accept who asks{said}: give the identity the role Azure Event Hubs Data \
                     Receiver on the hub or its namespace, or use a connection string whose policy may Listen; \
                     the Basic tier has no Kafka endpoint (Standard or above)"
                )
            }
            Self::Code(UNKNOWN_HUB) => format!(
                "there is no hub {hub} in {host}, or it may not be seen: `entrail hub {} --list` lists the hubs",
                address.namespace()
            ),
            Self::Code(FORBIDDEN | FORBIDDEN_CLUSTER) => format!(
                "reading {hub} is not allowed: give the identity the role Azure Event Hubs Data Receiver on the \
                 hub or its namespace; with a connection string, its policy needs Listen"
            ),
            Self::Code(UNKNOWN_MECHANISM) => format!(
                "{host} does not offer this way to prove who asks; use a sign-in in place of a connection string, \
                 or the other way round"
            ),
            Self::Code(code) => match CODES.iter().find(|(known, _)| known == code) {
                Some((_, words)) => (*words).to_owned(),
                None => format!("error {code} of Kafka"),
            },
        })
    }
}

impl From<NoToken> for Failure {
    fn from(none: NoToken) -> Self {
        Self::NoToken(none)
    }
}
