//! The related tab of the detail: what belongs to a record, and how unusual it is in this data.
//! Never looks for related records itself; the runtime does, on a thread.

use crate::app::action::{Action, Pane};
use crate::app::intent::{Intent, Reply};
use crate::app::panes::Sight;
use crate::app::panes::detail::line::{Line, Tone};
use crate::app::panes::detail::{Detail, UNUSUAL};
use crate::app::panes::list::{self, result_words};
use crate::query::surroundings::{Joined, Surroundings, Times};
use crate::record::field::Field;
use crate::store::RowId;
use crate::text::clean;

/// Among fewer records everything is the first of its kind.
const LEAST_TO_COMPARE: u64 = 20;

impl Detail {
    /// Takes in what is around the record that is shown.
    pub fn surrounded(&mut self, row: RowId, found: &Surroundings, sight: &Sight<'_>) {
        if self.row != Some(row) {
            return;
        }
        let lines = related_lines(row, found, sight);
        // Of a part of the data nothing can be said to be the first.
        let is_much = found.records >= LEAST_TO_COMPARE;
        let unusual = unusual(found).filter(|_| is_much && !sight.is_loading);
        self.surround(unusual, lines);
        self.name_ids(&found.names);
    }

    /// Shows what belongs to the record, or goes back to the record.
    pub fn turn_related(&mut self, sight: &Sight<'_>) -> Reply {
        let related = !self.related;
        self.set_related(related);
        let takes_focus = related && sight.focus == Pane::List;
        Reply::taken().and(takes_focus.then_some(Intent::Focus(Pane::Detail)))
    }
}

fn related_lines(row: RowId, found: &Surroundings, sight: &Sight<'_>) -> Vec<Line> {
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
        lines.push(related_line(other, other == row, sight));
    }
    if found.count > found.related.len() {
        let more = found.count - found.related.len();
        let all = sight.keymap.spoken(Action::SameOperation);
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

fn related_line(row: RowId, is_itself: bool, sight: &Sight<'_>) -> Line {
    let times = list::Times { seconds: true, ..sight.times };
    let cell = |field: &'static Field| {
        let text = list::cell(sight.store, row, field, times, usize::MAX);
        clean(&text).into_owned()
    };
    let outcome = list::outcome(sight.store, row);
    let glyph = result_words(outcome).split(' ').next().unwrap_or_default();
    let tone = if is_itself { Tone::Strong } else { Tone::Plain };
    let arrow = if is_itself { '›' } else { ' ' };
    let mark = match sight.store.marks().get(row) {
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
