//! Accounts that are watched, such as those for emergencies: starred wherever they are.
//! Never decides who is watched; that is configuration.

use crate::query::{Expression, Operator, Query};
use crate::record::column::{Column, PART};
use crate::record::field::Field;
use crate::store::{RowId, Store};

/// Names and ids that are watched, folded.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Watch {
    given: Vec<String>,
    folded: Vec<String>,
}

impl Watch {
    /// Watches accounts by principal name, name or id.
    pub fn new(given: Vec<String>) -> Self {
        let given: Vec<String> = given.into_iter().filter(|name| !name.trim().is_empty()).collect();
        let folded = given.iter().map(|name| crate::text::fold(name.trim())).collect();
        Self { given, folded }
    }

    /// Is nobody watched?
    pub fn is_empty(&self) -> bool {
        self.given.is_empty()
    }

    /// Is a watched account the actor or a target of this record?
    pub fn has(&self, store: &Store, row: RowId) -> bool {
        let is_watched = |entry: &str| {
            entry
                .split(PART)
                .any(|part| !part.is_empty() && self.folded.contains(&crate::text::fold(part)))
        };
        let codes = |column| store.codes(row, column).into_owned();
        !self.is_empty()
            && [Column::Actor, Column::Targets].into_iter().any(|column| {
                codes(column).into_iter().any(|code| is_watched(store.entry(column, code)))
            })
    }

    /// The query for all that concerns a watched account, also inside of changes and details.
    pub fn query(&self) -> Query {
        let term = |name: &String| Expression::term(Field::RAW, Operator::Contains, name.trim());
        Query { expression: Some(Expression::or(self.given.iter().map(term).collect())) }
    }
}
