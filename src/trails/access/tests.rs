//! What is held, lost and unclear on records of an invented tenant, by holder and by thing.
//! Never on real ones.

use super::words::{heading, held, note};
use super::*;
use crate::time::Zone;
use crate::trails::tests::{guid, load, record};

/// The lines for a name, each with its heading; `None` where nobody, or not only one, has the name.
fn told(lines: &[String], name: &str) -> Option<Vec<String>> {
    let store = load(&[lines.to_vec()]);
    let register = Register::read(&store, &|| false).expect("not stopped");
    let found = register.subjects(&store, name, 5);
    let [subject] = &found[..] else { return None };
    let access = register.access(&store, &subject.keys);
    assert_eq!(access.unreadable, 0);
    let time = |at| Zone::utc().format(at, "%dT%H:%M");
    let line =
        |line: &Held| format!("{}: {}", heading(line.standing, line.by_other), held(line, &time));
    Some(access.held.iter().map(line).chain(access.notes.iter().map(note)).collect())
}

fn records(text: &str) -> Vec<String> {
    text.lines().map(|line| record(line, 1)).collect()
}

/// The lines of records and those of [`records`].
fn of(text: &str, name: &str) -> Vec<String> {
    told(&records(text), name).expect("one of that name")
}

/// The record with these details.
fn detailed(line: &str, details: &[(&str, &str)]) -> String {
    let mut made: serde_json::Value = serde_json::from_str(&record(line, 1)).expect("JSON");
    let details =
        details.iter().map(|(key, value)| serde_json::json!({"key": key, "value": value}));
    made["additionalDetails"] = details.collect();
    made.to_string()
}

#[test]
fn a_removal_that_names_only_the_id_of_a_role_ends_it() {
    let log = "01T01:00:00Z | Add member to role | User adm@x | User ann@x | Role.ObjectID=>guid(ga); Role.DisplayName=>Global Administrator | a |
        02T01:00:00Z | Remove member from role | User adm@x | User ann@x | Role.ObjectID=guid(ga)> | b |";
    let lost =
        "role Global Administrator · taken 02T01:00 by adm@x, before that given 01T01:00 by adm@x";
    assert_eq!(of(log, "ann@x"), [format!("Lost: {lost}")]);
    // The same for groups, and where only the name is there.
    let log = "01T01:00:00Z | Add member to group | User adm@x | User ann@x | Group.ObjectID=>guid(g); Group.DisplayName=>Sales | a |
        02T01:00:00Z | Remove member from group | User adm@x | User ann@x | Group.ObjectID=guid(g)> | b |
        01T01:00:00Z | Add member to role | User adm@x | User ann@x | Role.ObjectID=>guid(ga); Role.DisplayName=>Reader | a |
        02T01:00:00Z | Remove member from role | User adm@x | User ann@x | Role.DisplayName=Reader> | b |";
    let told = of(log, "ann@x");
    assert!(told.len() == 2 && told.iter().all(|line| line.starts_with("Lost: ")), "{told:#?}");
}

/// The records, the last one with this result.
fn ending(text: &str, result: &serde_json::Value) -> Vec<String> {
    let mut lines = records(text);
    let last = lines.pop().expect("a record");
    let mut last: serde_json::Value = serde_json::from_str(&last).expect("JSON");
    last["result"] = result.clone();
    lines.push(last.to_string());
    lines
}

