//! A tenant's logs from a Graph over real HTTP: pulled whole whatever goes wrong, archived, opened, explained.
//! Never asks Microsoft: the Graph is the one in `fake_graph`, which refuses what Graph does not document.

#[path = "fake_graph/graph.rs"]
mod fake_graph;

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use entrail::http::pace::{Pace, Wait};
use entrail::http::proof::{Token, Tokens};
use entrail::place::Place;
use entrail::query::matcher::Matcher;
use entrail::query::push_down::{Endpoint, Names, push_down};
use entrail::query::{Context, Query};
use entrail::source::archive::Archive;
use entrail::source::graph::logs::find;
use entrail::source::graph::{Request, Service, owner, pull};
use entrail::source::{Delivery, local, read_all};
use entrail::store::Store;
use entrail::time::{Timestamp, Window};
use fake_graph::{FakeGraph, Fault, Faults, Grant, Tenant, odata};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

/// Just after the newest record of the demo tenant.
const NOW: &str = "2026-11-21T00:00:00Z";

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a time")
}

/// A Graph on the clock of this machine, as the program is.
fn start(records: usize) -> FakeGraph {
    FakeGraph::start(Tenant::demo(records, 1))
}

/// A Graph on the clock of [`Hurried`].
fn start_then(records: usize) -> FakeGraph {
    let graph = start(records);
    graph.set_clock(at(NOW).ms() / 1_000);
    graph
}

fn window() -> Window {
    Window { start: at("2026-10-20"), end: at(NOW) }
}

/// A clock that is moved by waiting for it: no wait takes time.
#[derive(Debug)]
struct Hurried {
    ticks: AtomicI64,
    chance: AtomicU64,
}

impl Hurried {
    fn new() -> Self {
        Self { ticks: AtomicI64::new(at(NOW).ticks()), chance: AtomicU64::new(1) }
    }
}

impl Pace for Hurried {
    fn now(&self) -> Timestamp {
        Timestamp::from_ticks(self.ticks.load(Ordering::Relaxed))
    }

    fn elapsed(&self) -> Duration {
        let ticks = self.ticks.load(Ordering::Relaxed) - at(NOW).ticks();
        Duration::from_nanos(ticks as u64 * 100)
    }

    fn sleep(&self, time: Duration) -> Wait<'_> {
        self.ticks.fetch_add((time.as_nanos() / 100) as i64, Ordering::Relaxed);
        Box::pin(std::future::ready(()))
    }

    fn limit(&self, _: Duration) -> Wait<'_> {
        Box::pin(std::future::pending())
    }

    fn chance(&self) -> f64 {
        (self.chance.fetch_add(7, Ordering::Relaxed) % 10) as f64 / 10.0
    }
}

/// A token of the fake, a new one when asked for.
struct Given(String);

impl Tokens for Given {
    fn token(&self, _renewed: bool) -> Token<'_> {
        Box::pin(std::future::ready(Ok(self.0.clone().into())))
    }
}

/// A folder in memory where the system has such: hundreds of archives wait for the disk otherwise.
fn memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder")
}

/// What takes a while to make: it reads all certificates the system has.
fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

fn service(graph: &FakeGraph, http: &reqwest::Client) -> Service {
    let base = url::Url::parse(&graph.base()).expect("an address");
    let tokens = Arc::new(Given(graph.token(&Grant::default())));
    Service::new(base, http.clone(), tokens, Arc::new(Hurried::new()))
}

/// Pulls the audit log into an archive; whether all of it was there.
fn pull_into(folder: &Path, service: &Service, request: &Request) -> bool {
    let owner = owner(service.base(), "t");
    let mut archive = Archive::open(folder, &owner, at(NOW), Box::new(|_| {})).expect("an archive");
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let cancel = CancellationToken::new();
    runtime.block_on(pull(service, request, &mut archive, &cancel)).is_complete()
}

fn audit() -> Request {
    Request::new(vec![find("audit").expect("a log")], window()).for_archive()
}

fn read(place: Arc<dyn Place>) -> (Store, u64) {
    let (mut store, mut duplicates) = (Store::default(), 0);
    read_all(vec![place], |delivery| match delivery {
        Delivery::Segment(segment) => store.push(segment),
        Delivery::Trouble(trouble) => assert_eq!(trouble.to_string(), "", "none is expected"),
        Delivery::Done(summary) => duplicates = summary.progress.duplicates,
        Delivery::Progress(_)
        | Delivery::Pulling(..)
        | Delivery::Prompt(..)
        | Delivery::Following(_) => {}
    });
    (store, duplicates)
}

/// The records of a store as JSON, without order.
fn records(store: &Store) -> BTreeSet<String> {
    (0..store.len() as u32)
        .map(|row| {
            let bytes = store.read(row).expect("its bytes");
            serde_json::from_slice::<Value>(&bytes).expect("a record").to_string()
        })
        .collect()
}

