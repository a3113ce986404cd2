//! What some records gave and others among them took away again: [`Ledger`].
//! Never guesses: a pair is told only where both name the same member and the same role, group or object.

use std::collections::HashMap;

use super::back::{Back, Deed, Fate, TakenBack};
use super::values::{is_whole, sets_values};
use crate::record::{Outcome, Record, Target, value_text};
use crate::store::RowId;
use crate::text::fold;
use crate::time::Timestamp;

/// A role, group, object or access somebody was given or lost.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Held {
    what: &'static str,
    by: By,
    member: String,
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
    fn of(activity: &str, record: &Record<'_>) -> Self {
        let says = |words: &[&str]| words.iter().any(|word| activity.contains(word));
        if says(&["pim activation", "pim deactivat"]) {
            Self::Activation
        } else if says(&["pim"]) {
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

/// Beginnings of activities (folded) that give something, those that take it away, and what it is.
/// What an activity is of follows "to" or "from".
const PAIRS: &[(&str, &str, &str)] = &[
    ("add member to role", "remove member from role", "Role"),
    ("add eligible member to role", "remove eligible member from role", "Role"),
    ("add scoped member to role", "remove scoped member from role", "Role"),
    ("add member to group", "remove member from group", "Group"),
    (
        "add member to administrative unit",
        "remove member from administrative unit",
        "AdministrativeUnit",
    ),
    ("add owner to group", "remove owner from group", "Group"),
    ("add owner to application", "remove owner from application", "Application"),
    ("add owner to service principal", "remove owner from service principal", "ServicePrincipal"),
    ("access approved", "access removed", ""),
];

/// Stages that give and take nothing yet.
const STAGES: &[&str] = &["request", "cancel", "denied", "approval"];

impl Ledger {
    /// Enters a record, where it gave or took something.
    pub(in crate::export) fn enter(&mut self, row: RowId, record: &Record<'_>) {
        let activity = fold(&record.activity);
        if record.outcome != Outcome::Success || STAGES.iter().any(|stage| activity.contains(stage))
        {
            return;
        }
        let found = PAIRS.iter().find_map(|&(gives, takes, of)| {
            let is = |start: &str| {
                activity
                    .strip_prefix(start)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            };
            is(gives).then_some((gives, of, true)).or(is(takes).then_some((gives, of, false)))
        });
        let sets = sets_values(&record.activity);
        self.back.enter(row, record, found.is_some(), sets);
        if sets && is_whole(record) {
            self.whole.push(row);
        }
        let Some((what, kind, given)) = found else { return };
        let Some((member, of)) = self.both(kind, record) else { return };
        let held = Held { what, by: By::of(&activity, record), member, of };
        self.entries.entry(held).or_default().push(Entry { time: record.time, row, given });
    }

    /// Who was given it or lost it, and what.
    fn both(&mut self, kind: &'static str, record: &Record<'_>) -> Option<(String, String)> {
        let is = |target: &&Target<'_>| target.kind.eq_ignore_ascii_case(kind);
        if kind.is_empty() {
            let request = record.targets.first()?;
            return Some((String::new(), known(&request.id, &request.name)?));
        }
        let property = |part: &str| {
            let name = format!("{kind}.{part}");
            let mut changes = record.targets.iter().flat_map(|target| &target.changes);
            let change = changes.find(|change| change.name.eq_ignore_ascii_case(&name))?;
            let sides = [change.new.as_deref(), change.old.as_deref()];
            let mut texts = sides.into_iter().flatten().map(value_text);
            texts.find(|text| !text.is_empty()).map(|text| fold(&text))
        };
        let (id, name) = match record.targets.iter().find(is) {
            Some(target) => (fold(&target.id), fold(&target.name)),
            None => (
                property("ObjectID").unwrap_or_default(),
                property("DisplayName").unwrap_or_default(),
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
            let kind =
                PAIRS.iter().find(|(gives, ..)| *gives == held.what).map_or("", |pair| pair.2);
            if let Some(id) = self.ids.get(&(kind, held.of.clone())) {
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
