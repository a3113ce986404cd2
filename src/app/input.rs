//! Keys, mouse and pasted text: what they mean where the keyboard is now.
//! Never carries an action out itself: that is [`super::actions`].

use ratatui::crossterm::event::{
    KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use ratatui::layout::Position;
use tui_input::InputRequest;

use crate::app::action::{Action, Pane};
use crate::app::keymap::Key;
use crate::app::message::Effect;
use crate::app::state::App;
use crate::app::typed;
use crate::query::suggest::suggest;

impl App {
    pub(in crate::app) fn pasted(&mut self, text: &str) -> Vec<Effect> {
        self.screen.notice = None;
        if self.exporting.form.is_some() {
            self.pasted_in_export(text);
            return Vec::new();
        }
        if self.marking.note.is_some() {
            self.pasted_in_note(text);
            return Vec::new();
        }
        (self.panes.waiting, self.panes.count) = (None, None);
        if let Some(menu) = self.overlays.last_mut() {
            self.screen.notice = menu.paste(text);
            return Vec::new();
        }
        if let Some(input) = &mut self.finding {
            self.screen.notice = typed::insert(input, text, typed::LINE);
            return self.found();
        }
        if !self.filter.editing {
            self.begin_typing();
            self.filter.begin();
        }
        match self.filter.paste(text) {
            Ok(changed) => self.after_typing(changed),
            Err(too_long) => {
                self.screen.notice = Some(too_long);
                Vec::new()
            }
        }
    }

    /// Takes in a paste whose end never came, and says so.
    pub(in crate::app) fn pasted_part(&mut self, text: &str) -> Vec<Effect> {
        let effects = if text.is_empty() { Vec::new() } else { self.pasted(text) };
        let said = "the terminal sent no end of the paste; some of it may be missing";
        self.screen.notice.get_or_insert_with(|| said.to_owned());
        effects
    }

    /// Does a letter that is typed now become text, whatever letter it is?
    pub fn takes_text(&self) -> bool {
        if let Some(form) = &self.exporting.form {
            return self.exporting.running.is_none() && form.takes_text();
        }
        if self.marking.note.is_some() {
            return true;
        }
        match self.overlays.last() {
            Some(menu) => menu.takes_text(),
            None => self.filter.editing || self.finding.is_some(),
        }
    }

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
        // While it is written the box waits.
        if self.exporting.form.is_some() && self.exporting.running.is_none() {
            return self.pressed_in_export(&event);
        }
        if self.marking.note.is_some() {
            return self.pressed_in_note(&event);
        }
        if !self.overlays.is_empty() {
            return self.pressed_in_menu(&event);
        }
        if self.filter.editing {
            return self.pressed_in_filter(&event);
        }
        if self.finding.is_some() {
            return self.pressed_in_find(&event);
        }
        self.pressed_key(Key::from_event(&event))
    }

    /// A key that goes through the keymap, perhaps after one that waits, perhaps after a number.
    fn pressed_key(&mut self, key: Key) -> Vec<Effect> {
        let prefix = self.panes.waiting.take();
        if prefix.is_none() {
            let more = key.digit().filter(|_| self.panes.count.is_some());
            let begins = key.alt_digit().filter(|&digit| digit > 0 || self.panes.count.is_some());
            if let Some(digit) = more.or(begins) {
                self.panes.count =
                    Some((self.panes.count.unwrap_or(0) * 10 + digit).min(100_000_000));
                return Vec::new();
            }
        }
        if key.is_esc() && (prefix.is_some() || self.panes.count.is_some()) {
            self.panes.count = None;
            return Vec::new();
        }
        if prefix.is_none() && !self.keymap.following(key, self.panes.focus).is_empty() {
            // The number stays for the action.
            self.panes.waiting = Some(key);
            return Vec::new();
        }
        let count = self.panes.count.take();
        if let Some(action) = self.keymap.action(prefix, key, self.panes.focus) {
            let action =
                self.meant(action, || self.keymap.other_action(prefix, key, self.panes.focus));
            return self.perform(action, count);
        }
        let is_there = |pane: &Pane| {
            self.keymap.action(prefix, key, *pane).is_some()
                || (prefix.is_none() && !self.keymap.following(key, *pane).is_empty())
        };
        let elsewhere: Vec<&str> = Pane::ALL.into_iter().filter(is_there).map(Pane::name).collect();
        let pressed = prefix.map_or_else(|| key.to_string(), |prefix| format!("{prefix} {key}"));
        self.screen.notice = Some(match &elsewhere[..] {
            [pane] => format!("{pressed} works in the {pane} pane only"),
            [panes @ .., last] => {
                format!("{pressed} works in the panes {} and {last} only", panes.join(", "))
            }
            [] => {
                let help = self.keymap.spoken(Action::Help);
                format!("{pressed} does nothing here; {help} shows what works")
            }
        });
        Vec::new()
    }

    /// What a key means that two actions share: the first while there is something for it to do.
    fn meant(&self, action: Action, other: impl FnOnce() -> Option<Action>) -> Action {
        let searches = self.panes.focus != Pane::Detail || !self.panes.detail.find.is_empty();
        if action != Action::FindNext || searches {
            return action;
        }
        other().unwrap_or(action)
    }

    fn pressed_in_filter(&mut self, event: &KeyEvent) -> Vec<Effect> {
        let control = event.modifiers.contains(KeyModifiers::CONTROL);
        let changed = match event.code {
            KeyCode::Enter if self.filter.picked.is_some() => self.filter.complete(),
            KeyCode::Enter => {
                // What stands in the line is what the list answers, whenever it is not typed in.
                if let Some(error) = &self.filter.error {
                    self.screen.notice = Some(format!("{error} (Esc: as before)"));
                    return Vec::new();
                }
                let kept = self.filter.accept().map(Effect::Remember);
                self.end_typing();
                return kept.into_iter().collect();
            }
            KeyCode::Esc
                if !self.filter.suggestions.items.is_empty() && self.filter.picked.is_some() =>
            {
                self.filter.picked = None;
                return Vec::new();
            }
            KeyCode::Esc => {
                let changed = self.filter.give_up();
                return if changed { self.ask() } else { Vec::new() };
            }
            KeyCode::Tab => self.filter.complete(),
            KeyCode::Down => {
                self.filter.pick(true);
                return Vec::new();
            }
            KeyCode::Up if self.filter.picked.is_some() => {
                self.filter.pick(false);
                return Vec::new();
            }
            KeyCode::Up => self.filter.walk_history(true),
            KeyCode::Char('p') if control => self.filter.walk_history(true),
            KeyCode::Char('n') if control => self.filter.walk_history(false),
            _ => match request(event) {
                Some(request) => self.filter.edit(request),
                None => return Vec::new(),
            },
        };
        self.after_typing(changed)
    }

    /// Offers completion, and asks again where the query changed.
    pub(in crate::app) fn after_typing(&mut self, changed: bool) -> Vec<Effect> {
        let mut effects = if changed { self.ask() } else { Vec::new() };
        self.offer_completion();
        if self.filter.editing && !self.data.seen.is_of(&self.data.store) {
            effects.push(Effect::Survey(self.data.store.clone()));
        }
        effects
    }

    pub(in crate::app) fn offer_completion(&mut self) {
        if self.filter.editing {
            let found = suggest(self.filter.text(), self.filter.caret(), &self.data.seen, 50);
            self.filter.offer(found);
        }
    }

    fn pressed_in_find(&mut self, event: &KeyEvent) -> Vec<Effect> {
        match event.code {
            KeyCode::Enter => {
                self.finding = None;
                Vec::new()
            }
            KeyCode::Esc => {
                self.finding = None;
                self.panes.tree.find("");
                self.panes.detail.find.clear();
                Vec::new()
            }
            KeyCode::Down | KeyCode::Up => {
                let back = event.code == KeyCode::Up;
                match self.panes.focus {
                    Pane::Tree => self.panes.tree.find_another(back),
                    _ => self.panes.detail.find_another(back),
                }
                Vec::new()
            }
            _ => {
                let (Some(request), Some(input)) = (request(event), &mut self.finding) else {
                    return Vec::new();
                };
                typed::edit(input, request, typed::LINE);
                self.found()
            }
        }
    }

    fn found(&mut self) -> Vec<Effect> {
        let text = self.finding.as_ref().map(|input| input.value().to_owned()).unwrap_or_default();
        match self.panes.focus {
            Pane::Tree => self.panes.tree.find(&text),
            _ => self.panes.detail.find(&text),
        }
        Vec::new()
    }

    pub(in crate::app) fn moused(&mut self, event: MouseEvent) -> Vec<Effect> {
        let wheel = match event.kind {
            MouseEventKind::ScrollDown => Some(3),
            MouseEventKind::ScrollUp => Some(-3),
            _ => None,
        };
        if let Some(menu) = self.overlays.last_mut() {
            if let Some(lines) = wheel {
                menu.viewport.move_by(lines);
            }
            return Vec::new();
        }
        let place = Position::new(event.column, event.row);
        if let (Some(lines), Some(pane)) =
            (wheel, self.screen.layout.pane_at(event.column, event.row))
        {
            match pane {
                Pane::Tree => self.panes.tree.viewport.scroll_by(lines),
                Pane::List if self.panes.show_activities => {
                    self.panes.activities.viewport.scroll_by(lines);
                }
                Pane::List => {
                    self.panes.list.moved = true;
                    self.panes.list.viewport.scroll_by(lines);
                }
                Pane::Detail => self.panes.detail.viewport.scroll_by(lines),
                Pane::Timeline => {
                    let closer = if lines < 0 { Action::ZoomIn } else { Action::ZoomOut };
                    return self.in_timeline(closer);
                }
            }
            return if pane == Pane::List { self.follow_cursor() } else { Vec::new() };
        }
        let press = event.kind == MouseEventKind::Down(MouseButton::Left);
        let release = event.kind == MouseEventKind::Up(MouseButton::Left);
        if self.panes.timeline.dragging || (press && self.screen.layout.timeline.contains(place)) {
            return self.timeline_moused(event.column, press, release);
        }
        if !press {
            return Vec::new();
        }
        self.screen.notice = None;
        self.forget_asked();
        (self.panes.waiting, self.panes.count) = (None, None);
        if self.screen.layout.filter.contains(place) {
            return self.perform(Action::Filter, None);
        }
        let Some(pane) = self.screen.layout.pane_at(event.column, event.row) else {
            return Vec::new();
        };
        let mut effects = Vec::new();
        if self.filter.editing {
            // Elsewhere nothing can be typed: a filter that is no query is taken back.
            if self.filter.error.is_some() {
                self.screen.notice =
                    self.filter.error.as_ref().map(|error| format!("taken back: {error}"));
                if self.filter.give_up() {
                    effects.extend(self.ask());
                }
            }
            effects.extend(self.filter.accept().map(Effect::Remember));
            self.end_typing();
        }
        let again = self.panes.focus == pane;
        self.panes.focus = pane;
        let inside = self.screen.layout.inside(pane);
        if inside.contains(place) {
            effects.extend(self.clicked(pane, usize::from(event.row - inside.y), again));
        }
        effects
    }

    /// Puts a pane's cursor on a line of its window; a click on the cursor of the tree unfolds.
    fn clicked(&mut self, pane: Pane, line: usize, again: bool) -> Vec<Effect> {
        match pane {
            Pane::Tree => {
                let place = self.panes.tree.viewport.top() + line;
                let same = again && self.panes.tree.viewport.cursor() == place;
                if place < self.panes.tree.viewport.len() {
                    self.panes.tree.viewport.go_to(place);
                    if same {
                        self.panes.tree.toggle();
                    }
                }
                Vec::new()
            }
            Pane::List => {
                let Some(line) = line.checked_sub(1) else { return Vec::new() };
                let viewport = match self.panes.show_activities {
                    true => &mut self.panes.activities.viewport,
                    false => &mut self.panes.list.viewport,
                };
                if viewport.top() + line < viewport.len() {
                    viewport.go_to(viewport.top() + line);
                }
                self.panes.list.moved = true;
                self.follow_cursor()
            }
            Pane::Timeline => Vec::new(),
            Pane::Detail => {
                self.panes.detail.viewport.go_to(self.panes.detail.viewport.top() + line);
                Vec::new()
            }
        }
    }
}

