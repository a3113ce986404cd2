//! What a user, group or application gained and lost in the data, and what it holds as far as the log shows;
//! who has a role, a group, an access package.
//! Never more than the log: what was given before its first record is not in it.

pub mod words;

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::ledger::{Event, Ledger, Line, NOBODY, Standing, Why};
use crate::meaning::Thing;
use crate::record::column::{Column, PART, Part, part};
use crate::store::{RowId, Store};
use crate::text::fold;
use crate::time::Timestamp;

/// What somebody holds. Names are not cleaned.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Holding {
    /// What kind of thing it is.
    pub kind: Thing,
    /// Is it an activation of a role?
    pub is_activated: bool,
    /// Is it the consent of an administrator?
    pub is_of_admin: bool,
    /// Who holds it; empty where no record names them.
    pub holder: String,
    /// What it is, or is of; `None` where the record does not name it.
    pub thing: Option<String>,
    /// What its part is called: a scope, an app role, where a role is held; empty for the whole.
    pub part: String,
}

/// What else is to be said of somebody.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Note {
    /// Something has the same name, and the log does not say that it belongs together.
    Namesake {
        /// Its type, folded.
        kind: String,
        /// Its id.
        id: String,
    },
}

/// Something that was given or taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    /// Is it held by somebody else: is who was asked for the thing itself?
    pub by_other: bool,
    /// What is held, and by whom.
    pub holding: Holding,
    /// How it stands, as far as the log shows.
    pub standing: Standing,
    /// What there is to say of that.
    pub why: Option<Why>,
    /// What happened to it, in order.
    pub events: Vec<Event>,
    /// By which policy, where a record names it; not cleaned.
    pub policy: String,
    /// When it begins, where that is not when it was given.
    pub from: Option<Timestamp>,
    /// When it ends, where a record tells.
    pub until: Option<Timestamp>,
}

/// All that was given to somebody, or of something.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// What is held first; own things before those of others, by kind and name.
    pub held: Vec<Held>,
    /// What else is to be said; not cleaned.
    pub notes: Vec<Note>,
    /// Of an access package all its records, in the order of the store.
    pub records: Vec<RowId>,
    /// Records that may tell more but could not be read again.
    pub unreadable: u64,
}

/// Who or what a name or id stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subject {
    /// Its name; not cleaned.
    pub name: String,
    /// What it is, as records write it: `User`, `Role`, …; empty where only the actor is known.
    pub kind: String,
    /// The texts records know it by, folded.
    pub keys: Vec<String>,
}

/// What all records tell of access.
#[derive(Debug)]
pub struct Register(Ledger);

/// Others of the same name that are told of.
const MOST_NAMESAKES: usize = 5;

impl Register {
    /// Reads all records that tell of access; `None` where `cancelled` said so. Reads original bytes:
    /// for a thread.
    pub fn read(store: &Store, cancelled: &dyn Fn() -> bool) -> Option<Self> {
        Ledger::gather(store, cancelled).map(Self)
    }

    /// Who or what is known by this name or id: by the whole of it, else by a part. Several where
    /// it is not clear which; at most `most`. What is known to belong to one application is one.
    pub fn subjects(&self, store: &Store, name: &str, most: usize) -> Vec<Subject> {
        let wanted = fold(name);
        if wanted.is_empty() {
            return Vec::new();
        }
        for whole in [true, false] {
            let mut found = in_columns(store, &wanted, whole, most);
            if found.is_empty() {
                let called = self.0.objects.called(&wanted, whole, most);
                found.extend(called.into_iter().map(|about| Subject {
                    name: if about.name.is_empty() { &about.id } else { &about.name }.clone(),
                    kind: about.kind.clone(),
                    keys: vec![match about.id.is_empty() {
                        true => fold(&about.name),
                        false => about.id.clone(),
                    }],
                }));
            }
            if !found.is_empty() {
                return self.joined(found);
            }
        }
        Vec::new()
    }

    /// Those that belong together as one.
    fn joined(&self, found: Vec<Subject>) -> Vec<Subject> {
        let mut joined: Vec<(Subject, Vec<u32>)> = Vec::new();
        for subject in found {
            let own = self.0.objects.known_by(&subject.keys);
            let same = joined.iter_mut().find(|(_, other)| own.iter().any(|n| other.contains(n)));
            match same {
                Some((first, _)) => first.keys.extend(subject.keys),
                None => joined.push((subject, own)),
            }
        }
        joined.into_iter().map(|(subject, _)| subject).collect()
    }

