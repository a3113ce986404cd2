//! Moving: counts, mouse, sizes, zoom, and the way back.
//! Never depends on which records there are, only on how many.

use super::session::{LINES, Session, demo, settings};
use entrail::app::Settings;
use entrail::app::action::{Action, Pane};
use entrail::app::keymap::{Keymap, Keys};
use entrail::app::message::Message;
use entrail::source::Delivery;
use ratatui::crossterm::event::MouseEventKind;

fn line(session: &Session) -> usize {
    session.app.panes.list.viewport.cursor()
}

#[test]
fn a_number_before_a_key_repeats_it() {
    let mut session = Session::demo(80, 24);
    assert_eq!(line(session.keys("<alt-5>j")), 5);
    assert_eq!(line(session.keys("<alt-1>2j")), 17);
    assert_eq!(line(session.keys("<alt-3>k")), 14);
    assert_eq!(line(session.keys("<alt-1>00g")), 99);
    assert_eq!(line(session.keys("G")), LINES - 1);
    assert_eq!(line(session.keys("<alt-9>9999999999999999999k")), 0);
    assert_eq!(line(session.keys("<alt-1>0")), 0, "a number alone does nothing");
    assert!(session.hints().contains("10 times"), "{}", session.hints());
    assert_eq!(line(session.keys("<esc>j")), 1, "Esc forgets the number");
}

#[test]
fn pages_move_by_what_is_visible() {
    let mut session = Session::demo(80, 24);
    let page = session.app.panes.list.viewport.height();
    assert_eq!(line(session.keys("<pgdn>")), page);
    assert_eq!(line(session.keys("<ctrl-d>")), page + page / 2);
    assert_eq!(line(session.keys("<pgup><ctrl-u>")), 0);
}

#[test]
fn a_click_puts_the_cursor_where_it_is_and_focuses() {
    let mut session = Session::demo(80, 24);
    let list = session.app.screen.layout.inside(Pane::List);
    session.click(list.x + 3, list.y + 4);
    assert_eq!(line(&session), 3, "the first line is the titles");
    assert!(session.app.panes.detail.row == Some(session.current()));
    let tree = session.app.screen.layout.inside(Pane::Tree);
    session.click(tree.x, tree.y + 2);
    assert_eq!(
        (session.app.panes.focus, session.app.panes.tree.viewport.cursor()),
        (Pane::Tree, 2)
    );
    let before = session.app.panes.tree.viewport.len();
    session.click(tree.x, tree.y + 2);
    assert!(session.app.panes.tree.viewport.len() > before, "a second click unfolds");
    let detail = session.app.screen.layout.inside(Pane::Detail);
    session.click(detail.x, detail.y + 1);
    assert_eq!(
        (session.app.panes.focus, session.app.panes.detail.viewport.cursor()),
        (Pane::Detail, 1)
    );
    let filter = session.app.screen.layout.filter;
    session.click(filter.x + 5, filter.y);
    assert!(session.app.layers.types_filter());
}

#[test]
fn the_wheel_scrolls_what_is_under_it() {
    let mut session = Session::demo(80, 24);
    let (tree, list) = (
        session.app.screen.layout.inside(Pane::Tree),
        session.app.screen.layout.inside(Pane::List),
    );
    session.mouse(MouseEventKind::ScrollDown, list.x, list.y);
    assert_eq!(session.app.panes.list.viewport.top(), 3);
    session.mouse(MouseEventKind::ScrollDown, tree.x, tree.y);
    assert_eq!((session.app.panes.tree.viewport.top(), session.app.panes.focus), (3, Pane::List));
    session.mouse(MouseEventKind::ScrollUp, list.x, list.y);
    assert_eq!(session.app.panes.list.viewport.top(), 0);
    session.keys("?").mouse(MouseEventKind::ScrollDown, list.x, list.y);
    assert_eq!(session.app.panes.list.viewport.top(), 0, "a box takes the wheel");
    assert_eq!(session.app.layers.menu().expect("a box").viewport.cursor(), 3);
}

#[test]
fn another_size_keeps_the_record_under_the_cursor_in_sight() {
    let mut session = Session::demo(80, 24);
    session.keys("<alt-1>23j");
    let row = session.current();
    for (width, height) in [(200, 50), (40, 10), (3, 2), (0, 0), (1, 1), (120, 40), (80, 24)] {
        session.resize(width, height);
        assert_eq!(session.current(), row, "{width}x{height}");
        session.check_viewports();
        session.draw();
    }
    let at = session.app.panes.list.viewport;
    assert!(at.visible().contains(&at.cursor()) && at.height() > 5);
}

#[test]
fn a_zoomed_pane_has_the_screen_and_gives_it_back() {
    let mut session = Session::demo(80, 24);
    let before = session.screen();
    session.keys("z");
    assert_eq!(session.app.screen.layout.list.width, 80);
    assert!(session.app.screen.layout.tree.is_empty());
    session.keys("<tab>");
    assert!(
        session.app.screen.layout.list.is_empty() && session.app.screen.layout.detail.width == 80
    );
    session.keys("<shift-tab>z");
    assert_eq!(session.screen(), before);
}

