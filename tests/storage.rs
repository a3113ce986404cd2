//! A storage account as a place: whatever its layout, its way to prove who asks and its faults, what is read is what is there.
//! Never Azure itself: a fake over real HTTP, and a real emulator where `ENTRAIL_AZURITE` names one.

#![expect(
    clippy::disallowed_methods,
    reason = "tests read the clock, and what the environment names"
)]

#[path = "fake_storage/storage.rs"]
mod fake_storage;
#[path = "harness/hurried.rs"]
mod hurried;
#[allow(dead_code, reason = "of the ways to use a terminal one is used here")]
#[path = "harness/terminal.rs"]
mod terminal;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use entrail::place::{Place, Places};
use entrail::query::Query;
use entrail::sign_in::{Cloud, Environment as SignInEnvironment, Method, Settings};
use entrail::source::following::Follow;
use entrail::source::storage::account::Account;
use entrail::source::storage::address::Address;
use entrail::source::storage::credential::{Connection, Environment, Signature};
use entrail::source::{self, Delivery, Storage, Summary, read_all};
use entrail::store::Store;
use entrail::time::{TimeRange, Timestamp};
use fake_storage::client::Client;
use fake_storage::{ACCOUNT, Auth, FakeStorage, Fault, KEY, Seen};
use hurried::Hurried;
use tokio_util::sync::CancellationToken;

const TENANT: &str = "tenantId=4aaa0000-0000-4000-8000-000000000001";
/// Nothing takes this long; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_mins(1);

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect(text)
}

/// A record as Azure Monitor writes it, at this hour and minute.
fn record(id: &str, time: &str) -> String {
    format!(
        r#"{{"time":"{time}","resourceId":"/tenants/4aaa/providers/Microsoft.aadiam","operationName":"Update user","category":"AuditLogs","tenantId":"4aaa","correlationId":"c-{id}","properties":{{"id":"{id}","category":"UserManagement","correlationId":"c-{id}","activityDisplayName":"Update user","activityDateTime":"{time}","loggedByService":"Core Directory","result":"success","initiatedBy":{{}},"targetResources":[]}}}}"#
    ) + "\r\n"
}

/// The blob of an hour.
fn hour(tenant: &str, time: &str) -> String {
    let (day, hour) = time.split_once('T').expect("a day and an hour");
    let day: Vec<&str> = day.split('-').collect();
    format!("{tenant}/y={}/m={}/d={}/h={}/m=00/PT1H.json", day[0], day[1], day[2], &hour[..2])
}

/// Some records of an hour.
fn records(prefix: &str, hour: &str, count: usize) -> String {
    let one = |n: usize| {
        record(&format!("{prefix}-{n}"), &format!("{hour}:{:02}:{:02}Z", n / 60 % 60, n % 60))
    };
    (0..count).map(one).collect()
}

fn connection(endpoint: &str) -> Environment {
    let text = format!("AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={endpoint}");
    Environment { connection: Some(Connection::parse(&text)), ..Environment::default() }
}

fn account(endpoint: &str, environment: &Environment) -> Account {
    let address = Address::parse(endpoint, &Cloud::default()).expect("an address");
    Account::new(&address, environment, Settings::default(), None).expect("an account")
}

fn container(endpoint: &str, name: &str) -> Address {
    Address::parse(&format!("{endpoint}/{name}"), &Cloud::default()).expect("an address")
}

/// A container of an engine, read with its key.
fn opened(endpoint: &str, name: &str, span: TimeRange) -> Storage {
    let account = account(endpoint, &connection(endpoint));
    Storage::new(Arc::new(account), &container(endpoint, name), span).expect("a place")
}

/// What came of a load.
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

    /// The records in the order they came, each as it was written.
    fn lines(&self) -> Vec<String> {
        let line = |row| {
            let (original, span) = self.store.span(row);
            String::from_utf8(original.read(span).expect("read again")).expect("text")
        };
        (0..self.store.len() as u32).map(line).collect()
    }

    fn sorted(&self) -> Vec<String> {
        let mut lines = self.lines();
        lines.sort();
        lines
    }
}

fn load(places: Places) -> Came {
    let mut came = Came::default();
    drop(read_all(places, |delivery| came.take(delivery)));
    came
}

fn load_one(storage: Storage) -> Came {
    load(vec![Arc::new(storage)])
}

