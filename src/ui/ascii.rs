//! The screen in ASCII: what entrail draws itself, in the nearest sign that every terminal has.
//! Never touches letters: names in the data stay as they are.

use ratatui::buffer::Buffer;

/// Signs that are drawn, and what stands for them: each takes one cell.
const SIGNS: &[(&str, &str)] = &[
    ("…", "~"),
    ("→", ">"),
    ("←", "<"),
    ("↑", "^"),
    ("↓", "v"),
    ("·", "-"),
    ("–", "-"),
    ("—", "-"),
    ("−", "-"),
    ("›", ">"),
    ("▸", ">"),
    ("▾", "v"),
    ("▴", "^"),
    ("✓", "+"),
    ("✗", "x"),
    ("✎", "n"),
    ("★", "*"),
    ("●", "*"),
    ("○", "o"),
    ("◐", "o"),
    ("◆", "#"),
    ("▲", "!"),
    ("•", "*"),
    ("×", "x"),
    ("±", "~"),
    ("│", "|"),
    ("▼", "V"),
    ("⏎", "\\"),
    ("⇥", "]"),
    ("␣", "_"),
    ("“", "\""),
    ("”", "\""),
    ("’", "'"),
];

/// Keys that are shown as signs, and their names.
const KEYS: &[(&str, &str)] = &[
    ("⏎", "enter"),
    ("⇥", "tab"),
    ("␣", "space"),
    ("↑↓", "up/down"),
    ("←→", "left/right"),
    ("↑", "up"),
    ("↓", "down"),
];

/// Puts the nearest ASCII sign in place of each that was drawn.
pub fn replace(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if !cell.symbol().is_ascii()
            && let Some((_, sign)) = SIGNS.iter().find(|(drawn, _)| *drawn == cell.symbol())
        {
            cell.set_symbol(sign);
        }
    }
}

/// A title in which keys are named, as they are where their signs cannot be drawn: `⏎ only this`
/// becomes `enter only this`.
pub fn title(text: &str) -> String {
    let named = |word: &str| match word {
        "→" => "right".to_owned(),
        word => key(word).to_owned(),
    };
    text.split(' ').map(named).collect::<Vec<_>>().join(" ")
}

/// A key as it is named where its sign cannot be drawn.
pub fn key(shown: &str) -> &str {
    KEYS.iter().find(|(sign, _)| *sign == shown).map_or(shown, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_mean_different_things_have_different_signs() {
        let sign = |key: &str| SIGNS.iter().find(|(drawn, _)| *drawn == key).map(|(_, sign)| *sign);
        let signs = ["⏎", "⇥", "␣", "→", "←", "↑", "↓"].map(sign);
        for (at, one) in signs.iter().enumerate() {
            assert!(one.is_some_and(str::is_ascii) && !signs[..at].contains(one), "{signs:?}");
        }
        assert_eq!(
            title("3 found · ⏎ its records · → meanwhile · shift ↓ reads on"),
            "3 found · enter its records · right meanwhile · shift down reads on"
        );
    }
}
