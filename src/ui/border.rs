//! The border of a pane, with its title and a note.
//! Never what is inside of it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType};

use super::theme::{ASCII_BORDER, Theme};
use crate::app::App;
use crate::app::action::Pane;

/// Paints a pane's border and returns its inside.
pub fn border(
    app: &App,
    theme: &Theme,
    frame: &mut Frame<'_>,
    pane: Pane,
    title: impl Into<Line<'static>>,
    note: &str,
) -> Rect {
    let area = app.screen.layout.pane(pane);
    if area.is_empty() {
        return Rect::default();
    }
    let focused = app.panes.focus == pane && app.layers.menu().is_none();
    let style = if focused { theme.focus } else { theme.border };
    let room = usize::from(area.width.saturating_sub(4));
    let mut used = 0;
    let mut pieces: Vec<Span<'static>> = Vec::new();
    for piece in title.into().spans {
        let (text, cells) = crate::text::fit(&piece.content, room - used);
        used += cells;
        pieces.push(Span::styled(text.into_owned(), style.patch(piece.style)));
    }
    let mut block = Block::bordered().border_style(style).title(Line::from(pieces));
    if theme.ascii {
        block = block.border_set(ASCII_BORDER);
    } else if focused {
        block = block.border_type(BorderType::Thick);
    }
    let room = room.saturating_sub(used + 1);
    let (note, cells) = crate::text::fit(note, room);
    if cells > 0 && (room > 3 || cells == 1) {
        let line = Line::styled(note.into_owned(), style).right_aligned();
        block = block.title(line);
    }
    frame.render_widget(block, area);
    app.screen.layout.inside(pane)
}
