//! Trails on records of an invented tenant: whole, with a step missing, among others, in any order.
//! Never on real ones.

use super::*;
use crate::query::matcher::Matcher;
use crate::query::{Context, Query};
use crate::source::{self, Delivery, local};

/// The records of these files, in this order.
pub(super) fn load(files: &[Vec<String>]) -> Store {
    let places = files.iter().enumerate().map(|(number, lines)| {
        local::at_hand(format!("{number}.json"), lines.join("\n").into_bytes())
    });
    let mut store = Store::default();
    source::read_all(places.collect::<Vec<_>>(), |delivery| match delivery {
        Delivery::Segment(segment) => store.push(segment),
        Delivery::Trouble(trouble) => panic!("{trouble}"),
        _ => {}
    });
    store
}

fn found(lines: &[String]) -> (Store, Vec<Finding>) {
    let store = load(&[lines.to_vec()]);
    let found = find(&store, &|_| true).unwrap_or_default();
    assert_eq!(found.unreadable, 0);
    check_queries(&store, &found.findings);
    (store, found.findings)
}

/// The rows a query finds.
fn rows(store: &Store, query: &str) -> Vec<RowId> {
    let parsed = Query::parse(query).unwrap_or_else(|error| panic!("{query}: {error}"));
    let context = Context { now: Timestamp::from_ms(0), around: None };
    Matcher::new(&parsed, &context).rows(store)
}

/// Each finding's query finds its records and no others.
pub(super) fn check_queries(store: &Store, findings: &[Finding]) {
    for finding in findings {
        assert_eq!(
            rows(store, &finding.query),
            finding.rows(),
            "{}\n{}",
            finding.said.title,
            finding.query
        );
        if let Some(meanwhile) = &finding.meanwhile {
            assert_eq!(
                rows(store, &meanwhile.query).len() as u64,
                meanwhile.count,
                "{}",
                finding.said.title
            );
        }
    }
}

/// A GUID of a word.
pub(super) fn guid(word: &str) -> String {
    let number = word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    format!("{:08x}-0000-4000-8000-{:012x}", number >> 32, number & 0xffff_ffff)
}

/// A record: `time | activity | actor | targets | changes | correlation | reason | details`. Actors and
/// targets are `Type name`, details `key=value`, changes `name=old>new`, several of them behind `;`. A `#` anywhere is the number of
/// the story.
pub(super) fn record(line: &str, number: usize) -> String {
    let line = line.replace('#', &number.to_string());
    let parts: Vec<&str> = line.split('|').map(str::trim).collect();
    let part = |at: usize| parts.get(at).copied().unwrap_or_default();
    let activity = part(1);
    let (category, service) = match activity {
        "Request created" | "Request approved" | "Access approved" | "Access removed"
        | "Request rejected" => ("MicrosoftSupportAccessManagement", "Core Directory"),
        _ => ("Any", "Core Directory"),
    };
    let named = |text: &str| {
        let (kind, name) = text.split_once(' ').unwrap_or((text, ""));
        (kind.to_owned(), name.to_owned())
    };
    let actor = match named(part(2)) {
        (kind, name) if kind == "App" => {
            serde_json::json!({"app": {"displayName": name, "servicePrincipalId": guid(&name)}})
        }
        (_, name) => serde_json::json!({"user": {"id": guid(&name), "userPrincipalName": name}}),
    };
    let changes: Vec<serde_json::Value> = (part(4).split(';').filter(|text| !text.is_empty()))
        .map(|text| {
            let (name, values) = text.split_once('=').expect("a change");
            let (old, new) = values.split_once('>').expect("old and new");
            let value = |text: &str| serde_json::Value::from(serde_json::json!(text).to_string());
            serde_json::json!({"displayName": name.trim(), "oldValue": value(&guids(old)), "newValue": value(&guids(new))})
        })
        .collect();
    let mut targets = Vec::new();
    for text in part(3).split(';').filter(|text| !text.is_empty()) {
        let (kind, name) = named(text.trim());
        let upn = if kind == "User" { Some(&name) } else { None };
        let changes = if targets.is_empty() { changes.clone() } else { Vec::new() };
        targets.push(serde_json::json!({"id": guid(&name), "displayName": name,
            "userPrincipalName": upn, "type": kind, "modifiedProperties": changes}));
    }
    let correlation = match part(5) {
        "" => String::new(),
        word => guid(word),
    };
    let details = part(7).split(';').filter_map(|text| text.split_once('='));
    let details: Vec<serde_json::Value> = details
        .map(|(key, value)| serde_json::json!({"key": key, "value": guids(value)}))
        .collect();
    let failed = part(6).starts_with("failed: ");
    serde_json::json!({
        "id": format!("Record_{}", guid(&line)),
        "activityDateTime": format!("2026-03-{}", part(0)),
        "activityDisplayName": activity,
        "category": category,
        "loggedByService": service,
        "result": if failed { "failure" } else { "success" },
        "resultReason": part(6).trim_start_matches("failed: "),
        "correlationId": correlation,
        "initiatedBy": actor,
        "targetResources": targets,
        "additionalDetails": details,
    })
    .to_string()
}

/// `guid(word)` in a value is that GUID.
fn guids(text: &str) -> String {
    match text.split_once("guid(") {
        Some((before, rest)) => {
            let (word, after) = rest.split_once(')').expect("a bracket");
            format!("{before}{}{after}", guid(word))
        }
        None => text.to_owned(),
    }
}

/// A story: which trail, its records, its dots, a part of its verdict.
struct Story {
    trail: &'static str,
    records: &'static str,
    dots: &'static str,
    verdict: &'static str,
}

