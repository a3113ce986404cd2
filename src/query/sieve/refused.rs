//! Results that a condition refuses, told from the bytes of an event.
//! Never decides about a word that Graph does not know; such events are let through.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::super::pattern::Pattern;
use super::super::{Operator, Term, Value};
use crate::record::Outcome;
use crate::text::fold;

/// Graph's `operationResult` (reference, "directoryAudit resource type").
const RESULTS: &[&str] = &["success", "failure", "timeout", "unknownFutureValue"];

/// The property's name, in any case. Its opening quote is left out: the search would stop at each.
static RESULT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i-u)result""#).unwrap_or_else(|_| unreachable!("a test compiles it"))
});

/// The results with which a condition cannot hold.
#[derive(Debug)]
pub(super) struct Refused(Vec<&'static str>);

impl Refused {
    /// The results that a condition on the result refuses; `None` where it refuses none.
    pub(super) fn by(term: &Term) -> Option<Self> {
        let (operator, negated) = match term.operator {
            Operator::NotEquals => (Operator::Equals, true),
            operator => (operator, false),
        };
        let patterns = patterns(operator, &term.value)?;
        let holds = |word: &str| {
            let words = [Outcome::from_word(word).word(), word];
            let matches =
                |word: &str| patterns.iter().any(|pattern| pattern.matches(word, &fold(word)));
            words.into_iter().any(matches) != negated
        };
        let refused: Vec<&str> = RESULTS.iter().copied().filter(|word| !holds(word)).collect();
        (!refused.is_empty()).then_some(Self(refused))
    }

    /// Is one of them for sure the result of this event, a Graph audit record without escapes?
    pub(super) fn is_result_of(&self, event: &[u8]) -> bool {
        let mut ends = RESULT.find_iter(event).map(|hit| hit.end());
        // Where it stands twice the last one counts; it may also stand in something inside.
        ends.next().is_some_and(|end| self.is_at(&event[end..]))
            && ends.all(|end| self.is_at(&event[end..]))
    }

    fn is_at(&self, behind_name: &[u8]) -> bool {
        let value = behind_name.strip_prefix(b":\"").unwrap_or_default();
        self.0.iter().any(|word| {
            value.strip_prefix(word.as_bytes()).is_some_and(|rest| rest.starts_with(b"\""))
        })
    }
}

/// What one of must match; `None` where this cannot be told from a word alone.
fn patterns(operator: Operator, value: &Value) -> Option<Vec<Pattern>> {
    match value {
        // It asks for records without a result.
        Value::Text(text) if text.is_empty() => None,
        Value::AnyOf(values) => {
            let all: Option<Vec<_>> = values.iter().map(|one| patterns(operator, one)).collect();
            Some(all?.into_iter().flatten().collect())
        }
        value => Pattern::new(operator, value).map(|pattern| vec![pattern]),
    }
}
