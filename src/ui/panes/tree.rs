//! The tree pane.
//! Never decides what is open or visible; it paints the lines of the window.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::action::{Action, Pane};
use crate::query::choice::Mark;
use crate::text::{clean, fit, thousands};
use crate::ui::border::border;
use crate::ui::text::{piece, searched};
use crate::ui::theme::Theme;

/// From this width on the tree tells how many records are rated.
const WIDE: usize = 30;

/// Paints the tree.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let tree = &app.panes.tree;
    let title = match app.layers.find(Pane::Tree) {
        Some(find) => format!("Find: {}▏", clean(find.input.value())),
        _ if !tree.find.is_empty() => format!("Services ({})", clean(&tree.find)),
        _ => "Services".to_owned(),
    };
    let note = match tree.choice.is_empty() {
        true => String::new(),
        false => format!("{} clears", app.keymap.spoken(Action::ClearChoice)),
    };
    let area = border(app, theme, frame, Pane::Tree, title, &note);
    let width = usize::from(area.width);
    if area.is_empty() {
        return;
    }
    if tree.viewport.is_empty() {
        let (span, _) = piece("nothing here", width, theme.muted);
        frame.render_widget(Line::from(span), Rect { height: 1, ..area });
    }
    for (at, (line, branch)) in tree.window().enumerate() {
        let fold = match (tree.has_children(branch), tree.shows_children(branch), theme.ascii) {
            (false, ..) => "  ",
            (true, true, false) => "▾ ",
            (true, false, false) => "▸ ",
            (true, true, true) => "- ",
            (true, false, true) => "+ ",
        };
        let own = tree.choice.mark(&branch.node);
        let mark = match (own, theme.ascii) {
            (Some(Mark::Included), false) => "●",
            (Some(Mark::Excluded), false) => "○",
            (Some(Mark::Included), true) => "+",
            (Some(Mark::Excluded), true) => "-",
            (None, _) => "",
        };
        let count = if app.data.store.is_empty() { String::new() } else { thousands(branch.count) };
        let excluded = tree.mark(branch) == Some(Mark::Excluded);
        let style =
            if !branch.seen || branch.count == 0 || excluded { theme.muted } else { theme.plain };
        let indent = branch.depth * 2;
        let unknown = if branch.known { "" } else { "?" };
        let mut front = format!("{}{fold}{mark}", " ".repeat(indent));
        front.push_str(unknown);
        let front_width = fit(&front, width).1;
        let count_width = count.len() + usize::from(!count.is_empty());
        // How many are rated is told where there is room for it.
        let badge = branch.highest.map_or_else(String::new, |level| match width {
            WIDE.. => format!(" {}{}", theme.risk_glyph(level), thousands(branch.rated)),
            _ => theme.risk_glyph(level).to_owned(),
        });
        let badge_width = fit(&badge, width).1;
        let room = width.saturating_sub(front_width + count_width + badge_width);
        let name = clean(&branch.name);
        let (name, used) = fit(&name, room);
        let mut spans = vec![Span::styled(front, style)];
        spans.extend(searched(&name, &tree.find, style, theme.found));
        spans.push(Span::styled(" ".repeat(room.saturating_sub(used)), style));
        if let Some(level) = branch.highest {
            spans.push(Span::styled(badge, theme.risk(level)));
        }
        if !count.is_empty() {
            let count_style = if branch.count == 0 { theme.muted } else { theme.count };
            spans.push(Span::styled(format!(" {count}"), count_style));
        }
        let mut line_text = Line::from(spans);
        if line == tree.viewport.cursor() {
            line_text = line_text.patch_style(cursor_style(app, theme));
        }
        let place = Rect { y: area.y + at as u16, height: 1, ..area };
        frame.render_widget(line_text, place);
    }
}

fn cursor_style(app: &App, theme: &Theme) -> ratatui::style::Style {
    let here = app.panes.focus == Pane::Tree && app.layers.menu().is_none();
    if here { theme.cursor } else { theme.cursor_elsewhere }
}
