//! `entrail pull` from a storage account: whatever goes wrong, its archive ends as what the account has.
//! Never Azure itself: a fake over real HTTP, and a real emulator where `ENTRAIL_AZURITE` names one.

#![expect(clippy::disallowed_methods, reason = "tests read the clock, and look into archives")]

#[path = "fake_storage/storage.rs"]
mod fake_storage;
#[path = "harness/hurried.rs"]
mod hurried;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use entrail::sign_in::{Cloud, Environment as SignInEnvironment, Method, Settings};
use entrail::source::archive::{Archive, Origin as _, Told, pull_into};
use entrail::source::pulled::Outcome;
use entrail::source::storage::account::Account;
use entrail::source::storage::address::Address;
use entrail::source::storage::containers::Containers;
use entrail::source::storage::credential::{Connection, Environment};
use entrail::source::{Delivery, local, read_all};
use entrail::store::Store;
use entrail::time::{TimeRange, Timestamp};
use fake_storage::client::Client;
use fake_storage::{ACCOUNT, Auth, FakeStorage, Fault, KEY, Seen};
use hurried::Hurried;
use tokio_util::sync::CancellationToken;

const TENANT: &str = "tenantId=4aaa0000-0000-4000-8000-000000000001";
const CONTAINER: &str = "insights-logs-auditlogs";
const FOLDER: &str = "storage-devstoreaccount1/audit";

/// A record as Azure Monitor writes it.
fn record(id: &str, time: &str) -> String {
    format!(
        r#"{{"time":"{time}","resourceId":"/tenants/4aaa/providers/Microsoft.aadiam","operationName":"Update user","category":"AuditLogs","tenantId":"4aaa","correlationId":"c-{id}","properties":{{"id":"{id}","category":"UserManagement","correlationId":"c-{id}","activityDisplayName":"Update user","activityDateTime":"{time}","loggedByService":"Core Directory","result":"success","initiatedBy":{{}},"targetResources":[]}}}}"#
    ) + "\r\n"
}

fn hour(time: &str) -> String {
    let (day, hour) = time.split_once('T').expect("a day and an hour");
    let day: Vec<&str> = day.split('-').collect();
    format!("{TENANT}/y={}/m={}/d={}/h={}/m=00/PT1H.json", day[0], day[1], day[2], &hour[..2])
}

fn records(prefix: &str, hour: &str, count: usize) -> String {
    let one = |n: usize| {
        record(&format!("{prefix}-{n}"), &format!("{hour}:{:02}:{:02}Z", n / 60 % 60, n % 60))
    };
    (0..count).map(one).collect()
}

fn connection(endpoint: &str) -> String {
    format!("AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={endpoint}")
}

fn by_key(endpoint: &str) -> Account {
    let address = Address::parse(endpoint, &Cloud::default()).expect("an address");
    let environment = Environment {
        connection: Some(Connection::parse(&connection(endpoint))),
        ..Environment::default()
    };
    Account::new(&address, &environment, Settings::default(), None).expect("an account")
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

fn memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder")
}

/// Pulls containers once, all of their time; how it ended, and what was told.
fn pulled(account: Account, containers: &[&str], folder: &Path) -> (Outcome, Vec<String>) {
    let account = Arc::new(account.keeping(0).paced(Arc::new(Hurried::default())));
    let address = account.address().clone();
    let names: Vec<String> = containers.iter().map(|name| (*name).to_owned()).collect();
    let span = TimeRange { start: Timestamp::parse("2020-01-01"), end: None };
    let origin = Containers::new(account, &address, &names, span).expect("containers");
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let hears = Arc::clone(&told);
    let tell = Box::new(move |event: Told<'_>| {
        if let Told::Missing(missing) = event {
            hears.lock().expect("free").push(missing.trouble("storage").to_string());
        }
    });
    let now = origin.now();
    let mut archive =
        Archive::open(folder, &origin.owner(), now, tell).expect("an archive").for_origin(&origin);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let cancel = CancellationToken::new();
    let overlap = Duration::from_hours(24);
    let pulling = pull_into(&origin, &mut archive, overlap, &cancel);
    let outcome = runtime.expect("a runtime").block_on(pulling);
    assert_eq!(archive.verify(), []);
    drop(archive);
    let told = told.lock().expect("free").clone();
    (outcome, told)
}