const STORIES: &[Story] = &[
    Story {
        trail: "consent",
        records: "01T08:00:00Z | Consent to application | User ben#@x | ServicePrincipal Mailer# || c0# | failed: UserConsentBlocked
            01T09:00:00Z | Add service principal | User ann#@x | ServicePrincipal Mailer# || c1# |
            01T09:00:01Z | Add delegated permission grant | User ann#@x | ServicePrincipal Graph | ServicePrincipal.ObjectID=>guid(Mailer#); DelegatedPermissionGrant.Scope=>Mail.Read | c2# |
            01T09:00:02Z | Add app role assignment grant to user | User ann#@x | ServicePrincipal Mailer#; User ann#@x || c1# |
            01T09:00:03Z | Consent to application | User ann#@x | ServicePrincipal Mailer# | ConsentContext.IsAdminConsent=>True | c1# |
            05T09:00:00Z | Remove delegated permission grant | User zoe@x | ServicePrincipal Mailer# || c3# |",
        dots: "○●●●●●",
        verdict: "consented for everybody after 1 refused attempt, taken back after 3 days",
    },
    Story {
        trail: "credential",
        records: "01T10:00:00Z | Add owner to application | User eve#@x | User eve#@x; Application Payer# || o# |
            01T10:05:00Z | Update application – Certificates and secrets management  | User eve#@x | Application Payer# | KeyDescription=[]>[KeyIdentifier=1#,KeyType=Password,DisplayName=x] | k# |
            01T10:05:01Z | Update service principal | User eve#@x | ServicePrincipal PayerSP# | KeyDescription=[]>[KeyIdentifier=1#,KeyType=Password,DisplayName=x] | k# |
            01T11:00:00Z | Consent to application | User boss#@x | ServicePrincipal PayerSP# | ConsentContext.IsAdminConsent=>True | m# |
            02T10:00:00Z | Read something | App PayerSP# | User ann#@x || r# |",
        dots: "●●●●",
        verdict: "key added after a new owner, 1 grant by another person · 1 record",
    },
    Story {
        trail: "account",
        records: "01T10:00:00Z | Add user | User eve#@x | User svc#@x || a# |
            01T10:02:00Z | Add member to role | User eve#@x | User svc#@x | Role.DisplayName=>Global Administrator | b# |
            03T10:00:00Z | Delete user | User eve#@x | User svc#@x || d# |",
        dots: "●●●",
        verdict: "Global Administrator after 2 min, deleted after 2 days",
    },
    Story {
        trail: "domain",
        records: "01T10:00:00Z | Add unverified domain | User eve#@x | Domain d#.example || a# |
            01T10:02:00Z | Verify domain | User eve#@x | Domain d#.example || b# |
            01T10:03:00Z | Set domain authentication | User eve#@x | Domain d#.example | LiveType=Managed>Federated | e# |
            01T10:04:00Z | Set federation settings on domain | User eve#@x | Domain d#.example | IssuerUri=>http://any.sts/# | f# |",
        dots: "●●●●",
        verdict: "federated, 4/4 steps",
    },
    Story {
        trail: "pim",
        records: "01T10:00:00Z | Add member to role requested (PIM activation) | User kim#@x | Role Global Administrator; Request r#; User kim#@x || p# | patching
            01T10:10:00Z | Add member to role request approved (PIM activation) | User boss#@x | Role Global Administrator; Request r#; User kim#@x || p# | ok
            01T10:10:05Z | Add member to role completed (PIM activation) | User kim#@x | Role Global Administrator; Request r#; User kim#@x || p# | patching
            01T11:00:00Z | Do something | User kim#@x | User ann#@x || w1# |
            01T11:00:01Z | Do something | User kim#@x | User ann#@x || w2# |
            01T14:10:00Z | Remove member from role (PIM activation expired) | App Expiry | Role Global Administrator; User kim#@x || z# |
            01T15:00:00Z | Do something | User kim#@x | User ann#@x || w3# |",
        dots: "●●●●",
        verdict: "active 3 h 59 min, ended · 2 records of the holder while the role was active",
    },
    Story {
        trail: "pass",
        records: "01T10:00:00Z | Admin registered security info | User desk#@x | User vip#@x || a# | Admin registered temporary access pass method for user
            01T10:20:00Z | User registered security info | User vip#@x | User vip#@x || b# | User registered Authenticator App
            01T11:00:00Z | Reset password | User desk#@x | User vip#@x || e# |",
        dots: "●●●",
        verdict: "new factor after 20 min, password after 1 h",
    },
    Story {
        trail: "guest",
        records: "01T10:00:00Z | Invite external user | User ann#@x | User g1_#@y.example || a# |
            01T10:10:00Z | Invite external user | User ann#@x | User g2_#@y.example || b# |
            02T10:00:00Z | Redeem external user invite | User g1_#@y.example | User g1_#@y.example || e# |
            02T11:00:00Z | Add member to group | User ann#@x | User g1_#@y.example; Group Tier0 | Group.DisplayName=>Tier0 | f# |
            02T12:00:00Z | Update user | User ann#@x | User g1_#@y.example | UserType=Guest>Member | h# |",
        dots: "●●●●",
        verdict: "1 of 2 redeemed, 1 membership, 1 became member",
    },
    Story {
        trail: "policy",
        records: r#"01T10:00:00Z | Update conditional access policy | User eve#@x | Policy CA# | ConditionalAccessPolicy={"state":"enabled"}>{"state":"disabled"} | a# |
            01T10:00:01Z | Update policy | User eve#@x | Policy CA# | PolicyDetail={"state":"enabled"}>{"state":"disabled"} | a# |
            01T13:00:00Z | Update conditional access policy | User eve#@x | Policy CA# | ConditionalAccessPolicy={"state":"disabled"}>{"state":"enabled"} | b# |"#,
        dots: "●●",
        verdict: "weakened, restored after 3 h",
    },
    Story {
        trail: "package",
        records: "01T10:00:00Z | User requests access package assignment | User tom#@x | AccessPackage Lab; AccessPackageAssignmentRequest q#; User tom#@x || q1# |
            01T10:00:05Z | Create request approval | App EM | AccessPackage Lab; AccessPackageAssignmentRequest q#; User tom#@x || q2# |
            01T10:00:06Z | Add approver to request approval | App EM | AccessPackage Lab; AccessPackageAssignmentRequest q#; User tom#@x; User boss#@x || q2# |
            01T12:00:00Z | Approve access package assignment request | User boss#@x | AccessPackage Lab; AccessPackageAssignmentRequest q#; User tom#@x || q3# |
            01T12:00:10Z | Fulfill access package resource assignment | App EM | AccessPackage Lab; AccessPackageAssignmentRequest q#; User tom#@x || q3# |
            01T12:01:00Z | Fulfill access package assignment | User tom#@x | AccessPackage Lab; AccessPackageAssignmentRequest q#; User tom#@x || q3# |
            20T12:01:00Z | Remove access package assignment | App EM | AccessPackage Lab; User tom#@x || q4# |",
        dots: "●●●●●●",
        verdict: "removed after 19 days by EM",
    },
    Story {
        trail: "support",
        records: "01T10:00:00Z | Request created | App Approvals | Request case# || s# |
            01T11:00:00Z | Request approved | User ann#@x | Request case# || s2# |
            01T11:00:05Z | Access approved | App Approvals | Request case# || s2# |
            03T11:00:05Z | Access removed | User ann#@x | Request case# || s3# |",
        dots: "●●●●",
        verdict: "removed by a person after 2 days",
    },
];

