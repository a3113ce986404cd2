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
        let segments = &store.segments()[self.segments..];
        // Together, for a file with the newest first would else be moved once for each segment.
        let mut fresh: Vec<(i64, RowId)> =
            Vec::with_capacity(segments.iter().map(|segment| segment.len()).sum());
        for segment in segments {
            fresh.extend(segment.times().iter().copied().zip(segment.first()..));
        }
        fresh.sort_by_key(|&(ticks, _)| ticks);
        self.merge(store, &fresh);
        self.segments += segments.len();
    }

    fn merge(&mut self, store: &Store, fresh: &[(i64, RowId)]) {
        let ticks = |row: RowId| {
            let (segment, at) = store.locate(row);
            segment.times()[at]
        };
        let (Some(&(oldest, _)), Some(&(newest, _))) = (fresh.first(), fresh.last()) else {
            return;
        };
        // Rows that are older than everything new stay where they are.
        let stay = self.rows.partition_point(|&row| ticks(row) <= oldest);
        let from = self.rows.partition_point(|&row| ticks(row) <= newest);
        let after = self.rows.split_off(from);
        let between = self.rows.split_off(stay);
        let mut between = between.into_iter().peekable();
        self.rows.reserve(fresh.len() + between.len() + after.len());
        for &(time, row) in fresh {
            while let Some(other) = between.next_if(|&other| ticks(other) <= time) {
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
