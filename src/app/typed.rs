//! Text that is typed or pasted into a line: one change each, and never more than the line takes.
//! Never lets a line break in: what is pasted stays one line.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::{Input, InputRequest};

use crate::text::thousands;

/// Characters a line takes: what is looked for, a title, the name of a file.
pub const LINE: usize = 4_000;
/// Characters a note takes.
pub const NOTE: usize = 10_000;
/// Characters a filter takes. It has to hold lists of ids, and is read anew with each key.
pub const FILTER: usize = 50_000;

/// Inserts text at the caret, controls as blanks and line breaks at its end not at all. Returns what
/// to say where not all of it has room.
pub fn insert(input: &mut Input, text: &str, most: usize) -> Option<String> {
    let room = most.saturating_sub(input.value().chars().count());
    let text = text.trim_end_matches(['\r', '\n']);
    let mut pasted = one_line(text).take(room);
    let mut before: String = input.value().chars().take(input.cursor()).collect();
    let after = input.value().get(before.len()..).unwrap_or_default().to_owned();
    before.extend(&mut pasted);
    let caret = before.chars().count();
    *input = Input::new(before + &after).with_cursor(caret);
    text.chars().nth(room).map(|_| format!("pasted text cut at {} characters", shown(most)))
}

/// Edits a line. A letter that has no room changes nothing.
pub fn edit(input: &mut Input, request: InputRequest, most: usize) -> bool {
    let grows = matches!(request, InputRequest::InsertChar(_) | InputRequest::Yank);
    if grows && input.value().chars().nth(most.saturating_sub(1)).is_some() {
        return false;
    }
    input.handle(request).is_some_and(|change| change.value)
}

/// A text as it goes into a line.
pub fn one_line(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(|c| if c.is_control() { ' ' } else { c })
}

/// A number of characters, in words.
pub fn shown(characters: usize) -> String {
    thousands(characters as u64)
}

/// What a key means to a line of text that is being edited.
pub fn request(event: &KeyEvent) -> Option<InputRequest> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pasted_goes_in_at_the_caret_and_is_cut_where_the_line_is_full() {
        let mut input = Input::new("ab".to_owned()).with_cursor(1);
        assert_eq!(insert(&mut input, "1\r\n2\t日\n", 20), None);
        assert_eq!((input.value(), input.cursor()), ("a1  2 日b", 7));
        let said = insert(&mut input, &"x".repeat(5_000_000), 1_000);
        assert_eq!(said.as_deref(), Some("pasted text cut at 1,000 characters"));
        assert_eq!((input.value().chars().count(), input.cursor()), (1_000, 999));
        assert!(!edit(&mut input, InputRequest::InsertChar('y'), 1_000));
        assert!(edit(&mut input, InputRequest::DeletePrevChar, 1_000));
        assert!(edit(&mut input, InputRequest::InsertChar('y'), 1_000));
        assert_eq!(input.value().chars().count(), 1_000);
    }
}
