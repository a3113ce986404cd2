//! A store as bytes that a later session takes over: [`write()`] and [`Index`].
//! Never knows a path, and never takes over a byte that is not proven to be the one that was written.
//!
//! ```text
//! magic, fingerprint           16 bytes
//! segments                     one block each, back to back
//! tail                         about, keepsakes of all originals, the table of the blocks
//! where the tail is, its hash  24 bytes
//! ```
//!
//! All numbers are little-endian. The hash of each block is in the table, the hash of the table at
//! the end of the file: a file that is cut off or changed anywhere is [`Damaged`]. What is in the
//! blocks is checked all the same, so that no bytes can make a store that panics.

pub mod wire;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::sync::{Arc, OnceLock};

use xxhash_rust::xxh3::xxh3_64;

use super::column::{Codes, Correlations, RowCodes};
use super::dictionary::Words;
use super::events::EventRow;
use super::segment::{NO_TIME, Segment};
use super::{Original, RowId};
use crate::record::column::{COLUMNS, Column};
use crate::record::content::SignInRow;
use crate::record::kind::property::PROPERTIES;
use crate::record::risk;
use crate::time::Timestamp;
use wire::{Damaged, Decoder, Encoder};

/// To be raised whenever what is stored of a record, or how, changes.
const FORMAT: u32 = 14;
const MAGIC: &[u8; 8] = b"entrail\x1a";
const HEADER: usize = 16;
const FOOTER: usize = 24;

/// Stored bytes that can be read at any place, by several threads at once.
pub trait Stored: Sync {
    /// Number of bytes.
    fn len(&self) -> u64;

    /// Are there none?
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fills `buffer` with the bytes from `offset` on. Fails where there are not as many.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;
}

/// What must be the same when an index is written and when it is read: this format, this version,
/// the columns, the rules that rate records, and `build`, which tells one build of the program from another.
pub fn fingerprint(build: &[u8]) -> u64 {
    let mut all = Encoder::default();
    all.u32(FORMAT);
    all.text(env!("CARGO_PKG_VERSION"));
    for row in COLUMNS {
        all.text(&format!("{:?}", row.column));
        all.byte(u8::from(row.many));
    }
    for row in PROPERTIES {
        all.text(row.field);
        all.byte(u8::from(row.in_words));
    }
    for text in risk::texts() {
        all.text(text);
    }
    all.bytes(build);
    xxh3_64(all.as_bytes())
}

/// Where a block is, and what is in it.
#[derive(Debug)]
struct Block {
    offset: u64,
    len: u64,
    hash: u64,
    first: RowId,
    rows: u32,
    /// First code and number of the entries of each column.
    words: Vec<(u32, u32)>,
}

/// Writes all segments of a store, and `about`: whatever the caller wants to read back.
///
/// Fails where `out` does, and with [`io::ErrorKind::Unsupported`] before the first byte where an
/// original has no [`Original::keepsake`]. Holds one segment at a time.
pub fn write(
    segments: &[Arc<Segment>],
    about: &[u8],
    fingerprint: u64,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut keepsakes = Vec::new();
    let mut numbers = HashMap::new();
    for original in segments.iter().flat_map(|segment| &segment.originals) {
        if let Entry::Vacant(number) = numbers.entry(address(original)) {
            number.insert(keepsakes.len() as u32);
            keepsakes.push(original.keepsake().ok_or(io::ErrorKind::Unsupported)?);
        }
    }
    let mut header = Encoder::default();
    header.raw(MAGIC);
    header.u64(fingerprint);
    out.write_all(header.as_bytes())?;

    let mut tail = Encoder::default();
    tail.bytes(about);
    tail.u32(keepsakes.len() as u32);
    for keepsake in &keepsakes {
        tail.bytes(keepsake);
    }
    tail.u32(segments.len() as u32);
    let mut offset = HEADER as u64;
    let mut block = Encoder::default();
    for segment in segments {
        block.clear();
        encode(segment, &numbers, &mut block);
        out.write_all(block.as_bytes())?;
        let len = block.as_bytes().len() as u64;
        tail.u64s(&[offset, len, xxh3_64(block.as_bytes())]);
        tail.u32s(&[segment.first, segment.len() as u32]);
        for words in &segment.words {
            tail.u32s(&[words.first(), words.end() - words.first()]);
        }
        offset += len;
    }
    out.write_all(tail.as_bytes())?;

    let mut footer = Encoder::default();
    footer.u64s(&[offset, tail.as_bytes().len() as u64, xxh3_64(tail.as_bytes())]);
    out.write_all(footer.as_bytes())
}

