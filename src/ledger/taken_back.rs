//! What later records took back of what earlier ones gave or took: by lanes, the same that tell how things stand.
//! Never guesses: only where nothing is other after them than it was before.

use std::collections::{HashMap, HashSet};

use super::posting::TOGETHER;
use crate::meaning::Act;
use crate::store::RowId;
use crate::time::Timestamp;

/// What was done, and taken back by its opposite.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deed {
    /// Given, then taken away.
    Given,
    /// Taken away, then given again.
    TakenAway,
    /// Deleted, then restored.
    Deleted,
    /// Restored, then deleted again.
    Restored,
    /// Disabled, then enabled again.
    Disabled,
    /// Enabled, then disabled again.
    Enabled,
    /// Added, then removed.
    Added,
    /// Removed, then added again.
    Removed,
    /// Changed, then changed back.
    Changed,
}

/// Why two records need no reverse.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TakenBack {
    /// What was done first.
    pub deed: Deed,
    /// When it was done.
    pub at: Option<Timestamp>,
    /// When it was taken back.
    pub until: Option<Timestamp>,
}

/// One time that something was given or taken, and done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Turn {
    /// The record.
    pub row: RowId,
    /// When.
    pub time: Option<Timestamp>,
    /// Is it held, there or enabled afterwards?
    pub gives: bool,
    /// What it did.
    pub deed: Deed,
}

impl Turn {
    /// What an act turns; `None` where it turns nothing.
    pub fn of(row: RowId, time: Timestamp, act: Act) -> Option<Self> {
        let (gives, deed) = match act {
            Act::Deleted => (false, Deed::Deleted),
            Act::Restored => (true, Deed::Restored),
            Act::Disabled => (false, Deed::Disabled),
            Act::Enabled => (true, Deed::Enabled),
            act if act.gives() => (true, Deed::Given),
            act if act.takes() => (false, Deed::TakenAway),
            _ => return None,
        };
        Some(Self { row, time: Some(time), gives, deed })
    }
}

/// Which records others among them took back.
#[derive(Default, Debug)]
pub struct Told {
    back: HashMap<RowId, TakenBack>,
    /// Records of which something stays.
    stays: HashSet<RowId>,
    /// The records this is about; `None` where it is about all of them.
    own: Option<HashSet<RowId>>,
    /// Records that changed nothing: it was so since then.
    so_before: HashMap<RowId, Timestamp>,
}

impl Told {
    /// Why a record needs no reverse.
    pub fn of(&self, row: RowId) -> Option<TakenBack> {
        self.back.get(&row).copied()
    }

    /// A record was taken back.
    pub fn tell(&mut self, row: RowId, back: TakenBack) {
        self.back.entry(row).or_insert(back);
    }

    /// From here on it is told of these records only; the others say how things stood before.
    pub fn only(&mut self, own: HashSet<RowId>) {
        self.own = Some(own);
    }

    /// Since when it was so already what a record did, where a record that is not told of says that.
    pub fn so_before(&self, row: RowId) -> Option<Timestamp> {
        self.so_before.get(&row).copied()
    }

    /// Cancels what was given and taken in turn, in order: whatever leads back to how it was before the
    /// first needs no reverse, and neither does what it takes back. Where no other record tells how it
    /// was, the first changed it.
    pub fn cancel(&mut self, turns: &[Turn]) {
        let is_own = |turn: &Turn| self.own.as_ref().is_none_or(|own| own.contains(&turn.row));
        let Some(at) = turns.iter().position(is_own) else { return };
        let (first, turns) = (turns[at], turns.split_at(at));
        let before = turns.0.iter().rev().find(|turn| is_apart(turn, &first));
        let own: Vec<Turn> = turns.1.iter().copied().filter(is_own).collect();
        let was = before.map_or(!first.gives, |before| before.gives);
        let mut open: Vec<Turn> = Vec::new();
        let mut last: Option<TakenBack> = None;
        for turn in &own {
            if turn.gives != was {
                open.push(*turn);
                continue;
            }
            let back = match (open.first(), last) {
                (Some(first), _) => {
                    TakenBack { deed: first.deed, at: first.time, until: turn.time }
                }
                // Said once more: it was back already.
                (None, Some(last)) => TakenBack { until: turn.time, ..last },
                (None, None) => {
                    if let Some(since) = before.and_then(|before| before.time) {
                        self.so_before.insert(turn.row, since);
                    }
                    continue;
                }
            };
            for first in open.drain(..) {
                self.tell(first.row, TakenBack { at: first.time, deed: first.deed, ..back });
            }
            self.tell(turn.row, back);
            last = Some(back);
        }
        self.stays.extend(open.into_iter().map(|turn| turn.row));
    }

    /// A record that did several things is taken back only where all of them are.
    pub fn keep_whole(&mut self) {
        let stays = std::mem::take(&mut self.stays);
        self.back.retain(|row, _| !stays.contains(row));
        self.so_before.retain(|row, _| !stays.contains(row));
    }

    /// A record that says once more what another one says is taken back where that is.
    pub fn echo(&mut self, echo: RowId, of: RowId) {
        if let Some(back) = self.of(of) {
            self.tell(echo, back);
        }
    }
}

/// Did one happen so long before the other that they are not the two records of one change?
fn is_apart(before: &Turn, turn: &Turn) -> bool {
    match (before.time, turn.time) {
        (Some(before), Some(time)) => time.ticks() - before.ticks() > TOGETHER,
        _ => false,
    }
}
