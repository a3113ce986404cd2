//! What another language can say of a query: one algorithm for every dialect.
//! Never lets a record out that the query matches, and says of each part whether it is said whole.
//!
//! A condition has two bounds in a dialect: a text that matches at least what the condition does, and
//! one that matches nothing else. Of alternatives the first needs all of them and the second any; of
//! conditions that all hold it is the other way round; and the opposite of a condition swaps its two
//! bounds. So a negation never makes an answer smaller, however little a dialect can say.

mod needle;
mod term;

use super::{Context, Expression, Query};
use crate::record::field::Field;
use crate::text::is_guid;
use crate::time::TimeRange;

pub(super) use needle::Letters;

/// How a part of a query is answered elsewhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// All of it, as entrail means it.
    Exact,
    /// As it is written: records that spell it otherwise are missing. Only where the user asks for it.
    AsWritten,
    /// More than it matches is found; it has to be evaluated again here, because of this.
    Inexact(&'static str),
    /// Nothing of it is said there; it is evaluated here, because of this.
    Here(&'static str),
}

impl Part {
    /// Why it is evaluated here; `None` where it is not.
    pub const fn why(self) -> Option<&'static str> {
        match self {
            Self::Exact | Self::AsWritten => None,
            Self::Inexact(why) | Self::Here(why) => Some(why),
        }
    }
}

/// What a dialect says of a part of a query.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Planned {
    /// What is said; `None` where nothing is.
    pub text: Option<String>,
    /// How much of it that is.
    pub how: Part,
}

/// What a dialect says of a condition.
pub fn plan(part: &Expression, context: &Context, dialect: &dyn Dialect) -> Planned {
    let bounds = Bounds::of(part, context, dialect);
    let how = match &bounds {
        Bounds { above: None, why, .. } => Part::Here(why),
        Bounds { fit: Fit::Inexact, why, .. } => Part::Inexact(why),
        Bounds { fit: Fit::AsWritten, .. } => Part::AsWritten,
        Bounds { fit: Fit::Exact, .. } => Part::Exact,
    };
    Planned { text: bounds.above, how }
}

/// The conditions of a query that all have to hold.
pub(super) fn parts(query: &Query) -> &[Expression] {
    match &query.expression {
        None => &[],
        Some(Expression::And(parts)) => parts,
        Some(other) => std::slice::from_ref(other),
    }
}

/// A condition as the filter line writes it.
pub(super) fn written(part: &Expression) -> String {
    Query { expression: Some(part.clone()) }.to_string()
}

/// How a language says things. What it has no words for is `None`, and is evaluated here.
///
/// In languages with a third truth value, "unknown", a text that may be negated must never be that.
pub trait Dialect {
    /// Where the values of a field stand; fails with why they cannot be asked for.
    fn expressions(&self, field: &'static Field) -> Result<FieldExpressions, &'static str>;
    /// Can everything be asked for that a bare word looks in? Fails with why not.
    fn words(&self) -> Result<(), &'static str>;
    /// The value of an expression passes a test.
    fn test(&self, expression: &str, test: &Test<'_>) -> Option<String>;
    /// The time is in a span.
    fn time(&self, range: TimeRange) -> Option<String>;
    /// All of them hold; the texts are two or more.
    fn all(&self, texts: &[String]) -> String;
    /// One of them holds; the texts are two or more.
    fn any(&self, texts: &[String]) -> String;
    /// It does not hold.
    fn not(&self, text: &str) -> Option<String>;
}

/// What is asked of a value.
#[derive(Clone, Copy, Debug)]
pub enum Test<'t> {
    /// It contains this, in any case of its letters. Spaces and signs are as they are.
    Contains(&'t str),
    /// It is this: in any case of its letters where the place is searched, and else to the letter.
    Is(&'t str),
    /// It is not empty.
    Filled,
    /// It has letters that entrail takes for others.
    Has(&'t Letters),
    /// It matches this expression, which all dialects read alike.
    Matches(&'static str),
}

/// Where the values of a field stand in a log.
#[derive(Clone, Copy, Debug)]
pub struct FieldExpressions {
    /// Expressions of which one has the value.
    pub sides: &'static [Side],
    /// A condition that holds where an object may be named by other records only, whose names entrail
    /// finds too; empty where the field has no names of objects.
    pub unnamed: &'static str,
}

/// One expression with values of a field.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    /// As the dialect writes it.
    pub expression: &'static str,
    /// What it holds.
    pub holds: Holds,
}

/// What an expression holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holds {
    /// A value of the field, as logged, and nothing else.
    Value,
    /// A value that may count or not.
    Loose,
    /// Values of the field among others, as JSON text.
    Json,
    /// What is compared only whole, and to the letter.
    Whole(Spelling),
}

/// Which texts can be compared to the letter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spelling {
    /// GUIDs, whose writers keep to one case: the same is found as here.
    Guid,
    /// Those of a kind, as they are written: other spellings are not found.
    AsWritten(Only),
}

/// A kind of text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Only {
    /// Any text.
    Texts,
    /// A GUID.
    Guids,
    /// A user principal name: what is called otherwise may be called so in other places.
    PrincipalNames,
}

impl Only {
    /// Is a text of the kind?
    fn has(self, text: &str) -> bool {
        match self {
            Self::Texts => true,
            Self::Guids => is_guid(text),
            Self::PrincipalNames => text.contains('@') && !text.contains(['/', ':', ' ', '\\']),
        }
    }
}

/// How well a text says a condition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fit {
    Exact,
    AsWritten,
    Inexact,
}

