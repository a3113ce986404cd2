//! Placeholders, and what makes two records the same.

use super::super::Detail;
use super::*;

fn signed_in() -> Record<'static> {
    Record {
        kind: Kind::SignIn,
        id: "7d3c1c6e-5b1e-4b7e-9e55-0f3a5a5f1d01".into(),
        time: Timestamp::parse("2026-03-02T08:00:01.25Z"),
        activity: "Sign-in activity".into(),
        outcome: Outcome::Failure,
        result: "failure".into(),
        result_reason: "50074: Strong authentication is required.".into(),
        actor: Actor { upn: "Una@moorland.example".into(), ..Actor::default() },
        correlation_id: "0a0a0a0a-1111-4222-8333-444444444401".into(),
        ..Record::default()
    }
}

#[test]
fn what_is_no_id_is_known() {
    let none = [
        "",
        " ",
        "-",
        "--",
        "N/A",
        "n/a",
        "null",
        "None",
        "(null)",
        "<null>",
        "0",
        "***",
        "ab***cd",
        "00000000-0000-0000-0000-000000000000",
        "{00000000-0000-0000-0000-000000000000}",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "11111111-1111-1111-1111-111111111111",
        "XXXX",
        "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
        "XXXXXXXX-xxxx-XXXX-xxxx-XXXXXXXXXXXX",
        "********-****-****-****-************",
        "7d3c1c6e-****-****-****-0f3a5a5f1d01",
        "<redacted>",
        "[REDACTED]",
        "redacted",
        "REDACTED_ID",
        "masked-id",
        "undefined",
        "…",
        "——",
        "5b1e4b7e…",
    ];
    for id in none {
        assert!(is_placeholder(id), "{id}");
    }
    let real = [
        "1",
        "9",
        "a",
        "n5",
        "Add user.",
        "Directory_1",
        "AB",
        "日本",
        "é",
        "7d3c1c6e-5b1e-4b7e-9e55-0f3a5a5f1d01",
        "11111111-1111-4111-8111-111111111111",
        "00000000-0000-0000-0000-000000000001",
        "Directory_00000000-0000-0000-0000-000000000000_AB021_1",
        "PIM_a_b",
        "aaa",
        "1111",
    ];
    for id in real {
        assert!(!is_placeholder(id), "{id}");
    }
}

#[test]
fn ids_are_the_same_in_any_case_and_a_placeholder_is_never_the_key() {
    let record = |id: &'static str, activity: &'static str| Record {
        id: id.into(),
        activity: activity.into(),
        ..Record::default()
    };
    assert_eq!(key(&record("AB-1", "x")), key(&record("ab-1", "y")));
    assert_ne!(key(&record("AB-1", "x")), key(&record("AB-2", "x")));
    assert_ne!(key(&record("n/a", "x")), key(&record("n/a", "y")));
    assert!(is_named(key(&record("AB-1", "x"))) && !is_named(key(&record("***", "x"))));
    let long = "A".to_owned() + &"b-1".repeat(60);
    assert_eq!(key_of_id(&long), key_of_id(&long.to_ascii_uppercase()));
}

#[test]
fn each_part_of_a_record_counts_and_its_spelling_does_not() {
    let one = signed_in();
    let same = |other: &Record<'_>| Content::of(other).digest == Content::of(&one).digest;
    let mut other = one.clone();
    other.id = "7D3C1C6E-5B1E-4B7E-9E55-0F3A5A5F1D01".into();
    other.actor.upn = "una@moorland.example".into();
    other.time = Timestamp::parse("2026-03-02T08:00:01Z");
    other.result_reason = "50074: Other words.".into();
    other.category = "SignInLogs".into();
    other.tenant_id = "t".into();
    assert!(same(&other));
    let edits: [fn(&mut Record<'_>); 8] = [
        |r| r.time = Timestamp::parse("2026-03-02T08:00:02Z"),
        |r| r.result_reason = "50076: Strong authentication is required.".into(),
        |r| r.outcome = Outcome::Success,
        |r| r.actor.ip = "198.51.100.7".into(),
        |r| r.correlation_id = "".into(),
        |r| r.details.push(Detail { key: "a".into(), value: "b".into() }),
        |r| r.targets.push(Target::default()),
        |r| r.kind = Kind::Audit,
    ];
    for (at, edit) in edits.iter().enumerate() {
        let mut other = one.clone();
        edit(&mut other);
        assert!(!same(&other), "{at}");
    }
}

#[test]
fn lists_are_the_same_in_any_order_and_values_of_changes_count() {
    let change = |name: &'static str, new: Option<&'static str>| Change {
        name: name.into(),
        old: None,
        new: new.map(Into::into),
    };
    let record = |changes: Vec<Change<'static>>| Record {
        id: "AB-1".into(),
        targets: vec![Target { changes, ..Target::default() }],
        ..Record::default()
    };
    let digest = |changes| Content::of(&record(changes)).digest;
    let (a, b) = (change("A", Some("1")), change("B", None));
    assert_eq!(digest(vec![a.clone(), b.clone()]), digest(vec![b.clone(), a.clone()]));
    assert_eq!(digest(vec![b]), digest(vec![change("B", Some(""))]));
    assert_ne!(digest(vec![a]), digest(vec![change("A", Some("2"))]));
}

#[test]
fn rows_of_a_sign_in_are_ordered_by_when_they_were_written_then_by_how_it_ended() {
    let failed = Content::of(&signed_in()).row.expect("a sign-in");
    let done = Record { outcome: Outcome::Success, result_reason: "".into(), ..signed_in() };
    let row = Content::of(&done).row.expect("a sign-in");
    assert!(failed < row && failed.who == row.who);
    let early = Timestamp::parse("2026-03-02T08:00:05Z");
    let late = Timestamp::parse("2026-03-02T08:09:05Z");
    let written = |record: &Record<'_>, at| Content::of(record).with(1, at, record.outcome).row;
    assert!(written(&done, early) < written(&signed_in(), late));
    assert_eq!(Content::of(&Record { id: "-".into(), ..signed_in() }).row, None);
    let stranger = Record { actor: Actor::default(), ..signed_in() };
    assert_ne!(Content::of(&stranger).row.expect("a sign-in").who, failed.who);
}
