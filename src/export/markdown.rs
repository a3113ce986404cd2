//! Records as a Markdown table, for tickets and reports.
//! Never lets a value become markup, HTML or another row.

use std::io;

use super::Shape;
use super::cell::Row;
use super::line::Lines;
use crate::record::field::Field;
use crate::text::clean;

/// A table with a line of field names.
pub(super) struct Markdown {
    fields: Vec<&'static Field>,
    line: String,
}

impl Markdown {
    pub(super) fn new(fields: Vec<&'static Field>) -> Self {
        Self { fields, line: String::new() }
    }
}

impl Shape for Markdown {
    fn begin(&mut self, lines: &mut Lines<'_>) -> io::Result<()> {
        let names: Vec<&str> = self.fields.iter().map(|field| field.name).collect();
        lines.clean(&format!("| {} |", names.join(" | ")))?;
        lines.clean(&format!("|{}", " --- |".repeat(names.len())))
    }

    fn row(&mut self, row: &Row<'_>, lines: &mut Lines<'_>) -> io::Result<()> {
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

/// Appends text that stays the text it is: a backslash before what Markdown reads as markup, entities
/// for what HTML does.
fn push_escaped(text: &str, out: &mut String) {
    let mut rest = text.chars();
    let mut before = [' '; 3];
    while let Some(c) = rest.next() {
        match c {
            // Bare addresses become links by themselves.
            ':' if rest.as_str().starts_with('/') => out.push_str("\\:"),
            '.' if before.iter().all(|c| matches!(c, 'w' | 'W')) => out.push_str("\\."),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '~' | '#' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
        before = [before[1], before[2], c];
    }
}

/// Foreign text as text: cleaned and escaped.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    push_escaped(&clean(text), &mut out);
    out
}

/// Foreign text as code on one line: nothing in it is markup.
pub(super) fn code(text: &str) -> String {
    let text = clean(text);
    let fence = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) || text.is_empty() {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Text of several lines as a block of code in a language.
pub(super) fn fenced(text: &str, language: &str) -> Vec<String> {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    let mut lines = vec![format!("{fence}{language}")];
    lines.extend(text.lines().map(|line| clean(line).into_owned()));
    lines.push(fence);
    lines
}

/// The most backticks beside each other.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_text_in_its_cell() {
        let mut out = String::new();
        push_escaped(&clean("a|b`c`<img src=x>\n# [x](y) \\| &lt;"), &mut out);
        let expected = r"a\|b\`c\`&lt;img src=x&gt;␊\# \[x\](y) \\\| &amp;lt;";
        assert_eq!(out, expected);
    }
}
