//! Rows of values under named columns: CSV files, and tables of the Log Analytics API.
//! Never guesses a layout per row; the header decides once.
//!
//! Source: Azure Monitor reference for the table columns; Log Analytics query API, "response
//! format"; Microsoft Entra documentation, "Download activity logs"; `Search-UnifiedAuditLog`.
//! Every cell is read as the property its column names, by the reader of that shape: text cells
//! hold nested values as JSON text. Log Analytics writes `(blank)` for empty and ` [UTC]` behind
//! the names of times.

use std::borrow::Cow;

use super::graph::{Audit, AuditKey};
use super::json::{Keys, Place, Reader, Step};
use super::portal_csv::{self, Slot};
use super::provisioning::{Provisioning, ProvisioningKey};
use super::shape::{self, Evidence, Shape, ShapeKey};
use super::sign_in::{SignIn, SignInKey};
use super::unified_audit_log::{Unified, UnifiedKey};
use super::{DecodeError, Depth};
use crate::record::Record;

/// What the columns of a CSV file or a Log Analytics table mean.
#[derive(Debug)]
pub struct Columns {
    names: Vec<String>,
    delimiter: u8,
    meaning: Meaning,
}

/// One entry for each column; `None` for columns that are not read.
#[derive(Debug)]
enum Meaning {
    Audit(Vec<Option<AuditKey>>),
    SignIn(Vec<Option<SignInKey>>),
    Provisioning(Vec<Option<ProvisioningKey>>),
    Unified(Vec<Option<UnifiedKey>>),
    PortalAudit(Vec<Slot>),
}

/// A record, or the name of what a row is instead.
type Row = Result<Record<'static>, Cow<'static, str>>;

impl Columns {
    /// What the header row of a CSV file says; `None` where it is none known.
    pub(super) fn of_csv(header_row: &[u8]) -> Option<Self> {
        let header = header_row.strip_prefix(b"\xef\xbb\xbf").unwrap_or(header_row);
        if matches!(header.iter().find(|b| !b.is_ascii_whitespace()), Some(b'{' | b'[') | None) {
            return None;
        }
        let header = String::from_utf8_lossy(header);
        let columns = |delimiter: u8| {
            let names: Vec<String> = cells(&header, delimiter)?.iter().map(str::to_owned).collect();
            let meaning = Self::meaning_of(&names, "")?;
            Some(Self { names, delimiter, meaning })
        };
        [b',', b';', b'\t'].into_iter().find_map(columns)
    }

    /// What the `columns` of a Log Analytics table say.
    pub(super) fn of_table(table: &str, columns_json: &[u8]) -> Option<Self> {
        let mut names = Vec::new();
        let mut reader = Reader::new(columns_json, 0, Depth::Columns);
        let read = reader.array(|reader, _| {
            let mut name = String::new();
            reader.members(|reader, key| {
                if !key.eq_ignore_ascii_case(b"name") && !key.eq_ignore_ascii_case(b"ColumnName") {
                    return reader.skip();
                }
                name = reader.text(&Place::Record)?.into_owned();
                Ok(())
            })?;
            names.push(name);
            Ok(())
        });
        let meaning = Self::meaning_of(&names, table)?;
        read.ok().map(|()| Self { names, delimiter: b',', meaning })
    }

    fn meaning_of(names: &[String], table: &str) -> Option<Meaning> {
        if let Some(slots) = portal_csv::audit_slots(names) {
            return Some(Meaning::PortalAudit(slots));
        }
        if let Some(keys) = portal_csv::sign_in_keys(names) {
            return Some(Meaning::SignIn(keys));
        }
        let plain =
            || names.iter().map(|name| name.trim().trim_end_matches(" [UTC]").trim().as_bytes());
        let mut evidence = Evidence::default();
        let decided = plain().filter_map(ShapeKey::find).find_map(|key| evidence.see(key));
        let shape =
            shape::of_table(table).or(decided).or_else(|| evidence.conclude("")).filter(|_| {
                // One column with a fitting name is no table of records.
                names.len() > 1
            })?;
        match shape {
            Shape::Audit => Some(Meaning::Audit(plain().map(AuditKey::find).collect())),
            Shape::SignIn => Some(Meaning::SignIn(plain().map(SignInKey::find).collect())),
            Shape::Provisioning => {
                Some(Meaning::Provisioning(plain().map(ProvisioningKey::find).collect()))
            }
            Shape::Unified => Some(Meaning::Unified(plain().map(UnifiedKey::find).collect())),
            Shape::Envelope | Shape::Other(_) => None,
        }
    }

