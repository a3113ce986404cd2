//! Marks and notes: set, taken off, undone, and what follows from that.
//! Never reads a record and never writes a file: which record a row is, is found out outside.

use tui_input::Input;

use crate::app::action::Action;
use crate::app::intent::Intent;
use crate::app::layers::Layer;
use crate::app::layers::note::Note;
use crate::app::marks::{Draft, Twice, all_marks};
use crate::app::message::Effect;
use crate::app::state::App;
use crate::store::RowId;

/// Records that are marked at once at most.
const MOST_AT_ONCE: usize = 10_000;

impl App {
    /// Marks the record under the cursor, or takes its mark off. The cursor stays, so that the same
    /// key takes back what it did, and the next one notes something about the same record.
    pub(in crate::app) fn turn_mark(&mut self) -> Vec<Effect> {
        let Some(row) = self.panes.record_here() else { return Vec::new() };
        let rows = self.panes.records_here();
        self.turn_marks(&rows, (Action::Mark, Some(row))).unwrap_or_default()
    }

    /// Marks those of some rows that are not marked; where all are, takes the marks off. Returns
    /// `None` where nothing was done: notes go only when that is asked for twice.
    fn turn_marks(&mut self, rows: &[RowId], asked: Twice) -> Option<Vec<Effect>> {
        if rows.len() > MOST_AT_ONCE {
            let (count, export) = (rows.len(), self.keymap.spoken(Action::Export));
            self.screen.notice = Some(format!(
                "{count} records are too many to mark (at most {MOST_AT_ONCE}); {export} exports all \
                 that is listed"
            ));
            return None;
        }
        let marks = self.data.store.marks();
        let fresh: Vec<RowId> = rows.iter().copied().filter(|&row| !marks.has(row)).collect();
        if !fresh.is_empty() {
            self.change_marks(&fresh, Some(""));
            self.tell_marks(&match fresh.len() {
                1 if rows.len() == 1 => "marked".to_owned(),
                count if count < rows.len() => {
                    let noun = if count == 1 { "record" } else { "records" };
                    format!("{count} more {noun} marked")
                }
                count => format!("{count} records marked"),
            });
            return Some(self.marks_changed());
        }
        let notes = rows.iter().filter(|&&row| !marks.note(row).is_empty()).count();
        let what = match (rows.len(), notes) {
            (1, 0) => "mark".to_owned(),
            (1, _) => "mark and note".to_owned(),
            (count, 0) => format!("{count} marks"),
            (count, 1) => format!("{count} marks and a note"),
            (count, notes) => format!("{count} marks and {notes} notes"),
        };
        if notes > 0 && !self.marking.is_asked_again(asked) {
            let key = self.keymap.spoken(asked.0);
            self.screen.notice = Some(format!("{key} again takes {what} off"));
            return None;
        }
        self.change_marks(rows, None);
        self.tell_marks(&format!("{what} taken off"));
        Some(self.marks_changed())
    }

    /// Takes back the last change of marks and notes.
    pub(in crate::app) fn undo_marks(&mut self) -> Vec<Effect> {
        let what = match self.marking.undo(&mut self.data.store) {
            None => return Vec::new(),
            Some(1) => "the mark is as before".to_owned(),
            Some(count) => format!("{count} marks are as before"),
        };
        self.screen.notice = Some(format!("{what} · {}", all_marks(&self.data.store)));
        self.marks_changed()
    }

    /// Begins a range, or marks all from where it began to the cursor. Where all are marked their
    /// marks are taken off.
    pub(in crate::app) fn mark_range(&mut self) -> Vec<Effect> {
        let (Some(row), cursor) = (self.panes.list.current(), self.panes.list.viewport.cursor())
        else {
            return Vec::new();
        };
        let Some(first) = self.marking.range.take() else {
            self.marking.range = Some(row);
            return Vec::new();
        };
        let Some(place) = self.panes.list.rows.iter().position(|&other| other == first) else {
            self.screen.notice =
                Some("the record the range began at is not in the list any more".into());
            return Vec::new();
        };
        let places = place.min(cursor)..=place.max(cursor);
        let rows = self.panes.list.rows_between(places);
        let Some(effects) = self.turn_marks(&rows, (Action::MarkRange, Some(row))) else {
            self.marking.range = Some(first);
            return Vec::new();
        };
        effects
    }

    /// Begins to write a note about the record under the cursor.
    pub(in crate::app) fn begin_note(&mut self) -> Vec<Effect> {
        if let Some(row) = self.panes.record_here() {
            let input = Input::new(self.data.store.marks().note(row).to_owned());
            self.open_layer(Layer::Note(Note { row, input }));
        }
        Vec::new()
    }

    /// Keeps the note that is being written: nobody is there any more to finish it.
    pub fn keep_unfinished(&mut self) -> Vec<Effect> {
        let Some(Note { row, input }) = self.layers.note() else { return Vec::new() };
        let (row, text) = (*row, input.value().trim().to_owned());
        self.layers.close(|layer| matches!(layer, Layer::Note(_)));
        if text.is_empty() { Vec::new() } else { self.keep_note(row, &text) }
    }

    /// Notes something about a record, which marks it. An empty note is none.
    pub(in crate::app) fn keep_note(&mut self, row: RowId, text: &str) -> Vec<Effect> {
        let marks = self.data.store.marks();
        if marks.note(row) == text && (marks.has(row) || text.is_empty()) {
            return Vec::new();
        }
        self.change_marks(&[row], Some(text));
        self.tell_marks(if text.is_empty() { "note taken off" } else { "noted" });
        self.marks_changed()
    }

    /// Marks rows with a note, or takes their marks off.
    fn change_marks(&mut self, rows: &[RowId], note: Option<&str>) {
        let query = match self.filter.query.asks_for_marks() {
            true => String::new(),
            false => self.whole_query(),
        };
        let now = self.clock.now;
        self.marking.change(&mut self.data.store, rows, note, &query, now);
    }

    fn tell_marks(&mut self, what: &str) {
        let undo = self.keymap.spoken(Action::UndoMarks);
        self.screen.notice =
            Some(format!("{what} · {}; {undo} undoes it", all_marks(&self.data.store)));
    }

    /// What follows from other marks: they are kept, and the list may depend on them.
    pub(in crate::app) fn marks_changed(&mut self) -> Vec<Effect> {
        self.panes.show_beside(&self.data.store);
        let draft =
            Draft { title: self.marking.title.clone(), queries: self.marking.queries.clone() };
        let mut effects = vec![Effect::KeepCase(Box::new(draft), self.data.store.clone())];
        let moves = self.filter.query.asks_for_marks()
            || self.panes.list.sort.field.is_about_marks()
            || self.filter.hides_noise;
        if moves {
            effects.extend(self.ask());
        }
        if self.panes.detail.related {
            // Its lines say which records are marked.
            effects.extend(self.grant(Intent::LookAround, None));
        }
        effects
    }
}
