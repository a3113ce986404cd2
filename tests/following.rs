//! What arrives after a load: lines appended, files that appear or are written anew, a tenant's news.
#![expect(clippy::disallowed_methods, reason = "tests write the files they follow")]

#[path = "fake_graph/graph.rs"]
mod fake_graph;

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use entrail::export;
use entrail::place::{Place, Places};
use entrail::query::Query;
use entrail::record::field::Field;
use entrail::sign_in::{Cloud, Environment, Method, Settings};
use entrail::source::following::Follow;
use entrail::source::graph::Request;
use entrail::source::graph::logs::find;
use entrail::source::{self, Delivery, Following, Tenant, local};
use entrail::store::Store;
use entrail::time::{Timestamp, Window};
use fake_graph::{FakeGraph, Grant};
use tokio::sync::mpsc::{Receiver, channel};
use tokio_util::sync::CancellationToken;

/// Nothing takes this long; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_mins(1);

fn record(id: &str) -> String {
    at("2026-11-01T08:00:00Z", id)
}

fn at(time: &str, id: &str) -> String {
    format!(
        r#"{{"id":"{id}","category":"UserManagement","correlationId":"c-{id}","result":"success","resultReason":"","activityDisplayName":"Update user","activityDateTime":"{time}","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{{"user":{{"id":"u1","userPrincipalName":"ada@fabrikam.example"}}}},"targetResources":[{{"id":"t1","displayName":"Zoë","type":"User","modifiedProperties":[]}}],"additionalDetails":[]}}"#
    )
}

fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new().create(true).append(true).open(path).expect("a file");
    file.write_all(text.as_bytes()).expect("written");
}

/// Someone who follows.
struct Follower {
    store: Store,
    troubles: Vec<String>,
    ended: Option<String>,
    deliveries: Receiver<Delivery>,
    cancel: CancellationToken,
}

impl Follower {
    /// Loads everything, then follows; back when it waits for something new.
    fn of(places: Places) -> Self {
        let (mut store, mut told) = (Store::default(), Vec::new());
        source::read_all(places.clone(), |delivery| match delivery {
            Delivery::Segment(segment) => store.push(segment),
            Delivery::Trouble(trouble) => told.push(trouble.source),
            _ => {}
        });
        let (outbox, deliveries) = channel(8);
        let cancel = CancellationToken::new();
        source::follow(Follow { places, store: store.clone(), told }, outbox, cancel.clone());
        let mut follower = Self { store, troubles: Vec::new(), ended: None, deliveries, cancel };
        while !matches!(follower.next(), Some(Delivery::Following(Following::Waiting(_))) | None) {}
        follower
    }

    fn next(&mut self) -> Option<Delivery> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let next = runtime.expect("a clock").block_on(async {
            tokio::time::timeout(PATIENCE, self.deliveries.recv()).await.expect("in time")
        });
        match &next {
            Some(Delivery::Segment(segment)) => self.store.push(Arc::clone(segment)),
            Some(Delivery::Trouble(trouble)) => self.troubles.push(trouble.to_string()),
            Some(Delivery::Following(Following::Ended(why))) => self.ended = Some(why.clone()),
            _ => {}
        }
        next
    }

    fn until(&mut self, records: usize) -> &mut Self {
        while self.store.len() < records {
            assert!(self.next().is_some(), "{:?} {:?}", self.troubles, self.ended);
        }
        self
    }

    /// The ids of all records, each read again from where it came from.
    fn ids(&self) -> Vec<String> {
        let id = |row| {
            let (original, span) = self.store.span(row);
            let bytes = original.read(span).expect("readable again");
            original.decode(&bytes).expect("decodes again").id.into_owned()
        };
        (0..self.store.len() as u32).map(id).collect()
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

#[test]
fn lines_that_are_appended_arrive_whole_and_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("audit.ndjson");
    append(&path, &(record("a") + "\n" + &record("b") + "\n"));
    let mut follower = Follower::of(vec![local::path(path.clone())]);
    // One line is there already, one is new, and one is still being written.
    let half = record("d");
    append(&path, &(record("a") + "\n" + &record("c") + "\n" + &half[..70]));
    assert_eq!(follower.until(3).ids(), ["a", "b", "c"]);
    append(&path, &(half[70..].to_owned() + "\n"));
    assert_eq!(follower.until(4).ids(), ["a", "b", "c", "d"]);
    assert_eq!(follower.troubles, Vec::<String>::new());
    // Who begins to follow later finds the same file, and goes on behind it.
    append(&path, &(record("e") + "\n"));
    drop(follower);
    let mut follower = Follower::of(vec![local::path(path.clone())]);
    append(&path, &(record("f") + "\nnot a record\n" + &record("g") + "\n"));
    assert_eq!(follower.until(7).ids(), ["a", "b", "c", "d", "e", "f", "g"]);
}

