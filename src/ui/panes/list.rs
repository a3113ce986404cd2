//! The list pane: records, or activities.
//! Never looks at more rows than the window shows.

mod breadcrumb;
mod gutter;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::app::App;
use crate::app::action::{Action, Pane};
use crate::app::panes::activities::ActivityLine;
use crate::app::panes::folding::Fold;
use crate::app::panes::list::{self, ShownColumn, Times};
use crate::catalogue::catalogue;
use crate::query::answer::Sum;
use crate::record::Outcome;
use crate::source::Summary;
use crate::text::wrap::wrapped;
use crate::text::{clean, fit, fit_name, thousands};
use crate::ui::border::border;
use crate::ui::panes::timeline::spark;
use crate::ui::text::{cell, piece};
use crate::ui::theme::Theme;

/// Paints the list.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    if app.panes.show_activities {
        draw_activities(app, theme, frame);
    } else {
        draw_records(app, theme, frame);
    }
}

fn draw_records(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let arrow = match (app.panes.list.sort.descending, theme.ascii) {
        (true, false) => "▾",
        (false, false) => "▴",
        (true, true) => "v",
        (false, true) => "^",
    };
    let note = format!("{} {arrow}", app.panes.list.sort.field.name);
    let area = border(app, theme, frame, Pane::List, records_title(app, theme), &note);
    if area.is_empty() {
        return;
    }
    breadcrumb::draw(app, theme, frame);
    let gutter = if area.width > 8 { gutter::width(app) } else { 0 };
    let room = usize::from(area.width) - gutter;
    let times = Times { seconds: list::has_seconds(room), ..app.times() };
    let columns = app.panes.list.columns(room, times.years);
    // A cut title would be nothing but the sign that it is cut.
    let title = |column: &ShownColumn| if column.width < 4 { "" } else { column.field.title };
    let titles = columns.iter().map(|column| (title(column), column.width, theme.muted));
    line(
        frame,
        Rect { x: area.x + gutter as u16, width: area.width - gutter as u16, ..area },
        0,
        spans(titles),
    );
    if app.panes.list.rows.is_empty() {
        let lines = empty_lines(app).into_iter();
        let lines = lines.flat_map(|text| {
            let text = clean(&text);
            let lines = wrapped(&text, usize::from(area.width)).into_iter();
            lines.map(str::to_owned).collect::<Vec<_>>()
        });
        for (at, text) in lines.take(usize::from(area.height)).enumerate() {
            line(frame, area, at as u16 + 1, vec![Span::styled(text, theme.muted)]);
        }
    }
    for (at, place) in app.panes.list.viewport.visible().enumerate() {
        let Some(&row) = app.panes.list.rows.get(place) else { break };
        // A line that stands for several records says the worst of them.
        let fold = app.panes.list.fold_of(place);
        let sum = app.panes.list.sum_of(place).filter(|_| matches!(fold, Fold::Folded(_)));
        let outcome = sum.map_or_else(|| list::outcome(&app.data.store, row), |sum| sum.worst);
        let cells = columns.iter().map(|column| {
            let style = match (column.field.name, outcome) {
                ("result", Outcome::Success) => theme.good,
                ("result", Outcome::Failure | Outcome::Timeout) => theme.bad,
                ("time", _) => theme.muted,
                _ => theme.plain,
            };
            let text = list::cell(&app.data.store, row, column.field, times, column.width);
            let text = match column.field.name {
                "activity" => {
                    let room = column.width - folded("", fold, theme).width().min(column.width);
                    folded(&name_of(&text, room), fold, theme)
                }
                "result" => match list::sign_in_rows(&app.data.store, row) {
                    // The row that is seen is not the last one, and this is not how it ended.
                    Some(rows) if fold == Fold::Single && rows.ended != outcome => {
                        let glyph = |outcome| list::result_words(outcome).chars().next();
                        let [own, last] = [outcome, rows.ended].map(|o| glyph(o).unwrap_or(' '));
                        format!("{own} → {last}")
                    }
                    _ => result(outcome, sum, column.width),
                },
                "risk" if let Some(sum) = sum => {
                    sum.highest.map(|level| level.word().to_owned()).unwrap_or_default()
                }
                _ => text,
            };
            (text, column.width, style)
        });
        let mut text =
            under_cursor(app, theme, place == app.panes.list.viewport.cursor(), spans(cells));
        if gutter > 0 {
            let risk = sum.map_or_else(|| list::risk(&app.data.store, row), |sum| sum.highest);
            text.splice(0..0, gutter::cells(app, theme, (place, row), risk));
        }
        line(frame, area, at as u16 + 1, text);
    }
}

