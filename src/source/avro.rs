//! Avro files: the messages that Event Hubs Capture wrote into one, or its rows, as a text of one after the other.
//! Never holds more than a block, and never gives up a file for a block that is damaged.
//!
//! Capture writes each message of a hub as a record `EventData` whose `Body` has the bytes that were sent;
//! those are the text. Of a file that another program wrote, each record becomes an object of JSON.
//!
//! The blocks of a file stand between copies of a mark of its own, so that one after a damaged block is
//! found again. A library that reads Avro ends at such a block, and at an empty one without a word; so
//! the file is taken apart here.
//!
//! Sources: Apache Avro 1.12 specification, "Object Container Files"; Azure Event Hubs, "Exploring captured
//! Avro files".

mod ahead;
mod fault;
mod schema;
mod value;

use std::io::{self, Cursor, Read};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use flate2::read::DeflateDecoder;

use self::ahead::Ahead;
use self::fault::Fault;
use self::schema::Schema;
use self::value::Values;
use super::compression::Guarded;
use crate::secret::excerpt;

/// How every file begins.
const BEGINNING: &[u8] = b"Obj\x01";
/// Bytes of the mark behind each block.
const MARK: usize = 16;
/// The largest block that is read, in bytes as they are stored. Capture begins a new one after some MB.
const MOST_BLOCK: usize = 256 << 20;
/// The longest name and value of what the head of a file says, in bytes.
const MOST_HEAD: u64 = 16 << 20;
/// What is odd or lost that is told one by one.
const MOST_TOLD: usize = 20;

/// What is odd in a file, or lost.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// The byte of the file where the block begins.
    pub at: u64,
    /// What is wrong, and what became of it.
    pub reason: String,
    /// Is something lost?
    pub lost: bool,
}

/// What was found while a file is read by somebody else.
#[derive(Clone, Default, Debug)]
pub struct Notes(Arc<Mutex<(Vec<Note>, u64)>>);

impl Notes {
    fn add(&self, at: u64, reason: String, lost: bool) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match notes.0.len() < MOST_TOLD {
            true => notes.0.push(Note { at, reason, lost }),
            false => notes.1 += 1,
        }
    }

    /// All there are, the last one saying how many more there were.
    pub fn take(&self) -> Vec<Note> {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut told, more) = std::mem::take(&mut *notes);
        if let Some(last) = told.last().filter(|_| more > 0) {
            let reason = format!("and {more} more places in the Avro file like those before");
            told.push(Note { at: last.at, reason, lost: true });
        }
        told
    }
}

/// How blocks are packed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Codec {
    Null,
    Deflate,
    Zstandard,
}

impl Codec {
    /// By the name in the head of a file; fails with a name nothing here unpacks.
    fn named(name: &[u8]) -> Result<Self, String> {
        match name {
            b"" | b"null" => Ok(Self::Null),
            b"deflate" => Ok(Self::Deflate),
            b"zstandard" => Ok(Self::Zstandard),
            other => Err(excerpt(&String::from_utf8_lossy(other), 24)),
        }
    }
}

/// The messages of a file as text, each with a line break behind it.
pub struct Messages<R> {
    input: Ahead<R>,
    schema: Arc<Schema>,
    codec: Codec,
    mark: [u8; MARK],
    block: Option<Block>,
    line: Vec<u8>,
    given: usize,
    notes: Notes,
    /// Bytes of the file itself that were read.
    counter: Arc<AtomicU64>,
}

/// A block that is being read.
struct Block {
    values: Values<Box<dyn Read + Send>>,
    /// Messages that are not read yet.
    left: u64,
    at: u64,
    /// Does the file end in it?
    cut: bool,
}

impl<R: Read> Messages<R> {
    /// Reads the head of a file. `counter` counts the bytes of the file itself. Fails with why the file
    /// cannot be read and what to do instead; inside of that where the bytes of the file do not come.
    pub fn open(reader: R, counter: Arc<AtomicU64>) -> io::Result<Result<Self, String>> {
        let mut input = Ahead::new(reader);
        let head = match head(&mut input) {
            Ok(head) => head,
            Err(Fault::Unread(error)) => return Err(error),
            Err(Fault::Ended) => return Ok(Err("the head of the Avro file is cut off".to_owned())),
            Err(Fault::Broken(why)) => {
                return Ok(Err(format!("the head of the Avro file is damaged: {why}")));
            }
        };
        let codec = match Codec::named(&head.codec) {
            Ok(codec) => codec,
            Err(name) => {
                return Ok(Err(format!(
                    "an Avro file whose blocks are packed with `{name}`, which entrail does not \
                     unpack; write it with deflate or zstandard (python3 -m fastavro reads it)"
                )));
            }
        };
        let schema = match Schema::parse(&head.schema) {
            Ok(schema) => Arc::new(schema),
            Err(why) => return Ok(Err(format!("the schema of the Avro file is damaged: {why}"))),
        };
        let (mark, notes) = (head.mark, Notes::default());
        let (line, given, block) = (Vec::new(), 0, None);
        Ok(Ok(Self { input, schema, codec, mark, block, line, given, notes, counter }))
    }

