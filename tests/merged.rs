//! The same record from several sources: one record that names all of them, in every order and shape.
//! Never the network: files, and places whose bytes are at hand.
#![expect(clippy::disallowed_methods, reason = "writes and reads the files it hands over")]

use std::path::Path;
use std::process::Command;

use entrail::query::matcher::Matcher;
use entrail::query::{Context, Query};
use entrail::source::{Delivery, local, read_all};
use entrail::store::Store;
use entrail::time::Timestamp;

fn graph(number: usize) -> String {
    format!(
        r#"{{"id":"Directory_{number}","category":"UserManagement","correlationId":"c","result":"success","activityDisplayName":"Add user","activityDateTime":"2026-11-0{number}T10:00:00Z","loggedByService":"Core Directory","operationType":"Add","initiatedBy":{{"user":{{"id":"u","userPrincipalName":"kim@contoso.example"}}}},"targetResources":[],"additionalDetails":[]}}"#
    )
}

/// The same as rows of a workspace have it.
fn row(number: usize) -> String {
    format!(
        r#"{{"Type":"AuditLogs","TimeGenerated":"2026-11-0{number}T10:00:00Z","OperationName":"Add user","Category":"UserManagement","CorrelationId":"c","LoggedByService":"Core Directory","Result":"success","Id":"Directory_{number}","AADOperationType":"Add","ActivityDisplayName":"Add user","ActivityDateTime":"2026-11-0{number}T10:00:00Z","InitiatedBy":{{"user":{{"id":"u","userPrincipalName":"kim@contoso.example"}}}},"TargetResources":[],"AdditionalDetails":[]}}"#
    )
}

fn lines(of: Shape, numbers: &[usize]) -> String {
    numbers.iter().map(|&number| of(number) + "\n").collect()
}

fn store(inputs: &[(&str, String)]) -> Store {
    let mut store = Store::default();
    let places = inputs.iter().map(|(name, text)| local::at_hand(*name, text.clone().into_bytes()));
    let _ = read_all(places.collect::<Vec<_>>(), |delivery| {
        if let Delivery::Segment(segment) = delivery {
            store.push(segment);
        }
    });
    store
}

fn found(store: &Store, query: &str) -> usize {
    let now = Timestamp::parse("2026-11-20T12:00:00Z").expect("a time");
    let query = Query::parse(query).expect(query);
    Matcher::new(&query, &Context { now, around: None }).rows(store).len()
}

/// Writes the record of a number.
type Shape = fn(usize) -> String;

/// Only the first source was named, and `source:` found a record by no other.
#[test]
fn a_record_of_several_sources_names_each_of_them_in_any_order() {
    let shapes: [(&str, Shape); 3] =
        [("graph.ndjson", graph), ("workspace.ndjson", row), ("again.ndjson", graph)];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let numbers: [&[usize]; 3] = [&[1, 2, 3], &[2, 3, 4, 4], &[3, 5]];
        let inputs: Vec<(&str, String)> =
            order.iter().map(|&at| (shapes[at].0, lines(shapes[at].1, numbers[at]))).collect();
        let store = store(&inputs);
        assert_eq!(store.len(), 5, "{order:?}");
        for (query, count) in [
            ("source:graph", 3),
            ("source=workspace.ndjson", 3),
            ("source:again", 2),
            ("source:graph source:workspace", 2),
            ("source:graph source:workspace source:again", 1),
            ("source!=graph.ndjson", 2),
            ("-source:workspace", 2),
            ("source:(graph again)", 4),
            ("source:\"\"", 5),
            ("source:elsewhere", 0),
        ] {
            assert_eq!(found(&store, query), count, "{query} {order:?}");
        }
        for row in 0..store.len() as u32 {
            let reread = store.reread(row).expect("it is at hand");
            let record = reread.named().expect("a record");
            let number: usize =
                record.id.rsplit('_').next().expect("a number").parse().expect("one");
            let mut sources: Vec<String> =
                record.also_from.iter().map(ToString::to_string).collect();
            sources.push(record.source.to_string());
            sources.sort();
            let mut wanted: Vec<&str> =
                (0..3).filter(|&at| numbers[at].contains(&number)).map(|at| shapes[at].0).collect();
            wanted.sort_unstable();
            assert_eq!(sources, wanted, "{number} {order:?}");
        }
    }
}

/// A load whose last file brought nothing new said nothing of it.
#[test]
fn a_source_that_brings_nothing_new_is_named_and_alone_costs_nothing() {
    let all = lines(graph, &[1, 2, 3]);
    let one = store(&[("a.ndjson", all.clone())]);
    assert!(one.also().is_empty());
    let twice = store(&[("a.ndjson", [all.clone(), all.clone()].concat())]);
    assert!(twice.also().is_empty() && twice.len() == 3);
    let both = store(&[("a.ndjson", all.clone()), ("b.ndjson", all.clone()), ("b2.ndjson", all)]);
    assert_eq!(
        (both.len(), found(&both, "source:b source:b2"), found(&both, "-source:b")),
        (3, 3, 0)
    );
}

fn ran(folder: &Path, words: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entrail"));
    command.args(words).current_dir(folder).env_clear().env("HOME", folder);
    let output = command.output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{words:?}: {output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The same from files, counted, exported, and by way of an index.
#[test]
fn counts_exports_and_the_index_name_every_source() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.ndjson"), lines(graph, &[1, 2])).expect("written");
    std::fs::write(folder.path().join("b.ndjson"), lines(row, &[2, 3])).expect("written");
    let files = ["a.ndjson", "b.ndjson"];
    let with = |words: &[&str]| ran(folder.path(), &[&["query"], words, &files[..]].concat());
    for index in ["--no-index", "--index", "--index"] {
        assert_eq!(with(&["source=b.ndjson", "--count", index]), "2\n", "{index}");
        assert_eq!(with(&["source=b.ndjson source=a.ndjson", "--count", index]), "1\n", "{index}");
        let by = with(&["", "--by", "source", index]);
        let mut by: Vec<&str> = by.lines().collect();
        by.sort_unstable();
        assert_eq!(by, ["2\ta.ndjson", "2\tb.ndjson"], "{index}");
        assert_eq!(with(&["", "--distinct", "source", index]), "2\n");
        let csv = with(&["id=Directory_2", "--format", "csv", "--fields", "source", index]);
        assert!(csv.contains("a.ndjson") && csv.contains("b.ndjson"), "{index}: {csv}");
        let json = with(&["id=Directory_2", "--format", "ndjson", "--fields", "source", index]);
        assert!(json.contains("a.ndjson") && json.contains("b.ndjson"), "{index}: {json}");
    }
    let redacted = with(&["id=Directory_2", "--redact", "--format", "csv", "--fields", "source"]);
    assert!(!redacted.contains("ndjson"), "{redacted}");
}
