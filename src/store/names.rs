//! What the data calls an id: names of entries that have none, from entries that name the same id.
//! Never guesses: only GUIDs join, the one of all zeros joins nothing.
//!
//! Entra mentions many objects by id alone, and names them in other records. A name counts wherever
//! it stands in the data, so that the order of files and rows decides nothing.

use std::borrow::Cow;
use std::collections::HashMap;

use super::column::pack_guid;
use super::{Segment, Store};
use crate::record::column::{Column, Kept, PART};
use crate::record::{Actor, ActorKind, NamedBy, Record, Target};

/// Most names of one id that are kept: objects are renamed.
const MOST_NAMES: usize = 8;

/// Parts of an entry that name an object, the most telling first, and those that are its ids.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Naming {
    names: &'static [usize],
    ids: &'static [usize],
}

const TARGET: Naming = Naming { names: &[0, 1], ids: &[3, 5] };
/// A person: the ids of the application acted through are not theirs.
const PERSON: Naming = Naming { names: &[0, 1], ids: &[4] };
const APPLICATION: Naming = Naming { names: &[1, 2], ids: &[4, 5] };
/// The application a person acted through.
const THROUGH: Naming = Naming { names: &[7, 2], ids: &[8, 5] };

/// The part of an actor's entry that has the id of whoever has no name.
const STAND_IN: usize = 9;

/// Dictionary columns whose entries name objects, with the parts that do.
const COLUMNS: [(Column, &[usize]); 2] =
    [(Column::Targets, &[0, 1, 2]), (Column::Actor, &[0, 1, 2, 3, 7])];

/// Are these parts of this column names of objects?
pub fn are_names(column: Column, parts: &[usize]) -> bool {
    let is_stand_in = |part: &usize| column == Column::Actor && *part == STAND_IN;
    let is_name = |names: &[usize], part: &usize| names.contains(part) || is_stand_in(part);
    COLUMNS.iter().any(|(of, names)| *of == column && parts.iter().all(|p| is_name(names, p)))
}

/// Which objects an entry speaks of.
fn namings(column: Column, parts: &[&str]) -> &'static [Naming] {
    match column {
        Column::Targets => &[TARGET],
        Column::Actor if parts.get(6) == Some(&ActorKind::App.word()) => &[APPLICATION],
        Column::Actor => &[PERSON, THROUGH],
        _ => &[],
    }
}

/// An id as a number, in any case; `None` where it is no GUID, or that of nothing.
fn number_of(id: &str) -> Option<u128> {
    let id = pack_guid(id).or_else(|| pack_guid(&id.to_ascii_lowercase()));
    id.filter(|&id| id != 0)
}

/// An entry of a dictionary column.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Entry {
    column: u8,
    code: u32,
}

impl Entry {
    fn new(column: Column, code: u32) -> Self {
        Self { column: column.index() as u8, code }
    }

    /// Is it one of this column? Its code there.
    pub fn code_in(self, column: Column) -> Option<u32> {
        (usize::from(self.column) == column.index()).then_some(self.code)
    }

    fn column(self) -> Column {
        if usize::from(self.column) == Column::Actor.index() {
            Column::Actor
        } else {
            Column::Targets
        }
    }
}

/// A name of an id: the part `part` of an entry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Name {
    id: u128,
    /// How telling it is: 0 is the most.
    rank: u8,
    entry: Entry,
    part: u8,
}

impl Name {
    /// The name as logged.
    pub fn text(self, store: &Store) -> &str {
        store.part(self.entry.column(), self.entry.code, usize::from(self.part))
    }

    /// The name folded, to be compared.
    pub fn folded(self, store: &Store) -> &str {
        let column = self.entry.column();
        let after = store.segments.partition_point(|s| s.words(column).first() <= self.entry.code);
        let entry = store.segments[after - 1].words(column).folded_entry(self.entry.code);
        entry.split(PART).nth(usize::from(self.part)).unwrap_or("")
    }
}

/// The ids that the entries of one segment bring.
#[derive(Debug, Default)]
pub(super) struct Ids {
    /// In order.
    named: Vec<Name>,
    nameless: Vec<(u128, Entry)>,
}

impl Ids {
    pub(super) fn of(segment: &Segment) -> Self {
        let mut ids = Self::default();
        for (column, names) in COLUMNS {
            let words = segment.words(column);
            for code in words.first()..words.end() {
                let parts: Vec<&str> = words.entry(code).split(PART).collect();
                ids.add(Entry::new(column, code), column, names, &parts);
            }
        }
        ids.named.sort_unstable();
        ids
    }

    fn add(&mut self, entry: Entry, column: Column, names: &[usize], parts: &[&str]) {
        let part = |at: usize| parts.get(at).copied().unwrap_or_default();
        let is_nameless = names.iter().all(|&at| part(at).is_empty());
        for naming in namings(column, parts) {
            let numbers = naming.ids.iter().filter_map(|&at| number_of(part(at)));
            for id in numbers {
                if is_nameless {
                    self.nameless.push((id, entry));
                }
                for (rank, &at) in naming.names.iter().enumerate() {
                    if !part(at).is_empty() {
                        self.named.push(Name { id, rank: rank as u8, entry, part: at as u8 });
                    }
                }
            }
        }
    }

