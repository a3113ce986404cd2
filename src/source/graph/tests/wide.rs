//! Windows that are asked for at once: cut where they are full, handed over day by day, whatever pages Graph sends.
//! Never asks anything but the small Graph of `fixture`.

use super::*;
use crate::time::window::floor;
use std::collections::BTreeMap;

const DAY: Duration = Duration::from_hours(24);

/// All logs of a month.
fn month() -> Request {
    Request { logs: logs::LOGS.iter().collect(), ..days(30) }
}

/// A sink that fails where records of a day come after that day was handed in, or in another's slice.
#[derive(Default)]
struct ByDay {
    all: Everything,
    done: BTreeMap<&'static str, Timestamp>,
}

impl Sink for ByDay {
    fn page(&mut self, slice: &Slice, page: &Page) -> io::Result<()> {
        assert!(!slice.window.is_wide(DAY), "{slice:?}");
        for record in page.records() {
            let time = record.time.expect("a time");
            assert!(slice.window.contains(time), "{time} in {slice:?}");
            assert!(self.done.get(slice.log.name).is_none_or(|done| time >= *done), "{time}");
        }
        self.all.page(slice, page)
    }

    fn slice_done(&mut self, done: &Done) -> io::Result<()> {
        if done.complete {
            assert!(!done.slice.window.is_wide(DAY), "{done:?}");
            let before = self.done.insert(done.slice.log.name, done.slice.window.end);
            assert!(before.is_none_or(|before| before == done.slice.window.start), "{done:?}");
        }
        self.all.slice_done(done)
    }

    fn trouble(&mut self, missing: Missing) {
        self.all.trouble(missing);
    }
}

fn pulled_by_day(server: &Server, request: &Request) -> (Everything, Outcome) {
    let mut sink = ByDay::default();
    let outcome = pulled(&server.service(), request, &mut sink);
    if outcome.is_complete() {
        for log in &request.logs {
            assert_eq!(sink.done.get(log.name), Some(&request.window.end), "{}", log.name);
        }
    }
    (sink.all, outcome)
}

#[test]
fn an_empty_or_small_tenant_costs_a_request_for_each_log() {
    for count in [0, 30, 60] {
        let tenant = Tenant::new(count, HOUR * 12, 100);
        let server = Server::start(move |asked| tenant.answer(asked));
        let (all, outcome) = pulled_by_day(&server, &month());
        assert!(outcome.is_complete() && all.lines.len() == count * logs::LOGS.len());
        assert_eq!(server.asked().len(), logs::LOGS.len(), "{count} records");
        assert!(server.pace.elapsed() < Duration::from_secs(11), "one wait for its turn");
        assert_eq!(all.done.len(), 30 * logs::LOGS.len());
        assert_eq!((outcome.state.slices_done, outcome.state.slices_total), (210, 210));
        // On the screen too.
        let before = server.asked().len();
        let request = Request { newest_first: true, grid: DAY * 7, ..month() };
        let mut sink = Everything::default();
        assert!(pulled(&server.service(), &request, &mut sink).is_complete());
        assert_eq!(server.asked().len() - before, logs::LOGS.len());
    }
}

/// What a server that has no order, or another one, sends.
fn newest_first(tenant: &Tenant, asked: &Call) -> Reply {
    let (first, last) = asked.bounds();
    let mut all: Vec<&(Timestamp, String)> = tenant.records.iter().collect();
    all.retain(|(time, _)| (first..=last).contains(time));
    all.reverse();
    let skip = asked.parameter("$skiptoken").map_or(0, |token| token.parse().expect("ours"));
    let end = (skip + tenant.page).min(all.len());
    let lines: Vec<&str> = all[skip.min(end)..end].iter().map(|(_, line)| line.as_str()).collect();
    let mut next = String::new();
    if end < all.len() {
        let base = asked.url.as_str().split("&$skiptoken").next().expect("text").to_owned();
        next = format!("\"@odata.nextLink\":\"{base}&$skiptoken={end}\",");
    }
    Reply::json(&format!("{{{next}\"value\":[{}]}}", lines.join(",")))
}

#[test]
fn any_order_and_any_size_of_pages_gives_each_record_once_in_its_day() {
    for (count, page) in [(90, 100), (90, 20), (700, 50), (700, 7), (999, 1), (200, 100)] {
        let tenant = Tenant::new(count, HOUR / 2, page);
        let expected = tenant.lines();
        for name in ["audit", "provisioning", "attributes"] {
            for is_reversed in [false, true] {
                let tenant = tenant.clone();
                let server = Server::start(move |asked| match is_reversed {
                    true => newest_first(&tenant, asked),
                    false => tenant.answer(asked),
                });
                let request = Request { logs: vec![log(name)], ..days(24) };
                let (all, outcome) = pulled_by_day(&server, &request);
                assert!(outcome.is_complete(), "{name} {count} {page}: {:?}", all.missing);
                assert_eq!(all.sorted(), expected, "{name} {count} {page} {is_reversed}");
                let pages = count.div_ceil(page);
                let asked = server.asked().len();
                assert!(asked <= 3 * pages + 40, "{name} {count} {page}: {asked} requests");
            }
        }
    }
}

