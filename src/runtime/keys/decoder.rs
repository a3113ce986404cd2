//! Bytes of a terminal to keys, mouse and pasted text, and what becomes of those whose end never comes.
//! Never waits and never says what a key means.

use std::collections::VecDeque;
use std::time::Duration;

use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use crate::app::message::Message;

const ESCAPE: u8 = 0x1b;
/// What bracketed paste puts around a text. Source: xterm, "Bracketed Paste Mode".
const PASTE: &[u8] = b"\x1b[200~";
const PASTE_END: &[u8] = b"\x1b[201~";
/// Longest sequence of a key or of the mouse.
const LONGEST: usize = 64;
/// Bytes of a pasted text that are kept; no line takes as many.
const MOST_PASTED: usize = 8 << 20;
/// More bytes at once than a key has are not typed.
const TYPED: usize = 8;
/// A sequence that has not gone on for so long has ended.
const SEQUENCE: Duration = Duration::from_millis(100);
/// A paste that has not gone on for so long has ended. A slow link may hold one up for a while.
const SILENCE: Duration = Duration::from_millis(1_500);

/// Takes bytes, and hands out what they say.
#[derive(Default, Debug)]
pub struct Decoder {
    /// What was begun, and is no paste.
    sequence: Vec<u8>,
    /// The paste that was begun, with its end as far as that is there.
    paste: Option<Vec<u8>>,
    /// The last paste was given up: what comes in one piece now belongs to it.
    gave_up: bool,
    ready: VecDeque<Message>,
}

impl Decoder {
    /// Takes bytes that were read at once. `more`: more are there.
    pub fn take(&mut self, bytes: &[u8], more: bool) {
        if self.gave_up && bytes.first().is_some_and(|byte| *byte != ESCAPE) {
            self.gave_up = false;
            if bytes.len() > TYPED {
                self.paste = Some(Vec::new());
            }
        }
        for (at, &byte) in bytes.iter().enumerate() {
            let more = more || at + 1 < bytes.len();
            match &mut self.paste {
                Some(pasted) => {
                    pasted.push(byte);
                    if pasted.ends_with(PASTE_END) {
                        pasted.truncate(pasted.len() - PASTE_END.len());
                        let text = String::from_utf8_lossy(pasted).into_owned();
                        self.ready.push_back(Message::Pasted(text));
                        self.paste = None;
                    } else if pasted.len() > 2 * MOST_PASTED {
                        pasted.drain(MOST_PASTED..pasted.len() - PASTE_END.len());
                    }
                }
                None => self.key(byte, more),
            }
        }
    }

    /// The next byte outside of a paste.
    fn key(&mut self, byte: u8, more: bool) {
        if byte == ESCAPE && self.sequence == [ESCAPE] {
            // Pressed twice; the second one may begin a key.
            self.escape();
        }
        self.sequence.push(byte);
        if self.sequence == PASTE {
            self.sequence.clear();
            self.paste = Some(Vec::new());
            self.gave_up = false;
        } else if self.sequence != [ESCAPE] || !more {
            match terminput::Event::parse_from(&self.sequence) {
                Ok(None) if self.sequence.len() < LONGEST => {}
                Ok(event) => {
                    let event =
                        event.and_then(|event| terminput_crossterm::to_crossterm(event).ok());
                    self.ready.extend(event.and_then(super::message));
                    self.sequence.clear();
                }
                Err(_) => self.sequence.clear(),
            }
        }
    }

    fn escape(&mut self) {
        let escape = Event::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
        self.ready.extend(super::message(escape));
        self.sequence.clear();
    }

    /// What was said since.
    pub fn next(&mut self) -> Option<Message> {
        self.ready.pop_front()
    }

    /// How long to wait for more before [`Decoder::silence`]; for ever where nothing was begun.
    pub fn patience(&self) -> Option<Duration> {
        match &self.paste {
            Some(_) => Some(SILENCE),
            None => (!self.sequence.is_empty()).then_some(SEQUENCE),
        }
    }

