//! Records of one operation in one line.
//! Never relies on which operation is which: it takes those of a story of the demo tenant.

use super::session::{Session, deliveries};

#[test]
fn records_of_one_operation_fold_into_one_line_and_unfold_in_the_order_they_happened() {
    let mut session = Session::demo(80, 24);
    session.keys("/target:ca004<enter>GO");
    assert_eq!(session.app.panes.list.rows.len(), 2);
    assert_eq!(session.app.panes.list.all_rows().len(), 4);
    let list = session.list();
    assert!(list.contains("Operations 2 · records 4") && list.contains("▸ 2 Update"), "{list}");
    session.keys("<space>");
    let list = session.list();
    assert!(list.contains("▾ 2 Update") && list.contains("│ Update"), "{list}");
    assert_eq!(session.app.panes.list.rows.len(), 3);
    let time = |session: &Session, line: usize| {
        session.app.data.store.time(session.app.panes.list.rows[line])
    };
    assert!(time(&session, 1) <= time(&session, 2));
    // What is under the cursor stays there when another letter is typed, and when all unfold.
    let row = session.current();
    session.keys("O");
    assert_eq!((session.current(), session.app.panes.list.rows.len()), (row, 4));
    session.keys("O<space>");
    assert_eq!(session.app.panes.list.rows.len(), 3, "all begin folded");
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
    session.keys("/target:ca004<enter>Ofa");
    assert!(session.screen().contains("values in 4 records"), "{}", session.screen());
}

/// Records of an operation that failed in the end, one of another, and one by itself in between.
fn mixed() -> Vec<entrail::source::Delivery> {
    let record = |id: &str, minute: u32, activity: &str, result: &str, operation: &str| {
        format!(
            r#"{{"id":"{id}","activityDisplayName":"{activity}","activityDateTime":"2026-11-01T08:{minute:02}:00Z","loggedByService":"Core Directory","category":"ApplicationManagement","result":"{result}","correlationId":"{operation}","initiatedBy":{{"user":{{"userPrincipalName":"eve@fabrikam.example"}}}},"targetResources":[]}}"#
        )
    };
    let one = "11111111-2222-4333-8444-555555555555";
    let other = "66666666-2222-4333-8444-555555555555";
    let lines = [
        record("1", 0, "Add service principal", "success", one),
        record("2", 5, "Update group", "success", ""),
        record("3", 10, "Set federation settings on domain", "success", one),
        record("4", 20, "Add group", "success", other),
        record("5", 30, "Update device", "failure", one),
        record("6", 40, "Delete group", "success", other),
    ];
    deliveries("mixed", lines.join("\n").into_bytes())
}

#[test]
fn a_folded_operation_shows_the_worst_result_and_the_highest_risk_of_its_records() {
    let mut session = Session::loaded("mixed", &mixed(), 100, 24);
    session.keys("O");
    let list = session.list();
    assert!(list.contains("✗ 1/3  ▸ 3 Update device"), "{list}");
    assert!(list.contains("✓ ok   ▸ 2 Delete group"), "{list}");
    let line = list.lines().find(|line| line.contains("▸ 3")).expect("there").to_owned();
    assert!(line.contains('▲') || line.contains('◆'), "one of them is rated high: {line}");
    session.keys("j");
    let detail = session.detail();
    assert!(detail.contains("3 records listed, 1 of 3 failed, highest risk"), "{detail}");
    session.keys("k");
    assert!(session.detail().contains("2 records listed, none failed"), "{}", session.detail());
    // By itself each record says what it is.
    session.keys("j<space>");
    let list = session.list();
    assert!(list.contains("✓ ok   ▾ 3 Add "), "{list}");
    assert!(list.contains("✗ fail │ Update device"), "{list}");
    session.keys("<space>/actor:eve activity:add<enter>");
    assert!(!session.detail().contains("1 of 3 failed"), "only what is listed counts");
    session.keys("xOj");
    assert!(!session.detail().contains("records listed"), "{}", session.detail());
}

#[test]
fn operations_stand_where_the_time_they_show_belongs_in_both_orders() {
    let mut session = Session::loaded("mixed", &mixed(), 100, 24);
    let times = |session: &Session| -> Vec<_> {
        let rows = session.app.panes.list.rows.iter();
        rows.map(|&row| session.app.data.store.time(row).expect("a time")).collect()
    };
    session.keys("O");
    let newest_first = times(&session);
    assert_eq!(newest_first.len(), 3);
    assert!(newest_first.is_sorted_by(|a, b| a >= b), "{newest_first:?}");
    assert!(session.list().contains("08:30:00"), "the newest of it: {}", session.list());
    session.keys("stime<enter>");
    let oldest_first = times(&session);
    assert!(oldest_first.is_sorted(), "{oldest_first:?}");
    assert_ne!(newest_first[1], oldest_first[0]);
    assert!(session.list().contains("08:00:00"), "the oldest of it: {}", session.list());
    // Folding again leaves the cursor at the operation.
    session.keys("g<space>jj<space>");
    assert_eq!(session.app.panes.list.viewport.cursor(), 0);
}

#[test]
fn a_mark_on_a_record_that_is_folded_away_is_seen_and_taken_off_with_the_others() {
    let mut session = Session::loaded("mixed", &mixed(), 100, 24);
    session.keys("Oj<space>jnwhy?<enter><space>");
    assert!(session.list().contains("✎"), "{}", session.list());
    session.keys("m");
    assert!(
        session.hints().contains("2 more records marked · 3 marks in all"),
        "{}",
        session.hints()
    );
    session.keys("m");
    assert!(
        session.hints().contains("m again takes 3 marks and a note off"),
        "{}",
        session.hints()
    );
    session.keys("m");
    assert!(session.hints().contains("3 marks and a note taken off"), "{}", session.hints());
    session.keys("U");
    assert_eq!(session.app.data.store.marks().len(), 3);
}
