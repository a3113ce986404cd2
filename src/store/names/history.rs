//! What an id was called when: [`Histories`], of ids with several names that some entry mentions without one.
//! Never looks at rows where no such id has more than one name.

use std::collections::{BTreeMap, HashMap, HashSet};

use fixedbitset::FixedBitSet;

use super::{COLUMNS, DictionaryEntry, Name};
use crate::record::column::Column;
use crate::store::column::RowCodes;
use crate::store::{Segment, Store};
use crate::time::Timestamp;

/// Times in ticks at which ids got another name, with the name, in order of time; by id.
#[derive(Debug, Default)]
pub(in crate::store) struct Histories {
    of: HashMap<u128, Vec<(i64, Name)>>,
}

/// The entries that name an id whose history is told.
type Named = BTreeMap<DictionaryEntry, Vec<Name>>;

impl Histories {
    /// Of a whole store.
    pub(in crate::store) fn of(store: &Store) -> Self {
        let named = named(store);
        let mut of: HashMap<u128, Vec<(i64, Name)>> = HashMap::new();
        if named.is_empty() {
            return Self::default();
        }
        let seen = &mut |ticks: i64, entry: DictionaryEntry| {
            for name in named.get(&entry).into_iter().flatten() {
                // What a rename replaces was the name up to then.
                let ticks = if name.is_former() { ticks.saturating_sub(1) } else { ticks };
                of.entry(name.id).or_default().push((ticks, *name));
            }
        };
        for segment in &store.segments {
            for (column, _) in COLUMNS {
                each_use(segment, column, &named, seen);
            }
        }
        for times in of.values_mut() {
            // Of several at one time the letters decide, not the order of files.
            times.sort_unstable_by_key(|&(ticks, name)| (ticks, name.text(store)));
            times.dedup_by(|next, last| next.1.text(store) == last.1.text(store));
        }
        Self { of }
    }

    /// What the id was called then: by the latest record at or before it that names the id, else by
    /// the earliest after it. Without a time, what it is called last. `None` where it has one name.
    pub(super) fn name(&self, id: u128, time: Option<Timestamp>) -> Option<Name> {
        let times = self.of.get(&id)?;
        let ticks = time.map_or(i64::MAX, Timestamp::ticks);
        let after = times.partition_point(|&(at, _)| at <= ticks);
        times.get(after.saturating_sub(1)).map(|&(_, name)| name)
    }

    /// Has the id had several names?
    pub(super) fn has(&self, id: u128) -> bool {
        self.of.contains_key(&id)
    }
}

/// The most telling names of the ids that have several such and that some entry mentions without a
/// name, by the entries that have them.
fn named(store: &Store) -> Named {
    let nameless = store.segments.iter().flat_map(|segment| segment.nameless());
    let ids: HashSet<u128> = nameless.map(|&(id, _)| id).collect();
    let mut found = Named::new();
    for id in ids {
        let all = store.segments.iter().flat_map(|segment| segment.names_of(id));
        let mut names: Vec<Name> = all.copied().collect();
        let best = names.iter().map(|name| name.rank).min();
        names.retain(|name| Some(name.rank) == best);
        let first = names.first().map(|name| name.text(store));
        if names.iter().any(|name| Some(name.text(store)) != first) {
            for name in names {
                found.entry(name.entry).or_default().push(name);
            }
        }
    }
    found
}

/// Calls back with each row of a segment that has a time and one of these entries. A screen asks again
/// with each segment that is loaded: a row takes a look at one bit.
fn each_use(
    segment: &Segment,
    column: Column,
    named: &Named,
    seen: &mut dyn FnMut(i64, DictionaryEntry),
) {
    let wanted: FixedBitSet =
        named.keys().filter_map(|entry| entry.code_in(column)).map(|code| code as usize).collect();
    if wanted.is_clear() {
        return;
    }
    let mut see = |at: usize, code: u32| {
        if wanted.contains(code as usize)
            && let Some(time) = segment.time(at)
        {
            seen(time.ticks(), DictionaryEntry { column, code });
        }
    };
    for at in 0..segment.len() {
        match segment.column(column) {
            RowCodes::Single(codes) => see(at, codes.get(at)),
            RowCodes::Several { starts, codes } => {
                for place in starts[at]..starts[at + 1] {
                    see(at, codes.get(place as usize));
                }
            }
        }
    }
}
