//! `entrail man`: the manual page, from the arguments, the field table and the action table.
//! Never text of its own where one of those says it.

use std::io::{self, Write as _};

use clap::{Args, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::app::action::{ACTIONS, Pane};
use crate::cli::Outcome;
use crate::cli::language::query_language;
use crate::cli::standard::out;
use crate::cli::{self, line};

const EXAMPLES: &str = "\
Examples:
  entrail man > ~/.local/share/man/man1/entrail.1
  entrail man | man -l -";

/// Write the manual page to standard output
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {}

/// Writes it.
pub(super) fn run(_: &Arguments) -> anyhow::Result<Outcome> {
    let mut out = out();
    out.write_all(&page()?)?;
    out.flush()?;
    Ok(Outcome::Found)
}

/// The page, in roff.
fn page() -> io::Result<Vec<u8>> {
    let mut command = line::whole();
    command.build();
    let main = Man::new(command.clone());
    let mut page = Vec::new();
    main.render_title(&mut page)?;
    main.render_name_section(&mut page)?;
    main.render_synopsis_section(&mut page)?;
    main.render_description_section(&mut page)?;
    main.render_options_section(&mut page)?;
    commands(&command, &mut page)?;
    section("QUERY LANGUAGE", &query_language(), &mut page)?;
    keys(&mut page)?;
    files(&mut page)?;
    section("EXAMPLES", cli::EXAMPLES, &mut page)?;
    main.render_version_section(&mut page)?;
    Ok(page)
}

/// Each command with its options, those below others too.
fn commands(command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    let shown = |command: &&Command| !command.is_hide_set() && command.get_name() != "help";
    for one in command.get_subcommands().filter(shown) {
        let mut roff = Roff::new();
        let name = one.get_bin_name().unwrap_or(one.get_name()).to_uppercase();
        roff.control("SH", [name.as_str()]);
        let about = one.get_about().map(ToString::to_string).unwrap_or_default();
        roff.text([roman(about)]);
        roff.to_writer(page)?;
        let man = Man::new(one.clone());
        let mut options = Vec::new();
        man.render_options_section(&mut options)?;
        // A part of the command's section, not one of its own.
        let options = String::from_utf8_lossy(&options).replace(".SH OPTIONS", ".SS Options");
        page.extend(options.into_bytes());
        commands(one, page)?;
    }
    Ok(())
}

/// A section of lines as they are.
fn section(title: &str, text: &str, page: &mut Vec<u8>) -> io::Result<()> {
    let mut roff = Roff::new();
    roff.control("SH", [title]).control("nf", []);
    for line in text.lines() {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
    roff.to_writer(page)
}

fn keys(page: &mut Vec<u8>) -> io::Result<()> {
    let mut roff = Roff::new();
    roff.control("SH", ["KEYS"]);
    for row in ACTIONS {
        let panes: Vec<&str> = row.panes.iter().map(|pane| pane.name()).collect();
        let place = match panes.len() == Pane::ALL.len() {
            true => "everywhere".to_owned(),
            false => panes.join(", "),
        };
        roff.control("TP", []);
        roff.text([bold(row.keys.join("  ")), roman(format!("  ({}; {place})", row.name))]);
        roff.text([roman(row.help)]);
    }
    roff.to_writer(page)
}

fn files(page: &mut Vec<u8>) -> io::Result<()> {
    let mut roff = Roff::new();
    roff.control("SH", ["FILES"]);
    for (file, what) in [
        ("~/.config/entrail/config.toml", "Keys, working week, saved views and what is watched."),
        (
            "~/.local/state/entrail/filters",
            "The last filters that were typed on the screen, for each place.",
        ),
        ("~/.cache/entrail/index", "Indexes of large files, for the next open."),
    ] {
        roff.control("TP", []);
        roff.text([bold(file)]);
        roff.text([roman(what)]);
    }
    roff.to_writer(page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::field::FIELDS;

    #[test]
    fn the_page_has_every_command_field_and_action() {
        let page = String::from_utf8(page().expect("written")).expect("UTF-8");
        let plain = page.replace("\\-", "-").replace("\\&", "").replace("\\*(Aq", "'");
        for command in line::whole().get_subcommands().filter(|one| !one.is_hide_set()) {
            let title = format!(".SH \"ENTRAIL {}\"", command.get_name().to_uppercase());
            assert!(plain.contains(&title), "{title}");
        }
        for field in FIELDS {
            assert!(plain.contains(field.help), "{}", field.name);
        }
        for row in ACTIONS {
            assert!(plain.contains(row.name), "{}", row.name);
        }
        // Nothing of a text is read as a request.
        assert!(page.lines().filter(|line| line.starts_with('.')).all(|line| {
            [
                ".SH", ".SS", ".TP", ".TH", ".PP", ".RS", ".RE", ".nf", ".fi", ".ie", ".el", ".br",
                ".IP",
            ]
            .iter()
            .any(|known| line.starts_with(known))
        }));
    }
}
