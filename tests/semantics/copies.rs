//! Which records stay of several that have one id, or none: the order of files and rows decides nothing.
//! Never looks at which of two equal records stayed.

use entrail::format::{Decoded, Depth, Layout, decode, write_graph};
use entrail::place::Places;
use entrail::query::answer::{Answer, Answerer, Question, Sort};
use entrail::query::choice::Choice;
use entrail::query::{Context, Query};
use entrail::record::{Change, Kind, Outcome, Record, Target};
use entrail::source::{Delivery, Summary, local, read_all};
use entrail::store::{RowId, Store};
use entrail::time::Timestamp;
use proptest::prelude::*;

/// Ids that occur again and again, and what is no id.
const IDS: &[&str] = &[
    "Directory_0c1d2e3f-1111-4222-8333-444444444444_AB01C_1",
    "5d1e2f3a-1111-4222-8333-444444444444",
    "a",
    "",
    "-",
    "N/A",
    "***",
    "00000000-0000-0000-0000-000000000000",
    "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
];

/// A record: its id, which version of it, and how it is written.
type Written = (usize, u8, u8);

fn audit(id: &'static str, version: u8) -> Record<'static> {
    let change = Change {
        name: "Department".into(),
        old: Some("[\"Mill\"]".into()),
        new: Some(format!("[\"Room {}\"]", version % 3).into()),
    };
    let target = Target { id: "t-1".into(), changes: vec![change], ..Target::default() };
    Record {
        kind: Kind::Audit,
        id: id.into(),
        time: Timestamp::parse(if version < 3 {
            "2026-02-03T04:05:06Z"
        } else {
            "2026-02-03T04:05:07Z"
        }),
        service: "Core Directory".into(),
        category: "UserManagement".into(),
        activity: "Update user".into(),
        outcome: Outcome::Success,
        result: "success".into(),
        targets: vec![target],
        correlation_id: "0a0a0a0a-1111-4222-8333-444444444401".into(),
        ..Record::default()
    }
}

/// A row of Log Analytics: interrupted, done, done with a risk; written in this order.
fn row(id: &str, version: u8) -> String {
    let code = if version == 0 { 50074 } else { 0 };
    let risk = ["none", "none", "atRisk", "remediated"][usize::from(version % 4)];
    format!(
        r#"{{"Type":"SigninLogs","SourceSystem":"Azure AD","TimeGenerated":"2026-02-03T04:1{version}:00Z","CreatedDateTime":"2026-02-03T04:05:06Z","Id":"{id}","ResultType":"{code}","UserPrincipalName":"una@moorland.example","AppDisplayName":"Ledger","CorrelationId":"0a0a0a0a-1111-4222-8333-444444444401","RiskState":"{risk}"}}"#
    )
}

/// A record on one line: as it is, its properties in another order and with blanks, or in an envelope.
fn line((id, version, way): Written, signs_in: bool) -> String {
    let id = IDS[id % IDS.len()];
    let text = if signs_in {
        row(id, version % 4)
    } else {
        let mut out = Vec::new();
        write_graph(&audit(id, version % 6), &mut out);
        String::from_utf8(out).expect("UTF-8")
    };
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    match way % 3 {
        0 => text,
        1 => {
            let members = value.as_object().expect("an object").iter().rev();
            let parts: Vec<String> = members.map(|(k, v)| format!("\"{k}\" :  {v}")).collect();
            format!("{{ {} }}", parts.join(" , "))
        }
        _ if signs_in => text.replace("\"Id\"", "\"id\""),
        _ => format!(
            r#"{{"time":"2026-02-03T04:05:06Z","operationName":"Update user","category":"AuditLogs","tenantId":"","properties":{value}}}"#
        ),
    }
}

/// Reads files of such lines.
fn read(files: &[Vec<String>]) -> (Store, Summary) {
    let place = |(at, lines): (usize, &Vec<String>)| {
        local::at_hand(format!("file {at}"), lines.join("\n").into_bytes())
    };
    let (mut store, mut summary) = (Store::default(), Summary::default());
    let places: Places = files.iter().enumerate().map(place).collect();
    drop(read_all(places, |delivery| match delivery {
        Delivery::Segment(segment) => store.push(segment),
        Delivery::Done(done) => summary = done,
        _ => {}
    }));
    (store, summary)
}

/// What a row says, in one text.
fn said(store: &Store, row: RowId) -> String {
    let bytes = store.read(row).expect("in memory");
    let decoded = decode(&bytes, &Layout::JSON, Depth::Full).expect("a record");
    let Decoded::Record { record, .. } = decoded else { unreachable!("a record") };
    let changes: Vec<_> = record.targets.iter().flat_map(|t| &t.changes).collect();
    let text = String::from_utf8_lossy(&bytes);
    let risk = ["atRisk", "remediated"].iter().find(|word| text.contains(*word));
    format!(
        "{:?} {} {:?} {} {} {changes:?} {risk:?}",
        record.kind, record.id, record.time, record.activity, record.result
    )
}

/// Everything that must not depend on the order: what stayed, what was left out, and the sign-ins.
fn told(files: &[Vec<String>]) -> (Vec<String>, u64, Vec<String>) {
    let (store, summary) = read(files);
    let rows = 0..store.len() as RowId;
    let mut kept: Vec<String> = rows.clone().map(|row| said(&store, row)).collect();
    kept.sort();
    let of = |row: RowId| {
        let rows: Vec<String> = store.events().rows(row).map(|row| said(&store, row)).collect();
        (!rows.is_empty()).then(|| rows.join(" | "))
    };
    let mut sign_ins: Vec<String> = rows.filter_map(of).collect();
    sign_ins.sort();
    (kept, summary.progress.duplicates, sign_ins)
}

fn files() -> impl Strategy<Value = Vec<Vec<(Written, bool)>>> {
    let record = ((0..IDS.len(), 0_u8..6, 0_u8..3), any::<bool>());
    prop::collection::vec(prop::collection::vec(record, 0..7), 1..5)
}

/// The same things in another order.
fn shuffled<T: Clone>(things: &[T], seed: u64) -> Vec<T> {
    let mut order: Vec<usize> = (0..things.len()).collect();
    order.sort_by_key(|&at| (at as u64 + 1).wrapping_mul(seed | 1).rotate_left(23));
    order.into_iter().map(|at| things[at].clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(160) })]

    #[test]
    fn the_order_of_files_and_rows_decides_nothing(files in files(), seed in any::<u64>()) {
        let lines = |file: &Vec<(Written, bool)>| -> Vec<String> {
            file.iter().map(|(record, signs_in)| line(*record, *signs_in)).collect()
        };
        let files: Vec<Vec<String>> = files.iter().map(lines).collect();
        let other: Vec<Vec<String>> =
            shuffled(&files, seed).iter().map(|lines| shuffled(lines, seed >> 7)).collect();
        prop_assert_eq!(told(&files), told(&other));
    }
}

