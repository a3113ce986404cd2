//! Numbers, texts and lists as Kafka writes them.
//! Never reads past the end of what came, and makes no room for what a length only claims.
//!
//! Source: Apache Kafka, "A Guide to the Kafka Protocol", section "Protocol Primitive Types".

use zeroize::Zeroizing;

/// What came ends before it should, or is not what it should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Garbled;

/// Room for a usual request, in bytes, so that one with a secret is not moved while it grows.
const USUAL: usize = 4 << 10;

/// A request on its way out. It is overwritten when it was sent: it may hold a secret.
#[derive(Debug)]
pub(super) struct Writer(Zeroizing<Vec<u8>>);

impl Writer {
    /// Nothing yet, with room for so many bytes beside the usual ones.
    pub fn new(room: usize) -> Self {
        Self(Zeroizing::new(Vec::with_capacity(USUAL + room)))
    }

    pub fn i8(&mut self, number: i8) {
        self.0.extend_from_slice(&number.to_be_bytes());
    }

    pub fn i16(&mut self, number: i16) {
        self.0.extend_from_slice(&number.to_be_bytes());
    }

    pub fn i32(&mut self, number: i32) {
        self.0.extend_from_slice(&number.to_be_bytes());
    }

    pub fn i64(&mut self, number: i64) {
        self.0.extend_from_slice(&number.to_be_bytes());
    }

    /// A text of at most 32,767 bytes.
    pub fn text(&mut self, text: &str) {
        let bytes = &text.as_bytes()[..text.len().min(i16::MAX as usize)];
        self.i16(bytes.len() as i16);
        self.0.extend_from_slice(bytes);
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.i32(bytes.len() as i32);
        self.0.extend_from_slice(bytes);
    }

    /// A list: how many, then each.
    pub fn list<T>(&mut self, all: &[T], mut each: impl FnMut(&mut Self, &T)) {
        self.i32(all.len() as i32);
        for one in all {
            each(self, one);
        }
    }

    /// What was written, behind its length.
    pub fn framed(mut self) -> Zeroizing<Vec<u8>> {
        let len = (self.0.len() as i32).to_be_bytes();
        self.0.splice(0..0, len);
        self.0
    }
}

/// An answer that is read from its beginning on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    pub fn new(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    /// What was not read yet.
    pub fn rest(&self) -> &'b [u8] {
        self.0
    }

    /// So many bytes.
    pub fn take(&mut self, count: usize) -> Result<&'b [u8], Garbled> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Garbled)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Garbled> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(Garbled)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub fn i8(&mut self) -> Result<i8, Garbled> {
        self.array().map(i8::from_be_bytes)
    }

    pub fn i16(&mut self) -> Result<i16, Garbled> {
        self.array().map(i16::from_be_bytes)
    }

    pub fn i32(&mut self) -> Result<i32, Garbled> {
        self.array().map(i32::from_be_bytes)
    }

    pub fn u32(&mut self) -> Result<u32, Garbled> {
        self.array().map(u32::from_be_bytes)
    }

    pub fn i64(&mut self) -> Result<i64, Garbled> {
        self.array().map(i64::from_be_bytes)
    }

    /// A number of 1 to 10 bytes, zigzag-encoded.
    pub fn varint(&mut self) -> Result<i64, Garbled> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok((number >> 1) as i64 ^ -((number & 1) as i64));
            }
        }
        Err(Garbled)
    }

    /// Bytes behind their length as a varint; `None` where they are null.
    pub fn short_bytes(&mut self) -> Result<Option<&'b [u8]>, Garbled> {
        match self.varint()? {
            -1 => Ok(None),
            len => self.take(usize::try_from(len).map_err(|_| Garbled)?).map(Some),
        }
    }

    /// A text; none where it is null.
    pub fn text(&mut self) -> Result<String, Garbled> {
        match self.i16()? {
            -1 => Ok(String::new()),
            len => {
                let bytes = self.take(usize::try_from(len).map_err(|_| Garbled)?)?;
                Ok(String::from_utf8_lossy(bytes).into_owned())
            }
        }
    }

    /// Bytes; none where they are null.
    pub fn bytes(&mut self) -> Result<&'b [u8], Garbled> {
        match self.i32()? {
            -1 => Ok(&[]),
            len => self.take(usize::try_from(len).map_err(|_| Garbled)?),
        }
    }

    /// A list; none where it is null.
    pub fn list<T>(
        &mut self,
        mut each: impl FnMut(&mut Self) -> Result<T, Garbled>,
    ) -> Result<Vec<T>, Garbled> {
        let count = self.i32()?;
        let mut all = Vec::new();
        for _ in 0..count {
            all.push(each(self)?);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut writer = Writer::new(0);
        writer.i8(-1);
        writer.i16(7);
        writer.i64(i64::MIN);
        writer.text("hub é");
        writer.bytes(b"\0\x01");
        writer.list(&[1, 2, 3], |writer, number| writer.i32(*number));
        let framed = writer.framed();
        let mut reader = Reader::new(&framed);
        assert_eq!(reader.i32(), Ok(framed.len() as i32 - 4));
        assert_eq!((reader.i8(), reader.i16(), reader.i64()), (Ok(-1), Ok(7), Ok(i64::MIN)));
        assert_eq!(reader.text().as_deref(), Ok("hub é"));
        assert_eq!(reader.bytes(), Ok(&b"\0\x01"[..]));
        assert_eq!(reader.list(Reader::i32), Ok(vec![1, 2, 3]));
        assert_eq!(reader.i8(), Err(Garbled));
    }

    #[test]
    fn numbers_of_any_length_are_read_and_no_longer_ones() {
        let read = |bytes: &[u8]| Reader::new(bytes).varint();
        for (bytes, number) in
            [(&[0_u8][..], 0), (&[1], -1), (&[2], 1), (&[0x7f], -64), (&[0x80, 1], 64)]
        {
            assert_eq!(read(bytes), Ok(number), "{bytes:?}");
        }
        let least = [0xff; 9].into_iter().chain([1]).collect::<Vec<u8>>();
        assert_eq!(read(&least), Ok(i64::MIN));
        assert_eq!(read(&[0x80]), Err(Garbled));
        assert_eq!(read(&[0xff; 11]), Err(Garbled));
    }

    #[test]
    fn a_length_that_is_only_claimed_makes_no_room() {
        let claimed = i32::MAX.to_be_bytes();
        assert_eq!(Reader::new(&claimed).bytes(), Err(Garbled));
        assert_eq!(Reader::new(&claimed).list(Reader::i64), Err(Garbled));
        assert_eq!(Reader::new(&(-2_i16).to_be_bytes()).text(), Err(Garbled));
    }
}
