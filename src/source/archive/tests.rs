//! Archives, pulled into from a server on this computer, and stopped at every step.
#![expect(clippy::disallowed_methods, reason = "archives are looked at and damaged")]

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio_util::sync::CancellationToken;

use super::super::graph::fixture::*;
use super::super::graph::{self, Logs, Request, Sink, page::Page};
use super::*;
use crate::time::ticks;

mod back;
mod hostile;
mod look_again;

const HOUR: Duration = Duration::from_hours(1);

fn owner() -> Owner {
    let owner = graph::owner(&"http://127.0.0.1".parse().expect("an address"), "11111111-2222");
    Owner { base: "http://127.0.0.1".to_owned(), ..owner }
}

fn silent() -> Tell {
    Box::new(|_| {})
}

fn open(folder: &Path) -> Archive {
    Archive::open(folder, &owner(), at("2026-05-31"), silent()).expect("an archive")
}

fn request(days: i64) -> Request {
    let start = at("2026-05-01");
    let end = start.plus(ticks(Duration::from_hours(24)) * days);
    Request::new(vec![log("audit")], Window { start, end }).for_archive()
}

fn graph_asked(request: &Request) -> Asked {
    Asked { logs: vec!["audit".to_owned()], window: request.window }
}

/// A server whose tenant can be added to.
fn tenant_server(tenant: Tenant) -> (Server, Arc<Mutex<Tenant>>) {
    let tenant = Arc::new(Mutex::new(tenant));
    let shared = Arc::clone(&tenant);
    (Server::start(move |asked| shared.lock().expect("free").answer(asked)), tenant)
}

/// Every record of the archive, sorted; fails where one is there twice.
fn records(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for file in walkdir::WalkDir::new(folder) {
        let path = file.expect("a file").into_path();
        if path.extension().is_some_and(|extension| extension == "zst")
            && !path.ends_with("incoming.ndjson.zst")
        {
            let mut text = String::new();
            let mut file = zstd::Decoder::new(fs_open(&path)).expect("packed");
            file.read_to_string(&mut text).expect("whole");
            all.extend(text.lines().map(str::to_owned));
        }
    }
    let distinct: BTreeSet<&String> = all.iter().collect();
    assert_eq!(distinct.len(), all.len(), "no record is there twice");
    all.sort_unstable();
    all
}

/// A folder in memory where the system has such: most of these tests is waiting for the disk.
fn memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder")
}

fn fs_open(path: &Path) -> fs::File {
    fs::File::open(path).expect("a file")
}

#[test]
fn a_pull_is_kept_and_the_next_one_asks_only_for_what_is_not_settled() {
    let folder = memory();
    let (server, tenant) = tenant_server(Tenant::new(70, HOUR, 10));
    let service = server.service();
    let told = Arc::new(AtomicUsize::new(0));
    let kept = Arc::clone(&told);
    let tell: Tell = Box::new(move |told| {
        if matches!(told, Told::Kept(_)) {
            kept.fetch_add(1, Ordering::Relaxed);
        }
    });
    let mut archive = Archive::open(folder.path(), &owner(), at("2026-05-31"), tell).expect("new");
    assert!(pulled(&service, &request(4), &mut archive).is_complete());
    assert_eq!(told.load(Ordering::Relaxed), 4);
    assert!(archive.verify().is_empty());
    drop(archive);
    assert_eq!(records(folder.path()), tenant.lock().expect("free").lines());

    let before = server.asked().len();
    assert!(pulled(&service, &request(4), &mut open(folder.path())).is_complete());
    assert_eq!(server.asked().len(), before, "weeks later nothing is asked again");

    let long = Duration::from_hours(24 * 29);
    let mut archive = open(folder.path()).with_overlap(long);
    assert!(pulled(&service, &request(4), &mut archive).is_complete());
    let asked = &server.asked()[before..];
    assert_eq!(asked[0].bounds().0, at("2026-05-02"), "29 days before it was asked");
    assert_eq!(
        archive.entries().filter(|entry| entry.file.is_some()).count(),
        3,
        "no file without news"
    );
}

