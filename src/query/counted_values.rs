//! The values that fields have in the loaded records, with their number: counted once, and kept.
//! Never reads original bytes, and never counts while a letter is being answered: the runtime counts on a
//! thread of its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use hashbrown::HashMap;

use crate::record::column::{Column, PART, Part};
use crate::record::field::{FIELDS, Field};
use crate::store::column::RowCodes;
use crate::store::names::{Joins, are_names};
use crate::store::{RowId, Store};

/// A field's values with their number of records, most frequent first.
type Counted = Arc<[(String, u64)]>;

/// The values of every field that is kept in columns, with their number of records.
#[derive(Clone, Debug, Default)]
pub struct CountedValues {
    records: usize,
    values: HashMap<&'static str, Counted>,
}

impl CountedValues {
    /// Counts the values of a store: one pass for each field.
    pub fn of(store: &Store) -> Self {
        let fields = FIELDS.iter().filter(|field| !field.reads_original());
        let values = fields.map(|field| (field.name, count_values(store, field).into())).collect();
        Self { records: store.len(), values }
    }

    /// Was this counted over all records of the store?
    pub fn is_of(&self, store: &Store) -> bool {
        self.records == store.len()
    }
}

impl DataValues for CountedValues {
    fn values(&self, field: &'static Field) -> Counted {
        self.values.get(field.name).cloned().unwrap_or_else(|| Arc::from([]))
    }
}

/// The values in the loaded data, kept by the caller.
pub trait DataValues {
    /// Values of that field with their number of records, most frequent first (see
    /// [`count_values`]); for the time field days with data, where the caller knows them.
    fn values(&self, field: &'static Field) -> Arc<[(String, u64)]>;
}

/// Most values of a field that are kept, the most frequent ones.
pub const MOST_COUNTED: usize = 5_000;

/// The names of entries that other entries name: as logged, and folded.
fn joined<'s>(
    store: &'s Store,
    column: Column,
    parts: &[Part],
) -> HashMap<u32, Vec<(&'s str, &'s str)>> {
    let mut found: HashMap<u32, Vec<_>> = HashMap::new();
    if are_names(column, parts) {
        for (entry, name) in Joins::of(store).pairs() {
            if let Some(code) = entry.code_in(column) {
                let folded = name.folded(store);
                if !folded.is_empty() {
                    found.entry(code).or_default().push((name.text(store), folded));
                }
            }
        }
    }
    found
}

/// Values of `field` in `store` and the number of records that have them, most frequent first, at
/// most [`MOST_COUNTED`]. Spellings that fold to one name are one value, under the spelling that came
/// first, because that is what `field="value"` finds. A record counts once for each of its values.
/// Empty for time, correlation and the fields that are read from original bytes.
///
/// One pass over a column: for a million records this takes tens of milliseconds, so the caller
/// keeps the result until the store has grown.
pub fn count_values(store: &Store, field: &Field) -> Vec<(String, u64)> {
    let Some(kept) = field.stored.kept() else { return Vec::new() };
    let (column, parts) = (kept.column, kept.parts);
    // Values are numbered; those of entry `code` are `values[starts[code]..starts[code + 1]]`.
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    let mut names: Vec<&str> = Vec::new();
    let (mut values, mut starts): (Vec<u32>, Vec<usize>) = (Vec::new(), vec![0]);
    let words = store.segments().iter().map(|segment| segment.words(column));
    let entries = words.flat_map(|words| {
        (words.first()..words.end()).map(|code| (words.entry(code), words.folded_entry(code)))
    });
    // What is named in other records only, as it is compared.
    let joined = joined(store, column, parts);
    for (code, (entry, folded)) in entries.enumerate() {
        let own = values.len();
        if !kept.is_in(entry) {
            starts.push(own);
            continue;
        }
        let own_parts = entry.split(PART).zip(folded.split(PART)).enumerate();
        let own_parts = own_parts
            .filter(|(at, (_, key))| !key.is_empty() && parts.iter().any(|part| part.at() == *at));
        let named = joined.get(&(code as u32)).into_iter().flatten().copied();
        for (name, key) in named.chain(own_parts.map(|(_, value)| value)) {
            let number = *numbers.entry(key).or_insert_with(|| {
                names.push(name);
                names.len() as u32 - 1
            });
            if !values[own..].contains(&number) {
                values.push(number);
            }
        }
        starts.push(values.len());
    }
    let of = |code: u32| &values[starts[code as usize]..starts[code as usize + 1]];

    let mut counts = vec![0u64; names.len()];
    // The last record that each value was counted for.
    let mut last = vec![u64::MAX; names.len()];
    if column == Column::Source {
        let also = store.also().iter().flat_map(|segment| segment.also(0, RowId::MAX));
        // Each once, whichever segment says it.
        for code in also.collect::<BTreeSet<_>>().into_iter().map(|(_, code)| *code) {
            for &value in of(code) {
                counts[value as usize] += 1;
            }
        }
    }
    for segment in store.segments() {
        match segment.column(column) {
            RowCodes::Single(codes) => codes.for_each(|code| {
                for &value in of(code) {
                    counts[value as usize] += 1;
                }
            }),
            RowCodes::Several { starts, codes } => {
                for at in 0..segment.len() {
                    let row = u64::from(segment.first()) + at as u64;
                    for place in starts[at]..starts[at + 1] {
                        for &value in of(codes.get(place as usize)) {
                            if last[value as usize] != row {
                                last[value as usize] = row;
                                counts[value as usize] += 1;
                            }
                        }
                    }
                }
            }
        }
    }
    let mut found: Vec<(&str, u64)> = names.into_iter().zip(counts).collect();
    found.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    found.truncate(MOST_COUNTED);
    found.into_iter().map(|(name, count)| (name.to_owned(), count)).collect()
}
