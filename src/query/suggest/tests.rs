//! What is offered at each place of a filter that is being typed.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::catalogue::catalogue;

/// Values by the name of the field.
struct Table(Vec<(&'static str, Vec<(&'static str, u64)>)>);

impl DataValues for Table {
    fn values(&self, field: &'static Field) -> Arc<[(String, u64)]> {
        let own = self.0.iter().find(|(name, _)| *name == field.name);
        let values = own.map(|(_, values)| values.as_slice()).unwrap_or_default();
        values.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect()
    }
}

fn nothing() -> Table {
    Table(Vec::new())
}

fn data() -> Table {
    Table(vec![
        ("activity", vec![("Reboot the moon", 70), ("Add member to role", 31), ("Add user.", 5)]),
        ("service", vec![("PIM", 40), ("Core Directory", 12), ("Moon Service", 3)]),
        ("category", vec![("RoleManagement", 31), ("Tides", 1)]),
        ("actor", vec![("mallory@contoso.example", 1_204), ("Mallory \"M\" \u{202e}x", 1)]),
        ("target", vec![("Mail Helper", 2), ("eve@contoso.example", 2)]),
        ("actor.ip", vec![("192.0.2.1", 9), ("2001:db8::1", 8)]),
        ("result", vec![("success", 90), ("failure", 10), ("Interrupted", 2)]),
        ("time", vec![("2026-11-20", 12)]),
        ("change", vec![("Role.DisplayName", 31), ("Included Updated Properties", 9)]),
    ])
}

/// Suggestions at the `|`.
fn at(marked: &str, seen: &Table) -> Suggestions {
    let caret = marked.find('|').expect("a caret");
    suggest(&marked.replacen('|', "", 1), caret, seen, 12)
}

fn inserts(marked: &str, seen: &Table) -> Vec<String> {
    at(marked, seen).items.into_iter().map(|item| item.insert).collect()
}

fn first(marked: &str, seen: &Table) -> Suggestion {
    at(marked, seen).items.into_iter().next().expect(marked)
}

#[test]
fn an_empty_text_offers_the_fields() {
    let found = suggest("", 0, &data(), 1_000);
    let names: Vec<String> = FIELDS.iter().map(|field| format!("{}:", field.name)).collect();
    assert_eq!(found.items.into_iter().map(|item| item.insert).collect::<Vec<_>>(), names);
}

#[test]
fn a_bare_word_offers_fields_then_the_catalogue_then_values() {
    assert_eq!(first("act|", &nothing()).insert, "activity:");
    let found = inserts("ac|", &nothing());
    assert_eq!(&found[..2], ["activity:", "actor:"]);
    assert_eq!(first("ipad|", &nothing()).insert, "actor.ip:");
    assert_eq!(first("activty|", &nothing()).insert, "activity:");
    assert!(inserts("PIM|", &nothing()).contains(&"service:PIM".to_owned()));
    let found = inserts("\"add member to ro|", &data());
    assert_eq!(found[0], "activity=\"Add member to role\"");
    assert!(inserts("mall|", &data()).contains(&"actor:mallory@contoso.example".to_owned()));
    assert!(inserts("fail|", &data()).contains(&"result:failure".to_owned()));
    assert!(inserts("-(mal|", &data()).contains(&"actor:mallory@contoso.example".to_owned()));
    assert!(inserts("moon|", &data()).contains(&"activity=\"Reboot the moon\"".to_owned()));
    assert!(inserts("192.0|", &data()).contains(&"actor.ip:192.0.2.1".to_owned()));
}

#[test]
fn the_catalogue_says_where_a_name_belongs_and_how_often_it_was_seen() {
    let found = first("activity:\"member to role|", &data());
    assert_eq!(found.insert, "\"Add member to role\"");
    assert_eq!((found.count, found.kind), (Some(31), SuggestionKind::Activity));
    assert!(found.note.contains(" › RoleManagement"), "{}", found.note);
    assert_eq!(found.matched.len(), "member".len() + "to".len() + "role".len());
    assert_eq!(first("activity:|", &data()).label, "Reboot the moon");
    assert_eq!(first("activity:moon|", &data()).note, "not in the catalogue");
    assert_eq!(first("activity:\"add us|", &data()).label, "Add user");
    assert_eq!(first("activity:\"add us|", &data()).count, Some(5));
    assert_eq!(first("activity:\"add us|", &nothing()).count, None);
    let pim = first("service=privileged|", &data());
    assert_eq!((pim.insert.as_str(), pim.count), ("PIM", Some(40)));
    assert_eq!(first("service:moon|", &data()).insert, "\"Moon Service\"");
    assert!(first("category:rolem|", &data()).note.contains("Core Directory"));
}

#[test]
fn values_come_with_their_number_and_drive_no_terminal() {
    let found = at("actor:m|", &data());
    assert_eq!(found.items[0].note, "1,204 records");
    let hostile = &found.items[1];
    assert_eq!(hostile.label, "Mallory \"M\" <U+202E>x");
    assert_eq!(hostile.insert, "\"Mallory \\\"M\\\" \u{202e}x\"");
    assert_eq!(inserts("actor.ip:(192.0.2.7 20|", &data()), ["2001:db8::1"]);
    assert_eq!(
        inserts("result=|", &nothing()),
        ["success", "failure", "interrupted", "timeout", "unknown"]
    );
    assert_eq!(
        inserts("result!=|", &data()),
        ["success", "failure", "interrupted", "timeout", "unknown"]
    );
    assert_eq!(inserts("kind:si|", &nothing())[0], "sign-in");
    assert_eq!(inserts("actor>m|", &data()), Vec::<String>::new());
}

