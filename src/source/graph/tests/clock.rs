//! A computer whose clock is wrong, and sign-ins that are down: nothing is lost by either.
//! Never reads the real clock: waiting moves the one of a test.

use crate::time::ticks;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicI64, Ordering};

use super::super::super::archive::{Archive, watch};
use super::*;

/// A tenant whose newest records are of just now by Graph's clock, which is `ahead` of ours by ticks.
fn graph(ahead: i64) -> Server {
    let pace = TestPace::default();
    let there = pace.now().plus(ahead);
    let count = 60;
    let first = there.plus(-(count - 1) * ticks(HOUR));
    let records = (0..count).map(|number| {
        let time = first.plus(number * ticks(HOUR));
        (time, record(number as usize, time))
    });
    let tenant = Tenant { records: records.collect(), page: 25 };
    Server::start(move |asked| {
        tenant.answer(asked).with("Date", &http_date(there.plus(ticks(asked.when))))
    })
}

fn http_date(time: Timestamp) -> String {
    let time = jiff::Timestamp::from_millisecond(time.ms()).expect("a time");
    let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
    printer.timestamp_to_rfc9110_string(&time).expect("a date")
}

/// The last so many hours.
fn last(hours: i64) -> Request {
    let span = Span::new(move |now| Window {
        start: now.plus(-hours * ticks(HOUR)),
        end: now.plus(crate::time::TICKS_PER_SECOND),
    });
    let window = span.at(TestPace::default().now());
    Request { span: Some(span), ..Request::new(vec![log("audit")], window).for_archive() }
}

const SECOND: i64 = crate::time::TICKS_PER_SECOND;
/// By how much a clock is wrong.
const WRONG: [i64; 10] = [
    0,
    -3 * SECOND,
    3 * SECOND,
    70 * SECOND,
    -70 * SECOND,
    30 * 3_600 * SECOND,
    -30 * 3_600 * SECOND,
    400 * 86_400 * SECOND,
    -400 * 86_400 * SECOND,
    -20 * 60 * SECOND,
];

#[test]
fn a_window_ends_at_graphs_own_now_whatever_this_computers_clock_says() {
    for ahead in WRONG {
        for newest_first in [false, true] {
            let server = graph(ahead);
            let mut sink = Everything::default();
            let request = Request { newest_first, ..last(70) };
            let outcome = pulled(&server.service(), &request, &mut sink);
            assert!(outcome.is_complete(), "{ahead}: {outcome:?}");
            assert_eq!(sink.lines.len(), 60, "{ahead}: the newest is there");
            let now = server.pace.now().plus(ahead);
            let window = outcome.window.expect("asked");
            assert!(window.end <= now && window.end >= now.plus(-20 * SECOND), "{ahead}");
            for done in sink.done.iter().filter(|done| done.complete) {
                assert!(done.asked <= now && done.slice.window.end <= done.asked, "{ahead}");
            }
            // One more request, and another for a window by this clock, and only where it matters.
            let most = 5 + usize::from(ahead > 70 * ticks(HOUR));
            assert!(server.asked().len() <= most, "{ahead}: {}", server.asked().len());
            let told = sink.odd().len();
            assert_eq!(told, usize::from(ahead.abs() > 300 * SECOND), "{:?}", sink.missing);
        }
    }
}

#[test]
fn what_is_asked_for_in_the_future_is_not_there_yet() {
    for (ahead, is_fixed) in
        [(0, true), (-30 * 3_600 * SECOND, true), (-400 * 86_400 * SECOND, false)]
    {
        let server = graph(ahead);
        let now = server.pace.now().plus(ahead);
        let mut request = last(70);
        if is_fixed {
            // Until two days from now, whoever's now that is.
            let end = server.pace.now().plus(48 * ticks(HOUR));
            request = Request {
                span: None,
                window: Window { start: now.plus(-70 * ticks(HOUR)), end },
                ..request
            };
        }
        let mut sink = Everything::default();
        assert!(pulled(&server.service(), &request, &mut sink).is_complete());
        assert_eq!(sink.lines.len(), 60);
        let latest =
            sink.done.iter().filter(|done| done.complete).map(|done| done.slice.window.end);
        assert!(latest.max().expect("slices") <= server.pace.now().plus(ahead));
    }
}

fn memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder")
}

fn open(folder: &std::path::Path) -> Archive {
    let owner = owner(&"http://127.0.0.1".parse().expect("an address"), "t");
    Archive::open(folder, &owner, at("2026-05-31"), Box::new(|_| {})).expect("an archive")
}

