//! The columnar answer is what the query language says: checked on random records and queries.
//! Never looks at how an answer is found; the meaning is told again in `semantics/oracle.rs`.

#[path = "semantics/copies.rs"]
mod copies;
#[path = "semantics/generate.rs"]
mod generate;
#[path = "semantics/memory.rs"]
mod memory;
#[path = "semantics/oracle.rs"]
mod oracle;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use entrail::export;
use entrail::query::answer::{Answer, Answerer, Axis, Question, Sort};
use entrail::query::choice::{Choice, Mark, Node};
use entrail::query::counted_values::count_values;
use entrail::query::sieve::Sieve;
use entrail::query::{Context, Query};
use entrail::record::column::Column;
use entrail::record::field::{FIELDS, Field, Stored};
use entrail::record::value_kind::ValueKind;
use entrail::record::wanted::Wanted;
use entrail::record::{Outcome, Record, Target};
use entrail::source::{Delivery, Load, Unwanted, local, read_all};
use entrail::store::Store;
use entrail::store::order::TimeOrder;
use entrail::text::fold;
use entrail::time::Timestamp;
use generate::{query, record};
use memory::{Arrival, arrival, context, memories, rows, store_of, without_copies};
use proptest::prelude::*;

fn records() -> impl Strategy<Value = Vec<Record<'static>>> {
    prop::collection::vec(record(), 0..24)
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(600))]

    #[test]
    fn columns_answer_as_records_do(
        records in records(),
        queries in prop::collection::vec(query(), 8),
        arrival in arrival(),
        around in any::<bool>(),
    ) {
        let memory = memories(&records);
        let all: Vec<usize> = (0..records.len()).collect();
        let kept = without_copies(&records);
        oracle::know(kept.iter().map(|&n| &records[n]));
        let (store, duplicates) = store_of(&memory, &all, &arrival);
        prop_assert_eq!(store.len(), kept.len());
        prop_assert_eq!(duplicates as usize, records.len() - kept.len());
        for query in queries {
            let found: BTreeSet<usize> =
                rows(&store, &query, &context(around)).into_iter().map(|row| kept[row]).collect();
            let expected: BTreeSet<usize> = (kept.iter().copied())
                .filter(|&n| {
                    oracle::matches(&query, &records[n], memory[0].raw(n), &context(around))
                })
                .collect();
            let differing: Vec<(usize, &Record<'_>)> =
                found.symmetric_difference(&expected).map(|&n| (n, &records[n])).collect();
            prop_assert!(differing.is_empty(), "{query}\nfound {found:?}, expected {expected:?}\n{differing:#?}");
        }
    }

    #[test]
    fn how_records_arrive_makes_no_difference(
        records in records(),
        queries in prop::collection::vec(query(), 4),
        ways in (arrival(), arrival()),
        shuffled in any::<u64>(),
    ) {
        let memory = memories(&records);
        let kept = without_copies(&records);
        oracle::know(kept.iter().map(|&n| &records[n]));
        let mut other = kept.clone();
        other.sort_by_key(|&n| (n as u64 + 1).wrapping_mul(shuffled | 1));
        let (one, _) = store_of(&memory, &kept, &ways.0);
        let (two, _) = store_of(&memory, &other, &ways.1);
        for query in queries {
            let of = |store: &Store, numbers: &[usize]| -> BTreeSet<usize> {
                rows(store, &query, &context(true)).into_iter().map(|row| numbers[row]).collect()
            };
            prop_assert_eq!(of(&one, &kept), of(&two, &other), "{}", query);
        }
        for field in FIELDS {
            let (one, two) = (count_values(&one, field), count_values(&two, field));
            let folded = |seen: Vec<(String, u64)>| -> BTreeMap<String, u64> {
                seen.into_iter().map(|(value, count)| (fold(&value), count)).collect()
            };
            prop_assert_eq!(folded(one), folded(two));
        }
    }

    #[test]
    fn a_query_is_read_back_as_it_was_written(query in query()) {
        let text = query.to_string();
        let read = Query::parse(&text);
        prop_assert_eq!(read.as_ref(), Ok(&query), "{}", text);
    }

    #[test]
    fn what_is_read_is_written_stably(text in "[a-b\\-:=()\"/\\\\.*? ]{0,12}|(actor|time|-|NOT |OR |AND |\\(|\\)|:|!=|\"| |a|\\.\\.|2026|\\*|/){0,12}") {
        if let Ok(query) = Query::parse(&text) {
            let written = query.to_string();
            prop_assert_eq!(Query::parse(&written), Ok(query), "{} became {}", text, written);
        }
    }

    #[test]
    fn seen_values_count_what_equals_would_find(records in records(), arrival in arrival()) {
        let memory = memories(&records);
        let kept = without_copies(&records);
        oracle::know(kept.iter().map(|&n| &records[n]));
        let (store, _) = store_of(&memory, &kept, &arrival);
        for field in FIELDS.iter().filter(|field| field.stored.kept().is_some()) {
            let mut expected: BTreeMap<String, u64> = BTreeMap::new();
            for &n in &kept {
                let own: BTreeSet<String> =
                    oracle::values(field.name, &records[n], "").iter().map(|v| fold(v)).collect();
                for value in own.into_iter().filter(|value| !value.is_empty()) {
                    *expected.entry(value).or_default() += 1;
                }
            }
            let seen = count_values(&store, field);
            prop_assert!(seen.is_sorted_by(|a, b| a.1 > b.1 || (a.1 == b.1 && a.0 < b.0)));
            let seen: BTreeMap<String, u64> =
                seen.into_iter().map(|(value, count)| (fold(&value), count)).collect();
            prop_assert_eq!(seen, expected, "{}", field.name);
        }
    }

    #[test]
    fn time_order_kept_up_is_the_full_sort(records in records(), arrival in arrival()) {
        let memory = memories(&records);
        let kept = without_copies(&records);
        oracle::know(kept.iter().map(|&n| &records[n]));
        let (store, _) = store_of(&memory, &kept, &arrival);
        let mut order = TimeOrder::default();
        let mut growing = Store::default();
        order.extend(&growing);
        for segment in store.segments() {
            growing.push(Arc::clone(segment));
            order.extend(&growing);
            let mut expected: Vec<u32> = (0..growing.len() as u32).collect();
            expected.sort_by_key(|&row| records[kept[row as usize]].time);
            let own: Vec<&Record<'_>> = (0..growing.len()).map(|row| &records[kept[row]]).collect();
            turn_ties(&own, &mut expected);
            prop_assert_eq!(order.rows(), expected.as_slice());
        }
    }
}

