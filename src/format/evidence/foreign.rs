//! Logs and lists that share keys with Entra's logs and are none of them, by keys of their own.
//! Never decides against a key that only an Entra log has.
//!
//! Sources: Azure Monitor reference (`AzureActivity`, `StorageBlobLogs`, `OfficeActivity`,
//! `MicrosoftGraphActivityLogs`, `IntuneAuditLogs`), Azure REST "Activity Logs - List", Microsoft
//! Graph reference (`user`, `servicePrincipal`, `group`, `device`, `auditEvent` of Intune), Azure AD
//! Graph reference ("activities", retired), advanced hunting schema, Azure DevOps REST "Audit Log -
//! Query".

use crate::format::json::is_spelled;

/// A name, and keys of which so many must be there.
struct Foreign {
    name: &'static str,
    keys: &'static [&'static str],
    needed: usize,
}

const fn any(name: &'static str, keys: &'static [&'static str]) -> Foreign {
    Foreign { name, keys, needed: 1 }
}

const fn two(name: &'static str, keys: &'static [&'static str]) -> Foreign {
    Foreign { name, keys, needed: 2 }
}

/// What is known. The first that fits is taken. Eight bits hold which keys of one were seen.
const KNOWN: &[Foreign] = &[
    any("Intune AuditLogs", &["ActivityResultStatus", "AuditEventId"]),
    two(
        "Intune auditEvent",
        &["activityResult", "componentName", "activityOperationType", "resources", "actor"],
    ),
    any("Azure AD Graph signinEvents (retired API)", &["signinDateTime", "signinDateTimeInMillis"]),
    any(
        "Azure AD Graph activities (retired API)",
        &["activityDate", "activityDateInMillis", "activityOperationTypeValue"],
    ),
    any(
        "AzureActivity",
        &[
            "OperationNameValue",
            "ActivityStatusValue",
            "ActivityStatus",
            "EventSubmissionTimestamp",
        ],
    ),
    two("storage log", &["uri", "statusCode", "statusText", "objectKey", "serviceType"]),
    any("MicrosoftGraphActivityLogs", &["RequestUri", "RequestMethod"]),
    any(
        "file activity (SharePoint, OneDrive, devices)",
        &["SiteUrl", "Site_Url", "SourceFileName", "SourceRelativeUrl", "FolderPath", "FileName"],
    ),
    any("Exchange message trace", &["SenderAddress", "RecipientAddress", "MessageTraceId"]),
    two(
        "sign-ins of advanced hunting (AADSignInEventsBeta)",
        &["AccountUpn", "LogonType", "EndpointCall", "ErrorCode"],
    ),
    two(
        "advanced hunting rows without RawEventData",
        &["ActionType", "ActivityType", "ActivityObjects", "AccountDisplayName", "AccountUpn"],
    ),
    two(
        "Azure DevOps audit",
        &[
            "actionId",
            "actorCUID",
            "actorUPN",
            "area",
            "scopeType",
            "scopeId",
            "authenticationMechanism",
        ],
    ),
    any("Graph servicePrincipal", &["servicePrincipalType", "servicePrincipalNames", "appRoles"]),
    any("Graph application", &["signInAudience", "requiredResourceAccess"]),
    any("Graph device", &["deviceOwnership", "approximateLastSignInDateTime"]),
    any("Graph group", &["securityEnabled", "mailEnabled", "membershipRule"]),
    any(
        "Graph user",
        &["accountEnabled", "givenName", "assignedLicenses", "proxyAddresses", "signInActivity"],
    ),
    any("Azure resource log", &["SubscriptionId"]),
];

/// Which keys of which were seen.
#[derive(Default)]
pub(super) struct Evidence {
    seen: [u8; KNOWN.len()],
}

impl Evidence {
    /// Takes note of a key that says nothing about Entra's logs.
    pub(super) fn see(&mut self, key: &[u8]) {
        for (foreign, seen) in KNOWN.iter().zip(&mut self.seen) {
            if let Some(at) =
                foreign.keys.iter().position(|spelling| is_spelled(key, spelling.as_bytes()))
            {
                *seen |= 1 << at;
            }
        }
    }

    /// The name of what has such keys.
    pub(super) fn name(&self) -> Option<&'static str> {
        let fits = |(foreign, seen): &(&Foreign, &u8)| seen.count_ones() as usize >= foreign.needed;
        KNOWN.iter().zip(&self.seen).find(fits).map(|(foreign, _)| foreign.name)
    }
}