#[test]
fn slices_of_a_clock_that_was_ahead_are_asked_for_again() {
    let folder = memory();
    let mut archive = open(folder.path()).with_overlap(Duration::ZERO);
    // As a program wrote it whose clock was 30 hours ahead: until then, and nothing came.
    let wrong = TestPace::default().now().plus(30 * ticks(HOUR));
    let slice = Slice { log: log("audit"), window: window("2026-05-27", "2026-06-01T06:00:00Z") };
    let request = Url::parse("http://127.0.0.1/x").expect("an address");
    archive.slice_done(&Done { slice, complete: true, request, asked: wrong }).expect("kept");
    drop(archive);
    let server = graph(0);
    let mut archive = open(folder.path()).with_overlap(Duration::ZERO);
    let outcome = pulled(&server.service(), &last(70), &mut archive);
    assert!(outcome.is_complete());
    assert_eq!(outcome.state.records, 60);
    // Nor does it count when that time has come.
    let now = server.pace.now();
    drop(archive);
    let mut archive = open(folder.path()).with_overlap(Duration::ZERO);
    assert!(!archive.now_is(now).expect("believed"));
    let later = Window { start: now.plus(-SECOND), end: wrong.plus(SECOND) };
    let wanted = archive.wanted(log("audit"), later);
    assert_eq!(wanted.last().map(|window| window.end), Some(later.end));
    assert!(wanted[0].start <= now && wanted.len() == 1, "{wanted:?}");
}

/// Sign-in that works, is down for so many times, works again, and in the end refuses.
struct Moody(std::sync::Mutex<Vec<Result<(), NoToken>>>);

impl Moody {
    fn new(answers: &[&str]) -> Self {
        let answer = |answer: &&str| match *answer {
            "token" => Ok(()),
            "down" => Err(NoToken { reason: "login answers 503".to_owned(), may_pass: true }),
            refusal => Err(NoToken { reason: refusal.to_owned(), may_pass: false }),
        };
        Self(std::sync::Mutex::new(answers.iter().rev().map(answer).collect()))
    }
}

impl Tokens for Moody {
    fn token(&self, _: bool) -> Token<'_> {
        let answer = self.0.lock().expect("free").pop();
        Box::pin(async move { answer.unwrap_or(Ok(())).map(|()| "token".into()) })
    }
}

