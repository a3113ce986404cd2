//! Records written out: one after the other in the formats of a table, or told in a document; and counts by field.
//! Never filters or orders (the caller hands over rows), and never holds more than one block of records.
//!
//! A format is a row of `export/formats.rs` and the file that writes it; a document is one of
//! [`Sheet`]s, built in `export/sheet.rs` and written by each of [`crate::document::RENDERERS`]. What
//! is redacted is redacted before either sees it.

mod about;
mod cell;
mod count;
mod csv;
mod describe;
mod findings;
mod formats;
mod input_totals;
mod json;
mod line;
mod markdown;
mod originals;
mod raw;
mod reading;
mod record_writer;
pub mod redact;
mod sheet;
mod table;
mod undo;
mod write;
mod written;

#[cfg(test)]
mod tests;

pub use about::{About, Sequence};
pub use count::{Counted, count_by, count_groups, distinct};
pub use formats::{Format, RecordFormat};
pub use input_totals::input_total_lines;
pub use record_writer::{READ_FIRST, REDACTED};
pub use sheet::Sheet;
pub use write::{Options, TABLE_FIELDS, add_wanted, default_fields, write};
pub use written::{Watch, Written};
