//! The histogram strip: records over the whole period, cells with failures marked.
//! Never counts; the buckets come with the answer.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::theme::Theme;
use crate::app::App;
use crate::query::answer::Bucket;

const BARS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const ASCII_BARS: [&str; 9] = [" ", ".", ".", ":", ":", "|", "|", "#", "#"];

/// Paints the strip: bars of the square root of the counts, so that a storm leaves the rest visible.
/// Cells with failures are red and underlined; with two lines or more, failures have their own line.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let area = app.layout.timeline;
    let buckets = &app.answer.timeline;
    if area.is_empty() || buckets.is_empty() {
        return;
    }
    let own_line = area.height >= 2;
    let most = buckets.iter().map(|bucket| bucket.count).max().unwrap_or(0);
    let lines = if own_line { area.height - 1 } else { 1 };
    for line in 0..lines {
        let from_bottom = u32::from(lines - 1 - line);
        let spans: Vec<Span<'static>> = buckets
            .iter()
            .map(|bucket| {
                let eighths = height(bucket.count, most, u32::from(lines) * 8);
                let level = eighths.saturating_sub(from_bottom * 8).min(8) as usize;
                let failed = bucket.failures > 0 && !own_line;
                let style =
                    if failed { theme.bad.add_modifier(Modifier::UNDERLINED) } else { theme.count };
                Span::styled(bar(level, theme), style)
            })
            .collect();
        frame.render_widget(Line::from(spans), Rect { y: area.y + line, height: 1, ..area });
    }
    if own_line {
        draw_failures(buckets, theme, frame, Rect { y: area.bottom() - 1, height: 1, ..area });
    }
}

fn draw_failures(buckets: &[Bucket], theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let most = buckets.iter().map(|bucket| bucket.failures).max().unwrap_or(0);
    let spans: Vec<Span<'static>> = buckets
        .iter()
        .map(|bucket| {
            let level = height(bucket.failures, most, 8) as usize;
            Span::styled(bar(level, theme), theme.bad)
        })
        .collect();
    frame.render_widget(Line::from(spans), area);
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
