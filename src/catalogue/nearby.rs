//! Names that are nearly right: filters by part of a name, and what a misspelled text may mean.
//! Never applies a correction by itself: it only proposes.

use super::{Catalogue, Filter};
use crate::text::nearby::{did_you_mean, slips};
use crate::text::{clean, fit, fold};

/// Longest word compared letter by letter, in characters; what is longer is cut.
const LONGEST_WORD: usize = 64;
/// Most words of a text that are corrected.
const MOST_WORDS: usize = 8;

/// A service or category was asked for that the catalogue cannot tell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// There is nothing of that name.
    #[error("no {kind} \"{text}\" in the catalogue{}", meant(*.suggestion))]
    Unknown {
        /// `service` or `category`.
        kind: &'static str,
        /// What was asked for, safe to show.
        text: String,
        /// The nearest name, if any is near.
        suggestion: Option<&'static str>,
    },
    /// Several names contain it.
    #[error("\"{text}\" fits more than one {kind}: {}", quoted(.fits))]
    Ambiguous {
        /// `service` or `category`.
        kind: &'static str,
        /// What was asked for, safe to show.
        text: String,
        /// The names it fits.
        fits: Vec<&'static str>,
    },
}

fn meant(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |name| format!("; {}", did_you_mean(&[name])))
}

fn quoted(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    quoted.join(", ")
}

impl Catalogue {
    /// The filter for a service and a category as a user writes them: any spelling, in any case, or
    /// a part of one that fits no other.
    pub fn filter(
        &self,
        service: Option<&str>,
        category: Option<&str>,
    ) -> Result<Filter<'_>, FilterError> {
        let service = service.map(|text| {
            let spellings = self.services.iter().enumerate().flat_map(|(number, service)| {
                service.folded.iter().map(move |folded| (folded.as_str(), number))
            });
            let spellings: Vec<(&str, usize)> = spellings.collect();
            let name = |number: usize| self.services[number].name;
            choose("service", text, &spellings, name).map(|number| &self.services[number])
        });
        let category = category.map(|text| {
            let spellings = self.index.categories.iter();
            let spellings: Vec<(&str, usize)> =
                spellings.map(|(folded, number)| (folded.as_str(), usize::from(*number))).collect();
            let name = |number: usize| self.categories[number];
            choose("category", text, &spellings, name).map(|number| self.categories[number])
        });
        Ok(Filter { service: service.transpose()?, category: category.transpose()? })
    }

    /// Up to three activities that a text without hits may have meant, best first.
    pub fn near_misses(&self, text: &str) -> Vec<&'static str> {
        let vocabulary = self.vocabulary();
        let folded = fold(text);
        let typed = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let mut words: Vec<&str> =
            typed.take(MOST_WORDS).filter_map(|word| nearest_word(word, &vocabulary)).collect();
        // All words together, then without the shortest, until something is found.
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        while !words.is_empty() {
            let mut names: Vec<&'static str> = Vec::new();
            for hit in self.search(&words.join(" "), Filter::default(), 64) {
                if names.len() < 3 && !names.contains(&hit.entry.activity) {
                    names.push(hit.entry.activity);
                }
            }
            if !names.is_empty() {
                return names;
            }
            words.pop();
        }
        Vec::new()
    }

    /// The distinct words of all names, sorted.
    fn vocabulary(&self) -> Vec<&str> {
        let names = self.index.names.iter().map(String::as_str);
        let services = self.services.iter().flat_map(|s| s.folded.iter().map(String::as_str));
        let categories = self.index.categories.iter().map(|(name, _)| name.as_str());
        let all = names.chain(services).chain(categories);
        let mut words: Vec<&str> =
            all.flat_map(|name| name.split(|c: char| !c.is_alphanumeric())).collect();
        words.retain(|word| word.len() > 2);
        words.sort_unstable();
        words.dedup();
        words
    }
}

/// The one name that `text` is a spelling, the start or a part of; else an error that says why not.
fn choose(
    kind: &'static str,
    text: &str,
    spellings: &[(&str, usize)],
    name: impl Fn(usize) -> &'static str,
) -> Result<usize, FilterError> {
    let folded = fold(text);
    let shown = || fit(&clean(text), 60).0.into_owned();
    let fitting = |fits: &dyn Fn(&str) -> bool| -> Vec<usize> {
        let mut found: Vec<usize> =
            spellings.iter().filter(|(name, _)| fits(name)).map(|(_, number)| *number).collect();
        found.sort_unstable();
        found.dedup();
        found
    };
    let mut several = Vec::new();
    if !folded.is_empty() {
        let equal = fitting(&|name| name == folded);
        let start = fitting(&|name| name.starts_with(&folded));
        let part = fitting(&|name| name.contains(&folded));
        for found in [equal, start, part] {
            match found.as_slice() {
                [] => {}
                [only] => return Ok(*only),
                _ => {
                    several = found;
                    break;
                }
            }
        }
    }
    if !several.is_empty() {
        let fits = several.into_iter().map(name).collect();
        return Err(FilterError::Ambiguous { kind, text: shown(), fits });
    }
    let near = spellings.iter().map(|(known, number)| (far(&folded, known), *number));
    let suggestion = near.min().filter(|(far, _)| *far <= most_slips(&folded));
    let suggestion = suggestion.filter(|_| !folded.is_empty()).map(|(_, number)| name(number));
    Err(FilterError::Unknown { kind, text: shown(), suggestion })
}

/// The word itself when some name contains it, else the nearest; none when all are far.
fn nearest_word<'a>(word: &'a str, vocabulary: &[&'a str]) -> Option<&'a str> {
    if vocabulary.iter().any(|known| known.contains(word)) {
        return Some(word);
    }
    let near = vocabulary.iter().map(|known| (far(word, known), *known)).min()?;
    (near.0 <= most_slips(word)).then_some(near.1)
}

/// How many slips one word is from the other, as far as words are compared.
fn far(word: &str, known: &str) -> usize {
    slips(cut(word), cut(known))
}

/// Most slips in a word of a name: names are longer than words of a command line.
fn most_slips(word: &str) -> usize {
    (cut(word).chars().count() / 3).max(1)
}

fn cut(word: &str) -> &str {
    word.char_indices().nth(LONGEST_WORD).map_or(word, |(end, _)| &word[..end])
}
