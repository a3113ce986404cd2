//! The box that shows and hides columns of the list; it stays until it is closed.
//! Never shows none: one column has to stay.

use crate::app::intent::Intent;
use crate::app::layers::menu::{Item, Menu, Rules};
use crate::app::panes::list;
use crate::record::field::{FIELDS, Field};

static RULES: Rules = Rules { stays: true, ..Rules::NARROW };

/// The columns there are, those that are shown switched on.
pub(in crate::app) fn columns_menu(shown: &[&'static Field]) -> Menu {
    let items = FIELDS.iter().filter(|field| list::is_column(field)).map(|field| Item {
        note: field.help.to_owned(),
        on: Some(shown.iter().any(|other| other.name == field.name)),
        ..Item::new(field.name, Intent::ToggleColumn(field))
    });
    Menu::new(&RULES, "Columns: Enter shows or hides, Esc closes", items.collect())
}
