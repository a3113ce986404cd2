//! Requests for access packages, from asking to the end, and app roles that no package explains.
//! Never knows a policy: who must act is who was asked to.
//!
//! Activities and their order are those of Microsoft's "View reports and logs in entitlement
//! management".

use super::{distinct, user_name, who};
use crate::ledger::logged::{detail, key_of, name_of, value};
use crate::ledger::package::{delivers, name};
use crate::meaning::{Act, Thing};
use crate::record::risk::Level;
use crate::record::sentence::target_name;
use crate::record::{Outcome, Record, Target};
use crate::text::fold;
use crate::time::TICKS_PER_SECOND;
use crate::trails::chain::{BESIDE, Chain, Judged, between};
use crate::trails::subject::{client, does, is_of_actor, is_part, package_key, requester};
use crate::trails::verdict::{
    AssignedEnd, Later, Names, Note, PackageEnd, Request, Title, Verdict,
};

/// Was it done by somebody, not delivered?
pub(in crate::trails) fn by_hand(record: &Record<'_>) -> bool {
    !delivers(record)
}

/// Parts of the trail that are asked for once somebody has an access package.
const LATER: &[&str] = &["removal asked", "extension asked", "extended"];

const BESIDE_STEP: u8 = BESIDE;

/// A delivery that failed can be processed again for so long.
const REPROCESS: i64 = 7 * 24 * 3_600 * TICKS_PER_SECOND;

fn requester_name(record: &Record<'_>) -> Option<String> {
    if is_of_actor(record) {
        let upn = record.actor.original_upn().0;
        if !upn.is_empty() {
            return Some(upn.to_owned());
        }
    }
    user_name(record)
}

pub(in crate::trails) fn judge(chain: &Chain) -> Option<Judged> {
    let all = || chain.records.iter().map(|(_, record)| record);
    let package = all().find_map(name).or_else(|| all().find_map(package_key));
    let whom = all().find_map(requester_name);
    let mut notes = Vec::new();
    if all().all(|record| is(record, LATER) || is(record, &["removed"])) {
        return judge_later(chain, package, whom);
    }
    let approvers = approvers(chain);
    if !approvers.is_empty() {
        notes.push(Note::Approvers(approvers.clone()));
    }
    if let Some(why) = all().find_map(|record| detail(record, "Justification")) {
        notes.push(Note::Justification(why.to_owned()));
    }
    let asked = chain.first(0);
    let begins = |part: &str| asked.filter(|asked| is(asked, &[part]));
    let direct = begins("assigned directly");
    if let Some(direct) = direct {
        notes.push(Note::Direct(who(direct)));
    }
    if direct.is_some() && whom.is_none() {
        notes.push(Note::NoName);
    }
    if asked.is_none() {
        notes.push(Note::NoRequestHere);
    }
    if let (Some(from), Some(to)) = (chain.when(0), chain.when(2)) {
        notes.push(Note::DecidedBy(chain.of(2).map(decider).collect(), between(from, to)));
    }
    for record in all().filter(|record| is(record, LATER)) {
        notes.push(Note::Done(record.activity.trim().to_owned(), who(record)));
    }
    let ordinary = direct.is_none();
    let how = match (direct, asked) {
        (Some(direct), _) => Request::Direct { who: who(direct), whom },
        (None, Some(_)) if begins("created").is_some() => Request::ByService { whom },
        (None, Some(asked)) if begins("requested for a principal").is_some() => {
            let principal = name_of(asked, &["ServicePrincipal"]);
            Request::ForPrincipal { who: who(asked), principal }
        }
        (None, Some(asked)) => Request::Asked { who: whom.unwrap_or_else(|| who(asked)) },
        (None, None) => Request::NotHere { whom },
    };
    let title = Title::Package { package, how };
    let (end, severity, is_usual) = end(chain, approvers, &mut notes);
    let (verdict, ordinary) = (Verdict::Package(end), ordinary && is_usual);
    Some(Judged { title, verdict, severity, ordinary, notes, watch: None })
}

/// Who decided: the policy where nobody had to.
fn decider(record: &Record<'_>) -> Option<String> {
    match is(record, &["approved by policy"]) {
        true => None,
        false => Some(who(record)),
    }
}

