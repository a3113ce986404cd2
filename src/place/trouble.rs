//! What is wrong with something that was read, and where in it.
//! Never shows what is not clean, nor what looks like a secret.

use std::fmt;
use std::io;

use super::refusal::{self, Cause};
use crate::{secret, text};

/// Where in a source something is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Position {
    /// A line, from 1.
    Line(u64),
    /// A byte of the text (decompressed and in UTF-8), from 0.
    Byte(u64),
    /// A message of a hub.
    Message {
        /// The partition it is in.
        partition: i32,
        /// Its offset there.
        offset: i64,
    },
    /// The source as a whole.
    Whole,
}

impl fmt::Display for Position {
    /// `:line`, ` at byte N`, ` partition P offset N`, or nothing: to be put behind the source's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, ":{line}"),
            Self::Byte(byte) => write!(f, " at byte {byte}"),
            Self::Message { partition, offset } => {
                write!(f, " partition {partition} offset {offset}")
            }
            Self::Whole => Ok(()),
        }
    }
}

/// One record, page or file that could not be read or was odd.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trouble {
    /// Name of the source, as shown to the user.
    pub source: String,
    /// Where in it.
    pub place: Position,
    /// What is wrong and, where there is one, the way out.
    pub reason: String,
    /// Is something lost? `false`: the record is kept, or there was nothing to lose.
    pub lost: bool,
    /// How often it was met in the source: the place is that of the first.
    pub times: u64,
    /// What it says about the answer.
    pub cause: Cause,
}

impl Trouble {
    /// A trouble that was met once. What looks like a secret is taken out of the reason, which may
    /// repeat what was read.
    pub fn new(source: String, place: Position, reason: String, lost: bool) -> Self {
        let reason = secret::without_secrets(reason);
        Self { source, place, reason, lost, times: 1, cause: Cause::Data }
    }

    /// The system refused to read something.
    pub fn refused(source: String, place: Position, error: &io::Error) -> Self {
        let cause = refusal::cause(error);
        Self { cause, ..Self::new(source, place, refusal::describe(error), true) }
    }

    /// The system starts no more threads.
    pub fn no_thread(error: &io::Error) -> Self {
        let reason = format!("the system starts no thread for reading: {error}");
        Self::no_room("entrail".to_owned(), reason)
    }

    /// There is no room to go on.
    pub fn no_room(source: String, reason: String) -> Self {
        Self { cause: Cause::NoRoom, ..Self::new(source, Position::Whole, reason, true) }
    }
}

impl fmt::Display for Trouble {
    /// `audit.json:3: reason`, cleaned for a terminal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}: {}", text::clean(&self.source), self.place, text::clean(&self.reason))?;
        if self.times > 1 { write!(f, " ({} times)", text::thousands(self.times)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_reads_as_compilers_write_them() {
        let trouble = |place| Trouble {
            source: "audit.json".to_owned(),
            place,
            reason: "broken\u{1b}[2J".to_owned(),
            lost: true,
            times: 1,
            cause: Cause::Data,
        };
        assert_eq!(trouble(Position::Line(3)).to_string(), "audit.json:3: broken␛[2J");
        assert_eq!(trouble(Position::Byte(9)).to_string(), "audit.json at byte 9: broken␛[2J");
        assert_eq!(trouble(Position::Whole).to_string(), "audit.json: broken␛[2J");
        let often = Trouble { times: 1_656, ..trouble(Position::Line(3)) };
        assert_eq!(often.to_string(), "audit.json:3: broken␛[2J (1,656 times)");
    }
}
