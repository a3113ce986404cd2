//! What reverses each activity, in words: the table.
//! Never a step for what is not written here: an activity without a row has no known reverse.

/// What is needed for the step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Needs {
    /// There is no step.
    NoStep,
    /// Nothing but the targets.
    Nothing,
    /// The old values of what changed.
    Old,
    /// What the change added, to take it away.
    Added,
    /// What the change took away, to give it back.
    Removed,
}

/// What kind of way back it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// There is none: the words tell why.
    NoStep,
    /// Something is to be done.
    Step,
    /// Nothing but setting the old values.
    SetBack,
    /// A user is restored, within the days that Entra keeps it.
    RestoreUser,
    /// An account is enabled, unless it was not to be there.
    EnableAccount,
}

/// How something is reversed.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) kind: Kind,
    pub(super) needs: Needs,
    /// What is to be done, or why it cannot be. `{listed}` stands for what the record lists.
    pub(super) says: &'static str,
}

/// A row: activities (folded; `*` stands for any letters), and what reverses them.
pub(super) struct Step(pub(super) &'static [&'static str], pub(super) Way);

const fn way(kind: Kind, needs: Needs, says: &'static str) -> Way {
    Way { kind, needs, says }
}

/// How users are restored: <https://learn.microsoft.com/en-us/entra/fundamentals/users-restore>.
pub(super) const RESTORE_USER: &str = "Restore the user from the deleted users within 30 days of the deletion. Memberships, roles and licences come back with it; check them. After 30 days it cannot be undone.";

