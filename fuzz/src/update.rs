//! A session: keys, the mouse, pastes, sizes, time and deliveries, and the screen after each.

use std::sync::OnceLock;

use entrail::app::message::Message;
use entrail::place::{Position, Trouble};
use entrail::source::Delivery;
use entrail::time::Timestamp;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEventKind};

use super::session::{Session, deliveries};

/// Most cells of a screen that is drawn; the state takes any size.
const MOST_CELLS: u32 = 20_000;
/// Most events of one session.
const MOST_EVENTS: usize = 24;

const NAMED: &[KeyCode] = &[
    KeyCode::Enter,
    KeyCode::Esc,
    KeyCode::Tab,
    KeyCode::BackTab,
    KeyCode::Up,
    KeyCode::Down,
    KeyCode::Left,
    KeyCode::Right,
    KeyCode::Home,
    KeyCode::End,
    KeyCode::PageUp,
    KeyCode::PageDown,
    KeyCode::Backspace,
    KeyCode::Delete,
    KeyCode::Insert,
    KeyCode::Null,
];

const MOUSE: &[MouseEventKind] = &[
    MouseEventKind::ScrollDown,
    MouseEventKind::ScrollUp,
    MouseEventKind::ScrollLeft,
    MouseEventKind::ScrollRight,
    MouseEventKind::Moved,
    MouseEventKind::Down(MouseButton::Left),
    MouseEventKind::Down(MouseButton::Right),
    MouseEventKind::Up(MouseButton::Left),
    MouseEventKind::Drag(MouseButton::Left),
];

fn few() -> &'static [Delivery] {
    static FEW: OnceLock<Vec<Delivery>> = OnceLock::new();
    let scale = entrail::demo::Scale { records: 20, seed: 1 };
    FEW.get_or_init(|| deliveries("few", entrail::demo::tenant(scale)))
}

/// The events that bytes stand for: printable ones are keys.
struct Events<'d>(&'d [u8]);

impl Events<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    fn number(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::from(self.byte()?).min(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        Some(String::from_utf8_lossy(text).into_owned())
    }

    fn next(&mut self) -> Option<Message> {
        let first = self.byte()?;
        let key = |code, modifiers| Message::Pressed(KeyEvent::new(code, modifiers));
        Some(match first {
            b' '..=b'~' => {
                let c = char::from(first);
                let shift = if c.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
                key(KeyCode::Char(c), shift)
            }
            0x00..=0x0f => key(NAMED[usize::from(first)], KeyModifiers::NONE),
            0x10 => Message::Pasted(self.text()?),
            0x11 => Message::Resized(self.number()?, self.number()?),
            // Usual sizes, too.
            0x12 => Message::Resized(self.byte()?.into(), self.byte()?.into()),
            0x13 | 0x14 => {
                let kind = MOUSE[usize::from(self.byte()?) % MOUSE.len()];
                let (column, row) = (self.byte()?.into(), self.byte()?.into());
                let modifiers = KeyModifiers::from_bits_truncate(first & 1);
                Message::Moused(ratatui::crossterm::event::MouseEvent {
                    kind,
                    column,
                    row,
                    modifiers,
                })
            }
            0x15 => {
                let minutes = i64::from(self.number()?);
                Message::Ticked(Timestamp::from_ms(1_780_000_000_000 + minutes * 60_000))
            }
            0x16 => {
                let reason = self.text()?;
                let trouble = Trouble::new(reason.clone(), Position::Line(7), reason, true);
                Message::Delivered(Delivery::Trouble(trouble))
            }
            0x17 => key(KeyCode::F(self.byte()?), KeyModifiers::NONE),
            0x18 => key(KeyCode::Char(char::from(self.byte()?)), KeyModifiers::ALT),
            0x19 => {
                let delivery = few().get(usize::from(self.byte()?) % few().len().max(1));
                let Some(Delivery::Trouble(_) | Delivery::Done(_)) = delivery else {
                    return self.next();
                };
                Message::Delivered(delivery?.clone())
            }
            0x80..=0xff => {
                let c = char::from(b'a' + (first & 0x7f) % 26);
                key(KeyCode::Char(c), KeyModifiers::CONTROL)
            }
            _ => {
                key(KeyCode::Char(char::from_u32(0x1f600 + u32::from(first))?), KeyModifiers::NONE)
            }
        })
    }
}

fn draw(session: &mut Session) {
    let screen = session.app.screen.layout.screen;
    if u32::from(screen.width) * u32::from(screen.height) <= MOST_CELLS {
        session.draw();
        session.check_viewports();
    }
}

/// Nothing that can be typed, clicked, pasted, resized or delivered panics, and every cursor stays
/// in what it points into.
pub fn run(data: &[u8]) {
    let Some((&how, data)) = data.split_first() else { return };
    let mut session = match how & 1 {
        0 => Session::loaded("few", few(), 80, 24),
        _ => Session::catalogue(100, 35),
    };
    let mut events = Events(data);
    for _ in 0..MOST_EVENTS {
        let Some(message) = events.next() else { break };
        // Drawing takes far longer than a change: another size is drawn, and what all came to.
        let is_size = matches!(message, Message::Resized(..));
        session.send(message);
        session.check_viewports();
        if is_size {
            draw(&mut session);
        }
    }
    draw(&mut session);
}
