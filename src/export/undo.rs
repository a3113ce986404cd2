//! What reverses a record, in words, with the values to restore: [`steps`].
//! Never carries anything out, and never promises: what the log does not hold is said to be missing.

mod back;
mod ledger;
mod table;

use serde_json::Value;

use super::markdown::{code, escaped, fenced};
use super::report::{target, value};
use crate::record::change::{Difference, differences};
use crate::record::sentence::target_name;
use crate::record::{Change, Outcome, Record, Target, value_text};
use crate::store::RowId;
use crate::text::fold;

use back::{Fate, at};
pub(super) use ledger::Ledger;
use table::{Needs, RESTORE_USER, SET_BACK, SET_BACK_WHOLE, STEPS, Step};

/// Differences of one change that are told.
const MOST_DIFFERENCES: usize = 100;
/// How long Entra keeps a deleted user, in ticks of 100 ns: 30 days.
const KEPT: i64 = 30 * 24 * 3_600 * 10_000_000;

/// The steps that reverse a record, as lines of Markdown; it is step `number` of the sheet whose records
/// the ledger has seen.
pub(super) fn steps(
    record: &Record<'_>,
    row: RowId,
    number: usize,
    ledger: &mut Ledger,
) -> Vec<String> {
    let mut lines: Vec<String> =
        record.targets.iter().map(|one| format!("- {}", target(one))).collect();
    let activity = fold(&record.activity);
    // What was delivered in part is there, although the record says that it failed.
    if matches!(record.outcome, Outcome::Failure) && !activity.starts_with("partially ") {
        lines.push("- Nothing to undo: it failed.".to_owned());
        return lines;
    }
    if let Some(cancelled) = ledger.cancelled(row) {
        lines.push(format!("- Nothing to undo: {cancelled}"));
        return lines;
    }
    lines.extend(concerns(record));
    let Some(Step(_, words, needs)) = step(&record.activity) else {
        let activity = escaped(&record.activity);
        let values = values(record, Needs::Old, ledger.fates(row));
        lines.push(match values.iter().all(|line| line.starts_with(NO_VALUES)) {
            true => format!("- No reverse of {activity} is known here, and it logged no changes."),
            false => format!("- No reverse of {activity} is known here; its changes follow."),
        });
        lines.extend(values);
        return lines;
    };
    let words = special(record).unwrap_or(words);
    if *needs == Needs::NoStep {
        lines.push(format!("- {words}"));
        return lines;
    }
    if words == RESTORE_USER {
        lines.push(restore(record, number, ledger));
        return lines;
    }
    if let Some(made) = ledger.made(record).filter(|_| activity == "disable account") {
        lines.push(format!(
            "- Leave it disabled, if the account was not to be there: it was added at {made}, among these records. **To undo** otherwise: Enable the account again."
        ));
        return lines;
    }
    let values = match needs {
        Needs::Nothing => Vec::new(),
        needs => values(record, *needs, ledger.fates(row)),
    };
    let words = worded(record, words, &values);
    let is_step = !NO_STEPS.iter().any(|start| words.starts_with(start));
    lines.push(format!("- {}{words}", if is_step { "**To undo:** " } else { "" }));
    lines.extend(values);
    lines
}

/// How words begin that tell what cannot be done, or what was done already.
const NO_STEPS: &[&str] = &["This cannot", "What was read", "PIM took"];

/// The words of a step, without a promise of values that do not follow.
fn worded(record: &Record<'_>, words: &str, values: &[String]) -> String {
    let has_values = values.iter().any(|line| !line.starts_with(NO_VALUES));
    if has_values {
        words.to_owned()
    } else if [SET_BACK, SET_BACK_WHOLE].contains(&words) {
        let mut changes = record.targets.iter().flat_map(|one| &one.changes);
        match changes.any(|change| !is_about_the_change(&change.name) && !is_empty(change)) {
            true => "No value to set back is logged: compare what is there with a backup.",
            false => "The values are not logged: compare what is there with a backup.",
        }
        .to_owned()
    } else {
        words.replace("listed here", "it made (the record lists none: look at what is there)")
    }
}

