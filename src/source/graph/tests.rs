//! Pulls over real HTTP, with every failure that a server on this computer can play.

mod clock;
mod endless;
mod tokens;
mod wide;

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio_util::sync::CancellationToken;

use super::fixture::*;
use super::*;
use crate::http::proof::{NoToken, Token};
use crate::time::ticks;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

/// One day, or as many as the tenant has records for.
fn days(days: i64) -> Request {
    let start = at("2026-05-01");
    let end = start.plus(ticks(Duration::from_hours(24)) * days);
    Request::new(vec![log("audit")], Window { start, end }).for_archive()
}

/// A tenant behind a server that does something else on some requests: the number of the request
/// from 0, what is asked, and what the answer would be.
fn faulty(
    tenant: Tenant,
    mut fault: impl FnMut(usize, &Call, Reply) -> Reply + Send + 'static,
) -> Server {
    let mut number = 0;
    Server::start(move |asked| {
        number += 1;
        fault(number - 1, asked, tenant.answer(asked))
    })
}

#[test]
fn all_pages_of_all_slices_come_in_order_and_once() {
    let tenant = Tenant::new(50, HOUR, 7);
    let expected = tenant.lines();
    let server = faulty(tenant, |_, _, reply| reply);
    let mut sink = Everything::default();
    let outcome = pulled(&server.service(), &days(3), &mut sink);
    assert_eq!(sink.lines, expected);
    assert!(outcome.is_complete(), "{outcome:?}");
    assert_eq!((outcome.state.slices_done, outcome.state.slices_total), (3, 3));
    assert_eq!(outcome.state.records, 50);
    assert_eq!(outcome.newest["audit"], at("2026-05-03T01:00:00Z"));
    assert!(sink.done.iter().all(|done| done.complete));
    let asked = server.asked();
    assert_eq!(asked.len(), 50_usize.div_ceil(7), "three days are one question");
    let ends = [2, 3, 4].map(|day| at(&format!("2026-05-0{day}")));
    assert_eq!(sink.done.iter().map(|done| done.slice.window.end).collect::<Vec<_>>(), ends);
    for asked in &asked {
        assert!(asked.head.to_lowercase().contains("authorization: bearer token-0\r\n"));
        assert!(asked.head.contains("include-unknown-enum-members"));
    }
}

#[test]
fn the_latest_slices_can_come_first() {
    let server = faulty(Tenant::new(72, HOUR, 30), |_, _, reply| reply);
    let mut sink = Everything::default();
    let request = Request { newest_first: true, ..days(3) };
    pulled(&server.service(), &request, &mut sink);
    // The first page says that it is too much for one question.
    assert_eq!(sink.lines[30], record(48, at("2026-05-03")));
    assert_eq!((sink.lines.len(), server.asked().len()), (72, 3));
    let server = faulty(Tenant::new(72, HOUR, 80), |_, _, reply| reply);
    let mut sink = Everything::default();
    pulled(&server.service(), &request, &mut sink);
    assert_eq!((sink.lines.len(), server.asked().len()), (72, 1));
}

#[test]
fn no_ten_seconds_see_more_than_five_requests() {
    let server = faulty(Tenant::new(60, HOUR, 2), |_, _, reply| reply);
    pulled(&server.service(), &days(3), &mut Everything::default());
    let when: Vec<Duration> = server.asked().iter().map(|asked| asked.when).collect();
    assert_eq!(when.len(), 30);
    assert!(when.windows(6).all(|six| six[5] >= six[0] + Duration::from_secs(10)), "{when:?}");
}

#[test]
fn throttling_is_waited_out_with_and_without_retry_after() {
    let server = faulty(Tenant::new(3, HOUR, 2), |number, _, reply| match number {
        1 => Reply::status(429).with("Retry-After", "77"),
        2..7 => Reply::status(429),
        _ => reply,
    });
    let mut sink = Everything::default();
    let outcome = pulled(&server.service(), &days(1), &mut sink);
    assert!(outcome.is_complete());
    assert_eq!(sink.lines.len(), 3);
    let sleeps = server.pace.sleeps();
    assert_eq!(sleeps[0], Duration::from_millis(77_500));
    assert!(sleeps.contains(&Duration::from_secs(80)), "doubled and spread: {sleeps:?}");
    let waiting = sink.states.iter().find(|state| state.waiting_until.is_some()).expect("told");
    assert_eq!(waiting.waiting_for, "Graph: too many requests (429)");
    assert_eq!(waiting.waiting_until, Some(at("2026-05-31T00:01:17.5Z")));
    assert_eq!(sink.states.last().expect("told").waiting_until, None);
}

