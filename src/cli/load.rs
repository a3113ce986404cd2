//! Loading for the command line: everything is read, troubles are told on standard error.
//! Never writes to standard output.

use std::collections::HashSet;
use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::arguments::IndexArguments;
use super::standard::closed;
use super::{Outcome, prompt, storage, tell};
use crate::place::refusal::Cause;
use crate::place::{Places, Position, Trouble};
use crate::source::storage::address;
use crate::source::{self, Delivery, IndexWriting, InputTotals, Load, Summary, local};
use crate::store::Store;

/// Troubles that are told one by one; the others are counted.
const MOST_TOLD: u64 = 10;

/// What was loaded.
pub(super) struct Loaded {
    /// The records.
    pub(super) store: Store,
    summary: Summary,
    files_lost: u64,
    /// The index that is being written while the records are used; it goes last.
    _writing: IndexWriting,
}

/// Where records come from when these paths are given, in their order; `-` is standard input, `az://…`
/// blobs. Files and folders that stand side by side are one place. Fails where blobs cannot be named so.
pub(super) fn places(paths: Vec<PathBuf>) -> anyhow::Result<Places> {
    let mut places = Places::new();
    let mut files = Vec::new();
    for path in paths {
        if !is_stdin(&path) && !is_pipe(&path) && !is_blobs(&path) {
            files.push(path);
            continue;
        }
        if !files.is_empty() {
            places.push(local::files(std::mem::take(&mut files)));
        }
        places.push(match () {
            () if is_stdin(&path) => local::standard_input(),
            () if is_blobs(&path) => storage::blobs(&path)?,
            () => local::pipe(path),
        });
    }
    if !files.is_empty() {
        places.push(local::files(files));
    }
    Ok(places)
}

/// Does it name blobs?
pub(super) fn is_blobs(path: &Path) -> bool {
    path.to_str().is_some_and(address::is_one)
}

/// Does it stand for standard input?
pub(super) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn is_pipe(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir())
}

/// What to search in: the demo tenant, these paths, or standard input when something is piped in.
/// Fails where there is none of them.
pub(super) fn searched(demo: bool, paths: &[PathBuf]) -> anyhow::Result<Places> {
    if demo {
        return Ok(vec![local::demo()]);
    }
    if !paths.is_empty() {
        let is_open = !closed().input || !paths.iter().any(|path| is_stdin(path));
        anyhow::ensure!(is_open, "-: standard input is closed; give a file, or pipe records in");
        return places(paths.to_vec());
    }
    if closed().input {
        anyhow::bail!("nothing to search in: no files are given, and standard input is closed");
    }
    if !io::stdin().is_terminal() {
        return Ok(vec![local::standard_input()]);
    }
    anyhow::bail!(
        "nothing to search in: give files, folders or patterns, pipe records in, or try the \
         built-in tenant with --demo"
    )
}

/// Loads all of every record to be searched as a whole; `None` where nothing in what was given could be
/// read, which was told.
pub(super) fn everything(
    demo: bool,
    paths: &[PathBuf],
    index: IndexArguments,
) -> anyhow::Result<Option<Loaded>> {
    let (places, cache) = (searched(demo, paths)?, index.cache());
    let loaded = load(Load { places, cache, date_order: index.date_order(), ..Load::default() });
    if loaded.is_failure() {
        loaded.tell_summary(0);
        return Ok(None);
    }
    Ok(Some(loaded))
}

/// Reads everything and tells the first troubles as they come.
pub(super) fn load(load: Load) -> Loaded {
    load_telling(load, &mut tell)
}

