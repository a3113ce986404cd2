//! The stack of layers: whatever is done with keys, mouse and pasted text, only the topmost layer changes, and
//! what it passes on.

use entrail::app::App;
use entrail::app::action::Pane;
use entrail::app::layers::Layer;
use entrail::app::layers::export::Exported;
use entrail::app::layers::menu::Letters;
use entrail::app::message::Message;
use entrail::place::Prompt;
use entrail::record::field::Field;
use entrail::source::Delivery;
use entrail::store::RowId;
use entrail::time::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use ratatui::crossterm::event::{
    KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

use super::session::{Session, small};

/// What each layer holds, the topmost last.
fn layers(app: &App) -> Vec<String> {
    app.layers.iter().map(|layer| format!("{layer:?}")).collect()
}

fn tree(app: &App) -> String {
    let tree = &app.panes.tree;
    let names: Vec<&str> = tree.visible().map(|branch| branch.name.as_str()).collect();
    format!("{names:?} {:?} {:?} {}", tree.viewport, tree.choice, tree.find)
}

fn detail(app: &App) -> String {
    let detail = &app.panes.detail;
    let shown = (detail.row, detail.raw, detail.related);
    format!("{:?} {shown:?} {}", detail.viewport, detail.find)
}

fn list(app: &App) -> String {
    let list = &app.panes.list;
    format!("{:?} {:?} {}", list.viewport, list.current(), list.sort.field.name)
}

/// What the panes hold together.
fn switches(app: &App) -> String {
    let panes = &app.panes;
    format!("{:?}", (panes.zoomed, panes.show_activities, panes.count, panes.waiting))
}

/// What is kept: filter, noise, order, marks and notes, the way back.
fn kept(app: &App) -> String {
    let marks: Vec<_> = app.data.store.marks().iter().collect();
    let asked = (app.filter.text(), app.filter.hides_noise, app.panes.list.by_operation);
    format!("{marks:?} {asked:?} {:?} {:?}", app.marking.range, app.breadcrumb())
}

/// A part of what is beneath the layers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    Focus,
    Tree,
    Detail,
    List,
    Activities,
    Timeline,
    Switches,
    Kept,
}

impl Part {
    const ALL: [Self; 8] = [
        Self::Focus,
        Self::Tree,
        Self::Detail,
        Self::List,
        Self::Activities,
        Self::Timeline,
        Self::Switches,
        Self::Kept,
    ];

    /// What a pane shows.
    fn of(pane: Pane, app: &App) -> Self {
        match pane {
            Pane::Tree => Self::Tree,
            Pane::List if app.panes.show_activities => Self::Activities,
            Pane::List => Self::List,
            Pane::Detail => Self::Detail,
            Pane::Timeline => Self::Timeline,
        }
    }

    fn state(self, app: &App) -> String {
        match self {
            Self::Focus => format!("{:?}", app.panes.focus),
            Self::Tree => tree(app),
            Self::Detail => detail(app),
            Self::List => list(app),
            Self::Activities => format!("{:?}", app.panes.activities.viewport),
            Self::Timeline => format!("{:?}", app.panes.timeline),
            Self::Switches => switches(app),
            Self::Kept => kept(app),
        }
    }
}

/// All of it but the layers.
fn rest(app: &App) -> [String; 8] {
    Part::ALL.map(|part| part.state(app))
}

/// Ways to open each layer, and a part of its name.
const LAYERS: &[&str] = &[
    "?",
    ":",
    "s",
    "C",
    "y",
    "0",
    "f",
    "fa",
    "L",
    "A",
    "p",
    "<ctrl-o>",
    "e",
    "e<up>",
    "n",
    "/",
    "/act",
    "<shift-tab><ctrl-f>",
    "<enter><ctrl-f>",
];

fn opened(keys: &str) -> Session {
    let mut session = Session::loaded("small", small(), 120, 40);
    session.keys("jjj").keys(keys);
    assert!(!session.app.layers.is_empty(), "{keys} opens a layer");
    session
}

const MOUSE: &[MouseEventKind] = &[
    MouseEventKind::Down(MouseButton::Left),
    MouseEventKind::Down(MouseButton::Right),
    MouseEventKind::Drag(MouseButton::Left),
    MouseEventKind::Up(MouseButton::Left),
    MouseEventKind::ScrollDown,
    MouseEventKind::ScrollUp,
];

fn moused(kind: MouseEventKind, column: u16, row: u16) -> Message {
    Message::Moused(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })
}

