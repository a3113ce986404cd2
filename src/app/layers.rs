//! The stack of layers over the panes: the topmost gets every key, click, turn of the wheel and paste first.
//! Never lets one change another: a layer changes itself, and asks for the rest ([`crate::app::intent`]).

pub mod access;
pub mod asking;
pub mod cases;
pub mod columns;
pub mod copy;
pub mod export;
pub mod facets;
pub mod filter;
pub mod find;
pub mod menu;
pub mod note;
pub mod origin;
pub mod palette;
pub mod pivots;
pub mod sign_in;
pub mod sort;
pub mod trails;
pub mod troubles;
pub mod views;

use crate::app::action::Pane;
use crate::app::event::{InputHandler, UserEvent};
use crate::app::intent::Reply;
use crate::app::layout::Layout;
use crate::record::field::Field;
use export::Form;
use filter::Filter;
use find::Find;
use menu::{Kind, Menu};
use note::Note;

/// One layer.
#[derive(Debug)]
pub enum Layer {
    /// A box with items.
    Menu(Box<Menu>),
    /// The box that asks what to export.
    Export(Box<Form>),
    /// A note that is written.
    Note(Note),
    /// A text that is searched in a pane while it is typed.
    Find(Find),
    /// The filter line while it is typed in; its text is the [`Filter`], which stays when it is left.
    Filter,
}

/// The stack of layers.
#[derive(Debug, Default)]
pub struct Layers {
    stack: Vec<Layer>,
}

impl<'l> IntoIterator for &'l Layers {
    type Item = &'l Layer;
    type IntoIter = std::slice::Iter<'l, Layer>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Layers {
    /// Have the panes every key and click?
    pub fn is_empty(&self) -> bool {
        self.stack.is_empty()
    }

    /// Number of layers.
    pub fn len(&self) -> usize {
        self.stack.len()
    }

    /// The layers, the topmost last.
    pub fn iter(&self) -> std::slice::Iter<'_, Layer> {
        self.stack.iter()
    }

    /// The topmost layer.
    pub fn top(&self) -> Option<&Layer> {
        self.stack.last()
    }

    /// Gives something that was done to the layer at a place of the stack.
    pub(in crate::app) fn give(
        &mut self,
        at: usize,
        event: UserEvent<'_>,
        layout: &Layout,
        filter: &mut Filter,
    ) -> Reply {
        match self.stack.get_mut(at) {
            Some(Layer::Menu(menu)) => menu.take(event, layout),
            Some(Layer::Export(form)) => form.take(event, layout),
            Some(Layer::Note(note)) => note.take(event, layout),
            Some(Layer::Find(find)) => find.take(event, layout),
            Some(Layer::Filter) => filter.take(event, layout),
            None => Reply::passed(),
        }
    }

    /// Does a letter that is typed become text, whatever letter it is?
    pub fn takes_text(&self, filter: &Filter) -> bool {
        let takes = |layer: &Layer| match layer {
            Layer::Menu(menu) => menu.takes_text(),
            Layer::Export(form) => form.takes_text(),
            Layer::Note(note) => note.takes_text(),
            Layer::Find(find) => find.takes_text(),
            Layer::Filter => filter.takes_text(),
        };
        self.stack.iter().rev().find_map(takes).unwrap_or(false)
    }

    pub(in crate::app) fn push(&mut self, layer: Layer) {
        self.stack.push(layer);
    }

    /// Puts a box beneath what is being typed: no letter goes to a box that nobody asked for.
    pub(in crate::app) fn push_beneath_typing(&mut self, menu: Menu) {
        let is_menu = |layer: &Layer| matches!(layer, Layer::Menu(_));
        let at = self.stack.iter().rposition(is_menu).map_or(0, |at| at + 1);
        self.stack.insert(at, Layer::Menu(Box::new(menu)));
    }

    pub(in crate::app) fn remove(&mut self, at: usize) -> Option<Layer> {
        (at < self.stack.len()).then(|| self.stack.remove(at))
    }

    /// Takes away the layers for which this holds.
    pub(in crate::app) fn close(&mut self, is_meant: impl Fn(&Layer) -> bool) {
        self.stack.retain(|layer| !is_meant(layer));
    }

    /// The boxes with items, the topmost last.
    pub fn menus(&self) -> impl DoubleEndedIterator<Item = &Menu> {
        self.stack.iter().filter_map(|layer| match layer {
            Layer::Menu(menu) => Some(&**menu),
            _ => None,
        })
    }

    pub(in crate::app) fn menus_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Menu> {
        self.stack.iter_mut().filter_map(|layer| match layer {
            Layer::Menu(menu) => Some(&mut **menu),
            _ => None,
        })
    }

    /// The topmost box with items.
    pub fn menu(&self) -> Option<&Menu> {
        self.menus().next_back()
    }

    /// The topmost box of a kind.
    pub(in crate::app) fn menu_of(&mut self, kind: Kind) -> Option<&mut Menu> {
        self.menus_mut().rfind(|menu| menu.rules.kind == kind)
    }

    /// The topmost box of a kind about a field.
    pub(in crate::app) fn menu_about(&mut self, kind: Kind, field: &Field) -> Option<&mut Menu> {
        let is_about = |menu: &Menu| menu.field.is_some_and(|known| known.name == field.name);
        let is_of = |menu: &&mut Menu| menu.rules.kind == kind && is_about(menu);
        self.menus_mut().rfind(is_of)
    }

    /// Takes the boxes of a kind away.
    pub(in crate::app) fn close_menu(&mut self, kind: Kind) {
        self.close(|layer| matches!(layer, Layer::Menu(menu) if menu.rules.kind == kind));
    }

    /// The box that asks what to export, while it is open.
    pub fn export(&self) -> Option<&Form> {
        self.stack.iter().find_map(|layer| match layer {
            Layer::Export(form) => Some(&**form),
            _ => None,
        })
    }

    pub(in crate::app) fn export_mut(&mut self) -> Option<&mut Form> {
        self.stack.iter_mut().find_map(|layer| match layer {
            Layer::Export(form) => Some(&mut **form),
            _ => None,
        })
    }

    /// The note that is written.
    pub fn note(&self) -> Option<&Note> {
        self.stack.iter().find_map(|layer| match layer {
            Layer::Note(note) => Some(note),
            _ => None,
        })
    }

    /// What is searched in a pane, while it is typed.
    pub fn find(&self, pane: Pane) -> Option<&Find> {
        self.stack.iter().find_map(|layer| match layer {
            Layer::Find(find) if find.pane == pane => Some(find),
            _ => None,
        })
    }

    /// Is the filter line typed in?
    pub fn types_filter(&self) -> bool {
        self.stack.iter().any(|layer| matches!(layer, Layer::Filter))
    }
}
