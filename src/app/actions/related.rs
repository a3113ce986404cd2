//! The related tab of the detail: what belongs to a record, and how unusual it is in this data.
//! Never looks for related records itself; the runtime does, on a thread.

use crate::app::action::{Action, Pane};
use crate::app::message::Effect;
use crate::app::panes::detail::UNUSUAL;
use crate::app::panes::detail::line::{Line, Tone};
use crate::app::panes::list::{self, result_words};
use crate::app::state::App;
use crate::query::surroundings::{Joined, Surroundings, Times};
use crate::record::field::Field;
use crate::store::RowId;
use crate::text::clean;

/// Among fewer records everything is the first of its kind.
const LEAST_TO_COMPARE: u64 = 20;

impl App {
    /// Takes in what is around the record that is shown.
    pub(in crate::app) fn surrounded(&mut self, row: RowId, found: &Surroundings) {
        if self.panes.detail.row != Some(row) {
            return;
        }
        let lines = self.related_lines(row, found);
        // Of a part of the data nothing can be said to be the first.
        let is_much = found.records >= LEAST_TO_COMPARE;
        let unusual = unusual(found).filter(|_| is_much && !self.data.loading.running);
        self.panes.detail.surround(unusual, lines);
        self.panes.detail.name_ids(&found.names);
    }

    /// Looks again for what is around the record that is shown.
    pub(in crate::app) fn look_around(&self) -> Vec<Effect> {
        let row = self.panes.detail.row.filter(|_| self.panes.detail.opened.is_some());
        let surround =
            |row| Effect::Surround(row, self.data.store.clone(), self.panes.detail.mentioned_ids());
        row.map(surround).into_iter().collect()
    }

    /// Shows what belongs to the record, or goes back to the record.
    pub(in crate::app) fn turn_related(&mut self) -> Vec<Effect> {
        let related = !self.panes.detail.related;
        self.panes.detail.set_related(related);
        if related && self.panes.focus == Pane::List {
            self.panes.focus = Pane::Detail;
        }
        Vec::new()
    }

    fn related_lines(&self, row: RowId, found: &Surroundings) -> Vec<Line> {
        let why = match found.joined {
            Joined::Correlation => "the same correlation id".to_owned(),
            Joined::ActorAndTarget(minutes) => format!(
                "the same actor and target within {minutes} minutes; the correlation id joins nothing"
            ),
            Joined::Nothing => "neither correlation id nor actor and target".to_owned(),
        };
        let count = match found.count {
            0 | 1 => "Nothing else belongs to it".to_owned(),
            count => format!("{count} records belong together"),
        };
        let heading = |text: String| Line { text: vec![(Tone::Strong, text)], ..Line::default() };
        let mut lines = vec![heading(count)];
        lines.push(Line {
            label: "Joined by".to_owned(),
            text: vec![(Tone::Plain, why)],
            ..Line::default()
        });
        for &other in &found.related {
            lines.push(self.related_line(other, other == row));
        }
        if found.count > found.related.len() {
            let more = found.count - found.related.len();
            let all = self.keymap.spoken(Action::SameOperation);
            let text = vec![(Tone::Label, format!("… and {more} more; {all} shows them all"))];
            lines.push(Line { text, ..Line::default() });
        }
        lines.push(heading("In this data".to_owned()));
        let mut times = |label: &str, times: Times| {
            lines.push(Line {
                label: label.to_owned(),
                text: said(times, found.records),
                ..Line::default()
            });
        };
        times("This activity", found.activity);
        times("By this actor", found.by_actor);
        if let Some(from_ip) = found.from_ip {
            times("Actor from IP", from_ip);
        }
        lines
    }

    fn related_line(&self, row: RowId, is_itself: bool) -> Line {
        let times = list::Times { seconds: true, ..self.times() };
        let cell = |field: &'static Field| {
            let text = list::cell(&self.data.store, row, field, times, usize::MAX);
            clean(&text).into_owned()
        };
        let outcome = list::outcome(&self.data.store, row);
        let glyph = result_words(outcome).split(' ').next().unwrap_or_default();
        let tone = if is_itself { Tone::Strong } else { Tone::Plain };
        let arrow = if is_itself { '›' } else { ' ' };
        let mark = match self.data.store.marks().get(row) {
            Some(mark) if !mark.note.is_empty() => '✎',
            Some(_) => '●',
            None => ' ',
        };
        let text = vec![
            (Tone::Label, format!("{arrow}{mark}{} {glyph} ", cell(Field::TIME))),
            (tone, cell(Field::ACTIVITY)),
            (Tone::Label, " by ".to_owned()),
            (Tone::Plain, cell(Field::ACTOR)),
            (Tone::Label, " → ".to_owned()),
            (Tone::Plain, cell(Field::TARGET)),
        ];
        Line {
            copy: text.iter().map(|(_, text)| &**text).collect(),
            text,
            row: Some(row),
            ..Line::default()
        }
    }

    /// Goes to the related record under the cursor, also where the filter hides it now.
    pub(in crate::app) fn open_related(&mut self) -> Option<Vec<Effect>> {
        let row = self.panes.detail.current_line()?.row?;
        self.go_to_record(row)
    }

    /// Goes to a record, also where the filter hides it now.
    pub(in crate::app) fn go_to_record(&mut self, row: RowId) -> Option<Vec<Effect>> {
        if self.panes.list.rows.contains(&row) {
            self.panes.list.moved = true;
            self.panes.list.go_to_row(row);
            return Some(self.follow_cursor());
        }
        let id = self.data.store.correlation(row);
        let time = self.data.store.time(row).map(crate::time::Timestamp::to_rfc3339);
        let query = match (&*id, time) {
            ("", Some(time)) => format!("time:{time}"),
            ("", None) => return None,
            (id, _) => format!("correlation={}", crate::query::quoted(id, false)),
        };
        let effects = self.show_query(&query, "related");
        self.panes.list.expect(Some(row));
        Some(effects)
    }
}

/// How often, and whether that is unusual.
fn said(times: Times, records: u64) -> Vec<(Tone, String)> {
    let count = match times.count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    };
    let mut text = vec![(Tone::Plain, count)];
    if times.is_first {
        text.push((Tone::Bad, " · first seen here".to_owned()));
    }
    if times.is_rare(records) {
        text.push((Tone::Bad, " · rare".to_owned()));
    }
    text
}

/// What is unusual about a record, for the readable view; `None` where nothing is.
fn unusual(found: &Surroundings) -> Option<Line> {
    let mut said: Vec<String> = Vec::new();
    let mut tell = |what: &str, times: Times| {
        if times.is_first {
            said.push(format!("first {what}"));
        } else if times.is_rare(found.records) {
            said.push(format!("rare {what} ({} times)", times.count));
        }
    };
    tell("of this activity", found.activity);
    tell("of this activity by this actor", found.by_actor);
    if let Some(from_ip) = found.from_ip {
        tell("of this actor from this address", from_ip);
    }
    (!said.is_empty()).then(|| Line {
        label: UNUSUAL.to_owned(),
        text: vec![(Tone::Bad, said.join(", ")), (Tone::Label, " in this data".to_owned())],
        ..Line::default()
    })
}
