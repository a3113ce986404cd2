//! From all records of a store to the ledger of them.
//! Never keeps a record's bytes, and reads those of no record whose activity gives and takes nothing.

use super::book::Ledger;
use crate::meaning::{self, Activity, Does, Thing};
use crate::record::Record;
use crate::record::column::{Column, Part};
use crate::store::{RowId, Store};

/// A record and what its activity means; `None` where it cannot be read again.
pub(super) type Telling<'r> = Option<(&'r Record<'r>, &'static Activity)>;

impl Ledger {
    /// Reads all records that tell of access; `None` where `cancelled` said so.
    pub fn gather(store: &Store, cancelled: &dyn Fn() -> bool) -> Option<Self> {
        let mut ledger = Self { end: store.period().map(|(_, last)| last), ..Self::default() };
        each(store, &|_| true, cancelled, &mut |row, telling| {
            let Some((record, activity)) = telling else {
                ledger.unreadable += 1;
                return;
            };
            ledger.enter(row, record, activity);
        })?;
        ledger.settle();
        Some(ledger)
    }

    /// Enters what a record tells of access.
    pub(super) fn enter(&mut self, row: RowId, record: &Record<'_>, activity: &'static Activity) {
        for does in told(activity) {
            self.read(record, activity, does, row);
        }
    }
}

/// Hands over each record that tells of access, of those rows that are wanted; `None` where `cancelled`
/// said so.
pub(super) fn each(
    store: &Store,
    is_wanted: &dyn Fn(RowId) -> bool,
    cancelled: &dyn Fn() -> bool,
    found: &mut dyn FnMut(RowId, Telling<'_>),
) -> Option<()> {
    let mut paths: Vec<Option<Option<&'static Activity>>> = vec![None; store.entries(Column::Path)];
    let mut buffer = Vec::new();
    let is = |code: u32, change: &str| store.part(Part::CHANGE, code).eq_ignore_ascii_case(change);
    for segment in store.segments() {
        let mut rows = Vec::new();
        for at in 0..segment.len() {
            let Some(code) = segment.column(Column::Path).first(at) else { continue };
            let activity = *paths[code as usize]
                .get_or_insert_with(|| meaning::of(store.part(Part::ACTIVITY, code)));
            let has = |change: &str| {
                let codes = segment.codes(Column::Changes, at);
                change.is_empty() || codes.iter().any(|&code| is(code, change))
            };
            let mut told = activity.into_iter().flat_map(told);
            if told.any(|does| has(&does.needs)) && is_wanted(segment.first() + at as RowId) {
                rows.push(at);
            }
        }
        for rows in rows.chunks(4_096) {
            if cancelled() {
                return None;
            }
            segment.read_records(rows, &mut buffer, &mut |at, record| {
                let code = segment.column(Column::Path).first(at).unwrap_or_default();
                let activity = paths[code as usize].flatten();
                let row = segment.first() + at as RowId;
                match (record, activity) {
                    (Some(record), Some(activity)) => found(row, Some((&record, activity))),
                    (Some(_), None) => {}
                    (None, _) => found(row, None),
                }
            });
        }
    }
    Some(())
}

/// What an activity does that is told of: what is read elsewhere only is not.
fn told(activity: &'static Activity) -> impl Iterator<Item = &'static Does> {
    activity.does.iter().filter(|does| !matches!(does.thing, Thing::Unit | Thing::Support))
}
