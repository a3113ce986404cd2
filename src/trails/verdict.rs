//! What was made of a sequence of records, as values: who did what, how it stands, what is to be noted.
//! Never a sentence: those are made in `src/trails/words.rs`, at the very end.
//!
//! Lengths of time are in ticks. Names come from records and are not cleaned; what is missing is
//! `None`, and said in words later.

#![expect(missing_docs, reason = "fields say what they are; each variant says the rest")]

use crate::time::Timestamp;

/// Names in the order they came; the same one may be there again.
pub type Names = Vec<String>;

/// Who did what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Title {
    /// Somebody consented to an application, tried to, or granted permissions only.
    Consent { who: String, how: Consent, application: Option<String> },
    /// Keys were added to an application.
    Key { who: Names, application: Option<String> },
    /// An account was added.
    Account { who: String, account: String },
    /// A domain was set up.
    Domain { who: Names, domain: String },
    /// A role was activated, or asked for; `whose` where that is another one.
    Activation { by: String, role: Option<String>, whose: Option<String>, is_active: bool },
    /// A role was asked for that is to be assigned.
    Assignment {
        by: String,
        role: Option<String>,
        whose: Option<String>,
        is_eligible: bool,
        extends: bool,
    },
    /// Temporary access passes were given to an account.
    Pass { who: String, account: String, count: usize },
    /// Guests were invited: one by name, or so many.
    Guests { who: String, whom: Result<String, usize>, within: Option<i64> },
    /// A policy was weakened, or deleted.
    Policy { who: String, policy: String, is_deleted: bool },
    /// An access package was asked for.
    Package { package: Option<String>, how: Request },
    /// Something was asked of an assignment whose request is not in the data.
    Assigned { who: String, package: Option<String>, whose: Option<String>, asked: Later },
    /// Microsoft Support got access, or asked for it.
    Support { approver: Option<String>, case: Option<String> },
    /// App roles were given or taken by hand.
    AppRole { who: Names, application: Names, whom: Names, gave: bool, took: bool },
}

/// How far somebody came with a consent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Consent {
    /// It was given.
    Given,
    /// It was refused each time.
    Tried,
    /// Permissions were granted; a consent is not in the data.
    Granted,
}

/// How an access package was asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Request {
    /// Somebody assigned it.
    Direct { who: String, whom: Option<String> },
    /// The service asked for somebody.
    ByService { whom: Option<String> },
    /// Somebody asked for a service principal.
    ForPrincipal { who: String, principal: Option<String> },
    /// Somebody asked.
    Asked { who: String },
    /// Who asked is not in the data.
    NotHere { whom: Option<String> },
}

/// What was asked of an assignment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Later {
    /// It was extended.
    Extended,
    /// Somebody asked to extend it.
    ExtensionAsked,
    /// Somebody asked to remove it.
    RemovalAsked,
}

/// Before something, or after it; in ticks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// So long before.
    Before(i64),
    /// So long after.
    After(i64),
}

/// How it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Of a consent: whose it is, how often it was refused before, after how long it was taken back.
    Consent { end: ConsentEnd, refused: usize, taken_back: Option<i64> },
    /// Of keys: how many, which came after a new owner, what was granted, by another person?
    Key { keys: usize, owner: Option<AfterOwner>, grants: usize, by_another: bool },
    /// Of an account: its first role with how long that took, later ones, when it was deleted.
    Account { raised: Option<(Option<String>, i64, Names)>, deleted: Option<i64> },
    /// Of a domain, and how many of the steps are there.
    Domain { end: DomainEnd, steps: usize },
    /// Of an activation.
    Activation(ActivationEnd),
    /// Of an assignment with PIM.
    Assignment(AssignmentEnd),
    /// Of a temporary access pass: when a factor and a password followed.
    Pass { factor: Option<When>, password: Option<When> },
    /// Of guests.
    Guests { redeemed: usize, invited: usize, memberships: usize, members: usize },
    /// Of a policy.
    Policy(PolicyEnd),
    /// Of an access package.
    Package(PackageEnd),
    /// Of what was asked of an assignment.
    Assigned(AssignedEnd),
    /// Of access of Microsoft Support.
    Support(SupportEnd),
    /// No access package explains it.
    ByHand,
}

/// Whose consent it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConsentEnd {
    /// Refused, so many times.
    Refused(usize),
    /// Granted, without a consent in the data.
    Granted,
    /// Of an administrator, for everybody.
    ForEverybody,
    /// Of so many users.
    ByUsers(usize),
}

/// Which of the keys came after a new owner.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AfterOwner {
    /// All of them, or the only one.
    All,
    /// So many of them, `own` of which by that owner.
    Some { later: usize, own: usize },
}

/// How far a domain is set up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DomainEnd {
    /// Federated, and managed again.
    ManagedAgain,
    /// Federated.
    Federated,
    /// Its authentication was set.
    AuthenticationSet,
    /// Added and verified.
    Verified,
    /// Added.
    Added,
}

/// How an activation ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ActivationEnd {
    /// It was active so long.
    Ended(i64),
    /// No end is in the data, so long after it began.
    Open(i64),
    /// Somebody denied it.
    Denied(String),
    /// It was canceled.
    Canceled,
    /// Nobody decided in time.
    TimedOut,
    /// It failed.
    Failed,
    /// Somebody approved it; it was not activated.
    Approved(String),
    /// Neither decided nor activated, so long after it was asked for.
    Undecided(Option<i64>),
}

/// How an assignment with PIM ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AssignmentEnd {
    /// It was assigned after so long.
    Assigned(i64),
    /// Somebody denied it.
    Denied(String),
    /// It was canceled.
    Canceled,
    /// It failed.
    Failed,
    /// Somebody approved it; it was not assigned.
    Approved(String),
    /// It is not assigned, so long after it was asked for.
    Open(i64),
}

