//! The known activities: services > categories > activities, found by any spelling, listed, searched.
//! Never looks at a record and never decides how a name is shown.
//!
//! The facts are the tables under `assets/catalogue/`; their first lines say what each row is. All
//! names are compared by [`crate::text::fold`] and given back as the tables spell them.

mod asset;
mod nearby;
mod search;

use std::sync::{LazyLock, OnceLock};

use crate::text::fold;

pub use nearby::FilterError;
pub use search::{Filter, Hit};

/// The catalogue that is built into the program, with what [`overlay`] added; read on first use.
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> =
        LazyLock::new(|| asset::read(OVERLAY.get().map_or("", String::as_str)));
    &CATALOGUE
}

static OVERLAY: OnceLock<String> = OnceLock::new();

/// Adds what a tenant offers to the catalogue: lines of service, category, activity and source,
/// parted by tabs, as in `assets/catalogue/activities.tsv`. Rows that do not fit are left out, and
/// nothing is added once the catalogue was read.
pub fn overlay(rows: String) {
    // A second overlay would come too late as well.
    let _ = OVERLAY.set(rows);
}

/// Everything that is known about services, categories and activities.
#[derive(Debug)]
pub struct Catalogue {
    services: Vec<Service>,
    categories: Vec<&'static str>,
    entries: Vec<Entry>,
    revision: Revision,
    index: Index,
}

/// Which state of the documentation the catalogue shows.
#[derive(Debug, Default)]
pub struct Revision {
    /// The article that lists the activities.
    pub article: &'static str,
    /// The date that the article bears, `YYYY-MM-DD`.
    pub dated: &'static str,
    /// What later versions it was compared with, and the outcome.
    pub compared: &'static str,
}

/// A service that writes audit records, a section of the article.
#[derive(Debug)]
pub struct Service {
    /// The heading of its section.
    pub name: &'static str,
    /// The values of `loggedByService` in its records; the first is the one to show.
    pub logged_as: Vec<Alias>,
    /// Other names by which people ask for it.
    pub aliases: Vec<Alias>,
    /// What its records are about, in one sentence.
    pub purpose: &'static str,
    /// Its categories in the article's order.
    pub categories: Vec<Category>,
    /// The folded name and all other folded spellings.
    folded: Vec<String>,
}

/// A category of one service.
#[derive(Debug)]
pub struct Category {
    /// The category as records spell it.
    pub name: &'static str,
    /// Positions in [`Catalogue::entries`].
    entries: Vec<u16>,
}

/// One activity of one category of one service.
#[derive(Debug)]
pub struct Entry {
    /// The heading of the service ([`Service::name`]).
    pub service: &'static str,
    /// The category as the article spells it.
    pub category: &'static str,
    /// The activity as the article spells it, misspellings included.
    pub activity: &'static str,
    /// Other spellings: former names, live spellings, misspellings.
    pub aliases: Vec<Alias>,
    /// What the activity means, where its name does not say it.
    pub meaning: Option<&'static str>,
    /// Where the entry is from; `None` is the article of [`Revision`].
    pub source: Option<&'static str>,
    service_number: u16,
    category_number: u16,
    name_number: u16,
    /// For every alias the number of its folded name.
    alias_numbers: Vec<u16>,
}

/// Another spelling, and how it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alias {
    /// The spelling; a space at its end belongs to it.
    pub name: &'static str,
    /// How it is known.
    pub source: &'static str,
}

impl Alias {
    /// Whether the spelling was seen in records, in the portal or in documentation, not inferred.
    pub fn is_confirmed(&self) -> bool {
        !self.source.starts_with("unconfirmed")
    }
}

/// The folded names, sorted, so that a name's number is its place in the alphabet.
#[derive(Debug, Default)]
struct Index {
    /// Folded spelling of a service, number of the service.
    services: Vec<(String, u16)>,
    /// Folded category, number in `Catalogue::categories`.
    categories: Vec<(String, u16)>,
    /// Folded names of activities and of their aliases, distinct.
    names: Vec<String>,
    /// Service, category and name; whether by alias; entry.
    triples: Vec<(Triple, bool, u16)>,
}

/// Numbers of a service, a category and a folded name.
type Triple = (u16, u16, u16);

impl Index {
    fn name(&self, folded: &str) -> Option<u16> {
        let found = self.names.binary_search_by(|name| name.as_str().cmp(folded));
        found.ok().map(|at| at as u16)
    }
}

