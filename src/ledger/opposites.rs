//! Activities that take each other back, of which no record names a holder: done to the same targets.
//! Never guesses: each of them names the same targets, and where it is about a part, the same values.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use super::changes::told_differences;
use super::logged::known;
use super::taken_back::{Deed, Told, Turn};
use crate::meaning::{self, Pair};
use crate::record::Record;
use crate::store::RowId;
use crate::text::fold;

/// What was done first, where what took it back gives something, or takes it away.
const fn deed(pair: Pair, gives: bool) -> Deed {
    match (pair, gives) {
        (Pair::Deleted, true) => Deed::Restored,
        (Pair::Deleted, false) => Deed::Deleted,
        (Pair::Disabled, true) => Deed::Enabled,
        (Pair::Disabled, false) => Deed::Disabled,
        (Pair::Added, true) => Deed::Added,
        (Pair::Added, false) => Deed::Removed,
    }
}

/// The records of activities that have an opposite.
#[derive(Default, Debug)]
pub struct Opposites {
    hasher: RandomState,
    turns: HashMap<(Pair, u64), Vec<Turn>>,
}

impl Opposites {
    /// Enters a record that succeeded.
    pub fn enter(&mut self, row: RowId, record: &Record<'_>) {
        let opposites = meaning::opposites(&record.activity);
        if opposites.is_empty() {
            return;
        }
        let mut targets: Vec<String> = record.targets.iter().filter_map(known).collect();
        if targets.is_empty() || targets.len() != record.targets.len() {
            return;
        }
        targets.sort();
        for opposite in opposites {
            let mut values: Vec<String> = Vec::new();
            if opposite.pair == Pair::Added {
                let activity = fold(&record.activity);
                let object = fold(&record.targets[0].kind).replace(' ', "");
                let is_object = targets.len() == 1
                    && !object.is_empty()
                    && activity.replace(' ', "").ends_with(&object)
                    && ![" to ", " from "].iter().any(|word| activity.contains(word));
                if is_object && object == "user" {
                    continue;
                }
                if !is_object {
                    values = told_differences(record)
                        .filter_map(|(_, change, found)| {
                            Some(format!("{}={}", change.name, found.new.or(found.old)?))
                        })
                        .collect();
                    values.sort();
                    if values.is_empty() && targets.len() < 2 {
                        continue;
                    }
                }
            }
            let key = self.hasher.hash_one((&opposite.about, &targets, values));
            let gives = opposite.gives;
            let turn = Turn { row, time: record.time, gives, deed: deed(opposite.pair, gives) };
            self.turns.entry((opposite.pair, key)).or_default().push(turn);
        }
    }

    /// Tells what cancels out, once all records are entered.
    pub fn close(&mut self, told: &mut Told) {
        let turns = std::mem::take(&mut self.turns).into_iter();
        let mut turns: Vec<((Pair, u64), Vec<Turn>)> = turns.collect();
        // What was restored was not added.
        turns.sort_by_key(|((pair, _), of)| (*pair, of.first().map(|turn| turn.row)));
        for (_, mut of) in turns {
            of.retain(|turn| told.of(turn.row).is_none());
            of.sort_by_key(|turn| (turn.time, turn.row));
            told.cancel(&of);
        }
    }
}
