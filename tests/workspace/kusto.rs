//! Kusto as a place: the same questions as to a workspace, in another envelope, with the faults of that.
//! Never Azure itself: the tables of the fake workspace, answered in frames.

use std::collections::BTreeMap;
use std::sync::Arc;

use entrail::place::Place;
use entrail::query::Query;
use entrail::sign_in::Cloud;
use entrail::source::kql::tables::find;
use entrail::source::kql::{Request, Tables};
use entrail::source::kusto::{Named, place, wanted};
use entrail::time::Window;
use serde_json::Value;

use super::fake::{Fake, Fault, Table};
use super::random::Random;
use super::{AUDITS, Ask, Moved, at, audit, audits, many, read, seeds, settings};

const NAMED: &str = "contosologs.westeurope/Security";

fn kusto(fake: &Fake, ask: &Ask<'_>) -> Tables {
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
    let made = place(&named, settings(Cloud::Global), None, Some(&fake.base), request);
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
    let fault = |random: &mut Random| {
        Some(match random.below(14) {
            0 => Fault::Status(429, "TooManyRequests"),
            1 => Fault::Status(503, "ServiceUnavailable"),
            2 => Fault::Status(504, "Timeout"),
            3 => Fault::Status(520, "ServiceError"),
            4 => Fault::Cut(random.below(100)),
            5 => Fault::Empty,
            6 => Fault::Partial,
            7 => Fault::Silent,
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
