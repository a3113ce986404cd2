//! Findings in words: a title, a verdict, notes.
//! Never decides anything, and never looks at a record.

use std::fmt::Write as _;

use super::lasted;
use super::verdict::{
    ActivationEnd, AfterOwner, AssignedEnd, AssignmentEnd, Behind, Consent, ConsentEnd, DomainEnd,
    During, Later, Note, PackageEnd, PolicyEnd, Request, SupportEnd, Title, Verdict, When,
};
use crate::text::fold;
use crate::time::Timestamp;

/// Names that are listed; the others are counted.
const MOST_NAMES: usize = 12;

/// Names without repetition, in the order they came.
pub(super) fn distinct(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    names.into_iter().filter(|name| !name.is_empty() && seen.insert(fold(name))).collect()
}

/// Names without repetition; the first of them where there are many.
fn listed<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    let names = distinct(names.into_iter().map(|name| name.as_ref().to_owned()));
    let more = names.len().saturating_sub(MOST_NAMES);
    let mut text = names[..names.len() - more].join(", ");
    if more > 0 {
        let _ = write!(text, " and {more} more");
    }
    text
}

/// The text with `s` for many.
fn many(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn or<'t>(text: Option<&'t String>, other: &'t str) -> &'t str {
    text.map_or(other, String::as_str)
}

/// ` of …`, or nothing.
fn with(before: &str, text: Option<&String>) -> String {
    text.map(|text| format!(" {before} {text}")).unwrap_or_default()
}

/// `: …`, or nothing.
fn because(reason: &str) -> String {
    if reason.is_empty() { String::new() } else { format!(": {reason}") }
}

/// Who did what.
pub(super) fn title(title: &Title) -> String {
    match title {
        Title::Consent { who, how, application } => {
            let verb = match how {
                Consent::Given => "consented to",
                Consent::Tried => "tried to consent to",
                Consent::Granted => "granted permissions to",
            };
            format!("{who} {verb} {}", or(application.as_ref(), NO_APPLICATION))
        }
        Title::Key { who, application } => {
            format!("{} added a key to {}", listed(who), or(application.as_ref(), NO_APPLICATION))
        }
        Title::Account { who, account } => format!("{who} added {account}"),
        Title::Domain { who, domain } => format!("{} set up the domain {domain}", listed(who)),
        Title::Activation { by, role, whose, is_active } => {
            let verb = if *is_active { "activated" } else { "asked for" };
            let whose = with("for", whose.as_ref());
            format!("{by} {verb} {}{whose}", or(role.as_ref(), "a role"))
        }
        Title::Assignment { by, role, whose, is_eligible, extends } => {
            let verb = if *extends { "asked to extend" } else { "asked for" };
            let kind = if *is_eligible { "eligible" } else { "active" };
            let whose = with("for", whose.as_ref());
            format!("{by} {verb} {} ({kind}){whose}", or(role.as_ref(), "a role"))
        }
        Title::Pass { who, account, count } => match count {
            1 => format!("{who} gave {account} a temporary access pass"),
            count => format!("{who} gave {account} {count} temporary access passes"),
        },
        Title::Guests { who, whom, within } => {
            let whom = whom.clone().unwrap_or_else(|count| many(count, "guest"));
            let within = within.map(|within| format!(" within {}", lasted(within)));
            format!("{who} invited {whom}{}", within.unwrap_or_default())
        }
        Title::Policy { who, policy, is_deleted } => {
            format!("{who} {} {policy}", if *is_deleted { "deleted" } else { "weakened" })
        }
        Title::Package { package, how } => request(or(package.as_ref(), NO_PACKAGE), how),
        Title::Assigned { who, package, whose, asked } => {
            let verb = match asked {
                Later::Extended => "extended",
                Later::ExtensionAsked => "asked to extend",
                Later::RemovalAsked => "asked to remove",
            };
            let package = or(package.as_ref(), NO_PACKAGE);
            format!("{who} {verb} an assignment of {package}{}", with("of", whose.as_ref()))
        }
        Title::Support { approver, case } => {
            let case = or(case.as_ref(), "a request");
            match approver {
                Some(approver) => format!("{approver} approved Microsoft Support access {case}"),
                None => format!("Microsoft Support access {case}"),
            }
        }
        Title::AppRole { who, application, whom, gave, took } => {
            let or =
                |text: String, other: &str| if text.is_empty() { other.to_owned() } else { text };
            let (who, whom) = (listed(who), or(listed(whom), NOBODY));
            let application = or(listed(application), "an application the records do not name");
            match (took, gave) {
                (true, true) => format!("{who} gave and took app roles of {application}: {whom}"),
                (true, false) => format!("{who} took an app role of {application} from {whom}"),
                _ => format!("{who} gave {whom} an app role of {application}"),
            }
        }
    }
}

const NO_APPLICATION: &str = "an application without a name";
const NO_PACKAGE: &str = "an access package";
const NOBODY: &str = "somebody not named";

fn request(package: &str, how: &Request) -> String {
    match how {
        Request::Direct { who, whom } => {
            format!("{who} assigned {package} to {}", or(whom.as_ref(), NOBODY))
        }
        Request::ByService { whom } => {
            format!("Entitlement Management asked for {package} for {}", or(whom.as_ref(), NOBODY))
        }
        Request::ForPrincipal { who, principal } => {
            let principal = or(principal.as_ref(), "a service principal");
            format!("{who} asked for {package} for {principal}")
        }
        Request::Asked { who } => format!("{who} asked for {package}"),
        Request::NotHere { whom } => format!("{package} for {}", or(whom.as_ref(), NOBODY)),
    }
}

/// How it stands.
pub(super) fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Consent { end, refused, taken_back } => {
            let mut text = match end {
                ConsentEnd::Refused(count) => return format!("refused {}", many(*count, "time")),
                ConsentEnd::Granted => "granted, no consent in this data".to_owned(),
                ConsentEnd::ForEverybody => "consented for everybody".to_owned(),
                ConsentEnd::ByUsers(count) => format!("consented by {}", many(*count, "user")),
            };
            if *refused > 0 {
                let _ = write!(text, " after {}", many(*refused, "refused attempt"));
            }
            if let Some(after) = taken_back {
                let _ = write!(text, ", taken back after {}", lasted(*after));
            }
            text
        }
        Verdict::Key { keys, owner, grants, by_another } => {
            key(*keys, *owner, *grants, *by_another)
        }
        Verdict::Account { raised, deleted } => {
            let mut parts = Vec::new();
            if let Some((first, after, later)) = raised {
                let first = or(first.as_ref(), "a role");
                parts.push(match listed(later) {
                    later if later.is_empty() => format!("{first} after {}", lasted(*after)),
                    later => format!("{first} after {}, then {later}", lasted(*after)),
                });
            }
            parts.extend(deleted.map(|after| format!("deleted after {}", lasted(after))));
            parts.join(", ")
        }
        Verdict::Domain { end, steps } => {
            let end = match end {
                DomainEnd::ManagedAgain => "federated, then managed again",
                DomainEnd::Federated => "federated",
                DomainEnd::AuthenticationSet => "authentication set",
                DomainEnd::Verified => "added and verified, not federated",
                DomainEnd::Added => "added, not verified",
            };
            format!("{end}, {steps}/4 steps")
        }
        Verdict::Activation(end) => activation(end),
        Verdict::Assignment(end) => match end {
            AssignmentEnd::Assigned(after) => format!("assigned after {}", lasted(*after)),
            AssignmentEnd::Denied(by) => format!("denied by {by}"),
            AssignmentEnd::Canceled => "canceled".to_owned(),
            AssignmentEnd::Failed => "failed".to_owned(),
            AssignmentEnd::Approved(by) => format!("approved by {by}, not assigned in this data"),
            AssignmentEnd::Open(since) => {
                format!("not assigned in this data, {} later", lasted(*since))
            }
        },
        Verdict::Pass { factor, password } => pass(*factor, *password),
        Verdict::Guests { redeemed, invited, memberships, members } => {
            let mut text = format!("{redeemed} of {invited} redeemed");
            if *memberships > 0 {
                let _ = write!(text, ", {}", many(*memberships, "membership"));
            }
            if *members > 0 {
                let _ = write!(text, ", {members} became member");
            }
            text
        }
        Verdict::Policy(end) => match end {
            PolicyEnd::Deleted => "deleted".to_owned(),
            PolicyEnd::Restored(after) => format!("weakened, restored after {}", lasted(*after)),
            PolicyEnd::Open(since) => format!("weakened for {}, not restored", lasted(*since)),
        },
        Verdict::Package(end) => package(end),
        Verdict::Assigned(end) => match end {
            AssignedEnd::Removed(after) => format!("removed after {}", lasted(*after)),
            AssignedEnd::Extended => "its request is not in this data".to_owned(),
            AssignedEnd::Open(since) => {
                format!("no removal in this data, {} later", lasted(*since))
            }
        },
        Verdict::Support(end) => support(end),
        Verdict::ByHand => "explained by no access package".to_owned(),
    }
}

