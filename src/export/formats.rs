//! The table of formats: all ways in which records can be written.
//! Never writes anything itself.

use std::fmt;
use std::sync::LazyLock;

use super::record_writer::{Chosen, RecordWriter};
use super::sheet::Sheet;
use super::{csv, json, markdown, raw, table};
use crate::document::{RENDERERS, Renderer};

/// How records are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One after the other.
    Records(&'static RecordFormat),
    /// A document about them, and who writes it.
    Document(Sheet, &'static Renderer),
}

/// A way to write records one after the other.
pub struct RecordFormat {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, for help.
    pub help: &'static str,
    /// What the export box of the screen calls it; `None` where it is not offered there.
    pub title: Option<&'static str>,
    /// What a file of it is called at its end.
    pub extension: &'static str,
    /// What is written of a record where no fields are chosen.
    pub(super) writes: Writes,
    /// Does it say below the records that they are redacted? Others say it of each.
    pub(super) warns: bool,
    /// Makes what writes it.
    pub(super) start: fn(Chosen) -> Box<dyn RecordWriter>,
}

/// What a format writes of a record where no fields are chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Writes {
    /// A screen's worth of fields.
    Few,
    /// All that is kept in columns, and the id.
    Kept,
    /// All of it.
    Whole,
    /// The bytes it was read as: no fields can be chosen, and nothing in them can be replaced.
    Original,
}

