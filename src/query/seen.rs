//! The values seen in the records, counted once and kept: [`SeenValues`].
//! Never counts while a letter is being answered; the runtime counts on a thread of its own.

use std::collections::HashMap;
use std::sync::Arc;

use super::suggest::{Seen, seen_values};
use crate::record::field::{FIELDS, Field};
use crate::store::Store;

/// A field's values with their number of records, most frequent first.
type Counted = Arc<[(String, u64)]>;

/// The values of every field that is kept in columns, with their number of records.
#[derive(Clone, Debug, Default)]
pub struct SeenValues {
    records: usize,
    values: HashMap<&'static str, Counted>,
}

impl SeenValues {
    /// Counts the values of a store: one pass for each field.
    pub fn of(store: &Store) -> Self {
        let fields = FIELDS.iter().filter(|field| !field.reads_original());
        let values = fields.map(|field| (field.name, seen_values(store, field).into())).collect();
        Self { records: store.len(), values }
    }

    /// Was this counted over all records of the store?
    pub fn is_of(&self, store: &Store) -> bool {
        self.records == store.len()
    }
}

impl Seen for SeenValues {
    fn values(&self, field: &'static Field) -> Counted {
        self.values.get(field.name).cloned().unwrap_or_else(|| Arc::from([]))
    }
}