fn key(keys: usize, owner: Option<AfterOwner>, grants: usize, by_another: bool) -> String {
    let mut text = match keys {
        0 | 1 => "key added".to_owned(),
        count => format!("{count} keys added"),
    };
    match owner {
        None => {}
        Some(AfterOwner::All) => text += " after a new owner",
        Some(AfterOwner::Some { later, own }) => {
            let by = match own {
                0 => String::new(),
                own if own == later => " and by that owner".to_owned(),
                own => format!(", {own} by that owner"),
            };
            let _ = write!(text, ", {later} after a new owner{by}");
        }
    }
    if grants > 0 {
        let _ = write!(text, ", {}", many(grants, "grant"));
    }
    if by_another {
        text += " by another person";
    }
    text
}

fn activation(end: &ActivationEnd) -> String {
    match end {
        ActivationEnd::Ended(lasting) => format!("active {}, ended", lasted(*lasting)),
        ActivationEnd::Open(since) => format!("no end in this data, {} later", lasted(*since)),
        ActivationEnd::Denied(by) => format!("denied by {by}"),
        ActivationEnd::Canceled => "canceled".to_owned(),
        ActivationEnd::TimedOut => "timed out".to_owned(),
        ActivationEnd::Failed => "activation failed".to_owned(),
        ActivationEnd::Approved(by) => format!("approved by {by}, not activated in this data"),
        ActivationEnd::Undecided(since) => {
            let since = since.map(lasted).unwrap_or_default();
            format!("neither decided nor activated in this data, {since} later")
        }
    }
}

