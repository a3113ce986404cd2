//! Which entries of dictionaries name an object, and by which id: what names are joined by.
//! Never looks beyond one entry.

use super::column::pack_guid;
use super::dictionary::Words;
use crate::record::column::{Column, PART, Part, part};
use crate::record::{ActorKind, risk};

/// Parts of an entry that name an object, the most telling first, and those that are its ids.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Naming {
    pub(super) names: &'static [Part],
    pub(super) ids: &'static [Part],
}

const TARGET: Naming = Naming {
    names: &[Part::TARGET_UPN, Part::TARGET_NAME],
    ids: &[Part::TARGET_ID, Part::TARGET_NAME_ID],
};
/// Parts of a target's entry that have the name it was called by before the record, each with its rank
/// among the names of a target.
pub(super) const FORMER: [(usize, Part); 2] =
    [(0, Part::TARGET_FORMER_UPN), (1, Part::TARGET_FORMER_NAME)];
/// A person: the ids of the application acted through are not theirs.
const PERSON: Naming =
    Naming { names: &[Part::ACTOR_UPN, Part::ACTOR_NAME], ids: &[Part::ACTOR_ID] };
const APPLICATION: Naming = Naming {
    names: &[Part::ACTOR_NAME, Part::ACTOR_SERVICE_PRINCIPAL],
    ids: &[Part::ACTOR_ID, Part::ACTOR_APP_ID],
};
/// The application a person acted through.
const THROUGH: Naming = Naming {
    names: &[Part::THROUGH_NAME, Part::ACTOR_SERVICE_PRINCIPAL],
    ids: &[Part::THROUGH_ID, Part::ACTOR_APP_ID],
};

/// Dictionary columns whose entries name objects, with the parts that do.
pub(super) const COLUMNS: [(Column, &[Part]); 2] = [
    (Column::Targets, part::TARGET_ALL_NAMES),
    (
        Column::Actor,
        &[
            Part::ACTOR_UPN,
            Part::ACTOR_NAME,
            Part::ACTOR_SERVICE_PRINCIPAL,
            Part::ACTOR_UPN_AS_LOGGED,
            Part::THROUGH_NAME,
        ],
    ),
];

/// Which objects an entry speaks of.
pub(super) fn namings(column: Column, parts: &[&str]) -> &'static [Naming] {
    match column {
        Column::Targets => &[TARGET],
        Column::Actor if Part::ACTOR_KIND.among(parts) == ActorKind::App.word() => &[APPLICATION],
        Column::Actor => &[PERSON, THROUGH],
        _ => &[],
    }
}

/// An id as a number, in any case; `None` where it is no GUID, or that of nothing.
pub(super) fn number_of(id: &str) -> Option<u128> {
    let id = pack_guid(id).or_else(|| pack_guid(&id.to_ascii_lowercase()));
    id.filter(|&id| id != 0)
}

/// An entry of a dictionary column.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct DictionaryEntry {
    pub(super) column: Column,
    pub(super) code: u32,
}

impl DictionaryEntry {
    /// Is it one of this column? Its code there.
    pub fn code_in(self, column: Column) -> Option<u32> {
        (self.column == column).then_some(self.code)
    }
}

/// A name of an id: the part `part` of an entry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Name {
    pub(super) id: u128,
    /// How telling it is: 0 is the most.
    pub(super) rank: u8,
    pub(super) entry: DictionaryEntry,
    /// Its place in the entry.
    pub(super) at: u8,
}

impl Name {
    /// Was the object called so before the record, and not by it any more?
    pub(super) fn is_former(self) -> bool {
        let is_it = |(_, part): &(usize, Part)| part.at() == usize::from(self.at);
        self.entry.column == Column::Targets && FORMER.iter().any(is_it)
    }
}

/// Is this part of an actor the name of the application a person used, where theirs should be? The
/// directory writes a service of Microsoft, such as `Azure ESTS Service` or `Graph Explorer`, as the
/// `displayName` of the user who called it; the user principal name beside it is the person's.
fn is_of_service(parts: &[&str], part: Part) -> bool {
    part == Part::ACTOR_NAME
        && Part::ACTOR_KIND.among(parts) == ActorKind::User.word()
        && !Part::ACTOR_UPN.among(parts).is_empty()
        && risk::is_service(part.among(parts))
}

/// Calls back with each entry that a segment with these words brings and that may name an object: its parts, and whether
/// it has no name.
fn each<'w>(
    words_of: impl Fn(Column) -> &'w Words,
    mut call: impl FnMut(DictionaryEntry, &[&str], bool),
) {
    for (column, names) in COLUMNS {
        let words = words_of(column);
        for code in words.first()..words.end() {
            let parts: Vec<&str> = words.entry(code).split(PART).collect();
            let is_nameless = names.iter().all(|name| name.among(&parts).is_empty());
            call(DictionaryEntry { column, code }, &parts, is_nameless);
        }
    }
}

/// The ids of the entries that a segment with these words brings without a name.
pub(super) fn nameless<'w>(words_of: impl Fn(Column) -> &'w Words) -> Vec<(u128, DictionaryEntry)> {
    let mut found = Vec::new();
    each(words_of, |entry, parts, is_nameless| {
        if is_nameless {
            let ids = namings(entry.column, parts).iter().flat_map(|naming| naming.ids);
            let ids = ids.filter_map(|id| number_of(id.among(parts)));
            found.extend(ids.map(|id| (id, entry)));
        }
    });
    found
}

/// The names of the entries that a segment with these words brings, in order of their ids.
pub(super) fn named<'w>(words_of: impl Fn(Column) -> &'w Words) -> Vec<Name> {
    let mut found = Vec::new();
    each(words_of, |entry, parts, is_nameless| {
        if is_nameless {
            return;
        }
        for naming in namings(entry.column, parts) {
            for id in naming.ids.iter().filter_map(|id| number_of(id.among(parts))) {
                let named = naming.names.iter().enumerate();
                let is_one =
                    |part: Part| !part.among(parts).is_empty() && !is_of_service(parts, part);
                let named = named.filter(|&(_, &part)| is_one(part));
                let former = FORMER.iter().filter(|_| entry.column == Column::Targets);
                let former = former.copied().filter(|&(_, part)| is_one(part));
                let all = named.map(|(rank, &part)| (rank, part)).chain(former);
                found.extend(all.map(|(rank, part)| Name {
                    id,
                    rank: rank as u8,
                    entry,
                    at: part.at() as u8,
                }));
            }
        }
    });
    found.sort_unstable();
    found
}
