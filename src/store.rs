//! The append-only list of segments: every record of the session in columns, its text left where it came from.
//! Never holds the text of records and never reads files itself: original bytes come through [`Original`].

pub mod builder;
pub mod column;
pub mod dictionary;
pub mod duplicates;
pub mod entry_names;
pub mod events;
pub mod marks;
pub mod names;
pub mod order;
pub mod persist;
pub mod reread;
pub mod segment;

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::io;
use std::sync::{Arc, OnceLock};

use crate::record::Record;
use crate::record::column::{Column, Part};
use crate::record::content::Content;
use crate::time::Timestamp;

pub use events::Events;
pub use marks::{Mark, Marks};
use names::Histories;
pub use segment::Segment;

/// A record's permanent number in its [`Store`]: 0 is the first record that was indexed.
pub type RowId = u32;

/// Where the original bytes of a record are in its [`Original`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// First byte.
    pub offset: u64,
    /// Length in bytes.
    pub len: u32,
}

/// A file or stream whose bytes can be read again. Implemented by sources.
pub trait Original: Any + Send + Sync + fmt::Debug {
    /// Its name as shown to the user.
    fn name(&self) -> &str;

    /// The bytes of a span (UTF-8: what was transcoded or decompressed is kept that way).
    /// Fails when the file changed, shrank or cannot be read any more.
    fn read(&self, span: Span) -> io::Result<Vec<u8>>;

    /// The same, in a buffer that is used again and again: it grows to the longest span. The bytes
    /// are its first.
    fn read_into<'b>(&self, span: Span, buffer: &'b mut Vec<u8>) -> io::Result<&'b [u8]> {
        *buffer = self.read(span)?;
        Ok(buffer)
    }

    /// The record in `bytes`, complete, with its source set; or what is wrong with it.
    fn decode<'a>(&self, bytes: &'a [u8]) -> Result<Record<'a>, String>;

    /// The values in `bytes` by the names of their columns, where the bytes themselves do not name
    /// them: of a row of a table. `None` of all others.
    fn named_values(&self, _bytes: &[u8]) -> Option<Vec<(String, String)>> {
        None
    }

    /// What the record in `bytes` says, to be compared with others; `None` where it cannot be read.
    fn content(&self, bytes: &[u8]) -> Option<Content> {
        self.decode(bytes).ok().map(|record| Content::of(&record))
    }

    /// How records are written in it: where two originals share this number, the same bytes are the
    /// same record.
    fn layout_number(&self) -> u64 {
        0
    }

    /// Tells one reading of one file from another: two originals share this number only where both
    /// are of one reading.
    fn reading(&self) -> usize {
        std::ptr::from_ref(self).cast::<()>().addr()
    }

    /// What a later session needs to make this original again; `None` where its bytes are gone
    /// with this one.
    fn keepsake(&self) -> Option<Vec<u8>> {
        None
    }
}

/// All segments so far. Cloning is cheap: segments are shared and never change.
#[derive(Clone, Default, Debug)]
pub struct Store {
    segments: Vec<Arc<Segment>>,
    marks: Marks,
    events: Arc<Events>,
    /// Segments that say where else records were found.
    also: Vec<Arc<Segment>>,
    /// Of all segments; empty until it is asked for.
    histories: Arc<OnceLock<Histories>>,
}

impl Store {
    /// Appends a segment.
    ///
    /// # Panics
    /// Where the segment was not made to follow this store's last one: a mistake in the program.
    pub fn push(&mut self, segment: Arc<Segment>) {
        assert_eq!(segment.first() as usize, self.len(), "segments are pushed in order");
        if !segment.events().is_empty() {
            Arc::make_mut(&mut self.events).add(segment.events());
        }
        if !segment.also(0, RowId::MAX).is_empty() {
            self.also.push(Arc::clone(&segment));
        }
        self.segments.push(segment);
        self.histories = Arc::default();
    }

