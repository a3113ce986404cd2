//! Records of one operation in one line.
//! Never relies on which operation is which: it takes those of a story of the demo tenant.

use super::session::Session;

#[test]
fn records_of_one_operation_fold_into_one_line_and_unfold_in_the_order_they_happened() {
    let mut session = Session::demo(80, 24);
    session.keys("/ca004<enter>GO");
    assert_eq!(session.app.list.rows.len(), 2);
    assert_eq!(session.app.list.all_rows().len(), 4);
    let list = session.list();
    assert!(list.contains("Operations 2 · records 4") && list.contains("▸ 2 Update"), "{list}");
    session.keys("<space>");
    let list = session.list();
    assert!(list.contains("▾ 2 Update") && list.contains("│ Update"), "{list}");
    assert_eq!(session.app.list.rows.len(), 3);
    let time = |session: &Session, line: usize| session.app.store.time(session.app.list.rows[line]);
    assert!(time(&session, 1) <= time(&session, 2));
    // What is under the cursor stays there when another letter is typed, and when all unfold.
    let row = session.current();
    session.keys("O");
    assert_eq!((session.current(), session.app.list.rows.len()), (row, 4));
    session.keys("O<space>");
    assert_eq!(session.app.list.rows.len(), 3, "all begin folded");
}

#[test]
fn a_record_by_itself_says_that_there_is_nothing_to_unfold() {
    let mut session = Session::demo(80, 24);
    session.keys("/activity=\"Hard Delete user\"<enter>O<space>");
    assert!(session.hints().contains("only one of its operation"), "{}", session.hints());
    session.keys("O<space>");
    assert!(session.hints().contains("O does that"), "{}", session.hints());
}

#[test]
fn what_is_folded_is_counted_all_the_same() {
    let mut session = Session::demo(80, 24);
    session.keys("/ca004<enter>Ofa");
    assert!(session.screen().contains("values in 4 records"), "{}", session.screen());
}
