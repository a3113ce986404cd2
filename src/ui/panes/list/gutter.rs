//! The narrow column in front of the records: how each is rated, and what was noticed about it.
//! Never wider than what there is to show in this session.

use ratatui::text::Span;

use crate::app::App;
use crate::app::panes::folding::Fold;
use crate::record::risk::Level;
use crate::store::RowId;
use crate::ui::theme::Theme;

/// Cells it takes: one for the level of risk, one in front of it where there is something to notice.
pub fn width(app: &App) -> usize {
    1 + usize::from(notices(app))
}

fn notices(app: &App) -> bool {
    let has_marks = !app.data.store.marks().is_empty() || app.marking.range.is_some();
    app.data.arrived() > 0 || has_marks || !app.preferences.watch.is_empty()
}

/// What stands in front of a record: that it has a note, that it is marked (of a folded operation:
/// that some of its records are, or all), that a range begins at it, that somebody watched is in it, that it arrived after the load; the first of these. Then how
/// it is rated.
pub fn cells(
    app: &App,
    theme: &Theme,
    (line, row): (usize, RowId),
    risk: Option<Level>,
) -> Vec<Span<'static>> {
    // A mark is seen also where its record is folded away.
    let folded = matches!(app.panes.list.fold_of(line), Fold::Folded(_));
    let rows = if folded { app.panes.list.operation_of(line) } else { &[] };
    let marks = app.data.store.marks();
    let marked = rows.iter().take(MOST_LOOKED_AT).copied().filter(|row| marks.has(*row));
    let row = marked.max_by_key(|row| !marks.note(*row).is_empty()).unwrap_or(row);
    let is_part = marks.has(row) && !rows.iter().all(|row| marks.has(*row));
    let noticed = notices(app).then(|| match is_part && marks.note(row).is_empty() {
        true => Span::styled(if theme.ascii { "o" } else { "◐" }, theme.strong),
        false => noticed(app, theme, row),
    });
    let rated = match risk {
        Some(level) => Span::styled(theme.risk_glyph(level), theme.risk(level)),
        None => Span::raw(" "),
    };
    noticed.into_iter().chain([rated]).collect()
}

/// Records of an operation that are looked at to find a mark.
const MOST_LOOKED_AT: usize = 1_000;

fn noticed(app: &App, theme: &Theme, row: RowId) -> Span<'static> {
    let glyph = |plain, ascii| if theme.ascii { ascii } else { plain };
    match app.data.store.marks().get(row) {
        Some(mark) if !mark.note.is_empty() => Span::styled(glyph("✎", "n"), theme.strong),
        Some(_) => Span::styled(glyph("●", "m"), theme.strong),
        None if app.marking.range == Some(row) => Span::styled(glyph("▸", ">"), theme.key),
        None if app.preferences.watch.has(&app.data.store, row) => {
            Span::styled(glyph("★", "*"), theme.warning)
        }
        None if app.data.following.has_brought(row) => Span::styled("+", theme.new),
        None => Span::raw(" "),
    }
}
