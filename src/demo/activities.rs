//! What ordinarily happens in the tenant: services, categories and activities as Microsoft's audit
//! activity reference lists them, in the spelling live records use, with how often and by whom.
//! Never holds what only the stories do.

use super::event::What;
use super::noise::shape::Shape::{self, *};

/// Who does a thing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum By {
    /// The information technology department.
    Admin,
    /// Anybody, to themselves or their own things.
    Own,
    /// A service principal of this name; also at night.
    Robot(&'static str),
}
use By::{Admin, Own, Robot};

/// Activity, operation type, what a record of it looks like, by whom, how often (1: rare).
type Entry = (&'static str, &'static str, Shape, By, u16);

/// The activities of one service and category.
type Family = (&'static str, &'static str, &'static [Entry]);

/// One activity with its place in the catalogue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Activity {
    pub(super) what: What,
    pub(super) shape: Shape,
    pub(super) by: By,
    pub(super) weight: u16,
}

/// Every ordinary activity, family by family.
pub(super) fn activities() -> impl Iterator<Item = Activity> {
    FAMILIES.iter().flat_map(|(service, category, entries)| {
        entries.iter().map(|(activity, operation, shape, by, weight)| Activity {
            what: What { service, category, activity, operation },
            shape: *shape,
            by: *by,
            weight: *weight,
        })
    })
}

const SUBSTRATE: By = Robot("Microsoft Substrate Management");
const MFA: By = Robot("Azure MFA StrongAuthenticationService");
const CREDENTIALS: By = Robot("Azure Credential Configuration Endpoint Service");
const PIM: By = Robot("MS-PIM");
const JOIN: By = Robot("Device Registration Service");
const FABRIC: By = Robot("Microsoft.Azure.SyncFabric");
const MANAGED: By = Robot("Managed Service Identity");
const INTUNE: By = Robot("Intune Compliance Client Prod");
const PEOPLE_SYNC: By = Robot("Tidewick People Sync");
const GOVERNANCE: By = Robot("Azure AD Identity Governance - User Management");
const APPROVAL: By = Robot("Microsoft Approval Management");
const LICENSING: By = Robot("Microsoft Entra Subscription Lifecycle Process");

const UNITS: &[&str] = &["AU Harbour Office", "AU Assembly Hall", "AU Restricted Executives"];
const TERMS: &[&str] = &["Guest terms 2026", "Laboratory safety", "Acceptable use"];
const LOCATIONS: &[&str] = &["Office Reykjavík", "Warehouse Akureyri", "Countries we sail to"];
const REVIEWS: &[&str] = &["Quarterly guests", "Tier 0 operators", "Finance ledger access"];
const WORKFLOWS: &[&str] = &["Welcome aboard", "Last watch", "Change of berth"];
const CONNECTORS: &[&str] = &["connector-rvk-1", "connector-rvk-2", "connector-aey-1"];
const FILTERS: &[&str] =
    &["Block gambling", "Internet baseline", "Branch Akureyri", "Laboratory network"];
const FLOWS: &[&str] = &["B2C_1_harbour_portal_signin", "B2C_1_reset", "B2C_1A_TrustFrameworkBase"];
const CONTRACTS: &[&str] = &["Calibration certificate", "Employee card"];
const COLLECTIONS: &[&str] = &["Daily bread", "Laboratory", "Finance"];
const STRENGTHS: &[&str] = &["Phishing-resistant for admins", "Passkeys only"];
const TOKENS: &[&str] = &["OATH-000417", "OATH-000418", "OATH-000533"];
const ADVICE: &[&str] =
    &["Remove unused applications", "Renew expiring secrets", "Turn off per-user MFA"];
const DOMAINS: &[&str] = &["tidewick.example", "gauges.tidewick.example"];
const PARTNERS: &[&str] = &["fjordbuoy.example", "keelworks.example"];
const LABELS: &[&str] = &["Confidential", "Public"];
const SETTINGS: &[&str] = &["Group.Unified", "Consent Policy Settings", "Custom Policy Settings"];
const CATALOGS: &[&str] = &["Laboratory", "General", "Finance"];
const PACKAGES: &[&str] =
    &["Calibration Lab Systems", "Partner Collaboration", "Finance Month End", "CAD Workstation"];
const ALERTS: &[&str] = &[
    "Roles are being assigned outside of Privileged Identity Management",
    "Administrators aren't using their privileged roles",
];
const BRANDING: &[&str] = &["Default branding"];
const CERTIFICATES: &[&str] = &["Tidewick Issuing CA 3", "*.harbour.tidewick.example"];
const POLICIES: &[&str] =
    &["Default app management policy", "Token lifetime Gauge Telemetry", "Claims Payroll Ballast"];

/// The activity of a changed key or secret as live records spell it: with an en dash and a trailing
/// space, where the reference article prints a hyphen and no space.
pub(super) const SECRETS: &str = "Update application – Certificates and secrets management ";

