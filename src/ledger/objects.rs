//! Who is who: users, groups, roles, applications by id, by name where a record has none.
//! Never takes two for one because of their names where several have that name.

use std::collections::HashMap;

use crate::record::Target;
use crate::text::fold;
use crate::time::Timestamp;

/// Nobody: what records do not name.
pub const NOBODY: u32 = 0;
/// Entitlement management, when it delivers an access package.
pub const DELIVERY: u32 = 1;
/// Names by which one object is known.
const MOST_NAMES: usize = 4;
/// Objects of one application that are joined.
const MOST_OF_APPLICATION: usize = 16;

/// One of them.
#[derive(Debug, Default)]
pub struct About {
    /// What people call it; empty where no record tells. Not cleaned.
    pub name: String,
    /// Its type, folded: `user`, `group`, …
    pub kind: String,
    /// Its id, folded; empty where it is known by name only.
    pub id: String,
    names: Vec<String>,
    /// When it was deleted (true) and restored (false).
    pub life: Vec<(Timestamp, bool)>,
    /// When it was last given something, or something of it was given.
    pub used: Option<Timestamp>,
}

/// All of them, by number.
#[derive(Debug)]
pub struct Objects {
    numbers: HashMap<String, u32>,
    /// Each leads to another number of the same object, or to itself.
    parents: Vec<u32>,
    /// How many lead to each.
    weights: Vec<u32>,
    all: Vec<About>,
    applications: HashMap<String, Vec<u32>>,
}

impl Default for Objects {
    fn default() -> Self {
        let mut objects = Self {
            numbers: HashMap::new(),
            parents: Vec::new(),
            weights: Vec::new(),
            all: Vec::new(),
            applications: HashMap::new(),
        };
        objects.number(String::new());
        // No id begins like this.
        objects.number("\u{3}".to_owned());
        objects
    }
}

