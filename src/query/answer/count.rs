//! Counting what matches while walking through it in the order of time: rows, activities, timeline.
//! Never matches anything, and never reads a time it does not tell: rows come in order of it.

use std::ops::Range;

use fixedbitset::FixedBitSet;
use rayon::prelude::*;

use super::{Axis, Bucket, PathCount, SPARK, bucket_of};
use crate::record::Outcome;
use crate::record::column::{Column, Part};
use crate::record::risk::Level;
use crate::store::{RowId, Store};
use crate::time::Timestamp;

/// What is counted of each row, close together: its activity, how it is rated, whether it failed.
#[derive(Debug, Default)]
pub struct Facts {
    /// The code of the row's path, three bits for the place of its level of risk (0 where it is not
    /// rated), one bit for a failure.
    of: Vec<u32>,
    segments: usize,
}

impl Facts {
    /// Takes in the segments of `store` that arrived since the last call.
    pub fn extend(&mut self, store: &Store) {
        let failed: Vec<u32> = (0..store.entries(Column::Result) as u32)
            .map(|code| u32::from(store.part(Part::OUTCOME, code) == Outcome::Failure.word()))
            .collect();
        let levels: Vec<u32> = (0..store.entries(Column::Risk) as u32)
            .map(|code| match Level::of_entry(store.entry(Column::Risk, code)) {
                Some(level) => level as u32 + 1,
                None => 0,
            })
            .collect();
        for segment in &store.segments()[self.segments..] {
            let (paths, results) = (segment.column(Column::Path), segment.column(Column::Result));
            let risks = segment.column(Column::Risk);
            // Every record has exactly one of each.
            self.of.extend((0..segment.len()).map(|at| {
                let failed = results.first(at).map_or(0, |code| failed[code as usize]);
                let level = risks.first(at).map_or(0, |code| levels[code as usize]);
                paths.first(at).unwrap_or(0) << 4 | level << 1 | failed
            }));
        }
        self.segments = store.segments().len();
    }
}

/// A walk through all rows of a store.
pub struct Walk<'w> {
    /// The records.
    pub store: &'w Store,
    /// All rows, oldest first; those without a time before all others.
    pub order: &'w [RowId],
    /// What is counted of them.
    pub facts: &'w Facts,
    /// Which of them match; rows beyond its end do not.
    pub matched: &'w FixedBitSet,
    /// For each entry of the path dictionary: is it in by the choice?
    pub admitted: Vec<bool>,
    /// The axis of the timeline.
    pub axis: Option<Axis>,
    /// Newest first?
    pub descending: bool,
}

/// What a walk brings.
#[derive(PartialEq, Debug)]
pub struct Counted {
    /// Rows that match and are in by the choice, in order of time.
    pub rows: Vec<RowId>,
    /// What matches, for each entry of the path dictionary.
    pub paths: Vec<PathCount>,
    /// The rows by time.
    pub timeline: Vec<Bucket>,
}

/// Places in the order of time that fall into the same bucket of timeline and sparkline.
#[derive(Debug)]
struct Run {
    places: Range<usize>,
    /// `None` where rows are outside of the axis.
    bucket: Option<usize>,
    /// `None` where rows have no time.
    spark: Option<usize>,
}

/// What one thread counts of an activity.
#[derive(Clone, Copy)]
struct Tally {
    count: u32,
    failures: u32,
    rated: u32,
    /// Place of the highest level, as in the facts.
    highest: u32,
    /// First and last place in the order of time; the first is after the last where there is none.
    first: u32,
    last: u32,
    spark: [u32; SPARK],
}

/// What one thread brings.
struct Stretch {
    rows: Vec<RowId>,
    tallies: Vec<Tally>,
    timeline: Vec<Bucket>,
}

/// The place of the lowest level that marks a bucket.
const RISKY: u32 = Level::High as u32 + 1;
/// Fewer rows are not worth another thread.
const SHARED_FROM: usize = 1 << 16;

