//! Keys that no layer took: through the keymap to actions, two of them or a number before them.
//! Never carries an action out itself: that is [`crate::app::actions`].

use crate::app::action::{Action, Pane};
use crate::app::keymap::Key;
use crate::app::message::Effect;
use crate::app::state::App;

impl App {
    /// A key that goes through the keymap, perhaps after one that waits, perhaps after a number.
    pub(in crate::app) fn pressed_key(&mut self, key: Key) -> Vec<Effect> {
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
}
