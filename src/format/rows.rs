//! Rows of values under named columns: CSV files, and tables of the Log Analytics API.
//! Never guesses a layout per row; the header decides once, and where it is that of several tables
//! together, the table that each row names.
//!
//! Source: Azure Monitor reference for the table columns; Log Analytics query API, "response
//! format"; Microsoft Entra documentation, "Download activity logs"; `Search-UnifiedAuditLog`.
//! Every cell is read as the property its column names, by the reader of that shape: text cells
//! hold nested values as JSON text. Log Analytics writes `(blank)` for empty and ` [UTC]` behind
//! the names of times; what other zones mean is in [`zone`].

mod zone;

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value;

use super::added::Named;
use super::graph::{Audit, AuditKey};
use super::graph_call::{CallKey, GraphCall};
use super::json::{Keys, Place, Reader, Step};
use super::of_kind::OfKind as _;
use super::portal_csv::{self, Slot};
use super::protection::{Protection, RiskKey};
use super::provisioning::{Provisioning, ProvisioningKey};
use super::shape::{self, Evidence, Shape};
use super::sign_in::{SignIn, SignInKey};
use super::unified_audit_log::{Unified, UnifiedKey};
use super::{DecodeError, Depth, Event};
use crate::catalogue::catalogue;
use crate::record::{Kind, Record};
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

/// How rows of several tables that have their columns in common are told apart: a `union` of them,
/// or a table whose own name a column has.
#[derive(Default, Debug)]
struct Tables {
    /// Columns with the name of the row's table.
    named_in: Vec<usize>,
    /// Columns that only rows of one shape have a value in.
    deciding: Vec<(usize, Shape)>,
    /// What the columns mean in rows of each shape.
    meanings: Vec<(Shape, Meaning)>,
}

/// Shapes that rows of Log Analytics have.
const SHAPES_OF_ROWS: [Shape; 6] = [
    Shape::Audit,
    Shape::SignIn,
    Shape::Provisioning,
    Shape::Risk,
    Shape::GraphCall,
    Shape::Unified,
];

