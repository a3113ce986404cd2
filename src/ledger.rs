//! Who holds what when: each time something was given or taken, read from records through [`meaning`](crate::meaning).
//! Never words anything, and never knows more than the records: what was given before the first is not in them.
//!
//! A record becomes postings; the postings of one thing of one holder stand in a lane. Two ask how the
//! lanes went: access, how things stand in the end ([`Ledger::lines`]), and undo sheets, what later
//! records took back of what earlier ones did ([`Aftermath`]). Values that records set are followed there
//! too.

mod account;
mod aftermath;
mod book;
pub mod changes;
mod families;
mod gather;
mod grants;
mod held;
pub mod keys;
mod lane;
pub mod logged;
mod objects;
mod opposites;
pub mod package;
mod posting;
mod reading;
mod taken_back;
mod values;

pub use aftermath::Aftermath;
pub use book::Ledger;
pub use lane::{By, Event, Line, Standing, Why};
pub use objects::NOBODY;
pub use taken_back::{Deed, TakenBack};
pub use values::Fate;
