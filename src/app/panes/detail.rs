//! The detail pane: one record as sentence, fields, changes and details, or as its original JSON; what keys do there.
//! Never reads a record; it arrives opened. All text in its lines is already clean.

mod kinds;
pub mod line;
mod lines;
mod opened;
mod related;
mod risk;
pub mod wrap;

use std::borrow::Cow;

use serde_json::Value;

use crate::app::intent::{Intent, Reply};
use crate::app::panes::list::SignInRows;
use crate::app::panes::outline::Outline;
use crate::app::panes::{PaneInput, Sight};
use crate::app::viewport::{Motion, Viewport, once_around};
use crate::query::answer::Sum;
use crate::query::known_names::{KnownName, ids_in};
use crate::record::Record;
use crate::record::field::Field;
use crate::store::{RowId, Store};
use crate::text::{clean, fold};
use crate::time::Zone;

pub use line::{Line, Tone};
use line::{OPEN_KEY, RAW_KEY, problem_line};
pub use lines::entry_lines;
use lines::{LONGEST_VALUE, glance, note_line, operation_line, record_lines, sign_in_line};
pub use opened::Opened;
use wrap::{ScreenLine, wrap};

/// Names the line that says what is unusual about a record.
const UNUSUAL: &str = "Unusual";

/// Stands before the name of what is mentioned by its id.
const IS_CALLED: &str = " = ";

/// The detail pane.
#[derive(Debug, Default)]
pub struct Detail {
    /// Which record is shown.
    pub row: Option<RowId>,
    /// The record and its text.
    pub opened: Option<Box<Opened>>,
    /// Is the original JSON shown?
    pub raw: bool,
    /// Are the records shown that belong to this one?
    pub related: bool,
    /// Lines of those; empty until they were found.
    pub related_lines: Vec<Line>,
    /// The JSON, or a row by its columns, as foldable lines; `None` where the original is neither.
    pub outline: Option<Outline>,
    /// When the record was, how it ended and from where.
    pub glance: Vec<(Tone, String)>,
    /// Lines of the readable view.
    pub lines: Vec<Line>,
    /// What is on the screen, wrapped.
    pub screen: Vec<ScreenLine>,
    /// Visible lines.
    pub viewport: Viewport,
    /// What is known of the record and does not stand in it.
    pub beside: Beside,
    /// Lines below the first that tell it.
    beside_lines: usize,
    /// Text to be found, folded; empty when nothing is searched.
    pub find: String,
    width: usize,
    /// The keys that its lines name.
    keys: Named,
}

/// Keys that lines of the detail name, as sentences do.
#[derive(Clone, Default, Debug)]
pub struct Named {
    /// The one that shows the original.
    pub raw: String,
    /// The one that opens what is under the cursor.
    pub open: String,
}

impl Named {
    /// A text with these keys in it.
    fn worded<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match text.contains([RAW_KEY, OPEN_KEY]) {
            true => text.replace(RAW_KEY, &self.raw).replace(OPEN_KEY, &self.open).into(),
            false => text.into(),
        }
    }
}

/// What is known of a record and does not stand in it.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Beside {
    /// What was noted about it; `None` where it is not marked.
    pub note: Option<String>,
    /// Its operation, where the list is by operation.
    pub operation: Option<Sum>,
    /// Of which sign-in it is one of several rows.
    pub sign_in: Option<SignInRows>,
}

impl Detail {
    /// Shows nothing yet; its lines name these keys.
    pub fn naming(keys: Named) -> Self {
        Self { keys, ..Self::default() }
    }

    /// Shows an opened record.
    pub fn show(&mut self, row: RowId, opened: Box<Opened>, zone: &Zone) {
        if self.row != Some(row) {
            self.viewport.go_to(0);
            self.related_lines.clear();
        }
        self.row = Some(row);
        self.lines = self.lines_of(&opened.record, zone);
        self.glance = glance(&opened.record, zone);
        // A record nested too deep for the outline is shown as plain text.
        let value = match &opened.columns {
            Some(columns) => Some(by_column(columns)),
            None => serde_json::from_str::<Value>(&opened.raw).ok(),
        };
        self.outline = value.map(|value| Outline::new(&value));
        self.opened = Some(opened);
        self.wrap();
    }

    /// Shows an entry of the catalogue, or what is known of an activity it lacks.
    pub fn show_lines(&mut self, lines: Vec<Line>) {
        self.reset();
        self.lines = lines;
        self.wrap();
    }

    /// Shows nothing, or why.
    pub fn clear(&mut self, problem: Option<&str>) {
        self.reset();
        self.lines = problem.map(problem_line).into_iter().collect();
        self.wrap();
    }