/// How a deleted user is restored, told at length once in a sheet, and until when.
fn restore(record: &Record<'_>, number: usize, ledger: &mut Ledger) -> String {
    if let Some(gone) = ledger.gone(record) {
        return format!(
            "- This cannot be undone: the user was deleted for good at {gone}, among these records."
        );
    }
    let last = record.time.map(|time| format!(" Last date to restore: {}.", time.plus(KEPT)));
    let last = last.filter(|_| fold(&record.activity) == "delete user").unwrap_or_default();
    let told = match ledger.restoring(number) {
        None => format!("{RESTORE_USER}{last}"),
        Some(step) => format!("Restore the user, as told in step {step}.{last}"),
    };
    match ledger.made(record) {
        None => format!("- **To undo:** {told}"),
        Some(made) => format!(
            "- Leave it deleted, if the account was not to be there: it was added at {made}, among these records. **To undo** otherwise: {told}"
        ),
    }
}

/// What reverses an activity is setting the old values, and nothing else.
fn sets_values(activity: &str) -> bool {
    step(activity).is_some_and(|Step(_, words, _)| [SET_BACK, SET_BACK_WHOLE].contains(words))
}

/// Does the record log the values of all that it changed, and can all of them be told?
fn is_whole(record: &Record<'_>) -> bool {
    let changes = record.targets.iter().flat_map(|one| &one.changes);
    changes.filter(|change| !is_about_the_change(&change.name)).all(|change| {
        !is_empty(change)
            && differences(change.old.as_deref(), change.new.as_deref()).len() <= MOST_DIFFERENCES
    })
}

/// No value on either side.
fn is_empty(change: &Change<'_>) -> bool {
    let is_empty = |side: Option<&str>| side.map(value_text).is_none_or(|v| v.is_empty());
    is_empty(change.old.as_deref()) && is_empty(change.new.as_deref())
}

/// What can be set back, in the order in which it is told.
fn told_differences<'r>(
    record: &'r Record<'_>,
) -> impl Iterator<Item = (&'r Target<'r>, &'r Change<'r>, Difference)> {
    record.targets.iter().flat_map(|one| {
        one.changes.iter().flat_map(move |change| {
            to_set(change).into_iter().map(move |difference| (one, change, difference))
        })
    })
}

/// What can be set back of one change.
fn to_set(change: &Change<'_>) -> Vec<Difference> {
    if is_about_the_change(&change.name) || is_empty(change) {
        return Vec::new();
    }
    let mut found = differences(change.old.as_deref(), change.new.as_deref());
    found.truncate(MOST_DIFFERENCES);
    found.retain(|difference| {
        // Entra keeps this time itself.
        !difference.path.ends_with(".modifiedDateTime") && !names(change, difference)
    });
    found
}

/// Does a difference only tell what the record is about?
fn names(change: &Change<'_>, difference: &Difference) -> bool {
    (difference.old.is_none() || difference.new.is_none()) && only_names(&change.name)
}

/// The properties that only name what the record is about, in one line.
fn concerns(record: &Record<'_>) -> Option<String> {
    let changes = record.targets.iter().flat_map(|one| &one.changes);
    let changes = changes.filter(|change| !is_about_the_change(&change.name) && !is_empty(change));
    let told: Vec<String> = changes
        .flat_map(|change| {
            let found = differences(change.old.as_deref(), change.new.as_deref());
            let found = found.into_iter().take(MOST_DIFFERENCES);
            found.filter(|difference| names(change, difference)).map(|difference| {
                let side = difference.new.as_deref().or(difference.old.as_deref());
                format!("{} {}", code(&change.name), value(side))
            })
        })
        .collect();
    (!told.is_empty()).then(|| format!("- Concerns {}", told.join(", ")))
}

