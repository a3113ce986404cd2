//! An activation of a role: who asked, who agreed, how long it lasted, what was done meanwhile.
//! Never counts what others did.

use super::{distinct, user_name, who};
use crate::ledger::logged::{name_of, target};
use crate::record::risk::Level;
use crate::record::{ActorKind, Outcome, Record};
use crate::text::fold;
use crate::time::TICKS_PER_SECOND;
use crate::trails::chain::{BESIDE, Chain, Judged, Watch, between};
use crate::trails::subject::is_part;
use crate::trails::verdict::{ActivationEnd, AssignmentEnd, During, Note, Title, Verdict};

const ASKED: u8 = 0;
const ACTIVE: u8 = 2;
const ENDED: u8 = 3;
/// PIM ends every activation after a day at most.
const LONGEST: i64 = 24 * 3_600 * TICKS_PER_SECOND;

pub(in crate::trails) fn judge(chain: &Chain) -> Option<Judged> {
    let own = || chain.records.iter().map(|(_, record)| record).filter(|r| !is_setting(r));
    let begun = chain.first(ACTIVE).or(chain.first(ASKED)).or_else(|| own().next())?;
    let role = name_of(begun, &["Role", "Group"]);
    let holder = user_name(begun).unwrap_or_else(|| who(begun));
    let mut notes = Vec::new();
    let asked = |parts: &[&str]| own().find(|record| is(record, parts));
    let start = chain.when(ACTIVE);
    let approved = asked(&["approved"]);
    if let Some(approved) = approved {
        notes.push(Note::ApprovedBy(who(approved)));
    } else if start.is_some() {
        notes.push(Note::NoApproval);
    }
    let shared = approved.and_then(|approved| one_address(begun_by(chain)?, approved));
    if let Some(address) = shared {
        notes.push(Note::OneAddress(address.to_owned()));
    }
    let settings: Vec<&Record<'_>> = chain.of(BESIDE).filter(|record| is_setting(record)).collect();
    for setting in &settings {
        let before = chain.when(ASKED).or(start).zip(setting.time);
        notes.push(Note::Settings {
            before: before.map(|(start, time)| between(time, start)),
            who: who(setting),
            reason: setting.result_reason.trim().to_owned(),
        });
    }
    let why = distinct(own().map(|record| record.result_reason.to_string()));
    if !why.is_empty() {
        notes.push(Note::Reasons(why));
    }
    let ended = chain.when(ENDED);
    let called = match ended {
        Some(_) => During::WhileActive,
        None => During::DayAfter,
    };
    let end = match (start, ended) {
        (Some(start), Some(ended)) => ActivationEnd::Ended(between(start, ended)),
        (Some(start), None) => ActivationEnd::Open(chain.since(start)),
        (None, _) => not_active(chain, &asked),
    };
    let folded = fold(role.as_deref().unwrap_or_default());
    let is_global = folded.contains("global admin") || folded.contains("company admin");
    let severity = match start {
        _ if !settings.is_empty() => Level::High,
        // Where people share an office they share its address: of lesser roles it is only said.
        Some(_) if is_global && shared.is_some() => Level::High,
        Some(_) if is_global && approved.is_none() => Level::Medium,
        _ => Level::Low,
    };
    let ids = target(begun, &["User"]).map(|user| user.id.to_string());
    let actors: Vec<String> = ids.filter(|id| !id.is_empty()).into_iter().collect();
    let watch = start.filter(|_| !actors.is_empty()).map(|start| Watch {
        actors,
        apps: Vec::new(),
        // The activation and its end are no part of what was done meanwhile.
        from: start.plus(1),
        until: Some(ended.map_or_else(|| start.plus(LONGEST), |ended| ended.plus(-1))),
        except: None,
        called,
        step: None,
    });
    let (by, whose) = by_and_for(begun, &holder);
    let title = Title::Activation { by, role, whose, is_active: start.is_some() };
    let verdict = Verdict::Activation(end);
    let ordinary = severity == Level::Low;
    Some(Judged { title, verdict, severity, ordinary, notes, watch })
}

/// The record of the request; of the activation where there is none.
fn begun_by(chain: &Chain) -> Option<&Record<'static>> {
    chain.first(ASKED).or(chain.first(ACTIVE))
}

