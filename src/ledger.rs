//! Who holds what when: each time something was given or taken, read from records through [`meaning`](crate::meaning).
//! Never words anything, and never knows more than the records: what was given before the first is not in them.
//!
//! A record becomes postings; the postings of one thing of one holder stand in a lane, and
//! lanes say how things stand in the end: [`Ledger::lines`].

mod account;
mod book;
mod families;
mod gather;
mod grants;
mod held;
pub mod keys;
mod lane;
pub mod logged;
mod objects;
pub mod package;
mod posting;
mod reading;

pub use book::Ledger;
pub use lane::{Event, Line, Standing, Why};
pub use objects::{About, NOBODY};
