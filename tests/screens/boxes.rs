//! Boxes over the screen: order, columns, copying, help, all actions, troubles; and plain terminals.
//! Never relies on a box's exact lines.

use super::session::{Session, deliveries, settings, small};
use entrail::app::Settings;
use entrail::app::action::Pane;
use entrail::app::layers::asking::AskAgainOffer;
use entrail::app::message::Message;
use entrail::place::Prompt;
use entrail::record::column::{Column, Part};
use entrail::source::{Delivery, Following, Progress, Summary, local};
use entrail::time::Timestamp;
use entrail::ui::theme::{NO_COLOUR, Theme};
use ratatui::style::Color;

const DAMAGED: &[u8] = include_bytes!("../fixtures/damage/lines-with-damage.ndjson");

#[test]
fn the_list_is_ordered_by_what_is_chosen_and_turned_around() {
    let mut session = Session::demo(120, 40);
    session.keys("s").keys("service");
    assert!(session.screen().contains("the Entra service that logged it"));
    session.keys("<enter>");
    let service = |session: &Session| {
        let code = session.app.data.store.codes(session.current(), Column::Path)[0];
        session.app.data.store.part(Part::SERVICE, code).to_owned()
    };
    session.keys("g");
    assert_eq!(service(&session), "AAD Management UX");
    assert!(session.list().contains("service ▴"), "{}", session.list());
    session.keys("sservice<enter>g");
    assert_eq!(service(&session), "Verified ID");
    session.keys("stime<enter>g");
    assert!(session.list().contains("time ▾"));
}

#[test]
fn columns_are_shown_and_hidden() {
    let mut session = Session::demo(120, 40);
    assert!(!session.list().contains("Category"));
    session.keys("Ccategory<enter>");
    assert!(session.screen().contains("[x] category"), "{}", session.screen());
    session.keys("<esc>");
    assert!(session.list().contains("Category"), "{}", session.list());
    session.keys("Ccategory<enter><esc>");
    assert!(!session.list().contains("Category"));
}

#[test]
fn a_letter_copies_what_stands_behind_it() {
    let mut session = Session::demo(120, 40);
    session.keys("/target:CA004 actor:print.relay<enter>");
    session.keys("yi").keys("yj").keys("ys").keys("yq").keys("<tab><ctrl-f>192.0.2.71<enter>nyv");
    let copied = &session.copied;
    assert!(copied[0].starts_with("IPCGraph_"), "{copied:?}");
    assert!(copied[1].starts_with("{\"id\":\"IPCGraph_") && copied[1].ends_with('}'));
    assert!(copied[2].contains("updated conditional access policy"), "{}", copied[2]);
    assert_eq!(copied[3], "target:CA004 actor:print.relay");
    assert_eq!(session.copied[4], "192.0.2.71");
    assert!(session.hints().contains("copied"));
}

#[test]
fn help_is_searched_and_carries_out_what_it_finds() {
    let mut session = Session::demo(120, 40);
    session.keys("?");
    assert!(session.screen().contains("Help: keys of the list pane"));
    session.keys("zoom");
    let screen = session.screen();
    assert!(screen.contains("> zoom") && screen.contains("Give the focused pane"), "{screen}");
    session.keys("<enter>");
    assert!(session.app.layers.is_empty() && session.app.panes.zoomed);
    session.keys("z?actor.ip");
    assert!(session.screen().contains("actor.ip:"), "help lists the fields of filters too");
    session.keys("<esc>?j");
    assert!(session.screen().contains("│j down"), "keys are found by themselves");
    session.keys("<ctrl-u>nothing like this");
    assert!(session.screen().contains("nothing fits"));
}

#[test]
fn the_list_of_all_actions_says_why_one_cannot_be_done() {
    let mut session = Session::catalogue(120, 40);
    session.keys(":sort");
    assert!(session.screen().contains("(no records are loaded)"), "{}", session.screen());
    session.keys("<enter>");
    assert_eq!(session.app.layers.len(), 1, "the box stays");
    assert!(session.hints().contains("no records are loaded"));
    let mut session = Session::demo(120, 40);
    session.keys("<ctrl-p>unfold-all");
    assert!(session.screen().contains("(works in the tree and detail pane)"));
}

