//! A pipeline of PowerShell: Graph filters by what means the same there, `Where-Object` by the rest.
//! Never lets a value out of its literal: `literal` doubles every quote PowerShell knows.
//!
//! Properties: the reference of `Get-MgAuditLogDirectoryAudit` and `Get-MgAuditLogSignIn`. Texts are
//! compared by `-match`, letter by letter; `-eq` passes over some.

use super::{
    FieldTranslation, Log, bracketed, expressions_in, json, loose, names, no_name, row, value,
};
use crate::query::plan::{Dialect, FieldExpressions, Side, Test};
use crate::record::field::Field;
use crate::time::{TimeRange, Timestamp};

const INITIATED: &[Side] = &[json("(ConvertTo-Json $_.InitiatedBy -Depth 10)")];
const TARGETS: &[Side] = &[json("(ConvertTo-Json @($_.TargetResources) -Depth 10)")];

/// Where neither the user nor the application that acted has a name of its own.
const UNNAMED_ACTOR: &str = concat!(
    "(-not @($_.InitiatedBy.User, $_.InitiatedBy.App | Where-Object { $_ -and \
     ($_.UserPrincipalName -match '@' -or $_.DisplayName -notmatch '",
    no_name!(r"\u115F\u1160\u3164\uFFA0"),
    "') }))"
);
/// Where a target has none.
const UNNAMED_TARGETS: &str = concat!(
    "(@($_.TargetResources | Where-Object { $_ -and $_.UserPrincipalName -notmatch '@' -and \
     $_.DisplayName -match '",
    no_name!(r"\u115F\u1160\u3164\uFFA0"),
    "' }).Count -gt 0)"
);
/// The same of sign-ins.
const UNNAMED_USER: &str = concat!(
    "($_.UserPrincipalName -notmatch '@' -and $_.UserDisplayName -match '",
    no_name!(r"\u115F\u1160\u3164\uFFA0"),
    "' -and ($_.UserId -or $_.ServicePrincipalName -match '",
    no_name!(r"\u115F\u1160\u3164\uFFA0"),
    "'))"
);
const UNNAMED_APP: &str = concat!(
    "((($_.AppId -or $_.AppDisplayName) -and $_.AppDisplayName -match '",
    no_name!(r"\u115F\u1160\u3164\uFFA0"),
    "') -or (($_.ResourceId -or $_.ResourceDisplayName) -and $_.ResourceDisplayName -match '",
    no_name!(r"\u115F\u1160\u3164\uFFA0"),
    "'))"
);

const AUDITS: &[FieldTranslation] = &[
    row("service", &[value("$_.LoggedByService")]),
    row("category", &[value("$_.Category")]),
    row("activity", &[value("$_.ActivityDisplayName")]),
    row("reason", &[value("$_.ResultReason")]),
    names("actor", INITIATED, UNNAMED_ACTOR),
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
    row("detail", &[json("(ConvertTo-Json @($_.AdditionalDetails) -Depth 10)")]),
    row("correlation", &[value("$_.CorrelationId")]),
    row("id", &[value("$_.Id")]),
    row("op", &[value("$_.OperationType")]),
];

const SIGN_INS: &[FieldTranslation] = &[
    names(
        "actor",
        &[
            loose("$_.UserPrincipalName"),
            loose("$_.UserDisplayName"),
            loose("$_.ServicePrincipalName"),
            loose("$_.UserId"),
            loose("$_.ServicePrincipalId"),
        ],
        UNNAMED_USER,
    ),
    row("actor.id", &[loose("$_.UserId"), loose("$_.ServicePrincipalId"), loose("$_.AppId")]),
    names("target", &[loose("$_.AppDisplayName"), loose("$_.ResourceDisplayName")], UNNAMED_APP),
    row(
        "target.id",
        &[
            loose("$_.AppId"),
            loose("$_.ResourceId"),
            loose("$_.AppDisplayName"),
            loose("$_.ResourceDisplayName"),
        ],
    ),
    row("actor.ip", &[loose("$_.IPAddress")]),
    row("correlation", &[value("$_.CorrelationId")]),
    row("id", &[value("$_.Id")]),
    row("app", &[loose("$_.AppDisplayName"), loose("$_.AppId")]),
    row("resource", &[loose("$_.ResourceDisplayName"), loose("$_.ResourceId")]),
    row("error.code", &[loose("$_.Status.ErrorCode")]),
    row("client", &[loose("$_.ClientAppUsed")]),
    row("ca", &[loose("$_.ConditionalAccessStatus")]),
    row("risk.signin", &[loose("$_.RiskLevelDuringSignIn")]),
    row("risk.aggregated", &[loose("$_.RiskLevelAggregated")]),
    row("risk.state", &[loose("$_.RiskState")]),
    row("device.os", &[loose("$_.DeviceDetail.OperatingSystem")]),
    row("device.browser", &[loose("$_.DeviceDetail.Browser")]),
    row("location.country", &[loose("$_.Location.CountryOrRegion")]),
    row("location.city", &[loose("$_.Location.City")]),
];

