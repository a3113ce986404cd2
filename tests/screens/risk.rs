//! Risk on the screen: in the list, the tree and the detail, and what it offers to ask next.
//! Never decides what is rated; that is `tests/risk.rs`.

use super::session::Session;

#[test]
fn rated_records_say_so_in_the_list_and_in_the_tree() {
    let mut session = Session::demo(100, 30);
    let list = session.keys("/risk=critical<enter>").list();
    let rated = list.lines().filter(|line| line.contains('◆')).count();
    assert!(rated >= 3 && list.contains(&format!("Records {rated} of 6,000")), "{list}");
    assert!(session.tree().contains('◆'), "{}", session.tree());
    let none = session.keys("x/-risk:*<enter>").list();
    // The title has a point between its counts.
    let records = none.lines().skip(1);
    let signs = records.filter(|line| line.contains(['◆', '▲', '•', '·']));
    assert_eq!(signs.count(), 0, "{none}");
    assert!(!session.tree().contains(['◆', '▲', '•']), "{}", session.tree());
    // And as the order of the list: the highest first.
    let sorted = session.keys("xsrisk<enter>").list();
    assert!(sorted.lines().nth(2).is_some_and(|line| line.contains('◆')), "{sorted}");
}

#[test]
fn the_detail_says_why_and_offers_what_to_ask_next() {
    let mut session = Session::demo(120, 40);
    session.keys("/risk.rule=domain-federated<enter><enter>z");
    let detail = session.detail();
    for said in ["◆ critical", "A domain was federated", "Why", "Check", "Ask", "T1484.002"] {
        assert!(detail.contains(said), "{said}\n{detail}");
    }
    session.keys("<ctrl-f>(enter asks)<enter><enter>");
    assert_eq!(session.app.filter.text(), "target=\"login-tidewick.example\"");
    assert!(session.keys("z").list().contains("Records 4 of 6,000"), "{}", session.list());
}

#[test]
fn what_no_rule_speaks_of_is_not_rated_and_never_called_safe() {
    let mut session = Session::demo(120, 40);
    session.keys("/-risk:*<enter><enter>z");
    let detail = session.detail();
    assert!(detail.contains("not rated by any rule") && !detail.contains("safe"), "{detail}");
}
