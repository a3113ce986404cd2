//! `entrail rules`: what records are rated by, from the command line.
//! Never reads records.

use std::io::{BufWriter, Write as _};

use clap::{Args, ValueEnum};

use crate::cli::standard::out;
use crate::cli::stdout::Stdout;
use crate::cli::{Outcome, tell};
use crate::lookup::rules::{self, Format};

const EXAMPLES: &str = "\
Examples:
  entrail rules
  entrail rules consent
  entrail rules T1556.009 --format json
  entrail query 'risk>=high' audit.json --by risk.rule";

/// List the rules that rate records, or those that a text is in, with all that is known of them
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    /// Words to find in names, titles, reasons, queries and techniques; all rules without any
    #[arg(value_name = "TEXT")]
    text: Vec<String>,

    /// How rules are written
    #[arg(long, value_enum, default_value_t)]
    format: FormatName,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum FormatName {
    /// A line each, or with a text all that is known
    #[default]
    Table,
    /// An array of objects
    Json,
    /// A table for tickets and reports
    Markdown,
}

/// Writes the rules that fit.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let text = arguments.text.join(" ");
    let format = match arguments.format {
        FormatName::Table => Format::Table,
        FormatName::Json => Format::Json,
        FormatName::Markdown => Format::Markdown,
    };
    let mut out = BufWriter::new(out());
    let found = rules::run(&text, format, &mut out, Stdout::look().colour)?;
    out.flush()?;
    if found == 0 {
        tell(&format!("entrail: no rule matches \"{text}\"; without a text all are listed"));
    }
    Ok(Outcome::found(found > 0))
}
