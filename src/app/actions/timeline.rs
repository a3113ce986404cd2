//! What is done in the timeline: moving, zooming, brushing, and filtering to a span of it.
//! Never counts; buckets come with each answer. A brush becomes an ordinary condition on the time.

use crate::app::action::{Action, Pane};
use crate::app::layout::LEAST_FOR_PANES;
use crate::app::message::Effect;
use crate::app::panes::timeline::{SHORTEST, condition};
use crate::app::state::App;
use crate::query::{Expression, Query};
use crate::time::{TICKS_PER_SECOND, Timestamp};

impl App {
    /// Goes to the timeline, or back to the list.
    pub(in crate::app) fn turn_timeline(&mut self) -> Vec<Effect> {
        if self.panes.focus == Pane::Timeline {
            self.panes.focus = Pane::List;
            return Vec::new();
        }
        self.panes.focus = Pane::Timeline;
        let current = self.panes.list.current().and_then(|row| self.data.store.time(row));
        let period = self.data.store.period();
        let inside = |time: &Timestamp| {
            self.data.answer.axis.is_some_and(|axis| axis.bucket(*time).is_some())
        };
        let kept = self.panes.timeline.cursor.filter(inside);
        self.panes.timeline.cursor = current.or(kept).or(period.map(|(_, last)| last));
        self.tell_bucket();
        Vec::new()
    }

    /// Begins to brush a span, or gives the brush up.
    pub(in crate::app) fn turn_brush(&mut self) -> Vec<Effect> {
        self.panes.timeline.brush = match self.panes.timeline.brush {
            None => self.panes.timeline.cursor,
            Some(_) => None,
        };
        self.tell_bucket();
        Vec::new()
    }

    /// Goes to the highest bucket, from there to the next lower one, and round again.
    pub(in crate::app) fn go_to_peak(&mut self) -> Vec<Effect> {
        let Some(axis) = self.data.answer.axis else { return Vec::new() };
        let buckets = &self.data.answer.timeline;
        let mut order: Vec<usize> =
            (0..buckets.len()).filter(|&at| buckets[at].count > 0).collect();
        order.sort_by_key(|&at| std::cmp::Reverse(buckets[at].count));
        let now = self
            .panes
            .timeline
            .peak
            .filter(|_| self.panes.timeline.cursor(&axis) == self.panes.timeline.peak);
        let rank = now.and_then(|peak| order.iter().position(|&at| at == peak));
        let next = rank.map_or(0, |rank| rank + 1);
        let Some(&peak) = order.get(next % order.len().max(1)) else { return Vec::new() };
        self.panes.timeline.peak = Some(peak);
        self.panes.timeline.cursor = Some(axis.span(peak).0);
        self.tell_bucket();
        Vec::new()
    }

    /// Why such an action cannot be done.
    pub(in crate::app) fn cannot_in_timeline(&self, action: Action) -> Option<String> {
        let why = match action {
            Action::Timeline if self.data.store.period().is_none() => {
                "no record with a time is loaded"
            }
            Action::Timeline if self.data.answer.axis.is_none() => {
                let (width, height) = LEAST_FOR_PANES;
                return Some(format!("the timeline needs a screen of {width} by {height}"));
            }
            Action::ClearSpan
                if self.filter.query.times().is_empty()
                    && !self.panes.timeline.is_zoomed()
                    && self.panes.timeline.brush.is_none() =>
            {
                "no span of time was asked for"
            }
            _ => return None,
        };
        Some(why.to_owned())
    }

    /// Moves the cursor of the timeline by buckets; at the edge of a zoomed one, on.
    pub(in crate::app) fn step_in_time(&mut self, by: i64) -> Vec<Effect> {
        let Some(axis) = self.data.answer.axis else { return Vec::new() };
        let at = self.panes.timeline.cursor(&axis).unwrap_or(axis.buckets - 1) as i64;
        let to = at + by;
        let mut effects = Vec::new();
        if (to < 0 || to >= axis.buckets as i64)
            && let (Some((from, until)), Some(period)) =
                (self.panes.timeline.window, self.data.store.period())
        {
            let half = (until.ticks() - from.ticks()) / 2 * by.signum();
            let moved = (from.plus(half), until.plus(half));
            if moved.1 >= period.0 && moved.0 <= period.1 {
                self.panes.timeline.window = Some(moved);
                self.panes.timeline.cursor = Some(axis.span(at as usize).0.plus(by * axis.width));
                effects = self.ask();
            }
        } else {
            let to = to.clamp(0, axis.buckets as i64 - 1) as usize;
            self.panes.timeline.cursor = Some(axis.span(to).0);
        }
        self.tell_bucket();
        effects
    }

    /// Puts the cursor of the timeline on its first or last bucket.
    pub(in crate::app) fn go_to_end_of_time(&mut self, last: bool) -> Vec<Effect> {
        let Some(axis) = self.data.answer.axis else { return Vec::new() };
        let bucket = if last { axis.buckets - 1 } else { 0 };
        self.panes.timeline.cursor = Some(axis.span(bucket).0);
        self.tell_bucket();
        Vec::new()
    }