/// How many records there are, of how many, and how many are above those in sight.
fn records_title(app: &App, theme: &Theme) -> String {
    let all = app.data.store.len() as u64;
    let shown = app.panes.list.all_rows().len() as u64;
    let mut title = if let Some(operations) = app.panes.list.operations() {
        format!("Operations {} · records {}", thousands(operations as u64), thousands(shown))
    } else if shown == all {
        format!("Records {}", thousands(all))
    } else {
        format!("Records {} of {}", thousands(shown), thousands(all))
    };
    if let (of_sign_ins @ 1.., sign_ins) = app.panes.list.of_sign_ins {
        title = format!("{title} · {}", sign_in_words(of_sign_ins, sign_ins));
    }
    // While what is typed cannot be read, the rows are those of the filter before it.
    if app.filter.error.as_ref().is_some_and(|error| !error.incomplete) {
        let before = app.filter.query.to_string();
        let before = if before.is_empty() { "no filter".to_owned() } else { before };
        title = format!("{title}, still of {}", clean(&before));
    }
    let above = app.panes.list.viewport.visible().start;
    if above > 0 {
        let arrow = if theme.ascii { '^' } else { '↑' };
        title = format!("{title} {arrow}{}", thousands(above as u64));
    }
    title
}

/// The name of an activity in so many cells. Where others begin like what is left of it, it keeps its
/// end too.
fn name_of(activity: &str, width: usize) -> String {
    let name = clean(activity);
    let (cut, _) = fit(&name, width);
    let begin = cut.strip_suffix('…').filter(|begin| begin.len() < name.len());
    match begin.filter(|begin| catalogue().several_begin_with(begin)) {
        Some(_) => fit_name(&name, width).into_owned(),
        None => cut.into_owned(),
    }
}

/// How the record of a line ended; of several that are folded the worst, and of how many that is so.
fn result(outcome: Outcome, sum: Option<Sum>, width: usize) -> String {
    let words = list::result_words(outcome);
    if width < 4 {
        return list::result_glyph(outcome).to_owned();
    }
    let some = sum.filter(|sum| sum.failed > 0 && sum.failed < sum.count);
    let glyph = words.split(' ').next().unwrap_or_default();
    let share = some.map(|sum| format!("{glyph} {}/{}", sum.failed, sum.count));
    share.filter(|share| fit(share, usize::MAX).1 <= width).unwrap_or_else(|| words.to_owned())
}

/// How many records are rows of sign-ins.
fn sign_in_words(rows: usize, sign_ins: usize) -> String {
    match (rows, sign_ins) {
        (1, _) => "1 row of a sign-in".to_owned(),
        (rows, 1) => format!("{rows} rows of one sign-in"),
        (rows, sign_ins) => {
            format!("{} rows of {} sign-ins", thousands(rows as u64), thousands(sign_ins as u64))
        }
    }
}

/// The activity of a line, with what is folded in it.
fn folded(activity: &str, fold: Fold, theme: &Theme) -> String {
    let [closed, open, member] = if theme.ascii { ["+", "-", "|"] } else { ["▸", "▾", "│"] };
    match fold {
        Fold::Single => activity.to_owned(),
        Fold::Folded(count) => format!("{closed} {count} {activity}"),
        Fold::Unfolded(count) => format!("{open} {count} {activity}"),
        Fold::Member => format!("{member} {activity}"),
    }
}

/// What stands in a list without records: why there are none.
fn empty_lines(app: &App) -> Vec<String> {
    if app.data.loading.running || app.data.answering {
        return vec!["…".to_owned()];
    }
    if !app.data.store.is_empty() {
        let [filter, tree] =
            [Action::ClearFilter, Action::ClearChoice].map(|action| app.keymap.spoken(action));
        return vec![format!(
            "nothing matches: {filter} empties the filter, {tree} the tree's marks"
        )];
    }
    let mut lines = vec!["no records".to_owned()];
    lines.extend(app.data.loading.ended.as_ref().and_then(Summary::left_out));
    let troubles = &app.data.loading.troubles;
    // The first says most; those where something is lost come before those that are odd.
    let first = troubles.iter().find(|trouble| trouble.lost).or(troubles.first());
    lines.extend(first.map(|trouble| format!("! {trouble}")));
    if troubles.len() > 1 {
        let all = app.keymap.spoken(Action::Troubles);
        lines.push(format!("{} troubles: {all} lists them", thousands(troubles.len() as u64)));
    }
    lines
}