/// What a text has, line by line.
fn lines_of<'t>(texts: impl IntoIterator<Item = &'t String>) -> Vec<String> {
    let lines = texts.into_iter().flat_map(|text| text.lines());
    let mut lines: Vec<String> = lines.map(|line| line.trim_end().to_owned()).collect();
    lines.sort();
    lines
}

/// Where the same behaviour is tested: the fake, and a real engine where one is named.
fn engines() -> Vec<(Option<FakeStorage>, Client)> {
    let fake = FakeStorage::start();
    let endpoint = fake.endpoint();
    let mut all = vec![(Some(fake), Client { endpoint })];
    if let Some(endpoint) = std::env::var_os("ENTRAIL_AZURITE") {
        let endpoint = endpoint.into_string().expect("text").trim_end_matches('/').to_owned();
        all.push((None, Client { endpoint }));
    }
    all
}

/// A container of its own in an engine that may have others.
fn fresh(client: &Client, word: &str) -> String {
    let nanos = jiff::Timestamp::now().as_nanosecond();
    let name = format!("{word}-{nanos}");
    client.container(&name);
    name
}

#[test]
fn whatever_the_layout_all_is_read_in_order_of_time() {
    for (_fake, client) in engines() {
        let name = fresh(&client, "layouts");
        let other = "resourceId=/TENANTS/4BBB/PROVIDERS/MICROSOFT.AADIAM";
        let mut texts = Vec::new();
        for (tenant, day) in [(TENANT, "2026-11-15"), (other, "2026-11-15"), (TENANT, "2026-11-16")]
        {
            for of_day in ["09", "10"] {
                let text = records(
                    &format!("{}{day}{of_day}", &tenant[..6]),
                    &format!("{day}T{of_day}"),
                    30,
                );
                client.appendable(
                    &name,
                    &hour(tenant, &format!("{day}T{of_day}")),
                    text.as_bytes(),
                );
                texts.push(text);
            }
        }
        let flat = records("flat", "2026-11-10T09", 5);
        client.block(&name, "export%20of%20November.json", flat.as_bytes());
        texts.push(flat);
        let packed = records("gz", "2026-11-11T09", 5);
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut gz, packed.as_bytes()).expect("packed");
        client.block(&name, "old/export.json.gz", &gz.finish().expect("packed"));
        texts.push(packed);
        client.appendable(&name, &hour(TENANT, "2026-11-17T00"), b"");
        let came = load_one(opened(&client.endpoint, &name, TimeRange::default()));
        assert_eq!(came.sorted(), lines_of(&texts));
        assert!(
            came.troubles.iter().all(|told| told.contains("it is empty")),
            "{:?}",
            came.troubles
        );
        let times: Vec<i64> = (0..came.store.len() as u32)
            .map(|row| came.store.time(row).expect("a time").ticks() / 36_000_000_000)
            .collect();
        assert!(times.is_sorted(), "hours follow each other");
        let sources: BTreeSet<String> = (0..came.store.len() as u32)
            .map(|row| came.store.span(row).0.name().to_owned())
            .collect();
        assert!(
            sources
                .iter()
                .all(|source| source.starts_with(&format!("{}/{name}/", client.endpoint))),
            "{sources:?}"
        );
        assert!(sources.contains(&format!("{}/{name}/export of November.json", client.endpoint)));
        // What a source is called, it can be opened by again.
        for source in sources {
            let address = Address::parse(&source, &Cloud::default()).expect("an address");
            let one = account(&client.endpoint, &connection(&client.endpoint));
            let again =
                Storage::new(Arc::new(one), &address, TimeRange::default()).expect("a place");
            let rows = came.lines().len();
            let again = load_one(again);
            assert!(!again.store.is_empty() && again.store.len() < rows, "{source}");
        }
    }
}