    /// Looks closer around the cursor, or at what is brushed, or from further away.
    pub(in crate::app) fn zoom_timeline(&mut self, closer: bool) -> Vec<Effect> {
        let Some(period) = self.data.store.period() else { return Vec::new() };
        let (from, to) = self.panes.timeline.window.unwrap_or(period);
        let center = self.panes.timeline.cursor.unwrap_or(to);
        let length = to.ticks().saturating_sub(from.ticks()).max(1);
        if closer && length <= SHORTEST {
            self.screen.notice = Some("this is as close as it gets".to_owned());
            return Vec::new();
        }
        let window = if closer && self.panes.timeline.brush.is_some() {
            let span = self.brushed_span();
            self.panes.timeline.brush = None;
            span.map(|(from, to)| (from, to.plus(-1)))
        } else {
            let half = if closer { length / 6 } else { length.saturating_mul(3) / 2 };
            Some((center.plus(-half), center.plus(half)))
        };
        let whole = |(from, to): &(Timestamp, Timestamp)| *from <= period.0 && *to >= period.1;
        self.panes.timeline.window = window.filter(|window| !whole(window)).map(|(from, to)| {
            // What is outside of all records is not worth a cell.
            (from.max(period.0), to.min(period.1))
        });
        let effects = self.ask();
        self.tell_bucket();
        effects
    }

    /// The span that is brushed, or that of the bucket under the cursor.
    fn brushed_span(&self) -> Option<(Timestamp, Timestamp)> {
        let axis = self.data.answer.axis?;
        let cursor = self.panes.timeline.cursor(&axis);
        let (first, last) =
            self.panes.timeline.brushed(&axis).or_else(|| cursor.map(|cursor| (cursor, cursor)))?;
        Some((axis.span(first).0, axis.span(last).1))
    }

    /// Filters to the span that is brushed.
    pub(in crate::app) fn take_span(&mut self) -> Vec<Effect> {
        let Some(span) = self.brushed_span() else { return Vec::new() };
        let rest = self.without_times();
        let query = match Query::parse(&condition(span)) {
            Ok(Query { expression: Some(span) }) => rest.and(span),
            _ => rest,
        };
        self.leave_view();
        self.panes.timeline.brush = None;
        self.panes.focus = Pane::List;
        self.panes.list.moved = true;
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
    pub(in crate::app) fn clear_span(&mut self) -> Vec<Effect> {
        let rest = self.without_times().to_string();
        if rest != self.filter.text().trim() {
            self.leave_view();
        }
        (self.panes.timeline.window, self.panes.timeline.brush) = (None, None);
        self.filter.set_text(&rest);
        self.ask()
    }

    /// Gives a brush up; whether there was one.
    pub(in crate::app) fn drop_brush(&mut self) -> bool {
        self.panes.timeline.brush.take().is_some()
    }

    /// The mouse was pressed, moved or released on a cell of the strip.
    pub(in crate::app) fn timeline_moused(
        &mut self,
        column: u16,
        press: bool,
        release: bool,
    ) -> Vec<Effect> {
        let Some(axis) = self.data.answer.axis else { return Vec::new() };
        let cell = usize::from(column.saturating_sub(self.screen.layout.timeline.x));
        let time = axis.span(cell.min(axis.buckets - 1)).0;
        if press {
            self.panes.focus = Pane::Timeline;
            self.panes.timeline.dragging = true;
            (self.panes.timeline.cursor, self.panes.timeline.brush) = (Some(time), None);
        } else if release {
            self.panes.timeline.dragging = false;
            if self.panes.timeline.brush.is_some() {
                return self.take_span();
            }
        } else if self.panes.timeline.dragging && self.panes.timeline.cursor != Some(time) {
            self.panes.timeline.brush = self.panes.timeline.brush.or(self.panes.timeline.cursor);
            self.panes.timeline.cursor = Some(time);
        }
        self.tell_bucket();
        Vec::new()
    }

    /// Tells what is under the cursor of the timeline.
    pub(in crate::app) fn tell_bucket(&mut self) {
        let Some(axis) = self.data.answer.axis.filter(|_| self.panes.focus == Pane::Timeline)
        else {
            return;
        };
        let Some(cursor) = self.panes.timeline.cursor(&axis) else { return };
        let (first, last) = self.panes.timeline.brushed(&axis).unwrap_or((cursor, cursor));
        let (from, to) = (axis.span(first).0, axis.span(last).1);
        let buckets = self.data.answer.timeline.get(first..=last).unwrap_or_default();
        let sum = |of: fn(&crate::query::answer::Bucket) -> u32| {
            buckets.iter().map(|bucket| u64::from(of(bucket))).sum::<u64>()
        };
        let (count, failures) = (sum(|bucket| bucket.count), sum(|bucket| bucket.failures));
        // Seconds are told where they say something; the end is the first instant that is not in.
        let minutes = [from, to].iter().all(|time| time.ticks() % (60 * TICKS_PER_SECOND) == 0);
        let clock = if minutes { "%H:%M" } else { "%H:%M:%S" };
        let date = self.times().day();
        let day = |time: Timestamp| self.clock.zone.format(time, &format!("%a {date}"));
        let until = self.clock.zone.format_exactly(to, clock);
        let until = match (day(from) == day(to), until.as_str()) {
            (true, _) => until,
            (false, "00:00") if day(to.plus(-1)) == day(from) => "24:00".to_owned(),
            (false, _) => self.clock.zone.format_exactly(to, &format!("{date} {clock}")),
        };
        let from = format!("{} {}", day(from), self.clock.zone.format_exactly(from, clock));
        let span = format!("{from} – {until} {}", self.clock.zone.name());
        let failed = if failures > 0 { format!(", {failures} failed") } else { String::new() };
        let risky = sum(|bucket| bucket.risky);
        let risky = if risky > 0 { format!(", {risky} rated high") } else { String::new() };
        let off = (first..=last).all(|bucket| self.panes.timeline.is_after_hours(bucket));
        let off = if off { ", after hours" } else { "" };
        let width = axis.width_words();
        let noun = if count == 1 { "record" } else { "records" };
        self.screen.notice =
            Some(format!("{span}: {count} {noun}{failed}{risky}{off} · cell {width}"));
    }
}
