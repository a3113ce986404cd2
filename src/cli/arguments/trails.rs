//! What can be given to `entrail trails`.
//! Never does anything with it.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, ValueEnum, ValueHint};

use super::IndexArguments;
use crate::trails::TRAILS;

#[derive(Args, Debug)]
pub(in crate::cli) struct TrailsArguments {
    /// Files, folders, patterns such as 'logs/*.json', or - for standard input, which is also read
    /// when nothing is given and something is piped in
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(in crate::cli) paths: Vec<PathBuf>,

    /// Search in the built-in demo tenant
    #[arg(long, conflicts_with = "paths")]
    pub(in crate::cli) demo: bool,

    /// Only these trails
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', ignore_case = true,
        value_parser = any_trail())]
    pub(in crate::cli) trail: Vec<String>,

    /// How findings are written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(in crate::cli) format: TrailsFormat,

    /// The newest first, not the most severe
    #[arg(long)]
    pub(in crate::cli) newest: bool,

    /// Write at most this many findings
    #[arg(long, value_name = "N")]
    pub(in crate::cli) limit: Option<usize>,

    /// Draw steps with ASCII characters
    #[arg(long)]
    pub(in crate::cli) ascii: bool,

    #[command(flatten)]
    pub(in crate::cli) index: IndexArguments,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(in crate::cli) enum TrailsFormat {
    /// A block of lines each, for people
    #[default]
    Table,
    /// An array of objects
    Json,
    /// Headings and lists, for tickets and reports
    Markdown,
}

/// The names of the table of trails.
fn any_trail() -> PossibleValuesParser {
    let names = TRAILS.iter().map(|trail| PossibleValue::new(trail.name).help(trail.title));
    PossibleValuesParser::new(names)
}

#[derive(Args, Debug)]
pub(in crate::cli) struct AccessArguments {
    /// Name, sign-in name or id of a user, group, application, role or access package; a part of it is
    /// enough where that is clear
    #[arg(value_name = "NAME|ID")]
    pub(in crate::cli) name: String,

    /// Files, folders, patterns such as 'logs/*.json', or - for standard input
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(in crate::cli) paths: Vec<PathBuf>,

    /// Search in the built-in demo tenant
    #[arg(long, conflicts_with = "paths")]
    pub(in crate::cli) demo: bool,

    #[command(flatten)]
    pub(in crate::cli) index: IndexArguments,
}
