//! Frames in as few bytes as a terminal needs: a ratatui backend for slow links.
//! Never writes by itself: a frame is collected, and [`Painter::take`]n as one piece.
//!
//! What makes it small: styles and the place of the cursor are remembered from frame to frame, a
//! style is told by what differs, a move by its shortest form, and a frame without a change is empty.

use std::io::{self, Write as _};

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::crossterm::terminal;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

/// Collects frames.
#[derive(Debug, Default)]
pub struct Painter {
    out: Vec<u8>,
    /// Where the terminal's cursor is; `None` where that is not known for sure.
    at: Option<Position>,
    style: Style,
    /// Is the cursor shown? `None` before it was told.
    shown: Option<bool>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Style {
    foreground: Color,
    background: Color,
    modifier: Modifier,
}

impl Default for Style {
    fn default() -> Self {
        Self { foreground: Color::Reset, background: Color::Reset, modifier: Modifier::empty() }
    }
}

const ATTRIBUTES: &[(Modifier, &str)] = &[
    (Modifier::BOLD, "1"),
    (Modifier::DIM, "2"),
    (Modifier::ITALIC, "3"),
    (Modifier::UNDERLINED, "4"),
    (Modifier::SLOW_BLINK, "5"),
    (Modifier::RAPID_BLINK, "6"),
    (Modifier::REVERSED, "7"),
    (Modifier::HIDDEN, "8"),
    (Modifier::CROSSED_OUT, "9"),
];

impl Painter {
    /// What was collected since the last call.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// Something else wrote to the terminal: nothing is known of it any more.
    pub fn forget(&mut self) {
        *self = Self { out: std::mem::take(&mut self.out), ..Self::default() };
        self.out.extend_from_slice(b"\x1b[m");
    }

    fn go(&mut self, to: Position) {
        if self.at == Some(to) {
            return;
        }
        let absolute = format!("\x1b[{};{}H", to.y + 1, to.x + 1);
        let shorter =
            self.at.and_then(|at| match (to.x.checked_sub(at.x), to.y.checked_sub(at.y)) {
                (Some(1), Some(0)) => Some("\x1b[C".to_owned()),
                (Some(right), Some(0)) => Some(format!("\x1b[{right}C")),
                (None, Some(0)) if to.x == 0 => Some("\r".to_owned()),
                // Not a line feed: standard output would be flushed at it, and the frame split in two.
                (_, Some(1)) if to.x == 0 => Some("\x1b[E".to_owned()),
                (_, Some(0)) => Some(format!("\x1b[{}G", to.x + 1)),
                _ => None,
            });
        let text = shorter.filter(|text| text.len() < absolute.len()).unwrap_or(absolute);
        self.out.extend_from_slice(text.as_bytes());
        self.at = Some(to);
    }

