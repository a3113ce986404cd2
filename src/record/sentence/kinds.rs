//! What a sign-in or a provisioning event says after its actor: with what only such records have.
//! Never speaks of directory audits.

use std::fmt::Write as _;

use crate::meaning;
use crate::record::kind::property::PropertyKey;
use crate::record::risk::Level;
use crate::record::{Kind, Outcome, Record};

/// Activities that are a sign-in and nothing else.
const SIGN_INS: &[&str] = &["Sign-in activity", "UserLoggedIn", "UserLoginFailed"];

/// Clients that cannot ask for a second factor. Source: Microsoft Entra documentation, "Block legacy
/// authentication with Conditional Access".
const LEGACY: &[&str] = &[
    "Authenticated SMTP",
    "Autodiscover",
    "Exchange ActiveSync",
    "Exchange Online PowerShell",
    "Exchange Web Services",
    "IMAP4",
    "MAPI Over HTTP",
    "Offline Address Book",
    "Other clients",
    "Outlook Anywhere (RPC over HTTP)",
    "POP3",
    "Reporting Web Services",
    "SMTP",
];

/// What the actor did, where the record is of a kind that says so in properties of its own.
pub(super) fn told(record: &Record<'_>) -> Option<String> {
    match record.kind {
        Kind::SignIn => sign_in(record),
        Kind::Provisioning => provisioning(record),
        Kind::Risk => Some(at_risk(record)),
        Kind::GraphCall => Some(format!("called {}", record.activity.trim())),
        Kind::Audit => None,
    }
}

/// The word for an end that the outcome does not tell: an interruption, something skipped.
pub(super) fn end<'r>(record: &'r Record<'_>) -> Option<&'r str> {
    let skipped = record.kind == Kind::Provisioning
        && ["skipped", "warning"].iter().any(|word| record.result.eq_ignore_ascii_case(word));
    match record.outcome {
        Outcome::Failure | Outcome::Timeout | Outcome::Interrupted => Some(record.outcome.word()),
        _ if skipped => Some(&record.result),
        _ => None,
    }
}

fn sign_in(record: &Record<'_>) -> Option<String> {
    let activity = record.activity.trim().trim_end_matches('.');
    if !SIGN_INS.iter().any(|known| known.eq_ignore_ascii_case(activity)) {
        return None;
    }
    let mut told = match record.outcome {
        Outcome::Success => "signed in",
        Outcome::Interrupted => "was interrupted signing in",
        Outcome::Failure | Outcome::Timeout | Outcome::Unknown => "tried to sign in",
    }
    .to_owned();
    let own = |key: PropertyKey| {
        record.property(key).filter(|value| !value.is_empty() && *value != "none")
    };
    let (app, resource) = (own(PropertyKey::App), own(PropertyKey::Resource));
    for (word, name) in [("to", app), ("for", resource.filter(|name| Some(*name) != app))] {
        if let Some(name) = name {
            let _ = write!(told, " {word} {name}");
        }
    }
    if let Some(place) = own(PropertyKey::Country).or_else(|| own(PropertyKey::Location)) {
        let _ = write!(told, " from {place}");
    }
    if let Some(way) =
        way(own(PropertyKey::Protocol), own(PropertyKey::Transfer), own(PropertyKey::Client))
    {
        let _ = write!(told, " with {way}");
    }
    if let Some(level) = rated(record) {
        let _ = write!(told, ": {} risk by Microsoft", level.word());
    }
    let refused = record
        .properties_of(PropertyKey::Policy)
        .filter_map(|policy| policy.strip_suffix(": failure"));
    let refused: Vec<&str> = refused.collect();
    if own(PropertyKey::Access) == Some("failure") && !refused.is_empty() {
        let how = match record.outcome {
            // It asked for more, such as a second factor, which a later row may tell of.
            Outcome::Interrupted => "not yet let in by",
            _ => "refused by",
        };
        let _ = write!(told, " · {how} Conditional Access: {}", refused.join(", "));
    }
    Some(told)
}

/// How it was signed in, where that is worth a word.
fn way<'r>(
    protocol: Option<&str>,
    transfer: Option<&str>,
    client: Option<&'r str>,
) -> Option<&'r str> {
    match (protocol, transfer, client) {
        (Some("deviceCode"), ..) | (_, Some("deviceCodeFlow"), _) => Some("device code"),
        (_, Some("authenticationTransfer"), _) | (Some("authenticationTransfer"), ..) => {
            Some("a session moved from another device")
        }
        (Some("ropc"), ..) => Some("a password sent by the client"),
        (.., Some(client)) if LEGACY.iter().any(|known| known.eq_ignore_ascii_case(client)) => {
            Some(client)
        }
        _ => None,
    }
}