#[test]
fn a_service_that_throttles_for_more_than_an_hour_ends_the_pull_and_says_so() {
    let server = faulty(Tenant::new(3, HOUR, 2), |_, _, _| Reply::status(429));
    let mut sink = Everything::default();
    let outcome = pulled(&server.service(), &days(5), &mut sink);
    assert!(matches!(outcome.stopped, Some(Stopped::Unreachable(_))));
    let lost = sink.lost();
    assert_eq!((lost.len(), sink.odd().len()), (1, 1));
    assert_eq!(lost[0].window, Some(days(5).window));
    assert!(lost[0].reason.contains("429") && sink.odd()[0].contains("429"));
    let spent = server.pace.elapsed();
    assert!(spent < HOUR + MINUTE * 6, "{spent:?}");
}

#[test]
fn failures_of_the_service_are_asked_again() {
    for status in [500, 502, 503, 504, 408] {
        let server = faulty(Tenant::new(5, HOUR, 2), move |number, _, reply| match number {
            0 | 2 | 3 => Reply::status(status),
            _ => reply,
        });
        let mut sink = Everything::default();
        assert!(pulled(&server.service(), &days(1), &mut sink).is_complete(), "{status}");
        assert_eq!(sink.lines.len(), 5, "{status}");
    }
}

#[test]
fn a_request_that_is_never_answered_is_given_up_and_asked_again() {
    let server =
        faulty(Tenant::new(5, HOUR, 2), |number, _, reply| Reply { hangs: number == 1, ..reply });
    let mut sink = Everything::default();
    assert!(pulled(&server.service(), &days(1), &mut sink).is_complete());
    assert_eq!((sink.lines.len(), server.asked().len()), (5, 4));
}

#[test]
fn a_body_that_breaks_off_anywhere_is_asked_again_and_nothing_comes_twice() {
    let tenant = Tenant::new(4, HOUR, 2);
    let expected = tenant.lines();
    for cut in (0..500).step_by(23) {
        let server = faulty(tenant.clone(), move |number, _, reply| match number {
            0 | 2 => Reply { cut: Some(cut), ..reply },
            _ => reply,
        });
        let mut sink = Everything::default();
        let outcome = pulled(&server.service(), &days(1), &mut sink);
        assert!(outcome.is_complete(), "cut at {cut}: {:?}", sink.missing);
        assert_eq!(sink.lines, expected, "cut at {cut}");
    }
}

/// The records of a body with the one of this number broken in the middle.
fn break_record(reply: &mut Reply, number: usize, rest: &str) {
    let body = String::from_utf8(std::mem::take(&mut reply.body)).expect("text");
    let key = format!("\"id\":\"Directory_{number:06}\"");
    reply.body = match body.find(&key) {
        Some(at) => {
            let end = at + body[at..].find("targetResources").expect("the end of the record");
            let tail = if rest.is_empty() { &body[end - 1..] } else { rest };
            format!("{}{{ {tail}", &body[..at + key.len()]).into_bytes()
        }
        None => body.into_bytes(),
    };
}

#[test]
fn a_broken_record_costs_only_itself_and_is_told_with_its_place() {
    let tenant = Tenant::new(9, HOUR, 3);
    let mut expected = tenant.lines();
    expected.remove(4);
    let server = faulty(tenant, |_, _, mut reply| {
        break_record(&mut reply, 4, "");
        reply
    });
    let mut sink = Everything::default();
    let outcome = pulled(&server.service(), &days(1), &mut sink);
    assert_eq!(sink.sorted(), expected);
    assert_eq!(outcome.missing, 1);
    let missing = &sink.missing[0];
    assert!(missing.lost && missing.log == "audit");
    assert!(
        !sink
            .done
            .iter()
            .any(|done| done.complete && done.slice.window.contains(at("2026-05-01T04:00:00Z")))
    );
    assert!(missing.window.expect("a window").contains(at("2026-05-01T04:00:00Z")));
    assert!(missing.reason.contains("bytes are lost"), "{}", missing.reason);
    let firsts = server.asked().iter().filter(|a| a.parameter("$skiptoken").is_none()).count();
    assert!(firsts >= 2, "the slice was asked again");
}

