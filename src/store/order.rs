//! Rows in the order of time, kept up as segments arrive: [`TimeOrder`].
//! Never sorts twice what was sorted before.

use super::{RowId, Store};

/// All rows of a store by time, oldest first; rows without a time come before all others, rows of
/// the same instant in order of arrival.
#[derive(Clone, Debug, Default)]
pub struct TimeOrder {
    rows: Vec<RowId>,
    segments: usize,
}

impl TimeOrder {
    /// Takes in the segments of `store` that arrived since the last call. The store must be the same
    /// one, longer or as long.
    pub fn extend(&mut self, store: &Store) {
        for segment in &store.segments()[self.segments..] {
            let times = segment.times();
            let first = segment.first();
            let mut fresh: Vec<RowId> = (0..segment.len() as u32).map(|at| first + at).collect();
            fresh.sort_by_key(|&row| times[(row - first) as usize]);
            self.merge(store, fresh);
            self.segments += 1;
        }
    }

    fn merge(&mut self, store: &Store, fresh: Vec<RowId>) {
        let ticks = |row: RowId| {
            let (segment, at) = store.locate(row);
            segment.times()[at]
        };
        let (Some(&oldest), Some(&newest)) = (fresh.first(), fresh.last()) else { return };
        // Rows that are older than everything new stay where they are.
        let stay = self.rows.partition_point(|&row| ticks(row) <= ticks(oldest));
        let from = self.rows.partition_point(|&row| ticks(row) <= ticks(newest));
        let after = self.rows.split_off(from);
        let between = self.rows.split_off(stay);
        let mut between = between.into_iter().peekable();
        for row in fresh {
            while let Some(other) = between.next_if(|&other| ticks(other) <= ticks(row)) {
                self.rows.push(other);
            }
            self.rows.push(row);
        }
        self.rows.extend(between);
        self.rows.extend(after);
    }

    /// The rows, oldest first.
    pub fn rows(&self) -> &[RowId] {
        &self.rows
    }
}
