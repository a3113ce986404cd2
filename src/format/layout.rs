//! How the events of one source are written: [`Layout`].
//! Never which layout it is, for those outside of this room: they ask what it can do.

use std::sync::Arc;

use super::rows::Columns;
use super::wrapped::holds_whole;

/// How the events of one source are written; decided once per source. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Layout(pub(super) Written);

/// The ways.
#[derive(Clone, Debug)]
pub(super) enum Written {
    /// An event is one JSON object; its shape is recognised per event, by its keys.
    Json,
    /// An event is the bytes of one CSV row as they stand in the file, quotes included, with or
    /// without the line break.
    Csv(Arc<Columns>),
    /// An event is one row of a Log Analytics API response: a JSON array of values.
    Table(Arc<Columns>),
}

/// A layout as plain values, so that it can be kept and made again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kept<T> {
    /// Tells the ways apart.
    pub way: u8,
    /// What the columns are, where there are any.
    pub columns: Option<T>,
}

const JSON: u8 = 0;
const CSV: u8 = 1;
const TABLE: u8 = 2;
const WRAPPER: u8 = 3;

impl Layout {
    /// Every event is one JSON object.
    pub const JSON: Self = Self(Written::Json);

    /// Recognises the header row of a CSV file (byte order mark, quotes and localised first header
    /// allowed): the layout of the rows after it. `None` where it is no CSV known here.
    pub fn of_header(header_row: &[u8]) -> Option<Self> {
        Columns::of_csv(header_row).map(|columns| Self(Written::Csv(Arc::new(columns))))
    }

    /// The layout of rows that another system writes around records, as JSON text in some cell; `names`
    /// are those of its columns.
    pub fn of_wrapper(names: Vec<String>, delimiter: u8) -> Self {
        Self(Written::Csv(Arc::new(Columns::wrapper(names, delimiter))))
    }

    /// The layout of a Log Analytics API table from its name and the JSON text of its `columns` array
    /// (`[{"name":…,"type":…},…]`): its events are the row arrays. The name is often `PrimaryResult`
    /// and then the columns decide. `None` where the columns name nothing known.
    pub fn of_table(table_name: &str, columns_json: &[u8]) -> Option<Self> {
        let columns = Columns::of_table(table_name, columns_json)?;
        Some(Self(Written::Table(Arc::new(columns))))
    }

    fn columns(&self) -> Option<&Arc<Columns>> {
        match &self.0 {
            Written::Json => None,
            Written::Csv(columns) | Written::Table(columns) => Some(columns),
        }
    }

    /// Does an event say by itself what its values are, and where it ends? Then it is known wherever it
    /// stands: behind damage, inside another one, in a line that was added.
    pub fn is_self_contained(&self) -> bool {
        matches!(self.0, Written::Json)
    }

    /// Cells of a row that stand between delimiters; 0 where events are no such rows.
    pub fn cells(&self) -> usize {
        match &self.0 {
            Written::Csv(columns) => columns.names().len(),
            Written::Json | Written::Table(_) => 0,
        }
    }

    /// Is an event a row of text, which has no end of its own but the line's?
    pub fn is_text(&self) -> bool {
        matches!(self.0, Written::Csv(_))
    }

    /// Is an event never a record itself, but what another system put around one?
    pub fn only_wraps(&self) -> bool {
        matches!(&self.0, Written::Csv(columns) if columns.is_only_wrapper())
    }

    /// May events among these bytes be what another system put around records?
    pub fn may_wrap(&self, events: &[u8]) -> bool {
        match &self.0 {
            Written::Json => holds_whole(events),
            Written::Csv(columns) => columns.is_wrapper(),
            Written::Table(_) => false,
        }
    }

    /// The values of an event beside the names of their columns; `None` where it names them itself.
    pub fn named_values(&self, event: &[u8]) -> Option<Vec<(String, String)>> {
        match &self.0 {
            Written::Json => None,
            // A record in a cell has no columns of its own.
            Written::Csv(columns) if columns.is_wrapper() && event.starts_with(b"{") => None,
            Written::Csv(columns) => Some(columns.named_cells(event)),
            Written::Table(columns) => columns.named_items(event),
        }
    }

    /// This layout as plain values.
    pub fn kept(&self) -> Kept<&Columns> {
        let way = match &self.0 {
            Written::Json => JSON,
            Written::Csv(columns) if columns.is_only_wrapper() => WRAPPER,
            Written::Csv(_) => CSV,
            Written::Table(_) => TABLE,
        };
        Kept { way, columns: self.columns().map(|columns| &**columns) }
    }

    /// Is there anything of columns in what is kept of a layout of this way? `None`: there is no such way.
    pub fn has_columns(way: u8) -> Option<bool> {
        match way {
            JSON => Some(false),
            CSV | TABLE | WRAPPER => Some(true),
            _ => None,
        }
    }

    /// The layout of which this was kept: the table's name, the names of its columns and what stands
    /// between values. `None` where nothing of it is known.
    pub fn restored(kept: Kept<(String, Vec<String>, u8)>) -> Option<Self> {
        let written = match (kept.way, kept.columns) {
            (JSON, None) => Written::Json,
            (WRAPPER, Some((_, names, delimiter))) => {
                Written::Csv(Arc::new(Columns::wrapper(names, delimiter)))
            }
            (way @ (CSV | TABLE), Some((table, names, delimiter))) => {
                let columns = Arc::new(Columns::of_names(table, names, delimiter)?);
                if way == CSV { Written::Csv(columns) } else { Written::Table(columns) }
            }
            _ => return None,
        };
        Some(Self(written))
    }
}
