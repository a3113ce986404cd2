//! What became of everything in each input: [`InputTotals`].
//! Never counts an event twice, and leaves none out: each is a record, a duplicate, passed over, of another log,
//! or lost.

use std::collections::HashMap;

/// What became of what was in one file, stream or member of an archive.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct InputTotals {
    /// Its name, as records are told to come from it.
    pub name: String,
    /// Bytes as they are stored; `None` for a member of an archive.
    pub bytes: Option<u64>,
    /// Records that were kept.
    pub records: u64,
    /// Records left out because the same record was there before, in this input or another one.
    pub duplicates: u64,
    /// Records that a query did not need.
    pub passed_over: u64,
    /// Events of other logs, by name, in order of the names.
    pub other: Vec<(String, u64)>,
    /// Events, or stretches of bytes between them, that could not be read.
    pub lost: u64,
    /// Bytes of those.
    pub lost_bytes: u64,
    /// Things that were odd without a loss.
    pub odd: u64,
    /// Could it, or the rest of it, not be read at all?
    pub unread: bool,
}

impl InputTotals {
    /// All events that were found in it.
    pub fn events(&self) -> u64 {
        self.records + self.duplicates + self.passed_over + self.foreign() + self.lost
    }

    /// Events of other logs.
    pub fn foreign(&self) -> u64 {
        self.other.iter().map(|(_, count)| count).sum()
    }

    /// Adds another one to this, for the sum of all.
    pub fn add(&mut self, more: &Self) {
        self.bytes = Some(self.bytes.unwrap_or(0) + more.bytes.unwrap_or(0));
        self.records += more.records;
        self.duplicates += more.duplicates;
        self.passed_over += more.passed_over;
        for (name, count) in &more.other {
            self.add_other(name, *count);
        }
        self.lost += more.lost;
        self.lost_bytes += more.lost_bytes;
        self.odd += more.odd;
        self.unread |= more.unread;
    }

    /// Counts events of another log.
    pub fn add_other(&mut self, name: &str, count: u64) {
        match self.other.binary_search_by(|(known, _)| known.as_str().cmp(name)) {
            Ok(at) => self.other[at].1 += count,
            Err(at) => self.other.insert(at, (name.to_owned(), count)),
        }
    }
}

/// The totals of all inputs, in the order in which they were read.
#[derive(Default, Debug)]
pub struct AllTotals {
    all: Vec<InputTotals>,
    places: HashMap<String, usize>,
}

impl AllTotals {
    /// The totals of an input, a new one where there is none.
    pub fn of(&mut self, name: &str) -> &mut InputTotals {
        let at = match self.places.get(name) {
            Some(&at) => at,
            None => {
                self.all.push(InputTotals { name: name.to_owned(), ..InputTotals::default() });
                self.places.insert(name.to_owned(), self.all.len() - 1);
                self.all.len() - 1
            }
        };
        &mut self.all[at]
    }

    /// All of them.
    pub fn into_all(self) -> Vec<InputTotals> {
        self.all
    }
}
