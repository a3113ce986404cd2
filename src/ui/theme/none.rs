//! No colours: bold, underlined, reversed and dim only.
//! Never what a role means: that is the theme's.

use super::Palette;

/// The palette.
pub(super) static PALETTE: Palette = Palette {
    name: "none",
    help: "Bold, underlined, reversed and dim only",
    colour: |without| without,
};
