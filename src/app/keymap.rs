//! Keys to actions and back: [`Keymap`].
//! Never carries an action out; hints and help ask it which keys are bound.

use std::fmt;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::app::action::{ACTIONS, Action, Pane};
use crate::text::clean;
use crate::text::nearby::{did_you_mean, nearest};

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

/// Keys that come as others from a terminal, and which.
const SENT_AS: &[(&str, &str)] = &[("ctrl-i", "tab"), ("ctrl-m", "enter"), ("ctrl-[", "esc")];

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
                // Terminals send the letter that Shift makes; which one depends on the keyboard.
                if modifiers.contains(KeyModifiers::SHIFT) || c.is_control() || c.is_whitespace() {
                    return None;
                }
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
                let has_shift = modifiers.contains(KeyModifiers::SHIFT);
                modifiers -= KeyModifiers::SHIFT;
                KeyCode::Char(if has_shift { capital(c) } else { c })
            }
            code => code,
        };
        Self { code, modifiers }
    }

    /// The letter, digit or sign this key types by itself or with Shift.
    pub fn letter(&self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if self.modifiers.is_empty() => Some(c),
            _ => None,
        }
    }

    /// The digit this key types, if it is one.
    pub fn digit(&self) -> Option<usize> {
        self.digit_with(KeyModifiers::NONE)
    }

    /// The digit with which this key begins a number of times: Alt and a digit, as in readline.
    pub fn alt_digit(&self) -> Option<usize> {
        self.digit_with(KeyModifiers::ALT)
    }

    fn digit_with(&self, modifiers: KeyModifiers) -> Option<usize> {
        match self.code {
            KeyCode::Char(c) if self.modifiers == modifiers => c.to_digit(10).map(|d| d as usize),
            _ => None,
        }
    }

    /// Is it Escape?
    pub fn is_esc(&self) -> bool {
        self.code == KeyCode::Esc && self.modifiers.is_empty()
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

/// The letter that Shift makes of a letter; what has none, and what becomes several, stays.
fn capital(c: char) -> char {
    let mut capitals = c.to_uppercase();
    match (capitals.next(), capitals.next()) {
        (Some(capital), None) => capital,
        _ => c,
    }
}

/// A key, or two one after the other: `g`, `g g`, `space a`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Keys {
    /// The only key, or the last of two.
    pub key: Key,
    /// The key before it.
    pub prefix: Option<Key>,
}

impl Keys {
    /// Reads their spelling, keys parted by a space. Fails with what is wrong about it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let (first, second) = (words.next(), words.next());
        let read = |word: &str| Key::parse(word).ok_or_else(|| no_key(word));
        let keys = match (first, second) {
            (None, _) => return Err(no_key(text)),
            (Some(key), None) => Self { key: read(key)?, prefix: None },
            (Some(prefix), Some(key)) => Self { key: read(key)?, prefix: Some(read(prefix)?) },
        };
        if words.next().is_some() {
            return Err(format!("`{}` is more than two keys", clean(text)));
        }
        for key in [keys.first(), keys.key] {
            if key.alt_digit().is_some() {
                return Err(format!("`{key}` begins a number of times; take another key"));
            }
            if let Some((_, sent)) = SENT_AS.iter().find(|(name, _)| *name == key.to_string()) {
                return Err(format!("a terminal sends `{sent}` for `{key}`; take another key"));
            }
            // A terminal has one code for both.
            if let KeyCode::Char(c @ 'A'..='Z') = key.code
                && key.modifiers.contains(KeyModifiers::CONTROL)
            {
                let small = Key { code: KeyCode::Char(c.to_ascii_lowercase()), ..key };
                return Err(format!("a terminal sends `{small}` for `{key}`; take another key"));
            }
            if key.to_string() == "ctrl-z" {
                return Err("`ctrl-z` always goes to the shell; take another key".to_owned());
            }
        }
        if keys.prefix.is_some() && keys.key.code == KeyCode::Esc {
            return Err("`esc` gives up a key that waits for a second; take another".to_owned());
        }
        Ok(keys)
    }

    fn first(self) -> Key {
        self.prefix.unwrap_or(self.key)
    }
}

fn no_key(text: &str) -> String {
    let named = nearest(text, NAMED.iter().map(|(name, _)| *name));
    let hint = named.map_or_else(
        || {
            "keys are written as j, G, ctrl-d, alt-x, shift-tab, space, pgdn, or two: g g"
                .to_owned()
        },
        |name| did_you_mean(&[name]),
    );
    format!("there is no key `{}`; {hint}", clean(text))
}

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.prefix {
            Some(prefix) => write!(f, "{prefix} {}", self.key),
            None => write!(f, "{}", self.key),
        }
    }
}

/// Keys that would mean two things in one pane.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conflict {
    /// The actions, in the order of the table.
    pub actions: (Action, Action),
    /// What is wrong and the way out, one line.
    pub message: String,
}

