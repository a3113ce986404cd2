//! Rows that are of one sign-in: [`Events`].
//! Never joins rows by their ids alone, and never drops one of them.
//!
//! Log Analytics and diagnostic settings write a sign-in several times under one id: interrupted for a
//! second factor, then done; done, then with the risk that was found in it. All rows are kept. The
//! one that was written last says how the sign-in ended.

use std::collections::HashMap;

use super::RowId;
use crate::record::content::SignInRow;

/// A row that is of the same sign-in as another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EventRow {
    /// The row.
    pub row: RowId,
    /// The first row of the sign-in that arrived; it is there as a row too.
    pub first: RowId,
    /// Its place among the others.
    pub sign_in: SignInRow,
}

/// All sign-ins that have several rows.
#[derive(Clone, Default, Debug)]
pub struct Events {
    /// The first row of the sign-in each row is of.
    first_of: HashMap<RowId, RowId>,
    /// By first row: the rows in the order they were written.
    rows: HashMap<RowId, Vec<(SignInRow, RowId)>>,
}

impl Events {
    /// Takes in rows.
    pub fn add(&mut self, more: &[EventRow]) {
        for event in more {
            if self.first_of.contains_key(&event.row) {
                continue;
            }
            self.first_of.insert(event.row, event.first);
            let rows = self.rows.entry(event.first).or_default();
            let at = rows.partition_point(|other| *other < (event.sign_in, event.row));
            rows.insert(at, (event.sign_in, event.row));
        }
    }

    /// Has no sign-in several rows?
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows of each sign-in that has several, in the order they were written.
    pub fn all(&self) -> impl Iterator<Item = impl DoubleEndedIterator<Item = RowId>> {
        self.rows.values().map(|rows| rows.iter().map(|(_, row)| *row))
    }

    /// Number of sign-ins that have several rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The first row that arrived of the sign-in that `row` is one of several rows of.
    pub fn first(&self, row: RowId) -> Option<RowId> {
        self.first_of.get(&row).copied()
    }

    /// The rows of the sign-in that `row` is one of, in the order they were written, the last of
    /// which says how it ended; none where it is the only one.
    pub fn rows(&self, row: RowId) -> impl ExactSizeIterator<Item = RowId> + DoubleEndedIterator {
        let rows = self.first(row).and_then(|first| self.rows.get(&first));
        rows.map(Vec::as_slice).unwrap_or_default().iter().map(|(_, row)| *row)
    }

    /// How many of these rows are of sign-ins with several rows, and how many sign-ins that is.
    pub fn among(&self, rows: &[RowId]) -> (usize, usize) {
        if self.is_empty() {
            return (0, 0);
        }
        let mut firsts: Vec<RowId> = rows.iter().filter_map(|row| self.first(*row)).collect();
        let count = firsts.len();
        firsts.sort_unstable();
        firsts.dedup();
        (count, firsts.len())
    }
}
