//! What tenants are called, by their ids: as the configuration says.
//! Never part of a record: what is stored and exported is the id.

use std::sync::OnceLock;

use crate::text::is_guid;

static NAMES: OnceLock<Vec<(String, String)>> = OnceLock::new();

/// Says what tenants are called: the id of each, in lower case, and its name. Only the first call counts.
pub fn set(names: Vec<(String, String)>) {
    let _ = NAMES.set(names);
}

/// All that were named: the id of each, in lower case, and its name.
pub fn all() -> &'static [(String, String)] {
    NAMES.get().map_or(&[], Vec::as_slice)
}

/// The name of a tenant; `None` where it has none.
pub fn name_of(id: &str) -> Option<&'static str> {
    let mut found = all().iter().filter(|_| is_guid(id));
    found.find(|(known, _)| known.eq_ignore_ascii_case(id)).map(|(_, name)| name.as_str())
}

/// The id of the tenant of a name, in any case; `None` where none is called so.
pub fn id_of(name: &str) -> Option<&'static str> {
    let found = all().iter().find(|(_, known)| known.to_lowercase() == name.trim().to_lowercase());
    found.map(|(id, _)| id.as_str())
}
