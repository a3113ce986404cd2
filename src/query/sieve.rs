//! A quick look at the original bytes of an event: can it match at all?
//! Never says no where the answer could be yes; what it lets through is decoded and asked properly.
//!
//! It knows one shape, a Graph audit record on one line that begins with its id and category, because
//! that is what large exports are made of; in it the values of most fields stand letter by letter.
//! Anything else is let through.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};

use super::{Expression, Operator, Query, Term, Value};
use crate::text::fold_fragment;

/// Texts of which some must stand in an event for it to match.
#[derive(Debug)]
pub struct Sieve {
    /// Of each, one alternative must be found.
    needed: Vec<Regex>,
}

/// Shorter pieces of text are in nearly every record.
const SHORTEST: usize = 3;

/// Fields whose values are not in the record as they are asked for: derived, or from elsewhere.
const DERIVED: &[&str] = &["time", "result", "actor.kind", "kind", "source", "tenant"];

static ACTIVITY: LazyLock<Finder<'_>> =
    LazyLock::new(|| Finder::new(b"\"activityDisplayName\":\""));
static SIGN_IN: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(b"\"createdDateTime\""));
static ESCAPE: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(b"\\u"));

/// The first bytes of all letters beyond ASCII that fold to ASCII letters: ß, ſ, the Kelvin sign,
/// ligatures and a few more; some others begin alike.
static FOLDS_TO_ASCII: LazyLock<Regex> = LazyLock::new(|| {
    let source =
        r"(?-u)\xc3\x9f|\xc4[\xb0\xb1]|\xc5[\x89\xbf]|\xc7\xb0|\xe1\xba|\xe2\x84\xaa|\xef\xac";
    Regex::new(source).unwrap_or_else(|_| unreachable!("a test compiles it"))
});

impl Sieve {
    /// The sieve of a query; `None` where nothing can be told from the text alone.
    pub fn new(query: &Query) -> Option<Self> {
        let mut groups = Vec::new();
        collect(query.expression.as_ref()?, &mut groups);
        let needed: Vec<Regex> = groups.iter().filter_map(|group| any_of(group)).collect();
        (!needed.is_empty()).then_some(Self { needed })
    }

    /// The id of an event that cannot match; `None` where it can, or where that is not known.
    pub fn id_of_hopeless<'e>(&self, event: &'e [u8]) -> Option<&'e str> {
        let rest = event.strip_prefix(b"{\"id\":\"")?;
        let end = memchr::memchr2(b'"', b'\\', rest)?;
        let (id, rest) = rest.split_at(end);
        if !rest.starts_with(b"\",\"category\":\"") || event.trim_ascii_end().last() != Some(&b'}')
        {
            return None;
        }
        if self.needed.iter().all(|needed| needed.is_match(event)) {
            return None;
        }
        // An escape may stand for a letter that was looked for, and a letter may fold to it.
        let plain =
            ESCAPE.find(event).is_none() && (event.is_ascii() || !FOLDS_TO_ASCII.is_match(event));
        let audit = plain && ACTIVITY.find(event).is_some() && SIGN_IN.find(event).is_none();
        if audit { std::str::from_utf8(id).ok() } else { None }
    }
}

/// One of these texts, in any case.
fn any_of(texts: &[String]) -> Option<Regex> {
    let source: Vec<String> = texts.iter().map(|text| regex::escape(text)).collect();
    RegexBuilder::new(&source.join("|")).case_insensitive(true).unicode(false).build().ok()
}

/// Adds what must stand in a record for the expression to hold: of each group, one text.
fn collect(expression: &Expression, groups: &mut Vec<Vec<String>>) {
    match expression {
        Expression::And(parts) => parts.iter().for_each(|part| collect(part, groups)),
        Expression::Or(parts) => {
            let mut all = Vec::new();
            for part in parts {
                let mut own = Vec::new();
                collect(part, &mut own);
                // The group whose shortest text is longest is the rarest.
                let best = own.into_iter().max_by_key(|group| group.iter().map(String::len).min());
                match best {
                    Some(group) => all.extend(group),
                    None => return,
                }
            }
            groups.push(all);
        }
        Expression::Not(_) => {}
        Expression::Term(term) => groups.extend(of_term(term)),
    }
}

fn of_term(term: &Term) -> Option<Vec<String>> {
    let plain = matches!(term.operator, Operator::Contains | Operator::Equals);
    let derived = term.field.is_some_and(|field| DERIVED.contains(&field.name));
    if !plain || derived { None } else { of_value(&term.value) }
}

fn of_value(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Text(text) | Value::Wildcard(text) => Some(vec![longest_run(text)?]),
        Value::AnyOf(values) => {
            let all: Option<Vec<Vec<String>>> = values.iter().map(of_value).collect();
            Some(all?.into_iter().flatten().collect())
        }
        Value::Regex(_) | Value::Range(..) => None,
    }
}

/// The longest run of ASCII letters and digits in a folded text: what JSON never escapes.
fn longest_run(text: &str) -> Option<String> {
    let folded = fold_fragment(text);
    let runs = folded.split(|c: char| !c.is_ascii_alphanumeric());
    let longest = runs.max_by_key(|run| run.len())?;
    (longest.len() >= SHORTEST).then(|| longest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hopeless(query: &str, event: &str) -> Option<String> {
        let sieve = Sieve::new(&Query::parse(query).expect(query))?;
        sieve.id_of_hopeless(event.as_bytes()).map(str::to_owned)
    }

    const EVENT: &str = r#"{"id":"a1","category":"RoleManagement","activityDisplayName":"Add member to role","x":1}"#;

    #[test]
    fn only_what_cannot_match_is_turned_away() {
        for query in
            ["category:usermanagement", "role group", "activity=(delete invite)", "a b OR guest"]
        {
            let told = hopeless(query, EVENT);
            assert_eq!(told.as_deref(), (query != "a b OR guest").then_some("a1"), "{query}");
        }
        for query in [
            "category:ROLEmanagement",
            "-guest",
            "result=failure",
            "/guest/",
            "activity:add*role",
            "time:today",
        ] {
            assert_eq!(hopeless(query, EVENT), None, "{query}");
        }
    }

    #[test]
    fn every_letter_that_folds_to_ascii_is_known() {
        for c in ('\u{80}'..=char::MAX).filter(|c| c.is_alphabetic()) {
            if crate::text::fold(&c.to_string()).bytes().any(|b| b.is_ascii_alphanumeric()) {
                assert!(FOLDS_TO_ASCII.is_match(c.to_string().as_bytes()), "{c} U+{:X}", c as u32);
            }
        }
        assert_eq!(hopeless("guest", &EVENT.replace("role", "röle")).as_deref(), Some("a1"));
    }

    #[test]
    fn what_is_not_understood_is_let_through() {
        for event in [
            EVENT.replace("role\"", "ro\u{17f}e\""),
            EVENT.replace("role\"", "r\\u006fle\""),
            EVENT.replace("{\"id\"", "{ \"id\""),
            EVENT.replace("activityDisplayName", "createdDateTime"),
            EVENT.replace("\"x\":1}", "\"x\":1"),
        ] {
            assert_eq!(hopeless("guest", &event), None, "{event}");
        }
    }
}