/// What nobody may take for a part of a story.
fn noise() -> Vec<String> {
    let lines = "01T07:00:00Z | Update user | User bob@x | User pat@x | City=>Oslo | n1 |
        01T10:00:30Z | Add member to group | User bob@x | User pat@x; Group Staff || n2 |
        01T10:05:30Z | Reset password | User bob@x | User pat@x || n3 |
        01T10:05:31Z | Remove member from role (PIM activation expired) | App Expiry | Role Global Administrator; User pat@x || n4 |
        01T10:07:00Z | Redeem external user invite | User other@y.example | User other@y.example || n5 |
        25T10:07:00Z | Read something | App Other | User other@y.example || n6 |";
    lines.lines().map(|line| record(line, 0)).collect()
}

fn told(story: &Story, number: usize) -> Vec<String> {
    story.records.lines().map(|line| record(line, number)).collect()
}

fn of<'f>(findings: &'f [Finding], story: &Story) -> Vec<&'f Finding> {
    findings.iter().filter(|finding| finding.trail.name == story.trail).collect()
}

#[test]
fn every_trail_is_found_whole() {
    for story in STORIES {
        let (_, findings) = found(&[told(story, 1), noise()].concat());
        let own = of(&findings, story);
        assert_eq!(own.len(), 1, "{}: {own:#?}", story.trail);
        assert_eq!(own[0].dots(false), story.dots, "{}: {own:#?}", story.trail);
        assert!(
            own[0].said.verdict.starts_with(story.verdict),
            "{}: {}",
            story.trail,
            own[0].said.verdict
        );
    }
}

#[test]
fn stories_of_others_at_the_same_time_do_not_join() {
    for story in STORIES {
        let mut lines: Vec<String> = (1..=3).flat_map(|number| told(story, number)).collect();
        lines.sort_by_key(|line| {
            line.find("activityDateTime").map(|at| line[at..at + 40].to_owned())
        });
        let (_, findings) = found(&[noise(), lines].concat());
        let own = of(&findings, story);
        assert_eq!(own.len(), 3, "{}: {own:#?}", story.trail);
        for finding in own {
            assert_eq!(finding.dots(false), story.dots, "{}", story.trail);
            assert!(
                finding.said.verdict.starts_with(story.verdict),
                "{}: {}",
                story.trail,
                finding.said.verdict
            );
        }
    }
}

#[test]
fn a_missing_step_is_hollow_and_told() {
    for (trail, left_out, dots, verdict) in [
        ("consent", "Add service principal", "○○●●●●", "consented for everybody"),
        (
            "consent",
            "Remove delegated",
            "○●●●●○",
            "consented for everybody after 1 refused attempt",
        ),
        (
            "credential",
            "Read something",
            "●●●○",
            "key added after a new owner, 1 grant by another person",
        ),
        ("account", "Delete user", "●●○", "Global Administrator after 2 min"),
        ("domain", "Verify", "●○●●", "federated, 3/4 steps"),
        ("pim", "expired", "●●●○", "no end in this data"),
        ("pim", "request approved", "●○●●", "active "),
        ("pass", "Reset password", "●●○", "new factor after 20 min, no password in this data"),
        ("guest", "Redeem", "●○●●", "0 of 2 redeemed"),
        ("policy", "13:00", "●○", "weakened for 24 days, not restored"),
        ("package", "Remove", "●●●●●○", "delivered after 2 h 1 min"),
        ("support", "Access removed", "●●●○", "open for 23 days, not removed · "),
        ("support", "Access approved", "●●○●", "removed by a person after 2 days"),
    ] {
        let story = STORIES.iter().find(|story| story.trail == trail).expect("a story");
        let lines = told(story, 1).into_iter().filter(|line| !line.contains(left_out));
        let (_, findings) = found(&[lines.collect(), noise()].concat());
        let own = of(&findings, story);
        assert_eq!(own.len(), 1, "{trail} without {left_out}: {own:#?}");
        assert_eq!(own[0].dots(false), dots, "{trail} without {left_out}");
        assert!(own[0].said.verdict.starts_with(verdict), "{trail}: {}", own[0].said.verdict);
    }
}

#[test]
fn every_end_of_a_request_has_its_verdict() {
    let story = STORIES.iter().find(|story| story.trail == "package").expect("a story");
    let begin: Vec<String> = told(story, 1).into_iter().take(3).collect();
    let end = |activity: &str, actor: &str, reason: &str| {
        record(
            &format!(
                "02T10:00:00Z | {activity} | {actor} | AccessPackage Lab; AccessPackageAssignmentRequest q#; User tom#@x || q9# | {reason}"
            ),
            1,
        )
    };
    for (last, verdict) in [
        (None, "waiting 24 days for boss1@x"),
        (
            Some(end("Deny access package assignment request", "User boss1@x", "no")),
            "denied by boss1@x: no",
        ),
        (
            Some(end(
                "Access package assignment request timed out (no approver action taken)",
                "App EM",
                "",
            )),
            "timed out after 1 day",
        ),
        (
            Some(end("Cancel access package assignment request", "User tom1@x", "")),
            "canceled by tom1@x",
        ),
        (
            Some(end("Approve access package assignment request", "User boss1@x", "")),
            "approved, waiting 24 days to be delivered",
        ),
        (
            Some(end(
                "Partially fulfill access package assignment request",
                "App EM",
                "failed: no site",
            )),
            "partially delivered: no site",
        ),
        (
            Some(end("Failed access package assignment request", "App EM", "failed: gone")),
            "failed: gone",
        ),
    ] {
        let lines: Vec<String> = begin.iter().cloned().chain(last).chain(noise()).collect();
        let (_, findings) = found(&lines);
        let own = of(&findings, story);
        assert_eq!(own.len(), 1);
        assert_eq!(own[0].said.verdict, verdict);
    }
}

