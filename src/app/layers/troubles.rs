//! The box of troubles: what could not be read, or was odd, and why marks are not kept.
//! Never leaves one out.

use crate::app::intent::Intent;
use crate::app::layers::menu::{Item, Menu, Rules};
use crate::app::loading::Loading;
use crate::app::marks::Marking;
use crate::text::clean;

/// All troubles there are.
pub(in crate::app) fn troubles_menu(loading: &Loading, marking: &Marking) -> Menu {
    let not_kept = marking.not_kept.iter().map(|not_kept| Item {
        key: "! now".to_owned(),
        ..Item::new(
            clean(&not_kept.to_string()),
            Intent::Copy(not_kept.to_string(), "this trouble".to_owned()),
        )
    });
    let items = loading.troubles.iter().map(|trouble| Item {
        key: if trouble.lost { "✗ lost".to_owned() } else { "! odd".to_owned() },
        ..Item::new(
            clean(&trouble.to_string()),
            Intent::Copy(trouble.to_string(), "this trouble".to_owned()),
        )
    });
    let moved = marking.moved.iter().map(|moved| Item {
        key: "! now".to_owned(),
        ..Item::new(
            clean(&moved.to_string()),
            Intent::Copy(moved.to_string(), "this trouble".to_owned()),
        )
    });
    let items: Vec<Item> = not_kept.chain(moved).chain(items).collect();
    Menu::new(&Rules::NARROW, format!("Troubles: {}; Enter copies one", items.len()), items)
}
