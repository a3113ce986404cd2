//! Where the bytes of records are read again: the file itself, memory, or a spool.
//! Never maps a file into memory: a file that shrinks is an error, not a crash.
#![expect(clippy::disallowed_methods, reason = "this file reads originals again, by offset")]

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Error};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use xxhash_rust::xxh3::xxh3_64;

use super::refusal::{self, Cause};
use super::sample::Prefix;
use crate::format::{self, Columns, Dates, Decoded, Depth, Layout};
use crate::record::Record;
use crate::record::content::Content;
use crate::store::persist::wire::{Damaged, Decoder, Encoder};
use crate::store::{Original, Span};
use crate::time::DateOrder;

/// How long a file that cannot be opened for want of room is tried again, and how often.
const PATIENCE: Duration = Duration::from_millis(200);
const PAUSE: Duration = Duration::from_millis(5);

/// A file read and written at offsets, by several threads at once.
#[derive(Debug)]
pub struct AtOffset {
    file: File,
    #[cfg(not(unix))]
    seeking: Mutex<()>,
}

impl AtOffset {
    /// An open file.
    pub fn new(file: File) -> Self {
        Self {
            file,
            #[cfg(not(unix))]
            seeking: Mutex::new(()),
        }
    }

    /// What the file is like now.
    pub fn stamp(&self) -> io::Result<Stamp> {
        Ok(Stamp::of(&self.file.metadata()?))
    }

    /// Fills `buffer` with the bytes from `offset` on; fails where there are not as many.
    #[cfg(unix)]
    pub fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.file, buffer, offset)
    }

    /// The bytes of a span, at the beginning of a buffer that grows where it is too short.
    fn read_span<'b>(&self, span: Span, buffer: &'b mut Vec<u8>) -> io::Result<&'b [u8]> {
        let len = span.len as usize;
        if buffer.len() < len {
            buffer.resize(len, 0);
        }
        self.read_exact_at(&mut buffer[..len], span.offset)?;
        Ok(&buffer[..len])
    }

    #[cfg(unix)]
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::write_all_at(&self.file, bytes, offset)
    }

    /// Fills `buffer` with the bytes from `offset` on; fails where there are not as many.
    #[cfg(not(unix))]
    pub fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        use std::io::{Read as _, Seek as _};
        let _seeking = self.seeking.lock().unwrap_or_else(PoisonError::into_inner);
        (&self.file).seek(io::SeekFrom::Start(offset))?;
        (&self.file).read_exact(buffer)
    }

    #[cfg(not(unix))]
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        use std::io::{Seek as _, Write as _};
        let _seeking = self.seeking.lock().unwrap_or_else(PoisonError::into_inner);
        (&self.file).seek(io::SeekFrom::Start(offset))?;
        (&self.file).write_all(bytes)
    }
}

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

/// What a file was like when it was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    len: u64,
    modified: Option<SystemTime>,
    /// As in [`changed`].
    changed: (i64, i64),
}

/// When anything about a file changed, in seconds and nanoseconds: unlike the time of its contents
/// it cannot be set back. Zero where the system does not tell.
pub fn changed(metadata: &std::fs::Metadata) -> (i64, i64) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        (metadata.ctime(), metadata.ctime_nsec())
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        (0, 0)
    }
}

impl Stamp {
    /// A file of that many bytes, written and changed at those times.
    pub fn new(len: u64, modified: SystemTime, changed: (i64, i64)) -> Self {
        Self { len, modified: Some(modified), changed }
    }

    /// Number of bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Is it the same but for what may change with the contents as they were, such as who may read
    /// the file?
    fn is_like(&self, other: &Self) -> bool {
        (self.len, self.modified) == (other.len, other.modified)
    }

    /// The state of a file now.
    pub fn of(metadata: &std::fs::Metadata) -> Self {
        let (len, modified) = (metadata.len(), metadata.modified().ok());
        Self { len, modified, changed: changed(metadata) }
    }
}

/// A plain file: its bytes stay where they are.
#[derive(Debug)]
pub struct PlainFile {
    path: PathBuf,
    reading: Reading,
    state: Mutex<State>,
}