#[test]
fn records_that_arrive_late_are_added_once() {
    let folder = memory();
    let (server, tenant) = tenant_server(Tenant::new(40, HOUR, 10));
    let service = server.service();
    let overlap = Duration::from_hours(24 * 31);
    assert!(pulled(&service, &request(2), &mut open(folder.path())).is_complete());
    for late in 0..3 {
        let time = at("2026-05-01T07:30:00Z").plus(late);
        let line = record(500 + late as usize, time);
        tenant.lock().expect("free").records.push((time, line));
        let mut archive = open(folder.path()).with_overlap(overlap);
        let outcome = pulled(&service, &request(2), &mut archive);
        assert!(outcome.is_complete());
    }
    let mut expected = tenant.lock().expect("free").lines();
    expected.sort_unstable();
    assert_eq!(records(folder.path()), expected);
    let mut names: Vec<String> = fs::read_dir(folder.path().join("audit"))
        .expect("there")
        .map(|file| file.expect("a file").file_name().into_string().expect("text"))
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["2026-05-01.ndjson.zst", "2026-05-02.ndjson.zst"]);
}

/// Pulls until the step of that number, at which the program is killed.
fn killed_at(folder: &Path, server: &Server, step: usize) -> Outcome {
    let mut archive = open(folder);
    let mut number = 0;
    archive.interrupt = Some(Box::new(move |name| {
        number += 1;
        if number > step { Err(io::Error::other(format!("killed before {name}"))) } else { Ok(()) }
    }));
    let request = Request { most_records: 15, ..request(2) };
    pulled(&server.service(), &request, &mut archive)
}

#[test]
fn a_pull_killed_at_any_step_loses_one_slice_at_most_and_goes_on() {
    let tenant = Tenant::new(40, HOUR, 6);
    let expected = tenant.lines();
    let (server, _tenant) = tenant_server(tenant);
    let mut step = 0;
    loop {
        let folder = memory();
        let outcome = killed_at(folder.path(), &server, step);
        let was_killed = matches!(outcome.stopped, Some(Stopped::Unkept(_)));
        let kept: u64 = {
            let archive = open(folder.path());
            assert!(archive.verify().is_empty(), "step {step}");
            archive.entries().map(|entry| entry.records).sum()
        };
        assert_eq!(records(folder.path()).len() as u64, kept, "step {step}");
        assert!(kept + 24 >= outcome.state.records, "step {step}: one slice at most is lost");
        let before = server.asked().len();
        assert!(pulled(&server.service(), &request(2), &mut open(folder.path())).is_complete());
        assert_eq!(records(folder.path()), expected, "step {step}");
        assert!(open(folder.path()).verify().is_empty(), "step {step}");
        if !was_killed {
            assert_eq!(server.asked().len(), before);
            break;
        }
        step += 1;
    }
    assert!(step > 15, "{step} steps");
}

#[test]
fn a_pull_killed_again_and_again_comes_to_its_end() {
    let tenant = Tenant::new(40, HOUR, 6);
    let expected = tenant.lines();
    let (server, _tenant) = tenant_server(tenant);
    let folder = memory();
    let mut pulls = 0;
    while killed_at(folder.path(), &server, 9).stopped.is_some() {
        pulls += 1;
        assert!(pulls < 40, "each pull gets further");
    }
    assert!(pulls > 1);
    assert_eq!(records(folder.path()), expected);
}

#[test]
fn two_pulls_on_one_archive_refuse_each_other() {
    let folder = memory();
    let first = open(folder.path());
    let error =
        Archive::open(folder.path(), &owner(), at("2026-05-31"), silent()).expect_err("taken");
    assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    let text = error.to_string();
    assert!(
        text.contains("pulls into this archive")
            && text.contains(&*folder.path().to_string_lossy()),
        "{text}"
    );
    drop(first);
    open(folder.path());
}

