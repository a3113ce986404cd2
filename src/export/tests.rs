//! Records of one original in memory, some of which cannot be read again.

use std::io;
use std::sync::{Arc, Mutex};

use super::*;
use crate::format::{self, Decoded, Depth, Layout};
use crate::record::Record;
use crate::record::field::Field;
use crate::store::builder::{Batch, Indexer};
use crate::store::{Original, RowId, Span, Store};

#[derive(Debug)]
pub(in crate::export) struct Memory {
    bytes: Vec<u8>,
    /// Bytes from here on are gone.
    gone_from: u64,
    reads: Mutex<Vec<Span>>,
}

impl Original for Memory {
    fn name(&self) -> &'static str {
        "audit.json"
    }

    fn read(&self, span: Span) -> io::Result<Vec<u8>> {
        self.reads.lock().unwrap().push(span);
        let (start, end) = (span.offset as usize, span.offset as usize + span.len as usize);
        if end as u64 > self.gone_from {
            return Err(io::Error::other("it was cut off"));
        }
        Ok(self.bytes[start..end].to_vec())
    }

    fn decode<'a>(&self, bytes: &'a [u8]) -> Result<Record<'a>, String> {
        match format::decode(bytes, &Layout::JSON, Depth::Full) {
            Ok(Decoded::Record { record, .. }) => Ok(record),
            other => Err(format!("{other:?}")),
        }
    }
}

/// A Graph record with this id, actor and targets.
fn event(id: usize, actor: &str, targets: &[&str]) -> String {
    let targets: Vec<serde_json::Value> = targets
        .iter()
        .map(|name| {
            serde_json::json!({"id": format!("t-{name}"), "displayName": name, "type": "User",
                "modifiedProperties": [{"displayName": "Title", "oldValue": "\"a\"",
                    "newValue": serde_json::json!(format!("{name}!")).to_string()}]})
        })
        .collect();
    serde_json::json!({"id": format!("id-{id}"), "category": "UserManagement",
        "activityDisplayName": "Update user", "loggedByService": "Core Directory",
        "activityDateTime": format!("2026-11-{:02}T10:00:00.1234567Z", 1 + id % 28),
        "result": if id == 1 { "failure" } else { "success" },
        "initiatedBy": {"user": {"id": "u", "userPrincipalName": actor}},
        "targetResources": targets, "additionalDetails": []})
    .to_string()
}

pub(in crate::export) fn store(events: &[String], gone_from: u64) -> (Store, Arc<Memory>) {
    let mut bytes = Vec::new();
    let mut spans = Vec::new();
    for event in events {
        spans.push(Span { offset: bytes.len() as u64, len: event.len() as u32 });
        bytes.extend_from_slice(event.as_bytes());
        bytes.push(b'\n');
    }
    let memory = Arc::new(Memory { bytes, gone_from, reads: Mutex::default() });
    let mut batch = Batch::new(memory.clone());
    for (event, span) in events.iter().zip(spans) {
        batch.push(&memory.decode(event.as_bytes()).unwrap(), span);
    }
    let mut indexer = Indexer::new();
    indexer.absorb(batch);
    let mut store = Store::default();
    store.push(indexer.take_segment().unwrap());
    (store, memory)
}

fn three() -> Vec<String> {
    vec![
        event(0, "ada@tidewick.example", &["Bea"]),
        event(1, "=cmd|x@tidewick.example", &["a\tb\u{1b}[2J", "日本"]),
        event(2, "ada@tidewick.example", &[]),
    ]
}

fn written(store: &Store, rows: &[RowId], options: &Options) -> (String, Written) {
    let mut out = Vec::new();
    let report = write(store, rows, options, &mut out).unwrap();
    (String::from_utf8(out).unwrap(), report)
}

fn options(format: Format, fields: &[&str]) -> Options {
    let fields: Vec<_> = fields.iter().map(|name| Field::find(name).expect(name)).collect();
    Options { format, fields: (!fields.is_empty()).then_some(fields), ..Options::default() }
}

