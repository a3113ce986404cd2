//! The box of all views: those the user saved, and the canned ones.
//! Never opens one; a chosen one is wished for.

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
        let item = |view: &crate::query::views::View| Item {
            key: view
                .digit
                .filter(|&digit| !taken(digit))
                .map(|digit| digit.to_string())
                .unwrap_or_default(),
            note: format!("{} {}", view.question, clean(&view.query)),
            ..Item::new(
                clean(&view.name).into_owned(),
                Wish::Show(view.query.clone(), view.name.clone()),
            )
        };
        let saved = |view: &SavedView| Item {
            key: view.digit.map(String::from).unwrap_or_default(),
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
