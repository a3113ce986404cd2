//! Reports and undo sheets: what the records tell, or how it is reversed, as a document.
//! Never holds more than one record of it.

use std::collections::HashMap;
use std::io;

use super::about::About;
use super::redact::Redactor;
use super::undo::{self, Undoing};
use super::written::{Watch, Watched, Written};
use super::{describe, findings, reading};
use crate::document::{Block, Column, Head, Item, Render, Section, Text};
use crate::query::known_names::with_names_in;
use crate::record::Record;
use crate::record::sentence::sentence;
use crate::store::{RowId, Store, order};
use crate::time::Timestamp;

/// What a sheet is called, and what it takes to write it.
struct SheetRow {
    /// On the command line and in files.
    name: &'static str,
    /// On the screen.
    title: &'static str,
    /// Above it.
    heading: &'static str,
    /// What it holds.
    help: &'static str,
    /// How often all records are gone through for it.
    passes: u64,
}

/// Makes the sheets of their rows: none is written that is not in the list of all.
macro_rules! sheets {
    ($($(#[$about:meta])* $sheet:ident = $row:expr;)*) => {
        /// What is told of records in a document.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Sheet {
            $($(#[$about])* $sheet,)*
        }

        impl Sheet {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$sheet),*];

            const fn row(self) -> &'static SheetRow {
                match self {
                    $(Self::$sheet => &$row,)*
                }
            }
        }
    };
}

sheets! {
    /// What they tell: oldest first.
    Report = SheetRow {
        name: "report",
        title: "report",
        heading: "Timeline",
        help: "A timeline: inputs with their SHA-256, each record with its changes and note",
        passes: 1,
    };
    /// How to reverse it: newest first.
    Undo = SheetRow {
        name: "undo",
        title: "undo sheet",
        heading: "Undo sheet",
        help: "How to reverse what the records tell, newest first, with the values to restore",
        // What cancels out is looked for first.
        passes: 2,
    };
}

impl Sheet {
    /// Its name on the command line and in files.
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// What it is called on the screen.
    pub const fn title(self) -> &'static str {
        self.row().title
    }

    /// What it holds.
    pub const fn help(self) -> &'static str {
        self.row().help
    }

    /// How often all records are gone through for it.
    pub const fn passes(self) -> u64 {
        self.row().passes
    }
}

/// What a sheet is made with.
pub(super) struct Making<'a> {
    pub(super) about: &'a About,
    pub(super) redact: bool,
    pub(super) watch: Option<&'a Watch>,
}

/// Writes a sheet about these rows, in the order of the sheet.
pub(super) fn write(
    sheet: Sheet,
    (store, rows): (&Store, &[RowId]),
    making: &Making<'_>,
    render: &mut dyn Render,
) -> io::Result<Written> {
    let mut rows = rows.to_vec();
    order::oldest_first(store, &mut rows);
    if sheet == Sheet::Undo {
        rows.reverse();
    }
    let mut watched = Watched::new(making.watch);
    let mut redactor = reading::redactor(store, &rows, making.redact, &mut watched)?;
    let notes = notes(store, &rows, redactor.as_mut());
    let mut undoing = Undoing::default();
    if sheet == Sheet::Undo {
        reading::each(store, &rows, None, &mut watched, &mut |row, read| {
            if let Ok((record, ..)) = read {
                undoing.enter(row, record);
            }
            Ok(())
        })?;
        watched.again();
        let looked = undoing.look_before(store, &rows, &|| watched.is_stopped());
        looked.ok_or_else(|| io::Error::new(io::ErrorKind::Interrupted, "stopped"))?;
        undoing.close();
    }
    let title = title(sheet, &making.about.title, redactor.as_mut());
    render.begin(&Head { kind: sheet.name(), title: title.clone() })?;
    render.block(&Block::Heading(1, Text::default().foreign(title)))?;
    head(sheet, (store, &rows), making, redactor.as_mut())
        .iter()
        .try_for_each(|block| render.block(block))?;
    let mut number = 0;
    let written =
        reading::each(store, &rows, redactor.as_mut(), &mut watched, &mut |row, read| {
            number += 1;
            let section = match read {
                Ok((record, ..)) => {
                    let told = match sheet {
                        Sheet::Report => told(store, row, record),
                        Sheet::Undo => {
                            undo::lines(record, &undo::decide(record, row, number, &mut undoing))
                        }
                    };
                    let mut list = Block::List(told);
                    // What a pseudonym stands for is in no output.
                    if !making.redact {
                        list = with_names_in(store, list);
                    }
                    section(record, number, notes.get(&row), list)
                }
                Err(_) => Section {
                    heading: Text::of(format!("{number}. A record that could not be read again")),
                    number: Some(number),
                    ..Section::default()
                },
            };
            render.block(&Block::Section(section))
        })?;
    if sheet == Sheet::Report {
        foot(making).iter().try_for_each(|block| render.block(block))?;
    }
    render.end()?;
    Ok(written)
}

