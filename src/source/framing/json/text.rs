//! A block of JSON text and what its bytes look like from outside a record.
//! Never follows brackets.

use crate::secret::excerpt;

/// Bytes looked at to quote what is no record.
const EXCERPT: usize = 64;
/// Longest text around records that is taken for such; behind others on its line, and on lines of its own,
/// which are looked at once.
const LONGEST_ASIDE: usize = 4 << 10;
const LONGEST_LINE: usize = 4 << 20;

/// The block being looked at.
#[derive(Clone, Copy)]
pub(super) struct Text<'b> {
    /// Its bytes.
    pub(super) bytes: &'b [u8],
    /// Where it begins in the text.
    pub(super) base: u64,
    /// Is it the last one?
    pub(super) end: bool,
    /// The first byte of the text that is looked at.
    pub(super) first: u64,
}

impl Text<'_> {
    /// Is `bytes[i]` the first byte of a line?
    pub(super) fn at_line_start(self, i: usize) -> bool {
        match i.checked_sub(1).map(|before| self.bytes[before]) {
            None => self.base == self.first,
            Some(before) => before == b'\n' || (before == 0xbf && self.base == 0 && i == 3),
        }
    }
}

/// Do the first lines of a JSON text hold one record each?
pub fn has_lines(head: &[u8]) -> bool {
    let mut lines = head.split_inclusive(|&b| b == b'\n');
    let mut complete = false;
    lines.any(|line| {
        if complete && line.starts_with(b"{") {
            return true;
        }
        let object = line.ends_with(b"\n") && line.starts_with(b"{");
        complete = object && serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok();
        false
    })
}

/// What stands where a value should begin.
pub(super) enum Aside {
    /// Too little of it is there.
    Unknown,
    /// Text in front of a value on the same line, such as a syslog header: the value is at this byte.
    Before(usize),
    /// A line of text that never was a record, up to this byte.
    Line(usize),
    /// A string, which may hold JSON text.
    Value,
    /// A piece of a record, or bytes that are no text, in words.
    Damage(String),
}

impl Text<'_> {
    /// Is `bytes[i]` the first byte of a word or number, not of a value an event is in?
    pub(super) fn is_word(self, i: usize) -> bool {
        self.bytes.get(i).is_some_and(u8::is_ascii_alphanumeric)
    }

    /// Is there nothing but white space before `bytes[i]` on its line?
    fn begins_line(self, i: usize) -> bool {
        let before = &self.bytes[..i];
        let space = |byte: &&u8| matches!(**byte, b' ' | b'\t' | 0xef | 0xbb | 0xbf);
        match before.iter().rev().find(|byte| !space(byte)) {
            Some(byte) => *byte == b'\n',
            None => self.base == self.first,
        }
    }

    /// Says what stands at `bytes[i]`, where no value begins. `outside`: of any list.
    pub(super) fn aside(self, i: usize, outside: bool) -> Aside {
        let rest = &self.bytes[i..];
        if rest[0] == 0 {
            return Aside::Damage("NUL bytes where a record should begin".to_owned());
        }
        let begins_line = self.begins_line(i);
        let longest = if begins_line { LONGEST_LINE } else { LONGEST_ASIDE };
        let rest = &rest[..rest.len().min(longest)];
        let line_break = memchr::memchr(b'\n', rest);
        if line_break.is_none() && rest.len() < longest && !self.end {
            // A string may be long; it has begun.
            let string =
                rest[0] == b'"' && rest.get(1).is_some_and(|&b| matches!(b, b'{' | b'[' | b'\\'));
            return if string { Aside::Value } else { Aside::Unknown };
        }
        let line = &rest[..line_break.unwrap_or(rest.len())];
        if rest[0] == b'"'
            && line.get(1).is_some_and(|byte| matches!(byte, b'{' | b'[' | b'"' | b'\\'))
        {
            return Aside::Value;
        }
        if let Some(end) = comment_end(rest, line) {
            return Aside::Line(i + end);
        }
        match values_in(line).next() {
            Some(brace) if begins_line && is_before(line, brace) => {
                let list = line[..brace].trim_ascii_end();
                let list = list.strip_suffix(b"[").map_or(brace, <[u8]>::len);
                return Aside::Before(i + if list == 0 { brace } else { list });
            }
            None if (begins_line || outside)
                && memchr::memchr2(b'{', b'}', line).is_none()
                && is_text(line)
                && rest[0] != b'"'
                && (line_break.is_some() || self.end) =>
            {
                return Aside::Line(i + line.len());
            }
            _ => {}
        }
        let shown = String::from_utf8_lossy(&line[..line.len().min(EXCERPT)]);
        Aside::Damage(format!("“{}” where a record should begin", excerpt(&shown, 24)))
    }
}

/// Where the comment ends that begins there, as some editors and scripts allow in JSON.
fn comment_end(rest: &[u8], line: &[u8]) -> Option<usize> {
    if line.starts_with(b"//") {
        return Some(line.len());
    }
    let inside = rest.strip_prefix(b"/*")?;
    memchr::memmem::find(inside, b"*/").map(|end| end + 4)
}

/// Where objects with a key begin in a line.
fn values_in(line: &[u8]) -> impl Iterator<Item = usize> {
    memchr::memchr_iter(b'{', line).filter(|&brace| is_value(&line[brace..]))
}

/// Does an object with a key begin here? Other text has brackets before quotes, too.
fn is_value(bytes: &[u8]) -> bool {
    let key = bytes.strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    let Some(key) = key.and_then(|rest| rest.strip_prefix(b"\"")) else { return false };
    match memchr::memchr(b'"', key) {
        Some(end) => key[end + 1..].trim_ascii_start().first().is_none_or(|byte| *byte == b':'),
        None => true,
    }
}

/// May the object at `line[brace]` stand behind the text before it: text of another program, or a key
/// that it gave the record?
fn is_before(line: &[u8], brace: usize) -> bool {
    let before = &line[..brace];
    let key = before.trim_ascii().strip_suffix(b":").map(<[u8]>::trim_ascii_end);
    let key = key.and_then(|key| key.strip_prefix(b"\"")?.strip_suffix(b"\""));
    // A property of a record that lost its beginning goes on behind its line.
    let is_key = key.is_some_and(|key| is_text(key) && memchr::memchr(b'"', key).is_none())
        && line.trim_ascii_end().ends_with(b"}");
    is_key || is_text(before)
}

/// Is it text, not a piece of JSON nor bytes of anything else?
fn is_text(bytes: &[u8]) -> bool {
    let control = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\r' | 0x1b);
    !bytes.iter().any(control)
        && memchr::memmem::find(bytes, b"\":").is_none()
        && std::str::from_utf8(bytes).is_ok()
}