    /// What the subject of these keys gained and lost, and who gained and lost it.
    pub fn access(&self, store: &Store, keys: &[String]) -> Access {
        let objects = &self.0.objects;
        let own = objects.known_by(keys);
        let is_own = |number: u32| own.binary_search(&number).is_ok();
        let mut held = Vec::new();
        for line in self.0.lines(&own) {
            let by_other = !is_own(line.holder);
            held.push(self.held(line, by_other));
        }
        held.sort_by_cached_key(|held| {
            let (kind, what) = words::what(held);
            (held.by_other, held.standing, kind, what)
        });
        let namesakes = objects.namesakes(&own).into_iter().take(MOST_NAMESAKES);
        let notes = namesakes
            .map(|about| Note::Namesake { kind: about.kind.clone(), id: about.id.clone() });
        let is_package = own.iter().any(|&own| objects.about(own).kind == "accesspackage");
        Access {
            held,
            notes: notes.collect(),
            records: if is_package { naming(store, keys) } else { Vec::new() },
            unreadable: self.0.unreadable,
        }
    }

    fn held(&self, line: Line, by_other: bool) -> Held {
        let (from, objects) = (line.begins(), &self.0.objects);
        Held {
            by_other,
            holding: Holding {
                kind: line.kind,
                is_activated: line.is_activated,
                is_of_admin: line.is_of_admin,
                holder: objects.name(line.holder).to_owned(),
                thing: (line.thing != NOBODY).then(|| objects.name(line.thing).to_owned()),
                part: line.called,
            },
            standing: line.standing,
            why: line.why,
            events: line.lane.events,
            policy: line.lane.policy,
            from,
            until: line.lane.until,
        }
    }
}

/// What the subject of these keys gained and lost; `None` where `cancelled` said so. Reads original
/// bytes: for a thread.
pub fn access(store: &Store, keys: &[String], cancelled: &dyn Fn() -> bool) -> Option<Access> {
    Some(Register::read(store, cancelled)?.access(store, keys))
}

/// Actors and targets of this folded name or id.
fn in_columns(store: &Store, wanted: &str, whole: bool, most: usize) -> Vec<Subject> {
    let fits = |text: &str| {
        let text = fold(text);
        !text.is_empty() && if whole { text == wanted } else { text.contains(wanted) }
    };
    let mut found: BTreeMap<String, Subject> = BTreeMap::new();
    for (names, id) in [(part::TARGET_NAMES, Part::TARGET_ID), (part::ACTOR_NAMES, Part::ACTOR_ID)]
    {
        let column = id.column();
        for code in 0..store.entries(column) as u32 {
            let parts: Vec<&str> = store.entry(column, code).split(PART).collect();
            let kind = match column {
                Column::Targets => Part::TARGET_TYPE.among(&parts),
                _ => "",
            };
            if !can_hold(kind) {
                continue;
            }
            let names: Vec<&str> = names.iter().map(|name| name.among(&parts)).collect();
            let own_id = id.among(&parts);
            if !names.iter().any(|name| fits(name)) && !fits(own_id) {
                continue;
            }
            let shown = names.iter().find(|name| !name.is_empty()).copied().unwrap_or(own_id);
            // A name is a key only where there is no id: others may have the same name.
            let key = fold(if own_id.is_empty() { shown } else { own_id });
            let subject = found.entry(key.clone()).or_insert_with(|| Subject {
                name: shown.to_owned(),
                kind: kind.to_owned(),
                keys: vec![key],
            });
            if fold(&subject.name) == fold(own_id) {
                shown.clone_into(&mut subject.name);
            }
            if found.len() > most {
                break;
            }
        }
    }
    found.into_values().take(most).collect()
}

/// Types of targets that neither hold nor are held, folded.
const NEITHER: &[&str] = &[
    "request",
    "directory",
    "other",
    "policy",
    "domain",
    "device",
    "accesspackageassignmentrequest",
    "accesspackageassignmentpolicy",
    "accesspackageresource",
    "accesspackagecatalog",
];

/// Can a target of this type hold something, or be held?
pub fn can_hold(kind: &str) -> bool {
    !NEITHER.contains(&&*fold(kind))
}

/// Records of which one of these ids is a target.
fn naming(store: &Store, keys: &[String]) -> Vec<RowId> {
    let mut known: Vec<Option<bool>> = vec![None; store.entries(Column::Targets)];
    let mut rows = Vec::new();
    for segment in store.segments() {
        for at in 0..segment.len() {
            let is_one = segment.codes(Column::Targets, at).iter().any(|&code| {
                *known[code as usize]
                    .get_or_insert_with(|| keys.contains(&fold(store.part(Part::TARGET_ID, code))))
            });
            if is_one {
                rows.push(segment.first() + at as RowId);
            }
        }
    }
    rows
}
