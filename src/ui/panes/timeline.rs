//! The histogram strip: records over time, failures marked, nights and weekends shaded.
//! Never counts; the buckets come with the answer.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::action::Pane;
use crate::record::risk::Level;
use crate::ui::theme::Theme;

const BARS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const ASCII_BARS: [&str; 9] = [" ", ".", ".", ":", ":", "|", "|", "#", "#"];

/// Paints the strip: bars of the square root of the counts, so that a storm leaves the rest visible.
/// Cells with failures are underlined, those with records rated high or critical are bold and red; with
/// two lines or more, failures and the glyph of risk have their own line. A single line is never
/// reversed: a reversed bar looks like the room above it.
/// Cells without records show where they are; those after hours are shaded.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let area = app.screen.layout.timeline;
    let buckets = &app.data.answer.timeline;
    if area.is_empty() || buckets.is_empty() {
        return;
    }
    let strip = Strip::new(app, theme);
    let own_line = area.height >= 2;
    let most = buckets.iter().map(|bucket| bucket.count).max().unwrap_or(0);
    let lines = if own_line { area.height - 1 } else { 1 };
    for line in 0..lines {
        let from_bottom = u32::from(lines - 1 - line);
        let cells = buckets.iter().enumerate().map(|(at, bucket)| {
            let eighths = height(bucket.count, most, u32::from(lines) * 8);
            let level = eighths.saturating_sub(from_bottom * 8).min(8) as usize;
            let is_ground = from_bottom == 0 && bucket.count == 0;
            let text = if is_ground { strip.empty } else { bar(level, theme) };
            let style = match (own_line, bucket.risky) {
                (false, 1..) => theme.risk(Level::High),
                _ => theme.count,
            };
            let style = match (own_line, bucket.failures) {
                (false, 1..) => style.add_modifier(Modifier::UNDERLINED),
                _ => style,
            };
            strip.cell(at, text, style)
        });
        paint(cells, frame, Rect { y: area.y + line, height: 1, ..area });
    }
    if own_line {
        let most = buckets.iter().map(|bucket| bucket.failures).max().unwrap_or(0);
        let cells = buckets.iter().enumerate().map(|(at, bucket)| match bucket.risky {
            0 => strip.cell(at, bar(height(bucket.failures, most, 8) as usize, theme), theme.bad),
            _ => strip.cell(at, theme.risk_glyph(Level::High), theme.risk(Level::High)),
        });
        paint(cells, frame, Rect { y: area.bottom() - 1, height: 1, ..area });
    }
}

/// What decides how the cells of a strip look besides their height.
struct Strip<'a> {
    app: &'a App,
    theme: &'a Theme,
    cursor: Option<usize>,
    brushed: Option<(usize, usize)>,
    empty: &'static str,
    /// What stands for the cell under the cursor, where it is not reversed.
    pointer: Option<&'static str>,
}

impl<'a> Strip<'a> {
    fn new(app: &'a App, theme: &'a Theme) -> Self {
        let axis = app.data.answer.axis.filter(|_| app.panes.focus == Pane::Timeline);
        let cursor = axis.and_then(|axis| app.panes.timeline.cursor(&axis));
        let brushed = axis.and_then(|axis| app.panes.timeline.brushed(&axis));
        let empty = if theme.ascii { "_" } else { "·" };
        let is_single = app.screen.layout.timeline.height < 2;
        let pointer = is_single.then_some(if theme.ascii { "V" } else { "▼" });
        Self { app, theme, cursor, brushed, empty, pointer }
    }

    fn cell(&self, at: usize, text: &'static str, style: Style) -> Span<'static> {
        let is_empty = text == self.empty;
        let mut style = if is_empty { self.theme.muted } else { style };
        let mut text = text;
        if self.app.panes.timeline.is_after_hours(at) {
            style = style.patch(self.theme.after_hours);
            // Working hours without records are what stands out.
            text = if is_empty { " " } else { text };
        }
        if self.brushed.is_some_and(|(first, last)| (first..=last).contains(&at)) {
            style = style.patch(self.theme.cursor_elsewhere);
        }
        match self.pointer.filter(|_| self.cursor == Some(at)) {
            Some(pointer) => return Span::styled(pointer, self.theme.key),
            None if self.cursor == Some(at) => style = style.patch(self.theme.cursor),
            None => {}
        }
        Span::styled(text, style)
    }
}

fn paint(cells: impl Iterator<Item = Span<'static>>, frame: &mut Frame<'_>, area: Rect) {
    frame.render_widget(Line::from(cells.collect::<Vec<_>>()), area);
}

/// Height of a bar in steps: 0 for nothing, at least 1 for anything.
fn height(count: u32, most: u32, steps: u32) -> u32 {
    if count == 0 {
        return 0;
    }
    let share = f64::from(count).sqrt() / f64::from(most.max(1)).sqrt();
    ((share * f64::from(steps)).round() as u32).clamp(1, steps)
}

fn bar(level: usize, theme: &Theme) -> &'static str {
    if theme.ascii { ASCII_BARS[level] } else { BARS[level] }
}

/// A sparkline of a few numbers.
pub fn spark(numbers: &[u32], theme: &Theme) -> String {
    let most = numbers.iter().copied().max().unwrap_or(0);
    numbers.iter().map(|&number| bar(height(number, most, 8) as usize, theme)).collect()
}
