//! The first line (what is loaded) and the last (keys that work now).
//! Never more than one line each; what has no room is left out, the rarest first.

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::text::piece;
use super::theme::Theme;
use crate::app::App;
use crate::app::action::{ACTIONS, Action, Pane};
use crate::app::keymap::{Key, shown};
use crate::app::layers::Layer;
use crate::app::layers::menu::{Kind, Letters, Menu};
use crate::place::{Live, Pulling};
use crate::source::Summary;
use crate::text::{clean, fit, thousands};
use crate::time::Timestamp;

/// Cells of the name of a file in the first line.
const MOST_OF_NAME: usize = 24;

/// Paints what is loaded.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let area = app.screen.layout.status;
    if area.is_empty() {
        return;
    }
    let width = usize::from(area.width);
    let right = progress(app, theme);
    let right_width = fit(&right, width).1;
    let mut room = width.saturating_sub(right_width + 2);
    let mut spans = vec![Span::raw(" ")];
    for (index, (text, style)) in parts(app, theme).into_iter().enumerate() {
        let between = if index == 0 { "" } else { " · " };
        let (span, used) = piece(&text, room.saturating_sub(between.chars().count()), style);
        if used < 3 {
            break;
        }
        room = room.saturating_sub(used + between.chars().count());
        spans.push(Span::styled(between, theme.muted));
        spans.push(span);
        if room < 6 {
            break;
        }
    }
    frame.render_widget(Line::from(spans), area);
    frame.render_widget(Line::styled(right, theme.count).right_aligned(), area);
}

fn parts(app: &App, theme: &Theme) -> Vec<(String, Style)> {
    let loading = &app.data.loading;
    if loading.name.is_empty() {
        let catalogue = crate::catalogue::catalogue();
        let text = format!(
            "entrail · no records loaded · catalogue of {} activities, {}",
            thousands(catalogue.entries().len() as u64),
            catalogue.revision().dated
        );
        return vec![(text, theme.strong)];
    }
    let mut parts = vec![(loading.name.clone(), theme.strong)];
    // What is known of a running load is more than what was taken in of it.
    let known = if loading.running { loading.progress.records } else { 0 };
    let records = known.max(app.data.store.len() as u64);
    let noun = if records == 1 { "record" } else { "records" };
    parts.push((format!("{} {noun}", thousands(records)), theme.plain));
    if !loading.troubles.is_empty() {
        let lost = loading.troubles.iter().filter(|trouble| trouble.lost).count();
        let noun = if loading.troubles.len() == 1 { "trouble" } else { "troubles" };
        let mut text = format!("! {} {noun}", thousands(loading.troubles.len() as u64));
        if lost > 0 {
            text = format!("{text} ({})", app.keymap.spoken(Action::Troubles));
        }
        parts.push((text, theme.warning));
    }
    if app.marking.not_kept.is_some() {
        let troubles = app.keymap.spoken(Action::Troubles);
        parts.push((format!("! marks are not kept ({troubles})"), theme.warning));
    }
    if let Some(moved) = &app.marking.moved {
        let troubles = app.keymap.spoken(Action::Troubles);
        let name = clean(moved.name());
        let name = fit(&name, MOST_OF_NAME).0;
        parts.push((format!("! marks go to {name} ({troubles})"), theme.warning));
    }
    if loading.ended.as_ref().is_some_and(|summary| summary.cancelled) {
        let text = match loading.share() {
            Some(share) => format!("! stopped at {:.0}%", share * 100.0),
            None => "! stopped early".to_owned(),
        };
        parts.push((text, theme.warning));
    }
    if let Some((first, last)) = app.data.store.period() {
        let zone = &app.clock.zone;
        let year = |time| zone.format(time, "%Y");
        let end = if year(first) == year(last) { "%m-%d" } else { "%Y-%m-%d" };
        let [from, until] = [first, last].map(|time| zone.format(time, "%Y-%m-%d"));
        let text = match from == until {
            true => format!("{from} {}", zone.name()),
            false => format!("{from} → {} {}", zone.format(last, end), zone.name()),
        };
        parts.push((text, theme.plain));
    }
    if loading.progress.duplicates > 0 {
        let noun = if loading.progress.duplicates == 1 { "duplicate" } else { "duplicates" };
        let text = format!("{} {noun}", thousands(loading.progress.duplicates));
        parts.push((text, theme.muted));
    }
    if loading.ended.as_ref().is_some_and(|summary| summary.indexed) {
        parts.push(("from the index".to_owned(), theme.muted));
    }
    if let Some(left_out) = loading.ended.as_ref().and_then(Summary::left_out) {
        parts.push((left_out, theme.muted));
    }
    if let Some(words) = hidden_noise(app) {
        parts.push((words, theme.strong));
    }
    if let Some(words) = app.data.following_words(&app.clock) {
        parts.push((words, theme.strong));
    }
    if app.data.answer.unreadable > 0 {
        let text =
            format!("! {} records could not be read again", thousands(app.data.answer.unreadable));
        parts.push((text, theme.warning));
    }
    parts
}