#[test]
fn hours_that_cannot_hold_anything_of_a_span_are_not_read() {
    for (fake, client) in engines() {
        let name = fresh(&client, "pruned");
        for month in ["09", "10", "11"] {
            for day in ["14", "15", "16", "17"] {
                for of_day in ["08", "09", "12", "23"] {
                    let time = format!("2026-{month}-{day}T{of_day}");
                    let text = records(&format!("{month}{day}{of_day}"), &time, 2);
                    client.appendable(&name, &hour(TENANT, &time), text.as_bytes());
                }
            }
        }
        let span =
            TimeRange { start: Some(at("2026-10-15T11:00")), end: Some(at("2026-10-15T13:00")) };
        if let Some(fake) = &fake {
            fake.take_seen();
        }
        let came = load_one(opened(&client.endpoint, &name, span));
        let mut hours: Vec<String> = (0..came.store.len() as u32)
            .map(|row| came.store.time(row).expect("a time").to_rfc3339()[..13].to_owned())
            .collect();
        hours.dedup();
        // Two hours before, two days behind.
        assert_eq!(
            hours,
            [
                "2026-10-15T09",
                "2026-10-15T12",
                "2026-10-15T23",
                "2026-10-16T08",
                "2026-10-16T09",
                "2026-10-16T12",
                "2026-10-16T23",
                "2026-10-17T08",
                "2026-10-17T09",
                "2026-10-17T12"
            ]
        );
        let Some(fake) = fake else { continue };
        let seen = fake.take_seen();
        let (lists, blobs): (Vec<&Seen>, Vec<&Seen>) = seen.iter().partition(|seen| seen.is_list());
        assert_eq!(blobs.len(), 10);
        // The root, the tenant, the year, the month, and three days.
        assert!(lists.len() <= 7, "{lists:?}");
        assert!(
            lists.iter().all(|seen| !seen
                .query
                .get("prefix")
                .is_some_and(|prefix| prefix.contains("m=09")))
        );
    }
}

#[test]
fn a_record_is_read_again_by_its_bytes_and_version_only() {
    for (fake, client) in engines() {
        let name = fresh(&client, "again");
        let (grows, stays) = (hour(TENANT, "2026-11-15T09"), "stays.json");
        let (first, second) =
            (records("grows", "2026-11-15T09", 900), records("stays", "2026-11-15T09", 900));
        client.appendable(&name, &grows, first.as_bytes());
        client.block(&name, stays, second.as_bytes());
        let account = account(&client.endpoint, &connection(&client.endpoint)).keeping(0);
        let storage = Storage::new(
            Arc::new(account),
            &container(&client.endpoint, &name),
            TimeRange::default(),
        );
        let came = load_one(storage.expect("a place"));
        assert_eq!((came.store.len(), &came.troubles), (1_800, &Vec::new()));
        if let Some(fake) = &fake {
            fake.take_seen();
        }
        let row = |word: &str, nth: u32| {
            let is_of = |row: &u32| came.store.span(*row).0.name().contains(word);
            let (original, span) =
                came.store.span((0..1_800).filter(is_of).nth(nth as usize).expect("a row"));
            original.read(span).map(|bytes| String::from_utf8(bytes).expect("text"))
        };
        assert_eq!(row("PT1H", 7).expect("read").trim_end(), first.lines().nth(7).expect("a line"));
        assert_eq!(row("PT1H", 8).expect("read").trim_end(), first.lines().nth(8).expect("a line"));
        if let Some(fake) = &fake {
            let seen = fake.take_seen();
            assert_eq!(seen.len(), 1, "its neighbours came with it: {seen:?}");
            assert!(
                seen[0].header("if-match").starts_with("\"0x")
                    && seen[0].header("range").starts_with("bytes=0-")
            );
        }
        // It grew: what was read is still where it was.
        client.append(&name, &grows, records("more", "2026-11-15T10", 3).as_bytes());
        assert_eq!(
            row("PT1H", 899).expect("read").trim_end(),
            first.lines().nth(899).expect("a line")
        );
        client.block(&name, stays, records("other", "2026-11-15T09", 900).as_bytes());
        let told = row("stays", 3).expect_err("it is another one").to_string();
        assert!(told.contains("was changed after it was read"), "{told}");
        client.block(&name, stays, b"{}");
        assert!(row("stays", 600).expect_err("it is shorter").to_string().contains("was changed"));
    }
}

/// Listens until that is the case.
fn until(
    came: &mut Came,
    deliveries: &mut tokio::sync::mpsc::Receiver<Delivery>,
    is_so: impl Fn(&Came) -> bool,
) {
    let clock = tokio::runtime::Builder::new_current_thread().enable_time().build();
    clock.expect("a clock").block_on(async {
        while !is_so(came) {
            let next = tokio::time::timeout(PATIENCE, deliveries.recv()).await;
            came.take(next.expect("in time").expect("something"));
        }
    });
}