    /// Nothing came for as long as that: what was begun has ended.
    pub fn silence(&mut self) {
        if let Some(pasted) = self.paste.take() {
            self.gave_up = true;
            let text = String::from_utf8_lossy(&pasted).into_owned();
            self.ready.push_back(Message::PastedPart(text));
        } else if self.sequence == [ESCAPE] {
            self.escape();
        }
        self.sequence.clear();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What bytes say that are read in pieces of this size, one after the other.
    fn said(bytes: &[u8], size: usize) -> Vec<String> {
        let mut decoder = Decoder::default();
        let mut pieces = bytes.chunks(size).peekable();
        while let Some(piece) = pieces.next() {
            decoder.take(piece, pieces.peek().is_some());
        }
        told(&mut decoder)
    }

    fn told(decoder: &mut Decoder) -> Vec<String> {
        std::iter::from_fn(|| decoder.next())
            .map(|message| match message {
                Message::Pressed(key) => format!("{} {}", key.modifiers, key.code),
                Message::Moused(mouse) => format!("{},{}", mouse.column, mouse.row),
                Message::Pasted(text) => format!("pasted {text}"),
                Message::PastedPart(text) => format!("part {text}"),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn keys_are_told_apart_however_they_are_cut() {
        for (bytes, expected) in [
            ("aÄ日", &[" a", "Shift Ä", " 日"][..]),
            (
                "\x1b[A\x1bOB\x1b[1;5C\x1b[3~\x1b[15~",
                &[" Up", " Down", "Control Right", " Del", " F5"],
            ),
            (
                "\x1bf\x03\r\t\x7f\x1b[Z",
                &["Alt f", "Control c", " Enter", " Tab", " Backspace", "Shift Back Tab"],
            ),
            ("\x1b[<0;5;7M", &["4,6"]),
            ("\x1b[200~q\x1b[A\r\x1b[201~q", &["pasted q\x1b[A\r", " q"]),
            ("\x1b[201~q\x1b", &[" q", " Esc"]),
            ("\x1b\x1b[A\x1b\x1b", &[" Esc", " Up", " Esc", " Esc"]),
        ] {
            for size in [1, 2, 3, 100] {
                assert_eq!(said(bytes.as_bytes(), size), expected, "{bytes:?} by {size}");
            }
        }
    }

    #[test]
    fn a_paste_without_an_end_took_the_keyboard() {
        let mut decoder = Decoder::default();
        decoder.take(b"\x1b[200~half of it", false);
        decoder.take(b" and\x1b[2", false);
        assert!(decoder.next().is_none());
        assert_eq!(decoder.patience(), Some(SILENCE));
        decoder.silence();
        assert_eq!(decoder.patience(), None);
        decoder.take(b"\x1b", false);
        decoder.take(b"q", false);
        assert_eq!(told(&mut decoder), ["part half of it and\x1b[2", " Esc", " q"]);
        // What comes late in one piece is text, not keys.
        decoder.take(b"\x1b[200~a", false);
        decoder.silence();
        decoder.take(b"quit and delete all", false);
        decoder.take(b" of it\x1b[201~q", false);
        assert_eq!(told(&mut decoder), ["part a", "pasted quit and delete all of it", " q"]);
        // Nor does a key that was begun.
        decoder.take(b"\x1b[1;", false);
        decoder.silence();
        decoder.take(b"q", false);
        assert_eq!(told(&mut decoder), [" q"]);
    }

    #[test]
    fn a_paste_is_taken_in_as_long_as_it_is_and_kept_up_to_a_limit() {
        let text = [PASTE, &vec![b'x'; 3 * MOST_PASTED], PASTE_END, b"q"].concat();
        let told = said(&text, 1_024);
        assert_eq!(told[1..], [" q"]);
        assert!((MOST_PASTED..=2 * MOST_PASTED + 16).contains(&told[0].len()), "{}", told[0].len());
    }

    proptest! {
        #[test]
        fn any_bytes_leave_the_keyboard_usable(bytes in prop::collection::vec(any::<u8>(), 0..80), size in 1usize..9) {
            let mut decoder = Decoder::default();
            for piece in bytes.chunks(size) {
                decoder.take(piece, false);
            }
            decoder.silence();
            told(&mut decoder);
            decoder.take(b"\x1b", false);
            prop_assert_eq!(told(&mut decoder), [" Esc"]);
        }
    }
}
