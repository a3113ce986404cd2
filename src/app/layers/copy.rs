//! The box of what can be copied: a value, an id, the record, the query, and the query in other languages.
//! Never says less than it copies: what is copied is seen before.

use crate::app::action::Pane;
use crate::app::copying::{self, pasteable};
use crate::app::layers::menu::{Item, Menu, Rules};
use crate::app::layers::wish::Wish;
use crate::app::panes::list;
use crate::app::state::App;
use crate::query::Query;
use crate::query::translate::{Language, translate};
use crate::text::clean;

impl App {
    /// What can be copied here.
    pub(in crate::app) fn copy_menu(&self) -> Menu {
        let mut items = Vec::new();
        let mut offer = |letter: char, label: &str, text: Option<String>, is_safe: bool| {
            let Some(text) = text.filter(|text| !text.is_empty()) else { return };
            let (text, what) = (if is_safe { text } else { pasteable(&text) }, label.to_owned());
            items.push(Item {
                key: letter.to_string(),
                note: clean(&text).chars().take(200).collect(),
                ..Item::new(label, Wish::CopyAsIs(text, what))
            });
        };
        let raw_line = self.raw_line();
        let line = self.panes.detail.current_line().filter(|_| self.panes.focus == Pane::Detail);
        let value = match (&raw_line, line) {
            (Some((_, value)), _) => Some(value.clone()),
            (None, Some(line)) => Some(line.copy.clone()),
            (None, None) => self.focused_value().map(|(_, value)| value),
        };
        let differs = |value: &String| pasteable(value) != *value;
        let logged = value.clone().filter(differs);
        offer('v', "value", value, false);
        offer('V', "value as logged", logged, true);
        offer('p', "path", raw_line.map(|(path, _)| path), false);
        if let Some(opened) = self.panes.detail.opened.as_ref() {
            offer('i', "record id", Some(opened.record.id.to_string()), false);
            offer('c', "correlation id", Some(opened.record.correlation_id.to_string()), false);
            let raw = opened.raw.trim();
            let (original, logged, safe) = match opened.columns.is_some() {
                true => ("original row", "original row as logged", pasteable(raw)),
                false => ("JSON", "JSON as logged", copying::json(raw)),
            };
            let differs = (safe != raw).then(|| raw.to_owned());
            offer('j', original, Some(safe), true);
            offer('J', logged, differs, true);
            offer('s', "sentence", Some(crate::record::sentence::sentence(&opened.record)), false);
        }
        if let Some(row) = self.panes.list.current().filter(|_| !self.panes.show_activities) {
            let cells = self.shown_fields().into_iter();
            let times = list::Times::whole(&self.clock.zone);
            let cells =
                cells.map(|field| list::cell(&self.data.store, row, field, times, usize::MAX));
            offer('r', "row", Some(copying::row(cells)), true);
        }
        offer('q', "query", Some(copying::query(&self.whole_query())), true);
        items.extend(self.translations());
        Menu::new(&Rules::CHOOSE, "Copy", items)
    }

    /// The query in the languages of other tools, each saying what it leaves out.
    fn translations(&self) -> Vec<Item> {
        let whole = copying::query(&self.whole_query());
        let Ok(query) = Query::parse(&whole) else { return Vec::new() };
        let letters = [('o', Language::OData), ('k', Language::Kql), ('w', Language::PowerShell)];
        let made =
            letters.map(|(key, language)| (key, translate(&query, &self.context(), language)));
        let items = made.into_iter().map(|(key, made)| {
            let label = made.language.name();
            let preview: String = clean(&made.code).chars().take(200).collect();
            let nothing = made.code.is_empty();
            Item {
                key: key.to_string(),
                note: made.limits().map_or(preview, |limits| clean(&limits).into_owned()),
                disabled: nothing.then(|| match made.parts.is_empty() {
                    true => format!("the query is empty: nothing to say in {label}"),
                    false => format!("nothing of the query can be said in {label}"),
                }),
                ..Item::new(label, Wish::CopyAsIs(made.text(), label.to_owned()))
            }
        });
        items.collect()
    }

    /// Path and value of the line of the raw view under the cursor.
    fn raw_line(&self) -> Option<(String, String)> {
        if !self.panes.detail.raw || self.panes.focus != Pane::Detail {
            return None;
        }
        let line = self.panes.detail.outline.as_ref()?.lines().get(self.panes.detail.current()?)?;
        Some((line.path.clone(), line.value.clone()))
    }

    /// The filter and the choice in the tree as one query.
    pub fn whole_query(&self) -> String {
        let choice = self.panes.tree.choice.to_query(|service| {
            use crate::catalogue::catalogue;
            match catalogue().find_service(service) {
                Some(service) => service.spellings().map(str::to_owned).collect(),
                None => vec![service.to_owned()],
            }
        });
        let filter = self.filter.query.to_string();
        match (filter.is_empty(), choice.is_empty()) {
            (_, true) => filter,
            (true, false) => choice,
            (false, false) => format!("({filter}) {choice}"),
        }
    }
}
