//! Several records in one text, some of them broken, and several texts in one object.
//! Never expects more of a text in an object or a cell than of the same text in a file.

use super::{cell, load, record, text};

/// A text as a member of an object, as an entry of a list, in text in text and in a cell.
fn put(of: &str) -> [String; 4] {
    let object = format!("{{\"message\":{},\"host\":\"h\"}}\n", text(of));
    [
        format!("[{}]", object.trim_end()),
        format!("{{\"body\":{}}}\n", text(&object)),
        format!("\"_raw\",\"_time\"\n{},\"1\"\n", cell(of)),
        object,
    ]
}

/// A record without its end.
fn cut(id: &str) -> String {
    let whole = record(id);
    whole[..whole.find("activityDateTime").expect("a key")].to_owned()
}

#[test]
fn records_of_one_text_are_read_whatever_stands_between_them() {
    let (a, b) = (record("a"), record("b"));
    for between in [
        "",
        " ",
        "\n",
        "\r",
        "\r\n",
        ",\n",
        "; ",
        " | ",
        "\u{1e}",
        "\n\u{1e}",
        "\u{feff}",
        "\0",
        "\nWARNING: slow\n",
        "\n<13>Jun 15 10:00:00 h a: ",
        "] [",
        "\nrate {azure} [b@1 c=\"{\"] ",
        " it's 5\" long ",
        "\n{\"level\":\"info\"}\n",
    ] {
        let all = format!("{a}{between}{b}");
        for put in put(&all) {
            let loaded = load(&put);
            assert_eq!(loaded.ids(), ["a", "b"], "{between:?} {put}: {:?}", loaded.told());
            assert_eq!(loaded.told(), [""; 0], "{between:?} {put}");
        }
    }
    let marked =
        format!(r#"<165>1 2026-06-15T10:00:00Z h app 1 - [e@32473 iut="3"][b@1 c="{{"] {a}"#);
    for put in put(&marked) {
        let loaded = load(&put);
        assert_eq!((loaded.ids(), loaded.told()), (vec!["a".to_owned()], vec![]), "{put}");
    }
}

#[test]
fn a_broken_record_in_a_text_is_counted_and_costs_no_other() {
    let (a, b, c) = (record("a"), record("b"), record("c"));
    let (first, last) = (cut("x"), cut("y"));
    let headless = &c[c.find("correlationId").expect("a key") + 4..];
    for (all, ids, lost) in [
        (format!("{a}\n{first}"), vec!["a"], 1),
        (format!("{a}\n{first}\n{b}"), vec!["a", "b"], 1),
        (format!("{first}\n{a}\n{b}"), vec!["a", "b"], 1),
        (format!("{a}\n{first}\n{b}\n{last}\n{c}"), vec!["a", "b", "c"], 2),
        (format!("{a}\n{first}\n{b}\n{last}"), vec!["a", "b"], 2),
        (format!("{headless}\n{a}\n{b}"), vec!["a", "b"], 1),
        (format!("{a}\n{headless}\n{b}"), vec!["a", "b"], 1),
        (format!("{a}\n{b}\n{headless}"), vec!["a", "b"], 1),
        (format!("\"k1\": {a}\n\"k2\": {b}"), vec!["a", "b"], 0),
        (format!("[{a},{b},{first}"), vec!["a", "b"], 1),
        (format!("{{\"records\":[{a},{b},{first}"), vec!["a", "b"], 1),
        (format!("{{\"records\":[{a}]}}{{\"records\":[{b}"), vec!["a", "b"], 0),
        (
            format!("{{\"records\":[{a}]}}\n{{\"records\":[{first}\n{{\"records\":[{b}]}}"),
            vec!["a", "b"],
            1,
        ),
    ] {
        for put in put(&all) {
            let loaded = load(&put);
            assert_eq!(loaded.ids(), ids, "{put}: {:?}", loaded.told());
            assert_eq!(loaded.summary.lost, lost, "{put}: {:?}", loaded.told());
            assert_eq!(loaded.summary.lost_bytes > 0, lost > 0, "{put}");
        }
    }
}

#[test]
fn a_cut_off_copy_of_a_record_is_nothing_lost() {
    let a = record("a");
    for short in [cut("a"), cut("a") + "...", cut("a") + "… [truncated]", a[..300].to_owned()] {
        let gelf = format!(r#"{{"short_message":{},"full_message":{}}}"#, text(&short), text(&a));
        let csv = format!("short,full\n{},{}\n", cell(&short), cell(&a));
        for put in [gelf, csv] {
            let loaded = load(&put);
            assert_eq!((loaded.ids(), loaded.told()), (vec!["a".to_owned()], vec![]), "{put}");
        }
    }
}

#[test]
fn rows_under_one_id_that_differ_are_several_and_copies_are_one() {
    let sign_in = |code: u32, risk: &str| {
        format!(
            r#"{{"id":"s","createdDateTime":"2026-03-02T08:00:01Z","userId":"u1","userPrincipalName":"una@moorland.example","appDisplayName":"Ledger","riskState":"{risk}","conditionalAccessStatus":"success","status":{{"errorCode":{code}}}}}"#
        )
    };
    let success = record("a");
    let failure = success.replace(r#""result":"success""#, r#""result":"failure""#);
    for (first, last) in [
        (sign_in(50126, "none"), sign_in(0, "none")),
        (sign_in(0, "none"), sign_in(0, "atRisk")),
        (success, failure),
    ] {
        for (one, other) in [(&first, &last), (&last, &first)] {
            let objects = format!(r#"{{"first":{one},"last":{other}}}"#);
            let texts = format!(r#"{{"first":{},"last":{}}}"#, text(one), text(other));
            let cells = format!("a,b\n{},{}\n", cell(one), cell(other));
            let lines = load(format!("{one}\n{other}\n")).store.len();
            assert_eq!(lines, 2);
            for put in [objects, texts, cells] {
                let loaded = load(&put);
                assert_eq!(loaded.store.len(), lines, "{put}: {:?}", loaded.told());
            }
        }
        let twice = format!(r#"{{"data":{first},"full_log":{}}}"#, text(&first));
        assert_eq!(load(&twice).store.len(), 1, "{twice}");
    }
}

#[test]
fn other_logs_keep_their_names_in_a_text() {
    let intune = r#"{"id":"1","displayName":"x","componentName":"y","activity":"Create","activityDateTime":"2026-11-01T08:00:00Z","activityType":"t","activityResult":"Success","correlationId":"c","category":"Device"}"#;
    let principal = r#"{"id":"1","appDisplayName":"x","servicePrincipalType":"Application","servicePrincipalNames":[]}"#;
    let vault = r#"{"TimeGenerated":"2026-06-15T10:00:00Z","OperationName":"SecretGet","Type":"AZKVAuditLogs"}"#;
    let azure = r#"{"time":"2026-11-01T08:00:00Z","resourceId":"/subscriptions/1/x","operationName":"x","category":"Administrative","properties":{}}"#;
    for (event, name) in [
        (intune, "Intune auditEvent"),
        (principal, "Graph servicePrincipal"),
        (vault, "AZKVAuditLogs"),
        (azure, "Administrative"),
    ] {
        for put in put(event) {
            let loaded = load(&put);
            assert_eq!(loaded.summary.other, [(name.to_owned(), 1)], "{put}: {:?}", loaded.told());
        }
        // Beside a record it is what somebody put around that.
        let beside = format!("{{\"message\":{},\"x\":{}}}", text(event), text(&record("a")));
        assert_eq!(load(&beside).ids(), ["a"], "{beside}");
    }
}

#[test]
fn searching_a_broken_text_takes_no_longer_than_its_bytes_tell() {
    for piece in [
        "{\"a\":[",
        "{\"a\":{\"b\":\"",
        "[[",
        "\"{",
        "{\"a\":1}{\"",
        "{\"id\":\"x\",\"t\":[{\"y\":",
    ] {
        let all = piece.repeat(30_000) + &record("a");
        let started = std::time::Instant::now();
        load(format!("{{\"message\":{}}}\n", text(&all)));
        let took = started.elapsed().as_secs();
        assert!(took < 20, "{piece}: {took} s");
    }
}

#[test]
fn of_two_forms_of_one_record_one_may_be_shortened() {
    let record = |correlation: &str| {
        format!(
            r#"{{"id":"R1","category":"RoleManagement","correlationId":"{correlation}","result":"success","activityDisplayName":"Add member to role","activityDateTime":"2026-06-15T10:00:00Z","initiatedBy":{{"user":{{"id":"u1","userPrincipalName":"ann@x.example"}}}},"targetResources":[{{"id":"t1","type":"User"}}]}}"#
        )
    };
    let text = serde_json::Value::String(record("c-0001-0002")).to_string();
    for line in [
        format!(r#"{{"event":{{"original":{text}}},"parsed":{}}}"#, record("c")),
        format!(r#"{{"parsed":{},"event":{{"original":{text}}}}}"#, record("c")),
    ] {
        assert_eq!(load(&line).ids(), ["R1"], "{line}");
    }
}

#[test]
fn two_records_without_an_id_that_differ_in_target_are_two() {
    let record = |target: &str| {
        format!(
            r#"{{"activityDisplayName":"Add member to group","activityDateTime":"2026-06-15T10:00:00Z","loggedByService":"Core Directory","correlationId":"c","initiatedBy":{{"user":{{"id":"u1"}}}},"targetResources":[{{"id":"{target}","type":"User"}}]}}"#
        )
    };
    let (one, other) = (record("t1"), record("t2"));
    assert_eq!(load(format!(r#"{{"a":{one},"b":{other}}}"#)).store.len(), 2);
    assert_eq!(load(format!(r#"{{"a":{one},"b":{one}}}"#)).store.len(), 1);
    let (one, other) = (text(&one), text(&other));
    assert_eq!(load(format!(r#"{{"a":{one},"b":{other}}}"#)).store.len(), 2);
}
