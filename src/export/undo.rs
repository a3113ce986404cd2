//! What reverses a record, in words, with the values to restore: [`steps`].
//! Never carries anything out, and never promises: what the log does not hold is said to be missing.

use serde_json::Value;

use super::markdown::{code, escaped, fenced};
use super::report::{target, value};
use crate::record::change::differences;
use crate::record::sentence::target_name;
use crate::record::{Outcome, Record, Target, value_text};
use crate::text::fold;

/// What is needed for the step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Needs {
    /// Nothing but the targets.
    Nothing,
    /// The old values of what changed.
    Old,
    /// What the change added, to take it away.
    Added,
    /// What the change took away, to give it back.
    Removed,
}

/// A row: activities (folded; `*` stands for any letters), what reverses them, what is needed for it.
struct Step(&'static [&'static str], &'static str, Needs);

/// The first row that fits counts.
const STEPS: &[Step] = &[
    Step(
        &[
            "*requested*",
            "*request*",
            "*approval*",
            "finished *",
            "started *",
            "*- finished (bulk)",
            "*started (bulk)",
        ],
        "This record is a stage of a process; what came of it has records of its own, which are to be reversed.",
        Needs::Nothing,
    ),
    Step(
        &["hard delete*"],
        "This cannot be undone: what was deleted is gone for good. Make it anew and grant again what it had.",
        Needs::Removed,
    ),
    Step(
        &["delete user", "bulk delete users*"],
        "Restore the user from the deleted users within 30 days of the deletion. Memberships, roles and licences come back with it; check them. After 30 days it cannot be undone.",
        Needs::Nothing,
    ),
    Step(
        &["delete application", "remove service principal"],
        "Restore it from the deleted applications within 30 days of the deletion. After that it cannot be undone: make it anew, with another id.",
        Needs::Removed,
    ),
    Step(
        &["delete group"],
        "Restore it from the deleted groups within 30 days, where it is a Microsoft 365 group. A group that cannot be restored has to be made anew, with another id; its members are in earlier records only.",
        Needs::Removed,
    ),
    Step(
        &["restore user", "restore group", "restore application", "restore*"],
        "Delete it again, if it was not to come back.",
        Needs::Nothing,
    ),
    Step(
        &[
            "add member to role*",
            "add eligible member to role*",
            "add scoped member to role*",
            "*member to role completed*",
        ],
        "Remove the member from the role, in PIM where the assignment was made there. Then revoke the member's sessions: a token already issued keeps the role until it expires.",
        Needs::Added,
    ),
    Step(
        &[
            "remove member from role*",
            "remove eligible member from role*",
            "remove scoped member from role*",
        ],
        "Give the member the role again, eligible or active as it was.",
        Needs::Removed,
    ),
    Step(&["add member to *"], "Remove the member again.", Needs::Added),
    Step(&["remove member from *"], "Add the member again.", Needs::Removed),
    Step(
        &["add owner to *"],
        "Remove the owner again. Look at what the owner added meanwhile, credentials first.",
        Needs::Added,
    ),
    Step(&["remove owner from *"], "Add the owner again.", Needs::Removed),
    Step(
        &["consent to application", "add delegated permission grant", "add oauth2permissiongrant"],
        "Revoke the consent: delete the permission grants listed here, of this application. Then revoke the refresh tokens of the users it was given for: consent that is gone does not end a session.",
        Needs::Added,
    ),
    Step(
        &["remove delegated permission grant", "remove oauth2permissiongrant", "revoke consent*"],
        "Grant the permissions again, if they are still wanted.",
        Needs::Removed,
    ),
    Step(
        &["add app role assignment*"],
        "Remove the app role assignment listed here.",
        Needs::Added,
    ),
    Step(&["remove app role assignment*"], "Assign the app role again.", Needs::Removed),
    Step(
        &[
            "update application - certificates and secrets management",
            "add service principal credentials*",
            "add application credentials*",
        ],
        "Remove the added credentials by their key id. A credential that was removed cannot be restored, as its secret is not in the log: add a new one. Look at the sign-ins of the service principal since then.",
        Needs::Added,
    ),
    Step(
        &["remove service principal credentials*", "remove application credentials*"],
        "This cannot be undone: secrets are not in the log. Add a new credential where one is needed.",
        Needs::Removed,
    ),
    Step(
        &[
            "add user",
            "create user",
            "invite external user*",
            "redeem external user invite*",
            "bulk create users*",
            "bulk invite users*",
        ],
        "Block the account's sign-in, revoke its sessions, and delete it once what it did is known.",
        Needs::Nothing,
    ),
    Step(&["disable account", "disable user"], "Enable the account again.", Needs::Nothing),
    Step(
        &["enable account", "enable user"],
        "Disable the account again and revoke its sessions.",
        Needs::Nothing,
    ),
    Step(
        &["*password*"],
        "The password before is not in the log and cannot be restored. Set a new one and revoke the sessions.",
        Needs::Old,
    ),
    Step(
        &[
            "user registered*security info",
            "admin registered security info",
            "user changed default security info",
            "user updated security info",
            "admin updated security info",
            "*registered security info*",
        ],
        "Delete the method that was registered and revoke the sessions. Have the user register anew from a device that is known.",
        Needs::Old,
    ),
    Step(
        &["*deleted security info*", "disable strong authentication*"],
        "The method cannot be restored. Have the user register it anew, and require registration before the next sign-in.",
        Needs::Removed,
    ),
    Step(
        &["add conditional access policy", "add named location"],
        "Turn the policy or location off, then delete it.",
        Needs::Nothing,
    ),
    Step(
        &[
            "update conditional access policy",
            "update named location",
            "update policy",
            "set *policies",
            "update *policy",
        ],
        "Set the values back to what they were; the whole old value follows where it was logged.",
        Needs::Old,
    ),
    Step(
        &["delete conditional access policy", "delete named location", "delete policy"],
        "Restore it from the deleted policies where the tenant still has it, else make it anew from the old value.",
        Needs::Old,
    ),
    Step(
        &["set federation settings on domain", "set domain authentication"],
        "Set the domain's authentication back. The federation settings themselves are not in the log: read the present ones (Get-MgDomainFederationConfiguration) and remove those that are not yours.",
        Needs::Old,
    ),
    Step(
        &["add unverified domain", "add verified domain", "verify domain", "add domain*"],
        "Remove the domain from the tenant, after moving away what uses it.",
        Needs::Nothing,
    ),
    Step(
        &["read *", "get *", "recover *", "download *", "export *", "retrieve *", "*data export*"],
        "What was read cannot be unread. Change what became known: rotate the key, the password or the secret.",
        Needs::Nothing,
    ),
    Step(
        &["*revoke*token*", "*revoke sign*", "update stsrefreshtokenvalidfrom timestamp"],
        "Nothing has to be undone: whoever was signed in signs in again.",
        Needs::Nothing,
    ),
    Step(&["disable *"], "Enable it again.", Needs::Old),
    Step(&["enable *"], "Disable it again.", Needs::Old),
    Step(
        &["update *", "set *", "change *", "patch *", "move *", "convert *", "*update*"],
        "Set the values back to what they were.",
        Needs::Old,
    ),
    Step(
        &["add *", "create *", "assign *", "register *", "grant *", "import *", "onboard*"],
        "Remove what was added.",
        Needs::Added,
    ),
    Step(
        &["delete *", "remove *", "unassign *", "unregister *", "revoke *"],
        "Make it anew; what it was like is in the values that follow, as far as it was logged, and in earlier records.",
        Needs::Removed,
    ),
];

