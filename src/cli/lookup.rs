//! `entrail lookup`: the catalogue from the command line.
//! Never reads records.

use std::io::{BufWriter, Write as _};

use super::arguments::{LookupArguments, LookupFormat};
use super::standard::out;
use super::stdout::Stdout;
use super::{Outcome, tell};
use crate::catalogue::catalogue;
use crate::lookup::{self, Format, Options};

/// Writes what is found, or suggests on standard error what may have been meant.
pub(super) fn run(arguments: &LookupArguments) -> anyhow::Result<Outcome> {
    let filter = catalogue().filter(arguments.service.as_deref(), arguments.category.as_deref())?;
    let text = arguments.text.join(" ");
    let format = match arguments.format {
        LookupFormat::Table => Format::Table,
        LookupFormat::Json => Format::Json,
    };
    let options = Options { filter, format, limit: arguments.limit.unwrap_or(usize::MAX) };
    let mut out = BufWriter::new(out());
    let found = lookup::run(&text, &options, &mut out, Stdout::look().colour)?;
    out.flush()?;
    if found == 0 {
        tell(&format!("entrail: no activity matches \"{text}\""));
        let meant = lookup::suggestions(&text);
        if !meant.is_empty() {
            tell(&format!("did you mean {}?", meant.join(", or ")));
        }
    }
    Ok(Outcome::found(found > 0))
}
