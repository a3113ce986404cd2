//! Text encodings: recognises UTF-16 and turns it into UTF-8 while it is read.
//! Never guesses an eight-bit code page: what is not UTF-16 is taken for UTF-8.

use std::io::{self, Read};

/// The UTF-8 byte order mark.
pub const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";
/// Bytes read at a time.
const BLOCK: usize = 32 << 10;

/// How text is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
}

impl Encoding {
    /// Recognises the encoding by a byte order mark or, in text that begins with ASCII as JSON and
    /// CSV do, by where the NUL bytes are.
    pub fn of(head: &[u8]) -> Self {
        match head {
            [0xff, 0xfe, ..] => return Self::Utf16Le,
            [0xfe, 0xff, ..] => return Self::Utf16Be,
            _ => {}
        }
        let (pairs, _) = head[..head.len().min(32)].as_chunks::<2>();
        if pairs.len() < 2 {
            return Self::Utf8;
        }
        if pairs.iter().all(|[low, high]| *low != 0 && *high == 0) {
            Self::Utf16Le
        } else if pairs.iter().all(|[high, low]| *low != 0 && *high == 0) {
            Self::Utf16Be
        } else {
            Self::Utf8
        }
    }
}

/// A reader that turns UTF-16 into UTF-8. The byte order mark is dropped; a surrogate without its
/// partner becomes U+FFFD, and so does an odd last byte.
#[derive(Debug)]
pub struct Utf16<R> {
    inner: R,
    big_endian: bool,
    at_start: bool,
    ended: bool,
    /// Bytes of an incomplete code unit, or of a high surrogate.
    left: Vec<u8>,
    ready: Vec<u8>,
    given: usize,
}

impl<R: Read> Utf16<R> {
    /// Reads UTF-16 from `inner`.
    pub fn new(inner: R, encoding: Encoding) -> Self {
        Self {
            inner,
            big_endian: encoding == Encoding::Utf16Be,
            at_start: true,
            ended: false,
            left: Vec::new(),
            ready: Vec::new(),
            given: 0,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        let begin = self.left.len();
        self.left.resize(begin + BLOCK, 0);
        let count = match self.inner.read(&mut self.left[begin..]) {
            Ok(count) => count,
            Err(error) => {
                self.left.truncate(begin);
                return Err(error);
            }
        };
        self.left.truncate(begin + count);
        self.ended = count == 0;
        let (pairs, _) = self.left.as_chunks::<2>();
        let unit = |pair: &[u8; 2]| {
            if self.big_endian { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) }
        };
        let mut whole = pairs.len();
        let cut = pairs.last().is_some_and(|last| (0xd800..0xdc00).contains(&unit(last)));
        if cut && !self.ended {
            whole -= 1;
        }
        self.ready.clear();
        self.given = 0;
        let mut encoded = [0; 4];
        for decoded in char::decode_utf16(pairs[..whole].iter().map(unit)) {
            let c = decoded.unwrap_or(char::REPLACEMENT_CHARACTER);
            if !(self.at_start && c == '\u{feff}') {
                self.ready.extend_from_slice(c.encode_utf8(&mut encoded).as_bytes());
            }
            self.at_start = false;
        }
        self.left.drain(..whole * 2);
        if self.ended && !self.left.is_empty() {
            self.left.clear();
            self.ready.extend_from_slice("\u{fffd}".as_bytes());
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() && !self.ended {
            self.refill()?;
        }
        let rest = &self.ready[self.given..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time.
    struct Trickle<'b>(&'b [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(1).min(buffer.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn bytes(text: &str, big_endian: bool) -> Vec<u8> {
        let pair = |unit: u16| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(pair).collect()
    }

    #[test]
    fn utf16_is_recognised_with_and_without_a_mark() {
        for (text, marked) in [("{\"id\":1}", false), ("\u{feff}{\"id\":1}", true)] {
            assert_eq!(Encoding::of(&bytes(text, false)), Encoding::Utf16Le, "{marked}");
            assert_eq!(Encoding::of(&bytes(text, true)), Encoding::Utf16Be, "{marked}");
        }
        assert_eq!(Encoding::of(b"{\"id\":1}"), Encoding::Utf8);
        assert_eq!(Encoding::of(b"\0\0\0\0"), Encoding::Utf8);
        assert_eq!(Encoding::of(b""), Encoding::Utf8);
    }

    #[test]
    fn utf16_is_read_whole_however_it_trickles_in() {
        let text = "{\"name\":\"Zoë 😀 日本\"}";
        for big_endian in [false, true] {
            let raw = bytes(&format!("\u{feff}{text}"), big_endian);
            let mut read = String::new();
            Utf16::new(Trickle(&raw), Encoding::of(&raw)).read_to_string(&mut read).expect("UTF-8");
            assert_eq!(read, text);
        }
    }

    #[test]
    fn broken_utf16_is_replaced_not_refused() {
        let mut raw = bytes("ab", false);
        raw.extend([0x00, 0xd8, b'c', 0, 0x3d, 0xd8, b'x']);
        let mut read = String::new();
        Utf16::new(raw.as_slice(), Encoding::Utf16Le).read_to_string(&mut read).expect("UTF-8");
        assert_eq!(read, "ab\u{fffd}c\u{fffd}\u{fffd}");
    }
}
