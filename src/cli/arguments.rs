//! The command line, and what several commands take; help and completions are made from this.
//! Never does anything with it. What one command takes is in its own file.

mod index;
mod log;
mod range;
mod screen;
mod sign_in;

use std::path::PathBuf;

use clap::{Parser, ValueHint};

pub(super) use self::index::IndexArguments;
pub(super) use self::log::LogArguments;
pub(super) use self::range::RangeArguments;
pub(super) use self::screen::ScreenArguments;
pub(super) use self::sign_in::SignInArguments;
use super::command::Command;

pub(super) const EXAMPLES: &str = "\
Examples:
  entrail audit.json                    open a file
  entrail logs/ -f 'result:failure'     open a folder, showing failures only
  entrail demo                          try it without data
  entrail query 'category:RoleManagement actor:mallory' audit.json
  entrail lookup consent to application

Exit codes: 0 something was found, 1 nothing was found, 2 something is wrong.";

/// Explore the Microsoft Entra audit trail: who changed what, when, and how.
///
/// Opens every file that Microsoft Graph, the portals, Azure Monitor, Log Analytics, the unified
/// audit log or a collector wrote, by its contents: JSON, NDJSON, CSV, also gz, zst and zip.
/// Without a path the catalogue of all known activities opens.
#[derive(Parser, Debug)]
#[command(
    name = "entrail",
    version,
    args_conflicts_with_subcommands = true,
    after_help = EXAMPLES,
    max_term_width = 100
)]
pub(super) struct CommandLine {
    #[command(subcommand)]
    pub(super) command: Option<Command>,

    /// Files, folders, patterns such as 'logs/*.json', or - for standard input
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(super) paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(super) screen: ScreenArguments,

    #[command(flatten)]
    pub(super) index: IndexArguments,

    #[command(flatten)]
    pub(super) log: LogArguments,

    /// Read PATH and say what became of everything in it, instead of opening the screen
    #[arg(long)]
    pub(super) account: bool,

    /// List all actions with their keys (the same as `entrail keys`)
    #[arg(long, exclusive = true)]
    pub(super) list_keys: bool,
}
