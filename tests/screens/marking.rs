//! Marks and notes: set with keys, seen in the list and the detail, asked for in the filter, taken up again.
//! Never writes a file; what would be kept is looked at instead.

use entrail::app::cases::{FoundCase, KnownCase, Moved, NotKept};
use entrail::app::message::Message;
use entrail::query::Query;
use entrail::store::Mark;
use entrail::time::Timestamp;
use entrail::ui::theme::{NO_COLOUR, Theme};

use super::session::Session;

fn marks(session: &Session) -> Vec<(u32, String)> {
    let marks = session.app.data.store.marks();
    marks.iter().map(|(row, mark)| (row, mark.note.clone())).collect()
}

#[test]
fn a_key_marks_the_record_stays_there_and_takes_the_mark_off() {
    let mut session = Session::demo(80, 24);
    let first = session.current();
    session.keys("m");
    assert_eq!(marks(&session), [(first, String::new())]);
    assert_eq!(session.current(), first, "what comes next is about the same record");
    assert!(session.list().contains("●"), "{}", session.list());
    assert!(session.hints().contains("marked · 1 mark in all; U undoes it"), "{}", session.hints());
    session.keys("jjmk");
    assert_eq!(marks(&session).len(), 2);
    session.keys("gm");
    assert_eq!(marks(&session).len(), 1);
    assert!(session.hints().contains("mark taken off"));
    assert_eq!(session.kept.len(), 3, "each change is kept");
    session.keys("mm");
    assert_eq!(marks(&session).len(), 1, "twice is not at all");
    session.keys("g<enter>m");
    assert_eq!(session.current(), first, "in the detail the record stays");
    assert!(session.detail().contains("Marked"), "{}", session.detail());
    session.keys("<esc>gmmnthe same record<enter>");
    assert!(marks(&session).contains(&(first, "the same record".to_owned())));
}

#[test]
fn a_note_goes_only_when_that_is_asked_for_twice_and_comes_back() {
    let mut session = Session::demo(80, 24);
    session.keys("nwho is this?<enter>m");
    assert_eq!(marks(&session)[0].1, "who is this?");
    assert!(session.hints().contains("m again takes mark and note off"), "{}", session.hints());
    session.keys("jkm");
    assert_eq!(marks(&session).len(), 1, "one key after the other");
    session.keys("m");
    assert!(session.hints().contains("mark and note taken off · 0 marks in all; U undoes it"));
    session.keys("U");
    assert_eq!(marks(&session)[0].1, "who is this?");
    assert!(session.hints().contains("as before · 1 mark in all"), "{}", session.hints());
    assert_eq!(session.kept.last().map(|(_, store)| store.marks().len()), Some(1), "and kept");
    session.keys("jmk<enter>n changed<enter>U");
    assert_eq!(marks(&session)[0].1, "who is this?", "a note is undone as well");
    session.keys("UU");
    assert!(marks(&session).is_empty());
    session.keys("U");
    assert!(session.hints().contains("no mark was changed"), "{}", session.hints());
    // A range with notes in it.
    session.keys("<esc>gnone<enter>jnother<enter>jmgVjjV");
    assert!(session.hints().contains("V again takes 3 marks and 2 notes off"));
    assert_eq!(marks(&session).len(), 3);
    session.keys("V");
    assert!(session.hints().contains("3 marks and 2 notes taken off"), "{}", session.hints());
    session.keys("U");
    assert_eq!(marks(&session).len(), 3);
}