#[test]
fn a_page_that_always_breaks_off_in_one_record_loses_one_second() {
    let tenant = Tenant::new(600, MINUTE, 50);
    let mut expected = tenant.lines();
    expected.remove(333);
    let server = faulty(tenant, |_, _, mut reply| {
        break_record(&mut reply, 333, "\"error\": {\"code\":\"\",\"message\":\"oops\"}");
        reply
    });
    let mut sink = Everything::default();
    let outcome = pulled(&server.service(), &days(1), &mut sink);
    let got = sink.sorted();
    let wrong: Vec<_> = expected.iter().filter(|line| !got.contains(line)).collect();
    assert!(wrong.is_empty() && got.len() == expected.len(), "{wrong:?}, {}", got.len());
    assert_eq!(outcome.missing, 1);
    assert_eq!(
        sink.missing[0].window,
        Some(window("2026-05-01T05:33:00Z", "2026-05-01T05:33:01Z"))
    );
    let complete: Vec<Window> =
        sink.done.iter().filter(|done| done.complete).map(|done| done.slice.window).collect();
    let left = days(1).window.without(&complete);
    assert_eq!(left, [sink.missing[0].window.expect("a window")], "all else is known to be whole");
    assert!(server.asked().len() < 300, "{}", server.asked().len());
}

#[test]
fn slices_that_are_too_much_for_the_service_are_halved() {
    let tenant = Tenant::new(48, HOUR, 100);
    let expected = tenant.lines();
    let server = faulty(tenant, |_, asked, reply| {
        let (first, last) = asked.bounds();
        let hours = (last.ticks() - first.ticks()) / ticks(HOUR);
        if hours >= 3 { Reply::status(504) } else { reply }
    });
    let mut sink = Everything::default();
    let outcome = pulled(&server.service(), &days(2), &mut sink);
    assert!(outcome.is_complete(), "{:?}", sink.missing);
    assert_eq!(sink.lines, expected);
    assert_eq!(outcome.state.slices_done, outcome.state.slices_total);
}

#[test]
fn a_slice_with_too_many_records_is_ended_where_nothing_is_missed() {
    let tenant = Tenant::new(100, MINUTE, 9);
    let expected = tenant.lines();
    let server = faulty(tenant, |_, _, reply| reply);
    let mut sink = Everything::default();
    let request = Request { most_records: 30, ..days(1) };
    let outcome = pulled(&server.service(), &request, &mut sink);
    assert_eq!(sink.lines, expected);
    assert_eq!(outcome.state.slices_done, 3);
    assert_eq!(sink.done[0].slice.window, window("2026-05-01", "2026-05-01T00:35:00Z"));
    assert_eq!(sink.done[2].slice.window.end, at("2026-05-02"));
}

#[test]
fn links_that_lead_in_a_circle_are_noticed() {
    let tenant = Tenant::new(12, HOUR, 3);
    let expected = tenant.lines();
    // The second page links to itself, then to the first page, then as it should.
    let server = faulty(tenant, |number, asked, reply| {
        let text = String::from_utf8(reply.body.clone()).expect("text");
        let circle = match number {
            1 => text.replace("skiptoken=6", "skiptoken=3"),
            3 => text.replace("skiptoken=6", "skiptoken=0"),
            _ => text,
        };
        let _ = asked;
        Reply { body: circle.into_bytes(), ..reply }
    });
    let mut sink = Everything::default();
    assert!(pulled(&server.service(), &days(1), &mut sink).is_complete(), "{:?}", sink.missing);
    assert_eq!(sink.sorted(), expected);
}

#[test]
fn endless_empty_pages_end() {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |asked| {
        let number = count.fetch_add(1, Ordering::Relaxed);
        let mut link = asked.url.clone();
        link.query_pairs_mut().append_pair("n", &number.to_string());
        if asked.url.as_str().len() > 6_000 {
            return Reply::json("{\"value\":[]}");
        }
        Reply::json(&format!("{{\"value\":[],\"@odata.nextLink\":\"{link}\"}}"))
    });
    let start = at("2026-05-01");
    let window = Window { start, end: start.plus(10_000_000) };
    let request = Request { window, ..days(1) };
    let mut sink = Everything::default();
    let outcome = pulled(&server.service(), &request, &mut sink);
    assert_eq!(outcome.missing, 1);
    assert!(sink.lost()[0].reason.contains("page after page"), "{:?}", sink.missing);
    assert!(sink.odd()[0].starts_with("nothing new has come for 2"), "{:?}", sink.missing);
}

