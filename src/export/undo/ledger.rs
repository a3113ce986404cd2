//! What some records gave and others among them took away again: [`Ledger`].
//! Never guesses: a pair is told only where both name the same member and the same role, group or object.

use std::collections::HashMap;

use super::back::{Back, Deed, Fate, TakenBack};
use super::values::{is_whole, sets_values};
use crate::meaning::{self, Act, Activity, Facts, Kind, Thing};
use crate::record::{Outcome, Record, Target, value_text};
use crate::store::RowId;
use crate::text::fold;
use crate::time::Timestamp;

/// A role, group, object or access somebody was given or lost.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Held {
    thing: Thing,
    by: By,
    member: String,
    /// The type of the target that it is of.
    kind: &'static str,
    of: String,
}

/// What wrote it. PIM and the directory both write a change, each in words of its own: only what one
/// of them gave can be what the same one took away, or an assignment that stayed would be told as gone
/// with an activation that ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum By {
    Activation,
    Assignment,
    DirectoryForPim,
    Directory,
}

impl By {
    fn of(activity: &Activity, act: Act, record: &Record<'_>) -> Self {
        if matches!(act, Act::Activated | Act::Expired | Act::Deactivated) {
            Self::Activation
        } else if activity.is_of_pim {
            Self::Assignment
        } else if fold(&record.actor.name).starts_with("ms-pim") {
            Self::DirectoryForPim
        } else {
            Self::Directory
        }
    }
}

#[derive(Clone, Debug)]
struct Entry {
    time: Option<Timestamp>,
    row: RowId,
    given: bool,
}

/// The records of an undo sheet that give and take.
#[derive(Default, Debug)]
pub(in crate::export) struct Ledger {
    entries: HashMap<Held, Vec<Entry>>,
    /// Ids by the name that stands beside them: some records have only one of both.
    ids: HashMap<(&'static str, String), String>,
    taken_back: HashMap<RowId, TakenBack>,
    back: Back,
    /// Records whose values are all that is to be set back.
    whole: Vec<RowId>,
    /// The number of the step that tells how users are restored.
    restoring: Option<usize>,
}

/// What is told of as given and taken away: of other things their values are compared.
const PAIRED: &[Thing] = &[
    Thing::Role,
    Thing::Eligible,
    Thing::Scoped,
    Thing::Group,
    Thing::Unit,
    Thing::Owner,
    Thing::Support,
];

/// What an owner owns.
const OWNED: &[Thing] = &[Thing::ApplicationItself, Thing::PrincipalItself, Thing::GroupItself];

impl Ledger {
    /// Enters a record, where it gave or took something.
    pub(in crate::export) fn enter(&mut self, row: RowId, record: &Record<'_>) {
        let is_stage = meaning::way(&record.activity).is_some_and(|way| way.kind == Kind::Stage);
        if record.outcome != Outcome::Success || is_stage {
            return;
        }
        let held = meaning::of(&record.activity).and_then(|own| self.held(own, record));
        let sets = sets_values(&record.activity);
        self.back.enter(row, record, held.is_some(), sets);
        if sets && is_whole(record) {
            self.whole.push(row);
        }
        let Some((held, given)) = held else { return };
        self.entries.entry(held).or_default().push(Entry { time: record.time, row, given });
    }

    /// What a record gave or took, of whom; and whether it gave it.
    fn held(&mut self, own: &Activity, record: &Record<'_>) -> Option<(Held, bool)> {
        let gives = |act| matches!(act, Act::Given | Act::Outside | Act::Activated);
        let does = own
            .does
            .iter()
            .find(|does| PAIRED.contains(&does.thing) && (gives(does.act) || does.act.takes()))?;
        let thing = match does.thing {
            Thing::Owner => OWNED.iter().copied().find(|owned| is_of(*owned, record))?,
            thing => thing,
        };
        let (member, of) = self.both(thing.facts(), record)?;
        let by = By::of(own, does.act, record);
        let kind = &*thing.facts().kind;
        Some((Held { thing: does.thing, by, member, kind, of }, gives(does.act)))
    }