/// Is a record one of these parts of the trail?
fn is(record: &Record<'_>, parts: &[&str]) -> bool {
    is_part(record, "package", parts)
}

/// What was asked of an assignment whose request is not in this data.
fn judge_later(chain: &Chain, package: Option<String>, whom: Option<String>) -> Option<Judged> {
    let (_, first) = chain.records.first()?;
    let asked = chain.of(BESIDE_STEP).next();
    let who = asked.map_or_else(|| who(first), who);
    let about = asked.unwrap_or(first);
    let whose = whom.filter(|whom| fold(whom) != fold(&who));
    let extends = is(about, &["extension asked", "extended"]);
    let asked = match (extends, is(about, &["extended"])) {
        (true, true) => Later::Extended,
        (true, false) => Later::ExtensionAsked,
        _ => Later::RemovalAsked,
    };
    let title = Title::Assigned { who, package, whose, asked };
    let start = chain.events.first().map(|e| crate::time::Timestamp::from_ticks(e.ticks))?;
    let verdict = Verdict::Assigned(match chain.last(5) {
        Some(removed) => AssignedEnd::Removed(between(start, removed)),
        None if extends => AssignedEnd::Extended,
        None => AssignedEnd::Open(chain.since(start)),
    });
    let notes = vec![Note::NoRequest];
    Some(Judged { title, verdict, severity: Level::Low, ordinary: true, notes, watch: None })
}

fn approvers(chain: &Chain) -> Vec<String> {
    let beside = chain.of(BESIDE_STEP);
    let added = beside.filter(|record| is(record, &["approver added"]));
    let asked = chain.first(0);
    let asks = |user: &Target<'_>| asked.is_some_and(|asked| is_requester(asked, user));
    // The user who asks is a target too: the approver is the last one.
    let of = |record: &Record<'_>| {
        let requester = requester(record);
        let mut users = record.targets.iter().filter(|t| t.kind.eq_ignore_ascii_case("User"));
        let several = users.clone().count() > 1;
        let other = |t: &&Target<'_>| match several {
            true => requester.as_deref().is_none_or(|key| key != key_of(t)),
            false => !is_cut_off(record) && !asks(t),
        };
        users.rfind(other).map(|user| target_name(user).to_owned())
    };
    distinct(added.filter_map(of))
}

/// Did this user ask, by the record of the request?
fn is_requester(asked: &Record<'_>, user: &Target<'_>) -> bool {
    let own = [key_of(user), user.original_upn().0, &*user.id];
    let asking = [requester(asked), requester_name(asked)];
    let mut asking = asking.into_iter().flatten();
    asking.any(|key| own.iter().any(|own| !own.is_empty() && own.eq_ignore_ascii_case(&key)))
}

/// May targets be missing? The portal's CSV has no record ids, and room for three targets.
fn is_cut_off(record: &Record<'_>) -> bool {
    record.id.is_empty() && record.targets.len() >= 3
}