#[test]
fn escape_steps_back_one_thing_at_a_time() {
    let mut session = Session::demo(80, 24);
    session.keys("v<tab><tab>").keys("<ctrl-f>user<enter>").keys("<esc>");
    assert!(session.app.panes.tree.find.is_empty() && session.app.panes.focus == Pane::Tree);
    session.keys("<esc>");
    assert_eq!((session.app.panes.focus, session.app.panes.show_activities), (Pane::List, true));
    session.keys("<esc>");
    assert!(!session.app.panes.show_activities);
    session.keys("<tab>rz?");
    session.keys("<esc>");
    assert!(session.app.layers.is_empty() && session.app.panes.zoomed);
    session.keys("<esc>");
    assert!(!session.app.panes.zoomed && session.app.panes.detail.raw);
    session.keys("<esc>");
    assert!(!session.app.panes.detail.raw && session.app.panes.focus == Pane::Detail);
    session.keys("<esc>");
    assert_eq!(session.app.panes.focus, Pane::List);
    session.keys("<esc>");
    assert!(session.hints().contains("q leaves"), "{}", session.hints());
    assert!(session.outside.is_empty(), "it never quits by itself");
    session.keys("q");
    assert_eq!(session.outside, ["quit"]);
}

#[test]
fn a_key_without_a_meaning_says_so() {
    let mut session = Session::demo(80, 24);
    assert!(session.keys("%").hints().contains("% does nothing here"));
    assert!(session.keys("E").hints().contains("works in the panes tree and detail only"));
    assert!(!session.keys("j").hints().contains("works in"));
}

#[test]
fn columns_scroll_sideways() {
    let mut session = Session::demo(80, 24);
    assert!(session.list().contains("Time "));
    let scrolled = session.keys("ll").list();
    assert!(!scrolled.contains("Time ") && scrolled.contains("Activity"), "{scrolled}");
    assert!(session.keys("hhhh").list().contains("Time "));
}

#[test]
fn alt_and_a_number_repeats_and_plain_digits_go_on_with_it() {
    let mut session = Session::demo(80, 24);
    let hints = session.keys("<alt-1>2").hints();
    assert!(hints.contains("12 times …"), "{hints}");
    session.keys("<esc>j");
    assert_eq!(session.app.panes.list.viewport.cursor(), 1, "esc gives the number up");
    session.keys("<alt-1>2j");
    assert_eq!(session.app.panes.list.viewport.cursor(), 13);
    // No number begins with 0.
    session.keys("<alt-0>j");
    assert_eq!(session.app.panes.list.viewport.cursor(), 14);
}

#[test]
fn after_a_prefix_the_last_line_tells_what_may_follow() {
    let keys = |text| Keys::parse(text).expect(text);
    let keymap = Keymap::with(&[
        (Action::First, vec![keys("g g")]),
        (Action::SameActor, vec![keys("g a")]),
        (Action::Pivot, vec![keys("space p")]),
        (Action::UnfoldOperation, Vec::new()),
    ])
    .expect("no conflict");
    let mut session = Session::new(Settings { keymap, ..settings(Some("demo"), 80, 24) });
    for delivery in demo() {
        session.send(Message::Delivered(delivery.clone()));
    }
    session.keys("jjjg");
    assert_eq!(session.hints().trim(), "g then  g first  a actor  esc give up");
    session.keys("g");
    assert_eq!(session.app.panes.list.viewport.cursor(), 0);
    // Esc gives up; another key says that it means nothing.
    session.keys("jg<esc>");
    assert_eq!((session.app.panes.list.viewport.cursor(), session.app.panes.waiting), (1, None));
    let hints = session.keys("gx").hints();
    assert!(hints.contains("g x does nothing here; ? shows what works"), "{hints}");
    // The number waits with it.
    let hints = session.keys("<alt-7>g").hints();
    assert!(hints.contains("7 times") && hints.contains("g first"), "{hints}");
    session.keys("g");
    assert_eq!(session.app.panes.list.viewport.cursor(), 6);
    // In the tree, space is no prefix.
    session.keys("<space>p");
    assert!(!session.app.layers.is_empty(), "the pivot menu is open");
    session.keys("<esc><shift-tab><space>");
    assert_eq!(session.app.panes.waiting, None);
    assert!(!session.app.panes.tree.choice.is_empty());
}

/// Fault: the arrows scrolled the columns of the records behind, which was seen only later.
#[test]
fn arrows_in_the_list_of_activities_leave_the_columns_of_the_records() {
    let mut session = Session::demo(120, 40);
    let before = session.list();
    session.keys("v<right><right>ll");
    assert_ne!(session.list(), before);
    session.keys("v");
    assert_eq!(session.list(), before);
}

/// Fault: a click on an activity was a move in the records behind, which stayed where they were from then on.
#[test]
fn a_click_on_an_activity_leaves_the_records_at_the_newest() {
    let mut session = Session::demo(120, 40);
    let list = session.app.screen.layout.list;
    session.keys("v").click(list.x + 5, list.y + 6);
    assert_eq!(session.app.panes.activities.viewport.cursor(), 4);
    session.mouse(MouseEventKind::ScrollDown, list.x + 5, list.y + 6).keys("v");
    let before = session.current();
    let arrivals = session.arrivals(2);
    session.send(Message::Delivered(Delivery::Segment(arrivals)));
    assert_eq!(session.app.panes.list.viewport.cursor(), 0);
    assert_ne!(session.current(), before);
    // A click on a record is one.
    session.click(list.x + 5, list.y + 6);
    let before = session.current();
    let arrivals = session.arrivals(2);
    session.send(Message::Delivered(Delivery::Segment(arrivals)));
    assert_eq!(session.current(), before);
}