#[test]
fn the_key_of_notes_is_that_of_the_search_only_while_the_detail_is_searched() {
    let mut session = Session::demo(80, 24);
    session.keys("<enter>");
    let hints = session.hints();
    assert!(hints.contains("m mark") && hints.contains("n note"), "{hints}");
    session.keys("nquit? no<enter>");
    assert_eq!(marks(&session)[0].1, "quit? no");
    assert!(session.outside.is_empty());
    session.keys("<ctrl-f>a<enter>");
    let hints = session.hints();
    assert!(hints.contains("n next place found") && hints.contains("esc ends"), "{hints}");
    let before = session.app.panes.detail.current();
    session.keys("n");
    assert!(session.app.layers.note().is_none());
    assert_ne!(session.app.panes.detail.current(), before);
    session.keys("<esc>n");
    assert!(session.app.layers.note().is_some());
    session.keys("<esc>Rn");
    assert!(session.app.layers.note().is_some(), "beside related records too");
    // There it is the record of the line that is meant.
    session.keys("<esc><esc><esc>x/target:CA004 actor:print.relay<enter>Rjj");
    let lines = ["›", " "].map(|arrow| format!("{arrow}●11-"));
    assert!(!lines.iter().any(|line| session.detail().contains(line)), "{}", session.detail());
    session.keys("mjjmn");
    assert!(lines.iter().all(|line| session.detail().contains(line)), "{}", session.detail());
    let line = session.app.panes.detail.current_line().and_then(|line| line.row);
    assert_eq!(session.app.layers.note().map(|note| note.row), line);
    assert_eq!(marks(&session).len(), 3);
}

#[test]
fn everything_from_one_record_to_another_is_marked_at_once() {
    let mut session = Session::demo(80, 24);
    session.keys("jV");
    assert!(session.hints().contains("V marks up to here"), "{}", session.hints());
    session.keys("jjV");
    assert_eq!(marks(&session).len(), 3);
    session.keys("V<esc>");
    assert!(session.app.marking.range.is_none());
    session.keys("VkkV");
    assert_eq!(marks(&session).len(), 0, "all marked: taken off");
    session.keys("gVGV");
    assert_eq!(marks(&session).len(), 6_000);
    session.keys("gVx/result=failure<enter>V");
    assert!(session.hints().contains("not in the list any more"), "{}", session.hints());
}

#[test]
fn a_note_is_written_found_changed_and_taken_off() {
    let mut session = Session::demo(80, 24);
    session.keys("/target:CA004 actor:print.relay<enter>n");
    assert!(session.screen().contains("Note: 11-12 03:05:36 "), "{}", session.screen());
    session.keys("weakened here").paste(" by the\nintruder").keys("<enter>");
    assert_eq!(marks(&session)[0].1, "weakened here by the intruder");
    assert!(session.list().contains("✎"), "{}", session.list());
    assert!(session.detail().contains("weakened here by the"), "{}", session.detail());
    let (draft, store) = session.kept.last().expect("kept");
    assert_eq!(draft.queries, ["target:CA004 actor:print.relay"]);
    assert_eq!(store.marks().len(), 1);
    session.keys("x/note:weakened<enter>");
    assert!(session.list().contains("Records 1 of 6,000"), "{}", session.list());
    session.keys("n!<enter>");
    assert_eq!(marks(&session)[0].1, "weakened here by the intruder!");
    session.keys("n<esc>n<ctrl-u><enter>");
    assert_eq!(marks(&session)[0].1, "", "the mark stays");
    assert!(session.list().contains("Records 0 of 6,000"), "the note is gone: {}", session.list());
    session.keys("x<tab>:note<enter>again<enter>");
    assert!(marks(&session).iter().any(|(_, note)| note == "again"), "from the detail too");
}

#[test]
fn the_filter_answers_after_each_mark() {
    let mut session = Session::demo(80, 24);
    session.keys("/mark:yes<enter>");
    assert!(session.list().contains("Records 0 of 6,000"), "{}", session.list());
    session.keys("xmjmjm/mark:yes<enter>");
    assert!(session.list().contains("Records 3 of 6,000"), "{}", session.list());
    session.keys("m");
    assert!(session.list().contains("Records 2 of 6,000"), "{}", session.list());
    session.keys("x/-mark:yes<enter>");
    assert!(session.list().contains("Records 5,998 of 6,000"), "{}", session.list());
    session.keys("m");
    assert!(session.list().contains("Records 5,997 of 6,000"), "{}", session.list());
    session.keys("x/mark:no<enter>");
    assert!(session.list().contains("Records 5,997 of 6,000"), "{}", session.list());
    session.keys("xsmark<enter>smark<enter>g");
    assert!(session.app.data.store.marks().has(session.current()), "marked ones first");
}

#[test]
fn marks_are_seen_where_there_is_only_ascii() {
    let mut session = Session::demo(80, 24);
    session.theme = Theme::new(NO_COLOUR, true);
    session.keys("mjnfirst<enter>");
    let list = session.list();
    assert!(list.contains("|m ") && list.contains("|n "), "{list}");
}