fn numbered(sorted: &[(String, u16)], folded: &str) -> Option<u16> {
    let found = sorted.binary_search_by(|(name, _)| name.as_str().cmp(folded));
    found.ok().map(|at| sorted[at].1)
}

impl Catalogue {
    /// The services in the article's order.
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// All category names as spelled, each once, in alphabetical order of their folded names.
    pub fn categories(&self) -> &[&'static str] {
        &self.categories
    }

    /// All entries, by service and category in the article's order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries of one category of a service, in the article's order.
    pub fn entries_in<'a>(&'a self, category: &'a Category) -> impl Iterator<Item = &'a Entry> {
        category.entries.iter().map(|at| &self.entries[usize::from(*at)])
    }

    /// Which state of the documentation this is.
    pub fn revision(&self) -> &Revision {
        &self.revision
    }

    /// The service with this heading, `loggedByService` value or alias.
    pub fn find_service(&self, name: &str) -> Option<&Service> {
        let number = numbered(&self.index.services, &fold(name))?;
        self.services.get(usize::from(number))
    }

    /// The service of records with this `loggedByService`. Headings and aliases count as well: some
    /// exports write them.
    pub fn canonical_service(&self, logged: &str) -> Option<&Service> {
        self.find_service(logged)
    }

    /// The category as the article spells it.
    pub fn find_category(&self, name: &str) -> Option<&'static str> {
        let number = numbered(&self.index.categories, &fold(name))?;
        self.categories.get(usize::from(number)).copied()
    }

    /// The service of an entry.
    pub fn service_of(&self, entry: &Entry) -> &Service {
        &self.services[usize::from(entry.service_number)]
    }

    /// The entry for a record's service, category and activity, each by any spelling. An activity's
    /// own name comes before another's alias, the very spelling before its case twin.
    ///
    /// There is no lookup by activity alone: of 915 folded names 206 stand under several services
    /// or categories and mean different things there; [`Self::named`] lists them.
    pub fn classify(&self, service: &str, category: &str, activity: &str) -> Option<&Entry> {
        let triple = (
            numbered(&self.index.services, &fold(service))?,
            numbered(&self.index.categories, &fold(category))?,
            self.index.name(&fold(activity))?,
        );
        let triples = &self.index.triples;
        let from = triples.partition_point(|known| known.0 < triple);
        let same = || triples[from..].iter().take_while(|known| known.0 == triple);
        let entry = |at: u16| &self.entries[usize::from(at)];
        same()
            .find(|(_, by_alias, at)| !by_alias && entry(*at).activity == activity)
            .or_else(|| same().next())
            .map(|(_, _, at)| entry(*at))
    }

    /// Do several activities have names that begin like this?
    pub fn several_begin_with(&self, beginning: &str) -> bool {
        let beginning = fold(beginning);
        let names = &self.index.names;
        let from = names.partition_point(|name| **name < *beginning);
        names.get(from + 1).is_some_and(|second| second.starts_with(&beginning))
    }

    /// All entries with this name or alias, in the article's order.
    pub fn named(&self, activity: &str) -> impl Iterator<Item = &Entry> {
        let number = self.index.name(&fold(activity));
        self.entries.iter().filter(move |entry| {
            number.is_some_and(|n| entry.name_number == n || entry.alias_numbers.contains(&n))
        })
    }
}

impl Service {
    /// The `loggedByService` value to show and to ask for; the heading where none is known.
    pub fn logged_name(&self) -> &'static str {
        self.logged_as.first().map_or(self.name, |alias| alias.name)
    }

    /// All spellings: heading, `loggedByService` values, aliases.
    pub fn spellings(&self) -> impl Iterator<Item = &'static str> {
        let others = self.logged_as.iter().chain(&self.aliases);
        std::iter::once(self.name).chain(others.map(|alias| alias.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_has_every_activity_or_its_row_says_how_it_is_known() {
        for own in crate::meaning::activities() {
            let is_known = |name: &str| catalogue().named(name).next().is_some();
            assert!(
                is_known(own.name) != own.source.is_some(),
                "{}: a source for what the catalogue does not have, and only then",
                own.name
            );
            for other in &own.also {
                let same = catalogue().named(other).any(|entry| entry.activity == own.name);
                assert!(same, "{other}: no other spelling of {}", own.name);
            }
        }
    }
}
