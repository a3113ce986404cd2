//! How the screen starts and looks, as every command takes it that opens one.
//! Never opens it.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use crate::ui::theme::Palette;

/// How the screen starts and looks.
#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct ScreenArguments {
    /// Start with this query in the filter
    #[arg(short, long, value_name = "QUERY", allow_hyphen_values = true)]
    pub(in crate::cli) filter: Option<String>,

    /// Colours: for a dark or a light background, or none (as with the variable `NO_COLOR`)
    #[arg(long, value_enum, value_name = "THEME")]
    pub(in crate::cli) theme: Option<ThemeName>,

    /// Keep marks and notes in this file, and take up those that are in it; made where there is none
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) case: Option<PathBuf>,

    /// Draw borders, bars and marks with ASCII characters
    #[arg(long)]
    pub(in crate::cli) ascii: bool,
}

/// Which colours the screen uses.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum ThemeName {
    /// For a dark background (the default)
    Dark,
    /// For a light background
    Light,
    /// Bold, underlined, reversed and dim only
    None,
}

impl From<ThemeName> for Palette {
    fn from(name: ThemeName) -> Self {
        match name {
            ThemeName::Dark => Self::Dark,
            ThemeName::Light => Self::Light,
            ThemeName::None => Self::None,
        }
    }
}
