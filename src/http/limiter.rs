//! How many requests in how much time: a sliding window.
//! Never waits itself and never reads a clock.

use std::collections::VecDeque;
use std::time::Duration;

/// A little more than a window, for requests that are longer on their way than others.
const MARGIN: Duration = Duration::from_millis(250);

/// So many requests in so much time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limit {
    /// Requests in one window; at least one.
    pub requests: usize,
    /// The window.
    pub window: Duration,
}

/// When requests were sent lately. Times are those of [`super::pace::Pace::elapsed`].
#[derive(Debug)]
pub struct Limiter {
    limit: Limit,
    sent: VecDeque<Duration>,
    /// Nothing may be sent before this.
    held_until: Duration,
}

impl Limiter {
    /// One that sent nothing yet.
    pub fn new(limit: Limit) -> Self {
        Self { limit, sent: VecDeque::new(), held_until: Duration::ZERO }
    }

    fn window(&self) -> Duration {
        self.limit.window + MARGIN
    }

    /// How long to wait before the next request may be sent; zero: it may be sent now.
    pub fn wait(&self, now: Duration) -> Duration {
        let first = self.sent.len().checked_sub(self.limit.requests);
        let first = first.and_then(|at| self.sent.get(at));
        let window = first.map_or(Duration::ZERO, |first| *first + self.window());
        window.max(self.held_until).saturating_sub(now)
    }

    /// A request is sent.
    pub fn sent(&mut self, now: Duration) {
        self.sent.push_back(now);
        while self.sent.len() > self.limit.requests {
            self.sent.pop_front();
        }
    }

    /// The service said that it was too much: others use the same limit. A whole window passes first.
    pub fn refused(&mut self, now: Duration) {
        self.held_until = self.held_until.max(now + self.window());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const REQUESTS: usize = 5;
    const LIMIT: Limit = Limit { requests: REQUESTS, window: Duration::from_secs(10) };
    const WINDOW: Duration = Duration::from_millis(10_250);

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn five_requests_go_at_once_and_the_sixth_waits() {
        let mut limiter = Limiter::new(LIMIT);
        for _ in 0..5 {
            assert_eq!(limiter.wait(seconds(100.0)), Duration::ZERO);
            limiter.sent(seconds(100.0));
        }
        assert_eq!(limiter.wait(seconds(100.0)), WINDOW);
        assert_eq!(limiter.wait(seconds(104.0)), seconds(6.25));
        assert_eq!(limiter.wait(seconds(110.25)), Duration::ZERO);
    }

    #[test]
    fn after_a_refusal_a_whole_window_passes() {
        let mut limiter = Limiter::new(LIMIT);
        limiter.refused(seconds(3.0));
        assert_eq!(limiter.wait(seconds(3.0)), WINDOW);
        assert_eq!(limiter.wait(seconds(13.25)), Duration::ZERO);
    }

    proptest! {
        #[test]
        fn no_ten_seconds_hold_more_than_five(pauses in proptest::collection::vec(0_u64..9_000, 1..80)) {
            let mut limiter = Limiter::new(LIMIT);
            let mut now = Duration::ZERO;
            let mut sent = Vec::new();
            for pause in pauses {
                now += Duration::from_millis(pause);
                now += limiter.wait(now);
                limiter.sent(now);
                sent.push(now);
            }
            for six in sent.windows(REQUESTS + 1) {
                prop_assert!(six[REQUESTS] >= six[0] + Duration::from_secs(10));
            }
        }
    }
}
