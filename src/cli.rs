//! The command line: arguments in, data on standard output, everything else on standard error.
//! Never draws the screen and never reads a file itself.
//!
//! Exit codes are grep's: 0 something was found, 1 nothing was, 2 something is wrong. A reader that
//! stops early (`| head`) is a success.

mod account;
mod again;
mod arguments;
mod command;
mod language;
mod limits;
mod line;
mod load;
mod logs;
mod named;
mod place;
mod profiles;
mod prompt;
mod report;
mod screen;
mod span;
mod standard;
mod stdout;
mod storage;
mod tables;
mod tenant;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser;

use crate::place::refusal::not_read_again;
use crate::query::{Query, QueryError};
use crate::secret::foreign;
use crate::text::clean;
use arguments::{IndexArguments, LogArguments, ScreenArguments};
use command::Command;
use named::PlaceArguments;
pub use standard::Closed;
use standard::out;
use stdout::Stdout;

const EXAMPLES: &str = "\
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
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    places: PlaceArguments,

    #[command(flatten)]
    screen: ScreenArguments,

    #[command(flatten)]
    index: IndexArguments,

    #[command(flatten)]
    log: LogArguments,

    /// Read PATH and say what became of everything in it, instead of opening the screen
    #[arg(long)]
    account: bool,

    /// List all actions with their keys (the same as `entrail keys`)
    #[arg(long, exclusive = true)]
    list_keys: bool,
}

impl CommandLine {
    /// Where what is to be read is kept; `None` where nothing is read.
    fn places_mut(&mut self) -> Option<&mut PlaceArguments> {
        match &mut self.command {
            Some(command) => command.places_mut(),
            None => Some(&mut self.places),
        }
    }
}

/// Something went wrong.
const ERROR: u8 = 2;

/// How it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    /// Something was found or done.
    Found,
    /// Nothing was found.
    Nothing,
    /// Something went wrong, and was told already.
    Failed,
    /// A signal with this number asked to leave.
    Signal(i32),
}

impl Outcome {
    fn found(found: bool) -> Self {
        if found { Self::Found } else { Self::Nothing }
    }

    /// The worse of two.
    fn and(self, other: Self) -> Self {
        let rank = |outcome: &Self| match outcome {
            Self::Found => 0,
            Self::Nothing => 1,
            Self::Failed => 2,
            Self::Signal(_) => 3,
        };
        if rank(&other) > rank(&self) { other } else { self }
    }
}

/// Runs the program with the arguments of the process.
pub fn main(closed: Closed) -> ExitCode {
    standard::remember(closed);
    limits::outlive_large_files();
    crate::disk::keep_rights_of_owner();
    report_panics();
    run(std::env::args_os())
}

/// Runs the program with these arguments, the program's name first.
fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    profiles::read();
    let arguments = match line::read(arguments.into_iter().collect(), profiles::all()) {
        Ok(arguments) => arguments,
        Err(error) if !error.use_stderr() => {
            // Help or version.
            let text = error.render();
            let written = match Stdout::look().colour {
                true => write!(out(), "{}", text.ansi()),
                false => write!(out(), "{text}"),
            };
            return ended(written.and_then(|()| out().flush()).map(|()| Outcome::Found));
        }
        Err(error) => {
            // It repeats the arguments, which may be names of hostile files.
            error.render().to_string().lines().for_each(tell);
            return ExitCode::from(ERROR);
        }
    };
    if let Err(error) = arguments.log.begin() {
        return ended(Err(error));
    }
    // A tenant's own activities are known to every command.
    if let Some(rows) = crate::config::overlay() {
        crate::catalogue::overlay(rows);
    }
    ended(perform(arguments))
}

/// The exit code of an outcome, with what has to be told of it.
fn ended(outcome: Result<Outcome, impl Into<anyhow::Error>>) -> ExitCode {
    let outcome = outcome.map_err(Into::into);
    if let (Ok(Outcome::Found | Outcome::Nothing), Some((count, why))) =
        (&outcome, not_read_again())
    {
        let records = if count == 1 { "a record".to_owned() } else { format!("{count} records") };
        tell(&format!("entrail: {records} could not be read again: {why}"));
        return ExitCode::from(ERROR);
    }
    match outcome {
        Ok(Outcome::Found) => ExitCode::SUCCESS,
        Ok(Outcome::Nothing) => ExitCode::FAILURE,
        Ok(Outcome::Failed) => ExitCode::from(ERROR),
        // As shells report a process that a signal ended.
        Ok(Outcome::Signal(number)) => ExitCode::from(128 + number as u8),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            format!("entrail: {error:#}").lines().for_each(tell);
            ExitCode::from(ERROR)
        }
    }
}

/// Does what was asked.
fn perform(arguments: CommandLine) -> anyhow::Result<Outcome> {
    if arguments.command.as_ref().is_none_or(Command::needs_room) {
        limits::ensure()?;
    }
    match arguments.command {
        Some(command) => command.run(),
        None if arguments.list_keys => command::list_keys(),
        None if arguments.account => account::run(&arguments.places, arguments.index),
        None => screen::open(&arguments.places, arguments.index, &arguments.screen),
    }
}

/// Writes a line to standard error, cleaned and without secrets: it may repeat what somebody else
/// wrote. Nothing can be done when that is closed.
fn tell(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", foreign(line));
}

/// Reports a panic as everything else is told: its message may repeat what was read.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let thread = std::thread::current();
        let message = panic.payload_as_str().unwrap_or("no message");
        let place = panic.location().map_or_else(String::new, |place| format!(" at {place}"));
        let name = thread.name().unwrap_or("unnamed");
        tell(&format!("entrail: thread {name} panicked{place}: {message}"));
        // Only where RUST_BACKTRACE asks for it.
        let trace = std::backtrace::Backtrace::capture();
        if trace.status() == std::backtrace::BacktraceStatus::Captured {
            trace.to_string().lines().for_each(tell);
        }
    }));
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// Reads a query; an error shows it with a line under the place that is wrong.
fn parse_query(text: &str) -> anyhow::Result<Query> {
    Query::parse(text).map_err(|error| anyhow::anyhow!(pointed(text, &error)))
}

fn pointed(text: &str, error: &QueryError) -> String {
    use unicode_width::UnicodeWidthStr as _;
    let part = |range| clean(text.get(range).unwrap_or("")).width();
    let before = part(0..error.span.start);
    let under = part(error.span.start..error.span.end).max(1);
    format!("{}\n  {}\n  {:before$}{}", error.message, clean(text), "", "^".repeat(under))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_are_well_formed() {
        CommandLine::command().debug_assert();
        line::whole().debug_assert();
    }

    #[test]
    fn a_wrong_query_is_shown_with_the_place_that_is_wrong() {
        let message = |text: &str| parse_query(text).expect_err("wrong").to_string();
        let lines = message("actor:bob activty:add");
        let mut lines = lines.lines();
        assert!(lines.next().is_some_and(|line| line.contains("activity")));
        assert_eq!(lines.next(), Some("  actor:bob activty:add"));
        assert_eq!(lines.next(), Some("            ^^^^^^^"));
        // Wide and invisible characters before the place move it by as many cells as are shown.
        let lines = message("日本\u{1b} activty:add");
        assert_eq!(lines.lines().nth(2), Some("        ^^^^^^^"));
    }
}
