//! Access tokens for any service: seven ways to get one, tried in order, and renewed before they end.
//! Never puts a secret where it could be seen: not in arguments, errors, debug output or files (but for `--remember`).

mod advice;
mod assertion;
mod audience;
mod azure_cli;
mod cache;
mod certificate;
mod challenge;
mod claims;
mod client_secret;
mod cloud;
mod context;
mod device_code;
mod encryption;
mod endpoint;
mod given_token;
mod managed_identity;
mod method;
mod settings;
#[cfg(test)]
mod tests;
mod token;

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex as Quick, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

pub use self::audience::Audience;
use self::cache::{Cache, CacheKey};
use self::challenge::Challenge;
pub use self::claims::Claims;
pub use self::cloud::Cloud;
use self::context::Context;
use self::endpoint::Failed;
pub use self::method::Method;
pub use self::settings::{Environment, Settings};
use self::token::Grant;
use crate::http::client::Http;
use crate::http::pace::{Pace, SystemPace};
use crate::http::proof::{self, NoToken, Tokens};
use crate::secret::{self, Secret};
use crate::time::{Timestamp, ticks};

/// How long a token that is still good is used on after it could not be renewed, before the next try.
const AFTER_FAILURE: Duration = Duration::from_mins(1);

/// What a person is asked to do: open the address on any device and enter the code. Cleaned to be
/// shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Prompt {
    /// The code to enter.
    pub code: String,
    /// Where to enter it.
    pub address: String,
    /// When the code is over.
    pub expires: Timestamp,
    /// The same in the server's words.
    pub message: String,
}

/// How a person is asked; must return soon.
pub type Ask = dyn Fn(Prompt) + Send + Sync;

/// Why there is no token. Nothing secret is in it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{reason}")]
pub struct SignInError {
    /// What was tried, what came of it, and the way out.
    pub reason: String,
    /// Did nobody wait for it any more?
    pub cancelled: bool,
    /// May the same way give one later, without anybody doing anything? Nobody refused: there was no
    /// answer, or none that is one of the endpoint's. Or the service refused a token that has not ended.
    pub may_pass: bool,
}

impl SignInError {
    /// Nothing secret is in it, whatever is in `reason`.
    fn new(reason: &str) -> Self {
        Self { reason: secret::masked(reason).into_owned(), cancelled: false, may_pass: false }
    }
}

/// One identity and its tokens for one service.
pub struct SignIn {
    audience: Audience,
    settings: Settings,
    http: Http,
    ask: Arc<Ask>,
    pace: Arc<dyn Pace>,
    state: Mutex<State>,
    notices: Quick<Vec<String>>,
}

