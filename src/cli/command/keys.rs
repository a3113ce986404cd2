//! `entrail keys`: every action with its keys, as a table or as the configuration file takes them.
//! Never changes the configuration.

use std::io::{self, BufWriter, Write};

use clap::{Args, ValueEnum};

use crate::app::action::{ACTIONS, ActionRow, Pane};
use crate::app::keymap::Keymap;
use crate::cli::Outcome;
use crate::cli::screen::configuration;
use crate::cli::standard::out;

const EXAMPLES: &str = "\
Examples:
  entrail keys                      what each key does, and in which pane
  entrail keys --format toml        to be pasted into the configuration file and changed";

/// List all actions with their keys, as the configuration file has set them
#[derive(Args, Debug, Default)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    /// How they are written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Columns for people
    #[default]
    Table,
    /// As the configuration file takes them, to be pasted and changed
    Toml,
}

/// Writes all actions.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let keymap = configuration()?.keymap;
    let mut out = BufWriter::new(out());
    match arguments.format {
        Format::Table => table(&keymap, &mut out)?,
        Format::Toml => toml(&keymap, &mut out)?,
    }
    out.flush()?;
    Ok(Outcome::Found)
}

fn panes(row: &ActionRow) -> String {
    if row.panes.len() == Pane::ALL.len() {
        return "everywhere".to_owned();
    }
    let names: Vec<&str> = row.panes.iter().map(|pane| pane.name()).collect();
    names.join(", ")
}

fn table(keymap: &Keymap, out: &mut impl Write) -> io::Result<()> {
    let lines: Vec<[String; 3]> = (ACTIONS.iter())
        .map(|row| [row.name.to_owned(), keymap.all_keys(row.action), panes(row)])
        .collect();
    let titles = ["Action", "Keys", "Panes"];
    let widths: Vec<usize> = (0..3)
        .map(|at| lines.iter().map(|line| line[at].chars().count()).chain([titles[at].len()]).max())
        .map(|widest| widest.unwrap_or(0))
        .collect();
    let (a, b, c) = (widths[0], widths[1], widths[2]);
    writeln!(out, "{:a$}  {:b$}  {:c$}  What", titles[0], titles[1], titles[2])?;
    for ([name, keys, panes], row) in lines.iter().zip(ACTIONS) {
        writeln!(out, "{name:a$}  {keys:b$}  {panes:c$}  {}", row.help)?;
    }
    Ok(())
}

fn toml(keymap: &Keymap, out: &mut impl Write) -> io::Result<()> {
    let file = crate::config::configuration_file();
    let file = file.map_or_else(|| "config.toml".to_owned(), |file| file.display().to_string());
    writeln!(out, "# Goes into {}; lines that are not changed need not be there.", line(&file))?;
    writeln!(out, "[keys]")?;
    for row in ACTIONS {
        let keys: Vec<String> = keymap.keys(row.action).iter().map(|key| quoted(key)).collect();
        writeln!(out, "# {} ({})", row.help, panes(row))?;
        writeln!(out, "{} = [{}]", row.name, keys.join(", "))?;
    }
    Ok(())
}

/// A text in one line, whatever is in it.
fn line(text: &str) -> String {
    crate::text::clean(text).into_owned()
}

/// A key as TOML writes texts.
fn quoted(key: &str) -> String {
    format!("\"{}\"", key.replace('\\', "\\\\").replace('"', "\\\""))
}
