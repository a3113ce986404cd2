//! The bounds of one condition in a dialect.
//! Never compares a text in a way that entrail does not.

use super::needle::{Letters, is_literal, needles};
use super::{Bounds, Dialect, FieldExpressions, Fit, Holds, Side, Spelling, Test};
use crate::query::pattern::Pattern;
use crate::query::{Context, Operator, Term, Value, when};
use crate::record::address::{Network, address};
use crate::record::field::{Field, Stored, WORD_FIELDS};
use crate::record::value_kind::ValueKind;
use crate::record::{naming, role};
use crate::text::{fold, is_guid};

const UNSAID: &str = "nothing of it can be compared there as entrail does";
const BY_PARTS: &str = "compared by its plain parts there";
const UNNAMED: &str =
    "compared by its plain parts there, and found wherever an object has no name of its own";
const BY_ORDER: &str = "texts are not compared by order there";
const AMONG_OTHERS: &str = "its values stand among others there";
/// An address of the shorter kind at the end of one of the longer kind.
const EMBEDDED: &str = "[0-9A-Fa-f:]:[0-9]+[.]";
const NO_BLOCKS: &str = "blocks and ranges of addresses are known to entrail only";

/// The bounds of a condition.
pub(super) fn of(term: &Term, context: &Context, dialect: &dyn Dialect) -> Bounds {
    if term.operator == Operator::NotEquals {
        let equals = Term { operator: Operator::Equals, ..term.clone() };
        return of(&equals, context, dialect).negated(dialect);
    }
    if let Value::AnyOf(values) = &term.value {
        let one = |value: &Value| Term { value: value.clone(), ..term.clone() };
        let each = values.iter().map(|value| of(&one(value), context, dialect));
        return Bounds::any(each.collect(), dialect);
    }
    let Some(field) = term.field else { return of_word(&term.value, dialect) };
    if matches!(field.stored, Stored::Time) {
        let Some(range) = when::of_term(term, context) else {
            return Bounds::none("this names no span of time");
        };
        let said = dialect.time(range);
        return said
            .map_or(Bounds::none("only one span of time is asked for there"), Bounds::exact);
    }
    match dialect.expressions(field) {
        Ok(of) => of_value(field, of, term.operator, &term.value, dialect),
        Err(why) => Bounds::none(why),
    }
}

/// A bare word, in every field it is looked for in.
fn of_word(value: &Value, dialect: &dyn Dialect) -> Bounds {
    if let Err(why) = dialect.words() {
        return Bounds::none(why);
    }
    let in_field = |field: &&'static Field| match dialect.expressions(field) {
        Ok(of) => of_value(field, of, Operator::Contains, value, dialect),
        Err(why) => Bounds::none(why),
    };
    let bounds = Bounds::any(WORD_FIELDS.iter().map(in_field).collect(), dialect);
    let why = if bounds.above.is_some() { UNNAMED } else { bounds.why };
    Bounds { why, ..bounds }
}

/// What a field must be like to have such a value.
fn of_value(
    field: &'static Field,
    of: FieldExpressions,
    operator: Operator,
    value: &Value,
    dialect: &dyn Dialect,
) -> Bounds {
    let is_whole = match operator {
        Operator::Contains => false,
        Operator::Equals => true,
        _ => return Bounds::none(BY_ORDER),
    };
    if let [Side { holds: Holds::Whole(_), .. }, ..] = of.sides {
        return of_whole(of, is_whole, value, dialect);
    }
    // Paths in the values of changes are of other parts of the text than the values.
    let is_path = matches!(field.name, "change.old" | "change.new" | "old" | "new");
    match value {
        Value::Text(text) if text.is_empty() && is_whole => exists(of, dialect).negated(dialect),
        Value::Text(text) if text.is_empty() => exists(of, dialect),
        Value::Wildcard(word) if word.chars().all(|c| c == '*') => exists(of, dialect),
        Value::Text(text) if field.kind == ValueKind::Address => of_address(text, of, dialect),
        Value::Text(text) => {
            let above = found(field, of, operator, value, &needles(text, is_path), dialect);
            let below = said_whole(text, is_whole, of, dialect);
            // Only a word of plain letters is found where its one part is, and nowhere else.
            let is_word = needles(text, is_path) == [text.as_str()] && !is_whole;
            let is_exact = is_word && above.is_some() && above == below;
            let why = match (of.unnamed.is_empty(), is_word) {
                (false, _) => UNNAMED,
                (true, true) => AMONG_OTHERS,
                (true, false) => BY_PARTS,
            };
            around(above, below, is_exact, why)
        }
        Value::Wildcard(_) if field.kind == ValueKind::Address => Bounds::none(UNSAID),
        Value::Wildcard(word) => {
            let above = found(field, of, operator, value, &needles(word, is_path), dialect);
            around(above, None, false, BY_PARTS)
        }
        Value::Keyed(key, value) => of_keyed(key, value, is_whole, of, dialect),
        Value::Regex(_) => Bounds::none("regular expressions are not the same there"),
        Value::Range(..) if field.kind == ValueKind::Address => Bounds::none(NO_BLOCKS),
        Value::Range(..) => Bounds::none(BY_ORDER),
        Value::AnyOf(_) => Bounds::none(UNSAID),
    }
}