#[test]
fn a_lost_place_is_found_again_from_the_first_page() {
    let tenant = Tenant::new(12, HOUR, 3);
    let expected = tenant.lines();
    let server = faulty(tenant, |number, _, reply| match number {
        2 => Reply {
            body: br#"{"error":{"code":"UnknownError","message":"Invalid Skip Token"}}"#.to_vec(),
            ..Reply::status(400)
        },
        _ => reply,
    });
    let mut sink = Everything::default();
    assert!(pulled(&server.service(), &days(1), &mut sink).is_complete());
    assert_eq!(sink.lines, expected);
}

#[test]
fn a_refused_token_is_renewed_once() {
    let server = faulty(Tenant::new(5, HOUR, 2), |_, asked, reply| {
        let old = asked.head.contains("token-0") && asked.parameter("$skiptoken").is_some();
        if old { Reply::status(401) } else { reply }
    });
    let mut sink = Everything::default();
    assert!(pulled(&server.service(), &days(1), &mut sink).is_complete());
    assert_eq!((sink.lines.len(), server.asked().len()), (5, 4));
}

#[test]
fn a_token_that_is_never_accepted_ends_the_log() {
    let body = br#"{"error":{"code":"InvalidAuthenticationToken","message":"expired"}}"#;
    let server = Server::start(|_| Reply { body: body.to_vec(), ..Reply::status(401) });
    let tokens = Arc::new(AnyToken::default());
    let service = server.service_with(Arc::clone(&tokens) as Arc<dyn Tokens>);
    let mut sink = Everything::default();
    let outcome = pulled(&service, &days(4), &mut sink);
    assert_eq!(*tokens.renewals.lock().expect("free"), 3);
    assert_eq!(server.asked().len(), 4);
    assert_eq!(outcome.refused[0].1.code, "InvalidAuthenticationToken");
    assert_eq!(sink.missing.len(), 1);
    assert_eq!(sink.missing[0].window, Some(days(4).window));
    for text in [format!("{outcome:?}"), format!("{sink:?}"), format!("{service:?}")] {
        assert!(!text.contains("token-"), "{text}");
    }
}

#[test]
fn a_refused_log_does_not_keep_the_others() {
    let tenant = Tenant::new(5, HOUR, 10);
    let html = b"<html><title>Blocked by policy</title></html>";
    let server = faulty(tenant, |_, asked, reply| match asked.url.path() {
        "/v1.0/auditLogs/signIns" => Reply { body: html.to_vec(), ..Reply::status(403) },
        _ => reply,
    });
    let request = Request { logs: vec![log("sign-ins"), log("audit")], ..days(2) };
    let mut sink = Everything::default();
    let outcome = pulled(&server.service(), &request, &mut sink);
    assert_eq!(sink.lines.len(), 5);
    assert_eq!(outcome.refused.len(), 1);
    assert!(outcome.refused[0].1.is_html);
    assert_eq!(sink.missing.len(), 1);
    assert!(sink.missing[0].reason.contains("Blocked by policy"));
    let refused = server.asked().iter().filter(|a| a.url.path().ends_with("signIns")).count();
    assert_eq!(refused, 3, "a gateway is asked three times, and not for the second day");
    let trouble = sink.missing[0].trouble("Microsoft Graph").to_string();
    assert!(
        trouble.starts_with("Microsoft Graph, sign-ins, 2026-05-01T00:00:00Z to 2026-05-03"),
        "{trouble}"
    );
}

#[test]
fn the_token_is_not_taken_to_another_host() {
    let foreign = Server::start(|_| Reply::json("{\"value\":[]}"));
    let link = foreign.service().base().join("v1.0/next").expect("a link");
    let server = faulty(Tenant::new(9, HOUR, 3), move |_, _, reply| {
        let text = String::from_utf8(reply.body.clone()).expect("text");
        let start = text.find("http").expect("a link");
        let end = start + text[start..].find('"').expect("its end");
        let body = format!("{}{link}{}", &text[..start], &text[end..]).into_bytes();
        Reply { body, ..reply }
    });
    let mut sink = Everything::default();
    pulled(&server.service(), &days(1), &mut sink);
    assert!(foreign.asked().is_empty());
    assert_eq!(sink.lines.len(), 3, "what was read before is kept");
    assert!(sink.missing[0].reason.contains("was not followed"), "{:?}", sink.missing);
}