/// Does the topmost layer keep everything to itself?
fn is_modal(app: &App) -> bool {
    match app.layers.top() {
        Some(Layer::Menu(_) | Layer::Note(_)) => true,
        Some(Layer::Export(form)) => form.running.is_none(),
        _ => false,
    }
}

#[test]
fn no_click_and_no_wheel_goes_through_a_box_wherever_it_is() {
    for keys in LAYERS {
        let mut session = opened(keys);
        if !is_modal(&session.app) {
            continue;
        }
        let (before, count) = (rest(&session.app), session.app.layers.len());
        for kind in MOUSE {
            for row in 0..40 {
                (0..120).step_by(7).for_each(|column| session.send(moused(*kind, column, row)));
            }
            assert_eq!(rest(&session.app), before, "{keys}: {kind:?}");
            assert_eq!(session.app.layers.len(), count, "{keys}: {kind:?}");
        }
    }
}

#[test]
fn a_paste_goes_to_the_topmost_layer_only() {
    for keys in LAYERS {
        let mut session = opened(keys);
        let (before, layers) = (rest(&session.app), session.app.layers.len());
        session.send(Message::Pasted("role".to_owned()));
        assert_eq!(session.app.layers.len(), layers, "{keys}");
        let changes = match session.app.layers.top() {
            Some(Layer::Find(find)) => Some(Part::of(find.pane, &session.app)),
            _ => None,
        };
        for (part, then) in Part::ALL.into_iter().zip(&before) {
            // What the filter finds, the panes show.
            if Some(part) != changes && !session.app.layers.types_filter() {
                assert_eq!(&part.state(&session.app), then, "{keys}");
            }
        }
    }
}

/// Fault: the click moved the focus and opened the filter line underneath.
#[test]
fn a_click_beside_an_open_export_box_moves_no_focus_and_opens_no_filter() {
    let mut session = Session::demo(80, 24);
    session.keys("e");
    let before = rest(&session.app);
    let filter = session.app.screen.layout.filter;
    session.click(filter.x + 2, filter.y).click(2, 5).click(60, 20);
    assert_eq!(rest(&session.app), before);
    assert!(session.app.layers.export().is_some() && !session.app.layers.types_filter());
    // What is typed is still for the box.
    session.keys("<down>l");
    assert!(session.app.layers.export().is_some_and(|form| form.file.value().contains("ndjson")));
}

/// Fault: while the export ran, what is in the box was clicked through.
#[test]
fn a_click_on_a_box_that_is_written_is_for_nothing_beneath() {
    let mut session = Session::demo(80, 24);
    session.keys("e<enter>");
    assert!(session.app.layers.export().is_some_and(|form| form.running.is_some()));
    let before = rest(&session.app);
    let area = session.app.layers.export().map(|form| form.area(&session.app.screen.layout));
    let area = area.expect("a box");
    session.click(area.x + 1, area.y + 1).click(area.right() - 1, area.bottom() - 1);
    assert_eq!(rest(&session.app), before);
    // Beside it, and with keys, there is something to look at meanwhile.
    session.keys("j").click(2, 4);
    assert_ne!(rest(&session.app), before);
    session.send(Message::Exported(Exported::Done("x".to_owned(), 1, 1, 0)));
    assert!(session.app.layers.is_empty());
}

/// Fault: the click moved the cursor while the note was typed, and with it what the note seemed to be about.
#[test]
fn a_click_while_a_note_is_typed_leaves_it_to_its_record() {
    let mut session = Session::demo(120, 40);
    session.keys("jjj");
    let row = session.app.panes.list.current();
    session.keys("nit was").click(60, 8).mouse(MouseEventKind::ScrollDown, 60, 8);
    session.click(60, 30).keys(" me");
    assert_eq!(session.app.panes.list.current(), row, "the cursor stays on the record");
    session.keys("<enter>");
    let notes = session.app.data.store.marks().iter();
    let notes: Vec<_> = notes.map(|(row, mark)| (Some(row), mark.note.as_str())).collect();
    assert_eq!(notes, [(row, "it was me")]);
}

/// Fault: after Ctrl-F in the tree the letters went to the detail.
#[test]
fn a_click_on_another_pane_ends_a_search_and_sends_it_no_letter() {
    let mut session = Session::demo(120, 40);
    session.keys("<shift-tab><ctrl-f>role");
    let found = session.app.panes.tree.find.clone();
    let list = session.app.screen.layout.list;
    session.click(list.x + 5, list.y + 4).keys("jj");
    assert!(session.app.layers.is_empty());
    assert_eq!((session.app.panes.tree.find.as_str(), found.as_str()), ("role", "role"));
    assert_eq!(session.app.panes.detail.find, "");
    // On the same pane it goes on.
    session.keys("<esc><shift-tab><ctrl-f>us").click(3, 6).keys("er");
    assert_eq!(session.app.panes.tree.find, "user");
    // The filter line takes over.
    let filter = session.app.screen.layout.filter;
    session.click(filter.x + 3, filter.y).keys("x");
    assert_eq!((session.app.panes.tree.find.as_str(), session.app.filter.text()), ("user", "x"));
}