/// A server that forgets to link to the next page.
fn unlinked(reply: Reply) -> Reply {
    let text = String::from_utf8(reply.body).expect("text");
    Reply { body: text.replace("@odata.nextLink", "@odata.context").into_bytes(), ..reply }
}

/// So many records in pages of this size, none of which links to the next, all come; how many requests
/// that takes.
fn all_without_links(name: &str, count: usize, page: usize, is_reversed: bool) -> usize {
    let tenant = Tenant::new(count, Duration::from_mins(13), page);
    let expected = tenant.lines();
    let server = Server::start(move |asked| {
        unlinked(if is_reversed { newest_first(&tenant, asked) } else { tenant.answer(asked) })
    });
    let request = Request { logs: vec![log(name)], ..days(24) };
    let (all, outcome) = pulled_by_day(&server, &request);
    assert!(outcome.is_complete(), "{name} {count}: {:?}", all.missing);
    assert_eq!(all.sorted(), expected, "{name} {count} {page} {is_reversed}");
    server.asked().len()
}

#[test]
fn a_full_page_without_a_link_is_not_the_last() {
    // Pages as large as was asked for, of a usual size, and of one that was seen before.
    for (name, count, page) in [
        ("audit", 2_500, 999),
        ("audit", 450, 100),
        ("provisioning", 450, 100),
        ("attributes", 950, 100),
    ] {
        for is_reversed in [false, true] {
            let asked = all_without_links(name, count, page, is_reversed);
            assert!(asked <= 6 * count.div_ceil(page), "{name} {count}: {asked} requests");
        }
    }
    // Of any size that is plausible: 300 of a window that holds 1,000 were taken for all of it.
    for (name, count, page) in [
        ("audit", 1_000, 300),
        ("audit", 700, 104),
        ("sign-ins", 500, 137),
        ("provisioning", 900, 300),
    ] {
        for is_reversed in [false, true] {
            let asked = all_without_links(name, count, page, is_reversed);
            assert!(asked <= 64, "{name} {count}: {asked}");
        }
    }
    // A size that nobody knows is known once a page of it linked to another.
    let tenant = Tenant::new(100, HOUR, 12);
    let expected = tenant.lines();
    let server =
        faulty(tenant, |number, _, reply| if number == 3 { unlinked(reply) } else { reply });
    let (all, outcome) = pulled_by_day(&server, &days(5));
    assert!(outcome.is_complete());
    assert_eq!(all.sorted(), expected);
}

#[test]
fn an_honest_last_page_costs_one_request_and_is_never_told() {
    // Records of one instant at the end are no full page.
    let instant = at("2026-05-20T10:00:00Z");
    let one_instant = (0..120).map(|number| (instant, record(number, instant))).collect();
    for tenant in [
        Tenant::new(300, HOUR, 999),
        Tenant::new(120, HOUR, 999),
        Tenant { records: one_instant, page: 999 },
    ] {
        let count = tenant.records.len();
        let server = Server::start(move |asked| tenant.answer(asked));
        let (all, outcome) = pulled_by_day(&server, &days(24));
        assert!(outcome.is_complete() && all.missing.is_empty(), "{:?}", all.missing);
        assert_eq!((all.lines.len(), server.asked().len() <= 3), (count, true));
    }
}

#[test]
fn more_records_of_one_instant_than_a_page_holds_are_told_and_nothing_else_is_lost() {
    let instant = at("2026-05-03T10:00:00Z");
    for name in ["audit", "provisioning"] {
        let mut tenant = Tenant::new(150, HOUR, 100);
        tenant.records.extend((0..130).map(|number| (instant, record(10_000 + number, instant))));
        tenant.records.sort();
        let expected = tenant.lines();
        let server = Server::start(move |asked| unlinked(tenant.answer(asked)));
        let request = Request { logs: vec![log(name)], ..days(10) };
        let mut sink = Everything::default();
        let outcome = pulled(&server.service(), &request, &mut sink);
        assert_eq!((outcome.missing, sink.lost().len()), (1, 1), "{:?}", sink.missing);
        let missing = sink.lost()[0].window.expect("a window");
        assert!(missing.contains(instant) && missing.end <= instant.plus(10_000_000));
        assert!(sink.lost()[0].reason.contains("at one time"), "{:?}", sink.missing);
        let got = sink.sorted();
        let lost: Vec<_> = expected.iter().filter(|line| !got.contains(line)).collect();
        assert_eq!(lost.len(), 31, "only those of that instant: 100 of 131 were on the page");
        assert!(lost.iter().all(|line| line.contains("2026-05-03T10:00:00")));
        let all = sink.done.iter().filter(|done| done.complete).map(|done| done.slice.window);
        let left = request.window.without(&all.collect::<Vec<_>>());
        assert_eq!(left, [missing], "and all else is known to be there");
        assert!(server.asked().len() < 120, "{}", server.asked().len());
    }
    // With links there is no such thing.
    let records = (0..260).map(|number| (instant, record(number, instant))).collect();
    let server = faulty(Tenant { records, page: 100 }, |_, _, reply| reply);
    let mut sink = Everything::default();
    assert!(pulled(&server.service(), &days(10), &mut sink).is_complete());
    assert_eq!(sink.lines.len(), 260);
}

