//! Avro files, as Event Hubs Capture and exports of tables write them: read like any other file, damage and all.
//! Never writes one: those of the fixtures were written by fastavro, another implementation.
#![expect(clippy::disallowed_methods, reason = "reads its fixtures")]

use entrail::record::Record;
use entrail::source::{self, Delivery, Summary, local};
use entrail::store::Store;

#[derive(Default)]
struct Loaded {
    store: Store,
    troubles: Vec<String>,
    summary: Summary,
}

fn file(name: &str) -> std::path::PathBuf {
    format!("{}/tests/fixtures/avro/{name}", env!("CARGO_MANIFEST_DIR")).into()
}

fn load(names: &[&str]) -> Loaded {
    let mut loaded = Loaded::default();
    let place = local::files(names.iter().map(|name| file(name)).collect());
    source::read_all(vec![place], |delivery| match delivery {
        Delivery::Segment(segment) => loaded.store.push(segment),
        Delivery::Trouble(trouble) => loaded.troubles.push(trouble.reason),
        Delivery::Done(summary) => loaded.summary = summary,
        Delivery::Progress(_)
        | Delivery::Pulling(..)
        | Delivery::Prompt(..)
        | Delivery::Following(_) => {}
    });
    loaded
}

impl Loaded {
    /// All records, each read again from its original bytes.
    fn records(&self) -> Vec<Record<'static>> {
        (0..self.store.len() as u32)
            .map(|row| {
                let (original, span) = self.store.span(row);
                let bytes = original.read(span).expect("readable again");
                original.decode(&bytes).expect("decodes again").into_owned()
            })
            .collect()
    }

    fn ids(&self) -> Vec<String> {
        self.records().iter().map(|record| record.id.to_string()).collect()
    }
}

#[test]
fn files_of_event_hubs_capture_were_not_read() {
    for name in ["captured-null.avro", "captured-deflate.avro", "captured-zstandard.avro"] {
        let loaded = load(&[name]);
        // One message has no body, and one was cut off behind its first record.
        let ids = [0, 1, 2, 3, 5, 6].map(|id| format!("Directory_{id}"));
        assert_eq!(loaded.ids(), ids, "{name}: {:?}", loaded.troubles);
        assert_eq!((loaded.summary.lost, loaded.troubles.len()), (1, 1), "{:?}", loaded.troubles);
        let last = loaded.records().pop().expect("records");
        let target = last.targets.first().map(|target| target.upn.as_ref());
        assert_eq!(target, Some("zoë6@fabrikam.example"));
    }
}

#[test]
fn the_same_records_from_files_packed_otherwise_are_one() {
    let names = ["captured-null.avro", "captured-deflate.avro", "captured-zstandard.avro"];
    let loaded = load(&names);
    assert_eq!((loaded.store.len(), loaded.summary.progress.duplicates), (6, 12));
}

#[test]
fn a_file_of_an_hour_in_which_nothing_came_is_no_trouble() {
    let loaded = load(&["captured-empty.avro", "captured-deflate.avro"]);
    assert_eq!((loaded.store.len(), loaded.troubles.len()), (6, 1), "{:?}", loaded.troubles);
}

#[test]
fn rows_of_a_table_that_was_exported_are_its_records() {
    let loaded = load(&["rows.avro"]);
    assert_eq!(loaded.ids(), ["Directory_9"], "{:?}", loaded.troubles);
    let record = loaded.records().pop().expect("a record");
    assert_eq!(record.activity, "Delete user");
    assert_eq!(record.time.expect("a time").to_rfc3339(), "2026-11-03T09:05:00Z");
}

#[test]
fn a_file_of_capture_is_read_inside_of_others() {
    let bytes = std::fs::read(file("captured-deflate.avro")).expect("a fixture");
    let packed = zstd::encode_all(&bytes[..], 3).expect("packed");
    let mut store = Store::default();
    source::read_all(vec![local::at_hand("a.avro.zst", packed)], |delivery| {
        if let Delivery::Segment(segment) = delivery {
            store.push(segment);
        }
    });
    assert_eq!(store.len(), 6);
}
