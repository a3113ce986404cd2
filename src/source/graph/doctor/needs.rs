//! The table of what reading each log takes: permissions, directory roles, licence.
//! Never says more than Microsoft documents.
//!
//! From the pages "List directoryAudits", "List customSecurityAttributeAudits", "List signIns" and
//! "List provisioningObjectSummary" of the Microsoft Graph reference (permissions and roles), and
//! "How to access activity logs in Microsoft Entra ID" (licences). Where pages differ on the audit
//! log, the least that is known to work stands here: `AuditLog.Read.All` alone. Sign-ins need
//! `Directory.Read.All` as well, to look up the licence ("Known issues with Microsoft Graph").

/// What one log takes.
pub struct Need {
    /// Its name, as `--log` takes it, or what the names of its kinds begin with.
    pub log: &'static str,
    /// What it is called in a sentence.
    pub title: &'static str,
    /// What a person is asked for.
    pub scopes: &'static [&'static str],
    /// Permissions, each set enough; the least first.
    pub permissions: &'static [&'static [&'static str]],
    /// Directory roles, each enough, for a user.
    pub roles: &'static [&'static str],
    /// What has to be said about the roles, with a space before it.
    pub role_note: &'static str,
    /// The licence.
    pub licence: &'static str,
}

const AUDIT: &str = "AuditLog.Read.All";
const DIRECTORY: &str = "Directory.Read.All";
const ATTRIBUTES: &str = "CustomSecAttributeAuditLogs.Read.All";

/// Permissions that let at least as much be read as a lesser one. From Microsoft's "Microsoft Graph
/// permissions reference".
pub const GREATER: &[(&str, &[&str])] =
    &[(DIRECTORY, &["Directory.ReadWrite.All", "Directory.AccessAsUser.All"])];

/// One row a log; the first is that of logs that are not known.
pub const NEEDS: &[Need] = &[
    Need {
        log: "audit",
        title: "audit log",
        scopes: &[AUDIT],
        permissions: &[&[AUDIT]],
        roles: &[
            "Reports Reader",
            "Security Reader",
            "Security Administrator",
            "Global Reader",
            "Global Administrator",
        ],
        role_note: "",
        licence: "Any licence: 7 days without, 30 days with Microsoft Entra ID P1 or P2.",
    },
    Need {
        log: "attributes",
        title: "audit log of custom security attributes",
        scopes: &[ATTRIBUTES],
        permissions: &[&[ATTRIBUTES]],
        roles: &["Attribute Log Administrator", "Attribute Log Reader"],
        role_note: " Global Administrator is not enough.",
        licence: "Any licence.",
    },
    Need {
        log: "sign-ins",
        title: "sign-in logs",
        scopes: &[AUDIT, DIRECTORY],
        permissions: &[&[AUDIT, DIRECTORY]],
        roles: &[
            "Reports Reader",
            "Security Reader",
            "Security Operator",
            "Security Administrator",
            "Global Reader",
            "Global Administrator",
        ],
        role_note: "",
        licence: "Needs Microsoft Entra ID P1 or P2, which the token does not tell.",
    },
    Need {
        log: "provisioning",
        title: "provisioning log",
        scopes: &[AUDIT, DIRECTORY],
        permissions: &[&[AUDIT, DIRECTORY], &["ProvisioningLog.Read.All"]],
        roles: &[
            "Reports Reader",
            "Security Reader",
            "Security Operator",
            "Security Administrator",
            "Application Administrator",
            "Cloud Application Administrator",
            "Global Reader",
            "Global Administrator",
        ],
        role_note: "",
        licence: "Needs Microsoft Entra ID P1 or P2, which the token does not tell.",
    },
];
