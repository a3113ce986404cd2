//! What whoever looks at the records noted about some of them: [`Marks`].
//! Never part of a record: segments know nothing of it, and reading the same files again brings none.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::RowId;
use crate::time::Timestamp;

/// What was noted about one record.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Mark {
    /// Words of whoever marked it, on one line; empty where there are none.
    pub note: String,
    /// When it was marked, or the note changed (UTC); `None` where that is not known.
    pub at: Option<Timestamp>,
}

/// The marked records, in order of their numbers. Cloning is cheap until one of the two is changed.
#[derive(Clone, Default, Debug)]
pub struct Marks(Arc<BTreeMap<RowId, Mark>>);

impl PartialEq for Marks {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Marks {
    /// Is it marked?
    pub fn has(&self, row: RowId) -> bool {
        self.0.contains_key(&row)
    }

    /// What was noted about it; `None` where it is not marked.
    pub fn get(&self, row: RowId) -> Option<&Mark> {
        self.0.get(&row)
    }

    /// The note about it; empty where there is none.
    pub fn note(&self, row: RowId) -> &str {
        self.get(row).map_or("", |mark| &mark.note)
    }

    /// The word for it in queries: is it marked?
    pub fn word(&self, row: RowId) -> &'static str {
        if self.has(row) { YES } else { NO }
    }

    /// Number of marked records.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Is none marked?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The marked records in order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (RowId, &Mark)> {
        self.0.iter().map(|(row, mark)| (*row, mark))
    }

    /// Marks a record, or changes what was noted about it.
    pub fn set(&mut self, row: RowId, mark: Mark) {
        Arc::make_mut(&mut self.0).insert(row, mark);
    }

    /// Takes a mark and its note off.
    pub fn remove(&mut self, row: RowId) {
        Arc::make_mut(&mut self.0).remove(&row);
    }
}

/// What the field `mark` says of a marked record.
pub const YES: &str = "yes";
/// What it says of any other.
pub const NO: &str = "no";