#[test]
fn following_reads_tails_and_new_hours_and_nothing_again() {
    for (fake, client) in engines() {
        let name = fresh(&client, "followed");
        let now = jiff::Timestamp::now();
        let time = |hours: i64| {
            let then = now - jiff::SignedDuration::from_hours(hours);
            then.to_string()[..13].to_owned()
        };
        let (old, last, new) = (time(200), time(1), time(0));
        let of_hour = |word: &str, time: &str, count| records(word, time, count);
        client.appendable(&name, &hour(TENANT, &old), of_hour("old", &old, 3).as_bytes());
        client.appendable(&name, &hour(TENANT, &last), of_hour("last", &last, 50).as_bytes());
        let storage =
            opened(&client.endpoint, &name, TimeRange::default()).looked_at(Duration::ZERO);
        let mut came = load_one(storage.clone());
        assert_eq!((came.store.len(), &came.troubles), (53, &Vec::new()));
        if let Some(fake) = &fake {
            fake.take_seen();
        }
        let (outbox, mut deliveries) = tokio::sync::mpsc::channel(8);
        let cancel = CancellationToken::new();
        let places: Places = vec![Arc::new(storage)];
        source::follow(
            Follow { places, store: came.store.clone(), told: Vec::new() },
            outbox,
            cancel.clone(),
        );
        let tail = of_hour("tail", &last, 4);
        // Half a line is not read before the rest of it is there.
        let (whole, half) = tail.split_at(tail.len() - 40);
        client.append(&name, &hour(TENANT, &last), whole.as_bytes());
        until(&mut came, &mut deliveries, |came| came.store.len() >= 56);
        client.append(&name, &hour(TENANT, &last), half.as_bytes());
        client.appendable(&name, &hour(TENANT, &new), of_hour("new", &new, 5).as_bytes());
        until(&mut came, &mut deliveries, |came| came.store.len() >= 62);
        cancel.cancel();
        assert_eq!((came.store.len(), &came.troubles), (62, &Vec::new()));
        let texts =
            [of_hour("old", &old, 3), of_hour("last", &last, 50), tail, of_hour("new", &new, 5)];
        assert_eq!(came.sorted(), lines_of(&texts));
        let Some(fake) = fake else { continue };
        let of_last = hour(TENANT, &last);
        let read = fake.take_seen();
        let read = read.iter().filter(|seen| !seen.is_list() && seen.method == "GET");
        let from: Vec<u64> = read
            .filter(|seen| seen.path.ends_with(&of_last))
            .map(|seen| {
                seen.header("range")[6..]
                    .split('-')
                    .next()
                    .expect("a range")
                    .parse()
                    .expect("a number")
            })
            .collect();
        let len = of_hour("last", &last, 50).len() as u64;
        assert!(
            !from.is_empty() && from.iter().all(|from| *from >= len - 1_024),
            "{from:?} of {len}"
        );
    }
}

#[test]
fn a_blob_that_cannot_be_read_is_not_told_of_at_every_look() {
    let fake = FakeStorage::start();
    let now = jiff::Timestamp::now().to_string()[..13].to_owned();
    let grows = hour(TENANT, &now);
    fake.state().put("c", &grows, records("a", &now, 3).as_bytes(), true);
    let storage = opened(&fake.endpoint(), "c", TimeRange::default()).looked_at(Duration::ZERO);
    let mut came = load_one(storage.clone());
    let archived = "archived.json";
    fake.state().put("c", archived, records("b", &now, 3).as_bytes(), false);
    let blobs = |state: &mut fake_storage::State| state.containers.get_mut("c").map(std::mem::take);
    let mut all = blobs(&mut fake.state()).expect("a container");
    all.get_mut(archived).expect("a blob").is_archived = true;
    fake.state().containers.insert("c".to_owned(), all);
    let (outbox, mut deliveries) = tokio::sync::mpsc::channel(8);
    let cancel = CancellationToken::new();
    let places: Places = vec![Arc::new(storage)];
    source::follow(
        Follow { places, store: came.store.clone(), told: Vec::new() },
        outbox,
        cancel.clone(),
    );
    until(&mut came, &mut deliveries, |came| came.troubles.len() == 1);
    fake.state().append("c", &grows, records("c", &now, 1).as_bytes());
    until(&mut came, &mut deliveries, |came| came.store.len() == 4);
    cancel.cancel();
    assert!(
        came.troubles.len() == 1 && came.troubles[0].contains("archive tier"),
        "{:?}",
        came.troubles
    );
}

