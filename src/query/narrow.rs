//! Whether one query can only match less than another, told from the two alone.
//! Never looks at records; where it is not sure it says no.

use super::{Expression, Operator, Query, Term, Value};
use crate::record::address::{Network, address};
use crate::record::field::Stored;
use crate::record::value_kind::ValueKind;
use crate::text::{fold, fold_fragment};

impl Query {
    /// Does every record that matches this query match `wider` too? `false` also where that is not
    /// known. Both are taken in the same context.
    pub fn narrows(&self, wider: &Self) -> bool {
        match (&self.expression, &wider.expression) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(narrow), Some(wide)) => implies(narrow, wide),
        }
    }

    /// The conditions on the time that hold for all of it.
    pub fn times(&self) -> Vec<Expression> {
        let is_time = |part: &&Expression| match part {
            Expression::Term(term) => {
                term.field.is_some_and(|field| matches!(field.stored, Stored::Time))
            }
            _ => false,
        };
        match &self.expression {
            Some(Expression::And(parts)) => parts.iter().filter(is_time).cloned().collect(),
            other => other.iter().filter(is_time).cloned().collect(),
        }
    }

    /// Does it ask for times? Only then its context matters.
    pub fn asks_for_time(&self) -> bool {
        self.asks_for(|stored| matches!(stored, Stored::Time))
    }

    /// Does it ask what was marked? Only then marks matter.
    pub fn asks_for_marks(&self) -> bool {
        self.asks_for(|stored| matches!(stored, Stored::Mark | Stored::Note))
    }

    fn asks_for(&self, what: fn(&Stored) -> bool) -> bool {
        self.any_term(&|term| term.field.is_some_and(|field| what(&field.stored)))
    }
}

fn implies(narrow: &Expression, wide: &Expression) -> bool {
    use Expression::{And, Not, Or, Term};
    match (narrow, wide) {
        (_, And(parts)) => parts.iter().all(|part| implies(narrow, part)),
        (Or(parts), _) => parts.iter().all(|part| implies(part, wide)),
        (And(parts), _) if parts.iter().any(|part| implies(part, wide)) => true,
        (_, Or(parts)) => parts.iter().any(|part| implies(narrow, part)),
        (Not(narrow), Not(wide)) => implies(wide, narrow),
        (Term(narrow), Term(wide)) => narrow == wide || term_implies(narrow, wide),
        _ => false,
    }
}

/// `role` implies `ro`: what contains the one contains the other.
fn term_implies(narrow: &Term, wide: &Term) -> bool {
    let same = narrow.field.map(|field| field.name) == wide.field.map(|field| field.name);
    // Times are compared as times, and original text more tolerantly than folded text.
    let other = |stored: &Stored| matches!(stored, Stored::Time | Stored::Raw);
    if !same || narrow.field.is_some_and(|field| other(&field.stored)) {
        return false;
    }
    let (Value::Text(longer), Value::Text(shorter)) = (&narrow.value, &wide.value) else {
        return false;
    };
    // An address in another spelling than it is kept in, or a block, finds what its text does not.
    let is_usual = || address(longer).is_none_or(|own| own.to_string() == *longer);
    let looks_at_addresses = narrow.field.is_none_or(|field| field.kind == ValueKind::Address);
    if looks_at_addresses && (Network::parse(longer).is_some() || !is_usual()) {
        return false;
    }
    let operators = matches!(narrow.operator, Operator::Contains | Operator::Equals)
        && wide.operator == Operator::Contains;
    let needle = fold(shorter);
    operators
        && !longer.is_empty()
        && needle == fold_fragment(shorter)
        && fold(longer).contains(&needle)
        && fold_fragment(longer).contains(&needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn narrows(narrow: &str, wide: &str) -> bool {
        let query = |text: &str| Query::parse(text).expect(text);
        query(narrow).narrows(&query(wide))
    }

    #[test]
    fn one_more_letter_or_condition_narrows() {
        for (narrow, wide) in [
            ("role", ""),
            ("role", "rol"),
            ("role", "role"),
            ("Role", "rOl"),
            ("actor:ann role", "actor:an"),
            ("actor:ann role", "role actor:an"),
            ("actor=ann", "actor:an"),
            ("-actor:an", "-actor:ann"),
            ("(category:user OR category:use) role", "category:us"),
            ("a b", "a OR c"),
            ("a", "a OR b"),
        ] {
            assert!(narrows(narrow, wide), "{narrow} | {wide}");
        }
    }

    #[test]
    fn what_is_not_sure_does_not() {
        for (narrow, wide) in [
            ("", "role"),
            ("rol", "role"),
            ("-actor:ann", "-actor:an"),
            ("actor:ann", "target:an"),
            ("ann", "actor:an"),
            ("actor:ann", "actor=ann"),
            ("actor:ann*", "actor:an"),
            ("a OR b", "a"),
            ("time:2026-11", "time:2026"),
            ("raw:ab", "raw:a"),
            ("actor:\"\"", "actor:a"),
            ("actor.ip:2001:0db8::1", "actor.ip:2001:0"),
            ("actor.ip=203.0.113.7:54", "actor.ip:7:54"),
            ("203.0.113.0/24", "203.0.113.0"),
        ] {
            assert!(!narrows(narrow, wide), "{narrow} | {wide}");
        }
    }
}