fn known(name: &str, marks: usize) -> KnownCase {
    KnownCase {
        path: format!("/home/somebody/.local/state/entrail/cases/{name}.json").into(),
        marks,
        notes: 1,
        last: Timestamp::parse("2026-11-19T17:00:00Z"),
        ..KnownCase::default()
    }
}

#[test]
fn a_case_of_the_same_inputs_is_offered_and_taken_up_or_not() {
    let case = KnownCase { lost: 1, title: "Incident 7".to_owned(), ..known("1", 2) };
    let offered = |session: &mut Session| {
        session.send(Message::CasesFound(vec![case.clone()], false));
    };
    let mark = |note: &str| Mark { note: note.to_owned(), at: None };
    let found = FoundCase {
        file: case.path.display().to_string(),
        marks: vec![(3, mark("evil\u{1b}[2J")), (7, mark(""))],
        lost: 1,
        title: "Incident 7".to_owned(),
        queries: vec!["actor:x".to_owned()],
    };
    let mut session = Session::demo(80, 24);
    session.keys("/mark:yes<enter>");
    offered(&mut session);
    let screen = session.screen();
    for part in
        ["2 marks from 2026-11-19 17:00: Enter takes them up", "Incident 7", "1 more", "1.json"]
    {
        assert!(screen.contains(part), "{part} in\n{screen}");
    }
    session.keys("<enter>");
    assert_eq!(session.outside, ["read case"]);
    session.send(Message::CaseFound(Ok(found.clone().into())));
    assert_eq!(marks(&session).len(), 2);
    assert!(session.list().contains("Records 2 of 6,000"), "{}", session.list());
    assert!(session.hints().contains("2 marks in all; 1 more are on records"));
    assert_eq!(session.outside, ["read case", "take up case"]);
    assert_eq!(session.app.marking.title, "Incident 7");
    session.keys("U");
    assert_eq!(marks(&session).len(), 2, "what was kept before is not undone");
    let mut session = Session::demo(80, 24);
    offered(&mut session);
    session.keys("<esc>");
    assert!(marks(&session).is_empty() && session.outside.is_empty());
    assert!(session.hints().contains("K lists what can be"), "{}", session.hints());
    // Nobody is interrupted while he types.
    let mut session = Session::demo(80, 24);
    session.keys("/add");
    offered(&mut session);
    assert!(session.app.layers.menu().is_none());
    session.keys("<enter>");
    assert_eq!(session.app.layers.len(), 1);
    // What was marked before one is taken up stays, and of two notes both.
    let mut session = Session::demo(80, 24);
    session.keys("m");
    session.app.panes.list.go_to_row(3);
    session.keys("nmine<enter>");
    session.send(Message::CaseFound(Ok(found.into())));
    assert_eq!(marks(&session).len(), 3);
    assert!(marks(&session).contains(&(3, "mine / evil\u{1b}[2J".to_owned())));
    assert!(session.kept.last().is_some_and(|(draft, _)| draft.queries == ["actor:x"]));
    // One that is not there any more.
    session.send(Message::CaseFound(Err("1.json: it is not there any more".to_owned())));
    assert!(session.hints().contains("not there any more"), "{}", session.hints());
}

#[test]
fn all_cases_of_the_same_inputs_are_listed_whenever_that_is_asked_for() {
    let mut session = Session::demo(80, 24);
    session.keys("K");
    assert!(session.hints().contains("no case of these records"), "{}", session.hints());
    session.cases = vec![known("ab12-2", 1), known("ab12", 415)];
    session.keys(":cases<enter>");
    let screen = session.screen();
    for part in ["2 cases of these records", "415 marks, 1 note", "ab12-2.json in /home/somebody"] {
        assert!(screen.contains(part), "{part} in\n{screen}");
    }
    assert!(session.hints().contains("⏎ take up"), "{}", session.hints());
    // Letters are meant for something else.
    session.keys("taq");
    assert_eq!((session.app.layers.len(), session.outside.len()), (1, 0));
    assert!(session.hints().contains("only Enter takes it up"), "{}", session.hints());
    session.keys("<down><enter>");
    assert_eq!(session.outside, ["read case"]);
    // The one that is open is not taken up again.
    let file = session.cases[1].path.display().to_string();
    session.send(Message::CaseFound(Ok(FoundCase { file, ..FoundCase::default() }.into())));
    session.keys("K<down><enter>");
    assert!(session.hints().contains("marks go there already"), "{}", session.hints());
    // Without any of its records a case is listed, but not offered.
    let mut session = Session::demo(80, 24);
    session.send(Message::CasesFound(vec![known("none", 0)], false));
    assert!(session.app.layers.is_empty());
    session.send(Message::CasesFound(vec![known("none", 0)], true));
    assert_eq!(session.app.layers.len(), 1);
}