    /// Reads one CSV row. The reader takes the notes.
    pub(super) fn csv_row(&self, row: &[u8], reader: &mut Reader<'_>) -> Step<Row> {
        let broken = |reason: &str| Err(DecodeError { at: 0, reason: reason.to_owned() });
        // Files glued together bring their byte order marks along.
        let row = row.strip_prefix(b"\xef\xbb\xbf").unwrap_or(row);
        if str::from_utf8(row).is_err() {
            reader.note(|| "the row is not UTF-8; what cannot be read is shown as U+FFFD".into());
        }
        let text = String::from_utf8_lossy(row);
        let Some(values) = cells(&text, self.delimiter) else {
            return broken("the row is empty");
        };
        let filled = |value: &str| !value.trim().is_empty() && value != "(blank)";
        if !values.iter().any(filled) {
            return broken("the row is empty");
        }
        let is_header = |(value, name): (&str, &String)| value.trim() == name.trim();
        if values.len() == self.names.len() && values.iter().zip(&self.names).all(is_header) {
            return Ok(Err(Cow::Borrowed("CSV header row")));
        }
        self.check_length(values.len(), reader);
        if let Meaning::PortalAudit(slots) = &self.meaning {
            return Ok(Ok(portal_csv::audit(slots, &values, reader).into_owned()));
        }
        self.read(reader, |columns, notes, each| {
            for (column, value) in values.iter().enumerate().take(columns) {
                if filled(value) {
                    let mut cell = Reader::plain(value, notes.depth);
                    let read = each(&mut cell, column);
                    notes.adopt(cell);
                    read?;
                }
            }
            Ok(())
        })
    }

    fn check_length(&self, length: usize, reader: &mut Reader<'_>) {
        if length != self.names.len() {
            let names = self.names.len();
            reader.note(|| format!("the row has {length} values, the header names {names}"));
        }
    }

    /// Reads the row array that starts at the beginning of `row`.
    pub(super) fn table_row(&self, row: &[u8], reader: &mut Reader<'_>) -> Step<Row> {
        let mut length = 0;
        let result = self.read(reader, |columns, notes, each| {
            let mut values = Reader::new(row, 0, notes.depth);
            let read = values.array(|values, column| {
                length = column + 1;
                if column < columns { each(values, column) } else { values.skip() }
            });
            notes.adopt(values);
            read
        })?;
        self.check_length(length, reader);
        Ok(result)
    }

    /// Reads cells into a record of this meaning: `walk` calls its function with each cell's
    /// reader and column, below the number of columns it is given.
    fn read<'c>(
        &self,
        reader: &mut Reader<'_>,
        walk: impl FnOnce(
            usize,
            &mut Reader<'_>,
            &mut dyn FnMut(&mut Reader<'c>, usize) -> Step<()>,
        ) -> Step<()>,
    ) -> Step<Row> {
        macro_rules! read {
            ($keys:ident, $draft:expr, $finish:expr) => {{
                let mut draft = $draft;
                walk($keys.len(), reader, &mut |cell, column| match $keys[column] {
                    Some(key) => {
                        let here = Place::Property(&Place::Record, key.name());
                        draft.property(cell, key, &here)
                    }
                    None => cell.skip(),
                })?;
                $finish(draft)
            }};
        }
        Ok(match &self.meaning {
            Meaning::Audit(keys) => {
                read!(keys, Audit::default(), |draft: Audit<'_>| Ok(draft.finish().into_owned()))
            }
            Meaning::SignIn(keys) => read!(keys, SignIn::default(), |draft: SignIn<'_>| {
                Ok(draft.finish("").into_owned())
            }),
            Meaning::Provisioning(keys) => {
                read!(keys, Provisioning::default(), |draft: Provisioning<'_>| {
                    Ok(draft.finish().into_owned())
                })
            }
            Meaning::Unified(keys) => read!(keys, Unified::default(), |draft: Unified<'_>| {
                match draft.finish() {
                    Ok(record) => Ok(record.into_owned()),
                    Err(other) => Err(Cow::Owned(other.into_owned())),
                }
            }),
            Meaning::PortalAudit(_) => Err(Cow::Borrowed("CSV row")),
        })
    }
}

/// The cells of one CSV row, unquoted. `None` where there is no row.
fn cells(row: &str, delimiter: u8) -> Option<csv::StringRecord> {
    let mut cells = csv::StringRecord::new();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(row.len().clamp(64, 1 << 16))
        .from_reader(row.as_bytes());
    reader.read_record(&mut cells).is_ok_and(|read| read).then_some(cells)
}

#[cfg(test)]
mod tests;
