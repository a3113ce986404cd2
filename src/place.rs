//! Wherever records come from: one trait for files, pipes, the demo and services alike.
//! Never reads, decodes or keeps a record, and nothing above it asks which place it is.
//!
//! A [`Place`] is named, found again, planned for, read and followed. What it consists of, it hands out
//! as [`Piece`]s, one after the other while it finds them: the first are read while others are still
//! looked for. A service tells beside its records how far it is, what a person has to do and what is
//! missing ([`Status`]).
//!
//! A piece says how its bytes can be had ([`Contents`]) instead of being a reader, as that is a
//! property of the bytes and not of the place: a plain file is opened when its turn comes, is read by
//! several threads, can be read again where it is, may have an index and may grow; a stream is none
//! of that. So a place that leaves files on the disk gets all of it without being a folder.
//!
//! What would answer a query better than what was loaded is a place as well ([`Plan::again`]): it is
//! read like any other, behind what is there.

pub(crate) mod at_offset;
mod count;
mod piece;
pub(crate) mod plain;
pub mod refusal;
pub(crate) mod sample;
mod trouble;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::query::plan::Part;
use crate::query::summarize::Counting;
use crate::query::{Expression, Operator, Query, Term, Value};
use crate::record::field::Field;
use crate::store::{Segment, Store};
use crate::time::{TimeRange, Timestamp};

pub use count::{Cost, Counted, Group, Uncounted};
pub use piece::{
    Again, Contents, Live, News, Opened, Piece, Prompt, Pulling, Remote, Status, Stream, Tail,
};
pub use trouble::{Position, Trouble};

/// Places that are open together, in the order in which they were named.
pub type Places = Vec<Arc<dyn Place>>;

/// Where records come from.
pub trait Place: fmt::Debug + Send + Sync {
    /// What it is called: in the `source` column where its pieces have no names of their own, in the
    /// status line, where it is told of. No other place that is open has the same.
    fn name(&self) -> Cow<'_, str>;

    /// The same each time this place is opened, and another for every other place: by this, cases and
    /// filters are found again. It is hashed where it is kept.
    fn key(&self) -> String;

    /// The words that name it where `entrail query` takes paths; none where it cannot be named so.
    fn arguments(&self) -> Vec<String>;

    /// The words behind `entrail` that open it on the screen again, where no path names it. What is a
    /// secret is in none of them: it comes from where it came from before.
    fn command(&self) -> Option<Vec<String>> {
        None
    }

    /// The condition that its records meet, by the names of its pieces, and those of no other place.
    fn records(&self) -> Expression {
        Expression::term(Field::SOURCE, Operator::Equals, &self.name())
    }

    /// Hands over what it consists of, in order; in place of what is not there, why. Stops early when
    /// `stop` fires. Opens nothing.
    fn pieces(&self, stop: &CancellationToken, found: &mut dyn FnMut(Result<Piece, Trouble>));

    /// What is told of it beside its records from here on, while it is read or followed; `None` where its
    /// pieces tell that, or nothing is told.
    fn status(&self) -> Option<Arc<dyn Status>> {
        None
    }

    /// What arrives from now on. Fails with why nothing can: `the demo does not grow`.
    fn follow(&self, read: &AlreadyRead<'_>) -> Result<Box<dyn Follower>, String>;

    /// May it keep others waiting: for a person, for a service, for another program? It is read beside
    /// the others then.
    fn waits(&self) -> bool {
        false
    }

    /// Is it gone once it was read?
    fn is_read_once(&self) -> bool {
        false
    }

    /// Is it followed as soon as it was read, without anybody asking for it?
    fn is_live(&self) -> bool {
        false
    }

    /// Takes note that what was read of it has reached whoever asked, so that it need not be read again.
    /// Fails with why that cannot be kept.
    fn handed_over(&self) -> Result<(), String> {
        Ok(())
    }

    /// Who counts its records where they are: `the workspace`; `None` where they have to be loaded for that.
    fn counts(&self) -> Option<&'static str> {
        None
    }

    /// Counts records where they are, without handing them over; `told` hears what a person has to do
    /// for it, and how far it is. The counts are those of the records it would hand over. Waits for a
    /// service: call it where waiting is allowed.
    fn count(
        &self,
        counting: &Counting,
        told: &mut dyn FnMut(News),
        stop: &CancellationToken,
    ) -> Result<Counted, Uncounted> {
        let _ = (counting, told, stop);
        Err(Uncounted::Inexact("its records are counted when they are loaded".to_owned()))
    }

    /// How it would answer a query.
    fn plan(&self, query: &Query, now: Timestamp) -> Plan {
        let _ = (query, now);
        Plan::default()
    }
}

/// The condition of records from a piece of this name, or from one below it: in a folder, in an archive.
pub fn named_below(name: &str) -> Expression {
    // A word goes on with letters and digits: `logs` is not above `logs2`.
    let end = if name.ends_with(|c: char| c.is_alphanumeric()) { r"(\W|$)" } else { "" };
    let value = Value::Regex(["^", &regex::escape(name), end].concat());
    Expression::Term(Term { field: Some(Field::SOURCE), operator: Operator::Contains, value })
}

/// How a place would answer a query.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The span of time it would be asked for.
    pub span: TimeRange,
    /// Each condition, as a query, and who answers it; none where the place is read whole.
    pub parts: Vec<(String, Part)>,
    /// What would be asked, line by line.
    pub told: Vec<String>,
    /// The same place, asked for this; `None` where it has nothing that was not loaded.
    pub again: Option<Arc<dyn Place>>,
}

/// What was read before something is followed.
#[derive(Debug)]
pub struct AlreadyRead<'r> {
    /// The records.
    pub store: &'r Store,
    /// Names of pieces that were told to be unreadable.
    pub told: &'r [String],
}

/// Looks for what arrives at a place.
pub trait Follower: Send {
    /// Takes note of records that were read, of this place or another.
    fn took(&mut self, segment: &Segment) {
        let _ = segment;
    }

    /// What there is to be read now. It is asked again when that was read, or after a pause.
    fn look(&mut self, stop: &CancellationToken) -> Look;
}

/// What was found at a look.
#[derive(Debug)]
pub enum Look {
    /// These; none where nothing is new.
    Found(Vec<Piece>),
    /// Nothing will ever come again: why.
    Over(String),
}
