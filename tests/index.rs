//! The second open of the same files: the same answers as reading them again, whatever became of the index.
#![expect(clippy::disallowed_methods, reason = "tests write the files they read, and age them")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use entrail::export::{self, Format};
use entrail::place::Trouble;
use entrail::query::answer::{Answer, Answerer, Axis, Question, Sort};
use entrail::query::choice::Choice;
use entrail::query::{Context, Query};
use entrail::source::{self, Delivery, IndexCache, Load, Summary, local};
use entrail::store::{RowId, Store};
use entrail::time::Timestamp;
use proptest::prelude::*;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

const QUERIES: &[&str] = &[
    "",
    "a",
    "user",
    "update OR delete",
    "-result:success",
    "actor:a",
    "target:e",
    "raw:id",
    "old:a",
    "time:2026",
    "source:json",
    "ip:10",
    "kind:sign-in",
    "zoë",
];

/// What a load delivered.
#[derive(Default)]
struct Loaded {
    store: Store,
    troubles: Vec<Trouble>,
    summary: Summary,
}

impl Loaded {
    fn take(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::Segment(segment) => self.store.push(segment),
            Delivery::Trouble(trouble) => self.troubles.push(trouble),
            Delivery::Done(summary) => self.summary = summary,
            Delivery::Progress(_)
            | Delivery::Pulling(..)
            | Delivery::Prompt(..)
            | Delivery::Following(_) => {}
        }
    }

    /// Everything a user could get out of it.
    fn told(&self) -> Told {
        let summary = Summary { indexed: false, ..self.summary.clone() };
        Told {
            troubles: self.troubles.clone(),
            summary,
            answers: QUERIES.iter().map(|query| answer(&self.store, query)).collect(),
            exports: [Format::NDJSON, Format::RAW, Format::CSV, Format::TABLE]
                .map(|format| exported(&self.store, format)),
        }
    }
}

#[derive(Clone, PartialEq, Debug)]
struct Told {
    troubles: Vec<Trouble>,
    summary: Summary,
    answers: Vec<String>,
    exports: [Vec<u8>; 4],
}

/// The answer to a query, counts and rows.
fn answer(store: &Store, query: &str) -> String {
    let query = Query::parse(query).expect(query);
    let now = Timestamp::parse("2026-11-20T12:00:00Z").expect("a time");
    let mut answerer = Answerer::default();
    answerer.extend(store.clone());
    answerer.ask(Question {
        revision: 0,
        query,
        context: Context { now, around: None },
        choice: Choice::default(),
        sort: Sort::newest_first(),
        axis: store.period().map(|period| Axis::fit(period, 20)),
        operations: false,
        hidden: None,
    });
    while answerer.step(&|| false) {}
    let answer: Answer = answerer.answer().expect("an answer");
    format!("{answer:?}")
}

fn exported(store: &Store, format: Format) -> Vec<u8> {
    let rows: Vec<RowId> = (0..store.len() as RowId).collect();
    let options = export::Options { format, width: Some(200), ..export::Options::default() };
    let mut out = Vec::new();
    let report = export::write(store, &rows, &options, &mut out).expect("memory");
    assert_eq!(report.unreadable, 0, "{report:?}");
    out
}

/// Files of its own, and a cache of its own.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().expect("a folder") };
        fs::create_dir(place.files()).expect("a folder");
        place
    }

    fn files(&self) -> PathBuf {
        self.folder.path().join("files")
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache").join("index")
    }

    /// A file that was written a while ago.
    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.files().join(name);
        fs::write(&path, bytes).expect("written");
        aged(&path, 60);
        path
    }

    /// Loads, with an index of files of any size; it is written when this returns.
    fn load(&self, path: &Path) -> Loaded {
        load(path, Some(IndexCache::new(self.cache()).of_all()))
    }

    /// The one index there is.
    fn index(&self) -> PathBuf {
        let indexes = self.indexes();
        assert_eq!(indexes.len(), 1, "{indexes:?}");
        indexes.into_iter().next().expect("one")
    }

    fn indexes(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.cache()) else { return Vec::new() };
        entries.map(|entry| entry.expect("an entry").path()).collect()
    }
}

