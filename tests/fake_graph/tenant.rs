//! The tenant behind the fake Graph: its records, its application, what its people may read.
//! Never has a record that Graph would not send: they are lines of JSON as they go over the wire.

use std::collections::{BTreeMap, BTreeSet};

use entrail::demo::{self, Scale};
use entrail::time::Timestamp;
use serde_json::{Value, json};

use super::odata::Case;
use super::shapes::Shape;

/// The tenant's id.
pub const TENANT: &str = "3f0c5e1a-7b42-4d9e-8a6f-c2b1d0e9f8a7";
/// The application that is registered in it, as public and as confidential client.
pub const CLIENT: &str = "9b1f6c2e-4a83-4f57-b0d4-6e5a7c8d9f01";
/// Its secret. It has letters that a form must encode.
pub const SECRET: &str = "not~a+secret/8Q&=%";
/// Certificate and private key of the application, invented for these tests.
pub const CERTIFICATE_FILE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fake_graph/client.pem");
/// What is in [`CERTIFICATE_FILE`].
pub const CERTIFICATE: &str = include_str!("client.pem");
/// SHA-256 of the certificate in base64url, as `openssl x509 -outform DER | openssl dgst -sha256` has it.
pub const THUMBPRINT: &str = "HwYHR4B5e2c6qB9PoDUxBIFF4wXbu0Mk6Qm7r20wlH8";
/// What the header `X-IDENTITY-HEADER` has to say.
pub const IDENTITY_HEADER: &str = "853b9a84-5bfa-4b22-a3f3-0b9a43d9ad8a";
/// What is in the file of a key of Azure Arc.
pub const ARC_KEY: &str = "7c0d6f52-1e4b-4b7a-a7f6-5b1c9e3d2a40";
/// What a claims challenge wants of a token.
pub const CHALLENGE: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
/// The tenant's domains.
pub const DOMAINS: [&str; 2] = ["tidewick.example", "contoso.example"];
/// Issuer and subject of the tokens that the application trusts instead of a secret.
pub const FEDERATION: (&str, &str) =
    ("https://token.forge.example", "system:serviceaccount:audit:entrail");
const DAY: i64 = 86_400 * 10_000_000;

/// What a token allows.
#[derive(Clone, Debug)]
pub struct Grant {
    /// `scp` of a person's token, `roles` of an application's.
    pub permissions: Vec<&'static str>,
    /// `wids`: template ids of directory roles, of a person only.
    pub roles: Vec<&'static str>,
    /// Whether a person signed in.
    pub person: bool,
    /// Seconds from now; negative is expired.
    pub lifetime: i64,
    /// `aud`.
    pub audience: String,
    /// Whether it meets [`CHALLENGE`].
    pub challenged: bool,
}

impl Default for Grant {
    fn default() -> Self {
        Self {
            permissions: vec![
                "AuditLog.Read.All",
                "Directory.Read.All",
                "CustomSecAttributeAuditLogs.Read.All",
            ],
            // Reports Reader, Attribute Log Reader
            roles: vec![
                "4a5d8f65-41da-4de4-8968-e035b65339cf",
                "9c99539d-8186-4804-835f-fd51ef9e2dcd",
            ],
            person: true,
            lifetime: 3_600,
            audience: "https://graph.microsoft.com".into(),
            challenged: false,
        }
    }
}

/// A claims challenge.
#[derive(Clone, Copy, Debug)]
pub struct Challenge {
    /// Of the refusal: 401 or 403.
    pub status: u16,
    /// Whether it takes a person, not a refresh token.
    pub in_person: bool,
}

/// How many records there are, and how Graph serves them.
pub struct Tenant {
    /// Lines of JSON by the name of the collection.
    pub logs: BTreeMap<&'static str, Vec<String>>,
    /// The most records on a page, whatever `$top` says; Graph may always send fewer.
    pub page: usize,
    /// Without a licence sign-ins are refused.
    pub premium: bool,
    /// How `$filter` compares texts.
    pub case: Case,
    /// Whether a sixth request within 10 seconds of the wall clock is answered 429, without `Retry-After`.
    pub limited: bool,
    /// Seconds between two polls for a device code.
    pub interval: u32,
    /// Whether the application may sign people in by a device code.
    pub public_client: bool,
    /// What the tokens allow that the login hands out.
    pub grant: Grant,
    /// A claims challenge, which tokens meet that were asked for with its claims.
    pub challenge: Option<Challenge>,
    /// The file of a key that the agent of Azure Arc names.
    pub arc_key: String,
}

