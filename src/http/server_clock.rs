//! What time it is at a service: read from the `Date` of its answers, carried on by a clock that never jumps.
//! Never trusts the time of day of this computer once an answer came.
//!
//! A `Date` says less than the time it is: it is cut to the second, and was written before it arrived. So
//! what is made of it is never later than the service's own time, and nothing that counts as asked for by it
//! can still happen.

use std::time::Duration;

use crate::time::{TICKS_PER_SECOND, Timestamp, ticks};

/// How far apart both clocks of this computer may go before an answer counts no more: it slept, or was
/// set.
const APART: i64 = 60 * TICKS_PER_SECOND;

/// The last `Date` of a service, and when it came by both clocks of this computer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ServerClock {
    date: Timestamp,
    elapsed: Duration,
    here: Timestamp,
}

impl ServerClock {
    /// The service said `date`, at `elapsed` (of [`super::pace::Pace::elapsed`]), when it was `here`.
    pub fn new(date: Timestamp, elapsed: Duration, here: Timestamp) -> Self {
        Self { date, elapsed, here }
    }

    /// What time it is there, at least; `None` where this computer slept or its clock was set since.
    pub fn now(&self, elapsed: Duration, here: Timestamp) -> Option<Timestamp> {
        let passed = ticks(elapsed.saturating_sub(self.elapsed));
        let by_day = here.ticks().saturating_sub(self.here.ticks());
        let apart = by_day.saturating_sub(passed).saturating_abs();
        (apart <= APART).then(|| self.date.plus(passed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect(text)
    }

    #[test]
    fn the_time_there_goes_on_until_the_computer_slept_or_was_set() {
        let (date, here) = (at("2026-05-01T10:00:00Z"), at("2026-06-01T00:00:00Z"));
        let there = ServerClock::new(date, Duration::from_secs(5), here);
        let hour = Duration::from_secs(5 + 3_600);
        let later = here.plus(3_600 * TICKS_PER_SECOND);
        assert_eq!(there.now(hour, later), Some(at("2026-05-01T11:00:00Z")));
        assert_eq!(there.now(hour, date), None, "its clock was set");
        assert_eq!(there.now(Duration::from_secs(9), later), None, "it slept");
    }
}
