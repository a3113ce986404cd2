//! `entrail licences`: whose work the program is built from.
//! Never anything but the two files that come with the source.

use std::io::Write as _;

use clap::Args;

use crate::cli::Outcome;
use crate::cli::standard::out;

const EXAMPLES: &str = "\
Examples:
  entrail licences | less
  entrail licences | grep MPL";

/// What is printed.
const LICENCES: [&str; 3] =
    [include_str!("../../../LICENSE"), "\n", include_str!("../../../THIRD-PARTY.md")];

/// Print the licences of entrail and of the crates it is built from
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {}

/// Prints them.
pub(super) fn run(_: &Arguments) -> anyhow::Result<Outcome> {
    let mut out = out();
    for text in LICENCES {
        out.write_all(text.as_bytes())?;
    }
    out.flush()?;
    Ok(Outcome::Found)
}
