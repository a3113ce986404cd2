//! From a question to what the screen shows: rows in order, counts for the tree, the timeline.
//! Never decides when to work: the caller steps through segments and may stop at any time.

use std::cmp::Reverse;
use std::collections::HashMap;

use fixedbitset::FixedBitSet;

use super::choice::{Choice, Node};
use super::matcher::Matcher;
use super::{Context, Query};
use crate::record::Outcome;
use crate::record::column::{Column, PART};
use crate::record::field::{Field, Stored};
use crate::store::column::{NOT_A_GUID, RowCodes, pack_guid};
use crate::store::order::TimeOrder;
use crate::store::{RowId, Segment, Store};
use crate::text::fold;
use crate::time::Timestamp;

/// The order of the list.
#[derive(Clone, Copy, Debug)]
pub struct Sort {
    /// By which field; fields that are read from original bytes cannot order the list.
    pub field: &'static Field,
    /// Largest, newest or last first?
    pub descending: bool,
}

impl PartialEq for Sort {
    fn eq(&self, other: &Self) -> bool {
        self.field.name == other.field.name && self.descending == other.descending
    }
}

impl Sort {
    /// Newest first.
    pub fn newest_first() -> Self {
        Self { field: Field::named("time"), descending: true }
    }
}

/// Everything an answer depends on.
#[derive(Clone, Debug)]
pub struct Question {
    /// Number of the question; the answer carries it.
    pub revision: u64,
    /// The filter.
    pub query: Query,
    /// What relative times in it are relative to.
    pub context: Context,
    /// What is chosen in the tree.
    pub choice: Choice,
    /// The order of rows.
    pub sort: Sort,
    /// Number of buckets of the timeline.
    pub buckets: usize,
}

/// What is known of one activity under the filter, the choice in the tree left aside.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PathCount {
    /// Records that match.
    pub count: u64,
    /// Of them, failures.
    pub failures: u64,
    /// Oldest and newest of them (UTC); `None` where none has a time.
    pub seen: Option<(Timestamp, Timestamp)>,
    /// Records by eighth of the whole period, oldest first.
    pub spark: [u32; SPARK],
}

/// Buckets of an activity's sparkline.
pub const SPARK: usize = 8;

/// One bucket of the timeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// Records in it.
    pub count: u32,
    /// Of them, failures.
    pub failures: u32,
}

/// An answer, complete or on the way.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The question's number.
    pub revision: u64,
    /// Number of records of the store that were looked at.
    pub scanned: usize,
    /// Are these all records the store had when it was asked?
    pub complete: bool,
    /// Rows that match filter and choice, in the order asked for.
    pub rows: Vec<RowId>,
    /// Number of records that match the filter, the choice left aside.
    pub filtered: usize,
    /// For each entry of the path dictionary, what matches the filter.
    pub paths: Vec<PathCount>,
    /// Rows by time over the whole period of the store.
    pub timeline: Vec<Bucket>,
    /// Records whose original bytes could not be read again; they do not match.
    pub unreadable: u64,
}

/// Works on one question at a time, segment by segment, and takes in segments that arrive later
/// without starting over.
#[derive(Debug, Default)]
pub struct Answerer {
    store: Store,
    order: TimeOrder,
    work: Option<Work>,
}

#[derive(Debug)]
struct Work {
    question: Question,
    matcher: Matcher,
    matched: Vec<FixedBitSet>,
    unreadable: u64,
}

impl Answerer {
    /// Takes in the store as it is now: the same one, longer or as long.
    pub fn extend(&mut self, store: Store) {
        self.store = store;
        self.order.extend(&self.store);
    }

    /// Forgets everything and starts with an empty store.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Turns to another question. What matches is kept where only choice, order or the number of
    /// buckets differ.
    pub fn ask(&mut self, question: Question) {
        match &mut self.work {
            Some(work)
                if work.question.query == question.query
                    && work.question.context == question.context =>
            {
                work.question = question;
            }
            work => {
                let matcher = Matcher::new(&question.query, &question.context);
                *work = Some(Work { question, matcher, matched: Vec::new(), unreadable: 0 });
            }
        }
    }

    /// Looks at the next segment. Returns whether there was one; `false` too when `cancelled` said
    /// so in the middle of it.
    pub fn step(&mut self, cancelled: &dyn Fn() -> bool) -> bool {
        let Some(work) = &mut self.work else { return false };
        let Some(segment) = self.store.segments().get(work.matched.len()) else { return false };
        let matched = work.matcher.matching(segment, cancelled);
        if matched.cancelled {
            return false;
        }
        work.unreadable += matched.unreadable;
        work.matched.push(matched.rows);
        true
    }

    /// Were all segments looked at?
    pub fn is_complete(&self) -> bool {
        self.work.as_ref().is_some_and(|work| work.matched.len() == self.store.segments().len())
    }

