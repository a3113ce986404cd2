//! How well a name fits what was typed: [`Fitter`].
//! Never knows what the name means.

use crate::text::fold_fragment;

/// How a name fits, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fit {
    /// Smaller is better; the worst of all typed words counts.
    pub rank: Rank,
    /// The characters of the name that matched, as ascending character indices.
    pub matched: Vec<usize>,
}

/// Kinds of fit, best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Rank {
    /// The whole name was typed.
    Whole,
    /// Its beginning.
    Start,
    /// The beginning of a word in it.
    Word,
    /// Something in a word.
    Inside,
    /// Letters in order, each next to the one before or at the start of a word.
    Letters,
    /// Not this name but another of the same thing.
    Otherwise,
}

/// Compares names with one typed text; keeps its buffers from name to name.
pub struct Fitter {
    words: Vec<Vec<char>>,
    /// The same words as bytes, and whether all of them are ASCII.
    plain: Vec<Vec<u8>>,
    ascii: bool,
    /// The name's characters, folded.
    letters: Vec<char>,
    /// For each of them, the character of the name it came from.
    origin: Vec<usize>,
    /// For each of them, whether a word starts with it.
    starts: Vec<bool>,
}

impl Fitter {
    /// For `typed`: words in any order, all of which must fit. `*` and `?` stand between words.
    pub fn new(typed: &str) -> Self {
        let folded = fold_fragment(typed).replace(['*', '?'], " ");
        let words = || folded.split(' ').filter(|word| !word.is_empty());
        Self {
            words: words().map(|word| word.chars().collect()).collect(),
            plain: words().map(|word| word.as_bytes().to_vec()).collect(),
            ascii: folded.is_ascii(),
            letters: Vec::new(),
            origin: Vec::new(),
            starts: Vec::new(),
        }
    }

    /// How well `name` fits, as [`Self::fit`] says, for many names at little cost.
    pub fn rank(&mut self, name: &str, letters: bool) -> Option<Rank> {
        if self.words.is_empty() {
            return Some(Rank::Start);
        }
        if !self.ascii || !name.is_ascii() {
            return self.fit(name, letters).map(|fit| fit.rank);
        }
        let mut worst = Rank::Whole;
        for word in &self.plain {
            match place_in_ascii(name.as_bytes(), word) {
                Some(rank) => worst = worst.max(rank),
                None if letters => return self.fit(name, letters).map(|fit| fit.rank),
                None => return None,
            }
        }
        Some(worst)
    }

    /// How `name` fits; `None` where it does not. `letters` allows [`Rank::Letters`].
    pub fn fit(&mut self, name: &str, letters: bool) -> Option<Fit> {
        let mut fit = Fit { rank: Rank::Whole, matched: Vec::new() };
        if self.words.is_empty() {
            fit.rank = Rank::Start;
            return Some(fit);
        }
        self.take(name);
        for word in &self.words {
            let (rank, places) = match self.best_place(word) {
                Some((rank, start)) => (rank, (start..start + word.len()).collect()),
                None if letters => (Rank::Letters, self.scattered(word)?),
                None => return None,
            };
            fit.rank = fit.rank.max(rank);
            fit.matched.extend(places.iter().map(|&place| self.origin[place]));
        }
        fit.matched.sort_unstable();
        fit.matched.dedup();
        Some(fit)
    }

    fn take(&mut self, name: &str) {
        self.letters.clear();
        self.origin.clear();
        self.starts.clear();
        let mut before = ' ';
        let mut one = [0; 4];
        for (index, c) in name.chars().enumerate() {
            let starts = !before.is_alphanumeric() || (c.is_uppercase() && before.is_lowercase());
            before = c;
            if c.is_ascii() && !c.is_ascii_control() {
                self.letters.push(c.to_ascii_lowercase());
            } else {
                self.letters.extend(fold_fragment(c.encode_utf8(&mut one)).chars());
            }
            self.origin.resize(self.letters.len(), index);
            self.starts.resize(self.letters.len(), starts);
        }
    }

