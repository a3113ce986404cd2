//! Rows of values under named columns: CSV files, and tables of the Log Analytics API.
//! Never guesses a layout per row; the header decides once, and where it is that of several tables
//! together, the table that each row names.
//!
//! Source: Azure Monitor reference for the table columns; Log Analytics query API, "response
//! format"; Microsoft Entra documentation, "Download activity logs"; `Search-UnifiedAuditLog`.
//! Every cell is read as the property its column names, by the reader of its schema: text cells
//! hold nested values as JSON text. Log Analytics writes `(blank)` for empty and ` [UTC]` behind
//! the names of times; what other zones mean is in [`zone`].

mod cells;
mod tables;
mod zone;

use std::borrow::Cow;

use serde_json::Value;

use super::json::{Reader, Step, ValuePath};
use super::portal_csv::{self, Slot};
use super::recognition::{Recognised, Recogniser};
use super::schema::{ColumnKeys, EachCell};
use super::{DecodeError, Depth, Event};
use crate::record::{Kind, Record};
use cells::cells;
pub(super) use cells::{cell_places, names};
use tables::Tables;
use zone::Zone;

/// What stands between the values of CSV rows, the most usual first.
pub const DELIMITERS: [u8; 4] = *b",;\t|";

/// What the columns of a CSV file or a Log Analytics table mean.
#[derive(Debug)]
pub struct Columns {
    /// Name of the table; empty for CSV.
    table: String,
    names: Vec<String>,
    delimiter: u8,
    meaning: Meaning,
    /// Columns of times that are not in UTC.
    zones: Vec<(usize, Zone)>,
    tables: Tables,
}

/// What each column means.
#[derive(Debug)]
enum Meaning {
    /// A key of a schema.
    Keys(ColumnKeys),
    /// A part of an audit, as the portal takes them apart.
    PortalAudit(Vec<Slot>),
    /// Rows of a log that is not Entra's, by its name.
    Other(String),
    /// Rows of tables that only their own cells name.
    Tables,
    /// Rows of another system that hold records as JSON text in some cell, whichever.
    Wrapper,
}

