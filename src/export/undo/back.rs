//! What later records of an undo sheet took back of what earlier ones did: [`Back`].
//! Never guesses: a value is back only where the same property of the same target has its old value again.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use super::values::told_differences;
use crate::meaning::{self, Act, Thing};
use crate::record::{Record, Target};
use crate::store::RowId;
use crate::text::fold;
use crate::time::Timestamp;

/// What came of one value that a record set.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Fate {
    /// No later record among these changed it.
    #[default]
    Stays,
    /// A later record changed it to something else, then.
    Again(Option<Timestamp>),
    /// Changed first, and back to the old value then.
    Back(Option<Timestamp>, Option<Timestamp>),
}

/// What two opposite activities are about. Looked through in this order: what was restored was not
/// added.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Kind {
    Deleted,
    Disabled,
    Added,
}

impl Kind {
    /// What was done first, where what took it back gave something, or took it away.
    const fn deed(self, took_back_gives: bool) -> Deed {
        match (self, took_back_gives) {
            (Self::Deleted, true) => Deed::Deleted,
            (Self::Deleted, false) => Deed::Restored,
            (Self::Disabled, true) => Deed::Disabled,
            (Self::Disabled, false) => Deed::Enabled,
            (Self::Added, true) => Deed::Removed,
            (Self::Added, false) => Deed::Added,
        }
    }
}

/// What was done, and taken back by its opposite.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Deed {
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
pub(super) struct TakenBack {
    pub(super) deed: Deed,
    /// When it was done.
    pub(super) at: Option<Timestamp>,
    /// When it was taken back.
    pub(super) until: Option<Timestamp>,
}

#[derive(Debug)]
struct Turn {
    time: Option<Timestamp>,
    row: RowId,
    given: bool,
}

/// One value that one record set; the values only as hashes, with a key of this run.
#[derive(Debug)]
struct Set {
    time: Option<Timestamp>,
    row: RowId,
    number: usize,
    old: u64,
    new: u64,
}

/// Opposite activities and values set among the records of a sheet.
#[derive(Default, Debug)]
pub(super) struct Back {
    hasher: RandomState,
    turns: HashMap<(Kind, u64), Vec<Turn>>,
    sets: HashMap<u64, Vec<Set>>,
    /// By record: what came of each of its values, in their order.
    fates: HashMap<RowId, Vec<Fate>>,
    /// When accounts were added, first.
    made: HashMap<String, Option<Timestamp>>,
    /// When accounts were deleted for good, last.
    gone: HashMap<String, Option<Timestamp>>,
}

/// A pair that cancels out: both rows, and why.
pub(super) type Pair = (RowId, RowId, TakenBack);

impl Back {
    /// Enters a record that succeeded; `is_paired` where somebody else looks for its opposite;
    /// `sets_values` where reversing it is setting the old values.
    pub(super) fn enter(
        &mut self,
        row: RowId,
        record: &Record<'_>,
        is_paired: bool,
        sets_values: bool,
    ) {
        let activity = fold(&record.activity);
        let own = meaning::of(&record.activity);
        if own.is_some_and(|own| own.is_step("account", "added"))
            && let Some(user) = account(record)
        {
            let time = self.made.entry(user).or_insert(record.time);
            *time = (*time).min(record.time);
        }
        if own.is_some_and(|own| own.does(Act::Erased, Thing::UserItself))
            && let Some(user) = account(record)
        {
            let time = self.gone.entry(user).or_default();
            *time = (*time).max(record.time);
        }
        if !is_paired {
            self.enter_turns(row, &activity, record);
        }
        let mut fates = Vec::new();
        for (target, change, difference) in told_differences(record) {
            let number = fates.len();
            fates.push(Fate::Stays);
            let Some(of) = known(target) else { continue };
            let (path, in_list) = difference.place();
            if !in_list && !sets_values {
                continue;
            }
            let (old, new) = (difference.old.as_deref(), difference.new.as_deref());
            let element = if in_list { new.or(old) } else { None };
            let key = self.hasher.hash_one((of, &*change.name, path, element));
            let (old, new) = (self.hasher.hash_one(old), self.hasher.hash_one(new));
            self.sets.entry(key).or_default().push(Set {
                time: record.time,
                row,
                number,
                old,
                new,
            });
        }
        if !fates.is_empty() {
            self.fates.insert(row, fates);
        }
    }