#[test]
fn what_could_not_be_read_is_listed_with_its_place() {
    let damaged = deliveries("damaged.ndjson", DAMAGED.to_vec());
    let mut session = Session::loaded("damaged.ndjson", &damaged, 120, 40);
    let count = session.app.data.loading.troubles.len();
    assert!(count >= 2 && session.app.data.store.len() >= 5);
    assert!(session.status().contains(&format!("! {count} troubles")), "{}", session.status());
    session.keys("T");
    let screen = session.screen();
    assert!(screen.contains("damaged.ndjson:2: ") && screen.contains("✗ lost"), "{screen}");
    session.keys("<enter>");
    assert!(session.copied[0].starts_with("damaged.ndjson:"), "{:?}", session.copied);
    let mut session = Session::demo(120, 40);
    assert!(session.keys("T").hints().contains("everything could be read"));
}

#[test]
fn a_file_without_records_says_so() {
    let nothing = deliveries("empty.json", b"{\"value\":[]}".to_vec());
    let mut session = Session::loaded("empty.json", &nothing, 80, 24);
    assert!(session.hints().contains("empty.json: no records in it"), "{}", session.hints());
    let broken = deliveries("broken.json", b"this is no audit log at all".to_vec());
    let mut session = Session::loaded("broken.json", &broken, 80, 24);
    assert!(session.hints().contains("broken.json"), "{}", session.hints());
    assert!(session.list().contains("no records"), "{}", session.list());
}

#[test]
fn the_mouse_can_be_left_to_the_terminal() {
    let mut session = Session::demo(80, 24);
    session.keys("MM");
    assert_eq!(session.outside, ["mouse off", "mouse on"]);
}

/// Screens that together show everything that is drawn.
const TOUR: &[&str] = &[
    "",
    "<enter>",
    "r",
    "z",
    "z<esc><esc><tab><tab>E",
    "<space>",
    "fuser<enter>",
    "v",
    "?",
    "<esc>/actor:",
    "<esc>c",
    "<esc>s",
];

#[test]
fn borders_and_bars_are_ascii_where_the_terminal_has_no_more() {
    let mut session = Session::demo(120, 40);
    session.theme = Theme::new(NO_COLOUR, true);
    for keys in TOUR {
        let screen = session.keys(keys).screen();
        let drawn = |c: char| matches!(c, '\u{2500}'..='\u{259f}');
        let wrong = screen.lines().find(|line| line.contains(drawn));
        assert_eq!(wrong, None, "after {keys}");
    }
    // Nothing else that is drawn either; letters and pictures are the data's own.
    let drawn = |c: char| !c.is_ascii() && !c.is_alphabetic() && c < '\u{1f000}';
    for keys in [
        "<esc><esc>O",
        "O/actor:",
        "<esc>L",
        "<esc>A",
        "<esc>0",
        "<esc>mR",
        "<enter>e",
        "<esc>tzfa",
    ] {
        let screen = session.keys(keys).screen();
        let wrong = screen.lines().find(|line| line.contains(drawn));
        assert_eq!(wrong, None, "after {keys}");
    }
}

#[test]
fn without_colours_nothing_has_one() {
    let mut session = Session::demo(120, 40);
    session.theme = Theme::new(NO_COLOUR, false);
    for keys in TOUR {
        let buffer = session.keys(keys).draw();
        let coloured =
            buffer.content().iter().find(|cell| (cell.fg, cell.bg) != (Color::Reset, Color::Reset));
        assert_eq!(coloured, None, "after {keys}");
    }
}

#[test]
fn results_are_told_by_more_than_colour() {
    let mut session = Session::demo(120, 40);
    assert!(session.keys("/result=failure<enter>").list().contains("✗ fail"));
    assert!(session.app.panes.focus == Pane::List && session.detail().contains("✗ failure"));
}

#[test]
fn a_load_tells_how_far_and_how_fast_it_is_and_that_it_was_stopped() {
    let mut session = Session::new(settings(Some("audit.json"), 100, 24));
    let progress = Progress {
        bytes_read: 21,
        bytes_total: Some(100),
        rate: Some(743_210),
        ..Progress::default()
    };
    session.send(Message::Delivered(small()[0].clone()));
    session.send(Message::Delivered(Delivery::Progress(progress)));
    assert!(session.status().ends_with("740 k/s ▰▱▱▱▱  21%"), "{}", session.status());
    let stopped = Summary { progress, cancelled: true, ..Summary::default() };
    session.send(Message::Delivered(Delivery::Done(stopped)));
    session.keys("jk");
    let status = session.status();
    assert!(status.contains("! stopped at 21%") && !status.contains("k/s"), "{status}");
}

