//! Numbers, texts and lists of them as little-endian bytes: [`Encoder`] writes, [`Decoder`] reads back.
//! Never believes a length: what does not fit into the bytes that are there is [`Damaged`].

use std::fmt;
use std::io;

/// Bytes that are not what was written. It does not say where: nobody repairs them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Damaged;

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bytes are not what was written")
    }
}

impl std::error::Error for Damaged {}

impl From<io::Error> for Damaged {
    fn from(_: io::Error) -> Self {
        Self
    }
}

/// Bytes being written.
#[derive(Clone, Debug, Default)]
pub struct Encoder {
    bytes: Vec<u8>,
}

impl Encoder {
    /// What was written.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Forgets what was written and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// One byte.
    pub fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// One number.
    pub fn u32(&mut self, value: u32) {
        self.u32s(&[value]);
    }

    /// One number.
    pub fn u64(&mut self, value: u64) {
        self.u64s(&[value]);
    }

    /// Any bytes, their number in front.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.u64(bytes.len() as u64);
        self.raw(bytes);
    }

    /// A text, its length in bytes in front.
    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// Any bytes and nothing else: who reads them knows how many there are.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }
}

/// Bytes being read.
#[derive(Debug)]
pub struct Decoder<'b> {
    rest: &'b [u8],
}

impl<'b> Decoder<'b> {
    /// From the first of these bytes on.
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    /// One byte.
    pub fn byte(&mut self) -> Result<u8, Damaged> {
        self.raw(1).map(|bytes| bytes[0])
    }

    /// One number.
    pub fn u32(&mut self) -> Result<u32, Damaged> {
        self.u32s(1).map(|numbers| numbers[0])
    }

    /// One number.
    pub fn u64(&mut self) -> Result<u64, Damaged> {
        self.u64s(1).map(|numbers| numbers[0])
    }

    /// What [`Encoder::bytes`] wrote.
    pub fn bytes(&mut self) -> Result<&'b [u8], Damaged> {
        let count = self.u64()?;
        self.raw(usize::try_from(count).map_err(|_| Damaged)?)
    }

    /// What [`Encoder::text`] wrote.
    pub fn text(&mut self) -> Result<&'b str, Damaged> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Damaged)
    }

    /// The next `count` bytes.
    pub fn raw(&mut self, count: usize) -> Result<&'b [u8], Damaged> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Damaged)?;
        self.rest = rest;
        Ok(taken)
    }

    /// Fails where there is more.
    pub fn end(self) -> Result<(), Damaged> {
        if self.rest.is_empty() { Ok(()) } else { Err(Damaged) }
    }
}

macro_rules! lists_of {
    ($name:ident, $number:ty) => {
        impl Encoder {
            /// Numbers and nothing else: who reads them knows how many there are.
            pub fn $name(&mut self, numbers: &[$number]) {
                const SIZE: usize = size_of::<$number>();
                let start = self.bytes.len();
                self.bytes.resize(start + SIZE * numbers.len(), 0);
                let (places, _) = self.bytes[start..].as_chunks_mut::<SIZE>();
                for (place, number) in places.iter_mut().zip(numbers) {
                    *place = number.to_le_bytes();
                }
            }
        }

        impl Decoder<'_> {
            /// The next `count` numbers.
            pub fn $name(&mut self, count: usize) -> Result<Vec<$number>, Damaged> {
                const SIZE: usize = size_of::<$number>();
                let bytes = self.raw(count.checked_mul(SIZE).ok_or(Damaged)?)?;
                let (numbers, _) = bytes.as_chunks::<SIZE>();
                Ok(numbers.iter().map(|number| <$number>::from_le_bytes(*number)).collect())
            }
        }
    };
}

lists_of!(u16s, u16);
lists_of!(u32s, u32);
lists_of!(u64s, u64);
lists_of!(i64s, i64);
lists_of!(u128s, u128);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back_and_nothing_more() {
        let mut out = Encoder::default();
        out.byte(7);
        out.u32(u32::MAX);
        out.text("Zoë");
        out.u16s(&[1, 2]);
        out.i64s(&[i64::MIN]);
        out.u128s(&[u128::MAX - 1]);
        let mut input = Decoder::new(out.as_bytes());
        assert_eq!((input.byte(), input.u32(), input.text()), (Ok(7), Ok(u32::MAX), Ok("Zoë")));
        assert_eq!(input.u16s(2), Ok(vec![1, 2]));
        assert_eq!(input.i64s(1), Ok(vec![i64::MIN]));
        assert_eq!(input.u128s(1), Ok(vec![u128::MAX - 1]));
        assert_eq!(input.byte(), Err(Damaged));
        assert_eq!(input.end(), Ok(()));
    }

    #[test]
    fn lengths_that_no_memory_has_are_damage() {
        let mut out = Encoder::default();
        out.u64(u64::MAX);
        assert_eq!(Decoder::new(out.as_bytes()).bytes(), Err(Damaged));
        assert_eq!(Decoder::new(out.as_bytes()).u64s(usize::MAX), Err(Damaged));
        assert_eq!(Decoder::new(out.as_bytes()).end(), Err(Damaged));
    }
}