#[derive(Default)]
struct State {
    /// The way that worked: it is not changed while the program runs.
    method: Option<Method>,
    grant: Option<Grant>,
    refresh: Option<Secret>,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn")
            .field("audience", &self.audience)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl SignIn {
    /// Signs in when the first token is asked for. `ask` is called with what a person has to do.
    pub fn new(audience: Audience, settings: Settings, http: Http, ask: Arc<Ask>) -> Self {
        Self::with_pace(audience, settings, http, ask, Arc::new(SystemPace::new()))
    }

    /// The same with another clock.
    pub fn with_pace(
        audience: Audience,
        settings: Settings,
        http: Http,
        ask: Arc<Ask>,
        pace: Arc<dyn Pace>,
    ) -> Self {
        let (state, notices) = (Mutex::default(), Quick::default());
        Self { audience, settings, http, ask, pace, state, notices }
    }

    /// An access token that is good for five minutes at least, or for half its life where that is
    /// less; one that was given ([`Method::Token`]) until its end. Several callers share one sign-in.
    pub async fn token(&self, cancel: &CancellationToken) -> Result<Secret, SignInError> {
        let mut state =
            endpoint::unless_cancelled(cancel, self.state.lock()).await.map_err(|_| cancelled())?;
        let now = self.pace.now();
        if let Some(grant) = state.grant.as_ref().filter(|grant| !grant.is_due(now)) {
            return Ok(grant.token.clone());
        }
        let failed = match self.obtain(&mut state, None, cancel).await {
            Ok(token) => return Ok(token),
            Err(failed) => failed,
        };
        // It was early to renew it: what there is serves on for a while.
        match state
            .grant
            .as_mut()
            .filter(|grant| !failed.cancelled && !grant.is_over(self.pace.now()))
        {
            Some(grant) => {
                grant.renew = Some(self.pace.now().plus(ticks(AFTER_FAILURE)));
                Ok(grant.token.clone())
            }
            None => Err(failed),
        }
    }

    /// Another access token than the last, which the service refused with status 401.
    pub async fn renewed(&self, cancel: &CancellationToken) -> Result<Secret, SignInError> {
        self.another(None, cancel).await
    }

    /// Another access token than the last, which the service refused because it lacks `claims` (base64, as
    /// a claims challenge has it). Where the way of signing in cannot ask for that, the error says
    /// what to do.
    pub async fn challenged(
        &self,
        claims: &str,
        cancel: &CancellationToken,
    ) -> Result<Secret, SignInError> {
        self.another(Challenge::read(claims).as_ref(), cancel).await
    }

    async fn another(
        &self,
        challenge: Option<&Challenge>,
        cancel: &CancellationToken,
    ) -> Result<Secret, SignInError> {
        let mut state =
            endpoint::unless_cancelled(cancel, self.state.lock()).await.map_err(|_| cancelled())?;
        let Some(refused) = state.grant.take() else {
            return self.obtain(&mut state, challenge, cancel).await;
        };
        let said = |reason: String| SignInError::new(&reason);
        // Services err: a token that has not ended may be accepted a moment later.
        let may_pass = !refused.is_over(self.pace.now());
        // These two have nothing to ask anew with.
        if let (Some(method @ (Method::Token | Method::AzureCli)), Some(challenge)) =
            (state.method, challenge)
        {
            return Err(said(challenge.way_out(method, &self.audience, &self.settings)));
        }
        if state.method == Some(Method::Token) {
            return Err(SignInError { may_pass, ..said(challenge::refused(&self.audience)) });
        }
        let token = self.obtain(&mut state, challenge, cancel).await?;
        if refused.is(&token) {
            state.grant = None;
            let method = state.method.unwrap_or(Method::Token);
            return Err(match challenge {
                Some(challenge) => said(challenge.way_out(method, &self.audience, &self.settings)),
                None => {
                    SignInError { may_pass, ..said(challenge::same_again(method, &self.audience)) }
                }
            });
        }
        Ok(token)
    }

    /// What the token says about itself, unverified. Signs in where nobody did yet.
    pub async fn claims(&self, cancel: &CancellationToken) -> Result<Claims, SignInError> {
        let token = self.token(cancel).await?;
        Claims::of(&token).ok_or_else(|| {
            SignInError::new(
                "the access token does not say whose it is: it is not one of a work or school account",
            )
        })
    }

    /// The way that worked, once one did.
    pub async fn method(&self) -> Option<Method> {
        self.state.lock().await.method
    }

    /// What went wrong aside, as that a sign-in could not be remembered. Each is told once.
    pub fn notices(&self) -> Vec<String> {
        std::mem::take(&mut *self.notices.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn notice(&self, notice: String) {
        let notice = secret::without_secrets(notice);
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).push(notice);
    }

    async fn obtain(
        &self,
        state: &mut State,
        challenge: Option<&Challenge>,
        cancel: &CancellationToken,
    ) -> Result<Secret, SignInError> {
        let (settings, http, ask, pace) = (&self.settings, &self.http, &*self.ask, &*self.pace);
        let claims = challenge.map(Challenge::claims);
        let audience = &self.audience;
        let attempt = Context { audience, settings, http, ask, pace, cancel, claims };
        let chosen = self.settings.method.or(state.method);
        let methods = chosen.map_or_else(|| Method::all().collect(), |chosen| vec![chosen]);
        let mut passed = String::new();
        for method in methods {
            match self.by(method, state, &attempt).await {
                Ok(grant) => {
                    let token = grant.token.clone();
                    let (method_name, audience) = (method.name(), &*audience.resource);
                    tracing::info!(method = method_name, audience, "signed in");
                    state.method = Some(method);
                    state.grant = Some(grant);
                    return Ok(token);
                }
                Err(Failed::Cancelled) => return Err(cancelled()),
                Err(Failed::Unavailable(why)) if chosen.is_none() => {
                    tracing::info!(method = method.name(), why, "passed over a way to sign in");
                    // Writing to a String cannot fail.
                    let _ = write!(passed, "\n  {method}: {why}");
                }
                Err(failed) => {
                    // What is not there now was there before, or somebody asked for it.
                    let may_pass = match failed {
                        Failed::Unavailable(_) => state.method.is_some(),
                        Failed::Unreachable(_) => true,
                        Failed::Refused(_) | Failed::Cancelled => false,
                    };
                    let why = failed.words();
                    let before = if passed.is_empty() {
                        String::new()
                    } else {
                        format!("\nBefore that was tried:{passed}")
                    };
                    let error =
                        SignInError::new(&format!("sign-in by {method} failed: {why}{before}"));
                    return Err(SignInError { may_pass, ..error });
                }
            }
        }
        Err(SignInError::new(&format!("there is no way to sign in:{passed}")))
    }

    async fn by(
        &self,
        method: Method,
        state: &mut State,
        attempt: &Context<'_>,
    ) -> Result<Grant, Failed> {
        match method {
            Method::Token => given_token::obtain(attempt),
            Method::ClientSecret => client_secret::obtain(attempt).await,
            Method::Certificate => assertion::by_certificate(attempt).await,
            Method::Federated => assertion::by_federation(attempt).await,
            Method::ManagedIdentity => managed_identity::obtain(attempt).await,
            Method::AzureCli => azure_cli::obtain(attempt).await,
            Method::DeviceCode => self.by_device_code(attempt, state).await,
        }
    }

    /// Without asking where an earlier sign-in can be renewed, else with a code.
    async fn by_device_code(
        &self,
        attempt: &Context<'_>,
        state: &mut State,
    ) -> Result<Grant, Failed> {
        let key = CacheKey {
            cloud: self.settings.cloud.login().to_owned(),
            audience: self.audience.resource.clone(),
            tenant: device_code::tenant(attempt).to_owned(),
            client: device_code::client(attempt).to_owned(),
            method: Method::DeviceCode.name().to_owned(),
        };
        let cache = self.settings.remember.clone().map(Cache::new);
        let known = state.refresh.take().or_else(|| {
            let found = cache.as_ref()?.find(&key);
            found.unwrap_or_else(|why| {
                self.notice(why);
                None
            })
        });
        let renewed = match &known {
            Some(refresh) => device_code::refresh(attempt, refresh).await,
            None => Err(Failed::Refused(String::new())),
        };
        let grant = match renewed {
            // The refresh token is over or was revoked: a person can help.
            Err(Failed::Refused(_)) => device_code::obtain(attempt).await,
            // Offline, or nobody waits: it is good for another time.
            Err(failed) => {
                state.refresh = known;
                return Err(failed);
            }
            Ok(grant) => Ok(grant),
        };
        let fresh = grant.as_ref().ok().and_then(|grant| grant.refresh.clone());
        let changed = known.as_ref().map(secret) != fresh.as_ref().map(secret);
        if let Some(cache) = cache.filter(|_| changed)
            && let Err(why) = cache.keep(&key, fresh.as_ref(), attempt.pace).await
        {
            self.notice(why);
        }
        state.refresh = fresh;
        grant
    }
}

impl Tokens for SignIn {
    fn token(&self, renewed: bool) -> proof::Token<'_> {
        Box::pin(async move {
            // Whoever does not wait any more drops this.
            let never = CancellationToken::new();
            Ok(match renewed {
                true => self.renewed(&never).await?,
                false => self.token(&never).await?,
            })
        })
    }

    fn challenged(&self, claims: &str) -> proof::Token<'_> {
        let claims = claims.to_owned();
        Box::pin(async move { Ok(self.challenged(&claims, &CancellationToken::new()).await?) })
    }
}

impl From<SignInError> for NoToken {
    fn from(SignInError { reason, may_pass, .. }: SignInError) -> Self {
        Self { reason, may_pass }
    }
}

fn secret(secret: &Secret) -> &str {
    secrecy::ExposeSecret::expose_secret(secret)
}

fn cancelled() -> SignInError {
    SignInError { reason: "the sign-in was stopped".to_owned(), cancelled: true, may_pass: false }
}
