//! What a record has in a column and in a field, whatever it is made of: what rules of risk say of it too.
//! Never looks at rules where only other columns are asked for.

use super::column::part::MOST_RULES;
use super::column::{Column, Entries};
use super::field::{Field, Parts, Stored};
use super::{Record, risk};

impl Column {
    /// Hands over the record's entries in this column.
    pub fn fill(self, record: &Record<'_>, out: &mut dyn Entries) {
        match self {
            Self::Risk => rated(record, out),
            _ => (self.row().fill)(record, out),
        }
    }
}

impl Field {
    /// Calls `out` with each value of this field that is not empty. `raw` is the record's original
    /// text, used by the `raw` field only. The time has no text here: see [`Record::time`]. A record knows no
    /// marks.
    pub fn values(&self, record: &Record<'_>, raw: &str, out: &mut dyn FnMut(&str)) {
        let Stored::Column(Column::Risk, parts) = self.stored else {
            return self.kept_values(record, raw, out);
        };
        let mut keep = |value: &str| {
            if !value.is_empty() {
                out(value);
            }
        };
        rated(record, &mut Parts(parts, &mut keep));
    }
}

/// The highest level that rules give a record, and which rules.
fn rated(record: &Record<'_>, out: &mut dyn Entries) {
    let mut parts = [""; 1 + MOST_RULES];
    let fired = risk::rate(record);
    let Some(highest) = fired.first() else { return out.usual(&parts) };
    parts[0] = highest.level.word();
    for (part, rule) in parts[1..].iter_mut().zip(&fired) {
        *part = rule.name;
    }
    out.entry(&parts);
}
