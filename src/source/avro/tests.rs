//! Avro files written byte by byte here: packed in every way, damaged in every byte, cut at every byte, hostile.
//! Never one of another writer: those are in `tests/avro.rs`.

use std::io::{Cursor, Write as _};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use proptest::prelude::*;

use super::*;

const MARK_HERE: [u8; MARK] = *b"0123456789abcdef";
const CAPTURED: &str = r#"{"type":"record","name":"EventData",
    "namespace":"Microsoft.ServiceBus.Messaging","fields":[
    {"name":"SequenceNumber","type":"long"},{"name":"Offset","type":"string"},
    {"name":"EnqueuedTimeUtc","type":"string"},
    {"name":"SystemProperties","type":{"type":"map","values":["long","double","string","bytes"]}},
    {"name":"Properties","type":{"type":"map","values":["long","double","string","bytes","null"]}},
    {"name":"Body","type":["null","bytes"]}]}"#;

fn long(value: i64, out: &mut Vec<u8>) {
    let mut zigzag = (value << 1 ^ value >> 63) as u64;
    while zigzag > 0x7f {
        out.push(zigzag as u8 | 0x80);
        zigzag >>= 7;
    }
    out.push(zigzag as u8);
}

fn text(value: &[u8], out: &mut Vec<u8>) {
    long(value.len() as i64, out);
    out.extend_from_slice(value);
}

fn head(schema: &str, codec: &str) -> Vec<u8> {
    let mut out = BEGINNING.to_vec();
    long(2, &mut out);
    for (name, value) in [("avro.schema", schema), ("avro.codec", codec)] {
        text(name.as_bytes(), &mut out);
        text(value.as_bytes(), &mut out);
    }
    long(0, &mut out);
    out.extend(MARK_HERE);
    out
}

fn block(count: i64, data: &[u8], out: &mut Vec<u8>) {
    long(count, out);
    text(data, out);
    out.extend(MARK_HERE);
}

/// A message as Capture writes it.
fn message(number: i64, body: Option<&[u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    long(number, &mut out);
    text(b"4096", &mut out);
    text(b"11/1/2026 8:00:00 AM", &mut out);
    long(-1, &mut out);
    long(30, &mut out);
    text(b"x-opt-enqueued-time", &mut out);
    long(0, &mut out);
    long(1_793_520_000_000, &mut out);
    long(0, &mut out);
    long(0, &mut out);
    match body {
        Some(body) => {
            long(1, &mut out);
            text(body, &mut out);
        }
        None => long(0, &mut out),
    }
    out
}

/// What a file holds, and what is told of it.
fn read(file: &[u8]) -> (String, Vec<Note>) {
    let counter = Arc::new(AtomicU64::new(file.len() as u64));
    let mut messages =
        Messages::open(Cursor::new(file.to_vec()), counter).expect("readable").expect("a head");
    let notes = messages.notes();
    let mut all = Vec::new();
    messages.read_to_end(&mut all).expect("readable");
    (String::from_utf8_lossy(&all).into_owned(), notes.take())
}

fn refused(file: &[u8]) -> String {
    let opened = Messages::open(Cursor::new(file.to_vec()), Arc::default()).expect("readable");
    opened.err().expect("refused")
}

/// Blocks of two messages each: `a0`, `a1`, `b0`, …
fn blocks(codec: &str) -> Vec<Vec<u8>> {
    let blocks = ["a", "b", "c"].iter().map(|letter| {
        let data: Vec<u8> = (0..2)
            .flat_map(|at| message(at, Some(format!("{{\"{letter}{at}\":1}}").as_bytes())))
            .collect();
        let data = match codec {
            "deflate" => {
                let mut packing = DeflateEncoder::new(Vec::new(), Compression::default());
                packing.write_all(&data).and_then(|()| packing.finish()).expect("packed")
            }
            "zstandard" => zstd::encode_all(&data[..], 3).expect("packed"),
            _ => data,
        };
        let mut out = Vec::new();
        block(2, &data, &mut out);
        out
    });
    blocks.collect()
}

const ALL: &str = "{\"a0\":1}\n{\"a1\":1}\n{\"b0\":1}\n{\"b1\":1}\n{\"c0\":1}\n{\"c1\":1}\n";

#[test]
fn the_bodies_of_messages_are_the_text_however_blocks_are_packed() {
    for codec in ["null", "deflate", "zstandard"] {
        let file = [head(CAPTURED, codec), blocks(codec).concat()].concat();
        assert_eq!(read(&file), (ALL.to_owned(), Vec::new()), "{codec}");
    }
    let mut file = head(CAPTURED, "");
    // A library takes an empty block for the end.
    block(0, b"", &mut file);
    block(1, &message(0, None), &mut file);
    block(1, &message(1, Some(b"{}")), &mut file);
    assert_eq!(read(&file), ("\n{}\n".to_owned(), Vec::new()));
    assert_eq!(read(&head(CAPTURED, "null")), (String::new(), Vec::new()));
}

#[test]
fn rows_of_another_program_become_objects() {
    let schema = r#"{"type":"record","name":"Row","fields":[
        {"name":"id","type":{"type":"fixed","name":"Id","size":2}},{"name":"again","type":["null","Id"]},
        {"name":"time","type":{"type":"long","logicalType":"timestamp-micros"}},
        {"name":"day","type":"long","logicalType":"timestamp-millis"},
        {"name":"level","type":{"type":"enum","name":"Level","symbols":["low","high"]}},
        {"name":"tags","type":{"type":"array","items":"string"}},
        {"name":"share","type":"double"},{"name":"is","type":"boolean"},
        {"name":"next","type":["null","Row"]}]}"#;
    let mut row = Vec::new();
    row.extend(b"\xffz");
    long(1, &mut row);
    row.extend(b"ab");
    long(1_793_520_000_000_000, &mut row);
    long(1_793_520_000_000, &mut row);
    long(1, &mut row);
    long(2, &mut row);
    text("a \"b\" \u{1b}".as_bytes(), &mut row);
    text("ü".as_bytes(), &mut row);
    long(0, &mut row);
    row.extend(1.5_f64.to_le_bytes());
    row.push(1);
    long(0, &mut row);
    let mut file = head(schema, "null");
    block(1, &row, &mut file);
    let (text, notes) = read(&file);
    let expected = r#"{"id":"ÿz","again":"ab","time":"2026-11-01T08:00:00Z","day":"2026-11-01T08:00:00Z","level":"high","tags":["a \"b\" \u001b","ü"],"share":1.5,"is":true,"next":null}"#;
    assert_eq!((text.trim_end(), notes), (expected, Vec::new()));
}

