//! `--account`: what became of everything in each input.
//! Never reads records for anything else.

use std::io::{BufWriter, Write as _};

use super::Outcome;
use super::arguments::IndexArguments;
use super::load::{self, Loaded};
use super::named::PlaceArguments;
use super::place::Asked;
use super::standard::out;
use crate::export;
use crate::record::wanted::Wanted;
use crate::source::Load;
use crate::text::thousands;

/// Writes what became of everything in each input.
pub(super) fn run(places: &PlaceArguments, index: IndexArguments) -> anyhow::Result<Outcome> {
    if let Some(outcome) = places.answered()? {
        return Ok(outcome);
    }
    let loaded = load::load(Load {
        places: load::searched(false, places, &Asked::of_screen())?.places,
        cache: index.cache(),
        unwanted: None,
        wanted: Wanted::NOTHING,
        date_order: index.date_order(),
    });
    written(&loaded, None)
}

/// Writes what became of everything in the inputs of a load, and how many records match where that was asked for.
pub(super) fn written(loaded: &Loaded, matching: Option<usize>) -> anyhow::Result<Outcome> {
    if loaded.has_no_room() {
        return Ok(Outcome::Failed);
    }
    let mut out = BufWriter::new(out());
    for line in export::input_total_lines(loaded.totals(), &loaded.store) {
        writeln!(out, "{line}")?;
    }
    if let Some(matching) = matching {
        writeln!(out, "{:>14}  records match the query", thousands(matching as u64))?;
    }
    out.flush()?;
    Ok(if loaded.is_failure() { Outcome::Failed } else { loaded.outcome(true, 0) })
}
