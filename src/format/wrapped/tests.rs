//! Records in wrappers of every kind, nested in each other, found and read again by their bytes.

use super::*;
use crate::format::{Decoded, decode};

/// A record under an id, as Graph writes it.
fn record_of(id: &str) -> String {
    format!(
        r#"{{"id":"{id}","category":"UserManagement","activityDisplayName":"Update \"user\" é","activityDateTime":"2026-11-01T08:00:00Z","initiatedBy":{{"user":{{"userPrincipalName":"ada@fabrikam.example"}}}},"targetResources":[{{"id":"t","modifiedProperties":[{{"displayName":"x","newValue":"\"[1]\""}}]}}]}}"#
    )
}

fn text(of: &str) -> String {
    serde_json::to_string(of).expect("JSON")
}

/// The ids of the records in an event, each decoded from its own bytes.
fn ids(event: &str) -> Vec<String> {
    let read = |range: Range<usize>| match decode(
        &event.as_bytes()[range.clone()],
        &Layout::JSON,
        Depth::Full,
    ) {
        Ok(Decoded::Record { record, .. }) => {
            assert_eq!(record.activity, "Update \"user\" é");
            assert_eq!(record.targets[0].changes[0].new.as_deref(), Some("\"[1]\""));
            record.id.into_owned()
        }
        other => format!("{other:?}: {}", &event[range]),
    };
    wrapped(event.as_bytes(), &Layout::JSON).into_iter().map(read).collect()
}

#[test]
fn records_are_found_as_objects_and_as_text_under_any_key() {
    let a = record_of("a");
    let page = format!(r#"{{"records":[{a},{}]}}"#, record_of("b"));
    for (event, expected) in [
        (format!(r#"{{"_raw":{},"_time":1}}"#, text(&a)), vec!["a"]),
        (format!(r#"{{"result":{{"_raw":{},"activityDisplayName":"x"}}}}"#, text(&a)), vec!["a"]),
        (format!(r#"{{"body":{},"offset":1}}"#, text(&page)), vec!["a", "b"]),
        (format!(r#"{{"data":{a},"full_log":{}}}"#, text(&a)), vec!["a"]),
        (format!(r#"{{"hits":{{"hits":[{{"_source":{{"x":{a}}}}},{a}]}}}}"#), vec!["a", "a"]),
        (format!(r#"{{"one":{a},"two":{}}}"#, record_of("b")), vec!["a", "b"]),
        (text(&a), vec!["a"]),
        (format!("[{},{}]", text(&a), text(&record_of("b"))), vec!["a", "b"]),
        (format!(r#"{{"message":{}}}"#, text(&format!("<134>1 2026 host - - - {a}"))), vec!["a"]),
        (
            format!(r#"{{"message":{}}}"#, text(&format!("{a}\n{}\n", record_of("b")))),
            vec!["a", "b"],
        ),
        (r#"{"a":{"b":[1,"{}","[{]"]},"message":"{broken"}"#.to_owned(), vec![]),
        ("[]".to_owned(), vec![]),
        (String::new(), vec![]),
    ] {
        assert_eq!(ids(&event), expected, "{event}");
    }
}

#[test]
fn what_is_surely_a_record_is_not_looked_into() {
    let a = record_of("a");
    let outer = format!(r#"{{"id":"o","activityDisplayName":"Outer","x":{}}}"#, text(&a));
    assert_eq!(ids(&outer), Vec::<String>::new());
    // An object that shares a few keys with a log, but says nothing of who did what when.
    assert_eq!(ids(r#"{"alert":{"category":"x","result":"y","title":"z"}}"#), Vec::<String>::new());
}

#[test]
fn depth_is_bounded() {
    let mut event = record_of("a");
    for _ in 0..MOST_TEXTS {
        event = format!(r#"{{"message":{}}}"#, text(&event));
        assert_eq!(ids(&event), ["a"]);
    }
    event = format!(r#"{{"message":{}}}"#, text(&event));
    assert_eq!(ids(&event), Vec::<String>::new());
    let deep = format!("{}{}{}", "[".repeat(2_000), record_of("a"), "]".repeat(2_000));
    assert_eq!(ids(&deep), Vec::<String>::new());
}

#[test]
fn cells_of_a_row_are_searched() {
    let a = record_of("a");
    let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let layout = Layout::of_wrapper(vec!["_raw".into(), "x".into()], b',');
    let pretty = a.replace(",\"", ",\n  \"");
    let nested = format!(r#"{{"_raw":{}}}"#, text(&a));
    for row in [
        format!("{},x", cell(&a)),
        format!("x,{}\r\n", cell(&pretty)),
        format!("{},{}", cell(&nested), cell("{}")),
        format!("{},{}", cell(&a), cell(&a)),
    ] {
        let found = wrapped(row.as_bytes(), &layout);
        assert_eq!(found.len(), 1, "{row}");
        let bytes = &row.as_bytes()[found[0].clone()];
        match decode(bytes, &layout, Depth::Full) {
            Ok(Decoded::Record { record, .. }) => assert_eq!(record.id, "a"),
            other => panic!("{other:?}: {row}"),
        }
        assert!(serde_json::from_slice::<serde_json::Value>(&plain(bytes)).is_ok(), "{row}");
    }
    assert!(wrapped(b"a,\"{broken", &layout).is_empty());
    assert!(wrapped(b"", &layout).is_empty());
}
