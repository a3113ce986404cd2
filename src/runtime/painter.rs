//! Frames in as few bytes as a terminal needs: a ratatui backend for slow links.
//! Never writes by itself: a frame is collected, and [`Painter::take`]n as one piece.
//!
//! What makes it small: what the terminal shows, the style and the place of its cursor are
//! remembered from frame to frame. A style is told by what differs, for a blank by what is to be seen
//! of it; a move takes its shortest form, which may be to write again what stands between; runs of
//! blanks are erased; and a frame without a change is empty.
//!
//! Nothing but CUP, CHA, CUF, CR, LF, ECH, ED, EL and SGR is used: every terminal has them.

mod pen;
mod picture;

use std::io;

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use pen::{Pen, Style, is_blank, is_erasable, sequence_len};
use picture::Picture;

/// Collects frames.
#[derive(Debug, Default)]
pub struct Painter {
    pen: Pen,
    picture: Picture,
    /// Is the cursor shown? `None` before it was told.
    shown: Option<bool>,
}

/// What becomes of a cell of a line: what it is to show now, or what it goes on to show where that is known.
#[derive(Clone, Copy)]
enum CellUpdate<'c> {
    Change(&'c Cell),
    Keep(Option<&'c Cell>),
}

impl<'c> CellUpdate<'c> {
    fn is_change(&self) -> bool {
        matches!(self, Self::Change(_))
    }

    fn cell(&self) -> Option<&'c Cell> {
        match self {
            Self::Change(cell) => Some(cell),
            Self::Keep(cell) => *cell,
        }
    }
}

/// Longer gaps between changes are never written again.
const LONGEST_GAP: usize = 12;

impl Painter {
    /// What was collected since the last call.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.pen.out)
    }

    /// Something else wrote to the terminal: nothing is known of it any more.
    pub fn forget(&mut self) {
        let out = self.take();
        *self = Self::default();
        self.pen.out = out;
        self.pen.out.extend_from_slice(b"\x1b[m");
    }

    /// Paints the changes of one line, from left to right.
    fn paint_line(&mut self, y: u16, changes: &[(u16, &Cell)]) {
        let (Some(&(first, _)), Some(&(last, _))) = (changes.first(), changes.last()) else {
            return;
        };
        let mut updates: Vec<CellUpdate<'_>> =
            (first..=last).map(|x| CellUpdate::Keep(self.picture.cell(x, y))).collect();
        for (x, cell) in changes {
            updates[usize::from(x - first)] = CellUpdate::Change(cell);
        }
        let mut at = 0;
        while let Some(gap) = updates[at..].iter().position(CellUpdate::is_change) {
            let to = Position { x: first + (at + gap) as u16, y };
            cross(&mut self.pen, &updates[at..], gap, to);
            at += gap;
            let rest = &updates[at..];
            let Some(cell) = rest[0].cell() else { break };
            let next = next_ink(rest);
            let blanks = worth_erasing(rest);
            if blanks > 0 {
                self.pen.erase(cell, blanks, next);
                at += blanks;
            } else {
                self.pen.write(cell, next);
                at += 1;
            }
        }
    }
}

