//! THE table of trails: what their steps are, which records are which step, and what joins them.
//! Never reads records: gathering, joining and judging go by this table.

use super::chain::BESIDE;
use super::judge;
use super::key::JoinKey;
use super::subject;
use super::trail::{Clue, Trail, clue};
use crate::ledger::keys;
use crate::record::{Record, value_text};
use crate::text::fold;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Does it have all of these steps?
const fn has(steps: u8, wanted: &[u8]) -> bool {
    let mut at = 0;
    while at < wanted.len() {
        if steps & (1 << wanted[at]) == 0 {
            return false;
        }
        at += 1;
    }
    true
}

const PRINCIPAL: &[JoinKey] = &[JoinKey::Correlation, JoinKey::Target("ServicePrincipal")];
const CLIENT: &[JoinKey] = &[JoinKey::Correlation, JoinKey::Change("ServicePrincipal.ObjectID")];
const USER: &[JoinKey] = &[JoinKey::Target("User")];
const POLICY: &[JoinKey] = &[JoinKey::Correlation, JoinKey::Target("")];
const DOMAIN: &[JoinKey] = &[JoinKey::Target("")];
const PIM: &[JoinKey] =
    &[JoinKey::Correlation, JoinKey::Detail("RequestId"), JoinKey::Target("Request")];
const SUPPORT: &[JoinKey] =
    &[JoinKey::Correlation, JoinKey::Target(""), JoinKey::Detail("SupportRequestId")];
const PACKAGE: &[JoinKey] = &[
    JoinKey::Correlation,
    JoinKey::Detail("RequestId"),
    JoinKey::Detail("AccessPackageAssignmentRequestId"),
    JoinKey::Target("AccessPackageAssignmentRequest"),
];
const WHO_GOT_IT: &[JoinKey] = &[
    JoinKey::Correlation,
    JoinKey::Target("User"),
    JoinKey::Target("Group"),
    JoinKey::Change("ServicePrincipal.ObjectID"),
];
const GUEST: &[JoinKey] = &[JoinKey::Guest];
/// The application and its service principal have different ids: what names both, joins them.
const OF_APPLICATION: &[JoinKey] = &[
    JoinKey::Correlation,
    JoinKey::Target("Application"),
    JoinKey::Target("ServicePrincipal"),
    JoinKey::AppId,
    JoinKey::ActorAndApplication,
];
const OF_CLIENT: &[JoinKey] = &[
    JoinKey::Change("ServicePrincipal.ObjectID"),
    // The detail `AppId` is that of the application whose role it is.
    JoinKey::Change("ServicePrincipal.AppId"),
    JoinKey::ActorAndApplication,
];
const FOR_WHOM: &[JoinKey] = &[JoinKey::RequesterAndPackage];
const WHOSE_ROLE: &[JoinKey] = &[JoinKey::SubjectAndRole];