#[test]
fn what_has_neither_succeeded_nor_failed_is_neither_held_nor_lost() {
    let group = "Group.ObjectID=>guid(g); Group.DisplayName=>Sales";
    let given =
        format!("01T01:00:00Z | Add member to group | User adm@x | User ann@x | {group} | a |");
    let taken = given.replace("01T01", "02T01").replace("Add member to", "Remove member from");
    let scope = "ServicePrincipal.ObjectID=>guid(ann@x); DelegatedPermissionGrant.Scope=>Mail.Read";
    let consent = format!(
        "01T01:00:00Z | Add delegated permission grant | User adm@x | ServicePrincipal Graph; ServicePrincipal ann@x | {scope} | a |"
    );
    let withdrawn = consent.replace("01T01", "02T01").replace("Add dele", "Remove dele");
    let packages = "01T01:00:00Z | User requests access package assignment | User ann@x | AccessPackage Lab; User ann@x || a |
        01T02:00:00Z | Fulfill access package assignment | App Gov | AccessPackage Lab; User ann@x || a |";
    let removed = format!(
        "{packages}
        02T01:00:00Z | Remove access package assignment | App Gov | AccessPackage Lab; User ann@x || b |"
    );
    let role = "01T01:00:00Z | Add member to role completed (PIM activation) | User ann@x | Role Reader; User ann@x || b |";
    let deleted = "01T01:00:00Z | Delete user | User adm@x | User ann@x || d |";
    let logs = [
        given.clone(),
        format!("{given}\n{taken}"),
        consent.clone(),
        format!("{consent}\n{withdrawn}"),
        packages.to_owned(),
        removed,
        role.to_owned(),
        deleted.to_owned(),
        deleted.replace("Delete user", "Disable account"),
    ];
    let results = ["timeout", "unknownFutureValue", "", "interrupted", "partialSuccess", "null"];
    for log in &logs {
        for result in results {
            let result = match result {
                "null" => serde_json::Value::Null,
                word => word.into(),
            };
            let told = told(&ending(log, &result), "ann@x").expect("one of that name");
            assert_eq!(told.len(), 1, "{log} {result} {told:#?}");
            let why = "the result is neither success nor failure";
            assert!(told[0].starts_with("Under way or unclear: "), "{log} {result} {told:#?}");
            assert!(told[0].contains(why), "{log} {result} {told:#?}");
            assert!(told[0].contains(", without success"), "{log} {result} {told:#?}");
        }
    }
    // A later record that says so decides.
    let sure = format!("{given}\n{taken}");
    let mut lines = ending(&sure, &"timeout".into());
    lines.push(record(&taken.replace("02T01", "03T01"), 1));
    assert!(told_of(&lines).starts_with("Lost: group Sales · taken 03T01"));
}

