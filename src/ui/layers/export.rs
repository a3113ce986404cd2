//! The box that asks what to export.
//! Never measures it: where it is, it says itself.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line as Text, Span};
use ratatui::widgets::{Block, Clear};

use crate::app::App;
use crate::app::layers::export::{Form, Line};
use crate::app::layout::inside;
use crate::text::thousands;
use crate::ui::layers::note::line_edit;
use crate::ui::text::{cell, piece};
use crate::ui::theme::{ASCII_BORDER, Theme};

/// Cells of the names of lines.
const NAMES: u16 = 9;

/// Paints the box.
pub fn draw(app: &App, form: &Form, theme: &Theme, frame: &mut Frame<'_>) {
    let lines = form.lines();
    let area = form.area(&app.screen.layout);
    if area.width < 16 || area.height < 4 {
        return;
    }
    let mut block =
        Block::bordered().border_style(theme.focus).title(Text::styled(" Export ", theme.focus));
    if theme.ascii {
        block = block.border_set(ASCII_BORDER);
    }
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    let area = inside(area);
    let view = app.panes.list.all_rows().len();
    let marks = app.data.store.marks().len();
    for (at, line) in lines.into_iter().enumerate().take(usize::from(area.height)) {
        let place = Rect { y: area.y + at as u16, height: 1, ..area };
        let (name, value) = match line {
            Line::What if form.marks => (
                "What",
                format!(
                    "marked records, {} (view: {})",
                    thousands(marks as u64),
                    thousands(view as u64)
                ),
            ),
            Line::What => (
                "What",
                format!(
                    "the view, {} records (marked: {})",
                    thousands(view as u64),
                    thousands(marks as u64)
                ),
            ),
            Line::Format => ("Format", form.format.title().unwrap_or_default()),
            Line::Redact if form.redact => {
                ("Redact", "yes: pseudonyms; read notes and reasons before you send it".to_owned())
            }
            Line::Redact => ("Redact", "no: pseudonyms for names, ids, addresses".to_owned()),
            Line::Title => ("Title", form.title.value().to_owned()),
            Line::File => ("File", form.file.value().to_owned()),
        };
        let is_current = form.line == line;
        let style = if is_current { theme.cursor } else { theme.muted };
        let behind = Rect { x: place.x + NAMES, width: place.width.saturating_sub(NAMES), ..place };
        frame.render_widget(Text::from(cell(name, usize::from(NAMES) - 1, style)), place);
        let input = match line {
            Line::Title => Some(&form.title),
            Line::File => Some(&form.file),
            _ => None,
        };
        match input.filter(|_| is_current) {
            Some(input) => line_edit(input.value(), input.cursor(), theme, frame, behind),
            None => {
                let (span, _) = piece(&value, usize::from(behind.width), theme.strong);
                frame.render_widget(Text::from(span), behind);
            }
        }
    }
    let told = if form.exists {
        Span::styled("the file exists: Enter replaces it", theme.warning)
    } else {
        Span::styled("Enter writes it, readable by you only", theme.muted)
    };
    let last = Rect { y: area.bottom().saturating_sub(1), height: 1, ..area };
    frame.render_widget(Text::from(told), last);
}
