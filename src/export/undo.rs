//! What reverses a record: what can be undone and why not, with the values to restore.
//! Never carries anything out, and never promises: what the log does not hold is said to be missing.
//!
//! Decisions are values, see [`Undo`](decide::Undo); [`words`] alone writes them.

mod back;
mod decide;
mod ledger;
mod values;
mod words;

#[cfg(test)]
mod tests;

pub(super) use decide::decide;
pub(super) use ledger::Ledger;
pub(super) use words::lines;
