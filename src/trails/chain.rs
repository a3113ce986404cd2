//! A chain: records of one trail that belong together, and what judging makes of them.
//! Never joins anything, and says nothing that is in no record.

use super::verdict::{During, Note, Title, Verdict};
use crate::record::Record;
use crate::record::risk::Level;
use crate::store::RowId;
use crate::time::Timestamp;

/// The step of records that belong to a trail and are none of its steps: attempts that failed, what was
/// only prepared, what ended without being done.
pub(super) const BESIDE: u8 = 7;

/// A record that may be a step.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) row: RowId,
    /// When, in ticks (UTC).
    pub(super) ticks: i64,
    /// Of records at the same time, which comes first: made from the record alone, so that the
    /// order in which files were read decides nothing.
    pub(super) tie: u64,
    /// Which clue of the trail.
    pub(super) clue: u8,
    /// Which step; [`BESIDE`] where it belongs to the trail and is none.
    pub(super) step: u8,
    /// What it shares.
    pub(super) keys: Vec<u32>,
    /// What it offers, or follows by.
    pub(super) also: Vec<u32>,
}

/// A chain, its records read.
pub(super) struct Chain {
    /// Its events in the order they happened.
    pub(super) events: Vec<Event>,
    /// The first of its records, each with its step.
    pub(super) records: Vec<(u8, Record<'static>)>,
    /// When the last record of all happened.
    pub(super) end: Timestamp,
}

/// What a chain amounts to.
pub(super) struct Judged {
    pub(super) title: Title,
    pub(super) verdict: Verdict,
    pub(super) severity: Level,
    /// Is it what ordinary days are full of?
    pub(super) ordinary: bool,
    pub(super) notes: Vec<Note>,
    pub(super) watch: Option<Watch>,
}

/// Whose records between two instants are a question.
pub(super) struct Watch {
    /// Ids of the actor; everybody's where there is none.
    pub(super) actors: Vec<String>,
    /// Names of applications that count as well.
    pub(super) apps: Vec<String>,
    pub(super) from: Timestamp,
    /// The last instant; open where it is `None`.
    pub(super) until: Option<Timestamp>,
    /// Records of this category are no part of it.
    pub(super) except: Option<&'static str>,
    /// What they are called.
    pub(super) called: During,
    /// The step whose record is the first of them.
    pub(super) step: Option<usize>,
}

impl Chain {
    /// The records of a step.
    pub(super) fn of(&self, step: u8) -> impl DoubleEndedIterator<Item = &Record<'static>> {
        self.records.iter().filter(move |(of, _)| *of == step).map(|(_, record)| record)
    }

    pub(super) fn first(&self, step: u8) -> Option<&Record<'static>> {
        self.of(step).next()
    }

    pub(super) fn has(&self, step: u8) -> bool {
        self.events.iter().any(|event| event.step == step)
    }

    /// How many records a step has.
    pub(super) fn count(&self, step: u8) -> usize {
        self.events.iter().filter(|event| event.step == step).count()
    }

    /// When a step was first done.
    pub(super) fn when(&self, step: u8) -> Option<Timestamp> {
        let event = self.events.iter().find(|event| event.step == step)?;
        Some(Timestamp::from_ticks(event.ticks))
    }

    /// When a step was last done.
    pub(super) fn last(&self, step: u8) -> Option<Timestamp> {
        let event = self.events.iter().rev().find(|event| event.step == step)?;
        Some(Timestamp::from_ticks(event.ticks))
    }

    /// From an instant to the last record of all, in ticks.
    pub(super) fn since(&self, time: Timestamp) -> i64 {
        self.end.ticks() - time.ticks()
    }
}

/// From one instant to another, in ticks.
pub(super) fn between(from: Timestamp, to: Timestamp) -> i64 {
    to.ticks() - from.ticks()
}
