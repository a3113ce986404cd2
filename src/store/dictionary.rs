//! Distinct entries of a column, each stored once: [`Words`] are those one segment brought, [`Interner`] finds them again.
//! Never forgets or renumbers an entry.

use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::{Arc, LazyLock};

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::record::column::{ENTRY, PART, separable};
use crate::text::fold_into;

/// One hasher for the whole process, randomly keyed, so that hashes made by workers are valid in
/// the interner and cannot be foreseen by who writes the data.
static HASHER: LazyLock<DefaultHashBuilder> = LazyLock::new(DefaultHashBuilder::default);

/// The hash under which an entry made of `parts` is interned: of each in turn, so that they need
/// not be joined to find out that they are known. Never zero. Empty parts, of which there are many,
/// change nothing: entries that differ only in where these are are told apart by their texts.
fn hash_parts<'p>(parts: impl IntoIterator<Item = &'p str>) -> u64 {
    let mut hasher = HASHER.build_hasher();
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        hasher.write(part.as_bytes());
    }
    hasher.finish() | 1
}

/// Is `entry` what joining `parts` with [`PART`] gives? A part with that sign in it makes one more
/// part than any entry of its column has, so that it is never found.
fn is_joined(entry: &str, parts: &[&str]) -> bool {
    // Mostly this decides.
    if entry.len() + 1 != parts.iter().map(|part| part.len() + 1).sum::<usize>() {
        return false;
    }
    let mut rest = entry.as_bytes();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            match rest.split_first() {
                Some((&sign, after)) if sign == PART as u8 => rest = after,
                _ => return false,
            }
        }
        // Many parts are empty, and comparing nothing at no address costs hundreds of cycles where
        // the system's comparison loads under a mask.
        if part.is_empty() {
            continue;
        }
        match rest.strip_prefix(part.as_bytes()) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    rest.is_empty()
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

    /// Where each entry of [`Words::folded`] ends, the sign after it included.
    pub fn folded_ends(&self) -> &[u32] {
        &self.folded_ends
    }

    /// Text, its ends, folded text, its ends: all there is to be stored.
    pub(super) fn parts(&self) -> (&str, &[u32], &str, &[u32]) {
        (&self.text, &self.ends, &self.folded, &self.folded_ends)
    }

    /// Entries that were stored; `None` where these parts cannot be of any.
    pub(super) fn from_parts(
        first: u32,
        text: String,
        ends: Vec<u32>,
        folded: String,
        folded_ends: Vec<u32>,
    ) -> Option<Self> {
        let whole = |text: &str, ends: &[u32]| {
            let last = ends.last().map_or(0, |&end| end as usize);
            last == text.len()
                && ends.is_sorted()
                && ends.iter().all(|&end| text.is_char_boundary(end as usize))
        };
        let ended = |&end: &u32| end > 0 && folded.as_bytes()[end as usize - 1] == ENTRY as u8;
        let fits = ends.len() == folded_ends.len()
            && u32::try_from(ends.len()).is_ok_and(|count| first.checked_add(count).is_some())
            && whole(&text, &ends)
            && whole(&folded, &folded_ends)
            && folded_ends.iter().all(ended)
            && folded_ends.windows(2).all(|two| two[0] < two[1]);
        fits.then_some(Self { first, text, ends, folded, folded_ends })
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
    table: HashTable<Slot>,
    sealed: Vec<Arc<Words>>,
    /// The first code of each of `sealed`: close together, as every look at an old entry needs them.
    firsts: Vec<u32>,
    current: Words,
}

/// An entry in the table. Half of its hash is kept, so that neither a false hit nor growing the
/// table has to look at texts: they are all over memory.
#[derive(Clone, Copy, Debug)]
struct Slot {
    code: u32,
    check: u32,
}

impl Slot {
    /// The kept half of a hash.
    fn check(entry_hash: u64) -> u32 {
        (entry_hash >> 32) as u32
    }

