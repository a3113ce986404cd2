//! The box of troubles: what could not be read, or was odd, and why marks are not kept.
//! Never leaves one out.

use crate::app::layers::menu::{Item, Menu, Rules};
use crate::app::layers::wish::Wish;
use crate::app::state::App;
use crate::text::clean;

impl App {
    /// All troubles there are.
    pub(in crate::app) fn troubles_menu(&self) -> Menu {
        let not_kept = self.marking.not_kept.iter().map(|not_kept| Item {
            key: "! now".to_owned(),
            ..Item::new(
                clean(&not_kept.to_string()),
                Wish::Copy(not_kept.to_string(), "this trouble".to_owned()),
            )
        });
        let items = self.data.loading.troubles.iter().map(|trouble| Item {
            key: if trouble.lost { "✗ lost".to_owned() } else { "! odd".to_owned() },
            ..Item::new(
                clean(&trouble.to_string()),
                Wish::Copy(trouble.to_string(), "this trouble".to_owned()),
            )
        });
        let moved = self.marking.moved.iter().map(|moved| Item {
            key: "! now".to_owned(),
            ..Item::new(
                clean(&moved.to_string()),
                Wish::Copy(moved.to_string(), "this trouble".to_owned()),
            )
        });
        let items: Vec<Item> = not_kept.chain(moved).chain(items).collect();
        Menu::new(&Rules::NARROW, format!("Troubles: {}; Enter copies one", items.len()), items)
    }
}