    /// The answer as far as segments were looked at; `None` before any question.
    pub fn answer(&self) -> Option<Answer> {
        let work = self.work.as_ref()?;
        let question = &work.question;
        let scanned: usize = work.matched.iter().map(FixedBitSet::len).sum();
        let mut answer = Answer {
            revision: question.revision,
            scanned,
            complete: self.is_complete(),
            unreadable: work.unreadable,
            filtered: work.matched.iter().map(|rows| rows.count_ones(..)).sum(),
            ..Answer::default()
        };
        let admitted = self.admitted(&question.choice);
        self.count(work, &admitted, &mut answer);
        let all = answer.filtered == self.store.len() && question.choice.is_empty();
        let in_time = |row: &RowId| all || self.is_in(work, &admitted, *row);
        let rows = self.order.rows().iter().copied();
        answer.rows = if question.sort.descending {
            rows.rev().filter(in_time).collect()
        } else {
            rows.filter(in_time).collect()
        };
        if !matches!(question.sort.field.stored, Stored::Time) {
            self.sort(question.sort, &mut answer.rows);
        }
        Some(answer)
    }

    /// For each entry of the path dictionary: is it in by the choice?
    fn admitted(&self, choice: &Choice) -> Vec<bool> {
        (0..self.store.entries(Column::Path) as u32)
            .map(|code| {
                choice.is_empty()
                    || choice.admits(&Node::logged(self.store.entry(Column::Path, code)))
            })
            .collect()
    }

    fn is_in(&self, work: &Work, admitted: &[bool], row: RowId) -> bool {
        let segments = self.store.segments();
        let index = segments.partition_point(|segment| segment.first() <= row) - 1;
        let at = (row - segments[index].first()) as usize;
        work.matched.get(index).is_some_and(|rows| rows.contains(at))
            && segments[index]
                .column(Column::Path)
                .first(at)
                .is_some_and(|code| admitted[code as usize])
    }

    /// Counts by path, and the timeline.
    fn count(&self, work: &Work, admitted: &[bool], answer: &mut Answer) {
        let buckets = work.question.buckets;
        answer.paths = vec![PathCount::default(); admitted.len()];
        answer.timeline = vec![Bucket::default(); buckets];
        let period = self.store.period();
        let failed: Vec<bool> = (0..self.store.entries(Column::Result) as u32)
            .map(|code| self.store.part(Column::Result, code, 0) == Outcome::Failure.word())
            .collect();
        for (segment, rows) in self.store.segments().iter().zip(&work.matched) {
            let (paths, results) = (segment.column(Column::Path), segment.column(Column::Result));
            for at in rows.ones() {
                let Some(code) = paths.first(at) else { continue };
                let failure = results.first(at).is_some_and(|result| failed[result as usize]);
                let path = &mut answer.paths[code as usize];
                path.count += 1;
                path.failures += u64::from(failure);
                let (Some(time), Some(period)) = (segment.time(at), period) else { continue };
                path.seen = Some(match path.seen {
                    None => (time, time),
                    Some((first, last)) => (first.min(time), last.max(time)),
                });
                path.spark[bucket_of(time, period, SPARK)] += 1;
                if buckets > 0 && admitted[code as usize] {
                    let bucket = &mut answer.timeline[bucket_of(time, period, buckets)];
                    bucket.count += 1;
                    bucket.failures += u32::from(failure);
                }
            }
        }
    }

    /// Sorts rows that are in order of time by another field; equal values stay in order of time.
    fn sort(&self, sort: Sort, rows: &mut [RowId]) {
        let descending = sort.descending;
        match sort.field.stored {
            Stored::Column(column, parts) => {
                let ranks = self.ranks(column, parts);
                // Rows without a value come last either way.
                let rank = |row: &RowId| {
                    let (segment, at) = self.store.locate(*row);
                    let rank = first_rank(segment.column(column), at, &ranks);
                    if descending && rank != u32::MAX { u32::MAX - 1 - rank } else { rank }
                };
                rows.sort_by_cached_key(rank);
            }
            Stored::Correlation => {
                let id = |row: &RowId| {
                    let (segment, at) = self.store.locate(*row);
                    CorrelationKey::new(segment, at)
                };
                if descending {
                    rows.sort_by_cached_key(|row| {
                        let id = id(row);
                        (id == CorrelationKey::None, Reverse(id))
                    });
                } else {
                    rows.sort_by_cached_key(id);
                }
            }
            Stored::Time | Stored::Original(_) | Stored::Raw => {}
        }
    }

    /// The place of each dictionary entry in the order of its first value, folded; `u32::MAX` for
    /// entries without one.
    fn ranks(&self, column: Column, parts: &[usize]) -> Vec<u32> {
        let folded = |code: u32| {
            let entry: Vec<&str> = self.store.entry(column, code).split(PART).collect();
            parts.iter().map(|&part| entry[part]).find(|value| !value.is_empty()).map(fold)
        };
        let values: Vec<Option<String>> =
            (0..self.store.entries(column) as u32).map(folded).collect();
        let mut distinct: Vec<&String> = values.iter().flatten().collect();
        distinct.sort_unstable();
        distinct.dedup();
        let places: HashMap<&String, u32> =
            distinct.into_iter().enumerate().map(|(place, value)| (value, place as u32)).collect();
        values.iter().map(|value| value.as_ref().map_or(u32::MAX, |value| places[value])).collect()
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

/// The bucket of `time` when `period` (both ends included) is cut into `buckets` equal parts.
pub fn bucket_of(time: Timestamp, period: (Timestamp, Timestamp), buckets: usize) -> usize {
    let width = i128::from(period.1.ticks()) - i128::from(period.0.ticks()) + 1;
    let at = i128::from(time.ticks()) - i128::from(period.0.ticks());
    ((at * buckets as i128 / width).max(0) as usize).min(buckets - 1)
}
