//! Documents as JSON, for programs: an object with an array of blocks, one block on each line.
//! Never writes what a terminal obeys or nobody sees other than as `\uXXXX`; texts are as they were logged.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{Block, Head, Item, Render, Section, Text};
use crate::text::{is_invisible, push_json_escape};
use crate::time::Timestamp;

/// Writes JSON.
pub(super) struct Json<'o> {
    out: &'o mut dyn Write,
    is_first: bool,
}

impl<'o> Json<'o> {
    pub(super) fn new(out: &'o mut dyn Write) -> Self {
        Self { out, is_first: true }
    }
}

impl Render for Json<'_> {
    fn begin(&mut self, head: &Head) -> io::Result<()> {
        let version = concat!("entrail ", env!("CARGO_PKG_VERSION"));
        let head = [("document", head.kind), ("title", &head.title), ("program", version)];
        writeln!(self.out, "{{")?;
        for (name, value) in head {
            writeln!(self.out, "{}: {},", json!(name), spelled_out(&json!(value).to_string()))?;
        }
        write!(self.out, "\"blocks\": [")
    }

    fn block(&mut self, block: &Block) -> io::Result<()> {
        let between = if std::mem::take(&mut self.is_first) { "" } else { "," };
        write!(self.out, "{between}\n{}", spelled_out(&value(block).to_string()))
    }

    fn end(&mut self) -> io::Result<()> {
        writeln!(self.out, "\n]\n}}")
    }
}

fn value(block: &Block) -> Value {
    match block {
        Block::Heading(level, text) => {
            json!({"type": "heading", "level": level, "text": text.plain()})
        }
        Block::Paragraph(text) => json!({"type": "paragraph", "text": text.plain()}),
        Block::Quote(text) => json!({"type": "quote", "text": text.plain()}),
        Block::List(all) => json!({"type": "list", "items": items(all)}),
        Block::Table(columns, rows) => {
            let columns: Vec<&str> = columns.iter().map(|column| column.name).collect();
            let cells = |row: &Vec<Text>| row.iter().map(Text::plain).collect::<Vec<_>>();
            let rows: Vec<Vec<String>> = rows.iter().map(cells).collect();
            json!({"type": "table", "columns": columns, "rows": rows})
        }
        Block::Code(language, text) => {
            json!({"type": "code", "language": language, "text": text})
        }
        Block::Section(section) => section_value(section),
    }
}

fn section_value(section: &Section) -> Value {
    let mut value = Map::new();
    value.insert("type".to_owned(), "section".into());
    if let Some(number) = section.number {
        value.insert("number".to_owned(), number.into());
    }
    if let Some(time) = section.time {
        value.insert("time".to_owned(), Timestamp::to_rfc3339(time).into());
    }
    if !section.id.is_empty() {
        value.insert("id".to_owned(), section.id.clone().into());
    }
    value.insert("heading".to_owned(), section.heading.plain().into());
    value.insert("blocks".to_owned(), blocks(&section.blocks));
    Value::Object(value)
}

fn items(items: &[Item]) -> Value {
    let one = |item: &Item| {
        let mut value = json!({"text": item.text.plain()});
        if !item.inside.is_empty() {
            value["blocks"] = blocks(&item.inside);
        }
        value
    };
    items.iter().map(one).collect()
}

fn blocks(blocks: &[Block]) -> Value {
    blocks.iter().map(value).collect()
}

/// JSON in which what a terminal obeys or nobody sees is written as `\uXXXX`. Outside of strings JSON
/// has no such characters but line breaks.
pub fn spelled_out(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c != '\n' && (c.is_control() || is_invisible(c)) {
            push_json_escape(c, &mut out);
        } else {
            out.push(c);
        }
    }
    out
}