fn sent(graph: &FakeGraph) -> BTreeSet<String> {
    let lines = graph.lines("directoryAudits");
    let json = |line: &String| serde_json::from_str::<Value>(line).expect("a record").to_string();
    lines.iter().map(json).collect()
}

/// So many tries, by as many tenants as share the work.
const SEEDS: u64 = 200;
const TENANTS: u64 = 8;

#[test]
fn an_archive_equals_the_tenant_whatever_goes_wrong_on_the_way() {
    std::thread::scope(|scope| {
        for tenant in 0..TENANTS {
            scope.spawn(move || {
                let graph = start_then(120);
                graph.change(|tenant| tenant.page = 25);
                let (expected, http) = (sent(&graph), client());
                for seed in (tenant..SEEDS).step_by(TENANTS as usize) {
                    under_chaos(&graph, &http, seed, &expected);
                }
            });
        }
    });
}

fn under_chaos(graph: &FakeGraph, http: &reqwest::Client, seed: u64, expected: &BTreeSet<String>) {
    graph.script(Faults::chaos(seed, 30));
    let folder = memory();
    let service = service(graph, http);
    let request = Request { grid: Duration::from_hours(24 * 8), ..audit() };
    // What chance leaves missing is told, and asked for again the next time.
    let complete = (0..4).any(|_| pull_into(folder.path(), &service, &request));
    assert!(complete, "seed {seed}");
    let (store, duplicates) = read(local::path(folder.path().to_owned()));
    assert_eq!(duplicates, 0, "seed {seed}");
    assert!(records(&store) == *expected, "seed {seed}: {} records", store.len());
}

#[test]
fn a_page_cut_at_any_place_is_asked_for_again() {
    let graph = start_then(60);
    graph.change(|tenant| tenant.page = 25);
    let (expected, http) = (sent(&graph), client());
    for request in 0..3 {
        for byte in (0..6_000).step_by(211) {
            graph.script(Faults::none().at(request, Fault::Cut(byte)));
            let folder = memory();
            let whole = Request { grid: Duration::from_hours(24 * 40), ..audit() };
            assert!(pull_into(folder.path(), &service(&graph, &http), &whole), "{request} {byte}");
            let (store, duplicates) = read(local::path(folder.path().to_owned()));
            assert_eq!((records(&store) == expected, duplicates), (true, 0), "{request} {byte}");
        }
    }
}

#[test]
fn what_is_pushed_down_loses_no_record_that_matches() {
    let graph = start(400);
    let lines = graph.lines("directoryAudits");
    let bytes: Vec<u8> = lines.join("\n").into_bytes();
    let (store, _) = read(local::at_hand("log", bytes));
    let parsed: Vec<Value> =
        lines.iter().map(|line| serde_json::from_str(line).expect("a record")).collect();
    let by_id: HashMap<&str, &Value> =
        parsed.iter().filter_map(|record| Some((record["id"].as_str()?, record))).collect();
    let context = Context { now: at(NOW), around: None };
    let mut queries = vec!["time>=2026-11-10 time<2026-11-12T09 role".to_owned()];
    for record in parsed.iter().step_by(7) {
        let correlation = record["correlationId"].as_str().unwrap_or_default();
        let target = record["targetResources"][0]["id"].as_str().unwrap_or_default();
        queries.push(format!("correlation={correlation}"));
        queries.push(format!("target.id={} OR correlation={correlation}", target.to_uppercase()));
        queries
            .push(format!("(target.id={target} correlation={}) role", correlation.to_uppercase()));
        queries.push(format!("(target.id={target} result=failure) OR -activity:user"));
        queries.push(format!("correlation=({correlation} {target}) time:2026-11"));
        queries.push(format!("-correlation={correlation} -(target.id={target} user)"));
    }
    let mut pushed = 0;
    for text in queries {
        let Ok(query) = Query::parse(&text) else { continue };
        let parted = push_down(&query, &context, Endpoint::Audits, Names::Kept);
        let mut matcher = Matcher::new(&query, &context);
        for segment in store.segments() {
            for at in matcher.matching(segment, &|| false).rows.ones() {
                let row = segment.first() + at as u32;
                assert!(store.time(row).is_none_or(|time| parted.time.contains(time)), "{text}");
                let Some(filter) = &parted.filter else { continue };
                pushed += 1;
                let bytes = store.read(row).expect("its bytes");
                let record: Value = serde_json::from_slice(&bytes).expect("a record");
                let id = record["id"].as_str().expect("an id");
                assert!(odata::evaluate(filter, by_id[id]), "{text} became {filter}");
            }
        }
    }
    assert!(pushed > 80, "only {pushed} were tried");
}

