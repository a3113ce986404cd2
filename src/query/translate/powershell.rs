//! A pipeline of PowerShell: Graph filters by what means the same there, `Where-Object` by the rest.
//! Never lets a value out of its literal: [`literal`] doubles every quote PowerShell knows.
//!
//! Properties: the reference of `Get-MgAuditLogDirectoryAudit` and `Get-MgAuditLogSignIn`.

use super::{
    Dialect, IN_PART, Language, Log, Place, Table, Translation, odata, parts, place_in, weaker,
    written,
};
use crate::query::push_down::{Names, push_down};
use crate::query::{Context, Query};
use crate::record::field::Field;
use crate::time::TimeRange;

const INITIATED: &[&str] = &["(ConvertTo-Json $_.InitiatedBy -Depth 10)"];
const TARGETS: &[&str] = &["(ConvertTo-Json @($_.TargetResources) -Depth 10)"];

const AUDITS: Table = &[
    ("service", &["$_.LoggedByService"], true),
    ("category", &["$_.Category"], true),
    ("activity", &["$_.ActivityDisplayName"], true),
    ("reason", &["$_.ResultReason"], true),
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
    ("detail", &["(ConvertTo-Json @($_.AdditionalDetails) -Depth 10)"], false),
    ("correlation", &["$_.CorrelationId"], true),
    ("id", &["$_.Id"], true),
    ("op", &["$_.OperationType"], true),
];

const SIGN_INS: Table = &[
    ("reason", &["$_.Status.FailureReason"], false),
    ("actor", &["$_.UserPrincipalName", "$_.UserDisplayName"], false),
    ("actor.id", &["$_.UserId"], false),
    ("actor.ip", &["$_.IPAddress"], false),
    ("target", &["$_.AppDisplayName", "$_.ResourceDisplayName"], false),
    ("target.id", &["$_.AppId", "$_.ResourceId"], false),
    ("correlation", &["$_.CorrelationId"], true),
    ("id", &["$_.Id"], true),
    ("app", &["$_.AppDisplayName", "$_.AppId"], false),
    ("resource", &["$_.ResourceDisplayName", "$_.ResourceId"], false),
    ("error.code", &["$_.Status.ErrorCode"], false),
    ("client", &["$_.ClientAppUsed"], false),
    ("ca", &["$_.ConditionalAccessStatus"], false),
    ("risk.signin", &["$_.RiskLevelDuringSignIn"], false),
    ("risk.aggregated", &["$_.RiskLevelAggregated"], false),
    ("risk.state", &["$_.RiskState"], false),
    ("device.os", &["$_.DeviceDetail.OperatingSystem"], false),
    ("device.browser", &["$_.DeviceDetail.Browser"], false),
    ("location.country", &["$_.Location.CountryOrRegion"], false),
    ("location.city", &["$_.Location.City"], false),
];

pub(super) fn translate(query: &Query, context: &Context, log: Log) -> Translation {
    let (mut filters, mut conditions, mut left) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts(query) {
        let one = Query { expression: Some(part.clone()) };
        let parted = push_down(&one, context, odata::endpoint(log), Names::Kept);
        filters.extend(odata::time(parted.time, log));
        filters.extend(parted.filter);
        if parted.kept.is_empty() {
            continue;
        }
        match weaker(part, context, &PowerShell { log }) {
            Ok((condition, whole)) => {
                conditions.push(condition);
                if !whole {
                    left.push((written(part), IN_PART));
                }
            }
            Err(why) => left.push((written(part), why)),
        }
    }
    let mut code = match log {
        Log::Audits => "Get-MgAuditLogDirectoryAudit -All",
        Log::SignIns => "Get-MgAuditLogSignIn -All",
    }
    .to_owned();
    if !filters.is_empty() {
        code.push_str(" -Filter ");
        code.push_str(&literal(&filters.join(" and ")));
    }
    if !conditions.is_empty() {
        code.push_str(" |\n    Where-Object { ");
        code.push_str(&conditions.join(" -and\n        "));
        code.push_str(" }");
    }
    Translation { language: Language::PowerShell, code, left }
}

struct PowerShell {
    log: Log,
}

impl Dialect for PowerShell {
    fn place(&self, field: &'static Field) -> Result<Place, &'static str> {
        place_in(if self.log == Log::Audits { AUDITS } else { SIGN_INS }, field)
    }

    fn contains(&self, expression: &str, part: &str) -> String {
        format!("({expression} -match {})", literal(&regex::escape(part)))
    }

    fn exists(&self, expression: &str) -> String {
        format!("({expression} -match '(?s).')")
    }

    fn time(&self, range: TimeRange) -> String {
        let property = match self.log {
            Log::Audits => "$_.ActivityDateTime",
            Log::SignIns => "$_.CreatedDateTime",
        };
        let ends =
            [("-ge", range.start), ("-lt", range.end)].into_iter().filter_map(|(sign, end)| {
                let instant = literal(&end?.to_rfc3339());
                Some(format!("{property} {sign} ([datetimeoffset]{instant}).UtcDateTime"))
            });
        self.all(&ends.collect::<Vec<String>>())
    }

    fn all(&self, parts: &[String]) -> String {
        joined(parts, " -and ", "$true")
    }

    fn any(&self, parts: &[String]) -> String {
        joined(parts, " -or ", "$false")
    }

    fn not(&self, part: &str) -> String {
        format!("(-not {part})")
    }
}

fn joined(parts: &[String], between: &str, none: &str) -> String {
    match parts {
        [] => none.to_owned(),
        [one] => one.clone(),
        _ => format!("({})", parts.join(between)),
    }
}

/// Characters PowerShell takes for a single quote.
pub(super) const QUOTES: [char; 5] = ['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'];

/// A text as PowerShell writes it without looking for anything in it.
pub(super) fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for c in text.chars() {
        if QUOTES.contains(&c) {
            out.push(c);
        }
        out.push(c);
    }
    out.push('\'');
    out
}