/// Fault: a click on a suggestion was a click on the record beneath it.
#[test]
fn a_click_on_a_suggestion_picks_it_and_goes_no_further() {
    let mut session = Session::demo(120, 40);
    session.keys("jj/act");
    let before = (session.app.panes.list.current(), session.app.panes.focus);
    let area = session.app.filter.suggestions_area(&session.app.screen.layout);
    assert!(!area.is_empty());
    session.click(area.x + 3, area.y + 2);
    assert_eq!(session.app.filter.picked, Some(1));
    assert!(session.app.layers.types_filter());
    session.mouse(MouseEventKind::ScrollDown, area.x + 3, area.y + 2);
    assert_eq!((session.app.panes.list.current(), session.app.panes.focus), before);
    // In the line itself nothing begins anew: Esc is the filter as it was.
    let filter = session.app.screen.layout.filter;
    session.click(filter.x + 4, filter.y).keys("x<esc>");
    assert_eq!(session.app.filter.text(), "");
}

/// Fault: a click in the timeline left the filter line open behind it, and took what was typed for a query.
#[test]
fn a_brush_drawn_while_the_filter_is_typed_ends_the_typing_first() {
    let mut session = Session::demo(120, 40);
    session.keys("/actor:ada activty:");
    assert!(session.app.filter.error.is_some());
    let strip = session.app.screen.layout.timeline;
    session.click(strip.x + 20, strip.y);
    assert!(!session.app.layers.types_filter() && session.app.filter.error.is_none());
    assert_eq!(session.app.panes.focus, Pane::Timeline);
}

/// Fault: a button held down as a box came went on drawing when it was away.
#[test]
fn a_brush_is_not_drawn_on_when_a_box_came_meanwhile() {
    let mut session = Session::demo(120, 40);
    let strip = session.app.screen.layout.timeline;
    session.click(strip.x + 20, strip.y).keys("?").mouse(
        MouseEventKind::Up(MouseButton::Left),
        strip.x + 20,
        strip.y,
    );
    session.keys("<esc>");
    let before = rest(&session.app);
    session.mouse(MouseEventKind::Moved, strip.x + 40, strip.y);
    assert_eq!(rest(&session.app), before);
}

/// What is counted or found so far is told by its own box; the screen is laid out as it was.
#[test]
fn what_was_counted_so_far_changes_its_own_box_only() {
    for (keys, so_far, told) in [
        ("fa", Message::Counting(Field::ACTOR, 50), "50%"),
        ("L", Message::FindingTrails(1_000, 6_000), "1,000 of 6,000"),
    ] {
        let mut session = Session::demo(120, 40);
        session.keys("jjj").hold = true;
        session.keys(keys).keys("<down><down>");
        let lines = |session: &Session| session.app.layers.menu().map(|menu| menu.viewport);
        let (before, layout) = (rest(&session.app), session.app.screen.layout);
        let (viewport, many) = (lines(&session), session.app.layers.len());
        session.send(so_far);
        assert!(session.screen().contains(told), "{keys}: {}", session.screen());
        assert_eq!((rest(&session.app), session.app.screen.layout), (before, layout), "{keys}");
        assert_eq!((lines(&session), session.app.layers.len()), (viewport, many), "{keys}");
    }
}

/// Fault: the box to sign in took the letters of what was being typed, and `q` in them closed it.
#[test]
fn a_box_that_nobody_asked_for_takes_no_letter() {
    for (keys, typed) in [("/", "querq"), ("n", "querq"), ("e<up>", "querq")] {
        let mut session = Session::demo(120, 40);
        session.keys(keys);
        let prompt = Prompt {
            address: "https://login.example".to_owned(),
            code: "CODE-1".to_owned(),
            expires: Timestamp::parse("2026-11-20T18:15:00Z").expect("an instant"),
        };
        session.send(Message::Delivered(Delivery::Prompt("tenant".into(), Some(prompt))));
        session.keys(typed);
        assert!(session.screen().contains("querq"), "{keys}: {}", session.screen());
        assert!(session.app.layers.menu().is_some(), "{keys}");
        session.keys("<esc>");
        assert!(session.screen().contains("CODE-1"), "{keys}: {}", session.screen());
        session.send(Message::Delivered(Delivery::Prompt("tenant".into(), None)));
        assert!(session.app.layers.is_empty(), "{keys}");
    }
}

