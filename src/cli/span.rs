//! The span of time that the arguments and the query ask a place for.
//! Never reads the clock: what time it is is handed in.

use anyhow::Context as _;

use super::parse_query;
use crate::query::push_down::by_time;
use crate::query::{self, when};
use crate::text::clean;
use crate::time::{TICKS_PER_SECOND, TimeRange, Timestamp, Window};

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
    /// From when until when, UTC: until now at the latest.
    pub(super) window: Window,
    /// The same without an end where none was asked for.
    pub(super) range: TimeRange,
    /// Does it end at a time that was asked for?
    pub(super) is_ended: bool,
    /// Was nothing said of its beginning?
    pub(super) is_usual: bool,
    /// What `--since` and `--until` ask for, as a query; empty where they ask for nothing.
    pub(super) filter: String,
}

impl RequestedSpan {
    /// The span by a clock that says `now`. Fails where a time is none, or nothing lies in it.
    pub(super) fn at(&self, now: Timestamp) -> anyhow::Result<Span> {
        let context = query::Context { now, around: None };
        let (of_query, _) = by_time(&self.query, &context);
        let unknown = |option: &str, text: &str| {
            let way = when::way_out(text)
                .unwrap_or_else(|| "write 2026-11-01, 2026-11-01T14, last-24h".to_owned());
            format!("{option} `{}` names no time; {way}", clean(text))
        };
        let since = (self.since.as_ref())
            .map(|text| when::since(text, &context).with_context(|| unknown("--since", text)));
        let until = (self.until.as_ref())
            .map(|text| when::until(text, &context).with_context(|| unknown("--until", text)));
        let (since, until) = (since.transpose()?, until.transpose()?);
        let asked = [until, of_query.end].into_iter().flatten().min();
        // Records that happen while it is asked are asked for too.
        let latest = now.plus(TICKS_PER_SECOND);
        let is_usual = since.is_none() && of_query.start.is_none();
        let usual = || {
            let until = asked.map_or(now, |asked| asked.min(now));
            when::since(DEFAULT_SINCE, &query::Context { now: until, around: None })
        };
        let start =
            since.max(of_query.start).or_else(usual).context("--since names no beginning")?;
        let end = asked.unwrap_or(latest).min(latest);
        anyhow::ensure!(
            start < end,
            "nothing lies between {start} and {end}: see --since, --until"
        );
        let mut filter: Vec<String> = Vec::new();
        filter.extend(since.map(|since| format!("time>={since}")));
        filter.extend(until.map(|until| format!("time<{until}")));
        Ok(Span {
            window: Window { start, end },
            range: TimeRange { start: Some(start), end: asked },
            is_ended: asked.is_some_and(|asked| asked <= latest),
            is_usual,
            filter: filter.join(" "),
        })
    }
}

impl Span {
    /// What `--since`, `--until` and a query ask for together; empty where they ask for nothing.
    pub(super) fn narrowed(&self, own: query::Query) -> anyhow::Result<String> {
        let span = parse_query(&self.filter)?;
        let both = match own.expression {
            Some(own) => span.and(own),
            None => span,
        };
        Ok(both.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_two_conditions_let_in_what_lay_outside_of_the_span() {
        let query = |text: &str| query::Query::parse(text).expect("a query");
        let now = Timestamp::parse("2026-11-20T12:00:00Z").expect("a time");
        let narrowed = |since: Option<&str>, own: &str| {
            let (query, since) = (query(own), since.map(str::to_owned));
            let span = RequestedSpan { query: query.clone(), since, until: None }.at(now);
            span.and_then(|span| span.narrowed(query)).expect("a filter")
        };
        let or = "actor:eve OR actor:ada";
        let since = "time>=2026-11-03T00:00:00Z";
        assert_eq!(narrowed(Some("2026-11-03"), or), format!("{since} ({or})"));
        assert_eq!(narrowed(None, or), or);
        assert_eq!(narrowed(Some("2026-11-03"), ""), since);
        assert_eq!(narrowed(None, ""), "");
    }

    fn span(since: Option<&str>, until: Option<&str>, query: &str) -> anyhow::Result<[String; 3]> {
        let query = query::Query::parse(query).expect("a query");
        let [since, until] = [since, until].map(|text| text.map(str::to_owned));
        let now = Timestamp::parse("2026-11-20T12:00:00Z").expect("a time");
        let Span { range, filter, .. } = RequestedSpan { query, since, until }.at(now)?;
        let short = |time: Option<Timestamp>| time.map_or(String::new(), |time| time.to_string());
        Ok([short(range.start), short(range.end), filter])
    }

    #[test]
    fn without_a_word_it_is_the_last_seven_days() {
        let week = ["2026-11-13T12:00:00Z", "", ""].map(str::to_owned);
        assert_eq!(span(None, None, "").expect("a span"), week);
        assert_eq!(span(None, None, "result=failure").expect("a span"), week);
    }

    #[test]
    fn what_is_asked_for_is_what_is_kept() {
        let [start, end, filter] =
            span(Some("2026-03-01"), Some("2026-03-02"), "").expect("a span");
        assert_eq!((&*start, &*end), ("2026-03-01T00:00:00Z", "2026-03-03T00:00:00Z"));
        assert_eq!(filter, "time>=2026-03-01T00:00:00Z time<2026-03-03T00:00:00Z");
        // An end alone is that of seven days, not of those before now.
        let [start, end, _] = span(None, Some("2026-03-08"), "").expect("a span");
        assert_eq!((&*start, &*end), ("2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z"));
        let [start, end, _] = span(None, None, "time>=2025 time<2026-02 role").expect("a span");
        assert_eq!((&*start, &*end), ("2025-01-01T00:00:00Z", "2026-02-01T00:00:00Z"));
        assert!(span(Some("2026-03-02"), Some("2026-03-01"), "").is_err());
        assert!(span(Some("soon"), None, "").is_err());
    }
}
