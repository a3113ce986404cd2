//! Trails on records of an invented tenant: whole, with a step missing, among others, in any order.
//! Never on real ones.

use super::*;
use crate::query::matcher::Matcher;
use crate::query::{Context, Query};
use crate::source::{self, Delivery, Origin};

/// The records of these files, in this order.
pub(super) fn load(files: &[Vec<String>]) -> Store {
    let origins = files.iter().enumerate().map(|(number, lines)| Origin::Memory {
        name: format!("{number}.json"),
        bytes: lines.join("\n").into_bytes().into(),
    });
    let mut store = Store::default();
    source::read_all(origins.collect::<Vec<_>>(), |delivery| match delivery {
        Delivery::Segment(segment) => store.push(segment),
        Delivery::Trouble(trouble) => panic!("{trouble}"),
        _ => {}
    });
    store
}

fn found(lines: &[String]) -> (Store, Vec<Finding>) {
    let store = load(&[lines.to_vec()]);
    let found = find(&store, &|| false).unwrap_or_default();
    assert_eq!(found.unreadable, 0);
    check_queries(&store, &found.findings);
    (store, found.findings)
}

/// The rows a query finds.
fn rows(store: &Store, query: &str) -> Vec<RowId> {
    let parsed = Query::parse(query).unwrap_or_else(|error| panic!("{query}: {error}"));
    let context = Context { now: Timestamp::from_ms(0), around: None };
    let mut matcher = Matcher::new(&parsed, &context);
    let mut rows = Vec::new();
    for segment in store.segments() {
        let matched = matcher.matching(segment, &|| false);
        rows.extend(matched.rows.ones().map(|at| segment.first() + at as RowId));
    }
    rows
}

/// Each finding's query finds its records and no others.
pub(super) fn check_queries(store: &Store, findings: &[Finding]) {
    for finding in findings {
        assert_eq!(
            rows(store, &finding.query),
            finding.rows(),
            "{}\n{}",
            finding.title,
            finding.query
        );
        if let Some(meanwhile) = &finding.meanwhile {
            assert_eq!(
                rows(store, &meanwhile.query).len() as u64,
                meanwhile.count,
                "{}",
                finding.title
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

/// A record: `time | activity | actor | targets | changes | correlation | reason`. Actors and targets are
/// `Type name`, changes `name=old>new`, several of them behind `;`. A `#` anywhere is the number of
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
        "additionalDetails": [],
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
        verdict: "consented for everybody after 1 refused attempt, taken back after 4 days",
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
        verdict: "ended after 3 h 59 min · 3 records while elevated",
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
        assert!(own[0].verdict.starts_with(story.verdict), "{}: {}", story.trail, own[0].verdict);
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
                finding.verdict.starts_with(story.verdict),
                "{}: {}",
                story.trail,
                finding.verdict
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
        ("pim", "request approved", "●○●●", "ended after"),
        ("pass", "Reset password", "●●○", "new factor after 20 min, password kept"),
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
        assert!(own[0].verdict.starts_with(verdict), "{trail}: {}", own[0].verdict);
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
        assert_eq!(own[0].verdict, verdict);
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
        let found = find(store, &|| false).unwrap_or_default();
        check_queries(store, &found.findings);
        let told = found.findings.into_iter().map(|finding| {
            let Finding { trail, title, verdict, query, notes, meanwhile, .. } = &finding;
            format!(
                "{} {title} {verdict} {} {query} {notes:?} {meanwhile:?}",
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
    source::read_all(vec![Origin::Demo], |delivery| {
        if let Delivery::Segment(segment) = delivery {
            store.push(segment);
        }
    });
    let findings = find(&store, &|| false).unwrap_or_default().findings;
    check_queries(&store, &findings);
    for (trail, title, dots, verdict) in [
        (
            "consent",
            "marek.toivonen@tidewick.example consented to Tidewick Document Viewer",
            "○●●●●●",
            "consented for everybody after 3 refused attempts, taken back",
        ),
        ("credential", "added a key to Backup Orchestrator", "●●", "key added after a new owner"),
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
            "ended after 4 h · 7 records while elevated",
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
            "open for 24 days, not removed · 5086 records meanwhile",
        ),
    ] {
        let found = findings.iter().any(|finding| {
            finding.trail.name == trail
                && finding.title.contains(title)
                && finding.dots(false).starts_with(dots)
                && finding.verdict.starts_with(verdict)
        });
        let near: Vec<String> = findings
            .iter()
            .filter(|f| f.trail.name == trail && f.title.contains(title))
            .map(|f| format!("{} {} {}", f.dots(false), f.title, f.verdict))
            .collect();
        assert!(found, "{trail} {title}: {near:#?}");
    }
}