fn load(path: &Path, cache: Option<IndexCache>) -> Loaded {
    let mut loaded = Loaded::default();
    let places = vec![local::path(path.to_owned())];
    drop(source::read_all(Load { places, cache, ..Load::default() }, |delivery| {
        loaded.take(delivery);
    }));
    loaded
}

fn aged(path: &Path, seconds: u64) {
    let file = File::options().write(true).open(path).expect("opens");
    let then = SystemTime::now() - Duration::from_secs(seconds);
    file.set_modified(then).expect("aged");
}

fn fixtures(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new("tests/fixtures").join(folder)).expect("fixtures");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

/// A record as Graph writes it, on one line.
fn record(id: usize) -> String {
    format!(
        r#"{{"id":"{id}","category":"UserManagement","correlationId":"c-{id}","result":"success","resultReason":"","activityDisplayName":"Update user {}","activityDateTime":"2026-11-01T08:00:{:02}Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{{"user":{{"id":"u1","userPrincipalName":"ada@fabrikam.example"}}}},"targetResources":[{{"id":"t1","displayName":"Zoë","type":"User","modifiedProperties":[]}}],"additionalDetails":[]}}"#,
        id % 7,
        id % 60
    ) + "\n"
}

fn records(count: usize) -> String {
    (0..count).map(record).collect()
}

#[test]
fn every_format_and_every_damage_is_answered_the_same_from_an_index() {
    for fixture in fixtures("formats").into_iter().chain(fixtures("damage")) {
        let place = Place::new();
        let path = place.file(&name(&fixture), fs::read(&fixture).expect("a fixture"));
        let first = place.load(&path);
        assert!(!first.summary.indexed, "{path:?}");
        let second = place.load(&path);
        assert!(second.summary.indexed, "{path:?}");
        assert_eq!(second.told(), first.told(), "{path:?}");
        let rows = first.store.segments();
        assert_eq!(format!("{:?}", second.store.segments()), format!("{rows:?}"));
    }
}

#[test]
fn a_folder_is_answered_the_same_from_an_index() {
    let place = Place::new();
    for fixture in fixtures("formats").into_iter().chain(fixtures("damage")) {
        place.file(&name(&fixture), fs::read(&fixture).expect("a fixture"));
    }
    place.file("notes.txt", "no records here");
    place.file("empty.json", "");
    place.file("again.ndjson", fs::read("tests/fixtures/formats/graph-audit.ndjson").expect("it"));
    let first = place.load(&place.files());
    let second = place.load(&place.files());
    assert!(!first.summary.indexed && second.summary.indexed);
    assert!(first.summary.progress.duplicates > 0 && first.troubles.len() > 5);
    assert_eq!(second.told(), first.told());
    // One file more is another set of files.
    place.file("zebra.ndjson", record(777_777));
    let third = place.load(&place.files());
    assert!(!third.summary.indexed);
    assert_eq!(third.store.len(), first.store.len() + 1);
}

#[test]
fn only_the_same_file_has_the_index() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 6] = [
        ("longer", |path| {
            fs::write(path, records(21)).expect("written");
            aged(path, 60);
        }),
        ("shorter", |path| {
            fs::write(path, records(19)).expect("written");
            aged(path, 60);
        }),
        ("of another time", |path| aged(path, 30)),
        ("of other contents, of the same size and time", |path| {
            let then = path.metadata().and_then(|metadata| metadata.modified()).expect("a time");
            fs::write(path, records(20).replace("ada@", "bob@")).expect("written");
            let file = File::options().write(true).open(path).expect("opens");
            file.set_modified(then).expect("a time");
        }),
        ("replaced by a copy with one letter changed", |path| {
            let then = path.metadata().and_then(|metadata| metadata.modified()).expect("a time");
            let other = path.with_extension("other");
            fs::write(&other, records(20).replacen("ada@", "adb@", 1)).expect("written");
            let file = File::options().write(true).open(&other).expect("opens");
            file.set_modified(then).expect("a time");
            fs::rename(&other, path).expect("replaced");
        }),
        ("with something else in it", |path| {
            fs::write(path, "{}").expect("written");
            aged(path, 60);
        }),
    ];
    for (what, change) in changes {
        let place = Place::new();
        let path = place.file("log.ndjson", records(20));
        assert!(!place.load(&path).summary.indexed);
        assert!(place.load(&path).summary.indexed);
        change(&path);
        let fresh = load(&path, None);
        let changed = place.load(&path);
        assert!(!changed.summary.indexed, "{what}");
        assert_eq!(changed.told(), fresh.told(), "{what}");
        // And the new index is in the place of the old one.
        let again = place.load(&path);
        assert!(again.summary.indexed, "{what}");
        assert_eq!(again.told(), fresh.told(), "{what}");
        place.index();
    }
}