/// Microsoft's own level of risk of a record: the highest that it says; `None` where it says none.
pub fn rated(record: &Record<'_>) -> Option<Level> {
    let levels =
        [PropertyKey::RiskDuring, PropertyKey::RiskAggregated, PropertyKey::RiskLevel].into_iter();
    levels.filter_map(|key| Level::from_word(record.property(key)?)).max()
}

/// What Microsoft says of an account.
fn at_risk(record: &Record<'_>) -> String {
    let level = record.property(PropertyKey::RiskLevel).unwrap_or("unknown");
    let mut told = format!("has {level} risk by Microsoft");
    let own = |key: PropertyKey| record.properties_of(key).filter(|value| *value != "none");
    let state: Vec<&str> =
        own(PropertyKey::RiskState).chain(own(PropertyKey::RiskDetail)).collect();
    if !state.is_empty() {
        let _ = write!(told, " ({})", state.join(", "));
    }
    let events: Vec<&str> = own(PropertyKey::RiskEvent).collect();
    if !events.is_empty() {
        let _ = write!(told, ": {}", events.join(", "));
    }
    if let Some(place) = own(PropertyKey::Country).next() {
        let _ = write!(told, " from {place}");
    }
    told
}

fn provisioning(record: &Record<'_>) -> Option<String> {
    let action = record.activity.trim().to_lowercase();
    let past = meaning::verbs().past(&action)?;
    let did = matches!(record.outcome, Outcome::Success) || end(record).is_none();
    let target = record.targets.iter().find(|target| target.kind != "ServicePrincipal");
    let name =
        target.map(super::target_name).filter(|name| !name.is_empty()).unwrap_or("something");
    let mut told = if did { format!("{past} {name}") } else { format!("tried to {action} {name}") };
    for (word, key) in [("in", PropertyKey::TargetSystem), ("from", PropertyKey::SourceSystem)] {
        if let Some(system) = record.property(key) {
            let _ = write!(told, " {word} {system}");
        }
    }
    Some(told)
}

#[cfg(test)]
mod tests {
    use super::super::sentence;
    use super::*;
    use crate::record::kind::property::Property;
    use crate::record::{Actor, ActorKind, Target};

    fn said(kind: Kind, activity: &str, outcome: Outcome, own: &[(PropertyKey, &str)]) -> String {
        let property = |(key, value): &(PropertyKey, &str)| Property {
            key: *key,
            value: value.to_string().into(),
        };
        sentence(&Record {
            kind,
            activity: activity.to_owned().into(),
            outcome,
            result: if outcome == Outcome::Unknown { "skipped".into() } else { "".into() },
            result_reason: "why".into(),
            actor: Actor {
                kind: ActorKind::User,
                upn: "wen@tide.example".into(),
                ..Actor::default()
            },
            targets: vec![Target { name: "Portal".into(), ..Target::default() }],
            properties: own.iter().map(property).collect(),
            ..Record::default()
        })
    }

    #[test]
    fn a_sign_in_says_where_from_how_and_what_microsoft_makes_of_it() {
        let own = [
            (PropertyKey::App, "Portal"),
            (PropertyKey::Resource, "Graph"),
            (PropertyKey::Country, "LV"),
            (PropertyKey::Protocol, "deviceCode"),
            (PropertyKey::RiskDuring, "high"),
            (PropertyKey::RiskAggregated, "low"),
            (PropertyKey::Access, "failure"),
            (PropertyKey::Policy, "Block: all: failure"),
            (PropertyKey::Policy, "Report: reportOnlySuccess"),
        ];
        let told = |outcome, own: &[(PropertyKey, &str)]| {
            said(Kind::SignIn, "Sign-in activity", outcome, own)
        };
        assert_eq!(
            told(Outcome::Success, &own[..5]),
            "wen@tide.example signed in to Portal for Graph from LV with device code: high risk by Microsoft"
        );
        assert_eq!(
            told(Outcome::Failure, &own[6..]),
            "wen@tide.example tried to sign in · refused by Conditional Access: Block: all — failure: why"
        );
        assert_eq!(
            told(
                Outcome::Interrupted,
                &[
                    (PropertyKey::App, "Portal"),
                    (PropertyKey::Client, "IMAP4"),
                    (PropertyKey::RiskDuring, "none")
                ]
            ),
            "wen@tide.example was interrupted signing in to Portal with IMAP4 — interrupted: why"
        );
    }

    #[test]
    fn a_provisioning_event_says_from_where_into_what_and_why_it_was_skipped() {
        let own =
            [(PropertyKey::SourceSystem, "Workday"), (PropertyKey::TargetSystem, "ServiceNow")];
        let told = |outcome| said(Kind::Provisioning, "Create", outcome, &own);
        assert_eq!(
            told(Outcome::Success),
            "wen@tide.example created Portal in ServiceNow from Workday"
        );
        assert_eq!(
            told(Outcome::Unknown),
            "wen@tide.example tried to create Portal in ServiceNow from Workday — skipped: why"
        );
    }
}
