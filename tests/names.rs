//! What objects are called: the same in every format, whatever stands where a name is missing.
//! Never reads a file: the records stand here, one fact in each format.
#![expect(clippy::panic, reason = "what a test finds out of place ends it")]

use std::fmt::Write as _;

use entrail::format::{Decoded, Depth, Layout, decode};
use entrail::record::{ActorKind, Record, Target};
use serde_json::{Value, json};

fn read(event: &str, layout: &Layout) -> Record<'static> {
    match decode(event.as_bytes(), layout, Depth::Full) {
        Ok(Decoded::Record { record, .. }) => record.into_owned(),
        other => panic!("{event}: {other:?}"),
    }
}

/// Cells as a row of CSV.
fn row(cells: &[&str]) -> String {
    let quoted = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
    quoted.collect::<Vec<_>>().join(",")
}

/// A target with its changes, as Graph writes it.
fn object(target: &Value) -> [String; 4] {
    ["type", "displayName", "id", "userPrincipalName"]
        .map(|key| target[key].as_str().unwrap_or_default().to_owned())
}

/// A row of the portal's audit log.
fn portal(actor: &Value, targets: &[Value]) -> Record<'static> {
    let of_actor = ["displayName", "id", "userPrincipalName"]
        .map(|key| actor["user"][key].as_str().unwrap_or_default().to_owned());
    let mut header = "Date (UTC),CorrelationId,Service,Category,Activity,Result,ResultReason,User Agent,ActorType,ActorDisplayName,ActorObjectId,ActorUserPrincipalName,IPAddress,ActorHomeTenantId,ActorHomeTenantName,ActorServicePrincipalId,ActorServicePrincipalName".to_owned();
    let mut cells: Vec<String> = [
        "2026-11-09T11:12:13Z",
        "c",
        "Core Directory",
        "RoleManagement",
        "Add member to role",
        "success",
        "",
        "",
        "User",
    ]
    .map(str::to_owned)
    .to_vec();
    cells.extend(of_actor);
    cells.extend(["", "", "", "", ""].map(str::to_owned));
    for at in 1..=3 {
        let target = targets.get(at - 1);
        for part in ["Type", "DisplayName", "ObjectId", "UserPrincipalName"] {
            write!(header, ",Target{at}{part}").expect("in memory");
        }
        cells.extend(target.map(object).unwrap_or_default());
        for number in 1..=5 {
            for part in ["Name", "OldValue", "NewValue"] {
                write!(header, ",Target{at}ModifiedProperty{number}{part}").expect("in memory");
            }
            let change = target.and_then(|target| target["modifiedProperties"].get(number - 1));
            cells.extend(["displayName", "oldValue", "newValue"].map(|key| {
                change.and_then(|change| change[key].as_str()).unwrap_or_default().to_owned()
            }));
        }
    }
    for number in 1..=6 {
        write!(header, ",AdditionalDetail{number}Key,AdditionalDetail{number}Value")
            .expect("in memory");
        cells.extend([String::new(), String::new()]);
    }
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    read(&row(&cells), &Layout::of_header(header.as_bytes()).expect("a header of the portal"))
}

/// One record in every format that lists targets, each with the format's name.
fn formats(actor: &Value, targets: &[Value]) -> Vec<(&'static str, Record<'static>)> {
    let time = "2026-11-09T11:12:13Z";
    let graph = json!({"id": "1", "category": "RoleManagement", "activityDateTime": time,
        "activityDisplayName": "Add member to role", "loggedByService": "Core Directory",
        "result": "success", "initiatedBy": actor, "targetResources": targets});
    let diagnostic = json!({"time": time, "category": "AuditLogs", "properties": graph,
        "operationName": "Add member to role", "resourceId": "/tenants/t/providers/Microsoft.aadiam"});
    let (actor_text, target_text) = (actor.to_string(), json!(targets).to_string());
    let workspace = json!({"Type": "AuditLogs", "Id": "1", "Category": "RoleManagement",
        "TimeGenerated": time, "ActivityDateTime": time, "OperationName": "Add member to role",
        "LoggedByService": "Core Directory", "Result": "success", "InitiatedBy": actor_text,
        "TargetResources": target_text});
    let header = "TimeGenerated [UTC],OperationName,Category,Id,InitiatedBy,LoggedByService,Result,TargetResources,Type";
    let cells = [
        "11/9/2026, 11:12:13.000 AM",
        "Add member to role",
        "RoleManagement",
        "1",
        &actor_text,
        "Core Directory",
        "success",
        &target_text,
        "AuditLogs",
    ];
    vec![
        ("Graph", read(&graph.to_string(), &Layout::JSON)),
        ("diagnostic", read(&diagnostic.to_string(), &Layout::JSON)),
        ("Log Analytics", read(&workspace.to_string(), &Layout::JSON)),
        (
            "its export",
            read(&row(&cells), &Layout::of_header(header.as_bytes()).expect("a header")),
        ),
        ("portal", portal(actor, targets)),
    ]
}

