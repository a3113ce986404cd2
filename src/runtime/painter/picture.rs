//! The picture: what the terminal is known to show.
//! Never guesses: what is not known is painted, and never written again on the way.

use ratatui::buffer::Cell;
use unicode_width::UnicodeWidthStr as _;

use super::pen::look_alike;

/// Lines of what the terminal shows.
#[derive(Debug)]
pub struct Picture {
    lines: Vec<Vec<Shown>>,
    /// What is where nothing was painted.
    elsewhere: Shown,
}

impl Default for Picture {
    /// Nothing is known.
    fn default() -> Self {
        Self { lines: Vec::new(), elsewhere: Shown::Unknown }
    }
}

/// What is known of a place on the terminal.
#[derive(Clone, Debug)]
enum Shown {
    /// Nothing: a wide character is there, or it was never painted.
    Unknown,
    /// The right half of a wide character.
    Half,
    Cell(Cell),
}

/// What is behind a wide character, in the frame.
const BLANK: Cell = Cell::EMPTY;

impl Picture {
    /// An empty screen.
    pub fn blank() -> Self {
        Self { lines: Vec::new(), elsewhere: Shown::Cell(BLANK) }
    }

    fn shown(&self, x: u16, y: u16) -> &Shown {
        let line = self.lines.get(usize::from(y));
        line.and_then(|line| line.get(usize::from(x))).unwrap_or(&self.elsewhere)
    }

    /// The cell at a place, if that is known.
    pub fn cell(&self, x: u16, y: u16) -> Option<&Cell> {
        match self.shown(x, y) {
            Shown::Cell(cell) => Some(cell),
            Shown::Unknown | Shown::Half => None,
        }
    }

    /// What of a line's new cells must be painted.
    pub fn changes<'c>(&self, y: u16, cells: &[(u16, u16, &'c Cell)]) -> Vec<(u16, &'c Cell)> {
        let mut changes = Vec::with_capacity(cells.len());
        for (at, &(x, _, cell)) in cells.iter().enumerate() {
            let shows = match self.shown(x, y) {
                Shown::Cell(shown) => look_alike(shown, cell),
                Shown::Unknown | Shown::Half => false,
            };
            if !shows {
                changes.push((x, cell));
            }
            // Half of a wide character that is left over looks different on every terminal.
            let after = x + cell.symbol().width().max(1) as u16;
            let is_painted = cells.get(at + 1).is_some_and(|(next, ..)| *next == after);
            if matches!(self.shown(after, y), Shown::Half) && !is_painted {
                changes.push((after, &BLANK));
            }
        }
        changes
    }

    /// Takes in what was painted of a line.
    pub fn remember(&mut self, y: u16, changes: &[(u16, &Cell)]) {
        let y = usize::from(y);
        if self.lines.len() <= y {
            self.lines.resize_with(y + 1, Vec::new);
        }
        let line = &mut self.lines[y];
        for &(x, cell) in changes {
            let x = usize::from(x);
            let width = cell.symbol().width();
            if line.len() < x + width.max(1) {
                line.resize(x + width.max(1), self.elsewhere.clone());
            }
            match width {
                1 => line[x] = Shown::Cell(cell.clone()),
                _ => line[x] = Shown::Unknown,
            }
            line[x + 1..x + width.max(1)].fill(Shown::Half);
        }
    }
}
