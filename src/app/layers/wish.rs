//! What a layer makes of a key, a click or a paste: it takes it or passes it on, and wishes for what is not its own.
//! Never carries a wish out; a layer changes itself only, the rest is changed by who grants the wish.

use std::path::PathBuf;

use ratatui::crossterm::event::{KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use crate::app::action::{Action, Pane};
use crate::app::layout::Layout;
use crate::place::Places;
use crate::query::Expression;
use crate::record::field::Field;
use crate::store::RowId;

/// Something a person does.
#[derive(Clone, Copy, Debug)]
pub enum Event<'e> {
    /// A key was pressed.
    Key(&'e KeyEvent),
    /// The mouse was used.
    Mouse(&'e MouseEvent),
    /// Text was pasted.
    Paste(&'e str),
}

/// A layer of the screen: it gets what a person does before those beneath it.
pub trait Takes {
    /// A key was pressed.
    fn key(&mut self, event: &KeyEvent, layout: &Layout) -> Reply;

    /// The mouse was used, anywhere on the screen.
    fn mouse(&mut self, event: &MouseEvent, layout: &Layout) -> Reply;

    /// Text was pasted.
    fn paste(&mut self, text: &str) -> Reply;

    /// Does a letter that is typed become text, whatever letter it is? `None`: the layer beneath knows.
    fn takes_text(&self) -> Option<bool>;

    /// Something was done.
    fn take(&mut self, event: Event<'_>, layout: &Layout) -> Reply {
        match event {
            Event::Key(event) => self.key(event, layout),
            Event::Mouse(event) => self.mouse(event, layout),
            Event::Paste(text) => self.paste(text),
        }
    }
}

/// What a layer makes of something that was done.
#[derive(Debug, Default)]
pub struct Reply {
    /// Does the layer beneath get it too?
    pub passed: bool,
    /// What is to be done besides, in this order.
    pub wishes: Vec<Wish>,
}

impl Reply {
    /// It was for the layer, and that was all.
    pub fn taken() -> Self {
        Self::default()
    }

    /// It is for the layer beneath.
    pub fn passed() -> Self {
        Self { passed: true, ..Self::default() }
    }

    /// It was for the layer, which wishes for something.
    pub fn wish(wish: Wish) -> Self {
        Self { wishes: vec![wish], ..Self::default() }
    }

    /// It was for the layer, which closes.
    pub fn close() -> Self {
        Self::wish(Wish::Close)
    }

    /// It was for the layer, which has something to tell, if anything.
    pub fn tell(said: Option<String>) -> Self {
        Self::taken().and(said.map(Wish::Tell))
    }

    /// With other wishes behind these.
    #[must_use]
    pub fn and(mut self, wishes: impl IntoIterator<Item = Wish>) -> Self {
        self.wishes.extend(wishes);
        self
    }

    /// The same, but the layer beneath gets it too.
    #[must_use]
    pub fn and_pass(self) -> Self {
        Self { passed: true, ..self }
    }
}

/// What a layer, or a chosen item of one, asks for.
#[derive(Clone, Debug)]
pub enum Wish {
    /// Nothing: the item is there to be read.
    Nothing,
    /// The layer that wishes for it goes away.
    Close,
    /// Tell something, until the next key.
    Tell(String),
    /// An action.
    Perform(Action),
    /// Ask these places for what was not loaded.
    AskAgain(Places),
    /// Order the list by a field.
    SortBy(&'static Field),
    /// Show or hide a column.
    ToggleColumn(&'static Field),
    /// Go on with the case in this file.
    TakeUpCase(PathBuf),
    /// Go on without a case.
    TakeUpNone,
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
    /// Do not look for trails, or for what was given, any more.
    StopTrails,
    /// Do not count values any more.
    StopCounting,
    /// The filter line was typed in: offer completion, and ask again where the query is another one.
    Typed(bool),
    /// The filter line is as it was before it was typed in; ask again where the query is another one.
    GaveUp(bool),
    /// Keep the filter: for later sessions where it is told, and the view before it in the history.
    Keep(Option<String>),
    /// Search a pane for a text.
    Find(Pane, String),
    /// Go to the next place found in a pane, or to the one before.
    FindAnother(Pane, bool),
    /// Search nothing any more.
    EndFind,
    /// Keep a note about a record.
    Note(RowId, String),
    /// Write what the form says.
    Export,
}

/// A query to go to.
#[derive(Clone, Debug)]
pub struct Pivot {
    /// What it is called in menus and in the breadcrumb; not cleaned.
    pub name: String,
    /// What is asked.
    pub expression: Expression,
    /// Does it replace the span of time too?
    pub sets_time: bool,
}

/// Lines that a turn of the wheel scrolls; `None` where the wheel was not turned.
pub fn wheel(event: &MouseEvent) -> Option<isize> {
    match event.kind {
        MouseEventKind::ScrollDown => Some(3),
        MouseEventKind::ScrollUp => Some(-3),
        _ => None,
    }
}

/// Was the left button pressed?
pub fn is_press(event: &MouseEvent) -> bool {
    event.kind == MouseEventKind::Down(MouseButton::Left)
}

/// Where the mouse is.
pub fn place(event: &MouseEvent) -> Position {
    Position::new(event.column, event.row)
}
