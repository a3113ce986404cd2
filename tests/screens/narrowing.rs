//! Whatever is added to a filter narrows all of it, also where its conditions are alternatives.
//! Never believes the text of the filter: the records that are left are compared.

use entrail::app::Settings;
use entrail::app::message::Message;
use entrail::app::preferences::{Preferences, SavedView};
use entrail::query::Query;

use super::session::{Session, demo, settings};
use entrail::store::RowId;

/// A filter whose conditions are alternatives.
const EITHER: &str = "activity:\"add member to role\" OR category:Policy";

fn rows(session: &Session) -> Vec<RowId> {
    let mut rows = session.app.panes.list.rows.clone();
    rows.sort_unstable();
    rows
}

/// The records that a query finds.
fn found(query: &str) -> Vec<RowId> {
    let mut session = Session::demo(80, 24);
    session.keys("/").paste(query).keys("<enter>");
    assert_eq!(session.app.filter.error, None, "{query}");
    rows(&session)
}

fn with(settings: Settings) -> Session {
    let mut session = Session::new(settings);
    for delivery in demo() {
        session.send(Message::Delivered(delivery.clone()));
    }
    session
}

#[test]
fn a_letter_typed_into_a_view_that_contains_or_narrows_the_whole_view() {
    for digit in 1..=9 {
        let mut session = Session::demo(80, 24);
        session.keys(&digit.to_string());
        let view = session.app.filter.text().to_owned();
        session.keys("/add");
        let expected = found(&format!("({view}) add"));
        assert_eq!(rows(&session), expected, "{}", session.app.filter.text());
        session.keys("<esc>");
        assert_eq!(session.app.filter.text(), view, "Esc brings the view back as it was");
    }
}

#[test]
fn what_is_pasted_or_completed_behind_an_or_narrows_all_of_it() {
    let expected = found(&format!("({EITHER}) result=failure"));
    assert!(!expected.is_empty() && expected.len() < found(EITHER).len());
    let ways: [&dyn Fn(&mut Session); 4] = [
        &|session| {
            session.keys("/").paste("result=failure").keys("<enter>");
        },
        // Without the line being open.
        &|session| {
            session.paste("result=failure");
        },
        &|session| {
            session.keys("/resul<tab>=failure<enter>").keys("/");
            session.app.update(Message::Pasted(String::new()));
        },
        // From the history, in place of another text.
        &|session| {
            session.keys("/<enter>x/other<enter>/<ctrl-u><up><up> result=failure");
        },
    ];
    for (at, way) in ways.iter().enumerate() {
        let mut session = Session::demo(80, 24);
        session.keys("/").paste(EITHER).keys("<enter>");
        if at == 2 {
            session.keys("/result=fail<tab>");
        } else {
            way(&mut session);
        }
        assert_eq!(rows(&session), expected, "{at}: {}", session.app.filter.text());
    }
}

#[test]
fn what_is_typed_in_one_go_means_what_the_grammar_says() {
    let mut session = Session::demo(80, 24);
    session.keys(&format!("/{EITHER} result=failure<enter>"));
    assert_eq!(session.app.filter.text(), format!("{EITHER} result=failure"));
    // A word that goes on is no other condition.
    let mut session = Session::demo(80, 24);
    session.keys("/ann OR bo<enter>/<backspace>b<enter>");
    assert_eq!(session.app.filter.text(), "ann OR bob");
}

#[test]
fn the_focused_value_a_facet_a_span_and_the_tree_narrow_all_of_an_or() {
    let mut session = Session::demo(80, 24);
    session.keys("/").paste(EITHER).keys("<enter>");
    let all = rows(&session);
    let subset = |session: &Session| {
        let now = rows(session);
        assert!(now.iter().all(|row| all.contains(row)), "{}", session.app.filter.text());
        assert!(!now.is_empty() && now.len() < all.len(), "{}", session.app.filter.text());
        now.len()
    };
    let only = subset(session.keys("+"));
    session.keys("<backspace>");
    let without = subset(session.keys("-"));
    assert_eq!(only + without, all.len());
    session.keys("<backspace>");
    for field in ["result", "actor", "time"] {
        let only = subset(session.keys("f").keys(letter(field)).keys("<enter>"));
        session.keys("<backspace>");
        let without = subset(session.keys("f").keys(letter(field)).keys("-"));
        assert_eq!(only + without, all.len(), "{field}");
        session.keys("<backspace>");
    }
    subset(session.keys("tp<enter>"));
    // Another span in place of the first.
    subset(session.keys("tp<enter>"));
    session.keys("tx<esc>");
    assert_eq!(rows(&session), all, "{}", session.app.filter.text());
    session.keys("<shift-tab>g<space>");
    subset(&session);
}

/// The letter of a field in the box of facets.
fn letter(field: &str) -> &'static str {
    match field {
        "result" => "r",
        "actor" => "a",
        _ => "d",
    }
}

#[test]
fn saved_views_and_the_watch_list_are_narrowed_whole() {
    let query = Query::parse(EITHER).expect("a query");
    let views = vec![SavedView { name: "mine".to_owned(), query, digit: Some('1') }];
    let watch = vec!["mallory".to_owned(), "print.relay".to_owned()];
    let preferences = Preferences { views, ..Preferences::default() };
    let mut session = with(Settings { watch, preferences, ..settings(Some("demo"), 80, 24) });
    for key in ["1", "*"] {
        session.keys(key);
        let view = session.app.filter.text().to_owned();
        assert!(view.contains(" OR "), "{view}");
        session.keys("/result=failure<enter>");
        assert_eq!(rows(&session), found(&format!("({view}) result=failure")), "{view}");
    }
}

#[test]
fn a_long_value_of_a_column_is_asked_for_whole() {
    let long = format!("{} {}", "because".repeat(40), "end");
    let record = |id: u8, reason: &str| {
        format!(
            r#"{{"id":"{id}","category":"UserManagement","result":"failure","resultReason":"{reason}","activityDisplayName":"Update user","activityDateTime":"2026-11-02T08:00:00Z","loggedByService":"Core Directory","initiatedBy":{{"app":{{"displayName":"A"}}}},"targetResources":[],"additionalDetails":[]}}"#
        )
    };
    let text = [record(1, &long), record(2, "short"), record(3, &long[..250])].join("\n");
    let deliveries = super::session::deliveries("audit.ndjson", text.into_bytes());
    let mut session = Session::loaded("audit.ndjson", &deliveries, 120, 40);
    session.keys("fw").keys("end<enter>");
    assert_eq!(session.app.panes.list.rows.len(), 1, "{}", session.app.filter.text());
}
