//! What only many records show: rows sorted by counting, and a walk in several parts.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use super::*;
use crate::demo::{self, Scale};
use crate::format::{self, Decoded, Depth, Layout};
use crate::record::Record;
use crate::store::builder::{Batch, Indexer};
use crate::store::{Original, Span};
use crate::text::fold;

#[derive(Debug)]
struct Nowhere;

impl Original for Nowhere {
    fn name(&self) -> &'static str {
        "nowhere"
    }

    fn read(&self, _: Span) -> io::Result<Vec<u8>> {
        Err(io::Error::other("nothing is kept"))
    }

    fn decode<'a>(&self, _: &'a [u8]) -> Result<Record<'a>, String> {
        Err("nothing is kept".to_owned())
    }
}

/// The demo tenant in segments of 1,000 records.
fn store() -> Store {
    let text = demo::tenant(Scale::demo());
    let (mut store, mut indexer) = (Store::default(), Indexer::new());
    let lines: Vec<&[u8]> = text.split(|&b| b == b'\n').filter(|l| !l.is_empty()).collect();
    for lines in lines.chunks(1_000) {
        let mut batch = Batch::new(Arc::new(Nowhere));
        for line in lines {
            let decoded = format::decode(line, &Layout::JSON, Depth::Columns).expect("a record");
            let Decoded::Record { record, .. } = decoded else { continue };
            batch.push(&record, Span { offset: 0, len: 0 });
        }
        indexer.absorb(batch);
        store.push(indexer.take_segment().expect("records"));
    }
    store
}

fn question(text: &str, sort: Sort) -> Question {
    Question {
        revision: 1,
        query: Query::parse(text).expect(text),
        context: Context { now: Timestamp::from_ms(0), around: None },
        choice: Choice::default(),
        sort,
        axis: None,
        operations: false,
        hidden: None,
    }
}

fn rows(answerer: &mut Answerer, question: Question) -> Vec<RowId> {
    answerer.ask(question);
    while answerer.step(&|| false) {}
    answerer.answer().expect("asked").rows
}

#[test]
fn many_rows_are_in_the_order_of_their_values() {
    let store = store();
    let mut answerer = Answerer::default();
    answerer.extend(store.clone());
    let by_time = rows(&mut answerer, question("", Sort::newest_first()));
    assert!(by_time.len() > 4_096, "{} are not many", by_time.len());
    let target = |row: &RowId| {
        let codes = store.codes(*row, Column::Targets);
        let kept = Field::TARGET.stored.kept().expect("in a column");
        let name = |&code: &u32| store.values(kept, code).first().map(|name| fold(name));
        codes.iter().find_map(name)
    };
    for descending in [false, true] {
        let sort = Sort { field: Field::TARGET, descending };
        let found = rows(&mut answerer, question("", sort));
        let time = Sort { field: Field::TIME, descending };
        let mut expected = rows(&mut answerer, question("", time));
        expected.sort_by(|a, b| match (target(a), target(b)) {
            (Some(a), Some(b)) if descending => b.cmp(&a),
            (Some(a), Some(b)) => a.cmp(&b),
            (a, b) => a.is_none().cmp(&b.is_none()),
        });
        assert_eq!(found, expected);
    }
}

#[test]
fn a_walk_in_parts_counts_what_one_walk_counts() {
    let store = store();
    let mut order = TimeOrder::default();
    order.extend(&store);
    let mut facts = Facts::default();
    facts.extend(&store);
    let mut matched = FixedBitSet::with_capacity(store.len());
    (0..store.len()).filter(|row| row % 3 != 0).for_each(|row| matched.insert(row));
    for descending in [false, true] {
        let walk = Walk {
            store: &store,
            order: order.rows(),
            facts: &facts,
            matched: &matched,
            admitted: (0..store.entries(Column::Path)).map(|code| code % 4 != 1).collect(),
            axis: store.period().map(|period| Axis::fit(period, 53)),
            descending,
        };
        let whole = walk.run_in(1);
        assert!(!whole.rows.is_empty() && whole.rows.len() < matched.count_ones(..));
        for parts in [2, 3, 16] {
            assert_eq!(walk.run_in(parts), whole, "{parts} parts");
        }
    }
}

#[test]
fn rows_by_operation_are_all_rows_and_no_others_once() {
    let store = store();
    let rows: Vec<RowId> = (0..store.len() as RowId).rev().filter(|row| row % 5 != 2).collect();
    let mut order = TimeOrder::default();
    order.extend(&store);
    let operations = Operations::of(&store, &rows, &order);
    let mut of_id: HashMap<String, usize> = HashMap::new();
    for &row in &rows {
        *of_id.entry(store.correlation(row)).or_default() += 1;
    }
    let mut seen = Vec::new();
    for place in 0..operations.len() {
        let own = operations.rows(place);
        let id = store.correlation(own[0]);
        assert!(own.iter().all(|&row| store.correlation(row) == id));
        assert!(
            own.len() == 1
                || own.iter().is_sorted_by(|&&a, &&b| order.compare(&store, a, b).is_lt())
        );
        assert_eq!(own.len(), if id.is_empty() { 1 } else { of_id[&id] });
        seen.extend_from_slice(own);
    }
    seen.sort_unstable();
    let mut expected = rows.clone();
    expected.sort_unstable();
    assert_eq!(seen, expected);
    assert!(operations.len() < rows.len(), "some belong together");
}

type Wanted = fn(&Marks, RowId, bool) -> bool;

#[test]
fn an_answer_is_right_after_each_mark_whatever_was_asked_before() {
    let mut store = store();
    let mut answerer = Answerer::default();
    let mut state = 7_u32;
    let mut next = move |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % below
    };
    let failed = |store: &Store, row: RowId| {
        let code = store.codes(row, Column::Result)[0];
        store.part(crate::record::column::Part::OUTCOME, code) == "failure"
    };
    let queries: [(&str, Wanted); 8] = [
        ("", |_, _, _| true),
        ("result=failure", |_, _, failed| failed),
        ("mark:yes", |marks, row, _| marks.has(row)),
        ("mark:no result=failure", |marks, row, failed| failed && !marks.has(row)),
        ("-mark:yes", |marks, row, _| !marks.has(row)),
        ("note:b", |marks, row, _| marks.note(row).contains('b')),
        ("note=\"\" result=failure", |marks, row, failed| failed && marks.note(row).is_empty()),
        ("result=failure OR note=AB", |marks, row, failed| failed || marks.note(row) == "ab"),
    ];
    for _ in 0..120 {
        let mut marks = store.marks().clone();
        for _ in 0..next(4) {
            // At the seams of segments, and close together so that marks are taken off again.
            let row = 999 + next(3) * 1_000 + next(3);
            let note = ["", "a", "ab"][next(3) as usize].to_owned();
            match marks.has(row) && next(2) == 0 {
                true => marks.remove(row),
                false => marks.set(row, crate::store::Mark { note, at: None }),
            }
        }
        store.set_marks(marks.clone());
        answerer.extend(store.clone());
        let (text, wanted) = queries[next(8) as usize];
        let mut found = rows(&mut answerer, question(text, Sort::newest_first()));
        found.sort_unstable();
        let all = 0..store.len() as RowId;
        let expected: Vec<RowId> =
            all.filter(|&row| wanted(&marks, row, failed(&store, row))).collect();
        assert_eq!(found, expected, "{text}");
    }
}
