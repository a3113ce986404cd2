//! The timeline: which span of time it covers, the bucket under the cursor, a brush, and what keys do with them.
//! Never counts; buckets come with each answer. A brush becomes an ordinary condition on the time.

use crate::app::action::{Action, Pane};
use crate::app::intent::{Intent, Reply};
use crate::app::layout::LEAST_FOR_PANES;
use crate::app::panes::{PaneInput, Sight};
use crate::app::viewport::Motion;
use crate::app::working_week::WorkingWeek;
use crate::query::answer::{Axis, Bucket};
use crate::query::{Expression, Query};
use crate::record::field::Field;
use crate::store::Store;
use crate::time::{TICKS_PER_SECOND, Timestamp, Zone};

/// The timeline strip.
#[derive(Debug, Default)]
pub struct Timeline {
    /// The span it was zoomed to; `None`: all there is.
    window: Option<(Timestamp, Timestamp)>,
    /// An instant of the bucket under the cursor.
    cursor: Option<Timestamp>,
    /// An instant of the bucket a brush began in.
    pub(in crate::app) brush: Option<Timestamp>,
    /// When people work.
    pub working: WorkingWeek,
    /// The bucket that was gone to as a peak.
    peak: Option<usize>,
    /// Is the mouse drawing a brush?
    pub dragging: bool,
    /// For each bucket of the axis it was made for: does nobody work then?
    after_hours: Vec<bool>,
    made_for: Option<(Axis, String)>,
}