/// A mark on a path of folded names: of a service, a category or an activity.
type Marks = BTreeMap<Vec<String>, Mark>;

fn path(record: &Record<'_>) -> [String; 3] {
    let name = |text: &Cow<'_, str>| fold(&text.replace(['\u{1e}', '\u{1f}'], " "));
    [name(&record.service), name(&record.category), name(&record.activity)]
}

/// The mark of the longest path decides.
fn admitted(marks: &Marks, record: &Record<'_>) -> bool {
    let path = path(record);
    for length in (1..=3).rev() {
        if let Some(mark) = marks.get(&path[..length]) {
            return *mark == Mark::Included;
        }
    }
    !marks.values().any(|mark| *mark == Mark::Included)
}

/// What a list sorted by a field compares: the first value, folded.
fn sort_key(field: &Field, record: &Record<'_>) -> Option<(bool, String)> {
    let values = oracle::values(field.name, record, "");
    let first = fold(values.iter().find(|value| !value.is_empty())?);
    if field.kind == ValueKind::Level {
        let place = ["low", "medium", "high", "critical"].iter().position(|word| *word == first);
        return Some((place.is_some(), place.map_or(first, |place| place.to_string())));
    }
    // Correlation ids that are no GUID of the usual form stand after those that are.
    let odd = matches!(field.stored, Stored::Correlation)
        && (first.len() != 36 || first.contains(|c: char| !c.is_ascii_hexdigit() && c != '-'));
    Some((odd, first))
}