impl Walk<'_> {
    /// Walks. The processors share the way.
    pub fn run(&self) -> Counted {
        let shared = self.order.len() >= SHARED_FROM;
        self.run_in(if shared { rayon::current_num_threads() } else { 1 })
    }

    /// Walks in so many parts.
    pub fn run_in(&self, parts: usize) -> Counted {
        let runs = self.runs();
        let all = self.order.len();
        let cut = |part: usize| all * part / parts;
        let mut ranges: Vec<Range<usize>> =
            (0..parts).map(|part| cut(part)..cut(part + 1)).collect();
        if self.descending {
            ranges.reverse();
        }
        let parts: Vec<Stretch> =
            ranges.into_par_iter().map(|range| self.part(&runs, range)).collect();
        self.together(parts)
    }

    /// The runs of places, oldest first.
    fn runs(&self) -> Vec<Run> {
        let until = |before: i128| {
            self.order.partition_point(|&row| {
                self.store.time(row).is_none_or(|time| i128::from(time.ticks()) < before)
            })
        };
        let untimed = self.order.partition_point(|&row| self.store.time(row).is_none());
        let mut runs = vec![Run { places: 0..untimed, bucket: None, spark: None }];
        let Some(period) = self.store.period() else { return runs };
        let start = i128::from(period.0.ticks());
        let width = i128::from(period.1.ticks()) - start + 1;
        // The first instant of each eighth but the first: where the product reaches the next whole.
        let eighths = SPARK as i128;
        let of_spark = (1..eighths).map(|at| start + (at * width + eighths - 1) / eighths);
        let of_axis = self.axis.iter().flat_map(Axis::begins);
        let of_axis = of_axis.map(|time| i128::from(time.ticks()));
        let mut starts: Vec<i128> = of_spark.chain(of_axis).chain([start]).collect();
        starts.sort_unstable();
        starts.dedup();
        starts.retain(|&instant| (start..start + width).contains(&instant));
        for (at, &instant) in starts.iter().enumerate() {
            let first = runs.last().map_or(0, |run| run.places.end);
            let end = starts.get(at + 1).map_or(self.order.len(), |&next| until(next));
            let time = Timestamp::from_ticks(instant as i64);
            let bucket = self.axis.and_then(|axis| axis.bucket(time));
            let spark = Some(bucket_of(time, period, SPARK));
            runs.push(Run { places: first..end, bucket, spark });
        }
        runs
    }

    /// Walks through some of the places.
    fn part(&self, runs: &[Run], range: Range<usize>) -> Stretch {
        let unseen = Tally {
            count: 0,
            failures: 0,
            rated: 0,
            highest: 0,
            first: u32::MAX,
            last: 0,
            spark: [0; SPARK],
        };
        let mut part = Stretch {
            rows: Vec::with_capacity(range.len().min(self.matched.count_ones(..))),
            tallies: vec![unseen; self.admitted.len()],
            timeline: self.no_buckets(),
        };
        let inside = |run: &Run| {
            let places = run.places.start.max(range.start)..run.places.end.min(range.end);
            (!places.is_empty()).then_some(places)
        };
        if self.descending {
            for run in runs.iter().rev() {
                if let Some(places) = inside(run) {
                    self.along(run, places.rev(), &mut part);
                }
            }
        } else {
            for run in runs {
                if let Some(places) = inside(run) {
                    self.along(run, places, &mut part);
                }
            }
        }
        part
    }

    fn along(&self, run: &Run, places: impl Iterator<Item = usize>, part: &mut Stretch) {
        let mut bucket = Bucket::default();
        for place in places {
            let row = self.order[place];
            if !self.matched.contains(row as usize) {
                continue;
            }
            let fact = self.facts.of[row as usize];
            let (path, level, failed) = ((fact >> 4) as usize, fact >> 1 & 7, fact & 1);
            let tally = &mut part.tallies[path];
            tally.count += 1;
            tally.failures += failed;
            tally.rated += u32::from(level > 0);
            tally.highest = tally.highest.max(level);
            if let Some(spark) = run.spark {
                tally.first = tally.first.min(place as u32);
                tally.last = tally.last.max(place as u32);
                tally.spark[spark] += 1;
            }
            if self.admitted[path] {
                bucket.count += 1;
                bucket.failures += failed;
                bucket.risky += u32::from(level >= RISKY);
                part.rows.push(row);
            }
        }
        if let Some(sum) = run.bucket.and_then(|bucket| part.timeline.get_mut(bucket)) {
            sum.count += bucket.count;
            sum.failures += bucket.failures;
            sum.risky += bucket.risky;
        }
    }

    /// Puts together what the threads brought, in the order of their places.
    fn together(&self, parts: Vec<Stretch>) -> Counted {
        let mut counted = Counted {
            rows: Vec::new(),
            paths: vec![PathCount::default(); self.admitted.len()],
            timeline: self.no_buckets(),
        };
        for part in parts {
            if counted.rows.is_empty() {
                counted.rows = part.rows;
            } else {
                counted.rows.extend_from_slice(&part.rows);
            }
            for (path, tally) in counted.paths.iter_mut().zip(&part.tallies) {
                self.add(path, tally);
            }
            for (sum, more) in counted.timeline.iter_mut().zip(&part.timeline) {
                sum.count += more.count;
                sum.failures += more.failures;
                sum.risky += more.risky;
            }
        }
        counted
    }

    fn no_buckets(&self) -> Vec<Bucket> {
        vec![Bucket::default(); self.axis.map_or(0, |axis| axis.buckets)]
    }

    fn add(&self, path: &mut PathCount, tally: &Tally) {
        path.count += u64::from(tally.count);
        path.failures += u64::from(tally.failures);
        path.rated += u64::from(tally.rated);
        let highest = tally.highest.checked_sub(1).map(|at| Level::ALL[at as usize]);
        path.highest = path.highest.max(highest);
        for (sum, more) in path.spark.iter_mut().zip(tally.spark) {
            *sum += more;
        }
        if tally.first > tally.last {
            return;
        }
        let time = |place: u32| self.store.time(self.order[place as usize]);
        if let (Some(first), Some(last)) = (time(tally.first), time(tally.last)) {
            path.seen = Some(match path.seen {
                None => (first, last),
                Some((earliest, latest)) => (earliest.min(first), latest.max(last)),
            });
        }
    }
}
