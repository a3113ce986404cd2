//! A box with items to choose from: what is typed narrows them, letters choose them, one is carried out.
//! Never carries an item out; what a chosen one asks for is done elsewhere. What a certain box does otherwise are its [`Rules`].

use fuzzy_matcher::FuzzyMatcher as _;
use fuzzy_matcher::skim::SkimMatcherV2;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent};
use ratatui::layout::Rect;
use tui_input::{Input, InputRequest};

use crate::app::event::{InputHandler, wheel};
use crate::app::intent::{Intent, Reply};
use crate::app::keymap::Key;
use crate::app::layout::Layout;
use crate::app::typed;
use crate::app::viewport::Viewport;
use crate::query::answer::SPARK;
use crate::record::field::Field;
use crate::text::wrap::wrapped;
use crate::text::{fit, fold_contains, fold_fragment};

/// Which box it is, to find it again when what it waits for has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Items that are there as it opens.
    Plain,
    /// What is to be done to sign in. It closes by itself once that is done.
    SignIn,
    /// Values of a field.
    Facet,
    /// Values of a field that a place counts.
    FacetThere,
    /// Findings of trails.
    Trails,
    /// What somebody gained and lost.
    Access,
    /// Cases that can be taken up.
    Cases,
}

/// How much is said of the item under the cursor, below the items.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Said {
    /// A line or two.
    Little,
    /// All of what it is called, which may be longer than a line.
    All,
    /// Many lines.
    Much,
}

/// What letters do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Letters {
    /// They narrow the items.
    Narrow,
    /// They choose an item.
    Choose,
}

/// What a certain box does otherwise than others.
#[derive(Debug)]
pub struct Rules {
    /// Which box it is.
    pub kind: Kind,
    /// What letters do.
    pub letters: Letters,
    /// How much is said of an item.
    pub said: Said,
    /// Columns at most.
    pub width: u16,
    /// Does it stay when an item was chosen?
    pub stays: bool,
    /// Keys of its own; `None` where a key means what it means to any box.
    pub key: fn(&Menu, &KeyEvent) -> Option<Reply>,
    /// What is to be done where it was closed with nothing chosen.
    pub given_up: fn(&Menu) -> Option<Intent>,
}

impl Rules {
    /// Letters narrow the items; nothing else is special.
    pub const NARROW: Self = Self {
        kind: Kind::Plain,
        letters: Letters::Narrow,
        said: Said::Little,
        width: USUAL,
        stays: false,
        key: |_, _| None,
        given_up: |_| None,
    };
    /// Letters choose an item.
    pub const CHOOSE: Self = Self { letters: Letters::Choose, ..Self::NARROW };
}

/// So wide is a box; those with long lines are wider.
const USUAL: u16 = 110;

/// Lines for what is to be said of the trail under the cursor, on a screen of this height.
pub fn trail_lines(screen_height: u16) -> u16 {
    // Border, space around it, what is typed; the rest is shared with the items.
    (screen_height.saturating_sub(7) / 2).clamp(5, 16)
}

/// What stands above a box.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Title {
    /// The same, whatever is typed.
    Fixed(String),
    /// It tells how many items were found, and how many of them fit what was typed.
    Counted {
        /// What stands before the count.
        before: &'static str,
        /// What stands behind it.
        after: String,
        /// How many items there are.
        all: usize,
    },
}

impl Title {
    /// It in words; `fitting` is how many items fit what was typed.
    pub fn text(&self, fitting: Option<usize>) -> String {
        match (self, fitting) {
            (Self::Fixed(text), _) => text.clone(),
            (Self::Counted { before, after, all }, None) => format!("{before}{all} found{after}"),
            (Self::Counted { before, after, all }, Some(some)) => {
                format!("{before}{some} of {all} found{after}")
            }
        }
    }
}

impl From<String> for Title {
    fn from(text: String) -> Self {
        Self::Fixed(text)
    }
}

impl From<&str> for Title {
    fn from(text: &str) -> Self {
        Self::Fixed(text.to_owned())
    }
}

