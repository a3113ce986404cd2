//! The things that are given and taken, and what can be done with them.
//! Never says who holds one.

/// Something that somebody holds, or that is there or gone. Things of different kinds are never the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Thing {
    /// A directory role, held for good or until it ends.
    Role,
    /// A role that may be activated.
    Eligible,
    /// A role in a part of the directory.
    Scoped,
    /// The membership of a group.
    Group,
    /// An app role of an application.
    AppRole,
    /// A delegated permission.
    Grant,
    /// The ownership of an application or group.
    Owner,
    /// A key or secret of an application.
    Credential,
    /// An access package.
    Package,
    /// The role that lets an administrator of the directory into all of Azure.
    Azure,
    /// A licence.
    Licence,
    /// A consent: which permissions came of it, other records tell.
    Consent,
    /// The membership of an administrative unit.
    Unit,
    /// That Microsoft Support may look into the tenant.
    Support,
    /// A user, itself.
    UserItself,
    /// A group, itself.
    GroupItself,
    /// An application, itself.
    ApplicationItself,
    /// A service principal, itself.
    PrincipalItself,
    /// An access package, itself.
    PackageItself,
    /// The definition of a role.
    RoleItself,
}

/// What `assets/activities/things.txt` says of a thing; empty where it says nothing.
#[derive(Debug, Default)]
pub struct Facts {
    /// The word for it.
    pub word: String,
    /// The property that has its id.
    pub id: String,
    /// The property that names it.
    pub name: String,
    /// The type of its target.
    pub kind: String,
    /// Types of the target that holds it, the first that is there; empty where that is told otherwise.
    pub holder: Vec<String>,
}

impl Thing {
    /// All things, with their names in the tables.
    pub const ALL: &[(&str, Self)] = &[
        ("role", Self::Role),
        ("eligible role", Self::Eligible),
        ("scoped role", Self::Scoped),
        ("group membership", Self::Group),
        ("app role", Self::AppRole),
        ("grant", Self::Grant),
        ("ownership", Self::Owner),
        ("credential", Self::Credential),
        ("package", Self::Package),
        ("azure role", Self::Azure),
        ("licence", Self::Licence),
        ("consent", Self::Consent),
        ("unit membership", Self::Unit),
        ("support access", Self::Support),
        ("user", Self::UserItself),
        ("group", Self::GroupItself),
        ("application", Self::ApplicationItself),
        ("service principal", Self::PrincipalItself),
        ("access package", Self::PackageItself),
        ("role definition", Self::RoleItself),
    ];

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(own, _)| *own == name).map(|(_, thing)| *thing)
    }

    /// Is it something that is there or gone, and that nobody holds?
    pub const fn is_object(self) -> bool {
        matches!(
            self,
            Self::UserItself
                | Self::GroupItself
                | Self::ApplicationItself
                | Self::PrincipalItself
                | Self::PackageItself
                | Self::RoleItself
        )
    }
}

/// What a record tells of a thing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Act {
    /// It was given.
    Given,
    /// It was given, not by PIM, which saw it.
    Outside,
    /// A role that could be activated was.
    Activated,
    /// Somebody approved it.
    Approved,
    /// It needed nobody's approval.
    AutoApproved,
    /// Somebody asked for it.
    Asked,
    /// Somebody assigned it without a request.
    Assigned,
    /// It is about to be given.
    Ready,
    /// It was denied, canceled, or nobody decided in time.
    Refused,
    /// Only a part was given.
    Partly,
    /// It could not be given.
    Failed,
    /// Its end was put off.
    Extended,
    /// Somebody asked for it to be removed, or ordered it.
    RemovalAsked,
    /// It was taken.
    Taken,
    /// Its time was over.
    Expired,
    /// Who activated it ended it.
    Deactivated,
    /// A list has it before and after a change: it was there already. No activity says this by its
    /// name.
    Listed,
    /// The object was deleted.
    Deleted,
    /// The object was deleted for good.
    Erased,
    /// The object was restored.
    Restored,
    /// The account can sign in no more.
    Disabled,
    /// The account can sign in again.
    Enabled,
    /// It tells which objects belong together, and gives nothing.
    Named,
}

impl Act {
    /// All that an activity can do, with the verbs of the tables.
    pub const ALL: &[(&str, Self)] = &[
        ("gives", Self::Given),
        ("gives past PIM", Self::Outside),
        ("activates", Self::Activated),
        ("approves", Self::Approved),
        ("approves by policy", Self::AutoApproved),
        ("asks for", Self::Asked),
        ("assigns", Self::Assigned),
        ("prepares", Self::Ready),
        ("refuses", Self::Refused),
        ("gives partly", Self::Partly),
        ("fails to give", Self::Failed),
        ("extends", Self::Extended),
        ("asks to take", Self::RemovalAsked),
        ("takes", Self::Taken),
        ("expires", Self::Expired),
        ("deactivates", Self::Deactivated),
        ("deletes", Self::Deleted),
        ("deletes for good", Self::Erased),
        ("restores", Self::Restored),
        ("disables", Self::Disabled),
        ("enables", Self::Enabled),
        ("names", Self::Named),
    ];

    pub(super) fn named(verb: &str) -> Option<Self> {
        Self::ALL.iter().find(|(own, _)| *own == verb).map(|(_, act)| *act)
    }

    /// Is the thing held afterwards?
    pub const fn gives(self) -> bool {
        matches!(
            self,
            Self::Given
                | Self::Outside
                | Self::Activated
                | Self::Partly
                | Self::Extended
                | Self::Listed
        )
    }

    /// Is the thing held no more?
    pub const fn takes(self) -> bool {
        matches!(self, Self::Taken | Self::Expired | Self::Deactivated)
    }
}
