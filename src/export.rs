//! Records written out: table, NDJSON, JSON, CSV, Markdown and the original bytes; and counts by field.
//! Never filters or orders (the caller hands over rows), and never holds more than one block of records.

mod account;
mod cell;
mod count;
mod csv;
mod findings;
mod json;
mod line;
mod markdown;
mod originals;
mod raw;
pub mod redact;
mod report;
mod table;
mod undo;

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use crate::record::Record;
use crate::record::field::{FIELDS, Field, Stored};
use crate::record::wanted::Wanted;
use crate::store::{RowId, Store};

use cell::Row;
use line::Lines;
use originals::Fetched;
use redact::Redactor;

pub use account::account_lines;
pub use count::{Counted, count_by, distinct};
pub use report::{About, Sequence};

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
    /// A timeline in Markdown: each record told with its changes, its ids and its note, oldest first.
    Report,
    /// How to reverse what the records tell, in Markdown, newest first.
    Undo,
}

impl Format {
    /// What a file of it is called at its end.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Table => "txt",
            Self::Ndjson | Self::Raw => "ndjson",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Markdown | Self::Report | Self::Undo => "md",
        }
    }
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
    /// Put pseudonyms in place of whatever identifies? Original bytes are not written then.
    pub redact: bool,
    /// What a report says of itself.
    pub about: About,
    /// Told of each record, and asked whether to go on.
    pub watch: Option<Watch>,
}

/// Is told the number of records gone through, and says whether to go on. Where it says no, writing
/// fails as interrupted.
#[derive(Clone)]
pub struct Watch(pub Arc<dyn Fn(u64) -> bool + Send + Sync>);

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}

/// Counts what goes through, and stops where it is told to.
#[derive(Default)]
struct Watched(Option<Watch>, u64);

impl Watched {
    fn next(&mut self) -> io::Result<()> {
        self.1 += 1;
        match &self.0 {
            Some(Watch(goes_on)) if !goes_on(self.1) => {
                Err(io::Error::new(io::ErrorKind::Interrupted, "stopped"))
            }
            _ => Ok(()),
        }
    }
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

/// What marks a redacted record or line: the name of a member of JSON and of a column of CSV.
pub const REDACTED: &str = "redacted";
/// What it says: free text may hold what nothing gives away.
pub const READ_FIRST: &str = "read free text before you share this";

/// The fields of a table where none are chosen.
pub const TABLE_FIELDS: &[&Field] =
    &[Field::TIME, Field::RESULT, Field::ACTIVITY, Field::ACTOR, Field::TARGET, Field::ACTOR_IP];

/// The fields a format has where none are chosen: a screen's worth for people; for CSV everything that
/// is kept in columns, and the id. What only some kinds of record have is there where `store` has a
/// value of it, or where there is no store to ask.
pub fn default_fields(format: Format, store: Option<&Store>) -> Vec<&'static Field> {
    let is_there = |field: &&'static Field| match (&field.stored, store) {
        (Stored::Property(_), Some(store)) => has_values(store, field),
        _ => !field.reads_original() || field.name == "id",
    };
    match format {
        Format::Csv => FIELDS.iter().filter(is_there).collect(),
        _ => TABLE_FIELDS.to_vec(),
    }
}

/// Does the dictionary have a value of the field?
fn has_values(store: &Store, field: &Field) -> bool {
    let Some(kept) = field.stored.kept() else { return false };
    let segments = store.segments().iter().map(|segment| segment.words(kept.column));
    let mut entries =
        segments.flat_map(|words| (words.first()..words.end()).map(move |code| words.entry(code)));
    entries.any(|entry| kept.is_in(entry))
}

