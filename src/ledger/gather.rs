//! From all records of a store to the ledger of them.
//! Never keeps a record's bytes, and reads those of no record whose activity gives and takes nothing.

use super::book::Ledger;
use crate::meaning::{self, Activity, Does, Thing};
use crate::record::column::{Column, Part};
use crate::store::{RowId, Store};

impl Ledger {
    /// Reads all records that tell of access; `None` where `cancelled` said so.
    pub fn gather(store: &Store, cancelled: &dyn Fn() -> bool) -> Option<Self> {
        let mut paths: Vec<Option<Option<&'static Activity>>> =
            vec![None; store.entries(Column::Path)];
        let mut ledger = Self { end: store.period().map(|(_, last)| last), ..Self::default() };
        let mut buffer = Vec::new();
        let is =
            |code: u32, change: &str| store.part(Part::CHANGE, code).eq_ignore_ascii_case(change);
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
                if told.any(|does| has(&does.needs)) {
                    rows.push(at);
                }
            }
            for rows in rows.chunks(4_096) {
                if cancelled() {
                    return None;
                }
                segment.read_records(rows, &mut buffer, &mut |at, record| {
                    let Some(record) = record else {
                        ledger.unreadable += 1;
                        return;
                    };
                    let code = segment.column(Column::Path).first(at).unwrap_or_default();
                    let Some(Some(activity)) = paths[code as usize] else { return };
                    for does in told(activity) {
                        let row = segment.first() + at as RowId;
                        ledger.read(&record, activity, does, row);
                    }
                });
            }
        }
        ledger.settle();
        Some(ledger)
    }
}

/// What an activity does that is told of: what is read elsewhere only is not.
fn told(activity: &'static Activity) -> impl Iterator<Item = &'static Does> {
    activity.does.iter().filter(|does| !matches!(does.thing, Thing::Unit | Thing::Support))
}