#[test]
fn an_app_role_is_explained_by_a_package_or_told() {
    let given = "01T10:00:00Z | Add app role assignment grant to user | App EM | ServicePrincipal Lab; User tom@x || a |";
    let package = "01T10:01:00Z | Fulfill access package resource assignment | App EM | AccessPackage Lab; User tom@x || b |";
    let other = package.replace("tom@x", "kim@x");
    for (lines, expected) in
        [(vec![given], 1), (vec![given, package], 0), (vec![given, &*other], 1)]
    {
        let lines: Vec<String> = lines.into_iter().map(|line| record(line, 0)).collect();
        let (_, findings) = found(&lines);
        let own = findings.iter().filter(|finding| finding.trail.name == "app-role").count();
        assert_eq!(own, expected);
    }
}

#[test]
fn what_entitlement_management_delivers_is_not_given_by_hand() {
    let given = "01T10:00:00Z | Add app role assignment grant to user | App NAME | ServicePrincipal Lab; User tom@x || a |";
    let of = |line: &str| {
        let (_, findings) = found(&[record(line, 0)]);
        let own = findings.into_iter().filter(|finding| finding.trail.name == "app-role");
        own.map(|finding| finding.said.title).collect::<Vec<String>>()
    };
    for name in [
        "Azure AD Identity Governance - User Management",
        "Azure AD Identity Governance \u{2013} User Management",
    ] {
        assert_eq!(of(&given.replace("NAME", name)), [""; 0]);
    }
    let name = "Azure AD Identity Governance - User Manager";
    assert_eq!(of(&given.replace("NAME", name)).len(), 1);
    // A person of that name is none.
    let person = "User Azure AD Identity Governance - User Management";
    assert_eq!(of(&given.replace("App NAME", person)).len(), 1);
    // Nor is an application of another id.
    let other = record(&given.replace("NAME", "Azure AD Identity Governance - User Management"), 0)
        .replacen("\"app\":{", &format!("\"app\":{{\"appId\":\"{}\",", guid("other")), 1);
    let (_, findings) = found(&[other]);
    assert!(findings.iter().any(|finding| finding.trail.name == "app-role"));
    let taken = "01T10:00:00Z | Add a deletion-marked app role assignment grant to user as part of link removal | User adm@x | ServicePrincipal Lab; User tom@x || a |";
    assert_eq!(of(taken), ["adm@x took an app role of Lab from tom@x"]);
}

#[test]
fn records_of_one_instant_and_without_correlation_are_told_apart() {
    let story = STORIES.iter().find(|story| story.trail == "account").expect("a story");
    let flat = |number: usize| {
        let lines = story.records.lines().map(move |line| {
            let mut parts: Vec<&str> = line.split('|').collect();
            (parts[0], parts[5]) = ("01T10:00:00Z", "");
            record(&parts.join("|"), number)
        });
        lines.collect::<Vec<_>>()
    };
    let (_, findings) = found(&[flat(1), flat(2), flat(3)].concat());
    assert_eq!(of(&findings, story).len(), 3);
}

/// Numbers that look random, from a seed.
fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for at in (1..items.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        items.swap(at, (state % (at as u64 + 1)) as usize);
    }
}

#[test]
fn neither_interleaving_nor_the_order_of_files_changes_what_is_found() {
    let all: Vec<String> = (STORIES.iter())
        .flat_map(|story| (1..=2).flat_map(|number| told(story, number)).collect::<Vec<_>>())
        .chain(noise())
        .collect();
    let summary = |store: &Store| {
        let found = find(store, &|_| true).unwrap_or_default();
        check_queries(store, &found.findings);
        let told = found.findings.into_iter().map(|finding| {
            let Finding { trail, said, query, notes, meanwhile, .. } = &finding;
            format!(
                "{} {said:?} {} {query} {notes:?} {meanwhile:?}",
                trail.name,
                finding.dots(true)
            )
        });
        told.collect::<Vec<_>>()
    };
    let expected = summary(&load(std::slice::from_ref(&all)));
    assert!(expected.len() >= 20, "{expected:#?}");
    for seed in 1..=12 {
        let mut lines = all.clone();
        shuffle(&mut lines, seed);
        let mut files: Vec<Vec<String>> = vec![Vec::new(); 1 + seed as usize % 4];
        for (at, line) in lines.into_iter().enumerate() {
            let file = at * 7 % files.len();
            files[file].push(line);
        }
        assert_eq!(summary(&load(&files)), expected, "seed {seed}");
    }
}

#[test]
fn the_stories_of_the_demo_tenant_are_found() {
    let mut store = Store::default();
    source::read_all(vec![local::demo()], |delivery| {
        if let Delivery::Segment(segment) = delivery {
            store.push(segment);
        }
    });
    let findings = find(&store, &|_| true).unwrap_or_default().findings;
    check_queries(&store, &findings);
    for (trail, title, dots, verdict) in [
        (
            "consent",
            "marek.toivonen@tidewick.example consented to Tidewick Document Viewer",
            "○●●●●●",
            "consented for everybody after 3 refused attempts, taken back",
        ),
        (
            "credential",
            "added a key to Backup Orchestrator",
            "●●○●",
            "5 keys added, 4 after a new owner, 1 by that owner",
        ),
        (
            "account",
            "marek.toivonen@tidewick.example added svc-print.relay@tidewick.example",
            "●●○",
            "Global Administrator after 1 min",
        ),
        ("domain", "login-tidewick.example", "●●●●", "federated, 4/4 steps"),
        (
            "pim",
            "marek.toivonen@tidewick.example activated Global Administrator",
            "●○●●",
            "active 4 h, ended · 6 records of the holder while the role was active",
        ),
        (
            "pass",
            "svc-print.relay@tidewick.example a temporary access pass",
            "●○○",
            "nothing after it",
        ),
        ("guest", "invited 24 guests", "●●●●", "5 of 24 redeemed, 2 memberships, 1 became member"),
        ("policy", "CA004", "●●", "weakened, restored after 6 days"),
        (
            "package",
            "tomasz.averill@tidewick.example asked for Calibration Lab Systems",
            "●●○○○○",
            "waiting 14 days for Yrsa Colquhoun, Benedikt Ashdown",
        ),
        (
            "support",
            "2610270050001847",
            "●●●○",
            "open for 24 days, not removed · 5073 records meanwhile",
        ),
    ] {
        let found = findings.iter().any(|finding| {
            finding.trail.name == trail
                && finding.said.title.contains(title)
                && finding.dots(false).starts_with(dots)
                && finding.said.verdict.starts_with(verdict)
        });
        let near: Vec<String> = findings
            .iter()
            .filter(|f| f.trail.name == trail && f.said.title.contains(title))
            .map(|f| format!("{} {} {}", f.dots(false), f.said.title, f.said.verdict))
            .collect();
        assert!(found, "{trail} {title}: {near:#?}");
    }
}

