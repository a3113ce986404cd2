//! Where the bytes of records are read again: the file itself, memory, or a spool.
//! Never says that bytes are there which are not those that were read.

use std::collections::HashMap;
use std::io::{self, Error};
use std::sync::{Arc, PoisonError, RwLock};

use xxhash_rust::xxh3::xxh3_64;

use crate::format::{self, Dates, Decoded, Depth, Kept, Layout};
use crate::place::at_offset::AtOffset;
use crate::place::plain::{PlainFile, Reading};
use crate::place::{Again, refusal};
use crate::record::Record;
use crate::record::content::Content;
use crate::store::persist::wire::{Damaged, Decoder, Encoder};
use crate::store::{Original, Span};
use crate::time::DateOrder;

/// Decoded text of everything that is not a plain UTF-8 file, in one file without a name: it is
/// readable by nobody else and gone when entrail ends, however it ends.
#[derive(Debug)]
pub struct Spool {
    file: Arc<AtOffset>,
    len: u64,
}

impl Spool {
    /// An empty spool in the system's directory for temporary files.
    pub fn new() -> io::Result<Self> {
        Ok(Self { file: Arc::new(AtOffset::new(tempfile::tempfile()?)), len: 0 })
    }

    /// A text of which the next byte is put into the spool, and is byte `at` of the text: those before
    /// it are blank and are not kept.
    pub fn begin(&self, at: u64) -> Bytes {
        Bytes::Spool { file: Arc::clone(&self.file), begin: self.len.wrapping_sub(at) }
    }

    /// Appends bytes. Fails when the disk is full.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all_at(bytes, self.len)?;
        self.len += bytes.len() as u64;
        Ok(())
    }
}

/// The places where bytes can be.
#[derive(Clone, Debug)]
pub enum Bytes {
    /// In the file they came from.
    File(Arc<PlainFile>),
    /// In the spool.
    Spool {
        /// The spool.
        file: Arc<AtOffset>,
        /// What is added, wrapping, to a place in this text for the place in the spool.
        begin: u64,
    },
    /// In memory.
    Memory(Arc<[u8]>),
    /// At a service.
    Remote(Arc<dyn Again>),
}

/// One file, stream, archive member or table: its name, its bytes and how its events are written.
#[derive(Debug)]
pub struct Source {
    name: String,
    bytes: Bytes,
    layout: Layout,
    /// How its dates in numbers are read, as far as that is known.
    dates: RwLock<Dates>,
    layout_number: u64,
    reading: Reading,
}

impl Source {
    /// A source of that name as shown to the user.
    pub fn new(name: String, bytes: Bytes, layout: Layout) -> Self {
        let layout_number = layout_number(&layout);
        Self {
            name,
            bytes,
            layout,
            dates: RwLock::default(),
            layout_number,
            reading: Reading::new(),
        }
    }

    /// How its dates in numbers are read.
    pub fn dates(&self) -> Dates {
        *self.dates.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// From here on they are read so.
    pub fn decide(&self, dates: Dates) {
        *self.dates.write().unwrap_or_else(PoisonError::into_inner) = dates;
    }

    /// The file its bytes are in, where they are in one.
    pub fn file(&self) -> Option<&Arc<PlainFile>> {
        match &self.bytes {
            Bytes::File(file) => Some(file),
            Bytes::Spool { .. } | Bytes::Memory(_) | Bytes::Remote(_) => None,
        }
    }

    /// How its events are written.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }
}

/// The plain files of a load by the encoded bytes of their paths.
pub type PlainFiles = HashMap<Vec<u8>, Arc<PlainFile>>;

impl Source {
    /// The source of a plain file that [`Original::keepsake`] told of; the file must be one of
    /// `files`, and is named by its path.
    pub fn restored(keepsake: &[u8], files: &PlainFiles) -> Result<Self, Damaged> {
        let mut input = Decoder::new(keepsake);
        let file = files.get(input.bytes()?).ok_or(Damaged)?;
        let way = input.byte()?;
        let columns = match Layout::has_columns(way).ok_or(Damaged)? {
            true => Some(columns(&mut input)?),
            false => None,
        };
        let layout = Layout::restored(Kept { way, columns }).ok_or(Damaged)?;
        let dates = input.byte()?;
        let (_, dates) = DATES.into_iter().find(|(byte, _)| *byte == dates).ok_or(Damaged)?;
        input.end()?;
        let name = file.path().display().to_string();
        let source = Self::new(name, Bytes::File(Arc::clone(file)), layout);
        source.decide(dates);
        Ok(source)
    }
}

/// Tells apart what the same bytes may mean.
fn layout_number(layout: &Layout) -> u64 {
    let mut out = Encoder::default();
    let Kept { way, columns } = layout.kept();
    let Some(columns) = columns else { return 1 };
    out.byte(way);
    out.byte(columns.delimiter());
    out.text(columns.table());
    columns.names().iter().for_each(|name| out.text(name));
    xxh3_64(out.as_bytes())
}

/// How what was decided about dates is told apart there.
const DATES: [(u8, Dates); 6] = [
    (0, Dates::Undecided),
    (1, Dates::Shown(DateOrder::DayFirst)),
    (2, Dates::Shown(DateOrder::MonthFirst)),
    (3, Dates::Asked(DateOrder::DayFirst)),
    (4, Dates::Asked(DateOrder::MonthFirst)),
    (5, Dates::Unclear),
];

/// The table's name, the names of the columns, and what stands between values.
fn columns(input: &mut Decoder<'_>) -> Result<(String, Vec<String>, u8), Damaged> {
    let table = input.text()?.to_owned();
    let delimiter = input.byte()?;
    let mut names = Vec::new();
    for _ in 0..input.u32()? {
        names.push(input.text()?.to_owned());
    }
    Ok((table, names, delimiter))
}

impl Original for Source {
    fn name(&self) -> &str {
        &self.name
    }

