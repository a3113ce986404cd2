//! The filter line: text, last good query, error, history, completion; a layer while it is typed in.
//! Never scans records; every change of the query asks for an answer.
//!
//! Walking the history is done here and not in a layer over the line: it has no box, takes no mouse, and all it
//! does is put another text into the line, whose query is asked at once. Whatever key follows edits that text, so a
//! layer would pass on all it gets; and what was typed before must come back, which is the line's own.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent};
use ratatui::layout::Rect;
use tui_input::{Input, InputRequest};

use crate::app::event::{InputHandler, is_press, position, wheel};
use crate::app::intent::{Intent, Reply};
use crate::app::layout::{Layout, inside};
use crate::app::typed;
use crate::app::viewport::Viewport;
use crate::query::suggest::Suggestions;
use crate::query::{Expression, Query, QueryError};

/// The filter line.
#[derive(Debug, Default)]
pub struct Filter {
    input: Input,
    /// The last text that was a query.
    pub query: Query,
    /// Is noise left out as well?
    pub hides_noise: bool,
    /// What is wrong with the text now.
    pub error: Option<QueryError>,
    /// What could be typed here; empty where nothing is offered.
    pub suggestions: Suggestions,
    /// The suggestion under the cursor; `None` while none was picked.
    pub picked: Option<usize>,
    /// The suggestions in sight.
    pub viewport: Viewport,
    history: Vec<String>,
    /// Place in the history while walking it, with the text that was there before.
    walking: Option<(usize, String)>,
    /// The text when editing began, for Esc.
    before: String,
    /// A filter that stood in the line as it is now, whole: what is typed behind it narrows all of it.
    whole: String,
}

impl Filter {
    /// A filter with a text, and those of earlier sessions, oldest first.
    pub fn with_text(text: &str, history: Vec<String>) -> Self {
        let mut filter = Self { history, ..Self::default() };
        filter.set_text(text);
        filter
    }

    /// The text as typed.
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Byte of the text at which the caret is.
    pub fn caret(&self) -> usize {
        let chars = self.input.cursor();
        self.text().char_indices().nth(chars).map_or(self.text().len(), |(at, _)| at)
    }

    /// Replaces the text, caret at its end. Returns whether the query changed.
    pub fn set_text(&mut self, text: &str) -> bool {
        self.input = Input::new(text.to_owned());
        self.parse()
    }

    /// Replaces the text and puts the caret after byte `caret` of it.
    fn set_text_at(&mut self, text: String, caret: usize) -> bool {
        let chars = text.get(..caret).map_or(0, |before| before.chars().count());
        self.input = Input::new(text).with_cursor(chars);
        self.parse()
    }

    /// Edits the text. Returns whether the query changed.
    pub fn edit(&mut self, request: InputRequest) -> bool {
        if matches!(request, InputRequest::InsertChar(c) if !c.is_whitespace()) {
            self.enclose_whole();
        }
        let changed = typed::edit(&mut self.input, request, typed::FILTER);
        self.picked = None;
        if changed {
            self.walking = None;
        }
        changed && self.parse()
    }

    /// Puts a whole filter whose conditions are alternatives in brackets, where another condition is
    /// about to follow it: "and" would bind to the last of them only. Returns how many bytes longer the
    /// text before the caret became.
    fn enclose_whole(&mut self) -> usize {
        let text = self.text();
        let whole = text.trim_end();
        let is_next = text.ends_with(' ') && self.caret() == text.len();
        let is_whole = is_next && !whole.is_empty() && whole == self.whole;
        let has_or = |query: Query| matches!(query.expression, Some(Expression::Or(_)));
        if !is_whole || !Query::parse(whole).is_ok_and(has_or) {
            return 0;
        }
        let (enclosed, before) = (format!("({whole}) "), text.len());
        let longer = enclosed.len().saturating_sub(before);
        self.input = Input::new(enclosed);
        longer
    }

