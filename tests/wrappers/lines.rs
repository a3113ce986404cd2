//! Line ends, delimiters, pages and text around records, and what is told of them.
//! Never takes text that another program wrote between records for a record that was lost.

use std::fmt::Write as _;

use super::{cell, load, portal, record, text};

#[test]
fn lines_that_end_in_cr_alone_are_lines() {
    let (header, row) = portal("one", ",", false);
    let (_, second) = portal("two", ",", false);
    let splunk =
        format!("\"_raw\",\"_time\"\n{},\"1\"\n{},\"2\"\n", cell(&record("a")), cell(&record("b")));
    let quoted = row.replace("one", "\"one\rand\nmore\"");
    for (text, expected) in [
        (format!("{header}\n{row}\n{second}\n"), vec!["one", "two"]),
        (format!("{header}\n{row}\n{second}"), vec!["one", "two"]),
        (splunk, vec!["Update user", "Update user"]),
    ] {
        for (first, later) in [("\r", "\r"), ("\r\n", "\r"), ("\r", "\n"), ("\r\r\n", "\r\r\n")] {
            let mut lines = text.split_inclusive('\n');
            let mut written = lines.by_ref().take(2).fold(String::new(), |mut all, line| {
                write!(all, "{}", line.replace('\n', first)).expect("written");
                all
            });
            written += &lines.collect::<String>().replace('\n', later);
            let loaded = load(&written);
            assert_eq!(loaded.activities(), expected, "{written:?}: {:?}", loaded.told());
            assert_eq!(loaded.told(), [""; 0], "{written:?}");
        }
    }
    let loaded = load(format!("{header}\r{quoted}\r{second}\r"));
    assert_eq!(loaded.activities(), ["one\rand\nmore", "two"], "{:?}", loaded.told());
    // A quote that is not closed costs its own line here, too.
    let open = second.replace("two", "\"open");
    let loaded =
        load(format!("{header}\r{row}\r{open}\r{}{second}\r", format!("{row}\r").repeat(3)));
    assert!(loaded.activities().ends_with(&["two".to_owned()]), "{:?}", loaded.told());
    assert_eq!(loaded.summary.lost, 1, "{:?}", loaded.told());
}

#[test]
fn values_between_bars_are_values() {
    let (header, row) = portal("one", "|", false);
    let (comma_header, comma_row) = portal("two", ",", true);
    for text in [
        format!("{header}\n{row}\n{comma_header}\n{comma_row}\n"),
        format!("{comma_header}\n{comma_row}\n{header}\n{row}\n"),
    ] {
        let loaded = load(&text);
        let mut found = loaded.activities();
        found.sort_unstable();
        assert_eq!(
            (found, loaded.told()),
            (vec!["one".to_owned(), "two".to_owned()], vec![]),
            "{text}"
        );
    }
}

#[test]
fn what_is_glued_to_the_last_row_without_a_line_break_is_read() {
    let header = "TimeGenerated,OperationName,Category,Result,LoggedByService,Id,Type";
    let row = "2026-06-15T10:00:00Z,Add user,UserManagement,success,Core Directory,1,AuditLogs";
    let turned = |line: &str| line.split(',').rev().collect::<Vec<_>>().join(",");
    let (json, second) = (record("2"), row.replace(",1,", ",2,"));
    let unquoted = format!("{row},x");
    for (text, expected) in [
        (format!("{header}\n{row}{json}\n{}\n", record("3")), vec!["1", "2", "3"]),
        (format!("{header}\n{row}[{json},{}]", record("3")), vec!["1", "2", "3"]),
        (format!("{header}\n{row}{{\"value\":[{json}]}}"), vec!["1", "2"]),
        (format!("{header}\n{row}{}\n{}\n", turned(header), turned(&second)), vec!["1", "2"]),
        (format!("{}\n{}{header}\n{second}\n", turned(header), turned(row)), vec!["1", "2"]),
    ] {
        let loaded = load(&text);
        assert_eq!(loaded.ids(), expected, "{text}: {:?}", loaded.told());
        assert_eq!(loaded.told(), [""; 0], "{text}");
    }
    // A value too many, and JSON that is a value, begin nothing.
    let reason = "TimeGenerated,OperationName,Category,Result,Id,ResultReason";
    let values = "2026-06-15T10:00:00Z,Add user,UserManagement,failure,1,failed: {\"code\":1}";
    for text in [
        format!("{header}\n{unquoted}\n{second}\n"),
        format!("{reason}\n{values}\n{}\n", values.replace(",1,", ",2,")),
    ] {
        assert_eq!(load(&text).store.len(), 2, "{text}");
    }
}

#[test]
fn utf16_behind_utf8_is_lost_and_said() {
    let (header, row) = portal("one", ",", false);
    let (other, other_row) = portal("two", ",", true);
    let mut bytes = format!("{header}\n{row}\n").into_bytes();
    bytes.extend(
        format!("\u{feff}{other}\n{other_row}\n").encode_utf16().flat_map(u16::to_le_bytes),
    );
    let loaded = load(&bytes);
    assert_eq!(loaded.activities(), ["one"]);
    assert!(loaded.summary.lost >= 2, "{:?}", loaded.told());
    assert!(loaded.told()[0].contains("UTF-16"), "{:?}", loaded.told());
}

