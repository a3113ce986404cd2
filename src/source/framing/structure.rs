//! The structural scanner: follows brackets and strings of one JSON value across blocks.
//! Never recurses and never checks more than shows where a value ends or that it is damaged.

use super::MAX_RECORD;

/// Deepest nesting of a record, the same as the JSON parser's own limit.
pub const MAX_DEPTH: u32 = 128;

/// What is being scanned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// An object that may be an event or turn out to be a page.
    Object,
    /// A table row: an array.
    Row,
    /// A page's own `"key": value`, up to the comma or bracket after it.
    Member,
    /// A string that may hold JSON text.
    Text,
}

/// One value being scanned; resumable at any byte.
#[derive(Clone, Debug)]
pub struct Scan {
    /// First byte of the value in the text.
    pub start: u64,
    /// What it is.
    pub form: Form,
    depth: u32,
    /// One bit per level, the innermost lowest: is it an object?
    objects: u128,
    in_string: bool,
    /// Is it known to be an event, not a page?
    event: bool,
}

/// How far a scan came.
#[derive(PartialEq, Eq, Debug)]
pub enum Reached {
    /// The end of the bytes; go on from this byte.
    More(usize),
    /// The end of the value, this byte excluded.
    End(usize),
    /// A `[` that is a member of the outermost object, at this byte.
    MemberArray(usize),
    /// Something that cannot be in a value, at this byte.
    Damage(usize, &'static str),
}

/// May this byte follow a string's closing quote?
const fn follows_string(byte: u8) -> bool {
    matches!(byte, b':' | b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n')
}

impl Scan {
    /// A scan of the value that starts at byte `start` of the text, nothing of it seen yet.
    pub fn new(start: u64, form: Form) -> Self {
        Self { start, form, depth: 0, objects: 0, in_string: false, event: false }
    }

    /// Goes on at `bytes[i]`; `first` is where the value starts in `bytes`. `by_line`: a line break
    /// followed by `{` ends a damaged value. `end`: no more bytes follow.
    ///
    /// After [`Reached::MemberArray`] the caller either leaves this scan or calls
    /// [`Scan::enter_array`] and goes on behind the bracket.
    pub fn run(
        &mut self,
        bytes: &[u8],
        first: usize,
        i: usize,
        by_line: bool,
        end: bool,
    ) -> Reached {
        let mut i = i;
        loop {
            if self.in_string {
                match string_end(bytes, i, end) {
                    // Mostly a sign and the next string follow: straight into that one.
                    Reached::End(after)
                        if self.depth > 0
                            && matches!(bytes.get(after..after + 2), Some(b":\"" | b",\"")) =>
                    {
                        i = after + 2;
                        continue;
                    }
                    Reached::End(after) => i = after,
                    other => return limited(other, bytes.len(), first),
                }
                self.in_string = false;
                if self.form == Form::Text {
                    return Reached::End(i);
                }
            }
            let Some(&byte) = bytes.get(i) else {
                return limited(Reached::More(i), bytes.len(), first);
            };
            match byte {
                b'"' => {
                    self.in_string = true;
                    i += 1;
                }
                b'{' | b'[' => {
                    if let Some(reason) = self.misplaced(byte, bytes, first, i) {
                        return Reached::Damage(i, reason);
                    }
                    if byte == b'[' && self.at_member() {
                        return Reached::MemberArray(i);
                    }
                    self.enter(byte == b'{');
                    i += 1;
                }
                b'}' | b']' => {
                    if self.depth == 0 {
                        return Reached::End(i);
                    }
                    if (self.objects & 1 == 1) != (byte == b'}') {
                        return Reached::Damage(i, "a bracket is closed that was not opened");
                    }
                    self.depth -= 1;
                    self.objects >>= 1;
                    i += 1;
                    if self.depth == 0 && self.form != Form::Member {
                        return Reached::End(i);
                    }
                }
                b',' if self.depth == 0 => return Reached::End(i),
                b'\n' if by_line && self.depth > 0 => match bytes.get(i + 1) {
                    None if !end => return limited(Reached::More(i), bytes.len(), first),
                    Some(b'{') => return Reached::Damage(i, "the line ends inside the record"),
                    _ => i += 1,
                },
                0 => return Reached::Damage(i, "a NUL byte"),
                _ => i += 1,
            }
        }
    }

    /// Counts the `[` that was reported as a member array as an ordinary one.
    pub fn enter_array(&mut self) {
        self.enter(false);
    }

    /// No array in this value is a page's list: none is reported from now on. Deciding that takes
    /// a look at all that stands before the array, which must not be repeated for every array.
    pub fn is_event(&mut self) {
        self.event = true;
    }

    fn enter(&mut self, object: bool) {
        self.depth += 1;
        self.objects = self.objects << 1 | u128::from(object);
    }

    /// Is the next value a member of the outermost object?
    fn at_member(&self) -> bool {
        match self.form {
            Form::Object => self.depth == 1 && !self.event,
            Form::Member => self.depth == 0,
            Form::Row | Form::Text => false,
        }
    }

    /// Why a bracket cannot open at `bytes[i]`, if so: in an object only after a colon, in an
    /// array only after a comma or the opening bracket.
    fn misplaced(&self, byte: u8, bytes: &[u8], first: usize, i: usize) -> Option<&'static str> {
        if self.depth >= MAX_DEPTH {
            return Some("brackets are nested more than 128 deep");
        }
        if i == first {
            return None;
        }
        let before = match bytes[i - 1] {
            b' ' | b'\t' | b'\r' | b'\n' => {
                bytes[first..i].iter().rev().copied().find(|b| !b.is_ascii_whitespace())
            }
            before => Some(before),
        };
        let in_object = self.depth == 0 || self.objects & 1 == 1;
        let fits = match before {
            Some(b':') => in_object,
            Some(b',' | b'[') => !in_object,
            _ => false,
        };
        if fits {
            None
        } else if byte == b'{' {
            Some("a record begins inside another one")
        } else {
            Some("a bracket opens where none can")
        }
    }
}

/// What was reached, or that the value has grown too long.
fn limited(reached: Reached, len: usize, first: usize) -> Reached {
    match reached {
        Reached::More(i) if (len - first) as u64 > MAX_RECORD => {
            Reached::Damage(i, "longer than 64 MiB, the most a record may have")
        }
        other => other,
    }
}

/// The end of a string whose contents go on at `bytes[i]`, behind its closing quote. The byte
/// after the quote is looked at too: where a string was cut and other text glued on, it does not
/// fit.
fn string_end(bytes: &[u8], i: usize, end: bool) -> Reached {
    let mut i = i;
    loop {
        i = string_stop(bytes, i);
        match bytes.get(i) {
            None => return Reached::More(bytes.len()),
            Some(b'"') => {
                return match bytes.get(i + 1) {
                    None if !end => Reached::More(i),
                    Some(&after) if !follows_string(after) => {
                        Reached::Damage(i + 1, "text goes on behind a closing quote")
                    }
                    _ => Reached::End(i + 1),
                };
            }
            Some(b'\\') => {
                if i + 1 >= bytes.len() {
                    return Reached::More(i);
                }
                i += 2;
            }
            // What decodes the event notes it.
            Some(b'\n' | b'\r') => match text_goes_on(&bytes[i..], end) {
                Some(true) => i += 1,
                Some(false) => return Reached::Damage(i, "the line ends inside a text"),
                None => return Reached::More(i),
            },
            Some(_) => i += 1,
        }
    }
}

/// Is the line break at the start of `bytes` a raw one in a text, not where a text was cut? Behind a
/// cut JSON goes on; `None` where too little is there.
fn text_goes_on(bytes: &[u8], end: bool) -> Option<bool> {
    match bytes.trim_ascii_start().first() {
        Some(b'{' | b'}' | b'[' | b']' | b'"') => Some(false),
        Some(_) => Some(true),
        None => end.then_some(false),
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;
const QUOTE: u64 = 0x22;
const BACKSLASH: u64 = 0x5c;

/// The first quote, backslash or control character at or after `bytes[i]`, eight bytes at a time:
/// strings in audit records are short, and calling out for each would cost more than the search.
fn string_stop(bytes: &[u8], i: usize) -> usize {
    let mut i = i;
    while let Some(chunk) = bytes.get(i..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ (ONES * QUOTE);
        let backslash = word ^ (ONES * BACKSLASH);
        let hits = ((quote.wrapping_sub(ONES) & !quote)
            | (backslash.wrapping_sub(ONES) & !backslash)
            | (word.wrapping_sub(ONES * 0x20) & !word))
            & HIGHS;
        if hits != 0 {
            // Borrows only reach upwards, so the lowest hit is exact.
            return i + (hits.trailing_zeros() / 8) as usize;
        }
        i += 8;
    }
    while let Some(&byte) = bytes.get(i) {
        if byte == b'"' || byte == b'\\' || byte < 0x20 {
            break;
        }
        i += 1;
    }
    i
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(text: &str) -> Reached {
        Scan::new(0, Form::Object).run(text.as_bytes(), 0, 0, false, true)
    }

    #[test]
    fn the_end_of_an_object_is_found_past_brackets_in_strings() {
        let text = r#"{"a":"}]{[\"\\","b":{"c":{"d":[1]}}} rest"#;
        assert_eq!(scan(text), Reached::End(text.len() - 5));
    }

    #[test]
    fn a_string_cut_in_the_middle_shows_at_the_next_quote() {
        assert!(matches!(scan(r#"{"id":"x","activ{"value":[]}"#), Reached::Damage(18, _)));
        assert!(matches!(scan(r#"{"id":"Sync_1"{ "error":1}"#), Reached::Damage(14, _)));
        assert!(matches!(scan(r#"{"id":12{"error":1}"#), Reached::Damage(8, _)));
        assert!(matches!(scan("{\"id\":\"a\n\"b\":1}"), Reached::Damage(8, _)));
        assert!(matches!(scan("{\"id\":\"a\r\n  {\"id\":1}"), Reached::Damage(8, _)));
        assert!(matches!(scan("{\"id\":\"a\n"), Reached::Damage(8, _)));
        assert!(matches!(scan(r#"{"id":{"a":1]}"#), Reached::Damage(12, _)));
    }

    #[test]
    fn raw_control_characters_are_part_of_a_text() {
        for control in ["\t", "\u{1b}", "\0", "\n", "\r\n", "\n\n "] {
            let text = format!("{{\"id\":\"a{control}b\",\"n\":1}}");
            assert_eq!(scan(&text), Reached::End(text.len()), "{control:?}");
        }
    }

    #[test]
    fn nesting_is_counted_not_recursed() {
        let deep = format!(r#"{{"a":{{"b":{}"#, "[".repeat(10_000));
        let mut scan = Scan::new(0, Form::Object);
        let Reached::Damage(at, reason) = scan.run(deep.as_bytes(), 0, 0, false, true) else {
            panic!("not seen");
        };
        assert_eq!((at, reason), (10 + 126, "brackets are nested more than 128 deep"));
    }

    #[test]
    fn every_byte_is_classified_the_same_in_words_and_alone() {
        for byte in 0..=255u8 {
            for place in 0..16 {
                let mut text = [b'a'; 16];
                text[place] = byte;
                let stops = byte == b'"' || byte == b'\\' || byte < 0x20;
                let expected = if stops { place } else { 16 };
                assert_eq!(string_stop(&text, 0), expected, "{byte} at {place}");
            }
        }
    }
}
