//! Findings and access written for people and programs: a table, JSON, documents.
//! Never writes what a record says uncleaned.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::access::words::{heading, held, note};
use super::access::{Access, Held};
use super::{Finding, lasted};
use crate::document::{Block, Head, RENDERERS, Renderer, Section, Text, spelled_out};
use crate::ledger::Standing;
use crate::record::column::{Column, Part, part};
use crate::store::{RowId, Store};
use crate::text::clean;
use crate::time::{Timestamp, Zone};

/// How findings are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Format {
    /// A block of lines each, for people.
    #[default]
    Table,
    /// An array of objects.
    Json,
    /// A document.
    Document(&'static Renderer),
}

impl Format {
    /// All of them with their names. A document in JSON has no name here: findings as an array have it.
    pub fn all() -> impl Iterator<Item = (&'static str, Self)> {
        let own = [("table", Self::Table), ("json", Self::Json)];
        let documents = RENDERERS.iter().filter(|renderer| renderer.name != "json");
        own.into_iter().chain(documents.map(|by| (by.name, Self::Document(by))))
    }

    /// What it is, for help.
    pub fn help(self) -> String {
        match self {
            Self::Table => "A block of lines each, for people".to_owned(),
            Self::Json => "An array of objects".to_owned(),
            Self::Document(by) => format!("A document for tickets and reports, in {}", by.title),
        }
    }
}

/// Writes findings; times in UTC. `ascii` draws steps as `*` and `o`. Fails only when `out` does.
pub fn write(
    store: &Store,
    findings: &[Finding],
    format: Format,
    ascii: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Table => findings.iter().try_for_each(|finding| block(finding, ascii, out)),
        Format::Document(renderer) => {
            let head = Head { kind: "trails", title: "Trails".to_owned() };
            renderer.write(&head, findings.iter().map(section), out)
        }
        Format::Json => {
            let all: Vec<Value> = findings.iter().map(|finding| object(store, finding)).collect();
            let text = serde_json::to_string_pretty(&all)?;
            writeln!(out, "{}", spelled_out(&text))
        }
    }
}

fn time(time: Timestamp) -> String {
    Zone::utc().format(time, "%Y-%m-%d %H:%M:%S")
}

/// Its steps in words, each with when it happened.
pub fn steps(finding: &Finding, ascii: bool) -> Vec<String> {
    let [found, missing] = if ascii { ["*", "o"] } else { ["●", "○"] };
    let line = |step: &super::StepFound| match step.first {
        None => format!("{missing} {}", step.name),
        Some(first) => {
            let times = match step.rows.len() {
                1 => String::new(),
                count => format!(" ×{count}"),
            };
            let after = match first.ticks() - finding.first.ticks() {
                0 => String::new(),
                ticks => format!(", after {}", lasted(ticks)),
            };
            format!("{found} {} {}{after}{times}", step.name, time(first))
        }
    };
    finding.steps.iter().map(line).collect()
}

fn block(finding: &Finding, ascii: bool, out: &mut dyn Write) -> io::Result<()> {
    let dots = finding.dots(ascii);
    let title = clean(&finding.said.title);
    writeln!(out, "{dots} {title} · {}", clean(&finding.said.verdict))?;
    let name = finding.trail.title;
    let severity = finding.severity.word();
    writeln!(out, "  {name} · {severity} · {} – {} UTC", time(finding.first), time(finding.last))?;
    for step in steps(finding, ascii) {
        writeln!(out, "    {step}")?;
    }
    for note in &finding.said.notes {
        writeln!(out, "  {}", clean(note))?;
    }
    writeln!(out, "  query: {}", clean(&finding.query))?;
    if let Some(meanwhile) = &finding.meanwhile {
        writeln!(out, "  meanwhile ({}): {}", meanwhile.count, clean(&meanwhile.query))?;
    }
    writeln!(out)
}

fn object(store: &Store, finding: &Finding) -> Value {
    let id = |row: &u32| {
        let read = store.reread(*row).ok()?;
        let record = read.record().ok()?;
        (!record.id.is_empty()).then(|| record.id.into_owned())
    };
    let steps = finding.steps.iter().map(|step| {
        let ids: Vec<String> = step.rows.iter().filter_map(id).collect();
        json!({
            "name": step.name,
            "found": !step.rows.is_empty(),
            "count": step.rows.len(),
            "first": step.first.map(Timestamp::to_rfc3339),
            "ids": ids,
        })
    });
    json!({
        "trail": finding.trail.name,
        "title": finding.said.title,
        "verdict": finding.said.verdict,
        "severity": finding.severity.word(),
        "ordinary": finding.ordinary,
        "first": finding.first.to_rfc3339(),
        "last": finding.last.to_rfc3339(),
        "steps": steps.collect::<Vec<Value>>(),
        "beside": finding.beside.iter().filter_map(id).collect::<Vec<String>>(),
        "notes": finding.said.notes,
        "query": finding.query,
        "meanwhile": finding.meanwhile.as_ref().map(|meanwhile| {
            json!({ "query": meanwhile.query, "count": meanwhile.count })
        }),
    })
}

