//! Counts asked of the engine against counts of the rows it gives: the same, or a refusal with its reason.
//! Never trusts either: the engine is an interpreter of KQL that knows nothing of entrail, or a real one.
#![expect(clippy::disallowed_methods, reason = "the environment says how much is tried")]

use std::collections::BTreeMap;
use std::env;

use entrail::export::{count_by, count_groups};
use entrail::place::{Counted, Place, Uncounted};
use entrail::query::answer::{Answer, Answerer, Question, Sort};
use entrail::query::choice::Choice;
use entrail::query::summarize::Counting;
use entrail::query::{Context, Query};
use entrail::record::field::Field;
use entrail::store::Store;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::engine::Engine;
use super::fake::{Fake, Fault, Table};
use super::random::Random;
use super::{
    AUDIT_COLUMNS, AUDITS, Ask, ID, SIGN_IN_COLUMNS, asked, at, audit, audits, happened, load,
    many, rows, workspace,
};

const HOUR: i64 = 36_000_000_000;

/// Names that fold in ways that engines do not.
const FOLDING: &[&str] = &[
    "\u{130}pek",
    "i\u{307}pek",
    "IPEK",
    "\u{131}pek",
    "ipek",
    "Jos\u{e9}",
    "Jose\u{301}",
    "JOS\u{c9}",
    "a \"quoted\\name",
    "Kim  Smith",
    "kim\u{2011}smith",
    "Kim-Smith",
    "Kim\u{2013}Smith.",
];

fn context() -> Context {
    Context { now: at("2026-11-20T12:00:00Z"), around: None }
}

fn counting(query: &str, by: &[&str], step: Option<i64>) -> Counting {
    Counting {
        query: Query::parse(query).expect(query),
        context: context(),
        by: by.iter().map(|name| Field::find(name).expect(name)).collect(),
        step,
    }
}

fn count(fake: &Fake, ask: &Ask<'_>, counting: &Counting) -> Result<Counted, Uncounted> {
    workspace(fake, ask).count(counting, &mut |_| {}, &CancellationToken::new())
}

fn answer(store: &Store, query: &str) -> Answer {
    let mut answerer = Answerer::default();
    answerer.extend(store.clone());
    answerer.ask(Question {
        revision: 0,
        query: Query::parse(query).expect(query),
        context: context(),
        choice: Choice::default(),
        sort: Sort::newest_first(),
        axis: None,
        operations: false,
        hidden: None,
    });
    while answerer.step(&|| false) {}
    answerer.answer().expect("an answer")
}

const AUDIT_FIELDS: &[&str] = &[
    "activity",
    "service",
    "category",
    "result",
    "result.logged",
    "reason",
    "actor",
    "actor",
    "actor.id",
    "actor.kind",
    "actor.app",
    "actor.ip",
    "target",
    "target.id",
    "target.type",
    "target.origin",
    "change",
    "old",
    "new",
    "change.old",
    "change.new",
    "detail",
    "agent",
    "op",
    "tenant",
    "correlation",
    "id",
    "kind",
    "time",
];

const SIGN_IN_FIELDS: &[&str] = &[
    "service",
    "category",
    "activity",
    "result",
    "result.logged",
    "reason",
    "actor",
    "actor",
    "actor.id",
    "actor.kind",
    "actor.app",
    "actor.ip",
    "target",
    "target.id",
    "target.type",
    "app",
    "resource",
    "error",
    "error.code",
    "error.name",
    "correlation",
    "id",
    "tenant",
    "agent",
    "client",
    "ca",
    "auth.requirement",
    "risk.signin",
    "risk.aggregated",
    "risk.state",
    "device.os",
    "device.browser",
    "location.country",
    "location.city",
    "location",
    "kind",
    "time",
];

