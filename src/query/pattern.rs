//! One value against one pattern: contains, equals, wildcards, regular expressions, ranges.
//! Never knows which field the value came from.

use std::net::IpAddr;

use regex::Regex;

use super::{Operator, Value};
use crate::record::address::{Network, address, addresses};
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
    /// Between these, both included, folded.
    Between(Option<String>, Option<String>),
    /// It is `PROPERTY=VALUE` with this property, folded, and a value that matches.
    Property(String, Box<Pattern>),
    /// An address in it is asked for, or it matches the other.
    Address(Addresses, Option<Box<Pattern>>),
}

/// Which addresses are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Addresses {
    /// This one.
    Is(IpAddr),
    /// Those of a block.
    In(Network),
    /// Those of one kind between two, both included.
    Between(Option<IpAddr>, Option<IpAddr>),
}

impl Addresses {
    /// What a value asks for; `None` where it names no address.
    fn of(value: &Value) -> Option<Self> {
        let end = |end: &Option<String>| end.as_deref().map(|text| address(text).ok_or(()));
        match value {
            Value::Text(text) => {
                let block = Network::parse(text).map(Self::In);
                block.or_else(|| address(text).map(Self::Is))
            }
            Value::Range(from, to) => {
                let (from, to) = (end(from).transpose().ok()?, end(to).transpose().ok()?);
                Some(Self::Between(from, to))
            }
            _ => None,
        }
    }

    fn holds(self, own: IpAddr) -> bool {
        let same = |end: &IpAddr| end.is_ipv4() == own.is_ipv4();
        match self {
            Self::Is(address) => address == own,
            Self::In(block) => block.contains(own),
            Self::Between(from, to) => {
                from.is_none_or(|from| same(&from) && from <= own)
                    && to.is_none_or(|to| same(&to) && own <= to)
            }
        }
    }
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
            Value::AnyOf(_) | Value::Keyed(..) => None,
        }
    }

    /// As [`Pattern::new`], for values that read `PROPERTY=VALUE`: a property that is asked for is
    /// the whole one, not the end of its name.
    pub fn of_property(operator: Operator, value: &Value) -> Option<Self> {
        let (text, made): (_, fn(String) -> Value) = match value {
            Value::Text(text) => (text, Value::Text),
            Value::Wildcard(text) => (text, Value::Wildcard),
            _ => return Self::new(operator, value),
        };
        let is_path =
            |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '[' | ']' | ' ');
        match text.split_once('=') {
            Some((property, rest))
                if operator == Operator::Contains
                    && !property.is_empty()
                    && property.chars().all(is_path) =>
            {
                let rest = if rest.is_empty() {
                    Value::Text(String::new())
                } else {
                    made(rest.to_owned())
                };
                let inner = Self::new(operator, &rest)?;
                Some(Self::Property(fold(property), Box::new(inner)))
            }
            _ => Self::new(operator, value),
        }
    }

    /// As [`Pattern::new`], for values that are addresses: whichever way they are spelled. A text that
    /// is contained may still be a part of one.
    pub fn of_address(operator: Operator, value: &Value) -> Option<Self> {
        match Addresses::of(value) {
            None => Self::new(operator, value),
            Some(asked) => {
                let text = operator == Operator::Contains && matches!(value, Value::Text(_));
                let or = if text { Self::new(operator, value).map(Box::new) } else { None };
                Some(Self::Address(asked, or))
            }
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
                from.as_ref().is_none_or(|from| from.as_str() <= folded)
                    && to.as_ref().is_none_or(|to| folded <= to.as_str())
            }
            Self::Property(property, inner) => {
                logged.split_once('=').is_some_and(|(own, value)| {
                    fold(own) == *property && inner.matches(value, &fold(value))
                })
            }
            Self::Address(asked, or) => {
                or.as_ref().is_some_and(|or| or.matches(logged, folded))
                    || addresses(logged).any(|own| asked.holds(own))
            }
        }
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
        // A value that ends in a full stop or a space did not contain itself.
        assert!(matches(Contains, &text("Add user."), "Add user."));
        assert!(matches(Contains, &text(" Add user "), "add  user"));
        assert!(!matches(Contains, &text("user. "), "Add user"));
        assert!(matches(Contains, &text(""), "x") && !matches(Contains, &text(""), ""));
    }

    #[test]
    fn a_property_is_asked_for_by_its_whole_name() {
        let matches = |text: &str, logged: &str| {
            let value = Value::Text(text.to_owned());
            let pattern = Pattern::of_property(Operator::Contains, &value).expect("a pattern");
            pattern.matches(logged, &fold(logged))
        };
        assert!(matches("displayname=pay", "DisplayName=Payroll"));
        assert!(matches("DisplayName=", "DisplayName=Payroll"));
        // The name of a credential was taken for the application's.
        assert!(!matches("DisplayName=", "KeyDescription.DisplayName=Payroll"));
        assert!(matches("Policy.state=dis", "Policy.state=disabled"));
        assert!(matches("Payroll", "KeyDescription.DisplayName=Payroll"));
        assert!(matches("https://x/?a=b", "Url=https://x/?a=b"));
    }

    #[test]
    fn addresses_match_in_every_spelling() {
        use Operator::{Contains, Equals};
        let matches = |operator, value: &Value, logged: &str| {
            let pattern = Pattern::of_address(operator, value).expect("a pattern");
            pattern.matches(logged, &fold(logged))
        };
        let text = |t: &str| Value::Text(t.to_owned());
        for logged in
            ["203.0.113.7", "::ffff:203.0.113.7", "[203.0.113.7]:443", "1.1.1.1, 203.0.113.7:5"]
        {
            assert!(matches(Equals, &text("203.0.113.7"), logged), "{logged}");
            assert!(matches(Equals, &text("203.0.113.7:54321"), logged), "{logged}");
            assert!(matches(Contains, &text("203.0.113.0/24"), logged), "{logged}");
            assert!(matches(Equals, &text("203.0.113.0/24"), logged), "{logged}");
            assert!(!matches(Equals, &text("203.0.113.70"), logged), "{logged}");
        }
        assert!(matches(Contains, &text("113.7"), "203.0.113.70"));
        assert!(matches(Contains, &text(":443"), "203.0.113.7:443"));
        assert!(!matches(Equals, &text("203.0.113.7"), "203.0.113.70"));
        let range = |from: &str, to: &str| Value::Range(Some(from.into()), Some(to.into()));
        assert!(matches(Contains, &range("192.0.2.9", "192.0.2.20"), "192.0.2.10:1"));
        assert!(!matches(Contains, &range("192.0.2.9", "192.0.2.20"), "192.0.2.100"));
        // As text this was between them.
        assert!(!matches(Contains, &range("1.0.0.0", "9.9.9.9"), "2001:db8::1"));
    }

    #[test]
    fn raw_text_is_found_with_the_same_tolerance() {
        let found = in_raw_text("application - cert").expect("a pattern");
        assert!(found.is_match("Update APPLICATION – Certificates".as_bytes()));
        let found = in_raw_text("straße\u{ff0d}x").expect("a pattern");
        assert!(found.is_match("\"STRAßE-X\"".as_bytes()) && found.is_match(b"strasse-x"));
    }
}
