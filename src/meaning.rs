//! What activities mean: what they give and take, of which trail they are a step, how they are undone.
//! Never reads records: it is asked about names, in any spelling.
//!
//! The facts are the tables under `assets/activities/`, explained there. Whoever asks about many records
//! asks once for each distinct activity, and keeps the answer.

mod read;
mod thing;
mod undo;

#[cfg(test)]
mod tests;

use crate::text::fold;

pub use thing::{Act, Facts, Thing};
pub use undo::{Kind, Needs, Way};

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

/// All activities that have a row.
pub fn activities() -> &'static [Activity] {
    &read::tables().activities
}

/// What is wrong in the tables, by file and line; nothing, as a test makes sure.
pub fn mistakes() -> &'static [String] {
    &read::tables().mistakes
}
