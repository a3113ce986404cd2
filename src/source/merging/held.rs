//! The troubles of one source, those of one cause put together.
//! Never holds more than so many causes; the rest are counted.

use std::collections::HashMap;

use crate::place::{Position, Trouble};

/// Causes that are told apart.
const MOST_CAUSES: usize = 1_000;

/// Troubles of one source, in the order in which they were first met.
#[derive(Default, Debug)]
pub(super) struct Held {
    troubles: Vec<Trouble>,
    /// Where the trouble of a cause is in the list.
    causes: HashMap<(String, bool), usize>,
    /// Troubles beyond the list, and how many of those lost something.
    more: (u64, u64),
}

impl Held {
    /// Do troubles of this source belong here?
    pub(super) fn is_of(&self, source: &str) -> bool {
        self.troubles.first().is_none_or(|first| first.source == source)
    }

    /// Adds a trouble.
    pub(super) fn add(&mut self, trouble: Trouble) {
        let cause = (cause(&trouble.reason), trouble.lost);
        if let Some(&at) = self.causes.get(&cause) {
            self.troubles[at].times += trouble.times;
        } else if self.troubles.len() < MOST_CAUSES {
            self.causes.insert(cause, self.troubles.len());
            self.troubles.push(trouble);
        } else {
            self.more.0 += trouble.times;
            self.more.1 += if trouble.lost { trouble.times } else { 0 };
        }
    }

    /// All of them; none are left.
    pub(super) fn take(&mut self) -> Vec<Trouble> {
        let Self { mut troubles, more: (more, lost), .. } = std::mem::take(self);
        if more > 0
            && let Some(first) = troubles.first()
        {
            let reason = format!("and {more} more of other causes");
            let rest = Trouble::new(first.source.clone(), Position::Whole, reason, lost > 0);
            troubles.push(Trouble { times: more, ..rest });
        }
        troubles
    }
}

/// The reason without what differs from one record to the next: numbers, quoted text, values.
fn cause(reason: &str) -> String {
    let mut cause = String::with_capacity(reason.len());
    let mut quoted = false;
    for c in reason.chars() {
        match c {
            '“' => quoted = true,
            '”' => quoted = false,
            _ if quoted => {}
            '0'..='9' if cause.ends_with('#') => {}
            '0'..='9' => cause.push('#'),
            _ => cause.push(c),
        }
    }
    match cause.find("` is no time: ") {
        Some(at) => cause[..at].to_owned(),
        None => cause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(reason: &str, line: u64, lost: bool) -> Trouble {
        Trouble::new("a.json".to_owned(), Position::Line(line), reason.to_owned(), lost)
    }

    #[test]
    fn one_cause_is_told_once_with_its_first_place() {
        let mut held = Held::default();
        for line in 1..=5 {
            held.add(trouble(
                &format!("“{line}x” where a record; {line} bytes skipped"),
                line,
                true,
            ));
            held.add(trouble(&format!("`t` is no time: {line}:"), line, false));
            held.add(trouble("something else", line, line == 3));
        }
        let told: Vec<String> = held.take().iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "a.json:1: “1x” where a record; 1 bytes skipped (5 times)",
                "a.json:1: `t` is no time: 1: (5 times)",
                "a.json:1: something else (4 times)",
                "a.json:3: something else",
            ]
        );
        assert!(held.take().is_empty());
    }

    #[test]
    fn causes_beyond_a_thousand_are_counted() {
        let mut held = Held::default();
        for n in 0..1_500u32 {
            let letters: String =
                n.to_string().bytes().map(|digit| (b'a' + (digit - b'0')) as char).collect();
            held.add(trouble(&letters, u64::from(n), true));
        }
        let told = held.take();
        assert_eq!(told.len(), 1_001);
        assert_eq!(told[1_000].to_string(), "a.json: and 500 more of other causes (500 times)");
    }
}
