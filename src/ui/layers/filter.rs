//! The filter line with its caret and mistakes, and the suggestions above it.
//! Never parses; mistakes and suggestions come with the state.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear};
use unicode_width::UnicodeWidthStr;

use crate::app::App;
use crate::app::action::Action;
use crate::app::layout::inside;
use crate::query::suggest::{Suggestion, SuggestionKind};
use crate::text::{clean, fit, thousands};
use crate::ui::text::{marked, piece};
use crate::ui::theme::{ASCII_BORDER, Theme};

/// Paints the filter line and what can be typed.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let area = app.screen.layout.filter;
    if area.is_empty() {
        return;
    }
    let filter = &app.filter;
    let (text, is_typed) = (filter.text(), app.layers.types_filter());
    let width = usize::from(area.width);
    if text.is_empty() && !is_typed {
        let key = app.keymap.spoken(Action::Filter);
        let hint = format!(" {key} to filter: words, actor:mallory, result=failure …");
        let (span, _) = piece(&hint, width, theme.muted);
        frame.render_widget(Line::from(span), area);
        return;
    }
    let style = if is_typed { theme.strong } else { theme.plain };
    let mut spans = vec![Span::styled(" / ", theme.key)];
    // Characters before the caret that have to scroll out to the left.
    let room = room(app);
    let skip = if is_typed { chars_to_skip(text, filter.caret(), room) } else { 0 };
    let error = filter.error.as_ref().filter(|error| !error.incomplete);
    for (at, c) in text.char_indices().skip(skip) {
        let wrong = error.is_some_and(|error| error.span.contains(&at));
        let of = if wrong { theme.bad.add_modifier(Modifier::UNDERLINED) } else { style };
        let shown = clean(c.encode_utf8(&mut [0; 4])).into_owned();
        match spans.last_mut() {
            Some(last) if spans_same(last, of) => last.content.to_mut().push_str(&shown),
            _ => spans.push(Span::styled(shown, of)),
        }
    }
    frame.render_widget(Line::from(spans), area);
}

/// Cells of the line for the text, without the sign in front and the room for the caret behind.
fn room(app: &App) -> usize {
    usize::from(app.screen.layout.filter.width).saturating_sub(4)
}

/// Paints what is seen of the line only while it is typed in: the caret and the suggestions.
pub fn draw_typing(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let (filter, area) = (&app.filter, app.screen.layout.filter);
    if area.is_empty() {
        return;
    }
    let (text, room) = (filter.text(), room(app));
    let skip = chars_to_skip(text, filter.caret(), room);
    let before: String = text[..filter.caret()].chars().skip(skip).collect();
    let x = area.x + 3 + (clean(&before).width().min(room) as u16);
    frame.set_cursor_position(Position::new(x.min(area.right().saturating_sub(1)), area.y));
    draw_suggestions(app, theme, frame);
}

fn spans_same(span: &Span<'_>, style: ratatui::style::Style) -> bool {
    span.style == style && span.content != " / "
}

fn chars_to_skip(text: &str, caret: usize, room: usize) -> usize {
    let before: Vec<char> = text[..caret].chars().collect();
    let mut width = 0;
    for (kept, c) in before.iter().rev().enumerate() {
        width += clean(c.encode_utf8(&mut [0; 4])).width();
        if width > room {
            return before.len() - kept;
        }
    }
    0
}

fn draw_suggestions(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let filter = &app.filter;
    let items = &filter.suggestions.items;
    let area = filter.suggestions_area(&app.screen.layout);
    if area.is_empty() {
        return;
    }
    frame.render_widget(Clear, area);
    let mut block = Block::bordered().border_style(theme.border);
    if theme.ascii {
        block = block.border_set(ASCII_BORDER);
    }
    frame.render_widget(block, area);
    let area = inside(area);
    for (at, place) in filter.viewport.visible().take(usize::from(area.height)).enumerate() {
        let Some(item) = items.get(place) else { break };
        let mut painted = suggestion(item, usize::from(area.width), theme);
        if filter.picked == Some(place) {
            painted = painted.patch_style(theme.cursor);
        }
        frame.render_widget(painted, Rect { y: area.y + at as u16, height: 1, ..area });
    }
}

fn suggestion(item: &Suggestion, width: usize, theme: &Theme) -> Line<'static> {
    // The note of a value says its number of records already.
    let count = item.count.filter(|_| item.kind != SuggestionKind::Value);
    let count = count.map(|count| format!(" {}", thousands(count))).unwrap_or_default();
    let label_room = width.saturating_sub(count.len()).min(width * 6 / 10).max(12).min(width);
    let label = clean(&item.label);
    let (label, used) = fit(&label, label_room);
    let mut spans = marked(&label, &item.matched, theme.plain, theme.found);
    let room = width.saturating_sub(used + count.len() + 2);
    let (note, note_width) = piece(&item.note, room, theme.muted);
    spans.push(Span::raw("  "));
    spans.push(note);
    spans.push(Span::raw(" ".repeat(room.saturating_sub(note_width))));
    spans.push(Span::styled(count, theme.count));
    Line::from(spans)
}