#[derive(Clone, Debug)]
enum Done {
    Key(KeyEvent),
    Mouse(MouseEventKind, u16, u16),
    Paste(String),
    Resize(u16, u16),
    Written,
}

impl Done {
    fn message(&self) -> Message {
        match self {
            Self::Key(event) => Message::Pressed(*event),
            Self::Mouse(kind, column, row) => moused(*kind, *column, *row),
            Self::Paste(text) => Message::Pasted(text.clone()),
            Self::Resize(width, height) => Message::Resized(*width, *height),
            Self::Written => Message::Exported(Exported::Done("x".to_owned(), 1, 1, 0)),
        }
    }
}

fn done() -> impl Strategy<Value = Done> {
    let opening = proptest::sample::select("?:sCy0fLApoenntVm/".chars().collect::<Vec<_>>());
    let letter = proptest::sample::select("jkaqrole:-x +hv".chars().collect::<Vec<_>>());
    let named = proptest::sample::select(vec![
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Backspace,
        KeyCode::PageDown,
    ]);
    let control = proptest::sample::select("ffopu".chars().collect::<Vec<_>>());
    let mouse = proptest::sample::select(MOUSE);
    let plain = |code| Done::Key(KeyEvent::new(code, KeyModifiers::NONE));
    prop_oneof![
        5 => opening.prop_map(move |c| plain(KeyCode::Char(c))),
        6 => letter.prop_map(move |c| plain(KeyCode::Char(c))),
        5 => named.prop_map(plain),
        2 => control.prop_map(|c| Done::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL))),
        8 => (mouse, 0..100_u16, 0..32_u16).prop_map(|(kind, x, y)| Done::Mouse(kind, x, y)),
        1 => "[a-z:]{0,6}".prop_map(Done::Paste),
        1 => (60..100_u16, 15..32_u16).prop_map(|(width, height)| Done::Resize(width, height)),
        2 => Just(Done::Written),
    ]
}

/// Is this a key by which the topmost layer hands something to those beneath: an item, a note, a filter?
fn hands_over(top: &Layer, done: &Done) -> bool {
    let Done::Key(event) = done else { return false };
    match (top, event.code) {
        (Layer::Menu(menu), KeyCode::Char('-')) if menu.field.is_some() => true,
        (Layer::Menu(menu), KeyCode::Char(_)) => menu.rules.letters == Letters::Choose,
        (Layer::Menu(_), KeyCode::Right) => true,
        (Layer::Menu(_) | Layer::Note(_) | Layer::Export(_), code) => code == KeyCode::Enter,
        _ => false,
    }
}

/// The pane that a key or the wheel is for, where nothing lies over the panes: one that moves within a pane,
/// and changes nothing else.
fn pane_meant(app: &App, done: &Done) -> Option<Pane> {
    match done {
        Done::Key(event) if app.panes.waiting.is_none() => {
            const ARROWS: [KeyCode; 4] =
                [KeyCode::Up, KeyCode::Down, KeyCode::Left, KeyCode::Right];
            let moves = match event.code {
                KeyCode::Char(letter) => "jkhl".contains(letter) && event.modifiers.is_empty(),
                code => code == KeyCode::PageDown || ARROWS.contains(&code),
            };
            moves.then_some(app.panes.focus)
        }
        Done::Mouse(MouseEventKind::ScrollUp | MouseEventKind::ScrollDown, x, y) => {
            app.screen.layout.pane_at(*x, *y)
        }
        _ => None,
    }
}

