//! Why a value of an Avro file could not be read.
//! Never tells where: whoever reads knows.

use std::io;

/// Why a value could not be read.
#[derive(Debug)]
pub(super) enum Fault {
    /// The bytes end in it.
    Ended,
    /// It is not what the schema says: how so.
    Broken(String),
    /// The bytes did not come.
    Unread(io::Error),
}

impl Fault {
    /// It is not what the schema says.
    pub(super) fn broken(why: &str) -> Self {
        Self::Broken(why.to_owned())
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Ended,
            _ => Self::Unread(error),
        }
    }
}
