//! The axis of the timeline: equal parts of time, of a length that people count in.
//! Never asks the clock, and never depends on a zone: weeks begin on Monday, days at midnight UTC.

use crate::time::{TICKS_PER_SECOND, Timestamp};

/// Equal parts of time, one after the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Axis {
    /// Where the first begins (UTC).
    pub start: Timestamp,
    /// How long each is, in ticks of 100 ns; at least 1.
    pub width: i64,
    /// How many there are.
    pub buckets: usize,
}

const MINUTE: i64 = 60 * TICKS_PER_SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;

/// The lengths a bucket can have, shortest first; above them, whole multiples of the last.
const WIDTHS: &[i64] = &[
    TICKS_PER_SECOND,
    5 * TICKS_PER_SECOND,
    15 * TICKS_PER_SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    WEEK,
    2 * WEEK,
    4 * WEEK,
];

/// Monday, 29 December 1969: buckets of all lengths begin a whole number of them after it.
const MONDAY: i64 = -3 * DAY;

impl Axis {
    /// The finest axis of at most `cells` buckets that covers a period, both ends included.
    pub fn fit((first, last): (Timestamp, Timestamp), cells: usize) -> Self {
        let cells = cells.max(1) as i128;
        let of = |width: i64| {
            let place = |time: Timestamp| {
                (i128::from(time.ticks()) - i128::from(MONDAY)).div_euclid(i128::from(width))
            };
            let buckets = place(last.max(first)) - place(first) + 1;
            (buckets <= cells).then(|| {
                let start = place(first) * i128::from(width) + i128::from(MONDAY);
                // Only the first instants there are begin before what can be told.
                let start = i64::try_from(start).unwrap_or(i64::MIN);
                Self { start: Timestamp::from_ticks(start), width, buckets: buckets as usize }
            })
        };
        let longest = WIDTHS[WIDTHS.len() - 1];
        let longer = (1..40).map(|power| longest.saturating_mul(1 << power.min(20)));
        let widths = WIDTHS.iter().copied().chain(longer);
        let fallback = Self { start: first, width: i64::MAX, buckets: 1 };
        widths.into_iter().find_map(of).unwrap_or(fallback)
    }

    /// The bucket of an instant; `None` before the first and behind the last.
    pub fn bucket(&self, time: Timestamp) -> Option<usize> {
        let since = i128::from(time.ticks()) - i128::from(self.start.ticks());
        let place = usize::try_from(since.div_euclid(i128::from(self.width.max(1)))).ok()?;
        (place < self.buckets).then_some(place)
    }

    /// Where a bucket begins, and where the next one does.
    pub fn span(&self, bucket: usize) -> (Timestamp, Timestamp) {
        (self.begin(bucket), self.begin(bucket + 1))
    }

    fn begin(&self, bucket: usize) -> Timestamp {
        let ticks = i128::from(self.start.ticks()) + bucket as i128 * i128::from(self.width);
        Timestamp::from_ticks(ticks.clamp(i64::MIN.into(), i64::MAX.into()) as i64)
    }

    /// The first instants of all buckets, and of what comes behind the last.
    pub fn begins(&self) -> impl Iterator<Item = Timestamp> {
        (0..=self.buckets).map(|bucket| self.begin(bucket))
    }

    /// How long a bucket is, in words.
    pub fn width_words(&self) -> String {
        let units = [(WEEK, "week"), (DAY, "day"), (HOUR, "hour"), (MINUTE, "min")];
        let fits = |(unit, _): &&(i64, &str)| self.width >= *unit && self.width % unit == 0;
        let (unit, name) = units.iter().find(fits).copied().unwrap_or((TICKS_PER_SECOND, "s"));
        match (self.width / unit, name) {
            (1, name) => format!("1 {name}"),
            (count, "min" | "s") => format!("{count} {name}"),
            (count, name) => format!("{count} {name}s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect(text)
    }

    #[test]
    fn buckets_are_as_fine_as_fits_and_begin_where_people_count() {
        let axis = |from: &str, to: &str| Axis::fit((at(from), at(to)), 80);
        for (from, to, words, begins) in [
            ("2026-11-20T10:07:00Z", "2026-11-20T10:20:00Z", "15 s", "2026-11-20T10:07:00Z"),
            ("2026-11-20T10:07:00Z", "2026-11-20T10:07:00Z", "1 s", "2026-11-20T10:07:00Z"),
            ("2026-11-20T10:07:00Z", "2026-11-20T22:00:00Z", "10 min", "2026-11-20T10:00:00Z"),
            ("2026-11-18T10:07:00Z", "2026-11-20T22:00:00Z", "1 hour", "2026-11-18T10:00:00Z"),
            ("2026-10-22T10:07:00Z", "2026-11-20T22:00:00Z", "12 hours", "2026-10-22T00:00:00Z"),
            ("2025-11-22T10:07:00Z", "2026-11-20T22:00:00Z", "1 week", "2025-11-17T00:00:00Z"),
        ] {
            let axis = axis(from, to);
            assert_eq!(axis.width_words(), words, "{from} {to}");
            assert_eq!(axis.start, at(begins), "{from} {to}");
            assert!(axis.buckets <= 80);
            assert_eq!(axis.bucket(at(from)), Some(0));
            assert_eq!(axis.bucket(at(to)), Some(axis.buckets - 1));
        }
    }

    #[test]
    fn any_period_has_an_axis_and_every_instant_of_it_a_bucket() {
        let ends = [i64::MIN, i64::MIN + 7, -1, 0, 1, 5 * WEEK, i64::MAX - 1, i64::MAX];
        for (first, last) in ends.iter().flat_map(|a| ends.iter().map(move |b| (*a, *b))) {
            let (first, last) = (first.min(last), first.max(last));
            for cells in [0, 1, 2, 80, 500] {
                let period = (Timestamp::from_ticks(first), Timestamp::from_ticks(last));
                let axis = Axis::fit(period, cells);
                assert!(axis.buckets >= 1 && axis.buckets <= cells.max(1), "{axis:?}");
                assert_eq!(axis.begins().count(), axis.buckets + 1);
                for bucket in 0..axis.buckets {
                    let (from, to) = axis.span(bucket);
                    assert!(from <= to);
                }
            }
        }
    }
}