    /// The hash by which the table places an entry: the kept half, spread over all bits.
    fn place(check: u32) -> u64 {
        u64::from(check).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// No code.
const NONE: u32 = u32::MAX;

impl Interner {
    /// Goes on behind entries that are stored already: all of a column, in order.
    pub fn resuming(words: impl IntoIterator<Item = Arc<Words>>) -> Self {
        let mut interner = Self::default();
        for words in words {
            let next = Words::starting_at(words.end());
            for code in words.first()..words.end() {
                let check = Slot::check(hash_parts(words.entry(code).split(PART)));
                let slot = Slot { code, check };
                interner
                    .table
                    .insert_unique(Slot::place(check), slot, |slot| Slot::place(slot.check));
            }
            interner.current = next;
            interner.keep(words);
        }
        interner
    }

    /// The code of `entry`, which hashes to `hash`; a new one if it was never seen.
    pub fn intern(&mut self, entry: &str, entry_hash: u64) -> u32 {
        let check = Slot::check(entry_hash);
        let is_it = |slot: &Slot| slot.check == check && self.text(slot.code) == entry;
        if let Some(slot) = self.table.find(Slot::place(check), is_it) {
            return slot.code;
        }
        let code = self.current.push(entry);
        let slot = Slot { code, check };
        self.table.insert_unique(Slot::place(check), slot, |slot| Slot::place(slot.check));
        code
    }

    /// The code of an entry of one part.
    pub fn intern_text(&mut self, text: &str) -> u32 {
        self.intern(text, hash_parts([text]))
    }

    /// The codes of all of `words` in their order, as if each were interned after the other.
    ///
    /// Most of them are known, and finding that out is waiting for memory: for the table, for the
    /// place of the text, for the text. In a short loop for each the processor waits for many
    /// entries at the same time.
    pub fn intern_all(&mut self, words: &LocalWords) -> Vec<u32> {
        let candidate = |&entry_hash: &u64| {
            let check = Slot::check(entry_hash);
            let found = self.table.find(Slot::place(check), |slot| slot.check == check);
            found.map_or(NONE, |slot| slot.code)
        };
        let mut codes: Vec<u32> = words.hashes.iter().map(candidate).collect();
        let texts: Vec<&str> =
            codes.iter().map(|&code| if code == NONE { "" } else { self.text(code) }).collect();
        for (local, (code, text)) in codes.iter_mut().zip(texts).enumerate() {
            if words.entry(local as u32).0 != text {
                *code = NONE;
            }
        }
        for (local, code) in codes.iter_mut().enumerate() {
            if *code == NONE {
                let (entry, entry_hash) = words.entry(local as u32);
                *code = self.intern(entry, entry_hash);
            }
        }
        codes
    }

    fn text(&self, code: u32) -> &str {
        if code >= self.current.first() {
            return self.current.entry(code);
        }
        let after = self.firsts.partition_point(|&first| first <= code);
        self.sealed[after - 1].entry(code)
    }

    /// Ends the current [`Words`] and starts the next.
    pub fn seal(&mut self) -> Arc<Words> {
        let next = Words::starting_at(self.current.end());
        let mut words = std::mem::replace(&mut self.current, next);
        words.shrink();
        let words = Arc::new(words);
        self.keep(Arc::clone(&words));
        words
    }

    fn keep(&mut self, words: Arc<Words>) {
        if words.first() < words.end() {
            self.firsts.push(words.first());
            self.sealed.push(words);
        }
    }
}

/// Room for words.
#[derive(Clone, Copy, Default, Debug)]
pub struct Room {
    /// Number of entries.
    entries: usize,
    /// Bytes of their text.
    text: usize,
}

/// A dictionary of one batch: no folding, no sharing, only what is needed to be merged later.
#[derive(Debug, Default)]
pub struct LocalWords {
    table: HashTable<u32>,
    text: String,
    ends: Vec<u32>,
    hashes: Vec<u64>,
    last: u32,
}

impl LocalWords {
    /// No words yet, with room for as many as `like` has.
    pub fn like(like: Room) -> Self {
        Self {
            table: HashTable::with_capacity(like.entries),
            text: String::with_capacity(like.text),
            ends: Vec::with_capacity(like.entries),
            hashes: Vec::with_capacity(like.entries),
            last: 0,
        }
    }

    /// The room these words took.
    pub fn room(&self) -> Room {
        Room { entries: self.ends.len(), text: self.text.len() }
    }

    /// The local code of the entry made of `parts`, always the same number of them, joined by
    /// [`PART`] after [`separable`].
    pub fn intern(&mut self, parts: &[&str]) -> u32 {
        // In most columns a record has what the one before it has.
        if (self.last as usize) < self.ends.len() && is_joined(self.text(self.last), parts) {
            return self.last;
        }
        let entry_hash = hash_parts(parts.iter().copied());
        let is_it = |&code: &u32| {
            self.hashes[code as usize] == entry_hash && is_joined(self.text(code), parts)
        };
        let known = self.table.find(entry_hash, is_it).copied();
        self.last = known.unwrap_or_else(|| self.add(parts, entry_hash));
        self.last
    }

    /// The code of an entry that is new, unless it becomes a known one by being [`separable`].
    fn add(&mut self, parts: &[&str], entry_hash: u64) -> u32 {
        let start = self.text.len();
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                self.text.push(PART);
            }
            self.text.push_str(part);
        }
        let is_sign = |&&byte: &&u8| byte == PART as u8 || byte == ENTRY as u8;
        let signs = self.text.as_bytes()[start..].iter().filter(is_sign).count();
        if signs >= parts.len() {
            self.text.truncate(start);
            return self.add_separable(parts);
        }
        let code = self.ends.len() as u32;
        self.ends.push(self.text.len() as u32);
        self.hashes.push(entry_hash);
        let hashes = &self.hashes;
        self.table.insert_unique(entry_hash, code, |&code| hashes[code as usize]);
        code
    }

