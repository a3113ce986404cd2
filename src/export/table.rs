//! Records as aligned columns, for a terminal or a pipe.
//! Never lets a value break its line, and never waits for more than the first screenful.
//!
//! Widths are taken from the first [`SAMPLE`] records. On a terminal the widest columns give way
//! until a line fits and cells are cut with `…`; into a pipe nothing is cut, and a later cell that is
//! wider than its column pushes the rest of its line to the right.

use std::io;

use unicode_width::UnicodeWidthStr;

use super::cell::RecordOut;
use super::line::Lines;
use super::record_writer::{Chosen, RecordWriter};
use crate::record::Outcome;
use crate::record::field::{Field, Stored};
use crate::text::{clean, fit};

/// Records that decide the widths.
const SAMPLE: usize = 200;
/// Cells between two columns.
const BETWEEN: usize = 2;
/// A column is not made narrower than this; columns that do not even fit so are left out.
const NARROWEST: usize = 4;

const BOLD: &str = "\u{1b}[1m";
const RED: &str = "\u{1b}[31m";
const YELLOW: &str = "\u{1b}[33m";
const PLAIN: &str = "\u{1b}[0m";

/// Aligned columns below their names.
pub(super) struct Table {
    fields: Vec<&'static Field>,
    width: Option<usize>,
    colour: bool,
    /// Cells of the first records, until the widths are known.
    sample: Vec<Vec<String>>,
    widths: Vec<usize>,
    line: String,
}

impl Table {
    pub(super) fn new(chosen: Chosen) -> Self {
        let Chosen { fields, width, colour, .. } = chosen;
        let (sample, widths) = (Vec::new(), Vec::new());
        Self { fields, width, colour, sample, widths, line: String::new() }
    }

    /// Decides the widths and writes what waited for them.
    fn settle(&mut self, lines: &mut Lines<'_>) -> io::Result<()> {
        let sample = std::mem::take(&mut self.sample);
        if sample.is_empty() || !self.widths.is_empty() {
            return Ok(());
        }
        let widest = |at: usize, field: &Field| {
            let cells = sample.iter().map(|cells| cells[at].width());
            cells.max().unwrap_or(0).max(field.name.len())
        };
        let natural: Vec<usize> =
            self.fields.iter().enumerate().map(|(at, field)| widest(at, field)).collect();
        self.widths = self.width.map_or(natural.clone(), |width| narrowed(natural, width));
        let names: Vec<String> = self.fields.iter().map(|field| field.name.to_owned()).collect();
        self.write(&names, true, lines)?;
        sample.iter().try_for_each(|cells| self.write(cells, false, lines))
    }

    fn write(&mut self, cells: &[String], header: bool, lines: &mut Lines<'_>) -> io::Result<()> {
        self.line.clear();
        let mut missing = 0;
        for ((cell, &width), field) in cells.iter().zip(&self.widths).zip(&self.fields) {
            let (text, used) = match self.width {
                Some(_) => fit(cell, width),
                None => (cell.into(), cell.width()),
            };
            // What fills up a column is written before the next one only: no line ends in spaces.
            self.line.extend(std::iter::repeat_n(' ', missing));
            let colour = if self.colour { colour_of(field, cell, header) } else { "" };
            self.line.push_str(colour);
            self.line.push_str(&text);
            if !colour.is_empty() {
                self.line.push_str(PLAIN);
            }
            missing = width.saturating_sub(used) + BETWEEN;
        }
        lines.clean(self.line.trim_end())
    }
}

impl RecordWriter for Table {
    fn row(&mut self, row: &RecordOut<'_>, lines: &mut Lines<'_>) -> io::Result<()> {
        let cells: Vec<String> = self.fields.iter().map(|field| cell(row, field)).collect();
        if !self.widths.is_empty() {
            return self.write(&cells, false, lines);
        }
        self.sample.push(cells);
        if self.sample.len() < SAMPLE { Ok(()) } else { self.settle(lines) }
    }

    fn end(&mut self, lines: &mut Lines<'_>) -> io::Result<()> {
        self.settle(lines)
    }
}

/// A value as a cell: one line, clean. Times to the second, as queries read them.
fn cell(row: &RecordOut<'_>, field: &Field) -> String {
    let mut text = row.joined(field, ", ", "-");
    if let Stored::Time = field.stored
        && let Some(point) = text.find('.')
    {
        text.replace_range(point..text.len() - 1, "");
    }
    clean(&text).into_owned()
}

fn colour_of(field: &Field, cell: &str, header: bool) -> &'static str {
    match (header, field.name) {
        (true, _) => BOLD,
        (false, "result") if cell == Outcome::Failure.word() => RED,
        (false, "result")
            if cell == Outcome::Timeout.word() || cell == Outcome::Interrupted.word() =>
        {
            YELLOW
        }
        _ => "",
    }
}

/// Widths that fit `total` cells with what is between them: the widest give way first.
fn narrowed(mut widths: Vec<usize>, total: usize) -> Vec<usize> {
    let room = |columns: usize| total.saturating_sub(columns.saturating_sub(1) * BETWEEN);
    while widths.len() > 1
        && widths.iter().map(|&w| w.min(NARROWEST)).sum::<usize>() > room(widths.len())
    {
        widths.pop();
    }
    let room = room(widths.len());
    let mut sorted = widths.clone();
    sorted.sort_unstable();
    let mut left = room;
    for (index, &width) in sorted.iter().enumerate() {
        let share = left / (sorted.len() - index);
        if width > share {
            // All from here on are wider than their share: they get it.
            let mut odd = left - share * (sorted.len() - index);
            for wide in widths.iter_mut().filter(|wide| **wide > share) {
                let extra = usize::from(odd > 0);
                odd -= extra;
                *wide = share + extra;
            }
            break;
        }
        left -= width;
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_columns_give_way_until_the_line_fits() {
        assert_eq!(narrowed(vec![20, 7, 10], 80), [20, 7, 10]);
        assert_eq!(narrowed(vec![20, 7, 60, 50], 80), [20, 7, 24, 23]);
        assert_eq!(narrowed(vec![20, 7, 60, 50], 20), [6, 5, 5]);
        assert_eq!(narrowed(vec![20, 20, 20], 8), [8]);
        assert_eq!(narrowed(vec![20, 20], 0), [0]);
        for total in 0..100 {
            let widths = narrowed(vec![20, 7, 60, 50, 3], total);
            let used: usize = widths.iter().sum::<usize>() + BETWEEN * (widths.len() - 1);
            assert!(used <= total, "{widths:?} in {total}");
        }
    }
}
