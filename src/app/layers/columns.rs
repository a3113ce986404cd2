//! The box that shows and hides columns of the list; it stays until it is closed.
//! Never shows none: one column has to stay.

use crate::app::action::{Action, Pane};
use crate::app::layers::menu::{Item, Menu, Rules};
use crate::app::layers::wish::Wish;
use crate::app::panes::list;
use crate::app::state::App;
use crate::record::field::{FIELDS, Field};

static RULES: Rules = Rules { stays: true, ..Rules::NARROW };

impl App {
    /// The columns there are, those that are shown switched on.
    pub(in crate::app) fn columns_menu(&self) -> Menu {
        let shown = self.shown_fields();
        let items = FIELDS.iter().filter(|field| list::is_column(field)).map(|field| Item {
            note: field.help.to_owned(),
            on: Some(shown.iter().any(|other| other.name == field.name)),
            ..Item::new(field.name, Wish::ToggleColumn(field))
        });
        Menu::new(&RULES, "Columns: Enter shows or hides, Esc closes", items.collect())
    }

    /// The columns that are shown.
    pub(in crate::app) fn shown_fields(&self) -> Vec<&'static Field> {
        self.panes.list.fields(usize::from(self.screen.layout.inside(Pane::List).width))
    }

    /// Shows a column, or hides it.
    pub(in crate::app) fn toggle_column(&mut self, field: &'static Field) {
        let mut shown = self.shown_fields();
        match shown.iter().position(|other| other.name == field.name) {
            Some(_) if shown.len() == 1 => {
                self.screen.notice = Some("one column has to stay".to_owned());
                return;
            }
            Some(at) => {
                shown.remove(at);
            }
            None => shown.push(field),
        }
        self.panes.list.chosen = Some(shown);
        self.panes.list.scrolled = 0;
        let width = usize::from(self.screen.layout.inside(Pane::List).width);
        if self.shown_fields().len() > self.panes.list.columns(width, self.times().years).len() {
            let [right, left, zoom] = [Action::Right, Action::Left, Action::Zoom]
                .map(|action| self.keymap.spoken(action));
            self.screen.notice = Some(format!(
                "more columns than fit: {right} and {left} scroll them, {zoom} zooms"
            ));
        }
    }
}