#[test]
fn long_lists_come_on_pages() {
    let fake = FakeStorage::start();
    let name = "c";
    let mut texts = Vec::new();
    for day in 1..=9 {
        for of_day in 0..5 {
            let time = format!("2026-11-{day:02}T{of_day:02}");
            let text = records(&format!("{day}-{of_day}"), &time, 2);
            fake.state().put(name, &hour(TENANT, &time), text.as_bytes(), true);
            texts.push(text);
        }
    }
    fake.state().page = 2;
    let span = TimeRange { start: Some(at("2026-10-30")), end: None };
    for span in [TimeRange::default(), span] {
        let came = load_one(opened(&fake.endpoint(), name, span));
        assert_eq!((came.sorted(), &came.troubles), (lines_of(&texts), &Vec::new()));
    }
}

/// The program itself, with a key in its environment.
fn entrail(endpoint: &str, arguments: &[&str]) -> std::process::Output {
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_entrail"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AZURE_") {
            program.env_remove(name);
        }
    }
    let text = format!("AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={endpoint}");
    program.env("AZURE_STORAGE_CONNECTION_STRING", text).args(arguments);
    program.stdin(std::process::Stdio::null()).output().expect("the program runs")
}

#[test]
fn the_command_line_reads_blobs_beside_files_and_never_shows_a_key() {
    for (fake, client) in engines() {
        let word = "insights-logs-auditlogs";
        client.container(word);
        let name = hour(TENANT, "2026-11-15T09");
        client.appendable(word, &name, records("a", "2026-11-15T09", 20).as_bytes());
        let older = hour(TENANT, "2026-09-15T09");
        client.appendable(word, &older, records("b", "2026-09-15T09", 20).as_bytes());
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file.ndjson");
        std::fs::write(&file, records("c", "2026-11-15T09", 3)).expect("written");
        let (endpoint, file) = (&client.endpoint, file.display().to_string());
        let blobs = format!("{endpoint}/{word}/{TENANT}");
        let said = |arguments: &[&str]| {
            let output = entrail(endpoint, arguments);
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
            let (out, told) = (text(&output.stdout), text(&output.stderr));
            assert!(!out.contains(&KEY[..12]) && !told.contains(&KEY[..12]), "{out}{told}");
            (output.status.code().expect("it ended"), out, told)
        };
        let log = folder.path().join("log").display().to_string();
        let (code, out, told) = said(&[
            "query",
            "",
            &blobs,
            &file,
            "--count",
            "--log-file",
            &log,
            "--log-level",
            "trace",
        ]);
        assert_eq!((code, out.trim(), told.as_str()), (0, "43", ""), "{out}{told}");
        let logged = std::fs::read_to_string(&log).expect("a log");
        assert!(
            logged.contains("comp=list")
                && !logged.contains(&KEY[..12])
                && !logged.contains("SharedKey "),
            "{logged}"
        );
        if let Some(fake) = &fake {
            fake.take_seen();
        }
        let (code, out, _) = said(&["query", "time:2026-11", &blobs, "--count"]);
        assert_eq!((code, out.trim()), (0, "20"));
        if let Some(fake) = &fake {
            let read = fake.take_seen();
            assert!(
                read.iter().all(|seen| !seen.path.contains("m=09")),
                "only what the query needs is read"
            );
        }
        let (code, out, _) = said(&["storage", endpoint, "--list"]);
        assert!(code == 0 && out.contains("audit\tinsights-logs-auditlogs\n"), "{out}");
        let (code, out, _) = said(&[
            "storage",
            endpoint,
            "--explain",
            "--since",
            "2026-11-15T12",
            "--until",
            "2026-11-15T13",
        ]);
        assert!(
            code == 0 && out.contains("from 2026-11-15T10:00:00Z until 2026-11-17T14:00:00Z"),
            "{out}"
        );
        let (code, out, _) = said(&["doctor", "storage", endpoint]);
        assert!(code == 0 && out.contains("✓ audit: can be listed and read"), "{out}");
        assert!(out.contains("not streamed to this account: attributes"), "{out}");
        let (code, _, told) =
            said(&["query", "", &format!("{endpoint}/{word}?sv=1&sig={}", &KEY[..30])]);
        assert!(code == 2 && told.contains("AZURE_STORAGE_SAS_TOKEN"), "{told}");
    }
}

