//! Names that records give to ids which other records mention without one.
//! Never reads a format: the records are made here.

use std::io;
use std::sync::Arc;

use super::*;
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
    let _ = on(1, to(""));
}
