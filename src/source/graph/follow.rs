//! Which window is asked for next by someone who follows the logs, and an archive that is kept up to date.
//! Never asks more often than leaves others room under Graph's limit.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::super::archive::Archive;
use super::super::pulled::{Outcome, Stopped};
use super::pull::pull;
use super::{Request, Service};
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

/// Time after which all that may have arrived late is looked for again, not only what is new.
const THOROUGH: Duration = Duration::from_hours(6);
/// How far the other rounds look back: most records arrive within minutes.
const SHORT: Duration = Duration::from_hours(1);

/// How far back each round of a pull that keeps going looks.
#[derive(Clone, Copy, Default, Debug)]
pub struct Rounds {
    thorough: Option<Duration>,
}

impl Rounds {
    /// The overlap of a round that begins at `elapsed` (of [`crate::http::pace::Pace::elapsed`]): `whole`
    /// in the first round and every six hours, an hour in the others.
    pub fn overlap(&mut self, elapsed: Duration, whole: Duration) -> Duration {
        if self.thorough.is_some_and(|last| elapsed < last.saturating_add(THOROUGH)) {
            return whole.min(SHORT);
        }
        self.thorough = Some(elapsed);
        whole
    }

    /// Is the round that began at `elapsed` one that looks back all the way?
    fn is_thorough(&self, elapsed: Duration) -> bool {
        self.thorough == Some(elapsed)
    }
}

/// Pulls into an archive once, having compared all of its files with their digests, and leaves it
/// tidy.
pub async fn pull_into(
    service: &Service,
    request: &Request,
    archive: &mut Archive,
    overlap: Duration,
    cancel: &CancellationToken,
) -> Outcome {
    match archive.check(cancel).await {
        Ok(()) => pull_once(service, request, archive, overlap, cancel).await,
        Err(error) => {
            Outcome { stopped: Some(Stopped::Unkept(error.to_string())), ..Outcome::default() }
        }
    }
}

/// Pulls into an archive once, and leaves it tidy.
async fn pull_once(
    service: &Service,
    request: &Request,
    archive: &mut Archive,
    overlap: Duration,
    cancel: &CancellationToken,
) -> Outcome {
    let whole = archive.overlap();
    archive.set_overlap(overlap);
    let mut outcome = pull(service, request, archive, cancel).await;
    archive.set_overlap(whole);
    let looked = archive.look_again();
    let tidied =
        archive.settle(&request.asked(), &mut outcome).and_then(|()| match outcome.stopped {
            Some(Stopped::Cancelled) => archive.write_sums(),
            Some(Stopped::Unkept(_)) => Ok(()),
            _ => archive.tidy(),
        });
    // What was moved away is why nothing else went well.
    let wrong = match (archive.check_place(), &outcome.stopped) {
        (Err(error), stopped) if *stopped != Some(Stopped::Cancelled) => Some(error),
        (_, None) => looked.and(tidied).err(),
        _ => None,
    };
    if let Some(error) = wrong {
        outcome.stopped = Some(Stopped::Unkept(error.to_string()));
    }
    outcome
}

/// Pulls into an archive again and again: what `request` makes of the time of each round, with
/// `every` between two rounds. `after` hears how each went, and ends it. Returns the last outcome:
/// it ended by `after`, by `cancel`, or because nothing can be kept or no token can be had.
pub async fn watch(
    service: &Service,
    archive: &mut Archive,
    every: Duration,
    round: &mut Round<'_>,
    cancel: &CancellationToken,
) -> Outcome {
    let whole = archive.overlap();
    let mut rounds = Rounds::default();
    loop {
        let request = (round.request)(service.now());
        let elapsed = service.pace().elapsed();
        let overlap = rounds.overlap(elapsed, whole);
        let outcome = match rounds.is_thorough(elapsed) {
            true => pull_into(service, &request, archive, overlap, cancel).await,
            false => pull_once(service, &request, archive, overlap, cancel).await,
        };
        let ends = matches!(
            outcome.stopped,
            Some(Stopped::Cancelled | Stopped::SignIn(_) | Stopped::Unkept(_))
        );
        if (round.after)(&outcome).is_break() || ends {
            return outcome;
        }
        tokio::select! {
            biased;
            () = cancel.cancelled() => return outcome,
            () = service.pace().sleep(least_pause(every, request.logs.len())) => {}
        }
    }
}

/// What a round of [`watch`] asks for, and who hears how it went.
pub struct Round<'r> {
    /// The request of a round that begins then.
    pub request: &'r mut (dyn FnMut(Timestamp) -> Request + Send),
    /// Hears how each round went; whether it goes on.
    pub after: &'r mut (dyn FnMut(&Outcome) -> ControlFlow<()> + Send),
}

impl std::fmt::Debug for Round<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Round")
    }
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
    fn now_and_then_a_round_looks_back_all_the_way() {
        let (mut rounds, day) = (Rounds::default(), Duration::from_hours(24));
        let mut overlap =
            |minutes| rounds.overlap(Duration::from_mins(minutes), day).as_secs() / 3600;
        assert_eq!([0, 5, 359, 360, 365].map(&mut overlap), [24, 1, 1, 24, 1]);
    }

    #[test]
    fn asking_often_leaves_half_of_the_limit() {
        assert_eq!(least_pause(Duration::from_secs(1), 3), Duration::from_secs(12));
        assert_eq!(least_pause(Duration::from_mins(1), 3), Duration::from_mins(1));
    }
}
