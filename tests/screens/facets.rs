//! Values of a field to filter by, records that belong together, and what is unusual.
//! Never counts by itself what the screen says: it asks the filter.

use entrail::app::message::Message;
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