/// Turns rows of one instant around where the records were written with the newest first.
fn turn_ties(records: &[&Record<'_>], rows: &mut [u32]) {
    let times: Vec<Timestamp> = records.iter().filter_map(|record| record.time).collect();
    let count = |is: fn(&Timestamp, &Timestamp) -> bool| {
        times.windows(2).filter(|pair| is(&pair[0], &pair[1])).count()
    };
    if count(|a, b| a > b) > count(|a, b| a < b) {
        let time = |row: &u32| records[*row as usize].time;
        rows.chunk_by_mut(|a, b| time(a) == time(b) && time(a).is_some())
            .for_each(<[u32]>::reverse);
    }
}

fn expected_rows(records: &[&Record<'_>], chosen: &dyn Fn(usize) -> bool, sort: Sort) -> Vec<u32> {
    let mut rows: Vec<u32> = (0..records.len() as u32).filter(|&r| chosen(r as usize)).collect();
    rows.sort_by_key(|&row| records[row as usize].time);
    turn_ties(records, &mut rows);
    if sort.descending {
        rows.reverse();
    }
    if sort.field.name != "time" {
        let key = |row: &u32| sort_key(sort.field, records[*row as usize]);
        rows.sort_by(|a, b| match (key(a), key(b)) {
            (Some(a), Some(b)) if sort.descending => b.cmp(&a),
            (Some(a), Some(b)) => a.cmp(&b),
            (a, b) => a.is_none().cmp(&b.is_none()),
        });
    }
    rows
}

/// Counts by path and by bucket, told again.
fn check_counts(
    store: &Store,
    records: &[&Record<'_>],
    filtered: &dyn Fn(usize) -> bool,
    chosen: &dyn Fn(usize) -> bool,
    answer: &Answer,
) {
    let of = |wanted: &dyn Fn(usize) -> bool| -> Vec<&Record<'_>> {
        (0..records.len()).filter(|&r| wanted(r)).map(|r| records[r]).collect()
    };
    let failures =
        |all: &[&&Record<'_>]| all.iter().filter(|r| r.outcome == Outcome::Failure).count();
    let (filtered, chosen) = (of(filtered), of(chosen));
    assert_eq!(answer.filtered, filtered.len());
    assert_eq!(answer.paths.len(), store.entries(Column::Path));
    for (code, found) in answer.paths.iter().enumerate() {
        let entry = store.entry(Column::Path, code as u32);
        let text = |r: &Record<'_>| {
            [&r.service, &r.category, &r.activity].map(|t| t.replace(['\u{1e}', '\u{1f}'], " "))
        };
        let own: Vec<&&Record<'_>> =
            filtered.iter().filter(|r| text(r).join("\u{1f}") == entry).collect();
        assert_eq!(found.count, own.len() as u64);
        assert_eq!(found.failures, failures(&own) as u64);
        let times = || own.iter().filter_map(|r| r.time);
        assert_eq!(found.seen, times().min().zip(times().max()));
        assert_eq!(found.spark.iter().sum::<u32>() as usize, times().count());
    }
    let Some(axis) = answer.axis else {
        assert!(answer.timeline.is_empty());
        return;
    };
    for (index, bucket) in answer.timeline.iter().enumerate() {
        let own: Vec<&&Record<'_>> = (chosen.iter())
            .filter(|r| {
                let (from, to) = axis.span(index);
                r.time.is_some_and(|time| from <= time && time < to)
            })
            .collect();
        assert_eq!(bucket.count as usize, own.len());
        assert_eq!(bucket.failures as usize, failures(&own));
    }
}

fn complete(answerer: &mut Answerer) -> Answer {
    while answerer.step(&|| false) {}
    answerer.answer().expect("a question was asked")
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn an_answer_is_the_naive_filter_choice_and_sort(
        records in records(),
        query in query(),
        arrival in arrival(),
        marks in prop::collection::vec((any::<prop::sample::Index>(), 1usize..4, any::<bool>()), 0..4),
        axis in prop::option::of((-3i64..40, 1i64..400, 1usize..6)),
        descending in any::<bool>(),
        late in any::<bool>(),
    ) {
        let memory = memories(&records);
        let kept = without_copies(&records);
        oracle::know(kept.iter().map(|&n| &records[n]));
        let (store, _) = store_of(&memory, &kept, &arrival);
        let own: Vec<&Record<'_>> = kept.iter().map(|&n| &records[n]).collect();
        let mut naive = Marks::new();
        let mut choice = Choice::default();
        for (which, length, include) in marks {
            if own.is_empty() {
                break;
            }
            let path = path(own[which.index(own.len())]);
            let mark = if include { Mark::Included } else { Mark::Excluded };
            naive.insert(path[..length].to_vec(), mark);
            let deeper = |at: usize| (length > at).then_some(path[at].as_str());
            choice.set(Node::new(&path[0], deeper(1), deeper(2)), Some(mark));
        }
        let context = context(true);
        let matched: Vec<bool> = (kept.iter())
            .map(|&n| oracle::matches(&query, &records[n], memory[0].raw(n), &context))
            .collect();
        let filtered = |row: usize| matched[row];
        let chosen = |row: usize| matched[row] && admitted(&naive, own[row]);

        // Around the times that records of this test have, whatever these are.
        let period = own.iter().filter_map(|record| record.time).min();
        let axis = axis.zip(period).map(|((before, minutes, buckets), first)| Axis {
            start: first.plus(-before * minutes * 600_000_000 / 7),
            width: minutes * 600_000_000,
            buckets,
        });
        let mut question = Question {
            revision: 1,
            query,
            context,
            choice,
            sort: Sort { field: Field::TIME, descending },
            axis,
            operations: false,
hidden: None,
        };
        let mut answerer = Answerer::default();
        if late {
            // The question was there before the records.
            answerer.ask(question.clone());
            prop_assert!(answerer.answer().is_some_and(|answer| answer.rows.is_empty()));
            let mut growing = Store::default();
            for segment in store.segments() {
                growing.push(Arc::clone(segment));
                answerer.extend(growing.clone());
                complete(&mut answerer);
            }
        } else {
            answerer.extend(store.clone());
        }
        for (number, field) in FIELDS.iter().enumerate() {
            if field.reads_original() {
                continue;
            }
            question.revision = number as u64;
            question.sort = Sort { field, descending };
            answerer.ask(question.clone());
            let answer = complete(&mut answerer);
            prop_assert!(answer.complete && answer.scanned == own.len());
            prop_assert_eq!((answer.revision, answer.unreadable), (number as u64, 0));
            let expected = expected_rows(&own, &chosen, question.sort);
            prop_assert_eq!(&answer.rows, &expected, "by {} {}", field.name, question.query);
            if number == 0 {
                check_counts(&store, &own, &filtered, &chosen, &answer);
            }
        }
    }
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn a_query_typed_letter_by_letter_answers_as_if_asked_at_once(
        records in records(),
        queries in prop::collection::vec(query(), 3),
        arrival in arrival(),
        joined in any::<bool>(),
    ) {
        let memory = memories(&records);
        let kept = without_copies(&records);
        oracle::know(kept.iter().map(|&n| &records[n]));
        let (store, _) = store_of(&memory, &kept, &arrival);
        let context = context(true);
        let mut texts: Vec<String> = queries.iter().map(ToString::to_string).collect();
        if joined {
            texts = vec![texts.join(" ")];
        }
        // One remembers what it found before, with records that arrive late.
        let mut typed = Answerer::default();
        let mut growing = Store::default();
        let mut arriving = store.segments().iter();
        for text in texts {
            let letters = text.char_indices().map(|(at, c)| &text[..at + c.len_utf8()]);
            let letters: Vec<&str> = letters.collect();
            for text in letters.iter().chain(letters.iter().rev()) {
                let Ok(query) = Query::parse(text) else { continue };
                if let Some(segment) = arriving.next() {
                    growing.push(Arc::clone(segment));
                    typed.extend(growing.clone());
                }
                let question = Question {
                    revision: 1,
                    query,
                    context,
                    choice: Choice::default(),
                    sort: Sort::newest_first(),
                    axis: None,
                    operations: false,
hidden: None,
                };
                typed.ask(question.clone());
                let found = complete(&mut typed);
                let mut fresh = Answerer::default();
                fresh.extend(growing.clone());
                fresh.ask(question);
                let expected = complete(&mut fresh);
                prop_assert!(found.complete);
                prop_assert_eq!(found.rows, expected.rows, "{}", text);
                prop_assert_eq!(found.timeline, expected.timeline);
            }
        }
    }
}

/// Numbers of the records that match a text.
fn found(records: &[Record<'static>], text: &str) -> Vec<usize> {
    let all: Vec<usize> = (0..records.len()).collect();
    let (store, _) = store_of(&memories(records), &all, &Arrival { batch: 2, segment: 2 });
    let query = Query::parse(text).expect(text);
    rows(&store, &query, &context(false)).into_iter().collect()
}

#[test]
fn the_guid_of_all_f_matched_every_record_without_a_correlation_id() {
    let of = |id: &'static str| Record { correlation_id: id.into(), ..Record::default() };
    let guid = "ffffffff-ffff-ffff-ffff-ffffffffffff";
    assert_eq!(found(&[of(""), of(guid), of("odd")], &format!("correlation={guid}")), [1]);
}

#[test]
fn a_target_without_a_name_was_not_found_by_the_name_that_another_record_gives_its_id() {
    let target = |id: &'static str, name: &'static str| Target {
        id: id.into(),
        name: name.into(),
        kind: "ServicePrincipal".into(),
        ..Target::default()
    };
    let of = |target| Record { targets: vec![target], ..Record::default() };
    let (lower, upper) =
        ("e6e182d8-27c6-46e2-9844-baca38c2473b", "E6E182D8-27C6-46E2-9844-BACA38C2473B");
    let zeros = "00000000-0000-0000-0000-000000000000";
    let mut by_actor = Record::default();
    by_actor.actor.id = "0bad0000-0000-4000-8000-000000000001".into();
    by_actor.actor.name = "Printer".into();
    let mut records = vec![
        of(target(lower, "")),
        by_actor,
        of(target("0bad0000-0000-4000-8000-000000000001", "")),
        of(target(zeros, "")),
        of(target(zeros, "Nothing")),
        of(target(upper, "Ledger Sync")),
        of(target(upper, "Ledger Sync 2")),
    ];
    for _ in 0..2 {
        let matching = |text: &str| -> Vec<Record<'static>> {
            found(&records, text).into_iter().map(|n| records[n].clone()).collect()
        };
        let of_id = |id: &str| {
            records
                .iter()
                .filter(|r| r.targets.iter().any(|t| t.id.eq_ignore_ascii_case(id)))
                .count()
        };
        assert_eq!(matching("target:ledger").len(), of_id(lower));
        assert_eq!(matching("target=\"Ledger Sync 2\"").len(), 2);
        assert_eq!(matching("printer").len(), 2);
        assert_eq!(matching("target:nothing").len(), 1);
        assert_eq!(matching("target=\"\"").len(), 2);
        // Neither the order of records nor that of segments makes a difference.
        records.reverse();
    }
}

#[test]
fn a_name_with_a_full_stop_did_not_contain_itself() {
    let of = |name: &'static str| Record { activity: name.into(), ..Record::default() };
    assert_eq!(found(&[of("Add user."), of("Add users")], "activity:\"Add user.\""), [0]);
}

#[test]
fn a_long_name_took_time_that_grew_with_its_square() {
    let mut record = Record::default();
    record.actor.name = "a".repeat(8 << 20).into();
    record.actor.upn = "b a".into();
    assert_eq!(found(&[record.clone()], "actor.id:a"), [0usize; 0]);
    assert_eq!(found(&[record.clone()], "actor.id=a"), [0usize; 0]);
    assert_eq!(found(&[record], "actor:b actor:aaa"), [0]);
}

/// Rows of the records in `lines` that match, by their text; with or without passing over those
/// whose bytes tell that they cannot.
fn read_and_found(
    lines: &[u8],
    query: &Query,
    context: &Context,
    sieved: bool,
) -> (Vec<Vec<u8>>, u64) {
    let (found, records, nameless) = read_once(lines, query, context, sieved);
    // What has an id and no name may be named by a record that was passed over.
    if sieved && nameless && !query.is_empty() {
        let (found, _, _) = read_once(lines, query, context, false);
        return (found, records);
    }
    (found, records)
}

fn read_once(
    lines: &[u8],
    query: &Query,
    context: &Context,
    sieved: bool,
) -> (Vec<Vec<u8>>, u64, bool) {
    let sieve = Sieve::new(query).filter(|_| sieved);
    let unwanted = sieve.map(|sieve| {
        Unwanted::new(move |block, base, events| sieve.ids_of_hopeless(block, base, events))
    });
    let places = vec![local::at_hand("lines", lines)];
    let (mut store, mut records) = (Store::default(), 0);
    drop(read_all(Load { places, unwanted, ..Load::default() }, |delivery| match delivery {
        Delivery::Segment(segment) => store.push(segment),
        Delivery::Done(summary) => {
            records = summary.progress.records + summary.passed_over + summary.progress.duplicates;
        }
        _ => {}
    }));
    let found = rows(&store, query, context);
    let found = found.into_iter().map(|row| store.read(row as u32).expect("in memory")).collect();
    (found, records, store.has_nameless())
}

proptest! {
    #![proptest_config(config(96))]

    #[test]
    fn passing_over_what_cannot_match_leaves_the_answer_as_it_is(
        records in records(),
        query in query(),
    ) {
        let mut lines = Vec::new();
        for record in &records {
            entrail::format::write_graph(record, &mut lines);
            lines.push(b'\n');
        }
        let context = context(false);
        prop_assert_eq!(
            read_and_found(&lines, &query, &context, true),
            read_and_found(&lines, &query, &context, false),
            "{}", query
        );
    }
}

/// A load of these columns, and of those that names need where that is not known before.
fn load_of(lines: &[u8], wanted: Wanted) -> Store {
    let places = vec![local::at_hand("lines", lines)];
    let mut store = Store::default();
    drop(read_all(Load { places, wanted, ..Load::default() }, |delivery| {
        if let Delivery::Segment(segment) = delivery {
            store.push(segment);
        }
    }));
    let names = wanted.has(Column::Targets) || wanted.has(Column::Actor);
    if names && !wanted.has_names() && store.has_nameless() {
        // The name may be in the other column.
        let mut wanted = wanted;
        wanted.add_names();
        return load_of(lines, wanted);
    }
    store
}

/// What is counted by a field and written of the records that match.
fn told(store: &Store, query: &Query, field: &'static Field) -> (String, String) {
    let rows: Vec<u32> =
        rows(store, query, &context(false)).into_iter().map(|row| row as u32).collect();
    let (mut counts, mut table) = (Vec::new(), Vec::new());
    export::count_by(store, &rows, field).write(usize::MAX, &mut counts).expect("in memory");
    let options = options_of(field);
    export::write(store, &rows, &options, &mut table).expect("in memory");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (text(counts), text(table))
}

fn options_of(field: &'static Field) -> export::Options {
    let fields = Some(vec![field, Field::TIME, Field::ID]);
    export::Options { format: export::Format::CSV, fields, ..export::Options::default() }
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn a_load_of_what_is_asked_for_answers_as_one_of_everything(
        records in records(),
        query in query(),
    ) {
        let mut lines = Vec::new();
        for record in &records {
            entrail::format::write_graph(record, &mut lines);
            lines.push(b'\n');
        }
        let whole = load_of(&lines, Wanted::default());
        // Many fields need the same columns.
        let mut parts: Vec<(Wanted, Store)> = Vec::new();
        for field in FIELDS {
            let mut wanted = Wanted::NOTHING;
            query.add_wanted(&mut wanted);
            export::add_wanted(&options_of(field), &mut wanted);
            if !parts.iter().any(|(known, _)| *known == wanted) {
                parts.push((wanted, load_of(&lines, wanted)));
            }
            let part = parts.iter().find(|(known, _)| *known == wanted).map(|(_, part)| part);
            prop_assert_eq!(
                part.map(|part| told(part, &query, field)),
                Some(told(&whole, &query, field)),
                "{} {}", query, field.name
            );
        }
    }
}

#[test]
fn the_stories_of_the_demo_tenant_are_found_without_decoding_the_rest() {
    let tenant = entrail::demo::tenant(entrail::demo::Scale::demo());
    let twice = [tenant.as_slice(), tenant.as_slice()].concat();
    for story in entrail::demo::STORIES {
        let query = Query::parse(story.query).expect(story.query);
        let (found, records) = read_and_found(&twice, &query, &context(false), true);
        assert_eq!((found.len(), records), (story.found, 12_000), "{}", story.query);
    }
}
