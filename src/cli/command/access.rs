//! `entrail access`: load, find what somebody gained and lost, write it.
//! Never decides who is meant: where a name fits several, they are told.

use std::io::{BufWriter, Write as _};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::cli::arguments::IndexArguments;
use crate::cli::named::PlaceArguments;
use crate::cli::standard::out;
use crate::cli::{Outcome, load};
use crate::document::{RENDERERS, Renderer};
use crate::text::clean;
use crate::trails::access::Register;
use crate::trails::write::write_access;

/// Tell what a user, group or application gained and lost, and holds as far as the log shows
#[derive(Args, Debug)]
pub(in crate::cli) struct Arguments {
    /// Name, sign-in name or id of a user, group, application, role or access package; a part of it is
    /// enough where that is clear
    #[arg(value_name = "NAME|ID")]
    name: String,

    #[command(flatten)]
    pub(super) places: PlaceArguments,

    /// Search in the built-in demo tenant
    #[arg(long, conflicts_with = "paths")]
    demo: bool,

    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = any_renderer())]
    format: &'static Renderer,

    #[command(flatten)]
    index: IndexArguments,
}

/// The ways to write documents.
fn any_renderer() -> impl TypedValueParser<Value = &'static Renderer> {
    let values = RENDERERS.iter().map(|by| PossibleValue::new(by.name).help(by.title));
    PossibleValuesParser::new(values)
        .try_map(|name| Renderer::find(&name).ok_or_else(|| format!("there is no format `{name}`")))
}

/// Those of a name that are told where it fits several.
const MOST_TOLD: usize = 20;

/// Writes what was gained and lost to standard output.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    if let Some(outcome) = arguments.places.answered()? {
        return Ok(outcome);
    }
    let Some(loaded) = load::everything(arguments.demo, &arguments.places, arguments.index)? else {
        return Ok(Outcome::Failed);
    };
    let Some(register) = Register::read(&loaded.store, &|| false) else {
        return Ok(Outcome::Nothing);
    };
    let found = register.subjects(&loaded.store, &arguments.name, MOST_TOLD);
    let [subject] = &found[..] else {
        if found.is_empty() {
            anyhow::bail!("nothing in these records is called \"{}\"", clean(&arguments.name));
        }
        let several: Vec<String> = (found.iter())
            .map(|subject| {
                let kind = if subject.kind.is_empty() { "actor" } else { &subject.kind };
                let keys = subject.keys.join(", ");
                format!("{} ({} {})", clean(&subject.name), clean(kind), clean(&keys))
            })
            .collect();
        anyhow::bail!("several are called that; name one by its id: {}", several.join(", "));
    };
    let access = register.access(&loaded.store, &subject.keys);
    let mut out = BufWriter::new(out());
    let (name, format) = (&subject.name, arguments.format);
    let written = write_access(&loaded.store, name, &access, format, &mut out);
    let written = written.and_then(|()| out.flush());
    loaded.tell_summary(access.unreadable);
    written?;
    Ok(loaded.outcome(!access.held.is_empty(), access.unreadable))
}