#[test]
fn another_tenant_is_refused() {
    let folder = memory();
    open(folder.path());
    let other = Owner { tenant: "other".to_owned(), ..owner() };
    assert!(Archive::open(folder.path(), &other, at("2026-05-31"), silent()).is_err());
}

/// Pulls once as the program does; how it ended, and what was told.
fn pulled_once(server: &Server, request: &Request, folder: &Path) -> (Outcome, Vec<String>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let hears = Arc::clone(&told);
    let tell: Tell = Box::new(move |event| {
        if let Told::Missing(missing) = event {
            hears.lock().expect("free").push(missing.reason);
        }
    });
    let mut archive = Archive::open(folder, &owner(), at("2026-05-31"), tell).expect("opened");
    let (service, cancel) = (server.service(), CancellationToken::new());
    let logs = logs(service, request.clone());
    let pulling = pull_into(&logs, &mut archive, OVERLAP, &cancel);
    let outcome = runtime().block_on(pulling);
    assert_eq!(archive.verify(), []);
    drop(archive);
    compared(folder);
    let told = told.lock().expect("free").clone();
    (outcome, told)
}

/// What can happen to a file.
type Harm = fn(&Path);
const HARMS: [(&str, Harm); 4] = [
    ("longer", |path| {
        let bytes = [fs::read(path).expect("read"), b"x".to_vec()].concat();
        fs::write(path, bytes).expect("written");
    }),
    ("half", |path| {
        let bytes = fs::read(path).expect("read");
        fs::write(path, &bytes[..bytes.len() / 2]).expect("written");
    }),
    ("as large, but other bytes", |path| {
        let mut bytes = fs::read(path).expect("read");
        let middle = bytes.len() / 2;
        bytes[middle..middle + 4].copy_from_slice(b"\0\0\0\0");
        fs::write(path, bytes).expect("written");
    }),
    ("removed", |path| fs::remove_file(path).expect("removed")),
];
const DAY: &str = "audit/2026-05-02.ndjson.zst";

/// An archive of three days; Graph has nothing of them any more from then on.
fn forgotten() -> (tempfile::TempDir, Server, Vec<String>) {
    let folder = memory();
    let (server, tenant) = tenant_server(Tenant::new(70, HOUR, 10));
    assert!(pulled_once(&server, &request(3), folder.path()).0.is_complete());
    tenant.lock().expect("free").records.clear();
    let before = records(folder.path());
    (folder, server, before)
}

#[test]
fn a_damaged_file_is_set_aside_and_its_time_asked_for_again() {
    for (harm, damage) in HARMS {
        let folder = memory();
        let tenant = Tenant::new(70, HOUR, 10);
        let expected = tenant.lines();
        let (server, _tenant) = tenant_server(tenant);
        assert!(pulled_once(&server, &request(3), folder.path()).0.is_complete());
        // Asked for again without news: that says nothing of what a file had.
        let mut archive = open(folder.path()).with_overlap(29 * 24 * HOUR);
        assert!(pulled(&server.service(), &request(3), &mut archive).is_complete());
        drop(archive);
        damage(&folder.path().join(DAY));
        let harmed = fs::read(folder.path().join(DAY)).ok();
        let (outcome, told) = pulled_once(&server, &request(3), folder.path());
        assert!(outcome.has_all() && !outcome.is_complete(), "{harm}: {outcome:?}");
        assert_eq!((outcome.damaged, outcome.gone), (1, 0), "{harm}");
        assert!(told.len() == 1 && told[0].contains("is asked for again"), "{harm}: {told:?}");
        let aside = folder.path().join(".entrail/damaged/audit-2026-05-02.ndjson.zst");
        assert_eq!(fs::read(&aside).ok(), harmed, "{harm}: nothing is deleted");
        let _ = fs::remove_file(aside);
        assert_eq!(records(folder.path()), expected, "{harm}");
        let (outcome, told) = pulled_once(&server, &request(3), folder.path());
        assert!(outcome.is_complete() && told.is_empty(), "{harm}: {told:?}");
    }
}