#[test]
fn a_table_is_aligned_clean_and_in_the_order_of_the_rows() {
    let (store, memory) = store(&three(), u64::MAX);
    let (text, report) =
        written(&store, &[2, 1, 0], &options(Format::TABLE, &["time", "result", "target"]));
    assert_eq!(
        text,
        "time                  result   target\n\
         2026-11-03T10:00:00Z  success\n\
         2026-11-02T10:00:00Z  failure  a␉b␛[2J, 日本\n\
         2026-11-01T10:00:00Z  success  Bea\n"
    );
    assert_eq!(report, Written { records: 3, ..Written::default() });
    assert!(memory.reads.lock().unwrap().is_empty(), "columns are enough");
}

#[test]
fn a_table_never_takes_more_than_its_width() {
    use unicode_width::UnicodeWidthStr;
    let mut events = three();
    // Behind the records that decide the widths.
    events.extend((3..260).map(|id| event(id, &"日本".repeat(id), &["x"])));
    let (store, _) = store(&events, u64::MAX);
    let rows: Vec<RowId> = (0..260).collect();
    for width in [1, 3, 10, 33, 80, 200] {
        for colour in [false, true] {
            let options = Options { width: Some(width), colour, ..options(Format::TABLE, &[]) };
            let (text, _) = written(&store, &rows, &options);
            let plain = text.replace("\u{1b}[1m", "").replace("\u{1b}[31m", "");
            let plain = plain.replace("\u{1b}[0m", "");
            assert!(!plain.contains('\u{1b}'));
            assert!(plain.lines().all(|line| line.width() <= width), "{width}: {plain}");
            assert_eq!(plain.lines().count(), 261);
        }
    }
}

#[test]
fn csv_has_every_column_and_the_id_and_no_formulas() {
    let (store, _) = store(&three(), u64::MAX);
    let (text, report) = written(&store, &[1], &options(Format::CSV, &[]));
    let mut lines = text.split("\r\n");
    let header = lines.next().unwrap();
    assert!(header.starts_with("time,service,category,activity,result,"), "{header}");
    assert!(header.split(',').any(|name| name == "id"));
    assert!(!header.split(',').any(|name| name == "raw" || name == "old"));
    let row = lines.next().unwrap();
    assert!(row.starts_with("2026-11-02T10:00:00.1234567Z,Core Directory,"), "{row}");
    assert!(row.contains(",'=cmd|x@tidewick.example,"), "{row}");
    assert!(row.contains("\"a\tb␛[2J; 日本\"") && row.contains(",id-1,"), "{row}");
    assert_eq!(lines.next(), Some(""));
    assert_eq!(report.records, 1);
}

