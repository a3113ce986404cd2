//! Records written out: table, NDJSON, JSON, CSV, Markdown and the original bytes; and counts by field.
//! Never filters or orders (the caller hands over rows), and never holds more than one block of records.

mod cell;
mod count;
mod csv;
mod json;
mod line;
mod markdown;
mod originals;
mod raw;
pub mod redact;
mod table;

use std::io::{self, Write};

use crate::record::field::{FIELDS, Field};
use crate::record::wanted::Wanted;
use crate::store::{RowId, Store};

use cell::Row;
use line::Lines;
use originals::Fetched;

pub use count::{Counted, count_by};

/// How records are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Format {
    /// Columns for people, below a header line.
    #[default]
    Table,
    /// One JSON object on each line: the record in Graph's property names, or the chosen fields.
    Ndjson,
    /// The same objects as one array.
    Json,
    /// RFC 4180 with a header line: UTF-8, CRLF, cells that a spreadsheet would take for a formula
    /// made harmless.
    Csv,
    /// A table for tickets and reports.
    Markdown,
    /// The bytes as they were read, one record on each line.
    Raw,
}

/// What to write and how.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How records are written.
    pub format: Format,
    /// Which fields; `None` (or an empty list) is what the format has by itself. [`Format::Raw`]
    /// knows no fields.
    pub fields: Option<Vec<&'static Field>>,
    /// Terminal cells a line of a table may take; `None` cuts nothing.
    pub width: Option<usize>,
    /// May tables have colour?
    pub colour: bool,
    /// Does a terminal show it? Then every format is cleaned of what could drive it.
    pub terminal: bool,
}

/// What became of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Records written.
    pub records: u64,
    /// Records whose original bytes could not be read or understood again. Formats that consist of
    /// the whole record leave them out; the others write what the columns know of them.
    pub unreadable: u64,
    /// Why, for the first of them, with the name of the original.
    pub first_error: Option<String>,
}

impl Report {
    fn failed(&mut self, name: &str, reason: &str) {
        self.unreadable += 1;
        self.first_error.get_or_insert_with(|| format!("{name}: {reason}"));
    }
}

/// The fields of a table where none are chosen.
pub const TABLE_FIELDS: &[&str] = &["time", "result", "activity", "actor", "target", "actor.ip"];

/// The fields a format has where none are chosen: a screen's worth for people, everything that is
/// kept in columns, and the id, for CSV.
pub fn default_fields(format: Format) -> Vec<&'static Field> {
    match format {
        Format::Csv => FIELDS.iter().filter(|f| !f.reads_original() || f.name == "id").collect(),
        _ => TABLE_FIELDS.iter().map(|name| Field::named(name)).collect(),
    }
}

/// Adds the columns that [`write()`] looks in.
pub fn add_wanted(options: &Options, wanted: &mut Wanted) {
    let chosen = options.fields.clone().filter(|fields| !fields.is_empty());
    let fields = match (options.format, chosen) {
        // Whole records are read from their original bytes.
        (Format::Raw, _) | (Format::Ndjson | Format::Json, None) => Vec::new(),
        (_, Some(fields)) => fields,
        (format, None) => default_fields(format),
    };
    for field in fields {
        wanted.add(field);
    }
}

/// One format. Appends what it writes for a record to `line`, without the line's end.
trait Shape {
    /// What stands before all records.
    fn begin(&mut self, _lines: &mut Lines<'_>) -> io::Result<()> {
        Ok(())
    }
    /// Writes one record.
    fn row(&mut self, row: &Row<'_>, lines: &mut Lines<'_>) -> io::Result<()>;
    /// What stands after all records.
    fn end(&mut self, _lines: &mut Lines<'_>) -> io::Result<()> {
        Ok(())
    }
}

/// Writes `rows` of `store` in the order given. Reads original bytes only for what is not kept in
/// columns, neighbouring records together. Fails only where `out` does; what could not be read
/// again is in the report.
///
/// # Panics
/// Where the store has no such row.
pub fn write(
    store: &Store,
    rows: &[RowId],
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<Report> {
    let chosen = options.fields.clone().filter(|fields| !fields.is_empty());
    let whole = chosen.is_none();
    let fields = || chosen.clone().unwrap_or_else(|| default_fields(options.format));
    let mut shape: Box<dyn Shape> = match options.format {
        Format::Table => Box::new(table::Table::new(fields(), options.width, options.colour)),
        Format::Csv => Box::new(csv::Csv::new(fields())),
        Format::Markdown => Box::new(markdown::Markdown::new(fields())),
        Format::Ndjson => Box::new(json::Json::new(chosen.clone(), false)),
        Format::Json => Box::new(json::Json::new(chosen.clone(), true)),
        Format::Raw => Box::new(raw::Raw),
    };
    let mut lines = Lines::new(out, options.terminal);
    let mut report = Report::default();
    shape.begin(&mut lines)?;
    match options.format {
        Format::Raw => write_raw(store, rows, shape.as_mut(), &mut lines, &mut report)?,
        Format::Ndjson | Format::Json if whole => {
            write_records(store, rows, shape.as_mut(), true, &mut lines, &mut report)?;
        }
        _ if fields().iter().any(|field| field.reads_original()) => {
            write_records(store, rows, shape.as_mut(), false, &mut lines, &mut report)?;
        }
        _ => {
            for &id in rows {
                shape.row(&Row::new(store, id), &mut lines)?;
                report.records += 1;
            }
        }
    }
    shape.end(&mut lines)?;
    Ok(report)
}

fn write_raw(
    store: &Store,
    rows: &[RowId],
    shape: &mut dyn Shape,
    lines: &mut Lines<'_>,
    report: &mut Report,
) -> io::Result<()> {
    originals::each(store, rows, &mut |fetched: Fetched<'_>| match fetched.bytes {
        Ok(bytes) => {
            report.records += 1;
            shape.row(&Row { bytes, ..Row::new(store, fetched.row) }, lines)
        }
        Err(reason) => {
            report.failed(fetched.original.name(), reason);
            Ok(())
        }
    })
}

/// Writes records decoded; `whole` ones are left out where they cannot be.
fn write_records(
    store: &Store,
    rows: &[RowId],
    shape: &mut dyn Shape,
    whole: bool,
    lines: &mut Lines<'_>,
    report: &mut Report,
) -> io::Result<()> {
    originals::each(store, rows, &mut |fetched: Fetched<'_>| match fetched.record() {
        Ok((record, bytes)) => {
            report.records += 1;
            shape.row(&Row { bytes, record: Some(&record), ..Row::new(store, fetched.row) }, lines)
        }
        Err(reason) => {
            report.failed(fetched.original.name(), &reason);
            if whole {
                return Ok(());
            }
            report.records += 1;
            shape.row(&Row::new(store, fetched.row), lines)
        }
    })
}

#[cfg(test)]
mod tests;
