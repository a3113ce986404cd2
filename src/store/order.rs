//! Rows in the order of time, kept up as segments arrive: [`TimeOrder`].
//! Never sorts twice what was sorted before, unless a file turns out to run the other way.
//!
//! Records of one instant keep the order of their file: the portal and Graph write the newest record
//! first, other systems the oldest, and the records of each file tell which it is (`Directions`).

use std::cmp::Ordering;
use std::collections::HashMap;

use super::segment::NO_TIME;
use super::{RowId, Segment, Store};

/// All rows of a store by time, oldest first; rows without a time come before all others in order of
/// arrival, rows of one instant in the order of their file.
#[derive(Clone, Debug, Default)]
pub struct TimeOrder {
    rows: Vec<RowId>,
    segments: usize,
    directions: Directions,
}

impl TimeOrder {
    /// Takes in the segments of `store` that arrived since the last call. The store must be the same
    /// one, longer or as long.
    pub fn extend(&mut self, store: &Store) {
        if self.directions.extend(store) {
            self.rows.clear();
            self.segments = 0;
        }
        let segments = &store.segments()[self.segments..];
        // Together, for a file with the newest first would else be moved once for each segment.
        let mut fresh: Vec<(i64, RowId)> =
            Vec::with_capacity(segments.iter().map(|segment| segment.len()).sum());
        for segment in segments {
            fresh.extend(segment.times().iter().copied().zip(segment.first()..));
        }
        fresh.sort_by_key(|&(ticks, _)| ticks);
        for same in fresh.chunk_by_mut(|a, b| a.0 == b.0) {
            if same.len() > 1 && same[0].0 != NO_TIME {
                same.sort_by(|a, b| self.directions.compare(a.1, b.1));
            }
        }
        self.merge(store, &fresh);
        self.segments = store.segments().len();
    }

    fn merge(&mut self, store: &Store, fresh: &[(i64, RowId)]) {
        let ticks = |row: RowId| {
            let (segment, at) = store.locate(row);
            segment.times()[at]
        };
        let (Some(&(oldest, _)), Some(&(newest, _))) = (fresh.first(), fresh.last()) else {
            return;
        };
        // Rows that are older than everything new stay where they are.
        let stay = self.rows.partition_point(|&row| ticks(row) < oldest);
        let from = self.rows.partition_point(|&row| ticks(row) <= newest);
        let after = self.rows.split_off(from);
        let between = self.rows.split_off(stay);
        let mut between = between.into_iter().peekable();
        self.rows.reserve(fresh.len() + between.len() + after.len());
        let directions = &self.directions;
        for &(time, row) in fresh {
            let is_before = |&other: &RowId| match ticks(other).cmp(&time) {
                Ordering::Equal if time != NO_TIME => directions.compare(other, row).is_lt(),
                order => order.is_le(),
            };
            while let Some(other) = between.next_if(is_before) {
                self.rows.push(other);
            }
            self.rows.push(row);
        }
        self.rows.extend(between);
        self.rows.extend(after);
    }

    /// The rows, oldest first.
    pub fn rows(&self) -> &[RowId] {
        &self.rows
    }

    /// In which order two rows come, the oldest first.
    pub fn compare(&self, store: &Store, a: RowId, b: RowId) -> Ordering {
        self.directions.compare_times(store, a, b)
    }
}

/// Sorts rows of a store in the order of [`TimeOrder`], where there is none of all its rows.
pub fn oldest_first(store: &Store, rows: &mut [RowId]) {
    let mut directions = Directions::default();
    directions.extend(store);
    rows.sort_by(|&a, &b| directions.compare_times(store, a, b));
}

/// Whether each file has its newest or its oldest record first.
#[derive(Clone, Debug, Default)]
struct Directions {
    files: Vec<File>,
    /// Places of the files, by the number of their reading.
    places: HashMap<usize, u32>,
    /// The first row of each stretch of rows of one file, and the file.
    stretches: Vec<(RowId, u32)>,
    segments: usize,
}

/// What the rows of a file tell, compared with the one before each.
#[derive(Clone, Debug, Default)]
struct File {
    name: String,
    later: u64,
    earlier: u64,
    last: Option<i64>,
}

impl File {
    fn is_newest_first(&self) -> bool {
        self.earlier > self.later
    }

    fn see(&mut self, times: &[i64]) {
        for &ticks in times.iter().filter(|ticks| **ticks != NO_TIME) {
            if let Some(last) = self.last {
                self.later += u64::from(ticks > last);
                self.earlier += u64::from(ticks < last);
            }
            self.last = Some(ticks);
        }
    }
}

impl Directions {
    /// Takes in the segments that arrived since the last call; whether a file that was known before
    /// runs the other way now.
    fn extend(&mut self, store: &Store) -> bool {
        let before: Vec<bool> = self.files.iter().map(File::is_newest_first).collect();
        for segment in &store.segments()[self.segments..] {
            self.take(segment);
        }
        self.segments = store.segments().len();
        before.iter().zip(&self.files).any(|(before, file)| *before != file.is_newest_first())
    }

    fn take(&mut self, segment: &Segment) {
        let stretches = segment.stretches();
        for (at, &(start, reading)) in stretches.iter().enumerate() {
            let end = stretches.get(at + 1).map_or(segment.len(), |next| next.0);
            let fresh = self.files.len() as u32;
            let place = *self.places.entry(reading).or_insert(fresh);
            if place == fresh {
                let name = segment.span(start).0.name().to_owned();
                self.files.push(File { name, ..File::default() });
            }
            self.files[place as usize].see(&segment.times()[start..end]);
            if self.stretches.last().is_none_or(|(_, last)| *last != place) {
                self.stretches.push((segment.first() + start as RowId, place));
            }
        }
    }

    fn file(&self, row: RowId) -> u32 {
        if self.stretches.len() == 1 {
            return 0;
        }
        let after = self.stretches.partition_point(|(first, _)| *first <= row);
        after.checked_sub(1).map_or(0, |at| self.stretches[at].1)
    }

    /// The order of two rows of one instant. That of files does not hang on which was read first.
    fn compare(&self, a: RowId, b: RowId) -> Ordering {
        let (file, other) = (self.file(a), self.file(b));
        let [Some(of_a), Some(of_b)] = [file, other].map(|file| self.files.get(file as usize))
        else {
            return a.cmp(&b);
        };
        if file != other {
            return of_a.name.cmp(&of_b.name).then(file.cmp(&other));
        }
        if of_a.is_newest_first() { b.cmp(&a) } else { a.cmp(&b) }
    }

    fn compare_times(&self, store: &Store, a: RowId, b: RowId) -> Ordering {
        let [of_a, of_b] = [a, b].map(|row| store.time(row));
        of_a.cmp(&of_b).then_with(|| match of_a {
            Some(_) => self.compare(a, b),
            None => a.cmp(&b),
        })
    }
}
