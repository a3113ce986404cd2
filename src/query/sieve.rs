//! A quick look at the original bytes of events: can they match at all?
//! Never says no where the answer could be yes; what it lets through is decoded and asked properly.
//!
//! It knows one shape, a Graph audit record on one line that begins with its id and category, because
//! that is what large exports are made of; in it the values of most fields stand letter by letter.
//! Anything else is let through. A whole block is searched at once: most texts that are looked for
//! are in few events, and a search costs more to begin than to go on.

mod block;
mod nameless;
mod refused;

use std::sync::LazyLock;

use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};

use self::block::Block;
use self::refused::Refused;
use super::{Expression, Operator, Query, Term, Value};
use crate::format;
use crate::record::address::{Network, address};
use crate::record::content::is_placeholder;
use crate::record::field::Stored;
use crate::record::role;
use crate::record::value_kind::ValueKind;
use crate::store::Span;
use crate::store::names::are_names;
use crate::text::fold_fragment;

/// Texts of which some must stand in an event for it to match, and results it must not have.
#[derive(Debug)]
pub struct Sieve {
    /// Of each, one alternative must be found. What is likely rarest comes first.
    needed: Vec<Regex>,
    /// Words of which none may be the event's result.
    refused: Vec<Refused>,
    /// May a text that is looked for be a name that only other records have?
    by_name: bool,
}

/// Shorter pieces of text are in nearly every record.
const SHORTEST: usize = 3;

/// Fields whose values are not in the record as they are asked for: derived, or from elsewhere.
const DERIVED: &[&str] = &[
    "time",
    "result",
    "actor.kind",
    "kind",
    "source",
    "tenant",
    "change.old",
    "change.new",
    "risk",
    "risk.rule",
    "mark",
    "note",
];

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
        let mut needs = Vec::new();
        collect(query.expression.as_ref()?, &mut needs);
        let (mut groups, mut refused) = (Vec::new(), Vec::new());
        for need in needs {
            match need {
                Need::AnyOf(texts) => groups.push(texts),
                Need::Result(without) => refused.push(without),
            }
        }
        groups.sort_by_key(|group| std::cmp::Reverse(rarity(group)));
        let needed: Vec<Regex> = groups.iter().filter_map(|group| any_of(group)).collect();
        let by_name = asks_for_names(query);
        (!needed.is_empty() || !refused.is_empty()).then_some(Self { needed, refused, by_name })
    }

    /// For each event of a block, its id where it cannot match; `None` where it can, or where that is
    /// not known. `bytes` begin at byte `base` of the text that `events` are places in; the events
    /// are in order and do not overlap.
    pub fn ids_of_hopeless<'b>(
        &self,
        bytes: &'b [u8],
        base: u64,
        events: &[Span],
    ) -> Vec<Option<&'b str>> {
        let block = Block::new(bytes, base, events);
        let mut without = match self.needed.first() {
            Some(first) => {
                block.lacking(|text, from| first.find_at(text, from).map(|hit| hit.range()))
            }
            None => vec![false; events.len()],
        };
        for (at, without) in without.iter_mut().enumerate().filter(|(_, without)| !**without) {
            let event = block.event(at);
            *without = self.needed.iter().skip(1).any(|needed| !needed.is_match(event))
                || self.refused.iter().any(|refused| refused.is_result_of(event));
        }
        if !without.contains(&true) {
            return vec![None; events.len()];
        }
        // An escape may stand for a letter that was looked for, and a letter may fold to it.
        let unescaped = block.lacking(|text, from| {
            let hit = ESCAPE.find(text.get(from..)?)? + from;
            Some(hit..hit + ESCAPE.needle().len())
        });
        let id = |at: usize| {
            let event = block.event(at);
            let told = without[at]
                && unescaped[at]
                && !(self.by_name && nameless::may_be(event))
                && (event.is_ascii() || !FOLDS_TO_ASCII.is_match(event));
            if told { id_of_audit(event) } else { None }
        };
        (0..events.len()).map(id).collect()
    }
}

/// The id of a Graph audit record that begins with its id and category.
fn id_of_audit(event: &[u8]) -> Option<&str> {
    let (id, rest) = text(event.strip_prefix(b"{\"id\":")?)?;
    let (_, rest) = text(rest.strip_prefix(b",\"category\":")?)?;
    let is_whole = event.last() == Some(&b'}') || event.trim_ascii_end().last() == Some(&b'}');
    // Nearly all go on as Graph writes them; of others it is found out what they are.
    let is_audit = is_whole && (goes_on_as_audit(rest).is_some() || format::is_audit(event));
    // Without an id of its own a record is known by what it says: it has to be decoded.
    let id = std::str::from_utf8(id).ok().filter(|id| !is_placeholder(id));
    if is_audit { id } else { None }
}

/// What follows the category in Graph's order, up to the property that only audits have.
fn goes_on_as_audit(rest: &[u8]) -> Option<()> {
    let (_, rest) = text(rest.strip_prefix(b",\"correlationId\":")?)?;
    let (_, rest) = text(rest.strip_prefix(b",\"result\":")?)?;
    let rest = rest.strip_prefix(b",\"resultReason\":")?;
    let rest = rest.strip_prefix(b"null").or_else(|| Some(text(rest)?.1))?;
    rest.starts_with(b",\"activityDisplayName\":").then_some(())
}