    /// Forgets what was shown; how it was shown stays.
    fn reset(&mut self) {
        *self = Self {
            width: self.width,
            keys: std::mem::take(&mut self.keys),
            viewport: self.viewport,
            raw: self.raw,
            related: self.related,
            ..Self::default()
        };
    }

    fn lines_of(&mut self, record: &Record<'_>, zone: &Zone) -> Vec<Line> {
        let mut lines = record_lines(record, zone);
        let beside = self.lines_beside();
        self.beside_lines = beside.len();
        lines.splice(1..1, beside);
        lines
    }

    fn lines_beside(&self) -> Vec<Line> {
        let Beside { note, operation, sign_in } = &self.beside;
        let lines = [
            operation.map(operation_line),
            sign_in.map(sign_in_line),
            note.as_deref().map(note_line),
        ];
        lines.into_iter().flatten().collect()
    }

    /// Something else was noted about the record, or its operation is another one.
    pub fn set_beside(&mut self, beside: Beside) {
        if self.beside == beside || self.opened.is_none() {
            return;
        }
        self.beside = beside;
        let beside = self.lines_beside();
        let before = std::mem::replace(&mut self.beside_lines, beside.len());
        self.lines.splice(1..=before, beside);
        self.wrap();
    }

    /// Writes times in another zone.
    pub fn rezone(&mut self, zone: &Zone) {
        if let Some(opened) = self.opened.take() {
            self.lines = self.lines_of(&opened.record, zone);
            self.glance = glance(&opened.record, zone);
            self.opened = Some(opened);
            self.wrap();
        }
    }

    /// The inside of the pane became this large.
    pub fn set_size(&mut self, width: usize, height: usize) {
        self.viewport.set_height(height);
        if self.width != width {
            // Wrapped anew, the same line is at another place.
            let current = self.current();
            let cursor = self.viewport.cursor();
            let begins = self.screen.iter().position(|line| Some(line.of) == current);
            self.width = width;
            self.wrap();
            if let Some(line) = current {
                self.go_to_line(line);
                // Whoever clicked on the second part of a line is still there, if there is one.
                let part = self.viewport.cursor() + cursor.saturating_sub(begins.unwrap_or(cursor));
                if self.screen.get(part).is_some_and(|screen| screen.of == line) {
                    self.viewport.go_to(part);
                }
            }
        }
    }

    /// Takes in what is unusual about the record, and the lines of what belongs to it.
    pub fn surround(&mut self, unusual: Option<Line>, related: Vec<Line>) {
        let before = self.current().filter(|_| !self.related && !self.raw);
        let mut current = before;
        if let Some(known) = self.lines.iter().position(|line| line.label == UNUSUAL) {
            self.lines.remove(known);
            current = current.map(|at| if at > known { at - 1 } else { at });
        }
        // What was changed comes first; on a small screen there is room for little else.
        let place =
            self.lines.iter().position(|line| line.begins_record).unwrap_or(self.lines.len());
        if unusual.is_some() {
            current = current.map(|at| if at >= place { at + 1 } else { at });
        }
        if let Some(line) = unusual {
            self.lines.insert(place, line);
        }
        self.related_lines = related;
        self.wrap();
        if let Some(at) = current.filter(|_| current != before) {
            self.go_to_line(at);
        }
    }

    /// The ids that the record mentions, but for its own and that of its operation.
    pub(in crate::app) fn mentioned_ids(&self) -> Vec<String> {
        let Some(record) = self.opened.as_ref().map(|opened| &opened.record) else {
            return Vec::new();
        };
        let own = [&record.correlation_id, &record.id].map(|id| id.to_ascii_lowercase());
        let texts = self.lines.iter().filter(|line| !is_own_id(line)).flat_map(|line| &line.text);
        let mut found: Vec<String> = texts.flat_map(|(_, text)| ids_in(text)).collect();
        found.sort_unstable();
        found.dedup();
        found.retain(|id| !own.contains(id));
        found
    }

    /// Writes names behind the ids that the record mentions. An actor who excludes itself from a policy is
    /// one of them.
    pub(in crate::app) fn name_ids(&mut self, names: &[KnownName]) {
        for line in self.lines.iter_mut().filter(|line| !is_own_id(line)) {
            // Said once, however often it is told.
            let is_said =
                |(tone, text): &(Tone, String)| *tone == Tone::Label && text.starts_with(IS_CALLED);
            line.text.retain(|text| !is_said(text));
            let ids: Vec<String> = line.text.iter().flat_map(|(_, text)| ids_in(text)).collect();
            let text: String = line.text.iter().map(|(_, text)| text.as_str()).collect();
            // A line that says the name needs no other word for it.
            let is_told = |names: &[String]| names.iter().any(|name| text.contains(&*clean(name)));
            let named = names.iter().filter(|(id, names)| ids.contains(id) && !is_told(names));
            for (_, names) in named {
                let names: Vec<_> = names.iter().map(|name| clean(name)).collect();
                line.text.push((Tone::Label, format!("{IS_CALLED}{}", names.join(" / "))));
            }
        }
        self.wrap();
    }