/// The commands of the README's section, with the account of the fake.
fn commands_of_the_readme() -> Vec<Vec<String>> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(path).expect("there is a README");
    let (_, rest) = readme.split_once("## From Azure Storage\n").expect("a section");
    let section = rest.split("\n## ").next().expect("its text");
    let blocks = section.split("```").skip(1).step_by(2).flat_map(str::lines);
    let prose: Vec<&str> = section.split("```").step_by(2).collect();
    let prose = prose.concat();
    let inline = prose.split('`').skip(1).step_by(2);
    let all =
        blocks.chain(inline).filter(|line| line.starts_with("entrail ") && *line != "entrail pull");
    let own = |line: &str| {
        // The quotes of a shell keep spaces together.
        let parts = line.replace("contosologs", ACCOUNT);
        let parts: Vec<String> = parts
            .split('\'')
            .enumerate()
            .flat_map(|(at, part)| match at % 2 {
                0 => part.split_whitespace().map(str::to_owned).collect(),
                _ => vec![part.to_owned()],
            })
            .collect();
        parts[1..].to_vec()
    };
    all.map(own).collect()
}

#[test]
fn every_command_of_the_readme_does_what_it_says() {
    let fake = FakeStorage::start();
    let now = jiff::Timestamp::now().to_string()[..13].to_owned();
    for log in ["insights-logs-auditlogs", "insights-logs-signinlogs"] {
        fake.state().put(log, &hour(TENANT, &now), records(log, &now, 3).as_bytes(), true);
    }
    let captured = include_bytes!("fixtures/avro/captured-deflate.avro");
    let name = |day: u32| format!("contoso/entra/0/2026/11/{day:02}/09/05/00.avro");
    fake.state().put("capture", &name(3), captured, false);
    fake.state().put("capture", &name(2), b"not asked for", false);
    fake.state().put("capture", "contoso/entra/0/2025/11/03/09/05/00.avro", b"nor this", false);
    let folder = tempfile::tempdir().expect("a folder");
    let older = folder.path().join("older.ndjson");
    std::fs::write(&older, records("older", "2026-01-01T09", 2)).expect("written");
    let endpoint = fake.endpoint();
    let text = format!("AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={endpoint}");
    let mut screens = 0;
    for words in commands_of_the_readme() {
        let file = older.display().to_string();
        let archive = folder.path().join("entra").display().to_string();
        let words: Vec<&str> = words
            .iter()
            .map(|word| match word.as_str() {
                "older.ndjson" => &file,
                "~/entra" => &archive,
                word => word,
            })
            .collect();
        let is_screen = !words.contains(&"--list")
            && matches!(words[0], "storage" | "az://devstoreaccount1/insights-logs-auditlogs");
        if is_screen {
            screens += 1;
            let variables = [("AZURE_STORAGE_CONNECTION_STRING", text.as_str())];
            let seen = match words[1] {
                place if place.ends_with("/capture") => ["6 records", "Add member to gr…"],
                _ if words.contains(&file.as_str()) => ["5 records", "Update user"],
                _ => ["3 records", "Update user"],
            };
            terminal::Terminal::start_with(&words, &variables, 120, 30).wait_for(&seen);
            continue;
        }
        let output = entrail(&endpoint, &words);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code().is_some_and(|code| code < 2), "{words:?}: {told}");
    }
    assert_eq!(screens, 3);
}

fn signed_in(fake: &FakeStorage) -> Account {
    let address = Address::parse(&fake.endpoint(), &Cloud::default()).expect("an address");
    let settings = Settings {
        cloud: Cloud::at(fake.base(), "https://graph.microsoft.com").expect("a cloud"),
        tenant: Some("contoso.example".to_owned()),
        client: Some("51aa".to_owned()),
        method: Some(Method::ClientSecret),
        environment: SignInEnvironment {
            client_secret: Some("kestrel~of-the-storage".into()),
            ..SignInEnvironment::default()
        },
        ..Settings::default()
    };
    Account::new(&address, &Environment::default(), settings, None).expect("an account")
}

