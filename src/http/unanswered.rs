//! Why a request was not answered as it should be.
//! Never decides what follows from it.

use std::time::Duration;

use super::refused::Refused;

/// Why a request was not answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unanswered {
    /// Too many requests: how long the service asks to wait.
    Throttled(Option<Duration>),
    /// The service failed (5xx, 408): the status, and how long it asks to wait.
    Server(u16, Option<Duration>),
    /// No answer in time.
    Timeout,
    /// The connection broke, or the answer is not what the service sends: what is wrong.
    Broken(String),
    /// No connection: why not.
    Unreachable(String),
    /// No connection, and there will be none: the other side, or a proxy, is not trusted or does not
    /// trust us. Why not, and the way out.
    Untrusted(String),
    /// Something else answered in the service's place: what it was, and the way out.
    Elsewhere(String),
    /// The token is not accepted.
    Unauthorized(Box<Refused>),
    /// Asking again is in vain, mostly.
    Refused(Box<Refused>),
    /// There is no token: why not, and the way out.
    SignIn(String),
    /// The token is not accepted, and there is no other one; later the same may be accepted. Why not.
    Reused(String),
    /// There is no token now; later there may be one. Why not.
    SignInDown(String),
    /// It cannot be sent as it is, whoever asks: why.
    Unsent(String),
    /// Nobody wants it any more.
    Cancelled,
}

impl Unanswered {
    /// What is told where asking `service` (its name) again did not help.
    pub fn words(&self, service: &str) -> String {
        match self {
            Self::Throttled(_) => format!(
                "{service} asks to wait for too long (429); another program may use the same \
                 application: try again later"
            ),
            Self::Server(status, _) => format!("{service} fails to answer ({status})"),
            Self::Timeout => format!("{service} did not answer in time"),
            Self::Unreachable(reason) => {
                format!("there is no connection to {service}: {reason}")
            }
            Self::Broken(reason)
            | Self::Untrusted(reason)
            | Self::Elsewhere(reason)
            | Self::SignIn(reason)
            | Self::SignInDown(reason)
            | Self::Reused(reason)
            | Self::Unsent(reason) => reason.clone(),
            Self::Unauthorized(refused) | Self::Refused(refused) => refused.to_string(),
            Self::Cancelled => "stopped".to_owned(),
        }
    }
}