/// Reads everything, and hands the first troubles to `tell` as they come.
pub(super) fn load_telling(load: Load, tell: &mut dyn FnMut(&str)) -> Loaded {
    let (mut store, mut summary, mut files_lost) = (Store::default(), Summary::default(), 0);
    let (mut messages, mut told) = (0, 0);
    let mut no_room = false;
    let mut partly: HashSet<Arc<str>> = HashSet::new();
    let writing = source::read_all(load, |delivery| match delivery {
        Delivery::Segment(segment) => store.push(segment),
        Delivery::Progress(_)
        | Delivery::Pulling(..)
        | Delivery::Prompt(_, None)
        | Delivery::Following(_) => {}
        // One line is enough, whatever else goes wrong for want of room.
        Delivery::Trouble(_) if no_room => {}
        Delivery::Trouble(trouble) => {
            no_room = trouble.cause == Cause::NoRoom;
            files_lost += u64::from(is_whole_file(&trouble, &mut partly));
            if messages < MOST_TOLD || no_room {
                tell(&format!("entrail: {trouble}"));
                messages += 1;
                told += trouble.times;
            }
        }
        Delivery::Prompt(_, Some(prompt)) => tell(&prompt::text(&prompt)),
        Delivery::Done(done) => summary = done,
    });
    if summary.troubles > told && !no_room {
        tell(&format!("entrail: and {} more", summary.troubles - told));
    }
    Loaded { store, summary, files_lost, _writing: writing }
}

/// Is it about a file that could not be read at all? What is said of a file as a whole after its
/// records were told one by one only sums them up.
fn is_whole_file(trouble: &Trouble, partly: &mut HashSet<Arc<str>>) -> bool {
    if trouble.place != Position::Whole {
        if !partly.contains(trouble.source.as_str()) {
            partly.insert(trouble.source.as_str().into());
        }
        return false;
    }
    trouble.lost && !partly.contains(trouble.source.as_str())
}

impl Loaded {
    /// Was there no room to read all of it, or something to read, but not one record in it could be?
    pub(super) fn is_failure(&self) -> bool {
        let summary = &self.summary;
        self.has_no_room()
            || self.store.is_empty()
                && summary.progress.duplicates == 0
                && summary.other.is_empty()
                && summary.passed_over == 0
                && summary.lost > 0
    }

    /// Was there no room to read all of it? Then what was read is no answer.
    pub(super) fn has_no_room(&self) -> bool {
        self.summary.cause == Cause::NoRoom
    }

    /// How it ended, where `found` says whether something was found and `unreadable` counts records that
    /// could not be read again.
    pub(super) fn outcome(&self, found: bool, unreadable: u64) -> Outcome {
        if unreadable > 0 || self.summary.cause >= Cause::Failing {
            return Outcome::Failed;
        }
        Outcome::found(found)
    }

    /// What became of everything in each input.
    pub(super) fn totals(&self) -> &[InputTotals] {
        &self.summary.totals
    }

    /// Tells what was lost, odd, left out or of another kind, `unreadable` being records that were
    /// found and could not be read again. Nothing where all is well.
    pub(super) fn tell_summary(&self, unreadable: u64) {
        if self.has_no_room() {
            return;
        }
        if let Some(summary) = sentence(&self.summary, self.files_lost, unreadable) {
            tell(&format!("entrail: {summary}"));
        }
    }
}

fn sentence(summary: &Summary, files_lost: u64, unreadable: u64) -> Option<String> {
    let mut parts = Vec::new();
    let mut part = |count: u64, one: &str, many: &str| match count {
        0 => {}
        1 => parts.push(format!("1 {one}")),
        count => parts.push(format!("{count} {many}")),
    };
    part(files_lost, "file could not be read", "files could not be read");
    let lost = summary.lost.saturating_sub(files_lost);
    part(lost, "record could not be read", "records could not be read");
    part(
        unreadable,
        "record was found but could not be read again",
        "records were found but could not be read again",
    );
    let odd = summary.troubles.saturating_sub(summary.lost);
    part(odd, "oddity in what was read", "oddities in what was read");
    let duplicates = summary.progress.duplicates;
    part(duplicates, "duplicate left out", "duplicates left out");
    parts.extend(summary.left_out());
    (!parts.is_empty()).then(|| parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Progress;

    #[test]
    fn the_summary_names_what_is_not_shown_and_nothing_else() {
        assert_eq!(sentence(&Summary::default(), 0, 0), None);
        let summary = Summary {
            progress: Progress { duplicates: 12, ..Progress::default() },
            other: vec![("MicrosoftGraphActivityLogs".to_owned(), 40)],
            troubles: 5,
            lost: 4,
            ..Summary::default()
        };
        assert_eq!(
            sentence(&summary, 1, 0).as_deref(),
            Some(
                "1 file could not be read, 3 records could not be read, 1 oddity in what was read, \
                 12 duplicates left out, 40 not audit activity (MicrosoftGraphActivityLogs 40)"
            )
        );
    }
}
