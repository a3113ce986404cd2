//! Records as JSON: whole in Graph's property names, or an object of chosen fields; NDJSON or one array.
//! Never writes a line break inside a record.

use std::io::{self, Write as _};

use super::cell::{RecordOut, has_many};
use super::line::Lines;
use super::record_writer::{Chosen, READ_FIRST, REDACTED, RecordWriter};
use crate::format::write_graph;
use crate::record::field::Field;

/// NDJSON, or an array with one record on each line.
///
/// With chosen fields a record is an object of them, named as in the field table. A field that can
/// have several values is an array, any other a string, or null where the record has none. Names,
/// types and ids of targets stand in one order, with null where a target has none. A redacted record
/// says so in a member of its own.
pub(super) struct Json {
    fields: Option<Vec<&'static Field>>,
    array: bool,
    line: Vec<u8>,
    waiting: bool,
}

impl Json {
    pub(super) fn new(chosen: Chosen, array: bool) -> Self {
        let fields = (!chosen.whole).then_some(chosen.fields);
        Self { fields, array, line: Vec::new(), waiting: false }
    }
}

impl RecordWriter for Json {
    fn begin(&mut self, lines: &mut Lines<'_>) -> io::Result<()> {
        if self.array { lines.data(b"[", "\n") } else { Ok(()) }
    }

    fn row(&mut self, row: &RecordOut<'_>, lines: &mut Lines<'_>) -> io::Result<()> {
        if self.array && self.waiting {
            // Only now is it known that another record follows.
            self.line.push(b',');
            lines.data(&self.line, "\n")?;
        }
        self.line.clear();
        match (&self.fields, row.record) {
            (Some(fields), _) => write_fields(row, fields, &mut self.line)?,
            (None, Some(record)) => write_graph(record, &mut self.line),
            (None, None) => return Ok(()),
        }
        if row.is_redacted {
            self.line.pop();
            let comma = if self.line.last() == Some(&b'{') { "" } else { "," };
            write!(self.line, "{comma}\"{REDACTED}\":\"{READ_FIRST}\"}}")?;
        }
        self.waiting = true;
        if self.array { Ok(()) } else { lines.data(&self.line, "\n") }
    }

    fn end(&mut self, lines: &mut Lines<'_>) -> io::Result<()> {
        if !self.array {
            return Ok(());
        }
        if self.waiting {
            lines.data(&self.line, "\n")?;
        }
        lines.data(b"]", "\n")
    }
}

fn write_fields(
    row: &RecordOut<'_>,
    fields: &[&'static Field],
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let mut object = serde_json::Map::new();
    for field in fields {
        let mut values: Vec<serde_json::Value> = Vec::new();
        row.values(field, &mut |value| {
            values.push(if value.is_empty() { serde_json::Value::Null } else { value.into() });
        });
        // Of the sources of a record there is one, unless the same record came from several.
        let value = if has_many(field) || values.len() > 1 {
            serde_json::Value::Array(values)
        } else {
            values.into_iter().next().unwrap_or_default()
        };
        object.insert(field.name.to_owned(), value);
    }
    Ok(serde_json::to_writer(out, &object)?)
}
