//! The box of all views: those the user saved, and the canned ones.
//! Never opens one; a chosen one is wished for.

use crate::app::action::ACTIONS;
use crate::app::layers::menu::{Item, Menu, Rules};
use crate::app::layers::wish::Wish;
use crate::app::preferences::SavedView;
use crate::app::state::App;
use crate::query::views::VIEWS;
use crate::text::clean;

impl App {
    /// All views.
    pub(in crate::app) fn views_menu(&self) -> Menu {
        let taken = |digit: u8| {
            let is_digit = |c: char| c.to_digit(10) == Some(digit.into());
            self.preferences.views.iter().any(|saved| saved.digit.is_some_and(is_digit))
        };
        // The keys of the action that opens the view of a digit.
        let key_of = |digit: u8| {
            let name = format!("view-{digit}");
            let row = ACTIONS.iter().find(|row| row.name == name);
            row.map(|row| self.keymap.all_keys(row.action)).unwrap_or_default()
        };
        let item = |view: &crate::query::views::View| Item {
            key: view.digit.filter(|&digit| !taken(digit)).map(key_of).unwrap_or_default(),
            note: format!("{} {}", view.question, clean(&view.query)),
            ..Item::new(
                clean(&view.name).into_owned(),
                Wish::Show(view.query.clone(), view.name.clone()),
            )
        };
        let saved = |view: &SavedView| Item {
            key: view
                .digit
                .and_then(|c| c.to_digit(10))
                .map(|n| key_of(n as u8))
                .unwrap_or_default(),
            note: format!("saved by you: {}", clean(&view.query.to_string())),
            ..Item::new(
                clean(&view.name).into_owned(),
                Wish::Show(view.query.to_string(), view.name.clone()),
            )
        };
        let all = self.preferences.views.iter().map(saved).chain(VIEWS.iter().map(item));
        Menu::new(&Rules::NARROW, "Views", all.collect())
    }
}
