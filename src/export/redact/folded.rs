//! Text as it is searched for names: letter case, accents in two characters, runs of spaces, escapes undone.
//! Never what is written: each place leads back to the text as it was.

use std::borrow::Cow;
use std::ops::Range;

use crate::text::is_invisible;

/// A text in one spelling, with the place in the original that each of its bytes stands for.
pub(super) struct Folded<'t> {
    /// Small letters; what was escaped (`%40`, `\u0040`) as itself; one space for a run of white space.
    pub(super) text: String,
    /// Byte in the original of each byte, and its length at the end; `None` where both are the same.
    at: Option<Vec<usize>>,
    original: &'t str,
}

/// How many times a text may be escaped for addresses of the web, and be read all the same.
const MOST_ESCAPED: usize = 4;

/// Combining marks with the small letters they join, and what these become. Decomposed and composed
/// letters meet in this form. Source: Unicode, canonical compositions of Latin, Greek and Cyrillic.
const JOINED: &[(char, &str, &str)] = &[
    ('\u{300}', "aeiounwyêâôăơưü", "àèìòùǹẁỳềầồằờừǜ"),
    ('\u{301}', "aeiouycnlrszgkmpwæøαεηιουωêâôăơưкг", "áéíóúýćńĺŕśźǵḱḿṕẃǽǿάέήίόύώếấốắớứќѓ"),
    ('\u{302}', "aeiouycghjswzạẹọ", "âêîôûŷĉĝĥĵŝŵẑậệộ"),
    ('\u{303}', "anoeiuyvêâôăơư", "ãñõẽĩũỹṽễẫỗẵỡữ"),
    ('\u{304}', "aeiougyæ", "āēīōūḡȳǣ"),
    ('\u{306}', "aegiouиạ", "ăĕğĭŏŭйặ"),
    ('\u{307}', "cegzabdfhmnprstwxy", "ċėġżȧḃḋḟḣṁṅṗṙṡṫẇẋẏ"),
    ('\u{308}', "aeiouywhxtеіιυ", "äëïöüÿẅḧẍẗёїϊϋ"),
    ('\u{309}', "aeiouyêâôăơư", "ảẻỉỏủỷểẩổẳởử"),
    ('\u{30a}', "auwy", "åůẘẙ"),
    ('\u{30b}', "ou", "őű"),
    ('\u{30c}', "cdenrstzaiougkjl", "čďěňřšťžǎǐǒǔǧǩǰľ"),
    ('\u{31b}', "ou", "ơư"),
    ('\u{323}', "aeiouyơưbdhklmnrstvwz", "ạẹịọụỵợựḅḍḥḳḷṃṇṛṣṭṿẉẓ"),
    ('\u{326}', "st", "șț"),
    ('\u{327}', "cstgklnrdeh", "çşţģķļņŗḑȩḩ"),
    ('\u{328}', "aeiuo", "ąęįųǫ"),
];

fn joined(letter: char, mark: char) -> Option<char> {
    let (_, from, to) = JOINED.iter().find(|(known, ..)| *known == mark)?;
    let at = from.chars().position(|known| known == letter)?;
    to.chars().nth(at)
}

/// The one spelling of a name.
pub(super) fn key(name: &str) -> String {
    Folded::of(name).text.trim().to_owned()
}

impl<'t> Folded<'t> {
    pub(super) fn of(original: &'t str) -> Self {
        let plain = |pair: [u8; 2]| {
            let is_run = pair == *b"  ";
            !is_run && !matches!(pair[0], 0..b' ' | 0x7f.. | b'%' | b'\\')
        };
        let bytes = original.as_bytes();
        let is_plain = (bytes.iter().zip(bytes.iter().skip(1).chain(b".")))
            .all(|(&one, &next)| plain([one, next]));
        if is_plain {
            return Self { text: original.to_ascii_lowercase(), at: None, original };
        }
        let mut folded = Self { text: String::new(), at: Some(Vec::new()), original };
        let mut rest = original;
        while let Some(c) = rest.chars().next() {
            let start = original.len() - rest.len();
            let (read, len) =
                escaped(rest).unwrap_or((Cow::Borrowed(&rest[..c.len_utf8()]), c.len_utf8()));
            for c in read.chars() {
                folded.push(c, start);
            }
            rest = &rest[len..];
        }
        if let Some(at) = &mut folded.at {
            at.push(original.len());
        }
        folded
    }