/// What is known of a file that was read.
#[derive(Debug)]
enum State {
    /// It is being read: until then it may grow.
    Reading,
    /// It was read to its end, and was like this then.
    Read(Stamp),
    /// It is followed: what was read stays where it is, and more comes behind it.
    Growing(Box<Grown>),
    /// What was read is not in it any more.
    Replaced,
}

/// A file that is followed.
#[derive(Debug)]
struct Grown {
    /// What was read of it.
    prefix: Prefix,
    /// What the file was like when that was last found in it.
    found: Stamp,
    /// What it was like when something else was found.
    missed: Option<Stamp>,
}

impl PlainFile {
    /// The file at `path`, about to be read.
    pub fn new(path: PathBuf) -> Self {
        Self { path, reading: Reading::new(), state: Mutex::new(State::Reading) }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file was read to its end and was like this then.
    pub fn was_read(&self, stamp: Stamp) {
        *self.state() = State::Read(stamp);
    }

    /// The file is followed from here on. Its first `len` bytes, which were read, are looked at; the
    /// caller knows that they are those. Fails where they cannot be read.
    pub fn grows(&self, len: u64) -> io::Result<()> {
        let file = File::open(&self.path)?;
        let found = Stamp::of(&file.metadata()?);
        let prefix = Prefix::of(&AtOffset::new(file), len)?;
        *self.state() = State::Growing(Box::new(Grown { prefix, found, missed: None }));
        Ok(())
    }

    /// More of a file that is followed is to be read, up to byte `to`.
    pub fn grew(&self, file: &AtOffset, to: u64) -> io::Result<()> {
        match &mut *self.state() {
            State::Growing(grown) if grown.prefix.len() < to => grown.prefix.extend(file, to),
            _ => Ok(()),
        }
    }

    /// What was read is not in the file any more.
    pub fn was_replaced(&self) {
        *self.state() = State::Replaced;
    }

    /// What it was like when it was read; `None` while it may grow.
    pub fn read_as(&self) -> Option<Stamp> {
        match &*self.state() {
            State::Read(stamp) => Some(*stamp),
            State::Reading | State::Growing(..) | State::Replaced => None,
        }
    }

    /// Is it followed?
    pub fn is_growing(&self) -> bool {
        matches!(&*self.state(), State::Growing(..))
    }

    /// Is what was read still where it was in this file, opened at its path?
    pub fn is_there(&self, opened: &AtOffset) -> bool {
        let Ok(now) = opened.stamp() else { return false };
        match &mut *self.state() {
            State::Reading => true,
            State::Read(then) => then.is_like(&now),
            State::Growing(grown) if grown.found == now => true,
            State::Growing(grown) if grown.missed == Some(now) => false,
            State::Growing(grown) => {
                let is_there = grown.prefix.is_in(opened, now.len);
                match is_there {
                    true => grown.found = now,
                    false => grown.missed = Some(now),
                }
                is_there
            }
            State::Replaced => false,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<'b>(&self, span: Span, buffer: &'b mut Vec<u8>) -> io::Result<&'b [u8]> {
        let changed = || {
            Error::other(
                "the file was changed after it was read; open it again, or follow it if it only grew",
            )
        };
        let opened = AtOffset::new(open_again(&self.path)?);
        let before = opened.stamp()?;
        if before.len < span.offset + u64::from(span.len) || !self.is_there(&opened) {
            return Err(changed());
        }
        opened.read_span(span, buffer)?;
        // It may have been written anew meanwhile.
        if opened.stamp()? != before && !self.is_there(&opened) {
            return Err(changed());
        }
        Ok(&buffer[..span.len as usize])
    }
}

/// Opens a file that was read before. Where too many files are open, those are of other threads that read
/// records again, and are closed at once.
fn open_again(path: &Path) -> io::Result<File> {
    let mut waited = Duration::ZERO;
    loop {
        match File::open(path) {
            Err(error) if refusal::cause(&error) == Cause::NoRoom && waited < PATIENCE => {
                std::thread::sleep(PAUSE);
                waited += PAUSE;
            }
            opened => return opened,
        }
    }
}

/// The three places where bytes can be.
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
}