#[test]
fn marks_that_cannot_be_kept_are_told_as_long_as_that_is_so() {
    let mut session = Session::demo(80, 24);
    let not_kept = NotKept {
        why: "Permission denied\u{1b}[2J (os error 13)".to_owned(),
        file: "/home/somebody/with/a/long/name/.local/state/entrail/cases/ab12.json".to_owned(),
    };
    session.keys("m").send(Message::CaseKept(Err(not_kept)));
    let hints = session.hints();
    assert!(hints.contains("marks are not kept: Permission denied"), "{hints}");
    assert!(hints.contains("…") && hints.ends_with("ab12.json"), "{hints}");
    session.keys("j");
    assert!(session.status().contains("! marks are not kept (T)"), "{}", session.status());
    session.keys("T");
    assert!(session.screen().contains("(/home/somebody/with/a/long"), "{}", session.screen());
    session.keys("<esc>q");
    assert!(session.outside.is_empty(), "{:?}", session.outside);
    let hints = session.hints();
    assert!(hints.contains("q again quits, e writes them to a file"), "{hints}");
    session.keys("jq<ctrl-c>");
    assert_eq!(session.outside, ["quit"]);
    let mut session = Session::demo(80, 24);
    session.keys("m").send(Message::CaseKept(Err(NotKept::default())));
    session.keys("jm");
    assert!(!session.status().contains("not kept"), "it is kept now: {}", session.status());
    session.keys("q");
    assert_eq!(session.outside, ["quit"]);
}

#[test]
fn the_language_knows_marks() {
    for text in ["mark:yes", "mark=no", "-marked:yes note:\"\"", "note:/x/ mark:(yes no)"] {
        assert!(Query::parse(text).is_ok_and(|query| query.asks_for_marks()), "{text}");
    }
}

#[test]
fn a_folded_operation_is_marked_and_exported_with_all_its_records() {
    let mut session = Session::demo(80, 24);
    session.keys("/target:CA004 actor:print.relay<enter>O");
    assert_eq!(session.app.panes.list.rows.len(), 1, "{}", session.list());
    session.keys("m");
    assert_eq!(marks(&session).len(), 2);
    assert!(session.hints().contains("2 records marked"), "{}", session.hints());
    session.keys("m");
    assert_eq!(marks(&session).len(), 0);
    assert!(session.hints().contains("2 marks taken off"), "{}", session.hints());
    session.keys("<space>gVjV");
    assert_eq!(marks(&session).len(), 2);
    session.keys("xVVe");
    assert!(session.screen().contains("view: 6,000"), "{}", session.screen());
}

#[test]
fn what_is_marked_is_never_hidden_as_noise() {
    let mut session = Session::demo(80, 24);
    session.keys("9<enter>gm");
    let (row, _) = marks(&session)[0];
    session.keys("xH");
    assert!(session.app.panes.list.rows.contains(&row));
    session.keys("/mark:yes<enter>");
    assert!(session.list().contains("Records 1 of 6,000"), "{}", session.list());
}

#[test]
fn a_folded_operation_that_is_marked_in_part_looks_so() {
    let mut session = Session::demo(80, 24);
    session.keys("/target:CA004 actor:print.relay<enter>mO");
    assert_eq!(session.app.panes.list.rows.len(), 1, "{}", session.list());
    assert!(session.list().contains("◐") && !session.list().contains("●"), "{}", session.list());
    session.keys("m");
    assert!(session.hints().contains("1 more record marked · 2 marks"), "{}", session.hints());
    assert!(session.list().contains("●") && !session.list().contains("◐"), "{}", session.list());
    session.keys("U");
    session.theme = Theme::new(NO_COLOUR, true);
    assert!(session.list().contains("|o!"), "{}", session.list());
}

