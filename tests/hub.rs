//! An event hub as a place: whatever its partitions, its way to prove who asks and its faults, what is read is what is there.
//! Never Azure itself: a fake broker behind real TCP and TLS, and a real one where `ENTRAIL_TANSU` names its port.

#![expect(
    clippy::disallowed_methods,
    reason = "tests read the clock, and what the environment names"
)]

#[path = "fake_hub/hub.rs"]
mod fake_hub;
#[allow(dead_code, reason = "of the ways to use a terminal one is used here")]
#[path = "harness/terminal.rs"]
mod terminal;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use entrail::http::pace::{Pace, Wait};
use entrail::place::{Place, Places};
use entrail::secret::Secret;
use entrail::sign_in::{Cloud, Environment, Method, Settings};
use entrail::source::following::Follow;
use entrail::source::hub::address::Address;
use entrail::source::hub::credential::ConnectionString;
use entrail::source::hub::{From, Hub};
use entrail::source::{self, Delivery, Summary, read_all};
use entrail::store::Store;
use entrail::time::Timestamp;
use fake_hub::broker::{FETCH, LIST_OFFSETS, METADATA, damaged};
use fake_hub::bytes::{Codec, Kind, ORDINARY};
use fake_hub::front::CERTIFICATES;
use fake_hub::producer::Producer;
use fake_hub::{CONNECTION, FakeHub, Fault, Log};
use tokio_util::sync::CancellationToken;

/// Nothing takes this long; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_mins(1);

/// A clock that goes two hundred times as fast.
#[derive(Debug)]
struct Quick(Instant);

/// How much faster.
const TIMES: u32 = 200;

impl Pace for Quick {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(jiff::Timestamp::now().as_millisecond())
    }
    fn elapsed(&self) -> Duration {
        self.0.elapsed() * TIMES
    }
    fn sleep(&self, time: Duration) -> Wait<'_> {
        Box::pin(tokio::time::sleep(time / TIMES))
    }
    fn limit(&self, _: Duration) -> Wait<'_> {
        Box::pin(std::future::pending())
    }
    fn chance(&self) -> f64 {
        0.0
    }
}

/// A record as diagnostic settings write it.
fn record(id: &str) -> String {
    format!(
        r#"{{"time":"2026-11-20T10:00:00Z","resourceId":"/tenants/4aaa/providers/Microsoft.aadiam","operationName":"Update user","category":"AuditLogs","tenantId":"4aaa","correlationId":"c-{id}","properties":{{"id":"{id}","category":"UserManagement","correlationId":"c-{id}","activityDisplayName":"Update user","activityDateTime":"2026-11-20T10:00:00Z","loggedByService":"Core Directory","result":"success","initiatedBy":{{}},"targetResources":[]}}}}"#
    )
}

/// A message of some records, as diagnostic settings send it.
fn message(ids: &[&str]) -> String {
    let records: Vec<String> = ids.iter().map(|id| record(id)).collect();
    format!("{{\"records\": [{}]}}", records.join(",\n  "))
}

/// What came.
#[derive(Default)]
struct Came {
    store: Store,
    troubles: Vec<String>,
    summary: Summary,
}

impl Came {
    fn take(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::Segment(segment) => self.store.push(segment),
            Delivery::Trouble(trouble) => self.troubles.push(trouble.to_string()),
            Delivery::Done(summary) => self.summary = summary,
            _ => {}
        }
    }

    /// The ids of the records, read again from where they are kept.
    fn ids(&self) -> BTreeSet<String> {
        let id = |row| {
            let (original, span) = self.store.span(row);
            let line = String::from_utf8(original.read(span).expect("read again")).expect("text");
            let value: serde_json::Value = serde_json::from_str(&line).expect("a record");
            value["properties"]["id"].as_str().expect("an id").to_owned()
        };
        let ids: Vec<String> = (0..self.store.len() as u32).map(id).collect();
        let all: BTreeSet<String> = ids.iter().cloned().collect();
        assert_eq!(all.len(), ids.len(), "no record is there twice");
        all
    }
}

fn ids(all: &[&str]) -> BTreeSet<String> {
    all.iter().map(|id| (*id).to_owned()).collect()
}

fn load(hub: &Hub) -> Came {
    let mut came = Came::default();
    let places: Places = vec![Arc::new(hub.clone())];
    drop(read_all(places, |delivery| came.take(delivery)));
    came
}

/// A hub that is followed on a thread of its own.
struct Followed {
    came: Arc<Mutex<Came>>,
    cancel: CancellationToken,
    thread: std::thread::JoinHandle<()>,
}

fn follow(hub: &Hub, loaded: Came) -> Followed {
    let (outbox, mut deliveries) = tokio::sync::mpsc::channel(64);
    let cancel = CancellationToken::new();
    let places: Places = vec![Arc::new(hub.clone())];
    let follow = Follow { places, store: loaded.store.clone(), told: Vec::new() };
    source::follow(follow, outbox, cancel.clone());
    let came = Arc::new(Mutex::new(loaded));
    let taken = Arc::clone(&came);
    let thread = std::thread::spawn(move || {
        while let Some(delivery) = deliveries.blocking_recv() {
            taken.lock().expect("came").take(delivery);
        }
    });
    Followed { came, cancel, thread }
}

