//! What reverses a record: what can be undone and why not, with the values to restore: [`decide`].
//! Never carries anything out, and never promises: what the log does not hold is said to be missing.
//!
//! Decisions are values, see [`Undo`]; [`words`] alone writes them.

mod back;
mod ledger;
mod values;
mod words;

use crate::meaning::{self, Act, Kind, Needs, Thing, Way};
use crate::record::{Outcome, Record};
use crate::store::RowId;
use crate::text::fold;
use crate::time::Timestamp;

use back::TakenBack;
pub(super) use ledger::Ledger;
use values::Item;
pub(super) use words::lines;

/// How long Entra keeps a deleted user, in ticks of 100 ns: 30 days.
const KEPT: i64 = 30 * 24 * 3_600 * 10_000_000;

/// What there is to do about a record.
#[derive(Debug)]
pub(super) struct Undo<'r> {
    /// Properties that only name what the record is about, with their value.
    about: Vec<(&'r str, Option<String>)>,
    verdict: Verdict,
    /// What is to be set back, as far as it was logged.
    values: Vec<Item<'r>>,
}

/// Whether a record can be undone, and how, or why not.
#[derive(Debug)]
enum Verdict {
    /// It failed.
    Failed,
    /// Another record among these reversed it, or it reversed another one.
    TakenBack(TakenBack),
    /// The user was deleted for good then, among these records.
    GoneForGood(Timestamp),
    /// How a user is restored.
    Restore {
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
    /// Nothing is known of the activity; did it log changes?
    Unknown { is_listed: bool },
}

/// What is to be done about a record; it is step `number` of the sheet whose records the ledger has
/// seen.
pub(super) fn decide<'r>(
    record: &'r Record<'_>,
    row: RowId,
    number: usize,
    ledger: &mut Ledger,
) -> Undo<'r> {
    let only = |verdict| Undo { about: Vec::new(), verdict, values: Vec::new() };
    // What was delivered in part is there, although the record says that it failed.
    if matches!(record.outcome, Outcome::Failure)
        && !fold(&record.activity).starts_with("partially ")
    {
        return only(Verdict::Failed);
    }
    if let Some(back) = ledger.taken_back(row) {
        return only(Verdict::TakenBack(back));
    }
    let way = meaning::way(&record.activity);
    let needs = way.map_or(Needs::Old, |way| way.needs);
    let values = match needs {
        Needs::Nothing => Vec::new(),
        needs => values::items(record, needs, ledger.fates(row)),
    };
    let (verdict, values) = verdict(record, (way, values), number, ledger);
    Undo { about: values::about(record), verdict, values }
}