#[test]
fn a_file_that_changes_after_the_index_was_taken_over_is_told_not_misread() {
    let place = Place::new();
    let path = place.file("log.ndjson", records(20));
    place.load(&path);
    let loaded = place.load(&path);
    assert!(loaded.summary.indexed && loaded.store.read(3).is_ok());
    fs::write(&path, records(30)).expect("written");
    let error = loaded.store.read(3).expect_err("changed");
    assert!(error.to_string().contains("changed"), "{error}");
}

#[test]
fn what_another_version_wrote_is_replaced() {
    let place = Place::new();
    let path = place.file("log.ndjson", records(20));
    let fresh = place.load(&path).told();
    let written = fs::read(place.index()).expect("an index");
    for at in [0, 7, 8, 15] {
        let mut other = written.clone();
        other[at] ^= 1;
        fs::write(place.index(), &other).expect("written");
        let loaded = place.load(&path);
        assert!(!loaded.summary.indexed);
        assert_eq!(loaded.told(), fresh);
        assert_eq!(fs::read(place.index()).expect("an index"), written);
    }
}

#[test]
fn an_index_cut_off_anywhere_is_none() {
    let place = Place::new();
    let path = place.file("log.ndjson", records(20));
    let fresh = place.load(&path).told();
    let written = fs::read(place.index()).expect("an index");
    for len in (0..written.len()).step_by(97) {
        fs::write(place.index(), &written[..len]).expect("written");
        let loaded = place.load(&path);
        assert!(!loaded.summary.indexed, "{len}");
        assert_eq!(loaded.told(), fresh, "{len}");
        assert!(place.load(&path).summary.indexed, "{len}");
    }
}

#[test]
fn a_flipped_bit_anywhere_is_no_index() {
    let place = Place::new();
    let path = place.file("log.ndjson", records(20));
    let fresh = place.load(&path).told();
    let written = fs::read(place.index()).expect("an index");
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) };
    proptest!(config, |(at in any::<prop::sample::Index>(), bit in 0..8_u8)| {
        let mut flipped = written.clone();
        flipped[at.index(written.len())] ^= 1_u8 << bit;
        fs::write(place.index(), &flipped).expect("written");
        let loaded = place.load(&path);
        prop_assert!(!loaded.summary.indexed);
        prop_assert_eq!(loaded.told(), fresh.clone());
    });
}

#[test]
fn what_cannot_be_read_again_later_has_no_index() {
    let text = records(20);
    let zst = zstd::encode_all(text.as_bytes(), 1).expect("zstd");
    let utf16: Vec<u8> =
        format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, bytes) in [("log.zst", zst), ("log16.json", utf16)] {
        let place = Place::new();
        let path = place.file(name, bytes);
        place.file("plain.ndjson", record(99));
        for path in [path, place.files()] {
            assert!(!place.load(&path).summary.indexed);
            assert!(!place.load(&path).summary.indexed);
            assert_eq!(place.indexes(), Vec::<PathBuf>::new());
        }
    }
}

