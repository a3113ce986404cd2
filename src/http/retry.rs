//! What to do after a failed request: wait how long and ask again, or give up.
//! Never asks and never waits; chance is a parameter.

use std::time::Duration;

use super::unanswered::Unanswered;
use crate::time::Timestamp;

/// Longest that is waited for one request to be let through, all its waits together.
const PATIENCE: Duration = Duration::from_hours(1);
/// Failed requests after which one that is only a part of something is given up.
const FEW: u32 = 3;

/// What to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Ask again after this.
    Again(Duration),
    /// Do not ask for this address again.
    GiveUp,
}

/// How often one thing is asked for, and how long is waited in between: twice as long each time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rule {
    /// Failed requests after which it is given up.
    pub most: u32,
    /// What is waited after the first.
    pub first: Duration,
    /// Longest that is waited.
    pub longest: Duration,
}

impl Rule {
    /// What is waited after so many failed requests, where nobody says how long; `None`: that was the
    /// last one.
    pub fn wait(&self, failed: u32) -> Option<Duration> {
        let doubled = self.first.saturating_mul(1 << failed.saturating_sub(1).min(16));
        (failed < self.most).then_some(doubled.min(self.longest))
    }
}

/// What was tried with one address so far.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Tries {
    /// Failed requests, the last one included.
    pub failed: u32,
    /// Time since the first of them failed.
    pub waited: Duration,
    /// Is it a part of what failed as a whole? Then few tries are enough.
    pub is_part: bool,
}

/// What to do after `failure`. `window` is that of the service's limit: what is waited at least where
/// it does not say how long. `chance` is from 0 to 1 and spreads programs that failed together.
pub fn verdict(failure: &Unanswered, window: Duration, tries: Tries, chance: f64) -> Verdict {
    let (most, base, longest) = match failure {
        Unanswered::Throttled(_) => (u32::MAX, window, Duration::from_mins(5)),
        Unanswered::Server(..) => (few(tries, 5), Duration::from_secs(2), Duration::from_mins(1)),
        Unanswered::Unreachable(_) => (6, Duration::from_secs(1), Duration::from_secs(30)),
        Unanswered::Timeout | Unanswered::Broken(_) => {
            (few(tries, 4), Duration::from_secs(1), Duration::from_secs(30))
        }
        Unanswered::Refused(refused) if refused.is_doubtful => {
            (3, Duration::from_secs(5), Duration::from_secs(15))
        }
        // Services err here too, and then the same token is good a moment later.
        Unanswered::Unauthorized(refused) if refused.may_pass() => {
            (3, Duration::from_secs(1), Duration::from_secs(2))
        }
        Unanswered::Reused(_) => (3, Duration::from_secs(1), Duration::from_secs(2)),
        Unanswered::Elsewhere(_) => (3, Duration::from_secs(2), Duration::from_secs(4)),
        _ => return Verdict::GiveUp,
    };
    let rule = Rule { most, first: base, longest };
    let Some(doubled) = rule.wait(tries.failed) else { return Verdict::GiveUp };
    let asked = match failure {
        Unanswered::Throttled(after) | Unanswered::Server(_, after) => *after,
        _ => None,
    };
    let wait = match asked {
        // All who wait are told the same time.
        Some(asked) => asked + base.min(Duration::from_secs(1)).mul_f64(chance),
        None => doubled.mul_f64(chance),
    };
    let total = tries.waited.saturating_add(wait);
    if total > PATIENCE { Verdict::GiveUp } else { Verdict::Again(wait) }
}

fn few(tries: Tries, most: u32) -> u32 {
    if tries.is_part { most.min(FEW) } else { most }
}

/// The header `Retry-After`: seconds, or a date, which counts from `now`.
///
/// Source: RFC 9110, section 10.2.3.
pub fn retry_after(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<u64>() {
        return Some(Duration::from_secs(seconds.min(365 * 86_400)));
    }
    let ms = http_date(header)?.ms().saturating_sub(now.ms());
    Some(Duration::from_millis(u64::try_from(ms).unwrap_or(0)))
}

/// A date as HTTP headers have it: `Sun, 06 Nov 1994 08:49:37 GMT`.
pub fn http_date(header: &str) -> Option<Timestamp> {
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(header.trim()).ok()?;
    Some(Timestamp::from_ms(date.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_secs(10);

    fn tries(failed: u32) -> Tries {
        Tries { failed, ..Tries::default() }
    }

    fn again(failure: &Unanswered, tries: Tries, chance: f64) -> Option<f64> {
        match verdict(failure, WINDOW, tries, chance) {
            Verdict::Again(wait) => Some(wait.as_secs_f64()),
            Verdict::GiveUp => None,
        }
    }

    #[test]
    fn what_a_service_asks_for_is_honoured_and_a_little_more() {
        let throttled = Unanswered::Throttled(Some(Duration::from_secs(33)));
        assert_eq!(again(&throttled, tries(1), 0.0), Some(33.0));
        assert_eq!(again(&throttled, tries(9), 0.5), Some(33.5));
        let server = Unanswered::Server(503, Some(Duration::from_secs(7)));
        assert_eq!(again(&server, tries(1), 0.0), Some(7.0));
    }

    #[test]
    fn without_a_word_the_wait_doubles_and_is_spread() {
        let throttled = Unanswered::Throttled(None);
        assert_eq!(again(&throttled, tries(1), 0.5), Some(5.0));
        assert_eq!(again(&throttled, tries(3), 0.5), Some(20.0));
        assert_eq!(again(&throttled, tries(30), 1.0), Some(300.0));
        assert_eq!(again(&Unanswered::Server(500, None), tries(4), 1.0), Some(16.0));
    }

    #[test]
    fn a_third_429_is_no_reason_to_give_up_and_an_hour_is() {
        let throttled = Unanswered::Throttled(None);
        assert!(again(&throttled, tries(50), 0.9).is_some());
        let long = Tries { waited: Duration::from_mins(58), ..tries(20) };
        assert_eq!(again(&throttled, long, 0.9), None);
        let absurd = Unanswered::Throttled(Some(Duration::from_secs(u64::MAX / 2)));
        assert_eq!(again(&absurd, tries(1), 0.9), None);
    }

    #[test]
    fn other_failures_end_after_a_few_tries() {
        for (failure, most) in [
            (Unanswered::Server(504, None), 5),
            (Unanswered::Timeout, 4),
            (Unanswered::Broken("cut".to_owned()), 4),
            (Unanswered::Unreachable("refused".to_owned()), 6),
        ] {
            assert!(again(&failure, tries(most - 1), 0.5).is_some(), "{failure:?}");
            assert_eq!(again(&failure, tries(most), 0.5), None, "{failure:?}");
        }
        let part = Tries { is_part: true, ..tries(3) };
        assert_eq!(again(&Unanswered::Server(504, None), part, 0.5), None);
        for failure in [Unanswered::Cancelled, Unanswered::SignIn(String::new())] {
            assert_eq!(again(&failure, tries(1), 0.5), None);
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = Timestamp::parse("1994-11-06T08:49:07Z").expect("a time");
        assert_eq!(retry_after(" 12 ", now), Some(Duration::from_secs(12)));
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(retry_after(date, now), Some(Duration::from_secs(30)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now), Some(Duration::ZERO));
        for nonsense in ["", "-5", "soon", "1e9", "12 s"] {
            assert_eq!(retry_after(nonsense, now), None, "{nonsense}");
        }
        assert_eq!(retry_after("99999999999", now), Some(Duration::from_hours(24 * 365)));
    }
}
