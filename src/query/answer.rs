//! From a question to what the screen shows: rows in order, counts for the tree, the timeline.
//! Never decides when to work: the caller steps through segments and may stop at any time.

pub mod axis;
mod bits;
mod count;
mod operations;
mod sorting;

use std::borrow::Cow;
use std::collections::VecDeque;

use fixedbitset::FixedBitSet;
use rayon::prelude::*;

use super::choice::{Choice, Node};
use super::matcher::Matcher;
use super::{Context, Query};
use crate::record::column::Column;
use crate::record::field::{Field, Stored};
use crate::record::risk::Level;
use crate::store::names::Joins;
use crate::store::order::TimeOrder;
use crate::store::{Marks, RowId, Segment, Store};
use crate::time::Timestamp;
pub use axis::Axis;
use count::{Facts, Walk};
pub use operations::{By, Operations, Sum};
use sorting::Ranks;

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
        Self { field: Field::TIME, descending: true }
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
    /// The axis of the timeline; `None` where none is wanted.
    pub axis: Option<Axis>,
    /// Are rows to be put together by operation?
    pub operations: bool,
    /// Records that match this are hidden: they are counted, and no rows.
    pub hidden: Option<Query>,
}

/// What is known of one activity under the filter, the choice in the tree left aside.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PathCount {
    /// Records that match.
    pub count: u64,
    /// Of them, failures.
    pub failures: u64,
    /// Of them, those that are rated.
    pub rated: u64,
    /// The highest level of risk among them; `None` where none is rated.
    pub highest: Option<Level>,
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
    /// Of them, those that are rated high or critical.
    pub risky: u32,
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
    /// Records that match the filter and are hidden.
    pub hidden: u64,
    /// The rows by operation, where that was asked for; otherwise by sign-in, where some are of one.
    pub operations: Option<Operations>,
    /// Number of records that match the filter, the choice left aside.
    pub filtered: usize,
    /// For each entry of the path dictionary, what matches the filter.
    pub paths: Vec<PathCount>,
    /// Rows by time, for each bucket of the axis.
    pub timeline: Vec<Bucket>,
    /// That axis.
    pub axis: Option<Axis>,
    /// Records whose original bytes could not be read again; they do not match.
    pub unreadable: u64,
}

/// Works on one question at a time, some segments in each step, and takes in segments that arrive
/// later without starting over.
#[derive(Debug, Default)]
pub struct Answerer {
    store: Store,
    order: TimeOrder,
    facts: Facts,
    joins: Joins,
    /// Segments that said where else records were found.
    also: usize,
    ranks: Option<Ranks>,
    work: Option<Work>,
    /// What is to be hidden, as far as it was looked for.
    hiding: Option<Hiding>,
    /// What earlier questions found, the newest last: the next one often asks for less of it.
    earlier: VecDeque<MatchedRows>,
}

/// Earlier questions whose rows are remembered, one bit for each record and question.
const REMEMBERED: usize = 16;

/// The rows that a question hides.
#[derive(Debug)]
struct Hiding {
    matcher: Matcher,
    query: Query,
    rows: FixedBitSet,
    segments: usize,
}

impl Hiding {
    fn new(query: &Query, context: &Context) -> Self {
        let matcher = Matcher::new(query, context);
        Self { matcher, query: query.clone(), rows: FixedBitSet::new(), segments: 0 }
    }

    /// Looks at the segments that arrived since the last call.
    fn extend(&mut self, store: &Store, joins: &Joins) {
        let all = store.segments();
        if self.segments < all.len() {
            self.matcher.judge(all);
            self.matcher.join(store, joins);
        }
        for segment in &all[self.segments..] {
            let matched = self.matcher.scan(segment, candidates(None, segment), &|| false);
            bits::append(&mut self.rows, &matched.rows);
        }
        self.segments = all.len();
    }
}

#[derive(Debug)]
struct Work {
    question: Question,
    matcher: Matcher,
    found: MatchedRows,
    /// Rows outside of this cannot match; what came after its last row was not looked at for it.
    candidates: Option<FixedBitSet>,
}