/// A box with items to choose from.
#[derive(Debug)]
pub struct Menu {
    /// What it does otherwise than others.
    pub rules: &'static Rules,
    /// What the box is.
    pub title: Title,
    /// All items.
    pub items: Vec<Item>,
    /// Indexes of the items that fit what was typed, best first.
    pub shown: Vec<usize>,
    /// Visible lines.
    pub viewport: Viewport,
    /// The field it is about.
    pub field: Option<&'static Field>,
    /// Lines of what is said of the item under the cursor that are scrolled away with Shift and arrows.
    pub said: usize,
    typed: Input,
}

/// One line of a menu. All texts are already clean.
#[derive(Clone, Debug)]
pub struct Item {
    /// What it is called.
    pub label: String,
    /// Key or letter in front.
    pub key: String,
    /// More about it.
    pub note: String,
    /// What is shown of it somewhere, in full, its name in the first line; empty where label and note
    /// are all. What is typed is looked for in it as it is.
    pub sought: String,
    /// Why it cannot be chosen now.
    pub disabled: Option<String>,
    /// Is it on? For items that are switched.
    pub on: Option<bool>,
    /// What choosing it asks for.
    pub intent: Intent,
    /// A sparkline in front of the note.
    pub spark: Option<[u32; SPARK]>,
}

impl Item {
    /// An item that can be chosen.
    pub fn new(label: impl Into<String>, intent: Intent) -> Self {
        Self {
            label: label.into(),
            key: String::new(),
            note: String::new(),
            sought: String::new(),
            disabled: None,
            on: None,
            spark: None,
            intent,
        }
    }
}

impl Item {
    /// Is this one of the ids its query asks for, as a whole?
    fn has_id(&self, id: &str) -> bool {
        let Intent::Trail(query, ..) = &self.intent else { return false };
        let mut ids = query.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        id.len() >= 8 && ids.any(|own| own.eq_ignore_ascii_case(id))
    }

    /// All that is to be said of it: the note, or the label where there is none.
    pub fn in_full(&self) -> String {
        let note = match &self.disabled {
            Some(why) => format!("({why}) {}", self.note),
            None => self.note.clone(),
        };
        // Numbers follow a value that may be cut above.
        match self.spark {
            _ if note.is_empty() => self.label.clone(),
            Some(_) => format!("{} · {note}", self.label),
            None => note,
        }
    }
}

/// Lines for what is said of an item, where it is little.
const NOTE_LINES: u16 = 2;
/// Items that are looked at to find how much there is to be said.
const MEASURED: usize = 100;
/// Items in sight at most, with what is around them.
const MOST_LINES: usize = 24;

impl Menu {
    /// A menu of items.
    pub fn new(rules: &'static Rules, title: impl Into<Title>, items: Vec<Item>) -> Self {
        let mut menu = Self {
            rules,
            title: title.into(),
            items,
            shown: Vec::new(),
            viewport: Viewport::default(),
            field: None,
            said: 0,
            typed: Input::default(),
        };
        menu.narrow();
        menu
    }

    /// The same menu, about a field.
    #[must_use]
    pub fn about(self, field: &'static Field) -> Self {
        Self { field: Some(field), ..self }
    }

    /// Columns of the box, with its border, on a screen of so many.
    pub fn width(&self, screen_width: u16) -> u16 {
        screen_width.saturating_sub(4).min(self.rules.width)
    }

    /// The screen has so many lines.
    pub fn set_screen_height(&mut self, height: u16) {
        let room = usize::from(height.saturating_sub(4));
        let lines = match self.rules.said {
            Said::Much => room.saturating_sub(3 + usize::from(trail_lines(height))),
            Said::Little | Said::All => room.min(MOST_LINES).saturating_sub(3),
        };
        self.viewport.set_height(lines.max(1));
    }

    /// Lines of items in sight at most.
    pub fn lines(&self) -> u16 {
        self.viewport.height().min(self.items.len().max(1)) as u16
    }

    /// Where the box is, with its border.
    pub fn area(&self, layout: &Layout) -> Rect {
        let width = self.width(layout.screen.width);
        let note = self.note_lines(layout);
        layout.centered(width, self.lines() + 3 + note)
    }

