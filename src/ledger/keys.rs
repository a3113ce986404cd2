//! The keys and secrets of an application, as `KeyDescription` lists them before and after a change.
//! Never tells keys apart that the record does not name.

use std::collections::HashSet;

use crate::record::Record;
use crate::text::fold;

/// The key identifiers in a `KeyDescription`.
pub fn identifiers(keys: &str) -> impl Iterator<Item = &str> {
    let parts = keys.split("KeyIdentifier=").skip(1);
    parts.map(|rest| rest.split([',', ']']).next().unwrap_or_default())
}

/// The keys of a record that are new, by name where they have one.
pub fn added(record: &Record<'_>) -> Vec<String> {
    let changes = record.targets.iter().flat_map(|target| &target.changes);
    let mut found = Vec::new();
    for change in changes.filter(|change| change.name.eq_ignore_ascii_case("KeyDescription")) {
        let known: HashSet<&str> = identifiers(change.old.as_deref().unwrap_or_default()).collect();
        let new = change.new.as_deref().unwrap_or_default();
        found.extend(described(new).filter(|(id, _)| !known.contains(id)).map(|(_, key)| key));
    }
    found
}

/// The keys of a list: their ids, and what they are called.
fn described(list: &str) -> impl Iterator<Item = (&str, String)> {
    list.split("KeyIdentifier=").skip(1).map(|key| {
        let id = key.split([',', ']']).next().unwrap_or_default();
        let part = |name: &str| {
            let found = key.split([',', ']']).find_map(|part| part.strip_prefix(name));
            found.map(|text| text.trim_matches(['"', '\\'])).filter(|text| !text.is_empty())
        };
        let kind = part("KeyType=").unwrap_or("key");
        let name = part("DisplayName=").unwrap_or("without a name");
        (id, format!("{kind} {name} ({id})"))
    })
}

/// The keys of a record that are new (given) or gone (taken), by name.
pub fn turned(record: &Record<'_>) -> Vec<(String, bool)> {
    let mut turned = record.clone();
    for change in turned.targets.iter_mut().flat_map(|target| &mut target.changes) {
        std::mem::swap(&mut change.old, &mut change.new);
    }
    let given = added(record).into_iter().map(|key| (key, true));
    given.chain(added(&turned).into_iter().map(|key| (key, false))).collect()
}

/// The keys that a record lists both before and after, by name: they were there already.
pub fn kept(record: &Record<'_>) -> Vec<String> {
    let changes = || record.targets.iter().flat_map(|target| &target.changes);
    let is_list = |name: &str| name.eq_ignore_ascii_case("KeyDescription");
    let lists = || changes().filter(|change| is_list(&change.name));
    let known: HashSet<&str> =
        lists().flat_map(|change| identifiers(change.old.as_deref().unwrap_or_default())).collect();
    let news = lists().filter_map(|change| change.new.as_deref());
    let kept = news.flat_map(described).filter(|(id, _)| known.contains(id)).map(|(_, key)| key);
    let mut seen = HashSet::new();
    kept.filter(|key| seen.insert(fold(key))).collect()
}