#[test]
fn a_redirect_is_not_followed_and_explained() {
    let server = Server::start(|_| Reply::status(302).with("Location", "http://127.0.0.1:1/login"));
    let mut sink = Everything::default();
    let outcome = pulled(&server.service(), &days(1), &mut sink);
    let Some(Stopped::Unreachable(reason)) = outcome.stopped else { panic!("{outcome:?}") };
    assert!(reason.contains("never redirects"), "{reason}");
}

#[test]
fn clocks_that_differ_are_told_once() {
    let server = faulty(Tenant::new(9, HOUR, 3), |_, _, reply| {
        reply.with("Date", "Sat, 30 May 2026 23:00:00 GMT")
    });
    let mut sink = Everything::default();
    let outcome = pulled(&server.service(), &days(1), &mut sink);
    assert!(outcome.is_complete());
    assert_eq!(sink.missing.len(), 1);
    assert!(sink.missing[0].reason.contains("60 minutes ahead of"), "{:?}", sink.missing);
}

#[test]
fn a_service_that_is_down_ends_the_pull_and_tells_what_is_missing() {
    let server = Server::start(|_| Reply::status(503));
    let mut sink = Everything::default();
    let request = Request { logs: vec![log("audit"), log("provisioning")], ..days(9) };
    let outcome = pulled(&server.service(), &request, &mut sink);
    assert!(matches!(outcome.stopped, Some(Stopped::Unreachable(_))));
    let missing: Vec<_> = sink.lost().iter().map(|missing| &*missing.log).collect();
    assert_eq!(missing, ["audit", "provisioning"]);
    assert_eq!(sink.lost()[1].window, Some(request.window));
    assert!(sink.odd()[0].contains("(503); trying on"), "{:?}", sink.odd());
    assert!(server.asked().len() < 200, "{}", server.asked().len());

    let gone = server.service();
    let pace = Arc::clone(&server.pace);
    drop(server);
    let outcome = pulled(&gone, &request, &mut sink);
    let Some(Stopped::Unreachable(reason)) = outcome.stopped else { panic!("{outcome:?}") };
    assert!(reason.contains("no connection to Graph"), "{reason}");
    assert!(pace.sleeps().len() > 5);
}

