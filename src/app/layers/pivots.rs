//! The box of pivots: what the record shares with others.
//! Never goes there; a chosen one is asked for.

use crate::app::intent::Intent;
use crate::app::layers::menu::{Item, Menu, Rules};
use crate::app::pivot::Pivot;
use crate::query::Query;
use crate::text::clean;

/// A box of pivots, each with its letter.
pub(in crate::app) fn pivots_menu(title: &str, pivots: Vec<(Pivot, char)>) -> Menu {
    let item = |(pivot, letter): (Pivot, char)| {
        let query = Query { expression: Some(pivot.expression.clone()) };
        Item {
            // Those beyond the last letter are reached with the arrows.
            key: letter.to_string().trim().to_owned(),
            note: clean(&query.to_string()).into_owned(),
            ..Item::new(clean(&pivot.name).into_owned(), Intent::Pivot(Box::new(pivot)))
        }
    };
    Menu::new(&Rules::CHOOSE, title, pivots.into_iter().map(item).collect())
}