    /// The code of an entry of parts with separators in them.
    #[cold]
    fn add_separable(&mut self, parts: &[&str]) -> u32 {
        let parts: Vec<_> = parts.iter().map(|part| separable(part)).collect();
        let parts: Vec<&str> = parts.iter().map(|part| &**part).collect();
        let entry_hash = hash_parts(parts.iter().copied());
        let is_it = |&code: &u32| is_joined(self.text(code), &parts);
        match self.table.find(entry_hash, is_it) {
            Some(&code) => code,
            None => self.add(&parts, entry_hash),
        }
    }

    /// Number of entries.
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// Entry and hash of a local code.
    pub fn entry(&self, code: u32) -> (&str, u64) {
        (self.text(code), self.hashes[code as usize])
    }

    #[inline]
    fn text(&self, code: u32) -> &str {
        let at = code as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        &self.text[start..self.ends[at] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_keeps_its_code_over_all_segments() {
        let mut interner = Interner::default();
        let code = |interner: &mut Interner, text: &str| interner.intern(text, hash_parts([text]));
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
    fn many_entries_get_the_codes_that_one_after_the_other_gets() {
        let mut one = Interner::default();
        let mut all = Interner::default();
        let mut state = 7u32;
        for round in 0..40 {
            let mut words = LocalWords::default();
            for _ in 0..200 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let (name, part) = (format!("n{}", state >> 18), format!("{}", state >> 31));
                words.intern(&[&name, &part]);
            }
            let codes = all.intern_all(&words);
            for (local, &code) in codes.iter().enumerate() {
                let (entry, entry_hash) = words.entry(local as u32);
                assert_eq!(one.intern(entry, entry_hash), code);
                assert_eq!(all.text(code), entry);
            }
            if round % 3 == 0 {
                one.seal();
                all.seal();
            }
        }
    }

    #[test]
    fn entries_that_are_stored_keep_their_codes_for_who_goes_on_behind_them() {
        let mut words = LocalWords::default();
        for parts in [["a", "b"], ["", "ab"], ["ab", ""], ["c", ""]] {
            words.intern(&parts);
        }
        let mut interner = Interner::default();
        let codes = interner.intern_all(&words);
        let stored = [interner.seal(), interner.seal()];
        words.intern(&["new", ""]);
        let mut resumed = Interner::resuming(stored);
        assert_eq!(resumed.intern_all(&words)[..4], codes);
        let next = resumed.seal();
        assert_eq!((next.first(), next.end()), (4, 5));
    }

    #[test]
    fn separators_in_data_make_no_parts() {
        let mut words = LocalWords::default();
        assert_eq!(words.intern(&["a b", "c"]), 0);
        assert_eq!(words.intern(&["a\u{1f}b", "c"]), 0);
        assert_eq!(words.intern(&["a\u{1e}b", "c"]), 0);
        assert_eq!(words.intern(&["a", "b\u{1f}c"]), 1);
        assert_eq!(words.intern(&["a", "b c"]), 1);
        assert_eq!(words.intern(&["ab", "c"]), 2);
        assert_eq!(words.intern(&["a", "bc"]), 3);
        assert_eq!(words.intern(&["ab", "c"]), 2);
        assert_eq!(words.entry(1).0, "a\u{1f}b c");
        assert_eq!(words.count(), 4);
    }

    #[test]
    fn folded_text_is_cut_where_its_ends_say() {
        let mut words = Words::starting_at(5);
        words.push("Core Directory\u{1f}UserManagement\u{1f}Add user.");
        words.push("PIM\u{1f}\u{1f}x");
        assert_eq!(words.folded_entry(5), "core directory\u{1f}usermanagement\u{1f}add user");
        assert_eq!(words.folded_entry(6), "pim\u{1f}\u{1f}x");
        let pim = words.folded().find("pim").expect("folded") as u32;
        assert_eq!(words.folded_ends(), [pim, words.folded().len() as u32]);
    }
}
