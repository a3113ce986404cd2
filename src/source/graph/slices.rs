//! A range of time cut into slices: what is asked for at once, and what is asked again if it fails.
//! Never asks: this is plain arithmetic on instants.

use std::time::Duration;

use super::logs::Log;
use crate::time::{TICKS_PER_SECOND, Timestamp, Window, ticks};

/// A window of a log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slice {
    /// The log.
    pub log: &'static Log,
    /// The window of it.
    pub window: Window,
}

/// Most slices one window is cut into; a longer one gets longer slices.
const MOST_SLICES: i64 = 10_000;

/// Cuts windows where multiples of `grid` since 1970 lie, so that the same time gives the same
/// slices on every day it is asked for.
pub fn plan(log: &'static Log, windows: &[Window], grid: Duration) -> Vec<Slice> {
    let mut slices = Vec::new();
    for window in windows.iter().filter(|window| !window.is_empty()) {
        let length = window.end.ticks().saturating_sub(window.start.ticks());
        let step = ticks(grid).max(TICKS_PER_SECOND);
        let step = step.saturating_mul(length.div_euclid(step.saturating_mul(MOST_SLICES)) + 1);
        let mut start = window.start;
        while start < window.end {
            let next = (start.ticks().div_euclid(step) + 1).saturating_mul(step);
            let end = Timestamp::from_ticks(next).min(window.end);
            slices.push(Slice { log, window: Window { start, end } });
            start = end;
        }
    }
    slices
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::logs::LOGS;
    use super::*;

    fn window(start: &str, end: &str) -> Window {
        let parse = |text| Timestamp::parse(text).expect(text);
        Window { start: parse(start), end: parse(end) }
    }

    fn ticks_window(start: i64, end: i64) -> Window {
        Window { start: Timestamp::from_ticks(start), end: Timestamp::from_ticks(end) }
    }

    const DAY: Duration = Duration::from_hours(24);

    #[test]
    fn days_begin_at_midnight_and_the_ends_are_as_asked() {
        let asked = window("2026-05-01T13:00:00Z", "2026-05-03T00:00:01Z");
        let slices = plan(&LOGS[0], &[asked], DAY);
        let texts: Vec<String> = slices.iter().map(|s| s.window.start.to_rfc3339()).collect();
        assert_eq!(texts, ["2026-05-01T13:00:00Z", "2026-05-02T00:00:00Z", "2026-05-03T00:00:00Z"]);
        assert_eq!(slices[2].window.end, asked.end);
    }

    #[test]
    fn an_absurd_range_is_cut_into_few_slices() {
        let all = ticks_window(i64::MIN, i64::MAX);
        assert!(plan(&LOGS[0], &[all], Duration::from_secs(1)).len() < 20_010);
        assert!(plan(&LOGS[0], &[ticks_window(5, 5)], DAY).is_empty());
    }

    proptest! {
        #[test]
        fn slices_meet_and_fill_the_window(start in -1_000_000_i64..1_000_000, length in 1_i64..3_000_000) {
            let whole = ticks_window(start * TICKS_PER_SECOND, (start + length) * TICKS_PER_SECOND);
            let slices = plan(&LOGS[0], &[whole], Duration::from_hours(1));
            prop_assert_eq!(slices[0].window.start, whole.start);
            prop_assert_eq!(slices[slices.len() - 1].window.end, whole.end);
            for two in slices.windows(2) {
                prop_assert_eq!(two[0].window.end, two[1].window.start);
            }
        }
    }
}
