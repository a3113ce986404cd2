//! What sheets say where later records took back what earlier ones did.
//! Never compares a sheet as a whole.

use super::super::*;
use super::markdown;
use crate::record::{Change, Outcome, Record, Target};
use crate::store::RowId;
use crate::time::Timestamp;

fn record(minute: i64, activity: &str, changes: &[(&str, &str, &str)]) -> Record<'static> {
    let side = |text: &str| (!text.is_empty()).then(|| text.to_owned().into());
    let changes = changes.iter().map(|&(name, old, new)| Change {
        name: name.to_owned().into(),
        old: side(old),
        new: side(new),
    });
    Record {
        activity: activity.to_owned().into(),
        outcome: Outcome::Success,
        time: Some(Timestamp::from_ms(1_700_000_000_000 + minute * 60_000)),
        targets: vec![Target {
            kind: "User".into(),
            id: "u".into(),
            name: "Eve Adams".into(),
            changes: changes.collect(),
            ..Target::default()
        }],
        ..Record::default()
    }
}

fn sheet(records: &[Record<'_>]) -> Vec<String> {
    let mut undoing = Undoing::default();
    for (row, record) in (0..).zip(records) {
        undoing.enter(row, record);
    }
    undoing.close();
    let steps = (0..).zip(records).zip(1..);
    steps.map(|((row, record), number)| steps_of(record, row, number, &mut undoing)).collect()
}

fn steps_of(record: &Record<'_>, row: RowId, number: usize, undoing: &mut Undoing) -> String {
    markdown(lines(record, &decide(record, row, number, undoing)))
}

fn set(minute: i64, old: &str, new: &str) -> Record<'static> {
    record(minute, "Update user", &[("UserType", old, new)])
}

#[test]
fn a_repair_is_not_reversed_and_neither_is_what_it_repaired() {
    for text in sheet(&[set(1, "Guest", "Member"), set(2, "Member", "Guest")]) {
        let told = "- Nothing to undo: changed at 2023-11-14T22:14:20Z, changed back at 2023-11-14T22:15:20Z, both among these records.";
        assert!(text.contains(told) && !text.contains("To undo:**"), "{text}");
    }
    let excluded = |minute, old: &str, new: &str| {
        let object = |users: &str| format!(r#"{{"users":[{users}]}}"#);
        let (old, new) = (object(old), object(new));
        record(minute, "Update policy", &[("PolicyDetail", &old, &new)])
    };
    let texts = sheet(&[
        excluded(1, r#""a""#, r#""a","b""#),
        excluded(2, r#""a","b""#, r#""a","b","c""#),
        excluded(3, r#""a","b","c""#, r#""a","c""#),
    ]);
    assert!(texts[0].contains("Nothing to undo") && texts[2].contains("Nothing to undo"));
    assert!(texts[1].contains("take out of `PolicyDetail` `.users` `c`"), "{}", texts[1]);
}

#[test]
fn what_was_changed_otherwise_is_still_to_be_set_back() {
    let texts = sheet(&[set(1, "a", "b"), set(2, "b", "c")]);
    assert!(texts[0].contains("to `a` (this record set it to `b`; changed again at"), "{texts:?}");
    assert!(texts[1].contains("to `b` (this record set it to `c`)"), "{texts:?}");
    let texts = sheet(&[set(1, "a", "b"), set(2, "b", "c"), set(3, "c", "b")]);
    assert!(texts[0].contains("(this record set it to `b`)"), "{texts:?}");
    let texts = sheet(&[set(1, "a", "b"), set(2, "b", "a"), set(3, "a", "b")]);
    assert!(texts[1].contains("Nothing to undo") && texts[2].contains("To undo:**"));
}

#[test]
fn a_record_that_is_back_in_part_says_which_part() {
    let both = [("UserType", "a", "b"), ("Department", "x", "y")];
    let texts = sheet(&[record(1, "Update user", &both), set(2, "b", "a")]);
    assert!(texts[0].contains("  - nothing for `UserType`: changed at"), "{}", texts[0]);
    assert!(texts[0].contains("set `Department` to `x`"), "{}", texts[0]);
    let unknown = [("UserType", "a", "b"), ("Department", "", "")];
    let texts = sheet(&[record(1, "Update user", &unknown), set(2, "b", "a")]);
    assert!(!texts[0].contains("Nothing to undo"), "{}", texts[0]);
}

#[test]
fn the_same_value_of_somebody_else_is_not_a_repair() {
    let mut other = set(2, "b", "a");
    other.targets[0].id = "v".into();
    assert!(sheet(&[set(1, "a", "b"), other]).iter().all(|text| text.contains("To undo:**")));
    let failed = Record { outcome: Outcome::Failure, ..set(2, "b", "a") };
    assert!(sheet(&[set(1, "a", "b"), failed])[0].contains("To undo:**"));
}

#[test]
fn opposite_activities_cancel_each_other() {
    for (first, second, told) in [
        ("Delete user", "Restore user", "deleted at"),
        ("Disable account", "Enable account", "disabled at"),
    ] {
        let texts = sheet(&[record(1, first, &[]), record(2, second, &[])]);
        assert!(texts.iter().all(|text| text.contains(&format!("Nothing to undo: {told}"))));
    }
    let role = [("AppRole.Value", "", "Mail.Read")];
    let other = [("AppRole.Value", "", "Mail.Send")];
    let texts = sheet(&[
        record(1, "Add app role assignment to service principal", &role),
        record(2, "Add app role assignment to service principal", &other),
        record(3, "Remove app role assignment from service principal", &role),
    ]);
    let nothing = texts.iter().map(|text| text.contains("Nothing to undo: added at"));
    assert_eq!(nothing.collect::<Vec<_>>(), [true, false, true], "{texts:?}");
    let gone = sheet(&[record(1, "Delete user", &[]), record(2, "Hard delete user", &[])]);
    assert!(gone.iter().all(|text| !text.contains("Nothing to undo")));
    assert!(gone[0].contains("deleted for good at 2023-11-14T22:15:20Z"), "{gone:?}");
    assert!(!gone[0].contains("Restore the user"), "{gone:?}");
}

#[test]
fn an_account_added_among_these_records_is_not_enabled_without_a_thought() {
    let disable = || record(2, "Disable account", &[]);
    let texts = sheet(&[record(1, "Add user", &[]), disable()]);
    assert!(texts[1].contains("Leave it disabled, if the account was not to be"), "{texts:?}");
    assert!(sheet(&[disable()])[0].contains("unless it was disabled to stop it"));
    let texts = sheet(&[record(1, "Add user", &[]), record(2, "Delete user", &[])]);
    assert!(texts[1].contains("Leave it deleted, if the account was not to be"), "{texts:?}");
}

#[test]
fn how_users_are_restored_is_told_once_and_until_when_each_time() {
    let mut other = record(2, "Delete user", &[]);
    other.targets[0].id = "v".into();
    let texts = sheet(&[record(1, "Delete user", &[]), other]);
    assert!(texts[0].contains("Memberships") && texts[0].contains("2023-12-14T22:14:20Z"));
    assert!(texts[1].contains("as told in step 1. Last date to restore: 2023-12-14T22:15:20Z"));
}
