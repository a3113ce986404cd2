//! The box of access: whose it is, what is in it, where Enter leads.

use super::session::Session;

#[test]
fn what_somebody_holds_is_listed_and_leads_to_the_record() {
    let mut session = Session::demo(100, 30);
    session.keys("/activity=\"Add member to role\" target:kai.morrow<enter>A");
    let screen = session.screen();
    assert!(screen.contains("Access of whom or what?"), "{screen}");
    session.keys("a");
    let screen = session.screen();
    assert!(screen.contains("Access of kai.morrow"), "{screen}");
    assert!(screen.contains("holds group SG-Tier0-Operators · given 11-13 23:14"), "{screen}");
    assert!(screen.contains("holds role Hybrid Identity Administrator"), "{screen}");
    session.keys("tier0<enter>");
    assert!(session.detail().contains("SG-Tier0-Operators"), "{}", session.detail());
    session.keys("<backspace>");
    assert!(session.app.filter.text().contains("kai.morrow"));
}

#[test]
fn a_role_is_told_by_who_holds_it() {
    let mut session = Session::demo(80, 24);
    session.keys("/activity=\"Add member to role\" target:svc-print.relay<enter>A");
    session.keys("b");
    let screen = session.screen();
    assert!(screen.contains("Access of Global Administrator"), "{screen}");
    assert!(
        screen.contains("held by svc-print.relay@…: role · given 11-10 02:27 by marek.toi"),
        "{screen}"
    );
}

#[test]
fn what_can_neither_hold_nor_be_held_is_not_offered() {
    let mut session = Session::demo(100, 30);
    session.keys("/activity:\"(PIM activation)\" target:marek.toivonen<enter>A");
    let screen = session.screen();
    assert!(screen.contains("target, Role") && screen.contains("target, User"), "{screen}");
    for kind in ["Request", "Directory", "Other"] {
        assert!(!screen.contains(&format!("target, {kind}")), "{screen}");
    }
}

#[test]
fn lines_of_access_use_the_room_of_a_wide_screen() {
    let mut session = Session::demo(200, 50);
    session.keys("/activity=\"Fulfill access package assignment\" target:einar.fjeld<enter>A");
    session.keys("c");
    let screen = session.screen();
    let approved =
        "given 11-19 13:22, before that approved 11-19 13:20 by ragnheidur.bragadottir@tidewick";
    assert!(screen.contains(approved), "{screen}");
    let line = "asked for 11-19 12:55 by einar.fjeld@tidewick";
    assert!(screen.lines().any(|l| l.contains(approved) && l.contains(line)), "{screen}");
}

#[test]
fn of_an_access_package_its_events_are_shown() {
    let mut session = Session::demo(100, 30);
    session.keys("/target:tomasz.averill target:\"Calibration Lab\"<enter>A");
    assert!(session.screen().contains("AccessPackage: its events"), "{}", session.screen());
    session.keys("a");
    assert!(session.app.filter.text().starts_with("target.id="), "{}", session.app.filter.text());
    assert!(session.app.panes.list.rows.len() > 20);
}
