//! The sixteen colours of a terminal with a dark background.
//! Never what a role means: that is the theme's.

use ratatui::style::Color;

use super::Palette;

/// The palette.
pub(super) static PALETTE: Palette = Palette {
    name: "dark",
    help: "For a dark background (the default)",
    colour: |without| without.with_colours(Color::Cyan, Color::Yellow),
};
