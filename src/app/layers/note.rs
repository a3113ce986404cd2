//! A note about a record, while it is written.
//! Never keeps it: what is kept, and of which record, is asked for.

use ratatui::crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use ratatui::layout::Rect;
use tui_input::Input;

use crate::app::event::InputHandler;
use crate::app::intent::{Intent, Reply};
use crate::app::layout::Layout;
use crate::app::typed;
use crate::store::RowId;

/// Columns of the box at most.
const WIDTH: u16 = 110;

/// A note being written.
#[derive(Debug)]
pub struct Note {
    /// About which record.
    pub row: RowId,
    /// The text.
    pub input: Input,
}

impl Note {
    /// Where its box is, with the border.
    pub fn area(layout: &Layout) -> Rect {
        layout.centered(layout.screen.width.saturating_sub(4).min(WIDTH), 3)
    }
}

impl InputHandler for Note {
    fn key(&mut self, event: &KeyEvent, _: &Layout) -> Reply {
        match event.code {
            KeyCode::Esc => Reply::close(),
            KeyCode::Enter => {
                let text = self.input.value().trim().to_owned();
                Reply::close().and([Intent::Note(self.row, text)])
            }
            _ => {
                if let Some(request) = typed::request(event) {
                    typed::edit(&mut self.input, request, typed::NOTE);
                }
                Reply::taken()
            }
        }
    }

    /// Nothing beneath moves while it is written: it belongs to the record it was begun for.
    fn mouse(&mut self, _: &MouseEvent, _: &Layout) -> Reply {
        Reply::taken()
    }

    /// What is pasted stays one line.
    fn paste(&mut self, text: &str) -> Reply {
        Reply::tell(typed::insert(&mut self.input, text, typed::NOTE))
    }

    fn takes_text(&self) -> Option<bool> {
        Some(true)
    }
}