/// The answer to a query.
fn answer(store: &Store, query: &str) -> Answer {
    let mut answerer = Answerer::default();
    answerer.extend(store.clone());
    answerer.ask(Question {
        revision: 0,
        query: Query::parse(query).expect(query),
        context: Context { now: Timestamp::from_ms(0), around: None },
        choice: Choice::default(),
        sort: Sort::newest_first(),
        axis: None,
        operations: false,
        hidden: None,
    });
    while answerer.step(&|| false) {}
    answerer.answer().expect("asked")
}

#[test]
fn the_second_row_of_a_sign_in_was_lost_with_its_outcome() {
    let rows = [row(IDS[1], 0), row(IDS[1], 1), row(IDS[1], 2)];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let (store, summary) = read(&[order.map(|at| rows[at].clone()).to_vec()]);
        assert_eq!((store.len(), summary.progress.duplicates), (3, 0));
        for (query, count) in
            [("", 3), ("result:success", 2), ("result:interrupted", 1), ("raw:atRisk", 1)]
        {
            let answer = answer(&store, query);
            assert_eq!(answer.rows.len(), count, "{query} {order:?}");
            // All rows of it are one line, judged by the last: a row that was interrupted is not the end.
            if let Some(lines) = answer.operations {
                let sum = lines.sum(0).expect("several rows");
                assert_eq!((lines.len(), sum.count as usize), (1, count));
                assert_eq!((sum.worst, sum.failed), (Outcome::Success, 0));
                assert!(said(&store, lines.lead(0)).contains("atRisk"), "{order:?}");
            } else {
                assert_eq!(count, 1, "{query}");
            }
        }
    }
}

