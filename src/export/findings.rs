//! What the rules of risk say of the records of a report: all of them by level, and each by itself.
//! Never rates anew: pseudonyms would change what a rule sees, so the columns are asked.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::markdown::escaped;
use crate::record::column::{Column, PART};
use crate::record::risk::{Level, Rule};
use crate::store::{RowId, Store};

/// A rule, and the numbers of the records it fired on.
type Fired = (&'static Rule, Vec<usize>);

/// Numbers of records that are told of one rule; the others are counted.
const MOST_NUMBERS: usize = 30;

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

/// The section of all findings, highest first; nothing where no rule speaks of these rows.
pub(super) fn section(store: &Store, rows: &[RowId]) -> Vec<String> {
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
    if found.is_empty() {
        return Vec::new();
    }
    let mut lines = vec!["## Findings".to_owned(), String::new()];
    for (rule, numbers) in found.values() {
        let told: Vec<String> = numbers.iter().take(MOST_NUMBERS).map(usize::to_string).collect();
        let more = match numbers.len().saturating_sub(MOST_NUMBERS) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let noun = if numbers.len() == 1 { "record" } else { "records" };
        lines.push(format!(
            "- **{}** {}: {noun} {}{more}",
            rule.level.word(),
            escaped(&rule.title),
            told.join(", ")
        ));
    }
    let others = rows.len() - rated;
    if others > 0 {
        lines.push(format!("- {others} of {} are not rated, which does not say safe", rows.len()));
    }
    lines.push(String::new());
    lines
}
