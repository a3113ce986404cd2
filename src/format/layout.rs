//! How the events of one source are written: [`Layout`], and a file for each way.
//! Never which layout it is, for those outside of this room: they ask what it can do.

mod csv_rows;
mod json_objects;
mod table_rows;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::Draft;
use super::json::{Reader, Step};
use super::rows::Columns;
use csv_rows::CsvRows;
use json_objects::JsonObjects;
pub use json_objects::holds_whole;
use table_rows::TableRows;

/// How the events of one source are written; decided once per source. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Layout(Way);

/// A layout as plain values, so that it can be kept and made again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kept<T> {
    /// Tells the ways apart.
    pub way: u8,
    /// What the columns are, where there are any.
    pub columns: Option<T>,
}

/// Where in an event records may be that another system put something around.
pub(super) enum Searched {
    /// Anywhere in the JSON value that it is.
    Value,
    /// In these texts of it.
    Texts(Vec<Range<usize>>),
    /// In nothing of it.
    Nothing,
}

/// One way in which events are written.
trait Events: Sized {
    /// The numbers under which it is kept, never those of another, and whether columns are kept with each.
    const KEPT: &'static [(u8, bool)];

    /// Reads an event into the draft; the name of what it is instead, if it is no record.
    fn read<'a>(
        &self,
        event: &'a [u8],
        reader: &mut Reader<'a>,
        draft: &mut Draft<'a>,
    ) -> Step<Option<Cow<'a, str>>>;

    /// Its number, and its columns.
    fn kept(&self) -> Kept<&Columns>;

    /// That of which this was kept, under one of its own numbers.
    fn restored(kept: Kept<(String, Vec<String>, u8)>) -> Option<Self>;

    /// Is this event a JSON object all the same, found in a cell?
    fn is_in_cell(&self, _event: &[u8]) -> bool {
        false
    }

    /// See [`Layout::is_self_contained`].
    fn is_self_contained(&self) -> bool {
        false
    }

    /// See [`Layout::cells`].
    fn cells(&self) -> usize {
        0
    }

    /// See [`Layout::is_text`].
    fn is_text(&self) -> bool {
        false
    }

    /// See [`Layout::only_wraps`].
    fn only_wraps(&self) -> bool {
        false
    }

    /// See [`Layout::may_wrap`].
    fn may_wrap(&self, _events: &[u8]) -> bool {
        false
    }

    /// Where to look for records in an event.
    fn searched(&self, _event: &[u8]) -> Searched {
        Searched::Nothing
    }

    /// See [`Layout::named_values`].
    fn named_values(&self, event: &[u8]) -> Option<Vec<(String, String)>>;
}

