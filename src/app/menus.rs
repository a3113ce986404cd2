//! Which boxes there are, what is in them, and what their keys do.
//! Never carries out an item itself: wishes become actions and effects.

use std::sync::Arc;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::app::action::{ACTIONS, Action, ActionRow, Pane};
use crate::app::copying::{self, pasteable};
use crate::app::input::request;
use crate::app::keymap::Key;
use crate::app::message::Effect;
use crate::app::overlay::{Item, Menu, Wish, wrapped};
use crate::app::panes::list;
use crate::app::state::App;
use crate::place::Prompt;
use crate::query::Query;
use crate::query::translate::{Language, translate};
use crate::record::field::{FIELDS, Field};
use crate::text::clean;

impl App {
    /// Opens the box of an action.
    pub(in crate::app) fn open_menu(&mut self, action: Action) {
        let menu = match action {
            Action::Sort => self.sort_menu(),
            Action::Columns => self.columns_menu(),
            Action::Yank => self.yank_menu(),
            Action::Help => self
                .action_menu(format!("Help: keys of the {} pane", self.panes.focus.name()), true),
            Action::Troubles => self.troubles_menu(),
            Action::Origin => self.origin_menu(),
            _ => self.action_menu("All actions".to_owned(), false),
        };
        self.overlays.push(menu);
        self.arrange();
    }

    pub(in crate::app) fn pressed_in_menu(&mut self, event: &KeyEvent) -> Vec<Effect> {
        let Some(menu) = self.overlays.last_mut() else { return Vec::new() };
        let page = menu.viewport.height().max(1) as isize;
        let before = menu.viewport.cursor();
        match event.code {
            KeyCode::Esc => return self.close_menu(),
            KeyCode::Down | KeyCode::Up if event.modifiers.contains(KeyModifiers::SHIFT) => {
                let width = menu.width(self.screen.layout.screen.width).saturating_sub(2);
                let width = usize::from(width);
                let lines = menu.current().map_or(0, |item| wrapped(&item.in_full(), width).len());
                menu.said = match event.code {
                    KeyCode::Down => (menu.said + 1).min(lines.saturating_sub(1)),
                    _ => menu.said.saturating_sub(1),
                };
                return Vec::new();
            }
            KeyCode::Down | KeyCode::Tab => menu.viewport.move_by(1),
            KeyCode::Up | KeyCode::BackTab => menu.viewport.move_by(-1),
            KeyCode::PageDown => menu.viewport.move_by(page),
            KeyCode::PageUp => menu.viewport.move_by(-page),
            KeyCode::Enter => {
                let chosen = menu.current().cloned();
                return chosen.map(|item| self.choose(item)).unwrap_or_default();
            }
            // Letters are searched for, all of them.
            KeyCode::Right if menu.trails && event.modifiers.is_empty() => {
                let chosen = menu.current().cloned();
                return chosen.map(|item| self.show_meanwhile(&item.wish)).unwrap_or_default();
            }
            KeyCode::Char('-') if menu.facet.is_some() && menu.typed().is_empty() => {
                let chosen = menu.current().cloned();
                let without = chosen.map(|item| match item.wish {
                    Wish::FilterBy(field, value, _) => {
                        Item { wish: Wish::FilterBy(field, value, false), ..item }
                    }
                    _ => item,
                });
                return without.map(|item| self.choose(item)).unwrap_or_default();
            }
            KeyCode::Char(_) if menu.cases => self.refuse_key_for_cases(),
            KeyCode::Char(_) if menu.letters => {
                let Some(letter) = Key::from_event(event).letter() else { return Vec::new() };
                match (menu.by_letter(letter).cloned(), letter) {
                    (Some(item), _) => return self.choose(item),
                    (None, 'j') => menu.viewport.move_by(1),
                    (None, 'k') => menu.viewport.move_by(-1),
                    (None, 'q') => {
                        self.overlays.pop();
                    }
                    _ => {}
                }
            }
            _ => {
                if let Some(request) = request(event) {
                    menu.edit(request);
                }
            }
        }
        // Another item is read from its beginning.
        if let Some(menu) = self.overlays.last_mut().filter(|menu| menu.viewport.cursor() != before)
        {
            menu.said = 0;
        }
        Vec::new()
    }