/// All trails, in the order help lists them.
pub static TRAILS: &[Trail] = &[
    Trail {
        name: "consent",
        title: "Consent to an application",
        why: "An application that was consented to reads mail and files without anybody's password.",
        steps: &[
            "application added",
            "service principal added",
            "delegated permission granted",
            "app role granted",
            "consent",
            "taken back",
        ],
        ends: 1 << 5,
        clues: &[
            clue(0, "added", &[JoinKey::Correlation, JoinKey::Change("AppId")]),
            clue(
                1,
                "principal",
                &[
                    JoinKey::Correlation,
                    JoinKey::Target("ServicePrincipal"),
                    JoinKey::Detail("AppId"),
                    JoinKey::Change("AppPrincipalId"),
                ],
            ),
            clue(2, "granted", CLIENT),
            clue(3, "role for user", &[JoinKey::Correlation]),
            clue(3, "role", CLIENT),
            clue(4, "consented", PRINCIPAL).or_failing(),
            clue(5, "taken back", &[]).following(&[
                JoinKey::Target("ServicePrincipal"),
                JoinKey::Change("ServicePrincipal.ObjectID"),
            ]),
        ],
        within: 3 * DAY,
        follows_within: 90 * DAY,
        enough: |steps| {
            has(steps, &[4]) || has(steps, &[BESIDE]) || has(steps, &[1, 2]) || has(steps, &[1, 3])
        },
        judge: judge::consent::judge,
    },
    Trail {
        name: "credential",
        title: "New credential on an application",
        why: "Whoever holds a key of an application acts with its permissions, past MFA and Conditional Access.",
        steps: &["owner added", "credential added", "permission or role granted", "used"],
        ends: 0,
        clues: &[
            clue(
                0,
                "owner",
                &[JoinKey::Target("Application"), JoinKey::Target("ServicePrincipal")],
            ),
            clue(1, "added", OF_APPLICATION).when(adds_a_key),
            clue(2, "app role", OF_CLIENT).when(|record| subject::client(record).is_some()),
            clue(
                2,
                "consented",
                &[
                    JoinKey::Target("ServicePrincipal"),
                    JoinKey::AppId,
                    JoinKey::ActorAndApplication,
                ],
            )
            .when(judge::consent::is_for_everybody),
            clue(2, "role", &[JoinKey::Target("ServicePrincipal"), JoinKey::ActorAndApplication])
                .when(|record| record.targets.iter().any(|t| t.kind == "ServicePrincipal")),
        ],
        within: 12 * HOUR,
        follows_within: 0,
        enough: |steps| has(steps, &[1]),
        judge: judge::credential::judge,
    },
    Trail {
        name: "account",
        title: "Account made, given a role, deleted",
        why: "An account that is made, raised and deleted within days was made for one purpose.",
        steps: &["user added", "role given", "user deleted"],
        ends: 0,
        clues: &[
            clue(0, "added", USER),
            clue(1, "raised", &[]).following(USER),
            clue(2, "deleted", &[]).following(USER),
        ],
        within: DAY,
        follows_within: 30 * DAY,
        enough: |steps| has(steps, &[0, 1]) || has(steps, &[0, 2]),
        judge: judge::account::judge,
    },
    Trail {
        name: "domain",
        title: "Domain federated",
        why: "The identity provider of a federated domain can sign in as anybody of it.",
        steps: &["domain added", "verified", "authentication set", "federation set"],
        ends: 0,
        clues: &[
            clue(0, "added", DOMAIN),
            clue(1, "verified", DOMAIN),
            clue(2, "authentication", DOMAIN),
            clue(3, "federated", DOMAIN),
        ],
        within: 30 * DAY,
        follows_within: 0,
        enough: |steps| has(steps, &[2]) || has(steps, &[3]) || has(steps, &[0]),
        judge: judge::account::judge_domain,
    },
    Trail {
        name: "pim",
        title: "Role activated with PIM",
        why: "While a role is active, its holder can do what the role allows.",
        steps: &["requested", "decided", "activated", "ended"],
        ends: 1 << 3,
        clues: &[
            clue(0, "requested", PIM).offering(WHOSE_ROLE),
            clue(1, "approved", PIM).offering(WHOSE_ROLE),
            clue(1, "denied", PIM).offering(WHOSE_ROLE),
            // The same request, said again to those who decide.
            clue(BESIDE, "approval asked", PIM),
            clue(BESIDE, "canceled", PIM),
            clue(BESIDE, "timed out", PIM),
            // Who loosens a role's settings before activating it is no accident.
            clue(BESIDE, "settings", &[]).leading(&[JoinKey::ActorAndRole]),
            clue(2, "activated", PIM).or_failing().offering(WHOSE_ROLE),
            clue(3, "expired", PIM).following(WHOSE_ROLE).once(),
            clue(3, "deactivated", PIM).following(WHOSE_ROLE).once(),
        ],
        within: 7 * DAY,
        follows_within: 25 * HOUR,
        enough: |steps| steps != 0,
        judge: judge::pim::judge,
    },
    Trail {
        name: "assignment",
        title: "Role assigned with PIM",
        why: "A role that was asked for and not assigned waits for somebody, or was refused.",
        steps: &["requested", "decided", "assigned"],
        ends: 0,
        clues: &[
            clue(0, "requested", PIM),
            clue(0, "requested as eligible", PIM),
            clue(0, "extension requested", PIM),
            clue(0, "extension requested as eligible", PIM),
            clue(1, "approved", PIM),
            clue(1, "denied", PIM),
            clue(2, "assigned", PIM).or_failing(),
            clue(BESIDE, "canceled", PIM),
        ],
        within: 7 * DAY,
        follows_within: 0,
        enough: |steps| has(steps, &[0]),
        judge: judge::pim::judge_assignment,
    },
    Trail {
        name: "pass",
        title: "Temporary access pass, new factor, password",
        why: "With a temporary access pass somebody else's account gets a new factor and a new password.",
        steps: &["temporary access pass", "new factor", "password reset"],
        ends: 0,
        clues: &[
            clue(0, "made", USER),
            clue(0, "given", USER)
                .when(|record| fold(&record.result_reason).contains("temporary access pass")),
            clue(1, "factor", &[])
                .when(|record| !fold(&record.result_reason).contains("temporary access pass"))
                .following(USER),
            clue(2, "password", &[]).around(USER),
        ],
        within: DAY,
        follows_within: 2 * DAY,
        enough: |steps| has(steps, &[0]),
        judge: judge::account::judge_pass,
    },
    Trail {
        name: "guest",
        title: "Guests invited",
        why: "Who may invite can let anybody in, and a guest in a group has what the group has.",
        steps: &["invited", "redeemed", "got a group or role", "became member"],
        ends: 0,
        clues: &[
            clue(0, "invited", &[JoinKey::Inviter]).offering(GUEST),
            clue(1, "redeemed", &[]).following(GUEST),
            clue(2, "joined", &[]).following(GUEST),
            clue(2, "raised", &[]).following(GUEST),
            clue(3, "became member", &[]).when(becomes_member).following(GUEST),
        ],
        within: HOUR,
        follows_within: 30 * DAY,
        enough: |steps| has(steps, &[0]),
        judge: judge::guest::judge,
    },
    Trail {
        name: "policy",
        title: "Conditional Access weakened",
        why: "A policy that is off for an hour lets in whoever signs in within that hour.",
        steps: &["weakened", "restored"],
        ends: 1 << 1,
        clues: &[
            clue(0, "changed", POLICY).when(|record| judge::policy::direction(record) < 0),
            clue(0, "deleted", POLICY),
            clue(1, "changed", POLICY).when(|record| judge::policy::direction(record) > 0),
        ],
        within: 30 * DAY,
        follows_within: 0,
        enough: |steps| has(steps, &[0]),
        judge: judge::policy::judge,
    },
    Trail {
        name: "package",
        title: "Access package requested",
        why: "Who waits cannot work, and who was assigned directly passed the approval.",
        steps: &[
            "requested",
            "approval asked",
            "decided",
            "resources assigned",
            "delivered",
            "removed",
        ],
        ends: 1 << 5,
        clues: &[
            package(0, "requested"),
            package(0, "requested for a principal"),
            package(0, "assigned directly"),
            package(0, "created"),
            package(1, "approval asked"),
            package(2, "approved by policy"),
            package(2, "decided"),
            package(2, "denied"),
            package(3, "resource assigned"),
            package(4, "delivered"),
            clue(5, "removed", PACKAGE).following(FOR_WHOM).alone(),
            // Nobody decided, nothing was assigned or delivered.
            package(BESIDE, "approver added"),
            package(BESIDE, "timed out"),
            package(BESIDE, "canceled"),
            package(BESIDE, "ready"),
            package(BESIDE, "beside"),
            package(BESIDE, "partly delivered"),
            package(BESIDE, "failed"),
            // What is asked for once somebody has an access package.
            clue(BESIDE, "removal asked", PACKAGE).following(FOR_WHOM).alone(),
            clue(BESIDE, "extension asked", PACKAGE).following(FOR_WHOM).alone(),
            clue(BESIDE, "extended", PACKAGE).following(FOR_WHOM).alone(),
        ],
        within: 31 * DAY,
        follows_within: 400 * DAY,
        enough: |steps| steps != 0 && steps != 1 << 5,
        judge: judge::package::judge,
    },
    Trail {
        name: "support",
        title: "Microsoft Support access",
        why: "While it is open, people of Microsoft can look into the tenant.",
        steps: &["request created", "decided", "access approved", "access removed"],
        ends: 1 << 3,
        clues: &[
            support(0, "created"),
            support(1, "approved"),
            support(1, "rejected"),
            support(1, "canceled"),
            support(2, "let in"),
            support(3, "removed"),
        ],
        within: 400 * DAY,
        follows_within: 0,
        enough: |steps| steps != 0,
        judge: judge::support::judge,
    },
    Trail {
        name: "app-role",
        title: "App role given without an access package",
        why: "Access that was given by hand is in no access package's report, and nobody takes it back.",
        steps: &["app role given or taken"],
        ends: 0,
        clues: &[
            clue(0, "changed", WHO_GOT_IT).when(judge::package::by_hand),
            // What explains it is none of its steps.
            clue(BESIDE, "consented", &[JoinKey::Correlation]),
            clue(BESIDE, "explained", WHO_GOT_IT),
        ],
        within: 600,
        follows_within: 0,
        enough: |steps| steps == 1,
        judge: judge::package::judge_app_role,
    },
];

