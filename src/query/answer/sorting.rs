//! Rows in another order than that of time.
//! Never decides which rows there are.

use std::cmp::Reverse;
use std::collections::HashMap;

use rayon::prelude::*;

use super::Sort;
use crate::record::column::{Column, Kept};
use crate::record::field::{Field, Stored};
use crate::record::risk::Level;
use crate::record::value_kind::ValueKind;
use crate::store::column::{NOT_A_GUID, RowCodes, pack_guid};
use crate::store::{RowId, Segment, Store};
use crate::text::fold;

/// The place of each dictionary entry of a column in the order of what a field takes from it.
#[derive(Debug)]
pub struct Ranks {
    field: &'static str,
    of: Vec<u32>,
    /// One more than the largest rank.
    end: u32,
}

/// Fewer rows are sorted by comparing.
const FEW: usize = 4_096;

/// Sorts rows that are in order of time by another field; equal values stay in order of time.
/// `known` keeps what was found out for the next time.
pub fn sort(store: &Store, sort: Sort, rows: &mut Vec<RowId>, known: &mut Option<Ranks>) {
    match sort.field.stored {
        Stored::Column(..) | Stored::Property(_) => {
            let Some(kept) = sort.field.stored.kept() else { return };
            let column = kept.column;
            let entries = store.entries(column);
            let current =
                known.take().filter(|r| r.field == sort.field.name && r.of.len() == entries);
            let ranks =
                known.insert(current.unwrap_or_else(|| Ranks::new(store, sort.field, kept)));
            by_rank(store, column, sort.descending, ranks, rows);
        }
        Stored::Correlation => {
            let id = |row: &RowId| {
                let (segment, at) = store.locate(*row);
                CorrelationKey::new(segment, at)
            };
            if sort.descending {
                rows.sort_by_cached_key(|row| {
                    let id = id(row);
                    (id == CorrelationKey::None, Reverse(id))
                });
            } else {
                rows.sort_by_cached_key(id);
            }
        }
        Stored::Mark => rows.sort_by_key(|&row| store.marks().has(row) != sort.descending),
        Stored::Note => rows.sort_by_cached_key(|&row| {
            let note = fold(store.marks().note(row));
            let (up, down) = if sort.descending { (None, Some(note)) } else { (Some(note), None) };
            (store.marks().note(row).is_empty(), up, Reverse(down))
        }),
        Stored::Time | Stored::Original(_) | Stored::Raw => {}
    }
}

fn by_rank(store: &Store, column: Column, descending: bool, ranks: &Ranks, rows: &mut Vec<RowId>) {
    // Rows without a value come last either way.
    let rank = |row: &RowId| {
        let (segment, at) = store.locate(*row);
        match first_rank(segment.column(column), at, &ranks.of) {
            u32::MAX => ranks.end,
            rank if descending => ranks.end - 1 - rank,
            rank => rank,
        }
    };
    if rows.len() < FEW {
        rows.sort_by_cached_key(rank);
        return;
    }
    // Counted, not compared: there are few ranks, and rows of the same keep their order.
    let own: Vec<u32> = rows.par_iter().map(rank).collect();
    let mut places = vec![0usize; ranks.end as usize + 2];
    for &rank in &own {
        places[rank as usize + 1] += 1;
    }
    for at in 1..places.len() {
        places[at] += places[at - 1];
    }
    let mut sorted = vec![0; rows.len()];
    for (&row, &rank) in rows.iter().zip(&own) {
        let place = &mut places[rank as usize];
        sorted[*place] = row;
        *place += 1;
    }
    *rows = sorted;
}

impl Ranks {
    /// By the first value of each entry, folded; `u32::MAX` for entries without one.
    fn new(store: &Store, field: &'static Field, kept: Kept) -> Self {
        let column = kept.column;
        let key = |value: &str| match Level::from_word(value) {
            Some(level) if field.kind == ValueKind::Level => (level as u8).to_string(),
            // What is no level stands below all of them: `none`, `hidden`.
            None if field.kind == ValueKind::Level => format!(" {}", fold(value)),
            _ => fold(value),
        };
        let folded = |code: u32| store.values(kept, code).first().copied().map(key);
        let entries = 0..store.entries(column) as u32;
        let values: Vec<Option<String>> = entries.into_par_iter().map(folded).collect();
        let mut distinct: Vec<&String> = values.iter().flatten().collect();
        distinct.par_sort_unstable();
        distinct.dedup();
        let end = distinct.len() as u32;
        let places: HashMap<&String, u32> =
            distinct.into_iter().enumerate().map(|(place, value)| (value, place as u32)).collect();
        let place = |value: &Option<String>| value.as_ref().map_or(u32::MAX, |v| places[v]);
        Self { field: field.name, of: values.iter().map(place).collect(), end }
    }
}

/// What a list sorted by correlation id compares: GUIDs in any case, then other ids, then none.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum CorrelationKey {
    Guid(u128),
    Other(String),
    None,
}

impl CorrelationKey {
    fn new(segment: &Segment, at: usize) -> Self {
        let packed = segment.correlations().packed()[at];
        if packed != NOT_A_GUID {
            return Self::Guid(packed);
        }
        let id = segment.correlation(at);
        let folded = fold(&id);
        match pack_guid(&folded) {
            Some(guid) => Self::Guid(guid),
            None if id.is_empty() => Self::None,
            None => Self::Other(folded),
        }
    }
}

/// The rank of a row's first entry that has one: a target without a name leaves it to the next.
fn first_rank(column: &RowCodes, at: usize, ranks: &[u32]) -> u32 {
    match column.first(at).map(|code| ranks[code as usize]) {
        Some(u32::MAX) => {
            let others = column.row(at);
            let mut ranked = others.iter().map(|&code| ranks[code as usize]);
            ranked.find(|&rank| rank != u32::MAX).unwrap_or(u32::MAX)
        }
        first => first.unwrap_or(u32::MAX),
    }
}