#[test]
fn the_unified_audit_log_has_done_what_it_gives_no_result_for() {
    let line = |status: &str| {
        format!(
            r#"{{"CreationTime":"2026-03-01T10:00:00","Id":"00000000-0000-4000-8000-0000000000a1","Operation":"Add member to group.","RecordType":8,{status}"Workload":"AzureActiveDirectory","UserId":"adm@x","ObjectId":"ann@x","Target":[{{"ID":"ann@x","Type":5}}],"ModifiedProperties":[{{"Name":"Group.DisplayName","NewValue":"Sales","OldValue":""}}]}}"#
        )
    };
    let holds = |status: &str| told_of(&[line(status)]).starts_with("Holds: group Sales");
    assert!(holds("") && holds(r#""ResultStatus":"Success","#));
    assert!(!holds(r#""ResultStatus":"PartiallySucceeded","#));
}

#[test]
fn groups_of_one_name_are_not_one() {
    let log = "01T01:00:00Z | Add member to group | User adm@x | User ann@x | Group.ObjectID=>guid(g1); Group.DisplayName=>Sales | a |
        01T02:00:00Z | Add member to group | User adm@x | User bob@x | Group.ObjectID=>guid(g2); Group.DisplayName=>Sales | a |
        02T01:00:00Z | Remove member from group | User adm@x | User ann@x | Group.DisplayName=Sales> | b |";
    let told = of(log, "ann@x");
    assert_eq!(told[0], "Holds: group Sales · given 01T01:00 by adm@x");
    assert_eq!(told[1], "Lost: group Sales · taken 02T01:00 by adm@x");
}

#[test]
fn who_holds_a_thing_is_told_one_by_one() {
    let log = "01T01:00:00Z | Add member to role | User adm@x | User ann@x; Role Reader || a |
        01T02:00:00Z | Add member to role | User adm@x | User bob@x; Role Reader || b |
        02T01:00:00Z | Remove member from role | User adm@x | User ann@x; Role Reader || c |
        01T03:00:00Z | Add member to group | User adm@x | User bob@x; Group Sales || d |
        01T04:00:00Z | Add app role assignment grant to user | User adm@x | ServicePrincipal Wiki; User bob@x | AppRole.Value=>Editor; User.ObjectID=>guid(bob@x) | e |";
    assert_eq!(
        of(log, "Reader"),
        [
            "Held by: bob@x: role · given 01T02:00 by adm@x",
            "Lost by: ann@x: role · taken 02T01:00 by adm@x, before that given 01T01:00 by adm@x",
        ]
    );
    assert_eq!(of(log, "Sales"), ["Held by: bob@x: member · given 01T03:00 by adm@x"]);
    assert_eq!(of(log, "Wiki"), ["Held by: bob@x: app role Editor · given 01T04:00 by adm@x"]);
    let own = of(log, "bob@x");
    assert_eq!(own[0], "Holds: app role Editor of Wiki · given 01T04:00 by adm@x");
    assert_eq!(own.len(), 3);
}

#[test]
fn a_group_in_a_group_is_held_by_the_outer_one_alone() {
    let log = "01T01:00:00Z | Add member to group | User adm@x | Group Inner; Group Outer | Group.ObjectID=>guid(Outer); Group.DisplayName=>Outer | a |";
    assert_eq!(of(log, "Outer"), ["Held by: Inner: member · given 01T01:00 by adm@x"]);
    assert_eq!(of(log, "Inner"), ["Holds: group Outer · given 01T01:00 by adm@x"]);
}

#[test]
fn a_consent_that_was_taken_back_is_only_lost() {
    let given = "01T01:00:00Z | Add delegated permission grant | User ann@x | ServicePrincipal Graph; ServicePrincipal Mailer | ServicePrincipal.ObjectID=>guid(Mailer); DelegatedPermissionGrant.Scope=>Mail.Read openid; DelegatedPermissionGrant.ConsentType=>CONSENT | a |";
    let taken = "03T01:00:00Z | Remove delegated permission grant | User adm@x | ServicePrincipal Mailer | DelegatedPermissionGrant.Scope=openid Mail.Read> | c |";
    let everybody = given.replace("CONSENT", "AllPrincipals");
    let told = of(&format!("{everybody}\n{taken}"), "Mailer");
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].starts_with("Lost: delegated permission Mail.Read openid of Graph · taken"));
    // Of two users' grants the log does not say which was taken; of two that were taken it does.
    let ann = given.replace("CONSENT", "Principal");
    let bob = ann.replace("ann@x", "bob@x").replace("01T01", "01T02");
    let told = of(&format!("{ann}\n{bob}\n{taken}"), "Mailer");
    let unclear = "Under way or unclear: ";
    assert!(told.len() == 2 && told.iter().all(|line| line.starts_with(unclear)), "{told:#?}");
    assert!(told[0].contains("1 of several such taken, unclear which"), "{told:#?}");
    let again = taken.replace("03T01", "03T02");
    let told = of(&format!("{ann}\n{bob}\n{taken}\n{again}"), "Mailer");
    assert!(told.len() == 2 && told.iter().all(|line| line.starts_with("Lost: ")), "{told:#?}");
    // Not where one of them was given again meanwhile.
    let regiven = bob.replace("01T02:00:00Z", "03T01:30:00Z");
    let told = of(&format!("{ann}\n{bob}\n{taken}\n{regiven}\n{again}"), "Mailer");
    assert!(told.len() == 2 && told.iter().all(|line| line.starts_with(unclear)), "{told:#?}");
    // It is told of what it was of too.
    let told = of(&format!("{ann}\n{taken}"), "Graph");
    assert!(told.len() == 1 && told[0].starts_with("Lost by: Mailer: delegated"), "{told:#?}");
}

#[test]
fn what_was_deleted_or_has_ended_is_not_held() {
    let log = "01T01:00:00Z | Add member to group | User adm@x | User ann@x; Group Sales || a |
        02T01:00:00Z | Delete group | User adm@x | Group Sales || b |
        03T01:00:00Z | Add member to role | User adm@x | User ann@x; Role Reader || c |
        04T01:00:00Z | Delete user | User adm@x | User ann@x || d |";
    assert_eq!(
        of(log, "ann@x"),
        [
            "Lost: account ann@x · deleted 04T01:00 by adm@x",
            "Lost: group Sales · gone with the deletion of Sales 02T01:00 · given 01T01:00 by adm@x",
            "Lost: role Reader · gone with the deletion of ann@x 04T01:00 · given 03T01:00 by adm@x",
        ]
    );
    let restored = format!("{log}\n05T01:00:00Z | Restore user | User adm@x | User ann@x || e |");
    assert!(of(&restored, "ann@x")[0].starts_with("Holds: role Reader"));
    let used = log.replace("04T01:00:00Z | Delete user | User adm@x | User ann@x || d |", "");
    let used = format!(
        "{}\n05T01:00:00Z | Add member to group | User adm@x | User bob@x; Group Sales || e |",
        used.trim()
    );
    let told = of(&used, "Sales");
    assert_eq!(told[0], "Held by: bob@x: member · given 05T01:00 by adm@x");
    assert!(told[1].contains("Sales was deleted 02T01:00, but is there later"), "{told:#?}");
    let ends = |day: &str| {
        let line = "01T01:00:00Z | Add eligible member to role in PIM completed (timebound) | User adm@x | Role Reader; User ann@x || a |";
        let end = format!("2026-03-{day}T01:00:00Z");
        let starts = ("StartTime", "2026-03-01T01:00:02.7394927Z");
        vec![
            detailed(line, &[starts, ("ExpirationTime", &end)]),
            record("10T01:00:00Z | Update user | User adm@x | User bob@x || z |", 1),
        ]
    };
    let line = "role, eligible Reader";
    assert_eq!(
        told_of(&ends("05")),
        format!(
            "Lost: {line} · ended by its end date 05T01:00 · given 01T01:00 by adm@x · until 05T01:00"
        )
    );
    let holds = format!("Holds: {line} · given 01T01:00 by adm@x · until 15T01:00");
    assert_eq!(told_of(&ends("15")), holds);
}

fn told_of(lines: &[String]) -> String {
    let mut told = told(lines, "ann@x").expect("one of that name");
    assert_eq!(told.len(), 1, "{told:#?}");
    told.remove(0)
}

#[test]
fn an_activation_is_one_line_and_does_not_last() {
    let log = "01T01:00:00Z | Add member to role request approved (PIM activation) | User boss@x | Role Reader; User ann@x || a |
        01T01:01:00Z | Add member to role completed (PIM activation) | User ann@x | Role Reader; User ann@x || b |
        01T01:01:06Z | Add member to role | App MS-PIM | User ann@x; Role Reader || c |";
    let ended = format!(
        "{log}
        01T05:01:00Z | Remove member from role | App MS-PIM | User ann@x; Role Reader || d |
        01T05:01:06Z | Remove member from role (PIM activation expired) | App MS-PIM | Role Reader; User ann@x || e |"
    );
    let told = "role, activated Reader · expired 01T05:01 by MS-PIM, before that activated 01T01:01 by ann@x, before that approved 01T01:00 by boss@x";
    assert_eq!(of(&ended, "ann@x"), [format!("Lost: {told}")]);
    let later = format!("{log}\n05T01:00:00Z | Update user | User adm@x | User bob@x || z |");
    let told = of(&later, "ann@x");
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(
        told[0].starts_with("Under way or unclear: role, activated Reader · activation without")
    );
    // What was assigned besides stays.
    let both = format!(
        "{ended}\n01T03:00:00Z | Add member to role | User adm@x | User ann@x; Role Reader || f |"
    );
    let told = of(&both, "ann@x");
    assert_eq!(told[0], "Holds: role Reader · given 01T03:00 by adm@x");
    assert!(told[1].starts_with("Lost: role, activated Reader"), "{told:#?}");
    // What PIM saw of an assignment is the assignment.
    let seen = "01T01:00:00Z | Add member to role | User adm@x | User ann@x; Role Reader || a |
        01T01:01:00Z | Add member to role outside of PIM (permanent) | App MS-PIM | Role Reader; User ann@x || b |";
    assert_eq!(of(seen, "ann@x"), ["Holds: role Reader · given 01T01:00 by adm@x"]);
    // An assignment of somebody else within the same minutes is no double.
    let close = both.replace("01T03:00:00Z", "01T01:01:03Z");
    assert!(of(&close, "ann@x")[0].starts_with("Holds: role Reader"));
}

#[test]
fn a_role_for_a_part_of_the_directory_is_another_one() {
    let log = "01T01:00:00Z | Add scoped member to role | User adm@x | User ann@x; Role Reader; AdministrativeUnit North || a |
        02T01:00:00Z | Add scoped member to role | User adm@x | User ann@x; Role Reader; AdministrativeUnit South || b |
        03T01:00:00Z | Remove scoped member from role | User adm@x | User ann@x; Role Reader; AdministrativeUnit South || c |";
    let told = of(log, "ann@x");
    assert_eq!(told[0], "Holds: role, scoped Reader in North · given 01T01:00 by adm@x");
    assert!(told[1].starts_with("Lost: role, scoped Reader in South · taken 03T01:00"));
}

#[test]
fn of_an_access_package_only_what_was_done_counts() {
    let at = |day: u8, what: &str, actor: &str| {
        format!(
            "{day:02}T01:00:00Z | {what} | {actor} | AccessPackage Lab; AccessPackageAssignmentRequest q1; User ann@x || q |"
        )
    };
    let asked = at(1, "User requests access package assignment", "User ann@x");
    let approved = at(2, "Approve access package assignment request", "User boss@x");
    let given = at(3, "Fulfill access package assignment", "User ann@x");
    let extended = at(4, "Extend access package assignment", "User ann@x");
    let removal = at(5, "User requests to remove access package assignment", "User ann@x");
    let removed = at(6, "Remove access package assignment", "App EM");
    let told = |lines: &[&String], expected: &str| {
        let lines: Vec<&str> = lines.iter().map(|line| line.as_str()).collect();
        let told = of(&lines.join("\n"), "ann@x");
        assert!(told.len() == 1 && told[0].starts_with(expected), "{expected}: {told:#?}");
    };
    let package = "access package Lab";
    told(&[&asked], &format!("Under way or unclear: {package} · not decided in the log"));
    told(
        &[&asked, &approved],
        &format!("Under way or unclear: {package} · approved, not delivered"),
    );
    let by = "approved 02T01:00 by boss@x, before that asked for 01T01:00 by ann@x";
    told(
        &[&asked, &approved, &given],
        &format!("Holds: {package} · given 03T01:00, before that {by}"),
    );
    told(&[&given, &extended], &format!("Holds: {package} · extended 04T01:00 by ann@x, before"));
    told(&[&given, &removal], &format!("Holds: {package} · removal not done in the log"));
    told(&[&removal], &format!("Under way or unclear: {package} · removal not done in the log"));
    told(&[&given, &removal, &removed], &format!("Lost: {package} · taken 06T01:00 by EM"));
    let partly = at(3, "Partially fulfill access package assignment request", "App EM");
    let partly = partly + "failed: no licence";
    told(&[&asked, &partly], &format!("Under way or unclear: {package} · delivered in part"));
    let direct = at(1, "Administrator directly assigns user to access package", "User boss@x");
    told(&[&direct], &format!("Under way or unclear: {package} · not delivered in the log"));
    told(&[&direct, &given], &format!("Holds: {package} · given 03T01:00, before that assigned"));
    let denied = at(2, "Deny access package assignment request", "User boss@x");
    assert!(of(&format!("{asked}\n{denied}"), "ann@x").is_empty());
}

#[test]
fn policy_and_dates_of_an_access_package_are_told() {
    let line = "03T01:00:00Z | Fulfill access package assignment | User ann@x | AccessPackage Lab; User ann@x || q |";
    let details = [
        ("AssignmentPolicyDisplayName", "Staff"),
        ("AssignmentEndDateTime", "2026-03-20T00:00:00Z"),
    ];
    assert_eq!(
        told_of(&[detailed(line, &details)]),
        "Holds: access package Lab · given 03T01:00 · policy Staff, until 20T00:00"
    );
}

#[test]
fn an_application_and_its_service_principal_are_one_where_the_log_says_so() {
    let log = "01T01:00:00Z | Update application – Certificates and secrets management  | User ann@x | Application Payer | KeyDescription=[]>[KeyIdentifier=1,KeyType=Password,DisplayName=x] | a |
        01T02:00:00Z | Add app role assignment to service principal | User ann@x | ServicePrincipal Graph; ServicePrincipal PayerSP | AppRole.Value=>Mail.Read; ServicePrincipal.ObjectID=>guid(PayerSP); ServicePrincipal.DisplayName=>Payer; ServicePrincipal.AppId=>guid(app) | b |";
    let rename = |line: String| line.replace("\"PayerSP\"", "\"Payer\"");
    let lines: Vec<String> = records(log).into_iter().map(rename).collect();
    // Only the name is the same: that is said.
    assert_eq!(told(&lines, "Payer"), None);
    let alone = told(&lines, &guid("Payer")).expect("one of that id");
    assert!(alone.len() == 2 && alone[1].contains("has the same name"), "{alone:#?}");
    let update = "02T01:00:00Z | Update application | User ann@x | Application Payer || c |";
    let lines = [lines, vec![detailed(update, &[("AppId", &guid("app"))])]].concat();
    let both = told(&lines, "Payer").expect("one application");
    assert_eq!(both.len(), 2, "{both:#?}");
    assert_eq!(both, told(&lines, &guid("Payer")).expect("one of that id"));
}

#[test]
fn what_names_nobody_meets_nothing_else() {
    let log = "01T01:00:00Z | Add member to role | User adm@x | User ann@x || a |
        02T01:00:00Z | Remove member from role | User adm@x | User ann@x || b |";
    let told = of(log, "ann@x");
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told[0].starts_with("Holds: role the record does not name · given 01T01:00"));
}

#[test]
fn many_grants_of_one_application_are_told_in_time() {
    let mut log = Vec::new();
    for number in 0..4_000 {
        let text = "01T01:00:00Z | Add delegated permission grant | User u#@x | ServicePrincipal Graph; ServicePrincipal Mailer | ServicePrincipal.ObjectID=>guid(Mailer); DelegatedPermissionGrant.Scope=>openid; DelegatedPermissionGrant.ConsentType=>Principal | a# |";
        log.push(record(text, number));
        let text = "02T01:00:00Z | Remove delegated permission grant | User u#@x | ServicePrincipal Mailer | DelegatedPermissionGrant.Scope=openid> | b# |";
        log.push(record(text, number));
    }
    let told = told(&log, "Mailer").expect("one of that name");
    assert_eq!(told.len(), 4_000);
    assert!(told.iter().all(|line| line.contains("4000 of several such taken")), "{}", told[0]);
}

#[test]
fn keys_that_a_change_leaves_in_the_list_are_held() {
    let log = "01T01:00:00Z | Update application – Certificates and secrets management  | User ann@x | Application Payer | KeyDescription=[KeyIdentifier=1,KeyType=Password,DisplayName=old]>[KeyIdentifier=1,KeyType=Password,DisplayName=old][KeyIdentifier=2,KeyType=Password,DisplayName=new] | a |
        02T01:00:00Z | Update application – Certificates and secrets management  | User ann@x | Application Payer | KeyDescription=[KeyIdentifier=1,KeyType=Password,DisplayName=old][KeyIdentifier=2,KeyType=Password,DisplayName=new]>[KeyIdentifier=2,KeyType=Password,DisplayName=new] | b |";
    let (first, _) = log.split_once('\n').expect("two lines");
    assert_eq!(
        of(first, "Payer"),
        [
            "Holds: credential Password new (2) · given 01T01:00 by ann@x",
            "Holds: credential Password old (1) · was there before the log's first record of it · listed 01T01:00",
        ]
    );
    assert_eq!(
        of(log, "Payer"),
        [
            "Holds: credential Password new (2) · given 01T01:00 by ann@x",
            "Lost: credential Password old (1) · taken 02T01:00 by ann@x, before that listed 01T01:00",
        ]
    );
}

#[test]
fn that_an_account_is_deleted_or_disabled_is_told() {
    let gone = "01T01:00:00Z | Delete user | User adm@x | User ann@x || a |";
    assert_eq!(of(gone, "ann@x"), ["Lost: account ann@x · deleted 01T01:00 by adm@x"]);
    let restored = format!("{gone}\n02T01:00:00Z | Restore user | User adm@x | User ann@x || b |");
    assert!(of(&restored, "ann@x").is_empty());
    let disabled = "01T01:00:00Z | Add member to role | User adm@x | User ann@x; Role Reader || a |
        02T01:00:00Z | Disable account | User adm@x | User ann@x || b |";
    assert_eq!(
        of(disabled, "ann@x"),
        [
            "Holds: role Reader · given 01T01:00 by adm@x",
            "Lost: account ann@x · disabled 02T01:00 by adm@x",
        ]
    );
    let enabled =
        format!("{disabled}\n03T01:00:00Z | Enable account | User adm@x | User ann@x || c |");
    assert_eq!(of(&enabled, "ann@x").len(), 1);
}

#[test]
fn a_consent_without_a_record_of_a_permission_is_unclear() {
    let consent = "01T01:00:00Z | Consent to application | User ada@x | ServicePrincipal Payer | ConsentContext.IsAdminConsent=>True | a |";
    assert_eq!(
        of(consent, "Payer"),
        [
            "Under way or unclear: consent of an administrator · which permissions is not in these records · given 01T01:00 by ada@x"
        ]
    );
    let grant = "01T00:59:59Z | Add delegated permission grant | User ada@x | ServicePrincipal Graph; ServicePrincipal Payer | ServicePrincipal.ObjectID=>guid(Payer); DelegatedPermissionGrant.Scope=>Mail.Read | b |";
    let told = of(&format!("{consent}\n{grant}"), "Payer");
    assert!(told.len() == 1 && told[0].starts_with("Holds: delegated"), "{told:#?}");
    let later = grant.replace("01T00:59:59Z", "09T01:00:00Z");
    assert_eq!(of(&format!("{consent}\n{later}"), "Payer").len(), 2);
    let same = later.replace("| b |", "| a |");
    assert_eq!(of(&format!("{consent}\n{same}"), "Payer").len(), 1);
}

#[test]
fn two_that_no_record_names_are_not_one() {
    let log = "01T01:00:00Z | Administrator directly assigns user to access package | User boss@x | AccessPackage Lab || a |
        02T01:00:00Z | Administrator directly assigns user to access package | User adm@x | AccessPackage Lab || b |";
    let told = of(log, "Lab");
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told.iter().all(|line| line.matches("assigned").count() == 1), "{told:#?}");
}

