//! Reads the files under `assets/activities/` into tables, once.
//! Never fails: what does not fit is left out and told by [`super::mistakes`], and a test finds none.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::opposites::{Pair, Verb};
use super::thing::{Act, Facts, Thing};
use super::undo::{Kind, Needs, Way};
use super::verbs::Verbs;
use super::{Activity, Does, Step};
use crate::text::draft::{Draft, drafts};
use crate::text::fold;

/// Name and text of each file of activities.
const FILES: &[(&str, &str)] = &[
    ("roles.txt", include_str!("../../assets/activities/roles.txt")),
    ("groups.txt", include_str!("../../assets/activities/groups.txt")),
    ("applications.txt", include_str!("../../assets/activities/applications.txt")),
    ("packages.txt", include_str!("../../assets/activities/packages.txt")),
    ("accounts.txt", include_str!("../../assets/activities/accounts.txt")),
    ("policies.txt", include_str!("../../assets/activities/policies.txt")),
    ("support.txt", include_str!("../../assets/activities/support.txt")),
];
const THINGS: &str = include_str!("../../assets/activities/things.txt");
const OPPOSITES: &str = include_str!("../../assets/activities/opposites.txt");
const VERBS: &str = include_str!("../../assets/activities/verbs.txt");
const UNDO: &str = include_str!("../../assets/activities/undo.txt");

/// All tables.
pub(super) struct Tables {
    pub(super) activities: Vec<Activity>,
    /// Places of activities by each folded spelling.
    pub(super) by_name: HashMap<String, usize>,
    /// In the order of [`Thing::ALL`].
    pub(super) things: Vec<Facts>,
    pub(super) ways: Vec<Way>,
    /// First words of activities that take each other back.
    pub(super) opposites: Vec<Verb>,
    pub(super) verbs: Verbs,
    pub(super) mistakes: Vec<String>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(read);

pub(super) fn tables() -> &'static Tables {
    &TABLES
}

pub(super) fn texts() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(_, text)| *text).chain([THINGS, OPPOSITES, UNDO, VERBS])
}

fn read() -> Tables {
    let mut tables = Tables {
        activities: Vec::new(),
        by_name: HashMap::new(),
        things: Thing::ALL.iter().map(|_| Facts::default()).collect(),
        ways: Vec::new(),
        opposites: Vec::new(),
        verbs: Verbs::default(),
        mistakes: Vec::new(),
    };
    tables.each("things.txt", THINGS, Tables::thing);
    tables.each("undo.txt", UNDO, Tables::way);
    tables.each("opposites.txt", OPPOSITES, Tables::opposite);
    tables.each("verbs.txt", VERBS, |tables, draft| tables.verbs.take(draft));
    for (file, text) in FILES {
        tables.each(file, text, Tables::activity);
    }
    for at in 0..tables.activities.len() {
        let name = tables.activities[at].name;
        for other in tables.activities[at].reverses.clone() {
            match tables.by_name.get(&fold(&other)) {
                Some(&other) => tables.activities[other].is_reversed = true,
                None => {
                    tables.mistakes.push(format!("{name}: reverses `{other}`, which has no row"));
                }
            }
        }
    }
    tables
}

impl Tables {
    /// Takes in each draft of a file.
    fn each(
        &mut self,
        file: &str,
        text: &'static str,
        take: fn(&mut Self, Draft) -> Result<(), String>,
    ) {
        for draft in drafts(file, text) {
            let place = draft.as_ref().map(|draft| draft.place.clone()).unwrap_or_default();
            if let Err(problem) = draft.and_then(|draft| take(self, draft)) {
                self.mistakes.push(format!("{place} {problem}"));
            }
        }
    }

    fn thing(&mut self, mut draft: Draft) -> Result<(), String> {
        let at = Thing::ALL.iter().position(|(name, _)| *name == draft.name);
        let at = at.ok_or_else(|| format!("no thing `{}`", draft.name))?;
        let mut take = |property| draft.take(property).unwrap_or_default();
        let [word, id, name, kind] = ["word", "id", "name", "type"].map(&mut take);
        if word.is_empty() || !self.things[at].word.is_empty() {
            return Err(format!("`{}` needs a word, and to be told once", draft.name));
        }
        let holder = draft.take("holder").unwrap_or_default();
        let holder =
            holder.split(", ").filter(|kind| !kind.is_empty()).map(str::to_owned).collect();
        self.things[at] = Facts { word, id, name, kind, holder };
        nothing_left(&draft)
    }