    fn enter_turns(&mut self, row: RowId, activity: &str, record: &Record<'_>) {
        let Some((verb, rest)) = activity.split_once(' ') else { return };
        let given = matches!(verb, "restore" | "enable" | "add");
        let kinds: &[Kind] = match verb {
            "restore" => &[Kind::Deleted],
            "enable" | "disable" => &[Kind::Disabled],
            "delete" => &[Kind::Deleted, Kind::Added],
            "add" | "remove" => &[Kind::Added],
            _ => return,
        };
        let stem = rest.replace(" from ", " to ");
        let mut targets: Vec<String> = record.targets.iter().filter_map(known).collect();
        if targets.is_empty() || targets.len() != record.targets.len() {
            return;
        }
        targets.sort();
        for &kind in kinds {
            let mut values: Vec<String> = Vec::new();
            if kind == Kind::Added {
                let object = fold(&record.targets[0].kind).replace(' ', "");
                let is_object = targets.len() == 1
                    && !object.is_empty()
                    && stem.replace(' ', "").ends_with(&object)
                    && !stem.contains(" to ");
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
            let key = (kind, self.hasher.hash_one((&stem, &targets, values)));
            self.turns.entry(key).or_default().push(Turn { time: record.time, row, given });
        }
    }

    /// Finds what cancels out, once all records are entered.
    pub(super) fn close(&mut self) -> Vec<Pair> {
        let mut pairs = Vec::new();
        let mut turns: Vec<((Kind, u64), Vec<Turn>)> =
            std::mem::take(&mut self.turns).into_iter().collect();
        turns.sort_by_key(|((kind, _), of)| (*kind, of.first().map(|turn| turn.row)));
        let mut gone = std::collections::HashSet::new();
        for ((kind, _), mut of) in turns {
            of.retain(|turn| !gone.contains(&turn.row));
            of.sort_by_key(|turn| (turn.time, turn.row));
            let mut open: Vec<Turn> = Vec::new();
            for turn in of {
                if open.first().is_none_or(|first| first.given == turn.given) {
                    open.push(turn);
                    continue;
                }
                let deed = kind.deed(turn.given);
                for first in open.drain(..) {
                    let told = TakenBack { deed, at: first.time, until: turn.time };
                    gone.extend([first.row, turn.row]);
                    pairs.push((first.row, turn.row, told));
                }
            }
        }
        for mut of in std::mem::take(&mut self.sets).into_values() {
            of.sort_by_key(|set| (set.time, set.row));
            self.follow(of);
        }
        pairs
    }

    /// Follows one value through the records that set it, oldest first.
    fn follow(&mut self, sets: Vec<Set>) {
        let mut open: Vec<Set> = Vec::new();
        // Where the first open record stands that changed it from a value.
        let mut from: HashMap<u64, usize> = HashMap::new();
        for set in sets {
            let before = from.get(&set.new).copied();
            let before = before.filter(|&place| open.get(place).is_some_and(|o| o.old == set.new));
            if let Some(place) = before {
                for first in open.drain(place..) {
                    self.tell(first.row, first.number, Fate::Back(first.time, set.time));
                    self.tell(set.row, set.number, Fate::Back(first.time, set.time));
                }
                // What stood before stands again.
                if let Some((row, number)) = open.last().map(|last| (last.row, last.number)) {
                    self.tell(row, number, Fate::Stays);
                }
                continue;
            }
            if let Some(last) = open.last().filter(|last| last.new != set.new) {
                let (row, number) = (last.row, last.number);
                self.tell(row, number, Fate::Again(set.time));
            }
            let stands = from.get(&set.old).and_then(|&place| open.get(place));
            if stands.is_none_or(|other| other.old != set.old) {
                from.insert(set.old, open.len());
            }
            open.push(set);
        }
    }

    fn tell(&mut self, row: RowId, number: usize, fate: Fate) {
        if let Some(told) = self.fates.get_mut(&row).and_then(|fates| fates.get_mut(number)) {
            *told = fate;
        }
    }

    /// What came of the values of a record, in their order; nothing where it set none.
    pub(super) fn fates(&self, row: RowId) -> &[Fate] {
        self.fates.get(&row).map_or(&[], Vec::as_slice)
    }

    /// When the account a record is about was added, where that is among these records and earlier.
    pub(super) fn made(&self, record: &Record<'_>) -> Option<Timestamp> {
        let made = (*self.made.get(&account(record)?)?)?;
        record.time.is_some_and(|time| made < time).then_some(made)
    }

    /// When the account a record is about was deleted for good, where that is among these records and
    /// not earlier.
    pub(super) fn gone(&self, record: &Record<'_>) -> Option<Timestamp> {
        let gone = (*self.gone.get(&account(record)?)?)?;
        record.time.is_some_and(|time| time <= gone).then_some(gone)
    }
}

fn account(record: &Record<'_>) -> Option<String> {
    record.targets.iter().find(|target| target.kind.eq_ignore_ascii_case("user")).and_then(known)
}

/// What a target is known by: its id, else its name.
fn known(target: &Target<'_>) -> Option<String> {
    let names = [&target.id, &target.upn, &target.name];
    names.into_iter().map(|name| fold(name)).find(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::tests::markdown;
    use super::super::{Ledger, decide, lines};
    use super::*;
    use crate::record::{Change, Outcome};

    fn record(minute: i64, activity: &str, changes: &[(&str, &str, &str)]) -> Record<'static> {
        let side = |text: &str| (!text.is_empty()).then(|| text.to_owned().into());
        let changes = changes.iter().map(|&(name, old, new)| Change {
            name: name.to_owned().into(),
            old: side(old),
            new: side(new),
        });
        Record {
            activity: activity.to_owned().into(),
            outcome: Outcome::Success,
            time: Some(Timestamp::from_ms(1_700_000_000_000 + minute * 60_000)),
            targets: vec![Target {
                kind: "User".into(),
                id: "u".into(),
                name: "Eve Adams".into(),
                changes: changes.collect(),
                ..Target::default()
            }],
            ..Record::default()
        }
    }

    fn sheet(records: &[Record<'_>]) -> Vec<String> {
        let mut ledger = Ledger::default();
        for (row, record) in (0..).zip(records) {
            ledger.enter(row, record);
        }
        ledger.close();
        let steps = (0..).zip(records).zip(1..);
        steps.map(|((row, record), number)| steps_of(record, row, number, &mut ledger)).collect()
    }

    fn steps_of(record: &Record<'_>, row: RowId, number: usize, ledger: &mut Ledger) -> String {
        markdown(lines(record, &decide(record, row, number, ledger)))
    }

    fn set(minute: i64, old: &str, new: &str) -> Record<'static> {
        record(minute, "Update user", &[("UserType", old, new)])
    }

    #[test]
    fn a_repair_is_not_reversed_and_neither_is_what_it_repaired() {
        for text in sheet(&[set(1, "Guest", "Member"), set(2, "Member", "Guest")]) {
            let told = "- Nothing to undo: changed at 2023-11-14T22:14:20Z, changed back at 2023-11-14T22:15:20Z, both among these records.";
            assert!(text.contains(told) && !text.contains("To undo:**"), "{text}");
        }
        let excluded = |minute, old: &str, new: &str| {
            let object = |users: &str| format!(r#"{{"users":[{users}]}}"#);
            let (old, new) = (object(old), object(new));
            record(minute, "Update policy", &[("PolicyDetail", &old, &new)])
        };
        let texts = sheet(&[
            excluded(1, r#""a""#, r#""a","b""#),
            excluded(2, r#""a","b""#, r#""a","b","c""#),
            excluded(3, r#""a","b","c""#, r#""a","c""#),
        ]);
        assert!(texts[0].contains("Nothing to undo") && texts[2].contains("Nothing to undo"));
        assert!(texts[1].contains("take out of `PolicyDetail` `.users` `c`"), "{}", texts[1]);
    }

    #[test]
    fn what_was_changed_otherwise_is_still_to_be_set_back() {
        let texts = sheet(&[set(1, "a", "b"), set(2, "b", "c")]);
        assert!(
            texts[0].contains("to `a` (this record set it to `b`; changed again at"),
            "{texts:?}"
        );
        assert!(texts[1].contains("to `b` (this record set it to `c`)"), "{texts:?}");
        let texts = sheet(&[set(1, "a", "b"), set(2, "b", "c"), set(3, "c", "b")]);
        assert!(texts[0].contains("(this record set it to `b`)"), "{texts:?}");
        let texts = sheet(&[set(1, "a", "b"), set(2, "b", "a"), set(3, "a", "b")]);
        assert!(texts[1].contains("Nothing to undo") && texts[2].contains("To undo:**"));
    }

    #[test]
    fn a_record_that_is_back_in_part_says_which_part() {
        let both = [("UserType", "a", "b"), ("Department", "x", "y")];
        let texts = sheet(&[record(1, "Update user", &both), set(2, "b", "a")]);
        assert!(texts[0].contains("  - nothing for `UserType`: changed at"), "{}", texts[0]);
        assert!(texts[0].contains("set `Department` to `x`"), "{}", texts[0]);
        let unknown = [("UserType", "a", "b"), ("Department", "", "")];
        let texts = sheet(&[record(1, "Update user", &unknown), set(2, "b", "a")]);
        assert!(!texts[0].contains("Nothing to undo"), "{}", texts[0]);
    }

    #[test]
    fn the_same_value_of_somebody_else_is_not_a_repair() {
        let mut other = set(2, "b", "a");
        other.targets[0].id = "v".into();
        assert!(sheet(&[set(1, "a", "b"), other]).iter().all(|text| text.contains("To undo:**")));
        let failed = Record { outcome: Outcome::Failure, ..set(2, "b", "a") };
        assert!(sheet(&[set(1, "a", "b"), failed])[0].contains("To undo:**"));
    }

    #[test]
    fn opposite_activities_cancel_each_other() {
        for (first, second, told) in [
            ("Delete user", "Restore user", "deleted at"),
            ("Disable account", "Enable account", "disabled at"),
        ] {
            let texts = sheet(&[record(1, first, &[]), record(2, second, &[])]);
            assert!(texts.iter().all(|text| text.contains(&format!("Nothing to undo: {told}"))));
        }
        let role = [("AppRole.Value", "", "Mail.Read")];
        let other = [("AppRole.Value", "", "Mail.Send")];
        let texts = sheet(&[
            record(1, "Add app role assignment to service principal", &role),
            record(2, "Add app role assignment to service principal", &other),
            record(3, "Remove app role assignment from service principal", &role),
        ]);
        let nothing = texts.iter().map(|text| text.contains("Nothing to undo: added at"));
        assert_eq!(nothing.collect::<Vec<_>>(), [true, false, true], "{texts:?}");
        let gone = sheet(&[record(1, "Delete user", &[]), record(2, "Hard delete user", &[])]);
        assert!(gone.iter().all(|text| !text.contains("Nothing to undo")));
        assert!(gone[0].contains("deleted for good at 2023-11-14T22:15:20Z"), "{gone:?}");
        assert!(!gone[0].contains("Restore the user"), "{gone:?}");
    }

    #[test]
    fn an_account_added_among_these_records_is_not_enabled_without_a_thought() {
        let disable = || record(2, "Disable account", &[]);
        let texts = sheet(&[record(1, "Add user", &[]), disable()]);
        assert!(texts[1].contains("Leave it disabled, if the account was not to be"), "{texts:?}");
        assert!(sheet(&[disable()])[0].contains("unless it was disabled to stop it"));
        let texts = sheet(&[record(1, "Add user", &[]), record(2, "Delete user", &[])]);
        assert!(texts[1].contains("Leave it deleted, if the account was not to be"), "{texts:?}");
    }

    #[test]
    fn how_users_are_restored_is_told_once_and_until_when_each_time() {
        let mut other = record(2, "Delete user", &[]);
        other.targets[0].id = "v".into();
        let texts = sheet(&[record(1, "Delete user", &[]), other]);
        assert!(texts[0].contains("Memberships") && texts[0].contains("2023-12-14T22:14:20Z"));
        assert!(texts[1].contains("as told in step 1. Last date to restore: 2023-12-14T22:15:20Z"));
    }
}
