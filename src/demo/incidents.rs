//! What is buried in the noise: one intrusion in eight chapters, and two requests that were forgotten.
//! Never random where it matters: people, times, order and properties are the same for every seed.
//!
//! The intrusion (all times UTC, 2026; the intruder's addresses are the only ones in 192.0.2.0/24):
//!
//! - **3–4 November** Three employees try to consent to *Tidewick Document Viewer* and are blocked;
//!   Marek Toivonen of the service desk consents for everybody.
//! - **7–8 November** Passwords are tried at many accounts, from all over the world. On the evening
//!   of the 8th Marek enters a device code that somebody sent him.
//! - **9 November, 02:44** After a sign-in that Conditional Access blocks and one that it lets pass,
//!   from 192.0.2.66, Marek's account makes itself owner of the application *Backup Orchestrator*,
//!   which may manage roles, and adds a secret called *monitor*.
//! - **10 November, 01:49** The application signs in with that secret. With the token it gets, it
//!   makes Marek Privileged Role Administrator. He switches off MFA and approval for activating
//!   Global Administrator, mutes the alert, makes himself eligible and activates the role for four
//!   hours. In them the account *Print Relay Service* is made, with the role for good.
//! - **12 November, 03:05** Print Relay Service, from 192.0.2.71, sets *CA004 Require MFA for
//!   administrators* to report-only and excludes itself.
//! - **13 November, 22:38** It lets everybody invite guests and invites 24 of them from
//!   `quietharbor.example`; five accept. Kai Morrow becomes a member of *SG-Tier0-Operators*.
//! - **14 November, 03:12** Kai Morrow gets Hybrid Identity Administrator and federates the new
//!   domain `login-tidewick.example`.
//! - **17 November, 18:47** Print Relay Service downloads the list of users, deletes the 41 field
//!   engineers, and three of them for good.
//! - **18 November, 07:31** Ragnheiður Bragadóttir cleans up: accounts, sessions, secret, consent,
//!   policy, 38 of the users. She overlooks the domain, Kai Morrow, and the settings of the role.
//!
//! Print Relay Service and Kai Morrow sign in before each of their chapters. Some people of the tenant
//! sign in on ordinary mornings.
//!
//! The forgotten requests: on **27 October** Pilar Wetherby approved access of Microsoft Support,
//! which nobody removed; since **6 November** Tomasz Averill has waited for an access package
//! whose two approvers are at sea.

mod intrusion;
mod sign_ins;
mod takeover;
mod workflow;

use super::event::Log;
use super::people::{App, Tenant, User, cast, stranger};
use super::random::Random;
use crate::time::{TICKS_PER_SECOND, Timestamp};

/// One incident of the demo tenant and the question that finds it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Story {
    /// A few words.
    pub title: &'static str,
    /// What happened, in one sentence.
    pub story: &'static str,
    /// A query in entrail's own language.
    pub query: &'static str,
    /// How many records the query matches in a month of any seed.
    pub found: usize,
    /// When the first and the last of them happened (UTC, to the second).
    pub between: (&'static str, &'static str),
}

/// The incidents in the order in which they happened.
pub const STORIES: &[Story] = &[
    Story {
        title: "Support access nobody removed",
        story: "Pilar Wetherby approved Microsoft Support's access on 27 October, and it was never removed.",
        query: "category:MicrosoftSupportAccessManagement target:2610270050001847",
        found: 3,
        between: ("2026-10-27T10:02:11Z", "2026-10-27T10:41:02Z"),
    },
    Story {
        title: "Illicit consent",
        story: "After three blocked attempts Marek Toivonen consented to Tidewick Document Viewer reading everybody's mail.",
        query: "activity:\"consent to application\" target:\"Document Viewer\"",
        found: 4,
        between: ("2026-11-03T09:12:48Z", "2026-11-04T14:22:07Z"),
    },
    Story {
        title: "Access package nobody decides on",
        story: "Tomasz Averill has waited for Calibration Lab Systems since 6 November because both approvers are at sea.",
        query: "target:\"Calibration Lab Systems\" target:tomasz.averill",
        found: 4,
        between: ("2026-11-06T15:12:40Z", "2026-11-06T15:12:50Z"),
    },
    Story {
        title: "Passwords guessed",
        story: "In one night seven passwords were tried at six accounts, from three countries.",
        query: "error.code=50126 actor.ip:192.0.2.",
        found: 7,
        between: ("2026-11-07T22:41:07Z", "2026-11-08T01:18:52Z"),
    },
    Story {
        title: "Device code phishing",
        story: "Marek Toivonen entered a device code that somebody in Amsterdam had asked for.",
        query: "protocol=deviceCode",
        found: 2,
        between: ("2026-11-08T19:22:41Z", "2026-11-08T19:22:41Z"),
    },
    Story {
        title: "New secret on a powerful application",
        story: "Marek's stolen session added a secret to Backup Orchestrator, an application that may give roles.",
        query: "category:ApplicationManagement target:\"Backup Orchestrator\" actor.ip:192.0.2.66",
        found: 4,
        between: ("2026-11-09T02:44:19Z", "2026-11-09T02:47:33Z"),
    },
    Story {
        title: "What the secret's token did",
        story: "Backup Orchestrator signed in with the new secret and called Graph three times, the last time to give Marek a role.",
        query: "token=ZCqNuunWDECfd9b6W4M7AA",
        found: 4,
        between: ("2026-11-10T01:49:37Z", "2026-11-10T01:52:09Z"),
    },
    Story {
        title: "Role activated at night",
        story: "With MFA on activation switched off, Marek's account made itself eligible for Global Administrator and activated it.",
        query: "service:PIM actor.ip:192.0.2.66",
        found: 7,
        between: ("2026-11-10T01:58:44Z", "2026-11-10T02:11:13Z"),
    },
    Story {
        title: "Conditional Access weakened",
        story: "Print Relay Service set the MFA policy of administrators to report-only and excluded itself.",
        query: "target:CA004 actor:print.relay",
        found: 2,
        between: ("2026-11-12T03:05:36Z", "2026-11-12T03:05:36Z"),
    },
    Story {
        title: "Guest invitation storm",
        story: "Print Relay Service invited 24 guests of one domain on a Friday night; one of them ended up in SG-Tier0-Operators.",
        query: "activity=\"Invite external user\" target:quietharbor.example",
        found: 24,
        between: ("2026-11-13T22:41:06Z", "2026-11-13T22:51:50Z"),
    },
    Story {
        title: "Domain federated",
        story: "Kai Morrow, invited as a guest five hours before, added login-tidewick.example and federated it with an identity provider of his own.",
        query: "category:DirectoryManagement target:login-tidewick.example",
        found: 4,
        between: ("2026-11-14T03:20:14Z", "2026-11-14T03:29:41Z"),
    },
    Story {
        title: "Bulk deletion of users",
        story: "Print Relay Service deleted the 41 field engineers in three minutes.",
        query: "activity=\"Delete user\" actor:print.relay",
        found: 41,
        between: ("2026-11-17T18:52:20Z", "2026-11-17T18:55:00Z"),
    },
    Story {
        title: "The intruder's trail",
        story: "Everything that came from the intruder's network, from the first guessed password to the last deleted user.",
        query: "actor.ip:192.0.2.",
        found: 128,
        between: ("2026-11-07T22:41:07Z", "2026-11-17T19:02:20Z"),
    },
];

