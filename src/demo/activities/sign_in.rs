//! The activities of the services around signing in: methods, devices, policies, proxies, customers.
//! Never decides what a record of them looks like.

use super::By::{Admin, Own, Robot};
use super::Family;
use super::Shape::{AppPlain, DevicePlain, PersonBecause, PersonPlain, Read, Thing};
use super::names::{
    ADMIN_REGISTERED, BLOCKED, CERTIFICATES, CONNECTORS, CONTRACTS, DEFAULTED, DELETED, DOMAINS,
    FILTERS, FLOWS, JOIN, LOCATIONS, PASSWORD, REGISTERED, REQUIRED, STARTED, STRENGTHS, TOKENS,
};

/// Service, category, activities.
pub(super) const FAMILIES: &[Family] = &[
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
