//! What a pull makes of its requests: what is waited for, how long nothing new has come, whose clock is right.
//! Never asks.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::super::super::pulled::Missing;
use super::super::api::waiting_for;
use super::failure::Failure;
use super::{Run, Work};
use crate::http::asker::Waiting;
use crate::time::{TICKS_PER_SECOND, Timestamp, Window};

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
    /// Fails where Graph's clock, once it is known, says that another window is wanted than the one
    /// that is asked for.
    pub(super) fn is_other_window(&mut self) -> Result<(), Failure> {
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

    pub(super) fn compare_clocks(&mut self, there: Timestamp) {
        let apart = self.service.pace().now().ticks().saturating_sub(there.ticks());
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
        self.missing(Missing {
            log: log.into(),
            window,
            reason,
            refused: None,
            lost: false,
            ends: false,
        });
    }

    /// Shows until when nothing is asked, and what for.
    pub(super) fn waits(&mut self, until: Option<(Timestamp, Waiting)>) {
        self.state.waiting_until = until.map(|(until, _)| until);
        self.state.waiting_for = until.map_or("", |(_, waiting)| waiting_for(waiting));
        self.tell();
    }

    /// Something new came.
    pub(super) fn is_moving(&mut self) {
        self.quiet = Quiet { since: self.service.pace().elapsed(), is_told: false };
    }

    /// Time since something new came.
    pub(super) fn quiet_for(&self) -> Duration {
        self.service.pace().elapsed().saturating_sub(self.quiet.since)
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
