//! The span of time that the arguments and the query ask a service for.
//! Never reads the clock: what time it is is handed in.

use anyhow::Context as _;

use crate::query::push_down::{Endpoint, Names, push_down};
use crate::query::{self, when};
use crate::text::clean;
use crate::time::{TICKS_PER_SECOND, Timestamp, Window};

/// How far back is asked where nothing is said: Entra Free keeps no more.
const DEFAULT_SINCE: &str = "last-7d";

/// The span of time that is asked for, whatever time it is.
pub(super) struct RequestedSpan {
    /// The query, which may say a time.
    pub(super) query: query::Query,
    /// From when, as it was given.
    pub(super) since: Option<String>,
    /// Until when, as it was given.
    pub(super) until: Option<String>,
}

/// That span, when it is some time.
pub(super) struct Span {
    /// From when until when, UTC.
    pub(super) window: Window,
    /// Does it end at a time that was asked for?
    pub(super) is_ended: bool,
}

impl RequestedSpan {
    /// The span by a clock that says `now`. Fails where a time is none, or nothing lies in it.
    pub(super) fn at(&self, now: Timestamp) -> anyhow::Result<Span> {
        let context = query::Context { now, around: None };
        let asked = push_down(&self.query, &context, Endpoint::Audits, Names::Kept).time;
        let unknown = |option: &str, text: &str| {
            let way = when::way_out(text)
                .unwrap_or_else(|| "write 2026-11-01, 2026-11-01T14, last-24h".to_owned());
            format!("{option} `{}` names no time; {way}", clean(text))
        };
        let since = match (&self.since, asked.start) {
            (Some(text), _) => {
                Some(when::since(text, &context).with_context(|| unknown("--since", text))?)
            }
            (None, Some(start)) => Some(start),
            (None, None) => when::since(DEFAULT_SINCE, &context),
        };
        let until = match &self.until {
            Some(text) => {
                Some(when::until(text, &context).with_context(|| unknown("--until", text))?)
            }
            None => None,
        };
        // Records that happen while it is asked are asked for too.
        let latest = now.plus(TICKS_PER_SECOND);
        let start = since.max(asked.start).context("--since names no beginning")?;
        let until = [until, asked.end].into_iter().flatten().min();
        let end = until.unwrap_or(latest).min(latest);
        anyhow::ensure!(
            start < end,
            "nothing lies between {start} and {end}: see --since, --until"
        );
        let is_ended = until.is_some_and(|asked| asked <= latest);
        Ok(Span { window: Window { start, end }, is_ended })
    }
}
