//! Who asks a service: the sign-in, what a person has to do for it, and whose token came of it.
//! Never asks the service itself, and never shows a token to anybody but it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::http::client::Http;
use crate::http::proof::{NoToken, Token, Tokens};
use crate::place::{News, Prompt};
use crate::secret::Secret;
use crate::sign_in::{self, Audience, Claims, Settings, SignIn};

/// The sign-in, with what a person is asked and whose token it was.
pub(super) struct SignedIn {
    sign_in: SignIn,
    prompted: Arc<Mutex<Prompted>>,
    claims: Mutex<Option<Claims>>,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignedIn")
    }
}

/// What a person has to do now, and whether that was told.
#[derive(Default)]
struct Prompted {
    prompt: Option<Prompt>,
    is_told: bool,
}

/// What a person is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Asking {
    /// The same as when it was told last.
    Unchanged,
    /// To do this.
    For(Prompt),
    /// Nothing, or nothing any more.
    Nothing,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SignedIn {
    /// A sign-in to a service that is begun when a token is first needed.
    pub fn new(audience: Audience, settings: Settings, http: Http) -> Self {
        let prompted: Arc<Mutex<Prompted>> = Arc::default();
        let ask = {
            let prompted = Arc::clone(&prompted);
            move |prompt: sign_in::Prompt| {
                let sign_in::Prompt { code, address, expires, .. } = prompt;
                let prompt = Some(Prompt { code, address, expires });
                *locked(&prompted) = Prompted { prompt, is_told: false };
            }
        };
        let sign_in = SignIn::new(audience, settings, http, Arc::new(ask));
        Self { sign_in, prompted, claims: Mutex::default() }
    }

    /// The sign-in itself.
    pub fn sign_in(&self) -> &SignIn {
        &self.sign_in
    }

    /// What is known of whose token came last; `None` before, or where it does not say.
    pub fn claims(&self) -> Option<Claims> {
        locked(&self.claims).clone()
    }

    /// What a person has to do now to be signed in; each change is told once.
    pub fn asking(&self) -> Asking {
        let mut prompted = locked(&self.prompted);
        if prompted.is_told {
            return Asking::Unchanged;
        }
        prompted.is_told = true;
        prompted.prompt.clone().map_or(Asking::Nothing, Asking::For)
    }

    /// The same, as it is told beside records.
    pub fn news(&self) -> Option<News> {
        match self.asking() {
            Asking::Unchanged => None,
            Asking::For(prompt) => Some(News::Prompt(Some(prompt))),
            Asking::Nothing => Some(News::Prompt(None)),
        }
    }

    /// Takes note of how a sign-in ended.
    fn ended(&self, token: Result<Secret, NoToken>) -> Result<Secret, NoToken> {
        let mut prompted = locked(&self.prompted);
        if prompted.prompt.take().is_some() {
            prompted.is_told = false;
        }
        let token = token?;
        *locked(&self.claims) = Claims::of(&token);
        Ok(token)
    }
}

impl Tokens for SignedIn {
    fn token(&self, renewed: bool) -> Token<'_> {
        Box::pin(async move { self.ended(Tokens::token(&self.sign_in, renewed).await) })
    }

    fn challenged(&self, claims: &str) -> Token<'_> {
        let claims = claims.to_owned();
        Box::pin(async move { self.ended(Tokens::challenged(&self.sign_in, &claims).await) })
    }
}