/// Which parts may be another than before, as this is done and that layer is on top.
fn may_change(app: &App, done: &Done) -> Vec<Part> {
    let all = || Part::ALL.to_vec();
    if matches!(done, Done::Written) {
        return Vec::new();
    }
    let Some(top) = app.layers.top() else {
        return match pane_meant(app, done) {
            // The detail shows what is under the cursor of the list. A number is used up.
            Some(pane @ Pane::List) => vec![Part::of(pane, app), Part::Detail, Part::Switches],
            Some(pane) => vec![Part::of(pane, app), Part::Switches],
            None => all(),
        };
    };
    if hands_over(top, done) {
        return all();
    }
    let layout = &app.screen.layout;
    match (top, done) {
        // The panes are laid out anew.
        (_, Done::Resize(..)) => vec![Part::Tree, Part::Detail, Part::List, Part::Activities],
        (Layer::Menu(_) | Layer::Note(_), _) => Vec::new(),
        (Layer::Export(form), Done::Mouse(_, x, y)) if form.running.is_some() => {
            if form.area(layout).contains((*x, *y).into()) { Vec::new() } else { all() }
        }
        (Layer::Export(form), _) => {
            if form.running.is_some() {
                all()
            } else {
                Vec::new()
            }
        }
        (Layer::Find(_), Done::Mouse(..)) => all(),
        // To give it up ends the search of both.
        (Layer::Find(_), Done::Key(event)) if event.code == KeyCode::Esc => {
            vec![Part::Tree, Part::Detail]
        }
        (Layer::Find(find), _) => vec![Part::of(find.pane, app)],
        (Layer::Filter, Done::Mouse(_, x, y)) => {
            let own = [layout.filter, app.filter.suggestions_area(layout)];
            if own.iter().any(|own| own.contains((*x, *y).into())) { Vec::new() } else { all() }
        }
        // Who comes from the timeline is in the list afterwards; activities follow each letter.
        (Layer::Filter, _) => {
            let mut parts = vec![Part::Kept];
            parts.extend((app.panes.focus == Pane::Timeline).then_some(Part::Focus));
            parts.extend(app.panes.show_activities.then_some(Part::Activities));
            parts
        }
    }
}

/// Is this nothing to the topmost layer either: a click in a box, a turn of the wheel over what has no lines, a
/// paste where letters choose?
fn is_for_nobody(top: &Layer, done: &Done) -> bool {
    let is_wheel = |kind| matches!(kind, MouseEventKind::ScrollUp | MouseEventKind::ScrollDown);
    match (top, done) {
        (Layer::Menu(_), Done::Mouse(kind, ..)) => !is_wheel(*kind),
        (Layer::Menu(menu), Done::Paste(_)) => menu.rules.letters == Letters::Choose,
        (Layer::Note(_), Done::Mouse(..)) => true,
        (Layer::Export(form), Done::Mouse(..)) => form.running.is_none(),
        _ => false,
    }
}

/// About which record a note is written, if one is.
fn noted(app: &App) -> Option<RowId> {
    app.layers.note().map(|note| note.row)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        rng_seed: RngSeed::Fixed(20_261_130),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn only_the_topmost_layer_changes_or_what_it_passes_on(
        all in prop::collection::vec(done(), 150)
    ) {
        let mut session = Session::loaded("small", small(), 90, 30);
        for done in all {
            let form = session.app.layers.export();
            if matches!(done, Done::Written) && form.is_none_or(|form| form.running.is_none()) {
                continue;
            }
            let (before, may) = (rest(&session.app), may_change(&session.app, &done));
            let (beneath, modal) = (layers(&session.app), is_modal(&session.app));
            let top = session.app.layers.top();
            let hands = top.is_some_and(|top| hands_over(top, &done));
            let for_nobody = top.is_some_and(|top| is_for_nobody(top, &done));
            let note = noted(&session.app);
            let top = top.map(|top| format!("{top:?}"));
            let effects = session.app.update(done.message());
            for (part, before) in Part::ALL.into_iter().zip(before) {
                let now = part.state(&session.app);
                prop_assert!(
                    may.contains(&part) || now == before,
                    "{done:?} over {top:?} changes {part:?}:\n{before}\n{now}"
                );
            }
            // What lies beneath the topmost layer stays, and so does the layer, unless a key closes it.
            let now = layers(&session.app);
            if modal && !hands && !matches!(done, Done::Resize(..) | Done::Written) {
                let kept = beneath.len() - 1;
                prop_assert!(now.len() >= kept && now[..kept] == beneath[..kept], "{done:?}");
                let closes = matches!(done, Done::Key(_));
                prop_assert!(closes || now.len() == beneath.len(), "{done:?} over {top:?}");
            }
            prop_assert!(!for_nobody || now == beneath, "{done:?} over {top:?}:\n{now:?}");
            // A note is about the record it was begun for.
            let noted = noted(&session.app);
            prop_assert!(note.is_none() || noted.is_none() || noted == note, "{done:?}");
            // Letters that are searched for go to the pane they were begun in.
            if let Some(Layer::Find(find)) = session.app.layers.top() {
                prop_assert_eq!(find.pane, session.app.panes.focus, "{:?}", done);
            }
            session.follow(effects);
            session.check_viewports();
        }
    }
}