    /// Where the word stands as it is, the best such place.
    fn best_place(&self, word: &[char]) -> Option<(Rank, usize)> {
        let mut best: Option<(Rank, usize)> = None;
        for start in 0..(self.letters.len() + 1).saturating_sub(word.len()) {
            if self.letters[start] != word[0] || !self.letters[start..].starts_with(word) {
                continue;
            }
            let rank = match start {
                0 if word.len() == self.letters.len() => Rank::Whole,
                0 => Rank::Start,
                _ if self.starts[start] => Rank::Word,
                _ => Rank::Inside,
            };
            if best.is_none_or(|(known, _)| rank < known) {
                best = Some((rank, start));
            }
            if rank < Rank::Inside {
                break;
            }
        }
        best
    }

    /// Places of the word's letters where it is how one would shorten the name.
    fn scattered(&self, word: &[char]) -> Option<Vec<usize>> {
        if word.len() < 2 {
            return None;
        }
        let mut places: Vec<usize> = Vec::with_capacity(word.len());
        for &letter in word {
            let next = places.last().map_or(0, |last| last + 1);
            let follows = !places.is_empty() && self.letters.get(next) == Some(&letter);
            let place = if follows {
                next
            } else {
                (next..self.letters.len())
                    .find(|&at| self.starts[at] && self.letters[at] == letter)?
            };
            places.push(place);
        }
        Some(places)
    }
}

/// The best place of a word in lower case, where name and word are ASCII.
fn place_in_ascii(name: &[u8], word: &[u8]) -> Option<Rank> {
    let mut best = None;
    for start in memchr::memchr2_iter(word[0], word[0].to_ascii_uppercase(), name) {
        let here = name.get(start..start + word.len());
        if !here.is_some_and(|here| here.eq_ignore_ascii_case(word)) {
            continue;
        }
        let Some(before) = start.checked_sub(1).map(|at| name[at]) else {
            return Some(if word.len() == name.len() { Rank::Whole } else { Rank::Start });
        };
        let hump = name[start].is_ascii_uppercase() && before.is_ascii_lowercase();
        if hump || !before.is_ascii_alphanumeric() {
            return Some(Rank::Word);
        }
        best = Some(Rank::Inside);
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_the_place_the_better_the_fit() {
        let rank = |typed: &str, name: &str| Fitter::new(typed).fit(name, true).map(|f| f.rank);
        let name = "Add member to role";
        for (typed, expected) in [
            ("add member to role", Some(Rank::Word)),
            ("ADD", Some(Rank::Start)),
            ("role", Some(Rank::Word)),
            ("role add", Some(Rank::Word)),
            ("emb", Some(Rank::Inside)),
            ("amtr", Some(Rank::Letters)),
            ("admero", Some(Rank::Letters)),
            ("xyz", None),
            ("role xyz", None),
            ("add*role", Some(Rank::Word)),
        ] {
            assert_eq!(rank(typed, name), expected, "{typed}");
            assert_eq!(Fitter::new(typed).rank(name, true), expected, "{typed}");
        }
        assert_eq!(rank("role", "Role"), Some(Rank::Whole));
        for (typed, name) in [("adm", "RoleAdm"), ("ole", "RoleOle"), ("oo", "ooo"), ("b", "a.B")] {
            assert_eq!(Fitter::new(typed).rank(name, true), rank(typed, name), "{typed}");
        }
        assert_eq!(rank("radm", "RoleAdministrator"), Some(Rank::Letters));
    }

    #[test]
    fn matched_characters_are_counted_in_the_name_as_it_is() {
        let fit = |typed: &str, name: &str| Fitter::new(typed).fit(name, true).map(|f| f.matched);
        assert_eq!(fit("strasse", "Straße 1"), Some(vec![0, 1, 2, 3, 4, 5]));
        assert_eq!(fit("a-b", "x A – B a–b"), Some(vec![8, 9, 10]));
        assert_eq!(fit("", "x"), Some(vec![]));
    }
}
