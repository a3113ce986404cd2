//! Records into segments: workers fill a [`Batch`] each, one [`Indexer`] merges them in order.
//! Never reads files; the only way to make a segment.

use std::sync::{Arc, OnceLock};

use super::column::{Codes, Correlations, RowCodes};
use super::dictionary::{Interner, LocalWords, Room};
use super::duplicates::{Candidate, Duplicates, Location, Number};
use super::segment::{NO_TIME, Segment};
use super::{Original, RowId, Span, Store};
use crate::record::Record;
use crate::record::column::{COLUMNS, Column, ColumnRow, Entries};
use crate::record::content::{self, Content};
use crate::record::wanted::Wanted;
use crate::time::Timestamp;

/// Records of one original in columns of their own, made by one worker.
#[derive(Debug)]
pub struct Batch {
    original: Arc<dyn Original>,
    times: Vec<i64>,
    /// What each is looked for by, where the same may have been there before.
    keys: Vec<u64>,
    correlations: Correlations,
    spans: Vec<Span>,
    columns: Vec<LocalColumn>,
    wanted: Wanted,
    /// Records that were passed over: the number of records before, the key, and the place.
    passed: Vec<(u32, u64, Span)>,
}

#[derive(Debug, Default)]
struct LocalColumn {
    words: LocalWords,
    codes: Vec<u32>,
    /// End of each row's codes; only kept where a row may have any number.
    ends: Vec<u32>,
    /// The code of the entry that nearly all rows have, where the column has one.
    usual: Option<u32>,
}

impl Entries for LocalColumn {
    fn entry(&mut self, parts: &[&str]) {
        let code = self.words.intern(parts);
        self.codes.push(code);
    }

    fn usual(&mut self, parts: &[&str]) {
        let code = *self.usual.get_or_insert_with(|| self.words.intern(parts));
        self.codes.push(code);
    }
}

impl Batch {
    /// No records yet, all to come from `original`.
    pub fn new(original: Arc<dyn Original>) -> Self {
        Self::like(original, 0, &[])
    }

    /// As [`Batch::new`], with room for that many records and for words as another batch had them:
    /// words take most of the time where their tables have to grow.
    pub fn like(original: Arc<dyn Original>, records: usize, words: &[Room]) -> Self {
        let column = |(index, row): (usize, &ColumnRow)| LocalColumn {
            words: LocalWords::like(words.get(index).copied().unwrap_or_default()),
            codes: Vec::with_capacity(records),
            ends: Vec::with_capacity(if row.many { records } else { 0 }),
            usual: None,
        };
        Self {
            original,
            times: Vec::with_capacity(records),
            keys: Vec::with_capacity(records),
            correlations: Correlations::with_capacity(records),
            spans: Vec::with_capacity(records),
            columns: COLUMNS.iter().enumerate().map(column).collect(),
            wanted: Wanted::default(),
            passed: Vec::new(),
        }
    }

    /// The same, which fills these columns only: in all others records have nothing.
    #[must_use]
    pub fn filling(mut self, wanted: Wanted) -> Self {
        let nothing = Record::default();
        for (row, column) in COLUMNS.iter().zip(&mut self.columns) {
            if !wanted.has(row.column) {
                // The entry of every record, where each has one: the first, as nothing else is added.
                row.column.fill(&nothing, column);
                column.codes.clear();
            }
        }
        Self { wanted, ..self }
    }

    /// Takes note of a record that is not wanted, so that a later one that says the same is left out
    /// as it would be behind the record itself. Its id must not be a placeholder
    /// ([`content::is_placeholder`]).
    pub fn pass_over(&mut self, id: &str, span: Span) {
        self.passed.push((self.len() as u32, content::key_of_id(id), span));
    }

    /// Adds a record whose original bytes are at `span`.
    pub fn push(&mut self, record: &Record<'_>, span: Span) {
        self.times.push(record.time.map_or(NO_TIME, Timestamp::ticks));
        self.keys.push(content::key(record));
        let correlated = self.wanted.has_correlations();
        self.correlations.push(if correlated { &record.correlation_id } else { "" });
        self.spans.push(span);
        for (row, column) in COLUMNS.iter().zip(&mut self.columns) {
            if self.wanted.has(row.column) {
                row.column.fill(record, column);
            } else if !row.many {
                column.codes.push(0);
            }
            if row.many {
                column.ends.push(column.codes.len() as u32);
            }
        }
    }