fn around(
    above: Option<String>,
    below: Option<String>,
    is_exact: bool,
    why: &'static str,
) -> Bounds {
    let why = if above.is_none() { UNSAID } else { why };
    let (fit, why) = if is_exact { (Fit::Exact, "") } else { (Fit::Inexact, why) };
    Bounds { above, below, fit, why }
}

/// There is a value at all.
fn exists(of: FieldExpressions, dialect: &dyn Dialect) -> Bounds {
    let filled = |counts: fn(Holds) -> bool| {
        let sides = of.sides.iter().filter(|side| counts(side.holds));
        sides.map(|side| dialect.test(side.expression, &Test::Filled)).collect::<Option<Vec<_>>>()
    };
    let any = |texts: Vec<String>| super::joined(texts, |texts| dialect.any(texts));
    let below = filled(|holds| holds == Holds::Value).and_then(any);
    // Among other values there is always some text.
    if of.sides.iter().any(|side| side.holds == Holds::Json) {
        return around(None, below, false, AMONG_OTHERS);
    }
    let above = filled(|_| true).and_then(|mut texts| {
        let unnamed = Some(of.unnamed).filter(|text| !text.is_empty());
        texts.extend(unnamed.map(str::to_owned));
        any(texts)
    });
    let is_exact = of.sides.iter().all(|side| side.holds == Holds::Value);
    around(above, below, is_exact, AMONG_OTHERS)
}

/// Matches at least the records that have a value with these parts.
fn found(
    field: &'static Field,
    of: FieldExpressions,
    operator: Operator,
    value: &Value,
    needles: &[&str],
    dialect: &dyn Dialect,
) -> Option<String> {
    let mut texts = contained(needles, of, dialect)?;
    for other in other_words(field, operator, value) {
        texts.extend(contained(&self::needles(other, false), of, dialect)?);
    }
    if !of.unnamed.is_empty() {
        texts.push(of.unnamed.to_owned());
    }
    super::joined(texts, |texts| dialect.any(texts))
}

/// For each expression of a of that it contains all of these parts, or letters that may stand for
/// some of them.
fn contained(needles: &[&str], of: FieldExpressions, dialect: &dyn Dialect) -> Option<Vec<String>> {
    if needles.is_empty() {
        return None;
    }
    let mut texts = Vec::new();
    for Side { expression, holds } in of.sides {
        let all = needles.iter().map(|part| dialect.test(expression, &Test::Contains(part)));
        let all = all.collect::<Option<Vec<String>>>()?;
        texts.extend(super::joined(all, |texts| dialect.all(texts)));
        let letters = Letters::of(needles, *holds == Holds::Json);
        if !letters.is_empty() {
            texts.push(dialect.test(expression, &Test::Has(&letters))?);
        }
    }
    Some(texts)
}

/// Azure's own numbers for how Conditional Access ended.
const ACCESS: [(&str, &str); 3] = [("0", "success"), ("1", "failure"), ("2", "notApplied")];

