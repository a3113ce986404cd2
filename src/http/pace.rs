//! Time as asking and signing in see it: what it is, waiting for it, and a little chance against lockstep.
//! Never decides how long to wait.
#![expect(clippy::disallowed_methods, reason = "this is where the clock is read")]

use std::fmt::Debug;
use std::hash::{BuildHasher as _, RandomState};
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::time::Timestamp;

/// A wait, to be raced against cancellation.
pub type Wait<'w> = Pin<Box<dyn Future<Output = ()> + Send + 'w>>;

/// Clock, sleep and chance; asking and signing in have no other.
pub trait Pace: Debug + Send + Sync {
    /// The time of day, UTC.
    fn now(&self) -> Timestamp;

    /// Time since some fixed moment; never goes back.
    fn elapsed(&self) -> Duration;

    /// Is over after `time`: a pause between requests, or for somebody else to be done.
    fn sleep(&self, time: Duration) -> Wait<'_>;

    /// Is over after `time`: the longest one request, or another program, may take.
    fn limit(&self, time: Duration) -> Wait<'_>;

    /// A number from 0 (included) to 1 (not included), each as likely.
    fn chance(&self) -> f64;
}

/// The system's clock.
#[derive(Debug)]
pub struct SystemPace {
    started: Instant,
}

impl SystemPace {
    /// Starts counting now.
    pub fn new() -> Self {
        Self { started: Instant::now() }
    }
}

impl Default for SystemPace {
    fn default() -> Self {
        Self::new()
    }
}

impl Pace for SystemPace {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_ticks(i64::try_from(since.as_nanos() / 100).unwrap_or(i64::MAX))
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn sleep(&self, time: Duration) -> Wait<'_> {
        Box::pin(tokio::time::sleep(time))
    }

    fn limit(&self, time: Duration) -> Wait<'_> {
        Box::pin(tokio::time::sleep(time))
    }

    fn chance(&self) -> f64 {
        // Each new state of the standard hasher has random keys.
        let bits = RandomState::new().hash_one(0_u8) >> 11;
        bits as f64 / (1_u64 << 53) as f64
    }
}

/// A clock of tests, on which each wait is over at once and no limit ever is.
#[cfg(test)]
#[derive(Debug)]
pub struct AtOnce;

#[cfg(test)]
impl Pace for AtOnce {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(0)
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> Wait<'_> {
        Box::pin(std::future::ready(()))
    }

    fn limit(&self, _: Duration) -> Wait<'_> {
        Box::pin(std::future::pending())
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_a_fraction_and_not_always_the_same() {
        let pace = SystemPace::new();
        let drawn: Vec<f64> = (0..64).map(|_| pace.chance()).collect();
        assert!(drawn.iter().all(|chance| (0.0..1.0).contains(chance)));
        assert!(drawn.iter().any(|chance| chance.to_bits() != drawn[0].to_bits()));
    }

    #[test]
    fn the_clock_counts_ticks_since_1970() {
        let year_2020 = Timestamp::parse("2020-01-01").expect("a date");
        assert!(SystemPace::new().now() > year_2020);
    }
}
