//! One value against one pattern: contains, equals, wildcards, regular expressions, ranges.
//! Never knows which field the value came from.

use std::net::IpAddr;

use regex::Regex;

use super::{Operator, Value};
use crate::text::{fold, fold_fragment};

/// What a value must be to match.
#[derive(Debug)]
pub enum Pattern {
    /// There is a value.
    Exists,
    /// Contains this, folded.
    Contains(String),
    /// Contains the first, folded as it was typed, or is the second: a value contains itself also
    /// where folding takes something from its ends.
    ContainsOrIs(String, String),
    /// Is this, folded.
    Equals(String),
    /// Wildcards, on the folded value.
    Wildcard(Regex),
    /// A regular expression, on the value as logged.
    Regex(Regex),
    /// Between these, both included, folded; IP addresses by number.
    Between(Option<String>, Option<String>),
}

/// Compiled expressions may take this many bytes: what a person writes takes far less, and what
/// would stall the screen is refused.
const MOST_REGEX_BYTES: usize = 2 << 20;

/// A regular expression as queries mean it: case ignored. Fails with a sentence for the user.
pub fn regex(source: &str) -> Result<Regex, String> {
    regex::RegexBuilder::new(source)
        .case_insensitive(true)
        .size_limit(MOST_REGEX_BYTES)
        .build()
        .map_err(|problem| match problem {
            regex::Error::CompiledTooBig(_) => "this regular expression is too large".to_owned(),
            other => {
                let text = other.to_string();
                let last = text.lines().last().unwrap_or_default();
                format!("regular expression: {}", last.trim_start_matches("error: "))
            }
        })
}

/// A wildcard word as a regular expression over folded text.
fn wildcard(word: &str, whole: bool) -> Option<Regex> {
    let mut source = String::from("(?s)");
    if whole {
        source.push('^');
    }
    for c in fold_fragment(word).chars() {
        match c {
            '*' => source.push_str(".*"),
            '?' => source.push('.'),
            c => source.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    if whole {
        source.push('$');
    }
    regex::RegexBuilder::new(&source).size_limit(MOST_REGEX_BYTES).build().ok()
}

impl Pattern {
    /// The pattern of one value that is not a list. `None` where it can match nothing.
    pub fn new(operator: Operator, value: &Value) -> Option<Self> {
        let whole = operator != Operator::Contains;
        match value {
            Value::Text(text) if whole => Some(Self::Equals(fold(text))),
            Value::Text(text) if text.is_empty() => Some(Self::Exists),
            Value::Text(text) => Some(match (fold_fragment(text), fold(text)) {
                (fragment, whole) if fragment == whole => Self::Contains(whole),
                (fragment, whole) => Self::ContainsOrIs(fragment, whole),
            }),
            Value::Wildcard(word) => wildcard(word, whole).map(Self::Wildcard),
            Value::Regex(source) => regex(source).ok().map(Self::Regex),
            Value::Range(from, to) => {
                Some(Self::Between(from.as_deref().map(fold), to.as_deref().map(fold)))
            }
            Value::AnyOf(_) => None,
        }
    }

    /// Does a value match? `logged` is the value as it is, `folded` the same folded. A value that is
    /// empty matches nothing.
    pub fn matches(&self, logged: &str, folded: &str) -> bool {
        if logged.is_empty() {
            return false;
        }
        match self {
            Self::Exists => true,
            Self::Contains(needle) => folded.contains(needle.as_str()),
            Self::ContainsOrIs(needle, whole) => {
                folded.contains(needle.as_str()) || folded == whole
            }
            Self::Equals(whole) => folded == whole,
            Self::Wildcard(regex) => regex.is_match(folded),
            Self::Regex(regex) => regex.is_match(logged),
            Self::Between(from, to) => {
                from.as_ref().is_none_or(|from| ordered(from, folded))
                    && to.as_ref().is_none_or(|to| ordered(folded, to))
            }
        }
    }
}

/// Is `a` not after `b`? Addresses of one family by number, anything else as text.
fn ordered(a: &str, b: &str) -> bool {
    match (a.parse::<IpAddr>(), b.parse::<IpAddr>()) {
        (Ok(IpAddr::V4(a)), Ok(IpAddr::V4(b))) => a <= b,
        (Ok(IpAddr::V6(a)), Ok(IpAddr::V6(b))) => a <= b,
        _ => a <= b,
    }
}

/// A regular expression that finds `needle` in the original text of records with the same
/// tolerance as folding: case, kind of dash and runs of white space. Only that `ss` does not find
/// `ß` there: the text is searched as it is written.
pub fn in_raw_text(needle: &str) -> Option<regex::bytes::Regex> {
    let mut source = String::new();
    let mut spaces = false;
    for c in needle.chars() {
        let own = regex::escape(c.encode_utf8(&mut [0; 4]));
        let folded = fold_fragment(c.encode_utf8(&mut [0; 4]));
        let space = folded == " ";
        match folded.as_str() {
            " " if spaces => {}
            " " => source.push_str(r"[\s\x1c-\x1f]+"),
            "-" => source.push_str("[-\u{2010}-\u{2015}\u{2212}\u{fe58}\u{fe63}\u{ff0d}]"),
            // One letter that folds to several is found as it is, too.
            several if several.chars().nth(1).is_some() => {
                source.extend(["(?:", &own, "|", &regex::escape(several), ")"]);
            }
            one => source.push_str(&regex::escape(one)),
        }
        spaces = space;
    }
    regex::bytes::RegexBuilder::new(&source)
        .case_insensitive(true)
        .size_limit(MOST_REGEX_BYTES)
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(operator: Operator, value: &Value, logged: &str) -> bool {
        Pattern::new(operator, value).expect("a pattern").matches(logged, &fold(logged))
    }

    #[test]
    fn words_wildcards_and_ranges() {
        use Operator::{Contains, Equals};
        let text = |t: &str| Value::Text(t.to_owned());
        let wild = |t: &str| Value::Wildcard(t.to_owned());
        assert!(matches(Contains, &text("certificates – AND"), "x - Certificates - and secrets "));
        assert!(matches(Equals, &text("add user"), "Add user."));
        assert!(!matches(Equals, &text("add"), "Add user"));
        assert!(matches(Contains, &wild("add*role"), "Please add member to role now"));
        assert!(matches(Equals, &wild("add*role"), "Add member to role"));
        assert!(!matches(Equals, &wild("add*rol"), "Add member to role"));
        assert!(matches(Equals, &wild("g?n"), "gün"));
        assert!(matches(Equals, &wild("a.c*"), "a.cd") && !matches(Equals, &wild("a.c*"), "abcd"));
        let range = Value::Range(Some("192.0.2.9".into()), Some("192.0.2.20".into()));
        assert!(matches(Contains, &range, "192.0.2.10"));
        assert!(!matches(Contains, &range, "192.0.2.100"));
        // A value that ends in a full stop or a space did not contain itself.
        assert!(matches(Contains, &text("Add user."), "Add user."));
        assert!(matches(Contains, &text(" Add user "), "add  user"));
        assert!(!matches(Contains, &text("user. "), "Add user"));
        assert!(matches(Contains, &text(""), "x") && !matches(Contains, &text(""), ""));
    }

    #[test]
    fn raw_text_is_found_with_the_same_tolerance() {
        let found = in_raw_text("application - cert").expect("a pattern");
        assert!(found.is_match("Update APPLICATION – Certificates".as_bytes()));
        let found = in_raw_text("straße\u{ff0d}x").expect("a pattern");
        assert!(found.is_match("\"STRAßE-X\"".as_bytes()) && found.is_match(b"strasse-x"));
    }
}
