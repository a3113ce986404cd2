//! JSON of every kind, whole, cut and damaged, read by the pull parser.

use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn reader(text: &[u8]) -> Reader<'_> {
    Reader::new(text, 0, Depth::Full)
}

/// Any JSON value, as text with white space in odd places.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::String),
    ];
    leaf.prop_recursive(6, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(11),
        ..Default::default()
    })]

    #[test]
    fn passing_over_a_value_ends_where_the_value_ends(value in any_value(), pretty: bool) {
        let mut text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }
            .expect("JSON");
        let length = text.len();
        text.push_str(",\"next\":1}");
        let mut reader = reader(text.as_bytes());
        prop_assert!(reader.skip().is_ok());
        prop_assert_eq!(reader.at(), length);
    }

    #[test]
    fn a_text_reads_as_a_strict_reader_reads_it(text: String) {
        let json = serde_json::to_string(&text).expect("JSON");
        let mut reader = reader(json.as_bytes());
        prop_assert_eq!(&*reader.text(&ValuePath::Record).expect("a text"), &text);
        let mut utf16 = String::new();
        for unit in text.encode_utf16() {
            write!(utf16, "\\u{unit:04X}").expect("written");
        }
        let json = format!("\"{utf16}\"");
        let mut reader = self::reader(json.as_bytes());
        prop_assert_eq!(&*reader.text(&ValuePath::Record).expect("a text"), &text);
        prop_assert!(reader.into_notes().is_empty());
    }
}

#[test]
fn what_is_no_json_is_an_error_at_its_byte() {
    for (text, at) in [
        ("", 0),
        ("{", 1),
        ("[1", 2),
        ("[1}", 2),
        ("{\"a\":[}", 6),
        ("]", 0),
        ("tru", 0),
        ("+1", 0),
        ("\"open", 5),
        ("\"open\\", 6),
        ("None", 0),
        ("[1,{\"a\":'x'}]", 8),
    ] {
        let mut reader = reader(text.as_bytes());
        let read = reader.skip();
        assert_eq!(read.map_err(|error| error.at), Err(at), "{text}");
    }
}

#[test]
fn broken_escapes_are_replaced_and_said_so() {
    for (json, text) in [
        (r#""a\ud800b""#, "a\u{fffd}b"),
        (r#""\ud83e\u0041""#, "\u{fffd}A"),
        (r#""\udd16\ud83e\udd16""#, "\u{fffd}🤖"),
        (r#""\ud83e\ud83e\udd16""#, "\u{fffd}🤖"),
        (r#""\u12""#, "\u{fffd}12"),
        (r#""\q""#, "\u{fffd}"),
    ] {
        let mut reader = reader(json.as_bytes());
        assert_eq!(reader.text(&ValuePath::Record).expect("a text"), text, "{json}");
        assert_eq!(reader.into_notes().len(), 1, "{json}");
    }
}

#[test]
fn notes_are_counted_when_there_are_too_many() {
    let mut reader = reader(b"");
    for n in 0..1_000 {
        reader.note(|| n.to_string());
    }
    let notes = reader.into_notes();
    assert_eq!(notes.len(), NOTES + 1);
    assert_eq!(notes[NOTES], "and 988 more of the kind");
}

#[test]
fn keys_are_found_in_any_case_and_with_escapes() {
    keys! { enum TestKey { Type = b"type" | b"kind", } }
    for json in [r#"{"type":1}"#, r#"{"TYPE":1}"#, r#"{"KiNd":1}"#, r#"{"\u0074ype":1}"#] {
        let mut reader = reader(json.as_bytes());
        let mut found = 0;
        let read = reader.object(&ValuePath::Record, |reader, TestKey::Type, here| {
            assert_eq!(here.to_string(), "type");
            found += 1;
            reader.skip()
        });
        assert!(read.is_ok() && found == 1, "{json}");
    }
}

#[test]
fn a_number_of_seconds_or_milliseconds_is_a_time() {
    let expected = Timestamp::parse("2026-11-01T08:15:30Z");
    for json in ["1793520930", "1793520930000", "\"2026-11-01T08:15:30Z\""] {
        let mut reader = reader(json.as_bytes());
        assert_eq!(reader.time(&ValuePath::Record).expect("a value"), expected, "{json}");
    }
    assert_eq!(reader(b"7e300").time(&ValuePath::Record).expect("a value"), None);
    assert_eq!(reader(b"true").time(&ValuePath::Record).expect("a value"), None);
}
