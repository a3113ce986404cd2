//! Kafka's numbers, texts and record batches, written apart from entrail's own.

use std::io::Write as _;

pub fn i16(to: &mut Vec<u8>, number: i16) {
    to.extend_from_slice(&number.to_be_bytes());
}

pub fn i32(to: &mut Vec<u8>, number: i32) {
    to.extend_from_slice(&number.to_be_bytes());
}

pub fn i64(to: &mut Vec<u8>, number: i64) {
    to.extend_from_slice(&number.to_be_bytes());
}

pub fn text(to: &mut Vec<u8>, text: &str) {
    i16(to, text.len() as i16);
    to.extend_from_slice(text.as_bytes());
}

pub fn bytes(to: &mut Vec<u8>, bytes: &[u8]) {
    i32(to, bytes.len() as i32);
    to.extend_from_slice(bytes);
}

fn varint(to: &mut Vec<u8>, number: i64) {
    let mut number = ((number << 1) ^ (number >> 63)) as u64;
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

/// Reads what a client sends, which is well formed or a mistake.
pub struct Reader<'b>(pub &'b [u8]);

impl<'b> Reader<'b> {
    pub fn take(&mut self, count: usize) -> &'b [u8] {
        let (taken, rest) = self.0.split_at(count);
        self.0 = rest;
        taken
    }

    pub fn i8(&mut self) -> i8 {
        self.take(1)[0] as i8
    }

    pub fn i16(&mut self) -> i16 {
        i16::from_be_bytes(self.take(2).try_into().expect("two"))
    }

    pub fn i32(&mut self) -> i32 {
        i32::from_be_bytes(self.take(4).try_into().expect("four"))
    }

    pub fn i64(&mut self) -> i64 {
        i64::from_be_bytes(self.take(8).try_into().expect("eight"))
    }

    pub fn text(&mut self) -> String {
        let len = self.i16().max(0) as usize;
        String::from_utf8(self.take(len).to_vec()).expect("UTF-8")
    }

    pub fn bytes(&mut self) -> &'b [u8] {
        let len = self.i32().max(0) as usize;
        self.take(len)
    }

    /// A list; `None` where it is null.
    pub fn list<T>(&mut self, mut each: impl FnMut(&mut Self) -> T) -> Option<Vec<T>> {
        let count = self.i32();
        (count >= 0).then(|| (0..count).map(|_| each(self)).collect())
    }
}

/// How a batch is packed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Codec {
    Plain,
    Gzip,
    /// Named, but not packed: nobody here can.
    Snappy,
    Zstd,
}

/// What a batch is beside its messages.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    pub codec: Codec,
    /// The producer, where it is of a transaction.
    pub producer: Option<i64>,
    pub is_control: bool,
}

pub const ORDINARY: Kind = Kind { codec: Codec::Plain, producer: None, is_control: false };

/// One message of a batch: its offset, its key and its value.
pub type Message = (i64, Option<Vec<u8>>, Option<Vec<u8>>);

/// A batch of messages (magic 2) of one time; the last offset may be behind that of the last message,
/// as in a log that was compacted.
pub fn batch(first: i64, last: i64, time: i64, kind: Kind, messages: &[Message]) -> Vec<u8> {
    let mut records = Vec::new();
    for (offset, key, value) in messages {
        let mut record = vec![0];
        varint(&mut record, 0);
        varint(&mut record, offset - first);
        for part in [key, value] {
            match part {
                Some(part) => {
                    varint(&mut record, part.len() as i64);
                    record.extend_from_slice(part);
                }
                None => varint(&mut record, -1),
            }
        }
        // Some have a header: a name without a value.
        match kind.producer {
            Some(_) => record.extend_from_slice(b"\x02\x02h\x01"),
            None => record.push(0),
        }
        varint(&mut records, record.len() as i64);
        records.extend(record);
    }
    let (number, records) = match kind.codec {
        Codec::Plain => (0, records),
        Codec::Gzip => {
            let mut packed =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            packed.write_all(&records).expect("packed");
            (1, packed.finish().expect("packed"))
        }
        Codec::Snappy => (2, records),
        Codec::Zstd => (4, zstd::encode_all(&*records, 1).expect("packed")),
    };
    let mut checked = Vec::new();
    let transaction = i16::from(kind.producer.is_some()) << 4;
    i16(&mut checked, number | transaction | i16::from(kind.is_control) << 5);
    i32(&mut checked, (last - first) as i32);
    i64(&mut checked, time);
    i64(&mut checked, time);
    i64(&mut checked, kind.producer.unwrap_or(-1));
    i16(&mut checked, if kind.producer.is_some() { 0 } else { -1 });
    i32(&mut checked, if kind.producer.is_some() { 0 } else { -1 });
    i32(&mut checked, messages.len() as i32);
    checked.extend(records);
    let mut batch = Vec::new();
    i64(&mut batch, first);
    i32(&mut batch, checked.len() as i32 + 9);
    i32(&mut batch, 0);
    batch.push(2);
    batch.extend(crc32c(&checked).to_be_bytes());
    batch.extend(checked);
    batch
}

/// CRC-32C bit by bit, as its definition says.
fn crc32c(bytes: &[u8]) -> u32 {
    let mut crc = !0_u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 };
        }
    }
    !crc
}
