//! The pen: where the terminal's cursor is and how it writes, and the shortest way to change both.
//! Never knows what stands on the screen.

use std::io::Write as _;

use ratatui::buffer::Cell;
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

/// How a cell is written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Style {
    foreground: Color,
    background: Color,
    modifier: Modifier,
}

impl Default for Style {
    fn default() -> Self {
        Self { foreground: Color::Reset, background: Color::Reset, modifier: Modifier::empty() }
    }
}

impl Style {
    /// The style of a cell.
    pub fn of(cell: &Cell) -> Self {
        Self { foreground: cell.fg, background: cell.bg, modifier: cell.modifier }
    }

    /// May a blank of this style be written in that style? Only its background is to be seen, and
    /// lines through or below it.
    fn is_paper_of(self, other: Self) -> bool {
        let inks = self.modifier.union(other.modifier).intersects(ON_BLANKS);
        if inks { self == other } else { self.background == other.background }
    }
}

/// What is to be seen on a blank too.
const ON_BLANKS: Modifier =
    Modifier::UNDERLINED.union(Modifier::REVERSED).union(Modifier::CROSSED_OUT);

/// An attribute, the code that turns it on, and the one that turns it off.
const ATTRIBUTES: &[(Modifier, u8, u8)] = &[
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// Is there nothing in this cell but its background?
pub fn is_blank(cell: &Cell) -> bool {
    cell.symbol() == " "
}

/// Can this cell be erased: a blank on the terminal's own background, without lines?
pub fn is_erasable(cell: &Cell) -> bool {
    is_blank(cell) && Style::of(cell).is_paper_of(Style::default())
}

/// Is it sure where the cursor is after this cell? For others, terminals do not agree.
fn is_narrow(cell: &Cell) -> bool {
    cell.symbol().width() == 1
}

/// Is there no difference to be seen between these cells?
pub fn look_alike(one: &Cell, other: &Cell) -> bool {
    let (style, other_style) = (Style::of(one), Style::of(other));
    one.symbol() == other.symbol()
        && (style == other_style || is_blank(one) && style.is_paper_of(other_style))
}

/// Bytes of `CSI n X` or `CSI n C`.
pub fn sequence_len(count: usize) -> usize {
    match count {
        0 => 0,
        1 => 3,
        _ => 3 + count.ilog10() as usize + 1,
    }
}

/// Collects bytes.
#[derive(Debug, Default)]
pub struct Pen {
    /// What was collected.
    pub out: Vec<u8>,
    /// Where the terminal's cursor is; `None` where that is not known for sure. One past the last
    /// column where that was written last.
    pub at: Option<Position>,
    style: Style,
}

impl Pen {
    /// A pen like this one that wrote nothing yet: to try what something costs.
    pub fn trial(&self) -> Self {
        Self { out: Vec::new(), at: self.at, style: self.style }
    }

    /// Goes there.
    pub fn go(&mut self, to: Position) {
        if self.at == Some(to) {
            return;
        }
        let column = || match to.x {
            0 => "\r".to_owned(),
            x => format!("\x1b[{}G", x + 1),
        };
        let absolute = format!("\x1b[{};{}H", to.y + 1, to.x + 1);
        let shorter = self.at.and_then(|at| {
            match (to.x.checked_sub(at.x), to.y.checked_sub(at.y)) {
                (Some(1), Some(0)) => Some("\x1b[C".to_owned()),
                (Some(right), Some(0)) => Some(format!("\x1b[{right}C")),
                (None, Some(0)) => Some(column()),
                // The column is told as well: a terminal may return at a line feed.
                (_, Some(down @ 1..4)) => {
                    Some(format!("{}{}", "\n".repeat(usize::from(down)), column()))
                }
                _ => None,
            }
        });
        let text = shorter.filter(|text| text.len() < absolute.len()).unwrap_or(absolute);
        self.out.extend_from_slice(text.as_bytes());
        self.at = Some(to);
    }

    /// Writes in that style from now on.
    pub fn dress(&mut self, style: Style) {
        if self.style == style {
            return;
        }
        let mut anew = vec![String::new()];
        add_codes(Style::default(), style, &mut anew);
        let mut changed = Vec::new();
        add_codes(self.style, style, &mut changed);
        let (anew, changed) = (anew.join(";"), changed.join(";"));
        let codes = if changed.len() < anew.len() { changed } else { anew };
        // Writing to a vector cannot fail.
        let _ = write!(self.out, "\x1b[{codes}m");
        self.style = style;
    }

    /// Takes a style in which this cell looks as it should; for a blank rather that of the `next`
    /// ink than its own.
    pub fn dress_for(&mut self, cell: &Cell, next: Option<Style>) {
        let style = Style::of(cell);
        if !is_blank(cell) {
            self.dress(style);
        } else if !style.is_paper_of(self.style) {
            self.dress(next.filter(|next| style.is_paper_of(*next)).unwrap_or(style));
        }
    }

    /// Writes a cell where the cursor is.
    pub fn write(&mut self, cell: &Cell, next: Option<Style>) {
        self.dress_for(cell, next);
        self.out.extend_from_slice(cell.symbol().as_bytes());
        self.at = match self.at {
            Some(Position { x, y }) if is_narrow(cell) => Some(Position { x: x + 1, y }),
            _ => None,
        };
    }

    /// Erases so many cells from the cursor on, which stays where it is.
    pub fn erase(&mut self, cell: &Cell, count: usize, next: Option<Style>) {
        self.dress_for(cell, next);
        let _ = match count {
            1 => write!(self.out, "\x1b[X"),
            _ => write!(self.out, "\x1b[{count}X"),
        };
    }
}

/// The codes that lead from one style to another.
fn add_codes(from: Style, to: Style, codes: &mut Vec<String>) {
    let mut on = from.modifier;
    for (attribute, _, code) in ATTRIBUTES {
        if on.contains(*attribute) && !to.modifier.contains(*attribute) {
            codes.push(code.to_string());
            // The same code turns others off too.
            for (other, ..) in ATTRIBUTES.iter().filter(|(.., off)| off == code) {
                on.remove(*other);
            }
        }
    }
    for (attribute, code, _) in ATTRIBUTES {
        if to.modifier.contains(*attribute) && !on.contains(*attribute) {
            codes.push(code.to_string());
        }
    }
    if to.foreground != from.foreground {
        codes.push(color(to.foreground, 30));
    }
    if to.background != from.background {
        codes.push(color(to.background, 40));
    }
}

/// The code of a color; `base` is 30 for the foreground, 40 for the background.
fn color(color: Color, base: u8) -> String {
    let named = match color {
        Color::Reset => return (base + 9).to_string(),
        Color::Rgb(r, g, b) => return format!("{};2;{r};{g};{b}", base + 8),
        Color::Indexed(index) => return format!("{};5;{index}", base + 8),
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 60,
        Color::LightRed => 61,
        Color::LightGreen => 62,
        Color::LightYellow => 63,
        Color::LightBlue => 64,
        Color::LightMagenta => 65,
        Color::LightCyan => 66,
        Color::White => 67,
    };
    (base + named).to_string()
}