/// What a CSV export of these rows says, and how many it could not read again.
fn exported(store: &Store, rows: &[u32]) -> (String, u64) {
    let fields = vec![Field::ACTIVITY, Field::TARGET_ID, Field::ID];
    let options = export::Options {
        format: export::Format::CSV,
        fields: Some(fields),
        ..export::Options::default()
    };
    let mut out = Vec::new();
    let report = export::write(store, rows, &options, &mut out).expect("in memory");
    (String::from_utf8(out).expect("UTF-8"), report.unreadable)
}

#[test]
fn a_file_rewritten_with_its_old_length_was_mixed_with_what_was_read_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let texts: [fn(&str) -> String; 3] = [
        |id| record(id) + "\n",
        |id| record(id),
        // Many records, so that only one in the middle tells the files apart.
        |id| {
            let line = |n: usize| record(&format!("{n:04}")) + "\n";
            (0..700).map(line).collect::<String>().replacen("0350", id, 1)
        },
    ];
    for (at, text) in texts.into_iter().enumerate() {
        let path = folder.path().join(format!("{at}.ndjson"));
        append(&path, &text("old1"));
        let mut follower = Follower::of(vec![local::path(path.clone())]);
        let (before, all) = (fs::metadata(&path).expect("there"), follower.store.len());
        let rows: Vec<u32> = (0..all as u32).collect();
        assert_eq!(exported(&follower.store, &rows).1, 0);
        fs::write(&path, text("new1")).expect("written");
        // Even where the time is put back.
        let file = OpenOptions::new().append(true).open(&path).expect("a file");
        file.set_modified(before.modified().expect("a time")).expect("set");
        assert_eq!(fs::metadata(&path).expect("there").len(), before.len());
        // At once: nothing of the new file is told of an old row.
        let (csv, unreadable) = exported(&follower.store, &rows);
        assert!(!csv.contains("new1") && unreadable == all as u64, "{at}: {csv}");
        follower.until(all + 1);
        let (csv, unreadable) = exported(&follower.store, &[all as u32]);
        assert!(csv.contains("new1") && unreadable == 0, "{at}: {csv}");
        assert_eq!(exported(&follower.store, &rows).1, all as u64, "{at}");
        // It is followed further.
        append(&path, &(if at == 1 { "\n" } else { "" }.to_owned() + &record("more") + "\n"));
        follower.until(all + 2);
    }
}

#[test]
fn files_that_appear_or_are_written_anew_bring_what_was_not_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = |ids: &[&str]| {
        let records: Vec<String> = ids.iter().map(|id| record(id)).collect();
        format!("{{\"value\":[{}]}}", records.join(",\n"))
    };
    let path = folder.path().join("a.json");
    fs::write(&path, list(&["a", "b"])).expect("written");
    fs::write(folder.path().join("readme.md"), "# no log").expect("written");
    let mut follower = Follower::of(vec![local::path(folder.path().to_owned())]);
    fs::create_dir(folder.path().join("h=09")).expect("a folder");
    append(&folder.path().join("h=09/PT1H.json"), &(record("c") + "\n"));
    assert_eq!(follower.until(3).ids()[2], "c");
    append(&folder.path().join("h=09/PT1H.json"), &(record("d") + "\n"));
    assert_eq!(follower.until(4).ids()[3], "d");
    fs::write(&path, list(&["b", "e", "a"])).expect("written");
    follower.until(5);
    let (original, span) = follower.store.span(4);
    let bytes = original.read(span).expect("readable");
    assert_eq!(original.decode(&bytes).expect("a record").id, "e");
    // What stood elsewhere in the file before is not taken for what stands there now.
    let (original, span) = follower.store.span(0);
    let error = original.read(span).expect_err("the file is another one");
    assert!(error.to_string().contains("was changed"), "{error}");
    assert_eq!(follower.troubles, Vec::<String>::new());
}

