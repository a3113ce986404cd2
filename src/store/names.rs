//! What the data calls an id: names of entries that have none, from entries that name the same id.
//! Never guesses: only GUIDs join, the one of all zeros joins nothing.
//!
//! Entra mentions many objects by id alone, and names them in other records. A name counts wherever
//! it stands in the data, so that the order of files and rows decides nothing. A record is found by
//! each name that an id has; what is shown and counted is the one it had when the record was written.

mod history;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use super::column::write_guid;
use super::entry_names::{COLUMNS, DictionaryEntry, Name, namings, number_of};
use super::{Segment, Store};
use crate::record::column::{Column, Kept, PART, Part};
use crate::record::{Actor, NamedBy, Record, Target};
use crate::store::RowId;
use crate::time::Timestamp;

pub(super) use history::Histories;

/// Most names of one id that are kept: objects are renamed.
const MOST_NAMES: usize = 8;

/// Are these parts of this column names of objects?
pub fn are_names(column: Column, parts: &[Part]) -> bool {
    // The id of whoever has no name stands among the names.
    let is_name =
        |names: &[Part], part: &Part| names.contains(part) || *part == Part::ACTOR_STAND_IN;
    COLUMNS.iter().any(|(of, names)| *of == column && parts.iter().all(|p| is_name(names, p)))
}

impl Name {
    /// The name as logged.
    pub fn text(self, store: &Store) -> &str {
        let entry = store.entry(self.entry.column, self.entry.code);
        entry.split(PART).nth(usize::from(self.at)).unwrap_or("")
    }

    /// The name folded, to be compared.
    pub fn folded(self, store: &Store) -> &str {
        let column = self.entry.column;
        let after = store.segments.partition_point(|s| s.words(column).first() <= self.entry.code);
        let entry = store.segments[after - 1].words(column).folded_entry(self.entry.code);
        entry.split(PART).nth(usize::from(self.at)).unwrap_or("")
    }
}

impl Segment {
    /// The names that entries this segment brings give to an id.
    fn names_of(&self, id: u128) -> &[Name] {
        let named = self.named();
        let start = named.partition_point(|name| name.id < id);
        let end = start + named[start..].partition_point(|name| name.id == id);
        &named[start..end]
    }
}

impl Store {
    /// Is there an entry of an actor or target with an id and without a name?
    pub fn has_nameless(&self) -> bool {
        self.segments.iter().any(|segment| !segment.nameless().is_empty())
    }

    /// The ids of actors and targets without a name that a name elsewhere in the data would be joined
    /// to, in lower case, each once.
    pub fn nameless_ids(&self) -> Vec<String> {
        let nameless = self.segments.iter().flat_map(|segment| segment.nameless());
        let ids: BTreeSet<u128> = nameless.map(|&(id, _)| id).collect();
        ids.into_iter().map(|id| write_guid(id, &mut [0; 36]).to_owned()).collect()
    }

    /// Was this id called by several names, so that the time of a record decides which is shown?
    pub fn had_several_names(&self, id: &str) -> bool {
        number_of(id).is_some_and(|id| self.histories().has(id))
    }

