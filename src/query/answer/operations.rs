//! Rows put together: those of one correlation id, an operation; or those of one sign-in.
//! Never joins rows without an id, and never changes which rows there are.
//!
//! A sign-in is judged by the row that was written last, whether or not that row is in the answer.

use std::hash::Hash;

use hashbrown::{HashMap, HashSet};

use crate::record::Outcome;
use crate::record::column::{Column, Part};
use crate::record::risk::Level;
use crate::store::column::NOT_A_GUID;
use crate::store::order::TimeOrder;
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
    by: By,
}

/// By what rows are put together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// The correlation ID.
    #[default]
    Operation,
    /// The sign-in they are rows of.
    SignIn,
}

/// What the rows of an operation come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Number of rows.
    pub count: u32,
    /// Of them, failures; a row of a sign-in that was written again is none.
    pub failed: u32,
    /// The worst of their outcomes: a failure, a timeout, an interruption, one nobody knows, success.
    /// Of a sign-in that of its last row.
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
            let outcome = Outcome::from_word(store.part(Part::OUTCOME, code));
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
        let mut judged: HashSet<RowId> = HashSet::new();
        for &row in rows {
            let last = store.events().rows(row).next_back();
            // Each sign-in counts once, by its last row.
            if last.is_none_or(|last| judged.insert(last)) {
                let last = last.unwrap_or(row);
                let outcome = first(last, Column::Result).and_then(|code| self.outcomes.get(code));
                counts[outcome.copied().unwrap_or(3)] += 1;
            }
            let level = first(row, Column::Risk).and_then(|code| self.levels.get(code));
            highest = highest.max(level.copied().flatten());
        }
        let worst = counts.iter().position(|&count| count > 0).unwrap_or(3);
        Sum { count: rows.len() as u32, failed: counts[0], worst: WORST_FIRST[worst], highest }
    }
}

/// What rows of one operation share.
#[derive(PartialEq, Eq, Hash)]
enum OperationId {
    Guid(u128),
    Text(String),
}

impl Operations {
    /// Puts rows together. Operations are in the order in which the first of their rows comes.
    pub fn of(store: &Store, rows: &[RowId], order: &TimeOrder) -> Self {
        let key_of = |row| {
            let (segment, at) = store.locate(row);
            match segment.correlations().packed()[at] {
                // The GUID of nothing joins nothing.
                0 => None,
                NOT_A_GUID => {
                    Some(segment.correlation(at)).filter(|id| !id.is_empty()).map(OperationId::Text)
                }
                guid => Some(OperationId::Guid(guid)),
            }
        };
        let mut found = Self::by(rows, By::Operation, key_of);
        let codes = Codes::of(store);
        found.sum_up(|rows| {
            rows.sort_by(|&a, &b| order.compare(store, a, b));
            codes.sum(store, rows)
        });
        found
    }

    /// Puts together the rows of each sign-in, in the order they were written. The last one that is
    /// among `rows` gives the sign-in its place and stands for it. `None` where nothing is to be
    /// put together.
    pub fn of_sign_ins(store: &Store, rows: &[RowId]) -> Option<Self> {
        let events = store.events();
        let (count, sign_ins) = events.among(rows);
        if count == sign_ins {
            return None;
        }
        let mut found = Self::by(rows, By::SignIn, |row| events.first(row));
        let codes = Codes::of(store);
        found.sum_up(|rows| {
            let place = |row: &RowId| events.rows(*row).position(|other| other == *row);
            rows.sort_by_key(place);
            let mut sum = codes.sum(store, rows);
            sum.failed = 0;
            sum
        });
        for place in 0..found.len() {
            found.leads[place] = *found.rows(place).last().unwrap_or(&found.leads[place]);
        }
        Some(found)
    }

    /// Puts rows with one key together, in the order in which the first of each comes.
    fn by<K: Hash + Eq>(rows: &[RowId], by: By, key_of: impl Fn(RowId) -> Option<K>) -> Self {
        let mut places: HashMap<K, u32> = HashMap::new();
        let mut counts: Vec<u32> = Vec::new();
        let mut leads = Vec::new();
        let mut place_of = Vec::with_capacity(rows.len());
        for &row in rows {
            let key = key_of(row);
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
        Self { rows: all, starts, leads, sums: Vec::new(), by }
    }

    /// Says what is to be said of each that has several rows; `of` puts them in order.
    fn sum_up(&mut self, of: impl Fn(&mut [RowId]) -> Sum) {
        self.sums.reserve_exact(self.len());
        for place in 0..self.len() {
            let (start, end) = self.range(place);
            let is_one = end - start == 1;
            self.sums.push(if is_one { Sum::default() } else { of(&mut self.rows[start..end]) });
        }
    }

    /// By what the rows are put together.
    pub fn kind(&self) -> By {
        self.by
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