/// All that is told of a record in a report.
fn told(store: &Store, row: RowId, record: &Record<'_>) -> Vec<Item> {
    let mut told = describe::record(record);
    let at = told.len().min(2);
    told.splice(at..at, findings::lines(store, row));
    told
}

fn section(record: &Record<'_>, number: usize, note: Option<&String>, list: Block) -> Section {
    let time = record.time.map_or_else(|| "No time".to_owned(), Timestamp::to_rfc3339);
    let mut blocks = Vec::new();
    blocks.extend(note.map(|note| Block::Quote(Text::default().foreign(note))));
    blocks.push(list);
    Section {
        heading: Text::of(format!("{number}. {time} ")).foreign(sentence(record)),
        number: Some(number),
        time: record.time,
        id: record.id.clone().into_owned(),
        blocks,
    }
}

/// The notes on these rows.
fn notes(
    store: &Store,
    rows: &[RowId],
    mut redactor: Option<&mut Redactor>,
) -> HashMap<RowId, String> {
    let noted = rows.iter().map(|&row| (row, store.marks().note(row)));
    let noted = noted.filter(|(_, note)| !note.is_empty());
    noted.map(|(row, note)| (row, redacted(redactor.as_deref_mut(), note))).collect()
}

fn redacted(redactor: Option<&mut Redactor>, text: &str) -> String {
    redactor.map_or_else(|| text.to_owned(), |redactor| redactor.text(text))
}

fn title(sheet: Sheet, of: &str, redactor: Option<&mut Redactor>) -> String {
    let title = redacted(redactor, of);
    let kind = sheet.row().heading;
    if title.is_empty() { kind.to_owned() } else { format!("{title}: {kind}") }
}

/// What stands between the title and the first record.
fn head(
    sheet: Sheet,
    (store, rows): (&Store, &[RowId]),
    making: &Making<'_>,
    redactor: Option<&mut Redactor>,
) -> Vec<Block> {
    let about = making.about;
    let made = about.made.map(|made| format!("Made {made} by ")).unwrap_or_default();
    let made = format!("{made}entrail {}. Times are UTC.", env!("CARGO_PKG_VERSION"));
    let times = rows.iter().filter_map(|&row| store.time(row));
    let period = times.clone().min().zip(times.max());
    let period = period.map_or_else(String::new, |(first, last)| format!(", {first} to {last}"));
    let records = format!("Records: {}{period}.", rows.len());
    let mut lines = vec![Text::of(made), Text::of(records)];
    if making.redact {
        lines.push(Text::of(
            "Names, ids, addresses and domains are pseudonyms: the same one each time. Queries are \
             left out, as they hold parts of names. Notes and reasons are free text: read them before you \
             send this.",
        ));
    }
    if sheet == Sheet::Undo {
        lines.push(Text::of(
            "Newest first: what was done last is reversed first. Nothing of this was carried out; \
             check each step against the tenant as it is now.",
        ));
        return vec![Block::list(lines)];
    }
    let mut blocks = vec![Block::list(lines)];
    if !about.inputs.is_empty() {
        blocks.push(Block::Heading(2, Text::of("Inputs")));
        blocks.push(inputs(about, redactor));
    }
    // Parts of names stand in queries, and cannot be told from other words.
    if !about.queries.is_empty() && !making.redact {
        blocks.push(Block::Heading(2, Text::of("Queries")));
        blocks.push(Block::list(about.queries.iter().map(|query| Text::default().code(query))));
    }
    blocks.extend(findings::section(store, rows, (&about.sequences, making.redact)));
    blocks.push(Block::Heading(1, Text::of("Records")));
    blocks
}

/// What the records come from.
fn inputs(about: &About, mut redactor: Option<&mut Redactor>) -> Block {
    let column = |name, is_number| Column { name, is_number };
    let columns = vec![
        column("Name", false),
        column("Bytes", true),
        column("SHA-256", false),
        column("Records", true),
    ];
    let row = |input: &crate::case::Input| {
        let name = match redactor.as_deref_mut() {
            Some(redactor) => redactor.file(&input.name),
            None => input.name.clone(),
        };
        let bytes = input.bytes.map_or_else(|| "not known".to_owned(), |bytes| bytes.to_string());
        let sha256 = input.sha256.as_deref().unwrap_or("not counted");
        vec![
            Text::default().foreign(name),
            Text::of(bytes),
            Text::default().foreign(sha256),
            Text::of(input.records.to_string()),
        ]
    };
    Block::Table(columns, about.inputs.iter().map(row).collect())
}

/// What stands after the last record.
fn foot(making: &Making<'_>) -> Vec<Block> {
    let commands = &making.about.commands;
    if commands.is_empty() || making.redact {
        return Vec::new();
    }
    let commands = commands.iter().map(|command| Text::default().code(command));
    vec![Block::Heading(1, Text::of("How to find these again")), Block::list(commands)]
}
