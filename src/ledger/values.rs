//! What came of the values that records set: changed again, or back to what they were.
//! Never guesses: a value is back only where the same property of the same target has its old value again.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use super::changes::{is_whole, sets_values, told_differences};
use super::logged::known;
use super::taken_back::{Deed, TakenBack};
use crate::record::Record;
use crate::store::RowId;
use crate::time::Timestamp;

/// What came of one value that a record set.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Fate {
    /// No later record among these changed it.
    #[default]
    Stays,
    /// A later record changed it to something else, then.
    Again(Option<Timestamp>),
    /// Changed first, and back to the old value then.
    Back(Option<Timestamp>, Option<Timestamp>),
}

/// One value that one record set; the values only as hashes, with a key of this run.
#[derive(Debug)]
struct Set {
    time: Option<Timestamp>,
    row: RowId,
    number: usize,
    old: u64,
    new: u64,
}

/// The values that records set.
#[derive(Default, Debug)]
pub struct Values {
    hasher: RandomState,
    sets: HashMap<u64, Vec<Set>>,
    /// By record: what came of each of its values, in their order.
    fates: HashMap<RowId, Vec<Fate>>,
    /// Records whose values are all that is to be set back.
    whole: Vec<RowId>,
}

impl Values {
    /// Enters a record that succeeded.
    pub fn enter(&mut self, row: RowId, record: &Record<'_>) {
        let sets_values = sets_values(&record.activity);
        if sets_values && is_whole(record) {
            self.whole.push(row);
        }
        let mut fates = Vec::new();
        for (target, change, difference) in told_differences(record) {
            let number = fates.len();
            fates.push(Fate::Stays);
            let Some(of) = known(target) else { continue };
            let (path, in_list) = difference.place();
            if !in_list && !sets_values {
                continue;
            }
            let (old, new) = (difference.old.as_deref(), difference.new.as_deref());
            let element = if in_list { new.or(old) } else { None };
            let key = self.hasher.hash_one((of, &*change.name, path, element));
            let (old, new) = (self.hasher.hash_one(old), self.hasher.hash_one(new));
            let time = record.time;
            self.sets.entry(key).or_default().push(Set { time, row, number, old, new });
        }
        if !fates.is_empty() {
            self.fates.insert(row, fates);
        }
    }

    /// Follows each value, once all records are entered: the records all of whose values are back.
    pub fn close(&mut self) -> Vec<(RowId, TakenBack)> {
        for mut of in std::mem::take(&mut self.sets).into_values() {
            of.sort_by_key(|set| (set.time, set.row));
            self.follow(of);
        }
        let whole = std::mem::take(&mut self.whole);
        whole.into_iter().filter_map(|row| Some((row, self.back(row)?))).collect()
    }

    /// When the values of a record were set and set back, where all of them were.
    fn back(&self, row: RowId) -> Option<TakenBack> {
        let (mut first, mut last) = (None, None);
        let fates = self.fates(row);
        for fate in fates {
            let Fate::Back(changed, back) = *fate else { return None };
            first = if first.is_none() { changed } else { first.min(changed) };
            last = last.max(back);
        }
        let told = TakenBack { deed: Deed::Changed, at: first, until: last };
        (!fates.is_empty()).then_some(told)
    }

    /// Follows one value through the records that set it, oldest first.
    fn follow(&mut self, sets: Vec<Set>) {
        let mut open: Vec<Set> = Vec::new();
        // Where the first open record stands that changed it from a value.
        let mut from: HashMap<u64, usize> = HashMap::new();
        for set in sets {
            let before = from.get(&set.new).copied();
            let before = before.filter(|&place| open.get(place).is_some_and(|o| o.old == set.new));
            if let Some(place) = before {
                for first in open.drain(place..) {
                    self.tell(first.row, first.number, Fate::Back(first.time, set.time));
                    self.tell(set.row, set.number, Fate::Back(first.time, set.time));
                }
                // What stood before stands again.
                if let Some((row, number)) = open.last().map(|last| (last.row, last.number)) {
                    self.tell(row, number, Fate::Stays);
                }
                continue;
            }
            if let Some(last) = open.last().filter(|last| last.new != set.new) {
                let (row, number) = (last.row, last.number);
                self.tell(row, number, Fate::Again(set.time));
            }
            let stands = from.get(&set.old).and_then(|&place| open.get(place));
            if stands.is_none_or(|other| other.old != set.old) {
                from.insert(set.old, open.len());
            }
            open.push(set);
        }
    }

    fn tell(&mut self, row: RowId, number: usize, fate: Fate) {
        if let Some(told) = self.fates.get_mut(&row).and_then(|fates| fates.get_mut(number)) {
            *told = fate;
        }
    }

    /// What came of the values of a record, in their order; nothing where it set none.
    pub fn fates(&self, row: RowId) -> &[Fate] {
        self.fates.get(&row).map_or(&[], Vec::as_slice)
    }
}
