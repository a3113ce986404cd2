//! `entrail lookup`: the catalogue from the command line.
//! Never reads records.

use std::io::{BufWriter, Write as _};

use clap::{Args, ValueEnum};

use crate::catalogue::catalogue;
use crate::cli::standard::out;
use crate::cli::stdout::Stdout;
use crate::cli::{Outcome, tell};
use crate::lookup::{self, Format, Options};
use crate::text::nearby::did_you_mean;

const EXAMPLES: &str = "\
Examples:
  entrail lookup consent
  entrail lookup role pim --limit 5
  entrail lookup --service 'Conditional Access' --format json";

/// Look up audit activities in the built-in catalogue, fuzzy
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    /// Words to find in activities, services and categories, in any order; all of it without any
    #[arg(value_name = "TEXT")]
    text: Vec<String>,

    /// Only activities of this service
    #[arg(long)]
    service: Option<String>,

    /// Only activities of this category
    #[arg(long)]
    category: Option<String>,

    /// How activities are written
    #[arg(long, value_enum, default_value_t)]
    format: FormatName,

    /// Write at most this many activities
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum FormatName {
    /// Columns for people
    #[default]
    Table,
    /// An array of objects
    Json,
}

/// Writes what is found, or suggests on standard error what may have been meant.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let filter = catalogue().filter(arguments.service.as_deref(), arguments.category.as_deref())?;
    let text = arguments.text.join(" ");
    let format = match arguments.format {
        FormatName::Table => Format::Table,
        FormatName::Json => Format::Json,
    };
    let options = Options { filter, format, limit: arguments.limit.unwrap_or(usize::MAX) };
    let mut out = BufWriter::new(out());
    let found = lookup::run(&text, &options, &mut out, Stdout::look().colour)?;
    out.flush()?;
    if found == 0 {
        tell(&format!("entrail: no activity matches \"{text}\""));
        let meant = lookup::suggestions(&text);
        if !meant.is_empty() {
            tell(&did_you_mean(&meant));
        }
    }
    Ok(Outcome::found(found > 0))
}
