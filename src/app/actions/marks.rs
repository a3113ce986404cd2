//! Marks and notes: set, taken off, undone, and what follows from that.
//! Never reads a record and never writes a file: which record a row is, is found out outside.

use tui_input::Input;

use crate::app::action::{Action, Pane};
use crate::app::layers::Layer;
use crate::app::layers::note::Note;
use crate::app::marks::{Asked, Before, Draft};
use crate::app::message::Effect;
use crate::app::panes::detail::Beside;
use crate::app::panes::list;
use crate::app::state::App;
use crate::store::{Mark, RowId};

/// Records that are marked at once at most.
const MOST_AT_ONCE: usize = 10_000;
/// Changes of marks that can be undone.
const MOST_UNDONE: usize = 50;
/// Queries that are kept.
const MOST_QUERIES: usize = 200;

impl App {
    /// Why nothing can be marked; `None` where something can.
    pub(in crate::app) fn cannot_mark(&self) -> Option<String> {
        let why = if self.panes.show_activities {
            let view = self.keymap.spoken(Action::View);
            return Some(format!("activities are not marked; {view} shows the records"));
        } else if self.panes.list.current().is_none() {
            "there is no record under the cursor"
        } else {
            return None;
        };
        Some(why.to_owned())
    }

    /// Why no change of marks can be undone; `None` where one can.
    pub(in crate::app) fn cannot_undo_marks(&self) -> Option<String> {
        let nothing = self.marking.done.is_empty();
        let why = match self.marking.was_taken_up {
            true => "no mark was changed since a case was taken up; nothing before that is undone",
            false => "no mark was changed since the records were opened",
        };
        nothing.then(|| why.to_owned())
    }

    /// Another key was pressed: only what the last one asked for can be confirmed by it.
    pub(in crate::app) fn forget_asked(&mut self) {
        self.marking.last_asked = self.marking.asked.take();
    }

    /// Is this asked for the second time, one key after the other? If not, the next key may.
    pub(in crate::app) fn is_asked_again(&mut self, asked: Asked) -> bool {
        if self.marking.last_asked == Some(asked) {
            return true;
        }
        self.marking.asked = Some(asked);
        false
    }

    /// The record under the cursor; beside related records the one of its line.
    fn record_here(&self) -> Option<RowId> {
        let related = self.panes.focus == Pane::Detail && self.panes.detail.related;
        let line = self.panes.detail.current_line().filter(|_| related);
        line.and_then(|line| line.row).or(self.panes.list.current())
    }

    /// Marks the record under the cursor, or takes its mark off. The cursor stays, so that the same
    /// key takes back what it did, and the next one notes something about the same record.
    pub(in crate::app) fn turn_mark(&mut self) -> Vec<Effect> {
        let Some(row) = self.record_here() else { return Vec::new() };
        let line = self.panes.list.viewport.cursor();
        // A line that stands for an operation stands for all its records.
        let rows = match self.panes.focus {
            Pane::List => self.panes.list.rows_between(line..=line),
            _ => vec![row],
        };
        self.turn_marks(&rows, (Action::Mark, Some(row))).unwrap_or_default()
    }

    /// Marks those of some rows that are not marked; where all are, takes the marks off. Returns
    /// `None` where nothing was done: notes go only when that is asked for twice.
    fn turn_marks(&mut self, rows: &[RowId], asked: Asked) -> Option<Vec<Effect>> {
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
        if notes > 0 && !self.is_asked_again(asked) {
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
        let Some(before) = self.marking.done.pop() else { return Vec::new() };
        let mut marks = self.data.store.marks().clone();
        let what = match before.marks.len() {
            1 => "the mark is as before".to_owned(),
            count => format!("{count} marks are as before"),
        };
        self.marking.queries = before.queries;
        for (row, mark) in before.marks {
            match mark {
                Some(mark) => marks.set(row, mark),
                None => marks.remove(row),
            }
        }
        self.data.store.set_marks(marks);
        self.screen.notice = Some(format!("{what} · {}", self.all_marks()));
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
        if let Some(row) = self.record_here() {
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
        let mut marks = self.data.store.marks().clone();
        let before = rows.iter().map(|&row| (row, marks.get(row).cloned())).collect();
        let queries = self.marking.queries.clone();
        self.marking.done.push(Before { marks: before, queries });
        let over = self.marking.done.len().saturating_sub(MOST_UNDONE);
        self.marking.done.drain(..over);
        for &row in rows {
            match note {
                Some(note) => {
                    marks.set(row, Mark { note: note.to_owned(), at: Some(self.clock.now) });
                }
                None => marks.remove(row),
            }
        }
        // Queries are those that something was marked by: without marks there are none.
        if marks.is_empty() && !self.marking.has_lost {
            self.marking.queries.clear();
        }
        self.data.store.set_marks(marks);
        let query = self.whole_query();
        if note.is_some() && !query.is_empty() && !self.filter.query.asks_for_marks() {
            self.marking.queries.retain(|known| *known != query);
            self.marking.queries.push(query);
            let over = self.marking.queries.len().saturating_sub(MOST_QUERIES);
            self.marking.queries.drain(..over);
        }
    }

    fn tell_marks(&mut self, what: &str) {
        let undo = self.keymap.spoken(Action::UndoMarks);
        self.screen.notice = Some(format!("{what} · {}; {undo} undoes it", self.all_marks()));
    }

    pub(in crate::app) fn all_marks(&self) -> String {
        match self.data.store.marks().len() {
            1 => "1 mark in all".to_owned(),
            count => format!("{count} marks in all"),
        }
    }

    /// What follows from other marks: they are kept, and the list may depend on them.
    pub(in crate::app) fn marks_changed(&mut self) -> Vec<Effect> {
        self.show_note();
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
            effects.extend(self.look_around());
        }
        effects
    }

    /// What was noted about a record; `None` where it is not marked.
    pub(in crate::app) fn note_of(&self, row: RowId) -> Option<String> {
        self.data.store.marks().get(row).map(|mark| mark.note.clone())
    }

    /// Shows in the detail what was noted about the record there, and of what operation it is.
    pub(in crate::app) fn show_note(&mut self) {
        let beside = self.panes.detail.row.map(|row| self.beside(row)).unwrap_or_default();
        self.panes.detail.set_beside(beside);
    }

    /// What is known of a record beside what stands in it.
    pub(in crate::app) fn beside(&self, row: RowId) -> Beside {
        let is_current =
            self.panes.list.current() == Some(row) && self.panes.list.operations().is_some();
        let operation =
            self.panes.list.sum_of(self.panes.list.viewport.cursor()).filter(|_| is_current);
        Beside {
            note: self.note_of(row),
            operation,
            sign_in: list::sign_in_rows(&self.data.store, row),
        }
    }
}