fn draw_activities(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let lines = &app.panes.activities.lines;
    let seen = lines.iter().filter(|line| line.count > 0).count();
    let title = if app.data.store.is_empty() {
        format!("Activities {} of the catalogue", thousands(lines.len() as u64))
    } else {
        format!("Activities {} seen", thousands(seen as u64))
    };
    let note = if app.data.store.is_empty() || app.panes.tree.unseen {
        String::new()
    } else {
        format!("{} shows the whole catalogue", app.keymap.spoken(Action::Unseen))
    };
    let area = border(app, theme, frame, Pane::List, title, &note);
    if area.is_empty() {
        return;
    }
    let seen = app.times().width();
    let widths = ActivityWidths::new(usize::from(area.width), app.data.store.is_empty(), seen);
    line(frame, area, 0, spans(widths.titles().into_iter().map(|(t, w)| (t, w, theme.muted))));
    if lines.is_empty() {
        let clear = app.keymap.spoken(Action::ClearFilter);
        line(
            frame,
            area,
            1,
            vec![
                piece(
                    &format!("no activity fits; {clear} empties the filter"),
                    usize::from(area.width),
                    theme.muted,
                )
                .0,
            ],
        );
    }
    for (at, place) in app.panes.activities.viewport.visible().enumerate() {
        let Some(activity) = lines.get(place) else { break };
        let cells = widths.cells(activity, app, theme);
        let text = under_cursor(
            app,
            theme,
            place == app.panes.activities.viewport.cursor(),
            spans(cells.into_iter()),
        );
        line(frame, area, at as u16 + 1, text);
    }
}

/// Widths of the columns of the list of activities; 0 where one is left out.
struct ActivityWidths {
    count: usize,
    spark: usize,
    seen: usize,
    name: usize,
    category: usize,
    service: usize,
}

impl ActivityWidths {
    fn new(width: usize, no_records: bool, seen: usize) -> Self {
        let mut widths = Self {
            count: if no_records { 0 } else { 8 },
            spark: if no_records || width < 50 { 0 } else { 8 },
            seen: if no_records || width < 70 { 0 } else { seen },
            name: 0,
            category: 0,
            service: 0,
        };
        let columns = [widths.count, widths.spark, widths.seen, widths.seen];
        let used: usize = columns.iter().filter(|w| **w > 0).map(|w| w + 1).sum();
        let room = width.saturating_sub(used);
        widths.category = if room >= 36 { (room / 4).min(26) } else { 0 };
        widths.service = if room >= 46 { (room / 4).min(28) } else { 0 };
        let beside =
            [widths.category, widths.service].iter().filter(|w| **w > 0).map(|w| w + 1).sum();
        widths.name = room.saturating_sub(beside);
        widths
    }

    fn titles(&self) -> Vec<(&'static str, usize)> {
        let all = [
            ("   Count", self.count),
            ("Activity", self.name),
            ("Category", self.category),
            ("Service", self.service),
            ("When", self.spark),
            ("First", self.seen),
            ("Last", self.seen),
        ];
        all.into_iter().filter(|(_, width)| *width > 0).collect()
    }

    fn cells(&self, line: &ActivityLine, app: &App, theme: &Theme) -> Vec<(String, usize, Style)> {
        let style =
            if line.count == 0 && !app.data.store.is_empty() { theme.muted } else { theme.plain };
        let times = app.times();
        let time = |time| times.text(time);
        let (first, last) = line.seen.map_or_else(Default::default, |(a, b)| (time(a), time(b)));
        let unknown = if line.known { "" } else { "? " };
        let count = if line.count == 0 { "–".to_owned() } else { thousands(line.count) };
        let all = [
            (format!("{count:>8}"), self.count, theme.count),
            (format!("{unknown}{}", line.name), self.name, style),
            (line.category.clone(), self.category, style),
            (line.service.clone(), self.service, style),
            (spark(&line.spark, theme), self.spark, theme.count),
            (first, self.seen, theme.muted),
            (last, self.seen, theme.muted),
        ];
        all.into_iter().filter(|(_, width, _)| *width > 0).collect()
    }
}

fn spans<T: AsRef<str>>(cells: impl Iterator<Item = (T, usize, Style)>) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    for (index, (text, width, style)) in cells.enumerate() {
        if index > 0 {
            spans.push(Span::raw(" "));
        }
        spans.push(cell(text.as_ref(), width, style));
    }
    spans
}

/// The bar under the cursor covers whole columns, and this part of the line at least: each step of
/// the cursor paints two bars anew.
const BAR: usize = 4;

fn under_cursor(
    app: &App,
    theme: &Theme,
    is_cursor: bool,
    spans: Vec<Span<'static>>,
) -> Vec<Span<'static>> {
    if !is_cursor {
        return spans;
    }
    let here = app.panes.focus == Pane::List && app.layers.menu().is_none();
    let style = if here { theme.cursor } else { theme.cursor_elsewhere };
    let least = spans.iter().map(Span::width).sum::<usize>() / BAR;
    let mut covered = 0;
    let bar = |span: Span<'static>| {
        let is_covered = covered < least;
        covered += span.width();
        match (is_covered, here) {
            // A bar of one colour: what others say, words say too.
            (true, true) => Span::styled(span.content, style),
            (true, false) => span.patch_style(style),
            (false, _) => span,
        }
    };
    spans.into_iter().map(bar).collect()
}

fn line(frame: &mut Frame<'_>, area: Rect, at: u16, spans: Vec<Span<'static>>) {
    if at < area.height {
        frame.render_widget(Line::from(spans), Rect { y: area.y + at, height: 1, ..area });
    }
}