    /// Turns to the records that belong to this one or back.
    pub fn set_related(&mut self, related: bool) {
        if self.related != related {
            (self.related, self.raw) = (related, false);
            self.viewport.go_to(0);
            self.wrap();
        }
    }

    /// The lines of the view that is shown, other than the original.
    fn shown(&self) -> &[Line] {
        if self.related && self.opened.is_some() { &self.related_lines } else { &self.lines }
    }

    /// Turns to the original JSON or back.
    pub fn set_raw(&mut self, raw: bool) {
        if self.raw != raw || self.related {
            (self.raw, self.related) = (raw, false);
            self.viewport.go_to(0);
            self.wrap();
        }
    }

    /// Makes the screen lines anew.
    pub fn wrap(&mut self) {
        let width = self.width.max(1);
        let mut screen = Vec::new();
        if self.raw && self.opened.is_some() {
            match &self.outline {
                Some(outline) => {
                    for at in outline.visible() {
                        wrap(
                            at,
                            &outline_pieces(outline, at),
                            outline_indent(outline, at),
                            4,
                            width,
                            &mut screen,
                        );
                    }
                }
                None => {
                    let raw =
                        self.opened.as_ref().map(|opened| opened.raw.as_str()).unwrap_or_default();
                    for (at, line) in raw.lines().enumerate() {
                        let text = clean(line).chars().take(50 * LONGEST_VALUE).collect();
                        wrap(at, &[(Tone::Plain, text)], 0, 0, width, &mut screen);
                    }
                }
            }
        } else {
            let label_width = if width >= 60 { 16 } else { 12 };
            for (at, line) in self.shown().iter().enumerate() {
                let mut pieces = Vec::new();
                let mut hang = line.indent + 2;
                if !line.label.is_empty() {
                    let (label, cells) =
                        crate::text::fit(&line.label, (width / 2).max(label_width));
                    let padded =
                        format!("{label}{}", " ".repeat(label_width.saturating_sub(cells)));
                    pieces.push((Tone::Label, format!("{padded} ")));
                    hang = (line.indent + label_width + 1).min(width / 2);
                }
                let worded =
                    |(tone, text): &(Tone, String)| (*tone, self.keys.worded(text).into_owned());
                pieces.extend(line.text.iter().map(worded));
                wrap(at, &pieces, line.indent.min(width / 2), hang, width, &mut screen);
            }
        }
        self.viewport.set_len(screen.len());
        self.screen = screen;
    }

    /// Shows the original of the record, or the record.
    pub fn turn_raw(&mut self, raw: bool) -> Reply {
        self.set_raw(raw);
        Reply::taken()
    }

    /// Goes back from related records, or from the original, to the record; whether there was one.
    pub fn step_back(&mut self) -> bool {
        let is_beside = self.related || self.raw;
        match self.related {
            true => self.set_related(false),
            false => self.set_raw(false),
        }
        is_beside
    }

    /// Path and value of the line of the original under the cursor, where it is shown.
    pub fn raw_line(&self) -> Option<(String, String)> {
        let line = self.outline.as_ref().filter(|_| self.raw)?.lines().get(self.current()?)?;
        Some((line.path.clone(), line.value.clone()))
    }

    /// The logical line (or line of the outline) under the cursor.
    pub fn current(&self) -> Option<usize> {
        self.screen.get(self.viewport.cursor()).map(|line| line.of)
    }

    /// The readable line under the cursor; none in the raw view.
    pub fn current_line(&self) -> Option<&Line> {
        if self.raw { None } else { self.shown().get(self.current()?) }
    }

    /// Folds or unfolds the line of the outline under the cursor.
    pub fn fold(&mut self, folded: Option<bool>) {
        let Some(at) = self.current().filter(|_| self.raw) else { return };
        let Some(outline) = &mut self.outline else { return };
        let Some(line) = outline.lines().get(at) else { return };
        let can_fold = !line.folded_text.is_empty();
        let fold_to = folded.unwrap_or(!line.folded);
        let target = if can_fold && line.folded != fold_to {
            outline.fold(at, fold_to);
            at
        } else if fold_to {
            outline.parent(at).unwrap_or(at)
        } else {
            at
        };
        self.wrap();
        self.go_to_line(target);
    }

