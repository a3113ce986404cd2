//! The box a note is written in.
//! Never measures it: where it is, it says itself.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear};

use crate::app::App;
use crate::app::layers::note::Note;
use crate::app::layout::inside;
use crate::app::panes::list::{Times, cell};
use crate::record::field::Field;
use crate::text::{clean, fit};
use crate::ui::text::piece;
use crate::ui::theme::{ASCII_BORDER, Theme};

/// Paints the note that is being written.
pub fn draw(app: &App, note: &Note, theme: &Theme, frame: &mut Frame<'_>) {
    let area = Note::area(&app.screen.layout);
    if area.width < 8 || area.height < 3 {
        return;
    }
    let times = Times { seconds: true, ..app.times() };
    let about = |field| cell(&app.data.store, note.row, field, times, usize::MAX);
    let title = format!(
        " Note: {} {} {} ",
        about(Field::TIME),
        about(Field::ACTIVITY),
        about(Field::TARGET)
    );
    let title = fit(&clean(&title), usize::from(area.width) - 4).0.into_owned();
    let mut block =
        Block::bordered().border_style(theme.focus).title(Line::styled(title, theme.focus));
    if theme.ascii {
        block = block.border_set(ASCII_BORDER);
    }
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    line_edit(note.input.value(), note.input.cursor(), theme, frame, inside(area));
}

/// Paints a line of text that is being edited, with the caret (a number of characters) in sight.
pub fn line_edit(text: &str, caret: usize, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let room = usize::from(area.width).saturating_sub(1);
    let width = |c: char| fit(&clean(c.encode_utf8(&mut [0; 4])), usize::MAX).1;
    let chars: Vec<char> = text.chars().collect();
    let caret = caret.min(chars.len());
    let (mut from, mut before) = (caret, 0);
    while from > 0 && before + width(chars[from - 1]) <= room {
        from -= 1;
        before += width(chars[from]);
    }
    let shown: String = chars[from..].iter().collect();
    let (span, _) = piece(&shown, usize::from(area.width), theme.strong);
    frame.render_widget(Line::from(span), Rect { height: 1, ..area });
    let x = area.x.saturating_add(before as u16).min(area.right().saturating_sub(1));
    frame.set_cursor_position(Position::new(x, area.y));
}
