//! The mouse on the panes, where no layer took it: clicks, the wheel, and a brush drawn in the timeline.
//! Never on a layer: those have the mouse first.

use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use crate::app::action::{Action, Pane};
use crate::app::layers::wish::{is_press, place, wheel};
use crate::app::message::Effect;
use crate::app::state::App;

impl App {
    /// The mouse was used, and it is for the panes.
    pub(in crate::app) fn moused_panes(&mut self, event: MouseEvent) -> Vec<Effect> {
        let event = &event;
        let pane = self.screen.layout.pane_at(event.column, event.row);
        if let (Some(lines), Some(pane)) = (wheel(event), pane) {
            return self.wheeled(pane, lines);
        }
        let press = is_press(event);
        let release = event.kind == MouseEventKind::Up(MouseButton::Left);
        let in_timeline = press && self.screen.layout.timeline.contains(place(event));
        if self.panes.timeline.dragging || in_timeline {
            return self.timeline_moused(event.column, press, release);
        }
        if !press {
            return Vec::new();
        }
        (self.panes.waiting, self.panes.count) = (None, None);
        if self.screen.layout.filter.contains(place(event)) {
            return self.perform(Action::Filter, None);
        }
        let Some(pane) = pane else { return Vec::new() };
        let again = self.panes.focus == pane;
        self.panes.focus = pane;
        let inside = self.screen.layout.inside(pane);
        match inside.contains(place(event)) {
            true => self.clicked(pane, usize::from(event.row - inside.y), again),
            false => Vec::new(),
        }
    }

    fn wheeled(&mut self, pane: Pane, lines: isize) -> Vec<Effect> {
        match pane {
            Pane::Tree => self.panes.tree.viewport.scroll_by(lines),
            Pane::List if self.panes.show_activities => {
                self.panes.activities.viewport.scroll_by(lines);
            }
            Pane::List => {
                self.panes.list.moved = true;
                self.panes.list.viewport.scroll_by(lines);
            }
            Pane::Detail => self.panes.detail.viewport.scroll_by(lines),
            Pane::Timeline => {
                return self.zoom_timeline(lines < 0);
            }
        }
        if pane == Pane::List { self.follow_cursor() } else { Vec::new() }
    }

    /// Puts a pane's cursor on a line of its window; a click on the cursor of the tree unfolds.
    fn clicked(&mut self, pane: Pane, line: usize, again: bool) -> Vec<Effect> {
        match pane {
            Pane::Tree => {
                let place = self.panes.tree.viewport.top() + line;
                let same = again && self.panes.tree.viewport.cursor() == place;
                if place < self.panes.tree.viewport.len() {
                    self.panes.tree.viewport.go_to(place);
                    if same {
                        self.panes.tree.toggle();
                    }
                }
                Vec::new()
            }
            Pane::List => {
                let Some(line) = line.checked_sub(1) else { return Vec::new() };
                let viewport = match self.panes.show_activities {
                    true => &mut self.panes.activities.viewport,
                    false => &mut self.panes.list.viewport,
                };
                if viewport.top() + line < viewport.len() {
                    viewport.go_to(viewport.top() + line);
                }
                self.panes.list.moved = true;
                self.follow_cursor()
            }
            Pane::Timeline => Vec::new(),
            Pane::Detail => {
                self.panes.detail.viewport.go_to(self.panes.detail.viewport.top() + line);
                Vec::new()
            }
        }
    }
}
