//! Which records were there before: [`Duplicates`], asked for each record of a load.
//! Never takes two records for one because of their ids: what they say decides.
//!
//! Nearly all ids occur once, and then nothing is read: a number for each record is all there is. Only
//! where one occurs again are both records read once more and compared ([`Content`]). Records
//! without an id of their own are found by what they say. Of those, one file may hold several that
//! say the same; another file that holds as many is taken for a copy of them. So as many are kept as
//! the file has that has most, whichever file is read first.

use std::collections::HashMap;
use std::sync::Arc;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::events::EventRow;
use super::{Original, RowId, Span};
use crate::record::content::{self, Content, SignInRow};

/// Where a record is: its original and its bytes there.
pub type Location<'p> = (&'p Arc<dyn Original>, Span);

/// A record that is asked about.
pub struct Candidate<'a> {
    /// Its [`content::key`].
    pub key: u64,
    /// Its time in ticks; `None` where it was not decoded.
    pub ticks: Option<i64>,
    /// Where it is.
    pub place: Location<'a>,
    /// The number it has where it is new.
    pub number: Number,
}

/// Finds again where a record is, and its time in ticks where that is known.
pub type Locate<'l> = dyn Fn(Number) -> Option<(Location<'l>, Option<i64>)> + 'l;

/// Names a record that was there: a row of the store, or a record that was passed over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Number(u32);

/// Set in the numbers of records that were passed over.
const PASSED: u32 = 1 << 31;

impl Number {
    /// A row of the store.
    pub fn row(row: RowId) -> Self {
        Self(row & !PASSED)
    }

    /// A record that was passed over, by its place among them.
    pub fn passed(at: usize) -> Self {
        Self(at as u32 | PASSED)
    }

    /// The row, or the place among those that were passed over.
    pub fn get(self) -> Result<RowId, usize> {
        if self.0 & PASSED == 0 { Ok(self.0) } else { Err((self.0 & !PASSED) as usize) }
    }
}

/// The records that were there.
#[derive(Default, Debug)]
pub struct Duplicates {
    /// Of each key the first record.
    first: HashTable<(u64, Number)>,
    /// Of keys that occurred again: what their records say.
    again: HashMap<u64, Same>,
    windows: [Window; 2],
    events: Vec<EventRow>,
    /// What each row says, 0 where that is not known: while files are followed, for what was read
    /// of them may be gone when they say it again.
    digests: Option<Vec<u128>>,
}

/// What the records of one key say.
#[derive(Default, Debug)]
struct Same {
    contents: HashMap<u128, Copies>,
    /// Of each sign-in: its first row.
    sign_ins: Vec<(u64, RowId, SignInRow)>,
}

/// How often the same was said.
#[derive(Default, Debug)]
struct Copies {
    /// The records that were kept.
    kept: Vec<Number>,
    /// By reading, also those that were left out.
    seen: Vec<(usize, u32)>,
}

impl Same {
    /// Takes in a record that says this. `None` where it is to be kept, else the one it is a copy of.
    fn take(
        &mut self,
        said: Content,
        number: Number,
        reading: usize,
        is_named: bool,
    ) -> Option<Number> {
        let copies = self.contents.entry(said.digest).or_default();
        let copy_of = if is_named {
            copies.kept.first().copied()
        } else {
            let at = copies.seen.iter().position(|(other, _)| *other == reading);
            let at = at.unwrap_or_else(|| {
                copies.seen.push((reading, 0));
                copies.seen.len() - 1
            });
            copies.seen[at].1 += 1;
            copies.kept.get(copies.seen[at].1 as usize - 1).copied()
        };
        if copy_of.is_none() {
            copies.kept.push(number);
        }
        copy_of
    }
}

impl Duplicates {
    /// Goes on behind rows that say this; `None` where one cannot be read. `locate` finds them.
    pub fn resuming(said: impl IntoIterator<Item = Option<Content>>, locate: &Locate<'_>) -> Self {
        let mut seen = Self { digests: Some(Vec::new()), ..Self::default() };
        for (row, said) in (0..).zip(said) {
            if let (Some(said), Some((place, ticks))) = (said, locate(Number::row(row))) {
                seen.remember(row, said.digest);
                let asked = Candidate { key: said.key, ticks, place, number: Number::row(row) };
                seen.copy_of(&asked, locate);
            }
        }
        // Which of its rows are of one sign-in is known to the store.
        seen.events.clear();
        seen
    }

    fn remember(&mut self, row: RowId, digest: u128) {
        if let Some(digests) = &mut self.digests {
            digests.resize(digests.len().max(row as usize + 1), 0);
            digests[row as usize] = digest;
        }
    }

    /// What a record says that was there: read once more, or remembered.
    fn said(&mut self, number: Number, place: Location<'_>) -> Option<Content> {
        self.windows[0].content(place).or_else(|| {
            let digest = *self.digests.as_ref()?.get(number.get().ok()? as usize)?;
            (digest != 0).then_some(Content { key: 0, digest, row: None })
        })
    }

