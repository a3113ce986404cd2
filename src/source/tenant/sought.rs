//! A query as a tenant is asked for it, and what it would have to ask for that did not come.
//! Never asks anything, and never says that something came before it did.

use url::Url;

use super::super::came::{Came, window};
use super::super::graph::Request;
use super::super::graph::logs::Log;
use crate::query::plan::Part;
use crate::query::push_down::{Names, PushDown, push_down};
use crate::query::{Context, Query};
use crate::time::{TICKS_PER_SECOND, Timestamp, Window};

/// Ticks for which Entra keeps logs, with a licence, and a day more for what is deleted late. Source:
/// Microsoft Entra, "Data retention of activity reports".
const KEPT: i64 = 31 * 24 * 3_600 * TICKS_PER_SECOND;

/// A query as a tenant is asked for it, beside the span of time.
#[derive(Clone, Debug, Default)]
pub struct Sought {
    /// The query.
    pub query: Query,
    /// Are names compared by Graph?
    pub names: Names,
}

/// Tells what a request asks of Graph and what stays here, line by line; not cleaned.
pub fn explained(
    request: &Request,
    parted: &[(&'static Log, PushDown)],
    base: &Url,
) -> Vec<String> {
    let Window { start, end } = request.window;
    let mut lines = vec![format!("from {start} until {end}, asked of Graph")];
    lines.extend(request.notes.iter().cloned());
    for ((log, parted), (_, address)) in parted.iter().zip(request.addresses(base)) {
        lines.extend([String::new(), log.name.to_owned()]);
        lines.extend(parted.parts.iter().map(|(part, how)| match how {
            Part::Exact => format!("  Graph evaluates    {part}"),
            Part::AsWritten => {
                format!("  Graph evaluates    {part}   (as written: other spellings are missing)")
            }
            Part::Inexact(why) => {
                format!("  entrail evaluates  {part}   (Graph evaluates a part of it: {why})")
            }
            Part::Here(why) => format!("  entrail evaluates  {part}   ({why})"),
        }));
        lines.push(format!("  GET {address}"));
    }
    lines
}

/// What would have to be asked for.
#[derive(Debug)]
pub struct Wanting {
    /// The span of time.
    pub window: Window,
    /// The query for each log.
    pub parted: Vec<(&'static Log, PushDown)>,
}

impl Sought {
    /// The conditions that Graph was asked to leave records out by.
    pub fn narrowed(&self, now: Timestamp, logs: &[&'static Log]) -> Vec<String> {
        let mut narrowed = Vec::new();
        for log in logs {
            // The span of time is told apart.
            let rest = self.parted(now, log).rest;
            let rest = Self { query: Query::parse(&rest).unwrap_or_default(), ..self.clone() };
            for (condition, how) in rest.parted(now, log).parts {
                if !matches!(how, Part::Here(_)) && !narrowed.contains(&condition) {
                    narrowed.push(condition);
                }
            }
        }
        narrowed
    }

    fn parted(&self, now: Timestamp, log: &Log) -> PushDown {
        let context = Context { now, around: None };
        push_down(&self.query, &context, log.endpoint(), self.names)
    }

    /// What of it did not come, of these logs, where `first` is the span that was asked for at first.
    pub fn wanting(
        &self,
        came: &Came,
        first: (Window, bool),
        logs: &[&'static Log],
        now: Timestamp,
    ) -> Option<Wanting> {
        let parted: Vec<_> = logs.iter().map(|log| (*log, self.parted(now, log))).collect();
        let (_, PushDown { time, parts, .. }) = parted.first()?;
        let window = window(*time, first, Some(now.plus(-KEPT)), now)?;
        let conditions: Vec<String> =
            parts.iter().map(|(condition, _)| condition.clone()).collect();
        (!came.has(window, &conditions)).then_some(Wanting { window, parted })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::graph::logs::find;
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect(text)
    }

    fn sought(query: &str) -> Sought {
        Sought { query: Query::parse(query).expect(query), names: Names::Pushed }
    }

    /// What is wanted of a query where that window and query came, as a span of days and hours.
    fn wanting(came_with: &str, is_ended: bool, query: &str) -> Option<(String, String)> {
        let logs = [find("audit").expect("a log")];
        let window = Window { start: at("2026-11-10"), end: at("2026-11-20") };
        let came = Came::default();
        came.add(window, sought(came_with).narrowed(window.end, &logs));
        let now = at("2026-11-20T12:00:00Z");
        let wanting = sought(query).wanting(&came, (window, is_ended), &logs, now)?;
        let short = |time: Timestamp| time.to_rfc3339()[5..13].to_owned();
        Some((short(wanting.window.start), short(wanting.window.end)))
    }

    #[test]
    fn only_what_did_not_come_is_asked_for() {
        let span = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        for inside in
            ["", "role", "time>=2026-11-12", "time>=2026-11-10 time<2026-11-20", "time<2026-11-15"]
        {
            assert_eq!(wanting("", false, inside), None, "{inside}");
        }
        assert_eq!(wanting("", false, "time>=2026-11-05 role"), span("11-05T00", "11-20T00"));
        assert_eq!(
            wanting("", false, "time>=2026-11-05 time<2026-11-07"),
            span("11-05T00", "11-07T00")
        );
        // Entra keeps no more, and nothing lies before that.
        assert_eq!(wanting("", false, "time>=2025-01-01"), span("10-20T12", "11-20T00"));
        assert_eq!(wanting("", false, "time<2025-01-01"), None);
        // What is still to come is for following, unless the load had an end.
        assert_eq!(wanting("", false, "time>=2026-11-19 time<2026-12-01"), None);
        assert_eq!(wanting("", true, "time>=2026-11-19"), span("11-19T00", "11-20T12"));
    }

    #[test]
    fn what_graph_left_out_is_asked_for_when_the_filter_no_longer_says_so() {
        let whole = Some(("11-10T00".to_owned(), "11-20T00".to_owned()));
        let came = "activity=\"Add user\" time>=2026-11-10 role";
        assert_eq!(wanting(came, false, "activity=\"Add user\" actor:kim"), None);
        assert_eq!(wanting(came, false, "role"), whole);
        assert_eq!(wanting(came, false, ""), whole);
        // What entrail evaluated itself left nothing out.
        assert_eq!(wanting("role", false, ""), None);
    }
}