/// Which keys mean what in which pane.
#[derive(Clone, Debug)]
pub struct Keymap {
    bindings: Vec<(Keys, Action)>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self { bindings: ACTIONS.iter().flat_map(|row| defaults(row.action)).collect() }
    }
}

/// The default keys of an action.
fn defaults(action: Action) -> impl Iterator<Item = (Keys, Action)> {
    let parsed = action.row().keys.iter().filter_map(|key| Key::parse(key));
    parsed.map(move |key| (Keys { key, prefix: None }, action))
}

impl Keymap {
    /// The default keys, those of some actions replaced. Fails with every key that would mean two
    /// things in one pane.
    pub fn with(overrides: &[(Action, Vec<Keys>)]) -> Result<Self, Vec<Conflict>> {
        let mut bindings = Vec::new();
        for row in ACTIONS {
            // The last one wins.
            match overrides.iter().rfind(|(action, _)| *action == row.action) {
                Some((action, keys)) => bindings.extend(keys.iter().map(|keys| (*keys, *action))),
                None => bindings.extend(defaults(row.action)),
            }
        }
        // Whatever else is bound, there is a way out.
        let out = Key { code: KeyCode::Char('c'), modifiers: KeyModifiers::CONTROL };
        let leave = (Keys { key: out, prefix: None }, Action::Quit);
        if !bindings.contains(&leave) {
            bindings.push(leave);
        }
        let mut conflicts = Vec::new();
        for (at, (keys, action)) in bindings.iter().enumerate() {
            for (other_keys, other) in &bindings[at + 1..] {
                conflicts.extend(conflict((*keys, *action), (*other_keys, *other)));
            }
        }
        if conflicts.is_empty() { Ok(Self { bindings }) } else { Err(conflicts) }
    }

    /// What a key means in a pane, after the key that waits.
    pub fn action(&self, prefix: Option<Key>, key: Key, pane: Pane) -> Option<Action> {
        let wanted = Keys { key, prefix };
        (self.bindings.iter())
            .find(|(bound, action)| *bound == wanted && action.row().panes.contains(&pane))
            .map(|(_, action)| *action)
    }

    /// What else the same key means there, where two actions share it.
    pub fn other_action(&self, prefix: Option<Key>, key: Key, pane: Pane) -> Option<Action> {
        let wanted = Keys { key, prefix };
        let is_meant = |(bound, action): &&(Keys, Action)| {
            *bound == wanted && action.row().panes.contains(&pane)
        };
        self.bindings.iter().filter(is_meant).nth(1).map(|(_, action)| *action)
    }

    /// What may follow a key in a pane; nothing where it is no prefix there.
    pub fn following(&self, prefix: Key, pane: Pane) -> Vec<(Key, Action)> {
        (self.bindings.iter())
            .filter(|(keys, action)| {
                keys.prefix == Some(prefix) && action.row().panes.contains(&pane)
            })
            .map(|(keys, action)| (keys.key, *action))
            .collect()
    }

    /// All keys of an action, as they are spelled.
    pub fn keys(&self, action: Action) -> Vec<String> {
        let own = self.bindings.iter().filter(|(_, bound)| *bound == action);
        own.map(|(keys, _)| keys.to_string()).collect()
    }

    /// The keys of an action in one text.
    pub fn all_keys(&self, action: Action) -> String {
        let keys = self.keys(action);
        let between = if keys.iter().any(|keys| keys.contains(' ')) { ", " } else { " " };
        keys.join(between)
    }

    /// The first key of an action, as hints show it.
    pub fn hint(&self, action: Action) -> String {
        shown(&self.keys(action).into_iter().next().unwrap_or_default())
    }

    /// The first key of an action for a sentence; its name where it has none.
    pub fn spoken(&self, action: Action) -> String {
        let key = self.keys(action).into_iter().next();
        key.unwrap_or_else(|| format!(":{}", action.row().name))
    }
}

/// A key as hints show it.
pub fn shown(key: &str) -> String {
    match key {
        "enter" => "⏎".to_owned(),
        "tab" => "⇥".to_owned(),
        "space" => "␣".to_owned(),
        _ => key.to_owned(),
    }
}

/// Actions that may have the same key in the detail: the first is meant while a text is searched
/// there, the second otherwise.
const SHARED: &[(Action, Action)] = &[(Action::FindNext, Action::Note)];

