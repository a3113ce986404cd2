//! Keys in words: whoever gives every action another key reads of no old one, wherever a key is named.
//! Never of keys that a box has for itself, which no configuration changes.

use entrail::app::action::{ACTIONS, Action, Pane};
use entrail::app::keymap::{Keymap, Keys};
use entrail::app::layers::export::Exported;
use entrail::app::layers::menu::Letters;
use entrail::app::message::Message;
use ratatui::layout::Rect;

use super::session::{Session, settings, small};

/// Another key for every action: letters that no word here has.
fn remapped() -> Keymap {
    let letters = ('\u{410}'..='\u{44f}').chain('\u{391}'..='\u{3a1}').chain('\u{3a3}'..='\u{3a9}');
    let keys = |letter: char| vec![Keys::parse(&letter.to_string()).expect("a key")];
    let other = ACTIONS.iter().zip(letters).map(|(row, letter)| (row.action, keys(letter)));
    let other: Vec<_> = other.collect();
    assert_eq!(other.len(), ACTIONS.len(), "a letter for each");
    Keymap::with(&other).expect("none in the way of another")
}

/// The old keys, as they stand in sentences and in hints. Arrows and the like are words too.
fn old_keys() -> Vec<String> {
    let words = ["up", "down", "left", "right", "home", "end", "space"];
    // No configuration takes this one away; an article; and how a configuration is written.
    let kept = ["ctrl-c", "a", "="];
    let keys = ACTIONS.iter().flat_map(|row| row.keys).map(|key| (*key).to_owned());
    // Digits are numbers, too.
    let is_digit = |key: &str| key.bytes().all(|byte| byte.is_ascii_digit());
    let keys = keys.filter(|key| !words.contains(&&**key) && !kept.contains(&&**key));
    let keys = keys.filter(|key| !is_digit(key));
    let shown = ["⏎", "⇥", "␣", "Enter", "Esc", "Tab"].map(str::to_owned);
    keys.chain(shown).collect()
}

/// What stands in a text by itself and is an old key.
fn named(text: &str) -> Vec<String> {
    let old = old_keys();
    let words = text.split(|c: char| c.is_whitespace() || "(),.;·…│┃━─╭╮╯╰┏┓┗┛[]".contains(c));
    // What is glued to a colon is a value: `agent.type:*`.
    let words = words.map(|word| word.trim_matches(':'));
    words.filter(|word| old.iter().any(|key| key == word)).map(str::to_owned).collect()
}

/// Keys that boxes and lines have for themselves.
const OF_BOXES: &[&str] =
    &["⏎", "⇥", "Enter", "enter", "Esc", "esc", "Tab", "tab", "-", "ctrl-u", "/", "=", "+"];

/// All that is said beside the records themselves: notice or hints, the first line, titles, the box.
fn said(session: &mut Session) -> String {
    let layout = session.app.screen.layout;
    let panes = Pane::WALK
        .map(|pane| Rect { height: layout.pane(pane).height.min(1), ..layout.pane(pane) });
    // What a box cuts off of the panes is no word.
    let no_box = session.app.layers.is_empty();
    let mut all: Vec<String> = [layout.status, layout.hints]
        .into_iter()
        .chain(panes.into_iter().filter(|_| no_box))
        .map(|area| session.part(|_| area))
        .collect();
    // A filled filter line has its sign, whatever key opens it, and a query.
    let filter = session.part(|_| layout.filter);
    let filled = !session.app.filter.text().is_empty() || session.app.layers.types_filter();
    all.extend(Some(filter).filter(|_| !filled));
    all.extend(session.app.screen.notice.clone());
    for menu in session.app.layers.menus() {
        all.push(menu.title.text(menu.fitting()));
        // Letters that choose are the box's own.
        let narrows = menu.rules.letters == Letters::Narrow;
        // What is looked for in full is a question or a value, not words about the program.
        let items = menu.items.iter().filter(|item| narrows && item.sought.is_empty());
        all.extend(items.map(|item| format!("{} {}", item.key, item.note)));
    }
    all.join("\n")
}

