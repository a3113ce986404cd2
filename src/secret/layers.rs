//! A text with one encoding undone, byte by byte tied to the text it came from.
//! Never fails: what is not encoded stays as it is.

use std::ops::Range;

use crate::text::escapes::{hex_pair as pair, html_reference, number};
use crate::text::is_invisible;

/// Fewest characters of Base64 or hex digits in a row that are decoded.
const SHORTEST_RUN: usize = 11;

/// What a layer may hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Text as it was written.
    Text,
    /// Text without what stands between its words.
    Squeezed,
    /// Bytes that were Base64 or hex.
    Bytes,
}

/// A decoded form of a text.
pub struct Layer {
    /// What it says.
    pub bytes: Vec<u8>,
    /// What it may hold.
    pub kind: Kind,
    /// For each byte, the bytes of the text it was made of.
    at: Vec<(u32, u32)>,
}

impl Layer {
    /// A text as it is.
    pub fn of(text: &str) -> Self {
        let at = (0..text.len() as u32).map(|at| (at, at + 1)).collect();
        Self { bytes: text.as_bytes().to_vec(), kind: Kind::Text, at }
    }

    fn empty(kind: Kind) -> Self {
        Self { bytes: Vec::new(), kind, at: Vec::new() }
    }

    /// The bytes of the text that some bytes of the layer were made of.
    pub fn source(&self, range: Range<usize>) -> Range<usize> {
        let inside = self.at.get(range).unwrap_or_default();
        let start = inside.iter().map(|(start, _)| *start).min().unwrap_or(0);
        let end = inside.iter().map(|(_, end)| *end).max().unwrap_or(0);
        start as usize..end as usize
    }

    /// The layers that undoing one more encoding gives; those that change nothing are left out.
    /// `deeply`: also what only a search for known secrets needs.
    pub fn decoded(&self, deeply: bool) -> impl Iterator<Item = Self> {
        let has = |byte: u8| memchr::memchr(byte, &self.bytes).is_some();
        let mut layers = Vec::new();
        if has(b'%') {
            layers.push(self.map(percent));
        }
        if has(b'+') {
            layers.push(self.map(|bytes, out| match bytes {
                [b'+', ..] => out.one(b' '),
                _ => percent(bytes, out),
            }));
        }
        if has(b'\\') {
            layers.push(self.map(escape));
        }
        if has(b'&') {
            layers.push(self.map(entity));
        }
        if deeply {
            if has(b'=') {
                layers.push(self.map(|bytes, out| match bytes {
                    [b'=', high, low, ..] => {
                        pair(*high, *low).map_or(0, |byte| out.put(&[byte], 3))
                    }
                    _ => 0,
                }));
            }
            if self.kind != Kind::Squeezed {
                layers.push(self.squeezed());
            }
            layers.extend((0..2).map(|skip| self.hex(skip)));
            layers.extend((0..4).map(|skip| self.base64(skip)));
        }
        layers.into_iter().flatten()
    }