    /// Folds or unfolds the whole outline.
    pub fn fold_all(&mut self, folded: bool) {
        if let Some(outline) = &mut self.outline {
            outline.fold_all(folded);
            self.wrap();
        }
    }

    fn go_to_line(&mut self, at: usize) {
        if let Some(line) = self.screen.iter().position(|line| line.of == at) {
            self.viewport.go_to(line);
        }
    }

    /// Searches the pane for `text`, from the cursor on.
    pub fn find(&mut self, text: &str) {
        self.find = fold(text);
        self.step_to_find(false, 0);
    }

    /// Goes to the next (or previous) place found.
    pub fn find_another(&mut self, backwards: bool) {
        self.step_to_find(backwards, 1);
    }

    fn step_to_find(&mut self, backwards: bool, from: usize) {
        if self.find.is_empty() {
            return;
        }
        let texts: Vec<String> = match (&self.outline, self.raw) {
            (Some(outline), true) => (outline.lines().iter())
                .map(|line| fold(&format!("{} {}", line.key, line.text)))
                .collect(),
            (None, true) => {
                let raw =
                    self.opened.as_ref().map(|opened| opened.raw.as_str()).unwrap_or_default();
                raw.lines().map(fold).collect()
            }
            _ => (self.shown().iter())
                .map(|line| {
                    let text: String = line.text.iter().map(|(_, text)| text.as_str()).collect();
                    let text = self.keys.worded(&text);
                    fold(&format!("{} {text}", line.label))
                })
                .collect(),
        };
        let cursor = self.current().unwrap_or(0);
        let hit = once_around(texts.len(), cursor, from, backwards)
            .find(|&at| texts[at].contains(&self.find));
        if let Some(at) = hit {
            if let Some(outline) = self.outline.as_mut().filter(|_| self.raw) {
                outline.reveal(at);
                self.wrap();
            }
            self.go_to_line(at);
        }
    }
}

impl PaneInput for Detail {
    fn go(&mut self, motion: Motion, _: &Sight<'_>) -> Reply {
        self.viewport.go(motion);
        Reply::taken()
    }

    fn sideways(&mut self, right: bool, _: &Sight<'_>) -> Reply {
        self.fold(Some(!right));
        Reply::taken()
    }

    /// Asks the query of a line, goes to the record of one, or folds it.
    fn open(&mut self, _: &Sight<'_>) -> Reply {
        let line = self.current_line();
        if let Some(query) = line.and_then(|line| line.query.clone()) {
            return Reply::asks(Intent::Filter(query));
        }
        if let Some(row) = line.and_then(|line| line.row) {
            return Reply::asks(Intent::Record(row));
        }
        self.fold(None);
        Reply::taken()
    }

    fn click(&mut self, line: usize, _: bool, _: &Sight<'_>) -> Reply {
        self.viewport.go_to(self.viewport.top() + line);
        Reply::taken()
    }

    fn wheel(&mut self, lines: isize, _: &Sight<'_>) -> Reply {
        self.viewport.scroll_by(lines);
        Reply::taken()
    }

    fn value(&self, _: &Store) -> Option<(&'static Field, String)> {
        self.current_line()?.value.clone()
    }
}

/// Is it the line of an id of the record's own actor or target? Their names stand beside it.
fn is_own_id(line: &Line) -> bool {
    line.value.as_ref().is_some_and(|(field, _)| matches!(field.name, "actor.id" | "target.id"))
}

/// The values of a row by their columns; JSON in a cell as what it holds.
fn by_column(columns: &[(String, String)]) -> Value {
    let value = |text: &String| match text.trim_start().starts_with(['{', '[']) {
        true => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text.as_str())),
        false => Value::from(text.as_str()),
    };
    Value::Object(columns.iter().map(|(name, text)| (name.clone(), value(text))).collect())
}

fn outline_indent(outline: &Outline, at: usize) -> usize {
    (outline.lines()[at].depth * 2).min(40)
}

fn outline_pieces(outline: &Outline, at: usize) -> Vec<(Tone, String)> {
    let line = &outline.lines()[at];
    let mut pieces = Vec::new();
    let mark = match (line.folded_text.is_empty(), line.folded) {
        (true, _) => "  ",
        (false, true) => "▸ ",
        (false, false) => "▾ ",
    };
    pieces.push((Tone::Label, mark.to_owned()));
    if !line.key.is_empty() {
        pieces.push((Tone::Label, format!("{}: ", clean(&line.key))));
    }
    let text = if line.folded { &line.folded_text } else { &line.text };
    let cut: String = clean(text).chars().take(10 * LONGEST_VALUE).collect();
    pieces.push((Tone::Plain, cut));
    pieces
}
