//! The filter language, the same on the screen and on the command line.
//! Never touches files or the clock: times relative to now get now from a [`Context`].
//!
//! ```text
//! query = or
//! or    = and { "OR" and }
//! and   = not { [ "AND" ] not }
//! not   = [ "-" | "NOT" ] term
//! term  = "(" or ")" | field op value | word | "quoted" | /regex/
//! field = name [ "." key | "." "quoted key" ]
//! op    = ":" contains | "=" equals | "!=" | ">" ">=" "<" "<="
//! value = word with * and ? | "quoted" | /regex/ | a..b | (v1 v2 …) any of
//! ```
//!
//! The empty query matches everything. Names are compared folded (see [`crate::text::fold`]): case,
//! kind of dash, runs of white space and a trailing full stop make no difference. A regular
//! expression ignores case and sees the text as logged. On a field with several values a term holds
//! when one of them matches, so a negated term means "none of them". `field:""` and `field:*` ask
//! whether there is a value at all, `field=""` whether there is none. A bare word looks in the
//! fields of [`crate::record::field::WORD_FIELDS`].
//!
//! Times: `2026`, `2026-11`, `2026-11-01`, `2026-11-01T14`, `…T14:02`, `…T14:02:11` (UTC unless an
//! offset follows) each name a whole span; `last-24h` reaches from then to now and takes s, m, h, d
//! and w; `today` and `yesterday` are days in UTC; `±10m` is around the selected record.
//!
//! `detail`, `old` and `new` can be asked by key: `detail."User-Agent":curl`, `old.AccountEnabled=true`;
//! `change.NAME` is the new value of the property NAME. A key is compared whole.
//!
//! IP addresses are compared as addresses: a port, brackets, a zone and the long forms make no
//! difference, and `actor.ip:203.0.113.0/24` asks for a block.
//!
//! Levels of risk have an order: low, medium, high, critical. `risk>=high`, `risk:medium..high`.

pub mod answer;
pub mod choice;
pub mod counted_values;
pub mod dialect;
pub mod facet;
pub mod known_names;
mod known_values;
mod level;
pub mod matcher;
mod narrow;
pub mod pattern;
pub mod plan;
pub mod push_down;
pub mod sieve;
pub mod spelling;
pub mod suggest;
pub mod summarize;
pub mod surroundings;
pub mod syntax;
pub mod translate;
pub mod views;
pub mod when;

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

use crate::record::field::Field;
use crate::record::wanted::Wanted;
use crate::time::Timestamp;

/// A parsed filter. Displays as text that parses to the same filter.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Query {
    /// What must hold; `None` for the empty query, which matches everything.
    pub expression: Option<Expression>,
}

/// A node of a filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// All of them hold.
    And(Vec<Expression>),
    /// One of them holds.
    Or(Vec<Expression>),
    /// It does not hold.
    Not(Box<Expression>),
    /// One condition.
    Term(Term),
}

/// One condition.
#[derive(Clone)]
pub struct Term {
    /// The field asked about; `None` for a bare word.
    pub field: Option<&'static Field>,
    /// How it is compared; bare words contain.
    pub operator: Operator,
    /// What it is compared with.
    pub value: Value,
}

impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        self.field.map(|f| f.name) == other.field.map(|f| f.name)
            && self.operator == other.operator
            && self.value == other.value
    }
}

impl fmt::Debug for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.field.map_or("*", |field| field.name);
        write!(f, "{name}{}{:?}", self.operator.sign(), self.value)
    }
}

/// How a field is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    /// `:`
    Contains,
    /// `=`
    Equals,
    /// `!=`
    NotEquals,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
}

impl Operator {
    /// All operators, longer signs before their beginnings.
    pub const ALL: [Self; 7] = [
        Self::NotEquals,
        Self::GreaterOrEqual,
        Self::LessOrEqual,
        Self::Contains,
        Self::Equals,
        Self::Greater,
        Self::Less,
    ];

