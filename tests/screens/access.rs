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
fn of_an_access_package_its_events_are_shown() {
    let mut session = Session::demo(100, 30);
    session.keys("/target:tomasz.averill target:\"Calibration Lab\"<enter>A");
    assert!(session.screen().contains("AccessPackage: its events"), "{}", session.screen());
    session.keys("a");
    assert!(session.app.filter.text().starts_with("target.id="), "{}", session.app.filter.text());
    assert!(session.app.list.rows.len() > 20);
}
