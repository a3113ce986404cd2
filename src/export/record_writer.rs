//! What a way to write records is, and what each is told before the first.
//! Never names one: they are in the table of formats.

use std::io;

use super::cell::RecordOut;
use super::line::Lines;
use crate::record::field::Field;

/// What marks a redacted record or line: the name of a member of JSON and of a column of CSV.
pub const REDACTED: &str = "redacted";
/// What it says: free text may hold what nothing gives away.
pub const READ_FIRST: &str = "read free text before you share this";

/// What a way to write records is told before the first.
#[derive(Clone, Debug, Default)]
pub(super) struct Chosen {
    /// Which fields.
    pub(super) fields: Vec<&'static Field>,
    /// Whole records instead, where the format can write them.
    pub(super) whole: bool,
    /// Terminal cells a line of a table may take; `None` cuts nothing.
    pub(super) width: Option<usize>,
    /// May tables have colour?
    pub(super) colour: bool,
    /// Are the records redacted?
    pub(super) redact: bool,
}

/// A way to write records one after the other. Appends what it writes for a record to `lines`.
pub(super) trait RecordWriter {
    /// What stands before all records.
    fn begin(&mut self, _lines: &mut Lines<'_>) -> io::Result<()> {
        Ok(())
    }
    /// Writes one record.
    fn row(&mut self, row: &RecordOut<'_>, lines: &mut Lines<'_>) -> io::Result<()>;
    /// What stands after all records.
    fn end(&mut self, _lines: &mut Lines<'_>) -> io::Result<()> {
        Ok(())
    }
}
