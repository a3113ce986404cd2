//! Distinct entries of a column, each stored once: [`Words`] are those one segment brought, [`Interner`] finds them again.
//! Never forgets or renumbers an entry.

use std::sync::{Arc, LazyLock};

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::record::column::{ENTRY, PART};
use crate::text::fold_into;

/// One hasher for the whole process, randomly keyed, so that hashes made by workers are valid in
/// the interner and cannot be foreseen by who writes the data.
static HASHER: LazyLock<DefaultHashBuilder> = LazyLock::new(DefaultHashBuilder::default);

/// The hash under which `text` is interned. Never zero.
pub fn hash(text: &str) -> u64 {
    use std::hash::BuildHasher as _;
    HASHER.hash_one(text) | 1
}

/// Entries `first..end` of a column's dictionary, in order of first appearance.
///
/// `text` holds the entries as logged, `folded` the same folded for comparison, parts separated by
/// [`PART`] and entries ended by [`ENTRY`], so that one search over the whole text finds all entries
/// that contain something.
#[derive(Debug, Default)]
pub struct Words {
    first: u32,
    text: String,
    ends: Vec<u32>,
    folded: String,
    folded_ends: Vec<u32>,
}

impl Words {
    /// No entries, to be filled from code `first` on.
    pub fn starting_at(first: u32) -> Self {
        Self { first, ..Self::default() }
    }

    /// Appends an entry, its parts joined by [`PART`], and returns its code.
    pub fn push(&mut self, entry: &str) -> u32 {
        self.text.push_str(entry);
        self.ends.push(self.text.len() as u32);
        for (index, part) in entry.split(PART).enumerate() {
            if index > 0 {
                self.folded.push(PART);
            }
            fold_into(part, &mut self.folded);
        }
        self.folded.push(ENTRY);
        self.folded_ends.push(self.folded.len() as u32);
        self.end() - 1
    }

    /// Code of the first entry.
    pub fn first(&self) -> u32 {
        self.first
    }

    /// Code after the last entry.
    pub fn end(&self) -> u32 {
        self.first + self.ends.len() as u32
    }

    /// The entry of that code, as logged.
    ///
    /// # Panics
    /// Where the code is not one of these.
    pub fn entry(&self, code: u32) -> &str {
        let at = (code - self.first) as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        &self.text[start..self.ends[at] as usize]
    }

    /// The entry of that code, folded.
    pub fn folded_entry(&self, code: u32) -> &str {
        let at = (code - self.first) as usize;
        let start = if at == 0 { 0 } else { self.folded_ends[at - 1] as usize };
        &self.folded[start..self.folded_ends[at] as usize - 1]
    }

    /// All entries folded, one text.
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// The code of the entry that holds byte `at` of [`Words::folded`], and the first byte of it.
    pub fn folded_at(&self, at: usize) -> (u32, usize) {
        let index = self.folded_ends.partition_point(|&end| end as usize <= at);
        let start = if index == 0 { 0 } else { self.folded_ends[index - 1] as usize };
        (self.first + index as u32, start)
    }

    /// First byte after the entry of that code in [`Words::folded`].
    pub fn folded_end(&self, code: u32) -> usize {
        self.folded_ends[(code - self.first) as usize] as usize
    }

    /// Bytes held in memory.
    pub fn memory_bytes(&self) -> usize {
        self.text.capacity()
            + self.folded.capacity()
            + 4 * (self.ends.capacity() + self.folded_ends.capacity())
    }

    /// Gives back memory kept for growing.
    pub fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.folded.shrink_to_fit();
        self.folded_ends.shrink_to_fit();
    }
}

/// Finds the code of an entry over all [`Words`] of a column, and adds what is new to the last.
#[derive(Debug, Default)]
pub struct Interner {
    table: HashTable<u32>,
    sealed: Vec<Arc<Words>>,
    current: Words,
}