/// The steps that reverse a record, as lines of Markdown.
pub(super) fn steps(record: &Record<'_>) -> Vec<String> {
    let mut lines: Vec<String> =
        record.targets.iter().map(|one| format!("- {}", target(one))).collect();
    if matches!(record.outcome, Outcome::Failure) {
        lines.push("- Nothing to undo: it failed.".to_owned());
        return lines;
    }
    let Some(Step(_, words, needs)) = step(&record.activity) else {
        let activity = escaped(&record.activity);
        lines.push(format!("- No reverse of {activity} is known here; its changes follow."));
        lines.extend(values(record, Needs::Old));
        return lines;
    };
    lines.push(format!("- **To undo:** {words}"));
    if *needs != Needs::Nothing {
        lines.extend(values(record, *needs));
    }
    lines
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
                let place = match difference.path.as_str() {
                    "" => name.clone(),
                    path => format!("{name} {}", code(path)),
                };
                let (was, is) = (difference.old.as_deref(), difference.new.as_deref());
                lines.push(match (needs, was, is) {
                    (Needs::Added, None, Some(is)) => {
                        format!("  - remove {place} {}", value(Some(is)))
                    }
                    (Needs::Removed, Some(was), None) => {
                        format!("  - give back {place} {}", value(Some(was)))
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
        lines.push("  - The values before are not in the log.".to_owned());
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
        steps(&record(activity, name, old, new)).join("\n")
    }

    #[test]
    fn each_kind_of_change_has_its_reverse() {
        let role =
            sheet("Add member to role.", "Role.DisplayName", None, Some("\"Global Reader\""));
        assert!(role.contains("Remove the member from the role"), "{role}");
        assert!(role.contains("remove `Role.DisplayName` `Global Reader`"), "{role}");
        let user = sheet("Update user", "UserType", Some("[\"Guest\"]"), Some("[\"Member\"]"));
        assert!(user.contains("set `UserType` to `Guest` (now `Member`)"), "{user}");
        let key = sheet(
            "Update application – Certificates and secrets management ",
            "KeyDescription",
            Some(r#"["[KeyIdentifier=1]"]"#),
            Some(r#"["[KeyIdentifier=1]","[KeyIdentifier=2]"]"#),
        );
        assert!(key.contains("[KeyIdentifier=2]") && !key.contains("KeyIdentifier=1]"), "{key}");
        let policy = sheet(
            "Update Conditional Access policy",
            "ConditionalAccessPolicy",
            Some(r#"{"state":"enabled"}"#),
            Some(r#"{"state":"disabled"}"#),
        );
        assert!(policy.contains("to `enabled` (now `disabled`)"), "{policy}");
        assert!(policy.contains("```json\n{\n  \"state\": \"enabled\"\n}\n```"), "{policy}");
        assert!(sheet("Delete user", "x", None, None).contains("within 30 days"));
        assert!(sheet("Hard Delete user", "x", None, None).contains("cannot be undone"));
        assert!(sheet("Read BitLocker key", "x", None, None).contains("cannot be unread"));
        assert!(sheet("Reset user password", "x", None, None).contains("not in the log"));
        assert!(sheet("Update group", "Name", None, None).contains("not in the log"));
        assert!(sheet("Frobnicate", "x", None, None).contains("No reverse of Frobnicate"));
    }

    #[test]
    fn what_failed_needs_no_reverse() {
        let failed = Record { outcome: Outcome::Failure, ..record("Add user", "x", None, None) };
        assert!(steps(&failed).join("\n").contains("Nothing to undo"));
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
