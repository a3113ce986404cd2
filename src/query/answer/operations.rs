//! Rows of one correlation id put together: an operation, its records in the order they happened.
//! Never joins rows without an id, and never changes which rows there are.

use hashbrown::HashMap;

use crate::record::Outcome;
use crate::record::column::Column;
use crate::record::risk::Level;
use crate::store::column::NOT_A_GUID;
use crate::store::{RowId, Store};

/// The rows of an answer by operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operations {
    /// All rows, those of an operation beside each other, oldest first.
    rows: Vec<RowId>,
    /// Where each operation begins.
    starts: Vec<u32>,
    /// The row of each that comes first in the order of the answer: it gives the operation its place.
    leads: Vec<RowId>,
    /// What is to be said of each that has more than one row.
    sums: Vec<Sum>,
}

/// What the rows of an operation come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Number of rows.
    pub count: u32,
    /// Of them, failures.
    pub failed: u32,
    /// The worst of their outcomes: a failure, a timeout, an interruption, one nobody knows, success.
    pub worst: Outcome,
    /// The highest level of risk among them; `None` where none is rated.
    pub highest: Option<Level>,
}

/// Outcomes, the worst first.
const WORST_FIRST: [Outcome; 5] =
    [Outcome::Failure, Outcome::Timeout, Outcome::Interrupted, Outcome::Unknown, Outcome::Success];

/// What the values of columns mean, by their codes.
struct Codes {
    /// Places among the outcomes, the worst first.
    outcomes: Vec<usize>,
    levels: Vec<Option<Level>>,
}

impl Codes {
    fn of(store: &Store) -> Self {
        let outcome = |code| {
            let outcome = Outcome::from_word(store.part(Column::Result, code, 0));
            WORST_FIRST.iter().position(|known| *known == outcome).unwrap_or(3)
        };
        let level = |code| Level::of_entry(store.entry(Column::Risk, code));
        Self {
            outcomes: (0..store.entries(Column::Result) as u32).map(outcome).collect(),
            levels: (0..store.entries(Column::Risk) as u32).map(level).collect(),
        }
    }

    fn sum(&self, store: &Store, rows: &[RowId]) -> Sum {
        let first = |row, column| store.codes(row, column).first().map(|&code| code as usize);
        let mut counts = [0; WORST_FIRST.len()];
        let mut highest = None;
        for &row in rows {
            let outcome = first(row, Column::Result).and_then(|code| self.outcomes.get(code));
            counts[outcome.copied().unwrap_or(3)] += 1;
            let level = first(row, Column::Risk).and_then(|code| self.levels.get(code));
            highest = highest.max(level.copied().flatten());
        }
        let worst = counts.iter().position(|&count| count > 0).unwrap_or(3);
        Sum { count: rows.len() as u32, failed: counts[0], worst: WORST_FIRST[worst], highest }
    }
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
        let mut leads = Vec::new();
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
                leads.push(row);
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
        let mut found = Self { rows: all, starts, leads, sums: Vec::new() };
        let codes = Codes::of(store);
        found.sums.reserve_exact(found.len());
        for place in 0..found.len() {
            let (start, end) = found.range(place);
            if end - start > 1 {
                found.rows[start..end].sort_by_key(|&row| (store.time(row), row));
                found.sums.push(codes.sum(store, &found.rows[start..end]));
            } else {
                found.sums.push(Sum::default());
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

    /// The row of an operation that comes first in the order of the answer.
    pub fn lead(&self, place: usize) -> RowId {
        self.leads[place]
    }

    /// What the rows of an operation come to; `None` where it is only one.
    pub fn sum(&self, place: usize) -> Option<Sum> {
        self.sums.get(place).copied().filter(|sum| sum.count > 1)
    }

    fn range(&self, place: usize) -> (usize, usize) {
        let start = self.starts[place] as usize;
        let end = self.starts.get(place + 1).map_or(self.rows.len(), |&end| end as usize);
        (start, end)
    }
}