fn pass(factor: Option<When>, password: Option<When>) -> String {
    let when = |when| match when {
        When::Before(time) => format!("{} before", lasted(time)),
        When::After(time) => format!("after {}", lasted(time)),
    };
    match (factor.map(when), password.map(when)) {
        (Some(factor), Some(password)) => format!("new factor {factor}, password {password}"),
        (Some(factor), None) => format!("new factor {factor}, no password in this data"),
        (None, Some(password)) => format!("password reset {password}, no new factor"),
        (None, None) => "nothing after it in this data within 2 days".to_owned(),
    }
}

fn package(end: &PackageEnd) -> String {
    match end {
        PackageEnd::Removed { after, by } => {
            let after = after.map(|after| format!(" after {}", lasted(after)));
            format!("removed{} by {by}", after.unwrap_or_default())
        }
        PackageEnd::Delivered { after, asked } => {
            let asked = match asked {
                None => "",
                Some(Later::RemovalAsked) => ", removal asked for",
                Some(Later::Extended | Later::ExtensionAsked) => ", extended",
            };
            format!("delivered after {}{asked}", lasted(*after))
        }
        PackageEnd::Partly(reason) => format!("partially delivered{}", because(reason)),
        PackageEnd::Failed(reason) => format!("failed{}", because(reason)),
        PackageEnd::Denied(by, reason) => format!("denied by {by}{}", because(reason)),
        PackageEnd::TimedOut(after) => format!("timed out after {}", lasted(*after)),
        PackageEnd::Canceled(by) => format!("canceled by {by}"),
        PackageEnd::NoDelivery => "no delivery in this data".to_owned(),
        PackageEnd::Direct(since) => {
            format!("assigned directly, no delivery in this data {} later", lasted(*since))
        }
        PackageEnd::Approved(since) => {
            format!("approved, waiting {} to be delivered", lasted(*since))
        }
        PackageEnd::Waiting(since, approvers) => {
            let whom = match approvers.as_slice() {
                [] => "a decision".to_owned(),
                approvers => listed(approvers),
            };
            format!("waiting {} for {whom}", lasted(*since))
        }
    }
}

fn support(end: &SupportEnd) -> String {
    match end {
        SupportEnd::Removed { by_person, after } => {
            let how = if *by_person { "by a person" } else { "automatically" };
            format!("removed {how} after {}", lasted(*after))
        }
        SupportEnd::Open(since) => format!("open for {}, not removed", lasted(*since)),
        SupportEnd::OnlyRemoved => "removed; its approval is not in this data".to_owned(),
        SupportEnd::Rejected(by) => format!("rejected by {by}"),
        SupportEnd::Canceled => "canceled".to_owned(),
        SupportEnd::Waiting(since) => {
            format!("waiting {} for a decision", since.map(lasted).unwrap_or_default())
        }
    }
}

/// How many records happened meanwhile.
pub(super) fn during(count: u64, during: During) -> String {
    let records = if count == 1 { "record" } else { "records" };
    let during = match during {
        During::WhileActive => "of the holder while the role was active",
        During::DayAfter => "of the holder in the 24 h after",
        During::ByApplication => "by the application within 7 days",
        During::Meanwhile => "meanwhile",
    };
    format!("{count} {records} {during}")
}

