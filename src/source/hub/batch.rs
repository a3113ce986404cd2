//! Batches of messages as Kafka stores them: checked, unpacked, and taken apart.
//! Never gives a message of a transaction that was given up, and never loses one without saying where.
//!
//! Source: Apache Kafka, "Message Format" (record batches, magic 2) and "Control Batches".

use std::collections::BTreeSet;
use std::io::Read as _;

use super::wire::{Garbled, Reader};

/// Bytes of a batch in front of its length, and of that.
const PREFIX: usize = 12;
/// Bytes of a batch in front of what its checksum covers, behind its length.
const BEFORE_CHECKED: usize = 9;
/// Most bytes that a packed batch may unpack to.
const MOST_UNPACKED: u64 = 256 << 20;

/// One message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Message {
    pub offset: i64,
    /// When it was stored, or its producer says so, in milliseconds since 1970.
    pub time: i64,
    /// Nothing where it is null: the mark of a key that was deleted.
    pub body: Option<Vec<u8>>,
}

/// What cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Unread {
    pub first: i64,
    pub last: i64,
    pub why: String,
}

/// What is in batches of one partition.
#[derive(Default, PartialEq, Eq, Debug)]
pub(super) struct Unpacked {
    pub messages: Vec<Message>,
    pub unread: Vec<Unread>,
    /// The offset behind all of it; `None` where not one batch is whole.
    pub next: Option<i64>,
}

/// Takes batches apart. Messages before `from` are left out: a batch comes whole. `aborted`: producers
/// of transactions that were given up, each with its first offset.
pub(super) fn unpack(bytes: &[u8], from: i64, aborted: &[(i64, i64)]) -> Unpacked {
    let mut unpacked = Unpacked::default();
    let mut reader = Reader::new(bytes);
    let mut given_up = GivenUp::new(aborted);
    while let Ok(batch) = Batch::next(&mut reader) {
        unpacked.next = Some(batch.last.saturating_add(1).max(from));
        match batch.read(&mut given_up) {
            Ok(messages) => {
                unpacked.messages.extend(messages.into_iter().filter(|one| one.offset >= from));
            }
            Err(why) if batch.last >= from => {
                let (first, last) = (batch.first.max(from), batch.last);
                unpacked.unread.push(Unread { first, last, why });
            }
            Err(_) => {}
        }
    }
    unpacked
}

/// Transactions that were given up.
struct GivenUp {
    /// Those that begin further on, the last first.
    coming: Vec<(i64, i64)>,
    /// Producers of those that are open.
    open: BTreeSet<i64>,
}

impl GivenUp {
    fn new(aborted: &[(i64, i64)]) -> Self {
        let mut coming = aborted.to_vec();
        coming.sort_unstable_by_key(|(_, first)| std::cmp::Reverse(*first));
        Self { coming, open: BTreeSet::new() }
    }

    fn reach(&mut self, offset: i64) {
        while let Some((producer, _)) = self.coming.pop_if(|(_, first)| *first <= offset) {
            self.open.insert(producer);
        }
    }
}

/// A batch whose head was read.
struct Batch<'b> {
    first: i64,
    last: i64,
    magic: i8,
    is_sound: bool,
    body: Reader<'b>,
}

impl<'b> Batch<'b> {
    /// The next one. Fails where none is whole.
    fn next(reader: &mut Reader<'b>) -> Result<Self, Garbled> {
        let mut ahead = *reader;
        let first = ahead.i64()?;
        let len = usize::try_from(ahead.i32()?).map_err(|_| Garbled)?;
        let inside = ahead.take(len)?;
        let mut body = Reader::new(inside);
        body.i32()?;
        let magic = body.i8()?;
        let mut last = first;
        let mut is_sound = true;
        if magic >= 2 {
            let checksum = body.u32()?;
            is_sound = checksum == crc32c(inside.get(BEFORE_CHECKED..).unwrap_or_default());
            let mut head = body;
            head.i16()?;
            last = first.saturating_add(i64::from(head.i32()?.max(0)));
        }
        debug_assert!(reader.rest().len() >= PREFIX + len);
        *reader = ahead;
        Ok(Self { first, last, magic, is_sound, body })
    }