    /// Inserts text at the caret, line breaks as spaces. Returns whether the query changed; fails where
    /// the text has no room, as half a filter is another one.
    fn insert(&mut self, text: &str) -> Result<bool, String> {
        let text = text.trim_end_matches(['\r', '\n']);
        let room = typed::FILTER.saturating_sub(self.text().chars().count());
        if text.chars().nth(room).is_some() {
            let (count, most) = (text.chars().count(), typed::shown(typed::FILTER));
            let count = typed::shown(count);
            return Err(format!(
                "not pasted: {count} characters are too many; a filter takes {most}"
            ));
        }
        self.enclose_whole();
        let caret = self.caret();
        let clean: String = typed::one_line(text).collect();
        let mut whole = self.text().to_owned();
        whole.insert_str(caret, &clean);
        self.picked = None;
        Ok(self.set_text_at(whole, caret + clean.len()))
    }

    /// Reads the text. A mistake leaves the last good query standing. Returns whether it changed.
    fn parse(&mut self) -> bool {
        match Query::parse(self.text()) {
            Ok(query) => {
                self.error = None;
                let changed = query != self.query;
                self.query = query;
                changed
            }
            Err(error) => {
                self.error = Some(error);
                false
            }
        }
    }

    /// Starts typing.
    pub fn begin(&mut self) {
        self.before = self.text().to_owned();
        self.before.trim_end().clone_into(&mut self.whole);
        // What is typed next is another condition, not the end of the last word.
        if !self.before.is_empty() && !self.before.ends_with(' ') && self.error.is_none() {
            self.set_text(&format!("{} ", self.before));
        }
    }

    /// Ends typing and remembers the text. Returns it where it is to be kept for later sessions.
    pub fn accept(&mut self) -> Option<String> {
        self.end();
        self.remember()
    }

    /// Puts the text into the history. Returns it where it was not the last one there.
    pub fn remember(&mut self) -> Option<String> {
        let text = self.text().trim().to_owned();
        if text.is_empty() || self.error.is_some() || self.history.last() == Some(&text) {
            return None;
        }
        self.history.retain(|known| *known != text);
        self.history.push(text.clone());
        Some(text)
    }

    /// Ends typing and goes back to the text before it. Returns whether the query changed.
    pub fn give_up(&mut self) -> bool {
        self.end();
        let before = std::mem::take(&mut self.before);
        self.set_text(&before)
    }

    fn end(&mut self) {
        self.walking = None;
        self.picked = None;
        self.suggestions = Suggestions::default();
    }

    /// Goes back (or forward) in the history. Returns whether the query changed.
    pub fn walk_history(&mut self, back: bool) -> bool {
        let (at, typed) = match self.walking.take() {
            Some((at, typed)) => (at, typed),
            None => (self.history.len(), self.text().to_owned()),
        };
        let to = if back { at.saturating_sub(1) } else { (at + 1).min(self.history.len()) };
        let text = self.history.get(to).cloned().unwrap_or_else(|| typed.clone());
        let changed = self.set_text(&text);
        text.trim_end().clone_into(&mut self.whole);
        self.walking = Some((to, typed));
        changed
    }

    /// Offers suggestions.
    pub fn offer(&mut self, suggestions: Suggestions) {
        self.viewport.set_len(suggestions.items.len());
        self.viewport.go_to(0);
        self.picked = None;
        self.suggestions = suggestions;
    }

    /// Moves among the suggestions; the first step picks the first (or last).
    pub fn pick(&mut self, down: bool) {
        let count = self.suggestions.items.len();
        if count == 0 {
            return;
        }
        let next = match (self.picked, down) {
            (None, true) => Some(0),
            (None, false) => Some(count - 1),
            (Some(at), true) if at + 1 < count => Some(at + 1),
            (Some(at), false) if at > 0 => Some(at - 1),
            _ => None,
        };
        self.picked = next;
        self.viewport.go_to(next.unwrap_or(0));
    }

    /// Puts the picked suggestion (or the first) in place. Returns whether the query changed.
    pub fn complete(&mut self) -> bool {
        let Some(item) = self.suggestions.items.get(self.picked.unwrap_or(0)) else { return false };
        let mut insert = item.insert.clone();
        let mut range = self.suggestions.replace.clone();
        if range.is_empty() && range.end == self.text().len() {
            let longer = self.enclose_whole();
            range = range.start + longer..range.end + longer;
        }
        let after = self.text().get(range.end..).unwrap_or("").to_owned();
        if !insert.ends_with([':', '=']) && !insert.ends_with(' ') && !after.starts_with([' ', ')'])
        {
            insert.push(' ');
        }
        let caret = range.start + insert.len();
        let text = format!("{}{insert}{after}", self.text().get(..range.start).unwrap_or(""));
        self.picked = None;
        self.set_text_at(text, caret)
    }
}

