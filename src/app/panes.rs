//! The panes: what each shows and where its cursor is, and which of them has the keyboard.
//! Never asks for anything: what a key means to a pane is in [`crate::app::actions`].

pub mod activities;
pub mod detail;
pub mod folding;
pub mod list;
pub mod outline;
pub mod timeline;
pub mod tree;

use crate::app::action::Pane;
use crate::app::keymap::Key;
use activities::Activities;
use detail::Detail;
use list::List;
use timeline::Timeline;
use tree::Tree;

/// All panes; they are beneath every layer.
#[derive(Debug)]
pub struct Panes {
    /// The tree pane.
    pub tree: Tree,
    /// The list pane, records.
    pub list: List,
    /// The list pane, activities.
    pub activities: Activities,
    /// Does the list show activities?
    pub show_activities: bool,
    /// The detail pane.
    pub detail: Detail,
    /// The timeline.
    pub timeline: Timeline,
    /// The pane with the keyboard.
    pub focus: Pane,
    /// Has that pane the whole screen?
    pub zoomed: bool,
    /// Number typed before a key.
    pub count: Option<usize>,
    /// The first of two keys, while it waits for the second.
    pub waiting: Option<Key>,
}
