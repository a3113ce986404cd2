//! Rows of one correlation id put together: an operation, its records in the order they happened.
//! Never joins rows without an id, and never changes which rows there are.

use hashbrown::HashMap;

use crate::store::column::NOT_A_GUID;
use crate::store::{RowId, Store};

/// The rows of an answer by operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operations {
    /// All rows, those of an operation beside each other, oldest first.
    rows: Vec<RowId>,
    /// Where each operation begins.
    starts: Vec<u32>,
}

/// What rows of one operation share.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Guid(u128),
    Text(String),
}

impl Operations {
    /// Puts rows together. Operations are in the order in which the first of their rows comes.
    pub fn of(store: &Store, rows: &[RowId]) -> Self {
        let mut places: HashMap<Key, u32> = HashMap::new();
        let mut counts: Vec<u32> = Vec::new();
        let mut place_of = Vec::with_capacity(rows.len());
        for &row in rows {
            let (segment, at) = store.locate(row);
            let key = match segment.correlations().packed()[at] {
                // The GUID of nothing joins nothing.
                0 => None,
                NOT_A_GUID => {
                    Some(segment.correlation(at)).filter(|id| !id.is_empty()).map(Key::Text)
                }
                guid => Some(Key::Guid(guid)),
            };
            let fresh = counts.len() as u32;
            let place = key.map_or(fresh, |key| *places.entry(key).or_insert(fresh));
            if place == fresh {
                counts.push(0);
            }
            counts[place as usize] += 1;
            place_of.push(place);
        }
        let mut starts = Vec::with_capacity(counts.len());
        let mut end = 0;
        for count in counts {
            starts.push(end);
            end += count;
        }
        let mut next = starts.clone();
        let mut all = vec![0; rows.len()];
        for (&row, place) in rows.iter().zip(place_of) {
            let at = &mut next[place as usize];
            all[*at as usize] = row;
            *at += 1;
        }
        let mut found = Self { rows: all, starts };
        for place in 0..found.len() {
            let (start, end) = found.range(place);
            if end - start > 1 {
                found.rows[start..end].sort_by_key(|&row| (store.time(row), row));
            }
        }
        found
    }

    /// Number of operations.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The rows of an operation, oldest first; at least one.
    pub fn rows(&self, place: usize) -> &[RowId] {
        let (start, end) = self.range(place);
        &self.rows[start..end]
    }

    fn range(&self, place: usize) -> (usize, usize) {
        let start = self.starts[place] as usize;
        let end = self.starts.get(place + 1).map_or(self.rows.len(), |&end| end as usize);
        (start, end)
    }
}
