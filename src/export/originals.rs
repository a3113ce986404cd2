//! Original bytes of many rows, in the order of the rows, neighbours read together.
//! Never holds more than one block of rows, and never fails for one that cannot be read again.

use std::io;
use std::sync::Arc;

use crate::format;
use crate::record::Record;
use crate::store::{Original, RowId, Span, Store};

/// Most rows read before they are handed on.
const BLOCK_ROWS: usize = 512;
/// Most bytes of records read before they are handed on; a single record may be larger.
const BLOCK_BYTES: u64 = 8 << 20;
/// Unwanted bytes between two records that are read over rather than stepped over.
const GAP: u64 = 16 << 10;

/// The original bytes of one row.
pub(super) struct Fetched<'b> {
    /// Which row.
    pub(super) row: RowId,
    /// The store it is in.
    pub(super) store: &'b Store,
    /// Where it came from.
    pub(super) original: &'b dyn Original,
    /// Its bytes, or why they cannot be read again.
    pub(super) bytes: Result<&'b [u8], &'b str>,
}

impl<'b> Fetched<'b> {
    /// The record and its bytes, or why there is none.
    pub(super) fn record(&self) -> Result<(Record<'b>, &'b [u8]), String> {
        let bytes = self.bytes.map_err(str::to_owned)?;
        let mut record = self.original.decode(bytes)?;
        self.store.name(&mut record);
        self.store.name_sources(self.row, &mut record);
        Ok((record, bytes))
    }
}

/// Reads the bytes of `rows` and calls `visit` with each, in the order of `rows`. Stops at the first
/// error of `visit`.
pub(super) fn each(
    store: &Store,
    rows: &[RowId],
    visit: &mut dyn FnMut(Fetched<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut rest = rows;
    while !rest.is_empty() {
        let (block, after) = rest.split_at(block_len(store, rest));
        let stretches: Vec<Stretch<'_>> =
            block.iter().map(|&row| Stretch::new(store, row)).collect();
        let bytes = Block::read(&stretches);
        for (stretch, (&row, held)) in stretches.iter().zip(block.iter().zip(&bytes.held)) {
            // A record that stands escaped in other text is read as what it is.
            let plain = bytes.get(held).map(format::plain);
            let bytes = plain.as_deref().map_err(|why| *why);
            visit(Fetched { row, store, original: &**stretch.original, bytes })?;
        }
        rest = after;
    }
    Ok(())
}

/// How many of `rows`, from the first on, make one block: at least one.
fn block_len(store: &Store, rows: &[RowId]) -> usize {
    let mut bytes = 0;
    let fits = |&&row: &&RowId| {
        bytes += u64::from(store.span(row).1.len);
        bytes <= BLOCK_BYTES
    };
    rows.iter().take(BLOCK_ROWS).take_while(fits).count().max(1)
}

struct Stretch<'s> {
    original: &'s Arc<dyn Original>,
    span: Span,
}

impl<'s> Stretch<'s> {
    fn new(store: &'s Store, row: RowId) -> Self {
        let (original, span) = store.span(row);
        Self { original, span }
    }

    fn address(&self) -> usize {
        Arc::as_ptr(self.original).cast::<()>().addr()
    }

    fn end(&self) -> u64 {
        self.span.offset + u64::from(self.span.len)
    }
}

/// Where the bytes of one row are.
#[derive(Clone)]
enum Held {
    In { piece: usize, start: usize, len: usize },
    Failed(String),
}

struct Block {
    pieces: Vec<Vec<u8>>,
    held: Vec<Held>,
}

impl Block {
    fn read(stretches: &[Stretch<'_>]) -> Self {
        let mut order: Vec<usize> = (0..stretches.len()).collect();
        order.sort_by_key(|&at| (stretches[at].address(), stretches[at].span.offset));
        let nothing = Held::Failed(String::new());
        let mut block = Self { pieces: Vec::new(), held: vec![nothing; stretches.len()] };
        let mut next = 0;
        while next < order.len() {
            let group = &order[next..next + together(stretches, &order[next..])];
            next += group.len();
            block.read_group(stretches, group);
        }
        block
    }

    /// Reads neighbours at once; each by itself where that fails, so that one bad stretch spoils no
    /// other record.
    fn read_group(&mut self, stretches: &[Stretch<'_>], group: &[usize]) {
        let first = &stretches[group[0]];
        let begin = first.span.offset;
        let end = group.iter().map(|&at| stretches[at].end()).max().unwrap_or(begin);
        let span = Span { offset: begin, len: (end - begin) as u32 };
        match first.original.read(span) {
            Ok(bytes) => {
                let piece = self.pieces.len();
                for &at in group {
                    let Span { offset, len } = stretches[at].span;
                    let (start, len) = ((offset - begin) as usize, len as usize);
                    self.held[at] = Held::In { piece, start, len };
                }
                self.pieces.push(bytes);
            }
            Err(error) if group.len() == 1 => {
                self.held[group[0]] = Held::Failed(error.to_string());
            }
            Err(_) => group.iter().for_each(|&at| self.read_group(stretches, &[at])),
        }
    }

    fn get<'b>(&'b self, held: &'b Held) -> Result<&'b [u8], &'b str> {
        match held {
            Held::In { piece, start, len } => {
                let bytes = self.pieces[*piece].get(*start..start + len);
                bytes.ok_or("fewer bytes than when it was read; open it again")
            }
            Held::Failed(reason) => Err(reason),
        }
    }
}

/// How many of the stretches in `order`, from the first on, are read at once.
fn together(stretches: &[Stretch<'_>], order: &[usize]) -> usize {
    let first = &stretches[order[0]];
    let mut end = first.end();
    let near = |&&at: &&usize| {
        let stretch = &stretches[at];
        let near = stretch.address() == first.address()
            && stretch.span.offset <= end.saturating_add(GAP)
            && stretch.end().max(end) - first.span.offset <= 2 * BLOCK_BYTES;
        if near {
            end = end.max(stretch.end());
        }
        near
    };
    1 + order[1..].iter().take_while(near).count()
}
