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
    ("⏎", ">"),
    ("⇥", ">"),
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

/// A key as it is named where its sign cannot be drawn.
pub fn key(shown: &str) -> &str {
    KEYS.iter().find(|(sign, _)| *sign == shown).map_or(shown, |(_, name)| name)
}
