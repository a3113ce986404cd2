//! Canned views and noise.
//! Never believes a count of the screen that a filter does not confirm.

use super::session::{Session, demo, settings};
use entrail::app::Settings;
use entrail::app::message::Message;
use entrail::app::preferences::{Preferences, SavedView};
use entrail::query::Query;
use entrail::query::views::VIEWS;

#[test]
fn a_digit_opens_a_view_and_backspace_comes_back() {
    let mut session = Session::demo(80, 24);
    session.keys("/ca004<enter>7");
    assert_eq!(session.app.filter.text(), "service=PIM");
    assert!(session.screen().contains("all › ca004 › pim"), "{}", session.screen());
    assert!(!session.app.panes.list.rows.is_empty());
    session.keys("<backspace>");
    assert_eq!(session.app.filter.text(), "ca004");
}

#[test]
fn every_view_is_listed_by_its_question_and_most_find_something_in_the_demo() {
    let mut session = Session::demo(120, 40);
    let mut empty = Vec::new();
    for view in VIEWS.iter() {
        session.keys("0").keys(&view.name).keys("<enter>");
        assert_eq!(session.app.filter.text(), view.query, "{}", view.name);
        if session.app.panes.list.rows.is_empty() {
            empty.push(&view.name);
        }
    }
    assert!(empty.len() <= 1, "{empty:?}");
    session.keys("0who let");
    assert!(session.screen().contains("support"), "{}", session.screen());
}

#[test]
fn noise_is_hidden_counted_and_shown_again() {
    let mut session = Session::demo(80, 24);
    let all = session.app.panes.list.rows.len();
    let view = VIEWS.iter().find(|view| view.name == "noise").expect("a view");
    session.keys("9x/").paste(&format!("({}) -risk>=low", view.query)).keys("<enter>");
    let noise = session.app.panes.list.rows.len();
    assert!(noise > 0 && noise < all);
    session.keys("<backspace><backspace><backspace>H");
    assert_eq!(session.app.panes.list.rows.len(), all - noise);
    assert!(session.status().contains(&format!("{noise} noise hidden")), "{}", session.status());
    session.keys("/update user<enter>");
    let (shown, hidden) =
        (session.app.panes.list.rows.len() as u64, session.app.data.answer.hidden);
    session.keys("H");
    assert_eq!(session.app.panes.list.rows.len() as u64, shown + hidden);
    assert!(!session.status().contains("hidden"));
}

#[test]
fn a_number_is_begun_with_alt() {
    let mut session = Session::demo(80, 24);
    session.keys("<alt-1>2j");
    assert_eq!(session.app.panes.list.viewport.cursor(), 12);
    session.keys("<alt-3>");
    assert!(session.hints().contains("3 times"), "{}", session.hints());
    session.keys("k");
    assert_eq!(session.app.panes.list.viewport.cursor(), 9);
}

#[test]
fn watched_accounts_are_starred_and_found_inside_of_changes_too() {
    // The account that was excluded from a policy, in whose changes alone it stands.
    let id = "5f8bc936-391f-4373-9af9-ee2fdf7ab92d";
    let mut session =
        Session::new(Settings { watch: vec![id.to_owned()], ..settings(Some("demo"), 80, 24) });
    for delivery in demo() {
        session.send(Message::Delivered(delivery.clone()));
    }
    session.keys("*");
    assert_eq!(session.app.filter.text(), format!("raw:{id}"));
    assert!(session.list().contains("★"), "{}", session.list());
    let mut without = Session::demo(80, 24);
    without.keys("*");
    assert!(without.hints().contains("nobody is watched"), "{}", without.hints());
}

#[test]
fn a_view_is_read_from_its_first_record_on() {
    let mut session = Session::demo(80, 24);
    session.keys("G8");
    let first = session.app.panes.list.rows[0];
    assert_eq!(session.current(), first);
    assert!(!session.list().contains('↑'), "{}", session.list());
    // What is above the window is told.
    session.keys("<pgdn><pgdn>");
    let above = session.app.panes.list.viewport.visible().start;
    assert!(above > 0 && session.list().contains(&format!("↑{above}")), "{}", session.list());
}

#[test]
fn whoever_asks_for_noise_sees_it() {
    let mut session = Session::demo(80, 24);
    session.keys("9");
    let noise = session.app.panes.list.rows.len();
    session.keys("8H9");
    assert_eq!(session.app.panes.list.rows.len(), noise);
}

#[test]
fn a_view_the_user_saved_goes_before_the_one_of_its_digit() {
    let query = Query::parse("result=failure actor.kind=user").expect("a query");
    let views = vec![SavedView { name: "tried in vain".to_owned(), query, digit: Some('3') }];
    let preferences = Preferences { views, ..Preferences::default() };
    let mut session = Session::new(Settings { preferences, ..settings(Some("demo"), 80, 24) });
    for delivery in demo() {
        session.send(Message::Delivered(delivery.clone()));
    }
    session.keys("3");
    assert_eq!(session.app.filter.text(), "result=failure actor.kind=user");
    session.keys("<backspace>0vain");
    assert!(session.screen().contains("saved by you"), "{}", session.screen());
    session.keys("<enter>");
    assert_eq!(session.app.filter.text(), "result=failure actor.kind=user");
}
