//! Answers that would go on for ever: each ends, is told within half a minute, and leaves the rest its turn.
//! Never takes real time: waiting moves the clock of a test, or it runs a thousand times as fast.
#![expect(clippy::disallowed_methods, reason = "a server that drips, and a clock that runs fast")]

use super::*;
use crate::http::pace;
use crate::time::ticks;

/// Pulls the audit log from a server that is wrong in some way, and then provisioning, which is not;
/// what came, and when anything was told first.
fn pulled_beside(answer: impl FnMut(&Call) -> Reply + Send + 'static) -> (Server, Heard, Outcome) {
    let mut answer = answer;
    let sound = Tenant::new(5, HOUR, 10);
    let server = Server::start(move |asked| match asked.url.path().ends_with("provisioning") {
        true => sound.answer(asked),
        false => answer(asked),
    });
    let request = Request { logs: vec![log("audit"), log("provisioning")], ..days(3) };
    let mut heard = Heard { pace: Arc::clone(&server.pace), ..Heard::default() };
    let outcome = pulled(&server.service(), &request, &mut heard);
    (server, heard, outcome)
}

/// A sink that knows when it was told something.
#[derive(Default)]
struct Heard {
    pace: Arc<TestPace>,
    all: Everything,
    told: Vec<Duration>,
}

impl Heard {
    fn of(&self, log: &str) -> Vec<&str> {
        let lost = self.all.missing.iter().filter(|missing| missing.lost && missing.log == log);
        lost.map(|missing| missing.reason.as_str()).collect()
    }
}

impl Sink for Heard {
    fn page(&mut self, slice: &Slice, page: &Page) -> io::Result<()> {
        self.all.page(slice, page)
    }

    fn slice_done(&mut self, done: &Done) -> io::Result<()> {
        self.all.slice_done(done)
    }

    fn trouble(&mut self, missing: Missing) {
        self.told.push(self.pace.elapsed());
        self.all.missing.push(missing);
    }
}

fn records(numbers: std::ops::Range<usize>) -> String {
    let record =
        |number: usize| record(number, at("2026-05-01").plus(ticks(MINUTE) * number as i64));
    numbers.map(record).collect::<Vec<_>>().join(",")
}

fn page(asked: &Call, next: usize, records: &str) -> Reply {
    let mut link = asked.url.clone();
    link.query_pairs_mut().append_pair("n", &next.to_string());
    Reply::json(&format!("{{\"@odata.nextLink\":\"{link}\",\"value\":[{records}]}}"))
}

#[test]
fn pages_that_come_again_and_again_end_and_the_next_log_is_pulled() {
    // Of so many pages, whose links are new each time.
    for length in [1, 2, 5, 12] {
        for is_turned in [false, true] {
            let mut number = 0;
            let (server, heard, outcome) = pulled_beside(move |asked| {
                let at = number % length;
                // Other bytes each round, but the same records.
                let blank = if is_turned { " ".repeat(number / length) } else { String::new() };
                number += 1;
                let records = records(at * 3..at * 3 + 3).replacen(',', &format!("{blank},"), 1);
                page(asked, number, &records)
            });
            assert_eq!(outcome.stopped, None, "{length}");
            assert_eq!(heard.of("audit").len(), 1, "{length}: {:?}", heard.all.missing);
            assert!(heard.of("audit")[0].starts_with("Graph sends "), "{:?}", heard.all.missing);
            assert!(heard.of("provisioning").is_empty());
            assert_eq!(
                heard.all.lines.len(),
                length * 3 + 5,
                "each record once, and the other log"
            );
            let asked = server.asked().len();
            assert!(asked < 4 * (length + 35), "{length}: {asked} requests");
        }
    }
}

