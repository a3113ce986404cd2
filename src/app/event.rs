//! What a person does: keys, mouse and pasted text; and who takes it, the topmost layer first.
//! Never decides who gets it: that is the order of the stack.

use ratatui::crossterm::event::{KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use crate::app::intent::Reply;
use crate::app::layout::Layout;

/// Something a person does.
#[derive(Clone, Copy, Debug)]
pub enum UserEvent<'e> {
    /// A key was pressed.
    Key(&'e KeyEvent),
    /// The mouse was used.
    Mouse(&'e MouseEvent),
    /// Text was pasted.
    Paste(&'e str),
}

/// A layer of the screen: it gets what a person does before those beneath it.
pub trait InputHandler {
    /// A key was pressed.
    fn key(&mut self, event: &KeyEvent, layout: &Layout) -> Reply;

    /// The mouse was used, anywhere on the screen.
    fn mouse(&mut self, event: &MouseEvent, layout: &Layout) -> Reply;

    /// Text was pasted.
    fn paste(&mut self, text: &str) -> Reply;

    /// Does a letter that is typed become text, whatever letter it is? `None`: the layer beneath knows.
    fn takes_text(&self) -> Option<bool>;

    /// Something was done.
    fn take(&mut self, event: UserEvent<'_>, layout: &Layout) -> Reply {
        match event {
            UserEvent::Key(event) => self.key(event, layout),
            UserEvent::Mouse(event) => self.mouse(event, layout),
            UserEvent::Paste(text) => self.paste(text),
        }
    }
}

/// Lines that a turn of the wheel scrolls; `None` where the wheel was not turned.
pub fn wheel(event: &MouseEvent) -> Option<isize> {
    match event.kind {
        MouseEventKind::ScrollDown => Some(3),
        MouseEventKind::ScrollUp => Some(-3),
        _ => None,
    }
}

/// Was the left button pressed?
pub fn is_press(event: &MouseEvent) -> bool {
    event.kind == MouseEventKind::Down(MouseButton::Left)
}

/// Where the mouse is.
pub fn position(event: &MouseEvent) -> Position {
    Position::new(event.column, event.row)
}