#[test]
fn a_file_that_is_cut_and_begun_again_is_read_from_its_beginning() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("audit.ndjson");
    append(&path, &(record("a") + "\n" + &record("b") + "\n"));
    let mut follower = Follower::of(vec![local::path(path.clone())]);
    let fresh = at("2026-11-02T09:00:00Z", "c") + "\n" + &record("b") + "\n" + &record("d") + "\n";
    fs::write(&path, fresh).expect("written");
    follower.until(4);
    let id = |row| {
        let (original, span) = follower.store.span(row);
        let bytes = original.read(span).expect("readable");
        original.decode(&bytes).expect("a record").id.into_owned()
    };
    assert_eq!([id(2), id(3)], ["c", "d"]);
    let (original, span) = follower.store.span(0);
    assert!(original.read(span).is_err());
}

#[test]
fn what_cannot_grow_says_so() {
    let bytes: Arc<[u8]> = record("a").into_bytes().into();
    let mut follower = Follower::of(vec![local::at_hand("memory", bytes)]);
    while follower.next().is_some() {}
    assert!(
        follower.ended.as_ref().is_some_and(|why| why.contains("bytes at hand")),
        "{:?}",
        follower.ended
    );
}

/// A tenant of the fake Graph, asked for everything up to now.
fn tenant(graph: &FakeGraph, ended: bool) -> Arc<dyn Place> {
    tenant_of_days(graph, ended, 30)
}

/// The same, asked for so many days.
fn tenant_of_days(graph: &FakeGraph, ended: bool, days: i64) -> Arc<dyn Place> {
    let now = Timestamp::from_ms(
        std::time::SystemTime::now()
            .duration_since(std::time::SystemTime::UNIX_EPOCH)
            .expect("after 1970")
            .as_millis() as i64,
    );
    let start = now.plus(-days * 86_400 * entrail::time::TICKS_PER_SECOND);
    let request = Request::new(vec![find("audit").expect("a log")], Window { start, end: now });
    let environment = Environment {
        token: Some(graph.token(&Grant::default()).into()),
        ..Environment::default()
    };
    let settings = Settings {
        cloud: Cloud::at(&graph.base(), &graph.base()).expect("a cloud"),
        method: Some(Method::Token),
        environment,
        ..Settings::default()
    };
    Arc::new(Tenant::new(settings, None, request).expect("a tenant").ended(ended))
}

#[test]
fn what_arrives_in_a_tenant_is_asked_for_within_the_limit() {
    let graph = FakeGraph::start(fake_graph::Tenant::demo(40, 1));
    let place = tenant(&graph, false);
    let mut store = Store::default();
    source::read_all(vec![place.clone()], |delivery| {
        if let Delivery::Segment(segment) = delivery {
            store.push(segment);
        }
    });
    let before = store.len();
    let asked = graph.requests().len();
    let now = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH);
    let time = Timestamp::from_ms(now.expect("after 1970").as_millis() as i64 - 60_000);
    graph.add("directoryAudits", [at(&time.to_rfc3339(), "news")]);
    let (outbox, deliveries) = channel(8);
    let cancel = CancellationToken::new();
    let follow = Follow { places: vec![place], store: store.clone(), told: Vec::new() };
    source::follow(follow, outbox, cancel.clone());
    let mut follower = Follower { store, troubles: Vec::new(), ended: None, deliveries, cancel };
    let ids = follower.until(before + 1).ids();
    assert_eq!(ids.last().map(String::as_str), Some("news"));
    // Then it waits for half a minute.
    while !matches!(follower.next(), Some(Delivery::Following(Following::Waiting(Some(_)))) | None)
    {
    }
    assert_eq!(graph.requests().len(), asked + 1);
    assert_eq!(follower.ended, None);
    follower.cancel.cancel();
    while follower.next().is_some() {}
    assert_eq!(follower.ended, None, "whoever stopped it need not be told");
}

