//! Documents as plain text: what is below something stands further to the right.
//! Never lets a text from outside drive the terminal or break its line.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use super::{Block, Column, Head, Item, Render, Section, Text};
use crate::text::clean;

/// Cells by which what is below something is moved to the right.
const STEP: usize = 2;

/// Writes plain text.
pub(super) struct Plain<'o> {
    out: &'o mut dyn Write,
    /// Is there a line right above, that a heading must not touch?
    touches: bool,
}

impl<'o> Plain<'o> {
    pub(super) fn new(out: &'o mut dyn Write) -> Self {
        Self { out, touches: false }
    }

    fn line(&mut self, text: &str, depth: usize) -> io::Result<()> {
        self.touches = true;
        writeln!(self.out, "{:depth$}{text}", "", depth = depth)
    }

    fn at(&mut self, block: &Block, depth: usize) -> io::Result<()> {
        match block {
            Block::Heading(level, text) => {
                if self.touches {
                    writeln!(self.out)?;
                }
                self.line(&one_line(text), depth)?;
                if *level == 1 {
                    writeln!(self.out)?;
                    self.touches = false;
                }
                Ok(())
            }
            Block::Paragraph(text) => self.line(&one_line(text), depth),
            Block::Quote(text) => self.line(&format!("> {}", one_line(text)), depth),
            Block::List(items) => self.items(items, depth.max(STEP)),
            Block::Table(columns, rows) => self.table(columns, rows, depth.max(STEP)),
            Block::Code(_, text) => {
                text.lines().try_for_each(|line| self.line(&clean(line), depth + STEP))
            }
            Block::Section(section) => self.section(section, depth),
        }
    }

    fn section(&mut self, section: &Section, depth: usize) -> io::Result<()> {
        self.line(&one_line(&section.heading), depth)?;
        section.blocks.iter().try_for_each(|block| self.at(block, depth + STEP))
    }

    fn items(&mut self, items: &[Item], depth: usize) -> io::Result<()> {
        for Item { text, inside } in items {
            self.line(&one_line(text), depth)?;
            inside.iter().try_for_each(|block| self.at(block, depth + STEP))?;
        }
        Ok(())
    }

    fn table(&mut self, columns: &[Column], rows: &[Vec<Text>], depth: usize) -> io::Result<()> {
        let names = columns.iter().map(|column| column.name.to_owned()).collect();
        let cells = |row: &Vec<Text>| row.iter().map(one_line).collect();
        let lines: Vec<Vec<String>> =
            std::iter::once(names).chain(rows.iter().map(cells)).collect();
        let widest =
            |at: usize| lines.iter().filter_map(move |line| line.get(at)).map(|c| c.width());
        let widths: Vec<usize> =
            (0..columns.len()).map(|at| widest(at).max().unwrap_or(0)).collect();
        for cells in &lines {
            let mut line = String::new();
            for ((cell, width), column) in cells.iter().zip(&widths).zip(columns) {
                let missing = " ".repeat(width.saturating_sub(cell.width()));
                let (before, after) =
                    if column.is_number { (&*missing, "") } else { ("", &*missing) };
                line.extend([before, cell, after, "  "]);
            }
            self.line(line.trim_end(), depth)?;
        }
        Ok(())
    }
}

impl Render for Plain<'_> {
    fn begin(&mut self, _head: &Head) -> io::Result<()> {
        Ok(())
    }

    fn block(&mut self, block: &Block) -> io::Result<()> {
        self.at(block, 0)
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A text on one line, clean.
fn one_line(text: &Text) -> String {
    clean(&text.plain()).into_owned()
}