    fn names_of(&self, id: u128) -> &[Name] {
        let start = self.named.partition_point(|name| name.id < id);
        let end = start + self.named[start..].partition_point(|name| name.id == id);
        &self.named[start..end]
    }
}

impl Store {
    /// Is there an entry of an actor or target with an id and without a name?
    pub fn has_nameless(&self) -> bool {
        self.segments.iter().any(|segment| !segment.ids().nameless.is_empty())
    }

    /// The names that actors and targets with this id have, in any case of its letters: the most
    /// telling first, then in order of their letters; each once.
    pub fn names_of(&self, id: &str) -> Vec<&str> {
        let Some(id) = number_of(id) else { return Vec::new() };
        let names = self.segments.iter().flat_map(|segment| segment.ids().names_of(id));
        let mut found: Vec<(u8, &str)> = names.map(|name| (name.rank, name.text(self))).collect();
        found.sort_unstable();
        let mut texts: Vec<&str> = Vec::new();
        for (_, text) in found {
            if texts.len() < MOST_NAMES && !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts
    }

    /// The values of a field in an entry; where they are names and it has none, those that the data has
    /// for its id come first.
    pub fn values(&self, kept: Kept, code: u32) -> Vec<&str> {
        let entry = self.entry(kept.column, code);
        let own: Vec<&str> = kept.values(entry).collect();
        let of = COLUMNS.iter().find(|(column, _)| *column == kept.column);
        let Some((_, names)) = of.filter(|_| are_names(kept.column, kept.parts)) else {
            return own;
        };
        let all: Vec<&str> = entry.split(PART).collect();
        let part = |at: usize| all.get(at).copied().unwrap_or_default();
        if names.iter().any(|&at| !part(at).is_empty()) {
            return own;
        }
        let ids = namings(kept.column, &all).iter().flat_map(|naming| naming.ids);
        let mut names: Vec<&str> = Vec::new();
        for name in ids.flat_map(|&at| self.names_of(part(at))).chain(own) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The values of an entry that are counted: of names of one thing the first, but of rules and
    /// addresses all.
    pub fn things(&self, kept: Kept, code: u32) -> Vec<&str> {
        if matches!(kept.column, Column::Risk | Column::Ip) {
            return kept.things(self.entry(kept.column, code)).collect();
        }
        self.values(kept, code).into_iter().take(1).collect()
    }

    /// Gives the targets and the actor of a record that have an id and no name the one that the data
    /// has for it.
    pub fn name(&self, record: &mut Record<'_>) {
        for target in &mut record.targets {
            self.name_target(target);
        }
        self.name_actor(&mut record.actor);
    }

    fn name_target(&self, target: &mut Target<'_>) {
        if !target.name.is_empty() || !target.upn.is_empty() {
            return;
        }
        let ids = [&*target.id, &*target.name_id];
        if let Some(name) = ids.into_iter().find_map(|id| self.names_of(id).first().copied()) {
            (target.name, target.named_by) = (Cow::Owned(name.to_owned()), NamedBy::Data);
        }
    }

    fn name_actor(&self, actor: &mut Actor<'_>) {
        let own = [&actor.name, &actor.upn, &actor.service_principal_name, &actor.app_name];
        if own.iter().any(|name| !name.is_empty()) {
            return;
        }
        let ids = [&*actor.id, &*actor.app_id];
        if let Some(name) = ids.into_iter().find_map(|id| self.names_of(id).first().copied()) {
            actor.name = Cow::Owned(name.to_owned());
        }
    }
}

/// Entries without a name, each with the names that the data has for its id; kept up while a store
/// grows.
#[derive(Debug, Default)]
pub struct Joins {
    waiting: HashMap<u128, Vec<Entry>>,
    pairs: Vec<(Entry, Name)>,
    segments: usize,
}

impl Joins {
    /// Of a whole store.
    pub fn of(store: &Store) -> Self {
        let mut joins = Self::default();
        joins.extend(store);
        joins
    }

    /// Takes in the segments that arrived since the last call; whether entries of earlier ones got
    /// a name.
    pub fn extend(&mut self, store: &Store) -> bool {
        let mut earlier = false;
        for segment in &store.segments[self.segments..] {
            let ids = segment.ids();
            if !self.waiting.is_empty() {
                for name in &ids.named {
                    let entries = self.waiting.get(&name.id).into_iter().flatten();
                    let before = self.pairs.len();
                    self.pairs.extend(entries.map(|&entry| (entry, *name)));
                    earlier |= self.pairs.len() > before;
                }
            }
            self.segments += 1;
            for &(id, entry) in &ids.nameless {
                for known in &store.segments[..self.segments] {
                    self.pairs.extend(known.ids().names_of(id).iter().map(|name| (entry, *name)));
                }
                self.waiting.entry(id).or_default().push(entry);
            }
        }
        earlier
    }

    /// Entries without a name, with a name that the data has for them.
    pub fn pairs(&self) -> &[(Entry, Name)] {
        &self.pairs
    }
}