#[test]
fn json_fields_keep_their_shape_whatever_a_record_has() {
    let (store, _) = store(&three(), u64::MAX);
    let fields = options(Format::NDJSON, &["id", "target", "new", "reason"]);
    let (text, _) = written(&store, &[0, 1, 2], &fields);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], r#"{"id":"id-0","target":["Bea"],"new":["Bea!"],"reason":null}"#);
    assert!(lines[1].contains(r#"["a\tb\u001b[2J","日本"]"#), "{}", lines[1]);
    assert_eq!(lines[2], r#"{"id":"id-2","target":[],"new":[],"reason":null}"#);
}

#[test]
fn an_array_is_json_however_many_records_it_has() {
    let (store, _) = store(&three(), u64::MAX);
    for rows in [&[][..], &[0], &[0, 1, 2]] {
        let (text, _) = written(&store, rows, &options(Format::JSON, &[]));
        let array: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(array.len(), rows.len());
        assert_eq!(text.lines().count(), rows.len() + 2);
    }
}

#[test]
fn raw_is_the_original_bytes() {
    let events = three();
    let (store, _) = store(&events, u64::MAX);
    let (text, _) = written(&store, &[2, 0], &options(Format::RAW, &[]));
    assert_eq!(text, format!("{}\n{}\n", events[2], events[0]));
}

#[test]
fn on_a_terminal_even_original_bytes_are_cleaned() {
    let events = vec![event(0, "a\u{9b}2J\u{7f}@tidewick.example", &[])];
    let (store, _) = store(&events, u64::MAX);
    for format in [Format::RAW, Format::NDJSON, Format::JSON, Format::CSV] {
        let options = Options { terminal: true, ..options(format, &[]) };
        let (text, _) = written(&store, &[0], &options);
        let control = text.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(control, None, "{format:?}: {text}");
        assert!(text.contains("<U+009B>"), "{text}");
    }
}

#[test]
fn what_cannot_be_read_again_is_reported_and_spoils_nothing_else() {
    let events = three();
    let gone_from = events[0].len() as u64 + 10;
    let (store, _) = store(&events, gone_from);
    let first_error = Some("audit.json: it was cut off".to_owned());
    for format in [Format::RAW, Format::NDJSON, Format::JSON] {
        let (text, report) = written(&store, &[2, 1, 0], &options(format, &[]));
        assert_eq!(report, Written { records: 1, unreadable: 2, first_error: first_error.clone() });
        assert_eq!(text.matches("activityDisplayName").count(), 1, "{text}");
    }
    let (text, report) = written(&store, &[2, 1, 0], &options(Format::CSV, &["time", "id"]));
    assert_eq!(report, Written { records: 3, unreadable: 2, first_error });
    assert!(text.contains("2026-11-03T10:00:00.1234567Z,\r\n"), "{text}");
    assert!(text.contains(",id-0\r\n"), "{text}");
}

#[test]
fn neighbours_are_read_together_in_any_order() {
    let events: Vec<String> = (0..1_000).map(|id| event(id, "ada", &[])).collect();
    let (store, memory) = store(&events, u64::MAX);
    let newest_first: Vec<RowId> = (0..1_000).rev().collect();
    let (text, _) = written(&store, &newest_first, &options(Format::RAW, &[]));
    let expected: Vec<&str> = events.iter().rev().map(String::as_str).collect();
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    assert_eq!(memory.reads.lock().unwrap().len(), 2, "one read for each block of rows");
}

#[test]
fn counting_takes_each_value_of_a_record_once_and_says_how_many_have_none() {
    let mut events = three();
    events.push(event(3, "bea", &["Bea", "Bea", "Cyd"]));
    let (store, memory) = store(&events, u64::MAX);
    let counted = |field: &str| {
        let mut out = Vec::new();
        count_by(&store, &[0, 1, 2, 3], Field::find(field).expect(field))
            .write(usize::MAX, &mut out)
            .unwrap();
        String::from_utf8(out).unwrap()
    };
    assert_eq!(counted("target"), "2\tBea\n1\t(none)\n1\tCyd\n1\ta␉b␛[2J\n1\t日本\n");
    assert_eq!(counted("time"), "1\t2026-11-01\n1\t2026-11-02\n1\t2026-11-03\n1\t2026-11-04\n");
    assert_eq!(counted("result"), "3\tsuccess\n1\tfailure\n");
    assert_eq!(counted("correlation"), "4\t(none)\n");
    assert!(memory.reads.lock().unwrap().is_empty(), "columns are enough");
    assert_eq!(counted("new"), "2\tBea!\n1\t(none)\n1\tCyd!\n1\ta␉b␛[2J!\n1\t日本!\n");
    assert_eq!(counted("old"), "3\ta\n1\t(none)\n");
}

#[test]
fn counts_stop_at_the_limit() {
    let (store, _) = store(&three(), u64::MAX);
    let mut out = Vec::new();
    count_by(&store, &[0, 1, 2], Field::ACTOR).write(1, &mut out).unwrap();
    assert_eq!(out, b"2\tada@tidewick.example\n");
}

#[test]
fn spellings_of_one_value_are_counted_as_one() {
    let targets = [&["Bea"][..], &["bea."], &["Bea", "BEA"], &["Add – it "], &["add - it"]];
    let events = targets.iter().enumerate().map(|(id, targets)| event(id, "ada", targets));
    let (store, _) = store(&events.collect::<Vec<_>>(), u64::MAX);
    let (rows, field) = ([0, 1, 2, 3, 4], Field::TARGET);
    let counted = count_by(&store, &rows, field).values;
    assert_eq!(counted, [("Bea".to_owned(), 3), ("Add – it ".to_owned(), 2)]);
    let shown = crate::query::facet::facet(&store, &rows, field, &|_| true).expect("not stopped");
    let shown = shown.values.into_iter().map(|value| (value.value, value.count));
    assert_eq!(shown.collect::<Vec<_>>(), counted);
    assert_eq!(distinct(&store, &rows, Field::REASON, None).0, 0);
}
