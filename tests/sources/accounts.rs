//! Every event of an input is accounted for: counted again here by other means, and compared.
//! Never asks the program how many there are.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use entrail::source::{Delivery, IndexCache, InputTotals, Load, Summary, local, read_all};
use entrail::store::Store;
use proptest::prelude::*;

/// An event of some kind, by its number: records that occur again, another log's, and broken ones.
fn event(number: u8) -> String {
    let id = number % 23;
    match number % 9 {
        7 => format!(
            r#"{{"Type":"MicrosoftGraphActivityLogs2","TimeGenerated":"2026-02-03T04:05:06Z","SourceSystem":"x","n":{id}}}"#
        ),
        8 => format!(
            r#"{{"CreationTime":"2026-02-03T04:05:06","Id":"e{id}","Operation":"MailItemsAccessed","RecordType":50,"Workload":"Exchange","UserId":"una@moorland.example"}}"#
        ),
        way => format!(
            r#"{{"id":"Directory_{id}","category":"UserManagement","correlationId":"c-{id}","result":"success","resultReason":"","activityDisplayName":"Update user {way}","activityDateTime":"2026-02-03T04:05:{:02}Z","loggedByService":"Core Directory","initiatedBy":{{}},"targetResources":[]}}"#,
            number % 60
        ),
    }
}

/// An event that lost its end, or its beginning.
fn broken(number: u8) -> String {
    let whole = event(number % 7);
    let cut = 5 + usize::from(number) % (whole.len() - 10);
    if number.is_multiple_of(2) {
        whole[..cut].to_owned()
    } else {
        whole[cut..].replace(['{', '['], "")
    }
}

/// How the events of a file are put together.
#[derive(Clone, Copy, Debug)]
enum Way {
    Lines,
    List,
    Page,
    Records,
}

fn text(way: Way, events: &[String]) -> String {
    match way {
        Way::Lines => events.join("\n") + "\n",
        Way::List => format!("[\n{}\n]", events.join(",\n")),
        Way::Page => format!("{{\"@odata.context\":\"x\",\"value\":[{}]}}", events.join(", ")),
        Way::Records => format!("{{\"records\":[{}]}}", events.join(",")),
    }
}

/// The number of events in a text, found without entrail.
fn counted(way: Way, text: &str) -> u64 {
    let value = || serde_json::from_str::<serde_json::Value>(text).expect("JSON");
    let length = |value: &serde_json::Value| value.as_array().expect("a list").len() as u64;
    match way {
        Way::Lines => text.lines().filter(|line| !line.trim().is_empty()).count() as u64,
        Way::List => length(&value()),
        Way::Page => length(&value()["value"]),
        Way::Records => length(&value()["records"]),
    }
}

fn load(paths: &[PathBuf], cache: Option<IndexCache>) -> (Store, Summary) {
    let places = paths.iter().cloned().map(local::path).collect();
    let (mut store, mut summary) = (Store::default(), Summary::default());
    drop(read_all(Load { places, cache, ..Load::default() }, |delivery| match delivery {
        Delivery::Segment(segment) => store.push(segment),
        Delivery::Done(done) => summary = done,
        _ => {}
    }));
    (store, summary)
}

fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("written");
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).expect("in memory");
    encoder.finish().expect("in memory")
}

fn zip(members: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("begun");
        writer.write_all(text.as_bytes()).expect("written");
    }
    writer.finish().expect("finished").into_inner()
}

fn sum(summary: &Summary) -> InputTotals {
    summary.totals.iter().fold(InputTotals::default(), |mut sum, account| {
        sum.add(account);
        sum
    })
}

fn ways() -> impl Strategy<Value = Way> {
    prop::sample::select(&[Way::Lines, Way::List, Way::Page, Way::Records][..])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn the_account_of_each_input_is_its_number_of_events(
        files in prop::collection::vec((ways(), prop::collection::vec((0_u8..250, 0_u8..6), 1..40)), 1..4),
        packed in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut paths = Vec::new();
        let mut expected = Vec::new();
        for (at, (way, events)) in files.iter().enumerate() {
            let is_broken = |kind: u8| kind == 0 && matches!(way, Way::Lines);
            // A line that lost its beginning, behind one that lost its end, may go on with it.
            let mut before = false;
            let events: Vec<String> = events
                .iter()
                .enumerate()
                .map(|(place, &(number, kind))| {
                    before = place > 0 && is_broken(kind) && !before;
                    if before { broken(number) } else { event(number) }
                })
                .collect();
            let text = text(*way, &events);
            let packed = packed && at % 2 == 0;
            let name = if packed { format!("{at}.json.gz") } else { format!("{at}.json") };
            let path = folder.path().join(name);
            let bytes = if packed { gzip(&text) } else { text.clone().into_bytes() };
            write(&path, &bytes);
            expected.push((path.display().to_string(), bytes.len() as u64, counted(*way, &text)));
            paths.push(path);
        }
        let (store, summary) = load(&paths, None);
        let found: Vec<(String, u64, u64)> = (summary.totals.iter())
            .map(|account| (account.name.clone(), account.bytes.unwrap_or(0), account.events()))
            .collect();
        prop_assert_eq!(&found, &expected, "{:?}", summary.totals);
        let all = sum(&summary);
        prop_assert_eq!(all.records, store.len() as u64);
        prop_assert_eq!(all.duplicates, summary.progress.duplicates);
        let other: u64 = summary.other.iter().map(|(_, count)| count).sum();
        prop_assert_eq!((all.foreign(), all.lost_bytes), (other, summary.lost_bytes));
    }
}

#[test]
fn members_of_an_archive_folders_and_an_index_are_accounted_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let inner = folder.path().join("logs");
    fs::create_dir(&inner).expect("made");
    let events: Vec<String> = (0..30).map(event).collect();
    let one = text(Way::Lines, &events[..20]);
    let two = text(Way::List, &events[10..]);
    write(&inner.join("a.zip"), &zip(&[("one.ndjson", &one), ("two.json", &two)]));
    write(&inner.join("b.json"), two.as_bytes());
    write(&inner.join("c.txt"), b"no log at all\n");
    let (_, summary) = load(std::slice::from_ref(&inner), None);
    let of = |end: &str| {
        let mut found = summary.totals.iter().filter(|account| account.name.ends_with(end));
        found.next().cloned().unwrap_or_else(|| panic!("{end}: {:?}", summary.totals))
    };
    assert_eq!((of("one.ndjson").events(), of("one.ndjson").bytes), (20, None));
    assert_eq!(of("two.json").events(), 20);
    assert_eq!((of("a.zip").events(), of("b.json").events()), (0, 20));
    assert_eq!(of("b.json").bytes, Some(two.len() as u64));
    // All of it was in the archive.
    assert_eq!((of("b.json").records, of("b.json").duplicates > 10), (0, true));
    assert!(of("c.txt").unread && of("c.txt").events() == 0);
    // From an index the same is told.
    let cache = || Some(IndexCache::new(folder.path().join("index")).of_all());
    let files = [inner.join("b.json")];
    // Left alone long enough for an index.
    let long_ago =
        std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
    let file = fs::OpenOptions::new().append(true).open(&files[0]).expect("a file");
    file.set_modified(long_ago).expect("set");
    let (_, fresh) = load(&files, cache());
    let (_, again) = load(&files, cache());
    assert!(!fresh.indexed && again.indexed);
    assert_eq!(fresh.totals, again.totals);
}
