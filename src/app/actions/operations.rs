//! Operations: records put together, unfolded and folded again.
//! Never changes what matches; the list shows what the answer holds.

use crate::app::action::Action;
use crate::app::message::Effect;
use crate::app::panes::folding::Fold;
use crate::app::state::App;

impl App {
    /// Shows operations instead of records, or records again.
    pub(in crate::app) fn turn_operations(&mut self) -> Vec<Effect> {
        self.panes.list.by_operation = !self.panes.list.by_operation;
        self.panes.list.moved = true;
        self.ask()
    }

    /// Unfolds the operation under the cursor, or folds it.
    pub(in crate::app) fn unfold_operation(&mut self) -> Vec<Effect> {
        self.panes.list.moved = true;
        if !self.panes.list.turn_fold() {
            return Vec::new();
        }
        self.follow_cursor()
    }

    /// Why operations cannot be folded or unfolded.
    pub(in crate::app) fn cannot_fold(&self, one: bool) -> Option<String> {
        let is_single = self.panes.list.fold_of(self.panes.list.viewport.cursor()) == Fold::Single;
        let key = |action| self.keymap.spoken(action);
        let why = if self.panes.show_activities {
            return Some(format!("activities are shown; {} shows the records", key(Action::View)));
        } else if one && is_single && !self.panes.list.by_operation {
            let fold = key(Action::Operations);
            return Some(format!("records are not put together by operation; {fold} does that"));
        } else if one && is_single {
            "this record is the only one of its operation here"
        } else {
            return None;
        };
        Some(why.to_owned())
    }
}