impl Columns {
    /// What the header row of a CSV file says; `None` where it is none known.
    pub(super) fn of_csv(header_row: &[u8]) -> Option<Self> {
        let header = header_row.strip_prefix(b"\xef\xbb\xbf").unwrap_or(header_row);
        if matches!(header.iter().find(|b| !b.is_ascii_whitespace()), Some(b'{' | b'[') | None) {
            return None;
        }
        let header = String::from_utf8_lossy(header);
        let columns =
            |delimiter: u8| Self::of_names(String::new(), names(&header, delimiter), delimiter);
        DELIMITERS.into_iter().find_map(columns)
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
                name = reader.text(&ValuePath::Record)?.into_owned();
                Ok(())
            })?;
            names.push(name);
            Ok(())
        });
        read.ok().and_then(|()| Self::of_names(table.to_owned(), names, b','))
    }

    /// What columns of these names mean; `None` where it is nothing known. With [`Columns::table`],
    /// [`Columns::names`] and [`Columns::delimiter`] of others, these are equal to them.
    pub fn of_names(table: String, names: Vec<String>, delimiter: u8) -> Option<Self> {
        let tables = Tables::of(&names);
        let meaning = Self::meaning_of(&names, &table, &tables)?;
        let is_portals = matches!(meaning, Meaning::PortalAudit(_));
        let tables = if is_portals { Tables::default() } else { tables };
        let zones = zones(&names, &meaning);
        Some(Self { table, names, delimiter, meaning, zones, tables })
    }

    /// Columns of these names that another system writes around records: a record is JSON text in
    /// some cell of a row.
    pub fn wrapper(names: Vec<String>, delimiter: u8) -> Self {
        let (table, meaning, tables) = (String::new(), Meaning::Wrapper, Tables::default());
        Self { table, names, delimiter, meaning, zones: Vec::new(), tables }
    }

    /// Do the columns say nothing of records, apart from those in cells?
    pub fn is_only_wrapper(&self) -> bool {
        matches!(self.meaning, Meaning::Wrapper)
    }

    /// Are the records JSON text in cells, as far as rows hold such?
    pub fn is_wrapper(&self) -> bool {
        matches!(self.meaning, Meaning::Wrapper | Meaning::Tables)
            || self.names.iter().any(|name| name == "_raw")
    }

    /// May there be rows of other logs, which may hold records as JSON text in cells?
    pub(super) fn has_others(&self) -> bool {
        matches!(self.meaning, Meaning::Other(_)) || !self.tables.named_in.is_empty()
    }

    /// Name of the Log Analytics table; empty for CSV.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Names of the columns, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What stands between two values of a CSV row.
    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The cells of a CSV row by the names of their columns, empty ones too. A cell without a column
    /// is named by its number; a name that occurs again gets a number too, so that all differ.
    pub fn named_cells(&self, row: &[u8]) -> Vec<(String, String)> {
        let row = row.strip_prefix(b"\xef\xbb\xbf").unwrap_or(row);
        let text = String::from_utf8_lossy(row);
        self.named(cells(&text, self.delimiter).into_iter().map(Cow::into_owned))
    }

    /// The same of a row of a Log Analytics table, nested values as JSON; `None` where it is no JSON.
    pub fn named_items(&self, row: &[u8]) -> Option<Vec<(String, String)>> {
        let items: Vec<Value> = serde_json::from_slice(row).ok()?;
        let text = |item: Value| match item {
            Value::String(text) => text,
            other => other.to_string(),
        };
        Some(self.named(items.into_iter().map(text)))
    }

    fn named(&self, values: impl Iterator<Item = String>) -> Vec<(String, String)> {
        let mut named: Vec<(String, String)> = Vec::new();
        for (at, value) in values.enumerate() {
            let column = || format!("column {}", at + 1);
            let name = self.names.get(at).map(|name| name.trim().to_owned());
            let name = name.filter(|name| !name.is_empty()).unwrap_or_else(column);
            let name = match named.iter().any(|(known, _)| *known == name) {
                true => format!("{name} ({})", column()),
                false => name,
            };
            named.push((name, value));
        }
        named
    }

    fn meaning_of(names: &[String], table: &str, tables: &Tables) -> Option<Meaning> {
        if let Some(slots) = portal_csv::audit_slots(names) {
            return Some(Meaning::PortalAudit(slots));
        }
        if let Some(keys) = portal_csv::sign_in_keys(names) {
            return Some(Meaning::Keys(ColumnKeys::SignIn(keys)));
        }
        // One column with a fitting name is no table of records.
        if names.len() < 2 {
            return None;
        }
        let mut recogniser = Recogniser::default();
        let mut decided = None;
        for name in names {
            let says = recogniser.see_written(plain(name));
            decided = decided.or(says);
        }
        match recogniser.conclude_columns(table, decided) {
            Some(found) => Meaning::of(found, names),
            None => {
                let by_cells = recogniser.is_row() && !tables.named_in.is_empty();
                by_cells.then_some(Meaning::Tables)
            }
        }
    }

    /// Reads one CSV row. The reader takes the notes.
    pub(super) fn csv_row<'a>(&self, row: &'a [u8], reader: &mut Reader<'_>) -> Step<Event<'a>> {
        // Files glued together bring their byte order marks along.
        let row = row.strip_prefix(b"\xef\xbb\xbf").unwrap_or(row);
        if let Ok(text) = str::from_utf8(row) {
            return self.text_row(text, reader);
        }
        reader.note(|| "the row is not UTF-8; what cannot be read is shown as U+FFFD".into());
        Ok(match self.text_row(&String::from_utf8_lossy(row), reader)? {
            Ok(record) => Ok(record.into_owned()),
            Err(other) => Err(Cow::Owned(other.into_owned())),
        })
    }

    fn text_row<'a>(&self, text: &'a str, reader: &mut Reader<'_>) -> Step<Event<'a>> {
        let broken = |reason: &str| Err(DecodeError { at: 0, reason: reason.to_owned() });
        let mut values = cells(text, self.delimiter);
        if !values.iter().any(|value| is_filled(value)) {
            return broken("the row is empty");
        }
        let is_header = |(value, name): (&Cow<'_, str>, &String)| value.trim() == name.trim();
        if values.len() == self.names.len() && values.iter().zip(&self.names).all(is_header) {
            return Ok(Err(Cow::Borrowed("CSV header row")));
        }
        let meaning = match self.meaning_in(|column| values.get(column).map(|text| &**text)) {
            Ok(meaning) => meaning,
            Err(table) => return Ok(Err(table)),
        };
        self.check_length(values.len(), reader);
        self.place_times(&mut values, reader);
        if let Meaning::PortalAudit(slots) = meaning {
            return saying(portal_csv::audit(slots, values, reader)).map(Ok);
        }
        let row = self.read(meaning, reader, |columns, notes, each| {
            for (column, value) in values.iter().enumerate().take(columns) {
                if is_filled(value) {
                    let mut cell = Reader::plain(value, notes.depth);
                    let read = each(&mut cell, column);
                    notes.adopt(cell);
                    read?;
                }
            }
            Ok(())
        })?;
        row.map_or_else(|name| Ok(Err(name)), |record| saying(record).map(Ok))
    }

    /// Gives times that are not in UTC the zone of their header; where that is not known, takes them
    /// away and notes it.
    fn place_times(&self, values: &mut [Cow<'_, str>], reader: &mut Reader<'_>) {
        for (column, zone) in &self.zones {
            let Some(value) = values.get_mut(*column) else { continue };
            let own = std::mem::take(value);
            *value = zone.completed(own).unwrap_or_else(|| {
                let name = self.names[*column].trim();
                reader.numbered.refused = true;
                reader.note(|| format!("`{name}` is not read: it is in local time, and the file does not say how far from UTC that is (export it with times in UTC)"));
                Cow::Borrowed("")
            });
        }
    }

    fn check_length(&self, length: usize, reader: &mut Reader<'_>) {
        if length != self.names.len() {
            let names = self.names.len();
            reader.note(|| format!("the row has {length} values, the header names {names}"));
        }
    }

    /// Reads the row array that starts at the beginning of `row`.
    pub(super) fn table_row(&self, row: &[u8], reader: &mut Reader<'_>) -> Step<Event<'static>> {
        let mut length = 0;
        let meaning = match self.meaning_of_row(row) {
            Ok(meaning) => meaning,
            Err(table) => return Ok(Err(table)),
        };
        let result = self.read(meaning, reader, |columns, notes, each| {
            let mut values = Reader::new(row, 0, notes.depth);
            let read = values.array(|values, column| {
                length = column + 1;
                if column < columns { each(values, column) } else { values.skip() }
            });
            notes.adopt(values);
            read
        })?;
        self.check_length(length, reader);
        result.map_or_else(|name| Ok(Err(name)), |record| saying(record).map(Ok))
    }

    /// As [`Columns::meaning_in`], for a row array.
    fn meaning_of_row(&self, row: &[u8]) -> Result<&Meaning, Cow<'static, str>> {
        if self.tables.meanings.is_empty() {
            return Ok(&self.meaning);
        }
        let mut texts = Vec::new();
        let mut values = Reader::new(row, 0, Depth::Columns);
        // A broken row is found out when it is read.
        let _ = values.array(|values, _| {
            let raw = String::from_utf8_lossy(values.raw()?);
            let text = if raw == "null" { "" } else { raw.trim_matches('"') };
            texts.push(text.to_owned());
            Ok(())
        });
        self.meaning_in(|column| texts.get(column).map(String::as_str))
    }

    /// Reads cells into a record of this meaning: `walk` calls its function with each cell's
    /// reader and column, below the number of columns it is given.
    fn read<'c>(
        &self,
        meaning: &Meaning,
        reader: &mut Reader<'_>,
        walk: impl FnOnce(usize, &mut Reader<'_>, &mut EachCell<'_, 'c>) -> Step<()>,
    ) -> Step<Event<'static>> {
        Ok(match meaning {
            Meaning::Keys(keys) => keys.read(reader, walk)?,
            Meaning::PortalAudit(_) => Err(Cow::Borrowed("CSV row")),
            Meaning::Other(name) => Err(Cow::Owned(name.clone())),
            Meaning::Wrapper | Meaning::Tables => {
                let told = listed(&self.names, 8);
                let reason = format!("a row without a record in any column ({told})");
                return Err(DecodeError { at: 0, reason });
            }
        })
    }
}

