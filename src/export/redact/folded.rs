//! Text as it is searched for names: letter case, accents in two characters, runs of spaces, full-width and
//! other forms of letters, and escapes are undone.
//! Never what is written: each place leads back to the text as it was.

use std::borrow::Cow;
use std::ops::Range;

use icu_normalizer::properties::CanonicalCompositionBorrowed;
use icu_normalizer::{ComposingNormalizer, ComposingNormalizerBorrowed};

use crate::text::escapes::{byte_escape, hex_pair, html_reference, language_escape, whole_letter};
use crate::text::{is_dash, is_invisible};

/// A text in one spelling, with the place in the original that each of its bytes stands for.
pub(super) struct Folded<'t> {
    /// Small letters; what was escaped (`%40`, `\u0040`, `&#64;`) as itself; one space for a run of white
    /// space.
    pub(super) text: String,
    /// Byte in the original of each byte, and its length at the end; `None` where both are the same.
    at: Option<Vec<usize>>,
    original: &'t str,
}

/// So many hexadecimal digits in a row are an id, or its beginning.
const ID: usize = 8;

/// How many times a text may be escaped for addresses of the web, and be read all the same.
const MOST_ESCAPED: usize = 4;

/// The one spelling of a name.
pub(super) fn key(name: &str) -> String {
    Folded::of(name).text.trim().to_owned()
}

/// Letters and the marks behind them as one character, where there is one: decomposed and composed letters
/// meet in this form.
const JOINED: CanonicalCompositionBorrowed<'static> = CanonicalCompositionBorrowed::new();

/// Letters in one form: full-width and mathematical letters, ligatures and such as plain ones.
const FORMS: ComposingNormalizerBorrowed<'static> = ComposingNormalizer::new_nfkc();

/// Has the character another form that means the same? Signs have some, too, but end a word.
fn has_form(c: char) -> bool {
    !c.is_ascii()
        && (c.is_alphanumeric() || matches!(c, '\u{ff00}'..='\u{ffef}' | '\u{fe50}'..='\u{fe6f}'))
}

impl<'t> Folded<'t> {
    pub(super) fn of(original: &'t str) -> Self {
        let plain = |pair: [u8; 2]| {
            let is_run = pair == *b"  ";
            !is_run && !matches!(pair[0], 0..b' ' | 0x7f.. | b'%' | b'\\' | b'&')
        };
        let bytes = original.as_bytes();
        let is_plain = (bytes.iter().zip(bytes.iter().skip(1).chain(b".")))
            .all(|(&one, &next)| plain([one, next]));
        if is_plain {
            return Self { text: original.to_ascii_lowercase(), at: None, original };
        }
        Self::read(original, escaped)
    }

    /// The same where it was written in quoted-printable (RFC 2045): `=6B` is a letter. `None` where
    /// nothing was.
    pub(super) fn quoted(original: &'t str) -> Option<Self> {
        has_quoted(original).then(|| {
            Self::read(original, |text| match quoted_printable(text) {
                Some((letter, len)) => {
                    let read = letter.map(String::from).unwrap_or_default();
                    Some((Cow::Owned(read), len))
                }
                None => escaped(text),
            })
        })
    }

