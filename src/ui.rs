//! Painting: the state as it is, onto a frame.
//! Never writes to the state and never computes an answer; geometry comes from [`crate::app::layout`].
//!
//! ```text
//! status    what is loaded, how much, troubles, period and zone
//! timeline  records over time, failures marked
//! tree │ list
//!      │ detail          (three columns from 160 columns on; one pane below 60×15)
//! filter    the query
//! hints     keys that work now
//! ```

mod ascii;
mod detail;
mod exporting;
mod filter;
mod list;
mod marks;
mod overlay;
mod status;
mod text;
pub mod theme;
mod timeline;
mod tree;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType};

use crate::app::App;
use crate::app::action::Pane;
use theme::Theme;

/// Paints everything.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let layout = &app.screen.layout;
    if layout.screen != frame.area() {
        // The screen changed and the message about it is on its way.
        return;
    }
    status::draw(app, theme, frame);
    timeline::draw(app, theme, frame);
    tree::draw(app, theme, frame);
    list::draw(app, theme, frame);
    detail::draw(app, theme, frame);
    filter::draw(app, theme, frame);
    status::draw_hints(app, theme, frame);
    overlay::draw(app, theme, frame);
    marks::draw(app, theme, frame);
    exporting::draw(app, theme, frame);
    if theme.ascii {
        ascii::replace(frame.buffer_mut());
    }
}

/// Paints a pane's border and returns its inside.
fn border(
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
    let focused = app.panes.focus == pane && app.overlays.is_empty();
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
        block = block.border_set(theme::ASCII_BORDER);
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