    /// Sets the time of the record at `at`: only known once more of its file was read.
    pub fn set_time(&mut self, at: usize, time: Option<Timestamp>) {
        if let Some(own) = self.times.get_mut(at) {
            *own = time.map_or(NO_TIME, Timestamp::ticks);
        }
    }

    /// The room its words took, for the next one.
    pub fn room(&self) -> Vec<Room> {
        self.columns.iter().map(|column| column.words.room()).collect()
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Number of records and of those that were passed over.
    pub fn seen(&self) -> usize {
        self.len() + self.passed.len()
    }

    /// Are there no records, and none that were passed over?
    pub fn is_empty(&self) -> bool {
        self.times.is_empty() && self.passed.is_empty()
    }
}

/// Merges batches into segments, in the order they are handed over, leaving out records that were
/// there before ([`Duplicates`]). One for each store.
#[derive(Debug, Default)]
pub struct Indexer {
    interners: Vec<Interner>,
    seen: Duplicates,
    /// Where the records are that were passed over, each with the place of its original.
    passed: Vec<(u32, Span)>,
    passed_originals: Vec<Arc<dyn Original>>,
    /// The records taken in before those that are pending.
    segments: Vec<Arc<Segment>>,
    duplicates: u64,
    /// Where else records were found since the last segment: the row, and the code of its source.
    also: Vec<(RowId, u32)>,
    passed_over: u64,
    next: RowId,
    pending: Pending,
}

#[derive(Debug, Default)]
struct Pending {
    times: Vec<i64>,
    codes: Vec<Vec<u32>>,
    starts: Vec<Vec<u32>>,
    correlations: Correlations,
    offsets: Vec<u64>,
    lens: Vec<u32>,
    originals: Vec<Arc<dyn Original>>,
    original_of: Vec<u32>,
}

impl Pending {
    fn new() -> Self {
        Self {
            codes: COLUMNS.iter().map(|_| Vec::new()).collect(),
            starts: COLUMNS.iter().map(|row| if row.many { vec![0] } else { Vec::new() }).collect(),
            ..Self::default()
        }
    }

    /// Where a record is and its time.
    fn locate(&self, at: usize) -> Option<(Location<'_>, Option<i64>)> {
        let original = self.originals.get(*self.original_of.get(at)? as usize)?;
        let span = Span { offset: self.offsets[at], len: self.lens[at] };
        Some(((original, span), Some(self.times[at])))
    }
}

/// Where a row is that is in a segment, and its time.
fn in_segments(segments: &[Arc<Segment>], row: RowId) -> Option<(Location<'_>, Option<i64>)> {
    let after = segments.partition_point(|segment| segment.first() <= row);
    let segment = segments.get(after.checked_sub(1)?)?;
    let at = (row - segment.first()) as usize;
    (at < segment.len()).then(|| (segment.span(at), Some(segment.times()[at])))
}

impl Indexer {
    /// For an empty store.
    pub fn new() -> Self {
        Self {
            interners: COLUMNS.iter().map(|_| Interner::default()).collect(),
            pending: Pending::new(),
            ..Self::default()
        }
    }

    /// Goes on behind a store; `said` is what its records say ([`Original::content`]), in order, and
    /// `None` where one cannot be read any more. Such a record is not known again.
    pub fn resuming(store: &Store, said: impl IntoIterator<Item = Option<Content>>) -> Self {
        let column = |row: &ColumnRow| {
            let words = store.segments().iter().map(|segment| &segment.words[row.column.index()]);
            Interner::resuming(words.cloned())
        };
        let segments = store.segments();
        Self {
            interners: COLUMNS.iter().map(column).collect(),
            seen: Duplicates::resuming(said, &|number| in_segments(segments, number.get().ok()?)),
            pending: Pending::new(),
            segments: segments.to_vec(),
            next: store.len() as RowId,
            ..Self::default()
        }
    }

    /// Takes in a batch.
    pub fn absorb(&mut self, batch: Batch) {
        let kept = self.new_ones(&batch);
        if kept.is_empty() {
            return;
        }
        let pending = &mut self.pending;
        let original = pending.originals.len() as u32;
        pending.original_of.resize(pending.original_of.len() + kept.len(), original);
        pending.originals.push(Arc::clone(&batch.original));
        if kept.len() == batch.len() {
            self.absorb_all(batch);
        } else {
            self.absorb_some(&batch, &kept);
        }
    }

