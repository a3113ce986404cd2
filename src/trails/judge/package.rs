//! Requests for access packages, from asking to the end, and app roles that no package explains.
//! Never knows a policy: who must act is who was asked to.
//!
//! Activities and their order are those of Microsoft's "View reports and logs in entitlement
//! management".

use super::{
    Chain, Judged, between, detail, key_of, listed, name_of, target, user_name, value, who,
};
use crate::record::sentence::target_name;
use crate::record::{Outcome, Record};
use crate::text::{fold, original_upn};
use crate::time::TICKS_PER_SECOND;
use crate::trails::Severity;

pub(in crate::trails) const REQUESTED: &[&str] = &[
    "User requests access package assignment",
    "User requests an access package assignment on behalf of service principal",
    "Administrator directly assigns user to access package",
    "Entitlement Management creates access package assignment request for user",
];
pub(in crate::trails) const ASKED: &[&str] =
    &["Create request approval", "Add approver to request approval"];
pub(in crate::trails) const DECIDED: &[&str] = &[
    "Auto approve access package assignment request",
    "Approval stage completed for access package assignment request",
    "Approve access package assignment request",
    "Deny access package assignment request",
    "Access package assignment request timed out (no approver action taken)",
    "Cancel access package assignment request",
];
pub(in crate::trails) const ASSIGNING: &[&str] = &[
    "Ready to fulfill access package assignment request",
    "Schedule a future access package assignment",
    "Fulfill access package resource assignment",
    "Execute custom extension",
];
pub(in crate::trails) const DELIVERED: &[&str] = &[
    "Fulfill access package assignment",
    "Fulfill access package assignment request",
    "Partially fulfill access package assignment request",
    "Failed access package assignment request",
];
pub(in crate::trails) const REMOVED: &[&str] = &[
    "Remove access package assignment",
    "Administrator directly removes user access package assignment",
    "User requests to remove access package assignment",
    "Entitlement Management removes access package assignment request for user",
];

/// A delivery that failed can be processed again for so long.
const REPROCESS: i64 = 7 * 24 * 3_600 * TICKS_PER_SECOND;

/// The key of the user a record of entitlement management is about.
pub(in crate::trails) fn requester(record: &Record<'_>) -> Option<String> {
    let activity = fold(&record.activity);
    let is_own = activity.starts_with("user requests") && !activity.contains("on behalf of");
    if is_own {
        let key = crate::trails::table::actor_key(&record.actor);
        if !key.is_empty() {
            return Some(key.to_owned());
        }
    }
    target(record, &["User"]).map(|user| key_of(user).to_owned()).filter(|key| !key.is_empty())
}

/// The id of the access package a record is about, else its name.
pub(in crate::trails) fn package_key(record: &Record<'_>) -> Option<String> {
    let given = detail(record, "AccessPackageId").map(str::to_owned);
    given.or_else(|| target(record, &["AccessPackage"]).map(|package| key_of(package).to_owned()))
}

/// What people call the access package a record is about.
pub(in crate::trails) fn name(record: &Record<'_>) -> Option<String> {
    name_of(record, &["AccessPackage"])
        .or_else(|| detail(record, "AccessPackageDisplayName").map(str::to_owned))
        .or_else(|| detail(record, "AccessPackageName").map(str::to_owned))
}

fn requester_name(record: &Record<'_>) -> Option<String> {
    let activity = fold(&record.activity);
    if activity.starts_with("user requests") && !activity.contains("on behalf of") {
        let upn = original_upn(&record.actor.upn).0;
        if !upn.is_empty() {
            return Some(upn.to_owned());
        }
    }
    user_name(record)
}

pub(in crate::trails) fn judge(chain: &Chain) -> Option<Judged> {
    let all = || chain.records.iter().map(|(_, record)| record);
    let asked = chain.first(0).or_else(|| all().next())?;
    let whom = requester_name(asked).or_else(|| all().find_map(requester_name));
    let whom = whom.unwrap_or_else(|| who(asked));
    let package = all().find_map(name).or_else(|| all().find_map(package_key));
    let package = package.unwrap_or_else(|| "an access package".to_owned());
    let mut notes = Vec::new();
    let approvers = approvers(chain);
    if !approvers.is_empty() {
        notes.push(format!("Asked to approve: {}.", listed(approvers.clone())));
    }
    if let Some(why) = all().find_map(|record| detail(record, "Justification")) {
        notes.push(format!("Justification: {why}."));
    }
    let direct = fold(&asked.activity).starts_with("administrator directly assigns");
    if direct {
        notes.push(format!("Assigned directly by {}, without a request.", who(asked)));
    }
    let gate = match (chain.when(0), chain.when(2)) {
        (Some(from), Some(to)) => Some(between(from, to)),
        _ => None,
    };
    if let Some(gate) = gate.filter(|_| chain.has(1)) {
        notes.push(format!("Decided after {gate}."));
    }
    let (verdict, severity) = verdict(chain, &approvers, &mut notes);
    let title = if direct {
        format!("{} assigned {package} to {whom}", who(asked))
    } else {
        format!("{whom} asked for {package}")
    };
    let severity = if direct { severity.max(Severity::Low) } else { severity };
    Some(Judged { title, verdict, severity, notes, watch: None })
}

