//! Boxes over the screen: help, palette, menus and the list of troubles, one on top of the other.
//! Never carries anything out; a chosen item says what is wanted.

use std::path::PathBuf;

use fuzzy_matcher::FuzzyMatcher as _;
use fuzzy_matcher::skim::SkimMatcherV2;
use tui_input::{Input, InputRequest};

use crate::app::action::Action;
use crate::app::actions::pivot::Pivot;
use crate::app::typed;
use crate::app::viewport::Viewport;
use crate::query::answer::SPARK;
use crate::record::field::Field;
use crate::store::RowId;
use crate::text::{fit, fold_contains, fold_fragment};

/// Lines for what is to be said of the trail under the cursor, on a screen of this height.
pub fn trail_lines(screen_height: u16) -> u16 {
    // Border, space around it, what is typed; the rest is shared with the items.
    (screen_height.saturating_sub(7) / 2).clamp(5, 16)
}

/// Text in lines of at most `width` cells, parted between words where there are any.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0);
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut word = word;
        let mut cells = fit(word, usize::MAX).1;
        if used > 0 && used + 1 + cells > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        // A word longer than a line is cut where the line ends.
        while cells > width {
            let mut end = word.len();
            let mut taken = 0;
            for (at, c) in word.char_indices() {
                let next = taken + fit(c.encode_utf8(&mut [0; 4]), usize::MAX).1;
                if next > width && at > 0 {
                    end = at;
                    break;
                }
                taken = next;
            }
            if end == word.len() {
                break;
            }
            lines.push(word[..end].to_owned());
            word = &word[end..];
            cells = cells.saturating_sub(taken);
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += cells;
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

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
    /// Are the items findings of trails? The right arrow shows what happened meanwhile.
    pub trails: bool,
    /// Lines of what is said of the item under the cursor that are scrolled away with Shift and arrows.
    pub said: usize,
    /// Are the items what somebody gained and lost?
    pub access: bool,
    /// Are the items cases? No letter chooses or closes, as it may have been meant for something else.
    pub cases: bool,
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
    /// Go on with the case in this file.
    TakeUpCase(PathBuf),
    /// Copy a text, with what it is: on one line, and nothing that a spreadsheet would calculate.
    Copy(String, String),
    /// Copy a text exactly as it is, with what it is.
    CopyAsIs(String, String),
    /// Show the values of a field.
    Facet(&'static Field),
    /// Narrow the filter to a value of a field, or leave it out.
    FilterBy(&'static Field, String, bool),
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
            sought: String::new(),
            disabled: None,
            on: None,
            spark: None,
            wish,
        }
    }
}

impl Item {
    /// Is this one of the ids its query asks for, as a whole?
    fn has_id(&self, id: &str) -> bool {
        let Wish::Trail(query, ..) = &self.wish else { return false };
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

/// So wide is a box; those with long lines are wider.
const USUAL: u16 = 110;
const WIDE: u16 = 200;

impl Menu {
    /// Columns of the box, with its border, on a screen of so many.
    pub fn width(&self, screen_width: u16) -> u16 {
        let widest = match (self.trails, self.access) {
            (true, _) => u16::MAX,
            (_, true) => WIDE,
            _ => USUAL,
        };
        screen_width.saturating_sub(4).min(widest)
    }

    /// Does it say nothing beside what its items are called, as a list of troubles?
    pub fn is_all_labels(&self) -> bool {
        self.items.iter().all(|item| item.note.is_empty())
    }

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
            said: 0,
            access: false,
            cases: false,
            typed: Input::default(),
        };
        menu.narrow();
        menu
    }

    /// Takes other items, under another title; what was typed stays.
    pub fn replace(&mut self, title: String, items: Vec<Item>) {
        (self.title, self.items) = (title, items);
        self.narrow();
    }

    /// The title; while something is typed, it tells how many items of a box of trails fit.
    pub fn heading(&self) -> String {
        let all = format!("{} found", self.items.len());
        if self.trails && !self.typed().trim().is_empty() {
            let some = format!("{} of {all}", self.shown.len());
            return self.title.replacen(&all, &some, 1);
        }
        self.title.clone()
    }

    /// What was typed to narrow the items.
    pub fn typed(&self) -> &str {
        self.typed.value()
    }

    /// Edits what is typed.
    pub fn edit(&mut self, request: InputRequest) {
        typed::edit(&mut self.typed, request, typed::LINE);
        self.narrow();
    }

    /// Adds pasted text to what is typed. Returns what to say where it was too much.
    pub fn paste(&mut self, text: &str) -> Option<String> {
        let said = typed::insert(&mut self.typed, text, typed::LINE);
        self.narrow();
        said
    }

    /// Does a letter become text, whatever letter it is?
    pub fn takes_text(&self) -> bool {
        !self.letters && !self.cases && (self.facet.is_none() || !self.typed().is_empty())
    }

    fn narrow(&mut self) {
        let typed = self.typed.value().trim();
        self.said = 0;
        if typed.is_empty() {
            self.shown = (0..self.items.len()).collect();
        } else if self.trails {
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
    pub fn switch(&mut self) {
        if let Some(&at) = self.shown.get(self.viewport.cursor()) {
            let item = &mut self.items[at];
            item.on = item.on.map(|on| !on);
        }
    }
}
