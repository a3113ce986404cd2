//! Lines that stand for several records: those of one correlation ID, where that is asked for, and those of
//! one sign-in always.
//! Never changes what matches: folded records are counted, exported and filtered like all others.

use std::collections::HashSet;

use super::App;
use super::list::List;
use super::message::Effect;
use crate::query::answer::{By, Operations, Sum};
use crate::store::RowId;

/// What is folded in the list.
#[derive(Debug, Default)]
pub struct Folding {
    /// All rows that match, in the order asked for.
    all: Vec<RowId>,
    operations: Operations,
    /// The oldest row of each operation that is unfolded.
    open: HashSet<RowId>,
    /// For each line of the list, what it is.
    lines: Vec<Fold>,
    /// For each line of the list, the place of its operation.
    places: Vec<usize>,
}

/// What a line of the list is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fold {
    /// A record by itself.
    Single,
    /// So many records of one operation, folded.
    Folded(u32),
    /// The first of so many records of one operation.
    Unfolded(u32),
    /// One more record of the operation above.
    Member,
}

impl Folding {
    /// The lines of the list: the rows, and what each is.
    fn arrange(&mut self) -> Vec<RowId> {
        let mut rows = Vec::with_capacity(self.operations.len());
        self.lines.clear();
        self.places.clear();
        for place in 0..self.operations.len() {
            let own = self.operations.rows(place);
            let count = own.len() as u32;
            if count == 1 {
                rows.push(own[0]);
                self.lines.push(Fold::Single);
            } else if self.open.contains(&own[0]) {
                rows.extend_from_slice(own);
                self.lines.push(Fold::Unfolded(count));
                self.lines.extend(own[1..].iter().map(|_| Fold::Member));
            } else {
                // Its place is that of the first of its rows in the order asked for.
                rows.push(self.operations.lead(place));
                self.lines.push(Fold::Folded(count));
            }
            self.places.resize(rows.len(), place);
        }
        rows
    }

    /// The operation a row belongs to.
    fn place_of(&self, row: RowId) -> Option<usize> {
        let mut places = 0..self.operations.len();
        places.find(|&place| self.operations.rows(place).contains(&row))
    }
}

impl List {
    /// All rows that match, also those that are folded away.
    pub fn all_rows(&self) -> &[RowId] {
        self.folding.as_ref().map_or(&self.rows, |folding| &folding.all)
    }

    /// The rows of some lines, those that are folded away there too.
    pub(super) fn rows_between(&self, lines: std::ops::RangeInclusive<usize>) -> Vec<RowId> {
        let Some(folding) = &self.folding else {
            return self.rows.get(lines).map(<[RowId]>::to_vec).unwrap_or_default();
        };
        let mut rows = Vec::new();
        let mut line = 0;
        for place in 0..folding.operations.len() {
            let own = folding.operations.rows(place);
            if matches!(folding.lines.get(line), Some(Fold::Unfolded(_))) {
                let wanted = own.iter().enumerate().filter(|(at, _)| lines.contains(&(line + at)));
                rows.extend(wanted.map(|(_, row)| *row));
                line += own.len();
            } else {
                if lines.contains(&line) {
                    rows.extend_from_slice(own);
                }
                line += 1;
            }
            if line > *lines.end() {
                break;
            }
        }
        rows
    }

    /// What a line is.
    pub fn fold_of(&self, line: usize) -> Fold {
        let lines = self.folding.as_ref().map(|folding| &folding.lines);
        lines.and_then(|lines| lines.get(line).copied()).unwrap_or(Fold::Single)
    }

    /// Number of operations, where records are listed by operation.
    pub fn operations(&self) -> Option<usize> {
        let folding = self.folding.as_ref()?;
        (folding.operations.kind() == By::Operation).then(|| folding.operations.len())
    }

    /// Takes in operations; returns the rows to be shown.
    pub(super) fn fold(&mut self, all: Vec<RowId>, operations: Option<Operations>) -> Vec<RowId> {
        let Some(operations) = operations else {
            self.folding = None;
            return all;
        };
        let folding = self.folding.get_or_insert_default();
        (folding.all, folding.operations) = (all, operations);
        folding.arrange()
    }

    /// What the records of the operation of a line come to; `None` where it is one record.
    pub fn sum_of(&self, line: usize) -> Option<Sum> {
        let folding = self.folding.as_ref()?;
        folding.operations.sum(*folding.places.get(line)?)
    }

    /// All rows of the operation of a line; none where operations are not put together.
    pub fn operation_of(&self, line: usize) -> &[RowId] {
        let folding = self.folding.as_ref();
        let place = folding.and_then(|folding| folding.places.get(line));
        folding.zip(place).map_or(&[], |(folding, &place)| folding.operations.rows(place))
    }

    /// The row that stands for a row: the one of its line, where its operation is folded.
    pub(super) fn shown_row(&self, row: RowId) -> RowId {
        let folding = self.folding.as_ref().filter(|_| !self.rows.contains(&row));
        let lead = |folding: &Folding| Some(folding.operations.lead(folding.place_of(row)?));
        folding.and_then(lead).unwrap_or(row)
    }

    /// Unfolds the operation under the cursor, or folds it again.
    fn turn_fold(&mut self) -> bool {
        let Some(row) = self.current() else { return false };
        let Some(folding) = &mut self.folding else { return false };
        let Some(place) = folding.place_of(row) else { return false };
        let oldest = folding.operations.rows(place)[0];
        let mut head = folding.operations.lead(place);
        if !folding.open.remove(&oldest) {
            folding.open.insert(oldest);
            head = oldest;
        }
        let rows = folding.arrange();
        self.show_rows(rows, head);
        true
    }
}

impl App {
    /// Shows operations instead of records, or records again.
    pub(super) fn turn_operations(&mut self) -> Vec<Effect> {
        self.operations = !self.operations;
        self.list.moved = true;
        self.ask()
    }

    /// Unfolds the operation under the cursor, or folds it.
    pub(super) fn unfold_operation(&mut self) -> Vec<Effect> {
        self.list.moved = true;
        if !self.list.turn_fold() {
            return Vec::new();
        }
        self.follow_cursor()
    }

    /// Why operations cannot be folded or unfolded.
    pub(super) fn cannot_fold(&self, one: bool) -> Option<String> {
        let is_single = self.list.fold_of(self.list.viewport.cursor()) == Fold::Single;
        let why = if self.show_activities {
            "activities are shown; v shows the records"
        } else if one && is_single && !self.operations {
            "records are not put together by operation; O does that"
        } else if one && is_single {
            "this record is the only one of its operation here"
        } else {
            return None;
        };
        Some(why.to_owned())
    }
}