/// One entry for each column; `None` for columns that are not read.
#[derive(Debug)]
enum Meaning {
    Audit(Vec<Option<AuditKey>>),
    SignIn(Vec<Option<Named<SignInKey>>>),
    Provisioning(Vec<Option<Named<ProvisioningKey>>>),
    Risk(Vec<Option<Named<RiskKey>>>),
    GraphCall(Vec<Option<Named<CallKey>>>),
    Unified(Vec<Option<UnifiedKey>>),
    PortalAudit(Vec<Slot>),
    /// Rows of a log that is not Entra's, by its name.
    Other(String),
    /// Rows of tables that only their own cells name.
    Tables,
    /// Rows of another system that hold records as JSON text in some cell, whichever.
    Wrapper,
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
                name = reader.text(&Place::Record)?.into_owned();
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
            return Some(Meaning::SignIn(keys));
        }
        // One column with a fitting name is no table of records.
        if names.len() < 2 {
            return None;
        }
        let mut evidence = Evidence::default();
        let mut decided = None;
        for name in names {
            let says = evidence.see_written(plain(name));
            decided = decided.or(says);
        }
        match evidence.conclude_columns(table, decided) {
            Some(shape) => Meaning::of_shape(shape, names),
            None => {
                let by_cells = evidence.is_row() && !tables.named_in.is_empty();
                by_cells.then_some(Meaning::Tables)
            }
        }
    }

    /// What the columns mean in a row, of which `cell` gives the text in a column; the name of its
    /// table where that is of no log known here.
    fn meaning_in<'c>(
        &self,
        cell: impl Fn(usize) -> Option<&'c str>,
    ) -> Result<&Meaning, Cow<'static, str>> {
        let tables = &self.tables;
        if tables.meanings.is_empty() {
            return Ok(&self.meaning);
        }
        let text = |column: usize| cell(column).map(str::trim).filter(|text| is_filled(text));
        let meaning = |wanted: &Shape| {
            let known = tables.meanings.iter().find(|(shape, _)| shape == wanted);
            known.map_or(&self.meaning, |(_, meaning)| meaning)
        };
        let named: Vec<&str> = tables.named_in.iter().filter_map(|&at| text(at)).collect();
        if let Some(shape) = named.iter().find_map(|name| shape::of_table(name)) {
            return Ok(meaning(&shape));
        }
        if let Some((_, shape)) = tables.deciding.iter().find(|(at, _)| text(*at).is_some()) {
            return Ok(meaning(shape));
        }
        match named.first() {
            Some(name) if !self.says_audit(text) => Err(Cow::Owned((*name).to_owned())),
            _ => Ok(&self.meaning),
        }
    }

    /// Are category and operation of a row those of an audit activity? Then a table that is not known is
    /// one of the tenant's own, a function, or something else that a query calls `Type`.
    fn says_audit<'c>(&self, text: impl Fn(usize) -> Option<&'c str>) -> bool {
        let cell = |wanted: &str| {
            let at = self
                .names
                .iter()
                .position(|name| plain(name).eq_ignore_ascii_case(wanted.as_bytes()));
            at.and_then(&text)
        };
        let known = catalogue();
        matches!(self.meaning, Meaning::Audit(_))
            && cell("Category").is_some_and(|category| known.find_category(category).is_some())
            && cell("OperationName").is_some_and(|activity| known.named(activity).next().is_some())
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
    pub(super) fn table_row(&self, row: &[u8], reader: &mut Reader<'_>) -> Step<Row> {
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
        Ok(match meaning {
            Meaning::Audit(keys) => {
                let mut record = Record::default();
                read!(keys, Audit::new(&mut record), Audit::finish);
                Ok(record.into_owned())
            }
            Meaning::SignIn(keys) => read!(keys, SignIn::default(), |draft: SignIn<'_>| {
                Ok(draft.finish("").into_owned())
            }),
            Meaning::Provisioning(keys) => {
                read!(keys, Provisioning::default(), |draft: Provisioning<'_>| {
                    Ok(draft.finish().into_owned())
                })
            }
            Meaning::Risk(keys) => read!(keys, Protection::default(), |draft: Protection<'_>| {
                Ok(draft.finish("").into_owned())
            }),
            Meaning::GraphCall(keys) => {
                read!(keys, GraphCall::default(), |draft: GraphCall<'_>| {
                    Ok(draft.finish().into_owned())
                })
            }
            Meaning::Unified(keys) => read!(keys, Unified::default(), |draft: Unified<'_>| {
                match draft.finish(reader) {
                    Ok(record) => Ok(record.into_owned()),
                    Err(other) => Err(Cow::Owned(other.into_owned())),
                }
            }),
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

impl Tables {
    /// How rows are told apart under columns of these names; by nothing where all are of one table.
    fn of(names: &[String]) -> Self {
        let numbered = || names.iter().map(|name| plain(name)).enumerate();
        let named_in: Vec<usize> =
            numbered().filter(|(_, name)| shape::names_table(name)).map(|(at, _)| at).collect();
        let decides = |(at, name)| Evidence::default().see_written(name).map(|shape| (at, shape));
        let deciding: Vec<(usize, Shape)> = numbered().filter_map(decides).collect();
        let is_one = deciding.windows(2).all(|pair| pair[0].1 == pair[1].1);
        let is_row = numbered().any(|(_, name)| shape::names_generated(name));
        if (named_in.is_empty() && is_one) || !is_row {
            return Self::default();
        }
        let meaning = |shape: Shape| Some((shape.clone(), Meaning::of_shape(shape, names)?));
        let meanings = SHAPES_OF_ROWS.into_iter().filter_map(meaning).collect();
        Self { named_in, deciding, meanings }
    }
}