/// Who the stories are about, apart from the people of the tenant.
struct Cast<'t> {
    tenant: &'t Tenant,
    /// The account the intruder makes.
    relay: User,
    /// The guests of `quietharbor.example`; the first is Kai Morrow.
    storm: Vec<User>,
    /// The application that collects mail.
    viewer: App,
}

/// Where the intruder comes from: with Marek's session, with the made account, as Kai Morrow.
const MAREKS_SHADOW: &str = "192.0.2.66";
const RELAY: &str = "192.0.2.71";
const KAI: &str = "192.0.2.140";
/// What the intruder drives the portal and Graph with.
const TOOL: &str = "python-requests/2.32.4";

const STORM: usize = 24;

impl<'t> Cast<'t> {
    fn new(tenant: &'t Tenant) -> Self {
        let relay = User::member(
            "Print Relay Service",
            "svc-print.relay",
            ("IT", "Service account"),
            RELAY.to_owned(),
            TOOL,
        );
        let storm = (1..=STORM)
            .map(|number| {
                let (name, local) = match number {
                    1 => ("Kai Morrow".to_owned(), "kai.morrow".to_owned()),
                    _ => (format!("Quiet Harbor {number:02}"), format!("qh{number:02}")),
                };
                User::guest(&name, &local, "quietharbor.example", KAI.to_owned())
            })
            .collect();
        Self { tenant, relay, storm, viewer: stranger("Tidewick Document Viewer") }
    }

    fn user(&self, place: usize) -> &'t User {
        &self.tenant.users[place]
    }

    fn marek(&self) -> &'t User {
        self.user(cast::MAREK)
    }

    fn ragnheidur(&self) -> &'t User {
        self.user(cast::RAGNHEIDUR)
    }

    /// The field engineers who are deleted.
    fn crew(&self) -> &'t [User] {
        let users = &self.tenant.users;
        &users[users.len() - super::people::CREW..]
    }
}

/// Writes the records of every story, in no order.
pub(super) fn write(log: &mut Log, tenant: &Tenant, random: &mut Random) {
    let cast = Cast::new(tenant);
    workflow::support_access(log, &cast);
    workflow::access_packages(log, &cast, random);
    workflow::agents(log, &cast);
    intrusion::consent(log, &cast, random);
    intrusion::secret(log, &cast);
    intrusion::privilege(log, &cast, random);
    intrusion::elevated(log, &cast);
    intrusion::policy(log, &cast);
    takeover::guests(log, &cast, random);
    takeover::domain(log, &cast);
    takeover::deletion(log, &cast);
    takeover::recovery(log, &cast);
    workflow::delegated(log, &cast);
    sign_ins::guesses(log, &cast);
    sign_ins::session(log, &cast);
    sign_ins::application(log, &cast);
    sign_ins::settled(log, &cast);
    sign_ins::ordinary(log, &cast);
}

/// An instant of a story, in ticks, from RFC 3339 to the second; the fraction follows from it.
fn at(text: &str) -> i64 {
    let second = Timestamp::parse(text).map_or(0, Timestamp::ticks);
    second + second / TICKS_PER_SECOND * 7_919_113 % 3_000_000
}
