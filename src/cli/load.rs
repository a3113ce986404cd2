//! Loading for the command line: everything is read, troubles are told on standard error.
//! Never writes to standard output.

use std::collections::HashSet;
use std::sync::Arc;

use super::arguments::IndexArguments;
use super::named::{PlaceArguments, Together};
use super::place::Asked;
use super::{Outcome, prompt, tell};
use crate::place::refusal::Cause;
use crate::place::{Position, Trouble};
use crate::source::{self, Delivery, IndexWriting, InputTotals, Load, Summary, local};
use crate::store::Store;
use crate::text::clean;

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

/// Loads all of every record to be searched as a whole; `None` where nothing in what was given could be
/// read, which was told. Fails where a place was asked for a part of its records only: what is missing of
/// a sequence would be told as missing.
pub(super) fn everything(
    demo: bool,
    named: &PlaceArguments,
    index: IndexArguments,
) -> anyhow::Result<Option<Loaded>> {
    let together = searched(demo, named, &Asked::of_screen())?;
    if let Some(place) = together.partly_asked(named) {
        anyhow::bail!(
            "--query: {} would be searched in part, and what is left out be missed; leave --query out \
             (--log, --since and --until choose what is read)",
            clean(place)
        );
    }
    together.tell_usual_spans();
    let (places, cache) = (together.places, index.cache());
    let loaded = load(Load { places, cache, date_order: index.date_order(), ..Load::default() });
    if loaded.is_failure() {
        loaded.tell_summary(0);
        return Ok(None);
    }
    Ok(Some(loaded))
}

/// What to search in: the demo tenant, what was named, or standard input when something is piped in. Fails
/// where there is none of them, or two.
pub(super) fn searched(
    demo: bool,
    named: &PlaceArguments,
    asked: &Asked,
) -> anyhow::Result<Together> {
    match demo {
        true if named.is_empty() => Ok(vec![local::demo()].into()),
        true => anyhow::bail!("--demo is a place of its own; leave it out, or the places"),
        false => named.searched(asked),
    }
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
