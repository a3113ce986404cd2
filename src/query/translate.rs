//! A query in the languages of other tools: Graph's `$filter`, KQL for Log Analytics, PowerShell.
//! Never asks for less than the query matches: what a language cannot express is left out and named.
//!
//! Every value of the query stands in the text as one literal, whatever is in it: names in an audit
//! log are chosen by whoever is recorded.

mod kql;
mod odata;
mod powershell;

use super::{Context, Expression, Operator, Query, Term, Value};
use crate::record::Kind;
use crate::record::address::{Network, address};
use crate::record::field::{Field, Stored, ValueKind, WORD_FIELDS};
use crate::text::clean;
use crate::time::TimeRange;

/// A language a query can be written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    /// Graph's `$filter`.
    OData,
    /// For the tables `AuditLogs` and `SigninLogs` of Log Analytics and Sentinel.
    Kql,
    /// A pipeline of the module Microsoft.Graph.Reports.
    PowerShell,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::OData, Self::Kql, Self::PowerShell];

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OData => "OData $filter",
            Self::Kql => "KQL",
            Self::PowerShell => "PowerShell",
        }
    }

    fn comment(self) -> &'static str {
        if self == Self::Kql { "//" } else { "#" }
    }
}

/// A query in another language.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Translation {
    /// Which.
    pub language: Language,
    /// The query, as far as it can be expressed. Foreign text is in it, inside of literals.
    pub code: String,
    /// Conditions that are left out or weaker there, each with the reason, on one line.
    pub left: Vec<(String, &'static str)>,
}

impl Translation {
    /// What is left out, as comments, then the query. `OData` has no comments: those lines are for
    /// people, and whatever takes the filter takes the last line.
    pub fn text(&self) -> String {
        let mut lines = self.comments();
        lines.push(self.code.clone());
        lines.join("\n")
    }

    /// What is left out, as lines of comments.
    pub fn comments(&self) -> Vec<String> {
        let sign = self.language.comment();
        let one = |(what, why): &(String, &'static str)| {
            let how = if *why == IN_PART { "weaker" } else { "left out" };
            format!("{sign} {how}: {what} ({why})")
        };
        self.left.iter().map(one).collect()
    }

    /// What is left out, in one line; `None` where nothing is.
    pub fn limits(&self) -> Option<String> {
        let all: Vec<String> =
            self.left.iter().map(|(what, why)| format!("{what} ({why})")).collect();
        (!all.is_empty()).then(|| format!("without {}", all.join("; ")))
    }
}

/// What is said of a condition of which only a part is written.
const IN_PART: &str = "in part only: search what this finds with entrail";

/// Writes a query in another language. Times relative to now become instants.
pub fn translate(query: &Query, context: &Context, language: Language) -> Translation {
    let (log, query) = log_of(query);
    let mut made = match language {
        Language::OData => odata::translate(&query, context, log),
        Language::Kql => kql::translate(&query, context, log),
        Language::PowerShell => powershell::translate(&query, context, log),
    };
    for (what, _) in &mut made.left {
        *what = one_line(what);
    }
    made
}

/// Which log is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Log {
    Audits,
    SignIns,
}

/// The log a query is about, and the query without the condition that says so.
fn log_of(query: &Query) -> (Log, Query) {
    let says = |part: &Expression| {
        let Expression::Term(Term { field: Some(field), operator, value: Value::Text(text) }) =
            part
        else {
            return None;
        };
        let equal = matches!(operator, Operator::Contains | Operator::Equals);
        let is =
            |kind: Kind| field.name == "kind" && equal && text.eq_ignore_ascii_case(kind.word());
        match () {
            () if is(Kind::SignIn) => Some(Log::SignIns),
            () if is(Kind::Audit) => Some(Log::Audits),
            () => None,
        }
    };
    let mut log = Log::Audits;
    let mut rest = parts(query).to_vec();
    if let Some(at) = rest.iter().position(|part| says(part).is_some()) {
        log = says(&rest.remove(at)).unwrap_or(log);
    }
    let expression = (!rest.is_empty()).then(|| Expression::and(rest));
    (log, Query { expression })
}

/// The conditions that all have to hold.
fn parts(query: &Query) -> &[Expression] {
    match &query.expression {
        None => &[],
        Some(Expression::And(parts)) => parts,
        Some(other) => std::slice::from_ref(other),
    }
}

/// A condition as the filter line writes it.
fn written(part: &Expression) -> String {
    Query { expression: Some(part.clone()) }.to_string()
}

/// A text that cannot leave its line, whatever it holds.
fn one_line(text: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}');
    clean(text).chars().map(|c| if breaks(c) { ' ' } else { c }).collect()
}

