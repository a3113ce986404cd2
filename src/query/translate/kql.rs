//! KQL for the tables `AuditLogs` and `SigninLogs`.
//! Never lets a value out of its literal: [`literal`] escapes everything that could end it.
//!
//! Columns: the Azure Monitor reference of both tables. Of arrays, as the targets are, `mv-apply`
//! counts those that pass a test into a column of its own, so that conditions join as elsewhere.

use std::fmt::Write as _;

use super::{Dialect, Language, Log, Test, Translation, expressions, parts, weaker, written};
use crate::query::{Context, Query};
use crate::record::field::Field;
use crate::time::{TimeRange, Timestamp};

type Table = &'static [(&'static str, &'static [&'static str])];

const AUDITS: Table = &[
    ("service", &["LoggedByService"]),
    ("category", &["Category"]),
    ("activity", &["ActivityDisplayName"]),
    ("result", &["Result"]),
    ("reason", &["ResultReason"]),
    (
        "actor",
        &[
            "tostring(InitiatedBy.user.userPrincipalName)",
            "tostring(InitiatedBy.user.displayName)",
            "tostring(InitiatedBy.app.displayName)",
            "tostring(InitiatedBy.app.servicePrincipalName)",
        ],
    ),
    (
        "actor.id",
        &[
            "tostring(InitiatedBy.user.id)",
            "tostring(InitiatedBy.app.servicePrincipalId)",
            "tostring(InitiatedBy.app.appId)",
        ],
    ),
    ("actor.ip", &["tostring(InitiatedBy.user.ipAddress)"]),
    (
        "actor.kind",
        &[
            "case(isnotempty(InitiatedBy.user), \"user\", isnotempty(InitiatedBy.app), \"app\", \"unknown\")",
        ],
    ),
    ("target", &["tostring(t.userPrincipalName)", "tostring(t.displayName)"]),
    ("target.id", &["tostring(t.id)"]),
    ("target.type", &["tostring(t.type)"]),
    ("change", &["tostring(p.displayName)"]),
    ("old", &["trim('\"', tostring(p.oldValue))"]),
    ("new", &["trim('\"', tostring(p.newValue))"]),
    ("detail", &["tostring(d.key)", "tostring(d.value)"]),
    ("correlation", &["CorrelationId"]),
    ("id", &["Id"]),
    ("op", &["AADOperationType"]),
    ("tenant", &["AADTenantId"]),
    ("raw", &["tostring(pack_all())"]),
];

const SIGN_INS: Table = &[
    ("category", &["Category"]),
    ("activity", &["OperationName"]),
    ("result", &["iff(ResultType == \"0\", \"success\", \"failure\")"]),
    ("reason", &["ResultDescription"]),
    ("actor", &["UserPrincipalName", "UserDisplayName"]),
    ("actor.id", &["UserId"]),
    ("actor.ip", &["IPAddress"]),
    ("target", &["AppDisplayName", "ResourceDisplayName"]),
    ("target.id", &["AppId", "ResourceIdentity"]),
    ("correlation", &["CorrelationId"]),
    ("id", &["Id"]),
    ("tenant", &["AADTenantId"]),
    ("agent", &["UserAgent"]),
    ("raw", &["tostring(pack_all())"]),
];

pub(super) fn translate(query: &Query, context: &Context, log: Log) -> Translation {
    let mut code = match log {
        Log::Audits => "AuditLogs",
        Log::SignIns => "SigninLogs",
    }
    .to_owned();
    let mut left = Vec::new();
    let mut columns = Vec::new();
    for part in parts(query) {
        let mut kql = Kql { log, applied: Vec::new(), columns: columns.len() };
        match weaker(part, context, &mut kql) {
            Ok((condition, whole)) => {
                for (column, apply) in kql.applied {
                    let _ = write!(code, "\n| mv-apply {apply}");
                    columns.push(column);
                }
                let _ = write!(code, "\n| where {condition}");
                if !whole {
                    left.push((written(part), "a part of it cannot be said in KQL"));
                }
            }
            Err(why) => left.push((written(part), why)),
        }
    }
    if !columns.is_empty() {
        let _ = write!(code, "\n| project-away {}", columns.join(", "));
    }
    Translation { language: Language::Kql, code, left }
}

struct Kql {
    log: Log,
    /// Columns that conditions of this part stand on, with how they are made.
    applied: Vec<(String, String)>,
    /// Columns of parts before.
    columns: usize,
}

impl Dialect for Kql {
    fn field(&mut self, field: &'static Field, test: &Test) -> Result<String, &'static str> {
        let table = if self.log == Log::Audits { AUDITS } else { SIGN_INS };
        let all = expressions(table, field)?;
        let texts: Vec<String> = all.iter().map(|expression| tested(expression, test)).collect();
        let condition = self.any(&texts);
        let column = format!("match{}", self.columns + self.applied.len() + 1);
        let apply = match (self.log, field.name) {
            (Log::Audits, "target" | "target.id" | "target.type") => {
                format!("t = TargetResources on (summarize {column} = countif({condition}) > 0)")
            }
            (Log::Audits, "change" | "old" | "new") => format!(
                "t = TargetResources on (mv-apply p = t.modifiedProperties on (summarize n = \
                 countif({condition})) | summarize {column} = countif(n > 0) > 0)"
            ),
            (Log::Audits, "detail") => {
                format!("d = AdditionalDetails on (summarize {column} = countif({condition}) > 0)")
            }
            _ => return Ok(condition),
        };
        self.applied.push((column.clone(), apply));
        Ok(column)
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

    fn anything(&self) -> &'static str {
        "(?s:.)"
    }
}

fn joined(parts: &[String], between: &str, none: &str) -> String {
    match parts {
        [] => none.to_owned(),
        [one] => one.clone(),
        _ => format!("({})", parts.join(between)),
    }
}

fn tested(expression: &str, test: &Test) -> String {
    match test {
        Test::Exists => format!("isnotempty({expression})"),
        Test::Contains(text) => format!("{expression} contains {}", literal(text)),
        Test::Equals(text) => format!("{expression} =~ {}", literal(text)),
        Test::Regex(source) => {
            format!("{expression} matches regex {}", literal(&format!("(?i){source}")))
        }
    }
}

/// A text as KQL writes it.
pub(super) fn literal(text: &str) -> String {
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
