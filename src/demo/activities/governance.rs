//! The activities of the services that give, review and take away access.
//! Never decides what a record of them looks like.

use super::By::{Admin, Own, Robot};
use super::Family;
use super::names::{
    ADVICE, ALERTS, APPROVAL, CATALOGS, COLLECTIONS, GOVERNANCE, PACKAGES, PARTNERS, PEOPLE_SYNC,
    PIM, REVIEWS, SETTINGS, TERMS, WORKFLOWS,
};
use crate::demo::noise::shape::Shape::{
    Bulk, GroupPlain, GuestPlain, Member, PersonPlain, Pim, Read, Sync, Thing,
};

/// Service, category, activities.
pub(super) const FAMILIES: &[Family] = &[
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
        "Azure AD Recommendations",
        "DirectoryManagement",
        &[
            ("Mark recommendation as complete", "Update", Thing("Other", ADVICE), Admin, 1),
            ("Dismiss recommendation", "Update", Thing("Other", ADVICE), Admin, 1),
            ("Postpone recommendation", "Update", Thing("Other", ADVICE), Admin, 1),
        ],
    ),
    ("B2B Auth", "UserManagement", &[("Redeem extern user invite", "Update", GuestPlain, Own, 1)]),
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
        "Terms Of Use",
        "Policy",
        &[
            ("Accept Terms Of Use", "Update", Thing("Policy", TERMS), Own, 16),
            ("Decline Terms Of Use", "Update", Thing("Policy", TERMS), Own, 2),
            ("Edit Terms Of Use", "Update", Thing("Policy", TERMS), Admin, 1),
            ("Publish Terms Of Use", "Update", Thing("Policy", TERMS), Admin, 1),
        ],
    ),
];
