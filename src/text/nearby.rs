//! What a mistyped word may have meant.
//! Never decides anything: it only suggests.

/// The candidate that differs from `word` by the fewest letters, where that is little enough to be a
/// slip.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let word: Vec<char> = word.to_lowercase().chars().take(LONGEST + 1).collect();
    if word.len() < 2 || word.len() > LONGEST {
        return None;
    }
    let most = 1 + word.len() / 4;
    let rated = candidates.into_iter().map(|candidate| (distance(&word, candidate), candidate));
    rated.filter(|(slips, _)| *slips <= most).min_by_key(|(slips, _)| *slips).map(|(_, best)| best)
}

/// Longer words are no slips of anything.
const LONGEST: usize = 24;

/// Letters to insert, delete, replace or swap with their neighbour to make one of the other.
fn distance(word: &[char], candidate: &str) -> usize {
    let other: Vec<char> = candidate.to_lowercase().chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, &a) in word.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &b) in other.iter().enumerate() {
            let mut fewest = (last[j] + usize::from(a != b)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a == other[j - 1] && word[i - 1] == b {
                fewest = fewest.min(before[j - 1] + 1);
            }
            row.push(fewest);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[other.len()]
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
}
