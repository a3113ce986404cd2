//! What a layer or a pane makes of a key, a click or a paste: it takes it or passes it on, and asks for what is not its own.
//! Never carries an intent out: layers and panes change themselves only, the rest is changed by who grants it.

use std::path::PathBuf;

use crate::app::action::{Action, Pane};
use crate::app::pivot::Pivot;
use crate::place::Places;
use crate::query::choice::Node;
use crate::record::field::Field;
use crate::store::RowId;

/// What a layer makes of something that was done.
#[derive(Debug, Default)]
pub struct Reply {
    /// Does the layer beneath get it too?
    pub passed: bool,
    /// What is to be done besides, in this order.
    pub intents: Vec<Intent>,
}

impl Reply {
    /// It was for the layer, and that was all.
    pub fn taken() -> Self {
        Self::default()
    }

    /// It is for the layer beneath.
    pub fn passed() -> Self {
        Self { passed: true, ..Self::default() }
    }

    /// It was for the layer, which intents for something.
    pub fn asks(intent: Intent) -> Self {
        Self { intents: vec![intent], ..Self::default() }
    }

    /// It was for the layer, which closes.
    pub fn close() -> Self {
        Self::asks(Intent::Close)
    }

    /// It was for the layer, which has something to tell, if anything.
    pub fn tell(said: Option<String>) -> Self {
        Self::taken().and(said.map(Intent::Tell))
    }

    /// With other intents behind these.
    #[must_use]
    pub fn and(mut self, intents: impl IntoIterator<Item = Intent>) -> Self {
        self.intents.extend(intents);
        self
    }

    /// The same, but the layer beneath gets it too.
    #[must_use]
    pub fn and_pass(self) -> Self {
        Self { passed: true, ..self }
    }
}

/// What a layer, a chosen item of one, or a pane asks for.
#[derive(Clone, Debug)]
pub enum Intent {
    /// Nothing: the item is there to be read.
    Nothing,
    /// The layer that asks goes away.
    Close,
    /// Tell something, until the next key.
    Tell(String),
    /// An action, so many times where a number was typed before its key.
    Perform(Action, Option<usize>),
    /// Give the keyboard to a pane.
    Focus(Pane),
    /// Answer the question as it stands now.
    Ask,
    /// Remember the view as it was before the pane changed: another one follows.
    LeaveView,
    /// Put a query into the filter line as if it was typed and kept, and ask again where it is another.
    Filter(String),
    /// Put a text into the filter line, and nothing else.
    SetFilter(String),
    /// Narrow the filter to any of these values of a field, or leave them out.
    FilterBy(&'static Field, Vec<String>, bool),
    /// The same by what is chosen in the box of a facet: of times, whole hours or days.
    FilterByFacet(&'static Field, String, bool),
    /// Show the records of an activity of the tree instead of activities.
    ShowActivity(Node),
    /// The detail shows what is under the cursor of the list.
    FollowCursor,
    /// The list stays on its record when the next answer comes.
    StayOnRecord,
    /// Read a record again from where it came, to show it.
    OpenRecord(RowId),
    /// Find what is around the record that is shown.
    LookAround,
    /// Ask these places for what was not loaded.
    AskAgain(Places),
    /// Order the list by a field.
    SortBy(&'static Field),
    /// Show or hide a column.
    ToggleColumn(&'static Field),
    /// Go on with the case in this file.
    TakeUpCase(PathBuf),
    /// Go on without a case.
    TakeUpNone,
    /// Copy a text, with what it is: on one line, and nothing that a spreadsheet would calculate.
    Copy(String, String),
    /// Copy a text exactly as it is, with what it is.
    CopyAsIs(String, String),
    /// Show the values of a field.
    Facet(&'static Field),
    /// Have places count the values of a field.
    FacetThere(&'static Field),
    /// Show what a query finds, under a name.
    Show(String, String),
    /// Show what was given to the one of this id, folded, and this name.
    Access(String, String),
    /// Go to a record, also where the filter hides it.
    Record(RowId),
    /// Go to the records of a finding: its query, the one of what happened meanwhile, its trail.
    Trail(String, Option<String>, &'static str),
    /// Go to other records.
    Pivot(Box<Pivot>),
    /// Do not look for trails, or for what was given, any more.
    StopTrails,
    /// Do not count values any more.
    StopCounting,
    /// Have no place count values any more.
    StopCountingThere,
    /// The filter line was typed in: offer completion, and ask again where the query is another one.
    Typed(bool),
    /// The filter line is as it was before it was typed in; ask again where the query is another one.
    GaveUp(bool),
    /// Keep the filter: for later sessions where it is told, and the view before it in the history.
    Keep(Option<String>),
    /// Search a pane for a text.
    Find(Pane, String),
    /// Go to the next hit in a pane, or to the one before.
    FindAnother(Pane, bool),
    /// Search nothing any more.
    EndFind,
    /// Keep a note about a record.
    Note(RowId, String),
    /// Write what the form says.
    Export,
}
