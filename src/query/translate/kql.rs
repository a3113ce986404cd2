//! KQL for the tables `AuditLogs` and `SigninLogs`.
//! Never lets a value out of its literal: [`literal`] escapes everything that could end it.
//!
//! Columns: the Azure Monitor reference of both tables. Lists, as the targets are, are searched as
//! text: `mv-apply` drops rows whose list is empty, as `mv-expand` does by its reference.

use std::fmt::Write as _;

use super::{
    Dialect, IN_PART, Language, Log, Place, Table, Translation, parts, place_in, weaker, written,
};
use crate::query::{Context, Query};
use crate::record::field::Field;
use crate::time::{TimeRange, Timestamp};

const INITIATED: &[&str] = &["tostring(InitiatedBy)"];
const TARGETS: &[&str] = &["tostring(TargetResources)"];

const AUDITS: Table = &[
    ("service", &["LoggedByService"], true),
    ("category", &["Category"], true),
    ("activity", &["ActivityDisplayName"], true),
    ("reason", &["ResultReason"], true),
    ("actor", INITIATED, false),
    ("actor.id", INITIATED, false),
    ("actor.app", INITIATED, false),
    ("actor.ip", INITIATED, false),
    ("target", TARGETS, false),
    ("target.id", TARGETS, false),
    ("target.type", TARGETS, false),
    ("change", TARGETS, false),
    ("old", TARGETS, false),
    ("new", TARGETS, false),
    ("change.old", TARGETS, false),
    ("change.new", TARGETS, false),
    ("detail", &["tostring(AdditionalDetails)"], false),
    ("correlation", &["CorrelationId"], true),
    ("id", &["Id"], true),
    ("op", &["AADOperationType"], true),
    ("tenant", &["AADTenantId"], true),
];

const SIGN_INS: Table = &[
    ("reason", &["ResultDescription"], false),
    ("actor", &["UserPrincipalName", "UserDisplayName"], false),
    ("actor.id", &["UserId"], false),
    ("actor.ip", &["IPAddress"], false),
    ("target", &["AppDisplayName", "ResourceDisplayName"], false),
    ("target.id", &["AppId", "ResourceIdentity"], false),
    ("correlation", &["CorrelationId"], true),
    ("id", &["Id"], true),
    ("tenant", &["AADTenantId"], false),
    ("agent", &["UserAgent"], true),
    ("app", &["AppDisplayName", "AppId"], false),
    ("resource", &["ResourceDisplayName", "ResourceIdentity"], false),
    ("error.code", &["ResultType"], false),
    ("client", &["ClientAppUsed"], false),
    ("ca", &["ConditionalAccessStatus"], false),
    ("auth.requirement", &["AuthenticationRequirement"], false),
    ("risk.signin", &["RiskLevelDuringSignIn"], false),
    ("risk.aggregated", &["RiskLevelAggregated"], false),
    ("risk.state", &["RiskState"], false),
    ("device.os", &["tostring(DeviceDetail)"], false),
    ("device.browser", &["tostring(DeviceDetail)"], false),
    ("location.country", &["Location", "tostring(LocationDetails)"], false),
    ("location.city", &["tostring(LocationDetails)"], false),
];

pub(super) fn translate(query: &Query, context: &Context, log: Log) -> Translation {
    let mut code = match log {
        Log::Audits => "AuditLogs",
        Log::SignIns => "SigninLogs",
    }
    .to_owned();
    let mut left = Vec::new();
    for part in parts(query) {
        match weaker(part, context, &Kql { log }) {
            Ok((condition, whole)) => {
                let _ = write!(code, "\n| where {condition}");
                if !whole {
                    left.push((written(part), IN_PART));
                }
            }
            Err(why) => left.push((written(part), why)),
        }
    }
    Translation { language: Language::Kql, code, left }
}

struct Kql {
    log: Log,
}

impl Dialect for Kql {
    fn place(&self, field: &'static Field) -> Result<Place, &'static str> {
        place_in(if self.log == Log::Audits { AUDITS } else { SIGN_INS }, field)
    }

    fn contains(&self, expression: &str, part: &str) -> String {
        format!("{expression} contains {}", literal(part))
    }

    fn exists(&self, expression: &str) -> String {
        format!("isnotempty({expression})")
    }

    fn time(&self, range: TimeRange) -> String {
        // The column by which the table is kept; in AuditLogs it is the time of the event.
        let column = if self.log == Log::Audits { "TimeGenerated" } else { "CreatedDateTime" };
        let instant = |sign: &str, time: Option<Timestamp>| {
            time.map(|time| format!("{column} {sign} datetime({})", time.to_rfc3339()))
        };
        let ends = [instant(">=", range.start), instant("<", range.end)];
        self.all(&ends.into_iter().flatten().collect::<Vec<String>>())
    }

    fn all(&self, parts: &[String]) -> String {
        joined(parts, " and ", "true")
    }

    fn any(&self, parts: &[String]) -> String {
        joined(parts, " or ", "false")
    }

    fn not(&self, part: &str) -> String {
        format!("not({part})")
    }
}

fn joined(parts: &[String], between: &str, none: &str) -> String {
    match parts {
        [] => none.to_owned(),
        [one] => one.clone(),
        _ => format!("({})", parts.join(between)),
    }
}

/// A text as KQL writes it.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