/// Makes the ways of their rows, and hands on to each what is asked of a layout.
macro_rules! ways {
    ($($(#[$about:meta])* $way:ident;)*) => {
        /// The ways.
        #[derive(Clone, Debug)]
        enum Way {
            $($(#[$about])* $way($way),)*
        }

        /// What is done with the way of a layout.
        macro_rules! of_way {
            ($layout:expr, $events:ident => $does:expr) => {
                match $layout {
                    $(Way::$way($events) => $does,)*
                }
            };
        }

        impl Layout {
            /// Is there anything of columns in what is kept of a layout of this way? `None`: there is no such
            /// way.
            pub fn has_columns(way: u8) -> Option<bool> {
                let mut all = [$($way::KEPT,)*].into_iter().flatten();
                all.find(|(kept, _)| *kept == way).map(|(_, columns)| *columns)
            }

            /// The layout of which this was kept: the table's name, the names of its columns and what stands
            /// between values. `None` where nothing of it is known.
            pub fn restored(kept: Kept<(String, Vec<String>, u8)>) -> Option<Self> {
                if Self::has_columns(kept.way)? != kept.columns.is_some() {
                    return None;
                }
                $(if $way::KEPT.iter().any(|(way, _)| *way == kept.way) {
                    return $way::restored(kept).map(|way| Self(Way::$way(way)));
                })*
                None
            }
        }
    };
}

ways! {
    /// An event is one JSON object; its schema is recognised per event, by its keys.
    JsonObjects;
    /// An event is the bytes of one CSV row as they stand in the file, quotes included, with or
    /// without the line break.
    CsvRows;
    /// An event is one row of a Log Analytics API response: a JSON array of values.
    TableRows;
}

impl Layout {
    /// Every event is one JSON object.
    pub const JSON: Self = Self(Way::JsonObjects(JsonObjects));

    /// Recognises the header row of a CSV file (byte order mark, quotes and localised first header
    /// allowed): the layout of the rows after it. `None` where it is no CSV known here.
    pub fn of_header(header_row: &[u8]) -> Option<Self> {
        let columns = Columns::of_csv(header_row)?;
        Some(Self(Way::CsvRows(CsvRows(Arc::new(columns)))))
    }

    /// The layout of rows that another system writes around records, as JSON text in some cell; `names`
    /// are those of its columns.
    pub fn of_wrapper(names: Vec<String>, delimiter: u8) -> Self {
        Self(Way::CsvRows(CsvRows(Arc::new(Columns::wrapper(names, delimiter)))))
    }

    /// The layout of a Log Analytics API table from its name and the JSON text of its `columns` array
    /// (`[{"name":…,"type":…},…]`): its events are the row arrays. The name is often `PrimaryResult`
    /// and then the columns decide. `None` where the columns name nothing known.
    pub fn of_table(table_name: &str, columns_json: &[u8]) -> Option<Self> {
        let columns = Columns::of_table(table_name, columns_json)?;
        Some(Self(Way::TableRows(TableRows(Arc::new(columns)))))
    }

    /// Reads an event into the draft; the name of what it is instead, if it is no record.
    pub(super) fn read<'a>(
        &self,
        event: &'a [u8],
        reader: &mut Reader<'a>,
        draft: &mut Draft<'a>,
    ) -> Step<Option<Cow<'a, str>>> {
        of_way!(&self.0, events => events.read(event, reader, draft))
    }

    /// The layout of an event in a source of this one: what was found in a cell is JSON.
    pub(super) fn of_event(&self, event: &[u8]) -> &Self {
        if of_way!(&self.0, events => events.is_in_cell(event)) { &Self::JSON } else { self }
    }

    /// Where in an event records may be that another system put something around.
    pub(super) fn searched(&self, event: &[u8]) -> Searched {
        of_way!(&self.0, events => events.searched(event))
    }

    /// Does an event say by itself what its values are, and where it ends? Then it is known wherever it
    /// stands: behind damage, inside another one, in a line that was added.
    pub fn is_self_contained(&self) -> bool {
        of_way!(&self.0, events => events.is_self_contained())
    }

    /// Cells of a row that stand between delimiters; 0 where events are no such rows.
    pub fn cells(&self) -> usize {
        of_way!(&self.0, events => events.cells())
    }

    /// Is an event a row of text, which has no end of its own but the line's?
    pub fn is_text(&self) -> bool {
        of_way!(&self.0, events => events.is_text())
    }

    /// Is an event never a record itself, but what another system put around one?
    pub fn only_wraps(&self) -> bool {
        of_way!(&self.0, events => events.only_wraps())
    }

    /// May events among these bytes be what another system put around records?
    pub fn may_wrap(&self, events: &[u8]) -> bool {
        of_way!(&self.0, way => way.may_wrap(events))
    }

    /// The values of an event beside the names of their columns; `None` where it names them itself.
    pub fn named_values(&self, event: &[u8]) -> Option<Vec<(String, String)>> {
        of_way!(&self.0, events => events.named_values(event))
    }

    /// This layout as plain values.
    pub fn kept(&self) -> Kept<&Columns> {
        of_way!(&self.0, events => events.kept())
    }
}