fn entrail(graph: &FakeGraph, home: &Path, arguments: &[&str]) -> Output {
    let base = graph.base();
    Command::new(env!("CARGO_BIN_EXE_entrail"))
        .args(arguments)
        .args(["--login-url", &base, "--graph-url", &base])
        .env_clear()
        .envs(["PATH", "SystemRoot"].iter().filter_map(|n| Some((n, std::env::var_os(n)?))))
        .env("HOME", home)
        .env("ENTRAIL_TOKEN", graph.token(&Grant::default()))
        .stdin(Stdio::null())
        .output()
        .expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn pulled_twice_an_archive_has_each_record_once_and_opens_like_any_folder() {
    // The program goes by the clock of this machine: a time long ago is over on all of them, and four
    // days need no more requests than may be sent at once.
    let graph = FakeGraph::start(Tenant::demo(300, 1).moved_to(at("2025-06-01")));
    let home = tempfile::tempdir().expect("a folder");
    let archive = home.path().join("archive");
    let folder = archive.to_str().expect("a name");
    let pull = ["pull", "--archive", folder, "--since", "2025-05-28", "--until", "2025-05-31"];
    for run in 0..2 {
        let output = entrail(&graph, home.path(), &pull);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let told = text(&output.stdout);
        assert!(told.contains("complete") && told.lines().count() == 1, "{run}: {told}");
    }
    let query = Command::new(env!("CARGO_BIN_EXE_entrail"))
        .args(["query", "time>=2025-05-28", folder, "--count"])
        .env("HOME", home.path())
        .output()
        .expect("it runs");
    let since = |line: &&String| {
        let record: Value = serde_json::from_str(line).expect("a record");
        record["activityDateTime"]
            .as_str()
            .is_some_and(|time| ("2025-05-28".."2025-06-01").contains(&time))
    };
    let expected = graph.lines("directoryAudits").iter().filter(since).count();
    assert_eq!(text(&query.stdout).trim(), expected.to_string());
    assert_eq!(text(&query.stderr), "", "no duplicates, nothing odd");
}

#[test]
fn what_is_asked_is_explained_without_asking() {
    let graph = start(50);
    let home = tempfile::tempdir().expect("a folder");
    let query = "correlation=56799948-c193-4c04-a059-751e0ae2bf18 role";
    let output = entrail(
        &graph,
        home.path(),
        &["graph", "--since", "2025-11-01", "--query", query, "--explain"],
    );
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    for part in [
        "Graph evaluates    correlation=56799948-c193-4c04-a059-751e0ae2bf18",
        "entrail evaluates  role",
        "/v1.0/auditLogs/directoryAudits?",
        "2025-11-01T00:00:00Z",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert!(graph.requests().is_empty());
}

#[test]
fn a_refusal_says_what_is_missing_and_no_secret() {
    let graph = start(50);
    let home = tempfile::tempdir().expect("a folder");
    let weak = graph.token(&Grant { permissions: vec!["User.Read"], ..Grant::default() });
    let folder = home.path().join("archive");
    let base = graph.base();
    let output = Command::new(env!("CARGO_BIN_EXE_entrail"))
        .args(["pull", "--since", "2025-11-19", "--archive"])
        .arg(&folder)
        .args(["--login-url", &base, "--graph-url", &base])
        .env("HOME", home.path())
        .env("ENTRAIL_TOKEN", &weak)
        .stdin(Stdio::null())
        .output()
        .expect("it runs");
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("AuditLog.Read.All"), "{told}");
    assert!(!told.contains(&weak) && !text(&output.stdout).contains(&weak));
}

#[test]
fn the_doctor_names_the_tenant_and_the_logs() {
    let graph = start(50);
    let home = tempfile::tempdir().expect("a folder");
    let output = entrail(&graph, home.path(), &["doctor"]);
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(told.contains(fake_graph::tenant::TENANT) && told.contains("✓ audit"), "{told}");
}

#[test]
fn a_tenants_activities_stand_in_the_catalogue_after_a_refresh() {
    let graph = start(50);
    let own = r#"{"id":"x","service":"Moon Base","category":"Lunar","activity":"Land softly"}"#;
    graph.add("auditActivityTypes", [own.to_owned()]);
    let home = tempfile::tempdir().expect("a folder");
    let output = entrail(&graph, home.path(), &["catalogue", "refresh"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let lookup = || {
        Command::new(env!("CARGO_BIN_EXE_entrail"))
            .args(["lookup", "land", "softly"])
            .env("HOME", home.path())
            .env_remove("XDG_CACHE_HOME")
            .output()
            .expect("it runs")
    };
    assert!(text(&lookup().stdout).contains("Moon Base"), "{}", text(&output.stdout));
    let reset = Command::new(env!("CARGO_BIN_EXE_entrail"))
        .args(["catalogue", "reset"])
        .env("HOME", home.path())
        .env_remove("XDG_CACHE_HOME")
        .status()
        .expect("it runs");
    assert!(reset.success() && !text(&lookup().stdout).contains("Moon Base"));
}
