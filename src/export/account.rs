//! What became of everything in each input, as lines for people: [`account_lines`].
//! Never rounds a number, and never leaves an input out.

use std::collections::HashMap;

use crate::source::Account;
use crate::store::Store;
use crate::text::{clean, thousands};

/// For each input its name and, indented below it, what became of what was in it; before several
/// inputs the sum. All text is clean. `store` tells which rows are of one sign-in.
pub fn account_lines(accounts: &[Account], store: &Store) -> Vec<String> {
    let folded = folded(store);
    let mut lines = Vec::new();
    if accounts.len() > 1 {
        let mut sum = Account::default();
        for account in accounts {
            sum.add(account);
        }
        lines.push(format!("all {} inputs", thousands(accounts.len() as u64)));
        describe(&sum, folded.values().sum(), &mut lines);
        let unread = accounts.iter().filter(|account| account.unread).count();
        if unread > 0 {
            lines.push(format!(
                "{:>14}  of them not read, or not to their end",
                thousands(unread as u64)
            ));
        }
    }
    for account in accounts {
        lines.push(clean(&account.name).into_owned());
        describe(account, folded.get(account.name.as_str()).copied().unwrap_or(0), &mut lines);
        if account.unread {
            lines.push(format!("{:>14}  it could not be read, or not to its end", "!"));
        }
    }
    if accounts.is_empty() {
        lines.push("nothing was read".to_owned());
    }
    lines
}

fn describe(account: &Account, folded: u64, lines: &mut Vec<String>) {
    let mut line = |count: u64, what: &str| lines.push(format!("{:>14}  {what}", thousands(count)));
    if let Some(bytes) = account.bytes {
        line(bytes, "bytes");
    }
    line(account.events(), "events found, which are:");
    line(account.records, "records");
    if folded > 0 {
        line(folded, "  of them earlier rows of sign-ins, in one line with the last row");
    }
    line(account.duplicates, "left out as duplicates");
    if account.passed_over > 0 {
        line(account.passed_over, "passed over: they cannot match the query");
    }
    line(account.foreign(), "left out as no audit activity");
    for (name, count) in &account.other {
        line(*count, &format!("  {}", clean(name)));
    }
    line(account.lost, "unreadable");
    if account.lost_bytes > 0 {
        line(account.lost_bytes, "  bytes of them");
    }
    if account.odd > 0 {
        line(account.odd, "odd in what was read (no record was lost)");
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