#[test]
fn a_range_that_has_ended_cannot_be_followed() {
    let graph = FakeGraph::start(fake_graph::Tenant::demo(4, 1));
    let mut follower = Follower::of(vec![tenant(&graph, true)]);
    while follower.next().is_some() {}
    assert!(follower.ended.as_ref().is_some_and(|why| why.contains("--until")));
}

#[test]
fn what_a_filter_needs_and_was_not_loaded_is_asked_for_and_listed_once() {
    let graph = FakeGraph::start(fake_graph::Tenant::demo(4, 1));
    let now = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH);
    let now = Timestamp::from_ms(now.expect("after 1970").as_millis() as i64);
    let hours =
        |count: i64| now.plus(-count * 3_600 * entrail::time::TICKS_PER_SECOND).to_rfc3339();
    graph.add("directoryAudits", [at(&hours(2), "near"), at(&hours(120), "far")]);
    let place = tenant_of_days(&graph, false, 1);
    let mut store = Store::default();
    drop(source::read_all(vec![Arc::clone(&place)], |delivery| {
        if let Delivery::Segment(segment) = delivery {
            store.push(segment);
        }
    }));
    let plan = |query: &str| place.plan(&Query::parse(query).expect(query), now);
    for loaded in ["", "actor:ada", "time:last-12h"] {
        assert!(plan(loaded).again.is_none(), "{loaded}");
    }
    let wanted = plan("time:last-6d actor:ada");
    assert!(wanted.told.iter().any(|line| line.contains("GET ")), "{:?}", wanted.told);
    let again = wanted.again.expect("the tenant has more");
    let (outbox, deliveries) = channel(8);
    let more = Follow { places: vec![again], store: store.clone(), told: Vec::new() };
    source::load_more(more, outbox, CancellationToken::new());
    let cancel = CancellationToken::new();
    let mut loaded = Follower { store, troubles: Vec::new(), ended: None, deliveries, cancel };
    while loaded.next().is_some() {}
    let ids = loaded.ids();
    for id in ["near", "far"] {
        assert_eq!(ids.iter().filter(|known| *known == id).count(), 1, "{ids:?}");
    }
    assert_eq!(loaded.troubles, Vec::<String>::new());
    let more = plan("time:last-5d");
    assert!(more.again.is_none(), "that came by now: {:?} {:?}", wanted.span, more.told);
}

/// It was told once for each log and once for the whole, and the log and the time of what was missing of
/// a tenant were left out.
#[test]
fn a_tenant_that_cannot_be_signed_in_to_is_told_once() {
    let settings = Settings {
        tenant: Some("fabrikam.example".to_owned()),
        client: Some("51aa".to_owned()),
        method: Some(Method::Certificate),
        environment: Environment {
            certificate: Some("tests/fixtures/sign_in/nowhere.pem".into()),
            ..Environment::default()
        },
        ..Settings::default()
    };
    let day = |day: &str| Timestamp::parse(day).expect(day);
    let window = Window { start: day("2026-11-01"), end: day("2026-11-02") };
    for (logs, whose) in [
        (vec!["audit"], "Microsoft Graph, audit, 2026-11-01T00:00:00Z to 2026-11-02T00:00:00Z: "),
        (
            vec!["audit", "sign-ins"],
            "Microsoft Graph, audit, 2026-11-01T00:00:00Z to 2026-11-02T00:00:00Z; \
             sign-ins, 2026-11-01T00:00:00Z to 2026-11-02T00:00:00Z: ",
        ),
    ] {
        let logs = logs.into_iter().map(|name| find(name).expect(name)).collect();
        let tenant = Tenant::new(settings.clone(), None, Request::new(logs, window));
        let place: Arc<dyn Place> = Arc::new(tenant.expect("a tenant"));
        let mut told = Vec::new();
        source::read_all(vec![place], |delivery| {
            if let Delivery::Trouble(trouble) = delivery {
                told.push((trouble.to_string(), trouble.lost));
            }
        });
        let [(told, true)] = told.as_slice() else { panic!("{told:?}") };
        assert!(told.starts_with(whose) && told.contains("nowhere.pem"), "{told}");
    }
}