    fn dress(&mut self, style: Style) {
        if self.style == style {
            return;
        }
        let mut codes: Vec<String> = Vec::new();
        let mut from = self.style;
        // Taking an attribute away costs as much as starting over.
        if !style.modifier.contains(from.modifier) || style == Style::default() {
            codes.push(String::new());
            from = Style::default();
        }
        for (attribute, code) in ATTRIBUTES {
            if style.modifier.contains(*attribute) && !from.modifier.contains(*attribute) {
                codes.push((*code).to_owned());
            }
        }
        if style.foreground != from.foreground {
            codes.push(color(style.foreground, 30));
        }
        if style.background != from.background {
            codes.push(color(style.background, 40));
        }
        // Writing to a vector cannot fail.
        let _ = write!(self.out, "\x1b[{}m", codes.join(";"));
        self.style = style;
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

impl Backend for Painter {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        for (x, y, cell) in content {
            self.go(Position { x, y });
            self.dress(Style { foreground: cell.fg, background: cell.bg, modifier: cell.modifier });
            self.out.extend_from_slice(cell.symbol().as_bytes());
            // Where exactly a wide character leaves the cursor, terminals do not agree.
            self.at = (cell.symbol().width() == 1).then_some(Position { x: x + 1, y });
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.shown.replace(false) != Some(false) {
            self.out.extend_from_slice(b"\x1b[?25l");
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.shown.replace(true) != Some(true) {
            self.out.extend_from_slice(b"\x1b[?25h");
        }
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        // Never asked of the terminal: the thread that reads keys would swallow the answer.
        Ok(self.at.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.go(position.into());
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.dress(Style::default());
        self.out.extend_from_slice(match region {
            ClearType::All => b"\x1b[2J".as_slice(),
            ClearType::AfterCursor => b"\x1b[J",
            ClearType::BeforeCursor => b"\x1b[1J",
            ClearType::CurrentLine => b"\x1b[2K",
            ClearType::UntilNewLine => b"\x1b[K",
        });
        self.at = None;
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        let (width, height) = terminal::size()?;
        Ok(Size { width, height })
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::default() })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style as CellStyle;

    const WIDTH: u16 = 12;
    const HEIGHT: u16 = 4;

    fn style() -> impl Strategy<Value = CellStyle> {
        let colors =
            [Color::Reset, Color::Red, Color::DarkGray, Color::Indexed(99), Color::Rgb(1, 2, 3)];
        let attributes = [
            Modifier::empty(),
            Modifier::BOLD,
            Modifier::REVERSED | Modifier::BOLD,
            Modifier::UNDERLINED,
        ];
        (
            prop::sample::select(colors.to_vec()),
            prop::sample::select(colors.to_vec()),
            prop::sample::select(attributes.to_vec()),
        )
            .prop_map(|(fg, bg, modifier)| CellStyle::new().fg(fg).bg(bg).add_modifier(modifier))
    }

    /// Texts put somewhere on the screen, each in a style.
    fn frame() -> impl Strategy<Value = Vec<(u16, u16, String, CellStyle)>> {
        let text = prop::sample::select(&["a", "hello", "          ", "▁▂▃", "x y z"][..]);
        let put = (0..WIDTH, 0..HEIGHT, text.prop_map(str::to_owned), style());
        prop::collection::vec(put, 0..12)
    }

    fn paint(puts: &[(u16, u16, String, CellStyle)]) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
        for (x, y, text, style) in puts {
            buffer.set_string(*x, *y, text, *style);
        }
        buffer
    }

    fn vt_color(color: Color) -> vt100::Color {
        match color {
            Color::Red => vt100::Color::Idx(1),
            Color::DarkGray => vt100::Color::Idx(8),
            Color::Indexed(index) => vt100::Color::Idx(index),
            Color::Rgb(r, g, b) => vt100::Color::Rgb(r, g, b),
            _ => vt100::Color::Default,
        }
    }

    proptest! {
        #[test]
        fn a_terminal_shows_what_was_painted(frames in prop::collection::vec(frame(), 1..6)) {
            let cells = |n: u16| std::num::NonZero::new(n).expect("not zero");
            let mut terminal = vt100::Parser::new(cells(HEIGHT), cells(WIDTH), 0);
            let mut painter = Painter::default();
            let mut before = paint(&[]);
            for puts in frames {
                let now = paint(&puts);
                painter.draw(before.diff(&now).into_iter()).expect("collects");
                terminal.process(&painter.take());
                for y in 0..HEIGHT {
                    for x in 0..WIDTH {
                        let shown = terminal.screen().cell(y, x).expect("a cell");
                        if shown.is_wide_continuation() {
                            continue;
                        }
                        let wanted = &now[(x, y)];
                        let text = if shown.has_contents() { shown.contents() } else { " " };
                        prop_assert_eq!(text, wanted.symbol(), "at {},{}", x, y);
                        prop_assert_eq!(shown.fgcolor(), vt_color(wanted.fg));
                        prop_assert_eq!(shown.bgcolor(), vt_color(wanted.bg));
                        prop_assert_eq!(shown.bold(), wanted.modifier.contains(Modifier::BOLD));
                        prop_assert_eq!(shown.inverse(), wanted.modifier.contains(Modifier::REVERSED));
                        prop_assert_eq!(shown.underline(), wanted.modifier.contains(Modifier::UNDERLINED));
                    }
                }
                before = now;
            }
        }
    }

    #[test]
    fn what_follows_a_wide_character_is_placed_anew() {
        let mut painter = Painter::default();
        let now = paint(&[(0, 0, "日本x".to_owned(), CellStyle::new())]);
        painter.draw(paint(&[]).diff(&now).into_iter()).expect("collects");
        assert_eq!(
            String::from_utf8(painter.take()).expect("text"),
            "\x1b[1;1H日\x1b[1;3H本\x1b[1;5Hx"
        );
    }

    #[test]
    fn a_frame_without_a_change_is_empty() {
        let mut painter = Painter::default();
        painter.hide_cursor().expect("collects");
        painter.take();
        painter.draw(std::iter::empty()).expect("collects");
        painter.hide_cursor().expect("collects");
        assert!(painter.take().is_empty());
    }
}