    fn choose(&mut self, item: Item) -> Vec<Effect> {
        if let Some(why) = item.disabled {
            self.screen.notice = Some(why);
            // There is nothing to choose about a case that is open.
            if matches!(item.wish, Wish::TakeUpCase(_)) {
                self.overlays.pop();
            }
            return Vec::new();
        }
        if let Wish::TakeUpCase(path) = &item.wish
            && !self.is_to_be_taken_up(path)
        {
            return Vec::new();
        }
        if let Wish::ToggleColumn(field) = item.wish {
            if let Some(menu) = self.overlays.last_mut() {
                menu.switch();
            }
            self.toggle_column(field);
            return Vec::new();
        }
        if matches!(item.wish, Wish::Nothing) {
            return Vec::new();
        }
        // The code is needed until the user is signed in.
        if !self.overlays.last().is_some_and(|menu| menu.signs_in) {
            self.overlays.pop();
        }
        match item.wish {
            Wish::Perform(action) => self.perform(action, None),
            Wish::SortBy(field) => self.sort_by(field),
            Wish::TakeUpCase(path) => vec![Effect::ReadCase(path, self.data.store.clone())],
            Wish::Copy(text, what) => vec![Effect::Copy(pasteable(&text), what)],
            Wish::CopyAsIs(text, what) => vec![Effect::Copy(text, what)],
            Wish::Pivot(pivot) => self.go_to(&pivot),
            Wish::Show(query, name) => self.show_from_the_first(&query, &name),
            Wish::Access(key, name) => self.ask_for_access(key, name),
            Wish::Record(row) => self.go_to_record(row).unwrap_or_default(),
            Wish::Trail(query, _, name) => self.show_from_the_first(&query, name),
            Wish::Facet(field) => self.ask_for_facet(field),
            Wish::FilterBy(field, value, inside) => self.filter_by_facet(field, &value, inside),
            Wish::ToggleColumn(_) | Wish::Nothing => Vec::new(),
        }
    }

    /// Shows what is to be done to sign in, for every place that waits for it, until it is done.
    pub(in crate::app) fn prompted(&mut self, name: &Arc<str>, prompt: Option<Prompt>) {
        self.data.loading.prompted(name, prompt);
        self.overlays.retain(|menu| !menu.signs_in);
        if self.data.loading.prompts.is_empty() {
            return;
        }
        let copied = |label: String, text: &str, what: &str| {
            Item::new(label, Wish::Copy(text.to_owned(), what.to_owned()))
        };
        let mut items = Vec::new();
        for (name, prompt) in &self.data.loading.prompts {
            // What is open may be this place alone.
            let place = match **name == self.data.loading.name {
                true => String::new(),
                false => format!("  for {}", clean(name)),
            };
            let address = &prompt.address;
            let until = self.clock.zone.format(prompt.expires, "%H:%M");
            let zone = self.clock.zone.name();
            let then = format!("3. sign in by {until} {zone}; entrail goes on by itself");
            items.extend([
                copied(format!("1. open  {}{place}", clean(address)), address, "address"),
                copied(format!("2. enter {}", clean(&prompt.code)), &prompt.code, "code"),
                Item::new(then, Wish::Nothing),
            ]);
        }
        let title = "Sign in to Microsoft Entra; Enter copies";
        let mut menu = Menu::new(title, items);
        (menu.letters, menu.signs_in) = (true, true);
        self.overlays.push(menu);
        self.arrange();
    }

    fn action_menu(&self, title: String, of_pane: bool) -> Menu {
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
        Menu::new(title, items)
    }

    fn sort_menu(&self) -> Menu {
        let sort = self.panes.list.sort;
        let items = FIELDS.iter().filter(|field| list::is_column(field)).map(|field| Item {
            note: match (field.name == sort.field.name, sort.descending) {
                (true, true) => "now: last first; again turns it around".to_owned(),
                (true, false) => "now: first first; again turns it around".to_owned(),
                (false, _) => field.help.to_owned(),
            },
            ..Item::new(field.name, Wish::SortBy(field))
        });
        Menu::new("Order the list by", items.collect())
    }

    fn columns_menu(&self) -> Menu {
        let shown = self.shown_fields();
        let items = FIELDS.iter().filter(|field| list::is_column(field)).map(|field| Item {
            note: field.help.to_owned(),
            on: Some(shown.iter().any(|other| other.name == field.name)),
            ..Item::new(field.name, Wish::ToggleColumn(field))
        });
        Menu::new("Columns: Enter shows or hides, Esc closes", items.collect())
    }