/// Nothing that is said names an old key.
fn check(session: &mut Session, where_: &str) {
    let has_layer = !session.app.layers.is_empty();
    let mut found = named(&said(session));
    for row in ACTIONS {
        found.extend(session.app.disabled(row.action).iter().flat_map(|why| named(why)));
    }
    found.retain(|key| !has_layer || !OF_BOXES.contains(&key.as_str()));
    let all = said(session);
    let lines: Vec<&str> = all.lines().filter(|line| !named(line).is_empty()).collect();
    assert!(found.is_empty(), "{where_}: {found:?} in {lines:?}\n{}", session.screen());
}

fn session(name: Option<&str>, width: u16, height: u16) -> Session {
    let mut session = Session::new(entrail::app::Settings {
        keymap: remapped(),
        ..settings(name, width, height)
    });
    if name.is_some() {
        for delivery in small() {
            session.send(Message::Delivered(delivery.clone()));
        }
    }
    session
}

/// Does every action in every pane, one after the other, and looks at what is said.
fn do_everything(session: &mut Session, name: &str) {
    for pane in Pane::ALL {
        for row in ACTIONS.iter().filter(|row| row.action != Action::Quit) {
            while !session.app.layers.is_empty() {
                session.send(Message::Exported(Exported::Stopped));
                session.keys("<esc>");
            }
            session.app.panes.focus = pane;
            let effects = session.app.perform(row.action, None);
            session.follow(effects);
            check(session, &format!("{name}, {} in the {}", row.name, pane.name()));
        }
    }
}

#[test]
fn whoever_remaps_every_action_reads_of_no_old_key() {
    for (width, height) in [(80, 24), (200, 50)] {
        do_everything(&mut session(Some("small"), width, height), "records");
        do_everything(&mut session(None, width, height), "catalogue");
    }
}

#[test]
fn what_stands_in_place_of_records_names_the_keys_that_are() {
    for (width, height) in [(80, 24), (200, 50)] {
        let mut empty = session(Some("small"), width, height);
        let effects = empty.app.perform(Action::Filter, None);
        empty.follow(effects);
        empty.keys("actor:nobody-at-all<enter>");
        let list = empty.list();
        assert!(list.contains("empties the filter"), "{list}");
        assert_eq!(named(&list), Vec::<String>::new(), "{list}");
        let effects = empty.app.perform(Action::View, None);
        empty.follow(effects);
        let list = empty.list();
        assert!(list.contains("no activity fits"), "{list}");
        assert_eq!(named(&list), Vec::<String>::new(), "{list}");
        // While an export is written, and of a load that lost something.
        let mut session = session(Some("small"), width, height);
        let effects = session.app.perform(Action::Export, None);
        session.follow(effects);
        session.keys("<enter>");
        assert!(session.screen().contains("stops"), "{}", session.screen());
        check(&mut session, "an export");
    }
}

#[test]
fn lines_of_the_detail_and_digits_of_views_are_the_keys_that_are() {
    let mut session = session(Some("small"), 120, 40);
    let keymap = remapped();
    let raw = keymap.spoken(Action::Raw);
    let open = keymap.spoken(Action::Open);
    let effects = session.app.perform(Action::Filter, None);
    session.follow(effects);
    session.keys("risk>=high<enter>");
    let effects = session.app.perform(Action::Zoom, None);
    session.follow(effects);
    session.app.panes.focus = Pane::Detail;
    let texts: Vec<String> = (session.app.panes.detail.screen.iter())
        .map(|line| line.text.iter().map(|(_, text)| text.as_str()).collect())
        .collect();
    let asks = texts.iter().any(|text| text.contains(&format!("({open} asks)")));
    assert!(asks && !raw.is_empty(), "{texts:?}");
    let effects = session.app.perform(Action::Views, None);
    session.follow(effects);
    let menu = session.app.layers.menu().expect("the views");
    let keys: Vec<&str> = menu.items.iter().map(|item| item.key.as_str()).collect();
    assert!(keys.contains(&keymap.spoken(Action::View3).as_str()) && !keys.contains(&"3"));
}
