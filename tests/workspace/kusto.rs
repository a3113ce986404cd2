//! Kusto as a place: the same questions as to a workspace, in another envelope, with the faults of that.
//! Never Azure itself: the tables of the fake workspace, answered in frames.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::sync::Arc;

use entrail::place::Place;
use entrail::query::matcher::Matcher;
use entrail::query::{Context, Query};
use entrail::sign_in::Cloud;
use entrail::source::kql::tables::find;
use entrail::source::kql::{Request, Tables};
use entrail::source::kusto::{Named, place, wanted};
use entrail::time::Window;
use serde_json::{Value, json};

use super::fake::{Fake, Fault, Table};
use super::kql::type_of;
use super::random::Random;
use super::{
    AUDITS, Ask, Moved, asked, at, audit, audits, happened, many, read, rows, seeds, settings,
    store,
};

const NAMED: &str = "contosologs.westeurope/Security";

fn kusto(fake: &Fake, ask: &Ask<'_>) -> Tables {
    kusto_at(&fake.base, ask)
}

fn kusto_at(base: &str, ask: &Ask<'_>) -> Tables {
    let named = Named::parse(ask.name, &Cloud::Global).expect(ask.name);
    let logs: Vec<_> = ask.logs.iter().map(|log| find(log).expect(log).into()).collect();
    let request = Request {
        tables: wanted(&named, &logs),
        optional: ask.optional.to_vec(),
        window: Window { start: at(ask.from), end: at(ask.to) },
        is_ended: false,
        query: Query::parse(ask.query).expect(ask.query),
        now: at("2026-11-20T12:00:00Z"),
    };
    let made = place(&named, settings(Cloud::Global), None, Some(base), request);
    made.expect("a cluster").paced(Arc::new(Moved::default()))
}

const CLUSTER: Ask<'static> = Ask { name: NAMED, ..AUDITS };

fn of_audits(rows: Vec<Value>) -> Fake {
    Fake::new(BTreeMap::from([("AuditLogs", audits(rows))]))
}

#[test]
fn everything_comes_once_of_one_frame_or_of_many() {
    let fake = of_audits(many(1_500));
    fake.with(|state| state.most_rows = Some(100));
    let loaded = read(Arc::new(kusto(&fake, &CLUSTER)));
    assert_eq!(loaded.told(), <[&str; 0]>::default());
    assert_eq!((loaded.ids().len(), loaded.set().len()), (1_500, 1_500));
    let asked = fake.asked();
    assert!(asked.iter().all(|(path, _)| path == "/v2/rest/query"), "{asked:?}");
    // Its address tells it from another database of it, and from a workspace.
    let key = kusto(&fake, &CLUSTER).key();
    assert_ne!(key, kusto(&fake, &Ask { name: "contosologs.westeurope/Other", ..CLUSTER }).key());
}

#[test]
fn the_data_lake_is_asked_no_more_than_is_needed() {
    let fake = of_audits(many(30));
    let lake = kusto(&fake, &Ask { name: "lake/law-6361", ..CLUSTER });
    let loaded = read(Arc::new(lake.clone()));
    assert_eq!((loaded.ids().len(), loaded.troubles.len()), (30, 0));
    let asked = fake.asked();
    assert!(asked.iter().all(|(path, _)| path == "/lake/kql/v2/rest/query"), "{asked:?}");
    assert_eq!(asked.len(), 2, "its columns, its rows");
    let read = entrail::place::AlreadyRead { store: &loaded.store, told: &[] };
    let why = lake.follow(&read).err().expect("it is not followed");
    assert!(why.contains("every query is paid for"), "{why}");
}