    /// How it is written.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Contains => ":",
            Self::Equals => "=",
            Self::NotEquals => "!=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
        }
    }
}

/// What a field is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A plain text, quoted or not.
    Text(String),
    /// An unquoted word with `*` or `?` in it.
    Wildcard(String),
    /// The inside of `/…/`.
    Regex(String),
    /// From the first to the second, both included; `None` is open.
    Range(Option<String>, Option<String>),
    /// Any of these.
    AnyOf(Vec<Value>),
    /// The value under a key of the field, and what it is compared with: `detail.User-Agent:curl`.
    Keyed(String, Box<Value>),
}

/// What a query cannot know by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Context {
    /// Now (UTC), for relative times.
    pub now: Timestamp,
    /// The time of the selected record (UTC), for `±10m`; `None` where there is none.
    pub around: Option<Timestamp>,
}

/// What is wrong with a query, and where.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct QueryError {
    /// Bytes of the query text that are wrong.
    pub span: Range<usize>,
    /// What is wrong and the way out, one line.
    pub message: String,
    /// The query goes on being typed: nothing is wrong yet.
    pub incomplete: bool,
}

impl Query {
    /// Reads a query. Fails with the place and a suggestion.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        syntax::parse(text)
    }

    /// Does it match everything?
    pub fn is_empty(&self) -> bool {
        self.expression.is_none()
    }

    /// This query narrowed by another condition.
    #[must_use]
    pub fn and(self, expression: Expression) -> Self {
        let all = match self.expression {
            None => expression,
            Some(own) => Expression::and(vec![own, expression]),
        };
        Self { expression: Some(all) }
    }

    /// Adds the columns that answering looks in.
    pub fn add_wanted(&self, wanted: &mut Wanted) {
        fn add(expression: &Expression, wanted: &mut Wanted) {
            match expression {
                Expression::And(all) | Expression::Or(all) => {
                    for part in all {
                        add(part, wanted);
                    }
                }
                Expression::Not(inner) => add(inner, wanted),
                Expression::Term(term) => match term.field {
                    Some(field) => wanted.add(field),
                    None => wanted.add_words(),
                },
            }
        }
        if let Some(expression) = &self.expression {
            add(expression, wanted);
        }
    }

    /// Does answering need the original bytes of records?
    pub fn reads_original(&self) -> bool {
        self.any_term(&|term| term.field.is_some_and(Field::reads_original))
    }

    /// The fields and keys that it asks for by key (`detail.User-Agent`).
    pub fn keys(&self) -> Vec<(&'static Field, String)> {
        let found = RefCell::new(Vec::new());
        self.any_term(&|term| {
            if let (Some(field), Value::Keyed(key, _)) = (term.field, &term.value) {
                found.borrow_mut().push((field, key.clone()));
            }
            false
        });
        found.into_inner()
    }

    /// Is this so of one of its conditions?
    fn any_term(&self, is_so: &dyn Fn(&Term) -> bool) -> bool {
        fn any(expression: &Expression, is_so: &dyn Fn(&Term) -> bool) -> bool {
            match expression {
                Expression::And(all) | Expression::Or(all) => all.iter().any(|e| any(e, is_so)),
                Expression::Not(inner) => any(inner, is_so),
                Expression::Term(term) => is_so(term),
            }
        }
        self.expression.as_ref().is_some_and(|expression| any(expression, is_so))
    }
}

impl Expression {
    /// Is there a value under this key of a field?
    pub fn has_key(field: &'static Field, key: &str) -> Self {
        let nothing = Box::new(Value::Text(String::new()));
        let value = Value::Keyed(key.to_owned(), nothing);
        Self::Term(Term { field: Some(field), operator: Operator::Contains, value })
    }

    /// All of `parts`, without an "and" directly inside an "and".
    pub fn and(parts: Vec<Self>) -> Self {
        let flat = parts.into_iter().flat_map(|part| match part {
            Self::And(inner) => inner,
            other => vec![other],
        });
        Self::one_or(flat.collect(), Self::And)
    }