#[test]
fn pages_without_records_end_and_are_told_within_half_a_minute() {
    let mut number = 0;
    let (server, heard, outcome) = pulled_beside(move |asked| {
        number += 1;
        page(asked, number, "")
    });
    assert_eq!((outcome.stopped, outcome.missing), (None, 1));
    assert!(heard.told[0] <= Duration::from_secs(30), "{:?}", heard.told);
    assert!(server.asked().len() < 140, "{}", server.asked().len());
    assert_eq!(heard.all.lines.len(), 5, "the other log is there");
}

#[test]
fn a_portal_in_between_is_told_within_half_a_minute_and_nothing_is_taken_from_it() {
    let html = "<html><head><title>Sign in to Free WiFi</title></head></html>";
    for reply in [
        Reply::status(307).with("Location", "http://portal.example/"),
        Reply::status(302).with("Location", "/again"),
        Reply { status: 200, body: html.as_bytes().to_vec(), ..Reply::default() },
        Reply { status: 200, body: b"please sign in".to_vec(), ..Reply::default() },
        Reply { status: 200, body: b"[]".to_vec(), ..Reply::default() },
    ] {
        let server = Server::start(move |_| reply.clone());
        let logs = logs::LOGS.iter().collect();
        let mut sink = Everything::default();
        let outcome = pulled(&server.service(), &Request { logs, ..days(30) }, &mut sink);
        assert!(matches!(outcome.stopped, Some(Stopped::Unreachable(_))), "{outcome:?}");
        assert!(server.pace.elapsed() <= Duration::from_secs(30), "{:?}", server.pace.elapsed());
        assert_eq!(sink.lost().len(), logs::LOGS.len(), "each log is said to be missing");
        assert!(sink.done.iter().all(|done| !done.complete) && sink.lines.is_empty());
        assert!(server.asked().len() <= 3);
    }
}

#[test]
fn waits_that_never_end_are_told_and_end_within_an_hour() {
    for after in ["0", "1", "3", "29"] {
        let server = Server::start(move |_| Reply::status(429).with("Retry-After", after));
        let mut heard = Heard { pace: Arc::clone(&server.pace), ..Heard::default() };
        let outcome = pulled(&server.service(), &days(3), &mut heard);
        assert!(matches!(outcome.stopped, Some(Stopped::Unreachable(_))));
        assert!(heard.told[0] <= Duration::from_secs(30), "{after}: {:?}", heard.told);
        let spent = server.pace.elapsed();
        assert!(spent <= HOUR + MINUTE, "{after}: {spent:?}");
    }
    // One that is too long is not waited for at all.
    let server = Server::start(|_| Reply::status(503).with("Retry-After", "999999999"));
    let mut sink = Everything::default();
    pulled(&server.service(), &days(3), &mut sink);
    assert!(server.pace.elapsed() <= HOUR / 2 && !sink.lost().is_empty());
}

