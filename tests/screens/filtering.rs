//! The filter line: narrowing, mistakes, completion, history, pasting, answers in time.
//! Never looks at more than what the user sees and the query that stands.

use ratatui::layout::Position;
use ratatui::style::Modifier;

use super::session::{LINES, Session, deliveries, settings};
use entrail::app::Settings;
use entrail::app::message::Message;

fn rows(session: &Session) -> usize {
    session.app.panes.list.rows.len()
}

/// The text of the filter line that is underlined.
fn underlined(session: &mut Session) -> String {
    let area = session.app.screen.layout.filter;
    let buffer = session.draw();
    let cells = (area.left()..area.right()).filter_map(|x| buffer.cell(Position::new(x, area.y)));
    cells
        .filter(|cell| cell.modifier.contains(Modifier::UNDERLINED))
        .map(ratatui::buffer::Cell::symbol)
        .collect()
}

#[test]
fn every_letter_narrows_the_list() {
    let mut session = Session::demo(80, 24);
    let mut counts = vec![rows(&session)];
    session.keys("/");
    for letter in ["f", "e", "d", "e", "r", "a", "t"] {
        counts.push(rows(session.keys(letter)));
    }
    assert!(counts.is_sorted_by(|a, b| a >= b), "{counts:?}");
    assert!(counts[1] < 6_000 && counts[7] > 0 && counts[7] < counts[1], "{counts:?}");
    let title = format!("Records {} of 6,000", counts[7]);
    assert!(session.list().contains(&title), "{}", session.list());
}

#[test]
fn a_mistake_is_underlined_and_the_last_good_rows_are_kept() {
    let mut session = Session::demo(80, 24);
    let good = rows(session.keys("/actor:marek "));
    assert!(good > 0 && good < 6_000);
    session.paste("activty:add");
    assert_eq!(rows(&session), good);
    assert_eq!(underlined(&mut session), "activty");
    assert!(session.hints().contains("did you mean `activity`?"), "{}", session.hints());
    // It cannot be left there: what stands in the line is what the list answers.
    session.keys("<enter>");
    assert!(session.app.layers.types_filter() && session.hints().contains("did you mean"));
    session.keys("<esc>");
    assert_eq!((session.app.filter.text(), rows(&session)), ("", LINES));
}

#[test]
fn a_word_that_no_record_can_have_is_a_mistake_and_not_an_empty_answer() {
    let mut session = Session::demo(80, 24);
    for (typed, said) in [
        ("risk>=hihg", "write one of low, medium, high, critical"),
        ("risk:hihg", "write one of low, medium, high, critical"),
        ("mark:maybe", "write one of yes, no"),
        ("result:fialure", "did you mean `failure`?"),
        ("kind=signs", "write one of audit, sign-in, provisioning"),
        ("time:2026-11-14..2026-11-13", "ends before it begins"),
        ("time:2026-11-13T25", "is no time"),
    ] {
        session.keys("/").paste(typed).keys("<enter>");
        assert!(
            session.app.layers.types_filter() && session.hints().contains(said),
            "{}",
            session.hints()
        );
        // Whose rows these are is told: those of the filter before.
        assert!(session.list().contains(", still of "), "{}", session.list());
        session.keys("<esc>");
        assert!(!session.list().contains(", still of "), "{}", session.list());
    }
    for fine in ["kind:sign", "result:fail", "result=\"Reached its end\""] {
        session.keys("/<ctrl-u>").paste(fine).keys("<enter>");
        assert!(!session.app.layers.types_filter(), "{fine}");
    }
}

#[test]
fn a_click_elsewhere_takes_back_what_is_no_query() {
    let mut session = Session::demo(80, 24);
    session.keys("/").paste("risk>=hi");
    session.click(40, 5);
    assert!(session.hints().contains("taken back"), "{}", session.hints());
    assert_eq!((session.app.filter.text(), rows(&session)), ("", LINES));
}

#[test]
fn what_is_only_not_finished_is_not_called_a_mistake() {
    let mut session = Session::demo(80, 24);
    for typed in ["actor:", "actor:\"mar", "(marek OR", "actor:/mar"] {
        session.keys("/<ctrl-u>").paste(typed);
        assert_eq!(underlined(&mut session), "", "{typed}");
        session.keys("<esc>");
    }
}

#[test]
fn the_first_suggestion_completes_with_tab() {
    let mut session = Session::demo(80, 24);
    let all = session.screen();
    session.keys("/actor:mar");
    let popup = session.screen();
    assert!(popup.contains("│marek.toivonen@tidewick.example  "), "{popup}");
    session.keys("<tab>");
    assert_eq!(session.app.filter.text(), "actor:marek.toivonen@tidewick.example ");
    assert!(rows(&session) > 0 && rows(&session) < 6_000);
    session.keys("<esc>");
    assert_eq!(session.screen(), all, "Esc brings back what was there before");
}

#[test]
fn another_suggestion_is_picked_with_the_arrows() {
    let mut session = Session::demo(80, 24);
    session.keys("/actor:mar<down><down>");
    let second = session.app.filter.suggestions.items[1].label.clone();
    session.keys("<enter>");
    assert!(session.app.layers.types_filter(), "the first Enter takes the suggestion");
    assert!(session.app.filter.text().contains(&second), "{}", session.app.filter.text());
    session.keys("<enter>");
    assert!(!session.app.layers.types_filter());
}

#[test]
fn picking_nothing_leaves_the_text_as_it_is() {
    let mut session = Session::demo(80, 24);
    session.keys("/actor:mar<down><up><enter>");
    assert_eq!(session.app.filter.text(), "actor:mar");
    assert!(!session.app.layers.types_filter());
}