/// What else is to be said, in one sentence.
pub(super) fn note(note: &Note) -> String {
    match note {
        Note::Permissions(names) => format!("Permissions: {}.", listed(names)),
        Note::Refused { count, people, from, reasons } => refused(*count, people, *from, reasons),
        Note::ConsentedBy(names) => format!("Consented by {}.", listed(names)),
        Note::ApplicationId(id) => format!("Application id {id}."),
        Note::Keys(names) => format!("Added: {}.", listed(names)),
        Note::KeyRecords { records, keys } => format!("{records} records tell of these {keys} keys."),
        Note::OwnerBefore(names) => format!("Owner added before: {}.", listed(names)),
        Note::OtherHands { granted, added } => format!(
            "The permissions were given by {}, the key was added by {}.",
            listed(granted),
            listed(added)
        ),
        Note::JoinedByName => "No record names the ids of both the application and its service principal: they are joined by their name and by the one who acted.".to_owned(),
        Note::RenewedByAzure => "Azure renews the keys of managed identities by itself.".to_owned(),
        Note::Roles { by, roles } => format!("Roles given by {}: {}.", listed(by), listed(roles)),
        Note::DeletedBy(names) => format!("Deleted by {}.", listed(names)),
        Note::Federation(property, values) => format!("{property} {}.", listed(values)),
        Note::NoCertificate { has_issuer } => format!(
            "{}: Get-MgDomainFederationConfiguration tells what is set now.",
            match has_issuer {
                true => "The signing certificate is not in these records",
                false => "Neither issuer nor signing certificate is in these records",
            }
        ),
        Note::ApprovedBy(who) => format!("Approved by {who}."),
        Note::NoApproval => "Without an approval in this data.".to_owned(),
        Note::OneAddress(ip) => format!("Requested and approved from the same address {ip}."),
        Note::Settings { before, who, reason } => format!(
            "{} before, {who} changed the settings of this role in PIM{}.",
            before.map(lasted).unwrap_or_default(),
            because(reason)
        ),
        Note::Reasons(reasons) => format!("Reasons given: {}.", listed(reasons)),
        Note::Factor { by, how } => format!("New factor by {}: {}.", listed(by), listed(how)),
        Note::PasswordBy(names) => format!("Password reset by {}.", listed(names)),
        Note::Domains(domains) => {
            let domains = domains.iter().map(|(domain, count)| format!("{domain} ({count})"));
            format!("Domains: {}.", listed(domains))
        }
        Note::Got(all) => {
            let all = all.iter().map(|(who, what)| format!("{who} in {what}"));
            format!("Got a group or role: {}.", listed(all))
        }
        Note::BecameMember(names) => format!("Became member: {}.", listed(names)),
        Note::NotRedeemed(names) => format!("Not redeemed by {}: {}.", names.len(), listed(names)),
        Note::Weakened(all) => weakened(all),
        Note::RestoredBy(names) => format!("Restored by {}.", listed(names)),
        Note::Approvers(names) => format!("Asked to approve: {}.", listed(names)),
        Note::Justification(why) => format!("Justification: {why}."),
        Note::Direct(who) => format!("Assigned directly by {who}, without a request."),
        Note::NoName => "The records do not name who got it.".to_owned(),
        Note::NoRequestHere => "The request itself is not in this data.".to_owned(),
        Note::DecidedBy(by, after) => {
            let by = by.iter().map(|by| or(by.as_ref(), "the policy"));
            format!("Decided by {} after {}.", listed(by), lasted(*after))
        }
        Note::Done(activity, who) => format!("{activity}: {who}."),
        Note::Again => "It can be reprocessed within 7 days of the failure.".to_owned(),
        Note::TooLate => "The 7 days in which it could be reprocessed are over.".to_owned(),
        Note::NoRequest => "No request in this data has the same user and access package.".to_owned(),
        Note::NoPackage => "No record of an access package has the same correlation id, or the same user within 10 minutes.".to_owned(),
        Note::AppRoles(roles) => format!("App roles: {}.", listed(roles)),
        Note::Support(activity, who, by) => {
            format!("{activity}{}: {}.", with("by", who.as_ref()), behind(*by))
        }
    }
}

fn refused(count: usize, people: &[String], from: Option<Timestamp>, reasons: &[String]) -> String {
    let from = from.map(Timestamp::to_rfc3339).unwrap_or_default();
    let from = from.split(['.', 'Z']).next().unwrap_or_default().replace('T', " ");
    format!(
        "Refused {} of {} from {from} UTC on: {}.",
        many(count, "attempt"),
        listed(people),
        listed(reasons)
    )
}

fn weakened(all: &[(String, Option<String>, Option<String>)]) -> String {
    let all = all.iter().map(|(path, old, new)| {
        format!("{path} {} → {}", or(old.as_ref(), "nothing"), or(new.as_ref(), "nothing"))
    });
    format!("Weakened: {}.", listed(all))
}

fn behind(behind: Behind) -> &'static str {
    match behind {
        Behind::Person => "user-initiated",
        Behind::Process => "automated",
        Behind::PersonEnded => "user-initiated, before the case was closed",
        Behind::CaseClosed => "automated, when the case was closed",
        Behind::UndocumentedPerson => "by a person; not documented",
        Behind::Undocumented => "not documented",
    }
}
