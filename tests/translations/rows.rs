//! Records of shapes that real logs have and nobody expects, as rows of tables and as Graph writes them.
//! Never decides what is found.

use serde_json::{Map, Value, json};

use super::random::Random;

/// One of these.
pub fn one(of: &[&'static str], random: &mut Random) -> &'static str {
    of[random.below(of.len())]
}

/// Names that fold alike, names that are none, and names that other characters are made of.
pub const NAMES: &[&str] = &[
    "Kim",
    "KIM",
    "\u{212a}im",
    "k\u{131}m",
    "Kim Smith",
    "Kim  Smith ",
    "Kim\u{a0}Smith",
    "Fish Sales",
    "\u{fb01}\u{17f}h Sales",
    "Sales \u{2013} Team ",
    "Sales - Team",
    "sales \u{2014} TEAM.",
    "Stra\u{df}e",
    "STRASSE",
    "O\u{2019}Brien",
    "O'Brien",
    "q\"u\\o",
    "a\nb",
    "null",
    "N/A",
    "-",
    "\u{3164}",
    "\u{65e5}\u{672c}",
    "Global Administrator",
    "Company Administrator",
    "kim@contoso.example",
    "KIM@Contoso.example",
    "e6e182d827c646e29844baca38c2473bkim@contoso.example",
    "spn://hr",
    "5ecf7b34-0c1e-4d4b-9c3a-2f3b1f0a7d11",
    "",
];

pub const IDS: &[&str] = &[
    "5ecf7b34-0c1e-4d4b-9c3a-2f3b1f0a7d11",
    "5ECF7B34-0C1E-4D4B-9C3A-2F3B1F0A7D11",
    "e6e182d8-27c6-46e2-9844-baca38c2473b",
    "{56799948-c193-4c04-a059-751e0ae2bf18}",
    "56799948-c193-4c04-a059-751e0ae2bf18",
    "no guid",
    "",
];

pub const ADDRESSES: &[&str] = &[
    "203.0.113.7",
    "203.0.113.70",
    "203.0.113.7:443",
    "::ffff:203.0.113.7",
    "0:0:0:0:0:FFFF:cb00:7107",
    "64:ff9b::203.0.113.7",
    "2001:0DB8:0:0::1",
    "2001:db8::1",
    "[2001:db8::1]:443",
    "<null>",
    "",
];

pub const ACTIVITIES: &[&str] = &[
    "Update application \u{2013} Certificates and secrets management ",
    "Update application - Certificates and secrets management",
    "Add user",
    "add  USER.",
    "Delete user",
    "Consent to application",
    "Con\u{17f}ent to application",
    "",
];

pub const PROPERTIES: &[&str] = &[
    "AccountEnabled",
    "accountenabled",
    "DisplayName",
    "UserPrincipalName",
    "Role.DisplayName",
    "Role.ObjectID",
    "SPN.DisplayName",
    "App.AppId",
    "",
];

/// Values as Entra logs them: as they are, in quotes, in lists of one, in layers of JSON.
pub const VALUES: &[&str] = &[
    "false",
    "[false]",
    "\"false\"",
    "[\"US\"]",
    "\"[\\\"US\\\"]\"",
    "[\"\\u0055S\"]",
    "US",
    "[]",
    "",
    "\"Kim\"",
    "Global Administrator",
    "\"5ecf7b34-0c1e-4d4b-9c3a-2f3b1f0a7d11\"",
    "{\"a\":{\"state\":\"US\"},\"n\":1.50}",
    "[{\"a\":1},{\"a\":\"Kim\\u0027s\"}]",
    "Sales \u{2013} Team",
];

pub const DETAILS: &[&str] = &["User-Agent", "user\u{2011}agent", "ipaddr", "curl/8.1", "US", ""];

/// One record, as a row of `AuditLogs` and as a `directoryAudit` of Graph.
pub struct Both {
    pub row: Value,
    pub graph: Value,
}

/// Puts a text, or leaves it away, or writes null: what there may be where there is nothing.
fn put(map: &mut Map<String, Value>, name: &str, text: &str, random: &mut Random) {
    match (text, random.below(3)) {
        ("", 0) => {}
        ("", 1) => _ = map.insert(name.to_owned(), Value::Null),
        _ => _ = map.insert(name.to_owned(), text.into()),
    }
}

fn object(of: &[(&str, &[&'static str])], random: &mut Random) -> Map<String, Value> {
    let mut map = Map::new();
    for (name, values) in of {
        let text = if random.once_in(3) { "" } else { one(values, random) };
        put(&mut map, name, text, random);
    }
    map
}

/// Nothing, an empty list, or some of it.
fn list(most: usize, random: &mut Random, mut one: impl FnMut(&mut Random) -> Value) -> Value {
    match random.below(6) {
        0 => Value::Null,
        1 => json!([]),
        _ => (0..=random.below(most)).map(|_| one(random)).collect::<Vec<Value>>().into(),
    }
}

fn change(random: &mut Random) -> Value {
    let all = [("displayName", PROPERTIES), ("oldValue", VALUES), ("newValue", VALUES)];
    object(&all, random).into()
}

fn target(random: &mut Random) -> Value {
    let types = &["User", "Role", "ServicePrincipal", "Other"];
    let all: &[(&str, &[&'static str])] =
        &[("id", IDS), ("displayName", NAMES), ("userPrincipalName", NAMES), ("type", types)];
    let mut map = object(all, random);
    if !random.once_in(4) {
        map.insert("modifiedProperties".to_owned(), list(3, random, change));
    }
    map.into()
}

fn initiated_by(random: &mut Random) -> Value {
    let user: &[(&str, &[&'static str])] = &[
        ("id", IDS),
        ("displayName", NAMES),
        ("userPrincipalName", NAMES),
        ("ipAddress", ADDRESSES),
    ];
    let app: &[(&str, &[&'static str])] = &[
        ("appId", IDS),
        ("displayName", NAMES),
        ("servicePrincipalId", IDS),
        ("servicePrincipalName", NAMES),
    ];
    match random.below(6) {
        0 => json!({}),
        1 => json!({ "user": object(user, random), "app": object(app, random) }),
        2 => json!({ "user": null, "app": object(app, random) }),
        _ => json!({ "user": object(user, random), "app": null }),
    }
}

/// The record of this number.
pub fn record(number: usize, random: &mut Random) -> Both {
    let time = format!("2026-11-{:02}T12:00:00Z", 1 + random.below(5));
    let later = format!("2026-11-{:02}T12:00:00Z", 1 + random.below(5));
    let id = format!("Record_{number}");
    let texts: [(&str, &str, &[&'static str]); 7] = [
        ("activityDisplayName", "ActivityDisplayName", ACTIVITIES),
        ("loggedByService", "LoggedByService", &["PIM", "Core Directory", "core  directory", ""]),
        ("category", "Category", &["UserManagement", "RoleManagement", "Policy", ""]),
        ("resultReason", "ResultReason", NAMES),
        ("operationType", "AADOperationType", &["Add", "Update", "Unassign", ""]),
        ("correlationId", "CorrelationId", IDS),
        ("result", "Result", &["success", "failure", ""]),
    ];
    let (mut row, mut graph) = (Map::new(), Map::new());
    row.insert("Type".to_owned(), "AuditLogs".into());
    row.insert("Id".to_owned(), id.clone().into());
    graph.insert("id".to_owned(), id.into());
    for (in_graph, column, values) in texts {
        let text = one(values, random);
        put(&mut row, column, text, random);
        put(&mut graph, in_graph, text, random);
    }
    graph.insert("activityDateTime".to_owned(), time.clone().into());
    row.insert("TimeGenerated".to_owned(), later.into());
    put(&mut row, "ActivityDateTime", if random.once_in(4) { "" } else { &time }, random);
    put(&mut row, "OperationName", one(ACTIVITIES, random), random);
    put(&mut row, "ResultDescription", one(NAMES, random), random);
    put(&mut row, "Identity", one(NAMES, random), random);
    put(&mut row, "AADTenantId", one(IDS, random), random);
    row.insert("TenantId".to_owned(), "the workspace".into());
    let targets = list(5, random, target);
    let details =
        list(3, random, |random| object(&[("key", DETAILS), ("value", DETAILS)], random).into());
    let nested = [
        ("initiatedBy", "InitiatedBy", initiated_by(random)),
        ("targetResources", "TargetResources", targets),
        ("additionalDetails", "AdditionalDetails", details),
    ];
    for (in_graph, column, value) in nested {
        graph.insert(in_graph.to_owned(), value.clone());
        // Some exports hold nested values as text.
        let value =
            if random.once_in(8) && !value.is_null() { value.to_string().into() } else { value };
        row.insert(column.to_owned(), value);
    }
    Both { row: row.into(), graph: graph.into() }
}

/// A row of `SigninLogs`.
pub fn sign_in(number: usize, random: &mut Random) -> Value {
    let texts: &[(&str, &[&'static str])] = &[
        ("UserPrincipalName", NAMES),
        ("UserDisplayName", NAMES),
        ("UserId", IDS),
        ("ServicePrincipalName", NAMES),
        ("ServicePrincipalId", IDS),
        ("AppDisplayName", NAMES),
        ("AppId", IDS),
        ("ResourceDisplayName", NAMES),
        ("ResourceIdentity", IDS),
        ("IPAddress", ADDRESSES),
        ("CorrelationId", IDS),
        ("UserAgent", DETAILS),
        ("ResultType", &["0", "50126", "AADSTS50076", ""]),
        ("ClientAppUsed", &["Browser", "Mobile Apps and Desktop clients", ""]),
        ("ConditionalAccessStatus", &["success", "notApplied", "2", "0", ""]),
        ("AuthenticationRequirement", &["singleFactorAuthentication", ""]),
        ("RiskLevelDuringSignIn", &["high", "none", ""]),
        ("RiskState", &["atRisk", "none", ""]),
        ("Location", &["US", "DE", ""]),
        ("AADTenantId", IDS),
        ("CreatedDateTime", &["2026-11-02T12:00:00Z", "2026-11-04T12:00:00Z"]),
    ];
    let mut row = object(texts, random);
    row.insert("Type".to_owned(), "SigninLogs".into());
    row.insert("OperationName".to_owned(), "Sign-in activity".into());
    row.insert("Id".to_owned(), format!("Record_{number}").into());
    row.insert("TimeGenerated".to_owned(), "2026-11-03T12:00:00Z".into());
    let details: &[(&str, &[&'static str])] =
        &[("operatingSystem", &["Windows", "Ma\u{212a}OS"]), ("browser", &["Edge 1", "curl"])];
    let places: &[(&str, &[&'static str])] =
        &[("city", &["Berlin", "Stra\u{df}e"]), ("countryOrRegion", &["US", "DE"])];
    let status: &[(&str, &[&'static str])] =
        &[("failureReason", NAMES), ("additionalDetails", NAMES)];
    for (column, all) in
        [("DeviceDetail", details), ("LocationDetails", places), ("Status", status)]
    {
        let value = if random.once_in(4) { Value::Null } else { object(all, random).into() };
        row.insert(column.to_owned(), value);
    }
    row.into()
}