fn change(name: &str, new: &str) -> Value {
    json!({"displayName": name, "oldValue": null, "newValue": json!(new).to_string()})
}

const ROLE: &str = "000000b1-1111-4222-8333-444444444444";
const USER: &str = "1e3a7d2f-81bb-4a68-9c3d-6b2e7d8f9a02";

fn names<'r>(targets: &'r [Target<'_>]) -> Vec<(&'r str, &'r str, &'r str)> {
    targets.iter().map(|target| (&*target.name, &*target.upn, &*target.name_id)).collect()
}

#[test]
fn a_placeholder_is_no_name_in_any_format() {
    for none in [" ", "\u{a0}", "null", "None", "-", "N/A", "***", ""] {
        let actor = json!({"user": {"id": USER, "displayName": none, "userPrincipalName": none}});
        let targets = [
            json!({"id": USER, "type": "User", "displayName": none, "userPrincipalName": none,
                "modifiedProperties": [change("Role.ObjectID", ROLE),
                    change("Role.DisplayName", "Global Administrator")]}),
            json!({"id": ROLE, "type": "Role", "displayName": none}),
        ];
        for (format, record) in formats(&actor, &targets) {
            let found = names(&record.targets);
            assert_eq!(
                found,
                [("", "", ""), ("Global Administrator", "", "")],
                "{format} {none:?}"
            );
            let actor = &record.actor;
            assert_eq!(
                (&*actor.name, &*actor.upn, &*actor.id),
                ("", "", USER),
                "{format} {none:?}"
            );
        }
        // An application beside a user of whom nothing is said acted by itself.
        let actor = json!({"user": {"id": null, "displayName": none, "userPrincipalName": none},
            "app": {"displayName": "Ledger", "servicePrincipalId": USER}});
        let record = formats(&actor, &targets).remove(0).1;
        assert_eq!(
            (record.actor.kind, &*record.actor.name),
            (ActorKind::App, "Ledger"),
            "{none:?}"
        );
    }
}

#[test]
fn a_person_whose_name_is_a_placeholder_in_a_sign_in_has_none() {
    let line = r#"{"id":"1","createdDateTime":"2026-11-01T10:00:00Z","userDisplayName":"N/A","userPrincipalName":"null","userId":"0d2f6c1e-90aa-4f57-8b2c-5a1d6c7e8f01","appDisplayName":"Portal","status":{"errorCode":0}}"#;
    let record = read(line, &Layout::JSON);
    assert_eq!((&*record.actor.name, &*record.actor.upn), ("", ""));
    let line = r#"{"CreationTime":"2026-11-11T12:00:51","Id":"0a1b0000-0000-4000-8000-000000000051","Operation":"Update user.","RecordType":8,"ResultStatus":"Success","Workload":"AzureActiveDirectory","UserId":"N/A","ObjectId":"Not Available"}"#;
    assert_eq!(read(line, &Layout::JSON).actor.upn, "");
}

#[test]
fn a_guid_names_a_group_and_is_the_id_of_an_application_in_every_format() {
    let guid = "0000dead-1111-4222-8333-444444444444";
    let called = |kind: &str| json!({"id": ROLE, "type": kind, "displayName": guid});
    let targets = [called("Group"), called("ServicePrincipal"), called("Application")];
    for (format, record) in formats(&json!({}), &targets) {
        let found = names(&record.targets);
        assert_eq!(found, [(guid, "", ""), ("", "", guid), ("", "", guid)], "{format}");
    }
}

#[test]
fn what_only_changes_name_is_named_in_every_format() {
    let changes = json!([
        {"displayName": "DisplayName", "oldValue": "[]", "newValue": "[\"New Person\"]"},
        {"displayName": "UserPrincipalName", "oldValue": "[]", "newValue": "[\"new@f.example\"]"},
        {"displayName": "AccessPackage.DisplayName", "oldValue": null, "newValue": "\"Lab\""},
        {"displayName": "Directory.DisplayName", "oldValue": null, "newValue": "\"Fern\""},
    ]);
    let targets = [
        json!({"id": USER, "type": "User", "modifiedProperties": changes}),
        json!({"id": ROLE, "type": "AccessPackage"}),
        json!({"id": "000000b2-1111-4222-8333-444444444444", "type": "Directory"}),
    ];
    for (format, record) in formats(&json!({}), &targets) {
        let found = names(&record.targets);
        assert_eq!(
            found,
            [("New Person", "new@f.example", ""), ("Lab", "", ""), ("Fern", "", "")],
            "{format}"
        );
    }
}
