//! `entrail doctor`: which logs a sign-in may read, and how to get what is missing.
//! Never asks Graph: it reads the token. Of a storage account it lists the containers.

use std::io::Write as _;

use clap::Args;
use tokio_util::sync::CancellationToken;

use crate::cli::arguments::SignInArguments;
use crate::cli::standard::out;
use crate::cli::storage;
use crate::cli::tenant::{nothing, tenant, wait_for};
use crate::cli::{Outcome, tell};
use crate::secret::foreign;
use crate::source::graph::doctor;
use crate::source::storage::doctor::examine;
use crate::text::wrap::{Ends, Wrap};

/// Tell which logs a sign-in may read, what is missing and how to get it
#[derive(Args, Debug)]
pub(in crate::cli) struct Arguments {
    /// Look at a storage account instead: which logs are streamed to it, and can they be read?
    #[arg(long, value_name = "ACCOUNT[/CONTAINER]")]
    storage: Option<String>,

    #[command(flatten)]
    sign_in: SignInArguments,
}

/// Columns of the report: those of the smallest usual terminal, also where it is read later.
const WIDTH: usize = 80;

/// Tells what a sign-in may read.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    if let Some(named) = &arguments.storage {
        let (account, address) = storage::account(Some(named), &arguments.sign_in)?;
        let report = storage::wait_for(&account, examine(&account, &address))?;
        tell_all(&report.lines)?;
        return Ok(Outcome::found(report.can_read));
    }
    let now = crate::runtime::now();
    let tenant = tenant(&arguments.sign_in, nothing(now))?;
    let cancel = CancellationToken::new();
    let claims = wait_for(&tenant, tenant.sign_in().claims(&cancel))??;
    tell_all(&doctor::report(&claims, now))?;
    tenant.sign_in().notices().iter().for_each(|notice| tell(&format!("entrail: {notice}")));
    Ok(if doctor::can_read(&claims, now) { Outcome::Found } else { Outcome::Nothing })
}

fn tell_all(lines: &[String]) -> std::io::Result<()> {
    let mut out = out();
    for line in lines.iter().flat_map(|line| parted(&foreign(line))) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// A line parted between words. What follows stands below the first word of the line, or of what is
/// behind a mark.
fn parted(line: &str) -> Vec<String> {
    let text = line.trim();
    let indent = line.len() - line.trim_start().len();
    let hang = indent + if text.starts_with(['✓', '✗', '?']) { 2 } else { 0 };
    // Ids stay whole, so that they can be copied.
    let how = Wrap { width: WIDTH, indent, hang, ends: Ends::WholeWords };
    let before = |at: usize| " ".repeat(if at == 0 { indent } else { hang });
    let lines = how.lines(text).into_iter().enumerate();
    lines.map(|(at, line)| before(at) + &text[line]).collect()
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr as _;

    use super::*;

    #[test]
    fn lines_are_cut_between_words_and_hang_below_their_beginning() {
        let words = "word ".repeat(20);
        assert_eq!(parted("short"), ["short"]);
        assert_eq!(parted(""), [""]);
        let lines = parted(&format!("✗ {words}"));
        assert!(lines.len() == 2 && lines[1].starts_with("  word"), "{lines:?}");
        let lines = parted(&format!("    {words}"));
        assert!(
            lines.len() == 2 && lines.iter().all(|line| line.starts_with("    word")),
            "{lines:?}"
        );
        assert!(lines.iter().all(|line| line.width() <= WIDTH));
        let long = "x".repeat(200);
        assert_eq!(parted(&format!("a {long} b")), ["a", &long, "b"]);
    }
}
