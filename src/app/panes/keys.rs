//! Keys that no layer took: through the keymap to actions, two of them or a number before them.
//! Never carries an action out itself: it asks for it.

use crate::app::action::{Action, Pane};
use crate::app::intent::{Intent, Reply};
use crate::app::keymap::Key;
use crate::app::panes::{Panes, Sight};

impl Panes {
    /// A key that goes through the keymap, perhaps after one that waits, perhaps after a number.
    pub fn key(&mut self, key: Key, sight: &Sight<'_>) -> Reply {
        let (keymap, prefix) = (sight.keymap, self.waiting.take());
        if prefix.is_none() {
            let more = key.digit().filter(|_| self.count.is_some());
            let begins = key.alt_digit().filter(|&digit| digit > 0 || self.count.is_some());
            if let Some(digit) = more.or(begins) {
                self.count = Some((self.count.unwrap_or(0) * 10 + digit).min(100_000_000));
                return Reply::taken();
            }
        }
        if key.is_esc() && (prefix.is_some() || self.count.is_some()) {
            self.count = None;
            return Reply::taken();
        }
        if prefix.is_none() && !keymap.following(key, self.focus).is_empty() {
            // The number stays for the action.
            self.waiting = Some(key);
            return Reply::taken();
        }
        let count = self.count.take();
        if let Some(action) = keymap.action(prefix, key, self.focus) {
            let action = self.meant(action, || keymap.other_action(prefix, key, self.focus));
            return Reply::asks(Intent::Perform(action, count));
        }
        let is_there = |pane: &Pane| {
            keymap.action(prefix, key, *pane).is_some()
                || (prefix.is_none() && !keymap.following(key, *pane).is_empty())
        };
        let elsewhere: Vec<&str> = Pane::ALL.into_iter().filter(is_there).map(Pane::name).collect();
        let pressed = prefix.map_or_else(|| key.to_string(), |prefix| format!("{prefix} {key}"));
        Reply::tell(Some(match &elsewhere[..] {
            [pane] => format!("{pressed} works in the {pane} pane only"),
            [panes @ .., last] => {
                format!("{pressed} works in the panes {} and {last} only", panes.join(", "))
            }
            [] => {
                let help = keymap.spoken(Action::Help);
                format!("{pressed} does nothing here; {help} shows what works")
            }
        }))
    }

    /// What a key means that two actions share: the first while there is something for it to do.
    fn meant(&self, action: Action, other: impl FnOnce() -> Option<Action>) -> Action {
        let searches = self.focus != Pane::Detail || !self.detail.find.is_empty();
        if action != Action::FindNext || searches {
            return action;
        }
        other().unwrap_or(action)
    }
}