/// What is found in records told as [`record`] has it, of one trail.
fn found_of(trail: &str, lines: &[&str]) -> Vec<Finding> {
    let lines: Vec<String> = lines.iter().map(|line| record(line, 1)).collect();
    let (_, findings) = found(&lines);
    findings.into_iter().filter(|finding| finding.trail.name == trail).collect()
}

/// Title and verdict of the only finding.
fn only(trail: &str, lines: &[&str]) -> Finding {
    let mut findings = found_of(trail, lines);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings.remove(0)
}

#[test]
fn somebody_the_records_do_not_name_is_not_the_administrator() {
    let finding = only(
        "package",
        &[
            "01T10:00:00Z | Administrator directly assigns user to access package | User ann@x | AccessPackage Lab || a |",
        ],
    );
    assert_eq!(finding.said.title, "ann@x assigned Lab to somebody not named");
    assert!(finding.said.verdict.starts_with("assigned directly, no delivery in this data"));
    let named = "01T10:00:00Z | Administrator directly assigns user to access package | User ann@x | AccessPackage Lab; User tom@x || a |";
    assert_eq!(only("package", &[named]).said.title, "ann@x assigned Lab to tom@x");
}

#[test]
fn a_changed_default_method_is_not_a_new_factor() {
    let pass = "01T10:00:00Z | Admin registered security info | User desk@x | User vip@x || a | Admin registered temporary access pass method for user";
    for (activity, has_factor) in
        [("User changed default security info", false), ("User registered security info", true)]
    {
        let then = format!("01T10:20:00Z | {activity} | User vip@x | User vip@x || b |");
        let found = only("pass", &[pass, &then]);
        assert_eq!(found.dots(false), if has_factor { "●●○" } else { "●○○" }, "{activity}");
    }
}

#[test]
fn a_grant_of_graph_does_not_give_the_application_its_id() {
    let (own, graph) =
        ("bf9d49a1-f53d-4fde-b4b4-4ab8d8056b26", "00000003-0000-0000-c000-000000000000");
    let grant = format!(
        "01T10:01:00Z | Add app role assignment to service principal | User ann@x | ServicePrincipal Microsoft Graph; ServicePrincipal Probe | AppRole.Value=>Mail.Read; ServicePrincipal.ObjectID=>s1; ServicePrincipal.DisplayName=>Probe; ServicePrincipal.AppId=>{own} | b || AppId={graph}"
    );
    let added = "01T10:00:00Z | Add service principal | User ann@x | ServicePrincipal Probe || b |";
    let notes = only("consent", &[added, &grant]).said.notes.join(" ");
    assert!(notes.contains(own) && !notes.contains(graph), "{notes}");
}

#[test]
fn what_an_inviter_gets_is_not_the_guests() {
    let invited = "01T10:00:00Z | Invite external user | User ann@x | User g@y.example || a || oid=guid(ann@x);invitedUserEmailAddress=g@y.example";
    let others = "02T10:00:00Z | Add member to group | User boss@x | User ann@x; Group Staff | Group.DisplayName=>Staff | b |";
    let finding = only("guest", &[invited, others]);
    assert_eq!((finding.dots(false).as_str(), &*finding.said.verdict), ("●○○○", "0 of 1 redeemed"));
    let own = others.replace("User ann@x;", "User g@y.example;");
    assert_eq!(only("guest", &[invited, &own]).said.verdict, "0 of 1 redeemed, 1 membership");
    // A redemption names the address where it names no user.
    let came = "01T11:00:00Z | Redeem extern user invite | User other@y.example | User UPN: g_y, Email: g@y.example, InvitationId: 7 || c |";
    assert_eq!(only("guest", &[invited, came]).said.verdict, "1 of 1 redeemed");
    // Whoever calls himself so is not that guest.
    let named = "02T11:00:00Z | Add member to group | User boss@x | User UPN: z, Email: g@y.example, x; Group Staff | Group.DisplayName=>Staff | d |";
    assert_eq!(only("guest", &[invited, named]).said.verdict, "0 of 1 redeemed");
}

#[test]
fn an_activation_names_who_began_it_and_who_holds_the_role() {
    let asked = "01T10:00:00Z | Add member to role completed (PIM activation) | User kim@x | Role Reader; Request r; User ida@x || p | patching";
    let finding = only("pim", &[asked]);
    assert_eq!(finding.said.title, "kim@x activated Reader for ida@x");
    // The activation itself is nothing that was done meanwhile; what others did is not counted.
    let own = "01T11:00:00Z | Do something | User ida@x | User ann@x || w |";
    let other = own.replace("User ida@x |", "User kim@x |");
    let finding = only("pim", &[asked, own, &other]);
    assert!(
        finding.said.verdict.ends_with("1 record of the holder in the 24 h after"),
        "{finding:?}"
    );
    assert!(finding.said.verdict.starts_with("no end in this data"), "{finding:?}");
}

