//! The mouse on the panes, where no layer took it: which pane it is for, and what a click does to the keyboard.
//! Never on a layer: those have the mouse first.

use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use crate::app::action::{Action, Pane};
use crate::app::event::{is_press, position, wheel};
use crate::app::intent::{Intent, Reply};
use crate::app::panes::{Panes, Sight};

impl Panes {
    /// The mouse was used, and it is for the panes.
    pub fn mouse(&mut self, event: &MouseEvent, sight: &Sight<'_>) -> Reply {
        let pane = sight.layout.pane_at(event.column, event.row);
        if let (Some(lines), Some(pane)) = (wheel(event), pane) {
            return self.pane(pane).wheel(lines, sight);
        }
        let press = is_press(event);
        let release = event.kind == MouseEventKind::Up(MouseButton::Left);
        let in_timeline = press && sight.layout.timeline.contains(position(event));
        if self.timeline.dragging || in_timeline {
            if press && sight.answer.axis.is_some() {
                self.focus = Pane::Timeline;
            }
            return self.timeline.moused(event.column, press, release, sight);
        }
        if !press {
            return Reply::taken();
        }
        (self.waiting, self.count) = (None, None);
        if sight.layout.filter.contains(position(event)) {
            return Reply::asks(Intent::Perform(Action::Filter, None));
        }
        let Some(pane) = pane else { return Reply::taken() };
        let again = self.focus == pane;
        self.focus = pane;
        let inside = sight.layout.inside(pane);
        match inside.contains(position(event)) {
            true => self.pane(pane).click(usize::from(event.row - inside.y), again, sight),
            false => Reply::taken(),
        }
    }
}