/// Writes some names anew, as engines fold them otherwise.
fn hostile(mut row: Value, random: &mut Random) -> Value {
    let name = *random.pick(FOLDING);
    match random.below(4) {
        0 => row["InitiatedBy"] = json!({"user": {"displayName": name}, "app": null}),
        1 => row["InitiatedBy"] = json!({"user": {"id": "u", "userPrincipalName": name}}),
        2 => row["Identity"] = name.into(),
        _ => {}
    }
    // The edges of the window, of hours and of days.
    let times = [
        "2026-11-02T00:00:00Z",
        "2026-11-01T23:59:59.999999Z",
        "2026-11-04T17:59:59.999999Z",
        "2026-11-04T18:00:00Z",
        "2026-11-03T00:00:00Z",
        "2026-11-02T23:59:59.5Z",
    ];
    if random.once_in(3) {
        row["ActivityDateTime"] = (*random.pick(&times)).into();
    }
    row
}

/// Rows again: as they are, made later, with their id in another case, or with one word changed.
fn again(rows: &mut Vec<Value>, of_times: &str, random: &mut Random) {
    for _ in 0..random.below(9) {
        let mut row = random.pick(rows.as_slice()).clone();
        match random.below(5) {
            0 => {}
            1 => row["TimeGenerated"] = "2026-11-04T12:00:00Z".into(),
            2 => row["Id"] = row["Id"].as_str().unwrap_or_default().to_uppercase().into(),
            3 => row[of_times] = "2026-11-03T12:00:00Z".into(),
            _ => row["Id"] = ["", "N/A"][random.below(2)].into(),
        }
        if random.once_in(3) {
            row["CorrelationId"] = "another".into();
        }
        rows.push(row);
    }
}

/// Tries as many as it is told to by `ENTRAIL_SEEDS`.
fn seeds() -> u64 {
    env::var("ENTRAIL_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(12)
}

struct Log {
    name: &'static str,
    table: &'static str,
    columns: &'static [&'static str],
    asked: &'static [(&'static str, &'static [&'static str])],
    fields: &'static [&'static str],
    time: &'static str,
}

const LOGS: [Log; 2] = [
    Log {
        name: "audit",
        table: "AuditLogs",
        columns: AUDIT_COLUMNS,
        asked: asked::AUDITS,
        fields: AUDIT_FIELDS,
        time: "ActivityDateTime",
    },
    Log {
        name: "sign-ins",
        table: "SigninLogs",
        columns: SIGN_IN_COLUMNS,
        asked: asked::SIGN_INS,
        fields: SIGN_IN_FIELDS,
        time: "CreatedDateTime",
    },
];

#[test]
fn counts_of_the_engine_are_those_of_the_rows() {
    let (mut counted, mut refused) = (0, BTreeMap::<String, usize>::new());
    for seed in 0..seeds() {
        let mut random = Random(1_000 + seed);
        let log = &LOGS[random.below(2)];
        let mut rows: Vec<Value> = (0..30)
            .map(|number| match log.name {
                "audit" => hostile(rows::record(number, &mut random).row, &mut random),
                _ => rows::sign_in(number, &mut random),
            })
            .map(|row| happened(row, &mut Random(seed)))
            .collect();
        again(&mut rows, log.time, &mut random);
        let mut columns = log.columns.to_vec();
        if random.once_in(4) {
            // A table may lack columns.
            let lacking = ["Identity", "AADTenantId", "ResultReason", "Status"];
            let lacking = *random.pick(&lacking);
            columns.retain(|name| *name != lacking);
            for row in &mut rows {
                row.as_object_mut().expect("a row").remove(lacking);
            }
        }
        let fake =
            Fake::new(BTreeMap::from([(log.table, Table { columns, rows, is_basic: false })]));
        fake.with(|state| state.engine = Engine::named());
        for _ in 0..3 {
            let text = if random.once_in(4) {
                String::new()
            } else {
                asked::query(log.asked, &mut random)
            };
            let by = *random.pick(log.fields);
            // Half of the places are asked for no more than the query needs.
            let own = if random.once_in(2) { text.as_str() } else { "" };
            let ask = Ask {
                logs: &[log.name],
                query: own,
                from: "2026-11-02",
                to: "2026-11-04T18:00:00Z",
                ..AUDITS
            };
            let loaded = load(&fake, &ask);
            assert_eq!(loaded.told(), <[&str; 0]>::default(), "{text}");
            let store = &loaded.store;
            let answer = answer(store, &text);
            fake.asked();
            let step = [None, Some(HOUR)][random.below(2)];
            let told = || format!("seed {seed}, {}: {text} by {by}", log.name);
            match count(&fake, &ask, &counting(&text, &[by], step)) {
                Ok(found) => {
                    counted += 1;
                    let field = Field::find(by).expect(by);
                    let expected = count_by(store, &answer.rows, field).values;
                    let values = count_groups(&found, field).values;
                    assert_eq!(values, expected, "{}\n{:#?}", told(), fake.asked());
                    assert_eq!(found.records(), answer.rows.len() as u64, "{}", told());
                    if step.is_some() {
                        assert_eq!(hours(&found), hours_of(store, &answer), "{}", told());
                    }
                    let times = answer.rows.iter().filter_map(|&row| store.time(row));
                    let seen = || found.groups.iter().filter_map(|group| group.seen);
                    let ends = (seen().map(|seen| seen.0).min(), seen().map(|seen| seen.1).max());
                    assert_eq!(ends, (times.clone().min(), times.max()), "{}", told());
                }
                Err(Uncounted::Inexact(why)) => *refused.entry(why).or_default() += 1,
                Err(other) => panic!("{}: {other:?}", told()),
            }
        }
    }
    let refusals: usize = refused.values().sum();
    assert!(counted > refusals, "{counted} counted, {refused:#?}");
}