#[test]
fn settings_that_were_changed_before_an_activation_raise_it() {
    let setting =
        "01T09:50:00Z | Update role setting in PIM | User kim@x | Role Reader || s | MFA off";
    let active = "01T10:00:00Z | Add member to role completed (PIM activation) | User kim@x | Role Reader; Request r; User kim@x || p | x";
    let finding = only("pim", &[setting, active]);
    assert_eq!((finding.severity, finding.beside.len()), (Level::High, 1));
    let note = "10 min before, kim@x changed the settings of this role in PIM: MFA off.";
    assert!(finding.said.notes.iter().any(|said| said == note), "{:?}", finding.said.notes);
    for other in [
        setting.replace("User kim@x", "User boss@x"),
        setting.replace("Role Reader", "Role Writer"),
        setting.replace("T09:50", "T08:50"),
    ] {
        let finding = only("pim", &[&other, active]);
        assert_eq!((finding.severity, finding.beside.len()), (Level::Low, 0), "{other}");
    }
}

#[test]
fn what_was_asked_for_and_canceled_or_never_done_is_told() {
    let canceled = "01T10:00:00Z | Add member to role canceled (PIM activation) | User kim@x | Role Reader; Request r; User kim@x || p |";
    let finding = only("pim", &[canceled]);
    assert_eq!((finding.dots(true).as_str(), &*finding.said.verdict), ("oooo", "canceled"));
    let asked = "01T10:00:00Z | Add eligible member to role in PIM requested (timebound) | User boss@x | Role Reader; Request r; User kim@x || p |";
    let finding = only("assignment", &[asked, &noise_at_the_end()]);
    assert_eq!(finding.said.title, "boss@x asked for Reader (eligible) for kim@x");
    assert_eq!(finding.said.verdict, "not assigned in this data, 24 days later");
    let done = "01T10:01:00Z | Add eligible member to role in PIM completed (timebound) | User boss@x | Role Reader; Request r; User kim@x || p |";
    assert_eq!(only("assignment", &[asked, done]).said.verdict, "assigned after 1 min");
    let leave = "01T10:00:00Z | User requests to remove access package assignment | User tom@x | AccessPackage Lab || q |";
    let finding = only("package", &[leave, &noise_at_the_end()]);
    assert_eq!(finding.said.title, "tom@x asked to remove an assignment of Lab");
    assert_eq!(finding.said.verdict, "no removal in this data, 24 days later");
    let extended = leave.replace("User requests to remove", "Extend");
    assert_eq!(only("package", &[&extended]).said.title, "tom@x extended an assignment of Lab");
}

fn noise_at_the_end() -> String {
    "25T10:07:00Z | Read something | App Other | User other@y.example || n |".to_owned()
}

#[test]
fn a_request_has_only_the_steps_that_were_done() {
    let lab = "AccessPackage Lab; AccessPackageAssignmentRequest q; User tom@x";
    let line = |time: &str, activity: &str, reason: &str| {
        format!("01T{time}Z | {activity} | User tom@x | {lab} || q | {reason}")
    };
    let asked = line("10:00:00", "User requests access package assignment", "");
    let approval = line("10:00:01", "Create request approval", "");
    let approvers = line("10:00:02", "Add approver to request approval", "");
    let timed_out = line(
        "12:00:00",
        "Access package assignment request timed out (no approver action taken)",
        "",
    );
    let finding = only("package", &[&asked, &approval, &approvers, &timed_out]);
    assert_eq!(finding.dots(true), "**oooo", "{finding:#?}");
    assert_eq!((finding.steps[1].rows.len(), finding.rows().len()), (1, 4));
    assert!(!finding.said.notes.iter().any(|note| note.contains("Decided")), "{finding:#?}");
    let approved = line("11:00:00", "Approve access package assignment request", "");
    let ready = line("11:00:01", "Ready to fulfill access package assignment request", "");
    let group = line("11:00:02", "Fulfill access package resource assignment", "");
    let failed =
        line("11:00:03", "Partially fulfill access package assignment request", "failed: no site");
    let finding = only("package", &[&asked, &approved, &ready, &group, &failed]);
    assert_eq!(finding.dots(true), "*o**oo", "{finding:#?}");
    assert_eq!(finding.steps[3].rows.len(), 1);
    assert_eq!(finding.said.verdict, "partially delivered: no site");
}

#[test]
fn application_permissions_are_among_app_roles_and_each_says_of_what_and_to_whom() {
    let graph = "01T10:00:00Z | Add app role assignment to service principal | User ivo@x | ServicePrincipal Graph; ServicePrincipal Payroll | AppRole.Value=>Mail.Read;ServicePrincipal.ObjectID=>guid(Payroll) | a |";
    let title = |line: &str| only("app-role", &[line]).said.title;
    assert_eq!(title(graph), "ivo@x gave Payroll an app role of Graph");
    assert_eq!(
        title(&graph.replace("Add app role assignment to", "Remove app role assignment from")),
        "ivo@x took an app role of Graph from Payroll"
    );
    // Entra may list no receiver at all, or have its name in the changes only.
    let alone = graph.replace("; ServicePrincipal Payroll", "");
    let named = |text: &str| {
        let id = "ServicePrincipal.ObjectID=>guid(Payroll)";
        title(&alone.replace(id, text))
    };
    let name = "ServicePrincipal.DisplayName=>Payroll";
    for text in [name, &format!("ServicePrincipal.AppId=>guid(app);{name}")] {
        assert_eq!(named(text), "ivo@x gave Payroll an app role of Graph");
    }
    let group =
        "01T10:00:00Z | Add app role assignment to group | User ivo@x | Group Ledger || a |";
    assert_eq!(
        title(group),
        "ivo@x gave Ledger an app role of an application the records do not name"
    );
    let consent =
        "01T10:00:01Z | Consent to application | User ivo@x | ServicePrincipal Payroll || a |";
    assert!(found_of("app-role", &[graph, consent]).is_empty());
}

