//! Nothing of what identifies is left, whatever it is made of and wherever it stands.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::format::write_graph;
use crate::record::kind::property::{PROPERTIES, Property, PropertyKey};
use crate::record::{Actor, ActorKind, Change, Detail, Record, Target};
use crate::time::Timestamp;

fn both(records: &[Record<'_>]) -> (Redactor, Vec<Record<'static>>) {
    let mut redactor = Redactor::default();
    for record in records {
        redactor.record(record);
    }
    let redacted = records.iter().map(|record| redactor.record(record)).collect();
    (redactor, redacted)
}

fn lines(records: &[Record<'_>]) -> String {
    let mut out = Vec::new();
    for record in records {
        write_graph(record, &mut out);
        out.push(b'\n');
    }
    String::from_utf8(out).expect("UTF-8")
}

/// A number glued to its word, and an address at the end of a sentence, came through.
#[test]
fn tickets_and_addresses_are_found_whatever_stands_around_them() {
    let mut redactor = Redactor::default();
    for ticket in
        ["INC0098231", "RITM0012345", "case 4431", "CASE4431", "Ticket: 998124", "CHG-77120"]
    {
        let redacted = redactor.text(&format!("Approved under {ticket}. Done"));
        assert!(redacted.starts_with("Approved under ticket-"), "{redacted}");
        assert!(redacted.ends_with(". Done"), "{redacted}");
    }
    for address in ["2001:db8:77aa::beef", "fe80::1", "2001:db8:77aa:0:0:0:0:beef", "2001:db8::"] {
        for around in ["from {}. Blocked", "from {}: blocked", "from {}..", "({}) x"] {
            let text = around.replace("{}", address);
            let redacted = redactor.text(&text);
            assert_eq!(
                redacted
                    .replace("ip-1", "{}")
                    .replace("ip-2", "{}")
                    .replace("ip-3", "{}")
                    .replace("ip-4", "{}"),
                around,
                "{text}"
            );
        }
    }
    // Words and times are none.
    for text in ["incident", "at 10:20:30.", "case2", "sha256"] {
        assert_eq!(redactor.text(text), text);
    }
}

#[test]
fn the_expressions_compile() {
    assert!(GUID.is_match("8f2a0000-0000-4000-8000-00000000000a"));
    assert!(forms::PLACE.is_match("x"));
}

#[test]
fn a_text_keeps_its_words_and_loses_who_they_are_about() {
    let mut redactor = Redactor::default();
    let eve = Target {
        kind: "User".into(),
        name: "Eve Adams".into(),
        upn: "eve@contoso.example".into(),
        ..Target::default()
    };
    redactor.target(&eve, false);
    let mut text = |text: &str| redactor.text(text);
    assert_eq!(text("User eve adams was blocked."), "User user-1 was blocked.");
    assert_eq!(
        text("Eve Adamson, (EVE@contoso.example)"),
        "user-1 Adamson, (user-1@domain-1.example)"
    );
    assert_eq!(text("from 203.0.113.7:443 and [2001:db8::1]"), "from ip-1:443 and [ip-2]");
    assert_eq!(text("at 03:05:36, v1.2"), "at 03:05:36, v1.2");
    assert_eq!(text("https://sts.contoso.example/adfs"), "https://sts.domain-1.example/adfs");
    assert_eq!(
        text("https://login.microsoftonline.com/common"),
        "https://login.microsoftonline.com/common"
    );
    assert_eq!(
        text("x8F2A0000-0000-4000-8000-00000000000A;00000003-0000-0000-c000-000000000000"),
        "xid-1;00000003-0000-0000-c000-000000000000"
    );
    assert_eq!(text("8f2a0000-0000-4000-8000-00000000000a"), "id-1");
    assert_eq!(
        text("e6e182d827c646e29844baca38c2473beve@contoso.example"),
        "user-1@domain-1.example"
    );
}

/// Each of these spelled a known name, or gives itself away by its form, and came through.
#[test]
fn no_spelling_and_no_form_comes_through() {
    let mut redactor = Redactor::default();
    let quill = Target {
        kind: "User".into(),
        name: "Zora Quill".into(),
        upn: "zora.quill@moorland.example".into(),
        ..Target::default()
    };
    redactor.target(&quill, false);
    for text in [
        "&#122;ora.quill@moorland.example",
        "&#x7a;ora&period;quill&commat;moorland.example",
        "&amp;#122;ora&amp;amp;#32;quill",
        "\\x7aora \\u{71}uill",
        "%u007aora",
        "=7Aora=20Quill",
        "zora.qu=\r\nill@moorland.example",
        "ｚｏｒａ．ｑｕｉｌｌ＠ｍｏｏｒｌａｎｄ．ｅｘａｍｐｌｅ",
        "𝓏ora",
        "z\0o\0r\0a\0",
        "7a 6f 72 61",
        "7a:6f:72:61",
        "0x7a6f7261",
        "7a006f0072006100",
        "007a006f00720061",
        "122 111 114 97",
        "PJXXEYI=",
        "MORPHEUS\\zora.quill",
        "MORPHEUS\\zqnobody",
        "LAPTOP-MORPH123",
        "desktop-morph1a",
        "srv01.morpheus.local",
        "\\\\morpheus\\c$",
        "MORPH-SRV-04",
        "srv042",
        "00:1a:2b:3c:4d:5e",
        "00-1A-2B-3C-4D-5E",
        "001a.2b3c.4d5e",
        "001A2B3C4D5E",
        "JIRA-123",
        "jira-12345",
        "MORPH-77",
        "#4431",
        "x10.1.2.3",
        "10.1.2.3x",
        "host10.1.2.3:443",
        "010.001.002.003",
        "10[.]1[.]2[.]3",
        "2001:0DB8:0000:0000:0000:0000:0000:0001",
        "2001:db8:0:0:0:0:0:1:443",
        "::ffff:10.1.2.3",
        "fe80::1%eth0",
        "x2001:db8::1",
        "[2001:db8::1]:443",
        "+44 7700 900123",
        "0044 7700 900123",
        "07700 900123",
        "07700900123",
        "(555) 123-4567",
        "555-123-4567",
        "tel: 7700900123",
        "8f2a0000000040008000000000000000",
        "id8F2A0000000040008000000000000000;",
        "{8F2A0000_0000_4000_8000_00000000000A}",
    ] {
        let redacted = redactor.text(&format!("said {text} there")).to_lowercase();
        assert!(
            redacted.starts_with("said ") && redacted.ends_with(" there"),
            "{text}: {redacted}"
        );
        let left = |part: &str| redacted.contains(&part.to_lowercase());
        let parts = [
            "zora", "ora", "quill", "morp", "zqnobody", "10.1", "10[.]1", "db8", "fe80", "900123",
            "4567", "8f2a", "2b", "123", "4431", "042",
        ];
        assert!(!parts.iter().any(|part| left(part)) && !left(text), "{text}: {redacted}");
    }
}

/// The same id or number had several pseudonyms, one for each spelling.
#[test]
fn one_id_and_one_number_have_one_pseudonym_however_they_are_written() {
    let mut redactor = Redactor::default();
    let text = "8f2a0000-0000-4000-8000-00000000000a 8F2A000000004000800000000000000A \
                8f2a0000_0000_4000_8000_00000000000a";
    assert_eq!(redactor.text(text), "id-1 id-1 id-1");
    // A name of digits is none inside of what stands for an id.
    redactor.named("001", "group");
    assert_eq!(
        redactor.text("[KeyIdentifier=41b00000-0000-4000-8000-00000000000b]"),
        "[KeyIdentifier=id-2]"
    );
    assert_eq!(redactor.text("id-001 ID-0017"), "id-001 ticket-1");
    assert_eq!(redactor.text("tel. 07700900123, 07700 900123"), "tel. phone-1, phone-1");
}

#[test]
fn what_only_looks_like_a_host_a_ticket_or_an_address_stays() {
    let mut redactor = Redactor::default();
    for text in [
        "SHA-256, UTF-8, TLS-1, AES-GCM-256, ISO-8601, CVE-2024-21413, UTC-08:00, RFC-822",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36",
        "sign-in step-2 of 3, level-10, x-ms-client, C# 12, page #1",
        "Foo::Bar, std::ed, a :: b",
        "NT AUTHORITY\\SYSTEM, C:\\Windows\\System32\\cmd.exe",
        "2026-03-04 05:06:07 took 1234567 ms, error 0x80070005",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 SPE_E5 AADSTS50126",
        "Microsoft.Online.Workflows.PolicyViolationException",
        "GET /users/{id}",
    ] {
        assert_eq!(redactor.text(text), text);
    }
}

/// Properties that should hold one of Microsoft's own words were not searched at all.
#[test]
fn every_field_is_searched_and_words_of_logs_stay() {
    let planted = "kim.zqork@zqfern.example via 10.1.2.3";
    let mut record = Record {
        id: planted.into(),
        service: planted.into(),
        category: planted.into(),
        activity: planted.into(),
        operation_type: planted.into(),
        result: planted.into(),
        result_reason: planted.into(),
        correlation_id: planted.into(),
        tenant_id: planted.into(),
        user_agent: planted.into(),
        session_id: planted.into(),
        source: planted.into(),
        ..Record::default()
    };
    record.actor.agent = planted.into();
    record.targets = vec![Target {
        kind: planted.into(),
        group_type: planted.into(),
        agent: planted.into(),
        ..Target::default()
    }];
    let all = PROPERTIES.iter().map(|row| Property { key: row.key, value: planted.into() });
    record.properties = all.collect();
    let mut redactor = Redactor::default();
    let redacted = format!("{:?}", redactor.record(&record));
    for part in ["zqork", "zqfern", "10.1.2.3"] {
        assert!(!redacted.contains(part), "{redacted}");
    }
    let property = |key, value: &'static str| Property { key, value: value.into() };
    let ordinary = Record {
        service: "Core Directory".into(),
        category: "UserManagement".into(),
        activity: "Update user".into(),
        operation_type: "Update".into(),
        result: "success".into(),
        properties: vec![
            property(PropertyKey::Browser, "Edge 142.0.0.0"),
            property(PropertyKey::Os, "Windows10"),
            property(PropertyKey::Client, "Mobile Apps and Desktop clients"),
            property(PropertyKey::Trust, "Hybrid Azure AD joined"),
            property(PropertyKey::Scope, "Directory.Read.All"),
            property(PropertyKey::RoleId, "62e90394-69f5-4237-9190-012177145e10"),
            property(PropertyKey::ErrorCode, "50126"),
        ],
        ..Record::default()
    };
    assert_eq!(redactor.record(&ordinary), ordinary);
}

#[test]
fn what_every_tenant_has_stays() {
    let mut redactor = Redactor::default();
    let role =
        Target { kind: "Role".into(), name: "Global Administrator".into(), ..Target::default() };
    assert_eq!(redactor.target(&role, false).name, "Global Administrator");
    let actor = Actor {
        kind: ActorKind::App,
        name: "Microsoft Substrate Management".into(),
        app_id: "00000003-0000-0000-c000-000000000000".into(),
        ..Actor::default()
    };
    assert_eq!(redactor.actor(&actor), actor);
    assert!(known::is_domain("login.microsoftonline.com") && !known::is_domain("a.sharepoint.com"));
    assert!(!known::is_domain("notmicrosoft.com"));
}

#[test]
fn values_of_properties_are_taken_apart() {
    let mut redactor = Redactor::default();
    let policy = r#"{"displayName":"Block Contoso","users":{"exclude":["8f2a0000-0000-4000-8000-00000000000a"]},"state":"enabled","inner":"{\"mail\":\"x@y.example\",\"n\":1}"}"#;
    let value = redactor.value(policy, "Policy", "policy", 0);
    assert_eq!(
        value,
        r#"{"displayName":"policy-1","users":{"exclude":["id-1"]},"state":"enabled","inner":"{\"mail\":\"user-1@domain-1.example\",\"n\":1}"}"#
    );
    assert_eq!(
        redactor.value(r#""Mail Helper""#, "ServicePrincipal.DisplayName", "user", 0),
        "\"app-1\""
    );
    assert_eq!(redactor.value(r#""Guest""#, "UserType", "user", 0), "\"Guest\"");
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    assert_eq!(redactor.value(&deep, "x", "name", 0), deep);
}

#[test]
fn hostile_texts_take_no_longer_than_long_ones() {
    let mut redactor = Redactor::default();
    for length in 3..200 {
        redactor.named(&format!("a {}", "b".repeat(length)), "name");
    }
    for piece in [
        "a ", "a.", ":", "a@", "@", "1.", "ab:", "a@b.", "f:f:", "\u{e9}", "=41", "&amp;", "\\x41",
        "A2", "11 ", "A-1", "A-", "0x41,", "\\", "a\\", "01 ", "(1)", "#1",
    ] {
        let text = piece.repeat(12_000);
        assert!(!redactor.text(&text).is_empty(), "{piece}");
    }
}

#[test]
fn an_address_has_one_pseudonym_however_it_is_written() {
    let mut redactor = Redactor::default();
    let mut of = |text: &str| redactor.address(text);
    let first = of("203.0.113.7");
    for written in
        ["203.0.113.7:443", "[::ffff:203.0.113.7]:1", "::ffff:203.0.113.7", "203.0.113.7"]
    {
        assert_eq!(of(written), first, "{written}");
    }
    let other = of("2001:db8::1");
    assert!(other != first && of("2001:0DB8:0:0:0:0:0:1") == other);
    assert_eq!(
        redactor.text("from 203.0.113.7:443 and 2001:db8::1"),
        format!("from {first} and {other}")
    );
}

/// Something that identifies, distinctive enough that a chance hit is none.
fn name() -> impl Strategy<Value = String> {
    "[A-Z][a-z]{4,9}( [A-ZÄÉ][a-zé']{3,9}){0,2}[)!]?".prop_map(|name| format!("Zq{name}"))
}

fn guid() -> impl Strategy<Value = String> {
    "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}"
}

fn address() -> impl Strategy<Value = String> {
    prop_oneof!["203\\.0\\.113\\.[1-9][0-9]", "2001:db8:[1-9a-f]{4}::[1-9a-f]{4}"]
}

fn upn() -> impl Strategy<Value = String> {
    "zq[a-z]{5,9}(\\.[a-z]{3})?@zq[a-z]{4,8}(\\.onmicrosoft)?\\.(example|com)"
}

#[derive(Clone, Debug)]
struct Person {
    name: String,
    upn: String,
    id: String,
    address: String,
}

fn person() -> impl Strategy<Value = Person> {
    (name(), upn(), guid(), address()).prop_map(|(name, upn, id, address)| Person {
        name,
        upn,
        id,
        address,
    })
}

fn record(actor: &Person, target: &Person, other: &Person, number: usize) -> Record<'static> {
    let packed = serde_json::json!({
        "id": other.id, "note": format!("by {} from {}", other.name, other.address),
        other.upn.clone(): [other.upn, other.name],
    });
    let said = format!("{} ({}) asked {}, at {}", other.name, other.upn, target.id, actor.address);
    Record {
        id: format!("Directory_{}_{number}", other.id).into(),
        time: Some(Timestamp::from_ms(1_700_000_000_000 + number as i64)),
        activity: "Update user".into(),
        result_reason: said.clone().into(),
        actor: Actor {
            kind: ActorKind::User,
            id: actor.id.clone().into(),
            name: actor.name.clone().into(),
            upn: actor.upn.to_uppercase().into(),
            ip: actor.address.clone().into(),
            ..Actor::default()
        },
        targets: vec![Target {
            id: target.id.clone().into(),
            name: target.name.clone().into(),
            upn: format!("{}{}", "0123456789abcdef".repeat(2), target.upn).into(),
            kind: "User".into(),
            changes: vec![Change {
                name: "Something".into(),
                old: Some(serde_json::json!(packed.to_string()).to_string().into()),
                new: Some(serde_json::json!([target.name]).to_string().into()),
            }],
            ..Target::default()
        }],
        details: vec![Detail { key: "Said".into(), value: said.into() }],
        correlation_id: actor.id.clone().into(),
        tenant_id: other.id.clone().into(),
        source: format!("/home/{}/audit.json", actor.name).into(),
        ..Record::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_original_is_left_and_one_value_has_one_pseudonym(
        people in prop::collection::vec(person(), 1..5),
        of in prop::collection::vec((0..4_usize, 0..4_usize, 0..4_usize), 1..8),
    ) {
        let one = |at: usize| &people[at % people.len()];
        let records: Vec<Record<'static>> = (of.iter().enumerate())
            .map(|(number, (a, b, c))| record(one(*a), one(*b), one(*c), number))
            .collect();
        let (_, redacted) = both(&records);
        let out = lines(&redacted).to_lowercase();
        for (a, b, c) in &of {
            for (place, person) in [one(*a), one(*b), one(*c)].into_iter().enumerate() {
                let domain = person.upn.split_once('@').expect("an address").1;
                // A name that is in free text only cannot be told from other words.
                let name = if place < 2 { &*person.name } else { &person.upn };
                for original in [name, &person.upn, &person.id, &person.address, domain] {
                    prop_assert!(!out.contains(&original.to_lowercase()), "{} in\n{}", original, out);
                }
            }
        }
        let mut known: HashMap<String, String> = HashMap::new();
        for (before, after) in records.iter().zip(&redacted) {
            prop_assert_eq!(&before.activity, &after.activity);
            prop_assert_eq!(before.time, after.time);
            let pairs = [
                (&before.actor.id, &after.actor.id),
                (&before.actor.name, &after.actor.name),
                (&before.actor.ip, &after.actor.ip),
                (&before.actor.upn, &after.actor.upn),
                (&before.targets[0].id, &after.targets[0].id),
                (&before.targets[0].name, &after.targets[0].name),
                (&before.correlation_id, &after.correlation_id),
            ];
            for (before, after) in pairs {
                let known = known.entry(before.to_lowercase()).or_insert(after.to_string());
                prop_assert_eq!(&**known, &**after);
            }
        }
    }

    #[test]
    fn no_text_panics(text in any::<String>(), name in any::<String>()) {
        let mut redactor = Redactor::default();
        redactor.named(&name, "name");
        redactor.naming(&text, "user");
        redactor.value(&text, &name, "app", 0);
        redactor.text(&format!("{text}{name} {text}@{name}.x"));
    }
}
