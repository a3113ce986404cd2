//! The detail pane: lines that were laid out and cleaned before, painted.
//! Never reads the record.

use std::borrow::Cow;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::action::Pane;
use crate::app::panes::detail::Tone;
use crate::app::panes::list::risk_glyph;
use crate::text::clean;
use crate::ui::border::border;
use crate::ui::text::searched;
use crate::ui::theme::Theme;

/// A text with its glyph of risk as the theme draws it.
fn in_letters<'t>(tone: Tone, text: &'t str, theme: &Theme) -> Cow<'t, str> {
    match tone {
        Tone::Risk(level) if theme.ascii => {
            text.replace(risk_glyph(level, false), theme.risk_glyph(level)).into()
        }
        _ => text.into(),
    }
}

/// Paints the detail.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let detail = &app.panes.detail;
    let title: Line<'static> = match app.layers.find(Pane::Detail) {
        Some(find) => format!("Find: {}▏", clean(find.input.value())).into(),
        _ if !detail.find.is_empty() => format!("Detail ({})", clean(&detail.find)).into(),
        _ if detail.raw => "Detail: original".into(),
        _ if detail.related => "Detail: related".into(),
        _ => {
            let pieces = detail.glance.iter();
            let pieces = pieces.map(|(tone, text)| {
                Span::styled(in_letters(*tone, text, theme).into_owned(), theme.tone(*tone))
            });
            let between = (!detail.glance.is_empty()).then(|| Span::raw(" "));
            [Span::raw("Detail")].into_iter().chain(between).chain(pieces).collect()
        }
    };
    let count = detail.viewport.len();
    let note = match count > detail.viewport.height() {
        true if app.panes.focus == Pane::Detail => {
            format!("{}/{count}", detail.viewport.cursor() + 1)
        }
        // How much is not worth repainting for each record the cursor of the list goes by.
        true => if theme.ascii { "v" } else { "↓" }.to_owned(),
        false => String::new(),
    };
    let area = border(app, theme, frame, Pane::Detail, title, &note);
    if area.is_empty() {
        return;
    }
    let focused = app.panes.focus == Pane::Detail && app.layers.menu().is_none();
    for (at, place) in detail.viewport.visible().enumerate() {
        let Some(line) = detail.screen.get(place) else { break };
        let mut spans: Vec<Span<'static>> = Vec::new();
        for (tone, text) in &line.text {
            let text = &in_letters(*tone, text, theme);
            spans.extend(searched(text, &detail.find, theme.tone(*tone), theme.found));
        }
        let mut painted = Line::from(spans);
        if focused && place == detail.viewport.cursor() {
            painted = painted.patch_style(theme.cursor);
        }
        frame.render_widget(painted, Rect { y: area.y + at as u16, height: 1, ..area });
    }
}
