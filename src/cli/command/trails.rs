//! `entrail trails`: load, find sequences, write them.
//! Never asks a question of its own: findings carry their queries.

use std::io::{BufWriter, Write as _};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::cli::arguments::IndexArguments;
use crate::cli::named::PlaceArguments;
use crate::cli::standard::out;
use crate::cli::{Outcome, load};
use crate::trails::TRAILS;
use crate::trails::write::{Format, write};
use crate::trails::{Findings, Trail, find};

const EXAMPLES: &str = "\
Examples:
  entrail trails audit.json
  entrail trails --demo --trail package,support --newest
  entrail trails logs/ --format markdown > findings.md
  entrail trails logs/ --format html > findings.html

Exit codes: 0 something was found, 1 nothing was found, 2 something is wrong.";

/// Find sequences that mean something together: consent, credentials, roles, access packages, …
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    pub(super) places: PlaceArguments,

    /// Search in the built-in demo tenant
    #[arg(long, conflicts_with = "paths")]
    demo: bool,

    /// Only these trails
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', ignore_case = true,
        value_parser = any_trail())]
    trail: Vec<String>,

    /// How findings are written
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = any_format())]
    format: Format,

    /// The newest first, not the most severe
    #[arg(long)]
    newest: bool,

    /// Write at most this many findings
    #[arg(long, value_name = "N")]
    limit: Option<usize>,

    /// Draw steps with ASCII characters
    #[arg(long)]
    ascii: bool,

    #[command(flatten)]
    index: IndexArguments,
}

/// The formats of findings.
fn any_format() -> impl TypedValueParser<Value = Format> {
    let values = Format::all().map(|(name, format)| PossibleValue::new(name).help(format.help()));
    PossibleValuesParser::new(values).try_map(|name| {
        let found = Format::all().find(|(own, _)| *own == name);
        found.map(|(_, format)| format).ok_or_else(|| format!("there is no format `{name}`"))
    })
}

/// The names of the table of trails.
fn any_trail() -> PossibleValuesParser {
    let names = TRAILS.iter().map(|trail| PossibleValue::new(trail.name).help(trail.title));
    PossibleValuesParser::new(names)
}

/// Writes what is found to standard output.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    if let Some(outcome) = arguments.places.answered()? {
        return Ok(outcome);
    }
    let Some(loaded) = load::everything(arguments.demo, &arguments.places, arguments.index)? else {
        return Ok(Outcome::Failed);
    };
    let Findings { mut findings, unreadable } = find(&loaded.store, &|_| true).unwrap_or_default();
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
    let mut out = BufWriter::with_capacity(64 << 10, out());
    let written = write(&loaded.store, &findings, arguments.format, arguments.ascii, &mut out);
    let written = written.and_then(|()| out.flush());
    loaded.tell_summary(unreadable);
    written?;
    Ok(loaded.outcome(!findings.is_empty(), unreadable))
}