/// Tells two originals apart while both are held.
fn address(original: &Arc<dyn Original>) -> usize {
    Arc::as_ptr(original).cast::<()>().addr()
}

fn encode(segment: &Segment, originals: &HashMap<usize, u32>, out: &mut Encoder) {
    out.i64s(&segment.times);
    out.u128s(segment.correlations.packed());
    let odd = segment.correlations.odd();
    out.u32(odd.len() as u32);
    for (&at, id) in odd {
        out.u32(at);
        out.text(id);
    }
    out.u64s(&segment.offsets);
    out.u32s(&segment.lens);
    out.u32(segment.originals.len() as u32);
    for original in &segment.originals {
        out.u32(originals.get(&address(original)).copied().unwrap_or(u32::MAX));
    }
    encode_codes(&segment.original_of, out);
    for column in &segment.columns {
        match column {
            RowCodes::Single(codes) => encode_codes(codes, out),
            RowCodes::Several { starts, codes } => {
                out.u32s(starts);
                encode_codes(codes, out);
            }
        }
    }
    for words in &segment.words {
        let (text, ends, folded, folded_ends) = words.parts();
        out.text(text);
        out.u32s(ends);
        out.text(folded);
        out.u32s(folded_ends);
    }
    out.u32(segment.events.len() as u32);
    for EventRow { row, first, sign_in } in &segment.events {
        out.u32s(&[*row, *first]);
        out.i64s(&[sign_in.written]);
        out.u64s(&[sign_in.rank, sign_in.who]);
    }
    out.u32(segment.also.len() as u32);
    for (row, source) in &segment.also {
        out.u32s(&[*row, *source]);
    }
}

fn encode_codes(codes: &Codes, out: &mut Encoder) {
    let width = match codes {
        Codes::One(_) => 1,
        Codes::Two(_) => 2,
        Codes::Four(_) => 4,
    };
    out.byte(width);
    out.u32(codes.len() as u32);
    match codes {
        Codes::One(codes) => out.raw(codes),
        Codes::Two(codes) => out.u16s(codes),
        Codes::Four(codes) => out.u32s(codes),
    }
}

/// An index whose tail was read and checked; its segments can be taken over one by one, in any
/// order and on several threads.
#[derive(Debug)]
pub struct Index {
    about: Vec<u8>,
    keepsakes: Vec<Vec<u8>>,
    blocks: Vec<Block>,
}

impl Index {
    /// Reads what stands around the segments.
    pub fn open(stored: &dyn Stored, fingerprint: u64) -> Result<Self, Damaged> {
        let mut header = [0; HEADER];
        stored.read_at(0, &mut header)?;
        let mut header = Decoder::new(&header);
        if header.raw(MAGIC.len())? != MAGIC || header.u64()? != fingerprint {
            return Err(Damaged);
        }
        let mut footer = [0; FOOTER];
        let footer_at = stored.len().checked_sub(FOOTER as u64).ok_or(Damaged)?;
        stored.read_at(footer_at, &mut footer)?;
        let mut footer = Decoder::new(&footer);
        let (offset, len, hash) = (footer.u64()?, footer.u64()?, footer.u64()?);
        if offset.checked_add(len) != Some(footer_at) || offset < HEADER as u64 {
            return Err(Damaged);
        }
        let mut tail = vec![0; usize::try_from(len).map_err(|_| Damaged)?];
        stored.read_at(offset, &mut tail)?;
        if xxh3_64(&tail) != hash {
            return Err(Damaged);
        }
        Self::from_tail(&tail, offset)
    }