const HOUR: i64 = 3_600 * TICKS_PER_SECOND;
/// The shortest span that can be zoomed to.
const SHORTEST: i64 = 10 * TICKS_PER_SECOND;

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

    /// Goes to the timeline, to the time of this record where there is one; or back to the list.
    pub fn turn(&mut self, record: Option<Timestamp>, sight: &Sight<'_>) -> Reply {
        if sight.focus == Pane::Timeline {
            return Reply::asks(Intent::Focus(Pane::List));
        }
        let period = sight.store.period();
        let inside =
            |time: &Timestamp| sight.answer.axis.is_some_and(|axis| axis.bucket(*time).is_some());
        let kept = self.cursor.filter(inside);
        self.cursor = record.or(kept).or(period.map(|(_, last)| last));
        Reply::tell(self.said(sight)).and([Intent::Focus(Pane::Timeline)])
    }

    /// Begins to brush a span, or gives the brush up.
    pub fn turn_brush(&mut self, sight: &Sight<'_>) -> Reply {
        self.brush = match self.brush {
            None => self.cursor,
            Some(_) => None,
        };
        self.tell(sight)
    }

    /// Goes to the highest bucket, from there to the next lower one, and round again.
    pub fn go_to_peak(&mut self, sight: &Sight<'_>) -> Reply {
        let Some(axis) = sight.answer.axis else { return Reply::taken() };
        let buckets = &sight.answer.timeline;
        let mut order: Vec<usize> =
            (0..buckets.len()).filter(|&at| buckets[at].count > 0).collect();
        order.sort_by_key(|&at| std::cmp::Reverse(buckets[at].count));
        let now = self.peak.filter(|_| self.cursor(&axis) == self.peak);
        let rank = now.and_then(|peak| order.iter().position(|&at| at == peak));
        let next = rank.map_or(0, |rank| rank + 1);
        let Some(&peak) = order.get(next % order.len().max(1)) else { return Reply::taken() };
        self.peak = Some(peak);
        self.cursor = Some(axis.span(peak).0);
        self.tell(sight)
    }

    /// Why such an action cannot be done.
    pub fn cannot(&self, action: Action, sight: &Sight<'_>) -> Option<String> {
        let why = match action {
            Action::Timeline if sight.store.period().is_none() => "no record with a time is loaded",
            Action::Timeline if sight.answer.axis.is_none() => {
                let (width, height) = LEAST_FOR_PANES;
                return Some(format!("the timeline needs a screen of {width} by {height}"));
            }
            Action::ClearSpan
                if sight.query.times().is_empty() && !self.is_zoomed() && self.brush.is_none() =>
            {
                "no span of time was asked for"
            }
            _ => return None,
        };
        Some(why.to_owned())
    }

    /// Moves the cursor by buckets; at the edge of a zoomed timeline, on.
    fn step(&mut self, by: i64, sight: &Sight<'_>) -> Reply {
        let Some(axis) = sight.answer.axis else { return Reply::taken() };
        let at = self.cursor(&axis).unwrap_or(axis.buckets - 1) as i64;
        let to = at + by;
        let mut asks = None;
        if (to < 0 || to >= axis.buckets as i64)
            && let (Some((from, until)), Some(period)) = (self.window, sight.store.period())
        {
            let half = (until.ticks() - from.ticks()) / 2 * by.signum();
            let moved = (from.plus(half), until.plus(half));
            if moved.1 >= period.0 && moved.0 <= period.1 {
                self.window = Some(moved);
                self.cursor = Some(axis.span(at as usize).0.plus(by * axis.width));
                asks = Some(Intent::Ask);
            }
        } else {
            let to = to.clamp(0, axis.buckets as i64 - 1) as usize;
            self.cursor = Some(axis.span(to).0);
        }
        self.tell(sight).and(asks)
    }

    /// Looks closer around the cursor, or at what is brushed, or from further away.
    pub fn zoom(&mut self, closer: bool, sight: &Sight<'_>) -> Reply {
        let Some(period) = sight.store.period() else { return Reply::taken() };
        let (from, to) = self.window.unwrap_or(period);
        let center = self.cursor.unwrap_or(to);
        let length = to.ticks().saturating_sub(from.ticks()).max(1);
        if closer && length <= SHORTEST {
            return Reply::tell(Some("this is as close as it gets".to_owned()));
        }
        let window = if closer && self.brush.is_some() {
            let span = self.span(sight.answer.axis);
            self.brush = None;
            span.map(|(from, to)| (from, to.plus(-1)))
        } else {
            let half = if closer { length / 6 } else { length.saturating_mul(3) / 2 };
            Some((center.plus(-half), center.plus(half)))
        };
        let whole = |(from, to): &(Timestamp, Timestamp)| *from <= period.0 && *to >= period.1;
        self.window = window.filter(|window| !whole(window)).map(|(from, to)| {
            // What is outside of all records is not worth a cell.
            (from.max(period.0), to.min(period.1))
        });
        self.tell(sight).and([Intent::Ask])
    }

    /// The span that is brushed, or that of the bucket under the cursor.
    fn span(&self, axis: Option<Axis>) -> Option<(Timestamp, Timestamp)> {
        let axis = axis?;
        let cursor = self.cursor(&axis);
        let (first, last) =
            self.brushed(&axis).or_else(|| cursor.map(|cursor| (cursor, cursor)))?;
        Some((axis.span(first).0, axis.span(last).1))
    }

    /// Filters to the span that is brushed.
    fn take_span(&mut self, sight: &Sight<'_>) -> Reply {
        let Some(span) = self.span(sight.answer.axis) else { return Reply::taken() };
        let rest = without_times(sight.query);
        let query = match Query::parse(&condition(span)) {
            Ok(Query { expression: Some(span) }) => rest.and(span),
            _ => rest,
        };
        self.brush = None;
        Reply::asks(Intent::LeaveView).and([
            Intent::Focus(Pane::List),
            Intent::StayOnRecord,
            Intent::Filter(query.to_string()),
        ])
    }

    /// Takes away zoom, brush and conditions on the time.
    pub fn clear_span(&mut self, sight: &Sight<'_>) -> Reply {
        let rest = without_times(sight.query).to_string();
        let leaves = (rest != sight.filter.trim()).then_some(Intent::LeaveView);
        (self.window, self.brush) = (None, None);
        Reply::taken().and(leaves).and([Intent::SetFilter(rest), Intent::Ask])
    }

    /// The mouse was pressed, moved or released over a column of the screen, on the strip or after it
    /// was pressed there.
    pub fn moused(&mut self, column: u16, press: bool, release: bool, sight: &Sight<'_>) -> Reply {
        let Some(axis) = sight.answer.axis else { return Reply::taken() };
        let cell = usize::from(column.saturating_sub(sight.layout.timeline.x));
        let time = axis.span(cell.min(axis.buckets - 1)).0;
        if press {
            self.dragging = true;
            (self.cursor, self.brush) = (Some(time), None);
            return Reply::tell(self.said(sight));
        }
        if release {
            self.dragging = false;
            if self.brush.is_some() {
                return self.take_span(sight);
            }
        } else if self.dragging && self.cursor != Some(time) {
            self.brush = self.brush.or(self.cursor);
            self.cursor = Some(time);
        }
        self.tell(sight)
    }

    /// It was for the timeline, which tells what is under its cursor.
    fn tell(&self, sight: &Sight<'_>) -> Reply {
        Reply::tell(self.told(sight))
    }

    /// What is under the cursor, while the timeline has the keyboard.
    pub fn told(&self, sight: &Sight<'_>) -> Option<String> {
        self.said(sight).filter(|_| sight.focus == Pane::Timeline)
    }

    /// What is under the cursor, or brushed.
    fn said(&self, sight: &Sight<'_>) -> Option<String> {
        let axis = sight.answer.axis?;
        let cursor = self.cursor(&axis)?;
        let (first, last) = self.brushed(&axis).unwrap_or((cursor, cursor));
        let (from, to) = (axis.span(first).0, axis.span(last).1);
        let buckets = sight.answer.timeline.get(first..=last).unwrap_or_default();
        let sum = |of: fn(&Bucket) -> u32| {
            buckets.iter().map(|bucket| u64::from(of(bucket))).sum::<u64>()
        };
        let (count, failures) = (sum(|bucket| bucket.count), sum(|bucket| bucket.failures));
        // Seconds are told where they say something; the end is the first instant that is not in.
        let minutes = [from, to].iter().all(|time| time.ticks() % (60 * TICKS_PER_SECOND) == 0);
        let clock = if minutes { "%H:%M" } else { "%H:%M:%S" };
        let (zone, date) = (sight.times.zone, sight.times.day());
        let day = |time: Timestamp| zone.format(time, &format!("%a {date}"));
        let until = zone.format_exactly(to, clock);
        let until = match (day(from) == day(to), until.as_str()) {
            (true, _) => until,
            (false, "00:00") if day(to.plus(-1)) == day(from) => "24:00".to_owned(),
            (false, _) => zone.format_exactly(to, &format!("{date} {clock}")),
        };
        let from = format!("{} {}", day(from), zone.format_exactly(from, clock));
        let span = format!("{from} – {until} {}", zone.name());
        let failed = if failures > 0 { format!(", {failures} failed") } else { String::new() };
        let risky = sum(|bucket| bucket.risky);
        let risky = if risky > 0 { format!(", {risky} rated high") } else { String::new() };
        let off = (first..=last).all(|bucket| self.is_after_hours(bucket));
        let off = if off { ", after hours" } else { "" };
        let width = axis.width_words();
        let noun = if count == 1 { "record" } else { "records" };
        Some(format!("{span}: {count} {noun}{failed}{risky}{off} · cell {width}"))
    }
}

