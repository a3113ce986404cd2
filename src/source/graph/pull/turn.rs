//! One request when its turn comes, and everything that is waited for on the way.
//! Never decides whether a request is made again.

use std::sync::atomic::Ordering;
use std::time::Duration;

use url::Url;

use super::super::slices::Window;
use super::super::{Missing, NoToken};
use super::{Run, Work};
use crate::http::ask::{Answer, ask};
use crate::http::refused::Refused;
use crate::http::retry::Failure;
use crate::time::{TICKS_PER_SECOND, Timestamp, ticks};

/// A difference of clocks that is told, in ticks of 100 ns.
const SKEW: i64 = 5 * 60 * TICKS_PER_SECOND;
/// A difference of clocks by which a window is asked for that ends or begins otherwise: what this
/// computer's clock made of it would be too short, or mostly in the future.
const OFF: (i64, i64) = (2 * TICKS_PER_SECOND, 60 * TICKS_PER_SECOND);
/// Time without anything new after which that is told.
const QUIET: Duration = Duration::from_secs(20);
/// Waits that are told anyway, by whoever shows the state.
const LONG_WAIT: Duration = Duration::from_secs(30);

/// Since when nothing new has come, and whether that was told.
#[derive(Default)]
pub struct Quiet {
    since: Duration,
    is_told: bool,
}

impl Run<'_> {
    /// One request, when its turn comes.
    /// With another token where Graph refused the last one.
    pub(super) async fn once(
        &mut self,
        url: &Url,
        work: &Work,
        refusal: Option<Refused>,
    ) -> Result<Answer, Failure> {
        let (service, cancel) = (self.service, self.cancel);
        let challenge = refusal.as_ref().and_then(|refused| refused.challenge.as_deref());
        let token = match challenge.filter(|claims| !claims.is_empty()) {
            Some(claims) => service.tokens.challenged(claims),
            None => service.tokens.token(refusal.is_some()),
        };
        let token = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(Failure::Cancelled),
            token = token => token.map_err(|NoToken { reason, may_pass }| match may_pass {
                true if refusal.is_some() => Failure::Reused(reason),
                true => Failure::SignInDown(reason),
                false => Failure::SignIn(reason),
            })?,
        };
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
            self.wait(wait, "its turn: Graph allows 5 requests in 10 seconds").await?;
        }
        let mut asking = Box::pin(ask(&service.http, url, &token, &*service.pace));
        let answered = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(Failure::Cancelled),
            answer = &mut asking => Some(answer),
            () = service.pace.limit(QUIET) => None,
        };
        let answer = match answered {
            Some(answer) => answer?,
            None => {
                self.is_quiet(work, Duration::ZERO, "Graph has not answered yet");
                tokio::select! {
                    biased;
                    () = cancel.cancelled() => return Err(Failure::Cancelled),
                    answer = asking => answer?,
                }
            }
        };
        if let Some(date) = answer.date {
            self.compare_clocks(date);
            service.heard(date);
            self.is_other_window()?;
        }
        Ok(answer)
    }

    /// Fails where Graph's clock, once it is known, says that another window is wanted than the one
    /// that is asked for.
    fn is_other_window(&mut self) -> Result<(), Failure> {
        if std::mem::replace(&mut self.is_by_graph, true) {
            return Ok(());
        }
        let now = self.service.now();
        let Window { start, end } = self.request.window_at(now);
        let (sooner, later) = OFF;
        let is_off = start.ticks().abs_diff(self.window.start.ticks()) > later.unsigned_abs()
            || end > self.window.end.plus(sooner)
            || end < self.window.end.plus(-later);
        let is_doubted =
            self.sink.now_is(now).map_err(|error| Failure::Unkept(error.to_string()))?;
        if is_off || is_doubted { Err(Failure::OtherWindow) } else { Ok(()) }
    }

    fn compare_clocks(&mut self, there: Timestamp) {
        let apart = self.service.pace.now().ticks().saturating_sub(there.ticks());
        let told = &self.service.skew_told;
        if apart.abs() > SKEW && !told.swap(true, Ordering::Relaxed) {
            let side = if apart > 0 { "ahead of" } else { "behind" };
            let minutes = apart.abs() / (60 * TICKS_PER_SECOND);
            let reason = format!(
                "this computer's clock is {minutes} minutes {side} Graph's: records are asked for by \
                 both, and what is between them is asked for again. Set this clock right if it is \
                 wrong, or sign-ins may fail"
            );
            self.odd("", None, reason);
        }
    }

    pub(super) fn odd(&mut self, log: &'static str, window: Option<Window>, reason: String) {
        self.missing(Missing { log, window, reason, refused: None, lost: false });
    }

    /// Waits for `time`, and shows what for.
    pub(super) async fn wait(&mut self, time: Duration, what: &'static str) -> Result<(), Failure> {
        let until = self.service.pace.now().plus(ticks(time));
        self.state.waiting_until = Some(until);
        self.state.waiting_for = what;
        self.tell();
        let waited = tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Failure::Cancelled),
            () = self.service.pace.sleep(time) => Ok(()),
        };
        self.state.waiting_until = None;
        self.state.waiting_for = "";
        self.tell();
        waited
    }

    /// Something new came.
    pub(super) fn is_moving(&mut self) {
        self.quiet = Quiet { since: self.service.pace.elapsed(), is_told: false };
    }

    /// Time since something new came.
    pub(super) fn quiet_for(&self) -> Duration {
        self.service.pace.elapsed().saturating_sub(self.quiet.since)
    }

    /// Nothing new has come, and will not for `wait`: tells why, once, before it is long.
    pub(super) fn is_quiet(&mut self, work: &Work, wait: Duration, why: &str) {
        let quiet = self.quiet_for().saturating_add(wait);
        if quiet < QUIET || wait > LONG_WAIT || self.quiet.is_told {
            return;
        }
        self.quiet.is_told = true;
        let reason = format!("nothing new has come for {} s: {why}; trying on", quiet.as_secs());
        self.odd(work.slice.log.name, Some(work.slice.window), reason);
    }
}
