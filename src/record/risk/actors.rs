//! The names that rules on any activity ask an actor to have: may one of them be an actor's?
//! Never compares whole names: that is for the rules.

use crate::record::Actor;

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
