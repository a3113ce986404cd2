//! Reads the tables under `assets/catalogue/` into a [`Catalogue`].
//! Never fails: a row that does not fit is left out, and the tests count the rows.

use std::collections::{BTreeSet, HashMap};

use super::{Alias, Catalogue, Category, Entry, Index, Revision, Service};
use crate::text::fold;

const SERVICES: &str = include_str!("../../assets/catalogue/services.tsv");
const ACTIVITIES: &str = include_str!("../../assets/catalogue/activities.tsv");
const ALIASES: &str = include_str!("../../assets/catalogue/aliases.tsv");
const MEANINGS: &str = include_str!("../../assets/catalogue/meanings.tsv");
const REVISION: &str = include_str!("../../assets/catalogue/revision.tsv");

/// The rows of a table, cut at tabs; missing columns are empty. Nothing is trimmed.
fn rows<const COLUMNS: usize>(
    table: &'static str,
) -> impl Iterator<Item = [&'static str; COLUMNS]> {
    let lines = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| {
        let mut row = [""; COLUMNS];
        for (column, value) in row.iter_mut().zip(line.split('\t')) {
            *column = value;
        }
        row
    })
}

/// A row of the table of activities: service, category, activity, source.
type Columns = [&'static str; 4];

/// The catalogue, with the rows of `overlay` that are not in it. A service of them may be named by
/// its heading or as records name it; one that is not known becomes a service of its own.
pub(super) fn read(overlay: &'static str) -> Catalogue {
    let known = build(&[]);
    let mut seen = BTreeSet::new();
    let fresh: Vec<Columns> = rows(overlay)
        .filter(|[service, category, activity, _]| {
            let names = [service, category, activity];
            names.iter().all(|name| !name.trim().is_empty())
                && known.classify(service, category, activity).is_none()
                && seen.insert(names.map(|name| fold(name)))
        })
        .map(|[service, category, activity, source]| {
            let service = known.find_service(service).map_or(service, |service| service.name);
            [service, known.find_category(category).unwrap_or(category), activity, source]
        })
        .take(MOST_OVERLAID)
        .collect();
    if fresh.is_empty() { known } else { build(&fresh) }
}

/// Rows that are taken from an overlay: far more than any tenant has activities.
const MOST_OVERLAID: usize = 10_000;

fn build(overlaid: &[Columns]) -> Catalogue {
    let mut services = read_services();
    for [service, ..] in overlaid {
        if !services.iter().any(|known| known.name == *service) {
            services.push(Service {
                name: service,
                logged_as: Vec::new(),
                aliases: Vec::new(),
                purpose: "",
                categories: Vec::new(),
                folded: vec![fold(service)],
            });
        }
    }
    let mut index = Index { services: service_index(&services), ..Index::default() };
    let (mut entries, mut places) = read_entries(&services, overlaid);
    for [service, category, activity, name, source] in rows(ALIASES) {
        if let Some(at) = places.get(&(service, category, activity)) {
            entries[*at].aliases.push(Alias { name, source });
        }
    }
    for [service, category, activity, meaning] in rows(MEANINGS) {
        if let Some(at) = places.remove(&(service, category, activity)) {
            entries[at].meaning = Some(meaning);
        }
    }
    let categories = number_categories(&mut entries, &mut index);
    number_names(&mut entries, &mut index);
    for (at, entry) in entries.iter().enumerate() {
        let known = &mut services[usize::from(entry.service_number)].categories;
        if let Some(category) = known.iter_mut().find(|c| c.name == entry.category) {
            category.entries.push(at as u16);
        } else {
            known.push(Category { name: entry.category, entries: vec![at as u16] });
        }
    }
    Catalogue { services, categories, entries, revision: read_revision(), index }
}

fn read_services() -> Vec<Service> {
    let mut services: Vec<Service> = Vec::with_capacity(28);
    for [name, fact, value, source] in rows(SERVICES) {
        if services.last().is_none_or(|last| last.name != name) {
            services.push(Service {
                name,
                logged_as: Vec::new(),
                aliases: Vec::new(),
                purpose: "",
                categories: Vec::new(),
                folded: vec![fold(name)],
            });
        }
        let Some(service) = services.last_mut() else { continue };
        let alias = Alias { name: value, source };
        match fact {
            "purpose" => service.purpose = value,
            "logged_as" => service.logged_as.push(alias),
            "alias" => service.aliases.push(alias),
            _ => continue,
        }
        if fact != "purpose" {
            service.folded.push(fold(value));
        }
    }
    services
}

fn service_index(services: &[Service]) -> Vec<(String, u16)> {
    let mut index = Vec::with_capacity(96);
    for (number, service) in services.iter().enumerate() {
        index.extend(service.folded.iter().map(|folded| (folded.clone(), number as u16)));
    }
    index.sort_unstable();
    index.dedup();
    index
}

/// Where the entry of a service, category and activity, all as spelled, stands.
type Places = HashMap<(&'static str, &'static str, &'static str), usize>;

fn read_entries(services: &[Service], overlaid: &[Columns]) -> (Vec<Entry>, Places) {
    let mut entries: Vec<Entry> = Vec::with_capacity(1_201);
    let mut places = Places::with_capacity(1_201);
    for [service, category, activity, source] in rows(ACTIVITIES).chain(overlaid.iter().copied()) {
        let Some(number) = services.iter().position(|known| known.name == service) else {
            continue;
        };
        places.insert((service, category, activity), entries.len());
        entries.push(Entry {
            service,
            category,
            activity,
            aliases: Vec::new(),
            meaning: None,
            source: (!source.is_empty()).then_some(source),
            service_number: number as u16,
            category_number: 0,
            name_number: 0,
            alias_numbers: Vec::new(),
        });
    }
    (entries, places)
}

fn number_categories(entries: &mut [Entry], index: &mut Index) -> Vec<&'static str> {
    let spelled: BTreeSet<&'static str> = entries.iter().map(|entry| entry.category).collect();
    let mut folded: Vec<(String, &'static str)> =
        spelled.into_iter().map(|name| (fold(name), name)).collect();
    folded.sort_unstable();
    let categories: Vec<&'static str> = folded.iter().map(|(_, name)| *name).collect();
    for entry in entries {
        let number = categories.iter().position(|name| *name == entry.category);
        entry.category_number = number.unwrap_or_default() as u16;
    }
    index.categories =
        folded.into_iter().enumerate().map(|(number, (name, _))| (name, number as u16)).collect();
    categories
}

fn number_names(entries: &mut [Entry], index: &mut Index) {
    let folded: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| {
            let others = entry.aliases.iter().map(|alias| fold(alias.name));
            std::iter::once(fold(entry.activity)).chain(others).collect()
        })
        .collect();
    index.names = folded.iter().flatten().cloned().collect();
    index.names.sort_unstable();
    index.names.dedup();
    for (at, (entry, folded)) in entries.iter_mut().zip(folded).enumerate() {
        let numbers: Vec<u16> = folded.iter().filter_map(|name| index.name(name)).collect();
        for (place, name) in numbers.iter().enumerate() {
            let triple = (entry.service_number, entry.category_number, *name);
            index.triples.push((triple, place > 0, at as u16));
        }
        if let [name, aliases @ ..] = numbers.as_slice() {
            entry.name_number = *name;
            entry.alias_numbers = aliases.to_vec();
        }
    }
    index.triples.sort_unstable();
}

fn read_revision() -> Revision {
    let mut revision = Revision::default();
    for [fact, value] in rows(REVISION) {
        match fact {
            "article" => revision.article = value,
            "dated" => revision.dated = value,
            "compared" => revision.compared = value,
            _ => {}
        }
    }
    revision
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overlay_adds_what_is_not_known_and_nothing_twice() {
        let known = read("");
        let overlay = "Core Directory\tUserManagement\tAdd user\ttenant\n\
                       core directory\tusermanagement\tADD USER.\ttenant\n\
                       PIM\tRoleManagement\tGrant a moon\ttenant\n\
                       Moon Base\tLunar\tLand\ttenant\n\
                       Moon Base\tLunar\tland\ttenant\n\
                       \tLunar\tLand\ttenant\n";
        let more = read(overlay);
        assert_eq!(more.entries().len(), known.entries().len() + 2);
        assert_eq!(more.services().len(), known.services().len() + 1);
        let granted = more.classify("PIM", "rolemanagement", "grant a moon").expect("added");
        assert_eq!(granted.service, "Privileged Identity Management (PIM)");
        assert_eq!((granted.category, granted.source), ("RoleManagement", Some("tenant")));
        assert_eq!(
            more.find_service("moon base").map(super::super::Service::logged_name),
            Some("Moon Base")
        );
        let landing = more.services().last().expect("services");
        assert_eq!(landing.categories[0].name, "Lunar");
    }
}
