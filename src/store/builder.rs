//! Records into segments: workers fill a [`Batch`] each, one [`Indexer`] merges them in order.
//! Never reads files; the only way to make a segment.

use std::sync::{Arc, OnceLock};

use hashbrown::HashTable;

use super::column::{Codes, Correlations, RowCodes};
use super::dictionary::{Interner, LocalWords, Room, hash};
use super::segment::{NO_TIME, Segment};
use super::{Original, RowId, Span, Store};
use crate::record::Record;
use crate::record::column::{COLUMNS, ColumnRow, Entries};
use crate::record::wanted::Wanted;
use crate::time::Timestamp;

/// Records of one original in columns of their own, made by one worker.
#[derive(Debug)]
pub struct Batch {
    original: Arc<dyn Original>,
    times: Vec<i64>,
    /// Hash of the record id; 0 where it has none.
    ids: Vec<u64>,
    correlations: Correlations,
    spans: Vec<Span>,
    columns: Vec<LocalColumn>,
    wanted: Wanted,
    /// Hashes of the ids of records that were passed over, each with the number of records before.
    passed: Vec<(u32, u64)>,
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
            ids: Vec::with_capacity(records),
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
                (row.fill)(&nothing, column);
                column.codes.clear();
            }
        }
        Self { wanted, ..self }
    }

    /// Takes note of the id of a record that is not wanted, so that a later one with the same id is
    /// left out as it would be behind the record itself.
    pub fn pass_over(&mut self, id: &str) {
        if !id.is_empty() {
            self.passed.push((self.len() as u32, hash(id)));
        }
    }

    /// Adds a record whose original bytes are at `span`.
    pub fn push(&mut self, record: &Record<'_>, span: Span) {
        self.times.push(record.time.map_or(NO_TIME, Timestamp::ticks));
        self.ids.push(id_hash(&record.id));
        let correlated = self.wanted.has_correlations();
        self.correlations.push(if correlated { &record.correlation_id } else { "" });
        self.spans.push(span);
        for (row, column) in COLUMNS.iter().zip(&mut self.columns) {
            if self.wanted.has(row.column) {
                (row.fill)(record, column);
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

/// The hash by which a record's id is known; 0 where it has none.
pub fn id_hash(id: &str) -> u64 {
    if id.is_empty() { 0 } else { hash(id) }
}

/// Merges batches into segments, in the order they are handed over, leaving out records whose id was
/// there before. One for each store.
///
/// Two ids are taken for the same when their 64-bit hashes, randomly keyed for each run, are equal:
/// for two different ids among a million records that happens about once in forty million runs.
/// Records without an id are always kept.
#[derive(Debug, Default)]
pub struct Indexer {
    interners: Vec<Interner>,
    seen: HashTable<u64>,
    duplicates: u64,
    passed_over: u64,
    next: RowId,
    pending: Pending,
    /// Are records without an id left out, as nothing tells whether they were there before?
    named_only: bool,
    unnamed: u64,
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

    /// Goes on behind a store; `ids` are the hashes ([`id_hash`]) of the ids in it.
    pub fn resuming(store: &Store, ids: impl IntoIterator<Item = u64>) -> Self {
        let column = |row: &ColumnRow| {
            let words = store.segments().iter().map(|segment| &segment.words[row.column.index()]);
            Interner::resuming(words.cloned())
        };
        let mut indexer = Self {
            interners: COLUMNS.iter().map(column).collect(),
            pending: Pending::new(),
            next: store.len() as RowId,
            ..Self::default()
        };
        for id in ids {
            indexer.see(id);
        }
        indexer
    }

    /// Leaves out records without an id from here on, or keeps them again: where something is read a
    /// second time nothing tells whether such a record was there before.
    pub fn take_named_only(&mut self, named_only: bool) {
        self.named_only = named_only;
    }

    /// Number of records without an id that were left out.
    pub fn unnamed(&self) -> u64 {
        self.unnamed
    }

    /// Takes in a batch.
    pub fn absorb(&mut self, batch: Batch) {
        let kept = self.first_of_each_id(&batch);
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
    fn first_of_each_id(&mut self, batch: &Batch) -> Vec<usize> {
        let mut passed = batch.passed.iter().peekable();
        let mut kept = Vec::with_capacity(batch.len());
        for at in 0..=batch.len() {
            while let Some((_, id)) = passed.next_if(|(before, _)| *before as usize <= at) {
                self.passed_over += u64::from(self.is_new(*id));
            }
            if at < batch.len() && self.is_new(batch.ids[at]) {
                kept.push(at);
            }
        }
        kept
    }

    fn is_new(&mut self, id: u64) -> bool {
        if id == 0 {
            self.unnamed += u64::from(self.named_only);
            return !self.named_only;
        }
        let is_new = self.see(id);
        self.duplicates += u64::from(!is_new);
        is_new
    }

    /// Takes note of an id; whether it is the first time.
    fn see(&mut self, id: u64) -> bool {
        if self.seen.find(id, |&other| other == id).is_some() {
            return false;
        }
        self.seen.insert_unique(id, id, |&other| other);
        true
    }

    /// Number of records taken in since the last segment.
    pub fn pending(&self) -> usize {
        self.pending.times.len()
    }

    /// Number of records left out because their id was there before.
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// Number of records that were passed over, duplicates left aside.
    pub fn passed_over(&self) -> u64 {
        self.passed_over
    }

    /// A segment of all records taken in since the last one; `None` when there are none.
    pub fn take_segment(&mut self) -> Option<Arc<Segment>> {
        if self.pending() == 0 {
            return None;
        }
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
        Some(Arc::new(Segment {
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
            ids: OnceLock::new(),
        }))
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
mod tests {
    use std::io;

    use super::*;
    use crate::record::Target;
    use crate::record::column::{Column, PART};

    #[derive(Debug)]
    struct Named(&'static str);

    impl Original for Named {
        fn name(&self) -> &str {
            self.0
        }

        fn read(&self, _: Span) -> io::Result<Vec<u8>> {
            Ok(Vec::new())
        }

        fn decode<'a>(&self, _: &'a [u8]) -> Result<Record<'a>, String> {
            Err("nothing is here".to_owned())
        }
    }

    fn batch(original: &Arc<Named>, records: &[(&'static str, &'static str)]) -> Batch {
        let mut batch = Batch::new(original.clone());
        for (at, (id, activity)) in records.iter().enumerate() {
            let target = Target { name: (*activity).into(), ..Target::default() };
            let record = Record {
                id: (*id).into(),
                activity: (*activity).into(),
                targets: vec![target; at],
                ..Record::default()
            };
            batch.push(&record, Span { offset: at as u64, len: 1 });
        }
        batch
    }

    #[test]
    fn the_first_of_two_with_one_id_is_kept_and_those_without_id_always() {
        let file = Arc::new(Named("file"));
        let mut indexer = Indexer::new();
        indexer.absorb(batch(&file, &[("1", "a"), ("", "b"), ("1", "c"), ("", "b")]));
        indexer.absorb(batch(&file, &[("2", "d"), ("1", "e")]));
        let segment = indexer.take_segment().expect("records");
        // Also over segments; and a batch of nothing new leaves nothing behind.
        indexer.absorb(batch(&file, &[("2", "f"), ("1", "g")]));
        assert_eq!((indexer.pending(), indexer.duplicates()), (0, 4));
        assert!(indexer.take_segment().is_none());
        let words = segment.words(Column::Path);
        let names: Vec<&str> = (0..segment.len())
            .map(|at| words.entry(segment.codes(Column::Path, at)[0]).trim_matches(PART))
            .collect();
        assert_eq!(names, ["a", "b", "b", "d"]);
        // The targets of a record that was left out do not go to the next one.
        let targets = |at: usize| segment.codes(Column::Targets, at).len();
        assert_eq!([targets(0), targets(1), targets(2), targets(3)], [0, 1, 3, 0]);
    }

    #[test]
    fn who_goes_on_behind_a_store_knows_its_ids_words_and_rows() {
        let file = Arc::new(Named("file"));
        let mut indexer = Indexer::new();
        indexer.absorb(batch(&file, &[("1", "a"), ("2", "b"), ("", "c")]));
        let mut store = Store::default();
        store.push(indexer.take_segment().expect("records"));
        let mut indexer = Indexer::resuming(&store, ["1", "2", ""].map(id_hash));
        indexer.take_named_only(true);
        indexer.absorb(batch(&file, &[("2", "b"), ("3", "a"), ("", "d")]));
        assert_eq!((indexer.pending(), indexer.duplicates(), indexer.unnamed()), (1, 1, 1));
        indexer.take_named_only(false);
        indexer.absorb(batch(&file, &[("", "e")]));
        store.push(indexer.take_segment().expect("two more"));
        let code = |row| store.codes(row, Column::Path)[0];
        assert_eq!(code(3), code(0));
        assert_eq!(store.part(Column::Path, code(4), 2), "e");
        assert_eq!(store.len(), 5);
    }

    #[test]
    fn every_record_knows_its_original_and_its_place_there() {
        let (one, two) = (Arc::new(Named("one")), Arc::new(Named("two")));
        let mut indexer = Indexer::new();
        for original in [&one, &one, &two, &one] {
            indexer.absorb(batch(original, &[("", "x"), ("", "y")]));
        }
        let segment = indexer.take_segment().expect("records");
        let found: Vec<(&str, u64)> = (0..segment.len())
            .map(|at| {
                let (original, span) = segment.span(at);
                (original.name(), span.offset)
            })
            .collect();
        let names = ["one", "one", "one", "one", "two", "two", "one", "one"];
        assert_eq!(found, names.into_iter().zip([0, 1].into_iter().cycle()).collect::<Vec<_>>());
        assert!(segment.period().is_none() && segment.first() == 0);
        indexer.absorb(batch(&two, &[("", "z")]));
        assert_eq!(indexer.take_segment().expect("a record").first(), 8);
    }
}
