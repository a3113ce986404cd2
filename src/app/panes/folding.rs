//! Lines that stand for several records: those of one correlation ID, where that is asked for, and those of
//! one sign-in always.
//! Never changes what matches: folded records are counted, exported and filtered like all others.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use crate::query::answer::{By, Operations, Sum};
use crate::store::RowId;

/// What is folded in the list.
#[derive(Debug, Default)]
pub struct Folding {
    /// All rows that match, in the order asked for.
    pub(in crate::app) all: Vec<RowId>,
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

    /// Takes in all rows and the operations they are of; returns the rows to be shown.
    pub fn take(&mut self, all: Vec<RowId>, operations: Operations) -> Vec<RowId> {
        (self.all, self.operations) = (all, operations);
        self.arrange()
    }

    /// The rows of some lines, those that are folded away there too.
    pub fn rows_between(&self, lines: &RangeInclusive<usize>) -> Vec<RowId> {
        let mut rows = Vec::new();
        let mut line = 0;
        for place in 0..self.operations.len() {
            let own = self.operations.rows(place);
            if matches!(self.lines.get(line), Some(Fold::Unfolded(_))) {
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
        self.lines.get(line).copied().unwrap_or(Fold::Single)
    }

    /// Number of operations, where records are listed by operation.
    pub fn operations(&self) -> Option<usize> {
        (self.operations.kind() == By::Operation).then(|| self.operations.len())
    }

    /// What the records of the operation of a line come to; `None` where it is one record.
    pub fn sum_of(&self, line: usize) -> Option<Sum> {
        self.operations.sum(*self.places.get(line)?)
    }

    /// All rows of the operation of a line.
    pub fn operation_of(&self, line: usize) -> &[RowId] {
        self.places.get(line).map_or(&[], |&place| self.operations.rows(place))
    }

    /// The row of the line that stands for the operation of a row, while it is folded.
    pub fn lead_of(&self, row: RowId) -> Option<RowId> {
        Some(self.operations.lead(self.place_of(row)?))
    }

    /// Unfolds the operation of a row, or folds it again. Returns the rows to be shown, and the one that
    /// stands for the operation among them.
    pub fn turn(&mut self, row: RowId) -> Option<(Vec<RowId>, RowId)> {
        let place = self.place_of(row)?;
        let oldest = self.operations.rows(place)[0];
        let mut head = self.operations.lead(place);
        if !self.open.remove(&oldest) {
            self.open.insert(oldest);
            head = oldest;
        }
        Some((self.arrange(), head))
    }
}
