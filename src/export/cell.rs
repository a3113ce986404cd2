//! The values of a field of one row, from the columns where they are kept there.
//! Never reads original bytes itself and never cleans or escapes: that is each format's own affair.

use crate::record::Record;
use crate::record::column::{Column, Entries, Part};
use crate::record::field::{Field, Stored};
use crate::store::{RowId, Store};

/// One record on its way out.
#[derive(Clone, Copy)]
pub(super) struct RecordOut<'r> {
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

impl<'r> RecordOut<'r> {
    /// A row of which only the columns are known.
    pub(super) fn new(store: &'r Store, id: RowId) -> Self {
        Self { store, id, bytes: &[], record: None, is_redacted: false }
    }

    /// Calls `out` with each value of the field: of a dictionary entry its first part that is not
    /// empty, the most telling one; of a target that has none, with nothing. Times are RFC 3339 in UTC.
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
                    let values = self.store.values_in(kept, code, self.id);
                    let value = values.first().copied().unwrap_or_default();
                    if !value.is_empty() || has_places(field) {
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

    /// All values of the field in one text; `nothing` where a target has none and another has.
    pub(super) fn joined(&self, field: &Field, separator: &str, nothing: &str) -> String {
        let mut joined = String::new();
        let (mut count, mut is_told) = (0, false);
        self.values(field, &mut |value| {
            if count > 0 {
                joined.push_str(separator);
            }
            joined.push_str(if value.is_empty() { nothing } else { value });
            (count, is_told) = (count + 1, is_told || !value.is_empty());
        });
        if is_told { joined } else { String::new() }
    }
}

/// Has each target of a record its place among the values, so that names, ids and types stand in one
/// order?
fn has_places(field: &Field) -> bool {
    matches!(field.stored, Stored::Column(Column::Targets, _))
}

/// The values of a record that is not the one in the columns; marks and original bytes have none.
fn redacted_values(record: &Record<'_>, field: &Field, out: &mut dyn FnMut(&str)) {
    match field.stored {
        Stored::Time => {
            if let Some(time) = record.time {
                out(&time.to_rfc3339());
            }
        }
        Stored::Column(column, parts) => {
            let places = has_places(field);
            column.fill(record, &mut Firsts { parts, places, out });
        }
        _ => field.values(record, "", out),
    }
}

/// Hands on the first chosen part of each entry that is not empty; where entries have places, also an
/// empty one.
struct Firsts<'f> {
    parts: &'f [Part],
    places: bool,
    out: &'f mut dyn FnMut(&str),
}

impl Entries for Firsts<'_> {
    fn entry(&mut self, parts: &[&str]) {
        match self.parts.iter().map(|part| part.among(parts)).find(|part| !part.is_empty()) {
            Some(first) => (self.out)(first),
            None if self.places => (self.out)(""),
            None => {}
        }
    }
}

/// Can a record have several values of this field?
pub(super) fn has_many(field: &Field) -> bool {
    match field.stored {
        Stored::Column(column, _) => column.row().many,
        Stored::Property(key) => key.row().many,
        Stored::Original(_) => !ONCE.contains(&field.name),
        Stored::Time | Stored::Correlation | Stored::Mark | Stored::Note | Stored::Raw => false,
    }
}

/// Fields that are read from the original record and are there once at most.
const ONCE: &[&str] = &["id", "session"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Decoded, Depth, Layout, decode};
    use crate::record::field::FIELDS;

    #[test]
    fn fields_of_targets_changes_and_details_have_many_values() {
        let of_all = FIELDS.iter().filter(|f| !matches!(f.stored, Stored::Property(_)));
        let many: Vec<&str> = of_all.filter(|f| has_many(f)).map(|f| f.name).collect();
        let expected = [
            "target",
            "target.id",
            "target.type",
            "target.origin",
            "change",
            "old",
            "new",
            "change.old",
            "change.new",
            "licence",
            "detail",
        ];
        assert_eq!(many, expected);
        assert!(has_many(Field::find("ca.policy").expect("a field")));
    }

    #[test]
    fn a_field_without_many_values_never_has_two() {
        let records = crate::demo::tenant(crate::demo::Scale::demo());
        for line in records.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).take(2_000)
        {
            let decoded = decode(line, &Layout::JSON, Depth::Full);
            let Ok(Decoded::Record { record, .. }) = decoded else { unreachable!("a record") };
            for field in FIELDS
                .iter()
                .filter(|field| matches!(field.stored, Stored::Original(_)) && !has_many(field))
            {
                let mut values = 0;
                field.values(&record, "", &mut |_| values += 1);
                assert!(values < 2, "{}", field.name);
            }
        }
    }
}
