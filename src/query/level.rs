//! Levels of risk in a query: what `risk>=high` and `risk:medium..critical` ask for.
//! Never rates anything; the column holds the words.

use super::{Operator, Term, Value};
use crate::record::risk::Level;

/// The words a value must be one of, where the term asks by order; `None` where it asks by text.
pub fn of_term(term: &Term) -> Option<Vec<&'static str>> {
    let level = |text: &str| Level::from_word(text);
    let holds: Box<dyn Fn(Level) -> bool> = match (&term.value, term.operator) {
        (Value::Range(from, to), _) => {
            let (from, to) = (from.as_deref().and_then(level), to.as_deref().and_then(level));
            Box::new(move |own| {
                from.is_none_or(|from| own >= from) && to.is_none_or(|to| own <= to)
            })
        }
        (Value::Text(text), operator) => {
            let asked = level(text);
            let compare: fn(Level, Level) -> bool = match operator {
                Operator::Greater => |own, asked| own > asked,
                Operator::GreaterOrEqual => |own, asked| own >= asked,
                Operator::Less => |own, asked| own < asked,
                Operator::LessOrEqual => |own, asked| own <= asked,
                Operator::Contains | Operator::Equals | Operator::NotEquals => return None,
            };
            Box::new(move |own| asked.is_some_and(|asked| compare(own, asked)))
        }
        _ => return None,
    };
    Some(Level::ALL.into_iter().filter(|&own| holds(own)).map(Level::word).collect())
}