/// How a language says things.
trait Dialect {
    /// Where the values of a field stand.
    fn place(&self, field: &'static Field) -> Result<Place, &'static str>;
    /// A text contains a part that is made of [`is_plain`] characters, in any case.
    fn contains(&self, expression: &str, part: &str) -> String;
    /// There is a text.
    fn exists(&self, expression: &str) -> String;
    /// The time is in a span.
    fn time(&self, range: TimeRange) -> String;
    fn all(&self, parts: &[String]) -> String;
    fn any(&self, parts: &[String]) -> String;
    fn not(&self, part: &str) -> String;
}

/// Where the values of a field stand in a log.
#[derive(Clone, Copy)]
struct Place {
    /// Expressions of which one has the value.
    expressions: &'static [&'static str],
    /// Do they hold nothing else? The text of a list of targets has their types and keys in it, too.
    is_exact: bool,
}

/// May it stand in a text that is compared? JSON escapes other characters in ways of its own, and
/// entrail finds a name whatever dash, space or quote it is written with.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '@' | '.')
}

/// The parts that a text must have to match a value.
fn pieces(text: &str, is_path: bool) -> Vec<&str> {
    let cuts = |c: char| !is_plain(c) || (is_path && c == '.');
    // A full stop at the end makes no difference, and one alone says nothing.
    let whole = text.split(cuts).map(|piece| piece.trim_matches('.'));
    whole.filter(|piece| !piece.is_empty()).collect()
}

const UNSAID: &str = "nothing of it can be compared there as entrail does";

/// A condition in a dialect, and whether it is all of it; else it matches more. Fails with why not
/// even a part can be said.
fn weaker(
    part: &Expression,
    context: &Context,
    dialect: &dyn Dialect,
) -> Result<(String, bool), &'static str> {
    match part {
        Expression::And(parts) => {
            let said: Vec<_> = parts.iter().map(|part| weaker(part, context, dialect)).collect();
            let whole = said.iter().all(|said| matches!(said, Ok((_, true))));
            let why = said.iter().find_map(|said| said.as_ref().err().copied());
            let texts: Vec<String> =
                said.into_iter().filter_map(Result::ok).map(|(text, _)| text).collect();
            match why {
                Some(why) if texts.is_empty() => Err(why),
                _ => Ok((dialect.all(&texts), whole)),
            }
        }
        Expression::Or(parts) => {
            any_of(parts.iter().map(|part| weaker(part, context, dialect)), dialect)
        }
        Expression::Not(inner) => negated(weaker(inner, context, dialect)?, dialect),
        Expression::Term(term) => of_term(term, context, dialect),
    }
}

fn any_of(
    said: impl Iterator<Item = Result<(String, bool), &'static str>>,
    dialect: &dyn Dialect,
) -> Result<(String, bool), &'static str> {
    let said = said.collect::<Result<Vec<_>, _>>()?;
    let whole = said.iter().all(|(_, whole)| *whole);
    let texts: Vec<String> = said.into_iter().map(|(text, _)| text).collect();
    Ok((dialect.any(&texts), whole))
}

/// The opposite of a condition. The opposite of more would be less.
fn negated(said: (String, bool), dialect: &dyn Dialect) -> Result<(String, bool), &'static str> {
    match said {
        (text, true) => Ok((dialect.not(&text), true)),
        (_, false) => Err("what is negated can only be said in part there"),
    }
}

fn of_term(
    term: &Term,
    context: &Context,
    dialect: &dyn Dialect,
) -> Result<(String, bool), &'static str> {
    if term.operator == Operator::NotEquals {
        let equals = Term { operator: Operator::Equals, ..term.clone() };
        return negated(of_term(&equals, context, dialect)?, dialect);
    }
    if let Value::AnyOf(values) = &term.value {
        let one = |value: &Value| Term { value: value.clone(), ..term.clone() };
        let said = values.iter().map(|value| of_term(&one(value), context, dialect));
        return any_of(said, dialect);
    }
    let Some(field) = term.field else {
        let mut said = Vec::new();
        for field in WORD_FIELDS {
            // A log that lacks one of them has nothing there to be found.
            let Ok(place) = dialect.place(field) else { continue };
            said.push(of_place(field, place, term.operator, &term.value, dialect));
        }
        return any_of(said.into_iter(), dialect).map(|(text, _)| (text, false));
    };
    if matches!(field.stored, Stored::Time) {
        let range = super::when::of_term(term, context).ok_or("this is no span of time")?;
        return Ok((dialect.time(range), true));
    }
    let place = dialect.place(field)?;
    of_place(field, place, term.operator, &term.value, dialect)
}

