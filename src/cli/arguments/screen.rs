//! How the screen starts and looks, as every command takes it that opens one.
//! Never opens it.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueHint};

use crate::ui::theme::{PALETTES, Palette};

/// How the screen starts and looks.
#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct ScreenArguments {
    /// Start with this query in the filter
    #[arg(short, long, value_name = "QUERY", allow_hyphen_values = true)]
    pub(in crate::cli) filter: Option<String>,

    /// Colours: for a dark or a light background, or none (as with the variable `NO_COLOR`)
    #[arg(long, value_name = "THEME", value_parser = any_palette())]
    pub(in crate::cli) theme: Option<&'static Palette>,

    /// Keep marks and notes in this file, and take up those that are in it; made where there is none
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) case: Option<PathBuf>,

    /// Draw borders, bars and marks with ASCII characters
    #[arg(long)]
    pub(in crate::cli) ascii: bool,
}

/// The names of the palettes.
fn any_palette() -> impl TypedValueParser<Value = &'static Palette> {
    let names = PALETTES.iter().map(|one| PossibleValue::new(one.name).help(one.help));
    PossibleValuesParser::new(names)
        .try_map(|name| Palette::named(&name).ok_or_else(|| format!("there is no theme `{name}`")))
}
