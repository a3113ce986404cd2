//! What ordinarily happens in the tenant: services, categories and activities as Microsoft's audit
//! activity reference lists them, in the spelling live records use, with how often and by whom.
//! Never holds what only the stories do.

mod directory;
mod governance;
mod names;
mod sign_in;

use super::event::What;

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

/// The kinds of record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// A user's properties change.
    UserEdit,
    /// A user is written to and nothing is said about what changed.
    UserQuiet,
    /// A user, and no properties.
    UserPlain,
    /// A user's methods for strong authentication change.
    Strong,
    /// An account is switched on or off.
    Account(bool),
    /// The password of an account is set by the service for resets.
    Password,
    License,
    Manager,
    /// Refresh tokens end.
    Tokens,
    /// A user with display name, as services other than Core Directory log them.
    PersonPlain,
    /// The same with one of these result reasons.
    PersonBecause(&'static [&'static str]),
    /// A guest.
    GuestPlain,
    /// Somebody comes into a group, or goes.
    Member(bool),
    GroupEdit,
    GroupPlain,
    GroupLicense,
    /// A custom security attribute is defined, or gets values.
    Attribute,
    AppEdit,
    AppPlain,
    AppOwner,
    AppRole(bool),
    /// The same, of a service principal.
    AppRoleOfApp(bool),
    PrincipalEdit,
    /// A service principal arrives; from Microsoft where a service brings it.
    PrincipalNew,
    /// A key is added to an application.
    Secret,
    Consent,
    Grant,
    DeviceEdit,
    DevicePlain,
    RoleMember(bool),
    Pim,
    /// A provisioning job moves an account.
    Sync,
    /// Something was read, or a method was called; no target.
    Read,
    /// A bulk operation of the portal.
    Bulk,
    /// Something of this type with one of these names.
    Thing(&'static str, &'static [&'static str]),
}

/// Activity, operation type, what a record of it looks like, by whom, how often (1: rare).
type Ordinary = (&'static str, &'static str, Shape, By, u16);

/// The activities of one service and category.
type Family = (&'static str, &'static str, &'static [Ordinary]);

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
    [directory::FAMILIES, governance::FAMILIES, sign_in::FAMILIES].into_iter().flatten().flat_map(
        |(service, category, entries)| {
            entries.iter().map(|(activity, operation, shape, by, weight)| Activity {
                what: What { service, category, activity, operation },
                shape: *shape,
                by: *by,
                weight: *weight,
            })
        },
    )
}

/// The activity of a changed key or secret as live records spell it: with an en dash and a trailing
/// space, where the reference article prints a hyphen and no space.
pub(super) const SECRETS: &str = "Update application – Certificates and secrets management ";
