//! The reading thread: opens one file after the other, unpacks, frames, and hands out blocks.
//! Never decodes, and never holds more of a file than the blocks on their way.
#![expect(clippy::disallowed_methods, reason = "this is where files are opened")]

mod archive;
mod beginning;
mod blocks;
mod follow;
mod stretches;
mod text;

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, PoisonError};
use std::thread::Builder;

use self::beginning::{Start, peek};
use self::text::Text;
use super::avro::Messages;
use super::compression::{self, Counted, MAX_LAYERS, Packing};
use super::content::{Content, Foreign};
use super::decoding::accepts;
use super::encoding::{Encoding, Utf16};
use super::file_state::FileState;
use super::framing::Framing;
use super::framing::json::Json;
use super::framing::mixed::Mixed;
use super::meter::{Meter, QueueMeter};
use super::options::Options;
use super::original::{Bytes, Source, Spool};
use super::outcome::Outcome;
use super::queues::Queue;
use super::work::{Outlet, Part, Stopped};
use crate::format::Layout;
use crate::log::Watch;
use crate::place::at_offset::Stamp;
use crate::place::plain::PlainFile;
use crate::place::refusal;
use crate::place::{Contents, Opened, Piece, Places, Position, Remote, Stream, Tail, Trouble};

/// Bytes looked at to find out what a source is.
const HEAD: usize = 64 << 10;

/// Reads all there is in a queue.
pub fn read(
    queue: Queue,
    outlet: Outlet,
    meter: &Meter,
    options: &Options,
    stopped: &(dyn Fn() -> bool + Sync),
) {
    let (block, own) = (options.first_block, &meter.queues[outlet.queue()]);
    let mut reading = Reading { outlet, meter, own, options, stopped, spool: None, block };
    match queue {
        Queue::Places(places) => reading.places(&places),
        Queue::Pieces(pieces) => {
            for piece in &pieces {
                reading.announce(piece);
            }
            // Whoever stopped it knows.
            let _ = reading.all(pieces);
        }
        Queue::Followed(followed) => {
            let _ = reading.follow(followed);
        }
    }
}

struct Reading<'r> {
    outlet: Outlet,
    meter: &'r Meter,
    own: &'r QueueMeter,
    options: &'r Options,
    stopped: &'r (dyn Fn() -> bool + Sync),
    spool: Option<Spool>,
    /// Bytes of the next block.
    block: usize,
}

/// A text or packed bytes, as they are read.
struct Input<'i> {
    name: String,
    reader: Box<dyn Read + 'i>,
    /// Where these very bytes can be read again; `None` where only the spool will have them.
    bytes: Option<Bytes>,
    /// The file these very bytes are read from, where they are.
    file: Option<&'i File>,
    /// Bytes read of the file or stream itself so far.
    read: Arc<AtomicU64>,
    /// Layers of packing around these bytes.
    layers: u32,
    /// Is it better to go on with few bytes than to wait for more?
    impatient: bool,
    /// What was left out at its start.
    start: Start,
}

impl<'i> Input<'i> {
    /// What is in another input, under so many layers of packing, which counts what is read of it.
    fn inside(name: String, reader: Box<dyn Read + 'i>, read: Arc<AtomicU64>, layers: u32) -> Self {
        let (bytes, file, start) = (None, None, Start::default());
        Self { name, reader, bytes, file, read, layers: layers + 1, impatient: false, start }
    }
}

