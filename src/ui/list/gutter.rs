//! The narrow column in front of the records: what was noticed about each.
//! Never wider than what there is to show in this session, and nothing where there is nothing.

use ratatui::text::Span;

use super::super::theme::Theme;
use crate::app::App;
use crate::store::RowId;

/// Cells it takes, the space behind it included.
pub fn width(app: &App) -> usize {
    if app.arrived() > 0 || !app.watch.is_empty() { 2 } else { 0 }
}

/// What stands in front of a record.
pub fn cells(app: &App, theme: &Theme, row: RowId) -> Vec<Span<'static>> {
    match width(app) {
        0 => Vec::new(),
        _ if app.watch.has(&app.store, row) => {
            vec![Span::styled(if theme.ascii { "* " } else { "★ " }, theme.warning)]
        }
        _ if app.following.has_brought(row) => vec![Span::styled("+ ", theme.new)],
        _ => vec![Span::raw("  ")],
    }
}