/// The rows that match a query, as far as segments were looked at.
#[derive(Clone, Debug)]
struct MatchedRows {
    query: Query,
    context: Context,
    marks: Marks,
    rows: FixedBitSet,
    segments: usize,
    unreadable: u64,
}

impl MatchedRows {
    fn nothing(question: &Question, marks: &Marks) -> Self {
        Self {
            query: question.query.clone(),
            context: question.context,
            marks: marks.clone(),
            rows: FixedBitSet::new(),
            segments: 0,
            unreadable: 0,
        }
    }

    /// Does it answer this question, or would it when all segments were looked at?
    fn answers(&self, question: &Question, marks: &Marks) -> bool {
        self.query == question.query && self.fits(question, marks)
    }

    fn fits(&self, question: &Question, marks: &Marks) -> bool {
        (self.context == question.context || !self.query.asks_for_time())
            && (self.marks == *marks || !self.query.asks_for_marks())
    }
}

impl Answerer {
    /// Takes in the store as it is now: the same one, longer or as long. Marks that changed count from
    /// the next question on.
    pub fn extend(&mut self, store: Store) {
        self.store = store;
        self.order.extend(&self.store);
        self.facts.extend(&self.store);
        let also = self.store.also().len();
        let are_found_elsewhere = std::mem::replace(&mut self.also, also) != also;
        if self.joins.extend(&self.store) || are_found_elsewhere {
            self.start_over();
        }
    }

    /// What was found by names or by sources counts no more: records that were looked at have got others.
    fn start_over(&mut self) {
        self.earlier.clear();
        self.hiding = None;
        self.ranks = None;
        let marks = self.store.marks();
        let may_change = |matcher: &Matcher| matcher.asks_for_names() || matcher.asks_for_sources();
        if let Some(work) = self.work.as_mut().filter(|work| may_change(&work.matcher)) {
            let question = &work.question;
            work.matcher = Matcher::with_marks(&question.query, &question.context, marks);
            work.found = MatchedRows::nothing(question, marks);
            work.candidates = None;
        }
    }

    /// Turns to another question. What matches is kept where only choice, order or axis
    /// differ; a query that can only match less than an earlier one did looks at that.
    pub fn ask(&mut self, question: Question) {
        let marks = self.store.marks();
        if let Some(work) = &mut self.work {
            if work.found.answers(&question, marks) {
                work.question = question;
                return;
            }
            // A search through original bytes that was left is not worth its memory.
            if work.found.segments == self.store.segments().len() {
                self.earlier.push_back(work.found.clone());
                if self.earlier.len() > REMEMBERED {
                    self.earlier.pop_front();
                }
            }
        }
        let matcher = Matcher::with_marks(&question.query, &question.context, marks);
        let again = self.earlier.iter().position(|found| found.answers(&question, marks));
        let found = again.and_then(|at| self.earlier.remove(at));
        let found = found.unwrap_or_else(|| MatchedRows::nothing(&question, marks));
        let narrower = |wider: &&MatchedRows| {
            // Records that could not be read again are to be counted again.
            question.query.narrows(&wider.query)
                && wider.fits(&question, marks)
                && wider.unreadable == 0
        };
        let wider = self.earlier.iter().filter(narrower).min_by_key(|w| w.rows.count_ones(..));
        let candidates = wider.map(|wider| wider.rows.clone());
        self.work = Some(Work { question, matcher, found, candidates });
    }