impl Followed {
    fn until(&self, what: &str, is_there: impl Fn(&Came) -> bool) {
        let began = Instant::now();
        while !is_there(&self.came.lock().expect("came")) {
            let came = self.came.lock().expect("came");
            assert!(
                began.elapsed() < PATIENCE,
                "{what}: {:?} {:?}",
                came.store.len(),
                came.troubles
            );
            drop(came);
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn end(self) -> Came {
        self.cancel.cancel();
        self.thread.join().expect("it ends");
        Arc::try_unwrap(self.came).ok().expect("alone").into_inner().expect("came")
    }
}

fn at(address: &str, from: From, connection: Option<&str>, settings: Settings) -> Hub {
    let address = Address::parse(address, &Cloud::default()).expect("an address");
    let connection = connection.map(|text| ConnectionString::parse(text).expect("a string"));
    let hub = Hub::new(address, from, connection, settings, Some(PathBuf::from(CERTIFICATES)));
    hub.expect("a hub").paced(Arc::new(Quick(Instant::now())))
}

/// A hub that is read with a connection string.
fn hub(fake: &FakeHub, name: &str, from: From) -> Hub {
    at(&fake.address(name), from, Some(CONNECTION), Settings::default())
}

/// Where the same behaviour is tested: before a fake broker, and before a real one where one is named.
struct Engine {
    door: FakeHub,
    producer: Option<Producer>,
    /// The hub of one test: a real broker keeps those of others.
    name: String,
}

impl Engine {
    fn all() -> Vec<Self> {
        let name = format!("hub-{}", jiff::Timestamp::now().as_nanosecond());
        let mut all = vec![Self { door: FakeHub::start(2), producer: None, name: name.clone() }];
        if let Some(port) = std::env::var_os("ENTRAIL_TANSU") {
            let port = port.to_str().and_then(|port| port.parse().ok()).expect("a port");
            let producer = Some(Producer::new(port));
            all.push(Self { door: FakeHub::before(1, Some(port)), producer, name });
        }
        all
    }

    fn make(&mut self, partitions: usize) {
        match &mut self.producer {
            Some(producer) => producer.make(&self.name, partitions as i32),
            None => self.door.make(&self.name, partitions),
        }
    }

    fn send(&mut self, partition: usize, time: i64, codec: Codec, values: &[&[u8]]) {
        match &mut self.producer {
            Some(producer) => producer.send(&self.name, partition as i32, time, codec, values),
            None => {
                let kind = Kind { codec, ..ORDINARY };
                self.door.log(&self.name, partition, |log| log.push(time, kind, values));
            }
        }
    }

    fn hub(&self, from: From) -> Hub {
        hub(&self.door, &self.name, from)
    }
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

#[test]
fn all_partitions_are_read_to_the_end_in_every_form_of_message() {
    for mut engine in Engine::all() {
        engine.make(3);
        let [one, two] = [message(&["a", "b"]), record("c")];
        engine.send(0, now(), Codec::Plain, &[one.as_bytes(), two.as_bytes()]);
        let list = format!("[{},\r\n{}]", record("d"), record("e"));
        engine.send(1, now(), Codec::Gzip, &[list.as_bytes(), message(&["f"]).as_bytes()]);
        engine.send(1, now(), Codec::Zstd, &[message(&["g", "h"]).as_bytes()]);
        engine.send(2, now(), Codec::Plain, &[message(&["i"]).as_bytes(), one.as_bytes()]);
        let came = load(&engine.hub(From::Beginning));
        assert_eq!(came.troubles, Vec::<String>::new());
        assert_eq!(came.ids(), ids(&["a", "b", "c", "d", "e", "f", "g", "h", "i"]));
        assert_eq!(came.summary.progress.duplicates, 2, "what was sent twice is there once");
    }
}

#[test]
fn from_now_on_nothing_is_read_and_what_arrives_is_followed() {
    for mut engine in Engine::all() {
        engine.make(2);
        engine.send(0, now(), Codec::Plain, &[message(&["old"]).as_bytes()]);
        let hub = engine.hub(From::Now);
        let loaded = load(&hub);
        assert_eq!((loaded.store.len(), loaded.troubles.len()), (0, 0), "{:?}", loaded.troubles);
        // What arrives between the load and following it is not lost.
        engine.send(1, now(), Codec::Plain, &[message(&["between"]).as_bytes()]);
        let followed = follow(&hub, loaded);
        followed.until("between", |came| came.store.len() == 1);
        engine.send(0, now(), Codec::Gzip, &[message(&["x", "y"]).as_bytes()]);
        followed.until("two more", |came| came.store.len() == 3);
        let came = followed.end();
        assert_eq!(came.ids(), ids(&["between", "x", "y"]));
        assert_eq!(came.troubles, Vec::<String>::new());
    }
}

#[test]
fn from_a_time_on_older_messages_are_left_out() {
    for mut engine in Engine::all() {
        engine.make(2);
        let base = now() - 3_600_000;
        for n in 0..6_i64 {
            let id = format!("{n}");
            let partition = (n % 2) as usize;
            engine.send(partition, base + n * 60_000, Codec::Plain, &[message(&[&id]).as_bytes()]);
        }
        let from = From::Time(Timestamp::from_ms(base + 150_000));
        let came = load(&engine.hub(from));
        assert_eq!(came.troubles, Vec::<String>::new());
        assert_eq!(came.ids(), ids(&["3", "4", "5"]));
        let came = load(&engine.hub(From::Time(Timestamp::from_ms(now() + 60_000))));
        assert_eq!((came.store.len(), came.troubles.len()), (0, 0), "{:?}", came.troubles);
    }
}

#[test]
fn what_was_read_is_gone_on_from_the_next_time() {
    for mut engine in Engine::all() {
        engine.make(2);
        let folder = tempfile::tempdir().expect("a folder");
        let state = folder.path().join("state").join("hub");
        let resumed = |engine: &Engine| engine.hub(From::Beginning).resumed(&state).expect("kept");
        engine.send(0, now(), Codec::Plain, &[message(&["a"]).as_bytes()]);
        let first = resumed(&engine);
        assert_eq!(load(&first).ids(), ids(&["a"]));
        // Nobody said that it has the records: they come again.
        assert_eq!(load(&resumed(&engine)).ids(), ids(&["a"]));
        first.handed_over().expect("kept");
        engine.send(1, now(), Codec::Plain, &[message(&["b"]).as_bytes()]);
        let second = resumed(&engine);
        assert!(second.explained().join(" ").contains("the last time"));
        let loaded = load(&second);
        assert_eq!(loaded.ids(), ids(&["b"]));
        let followed = follow(&second, loaded);
        engine.send(0, now(), Codec::Plain, &[message(&["c"]).as_bytes()]);
        followed.until("c", |came| came.store.len() == 2);
        followed.end();
        assert_eq!(load(&resumed(&engine)).store.len(), 0);
        #[cfg(unix)]
        for entry in std::fs::read_dir(&state).expect("the folder") {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = entry.expect("a file").metadata().expect("what it is").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}

#[test]
fn who_asks_is_proven_by_a_token_too_and_by_nothing_else() {
    for mut engine in Engine::all() {
        engine.make(1);
        engine.send(0, now(), Codec::Plain, &[message(&["a"]).as_bytes()]);
        let token = "eyJ0eXAiOiJKV1QifQ.e30.token-of-tests-0001";
        engine.door.state().tokens.push(token.to_owned());
        let signed_in = |token: &str| {
            let environment =
                Environment { token: Some(Secret::new(token)), ..Environment::default() };
            let settings =
                Settings { method: Some(Method::Token), environment, ..Settings::default() };
            at(&engine.door.address(&engine.name), From::Beginning, None, settings)
        };
        let came = load(&signed_in(token));
        assert_eq!((came.ids(), came.troubles), (ids(&["a"]), Vec::new()));
        let came = load(&signed_in("eyJ0eXAiOiJKV1QifQ.e30.another-token-0002"));
        assert_eq!(came.store.len(), 0);
        let told = came.troubles.join("\n");
        assert!(
            told.contains("Azure Event Hubs Data Receiver") || told.contains("token"),
            "{told}"
        );
        assert!(!told.contains("another-token"), "{told}");
        let wrong = CONNECTION.replace("bGlz", "AAAA");
        let came = load(&at(
            &engine.door.address(&engine.name),
            From::Beginning,
            Some(&wrong),
            Settings::default(),
        ));
        let told = came.troubles.join("\n");
        assert!(told.contains("may Listen") && told.contains("Standard"), "{told}");
        assert!(!told.contains("AAAA"), "{told}");
    }
}

#[test]
fn a_hub_that_is_not_there_is_said_and_not_made() {
    for engine in Engine::all() {
        let came = load(&engine.hub(From::Beginning));
        let told = came.troubles.join("\n");
        assert!(told.contains("there is no hub") && told.contains("--list"), "{told}");
        assert!(came.summary.lost > 0);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let listed = runtime.expect("a runtime").block_on(engine.hub(From::Now).list());
        let listed = listed.expect("a list");
        assert!(!listed.iter().any(|(name, _)| *name == engine.name), "{listed:?}");
    }
}

#[test]
fn a_connection_string_of_another_namespace_is_sent_nowhere() {
    let address = Address::parse("contoso/h", &Cloud::default()).expect("an address");
    let connection = ConnectionString::parse(CONNECTION).expect("a string");
    let refused = Hub::new(address, From::Now, Some(connection), Settings::default(), None);
    let why = refused.expect_err("refused");
    assert!(why.contains("127.0.0.1") && why.contains("contoso.servicebus.windows.net"), "{why}");
}

#[test]
fn what_is_broken_is_told_with_partition_and_offset_and_passed_over() {
    let fake = FakeHub::start(1);
    fake.make("h", 2);
    fake.log("h", 1, |log| {
        log.push(1, ORDINARY, &[message(&["a"]).as_bytes(), b"no json", b"\xff\xfe\0\0"]);
        // Cut off in the middle of the second of three records.
        let three = message(&["b", "cut", "lost"]);
        log.push(1, ORDINARY, &[&three.as_bytes()[..three.len() - 600]]);
        log.push(1, ORDINARY, &[message(&["c"]).as_bytes()]);
        let bytes = damaged(log.end);
        log.batches.push((log.end, log.end, 1, bytes));
        log.end += 1;
        log.push(1, Kind { codec: Codec::Snappy, ..ORDINARY }, &[b"x", b"y"]);
        log.push(1, ORDINARY, &[b"", b"{\"records\":[]}", message(&["d"]).as_bytes()]);
    });
    let came = load(&hub(&fake, "h", From::Beginning));
    assert_eq!(came.ids(), ids(&["a", "b", "c", "d"]));
    let told = came.troubles.join("\n");
    for part in [
        "partition 1 offset 1: the message is not JSON",
        "partition 1 offset 3: ",
        "partition 1 offset 5: the batch of messages is damaged: its checksum is wrong",
        "partition 1 offset 6: the messages are compressed with Snappy",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
    assert!(came.summary.lost >= 5, "{} {told}", came.summary.lost);
}

#[test]
fn transactions_that_were_given_up_are_left_out_and_gaps_passed_over() {
    let fake = FakeHub::start(1);
    fake.make("h", 1);
    fake.log("h", 0, |log| {
        log.push(1, ORDINARY, &[message(&["a"]).as_bytes()]);
        log.transaction(1, 7, &[message(&["given up"]).as_bytes()], false);
        log.transaction(1, 7, &[message(&["b"]).as_bytes()], true);
        log.transaction(1, 8, &[message(&["given up too"]).as_bytes()], false);
        // Compacted: of five offsets one message is left, and a batch of none.
        let (at, left) = (log.end + 2, message(&["c"]));
        log.store(1, ORDINARY, log.end + 4, &[(at, None, Some(left.into_bytes()))]);
        log.store(1, ORDINARY, log.end + 9, &[]);
        log.store(1, ORDINARY, log.end, &[(log.end, Some(b"key".to_vec()), None)]);
        log.stable = Some(log.end);
        log.push(1, Kind { producer: Some(9), ..ORDINARY }, &[message(&["open"]).as_bytes()]);
    });
    let hub = hub(&fake, "h", From::Beginning);
    let loaded = load(&hub);
    assert_eq!((loaded.ids(), &loaded.troubles), (ids(&["a", "b", "c"]), &Vec::new()));
    // Once it is committed, it comes.
    let followed = follow(&hub, loaded);
    fake.log("h", 0, |log| log.stable = None);
    followed.until("what was open", |came| came.store.len() == 4);
    assert_eq!(followed.end().ids(), ids(&["a", "b", "c", "open"]));
}

#[test]
fn what_retention_dropped_is_told_with_how_much_it_was() {
    let fake = FakeHub::start(1);
    fake.make("h", 1);
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let send =
        |id: &str| fake.log("h", 0, |log| log.push(now(), ORDINARY, &[message(&[id]).as_bytes()]));
    let resumed = |from| hub(&fake, "h", from).resumed(&state).expect("kept");
    send("a");
    let first = resumed(From::Beginning);
    assert_eq!(load(&first).ids(), ids(&["a"]));
    first.handed_over().expect("kept");
    for id in ["b", "c", "d"] {
        send(id);
    }
    fake.log("h", 0, |log| log.forget(3));
    let came = load(&resumed(From::Beginning));
    assert_eq!(came.ids(), ids(&["d"]));
    let told = came.troubles.join("\n");
    assert!(told.contains("partition 0 offset 1: 2 messages are not kept any more"), "{told}");
    assert!(came.summary.lost > 0);
    // From a time that lies before all that is kept, something may be missing.
    let time = From::Time(Timestamp::from_ms(now() - 86_400_000));
    let came = load(&hub(&fake, "h", time));
    let told = came.troubles.join("\n");
    assert!(
        came.ids() == ids(&["d"]) && told.contains("the oldest message that is kept"),
        "{told}"
    );
    // A hub that was made anew begins at 0 again.
    fake.make("h", 1);
    let anew = resumed(From::Beginning);
    let came = load(&anew);
    assert_eq!(came.store.len(), 0);
    anew.handed_over().expect("kept");
    send("e");
    let told = came.troubles.join("\n");
    assert!(told.contains("made anew"), "{told}");
    assert_eq!(load(&resumed(From::Beginning)).ids(), ids(&["e"]));
}

#[test]
fn a_proof_that_ends_is_made_anew_on_the_same_connection() {
    let fake = FakeHub::start(1);
    fake.make("h", 1);
    fake.state().lifetime = Some(Duration::from_millis(400));
    let hub = hub(&fake, "h", From::Now).paced(Arc::new(entrail::http::pace::SystemPace::new()));
    let followed = follow(&hub, load(&hub));
    let began = Instant::now();
    let mut sent = 0;
    // Three times as long as a proof is good for.
    while began.elapsed() < Duration::from_millis(1_200) {
        let id = sent.to_string();
        fake.log("h", 0, |log| log.push(now(), ORDINARY, &[message(&[&id]).as_bytes()]));
        sent += 1;
        std::thread::sleep(Duration::from_millis(10));
    }
    followed.until("all", |came| came.store.len() == sent);
    assert_eq!(followed.end().troubles, Vec::<String>::new());
    assert!(fake.state().proofs >= 5, "{}", fake.state().proofs);
    assert_eq!(fake.state().expired, 0, "no connection was closed for want of a proof");
}

#[test]
fn a_partition_that_cannot_be_read_is_told_and_asked_again_beside_the_others() {
    let fake = FakeHub::start(2);
    fake.make("h", 3);
    let hub = hub(&fake, "h", From::Now);
    let loaded = load(&hub);
    let forbidden = Arc::new(Mutex::new(true));
    let is_forbidden = Arc::clone(&forbidden);
    fake.state().fault =
        Box::new(move |seen, _| match (seen.key, *is_forbidden.lock().expect("it")) {
            (FETCH, true) => Fault::CodeOf(1, 29),
            _ => Fault::None,
        });
    let followed = follow(&hub, loaded);
    for (partition, id) in [(0, "a"), (1, "b"), (2, "c")] {
        fake.log("h", partition, |log| log.push(now(), ORDINARY, &[message(&[id]).as_bytes()]));
    }
    followed.until("the others", |came| came.store.len() == 2 && !came.troubles.is_empty());
    *forbidden.lock().expect("it") = false;
    followed.until("all", |came| came.store.len() == 3);
    // The leader of a partition changes: that is nothing to tell.
    fake.log("h", 0, |log| log.leader = 1 - log.leader);
    fake.log("h", 0, |log| log.push(now(), ORDINARY, &[message(&["d"]).as_bytes()]));
    followed.until("from the new leader", |came| came.store.len() == 4);
    // A partition that is added is read from its first message on.
    fake.state().hubs.get_mut("h").expect("a hub").push(Log::default());
    fake.log("h", 3, |log| log.push(now(), ORDINARY, &[message(&["e"]).as_bytes()]));
    followed.until("from the new partition", |came| came.store.len() == 5);
    let came = followed.end();
    let told = came.troubles.join("\n");
    assert_eq!(came.troubles.len(), 1, "{told}");
    assert!(
        told.contains("partition 1: reading h is not allowed") && told.contains("asked again"),
        "{told}"
    );
}

#[test]
fn what_stays_wrong_is_given_up_in_a_load_and_said_to_be_missing() {
    let fake = FakeHub::start(1);
    fake.make("h", 2);
    for (partition, id) in [(0, "a"), (1, "b")] {
        fake.log("h", partition, |log| log.push(now(), ORDINARY, &[message(&[id]).as_bytes()]));
    }
    fake.state().fault = Box::new(|_, _| Fault::CodeOf(1, 56));
    let came = load(&hub(&fake, "h", From::Beginning));
    assert_eq!(came.ids(), ids(&["a"]));
    let told = came.troubles.join("\n");
    assert!(
        told.contains("partition 1: not read to the end: the disk of the broker failed"),
        "{told}"
    );
    assert!(came.summary.lost > 0);
    // A broker that is too old, and something that is no broker.
    fake.state().fault = Box::new(|_, _| Fault::None);
    fake.state().lacks = vec![FETCH];
    let told = load(&hub(&fake, "h", From::Beginning)).troubles.join("\n");
    assert!(told.contains("does not answer Fetch in a version"), "{told}");
    let address = Address::parse("127.0.0.1:1/h", &Cloud::default()).expect("an address");
    let connection = ConnectionString::parse(CONNECTION).expect("a string");
    let nobody = Hub::new(address, From::Beginning, Some(connection), Settings::default(), None)
        .expect("a hub")
        .paced(Arc::new(Quick(Instant::now())));
    let told = load(&nobody).troubles.join("\n");
    assert!(
        told.contains("127.0.0.1 cannot be reached on port 1") && told.contains("proxy"),
        "{told}"
    );
}

#[test]
fn a_certificate_nobody_trusts_ends_it_before_anything_is_sent() {
    let fake = FakeHub::start(1);
    fake.make("h", 1);
    let address = Address::parse(&fake.address("h"), &Cloud::default()).expect("an address");
    let connection = ConnectionString::parse(CONNECTION).expect("a string");
    let hub = Hub::new(address, From::Beginning, Some(connection), Settings::default(), None);
    let told =
        load(&hub.expect("a hub").paced(Arc::new(Quick(Instant::now())))).troubles.join("\n");
    assert!(told.contains("--ca-cert"), "{told}");
    assert_eq!(fake.state().seen, Vec::<i16>::new());
}

/// A small random number.
fn random(state: &mut u64, below: u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state % below
}

/// An answer that breaks off at any byte is asked for again, and nothing of it is lost or there twice.
#[test]
fn cut_off_at_every_byte_all_is_read() {
    let all: BTreeSet<String> = (0..4).map(|n| n.to_string()).collect();
    let run = |cut: Option<(i16, usize)>| {
        let fake = FakeHub::start(1);
        fake.make("h", 2);
        for n in 0..4 {
            let kind = Kind { codec: Codec::Gzip, ..ORDINARY };
            let text = message(&[&n.to_string()]);
            fake.log("h", n % 2, |log| log.push(now(), kind, &[text.as_bytes()]));
        }
        let mut cut = cut;
        fake.state().fault = Box::new(move |seen, _| match cut {
            Some((key, most)) if key == seen.key => {
                cut = None;
                Fault::Cut(most)
            }
            _ => Fault::None,
        });
        let came = load(&hub(&fake, "h", From::Beginning));
        assert_eq!((came.ids(), came.troubles), (all.clone(), Vec::new()), "{cut:?}");
    };
    let every = if seeds() > 12 { 1 } else { 61 };
    for (key, len) in
        [(18, 70), (17, 40), (36, 24), (METADATA, 160), (LIST_OFFSETS, 60), (FETCH, 1_300)]
    {
        // What is longer than the answer is not cut.
        (0..len).step_by(every).for_each(|most| run(Some((key, most))));
    }
}

fn seeds() -> u64 {
    std::env::var("ENTRAIL_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(12)
}

/// Throttling, answers that break off, leaders that change, proofs that end and are refused, permission
/// lost for a while, batches of every kind: what arrives is what was sent, and nothing is said to be lost.
#[test]
fn whatever_goes_wrong_what_is_read_is_what_is_there() {
    for seed in 1..=seeds() {
        chaos(seed);
    }
}

fn chaos(seed: u64) {
    let mut dice = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let brokers = 1 + random(&mut dice, 3) as usize;
    let partitions = 1 + random(&mut dice, 5) as usize;
    let fake = FakeHub::start(brokers);
    fake.make("h", partitions);
    fake.state().cuts_batches = random(&mut dice, 2) == 0;
    if random(&mut dice, 3) == 0 {
        fake.state().lifetime = Some(Duration::from_millis(5 + random(&mut dice, 60)));
    }
    let mut sent = BTreeSet::new();
    let mut count = 0;
    for _ in 0..20 + random(&mut dice, 40) {
        put(&fake, random(&mut dice, partitions as u64) as usize, &mut dice, &mut count, &mut sent);
    }
    let (mut streak, mut refusals) = (0, 0);
    let mut faults = random(&mut dice, u64::MAX) | 1;
    fake.state().fault = Box::new(move |seen, hubs| {
        let dice = &mut faults;
        let fault = if streak >= 2 { 99 } else { random(dice, 16) };
        streak = if fault < 8 { streak + 1 } else { 0 };
        let logs = hubs.get_mut("h").expect("a hub");
        let of = random(dice, partitions as u64) as usize;
        match (fault, seen.key) {
            (0 | 1, _) => Fault::Cut(random(dice, 900) as usize),
            (2, _) => Fault::Close,
            (3, _) => {
                logs[of].leader = random(dice, brokers as u64) as usize;
                Fault::None
            }
            (4, FETCH | LIST_OFFSETS) => {
                let codes = [29, -1, 5, 6, 7, 13, 56, 74];
                // What is refused again and again is given up.
                let first = usize::from(refusals >= 2);
                let code = codes[first..][random(dice, 8 - first as u64) as usize];
                refusals += u32::from(code == 29);
                Fault::CodeOf(of as i32, code)
            }
            (4, METADATA) => Fault::NoLeader(of as i32),
            (5, FETCH) => Fault::Throttle(1 + random(dice, 3_000) as i32),
            (5, METADATA) => Fault::Code([-1, 5, 7, 8][random(dice, 4) as usize]),
            _ => Fault::None,
        }
    });
    let hub = hub(&fake, "h", From::Beginning);
    let loaded = load(&hub);
    let lost: Vec<&String> =
        loaded.troubles.iter().filter(|told| !told.contains("asked again")).collect();
    assert!(lost.is_empty(), "seed {seed}: {lost:?}");
    assert_eq!(loaded.ids(), sent, "seed {seed}: loaded");
    let followed = follow(&hub, loaded);
    for _ in 0..10 {
        put(&fake, random(&mut dice, partitions as u64) as usize, &mut dice, &mut count, &mut sent);
        if random(&mut dice, 3) == 0 {
            std::thread::sleep(Duration::from_millis(3));
        }
    }
    followed.until(&format!("seed {seed}: {} records", sent.len()), |came| {
        came.store.len() >= sent.len()
    });
    let came = followed.end();
    let lost: Vec<&String> =
        came.troubles.iter().filter(|told| !told.contains("asked again")).collect();
    assert!(lost.is_empty(), "seed {seed}: {lost:?}");
    assert_eq!(came.ids(), sent, "seed {seed}: followed");
}

/// Puts a batch of any kind into a partition.
fn put(
    fake: &FakeHub,
    partition: usize,
    dice: &mut u64,
    count: &mut u64,
    sent: &mut BTreeSet<String>,
) {
    let messages: Vec<(String, Vec<String>)> = (0..=random(dice, 4))
        .map(|_| {
            let ids: Vec<String> = (0..=random(dice, 4))
                .map(|_| {
                    *count += 1;
                    format!("{count}")
                })
                .collect();
            let all: Vec<&str> = ids.iter().map(String::as_str).collect();
            (message(&all), ids)
        })
        .collect();
    let values: Vec<&[u8]> = messages.iter().map(|(text, _)| text.as_bytes()).collect();
    let codec = [Codec::Plain, Codec::Gzip, Codec::Zstd][random(dice, 3) as usize];
    let what = random(dice, 8);
    let producer = 1 + random(dice, 3) as i64;
    fake.log("h", partition, |log| match what {
        0 => log.transaction(now(), producer, &values, false),
        1 => log.transaction(now(), producer, &values, true),
        2 => {
            let (first, text) = (log.end + random(dice, 3) as i64, values[0].to_vec());
            let last = first + random(dice, 3) as i64;
            log.store(now(), Kind { codec, ..ORDINARY }, last, &[(first, None, Some(text))]);
        }
        _ => drop(log.push(now(), Kind { codec, ..ORDINARY }, &values)),
    });
    match what {
        0 => {}
        2 => sent.extend(messages.into_iter().take(1).flat_map(|(_, ids)| ids)),
        _ => sent.extend(messages.into_iter().flat_map(|(_, ids)| ids)),
    }
}

/// Where cases of hubs are kept is said by the address alone.
#[test]
fn a_hub_has_one_key_by_whatever_name() {
    let key = |text: &str| {
        let address = Address::parse(text, &Cloud::default()).expect("an address");
        let connection = "Endpoint=sb://contoso.servicebus.windows.net/;SharedAccessKeyName=a;SharedAccessKey=abcd1234abcd";
        let connection = ConnectionString::parse(connection).expect("a string");
        let hub = Hub::new(address, From::Now, Some(connection), Settings::default(), None);
        hub.expect("a hub").key()
    };
    assert_eq!(key("contoso/h"), key("sb://CONTOSO.servicebus.windows.net/h/"));
    assert_ne!(key("contoso/h"), key("contoso/H"));
    assert!(Path::new(CERTIFICATES).exists());
}

/// The program with these words, a home of its own and the connection string.
fn entrail(words: &[&str], home: &Path) -> (Option<i32>, String, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_entrail"));
    command.args(words).env("HOME", home).env("EVENTHUB_CONNECTION_STRING", CONNECTION);
    for name in ["XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "ENTRAIL_TOKEN"] {
        command.env_remove(name);
    }
    let output = command.output().expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_command_line_reads_lists_checks_and_goes_on() {
    let fake = FakeHub::start(1);
    let name = "insights-logs-auditlogs";
    fake.make(name, 2);
    let send = |ids: &[&str]| {
        fake.log(name, 0, |log| log.push(now(), ORDINARY, &[message(ids).as_bytes()]));
    };
    send(&["a", "b"]);
    let home = tempfile::tempdir().expect("a folder");
    let address = fake.address(name);
    let run =
        |words: &[&str]| entrail(&[words, &["--ca-cert", CERTIFICATES]].concat(), home.path());
    let count = |words: &[&str]| {
        let (code, out, told) = run(words);
        assert!(code.is_some_and(|code| code < 2), "{told}");
        out.lines().count()
    };
    let query = ["query", "", "--format", "ndjson", "hub", &address];
    assert_eq!(count(&[&query[..], &["--from", "beginning"]].concat()), 2);
    let (code, _, told) = run(&query);
    assert!(code == Some(2) && told.contains("--from beginning"), "{told}");
    // What was left out by --limit, or not written, comes again.
    let resumed = [&query[..], &["--resume", "--from", "beginning"]].concat();
    let limited = [
        "query",
        "",
        "--format",
        "ndjson",
        "--limit",
        "1",
        "hub",
        &address,
        "--resume",
        "--from",
        "beginning",
    ];
    assert_eq!([count(&limited), count(&resumed), count(&resumed)], [1, 2, 0]);
    send(&["c"]);
    assert_eq!(count(&resumed), 1);
    let (code, out, _) = run(&["hub", address.split('/').next().expect("a host"), "--list"]);
    assert_eq!((code, out.as_str()), (Some(0), "insights-logs-auditlogs\t2\n"));
    let (code, out, _) = run(&["doctor", "hub", &address]);
    assert_eq!(code, Some(0));
    for part in [
        "2 of 2 partitions can be read, 2 messages",
        "✓ audit: 3 records",
        "Security Administrator",
    ] {
        assert!(terminal::words(&out).contains(part), "{part}\n{out}");
    }
    let (code, out, _) = run(&["doctor", "hub", &fake.address("other")]);
    let out = terminal::words(&out);
    assert!(code == Some(1) && out.contains("Azure Event Hubs Data Receiver"), "{out}");
    assert!(out.contains("port 9093"), "{out}");
}

/// Each line of the README that names a hub is run as it stands there.
#[test]
fn the_examples_of_the_readme_work() {
    let fake = FakeHub::start(1);
    let name = "insights-logs-auditlogs";
    fake.make(name, 2);
    fake.log(name, 0, |log| log.push(now(), ORDINARY, &[message(&["a"]).as_bytes()]));
    let home = tempfile::tempdir().expect("a folder");
    let readme = std::fs::read_to_string("README.md").expect("the README");
    let section = readme.split_once("## From Event Hubs, live").expect("a section").1;
    let section = section.split_once("\n## ").expect("another").0;
    let lines = section.lines().filter(|line| line.starts_with("entrail ")).collect::<Vec<_>>();
    assert!(lines.len() >= 2, "{lines:?}");
    let address = fake.address(name);
    let certificates = format!("{}/{CERTIFICATES}", env!("CARGO_MANIFEST_DIR"));
    let mut screens = 0;
    for line in lines {
        let line = line.replace("contoso/insights-logs-auditlogs", &address).replace('\'', "");
        let words =
            [&line.split(' ').skip(1).collect::<Vec<_>>()[..], &["--ca-cert", &certificates]]
                .concat();
        if words[0] == "hub" {
            screens += 1;
            let variables = [("EVENTHUB_CONNECTION_STRING", CONNECTION)];
            let mut screen = terminal::Terminal::start_with(&words, &variables, 80, 24);
            screen.wait_for(&["0 behind", "2 partitions"]);
            fake.log(name, 1, |log| log.push(now(), ORDINARY, &[message(&["new"]).as_bytes()]));
            screen.wait_for(&["Update user"]);
            screen.press("q");
            continue;
        }
        let (code, _, told) = entrail(&words, home.path());
        assert!(code.is_some_and(|code| code < 2), "{line}: {told}");
    }
    assert_eq!(screens, 1);
}

/// The fake answers as the real broker did, byte by byte.
#[test]
fn the_fake_broker_is_like_a_real_one() {
    use fake_hub::bytes::{bytes, i32, i64, text};
    let fake = FakeHub::start(1);
    fake.make("h", 2);
    let time = 1_795_168_800_000;
    fake.log("h", 0, |log| log.push(time, ORDINARY, &[b"{\"a\":1}", b"{\"a\":2}"]));
    fake.log("h", 1, |log| log.push(time + 1_000, ORDINARY, &[b"{\"b\":1}"]));
    let recorded = |name: &str| -> Vec<u8> {
        let mut all = std::fs::read(format!("tests/fixtures/kafka/{name}")).expect("a fixture");
        // Its name, its number and its port are its own.
        for (its, ours) in [
            (&b"\x00\x0dtansu_cluster"[..], &b"\x00\x04fake"[..]),
            (&[0, 0, 0, 111], &[0, 0, 0, 0]),
            (&19_494_i32.to_be_bytes(), &i32::from(fake.shared.ports[0]).to_be_bytes()),
        ] {
            let mut at = 0;
            while at + its.len() <= all.len() {
                if all[at..].starts_with(its) {
                    all.splice(at..at + its.len(), ours.iter().copied());
                    at += ours.len();
                } else {
                    at += 1;
                }
            }
        }
        all.split_off(4)
    };
    let answer = |key, version, body: &[u8]| {
        fake_hub::broker::answer(&fake.shared, 0, key, version, body, &Fault::None)
    };
    for (hub, name) in [("h", "metadata-5"), ("nowhere", "metadata-5-unknown")] {
        let mut body = Vec::new();
        i32(&mut body, 1);
        text(&mut body, hub);
        body.push(0);
        assert_eq!(answer(METADATA, 5, &body), recorded(name), "{name}");
    }
    let mut body = Vec::new();
    for number in [-1, 500, 1, 1 << 20] {
        i32(&mut body, number);
    }
    body.push(1);
    i32(&mut body, 1);
    text(&mut body, "h");
    i32(&mut body, 2);
    for partition in 0..2 {
        i32(&mut body, partition);
        i64(&mut body, 0);
        i64(&mut body, -1);
        i32(&mut body, 1 << 20);
    }
    let mut empty = Vec::new();
    bytes(&mut empty, b"");
    assert_eq!(empty, [0; 4]);
    assert_eq!(answer(FETCH, 6, &body), recorded("fetch-6"));
}
