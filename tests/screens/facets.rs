//! Values of a field to filter by, records that belong together, and what is unusual.
//! Never counts by itself what the screen says: it asks the filter.

use entrail::app::layers::facets::CountedThere;
use entrail::app::message::Message;
use entrail::query::facet::facet;
use entrail::record::field::Field;
use entrail::source::Delivery;

use super::session::{Session, demo, settings};

#[test]
fn the_values_of_a_field_are_counted_under_the_filter_and_filter_in_turn() {
    let mut session = Session::demo(80, 24);
    session.keys("/192.0.2.<enter>fy");
    let screen = session.screen();
    assert!(screen.contains("activity: ") && screen.contains("values in 128 records"), "{screen}");
    let first = screen.lines().find(|line| line.contains("Delete user")).expect("a value");
    assert!(first.contains("41") && first.contains("32.0%"), "{first}");
    session.keys("<enter>");
    assert_eq!(session.app.panes.list.rows.len(), 41);
    assert!(session.app.filter.text().contains("activity=\"Delete user\""));
    session.keys("<backspace>fy-");
    assert_eq!(session.app.panes.list.all_rows().len(), 128 - 41);
    assert!(session.app.filter.text().contains("-activity=\"Delete user\""));
}

#[test]
fn any_field_can_be_counted_also_those_that_are_read_from_the_originals() {
    let mut session = Session::demo(120, 40);
    session.keys("/target:ca004<enter>");
    for (letter, value) in [("n", "enabledForReportingButNotEnforced"), ("d", "2026-11-12")] {
        session.keys("f").keys(letter);
        let screen = session.screen();
        assert!(screen.contains(value), "{value} in\n{screen}");
        session.keys("<esc>");
    }
    session.keys("fd<enter>");
    assert!(session.app.filter.text().contains("time:2026-11-"), "{}", session.app.filter.text());
    assert_eq!(session.app.panes.list.rows.len(), 2);
}

#[test]
fn a_value_is_found_by_typing_in_the_box() {
    let mut session = Session::demo(80, 24);
    session.keys("fy").keys("hard delete");
    let screen = session.screen();
    assert!(screen.contains("Hard Delete user") && !screen.contains("Import  "), "{screen}");
}

#[test]
fn what_belongs_to_a_record_is_listed_with_the_reason_and_can_be_gone_to() {
    let mut session = Session::demo(80, 24);
    session.keys("/ca004<enter>G").keys("R");
    let detail = session.detail();
    assert!(detail.contains("Detail: related"), "{detail}");
    assert!(detail.contains("2 records belong together"), "{detail}");
    assert!(detail.contains("the same correlation id"), "{detail}");
    let before = session.current();
    let other = |session: &Session| {
        let line = session.app.panes.detail.current_line();
        line.is_some_and(|line| line.row.is_some_and(|row| row != before))
    };
    for _ in 0..20 {
        if !other(&session) {
            session.keys("j");
        }
    }
    session.keys("<enter>");
    assert_ne!(session.current(), before);
    session.keys("<esc>");
    assert!(!session.detail().contains("related"), "{}", session.detail());
}

#[test]
fn nothing_is_called_the_first_before_all_is_there() {
    let mut session = Session::new(settings(Some("demo"), 200, 60));
    for delivery in demo() {
        session.send(Message::Delivered(delivery.clone()));
        if matches!(delivery, Delivery::Segment(_)) {
            assert!(!session.detail().contains("Unusual"), "{}", session.detail());
        }
    }
    let first_seen = session.detail();
    session.keys("jk");
    assert_eq!(session.detail(), first_seen);
    // What is said is said once, also where it is said again.
    session.keys("G");
    session.send(Message::Delivered(demo()[demo().len() - 1].clone()));
    assert_eq!(session.detail().matches("Unusual").count(), 1, "{}", session.detail());
}

#[test]
fn the_first_time_something_is_seen_is_told() {
    let mut session = Session::demo(120, 40);
    session.keys("/ca004<enter>G");
    let detail = session.detail();
    assert!(detail.contains("Unusual") && detail.contains("by this actor"), "{detail}");
    session.keys("R");
    assert!(session.detail().contains("first seen here"), "{}", session.detail());
}

#[test]
fn a_place_counts_the_values_of_a_field_and_the_box_says_who_did() {
    let mut session = Session::demo(120, 30);
    session.keys("/result=failure<enter>").keys("W");
    assert!(session.screen().contains("counted where the records are?"), "{}", session.screen());
    session.keys("a");
    assert_eq!(session.outside, ["count there"]);
    assert_eq!(session.copied, ["result=failure by actor"]);
    assert!(session.screen().contains("actor: asking the place to count, esc stops"));
    let actor = Field::find("actor").expect("a field");
    // What is counted here does not come into a box that waits for a place.
    let (store, rows) = (&session.app.data.store, session.app.panes.list.all_rows().to_vec());
    let mut facet = facet(store, &rows, actor, &|_| true).expect("counted");
    session.send(Message::Counted(Box::new(facet.clone())));
    assert!(session.screen().contains("asking the place"), "{}", session.screen());
    facet.records = 7_654_321;
    let counted = CountedThere { facet, by: "the workspace", bytes: 45_678 };
    session.send(Message::CountedThere(actor, Ok(Box::new(counted))));
    let screen = session.screen();
    assert!(screen.contains("counted by the workspace, 45,678 bytes"), "{screen}");
    assert!(screen.contains("in 7654321 records"), "{screen}");
    session.keys("<enter>");
    assert!(
        session.app.filter.text().contains("result=failure actor="),
        "{}",
        session.app.filter.text()
    );

    // Esc gives up; what comes later fills nothing.
    session.outside.clear();
    session.keys("Wd<esc>");
    assert_eq!(session.outside, ["count there", "stop counting there"]);
    let time = Field::find("time").expect("a field");
    session.send(Message::CountedThere(time, Err("too late".to_owned())));
    assert!(!session.screen().contains("too late"));
    session.keys("Wd");
    session.send(Message::CountedThere(time, Err("no \u{1b}place counts".to_owned())));
    assert!(session.screen().contains("no ␛place counts"), "{}", session.screen());
}
