//! The timeline: cells of a length people count in, a cursor, zoom, and a brush that filters.
//! Never relies on how high a bar is.

use super::session::Session;
use entrail::app::action::Pane;
use ratatui::crossterm::event::{MouseButton, MouseEventKind};

fn count(session: &Session) -> usize {
    session.app.panes.list.rows.len()
}

#[test]
fn a_span_is_brushed_with_keys_and_becomes_a_filter() {
    let mut session = Session::demo(80, 24);
    session.keys("/ca004<enter>Gt");
    assert_eq!(session.app.panes.focus, Pane::Timeline);
    // The cursor is where the record was.
    let told = session.app.screen.notice.clone().expect("what is under the cursor");
    assert!(told.contains("11-12 00:00 – 12:00 UTC: 2 records"), "{told}");
    assert!(told.contains("cell 12 hours"), "{told}");
    session.keys("<space>l<enter>");
    assert_eq!(session.app.panes.focus, Pane::List);
    assert!(
        session.app.filter.text().ends_with("time:2026-11-12"),
        "{}",
        session.app.filter.text()
    );
    assert_eq!(count(&session), 2);
    session.keys("tx");
    assert_eq!(session.app.filter.text(), "ca004");
    session.keys("<esc><backspace>");
    assert!(session.app.filter.text().ends_with("time:2026-11-12"));
}

#[test]
fn looking_closer_makes_cells_shorter_down_to_seconds_and_back() {
    let mut session = Session::demo(80, 24);
    session.keys("/ca004<enter>Gt");
    let width = |session: &Session| session.app.data.answer.axis.expect("an axis").width;
    let mut widths = vec![width(&session)];
    for _ in 0..12 {
        session.keys("+");
        widths.push(width(&session));
    }
    assert!(widths.is_sorted_by(|a, b| a >= b), "{widths:?}");
    assert_eq!(widths.last(), Some(&10_000_000), "seconds");
    session.keys("<enter>");
    assert!(
        session.app.filter.text().contains("time:2026-11-12T03:05:36"),
        "{}",
        session.app.filter.text()
    );
    assert_eq!(count(&session), 2);
    session.keys("t").keys(&"-".repeat(20));
    assert_eq!(width(&session), widths[0]);
    assert!(!session.app.panes.timeline.is_zoomed());
}

#[test]
fn a_zoomed_timeline_moves_on_at_its_edge() {
    let mut session = Session::demo(80, 24);
    session.keys("t++++");
    let start = |session: &Session| session.app.data.answer.axis.expect("an axis").start;
    let before = start(&session);
    session.keys("gh");
    assert!(start(&session) < before);
    session.keys("<enter>");
    assert!(session.app.filter.text().starts_with("time:"));
}

#[test]
fn the_mouse_brushes_too() {
    let mut session = Session::demo(80, 24);
    let line = session.app.screen.layout.timeline.y;
    session.click(10, line);
    assert_eq!(session.app.panes.focus, Pane::Timeline);
    session.mouse(MouseEventKind::Drag(MouseButton::Left), 13, line);
    session.mouse(MouseEventKind::Up(MouseButton::Left), 13, line);
    // Two days: four cells of twelve hours.
    assert_eq!(session.app.filter.text(), "time:2026-10-27..2026-10-28");
    let expected = count(&session);
    session.keys("x/time:2026-10-27..2026-10-28<enter>");
    assert_eq!(count(&session), expected);
}

#[test]
fn cells_without_records_are_drawn_and_nights_are_not_like_days() {
    let mut session = Session::demo(120, 40);
    session.keys("/ca004<enter>");
    let strip: String = session.screen().lines().nth(1).expect("a line").to_owned();
    assert!(strip.contains('·'), "{strip}");
    session.keys("t+++");
    let axis = session.app.data.answer.axis.expect("an axis");
    let off: Vec<bool> =
        (0..axis.buckets).map(|bucket| session.app.panes.timeline.is_after_hours(bucket)).collect();
    assert!(off.contains(&true) && off.contains(&false));
}

#[test]
fn escape_gives_up_the_brush_and_then_the_timeline() {
    let mut session = Session::demo(80, 24);
    session.keys("t<space>hh<esc>");
    assert_eq!(session.app.panes.focus, Pane::Timeline);
    session.keys("<esc>");
    assert_eq!((session.app.panes.focus, session.app.filter.text()), (Pane::List, ""));
}

#[test]
fn the_highest_cells_are_gone_to_one_after_the_other() {
    let mut session = Session::demo(80, 24);
    session.keys("tp");
    let told = |session: &Session| {
        let told = session.app.screen.notice.clone().expect("what is under the cursor");
        let count =
            told.split(": ").nth(1).and_then(|rest| rest.split(' ').next().map(str::to_owned));
        count.and_then(|count| count.parse::<u32>().ok()).expect("a count")
    };
    let highest = session.app.data.answer.timeline.iter().map(|bucket| bucket.count).max();
    assert_eq!(Some(told(&session)), highest);
    let first = told(&session);
    session.keys("p");
    assert!(told(&session) <= first);
    assert_ne!(session.app.data.answer.timeline.len(), 0);
}

#[test]
fn a_screen_too_small_for_the_timeline_says_so() {
    let mut session = Session::demo(59, 14);
    session.keys("t");
    assert!(session.hints().contains("needs a screen of 60 by 15"), "{}", session.hints());
}

#[test]
fn a_filter_typed_from_the_timeline_leads_to_its_records() {
    let mut session = Session::demo(80, 24);
    session.keys("t/mallory<enter>");
    assert_eq!(session.app.panes.focus, Pane::List);
}
