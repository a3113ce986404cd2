//! Fuzzy search in the catalogue: every word of the text must be found, in any order.
//! Never changes the text's meaning: a misspelled word is [`super::nearby`]'s affair.
//!
//! A word is looked for in the activity (or one of its aliases): as it stands, then in the names of
//! the service and category, then with gaps. What ranks first is the worst of the words' places,
//! then the score of `SkimMatcherV2`, then the name.

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;

use super::{Alias, Catalogue, Entry, Service, numbered};
use crate::text::fold;

/// Longest text searched for, in bytes folded; no name of an activity, service and category
/// together is longer.
const LONGEST: usize = 256;
/// Least score for each letter of a word found with gaps; below it the letters are mere chance.
const LEAST_SCATTERED: i64 = 12;
/// Most characters left out within a word between two that match.
const WIDEST_GAP: usize = 3;
/// What a letter found in the name of the service or category counts; in an activity it is about 16.
const CONTEXT: i64 = 6;
/// What lies between the scores of two tiers.
const TIER: i64 = 100_000;

/// What part of the catalogue is searched; the default is all of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    /// Only this service.
    pub service: Option<&'a Service>,
    /// Only this category, by any spelling that folds to it.
    pub category: Option<&'a str>,
}

/// One entry that was found.
#[derive(Debug, Clone)]
pub struct Hit<'a> {
    /// What was found.
    pub entry: &'a Entry,
    /// How well it fits: larger is better, comparable within one search only.
    pub score: i64,
    /// The characters of the activity that matched, as ascending character indices; empty when the
    /// match was in an alias or only in the names of service and category.
    pub matched: Vec<usize>,
    /// The alias that matched instead of the activity.
    pub matched_alias: Option<&'static str>,
    /// Whether the text is the name or an alias, folded.
    pub exact: bool,
}

/// How good a match is, best first; the order is the order of the hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tier {
    ExactName,
    ExactAlias,
    Name,
    Alias,
    NameAndContext,
    AliasAndContext,
    ScatteredName,
    ScatteredAlias,
}

/// One word in one name.
#[derive(Debug, Clone)]
struct Fit {
    contiguous: bool,
    score: i64,
    /// Character indices in the folded name.
    at: Vec<usize>,
}

/// How each word fits one name.
type Fits = Vec<Option<Fit>>;

struct Search<'a, 't> {
    catalogue: &'a Catalogue,
    text: &'t str,
    folded: String,
    words: Vec<String>,
    matcher: SkimMatcherV2,
    /// By number of the name: for each word whether and how it fits; filled when first needed.
    names: Vec<Option<Fits>>,
    /// By number of the service, of the category: for each word whether it occurs.
    services: Vec<Vec<bool>>,
    categories: Vec<Vec<bool>>,
}

struct Rating {
    tier: Tier,
    score: i64,
    at: Vec<usize>,
}

impl Catalogue {
    /// The entries that contain every word of `text`, best first, at most `limit`; with an empty
    /// text all entries in catalogue order.
    pub fn search(&self, text: &str, filter: Filter<'_>, limit: usize) -> Vec<Hit<'_>> {
        let category = filter.category.map(|name| numbered(&self.index.categories, &fold(name)));
        let within = |entry: &&Entry| {
            filter.service.is_none_or(|service| service.name == entry.service)
                && category.is_none_or(|number| number == Some(entry.category_number))
        };
        let folded = fold(text);
        if folded.is_empty() {
            let all = self.entries.iter().filter(within).take(limit);
            return all.map(|entry| plain_hit(entry, 0)).collect();
        }
        if folded.len() > LONGEST {
            return Vec::new();
        }
        let mut search = Search::new(self, text, folded);
        let entries = self.entries.iter().filter(within);
        let mut hits: Vec<Hit<'_>> = entries.filter_map(|entry| search.hit(entry)).collect();
        // Stable: entries of one name stay in catalogue order.
        hits.sort_by(|a, b| {
            let by_name = || a.entry.name_number.cmp(&b.entry.name_number);
            b.score.cmp(&a.score).then_with(by_name)
        });
        hits.truncate(limit);
        hits
    }
}

fn plain_hit(entry: &Entry, score: i64) -> Hit<'_> {
    Hit { entry, score, matched: Vec::new(), matched_alias: None, exact: false }
}

