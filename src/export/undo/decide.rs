//! What can be undone of a record and how, or why not: [`decide`].
//! Never puts it in words.

use super::values::{self, Item};
use crate::ledger::{Aftermath, TakenBack, changes};
use crate::meaning::{self, Act, Kind, Needs, Thing, Way};
use crate::record::{Outcome, Record};
use crate::store::{RowId, Store};
use crate::text::fold;
use crate::time::Timestamp;

/// How long Entra keeps a deleted user, in ticks of 100 ns: 30 days.
const KEPT: i64 = 30 * 24 * 3_600 * 10_000_000;

/// What there is to do about a record.
#[derive(Debug)]
pub(in crate::export) struct Undo<'r> {
    /// Properties that only name what the record is about, with their value.
    pub(super) about: Vec<(&'r str, Option<String>)>,
    pub(super) verdict: Verdict,
    /// What is to be set back, as far as it was logged.
    pub(super) values: Vec<Item<'r>>,
}

/// Whether a record can be undone, and how, or why not.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It failed.
    Failed,
    /// Another record among these reversed it, or it reversed another one.
    TakenBack(TakenBack),
    /// The user was deleted for good then, among these records.
    GoneForGood(Timestamp),
    /// How a user is restored.
    Restore {
        /// In words.
        way: &'static Way,
        /// The step of the sheet that tells it at length; `None` where this one is the first.
        told_in: Option<usize>,
        /// The last date to do so.
        until: Option<Timestamp>,
        /// When the account was added, where that is among these records.
        made: Option<Timestamp>,
    },
    /// The account that was disabled was added then, among these records.
    DisabledNew(Timestamp),
    /// PIM took a role away, as at the end of an activation.
    TakenByPim,
    /// Microsoft Support was let in by a request.
    SupportLetIn,
    /// What cannot be done, or need not: the way tells why.
    NoStep(&'static Way),
    /// Old values would be set back, but none is logged; are there changes with values at all?
    NothingToSet { has_values: bool },
    /// A step to be done; does the record list what it is done to?
    Step { way: &'static Way, is_listed: bool },
    /// It was so before, says an earlier record that is not on the sheet, of that time; the step to be
    /// done all the same where that was wrong.
    SoBefore { since: Timestamp, way: &'static Way, is_listed: bool },
    /// Nothing is known of the activity; did it log changes?
    Unknown { is_listed: bool },
}

/// The records of a sheet, and what was told of them.
#[derive(Default, Debug)]
pub(in crate::export) struct Undoing {
    after: Aftermath,
    /// The number of the step that tells how users are restored.
    restoring: Option<usize>,
}

impl Undoing {
    /// Enters a record of the sheet.
    pub(in crate::export) fn enter(&mut self, row: RowId, record: &Record<'_>) {
        self.after.enter(row, record);
    }

    /// Reads how things stood before, in the other records of the store. `None` where `cancelled` said so.
    pub(in crate::export) fn look_before(
        &mut self,
        store: &Store,
        rows: &[RowId],
        cancelled: &dyn Fn() -> bool,
    ) -> Option<()> {
        self.after.look_before(store, rows, cancelled)
    }

    /// Finds what cancels out, once all records are entered.
    pub(in crate::export) fn close(&mut self) {
        self.after.close();
    }

    /// The step that told how users are restored; `None` for the first, which is to tell it.
    fn told_in(&mut self, number: usize) -> Option<usize> {
        let told = self.restoring;
        self.restoring.get_or_insert(number);
        told
    }
}

/// What is to be done about a record; it is step `number` of the sheet whose records were
/// entered.
pub(in crate::export) fn decide<'r>(
    record: &'r Record<'_>,
    row: RowId,
    number: usize,
    undoing: &mut Undoing,
) -> Undo<'r> {
    let only = |verdict| Undo { about: Vec::new(), verdict, values: Vec::new() };
    // What was delivered in part is there, although the record says that it failed.
    if matches!(record.outcome, Outcome::Failure)
        && !fold(&record.activity).starts_with("partially ")
    {
        return only(Verdict::Failed);
    }
    if let Some(back) = undoing.after.taken_back(row) {
        return only(Verdict::TakenBack(back));
    }
    let way = meaning::way(&record.activity);
    let needs = way.map_or(Needs::Old, |way| way.needs);
    let values = match needs {
        Needs::Nothing => Vec::new(),
        needs => values::items(record, needs, undoing.after.fates(row)),
    };
    let (verdict, values) = verdict(record, (way, values), number, undoing);
    let verdict = match (verdict, undoing.after.so_before(row)) {
        (Verdict::Step { way, is_listed }, Some(since)) => {
            Verdict::SoBefore { since, way, is_listed }
        }
        (verdict, _) => verdict,
    };
    Undo { about: changes::about(record), verdict, values }
}

/// The verdict, and which of the values are to be told with it.
fn verdict<'r>(
    record: &Record<'_>,
    (way, values): (Option<&'static Way>, Vec<Item<'r>>),
    number: usize,
    undoing: &mut Undoing,
) -> (Verdict, Vec<Item<'r>>) {
    let is_listed = values.iter().any(Item::is_logged);
    let Some(way) = way else { return (Verdict::Unknown { is_listed }, values) };
    if let Some(special) = special(record) {
        return (special, values);
    }
    let made = || undoing.after.made(record);
    let verdict = match way.kind {
        Kind::NoStep | Kind::Stage => Verdict::NoStep(way),
        Kind::RestoreUser => match undoing.after.gone(record) {
            Some(gone) => Verdict::GoneForGood(gone),
            None => {
                let own = meaning::of(&record.activity);
                let is_deleted = own.is_some_and(|own| own.does(Act::Deleted, Thing::UserItself));
                let until = record.time.filter(|_| is_deleted).map(|time| time.plus(KEPT));
                let made = made();
                Verdict::Restore { way, told_in: undoing.told_in(number), until, made }
            }
        },
        Kind::EnableAccount => match made() {
            Some(made) => Verdict::DisabledNew(made),
            None => Verdict::Step { way, is_listed },
        },
        Kind::SetBack if !is_listed => {
            Verdict::NothingToSet { has_values: changes::has_values(record) }
        }
        Kind::SetBack | Kind::Step => Verdict::Step { way, is_listed },
    };
    (verdict, values)
}

/// What the activity alone does not tell.
fn special(record: &Record<'_>) -> Option<Verdict> {
    let activity = fold(&record.activity);
    let is_pim = fold(&record.actor.name).starts_with("ms-pim");
    if is_pim && activity.starts_with("remove") && activity.contains("member from role") {
        return Some(Verdict::TakenByPim);
    }
    let is_support = fold(&record.category) == "microsoftsupportaccessmanagement";
    let is_approved =
        meaning::of(&record.activity).is_some_and(|own| own.is_step("support", "approved"));
    (is_support && is_approved).then_some(Verdict::SupportLetIn)
}
