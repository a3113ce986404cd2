//! A box with items to choose from.
//! Never measures it: where it is, it says itself.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear};

use crate::app::App;
use crate::app::layers::menu::{Item, Letters, Menu, Said};
use crate::app::layout::inside;
use crate::text::wrap::wrapped;
use crate::text::{clean, fit};
use crate::ui::ascii;
use crate::ui::panes::timeline::spark;
use crate::ui::text::{cell, piece};
use crate::ui::theme::{ASCII_BORDER, Theme};

/// Paints a box.
pub fn draw(app: &App, menu: &Menu, theme: &Theme, frame: &mut Frame<'_>) {
    let layout = &app.screen.layout;
    let (lines, note) = (menu.lines(), menu.note_lines(layout));
    let area = menu.area(layout);
    if area.width < 4 || area.height < 3 {
        return;
    }
    frame.render_widget(Clear, area);
    let heading = menu.title.text(menu.fitting());
    let heading = if theme.ascii { ascii::title(&heading) } else { heading };
    let mut block = Block::bordered().border_style(theme.focus).title(Line::styled(
        fit(&clean(&heading), usize::from(area.width) - 4).0.into_owned(),
        theme.focus,
    ));
    if theme.ascii {
        block = block.border_set(ASCII_BORDER);
    }
    frame.render_widget(block, area);
    let area = inside(area);
    let mut top = 0;
    if menu.rules.letters == Letters::Narrow {
        let (span, used) =
            piece(menu.typed(), usize::from(area.width).saturating_sub(4), theme.strong);
        let line = Line::from(vec![Span::styled("> ", theme.key), span]);
        frame.render_widget(line, Rect { height: 1, ..area });
        let x = area.x + 2 + used as u16;
        frame.set_cursor_position(Position::new(x.min(area.right().saturating_sub(1)), area.y));
        top = 1;
    }
    // Some items stay in sight, whatever is to be said of one.
    let room = area.height.saturating_sub(top + lines.min(FEWEST_ITEMS));
    let is_low = app.screen.layout.screen.height <= LOW_SCREEN;
    let note = if is_low && !is_all_said(menu) { 0 } else { note.min(room.max(1)) };
    let height = area.height.saturating_sub(top + note);
    draw_items(menu, theme, frame, Rect { y: area.y + top, height, ..area });
    if let Some(item) = menu.current().filter(|_| note > 0) {
        let area = Rect { y: area.bottom() - note, height: note, ..area };
        let text = clean(&item.in_full()).into_owned();
        draw_said(&wrapped(&text, usize::from(area.width)), menu.said, theme, frame, area);
    }
}

/// Is what is said of an item all there is to it? Then it is shown on every screen.
fn is_all_said(menu: &Menu) -> bool {
    menu.rules.said != Said::Little || menu.is_all_labels()
}

/// What is to be said of an item, from a line on; where it does not fit, how to read on.
fn draw_said(lines: &[&str], from: usize, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let height = usize::from(area.height);
    let from = from.min(lines.len().saturating_sub(height.max(2) - 1));
    let left = lines.len() - from.min(lines.len());
    let shown = if left > height { height - 1 } else { left };
    for (at, line) in lines[from..from + shown].iter().enumerate() {
        let area = Rect { y: area.y + at as u16, height: 1, ..area };
        frame.render_widget(Line::styled(*line, theme.plain), area);
    }
    if left > height {
        let dots = if theme.ascii { "..." } else { "…" };
        let more = format!("{dots} {} more lines: shift and down", left - shown);
        let area = Rect { y: area.bottom() - 1, height: 1, ..area };
        frame.render_widget(Line::styled(more, theme.muted), area);
    }
}

/// On a screen of so many lines all of a box is for its items.
const LOW_SCREEN: u16 = 12;
/// Lines of items that are left where more is to be said of one than there is room for.
const FEWEST_ITEMS: u16 = 5;
/// Items that are looked at to find how much there is to be said.
const MEASURED: usize = 100;

/// Steps found and missing, for terminals without dots.
fn dots(key: &str) -> String {
    key.replace('●', "*").replace('○', "o")
}

fn note_of(item: &Item) -> String {
    match &item.disabled {
        Some(why) => format!("({why}) {}", item.note),
        None => item.note.clone(),
    }
}

/// Cells that what follows labels leaves for them, where it is short.
fn left_by_notes(menu: &Menu, width: usize, key_width: usize) -> usize {
    let note = |item: &Item| {
        item.spark.as_ref().map_or(0, |numbers| numbers.len() + 1) + fit(&note_of(item), width).1
    };
    let notes = menu.items.iter().take(MEASURED).map(note).max().unwrap_or(0);
    width.saturating_sub(key_width + notes + 2)
}

fn draw_items(menu: &Menu, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let width = usize::from(area.width);
    let widest = |of: &dyn Fn(&Item) -> &str| {
        menu.items.iter().map(|item| fit(of(item), 60).1).max().unwrap_or(0)
    };
    let key_width = widest(&|item| &item.key).min(width / 4);
    let is_all = menu.rules.said != Said::Little;
    let label_width = if is_all || menu.items.iter().all(|item| item.note.is_empty()) {
        width.saturating_sub(key_width + 2)
    } else {
        widest(&|item| &item.label).min((width / 3).max(left_by_notes(menu, width, key_width)))
    };
    if menu.shown.is_empty() {
        frame.render_widget(Line::styled("nothing fits", theme.muted), Rect { height: 1, ..area });
    }
    for (at, place) in menu.viewport.visible().take(usize::from(area.height)).enumerate() {
        let Some(&index) = menu.shown.get(place) else { break };
        let item = &menu.items[index];
        let style = if item.disabled.is_some() { theme.muted } else { theme.plain };
        let switch = match item.on {
            Some(true) => "[x] ",
            Some(false) => "[ ] ",
            None => "",
        };
        let mut spans = vec![Span::styled(switch, style)];
        if key_width > 0 {
            let key = if theme.ascii { dots(&item.key) } else { item.key.clone() };
            spans.push(cell(&key, key_width, theme.key));
            spans.push(Span::raw(" "));
        }
        spans.push(cell(&item.label, label_width, style));
        let room = width.saturating_sub(switch.len() + key_width + label_width + 2);
        spans.push(Span::raw(" "));
        let mut room = room;
        if let Some(numbers) = &item.spark {
            let spark = spark(numbers, theme);
            room = room.saturating_sub(numbers.len() + 1);
            spans.push(Span::styled(format!("{spark} "), theme.count));
        }
        spans.push(piece(&note_of(item), room, theme.muted).0);
        let mut line = Line::from(spans);
        if place == menu.viewport.cursor() {
            line = line.patch_style(theme.cursor);
        }
        frame.render_widget(line, Rect { y: area.y + at as u16, height: 1, ..area });
    }
}