/// What the activity alone does not tell.
fn special(record: &Record<'_>) -> Option<&'static str> {
    let activity = fold(&record.activity);
    let is_pim = fold(&record.actor.name).starts_with("ms-pim");
    if is_pim && activity.starts_with("remove") && activity.contains("member from role") {
        return Some(
            "PIM took the role away, as it does when an activation ends: then nothing has to be undone. Give the member the role again only where a record of PIM tells that an assignment was removed.",
        );
    }
    let is_support = fold(&record.category) == "microsoftsupportaccessmanagement";
    (is_support && activity == "request approved").then_some(
        "This let Microsoft Support in, if access followed. An open access is ended by hand before the support request is closed, in the Microsoft Entra admin center under Learn & support > Diagnose and solve problems > Microsoft Support Access Requests (Manage pending requests opens them); by itself it ends when the support request is closed.",
    )
}

fn step(activity: &str) -> Option<&'static Step> {
    let activity = fold(activity);
    STEPS.iter().find(|Step(names, ..)| names.iter().any(|name| fits(name, &activity)))
}

/// `*` stands for any letters.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    let mut rest = rest;
    for part in between {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// Properties that only tell about the change.
fn is_about_the_change(name: &str) -> bool {
    ["Included Updated Properties", "TargetId.", "ActorId.", "Action Client Name"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

/// Last parts of properties that only name what the record is about.
const NAMING: &[&str] = &[
    "appid",
    "displayname",
    "objectid",
    "serviceprincipalnames",
    "templateid",
    "upn",
    "userprincipalname",
    "wellknownobjectname",
];

/// Does the property only tell what the record is about, so that there is nothing to take away or to
/// give back?
fn only_names(name: &str) -> bool {
    let name = fold(name);
    let Some((of, part)) = name.split_once('.') else {
        return name.starts_with("roledefinitionorigin") || name == "templateid";
    };
    of == "consentcontext" || NAMING.contains(&part)
}

/// How a line begins that tells of values that were not logged.
const NO_VALUES: &str = "  - Entra logged ";

fn values(record: &Record<'_>, needs: Needs, fates: &[Fate]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut missing = Vec::new();
    // A record that is redacted may differ in fewer places than it did when the ledger saw it.
    let are_known = fates.len() == told_differences(record).count();
    let mut fates = fates.iter().copied().filter(|_| are_known);
    for one in &record.targets {
        for change in one.changes.iter().filter(|change| !is_about_the_change(&change.name)) {
            if is_empty(change) {
                missing.push(code(&change.name));
                continue;
            }
            for difference in to_set(change) {
                let fate = fates.next().unwrap_or_default();
                lines.push(line(&change.name, &difference, needs, fate));
            }
            lines.extend(whole(change.old.as_deref().filter(|_| needs != Needs::Added), one));
        }
    }
    let reason = record.result_reason.trim();
    let tells = reason.len() > 2 && !["success", "successful"].contains(&fold(reason).as_str());
    if lines.is_empty() && needs == Needs::Old && tells {
        lines.push(format!("{NO_VALUES}no values. The reason logged is {}.", code(reason)));
    }
    if !missing.is_empty() {
        lines.push(format!("{NO_VALUES}no values of {}.", missing.join(", ")));
    }
    lines
}

/// One value to set back.
fn line(name: &str, difference: &Difference, needs: Needs, fate: Fate) -> String {
    let (path, in_list) = difference.place();
    let place = match path {
        "" => code(name),
        path => format!("{} {}", code(name), code(path)),
    };
    let (was, is) = (difference.old.as_deref(), difference.new.as_deref());
    let again = match fate {
        Fate::Stays => String::new(),
        Fate::Again(time) => format!("; changed again at {}, among these records", at(time)),
        Fate::Back(first, last) => {
            let element = if in_list { format!(" {}", value(is.or(was))) } else { String::new() };
            return format!(
                "  - nothing for {place}{element}: changed at {}, changed back at {}, both among these records",
                at(first),
                at(last)
            );
        }
    };
    match (needs, was, is) {
        (Needs::Added, None, Some(is)) => format!("  - remove {place} {}{again}", value(Some(is))),
        (Needs::Removed, Some(was), None) => {
            format!("  - give back {place} {}{again}", value(Some(was)))
        }
        (_, None, is) if in_list => format!("  - take out of {place} {}{again}", value(is)),
        (_, was, None) if in_list => format!("  - put back into {place} {}{again}", value(was)),
        (_, was, is) => {
            format!(
                "  - set {place} to {} (this record set it to {}{again})",
                value(was),
                value(is)
            )
        }
    }
}

/// An old value that is an object, whole, so that it can be given to an interface as it is.
fn whole(old: Option<&str>, of: &Target<'_>) -> Vec<String> {
    let Some(object) = old.and_then(|old| object(old, 0)) else { return Vec::new() };
    let text = serde_json::to_string_pretty(&object).unwrap_or_default();
    let name = escaped(target_name(of));
    let mut lines =
        vec![String::new(), format!("  The whole value of {name} before:"), String::new()];
    lines.extend(fenced(&text, "json"));
    lines.push(String::new());
    lines
}

/// The JSON object in a logged value, however often it is packed.
fn object(text: &str, layer: usize) -> Option<Value> {
    match serde_json::from_str::<Value>(text).ok()? {
        object @ Value::Object(_) => Some(object),
        Value::String(inner) if layer < 4 => object(&inner, layer + 1),
        Value::Array(mut items) if items.len() == 1 => match items.remove(0) {
            object @ Value::Object(_) => Some(object),
            Value::String(inner) if layer < 4 => self::object(&inner, layer + 1),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Change;

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

    fn sheet(activity: &str, name: &str, old: Option<&str>, new: Option<&str>) -> String {
        steps(&record(activity, name, old, new), 0, 1, &mut Ledger::default()).join("\n")
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
        let text = steps(&setting, 0, 1, &mut Ledger::default()).join("\n");
        assert!(text.contains("The reason logged is `MFA on activation disabled`"), "{text}");
    }

    #[test]
    fn no_step_says_more_than_the_record() {
        let told = |activity: &str| sheet(activity, "x", None, None);
        let list = told("Download users - finished (bulk)");
        assert!(list.contains("was downloaded is out") && !list.contains("To undo"), "{list}");
        let asked = told("User requests access package assignment");
        assert!(asked.contains("If the request is still open, cancel or deny it"), "{asked}");
        let stage = told("Add member to role request approved (PIM activation)");
        assert!(stage.ends_with("- A stage of a process: look at what came of it."), "{stage}");
        let read = told("Recover device local administrator password");
        assert!(read.contains("not changed: rotate it"), "{read}");
        let added = told("Add passwordless phone sign-in credential");
        assert!(added.contains("Remove the credential that was added"), "{added}");
        let consent = told("Consent to application");
        assert!(!consent.contains("listed here") && consent.contains("lists none"), "{consent}");
        let user = told("Update user");
        assert!(!user.contains("Set the values back"), "{user}");
        let package = "Partially fulfill access package assignment request";
        let partly = Record { outcome: Outcome::Failure, ..record(package, "x", None, None) };
        let partly = steps(&partly, 0, 1, &mut Ledger::default()).join("\n");
        assert!(partly.contains("Remove the assignment of the access package"), "{partly}");
    }

    #[test]
    fn what_pim_took_away_is_not_given_back() {
        let mut removed = record("Remove member from role", "x", None, None);
        removed.actor.name = "MS-PIM".into();
        assert!(
            steps(&removed, 0, 1, &mut Ledger::default())
                .join("\n")
                .contains("when an activation ends")
        );
    }

    #[test]
    fn what_failed_needs_no_reverse() {
        let failed = Record { outcome: Outcome::Failure, ..record("Add user", "x", None, None) };
        assert!(
            steps(&failed, 0, 1, &mut Ledger::default()).join("\n").contains("Nothing to undo")
        );
    }

    #[test]
    fn patterns_stand_for_any_letters() {
        assert!(fits("add *", "add user") && !fits("add *", "readd user"));
        assert!(fits("*password*", "reset password (by admin)") && fits("a*b", "ab"));
        assert!(!fits("a*b", "a") && fits("delete user", "delete user") && !fits("x", "xy"));
        for Step(names, ..) in STEPS {
            for name in *names {
                assert_eq!(fold(name), *name, "patterns are folded");
            }
        }
    }
}
