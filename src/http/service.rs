//! A service and whoever asks it: each request in its turn, again where that helps, with another token where one is refused.
//! Never reads an answer: the asker does, and says whether it is whole.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::Client;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::api::Api;
use super::ask::{Answer, Request, Sender};
use super::limiter::Limiter;
use super::pace::Pace;
use super::refused::Refused;
use super::retry::{Tries, Verdict, verdict};
use super::server_clock::ServerClock;
use super::unanswered::Unanswered;
use crate::secret::Secret;
use crate::time::{Timestamp, ticks};

/// Time without an answer after which that is said.
const QUIET: Duration = Duration::from_secs(20);

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
    fn after(failure: &Unanswered) -> Self {
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
    /// What an answer is read as.
    type Got: Send;
    /// What ends asking.
    type Stop: From<Unanswered>;

    /// Reads an answer.
    fn read(&mut self, answer: Answer) -> Result<Self::Got, Unread<Self>>;

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

/// A service as one tenant sees it. Whatever asks it in one program shares one, for its limit of
/// requests is kept here.
pub struct Service {
    api: &'static Api,
    base: Url,
    client: Client,
    tokens: Arc<dyn Tokens>,
    pace: Arc<dyn Pace>,
    limiter: Mutex<Limiter>,
    there: Mutex<Option<ServerClock>>,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Service");
        shown.field("api", &self.api.name).field("base", &self.base.as_str());
        shown.finish_non_exhaustive()
    }
}

impl Service {
    /// A service at `base`, such as `https://graph.microsoft.com`. `client` follows no redirect by
    /// itself: [`super::client::Http::client`].
    pub fn new(
        api: &'static Api,
        base: Url,
        client: Client,
        tokens: Arc<dyn Tokens>,
        pace: Arc<dyn Pace>,
    ) -> Self {
        let limiter = Mutex::new(Limiter::new(api.limit));
        Self { api, base, client, tokens, pace, limiter, there: Mutex::default() }
    }

    /// Where it is.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// Its clock.
    pub fn pace(&self) -> &dyn Pace {
        &*self.pace
    }

    /// What time it is there, at least; `None` where it has not answered yet, or not since this
    /// computer slept or its clock was set.
    pub fn now_there(&self) -> Option<Timestamp> {
        let there = *self.there.lock().unwrap_or_else(PoisonError::into_inner);
        there?.now(self.pace.elapsed(), self.pace.now())
    }

    /// The service said just now what time it is.
    fn heard(&self, date: Timestamp) {
        let there = ServerClock::new(date, self.pace.elapsed(), self.pace.now());
        *self.there.lock().unwrap_or_else(PoisonError::into_inner) = Some(there);
    }

    fn limiter(&self) -> MutexGuard<'_, Limiter> {
        self.limiter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks as often as it takes, until the asker could read an answer or asking again is in vain.
    /// Ends soon after `cancel` fires; dropping the future ends it at once.
    pub async fn ask<A: Asker>(
        &self,
        request: &Request,
        asker: &mut A,
        cancel: &CancellationToken,
    ) -> Result<A::Got, A::Stop> {
        let mut tries = Tries { is_part: asker.is_part(), ..Tries::default() };
        let mut failing = None;
        let mut tokens = RefusedTokens::default();
        loop {
            let mut rest = None;
            let turn = Turn { service: self, cancel };
            let failure = match turn.once(request, asker, tokens.refusal.take()).await {
                Ok(answer) => match answer.date.map_or(Ok(()), |date| asker.hears(date)) {
                    Err(stop) => return Err(stop),
                    Ok(()) => match asker.read(answer) {
                        Ok(got) => return Ok(got),
                        Err(Unread::Stop(stop)) => return Err(stop),
                        Err(Unread::Again(failure, got)) => {
                            rest = got;
                            failure
                        }
                    },
                },
                Err(failure) => match tokens.judge(failure) {
                    None => continue,
                    Some(failure) => asker.judge(failure)?,
                },
            };
            let now = self.pace.elapsed();
            tries.failed += 1;
            tries.waited = now.saturating_sub(*failing.get_or_insert(now));
            if matches!(failure, Unanswered::Throttled(_)) {
                self.limiter().refused(now);
            }
            let verdict = match asker.may_help(&failure) {
                true => verdict(&failure, self.api.limit.window, tries, self.pace.chance()),
                false => Verdict::GiveUp,
            };
            tracing::debug!(
                service = self.api.name,
                failed = tries.failed,
                again = matches!(verdict, Verdict::Again(_)),
                why = failure.words(self.api.name),
                "judged"
            );
            match (verdict, rest) {
                (Verdict::Again(wait), _) => {
                    asker.is_quiet(wait, &failure.words(self.api.name));
                    turn.wait(wait, Waiting::after(&failure), asker).await?;
                    if let Unanswered::Unauthorized(refused) = failure {
                        tokens.refusal = Some(refused);
                    }
                }
                (Verdict::GiveUp, Some(got)) => return Ok(got),
                (Verdict::GiveUp, None) => return Err(tokens.end(failure).into()),
            }
        }
    }
}