#[test]
#[cfg(unix)]
fn a_folder_in_which_something_cannot_be_opened_has_no_index() {
    let place = Place::new();
    place.file("log.ndjson", records(20));
    std::os::unix::fs::symlink("nowhere", place.files().join("link.ndjson")).expect("a link");
    let loaded = place.load(&place.files());
    assert_eq!((loaded.store.len(), loaded.troubles.len()), (20, 1));
    assert_eq!(place.indexes(), Vec::<PathBuf>::new());
}

#[test]
fn a_small_file_has_an_index_only_when_asked_for() {
    let place = Place::new();
    let path = place.file("log.ndjson", records(20));
    load(&path, Some(IndexCache::new(place.cache())));
    assert!(!place.cache().exists());
    // What was asked for once does not change what happens without.
    place.load(&path);
    assert!(!load(&path, Some(IndexCache::new(place.cache()))).summary.indexed);
    assert!(!load(&path, None).summary.indexed);
}

#[test]
fn a_file_that_was_changed_just_now_has_no_index_yet() {
    let place = Place::new();
    let path = place.files().join("log.ndjson");
    fs::write(&path, records(20)).expect("written");
    let file = File::options().write(true).open(&path).expect("opens");
    file.set_modified(SystemTime::now() + Duration::from_mins(1)).expect("a time to come");
    place.load(&path);
    assert_eq!(place.indexes(), Vec::<PathBuf>::new());
    aged(&path, 60);
    place.load(&path);
    assert!(place.load(&path).summary.indexed);
}

#[test]
fn a_load_that_was_stopped_leaves_no_index() {
    let place = Place::new();
    let path = place.file("log.ndjson", records(20));
    let cache = Some(IndexCache::new(place.cache()).of_all());
    let start = |cancel: CancellationToken| {
        let load = Load {
            places: vec![local::path(path.clone())],
            cache: cache.clone(),
            ..Load::default()
        };
        let (outbox, mut inbox) = tokio::sync::mpsc::channel(4);
        source::start(load, outbox, cancel);
        let mut loaded = Loaded::default();
        while let Some(delivery) = inbox.blocking_recv() {
            loaded.take(delivery);
        }
        loaded
    };
    let cancelled = CancellationToken::new();
    cancelled.cancel();
    assert!(start(cancelled.clone()).summary.cancelled);
    assert_eq!(place.indexes(), Vec::<PathBuf>::new());
    // A stop while an index is taken over ends as any other load does.
    place.load(&path);
    assert!(start(cancelled).summary.cancelled);
    let loaded = start(CancellationToken::new());
    assert!(loaded.summary.indexed && loaded.store.len() == 20);
}

#[test]
fn a_cache_that_cannot_be_written_is_no_trouble() {
    let place = Place::new();
    let path = place.file("log.ndjson", records(20));
    fs::write(place.folder.path().join("cache"), "a file where the folder would be").expect("it");
    let loaded = place.load(&path);
    assert_eq!((loaded.store.len(), loaded.troubles), (20, Vec::new()));
    // Nor is a folder where the index would be.
    fs::remove_file(place.folder.path().join("cache")).expect("removed");
    place.load(&path);
    let index = place.index();
    fs::remove_file(&index).expect("removed");
    fs::create_dir(&index).expect("a folder");
    let loaded = place.load(&path);
    assert_eq!((loaded.store.len(), loaded.summary.indexed), (20, false));
}

