//! Facets: the values of a field under the question as it is, to filter by or to leave out.
//! Never counts; the runtime does, on a thread, and what comes too late is dropped.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use crate::app::action::Pane;
use crate::app::layers::menu::{Item, Kind, Menu, Rules};
use crate::app::layers::wish::{Reply, Wish};
use crate::app::message::Effect;
use crate::app::state::App;
use crate::query::Query;
use crate::query::facet::Facet;
use crate::query::surroundings::is_rare;
use crate::record::field::{FIELDS, Field, Stored};
use crate::text::clean;

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
    if let Wish::FilterBy(.., inside) = &mut item.wish {
        *inside = false;
    }
    Some(menu.choose(&item))
}

/// What is still being counted is not wanted any more.
fn given_up(menu: &Menu) -> Option<Wish> {
    menu.items.is_empty().then_some(Wish::StopCounting)
}

impl App {
    /// The fields whose values can be shown.
    pub(in crate::app) fn facets_menu(&self) -> Menu {
        let letter = |name: &str| LETTERS.iter().find(|(_, known)| *known == name);
        let focused = self.focused_value().filter(|_| self.panes.focus == Pane::Detail);
        let focused = focused.map(|(field, _)| field.name);
        let item = |field: &&'static Field| {
            let key = letter(field.name).map(|(letter, _)| letter.to_string()).unwrap_or_default();
            let key = if focused == Some(field.name) { "f".to_owned() } else { key };
            Item { key, note: field.help.to_owned(), ..Item::new(field.name, Wish::Facet(field)) }
        };
        let mut fields: Vec<&'static Field> =
            FIELDS.iter().filter(|field| !matches!(field.stored, Stored::Raw)).collect();
        let rank = |field: &&'static Field| {
            let place = LETTERS.iter().position(|(_, name)| *name == field.name);
            (focused != Some(field.name), place.unwrap_or(usize::MAX))
        };
        fields.sort_by_key(rank);
        let items = fields.iter().map(item).collect();
        Menu::new(&Rules::CHOOSE, "Values of which field?", items)
    }

    /// Asks for the values of a field.
    pub(in crate::app) fn ask_for_facet(&mut self, field: &'static Field) -> Vec<Effect> {
        let title = format!("{}: counting, esc stops", field.name);
        self.open_menu(Menu::new(&RULES, title, Vec::new()).about(field));
        vec![Effect::Count(self.data.store.clone(), self.panes.list.all_rows().to_vec(), field)]
    }

    /// Tells how far the counting is, if it is still wanted.
    pub(in crate::app) fn counting(&mut self, field: &'static Field, share: u8) {
        if let Some(menu) = self.facet_menu(field) {
            menu.title = format!("{}: counting, {share}%, esc stops", field.name);
        }
    }

    /// The box that waits for the values of a field, or shows them.
    fn facet_menu(&mut self, field: &Field) -> Option<&mut Menu> {
        let is_of = |menu: &&mut Menu| menu.field.is_some_and(|known| known.name == field.name);
        self.layers.menus_mut().rfind(is_of)
    }

    /// Shows the values of a field, if they are still wanted.
    pub(in crate::app) fn counted(&mut self, facet: &Facet) {
        let items = self.facet_items(facet);
        let Some(menu) = self.facet_menu(facet.field) else { return };
        menu.replace(title(facet), items);
        self.arrange();
    }

    fn facet_items(&self, facet: &Facet) -> Vec<Item> {
        let times = self.times();
        let time = |time| times.text(time);
        let all = self.data.store.len() as u64;
        let item = |value: &crate::query::facet::FacetValue| {
            let share = value.count as f64 * 100.0 / facet.records.max(1) as f64;
            let seen = value.seen.map_or_else(String::new, |(first, last)| {
                if first == last {
                    time(first)
                } else {
                    format!("{} – {}", time(first), time(last))
                }
            });
            let rare = if is_rare(value.count, all) { " · rare" } else { "" };
            Item {
                key: format!("{:>6}", value.count),
                note: format!("{share:5.1}% {seen}{rare}"),
                spark: Some(value.spark),
                ..Item::new(
                    clean(&value.value).into_owned(),
                    Wish::FilterBy(facet.field, value.value.clone(), true),
                )
            }
        };
        facet.values.iter().map(item).collect()
    }

    /// Filters by a value, or leaves it out, by what is chosen in the box of a facet.
    pub(in crate::app) fn filter_by_facet(
        &mut self,
        field: &'static Field,
        value: &str,
        inside: bool,
    ) -> Vec<Effect> {
        // A value is a whole hour or day, which is no instant to be equal to.
        if field.name == "time"
            && let Ok(Query { expression: Some(span) }) = Query::parse(&format!("time:{value}"))
        {
            return self.narrow_by(span, inside);
        }
        self.filter_by(field, &[value.to_owned()], inside)
    }
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
