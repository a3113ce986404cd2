//! How often each value of a field occurs, largest first.
//! Never reads original bytes where the columns know, and never counts a value of a record twice.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};

use super::cell::RecordOut;
use super::originals::{self, Fetched};
use super::written::Written;
use crate::place;
use crate::query::spelling::Spellings;
use crate::record::column::Kept;
use crate::record::field::{Field, Stored};
use crate::store::{RowId, Store};
use crate::text::{clean, fold};
use crate::time::Timestamp;

/// How often each value occurs.
#[derive(Debug, Default)]
pub struct Counted {
    /// Values as they are shown, and the number of records that have them, largest first, equals in
    /// order of the value.
    pub values: Vec<(String, u64)>,
    /// What could not be read again; those records are not counted.
    pub report: Written,
}

impl Counted {
    /// Writes the first `limit` values as `count<TAB>value`. Fails only where `out` does.
    pub fn write(&self, limit: usize, out: &mut dyn Write) -> io::Result<()> {
        self.values.iter().take(limit).try_for_each(|(value, n)| writeln!(out, "{n}\t{value}"))
    }
}

/// Counts the records among `rows` by the values of a field. A record with several values counts
/// once for each distinct one, a record without any as `(none)`. Times count by day (UTC). Spellings
/// that a filter does not tell apart are one value, under the commonest of them. Values are cleaned
/// for display: none holds a tab or a line break.
///
/// # Panics
/// Where the store has no such row.
pub fn count_by(store: &Store, rows: &[RowId], field: &'static Field) -> Counted {
    count(store, rows, field, &|_| 1)
}

/// As [`count_by`], of records that were put together in groups: each row stands for as many records as
/// its group has.
pub fn count_groups(counted: &place::Counted, field: &'static Field) -> Counted {
    let sizes: HashMap<RowId, u64> =
        counted.groups.iter().map(|group| (group.row, group.records)).collect();
    let rows: Vec<RowId> = counted.groups.iter().map(|group| group.row).collect();
    count(&counted.store, &rows, field, &|row| sizes.get(&row).copied().unwrap_or(0))
}

/// How many records a row stands for.
type Records<'r> = dyn Fn(RowId) -> u64 + 'r;

fn count(store: &Store, rows: &[RowId], field: &'static Field, records: &Records<'_>) -> Counted {
    let mut tally = Tally::default();
    let mut report = Written { records: rows.len() as u64, ..Written::default() };
    match field.stored {
        Stored::Column(..) | Stored::Property(_) => {
            if let Some(kept) = field.stored.kept() {
                count_column(store, rows, kept, records, &mut tally);
            }
        }
        Stored::Time => {
            for &row in rows {
                let day = store.time(row).map(Timestamp::to_rfc3339);
                // The first ten characters are the day.
                tally.record(day.iter().filter_map(|time| time.split('T').next()), records(row));
            }
        }
        Stored::Correlation => {
            for &row in rows {
                let id = store.correlation(row);
                tally.record(Some(&*id).filter(|id| !id.is_empty()), records(row));
            }
        }
        Stored::Mark => {
            for &row in rows {
                tally.record(Some(store.marks().word(row)), records(row));
            }
        }
        Stored::Note => {
            for &row in rows {
                let note = store.marks().note(row);
                tally.record(Some(note).filter(|note| !note.is_empty()), records(row));
            }
        }
        Stored::Original(_) | Stored::Raw => {
            let counted = originals::each(store, rows, &mut |fetched: Fetched<'_>| {
                match fetched.record() {
                    Ok((record, bytes)) => {
                        let row = RecordOut {
                            bytes,
                            record: Some(&record),
                            ..RecordOut::new(store, fetched.row)
                        };
                        let mut values = Vec::new();
                        row.values(field, &mut |value| values.push(value.to_owned()));
                        tally.record(values.iter().map(String::as_str), records(fetched.row));
                    }
                    Err(reason) => report.failed(fetched.original.name(), &reason),
                }
                Ok(())
            });
            debug_assert!(counted.is_ok(), "counting writes nothing that could fail");
            report.records -= report.unreadable;
        }
    }
    Counted { values: tally.sorted(field.nothing()), report }
}

