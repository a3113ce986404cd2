//! Suggestions for services, categories and activities: the catalogue's, then those only the data has.
//! Never decides what is inserted around a name.

use std::cmp::Reverse;
use std::fmt::Write as _;
use std::sync::LazyLock;

use hashbrown::{HashMap, HashSet};

use super::fit::Rank;
use super::{Ask, MOST_VALUE, Offer, Suggestion, SuggestionKind};
use crate::catalogue::{Entry, Filter, Service, catalogue};
use crate::text::{clean, fold};

/// What is said of names that only the data has.
const UNKNOWN: &str = "not in the catalogue";
/// Most names in the data that are looked at for each field; Entra itself has fewer.
const MOST_NAMES: usize = 2_000;
/// Names in the data are found by single letters only where there are no more than these.
const MOST_BY_LETTERS: usize = 500;

/// What is said of a name; put into words only where the name is shown.
#[derive(Clone, Copy)]
enum Note {
    /// This.
    Text(&'static str),
    /// The services that use this category.
    Services(&'static str),
    /// Where the activity belongs, in how many places it occurs, and by which alias it was found.
    Place(&'static Entry, usize, Option<&'static str>),
}

/// Collects names of one field.
struct Names<'s> {
    kind: SuggestionKind,
    seen: &'s [(String, u64)],
    /// Number of records by folded name.
    counts: HashMap<String, u64>,
    taken: HashSet<String>,
    /// Without a note: names of the data, explained at the end.
    found: Vec<(Rank, Option<u64>, &'s str, Option<Note>)>,
}

impl<'s> Names<'s> {
    fn new(kind: SuggestionKind, seen: &'s [(String, u64)]) -> Self {
        let seen = &seen[..seen.len().min(MOST_NAMES)];
        let counts = seen.iter().map(|(name, count)| (fold(name), *count)).collect();
        Self { kind, seen, counts, taken: HashSet::new(), found: Vec::new() }
    }

    /// Takes `name`, unless it was taken before in any spelling.
    fn take(&mut self, name: &'s str, rank: Rank, note: Option<Note>) {
        let folded = fold(name);
        let seen = self.counts.get(&folded).copied();
        if self.taken.insert(folded) {
            let count = seen.or((!self.counts.is_empty()).then_some(0));
            self.found.push((rank, count, name, note));
        }
    }

    /// Takes the names of the data that fit, and makes offers of the best.
    fn finish(mut self, ask: &mut Ask, explained: impl Fn(&str) -> Note) -> Vec<Offer> {
        let letters = self.seen.len() <= MOST_BY_LETTERS;
        for (name, _) in self.seen.iter().filter(|(name, _)| name.len() <= MOST_VALUE) {
            if let Some(rank) = ask.fitter.rank(&clean(name), letters) {
                self.take(name, rank, None);
            }
        }
        self.found.sort_by_key(|&(rank, count, ..)| (rank, Reverse(count)));
        let best = self.found.into_iter().take(ask.enough());
        best.map(|(rank, count, name, note)| {
            let label = clean(name).into_owned();
            let item = Suggestion {
                insert: ask.written(name),
                matched: ask.fitter.fit(&label, true).map_or_else(Vec::new, |fit| fit.matched),
                label,
                note: note.unwrap_or_else(|| explained(name)).words(),
                kind: self.kind,
                count,
            };
            Offer { rank, count: count.unwrap_or(0), item }
        })
        .collect()
    }
}

impl Note {
    fn words(self) -> String {
        match self {
            Self::Text(text) => text.to_owned(),
            Self::Services(category) => {
                let uses = catalogue().services().iter().filter(|service| {
                    service.categories.iter().any(|own| fold(own.name) == fold(category))
                });
                listed(&uses.map(Service::logged_name).collect::<Vec<_>>())
            }
            Self::Place(entry, places, alias) => {
                let service = catalogue().service_of(entry).logged_name();
                let mut text = format!("{service} › {}", entry.category);
                if places > 1 {
                    // Writing to a String cannot fail.
                    let _ = write!(text, " and {} more", places - 1);
                }
                match alias {
                    Some(alias) => format!("also \"{}\"; {text}", clean(alias)),
                    None => text,
                }
            }
        }
    }
}

/// Services, by what records call them.
pub fn services(ask: &mut Ask, seen: &[(String, u64)]) -> Vec<Offer> {
    let mut names = Names::new(SuggestionKind::Service, seen);
    for service in catalogue().services() {
        let name = service.logged_name();
        let rank = ask.fitter.rank(name, true).or_else(|| {
            let other = service.spellings().any(|other| ask.fitter.rank(other, false).is_some());
            other.then_some(Rank::Otherwise)
        });
        let note = if service.name == name { service.purpose } else { service.name };
        if let Some(rank) = rank {
            names.take(name, rank, Some(Note::Text(note)));
        }
    }
    names.finish(ask, |name| {
        Note::Text(catalogue().find_service(name).map_or(UNKNOWN, |service| service.name))
    })
}

/// Categories, with the services that use them.
pub fn categories(ask: &mut Ask, seen: &[(String, u64)]) -> Vec<Offer> {
    let mut names = Names::new(SuggestionKind::Category, seen);
    for name in catalogue().categories() {
        if let Some(rank) = ask.fitter.rank(name, true) {
            names.take(name, rank, Some(Note::Services(name)));
        }
    }
    let known = |name: &str| catalogue().find_category(name);
    names.finish(ask, |name| known(name).map_or(Note::Text(UNKNOWN), Note::Services))
}

/// Activities, with the service and category they belong to.
pub fn activities(ask: &mut Ask, seen: &[(String, u64)]) -> Vec<Offer> {
    let mut names = Names::new(SuggestionKind::Activity, seen);
    let hits = catalogue().search(&ask.words, Filter::default(), usize::MAX);
    let mut places: HashMap<&str, usize> = HashMap::new();
    for hit in &hits {
        *places.entry(hit.entry.activity).or_default() += 1;
    }
    for hit in &hits {
        let name = hit.entry.activity;
        let Some(places) = places.remove(name) else { continue };
        // A name found only by another spelling, or by the names around it, comes after.
        let rank = ask.fitter.rank(name, true).unwrap_or(Rank::Otherwise);
        names.take(name, rank, Some(Note::Place(hit.entry, places, hit.matched_alias)));
    }
    names.finish(ask, |name| {
        let known = KNOWN.get(fold(name).as_str());
        known.map_or(Note::Text(UNKNOWN), |entry| Note::Place(entry, 1, None))
    })
}

/// The first entry of each name and alias, folded; names before aliases.
static KNOWN: LazyLock<HashMap<String, &'static Entry>> = LazyLock::new(|| {
    let mut known = HashMap::new();
    for entry in catalogue().entries() {
        known.entry(fold(entry.activity)).or_insert(entry);
    }
    for entry in catalogue().entries() {
        for alias in &entry.aliases {
            known.entry(fold(alias.name)).or_insert(entry);
        }
    }
    known
});

/// The first two names and how many more there are.
fn listed(names: &[&str]) -> String {
    match names {
        [first, second, others @ ..] if !others.is_empty() => {
            format!("{first}, {second} and {} more", others.len())
        }
        all => all.join(", "),
    }
}
