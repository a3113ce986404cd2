//! What the arguments ask of Microsoft Graph: logs, a span of time, and the part of a query it evaluates.
//! Never asks it.

use url::Url;

use super::GraphArguments;
use crate::cli::arguments::RangeArguments;
use crate::cli::logs::Chosen;
use crate::cli::span::{self, RequestedSpan};
use crate::query;
use crate::query::plan::Part;
use crate::query::push_down::{Names, PushDown, asks_for_now, push_down};
use crate::source::graph::logs::{LOGS, Log, find};
use crate::source::graph::{Request, Span};
use crate::source::tenant::{Sought, explained};
use crate::time::{TICKS_PER_SECOND, Timestamp, Window};

/// What is asked of Graph, and what stays here.
pub(in crate::cli) struct GraphRequest {
    pub(in crate::cli) request: Request,
    /// Does it end at a time that was asked for?
    pub(in crate::cli) is_ended: bool,
    /// Was nothing said of its beginning?
    pub(in crate::cli) is_usual: bool,
    /// The query without its span of time; empty: none. What depends on the time it is asked at has
    /// that in it.
    pub(in crate::cli) question: String,
    /// What the request is made of.
    pub(in crate::cli) sought: Sought,
    /// For each log.
    parted: Vec<(&'static Log, PushDown)>,
}

impl GraphRequest {
    /// Parts the query and finds the span of time.
    pub(in crate::cli::place) fn new(
        range: &GraphArguments,
        query: &query::Query,
    ) -> anyhow::Result<Self> {
        let now = crate::runtime::now();
        let context = query::Context { now, around: None };
        let names = if range.push_names { Names::Pushed } else { Names::Kept };
        let mut parted = Vec::new();
        let chosen = Chosen::new(&range.log, find, LOGS.iter().map(|log| log.name))?;
        let (logs, optional) = chosen.among(LOGS);
        for &log in &logs {
            parted.push((log, push_down(query, &context, log.endpoint(), names)));
        }
        let sought = Sought { query: query.clone(), names };
        let asked = KeptSpan::new(range, query.clone());
        let bounds = asked.at(now)?;
        let span = Span::new(move |now| match asked.at(now) {
            Ok(Bounds { window, .. }) => window,
            // By Graph's clock it has not begun.
            Err(_) => Window { start: now, end: now },
        });
        let mut request = Request::new(logs, bounds.window);
        request.span = Some(span);
        request.optional = optional.iter().map(|log| log.name).collect();
        request.notes.extend(bounds.note());
        request.notes.extend(as_written(&parted));
        for (log, parted) in &parted {
            if let Some(filter) = &parted.filter {
                request.filters.insert(log.name, filter.clone());
            }
        }
        let mut question = parted.first().map_or(String::new(), |(_, parted)| parted.rest.clone());
        if asks_for_now(query) {
            question = format!("{question} (at {now})");
        }
        let Bounds { is_ended, is_usual, .. } = bounds;
        Ok(Self { request, is_ended, is_usual, question, sought, parted })
    }

    /// Says what is asked of Graph, what is evaluated here, and the requests, line by line; not cleaned.
    pub(in crate::cli) fn explanation(&self, base: &Url) -> Vec<String> {
        let mut lines = explained(&self.request, &self.parted, base);
        lines.push(String::new());
        let how = "What does not fit into one answer is asked for in slices, each with its own times. Now \
                   is what Graph's clock says.";
        lines.push(how.to_owned());
        lines
    }
}

/// What is told of names that are pushed as they are written: what comes may not be all.
fn as_written(parted: &[(&'static Log, PushDown)]) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for (part, how) in parted.iter().flat_map(|(_, parted)| &parted.parts) {
        if *how == Part::AsWritten && !parts.contains(&part.as_str()) {
            parts.push(part);
        }
    }
    (!parts.is_empty()).then(|| {
        format!(
            "Graph compares {} as written (--push-names): records that spell a name otherwise, as \
             after a renaming, are missing",
            parts.join(" ")
        )
    })
}

/// Days for which Entra keeps audit and sign-in logs, with a licence. Source: Microsoft Entra, "Data
/// retention of activity reports".
const RETENTION: i64 = 30;
/// Ticks of a day.
const DAY: i64 = 24 * 3_600 * TICKS_PER_SECOND;

/// The span of time that is asked for, as far as Entra keeps it.
struct KeptSpan {
    asked: RequestedSpan,
    /// Also beyond that?
    beyond: bool,
}

/// That span, when it is some time.
struct Bounds {
    window: Window,
    /// Does it end at a time that was asked for?
    is_ended: bool,
    /// Was nothing said of its beginning?
    is_usual: bool,
    /// What was asked for that Entra does not keep: from when on, and whether that is left out.
    forgotten: Option<(Timestamp, bool)>,
}

impl KeptSpan {
    fn new(arguments: &GraphArguments, query: query::Query) -> Self {
        let GraphArguments { range: RangeArguments { since, until, .. }, beyond_retention, .. } =
            arguments;
        let asked = RequestedSpan { query, since: since.clone(), until: until.clone() };
        Self { asked, beyond: *beyond_retention }
    }

    /// The span by a clock that says `now`. Fails where a time is none, or nothing lies in it.
    fn at(&self, now: Timestamp) -> anyhow::Result<Bounds> {
        let span::Span { window: Window { mut start, end }, is_ended, is_usual, .. } =
            self.asked.at(now)?;
        // A day more, for what is deleted late.
        let kept = now.plus(-(RETENTION + 1) * DAY);
        let forgotten = (start < kept).then_some((start, !self.beyond && end > kept));
        if let Some((_, true)) = forgotten {
            start = kept;
        }
        Ok(Bounds { window: Window { start, end }, is_ended, is_usual, forgotten })
    }
}

impl Bounds {
    /// What is told of records that Entra has forgotten.
    fn note(&self) -> Option<String> {
        let (asked, is_cut) = self.forgotten?;
        let keeps = format!("Entra keeps {RETENTION} days of logs, 7 without a P1 or P2 licence");
        Some(match is_cut {
            true => format!(
                "{keeps}: asked for from {}, not from {asked}; --beyond-retention asks for all",
                self.window.start
            ),
            false => format!("{keeps}: what is older, from {asked} on, is probably gone"),
        })
    }
}
