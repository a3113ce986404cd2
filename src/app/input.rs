//! Keys, mouse and pasted text: down the stack of layers to the panes, and what layers wish for on the way.
//! Never decides by itself who gets what: that is the order of the stack.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseEvent};

use crate::app::action::Pane;
use crate::app::copying::pasteable;
use crate::app::keymap::Key;
use crate::app::layers::Layer;
use crate::app::layers::wish::{Event, Wish, is_press};
use crate::app::message::Effect;
use crate::app::state::App;
use crate::query::suggest::suggest;

impl App {
    pub(in crate::app) fn pressed(&mut self, event: KeyEvent) -> Vec<Effect> {
        if event.kind == KeyEventKind::Release {
            return Vec::new();
        }
        self.screen.notice = None;
        self.forget_asked();
        let control = event.modifiers.contains(KeyModifiers::CONTROL);
        match event.code {
            KeyCode::Char('c') if control => return self.quit(),
            KeyCode::Char('z') if control => return vec![Effect::Suspend],
            _ => {}
        }
        self.take(Event::Key(&event))
    }

    pub(in crate::app) fn pasted(&mut self, text: &str) -> Vec<Effect> {
        self.screen.notice = None;
        self.take(Event::Paste(text))
    }

    /// Takes in a paste whose end never came, and says so.
    pub(in crate::app) fn pasted_part(&mut self, text: &str) -> Vec<Effect> {
        let effects = if text.is_empty() { Vec::new() } else { self.pasted(text) };
        let said = "the terminal sent no end of the paste; some of it may be missing";
        self.screen.notice.get_or_insert_with(|| said.to_owned());
        effects
    }

    pub(in crate::app) fn moused(&mut self, event: MouseEvent) -> Vec<Effect> {
        if is_press(&event) {
            self.screen.notice = None;
            self.forget_asked();
        }
        self.take(Event::Mouse(&event))
    }

    /// Does a letter that is typed now become text, whatever letter it is?
    pub fn takes_text(&self) -> bool {
        self.layers.takes_text(&self.filter)
    }

    /// Gives what was done to the layers, the topmost first, and to the panes where all pass it on.
    fn take(&mut self, event: Event<'_>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for at in (0..self.layers.len()).rev() {
            let layout = self.screen.layout;
            let reply = self.layers.give(at, event, &layout, &mut self.filter);
            for wish in reply.wishes {
                effects.extend(self.grant(wish, at));
            }
            if !reply.passed {
                return effects;
            }
        }
        effects.extend(match event {
            Event::Key(event) => self.pressed_key(Key::from_event(event)),
            Event::Mouse(event) => self.moused_panes(*event),
            // The panes take no text; the filter line does.
            Event::Paste(text) => {
                let mut effects = self.begin_filter();
                effects.extend(self.take(Event::Paste(text)));
                effects
            }
        });
        effects
    }

    /// Does what the layer at a place of the stack wishes for.
    fn grant(&mut self, wish: Wish, at: usize) -> Vec<Effect> {
        match wish {
            Wish::Nothing => {}
            Wish::Close => drop(self.layers.remove(at)),
            Wish::Tell(said) => self.screen.notice = Some(said),
            Wish::Perform(action) => return self.perform(action, None),
            Wish::AskAgain(places) => return self.ask_again(places),
            Wish::SortBy(field) => return self.sort_by(field),
            Wish::ToggleColumn(field) => self.toggle_column(field),
            Wish::TakeUpCase(path) => return self.read_case(path),
            Wish::TakeUpNone => self.took_up_none(),
            Wish::Copy(text, what) => return vec![Effect::Copy(pasteable(&text), what)],
            Wish::CopyAsIs(text, what) => return vec![Effect::Copy(text, what)],
            Wish::Facet(field) => return self.ask_for_facet(field),
            Wish::FilterBy(field, value, inside) => {
                return self.filter_by_facet(field, &value, inside);
            }
            Wish::Show(query, name) => return self.show_from_the_first(&query, &name),
            Wish::Access(key, name) => return self.ask_for_access(key, name),
            Wish::Record(row) => return self.go_to_record(row).unwrap_or_default(),
            Wish::Trail(query, _, name) => return self.show_from_the_first(&query, name),
            Wish::Pivot(pivot) => return self.go_to(&pivot),
            Wish::StopTrails => return vec![Effect::StopTrails],
            Wish::StopCounting => return vec![Effect::StopCounting],
            Wish::Typed(changed) => return self.after_typing(changed),
            Wish::GaveUp(changed) => return if changed { self.ask() } else { Vec::new() },
            Wish::Keep(filter) => {
                self.end_typing();
                let plan = Effect::Plan(self.filter.query.clone(), false);
                return filter.map(Effect::Remember).into_iter().chain([plan]).collect();
            }
            Wish::Find(pane, text) => self.find(pane, &text),
            Wish::FindAnother(pane, back) => return self.find_another(pane, back),
            Wish::EndFind => self.end_find(),
            Wish::Note(row, text) => return self.keep_note(row, &text),
            Wish::Export => return self.export(),
        }
        Vec::new()
    }

    /// Begins to type in the filter line.
    pub(in crate::app) fn begin_filter(&mut self) -> Vec<Effect> {
        self.begin_typing();
        self.filter.begin();
        self.open_layer(Layer::Filter);
        self.after_typing(false)
    }

    /// Offers completion, and asks again where the query changed.
    pub(in crate::app) fn after_typing(&mut self, changed: bool) -> Vec<Effect> {
        let mut effects = if changed { self.ask() } else { Vec::new() };
        self.offer_completion();
        if self.layers.types_filter() && !self.data.seen.is_of(&self.data.store) {
            effects.push(Effect::Survey(self.data.store.clone()));
        }
        effects
    }

    pub(in crate::app) fn offer_completion(&mut self) {
        if self.layers.types_filter() {
            let found = suggest(self.filter.text(), self.filter.caret(), &self.data.seen, 50);
            self.filter.offer(found);
        }
    }

    fn find(&mut self, pane: Pane, text: &str) {
        match pane {
            Pane::Tree => self.panes.tree.find(text),
            _ => self.panes.detail.find(text),
        }
    }

    /// Goes to the next place found in a pane, or to the one before.
    pub(in crate::app) fn find_another(&mut self, pane: Pane, back: bool) -> Vec<Effect> {
        match pane {
            Pane::Tree => self.panes.tree.find_another(back),
            _ => self.panes.detail.find_another(back),
        }
        Vec::new()
    }

    /// Searches nothing any more.
    pub(in crate::app) fn end_find(&mut self) {
        self.panes.tree.find("");
        self.panes.detail.find.clear();
    }
}