/// Every line of the archive's files; fails where one is there twice.
fn kept(folder: &Path) -> BTreeSet<String> {
    let mut all = Vec::new();
    for file in walkdir::WalkDir::new(folder) {
        let path = file.expect("a file").into_path();
        let is_day = path.extension().is_some_and(|extension| extension == "zst");
        if is_day && !path.ends_with("incoming.ndjson.zst") {
            let packed = std::fs::read(&path).expect("read");
            let text = zstd::decode_all(&*packed).expect("whole");
            all.extend(String::from_utf8(text).expect("text").lines().map(str::to_owned));
        }
    }
    let set: BTreeSet<String> = all.iter().cloned().collect();
    assert_eq!(set.len(), all.len(), "no record is there twice");
    set
}

fn lines(texts: &[String]) -> BTreeSet<String> {
    texts.iter().flat_map(|text| text.lines()).map(|line| line.trim_end().to_owned()).collect()
}

/// What the account has by now.
fn there(fake: &FakeStorage) -> BTreeSet<String> {
    let state = fake.state();
    let blobs = state.containers.values().flat_map(|blobs| blobs.values());
    let texts: Vec<String> =
        blobs.map(|blob| String::from_utf8(blob.bytes.clone()).expect("text")).collect();
    lines(&texts)
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

#[test]
fn what_is_there_is_kept_and_the_next_pull_reads_only_what_changed() {
    for (fake, client) in engines() {
        let nanos = jiff::Timestamp::now().as_nanosecond();
        let name = format!("pulled-{nanos}");
        client.container(&name);
        let mut texts = Vec::new();
        for time in ["2026-05-01T09", "2026-05-01T10", "2026-05-02T09", "2026-07-01T23"] {
            let text = records(time, time, 40);
            client.appendable(&name, &hour(time), text.as_bytes());
            texts.push(text);
        }
        let loose = records("loose", "2026-04-01T00", 3);
        client.block(&name, "old/export.json", loose.as_bytes());
        texts.push(loose);
        let listed: Vec<String> =
            (0..2).map(|n| record(&format!("listed-{n}"), "2026-03-01T00:00:00Z")).collect();
        let envelope = format!("{{\"records\":[\n{},\n{}]}}", listed[0].trim(), listed[1].trim());
        client.block(&name, "old/list.json", envelope.as_bytes());
        texts.extend(listed);
        let folder = memory();
        let (outcome, told) = pulled(by_key(&client.endpoint), &[&name], folder.path());
        assert!(outcome.is_complete() && told.is_empty(), "{outcome:?} {told:?}");
        assert_eq!(kept(folder.path()), lines(&texts));
        let log = folder.path().join(format!("storage-devstoreaccount1/container-{name}"));
        assert!(log.join("2026-05-02.ndjson.zst").exists());

        // Nothing changed: nothing is read but lists.
        if let Some(fake) = &fake {
            fake.take_seen();
        }
        let (outcome, _) = pulled(by_key(&client.endpoint), &[&name], folder.path());
        assert!(outcome.is_complete() && outcome.state.slices_total == 0, "{outcome:?}");
        if let Some(fake) = &fake {
            assert!(fake.take_seen().iter().all(Seen::is_list));
        }

        // An hour that was over long ago grows all the same.
        let late = records("late", "2026-05-01T09", 2);
        client.append(&name, &hour("2026-05-01T09"), late.as_bytes());
        texts.push(late);
        let (outcome, _) = pulled(by_key(&client.endpoint), &[&name], folder.path());
        assert!(outcome.is_complete() && outcome.state.slices_total == 1, "{outcome:?}");
        assert_eq!(kept(folder.path()), lines(&texts));
        if let Some(fake) = &fake {
            let read: Vec<Seen> = fake.take_seen();
            let read = read.iter().filter(|seen| !seen.is_list() && seen.method == "GET");
            assert_eq!(read.count(), 1);
        }

        // A file that is lost comes again, and is told.
        std::fs::remove_file(log.join("2026-05-01.ndjson.zst")).expect("removed");
        let (outcome, told) = pulled(by_key(&client.endpoint), &[&name], folder.path());
        assert!(outcome.has_all() && outcome.damaged == 1 && outcome.gone == 0, "{told:?}");
        assert_eq!(kept(folder.path()), lines(&texts));
        // It is read like any folder.
        let mut store = Store::default();
        read_all(vec![local::path(folder.path().to_owned())], |delivery| {
            if let Delivery::Segment(segment) = delivery {
                store.push(segment);
            }
        });
        assert_eq!(store.len(), lines(&texts).len());
    }
}

/// A number that follows from another, as good as by chance.
fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

#[test]
fn whatever_goes_wrong_the_archive_becomes_what_the_account_has() {
    let seeds: u64 = std::env::var("ENTRAIL_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(4);
    for seed in 0..seeds {
        let mut chance = seed;
        let fake = FakeStorage::start();
        let days = ["2026-05-01", "2026-05-02"];
        for day in days {
            for of_day in [1, 9, 23] {
                let time = format!("{day}T{of_day:02}");
                let count = 1 + next(&mut chance) as usize % 60;
                let text = records(&time, &time, count);
                let is_append = !next(&mut chance).is_multiple_of(3);
                fake.state().put(CONTAINER, &hour(&time), text.as_bytes(), is_append);
            }
        }
        if seed % 3 == 0 {
            fake.state().auth = Auth::Token;
        }
        fake.state().page = 2 + seed as usize % 4;
        let mut more = 0;
        let mut faults = seed.wrapping_mul(77) + 1;
        let is_token = seed % 3 == 0;
        fake.state().fault = Box::new(move |seen, containers| {
            if seen.path.contains("oauth2") {
                return Fault::None;
            }
            let blobs = containers.get_mut(CONTAINER).expect("a container");
            // Blobs grow, or are replaced by longer ones, while they are read.
            if next(&mut faults).is_multiple_of(9) && more < 6 {
                more += 1;
                let at = next(&mut faults) as usize % blobs.len();
                let blob = blobs.values_mut().nth(at).expect("a blob");
                let text = records(&format!("more-{more}"), "2026-05-02T12", 3);
                blob.bytes.extend_from_slice(text.as_bytes());
                blob.version += 1_000;
                if !blob.is_append {
                    blob.created = format!("again-{more}");
                }
            }
            match next(&mut faults) % 14 {
                0 => Fault::Status(503, "ServerBusy"),
                1 => Fault::Status(500, "InternalError"),
                2 => Fault::Close,
                3 => Fault::Cut(next(&mut faults) as usize % 5_000),
                4 => Fault::Status(429, "TooManyRequests"),
                5 if is_token => Fault::Status(401, "InvalidAuthenticationInfo"),
                6 if next(&mut faults).is_multiple_of(8) => {
                    Fault::Status(403, "AuthorizationPermissionMismatch")
                }
                7 if next(&mut faults).is_multiple_of(12) => {
                    Fault::Status(404, "ContainerNotFound")
                }
                _ => Fault::None,
            }
        });
        let folder = memory();
        let account = || if is_token { signed_in(&fake) } else { by_key(&fake.endpoint()) };
        for _ in 0..4 {
            let (outcome, told) = pulled(account(), &[CONTAINER], folder.path());
            let kept = kept(folder.path());
            assert!(kept.is_subset(&there(&fake)), "seed {seed}");
            // What is not all is told.
            assert!(
                outcome.is_complete() || outcome.stopped.is_some() || !told.is_empty(),
                "seed {seed}"
            );
        }
        fake.state().fault = Box::new(|_, _| Fault::None);
        let (outcome, told) = pulled(account(), &[CONTAINER], folder.path());
        assert!(outcome.is_complete(), "seed {seed}: {outcome:?} {told:?}");
        assert_eq!(kept(folder.path()), there(&fake), "seed {seed}");
        let (outcome, _) = pulled(account(), &[CONTAINER], folder.path());
        assert_eq!(outcome.state.slices_total, 0, "seed {seed}");
    }
}

#[test]
fn what_cannot_be_kept_is_told_and_asked_for_again() {
    let fake = FakeStorage::start();
    let text = records("a", "2026-05-01T09", 5);
    fake.state().put(CONTAINER, &hour("2026-05-01T09"), text.as_bytes(), true);
    // Half a record at the end of a blob that is written no more.
    let cut = records("b", "2026-05-01T10", 2);
    fake.state().put(CONTAINER, &hour("2026-05-01T10"), &cut.as_bytes()[..cut.len() - 30], false);
    fake.state().put(CONTAINER, "notes.csv", b"a,b\n1,2\n", false);
    let folder = memory();
    for _ in 0..2 {
        let (outcome, told) = pulled(by_key(&fake.endpoint()), &[CONTAINER], folder.path());
        assert_eq!(outcome.missing, 2, "{told:?}");
        assert!(told.iter().any(|told| told.contains("not a whole record")), "{told:?}");
        assert!(told.iter().any(|told| told.contains("notes.csv: ")), "{told:?}");
        assert_eq!(kept(folder.path()).len(), 6);
    }
    fake.state().put(CONTAINER, &hour("2026-05-01T10"), cut.as_bytes(), false);
    let mut blobs = fake.state().containers.remove(CONTAINER).expect("a container");
    blobs.remove("notes.csv");
    fake.state().containers.insert(CONTAINER.to_owned(), blobs);
    let (outcome, told) = pulled(by_key(&fake.endpoint()), &[CONTAINER], folder.path());
    assert!(outcome.is_complete() && told.is_empty(), "{told:?}");
    assert_eq!(kept(folder.path()), there(&fake));
    // A container that is not there is missing where it was asked for.
    let (outcome, told) =
        pulled(by_key(&fake.endpoint()), &["insights-logs-signinlogs"], folder.path());
    assert!(!outcome.is_complete() && told[0].contains("has no container"), "{told:?}");
}

/// The program itself, with a key in its environment.
fn program(endpoint: &str, home: &Path, arguments: &[&str]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_entrail"));
    program
        .args(["pull", "--archive"])
        .arg(home.join("archive"))
        .args(["storage", endpoint, "--since", "2026-05-01", "--until", "2026-05-03"])
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .env("AZURE_STORAGE_CONNECTION_STRING", connection(endpoint))
        .stdin(Stdio::null());
    program
}

fn ran(program: &mut Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = program.output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn killed_at_any_request_it_goes_on_where_it_was() {
    let fake = FakeStorage::start();
    let mut texts = Vec::new();
    for time in ["2026-05-01T09", "2026-05-02T09", "2026-05-03T09"] {
        let text = records(time, time, 30);
        fake.state().put(CONTAINER, &hour(time), text.as_bytes(), true);
        texts.push(text);
    }
    let endpoint = fake.endpoint();
    let mut at = 0;
    loop {
        let home = memory();
        let (reached, arrives) = mpsc::channel();
        let (release, held) = mpsc::channel::<()>();
        let mut asked = 0;
        fake.state().fault = Box::new(move |_, _| {
            asked += 1;
            if asked == at + 1 {
                let _ = reached.send(());
                let _ = held.recv();
            }
            Fault::None
        });
        let mut child = program(&endpoint, home.path(), &[])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let mut is_over = false;
        while arrives.recv_timeout(Duration::from_millis(5)).is_err() && !is_over {
            is_over = child.try_wait().expect("a process").is_some();
        }
        // SIGKILL.
        let _ = child.kill();
        let _ = child.wait();
        drop(release);
        fake.state().fault = Box::new(|_, _| Fault::None);
        let archive = home.path().join("archive");
        assert!(kept(&archive).is_subset(&lines(&texts)), "request {at}");
        let (code, out, told) = ran(&mut program(&endpoint, home.path(), &[]));
        assert!(code == Some(0) && out.contains(", complete"), "request {at}: {out}{told}");
        assert_eq!(kept(&archive), lines(&texts), "request {at}");
        if is_over {
            assert!(at > 8, "every request was held once: {at}");
            break;
        }
        at += 1;
    }
}

#[test]
fn an_account_beside_a_tenant_has_folders_of_its_own_and_another_account_is_not_mixed_in() {
    let (fake, other) = (FakeStorage::start(), FakeStorage::start());
    for fake in [&fake, &other] {
        let text = records("a", "2026-05-01T09", 5);
        fake.state().put(CONTAINER, &hour("2026-05-01T09"), text.as_bytes(), true);
    }
    let home = memory();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/archive/version-1");
    let archive = home.path().join("archive");
    for file in walkdir::WalkDir::new(&fixtures) {
        let file = file.expect("a file");
        let to = archive.join(file.path().strip_prefix(&fixtures).expect("below it"));
        match file.file_type().is_dir() {
            true => std::fs::create_dir(to).expect("made"),
            false => drop(std::fs::copy(file.path(), to).expect("copied")),
        }
    }
    let of_graph = std::fs::read(archive.join("audit/2025-05-29.ndjson.zst")).expect("read");
    let (code, out, told) = ran(&mut program(&fake.endpoint(), home.path(), &[]));
    assert_eq!(code, Some(0), "{out}{told}");
    assert!(told.contains("get folders of their own beside them"), "{told}");
    assert!(archive.join(FOLDER).join("2026-05-01.ndjson.zst").exists());
    assert_eq!(std::fs::read(archive.join("audit/2025-05-29.ndjson.zst")).expect("read"), of_graph);
    let manifest = std::fs::read_to_string(archive.join(".entrail/manifest.ndjson")).expect("read");
    assert!(manifest.contains("\"log\":\"storage-devstoreaccount1/audit\""), "{manifest}");
    let check = Command::new("sha256sum")
        .args(["--check", ".entrail/sha256sums"])
        .current_dir(&archive)
        .output();
    assert!(check.is_err() || check.is_ok_and(|output| output.status.success()));
    let (code, _, told) = ran(&mut program(&other.endpoint(), home.path(), &[]));
    assert!(code == Some(2) && told.contains("give each tenant a folder of its own"), "{told}");
}

#[test]
fn with_a_query_only_what_matches_is_kept_and_without_it_the_rest_comes() {
    let fake = FakeStorage::start();
    let text = records("a", "2026-05-01T09", 5);
    fake.state().put(CONTAINER, &hour("2026-05-01T09"), text.as_bytes(), true);
    let home = memory();
    let archive = home.path().join("archive");
    let ask = ["-q", "correlation:c-a-3"];
    let (code, out, told) = ran(&mut program(&fake.endpoint(), home.path(), &ask));
    assert!(code == Some(0) && out.contains("(4 others left out)"), "{out}{told}");
    assert_eq!(kept(&archive).len(), 1);
    fake.take_seen();
    assert_eq!(ran(&mut program(&fake.endpoint(), home.path(), &ask)).0, Some(0));
    assert!(fake.take_seen().iter().all(Seen::is_list), "the same question is answered");
    assert_eq!(ran(&mut program(&fake.endpoint(), home.path(), &[])).0, Some(0));
    assert_eq!(kept(&archive), there(&fake));
}