/// Columns of the suggestions at most.
const WIDTH: u16 = 100;

impl Filter {
    /// Where the suggestions are, above the line, with their border; empty where none are seen.
    pub fn suggestions_area(&self, layout: &Layout) -> Rect {
        let line = layout.filter;
        let above = line.y.saturating_sub(layout.screen.y);
        let height = (self.viewport.visible().len() as u16 + 2).min(above);
        if self.suggestions.items.is_empty() || height < 3 || line.width < 20 {
            return Rect::default();
        }
        Rect { x: line.x, y: line.y - height, width: line.width.min(WIDTH), height }
    }

    /// What stands in the line is what the list answers, whenever it is not typed in.
    fn settle(&mut self) -> Reply {
        match &self.error {
            Some(error) => Reply::tell(Some(format!("{error} (Esc: as before)"))),
            None => Reply::close().and([Intent::Keep(self.accept())]),
        }
    }

    /// Ends typing as the mouse goes elsewhere: nothing can be typed there, so a filter that is no query
    /// is taken back.
    fn leave(&mut self) -> Reply {
        let mut intents = Vec::new();
        if let Some(error) = &self.error {
            intents.push(Intent::Tell(format!("taken back: {error}")));
            intents.push(Intent::GaveUp(self.give_up()));
        }
        Reply::close().and(intents).and([Intent::Keep(self.accept())])
    }
}

impl InputHandler for Filter {
    fn key(&mut self, event: &KeyEvent, _: &Layout) -> Reply {
        let control = event.modifiers.contains(KeyModifiers::CONTROL);
        let changed = match event.code {
            KeyCode::Enter if self.picked.is_some() => self.complete(),
            KeyCode::Enter => return self.settle(),
            KeyCode::Esc if !self.suggestions.items.is_empty() && self.picked.is_some() => {
                self.picked = None;
                return Reply::taken();
            }
            KeyCode::Esc => return Reply::close().and([Intent::GaveUp(self.give_up())]),
            KeyCode::Tab => self.complete(),
            KeyCode::Down => {
                self.pick(true);
                return Reply::taken();
            }
            KeyCode::Up if self.picked.is_some() => {
                self.pick(false);
                return Reply::taken();
            }
            KeyCode::Up => self.walk_history(true),
            KeyCode::Char('p') if control => self.walk_history(true),
            KeyCode::Char('n') if control => self.walk_history(false),
            _ => match typed::request(event) {
                Some(request) => self.edit(request),
                None => return Reply::taken(),
            },
        };
        Reply::asks(Intent::Typed(changed))
    }

    /// The line and the suggestions are its own. A click on a pane ends the typing; the wheel scrolls
    /// the panes meanwhile.
    fn mouse(&mut self, event: &MouseEvent, layout: &Layout) -> Reply {
        let suggestions = self.suggestions_area(layout);
        if suggestions.contains(position(event)) {
            if let Some(lines) = wheel(event) {
                self.viewport.scroll_by(lines);
                self.picked = Some(self.viewport.cursor());
            }
            let lines = inside(suggestions);
            if is_press(event) && lines.contains(position(event)) {
                let line = self.viewport.top() + usize::from(event.row - lines.y);
                if line < self.suggestions.items.len() {
                    self.viewport.go_to(line);
                    self.picked = Some(line);
                }
            }
            return Reply::taken();
        }
        let is_elsewhere = layout.pane_at(event.column, event.row).is_some();
        match is_press(event) {
            true if is_elsewhere => self.leave().and_pass(),
            true => Reply::taken(),
            false => Reply::passed(),
        }
    }

    fn paste(&mut self, text: &str) -> Reply {
        match self.insert(text) {
            Ok(changed) => Reply::asks(Intent::Typed(changed)),
            Err(too_long) => Reply::tell(Some(too_long)),
        }
    }

    fn takes_text(&self) -> Option<bool> {
        Some(true)
    }
}