#[test]
fn a_sign_in_shows_its_code_until_it_is_done() {
    let mut session = Session::new(settings(Some("Graph"), 80, 24));
    let expires = Timestamp::parse("2026-11-20T12:15:00Z").expect("a time");
    let prompt = Prompt {
        code: "ABCD\u{1b}-1234".to_owned(),
        address: "https://login.example/device".to_owned(),
        expires,
    };
    session.send(Message::Delivered(Delivery::Prompt("Microsoft Graph".into(), Some(prompt))));
    let screen = session.screen();
    for part in ["https://login.example/device", "ABCD␛-1234", "12:15"] {
        assert!(screen.contains(part), "{part} in\n{screen}");
    }
    session.keys("j<enter>");
    assert!(session.screen().contains("login.example"), "copying the code keeps it on the screen");
    session.send(Message::Delivered(Delivery::Prompt("Microsoft Graph".into(), None)));
    assert!(!session.screen().contains("login.example"));
}

#[test]
fn two_sign_ins_were_shown_as_one() {
    let mut session = Session::new(settings(Some("2 places"), 80, 24));
    let prompt = |code: &str| Prompt {
        code: code.to_owned(),
        address: "https://login.example/device".to_owned(),
        expires: Timestamp::parse("2026-11-20T12:15:00Z").expect("a time"),
    };
    let mut send = |name: &str, prompt: Option<Prompt>| {
        session.send(Message::Delivered(Delivery::Prompt(name.into(), prompt)));
        session.screen()
    };
    send("Graph one", Some(prompt("AAAA")));
    let screen = send("Graph two", Some(prompt("BBBB")));
    for part in ["for Graph one", "AAAA", "for Graph two", "BBBB"] {
        assert!(screen.contains(part), "{part} in\n{screen}");
    }
    let screen = send("Graph one", None);
    assert!(!screen.contains("AAAA") && screen.contains("BBBB"), "{screen}");
    assert!(!send("Graph two", None).contains("login.example"));
}

#[test]
fn a_place_that_has_more_is_asked_only_when_the_user_says_so() {
    let mut session = Session::demo(100, 30);
    session.keys("B");
    assert!(session.hints().contains("no place has more"), "{}", session.hints());
    session.keys("/role<enter>");
    assert!(!session.hints().contains("more"), "{}", session.hints());
    session.offers = vec![AskAgainOffer {
        name: "Graph\u{1b} one".to_owned(),
        told: vec!["  GET https://graph.example/logs".to_owned()],
        place: local::at_hand("more", *b""),
    }];
    session.keys("/x<esc>");
    assert!(!session.hints().contains("has more"), "nothing was settled: {}", session.hints());
    session.keys("/<enter>");
    let told = "Graph␛ one has more for this filter; B shows";
    assert!(session.hints().contains(told), "{}", session.hints());
    session.keys("B");
    assert!(session.screen().contains("GET https://graph.example/logs"), "{}", session.screen());
    session.keys("<esc>");
    assert_eq!(session.outside, Vec::<&str>::new());
    session.keys("B<down><enter>");
    assert_eq!(session.copied, ["  GET https://graph.example/logs"]);
    session.keys("B<enter>");
    assert_eq!(session.outside, ["ask again"]);
    session.keys("B");
    assert!(session.hints().contains("still being read"), "{}", session.hints());
    let before = session.status();
    let arrivals = session.arrivals(2);
    session.send(Message::Delivered(Delivery::Segment(arrivals)));
    let progress = Progress { records: 2, duplicates: 9, ..Progress::default() };
    session.send(Message::Delivered(Delivery::Progress(progress)));
    assert_eq!(session.app.data.loading.progress.duplicates, 0, "of the load: {before}");
    session.send(Message::Delivered(Delivery::Done(Summary { progress, ..Summary::default() })));
    assert!(session.hints().contains("2 more records came"), "{}", session.hints());
    assert!(!session.status().contains("duplicate"), "of the load: {}", session.status());
    session.offers.clear();
    session.keys("B");
    assert!(session.hints().contains("no place has more"), "{}", session.hints());
}

