//! `entrail doctor`: which logs a sign-in may read, and how to get what is missing.
//! Never asks Graph: it reads the token.

use std::io::Write as _;

use clap::Args;
use tokio_util::sync::CancellationToken;
use unicode_width::UnicodeWidthStr as _;

use crate::cli::arguments::SignInArguments;
use crate::cli::standard::out;
use crate::cli::tenant::{nothing, tenant, wait_for};
use crate::cli::{Outcome, tell};
use crate::secret::foreign;
use crate::source::graph::doctor;

/// Tell which logs a sign-in may read, what is missing and how to get it
#[derive(Args, Debug)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    sign_in: SignInArguments,
}

/// Columns of the report: those of the smallest usual terminal, also where it is read later.
const WIDTH: usize = 80;

/// Tells what a sign-in may read.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let now = crate::runtime::now();
    let tenant = tenant(&arguments.sign_in, nothing(now))?;
    let cancel = CancellationToken::new();
    let claims = wait_for(&tenant, tenant.sign_in().claims(&cancel))??;
    let mut out = out();
    for line in doctor::report(&claims, now) {
        for line in wrapped(&foreign(&line)) {
            writeln!(out, "{line}")?;
        }
    }
    tenant.sign_in().notices().iter().for_each(|notice| tell(&format!("entrail: {notice}")));
    Ok(if doctor::can_read(&claims, now) { Outcome::Found } else { Outcome::Nothing })
}

/// A line cut between words. What follows stands below the first word of the line, or of what is
/// behind a mark.
fn wrapped(line: &str) -> Vec<String> {
    let indent = line.len() - line.trim_start().len();
    let hang = indent + if line.starts_with(['✓', '✗', '?']) { 2 } else { 0 };
    let mut lines = vec![" ".repeat(indent)];
    for word in line.split_whitespace() {
        let Some(last) = lines.last_mut() else { break };
        let is_first = last.trim().is_empty();
        if !is_first && last.width() + 1 + word.width() > WIDTH {
            lines.push(" ".repeat(hang) + word);
        } else {
            last.push_str(if is_first { "" } else { " " });
            last.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_between_words_and_hang_below_their_beginning() {
        let words = "word ".repeat(20);
        assert_eq!(wrapped("short"), ["short"]);
        assert_eq!(wrapped(""), [""]);
        let lines = wrapped(&format!("✗ {words}"));
        assert!(lines.len() == 2 && lines[1].starts_with("  word"), "{lines:?}");
        let lines = wrapped(&format!("    {words}"));
        assert!(
            lines.len() == 2 && lines.iter().all(|line| line.starts_with("    word")),
            "{lines:?}"
        );
        assert!(lines.iter().all(|line| line.width() <= WIDTH));
        let long = "x".repeat(200);
        assert_eq!(wrapped(&format!("a {long} b")), ["a", &long, "b"]);
    }
}
