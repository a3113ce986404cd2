//! The panes: what each shows, what keys and the mouse mean to it, and which of them has the keyboard.
//! Never changes anything but panes; what is to be done besides they ask for ([`crate::app::intent`]).

pub mod activities;
pub mod detail;
pub mod folding;
pub mod keys;
pub mod list;
pub mod mouse;
pub mod outline;
pub mod timeline;
pub mod tree;

use crate::app::action::{Action, Pane};
use crate::app::intent::{Intent, Reply};
use crate::app::keymap::{Key, Keymap};
use crate::app::layout::Layout;
use crate::app::viewport::Motion;
use crate::query::answer::Answer;
use crate::query::{Context, Query};
use crate::record::Record;
use crate::record::field::Field;
use crate::store::{RowId, Store};
use crate::time::Timestamp;
use activities::{Activities, entry_of};
use detail::line::heading;
use detail::{Beside, Detail, Opened};
use list::{List, Times};
use timeline::Timeline;
use tree::Tree;

/// All panes; they are beneath every layer.
#[derive(Debug)]
pub struct Panes {
    /// The tree pane.
    pub tree: Tree,
    /// The list pane, records.
    pub list: List,
    /// The list pane, activities.
    pub activities: Activities,
    /// Does the list show activities?
    pub show_activities: bool,
    /// The detail pane.
    pub detail: Detail,
    /// The timeline.
    pub timeline: Timeline,
    /// The pane with the keyboard.
    pub focus: Pane,
    /// Has that pane the whole screen?
    pub zoomed: bool,
    /// Number typed before a key.
    pub count: Option<usize>,
    /// The first of two keys, while it waits for the second.
    pub waiting: Option<Key>,
}

/// What panes see of all that is not theirs.
#[derive(Clone, Copy)]
pub struct Sight<'s> {
    /// All records.
    pub store: &'s Store,
    /// The newest answer about them.
    pub answer: &'s Answer,
    /// Is the load running?
    pub is_loading: bool,
    /// The query that is asked.
    pub query: &'s Query,
    /// What stands in the filter line.
    pub filter: &'s str,
    /// Which keys mean what.
    pub keymap: &'s Keymap,
    /// Where everything is.
    pub layout: &'s Layout,
    /// How times are written.
    pub times: Times<'s>,
    /// Now (UTC).
    pub now: Timestamp,
    /// The pane with the keyboard.
    pub focus: Pane,
}

