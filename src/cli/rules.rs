//! `entrail rules`: what records are rated by, from the command line.
//! Never reads records.

use std::io::{BufWriter, Write as _};

use super::arguments::{RulesArguments, RulesFormat};
use super::standard::out;
use super::stdout::Stdout;
use super::{Outcome, tell};
use crate::lookup::rules::{self, Format};

/// Writes the rules that fit.
pub(super) fn run(arguments: &RulesArguments) -> anyhow::Result<Outcome> {
    let text = arguments.text.join(" ");
    let format = match arguments.format {
        RulesFormat::Table => Format::Table,
        RulesFormat::Json => Format::Json,
        RulesFormat::Markdown => Format::Markdown,
    };
    let mut out = BufWriter::new(out());
    let found = rules::run(&text, format, &mut out, Stdout::look().colour)?;
    out.flush()?;
    if found == 0 {
        tell(&format!("entrail: no rule matches \"{text}\"; without a text all are listed"));
    }
    Ok(Outcome::found(found > 0))
}
