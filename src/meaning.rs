//! What activities mean: what they give and take, of which trail they are a step, how they are undone.
//! Never reads records: it is asked about names, in any spelling.
//!
//! The facts are the tables under `assets/activities/`, explained there. Whoever asks about many records
//! asks once for each distinct activity, and keeps the answer.

mod opposites;
mod read;
mod thing;
mod undo;
mod verbs;

#[cfg(test)]
mod tests;

use crate::text::fold;

pub use opposites::{Opposite, Pair};
pub use thing::{Act, Facts, Thing};
pub use undo::{Kind, Needs, Way};
pub use verbs::{Stage, Verbs};

/// What one activity means.
#[derive(Debug)]
pub struct Activity {
    /// Its name, as the catalogue spells it.
    pub name: &'static str,
    /// Other spellings that logs have.
    pub also: Vec<String>,
    /// How it is known, where the catalogue does not have it.
    pub source: Option<String>,
    /// What it does with which thing.
    pub does: Vec<Does>,
    /// Of which trails it is a step.
    pub steps: Vec<Step>,
    /// The activities it takes back, by name.
    pub reverses: Vec<String>,
    /// What the thing is called, where it is the same each time.
    pub which: Option<String>,
    /// Another activity takes it back.
    pub is_reversed: bool,
    /// Who acted holds the thing, not a target.
    pub is_of_actor: bool,
    /// Privileged Identity Management writes it, as its name says.
    pub is_of_pim: bool,
    /// How it is undone, where its own row says so.
    way: Option<usize>,
}

/// What an activity does with a thing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Does {
    /// What it does.
    pub act: Act,
    /// With what.
    pub thing: Thing,
    /// The property that must be among the changed ones; empty for any.
    pub needs: String,
}

/// The place of an activity in a trail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// The trail's name.
    pub trail: String,
    /// What the trail calls the records of this activity.
    pub part: String,
    /// The property that must be among the changed ones; empty for any.
    pub needs: String,
}

impl Activity {
    /// Does it do this with this thing, whatever was changed?
    pub fn does(&self, act: Act, thing: Thing) -> bool {
        self.does.iter().any(|does| does.act == act && does.thing == thing)
    }

    /// What it reverses, and itself where another row reverses it.
    fn sides(&self) -> Vec<Opposite> {
        let acts = || self.does.iter().map(|does| does.act);
        let pair = match () {
            () if acts().any(|act| matches!(act, Act::Deleted | Act::Restored)) => Pair::Deleted,
            () if acts().any(|act| matches!(act, Act::Disabled | Act::Enabled)) => Pair::Disabled,
            () => Pair::Added,
        };
        let there = |act: Act| act.gives() || matches!(act, Act::Restored | Act::Enabled);
        let gives = acts().any(there);
        let about = self.reverses.iter().map(|other| fold(other));
        let about = about.chain(self.is_reversed.then(|| fold(self.name)));
        about.map(|about| Opposite { pair, about, gives }).collect()
    }

    /// Is it this part of this trail, whatever was changed?
    pub fn is_step(&self, trail: &str, part: &str) -> bool {
        self.steps.iter().any(|step| step.trail == trail && step.part == part)
    }
}

/// What an activity means, in any spelling; `None` where no row tells.
pub fn of(activity: &str) -> Option<&'static Activity> {
    let tables = read::tables();
    tables.by_name.get(&fold(activity)).map(|&at| &tables.activities[at])
}

/// How an activity is undone: by its own row, else by how its name begins; `None` where nothing is
/// known of it.
pub fn way(activity: &str) -> Option<&'static Way> {
    let tables = read::tables();
    let own = of(activity).and_then(|own| own.way);
    own.map(|at| &tables.ways[at]).or_else(|| undo::by_pattern(&tables.ways, &fold(activity)))
}

/// The pairs of activities that take each other back of which this is a side: what its row reverses, and
/// what reverses it; else by its first word. None for most.
pub fn opposites(activity: &str) -> Vec<Opposite> {
    let tables = read::tables();
    let folded = fold(activity);
    let own = tables.by_name.get(&folded).map(|&at| &tables.activities[at]);
    let mut sides: Vec<Opposite> = own.map(Activity::sides).unwrap_or_default();
    for side in opposites::by_first_word(&tables.opposites, &folded) {
        if sides.iter().all(|own| own.pair != side.pair) {
            sides.push(side);
        }
    }
    sides
}

/// All activities that have a row.
pub fn activities() -> &'static [Activity] {
    &read::tables().activities
}

/// The words of activities, of which sentences are made.
pub fn verbs() -> &'static Verbs {
    &read::tables().verbs
}

/// The texts of the tables: others may mean otherwise.
pub fn texts() -> impl Iterator<Item = &'static str> {
    read::texts()
}

/// What is wrong in the tables, by file and line; nothing, as a test makes sure.
pub fn mistakes() -> &'static [String] {
    &read::tables().mistakes
}