const FAMILIES: &[Family] = &[
    (
        "Core Directory",
        "UserManagement",
        &[
            ("Update user", "Update", UserQuiet, SUBSTRATE, 330),
            ("Update user", "Update", UserEdit, PEOPLE_SYNC, 170),
            ("Update user", "Update", UserEdit, Admin, 60),
            ("Update user", "Update", Strong, MFA, 70),
            ("Update user", "Update", UserQuiet, CREDENTIALS, 50),
            ("Update StsRefreshTokenValidFrom Timestamp", "Update", Tokens, Own, 60),
            ("Change user license", "Update", License, LICENSING, 70),
            ("Change user license", "Update", License, Admin, 14),
            ("Change user password", "Update", UserPlain, Own, 30),
            ("Update PasswordProfile", "Update", UserPlain, Own, 14),
            ("Reset password", "Update", UserPlain, Admin, 14),
            ("Disable account", "Update", Account(false), PEOPLE_SYNC, 7),
            ("Enable account", "Update", Account(true), Admin, 5),
            ("Set user manager", "Update", Manager, PEOPLE_SYNC, 14),
            ("Set force change user password", "Update", UserPlain, Admin, 5),
            ("Restore user", "Update", UserPlain, Admin, 1),
            ("Create application password for user", "Add", UserPlain, Own, 1),
            ("Delete application password for user", "Delete", UserPlain, Own, 1),
            ("Enable Strong Authentication", "Update", UserPlain, Admin, 1),
            ("Add user sponsor", "Assign", UserPlain, Admin, 2),
            ("Remove app role assignment from user", "Unassign", AppRole(true), Admin, 5),
            ("Add app role assignment grant to user", "Assign", AppRole(false), Admin, 16),
        ],
    ),
    (
        "Core Directory",
        "GroupManagement",
        &[
            ("Add member to group", "Assign", Member(false), Admin, 70),
            ("Add member to group", "Assign", Member(false), GOVERNANCE, 55),
            ("Remove member from group", "Unassign", Member(true), GOVERNANCE, 60),
            ("Update group", "Update", GroupEdit, Own, 42),
            ("Add group", "Add", GroupEdit, Own, 12),
            ("Delete group", "Delete", GroupPlain, Own, 4),
            ("Add owner to group", "Assign", Member(false), Own, 10),
            ("Remove owner from group", "Unassign", Member(true), Own, 4),
            ("Set group license", "Update", GroupEdit, Admin, 3),
            ("Start applying group based license to users", "Update", GroupPlain, LICENSING, 9),
            ("Finish applying group based license to user", "Update", GroupPlain, LICENSING, 9),
            ("Trigger group license recalculation", "Update", GroupPlain, LICENSING, 3),
            ("Set group to be managed by user", "Update", GroupPlain, Admin, 1),
            ("Add app role assignment to group", "Assign", GroupPlain, Admin, 3),
            ("Assign label to group", "Update", GroupPlain, Own, 1),
            ("Create group settings", "Add", Thing("Other", SETTINGS), Admin, 1),
            ("Update group settings", "Update", Thing("Other", SETTINGS), Admin, 2),
            ("Hard Delete group", "Delete", GroupPlain, Robot("Microsoft Online Services"), 3),
            ("Restore group", "Update", GroupPlain, Admin, 1),
        ],
    ),
    (
        "Core Directory",
        "ApplicationManagement",
        &[
            ("Update service principal", "Update", PrincipalEdit, MANAGED, 62),
            ("Update service principal", "Update", PrincipalEdit, Admin, 22),
            ("Update application", "Update", AppEdit, Admin, 32),
            ("Add service principal", "Add", PrincipalEdit, Admin, 14),
            ("Add application", "Add", AppEdit, Admin, 6),
            ("Consent to application", "Assign", Consent, Own, 16),
            ("Add delegated permission grant", "Assign", Grant, Own, 16),
            ("Remove delegated permission grant", "Unassign", Grant, Admin, 3),
            ("Add app role assignment to service principal", "Assign", AppRole(false), Admin, 5),
            (
                "Remove app role assignment from service principal",
                "Unassign",
                AppRole(true),
                Admin,
                2,
            ),
            ("Add owner to application", "Assign", AppOwner, Admin, 4),
            ("Add owner to service principal", "Assign", AppOwner, Admin, 3),
            ("Remove owner from application", "Unassign", AppOwner, Admin, 1),
            (SECRETS, "Update", Secret, Admin, 6),
            ("Add service principal credentials", "Update", Secret, MANAGED, 12),
            ("Remove service principal credentials", "Update", Secret, MANAGED, 10),
            ("Remove service principal", "Delete", PrincipalEdit, Admin, 3),
            ("Delete application", "Delete", AppPlain, Admin, 2),
            ("Hard Delete application", "Delete", AppPlain, Robot("Microsoft Online Services"), 2),
            ("Restore application", "Update", AppPlain, Admin, 1),
            ("Add policy to service principal", "Assign", AppPlain, Admin, 1),
            ("Remove policy from service principal", "Unassign", AppPlain, Admin, 1),
            ("Set verified publisher", "Update", AppPlain, Admin, 1),
        ],
    ),
    (
        "Core Directory",
        "Device",
        &[
            ("Update device", "Update", DeviceEdit, INTUNE, 150),
            ("Update device", "Update", DeviceEdit, JOIN, 50),
            ("Delete device", "Delete", DevicePlain, Admin, 7),
            ("Device no longer compliant", "Update", DevicePlain, INTUNE, 9),
            ("Device no longer managed", "Update", DevicePlain, INTUNE, 3),
            ("Remove registered owner from device", "Unassign", DevicePlain, JOIN, 3),
            ("Remove registered users from device", "Unassign", DevicePlain, JOIN, 3),
        ],
    ),
    (
        "Core Directory",
        "DeviceConfiguration",
        &[("Update device configuration", "Update", Thing("Other", SETTINGS), JOIN, 2)],
    ),
    (
        "Core Directory",
        "RoleManagement",
        &[
            ("Add eligible member to role", "Assign", RoleMember(false), PIM, 4),
            ("Remove eligible member from role", "Unassign", RoleMember(true), PIM, 3),
            ("Add scoped member to role", "Assign", RoleMember(false), Admin, 1),
            ("Remove scoped member from role", "Unassign", RoleMember(true), Admin, 1),
            ("Update role definition", "Update", Thing("Role", &["Gauge Operator"]), Admin, 1),
            ("Add role definition", "Add", Thing("Role", &["Gauge Operator"]), Admin, 1),
        ],
    ),
    (
        "Core Directory",
        "Policy",
        &[
            ("Update policy", "Update", Thing("Policy", POLICIES), Admin, 3),
            ("Add policy", "Add", Thing("Policy", POLICIES), Admin, 2),
            ("Delete policy", "Delete", Thing("Policy", POLICIES), Admin, 1),
            ("Add owner to policy", "Assign", Thing("Policy", POLICIES), Admin, 1),
        ],
    ),
    (
        "Core Directory",
        "DirectoryManagement",
        &[
            ("Update company", "Update", Thing("Directory", &["Tidewick Instruments"]), Admin, 1),
            (
                "Set DirSync feature",
                "Update",
                Thing("Directory", &["Tidewick Instruments"]),
                Admin,
                1,
            ),
            ("Update domain", "Update", Thing("Domain", DOMAINS), Admin, 1),
            (
                "Set directory feature on tenant",
                "Update",
                Thing("Directory", &["Tidewick Instruments"]),
                Robot("Microsoft Online Services"),
                3,
            ),
            ("Update company settings", "Update", Thing("Directory", SETTINGS), Admin, 1),
        ],
    ),
    (
        "Core Directory",
        "AdministrativeUnit",
        &[
            (
                "Add member to administrative unit",
                "Assign",
                Thing("AdministrativeUnit", UNITS),
                Admin,
                5,
            ),
            (
                "Remove member from administrative unit",
                "Unassign",
                Thing("AdministrativeUnit", UNITS),
                Admin,
                3,
            ),
            ("Update administrative unit", "Update", Thing("AdministrativeUnit", UNITS), Admin, 1),
            ("Add administrative unit", "Add", Thing("AdministrativeUnit", UNITS), Admin, 1),
        ],
    ),
    (
        "Core Directory",
        "CrossTenantAccessSettings",
        &[
            (
                "Add a partner to cross-tenant access setting",
                "Add",
                Thing("Policy", PARTNERS),
                Admin,
                1,
            ),
            (
                "Update a partner cross-tenant access setting",
                "Update",
                Thing("Policy", PARTNERS),
                Admin,
                1,
            ),
        ],
    ),
    (
        "Core Directory",
        "CompanyBranding",
        &[("Update Branding Theme", "Update", Thing("Other", BRANDING), Admin, 1)],
    ),
    ("Core Directory", "Label", &[("Update label", "Update", Thing("Label", LABELS), Admin, 1)]),
    (
        "Core Directory",
        "Contact",
        &[
            ("Add contact", "Add", Thing("Contact", PARTNERS), FABRIC, 2),
            ("Update contact", "Update", Thing("Contact", PARTNERS), FABRIC, 3),
        ],
    ),
    (
        "Core Directory",
        "Agreement",
        &[("Update agreement", "Update", Thing("Agreement", TERMS), Admin, 1)],
    ),
    (
        "Core Directory",
        "PermissionGrantPolicy",
        &[(
            "Update permission grant policy",
            "Update",
            Thing("Policy", &["microsoft-user-default-low"]),
            Admin,
            1,
        )],
    ),
    (
        "Core Directory",
        "KerberosDomain",
        &[("Update kerberos domain", "Update", Thing("Other", DOMAINS), FABRIC, 1)],
    ),
    (
        "Core Directory",
        "CertificateAuthorityEntity",
        &[("Update CertificateAuthorityEntity", "Update", Thing("Other", CERTIFICATES), Admin, 1)],
    ),
    (
        "Account Provisioning",
        "ProvisioningManagement",
        &[
            ("Synchronization rule action", "Update", Sync, PEOPLE_SYNC, 130),
            ("Export", "Update", Sync, PEOPLE_SYNC, 90),
            ("Import", "Add", Sync, PEOPLE_SYNC, 80),
            ("Process escrow", "Update", Sync, PEOPLE_SYNC, 20),
            ("Other", "", Sync, PEOPLE_SYNC, 8),
            ("User Provisioning", "Add", Sync, PEOPLE_SYNC, 6),
            ("Quarantine", "Update", Sync, PEOPLE_SYNC, 1),
            ("Enable/restart provisioning configuration", "Update", Sync, Admin, 1),
            ("Disable/pause provisioning configuration", "Update", Sync, Admin, 1),
            ("Update attribute mappings or scope", "Update", Sync, Admin, 1),
            ("Update provisioning setting or credentials", "Update", Sync, Admin, 1),
        ],
    ),
    (
        "AAD Management UX",
        "UserManagement",
        &[
            ("started (bulk)", "", Bulk, Admin, 3),
            ("Bulk invite users - finished (bulk)", "", Bulk, Admin, 1),
            ("Bulk create users - finished (bulk)", "", Bulk, Admin, 1),
        ],
    ),
    (
        "AAD Management UX",
        "GroupManagement",
        &[
            ("started (bulk)", "", Bulk, Admin, 2),
            ("Bulk import group members - finished (bulk)", "", Bulk, Admin, 2),
            ("Download group members - finished (bulk)", "", Bulk, Admin, 2),
        ],
    ),
    (
        "AAD Management UX",
        "DirectoryManagement",
        &[
            ("Download role assignments - finished (bulk)", "", Bulk, Admin, 1),
            ("Export summary data - finished (bulk)", "", Bulk, Admin, 1),
        ],
    ),
    (
        "AAD Management UX",
        "DeviceManagement",
        &[("Download devices - finished (bulk)", "", Bulk, Admin, 2)],
    ),
    (
        "Access Reviews",
        "Policy",
        &[
            ("Approve decision", "Update", Thing("Other", REVIEWS), Own, 22),
            ("Deny decision", "Update", Thing("Other", REVIEWS), Own, 6),
            ("Don't know decision", "Update", Thing("Other", REVIEWS), Own, 2),
            ("Create access review", "Create", Thing("Policy", REVIEWS), Admin, 2),
            ("Access review ended", "Update", Thing("Policy", REVIEWS), GOVERNANCE, 3),
            ("Apply decision", "Update", Thing("Other", REVIEWS), GOVERNANCE, 6),
            ("Update access review", "Update", Thing("Policy", REVIEWS), Admin, 1),
            ("Create request", "Create", Thing("Other", REVIEWS), Own, 2),
            ("Request expired", "Update", Thing("Other", REVIEWS), APPROVAL, 1),
        ],
    ),
    (
        "Access Reviews",
        "UserManagement",
        &[
            ("Update business flow", "Update", Thing("Policy", REVIEWS), Admin, 1),
            ("Create business flow", "Create", Thing("Policy", REVIEWS), Admin, 1),
            ("Auto apply review", "Update", Thing("Policy", REVIEWS), GOVERNANCE, 2),
            ("Request approved", "Update", Thing("Policy", REVIEWS), Admin, 1),
        ],
    ),
    (
        "Access Reviews",
        "DirectoryManagement",
        &[
            ("Create program", "Create", Thing("Other", REVIEWS), Admin, 1),
            ("Link program control", "Update", Thing("Other", REVIEWS), Admin, 1),
        ],
    ),
    (
        "Application Proxy",
        "ResourceManagement",
        &[
            ("Register connector", "Add", Thing("Other", CONNECTORS), Admin, 1),
            ("Add a Connector to Connector Group", "Add", Thing("Other", CONNECTORS), Admin, 1),
            ("Update Connector Group", "Update", Thing("Other", CONNECTORS), Admin, 1),
            ("Add application SSL certificate", "Add", Thing("Other", CERTIFICATES), Admin, 1),
        ],
    ),
    (
        "Application Proxy",
        "Application Management",
        &[
            ("Update application", "Update", AppPlain, Admin, 2),
            ("Add application", "Add", AppPlain, Admin, 1),
        ],
    ),
    (
        "Application Proxy",
        "Authorization",
        &[("User authorization for application access", "", AppPlain, Own, 8)],
    ),
    (
        "Authentication Methods",
        "UserManagement",
        &[
            ("User registered security info", "ServiceApi", PersonBecause(REGISTERED), Own, 34),
            ("User started security info registration", "Add", PersonBecause(STARTED), Own, 36),
            ("User reviewed security info", "Update", PersonPlain, Own, 8),
            ("User changed default security info", "Update", PersonBecause(DEFAULTED), Own, 8),
            ("User deleted security info", "Delete", PersonBecause(DELETED), Own, 6),
            ("User canceled security info registration", "Update", PersonPlain, Own, 5),
            ("User updated security info", "Update", PersonPlain, Own, 3),
            ("User registered all required security info", "Add", PersonBecause(REQUIRED), Own, 6),
            ("Admin registered security info", "Add", PersonBecause(ADMIN_REGISTERED), Admin, 5),
            ("Admin deleted security info", "Delete", PersonPlain, Admin, 2),
            ("Admin updated security info", "Update", PersonPlain, Admin, 1),
            ("User started password change", "Update", PersonPlain, Own, 5),
            ("user started password reset", "Update", PersonPlain, Own, 4),
            ("Get passkey creation options", "Get", PersonPlain, Own, 9),
            ("Update per-user multifactor authentication state", "Update", PersonPlain, Admin, 1),
            (
                "Restore multifactor authentication on all remembered devices",
                "Update",
                PersonPlain,
                Admin,
                1,
            ),
        ],
    ),
    (
        "Authentication Methods",
        "ApplicationManagement",
        &[
            ("POST UserAuthMethod.SecurityInfoRegistrationCallback", "ServiceApi", Read, Own, 30),
            ("POST UserAuthMethod.SoftwareOathProofupRegistration", "ServiceApi", Read, Own, 6),
            ("PATCH UserAuthMethod.PatchSignInPreferencesAsync", "ServiceApi", Read, Own, 4),
            (
                "Authentication Methods Policy Update",
                "Update",
                Thing("Policy", &["Authentication Methods Policy"]),
                Admin,
                1,
            ),
            (
                "Authentication Strength Policy Update",
                "Update",
                Thing("Policy", STRENGTHS),
                Admin,
                1,
            ),
            (
                "Authentication Strength Combination Configuration Create",
                "Add",
                Thing("Policy", STRENGTHS),
                Admin,
                1,
            ),
            ("Assign Hardware Oath Token", "Assign", Thing("Other", TOKENS), Admin, 2),
            ("Create Hardware Oath Token", "Add", Thing("Other", TOKENS), Admin, 1),
            ("Bulk upload Hardware Oath Token", "Add", Thing("Other", TOKENS), Admin, 1),
        ],
    ),
    (
        "Authentication Methods",
        "DirectoryManagement",
        &[
            ("PATCH Tenant.Patch", "ServiceApi", Read, Admin, 1),
            ("POST Tenant.CreateCacheConfig", "ServiceApi", Read, Admin, 1),
        ],
    ),
    (
        "Azure AD Recommendations",
        "DirectoryManagement",
        &[
            ("Mark recommendation as complete", "Update", Thing("Other", ADVICE), Admin, 1),
            ("Dismiss recommendation", "Update", Thing("Other", ADVICE), Admin, 1),
            ("Postpone recommendation", "Update", Thing("Other", ADVICE), Admin, 1),
        ],
    ),
    (
        "Azure MFA",
        "UserManagement",
        &[
            ("User registered security info", "Add", PersonBecause(REGISTERED), Own, 3),
            ("Suspicious activity reported", "Update", PersonPlain, Own, 1),
            ("Fraud reported - no action taken", "Update", PersonPlain, Own, 1),
        ],
    ),
    (
        "Azure MFA",
        "DirectoryManagement",
        &[
            ("ExportDataFromCosmosDb", "", Read, Robot("Azure Multi-Factor Auth Client"), 2),
            ("DeleteDataFromBackend", "", Read, Robot("Azure Multi-Factor Auth Client"), 2),
        ],
    ),
    (
        "Azure RBAC (Elevated Access)",
        "AzureRBACRoleManagementElevateAccess",
        &[
            (
                "The role assignment of User Access Administrator has been removed from the user",
                "Delete",
                PersonPlain,
                Admin,
                1,
            ),
            (
                "User has elevated their access to User Access Administrator for their Azure Resources",
                "Add",
                PersonPlain,
                Admin,
                1,
            ),
        ],
    ),
    ("B2B Auth", "UserManagement", &[("Redeem extern user invite", "Update", GuestPlain, Own, 1)]),
    (
        "B2C",
        "Authentication",
        &[
            (
                "Issue a SAML assertion to the application",
                "",
                Thing("Application", FLOWS),
                Robot("IdentityExperienceFramework"),
                10,
            ),
            (
                "Issue an access token to the application",
                "",
                Thing("Application", FLOWS),
                Robot("IdentityExperienceFramework"),
                26,
            ),
            (
                "Issue an id_token to the application",
                "",
                Thing("Application", FLOWS),
                Robot("IdentityExperienceFramework"),
                24,
            ),
            (
                "Send verification email",
                "",
                Thing("Other", FLOWS),
                Robot("IdentityExperienceFramework"),
                6,
            ),
            (
                "Verify email address",
                "",
                Thing("Other", FLOWS),
                Robot("IdentityExperienceFramework"),
                5,
            ),
            (
                "Validate local account credentials",
                "",
                Thing("Other", FLOWS),
                Robot("IdentityExperienceFramework"),
                8,
            ),
        ],
    ),
    (
        "B2C",
        "Authorization",
        &[
            ("Get user attributes", "Get", Thing("Other", FLOWS), Admin, 2),
            ("Get custom policies", "Get", Thing("Policy", FLOWS), Admin, 2),
            ("Update custom policy", "Update", Thing("Policy", FLOWS), Admin, 1),
            ("Create user flow", "Add", Thing("Policy", FLOWS), Admin, 1),
            ("Get identity provider types", "Get", Thing("Other", FLOWS), Admin, 1),
        ],
    ),
    ("B2C", "KeyManagement", &[("Restore policy key", "Update", Thing("Other", FLOWS), Admin, 1)]),
    (
        "B2C",
        "ResourceManagement",
        &[
            ("Get policy key", "Get", Thing("Other", FLOWS), Admin, 1),
            ("Update authentication flows policy", "Update", Thing("Policy", FLOWS), Admin, 1),
        ],
    ),
    (
        "B2C",
        "Other",
        &[(
            "Verify one time password",
            "",
            Thing("Other", FLOWS),
            Robot("IdentityExperienceFramework"),
            4,
        )],
    ),
    (
        "Conditional Access",
        "Policy",
        &[
            ("Update named location", "Update", Thing("NamedLocation", LOCATIONS), Admin, 2),
            ("Add named location", "Add", Thing("NamedLocation", LOCATIONS), Admin, 1),
            ("Delete named location", "Delete", Thing("NamedLocation", LOCATIONS), Admin, 1),
            (
                "Add AuthenticationContextClassReference",
                "Add",
                Thing("Other", &["c1 Laboratory"]),
                Admin,
                1,
            ),
            (
                "Update continuous access evaluation",
                "Update",
                Thing("Policy", &["Continuous access evaluation"]),
                Admin,
                1,
            ),
        ],
    ),
    (
        "Device Registration Service",
        "Device",
        &[
            ("Update local administrator password", "Update", DevicePlain, JOIN, 34),
            ("Recover device local administrator password", "Get", DevicePlain, Admin, 4),
            ("Unregister device", "Delete", DevicePlain, Own, 3),
            ("Pre-create device", "Add", DevicePlain, Admin, 1),
        ],
    ),
    (
        "Device Registration Service",
        "KeyManagement",
        &[
            ("Add BitLocker key", "Add", DevicePlain, JOIN, 14),
            ("Read BitLocker key", "Get", DevicePlain, Own, 5),
            ("Delete BitLocker key", "Delete", DevicePlain, JOIN, 6),
        ],
    ),
    (
        "Device Registration Service",
        "UserManagement",
        &[
            ("Add Windows Hello for Business credential", "Add", PersonPlain, JOIN, 15),
            ("Delete Windows Hello for Business credential", "Delete", PersonPlain, JOIN, 5),
            ("Add Passkey (device-bound)", "Add", PersonPlain, JOIN, 5),
            ("Add platform credential", "Add", PersonPlain, JOIN, 2),
            ("Add passwordless phone sign-in credential", "Add", PersonPlain, JOIN, 5),
            ("Delete Passkey (device-bound)", "Delete", PersonPlain, JOIN, 1),
        ],
    ),
    (
        "Device Registration Service",
        "Policy",
        &[(
            "Set device registration policies",
            "Update",
            Thing("Policy", &["Device Registration Policy"]),
            Admin,
            1,
        )],
    ),
    (
        "Entitlement Management",
        "EntitlementManagement",
        &[
            (
                "Create access package",
                "CreateEntitlementGrantPackage",
                Thing("AccessPackage", PACKAGES),
                Admin,
                1,
            ),
            (
                "Update access package",
                "UpdateEntitlementGrantPackage",
                Thing("AccessPackage", PACKAGES),
                Admin,
                1,
            ),
            (
                "Create access package assignment policy",
                "CreateEntitlementGrantPolicy",
                Thing("AccessPackageAssignmentPolicy", PACKAGES),
                Admin,
                1,
            ),
            (
                "Update access package assignment policy",
                "UpdateEntitlementGrantPolicy",
                Thing("AccessPackageAssignmentPolicy", PACKAGES),
                Admin,
                1,
            ),
            (
                "Create access package catalog",
                "CreateAccessPackageCatalog",
                Thing("AccessPackageCatalog", CATALOGS),
                Admin,
                1,
            ),
            (
                "Update access package catalog resource",
                "UpdateAccessPackageCatalogResource",
                Thing("AccessPackageCatalog", CATALOGS),
                Admin,
                1,
            ),
            (
                "Create connected organization",
                "CreateConnectedOrganization",
                Thing("ConnectedOrganization", PARTNERS),
                Admin,
                1,
            ),
            (
                "Extend access package assignment",
                "ExtendEntitlementGrant",
                Thing("AccessPackage", PACKAGES),
                Own,
                2,
            ),
            (
                "User requests to remove access package assignment",
                "CreateEntitlementGrantUserRemoveRequest",
                Thing("AccessPackage", PACKAGES),
                Own,
                1,
            ),
            (
                "Administrator directly assigns user to access package",
                "CreateEntitlementGrantAdminAddRequest",
                Thing("AccessPackage", PACKAGES),
                Admin,
                2,
            ),
            (
                "Remove access package resource assignment",
                "RemoveAccessPackageResourceAssignment",
                Thing("AccessPackage", PACKAGES),
                GOVERNANCE,
                3,
            ),
            (
                "Update tenant setting",
                "UpdateTenantSetting",
                Thing("Other", &["Entitlement Management settings"]),
                Admin,
                1,
            ),
        ],
    ),
    (
        "Global Secure Access",
        "PolicyManagement",
        &[
            ("Update Filtering Policy", "Update", Thing("Policy", FILTERS), Admin, 2),
            ("Create Filtering Policy", "Create", Thing("Policy", FILTERS), Admin, 1),
            ("Update Forwarding Profile", "Update", Thing("Policy", FILTERS), Admin, 1),
            ("Create Remote Network", "Create", Thing("Other", FILTERS), Admin, 1),
            ("Update Private Access Policy", "Update", Thing("Policy", FILTERS), Admin, 1),
        ],
    ),
    (
        "Global Secure Access",
        "ObjectManagement",
        &[
            ("Update Enriched Audit Logs Settings", "Update", Thing("Other", FILTERS), Admin, 1),
            ("Onboarding Process Started", "Create", Thing("Other", FILTERS), Admin, 1),
        ],
    ),
    (
        "Global Secure Access",
        "ApplicationManagement",
        &[("Create Certificate", "Create", Thing("Other", CERTIFICATES), Admin, 1)],
    ),
    (
        "Hybrid Authentication",
        "Authentication",
        &[
            ("Add user to feature rollout", "Assign", PersonPlain, Admin, 2),
            ("Remove user from feature rollout", "Unassign", PersonPlain, Admin, 1),
        ],
    ),
    (
        "Identity Protection",
        "Other",
        &[
            ("DismissUser", "Update", PersonPlain, Admin, 2),
            ("ConfirmSafe", "Update", PersonPlain, Admin, 2),
            ("ConfirmCompromised", "Update", PersonPlain, Admin, 1),
            ("ConfirmAccountSafe", "Update", PersonPlain, Admin, 1),
        ],
    ),
    (
        "Identity Protection",
        "IdentityProtection",
        &[("Update NotificationSettings", "Update", Thing("Policy", &["Weekly digest"]), Admin, 1)],
    ),
    (
        "Invited Users",
        "UserManagement",
        &[
            (
                "Invitation Email",
                "",
                GuestPlain,
                Robot("Microsoft Invitation Acceptance Portal"),
                3,
            ),
            (
                "Email not sent, user unsubscribed",
                "",
                GuestPlain,
                Robot("Microsoft Invitation Acceptance Portal"),
                1,
            ),
            ("Delete external user", "Delete", GuestPlain, Admin, 1),
            ("Invite internal user to B2B collaboration", "Add", GuestPlain, Admin, 1),
            ("Invite external user with reset invitation status", "Add", GuestPlain, Admin, 1),
        ],
    ),
    (
        "Lifecycle Workflows",
        "WorkflowManagement",
        &[
            (
                "Schedule workflow execution started",
                "",
                Thing("Workflow", WORKFLOWS),
                Robot("Microsoft Entra Lifecycle Workflows"),
                12,
            ),
            (
                "Schedule workflow execution completed",
                "",
                Thing("Workflow", WORKFLOWS),
                Robot("Microsoft Entra Lifecycle Workflows"),
                12,
            ),
            ("On-demand workflow execution completed", "", Thing("Workflow", WORKFLOWS), Admin, 2),
            ("Update workflow", "Update", Thing("Workflow", WORKFLOWS), Admin, 1),
            ("Add workflow version", "Add", Thing("Workflow", WORKFLOWS), Admin, 1),
            ("Enable workflow schedule", "Update", Thing("Workflow", WORKFLOWS), Admin, 1),
        ],
    ),
    (
        "Lifecycle Workflows",
        "TaskManagement",
        &[
            ("Update task", "Update", Thing("Workflow", WORKFLOWS), Admin, 1),
            ("Add task to workflow", "Add", Thing("Workflow", WORKFLOWS), Admin, 1),
        ],
    ),
    (
        "Lifecycle Workflows",
        "Other",
        &[("Create custom task extension", "Add", Thing("Workflow", WORKFLOWS), Admin, 1)],
    ),
    (
        "MIM Service",
        "GroupManagement",
        &[
            (
                "Add member to group",
                "Assign",
                Member(false),
                Robot("Microsoft Identity Manager"),
                4,
            ),
            (
                "Remove member from group",
                "Unassign",
                Member(true),
                Robot("Microsoft Identity Manager"),
                3,
            ),
            ("Update group", "Update", GroupPlain, Robot("Microsoft Identity Manager"), 1),
        ],
    ),
    (
        "MIM Service",
        "UserManagement",
        &[
            ("User Password Reset", "Update", PersonPlain, Own, 1),
            ("User Password Registration", "Add", PersonPlain, Own, 1),
        ],
    ),
    (
        "Mobility Management",
        "UserManagement",
        &[
            ("User registered security info", "Add", PersonBecause(REGISTERED), Own, 2),
            ("User deleted security info", "Delete", PersonPlain, Own, 1),
        ],
    ),
    (
        "Mobility Management",
        "Authentication",
        &[("User confirmed unusual sign-in event as legitimate", "Update", PersonPlain, Own, 1)],
    ),
    (
        "MyAccess",
        "ApplicationManagement",
        &[("Create application collection", "Add", Thing("Other", COLLECTIONS), Own, 1)],
    ),
    (
        "MyApps",
        "ApplicationManagement",
        &[
            ("Create application collection", "Add", Thing("Other", COLLECTIONS), Own, 2),
            ("Update application collection", "Update", Thing("Other", COLLECTIONS), Own, 2),
            ("Update application collection order", "Update", Thing("Other", COLLECTIONS), Own, 1),
            ("Delete application collection", "Delete", Thing("Other", COLLECTIONS), Own, 1),
            ("Update preview settings", "Update", Thing("Other", SETTINGS), Admin, 1),
        ],
    ),
    (
        "PIM",
        "RoleManagement",
        &[
            (
                "Add eligible member to role in PIM requested (timebound)",
                "CreateRequest",
                Pim,
                Admin,
                2,
            ),
            ("Add eligible member to role in PIM completed (timebound)", "Add", Pim, Admin, 2),
            (
                "Remove eligible member from role in PIM completed (timebound)",
                "Delete",
                Pim,
                Admin,
                2,
            ),
            ("Remove member from role completed (PIM deactivate)", "Delete", Pim, Own, 4),
            ("Add member to role canceled (PIM activation)", "Cancel", Pim, Own, 1),
            ("PIM activation request expired", "Update", Pim, PIM, 1),
            ("Update eligible member in PIM requested (extend)", "CreateRequest", Pim, Own, 1),
            ("Update member in PIM approved by admin (extend/renew)", "Update", Pim, Admin, 1),
            ("Triggered PIM alert", "", Thing("Other", ALERTS), PIM, 3),
            ("Refresh PIM alert", "", Thing("Other", ALERTS), Admin, 3),
            ("Resolve PIM alert", "", Thing("Other", ALERTS), Admin, 1),
        ],
    ),
    (
        "PIM",
        "GroupManagement",
        &[
            ("Add member to role completed (PIM activation)", "Add", Pim, Own, 4),
            ("Add eligible member to role in PIM completed (permanent)", "Add", Pim, Admin, 1),
            ("Onboarded resource to PIM", "Add", GroupPlain, Admin, 1),
            ("Resource updated", "Update", GroupPlain, PIM, 2),
        ],
    ),
    (
        "PIM",
        "ResourceManagement",
        &[
            ("Add member to role completed (PIM activation)", "Add", Pim, Own, 5),
            ("Remove member from role (PIM activation expired)", "Delete", Pim, PIM, 5),
            (
                "Resource updated",
                "Update",
                Thing("Resource", &["sub-gauge-production", "sub-gauge-test"]),
                PIM,
                3,
            ),
        ],
    ),
    ("PIM", "ApplicationManagement", &[("Role definition created", "Add", Pim, Admin, 1)]),
    (
        "Self-service Group Management",
        "GroupManagement",
        &[
            ("GroupsODataV4_Get", "Get", Read, Own, 75),
            ("Features_GetFeaturesAsync", "Get", Read, Own, 75),
            ("GroupLifecyclePolicies_Get", "Get", Read, Own, 36),
            ("Settings_GetSettingsAsync", "Get", Read, Own, 26),
            ("Features_IsFeatureEnabledAsync", "Get", Read, Own, 18),
            ("GroupsODataV4_evaluateDynamicMembership", "Get", Read, Admin, 3),
            ("Group_Get", "Get", Read, Own, 6),
            ("Request to join a group", "Add", GroupPlain, Own, 5),
            ("Approve a pending request to join a group", "Update", GroupPlain, Own, 4),
            ("Reject a pending request to join a group", "Update", GroupPlain, Own, 1),
            ("Renew group", "Update", GroupPlain, Own, 2),
            ("set dynamic group properties", "Update", GroupPlain, Admin, 1),
            (
                "Update lifecycle management policy",
                "Update",
                Thing("Policy", &["Group expiration"]),
                Admin,
                1,
            ),
        ],
    ),
    (
        "Self-service Group Management",
        "Other",
        &[("ApprovalNotification_Create", "Add", Read, APPROVAL, 3)],
    ),
    (
        "Self-service Group Management",
        "UserManagement",
        &[("Updated MyApps feature value", "Update", Thing("Other", SETTINGS), Admin, 1)],
    ),
    (
        "Self-service Password Management",
        "UserManagement",
        &[
            ("Change password (self-service)", "Update", PersonBecause(PASSWORD), Own, 12),
            ("Unlock user account (self-service)", "Update", PersonPlain, Own, 3),
            ("Reset password (by admin)", "Update", PersonBecause(PASSWORD), Admin, 6),
            ("Blocked from self-service password reset", "Update", PersonBecause(BLOCKED), Own, 2),
            ("Security info saved for self-service password reset", "Add", PersonPlain, Own, 2),
        ],
    ),
    (
        "Self-service Password Management",
        "DirectoryManagement",
        &[(
            "Enable password writeback for directory",
            "Update",
            Thing("Directory", &["Tidewick Instruments"]),
            Admin,
            1,
        )],
    ),
    (
        "Terms Of Use",
        "Policy",
        &[
            ("Accept Terms Of Use", "Update", Thing("Policy", TERMS), Own, 16),
            ("Decline Terms Of Use", "Update", Thing("Policy", TERMS), Own, 2),
            ("Edit Terms Of Use", "Update", Thing("Policy", TERMS), Admin, 1),
            ("Publish Terms Of Use", "Update", Thing("Policy", TERMS), Admin, 1),
        ],
    ),
    (
        "Verified ID",
        "ResourceManagement",
        &[
            ("Create contract", "Add", Thing("Other", CONTRACTS), Admin, 1),
            ("Update contract", "Update", Thing("Other", CONTRACTS), Admin, 1),
            ("Revoke credential", "Update", Thing("Other", CONTRACTS), Admin, 1),
            ("Rotate signing key", "Update", Thing("Other", CONTRACTS), Admin, 1),
            ("Update linked domains", "Update", Thing("Other", DOMAINS), Admin, 1),
        ],
    ),
];

/// Reasons that are logged with successes; Microsoft's own spaces at the end are kept.
const REGISTERED: &[&str] = &[
    "User registered Authenticator App with Notification and Code",
    "User registered Mobile Phone SMS",
    "User registered Email Authentication Method ",
    "User registered Fido2 Authentication Method",
];
const STARTED: &[&str] = &[
    "User started the registration for Authenticator App with Code",
    "User started the registration for Mobile Phone SMS and Call",
    "User started the registration for Email",
];
const DEFAULTED: &[&str] = &["User changed the default security info for Authenticator App"];
const DELETED: &[&str] =
    &["User deleted Mobile Phone SMS", "User deleted Authenticator App with Code"];
const REQUIRED: &[&str] = &["User registered all required security info."];
const ADMIN_REGISTERED: &[&str] = &[
    "Admin registered temporary access pass method for user",
    "Admin registered phone method for user",
];
const PASSWORD: &[&str] = &["OK", "None", "Successfully completed reset."];
const BLOCKED: &[&str] = &["User's account has insufficient authentication methods defined."];