#[test]
fn a_watch_goes_on_while_sign_in_is_down_and_ends_where_it_is_refused() {
    let folder = memory();
    let server = graph(0);
    let tokens =
        Moody::new(&["token", "token", "token", "down", "down", "token", "secret expired"]);
    let service = server.service_with(Arc::new(tokens));
    let mut archive = open(folder.path());
    let mut rounds = Vec::new();
    let logs = logs(service, last(70));
    let mut after = |outcome: &Outcome| {
        rounds.push(outcome.stopped.clone());
        if rounds.len() < 9 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let cancel = CancellationToken::new();
    runtime().block_on(watch(&logs, &mut archive, MINUTE, &mut after, &cancel));
    let down = Some(Stopped::Unreachable("login answers 503".to_owned()));
    let ended = Some(Stopped::SignIn("secret expired".to_owned()));
    assert_eq!(rounds, [None, down.clone(), down, None, ended]);
}

#[test]
fn a_feed_goes_on_while_sign_in_is_down_and_says_so_once() {
    let server = graph(0);
    let tokens =
        Moody::new(&["token", "token", "token", "down", "down", "down", "token", "no consent"]);
    let service = Arc::new(server.service_with(Arc::new(tokens)));
    let follow = Some(Follow { every: MINUTE, overlap: HOUR });
    let cancel = CancellationToken::new();
    let mut feed = Feed::new(service, last(70), follow, cancel).expect("a runtime");
    let mut text = String::new();
    feed.read_to_string(&mut text).expect("read");
    assert_eq!(text.lines().count(), 60);
    let status = feed.status();
    let status = status.lock().expect("free");
    let reasons: Vec<&str> = status.missing.iter().map(|m| m.reason.as_str()).collect();
    assert_eq!(reasons, ["login answers 503", "no consent"]);
}

/// A tenant with a record every hour, as it goes on: what has not happened yet is not to be had. Its
/// `Date` is `there` ticks ahead of the right time.
fn living(there: Arc<AtomicI64>) -> Server {
    let first = TestPace::default().now().plus(-40 * ticks(HOUR));
    let records = (0..400).map(|number| {
        let time = first.plus(i64::from(number) * ticks(HOUR));
        (time, record(number as usize, time))
    });
    let records: Vec<(Timestamp, String)> = records.collect();
    Server::start(move |asked| {
        let now = TestPace::default().now().plus(ticks(asked.when));
        let happened = records.iter().filter(|(time, _)| *time <= now).cloned();
        let tenant = Tenant { records: happened.collect(), page: 100 };
        let date = now.plus(there.load(Ordering::Relaxed));
        tenant.answer(asked).with("Date", &http_date(date))
    })
}

/// A `Date` that was ahead through several runs, and right later, lost what those runs took for asked.
#[test]
fn nothing_is_lost_by_either_clock_being_wrong_for_several_runs_and_right_later() {
    let hours = |hours: i64| hours * ticks(HOUR);
    let wrong = [0, hours(30), hours(-30), hours(400 * 24), hours(-400 * 24)];
    let pairs = wrong.iter().flat_map(|there| wrong.iter().map(move |here| (*there, *here)));
    for (there, here) in pairs {
        // Both ahead is noticed only while one of those runs is still to come.
        let runs = if there.min(here) > 0 { 1..=2 } else { 1..=6 };
        for (runs, overlap) in runs.step_by(5).map(|runs| (runs, HOUR * 24)).chain([(3, HOUR)]) {
            if there.min(here) > 0 && overlap == HOUR && there.min(here) < hours(24) {
                continue;
            }
            let folder = memory();
            let date = Arc::new(AtomicI64::new(there));
            let server = living(Arc::clone(&date));
            server.pace.ahead.store(here, Ordering::Relaxed);
            let pull = || {
                let mut archive = open(folder.path()).with_overlap(overlap);
                let outcome = pulled(&server.service(), &last(200), &mut archive);
                assert!(outcome.is_complete(), "{there} {here}: {outcome:?}");
                server.pace.forward(HOUR * 8);
            };
            (0..runs).for_each(|_| pull());
            date.store(0, Ordering::Relaxed);
            server.pace.ahead.store(0, Ordering::Relaxed);
            (0..2).for_each(|_| pull());
            let mut archive = open(folder.path());
            let kept: u64 = archive.entries().map(|entry| entry.records).sum();
            // Hours since the first record, when the last run began.
            let happened = 40 + 8 * (runs + 1) + 1;
            assert_eq!(kept, happened, "{there} {here} {runs} {overlap:?}");
            let from = TestPace::default().now().plus(-hours(40));
            let now = from.plus(hours(happened as i64 - 1));
            let all = Window { start: from, end: now };
            archive.set_overlap(Duration::ZERO);
            assert!(archive.wanted(log("audit"), all).is_empty(), "{there} {here}");
        }
    }
}

/// The same for whoever follows on the screen.
#[test]
fn a_feed_loses_nothing_by_a_date_that_was_ahead() {
    for (there, here) in [(30, 0), (-30, 0), (0, 30), (0, -30), (400 * 24, 0), (0, -400 * 24)] {
        let date = Arc::new(AtomicI64::new(there * ticks(HOUR)));
        let server = living(Arc::clone(&date));
        server.pace.ahead.store(here * ticks(HOUR), Ordering::Relaxed);
        let tokens = Turns { date, pace: Arc::clone(&server.pace), left: 9.into() };
        let service = Arc::new(server.service_with(Arc::new(tokens)));
        let follow = Some(Follow { every: HOUR * 3, overlap: HOUR });
        let mut feed =
            Feed::new(service, last(70), follow, CancellationToken::new()).expect("a runtime");
        let mut text = String::new();
        feed.read_to_string(&mut text).expect("read");
        let hours = server.asked().last().expect("asked").when.as_secs() / 3_600;
        assert_eq!(text.lines().count() as u64, 41 + hours, "{there} {here}");
    }
}

/// Tokens for so many requests; both clocks are right from the fifth on.
struct Turns {
    date: Arc<AtomicI64>,
    pace: Arc<TestPace>,
    left: AtomicI64,
}

impl Tokens for Turns {
    fn token(&self, _: bool) -> Token<'_> {
        let left = self.left.fetch_sub(1, Ordering::Relaxed);
        if left < 5 {
            self.date.store(0, Ordering::Relaxed);
            self.pace.ahead.store(0, Ordering::Relaxed);
        }
        let refused = NoToken { reason: "over".to_owned(), may_pass: false };
        Box::pin(async move { if left > 0 { Ok("token".into()) } else { Err(refused) } })
    }
}
