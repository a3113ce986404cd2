//! The tree and the list of activities: folding, marking, finding names, looking them up.
//! Never counts records by itself; the numbers on the screen are compared with each other.

use super::session::{LINES, Session};

/// The number at the end of the tree's line that has this name.
fn count(session: &mut Session, name: &str) -> usize {
    let tree = session.tree();
    let line = tree.lines().find(|line| line.contains(name)).expect(name);
    let number = line.trim_end_matches(['│', '┃']).split(' ').next_back().expect("a number");
    number.replace(',', "").parse().expect(line)
}

#[test]
fn branches_unfold_and_fold() {
    let mut session = Session::demo(120, 40);
    let folded = session.keys("<shift-tab>").tree();
    assert!(folded.contains("▸ AAD Management UX"));
    let open = session.keys("<enter>").tree();
    assert!(open.contains("▾ AAD Management UX") && open.contains("  ▸ UserManagement"), "{open}");
    let deeper = session.keys("jl").tree();
    assert!(deeper.contains("  ▾ DeviceManagement"), "{deeper}");
    assert_eq!(session.keys("l").app.panes.tree.current().map(|branch| branch.depth), Some(2));
    assert_eq!(session.keys("hhhh").tree(), folded, "h folds and goes up, back to the start");
    let all = session.keys("E").app.panes.tree.viewport.len();
    assert!(all > 300, "{all}");
    session.keys("C");
    assert_eq!(session.tree(), folded);
}

#[test]
fn a_branch_is_taken_in_then_out_then_neither() {
    let mut session = Session::demo(120, 40);
    session.keys("<shift-tab>");
    let service = count(&mut session, "AAD Management UX");
    session.keys("<space>");
    assert_eq!(session.app.panes.list.rows.len(), service);
    assert!(session.tree().contains("●AAD Management UX"));
    session.keys("<space>");
    assert_eq!(session.app.panes.list.rows.len(), LINES - service);
    assert!(session.tree().contains("○AAD Management UX"));
    assert_eq!(count(&mut session, "AAD Management UX"), service, "counts leave the marks aside");
    session.keys("<space>");
    assert_eq!(session.app.panes.list.rows.len(), LINES);
    session.keys("<space>X");
    assert_eq!(
        (session.app.panes.list.rows.len(), session.app.panes.tree.choice.is_empty()),
        (LINES, true)
    );
}

#[test]
fn marks_and_filter_are_one_query_to_copy_and_it_finds_the_same() {
    let mut session = Session::demo(120, 40);
    session.keys("<shift-tab><ctrl-f>pim<enter><space>").keys("<tab>/result=failure<enter>");
    let found = session.app.panes.list.rows.len();
    assert!(found > 0 && found < 300, "{found}");
    session.keys("yq");
    let query = session.copied.pop().expect("a query");
    let mut other = Session::demo(120, 40);
    other.keys("/").paste(&query).keys("<enter>");
    assert_eq!(other.app.panes.list.rows.len(), found, "{query}");
}

#[test]
fn names_are_found_in_the_tree_while_typing() {
    let mut session = Session::demo(120, 40);
    let before = session.keys("<shift-tab>").tree();
    let found = session.keys("<ctrl-f>set federation").tree();
    assert!(found.contains("Find: set federation"), "{found}");
    assert!(found.contains("▾ Core Directory") && found.contains("Set federation"), "{found}");
    assert!(!found.contains("Access Reviews"));
    assert!(
        session.app.panes.tree.current().is_some_and(|branch| branch.name.starts_with("Set fed"))
    );
    session.keys("<enter><space>");
    assert!(!session.app.panes.list.rows.is_empty() && session.app.panes.list.rows.len() < 10);
    session.keys("<space><space><esc>g");
    assert_eq!(session.tree(), before);
}

#[test]
fn the_whole_catalogue_can_be_seen_beside_the_data() {
    let mut session = Session::demo(120, 40);
    let seen = session.keys("<shift-tab>E").app.panes.tree.viewport.len();
    session.keys("u");
    assert!(session.hints().contains("the whole catalogue"));
    assert!(session.app.panes.tree.viewport.len() > seen + 500);
    session.keys("u");
    assert_eq!(session.app.panes.tree.viewport.len(), seen);
}

#[test]
fn an_activity_opens_its_records() {
    let mut session = Session::demo(120, 40);
    session.keys("vj");
    let line = session.app.panes.activities.current().expect("an activity").clone();
    assert!(session.detail().contains(&line.name), "{}", session.detail());
    session.keys("<enter>");
    assert!(!session.app.panes.show_activities);
    assert_eq!(session.app.panes.list.rows.len() as u64, line.count);
    assert!(session.list().contains(&line.name));
}

#[test]
fn without_records_typing_looks_names_up_fuzzily() {
    let mut session = Session::catalogue(120, 40);
    session.keys("/invte extrnal<enter>");
    let list = session.list();
    assert!(list.contains("Invite external user"), "{list}");
    session.keys("/<ctrl-u>category:RoleManagement activity:\"add member to role\"<enter>");
    let list = session.list();
    assert!(list.contains("Add member to role") && list.contains("PIM"), "{list}");
    assert!(!list.contains("Update user"));
    assert!(session.detail().contains("Add member to role"), "{}", session.detail());
    assert!(session.app.disabled(entrail::app::action::Action::View).is_some());
    session.keys("v");
    assert!(session.hints().contains("no records are loaded"));
}