#[test]
fn of_rows_without_an_id_as_many_stay_as_the_file_has_that_has_most() {
    let one = line((3, 0, 0), false);
    let count = |files: &[usize]| {
        let files: Vec<Vec<String>> = files.iter().map(|&n| vec![one.clone(); n]).collect();
        let (store, summary) = read(&files);
        (store.len(), summary.progress.duplicates)
    };
    assert_eq!(count(&[2]), (2, 0));
    assert_eq!(count(&[1, 1, 1, 1]), (1, 3));
    assert_eq!(count(&[2, 1, 3]), (3, 3));
    assert_eq!(count(&[3, 1, 2]), (3, 3));
}

#[test]
fn files_keep_the_order_of_records_of_one_instant_both_ways() {
    let record = |name: &str, second: u32| {
        format!(
            r#"{{"id":"{name}","category":"X","activityDisplayName":"{name}","activityDateTime":"2026-01-01T00:00:{second:02}Z","loggedByService":"Core Directory","result":"success","initiatedBy":{{}},"targetResources":[]}}"#
        )
    };
    let oldest_first: Vec<String> = [("b0", 0), ("b1", 1), ("b2", 1), ("b3", 1), ("b5", 5)]
        .map(|(name, second)| record(name, second))
        .to_vec();
    let mut newest_first: Vec<String> = [("a0", 0), ("a1", 1), ("a2", 1), ("a3", 1), ("a5", 5)]
        .map(|(name, second)| record(name, second))
        .to_vec();
    newest_first.reverse();
    let names = |files: &[Vec<String>]| -> Vec<String> {
        let (store, _) = read(files);
        let name = |row: &RowId| said(&store, *row)[6..8].to_owned();
        answer(&store, "").rows.iter().map(name).collect()
    };
    let newest = ["a5", "a3", "a2", "a1", "a0"];
    assert_eq!(names(std::slice::from_ref(&newest_first)), newest);
    assert_eq!(names(std::slice::from_ref(&oldest_first)), ["b5", "b3", "b2", "b1", "b0"]);
    let both = names(&[newest_first, oldest_first]);
    assert_eq!(both, ["b5", "a5", "b3", "b2", "b1", "a3", "a2", "a1", "b0", "a0"]);
}

#[test]
fn words_of_ids_that_are_none_join_nothing() {
    for (id, word) in IDS.iter().enumerate().skip(3) {
        let (store, summary) = read(&[vec![line((id, 0, 0), false), line((id, 1, 0), false)]]);
        assert_eq!((store.len(), summary.progress.duplicates), (2, 0), "{word}");
        let rows = vec![row(word, 0), row(word, 1)];
        assert!(read(&[rows]).0.events().is_empty(), "{word}");
    }
}

#[test]
fn one_sign_in_of_two_people_is_none() {
    let stranger = row(IDS[1], 1).replace("una@", "ivo@");
    let (store, _) = read(&[vec![row(IDS[1], 0), stranger]]);
    assert_eq!((store.len(), store.events().len()), (2, 0));
}

#[test]
fn a_row_of_azure_monitor_is_as_late_as_its_envelope_says() {
    let row = |minute: u32, risk: &str| {
        format!(
            r#"{{"time":"2026-03-02T08:{minute:02}:30Z","resourceId":"/tenants/{id}/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","resultType":"0","properties":{{"id":"{id}","createdDateTime":"2026-03-02T08:00:00Z","userPrincipalName":"una@moorland.example","status":{{"errorCode":0}},"riskLevelDuringSignIn":"{risk}","riskState":"{state}"}}}}"#,
            id = IDS[1],
            state = if risk == "none" { "none" } else { "atRisk" },
        )
    };
    for (first, last) in [(("none", 1), ("high", 9)), (("high", 1), ("none", 9))] {
        let rows = [row(first.1, first.0), row(last.1, last.0)];
        for order in [[0, 1], [1, 0]] {
            let (store, _) = read(&[order.map(|at| rows[at].clone()).to_vec()]);
            let lines = answer(&store, "").operations.expect("two rows of one sign-in");
            let said = said(&store, lines.lead(0));
            assert_eq!(said.contains("atRisk"), last.0 == "high", "{order:?} {said}");
        }
    }
}