#[test]
fn a_key_and_a_grant_are_joined_by_app_id_or_by_one_person_and_name() {
    let key = "01T10:00:00Z | Update application – Certificates and secrets management  | User ivo@x | Application Payroll App | KeyDescription=[]>[KeyIdentifier=1,KeyType=Password] | k || AppId=7f";
    let grant = "01T10:14:00Z | Add app role assignment to service principal | User ivo@x | ServicePrincipal Graph; ServicePrincipal Payroll App SP | ServicePrincipal.ObjectID=>guid(Payroll App SP)ID | g |";
    let grant = grant.replace(")ID", ")");
    assert_eq!(only("credential", &[key, &grant]).dots(true), "o*oo");
    let by_id = grant.replace(
        "ServicePrincipal.ObjectID",
        "ServicePrincipal.AppId=>7f;ServicePrincipal.ObjectID",
    );
    let finding = only("credential", &[key, &by_id]);
    assert_eq!(finding.dots(true), "o**o");
    assert!(!finding.said.notes.iter().any(|note| note.contains("joined by their name")));
    // The same name, other ids.
    let by_name = grant.replace(
        "ServicePrincipal.ObjectID=>",
        "ServicePrincipal.DisplayName=>Payroll App;ServicePrincipal.ObjectID=>",
    );
    let by_name = by_name.replace("ServicePrincipal Payroll App SP ", "ServicePrincipal Other ");
    let finding = only("credential", &[key, &by_name]);
    assert_eq!(finding.dots(true), "o**o");
    assert!(
        finding.said.notes.iter().any(|note| note.contains("joined by their name")),
        "{finding:?}"
    );
    let another = by_name.replace("User ivo@x", "User ann@x");
    assert_eq!(only("credential", &[key, &another]).dots(true), "o*oo");
}

#[test]
fn the_issuer_of_a_domain_is_told_whichever_record_has_it() {
    let set = r#"01T10:00:00Z | Set domain authentication | User nils@x | Domain d.example | LiveType=["Managed"]>["Federated"];IssuerUri=>["http://any.sts/1A"] | a |"#;
    let notes = only("domain", &[set]).said.notes.join(" ");
    assert!(notes.contains("IssuerUri http://any.sts/1A."), "{notes}");
    assert!(notes.contains("The signing certificate is not in these records"), "{notes}");
    let without = set.replace("IssuerUri", "Other");
    let notes = only("domain", &[&without]).said.notes.join(" ");
    assert!(notes.contains("Neither issuer nor signing certificate"), "{notes}");
}

#[test]
fn a_refused_attempt_is_no_consent_and_a_trail_is_rated_as_its_records_are() {
    let refused = "01T09:00:00Z | Consent to application | User ann@x | ServicePrincipal Mailer || r | failed: UserConsentBlocked";
    let finding = only("consent", &[refused]);
    assert_eq!(finding.dots(true), "oooooo");
    assert_eq!(finding.said.title, "ann@x tried to consent to Mailer");
    let given = "01T09:14:00Z | Consent to application | User ann@x | ServicePrincipal Mailer | ConsentAction.Permissions=>[[Scope: Mail.Read Mail.Send offline_access]] | c |";
    let finding = only("consent", &[refused, given]);
    assert_eq!(finding.dots(true), "oooo*o");
    assert_eq!(finding.first.to_rfc3339(), "2026-03-01T09:14:00Z", "when it was given");
    assert!(finding.said.notes.iter().any(|note| note.contains("from 2026-03-01 09:00:00 UTC on")));
    assert_eq!(finding.severity, Level::High, "as the consent to read mail is");
}

#[test]
fn findings_come_by_level_then_by_how_much_is_there_then_by_time_and_ordinary_ones_later() {
    let lines: Vec<String> = STORIES.iter().flat_map(|story| told(story, 1)).collect();
    let (_, findings) = found(&lines);
    let places: Vec<_> = findings.iter().map(Finding::place).collect();
    assert!(places.is_sorted_by(|a, b| a >= b));
    let of = |name: &str| findings.iter().position(|finding| finding.trail.name == name);
    assert!(of("domain") < of("guest"), "what is critical comes before what is high");
    assert!(of("pim") > of("guest") && of("package") > of("account"), "{findings:#?}");
}

#[test]
fn it_is_told_how_many_records_were_looked_at_and_stops_when_nobody_waits() {
    let files: Vec<Vec<String>> = (1..=3).map(|number| told(&STORIES[0], number)).collect();
    let store = load(&files);
    let seen = std::cell::RefCell::new(Vec::new());
    let goes_on = |looked_at: usize| {
        seen.borrow_mut().push(looked_at);
        true
    };
    assert!(find(&store, &goes_on).is_some());
    let seen = seen.into_inner();
    assert!(seen.is_sorted() && seen.first() == Some(&0), "{seen:?}");
    assert_eq!(seen.last(), Some(&store.len()));
    // Wherever it is told to stop, it does.
    for stop in 0..seen.len() {
        let asked = std::cell::Cell::new(0);
        let goes_on = |_| {
            asked.set(asked.get() + 1);
            asked.get() <= stop
        };
        assert!(find(&store, &goes_on).is_none(), "{stop}");
        assert_eq!(asked.get(), stop + 1);
    }
}

#[test]
fn only_keys_that_came_after_the_owner_are_told_as_such() {
    let key = |time: &str, who: &str, id: &str| {
        format!(
            "01T{time}Z | Update application – Certificates and secrets management  | {who} | Application Payer | KeyDescription=[]>[KeyIdentifier={id},KeyType=Password] | k{id} |"
        )
    };
    let owner = "01T10:00:00Z | Add owner to application | User boss@x | User eve@x; Application Payer || o |";
    let before = key("09:00:00", "User ann@x", "1");
    let own = key("11:00:00", "User eve@x", "2");
    let other = key("12:00:00", "User ann@x", "3");
    let verdict = |lines: &[&str]| only("credential", lines).said.verdict;
    let told = verdict(&[&before, owner, &own]);
    assert!(told.starts_with("2 keys added, 1 after a new owner and by that owner"), "{told}");
    let told = verdict(&[&before, owner, &own, &other]);
    assert!(told.starts_with("3 keys added, 2 after a new owner, 1 by that owner"), "{told}");
    let told = verdict(&[owner, &own]);
    assert!(told.starts_with("key added after a new owner"), "{told}");
    // The directory writes one key in several records.
    let twice = own.replace("11:00:00", "11:00:01");
    let finding = only("credential", &[&before, owner, &own, &twice]);
    let note = "3 records tell of these 2 keys.";
    assert!(finding.said.notes.iter().any(|said| said == note), "{:?}", finding.said.notes);
}