/// Adds the columns that [`write()`] looks in.
pub fn add_wanted(options: &Options, wanted: &mut Wanted) {
    let chosen = options.fields.clone().filter(|fields| !fields.is_empty());
    let fields = match (options.format, chosen) {
        // Whole records are read from their original bytes.
        (Format::Raw, _) | (Format::Ndjson | Format::Json, None) => Vec::new(),
        // Which file they came from is told in a report.
        (Format::Report | Format::Undo, _) => {
            // What the rules said is told of each record.
            vec![Field::SOURCE, Field::RISK]
        }
        (_, Some(fields)) => fields,
        (format, None) => default_fields(format, None),
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
    if matches!(options.format, Format::Report | Format::Undo) {
        return report::write(store, rows, options, out);
    }
    let chosen = options.fields.clone().filter(|fields| !fields.is_empty());
    let whole = chosen.is_none();
    let fields = || chosen.clone().unwrap_or_else(|| default_fields(options.format, Some(store)));
    let mut shape: Box<dyn Shape> = match options.format {
        Format::Table => Box::new(table::Table::new(fields(), options.width, options.colour)),
        Format::Csv => Box::new(csv::Csv::new(fields(), options.redact)),
        Format::Markdown => Box::new(markdown::Markdown::new(fields())),
        Format::Ndjson => Box::new(json::Json::new(chosen.clone(), false)),
        Format::Json => Box::new(json::Json::new(chosen.clone(), true)),
        Format::Raw | Format::Report | Format::Undo => Box::new(raw::Raw),
    };
    let mut lines = Lines::new(out, options.terminal);
    let mut report = Report::default();
    shape.begin(&mut lines)?;
    let mut watched = Watched(options.watch.clone(), 0);
    let whole = whole && matches!(options.format, Format::Ndjson | Format::Json);
    match options.format {
        Format::Raw if options.redact => {
            let why = "original bytes cannot be redacted; choose another format";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        Format::Raw => {
            write_raw(store, rows, shape.as_mut(), &mut lines, &mut report, &mut watched)?;
        }
        _ if options.redact || whole || fields().iter().any(|field| field.reads_original()) => {
            let mut redactor = redactor(store, rows, options, &mut watched)?;
            let mut write = |row: RowId, read: Read<'_>| match read {
                Ok((record, bytes, is_redacted)) => {
                    let bytes = if is_redacted { b"" } else { bytes };
                    let row =
                        Row { bytes, record: Some(record), is_redacted, ..Row::new(store, row) };
                    shape.row(&row, &mut lines)
                }
                Err(_) if whole || options.redact => Ok(()),
                Err(_) => shape.row(&Row::new(store, row), &mut lines),
            };
            report = read_each(store, rows, redactor.as_mut(), &mut watched, &mut write)?;
            if !whole && !options.redact {
                report.records += report.unreadable;
            }
        }
        _ => {
            for &id in rows {
                watched.next()?;
                shape.row(&Row::new(store, id), &mut lines)?;
                report.records += 1;
            }
        }
    }
    shape.end(&mut lines)?;
    if options.redact && matches!(options.format, Format::Markdown | Format::Table) {
        lines.clean("")?;
        lines.clean(&format!("Redacted: {READ_FIRST}."))?;
    }
    Ok(report)
}

/// A record that was read, with its original bytes, and whether it is redacted; or why it is not.
type Read<'r> = Result<(&'r Record<'r>, &'r [u8], bool), &'r str>;

/// Pseudonyms for these records, where they are asked for: all names in them are known.
fn redactor(
    store: &Store,
    rows: &[RowId],
    options: &Options,
    watched: &mut Watched,
) -> io::Result<Option<Redactor>> {
    if !options.redact {
        return Ok(None);
    }
    let mut redactor = Redactor::default();
    originals::each(store, rows, &mut |fetched: Fetched<'_>| {
        watched.next()?;
        if let Ok((record, _)) = fetched.record() {
            redactor.record(&record);
        }
        Ok(())
    })?;
    watched.1 = 0;
    Ok(Some(redactor))
}

/// Reads the records of these rows, redacted where there is something to do it with, and counts them.
fn read_each(
    store: &Store,
    rows: &[RowId],
    mut redactor: Option<&mut Redactor>,
    watched: &mut Watched,
    visit: &mut dyn FnMut(RowId, Read<'_>) -> io::Result<()>,
) -> io::Result<Report> {
    let mut report = Report::default();
    originals::each(store, rows, &mut |fetched: Fetched<'_>| {
        watched.next()?;
        match fetched.record() {
            Ok((record, bytes)) => {
                report.records += 1;
                match &mut redactor {
                    Some(redactor) => {
                        visit(fetched.row, Ok((&redactor.record(&record), bytes, true)))
                    }
                    None => visit(fetched.row, Ok((&record, bytes, false))),
                }
            }
            Err(reason) => {
                report.failed(fetched.original.name(), &reason);
                visit(fetched.row, Err(&reason))
            }
        }
    })?;
    Ok(report)
}

fn write_raw(
    store: &Store,
    rows: &[RowId],
    shape: &mut dyn Shape,
    lines: &mut Lines<'_>,
    report: &mut Report,
    watched: &mut Watched,
) -> io::Result<()> {
    originals::each(store, rows, &mut |fetched: Fetched<'_>| {
        watched.next()?;
        match fetched.bytes {
            Ok(bytes) => {
                report.records += 1;
                shape.row(&Row { bytes, ..Row::new(store, fetched.row) }, lines)
            }
            Err(reason) => {
                report.failed(fetched.original.name(), reason);
                Ok(())
            }
        }
    })
}

#[cfg(test)]
mod tests;
