//! What reverses a record, in words, with the values to restore: [`steps`].
//! Never carries anything out, and never promises: what the log does not hold is said to be missing.

mod ledger;
mod table;

use serde_json::Value;

use super::markdown::{code, escaped, fenced};
use super::report::{target, value};
use crate::record::change::differences;
use crate::record::sentence::target_name;
use crate::record::{Outcome, Record, Target, value_text};
use crate::text::fold;

pub(super) use ledger::Ledger;
use table::{Needs, STEPS, Step};

/// The steps that reverse a record, as lines of Markdown; `cancelled` where another record among these
/// reversed it already.
pub(super) fn steps(record: &Record<'_>, cancelled: Option<String>) -> Vec<String> {
    let mut lines: Vec<String> =
        record.targets.iter().map(|one| format!("- {}", target(one))).collect();
    if matches!(record.outcome, Outcome::Failure) {
        lines.push("- Nothing to undo: it failed.".to_owned());
        return lines;
    }
    if let Some(cancelled) = cancelled {
        lines.push(format!("- Nothing to undo: {cancelled}"));
        return lines;
    }
    let Some(Step(_, words, needs)) = step(&record.activity) else {
        let activity = escaped(&record.activity);
        lines.push(format!("- No reverse of {activity} is known here; its changes follow."));
        lines.extend(values(record, Needs::Old));
        return lines;
    };
    let words = special(record).unwrap_or(words);
    lines.push(format!("- **To undo:** {words}"));
    if *needs != Needs::Nothing {
        lines.extend(values(record, *needs));
    }
    lines
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

fn values(record: &Record<'_>, needs: Needs) -> Vec<String> {
    let mut lines = Vec::new();
    let mut missing = Vec::new();
    for one in &record.targets {
        for change in one.changes.iter().filter(|change| !is_about_the_change(&change.name)) {
            let (old, new) = (change.old.as_deref(), change.new.as_deref());
            let name = code(&change.name);
            let found = differences(old, new);
            let is_empty = |side: Option<&str>| side.map(value_text).is_none_or(|v| v.is_empty());
            if is_empty(old) && is_empty(new) {
                missing.push(name);
                continue;
            }
            for difference in found.iter().take(100) {
                let (path, in_list) = difference.place();
                let place = match path {
                    "" => name.clone(),
                    path => format!("{name} {}", code(path)),
                };
                let (was, is) = (difference.old.as_deref(), difference.new.as_deref());
                lines.push(match (needs, was, is) {
                    (_, None, Some(one)) | (_, Some(one), None) if only_names(&change.name) => {
                        format!("  - {place}: {}", value(Some(one)))
                    }
                    (Needs::Added, None, Some(is)) => {
                        format!("  - remove {place} {}", value(Some(is)))
                    }
                    (Needs::Removed, Some(was), None) => {
                        format!("  - give back {place} {}", value(Some(was)))
                    }
                    (_, None, is) if in_list => {
                        format!("  - take out of {place} {}", value(is))
                    }
                    (_, was, None) if in_list => {
                        format!("  - put back into {place} {}", value(was))
                    }
                    (_, was, is) => {
                        format!("  - set {place} to {} (now {})", value(was), value(is))
                    }
                });
            }
            lines.extend(whole(old.filter(|_| needs != Needs::Added), one));
        }
    }
    if lines.is_empty() && needs == Needs::Old {
        let reason = record.result_reason.trim();
        let tells = reason.len() > 2 && !["success", "successful"].contains(&fold(reason).as_str());
        lines.push(match tells {
            true => format!(
                "  - The values before are not in the log. The reason logged is {}.",
                code(reason)
            ),
            false => "  - The values before are not in the log.".to_owned(),
        });
    }
    if !missing.is_empty() {
        lines.push(format!("  - Entra logged no values of {}.", missing.join(", ")));
    }
    lines
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
        steps(&record(activity, name, old, new), None).join("\n")
    }

    #[test]
    fn each_kind_of_change_has_its_reverse() {
        let role =
            sheet("Add member to role.", "Role.DisplayName", None, Some("\"Global Reader\""));
        assert!(role.contains("Remove the member from the role"), "{role}");
        assert!(role.contains("  - `Role.DisplayName`: `Global Reader`"), "{role}");
        let user = sheet("Update user", "UserType", Some("[\"Guest\"]"), Some("[\"Member\"]"));
        assert!(user.contains("set `UserType` to `Guest` (now `Member`)"), "{user}");
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
        assert!(policy.contains("to `enabled` (now `disabled`)"), "{policy}");
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
        assert!(sheet("Update group", "Name", None, None).contains("not in the log"));
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
            assert!(text.contains(&format!("  - `{name}`: `Payroll Export`")), "{text}");
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
        let text = steps(&setting, None).join("\n");
        assert!(text.contains("The reason logged is `MFA on activation disabled`"), "{text}");
    }

    #[test]
    fn what_pim_took_away_is_not_given_back() {
        let mut removed = record("Remove member from role", "x", None, None);
        removed.actor.name = "MS-PIM".into();
        assert!(steps(&removed, None).join("\n").contains("when an activation ends"));
    }

    #[test]
    fn what_failed_needs_no_reverse() {
        let failed = Record { outcome: Outcome::Failure, ..record("Add user", "x", None, None) };
        assert!(steps(&failed, None).join("\n").contains("Nothing to undo"));
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
