//! What became of everything in each input, as lines for people: [`input_total_lines`].
//! Never rounds a number, and never leaves an input out.

use std::collections::HashMap;

use crate::source::InputTotals;
use crate::store::Store;
use crate::text::{clean, thousands};

/// For each input its name and, indented below it, what became of what was in it; before several
/// inputs the sum. All text is clean. `store` tells which rows are of one sign-in.
pub fn input_total_lines(inputs: &[InputTotals], store: &Store) -> Vec<String> {
    let folded = folded(store);
    let mut lines = Vec::new();
    if inputs.len() > 1 {
        let mut sum = InputTotals::default();
        for input in inputs {
            sum.add(input);
        }
        lines.push(format!("all {} inputs", thousands(inputs.len() as u64)));
        describe(&sum, folded.values().sum(), &mut lines);
        let unread = inputs.iter().filter(|input| input.unread).count();
        if unread > 0 {
            lines.push(format!(
                "{:>14}  of them not read, or not to their end",
                thousands(unread as u64)
            ));
        }
    }
    for input in inputs {
        lines.push(clean(&input.name).into_owned());
        describe(input, folded.get(input.name.as_str()).copied().unwrap_or(0), &mut lines);
        if input.unread {
            lines.push(format!("{:>14}  it could not be read, or not to its end", "!"));
        }
    }
    if inputs.is_empty() {
        lines.push("nothing was read".to_owned());
    }
    lines
}

fn describe(input: &InputTotals, folded: u64, lines: &mut Vec<String>) {
    let mut line = |count: u64, what: &str| lines.push(format!("{:>14}  {what}", thousands(count)));
    if let Some(bytes) = input.bytes {
        line(bytes, "bytes");
    }
    line(input.events(), "events found, which are:");
    line(input.records, "records");
    if folded > 0 {
        line(folded, "  of them earlier rows of sign-ins, in one line with the last row");
    }
    line(input.duplicates, "left out as duplicates");
    if input.passed_over > 0 {
        line(input.passed_over, "passed over: they cannot match the query");
    }
    line(input.foreign(), "left out as no audit activity");
    for (name, count) in &input.other {
        line(*count, &format!("  {}", clean(name)));
    }
    line(input.lost, "unreadable");
    if input.lost_bytes > 0 {
        line(input.lost_bytes, "  bytes of them");
    }
    if input.odd > 0 {
        line(input.odd, "odd in what was read (no record was lost)");
    }
}

/// By input: how many records are rows of a sign-in that was written again later.
fn folded(store: &Store) -> HashMap<&str, u64> {
    let mut counts = HashMap::new();
    for rows in store.events().all() {
        for row in rows.rev().skip(1) {
            *counts.entry(store.span(row).0.name()).or_default() += 1;
        }
    }
    counts
}