    /// Who was given it or lost it, and what.
    fn both(&mut self, facts: &'static Facts, record: &Record<'_>) -> Option<(String, String)> {
        let kind = &*facts.kind;
        let is = |target: &&Target<'_>| target.kind.eq_ignore_ascii_case(kind);
        if kind.is_empty() {
            let request = record.targets.first()?;
            return Some((String::new(), known(&request.id, &request.name)?));
        }
        let (id, name) = match record.targets.iter().find(is) {
            Some(target) => (fold(&target.id), fold(&target.name)),
            None => (
                property(record, &facts.id).unwrap_or_default(),
                property(record, &facts.name).unwrap_or_default(),
            ),
        };
        if !id.is_empty() && !name.is_empty() {
            self.ids.insert((kind, name.clone()), id.clone());
        }
        let member = record.targets.iter().find(|target| {
            let kind = fold(&target.kind);
            !is(target) && ["user", "group", "serviceprincipal", "device"].contains(&kind.as_str())
        })?;
        let upn = fold(&member.upn);
        Some((known(&member.id, &upn)?, known(&id, &name)?))
    }

    /// Finds what cancels out, once all records are entered.
    pub(in crate::export) fn close(&mut self) {
        let mut by_id: HashMap<Held, Vec<Entry>> = HashMap::new();
        for (mut held, entries) in std::mem::take(&mut self.entries) {
            if let Some(id) = self.ids.get(&(held.kind, held.of.clone())) {
                held.of.clone_from(id);
            }
            by_id.entry(held).or_default().extend(entries);
        }
        for mut entries in by_id.into_values() {
            entries.sort_by_key(|entry| (entry.time, entry.row));
            let mut open: Vec<Entry> = Vec::new();
            for entry in entries {
                match open.pop_if(|first| first.given != entry.given) {
                    Some(first) => self.cancel(&first, &entry),
                    None => open.push(entry),
                }
            }
        }
        for (first, second, told) in self.back.close() {
            self.taken_back.insert(first, told);
            self.taken_back.insert(second, told);
        }
        for row in std::mem::take(&mut self.whole) {
            let mut first = None;
            let mut last = None;
            let fates = self.back.fates(row);
            let are_back = fates.iter().all(|fate| {
                let Fate::Back(changed, back) = *fate else { return false };
                first = if first.is_none() { changed } else { first.min(changed) };
                last = last.max(back);
                true
            });
            if are_back && !fates.is_empty() {
                let told = TakenBack { deed: Deed::Changed, at: first, until: last };
                self.taken_back.insert(row, told);
            }
        }
    }

    fn cancel(&mut self, first: &Entry, second: &Entry) {
        let deed = if first.given { Deed::Given } else { Deed::TakenAway };
        let told = TakenBack { deed, at: first.time, until: second.time };
        self.taken_back.insert(first.row, told);
        self.taken_back.insert(second.row, told);
    }

    /// Why a record needs no reverse: another one among these reversed it.
    pub(super) fn taken_back(&self, row: RowId) -> Option<TakenBack> {
        self.taken_back.get(&row).copied()
    }

    /// What came of the values a record set, in their order.
    pub(super) fn fates(&self, row: RowId) -> &[Fate] {
        self.back.fates(row)
    }

    /// When the account a record is about was added, where that is among these records and earlier.
    pub(super) fn made(&self, record: &Record<'_>) -> Option<Timestamp> {
        self.back.made(record)
    }

    /// When the account a record is about was deleted for good, where that is among these records.
    pub(super) fn gone(&self, record: &Record<'_>) -> Option<Timestamp> {
        self.back.gone(record)
    }