#[test]
fn earlier_filters_come_back_with_the_arrows() {
    let mut session = Session::demo(80, 24);
    session.keys("/actor:marek<enter>/<ctrl-u>result=failure<enter>/<ctrl-u>half");
    session.keys("<up>");
    assert_eq!(session.app.filter.text(), "result=failure");
    session.keys("<up>");
    assert_eq!(session.app.filter.text(), "actor:marek");
    session.keys("<ctrl-n><ctrl-n>");
    assert_eq!(session.app.filter.text(), "half", "what was being typed is not lost");
    assert_eq!(session.remembered, ["actor:marek", "result=failure"]);
}

#[test]
fn filters_of_earlier_sessions_come_back_too() {
    let history = vec!["older".to_owned(), "newer".to_owned()];
    let mut session = Session::new(Settings { history, ..settings(Some("demo"), 80, 24) });
    session.keys("/<up>");
    assert_eq!(session.app.filter.text(), "newer");
    session.keys("<up>");
    assert_eq!(session.app.filter.text(), "older");
}

#[test]
fn a_pasted_text_is_one_line_and_not_keys() {
    let mut session = Session::demo(80, 24);
    session.paste("actor:marek\r\nresult=failure\n");
    assert_eq!(session.app.filter.query.to_string(), "actor:marek result=failure");
    assert!(session.app.layers.types_filter() && session.outside.is_empty());
    session.keys("<enter>").paste(" q\x1b[2J");
    assert!(session.outside.is_empty(), "q inside of a paste does not quit");
}

#[test]
fn the_cursor_stays_on_its_record_when_the_filter_changes() {
    let mut session = Session::demo(80, 24);
    session.keys("<alt-4>0j");
    let row = session.current();
    session.keys("+");
    assert!(rows(&session) < 6_000 && !session.app.filter.text().is_empty());
    assert_eq!(session.current(), row);
    session.keys("x");
    assert_eq!((session.current(), rows(&session)), (row, LINES));
    session.keys("/result=success<enter>");
    assert_eq!(session.current(), row);
}

#[test]
fn the_cursor_goes_to_the_nearest_in_time_when_its_record_leaves() {
    let mut session = Session::demo(80, 24);
    session.keys("<alt-4>00j");
    let (store, row) = (session.app.data.store.clone(), session.current());
    session.keys("-");
    assert!(!session.app.panes.list.rows.contains(&row));
    let distance =
        store.time(row).expect("a time").ms() - store.time(session.current()).expect("a time").ms();
    assert!(distance.abs() < 6 * 3_600_000, "{distance} ms");
}

#[test]
fn an_answer_to_an_older_question_is_dropped() {
    let mut session = Session::demo(80, 24);
    session.hold = true;
    session.keys("/marek<enter>/<ctrl-u>print.relay<enter>");
    let asked = std::mem::take(&mut session.asked);
    assert!(session.app.data.answering && asked.len() > 5);
    let answers: Vec<_> =
        asked.into_iter().map(|(question, store)| session.answer(question, store)).collect();
    let last = answers.last().expect("an answer").rows.clone();
    assert!(!last.is_empty() && last.len() < 6_000);
    let count = answers.len();
    for answer in answers[..count - 1].iter().cloned() {
        session.send(Message::Answered(Box::new(answer)));
        assert_eq!(rows(&session), LINES, "the rows of the last answer in time stay");
    }
    session.send(Message::Answered(Box::new(answers[count - 1].clone())));
    assert_eq!(session.app.panes.list.all_rows(), last);
    session.send(Message::Answered(Box::new(answers[0].clone())));
    assert_eq!(
        session.app.panes.list.all_rows(),
        last,
        "an older one that comes late is dropped too"
    );
    assert!(!session.app.data.answering);
}

#[test]
fn an_activity_is_shown_and_asked_for_by_the_name_that_records_have() {
    // The catalogue knows it as "Reset password"; no record here is called that.
    let line = |id: u8, name: &str| {
        format!(
            r#"{{"id":"{id}","category":"UserManagement","loggedByService":"Core Directory","activityDisplayName":"{name}","activityDateTime":"2026-11-01T10:00:00Z","result":"success"}}"#
        )
    };
    let session_of = |lines: &[String]| {
        let mut session = Session::new(settings(Some("names"), 120, 40));
        for delivery in deliveries("names", lines.join("\n").into_bytes()) {
            session.send(Message::Delivered(delivery));
        }
        session
    };
    let mut session = session_of(&[line(1, "Reset user password"), line(2, "Add user")]);
    session.keys("vg");
    while session
        .app
        .panes
        .activities
        .current()
        .is_some_and(|line| line.name != "Reset user password")
    {
        session.keys("j");
    }
    session.keys("+");
    assert_eq!(session.app.filter.text(), "activity=\"Reset user password\"");
    assert_eq!(session.app.panes.list.rows.len(), 1);
    // Two spellings of one activity stand in one line, and both are asked for.
    let mut session = session_of(&[line(1, "Reset user password"), line(2, "Reset password")]);
    session.keys("v");
    let name = session.app.panes.activities.current().map(|line| line.name.clone());
    assert_eq!(name.as_deref(), Some("Reset user password / Reset password"));
    session.keys("+");
    assert_eq!(session.app.panes.list.rows.len(), 2, "{}", session.app.filter.text());
    session.keys("-");
    assert_eq!(session.app.panes.list.rows.len(), 0, "{}", session.app.filter.text());
}

#[test]
fn a_key_that_is_completed_waits_for_its_value() {
    let mut session = Session::demo(80, 24);
    session.keys("/change.acc<tab>false<enter>");
    assert_eq!(session.app.filter.text(), "change.AccountEnabled=false");
    assert!(session.app.panes.list.rows.len() > 9, "{}", session.screen());
}
