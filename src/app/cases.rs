//! What is known of cases: those of earlier sessions, the one that is taken up, and what is not kept.
//! Never reads or writes a file.

use std::path::PathBuf;

use crate::store::{Mark, RowId};
use crate::text::clean;
use crate::time::Timestamp;

/// A case of the same inputs that can be taken up.
#[derive(Clone, Debug, Default)]
pub struct KnownCase {
    /// Its file.
    pub path: PathBuf,
    /// Number of its marks on records that are here.
    pub marks: usize,
    /// Number of its notes, wherever their records are.
    pub notes: usize,
    /// Number of its marks on records that are not here.
    pub lost: usize,
    /// What the investigation is called.
    pub title: String,
    /// What was noted about the oldest record that has a note.
    pub first_note: String,
    /// When something was marked last (UTC).
    pub last: Option<Timestamp>,
}

/// Cases to be shown.
#[derive(Debug)]
pub struct OfferedCases {
    /// The cases, the newest first.
    pub cases: Vec<KnownCase>,
    /// Did somebody ask for them? Otherwise they are offered as the records are opened.
    pub is_asked: bool,
}

/// A case that was read to be taken up.
#[derive(Clone, Debug, Default)]
pub struct FoundCase {
    /// The file marks are kept in from now on.
    pub file: String,
    /// Its marks on records that are here.
    pub marks: Vec<(RowId, Mark)>,
    /// Marks on records that are not here; they stay in the file.
    pub lost: usize,
    /// What the investigation is called.
    pub title: String,
    /// Its queries.
    pub queries: Vec<String>,
}

/// Why a case is not kept.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NotKept {
    /// The reason.
    pub why: String,
    /// The file it was to be kept in; empty where there is none.
    pub file: String,
}

impl std::fmt::Display for NotKept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { why, file } = self;
        write!(f, "marks are not kept: {why}")?;
        if file.is_empty() { Ok(()) } else { write!(f, " ({file})") }
    }
}

/// Where a case goes as somebody else wrote its file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Moved {
    /// The file that was changed.
    pub from: String,
    /// The file marks go to from then on.
    pub to: String,
}

impl Moved {
    /// The name of the file marks go to, without its folder.
    pub fn name(&self) -> &str {
        name_of(&self.to)
    }

    /// What is told of it after the session.
    pub fn afterwards(&self) -> String {
        let Self { from, to } = self;
        let told = format!("marks are in {to}: {from} holds something else, and stays as it is");
        clean(&told).into_owned()
    }
}

impl std::fmt::Display for Moved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { from, to } = self;
        write!(f, "marks go to {to}: somebody else changed {from} meanwhile, which stays as it is")
    }
}

/// The name of a file without its folder.
pub fn name_of(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file)
}

/// A number of things, in words.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
