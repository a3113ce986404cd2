//! An immutable batch of records in columns: [`Segment`].
//! Never changes once built, never holds the text of a record.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use super::column::{Codes, Correlations, RowCodes};
use super::dictionary::Words;
use super::entry_names::{self, DictionaryEntry, Name};
use super::events::EventRow;
use super::{Original, RowId, Span};
use crate::record::Record;
use crate::record::column::Column;
use crate::time::Timestamp;

/// Most bytes of neighbours.
const READ_TOGETHER: u64 = 1 << 20;

/// The time of a record that has none.
pub(super) const NO_TIME: i64 = i64::MIN;

/// Takes the place of a record, where it came from, and its bytes.
pub type Visit<'v> = dyn FnMut(usize, &dyn Original, Option<&[u8]>) + 'v;

/// Records `first..first + len` of a store in columns.
///
/// Dictionary codes count over the whole store; the entries that first appeared in this segment are
/// in its own [`Words`], so segments `0..=n` can be understood without any later one.
#[derive(Debug)]
pub struct Segment {
    pub(super) first: RowId,
    /// Ticks of 100 ns since 1970 (UTC); [`NO_TIME`] where the record has none.
    pub(super) times: Vec<i64>,
    pub(super) columns: Vec<RowCodes>,
    pub(super) words: Vec<Arc<Words>>,
    pub(super) correlations: Correlations,
    pub(super) offsets: Vec<u64>,
    pub(super) lens: Vec<u32>,
    pub(super) originals: Vec<Arc<dyn Original>>,
    pub(super) original_of: Codes,
    pub(super) period: Option<(Timestamp, Timestamp)>,
    /// Made when first asked for, from the words.
    pub(super) nameless: OnceLock<Vec<(u128, DictionaryEntry)>>,
    /// The same; only where there is something without a name, as most entries have one.
    pub(super) named: OnceLock<Vec<Name>>,
    pub(super) events: Vec<EventRow>,
    /// Where else records of this segment and of those before it were found: the row and the code of the
    /// source, in order.
    pub(super) also: Vec<(RowId, u32)>,
}

/// Original bytes of neighbours, read together.
#[derive(Clone, Copy, Debug)]
pub struct Block<'b> {
    /// The bytes; `None` where they cannot be read again.
    pub bytes: Option<&'b [u8]>,
    /// Where they begin in what they were read from.
    offset: u64,
}

impl<'b> Block<'b> {
    /// Where the record at `span` begins in [`bytes`](Self::bytes).
    pub fn start(&self, span: Span) -> usize {
        (span.offset - self.offset) as usize
    }

    /// The bytes of the record at `span`; `None` where they cannot be read again.
    pub fn record(&self, span: Span) -> Option<&'b [u8]> {
        let start = self.start(span);
        self.bytes?.get(start..start + span.len as usize)
    }
}

impl Segment {
    /// Number of its first record in the store.
    pub fn first(&self) -> RowId {
        self.first
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Are there no records? Never true for a segment that was handed out.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// When record `at` happened (UTC).
    pub fn time(&self, at: usize) -> Option<Timestamp> {
        match self.times[at] {
            NO_TIME => None,
            ticks => Some(Timestamp::from_ticks(ticks)),
        }
    }

    /// Times of all records in ticks; `i64::MIN` where a record has none.
    pub fn times(&self) -> &[i64] {
        &self.times
    }

    /// First and last instant of the records that have a time.
    pub fn period(&self) -> Option<(Timestamp, Timestamp)> {
        self.period
    }

    /// Rows, of this segment or an earlier one, that were found to be of one sign-in when this segment
    /// was made.
    pub fn events(&self) -> &[EventRow] {
        &self.events
    }

    /// The codes of all records in a column.
    pub fn column(&self, column: Column) -> &RowCodes {
        &self.columns[column.index()]
    }

    /// The codes of record `at` in a column.
    pub fn codes(&self, column: Column, at: usize) -> Cow<'_, [u32]> {
        self.column(column).row(at)
    }

    /// The dictionary entries that first appeared in this segment.
    pub fn words(&self, column: Column) -> &Words {
        &self.words[column.index()]
    }

    /// The ids of the entries that it brings without a name.
    pub(super) fn nameless(&self) -> &[(u128, DictionaryEntry)] {
        self.nameless.get_or_init(|| entry_names::nameless(|column| self.words(column)))
    }

    /// The names of the entries that it brings, in order of their ids.
    pub(super) fn named(&self) -> &[Name] {
        self.named.get_or_init(|| entry_names::named(|column| self.words(column)))
    }