/// The columns of times that are not in UTC, by their headers.
fn zones(names: &[String], meaning: &Meaning) -> Vec<(usize, Zone)> {
    let of = |(at, name): (usize, &String)| {
        let is_date = match meaning {
            Meaning::PortalAudit(slots) => slots[at] == Slot::Record(portal_csv::Property::Time),
            _ => portal_csv::is_date(name),
        };
        let zone = zone::bracketed(name).1;
        let zone = zone.or_else(|| zone::in_brackets(name).filter(|_| is_date))?;
        (zone != Zone::Utc).then_some((at, zone))
    };
    names.iter().enumerate().filter_map(of).collect()
}

impl Meaning {
    /// What columns of these names mean in what was recognised; nothing in envelopes.
    fn of(found: Recognised, names: &[String]) -> Option<Self> {
        match found {
            Recognised::Event(schema) => {
                let names = names.iter().map(|name| plain(name));
                Some(Self::Keys(ColumnKeys::of(schema, names)))
            }
            Recognised::Other(name) => Some(Self::Other(name)),
            Recognised::Envelope => None,
        }
    }
}

/// The name of a column without what Log Analytics writes behind it.
fn plain(name: &str) -> &[u8] {
    zone::bracketed(name).0.as_bytes()
}

/// Does a cell say anything?
fn is_filled(value: &str) -> bool {
    !value.trim().is_empty() && value != "(blank)"
}

/// A record that says something. What stands behind the rows of a file, a sum or another table, has
/// as little in their columns as this.
fn saying(record: Record<'_>) -> Step<Record<'_>> {
    let says = record.time.is_some()
        || !record.id.is_empty()
        || record.actor != <_>::default()
        || !record.targets.is_empty()
        || (record.kind == Kind::Audit && !record.activity.is_empty());
    let reason = "a row without time, activity, actor and target";
    if says { Ok(record) } else { Err(DecodeError { at: 0, reason: reason.to_owned() }) }
}

/// The first `most` names, and how many more there are.
pub fn listed(names: &[String], most: usize) -> String {
    let short = |name: &String| -> String { name.chars().take(40).collect() };
    let mut told: Vec<String> = names.iter().take(most).map(short).collect();
    if names.len() > most {
        told.push(format!("and {} more", names.len() - most));
    }
    told.join(", ")
}

#[cfg(test)]
mod tests;
