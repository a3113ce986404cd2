//! How a service knows who asks: by a token, or by what is made for each request.
//! Never asks, and never shows a secret.

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;

use super::refused::Refused;
use super::unanswered::Unanswered;
use crate::secret::Secret;
use crate::time::Timestamp;

/// How a service knows who asks.
#[derive(Clone)]
pub enum Proof {
    /// By an access token, as a bearer of which each request is sent.
    Token(Arc<dyn Tokens>),
    /// By what is put into each request just before it is sent, such as a signature.
    Signature(Arc<dyn Sign>),
}

/// Puts the proof into requests: the signature an account key makes (Shared Key), or the query of a
/// shared access signature.
pub trait Sign: Debug + Send + Sync {
    /// Completes a request that is sent next, each time it is sent: again, and along a redirect, it is
    /// another request. All its headers are there but those of the connection (`Host`, `Content-Length`,
    /// `User-Agent`). `now`: what time it is at the service, where it said so, else here.
    ///
    /// Gives what nobody may read of it, which is kept out of every text as long as the answer comes.
    /// Fails where there is nothing to sign with: why, and the way out.
    fn sign(&self, request: &mut reqwest::Request, now: Timestamp) -> Result<Secret, String>;
}

/// A token on its way, or why there is none.
pub type Token<'t> = Pin<Box<dyn Future<Output = Result<Secret, NoToken>> + Send + 't>>;

/// Why there is no token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoToken {
    /// What is wrong, and the way out.
    pub reason: String,
    /// May there be one later, without anybody doing anything? Sign-in is down, or the network is.
    pub may_pass: bool,
}

/// Where tokens come from.
pub trait Tokens: Send + Sync {
    /// A token that is good for some minutes. `renewed`: the service refused the last one, so it must
    /// be another one.
    fn token(&self, renewed: bool) -> Token<'_>;

    /// A token that meets the challenge with which the service refused the last one: its parameter
    /// `claims`, as it came (base64). Another token, where nothing better is known.
    fn challenged(&self, claims: &str) -> Token<'_> {
        let _ = claims;
        self.token(true)
    }
}

/// What was tried for one request with tokens that the service refused.
#[derive(Default)]
pub(super) struct RefusedTokens {
    /// Was another one asked for at once? That is done once.
    is_renewed: bool,
    /// The refusal that the next token has to be another one for.
    pub(super) refusal: Option<Box<Refused>>,
    /// Why there is no other token, once that was tried.
    reused: Option<String>,
}

impl RefusedTokens {
    /// The failure that is left of one; `None`: it is asked again at once.
    pub(super) fn judge(&mut self, failure: Unanswered) -> Option<Unanswered> {
        match failure {
            Unanswered::Unauthorized(refused) if !self.is_renewed => {
                (self.is_renewed, self.refusal) = (true, Some(refused));
                None
            }
            Unanswered::Refused(refused) if !self.is_renewed && refused.challenge.is_some() => {
                (self.is_renewed, self.refusal) = (true, Some(refused));
                None
            }
            // The second time it was waited already: the same token is good enough to ask again.
            Unanswered::Reused(reason) => {
                let is_first = self.reused.replace(reason.clone()).is_none();
                is_first.then_some(Unanswered::Reused(reason))
            }
            failure => Some(failure),
        }
    }

    /// What is told where asking again did not help.
    pub(super) fn end(self, failure: Unanswered) -> Unanswered {
        match (failure, self.reused) {
            (Unanswered::Unauthorized(_), Some(reason)) => Unanswered::Reused(reason),
            (failure, _) => failure,
        }
    }
}