    /// Correlation ids of all records.
    pub fn correlations(&self) -> &Correlations {
        &self.correlations
    }

    /// The correlation id of record `at`; empty where it has none.
    pub fn correlation(&self, at: usize) -> String {
        self.correlations.get(at, &mut [0; 36]).to_owned()
    }

    /// Where record `at` came from and its bytes there.
    pub fn span(&self, at: usize) -> (&Arc<dyn Original>, Span) {
        let original = &self.originals[self.original_of.get(at) as usize];
        (original, Span { offset: self.offsets[at], len: self.lens[at] })
    }

    /// Stretches of records of one reading ([`Original::reading`]): where each begins, and which.
    pub fn stretches(&self) -> Vec<(usize, usize)> {
        let readings: Vec<usize> = self.originals.iter().map(|own| own.reading()).collect();
        if let [reading] = readings.as_slice() {
            return vec![(0, *reading)];
        }
        let mut found: Vec<(usize, usize)> = Vec::new();
        for at in 0..self.len() {
            let reading = readings[self.original_of.get(at) as usize];
            if found.last().is_none_or(|(_, last)| *last != reading) {
                found.push((at, reading));
            }
        }
        found
    }

    /// How many of the records `rows`, from the first on, lie close enough in one original to be read
    /// at once. Their spans follow each other.
    pub fn neighbours(&self, rows: &[usize]) -> usize {
        let (original, first) = self.span(rows[0]);
        let mut end = first.offset + u64::from(first.len);
        let close = |&&at: &&usize| {
            let (other, span) = self.span(at);
            let same = Arc::ptr_eq(original, other) && span.offset >= first.offset;
            let new_end = span.offset + u64::from(span.len);
            let near = same && new_end >= end && new_end - first.offset <= READ_TOGETHER;
            if near {
                end = new_end;
            }
            near
        };
        1 + rows[1..].iter().take_while(close).count()
    }

    /// Reads the original bytes of the records `rows`, neighbours together, and calls `visit` with
    /// each: its place, where it came from, and its bytes, `None` where they cannot be read again.
    pub fn read_each(&self, rows: &[usize], buffer: &mut Vec<u8>, visit: &mut Visit<'_>) {
        let mut next = 0;
        while next < rows.len() {
            let group = &rows[next..next + self.neighbours(&rows[next..])];
            next += group.len();
            let block = self.read_block(group, buffer);
            for &at in group {
                let (original, span) = self.span(at);
                visit(at, &**original, block.record(span));
            }
        }
    }

    /// Reads the records `rows` again, neighbours together, and calls `visit` with each: its place, and
    /// what it says, `None` where it cannot be read again.
    pub fn read_records(
        &self,
        rows: &[usize],
        buffer: &mut Vec<u8>,
        visit: &mut dyn FnMut(usize, Option<Record<'_>>),
    ) {
        self.read_each(rows, buffer, &mut |at, original, bytes| {
            visit(at, bytes.and_then(|bytes| original.decode(bytes).ok()));
        });
    }

    /// Reads the original bytes of neighbours (see [`neighbours`](Self::neighbours)) at once.
    pub fn read_block<'b>(&self, group: &[usize], buffer: &'b mut Vec<u8>) -> Block<'b> {
        let (original, first) = self.span(group[0]);
        let (_, last) = self.span(group[group.len() - 1]);
        let len = last.offset + u64::from(last.len) - first.offset;
        let span = Span { offset: first.offset, len: len as u32 };
        Block { bytes: original.read_into(span, buffer).ok(), offset: first.offset }
    }

    /// Where else records of this segment and of those before it were found: row and code of the source, of
    /// rows from the first on and before the second.
    pub fn also(&self, from: RowId, to: RowId) -> &[(RowId, u32)] {
        let start = self.also.partition_point(|(row, _)| *row < from);
        let end = self.also.partition_point(|(row, _)| *row < to);
        &self.also[start..end.max(start)]
    }

    /// Bytes held in memory by columns and dictionaries.
    pub fn memory_bytes(&self) -> usize {
        8 * (self.times.capacity() + self.also.capacity())
            + 8 * self.offsets.capacity()
            + 4 * self.lens.capacity()
            + self.original_of.memory_bytes()
            + self.correlations.memory_bytes()
            + self.columns.iter().map(RowCodes::memory_bytes).sum::<usize>()
            + self.words.iter().map(|words| words.memory_bytes()).sum::<usize>()
    }
}