/// The inside of the JSON string that begins here, if nothing in it is escaped, and what follows.
fn text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = bytes.strip_prefix(b"\"")?;
    let end = memchr::memchr2(b'"', b'\\', inside)?;
    (inside[end] == b'"').then(|| (&inside[..end], &inside[end + 1..]))
}

/// What must be so for an expression to hold.
enum Need {
    /// One of these texts stands in the record.
    AnyOf(Vec<String>),
    /// The result is none of these.
    Result(Refused),
}

/// Does the answer depend on what objects are called?
fn asks_for_names(query: &Query) -> bool {
    query.any_term(&|term| match term.field.map(|field| &field.stored) {
        Some(Stored::Column(column, parts)) => are_names(*column, parts),
        Some(_) => false,
        // A bare word looks in names.
        None => true,
    })
}

/// One of these texts, in any case.
fn any_of(texts: &[String]) -> Option<Regex> {
    let source: Vec<String> = texts.iter().map(|text| regex::escape(text)).collect();
    RegexBuilder::new(&source.join("|")).case_insensitive(true).unicode(false).build().ok()
}

/// How rare some alternative of a group likely is: the length of the shortest.
fn rarity(group: &[String]) -> usize {
    group.iter().map(String::len).min().unwrap_or(0)
}

/// Adds what must be so for the expression to hold.
fn collect(expression: &Expression, needs: &mut Vec<Need>) {
    match expression {
        Expression::And(parts) => parts.iter().for_each(|part| collect(part, needs)),
        Expression::Or(parts) => {
            let mut all = Vec::new();
            for part in parts {
                let mut own = Vec::new();
                collect(part, &mut own);
                let texts = own.into_iter().filter_map(|need| match need {
                    Need::AnyOf(texts) => Some(texts),
                    Need::Result(_) => None,
                });
                match texts.max_by_key(|group| rarity(group)) {
                    Some(group) => all.extend(group),
                    None => return,
                }
            }
            needs.push(Need::AnyOf(all));
        }
        Expression::Not(_) => {}
        Expression::Term(term) => needs.extend(of_term(term)),
    }
}

fn of_term(term: &Term) -> Option<Need> {
    if term.field.is_some_and(|field| field.name == "result") {
        return Refused::by(term).map(Need::Result);
    }
    let plain = matches!(term.operator, Operator::Contains | Operator::Equals);
    let derived = term.field.is_some_and(|field| DERIVED.contains(&field.name));
    if !plain || derived {
        return None;
    }
    let mut texts = of_value(&term.value)?;
    if term.field.is_none_or(|field| field.name == "target") {
        texts.extend(of_roles(&term.value));
    }
    if term.field.is_none_or(|field| field.kind == ValueKind::Address) {
        texts = of_addresses(&term.value, texts)?;
    }
    Some(Need::AnyOf(texts))
}

/// Texts of the other names of roles that are asked for.
fn of_roles(value: &Value) -> Vec<String> {
    match value {
        Value::Text(text) | Value::Wildcard(text) => {
            let Some(run) = longest_run(text) else { return Vec::new() };
            let others = role::other_names(|name| name.contains(&run));
            others.into_iter().filter_map(longest_run).collect()
        }
        Value::AnyOf(values) => values.iter().flat_map(of_roles).collect(),
        Value::Regex(_) | Value::Range(..) | Value::Keyed(..) => Vec::new(),
    }
}

/// As [`of_value`], where an address may be meant, which has many spellings. A short one that is
/// mapped may be written in other digits, but then it has this in front of them.
fn of_addresses(value: &Value, mut texts: Vec<String>) -> Option<Vec<String>> {
    const MAPPED: &str = "ffff:";
    match value {
        Value::Text(text) => {
            if Network::parse(text).is_some() {
                return None;
            }
            if let Some(address) = address(text) {
                texts = vec![longest_run(&address.to_string())?];
            }
            let digits = |c: char| c.is_ascii_digit() || matches!(c, '.' | ':' | '[' | ']');
            if text.chars().all(digits) {
                texts.push(MAPPED.to_owned());
            }
        }
        Value::Wildcard(_) => texts.push(MAPPED.to_owned()),
        Value::AnyOf(all) => {
            let each = all.iter().map(|value| of_addresses(value, of_value(value)?));
            return Some(each.collect::<Option<Vec<_>>>()?.into_iter().flatten().collect());
        }
        _ => {}
    }
    Some(texts)
}

fn of_value(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Text(text) | Value::Wildcard(text) => Some(vec![longest_run(text)?]),
        Value::AnyOf(values) => {
            let all: Option<Vec<Vec<String>>> = values.iter().map(of_value).collect();
            Some(all?.into_iter().flatten().collect())
        }
        // The whole key stands there too, but only where a value is asked for.
        Value::Keyed(_, value) if **value == Value::Text(String::new()) => None,
        Value::Keyed(key, value) => of_value(value).or_else(|| Some(vec![longest_run(key)?])),
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
mod tests;
