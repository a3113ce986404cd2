//! Names that records give to ids which other records mention without one.
//! Never reads a format: the records are made here.

use std::io;
use std::sync::Arc;

use super::*;
use crate::record::ActorKind;
use crate::store::builder::{Batch, Indexer};
use crate::store::{Original, Span};
use crate::time::Timestamp;

/// Bytes that are never read.
#[derive(Debug)]
struct Nothing;

impl Original for Nothing {
    fn name(&self) -> &'static str {
        "nothing"
    }

    fn read(&self, _: Span) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn decode<'a>(&self, _: &'a [u8]) -> Result<Record<'a>, String> {
        Err("is not read".to_owned())
    }
}

/// A store of these records, each in a segment of its own.
fn store(records: &[Record<'static>]) -> Store {
    let mut store = Store::default();
    let mut builder = Indexer::new();
    for (at, record) in records.iter().enumerate() {
        let mut batch = Batch::new(Arc::new(Nothing));
        let record = Record { id: format!("record-{at}").into(), ..record.clone() };
        batch.push(&record, Span { offset: at as u64, len: 1 });
        builder.absorb(batch);
        store.push(builder.take_segment().expect("a segment"));
    }
    store
}

const ID: &str = "0d2f6c1e-90aa-4f57-8b2c-5a1d6c7e8f01";

/// What happened on this day of a month.
fn on(day: i64, mut record: Record<'static>) -> Record<'static> {
    record.time = Some(Timestamp::from_ms(day * 86_400_000));
    record
}

fn by(kind: ActorKind, upn: &'static str, name: &'static str) -> Record<'static> {
    let actor =
        Actor { kind, id: ID.into(), upn: upn.into(), name: name.into(), ..Actor::default() };
    Record { actor, ..Record::default() }
}

fn to(name: &'static str) -> Record<'static> {
    let target = Target { id: ID.into(), name: name.into(), ..Target::default() };
    Record { targets: vec![target], ..Record::default() }
}

#[test]
fn a_service_of_microsoft_does_not_name_the_person_who_used_it() {
    for service in ["Azure ESTS Service", "graph explorer", "Microsoft Teams Services"] {
        let all = store(&[by(ActorKind::User, "ann@f.example", service), to("")]);
        assert_eq!(all.names_of(ID), ["ann@f.example"], "{service}");
        // Where nothing else names it, it is better than nothing; and an application is called so.
        let alone = store(&[by(ActorKind::User, "", service), to("")]);
        assert_eq!(alone.names_of(ID), [service]);
        let app = store(&[by(ActorKind::App, "", service), to("")]);
        assert_eq!(app.names_of(ID), [service]);
    }
    let person = store(&[by(ActorKind::User, "ann@f.example", "Ann Boss"), to("")]);
    assert_eq!(person.names_of(ID), ["ann@f.example", "Ann Boss"]);
}

#[test]
fn an_id_is_called_what_it_was_when_the_record_was_written() {
    let [alpha, beta, nameless] = ["SG Alpha", "SG Beta", ""].map(to);
    let mut records = vec![
        on(2, alpha.clone()),
        on(4, beta.clone()),
        on(6, alpha),
        on(8, beta),
        on(1, nameless.clone()),
        on(3, nameless.clone()),
        on(5, nameless.clone()),
        on(7, nameless.clone()),
        on(9, nameless.clone()),
        nameless,
    ];
    let kept = Kept {
        column: Column::Targets,
        parts: &[Part::TARGET_UPN, Part::TARGET_NAME, Part::TARGET_UPN_AS_LOGGED],
        key: None,
    };
    for turn in 0..records.len() {
        let all = store(&records);
        for (row, record) in
            records.iter().enumerate().filter(|(_, r)| r.targets[0].name.is_empty())
        {
            let day = record.time.map(|time| time.ticks() / Timestamp::from_ms(86_400_000).ticks());
            let expected = match day {
                Some(1 | 3 | 7) => "SG Alpha",
                _ => "SG Beta",
            };
            let mut named = record.clone();
            all.name(&mut named);
            assert_eq!(named.targets[0].name, expected, "day {day:?}, turn {turn}");
            let row = row as RowId;
            let code = all.codes(row, Column::Targets)[0];
            assert_eq!(all.things_in(kept, code, row), [expected], "day {day:?}, turn {turn}");
            // Both find it.
            assert_eq!(all.values_in(kept, code, row).len(), 2);
        }
        records.rotate_left(1);
    }
}
