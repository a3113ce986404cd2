//! From names as they are logged to rules, without folding a name twice.
//! Never grows with the data beyond a fixed size: an attacker chooses names.

use std::cell::RefCell;

use hashbrown::HashMap;

use super::pack::{Candidates, Pack};
use crate::record::Actor;
use crate::text::fold;

/// Most spellings of activities each thread remembers; there are some 1,200 activities.
const MOST_SPELLINGS: usize = 8_192;
/// Longer spellings are not remembered; the longest activity has 85 letters.
const LONGEST_SPELLING: usize = 256;

#[derive(Default)]
struct Seen {
    /// The spelling that was asked about last: it is asked about again at once.
    last: String,
    of_last: Option<&'static Candidates>,
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
        if seen.last == spelling {
            return seen.of_last;
        }
        let known = seen.spellings.get(spelling).copied();
        let found = known.unwrap_or_else(|| {
            let found = pack.by_activity.get(&fold(spelling));
            if seen.spellings.len() < MOST_SPELLINGS {
                seen.spellings.insert(spelling.into(), found);
            }
            found
        });
        seen.last.clear();
        seen.last.push_str(spelling);
        seen.of_last = found;
        found
    })
}

/// Names that rules on any activity ask an actor to have, by how they begin: most names of people
/// begin otherwise.
pub(super) struct Names {
    begins: Box<[bool; BEGINNINGS]>,
}

/// Numbers that stand for how a name begins.
const BEGINNINGS: usize = 4_096;

impl Names {
    pub(super) fn new<'n>(folded: impl Iterator<Item = &'n str>) -> Self {
        let mut begins = Box::new([false; BEGINNINGS]);
        for name in folded {
            match beginning(name.as_bytes()) {
                Some(number) => begins[number] = true,
                None => begins.fill(true),
            }
        }
        Self { begins }
    }

    /// May an actor have one of them?
    pub(super) fn may_have(&self, actor: &Actor<'_>) -> bool {
        let may_be = |name: &str| {
            !name.is_empty() && beginning(name.as_bytes()).is_none_or(|number| self.begins[number])
        };
        may_be(&actor.name) || may_be(&actor.service_principal_name)
    }
}

/// A number for how a name begins; `None` where it is short, or where folding may change more there
/// than the case of letters.
fn beginning(name: &[u8]) -> Option<usize> {
    let first: [u8; 4] = name.get(..4)?.try_into().ok()?;
    if !first.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    // Letters of both cases differ in one bit; that some signs do too makes no name unlike itself.
    let number = u32::from_le_bytes(first) | 0x2020_2020;
    Some((number.wrapping_mul(0x9e37_79b1) >> 20) as usize)
}
