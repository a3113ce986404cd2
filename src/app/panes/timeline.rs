//! The timeline: which span of time it covers, the bucket under the cursor, a brush, working hours.
//! Never counts; buckets come with each answer. A brush becomes an ordinary condition on the time.

use crate::query::answer::Axis;
use crate::store::Store;
use crate::time::{TICKS_PER_SECOND, Timestamp, Zone};

/// The timeline strip.
#[derive(Debug, Default)]
pub struct Timeline {
    /// The span it was zoomed to; `None`: all there is.
    pub(in crate::app) window: Option<(Timestamp, Timestamp)>,
    /// An instant of the bucket under the cursor.
    pub(in crate::app) cursor: Option<Timestamp>,
    /// An instant of the bucket a brush began in.
    pub(in crate::app) brush: Option<Timestamp>,
    /// When people work.
    pub working: WorkingWeek,
    /// The bucket that was gone to as a peak.
    pub(in crate::app) peak: Option<usize>,
    /// Is the mouse drawing a brush?
    pub dragging: bool,
    /// For each bucket of the axis it was made for: does nobody work then?
    after_hours: Vec<bool>,
    made_for: Option<(Axis, String)>,
}

/// The hours in which people work, in the zone that is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WorkingWeek {
    /// Monday first.
    pub days: [bool; 7],
    /// The first hour, 0 to 23.
    pub from: u8,
    /// The hour behind the last, 1 to 24.
    pub to: u8,
}

impl Default for WorkingWeek {
    /// Monday to Friday, seven to seven.
    fn default() -> Self {
        Self { days: [true, true, true, true, true, false, false], from: 7, to: 19 }
    }
}

const HOUR: i64 = 3_600 * TICKS_PER_SECOND;
/// The shortest span that can be zoomed to.
pub(in crate::app) const SHORTEST: i64 = 10 * TICKS_PER_SECOND;

impl WorkingWeek {
    /// Does nobody work in all of a span? Longer ones than half a day are never told so.
    fn is_off(&self, (from, to): (Timestamp, Timestamp), zone: &Zone) -> bool {
        let length = to.ticks().saturating_sub(from.ticks());
        if length > 12 * HOUR {
            return false;
        }
        let step = length.clamp(1, HOUR);
        let instants = (0..).map(|at| from.plus(at * step)).take_while(|time| *time < to);
        !instants.into_iter().any(|time| self.is_on(time, zone))
    }

    fn is_on(&self, time: Timestamp, zone: &Zone) -> bool {
        let text = zone.format(time, "%u %H");
        let mut numbers = text.split(' ').filter_map(|number| number.parse::<u8>().ok());
        let (Some(day), Some(hour)) = (numbers.next(), numbers.next()) else { return true };
        let is_day = self.days.get(usize::from(day).wrapping_sub(1)).copied().unwrap_or(true);
        is_day && (self.from..self.to).contains(&hour)
    }
}

impl Timeline {
    /// All there is, shaded by a working week.
    pub fn new(working: WorkingWeek) -> Self {
        Self { working, ..Self::default() }
    }

    /// The axis on a strip of so many cells; `None` where there is nothing to show.
    pub fn axis(&self, store: &Store, cells: u16) -> Option<Axis> {
        let period = self.window.or_else(|| store.period())?;
        (cells > 0).then(|| Axis::fit(period, usize::from(cells)))
    }

    /// The bucket under the cursor.
    pub fn cursor(&self, axis: &Axis) -> Option<usize> {
        axis.bucket(self.cursor?)
    }

    /// First and last bucket of the brush.
    pub fn brushed(&self, axis: &Axis) -> Option<(usize, usize)> {
        let place = |time: Timestamp| {
            axis.bucket(time).unwrap_or(if time < axis.start { 0 } else { axis.buckets - 1 })
        };
        let (a, b) = (place(self.brush?), place(self.cursor?));
        Some((a.min(b), a.max(b)))
    }

    /// Is it a time at which nobody works?
    pub fn is_after_hours(&self, bucket: usize) -> bool {
        self.after_hours.get(bucket).copied().unwrap_or(false)
    }

    /// Finds out which buckets of an axis are after hours.
    pub fn shade(&mut self, axis: Option<Axis>, zone: &Zone) {
        let Some(axis) = axis else { return };
        let wanted = (axis, zone.name().to_owned());
        if self.made_for.as_ref() != Some(&wanted) {
            let off = |bucket| self.working.is_off(axis.span(bucket), zone);
            self.after_hours = (0..axis.buckets).map(off).collect();
            self.made_for = Some(wanted);
        }
    }

    /// Is it zoomed?
    pub fn is_zoomed(&self) -> bool {
        self.window.is_some()
    }
}

/// A span as a condition: as short as its ends can be written.
pub(in crate::app) fn condition((from, to): (Timestamp, Timestamp)) -> String {
    let last = to.plus(-TICKS_PER_SECOND).max(from);
    let aligned = |unit: i64| from.ticks() % unit == 0 && to.ticks() % unit == 0;
    let text = |time: Timestamp, length: usize| time.to_rfc3339().chars().take(length).collect();
    let (from, last): (String, String) = if aligned(24 * HOUR) {
        (text(from, 10), text(last, 10))
    } else if aligned(60 * TICKS_PER_SECOND) {
        (text(from, 16), text(last, 16))
    } else {
        (text(from, 19), text(last, 19))
    };
    if from == last { format!("time:{from}") } else { format!("time:{from}..{last}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{Expression, Query};

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect(text)
    }

    #[test]
    fn a_span_is_written_as_short_as_it_can_be() {
        for (from, to, text) in [
            ("2026-11-12", "2026-11-13", "time:2026-11-12"),
            ("2026-11-12", "2026-11-15", "time:2026-11-12..2026-11-14"),
            (
                "2026-11-12T03:00:00Z",
                "2026-11-12T04:00:00Z",
                "time:2026-11-12T03:00..2026-11-12T03:59",
            ),
            ("2026-11-12T03:00:00Z", "2026-11-12T03:00:01Z", "time:2026-11-12T03:00:00"),
        ] {
            assert_eq!(condition((at(from), at(to))), text);
            let query = Query::parse(text).expect(text);
            let context = crate::query::Context { now: at(to), around: None };
            let Some(Expression::Term(term)) = &query.expression else { panic!("{text}") };
            let range = crate::query::when::of_term(term, &context).expect("a span");
            assert_eq!((range.start, range.end), (Some(at(from)), Some(at(to))), "{text}");
        }
    }

    #[test]
    fn nights_and_weekends_are_after_hours() {
        let week = WorkingWeek::default();
        let off = |from: &str, to: &str| week.is_off((at(from), at(to)), &Zone::utc());
        assert!(off("2026-11-12T00:00:00Z", "2026-11-12T06:00:00Z"));
        assert!(!off("2026-11-12T06:00:00Z", "2026-11-12T12:00:00Z"));
        assert!(off("2026-11-14T06:00:00Z", "2026-11-14T12:00:00Z"), "a Saturday");
        assert!(!off("2026-11-14", "2026-11-15"), "too long to be told");
        assert!(off("2026-11-12T19:00:00Z", "2026-11-12T19:00:01Z"));
    }
}
