//! Records in memory and the stores that are made of them.
//! Never decides what a query means.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

use entrail::query::matcher::Matcher;
use entrail::query::{Context, Query};
use entrail::record::Record;
use entrail::store::builder::{Batch, Indexer};
use entrail::store::{Original, Span, Store};
use entrail::time::Timestamp;
use proptest::prelude::*;

use super::oracle;

/// Records with a text for each: its number, then names in it as JSON strings.
#[derive(Debug)]
pub struct Memory {
    records: Vec<Record<'static>>,
    spans: Vec<Span>,
    text: String,
}

impl Memory {
    pub fn new(records: &[Record<'static>]) -> Self {
        let mut memory = Self { records: records.to_vec(), spans: Vec::new(), text: String::new() };
        for (number, record) in records.iter().enumerate() {
            let offset = memory.text.len();
            write!(memory.text, "{{{number}").expect("written");
            for name in [&record.activity, &record.actor.upn, &record.result_reason] {
                let name = serde_json::to_string(name).expect("written");
                write!(memory.text, ",\"activity\":{name}").expect("written");
            }
            memory.text.push('}');
            let len = (memory.text.len() - offset) as u32;
            memory.spans.push(Span { offset: offset as u64, len });
            memory.text.push('\n');
        }
        memory
    }

    pub fn raw(&self, number: usize) -> &str {
        let Span { offset, len } = self.spans[number];
        &self.text[offset as usize..][..len as usize]
    }
}

impl Original for Memory {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn read(&self, span: Span) -> io::Result<Vec<u8>> {
        let bytes = self.text.as_bytes().get(span.offset as usize..).unwrap_or_default();
        Ok(bytes.get(..span.len as usize).unwrap_or_default().to_vec())
    }

    /// Both copies are one file, read once.
    fn reading(&self) -> usize {
        1
    }

    fn decode<'a>(&self, bytes: &'a [u8]) -> Result<Record<'a>, String> {
        let text = std::str::from_utf8(bytes).map_err(|e| e.to_string())?;
        let number = text[1..].split(',').next().unwrap_or_default();
        let number: usize = number.parse().map_err(|_| format!("no number in {text}"))?;
        Ok(self.records[number].clone())
    }
}

/// How records arrive: two copies of the original in turn, batches and segments of these sizes.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub batch: usize,
    pub segment: usize,
}

pub fn arrival() -> impl Strategy<Value = Arrival> {
    (1usize..9, 1usize..12).prop_map(|(batch, segment)| Arrival { batch, segment })
}

/// The store of the records with these numbers in this order; duplicates as counted.
pub fn store_of(memory: &[Arc<Memory>; 2], numbers: &[usize], arrival: &Arrival) -> (Store, u64) {
    let mut store = Store::default();
    let mut indexer = Indexer::new();
    for (turn, numbers) in numbers.chunks(arrival.batch).enumerate() {
        let original = Arc::clone(&memory[turn % 2]);
        let mut batch = Batch::new(original.clone());
        for &number in numbers {
            batch.push(&original.records[number], original.spans[number]);
        }
        indexer.absorb(batch);
        if indexer.pending() >= arrival.segment {
            indexer.take_segment().into_iter().for_each(|segment| store.push(segment));
        }
    }
    indexer.take_segment().into_iter().for_each(|segment| store.push(segment));
    (store, indexer.duplicates())
}

pub fn memories(records: &[Record<'static>]) -> [Arc<Memory>; 2] {
    [Arc::new(Memory::new(records)), Arc::new(Memory::new(records))]
}

/// Numbers of the records that stay when the later of two that are the same goes.
pub fn without_copies(records: &[Record<'static>]) -> Vec<usize> {
    let mut kept: Vec<usize> = Vec::new();
    for (at, record) in records.iter().enumerate() {
        let is_copy = |&other: &usize| oracle::is_same(&records[other], record);
        if record.id.is_empty() || !kept.iter().any(is_copy) {
            kept.push(at);
        }
    }
    kept
}

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a time")
}

pub fn context(around: bool) -> Context {
    let around = around.then(|| at("2026-11-20T02:00:00Z"));
    Context { now: at("2026-11-20T06:00:00Z"), around }
}

/// Rows that match.
pub fn rows(store: &Store, query: &Query, context: &Context) -> BTreeSet<usize> {
    let found = Matcher::new(query, context).rows(store);
    found.into_iter().map(|row| row as usize).collect()
}
