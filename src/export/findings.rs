//! What the rules of risk say of the records of a report: all of them by level, and each by itself.
//! Never rates anew: pseudonyms would change what a rule sees, so the columns are asked.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::markdown::escaped;
use super::report::Sequence;
use crate::record::column::{Column, PART};
use crate::record::risk::{Level, Rule};
use crate::store::{RowId, Store};

/// A rule, and the numbers of the records it fired on.
type Fired = (&'static Rule, Vec<usize>);

/// Numbers of records that are told of one rule; the others are counted.
const MOST_NUMBERS: usize = 30;
/// Sequences that are told; the others are counted.
const MOST_SEQUENCES: usize = 30;

/// The rules that fired on a row, the highest first.
fn of_row(store: &Store, row: RowId) -> Vec<&'static Rule> {
    let codes = store.codes(row, Column::Risk);
    let entry = codes.first().map_or("", |&code| store.entry(Column::Risk, code));
    entry.split(PART).skip(1).filter_map(Rule::find).collect()
}

/// What is said of one record.
pub(super) fn lines(store: &Store, row: RowId) -> Vec<String> {
    let said = |rule: &Rule| {
        let techniques = match rule.techniques.as_slice() {
            [] => String::new(),
            some => format!(" ({})", some.join(", ")),
        };
        format!(
            "- Risk: **{}**, {}{techniques}. {} Check: {}",
            rule.level.word(),
            escaped(&rule.title),
            escaped(&rule.why),
            escaped(&rule.check)
        )
    };
    of_row(store, row).into_iter().map(said).collect()
}

/// The numbers of records as they are told.
fn told(numbers: &[usize]) -> String {
    let noun = if numbers.len() == 1 { "record" } else { "records" };
    let shown: Vec<String> = numbers.iter().take(MOST_NUMBERS).map(usize::to_string).collect();
    let more = match numbers.len().saturating_sub(MOST_NUMBERS) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{noun} {}{more}", shown.join(", "))
}

/// The sequences that these rows belong to. Without names: others than those of the rows may stand in
/// what is told of them.
fn sequences(sequences: &[Sequence], rows: &[RowId], redact: bool) -> Vec<String> {
    let numbers: HashMap<RowId, usize> =
        rows.iter().enumerate().map(|(at, &row)| (row, at + 1)).collect();
    let mut lines = Vec::new();
    for sequence in sequences {
        let mut here: Vec<usize> =
            sequence.rows.iter().filter_map(|row| numbers.get(row).copied()).collect();
        here.sort_unstable();
        if here.is_empty() {
            continue;
        }
        let who = match redact {
            true => String::new(),
            false => format!(" {}:", escaped(&sequence.told)),
        };
        let elsewhere = match sequence.rows.len() - here.len() {
            0 => String::new(),
            one @ 1 => format!("; {one} more of it is not in this report"),
            more => format!("; {more} more of it are not in this report"),
        };
        lines.push(format!(
            "- **{}** {}:{who} {}{elsewhere}",
            sequence.level.word(),
            escaped(sequence.kind),
            told(&here)
        ));
    }
    let left = lines.len().saturating_sub(MOST_SEQUENCES);
    lines.truncate(MOST_SEQUENCES);
    if left > 0 {
        lines.push(format!("- and {left} more; `entrail trails` lists all"));
    }
    lines
}

/// The section of all findings, highest first; nothing where there is no row.
pub(super) fn section(
    store: &Store,
    rows: &[RowId],
    (all, redact): (&[Sequence], bool),
) -> Vec<String> {
    let mut found: BTreeMap<(Reverse<Level>, &str), Fired> = BTreeMap::new();
    let mut rated = 0;
    for (at, &row) in rows.iter().enumerate() {
        let rules = of_row(store, row);
        rated += usize::from(!rules.is_empty());
        for rule in rules {
            let of_rule = found.entry((Reverse(rule.level), rule.name));
            of_rule.or_insert_with(|| (rule, Vec::new())).1.push(at + 1);
        }
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let sequences = sequences(all, rows, redact);
    let mut lines = vec!["## Findings".to_owned(), String::new()];
    if !sequences.is_empty() {
        lines.push("Sequences these records belong to:".to_owned());
        lines.push(String::new());
        lines.extend(sequences);
        lines.push(String::new());
        lines.push("Records by themselves:".to_owned());
        lines.push(String::new());
    }
    for (rule, numbers) in found.values() {
        lines.push(format!(
            "- **{}** {}: {}",
            rule.level.word(),
            escaped(&rule.title),
            told(numbers)
        ));
    }
    let others = rows.len() - rated;
    if others > 0 {
        let are = if others == 1 { "is" } else { "are" };
        lines
            .push(format!("- {others} of {} {are} not rated, which does not say safe", rows.len()));
    }
    lines.push(String::new());
    lines
}