    fn read(&self, span: Span) -> io::Result<Vec<u8>> {
        let mut buffer = Vec::new();
        self.read_into(span, &mut buffer)?;
        Ok(buffer)
    }

    fn read_into<'b>(&self, span: Span, buffer: &'b mut Vec<u8>) -> io::Result<&'b [u8]> {
        let read = match &self.bytes {
            Bytes::File(file) => file.read(span, buffer),
            Bytes::Spool { file, begin } => {
                file.read_span(Span { offset: begin.wrapping_add(span.offset), ..span }, buffer)
            }
            Bytes::Memory(bytes) => {
                let start = span.offset as usize;
                let range = bytes.get(start..start + span.len as usize);
                let range = range.ok_or_else(|| Error::other("no such bytes"))?;
                buffer.clear();
                buffer.extend_from_slice(range);
                Ok(&buffer[..])
            }
            Bytes::Remote(again) => again.read(span, buffer),
        };
        read.inspect_err(refusal::count_again)
    }

    fn decode<'a>(&self, bytes: &'a [u8]) -> Result<Record<'a>, String> {
        match format::decode_dated(bytes, &self.layout, Depth::Full, self.dates()) {
            Ok(Decoded::Record { mut record, .. }) => {
                record.source = self.name.clone().into();
                Ok(record)
            }
            Ok(Decoded::Other(name)) => Err(format!("this is {name}, not audit activity")),
            Err(error) => Err(error.to_string()),
        }
    }

    fn named_values(&self, bytes: &[u8]) -> Option<Vec<(String, String)>> {
        self.layout.named_values(bytes)
    }

    fn content(&self, bytes: &[u8]) -> Option<Content> {
        format::content(bytes, &self.layout, self.dates())
    }

    fn layout_number(&self) -> u64 {
        self.layout_number
    }

    /// The tail of a file that grows belongs to the reading of the file.
    fn reading(&self) -> usize {
        match &self.bytes {
            Bytes::File(file) => file.reading().number(),
            Bytes::Remote(again) => again.reading().number(),
            Bytes::Spool { .. } | Bytes::Memory(_) => self.reading.number(),
        }
    }

    /// Only plain files outlive the session: of everything else there is a spool at most.
    fn keepsake(&self) -> Option<Vec<u8>> {
        let Bytes::File(file) = &self.bytes else { return None };
        let mut out = Encoder::default();
        out.bytes(file.path().as_os_str().as_encoded_bytes());
        let Kept { way, columns } = self.layout.kept();
        out.byte(way);
        if let Some(columns) = columns {
            out.text(columns.table());
            out.byte(columns.delimiter());
            out.u32(columns.names().len() as u32);
            for name in columns.names() {
                out.text(name);
            }
        }
        let dates = self.dates();
        out.byte(DATES.iter().find(|(_, known)| *known == dates).map_or(0, |(byte, _)| *byte));
        Some(out.as_bytes().to_vec())
    }
}
