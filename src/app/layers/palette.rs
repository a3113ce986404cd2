//! The palette of all actions, and the help: those of a pane, with the fields of the filter.
//! Never carries an action out; a chosen one is asked for.

use crate::app::action::{ACTIONS, Action, ActionRow, Pane};
use crate::app::intent::Intent;
use crate::app::keymap::Keymap;
use crate::app::layers::menu::{Item, Menu, Rules};
use crate::record::field::FIELDS;

/// All actions, where this pane has the keyboard; of each, why it cannot be done now.
pub(in crate::app) fn palette(
    focus: Pane,
    keymap: &Keymap,
    disabled: &dyn Fn(Action) -> Option<String>,
) -> Menu {
    let items = ACTIONS.iter().map(|row| item(row, focus, keymap, disabled)).collect();
    Menu::new(&Rules::NARROW, "All actions", items)
}

/// What the keys of a pane do, and the fields of the filter.
pub(in crate::app) fn help(
    focus: Pane,
    keymap: &Keymap,
    disabled: &dyn Fn(Action) -> Option<String>,
) -> Menu {
    let rows = ACTIONS.iter().filter(|row| row.panes.contains(&focus));
    let actions = rows.map(|row| item(row, focus, keymap, disabled));
    let fields = FIELDS.iter().map(|field| Item {
        key: format!("{}:", field.name),
        note: field.help.to_owned(),
        ..Item::new("field", Intent::Nothing)
    });
    let title = format!("Help: keys of the {} pane", focus.name());
    Menu::new(&Rules::NARROW, title, actions.chain(fields).collect())
}

fn item(
    row: &ActionRow,
    focus: Pane,
    keymap: &Keymap,
    disabled: &dyn Fn(Action) -> Option<String>,
) -> Item {
    let elsewhere = (!row.panes.contains(&focus)).then(|| {
        let panes: Vec<&str> = row.panes.iter().map(|pane| pane.name()).collect();
        format!("works in the {} pane", panes.join(" and "))
    });
    Item {
        key: keymap.all_keys(row.action),
        note: row.help.to_owned(),
        disabled: disabled(row.action).or(elsewhere),
        ..Item::new(row.name, Intent::Perform(row.action, None))
    }
}
