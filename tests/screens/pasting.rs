//! Pasted text: one change, however long it is. Keys wait for no more than that: what a line holds is bounded,
//! and what is asked of the records is answered on other threads.

use entrail::app::message::{Effect, Message};

use super::session::Session;

/// What is pasted.
const LONG: usize = 200_000;
/// Places that take text: how to get there, and what they say of more than they take.
const PLACES: [(&str, &str, &str); 6] = [
    ("find", "<enter><ctrl-f>", "cut at 4,000"),
    ("note", "<enter>n", "cut at 10,000"),
    ("palette", ":", "cut at 4,000"),
    ("export", "e<up>", "cut at 4,000"),
    ("filter", "/", "a filter takes 50,000"),
    ("nothing", "", "a filter takes 50,000"),
];

/// What a key makes of the state, without what other threads do: what is asked, counted.
fn asked(session: &mut Session, message: Message) -> usize {
    let asks = |effect: &Effect| matches!(effect, Effect::Ask(..));
    session.app.update(message).iter().filter(|effect| asks(effect)).count()
}

#[test]
fn a_paste_is_one_change_that_asks_once_at_most_and_leaves_no_more_than_a_line_takes() {
    for (place, keys, said) in PLACES {
        let mut session = Session::demo(120, 40);
        session.hold = true;
        session.keys(keys);
        // The whole line, then what it lets in last.
        for text in ["long ".repeat(LONG / 5), "x".repeat(LONG)] {
            assert_eq!(asked(&mut session, Message::Pasted(text)), 0, "{place}");
            let notice = session.app.screen.notice.clone().unwrap_or_default();
            assert!(notice.contains(said), "{place}: {notice}");
        }
        session.draw();
    }
    let mut session = Session::demo(120, 40);
    session.keys("/");
    let most = "actor:x OR ".repeat(4_000) + "actor:y";
    assert!(asked(&mut session, Message::Pasted(most)) <= 1, "a filter that is as long as may be");
}

#[test]
fn a_paste_whose_end_never_came_is_taken_in_and_said() {
    for (place, keys, _) in PLACES {
        let mut session = Session::demo(120, 40);
        session.keys(keys);
        session.send(Message::PastedPart("actor:ada".to_owned()));
        let notice = session.app.screen.notice.clone().unwrap_or_default();
        assert!(notice.contains("no end of the paste"), "{place}: {notice}");
        // What is said stands in its place until the next key.
        session.keys("<left>");
        assert!(session.screen().contains("actor:ada"), "{place}: {}", session.screen());
        session.keys("<esc>");
        session.send(Message::PastedPart(String::new()));
        assert!(session.app.screen.notice.is_some(), "{place}");
    }
}
