//! Every size, and whatever can be typed, clicked, pasted and delivered in any order: nothing panics.
//! Never random from run to run: the seed is fixed, a failure is shrunk to the keys that cause it.

use entrail::app::message::Message;
use entrail::place::{Position, Trouble};
use entrail::source::{Delivery, Progress};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEventKind};

use super::session::{Session, small};

/// States that draw something of their own.
const STATES: &[&str] = &[
    "",
    "<tab>r",
    "<shift-tab>Efu",
    "/actor:",
    "/result=failure activty:x<left>",
    "?ac",
    "y",
    "z",
    "vz",
    "5c",
    "<tab>z<ctrl-f>a",
    "mnnote",
    "mjVjj",
    "e<down><down><down>",
];

#[test]
fn no_size_panics_whatever_is_open() {
    for keys in STATES {
        let mut session = Session::loaded("small", small(), 80, 24);
        session.keys(keys);
        for width in 0..=30 {
            for height in 0..=30 {
                session.resize(width, height).draw();
                session.check_viewports();
            }
        }
        for (width, height) in
            [(59, 14), (60, 15), (99, 35), (159, 45), (300, 80), (1_000, 1), (1, 1_000)]
        {
            session.resize(width, height).draw();
            session.check_viewports();
        }
    }
}

#[test]
fn no_size_panics_without_records() {
    for keys in ["", "z", "/inv", "?", "<tab>z", ":"] {
        let mut session = Session::catalogue(80, 24);
        session.keys(keys);
        for (width, height) in
            [(0, 0), (1, 1), (3, 2), (2, 9), (10, 3), (20, 5), (30, 30), (61, 16), (210, 60)]
        {
            session.resize(width, height).draw();
            session.check_viewports();
        }
    }
}

#[derive(Clone, Debug)]
enum Event {
    Key(KeyCode, KeyModifiers),
    Mouse(MouseEventKind, u16, u16),
    Paste(String),
    Resize(u16, u16),
    Deliver,
    Trouble(String),
}

fn event() -> impl Strategy<Value = Event> {
    let bound = "jkhlgGEXCuvscdrfnNzZyMTmVe:?/x+=-0123456789 ";
    let key = proptest::sample::select(bound.chars().collect::<Vec<_>>());
    let typed =
        proptest::sample::select("actor:mre\"()/*.<>=!- OR\\|[]é日".chars().collect::<Vec<_>>());
    let named = proptest::sample::select(vec![
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Backspace,
        KeyCode::Delete,
        KeyCode::F(1),
        KeyCode::F(9),
    ]);
    let control = proptest::sample::select("adubfpnwke".chars().collect::<Vec<_>>());
    let mouse = proptest::sample::select(vec![
        MouseEventKind::ScrollDown,
        MouseEventKind::ScrollUp,
        MouseEventKind::Moved,
        MouseEventKind::Down(MouseButton::Left),
        MouseEventKind::Down(MouseButton::Right),
        MouseEventKind::Up(MouseButton::Left),
        MouseEventKind::Drag(MouseButton::Left),
    ]);
    let plain = |code| Event::Key(code, KeyModifiers::NONE);
    prop_oneof![
        8 => key.prop_map(move |c| plain(KeyCode::Char(c))),
        4 => typed.prop_map(move |c| plain(KeyCode::Char(c))),
        6 => named.prop_map(plain),
        2 => control.prop_map(|c| Event::Key(KeyCode::Char(c), KeyModifiers::CONTROL)),
        3 => (mouse, 0..130_u16, 0..45_u16).prop_map(|(kind, x, y)| Event::Mouse(kind, x, y)),
        1 => any::<String>().prop_map(Event::Paste),
        1 => (0..130_u16, 0..45_u16).prop_map(|(width, height)| Event::Resize(width, height)),
        1 => Just(Event::Deliver),
        1 => any::<String>().prop_map(Event::Trouble),
    ]
}

fn happen(session: &mut Session, event: Event, rest: &mut dyn Iterator<Item = &Delivery>) {
    match event {
        Event::Key(code, modifiers) => {
            session.send(Message::Pressed(KeyEvent::new(code, modifiers)));
        }
        Event::Mouse(kind, column, row) => {
            session.mouse(kind, column, row);
        }
        Event::Paste(text) => {
            session.paste(&text);
        }
        Event::Resize(width, height) => {
            session.resize(width, height);
        }
        Event::Deliver => {
            if let Some(delivery) = rest.next() {
                session.send(Message::Delivered(delivery.clone()));
            } else {
                session.send(Message::Delivered(Delivery::Progress(Progress::default())));
            }
        }
        Event::Trouble(reason) => {
            let (source, place) = (reason.clone(), Position::Line(7));
            let trouble = Trouble::new(source, place, reason, true);
            session.send(Message::Delivered(Delivery::Trouble(trouble)));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        rng_seed: RngSeed::Fixed(20_261_120),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn nothing_that_can_happen_panics(events in prop::collection::vec(event(), 200)) {
        let mut session = Session::loaded("small", &[], 80, 24);
        let mut rest = small().iter();
        for event in events {
            happen(&mut session, event, &mut rest);
            session.check_viewports();
            session.draw();
        }
    }
}