/// Do two bindings get into each other's way?
fn conflict(one: (Keys, Action), other: (Keys, Action)) -> Option<Conflict> {
    let (a, b) = (one.1.row(), other.1.row());
    let pane = a.panes.iter().find(|pane| b.panes.contains(pane))?.name();
    let actions = (one.1, other.1);
    let told = |message: String| Some(Conflict { actions, message });
    let (long, short) = if one.0.prefix.is_some() { (one, other) } else { (other, one) };
    if one.0 == other.0 {
        if one.1 == other.1 || (pane == Pane::Detail.name() && SHARED.contains(&actions)) {
            return None;
        }
        return told(format!(
            "`{}` is bound to both `{}` and `{}` in the {pane} pane; give one of them another key, \
             or none: {} = []",
            one.0, a.name, b.name, b.name
        ));
    }
    if long.0.prefix == Some(short.0.key) && short.0.prefix.is_none() {
        let (short_name, long_name) = (short.1.row().name, long.1.row().name);
        return told(format!(
            "`{}` is bound to `{short_name}` and begins `{}` of `{long_name}` in the {pane} pane; \
             give one of them another key, or none: {short_name} = []",
            short.0, long.0
        ));
    }
    None
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
                    let found = Keymap::default().action(None, parsed, *pane);
                    let shared = found.is_some_and(|one| SHARED.contains(&(one, row.action)));
                    assert!(found == Some(row.action) || shared, "{key}");
                }
            }
        }
    }

    #[test]
    fn terminal_events_are_spelled_one_way() {
        let event = |code, modifiers| Key::from_event(&KeyEvent::new(code, modifiers)).to_string();
        assert_eq!(event(KeyCode::Char('G'), KeyModifiers::SHIFT), "G");
        assert_eq!(event(KeyCode::Char('G'), KeyModifiers::NONE), "G");
        assert_eq!(event(KeyCode::Char('g'), KeyModifiers::SHIFT), "G");
        assert_eq!(event(KeyCode::Char('*'), KeyModifiers::SHIFT), "*");
        assert_eq!(event(KeyCode::Char('P'), KeyModifiers::ALT | KeyModifiers::SHIFT), "alt-P");
        assert_eq!(event(KeyCode::BackTab, KeyModifiers::NONE), "shift-tab");
        assert_eq!(event(KeyCode::Char('d'), KeyModifiers::CONTROL), "ctrl-d");
    }

    fn keys(text: &str) -> Keys {
        Keys::parse(text).expect(text)
    }

    fn conflicts(overrides: &[(Action, Vec<Keys>)]) -> Vec<String> {
        let found = Keymap::with(overrides).expect_err("a conflict");
        found.into_iter().map(|conflict| conflict.message).collect()
    }

    #[test]
    fn the_default_keys_are_in_nobodys_way() {
        assert!(Keymap::with(&[]).is_ok());
    }

    #[test]
    fn keys_of_an_action_are_replaced_or_taken_away() {
        let overrides =
            [(Action::Pivot, vec![keys("P"), keys("ctrl-t")]), (Action::Zone, Vec::new())];
        let map = Keymap::with(&overrides).expect("no conflict");
        assert_eq!(map.keys(Action::Pivot), ["P", "ctrl-t"]);
        let key = |text| Key::parse(text).expect(text);
        assert_eq!(map.action(None, key("p"), Pane::List), None);
        assert_eq!(map.action(None, key("ctrl-t"), Pane::List), Some(Action::Pivot));
        assert_eq!(map.action(None, key("Z"), Pane::List), None);
        assert_eq!(
            (map.hint(Action::Zone), map.spoken(Action::Zone)),
            (String::new(), ":zone".into())
        );
    }

    #[test]
    fn a_key_for_two_actions_names_both() {
        let found = conflicts(&[(Action::Zone, vec![keys("P"), keys("p")])]);
        let named = found.iter().any(|one| one.contains("`pivot` and `zone` in the list pane"));
        assert!(named, "{found:?}");
        // In panes of their own they may have the same.
        assert!(Keymap::with(&[(Action::Choose, vec![keys("m")])]).is_ok());
    }

    #[test]
    fn two_keys_wait_for_each_other_and_a_bound_prefix_is_a_conflict() {
        let found =
            conflicts(&[(Action::First, vec![keys("g g")]), (Action::Zone, vec![keys("g")])]);
        assert!(
            found[0].contains("`g` is bound to `zone` and begins `g g` of `first`"),
            "{found:?}"
        );
        let map = Keymap::with(&[
            (Action::First, vec![keys("g g")]),
            (Action::Last, vec![keys("g e"), keys("G")]),
        ])
        .expect("no conflict");
        let g = Key::parse("g").expect("a key");
        assert_eq!(map.action(None, g, Pane::List), None);
        assert_eq!(map.action(Some(g), g, Pane::List), Some(Action::First));
        assert_eq!(map.following(g, Pane::List).len(), 2);
        assert_eq!(map.all_keys(Action::Last), "g e, G");
    }

    #[test]
    fn spellings_that_are_no_keys_say_so() {
        for (text, told) in [
            ("spcae", "did you mean `space`?"),
            ("ctrl-shift-alt-", "there is no key"),
            ("shift-a", "there is no key"),
            ("a b c", "more than two keys"),
            ("", "there is no key"),
            ("alt-3", "begins a number"),
            ("ctrl-z", "always goes"),
            ("ctrl-i", "sends `tab`"),
            ("g ctrl-m", "sends `enter`"),
            ("ctrl-[", "sends `esc`"),
            ("g esc", "gives up"),
        ] {
            let error = Keys::parse(text).expect_err(text);
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