/// How much noise is left out; `None` where it is shown.
fn hidden_noise(app: &App) -> Option<String> {
    let hidden = app.data.answer.hidden;
    let all = hidden + app.panes.list.all_rows().len() as u64;
    let share = hidden as f64 * 100.0 / all.max(1) as f64;
    app.filter.hides_noise.then(|| format!("{hidden} noise hidden ({share:.0}%)"))
}

fn progress(app: &App, theme: &Theme) -> String {
    let (full, empty) = if theme.ascii { ("#", ".") } else { ("▰", "▱") };
    if let Some(words) = app.layers.export().and_then(|form| form.going(&app.keymap)) {
        return words;
    }
    let is_read = app.data.loading.running || app.data.following.running;
    let pulling = app.data.loading.pulled_in_all().filter(|_| is_read);
    if let Some(live) = pulling.and_then(|pulling| pulling.live) {
        return flowing(live);
    }
    if app.data.loading.running {
        let rate = app.data.loading.progress.rate.map(rate).unwrap_or_default();
        if let Some(pulling) = app.data.loading.pulled_in_all() {
            return pulled(pulling, app.clock.now);
        }
        let Some(share) = app.data.loading.share() else {
            let megabytes = app.data.loading.progress.bytes_read / 1_000_000;
            return format!("{rate}reading, {} MB ", thousands(megabytes));
        };
        let filled = ((share * 5.0).round() as usize).min(5);
        let bar = format!("{}{}", full.repeat(filled), empty.repeat(5 - filled));
        return format!("{rate}{bar} {:3.0}% ", share * 100.0);
    }
    if app.data.answering && app.filter.query.reads_original() && !app.data.store.is_empty() {
        let share = app.data.answer.scanned as f64 / app.data.store.len() as f64;
        let stop = app.keymap.spoken(Action::Back);
        return format!("searching {:3.0}%, {stop} stops ", share.min(1.0) * 100.0);
    }
    String::new()
}

/// How far a load from a service is, or until when it has to wait.
fn pulled(pulling: Pulling, now: Timestamp) -> String {
    let slices = format!("slice {} of {}", pulling.slices_done, pulling.slices_total);
    match pulling.waiting_until {
        Some(until) if until > now => {
            let seconds = (until.ms() - now.ms() + 999) / 1_000;
            format!("{slices}, next request in {seconds} s ")
        }
        _ => format!("{slices} "),
    }
}

/// How the reading of what never ends goes: how far behind it is, and how fast.
fn flowing(live: Live) -> String {
    let Live { partitions, readable, behind, rate } = live;
    let noun = if partitions == 1 { "partition" } else { "partitions" };
    let parts = match readable == partitions {
        true => format!("{partitions} {noun}"),
        false => format!("{readable} of {partitions} {noun}"),
    };
    format!("{} behind · {}{parts} ", thousands(behind), self::rate(rate))
}

/// Records a second in two digits: more of them would change with every frame.
fn rate(records: u64) -> String {
    let step = 10u64.pow(records.max(1).ilog10().saturating_sub(1));
    let rounded = records / step * step;
    if rounded >= 10_000 {
        format!("{} k/s ", thousands(rounded / 1_000))
    } else {
        format!("{}/s ", thousands(rounded))
    }
}

/// Paints the keys that work now, or what there is to tell.
pub fn draw_hints(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let area = app.screen.layout.hints;
    if area.is_empty() {
        return;
    }
    let width = usize::from(area.width);
    if let Some(notice) = &app.screen.notice {
        let (span, _) = piece(&format!(" {notice}"), width, theme.strong);
        frame.render_widget(Line::from(span), area);
        return;
    }
    if let Some(error) = app.filter.error.as_ref().filter(|_| app.layers.menu().is_none()) {
        let style = if error.incomplete { theme.muted } else { theme.warning };
        let (span, _) = piece(&format!(" {}", error.message), width, style);
        frame.render_widget(Line::from(span), area);
        return;
    }
    let mut room = width.saturating_sub(1);
    let mut spans = vec![Span::raw(" ")];
    for (key, word) in hints(app) {
        let key = if theme.ascii { super::ascii::key(&key).to_owned() } else { key };
        let cells = fit(&key, 20).1 + 1 + fit(&word, 40).1 + 2;
        if cells > room {
            break;
        }
        room -= cells;
        spans.push(Span::styled(key, theme.key));
        spans.push(Span::styled(format!(" {word}  "), theme.muted));
    }
    frame.render_widget(Line::from(spans), area);
}

