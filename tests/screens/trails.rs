//! The box of trails: what it lists, what its keys lead to, the way back.
//! Never counts by itself what the screen says: it asks the filter.

use entrail::app::message::Message;

use super::session::Session;

#[test]
fn trails_are_listed_with_their_steps_the_most_severe_first() {
    let mut session = Session::demo(80, 24);
    session.keys("Lfederated");
    let screen = session.screen();
    assert!(screen.contains("●●●●") && screen.contains("4/4 steps (critical)"), "{screen}");
    assert!(screen.contains("authentication set after 8 min"), "{screen}");
    session.keys("<enter>");
    assert_eq!(session.app.panes.list.rows.len(), 4);
    assert!(
        session.app.filter.text().starts_with("correlation=("),
        "{}",
        session.app.filter.text()
    );
    session.keys("<backspace>");
    assert_eq!(session.app.filter.text(), "");
    assert_eq!(session.app.panes.list.all_rows().len(), session.app.data.store.len());
}

#[test]
fn what_happened_meanwhile_is_one_key() {
    let mut session = Session::demo(120, 40);
    session.keys("L2610270050001847");
    let screen = session.screen();
    assert!(screen.contains("open for 24 days, not removed"), "{screen}");
    assert!(screen.contains("5073 records meanwhile"), "{screen}");
    // What was typed is in the way of a letter: without it the key works.
    session.keys("<esc>L");
    let at = |session: &Session| {
        let item = session.app.layers.menu().and_then(|menu| menu.current());
        item.is_some_and(|item| item.label.contains("2610270050001847"))
    };
    for _ in 0..200 {
        if !at(&session) {
            session.keys("<down>");
        }
    }
    session.keys("<right>");
    assert_eq!(session.app.panes.list.all_rows().len(), 5073);
    session.keys("<backspace>");
    assert_eq!(session.app.filter.text(), "");
}

#[test]
fn nothing_meanwhile_is_said_and_dots_are_letters_without_them() {
    let mut session = Session::demo(80, 24);
    session.theme.ascii = true;
    session.keys("Lset up the domain");
    assert!(session.screen().contains("****   kai.morrow"), "{}", session.screen());
    session.keys("<esc>L<right>");
    assert!(
        session
            .app
            .screen
            .notice
            .as_deref()
            .is_some_and(|notice| notice.starts_with("nothing was"))
    );
    session.keys("<esc>");
    assert!(session.app.layers.is_empty());
}

#[test]
fn keys_that_are_typed_while_trails_are_looked_for_are_kept() {
    let mut session = Session::demo(80, 24);
    session.hold = true;
    session.keys("Lwhatever");
    session.send(Message::FindingTrails(1_500_000, 6_000_000));
    let screen = session.screen();
    assert!(
        screen.contains("looking … 25% · 1,500,000 of 6,000,000 records · esc stops"),
        "{screen}"
    );
    session.keys("<ctrl-u>wrapfed");
    for _ in 0..7 {
        session.keys("<backspace>");
    }
    session.keys("fede");
    let found = entrail::trails::find(&session.app.data.store, &|_| true).expect("found");
    let all = found.findings.len();
    session.send(Message::TrailsFound(Box::new(found)));
    session.keys("rated");
    let screen = session.screen();
    assert!(screen.contains(&format!("Trails: 1 of {all} found")), "{screen}");
    assert!(screen.contains("> federated") && screen.contains("●●●●"), "{screen}");
    // Esc while they are looked for stops it.
    session.keys("<esc>L<esc>");
    assert!(session.app.layers.is_empty() && session.outside.contains(&"stop trails"));
}

#[test]
fn typing_finds_what_is_shown_as_it_is_written_and_ids_as_a_whole() {
    let mut session = Session::demo(80, 24);
    let found = |session: &mut Session, typed: &str| {
        session.keys(&format!("L{typed}"));
        let menu = session.app.layers.menu().expect("the box");
        let labels: Vec<String> =
            menu.shown.iter().map(|&at| menu.items[at].label.clone()).collect();
        let heading = menu.title.text(menu.fitting());
        session.keys("<esc>");
        (labels, heading)
    };
    let (all, _) = found(&mut session, "");
    let (labels, heading) = found(&mut session, "teun");
    assert_eq!(labels, Vec::<String>::new(), "letters in their order are not a word");
    assert!(heading.contains(&format!("Trails: 0 of {} found", all.len())), "{heading}");
    let (labels, _) = found(&mut session, "ca004 weakened");
    assert_eq!(labels.len(), 1, "{labels:?}");
    // The domain of a name that is shortened in the list stands below it.
    let (labels, _) = found(&mut session, "svc-print.relay@tidewick.example");
    assert!(labels[0].contains("svc-print.relay"), "{labels:?}");
    // So what is named with it comes before what only mentions it, at whatever level.
    let (labels, _) = found(&mut session, "quietharbor.example");
    let named = |label: &String| label.contains("kai.morrow") || label.contains("invited");
    assert!(labels.len() > 2 && named(&labels[0]), "{labels:?}");
    // What is said of many alike ("the same user within 10 minutes") is no name.
    let (labels, _) = found(&mut session, "sam");
    assert!(labels.len() < all.len() / 10, "{labels:?}");
    let id = "c611da94-2f1e-404e-a5d0-8062ba63f708";
    assert_eq!(found(&mut session, id).0.len(), 1);
    assert_eq!(found(&mut session, &id[..20]).0.len(), 0);
}

#[test]
fn all_that_is_said_of_a_trail_can_be_read_and_a_wide_screen_is_used() {
    let mut session = Session::demo(80, 24);
    session.keys("L24 guests");
    let screen = session.screen();
    assert!(screen.contains("more lines: shift and down"), "{screen}");
    assert!(!screen.contains("and 7 more."), "{screen}");
    session.keys("<shift-down><shift-down><shift-down><shift-down><shift-down><shift-down>");
    let screen = session.screen();
    assert!(screen.contains("and 7 more."), "{screen}");
    session.keys("<shift-up><shift-up><shift-up><shift-up><shift-up><shift-up><shift-up>");
    assert!(session.screen().contains("svc-print.relay@tidewick.example invited 24 guests within"));
    let mut session = Session::demo(200, 50);
    let screen = session.keys("L24 guests").screen();
    assert!(screen.contains("and 7 more."), "{screen}");
    assert!(
        screen.contains(
            "svc-print.relay@tidewick.example invited 24 guests within 10 min · 5 of 24 redeemed, 2 memberships, 1 became member · high · 11-13"
        ),
        "{screen}"
    );
}

#[test]
fn who_closes_the_box_no_longer_waits() {
    let mut session = Session::catalogue(80, 24);
    session.keys("L");
    assert!(session.app.layers.is_empty() && session.app.screen.notice.is_some());
}
