//! Programs, things and reasons that the activities name.
//! Never people; those have a room of their own.

use super::By::{self, Robot};

pub(super) const SUBSTRATE: By = Robot("Microsoft Substrate Management");
pub(super) const MFA: By = Robot("Azure MFA StrongAuthenticationService");
pub(super) const CREDENTIALS: By = Robot("Azure Credential Configuration Endpoint Service");
pub(super) const PIM: By = Robot("MS-PIM");
pub(super) const JOIN: By = Robot("Device Registration Service");
pub(super) const FABRIC: By = Robot("Microsoft.Azure.SyncFabric");
pub(super) const MANAGED: By = Robot("Managed Service Identity");
pub(super) const INTUNE: By = Robot("Intune Compliance Client Prod");
pub(super) const PEOPLE_SYNC: By = Robot("Tidewick People Sync");
pub(super) const GOVERNANCE: By = Robot("Azure AD Identity Governance - User Management");
pub(super) const APPROVAL: By = Robot("Microsoft Approval Management");
pub(super) const LICENSING: By = Robot("Microsoft Entra Subscription Lifecycle Process");
pub(super) const RESETS: By = Robot("Microsoft password reset service");
pub(super) const PROVISIONED: By = Robot("Microsoft Azure AD Internal - Jit Provisioning");
pub(super) const UNITS: &[&str] =
    &["AU Harbour Office", "AU Assembly Hall", "AU Restricted Executives"];
pub(super) const TERMS: &[&str] = &["Guest terms 2026", "Laboratory safety", "Acceptable use"];
pub(super) const LOCATIONS: &[&str] =
    &["Office Reykjavík", "Warehouse Akureyri", "Countries we sail to"];
pub(super) const REVIEWS: &[&str] =
    &["Quarterly guests", "Tier 0 operators", "Finance ledger access"];
pub(super) const WORKFLOWS: &[&str] = &["Welcome aboard", "Last watch", "Change of berth"];
pub(super) const CONNECTORS: &[&str] = &["connector-rvk-1", "connector-rvk-2", "connector-aey-1"];
pub(super) const FILTERS: &[&str] =
    &["Block gambling", "Internet baseline", "Branch Akureyri", "Laboratory network"];
pub(super) const FLOWS: &[&str] =
    &["B2C_1_harbour_portal_signin", "B2C_1_reset", "B2C_1A_TrustFrameworkBase"];
pub(super) const CONTRACTS: &[&str] = &["Calibration certificate", "Employee card"];
pub(super) const COLLECTIONS: &[&str] = &["Daily bread", "Laboratory", "Finance"];
pub(super) const STRENGTHS: &[&str] = &["Phishing-resistant for admins", "Passkeys only"];
pub(super) const TOKENS: &[&str] = &["OATH-000417", "OATH-000418", "OATH-000533"];
pub(super) const ADVICE: &[&str] =
    &["Remove unused applications", "Renew expiring secrets", "Turn off per-user MFA"];
pub(super) const DOMAINS: &[&str] = &["tidewick.example", "gauges.tidewick.example"];
pub(super) const PARTNERS: &[&str] = &["fjordbuoy.example", "keelworks.example"];
pub(super) const LABELS: &[&str] = &["Confidential", "Public"];
pub(super) const SETTINGS: &[&str] =
    &["Group.Unified", "Consent Policy Settings", "Custom Policy Settings"];
pub(super) const CATALOGS: &[&str] = &["Laboratory", "General", "Finance"];
pub(super) const PACKAGES: &[&str] =
    &["Calibration Lab Systems", "Partner Collaboration", "Finance Month End", "CAD Workstation"];
pub(super) const ALERTS: &[&str] = &[
    "Roles are being assigned outside of Privileged Identity Management",
    "Administrators aren't using their privileged roles",
];
pub(super) const BRANDING: &[&str] = &["Default branding"];
pub(super) const CERTIFICATES: &[&str] = &["Tidewick Issuing CA 3", "*.harbour.tidewick.example"];
pub(super) const POLICIES: &[&str] =
    &["Default app management policy", "Token lifetime Gauge Telemetry", "Claims Payroll Ballast"];
// Reasons that are logged with successes; Microsoft's own spaces at the end are kept.
pub(super) const REGISTERED: &[&str] = &[
    "User registered Authenticator App with Notification and Code",
    "User registered Mobile Phone SMS",
    "User registered Email Authentication Method ",
    "User registered Fido2 Authentication Method",
];
pub(super) const STARTED: &[&str] = &[
    "User started the registration for Authenticator App with Code",
    "User started the registration for Mobile Phone SMS and Call",
    "User started the registration for Email",
];
pub(super) const DEFAULTED: &[&str] =
    &["User changed the default security info for Authenticator App"];
pub(super) const DELETED: &[&str] =
    &["User deleted Mobile Phone SMS", "User deleted Authenticator App with Code"];
pub(super) const REQUIRED: &[&str] = &["User registered all required security info."];
pub(super) const ADMIN_REGISTERED: &[&str] = &[
    "Admin registered temporary access pass method for user",
    "Admin registered phone method for user",
];
pub(super) const PASSWORD: &[&str] = &["OK", "None", "Successfully completed reset."];
pub(super) const BLOCKED: &[&str] =
    &["User's account has insufficient authentication methods defined."];
