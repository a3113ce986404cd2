//! Records as a Markdown table, for tickets and reports.
//! Never lets a value become markup, HTML or another row.

use std::io;

use super::cell::RecordOut;
use super::line::Lines;
use super::record_writer::{Chosen, RecordWriter};
use crate::document::markdown::push_escaped;
use crate::record::field::Field;
use crate::text::clean;

/// A table with a line of field names.
pub(super) struct Markdown {
    fields: Vec<&'static Field>,
    line: String,
}

impl Markdown {
    pub(super) fn new(chosen: Chosen) -> Self {
        Self { fields: chosen.fields, line: String::new() }
    }
}

impl RecordWriter for Markdown {
    fn begin(&mut self, lines: &mut Lines<'_>) -> io::Result<()> {
        let names: Vec<&str> = self.fields.iter().map(|field| field.name).collect();
        lines.clean(&format!("| {} |", names.join(" | ")))?;
        lines.clean(&format!("|{}", " --- |".repeat(names.len())))
    }

    fn row(&mut self, row: &RecordOut<'_>, lines: &mut Lines<'_>) -> io::Result<()> {
        self.line.clear();
        self.line.push('|');
        for field in &self.fields {
            self.line.push(' ');
            push_escaped(&clean(&row.joined(field, ", ", "-")), &mut self.line);
            self.line.push_str(" |");
        }
        lines.clean(&self.line)
    }
}