#[test]
fn records_beside_the_list_of_a_page_are_read() {
    let (a, b) = (record("a"), record("b"));
    let in_text = text(&b);
    let sign_in = r#"{"id":"s","createdDateTime":"2026-03-02T08:00:01Z","userId":"u1","userPrincipalName":"una@moorland.example","appDisplayName":"Ledger"}"#;
    for (page, expected) in [
        (format!(r#"{{"value":[],"data":{b}}}"#), vec!["b"]),
        (format!(r#"{{"data":{b},"value":[]}}"#), vec!["b"]),
        (format!(r#"{{"value":[{a}],"items":[{b}],"@odata.nextLink":"x"}}"#), vec!["a", "b"]),
        (format!(r#"{{"records":[{a}],"message":{in_text}}}"#), vec!["a", "b"]),
        (format!(r#"{{"message":{in_text},"records":[{a}]}}"#), vec!["a", "b"]),
        (
            format!(
                r#"{{"hits":{{"total":1,"hits":[{{"_source":{a}}}]}},"value":[],"message":{in_text}}}"#
            ),
            vec!["a", "b"],
        ),
        (format!(r#"{{"events":[],"message":{in_text}}}"#), vec!["b"]),
        (format!(r#"{{"tags":["a"],"records":[],"event":{b}}}"#), vec!["b"]),
        (format!(r#"{{"tables":[],"data":{b}}}"#), vec!["b"]),
        (
            format!(
                r#"{{"tables":[{{"name":"AuditLogs","columns":[{{"name":"Id"}},{{"name":"OperationName"}},{{"name":"TimeGenerated"}}],"rows":[["a","Add user","2026-06-15T10:00:00Z"]]}}],"data":{b}}}"#
            ),
            vec!["a", "b"],
        ),
        (format!(r#"{{"value":[{a}],"records":[{b}],"data":{sign_in}}}"#), vec!["a", "b", "s"]),
    ] {
        let pretty: serde_json::Value = serde_json::from_str(&page).expect("JSON");
        let pretty = serde_json::to_string_pretty(&pretty).expect("JSON");
        for text in [page.clone(), pretty, format!("[{page}]"), format!("{page}\n{page}\n")] {
            let loaded = load(&text);
            let mut ids = loaded.ids();
            ids.sort_unstable();
            assert_eq!(ids, expected, "{text}: {:?}", loaded.told());
            assert_eq!(loaded.summary.lost, 0, "{text}: {:?}", loaded.told());
        }
    }
    // What a page says of itself is nothing lost.
    let page = format!(
        r#"{{"@odata.context":{{"a":1}},"value":[{a}],"statistics":{{"query":{{"time":1,"category":"x"}}}}}}"#
    );
    let loaded = load(page);
    assert_eq!((loaded.ids(), loaded.told()), (vec!["a".to_owned()], vec![]));
}

#[test]
fn text_around_a_record_on_its_line_is_no_record_that_was_lost() {
    let (a, b) = (record("a"), record("b"));
    let lines = |line: &dyn Fn(&str) -> String| format!("{}\n{}\n", line(&a), line(&b));
    for text in [
        lines(&|e| {
            format!(r#"<165>1 2026-06-15T10:00:00Z h app 1 - [e@32473 iut="3"][b@1 c="{{"] {e}"#)
        }),
        lines(&|e| format!("x {e} end")),
        lines(&|e| format!("2026|host|{e}|end")),
        lines(&|e| format!("\"k1\": {e}")),
        lines(&|e| format!("[2026-06-15 10:00:00] {{azure}} INFO {e}")),
        lines(&|e| format!("/* {{\"id\":\"x\"}} */ {e} // {{\"id\":\"y\"}}")),
        format!("// {{\"id\":\"x\"}}\n[{a},\n/* {{\"id\":\"x\"}} */\n{b}]\n"),
    ] {
        let loaded = load(&text);
        assert_eq!(loaded.ids(), ["a", "b"], "{text}: {:?}", loaded.told());
        assert_eq!(loaded.summary.lost, 0, "{text}: {:?}", loaded.told());
    }
    // What is left of a record without its beginning is lost.
    let headless = &a[a.find("activityDisplayName").expect("a key") + 4..];
    let loaded = load(format!("{b}\n{headless}\n{b}\n"));
    assert!(loaded.summary.lost > 0, "{:?}", loaded.told());
}

#[test]
fn a_list_that_is_not_closed_was_not_read_to_its_end() {
    let a = record("a");
    for (text, unread) in [
        (format!("[{a},"), true),
        (format!("{{\"value\":[{a}"), true),
        (format!("{{\"value\":[{a}]}}"), false),
    ] {
        let loaded = load(&text);
        assert_eq!(loaded.ids(), ["a"]);
        let account = &loaded.summary.totals[0];
        assert_eq!((account.unread, account.odd, account.events()), (unread, 0, 1), "{text}");
    }
}

#[test]
fn a_cut_off_record_in_a_column_is_named_by_that_column() {
    for column in ["AuditData", "RawEventData"] {
        let header = format!("CreationDate,UserIds,Operations,RecordType,{column}");
        let row = r#"2026-06-15T10:00:00Z,a@b.example,Add user.,8,"{""CreationTime"":""2026-06-15T10:00:00"",""Id"":""i"",""Workload"":""AzureActiveDirectory"",""Target"":[{""ID"":""bo""#;
        let loaded = load(format!("{header}\n{row}\n"));
        assert_eq!(loaded.ids(), ["i"], "{:?}", loaded.told());
        assert!(loaded.told()[0].contains(&format!("`{column}`")), "{:?}", loaded.told());
    }
}
