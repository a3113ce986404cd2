//! The detail pane: differences, original JSON, finding text inside, filtering by a value.
//! Never compares whole screens; the pictures are in `tests/screens.rs`.

use super::session::{Session, deliveries, settings};
use entrail::app::message::Message;

fn weakened_policy() -> Session {
    let mut session = Session::demo(120, 40);
    session.keys("/target:CA004 actor:print.relay<enter><enter>z");
    session
}

#[test]
fn of_a_giant_value_only_what_differs_is_shown() {
    let mut session = weakened_policy();
    let detail = session.detail();
    assert!(detail.contains("ConditionalAccessPolicy 2 differences"), "{detail}");
    assert!(detail.contains(".state enabled → enabledForReportingButNotEnforced"), "{detail}");
    assert!(detail.contains(".conditions.users.excludeUsers"), "{detail}");
    for same in ["grantControls", "includeRoles", "createdDateTime"] {
        assert!(!detail.contains(same), "{same} did not change\n{detail}");
    }
    let opened = session.app.panes.detail.opened.as_ref().expect("a record");
    assert!(opened.raw.contains("grantControls"), "the original has it");
}

#[test]
fn an_element_that_was_added_to_a_list_does_not_make_the_list_look_empty() {
    let mut session = Session::demo(80, 24);
    session.keys("/actor.ip:192.0.2.66 change:KeyDescription old:KeyIdentifier new:KeyIdentifier<enter><enter>z");
    let detail = session.detail();
    assert!(detail.contains("in the list, 1 kept"), "{detail}");
    assert!(detail.contains("+ [KeyIdentifier=") && !detail.contains("[] +"), "{detail}");
}

#[test]
fn the_original_unfolds_and_folds() {
    let mut session = weakened_policy();
    let readable = session.detail();
    let raw = session.keys("r").detail();
    assert!(raw.contains("Detail: original") && raw.contains("▾ targetResources: ["), "{raw}");
    let folded = session.keys("C").detail();
    assert!(folded.contains("▸ targetResources: […] 1"), "{folded}");
    assert!(folded.lines().count() == raw.lines().count() && !folded.contains("ipAddress"));
    session.keys("/").keys("<esc>");
    session.keys("gjjjjjjjjjjj");
    let line = session.app.panes.detail.current().expect("a line");
    let key = session.app.panes.detail.outline.as_ref().expect("JSON").lines()[line].key.clone();
    let open = session.keys("l").detail();
    assert!(open.contains(&format!("▾ {key}: ")), "{key}\n{open}");
    assert_eq!(
        session.keys("h").detail().replace(|c: char| c.is_ascii_digit(), ""),
        folded.replace(|c: char| c.is_ascii_digit(), "")
    );
    assert_eq!(session.keys("rg").detail(), readable, "r goes back to the changes");
}

#[test]
fn text_is_found_inside_of_folded_lines() {
    let mut session = weakened_policy();
    session.keys("rC<ctrl-f>python-requests<enter>");
    let line = session.app.panes.detail.current().expect("a line");
    let outline = session.app.panes.detail.outline.as_ref().expect("JSON");
    assert!(outline.lines()[line].text.contains("python-requests"));
    let detail = session.detail();
    assert!(detail.contains("python-requests"), "{detail}");
    session.keys("<esc>r");
    session.keys("<ctrl-f>notenforced");
    let at = session.app.panes.detail.viewport.cursor();
    let text: String =
        session.app.panes.detail.screen[at].text.iter().map(|(_, text)| &**text).collect();
    assert!(text.contains("NotEnforced"), "{text}");
}

#[test]
fn the_next_place_found_is_another_line() {
    let mut session = weakened_policy();
    session.keys("<ctrl-f>tidewick<enter>");
    let mut lines = vec![session.app.panes.detail.current()];
    for _ in 0..3 {
        session.keys("n");
        lines.push(session.app.panes.detail.current());
    }
    assert!(lines.windows(2).all(|two| two[0] != two[1]), "{lines:?}");
    session.keys("N");
    assert_eq!(session.app.panes.detail.current(), lines[2]);
}

#[test]
fn a_value_under_the_cursor_becomes_a_filter_and_keeps_its_record() {
    let mut session = weakened_policy();
    session.keys("<ctrl-f>192.0.2.71<enter>n");
    let row = session.current();
    session.keys("zx").keys("+");
    assert_eq!(session.app.filter.text(), "actor.ip=192.0.2.71");
    assert!(session.app.panes.list.rows.len() > 10);
    assert_eq!(session.current(), row);
    session.keys("-");
    assert_eq!(session.app.panes.list.rows.len(), 0, "{}", session.app.filter.text());
}

#[test]
fn times_turn_to_the_local_zone_everywhere() {
    let mut session = weakened_policy();
    assert!(session.detail().contains("2026-11-12 03:05:36"));
    session.keys("Z");
    let screen = session.screen();
    assert!(screen.contains("2026-11-12 04:05:36") && !screen.contains("03:05:36"), "{screen}");
    assert!(session.keys("<esc>").list().contains("11-12 04:05:36"));
    assert!(session.keys("Z").screen().contains("11-12 03:05:36"));
}

#[test]
fn what_is_mentioned_by_its_id_is_called_by_its_name() {
    let bytes = include_bytes!("../fixtures/scenarios/s04-conditional-access.ndjson").to_vec();
    let mut session = Session::new(settings(Some("s04"), 120, 40));
    for delivery in deliveries("s04", bytes) {
        session.send(Message::Delivered(delivery));
    }
    session.keys("/conditional<enter>");
    let detail = session.detail();
    assert_eq!(detail.matches(" = svc-backup").count(), 1, "{detail}");
    // Told again, for times in another zone, it is still said once.
    let again = session.keys("Z").detail();
    assert_eq!(again.matches(" = svc-backup").count(), 1, "{again}");
}