    fn read(&self, given_up: &mut GivenUp) -> Result<Vec<Message>, String> {
        if self.magic != 2 {
            return Err(format!(
                "the messages are stored in format {}, which Kafka wrote before 2017",
                self.magic
            ));
        }
        if !self.is_sound {
            return Err("the batch of messages is damaged: its checksum is wrong".to_owned());
        }
        let garbled = |_| "the batch of messages is not as Kafka writes them".to_owned();
        let (head, records) = Head::read(self.body).map_err(garbled)?;
        given_up.reach(self.last);
        let codec = head.attributes & 0b111;
        let unpacked = decompressed(codec, records)?;
        let mut reader = Reader::new(unpacked.as_deref().unwrap_or(records));
        let mut messages = Vec::new();
        for _ in 0..head.count {
            let (key, message) = self.message(&head, &mut reader).map_err(garbled)?;
            if head.attributes & CONTROL == 0 {
                messages.push(message);
                continue;
            }
            // Of what a broker writes itself, only the end of what was given up matters here.
            if key.is_some_and(|key| key.get(2..4) == Some(&ABORT)) {
                given_up.open.remove(&head.producer);
            }
        }
        let is_given_up =
            head.attributes & TRANSACTION != 0 && given_up.open.contains(&head.producer);
        Ok(if is_given_up { Vec::new() } else { messages })
    }

    fn message<'r>(
        &self,
        head: &Head,
        reader: &mut Reader<'r>,
    ) -> Result<(Option<&'r [u8]>, Message), Garbled> {
        let len = usize::try_from(reader.varint()?).map_err(|_| Garbled)?;
        let mut one = Reader::new(reader.take(len)?);
        one.i8()?;
        let (later, further) = (one.varint()?, one.varint()?);
        let (key, body) = (one.short_bytes()?, one.short_bytes()?.map(<[u8]>::to_vec));
        // Headers follow: a producer's own words, of which Entra writes none.
        let time = if head.attributes & STORED != 0 {
            head.latest
        } else {
            head.earliest.saturating_add(later)
        };
        Ok((key, Message { offset: self.first.saturating_add(further), time, body }))
    }
}

/// The time of all messages is that of the batch being stored.
const STORED: i16 = 1 << 3;
const TRANSACTION: i16 = 1 << 4;
/// The messages are a broker's own.
const CONTROL: i16 = 1 << 5;
/// The type of a control message that ends a transaction that was given up.
const ABORT: [u8; 2] = [0, 0];

/// What a batch says of all its messages.
struct Head {
    attributes: i16,
    earliest: i64,
    latest: i64,
    producer: i64,
    count: i32,
}

impl Head {
    /// The head, and the messages as they are stored.
    fn read(mut from: Reader<'_>) -> Result<(Self, &[u8]), Garbled> {
        let attributes = from.i16()?;
        from.i32()?;
        let (earliest, latest, producer) = (from.i64()?, from.i64()?, from.i64()?);
        from.i16()?;
        from.i32()?;
        let count = from.i32()?;
        Ok((Self { attributes, earliest, latest, producer, count }, from.rest()))
    }
}

/// What was packed; `None` where nothing was. Fails where it cannot be unpacked: why.
fn decompressed(codec: i16, bytes: &[u8]) -> Result<Option<Vec<u8>>, String> {
    let mut unpacked = Vec::new();
    let read = match codec {
        0 => return Ok(None),
        1 => flate2::read::MultiGzDecoder::new(bytes)
            .take(MOST_UNPACKED + 1)
            .read_to_end(&mut unpacked),
        4 => zstd::stream::read::Decoder::with_buffer(bytes)
            .and_then(|reader| reader.take(MOST_UNPACKED + 1).read_to_end(&mut unpacked)),
        2 => return Err(other("Snappy")),
        3 => return Err(other("LZ4")),
        codec => return Err(other(&format!("an unknown way ({codec})"))),
    };
    let name = if codec == 1 { "gzip" } else { "zstd" };
    match read {
        Ok(_) if unpacked.len() as u64 > MOST_UNPACKED => {
            Err(format!("the {name} batch unpacks to more than 256 MB"))
        }
        Ok(_) => Ok(Some(unpacked)),
        Err(error) => Err(format!("the {name} batch cannot be unpacked ({error})")),
    }
}