/// The verdict, and which of the values are to be told with it.
fn verdict<'r>(
    record: &Record<'_>,
    (way, values): (Option<&'static Way>, Vec<Item<'r>>),
    number: usize,
    ledger: &mut Ledger,
) -> (Verdict, Vec<Item<'r>>) {
    let is_listed = values.iter().any(Item::is_logged);
    let Some(way) = way else { return (Verdict::Unknown { is_listed }, values) };
    if let Some(special) = special(record) {
        return (special, values);
    }
    let made = || ledger.made(record);
    let verdict = match way.kind {
        Kind::NoStep => Verdict::NoStep(way),
        Kind::RestoreUser => match ledger.gone(record) {
            Some(gone) => Verdict::GoneForGood(gone),
            None => {
                let own = meaning::of(&record.activity);
                let is_deleted = own.is_some_and(|own| own.does(Act::Deleted, Thing::UserItself));
                let until = record.time.filter(|_| is_deleted).map(|time| time.plus(KEPT));
                let made = made();
                Verdict::Restore { way, told_in: ledger.restoring(number), until, made }
            }
        },
        Kind::EnableAccount => match made() {
            Some(made) => Verdict::DisabledNew(made),
            None => Verdict::Step { way, is_listed },
        },
        Kind::SetBack if !is_listed => {
            Verdict::NothingToSet { has_values: values::has_values(record) }
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
    (is_support && activity == "request approved").then_some(Verdict::SupportLetIn)
}

/// What reverses an activity is setting the old values, and nothing else.
fn sets_values(activity: &str) -> bool {
    meaning::way(activity).is_some_and(|way| way.kind == Kind::SetBack)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Change, Target};

    fn record(activity: &str, name: &str, old: Option<&str>, new: Option<&str>) -> Record<'static> {
        let change = Change {
            name: name.to_owned().into(),
            old: old.map(|old| old.to_owned().into()),
            new: new.map(|new| new.to_owned().into()),
        };
        Record {
            activity: activity.to_owned().into(),
            outcome: Outcome::Success,
            targets: vec![Target {
                kind: "User".into(),
                name: "Eve Adams".into(),
                changes: vec![change],
                ..Target::default()
            }],
            ..Record::default()
        }
    }

    fn told(record: &Record<'_>) -> String {
        lines(record, &decide(record, 0, 1, &mut Ledger::default())).join("\n")
    }

    fn sheet(activity: &str, name: &str, old: Option<&str>, new: Option<&str>) -> String {
        told(&record(activity, name, old, new))
    }

    #[test]
    fn each_kind_of_change_has_its_reverse() {
        let role =
            sheet("Add member to role.", "Role.DisplayName", None, Some("\"Global Reader\""));
        assert!(role.contains("Remove the member from the role"), "{role}");
        assert!(role.contains("- Concerns `Role.DisplayName` `Global Reader`"), "{role}");
        let user = sheet("Update user", "UserType", Some("[\"Guest\"]"), Some("[\"Member\"]"));
        assert!(
            user.contains("set `UserType` to `Guest` (this record set it to `Member`)"),
            "{user}"
        );
        let key = sheet(
            "Update application – Certificates and secrets management ",
            "KeyDescription",
            Some(r#"["[KeyIdentifier=1]"]"#),
            Some(r#"["[KeyIdentifier=1]","[KeyIdentifier=2]"]"#),
        );
        assert!(key.contains("[KeyIdentifier=2]") && !key.contains("KeyIdentifier=1]"), "{key}");
        assert!(key.contains("remove `KeyDescription` `[Key") && !key.contains("`[]`"), "{key}");
        let policy = sheet(
            "Update Conditional Access policy",
            "ConditionalAccessPolicy",
            Some(r#"{"state":"enabled"}"#),
            Some(r#"{"state":"disabled"}"#),
        );
        assert!(policy.contains("to `enabled` (this record set it to `disabled`)"), "{policy}");
        assert!(policy.contains("```json\n{\n  \"state\": \"enabled\"\n}\n```"), "{policy}");
        let excluded = sheet(
            "Update Conditional Access policy",
            "ConditionalAccessPolicy",
            Some(r#"{"users":["a"]}"#),
            Some(r#"{"users":["a","b"]}"#),
        );
        assert!(
            excluded.contains("take out of `ConditionalAccessPolicy` `.users` `b`"),
            "{excluded}"
        );
        assert!(sheet("Delete user", "x", None, None).contains("within 30 days"));
        assert!(sheet("Hard Delete user", "x", None, None).contains("cannot be undone"));
        assert!(sheet("Read BitLocker key", "x", None, None).contains("cannot be unread"));
        assert!(sheet("Reset user password", "x", None, None).contains("not in the log"));
        assert!(sheet("Update group", "Name", None, None).contains("not logged: compare"));
        let expired = sheet("Remove member from role (PIM activation expired)", "x", None, None);
        assert!(expired.contains("Nothing has to be undone"), "{expired}");
        assert!(sheet("Access approved", "x", None, None).contains("Manage pending requests"));
        assert!(sheet("Frobnicate", "x", None, None).contains("No reverse of Frobnicate"));
    }

    #[test]
    fn what_only_names_is_no_value_to_restore() {
        for (name, activity) in [
            ("ServicePrincipal.ObjectID", "Add owner to service principal"),
            ("ConsentContext.IsAdminConsent", "Consent to application"),
            ("Application.DisplayName", "Add owner to application"),
        ] {
            let text = sheet(activity, name, None, Some("\"Payroll Export\""));
            assert!(!text.contains("- remove"), "{text}");
            assert!(text.contains(&format!("- Concerns `{name}` `Payroll Export`")), "{text}");
        }
        let granted = sheet(
            "Consent to application",
            "ConsentAction.Permissions",
            None,
            Some("\"Mail.Read\""),
        );
        assert!(granted.contains("remove `ConsentAction.Permissions` `Mail.Read`"), "{granted}");
    }

    #[test]
    fn where_no_values_were_logged_the_reason_is_told() {
        let setting = Record {
            result_reason: "MFA on activation disabled".into(),
            targets: Vec::new(),
            ..record("Update role setting in PIM", "x", None, None)
        };
        let text = told(&setting);
        assert!(text.contains("The reason logged is `MFA on activation disabled`"), "{text}");
    }

    #[test]
    fn no_step_says_more_than_the_record() {
        let said = |activity: &str| sheet(activity, "x", None, None);
        let list = said("Download users - finished (bulk)");
        assert!(list.contains("was downloaded is out") && !list.contains("To undo"), "{list}");
        let asked = said("User requests access package assignment");
        assert!(asked.contains("If the request is still open, cancel or deny it"), "{asked}");
        let stage = said("Add member to role request approved (PIM activation)");
        assert!(stage.ends_with("- A stage of a process: look at what came of it."), "{stage}");
        let read = said("Recover device local administrator password");
        assert!(read.contains("not changed: rotate it"), "{read}");
        let added = said("Add passwordless phone sign-in credential");
        assert!(added.contains("Remove the credential that was added"), "{added}");
        let consent = said("Consent to application");
        assert!(!consent.contains("listed here") && consent.contains("lists none"), "{consent}");
        let user = said("Update user");
        assert!(!user.contains("Set the values back"), "{user}");
        let package = "Partially fulfill access package assignment request";
        let partly = Record { outcome: Outcome::Failure, ..record(package, "x", None, None) };
        let partly = told(&partly);
        assert!(partly.contains("Remove the assignment of the access package"), "{partly}");
    }

    #[test]
    fn what_pim_took_away_is_not_given_back() {
        let mut removed = record("Remove member from role", "x", None, None);
        removed.actor.name = "MS-PIM".into();
        assert!(told(&removed).contains("when an activation ends"));
    }

    #[test]
    fn what_failed_needs_no_reverse() {
        let failed = Record { outcome: Outcome::Failure, ..record("Add user", "x", None, None) };
        assert!(told(&failed).contains("Nothing to undo"));
    }
}
