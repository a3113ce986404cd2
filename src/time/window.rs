//! Stretches of time that have both ends, and what is left of one without others.
//! Never reads the clock: this is plain arithmetic on instants.

use std::time::Duration;

use super::{TICKS_PER_SECOND, Timestamp, ticks};

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ticks_window(start: i64, end: i64) -> Window {
        Window { start: Timestamp::from_ticks(start), end: Timestamp::from_ticks(end) }
    }

    const DAY: Duration = Duration::from_hours(24);

    #[test]
    fn halving_ends_at_one_second() {
        let parse = |text| Timestamp::parse(text).expect(text);
        let mut window = Window { start: parse("2026-05-01"), end: parse("2026-05-02") };
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
    }
}