    /// Looks at the next segments. Returns whether there were any; `false` too when `cancelled` said
    /// so in the middle of them.
    pub fn step(&mut self, cancelled: &(dyn Fn() -> bool + Sync)) -> bool {
        let Some(work) = &mut self.work else { return false };
        let all = self.store.segments();
        let rest = &all[work.found.segments..];
        // Where original bytes are read, what was found is to be told on the way.
        let together = if work.question.query.reads_original() {
            rayon::current_num_threads()
        } else {
            all.len()
        };
        let next = &rest[..together.min(rest.len())];
        if next.is_empty() || cancelled() {
            return false;
        }
        work.matcher.judge(&all[..work.found.segments + next.len()]);
        work.matcher.join(&self.store, &self.joins);
        let work_on = |segment: &Segment| {
            let candidates = candidates(work.candidates.as_ref(), segment);
            (!cancelled()).then(|| work.matcher.scan(segment, candidates, cancelled))
        };
        let matched: Vec<_> = next.par_iter().map(|segment| work_on(segment)).collect();
        for matched in matched {
            let Some(matched) = matched.filter(|matched| !matched.cancelled) else { return false };
            bits::append(&mut work.found.rows, &matched.rows);
            work.found.segments += 1;
            work.found.unreadable += matched.unreadable;
        }
        true
    }

    /// Were all segments looked at?
    pub fn is_complete(&self) -> bool {
        let work = self.work.as_ref();
        work.is_some_and(|work| work.found.segments == self.store.segments().len())
    }

    /// The answer as far as segments were looked at; `None` before any question.
    pub fn answer(&mut self) -> Option<Answer> {
        let work = self.work.as_ref()?;
        let question = &work.question;
        match &question.hidden {
            None => self.hiding = None,
            Some(query) => {
                let known = self.hiding.take().filter(|hiding| hiding.query == *query);
                let mut hiding = known.unwrap_or_else(|| Hiding::new(query, &question.context));
                hiding.extend(&self.store, &self.joins);
                self.hiding = Some(hiding);
            }
        }
        let mut matched = Cow::Borrowed(&work.found.rows);
        let mut hidden = 0;
        if let Some(hiding) = &self.hiding {
            let mut rows = Cow::Borrowed(&hiding.rows);
            // What somebody marked is never hidden.
            for (row, _) in
                self.store.marks().iter().filter(|(row, _)| hiding.rows.contains(*row as usize))
            {
                rows.to_mut().set(row as usize, false);
            }
            hidden = rows.intersection_count(&work.found.rows) as u64;
            matched.to_mut().difference_with(&rows);
        }
        let walk = Walk {
            store: &self.store,
            order: self.order.rows(),
            facts: &self.facts,
            matched: &matched,
            admitted: self.admitted(&question.choice),
            axis: question.axis,
            descending: question.sort.descending,
        };
        let counted = walk.run();
        let mut answer = Answer {
            revision: question.revision,
            scanned: work.found.rows.len(),
            complete: self.is_complete(),
            rows: counted.rows,
            hidden,
            operations: None,
            filtered: work.found.rows.count_ones(..),
            paths: counted.paths,
            timeline: counted.timeline,
            axis: question.axis,
            unreadable: work.found.unreadable,
        };
        let (sort, by_operation) = (question.sort, question.operations);
        if !matches!(sort.field.stored, Stored::Time) {
            sorting::sort(&self.store, sort, &mut answer.rows, &mut self.ranks);
        }
        answer.operations = match by_operation {
            true => Some(Operations::of(&self.store, &answer.rows, &self.order)),
            false => Operations::of_sign_ins(&self.store, &answer.rows),
        };
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
}

/// The rows of a segment that may match; all where nothing is known.
fn candidates(known: Option<&FixedBitSet>, segment: &Segment) -> FixedBitSet {
    let first = segment.first() as usize;
    if let Some(known) = known.filter(|known| known.len() >= first + segment.len()) {
        return bits::slice(known, first, segment.len());
    }
    let mut everything = FixedBitSet::with_capacity(segment.len());
    everything.insert_range(..);
    everything
}

/// The bucket of `time` when `period` (both ends included) is cut into `buckets` equal parts.
pub fn bucket_of(time: Timestamp, period: (Timestamp, Timestamp), buckets: usize) -> usize {
    let width = i128::from(period.1.ticks()) - i128::from(period.0.ticks()) + 1;
    let at = i128::from(time.ticks()) - i128::from(period.0.ticks());
    ((at * buckets as i128 / width).max(0) as usize).min(buckets - 1)
}

#[cfg(test)]
mod tests;