    fn shown_fields(&self) -> Vec<&'static Field> {
        self.panes.list.fields(usize::from(self.screen.layout.inside(Pane::List).width))
    }

    fn toggle_column(&mut self, field: &'static Field) {
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

    fn troubles_menu(&self) -> Menu {
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
        Menu::new(format!("Troubles: {}; Enter copies one", items.len()), items)
    }

    fn yank_menu(&self) -> Menu {
        let mut items = Vec::new();
        let mut offer = |letter: char, label: &str, text: Option<String>, is_safe: bool| {
            let Some(text) = text.filter(|text| !text.is_empty()) else { return };
            let (text, what) = (if is_safe { text } else { pasteable(&text) }, label.to_owned());
            items.push(Item {
                key: letter.to_string(),
                note: clean(&text).chars().take(200).collect(),
                ..Item::new(label, Wish::CopyAsIs(text, what))
            });
        };
        let raw_line = self.raw_line();
        let line = self.panes.detail.current_line().filter(|_| self.panes.focus == Pane::Detail);
        let value = match (&raw_line, line) {
            (Some((_, value)), _) => Some(value.clone()),
            (None, Some(line)) => Some(line.copy.clone()),
            (None, None) => self.focused_value().map(|(_, value)| value),
        };
        let differs = |value: &String| pasteable(value) != *value;
        let logged = value.clone().filter(differs);
        offer('v', "value", value, false);
        offer('V', "value as logged", logged, true);
        offer('p', "path", raw_line.map(|(path, _)| path), false);
        if let Some(opened) = self.panes.detail.opened.as_ref() {
            offer('i', "record id", Some(opened.record.id.to_string()), false);
            offer('c', "correlation id", Some(opened.record.correlation_id.to_string()), false);
            let raw = opened.raw.trim();
            let (original, logged, safe) = match opened.columns.is_some() {
                true => ("original row", "original row as logged", pasteable(raw)),
                false => ("JSON", "JSON as logged", copying::json(raw)),
            };
            let differs = (safe != raw).then(|| raw.to_owned());
            offer('j', original, Some(safe), true);
            offer('J', logged, differs, true);
            offer('s', "sentence", Some(crate::record::sentence::sentence(&opened.record)), false);
        }
        if let Some(row) = self.panes.list.current().filter(|_| !self.panes.show_activities) {
            let cells = self.shown_fields().into_iter();
            let times = list::Times::whole(&self.clock.zone);
            let cells =
                cells.map(|field| list::cell(&self.data.store, row, field, times, usize::MAX));
            offer('r', "row", Some(copying::row(cells)), true);
        }
        offer('q', "query", Some(copying::query(&self.whole_query())), true);
        items.extend(self.translations());
        let mut menu = Menu::new("Copy", items);
        menu.letters = true;
        menu
    }

    /// The query in the languages of other tools, each saying what it leaves out.
    fn translations(&self) -> Vec<Item> {
        let whole = copying::query(&self.whole_query());
        let Ok(query) = Query::parse(&whole) else { return Vec::new() };
        let letters = [('o', Language::OData), ('k', Language::Kql), ('w', Language::PowerShell)];
        let made =
            letters.map(|(key, language)| (key, translate(&query, &self.context(), language)));
        let items = made.into_iter().map(|(key, made)| {
            let label = made.language.name();
            let preview: String = clean(&made.code).chars().take(200).collect();
            let nothing = made.code.is_empty();
            Item {
                key: key.to_string(),
                note: made.limits().map_or(preview, |limits| clean(&limits).into_owned()),
                disabled: nothing.then(|| match made.parts.is_empty() {
                    true => format!("the query is empty: nothing to say in {label}"),
                    false => format!("nothing of the query can be said in {label}"),
                }),
                ..Item::new(label, Wish::CopyAsIs(made.text(), label.to_owned()))
            }
        });
        items.collect()
    }

    /// Path and value of the line of the raw view under the cursor.
    fn raw_line(&self) -> Option<(String, String)> {
        if !self.panes.detail.raw || self.panes.focus != Pane::Detail {
            return None;
        }
        let line = self.panes.detail.outline.as_ref()?.lines().get(self.panes.detail.current()?)?;
        Some((line.path.clone(), line.value.clone()))
    }

    /// The filter and the choice in the tree as one query.
    pub fn whole_query(&self) -> String {
        let choice = self.panes.tree.choice.to_query(|service| {
            use crate::catalogue::catalogue;
            match catalogue().find_service(service) {
                Some(service) => service.spellings().map(str::to_owned).collect(),
                None => vec![service.to_owned()],
            }
        });
        let filter = self.filter.query.to_string();
        match (filter.is_empty(), choice.is_empty()) {
            (_, true) => filter,
            (true, false) => choice,
            (false, false) => format!("({filter}) {choice}"),
        }
    }
}
