//! Records inside what other systems put around them, and files in files: found, read again, and nothing taken for lost.
//! Never uses the records of anybody else: those of the fixtures are wrapped here.
#![expect(clippy::disallowed_methods, reason = "reads its fixtures")]

use std::fmt::Write as _;
use std::io::Write as _;

use entrail::format::{self, Decoded, Depth, Layout, decode};
use entrail::place::{Places, Trouble};
use entrail::record::Record;
use entrail::source::{self, Delivery, Summary, local};
use entrail::store::Store;
use entrail::time::Timestamp;
use proptest::prelude::*;

#[path = "wrappers/lines.rs"]
mod lines;
#[path = "wrappers/tables.rs"]
mod tables;
#[path = "wrappers/texts.rs"]
mod texts;

#[derive(Default)]
struct Loaded {
    store: Store,
    troubles: Vec<Trouble>,
    summary: Summary,
}

impl Loaded {
    /// All records, each read again from its original bytes.
    fn records(&self) -> Vec<Record<'static>> {
        (0..self.store.len() as u32)
            .map(|row| {
                let (original, span) = self.store.span(row);
                let bytes = original.read(span).expect("readable again");
                let record = original.decode(&bytes).expect("decodes again").into_owned();
                Record { source: "".into(), ..record }
            })
            .collect()
    }

    fn ids(&self) -> Vec<String> {
        self.records().into_iter().map(|record| record.id.into_owned()).collect()
    }

    fn activities(&self) -> Vec<String> {
        self.records().into_iter().map(|record| record.activity.into_owned()).collect()
    }

    fn told(&self) -> Vec<String> {
        self.troubles.iter().map(ToString::to_string).collect()
    }
}

fn load(bytes: impl AsRef<[u8]>) -> Loaded {
    let mut loaded = Loaded::default();
    let place = local::at_hand("file", bytes.as_ref());
    source::read_all(vec![place], |delivery| match delivery {
        Delivery::Segment(segment) => loaded.store.push(segment),
        Delivery::Trouble(trouble) => loaded.troubles.push(trouble),
        Delivery::Done(summary) => loaded.summary = summary,
        Delivery::Progress(_)
        | Delivery::Pulling(..)
        | Delivery::Prompt(..)
        | Delivery::Following(_) => {}
    });
    loaded
}

/// A record as Graph writes it, on one line.
fn record(id: &str) -> String {
    format!(
        r#"{{"id":"{id}","category":"UserManagement","correlationId":"c-{id}","result":"success","resultReason":"","activityDisplayName":"Update user","activityDateTime":"2026-11-01T08:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{{"user":{{"id":"u1","userPrincipalName":"ada@fabrikam.example"}}}},"targetResources":[{{"id":"t1","displayName":"Zoë \"Z\"","type":"User","modifiedProperties":[{{"displayName":"Department","oldValue":"[\"Ops\"]","newValue":"[\"Sales\"]"}}]}}],"additionalDetails":[]}}"#
    )
}

#[test]
fn a_date_in_numbers_inside_of_text_was_no_time_and_nobody_was_told() {
    let dated = |id: &str, date: &str| record(id).replace("2026-11-01T08:00:00Z", date);
    let in_message = |record: &str| format!("{{\"message\":{},\"host\":\"h\"}}\n", text(record));
    let in_cells = |records: &[String]| {
        let rows = records.iter().fold(String::new(), |rows, one| rows + &cell(one) + ",\"1\"\n");
        format!("\"_raw\",\"_time\"\n{rows}")
    };
    // Either may show how the dates of the file are read.
    let (shown, other) = ("15/06/2026 10:00:00", "05/06/2026 10:00:00");
    for order in [[shown, other], [other, shown]] {
        let records = [dated("1", order[0]), dated("2", order[1])];
        let lines: String = records.iter().map(|one| in_message(one)).collect();
        for file in [lines, in_cells(&records)] {
            let loaded = load(&file);
            let times = loaded.records().into_iter().map(|record| record.time.expect("a time"));
            let mut times: Vec<String> = times.map(Timestamp::to_rfc3339).collect();
            times.sort_unstable();
            assert_eq!(times, ["2026-06-05T10:00:00Z", "2026-06-15T10:00:00Z"], "{file}");
        }
    }
    // Where nothing shows it, there is no time, and that is told; also without an id.
    for record in [dated("1", "05/06/2026 10:00:00"), dated("", "05/06/2026 10:00:00")] {
        let loaded = load(in_message(&record));
        assert_eq!(loaded.records().len(), 1, "{:?}", loaded.told());
        assert!(loaded.records()[0].time.is_none());
        assert!(
            loaded.told().iter().any(|line| line.contains("--date-order")),
            "{:?}",
            loaded.told()
        );
    }
}

