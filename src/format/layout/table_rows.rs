//! Events that are rows of a table, as the API of Log Analytics answers: JSON arrays of values.
//! Never knows what its columns mean; [`Columns`] does.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Events, Kept};
use crate::format::Draft;
use crate::format::json::{Reader, Step};
use crate::format::rows::Columns;

const TABLE: u8 = 2;

/// Rows under these columns.
#[derive(Clone, Debug)]
pub(super) struct TableRows(pub(super) Arc<Columns>);

impl Events for TableRows {
    const KEPT: &'static [(u8, bool)] = &[(TABLE, true)];

    fn read<'a>(
        &self,
        event: &'a [u8],
        reader: &mut Reader<'a>,
        draft: &mut Draft<'a>,
    ) -> Step<Option<Cow<'a, str>>> {
        let row = self.0.table_row(event, reader)?;
        Ok(draft.take(row))
    }

    fn kept(&self) -> Kept<&Columns> {
        Kept { way: TABLE, columns: Some(&self.0) }
    }

    fn restored(kept: Kept<(String, Vec<String>, u8)>) -> Option<Self> {
        let (table, names, delimiter) = kept.columns?;
        Some(Self(Arc::new(Columns::of_names(table, names, delimiter)?)))
    }

    fn named_values(&self, event: &[u8]) -> Option<Vec<(String, String)>> {
        self.0.named_items(event)
    }
}