#[test]
fn a_table_of_another_name_is_told_by_its_columns() {
    let rows: Vec<Value> = (0..3)
        .map(|number| {
            let mut row = audit(number, "2026-11-03T04:05:06Z");
            row["Type"] = "EntraAudit".into();
            row
        })
        .collect();
    let fake = of_audits(rows);
    let ask = Ask {
        name: "contosologs.westeurope/Security.EntraAudit",
        logs: &[],
        query: "actor:kim@contoso.example category=UserManagement",
        ..CLUSTER
    };
    let loaded = read(Arc::new(kusto(&fake, &ask)));
    assert_eq!((loaded.ids().len(), loaded.told()), (3, Vec::new()));
    let asked = fake.asked();
    // What is sought is asked for once its columns are known.
    assert!(asked[1].1.contains("Category") && asked[1].1.starts_with("let "), "{asked:?}");
    // One that is not there is told with the way out.
    let ask = Ask { name: "contosologs.westeurope/Security.Other", ..ask };
    let told = read(Arc::new(kusto(&fake, &ask))).told().join("\n");
    assert!(told.contains("has no table Other") && told.contains("--list"), "{told}");
}

/// A course of events of random faults, all of a cluster's.
fn faults(random: &mut Random) -> Vec<Option<Fault>> {
    // What is counted wrong and then given short says nothing of it.
    let mut is_silent = false;
    let mut fault = |random: &mut Random| {
        Some(match random.below(14) {
            0 => Fault::Status(429, "TooManyRequests"),
            1 => Fault::Status(503, "ServiceUnavailable"),
            2 => Fault::Status(504, "Timeout"),
            3 => Fault::Status(520, "ServiceError"),
            4 => Fault::Cut(random.below(100)),
            5 => Fault::Empty,
            6 => Fault::Partial,
            7 if !std::mem::replace(&mut is_silent, true) => Fault::Silent,
            // The token ends in the middle.
            8 if random.once_in(3) => Fault::Status(401, "TokenExpired"),
            // A permission is lost half way.
            9 if random.once_in(3) => Fault::Status(403, "Forbidden"),
            // Another region, or a cluster that was stopped.
            10 if random.once_in(3) => Fault::Status(404, "NotFound"),
            _ => return None,
        })
    };
    (0..20).map(|_| fault(random)).collect()
}

#[test]
fn whatever_goes_wrong_all_rows_come_or_it_is_told() {
    let fake = of_audits(many(120));
    fake.with(|state| state.most_rows = Some(50));
    let mut random = Random(11);
    let mut whole = 0;
    let seeds = seeds(30);
    for seed in 0..seeds {
        let course = faults(&mut random);
        let told = format!("{course:?}");
        fake.with(|state| state.faults = course.into());
        let loaded = read(Arc::new(kusto(&fake, &CLUSTER)));
        let ids = loaded.set();
        assert_eq!(ids.len(), loaded.ids().len(), "{seed}: none comes twice");
        let is_told = loaded.troubles.iter().any(|(_, lost)| *lost);
        assert!(ids.len() == 120 || is_told, "{seed}: {} of 120\n{told}", ids.len());
        whole += u64::from(ids.len() == 120);
    }
    assert!(whole * 4 > seeds, "much of it is mended by asking again: {whole} of {seeds}");
}

#[test]
fn an_answer_that_is_cut_at_any_byte_is_never_taken_for_all() {
    let fake = of_audits(many(6));
    let tried = seeds(12) as usize;
    let mut random = Random(3);
    for _ in 0..tried {
        // Columns and counts come; the rows are cut each time they are asked for.
        let byte = random.below(6_000);
        let course = [None, None, Some(Fault::CutAt(byte))];
        fake.with(|state| state.faults = course.into());
        let loaded = read(Arc::new(kusto(&fake, &CLUSTER)));
        assert_eq!((loaded.set().len(), loaded.told()), (6, Vec::new()), "at {byte}");
        fake.with(|state| state.faults = vec![Some(Fault::CutAt(byte % 300)); 60].into());
        let loaded = read(Arc::new(kusto(&fake, &CLUSTER)));
        let is_told = loaded.troubles.iter().any(|(_, lost)| *lost);
        assert!(loaded.set().len() == 6 || is_told, "at {byte}");
    }
}