    /// Everything in the tail; blocks must fill the file from the header up to `blocks_end`.
    fn from_tail(tail: &[u8], blocks_end: u64) -> Result<Self, Damaged> {
        let mut tail = Decoder::new(tail);
        let about = tail.bytes()?.to_vec();
        let mut keepsakes = Vec::new();
        for _ in 0..tail.u32()? {
            keepsakes.push(tail.bytes()?.to_vec());
        }
        let mut blocks = Vec::new();
        let (mut offset, mut row) = (HEADER as u64, 0);
        let mut codes = vec![0; COLUMNS.len()];
        for _ in 0..tail.u32()? {
            let block = Block {
                offset: tail.u64()?,
                len: tail.u64()?,
                hash: tail.u64()?,
                first: tail.u32()?,
                rows: tail.u32()?,
                words: (0..COLUMNS.len())
                    .map(|_| Ok((tail.u32()?, tail.u32()?)))
                    .collect::<Result<_, Damaged>>()?,
            };
            if block.offset != offset || block.first != row {
                return Err(Damaged);
            }
            offset = offset.checked_add(block.len).ok_or(Damaged)?;
            row = row.checked_add(block.rows).ok_or(Damaged)?;
            for (next, &(first, count)) in codes.iter_mut().zip(&block.words) {
                if first != *next {
                    return Err(Damaged);
                }
                *next = first.checked_add(count).ok_or(Damaged)?;
            }
            blocks.push(block);
        }
        tail.end()?;
        if offset == blocks_end { Ok(Self { about, keepsakes, blocks }) } else { Err(Damaged) }
    }

    /// What the caller of [`write()`] gave along.
    pub fn about(&self) -> &[u8] {
        &self.about
    }

    /// What [`Original::keepsake`] said of each original.
    pub fn keepsakes(&self) -> &[Vec<u8>] {
        &self.keepsakes
    }

    /// Number of segments.
    pub fn segments(&self) -> usize {
        self.blocks.len()
    }

    /// Segment `number`, from 0. `originals` are made of [`Index::keepsakes`], in their order;
    /// `scratch` is memory to work in, best the same one for many segments.
    ///
    /// # Panics
    /// Where there are not as many segments.
    pub fn segment(
        &self,
        number: usize,
        stored: &dyn Stored,
        originals: &[Arc<dyn Original>],
        scratch: &mut Vec<u8>,
    ) -> Result<Segment, Damaged> {
        let block = &self.blocks[number];
        scratch.resize(usize::try_from(block.len).map_err(|_| Damaged)?, 0);
        stored.read_at(block.offset, scratch)?;
        if xxh3_64(scratch) != block.hash {
            return Err(Damaged);
        }
        let mut input = Decoder::new(scratch);
        let segment = decode(block, &mut input, originals)?;
        input.end().map(|()| segment)
    }
}