/// How it stands; how much it asks to be looked at; whether it is ordinary.
fn end(chain: &Chain, approvers: Names, notes: &mut Vec<Note>) -> (PackageEnd, Level, bool) {
    let done = |part: &str| {
        let mut records = chain.records.iter().rev().map(|(_, record)| record);
        records.find(|record| is(record, &[part]))
    };
    let start = chain.events.first().map(|e| crate::time::Timestamp::from_ticks(e.ticks));
    let start = start.unwrap_or(chain.end);
    let since = |record: &Record<'_>| between(start, record.time.unwrap_or(start));
    let reason = |record: &Record<'_>| record.result_reason.trim().to_owned();
    if let Some(removed) = chain.last(5) {
        let after = chain.when(4).map(|from| between(from, removed));
        let by = chain.of(5).last().map(who).unwrap_or_default();
        return (PackageEnd::Removed { after, by }, Level::Low, true);
    }
    if let Some(delivered) = chain.of(4).next_back() {
        let asked = chain.of(BESIDE_STEP).rev().find(|record| is(record, LATER));
        let asked = asked.map(|record| match is(record, &["extension asked", "extended"]) {
            true => Later::Extended,
            false => Later::RemovalAsked,
        });
        return (PackageEnd::Delivered { after: since(delivered), asked }, Level::Low, true);
    }
    let again = |record: &Record<'_>, notes: &mut Vec<Note>| {
        let left = record.time.map(|time| REPROCESS - (chain.end.ticks() - time.ticks()));
        if left.is_some_and(|left| left > 0) {
            notes.push(Note::Again);
        } else {
            notes.push(Note::TooLate);
        }
    };
    if let Some(record) = done("partly delivered") {
        again(record, notes);
        return (PackageEnd::Partly(reason(record)), Level::Medium, false);
    }
    let failed = |record: &&Record<'static>| {
        let fulfills = is(record, &["delivered", "resource assigned"]);
        record.outcome == Outcome::Failure && fulfills
    };
    if let Some(record) = done("failed").or_else(|| chain.of(BESIDE_STEP).find(failed)) {
        again(record, notes);
        return (PackageEnd::Failed(reason(record)), Level::Medium, false);
    }
    if let Some(record) = done("denied") {
        return (PackageEnd::Denied(who(record), reason(record)), Level::Low, true);
    }
    if let Some(record) = done("timed out") {
        return (PackageEnd::TimedOut(since(record)), Level::Low, false);
    }
    if let Some(record) = done("canceled") {
        return (PackageEnd::Canceled(who(record)), Level::Low, true);
    }
    let waiting = chain.since(start);
    let Some(asked) = chain.first(0) else {
        return (PackageEnd::NoDelivery, Level::Low, false);
    };
    if is(asked, &["assigned directly"]) {
        return (PackageEnd::Direct(waiting), Level::Low, false);
    }
    if chain.has(2) || chain.has(3) || done("ready").is_some() {
        return (PackageEnd::Approved(waiting), Level::Medium, false);
    }
    (PackageEnd::Waiting(waiting, approvers), Level::Medium, false)
}

/// Who or what an app role was given to or taken from, by name.
fn principal(record: &Record<'_>) -> Option<String> {
    client(record)
        .map(|(name, _)| name)
        .or_else(|| user_name(record))
        .or_else(|| value(record, "User.UPN"))
        .or_else(|| name_of(record, &["Group"]))
        .or_else(|| value(record, "Group.DisplayName"))
}

/// The application whose role it is, by name.
fn resource(record: &Record<'_>) -> Option<String> {
    let client = client(record);
    let is_client = |target: &Target<'_>| {
        client.as_ref().is_some_and(|(name, id)| match id.is_empty() {
            true => target_name(target) == name,
            false => id.eq_ignore_ascii_case(&target.id),
        })
    };
    let of_kind = |t: &&Target<'_>| t.kind.eq_ignore_ascii_case("ServicePrincipal");
    let mut targets = record.targets.iter().filter(of_kind);
    let found = targets.find(|target| !is_client(target));
    found.map(|target| target_name(target).to_owned()).filter(|name| !name.is_empty())
}

/// App roles given or taken by hand.
pub(in crate::trails) fn judge_app_role(chain: &Chain) -> Option<Judged> {
    chain.first(0)?;
    let whom = chain.of(0).filter_map(principal).collect();
    let application = chain.of(0).filter_map(resource).collect();
    let takes = |record: &Record<'_>| does(record, Act::Taken, Thing::AppRole);
    let (taken, given) = (chain.of(0).any(takes), chain.of(0).any(|record| !takes(record)));
    let roles = distinct(chain.of(0).filter_map(|record| value(record, "AppRole.Value")));
    let mut notes = vec![Note::NoPackage];
    if !roles.is_empty() {
        notes.push(Note::AppRoles(roles));
    }
    let who = chain.of(0).map(who).collect();
    let title = Title::AppRole { who, application, whom, gave: given, took: taken };
    let verdict = Verdict::ByHand;
    // What an application or a whole group may do is asked about before what one user may.
    let of_user = |record: &Record<'_>| client(record).is_none() && user_name(record).is_some();
    let ordinary = chain.of(0).all(of_user);
    Some(Judged { title, verdict, severity: Level::Low, ordinary, notes, watch: None })
}
