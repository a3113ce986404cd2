//! The records that may be a step of a trail, with what they share, in numbers.
//! Never keeps a record's text: who needs it reads the record again.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};

use super::chain::{BESIDE, Event};
use super::key::{JoinKey, texts};
use super::table::TRAILS;
use crate::ledger::logged::actor_key;
use crate::meaning;
use crate::record::column::{Column, Part};
use crate::record::{Outcome, Record};
use crate::store::{RowId, Segment, Store};
use crate::text::fold;

/// The events of each trail, in the order of [`TRAILS`].
pub(super) struct Gathered {
    pub(super) events: Vec<Vec<Event>>,
    pub(super) unreadable: u64,
}

/// A trail and a clue, by their places, and the property that must be among the changed ones.
type ClueAt = (usize, usize, &'static str);

/// Most keys of one kind of one record: a record with thousands of targets joins nothing more.
const MOST_KEYS: usize = 64;

/// Looks at every record's columns, and reads those that may be a step. `goes_on` is told how many
/// records were looked at.
pub(super) fn gather(store: &Store, goes_on: &dyn Fn(usize) -> bool) -> Option<Gathered> {
    let mut paths: Vec<Option<Vec<ClueAt>>> = vec![None; store.entries(Column::Path)];
    let mut changes: Vec<Option<String>> = vec![None; store.entries(Column::Changes)];
    let mut numbers = Numbers::default();
    let mut gathered =
        Gathered { events: TRAILS.iter().map(|_| Vec::new()).collect(), unreadable: 0 };
    let mut buffer = Vec::new();
    for segment in store.segments() {
        if !goes_on(segment.first() as usize) {
            return None;
        }
        let mut rows: Vec<usize> = Vec::new();
        for at in 0..segment.len() {
            let Some(code) = segment.column(Column::Path).first(at) else { continue };
            let places = paths[code as usize].get_or_insert_with(|| places(store, code));
            if places.is_empty() || segment.time(at).is_none() {
                continue;
            }
            let mut may_be = false;
            for &(_, _, change) in places.iter() {
                may_be = may_be || change.is_empty() || {
                    let codes = segment.codes(Column::Changes, at);
                    codes.iter().any(|&code| {
                        let name = changes[code as usize]
                            .get_or_insert_with(|| fold(store.part(Part::CHANGE, code)));
                        name.eq_ignore_ascii_case(change)
                    })
                };
            }
            if may_be {
                rows.push(at);
            }
        }
        let mut stopped = false;
        // Some thousand at a time, so that it can be stopped.
        for rows in rows.chunks(4_096) {
            let reached = rows.first().copied().unwrap_or_default();
            if !goes_on(segment.first() as usize + reached) {
                stopped = true;
                break;
            }
            segment.read_records(rows, &mut buffer, &mut |at, record| {
                let Some(record) = record else {
                    gathered.unreadable += 1;
                    return;
                };
                let code = segment.column(Column::Path).first(at).unwrap_or_default();
                for &place in paths[code as usize].iter().flatten() {
                    if let Some(event) = event(segment, at, &record, place, &mut numbers) {
                        gathered.events[place.0].push(event);
                    }
                }
            });
        }
        if stopped {
            return None;
        }
    }
    Some(gathered)
}

/// The places of the activity of a dictionary entry.
fn places(store: &Store, code: u32) -> Vec<ClueAt> {
    let Some(activity) = meaning::of(store.part(Part::ACTIVITY, code)) else { return Vec::new() };
    let category = fold(store.part(Part::CATEGORY, code));
    let mut places = Vec::new();
    for step in &activity.steps {
        for (trail, row) in TRAILS.iter().enumerate().filter(|(_, row)| row.name == step.trail) {
            let clues = row.clues.iter().enumerate();
            let fits = clues.filter(|(_, clue)| {
                let is_of_category = clue.category.is_empty() || fold(clue.category) == category;
                clue.part == step.part && is_of_category
            });
            places.extend(fits.map(|(clue, _)| (trail, clue, &*step.needs)));
        }
    }
    places.sort_unstable();
    places
}

fn event(
    segment: &Segment,
    at: usize,
    record: &Record<'_>,
    (trail, number, change): ClueAt,
    numbers: &mut Numbers,
) -> Option<Event> {
    let clue = &TRAILS[trail].clues[number];
    if record.outcome == Outcome::Failure && !clue.failures || !(clue.when)(record) {
        return None;
    }
    if !change.is_empty() {
        let changes = record.targets.iter().flat_map(|target| &target.changes);
        if !changes.into_iter().any(|own| own.name.eq_ignore_ascii_case(change)) {
            return None;
        }
    }
    // What failed is no step that was done.
    let step = if record.outcome == Outcome::Failure { BESIDE } else { clue.step };
    let mut all = |keys: &[JoinKey]| {
        let mut found = Vec::new();
        for &key in keys {
            texts(key, record, &mut |text| {
                if found.len() < MOST_KEYS {
                    found.push(numbers.of(text));
                }
            });
        }
        found.sort_unstable();
        found.dedup();
        found
    };
    Some(Event {
        row: segment.first() + at as RowId,
        ticks: segment.times()[at],
        tie: tie(record),
        clue: number as u8,
        step,
        keys: all(clue.keys),
        also: all(clue.also),
    })
}

/// A number made from what identifies a record, alike on every machine.
fn tie(record: &Record<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&*record.id, &*record.activity, &*record.correlation_id).hash(&mut hasher);
    for target in &record.targets {
        (&*target.id, &*target.name, &*target.upn).hash(&mut hasher);
    }
    actor_key(&record.actor).hash(&mut hasher);
    hasher.finish()
}

/// Texts as numbers.
#[derive(Default)]
struct Numbers(HashMap<String, u32>);

impl Numbers {
    fn of(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.0.get(text) {
            return number;
        }
        let number = self.0.len() as u32;
        self.0.insert(text.to_owned(), number);
        number
    }
}
