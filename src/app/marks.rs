//! Marks and notes: what is being marked, what can be undone, and what is known of the case they are kept in.
//! Never reads a record and never writes a file: which record a row is, is found out outside.

use crate::app::action::Action;
use crate::app::cases::{FoundCase, Moved, NotKept, OfferedCases};
use crate::store::{Mark, RowId, Store};
use crate::time::Timestamp;

/// What is being marked, and what is known of the case.
#[derive(Debug, Default)]
pub struct Marking {
    /// The record a range begins at, while one is open.
    pub range: Option<RowId>,
    /// What the investigation is called; empty where nobody said.
    pub title: String,
    /// Queries that were in use when something was marked, oldest first.
    pub queries: Vec<String>,
    /// The file the case is kept in, once it is.
    pub file: Option<String>,
    /// Cases of earlier sessions, until they are shown.
    pub offered: Option<OfferedCases>,
    /// Why the last change of marks is not in its file; `None` while it is.
    pub not_kept: Option<NotKept>,
    /// Where marks go since somebody else wrote the file of the case; `None` where nobody did.
    pub moved: Option<Moved>,
    /// What changes of marks replaced, the last change last.
    done: Vec<Before>,
    /// Was a case taken up? What was before that is not undone.
    was_taken_up: bool,
    /// Has the case marks on records that are not here?
    has_lost: bool,
    /// What is done if the next key asks for it again, and what the last key left so.
    asked: Option<Twice>,
    last_asked: Option<Twice>,
}

/// An action that is only carried out when it is asked for twice, and the record it is about.
pub(in crate::app) type Twice = (Action, Option<RowId>);

/// What one change of marks replaced.
#[derive(Debug)]
struct Before {
    /// Each row with its mark then.
    marks: Vec<(RowId, Option<Mark>)>,
    /// The queries then.
    queries: Vec<String>,
}

/// What is to be kept of a case besides its marks, which are the store's.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Draft {
    /// What the investigation is called.
    pub title: String,
    /// Queries that were in use when something was marked, oldest first.
    pub queries: Vec<String>,
}

/// Changes of marks that can be undone.
const MOST_UNDONE: usize = 50;
/// Queries that are kept.
const MOST_QUERIES: usize = 200;

impl Marking {
    /// Another key was pressed: only what the last one asked for can be confirmed by it.
    pub(in crate::app) fn forget_asked(&mut self) {
        self.last_asked = self.asked.take();
    }

    /// Is this asked for the second time, one key after the other? If not, the next key may.
    pub(in crate::app) fn is_asked_again(&mut self, asked: Twice) -> bool {
        if self.last_asked == Some(asked) {
            return true;
        }
        self.asked = Some(asked);
        false
    }

    /// Why no change of marks can be undone; `None` where one can.
    pub(in crate::app) fn cannot_undo(&self) -> Option<String> {
        let nothing = self.done.is_empty();
        let why = match self.was_taken_up {
            true => "no mark was changed since a case was taken up; nothing before that is undone",
            false => "no mark was changed since the records were opened",
        };
        nothing.then(|| why.to_owned())
    }

    /// Marks rows with a note, or takes their marks off. The query is the one they were found by, empty
    /// where it is none to be kept.
    pub(in crate::app) fn change(
        &mut self,
        store: &mut Store,
        rows: &[RowId],
        note: Option<&str>,
        query: &str,
        now: Timestamp,
    ) {
        let mut marks = store.marks().clone();
        let before = rows.iter().map(|&row| (row, marks.get(row).cloned())).collect();
        self.done.push(Before { marks: before, queries: self.queries.clone() });
        let over = self.done.len().saturating_sub(MOST_UNDONE);
        self.done.drain(..over);
        for &row in rows {
            match note {
                Some(note) => marks.set(row, Mark { note: note.to_owned(), at: Some(now) }),
                None => marks.remove(row),
            }
        }
        // Queries are those that something was marked by: without marks there are none.
        if marks.is_empty() && !self.has_lost {
            self.queries.clear();
        }
        store.set_marks(marks);
        if note.is_some() && !query.is_empty() {
            self.queries.retain(|known| *known != query);
            self.queries.push(query.to_owned());
            let over = self.queries.len().saturating_sub(MOST_QUERIES);
            self.queries.drain(..over);
        }
    }

    /// Takes back the last change of marks and notes. Returns how many marks it was; `None` where there
    /// is none.
    pub(in crate::app) fn undo(&mut self, store: &mut Store) -> Option<usize> {
        let before = self.done.pop()?;
        let mut marks = store.marks().clone();
        let count = before.marks.len();
        self.queries = before.queries;
        for (row, mark) in before.marks {
            match mark {
                Some(mark) => marks.set(row, mark),
                None => marks.remove(row),
            }
        }
        store.set_marks(marks);
        Some(count)
    }

    /// Takes up the marks of a case; what was marked since stays.
    pub(in crate::app) fn take_up(&mut self, found: &FoundCase, store: &mut Store) {
        let mut marks = store.marks().clone();
        for (row, mark) in &found.marks {
            let here = marks.note(*row);
            let note = match (here, mark.note.as_str()) {
                (here, there) if here == there || there.is_empty() => here.to_owned(),
                ("", there) => there.to_owned(),
                // Neither of two notes goes.
                (here, there) => format!("{here} / {there}"),
            };
            marks.set(*row, Mark { note, ..mark.clone() });
        }
        store.set_marks(marks);
        if self.title.is_empty() {
            self.title.clone_from(&found.title);
        }
        let newer = std::mem::take(&mut self.queries);
        self.queries.clone_from(&found.queries);
        self.queries.retain(|known| !newer.contains(known));
        self.queries.extend(newer);
        self.file = Some(found.file.clone());
        // To undo what was before would take off marks that were kept.
        self.done.clear();
        self.was_taken_up = true;
        self.has_lost |= found.lost > 0;
        if self.moved.as_ref().is_some_and(|moved| moved.to != found.file) {
            self.moved = None;
        }
    }
}

/// How many marks there are.
pub fn all_marks(store: &Store) -> String {
    match store.marks().len() {
        1 => "1 mark in all".to_owned(),
        count => format!("{count} marks in all"),
    }
}