#[test]
fn what_was_asked_for_again_did_not_arrive() {
    let mut session = Session::demo(100, 30);
    let offer = |name: &str| AskAgainOffer {
        name: name.to_owned(),
        told: Vec::new(),
        place: local::at_hand(name, *b""),
    };
    session.offers = vec![offer("one"), offer("two")];
    session.keys("F");
    session.keys("B");
    assert!(session.hints().contains("F ends that first"), "{}", session.hints());
    let arrivals = session.arrivals(1);
    session.send(Message::Delivered(Delivery::Segment(arrivals)));
    session.keys("F");
    assert_eq!(session.app.data.arrived(), 1);
    session.keys("B");
    for part in ["ask all 2", "ask one", "ask two"] {
        assert!(session.screen().contains(part), "{part} in\n{}", session.screen());
    }
    session.keys("<enter>");
    let asked_for = session.arrivals(3);
    session.send(Message::Delivered(Delivery::Segment(asked_for)));
    let lost = Summary { lost: 1, cancelled: true, ..Summary::default() };
    session.send(Message::Delivered(Delivery::Done(lost)));
    let told = "more records came, but not all; T tells why";
    assert!(session.hints().contains(told), "{}", session.hints());
    assert_eq!(session.app.data.arrived(), 0);
}

#[test]
fn what_arrives_is_marked_counted_and_leaves_the_reader_where_he_is() {
    let mut session = Session::demo(80, 24);
    session.keys("jj");
    let before = session.app.panes.list.current();
    session.keys("F");
    assert_eq!(session.outside, ["follow"]);
    assert!(session.status().contains("looking at what was read"), "{}", session.status());
    let went = |session: &mut Session, following| {
        session.send(Message::Delivered(Delivery::Following(following)));
    };
    let until = Timestamp::parse("2026-11-20T18:00:30Z").expect("a time");
    went(&mut session, Following::Waiting(Some(until)));
    assert!(session.status().contains("following · next look 18:00:30"), "{}", session.status());
    let arrivals = session.arrivals(2);
    session.send(Message::Delivered(Delivery::Segment(arrivals)));
    assert_eq!(session.app.panes.list.current(), before);
    assert!(session.status().contains("following · 2 new"), "{}", session.status());
    session.keys("g");
    let screen = session.screen();
    assert!(screen.lines().filter(|line| line.contains("┃+ ")).count() == 2, "{screen}");
    session.keys("F");
    assert_eq!(session.outside, ["follow", "stop following"]);
    assert!(session.status().contains("followed · 2 new"), "{}", session.status());
    went(&mut session, Following::Ended("the file is\u{1b} gone".to_owned()));
    assert!(session.screen().contains("the file is␛ gone"));
}

#[test]
fn where_the_records_come_from_can_be_read_and_copied() {
    let origin = vec!["  GET https://graph.example/v1.0/logs?$filter=x".to_owned()];
    let mut session = Session::new(Settings { origin, ..settings(Some("Graph"), 80, 24) });
    assert_eq!(
        session.keys("F").app.screen.notice.as_deref(),
        Some("it is still being read, and followed when that ends; F takes that back")
    );
    session.keys("F");
    session.keys("<ctrl-o>");
    assert!(session.screen().contains("GET https://graph.example/v1.0"), "{}", session.screen());
    session.keys("<enter>");
    assert_eq!(session.copied, ["  GET https://graph.example/v1.0/logs?$filter=x"]);
}

#[test]
fn the_query_is_copied_in_the_languages_of_other_tools() {
    let mut session = Session::demo(80, 24);
    session.keys("/activity:role op=Add source:x<enter>y");
    assert!(session.screen().contains("weaker op=Add (compared by its"), "{}", session.screen());
    session.keys("k");
    let kql = session.copied.pop().expect("copied");
    assert!(kql.starts_with("// weaker: op=Add (compared by its plain parts"), "{kql}");
    assert!(kql.contains("source:x (entrail does not write"), "{kql}");
    assert!(kql.contains("\n| where ") && kql.contains("AADOperationType"), "{kql}");
    session.keys("yw");
    assert!(session.copied.pop().expect("copied").contains("Get-MgAuditLogDirectoryAudit"));
    // Nothing of it can be said to Graph.
    session.keys("yo");
    assert!(session.copied.is_empty());
    assert!(session.hints().contains("nothing of the query can be said"), "{}", session.hints());
}
