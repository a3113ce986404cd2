//! From names as they are logged to rules, without folding a name twice.
//! Never grows with the data beyond a fixed size: an attacker chooses names.

use std::cell::RefCell;

use hashbrown::HashMap;

use super::pack::{Candidates, Pack};
use crate::text::fold;

/// Most spellings of activities each thread remembers; there are some 1,200 activities.
const MOST_SPELLINGS: usize = 8_192;
/// Longer spellings are not remembered; the longest activity has 85 letters.
const LONGEST_SPELLING: usize = 256;

#[derive(Default)]
struct Seen {
    /// The spellings that were asked about last, at places that follow from a few of their letters:
    /// a log says the same few hundred over and over.
    near: Vec<Option<(Box<str>, Option<&'static Candidates>)>>,
    spellings: HashMap<Box<str>, Option<&'static Candidates>>,
}

thread_local! {
    static SEEN: RefCell<Seen> = RefCell::default();
}

/// The rules on an activity, whichever way it is spelled.
pub(super) fn of_activity(pack: &'static Pack, spelling: &str) -> Option<&'static Candidates> {
    if spelling.len() > LONGEST_SPELLING {
        return pack.by_activity.get(&fold(spelling));
    }
    SEEN.with_borrow_mut(|seen| {
        let place = place_of(spelling.as_bytes());
        match seen.near.get(place) {
            Some(Some((known, found))) if **known == *spelling => *found,
            _ => seen.look_up(pack, spelling, place),
        }
    })
}

impl Seen {
    #[cold]
    fn look_up(
        &mut self,
        pack: &'static Pack,
        spelling: &str,
        place: usize,
    ) -> Option<&'static Candidates> {
        let known = self.spellings.get(spelling).copied();
        let found = known.unwrap_or_else(|| {
            let found = pack.by_activity.get(&fold(spelling));
            if self.spellings.len() < MOST_SPELLINGS {
                self.spellings.insert(spelling.into(), found);
            }
            found
        });
        self.near.resize_with(NEAR, || None);
        self.near[place] = Some((spelling.into(), found));
        found
    }
}

/// Places for the spellings that were asked about last.
const NEAR: usize = 512;

/// Where a spelling is kept. Two may meet there; then they are looked up in turn.
fn place_of(spelling: &[u8]) -> usize {
    let part = |from: usize| -> u64 {
        let own = spelling.get(from..from + 8).and_then(|own| own.try_into().ok());
        own.map_or(0, u64::from_le_bytes)
    };
    let (middle, last) = (spelling.len() / 2, spelling.len().saturating_sub(8));
    let mixed = part(0)
        ^ part(middle).rotate_left(17)
        ^ part(last).rotate_left(41)
        ^ (spelling.len() as u64).rotate_left(29);
    (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize % NEAR
}