impl PartialEq for RecordFormat {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for RecordFormat {}

/// Each row once: as a constant of [`Format`], and in the list of all.
macro_rules! rows {
    ($($(#[$about:meta])* $constant:ident = $row:expr;)*) => {
        impl Format {
            $($(#[$about])* pub const $constant: Self = Self::Records(&$row);)*
        }
        const RECORDS: &[Format] = &[$(Format::$constant),*];
    };
}

rows! {
    /// Columns for people, below a header line.
    TABLE = RecordFormat {
        name: "table",
        help: "Aligned columns for people (the default)",
        title: None,
        extension: "txt",
        writes: Writes::Few,
        warns: true,
        start: |chosen| Box::new(table::Table::new(chosen)),
    };
    /// RFC 4180 with a header line: UTF-8, CRLF, cells that a spreadsheet would take for a formula
    /// made harmless.
    CSV = RecordFormat {
        name: "csv",
        help: "Comma-separated values, safe to open in a spreadsheet",
        title: Some("CSV"),
        extension: "csv",
        writes: Writes::Kept,
        warns: false,
        start: |chosen| Box::new(csv::Csv::new(chosen)),
    };
    /// One JSON object on each line: the record in Graph's property names, or the chosen fields.
    NDJSON = RecordFormat {
        name: "ndjson",
        help: "One JSON object on each line, in the property names of Microsoft Graph",
        title: Some("NDJSON (Graph's property names)"),
        extension: "ndjson",
        writes: Writes::Whole,
        warns: false,
        start: |chosen| Box::new(json::Json::new(chosen, false)),
    };
    /// The same objects as one array.
    JSON = RecordFormat {
        name: "json",
        help: "The same as one array",
        title: Some("JSON (the same as one array)"),
        extension: "json",
        writes: Writes::Whole,
        warns: false,
        start: |chosen| Box::new(json::Json::new(chosen, true)),
    };
    /// A table for tickets and reports.
    MARKDOWN = RecordFormat {
        name: "markdown",
        help: "A table for tickets and reports",
        title: Some("table (Markdown)"),
        extension: "md",
        writes: Writes::Few,
        warns: true,
        start: |chosen| Box::new(markdown::Markdown::new(chosen)),
    };
    /// The bytes as they were read, one record on each line.
    RAW = RecordFormat {
        name: "raw",
        help: "The original bytes, one record on each line",
        title: None,
        extension: "ndjson",
        writes: Writes::Original,
        warns: false,
        start: |_| Box::new(raw::Raw),
    };
}

/// All formats with their names: each sheet by itself as the first renderer writes it, with a
/// renderer's name behind it as that one does.
static ALL: LazyLock<Vec<(String, Format)>> = LazyLock::new(|| {
    let records = RECORDS.iter().filter_map(|format| match format {
        Format::Records(row) => Some((row.name.to_owned(), *format)),
        Format::Document(..) => None,
    });
    let sheets = Sheet::ALL.iter().flat_map(|&sheet| {
        RENDERERS.iter().enumerate().map(move |(at, renderer)| {
            let name = match at {
                0 => sheet.name().to_owned(),
                _ => format!("{}-{}", sheet.name(), renderer.name),
            };
            (name, Format::Document(sheet, renderer))
        })
    });
    records.chain(sheets).collect()
});

impl Format {
    /// A report in Markdown.
    pub const REPORT: Self = Self::Document(Sheet::Report, &RENDERERS[0]);
    /// An undo sheet in Markdown.
    pub const UNDO: Self = Self::Document(Sheet::Undo, &RENDERERS[0]);

    /// All of them, in the order in which they are listed.
    pub fn all() -> impl Iterator<Item = Self> {
        ALL.iter().map(|(_, format)| *format)
    }

    /// The one of this name. A renderer's name alone, where no records are written so, is a report by
    /// it.
    pub fn find(name: &str) -> Option<Self> {
        let own = ALL.iter().find(|(own, _)| own == name).map(|(_, format)| *format);
        own.or_else(|| Some(Self::Document(Sheet::Report, Renderer::find(name)?)))
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        let own = ALL.iter().find(|(_, format)| *format == self);
        own.map_or("", |(name, _)| name)
    }

    /// Another name of it.
    pub fn alias(self) -> Option<&'static str> {
        match self {
            Self::Document(_, renderer) => {
                Some(renderer.name).filter(|name| Self::find(name) == Some(self))
            }
            Self::Records(_) => None,
        }
    }

    /// What it is, for help.
    pub fn help(self) -> String {
        match self {
            Self::Records(row) => row.help.to_owned(),
            Self::Document(sheet, renderer) if renderer == &RENDERERS[0] => {
                format!("{}, in {}", sheet.help(), renderer.title)
            }
            Self::Document(sheet, renderer) => {
                format!("The same {} in {}", sheet.title(), renderer.title)
            }
        }
    }

    /// What the export box of the screen calls it; `None` where it is not offered there.
    pub fn title(self) -> Option<String> {
        match self {
            Self::Records(row) => row.title.map(str::to_owned),
            Self::Document(sheet, renderer) => {
                Some(format!("{} ({})", sheet.title(), renderer.title))
            }
        }
    }

    /// What a file of it is called at its end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Records(row) => row.extension,
            Self::Document(_, renderer) => renderer.extension,
        }
    }

    /// The sheet, where it is a document.
    pub fn sheet(self) -> Option<Sheet> {
        match self {
            Self::Records(_) => None,
            Self::Document(sheet, _) => Some(sheet),
        }
    }

    /// Can fields be chosen?
    pub fn takes_fields(self) -> bool {
        matches!(self, Self::Records(row) if row.writes != Writes::Original)
    }
}

impl Default for Format {
    fn default() -> Self {
        Self::TABLE
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_a_name_of_its_own_and_is_found_by_it() {
        for format in Format::all() {
            assert_eq!(Format::find(format.name()), Some(format));
            assert_eq!(Format::all().filter(|other| other.name() == format.name()).count(), 1);
        }
        assert_eq!(Format::all().count(), RECORDS.len() + Sheet::ALL.len() * RENDERERS.len());
        assert_eq!(Format::find("report"), Some(Format::REPORT));
        let html = Format::find("html").expect("HTML");
        assert_eq!((html.name(), html.alias()), ("report-html", Some("html")));
        assert_eq!(Format::find("json"), Some(Format::JSON));
        assert_eq!(Format::find("undo-html").and_then(Format::sheet), Some(Sheet::Undo));
        assert_eq!(Format::find("docx"), None);
    }
}
