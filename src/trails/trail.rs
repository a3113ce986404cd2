//! What a trail is: its steps, the clues that tell which records are which step, and how it is judged.
//! Never names one: that is for the table.

use super::chain::{Chain, Judged};
use super::key::JoinKey;
use crate::record::Record;

/// A sequence of records that means something.
pub struct Trail {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Why it matters, in one sentence.
    pub why: &'static str,
    /// Names of its steps, in the order in which they happen.
    pub steps: &'static [&'static str],
    /// Steps that end or undo it, a bit each: that they are missing does not make it less of a sequence.
    pub(super) ends: u8,
    /// Which records are which step.
    pub(super) clues: &'static [Clue],
    /// Seconds within which records that share a key belong together.
    pub(super) within: i64,
    /// Seconds within which a record that only follows belongs to what it follows.
    pub(super) follows_within: i64,
    /// Are these steps (a bit each) enough to be judged?
    pub(super) enough: fn(u8) -> bool,
    /// What it is; `None` where it is nothing to tell of.
    pub(super) judge: fn(&Chain) -> Option<Judged>,
}

impl std::fmt::Debug for Trail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Does a record belong only to what others began?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Follows {
    /// It begins something itself.
    No,
    /// It belongs to what began before it.
    Behind,
    /// It belongs to what began soon after it.
    Before,
    /// It belongs to what began before it, else to what began soon after it.
    Either,
}

/// Tells that records of some activities are a step: those whose meaning names the trail and this part.
pub(super) struct Clue {
    /// Of which step; `BESIDE` for none.
    pub(super) step: u8,
    /// What `assets/activities` calls the records that it is about.
    pub(super) part: &'static str,
    /// The category they are logged in; empty for any.
    pub(super) category: &'static str,
    /// What else must hold.
    pub(super) when: fn(&Record<'_>) -> bool,
    /// Do failures count?
    pub(super) failures: bool,
    /// What it shares with records of the same chain.
    pub(super) keys: &'static [JoinKey],
    /// What it offers to those that follow; or by what it follows, where it does.
    pub(super) also: &'static [JoinKey],
    /// Does it belong only to what others began?
    pub(super) follows: Follows,
    /// Does one chain take it only once?
    pub(super) once: bool,
    /// Is it told of where it follows nothing?
    pub(super) alone: bool,
}

pub(super) const fn clue(step: u8, part: &'static str, keys: &'static [JoinKey]) -> Clue {
    Clue {
        step,
        part,
        category: "",
        when: |_| true,
        failures: false,
        keys,
        also: &[],
        follows: Follows::No,
        once: false,
        alone: false,
    }
}

impl Clue {
    pub(super) const fn in_category(self, category: &'static str) -> Self {
        Self { category, ..self }
    }

    pub(super) const fn when(self, when: fn(&Record<'_>) -> bool) -> Self {
        Self { when, ..self }
    }

    pub(super) const fn or_failing(self) -> Self {
        Self { failures: true, ..self }
    }

    pub(super) const fn offering(self, also: &'static [JoinKey]) -> Self {
        Self { also, ..self }
    }

    pub(super) const fn following(self, also: &'static [JoinKey]) -> Self {
        Self { also, follows: Follows::Behind, ..self }
    }

    pub(super) const fn leading(self, also: &'static [JoinKey]) -> Self {
        Self { also, follows: Follows::Before, ..self }
    }

    pub(super) const fn around(self, also: &'static [JoinKey]) -> Self {
        Self { also, follows: Follows::Either, ..self }
    }

    pub(super) const fn alone(self) -> Self {
        Self { alone: true, ..self }
    }

    pub(super) const fn once(self) -> Self {
        Self { once: true, ..self }
    }
}