    /// Where it is told what is odd in the file, or lost.
    pub fn notes(&self) -> Notes {
        self.notes.clone()
    }

    /// Is there any message?
    pub fn has_any(&mut self) -> io::Result<bool> {
        Ok(self.given < self.line.len() || self.advance()?)
    }

    /// Goes on to the next message; `false` at the end of the file.
    fn advance(&mut self) -> io::Result<bool> {
        loop {
            match &mut self.block {
                Some(block) if block.left > 0 => {
                    let before = block.values.taken();
                    self.line.clear();
                    self.given = 0;
                    let mut read = block.values.message(&self.schema, &mut self.line);
                    if read.is_ok() && block.values.taken() == before {
                        read = Err(Fault::broken("its messages have no bytes"));
                    }
                    match read {
                        Ok(()) => {
                            block.left -= 1;
                            self.line.push(b'\n');
                            return Ok(true);
                        }
                        Err(fault) => self.give_up(&fault),
                    }
                }
                Some(_) => self.end_block(),
                None => match self.next_block()? {
                    Some(block) => self.block = Some(block),
                    None => return Ok(false),
                },
            }
        }
    }

    /// Tells of the rest of a block that cannot be read.
    fn give_up(&mut self, fault: &Fault) {
        self.line.clear();
        let Some(Block { left, at, cut, .. }) = self.block.take() else { return };
        let lost = match left {
            1 => "1 message of it is lost".to_owned(),
            left => format!("{left} messages of it are lost"),
        };
        let reason = match (cut, fault) {
            (true, _) => format!("the Avro file is cut off in its last block; {lost}"),
            (false, Fault::Ended) => format!("a block of the Avro file ends too soon; {lost}"),
            (false, Fault::Broken(why)) => {
                format!("a block of the Avro file is damaged ({why}); {lost}")
            }
            (false, Fault::Unread(error)) => {
                format!("a block of the Avro file is damaged ({error}); {lost}")
            }
        };
        self.notes.add(at, reason, true);
    }

    /// Looks whether a block has more in it than it says.
    fn end_block(&mut self) {
        let Some(mut block) = self.block.take() else { return };
        if !block.cut && block.values.has_more() {
            let reason = "a block of the Avro file has more in it than it says; passed over";
            self.notes.add(block.at, reason.to_owned(), true);
        }
    }

    /// The next block; `None` at the end of the file.
    fn next_block(&mut self) -> io::Result<Option<Block>> {
        loop {
            let at = self.input.at();
            if self.input.is_at_end()? {
                return Ok(None);
            }
            let (count, bytes) = match self.block_bytes() {
                Ok(found) => found,
                Err(Fault::Unread(error)) => return Err(error),
                Err(Fault::Ended) => {
                    let reason = "the Avro file is cut off here, at the start of a block";
                    self.notes.add(at, reason.to_owned(), true);
                    return Ok(None);
                }
                Err(Fault::Broken(why)) => {
                    self.skip_damage(at, &why)?;
                    continue;
                }
            };
            let mut mark = [0; MARK];
            let got = self.input.fill(&mut mark)?;
            if got == MARK && mark == self.mark {
                return self.opened(bytes, count, at, false).map(Some);
            }
            // The last block, as far as it goes; unless its length is what is damaged.
            let is_inside = memchr::memmem::find(&bytes, &self.mark).is_some();
            if got < MARK && !is_inside {
                if self.fits(&bytes, count) {
                    let reason = "the Avro file is cut off in the mark behind its last block";
                    self.notes.add(at, reason.to_owned(), false);
                }
                return self.opened(bytes, count, at, true).map(Some);
            }
            // Is it the mark that is damaged, or what is in front of it?
            if !is_inside && self.fits(&bytes, count) {
                let reason =
                    "the mark behind a block of the Avro file is damaged; its messages were read";
                self.notes.add(at, reason.to_owned(), false);
                return self.opened(bytes, count, at, false).map(Some);
            }
            self.input.put_back(&mark[..got]);
            self.input.put_back(&bytes);
            self.skip_damage(at, "its mark is not where it should be")?;
        }
    }

