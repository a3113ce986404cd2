//! The list of records: rows of the last answer, order, columns, the record under the cursor, and what keys do there.
//! Never filters or sorts; it shows what the answer holds.

mod cell;

use std::ops::RangeInclusive;

use crate::app::action::{Action, Pane};
use crate::app::intent::{Intent, Reply};
use crate::app::panes::folding::{Fold, Folding};
use crate::app::panes::{PaneInput, Sight};
use crate::app::viewport::{Motion, Viewport};
use crate::query::answer::{Operations, Sort, Sum};
use crate::record::column::{Column, Part};
use crate::record::field::{Field, Stored};
use crate::record::{Record, Target};
use crate::store::{RowId, Store};

pub use cell::{
    SignInRows, Times, cell, is_column, outcome, result_glyph, result_words, risk, risk_glyph,
    shortened, sign_in_rows,
};

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
    /// Are records put together by operation?
    pub by_operation: bool,
    /// Has the user moved the cursor? Until then it stays on the first line while records arrive.
    pub moved: bool,
    /// The record the user went to last: the cursor comes back to it when an answer has it again.
    anchor: Option<RowId>,
    /// The record the last answer put the cursor on.
    left_at: Option<RowId>,
    /// What is folded, where operations are shown.
    folding: Option<Folding>,
    /// How many rows are of sign-ins that have several, and how many sign-ins that is.
    pub of_sign_ins: (usize, usize),
}

