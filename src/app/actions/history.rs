//! Going back to views that were left, and forward again.
//! Never keeps a view that asks the same as the one before.

use crate::app::action::Pane;
use crate::app::history::{View, short};
use crate::app::message::Effect;
use crate::app::state::App;

impl App {
    /// The view as it is now.
    pub(in crate::app) fn view(&self) -> View {
        View {
            filter: self.filter.text().trim().to_owned(),
            choice: self.panes.tree.choice.clone(),
            sort: self.panes.list.sort,
            row: self.panes.list.current(),
            activities: self.panes.show_activities,
            name: self.view_name(),
        }
    }

    /// What the view now is called, clean and short.
    fn view_name(&self) -> String {
        if let Some(name) = &self.history.name {
            return name.clone();
        }
        // What cannot be read is not what is shown.
        let filter = match self.filter.error {
            Some(_) => self.filter.query.to_string(),
            None => self.filter.text().trim().to_owned(),
        };
        let mut marks = self.panes.tree.choice.marks();
        let text = match (filter.is_empty(), marks.next()) {
            (false, _) => filter,
            (true, None) => "all".to_owned(),
            (true, Some((node, _))) => {
                let name = node.activity.as_ref().or(node.category.as_ref());
                name.unwrap_or(&node.service).clone()
            }
        };
        short(&text)
    }

    /// Remembers the view before it changes.
    pub(in crate::app) fn leave_view(&mut self) {
        let view = self.view();
        self.history.leave(view);
    }

    /// The filter is about to be typed in.
    pub(in crate::app) fn begin_typing(&mut self) {
        self.history.typing = Some(self.view());
    }

    /// The filter was typed in: the view before it was left, if this is another.
    pub(in crate::app) fn end_typing(&mut self) {
        // The keys that follow are for the records that were asked for.
        if self.panes.focus == Pane::Timeline {
            self.panes.focus = Pane::List;
        }
        let Some(before) = self.history.typing.take() else { return };
        if before.filter != self.filter.text().trim() {
            self.history.leave(before);
        }
    }

    /// Goes to the view before this one, or to the one it was left for.
    pub(in crate::app) fn walk_views(&mut self, back: bool) -> Vec<Effect> {
        let now = self.view();
        let history = &mut self.history;
        let (from, to) = match back {
            true => (&mut history.back, &mut history.forward),
            false => (&mut history.forward, &mut history.back),
        };
        let Some(view) = from.pop() else { return Vec::new() };
        to.push(now);
        history.name = Some(view.name);
        self.filter.set_text(&view.filter);
        self.panes.tree.set_choice(view.choice);
        self.panes.list.sort = view.sort;
        self.panes.list.expect(view.row);
        if self.panes.show_activities != view.activities {
            self.panes.show_activities = view.activities;
            self.panes.detail.clear(None);
        }
        self.ask()
    }

    /// Names of the views on the way here, this one last; empty where there is no way back.
    pub fn breadcrumb(&self) -> Vec<String> {
        if self.history.back.is_empty() {
            return Vec::new();
        }
        let names = self.history.back.iter().map(|view| view.name.clone());
        names.chain([self.view_name()]).collect()
    }
}
