//! Rows of a store, written in any format: [`write()`].
//! Never filters or orders, and never holds more than one block of records.

use std::io::{self, Write};

use super::about::About;
use super::cell::RecordOut;
use super::formats::{Format, RecordFormat, Writes};
use super::line::Lines;
use super::originals::{self, Fetched};
use super::reading::{self, Read};
use super::record_writer::{Chosen, READ_FIRST, RecordWriter};
use super::sheet::{self, Making};
use super::written::{Watch, Watched, Written};
use crate::record::field::{FIELDS, Field, Stored};
use crate::record::wanted::Wanted;
use crate::store::{RowId, Store};

/// What to write and how.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How records are written.
    pub format: Format,
    /// Which fields; `None` (or an empty list) is what the format has by itself. [`Format::RAW`]
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
        Format::Records(RecordFormat { writes: Writes::Kept, .. }) => {
            FIELDS.iter().filter(is_there).collect()
        }
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
        // Which file they came from is told in a document, and what the rules said of each record.
        (Format::Document(..), _) => vec![Field::SOURCE, Field::RISK],
        // Whole records are read from their original bytes.
        (Format::Records(RecordFormat { writes: Writes::Original, .. }), _)
        | (Format::Records(RecordFormat { writes: Writes::Whole, .. }), None) => Vec::new(),
        (_, Some(fields)) => fields,
        (format, None) => default_fields(format, None),
    };
    for field in fields {
        wanted.add(field);
    }
}

/// Writes `rows` of `store` in the order given; documents have an order of their own. Reads original
/// bytes only for what is not kept in columns, neighbouring records together. Fails only where `out`
/// does; what could not be read again is told in what is returned.
///
/// # Panics
/// Where the store has no such row.
pub fn write(
    store: &Store,
    rows: &[RowId],
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<Written> {
    match options.format {
        Format::Document(sheet, renderer) => {
            let Options { about, redact, watch, .. } = options;
            let making = Making { about, redact: *redact, watch: watch.as_ref() };
            sheet::write(sheet, (store, rows), &making, &mut *(renderer.start)(out))
        }
        Format::Records(format) => records((store, rows), format, options, out),
    }
}

/// Writes records one after the other.
fn records(
    (store, rows): (&Store, &[RowId]),
    format: &RecordFormat,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<Written> {
    let chosen = options.fields.clone().filter(|fields| !fields.is_empty());
    let whole = chosen.is_none() && format.writes == Writes::Whole;
    let fields = chosen.unwrap_or_else(|| default_fields(options.format, Some(store)));
    let reads = whole || options.redact || fields.iter().any(|field| field.reads_original());
    let Options { width, colour, redact, .. } = *options;
    let mut writer = (format.start)(Chosen { fields, whole, width, colour, redact });
    let mut lines = Lines::new(out, options.terminal);
    let mut written = Written::default();
    writer.begin(&mut lines)?;
    let mut watched = Watched::new(options.watch.as_ref());
    match format.writes {
        Writes::Original if redact => {
            let why = "original bytes cannot be redacted; choose another format";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        Writes::Original => {
            write_raw((store, rows), writer.as_mut(), &mut lines, &mut written, &mut watched)?;
        }
        _ if reads => {
            let mut redactor = reading::redactor(store, rows, redact, &mut watched)?;
            let mut write = |row: RowId, read: Read<'_>| match read {
                Ok((record, bytes, is_redacted)) => {
                    let bytes = if is_redacted { b"" } else { bytes };
                    let record = Some(record);
                    let row =
                        RecordOut { bytes, record, is_redacted, ..RecordOut::new(store, row) };
                    writer.row(&row, &mut lines)
                }
                Err(_) if whole || redact => Ok(()),
                Err(_) => writer.row(&RecordOut::new(store, row), &mut lines),
            };
            written = reading::each(store, rows, redactor.as_mut(), &mut watched, &mut write)?;
            if !whole && !redact {
                written.records += written.unreadable;
            }
        }
        _ => {
            for &id in rows {
                watched.next()?;
                writer.row(&RecordOut::new(store, id), &mut lines)?;
                written.records += 1;
            }
        }
    }
    writer.end(&mut lines)?;
    if redact && format.warns {
        lines.clean("")?;
        lines.clean(&format!("Redacted: {READ_FIRST}."))?;
    }
    Ok(written)
}

fn write_raw(
    (store, rows): (&Store, &[RowId]),
    writer: &mut dyn RecordWriter,
    lines: &mut Lines<'_>,
    written: &mut Written,
    watched: &mut Watched,
) -> io::Result<()> {
    originals::each(store, rows, &mut |fetched: Fetched<'_>| {
        watched.next()?;
        match fetched.bytes {
            Ok(bytes) => {
                written.records += 1;
                writer.row(&RecordOut { bytes, ..RecordOut::new(store, fetched.row) }, lines)
            }
            Err(reason) => {
                written.failed(fetched.original.name(), reason);
                Ok(())
            }
        }
    })
}