/// Other words by which entrail finds what is asked for: the other names of a role, what changes call the
/// types of objects, and numbers that stand for a word.
fn other_words(field: &Field, operator: Operator, value: &Value) -> Vec<&'static str> {
    let Some(pattern) = Pattern::new(operator, value) else { return Vec::new() };
    let is_asked = |&(_, said): &(&str, &str)| pattern.matches(said, &fold(said));
    match field.name {
        "target" => role::other_names(|name| pattern.matches(name, name)),
        "target.type" => naming::kinds().filter(is_asked).map(|(word, _)| word).collect(),
        "ca" => ACCESS.into_iter().filter(is_asked).map(|(number, _)| number).collect(),
        _ => Vec::new(),
    }
}

/// Matches only records that have this value.
fn said_whole(
    text: &str,
    is_whole: bool,
    of: FieldExpressions,
    dialect: &dyn Dialect,
) -> Option<String> {
    if !is_literal(text) {
        return None;
    }
    let test = if is_whole { Test::Is(text) } else { Test::Contains(text) };
    let own = of.sides.iter().filter(|side| side.holds == Holds::Value);
    let texts = own.map(|side| dialect.test(side.expression, &test));
    super::joined(texts.collect::<Option<_>>()?, |texts| dialect.any(texts))
}

/// A value under a key of a field.
fn of_keyed(
    key: &str,
    value: &Value,
    is_whole: bool,
    of: FieldExpressions,
    dialect: &dyn Dialect,
) -> Bounds {
    let inner = match value {
        Value::AnyOf(values) => {
            let one = |value: &Value| of_keyed(key, value, is_whole, of, dialect);
            return Bounds::any(values.iter().map(one).collect(), dialect);
        }
        // Also records without the key.
        Value::Text(text) if text.is_empty() && is_whole => return Bounds::none(UNSAID),
        Value::Text(text) | Value::Wildcard(text) => needles(text, true),
        Value::Regex(_) | Value::Range(..) | Value::Keyed(..) => Vec::new(),
    };
    let all = [needles(key, true), inner].concat();
    let texts = contained(&all, of, dialect);
    let above = texts.and_then(|texts| super::joined(texts, |texts| dialect.any(texts)));
    around(above, None, false, AMONG_OTHERS)
}

/// An address, which has many spellings: the parts of its usual form stand in all of them, apart from
/// those that write a part of it in the digits of the other kind.
fn of_address(text: &str, of: FieldExpressions, dialect: &dyn Dialect) -> Bounds {
    if Network::parse(text).is_some() {
        return Bounds::none(NO_BLOCKS);
    }
    let usual = address(text).map_or_else(|| text.to_owned(), |address| address.to_string());
    let Some(mut texts) = contained(&needles(&usual, false), of, dialect) else {
        return Bounds::none(UNSAID);
    };
    // One mapped to the longer kind has this in front; one embedded has full stops behind colons.
    for Side { expression, .. } in of.sides {
        let tests = [Test::Contains("ffff"), Test::Matches(EMBEDDED)];
        texts.extend(tests.iter().filter_map(|test| dialect.test(expression, test)));
    }
    let above = super::joined(texts, |texts| dialect.any(texts));
    around(above, None, false, "an address has more spellings than are compared there")
}

/// What is compared only whole.
fn of_whole(of: FieldExpressions, is_whole: bool, value: &Value, dialect: &dyn Dialect) -> Bounds {
    let Value::Text(text) = value else { return Bounds::none("only texts are compared there") };
    if !is_whole || text.is_empty() {
        return Bounds::none("only compared for equality there");
    }
    let mut texts = Vec::new();
    let mut fit = Fit::Exact;
    for Side { expression, holds } in of.sides {
        let spelled = match holds {
            Holds::Whole(Spelling::Guid) if is_guid(text) => {
                vec![text.to_ascii_lowercase(), text.to_ascii_uppercase(), text.clone()]
            }
            Holds::Whole(Spelling::AsWritten(only)) if only.has(text) => {
                fit = Fit::AsWritten;
                vec![text.clone()]
            }
            _ => return Bounds::none("such a value is not compared there"),
        };
        texts.extend(spelled.iter().filter_map(|text| dialect.test(expression, &Test::Is(text))));
    }
    let text = super::joined(texts, |texts| dialect.any(texts));
    Bounds { above: text.clone(), below: text, fit, why: "" }
}
