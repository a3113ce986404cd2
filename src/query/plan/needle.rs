//! The parts of a text that any spelling of it must have: [`needles`].
//! Never a part that a record may spell otherwise without [`Letters`] saying how.
//!
//! entrail finds a name whatever dash, space, quote or case it is written with, and JSON writes some
//! characters in ways of its own. What is left are runs of plain letters; and even those some records
//! write with other letters, which case folding takes for them: `ſ` for `s`, `ﬁ` for `fi`.

/// May it stand in a text that is compared?
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '@' | '.')
}

/// The parts that a text must have to match a value, whatever its spelling. Of a path, whose steps may
/// stand apart, those between full stops.
pub(super) fn needles(text: &str, is_path: bool) -> Vec<&str> {
    let cuts = |c: char| !is_plain(c) || (is_path && c == '.');
    // A full stop at the end makes no difference, and one alone says nothing.
    let whole = text.split(cuts).map(|piece| piece.trim_matches('.'));
    // A number in a value may be written in another way, and no byte at all is no part.
    let is_number = |piece: &str| piece.bytes().all(|byte| byte.is_ascii_digit());
    whole.filter(|piece| if is_path { !is_number(piece) } else { !piece.is_empty() }).collect()
}

/// Can a value that contains this text, letter by letter apart from their case, be told to match it?
pub(super) fn is_literal(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && text == text.trim()
        && !text.contains("  ")
        && !text.is_empty()
        && !text.ends_with('.')
}

/// Letters beyond ASCII that fold to plain ones, with what they fold to: all there are, as a test shows.
const FOLDED: &[(char, &str)] = &[
    ('\u{df}', "ss"),
    ('\u{130}', "i\u{307}"),
    ('\u{131}', "i"),
    ('\u{149}', "\u{2bc}n"),
    ('\u{17f}', "s"),
    ('\u{1f0}', "j\u{30c}"),
    ('\u{1e96}', "h\u{331}"),
    ('\u{1e97}', "t\u{308}"),
    ('\u{1e98}', "w\u{30a}"),
    ('\u{1e99}', "y\u{30a}"),
    ('\u{1e9a}', "a\u{2be}"),
    ('\u{212a}', "k"),
    ('\u{fb00}', "ff"),
    ('\u{fb01}', "fi"),
    ('\u{fb02}', "fl"),
    ('\u{fb03}', "ffi"),
    ('\u{fb04}', "ffl"),
    ('\u{fb05}', "st"),
    ('\u{fb06}', "st"),
];

/// Letters that may stand for some of a text's own.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Letters {
    letters: Vec<char>,
    is_json: bool,
}

impl Letters {
    /// Those that may stand for letters of these parts; in JSON text also what is written by number.
    pub(super) fn of(needles: &[&str], is_json: bool) -> Self {
        let may_be = |&&(_, folded): &&(char, &str)| needles.iter().any(|n| touches(n, folded));
        let letters = FOLDED.iter().filter(may_be).map(|(letter, _)| *letter).collect();
        Self { letters, is_json }
    }

    /// Is there none?
    pub(super) fn is_empty(&self) -> bool {
        self.letters.is_empty() && !self.is_json
    }

    /// A regular expression that finds one; `letter` writes one in a class.
    pub fn regex(&self, letter: impl Fn(char) -> String) -> String {
        let class: String = self.letters.iter().map(|&c| letter(c)).collect();
        let class = if class.is_empty() { class } else { format!("[{class}]") };
        if !self.is_json {
            return class;
        }
        // Plain letters, digits and signs by their numbers, in whichever layer of JSON.
        let mut codes =
            "00(?:2[Ee]|3[0-9]|4[0-9A-Fa-f]|5[0-9AaFf]|6[1-9A-Fa-f]|7[0-9Aa])".to_owned();
        for &c in &self.letters {
            codes.push('|');
            for digit in format!("{:04x}", u32::from(c)).chars() {
                match digit.is_ascii_digit() {
                    true => codes.push(digit),
                    false => codes.extend(['[', digit, digit.to_ascii_uppercase(), ']']),
                }
            }
        }
        let codes = format!(r"\\u(?:{codes})");
        if class.is_empty() { codes } else { format!("{class}|{codes}") }
    }
}

/// May a part of a folded text be made of some of what a letter folds to?
fn touches(needle: &str, folded: &str) -> bool {
    let needle = needle.to_ascii_lowercase();
    let cuts = || folded.char_indices().map(|(at, _)| at).filter(|&at| at > 0);
    needle.contains(folded)
        || folded.contains(&needle)
        || cuts().any(|at| needle.starts_with(&folded[at..]) || needle.ends_with(&folded[..at]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold;

    #[test]
    fn every_letter_that_folds_to_a_plain_one_is_known() {
        for c in ('\u{80}'..=char::MAX).filter(|c| !c.is_whitespace()) {
            let folded = fold(&format!("x{c}x"));
            let folded = folded.trim_start_matches('x').trim_end_matches('x');
            let known = FOLDED.iter().find(|(letter, _)| *letter == c).map(|(_, folded)| *folded);
            assert_eq!(known, folded.contains(is_plain).then_some(folded), "{c:?}");
        }
    }

    #[test]
    fn a_letter_counts_only_where_it_can_stand_for_some_of_a_text() {
        let of = |needle: &str| Letters::of(&[needle], false).regex(|c| c.to_string());
        assert_eq!(of("Update"), "");
        assert_eq!(of("role"), "");
        assert_eq!(of("user"), "[\u{17f}]");
        assert_eq!(of("kim"), "[\u{131}\u{212a}]");
        assert_eq!(of("ff"), "[\u{fb00}\u{fb01}\u{fb02}\u{fb03}\u{fb04}]");
        assert_eq!(of("sales"), "[\u{df}\u{17f}\u{fb05}\u{fb06}]");
        let json = Letters::of(&["add"], true).regex(|c| c.to_string());
        let regex = regex::Regex::new(&json).expect("an expression");
        assert!(regex.is_match(r"\u0061dd") && regex.is_match(r"\\u0041dd"), "{json}");
        assert!(!regex.is_match(r"Kim\u0027s \u003cadd\u003e"), "{json}");
    }

    #[test]
    fn parts_are_what_no_spelling_changes() {
        let parts = |text, is_path| needles(text, is_path);
        assert_eq!(
            parts("Update application - Certificates’ x.", false),
            ["Update", "application", "Certificates", "x"]
        );
        assert_eq!(parts("kim@contoso.com", false), ["kim@contoso.com"]);
        assert_eq!(parts("Policy.state=1", true), ["Policy", "state"]);
        assert_eq!(parts("–", false), [""; 0]);
        assert!(is_literal("Add user") && !is_literal("a  b") && !is_literal("a."));
    }
}