/// One file, stream, archive member or table: its name, its bytes and how its events are written.
#[derive(Debug)]
pub struct Source {
    name: String,
    bytes: Bytes,
    layout: Layout,
    /// How its dates in numbers are read, as far as that is known.
    dates: RwLock<Dates>,
    shape: u64,
    reading: Reading,
}

/// The number of one reading of a file or stream.
#[derive(Clone, Copy)]
struct Reading(usize);

impl Reading {
    /// Another number than all before it.
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl fmt::Debug for Reading {
    /// Without the number, which differs from run to run.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reading")
    }
}

impl Source {
    /// A source of that name as shown to the user.
    pub fn new(name: String, bytes: Bytes, layout: Layout) -> Self {
        let shape = shape(&layout);
        Self { name, bytes, layout, dates: RwLock::default(), shape, reading: Reading::new() }
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
            Bytes::Spool { .. } | Bytes::Memory(_) => None,
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
        let layout = match input.byte()? {
            JSON => Layout::Json,
            CSV => Layout::Csv(columns(&mut input)?),
            WRAPPER => {
                let (_, names, delimiter) = named(&mut input)?;
                Layout::Csv(Arc::new(Columns::wrapper(names, delimiter)))
            }
            TABLE => Layout::Table(columns(&mut input)?),
            _ => return Err(Damaged),
        };
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
fn shape(layout: &Layout) -> u64 {
    let mut out = Encoder::default();
    match layout {
        Layout::Json => return 1,
        Layout::Csv(columns) | Layout::Table(columns) => {
            out.byte(u8::from(matches!(layout, Layout::Csv(_))));
            out.byte(columns.delimiter());
            out.text(columns.table());
            columns.names().iter().for_each(|name| out.text(name));
        }
    }
    xxh3_64(out.as_bytes())
}

/// How a layout is told apart in a keepsake.
const JSON: u8 = 0;
const CSV: u8 = 1;
const TABLE: u8 = 2;
/// How what was decided about dates is told apart there.
const DATES: [(u8, Dates); 6] = [
    (0, Dates::Undecided),
    (1, Dates::Shown(DateOrder::DayFirst)),
    (2, Dates::Shown(DateOrder::MonthFirst)),
    (3, Dates::Asked(DateOrder::DayFirst)),
    (4, Dates::Asked(DateOrder::MonthFirst)),
    (5, Dates::Unclear),
];
const WRAPPER: u8 = 3;

fn columns(input: &mut Decoder<'_>) -> Result<Arc<Columns>, Damaged> {
    let (table, names, delimiter) = named(input)?;
    Columns::of_names(table, names, delimiter).map(Arc::new).ok_or(Damaged)
}

/// The table's name, the names of the columns, and what stands between values.
fn named(input: &mut Decoder<'_>) -> Result<(String, Vec<String>, u8), Damaged> {
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
        match &self.layout {
            Layout::Json => None,
            // A record in a cell has no columns of its own.
            Layout::Csv(columns) if columns.is_wrapper() && bytes.starts_with(b"{") => None,
            Layout::Csv(columns) => Some(columns.named_cells(bytes)),
            Layout::Table(columns) => columns.named_items(bytes),
        }
    }

    fn content(&self, bytes: &[u8]) -> Option<Content> {
        format::content(bytes, &self.layout, self.dates())
    }

    fn shape(&self) -> u64 {
        self.shape
    }

    /// The tail of a file that grows belongs to the reading of the file.
    fn reading(&self) -> usize {
        match &self.bytes {
            Bytes::File(file) => file.reading.0,
            Bytes::Spool { .. } | Bytes::Memory(_) => self.reading.0,
        }
    }

    /// Only plain files outlive the session: of everything else there is a spool at most.
    fn keepsake(&self) -> Option<Vec<u8>> {
        let Bytes::File(file) = &self.bytes else { return None };
        let mut out = Encoder::default();
        out.bytes(file.path().as_os_str().as_encoded_bytes());
        let columns = match &self.layout {
            Layout::Json => {
                out.byte(JSON);
                None
            }
            Layout::Csv(columns) => {
                out.byte(if columns.is_only_wrapper() { WRAPPER } else { CSV });
                Some(columns)
            }
            Layout::Table(columns) => {
                out.byte(TABLE);
                Some(columns)
            }
        };
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
