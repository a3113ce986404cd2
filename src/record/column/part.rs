//! The parts of dictionary entries, by name: which text of an entry of a column is what.
//! Never fills an entry; [`COLUMNS`](super::COLUMNS) does, in the order of these parts.

use super::{Column, PART};
use crate::record::address::MOST_ADDRESSES;

/// One part of the entries of a dictionary column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Part {
    column: Column,
    at: usize,
}

/// The parts of [`Column::Ip`], the first to be shown first: what was logged, where that is not the usual
/// form of one address, then the addresses in their usual form.
pub const ADDRESSES: &[Part] = &{
    let mut all = [Part::ADDRESS_AS_LOGGED; MOST_ADDRESSES + 1];
    let mut at = 0;
    while at < MOST_ADDRESSES {
        all[at + 1] = Part::new(Column::Ip, at);
        at += 1;
    }
    all
};

/// The names of an actor, the most telling first.
pub const ACTOR_NAMES: &[Part] =
    &[Part::ACTOR_UPN, Part::ACTOR_NAME, Part::ACTOR_SERVICE_PRINCIPAL, Part::ACTOR_UPN_AS_LOGGED];

/// The names that a target has, the most telling first.
pub const TARGET_NAMES: &[Part] =
    &[Part::TARGET_UPN, Part::TARGET_NAME, Part::TARGET_UPN_AS_LOGGED];

/// The names that a target has, and those that it had before.
pub const TARGET_ALL_NAMES: &[Part] = &[
    Part::TARGET_UPN,
    Part::TARGET_NAME,
    Part::TARGET_UPN_AS_LOGGED,
    Part::TARGET_FORMER_NAME,
    Part::TARGET_FORMER_UPN,
];

/// Most rules that are kept of one record, the highest.
pub const MOST_RULES: usize = 4;

/// The names of the rules that rated a record, the highest first.
pub const RULES: &[Part] = &{
    let mut all = [Part::LEVEL; MOST_RULES];
    let mut at = 0;
    while at < MOST_RULES {
        all[at] = Part::new(Column::Risk, at + 1);
        at += 1;
    }
    all
};

impl Part {
    /// The service that logged it.
    pub const SERVICE: Self = Self::new(Column::Path, 0);
    /// The category.
    pub const CATEGORY: Self = Self::new(Column::Path, 1);
    /// The activity.
    pub const ACTIVITY: Self = Self::new(Column::Path, 2);

    /// The actor's user principal name.
    pub const ACTOR_UPN: Self = Self::new(Column::Actor, 0);
    /// The actor's display name.
    pub const ACTOR_NAME: Self = Self::new(Column::Actor, 1);
    /// The actor's service principal name.
    pub const ACTOR_SERVICE_PRINCIPAL: Self = Self::new(Column::Actor, 2);
    /// The actor's user principal name as logged, where that is another.
    pub const ACTOR_UPN_AS_LOGGED: Self = Self::new(Column::Actor, 3);
    /// The actor's object id.
    pub const ACTOR_ID: Self = Self::new(Column::Actor, 4);
    /// The application id of the actor, or of the application a person acted through.
    pub const ACTOR_APP_ID: Self = Self::new(Column::Actor, 5);
    /// The kind of actor, as a word.
    pub const ACTOR_KIND: Self = Self::new(Column::Actor, 6);
    /// The name of the application a person acted through.
    pub const THROUGH_NAME: Self = Self::new(Column::Actor, 7);
    /// The object id of the application a person acted through.
    pub const THROUGH_ID: Self = Self::new(Column::Actor, 8);
    /// The id of an actor that has no name: it stands where names do.
    pub const ACTOR_STAND_IN: Self = Self::new(Column::Actor, 9);

    /// A target's user principal name.
    pub const TARGET_UPN: Self = Self::new(Column::Targets, 0);
    /// A target's display name.
    pub const TARGET_NAME: Self = Self::new(Column::Targets, 1);
    /// A target's user principal name as logged, where that is another.
    pub const TARGET_UPN_AS_LOGGED: Self = Self::new(Column::Targets, 2);
    /// A target's object id.
    pub const TARGET_ID: Self = Self::new(Column::Targets, 3);
    /// A target's type.
    pub const TARGET_TYPE: Self = Self::new(Column::Targets, 4);
    /// The id by which changes call a target.
    pub const TARGET_NAME_ID: Self = Self::new(Column::Targets, 5);
    /// The display name a target had before the record.
    pub const TARGET_FORMER_NAME: Self = Self::new(Column::Targets, 6);
    /// The user principal name a target had before the record.
    pub const TARGET_FORMER_UPN: Self = Self::new(Column::Targets, 7);

    /// The name of a modified property.
    pub const CHANGE: Self = Self::new(Column::Changes, 0);

    /// The first address in its usual form.
    pub const ADDRESS: Self = Self::new(Column::Ip, 0);
    /// What was logged as address, where that is something else than the usual form of one.
    pub const ADDRESS_AS_LOGGED: Self = Self::new(Column::Ip, MOST_ADDRESSES);

    /// How it ended, as a word.
    pub const OUTCOME: Self = Self::new(Column::Result, 0);
    /// The result as logged, where it fits the outcome.
    pub const RESULT_AS_LOGGED: Self = Self::new(Column::Result, 1);
    /// The result as logged, where it says something else than the outcome.
    pub const RESULT_OTHERWISE: Self = Self::new(Column::Result, 2);

    /// The reason of the result.
    pub const REASON: Self = Self::new(Column::Reason, 0);
    /// The operation type.
    pub const OPERATION: Self = Self::new(Column::Operation, 0);
    /// The kind of record.
    pub const KIND: Self = Self::new(Column::Kind, 0);
    /// The file or stream.
    pub const SOURCE: Self = Self::new(Column::Source, 0);
    /// The tenant id.
    pub const TENANT: Self = Self::new(Column::Tenant, 0);
    /// The user agent.
    pub const AGENT: Self = Self::new(Column::Agent, 0);
    /// The level of risk, as a word.
    pub const LEVEL: Self = Self::new(Column::Risk, 0);

    /// The value of a property that bare words look in.
    pub const WORD: Self = Self::new(Column::Properties, 1);
    /// The value of a property that bare words do not look in.
    pub const APART: Self = Self::new(Column::Properties, 2);

    const fn new(column: Column, at: usize) -> Self {
        Self { column, at }
    }

    /// The column whose entries have it.
    pub const fn column(self) -> Column {
        self.column
    }

    /// Its place in an entry.
    pub const fn at(self) -> usize {
        self.at
    }

    /// Its text in an entry; empty where the entry has none.
    pub fn of(self, entry: &str) -> &str {
        entry.split(PART).nth(self.at).unwrap_or_default()
    }

    /// Its text among the parts of an entry; empty where they are fewer.
    pub fn among<'e>(self, parts: &[&'e str]) -> &'e str {
        parts.get(self.at).copied().unwrap_or_default()
    }
}
