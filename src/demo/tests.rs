//! What the demo tenant promises, checked by simple scanning of its lines.
//! Never compares with a stored copy of the log.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use super::activities::activities;
use super::people::names::HOSTILE;
use super::{STORIES, Scale, Story, blocks, tenant};
use crate::text::fold;
use crate::time::{TICKS_PER_SECOND, Timestamp};

/// The 28 services as `loggedByService` spells them.
const SERVICES: [&str; 28] = [
    "AAD Management UX",
    "Access Reviews",
    "Account Provisioning",
    "Application Proxy",
    "Authentication Methods",
    "Azure AD Recommendations",
    "Azure MFA",
    "Azure RBAC (Elevated Access)",
    "B2B Auth",
    "B2C",
    "Conditional Access",
    "Core Directory",
    "Device Registration Service",
    "Entitlement Management",
    "Global Secure Access",
    "Hybrid Authentication",
    "Identity Protection",
    "Invited Users",
    "Lifecycle Workflows",
    "MIM Service",
    "Mobility Management",
    "MyAccess",
    "MyApps",
    "PIM",
    "Self-service Group Management",
    "Self-service Password Management",
    "Terms Of Use",
    "Verified ID",
];

/// (service, category, activity) of the catalogue that only operations and stories write.
const OPERATIONS: [(&str, &str, &str); 44] = [
    ("AAD Management UX", "UserManagement", "Bulk delete users - finished (bulk)"),
    ("AAD Management UX", "UserManagement", "Download users - finished (bulk)"),
    ("Core Directory", "AuthorizationPolicy", "Update authorization policy"),
    ("Core Directory", "Device", "Add device"),
    ("Core Directory", "Device", "Add registered owner to device"),
    ("Core Directory", "Device", "Add registered users to device"),
    ("Core Directory", "DirectoryManagement", "Add unverified domain"),
    ("Core Directory", "DirectoryManagement", "Set domain authentication"),
    ("Core Directory", "DirectoryManagement", "Set federation settings on domain"),
    ("Core Directory", "DirectoryManagement", "Verify domain"),
    ("Core Directory", "MicrosoftSupportAccessManagement", "Access approved"),
    ("Core Directory", "MicrosoftSupportAccessManagement", "Access removed"),
    ("Core Directory", "MicrosoftSupportAccessManagement", "Request approved"),
    ("Core Directory", "MicrosoftSupportAccessManagement", "Request canceled"),
    ("Core Directory", "MicrosoftSupportAccessManagement", "Request created"),
    ("Core Directory", "MicrosoftSupportAccessManagement", "Request rejected"),
    ("Core Directory", "RoleManagement", "Add member to role"),
    ("Core Directory", "RoleManagement", "Remove member from role"),
    ("Core Directory", "UserManagement", "Add user"),
    ("Core Directory", "UserManagement", "Delete user"),
    ("Core Directory", "UserManagement", "Hard Delete user"),
    ("Device Registration Service", "Device", "Register device"),
    (
        "Entitlement Management",
        "EntitlementManagement",
        "Approve access package assignment request",
    ),
    (
        "Entitlement Management",
        "EntitlementManagement",
        "Auto approve access package assignment request",
    ),
    ("Entitlement Management", "EntitlementManagement", "Deny access package assignment request"),
    (
        "Entitlement Management",
        "EntitlementManagement",
        "Fulfill access package resource assignment",
    ),
    (
        "Entitlement Management",
        "EntitlementManagement",
        "Partially fulfill access package assignment request",
    ),
    (
        "Entitlement Management",
        "EntitlementManagement",
        "Ready to fulfill access package assignment request",
    ),
    ("Entitlement Management", "EntitlementManagement", "User requests access package assignment"),
    ("Invited Users", "UserManagement", "Invite external user"),
    ("Invited Users", "UserManagement", "Redeem external user invite"),
    ("PIM", "RoleManagement", "Add eligible member to role in PIM completed (permanent)"),
    ("PIM", "RoleManagement", "Add eligible member to role in PIM requested (permanent)"),
    ("PIM", "RoleManagement", "Add member to role approval requested (PIM activation)"),
    ("PIM", "RoleManagement", "Add member to role completed (PIM activation)"),
    ("PIM", "RoleManagement", "Add member to role outside of PIM (permanent)"),
    ("PIM", "RoleManagement", "Add member to role request approved (PIM activation)"),
    ("PIM", "RoleManagement", "Add member to role requested (PIM activation)"),
    ("PIM", "RoleManagement", "Disable PIM alert"),
    ("PIM", "RoleManagement", "Remove member from role (PIM activation expired)"),
    ("PIM", "RoleManagement", "Update role setting in PIM"),
    ("Self-service Password Management", "UserManagement", "Reset password (self-service)"),
    (
        "Self-service Password Management",
        "UserManagement",
        "Self-service password reset flow activity progress",
    ),
    ("Identity Protection", "Other", "ConfirmCompromised"),
];