/// The address from which both were done, where the log names it for both.
fn one_address<'r>(asked: &'r Record<'_>, approved: &Record<'_>) -> Option<&'r str> {
    let (own, other) = (asked.actor.ip.trim(), approved.actor.ip.trim());
    (!own.is_empty() && own.eq_ignore_ascii_case(other)).then_some(own)
}

/// Who did it, and for whom where that is another one.
fn by_and_for(record: &Record<'_>, holder: &str) -> (String, Option<String>) {
    let user = target(record, &["User"]);
    let by = who(record);
    let same = user.is_none_or(|user| {
        if record.actor.id.is_empty() || user.id.is_empty() {
            fold(&by) == fold(holder)
        } else {
            record.actor.id.eq_ignore_ascii_case(&user.id)
        }
    });
    // What a service writes down for somebody was not asked for by the service.
    if same || by.is_empty() || record.actor.kind != ActorKind::User {
        (holder.to_owned(), None)
    } else {
        (by, Some(holder.to_owned()))
    }
}

/// Is a record one of these parts of the trail?
fn is(record: &Record<'_>, parts: &[&str]) -> bool {
    is_part(record, "pim", parts)
}

fn is_setting(record: &Record<'_>) -> bool {
    is(record, &["settings"])
}

/// A role that was to be assigned: who asked for whom, and whether it was.
pub(in crate::trails) fn judge_assignment(chain: &Chain) -> Option<Judged> {
    let asked = chain.first(ASKED)?;
    let start = chain.when(ASKED)?;
    let role = name_of(asked, &["Role", "Group"]);
    let holder = user_name(asked).unwrap_or_else(|| "somebody not named".to_owned());
    let is_one = |parts: &[&str]| is_part(asked, "assignment", parts);
    let is_eligible = is_one(&["requested as eligible", "extension requested as eligible"]);
    let (by, whose) = by_and_for(asked, &holder);
    let mut notes = Vec::new();
    let why = distinct(chain.records.iter().map(|(_, record)| record.result_reason.to_string()));
    if !why.is_empty() {
        notes.push(Note::Reasons(why));
    }
    let said = |part: &str| {
        let mut records = chain.records.iter().map(|(_, record)| record);
        records.find(|record| is_part(record, "assignment", &[part]))
    };
    let failed = chain.of(BESIDE).any(|record| record.outcome == Outcome::Failure);
    let end = match chain.when(ACTIVE) {
        Some(done) => AssignmentEnd::Assigned(between(start, done)),
        None => match (said("denied"), said("canceled"), said("approved")) {
            (Some(denied), _, _) => AssignmentEnd::Denied(who(denied)),
            (None, Some(_), _) => AssignmentEnd::Canceled,
            _ if failed => AssignmentEnd::Failed,
            (None, None, Some(approved)) => AssignmentEnd::Approved(who(approved)),
            (None, None, None) => AssignmentEnd::Open(chain.since(start)),
        },
    };
    let extends = is_one(&["extension requested", "extension requested as eligible"]);
    let title = Title::Assignment { by, role, whose, is_eligible, extends };
    let verdict = Verdict::Assignment(end);
    let ordinary = chain.has(ACTIVE);
    Some(Judged { title, verdict, severity: Level::Low, ordinary, notes, watch: None })
}

/// Why it was not activated.
fn not_active<'c>(
    chain: &'c Chain,
    decided: &dyn Fn(&[&str]) -> Option<&'c crate::record::Record<'static>>,
) -> ActivationEnd {
    if let Some(denied) = decided(&["denied"]) {
        return ActivationEnd::Denied(who(denied));
    }
    if decided(&["canceled"]).is_some() {
        return ActivationEnd::Canceled;
    }
    if decided(&["timed out", "expired"]).is_some() {
        return ActivationEnd::TimedOut;
    }
    let failed = chain.of(BESIDE).any(|record| is(record, &["activated"]));
    if failed {
        return ActivationEnd::Failed;
    }
    match decided(&["approved"]) {
        Some(approver) => ActivationEnd::Approved(who(approver)),
        None => ActivationEnd::Undecided(chain.when(ASKED).map(|asked| chain.since(asked))),
    }
}
