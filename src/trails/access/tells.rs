//! THE table of access: which activities give or take what, and how far they have come with it.
//! Never reads records.

use super::Step;
use crate::record::licence;

/// What is given; things of different families are never the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Family {
    Role,
    Eligible,
    Scoped,
    Group,
    AppRole,
    Grant,
    Owner,
    Credential,
    Package,
    /// The role that lets an administrator of the directory into all of Azure.
    Azure,
    Licence,
    /// A consent: which permissions came of it, other records tell.
    Consent,
    /// Nothing is given: what something is gone with, or which objects belong together.
    Life,
}

impl Family {
    /// The word for it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Role | Self::Azure => "role",
            Self::Eligible => "role, eligible",
            Self::Scoped => "role, scoped",
            Self::Group => "group",
            Self::AppRole => "app role",
            Self::Grant => "delegated permission",
            Self::Owner => "owner",
            Self::Credential => "credential",
            Self::Package => "access package",
            Self::Licence => "licence",
            Self::Consent => "consent",
            Self::Life => "account",
        }
    }
}

/// How records of some activities tell that something was given or taken.
#[derive(Debug)]
pub(super) struct Tells {
    pub(super) activities: &'static [&'static str],
    pub(super) family: Family,
    pub(super) step: Step,
    /// The property that must be among the changed ones; empty for any. Looked up in columns: most
    /// records of some activities tell nothing of access.
    pub(super) change: &'static str,
}

const fn tells(family: Family, step: Step, activities: &'static [&'static str]) -> Tells {
    Tells { activities, family, step, change: "" }
}

impl Tells {
    const fn changing(self, change: &'static str) -> Self {
        Self { change, ..self }
    }
}

