//! THE table of trails: what their steps are, which records are which step, and what joins them.
//! Never reads records: gathering, joining and judging go by this table.

use super::judge::{self, Chain, Judged};
pub(super) use super::key::Key;
use crate::ledger::keys;
use crate::record::{Record, value_text};
use crate::text::fold;

/// A sequence of records that means something.
pub struct Trail {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Why it matters, in one sentence.
    pub why: &'static str,
    /// Names of its steps, in the order in which they happen.
    pub steps: &'static [&'static str],
    /// Steps that end or undo it, a bit each: that they are missing does not make it less of a sequence.
    pub(super) ends: u8,
    /// Which records are which step.
    pub(super) clues: &'static [Clue],
    /// Seconds within which records that share a key belong together.
    pub(super) within: i64,
    /// Seconds within which a record that only follows belongs to what it follows.
    pub(super) follows_within: i64,
    /// Are these steps (a bit each) enough to be judged?
    pub(super) enough: fn(u8) -> bool,
    /// What it is; `None` where it is nothing to tell of.
    pub(super) judge: fn(&Chain) -> Option<Judged>,
}

impl std::fmt::Debug for Trail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The step of records that belong to a trail and are none of its steps: attempts that failed, what was
/// only prepared, what ended without being done.
pub(super) const BESIDE: u8 = 7;

/// Does a record belong only to what others began?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Follows {
    /// It begins something itself.
    No,
    /// It belongs to what began before it.
    Behind,
    /// It belongs to what began soon after it.
    Before,
    /// It belongs to what began before it, else to what began soon after it.
    Either,
}

/// Tells that records of some activities are a step: those whose meaning names the trail and this part.
pub(super) struct Clue {
    /// Of which step; [`BESIDE`] for none.
    pub(super) step: u8,
    /// What `assets/activities` calls the records that it is about.
    pub(super) part: &'static str,
    /// The category they are logged in; empty for any.
    pub(super) category: &'static str,
    /// What else must hold.
    pub(super) when: fn(&Record<'_>) -> bool,
    /// Do failures count?
    pub(super) failures: bool,
    /// What it shares with records of the same chain.
    pub(super) keys: &'static [Key],
    /// What it offers to those that follow; or by what it follows, where it does.
    pub(super) also: &'static [Key],
    /// Does it belong only to what others began?
    pub(super) follows: Follows,
    /// Does one chain take it only once?
    pub(super) once: bool,
    /// Is it told of where it follows nothing?
    pub(super) alone: bool,
}

const fn clue(step: u8, part: &'static str, keys: &'static [Key]) -> Clue {
    Clue {
        step,
        part,
        category: "",
        when: |_| true,
        failures: false,
        keys,
        also: &[],
        follows: Follows::No,
        once: false,
        alone: false,
    }
}

impl Clue {
    const fn in_category(self, category: &'static str) -> Self {
        Self { category, ..self }
    }

    const fn when(self, when: fn(&Record<'_>) -> bool) -> Self {
        Self { when, ..self }
    }

    const fn or_failing(self) -> Self {
        Self { failures: true, ..self }
    }

    const fn offering(self, also: &'static [Key]) -> Self {
        Self { also, ..self }
    }

    const fn following(self, also: &'static [Key]) -> Self {
        Self { also, follows: Follows::Behind, ..self }
    }

    const fn leading(self, also: &'static [Key]) -> Self {
        Self { also, follows: Follows::Before, ..self }
    }

    const fn around(self, also: &'static [Key]) -> Self {
        Self { also, follows: Follows::Either, ..self }
    }

    const fn alone(self) -> Self {
        Self { alone: true, ..self }
    }

    const fn once(self) -> Self {
        Self { once: true, ..self }
    }
}

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

const PRINCIPAL: &[Key] = &[Key::Correlation, Key::Target("ServicePrincipal")];
const CLIENT: &[Key] = &[Key::Correlation, Key::Change("ServicePrincipal.ObjectID")];
const USER: &[Key] = &[Key::Target("User")];
const POLICY: &[Key] = &[Key::Correlation, Key::Target("")];
const DOMAIN: &[Key] = &[Key::Target("")];
const PIM: &[Key] = &[Key::Correlation, Key::Detail("RequestId"), Key::Target("Request")];
const SUPPORT: &[Key] = &[Key::Correlation, Key::Target(""), Key::Detail("SupportRequestId")];
const PACKAGE: &[Key] = &[
    Key::Correlation,
    Key::Detail("RequestId"),
    Key::Detail("AccessPackageAssignmentRequestId"),
    Key::Target("AccessPackageAssignmentRequest"),
];
const WHO_GOT_IT: &[Key] = &[
    Key::Correlation,
    Key::Target("User"),
    Key::Target("Group"),
    Key::Change("ServicePrincipal.ObjectID"),
];
const GUEST: &[Key] = &[Key::Guest];
/// The application and its service principal have different ids: what names both, joins them.
const OF_APPLICATION: &[Key] = &[
    Key::Correlation,
    Key::Target("Application"),
    Key::Target("ServicePrincipal"),
    Key::AppId,
    Key::ActorAndApplication,
];
const OF_CLIENT: &[Key] = &[
    Key::Change("ServicePrincipal.ObjectID"),
    // The detail `AppId` is that of the application whose role it is.
    Key::Change("ServicePrincipal.AppId"),
    Key::ActorAndApplication,
];
const FOR_WHOM: &[Key] = &[Key::RequesterAndPackage];
const WHOSE_ROLE: &[Key] = &[Key::SubjectAndRole];

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
            clue(0, "added", &[Key::Correlation, Key::Change("AppId")]),
            clue(
                1,
                "principal",
                &[
                    Key::Correlation,
                    Key::Target("ServicePrincipal"),
                    Key::Detail("AppId"),
                    Key::Change("AppPrincipalId"),
                ],
            ),
            clue(2, "granted", CLIENT),
            clue(3, "role for user", &[Key::Correlation]),
            clue(3, "role", CLIENT),
            clue(4, "consented", PRINCIPAL).or_failing(),
            clue(5, "taken back", &[]).following(&[
                Key::Target("ServicePrincipal"),
                Key::Change("ServicePrincipal.ObjectID"),
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
            clue(0, "owner", &[Key::Target("Application"), Key::Target("ServicePrincipal")]),
            clue(1, "added", OF_APPLICATION).when(adds_a_key),
            clue(2, "app role", OF_CLIENT).when(|record| judge::package::client(record).is_some()),
            clue(
                2,
                "consented",
                &[Key::Target("ServicePrincipal"), Key::AppId, Key::ActorAndApplication],
            )
            .when(judge::consent::is_for_everybody),
            clue(2, "role", &[Key::Target("ServicePrincipal"), Key::ActorAndApplication])
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
            clue(BESIDE, "settings", &[]).leading(&[Key::ActorAndRole]),
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
            clue(0, "invited", &[Key::Inviter]).offering(GUEST),
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
            clue(BESIDE, "consented", &[Key::Correlation]),
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
