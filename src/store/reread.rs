//! One record, read again from where it came: its original bytes, and what they say.
//! Never keeps anything: whoever wants it again reads it again.

use std::fmt;

use super::{Original, RowId, Store};
use crate::record::Record;

/// The original bytes of a record, read again.
#[derive(Debug)]
pub struct Reread<'s> {
    store: &'s Store,
    row: RowId,
    original: &'s dyn Original,
    bytes: Vec<u8>,
}

/// Why a record cannot be read again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreadable {
    /// The name of what it came from, as shown to the user.
    pub source: String,
    /// Why.
    pub why: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: cannot read this record again: {}", self.source, self.why)
    }
}

impl Store {
    /// Reads a record again. This reads the file: call it where waiting is allowed.
    pub fn reread(&self, row: RowId) -> Result<Reread<'_>, Unreadable> {
        let (original, span) = self.span(row);
        match original.read(span) {
            Ok(bytes) => Ok(Reread { store: self, row, original: &**original, bytes }),
            Err(error) => Err(unreadable(&**original, error.to_string())),
        }
    }
}

impl Reread<'_> {
    /// The bytes, as they were logged.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What they say, complete.
    pub fn record(&self) -> Result<Record<'_>, Unreadable> {
        self.original.decode(&self.bytes).map_err(|why| unreadable(self.original, why))
    }

    /// The same, with names that only other records of the store have, and all it was found in.
    pub fn named(&self) -> Result<Record<'_>, Unreadable> {
        let mut record = self.record()?;
        self.store.name(&mut record);
        self.store.name_sources(self.row, &mut record);
        Ok(record)
    }

    /// The values by the names of their columns, where the bytes do not name them themselves.
    pub fn named_values(&self) -> Option<Vec<(String, String)>> {
        self.original.named_values(&self.bytes)
    }
}

fn unreadable(original: &dyn Original, why: String) -> Unreadable {
    Unreadable { source: original.name().to_owned(), why }
}
