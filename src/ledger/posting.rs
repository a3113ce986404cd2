//! One time something was given, taken, asked for: with who, what and by whom.
//! Never says how things stand.

use super::objects::NOBODY;
use crate::meaning::{Act, Thing};
use crate::store::RowId;
use crate::time::{TICKS_PER_SECOND, Timestamp};

/// PIM and the directory write of one thing within this time.
pub const TOGETHER: i64 = 5 * 60 * TICKS_PER_SECOND;

/// What a posting has to do with PIM.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pim {
    /// Nothing.
    None,
    /// The directory wrote it on behalf of PIM, which writes a record of its own.
    Acts,
    /// PIM itself wrote it.
    Writes,
}

/// What the record of a consent says of it.
#[derive(Clone, Copy, Default, Debug)]
pub struct Consent {
    /// Does it name permissions?
    pub names_permissions: bool,
    /// Is it that of an administrator?
    pub is_of_admin: bool,
}

/// One time it was given, taken, asked for.
#[derive(Clone, Debug)]
pub struct Posting {
    pub row: RowId,
    pub time: Timestamp,
    pub kind: Thing,
    pub act: Act,
    /// Does the record say that it was done? Else its result is neither success nor failure.
    pub is_done: bool,
    /// Is what was deleted gone for good?
    pub for_good: bool,
    /// Who has it then.
    pub holder: u32,
    /// What it is, or is of.
    pub thing: u32,
    /// Which part of it: an app role, a scope.
    pub part: u32,
    /// What the part is called; not cleaned.
    pub called: String,
    /// By whom, a number of the objects; 0 where that says nothing.
    pub by: u32,
    /// What it has to do with PIM.
    pub pim: Pim,
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Policy of an access package; of a delegated permission for whom it is (`principal`, …), folded.
    pub policy: String,
    /// Texts that records of one request, or one consent, share, as numbers; 0 for none.
    pub requests: [u32; 2],
    /// Of a consent what its record says of it.
    pub consent: Consent,
}

impl Posting {
    /// Is it told by its holder and its thing when it is taken back, not by what else the records name?
    pub fn is_of_lane(&self) -> bool {
        let by_value = matches!(self.kind, Thing::Credential | Thing::Licence | Thing::Consent);
        let is_named = self.holder != NOBODY && self.thing != NOBODY;
        let turns = self.act.gives() || self.act.takes();
        !by_value && !self.kind.is_object() && is_named && turns
    }
}
