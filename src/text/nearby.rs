//! What a mistyped word may have meant: how far two words are, which is nearest, and the words that ask.
//! Never decides anything: it only suggests.

/// Longer words are no slips of anything.
const LONGEST: usize = 24;

/// The candidate that differs from `word` by the fewest letters, where that is little enough to be a
/// slip; of several the first.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let most = most_slips(word)?;
    let rated = candidates.into_iter().map(|candidate| (slips(word, candidate), candidate));
    rated.filter(|(slips, _)| *slips <= most).min_by_key(|(slips, _)| *slips).map(|(_, best)| best)
}

/// May `word` be `candidate`, mistyped?
pub fn is_near(word: &str, candidate: &str) -> bool {
    most_slips(word).is_some_and(|most| slips(word, candidate) <= most)
}

/// Most slips that are made in a word; `None` where it is no slip of anything.
fn most_slips(word: &str) -> Option<usize> {
    let len = word.chars().take(LONGEST + 1).count();
    (2..=LONGEST).contains(&len).then_some(1 + len / 4)
}

/// Letters to insert, delete, replace or swap with their neighbour to make one of the other, in any case
/// of the letters. The time it takes is that of both lengths multiplied.
pub fn slips(word: &str, candidate: &str) -> usize {
    strsim::osa_distance(&word.to_lowercase(), &candidate.to_lowercase())
}

/// The words that ask for what was meant: ``did you mean `a`, `b` or `c`?``
pub fn did_you_mean<S: AsRef<str>>(names: &[S]) -> String {
    let named: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match named.as_slice() {
        [first @ .., last] if !first.is_empty() => {
            format!("did you mean {} or {last}?", first.join(", "))
        }
        named => format!("did you mean {}?", named.concat()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let commands = ["demo", "query", "lookup", "completions"];
        for (word, meant) in [
            ("qeury", Some("query")),
            ("Querry", Some("query")),
            ("lookpu", Some("lookup")),
            ("dmo", Some("demo")),
            ("completion", Some("completions")),
            ("audit", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, commands), meant, "{word}");
        }
        assert_eq!(nearest(&"q".repeat(100_000), commands), None);
    }

    #[test]
    fn single_slips_are_counted_in_any_case_of_the_letters() {
        for (one, other, far) in [
            ("consent", "Consent", 0),
            ("conesnt", "consent", 1),
            ("cor directory", "core directory", 1),
            ("", "abc", 3),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
            ("ÄNDERN", "ändern", 0),
        ] {
            assert_eq!(slips(one, other), far, "{one}, {other}");
        }
    }

    #[test]
    fn one_or_several_names_are_asked_for_in_the_same_words() {
        assert_eq!(did_you_mean(&["a b"]), "did you mean `a b`?");
        assert_eq!(did_you_mean(&["a", "b", "c"]), "did you mean `a`, `b` or `c`?");
    }
}
