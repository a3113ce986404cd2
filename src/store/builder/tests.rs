//! Which records stay, and that each knows its original, its words and its row.

use std::fmt::Write as _;
use std::io;
use std::sync::Mutex;

use super::*;
use crate::record::column::{Column, PART, Part};
use crate::record::{Kind, Outcome, Target};
use crate::store::events::Events;

/// A file whose records are `id|activity`.
#[derive(Debug)]
struct Named(&'static str, Mutex<String>);

fn file(name: &'static str) -> Arc<Named> {
    Arc::new(Named(name, Mutex::default()))
}

fn record<'a>(id: &'a str, activity: &'a str, targets: usize) -> Record<'a> {
    let target = Target { name: activity.into(), ..Target::default() };
    // An activity in capitals is a sign-in that succeeded.
    let is_sign_in = activity.starts_with('S');
    Record {
        id: id.into(),
        activity: if is_sign_in { "S".into() } else { activity.into() },
        kind: if is_sign_in { Kind::SignIn } else { Kind::Audit },
        outcome: if activity == "Sok" { Outcome::Success } else { Outcome::Failure },
        targets: vec![target; targets],
        ..Record::default()
    }
}

impl Original for Named {
    fn name(&self) -> &str {
        self.0
    }

    fn read(&self, span: Span) -> io::Result<Vec<u8>> {
        let text = self.1.lock().expect("the text");
        let range = span.offset as usize..span.offset as usize + span.len as usize;
        text.as_bytes().get(range).map(<[u8]>::to_vec).ok_or(io::ErrorKind::UnexpectedEof.into())
    }

    fn decode<'a>(&self, bytes: &'a [u8]) -> Result<Record<'a>, String> {
        let text = std::str::from_utf8(bytes).map_err(|e| e.to_string())?;
        let mut parts = text.trim().split('|');
        let mut part = || parts.next().unwrap_or_default();
        let (id, activity, targets) = (part(), part(), part());
        Ok(record(id, activity, targets.parse().unwrap_or(0)))
    }
}

fn batch(original: &Arc<Named>, records: &[(&str, &str)]) -> Batch {
    let mut batch = Batch::new(original.clone());
    for (at, (id, activity)) in records.iter().enumerate() {
        let targets = if activity.starts_with('S') { 0 } else { at };
        batch.push(&record(id, activity, targets), write(original, id, activity, targets));
    }
    batch
}

/// Writes a record; where it is.
fn write(original: &Named, id: &str, activity: &str, targets: usize) -> Span {
    let mut text = original.1.lock().expect("the text");
    let offset = text.len() as u64;
    writeln!(text, "{id}|{activity}|{targets}").expect("written");
    Span { offset, len: (text.len() as u64 - offset) as u32 }
}

fn activities(segment: &Segment) -> Vec<&str> {
    let words = segment.words(Column::Path);
    (0..segment.len())
        .map(|at| words.entry(segment.codes(Column::Path, at)[0]).trim_matches(PART))
        .collect()
}

#[test]
fn only_the_same_record_is_left_out_whatever_its_id() {
    let file = file("file");
    let mut indexer = Indexer::new();
    // Two versions of one record stay; a copy of either goes.
    indexer.absorb(batch(&file, &[("1", "a"), ("1", "b"), ("2", "c")]));
    indexer.absorb(batch(&file, &[("1", "a"), ("1", "b"), ("2", "c"), ("1", "x")]));
    let segment = indexer.take_segment().expect("records");
    assert_eq!((activities(&segment), indexer.duplicates()), (vec!["a", "b", "c", "x"], 3));
    // Also over segments; and a batch of nothing new leaves nothing behind.
    indexer.absorb(batch(&file, &[("1", "a"), ("1", "b"), ("2", "c"), ("1", "x")]));
    assert_eq!((indexer.pending(), indexer.duplicates()), (0, 7));
    assert!(indexer.take_segment().is_none());
    // The targets of a record that was left out do not go to the next one.
    let targets = |at: usize| segment.codes(Column::Targets, at).len();
    assert_eq!([targets(0), targets(1), targets(2), targets(3)], [0, 1, 2, 3]);
}

#[test]
fn placeholders_join_nothing_and_a_second_file_with_as_many_alike_is_a_copy() {
    let (one, two) = (file("one"), file("two"));
    let mut indexer = Indexer::new();
    for id in ["", "-", "***", "00000000-0000-0000-0000-000000000000"] {
        indexer.absorb(batch(&one, &[(id, "Sx"), (id, "Sx"), (id, "Sy")]));
    }
    let before = (indexer.pending(), indexer.duplicates());
    // In the second file one of them occurs three times, which is once more than in the first.
    for id in ["", "-", "***", "00000000-0000-0000-0000-000000000000"] {
        indexer.absorb(batch(&two, &[(id, "Sy"), (id, "Sx"), (id, "Sx"), (id, "Sx")]));
    }
    assert_eq!(before.1, 0);
    assert_eq!((indexer.pending(), indexer.duplicates()), (before.0 + 4, 12));
    assert!(indexer.take_segment().expect("records").events().is_empty());
}