/// Spellings of live records and of the article on entitlement logs; the catalogue article lacks them.
const LIVE: [(&str, &str, &str); 5] = [
    ("Conditional Access", "Policy", "Update conditional access policy"),
    (
        "Entitlement Management",
        "EntitlementManagement",
        "Access package assignment request timed out (no approver action taken)",
    ),
    ("Entitlement Management", "EntitlementManagement", "Fulfill access package assignment"),
    ("Entitlement Management", "UserManagement", "Add approver to request approval"),
    ("Entitlement Management", "UserManagement", "Create request approval"),
];

fn demo() -> Vec<Value> {
    month(1)
}

fn month(seed: u64) -> Vec<Value> {
    let log = String::from_utf8(tenant(Scale { seed, ..Scale::demo() })).expect("UTF-8");
    log.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// The audit records alone: without sign-ins and calls, which stand in an envelope.
fn audits() -> Vec<Value> {
    let mut records = demo();
    records.retain(|record| record["properties"].is_null());
    records
}

/// What stands in the envelopes of these categories, and the envelope's own time.
fn enveloped(categories: &[&str]) -> Vec<(String, Value)> {
    let of = |record: &Value| categories.contains(&word(&record["category"]));
    let inside = |record: Value| (word(&record["time"]).to_owned(), record["properties"].clone());
    demo().into_iter().filter(of).map(inside).collect()
}

fn triple(record: &Value) -> (&str, &str, &str) {
    (
        word(&record["loggedByService"]),
        word(&record["category"]),
        word(&record["activityDisplayName"]),
    )
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// When it happened: a sign-in when it began, whenever its row was written.
fn time(record: &Value) -> &str {
    let properties = &record["properties"];
    let times =
        [&record["activityDateTime"], &properties["createdDateTime"], &properties["timeGenerated"]];
    times.into_iter().find_map(Value::as_str).unwrap_or_default()
}

fn instant(record: &Value) -> i64 {
    Timestamp::parse(time(record)).expect("an instant").ticks()
}

#[test]
fn the_same_scale_gives_the_same_bytes_and_another_seed_gives_others() {
    let first = tenant(Scale::demo());
    assert!(first == tenant(Scale::demo()));
    assert!(first != tenant(Scale { seed: 2, ..Scale::demo() }));
}

#[test]
fn blocks_are_the_same_bytes_in_whole_lines() {
    for records in [0, 1, 100, 3_000, 6_000] {
        let scale = Scale { records, seed: 9 };
        let whole = tenant(scale);
        assert_eq!(whole.split(|byte| *byte == b'\n').count() - 1, records);
        let blocks: Vec<Vec<u8>> = blocks(scale).collect();
        assert!(blocks.iter().all(|block| block.ends_with(b"\n")));
        assert!(blocks.concat() == whole);
    }
}

#[test]
fn larger_logs_reach_further_back_and_have_more_people() {
    let scale = Scale { records: 640_000, seed: 1 };
    let first = blocks(scale).next().expect("a block");
    assert!(first.len() < 3 << 20);
    assert_eq!(super::quotas(scale, scale.records).len(), 32);
    assert_eq!(super::quotas(scale, 1_000).iter().map(|(_, quota)| quota).sum::<usize>(), 1_000);
    assert_eq!(super::people::Tenant::new(scale.records).users.len(), 12_800);
}

#[test]
fn six_thousand_records_fill_thirty_days_newest_first() {
    let records = demo();
    assert_eq!(records.len(), 6_000);
    let times: Vec<i64> = records.iter().map(instant).collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older));
    let day = |ticks: &i64| ticks.div_euclid(86_400 * TICKS_PER_SECOND);
    let days: BTreeSet<i64> = times.iter().map(day).collect();
    assert_eq!(days.len(), 30);
    assert!(time(&records[0]).starts_with("2026-11-20T"));
    assert!(time(&records[5_999]).starts_with("2026-10-22T"));
    // Saturday 7 November against Wednesday the 4th, and night against day.
    let on = |date: &str| records.iter().filter(|record| time(record).starts_with(date)).count();
    assert!(on("2026-11-07") * 3 < on("2026-11-04"), "{} {}", on("2026-11-07"), on("2026-11-04"));
    assert!(on("2026-11-04T03") * 4 < on("2026-11-04T10"));
    let audits = audits();
    let ids: HashSet<&str> = audits.iter().map(|record| word(&record["id"])).collect();
    assert_eq!((ids.len(), audits.len()), (5_964, 5_964));
}