#[test]
fn records_that_entra_has_no_longer_are_counted_as_missing() {
    for (harm, damage) in HARMS {
        let folder = memory();
        let (server, tenant) = tenant_server(Tenant::new(70, HOUR, 10));
        assert!(pulled_once(&server, &request(3), folder.path()).0.is_complete());
        damage(&folder.path().join(DAY));
        let had = {
            let mut tenant = tenant.lock().expect("free");
            let before = tenant.records.len();
            tenant.records.retain(|(time, _)| *time >= at("2026-05-02T06:00:00Z"));
            before - tenant.records.len()
        };
        // A pull that does not ask for that time tells so; the next one that does still counts.
        let elsewhere = Request {
            window: Window { start: at("2026-05-03"), end: at("2026-05-04") },
            ..request(3)
        };
        let (outcome, told) = pulled_once(&server, &elsewhere, folder.path());
        assert_eq!((outcome.damaged, outcome.gone), (1, 24), "{harm}");
        assert!(told.iter().any(|told| told.contains("--since 2026-05-02")), "{harm}: {told:?}");
        let (outcome, again) = pulled_once(&server, &elsewhere, folder.path());
        assert_eq!((outcome.damaged, outcome.gone), (0, 24), "{harm}: every run says so");
        assert_eq!(again, told[1..], "{harm}");
        let (outcome, told) = pulled_once(&server, &request(3), folder.path());
        assert_eq!((outcome.damaged, outcome.gone), (0, 6), "{harm}: {had}");
        assert!(
            told[0].starts_with("6 of the 24 records of audit/2026-05-02.ndjson.zst are missing"),
            "{harm}: {told:?}"
        );
        assert_eq!(told[0].contains(".entrail/damaged/audit"), harm != "removed", "{told:?}");
        // For good: every run says so, wherever it looks, until somebody has seen it.
        for request in [request(3), elsewhere] {
            let (outcome, again) = pulled_once(&server, &request, folder.path());
            assert_eq!((outcome.damaged, outcome.gone), (0, 6), "{harm}");
            assert_eq!(again, told, "{harm}");
        }
        fs::remove_file(folder.path().join(".entrail/damaged/lost.json")).expect("seen");
        let (outcome, told) = pulled_once(&server, &request(3), folder.path());
        assert!(outcome.is_complete() && told.is_empty(), "{harm}: {told:?}");
    }
}

#[test]
fn a_file_damaged_while_it_is_pulled_into_is_no_measure_of_what_is_new() {
    for (harm, damage) in HARMS {
        let folder = memory();
        let (server, tenant) = tenant_server(Tenant::new(40, HOUR, 10));
        assert!(pulled_once(&server, &request(2), folder.path()).0.is_complete());
        let time = at("2026-05-02T07:30:00Z");
        tenant.lock().expect("free").records.push((time, record(500, time)));
        let mut archive = open(folder.path()).with_overlap(29 * 24 * HOUR);
        damage(&folder.path().join(DAY));
        let mut outcome = pulled(&server.service(), &request(2), &mut archive);
        archive.settle(&graph_asked(&request(2)), &mut outcome).expect("told");
        assert_eq!((outcome.damaged, outcome.missing), (1, 1), "{harm}");
        drop(archive);
        assert!(pulled_once(&server, &request(2), folder.path()).0.is_complete(), "{harm}");
        let _ = fs::remove_dir_all(folder.path().join(".entrail/damaged"));
        let mut expected = tenant.lock().expect("free").lines();
        expected.sort_unstable();
        assert_eq!(records(folder.path()), expected, "{harm}");
    }
}

