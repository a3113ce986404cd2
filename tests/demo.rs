//! The demo tenant, loaded and asked as a user does it.

use std::collections::BTreeSet;

use entrail::demo::{STORIES, Scale, tenant};
use entrail::export::count_by;
use entrail::query::facet::facet;
use entrail::query::matcher::Matcher;
use entrail::query::{Context, Query};
use entrail::record::field::FIELDS;
use entrail::source::{self, Delivery, local};
use entrail::store::Store;
use entrail::text::clean;
use entrail::time::Timestamp;

/// The demo tenant in a store; every record must be readable without a complaint.
fn demo() -> Store {
    let place = local::at_hand("demo", tenant(Scale::demo()));
    let mut store = Store::default();
    source::read_all(vec![place], |delivery| match delivery {
        Delivery::Segment(segment) => store.push(segment),
        Delivery::Trouble(trouble) => assert_eq!(trouble.to_string(), "", "no trouble is expected"),
        Delivery::Done(summary) => assert!(summary.other.is_empty()),
        Delivery::Progress(_)
        | Delivery::Pulling(..)
        | Delivery::Prompt(..)
        | Delivery::Following(_) => {}
    });
    store
}

#[test]
fn every_record_loads_and_none_is_taken_for_another() {
    let store = demo();
    assert_eq!(store.len(), Scale::demo().records);
}

#[test]
fn every_story_is_found_by_its_query() {
    let store = demo();
    let now = Timestamp::parse("2026-11-20T18:00:00Z").expect("an instant");
    let mut titles = BTreeSet::new();
    for story in STORIES {
        let query = Query::parse(story.query).expect(story.query);
        assert!(!query.is_empty(), "{}", story.title);
        let mut matcher = Matcher::new(&query, &Context { now, around: None });
        let found: usize = store
            .segments()
            .iter()
            .map(|segment| matcher.matching(segment, &|| false).rows.count_ones(..))
            .sum();
        assert_eq!(found, story.found, "{}", story.query);
        assert!(story.story.ends_with('.') && titles.insert(story.title), "{}", story.title);
    }
}

/// The rows that match a query, in the order of the store.
fn matching(store: &Store, query: &str) -> Vec<u32> {
    let query = Query::parse(query).expect(query);
    let now = Timestamp::parse("2026-11-20T18:00:00Z").expect("an instant");
    Matcher::new(&query, &Context { now, around: None }).rows(store)
}

#[test]
fn a_sign_in_of_three_rows_is_one_that_ends_as_its_last_row_says() {
    let store = demo();
    assert_eq!(store.events().len(), 5);
    assert_eq!(store.events().among(&matching(&store, "kind:sign-in")), (11, 5));
    let rows =
        matching(&store, "kind:sign-in actor:marek device.browser:Firefox result:interrupted");
    let all: Vec<u32> = store.events().rows(rows[0]).collect();
    assert_eq!((rows.len(), all.len()), (2, 3));
    // What was found is in the row that was written last, and in none before it.
    let found = "risk.state:atRisk risk.event:anomalousToken risk.aggregated:high error.code=0";
    assert_eq!(matching(&store, found), all[2..]);
    assert_eq!(matching(&store, "risk.event:anomalousToken"), all[2..]);
}

#[test]
fn values_are_counted_alike_by_the_screen_and_the_command_line() {
    let mut store = Store::default();
    source::read_all(vec![local::demo()], |delivery| {
        if let Delivery::Segment(segment) = delivery {
            store.push(segment);
        }
    });
    let rows: Vec<u32> = (0..store.len() as u32).filter(|row| row % 3 != 1).collect();
    for field in FIELDS.iter().filter(|field| field.name != "raw") {
        let shown = facet(&store, &rows, field, &|_| true).expect("nobody stops it");
        let counted = count_by(&store, &rows, field);
        let none = counted.values.iter().find(|(value, _)| value == field.nothing());
        assert_eq!(shown.without, none.map_or(0, |(_, count)| *count), "{}", field.name);
        assert_eq!(
            shown.distinct,
            counted.values.len() - usize::from(none.is_some()),
            "{}",
            field.name
        );
        for value in shown.values.iter().take(50) {
            let same = counted.values.iter().find(|(known, _)| *known == clean(&value.value));
            assert_eq!(
                same.map(|(_, count)| *count),
                Some(value.count),
                "{}: {}",
                field.name,
                value.value
            );
            let (first, last) = value.seen.expect("all have a time");
            assert!(first <= last && value.spark.iter().sum::<u32>() == value.count as u32);
        }
    }
}