    /// The sign-ins of which there are several rows.
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// The segments that say where else records of theirs or of those before were found.
    pub fn also(&self) -> &[Arc<Segment>] {
        &self.also
    }

    /// Where else a record was found: codes of its sources but the first, each once.
    fn also_of(&self, row: RowId) -> Vec<u32> {
        let mut found: Vec<u32> = Vec::new();
        for (_, code) in self.also.iter().flat_map(|segment| segment.also(row, row + 1)) {
            if !found.contains(code) {
                found.push(*code);
            }
        }
        found
    }

    /// Has a record say where else it was found.
    pub fn name_sources(&self, row: RowId, record: &mut Record<'_>) {
        let more = self.also_of(row);
        record.also_from =
            more.iter().map(|&code| self.entry(Column::Source, code).to_owned().into()).collect();
    }

    /// What was noted about some of the records.
    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Notes something else about them.
    pub fn set_marks(&mut self, marks: Marks) {
        self.marks = marks;
    }

    /// All segments, oldest first in order of arrival.
    pub fn segments(&self) -> &[Arc<Segment>] {
        &self.segments
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.segments.last().map_or(0, |last| last.first() as usize + last.len())
    }

    /// Are there no records?
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// The segment that holds `row`, and the row's place in it.
    ///
    /// # Panics
    /// Where the store has no such row.
    pub fn locate(&self, row: RowId) -> (&Segment, usize) {
        let index = self.segments.partition_point(|segment| segment.first() <= row) - 1;
        let segment = &self.segments[index];
        (segment, (row - segment.first()) as usize)
    }

    /// When the record happened (UTC).
    pub fn time(&self, row: RowId) -> Option<Timestamp> {
        let (segment, at) = self.locate(row);
        segment.time(at)
    }

    /// Number of dictionary entries of a column.
    pub fn entries(&self, column: Column) -> usize {
        self.segments.last().map_or(0, |last| last.words(column).end() as usize)
    }

    /// The dictionary entry of that code, its parts joined by [`crate::record::column::PART`].
    pub fn entry(&self, column: Column, code: u32) -> &str {
        let after = self.segments.partition_point(|s| s.words(column).first() <= code);
        self.segments[after - 1].words(column).entry(code)
    }

    /// One part of a dictionary entry.
    pub fn part(&self, part: Part, code: u32) -> &str {
        part.of(self.entry(part.column(), code))
    }

    /// The codes of a record in a column: one, or any number. Of its sources, all that it was found in.
    pub fn codes(&self, row: RowId, column: Column) -> Cow<'_, [u32]> {
        let (segment, at) = self.locate(row);
        let codes = segment.codes(column, at);
        if column != Column::Source || self.also.is_empty() {
            return codes;
        }
        match self.also_of(row) {
            more if more.is_empty() => codes,
            more => Cow::Owned([&codes[..], &more].concat()),
        }
    }

    /// The record's correlation id; empty where it has none.
    pub fn correlation(&self, row: RowId) -> String {
        let (segment, at) = self.locate(row);
        segment.correlation(at)
    }

    /// Where the record came from, and its bytes there.
    pub fn span(&self, row: RowId) -> (&Arc<dyn Original>, Span) {
        let (segment, at) = self.locate(row);
        segment.span(at)
    }

    /// Reads a record's original bytes. This reads the file: call it where waiting is allowed.
    pub fn read(&self, row: RowId) -> io::Result<Vec<u8>> {
        let (original, span) = self.span(row);
        original.read(span)
    }

    /// First and last instant of all records that have a time (UTC).
    pub fn period(&self) -> Option<(Timestamp, Timestamp)> {
        self.segments
            .iter()
            .filter_map(|segment| segment.period())
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// Bytes held in memory by columns and dictionaries.
    pub fn memory_bytes(&self) -> usize {
        self.segments.iter().map(|segment| segment.memory_bytes()).sum()
    }
}
