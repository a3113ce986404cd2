//! The box of pivots: what the record shares with others.
//! Never goes there; a chosen one is wished for.

use crate::app::layers::menu::{Item, Menu, Rules};
use crate::app::layers::wish::{Pivot, Wish};
use crate::app::state::App;
use crate::query::Query;
use crate::text::clean;

impl App {
    /// Opens a box of pivots, each with its letter.
    pub(in crate::app) fn open_pivots(
        &mut self,
        title: &str,
        pivots: impl Iterator<Item = (Pivot, char)>,
    ) {
        let item = |(pivot, letter): (Pivot, char)| {
            let query = Query { expression: Some(pivot.expression.clone()) };
            Item {
                // Those beyond the last letter are reached with the arrows.
                key: letter.to_string().trim().to_owned(),
                note: clean(&query.to_string()).into_owned(),
                ..Item::new(clean(&pivot.name).into_owned(), Wish::Pivot(Box::new(pivot)))
            }
        };
        self.open_menu(Menu::new(&Rules::CHOOSE, title, pivots.map(item).collect()));
    }
}
