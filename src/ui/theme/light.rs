//! The sixteen colours of a terminal with a light background.
//! Never what a role means: that is the theme's.

use ratatui::style::Color;

use super::Palette;

/// The palette.
pub(super) static PALETTE: Palette = Palette {
    name: "light",
    help: "For a light background",
    colour: |without| without.with_colours(Color::Blue, Color::Magenta),
};
