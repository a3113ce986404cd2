//! A range of time cut into slices: what is asked for at once, and what is asked again if it fails.
//! Never asks: this is plain arithmetic on instants.

use std::time::Duration;

use super::logs::Log;
use crate::time::{TICKS_PER_SECOND, Timestamp, ticks};

/// A stretch of time from `start` (included) to `end` (not included).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Window {
    /// First instant inside.
    pub start: Timestamp,
    /// First instant after.
    pub end: Timestamp,
}

impl Window {
    /// Is `time` inside?
    pub fn contains(&self, time: Timestamp) -> bool {
        self.start <= time && time < self.end
    }

    /// Is nothing inside?
    pub fn is_empty(&self) -> bool {
        self.start >= self.end
    }

    /// Does any instant belong to both?
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start.max(other.start) < self.end.min(other.end)
    }

    /// Two halves that meet where a multiple of `grid` lies, or at least at a whole second; `None`
    /// where no second lies inside.
    pub fn halves(&self, grid: Duration) -> Option<(Self, Self)> {
        let middle = Timestamp::from_ticks(self.start.ticks().midpoint(self.end.ticks()));
        let at = [floor(middle, grid), floor_second(middle), ceil_second(self.start)]
            .into_iter()
            .find(|at| self.start < *at && *at < self.end)?;
        Some((Self { end: at, ..*self }, Self { start: at, ..*self }))
    }

    /// Does a multiple of `grid` lie inside?
    pub fn is_wide(&self, grid: Duration) -> bool {
        floor(self.end.plus(-1), grid) > self.start
    }

    /// What is left of it without `covered`, in order.
    pub fn without(&self, covered: &[Self]) -> Vec<Self> {
        let mut covered: Vec<Self> = covered.iter().filter(|c| c.overlaps(self)).copied().collect();
        covered.sort_unstable();
        let mut left = Vec::new();
        let mut from = self.start;
        for cover in covered {
            if from < cover.start {
                left.push(Self { start: from, end: cover.start });
            }
            from = from.max(cover.end);
        }
        if from < self.end {
            left.push(Self { start: from, end: self.end });
        }
        left
    }
}

/// Windows that do not touch each other, in order, with the same instants inside.
pub fn joined(mut windows: Vec<Window>) -> Vec<Window> {
    windows.sort_unstable();
    let mut joined: Vec<Window> = Vec::new();
    for window in windows {
        match joined.last_mut().filter(|last| window.start <= last.end) {
            Some(last) => last.end = last.end.max(window.end),
            None => joined.push(window),
        }
    }
    joined
}

/// The whole second an instant is in.
pub fn floor_second(time: Timestamp) -> Timestamp {
    Timestamp::from_ticks(time.ticks() - time.ticks().rem_euclid(TICKS_PER_SECOND))
}

/// The last multiple of `grid` since 1970 up to an instant.
pub fn floor(time: Timestamp, grid: Duration) -> Timestamp {
    let step = ticks(grid).max(TICKS_PER_SECOND);
    Timestamp::from_ticks(time.ticks().div_euclid(step).saturating_mul(step))
}

fn ceil_second(time: Timestamp) -> Timestamp {
    floor_second(time.plus(TICKS_PER_SECOND - 1))
}

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
    fn halving_ends_at_one_second() {
        let mut window = window("2026-05-01", "2026-05-02");
        let mut steps = 0;
        while let Some((first, second)) = window.halves(DAY) {
            assert_eq!(first.end, second.start);
            assert_eq!((first.start, second.end), (window.start, window.end));
            window = second;
            steps += 1;
        }
        assert_eq!(window.end.ticks() - window.start.ticks(), TICKS_PER_SECOND);
        assert_eq!(steps, 17);
    }

    #[test]
    fn an_absurd_range_is_cut_into_few_slices() {
        let all = ticks_window(i64::MIN, i64::MAX);
        assert!(plan(&LOGS[0], &[all], Duration::from_secs(1)).len() < 20_010);
        assert!(plan(&LOGS[0], &[ticks_window(5, 5)], DAY).is_empty());
    }

    proptest! {
        #[test]
        fn what_is_left_and_what_is_covered_make_the_whole(
            covers in proptest::collection::vec((0_i64..100, 0_i64..30), 0..8),
        ) {
            let whole = ticks_window(10, 90);
            let covers: Vec<Window> =
                covers.iter().map(|(start, length)| ticks_window(*start, start + length)).collect();
            let left = whole.without(&covers);
            for tick in 0..120 {
                let time = Timestamp::from_ticks(tick);
                let covered = covers.iter().any(|cover| cover.contains(time));
                let expected = u32::from(whole.contains(time) && !covered);
                let found = left.iter().filter(|window| window.contains(time)).count() as u32;
                prop_assert_eq!(found, expected);
            }
        }

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