#[test]
fn a_sign_in_in_a_cell_or_a_text_was_no_copy_of_the_same_one_by_itself() {
    let sign_in = r#"{"id":"7d3c1c6e-5b1e-4b7e-9e55-0f3a5a5f1d01","createdDateTime":"2026-03-02T08:00:01Z","userId":"u1","userPrincipalName":"una@moorland.example","appDisplayName":"Ledger","riskState":"atRisk","conditionalAccessStatus":"success","status":{"errorCode":0}}"#;
    let in_cell = format!("\"_raw\",\"_time\"\n{},\"1\"\n", cell(sign_in));
    let in_message = format!("{{\"message\":{}}}\n", text(sign_in));
    for wrapped in [in_cell, in_message] {
        for files in [[sign_in, &wrapped], [&wrapped, sign_in]] {
            let place = |(at, text): (usize, &str)| local::at_hand(at.to_string(), text.as_bytes());
            let (mut records, mut duplicates) = (0, 0);
            let places: Places = files.into_iter().enumerate().map(place).collect();
            source::read_all(places, |delivery| match delivery {
                Delivery::Segment(segment) => records += segment.len(),
                Delivery::Done(summary) => duplicates = summary.progress.duplicates,
                _ => {}
            });
            assert_eq!((records, duplicates), (1, 1), "{files:?}");
        }
    }
}

fn text(of: &str) -> String {
    serde_json::to_string(of).expect("JSON")
}

fn cell(of: &str) -> String {
    format!("\"{}\"", of.replace('"', "\"\""))
}