impl Objects {
    /// The number of a text.
    pub fn number(&mut self, key: String) -> u32 {
        let next = self.all.len() as u32;
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            self.parents.push(next);
            self.weights.push(1);
            self.all.push(About::default());
        }
        number
    }

    /// The number of an object of a type, by id; by name where there is none.
    pub fn object(&mut self, kind: &str, id: &str, name: &str) -> u32 {
        let (kind, id, folded) = (fold(kind), fold(id), fold(name));
        if id.is_empty() && folded.is_empty() {
            return NOBODY;
        }
        let number = match id.is_empty() {
            true => self.number(named(&kind, &folded)),
            false => self.number(id.clone()),
        };
        let about = &mut self.all[number as usize];
        if about.id.is_empty() {
            about.id = id;
        }
        if about.kind.is_empty() {
            about.kind = kind;
        }
        if about.name.is_empty() {
            name.clone_into(&mut about.name);
        }
        if !folded.is_empty() && about.names.len() < MOST_NAMES && !about.names.contains(&folded) {
            about.names.push(folded);
        }
        number
    }

    /// The number of a target.
    pub fn target(&mut self, target: &Target<'_>) -> u32 {
        let upn = target.original_upn().0;
        let name = if upn.is_empty() { &*target.name } else { upn };
        let number = self.object(&target.kind, &target.id, name);
        // By the other name too.
        if number != NOBODY && !target.name.is_empty() {
            self.object(&target.kind, &target.id, &target.name);
        }
        number
    }

    /// Takes two numbers for the same.
    pub fn join(&mut self, a: u32, b: u32) {
        if a == NOBODY || b == NOBODY {
            return;
        }
        let (a, b) = (self.of(a), self.of(b));
        if a == b {
            return;
        }
        // The smaller part moves, so that no way to it is long.
        let is_larger = self.weights[a as usize] >= self.weights[b as usize];
        let (stays, moves) = if is_larger { (a, b) } else { (b, a) };
        self.parents[moves as usize] = stays;
        self.weights[stays as usize] += self.weights[moves as usize];
        let one = std::mem::take(&mut self.all[stays as usize]);
        let other = std::mem::take(&mut self.all[moves as usize]);
        // What has an id is named first.
        let (mut about, other) = if one.id.is_empty() { (other, one) } else { (one, other) };
        for (own, other) in [
            (&mut about.name, other.name),
            (&mut about.kind, other.kind),
            (&mut about.id, other.id),
        ] {
            if own.is_empty() {
                *own = other;
            }
        }
        about.life.extend(other.life);
        about.used = about.used.max(other.used);
        about.names.extend(other.names);
        about.names.truncate(MOST_NAMES);
        self.all[stays as usize] = about;
    }

    /// The number that stands for all of the same object.
    pub fn of(&self, mut number: u32) -> u32 {
        while self.parents[number as usize] != number {
            number = self.parents[number as usize];
        }
        number
    }

    pub fn about(&self, number: u32) -> &About {
        &self.all[self.of(number) as usize]
    }

    /// What people call it, else its id; empty for nobody.
    pub fn name(&self, number: u32) -> &str {
        let about = self.about(number);
        if about.name.is_empty() { &about.id } else { &about.name }
    }

    /// It was deleted, or restored.
    pub fn lives(&mut self, number: u32, time: Timestamp, gone: bool) {
        let number = self.of(number);
        if number != NOBODY {
            self.all[number as usize].life.push((time, gone));
        }
    }

    /// Something was given to it, or of it.
    pub fn used(&mut self, number: u32, time: Timestamp) {
        let number = self.of(number);
        let used = &mut self.all[number as usize].used;
        *used = (*used).max(Some(time));
    }

    /// When it was deleted at or after an instant, and not restored since.
    pub fn gone_since(&self, number: u32, since: Timestamp) -> Option<Timestamp> {
        let mut gone = None;
        for &(time, deleted) in &self.about(number).life {
            if !deleted {
                gone = None;
            } else if time >= since && gone.is_none() {
                gone = Some(time);
            }
        }
        gone
    }

    /// It is an object of the application of this id.
    pub fn of_application(&mut self, number: u32, application: &str) {
        let application = fold(application);
        if number == NOBODY || application.is_empty() {
            return;
        }
        let own = self.applications.entry(application).or_default();
        if own.len() < MOST_OF_APPLICATION && !own.contains(&number) {
            own.push(number);
        }
    }

    /// Joins what is known by name only with the one that has that name, where there is one; puts lives
    /// in order. After all records.
    pub fn settle(&mut self) {
        let mut owners: HashMap<String, Option<u32>> = HashMap::new();
        for (number, about) in self.all.iter().enumerate().filter(|(_, about)| !about.id.is_empty())
        {
            for name in &about.names {
                let number = number as u32;
                let owner = owners.entry(named(&about.kind, name)).or_insert(Some(number));
                if *owner != Some(number) {
                    *owner = None;
                }
            }
        }
        let mut owners: Vec<(String, Option<u32>)> = owners.into_iter().collect();
        owners.sort_unstable();
        for (name, owner) in owners {
            if let (Some(owner), Some(&number)) = (owner, self.numbers.get(&name)) {
                self.join(owner, number);
            }
        }
        for about in &mut self.all {
            about.life.sort_unstable();
        }
    }

    /// The numbers of these ids and names, and of what belongs to the same application.
    pub fn known_by(&self, keys: &[String]) -> Vec<u32> {
        let kinds = [
            "",
            "user",
            "group",
            "role",
            "azurerole",
            "licence",
            "application",
            "serviceprincipal",
            "accesspackage",
        ];
        let mut found = Vec::new();
        for key in keys {
            let texts = std::iter::once(key.clone()).chain(kinds.map(|kind| named(kind, key)));
            found.extend(texts.filter_map(|text| self.numbers.get(&text)).map(|&n| self.of(n)));
        }
        let joined = self.applications.iter().filter(|(application, own)| {
            keys.contains(application) || own.iter().any(|&own| found.contains(&self.of(own)))
        });
        let joined: Vec<u32> = joined.flat_map(|(_, own)| own).map(|&own| self.of(own)).collect();
        found.extend(joined);
        found.retain(|&number| number != NOBODY);
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Applications and service principals that have the name of one of these but are not known
    /// to belong to it.
    pub fn namesakes(&self, own: &[u32]) -> Vec<&About> {
        let kinds = ["application", "serviceprincipal"];
        let is_one = |about: &About| kinds.contains(&&*about.kind) && !about.name.is_empty();
        let names: Vec<String> = (own.iter())
            .map(|&number| self.about(number))
            .filter(|about| is_one(about))
            .map(|about| fold(&about.name))
            .collect();
        if names.is_empty() {
            return Vec::new();
        }
        let others = self.all.iter().enumerate().filter(|(number, about)| {
            is_one(about) && !own.contains(&(*number as u32)) && names.contains(&fold(&about.name))
        });
        others.map(|(_, about)| about).collect()
    }

    /// Who is known to have this name or id, wholly or in part, at most `most`: name and id.
    pub fn called(&self, wanted: &str, whole: bool, most: usize) -> Vec<&About> {
        let fits = |text: &str| {
            !text.is_empty() && if whole { text == wanted } else { text.contains(wanted) }
        };
        let own = |about: &&About| {
            (!about.kind.is_empty())
                && (fits(&about.id) || about.names.iter().any(|name| fits(name)))
        };
        self.all.iter().filter(own).take(most).collect()
    }
}

/// The text of what is known by name only. No id begins like this.
fn named(kind: &str, name: &str) -> String {
    format!("\u{1}{kind}\u{1}{name}")
}
