//! What sheets say of records of each kind.

mod back;

use super::*;
use crate::document::{Block, Head, Item, Renderer};
use crate::record::{Change, Outcome, Record, Target};

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

/// Items of a sheet as it is written.
pub(super) fn markdown(items: Vec<Item>) -> String {
    let mut out = Vec::new();
    let renderer = Renderer::find("markdown").expect("a renderer");
    renderer.write(&Head::default(), [Block::List(items)], &mut out).expect("in memory");
    String::from_utf8(out).expect("UTF-8").trim_end().to_owned()
}

fn told(record: &Record<'_>) -> String {
    markdown(lines(record, &decide(record, 0, 1, &mut Undoing::default())))
}

fn sheet(activity: &str, name: &str, old: Option<&str>, new: Option<&str>) -> String {
    told(&record(activity, name, old, new))
}

#[test]
fn each_kind_of_change_has_its_reverse() {
    let role = sheet("Add member to role.", "Role.DisplayName", None, Some("\"Global Reader\""));
    assert!(role.contains("Remove the member from the role"), "{role}");
    assert!(role.contains("- Concerns `Role.DisplayName` `Global Reader`"), "{role}");
    let user = sheet("Update user", "UserType", Some("[\"Guest\"]"), Some("[\"Member\"]"));
    assert!(user.contains("set `UserType` to `Guest` (this record set it to `Member`)"), "{user}");
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
    assert!(excluded.contains("take out of `ConditionalAccessPolicy` `.users` `b`"), "{excluded}");
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
    let granted =
        sheet("Consent to application", "ConsentAction.Permissions", None, Some("\"Mail.Read\""));
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
