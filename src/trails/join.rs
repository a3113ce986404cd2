//! Events that share a key become chains; those that only follow go to what they follow.
//! Never looks at names or times beyond what the table of trails says.

use std::collections::HashMap;

use super::chain::Event;
use super::trail::{Follows, Trail};
use crate::time::TICKS_PER_SECOND;

/// Services write the records of one operation in any order within some seconds.
const DISORDER: i64 = 5 * TICKS_PER_SECOND;
/// What leads to a chain happened at most so long before it.
const BEFORE: i64 = 3_600 * TICKS_PER_SECOND;
/// Chains that are looked at to find the one an event follows, newest first.
const LOOKED_AT: usize = 64;

/// The chains of a trail, each with its events in the order they happened.
pub(super) fn join(trail: &Trail, mut events: Vec<Event>) -> Vec<Vec<Event>> {
    events.sort_by_key(|event| (event.ticks, event.step, event.tie, event.row, event.clue));
    // One record is one step of a chain, however many clues tell so.
    events.dedup_by_key(|event| (event.row, event.step));
    let mut groups = Groups((0..events.len()).collect());
    let within = trail.within * TICKS_PER_SECOND;
    let mut newest: HashMap<u32, usize> = HashMap::new();
    for (at, event) in events.iter().enumerate() {
        for &key in &event.keys {
            if let Some(before) = newest.insert(key, at)
                && event.ticks.saturating_sub(events[before].ticks) <= within
            {
                groups.unite(before, at);
            }
        }
    }
    let mut chains: Vec<Vec<usize>> = Vec::new();
    let mut place: HashMap<usize, usize> = HashMap::new();
    for at in 0..events.len() {
        let group = groups.of(at);
        let place = *place.entry(group).or_insert_with(|| {
            chains.push(Vec::new());
            chains.len() - 1
        });
        chains[place].push(at);
    }
    follow(trail, &events, &mut chains);
    let taken = |chain: Vec<usize>| {
        let mut chain = chain;
        chain.sort_unstable();
        chain.into_iter().map(|at| events[at].clone()).collect()
    };
    let enough = |chain: &Vec<usize>| {
        let steps = chain.iter().fold(0u8, |steps, &at| steps | 1 << events[at].step);
        !chain.is_empty() && (trail.enough)(steps)
    };
    chains.into_iter().filter(enough).map(taken).collect()
}

/// Moves chains of nothing but followers to what they follow. Those that follow nothing stay what they
/// are where they say something alone, and are dropped otherwise.
fn follow(trail: &Trail, events: &[Event], chains: &mut [Vec<usize>]) {
    let clue = |at: usize| &trail.clues[usize::from(events[at].clue)];
    let follows = |at: usize| clue(at).follows != Follows::No;
    let mut offers: HashMap<u32, Vec<(i64, usize)>> = HashMap::new();
    let mut followers = Vec::new();
    for (number, chain) in chains.iter().enumerate() {
        if chain.iter().all(|&at| follows(at)) {
            followers.extend(chain.iter().map(|&at| (at, number)));
            continue;
        }
        for &at in chain.iter().filter(|&&at| !follows(at)) {
            for &key in events[at].keys.iter().chain(&events[at].also) {
                offers.entry(key).or_default().push((events[at].ticks, number));
            }
        }
    }
    for offered in offers.values_mut() {
        offered.sort_unstable();
        offered.dedup();
    }
    followers.sort_unstable();
    let mut alone: HashMap<usize, Vec<usize>> = HashMap::new();
    for &(_, number) in &followers {
        chains[number].clear();
    }
    let bit = |at: usize| 1u8 << events[at].step;
    let mut steps: Vec<u8> =
        chains.iter().map(|chain| chain.iter().fold(0, |steps, &at| steps | bit(at))).collect();
    let reach = trail.follows_within * TICKS_PER_SECOND;
    for (at, number) in followers {
        let event = &events[at];
        let once = clue(at).once;
        let mut keys = event.keys.iter().chain(&event.also);
        let behind = keys.clone().filter_map(|key| {
            if clue(at).follows == Follows::Before {
                return None;
            }
            let offered = offers.get(key)?;
            let until = offered.partition_point(|&(ticks, _)| ticks <= event.ticks + DISORDER);
            let mut before = offered[..until].iter().rev().take(LOOKED_AT);
            before
                .find(|(ticks, chain)| {
                    let has = steps[*chain] & bit(at) != 0;
                    event.ticks.saturating_sub(*ticks) <= reach && !(once && has)
                })
                .copied()
        });
        let best = behind.max().or_else(|| {
            if clue(at).follows == Follows::Behind {
                return None;
            }
            // The first one that came soon after it.
            let after = keys.by_ref().filter_map(|key| {
                let offered = offers.get(key)?;
                let next = offered.partition_point(|&(ticks, _)| ticks < event.ticks);
                let soon = |(ticks, _): &&(i64, usize)| ticks.saturating_sub(event.ticks) <= BEFORE;
                offered.get(next).filter(soon).copied()
            });
            after.min()
        });
        if let Some((_, chain)) = best {
            chains[chain].push(at);
            steps[chain] |= bit(at);
        } else if clue(at).alone {
            alone.entry(number).or_default().push(at);
        }
    }
    for (number, left) in alone {
        chains[number] = left;
    }
}

/// Which events are in one group: each points to another of its group, or to itself.
struct Groups(Vec<usize>);

impl Groups {
    fn of(&mut self, mut at: usize) -> usize {
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.of(a), self.of(b));
        // The earlier one leads.
        self.0[a.max(b)] = a.min(b);
    }
}
