//! What of a record is kept in columns: one row of [`COLUMNS`] per dictionary column.
//! Never stores anything; the store fills and scans columns by this table alone.

pub mod part;

use std::borrow::Cow;

pub use part::Part;

use super::address;
use super::naming::former_names;
use super::{Actor, Outcome, Record};

/// Separates the parts of one dictionary entry; [`separable`] takes it out of data.
pub const PART: char = '\u{1f}';
/// Ends a dictionary entry in the folded text; [`separable`] takes it out of data.
pub const ENTRY: char = '\u{1e}';

/// `part` with the two separators of dictionary entries replaced by spaces.
pub fn separable(part: &str) -> Cow<'_, str> {
    if part.bytes().any(|b| b == PART as u8 || b == ENTRY as u8) {
        Cow::Owned(part.replace([PART, ENTRY], " "))
    } else {
        Cow::Borrowed(part)
    }
}

/// The chosen parts of a dictionary entry that are not empty, in the order of `parts`.
pub fn filled<'e>(entry: &'e str, parts: &'static [Part]) -> impl Iterator<Item = &'e str> {
    parts.iter().map(|part| part.of(entry)).filter(|value| !value.is_empty())
}

/// Names a row of [`COLUMNS`]; [`Part`] names what is in its entries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Column {
    /// Service, category, activity: the path in the tree.
    Path,
    /// The actor's names and ids, and those of the application a person acted through.
    Actor,
    /// Every target's names and ids, and the names that it had before.
    Targets,
    /// Names of the modified properties.
    Changes,
    /// The actor's IP addresses in their usual form, [`address::MOST_ADDRESSES`] at most, and what was
    /// logged where that is something else.
    Ip,
    /// Outcome word, and the result as logged: where it fits the outcome, and where it does not.
    Result,
    /// Result reason.
    Reason,
    /// Operation type.
    Operation,
    /// Kind of record.
    Kind,
    /// File or stream.
    Source,
    /// Tenant id.
    Tenant,
    /// User agent.
    Agent,
    /// Level word, then the names of the rules that fired, the highest first; all empty where the
    /// record is not rated.
    Risk,
    /// Properties that only some kinds of record have, an entry for each value: the name of its field,
    /// the value where bare words look in it, the value where they do not.
    Properties,
}

/// The parts of [`Column::Properties`] that are values.
pub const VALUES: &[Part] = &[Part::WORD, Part::APART];

/// Where in a dictionary column the values of a field are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kept {
    /// Which column.
    pub column: Column,
    /// Which parts of an entry.
    pub parts: &'static [Part],
    /// The first part of the entries that have values of the field; `None` where all have.
    pub key: Option<&'static str>,
}

impl Kept {
    /// Are values of the field in this entry?
    pub fn is_in(self, entry: &str) -> bool {
        self.key
            .is_none_or(|key| entry.strip_prefix(key).is_some_and(|rest| rest.starts_with(PART)))
    }

    /// The values of the field in an entry, those that are not empty, the most telling one first.
    pub fn values(self, entry: &str) -> impl Iterator<Item = &str> {
        filled(if self.is_in(entry) { entry } else { "" }, self.parts)
    }

    /// The values of an entry each of which is a thing of its own: rules that fired, and addresses in
    /// their usual form.
    pub fn things(self, entry: &str) -> impl Iterator<Item = &str> {
        let parts = self.parts.iter().filter(|&&part| part != Part::ADDRESS_AS_LOGGED);
        parts.map(|part| part.of(entry)).filter(|value| !value.is_empty())
    }

    /// The first value of the field in an entry; empty where there is none.
    pub fn first(self, entry: &str) -> &str {
        self.values(entry).next().unwrap_or("")
    }
}

/// Takes the entries of one row: call [`Entries::entry`] with the parts of each.
pub trait Entries {
    /// Adds one entry made of `parts`.
    fn entry(&mut self, parts: &[&str]);

    /// Adds the entry of `parts` that nearly all rows of this column have: always the same.
    fn usual(&mut self, parts: &[&str]) {
        self.entry(parts);
    }
}

