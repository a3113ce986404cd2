//! Events that are rows of a CSV file, or records as JSON text in cells of one.
//! Never knows what its columns mean; [`Columns`] does.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Events, Kept, Searched};
use crate::format::Draft;
use crate::format::json::{Reader, Step};
use crate::format::rows::{Columns, cell_places};

const ROWS: u8 = 1;
const WRAPPER: u8 = 3;

/// Rows under these columns.
#[derive(Clone, Debug)]
pub(super) struct CsvRows(pub(super) Arc<Columns>);

impl Events for CsvRows {
    const KEPT: &'static [(u8, bool)] = &[(ROWS, true), (WRAPPER, true)];

    fn read<'a>(
        &self,
        event: &'a [u8],
        reader: &mut Reader<'a>,
        draft: &mut Draft<'a>,
    ) -> Step<Option<Cow<'a, str>>> {
        let row = self.0.csv_row(event, reader)?;
        // A row of another log may be what that put around a record.
        draft.is_sure = row.is_ok() || !self.0.has_others();
        Ok(draft.take(row))
    }

    fn kept(&self) -> Kept<&Columns> {
        let way = if self.0.is_only_wrapper() { WRAPPER } else { ROWS };
        Kept { way, columns: Some(&self.0) }
    }

    fn restored(kept: Kept<(String, Vec<String>, u8)>) -> Option<Self> {
        let (table, names, delimiter) = kept.columns?;
        let columns = match kept.way {
            WRAPPER => Columns::wrapper(names, delimiter),
            _ => Columns::of_names(table, names, delimiter)?,
        };
        Some(Self(Arc::new(columns)))
    }

    fn is_in_cell(&self, event: &[u8]) -> bool {
        // Asked for every row: the columns are looked at last.
        event.starts_with(b"{") && (self.0.is_wrapper() || self.0.has_others())
    }

    fn cells(&self) -> usize {
        self.0.names().len()
    }

    fn is_text(&self) -> bool {
        true
    }

    fn only_wraps(&self) -> bool {
        self.0.is_only_wrapper()
    }

    fn may_wrap(&self, _events: &[u8]) -> bool {
        self.0.is_wrapper()
    }

    fn searched(&self, event: &[u8]) -> Searched {
        let Ok(text) = str::from_utf8(event) else { return Searched::Nothing };
        Searched::Texts(cell_places(text, self.0.delimiter()))
    }

    fn named_values(&self, event: &[u8]) -> Option<Vec<(String, String)>> {
        // A record in a cell has no columns of its own.
        let is_in_cell = self.0.is_wrapper() && event.starts_with(b"{");
        (!is_in_cell).then(|| self.0.named_cells(event))
    }
}