const fn package(step: u8, part: &'static str) -> Clue {
    clue(step, part, PACKAGE).or_failing().offering(FOR_WHOM)
}

const fn support(step: u8, part: &'static str) -> Clue {
    clue(step, part, SUPPORT).in_category("MicrosoftSupportAccessManagement")
}

/// Does it have a key afterwards that it had not before? Where no keys are told, it has.
fn adds_a_key(record: &Record<'_>) -> bool {
    let changes = record.targets.iter().flat_map(|target| &target.changes);
    let mut told = false;
    for change in changes.filter(|change| change.name.eq_ignore_ascii_case("KeyDescription")) {
        told = true;
        let old = change.old.as_deref().unwrap_or_default();
        let new = change.new.as_deref().unwrap_or_default();
        let mut known = std::collections::HashSet::new();
        known.extend(keys::identifiers(old));
        if keys::identifiers(new).any(|key| !known.contains(key)) {
            return true;
        }
    }
    !told
}

fn becomes_member(record: &Record<'_>) -> bool {
    let changes = record.targets.iter().flat_map(|target| &target.changes);
    let text = |value: Option<&str>| fold(&value_text(value.unwrap_or_default()));
    changes.filter(|change| change.name.eq_ignore_ascii_case("UserType")).any(|change| {
        text(change.new.as_deref()) == "member" && text(change.old.as_deref()) == "guest"
    })
}