impl Tenant {
    /// No records.
    pub fn empty() -> Self {
        Self {
            logs: BTreeMap::new(),
            page: usize::MAX,
            premium: true,
            case: Case::Sensitive,
            limited: false,
            interval: 0,
            public_client: true,
            grant: Grant::default(),
            challenge: None,
            arc_key: String::new(),
        }
    }

    /// The log of [`entrail::demo`] of so many records from 2026-10-22 to 2026-11-20, a tenth as
    /// many sign-ins of each kind, and some of the rest. The demo's own sign-ins are left out: Graph
    /// puts none into an envelope.
    pub fn demo(records: usize, seed: u64) -> Self {
        let log = String::from_utf8(demo::tenant(Scale { records, seed })).expect("UTF-8");
        let audits = log.lines().filter(|line| line.starts_with("{\"id\""));
        let mut tenant = Self::empty().with("directoryAudits", audits.map(str::to_owned));
        let some = (records / 10).max(2);
        for (kind, event) in
            ["interactiveUser", "nonInteractiveUser", "servicePrincipal", "managedIdentity"]
                .into_iter()
                .enumerate()
        {
            tenant = tenant.with("signIns", (0..some).map(|n| sign_in(kind, event, n, some)));
        }
        tenant
            .with("provisioning", (0..some).map(|n| provisioning(n, some)))
            .with("customSecurityAttributeAudits", (0..some).map(|n| attribute(n, some)))
            .with_activities()
    }

    /// Adds records to a collection.
    pub fn with(mut self, endpoint: &'static str, lines: impl IntoIterator<Item = String>) -> Self {
        self.logs.entry(endpoint).or_default().extend(lines);
        self
    }

    /// The records moved by whole days so that the newest is of the day of `today`.
    pub fn moved_to(mut self, today: Timestamp) -> Self {
        let newest = Timestamp::parse("2026-11-20T00:00:00Z").expect("an instant");
        let ticks = (today.ticks().div_euclid(DAY) - newest.ticks().div_euclid(DAY)) * DAY;
        for (endpoint, lines) in &mut self.logs {
            let Some(time) = Shape::of("beta", endpoint).and_then(Shape::time) else { continue };
            for line in lines {
                let mut record: Value = serde_json::from_str(line).expect("a record");
                let at = record[time].as_str().and_then(Timestamp::parse).expect("an instant");
                record[time] = at.plus(ticks).to_rfc3339().into();
                *line = record.to_string();
            }
        }
        self
    }

    /// `auditActivityTypes`: what the audit records name.
    fn with_activities(self) -> Self {
        let text = |record: &Value, name: &str| record[name].as_str().unwrap_or("").to_owned();
        let audit = self.logs.get("directoryAudits").into_iter().flatten();
        let activities: BTreeSet<[String; 3]> = audit
            .map(|line| serde_json::from_str(line).expect("a record"))
            .map(|record| {
                ["loggedByService", "category", "activityDisplayName"]
                    .map(|name| text(&record, name))
            })
            .collect();
        let lines = activities.into_iter().enumerate().map(|(n, [service, category, activity])| {
            json!({"id": id(0xac, n), "category": category, "service": service, "activity": activity})
                .to_string()
        });
        let lines: Vec<String> = lines.collect();
        self.with("auditActivityTypes", lines)
    }
}

fn id(kind: usize, n: usize) -> String {
    format!("{kind:08x}-0000-4000-8000-{n:012x}")
}

/// The n-th of `all` instants of the month, with as many digits as Graph happens to write.
fn instant(n: usize, all: usize) -> String {
    let start = Timestamp::parse("2026-10-22T00:10:00Z").expect("an instant");
    start.plus((29 * DAY) / all as i64 * n as i64 + 1_234_567 * (n as i64 % 3)).to_rfc3339()
}

