//! Why a page could not be had.
//! Never decides what becomes of the slice.

use std::fmt;

use super::super::api::GRAPH;
use crate::http::unanswered::Unanswered;

/// Why a page could not be had.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// Graph did not answer as it should.
    Unanswered(Unanswered),
    /// Nobody knows this link any more: what is wrong.
    LostPlace(String),
    /// Links lead in a circle, or nowhere: what is wrong.
    Loop(String),
    /// A link leads to another host.
    Foreign(String),
    /// What was read cannot be kept: why not.
    Unkept(String),
    /// Graph's clock says that another window is wanted.
    OtherWindow,
}

impl From<Unanswered> for Failure {
    fn from(unanswered: Unanswered) -> Self {
        Self::Unanswered(unanswered)
    }
}

impl fmt::Display for Failure {
    /// What is told where asking again did not help.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unanswered(unanswered) => f.write_str(&unanswered.words(GRAPH.name)),
            Self::LostPlace(reason)
            | Self::Loop(reason)
            | Self::Foreign(reason)
            | Self::Unkept(reason) => f.write_str(reason),
            Self::OtherWindow => f.write_str("this computer's clock is wrong"),
        }
    }
}