/// What a field must be like to have such a value.
fn of_place(
    field: &'static Field,
    place: Place,
    operator: Operator,
    value: &Value,
    dialect: &dyn Dialect,
) -> Result<(String, bool), &'static str> {
    let is_whole = match operator {
        Operator::Contains => false,
        Operator::Equals => true,
        _ => return Err("texts are not compared by order there"),
    };
    let exists = || {
        let texts = place.expressions.iter().map(|expression| dialect.exists(expression));
        let text = dialect.any(&texts.collect::<Vec<String>>());
        if place.is_exact { Ok((text, true)) } else { Err(UNSAID) }
    };
    // Paths in the values of changes are of other parts of the text than the values.
    let is_path = matches!(field.name, "change.old" | "change.new" | "old" | "new");
    let mut is_exact = place.is_exact;
    let found = match value {
        Value::Text(text) if text.is_empty() && is_whole => {
            return negated(exists()?, dialect);
        }
        Value::Text(text) if text.is_empty() => return exists(),
        Value::Wildcard(word) if word.chars().all(|c| c == '*') => return exists(),
        Value::Text(text) => {
            is_exact &= !is_whole && text.chars().all(|c| is_plain(c) && c != '.');
            pieces(text, is_path)
        }
        Value::Wildcard(word) => {
            is_exact = false;
            pieces(word, is_path)
        }
        Value::Keyed(key, value) => {
            let inner = match &**value {
                Value::Text(text) if !text.is_empty() => pieces(text, true),
                Value::Wildcard(word) => pieces(word, true),
                Value::Text(_) if is_whole => return Err(UNSAID),
                Value::AnyOf(values) => {
                    let one = |value: &Value| Value::Keyed(key.clone(), Box::new(value.clone()));
                    let said = values
                        .iter()
                        .map(|value| of_place(field, place, operator, &one(value), dialect));
                    return any_of(said, dialect);
                }
                _ => Vec::new(),
            };
            let key = pieces(key, true);
            return contained(&[key, inner].concat(), place, dialect).map(|text| (text, false));
        }
        Value::Regex(_) => return Err("expressions are not the same there"),
        Value::Range(..) => return Err("texts are not compared by order there"),
        Value::AnyOf(_) => return Err("a list inside of a list"),
    };
    if field.kind == ValueKind::Address {
        return of_address(value, &found, place, dialect);
    }
    contained(&found, place, dialect).map(|text| (text, is_exact))
}

/// One of the expressions of a place contains all of the pieces.
fn contained(pieces: &[&str], place: Place, dialect: &dyn Dialect) -> Result<String, &'static str> {
    if pieces.is_empty() {
        return Err(UNSAID);
    }
    let texts = place.expressions.iter().map(|expression| {
        let all = pieces.iter().map(|piece| dialect.contains(expression, piece));
        dialect.all(&all.collect::<Vec<String>>())
    });
    Ok(dialect.any(&texts.collect::<Vec<String>>()))
}

/// An address of the shorter kind stands in all its spellings as it is, apart from those that are
/// mapped and written in other digits; of the longer kind there are too many.
fn of_address(
    value: &Value,
    pieces: &[&str],
    place: Place,
    dialect: &dyn Dialect,
) -> Result<(String, bool), &'static str> {
    const WHY: &str = "an address has many spellings, and only entrail knows them";
    let Value::Text(text) = value else { return Err(WHY) };
    if Network::parse(text).is_some() {
        return Err(WHY);
    }
    let usual = address(text).map(|address| address.to_string());
    let short = match &usual {
        Some(usual) if usual.contains(':') => return Err(WHY),
        Some(usual) => contained(&[usual], place, dialect)?,
        None => contained(pieces, place, dialect)?,
    };
    let mapped = contained(&["ffff"], place, dialect)?;
    Ok((dialect.any(&[short, mapped]), false))
}

/// Fields of a log, each with the expressions its values are in, and whether nothing else is.
type Table = &'static [(&'static str, &'static [&'static str], bool)];

/// Where a table says that a field's values stand.
fn place_in(table: Table, field: &Field) -> Result<Place, &'static str> {
    match field.name {
        "kind" => return Err("one log is asked; kind=audit or kind=sign-in by itself chooses it"),
        "result" => return Err("entrail tells the outcome from more than the log's own word"),
        _ => {}
    }
    let row = table.iter().find(|(name, ..)| *name == field.name);
    row.map(|(_, expressions, is_exact)| Place { expressions, is_exact: *is_exact })
        .ok_or("entrail does not write it in that language")
}

#[cfg(test)]
mod tests;
