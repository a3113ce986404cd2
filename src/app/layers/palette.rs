//! The palette of all actions, and the help: those of a pane, with the fields of the filter.
//! Never carries an action out; a chosen one is wished for.

use crate::app::action::{ACTIONS, ActionRow};
use crate::app::layers::menu::{Item, Menu, Rules};
use crate::app::layers::wish::Wish;
use crate::app::state::App;
use crate::record::field::FIELDS;

impl App {
    /// All actions.
    pub(in crate::app) fn palette(&self) -> Menu {
        self.actions_menu("All actions".to_owned(), false)
    }

    /// What the keys of this pane do.
    pub(in crate::app) fn help(&self) -> Menu {
        self.actions_menu(format!("Help: keys of the {} pane", self.panes.focus.name()), true)
    }

    fn actions_menu(&self, title: String, of_pane: bool) -> Menu {
        let here = |row: &ActionRow| row.panes.contains(&self.panes.focus);
        let rows = ACTIONS.iter().filter(|row| !of_pane || here(row));
        let items = rows.map(|row| Item {
            key: self.keymap.all_keys(row.action),
            note: row.help.to_owned(),
            disabled: self.disabled(row.action).or_else(|| {
                (!here(row)).then(|| {
                    let panes: Vec<&str> = row.panes.iter().map(|pane| pane.name()).collect();
                    format!("works in the {} pane", panes.join(" and "))
                })
            }),
            ..Item::new(row.name, Wish::Perform(row.action))
        });
        let mut items: Vec<Item> = items.collect();
        if of_pane {
            items.extend(FIELDS.iter().map(|field| Item {
                key: format!("{}:", field.name),
                note: field.help.to_owned(),
                ..Item::new("field", Wish::Nothing)
            }));
        }
        Menu::new(&Rules::NARROW, title, items)
    }
}
