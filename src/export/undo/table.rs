//! What reverses each activity, in words: the table.
//! Never a step for what is not written here: an activity without a row has no known reverse.

/// What is needed for the step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Needs {
    /// No step: the words tell why there is none.
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

/// A row: activities (folded; `*` stands for any letters), what reverses them, what is needed for it.
pub(super) struct Step(
    pub(super) &'static [&'static str],
    pub(super) &'static str,
    pub(super) Needs,
);

/// Words where reversing is nothing but setting the old values.
pub(super) const SET_BACK: &str = "Set the values back to what they were.";
/// The same where an old value may be told whole.
pub(super) const SET_BACK_WHOLE: &str =
    "Set the values back to what they were; the whole old value follows where it was logged.";
/// How users are restored: <https://learn.microsoft.com/en-us/entra/fundamentals/users-restore>.
pub(super) const RESTORE_USER: &str = "Restore the user from the deleted users within 30 days of the deletion. Memberships, roles and licences come back with it; check them. After 30 days it cannot be undone.";

/// The first row that fits counts.
pub(super) const STEPS: &[Step] = &[
    Step(
        &["download *", "export *", "*data export*", "exportdata*"],
        "Nothing can be reversed: what was downloaded is out. Look at what it held and at who has it now.",
        Needs::NoStep,
    ),
    Step(
        &["partially fulfill access package*", "fulfill access package*"],
        "Remove the assignment of the access package, which takes away what it delivered, as far as it was delivered: check each resource.",
        Needs::Nothing,
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
        "A stage of a process: look at what came of it. If the request is still open, cancel or deny it.",
        Needs::NoStep,
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
        "A stage of a process: look at what came of it.",
        Needs::NoStep,
    ),
    Step(
        &["remove member from role* expired)", "remove eligible member from role* expired)"],
        "Nothing has to be undone: an activation, or an assignment with an end, ended by itself.",
        Needs::NoStep,
    ),
    Step(
        &["remove member from role* deactivate)"],
        "Nothing has to be undone: an activation was ended. Whoever is eligible may activate the role again.",
        Needs::NoStep,
    ),
    Step(
        &["access approved"],
        "End Microsoft Support's access: remove it by hand before the support request is closed, in the Microsoft Entra admin center as at least a Service Support Administrator, under Learn & support > Diagnose and solve problems > Microsoft Support Access Requests (Manage pending requests opens them). By itself it ends when the support request is closed. \"Access removed\" tells that it ended.",
        Needs::Nothing,
    ),
    Step(
        &["access removed"],
        "Nothing has to be undone: Microsoft Support's access ended. It comes back only by a new request.",
        Needs::NoStep,
    ),
    Step(
        &["hard delete*"],
        "This cannot be undone: what was deleted is gone for good. Make it anew and grant again what it had.",
        Needs::Removed,
    ),
    Step(&["delete user", "bulk delete users*"], RESTORE_USER, Needs::Nothing),
    Step(
        &["delete application", "remove service principal"],
        "Restore it from the deleted applications within 30 days of the deletion. After that it cannot be undone: make it anew, with another id.",
        Needs::Removed,
    ),
    Step(
        &["delete group"],
        "Restore it from the deleted groups within 30 days, where it is a Microsoft 365 group. A group that cannot be restored has to be made anew, with another id; its members are in earlier records only.",
        Needs::Removed,
    ),
    Step(
        &["restore user", "restore group", "restore application", "restore*"],
        "Delete it again, if it was not to come back.",
        Needs::Nothing,
    ),
    Step(
        &[
            "add member to role*",
            "add eligible member to role*",
            "add scoped member to role*",
            "*member to role completed*",
        ],
        "Remove the member from the role, in PIM where the assignment was made there. Then revoke the member's sessions: a token already issued keeps the role until it expires.",
        Needs::Added,
    ),
    Step(
        &[
            "remove member from role*",
            "remove eligible member from role*",
            "remove scoped member from role*",
        ],
        "Give the member the role again, eligible or active as it was.",
        Needs::Removed,
    ),
    Step(&["add member to *"], "Remove the member again.", Needs::Added),
    Step(&["remove member from *"], "Add the member again.", Needs::Removed),
    Step(
        &["add owner to *"],
        "Remove the owner again. Look at what the owner added meanwhile, credentials first.",
        Needs::Added,
    ),
    Step(&["remove owner from *"], "Add the owner again.", Needs::Removed),
    Step(
        &["consent to application", "add delegated permission grant", "add oauth2permissiongrant"],
        "Revoke the consent: delete the permission grants listed here, of this application. Then revoke the refresh tokens of the users it was given for: consent that is gone does not end a session.",
        Needs::Added,
    ),
    Step(
        &["remove delegated permission grant", "remove oauth2permissiongrant", "revoke consent*"],
        "Grant the permissions again, if they are still wanted.",
        Needs::Removed,
    ),
    Step(
        &["add app role assignment*"],
        "Remove the app role assignment listed here.",
        Needs::Added,
    ),
    Step(&["remove app role assignment*"], "Assign the app role again.", Needs::Removed),
    Step(
        &[
            "update application - certificates and secrets management",
            "add service principal credentials*",
            "add application credentials*",
        ],
        "Remove the added credentials by their key id. A credential that was removed cannot be restored, as its secret is not in the log: add a new one. Look at the sign-ins of the service principal since then.",
        Needs::Added,
    ),
    Step(
        &["remove service principal credentials*", "remove application credentials*"],
        "This cannot be undone: secrets are not in the log. Add a new credential where one is needed.",
        Needs::Removed,
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
        "Block the account's sign-in, revoke its sessions, and delete it once what it did is known.",
        Needs::Nothing,
    ),
    Step(
        &["disable account", "disable user"],
        "Enable the account again, unless it was disabled to stop it.",
        Needs::Nothing,
    ),
    Step(
        &["enable account", "enable user"],
        "Disable the account again and revoke its sessions.",
        Needs::Nothing,
    ),
    Step(
        &["recover *password*", "read *password*", "get *password*"],
        "The password was read, which cannot be reversed, and not changed: rotate it.",
        Needs::Nothing,
    ),
    Step(
        &["add passwordless *", "add windows hello *"],
        "Remove the credential that was added and revoke the sessions.",
        Needs::Nothing,
    ),
    Step(
        &["delete passwordless *", "remove passwordless *"],
        "The credential cannot be restored. Have the user register it anew.",
        Needs::Nothing,
    ),
    Step(
        &["*password*"],
        "The password before is not in the log and cannot be restored. Set a new one and revoke the sessions.",
        Needs::Old,
    ),
    Step(
        &[
            "user registered*security info",
            "admin registered security info",
            "user updated security info",
            "admin updated security info",
            "*registered security info*",
        ],
        "Delete the method that was registered and revoke the sessions. Have the user register anew from a device that is known.",
        Needs::Old,
    ),
    Step(
        &["user changed*default security info*"],
        "Set the default sign-in method back. No method was added or removed.",
        Needs::Old,
    ),
    Step(
        &["*deleted security info*", "disable strong authentication*"],
        "The method cannot be restored. Have the user register it anew, and require registration before the next sign-in.",
        Needs::Removed,
    ),
    Step(
        &["add conditional access policy", "add named location"],
        "Turn the policy or location off, then delete it.",
        Needs::Nothing,
    ),
    Step(
        &[
            "update conditional access policy",
            "update named location",
            "update policy",
            "set *policies",
            "update *policy",
        ],
        SET_BACK_WHOLE,
        Needs::Old,
    ),
    Step(
        &["delete conditional access policy", "delete named location", "delete policy"],
        "Restore it from the deleted policies where the tenant still has it, else make it anew from the old value.",
        Needs::Old,
    ),
    Step(
        &["set federation settings on domain", "set domain authentication"],
        "Set the domain's authentication back. The federation settings themselves are not in the log: read the present ones (Get-MgDomainFederationConfiguration) and remove those that are not yours.",
        Needs::Old,
    ),
    Step(
        &["add unverified domain", "add verified domain", "verify domain", "add domain*"],
        "Remove the domain from the tenant, after moving away what uses it.",
        Needs::Nothing,
    ),
    Step(
        &["read *", "get *", "recover *", "download *", "export *", "retrieve *", "*data export*"],
        "What was read cannot be unread. Change what became known: rotate the key, the password or the secret.",
        Needs::Nothing,
    ),
    Step(
        &["*revoke*token*", "*revoke sign*", "update stsrefreshtokenvalidfrom timestamp"],
        "Nothing has to be undone: whoever was signed in signs in again.",
        Needs::NoStep,
    ),
    Step(&["disable *"], "Enable it again.", Needs::Old),
    Step(&["enable *"], "Disable it again.", Needs::Old),
    Step(
        &["update *", "set *", "change *", "patch *", "move *", "convert *", "*update*"],
        SET_BACK,
        Needs::Old,
    ),
    Step(
        &["add *", "create *", "assign *", "register *", "grant *", "import *", "onboard*"],
        "Remove what was added.",
        Needs::Added,
    ),
    Step(
        &["delete *", "remove *", "unassign *", "unregister *", "revoke *"],
        "Make it anew; what it was like is in the values that follow, as far as it was logged, and in earlier records.",
        Needs::Removed,
    ),
];
