//! Findings written for people and programs: a table, JSON, Markdown.
//! Never writes what a record says uncleaned.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::access::{Access, Held};
use super::{Finding, lasted};
use crate::store::Store;
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
    /// Headings and lists, for reports.
    Markdown,
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
        Format::Markdown => findings.iter().try_for_each(|finding| markdown(finding, out)),
        Format::Json => {
            let all: Vec<Value> = findings.iter().map(|finding| object(store, finding)).collect();
            serde_json::to_writer_pretty(&mut *out, &all)?;
            writeln!(out)
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
    let title = clean(&finding.title);
    writeln!(out, "{dots} {title} · {}", clean(&finding.verdict))?;
    let name = finding.trail.title;
    let severity = finding.severity.word();
    writeln!(out, "  {name} · {severity} · {} – {} UTC", time(finding.first), time(finding.last))?;
    for step in steps(finding, ascii) {
        writeln!(out, "    {step}")?;
    }
    for note in &finding.notes {
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
        let bytes = store.read(*row).ok()?;
        let record = store.span(*row).0.decode(&bytes).ok()?;
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
        "title": finding.title,
        "verdict": finding.verdict,
        "severity": finding.severity.word(),
        "first": finding.first.to_rfc3339(),
        "last": finding.last.to_rfc3339(),
        "steps": steps.collect::<Vec<Value>>(),
        "notes": finding.notes,
        "query": finding.query,
        "meanwhile": finding.meanwhile.as_ref().map(|meanwhile| {
            json!({ "query": meanwhile.query, "count": meanwhile.count })
        }),
    })
}

/// Text that is nothing but text in Markdown.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in clean(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '!') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Text as code, between more backquotes than it has in a row.
fn code(text: &str) -> String {
    let text = clean(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    format!("{fence} {text} {fence}")
}

fn markdown(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## {}\n", plain(&finding.title))?;
    let (name, severity) = (finding.trail.title, finding.severity.word());
    writeln!(out, "{name}: **{}** ({severity}). {}\n", plain(&finding.verdict), finding.trail.why)?;
    for step in steps(finding, false) {
        writeln!(out, "- {step}")?;
    }
    for note in &finding.notes {
        writeln!(out, "- {}", plain(note))?;
    }
    writeln!(out, "\nQuery: {}", code(&finding.query))?;
    if let Some(meanwhile) = &finding.meanwhile {
        writeln!(out, "\nMeanwhile, {} records: {}", meanwhile.count, code(&meanwhile.query))?;
    }
    writeln!(out)
}

/// A line of [`Access`] in words: what is held, since when and by whom; not cleaned.
pub fn held(line: &Held, time: &dyn Fn(Timestamp) -> String) -> String {
    let mut text = format!("{} {}", line.kind, line.what);
    if !line.more.is_empty() {
        let _ = write!(text, " ({})", line.more);
    }
    let events = line.events.iter().rev().take(EVENTS).map(|event| {
        let verb = if event.given { "given" } else { "taken" };
        format!("{verb} {} by {}", time(event.time), event.by)
    });
    let events: Vec<String> = events.collect();
    let _ = write!(text, " · {}", events.join(", before that "));
    if line.events.len() > EVENTS {
        let _ = write!(text, " and {} times more", line.events.len() - EVENTS);
    }
    text
}

/// Times that something was given or taken that are told.
const EVENTS: usize = 3;

/// Writes what somebody gained and lost; times in UTC. Fails only when `out` does.
pub fn write_access(name: &str, access: &Access, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}: what the log shows, which begins with its first record\n", clean(name))?;
    for (holds, title) in [(true, "Holds"), (false, "Lost")] {
        let lines: Vec<&Held> = access.held.iter().filter(|line| line.holds == holds).collect();
        writeln!(out, "{title} ({})", lines.len())?;
        for line in lines {
            writeln!(out, "  {}", clean(&held(line, &|at| time(at) + " UTC")))?;
        }
    }
    Ok(())
}