#[test]
fn every_service_and_every_listed_activity_is_there_and_no_other() {
    let known: BTreeSet<_> = activities()
        .map(|activity| (activity.what.service, activity.what.category, activity.what.activity))
        .chain(OPERATIONS)
        .chain(LIVE)
        .collect();
    let records = audits();
    let seen: BTreeSet<_> = records.iter().map(triple).collect();
    assert_eq!(seen.difference(&known).collect::<Vec<_>>(), Vec::<&(&str, &str, &str)>::new());
    assert_eq!(known.difference(&seen).collect::<Vec<_>>(), Vec::<&(&str, &str, &str)>::new());
    let services: BTreeSet<&str> = seen.iter().map(|(service, _, _)| *service).collect();
    assert_eq!(services, SERVICES.into_iter().collect());
    assert!(seen.len() > 300, "{}", seen.len());
}

#[test]
fn the_catalogue_knows_every_activity() {
    let catalogue = crate::catalogue::catalogue();
    let records = audits();
    let unknown: BTreeSet<_> = records
        .iter()
        .map(triple)
        .filter(|(service, category, activity)| {
            catalogue.classify(service, category, activity).is_none()
        })
        .collect();
    assert_eq!(unknown, BTreeSet::new());
    for service in SERVICES {
        let known = catalogue.find_service(service).expect(service);
        assert!(known.logged_as.iter().any(|alias| alias.name == service), "{service}");
    }
}

#[test]
fn live_spellings_are_kept_to_the_character() {
    let names: HashSet<String> =
        demo().iter().map(|record| word(&record["activityDisplayName"]).to_owned()).collect();
    for name in [
        "Update application \u{2013} Certificates and secrets management ",
        "Update conditional access policy",
        "user started password reset",
        "Update PasswordProfile",
    ] {
        assert!(names.contains(name), "{name:?}");
    }
}

#[test]
fn every_record_has_the_properties_of_a_directory_audit() {
    let results = ["success", "failure", "timeout", "unknownFutureValue"];
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for record in audits() {
        let keys = record.as_object().expect("object").keys().map(String::as_str);
        // Only what an agent did for somebody says so.
        let keys: Vec<&str> = keys.filter(|key| *key != "performedBy").collect();
        assert_eq!(
            keys,
            [
                "id",
                "category",
                "correlationId",
                "result",
                "resultReason",
                "activityDisplayName",
                "activityDateTime",
                "loggedByService",
                "operationType",
                "initiatedBy",
                "targetResources",
                "additionalDetails"
            ]
        );
        assert!(results.contains(&word(&record["result"])));
        *seen.entry(word(&record["result"]).to_owned()).or_default() += 1;
        assert_eq!(word(&record["correlationId"]).len(), 36);
        assert!(record["initiatedBy"].is_object());
        let app = &record["initiatedBy"]["app"];
        assert!(app.is_null() || (app["appId"].is_null() && app["servicePrincipalId"].is_string()));
        for target in record["targetResources"].as_array().expect("targets") {
            for change in target["modifiedProperties"].as_array().expect("changes") {
                for value in [&change["oldValue"], &change["newValue"]] {
                    let text = value.as_str().unwrap_or("null");
                    assert!(serde_json::from_str::<Value>(text).is_ok(), "{text}");
                }
            }
        }
    }
    assert!(results.iter().all(|result| seen.contains_key(*result)), "{seen:?}");
    assert!((150..400).contains(&seen["failure"]), "{seen:?}");
}

