//! The way back: every view the user left, and those he came back from.
//! Never asks a question; what a view is, is told to it.

use crate::query::answer::Sort;
use crate::query::choice::Choice;
use crate::store::RowId;
use crate::text::{clean, fit};

/// What is looked at: the question, and the record under the cursor.
#[derive(Clone, Debug)]
pub struct View {
    /// Text of the filter.
    pub filter: String,
    /// What is chosen in the tree.
    pub choice: Choice,
    /// The order.
    pub sort: Sort,
    /// The record under the cursor.
    pub row: Option<RowId>,
    /// Were activities shown?
    pub activities: bool,
    /// Its name in the breadcrumb; clean.
    pub name: String,
}

impl View {
    /// Is it the same question?
    fn asks_the_same(&self, other: &Self) -> bool {
        self.filter.trim() == other.filter.trim()
            && self.choice == other.choice
            && self.sort == other.sort
    }
}

/// Views before this one and after it.
#[derive(Debug, Default)]
pub struct History {
    pub(in crate::app) back: Vec<View>,
    pub(in crate::app) forward: Vec<View>,
    /// The view while the filter is typed in: it was left only if another text is kept.
    pub(in crate::app) typing: Option<View>,
    /// What the view now is called; `None`: by its filter.
    pub(in crate::app) name: Option<String>,
}

/// Views that are remembered.
const MOST: usize = 200;
/// Cells of a name.
const LONGEST: usize = 24;

impl History {
    /// A view is left.
    pub fn leave(&mut self, view: View) {
        self.forward.clear();
        self.name = None;
        if self.back.last().is_some_and(|last| last.asks_the_same(&view)) {
            self.back.pop();
        }
        if self.back.len() == MOST {
            self.back.remove(0);
        }
        self.back.push(view);
    }
}

impl History {
    /// Why there is no view to go to.
    pub fn cannot_walk(&self, back: bool) -> Option<String> {
        let views = if back { &self.back } else { &self.forward };
        let why = if back { "this is where you began" } else { "nothing was left behind" };
        views.is_empty().then(|| why.to_owned())
    }
}

/// A name as it stands in the breadcrumb.
pub fn short(text: &str) -> String {
    fit(&clean(text), LONGEST).0.into_owned()
}
