//! Painting: the state as it is, onto a frame.
//! Never writes to the state and never computes an answer; geometry comes from [`crate::app::layout`].
//!
//! ```text
//! status    what is loaded, how much, troubles, period and zone
//! timeline  records over time, failures marked
//! tree │ list
//!      │ detail          (three columns from 160 columns on; one pane below 60×15)
//! filter    the query
//! hints     keys that work now
//! ```

mod ascii;
mod border;
mod layers;
mod panes;
mod status;
mod text;
pub mod theme;

use std::ptr;

use ratatui::Frame;

use crate::app::App;
use crate::app::layers::Layer;
use panes::{detail, list, timeline, tree};
use theme::Theme;

/// Paints everything.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let layout = &app.screen.layout;
    if layout.screen != frame.area() {
        // The screen changed and the message about it is on its way.
        return;
    }
    status::draw(app, theme, frame);
    timeline::draw(app, theme, frame);
    tree::draw(app, theme, frame);
    list::draw(app, theme, frame);
    detail::draw(app, theme, frame);
    layers::filter::draw(app, theme, frame);
    status::draw_hints(app, theme, frame);
    for layer in &app.layers {
        match layer {
            Layer::Menu(menu)
                if app.layers.menu().is_some_and(|top| ptr::eq(top, menu.as_ref())) =>
            {
                layers::menu::draw(app, menu, theme, frame);
            }
            Layer::Export(form) => layers::export::draw(app, form, theme, frame),
            Layer::Note(note) => layers::note::draw(app, note, theme, frame),
            // A box comes back when the one over it closes; what is searched stands in the title of its pane.
            Layer::Menu(_) | Layer::Find(_) => {}
            Layer::Filter => layers::filter::draw_typing(app, theme, frame),
        }
    }
    if theme.ascii {
        ascii::replace(frame.buffer_mut());
    }
}