/// A finding as a part of a document.
fn section(finding: &Finding) -> Block {
    let trail = finding.trail;
    let said = Text::of(trail.title).words(": ").strong(&finding.said.verdict);
    let said = said.words(format!(" ({}). ", finding.severity.word())).words(trail.why);
    let steps = steps(finding, false).into_iter().map(Text::of);
    let notes = finding.said.notes.iter().map(|note| Text::default().foreign(note));
    let mut blocks = vec![
        Block::Paragraph(said),
        Block::list(steps.chain(notes)),
        Block::Paragraph(Text::of("Query: ").code(&finding.query)),
    ];
    blocks.extend(finding.meanwhile.as_ref().map(|meanwhile| {
        let text = Text::of(format!("Meanwhile, {} records: ", meanwhile.count));
        Block::Paragraph(text.code(&meanwhile.query))
    }));
    Block::Section(Section {
        heading: Text::default().foreign(&finding.said.title),
        time: Some(finding.first),
        blocks,
        ..Section::default()
    })
}

/// Writes what somebody gained and lost, or who gained and lost something; times in UTC. Fails only
/// when `out` does.
pub fn write_access(
    store: &Store,
    name: &str,
    access: &Access,
    renderer: &Renderer,
    out: &mut dyn Write,
) -> io::Result<()> {
    let title = Text::default().foreign(name);
    let title = title.words(": what the log shows, which begins with its first record");
    let head = Head { kind: "access", title: title.plain() };
    let mut blocks = vec![Block::Heading(1, title)];
    let has = |by_other: bool| access.held.iter().any(|line| line.by_other == by_other);
    for by_other in [false, true] {
        let of = |standing: Standing| {
            let lines = access.held.iter();
            let fits = move |line: &&Held| line.by_other == by_other && line.standing == standing;
            lines.filter(fits).collect::<Vec<_>>()
        };
        for standing in [Standing::Holds, Standing::Unclear, Standing::Lost] {
            let lines = of(standing);
            // That nothing is held is said, not that nothing is held by others.
            let is_said = has(by_other) || !by_other && access.held.is_empty();
            let is_said = is_said && standing != Standing::Unclear;
            if lines.is_empty() && !is_said {
                continue;
            }
            let lines = lines.into_iter().map(|line| held(line, &|at| time(at) + " UTC"));
            blocks.push(part(heading(standing, by_other), lines.collect()));
        }
    }
    if !access.records.is_empty() {
        let mut rows: Vec<_> = access.records.iter().map(|&row| (store.time(row), row)).collect();
        rows.sort_unstable();
        let events = rows.into_iter().map(|(at, row)| {
            let at = at.map(|at| time(at) + " UTC ").unwrap_or_default();
            at + &event(store, row)
        });
        blocks.push(part("Events", events.collect()));
    }
    let notes = access.notes.iter().map(|own| Text::of("Note: ").foreign(note(own)));
    blocks.extend(notes.map(Block::Paragraph));
    renderer.write(&head, blocks, out)
}

/// Lines below what they are, and how many there are.
fn part(name: &str, lines: Vec<String>) -> Block {
    let heading = Text::of(format!("{name} ({})", lines.len()));
    let has_lines = !lines.is_empty();
    let list = Block::list(lines.into_iter().map(|line| Text::default().foreign(line)));
    let blocks = if has_lines { vec![list] } else { Vec::new() };
    Block::Section(Section { heading, blocks, ..Section::default() })
}

/// A record on one line: what was done, by whom, to which users; not cleaned.
fn event(store: &Store, row: RowId) -> String {
    let first = |column: Column| store.codes(row, column).first().copied();
    let mut text = first(Column::Path)
        .map(|code| store.part(Part::ACTIVITY, code).to_owned())
        .unwrap_or_default();
    let name = |names: &[Part], id: Part, code: u32| {
        let mut parts = names.iter().chain([&id]).map(|&part| store.part(part, code));
        parts.find(|part| !part.is_empty()).unwrap_or_default().to_owned()
    };
    if let Some(by) = first(Column::Actor).map(|code| name(part::ACTOR_NAMES, Part::ACTOR_ID, code))
    {
        let _ = write!(text, " by {by}");
    }
    let targets = store.codes(row, Column::Targets);
    let users = targets
        .iter()
        .filter(|&&code| store.part(Part::TARGET_TYPE, code).eq_ignore_ascii_case("User"));
    let users: Vec<String> =
        users.map(|&code| name(part::TARGET_NAMES, Part::TARGET_ID, code)).collect();
    if !users.is_empty() {
        let _ = write!(text, " · {}", users.join(", "));
    }
    text
}