impl PaneInput for Timeline {
    /// Puts the cursor on the first or the last bucket.
    fn go(&mut self, motion: Motion, sight: &Sight<'_>) -> Reply {
        let Some(axis) = sight.answer.axis else { return Reply::taken() };
        let bucket = if matches!(motion, Motion::Last(_)) { axis.buckets - 1 } else { 0 };
        self.cursor = Some(axis.span(bucket).0);
        self.tell(sight)
    }

    fn sideways(&mut self, right: bool, sight: &Sight<'_>) -> Reply {
        self.step(if right { 1 } else { -1 }, sight)
    }

    fn open(&mut self, sight: &Sight<'_>) -> Reply {
        self.take_span(sight)
    }

    fn click(&mut self, _: usize, _: bool, _: &Sight<'_>) -> Reply {
        Reply::taken()
    }

    fn wheel(&mut self, lines: isize, sight: &Sight<'_>) -> Reply {
        self.zoom(lines < 0, sight)
    }

    fn value(&self, _: &Store) -> Option<(&'static Field, String)> {
        None
    }
}

/// A query without its conditions on the time.
fn without_times(query: &Query) -> Query {
    let times = query.times();
    let rest = match query.expression.clone() {
        Some(Expression::And(parts)) => {
            let kept: Vec<Expression> =
                parts.into_iter().filter(|part| !times.contains(part)).collect();
            (!kept.is_empty()).then(|| Expression::and(kept))
        }
        other => other.filter(|other| !times.contains(other)),
    };
    Query { expression: rest }
}

/// A span as a condition: as short as its ends can be written.
fn condition((from, to): (Timestamp, Timestamp)) -> String {
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
}