/// Records by the hour, as they were counted.
fn hours(counted: &Counted) -> BTreeMap<i64, u64> {
    let mut found = BTreeMap::new();
    for group in &counted.groups {
        let time = counted.store.time(group.row).expect("a time");
        *found.entry(time.ticks().div_euclid(HOUR)).or_default() += group.records;
    }
    found
}

fn hours_of(store: &Store, answer: &Answer) -> BTreeMap<i64, u64> {
    let mut found = BTreeMap::new();
    for time in answer.rows.iter().filter_map(|&row| store.time(row)) {
        *found.entry(time.ticks().div_euclid(HOUR)).or_default() += 1;
    }
    found
}

#[test]
fn top_actors_take_a_few_requests_and_bytes() {
    let fake = Fake::new(BTreeMap::from([("AuditLogs", audits(many(1_500)))]));
    let found = count(&fake, &AUDITS, &counting("activity:user", &["actor"], None));
    let found = found.expect("counted");
    let values = count_groups(&found, Field::ACTOR).values;
    assert_eq!(values, [("kim@contoso.example".to_owned(), 1_500)]);
    let asked = fake.asked();
    assert_eq!(asked.len(), 4, "columns, number, groups, ids: {asked:#?}");
    assert_eq!(found.cost.requests, 4);
    assert!((200..20_000).contains(&found.cost.bytes), "{:?}", found.cost);
}

#[test]
fn a_count_in_part_is_no_count() {
    let fake = Fake::new(BTreeMap::from([("AuditLogs", audits(many(40)))]));
    let failed = |faults: Vec<Option<Fault>>| {
        fake.with(|state| state.faults = faults.into());
        match count(&fake, &AUDITS, &counting("", &["actor"], None)) {
            Err(Uncounted::Failed(why)) => why,
            other => panic!("{other:?}"),
        }
    };
    assert!(failed(vec![None, Some(Fault::Partial)]).contains("in part"));
    assert!(failed(vec![None, None, Some(Fault::Partial)]).contains("in part"));
    assert!(failed(vec![None, None, Some(Fault::Silent)]).contains("20 of 40 rows"));
    assert!(failed(vec![None, None, None, Some(Fault::Partial)]).contains("in part"));
    assert!(
        failed(vec![Some(Fault::Status(403, "Insufficient"))]).contains("Log Analytics Reader")
    );
    // What passes is asked for again.
    fake.with(|state| {
        state.faults = vec![None, Some(Fault::Status(503, "x")), Some(Fault::Cut(40))].into();
    });
    let found = count(&fake, &AUDITS, &counting("", &["actor"], None)).expect("counted");
    assert_eq!(found.records(), 40);
}

