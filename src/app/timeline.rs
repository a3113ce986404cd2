//! The timeline: which span of time it covers, the bucket under the cursor, a brush, working hours.
//! Never counts; buckets come with each answer. A brush becomes an ordinary condition on the time.

use super::App;
use super::action::{Action, Pane};
use super::layout::LEAST_FOR_PANES;
use super::message::Effect;
use crate::query::answer::Axis;
use crate::query::{Expression, Query};
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
    brush: Option<Timestamp>,
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
const SHORTEST: i64 = 10 * TICKS_PER_SECOND;

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

impl App {
    /// Carries out what can be done in the timeline.
    pub(super) fn in_timeline(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Timeline if self.focus == Pane::Timeline => {
                self.focus = Pane::List;
                Vec::new()
            }
            Action::Timeline => {
                self.focus = Pane::Timeline;
                let current = self.list.current().and_then(|row| self.store.time(row));
                let period = self.store.period();
                let inside = |time: &Timestamp| {
                    self.answer.axis.is_some_and(|axis| axis.bucket(*time).is_some())
                };
                let kept = self.timeline.cursor.filter(inside);
                self.timeline.cursor = current.or(kept).or(period.map(|(_, last)| last));
                self.tell_bucket();
                Vec::new()
            }
            Action::ZoomIn | Action::ZoomOut => self.zoom_timeline(action == Action::ZoomIn),
            Action::Brush => {
                self.timeline.brush = match self.timeline.brush {
                    None => self.timeline.cursor,
                    Some(_) => None,
                };
                self.tell_bucket();
                Vec::new()
            }
            Action::Peak => {
                self.go_to_peak();
                Vec::new()
            }
            Action::ClearSpan => self.clear_span(),
            _ => Vec::new(),
        }
    }

    /// Goes to the highest bucket, from there to the next lower one, and round again.
    fn go_to_peak(&mut self) {
        let Some(axis) = self.answer.axis else { return };
        let buckets = &self.answer.timeline;
        let mut order: Vec<usize> =
            (0..buckets.len()).filter(|&at| buckets[at].count > 0).collect();
        order.sort_by_key(|&at| std::cmp::Reverse(buckets[at].count));
        let now = self.timeline.peak.filter(|_| self.timeline.cursor(&axis) == self.timeline.peak);
        let rank = now.and_then(|peak| order.iter().position(|&at| at == peak));
        let next = rank.map_or(0, |rank| rank + 1);
        let Some(&peak) = order.get(next % order.len().max(1)) else { return };
        self.timeline.peak = Some(peak);
        self.timeline.cursor = Some(axis.span(peak).0);
        self.tell_bucket();
    }

    /// Why such an action cannot be done.
    pub(super) fn cannot_in_timeline(&self, action: Action) -> Option<String> {
        let why = match action {
            Action::Timeline if self.store.period().is_none() => "no record with a time is loaded",
            Action::Timeline if self.answer.axis.is_none() => {
                let (width, height) = LEAST_FOR_PANES;
                return Some(format!("the timeline needs a screen of {width} by {height}"));
            }
            Action::ClearSpan
                if self.filter.query.times().is_empty()
                    && !self.timeline.is_zoomed()
                    && self.timeline.brush.is_none() =>
            {
                "no span of time was asked for"
            }
            _ => return None,
        };
        Some(why.to_owned())
    }

    /// Moves the cursor of the timeline by buckets; at the edge of a zoomed one, on.
    pub(super) fn step_in_time(&mut self, by: i64) -> Vec<Effect> {
        let Some(axis) = self.answer.axis else { return Vec::new() };
        let at = self.timeline.cursor(&axis).unwrap_or(axis.buckets - 1) as i64;
        let to = at + by;
        let mut effects = Vec::new();
        if (to < 0 || to >= axis.buckets as i64)
            && let (Some((from, until)), Some(period)) = (self.timeline.window, self.store.period())
        {
            let half = (until.ticks() - from.ticks()) / 2 * by.signum();
            let moved = (from.plus(half), until.plus(half));
            if moved.1 >= period.0 && moved.0 <= period.1 {
                self.timeline.window = Some(moved);
                self.timeline.cursor = Some(axis.span(at as usize).0.plus(by * axis.width));
                effects = self.ask();
            }
        } else {
            let to = to.clamp(0, axis.buckets as i64 - 1) as usize;
            self.timeline.cursor = Some(axis.span(to).0);
        }
        self.tell_bucket();
        effects
    }

    /// Puts the cursor of the timeline on its first or last bucket.
    pub(super) fn go_to_end_of_time(&mut self, last: bool) -> Vec<Effect> {
        let Some(axis) = self.answer.axis else { return Vec::new() };
        let bucket = if last { axis.buckets - 1 } else { 0 };
        self.timeline.cursor = Some(axis.span(bucket).0);
        self.tell_bucket();
        Vec::new()
    }

    fn zoom_timeline(&mut self, closer: bool) -> Vec<Effect> {
        let Some(period) = self.store.period() else { return Vec::new() };
        let (from, to) = self.timeline.window.unwrap_or(period);
        let center = self.timeline.cursor.unwrap_or(to);
        let length = to.ticks().saturating_sub(from.ticks()).max(1);
        if closer && length <= SHORTEST {
            self.notice = Some("this is as close as it gets".to_owned());
            return Vec::new();
        }
        let window = if closer && self.timeline.brush.is_some() {
            let span = self.brushed_span();
            self.timeline.brush = None;
            span.map(|(from, to)| (from, to.plus(-1)))
        } else {
            let half = if closer { length / 6 } else { length.saturating_mul(3) / 2 };
            Some((center.plus(-half), center.plus(half)))
        };
        let whole = |(from, to): &(Timestamp, Timestamp)| *from <= period.0 && *to >= period.1;
        self.timeline.window = window.filter(|window| !whole(window)).map(|(from, to)| {
            // What is outside of all records is not worth a cell.
            (from.max(period.0), to.min(period.1))
        });
        let effects = self.ask();
        self.tell_bucket();
        effects
    }

    /// The span that is brushed, or that of the bucket under the cursor.
    fn brushed_span(&self) -> Option<(Timestamp, Timestamp)> {
        let axis = self.answer.axis?;
        let cursor = self.timeline.cursor(&axis);
        let (first, last) =
            self.timeline.brushed(&axis).or_else(|| cursor.map(|cursor| (cursor, cursor)))?;
        Some((axis.span(first).0, axis.span(last).1))
    }

    /// Filters to the span that is brushed.
    pub(super) fn take_span(&mut self) -> Vec<Effect> {
        let Some(span) = self.brushed_span() else { return Vec::new() };
        let rest = self.without_times();
        let query = match Query::parse(&condition(span)) {
            Ok(Query { expression: Some(span) }) => rest.and(span),
            _ => rest,
        };
        self.leave_view();
        self.timeline.brush = None;
        self.focus = Pane::List;
        self.list.moved = true;
        let mut effects = Vec::new();
        if self.filter.set_text(&query.to_string()) {
            effects.extend(self.filter.remember().map(Effect::Remember));
            effects.extend(self.ask());
        }
        effects
    }

    /// The filter without its conditions on the time.
    fn without_times(&self) -> Query {
        let times = self.filter.query.times();
        let rest = match self.filter.query.expression.clone() {
            Some(Expression::And(parts)) => {
                let kept: Vec<Expression> =
                    parts.into_iter().filter(|part| !times.contains(part)).collect();
                (!kept.is_empty()).then(|| Expression::and(kept))
            }
            other => other.filter(|other| !times.contains(other)),
        };
        Query { expression: rest }
    }

    /// Takes away zoom, brush and conditions on the time.
    fn clear_span(&mut self) -> Vec<Effect> {
        let rest = self.without_times().to_string();
        if rest != self.filter.text().trim() {
            self.leave_view();
        }
        (self.timeline.window, self.timeline.brush) = (None, None);
        self.filter.set_text(&rest);
        self.ask()
    }

    /// Gives a brush up; whether there was one.
    pub(super) fn drop_brush(&mut self) -> bool {
        self.timeline.brush.take().is_some()
    }

    /// The mouse was pressed, moved or released on a cell of the strip.
    pub(super) fn timeline_moused(
        &mut self,
        column: u16,
        press: bool,
        release: bool,
    ) -> Vec<Effect> {
        let Some(axis) = self.answer.axis else { return Vec::new() };
        let cell = usize::from(column.saturating_sub(self.layout.timeline.x));
        let time = axis.span(cell.min(axis.buckets - 1)).0;
        if press {
            self.focus = Pane::Timeline;
            self.timeline.dragging = true;
            (self.timeline.cursor, self.timeline.brush) = (Some(time), None);
        } else if release {
            self.timeline.dragging = false;
            if self.timeline.brush.is_some() {
                return self.take_span();
            }
        } else if self.timeline.dragging && self.timeline.cursor != Some(time) {
            self.timeline.brush = self.timeline.brush.or(self.timeline.cursor);
            self.timeline.cursor = Some(time);
        }
        self.tell_bucket();
        Vec::new()
    }

    /// Tells what is under the cursor of the timeline.
    pub(super) fn tell_bucket(&mut self) {
        let Some(axis) = self.answer.axis.filter(|_| self.focus == Pane::Timeline) else { return };
        let Some(cursor) = self.timeline.cursor(&axis) else { return };
        let (first, last) = self.timeline.brushed(&axis).unwrap_or((cursor, cursor));
        let (from, to) = (axis.span(first).0, axis.span(last).1);
        let buckets = self.answer.timeline.get(first..=last).unwrap_or_default();
        let sum = |of: fn(&crate::query::answer::Bucket) -> u32| {
            buckets.iter().map(|bucket| u64::from(of(bucket))).sum::<u64>()
        };
        let (count, failures) = (sum(|bucket| bucket.count), sum(|bucket| bucket.failures));
        // Seconds are told where they say something; the end is the first instant that is not in.
        let minutes = [from, to].iter().all(|time| time.ticks() % (60 * TICKS_PER_SECOND) == 0);
        let clock = if minutes { "%H:%M" } else { "%H:%M:%S" };
        let date = self.times().day();
        let day = |time: Timestamp| self.zone.format(time, &format!("%a {date}"));
        let until = self.zone.format_exactly(to, clock);
        let until = match (day(from) == day(to), until.as_str()) {
            (true, _) => until,
            (false, "00:00") if day(to.plus(-1)) == day(from) => "24:00".to_owned(),
            (false, _) => self.zone.format_exactly(to, &format!("{date} {clock}")),
        };
        let from = format!("{} {}", day(from), self.zone.format_exactly(from, clock));
        let span = format!("{from} – {until} {}", self.zone.name());
        let failed = if failures > 0 { format!(", {failures} failed") } else { String::new() };
        let risky = sum(|bucket| bucket.risky);
        let risky = if risky > 0 { format!(", {risky} rated high") } else { String::new() };
        let off = (first..=last).all(|bucket| self.timeline.is_after_hours(bucket));
        let off = if off { ", after hours" } else { "" };
        let width = axis.width_words();
        let noun = if count == 1 { "record" } else { "records" };
        self.notice = Some(format!("{span}: {count} {noun}{failed}{risky}{off} · cell {width}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