    /// The count of messages in a block and its bytes, as far as the file has them.
    fn block_bytes(&mut self) -> Result<(u64, Vec<u8>), Fault> {
        let count = value::long(&mut self.input)?;
        let len = value::long(&mut self.input)?;
        let count = u64::try_from(count).map_err(|_| Fault::broken("its count is negative"))?;
        let len = usize::try_from(len).map_err(|_| Fault::broken("its length is negative"))?;
        if len > MOST_BLOCK {
            return Err(Fault::Broken(format!("it would have {len} bytes")));
        }
        let mut bytes = Vec::new();
        let got = self.input.by_ref().take(len as u64).read_to_end(&mut bytes);
        got.map_err(Fault::Unread)?;
        Ok((count, bytes))
    }

    /// A block whose messages are read next.
    fn opened(&self, bytes: Vec<u8>, left: u64, at: u64, cut: bool) -> io::Result<Block> {
        let values = Values::new(self.unpacked(Cursor::new(bytes))?);
        Ok(Block { values, left, at, cut })
    }

    fn unpacked(
        &self,
        packed: impl io::BufRead + Send + 'static,
    ) -> io::Result<Box<dyn Read + Send>> {
        let counter = Arc::clone(&self.counter);
        Ok(match self.codec {
            Codec::Null => Box::new(packed),
            Codec::Deflate => Box::new(Guarded::new(DeflateDecoder::new(packed), counter)),
            Codec::Zstandard => {
                let unpacking = zstd::stream::read::Decoder::with_buffer(packed)?;
                Box::new(Guarded::new(unpacking, counter))
            }
        })
    }

    /// Do these bytes have just so many messages?
    fn fits(&self, bytes: &[u8], count: u64) -> bool {
        let Ok(data) = self.unpacked(Cursor::new(bytes.to_vec())) else { return false };
        let mut values = Values::new(data);
        for _ in 0..count {
            let before = values.taken();
            if values.skip_message(&self.schema).is_err() || values.taken() == before {
                return false;
            }
        }
        !values.has_more()
    }

    /// Passes over what is damaged, up to behind the next mark.
    fn skip_damage(&mut self, at: u64, why: &str) -> io::Result<()> {
        let is_found = self.input.skip_past(&self.mark)?;
        let bytes = self.input.at() - at;
        let rest = if is_found { "" } else { ", up to the end" };
        let reason =
            format!("a block of the Avro file is damaged ({why}); {bytes} bytes skipped{rest}");
        self.notes.add(at, reason, true);
        Ok(())
    }
}

impl<R: Read> Read for Messages<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.line.len() && !self.advance()? {
            return Ok(0);
        }
        let count = (&self.line[self.given..]).read(buffer)?;
        self.given += count;
        Ok(count)
    }
}

/// What the head of a file says.
struct Head {
    schema: Vec<u8>,
    codec: Vec<u8>,
    mark: [u8; MARK],
}

fn head<R: Read>(input: &mut Ahead<R>) -> Result<Head, Fault> {
    let mut beginning = [0; BEGINNING.len()];
    value::exactly(input, &mut beginning)?;
    if beginning != BEGINNING {
        return Err(Fault::broken("it does not begin as Avro files do"));
    }
    let (mut schema, mut codec) = (None, Vec::new());
    loop {
        let mut entries = value::long(input)?;
        if entries == 0 {
            break;
        }
        if entries < 0 {
            value::long(input)?;
            entries = entries.checked_neg().ok_or_else(|| Fault::broken("a count is wrong"))?;
        }
        for _ in 0..entries {
            let name = value::bytes(input, MOST_HEAD)?;
            let value = value::bytes(input, MOST_HEAD)?;
            match name.as_slice() {
                b"avro.schema" => schema = Some(value),
                b"avro.codec" => codec = value,
                _ => {}
            }
        }
    }
    let mut mark = [0; MARK];
    value::exactly(input, &mut mark)?;
    let schema = schema.ok_or_else(|| Fault::broken("it has no schema"))?;
    Ok(Head { schema, codec, mark })
}

#[cfg(test)]
mod tests;
