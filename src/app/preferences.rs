//! What a user's configuration says besides keys and who is watched: working week and saved views.
//! Never read from a file here; [`Preferences`] comes with the settings of a session.

use crate::app::watch::Watch;
use crate::app::working_week::WorkingWeek;
use crate::query::Query;

/// What the configuration says besides keys and who is watched.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Preferences {
    /// The hours in which people work.
    pub working_week: WorkingWeek,
    /// Views the user saved, in the order of the file.
    pub views: Vec<SavedView>,
    /// Accounts that are watched.
    pub watch: Watch,
}

/// A view the user saved.
#[derive(Clone, PartialEq, Debug)]
pub struct SavedView {
    /// What it is called.
    pub name: String,
    /// What it shows.
    pub query: Query,
    /// The digit, 1 to 9, that goes to it.
    pub digit: Option<char>,
}