/// What is said of a codec that Event Hubs does not take either.
fn other(codec: &str) -> String {
    format!(
        "the messages are compressed with {codec}, which entrail does not read and Event Hubs does \
         not accept; have the producer use gzip, zstd or no compression"
    )
}

/// The checksum CRC-32C (Castagnoli), as RFC 3720 has it.
pub(super) fn crc32c(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut at = 0;
        while at < table.len() {
            let mut value = at as u32;
            let mut bit = 0;
            while bit < 8 {
                value = if value & 1 == 1 { value >> 1 ^ 0x82f6_3b78 } else { value >> 1 };
                bit += 1;
            }
            table[at] = value;
            at += 1;
        }
        table
    };
    let step = |crc: u32, byte: &u8| TABLE[(crc as u8 ^ byte) as usize] ^ crc >> 8;
    !bytes.iter().fold(!0, step)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A batch of two messages, as Kafka stores it: `{"a":1}` at offset 5 and `{"b":2}` at offset 6.
    fn stored() -> Vec<u8> {
        let mut checked = Vec::new();
        checked.extend(0_i16.to_be_bytes());
        checked.extend(1_i32.to_be_bytes());
        checked.extend(1_000_i64.to_be_bytes());
        checked.extend(1_001_i64.to_be_bytes());
        checked.extend((-1_i64).to_be_bytes());
        checked.extend((-1_i16).to_be_bytes());
        checked.extend((-1_i32).to_be_bytes());
        checked.extend(2_i32.to_be_bytes());
        for (at, body) in [b"{\"a\":1}", b"{\"b\":2}"].into_iter().enumerate() {
            let further = 2 * at as u8;
            checked.extend([26, 0, further, further, 1, 14]);
            checked.extend(body);
            checked.push(0);
        }
        let mut all = 5_i64.to_be_bytes().to_vec();
        all.extend((checked.len() as i32 + 9).to_be_bytes());
        all.extend([0, 0, 0, 0, 2]);
        all.extend(crc32c(&checked).to_be_bytes());
        all.extend(checked);
        all
    }

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(crc32c(b""), 0);
    }

    #[test]
    fn a_batch_is_taken_apart_from_any_offset_on() {
        let message =
            |offset, time, body: &[u8]| Message { offset, time, body: Some(body.to_vec()) };
        let both = [message(5, 1_000, b"{\"a\":1}"), message(6, 1_001, b"{\"b\":2}")];
        let unpacked = unpack(&stored(), 0, &[]);
        assert_eq!((unpacked.messages.as_slice(), unpacked.next), (&both[..], Some(7)));
        assert_eq!(unpack(&stored(), 6, &[]).messages, both[1..]);
        // A piece of the next batch is left for the next time.
        let twice = [stored(), stored()[..40].to_vec()].concat();
        assert_eq!(unpack(&twice, 0, &[]), unpacked);
        assert_eq!(unpack(&stored()[..40], 0, &[]), Unpacked::default());
    }

    proptest! {
        /// Whatever a broker sends, nothing panics, and what is damaged is said.
        #[test]
        fn damage_is_told_and_never_taken_for_a_message(at in 0_usize..105, by in 1_u8..) {
            let mut bytes = stored();
            let at = at % bytes.len();
            bytes[at] ^= by;
            let unpacked = unpack(&bytes, 0, &[]);
            // The first offset and the epoch of the leader are not part of the checksum.
            if at >= 17 {
                prop_assert!(unpacked.messages.is_empty(), "{unpacked:?}");
                prop_assert_eq!(unpacked.unread.len(), 1);
            }
        }
    }
}
