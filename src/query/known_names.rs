//! Names of objects that a record mentions by nothing but their ids.
//! Never guesses: a name is one that a record of this data gives the same id.

use crate::record::column::{Column, PART};
use crate::store::Store;
use crate::text::is_guid;

/// Most names of one id that are told: objects are renamed.
const MOST_NAMES: usize = 3;
/// Most ids that are looked up for one record.
const MOST_IDS: usize = 64;

/// An id, in lower case, and the names it has in the data.
pub type KnownName = (String, Vec<String>);

/// The ids that stand in a text, in lower case, as `5ecf7b34-0c1e-4d4b-9c3a-2f3b1f0a7d11` does.
pub fn ids_in(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut from = 0;
    while let Some(dash) = text[from..].find('-').map(|at| from + at) {
        from = dash + 1;
        // The first dash of an id follows its first eight digits.
        let id = dash.checked_sub(8).and_then(|start| text.get(start..start + 36));
        if let Some(id) = id.filter(|id| is_guid(id)) {
            from = dash + 28;
            let id = id.to_ascii_lowercase();
            if !found.contains(&id) && found.len() < MOST_IDS {
                found.push(id);
            }
        }
    }
    found
}

/// The names that actors and targets with these ids have, in the order of `ids`; ids without one are
/// left out. Looks at every distinct actor and target of the data: for a thread.
pub fn known_names(store: &Store, ids: &[String]) -> Vec<KnownName> {
    let mut found: Vec<KnownName> = ids.iter().map(|id| (id.clone(), Vec::new())).collect();
    if found.is_empty() {
        return found;
    }
    // Places of the ids in an entry, and of names, the best first.
    for (column, ids, names) in
        [(Column::Targets, &[3][..], [0, 1]), (Column::Actor, &[4, 5][..], [0, 1])]
    {
        for code in 0..store.entries(column) as u32 {
            let parts: Vec<&str> = store.entry(column, code).split(PART).collect();
            let part = |at: usize| parts.get(at).copied().unwrap_or_default();
            let Some(name) = names.into_iter().map(part).find(|name| !name.is_empty()) else {
                continue;
            };
            for &place in ids {
                let is_it = |(id, _): &&mut KnownName| id.eq_ignore_ascii_case(part(place));
                if let Some((_, known)) = found.iter_mut().find(is_it)
                    && known.len() < MOST_NAMES
                    && !known.iter().any(|other| other == name)
                {
                    known.push(name.to_owned());
                }
            }
        }
    }
    found.retain(|(_, names)| !names.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_wherever_they_stand() {
        let (a, b) =
            ("d26d4b5a-0001-4000-8000-0123456789ab", "5ECF7B34-0C1E-4D4B-9C3A-2F3B1F0A7D11");
        let text = format!("é-[\"{a}\",{b}] {a} x{a}y-{}", &a[..30]);
        assert_eq!(ids_in(&text), [a.to_owned(), b.to_ascii_lowercase()]);
        assert!(ids_in("--------------------------------------------------").is_empty());
        assert!(ids_in("ééééé-ééééé-ééééééé-ééééééé-éééé-ééééééééééééé").is_empty());
    }
}