#[test]
fn a_sink_that_cannot_keep_ends_the_pull_with_its_words() {
    let server = faulty(Tenant::new(9, HOUR, 3), |_, _, reply| reply);
    let mut sink = Everything { fails: true, ..Everything::default() };
    let outcome = pulled(&server.service(), &days(1), &mut sink);
    assert_eq!(outcome.stopped, Some(Stopped::Unkept("the disk is full".to_owned())));
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn cancelling_ends_a_wait_and_a_request_that_hangs() {
    let pace = TestPace::stuck_after(MINUTE);
    let tenant = Tenant::new(9, HOUR, 3);
    let server = Server::with_pace(pace, move |asked| match asked.parameter("$skiptoken") {
        Some(_) => Reply::status(429).with("Retry-After", "600"),
        None => tenant.answer(asked),
    });
    let (service, request, mut sink) = (server.service(), days(1), Everything::default());
    let cancel = CancellationToken::new();
    let outcome = runtime().block_on(async {
        let stop = async {
            server.pace.stuck.notified().await;
            cancel.cancel();
        };
        tokio::join!(pull(&service, &request, &mut sink, &cancel), stop).0
    });
    assert_eq!(outcome.stopped, Some(Stopped::Cancelled));
    assert_eq!(sink.lines.len(), 3);
    assert!(!sink.done[0].complete && sink.missing.is_empty());

    let (cancelled, hanging) =
        (cancel.child_token(), Server::start(|_| Reply { hangs: true, ..Reply::default() }));
    let outcome = runtime().block_on(pull(&hanging.service(), &request, &mut sink, &cancelled));
    assert_eq!(outcome.stopped, Some(Stopped::Cancelled));
    assert!(hanging.asked().is_empty());
}

/// A generator of numbers that is the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

#[test]
fn whatever_fails_for_a_while_nothing_is_missing_and_nothing_comes_twice() {
    let tenant = Tenant::new(90, HOUR / 2, 8);
    let expected = tenant.lines();
    for seed in 0..60 {
        let mut dice = Dice(seed);
        let mut faults: HashMap<String, u32> = HashMap::new();
        let server = faulty(tenant.clone(), move |_, asked, reply| {
            // Each address fails a few times at most, as a service does that recovers.
            let failed = faults.entry(asked.url.to_string()).or_default();
            if *failed >= 2 || dice.roll(3) > 0 {
                return reply;
            }
            *failed += 1;
            let cut = dice.roll(reply.body.len() as u64 + 1) as usize;
            match dice.roll(7) {
                0 => Reply::status(429),
                1 => Reply::status(429).with("Retry-After", "3"),
                2 => Reply::status(500 + dice.roll(5) as u16),
                3 => Reply { cut: Some(cut), ..reply },
                4 => Reply { body: reply.body[..cut].to_vec(), ..reply },
                5 => Reply::status(if asked.parameter("$skiptoken").is_some() { 400 } else { 503 }),
                _ => Reply { hangs: true, ..reply },
            }
        });
        let mut sink = Everything::default();
        let request = Request { most_records: 20 + seed, ..days(2) };
        let outcome = pulled(&server.service(), &request, &mut sink);
        assert!(outcome.is_complete(), "seed {seed}: {:?}", sink.missing);
        assert_eq!(sink.sorted(), expected, "seed {seed}");
    }
}

#[test]
fn a_feed_is_read_like_a_file() {
    let tenant = Tenant::new(30, HOUR, 4);
    let expected = tenant.lines();
    let server =
        faulty(tenant, |number, _, reply| if number == 2 { Reply::status(429) } else { reply });
    let service = Arc::new(server.service());
    let mut feed = Feed::new(service, days(2), None, CancellationToken::new()).expect("a runtime");
    assert!(server.asked().is_empty(), "nothing is asked before the first read");
    let mut head = [0; 20];
    feed.read_exact(&mut head).expect("read");
    assert_eq!(server.asked().len(), 1, "the first records are there with the first page");
    let mut text = String::from_utf8(head.to_vec()).expect("text");
    feed.read_to_string(&mut text).expect("read");
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    assert_eq!(feed.read(&mut head).expect("read"), 0);
    let status = feed.status();
    let status = status.lock().expect("free");
    assert_eq!(status.state.records, 30);
    assert!(status.outcome.as_ref().is_some_and(Outcome::is_complete));
}

#[test]
fn a_feed_that_follows_brings_what_arrives_and_nothing_twice() {
    let mut tenant = Tenant::new(3, HOUR, 10);
    let late = record(900, at("2026-05-01T01:30:00Z"));
    let news = record(901, at("2026-05-02T00:10:00Z"));
    let (cancel, count) = (CancellationToken::new(), AtomicUsize::new(0));
    let (end, added) = (cancel.clone(), [late.clone(), news.clone()]);
    let mut expected = tenant.lines();
    expected.extend(added.clone());
    let server = Server::start(move |asked| {
        match count.fetch_add(1, Ordering::Relaxed) {
            1 => {
                tenant.records.push((at("2026-05-01T01:30:00Z"), added[0].clone()));
                tenant.records.push((at("2026-05-02T00:10:00Z"), added[1].clone()));
            }
            3 => end.cancel(),
            _ => {}
        }
        tenant.answer(asked)
    });
    let follow = Follow { every: MINUTE, overlap: HOUR };
    let service = Arc::new(server.service());
    let request = Request { grid: HOUR * 24 * 365, ..days(1) };
    let mut feed = Feed::new(service, request, Some(follow), cancel).expect("a runtime");
    let mut text = String::new();
    feed.read_to_string(&mut text).expect("read");
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    assert!(server.pace.sleeps().iter().filter(|sleep| **sleep == MINUTE).count() >= 2);
    let asked = server.asked();
    assert_eq!(asked[1].bounds().0, at("2026-05-01T01:00:00Z"), "an hour before the newest");
}

#[test]
fn the_addresses_of_a_request_can_be_shown() {
    let mut request = days(1);
    request.filters.insert("audit", "startswith(activityDisplayName,'Add')".to_owned());
    let base = Url::parse("https://graph.microsoft.us/").expect("an address");
    let addresses = request.addresses(&base);
    assert!(
        addresses[0]
            .1
            .as_str()
            .starts_with("https://graph.microsoft.us/v1.0/auditLogs/directoryAudits?$filter=")
    );
    assert!(
        addresses[0].1.as_str().contains("%20and%20(startswith(activityDisplayName,%27Add%27))")
    );
}