#[test]
fn a_row_that_was_stored_twice_counts_once() {
    let mut rows = many(10);
    rows.extend(many(3));
    // The same id, and something else happened.
    let mut other = audit(4, "2026-11-02T00:04:00Z");
    other["ActivityDisplayName"] = "Delete user".into();
    rows.push(other);
    let fake = Fake::new(BTreeMap::from([("AuditLogs", audits(rows))]));
    let found = count(&fake, &AUDITS, &counting("", &["activity"], None)).expect("counted");
    let values = count_groups(&found, Field::ACTIVITY).values;
    assert_eq!(values, [("Add user".to_owned(), 10), ("Delete user".to_owned(), 1)]);
}

#[test]
fn what_cannot_be_counted_exactly_is_refused_with_the_reason() {
    let basic = Table { is_basic: true, ..audits(many(9)) };
    let fake = Fake::new(BTreeMap::from([("AuditLogs", audits(many(9))), ("SigninLogs", basic)]));
    let refused = |ask: &Ask<'_>, query: &str, by: &str| match count(
        &fake,
        ask,
        &counting(query, &[by], None),
    ) {
        Err(Uncounted::Inexact(why)) => why,
        other => panic!("{other:?}"),
    };
    assert!(
        refused(&AUDITS, "risk>=high", "actor").contains("`risk>=high` has to be evaluated here")
    );
    assert!(refused(&AUDITS, "", "risk").contains("rules"));
    assert!(refused(&AUDITS, "", "mark").contains("kept here"));
    let of = |logs| Ask { logs, ..AUDITS };
    assert!(refused(&of(&["sign-ins"]), "", "actor").contains("plan"));
    assert!(refused(&of(&["provisioning"]), "", "actor").contains("not known well enough"));
    let stop = CancellationToken::new();
    stop.cancel();
    let stopped =
        workspace(&fake, &AUDITS).count(&counting("", &["actor"], None), &mut |_| {}, &stop);
    assert_eq!(stopped.expect_err("stopped"), Uncounted::Stopped);
}

/// The program itself, on records of the first half of November.
fn entrail(fake: &Fake, before: &[&str], behind: &[&str]) -> (String, String, Option<i32>) {
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_entrail"));
    program.env("ENTRAIL_TOKEN", "kestrel.of.the-workspace").arg("query").args(before);
    program.args(["workspace", ID, "--api-url", &fake.base, "--sign-in", "token"]);
    program.args(["--since", "2026-11-01", "--until", "2026-11-15"]).args(behind);
    let output = program.stdin(std::process::Stdio::null()).output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (text(output.stdout), text(output.stderr), output.status.code())
}

#[test]
fn the_command_line_has_the_workspace_count_and_says_so() {
    let fake = Fake::new(BTreeMap::from([("AuditLogs", audits(many(700)))]));
    let (out, told, code) = entrail(&fake, &["activity:user", "--by", "actor"], &[]);
    assert_eq!((out.as_str(), code), ("700\tkim@contoso.example\n", Some(0)), "{told}");
    assert!(told.contains("counted by the workspace (4 requests, "), "{told}");
    assert!(
        fake.asked()
            .iter()
            .all(|(_, query)| query.contains("summarize") || query.contains("take 0"))
    );
    let (out, told, code) = entrail(&fake, &["activity:nothing", "--count"], &[]);
    assert_eq!((out.as_str(), code), ("0\n", Some(1)), "{told}");
    // The same by entrail, where that is asked for, or where only entrail can.
    let here = ["", "--by", "actor", "--counted-by", "entrail"];
    let (out, told, _) = entrail(&fake, &here, &[]);
    assert_eq!(out, "700\tkim@contoso.example\n");
    assert!(!told.contains("counted by"), "{told}");
    let (out, told, _) = entrail(&fake, &["-risk:*", "--count"], &[]);
    assert_eq!(out, "700\n", "{told}");
    assert!(told.contains("the workspace does not count this: `-risk:*` has to be"), "{told}");
    let there = ["-risk:*", "--count", "--counted-by", "place"];
    let (out, told, code) = entrail(&fake, &there, &[]);
    assert_eq!((out.as_str(), code), ("", Some(2)), "{told}");
    // Records of two places are told apart here.
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), many(1)[0].to_string()).expect("written");
    let file = file.path().to_str().expect("a path");
    let (out, told, _) = entrail(&fake, &["", "--count"], &[file]);
    assert_eq!(out, "700\n", "{told}");
    assert!(told.contains("records of several places are told apart here"), "{told}");
}
