//! What came of some records: which of them others among them took back, and which of their values stand.
//! Never carries anything out, and never says what is to be done.

use std::collections::{HashMap, HashSet};

use super::book::Ledger;
use super::gather;
use super::logged::known;
use super::opposites::Opposites;
use super::posting::Posting;
use super::taken_back::{TakenBack, Told};
use super::values::{Fate, Values};
use crate::meaning::{self, Act, Kind, Thing};
use crate::record::{Outcome, Record};
use crate::store::{RowId, Store};
use crate::time::Timestamp;

/// What came of the records that were entered.
#[derive(Default, Debug)]
pub struct Aftermath {
    ledger: Ledger,
    opposites: Opposites,
    values: Values,
    told: Told,
    /// When accounts were added, first.
    made: HashMap<String, Option<Timestamp>>,
    /// When accounts were deleted for good, last.
    gone: HashMap<String, Option<Timestamp>>,
}

impl Aftermath {
    /// Enters a record.
    pub fn enter(&mut self, row: RowId, record: &Record<'_>) {
        if !is_done(record) {
            return;
        }
        self.values.enter(row, record);
        let before = self.ledger.postings.len();
        if let Some(own) = meaning::of(&record.activity) {
            for does in &own.does {
                self.ledger.read(record, own, does, row);
            }
            if own.is_step("account", "added")
                && let Some(user) = account(record)
            {
                let time = self.made.entry(user).or_insert(record.time);
                *time = (*time).min(record.time);
            }
            if own.does(Act::Erased, Thing::UserItself)
                && let Some(user) = account(record)
            {
                let time = self.gone.entry(user).or_default();
                *time = (*time).max(record.time);
            }
        }
        if !self.ledger.postings[before..].iter().any(Posting::is_of_lane) {
            self.opposites.enter(row, record);
        }
    }

    /// Enters what other records of the store say of what was given and taken before: all but these rows,
    /// which were entered. `None` where `cancelled` said so.
    pub fn look_before(
        &mut self,
        store: &Store,
        rows: &[RowId],
        cancelled: &dyn Fn() -> bool,
    ) -> Option<()> {
        let own = self.ledger.postings.iter().map(|posting| posting.time);
        let Some(newest) = own.max() else { return Some(()) };
        let rows: HashSet<RowId> = rows.iter().copied().collect();
        gather::each(store, &|row| !rows.contains(&row), cancelled, &mut |row, telling| {
            if let Some((record, activity)) = telling
                && is_done(record)
                && record.time.is_some_and(|time| time < newest)
            {
                self.ledger.enter(row, record, activity);
            }
        })?;
        self.told.only(rows);
        Some(())
    }

    /// Since when it was so already what a record did, where an earlier record that is not among these
    /// says that.
    pub fn so_before(&self, row: RowId) -> Option<Timestamp> {
        self.told.so_before(row)
    }

    /// Finds what cancels out, once all records are entered.
    pub fn close(&mut self) {
        self.ledger.settle();
        self.ledger.cancel(&mut self.told);
        self.opposites.close(&mut self.told);
        for (row, back) in self.values.close() {
            self.told.tell(row, back);
        }
        self.ledger = Ledger::default();
    }

    /// Why a record needs no reverse: another one among these reversed it.
    pub fn taken_back(&self, row: RowId) -> Option<TakenBack> {
        self.told.of(row)
    }

    /// What came of the values a record set, in their order.
    pub fn fates(&self, row: RowId) -> &[Fate] {
        self.values.fates(row)
    }

    /// When the account a record is about was added, where that is among these records and earlier.
    pub fn made(&self, record: &Record<'_>) -> Option<Timestamp> {
        let made = (*self.made.get(&account(record)?)?)?;
        record.time.is_some_and(|time| made < time).then_some(made)
    }

    /// When the account a record is about was deleted for good, where that is among these records and
    /// not earlier.
    pub fn gone(&self, record: &Record<'_>) -> Option<Timestamp> {
        let gone = (*self.gone.get(&account(record)?)?)?;
        record.time.is_some_and(|time| time <= gone).then_some(gone)
    }
}

/// Did it change something? One that failed, or that only tells a stage of a process, did not.
fn is_done(record: &Record<'_>) -> bool {
    let is_stage = meaning::way(&record.activity).is_some_and(|way| way.kind == Kind::Stage);
    record.outcome == Outcome::Success && !is_stage
}

fn account(record: &Record<'_>) -> Option<String> {
    record.targets.iter().find(|target| target.kind.eq_ignore_ascii_case("user")).and_then(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Change, Target};

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
        let mut after = Aftermath::default();
        for (row, record) in (0..).zip(records) {
            after.enter(row, record);
        }
        after.close();
        (0..).take(records.len()).map(|row| after.taken_back(row).is_some()).collect()
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