/// Activities of the roles are those of the categories `RoleManagement`, `GroupManagement` and
/// `ResourceManagement` of Microsoft's "Microsoft Entra audit log categories and activities"; those of
/// access packages are told apart by "View reports and logs in entitlement management": a request
/// to remove is none that was done.
pub(super) const TELLS: &[Tells] = &[
    tells(
        Family::Role,
        Step::Given,
        &[
            "Add member to role",
            "Add member to role in PIM completed (permanent)",
            "Add member to role in PIM completed (timebound)",
            "Add role assignment to role definition",
            "Restore member from role",
            "Restore member from role in PIM completed",
            "Restore permanent direct role assignment",
        ],
    ),
    tells(
        Family::Role,
        Step::Taken,
        &[
            "Remove member from role",
            "Remove member from role in PIM completed (permanent)",
            "Remove member from role in PIM completed (timebound)",
            "Remove permanent direct role assignment",
            "Remove role assignment from role definition",
        ],
    ),
    tells(Family::Role, Step::Outside, &["Add member to role outside of PIM (permanent)"]),
    tells(Family::Role, Step::Activated, &["Add member to role completed (PIM activation)"]),
    tells(Family::Role, Step::Approved, &["Add member to role request approved (PIM activation)"]),
    tells(Family::Role, Step::Expired, &["Remove member from role (PIM activation expired)"]),
    tells(Family::Role, Step::Deactivated, &["Remove member from role completed (PIM deactivate)"]),
    tells(Family::Role, Step::Extended, &["Update member in PIM approved by admin (extend/renew)"]),
    tells(
        Family::Eligible,
        Step::Given,
        &[
            "Add eligible member to role",
            "Add eligible member to role in PIM completed (permanent)",
            "Add eligible member to role in PIM completed (timebound)",
            "Add EligibleRoleAssignment to RoleDefinition",
            "Restore eligible member from role in PIM completed",
            "Restore permanent eligible role assignment",
        ],
    ),
    tells(
        Family::Eligible,
        Step::Taken,
        &[
            "Remove eligible member from role",
            "Remove eligible member from role in PIM completed (permanent)",
            "Remove eligible member from role in PIM completed (timebound)",
            "Remove EligibleRoleAssignment from RoleDefinition",
            "Remove permanent eligible role assignment",
        ],
    ),
    tells(
        Family::Scoped,
        Step::Given,
        &[
            "Add scoped member to role",
            "Add member to role scoped over Restricted Management Administrative Unit",
        ],
    ),
    tells(
        Family::Scoped,
        Step::Taken,
        &[
            "Remove scoped member from role",
            "Remove member from role scoped over Restricted Management Administrative Unit",
        ],
    ),
    tells(Family::Group, Step::Given, &["Add member to group"]),
    tells(Family::Group, Step::Taken, &["Remove member from group"]),
    tells(
        Family::AppRole,
        Step::Given,
        &[
            "Add app role assignment grant to user",
            "Add app role assignment to user",
            "Add app role assignment to group",
            "Add app role assignment to service principal",
        ],
    ),
    tells(
        Family::AppRole,
        Step::Taken,
        &[
            "Remove app role assignment from user",
            "Remove app role assignment from group",
            "Remove app role assignment from service principal",
            // An assignment that is kept for a while, marked as deleted.
            "Add a deletion-marked app role assignment grant to user as part of link removal",
            "Add a deletion-marked app role assignment grant to group as part of link removal",
            "Add a deletion-marked app role assignment grant to service principal as part of link removal",
        ],
    ),
    tells(
        Family::Azure,
        Step::Given,
        &["User has elevated their access to User Access Administrator for their Azure Resources"],
    ),
    tells(
        Family::Azure,
        Step::Taken,
        &["The role assignment of User Access Administrator has been removed from the user"],
    ),
    tells(
        Family::Licence,
        Step::Given,
        &["Change user license", "Set group license", "Update user", "Update group"],
    )
    .changing(licence::PROPERTY),
    tells(
        Family::Grant,
        Step::Given,
        &["Add delegated permission grant", "Add OAuth2PermissionGrant"],
    ),
    tells(
        Family::Grant,
        Step::Taken,
        &["Remove delegated permission grant", "Remove OAuth2PermissionGrant"],
    ),
    tells(
        Family::Owner,
        Step::Given,
        &["Add owner to application", "Add owner to service principal", "Add owner to group"],
    ),
    tells(
        Family::Owner,
        Step::Taken,
        &[
            "Remove owner from application",
            "Remove owner from service principal",
            "Remove owner from group",
        ],
    ),
    tells(
        Family::Credential,
        Step::Given,
        &[
            "Update application - Certificates and secrets management",
            "Add service principal credentials",
            "Remove service principal credentials",
        ],
    ),
    tells(
        Family::Package,
        Step::Asked,
        &[
            "User requests access package assignment",
            "User requests an access package assignment on behalf of service principal",
            "Entitlement Management creates access package assignment request for user",
        ],
    ),
    tells(
        Family::Package,
        Step::Assigned,
        &["Administrator directly assigns user to access package"],
    ),
    tells(Family::Package, Step::Approved, &["Approve access package assignment request"]),
    tells(Family::Package, Step::AutoApproved, &["Auto approve access package assignment request"]),
    tells(
        Family::Package,
        Step::Ready,
        &[
            "Ready to fulfill access package assignment request",
            "Schedule a future access package assignment",
        ],
    ),
    tells(
        Family::Package,
        Step::Refused,
        &[
            "Deny access package assignment request",
            "Access package assignment request timed out (no approver action taken)",
            "Cancel access package assignment request",
        ],
    ),
    tells(
        Family::Package,
        Step::Given,
        &["Fulfill access package assignment", "Fulfill access package assignment request"],
    ),
    tells(Family::Package, Step::Partly, &["Partially fulfill access package assignment request"]),
    tells(Family::Package, Step::Failed, &["Failed access package assignment request"]),
    tells(Family::Package, Step::Extended, &["Extend access package assignment"]),
    tells(
        Family::Package,
        Step::RemovalAsked,
        &[
            "User requests to remove access package assignment",
            "Administrator directly removes user access package assignment",
            "Entitlement Management removes access package assignment request for user",
        ],
    ),
    tells(Family::Package, Step::Taken, &["Remove access package assignment"]),
    tells(
        Family::Life,
        Step::Deleted,
        &[
            "Delete user",
            "Hard Delete user",
            "Delete external user",
            "Delete group",
            "Hard Delete group",
            "Delete application",
            "Delete v2 application",
            "Hard Delete application",
            "Remove service principal",
            "Hard delete service principal",
            "Delete access package",
            "Delete role definition",
        ],
    ),
    tells(
        Family::Life,
        Step::Restored,
        &["Restore user", "Restore group", "Restore application", "Restore service principal"],
    ),
    tells(Family::Life, Step::Disabled, &["Disable account"]),
    tells(Family::Life, Step::Enabled, &["Enable account"]),
    tells(Family::Consent, Step::Consented, &["Consent to application"]),
    // They name an application and its id, which joins the application and its service principal.
    tells(
        Family::Life,
        Step::Asked,
        &[
            "Add application",
            "Add service principal",
            "Update application",
            "Update service principal",
        ],
    ),
];