    /// The record that said the same before; `None` where none did: it is there from now on.
    pub fn copy_of(&mut self, asked: &Candidate<'_>, locate: &Locate<'_>) -> Option<Number> {
        let Candidate { key, number, .. } = *asked;
        let hasher = |&(key, _): &(u64, Number)| key;
        let first = match self.first.entry(key, |&(other, _)| other == key, hasher) {
            Entry::Vacant(place) => {
                place.insert((key, number));
                self.keep(asked);
                return None;
            }
            Entry::Occupied(place) => place.get().1,
        };
        if !self.again.contains_key(&key) {
            if self.is_copy(asked, locate(first)) {
                return Some(first);
            }
            let same = self.first_of(key, first, locate(first));
            self.again.insert(key, same);
        }
        // What cannot be read again cannot be compared, and stays.
        let said = self.windows[1].content(asked.place)?;
        let same = self.again.entry(key).or_default();
        let reading = asked.place.0.reading();
        if let Some(known) = same.take(said, number, reading, content::is_named(key)) {
            return Some(known);
        }
        if let (Some(sign_in), Ok(row)) = (said.row, number.get()) {
            match same.sign_ins.iter().find(|(who, ..)| *who == sign_in.who) {
                Some(&(_, first, of_first)) => {
                    self.events.push(EventRow { row: first, first, sign_in: of_first });
                    self.events.push(EventRow { row, first, sign_in });
                }
                None => same.sign_ins.push((sign_in.who, row, sign_in)),
            }
        }
        self.keep(asked);
        None
    }

    /// While files are followed: remembers what a new record says.
    fn keep(&mut self, asked: &Candidate<'_>) {
        let Ok(row) = asked.number.get() else { return };
        let is_known =
            |digests: &Vec<u128>| digests.get(row as usize).is_some_and(|digest| *digest != 0);
        if self.digests.as_ref().is_none_or(is_known) {
            return;
        }
        if let Some(said) = self.windows[1].content(asked.place) {
            self.remember(row, said.digest);
        }
    }

    /// Are the bytes the same, of a record that has an id? Then what they say is.
    fn is_copy(
        &mut self,
        asked: &Candidate<'_>,
        known: Option<(Location<'_>, Option<i64>)>,
    ) -> bool {
        let Some((place, ticks)) = known.filter(|_| content::is_named(asked.key)) else {
            return false;
        };
        let [one, two] = &mut self.windows;
        place.0.layout_number() == asked.place.0.layout_number()
            && (ticks.is_none() || asked.ticks.is_none() || ticks == asked.ticks)
            && one.bytes(place).is_some_and(|bytes| two.bytes(asked.place) == Some(bytes))
    }

    /// What the first record of a key says, now that there is another one.
    fn first_of(
        &mut self,
        key: u64,
        first: Number,
        known: Option<(Location<'_>, Option<i64>)>,
    ) -> Same {
        let mut same = Same::default();
        let Some((place, _)) = known else { return same };
        if let Some(said) = self.said(first, place) {
            same.take(said, first, place.0.reading(), content::is_named(key));
            if let (Some(sign_in), Ok(row)) = (said.row, first.get()) {
                same.sign_ins.push((sign_in.who, row, sign_in));
            }
        }
        same
    }

    /// Takes the further rows of sign-ins that were found since the last call.
    pub fn take_events(&mut self) -> Vec<EventRow> {
        std::mem::take(&mut self.events)
    }
}

/// Bytes read ahead: records that occur again follow each other, in both files.
const AHEAD: u32 = 64 << 10;

/// Part of an original, kept for the records behind the one that was asked for.
#[derive(Default, Debug)]
struct Window {
    original: Option<Arc<dyn Original>>,
    offset: u64,
    bytes: Vec<u8>,
    /// Did reading ahead fail, because the original ends?
    at_end: bool,
}

impl Window {
    /// The bytes of a record.
    fn bytes(&mut self, (original, span): Location<'_>) -> Option<&[u8]> {
        let is_same = self.original.as_ref().is_some_and(|known| Arc::ptr_eq(known, original));
        let range = |offset: u64| {
            let start = usize::try_from(span.offset.checked_sub(offset)?).ok()?;
            Some(start..start + span.len as usize)
        };
        let inside = range(self.offset).filter(|range| is_same && range.end <= self.bytes.len());
        if let Some(range) = inside {
            return self.bytes.get(range);
        }
        if !is_same {
            (self.original, self.at_end) = (Some(Arc::clone(original)), false);
        }
        self.offset = span.offset;
        self.bytes.clear();
        let ahead = Span { len: span.len.max(AHEAD), ..span };
        if !self.at_end
            && let Ok(bytes) = original.read(ahead)
        {
            self.bytes = bytes;
        } else {
            self.at_end = true;
            self.bytes = original.read(span).ok()?;
        }
        self.bytes.get(..span.len as usize)
    }

    fn content(&mut self, place: Location<'_>) -> Option<Content> {
        place.0.content(self.bytes(place)?)
    }
}