#[test]
fn the_whole_tenant_is_no_part_of_the_directory() {
    let line = "01T01:00:00Z | Add member to role in PIM completed (permanent) | User adm@x | Role Reader; User ann@x; Directory Acme || a |";
    let in_tenant = |tenant: &str| {
        let made = detailed(line, &[("tid", tenant)]);
        made.replace("\"category\":\"Any\"", "\"category\":\"ResourceManagement\"")
    };
    assert_eq!(
        told_of(&[in_tenant(&guid("Acme"))]),
        "Holds: role Reader · given 01T01:00 by adm@x"
    );
    assert_eq!(
        told_of(&[in_tenant(&guid("other"))]),
        "Holds: role Reader in Acme · given 01T01:00 by adm@x"
    );
}

#[test]
fn licences_are_held_and_lost_by_their_names() {
    let sku = |name: &str| format!("[SkuName={name}, SkuId=id-{name}, DisabledPlans=[]]");
    let line = |time: &str, activity: &str, old: &str, new: &str| {
        format!("{time} | {activity} | User adm@x | User ann@x | AssignedLicense={old}>{new} | a |")
    };
    let (e5, both) = (sku("SPE_E5"), format!("{},{}", sku("SPE_E5"), sku("VISIO")));
    let log = [
        line("01T01:00:00Z", "Update user", &e5, &both),
        line("01T01:00:01Z", "Change user license", &e5, &both),
        line("03T01:00:00Z", "Change user license", &both, &e5),
        line("03T02:00:00Z", "Update user", "", "").replace("AssignedLicense", "Department"),
    ];
    let told = of(&log.join("\n"), "ann@x");
    assert_eq!(
        told,
        [
            "Holds: licence SPE_E5 · was there before the log's first record of it · listed 01T01:00",
            "Lost: licence VISIO · taken 03T01:00 by adm@x, before that given 01T01:00 by adm@x",
        ]
    );
    assert_eq!(
        of(&log.join("\n"), "VISIO"),
        ["Lost by: ann@x: licence · taken 03T01:00 by adm@x, before that given 01T01:00 by adm@x"]
    );
    let group = "01T01:00:00Z | Set group license | User adm@x | Group Sales | AssignedLicense=>[SkuName=SPE_F1, SkuId=f1] | a |";
    assert_eq!(of(group, "Sales"), ["Holds: licence SPE_F1 · given 01T01:00 by adm@x"]);
}