/// What keys and the mouse mean to a pane. What it asks for besides is its answer.
pub trait PaneInput {
    /// Moves the cursor.
    fn go(&mut self, motion: Motion, sight: &Sight<'_>) -> Reply;

    /// The left or the right arrow.
    fn sideways(&mut self, right: bool, sight: &Sight<'_>) -> Reply;

    /// Opens what is under the cursor.
    fn open(&mut self, sight: &Sight<'_>) -> Reply;

    /// A line of its window was clicked; had it the keyboard before?
    fn click(&mut self, line: usize, again: bool, sight: &Sight<'_>) -> Reply;

    /// The wheel was turned by so many lines.
    fn wheel(&mut self, lines: isize, sight: &Sight<'_>) -> Reply;

    /// The field and value under the cursor, to filter by.
    fn value(&self, store: &Store) -> Option<(&'static Field, String)>;

    /// The names that records have of what is under the cursor; empty where nothing there has a name of
    /// its own.
    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

impl Panes {
    /// The pane with the keyboard.
    pub fn focused(&self) -> &dyn PaneInput {
        match self.focus {
            Pane::Tree => &self.tree,
            Pane::List if self.show_activities => &self.activities,
            Pane::List => &self.list,
            Pane::Detail => &self.detail,
            Pane::Timeline => &self.timeline,
        }
    }

    /// A pane, to do something in it.
    pub fn pane(&mut self, pane: Pane) -> &mut dyn PaneInput {
        match pane {
            Pane::Tree => &mut self.tree,
            Pane::List if self.show_activities => &mut self.activities,
            Pane::List => &mut self.list,
            Pane::Detail => &mut self.detail,
            Pane::Timeline => &mut self.timeline,
        }
    }

    /// The pane with the keyboard, to do something in it.
    pub fn focused_mut(&mut self) -> &mut dyn PaneInput {
        self.pane(self.focus)
    }

    /// Gives the keyboard to the next pane, or to the one before.
    pub fn next_pane(&mut self, forward: bool) -> Reply {
        let at = Pane::WALK.iter().position(|pane| *pane == self.focus).unwrap_or(0);
        let next = if forward { at + 1 } else { at + Pane::WALK.len() - 1 };
        self.focus = Pane::WALK[next % Pane::WALK.len()];
        Reply::taken()
    }

    /// Gives the pane with the keyboard the whole screen, or takes it back.
    pub fn turn_zoom(&mut self) -> Reply {
        self.zoomed = !self.zoomed;
        Reply::taken()
    }

    /// Folds or unfolds everything in the tree, or in the detail.
    pub fn fold_all(&mut self, folded: bool) -> Reply {
        match self.focus {
            Pane::Tree => self.tree.fold_all(folded),
            _ => self.detail.fold_all(folded),
        }
        Reply::taken()
    }

    /// Searches a pane for a text.
    pub fn find(&mut self, pane: Pane, text: &str) {
        match pane {
            Pane::Tree => self.tree.find(text),
            _ => self.detail.find(text),
        }
    }

    /// Goes to the next hit in a pane, or to the one before.
    pub fn find_another(&mut self, pane: Pane, back: bool) -> Reply {
        match pane {
            Pane::Tree => self.tree.find_another(back),
            _ => self.detail.find_another(back),
        }
        Reply::taken()
    }

    /// Searches nothing any more.
    pub fn end_find(&mut self) {
        self.tree.find("");
        self.detail.find.clear();
    }

    /// Is a text searched?
    pub fn finds(&self) -> bool {
        !self.tree.find.is_empty() || !self.detail.find.is_empty()
    }

    /// Shows entries of the catalogue that no record has, or hides them.
    pub fn turn_unseen(&mut self, sight: &Sight<'_>) -> Reply {
        let reply = self.tree.turn_unseen();
        self.refresh_activities(sight);
        reply
    }

    /// Shows activities, or records.
    pub fn show(&mut self, activities: bool, sight: &Sight<'_>) -> Reply {
        self.show_activities = activities;
        self.refresh_activities(sight);
        self.detail.clear(None);
        self.follow_cursor(sight)
    }

    /// Makes the list of activities anew, where it is shown.
    pub fn refresh_activities(&mut self, sight: &Sight<'_>) {
        if self.show_activities {
            let unseen = self.tree.unseen || sight.store.is_empty();
            let context = self.context(sight);
            let paths = &sight.answer.paths;
            self.activities.refresh(&self.tree, paths, sight.query, &context, unseen);
        }
    }

    /// What a query is about that speaks of now or of this record.
    pub fn context(&self, sight: &Sight<'_>) -> Context {
        let around = self.list.current().and_then(|row| sight.store.time(row));
        Context { now: sight.now, around }
    }

    /// Opens what is under the cursor of the list in the detail pane.
    pub fn follow_cursor(&mut self, _: &Sight<'_>) -> Reply {
        if self.show_activities {
            let line = self.activities.current();
            match line.map(|line| (entry_of(&line.node), line)) {
                Some((Some(entry), _)) => self.detail.show_lines(detail::entry_lines(entry)),
                Some((None, line)) => {
                    let note = format!("{} is not in the catalogue.", line.name);
                    self.detail.show_lines(vec![heading(&note)]);
                }
                None => self.detail.clear(None),
            }
            return Reply::taken();
        }
        match self.list.current() {
            Some(row) if self.detail.row == Some(row) => Reply::taken(),
            Some(row) => Reply::asks(Intent::OpenRecord(row)),
            None => {
                self.detail.clear(None);
                Reply::taken()
            }
        }
    }

    /// A record was read again from where it came, or could not be.
    pub fn opened(
        &mut self,
        row: RowId,
        result: Result<Box<Opened>, String>,
        sight: &Sight<'_>,
    ) -> Reply {
        if self.list.current() != Some(row) || self.show_activities {
            return Reply::taken();
        }
        match result {
            Ok(opened) => {
                self.detail.beside = self.beside(row, sight.store);
                self.detail.show(row, opened, sight.times.zone);
                Reply::asks(Intent::LookAround)
            }
            Err(problem) => {
                self.detail.clear(Some(&problem));
                Reply::taken()
            }
        }
    }

    /// Shows in the detail what was noted about the record there, and of what operation it is.
    pub fn show_beside(&mut self, store: &Store) {
        let beside = self.detail.row.map(|row| self.beside(row, store)).unwrap_or_default();
        self.detail.set_beside(beside);
    }

    /// What is known of a record beside what stands in it.
    fn beside(&self, row: RowId, store: &Store) -> Beside {
        let is_current = self.list.current() == Some(row) && self.list.operations().is_some();
        let operation = self.list.sum_of(self.list.viewport.cursor()).filter(|_| is_current);
        Beside {
            note: store.marks().get(row).map(|mark| mark.note.clone()),
            operation,
            sign_in: list::sign_in_rows(store, row),
        }
    }

    /// Steps back from what is over the list: a brush, the timeline, the zoom, a search; `None` where
    /// nothing is.
    pub fn back(&mut self, sight: &Sight<'_>) -> Option<Reply> {
        if self.focus == Pane::Timeline {
            if self.timeline.brush.take().is_none() {
                self.focus = Pane::List;
                return Some(Reply::taken());
            }
            return Some(Reply::tell(self.timeline.told(sight)));
        }
        if self.zoomed {
            self.zoomed = false;
        } else if self.finds() {
            self.end_find();
        } else {
            return None;
        }
        Some(Reply::taken())
    }

    /// Steps back from what the detail shows, and to the list; `None` where the list has the keyboard.
    pub fn back_to_list(&mut self) -> Option<Reply> {
        if self.focus == Pane::List {
            return None;
        }
        if self.focus != Pane::Detail || !self.detail.step_back() {
            self.focus = Pane::List;
        }
        Some(Reply::taken())
    }

    /// The query that the line under the cursor offers.
    pub fn focused_query(&self) -> Option<&str> {
        let line = self.detail.current_line().filter(|_| self.focus == Pane::Detail)?;
        line.query.as_deref()
    }

    /// Narrows the filter to what is under the cursor, or filters it out.
    pub fn filter_by(&self, inside: bool, sight: &Sight<'_>) -> Reply {
        if let Some(query) = self.focused_query().filter(|_| inside) {
            return Reply::asks(Intent::Filter(query.to_owned()));
        }
        let Some((field, value)) = self.focused().value(sight.store) else { return Reply::taken() };
        let names = self.focused().names();
        let values = if names.is_empty() { vec![value] } else { names };
        Reply::asks(Intent::FilterBy(field, values, inside))
    }

    /// The record under the cursor; beside related records the one of its line.
    pub fn record_here(&self) -> Option<RowId> {
        let related = self.focus == Pane::Detail && self.detail.related;
        let line = self.detail.current_line().filter(|_| related);
        line.and_then(|line| line.row).or(self.list.current())
    }

    /// The records of the line under the cursor: a line that stands for an operation stands for all of
    /// its records.
    pub fn records_here(&self) -> Vec<RowId> {
        let line = self.list.viewport.cursor();
        match self.focus {
            Pane::List => self.list.rows_between(line..=line),
            _ => self.record_here().into_iter().collect(),
        }
    }

    /// The record under the cursor of the list, complete where it was read again.
    pub fn record(&self, store: &Store) -> Option<Record<'static>> {
        let row = self.list.current().filter(|_| !self.show_activities)?;
        match &self.detail.opened {
            Some(opened) if self.detail.row == Some(row) => Some(opened.record.clone()),
            _ => Some(list::from_columns(store, row)),
        }
    }

    /// Why an action of a pane cannot be done now; `None` where it can, or where it is none.
    pub fn cannot(&self, action: Action, sight: &Sight<'_>) -> Option<String> {
        let no_record = self.show_activities || self.list.current().is_none();
        let view = || sight.keymap.spoken(Action::View);
        let why = match action {
            Action::Sort | Action::Columns if self.show_activities => {
                return Some(format!(
                    "activities have an order and columns of their own; {} shows the records",
                    view()
                ));
            }
            Action::Operations | Action::UnfoldOperation if self.show_activities => {
                return Some(format!("activities are shown; {} shows the records", view()));
            }
            Action::UnfoldOperation => return self.list.cannot_unfold(sight),
            Action::FilterIn if self.focused_query().is_some() => return None,
            Action::FilterIn | Action::FilterOut if self.focused().value(sight.store).is_none() => {
                "nothing to filter by under the cursor"
            }
            Action::ClearChoice if self.tree.choice.is_empty() => "nothing is marked in the tree",
            Action::Raw | Action::Changes | Action::Related if self.detail.opened.is_none() => {
                "no record is open"
            }
            Action::FindNext | Action::FindPrevious if !self.finds() => {
                let find = sight.keymap.spoken(Action::Find);
                return Some(format!("nothing is searched; {find} starts"));
            }
            Action::Facets if self.list.rows.is_empty() => "there are no records to count",
            Action::Pivot
            | Action::SameActor
            | Action::SameTarget
            | Action::SameOperation
            | Action::SameIp
            | Action::Around
            | Action::Access
                if no_record =>
            {
                "no record is under the cursor"
            }
            Action::Mark | Action::MarkRange | Action::Note if self.show_activities => {
                return Some(format!("activities are not marked; {} shows the records", view()));
            }
            Action::Mark | Action::MarkRange | Action::Note if no_record => {
                "there is no record under the cursor"
            }
            Action::Timeline | Action::ClearSpan => return self.timeline.cannot(action, sight),
            _ => return None,
        };
        Some(why.to_owned())
    }
}