    /// A layer in which `decode` replaces what stands at the beginning of the rest: it returns how
    /// many bytes it read; 0 where they stay. `None` where nothing was replaced.
    fn map(&self, decode: impl Fn(&[u8], &mut Put<'_>) -> usize) -> Option<Self> {
        let mut layer = Self::empty(self.kind);
        let (mut at, mut changed) = (0, false);
        while at < self.bytes.len() {
            let mut put = Put { layer: &mut layer, from: self, at };
            let read = decode(&self.bytes[at..], &mut put);
            if read == 0 {
                layer.push(self.bytes[at], self.at[at]);
                at += 1;
            } else {
                changed = true;
                at += read;
            }
        }
        changed.then_some(layer)
    }

    fn push(&mut self, byte: u8, at: (u32, u32)) {
        self.bytes.push(byte);
        self.at.push(at);
    }

    /// Without white space, control characters, their pictures, and characters that cannot be seen.
    fn squeezed(&self) -> Option<Self> {
        let mut layer = Self::empty(Kind::Squeezed);
        let mut at = 0;
        for chunk in self.bytes.utf8_chunks() {
            for letter in chunk.valid().chars() {
                let length = letter.len_utf8();
                let unseen = letter.is_whitespace()
                    || letter.is_control()
                    || is_invisible(letter)
                    || matches!(letter, '\u{2400}'..='\u{2426}');
                if !unseen {
                    layer.bytes.extend_from_slice(&self.bytes[at..at + length]);
                    layer.at.extend_from_slice(&self.at[at..at + length]);
                }
                at += length;
            }
            at += chunk.invalid().len();
        }
        (layer.bytes.len() < self.bytes.len()).then_some(layer)
    }

    /// All runs of hexadecimal digits decoded, each from its digit `skip` on. Between two pairs may
    /// be a `:`, a `-` or a space.
    fn hex(&self, skip: usize) -> Option<Self> {
        let mut layer = Self::empty(Kind::Bytes);
        let mut at = 0;
        while let Some(start) = self.bytes[at..].iter().position(u8::is_ascii_hexdigit) {
            let start = at + start;
            let mut here = start + skip;
            let first = layer.bytes.len();
            while let Some((&high, &low)) = self.bytes.get(here).zip(self.bytes.get(here + 1))
                && let Some(byte) = pair(high, low)
            {
                layer.push(byte, (self.at[here].0, self.at[here + 1].1));
                here += 2;
                let is_between = self.bytes.get(here).is_some_and(|byte| b":- ".contains(byte));
                here += usize::from(is_between);
            }
            layer.end_run(first, SHORTEST_RUN / 2);
            let end = self.bytes[start..].iter().position(|byte| !byte.is_ascii_hexdigit());
            at = here.max(end.map_or(self.bytes.len(), |end| start + end)).min(self.bytes.len());
        }
        (!layer.bytes.is_empty()).then_some(layer)
    }

    /// All runs of Base64 (standard or for URLs) decoded, each from its character `skip` on.
    fn base64(&self, skip: usize) -> Option<Self> {
        let mut layer = Self::empty(Kind::Bytes);
        let mut at = 0;
        while let Some(start) = self.bytes[at..].iter().position(|byte| sextet(*byte).is_some()) {
            let start = at + start;
            let length = self.bytes[start..].iter().position(|byte| sextet(*byte).is_none());
            let end = length.map_or(self.bytes.len(), |length| start + length);
            if end - start >= SHORTEST_RUN {
                let first = layer.bytes.len();
                for group in (start + skip..end).collect::<Vec<_>>().chunks(4) {
                    let bits = group.iter().filter_map(|at| sextet(self.bytes[*at]));
                    let bits = bits.fold(0_u32, |sum, bits| sum << 6 | u32::from(bits));
                    let bits = bits << (6 * (4 - group.len()));
                    for byte in 0..group.len().saturating_sub(1) {
                        // The two characters that a byte is made of.
                        let span = (self.at[group[byte]].0, self.at[group[byte + 1]].1);
                        layer.push((bits >> (16 - 8 * byte)) as u8, span);
                    }
                }
                layer.end_run(first, 0);
            }
            at = end;
        }
        (!layer.bytes.is_empty()).then_some(layer)
    }

    /// Ends what was decoded of one run, which began at `first`, so that it does not run into the
    /// next; drops it where it has at most `most` bytes.
    fn end_run(&mut self, first: usize, most: usize) {
        if self.bytes.len() - first <= most {
            self.bytes.truncate(first);
            self.at.truncate(first);
        } else if let Some((_, end)) = self.at.last().copied() {
            self.push(b'\n', (end, end));
        }
    }
}

/// Where decoded bytes go.
struct Put<'l> {
    layer: &'l mut Layer,
    from: &'l Layer,
    at: usize,
}

impl Put<'_> {
    /// Puts what `read` bytes mean; returns `read`.
    fn put(&mut self, bytes: &[u8], read: usize) -> usize {
        let read = read.min(self.from.bytes.len() - self.at);
        let span = (self.from.at[self.at].0, self.from.at[self.at + read - 1].1);
        for byte in bytes {
            self.layer.push(*byte, span);
        }
        read
    }

    /// Puts what one byte means.
    fn one(&mut self, byte: u8) -> usize {
        self.put(&[byte], 1)
    }

    fn letter(&mut self, letter: u32, read: usize) -> usize {
        match char::from_u32(letter) {
            Some(letter) => self.put(letter.encode_utf8(&mut [0; 4]).as_bytes(), read),
            None => 0,
        }
    }
}

/// `%2B` (RFC 3986), and `%u002B` as old scripts write it.
fn percent(bytes: &[u8], out: &mut Put<'_>) -> usize {
    match bytes {
        [b'%', b'u' | b'U', a, b, c, d, ..] => {
            number(&[*a, *b, *c, *d], 16).map_or(0, |letter| out.letter(letter, 6))
        }
        [b'%', high, low, ..] => pair(*high, *low).map_or(0, |byte| out.put(&[byte], 3)),
        _ => 0,
    }
}

/// Escapes of JSON (RFC 8259) and of programming languages.
fn escape(bytes: &[u8], out: &mut Put<'_>) -> usize {
    let unit = |at: usize| match bytes.get(at..at + 6) {
        Some([b'\\', b'u' | b'U', digits @ ..]) => number(digits, 16),
        _ => None,
    };
    match bytes {
        [b'\\', b'u' | b'U', ..] => match (unit(0), unit(6)) {
            (Some(high @ 0xd800..0xdc00), Some(low @ 0xdc00..0xe000)) => {
                out.letter(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00), 12)
            }
            (Some(letter), _) => out.letter(letter, 6),
            _ => 0,
        },
        [b'\\', b'x' | b'X', high, low, ..] if pair(*high, *low).is_some() => {
            out.put(&[pair(*high, *low).unwrap_or_default()], 4)
        }
        [b'\\', b'n' | b'r' | b't' | b'b' | b'f', ..] => out.put(b" ", 2),
        [b'\\', other, ..] if other.is_ascii() => out.put(&[*other], 2),
        _ => 0,
    }
}

/// References of HTML, by number and name.
fn entity(bytes: &[u8], out: &mut Put<'_>) -> usize {
    html_reference(bytes).map_or(0, |(letters, read)| out.put(letters.as_bytes(), read))
}

/// The six bits of a character of Base64 in either alphabet (RFC 4648).
fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}
