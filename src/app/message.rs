//! What happened, and what is to be done about it outside: the two vocabularies of the state.
//! Never acts: [`super::App::update`] takes messages and returns effects, the runtime carries them out.

use std::path::PathBuf;

use ratatui::crossterm::event::{KeyEvent, MouseEvent};

use crate::app::cases::{FoundCase, KnownCase, Moved, NotKept};
use crate::app::layers::asking::AskAgainOffer;
use crate::app::layers::export::{Exported, Job};
use crate::app::layers::facets::CountedThere;
use crate::app::marks::Draft;
use crate::app::panes::detail::Opened;
use crate::place::Places;
use crate::query::answer::{Answer, Question};
use crate::query::counted_values::CountedValues;
use crate::query::facet::Facet;
use crate::query::surroundings::Surroundings;
use crate::query::{Context, Query};
use crate::record::field::Field;
use crate::source::Delivery;
use crate::store::{RowId, Store};
use crate::time::Timestamp;
use crate::trails::Findings;
use crate::trails::access::Access;

/// Something that happened.
#[derive(Debug)]
pub enum Message {
    /// A key was pressed.
    Pressed(KeyEvent),
    /// The mouse was used.
    Moused(MouseEvent),
    /// Text was pasted.
    Pasted(String),
    /// Text was pasted, and its end never came.
    PastedPart(String),
    /// Letters were typed faster than they could be taken in, where [`super::App::takes_text`].
    Typed(String),
    /// The screen has this many columns and lines now.
    Resized(u16, u16),
    /// It became this late (UTC).
    Ticked(Timestamp),
    /// The running load handed something over.
    Delivered(Delivery),
    /// A question was answered, completely or as far as records were looked at.
    Answered(Box<Answer>),
    /// A record was read again from where it came.
    Opened(RowId, Result<Box<Opened>, String>),
    /// The values seen in the records were counted.
    Surveyed(CountedValues),
    /// Of the records whose values are counted, so many of a hundred were looked at.
    Counting(&'static Field, u8),
    /// The values of a field were counted.
    Counted(Box<Facet>),
    /// A place counted the values of a field, or why none did.
    CountedThere(&'static Field, Result<Box<CountedThere>, String>),
    /// So many records of so many were looked at for trails.
    FindingTrails(usize, usize),
    /// Trails were looked for in all records.
    TrailsFound(Box<Findings>),
    /// What was given to the one of this name was found.
    AccessFound(String, Box<Access>),
    /// What is around a record was found.
    Surrounded(RowId, Box<Surroundings>),
    /// These places have more for the filter than was loaded; did somebody ask for them?
    Planned(Vec<AskAgainOffer>, bool),
    /// Cases of these inputs were looked for; did somebody ask for them?
    CasesFound(Vec<KnownCase>, bool),
    /// A case was read to be taken up, or why not.
    CaseFound(Result<Box<FoundCase>, String>),
    /// Somebody else wrote the file of the case: it goes to another one from now on.
    CaseMoved(Moved),
    /// The case was kept, in which file, or why not.
    CaseKept(Result<String, NotKept>),
    /// How an export goes.
    Exported(Exported),
    /// Text went to the clipboard: in what way, or why not.
    Copied(Result<String, String>),
}

/// Something to be done outside.
#[derive(Debug)]
pub enum Effect {
    /// Answer a question over all records there are; the newest question replaces older ones.
    Ask(Box<Question>, Store),
    /// Stop looking at records; keep what was found.
    StopAnswering,
    /// Read a record from where it came; the newest replaces older ones.
    Open(RowId, Store),
    /// Count the values seen in the records, for completion.
    Survey(Store),
    /// Count the values of a field in these rows; the newest replaces older ones.
    Count(Store, Vec<RowId>, &'static Field),
    /// Do not count values any more.
    StopCounting,
    /// Have the place that can count the values of a field under a query; the newest replaces older ones.
    CountThere(Query, Context, &'static Field),
    /// Have no place count values any more.
    StopCountingThere,
    /// Look for trails in all records; the newest replaces older ones.
    FindTrails(Store),
    /// Find what was given to the one of this id, folded, and this name.
    FindAccess(Store, String, String),
    /// Stop looking for trails, or for what was given.
    StopTrails,
    /// Find what is around a record, and the names of the ids it mentions; the newest replaces older
    /// ones.
    Surround(RowId, Store, Vec<String>),
    /// Send text to the clipboard of whoever sits at the terminal; with what it is, for the notice.
    Copy(String, String),
    /// Keep the marks of these records as a case, with what else belongs to it.
    KeepCase(Box<Draft>, Store),
    /// Look for cases of what was loaded, these records; did somebody ask for them?
    FindCases(Store, bool),
    /// Read a case to take it up, and find its records.
    ReadCase(PathBuf, Store),
    /// Go on with the case that was read.
    TakeUpCase,
    /// Write records to a file.
    Export(Box<Job>, Store),
    /// Stop writing, and remove what was begun.
    StopExporting,
    /// Keep a filter for later sessions.
    Remember(String),
    /// Stop loading; keep what was read.
    StopLoading,
    /// Look for records that arrive from now on, which go behind these; sources of these names were
    /// told to be unreadable.
    Follow(Store, Vec<String>),
    /// Do not look for them any more.
    StopFollowing,
    /// Find the places that have more for this query than was loaded; did somebody ask for them?
    Plan(Query, bool),
    /// Load these places, behind these records and without any of them.
    AskAgain(Places, Store),
    /// Take the mouse, or leave it to the terminal.
    CaptureMouse(bool),
    /// Stop the process until the shell continues it.
    Suspend,
    /// Leave.
    Quit,
}