#[test]
fn answers_that_are_none_end_the_pull_in_minutes() {
    for reply in [
        Reply::status(500),
        Reply::json("{}"),
        Reply::json("{\"value\":"),
        Reply::json(""),
        Reply::json(r#"{"error":{"code":"UnknownError","message":"oops"}}"#),
    ] {
        let server = Server::start(move |_| reply.clone());
        let mut heard = Heard { pace: Arc::clone(&server.pace), ..Heard::default() };
        let outcome = pulled(&server.service(), &days(30), &mut heard);
        assert!(matches!(outcome.stopped, Some(Stopped::Unreachable(_))), "{outcome:?}");
        assert!(heard.told[0] <= Duration::from_secs(30), "{:?}", heard.told);
        assert!(server.pace.elapsed() < MINUTE * 15, "{:?}", server.pace.elapsed());
    }
}

#[test]
fn a_server_that_never_answers_is_told_of_and_given_up() {
    let server = Server::start(|_| Reply { hangs: true, ..Reply::default() });
    let mut sink = Everything::default();
    let outcome = pulled(&server.service(), &days(1), &mut sink);
    assert!(matches!(outcome.stopped, Some(Stopped::Unreachable(_))), "{outcome:?}");
    assert!(server.asked().len() < 200, "{}", server.asked().len());
}

/// A clock that runs a thousand times as fast as ours.
#[derive(Debug)]
struct Fast(std::time::Instant);

const SPEED: u32 = 1_000;

impl pace::Pace for Fast {
    fn now(&self) -> Timestamp {
        at("2026-05-31").plus(ticks(self.elapsed()))
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed() * SPEED
    }

    fn sleep(&self, time: Duration) -> pace::Wait<'_> {
        Box::pin(tokio::time::sleep(time / SPEED))
    }

    fn limit(&self, time: Duration) -> pace::Wait<'_> {
        Box::pin(tokio::time::sleep(time / SPEED))
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

/// A server that sends the first bytes of an answer, and then one more now and then, for ever; it answers
/// as it should once it is told to.
fn dripping(begins: String) -> (Url, Arc<std::sync::atomic::AtomicBool>) {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let base = Url::parse(&format!("http://{}", listener.local_addr().expect("an address")));
    let is_well = Arc::<std::sync::atomic::AtomicBool>::default();
    let well = Arc::clone(&is_well);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, begins) = (stream.expect("a connection"), begins.clone());
            let is_well = well.load(Ordering::Relaxed);
            std::thread::spawn(move || {
                let _ = stream.read(&mut [0; 4096]);
                if is_well {
                    let page = format!("{{\"value\":[{}]}}", records(0..7));
                    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length:";
                    let _ = write!(stream, "{head} {}\r\n\r\n{page}", page.len());
                    return;
                }
                let mut alive = stream.write_all(begins.as_bytes()).is_ok();
                while alive {
                    std::thread::sleep(Duration::from_millis(2));
                    alive = stream.write_all(b" ").is_ok();
                }
            });
        }
    });
    (base.expect("an address"), is_well)
}

#[test]
fn an_answer_that_drips_is_said_in_half_a_minute_and_ends() {
    let page = format!("{{\"value\":[{}", records(0..5));
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    for (begins, came) in [
        (format!("{head}Content-Length: 900000\r\n\r\n{page},"), 5),
        (format!("{head}\r\n{page}]"), 5),
        (format!("{head}X-Long:"), 0),
        ("HTTP/1.1 429 Too Many\r\nContent-Length: 9000\r\n\r\n{".to_owned(), 0),
        ("HTTP/1.1 400 Bad\r\nContent-Length: 9000\r\n\r\n{".to_owned(), 0),
    ] {
        let (base, is_well) = dripping(begins.clone());
        let pace: Arc<dyn pace::Pace> = Arc::new(Fast(std::time::Instant::now()));
        let service =
            Service::new(base, client(), Arc::new(AnyToken::default()), Arc::clone(&pace));
        let mut heard = FastHeard { pace, all: Everything::default(), told: None };
        let outcome = pulled(&service, &days(1), &mut heard);
        assert!(!outcome.is_complete(), "{begins}: {outcome:?}");
        // A minute of this clock is 60 ms of ours, which others have their share of.
        let told = heard.told.expect("told");
        assert!(told < MINUTE * 5, "{begins}: {told:?}");
        assert!(service.pace().elapsed() < HOUR * 3, "{:?}", service.pace().elapsed());
        assert!(heard.all.lines.len() >= came, "{begins}: what came is kept");
        is_well.store(true, Ordering::Relaxed);
        let mut sink = Everything::default();
        assert!(pulled(&service, &days(1), &mut sink).is_complete(), "{:?}", sink.missing);
        assert_eq!(sink.lines.len(), 7);
    }
}

/// A sink that knows when it was told something first, on that clock.
struct FastHeard {
    pace: Arc<dyn pace::Pace>,
    all: Everything,
    told: Option<Duration>,
}

impl Sink for FastHeard {
    fn page(&mut self, slice: &Slice, page: &Page) -> io::Result<()> {
        self.all.page(slice, page)
    }

    fn trouble(&mut self, missing: Missing) {
        self.told.get_or_insert(self.pace.elapsed());
        self.all.missing.push(missing);
    }
}
