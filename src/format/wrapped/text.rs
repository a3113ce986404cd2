//! Records in a text, which may be JSON, have JSON anywhere in it, and be cut off or damaged.
//! Never gives up what stands behind a broken piece, and never looks at a byte more than some dozen times.

use super::{Around, Fragment, What, guess, in_value};
use crate::format::Depth;
use crate::format::json::Reader;

/// How many times the bytes of a text may be looked at in search of the next value, on average.
const EFFORT: usize = 32;
/// What may be spent in any case, in bytes looked at.
const FREE_EFFORT: usize = 64 << 10;
/// Longest key that tells the start of an object.
const LONGEST_KEY: usize = 128;

/// Keys outside of any object that tell what is left of one: a single one may be what a system writes in
/// front of each record.
const LEFT: usize = 2;

/// A text being searched.
struct Search<'t> {
    bytes: &'t [u8],
    around: Around,
    found: Vec<Fragment>,
    /// Bytes looked at in vain.
    effort: usize,
    /// Where an object begins that is damaged, as far as nothing was found behind it.
    damaged: Option<usize>,
    /// Where an object begins that does not end in the text.
    cut: Option<usize>,
    /// Up to here values were read or keys counted.
    passed: usize,
    /// Keys outside of any object, and where the first of them is: what is left of an object without
    /// its start.
    loose: Option<(usize, usize)>,
}

/// Everything that is found in a text, `around` being what is around its values.
pub(super) fn search(bytes: &[u8], around: Around) -> Vec<Fragment> {
    let found = Vec::new();
    let (damaged, cut, loose) = (None, None, None);
    let mut search = Search { bytes, around, found, effort: 0, damaged, cut, passed: 0, loose };
    let mut at = 0;
    while let Some(start) = candidate(bytes, at) {
        search.text_up_to(start);
        at = search.value(start);
    }
    search.end();
    search.found
}

impl Search<'_> {
    /// Searches the value that may begin at `start`; where to go on.
    fn value(&mut self, start: usize) -> usize {
        let mut reader = Reader::new(self.bytes, start, Depth::Columns);
        match in_value(&mut reader, self.around) {
            Ok(found) if found.is_empty() => self.nothing(start, reader.at()),
            Ok(mut found) => {
                self.goes_on(start);
                self.found.append(&mut found);
                self.passed = reader.at();
                self.passed
            }
            Err(error) => {
                self.breaks(start, error.at);
                self.refuse(start, error.at)
            }
        }
    }

    /// A whole value ends at `end` in which nothing was found.
    fn nothing(&mut self, start: usize, end: usize) -> usize {
        if self.bytes[start] == b'"' {
            // The quote may close a text instead of opening one.
            return self.refuse(start, end);
        }
        if self.bytes[start] == b'{' && !self.is_broken() {
            self.found.extend(guess(&self.bytes[start..end], start));
        }
        self.passed = end;
        end
    }

    /// Is something broken, and nothing was found behind it?
    fn is_broken(&self) -> bool {
        let is_left = self.loose.is_some_and(|(keys, _)| keys >= LEFT);
        self.damaged.is_some() || self.cut.is_some() || is_left
    }

    /// Counts the keys in the text before the value that may begin at `start`.
    fn text_up_to(&mut self, start: usize) {
        let from = self.passed.min(start);
        let keys = memchr::memmem::find_iter(&self.bytes[from..start], b"\":").count();
        if keys > 0 {
            self.loose.get_or_insert((0, from)).0 += keys;
        }
        self.passed = self.passed.max(start);
    }

    /// What begins at `start` was looked at up to `reached` in vain: where to go on.
    fn refuse(&mut self, start: usize, reached: usize) -> usize {
        self.effort += reached.saturating_sub(start);
        let spent = self.effort > FREE_EFFORT + EFFORT * start;
        if spent { reached.max(start + 1) } else { start + 1 }
    }

    /// What begins at `start` cannot be read behind `reached`.
    fn breaks(&mut self, start: usize, reached: usize) {
        if !is_object(&self.bytes[start..]) {
            return;
        }
        if reached >= self.bytes.len() {
            self.cut.get_or_insert(start);
        } else if self.cut.is_none() {
            self.damaged.get_or_insert(start);
        }
    }

    /// Where something broken begins that nothing was found behind; it is forgotten.
    fn take_broken(&mut self) -> Option<usize> {
        let left = self.loose.take().filter(|(keys, _)| *keys >= LEFT).map(|(_, from)| from);
        self.damaged.take().or(left)
    }

    /// Something was found at `start`: what was broken before it is lost.
    fn goes_on(&mut self, start: usize) {
        // In a list that is cut off, its entries are whole.
        let is_entry = matches!(self.bytes[..start].trim_ascii_end().last(), Some(b'[' | b','));
        // Keys before a list that is cut off are that list's own.
        if is_entry && self.cut.is_some() && self.damaged.is_none() {
            self.loose = None;
        }
        let mut broken = self.take_broken();
        if !is_entry {
            broken = broken.or(self.cut);
            self.cut = None;
        }
        if let Some(from) = broken {
            let from = from.max(self.behind());
            self.found.push(Fragment::nameless(from..start, What::Broken));
        }
    }

    /// The byte behind what was found last.
    fn behind(&self) -> usize {
        self.found.last().map_or(0, |found| found.range.end)
    }

    /// The text ends.
    fn end(&mut self) {
        self.text_up_to(self.bytes.len());
        let Some(from) = self.take_broken().or(self.cut) else { return };
        let from = from.max(self.behind());
        let rest = &self.bytes[from..];
        // Only the brackets around what was found may be missing.
        let says = |byte: &u8| !byte.is_ascii_whitespace() && !b"]},".contains(byte);
        if rest.iter().any(says) {
            self.found.push(Fragment::nameless(from..self.bytes.len(), What::Broken));
        }
    }
}

/// The first byte from `at` on that a value with a record in it may begin with.
fn candidate(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at;
    loop {
        let start = at + memchr::memchr3(b'{', b'[', b'"', bytes.get(at..)?)?;
        let rest = &bytes[start + 1..];
        let next = rest.iter().find(|byte| !byte.is_ascii_whitespace());
        let may = match bytes[start] {
            b'{' => next == Some(&b'"'),
            b'[' => matches!(next, Some(b'{' | b'[' | b'"')),
            _ => matches!(rest.first(), Some(b'{' | b'[' | b'\\' | b'"')),
        };
        if may {
            return Some(start);
        }
        at = start + 1;
    }
}

/// Does an object with a key begin here? Text around records has brackets in quotes, too.
fn is_object(bytes: &[u8]) -> bool {
    let key = bytes.strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    let Some(key) = key.and_then(|rest| rest.strip_prefix(b"\"")) else { return false };
    let is_of_key = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.@$-:# /".contains(byte);
    let length = key.iter().take(LONGEST_KEY).take_while(|byte| is_of_key(byte)).count();
    let behind = &key[length..];
    match behind.strip_prefix(b"\"").map(<[u8]>::trim_ascii_start) {
        Some(rest) => rest.first().is_none_or(|byte| *byte == b':'),
        None => behind.is_empty() && length > 0,
    }
}