#[test]
fn record_ids_have_the_shape_of_their_service() {
    for record in audits() {
        let prefix = match word(&record["loggedByService"]) {
            "Core Directory" => "Directory_",
            "Account Provisioning" => "Sync_",
            "Self-service Password Management" => "SSPR_",
            "Self-service Group Management" => "SSGM_",
            "Conditional Access" => "IPCGraph_",
            "Authentication Methods" => "Authentication Methods_",
            "PIM" => "PIM_",
            _ => continue,
        };
        let start = format!("{prefix}{}_", word(&record["correlationId"]));
        assert!(word(&record["id"]).starts_with(&start), "{}", record["id"]);
    }
}

#[test]
fn addresses_are_for_documentation_and_the_intruders_network_is_its_own() {
    for record in demo() {
        let audited = word(&record["initiatedBy"]["user"]["ipAddress"]);
        let ip = record["callerIpAddress"].as_str().unwrap_or(audited);
        let reserved = ["198.51.100.", "203.0.113.", "192.0.2.", "2001:db8:"];
        assert!(ip.is_empty() || reserved.iter().any(|net| ip.starts_with(net)), "{ip}");
    }
}

#[test]
fn hostile_names_are_there_and_escaped() {
    let log = String::from_utf8(tenant(Scale::demo())).expect("UTF-8");
    assert!(log.chars().all(|c| c == '\n' || !c.is_control()));
    let names: HashSet<String> = audits()
        .iter()
        .flat_map(|record| record["targetResources"].as_array().cloned().unwrap_or_default())
        .map(|target| word(&target["displayName"]).to_owned())
        .collect();
    let missing: Vec<&&str> = HOSTILE.iter().filter(|name| !names.contains(**name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn some_deleted_user_has_the_object_id_in_front_of_the_name() {
    let glued = demo().iter().any(|record| {
        let target = &record["targetResources"][0];
        let upn = word(&target["userPrincipalName"]);
        crate::text::original_upn(upn, word(&target["id"])).1 && upn.ends_with("@tidewick.example")
    });
    assert!(glued);
}

#[test]
fn nothing_is_named_after_microsofts_sample_tenants() {
    let log = String::from_utf8(tenant(Scale::demo())).expect("UTF-8").to_lowercase();
    for name in ["contoso", "fabrikam", "adventure-works", "northwind", "adele vance"] {
        assert!(!log.contains(name), "{name}");
    }
}

/// One term of a story's query: the part of the query language the stories use.
fn terms(query: &str) -> Vec<(String, bool, String)> {
    let mut terms = Vec::new();
    let mut rest = query.trim();
    while !rest.is_empty() {
        let at = rest.find([':', '=']).expect("a field");
        let (field, exact) = (rest[..at].to_owned(), rest.as_bytes()[at] == b'=');
        rest = &rest[at + 1..];
        let (value, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').expect("a closing quote"),
            None => rest.split_once(' ').unwrap_or((rest, "")),
        };
        terms.push((field, exact, fold(value)));
        rest = after.trim_start();
    }
    terms
}

fn holds(record: &Value, (field, exact, wanted): &(String, bool, String)) -> bool {
    let by = &record["initiatedBy"];
    let own = &record["properties"];
    let values: Vec<&str> = match field.as_str() {
        "activity" => vec![word(&record["activityDisplayName"])],
        "service" => vec![word(&record["loggedByService"])],
        "category" => vec![word(&record["category"])],
        "actor" => vec![
            word(&by["user"]["userPrincipalName"]),
            word(&by["user"]["displayName"]),
            word(&by["app"]["displayName"]),
        ],
        "actor.ip" => vec![word(&by["user"]["ipAddress"]), word(&own["ipAddress"])],
        "protocol" => vec![word(&own["authenticationProtocol"])],
        "token" => vec![word(&own["uniqueTokenIdentifier"]), word(&own["signInActivityId"])],
        "error.code" => vec![word(&record["resultType"])],
        "target" => record["targetResources"]
            .as_array()
            .into_iter()
            .flatten()
            .flat_map(|target| {
                // Many second targets are named in changes alone.
                let changes = target["modifiedProperties"].as_array().into_iter().flatten();
                let naming =
                    changes.filter(|change| word(&change["displayName"]).ends_with(".DisplayName"));
                let sides = naming
                    .flat_map(|change| [word(&change["oldValue"]), word(&change["newValue"])]);
                let own = [word(&target["displayName"]), word(&target["userPrincipalName"])];
                sides.map(|side| side.trim_matches('"')).chain(own)
            })
            .collect(),
        other => panic!("the stories ask for {other}"),
    };
    values
        .iter()
        .any(|value| if *exact { fold(value) == *wanted } else { fold(value).contains(wanted) })
}

#[test]
fn every_story_is_found_by_its_query_and_by_nothing_less() {
    let mut wrong = Vec::new();
    let months = [1, 2, 77].map(month);
    for (records, story) in months.iter().flat_map(|month| STORIES.iter().map(move |s| (month, s)))
    {
        let Story { query, found, between, .. } = *story;
        let terms = terms(query);
        let hits: Vec<&Value> =
            records.iter().filter(|record| terms.iter().all(|term| holds(record, term))).collect();
        let second = |record: &Value| format!("{}Z", &time(record)[..19]);
        let last = hits.first().map(|hit| second(hit)).unwrap_or_default();
        let first = hits.last().map(|hit| second(hit)).unwrap_or_default();
        if hits.len() != found || between != (first.as_str(), last.as_str()) {
            wrong.push(format!("{query}: {} records, {first} to {last}", hits.len()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(STORIES.is_sorted_by_key(|story| (story.title.contains("trail"), story.between.0)));
}

#[test]
fn the_weakened_policy_differs_in_state_and_one_excluded_user() {
    let records = demo();
    let weakened = records
        .iter()
        .find(|record| {
            word(&record["activityDisplayName"]) == "Update conditional access policy"
                && word(&record["activityDateTime"]).starts_with("2026-11-12T03:05")
        })
        .expect("the record");
    let change = &weakened["targetResources"][0]["modifiedProperties"][0];
    assert_eq!(change["displayName"], "ConditionalAccessPolicy");
    let side = |name: &str| serde_json::from_str::<Value>(word(&change[name])).expect("a policy");
    let (old, new) = (side("oldValue"), side("newValue"));
    assert_eq!(
        (word(&old["state"]), word(&new["state"])),
        ("enabled", "enabledForReportingButNotEnforced")
    );
    let excluded =
        |policy: &Value| policy["conditions"]["users"]["excludeUsers"].as_array().map(Vec::len);
    assert_eq!((excluded(&old), excluded(&new)), (Some(1), Some(2)));
}

#[test]
fn the_new_secret_is_the_only_added_key() {
    let records = demo();
    let added = records
        .iter()
        .find(|record| {
            word(&record["activityDateTime"]).starts_with("2026-11-09T02:47:31")
                && word(&record["activityDisplayName"]).contains('\u{2013}')
        })
        .expect("the record");
    let change = &added["targetResources"][0]["modifiedProperties"][0];
    let side = |name: &str| serde_json::from_str::<Vec<String>>(word(&change[name])).expect("keys");
    let (old, new) = (side("oldValue"), side("newValue"));
    assert_eq!((old.len(), new.len()), (1, 2));
    assert_eq!(old[0], new[0]);
    assert!(new[1].ends_with("DisplayName=monitor]"), "{}", new[1]);
}

#[test]
fn the_night_activation_leaves_pairs_in_two_services() {
    let records = demo();
    let at = |activity: &str, service: &str| {
        records
            .iter()
            .filter(|record| {
                word(&record["activityDisplayName"]) == activity
                    && word(&record["loggedByService"]) == service
                    && ["02", "06"].contains(&&word(&record["activityDateTime"])[11..13])
                    && word(&record["activityDateTime"]).starts_with("2026-11-10")
                    && record.to_string().contains("Global Administrator")
                    && record.to_string().contains("marek.toivonen")
            })
            .map(|record| (instant(record), word(&record["correlationId"]).to_owned()))
            .next()
            .unwrap_or_else(|| panic!("{activity} in {service}"))
    };
    let active = at("Add member to role completed (PIM activation)", "PIM");
    let expired = at("Remove member from role (PIM activation expired)", "PIM");
    let removed = at("Remove member from role", "Core Directory");
    assert_ne!(expired.1, removed.1);
    assert_eq!(expired.0 - removed.0, 6 * TICKS_PER_SECOND);
    assert_eq!((expired.0 - active.0) / TICKS_PER_SECOND / 3_600, 4);
}

#[test]
fn a_sign_in_is_written_again_with_what_was_found_later() {
    let mut sign_ins: BTreeMap<String, Vec<(String, Value)>> = BTreeMap::new();
    let mut rows = enveloped(&["SignInLogs", "NonInteractiveUserSignInLogs"]);
    // The log is newest first; rows of one sign-in happened at one time.
    rows.reverse();
    for (written, row) in rows {
        sign_ins.entry(word(&row["id"]).to_owned()).or_default().push((written, row));
    }
    let codes = |rows: &[(String, Value)]| -> Vec<u64> {
        rows.iter().filter_map(|(_, row)| row["status"]["errorCode"].as_u64()).collect()
    };
    let mut several: Vec<_> = sign_ins.values().filter(|rows| rows.len() > 1).collect();
    several.sort_by_key(|rows| word(&rows[0].1["createdDateTime"]));
    let all: Vec<Vec<u64>> = several.iter().map(|rows| codes(rows)).collect();
    assert_eq!(
        all,
        [
            vec![50_140, 0],
            vec![50_199, 0],
            vec![50_074, 50_140, 0],
            vec![50_140, 0],
            vec![50_074, 0]
        ]
    );
    for rows in several {
        assert!(rows.is_sorted_by(|(earlier, _), (later, _)| earlier < later));
        let (_, last) = &rows[rows.len() - 1];
        let same = ["id", "createdDateTime", "correlationId", "userId", "uniqueTokenIdentifier"];
        for (_, row) in rows {
            assert!(same.iter().all(|name| row[name] == last[name]));
            assert!(row == last || row["riskState"] == "none");
        }
        let is_intruder = word(&last["ipAddress"]).starts_with("192.0.2.");
        assert_eq!(last["riskState"], if is_intruder { "atRisk" } else { "none" });
        assert_eq!(last["riskEventTypes_v2"] == Value::Array(Vec::new()), !is_intruder);
        assert!(last["authenticationDetails"][0]["succeeded"].is_boolean());
    }
}

#[test]
fn the_token_of_the_new_secret_is_in_the_calls_it_was_used_for() {
    let sign_ins = enveloped(&["ServicePrincipalSignInLogs"]);
    let calls = enveloped(&["MicrosoftGraphActivityLogs"]);
    let stolen = sign_ins.iter().find(|(_, row)| row["ipAddress"] == "192.0.2.66");
    let (_, stolen) = stolen.expect("a sign-in with the new secret");
    assert_eq!((sign_ins.len(), calls.len()), (2, 3));
    for (_, call) in &calls {
        assert_eq!(call["signInActivityId"], stolen["uniqueTokenIdentifier"]);
        assert_eq!(call["servicePrincipalId"], stolen["servicePrincipalId"]);
        assert!(word(&call["timeGenerated"]) > word(&stolen["createdDateTime"]));
    }
    // The key is the one that was added the night before.
    let key = word(&stolen["servicePrincipalCredentialKeyId"]);
    let added = format!("KeyIdentifier={key},KeyType=Password,KeyUsage=Verify,DisplayName=monitor");
    assert!(audits().iter().any(|record| record.to_string().contains(&added)));
}

#[test]
fn an_agent_does_what_somebody_asked_for() {
    let mut asked = audits();
    asked.retain(|record| record["performedBy"].is_object());
    assert_eq!(asked.len(), 2);
    for record in asked {
        assert!(record["initiatedBy"]["user"].is_object());
        assert_eq!(record["performedBy"]["agentType"], "agenticAppInstance");
        let blueprint = &record["performedBy"]["blueprintId"];
        let agent = audits().into_iter().find(|other| {
            other["initiatedBy"]["app"]["agentType"] == "agenticAppInstance"
                && other["initiatedBy"]["app"]["blueprintId"] == *blueprint
        });
        assert!(agent.is_some());
    }
}

#[test]
fn a_thousand_records_have_no_room_for_stories() {
    let log = String::from_utf8(tenant(Scale { records: 1_000, seed: 1 })).expect("UTF-8");
    assert!(!log.contains("192.0.2.") && !log.contains("SignInLogs"));
}
