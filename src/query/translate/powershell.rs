//! A pipeline of PowerShell: Graph filters by what means the same there, `Where-Object` by the rest.
//! Never lets a value out of its literal: [`literal`] doubles every quote PowerShell knows.
//!
//! Properties: the reference of `Get-MgAuditLogDirectoryAudit` and `Get-MgAuditLogSignIn`.

use super::{
    Dialect, Language, Log, Test, Translation, expressions, odata, parts, weaker, written,
};
use crate::query::push_down::{Names, push_down};
use crate::query::{Context, Query};
use crate::record::field::Field;
use crate::time::TimeRange;

type Table = &'static [(&'static str, &'static [&'static str])];

const AUDITS: Table = &[
    ("service", &["$_.LoggedByService"]),
    ("category", &["$_.Category"]),
    ("activity", &["$_.ActivityDisplayName"]),
    ("result", &["$_.Result"]),
    ("reason", &["$_.ResultReason"]),
    (
        "actor",
        &[
            "$_.InitiatedBy.User.UserPrincipalName",
            "$_.InitiatedBy.User.DisplayName",
            "$_.InitiatedBy.App.DisplayName",
            "$_.InitiatedBy.App.ServicePrincipalName",
        ],
    ),
    (
        "actor.id",
        &[
            "$_.InitiatedBy.User.Id",
            "$_.InitiatedBy.App.ServicePrincipalId",
            "$_.InitiatedBy.App.AppId",
        ],
    ),
    ("actor.ip", &["$_.InitiatedBy.User.IPAddress"]),
    ("target", &["$_.TargetResources.UserPrincipalName", "$_.TargetResources.DisplayName"]),
    ("target.id", &["$_.TargetResources.Id"]),
    ("target.type", &["$_.TargetResources.Type"]),
    ("change", &["$_.TargetResources.ModifiedProperties.DisplayName"]),
    (
        "old",
        &["$_.TargetResources.ModifiedProperties.OldValue | ForEach-Object { \"$_\".Trim('\"') }"],
    ),
    (
        "new",
        &["$_.TargetResources.ModifiedProperties.NewValue | ForEach-Object { \"$_\".Trim('\"') }"],
    ),
    ("detail", &["$_.AdditionalDetails.Key", "$_.AdditionalDetails.Value"]),
    ("correlation", &["$_.CorrelationId"]),
    ("id", &["$_.Id"]),
    ("op", &["$_.OperationType"]),
    ("raw", &["ConvertTo-Json $_ -Depth 10"]),
];

const SIGN_INS: Table = &[
    ("result", &["if ($_.Status.ErrorCode -eq 0) { 'success' } else { 'failure' }"]),
    ("reason", &["$_.Status.FailureReason"]),
    ("actor", &["$_.UserPrincipalName", "$_.UserDisplayName"]),
    ("actor.id", &["$_.UserId"]),
    ("actor.ip", &["$_.IPAddress"]),
    ("target", &["$_.AppDisplayName", "$_.ResourceDisplayName"]),
    ("target.id", &["$_.AppId", "$_.ResourceId"]),
    ("correlation", &["$_.CorrelationId"]),
    ("id", &["$_.Id"]),
    ("raw", &["ConvertTo-Json $_ -Depth 10"]),
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
        match weaker(part, context, &mut PowerShell { log }) {
            Ok((condition, whole)) => {
                conditions.push(condition);
                if !whole {
                    left.push((written(part), "a part of it cannot be said in PowerShell"));
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
    fn field(&mut self, field: &'static Field, test: &Test) -> Result<String, &'static str> {
        let table = if self.log == Log::Audits { AUDITS } else { SIGN_INS };
        // Compared with an array, -eq and -match give those that pass.
        let all = format!("@({})", expressions(table, field)?.join("; "));
        Ok(match test {
            Test::Exists => format!("({all} -match '(?s).')"),
            Test::Contains(text) => format!("({all} -match {})", literal(&regex::escape(text))),
            Test::Equals(text) => format!("({all} -eq {})", literal(text)),
            Test::Regex(source) => format!("({all} -match {})", literal(source)),
        })
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

    fn anything(&self) -> &'static str {
        "[\\s\\S]"
    }
}

fn joined(parts: &[String], between: &str, none: &str) -> String {
    match parts {
        [] => none.to_owned(),
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
