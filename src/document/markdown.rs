//! Documents as Markdown, for tickets and wikis.
//! Never lets a text from outside become markup, HTML or another line.

use std::io::{self, Write};

use super::{Block, Column, Head, Item, Piece, Render, Section, Text};
use crate::text::clean;

/// Writes Markdown.
pub(super) struct Markdown<'o> {
    out: &'o mut dyn Write,
    /// Does the next block need an empty line before it?
    gap: bool,
}

impl<'o> Markdown<'o> {
    pub(super) fn new(out: &'o mut dyn Write) -> Self {
        Self { out, gap: false }
    }

    fn table(&mut self, columns: &[Column], rows: &[Vec<Text>]) -> io::Result<()> {
        let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
        writeln!(self.out, "| {} |", names.join(" | "))?;
        let dashes = columns.iter().map(|column| if column.is_number { "---:" } else { "---" });
        writeln!(self.out, "| {} |", dashes.collect::<Vec<_>>().join(" | "))?;
        for row in rows {
            let cells: Vec<String> = row.iter().map(line).collect();
            writeln!(self.out, "| {} |", cells.join(" | "))?;
        }
        Ok(())
    }

    fn items(&mut self, items: &[Item], depth: usize) -> io::Result<()> {
        for Item { text, inside } in items {
            writeln!(self.out, "{:depth$}- {}", "", line(text), depth = depth)?;
            inside.iter().try_for_each(|block| self.inside(block, depth + 2))?;
        }
        Ok(())
    }

    /// A block below an item of a list.
    fn inside(&mut self, block: &Block, depth: usize) -> io::Result<()> {
        match block {
            Block::List(items) => self.items(items, depth),
            Block::Paragraph(text) => {
                writeln!(self.out, "\n{:depth$}{}\n", "", line(text), depth = depth)
            }
            Block::Code(language, text) => {
                self.code(language, text)?;
                writeln!(self.out)
            }
            other => self.block(other),
        }
    }

    fn code(&mut self, language: &str, text: &str) -> io::Result<()> {
        let fence = "`".repeat(longest_run(text).max(2) + 1);
        writeln!(self.out, "{fence}{language}")?;
        text.lines().try_for_each(|line| writeln!(self.out, "{}", clean(line)))?;
        writeln!(self.out, "{fence}")
    }

    fn section(&mut self, section: &Section) -> io::Result<()> {
        writeln!(self.out, "## {}\n", line(&section.heading))?;
        section.blocks.iter().try_for_each(|block| self.block(block))?;
        // The next block follows whatever was the last one here.
        if std::mem::take(&mut self.gap) {
            writeln!(self.out)?;
        }
        Ok(())
    }
}

impl Render for Markdown<'_> {
    fn begin(&mut self, _head: &Head) -> io::Result<()> {
        Ok(())
    }

    fn block(&mut self, block: &Block) -> io::Result<()> {
        if std::mem::take(&mut self.gap) {
            writeln!(self.out)?;
        }
        match block {
            Block::Heading(level, text) => {
                let marks = "#".repeat(usize::from(*level).clamp(1, 6));
                return writeln!(self.out, "{marks} {}\n", line(text));
            }
            Block::Section(section) => return self.section(section),
            Block::Paragraph(text) => writeln!(self.out, "{}", line(text))?,
            Block::Quote(text) => writeln!(self.out, "> {}", line(text))?,
            Block::List(items) => self.items(items, 0)?,
            Block::Table(columns, rows) => self.table(columns, rows)?,
            Block::Code(language, text) => self.code(language, text)?,
        }
        self.gap = true;
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A line of Markdown.
fn line(text: &Text) -> String {
    let mut line = String::new();
    for piece in &text.0 {
        match piece {
            Piece::Words(words) => line.push_str(words),
            Piece::Foreign(text) => push_escaped(&clean(text), &mut line),
            Piece::Code(value) => line.push_str(&code(value)),
            Piece::Strong(text) => {
                line.push_str("**");
                push_escaped(&clean(text), &mut line);
                line.push_str("**");
            }
            Piece::Section(number) => line.push_str(&number.to_string()),
        }
    }
    line
}

/// Appends text that stays the text it is: a backslash before what Markdown reads as markup, entities
/// for what HTML does. The text is clean already.
pub fn push_escaped(text: &str, out: &mut String) {
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

/// A value as code on one line: nothing in it is markup.
fn code(value: &str) -> String {
    let text = clean(value);
    let fence = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) || text.is_empty() {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
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