impl Meaning {
    /// What columns of these names mean in events of a shape.
    fn of_shape(shape: Shape, names: &[String]) -> Option<Self> {
        let plain = || names.iter().map(|name| plain(name));
        Some(match shape {
            Shape::Audit => Self::Audit(plain().map(AuditKey::find).collect()),
            Shape::SignIn => {
                Self::SignIn(plain().map(|name| Named::find(name, Kind::SignIn)).collect())
            }
            Shape::Provisioning => Self::Provisioning(
                plain().map(|name| Named::find(name, Kind::Provisioning)).collect(),
            ),
            Shape::Risk => Self::Risk(plain().map(|name| Named::find(name, Kind::Risk)).collect()),
            Shape::GraphCall => {
                Self::GraphCall(plain().map(|name| Named::find(name, Kind::GraphCall)).collect())
            }
            Shape::Unified => Self::Unified(plain().map(UnifiedKey::find).collect()),
            Shape::Other(name) => Self::Other(name),
            Shape::Envelope => return None,
        })
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

/// The cells of a header row.
pub(super) fn names(header: &str, delimiter: u8) -> Vec<String> {
    cells(header, delimiter).into_iter().map(Cow::into_owned).collect()
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

/// The cells of one CSV row, unquoted as RFC 4180 has it; a quote inside an unquoted cell is text,
/// and so is what follows a closing quote. One pass for each row: the `csv` crate builds its tables
/// anew for every reader, which would cost more than the row.
fn cells(row: &str, delimiter: u8) -> Vec<Cow<'_, str>> {
    let row = row.trim_start_matches(['\r', '\n']);
    let bytes = row.as_bytes();
    let mut cells = Vec::new();
    let mut at = 0;
    loop {
        let (cell, end) = if bytes.get(at) == Some(&b'"') {
            quoted(row, at + 1, delimiter)
        } else {
            let end = cell_end(bytes, at, delimiter);
            (Cow::Borrowed(&row[at..end]), end)
        };
        cells.push(cell);
        if bytes.get(end) != Some(&delimiter) {
            return cells;
        }
        at = end + 1;
    }
}

/// Where the cells of one CSV row are, quotes aside; a quote inside a quoted cell is still doubled.
pub(super) fn cell_places(row: &str, delimiter: u8) -> Vec<Range<usize>> {
    let start = row.len() - row.trim_start_matches(['\r', '\n']).len();
    let bytes = row.as_bytes();
    let mut places = Vec::new();
    let mut at = start;
    loop {
        let end = if bytes.get(at) == Some(&b'"') {
            let mut close = at + 1;
            while let Some(quote) = memchr::memchr(b'"', &bytes[close..]).map(|q| close + q) {
                close = quote + 1;
                if bytes.get(close) != Some(&b'"') {
                    break;
                }
                close += 1;
            }
            let closed = bytes[at + 1..close].last() == Some(&b'"');
            places.push(at + 1..close - usize::from(closed));
            cell_end(bytes, close, delimiter)
        } else {
            let end = cell_end(bytes, at, delimiter);
            places.push(at..end);
            end
        };
        if bytes.get(end) != Some(&delimiter) {
            return places;
        }
        at = end + 1;
    }
}

/// Where the unquoted text at `from` ends: at a delimiter, a line break or the end.
fn cell_end(bytes: &[u8], from: usize, delimiter: u8) -> usize {
    memchr::memchr3(delimiter, b'\n', b'\r', &bytes[from..]).map_or(bytes.len(), |at| from + at)
}

/// The quoted cell whose text starts at `start`, and where it ends.
fn quoted(row: &str, start: usize, delimiter: u8) -> (Cow<'_, str>, usize) {
    let bytes = row.as_bytes();
    let mut text = Cow::Borrowed("");
    let mut from = start;
    loop {
        let Some(length) = memchr::memchr(b'"', &bytes[from..]) else {
            append(&mut text, &row[from..]);
            return (text, bytes.len());
        };
        let quote = from + length;
        if bytes.get(quote + 1) == Some(&b'"') {
            append(&mut text, &row[from..=quote]);
            from = quote + 2;
            continue;
        }
        append(&mut text, &row[from..quote]);
        let end = cell_end(bytes, quote + 1, delimiter);
        append(&mut text, &row[quote + 1..end]);
        return (text, end);
    }
}

/// Appends to a text, without copying while there is only one piece.
fn append<'a>(text: &mut Cow<'a, str>, piece: &'a str) {
    if text.is_empty() {
        *text = Cow::Borrowed(piece);
    } else if !piece.is_empty() {
        text.to_mut().push_str(piece);
    }
}

#[cfg(test)]
mod tests;