fn approvers(chain: &Chain) -> Vec<String> {
    let added = chain.of(1).filter(|record| fold(&record.activity).starts_with("add approver"));
    // The user who asks is a target too: the approver is the last one.
    let of = |record: &Record<'_>| {
        let requester = requester(record);
        let mut users = record.targets.iter().filter(|t| t.kind.eq_ignore_ascii_case("User"));
        let several = users.clone().count() > 1;
        let other = |t: &&crate::record::Target<'_>| {
            !several || requester.as_deref().is_none_or(|key| key != key_of(t))
        };
        users.rfind(other).map(|user| target_name(user).to_owned())
    };
    super::distinct(added.filter_map(of))
}

fn verdict(chain: &Chain, approvers: &[String], notes: &mut Vec<String>) -> (String, Severity) {
    let done = |words: &str| {
        let records = chain.of(2).chain(chain.of(3)).chain(chain.of(4));
        records.rev().find(|record| fold(&record.activity).contains(words))
    };
    let start = chain.events.first().map(|e| crate::time::Timestamp::from_ticks(e.ticks));
    let start = start.unwrap_or(chain.end);
    let since = |record: &Record<'_>| between(start, record.time.unwrap_or(start));
    let reason = |record: &Record<'_>| match record.result_reason.trim() {
        "" => String::new(),
        reason => format!(": {reason}"),
    };
    if let Some(removed) = chain.last(5) {
        let from = chain.when(4).map(|from| format!(" after {}", between(from, removed)));
        let by = chain.of(5).last().map(who).unwrap_or_default();
        return (format!("removed{} by {by}", from.unwrap_or_default()), Severity::Info);
    }
    let mut fulfilled = chain.of(4).filter(|record| {
        fold(&record.activity).starts_with("fulfill") && record.outcome != Outcome::Failure
    });
    if let Some(delivered) = fulfilled.next_back() {
        return (format!("delivered after {}", since(delivered)), Severity::Info);
    }
    let again = |record: &Record<'_>, notes: &mut Vec<String>| {
        let left = record.time.map(|time| REPROCESS - (chain.end.ticks() - time.ticks()));
        if left.is_some_and(|left| left > 0) {
            notes.push("It can be reprocessed within 7 days of the failure.".to_owned());
        } else {
            notes.push("The 7 days in which it could be reprocessed are over.".to_owned());
        }
    };
    if let Some(record) = done("partially fulfill") {
        again(record, notes);
        return (format!("partially delivered{}", reason(record)), Severity::Medium);
    }
    if let Some(record) = done("failed access package").or_else(|| {
        chain.of(3).chain(chain.of(4)).find(|record| record.outcome == Outcome::Failure)
    }) {
        again(record, notes);
        return (format!("failed{}", reason(record)), Severity::Medium);
    }
    if let Some(record) = done("deny access package") {
        return (format!("denied by {}{}", who(record), reason(record)), Severity::Info);
    }
    if let Some(record) = done("timed out") {
        return (format!("timed out after {}", since(record)), Severity::Low);
    }
    if let Some(record) = done("cancel access package") {
        return (format!("canceled by {}", who(record)), Severity::Info);
    }
    let waiting = chain.since(start);
    let asked = chain.first(0).map(|record| fold(&record.activity)).unwrap_or_default();
    if asked.starts_with("administrator directly assigns") {
        return (format!("assigned directly, not delivered for {waiting}"), Severity::Low);
    }
    if chain.has(2) || chain.has(3) {
        return (format!("approved, waiting {waiting} to be delivered"), Severity::Medium);
    }
    let whom = match approvers {
        [] => "a decision".to_owned(),
        approvers => listed(approvers.to_vec()),
    };
    (format!("waiting {waiting} for {whom}"), Severity::Medium)
}

/// App roles given or taken by hand.
pub(in crate::trails) fn judge_app_role(chain: &Chain) -> Option<Judged> {
    let first = chain.first(0)?;
    let whom = listed(chain.of(0).filter_map(|record| {
        user_name(record)
            .or_else(|| name_of(record, &["Group"]))
            .or_else(|| value(record, "User.UPN"))
    }));
    let application =
        listed(chain.of(0).filter_map(|record| name_of(record, &["ServicePrincipal"])));
    let taken = fold(&first.activity).starts_with("remove");
    let roles = listed(chain.of(0).filter_map(|record| value(record, "AppRole.Value")));
    let mut notes = vec![
        "No record of an access package has the same correlation id, or the same user within 10 \
         minutes."
            .to_owned(),
    ];
    if !roles.is_empty() {
        notes.push(format!("App roles: {roles}."));
    }
    let verb = if taken { "took an app role of" } else { "gave an app role of" };
    let title = format!("{} {verb} {application}: {whom}", who(first));
    let verdict = "explained by no access package".to_owned();
    Some(Judged { title, verdict, severity: Severity::Info, notes, watch: None })
}