#[test]
fn a_pull_that_is_cancelled_leaves_the_digests_of_what_it_kept() {
    let folder = memory();
    let mut archive = open(folder.path());
    keep_up(&mut archive, 1..20, 2);
    let (server, _tenant) = tenant_server(Tenant::new(70, HOUR, 10));
    let cancel = CancellationToken::new();
    cancel.cancel();
    let service = server.service();
    let logs = logs(service, request(3));
    let pulling = pull_into(&logs, &mut archive, OVERLAP, &cancel);
    assert_eq!(runtime().block_on(pulling).stopped, Some(Stopped::Cancelled));
    assert_eq!(compared(folder.path()), 2);
}

#[test]
fn a_folder_with_something_else_in_it_is_refused_and_left_alone() {
    let folder = memory();
    fs::write(folder.path().join("letter.txt"), "dear").expect("written");
    let refused = Archive::open(folder.path(), &owner(), at("2026-05-31"), silent());
    let told = refused.expect_err("refused").to_string();
    assert!(told.contains("`letter.txt`") && told.contains("--archive "), "{told}");
    assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 1);
    fs::rename(folder.path().join("letter.txt"), folder.path().join(".hidden")).expect("moved");
    open(folder.path());
    // Once it is an archive, what else is put there does no harm.
    fs::write(folder.path().join("letter.txt"), "dear").expect("written");
    open(folder.path());
}

#[test]
fn an_archive_that_has_nothing_is_taken_away_again() {
    let home = memory();
    let folder = home.path().join("a/b");
    open(&folder).leave();
    assert_eq!(fs::read_dir(home.path()).expect("there").count(), 0);
    fs::create_dir(home.path().join("a")).expect("made");
    open(&folder).leave();
    assert!(home.path().join("a").exists() && !folder.exists());
    let mut archive = open(&folder);
    keep_up(&mut archive, 1..2, 2);
    archive.leave();
    open(&folder).leave();
    assert_eq!(records(&folder).len(), 1);
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_an_archive() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = memory();
    let folder = home.path().join("archive");
    let (server, _tenant) = tenant_server(Tenant::new(70, HOUR, 10));
    assert!(pulled_once(&server, &request(3), &folder).0.is_complete());
    fs::write(folder.join(DAY), "damaged").expect("written");
    pulled_once(&server, &request(3), &folder);
    let mut seen = 0;
    for file in walkdir::WalkDir::new(&folder) {
        let file = file.expect("a file");
        let mode = file.metadata().expect("there").permissions().mode() & 0o777;
        let expected = if file.file_type().is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode, expected, "{}", file.path().display());
        seen += 1;
    }
    assert!(seen > 9, "{seen}");
}

#[test]
fn without_its_manifest_an_archive_still_has_no_record_twice() {
    let folder = memory();
    let tenant = Tenant::new(70, HOUR, 10);
    let expected = tenant.lines();
    let (server, _tenant) = tenant_server(tenant);
    pulled(&server.service(), &request(3), &mut open(folder.path()));
    fs::remove_dir_all(folder.path().join(".entrail")).expect("removed");
    assert!(pulled(&server.service(), &request(3), &mut open(folder.path())).is_complete());
    assert_eq!(records(folder.path()), expected);
}

/// Such files were guarded by nothing: one that was damaged or gone was lost without a word.
#[test]
fn files_of_a_lost_manifest_are_guarded_again() {
    for (harm, damage) in HARMS {
        let folder = memory();
        let tenant = Tenant::new(70, HOUR, 10);
        let expected = tenant.lines();
        let (server, _tenant) = tenant_server(tenant);
        assert!(pulled_once(&server, &request(3), folder.path()).0.is_complete());
        fs::remove_file(folder.path().join(".entrail/manifest.ndjson")).expect("removed");
        let (outcome, told) = pulled_once(&server, &request(3), folder.path());
        assert!(outcome.is_complete(), "{outcome:?}");
        assert!(told.len() == 1 && told[0].contains("3 files with 70 records"), "{told:?}");
        let sums = fs::read_to_string(folder.path().join(".entrail/sha256sums")).expect("sums");
        assert_eq!(sums.lines().count(), 3);
        damage(&folder.path().join(DAY));
        let (outcome, _) = pulled_once(&server, &request(3), folder.path());
        assert_eq!((outcome.damaged, outcome.gone), (1, 0), "{harm}");
        let _ = fs::remove_dir_all(folder.path().join(".entrail/damaged"));
        assert_eq!(records(folder.path()), expected, "{harm}");
    }
}

