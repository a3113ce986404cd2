//! What came of a block of events: records, troubles, and what its dates show.
//! Never in any order: merging puts outcomes together.

use std::sync::Arc;

use super::original::Source;
use crate::format::{DatesSeen, Either};
use crate::place::{Position, Trouble};
use crate::store::builder::Batch;

/// What came of a block.
#[derive(Default, Debug)]
pub struct Outcome {
    /// Its records.
    pub batch: Option<Batch>,
    /// What was wrong or odd.
    pub troubles: Vec<Trouble>,
    /// Bytes of broken events.
    pub lost_bytes: u64,
    /// Names of events that are not audit activity, and how many.
    pub other: Vec<(String, u64)>,
    /// Name of the source that all of it is of; troubles name their own.
    pub source: String,
    /// What it is of and what its dates show; `None` where reading found it out itself.
    pub dated: Option<Dated>,
}

impl Outcome {
    /// The outcome of a mistake in entrail itself.
    pub fn mistake(source: String, what: &str) -> Self {
        let reason = format!("{what}: this is a mistake in entrail, please report it");
        let trouble = Trouble::new(source.clone(), Position::Whole, reason, true);
        Self { troubles: vec![trouble], source, ..Self::default() }
    }
}

/// Dates in numbers among the records of a block.
#[derive(Debug)]
pub struct Dated {
    /// What the records are of.
    pub source: Arc<Source>,
    /// What the dates show.
    pub seen: DatesSeen,
    /// Places of records in the batch whose time is not decided, each with the two it may be.
    pub either: Vec<(usize, Either)>,
}
