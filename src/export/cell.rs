//! The values of a field of one row, from the columns where they are kept there.
//! Never reads original bytes itself and never cleans or escapes: that is each format's own affair.

use std::sync::LazyLock;

use crate::record::column::{Column, Entries};
use crate::record::field::{FIELDS, Field, Stored};
use crate::record::{Change, Detail, Record, Target};
use crate::store::{RowId, Store};

/// One record on its way out.
#[derive(Clone, Copy)]
pub(super) struct Row<'r> {
    /// Where its columns are.
    pub(super) store: &'r Store,
    /// Its number there.
    pub(super) id: RowId,
    /// Its original bytes, where they were read.
    pub(super) bytes: &'r [u8],
    /// The record in them, where it was decoded.
    pub(super) record: Option<&'r Record<'r>>,
    /// Is it another record than the columns know, made from theirs?
    pub(super) is_redacted: bool,
}

impl<'r> Row<'r> {
    /// A row of which only the columns are known.
    pub(super) fn new(store: &'r Store, id: RowId) -> Self {
        Self { store, id, bytes: &[], record: None, is_redacted: false }
    }

    /// Calls `out` with each value of the field: of a dictionary entry its first part that is not
    /// empty, the most telling one. Times are RFC 3339 in UTC.
    pub(super) fn values(&self, field: &Field, out: &mut dyn FnMut(&str)) {
        if let (Some(record), true) = (self.record, self.is_redacted) {
            if matches!(field.stored, Stored::Mark) {
                return out(self.store.marks().word(self.id));
            }
            // What a rule sees in pseudonyms says nothing.
            if !matches!(field.stored, Stored::Column(Column::Risk, _)) {
                return redacted_values(record, field, out);
            }
        }
        match field.stored {
            Stored::Time => {
                if let Some(time) = self.store.time(self.id) {
                    out(&time.to_rfc3339());
                }
            }
            Stored::Correlation => {
                let id = self.store.correlation(self.id);
                if !id.is_empty() {
                    out(&id);
                }
            }
            Stored::Column(..) | Stored::Property(_) => {
                let Some(kept) = field.stored.kept() else { return };
                for &code in self.store.codes(self.id, kept.column).iter() {
                    let value = self.store.values(kept, code).first().copied().unwrap_or_default();
                    if !value.is_empty() {
                        out(value);
                    }
                }
            }
            Stored::Mark => out(self.store.marks().word(self.id)),
            Stored::Note => {
                let note = self.store.marks().note(self.id);
                if !note.is_empty() {
                    out(note);
                }
            }
            Stored::Original(_) => {
                if let Some(record) = self.record {
                    field.values(record, "", out);
                }
            }
            Stored::Raw => {
                if !self.bytes.is_empty() {
                    out(&String::from_utf8_lossy(self.bytes));
                }
            }
        }
    }

    /// All values of the field in one text.
    pub(super) fn joined(&self, field: &Field, separator: &str) -> String {
        let mut joined = String::new();
        self.values(field, &mut |value| {
            if !joined.is_empty() {
                joined.push_str(separator);
            }
            joined.push_str(value);
        });
        joined
    }
}

/// The values of a record that is not the one in the columns; marks and original bytes have none.
fn redacted_values(record: &Record<'_>, field: &Field, out: &mut dyn FnMut(&str)) {
    match field.stored {
        Stored::Time => {
            if let Some(time) = record.time {
                out(&time.to_rfc3339());
            }
        }
        Stored::Column(column, parts) => (column.row().fill)(record, &mut Firsts { parts, out }),
        _ => field.values(record, "", out),
    }
}

/// Hands on the first chosen part of each entry that is not empty.
struct Firsts<'f> {
    parts: &'f [usize],
    out: &'f mut dyn FnMut(&str),
}

impl Entries for Firsts<'_> {
    fn entry(&mut self, parts: &[&str]) {
        if let Some(first) = self.parts.iter().map(|&at| parts[at]).find(|part| !part.is_empty()) {
            (self.out)(first);
        }
    }
}

/// Can a record have several values of this field? Asked of a record that has two of everything.
pub(super) fn has_many(field: &Field) -> bool {
    static MANY: LazyLock<Vec<bool>> = LazyLock::new(|| {
        let text = || "x".into();
        let change = || Change { name: text(), old: Some(text()), new: Some(text()) };
        let target = || Target { id: text(), changes: vec![change()], ..Target::default() };
        let detail = || Detail { key: text(), value: text() };
        let record = Record {
            id: text(),
            session_id: text(),
            targets: vec![target(), target()],
            details: vec![detail(), detail()],
            ..Record::default()
        };
        let many = |field: &Field| match field.stored {
            Stored::Column(column, _) => column.row().many,
            Stored::Property(key) => key.row().many,
            Stored::Original(_) => {
                let mut values = 0;
                field.values(&record, "", &mut |_| values += 1);
                values > 1
            }
            Stored::Time | Stored::Correlation | Stored::Mark | Stored::Note | Stored::Raw => false,
        };
        FIELDS.iter().map(many).collect()
    });
    MANY[field.index()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_targets_changes_and_details_have_many_values() {
        let of_all = FIELDS.iter().filter(|f| !matches!(f.stored, Stored::Property(_)));
        let many: Vec<&str> = of_all.filter(|f| has_many(f)).map(|f| f.name).collect();
        let expected = ["target", "target.id", "target.type", "change", "old", "new", "detail"];
        assert_eq!(many, expected);
        assert!(has_many(Field::named("ca.policy")) && !has_many(Field::named("protocol")));
    }
}