fn hints(app: &App) -> Vec<(String, String)> {
    let fixed = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(key, word)| ((*key).to_owned(), (*word).to_owned())).collect()
    };
    match app.layers.top() {
        Some(Layer::Export(form)) => {
            let choose = if form.is_text() { ("type", "its text") } else { ("←→", "change") };
            return fixed(&[("⏎", "write"), ("↑↓", "lines"), choose, ("esc", "close")]);
        }
        Some(Layer::Note(_)) => {
            return fixed(&[("⏎", "keep"), ("esc", "give up"), ("ctrl-u", "empty")]);
        }
        Some(Layer::Menu(menu)) => return fixed(of_menu(menu)),
        Some(Layer::Filter) => {
            return fixed(&[
                ("⏎", "keep"),
                ("esc", "undo"),
                ("⇥", "complete"),
                ("↓", "suggestions"),
                ("↑", "history"),
                ("ctrl-u", "empty"),
            ]);
        }
        Some(Layer::Find(_)) => {
            return fixed(&[("⏎", "stay"), ("↑↓", "previous, next"), ("esc", "give up")]);
        }
        None => {}
    }
    if app.marking.range.is_some() && app.panes.focus == Pane::List {
        let [mark, back] = [Action::MarkRange, Action::Back].map(|action| app.keymap.hint(action));
        return fixed(&[(&mark, "marks up to here"), (&back, "gives up")]);
    }
    if let Some(prefix) = app.panes.waiting {
        return after_prefix(app, prefix);
    }
    if let Some(count) = app.panes.count {
        return vec![(count.to_string(), "times …".to_owned())];
    }
    searching(app).unwrap_or_else(|| of_pane(app))
}

fn of_menu(menu: &Menu) -> &'static [(&'static str, &'static str)] {
    match (menu.rules.kind, menu.rules.letters) {
        (Kind::Cases, _) => &[("⏎", "take up"), ("↑↓", "move"), ("esc", "not now")],
        (_, Letters::Choose) => {
            &[("letter", "choose"), ("⏎", "choose"), ("↑↓", "move"), ("esc", "close")]
        }
        (_, Letters::Narrow) => {
            &[("type", "to search"), ("⏎", "choose"), ("↑↓", "move"), ("esc", "close")]
        }
    }
}

/// Keys that go through the places found, while a text is searched in this pane.
fn searching(app: &App) -> Option<Vec<(String, String)>> {
    let text = match app.panes.focus {
        Pane::Tree => !app.panes.tree.find.is_empty(),
        Pane::Detail => !app.panes.detail.find.is_empty(),
        _ => false,
    };
    let hints = [
        (Action::FindNext, "next place found"),
        (Action::FindPrevious, "previous"),
        (Action::Back, "ends the search"),
        (Action::Help, "help"),
    ];
    let hint = |(action, word): (Action, &str)| (app.keymap.hint(action), word.to_owned());
    text.then(|| hints.map(hint).to_vec())
}

/// Keys of the pane that has the keyboard.
fn of_pane(app: &App) -> Vec<(String, String)> {
    // What everybody needs comes first, so that it is there on a narrow screen too.
    let first = [
        Action::Help,
        Action::Filter,
        Action::Open,
        Action::NextPane,
        Action::Pivot,
        if app.panes.focus == Pane::Detail { Action::Mark } else { Action::View },
        if app.panes.focus == Pane::Detail { Action::Note } else { Action::View },
        Action::Quit,
    ];
    let rows = ACTIONS.iter().filter(|row| {
        !row.hint.is_empty()
            && row.panes.contains(&app.panes.focus)
            && app.disabled(row.action).is_none()
    });
    let (mut front, back): (Vec<_>, Vec<_>) = rows.partition(|row| first.contains(&row.action));
    front.sort_by_key(|row| first.iter().position(|action| *action == row.action));
    let words = |action: Action, hint: &'static str| match action {
        Action::View if app.panes.show_activities => "records".to_owned(),
        Action::Raw if app.panes.detail.raw => "changes".to_owned(),
        // Which of the values under the cursor is meant is not to be seen otherwise.
        Action::FilterIn => app
            .panes
            .focused()
            .value(&app.data.store)
            .map_or(hint.to_owned(), |(field, _)| format!("only this {}", field.name)),
        _ => hint.to_owned(),
    };
    front
        .into_iter()
        .chain(back)
        .map(|row| (app.keymap.hint(row.action), words(row.action, row.hint)))
        .collect()
}

/// What may follow the key that waits.
fn after_prefix(app: &App, prefix: Key) -> Vec<(String, String)> {
    let times = app.panes.count.map(|count| (count.to_string(), "times".to_owned()));
    let mut hints: Vec<(String, String)> = times.into_iter().collect();
    hints.push((shown(&prefix.to_string()), "then".to_owned()));
    let following = app.keymap.following(prefix, app.panes.focus).into_iter();
    hints.extend(following.map(|(key, action)| {
        let row = action.row();
        let word = if row.hint.is_empty() { row.name } else { row.hint };
        (shown(&key.to_string()), word.to_owned())
    }));
    hints.push(("esc".to_owned(), "give up".to_owned()));
    hints
}