#[test]
fn queries_are_kept_only_as_long_as_something_is_marked_by_them() {
    let mut session = Session::demo(80, 24);
    let queries = |session: &Session| session.kept.last().map(|(draft, _)| draft.queries.clone());
    session.keys("/target:CA004<enter>m/x<esc>U");
    assert_eq!(queries(&session), Some(Vec::new()), "undone");
    session.keys("mm");
    assert_eq!(queries(&session), Some(Vec::new()), "taken off");
    session.keys("U");
    assert_eq!(queries(&session), Some(vec!["target:CA004".to_owned()]), "and back");
    // Marks of a case on records that are not here have their queries still.
    let mut session = Session::demo(80, 24);
    let found = FoundCase { lost: 1, queries: vec!["actor:x".to_owned()], ..FoundCase::default() };
    session.send(Message::CaseFound(Ok(found.into())));
    session.keys("mm");
    assert_eq!(queries(&session), Some(vec!["actor:x".to_owned()]));
}

#[test]
fn two_cases_become_one_only_when_that_is_asked_for_twice() {
    let mut session = Session::demo(80, 24);
    session.cases = vec![known("ab12-2", 1), known("ab12", 415)];
    session.keys("mjmK<enter>");
    assert!(session.outside.is_empty(), "{:?}", session.outside);
    let hints = session.hints();
    assert!(hints.contains("Enter again puts 2 marks of here and ab12-2.json together"), "{hints}");
    session.keys("<down><enter>");
    assert!(session.outside.is_empty(), "another one");
    session.keys("<enter>");
    assert_eq!(session.outside, ["read case"]);
    session.send(Message::CaseFound(Ok(FoundCase::default().into())));
    session.keys("U");
    let hints = session.hints();
    assert!(hints.contains("since a case was taken up"), "{hints}");
    assert_eq!(marks(&session).len(), 2);
}

#[test]
fn cases_of_one_minute_are_told_apart_and_the_open_one_is_said_to_be_open() {
    let mut session = Session::demo(100, 24);
    let about = |name: &str, title: &str, first_note: &str| KnownCase {
        title: title.to_owned(),
        first_note: first_note.to_owned(),
        ..known(name, 2)
    };
    session.cases =
        vec![about("1", "Incident 7", "a note"), about("2", "", "consent \u{1b}[2Jphish")];
    session.keys("K");
    let screen = session.screen();
    for part in ["2 marks, 1 note Incident 7; 1.json", "2 marks, 1 note consent "] {
        assert!(screen.contains(part), "{part} in\n{screen}");
    }
    session.keys("<esc>");
    session.cases = vec![KnownCase { path: "case.json".into(), ..KnownCase::default() }];
    session.keys("mK");
    let screen = session.screen();
    for part in ["marks go to this case; Esc closes", "case.json"] {
        assert!(screen.contains(part), "{part} in\n{screen}");
    }
    assert!(!screen.contains("case.json in"), "{screen}");
    session.keys("<enter>");
    assert!(session.hints().contains("marks go there already"), "{}", session.hints());
    assert!(session.app.layers.is_empty(), "there is nothing to choose");
}

#[test]
fn marks_that_go_to_another_file_are_told_as_long_as_that_is_so() {
    let mut session = Session::demo(100, 24);
    let moved = Moved { from: "a/two.json".to_owned(), to: "a/two-2.json".to_owned() };
    session.keys("m").send(Message::CaseMoved(moved));
    let hints = session.hints();
    assert!(hints.contains("somebody else changed two.json: marks go to two-2.json"), "{hints}");
    session.keys("jm");
    assert!(session.status().contains("! marks go to two-2.json (T)"), "{}", session.status());
    session.keys("T");
    let screen = session.screen();
    assert!(screen.contains("marks go to a/two-2.json: somebody else changed a/two"), "{screen}");
    // Where they go to a file that was chosen, there is nothing to tell.
    session.keys("<esc>");
    let found = FoundCase { file: "a/two.json".to_owned(), ..FoundCase::default() };
    session.send(Message::CaseFound(Ok(found.into())));
    assert!(!session.status().contains("! marks"), "{}", session.status());
}
