//! Keys to actions and back: [`Keymap`].
//! Never carries an action out; hints and help ask it which keys are bound.

use std::fmt;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::{ACTIONS, Action, Pane};

/// A key with its modifiers, as configuration and help spell it: `j`, `G`, `ctrl-d`, `shift-tab`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

const NAMED: &[(&str, KeyCode)] = &[
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("space", KeyCode::Char(' ')),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pgup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("f1", KeyCode::F(1)),
    ("f2", KeyCode::F(2)),
    ("f3", KeyCode::F(3)),
    ("f4", KeyCode::F(4)),
    ("f5", KeyCode::F(5)),
];

impl Key {
    /// Reads a key's spelling; `None` where there is no such key.
    pub fn parse(text: &str) -> Option<Self> {
        let mut modifiers = KeyModifiers::NONE;
        let mut name = text;
        while let Some((modifier, rest)) = [
            ("ctrl-", KeyModifiers::CONTROL),
            ("alt-", KeyModifiers::ALT),
            ("shift-", KeyModifiers::SHIFT),
        ]
        .iter()
        .find_map(|(prefix, modifier)| Some((*modifier, name.strip_prefix(prefix)?)))
        {
            modifiers |= modifier;
            name = rest;
        }
        let code = match NAMED.iter().find(|(known, _)| *known == name) {
            Some((_, code)) => *code,
            None => {
                let mut chars = name.chars();
                let (Some(c), None) = (chars.next(), chars.next()) else { return None };
                KeyCode::Char(c)
            }
        };
        Some(Self { code, modifiers })
    }

    /// The key of a terminal event, in the one way this program spells it: a capital letter has no
    /// Shift, Back-Tab is Shift and Tab.
    pub fn from_event(event: &KeyEvent) -> Self {
        let relevant = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
        let mut modifiers = event.modifiers & relevant;
        let code = match event.code {
            KeyCode::BackTab => {
                modifiers |= KeyModifiers::SHIFT;
                KeyCode::Tab
            }
            KeyCode::Char(c) => {
                modifiers -= KeyModifiers::SHIFT;
                KeyCode::Char(c)
            }
            code => code,
        };
        Self { code, modifiers }
    }

    /// The digit this key types together with Alt, if it does.
    pub fn alt_digit(&self) -> Option<usize> {
        match self.code {
            KeyCode::Char(c) if self.modifiers == KeyModifiers::ALT => {
                c.to_digit(10).map(|d| d as usize)
            }
            _ => None,
        }
    }

    /// The digit this key types, if it is one.
    pub fn digit(&self) -> Option<usize> {
        match self.code {
            KeyCode::Char(c) if self.modifiers.is_empty() => c.to_digit(10).map(|d| d as usize),
            _ => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (modifier, name) in [
            (KeyModifiers::CONTROL, "ctrl-"),
            (KeyModifiers::ALT, "alt-"),
            (KeyModifiers::SHIFT, "shift-"),
        ] {
            if self.modifiers.contains(modifier) {
                f.write_str(name)?;
            }
        }
        match NAMED.iter().find(|(_, code)| *code == self.code) {
            Some((name, _)) => f.write_str(name),
            None => match self.code {
                KeyCode::Char(c) => write!(f, "{c}"),
                other => write!(f, "{other:?}"),
            },
        }
    }
}

/// Which key means what in which pane.
#[derive(Clone, Debug)]
pub struct Keymap {
    bindings: Vec<(Key, Action)>,
}

impl Default for Keymap {
    fn default() -> Self {
        let keys =
            ACTIONS.iter().flat_map(|row| row.keys.iter().map(move |key| (*key, row.action)));
        let bindings = keys.filter_map(|(key, action)| Some((Key::parse(key)?, action))).collect();
        Self { bindings }
    }
}

impl Keymap {
    /// What a key means in a pane.
    pub fn action(&self, key: Key, pane: Pane) -> Option<Action> {
        (self.bindings.iter())
            .find(|(bound, action)| *bound == key && action.row().panes.contains(&pane))
            .map(|(_, action)| *action)
    }

    /// All keys of an action, as they are spelled.
    pub fn keys(&self, action: Action) -> Vec<String> {
        let own = self.bindings.iter().filter(|(_, bound)| *bound == action);
        own.map(|(key, _)| key.to_string()).collect()
    }

    /// The first key of an action, as hints show it.
    pub fn hint(&self, action: Action) -> String {
        let key = self.keys(action).into_iter().next().unwrap_or_default();
        match key.as_str() {
            "enter" => "⏎".to_owned(),
            "tab" => "⇥".to_owned(),
            "space" => "␣".to_owned(),
            _ => key,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_key_parses_and_means_one_thing_in_a_pane() {
        for row in ACTIONS {
            for key in row.keys {
                let parsed = Key::parse(key).unwrap_or_else(|| panic!("{key}"));
                assert_eq!(parsed.to_string(), *key);
                for pane in row.panes {
                    assert_eq!(Keymap::default().action(parsed, *pane), Some(row.action), "{key}");
                }
            }
        }
    }

    #[test]
    fn terminal_events_are_spelled_one_way() {
        let event = |code, modifiers| Key::from_event(&KeyEvent::new(code, modifiers)).to_string();
        assert_eq!(event(KeyCode::Char('G'), KeyModifiers::SHIFT), "G");
        assert_eq!(event(KeyCode::BackTab, KeyModifiers::NONE), "shift-tab");
        assert_eq!(event(KeyCode::Char('d'), KeyModifiers::CONTROL), "ctrl-d");
    }
}
