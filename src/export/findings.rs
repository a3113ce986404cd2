//! What the rules of risk say of the records of a report: all of them by level, and each by itself.
//! Never rates anew: pseudonyms would change what a rule sees, so the columns are asked.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::about::Sequence;
use crate::document::{Block, Item, Text};
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
pub(super) fn lines(store: &Store, row: RowId) -> Vec<Item> {
    let said = |rule: &Rule| {
        let techniques = match rule.techniques.as_slice() {
            [] => String::new(),
            some => format!(" ({})", some.join(", ")),
        };
        let text = Text::of("Risk: ").strong(rule.level.word()).words(", ").foreign(&rule.title);
        let text = text.words(format!("{techniques}. ")).foreign(&rule.why);
        text.words(" Check: ").foreign(&rule.check).into()
    };
    of_row(store, row).into_iter().map(said).collect()
}

/// The numbers of records as they are told.
fn told(numbers: &[usize]) -> Text {
    let noun = if numbers.len() == 1 { "record " } else { "records " };
    let shown = numbers.iter().take(MOST_NUMBERS).map(|&number| Text::default().section(number));
    let text = Text::of(noun).and(Text::joined(shown, ", "));
    match numbers.len().saturating_sub(MOST_NUMBERS) {
        0 => text,
        more => text.words(format!(" and {more} more")),
    }
}

/// The sequences that these rows belong to. Without names: others than those of the rows may stand in
/// what is told of them.
fn sequences(sequences: &[Sequence], rows: &[RowId], redact: bool) -> Vec<Text> {
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
        let line = Text::default().strong(sequence.level.word()).words(" ");
        let line = line.foreign(sequence.kind).words(":");
        let line = match redact {
            true => line,
            false => line.words(" ").foreign(&sequence.told).words(":"),
        };
        let line = line.words(" ").and(told(&here));
        lines.push(match sequence.rows.len() - here.len() {
            0 => line,
            1 => line.words("; 1 more of it is not in this report"),
            more => line.words(format!("; {more} more of it are not in this report")),
        });
    }
    let left = lines.len().saturating_sub(MOST_SEQUENCES);
    lines.truncate(MOST_SEQUENCES);
    if left > 0 {
        let line = Text::of(format!("and {left} more; ")).code("entrail trails");
        lines.push(line.words(" lists all"));
    }
    lines
}

/// The section of all findings, highest first; nothing where there is no row.
pub(super) fn section(
    store: &Store,
    rows: &[RowId],
    (all, redact): (&[Sequence], bool),
) -> Vec<Block> {
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
    let mut blocks = vec![Block::Heading(2, Text::of("Findings"))];
    if !sequences.is_empty() {
        blocks.push(Block::Paragraph(Text::of("Sequences these records belong to:")));
        blocks.push(Block::list(sequences));
        blocks.push(Block::Paragraph(Text::of("Records by themselves:")));
    }
    let mut lines: Vec<Text> = (found.values())
        .map(|(rule, numbers)| {
            let line = Text::default().strong(rule.level.word()).words(" ");
            line.foreign(&rule.title).words(": ").and(told(numbers))
        })
        .collect();
    let others = rows.len() - rated;
    if others > 0 {
        let are = if others == 1 { "is" } else { "are" };
        let line = format!("{others} of {} {are} not rated, which does not say safe", rows.len());
        lines.push(Text::of(line));
    }
    blocks.push(Block::list(lines));
    blocks
}