#[test]
fn what_could_not_be_had_is_asked_for_by_the_next_pull() {
    let folder = memory();
    let tenant = Tenant::new(40, HOUR, 10);
    let expected = tenant.lines();
    let healed = Arc::new(AtomicUsize::new(0));
    let heals = Arc::clone(&healed);
    let server = Server::start(move |asked| {
        let bad = at("2026-05-01T05:00:00Z");
        let (first, last) = asked.bounds();
        if heals.load(Ordering::Relaxed) == 0 && (first..=last).contains(&bad) {
            return Reply::status(500);
        }
        tenant.answer(asked)
    });
    let outcome = pulled(&server.service(), &request(2), &mut open(folder.path()));
    assert_eq!((outcome.missing, records(folder.path()).len()), (1, 39));
    healed.store(1, Ordering::Relaxed);
    let before = server.asked().len();
    assert!(pulled(&server.service(), &request(2), &mut open(folder.path())).is_complete());
    assert_eq!(server.asked().len(), before + 1);
    assert_eq!(records(folder.path()), expected);
}

#[test]
fn another_filter_is_another_question() {
    let folder = memory();
    let (server, _tenant) = tenant_server(Tenant::new(40, HOUR, 10));
    let filter = "startswith(id,'D')".to_owned();
    let filters = BTreeMap::from([("audit".to_owned(), filter.clone())]);
    let filtered = Request { filters: BTreeMap::from([("audit", filter)]), ..request(2) };
    let mut archive = open(folder.path()).with_filters(filters.clone());
    assert!(pulled(&server.service(), &filtered, &mut archive).is_complete());
    assert_eq!(archive.unasked("audit", filtered.window), []);
    drop(archive);
    let mut archive = open(folder.path());
    assert_eq!(archive.unasked("audit", filtered.window), [filtered.window]);
    assert!(pulled(&server.service(), &request(2), &mut archive).is_complete());
    drop(archive);
    assert_eq!(
        open(folder.path()).with_filters(filters.clone()).unasked("audit", filtered.window),
        []
    );
    assert_eq!(records(folder.path()).len(), 40);
}

#[test]
fn an_archive_is_read_like_any_folder() {
    let folder = memory();
    let (server, _tenant) = tenant_server(Tenant::new(70, HOUR, 10));
    pulled(&server.service(), &request(3), &mut open(folder.path()));
    let mut summary = None;
    let places = vec![crate::source::local::path(folder.path().to_owned())];
    crate::source::read_all(places, |delivery| {
        if let crate::source::Delivery::Done(done) = delivery {
            summary = Some(done);
        }
    });
    let summary = summary.expect("an end");
    assert_eq!((summary.progress.records, summary.troubles), (70, 0), "{summary:?}");
}