#[test]
fn whoever_asks_proves_it_by_key_signature_or_token() {
    let fake = FakeStorage::start();
    let text = records("a", "2026-11-15T09", 20);
    fake.state().put("c", &hour(TENANT, "2026-11-15T09"), text.as_bytes(), true);
    let storage = |account: Account| {
        Storage::new(Arc::new(account), &container(&fake.endpoint(), "c"), TimeRange::default())
            .expect("a place")
    };
    let by_key = Environment {
        key: Some(KEY.into()),
        account: Some(ACCOUNT.to_owned()),
        ..Environment::default()
    };
    assert_eq!(load_one(storage(account(&fake.endpoint(), &by_key))).store.len(), 20);

    // A clock that is wrong here is told from what the service says.
    fake.state().ahead = 7_200;
    let came = load_one(storage(account(&fake.endpoint(), &by_key)));
    assert_eq!((came.store.len(), came.troubles), (20, Vec::new()));
    fake.state().ahead = 0;

    fake.state().auth = Auth::Signature("kestrel+of=".to_owned());
    let signature =
        Signature::parse("?sv=2025-01-05&sp=rl&sig=kestrel%2Bof%3D").expect("a signature");
    let by_signature = Environment { signature: Some(signature), ..Environment::default() };
    assert_eq!(load_one(storage(account(&fake.endpoint(), &by_signature))).store.len(), 20);
    // A key of another account is not used.
    let of_another = Environment { account: Some("another".to_owned()), ..by_key };
    let shown = format!("{:?}", account(&fake.endpoint(), &of_another));
    assert!(shown.contains("a sign-in"), "{shown}");

    // A token that ends in the middle is another one then.
    fake.state().auth = Auth::Token;
    let mut asked = 0;
    fake.state().fault = Box::new(move |seen, _| {
        let is_asked = !seen.path.contains("oauth2");
        asked += u32::from(is_asked);
        if is_asked && asked == 3 {
            Fault::Status(401, "InvalidAuthenticationInfo")
        } else {
            Fault::None
        }
    });
    let came = load_one(storage(signed_in(&fake)));
    assert_eq!((came.store.len(), came.troubles), (20, Vec::new()));
    assert_eq!(fake.state().tokens, 2);
    let seen = fake.take_seen();
    assert!(
        seen.iter().filter(|seen| seen.header("authorization").starts_with("Bearer ")).count() >= 4
    );
}

#[test]
fn what_cannot_be_read_is_told_with_the_way_out() {
    let fake = FakeStorage::start();
    let text = records("a", "2026-11-15T09", 20);
    for of_day in 0..5 {
        fake.state().put(
            "c",
            &hour(TENANT, &format!("2026-11-15T{of_day:02}")),
            text.as_bytes(),
            true,
        );
    }
    let open = |name: &str| load_one(opened(&fake.endpoint(), name, TimeRange::default()));
    let came = open("insights-logs-signinlogs");
    assert!(
        came.troubles[0].contains("has no container insights-logs-signinlogs"),
        "{:?}",
        came.troubles
    );
    assert_eq!(came.summary.lost, 1);

    // Permission that is lost in the middle: one line for all of its blobs, and none is passed over.
    let mut asked = 0;
    fake.state().fault = Box::new(move |_, _| {
        asked += 1;
        if asked > 4 { Fault::Status(403, "AuthorizationPermissionMismatch") } else { Fault::None }
    });
    let came = open("c");
    assert_eq!(came.troubles.len(), 2, "{:?}", came.troubles);
    assert!(
        came.troubles.iter().all(|told| told.contains("Storage Blob Data Reader")),
        "{:?}",
        came.troubles
    );
    assert!(came.summary.lost >= 2 && came.summary.totals.iter().any(|input| input.unread));

    fake.state().fault = Box::new(|seen, containers| {
        if seen.is_list() {
            return Fault::None;
        }
        let blobs = containers.get_mut("c").expect("a container");
        blobs.get_mut(&hour(TENANT, "2026-11-15T01")).expect("a blob").is_archived = true;
        blobs.remove(&hour(TENANT, "2026-11-15T02"));
        Fault::None
    });
    let came = open("c");
    assert_eq!(came.summary.lost, 2, "{:?}", came.troubles);
    assert!(came.troubles.iter().any(|told| told.contains("archive tier")), "{:?}", came.troubles);
    assert!(
        came.troubles.iter().any(|told| told.contains("deleted after it was listed")),
        "{:?}",
        came.troubles
    );
}