/// Counts by dictionary codes; each entry's value is looked at once, but that of an id with several
/// names for each record.
fn count_column(
    store: &Store,
    rows: &[RowId],
    kept: Kept,
    records: &Records<'_>,
    tally: &mut Tally,
) {
    let column = kept.column;
    let mut numbers_of = |values: Vec<&str>| -> Vec<usize> {
        let filled = values.into_iter().filter(|value| !value.is_empty());
        filled.map(|value| tally.number(value)).collect()
    };
    let numbers: Vec<Option<Vec<usize>>> = (0..store.entries(column) as u32)
        .map(|code| {
            let is_renamed = store.is_renamed(kept, code);
            (!is_renamed).then(|| numbers_of(store.things(kept, code)))
        })
        .collect();
    let mut found = Vec::new();
    for &row in rows {
        found.clear();
        for &code in store.codes(row, column).iter() {
            match &numbers[code as usize] {
                Some(known) => found.extend_from_slice(known),
                None => {
                    let things = store.things_in(kept, code, row);
                    found.extend(things.into_iter().map(|value| tally.number(value)));
                }
            }
        }
        tally.numbers(found.iter().copied(), records(row));
    }
}

/// The number of different values of a field among `rows`, and what could not be read again. Actors
/// and targets are counted by their ids, by their names where they have none; targets of one type
/// only where `kind` names it.
///
/// # Panics
/// Where the store has no such row.
pub fn distinct(
    store: &Store,
    rows: &[RowId],
    field: &'static Field,
    kind: Option<&str>,
) -> (usize, Written) {
    let (ids, names) = match field.name {
        "target" | "target.id" => (Field::TARGET_ID, Field::TARGET),
        "actor" | "actor.id" => (Field::ACTOR_ID, Field::ACTOR),
        _ => {
            let counted = count_by(store, rows, field);
            let nothing = counted.values.iter().any(|(value, _)| value == field.nothing());
            return (counted.values.len() - usize::from(nothing), counted.report);
        }
    };
    let report = Written { records: rows.len() as u64, ..Written::default() };
    let (Some(ids), Some(names)) = (ids.stored.kept(), names.stored.kept()) else {
        return (0, report);
    };
    let kind = kind.map(fold);
    let is_wanted = |entry: &str| {
        let own = || Field::TARGET_TYPE.stored.kept().map(|types| fold(types.first(entry)));
        kind.is_none() || own() == kind
    };
    let identity = |code: u32| {
        let entry = store.entry(ids.column, code);
        let id = Some(ids.first(entry)).filter(|id| !id.is_empty());
        let thing = fold(id.unwrap_or_else(|| names.first(entry)));
        (is_wanted(entry) && !thing.is_empty()).then_some(thing)
    };
    let mut codes: Vec<u32> =
        rows.iter().flat_map(|&row| store.codes(row, ids.column).into_owned()).collect();
    codes.sort_unstable();
    codes.dedup();
    let things: HashSet<String> = codes.into_iter().filter_map(identity).collect();
    (things.len(), report)
}

#[derive(Default)]
struct Tally {
    spellings: Spellings,
    /// Records by value.
    counts: Vec<u64>,
    none: u64,
    seen: Vec<usize>,
}

impl Tally {
    fn number(&mut self, value: &str) -> usize {
        self.spellings.number(&clean(value))
    }

    fn record<'v>(&mut self, values: impl IntoIterator<Item = &'v str>, records: u64) {
        let numbers: Vec<usize> = values.into_iter().map(|value| self.number(value)).collect();
        self.numbers(numbers.into_iter(), records);
    }

    /// Counts so many records that each have the spellings of these numbers.
    fn numbers(&mut self, numbers: impl Iterator<Item = usize>, records: u64) {
        self.seen.clear();
        self.seen.extend(numbers);
        self.spellings.record(&mut self.seen, records);
        if self.seen.is_empty() {
            self.none += records;
        }
        for &value in &self.seen {
            if value >= self.counts.len() {
                self.counts.resize(value + 1, 0);
            }
            self.counts[value] += records;
        }
    }

    fn sorted(self, none: &str) -> Vec<(String, u64)> {
        let counted = self.spellings.names().into_iter().zip(self.counts);
        let mut values: Vec<(String, u64)> = counted.filter(|(_, count)| *count > 0).collect();
        if self.none > 0 {
            values.push((none.to_owned(), self.none));
        }
        values.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        values
    }
}