#[test]
fn a_watched_archive_stays_up_to_date_with_one_file_a_day() {
    let folder = memory();
    let (server, tenant) = tenant_server(Tenant::new(30, HOUR, 10));
    let service = server.service();
    let mut archive = open(folder.path());
    let mut rounds = 0_i64;
    let request = |now: Timestamp| {
        let window = Window { start: now.plus(-ticks(40 * HOUR)), end: now };
        Request::new(vec![log("audit")], window).for_archive()
    };
    let logs = Logs::new(Arc::new(service), "t", request);
    let mut after = |outcome: &Outcome| {
        assert!(outcome.is_complete());
        rounds += 1;
        let time = at("2026-05-30T23:59:00Z").plus(rounds * 10_000_000);
        tenant.lock().expect("free").records.push((time, record(700 + rounds as usize, time)));
        if rounds < 12 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let (every, cancel) = (Duration::from_mins(5), CancellationToken::new());
    let watching = watch(&logs, &mut archive, every, &mut after, &cancel);
    assert!(runtime().block_on(watching).is_complete());
    assert_eq!(records(folder.path()).len(), 11);
    let files = archive.manifest.files();
    assert_eq!(files.keys().collect::<Vec<_>>(), [&"audit/2026-05-30.ndjson.zst"]);
    assert!(archive.verify().is_empty());
}

/// Keeps what cron finds: every so many hours what is not settled, with a record for each hour.
fn keep_up(archive: &mut Archive, rounds: std::ops::Range<i64>, hours: i64) {
    for round in rounds {
        let now = at("2026-05-01").plus(ticks(HOUR) * hours * round);
        let time = now.plus(-ticks(HOUR) / 2);
        let window = Window { start: at("2026-05-01"), end: now };
        for window in archive.unasked("audit", window) {
            for slice in graph::slices::plan(log("audit"), &[window], 24 * HOUR) {
                let lines = match slice.window.contains(time) {
                    true => format!("{{\"value\":[{}]}}", record(round as usize, time)),
                    false => "{\"value\":[]}".to_owned(),
                };
                let page = Page::read(lines.as_bytes(), true);
                Sink::page(archive, &slice, &page).expect("kept");
                let request = url::Url::parse("http://127.0.0.1/x").expect("an address");
                let done = graph::Done { slice, complete: true, request, asked: now };
                archive.slice_done(&done).expect("kept");
            }
        }
    }
}

fn manifest_lines(folder: &Path) -> usize {
    let path = folder.join(".entrail/manifest.ndjson");
    fs::read_to_string(path).expect("a manifest").lines().count()
}

/// The digests that `sha256sum` would compare, and those of the files.
fn compared(folder: &Path) -> usize {
    let sums = fs::read_to_string(folder.join(".entrail/sha256sums")).expect("sums");
    for line in sums.lines() {
        let (sha256, name) = line.split_once("  ").expect("two columns");
        assert_eq!(
            packed::sha256(&mut fs_open(&folder.join(name))).expect("a file"),
            sha256,
            "{name}"
        );
    }
    sums.lines().count()
}

#[test]
fn an_archive_kept_up_for_days_has_a_line_and_a_frame_for_each() {
    let folder = memory();
    let mut archive = open(folder.path());
    for day in 0..10 {
        keep_up(&mut archive, 1 + day * 12..1 + (day + 1) * 12, 2);
        archive.tidy().expect("tidy");
        compared(folder.path());
    }
    let expected = records(folder.path());
    assert_eq!(expected.len(), 120);
    let entries = archive.manifest.entries().count();
    assert!(entries < 24 + archive.spare + 10, "{entries} entries");
    archive.spare = 0;
    archive.tidy().expect("tidy");
    assert_eq!(records(folder.path()), expected);
    assert_eq!((archive.verify(), compared(folder.path())), (Vec::new(), 10));
    let whole: Vec<&KeptSlice> = archive.entries().filter(|entry| entry.slices > 1).collect();
    assert_eq!(whole.len(), 9);
    for entry in whole {
        let file = entry.file.as_ref().expect("a file");
        assert_eq!((entry.records, entry.settled(OVERLAP)), (12, entry.window()));
        let bytes = fs::read(folder.path().join(&file.name)).expect("read");
        assert_eq!(zstd::zstd_safe::find_frame_compressed_size(&bytes), Ok(bytes.len()));
    }
    let lines = manifest_lines(folder.path());
    let wanted = |archive: &mut Archive| {
        let window = Window { start: at("2026-05-01"), end: at("2026-05-12") };
        archive.unasked("audit", window)
    };
    let left = wanted(&mut archive);
    drop(archive);
    let mut archive = open(folder.path());
    assert_eq!(wanted(&mut archive), left, "read again it says the same");
    archive.spare = 0;
    archive.tidy().expect("tidy");
    assert_eq!(manifest_lines(folder.path()), lines, "nothing more to do");
}

#[test]
fn an_archive_stopped_at_any_step_of_tidying_is_whole() {
    let mut step = 0;
    loop {
        let folder = memory();
        let mut archive = open(folder.path());
        archive.spare = 0;
        keep_up(&mut archive, 1..60, 2);
        let expected = records(folder.path());
        let mut number = 0;
        archive.interrupt = Some(Box::new(move |name| {
            number += 1;
            let stop = || io::Error::other(format!("stopped before {name}"));
            if number > step { Err(stop()) } else { Ok(()) }
        }));
        let was_stopped = archive.tidy().is_err();
        drop(archive);
        let files = |records: Vec<String>| assert_eq!(records, expected, "step {step}");
        files(records(folder.path()));
        let mut archive = open(folder.path());
        assert_eq!(archive.verify(), [], "step {step}");
        archive.spare = 0;
        archive.tidy().expect("tidy");
        files(records(folder.path()));
        assert_eq!(archive.verify(), [], "step {step}");
        assert_eq!(archive.entries().map(|entry| entry.records).sum::<u64>(), 59);
        assert_eq!(archive.entries().filter(|entry| entry.slices > 1).count(), 3);
        compared(folder.path());
        // It goes on where it was.
        keep_up(&mut archive, 60..62, 2);
        assert_eq!(records(folder.path()).len(), 61, "step {step}");
        if !was_stopped {
            break;
        }
        step += 1;
    }
    assert!(step >= 3 * 5 + 3, "{step} steps");
}

#[test]
fn a_damaged_day_is_not_packed_again() {
    let folder = memory();
    let mut archive = open(folder.path());
    archive.spare = 0;
    keep_up(&mut archive, 1..60, 2);
    let path = folder.path().join("audit/2026-05-02.ndjson.zst");
    let mut bytes = fs::read(&path).expect("read");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&path, &bytes).expect("written");
    archive.tidy().expect("tidy");
    assert_eq!(fs::read(&path).expect("read"), bytes);
    let wrong: Vec<String> = archive.verify().into_iter().map(|(name, _)| name).collect();
    assert_eq!(wrong, ["audit/2026-05-02.ndjson.zst"]);
}

#[test]
fn a_watch_outlives_an_outage_and_catches_up() {
    let folder = memory();
    let asked = AtomicUsize::new(0);
    let tenant = Tenant::new(70, HOUR, 10);
    let expected = tenant.lines();
    let server = Server::start(move |request| match asked.fetch_add(1, Ordering::Relaxed) {
        0..2 | 400.. => tenant.answer(request),
        2..60 => Reply::status(429),
        60..100 => Reply::status(503),
        100..120 => Reply { cut: Some(3), ..Reply::json("{\"value\":[]}") },
        _ => Reply::status(502),
    });
    let service = server.service();
    let mut archive = open(folder.path());
    let mut rounds = Vec::new();
    let logs = logs(service, request(3));
    let mut after = |outcome: &Outcome| {
        rounds.push(outcome.is_complete());
        if outcome.is_complete() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let (every, cancel) = (Duration::from_mins(5), CancellationToken::new());
    let watching = watch(&logs, &mut archive, every, &mut after, &cancel);
    assert!(runtime().block_on(watching).is_complete());
    assert!(rounds.len() > 2, "{rounds:?}");
    assert_eq!(records(folder.path()), expected);
    assert_eq!(archive.verify(), []);
}
