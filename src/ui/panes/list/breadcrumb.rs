//! The way here, in the lower border of the list: `all › role › by mallory@…`.
//! Never wider than the border; what is further back is left out first.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::text::fit;
use crate::ui::theme::Theme;

/// Paints the names of the views on the way here.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let names = app.breadcrumb();
    let area = app.screen.layout.list;
    let room = usize::from(area.width.saturating_sub(4));
    if names.is_empty() || area.height < 2 || room < 8 {
        return;
    }
    let between = if theme.ascii { " > " } else { " › " };
    let more = if theme.ascii { "..." } else { "…" };
    let (now, mut used) = fit(names.last().map_or("", String::as_str), room - 6);
    let mut shown = vec![Span::styled(now.into_owned(), theme.strong)];
    for (at, name) in names.iter().enumerate().rev().skip(1) {
        let cells = fit(name, room).1 + 3;
        // What is left out is told, if there is more of it than this name.
        let rest = if at == 0 { 0 } else { 4 };
        if used + cells + rest + 2 > room {
            shown.insert(0, Span::styled(format!("{more}{between}"), theme.muted));
            break;
        }
        used += cells;
        shown.insert(0, Span::styled(format!("{name}{between}"), theme.muted));
    }
    shown.insert(0, Span::raw(" "));
    shown.push(Span::raw(" "));
    let line = Line::from(shown);
    let width = (line.width() as u16).min(area.width - 2);
    let place = Rect { x: area.x + 1, y: area.bottom() - 1, width, height: 1 };
    frame.render_widget(line, place);
}
