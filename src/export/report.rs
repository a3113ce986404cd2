//! A timeline in Markdown: what the records tell, with notes, ids and changes, and how to find them again.
//! Never lets a record become markup: what was logged is escaped, or stands in code.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::findings;
use super::line::Lines;
use super::markdown::{code, escaped};
use super::redact::Redactor;
use super::{Format, Options, Report, Watched, read_each, redactor, undo};
use crate::case::Input;
use crate::query::known_names::with_names;
use crate::record::change::{Difference, differences, kept, one_line};
use crate::record::risk::Level;
use crate::record::sentence::{actor_name, sentence, target_name};
use crate::record::{ActorKind, Change, NamedBy, Record, Target};
use crate::store::{RowId, Store, order};
use crate::time::Timestamp;

/// What a report says of itself.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// What the investigation is called; empty where nobody said.
    pub title: String,
    /// When it is made (UTC).
    pub made: Option<Timestamp>,
    /// What the records come from.
    pub inputs: Vec<Input>,
    /// Queries that found them.
    pub queries: Vec<String>,
    /// Commands that find them again.
    pub commands: Vec<String>,
    /// Sequences that were found in all records, most important first.
    pub sequences: Vec<Sequence>,
}

/// Records that mean something together, as a report tells of them.
#[derive(Clone, Debug)]
pub struct Sequence {
    /// How much it asks to be looked at.
    pub level: Level,
    /// What kind of sequence it is: says nothing of the data.
    pub kind: &'static str,
    /// Who did what, and how it stands; names those who did it.
    pub told: String,
    /// Its records, in the order of the store.
    pub rows: Vec<RowId>,
}

