//! The box that asks for the order of the list.
//! Never sorts; a chosen field is asked for.

use crate::app::intent::Intent;
use crate::app::layers::menu::{Item, Menu, Rules};
use crate::app::panes::list;
use crate::query::answer::Sort;
use crate::record::field::FIELDS;

/// The fields the list can be ordered by.
pub(in crate::app) fn sort_menu(sort: Sort) -> Menu {
    let items = FIELDS.iter().filter(|field| list::is_column(field)).map(|field| Item {
        note: match (field.name == sort.field.name, sort.descending) {
            (true, true) => "now: last first; again turns it around".to_owned(),
            (true, false) => "now: first first; again turns it around".to_owned(),
            (false, _) => field.help.to_owned(),
        },
        ..Item::new(field.name, Intent::SortBy(field))
    });
    Menu::new(&Rules::NARROW, "Order the list by", items.collect())
}
