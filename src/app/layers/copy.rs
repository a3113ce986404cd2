//! The box of what can be copied: a value, an id, the record, the query, and the query in other languages.
//! Never says less than it copies: what is copied is seen before.

use crate::app::action::Pane;
use crate::app::copying::{self, pasteable};
use crate::app::intent::Intent;
use crate::app::layers::menu::{Item, Menu, Rules};
use crate::app::panes::{Panes, Sight, list};
use crate::query::translate::{Language, translate};
use crate::query::{Context, Query};
use crate::text::clean;

/// What can be copied here.
pub(in crate::app) fn copy_menu(panes: &Panes, sight: &Sight<'_>, query: &str) -> Menu {
    let mut items = Vec::new();
    let mut offer = |letter: char, label: &str, text: Option<String>, is_safe: bool| {
        let Some(text) = text.filter(|text| !text.is_empty()) else { return };
        let (text, what) = (if is_safe { text } else { pasteable(&text) }, label.to_owned());
        items.push(Item {
            key: letter.to_string(),
            note: clean(&text).chars().take(200).collect(),
            ..Item::new(label, Intent::CopyAsIs(text, what))
        });
    };
    let is_detail = panes.focus == Pane::Detail;
    let raw_line = panes.detail.raw_line().filter(|_| is_detail);
    let line = panes.detail.current_line().filter(|_| is_detail);
    let value = match (&raw_line, line) {
        (Some((_, value)), _) => Some(value.clone()),
        (None, Some(line)) => Some(line.copy.clone()),
        (None, None) => panes.focused().value(sight.store).map(|(_, value)| value),
    };
    let differs = |value: &String| pasteable(value) != *value;
    let logged = value.clone().filter(differs);
    offer('v', "value", value, false);
    offer('V', "value as logged", logged, true);
    offer('p', "path", raw_line.map(|(path, _)| path), false);
    if let Some(opened) = panes.detail.opened.as_ref() {
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
    if let Some(row) = panes.list.current().filter(|_| !panes.show_activities) {
        let cells = panes.list.shown_fields(sight).into_iter();
        let times = list::Times::whole(sight.times.zone);
        let cells = cells.map(|field| list::cell(sight.store, row, field, times, usize::MAX));
        offer('r', "row", Some(copying::row(cells)), true);
    }
    offer('q', "query", Some(copying::query(query)), true);
    items.extend(translations(query, &panes.context(sight)));
    Menu::new(&Rules::CHOOSE, "Copy", items)
}

/// The query in the languages of other tools, each saying what it leaves out.
fn translations(query: &str, context: &Context) -> Vec<Item> {
    let whole = copying::query(query);
    let Ok(query) = Query::parse(&whole) else { return Vec::new() };
    let letters = [('o', Language::OData), ('k', Language::Kql), ('w', Language::PowerShell)];
    let made = letters.map(|(key, language)| (key, translate(&query, context, language)));
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
            ..Item::new(label, Intent::CopyAsIs(made.text(), label.to_owned()))
        }
    });
    items.collect()
}