/// How a weakened policy stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PolicyEnd {
    /// It was deleted.
    Deleted,
    /// It was restored after so long.
    Restored(i64),
    /// It has been weakened for so long.
    Open(i64),
}

/// How a request for an access package stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PackageEnd {
    /// It was removed, so long after it was delivered.
    Removed { after: Option<i64>, by: String },
    /// It was delivered after so long; what was asked since.
    Delivered { after: i64, asked: Option<Later> },
    /// It was delivered in part, for this reason.
    Partly(String),
    /// It failed, for this reason.
    Failed(String),
    /// Somebody denied it, for this reason.
    Denied(String, String),
    /// Nobody decided, for so long.
    TimedOut(i64),
    /// Somebody canceled it.
    Canceled(String),
    /// Neither its request nor a delivery is in the data.
    NoDelivery,
    /// It was assigned directly so long ago, and not delivered.
    Direct(i64),
    /// It was approved, and is not delivered since it was asked for.
    Approved(i64),
    /// It waits so long, for these people.
    Waiting(i64, Names),
}

/// How something stands that was asked of an assignment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AssignedEnd {
    /// It was removed after so long.
    Removed(i64),
    /// It was to be extended.
    Extended,
    /// It was not removed for so long.
    Open(i64),
}

/// How access of Microsoft Support stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SupportEnd {
    /// It was removed after so long.
    Removed { by_person: bool, after: i64 },
    /// It has been open for so long.
    Open(i64),
    /// It was removed; that it was approved is not in the data.
    OnlyRemoved,
    /// Somebody rejected it.
    Rejected(String),
    /// It was canceled.
    Canceled,
    /// It waits for so long.
    Waiting(Option<i64>),
}

/// What else is to be said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Note {
    /// What was permitted.
    Permissions(Names),
    /// Who was refused a consent, how often, since when and why.
    Refused { count: usize, people: Names, from: Option<Timestamp>, reasons: Names },
    /// Who consented.
    ConsentedBy(Names),
    /// The id of the application.
    ApplicationId(String),
    /// Which keys were added.
    Keys(Names),
    /// So many records tell of so many keys.
    KeyRecords { records: usize, keys: usize },
    /// Who became owner before.
    OwnerBefore(Names),
    /// Permissions were given by others than the key was added by.
    OtherHands { granted: Names, added: Names },
    /// Nothing but a name and an actor joins the records.
    JoinedByName,
    /// Azure renews such keys by itself.
    RenewedByAzure,
    /// Who gave which roles.
    Roles { by: Names, roles: Names },
    /// Who deleted it.
    DeletedBy(Names),
    /// The values of a federation's property.
    Federation(&'static str, Names),
    /// The signing certificate is not in the records, nor the issuer, where there is none.
    NoCertificate { has_issuer: bool },
    /// Who approved it.
    ApprovedBy(String),
    /// Nobody approved it in the data.
    NoApproval,
    /// It was asked for and approved from one address.
    OneAddress(String),
    /// Somebody changed the role's settings so long before, for this reason.
    Settings { before: Option<i64>, who: String, reason: String },
    /// Why, by those who asked and decided.
    Reasons(Names),
    /// Who registered a new factor, and how.
    Factor { by: Names, how: Names },
    /// Who reset the password.
    PasswordBy(Names),
    /// Domains of guests, with how many are of each.
    Domains(Vec<(String, usize)>),
    /// Which guest got which group or role.
    Got(Vec<(String, String)>),
    /// Which guests became members.
    BecameMember(Names),
    /// Who has not come.
    NotRedeemed(Names),
    /// What was weakened: where, from what, to what.
    Weakened(Vec<(String, Option<String>, Option<String>)>),
    /// Who restored it.
    RestoredBy(Names),
    /// Who was asked to approve.
    Approvers(Names),
    /// Why it was asked for.
    Justification(String),
    /// Who assigned it without a request.
    Direct(String),
    /// The records do not name who got it.
    NoName,
    /// The request is not in the data.
    NoRequestHere,
    /// Who decided, `None` for the policy, and after how long.
    DecidedBy(Vec<Option<String>>, i64),
    /// What was done later, by whom.
    Done(String, String),
    /// It can be processed again.
    Again,
    /// It can no more be processed again.
    TooLate,
    /// No request has the same user and package.
    NoRequest,
    /// No access package explains it.
    NoPackage,
    /// Which app roles.
    AppRoles(Names),
    /// A step of Microsoft Support's access: what, by whom, and who is behind such steps.
    Support(String, Option<String>, Behind),
}

impl Note {
    /// Does it name somebody or something? What is said of every other finding too does not.
    pub const fn names_something(&self) -> bool {
        !matches!(
            self,
            Self::JoinedByName
                | Self::RenewedByAzure
                | Self::NoApproval
                | Self::NoName
                | Self::NoRequestHere
                | Self::Again
                | Self::TooLate
                | Self::NoRequest
                | Self::NoPackage
        )
    }
}

/// Who is behind a step of Microsoft Support's access.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Behind {
    /// A person.
    Person,
    /// A process.
    Process,
    /// A person who ended it.
    PersonEnded,
    /// The end of the case.
    CaseClosed,
    /// A person, which no documentation tells.
    UndocumentedPerson,
    /// No documentation tells.
    Undocumented,
}

/// What the records are called that happened while something was open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum During {
    /// Of the holder, while the role was active.
    WhileActive,
    /// Of the holder, in the day after it began.
    DayAfter,
    /// By the application, in the days after its key came.
    ByApplication,
    /// Of everybody.
    Meanwhile,
}