impl Interner {
    /// The code of `entry`, which hashes to `hash`; a new one if it was never seen.
    pub fn intern(&mut self, entry: &str, entry_hash: u64) -> u32 {
        let (sealed, current) = (&self.sealed, &self.current);
        let known = self.table.find(entry_hash, |&code| text_of(sealed, current, code) == entry);
        if let Some(&code) = known {
            return code;
        }
        let code = self.current.push(entry);
        let (sealed, current) = (&self.sealed, &self.current);
        self.table.insert_unique(entry_hash, code, |&code| hash(text_of(sealed, current, code)));
        code
    }

    /// Ends the current [`Words`] and starts the next.
    pub fn seal(&mut self) -> Arc<Words> {
        let next = Words::starting_at(self.current.end());
        let mut words = std::mem::replace(&mut self.current, next);
        words.shrink();
        let words = Arc::new(words);
        if words.first() < words.end() {
            self.sealed.push(Arc::clone(&words));
        }
        words
    }
}

fn text_of<'w>(sealed: &'w [Arc<Words>], current: &'w Words, code: u32) -> &'w str {
    if code >= current.first() {
        return current.entry(code);
    }
    let after = sealed.partition_point(|words| words.first() <= code);
    sealed[after - 1].entry(code)
}

/// A dictionary of one batch: no folding, no sharing, only what is needed to be merged later.
#[derive(Debug, Default)]
pub struct LocalWords {
    table: HashTable<u32>,
    text: String,
    ends: Vec<u32>,
    hashes: Vec<u64>,
}

impl LocalWords {
    /// The local code of `entry`.
    pub fn intern(&mut self, entry: &str) -> u32 {
        let entry_hash = hash(entry);
        let (text, ends, hashes) = (&self.text, &self.ends, &self.hashes);
        let known = self.table.find(entry_hash, |&code| {
            hashes[code as usize] == entry_hash && local_text(text, ends, code) == entry
        });
        if let Some(&code) = known {
            return code;
        }
        let code = self.ends.len() as u32;
        self.text.push_str(entry);
        self.ends.push(self.text.len() as u32);
        self.hashes.push(entry_hash);
        let hashes = &self.hashes;
        self.table.insert_unique(entry_hash, code, |&code| hashes[code as usize]);
        code
    }

    /// Number of entries.
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// Entry and hash of a local code.
    pub fn entry(&self, code: u32) -> (&str, u64) {
        (local_text(&self.text, &self.ends, code), self.hashes[code as usize])
    }
}

fn local_text<'t>(text: &'t str, ends: &[u32], code: u32) -> &'t str {
    let at = code as usize;
    let start = if at == 0 { 0 } else { ends[at - 1] as usize };
    &text[start..ends[at] as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_keeps_its_code_over_all_segments() {
        let mut interner = Interner::default();
        let code = |interner: &mut Interner, text: &str| interner.intern(text, hash(text));
        assert_eq!(code(&mut interner, "a"), 0);
        assert_eq!(code(&mut interner, "b"), 1);
        let first = interner.seal();
        assert_eq!(code(&mut interner, "b"), 1);
        assert_eq!(code(&mut interner, "c"), 2);
        let second = interner.seal();
        assert_eq!((first.first(), first.end()), (0, 2));
        assert_eq!((second.first(), second.end()), (2, 3));
        assert_eq!(second.entry(2), "c");
        assert_eq!(interner.seal().end(), 3);
    }

    #[test]
    fn folded_text_leads_back_to_entry_and_part() {
        let mut words = Words::starting_at(5);
        words.push("Core Directory\u{1f}UserManagement\u{1f}Add user.");
        words.push("PIM\u{1f}\u{1f}x");
        assert_eq!(words.folded_entry(5), "core directory\u{1f}usermanagement\u{1f}add user");
        let at = words.folded().find("pim").expect("folded");
        assert_eq!(words.folded_at(at), (6, at));
        assert_eq!(words.folded_at(3).0, 5);
        assert_eq!(words.folded_end(6), words.folded().len());
    }
}