/// What a key means to a line of text that is being edited.
pub(in crate::app) fn request(event: &KeyEvent) -> Option<InputRequest> {
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    let alt = event.modifiers.contains(KeyModifiers::ALT);
    Some(match (event.code, control, alt) {
        (KeyCode::Char('a'), true, _) | (KeyCode::Home, ..) => InputRequest::GoToStart,
        (KeyCode::Char('e'), true, _) | (KeyCode::End, ..) => InputRequest::GoToEnd,
        (KeyCode::Char('u'), true, _) => InputRequest::DeleteLine,
        (KeyCode::Char('k'), true, _) => InputRequest::DeleteTillEnd,
        (KeyCode::Char('w'), true, _) | (KeyCode::Backspace, _, true) => {
            InputRequest::DeletePrevWord
        }
        (KeyCode::Char('h'), true, _) | (KeyCode::Backspace, ..) => InputRequest::DeletePrevChar,
        (KeyCode::Char('d'), true, _) | (KeyCode::Delete, ..) => InputRequest::DeleteNextChar,
        (KeyCode::Left, true, _) | (KeyCode::Char('b'), _, true) => InputRequest::GoToPrevWord,
        (KeyCode::Right, true, _) | (KeyCode::Char('f'), _, true) => InputRequest::GoToNextWord,
        (KeyCode::Char('b'), true, _) | (KeyCode::Left, ..) => InputRequest::GoToPrevChar,
        (KeyCode::Char('f'), true, _) | (KeyCode::Right, ..) => InputRequest::GoToNextChar,
        (KeyCode::Char(c), false, false) => InputRequest::InsertChar(c),
        _ => return None,
    })
}
