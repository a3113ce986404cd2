//! `entrail access`: load, find what somebody gained and lost, write it.
//! Never decides who is meant: where a name fits several, they are told.

use std::io::{BufWriter, Write as _};

use super::arguments::AccessArguments;
use super::standard::out;
use super::{Outcome, load};
use crate::text::clean;
use crate::trails::access::Register;
use crate::trails::write::write_access;

/// Those of a name that are told where it fits several.
const MOST_TOLD: usize = 20;

/// Writes what was gained and lost to standard output.
pub(super) fn run(arguments: &AccessArguments) -> anyhow::Result<Outcome> {
    let Some(loaded) = load::everything(arguments.demo, &arguments.paths, arguments.index)? else {
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
    let written =
        write_access(&loaded.store, &subject.name, &access, &mut out).and_then(|()| out.flush());
    loaded.tell_summary(access.unreadable);
    written?;
    Ok(loaded.outcome(!access.held.is_empty(), access.unreadable))
}
