//! Lenient JSON reading: one pass over borrowed text that keeps what strict readers throw away.
//! Never fails a record for a wrong type, a repeated key, a lone surrogate or invalid UTF-8, and never recurses on data.

mod escape;
mod key;
mod object;
mod stop;
mod write;

use std::borrow::Cow;
use std::fmt;

pub(super) use escape::unescape;
use key::is_mark;
pub(super) use key::{Keys, Spelling, is_spelled, keys};
use stop::string_end;
pub(super) use write::{ObjectWriter, string};

use super::dates::Numbered;
use super::{DecodeError, Depth};
use crate::record::risk::Interest;
use crate::record::{Change, Record};
use crate::time::{DateOrder, Timestamp};

/// Reading went on, or the bytes are broken here.
pub(super) type Step<T> = Result<T, DecodeError>;

/// Reads a part of a record from a value: shaped so that it can be used on text of any lifetime.
pub(super) type ReadPart =
    for<'b> fn(&mut Reader<'b>, &mut Record<'b>, &ValuePath<'_>) -> Result<(), DecodeError>;

/// Notes kept for one record; the rest are counted, so that a hostile record cannot fill memory.
const NOTES: usize = 12;

/// Objects inside each other that a time may stand in.
const TIME_OBJECTS: u8 = 2;

/// Where in the record a value stands, for notes.
#[derive(Clone, Copy)]
pub(super) enum ValuePath<'p> {
    /// The record itself.
    Record,
    /// A property of what stands there.
    Property(&'p ValuePath<'p>, &'static str),
    /// An entry of what stands there, from 0.
    Item(&'p ValuePath<'p>, usize),
}

impl fmt::Display for ValuePath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record => f.write_str("record"),
            Self::Property(Self::Record, name) => f.write_str(name),
            Self::Property(of, name) => write!(f, "{of}.{name}"),
            Self::Item(of, index) => write!(f, "{of}[{index}]"),
        }
    }
}

/// What stands where an object or array was expected.
pub(super) enum Held<'a> {
    /// It does; the reader stands before its bracket.
    Here,
    /// It does, as JSON text in a string.
    Text(Cow<'a, str>),
    /// Some other text, already noted.
    Loose(Cow<'a, str>),
    /// Nothing to read: null, an empty text, or a wrong type already noted and passed over.
    Nothing,
}

/// Stands at a value in JSON text. Also carries what was noted on the way.
#[expect(clippy::struct_excessive_bools, reason = "each is asked by itself")]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    /// The bytes as text, where they were checked as a whole: cheaper than checking each string.
    checked: Option<&'a str>,
    at: usize,
    /// The bytes are one plain text, not JSON: a CSV cell.
    plain: bool,
    /// Is there a control character in the bytes? Then texts are looked through for raw ones.
    has_controls: bool,
    /// Strings passed that are the name of a property which an event has once.
    marks: u32,
    /// How much is wanted of the record.
    pub(super) depth: Depth,
    /// With [`Depth::Rated`]: the activity, until it is asked which values are looked at.
    pub(super) activity: Option<Cow<'a, str>>,
    /// The old and new values that are looked at; `None` while that is not known.
    pub(super) values: Option<Interest>,
    /// Was a value passed over before that was known?
    pub(super) missed: bool,
    /// Was a value passed over before the name of its property was known?
    pub(super) unnamed: bool,
    /// Dates in numbers, which may be day first or month first.
    pub(super) numbered: Numbered,
    /// The order they are in where nothing tells: known of what a service writes itself.
    pub(super) usual_dates: Option<DateOrder>,
    notes: Vec<String>,
    unwritten: usize,
    /// Empty lists to be used again.
    spare: Vec<Vec<Change<'a>>>,
}

impl<'a> Reader<'a> {
    /// Stands before the JSON value at byte `at`.
    pub(super) fn new(bytes: &'a [u8], at: usize, depth: Depth) -> Self {
        Self {
            bytes,
            checked: None,
            at,
            plain: false,
            has_controls: false,
            marks: 0,
            depth,
            activity: None,
            values: None,
            missed: false,
            unnamed: false,
            numbered: Numbered::default(),
            usual_dates: None,
            notes: Vec::new(),
            unwritten: 0,
            spare: Vec::new(),
        }
    }