/// One request of many.
struct Turn<'t> {
    service: &'t Service,
    cancel: &'t CancellationToken,
}

impl Turn<'_> {
    /// One request, when its turn comes; with another token where the service refused the last one.
    async fn once<A: Asker>(
        &self,
        request: &Request,
        asker: &mut A,
        refusal: Option<Box<Refused>>,
    ) -> Result<Answer, Unanswered> {
        let service = self.service;
        let token = self.token(refusal).await?;
        loop {
            let now = service.pace.elapsed();
            // The guard must not be held while waiting.
            let wait = {
                let mut limiter = service.limiter();
                let wait = limiter.wait(now);
                if wait.is_zero() {
                    limiter.sent(now);
                }
                wait
            };
            if wait.is_zero() {
                break;
            }
            self.wait(wait, Waiting::Turn, asker).await?;
        }
        let (api, client, pace) = (service.api, &service.client, &*service.pace);
        let sender = Sender { api, client, pace };
        let mut asking = Box::pin(sender.ask(request, &token));
        let answered = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Err(Unanswered::Cancelled),
            answer = &mut asking => Some(answer),
            () = pace.limit(QUIET) => None,
        };
        let answer = match answered {
            Some(answer) => answer?,
            None => {
                asker.is_quiet(Duration::ZERO, &format!("{} has not answered yet", api.name));
                tokio::select! {
                    biased;
                    () = self.cancel.cancelled() => return Err(Unanswered::Cancelled),
                    answer = asking => answer?,
                }
            }
        };
        if let Some(date) = answer.date {
            service.heard(date);
        }
        Ok(answer)
    }

    async fn token(&self, refusal: Option<Box<Refused>>) -> Result<Secret, Unanswered> {
        let tokens = &self.service.tokens;
        let challenge = refusal.as_ref().and_then(|refused| refused.challenge.as_deref());
        let token = match challenge.filter(|claims| !claims.is_empty()) {
            Some(claims) => tokens.challenged(claims),
            None => tokens.token(refusal.is_some()),
        };
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Unanswered::Cancelled),
            token = token => token.map_err(|NoToken { reason, may_pass }| match may_pass {
                true if refusal.is_some() => Unanswered::Reused(reason),
                true => Unanswered::SignInDown(reason),
                false => Unanswered::SignIn(reason),
            }),
        }
    }

    /// Waits for `time`, and tells what for.
    async fn wait<A: Asker>(
        &self,
        time: Duration,
        what: Waiting,
        asker: &mut A,
    ) -> Result<(), Unanswered> {
        let until = self.service.pace.now().plus(ticks(time));
        tracing::info!(service = self.service.api.name, ms = time.as_millis() as u64, what = ?what, "waits");
        asker.waits(Some((until, what)));
        let waited = tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Unanswered::Cancelled),
            () = self.service.pace.sleep(time) => Ok(()),
        };
        asker.waits(None);
        waited
    }
}

/// What was tried for one request with tokens that the service refused.
#[derive(Default)]
struct RefusedTokens {
    /// Was another one asked for at once? That is done once.
    is_renewed: bool,
    /// The refusal that the next token has to be another one for.
    refusal: Option<Box<Refused>>,
    /// Why there is no other token, once that was tried.
    reused: Option<String>,
}

impl RefusedTokens {
    /// The failure that is left of one; `None`: it is asked again at once.
    fn judge(&mut self, failure: Unanswered) -> Option<Unanswered> {
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
    fn end(self, failure: Unanswered) -> Unanswered {
        match (failure, self.reused) {
            (Unanswered::Unauthorized(_), Some(reason)) => Unanswered::Reused(reason),
            (failure, _) => failure,
        }
    }
}