/// What a dialect can say around a condition.
#[derive(Clone, Debug)]
struct Bounds {
    /// Matches at least what the condition does; `None` where that is everything.
    above: Option<String>,
    /// Matches nothing else; `None` where that is nothing.
    below: Option<String>,
    /// How well they fit.
    fit: Fit,
    /// Why no better.
    why: &'static str,
}

impl Bounds {
    /// A condition that is said whole.
    fn exact(text: String) -> Self {
        Self { above: Some(text.clone()), below: Some(text), fit: Fit::Exact, why: "" }
    }

    /// A condition of which nothing can be said.
    fn none(why: &'static str) -> Self {
        Self { above: None, below: None, fit: Fit::Inexact, why }
    }

    fn of(part: &Expression, context: &Context, dialect: &dyn Dialect) -> Self {
        let each = |parts: &[Expression]| -> Vec<Self> {
            parts.iter().map(|part| Self::of(part, context, dialect)).collect()
        };
        match part {
            Expression::And(parts) => Self::all(each(parts), dialect),
            Expression::Or(parts) => Self::any(each(parts), dialect),
            Expression::Not(inner) => match &**inner {
                Expression::Not(same) => Self::of(same, context, dialect),
                other => Self::of(other, context, dialect).negated(dialect),
            },
            Expression::Term(term) => term::of(term, context, dialect),
        }
    }

    /// All of them hold.
    fn all(parts: Vec<Self>, dialect: &dyn Dialect) -> Self {
        let (fit, why) = worst(&parts);
        let (above, below) = texts(parts);
        Self {
            above: joined(above.into_iter().flatten().collect(), |t| dialect.all(t)),
            below: below
                .into_iter()
                .collect::<Option<_>>()
                .and_then(|all| joined(all, |t| dialect.all(t))),
            fit,
            why,
        }
    }

    /// One of them holds.
    fn any(parts: Vec<Self>, dialect: &dyn Dialect) -> Self {
        let (fit, why) = worst(&parts);
        let (above, below) = texts(parts);
        Self {
            above: above
                .into_iter()
                .collect::<Option<_>>()
                .and_then(|all| joined(all, |t| dialect.any(t))),
            below: joined(below.into_iter().flatten().collect(), |t| dialect.any(t)),
            fit,
            why,
        }
    }

    /// It does not hold: what is outside of one bound is the other bound of its opposite.
    fn negated(self, dialect: &dyn Dialect) -> Self {
        let not = |text: Option<String>| text.and_then(|text| dialect.not(&text));
        let (above, below) = (not(self.below), not(self.above));
        let why = if self.why.is_empty() { UNNEGATED } else { self.why };
        Self { above, below, fit: self.fit, why }
    }
}

const UNNEGATED: &str = "what is negated cannot be said there";

/// How well parts fit together, and why no better.
fn worst(parts: &[Bounds]) -> (Fit, &'static str) {
    let of = |fit: Fit| parts.iter().find(|part| part.fit == fit);
    let part = of(Fit::Inexact).or_else(|| of(Fit::AsWritten));
    part.map_or((Fit::Exact, ""), |part| (part.fit, part.why))
}

/// The bounds of parts on each side.
fn texts(parts: Vec<Bounds>) -> (Vec<Option<String>>, Vec<Option<String>>) {
    parts.into_iter().map(|part| (part.above, part.below)).unzip()
}

/// Texts joined, each once; `None` where there is none.
fn joined(texts: Vec<String>, join: impl Fn(&[String]) -> String) -> Option<String> {
    let mut each: Vec<String> = Vec::with_capacity(texts.len());
    for text in texts {
        if !each.contains(&text) {
            each.push(text);
        }
    }
    match each.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        all => Some(join(all)),
    }
}
