//! Facets: the values of a field under the question as it is, to filter by or to leave out.
//! Never counts; the runtime does, on a thread, and what comes too late is dropped.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use crate::app::intent::{Intent, Reply};
use crate::app::layers::menu::{Item, Kind, Menu, Rules};
use crate::app::panes::list::Times;
use crate::query::facet::Facet;
use crate::query::surroundings::is_rare;
use crate::record::field::{FIELDS, Field, Stored};
use crate::text::{clean, thousands};

/// Letters of the fields that are asked for most; others are found by their name.
const LETTERS: &[(char, &str)] = &[
    ('y', "activity"),
    ('a', "actor"),
    ('t', "target"),
    ('i', "actor.ip"),
    ('s', "service"),
    ('c', "category"),
    ('r', "result"),
    ('w', "reason"),
    ('x', "target.type"),
    ('m', "change"),
    ('n', "new"),
    ('o', "old"),
    ('e', "detail"),
    ('g', "agent"),
    ('d', "time"),
    ('p', "op"),
    ('b', "actor.kind"),
    ('z', "session"),
    ('u', "source"),
    ('l', "correlation"),
];

static RULES: Rules = Rules { kind: Kind::Facet, key: leave_out, given_up, ..Rules::NARROW };

/// `-` leaves the value under the cursor out, while nothing is typed.
fn leave_out(menu: &Menu, event: &KeyEvent) -> Option<Reply> {
    if event.code != KeyCode::Char('-') || !menu.typed().is_empty() {
        return None;
    }
    let Some(item) = menu.current() else { return Some(Reply::taken()) };
    let mut item = item.clone();
    if let Intent::FilterByFacet(.., inside) = &mut item.intent {
        *inside = false;
    }
    Some(menu.choose(&item))
}

/// What is still being counted is not wanted any more.
fn given_up(menu: &Menu) -> Option<Intent> {
    menu.items.is_empty().then_some(Intent::StopCounting)
}

/// Values of a field that a place counted.
#[derive(Debug)]
pub struct CountedThere {
    /// The values.
    pub facet: Facet,
    /// Who counted: `the workspace`.
    pub by: &'static str,
    /// Bytes that were downloaded for it.
    pub bytes: u64,
}

static RULES_THERE: Rules = Rules {
    kind: Kind::FacetThere,
    given_up: |menu| menu.items.is_empty().then_some(Intent::StopCountingThere),
    ..RULES
};

/// The fields whose values can be shown, first the one under the cursor of the detail.
pub(in crate::app) fn fields_menu(focused: Option<&'static str>) -> Menu {
    fields(focused, "Values of which field?", Intent::Facet)
}

/// The fields whose values a place may count, first the one under the cursor of the detail.
pub(in crate::app) fn fields_there_menu(focused: Option<&'static str>) -> Menu {
    fields(focused, "Values of which field, counted where the records are?", Intent::FacetThere)
}

fn fields(
    focused: Option<&'static str>,
    title: &'static str,
    intent: fn(&'static Field) -> Intent,
) -> Menu {
    let letter = |name: &str| LETTERS.iter().find(|(_, known)| *known == name);
    let item = |field: &&'static Field| {
        let key = letter(field.name).map(|(letter, _)| letter.to_string()).unwrap_or_default();
        let key = if focused == Some(field.name) { "f".to_owned() } else { key };
        Item { key, note: field.help.to_owned(), ..Item::new(field.name, intent(field)) }
    };
    let mut fields: Vec<&'static Field> =
        FIELDS.iter().filter(|field| !matches!(field.stored, Stored::Raw)).collect();
    let rank = |field: &&'static Field| {
        let place = LETTERS.iter().position(|(_, name)| *name == field.name);
        (focused != Some(field.name), place.unwrap_or(usize::MAX))
    };
    fields.sort_by_key(rank);
    let items = fields.iter().map(item).collect();
    Menu::new(&Rules::CHOOSE, title, items)
}

/// The box of the values of a field, before they were counted.
pub(in crate::app) fn values_menu(field: &'static Field) -> Menu {
    let title = format!("{}: counting, esc stops", field.name);
    Menu::new(&RULES, title, Vec::new()).about(field)
}

/// The same while a place counts them.
pub(in crate::app) fn values_there_menu(field: &'static Field) -> Menu {
    let title = format!("{}: asking the place to count, esc stops", field.name);
    Menu::new(&RULES_THERE, title, Vec::new()).about(field)
}

/// Shows the values that a place counted, or why none did.
pub(in crate::app) fn fill_there(
    menu: &mut Menu,
    field: &Field,
    found: Result<Box<CountedThere>, String>,
    times: Times<'_>,
) {
    let CountedThere { mut facet, by, bytes } = match found {
        Ok(found) => *found,
        Err(why) => {
            let why = Item::new(clean(&why).into_owned(), Intent::Nothing);
            return menu.replace(format!("{}: not counted", field.name), vec![why]);
        }
    };
    if matches!(facet.field.stored, Stored::Time) {
        // Days in their order are a timeline.
        facet.values.sort_by(|a, b| a.value.cmp(&b.value));
    }
    let title = format!("counted by {by}, {} bytes · {}", thousands(bytes), title(&facet));
    let all = facet.records;
    // Groups have no time of their own.
    let plain = |item| Item { spark: None, ..item };
    menu.replace(title, items(&facet, times, all).into_iter().map(plain).collect());
}

/// Tells how far the counting is.
pub(in crate::app) fn go_on(menu: &mut Menu, field: &Field, share: u8) {
    menu.title = format!("{}: counting, {share}%, esc stops", field.name).into();
}

/// Shows the values of a field; there are so many records in all.
pub(in crate::app) fn fill(menu: &mut Menu, facet: &Facet, times: Times<'_>, all: u64) {
    menu.replace(title(facet), items(facet, times, all));
}

fn items(facet: &Facet, times: Times<'_>, all: u64) -> Vec<Item> {
    let time = |time| times.text(time);
    let item = |value: &crate::query::facet::FacetValue| {
        let share = value.count as f64 * 100.0 / facet.records.max(1) as f64;
        let seen = value.seen.map_or_else(String::new, |(first, last)| {
            if first == last { time(first) } else { format!("{} – {}", time(first), time(last)) }
        });
        let rare = if is_rare(value.count, all) { " · rare" } else { "" };
        Item {
            key: format!("{:>6}", value.count),
            note: format!("{share:5.1}% {seen}{rare}"),
            spark: Some(value.spark),
            ..Item::new(
                clean(&value.value).into_owned(),
                Intent::FilterByFacet(facet.field, value.value.clone(), true),
            )
        }
    };
    facet.values.iter().map(item).collect()
}

fn title(facet: &Facet) -> String {
    let Facet { field, distinct, records, .. } = facet;
    let some = |count: u64, what: &str| match count {
        0 => String::new(),
        count => format!(", {count} {what}"),
    };
    let without = some(facet.without, "without");
    let unreadable = some(facet.unreadable, "could not be read again");
    let unreadable = unreadable + &some(facet.others, "in yet other values");
    let name = field.name;
    let values = if *distinct == 1 { "value" } else { "values" };
    let of = if *records == 1 { "record" } else { "records" };
    format!(
        "{name}: {distinct} {values} in {records} {of}{without}{unreadable} · ⏎ only this · - without"
    )
}
