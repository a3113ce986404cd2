//! From one record to all that share something with it, and the way back.
//! Never relies on what else is on the screen than filter, list and breadcrumb.

use super::session::Session;

fn find(session: &mut Session, filter: &str) {
    session.keys(&format!("/{filter}<enter>g"));
}

#[test]
fn an_actor_is_one_key_away_and_so_is_the_way_back() {
    let mut session = Session::demo(80, 24);
    find(&mut session, "ca004");
    session.keys("G");
    let (record, before) = (session.current(), session.app.filter.text().to_owned());
    session.keys("a");
    assert!(session.app.filter.text().starts_with("actor.id="), "{}", session.app.filter.text());
    assert_eq!(session.current(), record, "the cursor stays on its record");
    let rows = session.app.panes.list.rows.len();
    assert!(rows > 2, "{rows}");
    let crumbs = session.app.breadcrumb();
    assert_eq!(crumbs[..2], ["all", "ca004"]);
    assert!(crumbs[2].starts_with("by svc-print"), "{crumbs:?}");
    assert!(session.screen().contains("all › ca004 › by svc-print"), "{}", session.screen());
    session.keys("g<backspace>");
    assert_eq!((session.current(), session.app.filter.text()), (record, before.as_str()));
    session.keys("]");
    assert_eq!(session.app.panes.list.rows.len(), rows);
    session.keys("<backspace><backspace><backspace>");
    assert_eq!(session.app.filter.text(), "");
    assert!(session.hints().contains("this is where you began"), "{}", session.hints());
}

#[test]
fn an_id_is_found_on_any_side() {
    let mut session = Session::demo(120, 40);
    // The account that was excluded from the policy is named inside of a change only.
    find(&mut session, "ca004");
    session.keys("G<tab>");
    for _ in 0..40 {
        let line = session.app.panes.detail.current_line().and_then(|line| line.value.clone());
        if line.is_some_and(|(_, value)| value.contains("excludeUsers[]=5f8bc936-391f-")) {
            break;
        }
        session.keys("j");
    }
    session.keys("+");
    let (filter, rows) = (session.app.filter.text().to_owned(), session.app.panes.list.rows.len());
    assert!(filter.contains("change.new=\"PolicyDetail[0].") && rows == 1, "{filter} {rows}");
    session.keys("<backspace>p");
    assert!(session.screen().contains("anywhere"), "{} {}", session.hints(), session.screen());
    session.keys("v");
    assert!(session.app.filter.text().starts_with("raw:5f8bc936"), "{}", session.app.filter.text());
    let rows = session.app.panes.list.rows.clone();
    let sides = |text: &str, session: &mut Session| {
        session.keys(&format!("x/{text}<enter>"));
        session.app.panes.list.rows.len()
    };
    let id = "5f8bc936-391f*";
    let actor = sides(&format!("actor.id={id}"), &mut session);
    let target = sides(&format!("target.id={id} -actor.id={id}"), &mut session);
    assert!(actor > 0 && rows.len() > actor + target, "{} {actor} {target}", rows.len());
}

#[test]
fn of_several_targets_one_is_chosen() {
    let mut session = Session::demo(120, 40);
    find(&mut session, "activity=\"Add member to group\"");
    session.keys("o");
    assert!(session.screen().contains("Which target?"), "{}", session.screen());
    session.keys("a");
    assert!(session.app.filter.text().starts_with("raw:"), "{}", session.app.filter.text());
    assert!(session.app.layers.is_empty());
}

#[test]
fn a_span_of_time_stays_while_who_and_what_are_asked() {
    let mut session = Session::demo(80, 24);
    find(&mut session, "ca004");
    session.keys("Gw");
    let span = session.app.filter.text().to_owned();
    assert!(span.starts_with("time:2026-11-12T02:50"), "{span}");
    session.keys("i");
    assert_eq!(session.app.filter.text(), format!("{span} actor.ip=192.0.2.71"));
    session.keys("c");
    assert!(session.app.filter.text().starts_with(&format!("{span} correlation=")));
    // Another span takes the place of all that was asked.
    session.keys("pd");
    assert!(session.app.filter.text().starts_with("time:2026-11-11T03:05"));
    assert!(!session.app.filter.text().contains("correlation"));
}

#[test]
fn every_way_to_change_the_question_can_be_taken_back() {
    let mut session = Session::demo(80, 24);
    for keys in ["+", "<tab><tab> <tab>", "sactivity<enter>", "x", "v<enter>"] {
        session.keys("g");
        let before = (
            session.app.filter.text().to_owned(),
            session.app.panes.tree.choice.clone(),
            session.app.panes.list.sort,
        );
        session.keys(keys).keys("<esc><esc>");
        session.keys("<backspace>");
        let after = (
            session.app.filter.text().to_owned(),
            session.app.panes.tree.choice.clone(),
            session.app.panes.list.sort,
        );
        assert_eq!(before, after, "{keys}");
        session.keys("]");
    }
}

#[test]
fn a_filter_that_was_given_up_leaves_no_view_behind() {
    let mut session = Session::demo(80, 24);
    session.keys("/role<esc>/<enter>");
    assert!(session.app.breadcrumb().is_empty());
    session.keys("/role<enter>");
    assert_eq!(session.app.breadcrumb(), ["all", "role"]);
}

#[test]
fn a_capital_letter_of_a_menu_chooses() {
    for (letter, begins) in [("a", "actor.id="), ("A", "raw:"), ("o", "raw:"), ("O", "raw:")] {
        let mut session = Session::demo(120, 40);
        find(&mut session, "activity=\"Add member to group\"");
        session.keys("p");
        assert!(session.screen().contains("Go to all records"), "{}", session.screen());
        session.keys(letter);
        let filter = session.app.filter.text();
        assert!(filter.starts_with(begins), "{letter}: {filter}");
    }
}

#[test]
fn every_target_is_offered_however_many_there_are() {
    let targets: Vec<String> = (0..40)
        .map(|n| format!(r#"{{"id":"t{n}","displayName":"Target {n}","type":"User"}}"#))
        .collect();
    let record = format!(
        r#"{{"id":"1","category":"UserManagement","result":"success","activityDisplayName":"Update user","activityDateTime":"2026-11-02T08:00:00Z","loggedByService":"Core Directory","initiatedBy":{{"app":{{"displayName":"A"}}}},"targetResources":[{}],"additionalDetails":[]}}"#,
        targets.join(",")
    );
    let deliveries = super::session::deliveries("audit.ndjson", record.into_bytes());
    let mut session = Session::loaded("audit.ndjson", &deliveries, 120, 40);
    for keys in ["o", "p"] {
        session.keys(keys);
        let menu = session.app.layers.menu().expect("a box");
        let all = menu.items.iter().filter(|item| item.label.contains("Target ")).count();
        assert_eq!(all, 40);
        session.keys("<esc>");
    }
}
