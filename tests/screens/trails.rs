//! The box of trails: what it lists, what its keys lead to, the way back.
//! Never counts by itself what the screen says: it asks the filter.

use super::session::Session;

#[test]
fn trails_are_listed_with_their_steps_the_most_severe_first() {
    let mut session = Session::demo(80, 24);
    session.keys("Lfederated");
    let screen = session.screen();
    assert!(screen.contains("●●●●") && screen.contains("4/4 steps (high)"), "{screen}");
    assert!(screen.contains("authentication set after 8 min"), "{screen}");
    session.keys("<enter>");
    assert_eq!(session.app.list.rows.len(), 4);
    assert!(
        session.app.filter.text().starts_with("correlation=("),
        "{}",
        session.app.filter.text()
    );
    session.keys("<backspace>");
    assert_eq!(session.app.filter.text(), "");
    assert_eq!(session.app.list.rows.len(), session.app.store.len());
}

#[test]
fn what_happened_meanwhile_is_one_key() {
    let mut session = Session::demo(120, 40);
    session.keys("L2610270050001847");
    let screen = session.screen();
    assert!(screen.contains("open for 24 days, not removed"), "{screen}");
    assert!(screen.contains("5086 records meanwhile"), "{screen}");
    // What was typed is in the way of a letter: without it the key works.
    session.keys("<esc>L");
    let at = |session: &Session| {
        let item = session.app.overlays.last().and_then(|menu| menu.current());
        item.is_some_and(|item| item.label.contains("2610270050001847"))
    };
    for _ in 0..200 {
        if !at(&session) {
            session.keys("<down>");
        }
    }
    session.keys("w");
    assert_eq!(session.app.list.rows.len(), 5086);
    session.keys("<backspace>");
    assert_eq!(session.app.filter.text(), "");
}

#[test]
fn nothing_meanwhile_is_said_and_dots_are_letters_without_them() {
    let mut session = Session::demo(80, 24);
    session.theme.ascii = true;
    session.keys("Lset up the domain");
    assert!(session.screen().contains("****   kai.morrow"), "{}", session.screen());
    session.keys("<esc>Lw");
    assert!(session.app.notice.as_deref().is_some_and(|notice| notice.starts_with("nothing was")));
    session.keys("<esc>");
    assert!(session.app.overlays.is_empty());
}

#[test]
fn who_closes_the_box_no_longer_waits() {
    let mut session = Session::catalogue(80, 24);
    session.keys("L");
    assert!(session.app.overlays.is_empty() && session.app.notice.is_some());
}