/// The first row that fits counts.
pub(super) const STEPS: &[Step] = &[
    Step(
        &["download *", "export *", "*data export*", "exportdata*"],
        way(
            Kind::NoStep,
            Needs::NoStep,
            "Nothing can be reversed: what was downloaded is out. Look at what it held and at who has it now.",
        ),
    ),
    Step(
        &["partially fulfill access package*", "fulfill access package*"],
        way(
            Kind::Step,
            Needs::Nothing,
            "Remove the assignment of the access package, which takes away what it delivered, as far as it was delivered: check each resource.",
        ),
    ),
    Step(
        &[
            "*requested*",
            "*requests *",
            "request to *",
            "create request*",
            "request created",
            "add approver to request*",
        ],
        way(
            Kind::NoStep,
            Needs::NoStep,
            "A stage of a process: look at what came of it. If the request is still open, cancel or deny it.",
        ),
    ),
    Step(
        &[
            "*request*",
            "*approval*",
            "finished *",
            "started *",
            "*- finished (bulk)",
            "*started (bulk)",
        ],
        way(Kind::NoStep, Needs::NoStep, "A stage of a process: look at what came of it."),
    ),
    Step(
        &["remove member from role* expired)", "remove eligible member from role* expired)"],
        way(
            Kind::NoStep,
            Needs::NoStep,
            "Nothing has to be undone: an activation, or an assignment with an end, ended by itself.",
        ),
    ),
    Step(
        &["remove member from role* deactivate)"],
        way(
            Kind::NoStep,
            Needs::NoStep,
            "Nothing has to be undone: an activation was ended. Whoever is eligible may activate the role again.",
        ),
    ),
    Step(
        &["access approved"],
        way(
            Kind::Step,
            Needs::Nothing,
            "End Microsoft Support's access: remove it by hand before the support request is closed, in the Microsoft Entra admin center as at least a Service Support Administrator, under Learn & support > Diagnose and solve problems > Microsoft Support Access Requests (Manage pending requests opens them). By itself it ends when the support request is closed. \"Access removed\" tells that it ended.",
        ),
    ),
    Step(
        &["access removed"],
        way(
            Kind::NoStep,
            Needs::NoStep,
            "Nothing has to be undone: Microsoft Support's access ended. It comes back only by a new request.",
        ),
    ),
    Step(
        &["hard delete*"],
        way(
            Kind::NoStep,
            Needs::Removed,
            "This cannot be undone: what was deleted is gone for good. Make it anew and grant again what it had.",
        ),
    ),
    Step(
        &["delete user", "bulk delete users*"],
        way(Kind::RestoreUser, Needs::Nothing, RESTORE_USER),
    ),
    Step(
        &["delete application", "remove service principal"],
        way(
            Kind::Step,
            Needs::Removed,
            "Restore it from the deleted applications within 30 days of the deletion. After that it cannot be undone: make it anew, with another id.",
        ),
    ),
    Step(
        &["delete group"],
        way(
            Kind::Step,
            Needs::Removed,
            "Restore it from the deleted groups within 30 days, where it is a Microsoft 365 group. A group that cannot be restored has to be made anew, with another id; its members are in earlier records only.",
        ),
    ),
    Step(
        &["restore user", "restore group", "restore application", "restore*"],
        way(Kind::Step, Needs::Nothing, "Delete it again, if it was not to come back."),
    ),
    Step(
        &[
            "add member to role*",
            "add eligible member to role*",
            "add scoped member to role*",
            "*member to role completed*",
        ],
        way(
            Kind::Step,
            Needs::Added,
            "Remove the member from the role, in PIM where the assignment was made there. Then revoke the member's sessions: a token already issued keeps the role until it expires.",
        ),
    ),
    Step(
        &[
            "remove member from role*",
            "remove eligible member from role*",
            "remove scoped member from role*",
        ],
        way(
            Kind::Step,
            Needs::Removed,
            "Give the member the role again, eligible or active as it was.",
        ),
    ),
    Step(&["add member to *"], way(Kind::Step, Needs::Added, "Remove the member again.")),
    Step(&["remove member from *"], way(Kind::Step, Needs::Removed, "Add the member again.")),
    Step(
        &["add owner to *"],
        way(
            Kind::Step,
            Needs::Added,
            "Remove the owner again. Look at what the owner added meanwhile, credentials first.",
        ),
    ),
    Step(&["remove owner from *"], way(Kind::Step, Needs::Removed, "Add the owner again.")),
    Step(
        &["consent to application", "add delegated permission grant", "add oauth2permissiongrant"],
        way(
            Kind::Step,
            Needs::Added,
            "Revoke the consent: delete the permission grants {listed}, of this application. Then revoke the refresh tokens of the users it was given for: consent that is gone does not end a session.",
        ),
    ),
    Step(
        &["remove delegated permission grant", "remove oauth2permissiongrant", "revoke consent*"],
        way(Kind::Step, Needs::Removed, "Grant the permissions again, if they are still wanted."),
    ),
    Step(
        &["add app role assignment*"],
        way(Kind::Step, Needs::Added, "Remove the app role assignment {listed}."),
    ),
    Step(
        &["remove app role assignment*"],
        way(Kind::Step, Needs::Removed, "Assign the app role again."),
    ),
    Step(
        &[
            "update application - certificates and secrets management",
            "add service principal credentials*",
            "add application credentials*",
        ],
        way(
            Kind::Step,
            Needs::Added,
            "Remove the added credentials by their key id. A credential that was removed cannot be restored, as its secret is not in the log: add a new one. Look at the sign-ins of the service principal since then.",
        ),
    ),
    Step(
        &["remove service principal credentials*", "remove application credentials*"],
        way(
            Kind::NoStep,
            Needs::Removed,
            "This cannot be undone: secrets are not in the log. Add a new credential where one is needed.",
        ),
    ),
    Step(
        &[
            "add user",
            "create user",
            "invite external user*",
            "redeem external user invite*",
            "bulk create users*",
            "bulk invite users*",
        ],
        way(
            Kind::Step,
            Needs::Nothing,
            "Block the account's sign-in, revoke its sessions, and delete it once what it did is known.",
        ),
    ),
    Step(
        &["disable account", "disable user"],
        way(
            Kind::EnableAccount,
            Needs::Nothing,
            "Enable the account again, unless it was disabled to stop it.",
        ),
    ),
    Step(
        &["enable account", "enable user"],
        way(Kind::Step, Needs::Nothing, "Disable the account again and revoke its sessions."),
    ),
    Step(
        &["recover *password*", "read *password*", "get *password*"],
        way(
            Kind::Step,
            Needs::Nothing,
            "The password was read, which cannot be reversed, and not changed: rotate it.",
        ),
    ),
    Step(
        &["add passwordless *", "add windows hello *"],
        way(
            Kind::Step,
            Needs::Nothing,
            "Remove the credential that was added and revoke the sessions.",
        ),
    ),
    Step(
        &["delete passwordless *", "remove passwordless *"],
        way(
            Kind::Step,
            Needs::Nothing,
            "The credential cannot be restored. Have the user register it anew.",
        ),
    ),
    Step(
        &["*password*"],
        way(
            Kind::Step,
            Needs::Old,
            "The password before is not in the log and cannot be restored. Set a new one and revoke the sessions.",
        ),
    ),
    Step(
        &[
            "user registered*security info",
            "admin registered security info",
            "user updated security info",
            "admin updated security info",
            "*registered security info*",
        ],
        way(
            Kind::Step,
            Needs::Old,
            "Delete the method that was registered and revoke the sessions. Have the user register anew from a device that is known.",
        ),
    ),
    Step(
        &["user changed*default security info*"],
        way(
            Kind::Step,
            Needs::Old,
            "Set the default sign-in method back. No method was added or removed.",
        ),
    ),
    Step(
        &["*deleted security info*", "disable strong authentication*"],
        way(
            Kind::Step,
            Needs::Removed,
            "The method cannot be restored. Have the user register it anew, and require registration before the next sign-in.",
        ),
    ),
    Step(
        &["add conditional access policy", "add named location"],
        way(Kind::Step, Needs::Nothing, "Turn the policy or location off, then delete it."),
    ),
    Step(
        &[
            "update conditional access policy",
            "update named location",
            "update policy",
            "set *policies",
            "update *policy",
        ],
        way(
            Kind::SetBack,
            Needs::Old,
            "Set the values back to what they were; the whole old value follows where it was logged.",
        ),
    ),
    Step(
        &["delete conditional access policy", "delete named location", "delete policy"],
        way(
            Kind::Step,
            Needs::Old,
            "Restore it from the deleted policies where the tenant still has it, else make it anew from the old value.",
        ),
    ),
    Step(
        &["set federation settings on domain", "set domain authentication"],
        way(
            Kind::Step,
            Needs::Old,
            "Set the domain's authentication back. The federation settings themselves are not in the log: read the present ones (Get-MgDomainFederationConfiguration) and remove those that are not yours.",
        ),
    ),
    Step(
        &["add unverified domain", "add verified domain", "verify domain", "add domain*"],
        way(
            Kind::Step,
            Needs::Nothing,
            "Remove the domain from the tenant, after moving away what uses it.",
        ),
    ),
    Step(
        &["read *", "get *", "recover *", "download *", "export *", "retrieve *", "*data export*"],
        way(
            Kind::NoStep,
            Needs::Nothing,
            "What was read cannot be unread. Change what became known: rotate the key, the password or the secret.",
        ),
    ),
    Step(
        &["*revoke*token*", "*revoke sign*", "update stsrefreshtokenvalidfrom timestamp"],
        way(
            Kind::NoStep,
            Needs::NoStep,
            "Nothing has to be undone: whoever was signed in signs in again.",
        ),
    ),
    Step(&["disable *"], way(Kind::Step, Needs::Old, "Enable it again.")),
    Step(&["enable *"], way(Kind::Step, Needs::Old, "Disable it again.")),
    Step(
        &["update *", "set *", "change *", "patch *", "move *", "convert *", "*update*"],
        way(Kind::SetBack, Needs::Old, "Set the values back to what they were."),
    ),
    Step(
        &["add *", "create *", "assign *", "register *", "grant *", "import *", "onboard*"],
        way(Kind::Step, Needs::Added, "Remove what was added."),
    ),
    Step(
        &["delete *", "remove *", "unassign *", "unregister *", "revoke *"],
        way(
            Kind::Step,
            Needs::Removed,
            "Make it anew; what it was like is in the values that follow, as far as it was logged, and in earlier records.",
        ),
    ),
];