#[test]
fn times_come_with_examples_and_days_of_the_data() {
    let found = inserts("time>=|", &data());
    assert_eq!(found.first().map(String::as_str), Some("last-1h"));
    assert_eq!(found.last().map(String::as_str), Some("2026-11-20"));
    assert_eq!(inserts("time:2026-11-01..2026|", &data()), ["2026-11-20"]);
}

#[test]
fn only_the_token_at_the_caret_is_replaced_and_never_by_itself() {
    let found = at("result:failure act|ivity:role", &nothing());
    assert_eq!(found.replace, 15..24);
    assert!(!found.items.iter().any(|item| item.insert == "activity:" || item.insert == "time:"));
    assert_eq!(inserts("time:yesterday|", &nothing()), Vec::<String>::new());
    assert_eq!(inserts("/act|/", &nothing()), Vec::<String>::new());
    assert_eq!(inserts("a OR|", &nothing()), Vec::<String>::new());
}

#[test]
fn long_lists_leave_room_for_what_comes_after() {
    let kinds: Vec<SuggestionKind> =
        at("ma|", &data()).items.into_iter().map(|item| item.kind).collect();
    for kind in [SuggestionKind::Activity, SuggestionKind::Value] {
        assert!(kinds.contains(&kind), "{kind:?} in {kinds:?}");
    }
    assert_eq!(kinds.len(), 12);
}

#[test]
fn a_text_of_any_length_is_answered_at_once() {
    for text in
        ["\"".repeat(100_000), "a:".repeat(100_000), "(".repeat(100_000), "x".repeat(1 << 20)]
    {
        suggest(&text, text.len(), &data(), 10);
        suggest(&text, text.len() / 2, &data(), 10);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_accepted_can_be_read(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "activity", "actor", "time", "result", ".ip", ":", "=", "!=", ">", ">=", "..", "(", ")",
            "\"", "\\", "/", " ", " ", "-", "NOT ", " OR ", "mal", "Add", "fail", "last", "2026", "é", "*",
        ]), 0..9),
        place in any::<prop::sample::Index>(),
    ) {
        let text = pieces.concat();
        let caret = place.index(text.len() + 1);
        let found = suggest(&text, caret, &data(), 30);
        prop_assert!(text.get(found.replace.clone()).is_some());
        let context = text[..found.replace.start].to_owned();
        let readable = Query::parse(&text).is_ok();
        for item in found.items {
            prop_assert!(item.matched.iter().all(|&at| at < item.label.chars().count()));
            prop_assert_eq!(clean(&item.label), item.label.as_str());
            prop_assert_ne!(&item.insert, &text[found.replace.clone()]);
            if readable {
                let mut accepted = text.clone();
                accepted.replace_range(found.replace.clone(), &item.insert);
                let parsed = Query::parse(&accepted);
                let fine = parsed.as_ref().map_or_else(|problem| problem.incomplete, |_| true);
                prop_assert!(fine, "{text} became {accepted}: {parsed:?}");
            }
            // A field wants its value; a value wants its field, or it is a whole condition.
            let token = match item.kind {
                SuggestionKind::Field => {
                    let with = |value: &&str| Query::parse(&format!("{}{value}", item.insert)).is_ok();
                    let value = ["2026", "high", "yes", "audit", "user"].into_iter().find(with);
                    format!("{}{}", item.insert, value.unwrap_or_default())
                }
                SuggestionKind::Time => format!("time:{}", item.insert),
                _ if item.insert.contains([':', '=']) && Query::parse(&item.insert).is_ok() => item.insert.clone(),
                _ => format!("raw:{}", item.insert),
            };
            let parsed = Query::parse(&token);
            prop_assert!(parsed.is_ok() || token.contains(['>', '<']), "{token} after {context}: {parsed:?}");
        }
    }
}

#[test]
fn every_name_of_the_catalogue_is_offered_when_typed() {
    for entry in catalogue().entries().iter().step_by(37) {
        let text = format!("activity:{}", quoted(entry.activity, false));
        let caret = text.len() - 2;
        let found = suggest(&text, caret, &nothing(), 400);
        let own = quoted(entry.activity, false);
        let there = text.ends_with(&own) || found.items.iter().any(|item| item.insert == own);
        assert!(there, "{}", entry.activity);
    }
}

#[test]
fn a_field_with_keys_goes_on_with_keys() {
    assert_eq!(first("detail.|", &nothing()).insert, "detail.User-Agent=");
    assert_eq!(first("detail.osty|", &nothing()).insert, "detail.DeviceOSType=");
    assert_eq!(
        first("additionalDetails.user-|", &nothing()).insert,
        "additionalDetails.User-Agent="
    );
    let found = inserts("change.|", &data());
    assert_eq!(found[..2], ["change.Role.DisplayName=", "change.\"Included Updated Properties\"="]);
    assert_eq!(first("-old.role|", &data()).insert, "old.Role.DisplayName=");
    assert_eq!(first("new.incl|", &data()).count, Some(9));
    // Where an operator stands already it stays, and so does the value.
    let found = at("change.rol|:admin", &data());
    assert_eq!(
        (found.items[0].insert.as_str(), found.replace),
        ("change.Role.DisplayName:", 0..11)
    );
    assert_eq!(inserts("detail.User-Agent=cu|", &data()), [""; 0]);
}
