//! Which columns a load is to fill: those that its questions are about.
//! Never names a column itself; the tables of columns and fields do.

use super::column::Column;
use super::field::{Field, Stored, WORD_FIELDS};

/// A set of columns. The times of records are always kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// A bit for each dictionary column, by its place in the table.
    columns: u32,
    /// Correlation ids too?
    correlations: bool,
}

impl Default for Wanted {
    /// All of them.
    fn default() -> Self {
        Self { columns: u32::MAX, correlations: true }
    }
}

impl Wanted {
    /// None of them.
    pub const NOTHING: Self = Self { columns: 0, correlations: false };

    /// Adds what the values of a field are kept in. What is read from original bytes needs nothing.
    pub fn add(&mut self, field: &Field) {
        if let Some(kept) = field.stored.kept() {
            self.columns |= 1 << kept.column.index();
        }
        self.correlations |= matches!(field.stored, Stored::Correlation);
    }

    /// Adds what a bare word looks in.
    pub fn add_words(&mut self) {
        for field in WORD_FIELDS {
            self.add(field);
        }
        self.columns |= 1 << Column::Properties.index();
    }

    /// Adds the columns that name objects: one may have the name of what the other has an id of.
    pub fn add_names(&mut self) {
        self.add(Field::ACTOR);
        self.add(Field::TARGET);
    }

    /// Are all columns in it that name objects?
    pub fn has_names(self) -> bool {
        self.has(Column::Actor) && self.has(Column::Targets)
    }

    /// Is this column in it?
    pub fn has(self, column: Column) -> bool {
        self.columns >> column.index() & 1 == 1
    }

    /// Are correlation ids in it?
    pub fn has_correlations(self) -> bool {
        self.correlations
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_needs_the_column_it_is_kept_in_and_no_other() {
        let mut wanted = Wanted::NOTHING;
        for field in [Field::CATEGORY, Field::TIME, Field::OLD, Field::RAW] {
            wanted.add(field);
        }
        assert!(wanted.has(Column::Path) && !wanted.has(Column::Actor));
        assert!(!wanted.has_correlations() && Wanted::default().has_correlations());
        wanted.add(Field::CORRELATION);
        wanted.add_words();
        assert!(wanted.has_correlations() && wanted.has(Column::Reason));
        assert!(!wanted.has(Column::Tenant) && Wanted::default().has(Column::Tenant));
    }
}
