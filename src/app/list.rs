//! The list of records: rows of the last answer, order, columns, and the record under the cursor.
//! Never filters or sorts; it shows what the answer holds.

use super::folding::Folding;
use super::viewport::Viewport;
use crate::query::answer::{Operations, Sort};
use crate::record::Outcome;
use crate::record::column::Column;
use crate::record::field::{Field, Stored};
use crate::record::risk::Level;
use crate::store::{RowId, Store};
use crate::time::Zone;

/// The list pane while it shows records.
#[derive(Debug)]
pub struct List {
    /// Rows in the order shown.
    pub rows: Vec<RowId>,
    /// Visible lines.
    pub viewport: Viewport,
    /// Order asked for.
    pub sort: Sort,
    /// Columns the user chose; `None` while the width decides.
    pub chosen: Option<Vec<&'static Field>>,
    /// Columns scrolled out to the left.
    pub scrolled: usize,
    /// Has the user moved the cursor? Until then it stays on the first line while records arrive.
    pub moved: bool,
    /// The record the user went to last: the cursor comes back to it when an answer has it again.
    anchor: Option<RowId>,
    /// The record the last answer put the cursor on.
    left_at: Option<RowId>,
    /// What is folded, where operations are shown.
    pub(super) folding: Option<Folding>,
}

impl Default for List {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            viewport: Viewport::default(),
            sort: Sort::newest_first(),
            chosen: None,
            scrolled: 0,
            moved: false,
            anchor: None,
            left_at: None,
            folding: None,
        }
    }
}

/// A column as it is drawn.
#[derive(Clone, Copy)]
pub struct ShownColumn {
    /// What it shows.
    pub field: &'static Field,
    /// Width in cells, without the space after it.
    pub width: usize,
}

/// Columns in the order they join as the list gets wider, and the least width of the list for each.
const BY_WIDTH: &[(&str, usize)] = &[
    ("time", 0),
    ("result", 0),
    ("activity", 0),
    ("actor", 0),
    ("target", 0),
    ("actor.ip", 84),
    ("service", 120),
    ("category", 140),
];

impl List {
    /// The record under the cursor.
    pub fn current(&self) -> Option<RowId> {
        self.rows.get(self.viewport.cursor()).copied()
    }

    /// Takes over rows; the cursor stays on the record the user went to. While a
    /// filter is typed that record may leave for a letter or two and is found again.
    pub fn take(&mut self, rows: Vec<RowId>, operations: Option<Operations>, store: &Store) {
        let current = self.current();
        if self.moved && (self.anchor.is_none() || current != self.left_at) {
            self.anchor = current;
        }
        self.rows = self.fold(rows, operations);
        self.viewport.set_len(self.rows.len());
        match self.anchor {
            Some(row) => self.return_to(row, store),
            None => self.viewport.go_to(0),
        }
        self.left_at = self.current();
    }

    /// The next answer is to be read from its first record on.
    pub fn start_over(&mut self) {
        self.moved = false;
        self.anchor = None;
        self.viewport.go_to(0);
    }

    /// The next answer is to put the cursor on this record.
    pub fn expect(&mut self, row: Option<RowId>) {
        self.moved = true;
        self.anchor = row.or(self.anchor);
        self.left_at = self.current();
    }

    /// Puts the cursor on a record, or on the nearest in time where the list is in order of time.
    fn return_to(&mut self, row: RowId, store: &Store) {
        let row = self.shown_row(row);
        let place = self.rows.iter().position(|&other| other == row).or_else(|| {
            if !matches!(self.sort.field.stored, Stored::Time) {
                return None;
            }
            let time = store.time(row);
            Some(self.rows.partition_point(|&other| {
                if self.sort.descending {
                    store.time(other) > time
                } else {
                    store.time(other) < time
                }
            }))
        });
        self.viewport.keep_at(place.unwrap_or_else(|| self.viewport.cursor()));
    }

    /// Shows these rows, the cursor on one of them.
    pub(super) fn show_rows(&mut self, rows: Vec<RowId>, row: RowId) {
        self.rows = rows;
        self.viewport.set_len(self.rows.len());
        self.go_to_row(row);
    }

    /// Puts the cursor on a record, if it is in the list.
    pub fn go_to_row(&mut self, row: RowId) {
        if let Some(place) = self.rows.iter().position(|&other| other == row) {
            self.viewport.go_to(place);
        }
    }