#[test]
fn a_damaged_block_costs_its_own_messages_and_is_told() {
    for codec in ["null", "deflate", "zstandard"] {
        let (head, parts) = (head(CAPTURED, codec), blocks(codec));
        let file = [head.clone(), parts.concat()].concat();
        let second = head.len() + parts[0].len();
        for at in second..second + parts[1].len() {
            let mut file = file.clone();
            file[at] ^= 0x55;
            let (text, notes) = read(&file);
            assert!(text.starts_with("{\"a0\":1}\n{\"a1\":1}\n"), "{codec} {at}: {text}");
            assert!(text.ends_with("{\"c0\":1}\n{\"c1\":1}\n"), "{codec} {at}: {text} {notes:?}");
            // A byte in what is not read or in a text is no damage that anybody could see.
            let is_told = !notes.is_empty() || text.lines().count() == 6;
            assert!(is_told, "{codec} {at}: {text}");
        }
        for end in head.len()..file.len() {
            let (text, notes) = read(&file[..end]);
            assert!(ALL.starts_with(&text), "{codec} {end}: {text}");
            let is_between = [second, second + parts[1].len(), head.len()].contains(&end);
            assert_eq!(notes.is_empty(), is_between, "{codec} {end}: {text} {notes:?}");
            let is_lost = notes.iter().any(|note| note.lost);
            assert_eq!(is_lost, text.lines().count() % 2 == 1 || is_lost, "{codec} {end}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let why = refused(&head(CAPTURED, "snappy"));
    assert!(why.contains("`snappy`"), "{why}");
    let why =
        refused(&head(r#"{"type":"record","name":"A","fields":[{"name":"b","type":"C"}]}"#, ""));
    assert!(why.contains("no type `C`"), "{why}");
    let whole = head(CAPTURED, "null");
    for end in BEGINNING.len()..whole.len() {
        assert!(refused(&whole[..end]).contains("cut off"), "{end}");
    }
    let deep = "[".repeat(100) + &"]".repeat(100);
    assert!(refused(&head(&deep, "")).contains("too deep"));
}

#[test]
fn what_has_no_bytes_or_no_end_is_given_up() {
    let mut file = head(r#"{"type":"record","name":"A","fields":[]}"#, "null");
    block(i64::MAX, b"", &mut file);
    let (text, notes) = read(&file);
    assert!(text.is_empty() && notes[0].reason.contains("no bytes"), "{text} {notes:?}");
    let mut file = head(r#"{"type":"array","items":"null"}"#, "null");
    let mut data = Vec::new();
    long(i64::MAX, &mut data);
    block(1, &data, &mut file);
    let (text, notes) = read(&file);
    assert!(text.is_empty() && notes[0].lost, "{notes:?}");
    let mut file = head(CAPTURED, "null");
    long(1, &mut file);
    long(i64::MAX, &mut file);
    file.extend(b"rest");
    assert!(read(&file).1[0].lost);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn whatever_stands_in_a_file_it_is_read_to_its_end(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        codec in prop_oneof![Just("null"), Just("deflate"), Just("zstandard")],
    ) {
        read(&[head(CAPTURED, codec), bytes].concat());
    }
}
