//! Spellings that are one value: those that a filter does not tell apart are counted as one.
//! Never makes up a spelling: a value is called what most records call it.

use std::collections::HashMap;

use crate::text::fold;

/// The spellings of values so far, each with a number, and the values they are of.
#[derive(Debug, Default)]
pub struct Spellings {
    numbers: HashMap<String, usize>,
    values: HashMap<String, usize>,
    /// Of each spelling its value, and how many records have it.
    of: Vec<(usize, u64)>,
}

impl Spellings {
    /// How many spellings there are.
    pub fn len(&self) -> usize {
        self.of.len()
    }

    /// Is there none yet?
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// The number of a spelling that was seen before.
    pub fn known(&self, text: &str) -> Option<usize> {
        self.numbers.get(text).copied()
    }

    /// The number of a spelling.
    pub fn number(&mut self, text: &str) -> usize {
        if let Some(number) = self.known(text) {
            return number;
        }
        let next = self.values.len();
        let value = *self.values.entry(fold(text)).or_insert(next);
        self.numbers.insert(text.to_owned(), self.of.len());
        self.of.push((value, 0));
        self.of.len() - 1
    }

    /// Takes the spellings that one record has, or each of so many, and leaves its values in their place,
    /// each once and in order.
    pub fn record(&mut self, found: &mut Vec<usize>, records: u64) {
        found.sort_unstable();
        found.dedup();
        for number in &mut *found {
            let (value, count) = &mut self.of[*number];
            *count += records;
            *number = *value;
        }
        found.sort_unstable();
        found.dedup();
    }

    /// What each value is called: as most records spell it, the first in order of letters of several.
    pub fn names(self) -> Vec<String> {
        let mut best: Vec<(u64, String)> = vec![(0, String::new()); self.values.len()];
        let mut spellings: Vec<(String, usize)> = self.numbers.into_iter().collect();
        spellings.sort_unstable();
        for (text, number) in spellings {
            let (value, count) = self.of[number];
            let known = &mut best[value];
            if known.1.is_empty() || count > known.0 {
                *known = (count, text);
            }
        }
        best.into_iter().map(|(_, text)| text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_called_what_most_records_call_it() {
        let mut all = Spellings::default();
        let [dot, plain, dash, hyphen] =
            ["Add member to role.", "Add member to role", "A – B ", "A - B"].map(|t| all.number(t));
        for own in
            [vec![dot], vec![plain], vec![plain, dot, plain], vec![plain], vec![dash, hyphen]]
        {
            let mut found = own;
            all.record(&mut found, 1);
            assert_eq!(found.len(), 1);
        }
        assert_eq!((all.len(), all.known("a - b")), (4, None));
        assert_eq!(all.names(), ["Add member to role", "A - B"]);
    }
}
