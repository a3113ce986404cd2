//! `entrail lookup`: activities of the catalogue as a table or as JSON, for people and programs.
//! Never reads records, and writes nothing but hits: hints are the caller's, on standard error.

pub mod rules;

use std::io::{self, Write};

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::catalogue::{Entry, Filter, Hit, Service, catalogue};
use crate::text::clean;

const BOLD: &str = "\u{1b}[1;4m";
const DIM: &str = "\u{1b}[2m";
const PLAIN: &str = "\u{1b}[0m";

/// How hits are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Columns for people; without a text a list grouped by service.
    #[default]
    Table,
    /// An array of objects.
    Json,
}

/// What is looked up and how it is written.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Which part of the catalogue; made by [`crate::catalogue::Catalogue::filter`].
    pub filter: Filter<'a>,
    /// How hits are written.
    pub format: Format,
    /// Most hits written.
    pub limit: usize,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { filter: Filter::default(), format: Format::default(), limit: usize::MAX }
    }
}

/// Writes the entries that match `text`, best first, and returns how many; with an empty text all
/// entries. Nothing is written when there are none. `colour` allows escape sequences in a table.
/// Fails only when `out` does.
pub fn run(
    text: &str,
    options: &Options<'_>,
    out: &mut dyn Write,
    colour: bool,
) -> io::Result<usize> {
    let hits = catalogue().search(text, options.filter, options.limit);
    match options.format {
        _ if hits.is_empty() => {}
        Format::Json => write_json(&hits, out)?,
        Format::Table if text.trim().is_empty() => write_groups(&hits, out, colour)?,
        Format::Table => write_table(&hits, out, colour)?,
    }
    Ok(hits.len())
}

/// Up to three activities that a text without hits may have meant, best first.
pub fn suggestions(text: &str) -> Vec<&'static str> {
    catalogue().near_misses(text)
}

/// One object of the JSON format; absent facts are left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ActivityObject<'a> {
    service: &'a str,
    /// Only where the spelling was seen, so that nobody queries for a guess.
    #[serde(skip_serializing_if = "Option::is_none")]
    logged_by_service: Option<&'a str>,
    category: &'a str,
    activity: &'a str,
    aliases: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
}

impl<'a> ActivityObject<'a> {
    fn new(entry: &'a Entry) -> Self {
        let seen = catalogue().service_of(entry).logged_as.iter().find(|name| name.is_confirmed());
        Self {
            service: entry.service,
            logged_by_service: seen.map(|alias| alias.name),
            category: entry.category,
            activity: entry.activity,
            aliases: entry.aliases.iter().map(|alias| alias.name).collect(),
            meaning: entry.meaning,
            source: entry.source,
        }
    }
}

fn write_json(hits: &[Hit<'_>], out: &mut dyn Write) -> io::Result<()> {
    let mut before = "[\n  ";
    for hit in hits {
        let row = serde_json::to_string(&ActivityObject::new(hit.entry))?;
        write!(out, "{before}{row}")?;
        before = ",\n  ";
    }
    writeln!(out, "\n]")
}

/// Activity, service and category in columns, matched letters set off; a line below names the alias
/// that matched.
fn write_table(hits: &[Hit<'_>], out: &mut dyn Write, colour: bool) -> io::Result<()> {
    let widest = |column: fn(&Entry) -> &str| {
        hits.iter().map(|hit| clean(column(hit.entry)).width()).max().unwrap_or(0)
    };
    let activities = widest(|entry| entry.activity);
    let services = widest(|entry| logged_name(entry));
    for hit in hits {
        let entry = hit.entry;
        let activity = clean(entry.activity);
        if colour {
            write_marked(entry.activity, &hit.matched, out)?;
        } else {
            out.write_all(activity.as_bytes())?;
        }
        let service = clean(logged_name(entry));
        let category = clean(entry.category);
        let gap = activities - activity.width();
        let next = services - service.width();
        writeln!(out, "{:gap$}  {service}{:next$}  {category}", "", "")?;
        if let Some(alias) = hit.matched_alias {
            let (on, off) = if colour { (DIM, PLAIN) } else { ("", "") };
            writeln!(out, "{on}  also \"{}\"{off}", clean(alias))?;
        }
    }
    Ok(())
}

fn logged_name(entry: &Entry) -> &'static str {
    catalogue().service_of(entry).logged_name()
}

/// The text with the characters at the ascending indices `matched` set off.
fn write_marked(text: &str, matched: &[usize], out: &mut dyn Write) -> io::Result<()> {
    let mut marked = matched.iter().copied().peekable();
    let mut on = false;
    let mut letter = [0; 4];
    for (at, c) in text.chars().enumerate() {
        let hit = marked.next_if_eq(&at).is_some();
        if hit != on {
            out.write_all(if hit { BOLD } else { PLAIN }.as_bytes())?;
            on = hit;
        }
        out.write_all(clean(c.encode_utf8(&mut letter)).as_bytes())?;
    }
    if on { out.write_all(PLAIN.as_bytes()) } else { Ok(()) }
}

/// All hits below their service, with what the service is about, and their category.
fn write_groups(hits: &[Hit<'_>], out: &mut dyn Write, colour: bool) -> io::Result<()> {
    let mut last: (&str, &str) = ("", "");
    for hit in hits {
        let entry = hit.entry;
        if entry.service != last.0 {
            if !last.0.is_empty() {
                writeln!(out)?;
            }
            write_heading(catalogue().service_of(entry), out, colour)?;
            last = (entry.service, "");
        }
        if entry.category != last.1 {
            writeln!(out, "  {}", clean(entry.category))?;
            last.1 = entry.category;
        }
        writeln!(out, "    {}", clean(entry.activity))?;
    }
    Ok(())
}

fn write_heading(service: &Service, out: &mut dyn Write, colour: bool) -> io::Result<()> {
    let (on, off) = if colour { (BOLD, PLAIN) } else { ("", "") };
    write!(out, "{on}{}{off}", clean(service.name))?;
    let seen = service.logged_as.iter().find(|name| name.is_confirmed());
    if let Some(alias) = seen.filter(|alias| alias.name != service.name) {
        write!(out, " (logged as {})", clean(alias.name))?;
    }
    writeln!(out, "\n  {}", clean(service.purpose))
}