impl Reading<'_> {
    /// Reads places. The first pieces are read while others are still looked for; how much there is in
    /// all is not known until then.
    fn places(&mut self, places: &Places) {
        self.own.endless.store(true, Ordering::Relaxed);
        let (meter, own) = (self.meter, self.own);
        std::thread::scope(|scope| {
            let (found, pieces) = channel();
            let load = tracing::Span::current();
            let walk = move || {
                let _stage = tracing::info_span!(parent: &load, "walk").entered();
                let mut is_endless = false;
                let began = Watch::start();
                for place in places {
                    if let Some(status) = place.status() {
                        meter.watch(&place.name(), status);
                    }
                    place.pieces(&meter.end, &mut |piece| {
                        announce(&piece, meter, own);
                        is_endless |=
                            piece.as_ref().is_ok_and(|piece| piece.contents.bytes().is_none());
                        // Nobody listens once reading was stopped, and then this is stopped as well.
                        let _ = found.send(piece);
                    });
                }
                own.endless.store(is_endless, Ordering::Relaxed);
                tracing::info!(
                    stage = "walk",
                    places = places.len(),
                    ms = began.ms(),
                    "looked for"
                );
            };
            match Builder::new().name("walk".to_owned()).spawn_scoped(scope, walk) {
                Ok(_) => {
                    let _ = self.all(pieces);
                }
                Err(error) => {
                    meter.refused.store(true, Ordering::Relaxed);
                    let _ = self.outlet.trouble(Trouble::no_thread(&error), 0);
                }
            }
        });
    }

    fn announce(&self, piece: &Result<Piece, Trouble>) {
        announce(piece, self.meter, self.own);
    }

    fn all(
        &mut self,
        pieces: impl IntoIterator<Item = Result<Piece, Trouble>>,
    ) -> Result<(), Stopped> {
        for piece in pieces {
            if (self.stopped)() {
                return Err(Stopped);
            }
            let Piece { name, contents } = match piece {
                Ok(piece) => piece,
                Err(missing) => {
                    let (name, before) = (missing.source.clone(), 0);
                    self.outlet.trouble(missing, 0)?;
                    self.outlet.part(Part::FileDone(name, before))?;
                    continue;
                }
            };
            let _stage = tracing::info_span!("read", file = name).entered();
            let stored = contents.bytes();
            let before = self.own.read.load(Ordering::Relaxed);
            let label = name.clone();
            let mistaken = name.clone();
            catch_unwind(AssertUnwindSafe(|| self.piece(name, contents))).unwrap_or_else(|_| {
                let mistake = Outcome::mistake(mistaken, "reading ended early");
                self.outlet.part(Part::Found(Box::new(mistake)))
            })?;
            self.meter.files_done.fetch_add(1, Ordering::Relaxed);
            let read = || self.own.read.load(Ordering::Relaxed) - before;
            self.outlet.part(Part::FileDone(label, stored.unwrap_or_else(read)))?;
        }
        Ok(())
    }

    fn piece(&mut self, name: String, contents: Contents) -> Result<(), Stopped> {
        match contents {
            Contents::File(path, _) => self.file(name, path),
            Contents::AtHand(bytes) => {
                let input = self.input(name, Cursor::new(Arc::clone(&bytes)));
                self.input_read(Input { bytes: Some(Bytes::Memory(bytes)), ..input })
            }
            Contents::Tail(tail) => self.tail(name, &tail),
            Contents::Stream(stream) => self.stream(name, stream),
            Contents::Remote(remote) => self.remote(name, remote),
        }
    }

    fn stream(&mut self, name: String, stream: Stream) -> Result<(), Stopped> {
        let Opened { reader, status, is_lines } = match stream.open(&self.meter.end) {
            Ok(opened) => opened,
            Err(trouble) => {
                self.meter.refused.store(true, Ordering::Relaxed);
                return self.outlet.trouble(trouble, 0);
            }
        };
        if let Some(status) = &status {
            self.meter.watch(&name, Arc::clone(status));
        }
        let input = Input { impatient: true, ..self.input(name, reader) };
        match is_lines {
            true => self.lines_known(input)?,
            false => self.input_read(input)?,
        }
        match status.and_then(|status| status.ended()) {
            Some(trouble) => self.outlet.trouble(trouble, 0),
            None => Ok(()),
        }
    }

    /// Reads what stays at a service.
    fn remote(&mut self, name: String, remote: Remote) -> Result<(), Stopped> {
        let Remote { stream, from, len, again } = remote;
        let Opened { reader, status, .. } = match stream.open(&self.meter.end) {
            Ok(opened) => opened,
            Err(trouble) => {
                self.meter.refused.store(true, Ordering::Relaxed);
                return self.outlet.trouble(trouble, 0);
            }
        };
        let mut input = self.input(name, reader);
        let mut head = Vec::new();
        // Where nothing comes of what has something, that is told by whoever brings it.
        if from == 0 && len > 0 && peek(&mut input, &mut head).is_ok() && head.is_empty() {
            let told = status.and_then(|status| status.ended());
            return told.map_or(Ok(()), |trouble| self.outlet.trouble(trouble, 0));
        }
        let reader = Box::new(Cursor::new(head).chain(input.reader));
        let (input, bytes) = (Input { reader, ..input }, Bytes::Remote(again));
        match from {
            0 => self.input_read(Input { bytes: Some(bytes), ..input })?,
            from => self.more_lines(input, bytes, from)?,
        }
        match status.and_then(|status| status.ended()) {
            Some(trouble) => self.outlet.trouble(trouble, 0),
            None => Ok(()),
        }
    }

    /// Reads what is known to be one record on each line.
    fn lines_known(&mut self, mut input: Input<'_>) -> Result<(), Stopped> {
        let name = input.name.clone();
        let mut head = Vec::new();
        if let Err(error) = peek(&mut input, &mut head) {
            self.refused(&name, &error)?;
        }
        if head.is_empty() {
            return Ok(());
        }
        let bytes = match self.place(None, 0) {
            Ok(bytes) => bytes,
            Err(error) => return self.unspooled(&name, &error),
        };
        let source = Arc::new(Source::new(name, bytes.clone(), Layout::JSON));
        let framing = Box::new(Json::new(accepts, true));
        self.frame(input, head, Text::new(bytes, source), framing)
    }

    /// Reads lines that were appended to a file.
    fn tail(&mut self, name: String, tail: &Tail) -> Result<(), Stopped> {
        let opened = File::open(tail.file.path())
            .and_then(|mut file| file.seek(SeekFrom::Start(tail.from)).map(|_| file));
        let file = match opened {
            Ok(file) => file,
            Err(error) => return self.refused(&name, &error),
        };
        let input = self.input(name, file.take(tail.to - tail.from));
        self.more_lines(input, Bytes::File(Arc::clone(&tail.file)), tail.from)
    }

    /// Reads lines behind those that were read, from this byte on.
    fn more_lines(&mut self, input: Input<'_>, bytes: Bytes, from: u64) -> Result<(), Stopped> {
        let source = Arc::new(Source::new(input.name.clone(), bytes.clone(), Layout::JSON));
        // Places are told as bytes: lines would have to be counted from the beginning.
        let mut framing = Box::new(Json::new(accepts, false));
        framing.pass(from);
        let mut text = Text::new(bytes, source);
        text.go_on(from, 1);
        self.frame(input, Vec::new(), text, framing)
    }

    fn file(&mut self, name: String, path: PathBuf) -> Result<(), Stopped> {
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) => return self.refused(&name, &error),
        };
        let before = state(&file);
        let plain = Arc::new(PlainFile::new(path.clone()));
        let input = self.input(name, &file);
        let bytes = Some(Bytes::File(Arc::clone(&plain)));
        self.input_read(Input { bytes, file: Some(&file), ..input })?;
        if let Ok(metadata) = file.metadata() {
            plain.was_read(Stamp::of(&metadata));
        }
        let after = state(&file);
        let mut reads = self.meter.reads.lock().unwrap_or_else(PoisonError::into_inner);
        reads.push((path, before.filter(|_| before == after)));
        Ok(())
    }

    fn input<'i>(&self, name: String, reader: impl Read + 'i) -> Input<'i> {
        let read = Arc::new(AtomicU64::new(0));
        let counts = [Arc::clone(&read), Arc::clone(&self.own.read)];
        let reader = Box::new(Counted::new(reader, counts));
        let start = Start::default();
        Input { name, reader, bytes: None, file: None, read, layers: 0, impatient: false, start }
    }

    /// Unpacks as often as needed, then frames.
    fn input_read(&mut self, mut input: Input<'_>) -> Result<(), Stopped> {
        let mut head = Vec::new();
        let failure = peek(&mut input, &mut head).err();
        if (self.stopped)() {
            return Err(Stopped);
        }
        if failure.is_some() {
            self.meter.refused.store(true, Ordering::Relaxed);
        }
        if let Some(error) = failure.filter(|_| head.is_empty()) {
            return self.refused(&input.name, &error);
        }
        if !self.skip_blank(&mut input, &mut head, true)? {
            return Ok(());
        }
        let Some(packing) = Packing::of(&head) else {
            return self.text(input, head);
        };
        if input.layers >= MAX_LAYERS {
            let reason = format!("it is packed more than {MAX_LAYERS} times over; unpack it first");
            return self.whole(&input.name, reason, true);
        }
        let reader = Box::new(Cursor::new(head).chain(input.reader));
        let packed = Input { reader, file: None, impatient: false, ..input };
        let counter = Arc::clone(&packed.read);
        let unpacked = match packing {
            Packing::Zip => return self.archive(packed),
            Packing::Avro => return self.messages(packed),
            Packing::Gzip => Ok(compression::gunzip(packed.reader, counter)),
            Packing::Zstd => compression::unzstd(packed.reader, counter),
        };
        let Input { name, read, layers, .. } = packed;
        match unpacked {
            Ok(reader) => self.input_read(Input::inside(name, reader, read, layers)),
            Err(error) => self.refused(&name, &error),
        }
    }

    /// Reads the messages of an Avro file.
    fn messages(&mut self, input: Input<'_>) -> Result<(), Stopped> {
        let Input { name, reader, read, layers, .. } = input;
        let mut messages = match Messages::open(reader, Arc::clone(&read)) {
            Ok(Ok(messages)) => messages,
            Ok(Err(why)) => return self.whole(&name, why, true),
            Err(error) => return self.refused(&name, &error),
        };
        let notes = messages.notes();
        // Capture writes a file without messages where none came.
        match messages.has_any() {
            Ok(true) => {
                let reader = Box::new(messages);
                self.input_read(Input::inside(name.clone(), reader, read, layers))?;
            }
            Ok(false) => {}
            Err(error) => self.refused(&name, &error)?,
        }
        for note in notes.take() {
            let place = Position::Byte(note.at);
            self.outlet.trouble(Trouble::new(name.clone(), place, note.reason, note.lost), 0)?;
        }
        Ok(())
    }

    /// Recognises text and frames it.
    fn text(&mut self, mut input: Input<'_>, mut head: Vec<u8>) -> Result<(), Stopped> {
        let encoding = Encoding::of(&head);
        if encoding != Encoding::Utf8 {
            let encoded = Cursor::new(std::mem::take(&mut head)).chain(input.reader);
            let reader = Box::new(Utf16::new(encoded, encoding));
            let start = input.start.decoded();
            input = Input { reader, bytes: None, file: None, start, ..input };
            if let Err(error) = peek(&mut input, &mut head) {
                self.refused(&input.name, &error)?;
            }
        }
        if !self.skip_blank(&mut input, &mut head, false)? {
            return Ok(());
        }
        let stage = tracing::debug_span!("recognise");
        let content = stage.in_scope(|| self.recognise(&mut input, &mut head))?;
        tracing::info!(
            file = input.name,
            kind = content.kind(),
            encoding = ?encoding,
            layers = input.layers,
            "recognised"
        );
        let at = input.start.bytes;
        let (framing, layout): (Box<dyn Framing>, Layout) = match content {
            Content::Json { by_line } => {
                (Box::new(Mixed::json(accepts, by_line, at)), Layout::JSON)
            }
            Content::Csv(head) => (Box::new(Mixed::csv(accepts, &head, at)), head.layout),
            Content::Blank | Content::More => {
                return self.whole(&input.name, "it is blank".to_owned(), false);
            }
            Content::Foreign(foreign) => return self.foreign(&input.name, &head, &foreign),
        };
        self.tell_nul(&input)?;
        let bytes = match self.place(input.bytes.take(), at) {
            Ok(bytes) => bytes,
            Err(error) => return self.unspooled(&input.name, &error),
        };
        let source = Arc::new(Source::new(input.name.clone(), bytes.clone(), layout));
        let mut text = Text::new(bytes, source);
        text.go_on(at, input.start.line);
        self.frame(input, head, text, framing)
    }

    /// Where the bytes of a text can be read again: where they are, or in the spool, which gets those
    /// from byte `at` on.
    fn place(&mut self, bytes: Option<Bytes>, at: u64) -> io::Result<Bytes> {
        if let Some(bytes) = bytes {
            return Ok(bytes);
        }
        if self.spool.is_none() {
            self.spool = Some(Spool::new()?);
        }
        let spool = self.spool.as_ref().ok_or_else(|| io::Error::other("no spool"))?;
        Ok(spool.begin(at))
    }

    fn foreign(&self, name: &str, head: &[u8], foreign: &Foreign) -> Result<(), Stopped> {
        let shown: String =
            String::from_utf8_lossy(&head[..head.len().min(64)]).chars().take(16).collect();
        let reason = format!(
            "not a log entrail can read: it is {} (starts with “{}”); {}",
            foreign.what,
            crate::text::clean(&shown),
            foreign.advice,
        );
        self.whole(name, reason, true)
    }

    /// Tells that the system refused to read something.
    fn refused(&self, name: &str, error: &io::Error) -> Result<(), Stopped> {
        self.meter.refused.store(true, Ordering::Relaxed);
        self.outlet.trouble(Trouble::refused(name.to_owned(), Position::Whole, error), 0)
    }

    /// Tells that the text of a source cannot be kept.
    fn unspooled(&self, name: &str, error: &io::Error) -> Result<(), Stopped> {
        self.meter.refused.store(true, Ordering::Relaxed);
        self.outlet.trouble(Trouble::no_room(name.to_owned(), refusal::unkept(error)), 0)
    }

    fn whole(&self, name: &str, reason: String, lost: bool) -> Result<(), Stopped> {
        let source = name.to_owned();
        self.outlet.trouble(Trouble::new(source, Position::Whole, reason, lost), 0)
    }
}

/// Counts a piece among what there is to read.
fn announce(piece: &Result<Piece, Trouble>, meter: &Meter, own: &QueueMeter) {
    let Ok(piece) = piece else {
        meter.refused.store(true, Ordering::Relaxed);
        return;
    };
    match piece.contents.bytes() {
        Some(len) => {
            meter.total.fetch_add(len, Ordering::Relaxed);
        }
        None => own.endless.store(true, Ordering::Relaxed),
    }
    meter.files_total.fetch_add(1, Ordering::Relaxed);
}

fn state(file: &File) -> Option<FileState> {
    FileState::of(&file.metadata().ok()?)
}

fn read_some(reader: &mut dyn Read, buffer: &mut Vec<u8>, most: usize) -> io::Result<()> {
    let before = buffer.len();
    buffer.resize(before + most, 0);
    let read = loop {
        match reader.read(&mut buffer[before..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => break other,
        }
    };
    buffer.truncate(before + read.as_ref().map_or(0, |&count| count));
    read.map(|_| ())
}

/// Something an archive can be read from.
trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}
