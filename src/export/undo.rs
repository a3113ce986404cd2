//! What reverses a record: what can be undone and why not, with the values to restore.
//! Never carries anything out, and never promises: what the log does not hold is said to be missing.
//!
//! Decisions are values, see [`Undo`](decide::Undo); [`words`] alone writes them.

mod decide;
mod values;
mod words;

#[cfg(test)]
mod tests;

pub(super) use decide::{Undoing, decide};
pub(super) use words::lines;