#[test]
fn who_took_all_of_azure_held_a_role_until_it_was_removed() {
    let elevated = "01T02:10:00Z | User has elevated their access to User Access Administrator for their Azure Resources | User dov@x | User dov@x || a |";
    let removed = "01T02:57:00Z | The role assignment of User Access Administrator has been removed from the user | User dov@x | User dov@x || b |";
    let role = "role User Access Administrator (Azure, /)";
    assert_eq!(of(elevated, "dov@x"), [format!("Holds: {role} · given 01T02:10 by dov@x")]);
    let lost =
        format!("Lost: {role} · taken 01T02:57 by dov@x, before that given 01T02:10 by dov@x");
    assert_eq!(of(&format!("{elevated}\n{removed}"), "dov@x"), [&*lost]);
    // Some records name nobody but the actor.
    let bare = elevated.replace("User dov@x || a", "|| a");
    assert_eq!(of(&format!("{bare}\n{removed}"), "dov@x"), [&*lost]);
}

#[test]
fn what_an_access_package_delivered_is_told_so() {
    let app = "App Azure AD Identity Governance - User Management";
    let by = "an access package (Azure AD Identity Governance - User Management)";
    let log = format!(
        "01T01:00:00Z | Add app role assignment grant to user | {app} | ServicePrincipal Wiki; User ann@x | AppRole.Value=>Editor; User.ObjectID=>guid(ann@x) | a |
        01T01:00:00Z | Add member to group | {app} | User ann@x; Group Sales || b |
        03T01:00:00Z | Add a deletion-marked app role assignment grant to user as part of link removal | User adm@x | ServicePrincipal Wiki; User ann@x | AppRole.Value=>Editor; User.ObjectID=>guid(ann@x) | c |"
    );
    assert_eq!(
        of(&log, "ann@x"),
        [
            format!("Holds: group Sales · given 01T01:00 by {by}"),
            format!(
                "Lost: app role Editor of Wiki · taken 03T01:00 by adm@x, before that given 01T01:00 by {by}"
            ),
        ]
    );
}
