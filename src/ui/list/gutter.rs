//! The narrow column in front of the records: what was noticed about each.
//! Never wider than what there is to show in this session, and nothing where there is nothing.

use ratatui::text::Span;

use super::super::theme::Theme;
use crate::app::App;
use crate::store::RowId;

/// Cells it takes, the space behind it included.
pub fn width(app: &App) -> usize {
    let has_marks = !app.store.marks().is_empty() || app.marking.range.is_some();
    if app.arrived() > 0 || has_marks || !app.watch.is_empty() { 2 } else { 0 }
}

/// What stands in front of a record: that it has a note, that it is marked, that a range begins at
/// it, that somebody watched is in it, that it arrived after the load; the first of these.
pub fn cells(app: &App, theme: &Theme, row: RowId) -> Vec<Span<'static>> {
    if width(app) == 0 {
        return Vec::new();
    }
    let (noted, marked, begins) =
        if theme.ascii { ("n ", "m ", "> ") } else { ("✎ ", "● ", "▸ ") };
    let (text, style) = match app.store.marks().get(row) {
        Some(mark) if !mark.note.is_empty() => (noted, theme.strong),
        Some(_) => (marked, theme.strong),
        None if app.marking.range == Some(row) => (begins, theme.key),
        None if app.watch.has(&app.store, row) => {
            (if theme.ascii { "* " } else { "★ " }, theme.warning)
        }
        None if app.following.has_brought(row) => ("+ ", theme.new),
        None => ("  ", theme.plain),
    };
    vec![Span::styled(text, style)]
}
