//! The box of all views: those the user saved, and the canned ones.
//! Never opens one; a chosen one is asked for.

use crate::app::action::ACTIONS;
use crate::app::intent::Intent;
use crate::app::keymap::Keymap;
use crate::app::layers::menu::{Item, Menu, Rules};
use crate::app::preferences::SavedView;
use crate::query::views::VIEWS;
use crate::text::clean;

/// All views.
pub(in crate::app) fn views_menu(saved: &[SavedView], keymap: &Keymap) -> Menu {
    let taken = |digit: u8| {
        let is_digit = |c: char| c.to_digit(10) == Some(digit.into());
        saved.iter().any(|saved| saved.digit.is_some_and(is_digit))
    };
    // The keys of the action that opens the view of a digit.
    let key_of = |digit: u8| {
        let name = format!("view-{digit}");
        let row = ACTIONS.iter().find(|row| row.name == name);
        row.map(|row| keymap.all_keys(row.action)).unwrap_or_default()
    };
    let item = |view: &crate::query::views::View| Item {
        key: view.digit.filter(|&digit| !taken(digit)).map(key_of).unwrap_or_default(),
        note: format!("{} {}", view.question, clean(&view.query)),
        ..Item::new(
            clean(&view.name).into_owned(),
            Intent::Show(view.query.clone(), view.name.clone()),
        )
    };
    let own = |view: &SavedView| Item {
        key: view.digit.and_then(|c| c.to_digit(10)).map(|n| key_of(n as u8)).unwrap_or_default(),
        note: format!("saved by you: {}", clean(&view.query.to_string())),
        ..Item::new(
            clean(&view.name).into_owned(),
            Intent::Show(view.query.to_string(), view.name.clone()),
        )
    };
    let all = saved.iter().map(own).chain(VIEWS.iter().map(item));
    Menu::new(&Rules::NARROW, "Views", all.collect())
}
