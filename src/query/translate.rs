//! A query in the languages of other tools: Graph's `$filter`, KQL for Log Analytics, PowerShell.
//! Never asks for less than the query matches: what a language cannot express is left out and named.
//!
//! Every value of the query stands in the text as one literal, whatever is in it: names in an audit
//! log are chosen by whoever is recorded.

use super::dialect::Log;
use super::dialect::kql::{self, Kql};
use super::dialect::odata::{Endpoint, Names, span};
use super::dialect::powershell::{self, PowerShell};
use super::plan::{Dialect, Part, parts, plan, written};
use super::push_down::push_down;
use super::{Context, Expression, Operator, Query, Term, Value};
use crate::record::Kind;
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
    /// Each condition, on one line, and how it is answered there.
    pub parts: Vec<(String, Part)>,
}

impl Translation {
    /// What is left out, as comments, then the query. `OData` has no comments: those lines are for
    /// people, and whatever takes the filter takes the last line.
    pub fn text(&self) -> String {
        let mut lines = self.comments();
        lines.push(self.code.clone());
        lines.join("\n")
    }

    /// What is left out or weaker there, as lines of comments.
    pub fn comments(&self) -> Vec<String> {
        let sign = self.language.comment();
        let one = |(what, part): &(String, Part)| {
            Some(match part {
                Part::Exact => return None,
                Part::AsWritten => format!("{sign} as written: {what} ({AS_WRITTEN})"),
                Part::Inexact(why) => format!("{sign} weaker: {what} ({why}; {AGAIN})"),
                Part::Here(why) => format!("{sign} left out: {what} ({why})"),
            })
        };
        self.parts.iter().filter_map(one).collect()
    }

    /// What is left out or weaker there, in one line; `None` where nothing is.
    pub fn limits(&self) -> Option<String> {
        let one = |(what, part): &(String, Part)| {
            let how = if matches!(part, Part::Here(_)) { "without" } else { "weaker" };
            Some(format!("{how} {what} ({})", part.why()?))
        };
        let all: Vec<String> = self.parts.iter().filter_map(one).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}

/// What helps where more is found than was asked for.
const AGAIN: &str = "search what this finds with entrail";
const AS_WRITTEN: &str = "other spellings are missing";

/// Writes a query in another language. Times relative to now become instants.
pub fn translate(query: &Query, context: &Context, language: Language) -> Translation {
    let (log, query) = log_of(query);
    let (code, parts) = match language {
        Language::OData => odata(&query, context, log),
        Language::Kql => {
            let (texts, parts) = said(parts(&query), context, &Kql(log));
            (kql::query(kql::table(log), &texts), parts)
        }
        Language::PowerShell => powershell(&query, context, log),
    };
    let parts = parts.into_iter().map(|(what, part)| (one_line(&what), part)).collect();
    Translation { language, code, parts }
}

/// What is said of a query, and how well each part of it is.
type Said<T> = (T, Vec<(String, Part)>);

fn said(parts: &[Expression], context: &Context, dialect: &dyn Dialect) -> Said<Vec<String>> {
    let (mut texts, mut all) = (Vec::new(), Vec::new());
    for part in parts {
        let planned = plan(part, context, dialect);
        texts.extend(planned.text);
        all.push((written(part), planned.how));
    }
    (texts, all)
}

/// What Graph evaluates of a query.
fn filters(query: &Query, context: &Context, log: Log) -> Said<Vec<String>> {
    let endpoint = match log {
        Log::Audits => Endpoint::Audits,
        Log::SignIns => Endpoint::SignIns,
    };
    let parted = push_down(query, context, endpoint, Names::Kept);
    let times = span(parted.time, endpoint).into_iter();
    (times.chain(parted.filter).collect(), parted.parts)
}

fn odata(query: &Query, context: &Context, log: Log) -> Said<String> {
    let (filters, parts) = filters(query, context, log);
    (filters.join(" and "), parts)
}

/// Each part is evaluated by Graph as far as that can, and by PowerShell what is left of it.
fn powershell(query: &Query, context: &Context, log: Log) -> Said<String> {
    let (mut asked, mut conditions, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts(query) {
        let one = Query { expression: Some(part.clone()) };
        let (filters, by_graph) = filters(&one, context, log);
        asked.extend(filters);
        if by_graph.iter().all(|(_, part)| *part == Part::Exact) {
            all.extend(by_graph);
            continue;
        }
        let (texts, parts) = said(std::slice::from_ref(part), context, &PowerShell(log));
        conditions.extend(texts);
        all.extend(parts);
    }
    (powershell::pipeline(log, &asked, &conditions), all)
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

/// A text that cannot leave its line, whatever it holds.
fn one_line(text: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}');
    clean(text).chars().map(|c| if breaks(c) { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests;