/// The record with this address of who did it.
fn from_address(line: &str, address: &str) -> String {
    let mut made: serde_json::Value = serde_json::from_str(&record(line, 1)).expect("JSON");
    made["initiatedBy"]["user"]["ipAddress"] = address.into();
    made.to_string()
}

#[test]
fn a_request_and_its_approval_from_one_address_are_told_and_count() {
    let asked = "01T10:00:00Z | Add member to role requested (PIM activation) | User kim@x | Role Reader; Request r; User kim@x || p |";
    let approved = "01T10:01:00Z | Add member to role request approved (PIM activation) | User boss@x | Role Reader; Request r; User kim@x || p |";
    let active = "01T10:02:00Z | Add member to role completed (PIM activation) | User kim@x | Role Reader; Request r; User kim@x || p |";
    let judged = |role: &str, address: &str| {
        let [asked, approved, active] =
            [asked, approved, active].map(|line| line.replace("Role Reader", role));
        let lines = [
            from_address(&asked, "203.0.113.50"),
            from_address(&approved, address),
            from_address(&active, "203.0.113.50"),
        ];
        let (_, mut findings) = found(&lines);
        assert_eq!(findings.len(), 1, "{findings:#?}");
        let finding = findings.remove(0);
        let note = "Requested and approved from the same address 203.0.113.50.";
        (finding.said.notes.iter().any(|said| said == note), finding.severity, finding.ordinary)
    };
    let global = "Role Global Administrator";
    assert_eq!(judged(global, "203.0.113.50"), (true, Level::High, false));
    assert_eq!(judged(global, "203.0.113.51"), (false, Level::Medium, true));
    // Colleagues share the address of their office.
    assert_eq!(judged("Role Reader", "203.0.113.50"), (true, Level::Low, true));
}

#[test]
fn who_decided_a_request_is_named() {
    let line = |time: &str, activity: &str, actor: &str| {
        format!(
            "01T{time}Z | {activity} | {actor} | AccessPackage Lab; AccessPackageAssignmentRequest q; User tom@x || q |"
        )
    };
    let asked = line("10:00:00", "User requests access package assignment", "User tom@x");
    let notes = |decided: String| only("package", &[&asked, &decided]).said.notes;
    let approved = line("11:00:00", "Approve access package assignment request", "User boss@x");
    let told = notes(approved);
    assert!(told.contains(&"Decided by boss@x after 1 h.".to_owned()), "{told:?}");
    let auto = line("10:00:08", "Auto approve access package assignment request", "App EM");
    let told = notes(auto);
    assert!(told.contains(&"Decided by the policy after 8 s.".to_owned()), "{told:?}");
}

#[test]
fn who_asked_is_not_named_as_approver() {
    let line = |time: &str, activity: &str, actor: &str, users: &str| {
        format!(
            "01T{time}Z | {activity} | {actor} | AccessPackage Lab; AccessPackageAssignmentRequest q{users} || q |"
        )
    };
    let asked = "User requests access package assignment";
    let asked = line("10:00:00", asked, "User tom@x", "; User tom@x");
    let told = |users: &str| {
        let added = line("10:00:08", "Add approver to request approval", "App EM", users);
        only("package", &[&asked, &added]).said.notes.join(" ")
    };
    assert!(told("; User tom@x; User ann@x").contains("Asked to approve: ann@x."));
    assert!(told("; User ann@x").contains("Asked to approve: ann@x."));
    // The approver is cut off where a file has room for three targets.
    assert!(!told("; User tom@x").contains("Asked to approve"));
    assert!(!told("").contains("Asked to approve"));
    // Without the request, only a file that has no room for more leaves it open.
    let added = "01T10:00:08Z | Add approver to request approval | App EM | AccessPackage Lab; AccessPackageAssignmentRequest q; User tom@x || q |";
    let cut = |id: &str| {
        let mut record: serde_json::Value = serde_json::from_str(&record(added, 1)).expect("JSON");
        record["id"] = id.into();
        let (_, findings) = found(&[record.to_string()]);
        findings
            .iter()
            .any(|finding| finding.said.notes.join(" ").contains("Asked to approve: tom@x"))
    };
    assert!(cut("some-id-1") && !cut(""));
}

#[test]
fn how_long_it_took_is_told_of_the_first_role_only() {
    let added = "01T10:00:00Z | Add user | User eve@x | User svc@x || a |";
    let role = |day: &str, name: &str| {
        format!(
            "{day}T10:00:00Z | Add member to role | User eve@x | User svc@x | Role.DisplayName=>{name} | {name} |"
        )
    };
    let (first, later) = (role("02", "Reader"), role("09", "Writer"));
    let told = only("account", &[added, &first, &later]).said.verdict;
    assert_eq!(told, "Reader after 1 day, then Writer");
}

#[test]
fn a_finding_is_looked_for_by_what_it_names() {
    let given = "01T10:00:00Z | Add app role assignment grant to user | User ivo@x | ServicePrincipal Wiki; User ann@x | AppRole.Value=>Editor;User.ObjectID=>guid(ann@x) | a |";
    let finding = only("app-role", &[given]);
    assert!(finding.said.notes.iter().any(|note| note.contains("same user within 10 minutes")));
    let named = finding.named();
    assert!(!named.contains("same"), "{named}");
    assert!(named.contains("Editor"), "{named}");
}

#[test]
fn every_step_of_an_activity_is_a_part_of_a_trail_and_every_part_has_an_activity() {
    let is_part = |trail: &Trail, part: &str| trail.clues.iter().any(|clue| clue.part == part);
    for activity in crate::meaning::activities() {
        for step in &activity.steps {
            let trail = TRAILS.iter().find(|trail| trail.name == step.trail);
            let is_known = trail.is_some_and(|trail| is_part(trail, &step.part));
            assert!(is_known, "{}: no part `{} {}`", activity.name, step.trail, step.part);
        }
    }
    for trail in TRAILS {
        for clue in trail.clues {
            let mut activities = crate::meaning::activities().iter();
            let is_used = activities.any(|own| own.is_step(trail.name, clue.part));
            assert!(is_used, "{} {}: no activity is this", trail.name, clue.part);
        }
    }
}