    /// As [`Reader::new`], for bytes of which many strings are wanted. `spare`: empty lists that
    /// may be used again.
    pub(super) fn of_event(
        bytes: &'a [u8],
        at: usize,
        depth: Depth,
        spare: Vec<Vec<Change<'a>>>,
    ) -> Self {
        // Without a branch for each byte: nearly all records have none.
        let has_controls = bytes.iter().fold(0, |has, &byte| has | u8::from(byte < 0x20)) != 0;
        let checked = str::from_utf8(bytes).ok();
        Self { checked, has_controls, spare, ..Self::new(bytes, at, depth) }
    }

    /// Goes back to byte `at` as if nothing had been read.
    pub(super) fn restart(&mut self, at: usize) {
        (self.at, self.marks, self.unwritten) = (at, 0, 0);
        (self.activity, self.values, self.missed) = (None, None, false);
        self.unnamed = false;
        self.numbered.clear();
        self.notes.clear();
    }

    /// An empty list of changes.
    pub(super) fn changes(&mut self) -> Vec<Change<'a>> {
        self.spare.pop().unwrap_or_default()
    }

    /// The empty lists that were not used.
    pub(super) fn take_spare(&mut self) -> Vec<Vec<Change<'a>>> {
        std::mem::take(&mut self.spare)
    }

    /// Another reader of the same bytes, before the value at byte `at`.
    pub(super) fn another(&self, at: usize) -> Self {
        Self {
            checked: self.checked,
            has_controls: self.has_controls,
            usual_dates: self.usual_dates,
            ..Self::new(self.bytes, at, self.depth)
        }
    }

    /// Stands before one plain text.
    pub(super) fn plain(text: &'a str, depth: Depth) -> Self {
        Self { plain: true, ..Self::new(text.as_bytes(), 0, depth) }
    }

    /// All bytes it reads.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Byte it stands at.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Did it pass more than one property that an event has once? Then other events may stand
    /// inside this one.
    pub(super) fn is_crowded(&self) -> bool {
        self.marks > 1
    }

    /// Notes something odd about the value at `place`.
    pub(super) fn note(&mut self, what: impl FnOnce() -> String) {
        if self.notes.len() < NOTES {
            self.notes.push(what());
        } else {
            self.unwritten += 1;
        }
    }

    /// All notes, and how many more there were.
    pub(super) fn into_notes(mut self) -> Vec<String> {
        if self.unwritten > 0 {
            self.notes.push(format!("and {} more of the kind", self.unwritten));
        }
        self.notes
    }

    /// Takes over what another reader noted.
    pub(super) fn adopt(&mut self, other: Reader<'_>) {
        self.unwritten += other.unwritten;
        self.missed |= other.missed;
        self.unnamed |= other.unnamed;
        self.numbered.adopt(other.numbered);
        for note in other.notes {
            self.note(|| note);
        }
    }

    /// An error at the byte it stands at.
    #[cold]
    pub(super) fn broken<T>(&self, reason: &str) -> Step<T> {
        Err(DecodeError { at: self.at.min(self.bytes.len()), reason: reason.to_owned() })
    }

    /// The next byte that is not white space, which it then stands at.
    #[inline]
    pub(super) fn peek(&mut self) -> Step<u8> {
        while let Some(&byte) = self.bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Ok(byte);
            }
            self.at += 1;
        }
        self.broken("the record ends in the middle")
    }

    /// Is anything but white space and commas left?
    pub(super) fn rest_is_empty(&self) -> bool {
        self.bytes[self.at..].iter().all(|b| b.is_ascii_whitespace() || matches!(b, b',' | 0))
    }

    /// Reads an array: calls `each` standing before every entry, with its number from 0.
    pub(super) fn array(&mut self, mut each: impl FnMut(&mut Self, usize) -> Step<()>) -> Step<()> {
        if self.peek()? != b'[' {
            return self.broken("expected `[`");
        }
        self.at += 1;
        let mut index = 0;
        loop {
            match self.peek()? {
                b']' => {
                    self.at += 1;
                    return Ok(());
                }
                b',' => self.at += 1,
                _ => {
                    each(self, index)?;
                    index += 1;
                }
            }
        }
    }

    /// What stands here where `{` or `[` (`open`) is expected. A lone object counts as an array of
    /// one: `PowerShell` writes such arrays so; [`Reader::entries`] reads both.
    pub(super) fn held(&mut self, open: u8, place: &ValuePath<'_>) -> Step<Held<'a>> {
        let expected = if open == b'{' { "an object" } else { "an array" };
        let first = if self.plain { b'"' } else { self.peek()? };
        if first == open {
            return Ok(Held::Here);
        }
        if first == b'{' {
            if !self.is_numbered() {
                self.note(|| format!("`{place}` is an object, expected an array"));
            }
            return Ok(Held::Here);
        }
        if first == b'n' && self.pass_null() {
            return Ok(Held::Nothing);
        }
        if first != b'"' {
            let raw = self.raw()?;
            self.note(|| wrong_type(place, raw, expected));
            return Ok(Held::Nothing);
        }
        let text = self.text(place)?;
        let trimmed = text.trim();
        if trimmed.is_empty() || trimmed == "null" {
            return Ok(Held::Nothing);
        }
        if trimmed.starts_with(open as char) || (open == b'[' && trimmed.starts_with('{')) {
            return Ok(Held::Text(text));
        }
        if is_powershell_type(trimmed) {
            self.note(|| {
                format!(
                    "`{place}` is only a type's name: exported from PowerShell with too small a \
                     -Depth; export again with ConvertTo-Json -Depth 10"
                )
            });
            return Ok(Held::Nothing);
        }
        self.note(|| format!("`{place}` is text, expected {expected}"));
        Ok(Held::Loose(text))
    }

    /// Goes back to where a value began, to read it once more.
    pub(super) fn go_back(&mut self, at: usize) {
        self.at = at;
    }

    /// Reads the entries of an array, or a lone object as if it were the only one.
    pub(super) fn entries(
        &mut self,
        mut each: impl FnMut(&mut Self, usize) -> Step<()>,
    ) -> Step<()> {
        if self.peek()? == b'[' {
            return self.array(each);
        }
        if self.is_numbered() {
            let mut index = 0;
            return self.members(|reader, _| {
                index += 1;
                each(reader, index - 1)
            });
        }
        each(self, 0)
    }

    /// Does an object stand here whose first key is a number? Elastic writes arrays so.
    fn is_numbered(&self) -> bool {
        let rest = self.bytes.get(self.at + 1..).unwrap_or_default().trim_ascii_start();
        let Some(key) = rest.strip_prefix(b"\"") else { return false };
        let digits = key.iter().take_while(|byte| byte.is_ascii_digit()).count();
        digits > 0 && key.get(digits) == Some(&b'"')
    }

    /// Reads JSON text that stood in a string with `read`, into `record`. Text that breaks off
    /// (long columns are cut by the systems that carry them) is noted; what came before is kept.
    pub(super) fn within(
        &mut self,
        text: &str,
        record: &mut Record<'a>,
        place: &ValuePath<'_>,
        read: ReadPart,
    ) {
        let mut part: Record<'_> = std::mem::take(record).into_owned();
        let mut inner = Reader::new(text.as_bytes(), 0, self.depth);
        if let Err(error) = read(&mut inner, &mut part, place) {
            inner.note_broken(place, &error);
        }
        self.adopt(inner);
        *record = part.into_owned();
    }

    /// What `read` makes of JSON text that stood in a string; where that is broken, which is noted, nothing.
    pub(super) fn in_text<T: Default>(
        &mut self,
        text: &str,
        place: &ValuePath<'_>,
        read: impl FnOnce(&mut Reader<'_>, &ValuePath<'_>) -> Step<T>,
    ) -> T {
        let mut inner = Reader::new(text.as_bytes(), 0, self.depth);
        let found = read(&mut inner, place);
        if let Err(error) = &found {
            inner.note_broken(place, error);
        }
        self.adopt(inner);
        found.unwrap_or_default()
    }

    /// Notes that the JSON text at `place` is broken.
    pub(super) fn note_broken(&mut self, place: &ValuePath<'_>, error: &DecodeError) {
        self.note(|| format!("the JSON text in `{place}` is broken at its byte {}", error.at));
    }

    /// Does a list begin here? Never in a plain text.
    pub(super) fn is_list(&mut self) -> Step<bool> {
        Ok(!self.plain && self.peek()? == b'[')
    }

    /// Is the value here a text?
    pub(super) fn is_text(&mut self) -> Step<bool> {
        Ok(self.plain || self.peek()? == b'"')
    }

    /// The text here; null is empty. Anything else is noted and kept as its JSON text.
    pub(super) fn text(&mut self, place: &ValuePath<'_>) -> Step<Cow<'a, str>> {
        Ok(self.optional_text(place)?.unwrap_or_default())
    }

    /// As [`Reader::text`], telling null from an empty text.
    pub(super) fn optional_text(&mut self, place: &ValuePath<'_>) -> Step<Option<Cow<'a, str>>> {
        if self.plain {
            self.at = self.bytes.len();
            return Ok(Some(String::from_utf8_lossy(self.bytes)));
        }
        match self.peek()? {
            b'"' => return self.string(place).map(Some),
            b'n' if self.pass_null() => return Ok(None),
            _ => {}
        }
        let raw = self.raw()?;
        self.note(|| wrong_type(place, raw, "text"));
        Ok(Some(String::from_utf8_lossy(raw)))
    }

    /// The text, number or truth value here as text; an object or array is noted.
    pub(super) fn scalar(&mut self, place: &ValuePath<'_>) -> Step<Cow<'a, str>> {
        if !self.plain && !matches!(self.peek()?, b'"' | b'{' | b'[' | b'n') {
            return self.raw().map(String::from_utf8_lossy);
        }
        self.text(place)
    }

    /// The instant here, or what stands for it until all of the file is seen: see [`Numbered`]. Texts
    /// that are none, and types that hold none, are noted; a number of seconds or milliseconds since
    /// 1970 is taken as such, and of an object its instant.
    pub(super) fn time(&mut self, place: &ValuePath<'_>) -> Step<Option<Timestamp>> {
        self.time_within(place, TIME_OBJECTS)
    }

    /// As [`Reader::time`], in that many objects at most.
    fn time_within(&mut self, place: &ValuePath<'_>, objects: u8) -> Step<Option<Timestamp>> {
        let first = if self.plain { b'"' } else { self.peek()? };
        if first == b'{' && objects > 0 {
            return self.time_object(place, objects - 1);
        }
        let is_text = first == b'"';
        let text = if is_text { self.text(place)? } else { self.scalar(place)? };
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Ok(None);
        }
        let time = match Timestamp::spelled(trimmed) {
            Some(spelled) => Some(self.numbered.keep(spelled.usually(self.usual_dates), trimmed)),
            None if is_text => None,
            None => Timestamp::from_epoch(trimmed),
        };
        if time.is_none() {
            self.numbered.refused = true;
            self.note(|| {
                let shown: String = trimmed.chars().take(40).collect();
                format!("`{place}` is no time: {shown}")
            });
        }
        Ok(time)
    }

    /// The instant in an object: `PowerShell` writes a date that has properties of its own as
    /// `{"value":"/Date(…)/","DateTime":"Monday, …"}` and one with an offset with a `UtcDateTime`;
    /// document databases write `{"$date":…}`. What stands in `DateTime` is of a zone nobody knows,
    /// and counts only where there is nothing else.
    fn time_object(&mut self, place: &ValuePath<'_>, objects: u8) -> Step<Option<Timestamp>> {
        const KEYS: [&[u8]; 6] =
            [b"value", b"UtcDateTime", b"$date", b"$numberLong", b"dateTime", b"LocalDateTime"];
        let mut best: Option<(usize, Timestamp)> = None;
        self.members(|reader, key| {
            let rank = KEYS.iter().position(|known| key.eq_ignore_ascii_case(known));
            let better = rank.filter(|rank| best.is_none_or(|(best, _)| *rank < best));
            let Some(rank) = better else { return reader.skip() };
            if let Some(time) = reader.time_within(place, objects)? {
                best = Some((rank, time));
            }
            Ok(())
        })?;
        Ok(best.map(|(_, time)| time))
    }

    /// The JSON text of the value here, whatever it is.
    pub(super) fn raw(&mut self) -> Step<&'a [u8]> {
        self.peek()?;
        let start = self.at;
        self.skip()?;
        Ok(&self.bytes[start..self.at])
    }

    fn string(&mut self, place: &ValuePath<'_>) -> Step<Cow<'a, str>> {
        let start = self.at + 1;
        let escaped = self.skip_string()?;
        if self.has_controls && self.bytes[start..self.at - 1].iter().any(|&byte| byte < 0x20) {
            self.note(|| format!("`{place}` has control characters that JSON does not allow"));
        }
        if !escaped && let Some(text) = self.checked.and_then(|all| all.get(start..self.at - 1)) {
            return Ok(Cow::Borrowed(text));
        }
        let inner = &self.bytes[start..self.at - 1];
        if !escaped && let Ok(text) = str::from_utf8(inner) {
            return Ok(Cow::Borrowed(text));
        }
        let (text, replaced) = unescape(inner);
        if replaced {
            self.note(|| format!("`{place}` has characters that cannot be read, shown as U+FFFD"));
        }
        Ok(Cow::Owned(text))
    }

    /// Passes over the string that starts here; true where it has escapes.
    #[inline]
    fn skip_string(&mut self) -> Step<bool> {
        let start = self.at + 1;
        let Some((end, escaped)) = string_end(self.bytes, start) else {
            self.at = self.bytes.len();
            return self.broken("the record ends inside a text");
        };
        self.at = end + 1;
        self.marks += u32::from(is_mark(&self.bytes[start..end]));
        Ok(escaped)
    }

    /// Passes over the value here, however deeply it is nested. Brackets must match in kind down to
    /// 64 levels; below, they are only counted.
    pub(super) fn skip(&mut self) -> Step<()> {
        if self.plain {
            self.at = self.bytes.len();
            return Ok(());
        }
        let mut depth = 0u64;
        let mut kinds = 0u64;
        loop {
            match self.peek()? {
                b'"' => {
                    self.skip_string()?;
                }
                open @ (b'{' | b'[') => {
                    if depth < 64 {
                        kinds = (kinds & !(1 << depth)) | u64::from(open == b'{') << depth;
                    }
                    depth += 1;
                    self.at += 1;
                    continue;
                }
                close @ (b'}' | b']') => {
                    let matching = depth > 64
                        || (depth > 0 && (kinds >> (depth - 1) & 1 == 1) == (close == b'}'));
                    if !matching {
                        return self.broken("a bracket closes what was not opened");
                    }
                    depth -= 1;
                    self.at += 1;
                }
                b',' | b':' if depth > 0 => {
                    self.at += 1;
                    continue;
                }
                b'n' if self.pass_null() => {}
                _ => self.skip_word()?,
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// Passes over `null` if that stands here.
    #[inline]
    fn pass_null(&mut self) -> bool {
        let is_null = match &self.bytes[self.at..] {
            [b'n', b'u', b'l', b'l', after, ..] => ends_word(*after),
            rest => rest == b"null",
        };
        self.at += if is_null { 4 } else { 0 };
        is_null
    }

    /// Passes over a number, `true`, `false` or `null`.
    fn skip_word(&mut self) -> Step<()> {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|&byte| ends_word(byte)).unwrap_or(rest.len());
        let word = &rest[..length];
        let number = matches!(word.first(), Some(b'-' | b'0'..=b'9'))
            && word.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.'));
        if number || matches!(word, b"null" | b"true" | b"false" | b"NaN" | b"Infinity") {
            self.at += length;
            return Ok(());
        }
        self.broken("expected a JSON value")
    }
}

/// Does a number, `true`, `false` or `null` end before this byte?
const fn ends_word(byte: u8) -> bool {
    matches!(byte, b',' | b'}' | b']' | b':' | b' ' | b'\n' | b'\r' | b'\t')
}

/// Says that the value `raw` at `place` has another type than expected.
fn wrong_type(place: &ValuePath<'_>, raw: &[u8], expected: &str) -> String {
    let found = match raw.first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "text",
        Some(b't' | b'f') => "a truth value",
        _ => "a number",
    };
    format!("`{place}` is {found}, expected {expected}")
}

/// What `PowerShell` puts in place of an object it was not asked to go into.
fn is_powershell_type(text: &str) -> bool {
    text.starts_with("System.")
        || text.starts_with("Microsoft.Graph.PowerShell.")
        || text.starts_with("Microsoft.Open.")
        || text.starts_with("@{")
        || text.starts_with("class ")
}

#[cfg(test)]
mod tests;