/// Something that an event is put in, by name.
type Layer = (&'static str, fn(&str) -> String);

/// What systems put around an event that is one JSON object, by name.
const WRAPPERS: &[Layer] = &[
    ("Splunk JSON", |e| {
        format!(r#"{{"preview":false,"result":{{"_raw":{},"_time":"x","id":"y"}}}}"#, text(e))
    }),
    ("Splunk rows", |e| format!(r#"{{"fields":["_time","_raw"],"rows":[["1",{}]]}}"#, text(e))),
    ("Elastic hit", |e| {
        format!(
            r#"{{"_index":"i","_id":"1","_source":{{"@timestamp":"x","event":{{"original":{}}}}}}}"#,
            text(e)
        )
    }),
    ("Elastic answer", |e| format!(r#"{{"took":1,"hits":{{"hits":[{{"_source":{e}}}]}}}}"#)),
    ("Logstash", |e| format!(r#"{{"@timestamp":"x","message":{},"@version":"1"}}"#, text(e))),
    ("Cribl", |e| format!(r#"{{"_raw":{},"_time":1,"host":"h","source":"s"}}"#, text(e))),
    ("Event Hub text", |e| {
        format!(r#"{{"body":{},"offset":1}}"#, text(&format!(r#"{{"records":[{e}]}}"#)))
    }),
    ("HTTP Event Collector", |e| format!(r#"{{"time":1,"event":{e},"sourcetype":"t"}}"#)),
    ("Wazuh", |e| {
        format!(r#"{{"timestamp":"x","rule":{{"id":"1"}},"data":{e},"full_log":{}}}"#, text(e))
    }),
    ("GELF", |e| {
        format!(r#"{{"version":"1.1","short_message":"cut {{","full_message":{}}}"#, text(e))
    }),
    ("syslog in a message", |e| {
        format!(r#"{{"message":{}}}"#, text(&format!("<134>1 2026-01-01T00:00:00Z h a - - - {e}")))
    }),
    ("text twice over", |e| text(&text(e))),
    ("pretty print", |e| {
        let value: serde_json::Value = serde_json::from_str(e).expect("JSON");
        let pretty = serde_json::to_string_pretty(&serde_json::json!({"message": value}));
        format!(r#"{{"payload":{}}}"#, text(&pretty.expect("JSON")))
    }),
];

/// What files hold such events in, by name: the last layer.
const FILES: &[Layer] = &[
    ("lines", |e| format!("{e}\n")),
    ("a list", |e| format!("[{e}]")),
    ("Splunk CSV", |e| format!("\"_raw\",\"_time\",\"host\"\r\n{},\"1\",\"h\"\r\n", cell(e))),
    ("CSV with semicolons", |e| format!("when;what\nx;{}\n", cell(e))),
    ("CSV without header", |e| format!("\"2026\",{}\n", cell(e))),
    ("syslog RFC 3164", |e| format!("<134>Jan  1 00:00:00 host app[1]: {e}\n")),
    ("syslog RFC 5424", |e| {
        format!("<134>1 2026-01-01T00:00:00Z host app 1 ID [x@1 k=\"v\"] \u{feff}{e}\n")
    }),
];

/// Readable events of the fixtures that say when something happened, with their records.
fn events() -> Vec<(String, Record<'static>)> {
    let mut events = Vec::new();
    for name in ["graph-audit", "graph-sign-in", "diagnostic", "unified-audit-log", "log-analytics"]
    {
        let path = format!("{}/tests/fixtures/formats/{name}.ndjson", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).expect(name);
        for line in text.lines() {
            // What a pretty printer would write otherwise is not compared.
            let Ok(value) = serde_json::from_str::<serde_json::Value>(line) else { continue };
            let line = value.to_string();
            let Ok(Decoded::Record { record, odd, .. }) =
                decode(line.as_bytes(), &Layout::JSON, Depth::Full)
            else {
                continue;
            };
            if odd.is_empty() && record.time.is_some() {
                events.push((line.clone(), record.into_owned()));
            }
        }
    }
    assert!(events.len() > 20, "{}", events.len());
    events
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 250,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(31),
        ..Default::default()
    })]

    #[test]
    fn any_record_in_any_wrappers_is_the_same_record(
        which: prop::sample::Index,
        layers in prop::collection::vec(0..WRAPPERS.len(), 0..=3),
        file in 0..FILES.len(),
    ) {
        thread_local!(static EVENTS: Vec<(String, Record<'static>)> = events());
        let (event, expected) = EVENTS.with(|events| which.get(events).clone());
        let (mut wrapped, mut names, mut texts) = (event, Vec::new(), 0);
        for layer in layers {
            let (name, wrap) = WRAPPERS[layer];
            let more = if name == "text twice over" { 2 } else { 1 };
            // No more texts in texts than are looked into.
            if texts + more > 5 {
                continue;
            }
            texts += more;
            wrapped = wrap(&wrapped);
            names.push(name);
        }
        names.push(FILES[file].0);
        // A line of text in front of a string is no prefix of an object.
        prop_assume!(wrapped.starts_with('{') || file < 2);
        let loaded = load(FILES[file].1(&wrapped));
        let found = loaded.records();
        prop_assert_eq!(&found, &vec![expected], "{:?}: {:?}", names, loaded.told());
        prop_assert_eq!(loaded.told(), Vec::<String>::new(), "{:?}", names);
        prop_assert_eq!(loaded.summary.lost, 0);
    }
}

#[test]
fn several_records_in_one_text_are_all_read_and_shown_as_themselves() {
    let page = format!(r#"{{"records":[{},{}]}}"#, record("a"), record("b"));
    let loaded = load(format!("{{\"body\":{},\"offset\":1}}\n", text(&page)));
    assert_eq!(loaded.ids(), ["a", "b"], "{:?}", loaded.told());
    for row in 0..2 {
        let (original, span) = loaded.store.span(row);
        let bytes = original.read(span).expect("readable");
        let plain = format::plain(&bytes);
        assert!(format::is_escaped(&bytes));
        assert_eq!(plain, record(["a", "b"][row as usize]).as_bytes());
    }
}

#[test]
fn fields_that_splunk_took_out_of_an_event_do_not_stand_in_for_it() {
    let json = format!(
        r#"{{"result":{{"activityDisplayName":"Update user","_raw":{},"id":"a"}}}}"#,
        text(&record("a"))
    );
    let flat = format!(
        r#"{{"activityDisplayName":"Update user","category":"x","id":"a","_raw":{}}}"#,
        text(&record("a"))
    );
    let csv =
        format!("activityDisplayName,id,_raw,category\nUpdate user,a,{},x\n", cell(&record("a")));
    for text in [json, flat, csv] {
        let loaded = load(&text);
        let records = loaded.records();
        assert_eq!(records.len(), 1, "{text}");
        assert_eq!(records[0].targets[0].changes.len(), 1, "{text}");
        assert_eq!(loaded.told(), [""; 0], "{text}");
    }
}

#[test]
fn a_parsed_elastic_document_is_read_where_its_original_is_gone() {
    let document = r#"{"_source":{"@timestamp":"2026-11-01T08:00:00Z","event":{"action":"Add member to role"},"azure":{"tenant_id":"t","auditlogs":{"operation_name":"Add member to role","category":"AuditLogs","properties":{"id":"Directory_1","category":"RoleManagement","correlation_id":"c","result":"success","activity_display_name":"Add member to role","activity_datetime":"2026-11-01T08:00:00Z","logged_by_service":"Core Directory","initiated_by":{"user":{"userPrincipalName":"ada@fabrikam.example"}},"target_resources":{"0":{"display_name":null,"type":"User","user_principal_name":"bo@fabrikam.example","modified_properties":{"0":{"display_name":"Role.DisplayName","new_value":"\"Reader\""}}},"1":{"id":"r","type":"Role"}}}}}}}"#;
    let loaded = load(document);
    let records = loaded.records();
    assert_eq!(records.len(), 1, "{:?}", loaded.told());
    let record = &records[0];
    assert_eq!((&*record.activity, &*record.service), ("Add member to role", "Core Directory"));
    assert_eq!(record.actor.upn, "ada@fabrikam.example");
    assert_eq!(record.targets[0].upn, "bo@fabrikam.example");
    assert_eq!(record.targets[0].changes[0].new.as_deref(), Some("\"Reader\""));
    assert_eq!(record.targets[1].kind, "Role");
    assert_eq!(loaded.told(), [""; 0]);
}

/// Header and row of a portal file; `old` ones have no user agent.
fn portal(activity: &str, delimiter: &str, old: bool) -> (String, String) {
    let agent = if old { "" } else { ",User Agent" };
    let header = format!(
        "Date (UTC),CorrelationId,Service,Category,Activity,Result,ResultReason{agent},ActorType,ActorDisplayName,ActorObjectId,ActorUserPrincipalName,Target1Type,Target1DisplayName"
    );
    let agent = if old { "" } else { ",curl" };
    let row = format!(
        "2026-11-01T08:00:00Z,c,Core Directory,UserManagement,{activity},success,{agent},User,Ada,u1,ada@fabrikam.example,User,Bo"
    );
    (header.replace(',', delimiter), row.replace(',', delimiter))
}

#[test]
fn what_is_glued_behind_another_file_starts_anew() {
    let (header, row) = portal("one", ",", false);
    let (other_header, other_row) = portal("two", ",", true);
    let (semicolons, semicolon_row) = portal("three", ";", false);
    let unified = "RecordType,CreationDate,UserIds,Operations,AuditData\n8,2026-11-01,ada,x,";
    let audit = r#"{"CreationTime":"2026-11-01T08:00:00","Id":"1","Operation":"four","Workload":"AzureActiveDirectory"}"#;
    let unified = format!("{unified}{}\n", cell(audit));
    let json = record("a");
    let first = format!("{header}\n{row}\n");
    for (what, text, expected) in [
        ("other columns", format!("{first}{other_header}\n{other_row}\n"), vec!["one", "two"]),
        (
            "a mark between",
            format!("{first}\u{feff}{other_header}\n{other_row}\n"),
            vec!["one", "two"],
        ),
        (
            "another delimiter",
            format!("{first}{semicolons}\r\n{semicolon_row}\r\n"),
            vec!["one", "three"],
        ),
        ("another format", format!("{first}{unified}"), vec!["one", "four"]),
        // An export that is glued in again, behind another, is a copy of the first.
        ("and back", format!("{first}{unified}{first}"), vec!["one", "four"]),
        ("the same again", format!("{first}{first}"), vec!["one", "one"]),
        ("no line break between", format!("{header}\n{row}{header}\n{row}"), vec!["one", "one"]),
        (
            "JSON lines",
            format!("{first}{json}\n{json}\n"),
            vec!["one", "Update user", "Update user"],
        ),
        ("a list", format!("{first}\u{feff}[{json}]"), vec!["one", "Update user"]),
        (
            "a page over lines",
            format!("{first}{{\n \"value\": [\n{json}\n]}}\n"),
            vec!["one", "Update user"],
        ),
        (
            "CSV behind JSON lines",
            format!("{json}\n{json}\n{first}"),
            vec!["Update user", "Update user", "one"],
        ),
        ("CSV behind a list", format!("[{json}]\n{first}"), vec!["Update user", "one"]),
        ("CSV right behind a list", format!("[{json}]{first}"), vec!["Update user", "one"]),
        (
            "CSV with a mark",
            format!("{{\"value\":[{json}]}}\n\u{feff}{first}"),
            vec!["Update user", "one"],
        ),
        (
            "wrapped rows",
            format!("{first}\"_raw\",\"_time\"\n{},\"1\"\n", cell(&json)),
            vec!["one", "Update user"],
        ),
        (
            "a type line",
            format!("{first}#TYPE System.Object\n{other_header}\n{other_row}\n"),
            vec!["one", "two"],
        ),
    ] {
        for packed in [text.clone().into_bytes(), gzip(text.as_bytes())] {
            let loaded = load(&packed);
            let mut found = loaded.activities();
            // Records without an id are never duplicates, those with one are.
            let mut expected: Vec<&str> = expected.clone();
            let mut seen = false;
            expected.retain(|name| *name != "Update user" || !std::mem::replace(&mut seen, true));
            found.retain(|name| !name.is_empty());
            assert_eq!(found, expected, "{what}: {:?}", loaded.told());
            assert_eq!(loaded.summary.lost, 0, "{what}: {:?}", loaded.told());
            for record in loaded.records() {
                assert!(record.time.is_some(), "{what}: {record:?}");
            }
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("gzip");
    encoder.finish().expect("gzip")
}

fn zip(bytes: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("x", zip::write::SimpleFileOptions::default()).expect("zip");
    archive.write_all(bytes).expect("zip");
    archive.finish().expect("zip").into_inner()
}

#[test]
fn blank_lines_and_long_headers_in_front_are_no_obstacle() {
    let (header, row) = portal("one", ",", false);
    let many: String = (0..9_000).fold(header.clone(), |mut header, n| {
        write!(header, ",Column{n}").expect("written");
        header
    });
    let blank = "\r\n".repeat(70_000);
    for (text, expected) in [
        (format!("{blank}{}\n", record("a")), "Update user"),
        (format!("\u{feff}{blank}[{}]", record("a")), "Update user"),
        (format!("{blank}{header}\n{row}\n"), "one"),
        (format!("{many}\n{row}{}\n", ",".repeat(9_000)), "one"),
        (format!("WARNING: slow\n{{\"_raw\":{}}}\n", text(&record("a"))), "Update user"),
    ] {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("file");
        std::fs::write(&path, &text).expect("written");
        for packed in [text.clone().into_bytes(), gzip(text.as_bytes()), zip(text.as_bytes())] {
            let loaded = load(&packed);
            assert_eq!(loaded.activities(), [expected], "{:?}", loaded.told());
            assert_eq!(loaded.summary.lost, 0, "{:?}", loaded.told());
        }
        let mut store = Store::default();
        source::read_all(vec![local::path(path)], |delivery| {
            if let Delivery::Segment(segment) = delivery {
                store.push(segment);
            }
        });
        assert!(store.len() == 1 && store.read(0).is_ok());
    }
    assert!(load(&blank).told()[0].contains("it is blank"));
}

#[test]
fn lines_of_text_between_records_are_odd_and_nothing_is_lost() {
    let (a, b) = (record("a"), record("b"));
    let transcript = "**********************\nWindows PowerShell transcript start\nUsername: FABRIKAM\\ada\n**********************\n";
    for text in [
        format!("# exported by ada\n{a}\n# end\n{b}\n"),
        format!("WARNING: Command group 'x' is in preview.\n{a}\n{b}\n"),
        format!("{transcript}[{a},\n{b}]\n{transcript}"),
        format!("{transcript}{a}\n{b}\n{transcript}"),
        format!("[2026-11-01 08:00] fetched 2 records\n[{a},{b}]\n[INFO] done\n"),
        format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{{\"value\":[{a},{b}]}}"),
    ] {
        let loaded = load(&text);
        assert_eq!(loaded.ids(), ["a", "b"], "{text}: {:?}", loaded.told());
        assert_eq!(loaded.summary.lost, 0, "{text}: {:?}", loaded.told());
    }
    // What was a record once is lost.
    let loaded = load(format!("{a}\nonId\":\"x\",\"result\":\"success\"}}\n{b}\n"));
    assert_eq!((loaded.ids().len(), loaded.summary.lost), (2, 1), "{:?}", loaded.told());
}

#[test]
fn a_raw_control_character_costs_a_note_and_not_the_record() {
    for control in ["\t", "\u{1b}", "\0", "\n", "\r\n", "\u{7}"] {
        let odd = record("a").replace("Core Directory", &format!("Core{control} Directory"));
        for text in [
            format!("[{odd},{}]", record("b")),
            format!("{}\n{odd}\n{}\n", record("c"), record("b")),
            format!("{{\"value\":[{odd},\n{}]}}", record("b")),
        ] {
            let loaded = load(&text);
            let ids = loaded.ids();
            assert!(
                ids.contains(&"a".to_owned()) && ids.contains(&"b".to_owned()),
                "{control:?} {ids:?}"
            );
            assert_eq!(loaded.summary.lost, 0, "{control:?}: {:?}", loaded.told());
            assert_eq!(loaded.summary.troubles, 1, "{control:?}: {:?}", loaded.told());
            assert!(loaded.told()[0].contains("`loggedByService`"), "{:?}", loaded.told());
        }
    }
}

#[test]
fn logs_that_only_look_like_entras_are_left_out_by_name() {
    for (event, name) in [
        (
            r#"{"time":"2026-11-01T08:00:00Z","category":"AuditLogs","operationName":"Patch MobileApp","properties":{"ActivityDate":"x","ActivityResultStatus":1,"AuditEventId":"a","Category":5},"identity":"ada"}"#,
            "Intune AuditLogs",
        ),
        (
            r#"{"id":"1","displayName":"x","componentName":"y","activity":"Create","activityDateTime":"2026-11-01T08:00:00Z","activityType":"t","activityResult":"Success","correlationId":"c","category":"Device"}"#,
            "Intune auditEvent",
        ),
        (
            r#"{"time":"2026-11-01T08:00:00Z","resourceId":"/subscriptions/1/x","operationName":"Microsoft.Insights/delete","category":"Administrative","correlationId":"c"}"#,
            "Administrative",
        ),
        (
            r#"{"caller":"ada","category":{"value":"Administrative"},"correlationId":"c","eventTimestamp":"2026-11-01T08:00:00Z","operationName":{"value":"x"},"subscriptionId":"1"}"#,
            "Administrative",
        ),
        (
            r#"{"time":"2026-11-01T08:00:00Z","resourceId":"/subscriptions/1","category":"StorageRead","operationName":"GetBlob","statusCode":200,"uri":"u"}"#,
            "StorageRead",
        ),
        (
            r#"{"TimeGenerated":"2026-11-01T08:00:00Z","OperationNameValue":"x","Category":"Administrative","CorrelationId":"c"}"#,
            "AzureActivity",
        ),
        (
            r#"{"time":"2026-11-01T08:00:00Z","category":"Audit","operationName":"Query","resourceId":"/subscriptions/1","properties":{"x":1}}"#,
            "Audit",
        ),
        (
            r#"{"TimeGenerated":"2026-11-01T08:00:00Z","UserPrincipalName":"ada","OperationName":"FileModified","SiteUrl":"s","ClientAppUsed":"Teams"}"#,
            "file activity (SharePoint, OneDrive, devices)",
        ),
        (
            r#"{"id":"1","activity":"Add user","activityDate":"2017-11-01T08:00:00Z","activityType":"User","category":"Core","result":"x"}"#,
            "Azure AD Graph activities (retired API)",
        ),
        (
            r#"{"id":"1","userPrincipalName":"ada@fabrikam.example","createdDateTime":"2026-11-01T08:00:00Z","accountEnabled":true}"#,
            "Graph user",
        ),
    ] {
        let loaded = load(format!("{event}\n{event}\n"));
        assert_eq!(loaded.summary.other, [(name.to_owned(), 2)], "{event}: {:?}", loaded.told());
        assert!(loaded.store.is_empty(), "{event}");
    }
    let csv = "TimeGenerated,UserPrincipalName,OperationName,SiteUrl,FileName,ClientAppUsed\n2026-11-01,ada,FileModified,s,f,Teams\n";
    let loaded = load(csv);
    assert!(loaded.store.is_empty() && loaded.summary.other.len() == 1, "{:?}", loaded.told());
}

#[test]
fn an_unknown_object_is_named_by_its_keys_and_counted_once() {
    let loaded = load("{\"colour\":\"red\",\"size\":1}\n".repeat(1_656));
    assert_eq!(loaded.told().len(), 1, "{:?}", loaded.told());
    let told = &loaded.told()[0];
    assert!(told.contains("colour, size") && told.ends_with("(1,656 times)"), "{told}");
}