    /// The step that told how users are restored; `None` for the first, which is to tell it.
    pub(super) fn restoring(&mut self, number: usize) -> Option<usize> {
        let told = self.restoring;
        self.restoring.get_or_insert(number);
        told
    }
}

/// The value that a property has now, folded; before, where it has none any more.
fn property(record: &Record<'_>, name: &str) -> Option<String> {
    let mut changes = record.targets.iter().flat_map(|target| &target.changes);
    let change = changes.find(|change| change.name.eq_ignore_ascii_case(name))?;
    let sides = [change.new.as_deref(), change.old.as_deref()];
    let mut texts = sides.into_iter().flatten().map(value_text);
    texts.find(|text| !text.is_empty()).map(|text| fold(&text))
}

/// Is a record about such an object, by its properties or by a target?
fn is_of(object: Thing, record: &Record<'_>) -> bool {
    let facts = object.facts();
    // "Add owner to service principal" may call it an application: the property is right.
    let names = |other: &Thing| property(record, &other.facts().id).is_some();
    match OWNED.iter().any(names) {
        true => names(&object),
        false => record.targets.iter().any(|one| one.kind.eq_ignore_ascii_case(&facts.kind)),
    }
}

fn known(id: &str, name: &str) -> Option<String> {
    [id, name].into_iter().map(fold).find(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Change;

    fn record(minute: i64, activity: &str, role: (&str, &str)) -> Record<'static> {
        let target = |kind: &'static str, id: &str, name: &str| Target {
            kind: kind.into(),
            id: id.to_owned().into(),
            name: name.to_owned().into(),
            ..Target::default()
        };
        Record {
            activity: activity.to_owned().into(),
            outcome: Outcome::Success,
            time: Some(Timestamp::from_ms(1_700_000_000_000 + minute * 60_000)),
            targets: vec![target("Role", role.0, role.1), target("User", "u", "Teun")],
            ..Record::default()
        }
    }

    fn cancelled(records: &[Record<'_>]) -> Vec<bool> {
        let mut ledger = Ledger::default();
        for (row, record) in (0..).zip(records) {
            ledger.enter(row, record);
        }
        ledger.close();
        (0..).take(records.len()).map(|row| ledger.taken_back(row).is_some()).collect()
    }

    #[test]
    fn an_activation_and_its_end_cancel_each_other() {
        let role = ("r", "Global Administrator");
        let mut core = record(121, "Remove member from role", ("", ""));
        core.targets.remove(0);
        core.actor.name = "MS-PIM".into();
        core.targets[0].changes =
            vec![Change { name: "Role.ObjectID".into(), old: Some("\"r\"".into()), new: None }];
        let mut given = record(2, "Add member to role", role);
        given.actor.name = "MS-PIM".into();
        let records = [
            given,
            record(0, "Add member to role requested (PIM activation)", role),
            record(1, "Add member to role completed (PIM activation)", role),
            record(120, "Remove member from role (PIM activation expired)", role),
            core,
        ];
        assert_eq!(cancelled(&records), [true, false, true, true, true]);
    }

    #[test]
    fn what_is_left_in_the_end_is_to_be_reversed() {
        let role = ("r", "Reader");
        let add = |minute| record(minute, "Add member to role", role);
        let remove = |minute| record(minute, "Remove member from role", ("", "Reader"));
        assert_eq!(cancelled(&[add(1), remove(2), add(3)]), [true, true, false]);
        assert_eq!(cancelled(&[add(1), remove(2)]), [true, true]);
        assert_eq!(cancelled(&[remove(2)]), [false]);
        let other = record(2, "Remove member from role", ("s", "Writer"));
        let eligible = record(3, "Remove eligible member from role", role);
        let failed = Record { outcome: Outcome::Failure, ..remove(4) };
        assert_eq!(cancelled(&[add(1), other, eligible, failed]), [false; 4]);
        // What was removed is there again, whatever the activity is called that restored it.
        let restored = record(3, "Restore member from role", role);
        assert_eq!(cancelled(&[remove(2), restored]), [true, true]);
    }

    #[test]
    fn an_assignment_outlives_an_activation_that_ended() {
        let role = ("r", "Global Administrator");
        let records = [
            record(1, "Add member to role completed (PIM activation)", role),
            record(2, "Add member to role in PIM completed (permanent)", role),
            record(3, "Add member to role", role),
            record(120, "Remove member from role (PIM activation expired)", role),
        ];
        assert_eq!(cancelled(&records), [true, false, false, true]);
    }

    #[test]
    fn access_of_support_that_ended_needs_no_step() {
        let records =
            [record(1, "Access approved", ("q", "")), record(9, "Access removed", ("q", ""))];
        assert_eq!(cancelled(&records), [true, true]);
        assert_eq!(cancelled(&records[..1]), [false]);
    }
}
