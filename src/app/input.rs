//! Keys, mouse and pasted text: down the stack of layers to the panes, and what layers and panes ask for on the way.
//! Never decides by itself who gets what: that is the order of the stack.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseEvent};

use crate::app::action::Action;
use crate::app::copying::pasteable;
use crate::app::event::{UserEvent, is_press};
use crate::app::intent::Intent;
use crate::app::keymap::Key;
use crate::app::message::Effect;
use crate::app::panes::Panes;
use crate::app::state::App;

impl App {
    pub(in crate::app) fn pressed(&mut self, event: KeyEvent) -> Vec<Effect> {
        if event.kind == KeyEventKind::Release {
            return Vec::new();
        }
        self.screen.notice = None;
        self.marking.forget_asked();
        let control = event.modifiers.contains(KeyModifiers::CONTROL);
        match event.code {
            KeyCode::Char('c') if control => return self.quit(),
            KeyCode::Char('z') if control => return vec![Effect::Suspend],
            _ => {}
        }
        self.take(UserEvent::Key(&event))
    }

    pub(in crate::app) fn pasted(&mut self, text: &str) -> Vec<Effect> {
        self.screen.notice = None;
        self.take(UserEvent::Paste(text))
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
            self.marking.forget_asked();
        }
        self.take(UserEvent::Mouse(&event))
    }

    /// Does a letter that is typed now become text, whatever letter it is?
    pub fn takes_text(&self) -> bool {
        self.layers.takes_text(&self.filter)
    }

    /// Gives what was done to the layers, the topmost first, and to the panes where all pass it on.
    fn take(&mut self, event: UserEvent<'_>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for at in (0..self.layers.len()).rev() {
            let layout = self.screen.layout;
            let reply = self.layers.give(at, event, &layout, &mut self.filter);
            for intent in reply.intents {
                effects.extend(self.grant(intent, Some(at)));
            }
            if !reply.passed {
                return effects;
            }
        }
        effects.extend(match event {
            UserEvent::Key(event) => {
                self.in_panes(|panes, sight| panes.key(Key::from_event(event), sight))
            }
            UserEvent::Mouse(event) => self.in_panes(|panes, sight| panes.mouse(event, sight)),
            // The panes take no text; the filter line does.
            UserEvent::Paste(text) => {
                let mut effects = self.begin_filter();
                effects.extend(self.take(UserEvent::Paste(text)));
                effects
            }
        });
        effects
    }

    /// Does what a layer at a place of the stack asks for, or, without one, a pane.
    pub(in crate::app) fn grant(&mut self, intent: Intent, layer: Option<usize>) -> Vec<Effect> {
        match intent {
            Intent::Nothing => {}
            Intent::Close => drop(layer.and_then(|at| self.layers.remove(at))),
            Intent::Tell(said) => self.screen.notice = Some(said),
            Intent::Perform(action, count) => return self.perform(action, count),
            Intent::Focus(pane) => self.panes.focus = pane,
            Intent::Ask => return self.ask(),
            Intent::LeaveView => self.leave_view(),
            Intent::Filter(text) => return self.set_filter(&text),
            Intent::SetFilter(text) => drop(self.filter.set_text(&text)),
            Intent::FilterBy(field, values, inside) => {
                return self.filter_by(field, &values, inside);
            }
            Intent::FilterByFacet(field, value, inside) => {
                return self.filter_by_facet(field, &value, inside);
            }
            Intent::ShowActivity(node) => return self.show_activity(node),
            Intent::FollowCursor => return self.in_panes(Panes::follow_cursor),
            Intent::StayOnRecord => self.panes.list.moved = true,
            Intent::OpenRecord(row) => return vec![Effect::Open(row, self.data.store.clone())],
            Intent::LookAround => {
                let detail = &self.panes.detail;
                let row = detail.row.filter(|_| detail.opened.is_some());
                let ids = detail.mentioned_ids();
                let surround = |row| Effect::Surround(row, self.data.store.clone(), ids);
                return row.map(surround).into_iter().collect();
            }
            Intent::AskAgain(places) => return self.ask_again(places),
            Intent::SortBy(field) => return self.in_panes(|panes, _| panes.list.sort_by(field)),
            Intent::ToggleColumn(field) => {
                return self.in_panes(|panes, sight| panes.list.toggle_column(field, sight));
            }
            Intent::TakeUpCase(path) => return self.read_case(path),
            Intent::TakeUpNone => {
                let key = self.keymap.spoken(Action::Cases);
                self.screen.notice = Some(format!("nothing is taken up; {key} lists what can be"));
            }
            Intent::Copy(text, what) => return vec![Effect::Copy(pasteable(&text), what)],
            Intent::CopyAsIs(text, what) => return vec![Effect::Copy(text, what)],
            Intent::Facet(field) => return self.ask_for_facet(field),
            Intent::FacetThere(field) => return self.ask_for_facet_there(field),
            Intent::Show(query, name) => return self.show_from_the_first(&query, &name),
            Intent::Access(key, name) => return self.ask_for_access(key, name),
            Intent::Record(row) => return self.go_to_record(row),
            Intent::Trail(query, _, name) => return self.show_from_the_first(&query, name),
            Intent::Pivot(pivot) => return self.go_to(&pivot),
            Intent::StopTrails => return vec![Effect::StopTrails],
            Intent::StopCounting => return vec![Effect::StopCounting],
            Intent::StopCountingThere => return vec![Effect::StopCountingThere],
            Intent::Typed(changed) => return self.after_typing(changed),
            Intent::GaveUp(changed) => return if changed { self.ask() } else { Vec::new() },
            Intent::Keep(filter) => {
                self.end_typing();
                let plan = Effect::Plan(self.filter.query.clone(), false);
                return filter.map(Effect::Remember).into_iter().chain([plan]).collect();
            }
            Intent::Find(pane, text) => self.panes.find(pane, &text),
            Intent::FindAnother(pane, back) => {
                return self.in_panes(|panes, _| panes.find_another(pane, back));
            }
            Intent::EndFind => self.panes.end_find(),
            Intent::Note(row, text) => return self.keep_note(row, &text),
            Intent::Export => return self.export(),
        }
        Vec::new()
    }
}