    fn way(&mut self, mut draft: Draft) -> Result<(), String> {
        let lacks = |what: &str| format!("`{}`: no {what}", draft.name);
        let (kind, says) = (lacks("kind"), lacks("words"));
        let kind = draft.take("kind").as_deref().and_then(Kind::named).ok_or(kind)?;
        let needs = match draft.take("needs") {
            None => Needs::Nothing,
            Some(needs) => Needs::named(&needs).ok_or(format!("no need `{needs}`"))?,
        };
        let says = draft.take("says").ok_or(says)?;
        let mut patterns = Vec::new();
        while let Some(pattern) = draft.take("for") {
            if fold(&pattern) != pattern {
                return Err(format!("`{pattern}` is not folded"));
            }
            patterns.push(pattern);
        }
        if self.ways.iter().any(|other| other.name == draft.name) {
            return Err(format!("`{}` is there twice", draft.name));
        }
        self.ways.push(Way { name: draft.name, kind, needs, says, patterns });
        nothing_left(&draft)
    }

    fn opposite(&mut self, draft: Draft) -> Result<(), String> {
        let pair = Pair::named(draft.name).ok_or_else(|| format!("no pair `{}`", draft.name))?;
        for (property, word) in draft.properties {
            let gives = match property {
                "gives" => true,
                "takes" => false,
                other => return Err(format!("no property `{other}`")),
            };
            self.opposites.push(Verb { pair, gives, word });
        }
        Ok(())
    }

    fn activity(&mut self, draft: Draft) -> Result<(), String> {
        let mut own = Activity {
            name: draft.name,
            also: Vec::new(),
            source: None,
            does: Vec::new(),
            steps: Vec::new(),
            reverses: Vec::new(),
            which: None,
            is_reversed: false,
            is_of_actor: false,
            is_of_pim: draft.name.contains("PIM"),
            way: None,
        };
        for (property, value) in draft.properties {
            match (property, &*value) {
                ("also", _) => own.also.push(value),
                ("source", _) => own.source = Some(value),
                ("reverses", _) => own.reverses.push(value),
                ("holder", "actor") => own.is_of_actor = true,
                ("which", _) => own.which = Some(value),
                ("undo", way) => {
                    let at = self.ways.iter().position(|known| known.name == way);
                    own.way = Some(at.ok_or_else(|| format!("no way `{way}`"))?);
                }
                ("step", written) => {
                    let (step, needs) = conditional(written);
                    let (trail, part) =
                        step.split_once(' ').ok_or_else(|| format!("no part in `{step}`"))?;
                    let [trail, part, needs] = [trail, part, needs].map(str::to_owned);
                    own.steps.push(Step { trail, part, needs });
                }
                (verb, written) => {
                    let (thing, needs) = conditional(written);
                    let act = Act::named(verb).ok_or_else(|| format!("no property `{verb}`"))?;
                    let thing = Thing::named(thing).ok_or_else(|| format!("no thing `{thing}`"))?;
                    own.does.push(Does { act, thing, needs: needs.to_owned() });
                }
            }
        }
        for name in own.also.iter().map(String::as_str).chain([own.name]) {
            if self.by_name.insert(fold(name), self.activities.len()).is_some() {
                return Err(format!("`{name}` is there twice"));
            }
        }
        self.activities.push(own);
        Ok(())
    }
}

impl Thing {
    /// What the table says of it.
    pub fn facts(self) -> &'static Facts {
        let at = Self::ALL.iter().position(|(_, thing)| *thing == self);
        &tables().things[at.unwrap_or_default()]
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        &self.facts().word
    }
}

/// What is written before `if`, and the property behind it.
fn conditional(written: &str) -> (&str, &str) {
    written.split_once(" if ").unwrap_or((written, ""))
}

fn nothing_left(draft: &Draft) -> Result<(), String> {
    match draft.properties.first() {
        None => Ok(()),
        Some((property, _)) => Err(format!("`{}`: no property `{property}`", draft.name)),
    }
}