    fn push(&mut self, c: char, start: usize) {
        let is_space = c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}');
        if is_invisible(c) || (is_space && self.text.ends_with(' ')) {
            return;
        }
        if let Some(last) = self.text.chars().next_back()
            && let Some(both) = joined(last, c)
        {
            self.text.pop();
            let at = self.at.get_or_insert_default();
            let first = at.get(self.text.len()).copied().unwrap_or(start);
            at.truncate(self.text.len());
            self.text.push(both);
            at.resize(self.text.len(), first);
            return;
        }
        if is_space {
            self.text.push(' ');
        } else if c.is_ascii() {
            self.text.push(c.to_ascii_lowercase());
        } else {
            // Upper then lower is full case folding: ß and SS meet.
            self.text.extend(c.to_uppercase().flat_map(char::to_lowercase));
        }
        let len = self.text.len();
        self.at.get_or_insert_default().resize(len, start);
    }

    /// The place in the original.
    pub(super) fn original(&self, range: &Range<usize>) -> Range<usize> {
        let Some(at) = &self.at else { return range.clone() };
        let place = |of: usize| at.get(of).copied().unwrap_or(self.original.len());
        place(range.start)..place(range.end).max(place(range.start))
    }
}

/// What an escape at the start of a text stands for, and its length.
fn escaped(text: &str) -> Option<(Cow<'static, str>, usize)> {
    let bytes = text.as_bytes();
    if bytes.first() == Some(&b'%') {
        // What was escaped again has the percent sign itself as `%25`.
        let pair = |at: usize| -> Option<(u8, usize)> {
            let mut at = Some(at).filter(|at| bytes.get(*at) == Some(&b'%'))? + 1;
            let digits = |at: usize| {
                let pair = text.get(at..at + 2).filter(|pair| !pair.starts_with('+'))?;
                u8::from_str_radix(pair, 16).ok()
            };
            for _ in 0..MOST_ESCAPED {
                if digits(at) != Some(b'%') || digits(at + 2).is_none() {
                    break;
                }
                at += 2;
            }
            Some((digits(at)?, at + 2))
        };
        // Bytes of one character, or of several: only whole characters count.
        let (mut read, mut end) = (Vec::new(), 0);
        let one = (0..4).find_map(|_| {
            let (byte, next) = pair(end)?;
            read.push(byte);
            end = next;
            std::str::from_utf8(&read).ok().map(|text| (text.to_owned(), end))
        })?;
        return Some((Cow::Owned(one.0), one.1));
    }
    // JSON in JSON doubles the backslashes.
    let slashes = bytes.iter().take(17).take_while(|byte| **byte == b'\\').count();
    if (1..=16).contains(&slashes) && bytes.get(slashes) == Some(&b'u') {
        let digits =
            text.get(slashes + 1..slashes + 5).filter(|digits| !digits.starts_with('+'))?;
        let c = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)?;
        return Some((Cow::Owned(c.to_string()), slashes + 5));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_one_key() {
        for (one, other) in [
            ("Günther Übel", "GU\u{308}NTHER  U\u{308}BEL"),
            ("üser größe", "ÜSER GRÖSSE"),
            ("per.ek@hush.example", "per.ek%40hush.example"),
            ("eve.sp@hush.example", "\\u0065ve.sp\\\\u0040hush.example"),
            ("Jürgen", "J%C3%BCrgen"),
            ("Jürgen", "J%25C3%25BCrgen"),
            ("per.ek@hush.example", "per.ek%252540hush.example"),
            ("An\u{200b}na\tKlar", " anna klar"),
            ("Nguyễn", "NGUYE\u{302}\u{303}N"),
        ] {
            assert_eq!(key(one), key(other), "{one}");
        }
        assert_eq!(key("100% \\user %zz \\u+123 %+1"), "100% \\user %zz \\u+123 %+1");
        for (_, from, to) in JOINED {
            assert_eq!(from.chars().count(), to.chars().count(), "{from}");
        }
    }

    #[test]
    fn places_lead_back_to_the_text() {
        let text = "a U\u{308}BEL%40x  GRÖSSE ß.";
        let folded = Folded::of(text);
        let place = |part: &str| {
            let at = folded.text.find(part).expect("a part");
            &text[folded.original(&(at..at + part.len()))]
        };
        assert_eq!(place("übel@x"), "U\u{308}BEL%40x");
        assert_eq!(place("x grösse"), "x  GRÖSSE");
        assert_eq!(place("ss."), "ß.");
        assert_eq!(folded.original(&(0..folded.text.len())), 0..text.len());
    }
}