    /// Takes in a batch without duplicates, as nearly all are.
    fn absorb_all(&mut self, batch: Batch) {
        let pending = &mut self.pending;
        pending.times.extend_from_slice(&batch.times);
        pending.offsets.extend(batch.spans.iter().map(|span| span.offset));
        pending.lens.extend(batch.spans.iter().map(|span| span.len));
        pending.correlations.append(batch.correlations);
        for (index, local) in batch.columns.iter().enumerate() {
            let renumbered = self.interners[index].intern_all(&local.words);
            let codes = &mut pending.codes[index];
            let before = codes.len() as u32;
            codes.extend(local.codes.iter().map(|&code| renumbered[code as usize]));
            pending.starts[index].extend(local.ends.iter().map(|end| before + end));
        }
    }

    /// Takes in the records at `kept`. Entries that only others have are left out.
    fn absorb_some(&mut self, batch: &Batch, kept: &[usize]) {
        let pending = &mut self.pending;
        for &at in kept {
            pending.times.push(batch.times[at]);
            pending.offsets.push(batch.spans[at].offset);
            pending.lens.push(batch.spans[at].len);
            pending.correlations.push_from(&batch.correlations, at);
        }
        for (index, row) in COLUMNS.iter().enumerate() {
            let local = &batch.columns[index];
            let interner = &mut self.interners[index];
            let mut renumbered = vec![u32::MAX; local.words.count()];
            let mut global = |code: u32| {
                let known = &mut renumbered[code as usize];
                if *known == u32::MAX {
                    let (entry, entry_hash) = local.words.entry(code);
                    *known = interner.intern(entry, entry_hash);
                }
                *known
            };
            let codes = &mut pending.codes[index];
            for &at in kept {
                if row.many {
                    let start = if at == 0 { 0 } else { local.ends[at - 1] as usize };
                    let own = &local.codes[start..local.ends[at] as usize];
                    codes.extend(own.iter().map(|&code| global(code)));
                    pending.starts[index].push(codes.len() as u32);
                } else {
                    codes.push(global(local.codes[at]));
                }
            }
        }
    }

    /// Places of the records of `batch` that were not there before; counts the others.
    fn new_ones(&mut self, batch: &Batch) -> Vec<usize> {
        let mut passed = batch.passed.iter().peekable();
        let mut kept = Vec::with_capacity(batch.len());
        let original = self.passed_originals.len() as u32;
        if !batch.passed.is_empty() {
            self.passed_originals.push(Arc::clone(&batch.original));
        }
        let mut source = None;
        for at in 0..=batch.len() {
            while let Some(&(_, key, span)) = passed.next_if(|(before, ..)| *before as usize <= at)
            {
                let number = Number::passed(self.passed.len());
                let asked = ((key, None), (&batch.original, span), number);
                match self.copy_of(asked, (batch, &kept)) {
                    Some(known) => self.found_again(known, batch, &mut source),
                    None => {
                        self.passed.push((original, span));
                        self.passed_over += 1;
                    }
                }
            }
            if let (Some(&key), Some(&span)) = (batch.keys.get(at), batch.spans.get(at)) {
                let number = Number::row(self.next + (self.pending() + kept.len()) as RowId);
                let ticks = Some(batch.times[at]);
                let asked = ((key, ticks), (&batch.original, span), number);
                match self.copy_of(asked, (batch, &kept)) {
                    Some(known) => self.found_again(known, batch, &mut source),
                    None => kept.push(at),
                }
            }
        }
        kept
    }

    /// Takes note that a record that is there was found in the original of this batch too, whose code as a
    /// source is `source` once it is known.
    fn found_again(&mut self, known: Number, batch: &Batch, source: &mut Option<u32>) {
        // What is in the same batch is in the same original.
        let Some(row) = known.get().ok().filter(|row| *row < self.next + self.pending() as RowId)
        else {
            return;
        };
        if !batch.wanted.has(Column::Source) {
            return;
        }
        let original = match row.checked_sub(self.next) {
            Some(at) => self.pending.locate(at as usize).map(|((original, _), _)| original),
            None => in_segments(&self.segments, row).map(|((original, _), _)| original),
        };
        if original.is_none_or(|original| original.name() == batch.original.name()) {
            return;
        }
        let interner = &mut self.interners[Column::Source.index()];
        let code = *source.get_or_insert_with(|| interner.intern_text(batch.original.name()));
        self.also.push((row, code));
    }

