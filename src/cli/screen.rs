//! Opening the screen: what is wrong with the arguments is told before it opens.
//! Never draws anything.

use std::io::{IsTerminal as _, stdin, stdout};
use std::path::{Path, PathBuf};

use super::arguments::{IndexArguments, ScreenArguments};
use super::named::{PlaceArguments, Together, is_blobs, is_stdin, places};
use super::place::Asked;
use super::{Outcome, line, parse_query, profiles};
use crate::config::Configuration;
use crate::config::cases;
use crate::runtime::cases::NamedCase;
use crate::runtime::{self, Ended, Start};
use crate::source::Load;
use crate::text::nearby::{did_you_mean, nearest};

/// Opens the screen on what was named; on the catalogue where that is nothing.
pub(super) fn open(
    named: &PlaceArguments,
    index: IndexArguments,
    screen: &ScreenArguments,
) -> anyhow::Result<Outcome> {
    if let Some(outcome) = named.answered()? {
        return Ok(outcome);
    }
    // Something is piped in and nothing else was named.
    let piped = named.is_empty() && !stdin().is_terminal();
    let together = match piped {
        true => places(&[PathBuf::from("-")])?.into(),
        false => {
            // What is wrong with a file stops no place.
            if named.named.is_empty() {
                check(&named.paths)?;
            }
            named.open(&Asked::of_screen())?
        }
    };
    let filter = together.filter_of_screen();
    let Together { places, origin, name, .. } = together;
    let mut screen = screen.clone();
    // What the services were not asked for is asked of the records that came.
    if screen.filter.is_none() && !filter.is_empty() {
        screen.filter = Some(filter.to_string());
    }
    let name = if named.named.is_empty() { called(&named.paths, piped) } else { name };
    let (cache, date_order) = (index.cache(), index.date_order());
    let load = Load { places, cache, date_order, ..Load::default() };
    start(load, Opened { name, origin }, &screen)
}

/// What is opened, in words.
pub(super) struct Opened {
    /// Its name in the first line.
    pub(super) name: String,
    /// Where the records come from, line by line.
    pub(super) origin: Vec<String>,
}

/// Opens the screen on a load.
pub(super) fn start(
    load: Load,
    opened: Opened,
    screen: &ScreenArguments,
) -> anyhow::Result<Outcome> {
    let Opened { name, origin } = opened;
    if let Some(query) = &screen.filter {
        parse_query(query)?;
    }
    let case = match &screen.case {
        Some(path) => {
            let kept = cases::read(path).map_err(anyhow::Error::msg)?;
            Some(NamedCase { path: path.clone(), kept })
        }
        None => None,
    };
    anyhow::ensure!(
        stdout().is_terminal(),
        "the screen needs a terminal; to write to a file or pipe use: entrail query QUERY PATH"
    );
    let filter = screen.filter.clone().unwrap_or_default();
    let palette = screen.theme;
    let Configuration { keymap, watch, preferences, .. } = configuration()?;
    let ascii = screen.ascii;
    let start =
        Start { load, name, origin, watch, filter, case, ascii, palette, keymap, preferences };
    let ended = runtime::run(start)?;
    Ok(match ended {
        Ended::Left => Outcome::Found,
        Ended::Signal(number) => Outcome::Signal(number),
    })
}

/// What the configuration file says; fails with all that is wrong in it.
pub(super) fn configuration() -> anyhow::Result<Configuration> {
    let checked = crate::config::configuration().and_then(|configuration| {
        let mistakes = line::mistakes(&configuration.named.profiles);
        if mistakes.is_empty() { Ok(configuration) } else { Err(mistakes) }
    });
    checked.map_err(|mistakes| {
        let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("the configuration has to be put right first\n{}", lines.join("\n"))
    })
}

/// What the screen calls paths that are open.
fn called(paths: &[PathBuf], piped: bool) -> String {
    match paths {
        [] if piped => "standard input".to_owned(),
        [] => String::new(),
        [path] if is_stdin(path) => "standard input".to_owned(),
        [path] if is_blobs(path) => path.display().to_string(),
        [path] => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        many => format!("{} paths", many.len()),
    }
}

/// May something be there? Patterns and standard input are only known when they are read.
fn may_exist(path: &Path) -> bool {
    let pattern = path.to_string_lossy().contains(['*', '?', '[']);
    is_stdin(path) || pattern || is_blobs(path) || path.symlink_metadata().is_ok()
}

/// Fails where none of the paths exists, and where the first looks like a mistyped command.
fn check(paths: &[PathBuf]) -> anyhow::Result<()> {
    let Some(first) = paths.first().filter(|path| !may_exist(path)) else { return Ok(()) };
    let shown = first.display();
    if let Some(why) = profiles::unknown(first).filter(|why| why.contains('\n')) {
        anyhow::bail!("{why}");
    }
    let command = line::whole();
    let profiles = profiles::all().iter().map(|profile| profile.name.as_str());
    let names: Vec<&str> =
        command.get_subcommands().map(clap::Command::get_name).chain(profiles).collect();
    let word = first.to_str().filter(|word| !word.contains(['/', '\\', '.']));
    if let Some(meant) = word.and_then(|word| nearest(word, names)) {
        let meant = did_you_mean(&[format!("entrail {meant}")]);
        anyhow::bail!("there is no file and no command `{shown}`; {meant}");
    }
    anyhow::ensure!(
        paths.iter().any(|path| may_exist(path)),
        "{shown}: there is no such file or folder"
    );
    Ok(())
}