/// Gets to the change behind a gap: over it, or by writing again what stands in it.
fn cross(pen: &mut Pen, updates: &[CellUpdate<'_>], gap: usize, to: Position) {
    let (between, change) = (&updates[..gap], updates[gap].cell());
    let reached = pen.at.is_some_and(|at| at.y == to.y && at.x + gap as u16 == to.x);
    let cells: Option<Vec<&Cell>> = between.iter().map(CellUpdate::cell).collect();
    if let (true, 1..=LONGEST_GAP, Some(cells), Some(change)) = (reached, gap, cells, change) {
        let next = next_ink(&updates[gap..]);
        let mut jumping = pen.trial();
        jumping.go(to);
        jumping.dress_for(change, next);
        let mut writing = pen.trial();
        for (at, cell) in cells.iter().enumerate() {
            writing.write(cell, next_ink(&updates[at..]));
        }
        writing.dress_for(change, next);
        if writing.out.len() <= jumping.out.len() {
            for (at, cell) in cells.iter().enumerate() {
                pen.write(cell, next_ink(&updates[at..]));
            }
            return;
        }
    }
    pen.go(to);
}

/// The style of the first cell that is more than a blank.
fn next_ink(updates: &[CellUpdate<'_>]) -> Option<Style> {
    let cells = updates.iter().map_while(CellUpdate::cell);
    cells.into_iter().find(|cell| !is_blank(cell)).map(Style::of)
}

/// How many blanks from here on cost less to erase than to write; 0 where there are none.
fn worth_erasing(updates: &[CellUpdate<'_>]) -> usize {
    let erasable = |update: &&CellUpdate<'_>| update.cell().is_some_and(is_erasable);
    let run = updates.iter().take_while(erasable).count();
    let Some(last) = updates[..run].iter().rposition(CellUpdate::is_change) else { return 0 };
    let count = last + 1;
    let follows = updates[count..].iter().position(CellUpdate::is_change);
    let move_over = |cells: usize| follows.map_or(0, |gap| sequence_len(gap + cells));
    if sequence_len(count) + move_over(count) < count + move_over(0) { count } else { 0 }
}

impl Backend for Painter {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let cells: Vec<(u16, u16, &Cell)> = content.collect();
        let in_line = |a: &(u16, u16, &Cell), b: &(u16, u16, &Cell)| a.1 == b.1 && a.0 < b.0;
        for group in cells.chunk_by(in_line) {
            let y = group[0].1;
            let changes = self.picture.changes(y, group);
            self.paint_line(y, &changes);
            self.picture.remember(y, &changes);
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.shown.replace(false) != Some(false) {
            self.pen.out.extend_from_slice(b"\x1b[?25l");
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.shown.replace(true) != Some(true) {
            self.pen.out.extend_from_slice(b"\x1b[?25h");
        }
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        // Never asked of the terminal: the thread that reads keys would swallow the answer.
        Ok(self.pen.at.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.pen.go(position.into());
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.pen.dress(Style::default());
        self.pen.out.extend_from_slice(match region {
            ClearType::All => b"\x1b[2J".as_slice(),
            ClearType::AfterCursor => b"\x1b[J",
            ClearType::BeforeCursor => b"\x1b[1J",
            ClearType::CurrentLine => b"\x1b[2K",
            ClearType::UntilNewLine => b"\x1b[K",
        });
        self.pen.at = None;
        self.picture = match region {
            ClearType::All => Picture::blank(),
            _ => Picture::default(),
        };
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        let (width, height) = super::size::size()?;
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
    use ratatui::style::{Color, Modifier, Style as CellStyle};

    const WIDTH: u16 = 30;
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
        let text = prop::sample::select(
            &["a", "hello", "          ", "▁▂▃", "x y z", "日本", "h  lo     a"][..],
        );
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
                        prop_assert_eq!(shown.bgcolor(), vt_color(wanted.bg));
                        // On a blank, ink is only to be seen in lines, or reversed.
                        if text != " " || shown.inverse() || shown.underline() {
                            prop_assert_eq!(shown.fgcolor(), vt_color(wanted.fg));
                            prop_assert_eq!(shown.bold(), wanted.modifier.contains(Modifier::BOLD));
                        }
                        prop_assert_eq!(shown.inverse(), wanted.modifier.contains(Modifier::REVERSED));
                        prop_assert_eq!(shown.underline(), wanted.modifier.contains(Modifier::UNDERLINED));
                    }
                }
                before = now;
            }
        }
    }

    /// What is written for the second of two screens that each show some texts.
    fn written(before: &[(u16, u16, &str)], after: &[(u16, u16, &str)]) -> String {
        let screen = |puts: &[(u16, u16, &str)]| {
            let plain = |put: &(u16, u16, &str)| (put.0, put.1, put.2.to_owned(), CellStyle::new());
            paint(&puts.iter().map(plain).collect::<Vec<_>>())
        };
        let (before, after) = (screen(before), screen(after));
        let mut painter = Painter::default();
        painter.clear().expect("collects");
        painter.draw(paint(&[]).diff(&before).into_iter()).expect("collects");
        painter.take();
        painter.pen.at = None;
        painter.draw(before.diff(&after).into_iter()).expect("collects");
        String::from_utf8(painter.take()).expect("text")
    }

    #[test]
    fn a_short_gap_is_written_again_and_a_long_one_jumped_over() {
        let is = written(&[(0, 0, "one of ten")], &[(0, 0, "two of six")]);
        assert_eq!(is, "\x1b[1;1Htwo of six");
        let is = written(&[(0, 0, "one of a hundred")], &[(0, 0, "two of a hundreds")]);
        assert_eq!(is, "\x1b[1;1Htwo\x1b[13Cs");
    }

    #[test]
    fn many_blanks_are_erased() {
        let is = written(&[(0, 0, "something longer")], &[(0, 0, "something")]);
        assert_eq!(is, "\x1b[1;11H\x1b[6X");
        let is = written(&[(0, 0, "a record here, and one")], &[(21, 0, "x")]);
        assert_eq!(is, "\x1b[1;1H\x1b[21X\x1b[21Cx");
    }

    #[test]
    fn the_next_line_is_one_line_feed_away() {
        let is = written(&[(4, 0, "one"), (4, 1, "two")], &[(4, 0, "six"), (4, 1, "new")]);
        assert_eq!(is, "\x1b[1;5Hsix\n\x1b[5Gnew");
        let is = written(&[], &[(4, 0, "six"), (0, 1, "ten")]);
        assert_eq!(is, "\x1b[1;5Hsix\n\rten");
    }

    #[test]
    fn what_is_left_of_a_wide_character_is_painted_over() {
        let is = written(&[(3, 0, "日")], &[(2, 0, "日")]);
        assert_eq!(is, "\x1b[1;3H日\x1b[1;5H ");
    }

    #[test]
    fn a_blank_needs_no_color_of_its_own() {
        let red = CellStyle::new().fg(Color::Red);
        let now = paint(&[
            (0, 0, "a".to_owned(), red),
            (1, 0, " ".to_owned(), CellStyle::new()),
            (2, 0, "b".to_owned(), red),
        ]);
        let mut painter = Painter::default();
        let cells = [(0, 0, &now[(0, 0)]), (1, 0, &now[(1, 0)]), (2, 0, &now[(2, 0)])];
        painter.draw(cells.into_iter()).expect("collects");
        assert_eq!(String::from_utf8(painter.take()).expect("text"), "\x1b[1;1H\x1b[31ma b");
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
