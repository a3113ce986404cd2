//! KQL for the tables `AuditLogs` and `SigninLogs`.
//! Never lets a value out of its literal: `literal` escapes everything that could end it.
//!
//! Columns: the Azure Monitor reference of both tables. Lists, as the targets are, are searched as
//! text: `mv-apply` drops rows whose list is empty, as `mv-expand` does by its reference. A column that
//! entrail reads where another is empty stands behind it in `coalesce`, which by its reference passes
//! over empty texts too.

use std::fmt::Write as _;

use super::{
    FieldTranslation, Log, bracketed, expressions_in, json, loose, names, no_name, row, value,
};
use crate::query::plan::{Dialect, FieldExpressions, Side, Test};
use crate::record::field::Field;
use crate::time::{TimeRange, Timestamp};

const INITIATED: &[Side] = &[json("tostring(InitiatedBy)")];
const TARGETS: &[Side] = &[json("tostring(TargetResources)")];

const UNNAMED_ACTOR: &str = "not(has_name(parse_json(tostring(InitiatedBy)).user) or \
    has_name(parse_json(tostring(InitiatedBy)).app))";
const UNNAMED_TARGETS: &str = "has_unnamed(parse_json(tostring(TargetResources)))";

const AUDITS: &[FieldTranslation] = &[
    row("service", &[value("LoggedByService")]),
    row("category", &[value("Category")]),
    row("activity", &[value("coalesce(ActivityDisplayName, OperationName)")]),
    row("reason", &[value("coalesce(ResultReason, ResultDescription)")]),
    names("actor", &[json("tostring(InitiatedBy)"), loose("Identity")], UNNAMED_ACTOR),
    row("actor.id", INITIATED),
    row("actor.app", INITIATED),
    row("actor.ip", INITIATED),
    names("target", TARGETS, UNNAMED_TARGETS),
    row("target.id", TARGETS),
    row("target.type", TARGETS),
    row("change", TARGETS),
    row("old", TARGETS),
    row("new", TARGETS),
    row("change.old", TARGETS),
    row("change.new", TARGETS),
    row("detail", &[json("tostring(AdditionalDetails)")]),
    row("correlation", &[value("CorrelationId")]),
    row("id", &[value("Id")]),
    row("op", &[value("AADOperationType")]),
    row("tenant", &[value("AADTenantId")]),
];

/// Two columns beside each other, so that an empty one is passed over.
const APP: &[Side] = &[loose("AppDisplayName"), loose("AppId")];
const RESOURCE: &[Side] = &[loose("ResourceDisplayName"), loose("ResourceIdentity")];
const DEVICE: &[Side] = &[json("tostring(DeviceDetail)")];
const LOCATION: &[Side] = &[loose("Location"), json("tostring(LocationDetails)")];

const SIGN_INS: &[FieldTranslation] = &[
    names(
        "actor",
        &[
            loose("UserPrincipalName"),
            loose("UserDisplayName"),
            loose("ServicePrincipalName"),
            loose("UserId"),
            loose("ServicePrincipalId"),
        ],
        "(not(UserPrincipalName contains \"@\") and UserDisplayName matches regex no_name and \
         (isnotempty(UserId) or ServicePrincipalName matches regex no_name))",
    ),
    row("actor.id", &[loose("UserId"), loose("ServicePrincipalId"), loose("AppId")]),
    names(
        "target",
        &[loose("AppDisplayName"), loose("ResourceDisplayName")],
        "((isnotempty(coalesce(AppId, AppDisplayName)) and AppDisplayName matches regex no_name) or \
         (isnotempty(coalesce(ResourceIdentity, ResourceDisplayName)) and ResourceDisplayName matches regex no_name))",
    ),
    row(
        "target.id",
        &[
            loose("AppId"),
            loose("ResourceIdentity"),
            loose("AppDisplayName"),
            loose("ResourceDisplayName"),
        ],
    ),
    row("actor.ip", &[loose("IPAddress")]),
    row("correlation", &[value("CorrelationId")]),
    row("id", &[value("Id")]),
    row("tenant", &[loose("AADTenantId")]),
    row("agent", &[value("UserAgent")]),
    row("app", APP),
    row("resource", RESOURCE),
    row("error.code", &[loose("ResultType"), json("tostring(Status)")]),
    row("client", &[loose("ClientAppUsed")]),
    row("ca", &[loose("ConditionalAccessStatus")]),
    row("auth.requirement", &[loose("AuthenticationRequirement")]),
    row("risk.signin", &[loose("RiskLevelDuringSignIn")]),
    row("risk.aggregated", &[loose("RiskLevelAggregated")]),
    row("risk.state", &[loose("RiskState")]),
    row("device.os", DEVICE),
    row("device.browser", DEVICE),
    row("location.country", LOCATION),
    row("location.city", LOCATION),
];

