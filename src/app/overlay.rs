//! Boxes over the screen: help, palette, menus and the list of troubles, one on top of the other.
//! Never carries anything out; a chosen item says what is wanted.

use fuzzy_matcher::FuzzyMatcher as _;
use fuzzy_matcher::skim::SkimMatcherV2;
use tui_input::{Input, InputRequest};

use super::action::Action;
use super::marks::FoundCase;
use super::pivot::Pivot;
use super::viewport::Viewport;
use crate::query::answer::SPARK;
use crate::record::field::Field;
use crate::store::RowId;

/// Lines of a box of trails that are no items.
pub const TRAIL_LINES: usize = 8;

/// A box with items to choose from.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "what the items are, and what their keys do")]
pub struct Menu {
    /// What the box is.
    pub title: String,
    /// All items.
    pub items: Vec<Item>,
    /// Indexes of the items that fit what was typed, best first.
    pub shown: Vec<usize>,
    /// Visible lines.
    pub viewport: Viewport,
    /// Do letters choose items directly, instead of narrowing?
    pub letters: bool,
    /// Does it ask to sign in? It closes by itself once that is done.
    pub signs_in: bool,
    /// The field whose values are the items; `-` leaves one out.
    pub facet: Option<&'static Field>,
    /// Are the items findings of trails? `w` shows what happened meanwhile.
    pub trails: bool,
    /// Are the items what somebody gained and lost?
    pub access: bool,
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
    /// Why it cannot be chosen now.
    pub disabled: Option<String>,
    /// Is it on? For items that are switched.
    pub on: Option<bool>,
    /// What choosing it asks for.
    pub wish: Wish,
    /// A sparkline in front of the note.
    pub spark: Option<[u32; SPARK]>,
}

/// What a chosen item asks for.
#[derive(Clone, Debug)]
pub enum Wish {
    /// Nothing: the item is there to be read.
    Nothing,
    /// An action.
    Perform(Action),
    /// Order the list by a field.
    SortBy(&'static Field),
    /// Show or hide a column.
    ToggleColumn(&'static Field),
    /// Go on with a case that was found.
    TakeUpCase(Box<FoundCase>),
    /// Copy a text, with what it is.
    Copy(String, String),
    /// Show the values of a field.
    Facet(&'static Field),
    /// Narrow the filter to a value of a field, or leave it out.
    FilterBy(&'static str, String, bool),
    /// Show what a query finds, under a name.
    Show(String, String),
    /// Show what was given to the one of this id, folded, and this name.
    Access(String, String),
    /// Go to a record, also where the filter hides it.
    Record(RowId),
    /// Go to the records of a finding: its query, the one of what happened meanwhile, its trail.
    Trail(String, Option<String>, &'static str),
    /// Go to other records.
    Pivot(Box<Pivot>),
}

impl Item {
    /// An item that can be chosen.
    pub fn new(label: impl Into<String>, wish: Wish) -> Self {
        Self {
            label: label.into(),
            key: String::new(),
            note: String::new(),
            disabled: None,
            on: None,
            spark: None,
            wish,
        }
    }
}

impl Menu {
    /// A menu of items.
    pub fn new(title: impl Into<String>, items: Vec<Item>) -> Self {
        let mut menu = Self {
            title: title.into(),
            items,
            shown: Vec::new(),
            viewport: Viewport::default(),
            letters: false,
            signs_in: false,
            facet: None,
            trails: false,
            access: false,
            typed: Input::default(),
        };
        menu.narrow();
        menu
    }

    /// What was typed to narrow the items.
    pub fn typed(&self) -> &str {
        self.typed.value()
    }

    /// Edits what is typed.
    pub fn edit(&mut self, request: InputRequest) {
        self.typed.handle(request);
        self.narrow();
    }

    /// Adds pasted text to what is typed.
    pub fn paste(&mut self, text: &str) {
        for c in text.chars().filter(|c| !c.is_control()) {
            self.typed.handle(InputRequest::InsertChar(c));
        }
        self.narrow();
    }

    fn narrow(&mut self) {
        let typed = self.typed.value().trim();
        if typed.is_empty() {
            self.shown = (0..self.items.len()).collect();
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
    pub fn switch(&mut self) {
        if let Some(&at) = self.shown.get(self.viewport.cursor()) {
            let item = &mut self.items[at];
            item.on = item.on.map(|on| !on);
        }
    }
}