/// Sends something to the server of a real engine.
fn post(front: &str, path: &str, body: &str) {
    let host = front.trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(host).expect("the engine listens");
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("it is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.0 200") || answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// Rows as the engine takes them.
fn fill(front: &str, name: &str, table: &Table) {
    let kinds: Vec<[&str; 2]> = table
        .columns
        .iter()
        .filter(|name| **name != "_Arrived")
        .map(|name| [*name, type_of(name)])
        .collect();
    let cell = |row: &Value, [name, kind]: [&str; 2]| match (&row[name], kind) {
        (Value::Null, _) => Value::Null,
        (value, "dynamic") => Value::String(value.to_string()),
        (Value::String(time), "datetime") if time.is_empty() => Value::Null,
        (Value::String(time), "datetime") => time.trim_end_matches('Z').into(),
        (value, _) => value.clone(),
    };
    let row = |row: &Value| kinds.iter().map(|column| cell(row, *column)).collect::<Vec<Value>>();
    let rows: Vec<Vec<Value>> = table.rows.iter().map(row).collect();
    post(front, "/tables", &json!({"name": name, "columns": kinds, "rows": rows}).to_string());
}

/// What the fake answers is what an engine answers that executes KQL and has Kusto's own shapes.
/// `tests/engines/README.md` says how it is started.
#[test]
#[expect(clippy::disallowed_methods, reason = "whether there is an engine")]
fn a_real_engine_gives_the_same_rows() {
    let Ok(front) = std::env::var("ENTRAIL_KUSTO") else { return };
    let mut random = Random(41);
    let rows: Vec<Value> =
        (0..40).map(|n| happened(rows::record(n, &mut random).row, &mut random)).collect();
    let table = audits(rows.clone());
    fill(&front, "AuditLogs", &table);
    let (all, fake) = (rows.clone(), of_audits(rows));
    let (mut narrowed, mut differ) = (0, 0);
    let count = seeds(20).min(100);
    for _ in 0..count {
        let text = asked::query(asked::AUDITS, &mut random);
        let ask = Ask {
            name: "contosologs.westeurope/default",
            query: &text,
            from: "2026-11-02",
            to: "2026-11-04T18:00:00Z",
            ..CLUSTER
        };
        let of_fake = read(Arc::new(kusto(&fake, &ask))).set();
        let of_engine = read(Arc::new(kusto_at(&front, &ask)));
        assert_eq!(of_engine.told(), <[&str; 0]>::default(), "{text}");
        let of_engine = of_engine.set();
        narrowed += usize::from(of_engine.len() < 40);
        // Engines fold letters each in a way of its own; what entrail finds is in the answer of each.
        for id in of_fake.symmetric_difference(&of_engine) {
            differ += 1;
            let number: usize = id.trim_start_matches("Record_").parse().expect("a number");
            let found = store(&all[number..=number]);
            let query = Query::parse(&text).expect(&text);
            let context = Context { now: at("2026-11-20T12:00:00Z"), around: None };
            assert!(
                Matcher::new(&query, &context).rows(&found).is_empty(),
                "{text} loses {}",
                all[number]
            );
        }
    }
    assert!(differ as u64 <= count, "the fake answers as the engine does: {differ}");
    assert!(narrowed > 5, "conditions are asked for: {narrowed}");
    // A table that is not there is told as the fake tells it.
    let ask = Ask { name: "contosologs.westeurope/default.Nothing", logs: &[], ..CLUSTER };
    let told = read(Arc::new(kusto_at(&front, &ask))).told().join("\n");
    assert!(told.contains("the cluster has no table Nothing"), "{told}");
}

#[test]
fn a_refusal_is_told_with_the_way_out() {
    let fake = of_audits(many(3));
    for (status, code, way) in [
        (403, "Forbidden", "Database Viewer"),
        (400, "BadRequest_EntityNotFound", "no such database"),
        (404, "NotFound", "no such cluster"),
    ] {
        fake.with(|state| state.faults = vec![Some(Fault::Status(status, code)); 9].into());
        let loaded = read(Arc::new(kusto(&fake, &CLUSTER)));
        let told = loaded.told().join("\n");
        assert!(loaded.ids().is_empty() && told.contains(way), "{status}: {told}");
    }
    let absent = Fake::new(BTreeMap::from([("Other", Table::default())]));
    let told = read(Arc::new(kusto(&absent, &CLUSTER))).told().join("\n");
    assert!(told.contains("the cluster has no table AuditLogs"), "{told}");
}
