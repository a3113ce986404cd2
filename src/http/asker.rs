//! Whoever asks a service: reads its answers, and is told what is waited for.
//! Never asks by itself.

use std::time::Duration;

use super::response::Received;
use super::unanswered::Unanswered;
use crate::time::Timestamp;

/// What is waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Waiting {
    /// Its turn, by the limit of requests.
    Turn,
    /// The service said that there were too many requests.
    TooMany,
    /// The service failed to answer.
    Failing,
    /// It did not answer in time.
    Late,
    /// There is no connection.
    Network,
    /// The answer was broken.
    Broken,
    /// The token was refused.
    Token,
    /// Something else answered in the service's place.
    Elsewhere,
    /// Another try.
    Again,
}

impl Waiting {
    pub(super) fn after(failure: &Unanswered) -> Self {
        match failure {
            Unanswered::Throttled(_) => Self::TooMany,
            Unanswered::Server(..) => Self::Failing,
            Unanswered::Timeout => Self::Late,
            Unanswered::Unreachable(_) => Self::Network,
            Unanswered::Broken(_) => Self::Broken,
            Unanswered::Unauthorized(_) | Unanswered::Reused(_) => Self::Token,
            Unanswered::Elsewhere(_) => Self::Elsewhere,
            _ => Self::Again,
        }
    }
}

/// Why an answer is not what was asked for.
pub enum Unread<A: Asker + ?Sized> {
    /// It is to be asked for again; what there is of it, where that is in vain.
    Again(Unanswered, Option<A::Got>),
    /// Nothing more is to be asked for.
    Stop(A::Stop),
}

/// Whoever asks: reads answers, and is told what is waited for.
pub trait Asker: Send {
    /// What an answer is taken as: whole ([`super::response::Response`]), or with its body still to
    /// come ([`super::response::Opened`]).
    type Taken: Received;
    /// What an answer is read as.
    type Got: Send;
    /// What ends asking.
    type Stop: From<Unanswered>;

    /// Reads an answer.
    fn read(&mut self, taken: Self::Taken) -> Result<Self::Got, Unread<Self>>;

    /// The service said what time it is.
    fn hears(&mut self, date: Timestamp) -> Result<(), Self::Stop> {
        let _ = date;
        Ok(())
    }

    /// A failure, in the light of what the asker knows: one that ends asking is an error.
    fn judge(&mut self, failure: Unanswered) -> Result<Unanswered, Self::Stop> {
        Ok(failure)
    }

    /// Is asking again of use after this, as far as the asker knows?
    fn may_help(&self, failure: &Unanswered) -> bool {
        let _ = failure;
        true
    }

    /// Is a part asked for of what failed as a whole? Then few tries are enough.
    fn is_part(&self) -> bool {
        false
    }

    /// Nothing is asked until then; `None`: it goes on.
    fn waits(&mut self, until: Option<(Timestamp, Waiting)>) {
        let _ = until;
    }

    /// No answer has come for a while, or will for `wait`: why.
    fn is_quiet(&mut self, wait: Duration, why: &str) {
        let _ = (wait, why);
    }
}