/// The program with a home of its own.
fn program(place: &Place, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entrail"));
    command
        .args(arguments)
        .current_dir(place.files())
        .env("HOME", place.folder.path())
        .env("XDG_CACHE_HOME", place.folder.path().join("cache"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn indexes_below(folder: &Path) -> Vec<PathBuf> {
    let found = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    let is_index = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "idx");
    found.map(walkdir::DirEntry::into_path).filter(is_index).collect()
}

#[test]
fn the_command_line_forces_and_forbids_an_index() {
    let place = Place::new();
    place.file("log.ndjson", records(20));
    let run = |arguments: &[&str]| {
        let output = program(&place, arguments).output().expect("the program runs");
        assert!(output.status.success(), "{output:?}");
        assert!(output.stderr.is_empty(), "{output:?}");
        (output.stdout, indexes_below(place.folder.path()).len())
    };
    let (fresh, indexes) = run(&["query", "", "log.ndjson", "--no-index"]);
    assert_eq!(indexes, 0);
    assert_eq!(run(&["query", "", "log.ndjson"]), (fresh.clone(), 0));
    assert_eq!(run(&["query", "", "log.ndjson", "--index"]), (fresh.clone(), 1));
    assert_eq!(run(&["query", "", "log.ndjson", "--index"]), (fresh.clone(), 1));
    // The last one counts, as with an alias that has the other.
    assert_eq!(run(&["query", "", "log.ndjson", "--no-index", "--index"]), (fresh.clone(), 1));
    assert_eq!(run(&["query", "", "log.ndjson", "--index", "--no-index"]), (fresh, 1));
}

#[test]
#[cfg(unix)]
fn nobody_else_can_read_an_index() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let path = place.file("log.ndjson", records(20));
    place.load(&path);
    let mode = |path: &Path| path.metadata().expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(&place.index()), mode(&place.cache())), (0o600, 0o700));
    // One that others could have changed is not believed, and is replaced.
    fs::set_permissions(place.index(), fs::Permissions::from_mode(0o666)).expect("opened");
    assert!(!place.load(&path).summary.indexed);
    assert_eq!(mode(&place.index()), 0o600);
}

#[test]
fn programs_that_write_the_same_index_at_once_do_not_disturb_each_other() {
    let place = Place::new();
    place.file("log.ndjson", records(2_000));
    let arguments = ["query", "user", "log.ndjson", "--index", "--format", "ndjson"];
    for _ in 0..3 {
        let running: Vec<_> = (0..4)
            .map(|_| program(&place, &arguments).spawn().expect("the program starts"))
            .collect();
        let outputs = running.into_iter().map(|child| child.wait_with_output().expect("it ends"));
        let outputs: Vec<Vec<u8>> = outputs.map(|output| output.stdout).collect();
        assert!(outputs[0].len() > 100_000 && outputs.iter().all(|out| *out == outputs[0]));
        let found = indexes_below(place.folder.path());
        assert_eq!(found.len(), 1);
        let folder = found[0].parent().expect("a folder");
        assert_eq!(fs::read_dir(folder).expect("a folder").count(), 1, "nothing is left over");
        fs::remove_file(&found[0]).expect("removed");
    }
}

/// A umask decided who may read what is kept, or that not even the owner may.
#[test]
#[cfg(unix)]
fn what_is_kept_is_its_owners_alone_whatever_the_umask_and_whoevers_home_it_is() {
    use std::os::unix::fs::{PermissionsExt as _, chown};
    for umask in ["000", "0777", "022"] {
        let place = Place::new();
        place.file("log.ndjson", records(10));
        let run = || {
            let script = format!("umask {umask}; exec \"$0\" query '' log.ndjson --count --index");
            let output = Command::new("sh")
                .args(["-c", &script, env!("CARGO_BIN_EXE_entrail")])
                .current_dir(place.files())
                .env("HOME", place.folder.path())
                .env("XDG_CACHE_HOME", place.folder.path().join("cache"))
                .stdin(Stdio::null())
                .output()
                .expect("it runs");
            assert_eq!(String::from_utf8_lossy(&output.stdout), "10\n", "{output:?}");
        };
        run();
        let kept = indexes_below(place.folder.path());
        assert_eq!(kept.len(), 1, "{umask}");
        let mode = |path: &Path| path.metadata().expect("there").permissions().mode() & 0o777;
        let index = kept[0].parent().expect("a folder");
        let own = index.parent().expect("a folder");
        assert_eq!([mode(&kept[0]), mode(index), mode(own)], [0o600, 0o700, 0o700], "{umask}");
        // Root with the home of another user believes nothing of it, and writes nothing there.
        fs::remove_file(&kept[0]).expect("removed");
        if chown(index, Some(12_345), None).is_ok() {
            run();
            assert_eq!(fs::read_dir(index).expect("there").count(), 0, "{umask}");
        }
    }
}