fn sign_in(kind: usize, event: &str, n: usize, all: usize) -> String {
    let people = kind < 2;
    let name = ["asta.vik", "Bjarni.Holm", "carla.o'neill", "dag.strand"][n % 4];
    let upn = format!("{name}@tidewick.example");
    let app = ["Azure Portal", "Tide Board", "Gauge Sync"][n % 3];
    let city = ["Reykjavík", "Akureyri"][n % 2];
    let code = if n.is_multiple_of(7) { 50_126 } else { 0 };
    json!({
        "id": id(0x51 + kind, n), "createdDateTime": instant(n, all),
        "userDisplayName": people.then_some(name), "userPrincipalName": people.then_some(upn),
        "userId": if people { id(0x75, n % 4) } else { String::new() },
        "appId": id(0xa9, n % 3), "appDisplayName": app,
        "ipAddress": format!("203.0.113.{}", n % 200), "clientAppUsed": "Browser",
        "correlationId": id(0xc0, n), "conditionalAccessStatus": "notApplied",
        "isInteractive": kind == 0, "riskDetail": "none", "riskLevelAggregated": "none",
        "riskLevelDuringSignIn": "none", "riskState": "none", "riskEventTypes_v2": [],
        "resourceDisplayName": "Microsoft Graph", "resourceId": "00000003-0000-0000-c000-000000000000",
        "servicePrincipalId": if people { String::new() } else { id(0x5b, n % 3) },
        "servicePrincipalName": (!people).then_some(app), "signInEventTypes": [event],
        "status": {"errorCode": code, "failureReason": "Other.", "additionalDetails": null},
        "deviceDetail": {"deviceId": "", "displayName": "", "operatingSystem": "Linux", "browser": "Firefox"},
        "location": {"city": city, "state": "", "countryOrRegion": "IS", "geoCoordinates": {}},
        "appliedConditionalAccessPolicies": []
    })
    .to_string()
}

fn provisioning(n: usize, all: usize) -> String {
    let (action, status) = (["create", "update", "delete"][n % 3], ["success", "failure"][n % 2]);
    json!({
        "id": id(0x9f, n), "activityDateTime": instant(n, all), "tenantId": TENANT,
        "jobId": "TideBoardOutDelta.1", "cycleId": id(0xc1, n / 5), "changeId": id(0xc2, n),
        "provisioningAction": action, "durationInMilliseconds": 100 + n,
        "provisioningStatusInfo": {"status": status, "errorInformation": null},
        "provisioningSteps": [], "modifiedProperties": [{"displayName": "active", "oldValue": null, "newValue": "True"}],
        "servicePrincipal": {"id": id(0x5b, 1), "displayName": "Tide Board"},
        "sourceSystem": {"id": id(0x57, 1), "displayName": "Microsoft Entra ID", "details": {}},
        "targetSystem": {"id": id(0x57, 2), "displayName": "Tide Board", "details": {}},
        "initiatedBy": {"id": "", "displayName": "Azure AD Provisioning Service", "initiatorType": "system"},
        "sourceIdentity": {"id": id(0x75, n % 4), "displayName": "Asta Vik", "identityType": "User", "details": {}},
        "targetIdentity": {"id": "", "displayName": "", "identityType": "User", "details": {}}
    })
    .to_string()
}

fn attribute(n: usize, all: usize) -> String {
    let activity = "Update attribute values assigned to a user";
    json!({
        "id": format!("Directory_{}_{n}", id(0xc5, n)), "category": "AttributeManagement",
        "correlationId": id(0xc5, n), "result": "success", "resultReason": "",
        "activityDisplayName": activity, "activityDateTime": instant(n, all),
        "loggedByService": "Core Directory", "operationType": "Update", "userAgent": null,
        "initiatedBy": {"app": null, "user": {"id": id(0x75, n % 4), "displayName": null,
            "userPrincipalName": "asta.vik@tidewick.example", "ipAddress": "192.0.2.9"}},
        "targetResources": [{"id": id(0x75, 3), "displayName": null, "type": "User",
            "userPrincipalName": "dag.strand@tidewick.example", "groupType": null, "modifiedProperties": [
                {"displayName": "Harbour.Clearance", "oldValue": null, "newValue": "\"[\\\"pier 4\\\"]\""}]}],
        "additionalDetails": []
    })
    .to_string()
}