    /// Any of `parts`, without an "or" directly inside an "or".
    pub fn or(parts: Vec<Self>) -> Self {
        let flat = parts.into_iter().flat_map(|part| match part {
            Self::Or(inner) => inner,
            other => vec![other],
        });
        Self::one_or(flat.collect(), Self::Or)
    }

    fn one_or(mut parts: Vec<Self>, many: fn(Vec<Self>) -> Self) -> Self {
        if parts.len() == 1 { parts.remove(0) } else { many(parts) }
    }

    /// `field op text`, the text taken literally.
    pub fn term(field: &'static Field, operator: Operator, text: &str) -> Self {
        Self::Term(Term { field: Some(field), operator, value: Value::Text(text.to_owned()) })
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.expression {
            None => Ok(()),
            Some(expression) => write!(f, "{expression}"),
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, parts: &[Self], between: &str| {
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    f.write_str(between)?;
                }
                match part {
                    Self::And(_) | Self::Or(_) => write!(f, "({part})")?,
                    other => write!(f, "{other}")?,
                }
            }
            Ok(())
        };
        match self {
            Self::And(parts) => list(f, parts, " "),
            Self::Or(parts) => list(f, parts, " OR "),
            Self::Not(inner) => match &**inner {
                // A group counts towards the nesting that is read back.
                Self::Term(_) | Self::Not(_) => write!(f, "-{inner}"),
                Self::And(_) | Self::Or(_) => write!(f, "-({inner})"),
            },
            Self::Term(term) => write!(f, "{term}"),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field {
            None => self.value.write(f, true),
            Some(field) => {
                let value = match &self.value {
                    Value::Keyed(key, value) => {
                        write!(f, "{}.{}{}", field.name, written_key(key), self.operator.sign())?;
                        value
                    }
                    value => {
                        write!(f, "{}{}", field.name, self.operator.sign())?;
                        value
                    }
                };
                value.write(f, false)
            }
        }
    }
}

impl Value {
    fn write(&self, f: &mut fmt::Formatter<'_>, bare: bool) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(&quoted(text, bare)),
            Self::Wildcard(text) => f.write_str(text),
            Self::Regex(source) => write!(f, "/{}/", source.replace('/', "\\/")),
            Self::Range(from, to) => {
                let end = |end: &Option<String>| match end {
                    None => String::new(),
                    // A full stop beside the two dots would be read as one of them.
                    Some(text) if text.starts_with('.') || text.ends_with('.') => in_quotes(text),
                    Some(text) => quoted(text, bare),
                };
                write!(f, "{}..{}", end(from), end(to))
            }
            Self::Keyed(_, value) => value.write(f, bare),
            Self::AnyOf(values) => {
                f.write_str("(")?;
                for (index, value) in values.iter().enumerate() {
                    if index > 0 {
                        f.write_str(" ")?;
                    }
                    value.write(f, false)?;
                }
                f.write_str(")")
            }
        }
    }
}

/// `text` as it must be written to be read as one literal text; `bare` where no field stands before.
pub fn quoted(text: &str, bare: bool) -> String {
    let plain = |c: char| {
        c.is_alphanumeric()
            || matches!(c, '@' | '.' | '_' | '-' | '+' | '#' | '$' | '%' | '&' | '~')
            || (!bare && matches!(c, ':'))
    };
    let word = !text.is_empty()
        && text.chars().all(plain)
        && !text.starts_with('-')
        && !text.contains("..")
        && !matches!(text, "AND" | "OR" | "NOT");
    if word {
        return text.to_owned();
    }
    in_quotes(text)
}

/// A key as it stands behind the name of its field.
fn written_key(key: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    if !key.is_empty() && key.chars().all(plain) { key.to_owned() } else { in_quotes(key) }
}

fn in_quotes(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
