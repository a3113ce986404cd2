//! A service and whoever asks it: each request in its turn, again where that helps, with another token where one is refused.
//! Never reads an answer: the asker does, and says whether it is whole.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::Client;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;
use url::Url;

use super::api::Api;
use super::ask::{Proven, Sender};
use super::asker::{Asker, Unread, Waiting};
use super::limiter::Limiter;
use super::pace::Pace;
use super::proof::{NoToken, Proof, RefusedTokens, Tokens};
use super::refused::Refused;
use super::request::Request;
use super::response::Received;
use super::retry::{Tries, Verdict, verdict};
use super::server_clock::ServerClock;
use super::unanswered::Unanswered;
use crate::secret::{self, Secret};
use crate::time::{TICKS_PER_SECOND, Timestamp, ticks};

/// How far a clock may be off before what was signed by it is refused for that, in ticks. Services allow
/// 5 to 15 minutes.
const SKEW: i64 = 60 * TICKS_PER_SECOND;
/// Time without an answer after which that is said.
const QUIET: Duration = Duration::from_secs(20);

/// A service as one tenant sees it. Whatever asks it in one program shares one, for its limit of
/// requests is kept here.
pub struct Service {
    api: &'static Api,
    base: Url,
    client: Client,
    proof: Proof,
    pace: Arc<dyn Pace>,
    limiter: Mutex<Limiter>,
    at_once: Arc<Semaphore>,
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
    /// A service at `base`, such as `https://graph.microsoft.com`; in another region it is another one,
    /// with a limit of its own. `client` follows no redirect by itself: [`super::client::Http::client`],
    /// or [`super::client::Http::exact`] for bytes as they are stored.
    pub fn new(
        api: &'static Api,
        base: Url,
        client: Client,
        proof: Proof,
        pace: Arc<dyn Pace>,
    ) -> Self {
        let limiter = Mutex::new(Limiter::new(api.limit));
        let at_once = Arc::new(Semaphore::new(api.at_once.min(Semaphore::MAX_PERMITS)));
        Self { api, base, client, proof, pace, limiter, at_once, there: Mutex::default() }
    }

    /// The same service in another region, for the same people: with a limit and a clock of its own.
    #[must_use]
    pub fn at(&self, base: Url) -> Self {
        let (proof, pace) = (self.proof.clone(), Arc::clone(&self.pace));
        Self::new(self.api, base, self.client.clone(), proof, pace)
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

    /// The proof goes nowhere but to the service.
    fn guard(&self, url: &Url) -> Result<(), Unanswered> {
        match url.origin() == self.base.origin() || (self.api.leads)(&self.base, url) {
            true => Ok(()),
            false => {
                let host = secret::foreign(url.host_str().unwrap_or_default());
                let why = format!("{host} is not where {} is asked here", self.api.name);
                Err(Unanswered::Unsent(why))
            }
        }
    }

    /// Was something signed by a clock that is wrong? Then the next time it is by that of the service.
    fn is_for_the_clock(&self, failure: &Unanswered) -> bool {
        let (Unanswered::Refused(refused) | Unanswered::Unauthorized(refused)) = failure else {
            return false;
        };
        // Nobody's clock counts but the service's own.
        let Some(date) = refused.date.filter(|_| !refused.code.is_empty()) else { return false };
        let now = self.now_there().unwrap_or_else(|| self.pace.now());
        let is_off = date.ticks().abs_diff(now.ticks()) > SKEW.unsigned_abs();
        if is_off {
            self.heard(date);
        }
        is_off
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
        let stage = tracing::info_span!("ask", service = self.api.name);
        self.asked(request, asker, cancel).instrument(stage).await
    }

    async fn asked<A: Asker>(
        &self,
        request: &Request,
        asker: &mut A,
        cancel: &CancellationToken,
    ) -> Result<A::Got, A::Stop> {
        let mut tries = Tries { is_part: asker.is_part(), ..Tries::default() };
        let mut failing = None;
        let mut tokens = RefusedTokens::default();
        let mut is_by_their_clock = false;
        self.guard(&request.url)?;
        loop {
            let mut rest = None;
            let turn = Turn { service: self, cancel };
            let failure = match turn.once(request, asker, tokens.refusal.take()).await {
                Ok((date, taken)) => match date.map_or(Ok(()), |date| asker.hears(date)) {
                    Err(stop) => return Err(stop),
                    Ok(()) => match asker.read(taken) {
                        Ok(got) => return Ok(got),
                        Err(Unread::Stop(stop)) => return Err(stop),
                        Err(Unread::Again(failure, got)) => {
                            rest = got;
                            failure
                        }
                    },
                },
                Err(failure) => match self.proof {
                    Proof::Signature(_) => {
                        if !is_by_their_clock && self.is_for_the_clock(&failure) {
                            is_by_their_clock = true;
                            continue;
                        }
                        asker.judge(failure)?
                    }
                    Proof::Token(_) => match tokens.judge(failure) {
                        None => continue,
                        Some(failure) => asker.judge(failure)?,
                    },
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
    ) -> Result<(Option<Timestamp>, A::Taken), Unanswered> {
        let service = self.service;
        let proven = match &service.proof {
            Proof::Token(tokens) => Proven::Token(self.token(&**tokens, refusal).await?),
            Proof::Signature(sign) => Proven::Signed(&**sign),
        };
        let permit = self.permit().await?;
        self.turn(asker).await?;
        let (api, client, pace) = (service.api, &service.client, &service.pace);
        let now = service.now_there().unwrap_or_else(|| pace.now());
        let sender = Sender { api, client, pace, now };
        let asking = async {
            let mut opened = sender.open(request, &proven).await?;
            opened.body.permit = Some(permit);
            Ok((opened.date, A::Taken::receive(opened).await))
        };
        let whole = async {
            match A::Taken::IS_WHOLE {
                true => pace.limit(api.ends_within).await,
                false => std::future::pending().await,
            }
        };
        let asking = async {
            tokio::select! {
                answer = asking => answer,
                () = whole => Err(Unanswered::Timeout),
            }
        };
        let mut asking = Box::pin(asking);
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
        if let Some(date) = answer.0 {
            service.heard(date);
        }
        Ok(answer)
    }

    /// One of the places of requests that are answered at the same time.
    async fn permit(&self) -> Result<OwnedSemaphorePermit, Unanswered> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Unanswered::Cancelled),
            permit = Arc::clone(&self.service.at_once).acquire_owned() => {
                // Nobody closes it.
                permit.map_err(|_| Unanswered::Cancelled)
            }
        }
    }

    /// Waits until the limit of requests allows another one.
    async fn turn<A: Asker>(&self, asker: &mut A) -> Result<(), Unanswered> {
        loop {
            let now = self.service.pace.elapsed();
            // The guard must not be held while waiting.
            let wait = {
                let mut limiter = self.service.limiter();
                let wait = limiter.wait(now);
                if wait.is_zero() {
                    limiter.sent(now);
                }
                wait
            };
            if wait.is_zero() {
                return Ok(());
            }
            self.wait(wait, Waiting::Turn, asker).await?;
        }
    }

    async fn token(
        &self,
        tokens: &dyn Tokens,
        refusal: Option<Box<Refused>>,
    ) -> Result<Secret, Unanswered> {
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