/// A row of the column table.
pub struct ColumnRow {
    /// Which column.
    pub column: Column,
    /// One entry for each record, or any number.
    pub many: bool,
    /// Hands the record's entries over; [`Column::fill`] is for all columns.
    pub(super) fill: fn(&Record<'_>, &mut dyn Entries),
}

/// All dictionary columns, in the order of [`Column`].
pub const COLUMNS: &[ColumnRow] = &[
    one(Column::Path, |r, out| out.entry(&[&r.service, &r.category, &r.activity])),
    one(Column::Actor, |r, out| {
        let a = &r.actor;
        let (upn, glued) = a.original_upn();
        let logged = if glued { &*a.upn } else { "" };
        let names = [upn, &*a.name, &*a.service_principal_name, logged];
        let ids = [&*a.id, &*a.app_id, a.kind.word()];
        let through = [&*a.app_name, &*a.app_object_id];
        // Who has no name is known by an id: it is found, counted and shown where names are.
        let is_named = names.iter().any(|name| !name.is_empty());
        let unnamed = if is_named { "" } else { actor_id(a) };
        out.entry(&[
            names[0], names[1], names[2], names[3], ids[0], ids[1], ids[2], through[0], through[1],
            unnamed,
        ]);
    }),
    ColumnRow {
        column: Column::Targets,
        many: true,
        fill: |r, out| {
            for t in &r.targets {
                let (upn, glued) = t.original_upn();
                let logged = if glued { &*t.upn } else { "" };
                let [name, former_upn] = former_names(t);
                out.entry(&[upn, &t.name, logged, &t.id, &t.kind, &t.name_id, &name, &former_upn]);
            }
        },
    },
    ColumnRow {
        column: Column::Changes,
        many: true,
        fill: |r, out| {
            for change in r.targets.iter().flat_map(|t| &t.changes) {
                out.entry(&[&change.name]);
            }
        },
    },
    one(Column::Ip, |r, out| address::entry(&r.actor.ip, &mut |parts| out.entry(parts))),
    one(Column::Result, |r, out| {
        // A word that says something else than the record ended with is not its result.
        let said = Outcome::from_word(&r.result);
        let contradicts = said != Outcome::Unknown && said != r.outcome;
        let (fits, other) = if contradicts { ("", &*r.result) } else { (&*r.result, "") };
        out.entry(&[r.outcome.word(), fits, other]);
    }),
    one(Column::Reason, |r, out| out.entry(&[&r.result_reason])),
    one(Column::Operation, |r, out| out.entry(&[&r.operation_type])),
    one(Column::Kind, |r, out| out.entry(&[r.kind.word()])),
    // Where else it was found is known of no record that is only just decoded.
    one(Column::Source, |r, out| {
        out.entry(&[&r.source]);
        r.also_from.iter().for_each(|source| out.entry(&[source]));
    }),
    one(Column::Tenant, |r, out| out.entry(&[&r.tenant_id])),
    one(Column::Agent, |r, out| out.entry(&[&r.user_agent])),
    // The rules say; they look at what other columns have: see [`Column::fill`].
    one(Column::Risk, |_, _| {}),
    ColumnRow {
        column: Column::Properties,
        many: true,
        fill: |r, out| {
            for own in &r.properties {
                let row = own.key.row();
                let (word, apart) =
                    if row.in_words { (&*own.value, "") } else { ("", &*own.value) };
                out.entry(&[row.field, word, apart]);
            }
        },
    },
];

/// The id of an actor: the object id, or the application id where there is no other.
fn actor_id<'r>(actor: &'r Actor<'_>) -> &'r str {
    if actor.id.is_empty() { &actor.app_id } else { &actor.id }
}

const fn one(column: Column, fill: fn(&Record<'_>, &mut dyn Entries)) -> ColumnRow {
    ColumnRow { column, many: false, fill }
}

impl Column {
    /// This column's place in [`COLUMNS`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// This column's row.
    pub fn row(self) -> &'static ColumnRow {
        &COLUMNS[self.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{ActorKind, Change, Target};

    const ID: &str = "f6d4e8b0-c2a1-4c0b-9d6e-1f2a3b4c5d6e";

    /// Keeps the parts of the entries of one record.
    struct Kept(Vec<Vec<String>>);

    impl Entries for Kept {
        fn entry(&mut self, parts: &[&str]) {
            self.0.push(parts.iter().map(|&part| part.to_owned()).collect());
        }
    }

    fn filled_in(part: Part, record: &Record<'_>) -> String {
        let mut kept = Kept(Vec::new());
        part.column().fill(record, &mut kept);
        kept.0.first().and_then(|entry| entry.get(part.at())).cloned().unwrap_or_default()
    }

    #[test]
    fn each_part_has_what_its_name_says() {
        let before = |name: &'static str, old: &'static str| Change {
            name: name.into(),
            old: Some(format!("\"{old}\"").into()),
            new: Some("\"now\"".into()),
        };
        let record = Record {
            service: "service".into(),
            category: "category".into(),
            activity: "activity".into(),
            outcome: Outcome::Success,
            result: "failure".into(),
            result_reason: "reason".into(),
            operation_type: "operation".into(),
            source: "source".into(),
            tenant_id: "tenant".into(),
            user_agent: "agent".into(),
            actor: Actor {
                kind: ActorKind::User,
                upn: "f6d4e8b0c2a14c0b9d6e1f2a3b4c5d6eactor@x.example".into(),
                name: "name".into(),
                service_principal_name: "spn".into(),
                id: ID.into(),
                app_id: "app".into(),
                app_name: "through".into(),
                app_object_id: "through id".into(),
                ip: "[192.0.2.1]:443".into(),
                ..Actor::default()
            },
            targets: vec![Target {
                upn: "f6d4e8b0c2a14c0b9d6e1f2a3b4c5d6etarget@x.example".into(),
                name: "now".into(),
                id: ID.into(),
                kind: "User".into(),
                name_id: "name id".into(),
                changes: vec![before("DisplayName", "was"), before("UserPrincipalName", "was@x")],
                ..Target::default()
            }],
            ..Record::default()
        };
        let parts = [
            (Part::SERVICE, "service"),
            (Part::CATEGORY, "category"),
            (Part::ACTIVITY, "activity"),
            (Part::ACTOR_UPN, "actor@x.example"),
            (Part::ACTOR_NAME, "name"),
            (Part::ACTOR_SERVICE_PRINCIPAL, "spn"),
            (Part::ACTOR_UPN_AS_LOGGED, "f6d4e8b0c2a14c0b9d6e1f2a3b4c5d6eactor@x.example"),
            (Part::ACTOR_ID, ID),
            (Part::ACTOR_APP_ID, "app"),
            (Part::ACTOR_KIND, "user"),
            (Part::THROUGH_NAME, "through"),
            (Part::THROUGH_ID, "through id"),
            (Part::TARGET_UPN, "target@x.example"),
            (Part::TARGET_NAME, "now"),
            (Part::TARGET_UPN_AS_LOGGED, "f6d4e8b0c2a14c0b9d6e1f2a3b4c5d6etarget@x.example"),
            (Part::TARGET_ID, ID),
            (Part::TARGET_TYPE, "User"),
            (Part::TARGET_NAME_ID, "name id"),
            (Part::TARGET_FORMER_NAME, "was"),
            (Part::TARGET_FORMER_UPN, "was@x"),
            (Part::CHANGE, "DisplayName"),
            (Part::ADDRESS, "192.0.2.1"),
            (Part::ADDRESS_AS_LOGGED, "[192.0.2.1]:443"),
            (Part::OUTCOME, "success"),
            (Part::RESULT_AS_LOGGED, ""),
            (Part::RESULT_OTHERWISE, "failure"),
            (Part::REASON, "reason"),
            (Part::OPERATION, "operation"),
            (Part::SOURCE, "source"),
            (Part::TENANT, "tenant"),
            (Part::AGENT, "agent"),
            (Part::KIND, "audit"),
        ];
        for (part, said) in parts {
            assert_eq!(filled_in(part, &record), said, "{part:?}");
        }
        let nameless = Actor { id: "id".into(), ..Actor::default() };
        let nameless = Record { actor: nameless, result: "success".into(), ..record };
        assert_eq!(filled_in(Part::ACTOR_STAND_IN, &nameless), "id");
        assert_eq!(filled_in(Part::RESULT_AS_LOGGED, &nameless), "success");
    }

    #[test]
    fn the_parts_of_a_field_are_those_of_its_column() {
        for field in crate::record::field::FIELDS {
            let Some(kept) = field.stored.kept() else { continue };
            let own = kept.parts.iter().all(|part| part.column() == kept.column);
            assert!(own && !kept.parts.is_empty(), "{}", field.name);
        }
    }

    #[test]
    fn the_table_is_in_the_order_of_the_names() {
        for (index, row) in COLUMNS.iter().enumerate() {
            assert_eq!(row.column.index(), index, "{:?}", row.column);
        }
    }
}
