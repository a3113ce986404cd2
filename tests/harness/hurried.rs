//! A clock in which waiting takes no time, for tests of services.
//! Never for what is told of time: it says the real time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use entrail::http::pace::{Pace, Wait};
use entrail::time::Timestamp;

/// A clock in which waiting takes no time; it counts the nanoseconds that were waited.
#[derive(Default, Debug)]
pub struct Hurried(AtomicU64);

impl Pace for Hurried {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(jiff::Timestamp::now().as_millisecond())
    }
    fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }
    fn sleep(&self, time: Duration) -> Wait<'_> {
        self.0.fetch_add(time.as_nanos() as u64, Ordering::Relaxed);
        Box::pin(std::future::ready(()))
    }
    fn limit(&self, _: Duration) -> Wait<'_> {
        Box::pin(std::future::pending())
    }
    fn chance(&self) -> f64 {
        0.0
    }
}