#[test]
fn rows_of_a_sign_in_are_kept_and_known_in_any_order() {
    for order in [["Sfail", "Sok"], ["Sok", "Sfail"]] {
        let file = file("file");
        let mut indexer = Indexer::new();
        let mut store = Store::default();
        indexer.absorb(batch(&file, &[("7", order[0]), ("8", "Sok")]));
        store.push(indexer.take_segment().expect("records"));
        indexer.absorb(batch(&file, &[("7", order[1]), ("7", order[0]), ("9", "Sok")]));
        store.push(indexer.take_segment().expect("records"));
        assert_eq!((store.len(), indexer.duplicates()), (4, 1));
        let events: &Events = store.events();
        assert_eq!((events.len(), events.among(&[0, 1, 2, 3])), (1, (2, 1)));
        let last = events.rows(0).next_back().expect("rows");
        assert_eq!(events.rows(2).collect::<Vec<_>>(), events.rows(0).collect::<Vec<_>>());
        assert_eq!(events.rows(1).len(), 0);
        let word = store.part(Part::OUTCOME, store.codes(last, Column::Result)[0]);
        assert_eq!(word, "success", "{order:?}");
    }
}

#[test]
fn what_was_passed_over_is_known_by_what_it_says() {
    let file = file("file");
    let mut indexer = Indexer::new();
    let mut passing = Batch::new(file.clone());
    for (id, activity) in [("1", "a"), ("1", "b"), ("1", "a")] {
        passing.pass_over(id, write(&file, id, activity, 0));
    }
    indexer.absorb(passing);
    assert_eq!((indexer.passed_over(), indexer.duplicates()), (2, 1));
    indexer.absorb(batch(&file, &[("1", "a"), ("2", "a")]));
    assert_eq!((indexer.pending(), indexer.passed_over(), indexer.duplicates()), (1, 2, 2));
}

#[test]
fn who_goes_on_behind_a_store_knows_its_records_words_and_rows() {
    let files = file("file");
    let mut indexer = Indexer::new();
    indexer.absorb(batch(&files, &[("1", "a"), ("2", "b"), ("", "c")]));
    let mut store = Store::default();
    store.push(indexer.take_segment().expect("records"));
    let said = |row| {
        let (original, _) = store.span(row);
        original.content(&store.read(row).expect("bytes"))
    };
    let all: Vec<_> = (0..3).map(said).collect();
    let mut indexer = Indexer::resuming(&store, all);
    // What was read is gone when it is said again: it is remembered.
    *files.1.lock().expect("the text") = String::new();
    let again = file("again");
    indexer.absorb(batch(&again, &[("1", "a"), ("2", "b"), ("", "c"), ("3", "a"), ("1", "d")]));
    assert_eq!((indexer.pending(), indexer.duplicates()), (2, 3));
    let mut store = store;
    store.push(indexer.take_segment().expect("two more"));
    let code = |row| store.codes(row, Column::Path)[0];
    assert_eq!(code(3), code(0));
    assert_eq!(store.part(Part::ACTIVITY, code(4)), "d");
    assert_eq!(store.len(), 5);
}

#[test]
fn every_record_knows_its_original_and_its_place_there() {
    let (one, two) = (file("one"), file("two"));
    let mut indexer = Indexer::new();
    for (at, original) in [&one, &one, &two, &one].into_iter().enumerate() {
        let ids = [at.to_string(), format!("{at}b")];
        indexer.absorb(batch(original, &[(&ids[0], "x"), (&ids[1], "y")]));
    }
    let segment = indexer.take_segment().expect("records");
    let names: Vec<&str> = (0..segment.len()).map(|at| segment.span(at).0.name()).collect();
    assert_eq!(names, ["one", "one", "one", "one", "two", "two", "one", "one"]);
    let read = |at: usize| {
        let (original, span) = segment.span(at);
        String::from_utf8(original.read(span).expect("bytes")).expect("text")
    };
    assert_eq!([read(0), read(5)], ["0|x|0\n", "2b|y|1\n"]);
    assert!(segment.period().is_none() && segment.first() == 0);
    indexer.absorb(batch(&two, &[("9", "z")]));
    assert_eq!(indexer.take_segment().expect("a record").first(), 8);
}
