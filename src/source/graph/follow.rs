//! Which window is asked for next by someone who follows the logs, and how often.
//! Never asks more often than leaves others room under Graph's limit.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::pulled::Outcome;
use super::Request;
use crate::http::refused::Refused;
use crate::time::{TICKS_PER_SECOND, Timestamp, Window, ticks};

/// Longest that is looked back for records that arrive late, however quiet a log is.
const LONGEST: Duration = Duration::from_hours(24);

/// The requests that bring what has arrived since `last` ended as `outcome` says: one for each log,
/// from `overlap` before its newest record (of `newest`, and of the outcome) up to `now`. Records
/// of the overlap come again. A log without new records is asked from `overlap` before the end of
/// `last`, one that was refused for good is not asked any more.
pub fn next_windows(
    last: &Request,
    outcome: &Outcome,
    newest: &BTreeMap<&'static str, Timestamp>,
    now: Timestamp,
    overlap: Duration,
) -> Vec<Request> {
    let is_definite = |refused: &Refused| !refused.may_pass();
    let refused = |name: &str| {
        outcome.refused.iter().any(|(log, why)| *log == name && is_definite(why))
            || outcome.unlicensed.iter().any(|log| *log == name)
    };
    let last_window = outcome.window.unwrap_or(last.window);
    // What stayed unasked is asked for again.
    let is_open = |name: &str| {
        outcome.stopped.is_some() || outcome.refused.iter().any(|(log, _)| *log == name)
    };
    let next = |log: &&'static super::logs::Log| {
        let from = if is_open(log.name) { last_window.start } else { last_window.end };
        let newest =
            [newest.get(log.name), outcome.newest.get(log.name)].into_iter().flatten().max();
        let newest = newest.copied().unwrap_or(from).min(from);
        let longest = from.plus(-ticks(LONGEST));
        let start = newest.plus(-ticks(overlap)).max(longest).max(last_window.start.min(from));
        let end = now.plus(TICKS_PER_SECOND).max(start.plus(TICKS_PER_SECOND));
        let window = Window { start, end };
        Request { logs: vec![*log], window, span: None, notes: Vec::new(), ..last.clone() }
    };
    last.logs.iter().filter(|log| !refused(log.name)).map(next).collect()
}

/// How often may be asked, for `wanted` and so many logs: half of Graph's limit stays free.
pub fn least_pause(wanted: Duration, logs: usize) -> Duration {
    wanted.max(Duration::from_secs(4).saturating_mul(u32::try_from(logs).unwrap_or(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::super::logs::find;
    use reqwest::header::HeaderMap;

    use super::super::super::pulled::Stopped;
    use super::super::api::GRAPH;
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect(text)
    }

    fn last() -> Request {
        let logs = ["audit", "sign-ins"].map(|name| find(name).expect(name)).to_vec();
        let window = Window { start: at("2026-05-01"), end: at("2026-05-20T12:00:00Z") };
        Request::new(logs, window)
    }

    fn starts(outcome: &Outcome) -> Vec<(&'static str, String)> {
        let now = at("2026-05-20T12:05:00Z");
        let hour = Duration::from_hours(1);
        let requests = next_windows(&last(), outcome, &BTreeMap::new(), now, hour);
        assert!(requests.iter().all(|r| r.window.end == at("2026-05-20T12:05:01Z")));
        requests.iter().map(|r| (r.logs[0].name, r.window.start.to_rfc3339())).collect()
    }

    #[test]
    fn each_log_goes_on_before_its_newest_record() {
        let newest = BTreeMap::from([("audit", at("2026-05-20T11:58:00Z"))]);
        assert_eq!(
            starts(&Outcome { newest, ..Outcome::default() }),
            [
                ("audit", "2026-05-20T10:58:00Z".to_owned()),
                ("sign-ins", "2026-05-20T11:00:00Z".to_owned())
            ]
        );
    }

    #[test]
    fn a_quiet_log_is_looked_back_for_a_day_at_most_and_a_refused_one_not_at_all() {
        let newest = BTreeMap::from([("audit", at("2026-05-03"))]);
        let refused = vec![("sign-ins".into(), GRAPH.refused(403, &HeaderMap::new(), b""))];
        let outcome = Outcome { refused, newest, ..Outcome::default() };
        assert_eq!(starts(&outcome), [("audit", "2026-05-19T12:00:00Z".to_owned())]);
    }

    #[test]
    fn what_a_stopped_pull_left_is_asked_again() {
        let stopped = Some(Stopped::Unreachable(String::new()));
        let outcome = Outcome { stopped, ..Outcome::default() };
        assert_eq!(starts(&outcome)[0].1, "2026-05-01T00:00:00Z");
    }

    #[test]
    fn asking_often_leaves_half_of_the_limit() {
        assert_eq!(least_pause(Duration::from_secs(1), 3), Duration::from_secs(12));
        assert_eq!(least_pause(Duration::from_mins(1), 3), Duration::from_mins(1));
    }
}
