//! Which columns of a table a field is read from: a row of a table for each field that depends on columns alone.
//! Never says less than there are: a column that is missing here would make counts wrong.
//!
//! Source: the readers in `crate::format::schema` and what fills fields behind them; the columns are those
//! of the Azure Monitor reference of `AuditLogs` and of the tables of sign-ins.

use crate::format::is_read;
use crate::query::dialect::Log;
use crate::record::field::{Field, Stored};

/// Columns that hold nested values.
pub const DYNAMIC: &[&str] = &[
    "AdditionalDetails",
    "DeviceDetail",
    "InitiatedBy",
    "LocationDetails",
    "Status",
    "TargetResources",
];

/// A field, and the columns it is read from.
type Row = (&'static str, &'static [&'static str]);

const ACTIVITY: &[&str] = &["ActivityDisplayName", "OperationName"];
/// A record without a service is of the unified audit log, where the activity may say that it failed.
const RESULT: &[&str] = &["Result", "LoggedByService", "ActivityDisplayName", "OperationName"];
const TARGETS: &[&str] = &["TargetResources"];
const INITIATED: &[&str] = &["InitiatedBy"];

const AUDITS: &[Row] = &[
    ("service", &["LoggedByService"]),
    ("category", &["Category"]),
    ("activity", ACTIVITY),
    ("result", RESULT),
    ("result.logged", RESULT),
    ("reason", &["ResultReason", "ResultDescription"]),
    ("actor", &["InitiatedBy", "Identity"]),
    ("actor.id", INITIATED),
    ("actor.kind", INITIATED),
    ("actor.app", INITIATED),
    ("actor.ip", INITIATED),
    ("target", TARGETS),
    ("target.id", TARGETS),
    ("target.type", TARGETS),
    ("target.origin", TARGETS),
    ("change", TARGETS),
    ("old", TARGETS),
    ("new", TARGETS),
    ("change.old", TARGETS),
    ("change.new", TARGETS),
    // Agents and origins of applications are details too.
    ("detail", &["AdditionalDetails", "AADTenantId", "InitiatedBy", "TargetResources"]),
    ("agent", &["AdditionalDetails"]),
    ("correlation", &["CorrelationId"]),
    ("id", &["Id"]),
    ("op", &["AADOperationType"]),
    ("tenant", &["AADTenantId"]),
    ("kind", &[]),
];

const WHO: &[&str] = &[
    "UserId",
    "UserPrincipalName",
    "UserDisplayName",
    "ServicePrincipalId",
    "ServicePrincipalName",
    "AppId",
];
const TO: &[&str] =
    &["AppId", "AppDisplayName", "ResourceId", "ResourceIdentity", "ResourceDisplayName"];
const ERROR: &[&str] = &["Status", "ResultType"];
const ENDED: &[&str] = &["Status", "ResultType", "OperationName"];
const WHERE: &[&str] = &["Location", "LocationDetails"];
const DEVICE: &[&str] = &["DeviceDetail"];

const SIGN_INS: &[Row] = &[
    ("service", &[]),
    ("category", &["Category"]),
    ("activity", &["OperationName"]),
    ("result", ENDED),
    ("result.logged", ENDED),
    ("reason", &["Status", "ResultType", "ResultDescription"]),
    ("actor", WHO),
    ("actor.id", WHO),
    ("actor.kind", WHO),
    ("actor.app", WHO),
    ("actor.ip", &["IPAddress"]),
    ("target", TO),
    ("target.id", TO),
    ("target.type", TO),
    ("app", TO),
    ("resource", TO),
    ("error", ERROR),
    ("error.code", ERROR),
    ("error.name", ERROR),
    ("correlation", &["CorrelationId"]),
    ("id", &["Id"]),
    ("tenant", &["AADTenantId"]),
    ("agent", &["UserAgent"]),
    ("client", &["ClientAppUsed"]),
    ("ca", &["ConditionalAccessStatus"]),
    ("auth.requirement", &["AuthenticationRequirement"]),
    ("risk.signin", &["RiskLevelDuringSignIn"]),
    ("risk.aggregated", &["RiskLevelAggregated"]),
    ("risk.state", &["RiskState"]),
    ("user.type", &["UserType"]),
    ("interactive", &["IsInteractive"]),
    ("device.os", DEVICE),
    ("device.browser", DEVICE),
    ("location.country", WHERE),
    ("location.city", WHERE),
    ("location", WHERE),
    ("kind", &[]),
];

/// Other columns of the tables, none of which a field above is read from.
const OTHERS: &[&str] = &[
    "ActivityDateTime",
    "AlternateSignInName",
    "AppliedConditionalAccessPolicies",
    "AppliedEventListeners",
    "AuthenticationContextClassReferences",
    "AuthenticationDetails",
    "AuthenticationMethodsUsed",
    "AuthenticationProcessingDetails",
    "AuthenticationProtocol",
    "AuthenticationRequirementPolicies",
    "AutonomousSystemNumber",
    "ClientCredentialType",
    "ConditionalAccessPolicies",
    "CreatedDateTime",
    "CrossTenantAccessType",
    "DurationMs",
    "FederatedCredentialId",
    "FlaggedForReview",
    "GlobalSecureAccessIpAddress",
    "HomeTenantId",
    "HomeTenantName",
    "IPAddressFromResourceProvider",
    "Identity",
    "IncomingTokenType",
    "IsRisky",
    "IsTenantRestricted",
    "IsThroughGlobalSecureAccess",
    "Level",
    "Location",
    "MfaDetail",
    "NetworkLocationDetails",
    "OperationVersion",
    "OriginalRequestId",
    "OriginalTransferMethod",
    "ProcessingTimeInMilliseconds",
    "Resource",
    "ResourceGroup",
    "ResourceId",
    "ResourceOwnerTenantId",
    "ResourceProvider",
    "ResourceServicePrincipalId",
    "ResourceTenantId",
    "ResultDescription",
    "ResultSignature",
    "ResultType",
    "RiskDetail",
    "RiskEventTypes",
    "RiskEventTypes_V2",
    "ServicePrincipalCredentialKeyId",
    "ServicePrincipalCredentialThumbprint",
    "SessionId",
    "SessionLifetimePolicies",
    "SignInIdentifier",
    "SignInIdentifierType",
    "SourceAppClientId",
    "SourceSystem",
    "TenantId",
    "TimeGenerated",
    "TokenIssuerName",
    "TokenIssuerType",
    "TokenProtectionStatusDetails",
    "Type",
    "UniqueTokenIdentifier",
];

fn table(log: Log) -> &'static [Row] {
    match log {
        Log::Audits => AUDITS,
        Log::SignIns => SIGN_INS,
    }
}

/// The columns that a field is read from in the tables of a log. Fails with why it cannot be counted by
/// columns.
pub fn of_field(log: Log, field: &Field) -> Result<&'static [&'static str], String> {
    if let Some((_, columns)) = table(log).iter().find(|(name, _)| *name == field.name) {
        return Ok(columns);
    }
    let name = field.name;
    Err(match field.stored {
        Stored::Raw => format!("`{name}` is the whole record"),
        Stored::Mark | Stored::Note => format!("`{name}`: marks and notes are kept here"),
        _ if name.starts_with("risk") && log == Log::Audits => {
            format!("`{name}`: the rules look at all of a record")
        }
        _ => format!("entrail does not know all columns that `{name}` is read from"),
    })
}

/// The columns in which objects have ids and names.
pub const fn naming(log: Log) -> &'static [&'static str] {
    match log {
        Log::Audits => &["InitiatedBy", "TargetResources"],
        Log::SignIns => &[
            "UserId",
            "ServicePrincipalId",
            "AppId",
            "AppDisplayName",
            "ResourceId",
            "ResourceIdentity",
            "ResourceDisplayName",
        ],
    }
}

/// Is it known what a column of that name changes: one of the reference, or one that no reader looks at?
pub fn is_known(log: Log, name: &str) -> bool {
    let is_listed =
        OTHERS.contains(&name) || table(log).iter().any(|(_, columns)| columns.contains(&name));
    is_listed || !is_read(name)
}
