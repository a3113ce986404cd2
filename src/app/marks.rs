//! Marks and notes: what is being marked, what can be undone, and what is known of the case they are kept in.
//! Never reads a record and never writes a file: which record a row is, is found out outside.

use crate::app::action::Action;
use crate::app::cases::{Moved, NotKept, Offer};
use crate::store::{Mark, RowId};

/// What is being marked, and what is known of the case.
#[derive(Debug, Default)]
pub struct Marking {
    /// The record a range begins at, while one is open.
    pub range: Option<RowId>,
    /// What the investigation is called; empty where nobody said.
    pub title: String,
    /// Queries that were in use when something was marked, oldest first.
    pub queries: Vec<String>,
    /// The file the case is kept in, once it is.
    pub file: Option<String>,
    /// Cases of earlier sessions, until they are shown.
    pub offered: Option<Offer>,
    /// Why the last change of marks is not in its file; `None` while it is.
    pub not_kept: Option<NotKept>,
    /// Where marks go since somebody else wrote the file of the case; `None` where nobody did.
    pub moved: Option<Moved>,
    /// What changes of marks replaced, the last change last.
    pub(in crate::app) done: Vec<Before>,
    /// Was a case taken up? What was before that is not undone.
    pub(in crate::app) was_taken_up: bool,
    /// Has the case marks on records that are not here?
    pub(in crate::app) has_lost: bool,
    /// What is done if the next key asks for it again, and what the last key left so.
    pub(in crate::app) asked: Option<Asked>,
    pub(in crate::app) last_asked: Option<Asked>,
}

/// An action that is only carried out when it is asked for twice, and the record it is about.
pub(in crate::app) type Asked = (Action, Option<RowId>);

/// What one change of marks replaced.
#[derive(Debug)]
pub(in crate::app) struct Before {
    /// Each row with its mark then.
    pub(in crate::app) marks: Vec<(RowId, Option<Mark>)>,
    /// The queries then.
    pub(in crate::app) queries: Vec<String>,
}

/// What is to be kept of a case besides its marks, which are the store's.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Draft {
    /// What the investigation is called.
    pub title: String,
    /// Queries that were in use when something was marked, oldest first.
    pub queries: Vec<String>,
}