    /// The fields shown at a width, before scrolling.
    pub fn fields(&self, width: usize) -> Vec<&'static Field> {
        match &self.chosen {
            Some(chosen) => chosen.clone(),
            None => (BY_WIDTH.iter())
                .filter(|(_, least)| width >= *least)
                .map(|(name, _)| Field::named(name))
                .collect(),
        }
    }

    /// The columns that fit into a width.
    pub fn columns(&self, width: usize) -> Vec<ShownColumn> {
        let fields = self.fields(width);
        let fields = &fields[self.scrolled.min(fields.len().saturating_sub(1))..];
        let mut shown: Vec<ShownColumn> = Vec::new();
        let mut used = 0;
        for &field in fields {
            let least = fixed_width(field).unwrap_or_else(|| least_width(field));
            if !shown.is_empty() && used + 1 + least > width {
                break;
            }
            used += least + usize::from(!shown.is_empty());
            shown.push(ShownColumn { field, width: least });
        }
        let elastic = |column: &&mut ShownColumn| fixed_width(column.field).is_none();
        let weights: usize = shown.iter_mut().filter(elastic).map(|c| weight(c.field)).sum();
        let mut spare = width.saturating_sub(used);
        let share = spare;
        for column in shown.iter_mut().filter(|c| fixed_width(c.field).is_none()) {
            let more = (share * weight(column.field)).div_ceil(weights.max(1)).min(spare);
            column.width += more;
            spare -= more;
        }
        if let [only] = shown.as_mut_slice() {
            only.width = only.width.min(width);
        }
        shown
    }
}

fn fixed_width(field: &Field) -> Option<usize> {
    match field.name {
        "time" => Some(14),
        "result" => Some(6),
        "actor.ip" => Some(15),
        "actor.kind" | "mark" => Some(4),
        "kind" => Some(12),
        "op" | "risk" => Some(8),
        "correlation" => Some(36),
        _ => None,
    }
}

fn least_width(field: &Field) -> usize {
    if field.name == "activity" { 14 } else { 8 }
}

fn weight(field: &Field) -> usize {
    match field.name {
        "activity" => 5,
        "actor" | "target" | "reason" | "agent" | "note" => 3,
        _ => 2,
    }
}

/// A record's result as glyph and word: never told by colour alone.
pub fn result_words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "✓ ok",
        Outcome::Failure => "✗ fail",
        Outcome::Timeout => "✗ time",
        Outcome::Unknown => "? none",
    }
}

/// The outcome of a record, from its column.
pub fn outcome(store: &Store, row: RowId) -> Outcome {
    let code = store.codes(row, Column::Result).first().copied();
    code.map_or(Outcome::Unknown, |code| Outcome::from_word(store.part(Column::Result, code, 0)))
}

/// A level's glyph: none looks like another, and none is wider than a cell.
pub const fn risk_glyph(level: Level, ascii: bool) -> &'static str {
    match (level, ascii) {
        (Level::Low, false) => "·",
        (Level::Medium, false) => "•",
        (Level::High, false) => "▲",
        (Level::Critical, false) => "◆",
        (Level::Low, true) => ".",
        (Level::Medium, true) => "o",
        (Level::High, true) => "!",
        (Level::Critical, true) => "#",
    }
}

/// The level of risk of a record, from its column; `None` where it is not rated.
pub fn risk(store: &Store, row: RowId) -> Option<Level> {
    let code = *store.codes(row, Column::Risk).first()?;
    Level::of_entry(store.entry(Column::Risk, code))
}

/// The text of a cell, from columns alone; not cleaned. Fields that are read from original bytes
/// have none.
pub fn cell(store: &Store, row: RowId, field: &Field, zone: &Zone) -> String {
    match field.stored {
        Stored::Time => store
            .time(row)
            .map_or_else(|| "no time".to_owned(), |time| zone.format(time, "%m-%d %H:%M:%S")),
        Stored::Correlation => store.correlation(row),
        Stored::Column(Column::Result, _) => result_words(outcome(store, row)).to_owned(),
        Stored::Column(..) | Stored::Property(_) => {
            let Some(kept) = field.stored.kept() else { return String::new() };
            let codes = store.codes(row, kept.column);
            let first = |&code: &u32| kept.values(store.entry(kept.column, code)).next();
            let mut values = codes.iter().filter_map(first);
            let Some(text) = values.next() else { return String::new() };
            match values.count() {
                0 => text.to_owned(),
                more => format!("{text} +{more}"),
            }
        }
        Stored::Mark => store.marks().word(row).to_owned(),
        Stored::Note => store.marks().note(row).to_owned(),
        Stored::Original(_) | Stored::Raw => String::new(),
    }
}

/// Can the list show and sort by this field?
pub fn is_column(field: &Field) -> bool {
    !field.reads_original()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_fill_the_width_and_never_exceed_it() {
        let list = List::default();
        for width in 0..300 {
            let columns = list.columns(width);
            let used: usize =
                columns.iter().map(|c| c.width).sum::<usize>() + columns.len().saturating_sub(1);
            assert!(columns.len() == 1 || used <= width, "{width}: {used}");
            assert!(!columns.is_empty());
        }
        let names = |width| list.columns(width).iter().map(|c| c.field.name).collect::<Vec<_>>();
        assert_eq!(names(56), ["time", "result", "activity", "actor", "target"]);
        assert!(names(150).contains(&"category"));
    }
}
