//! `entrail trails`: load, find sequences, write them.
//! Never asks a question of its own: findings carry their queries.

use std::io::{BufWriter, Write as _};

use super::arguments::{TrailsArguments, TrailsFormat};
use super::standard::out;
use super::{Outcome, load};
use crate::trails::write::{Format, write};
use crate::trails::{Found, Trail, find};

/// Writes what is found to standard output.
pub(super) fn run(arguments: &TrailsArguments) -> anyhow::Result<Outcome> {
    let Some(loaded) = load::everything(arguments.demo, &arguments.paths, arguments.index)? else {
        return Ok(Outcome::Failed);
    };
    let Found { mut findings, unreadable } = find(&loaded.store, &|_| true).unwrap_or_default();
    if !arguments.trail.is_empty() {
        let named = |trail: &Trail| {
            arguments.trail.iter().any(|name| name.eq_ignore_ascii_case(trail.name))
        };
        findings.retain(|finding| named(finding.trail));
    }
    if arguments.newest {
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.last));
    }
    findings.truncate(arguments.limit.unwrap_or(usize::MAX));
    let format = match arguments.format {
        TrailsFormat::Table => Format::Table,
        TrailsFormat::Json => Format::Json,
        TrailsFormat::Markdown => Format::Markdown,
    };
    let mut out = BufWriter::with_capacity(64 << 10, out());
    let written = write(&loaded.store, &findings, format, arguments.ascii, &mut out);
    let written = written.and_then(|()| out.flush());
    loaded.tell_summary(unreadable);
    written?;
    Ok(loaded.outcome(!findings.is_empty(), unreadable))
}