    /// Lines at the bottom of the box for all that is to be said of the item under the cursor. Where
    /// items are nothing but what they say, as troubles are, as many as the longest takes, so that the
    /// box stays as it is while the cursor moves.
    pub fn note_lines(&self, layout: &Layout) -> u16 {
        if self.rules.said == Said::Much {
            return trail_lines(layout.screen.height);
        }
        if self.rules.said == Said::Little && self.items.iter().any(|item| !item.note.is_empty()) {
            return NOTE_LINES;
        }
        let width = usize::from(self.width(layout.screen.width).saturating_sub(2)).max(1);
        let lines = |item: &Item| {
            let cells = fit(&item.in_full(), width * usize::from(u16::MAX)).1;
            // Words that do not fit leave a part of their line empty.
            cells.div_ceil(width) + cells / (width * 6)
        };
        let most = self.items.iter().take(MEASURED).map(lines).max().unwrap_or_default();
        (most as u16).max(NOTE_LINES)
    }

    /// Does it say nothing beside what its items are called, as a list of troubles?
    pub fn is_all_labels(&self) -> bool {
        self.items.iter().all(|item| item.note.is_empty())
    }

    /// Takes other items, under another title; what was typed stays.
    pub fn replace(&mut self, title: impl Into<Title>, items: Vec<Item>) {
        (self.title, self.items) = (title.into(), items);
        self.narrow();
    }

    /// How many items fit what was typed; `None` where nothing was typed.
    pub fn fitting(&self) -> Option<usize> {
        (!self.typed().trim().is_empty()).then_some(self.shown.len())
    }

    /// What was typed to narrow the items.
    pub fn typed(&self) -> &str {
        self.typed.value()
    }

    fn edit(&mut self, request: InputRequest) {
        typed::edit(&mut self.typed, request, typed::LINE);
        self.narrow();
    }

    fn narrow(&mut self) {
        let typed = self.typed.value().trim();
        self.said = 0;
        if typed.is_empty() {
            self.shown = (0..self.items.len()).collect();
        } else if self.rules.kind == Kind::Trails {
            let words: Vec<String> = typed.split_whitespace().map(fold_fragment).collect();
            // Where people and things are named comes before where they are only mentioned.
            let rank = |item: &Item| {
                let within = |text: &str| words.iter().all(|word| fold_contains(text, word));
                match (within(item.sought.lines().next().unwrap_or_default()), within(&item.sought))
                {
                    (true, _) => Some(0),
                    (false, true) => Some(1),
                    (false, false) => item.has_id(typed).then_some(0),
                }
            };
            let items = self.items.iter().enumerate();
            let mut found: Vec<(u8, usize)> =
                items.filter_map(|(at, item)| Some((rank(item)?, at))).collect();
            found.sort_unstable();
            self.shown = found.into_iter().map(|(_, at)| at).collect();
        } else {
            let matcher = SkimMatcherV2::default().ignore_case();
            let mut found: Vec<(i64, usize)> = (self.items.iter().enumerate())
                .filter_map(|(at, item)| {
                    let exact = item.key.split(' ').any(|key| key == typed);
                    let inside = typed.len() > 1 && item.key.contains(typed);
                    let key = if exact { Some(10_000) } else { inside.then_some(5_000) };
                    let label = matcher.fuzzy_match(&item.label, typed).map(|score| score * 4);
                    let has = |text: &str| text.to_lowercase().contains(&typed.to_lowercase());
                    let note = has(&item.note).then_some(1);
                    Some((key.or(label).or(note)?, at))
                })
                .collect();
            found.sort_by_key(|(score, at)| (std::cmp::Reverse(*score), *at));
            self.shown = found.into_iter().map(|(_, at)| at).collect();
        }
        self.viewport.set_len(self.shown.len());
        self.viewport.go_to(0);
    }

    /// The item under the cursor.
    pub fn current(&self) -> Option<&Item> {
        self.shown.get(self.viewport.cursor()).map(|&at| &self.items[at])
    }

    /// The item with that letter.
    pub fn by_letter(&self, letter: char) -> Option<&Item> {
        self.items.iter().find(|item| item.key.chars().eq([letter]))
    }