/// The distinct words of a folded text; signs alone count only where there is nothing else.
fn words(folded: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in folded.split(' ') {
        if word.contains(char::is_alphanumeric) && !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    if words.is_empty() {
        words.push(folded.to_owned());
    }
    words
}

impl<'a, 't> Search<'a, 't> {
    fn new(catalogue: &'a Catalogue, text: &'t str, folded: String) -> Self {
        let words = words(&folded);
        let occurs = |names: &[String]| -> Vec<bool> {
            let in_any = |word: &String| names.iter().any(|name| name.contains(word.as_str()));
            words.iter().map(in_any).collect()
        };
        let services = catalogue.services.iter().map(|service| occurs(&service.folded)).collect();
        let categories = catalogue.categories.iter().map(|name| occurs(&[fold(name)])).collect();
        Self {
            names: vec![None; catalogue.index.names.len()],
            matcher: SkimMatcherV2::default().respect_case(),
            catalogue,
            text,
            folded,
            words,
            services,
            categories,
        }
    }

    fn hit(&mut self, entry: &'a Entry) -> Option<Hit<'a>> {
        let name = self.rate(entry, entry.name_number, false);
        let mut best: Option<(Rating, Option<&'a Alias>)> = name.map(|rating| (rating, None));
        for (alias, number) in entry.aliases.iter().zip(&entry.alias_numbers) {
            if *number == entry.name_number {
                continue;
            }
            let Some(rating) = self.rate(entry, *number, true) else { continue };
            let better = best
                .as_ref()
                .is_none_or(|(known, _)| (rating.tier, -rating.score) < (known.tier, -known.score));
            if better {
                best = Some((rating, Some(alias)));
            }
        }
        let (rating, alias) = best?;
        let exact = matches!(rating.tier, Tier::ExactName | Tier::ExactAlias);
        let rank = Tier::ScatteredAlias as i64 - rating.tier as i64;
        let alias = alias.or_else(|| if exact { self.as_typed(entry) } else { None });
        Some(Hit {
            entry,
            score: rank * TIER + rating.score.clamp(0, TIER - 1),
            matched: if alias.is_some() { Vec::new() } else { rating.at },
            matched_alias: alias.map(|alias| alias.name),
            exact,
        })
    }

    /// The alias that folds to the activity's own name, when the text is spelled like it.
    fn as_typed(&self, entry: &'a Entry) -> Option<&'a Alias> {
        let same = |name: &str| name.trim().eq_ignore_ascii_case(self.text.trim());
        if same(entry.activity) {
            return None;
        }
        entry.aliases.iter().find(|alias| same(alias.name))
    }

    /// How well all words fit one name of an entry, its own or an alias, with its service and
    /// category.
    fn rate(&mut self, entry: &Entry, name: u16, by_alias: bool) -> Option<Rating> {
        let number = usize::from(name);
        let catalogue = self.catalogue;
        let folded = catalogue.index.names.get(number)?;
        let length = folded.chars().count();
        if *folded == self.folded {
            let tier = if by_alias { Tier::ExactAlias } else { Tier::ExactName };
            return Some(Rating { tier, score: 0, at: (0..length).collect() });
        }
        if self.names[number].is_none() {
            let fits = self.words.iter().map(|word| self.fit(folded, word)).collect();
            self.names[number] = Some(fits);
        }
        let service = &self.services[usize::from(entry.service_number)];
        let category = &self.categories[usize::from(entry.category_number)];
        let mut rating = Rating { tier: Tier::Name, score: 0, at: Vec::new() };
        let fits = self.names[number].as_deref().unwrap_or_default();
        for (at, (word, fit)) in self.words.iter().zip(fits).enumerate() {
            match fit {
                Some(fit) if fit.contiguous => rating.add(fit, Tier::Name),
                _ if service[at] || category[at] => {
                    rating.tier = rating.tier.max(Tier::NameAndContext);
                    rating.score += word.chars().count() as i64 * CONTEXT;
                }
                Some(fit) => rating.add(fit, Tier::ScatteredName),
                None => return None,
            }
        }
        if self.words.len() > 1 && folded.contains(&self.folded) {
            rating.score += 64;
        }
        // Of two that contain the same words the one with less else in it is meant.
        rating.score -= length as i64 / 4;
        if by_alias {
            if rating.at.is_empty() {
                return None;
            }
            rating.score = rating.score * 3 / 4;
            rating.tier = match rating.tier {
                Tier::Name => Tier::Alias,
                Tier::NameAndContext => Tier::AliasAndContext,
                _ => Tier::ScatteredAlias,
            };
        }
        rating.at.sort_unstable();
        rating.at.dedup();
        Some(rating)
    }

    fn fit(&self, name: &str, word: &str) -> Option<Fit> {
        if word.len() > name.len() {
            return None;
        }
        let Some((start, bonus)) = best_place(name, word) else {
            let (score, at) = self.matcher.fuzzy_indices(name, word)?;
            let enough = score >= word.chars().count() as i64 * LEAST_SCATTERED;
            return (enough && is_abbreviation(name, &at)).then_some(Fit {
                contiguous: false,
                score,
                at,
            });
        };
        let first = name[..start].chars().count();
        let score = self.matcher.fuzzy_match(name, word).unwrap_or_default() + bonus;
        Some(Fit { contiguous: true, score, at: (first..first + word.chars().count()).collect() })
    }
}

impl Rating {
    fn add(&mut self, fit: &Fit, tier: Tier) {
        self.tier = self.tier.max(tier);
        self.score += fit.score;
        self.at.extend_from_slice(&fit.at);
    }
}

/// Whether the characters at the ascending indices `at` are how one would shorten the name: the first
/// starts a word, and each next starts one as well or follows closely.
fn is_abbreviation(name: &str, at: &[usize]) -> bool {
    let letters: Vec<char> = name.chars().collect();
    let starts = |at: usize| at == 0 || !letters[at - 1].is_alphanumeric();
    at.first().is_some_and(|first| starts(*first))
        && at.windows(2).all(|pair| pair[1] - pair[0] <= WIDEST_GAP + 1 || starts(pair[1]))
}

/// Where in `name` the word is best found, in bytes, and what that place is worth: a whole word
/// before the start of one before the middle, the start of the name before all.
fn best_place(name: &str, word: &str) -> Option<(usize, i64)> {
    let places = name.match_indices(word).map(|(start, _)| {
        let free = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        let starts = free(name[..start].chars().next_back());
        let ends = free(name[start + word.len()..].chars().next());
        let bonus = i64::from(starts) * 16 + i64::from(starts && ends) * 16;
        (start, bonus + i64::from(start == 0) * 8)
    });
    // The first of equals: max_by_key would give the last.
    places.reduce(|best, place| if place.1 > best.1 { place } else { best })
}