fn decode(
    block: &Block,
    input: &mut Decoder<'_>,
    originals: &[Arc<dyn Original>],
) -> Result<Segment, Damaged> {
    let rows = block.rows as usize;
    let times = input.i64s(rows)?;
    let packed = input.u128s(rows)?;
    let mut odd = BTreeMap::new();
    for _ in 0..input.u32()? {
        odd.insert(input.u32()?, input.text()?.to_owned());
    }
    let offsets = input.u64s(rows)?;
    let lens = input.u32s(rows)?;
    if offsets.iter().any(|&offset| offset > u64::MAX - u64::from(u32::MAX)) {
        return Err(Damaged);
    }
    let count = input.u32()? as usize;
    let own: Vec<Arc<dyn Original>> = (input.u32s(count)?.into_iter())
        .map(|number| originals.get(number as usize).cloned().ok_or(Damaged))
        .collect::<Result<_, Damaged>>()?;
    let original_of = decode_codes(input, own.len() as u32)?;
    if original_of.len() != rows {
        return Err(Damaged);
    }
    let mut columns = Vec::with_capacity(COLUMNS.len());
    for (row, &(first, count)) in COLUMNS.iter().zip(&block.words) {
        let end = first + count;
        columns.push(if row.many {
            let starts = input.u32s(rows + 1)?;
            let codes = decode_codes(input, end)?;
            let ends_right = starts.first() == Some(&0)
                && starts.last().is_some_and(|&last| last as usize == codes.len());
            if !ends_right || !starts.is_sorted() {
                return Err(Damaged);
            }
            RowCodes::Several { starts, codes }
        } else {
            let codes = decode_codes(input, end)?;
            if codes.len() != rows {
                return Err(Damaged);
            }
            RowCodes::Single(codes)
        });
    }
    let mut words = Vec::with_capacity(COLUMNS.len());
    for &(first, count) in &block.words {
        let text = input.text()?.to_owned();
        let ends = input.u32s(count as usize)?;
        let folded = input.text()?.to_owned();
        let folded_ends = input.u32s(count as usize)?;
        let made = Words::from_parts(first, text, ends, folded, folded_ends);
        words.push(Arc::new(made.ok_or(Damaged)?));
    }
    let mut events = Vec::new();
    for _ in 0..input.u32()? {
        let (row, first) = (input.u32()?, input.u32()?);
        let written = input.i64s(1)?.first().copied().unwrap_or(i64::MIN);
        let sign_in = SignInRow { written, rank: input.u64()?, who: input.u64()? };
        if row.max(first) >= block.first + block.rows {
            return Err(Damaged);
        }
        events.push(EventRow { row, first, sign_in });
    }
    let also = decode_also(block, input)?;
    let known = || times.iter().copied().filter(|&time| time != NO_TIME);
    let period = known().min().zip(known().max());
    Ok(Segment {
        first: block.first,
        columns,
        words,
        correlations: Correlations::from_parts(packed, odd).ok_or(Damaged)?,
        offsets,
        lens,
        originals: own,
        original_of,
        period: period.map(|(a, b)| (Timestamp::from_ticks(a), Timestamp::from_ticks(b))),
        times,
        nameless: OnceLock::new(),
        named: OnceLock::new(),
        events,
        also,
    })
}

/// Where else records were found: rows up to those of the block, and codes of sources.
fn decode_also(block: &Block, input: &mut Decoder<'_>) -> Result<Vec<(RowId, u32)>, Damaged> {
    let (first, count) = block.words[Column::Source.index()];
    let mut also = Vec::new();
    for _ in 0..input.u32()? {
        let (row, source) = (input.u32()?, input.u32()?);
        if row >= block.first + block.rows || source >= first + count {
            return Err(Damaged);
        }
        also.push((row, source));
    }
    if also.is_sorted() { Ok(also) } else { Err(Damaged) }
}

/// Codes that are all below `end`.
fn decode_codes(input: &mut Decoder<'_>, end: u32) -> Result<Codes, Damaged> {
    let width = input.byte()?;
    let count = input.u32()? as usize;
    let codes = match width {
        1 => Codes::One(input.raw(count)?.to_vec()),
        2 => Codes::Two(input.u16s(count)?),
        4 => Codes::Four(input.u32s(count)?),
        _ => return Err(Damaged),
    };
    // One pass without a way out in it is several times faster than one that stops early.
    let most = match &codes {
        Codes::One(codes) => codes.iter().copied().max().map(u32::from),
        Codes::Two(codes) => codes.iter().copied().max().map(u32::from),
        Codes::Four(codes) => codes.iter().copied().max(),
    };
    if most.is_none_or(|most| most < end) { Ok(codes) } else { Err(Damaged) }
}

#[cfg(test)]
mod tests;
