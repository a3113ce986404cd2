//! The box that asks for the order of the list.
//! Never sorts; a chosen field is wished for.

use crate::app::layers::menu::{Item, Menu, Rules};
use crate::app::layers::wish::Wish;
use crate::app::panes::list;
use crate::app::state::App;
use crate::record::field::FIELDS;

impl App {
    /// The fields the list can be ordered by.
    pub(in crate::app) fn sort_menu(&self) -> Menu {
        let sort = self.panes.list.sort;
        let items = FIELDS.iter().filter(|field| list::is_column(field)).map(|field| Item {
            note: match (field.name == sort.field.name, sort.descending) {
                (true, true) => "now: last first; again turns it around".to_owned(),
                (true, false) => "now: first first; again turns it around".to_owned(),
                (false, _) => field.help.to_owned(),
            },
            ..Item::new(field.name, Wish::SortBy(field))
        });
        Menu::new(&Rules::NARROW, "Order the list by", items.collect())
    }
}