    /// The record that a record is a copy of, among all before it, those of the batch that are new included.
    /// Counts it where there is one.
    fn copy_of(
        &mut self,
        ((key, ticks), place, number): ((u64, Option<i64>), Location<'_>, Number),
        (batch, kept): (&Batch, &[usize]),
    ) -> Option<Number> {
        let Self { seen, segments, pending, passed, passed_originals, next, .. } = self;
        let locate = |number: Number| match number.get() {
            Err(at) => {
                let &(original, span) = passed.get(at)?;
                Some(((passed_originals.get(original as usize)?, span), None))
            }
            Ok(row) => {
                let Some(at) = row.checked_sub(*next) else { return in_segments(segments, row) };
                let at = at as usize;
                if let Some(found) = pending.locate(at) {
                    return Some(found);
                }
                let at = *kept.get(at - pending.times.len())?;
                Some(((&batch.original, batch.spans[at]), Some(batch.times[at])))
            }
        };
        let known = seen.copy_of(&Candidate { key, ticks, place, number }, &locate);
        self.duplicates += u64::from(known.is_some());
        known
    }

    /// Number of records taken in since the last segment.
    pub fn pending(&self) -> usize {
        self.pending.times.len()
    }

    /// Number of records left out because the same was there before.
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// Number of records that were passed over, duplicates left aside.
    pub fn passed_over(&self) -> u64 {
        self.passed_over
    }

    /// A segment of all records taken in since the last one, and of where else records before it were found;
    /// `None` when there is neither.
    pub fn take_segment(&mut self) -> Option<Arc<Segment>> {
        if self.pending() == 0 && self.also.is_empty() {
            return None;
        }
        let mut also = std::mem::take(&mut self.also);
        also.sort_unstable();
        also.dedup();
        let mut pending = std::mem::replace(&mut self.pending, Pending::new());
        pending.times.shrink_to_fit();
        pending.offsets.shrink_to_fit();
        pending.lens.shrink_to_fit();
        pending.correlations.shrink();
        let (originals, original_of) = distinct(pending.originals, pending.original_of);
        let first = self.next;
        self.next += pending.times.len() as u32;
        let columns = (COLUMNS.iter().zip(pending.codes).zip(pending.starts))
            .map(|((row, codes), mut starts)| {
                let codes = Codes::pack(codes);
                if row.many {
                    starts.shrink_to_fit();
                    RowCodes::Several { starts, codes }
                } else {
                    RowCodes::Single(codes)
                }
            })
            .collect();
        let known = || pending.times.iter().copied().filter(|&time| time != NO_TIME);
        let period = known().min().zip(known().max());
        let segment = Arc::new(Segment {
            first,
            columns,
            words: self.interners.iter_mut().map(Interner::seal).collect(),
            correlations: pending.correlations,
            offsets: pending.offsets,
            lens: pending.lens,
            originals,
            original_of: Codes::pack(original_of),
            period: period.map(|(a, b)| (Timestamp::from_ticks(a), Timestamp::from_ticks(b))),
            times: pending.times,
            nameless: OnceLock::new(),
            named: OnceLock::new(),
            events: self.seen.take_events(),
            also,
        });
        self.segments.push(Arc::clone(&segment));
        Some(segment)
    }
}

/// The same originals without repetition (batches of one file follow each other), and the places
/// renumbered to match.
fn distinct(
    originals: Vec<Arc<dyn Original>>,
    mut places: Vec<u32>,
) -> (Vec<Arc<dyn Original>>, Vec<u32>) {
    let mut kept: Vec<Arc<dyn Original>> = Vec::new();
    let renumbered: Vec<u32> = originals
        .into_iter()
        .map(|original| {
            if !kept.last().is_some_and(|last| Arc::ptr_eq(last, &original)) {
                kept.push(original);
            }
            kept.len() as u32 - 1
        })
        .collect();
    for place in &mut places {
        *place = renumbered[*place as usize];
    }
    (kept, places)
}

#[cfg(test)]
mod tests;