#[test]
fn a_filter_asks_for_the_hours_that_did_not_come() {
    let fake = FakeStorage::start();
    for time in ["2026-10-01T09", "2026-11-15T09", "2026-11-16T09"] {
        fake.state().put("c", &hour(TENANT, time), records(time, time, 3).as_bytes(), true);
    }
    let storage =
        opened(&fake.endpoint(), "c", TimeRange { start: Some(at("2026-11-16")), end: None });
    let now = at("2026-11-16T10:00");
    let plan = |storage: &Storage, text: &str| storage.plan(&Query::parse(text).expect(text), now);
    let came = load_one(storage.clone());
    assert_eq!(came.store.len(), 3);
    assert!(
        plan(&storage, "role").again.is_none()
            && plan(&storage, "time>=2026-11-16").again.is_none()
    );
    let found = plan(&storage, "time>=2026-11-15 role");
    assert!(
        found.told.iter().any(|line| line.contains("2026-11-14T22:00:00Z")),
        "{:?}",
        found.told
    );
    fake.take_seen();
    let more = load(vec![found.again.expect("more of it")]);
    assert_eq!(more.store.len(), 3);
    let seen = fake.take_seen();
    assert_eq!(
        seen.iter().filter(|seen| !seen.is_list()).count(),
        1,
        "what came is not read again"
    );
    assert!(plan(&storage, "time>=2026-11-15 role").again.is_none());
}

/// A small random number.
fn random(state: &mut u64, below: u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state % below
}

/// Throttling, failures, answers that break off anywhere, blobs that grow while they are read.
#[test]
fn whatever_goes_wrong_what_is_read_is_what_is_there() {
    let seeds = std::env::var("ENTRAIL_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    for seed in 1..=seeds.unwrap_or(12_u64) {
        chaos(seed);
    }
}

fn chaos(seed: u64) {
    let fake = FakeStorage::start();
    let mut texts = Vec::new();
    let mut dice = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for n in 0..12 {
        let time = format!("2026-11-{:02}T{:02}", 10 + n / 5, n % 5);
        let text = records(&format!("s{seed}-{n}"), &time, 1 + random(&mut dice, 40) as usize);
        fake.state().put("c", &hour(TENANT, &time), text.as_bytes(), true);
        texts.push(text);
    }
    let grown = hour(TENANT, "2026-11-12T01");
    let more = records(&format!("s{seed}-more"), "2026-11-12T01", 2);
    let (mut left, mut streaks, more_bytes) = (1, BTreeMap::new(), more.clone());
    fake.state().page = 1 + random(&mut dice, 5) as usize;
    fake.state().fault = Box::new(move |seen, containers| {
        let of_grown = seen.path.ends_with(&grown) && !seen.header("range").starts_with("bytes=0-");
        if left > 0 && of_grown {
            left = 0;
            let blob =
                containers.get_mut("c").and_then(|blobs| blobs.get_mut(&grown)).expect("a blob");
            blob.bytes.extend_from_slice(more_bytes.as_bytes());
            blob.version += 1_000;
        }
        // What never answers is given up in the end.
        let streak = streaks.entry(seen.path.clone()).or_insert(0);
        let fault = if *streak >= 3 { 9 } else { random(&mut dice, 8) };
        *streak = if fault < 3 { *streak + 1 } else { 0 };
        match fault {
            0 => Fault::Cut(random(&mut dice, 20_000) as usize),
            1 => Fault::Close,
            2 => [
                Fault::Status(503, "ServerBusy"),
                Fault::Status(500, "InternalError"),
                Fault::Status(429, "TooManyRequests"),
            ][random(&mut dice, 3) as usize]
                .clone(),
            _ => Fault::None,
        }
    });
    let account = account(&fake.endpoint(), &connection(&fake.endpoint()))
        .paced(Arc::new(Hurried::default()));
    let address = container(&fake.endpoint(), "c");
    let storage = Storage::new(Arc::new(account), &address, TimeRange::default());
    let came = load_one(storage.expect("a place"));
    let mut expected = lines_of(&texts);
    if came.lines().iter().any(|line| line.contains("-more-")) {
        expected.extend(more.lines().map(|line| line.trim_end().to_owned()));
        expected.sort();
    }
    assert_eq!(came.troubles, Vec::<String>::new(), "seed {seed}");
    assert!(came.sorted() == expected, "seed {seed}: {} of {}", came.store.len(), expected.len());
}
