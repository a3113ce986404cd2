//! Records that a place counted instead of handing them over.
//! Never a part of them: what is counted only in part is not counted.

use crate::store::{RowId, Store};
use crate::time::Timestamp;

/// Counted records, put together in groups that have the same values.
#[derive(Debug)]
pub struct Counted {
    /// A record for each group, with the values that were asked for; and records that only say what
    /// others are called.
    pub store: Store,
    /// The groups that match.
    pub groups: Vec<Group>,
    /// What counting cost.
    pub cost: Cost,
}

/// Records that have the same values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Group {
    /// The row that stands for them.
    pub row: RowId,
    /// How many there are.
    pub records: u64,
    /// Oldest and newest of them (UTC); `None` where that is not known.
    pub seen: Option<(Timestamp, Timestamp)>,
}

/// What counting cost.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Cost {
    /// Requests that were answered.
    pub requests: u32,
    /// Bytes of their answers, decompressed.
    pub bytes: u64,
}

impl Counted {
    /// How many records match.
    pub fn records(&self) -> u64 {
        self.groups.iter().map(|group| group.records).sum()
    }
}

/// Why a place did not count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Uncounted {
    /// It cannot count that exactly: why. Its records can be loaded and counted.
    Inexact(String),
    /// It was asked and failed, and may again: why.
    Failed(String),
    /// Somebody stopped it.
    Stopped,
}