    /// Switches the item under the cursor.
    fn switch(&mut self) {
        if let Some(&at) = self.shown.get(self.viewport.cursor()) {
            let item = &mut self.items[at];
            item.on = item.on.map(|on| !on);
        }
    }

    /// Chooses an item.
    pub fn choose(&self, item: &Item) -> Reply {
        if let Some(why) = &item.disabled {
            return Reply::tell(Some(why.clone()));
        }
        match &item.intent {
            Intent::Nothing => Reply::taken(),
            intent if self.rules.stays => Reply::asks(intent.clone()),
            intent => Reply::close().and([intent.clone()]),
        }
    }

    /// Chooses the item under the cursor.
    fn choose_current(&mut self) -> Reply {
        let Some(item) = self.current() else { return Reply::taken() };
        let (reply, is_chosen) = (self.choose(item), item.disabled.is_none());
        if is_chosen {
            self.switch();
        }
        reply
    }

    fn choose_by(&mut self, letter: char) -> Reply {
        match (self.by_letter(letter), letter) {
            (Some(item), _) => return self.choose(item),
            (None, 'j') => self.viewport.move_by(1),
            (None, 'k') => self.viewport.move_by(-1),
            (None, 'q') => return Reply::close(),
            _ => {}
        }
        Reply::taken()
    }

    /// Reads on in what is said of the item under the cursor, or back.
    fn read_on(&mut self, down: bool, layout: &Layout) {
        let width = usize::from(self.width(layout.screen.width).saturating_sub(2));
        let lines = self.current().map_or(0, |item| wrapped(&item.in_full(), width).len());
        self.said = match down {
            true => (self.said + 1).min(lines.saturating_sub(1)),
            false => self.said.saturating_sub(1),
        };
    }

    fn press(&mut self, event: &KeyEvent, layout: &Layout) -> Reply {
        let page = self.viewport.height().max(1) as isize;
        match event.code {
            KeyCode::Esc => return Reply::close().and((self.rules.given_up)(self)),
            KeyCode::Down | KeyCode::Up if event.modifiers.contains(KeyModifiers::SHIFT) => {
                self.read_on(event.code == KeyCode::Down, layout);
            }
            KeyCode::Down | KeyCode::Tab => self.viewport.move_by(1),
            KeyCode::Up | KeyCode::BackTab => self.viewport.move_by(-1),
            KeyCode::PageDown => self.viewport.move_by(page),
            KeyCode::PageUp => self.viewport.move_by(-page),
            KeyCode::Enter => return self.choose_current(),
            KeyCode::Char(_) if self.rules.letters == Letters::Choose => {
                let letter = Key::from_event(event).letter();
                return letter.map_or_else(Reply::taken, |letter| self.choose_by(letter));
            }
            _ => {
                if let Some(request) = typed::request(event) {
                    self.edit(request);
                }
            }
        }
        Reply::taken()
    }
}

impl InputHandler for Menu {
    fn key(&mut self, event: &KeyEvent, layout: &Layout) -> Reply {
        if let Some(reply) = (self.rules.key)(self, event) {
            return reply;
        }
        let before = self.viewport.cursor();
        let reply = self.press(event, layout);
        // Another item is read from its beginning.
        if self.viewport.cursor() != before {
            self.said = 0;
        }
        reply
    }

    /// The wheel moves the cursor, wherever it is turned; a click is for nothing beneath.
    fn mouse(&mut self, event: &MouseEvent, _: &Layout) -> Reply {
        if let Some(lines) = wheel(event) {
            let before = self.viewport.cursor();
            self.viewport.move_by(lines);
            if self.viewport.cursor() != before {
                self.said = 0;
            }
        }
        Reply::taken()
    }

    /// What is pasted narrows the items; where letters choose, it is no letter.
    fn paste(&mut self, text: &str) -> Reply {
        if self.rules.letters == Letters::Choose {
            return Reply::taken();
        }
        let said = typed::insert(&mut self.typed, text, typed::LINE);
        self.narrow();
        Reply::tell(said)
    }

    fn takes_text(&self) -> Option<bool> {
        // A sign leaves a value out while nothing is typed.
        let narrows = self.rules.letters == Letters::Narrow;
        Some(narrows && (self.field.is_none() || !self.typed().is_empty()))
    }
}
