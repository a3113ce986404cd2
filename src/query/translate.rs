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
use crate::record::field::{Field, Stored, WORD_FIELDS};
use crate::text::clean;

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
        self.left.iter().map(|(what, why)| format!("{sign} left out: {what} ({why})")).collect()
    }

    /// What is left out, in one line; `None` where nothing is.
    pub fn limits(&self) -> Option<String> {
        let all: Vec<String> =
            self.left.iter().map(|(what, why)| format!("{what} ({why})")).collect();
        (!all.is_empty()).then(|| format!("without {}", all.join("; ")))
    }
}

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

/// What is asked about the values of a field.
enum Test {
    Exists,
    Contains(String),
    Equals(String),
    Regex(String),
}

/// How a language says things.
trait Dialect {
    /// One of the field's values passes the test.
    fn field(&mut self, field: &'static Field, test: &Test) -> Result<String, &'static str>;
    /// The time is in a span.
    fn time(&self, range: crate::time::TimeRange) -> String;
    fn all(&self, parts: &[String]) -> String;
    fn any(&self, parts: &[String]) -> String;
    fn not(&self, part: &str) -> String;
    /// A wildcard as a regular expression.
    fn anything(&self) -> &'static str;
}

/// A condition in a dialect, and whether it is all of it; else it matches more. Fails with why not
/// even a part can be said.
fn weaker(
    part: &Expression,
    context: &Context,
    dialect: &mut dyn Dialect,
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
            let said: Result<Vec<_>, _> =
                parts.iter().map(|part| weaker(part, context, dialect)).collect();
            let said = said?;
            let whole = said.iter().all(|(_, whole)| *whole);
            let texts: Vec<String> = said.into_iter().map(|(text, _)| text).collect();
            Ok((dialect.any(&texts), whole))
        }
        Expression::Not(inner) => match weaker(inner, context, dialect)? {
            (text, true) => Ok((dialect.not(&text), true)),
            // The opposite of more is less.
            (_, false) => Err("a part of what is negated cannot be said"),
        },
        Expression::Term(term) => Ok((of_term(term, context, dialect)?, true)),
    }
}

fn of_term(
    term: &Term,
    context: &Context,
    dialect: &mut dyn Dialect,
) -> Result<String, &'static str> {
    if let Value::AnyOf(values) = &term.value {
        let (operator, negated) = positive(term.operator);
        let one = |value: &Value| Term { field: term.field, operator, value: value.clone() };
        let texts: Result<Vec<String>, _> =
            values.iter().map(|value| of_term(&one(value), context, dialect)).collect();
        let any = dialect.any(&texts?);
        return Ok(if negated { dialect.not(&any) } else { any });
    }
    let Some(field) = term.field else {
        let test = test(term, dialect)?;
        let mut texts = Vec::new();
        for name in WORD_FIELDS {
            // A log that lacks one of them has nothing there to be found.
            texts.extend(dialect.field(Field::named(name), &test));
        }
        return Ok(dialect.any(&texts));
    };
    if matches!(field.stored, Stored::Time) {
        let (_, negated) = positive(term.operator);
        let range = super::when::of_term(term, context).ok_or("this is no span of time")?;
        let text = dialect.time(range);
        return Ok(if negated { dialect.not(&text) } else { text });
    }
    let (operator, negated) = positive(term.operator);
    let is_none =
        operator == Operator::Equals && matches!(&term.value, Value::Text(text) if text.is_empty());
    let text = if is_none {
        let there = dialect.field(field, &Test::Exists)?;
        dialect.not(&there)
    } else {
        let test = test(&Term { operator, ..term.clone() }, dialect)?;
        dialect.field(field, &test)?
    };
    Ok(if negated { dialect.not(&text) } else { text })
}

fn positive(operator: Operator) -> (Operator, bool) {
    match operator {
        Operator::NotEquals => (Operator::Equals, true),
        other => (other, false),
    }
}

fn test(term: &Term, dialect: &dyn Dialect) -> Result<Test, &'static str> {
    let whole = match term.operator {
        Operator::Contains => false,
        Operator::Equals => true,
        _ => return Err("texts are not compared by order there"),
    };
    Ok(match &term.value {
        Value::Text(text) if whole => Test::Equals(text.clone()),
        Value::Text(text) if text.is_empty() => Test::Exists,
        Value::Text(text) => Test::Contains(text.clone()),
        Value::Wildcard(word) => {
            let parts = word.chars().map(|c| match c {
                '*' => format!("{}*", dialect.anything()),
                '?' => dialect.anything().to_owned(),
                c => regex::escape(c.encode_utf8(&mut [0; 4])),
            });
            let inside: String = parts.collect();
            Test::Regex(if whole { format!("^{inside}$") } else { inside })
        }
        Value::Regex(source) => Test::Regex(source.clone()),
        Value::Range(..) => return Err("texts are not compared by order there"),
        Value::AnyOf(_) => return Err("a list inside of a list"),
    })
}

/// The fields that are expressions of a log, of one table.
fn expressions(
    table: &'static [(&'static str, &'static [&'static str])],
    field: &Field,
) -> Result<&'static [&'static str], &'static str> {
    if field.name == "kind" {
        return Err("one log is asked; kind=audit or kind=sign-in by itself chooses it");
    }
    let row = table.iter().find(|(name, _)| *name == field.name);
    row.map(|(_, all)| *all).ok_or("that log has no such property")
}

#[cfg(test)]
mod tests;