impl About {
    /// Names the command that finds the records of a query in these inputs again, by the paths given.
    pub fn find_again(&mut self, query: &str, paths: &[String], case: Option<&str>) {
        let mut command = format!("entrail query {}", quoted(query));
        for path in paths {
            command.push(' ');
            command.push_str(&quoted(path));
        }
        if let Some(case) = case {
            command.push_str(" --case ");
            command.push_str(&quoted(case));
        }
        command.push_str(" --sort time:asc");
        self.commands.push(command);
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "./_-=:@,+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Differences of one change that are told; the others are counted.
const MOST_DIFFERENCES: usize = 50;
/// Characters of a value that are told; the record has the rest.
const LONGEST_VALUE: usize = 600;

/// Writes a report, or an undo sheet, about these rows: oldest first, or newest.
pub(super) fn write(
    store: &Store,
    rows: &[RowId],
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<Report> {
    let is_undo = options.format == Format::Undo;
    let mut rows = rows.to_vec();
    order::oldest_first(store, &mut rows);
    if is_undo {
        rows.reverse();
    }
    let mut watched = Watched(options.watch.clone(), 0);
    let mut redactor = redactor(store, &rows, options, &mut watched)?;
    let notes = notes(store, &rows, redactor.as_mut());
    let mut ledger = undo::Ledger::default();
    if is_undo {
        read_each(store, &rows, None, &mut watched, &mut |row, read| {
            if let Ok((record, ..)) = read {
                ledger.enter(row, record);
            }
            Ok(())
        })?;
        watched.1 = 0;
        ledger.close();
    }
    let mut lines = Lines::new(out, options.terminal);
    head(store, &rows, options, redactor.as_mut(), &mut lines)?;
    let mut number = 0;
    let report = read_each(store, &rows, redactor.as_mut(), &mut watched, &mut |row, read| {
        number += 1;
        let Ok((record, ..)) = read else {
            lines.clean(&format!("## {number}. A record that could not be read again"))?;
            return lines.clean("");
        };
        let time = record.time.map_or_else(|| "No time".to_owned(), Timestamp::to_rfc3339);
        lines.clean(&format!("## {number}. {time} {}", escaped(&sentence(record))))?;
        lines.clean("")?;
        if let Some(note) = notes.get(&row) {
            lines.clean(&format!("> {}", escaped(note)))?;
            lines.clean("")?;
        }
        let mut told = match is_undo {
            true => undo::lines(record, &undo::decide(record, row, number, &mut ledger)),
            false => told(record),
        };
        if !is_undo {
            let at = told.len().min(2);
            told.splice(at..at, findings::lines(store, row));
        }
        let mut is_code = false;
        for line in told {
            let is_fence = line.trim_start().starts_with("```");
            is_code ^= is_fence;
            // What a pseudonym stands for is in no output, and a value that is to be restored stays as
            // it was.
            let as_is = options.redact || is_code || is_fence;
            let line = if as_is { line } else { with_names(store, &line, code) };
            lines.clean(&line)?;
        }
        lines.clean("")
    })?;
    if !is_undo {
        foot(options, &mut lines)?;
    }
    Ok(report)
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

fn head(
    store: &Store,
    rows: &[RowId],
    options: &Options,
    mut redactor: Option<&mut Redactor>,
    lines: &mut Lines<'_>,
) -> io::Result<()> {
    let about = &options.about;
    let title = redacted(redactor.as_deref_mut(), &about.title);
    let kind = if options.format == Format::Undo { "Undo sheet" } else { "Timeline" };
    let title = if title.is_empty() { kind.to_owned() } else { format!("{title}: {kind}") };
    lines.clean(&format!("# {}", escaped(&title)))?;
    lines.clean("")?;
    let made = about.made.map(|made| format!("Made {made} by ")).unwrap_or_default();
    lines.clean(&format!("- {made}entrail {}. Times are UTC.", env!("CARGO_PKG_VERSION")))?;
    let times = rows.iter().filter_map(|&row| store.time(row));
    let period = times.clone().min().zip(times.max());
    let period = period.map_or_else(String::new, |(first, last)| format!(", {first} to {last}"));
    lines.clean(&format!("- Records: {}{period}.", rows.len()))?;
    if options.redact {
        lines
            .clean("- Names, ids, addresses and domains are pseudonyms: the same one each time. Queries are \
             left out, as they hold parts of names. Notes and reasons are free text: read them before you \
             send this.")?;
    }
    if options.format == Format::Undo {
        lines.clean(
            "- Newest first: what was done last is reversed first. Nothing of this was carried out; \
             check each step against the tenant as it is now.",
        )?;
        return lines.clean("");
    }
    lines.clean("")?;
    if !about.inputs.is_empty() {
        lines.clean("## Inputs")?;
        lines.clean("")?;
        lines.clean("| Name | Bytes | SHA-256 | Records |")?;
        lines.clean("| --- | ---: | --- | ---: |")?;
        for input in &about.inputs {
            let name = match redactor.as_deref_mut() {
                Some(redactor) => redactor.file(&input.name),
                None => input.name.clone(),
            };
            let bytes =
                input.bytes.map_or_else(|| "not known".to_owned(), |bytes| bytes.to_string());
            let sha256 = input.sha256.as_deref().unwrap_or("not counted");
            lines.clean(&format!(
                "| {} | {bytes} | {} | {} |",
                escaped(&name),
                escaped(sha256),
                input.records
            ))?;
        }
        lines.clean("")?;
    }
    // Parts of names stand in queries, and cannot be told from other words.
    if !about.queries.is_empty() && !options.redact {
        lines.clean("## Queries")?;
        lines.clean("")?;
        for query in &about.queries {
            lines.clean(&format!("- {}", code(query)))?;
        }
        lines.clean("")?;
    }
    let sequences = (about.sequences.as_slice(), options.redact);
    findings::section(store, rows, sequences).iter().try_for_each(|line| lines.clean(line))?;
    lines.clean("# Records")?;
    lines.clean("")
}

fn foot(options: &Options, lines: &mut Lines<'_>) -> io::Result<()> {
    if options.about.commands.is_empty() || options.redact {
        return Ok(());
    }
    lines.clean("# How to find these again")?;
    lines.clean("")?;
    for command in &options.about.commands {
        lines.clean(&format!("- {}", code(command)))?;
    }
    Ok(())
}

/// All there is to say of a record.
fn told(record: &Record<'_>) -> Vec<String> {
    let mut told = vec![format!(
        "- Activity: {} ({} › {})",
        escaped(&record.activity),
        escaped(&record.service),
        escaped(&record.category)
    )];
    let result = if record.result.is_empty() { record.outcome.word() } else { &record.result };
    let reason = match record.result_reason.trim() {
        "" => String::new(),
        reason => format!(", {}", escaped(reason)),
    };
    told.push(format!("- Result: {}{reason}", escaped(result)));
    told.push(format!("- Actor: {}", actor(record)));
    for target in &record.targets {
        told.push(format!("- Target: {}", self::target(target)));
        for change in &target.changes {
            told.extend(changed(change).into_iter().map(|line| format!("  - {line}")));
        }
    }
    let ids = [
        ("Correlation id", &record.correlation_id),
        ("Record id", &record.id),
        ("Session id", &record.session_id),
        ("Tenant id", &record.tenant_id),
        ("User agent", &record.user_agent),
        ("Source", &record.source),
    ];
    for (name, id) in ids.into_iter().filter(|(_, id)| !id.trim().is_empty()) {
        told.push(format!("- {name}: {}", code(id)));
    }
    told
}

fn actor(record: &Record<'_>) -> String {
    let actor = &record.actor;
    let name = actor_name(actor);
    let mut told = match actor.kind {
        ActorKind::App => format!("application {}", code(name)),
        _ => code(name),
    };
    let upn = actor.original_upn().0;
    for more in [upn, &actor.name].into_iter().filter(|more| !more.is_empty() && *more != name) {
        let _ = write!(told, ", {}", code(more));
    }
    let ids = [
        ("id", &actor.id),
        ("through", &actor.app_name),
        ("application id", &actor.app_id),
        ("service principal id", &actor.app_object_id),
        ("from", &actor.ip),
    ];
    for (what, id) in ids.into_iter().filter(|(_, id)| !id.is_empty()) {
        let _ = write!(told, ", {what} {}", code(id));
    }
    if actor.named_by != NamedBy::Itself {
        let _ = write!(told, " ({})", actor.named_by.words());
    }
    told
}

/// A target by type, names and id.
pub(super) fn target(target: &Target<'_>) -> String {
    let name = target_name(target);
    let name = if name.is_empty() { "without a name".to_owned() } else { code(name) };
    let mut told = match target.kind.trim() {
        "" => name,
        kind => format!("{} {name}", escaped(kind)),
    };
    let upn = target.original_upn().0;
    if !upn.is_empty() && upn != target_name(target) {
        let _ = write!(told, ", {}", code(upn));
    }
    if !target.id.is_empty() && *target.id != *target_name(target) {
        let _ = write!(told, ", id {}", code(&target.id));
    }
    if !target.name_id.is_empty() && *target.name_id != *target_name(target) {
        let _ = write!(told, ", application id {}", code(&target.name_id));
    }
    if target.named_by != NamedBy::Itself {
        let _ = write!(told, " ({})", target.named_by.words());
    }
    told
}

fn changed(change: &Change<'_>) -> Vec<String> {
    let name = code(&change.name);
    let found = differences(change.old.as_deref(), change.new.as_deref());
    if found.is_empty() {
        let same = one_line(change.new.as_deref());
        return vec![match same.is_empty() {
            true => format!("{name}: no values logged"),
            false => format!("{name}: {} (unchanged)", value(Some(&same))),
        }];
    }
    let one = |difference: &Difference| {
        let (path, in_list) = difference.place();
        let place = match path {
            "" => name.clone(),
            path => format!("{name} {}", code(path)),
        };
        let (old, new) = (difference.old.as_deref(), difference.new.as_deref());
        match (old, new) {
            // Beside an arrow the whole list would seem to have been empty.
            (None, new) if in_list => format!("{place}: added {}", value(new)),
            (old, None) if in_list => format!("{place}: removed {}", value(old)),
            (old, new) => format!("{place}: {} → {}", value(old), value(new)),
        }
    };
    let mut told: Vec<String> = found.iter().take(MOST_DIFFERENCES).map(one).collect();
    let is_list = found.iter().all(|one| one.place() == ("", true));
    let stays =
        kept(change.old.as_deref(), change.new.as_deref()).filter(|kept| is_list && *kept > 0);
    if let Some(stays) = stays {
        told.push(format!("{name}: {stays} kept in the list"));
    }
    if found.len() > MOST_DIFFERENCES {
        told.push(format!("{name}: {} more differences", found.len() - MOST_DIFFERENCES));
    }
    told
}

/// A value in code; nothing is told as such.
pub(super) fn value(value: Option<&str>) -> String {
    match value.filter(|value| !value.is_empty()) {
        None => "(none)".to_owned(),
        Some(value) => match value.char_indices().nth(LONGEST_VALUE) {
            None => code(value),
            Some((at, _)) => format!("{} (cut: {} bytes)", code(&value[..at]), value.len()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_added_to_a_list_does_not_make_the_list_look_empty() {
        let change = Change {
            name: "KeyDescription".into(),
            old: Some(r#"["[KeyIdentifier=1]"]"#.into()),
            new: Some(r#"["[KeyIdentifier=1]","[KeyIdentifier=2]"]"#.into()),
        };
        let told =
            ["`KeyDescription`: added `[KeyIdentifier=2]`", "`KeyDescription`: 1 kept in the list"];
        assert_eq!(changed(&change), told);
    }
}
