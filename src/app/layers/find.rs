//! A text that is searched in a pane while it is typed.
//! Never another pane than the one it was begun in, wherever the mouse goes meanwhile.

use ratatui::crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use tui_input::Input;

use crate::app::action::Pane;
use crate::app::event::{InputHandler, is_press, position};
use crate::app::intent::{Intent, Reply};
use crate::app::layout::Layout;
use crate::app::typed;

/// A text being searched.
#[derive(Debug)]
pub struct Find {
    /// In which pane.
    pub pane: Pane,
    /// The text.
    pub input: Input,
}

impl Find {
    /// Nothing is typed yet.
    pub fn new(pane: Pane) -> Self {
        Self { pane, input: Input::default() }
    }

    fn found(&self) -> Intent {
        Intent::Find(self.pane, self.input.value().to_owned())
    }
}

impl InputHandler for Find {
    fn key(&mut self, event: &KeyEvent, _: &Layout) -> Reply {
        match event.code {
            KeyCode::Enter => Reply::close(),
            KeyCode::Esc => Reply::close().and([Intent::EndFind]),
            KeyCode::Down => Reply::asks(Intent::FindAnother(self.pane, false)),
            KeyCode::Up => Reply::asks(Intent::FindAnother(self.pane, true)),
            _ => match typed::request(event) {
                Some(request) => {
                    typed::edit(&mut self.input, request, typed::LINE);
                    Reply::asks(self.found())
                }
                None => Reply::taken(),
            },
        }
    }

    /// The panes have the mouse. A click on another one ends the typing: letters go to no pane but this.
    fn mouse(&mut self, event: &MouseEvent, layout: &Layout) -> Reply {
        let is_here = layout.pane(self.pane).contains(position(event));
        match is_press(event) && !is_here {
            true if layout.pane_at(event.column, event.row).is_some()
                || layout.filter.contains(position(event)) =>
            {
                Reply::close().and_pass()
            }
            true => Reply::taken(),
            false => Reply::passed(),
        }
    }

    fn paste(&mut self, text: &str) -> Reply {
        let said = typed::insert(&mut self.input, text, typed::LINE);
        Reply::tell(said).and([self.found()])
    }

    fn takes_text(&self) -> Option<bool> {
        Some(true)
    }
}