    /// The names that actors and targets with this id have, in any case of its letters: the most
    /// telling first, then in order of their letters; each once.
    pub fn names_of(&self, id: &str) -> Vec<&str> {
        let Some(id) = number_of(id) else { return Vec::new() };
        let names = self.segments.iter().flat_map(|segment| segment.names_of(id));
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

    /// What ids with several names were called when; made when it is first asked for.
    fn histories(&self) -> &Histories {
        self.histories.get_or_init(|| Histories::of(self))
    }

    /// The values of a field in an entry that a record has, of which the first is shown: as
    /// [`Store::values`], but the name that an id had when the record was written comes first.
    pub fn values_in(&self, kept: Kept, code: u32, row: RowId) -> Vec<&str> {
        let mut values = self.values(kept, code);
        if values.len() > 1
            && let Some(id) = self.renamed(kept, code)
            && let Some(name) = self.histories().name(id, self.time(row))
        {
            let name = name.text(self);
            values.retain(|value| *value != name);
            values.insert(0, name);
        }
        values
    }

    /// The values of an entry that are counted for a record, as [`Store::things`] does.
    pub fn things_in(&self, kept: Kept, code: u32, row: RowId) -> Vec<&str> {
        self.values_in(kept, code, row).into_iter().take(1).collect()
    }

    /// Does it depend on the record what is shown of this entry: is it an id that had several names?
    pub fn is_renamed(&self, kept: Kept, code: u32) -> bool {
        self.renamed(kept, code).is_some()
    }

    /// The id by which an entry without a name is called, where that has had several.
    fn renamed(&self, kept: Kept, code: u32) -> Option<u128> {
        let (_, names) = COLUMNS.iter().find(|(column, _)| *column == kept.column)?;
        let all: Vec<&str> = self.entry(kept.column, code).split(PART).collect();
        let is_named = names.iter().any(|name| !name.among(&all).is_empty());
        if is_named || !are_names(kept.column, kept.parts) {
            return None;
        }
        let ids = namings(kept.column, &all).iter().flat_map(|naming| naming.ids);
        let numbers = ids.filter_map(|id| number_of(id.among(&all)));
        let mut known = numbers.filter(|&id| self.is_known(id));
        known.next().filter(|&id| self.histories().has(id))
    }

    /// Does the data name this id?
    fn is_known(&self, id: u128) -> bool {
        self.segments.iter().any(|segment| !segment.names_of(id).is_empty())
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
        if names.iter().any(|name| !name.among(&all).is_empty()) {
            return own;
        }
        let ids = namings(kept.column, &all).iter().flat_map(|naming| naming.ids);
        let mut names: Vec<&str> = Vec::new();
        for name in ids.flat_map(|id| self.names_of(id.among(&all))).chain(own) {
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
    /// has for it: of several the one it had at the record's time.
    pub fn name(&self, record: &mut Record<'_>) {
        for target in &mut record.targets {
            self.name_target(target, record.time);
        }
        self.name_actor(&mut record.actor, record.time);
    }

    /// The name that is told of an object with these ids in a record of this time.
    fn name_of(&self, ids: [&str; 2], time: Option<Timestamp>) -> Option<Cow<'static, str>> {
        let then = |id: &str| self.histories().name(number_of(id)?, time);
        let name = ids.into_iter().find_map(|id| {
            let any = self.names_of(id).first().copied()?;
            Some(then(id).map_or(any, |name| name.text(self)))
        });
        name.map(|name| Cow::Owned(name.to_owned()))
    }

    fn name_target(&self, target: &mut Target<'_>, time: Option<Timestamp>) {
        if !target.name.is_empty() || !target.upn.is_empty() {
            return;
        }
        if let Some(name) = self.name_of([&target.id, &target.name_id], time) {
            (target.name, target.named_by) = (name, NamedBy::Data);
        }
    }

    fn name_actor(&self, actor: &mut Actor<'_>, time: Option<Timestamp>) {
        let own = [&actor.name, &actor.upn, &actor.service_principal_name, &actor.app_name];
        if own.iter().any(|name| !name.is_empty()) {
            return;
        }
        if let Some(name) = self.name_of([&actor.id, &actor.app_id], time) {
            (actor.name, actor.named_by) = (name, NamedBy::Data);
        }
    }
}

/// Entries without a name, each with the names that the data has for its id; kept up while a store
/// grows.
#[derive(Debug, Default)]
pub struct Joins {
    waiting: HashMap<u128, Vec<DictionaryEntry>>,
    pairs: Vec<(DictionaryEntry, Name)>,
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
            if !self.waiting.is_empty() {
                for name in segment.named() {
                    let entries = self.waiting.get(&name.id).into_iter().flatten();
                    let before = self.pairs.len();
                    self.pairs.extend(entries.map(|&entry| (entry, *name)));
                    earlier |= self.pairs.len() > before;
                }
            }
            self.segments += 1;
            for &(id, entry) in segment.nameless() {
                for known in &store.segments[..self.segments] {
                    self.pairs.extend(known.names_of(id).iter().map(|name| (entry, *name)));
                }
                self.waiting.entry(id).or_default().push(entry);
            }
        }
        earlier
    }

    /// Entries without a name, with a name that the data has for them.
    pub fn pairs(&self) -> &[(DictionaryEntry, Name)] {
        &self.pairs
    }
}

#[cfg(test)]
mod tests;