impl Default for List {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            viewport: Viewport::default(),
            sort: Sort::newest_first(),
            chosen: None,
            scrolled: 0,
            by_operation: false,
            moved: false,
            anchor: None,
            left_at: None,
            folding: None,
            of_sign_ins: (0, 0),
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
const BY_WIDTH: &[(&Field, usize)] = &[
    (Field::TIME, 0),
    (Field::RESULT, 0),
    (Field::ACTIVITY, 0),
    (Field::ACTOR, 0),
    (Field::TARGET, 0),
    (Field::ACTOR_IP, 93),
    (Field::SERVICE, 120),
    (Field::CATEGORY, 140),
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
        self.of_sign_ins = store.events().among(&rows);
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
    fn show_rows(&mut self, rows: Vec<RowId>, row: RowId) {
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

    /// All rows that match, also those that are folded away.
    pub fn all_rows(&self) -> &[RowId] {
        self.folding.as_ref().map_or(&self.rows, |folding| &folding.all)
    }

    /// The rows of some lines, those that are folded away there too.
    pub(in crate::app) fn rows_between(&self, lines: RangeInclusive<usize>) -> Vec<RowId> {
        match &self.folding {
            Some(folding) => folding.rows_between(&lines),
            None => self.rows.get(lines).map(<[RowId]>::to_vec).unwrap_or_default(),
        }
    }

    /// What a line is.
    pub fn fold_of(&self, line: usize) -> Fold {
        self.folding.as_ref().map_or(Fold::Single, |folding| folding.fold_of(line))
    }

    /// Number of operations, where records are listed by operation.
    pub fn operations(&self) -> Option<usize> {
        self.folding.as_ref()?.operations()
    }

    /// Takes in operations; returns the rows to be shown.
    fn fold(&mut self, all: Vec<RowId>, operations: Option<Operations>) -> Vec<RowId> {
        let Some(operations) = operations else {
            self.folding = None;
            return all;
        };
        self.folding.get_or_insert_default().take(all, operations)
    }

    /// What the records of the operation of a line come to; `None` where it is one record.
    pub fn sum_of(&self, line: usize) -> Option<Sum> {
        self.folding.as_ref()?.sum_of(line)
    }

    /// All rows of the operation of a line; none where operations are not put together.
    pub fn operation_of(&self, line: usize) -> &[RowId] {
        self.folding.as_ref().map_or(&[], |folding| folding.operation_of(line))
    }

    /// The row that stands for a row: the one of its line, where its operation is folded.
    fn shown_row(&self, row: RowId) -> RowId {
        let folding = self.folding.as_ref().filter(|_| !self.rows.contains(&row));
        folding.and_then(|folding| folding.lead_of(row)).unwrap_or(row)
    }

    /// Unfolds the operation under the cursor, or folds it again.
    fn turn_fold(&mut self) -> bool {
        let (Some(row), Some(folding)) = (self.current(), &mut self.folding) else { return false };
        let Some((rows, head)) = folding.turn(row) else { return false };
        self.show_rows(rows, head);
        true
    }

    /// The fields shown at a width, before scrolling.
    pub fn fields(&self, width: usize) -> Vec<&'static Field> {
        match &self.chosen {
            Some(chosen) => chosen.clone(),
            None => (BY_WIDTH.iter())
                .filter(|(_, least)| width >= *least)
                .map(|(field, _)| *field)
                .collect(),
        }
    }

    /// The columns that fit into a width, where times are written with the year or without.
    pub fn columns(&self, width: usize, years: bool) -> Vec<ShownColumn> {
        let fields = self.fields(width);
        let fields = &fields[self.scrolled.min(fields.len().saturating_sub(1))..];
        let mut shown: Vec<ShownColumn> = Vec::new();
        let mut used = 0;
        for &field in fields {
            let least = fixed_width(field, width, years).unwrap_or_else(|| least_width(field));
            if !shown.is_empty() && used + 1 + least > width {
                break;
            }
            used += least + usize::from(!shown.is_empty());
            shown.push(ShownColumn { field, width: least });
        }
        let mut spare = width.saturating_sub(used);
        for (name, wanted) in WANTED {
            for column in shown.iter_mut().filter(|column| column.field.name == *name) {
                let more = wanted.saturating_sub(column.width).min(spare);
                column.width += more;
                spare -= more;
            }
        }
        let is_elastic = |column: &ShownColumn| fixed_width(column.field, width, years).is_none();
        let elastic = shown.iter().filter(|column| is_elastic(column));
        let weights: usize = elastic.map(|column| weight(column.field)).sum();
        let share = spare;
        for column in shown.iter_mut().filter(|column| is_elastic(column)) {
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

impl List {
    /// Shows operations instead of records, or records again.
    pub fn turn_operations(&mut self) -> Reply {
        self.by_operation = !self.by_operation;
        self.moved = true;
        Reply::asks(Intent::Ask)
    }

    /// Unfolds the operation under the cursor, or folds it.
    pub fn unfold_operation(&mut self) -> Reply {
        self.moved = true;
        match self.turn_fold() {
            true => Reply::asks(Intent::FollowCursor),
            false => Reply::taken(),
        }
    }

    /// Why the operation under the cursor cannot be folded or unfolded.
    pub fn cannot_unfold(&self, sight: &Sight<'_>) -> Option<String> {
        if self.fold_of(self.viewport.cursor()) != Fold::Single {
            return None;
        }
        Some(match self.by_operation {
            true => "this record is the only one of its operation here".to_owned(),
            false => {
                let fold = sight.keymap.spoken(Action::Operations);
                format!("records are not put together by operation; {fold} does that")
            }
        })
    }

    /// Orders the list by a field; the same field again turns the order around.
    pub fn sort_by(&mut self, field: &'static Field) -> Reply {
        let same = self.sort.field.name == field.name;
        let descending = if same { !self.sort.descending } else { field.begins_with_last() };
        self.sort = Sort { field, descending };
        Reply::asks(Intent::LeaveView).and([Intent::Ask])
    }

    /// The columns that are shown.
    pub fn shown_fields(&self, sight: &Sight<'_>) -> Vec<&'static Field> {
        self.fields(usize::from(sight.layout.inside(Pane::List).width))
    }

    /// Shows a column, or hides it.
    pub fn toggle_column(&mut self, field: &'static Field, sight: &Sight<'_>) -> Reply {
        let mut shown = self.shown_fields(sight);
        match shown.iter().position(|other| other.name == field.name) {
            Some(_) if shown.len() == 1 => {
                return Reply::tell(Some("one column has to stay".to_owned()));
            }
            Some(at) => {
                shown.remove(at);
            }
            None => shown.push(field),
        }
        self.chosen = Some(shown);
        self.scrolled = 0;
        let width = usize::from(sight.layout.inside(Pane::List).width);
        if self.fields(width).len() <= self.columns(width, sight.times.years).len() {
            return Reply::taken();
        }
        let [right, left, zoom] =
            [Action::Right, Action::Left, Action::Zoom].map(|action| sight.keymap.spoken(action));
        let said = format!("more columns than fit: {right} and {left} scroll them, {zoom} zooms");
        Reply::tell(Some(said))
    }

    /// Puts the cursor on a record; whether it is in the list.
    pub fn shows(&mut self, row: RowId) -> bool {
        let is_there = self.rows.contains(&row);
        if is_there {
            self.moved = true;
            self.go_to_row(row);
        }
        is_there
    }
}

impl PaneInput for List {
    fn go(&mut self, motion: Motion, _: &Sight<'_>) -> Reply {
        self.moved = true;
        self.viewport.go(motion);
        Reply::asks(Intent::FollowCursor)
    }

    /// Scrolls the columns.
    fn sideways(&mut self, right: bool, sight: &Sight<'_>) -> Reply {
        let last = self.shown_fields(sight).len().saturating_sub(1);
        let now = self.scrolled;
        self.scrolled = if right { (now + 1).min(last) } else { now.saturating_sub(1) };
        Reply::taken()
    }

    fn open(&mut self, _: &Sight<'_>) -> Reply {
        Reply::asks(Intent::Focus(Pane::Detail))
    }

    fn click(&mut self, line: usize, _: bool, _: &Sight<'_>) -> Reply {
        // The first line is the titles of the columns.
        let Some(line) = line.checked_sub(1) else { return Reply::taken() };
        if self.viewport.top() + line < self.viewport.len() {
            self.viewport.go_to(self.viewport.top() + line);
        }
        self.moved = true;
        Reply::asks(Intent::FollowCursor)
    }

    fn wheel(&mut self, lines: isize, _: &Sight<'_>) -> Reply {
        self.moved = true;
        self.viewport.scroll_by(lines);
        Reply::asks(Intent::FollowCursor)
    }

    fn value(&self, store: &Store) -> Option<(&'static Field, String)> {
        let code = *store.codes(self.current()?, Column::Path).first()?;
        Some((Field::ACTIVITY, store.part(Part::ACTIVITY, code).to_owned()))
    }
}

/// What columns tell of a record.
pub fn from_columns(store: &Store, row: RowId) -> Record<'static> {
    let part = |part, code| store.part(part, code).to_owned();
    let first = |column| store.codes(row, column).first().copied();
    let mut record = Record {
        time: store.time(row),
        correlation_id: store.correlation(row).into(),
        ..Record::default()
    };
    if let Some(code) = first(Column::Path) {
        record.activity = part(Part::ACTIVITY, code).into();
    }
    if let Some(code) = first(Column::Ip) {
        record.actor.ip = part(Part::ADDRESS, code).into();
    }
    if let Some(code) = first(Column::Actor) {
        record.actor.upn = part(Part::ACTOR_UPN, code).into();
        record.actor.name = part(Part::ACTOR_NAME, code).into();
        record.actor.id = part(Part::ACTOR_ID, code).into();
        record.actor.app_id = part(Part::ACTOR_APP_ID, code).into();
    }
    for &code in store.codes(row, Column::Targets).iter() {
        record.targets.push(Target {
            upn: part(Part::TARGET_UPN, code).into(),
            name: part(Part::TARGET_NAME, code).into(),
            id: part(Part::TARGET_ID, code).into(),
            ..Target::default()
        });
    }
    record
}

/// Lists of fewer cells have no room for seconds.
const LEAST_FOR_SECONDS: usize = 70;

/// Has a list of so many cells room for seconds?
pub const fn has_seconds(width: usize) -> bool {
    width >= LEAST_FOR_SECONDS
}

fn fixed_width(field: &Field, list: usize, years: bool) -> Option<usize> {
    match field.name {
        "time" => Some(11 + if years { 5 } else { 0 } + if has_seconds(list) { 3 } else { 0 }),
        // The glyph alone, where the year takes the room of the word.
        "result" if years && !has_seconds(list) => Some(1),
        "result" => Some(6),
        "actor.ip" => Some(15),
        "actor.kind" | "mark" => Some(4),
        "kind" => Some(12),
        "op" | "risk" => Some(8),
        "correlation" => Some(36),
        _ => None,
    }
}

/// What columns get of the room that is left, one after the other: first so much that a role is read
/// whole, then what is done, then who gets the role.
const WANTED: &[(&str, usize)] =
    &[("target", 20), ("activity", 14), ("target", 28), ("activity", 17), ("actor", 14)];

fn least_width(field: &Field) -> usize {
    if field.name == "activity" { 12 } else { 8 }
}

fn weight(field: &Field) -> usize {
    match field.name {
        "activity" => 4,
        "actor" | "target" | "reason" | "agent" | "note" => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_fill_the_width_and_never_exceed_it() {
        let list = List::default();
        for width in 0..300 {
            for years in [false, true] {
                let columns = list.columns(width, years);
                let used: usize = columns.iter().map(|c| c.width).sum::<usize>()
                    + columns.len().saturating_sub(1);
                assert!(columns.len() == 1 || used <= width, "{width}: {used}");
                assert!(!columns.is_empty());
            }
        }
        let names =
            |width| list.columns(width, false).iter().map(|c| c.field.name).collect::<Vec<_>>();
        assert_eq!(names(56), ["time", "result", "activity", "actor", "target"]);
        assert!(names(150).contains(&"category"));
    }
}