#[test]
fn one_full_page_for_every_question_is_taken_once() {
    for name in ["audit", "provisioning"] {
        let fixed = Tenant::new(100, HOUR, 100).lines().join(",");
        let server = Server::start(move |_| Reply::json(&format!("{{\"value\":[{fixed}]}}")));
        let request = Request { logs: vec![log(name)], ..days(10) };
        let mut sink = Everything::default();
        pulled(&server.service(), &request, &mut sink);
        sink.lines.sort_unstable();
        sink.lines.dedup();
        assert_eq!(sink.lines.len(), 100);
        assert!(server.asked().len() < 60, "{}", server.asked().len());
    }
}

#[test]
fn a_log_without_a_licence_is_left_out_unless_it_was_asked_for_or_there_before() {
    let body = r#"{"error":{"code":"Authentication_RequestFromNonPremiumTenantOrB2CTenant","message":"Neither tenant is B2C or tenant doesn't have premium license"}}"#;
    let free = || {
        let tenant = Tenant::new(3, HOUR, 10);
        Server::start(move |asked| match asked.url.path().ends_with("signIns") {
            true => Reply { body: body.as_bytes().to_vec(), ..Reply::status(403) },
            false => tenant.answer(asked),
        })
    };
    let sign_ins: Vec<&str> =
        logs::LOGS.iter().map(|log| log.name).filter(|name| name.starts_with("sign-ins")).collect();
    let all = Request { optional: logs::LOGS.iter().map(|log| log.name).collect(), ..month() };
    let server = free();
    let (everything, outcome) = pulled_by_day_of(&server, &all, &sign_ins);
    assert!(outcome.is_complete(), "{outcome:?}");
    assert_eq!(outcome.unlicensed, sign_ins);
    assert_eq!((everything.lines.len(), everything.odd().len()), (9, sign_ins.len()));
    assert!(everything.odd().iter().all(|reason| reason.contains("no licence")));
    // The first is asked three times, as Graph errs; then it is known.
    assert_eq!(server.asked().len(), 3 + 3 + 3);

    let (everything, outcome) = pulled_by_day_of(&free(), &month(), &sign_ins);
    assert_eq!((outcome.missing, outcome.refused.len()), (4, 4));
    assert_eq!(everything.lines.len(), 9);

    // What was there before is missing now.
    let outcome = pulled(&free().service(), &all, &mut Before(Everything::default()));
    assert!(!outcome.is_complete() && outcome.unlicensed.is_empty());
}

/// A sink that had each log before.
struct Before(Everything);

impl Sink for Before {
    fn had(&self, _: &'static logs::Log) -> bool {
        true
    }

    fn page(&mut self, slice: &Slice, page: &Page) -> io::Result<()> {
        self.0.page(slice, page)
    }

    fn trouble(&mut self, missing: Missing) {
        self.0.trouble(missing);
    }
}

/// The same, but for logs that are refused.
fn pulled_by_day_of(server: &Server, request: &Request, without: &[&str]) -> (Everything, Outcome) {
    let mut sink = ByDay::default();
    let outcome = pulled(&server.service(), request, &mut sink);
    assert!(without.iter().all(|name| !sink.done.contains_key(name)));
    (sink.all, outcome)
}

#[test]
fn whatever_fails_day_by_day_nothing_is_missing_and_nothing_comes_twice() {
    let tenant = Tenant::new(400, HOUR, 12);
    let expected = tenant.lines();
    for seed in 0..40 {
        let mut dice = Dice(seed);
        let server = faulty(tenant.clone(), move |number, _, reply| {
            let cut = dice.roll(reply.body.len() as u64 + 1) as usize;
            match dice.roll(24) {
                0 => Reply::status(503),
                1 => Reply { cut: Some(cut), ..reply },
                2 => Reply { body: reply.body[..cut].to_vec(), ..reply },
                3 => Reply::status(429).with("Retry-After", "2"),
                // Once in a while a page links nowhere, and is as full as the others.
                4 if number > 20 => unlinked(reply),
                5 => Reply::status(400),
                _ => reply,
            }
        });
        let request = Request { most_records: 60 + seed, ..days(20) };
        let mut sink = ByDay::default();
        let outcome = pulled(&server.service(), &request, &mut sink);
        // The first request of all may be refused, and then there is nothing.
        if outcome.refused.is_empty() {
            assert!(outcome.is_complete(), "seed {seed}: {:?}", sink.all.missing);
            assert!(sink.all.sorted() == expected, "seed {seed}: {}", sink.all.lines.len());
        } else {
            assert!(outcome.missing > 0);
        }
        let start = request.window.start;
        assert_eq!(floor(start, DAY), start);
    }
}
