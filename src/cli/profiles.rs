//! The places and tenants that the configuration names, for every command.
//! Never stops a command that names none of them: what is wrong with them is told where one is asked for.

use std::path::Path;
use std::sync::OnceLock;

use super::place::PLACES;
use crate::config::{Mistake, NamedPlaces, Profile};
use crate::record::tenant_names;
use crate::text::clean;
use crate::text::nearby::{did_you_mean, nearest};

static NAMED: OnceLock<Result<NamedPlaces, Vec<Mistake>>> = OnceLock::new();

/// Reads them, and has tenants be called by their names from now on. Where something is wrong with them
/// there are none.
pub(super) fn read() {
    let named = NAMED.get_or_init(crate::config::named_places);
    tenant_names::set(named.as_ref().map_or_else(|_| Vec::new(), |named| named.tenants.clone()));
}

/// The profiles.
pub(super) fn all() -> &'static [Profile] {
    match NAMED.get() {
        Some(Ok(named)) => &named.profiles,
        _ => &[],
    }
}

/// Why a path that is none names no place either, and what may have been meant; `None` where it cannot be a
/// name.
pub(super) fn unknown(path: &Path) -> Option<String> {
    let word = path.to_str().filter(|word| !word.contains(['/', '\\', '.', '*', '?', '[', '-']))?;
    if path.symlink_metadata().is_ok() {
        return None;
    }
    let shown = clean(word);
    if let Some(Err(mistakes)) = NAMED.get() {
        let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        let lines = lines.join("\n");
        return Some(format!("`{shown}` is no file, and the configuration is wrong:\n{lines}"));
    }
    let profiles = all().iter().map(|profile| profile.name.as_str());
    let meant = nearest(word, profiles.chain(PLACES.iter().map(|row| row.name)))?;
    Some(format!("`{shown}` is no file, place or profile; {}", did_you_mean(&[meant])))
}