/// A pipeline in which Graph evaluates a filter and PowerShell these conditions.
pub fn pipeline(log: Log, filter: &[String], conditions: &[String]) -> String {
    let mut code = match log {
        Log::Audits => "Get-MgAuditLogDirectoryAudit -All",
        Log::SignIns => "Get-MgAuditLogSignIn -All",
    }
    .to_owned();
    if !filter.is_empty() {
        code.push_str(" -Filter ");
        code.push_str(&literal(&filter.join(" and ")));
    }
    if !conditions.is_empty() {
        code.push_str(" |\n    Where-Object { ");
        code.push_str(&conditions.join(" -and\n        "));
        code.push_str(" }");
    }
    code
}

/// PowerShell for the objects of a log.
#[derive(Clone, Copy, Debug)]
pub struct PowerShell(pub Log);

impl Dialect for PowerShell {
    fn expressions(&self, field: &'static Field) -> Result<FieldExpressions, &'static str> {
        expressions_in(if self.0 == Log::Audits { AUDITS } else { SIGN_INS }, field)
    }

    fn words(&self) -> Result<(), &'static str> {
        match self.0 {
            Log::Audits => Ok(()),
            Log::SignIns => Err("a word is looked for in more than sign-ins have there"),
        }
    }

    fn test(&self, expression: &str, test: &Test<'_>) -> Option<String> {
        let regex = |regex: &str| format!("({expression} -match {})", literal(regex));
        Some(match test {
            Test::Contains(part) => regex(&escaped(part)),
            Test::Is(text) => regex(&format!(r"\A{}\z", escaped(text))),
            Test::Filled => regex("(?s)."),
            Test::Has(letters) => regex(&letters.regex(|c| format!("\\u{:04X}", u32::from(c)))),
            Test::Matches(fixed) => regex(fixed),
        })
    }

    fn time(&self, range: TimeRange) -> Option<String> {
        let property = match self.0 {
            Log::Audits => "$_.ActivityDateTime",
            Log::SignIns => "$_.CreatedDateTime",
        };
        let end = |(sign, end): (&str, Option<Timestamp>)| {
            let instant = literal(&end?.to_rfc3339());
            Some(format!("{property} {sign} ([datetimeoffset]{instant}).UtcDateTime"))
        };
        let ends = [("-ge", range.start), ("-lt", range.end)].into_iter().filter_map(end);
        // Where there is no time, it would be before all others.
        let texts: Vec<String> =
            std::iter::once(format!("$null -ne {property}")).chain(ends).collect();
        Some(self.all(&texts))
    }

    fn all(&self, texts: &[String]) -> String {
        bracketed(texts, " -and ")
    }

    fn any(&self, texts: &[String]) -> String {
        bracketed(texts, " -or ")
    }

    fn not(&self, text: &str) -> Option<String> {
        Some(format!("(-not {text})"))
    }
}

/// A text as an expression of .NET that finds it. There, what is the other case of an `i` depends on the
/// language of the machine.
fn escaped(text: &str) -> String {
    regex::escape(text).replace(['i', 'I'], "(?-i:[iI])")
}

/// Characters PowerShell takes for a single quote.
const QUOTES: [char; 5] = ['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'];

/// A text as PowerShell writes it without looking for anything in it.
pub fn literal(text: &str) -> String {
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