/// What is defined in front of a query that asks for it by name.
const DEFINED: [(&str, &str); 3] = [
    ("no_name", NO_NAME),
    ("has_name", HAS_NAME),
    // Of a list of more than three it is not asked of each.
    ("has_unnamed", HAS_UNNAMED),
];
const NO_NAME: &str = no_name!(r"\x{115F}\x{1160}\x{3164}\x{FFA0}");
const HAS_NAME: &str = "(object: dynamic) { tostring(object.userPrincipalName) contains \"@\" or \
    not(tostring(object.displayName) matches regex no_name) }";
const HAS_UNNAMED: &str = "(list: dynamic) { coalesce(array_length(list), 0) > 3 or \
    (isnotempty(tostring(list[0])) and not(has_name(list[0]))) or \
    (isnotempty(tostring(list[1])) and not(has_name(list[1]))) or \
    (isnotempty(tostring(list[2])) and not(has_name(list[2]))) }";

/// The table of a log.
pub const fn table(log: Log) -> &'static str {
    match log {
        Log::Audits => "AuditLogs",
        Log::SignIns => "SigninLogs",
    }
}

/// A query of a table that has these conditions, each on a line of its own.
pub fn query(table: &str, conditions: &[String]) -> String {
    // What is asked for last needs those before it.
    let asks = |name: &str| conditions.iter().any(|text| text.contains(name));
    let first = DEFINED.iter().rposition(|(name, _)| asks(name)).map_or(0, |last| last + 1);
    let mut code = String::new();
    for (name, meaning) in &DEFINED[..first] {
        let _ = match *name {
            "no_name" => writeln!(code, "let no_name = {};", literal(&format!("(?i){meaning}"))),
            name => writeln!(code, "let {name} = {meaning};"),
        };
    }
    code.push_str(table);
    for condition in conditions {
        let _ = write!(code, "\n| where {condition}");
    }
    code
}

/// KQL for the table of a log.
#[derive(Clone, Copy, Debug)]
pub struct Kql(pub Log);

impl Dialect for Kql {
    fn expressions(&self, field: &'static Field) -> Result<FieldExpressions, &'static str> {
        expressions_in(if self.0 == Log::Audits { AUDITS } else { SIGN_INS }, field)
    }

    fn words(&self) -> Result<(), &'static str> {
        match self.0 {
            Log::Audits => Ok(()),
            Log::SignIns => Err("a word is looked for in more than that table has"),
        }
    }

    fn test(&self, expression: &str, test: &Test<'_>) -> Option<String> {
        let regex = |regex: &str| format!("{expression} matches regex {}", literal(regex));
        Some(match test {
            Test::Contains(part) => format!("{expression} contains {}", literal(part)),
            Test::Is(text) => format!("{expression} =~ {}", literal(text)),
            Test::Filled => format!("isnotempty({expression})"),
            Test::Has(letters) => regex(&letters.regex(|c| format!("\\x{{{:X}}}", u32::from(c)))),
            Test::Matches(fixed) => regex(fixed),
        })
    }

    fn time(&self, range: TimeRange) -> Option<String> {
        let column = match self.0 {
            Log::Audits => "coalesce(ActivityDateTime, TimeGenerated)",
            Log::SignIns => "coalesce(CreatedDateTime, TimeGenerated)",
        };
        let instant = |sign: &str, time: Option<Timestamp>| {
            time.map(|time| format!("{column} {sign} datetime({})", time.to_rfc3339()))
        };
        let ends = [instant(">=", range.start), instant("<", range.end)];
        let ends: Vec<String> = ends.into_iter().flatten().collect();
        match ends.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            both => Some(self.all(both)),
        }
    }

    fn all(&self, texts: &[String]) -> String {
        bracketed(texts, " and ")
    }

    fn any(&self, texts: &[String]) -> String {
        bracketed(texts, " or ")
    }

    fn not(&self, text: &str) -> Option<String> {
        // A time that is not there compares as neither true nor false; texts are never missing.
        Some(match text.contains("datetime(") {
            true => format!("not(coalesce({text}, false))"),
            false => format!("not({text})"),
        })
    }
}

/// A text as KQL writes it.
pub fn literal(text: &str) -> String {
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
