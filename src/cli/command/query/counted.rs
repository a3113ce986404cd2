//! `entrail query --by` and `--count` of records that a place counts itself, without handing them over.
//! Never mixes counts: either all records are counted there, or all are loaded.

use std::io::{self, BufWriter, Write as _};
use std::sync::Arc;

use anyhow::bail;
use tokio_util::sync::CancellationToken;

use super::arguments::{Arguments, CountedBy};
use super::{Searched, context};
use crate::cli::standard::out;
use crate::cli::{Outcome, prompt, tell};
use crate::export::count_groups;
use crate::place::{Cost, Counted, News, Place, Uncounted};
use crate::query::Query;
use crate::query::summarize::Counting;
use crate::text::{clean, thousands};

/// Counts where the records are. `None` where they have to be loaded, which is told where a place was asked.
pub(super) fn counted(
    arguments: &Arguments,
    query: &Query,
    searched: &Searched,
) -> anyhow::Result<Option<Outcome>> {
    let forced = arguments.counted_by == CountedBy::Place;
    let is_count = arguments.count || arguments.by.is_some();
    if !is_count && arguments.counted_by != CountedBy::Auto {
        bail!("--counted-by says who counts: give --by or --count with it");
    }
    if !is_count || arguments.counted_by == CountedBy::Entrail {
        return Ok(None);
    }
    let places = &searched.together.places;
    let Some((place, noun)) = places.iter().find_map(|place| Some((place, place.counts()?))) else {
        anyhow::ensure!(!forced, "--counted-by place: no place was named that counts its records");
        return Ok(None);
    };
    let why = if places.len() > 1 {
        Some("records of several places are told apart here".to_owned())
    } else if searched.is_whole {
        Some("a case or an index needs the records themselves".to_owned())
    } else {
        None
    };
    let why = match why {
        Some(why) => why,
        None => match ask(arguments, query, place) {
            Ok(counted) => {
                let Cost { requests, bytes } = counted.cost;
                tell(&format!(
                    "entrail: counted by {noun} ({requests} requests, {} bytes)",
                    thousands(bytes)
                ));
                return write(arguments, &counted).map(Some);
            }
            Err(Uncounted::Inexact(why) | Uncounted::Failed(why)) => why,
            Err(Uncounted::Stopped) => "it was stopped".to_owned(),
        },
    };
    let why = clean(&why).into_owned();
    anyhow::ensure!(!forced, "--counted-by place: {noun} does not count this: {why}");
    tell(&format!("entrail: {noun} does not count this: {why}; loading the records"));
    Ok(None)
}

fn ask(arguments: &Arguments, query: &Query, place: &Arc<dyn Place>) -> Result<Counted, Uncounted> {
    let counting = Counting {
        query: query.clone(),
        context: context(),
        by: arguments.by.into_iter().collect(),
        step: None,
    };
    let mut told = |news| {
        if let News::Prompt(Some(asked)) = news {
            tell(&prompt::text(&asked));
        }
    };
    place.count(&counting, &mut told, &CancellationToken::new())
}

fn write(arguments: &Arguments, counted: &Counted) -> anyhow::Result<Outcome> {
    let limit = arguments.limit.unwrap_or(usize::MAX);
    let records = counted.records();
    let mut out = BufWriter::new(out());
    let written = match arguments.by {
        Some(field) => count_groups(counted, field).write(limit, &mut out),
        None => writeln!(out, "{}", records.min(limit as u64)),
    };
    written.and_then(|()| out.flush()).map_err(|error: io::Error| error)?;
    Ok(Outcome::found(records > 0 && limit > 0))
}