    /// What `undone` reads from the beginning of a text stands for that many of its bytes.
    fn read(
        original: &'t str,
        undone: impl Fn(&str) -> Option<(Cow<'static, str>, usize)>,
    ) -> Self {
        let mut folded = Self { text: String::new(), at: Some(Vec::new()), original };
        let mut rest = original;
        while let Some(c) = rest.chars().next() {
            let start = original.len() - rest.len();
            let (read, len) =
                undone(rest).unwrap_or((Cow::Borrowed(&rest[..c.len_utf8()]), c.len_utf8()));
            for c in read.chars() {
                if has_form(c) {
                    let form = FORMS.normalize(c.encode_utf8(&mut [0; 4])).into_owned();
                    form.chars().for_each(|c| folded.push(c, start));
                } else {
                    folded.push(c, start);
                }
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
        // Zeros are what UTF-16 has between letters.
        if c == '\0' || is_invisible(c) || (is_space && self.text.ends_with(' ')) {
            return;
        }
        if is_space {
            self.put(' ', start);
        } else if is_dash(c) {
            self.put('-', start);
        } else if c.is_ascii() {
            self.put(c.to_ascii_lowercase(), start);
        } else {
            // Upper then lower is full case folding: ß and SS meet.
            let folded = c.to_uppercase().flat_map(char::to_lowercase);
            folded.for_each(|c| self.put(c, start));
        }
    }

    /// Puts a folded character, or joins it with the last one.
    fn put(&mut self, c: char, start: usize) {
        let at = self.at.get_or_insert_default();
        let last = self.text.chars().next_back().filter(|_| !c.is_ascii());
        let (letter, start) = match last.and_then(|last| JOINED.compose(last, c)) {
            Some(both) => {
                self.text.pop();
                let first = at.get(self.text.len()).copied().unwrap_or(start);
                at.truncate(self.text.len());
                (both, first)
            }
            None => (c, start),
        };
        self.text.push(letter);
        at.resize(self.text.len(), start);
    }

    /// What a place was written as.
    pub(super) fn written(&self, range: &Range<usize>) -> &'t str {
        &self.original[self.original(range)]
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
    let owned = |(letter, len): (char, usize)| (Cow::Owned(letter.to_string()), len);
    match bytes.first()? {
        b'%' => percent(text),
        b'&' => html_reference(bytes).map(|(letters, len)| (Cow::Owned(letters), len)),
        b'\\' => {
            // JSON in JSON doubles the backslashes.
            let slashes = bytes.iter().take(17).take_while(|byte| **byte == b'\\').count();
            let behind = bytes.get(slashes..).filter(|_| slashes <= 16)?;
            language_escape(behind).map(|(letter, len)| owned((letter, slashes + len)))
        }
        _ => None,
    }
}

/// `%40`, and `%u0040` as old scripts write it.
fn percent(text: &str) -> Option<(Cow<'static, str>, usize)> {
    let bytes = text.as_bytes();
    if let [b'%', behind @ ..] = bytes
        && let [b'u' | b'U', ..] = behind
    {
        let (letter, len) = language_escape(behind).filter(|(_, len)| *len == 5)?;
        return Some((Cow::Owned(letter.to_string()), len + 1));
    }
    // What was escaped again has the percent sign itself as `%25`.
    let pair = |at: usize| -> Option<(u8, usize)> {
        let mut at = Some(at).filter(|at| bytes.get(*at) == Some(&b'%'))? + 1;
        let digits = |at: usize| hex_pair(*bytes.get(at)?, *bytes.get(at + 1)?);
        for _ in 0..MOST_ESCAPED {
            if digits(at) != Some(b'%') || digits(at + 2).is_none() {
                break;
            }
            at += 2;
        }
        Some((digits(at)?, at + 2))
    };
    let (letter, len) = whole_letter(pair)?;
    Some((Cow::Owned(letter.to_string()), len))
}

/// What quoted-printable at the start of a text stands for, nothing for a line that goes on, and its
/// length.
fn quoted_printable(text: &str) -> Option<(Option<char>, usize)> {
    let bytes = text.as_bytes();
    match bytes {
        [b'=', b'\r', b'\n', ..] => Some((None, 3)),
        [b'=', b'\n', ..] => Some((None, 2)),
        [b'=', ..] => {
            let (letter, len) = byte_escape(bytes, b"=")?;
            // Ids follow an equals sign, too.
            let run = bytes[1..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            (!letter.is_control() && run < ID).then_some((Some(letter), len))
        }
        _ => None,
    }
}

/// Is some of it written in quoted-printable?
pub(super) fn has_quoted(text: &str) -> bool {
    text.match_indices('=').any(|(at, _)| quoted_printable(&text[at..]).is_some())
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
            ("kim", "&#107;im"),
            ("kim", "&amp;#x6B;i&#109"),
            ("Übel", "&Uuml;bel"),
            ("kim", "\\x6bim"),
            ("kim", "%u006b\\u{69}m"),
            ("kim@fern.example", "ｋｉｍ＠ｆｅｒｎ．ｅｘａｍｐｌｅ"),
            ("kim", "𝐤𝗂𝓶"),
            ("kim", "k\0i\0m\0"),
            ("Anna-Lena", "anna–lena"),
        ] {
            assert_eq!(key(one), key(other), "{one}");
        }
        assert_eq!(key("100% \\user %zz \\u+123 %+1"), "100% \\user %zz \\u+123 %+1");
    }

    /// Marks with small letters of Latin, Greek and Cyrillic, and what these become with the mark.
    const JOINED_LETTERS: &[(char, &str, &str)] = &[
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

    #[test]
    fn letters_and_their_marks_are_one() {
        for (mark, from, to) in JOINED_LETTERS {
            assert_eq!(from.chars().count(), to.chars().count(), "{from}");
            for (letter, both) in from.chars().zip(to.chars()) {
                assert_eq!(key(&format!("{letter}{mark}")), key(&both.to_string()), "{both}");
            }
        }
        assert_eq!(key("か\u{3099}き"), key("がき"));
    }

    #[test]
    fn quoted_printable_is_read_where_it_is_some() {
        let read = |text: &str| Folded::quoted(text).map(|folded| folded.text);
        assert_eq!(read("=6B=69=6D").as_deref(), Some("kim"));
        assert_eq!(read("J=C3=BCr=\r\ngen").as_deref(), Some("jürgen"));
        assert_eq!(read("a=b&c=zz&d=1b"), None);
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
