//! The same result whatever the threads do, and a way out of every mistake.

use proptest::prelude::*;

use super::super::queues;
use super::*;
use crate::format::{DecodeError, Depth, Draft, Drafted, Layout};
use crate::place::Places;
use crate::record::Record;
use crate::source::{Summary, local};
use crate::store::{Span, Store};

fn record(id: usize) -> String {
    format!(
        r#"{{"id":"{id}","category":"UserManagement","activityDisplayName":"Update user {}","activityDateTime":"2026-11-01T08:00:00Z","loggedByService":"Core Directory"}}"#,
        id % 7
    )
}

fn run_with(
    options: &Options,
    files: &[String],
    stop_after: usize,
) -> (Store, Vec<String>, Summary) {
    let place = |(number, text): (usize, &String)| {
        local::at_hand(format!("file {number}"), text.as_bytes())
    };
    run_from(options, files.iter().enumerate().map(place).collect(), stop_after)
}

fn run_from(options: &Options, places: Places, stop_after: usize) -> (Store, Vec<String>, Summary) {
    let (mut store, mut told, mut summary) = (Store::default(), Vec::new(), Summary::default());
    let mut deliveries = 0;
    run(queues::in_order(places), &CancellationToken::new(), options, &mut |delivery| {
        match delivery {
            Delivery::Segment(segment) => store.push(segment),
            Delivery::Trouble(trouble) => told.push(trouble.to_string()),
            Delivery::Progress(_)
            | Delivery::Pulling(..)
            | Delivery::Prompt(..)
            | Delivery::Following(_) => {}
            Delivery::Done(done) => summary = done,
        }
        deliveries += 1;
        if deliveries < stop_after { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    (store, told, summary)
}

fn files() -> Vec<String> {
    let file = |number: usize| {
        let lines = (0..2_000).map(|line| match line % 100 {
            50 => "garbage\n".to_owned(),
            51 => record(line)[..60].to_owned() + "\n",
            52 => record(line).replace("\"id\"", "id") + "\n",
            _ => record(number * 1_500 + line) + "\n",
        });
        lines.collect()
    };
    (0..3).map(file).collect()
}

#[test]
fn the_result_is_the_same_with_any_number_of_threads_and_any_blocks() {
    let ids = |store: &Store| -> Vec<String> {
        (0..store.len() as u32)
            .map(|row| String::from_utf8(store.read(row).expect("read")).expect("UTF-8"))
            .collect()
    };
    let files = files();
    let one = Options { workers: 1, ..Options::default() };
    let (store, told, summary) = run_with(&one, &files, usize::MAX);
    assert_eq!(store.len(), 3 * 1_940 - 2 * 485, "{}", told.len());
    assert_eq!(summary.troubles, 3 * 60);
    // One of each cause in each file, with how often it was met.
    assert_eq!(told.len(), 3 * 4, "{told:?}");
    assert!(told[0].contains("(20 times)"), "{told:?}");
    for (workers, block) in [(2, 64 << 10), (5, 1_000), (3, 100)] {
        let options = Options { workers, first_block: block, most_block: block, ..one.clone() };
        let (again, told_again, summary_again) = run_with(&options, &files, usize::MAX);
        assert_eq!(ids(&again), ids(&store), "{workers} threads, blocks of {block}");
        assert_eq!(told_again, told, "{workers} threads, blocks of {block}");
        assert_eq!(summary_again, summary);
    }
}

#[test]
fn a_mistake_in_decoding_costs_one_record_not_the_load() {
    fn fragile<'a>(
        draft: &mut Draft<'a>,
        event: &'a [u8],
        layout: &Layout,
        depth: Depth,
    ) -> Result<Drafted<'a>, DecodeError> {
        assert!(!event.starts_with(br#"{"id":"5""#), "a mistake made for this test");
        crate::format::decode_into(draft, event, layout, depth)
    }
    let text = (0..10).map(|id| record(id) + "\n").collect();
    let options = Options { decode: fragile, ..Options::default() };
    let (store, told, summary) = run_with(&options, &[text], usize::MAX);
    assert_eq!(store.len(), 9);
    assert_eq!(summary.lost, 1);
    assert!(told[0].starts_with("file 0:6: a mistake in entrail"), "{told:?}");
}

#[test]
fn a_load_nobody_listens_to_ends() {
    let text: String = (0..50_000).map(|id| record(id) + "\n").collect();
    let options = Options { first_block: 1_000, most_block: 1_000, ..Options::default() };
    let (store, _, summary) = run_with(&options, &[text], 1);
    assert!(store.len() < 50_000);
    assert_eq!(summary, Summary::default());
}

#[test]
fn records_of_a_format_without_ids_are_never_dropped() {
    let text = record(1).replace("\"id\":\"1\",", "") + "\n";
    let (store, told, _) = run_with(&Options::default(), &[text.repeat(3)], usize::MAX);
    assert_eq!(store.len(), 3, "{told:?}");
    let (original, span) = store.span(0);
    let bytes = original.read(span).expect("read");
    let record: Record<'_> = original.decode(&bytes).expect("decodes");
    assert_eq!(record.source, "file 0");
}

/// A record with nested lists, as Graph writes it.
fn nested(id: &str) -> String {
    format!(
        r#"{{"id":"{id}","category":"UserManagement","activityDisplayName":"Update user","activityDateTime":"2026-11-01T08:00:00Z","loggedByService":"Core Directory","targetResources":[{{"id":"t1","displayName":"A \"quoted\" [name]}}"}},{{"id":"t2","modifiedProperties":[{{"displayName":"x","oldValue":"[]","newValue":"[\"{{\"]"}}]}}],"additionalDetails":[]}}"#
    )
}

fn ids(store: &Store) -> Vec<String> {
    (0..store.len() as u32)
        .map(|row| {
            let bytes = store.read(row).expect("read");
            store.span(row).0.decode(&bytes).expect("decodes").id.into_owned()
        })
        .collect()
}

#[test]
fn records_swallowed_by_a_damaged_one_are_found_inside_it() {
    // The page's own brackets close the damaged record, and the whole is valid JSON.
    let cut = r#"{"id":"b","activityDisplayName":"Update user","activityDateTime":"2026-11-01T08:00:00Z","targetResources":[{"id":"t"}"#;
    let text = format!(r#"{{"value":[{},{cut},{},{}]}}"#, nested("a"), nested("c"), nested("d"));
    let (store, told, summary) = run_with(&Options::default(), &[text], usize::MAX);
    assert_eq!(ids(&store), ["a", "c", "d"], "{told:?}");
    assert!(told[0].contains("holds other records"), "{told:?}");
    assert!(summary.lost_bytes > 0);
    // And a swallowed one that swallows.
    let text = format!("[{cut},{cut},{}]}},{}]}},{}]", nested("c"), nested("d"), nested("e"));
    let (store, told, _) = run_with(&Options::default(), &[text], usize::MAX);
    assert_eq!(ids(&store), ["c", "d", "e"], "{told:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn neighbours_of_a_damaged_record_are_kept(
        cut in (1usize..380, 0usize..380),
        inserted in r#"[{}\[\]",:a\n]{0,8}"#,
        wrapping in 0..3,
        block in prop_oneof![Just(1usize << 16), 1usize..300],
    ) {
        let broken = nested("b");
        let start = cut.0.min(broken.len() - 1);
        let end = (start + cut.1).clamp(start, broken.len() - 1);
        let broken = format!("{}{inserted}{}", &broken[..start], &broken[end..]);
        let parts = [nested("a"), nested("a2"), broken, nested("c"), nested("d")];
        let text = match wrapping {
            0 => format!("[{}]", parts.join(",")),
            1 => format!("{{\"value\":[\n{}\n]}}", parts.join(",\n")),
            _ => parts.join("\n"),
        };
        let options = Options { workers: 2, first_block: block, most_block: block, ..Options::default() };
        let (store, told, _) = run_with(&options, std::slice::from_ref(&text), usize::MAX);
        let ids = ids(&store);
        for id in ["a", "a2", "c", "d"] {
            prop_assert!(ids.iter().any(|found| found == id), "{id} of {ids:?} in {text}\n{told:?}");
        }
    }
}

/// What a file of lines may hold where a record is expected.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        40 => (0..400_usize).prop_map(record),
        2 => Just(String::new()),
        1 => Just(" \t\r".to_owned()),
        1 => Just("garbage".to_owned()),
        1 => (0..400_usize).prop_map(|id| record(id)[..60].to_owned()),
        1 => (0..400_usize).prop_map(|id| record(id).replace(',', ",\n  ")),
        1 => (0..400_usize).prop_map(|id| record(id).replace("\"id\"", " \"id\"")),
        1 => (0..400_usize).prop_map(|id| record(id) + &record(id + 1)),
        1 => (0..400_usize).prop_map(|id| record(id) + "\r"),
        1 => (0..400_usize).prop_map(|id| format!("[{}]", nested(&id.to_string()))),
        1 => (40_000..70_000_usize).prop_map(|long| record(1).replace("Core", &"x".repeat(long))),
    ]
}

/// What a list may hold where a record is expected.
fn entry() -> impl Strategy<Value = String> {
    prop_oneof![
        40 => (0..400_usize).prop_map(record),
        10 => (0..400_usize).prop_map(|id| nested(&id.to_string())),
        1 => Just(String::new()),
        1 => Just("garbage".to_owned()),
        1 => Just("null".to_owned()),
        1 => (0..400_usize).prop_map(|id| record(id)[..60].to_owned()),
        1 => (0..400_usize).prop_map(|id| record(id).replace(',', ",\n  ")),
        1 => (0..400_usize).prop_map(|id| record(id).replace("\"id\"", " \"id\"")),
        1 => (0..400_usize).prop_map(|id| record(id) + &record(id + 1)),
        1 => (0..400_usize).prop_map(|id| format!("{{\"value\":[{}]}}", nested(&id.to_string()))),
        1 => (40_000..70_000_usize).prop_map(|long| record(1).replace("Core", &"x".repeat(long))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(96)
    })]

    #[test]
    fn a_file_is_read_by_stretches_as_if_it_were_read_in_one(
        parts in prop::collection::vec((line(), 1..60_usize), 1..12),
        (block, workers) in (60..3_000_usize, 1..4_usize),
        ended in any::<bool>(),
    ) {
        let mut text = (0..20).map(|id| record(id) + "\n").collect::<String>();
        for (line, records) in &parts {
            text.push_str(line);
            text.push('\n');
            text.extend((0..*records).map(|id| record(1_000 + id) + "\n"));
        }
        if !ended {
            text.pop();
        }
        read_alike(&text, block, workers)?;
    }

    #[test]
    fn a_list_is_read_by_stretches_as_if_it_were_read_in_one(
        parts in prop::collection::vec((entry(), 1..60_usize), 1..12),
        (block, workers) in (400..6_000_usize, 1..4_usize),
        wrapping in 0..3,
        separator in prop_oneof![Just(","), Just(",\n"), Just(" , ")],
    ) {
        let mut entries: Vec<String> = (0..20).map(record).collect();
        for (entry, records) in &parts {
            entries.push(entry.clone());
            entries.extend((0..*records).map(|id| nested(&(1_000 + id).to_string())));
        }
        let list = entries.join(separator);
        let text = match wrapping {
            0 => format!("[{list}]"),
            1 => format!("{{\"value\":[{list}]}}\n{}", record(1)),
            _ => format!("[{list}]\n[{list}\n"),
        };
        read_alike(&text, block, workers)?;
    }
}

/// A file read by several threads in small blocks gives what the same text gives in one.
#[expect(clippy::disallowed_methods, reason = "the same text from a file and from memory")]
fn read_alike(text: &str, block: usize, workers: usize) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lines.ndjson");
    std::fs::write(&path, text).expect("written");
    let name = path.display().to_string();
    let memory = local::at_hand(name, text.as_bytes());
    let whole = Options { first_block: 1 << 20, ..Options::default() };
    let options = Options { workers, first_block: block, most_block: 2 * block, ..whole.clone() };
    let (store, told, summary) = run_from(&whole, vec![memory], usize::MAX);
    let (again, told_again, summary_again) =
        run_from(&options, vec![local::path(path)], usize::MAX);
    let spans = |store: &Store| -> Vec<Span> {
        (0..store.len() as u32).map(|row| store.span(row).1).collect()
    };
    prop_assert_eq!(told_again, told);
    prop_assert_eq!(spans(&again), spans(&store));
    prop_assert_eq!(summary_again, summary);
    Ok(())
}
