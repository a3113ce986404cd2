//! An activation of a role: who asked, who agreed, how long it lasted, what was done meanwhile.
//! Never counts what others did.

use super::{Chain, Judged, Watch, between, is_part, listed, name_of, target, user_name, who};
use crate::record::risk::Level;
use crate::record::{ActorKind, Outcome, Record};
use crate::text::fold;
use crate::time::TICKS_PER_SECOND;
use crate::trails::table::BESIDE;

const ASKED: u8 = 0;
const ACTIVE: u8 = 2;
const ENDED: u8 = 3;
/// PIM ends every activation after a day at most.
const LONGEST: i64 = 24 * 3_600 * TICKS_PER_SECOND;
pub(super) const NO_APPROVAL: &str = "Without an approval in this data.";

pub(in crate::trails) fn judge(chain: &Chain) -> Option<Judged> {
    let own = || chain.records.iter().map(|(_, record)| record).filter(|r| !is_setting(r));
    let begun = chain.first(ACTIVE).or(chain.first(ASKED)).or_else(|| own().next())?;
    let role = name_of(begun, &["Role", "Group"]).unwrap_or_else(|| "a role".to_owned());
    let holder = user_name(begun).unwrap_or_else(|| who(begun));
    let mut notes = Vec::new();
    let asked = |parts: &[&str]| own().find(|record| is(record, parts));
    let start = chain.when(ACTIVE);
    let approved = asked(&["approved"]);
    if let Some(approved) = approved {
        notes.push(format!("Approved by {}.", who(approved)));
    } else if start.is_some() {
        notes.push(NO_APPROVAL.to_owned());
    }
    let shared = approved.and_then(|approved| one_address(begun_by(chain)?, approved));
    if let Some(address) = shared {
        notes.push(format!("Requested and approved from the same address {address}."));
    }
    let settings: Vec<&Record<'_>> = chain.of(BESIDE).filter(|record| is_setting(record)).collect();
    for setting in &settings {
        let before = chain.when(ASKED).or(start).zip(setting.time);
        let before = before.map(|(start, time)| between(time, start)).unwrap_or_default();
        let what = match setting.result_reason.trim() {
            "" => String::new(),
            reason => format!(": {reason}"),
        };
        notes.push(format!(
            "{} before, {} changed the settings of this role in PIM{what}.",
            before,
            who(setting)
        ));
    }
    let why = listed(own().map(|record| record.result_reason.to_string()));
    if !why.is_empty() {
        notes.push(format!("Reasons given: {why}."));
    }
    let ended = chain.when(ENDED);
    let called = match ended {
        Some(_) => "of the holder while the role was active",
        None => "of the holder in the 24 h after",
    };
    let (verdict, ordinary) = match (start, ended) {
        (Some(start), Some(ended)) => (format!("active {}, ended", between(start, ended)), true),
        (Some(start), None) => (format!("no end in this data, {} later", chain.since(start)), true),
        (None, _) => (not_active(chain, &asked), true),
    };
    let is_global = fold(&role).contains("global admin") || fold(&role).contains("company admin");
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
    let (by, of) = by_and_for(begun, &holder);
    let title = match start {
        Some(_) => format!("{by} activated {role}{of}"),
        None => format!("{by} asked for {role}{of}"),
    };
    let ordinary = ordinary && severity == Level::Low;
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
fn by_and_for(record: &Record<'_>, holder: &str) -> (String, String) {
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
        (holder.to_owned(), String::new())
    } else {
        (by, format!(" for {holder}"))
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
    let role = name_of(asked, &["Role", "Group"]).unwrap_or_else(|| "a role".to_owned());
    let holder = user_name(asked).unwrap_or_else(|| "somebody not named".to_owned());
    let is_one = |parts: &[&str]| is_part(asked, "assignment", parts);
    let eligible = is_one(&["requested as eligible", "extension requested as eligible"]);
    let kind = if eligible { "eligible" } else { "active" };
    let (by, of) = by_and_for(asked, &holder);
    let mut notes = Vec::new();
    let why = listed(chain.records.iter().map(|(_, record)| record.result_reason.to_string()));
    if !why.is_empty() {
        notes.push(format!("Reasons given: {why}."));
    }
    let said = |part: &str| {
        let mut records = chain.records.iter().map(|(_, record)| record);
        records.find(|record| is_part(record, "assignment", &[part]))
    };
    let failed = chain.of(BESIDE).any(|record| record.outcome == Outcome::Failure);
    let verdict = match chain.when(ACTIVE) {
        Some(done) => format!("assigned after {}", between(start, done)),
        None => match (said("denied"), said("canceled"), said("approved")) {
            (Some(denied), _, _) => format!("denied by {}", who(denied)),
            (None, Some(_), _) => "canceled".to_owned(),
            _ if failed => "failed".to_owned(),
            (None, None, Some(approved)) => {
                format!("approved by {}, not assigned in this data", who(approved))
            }
            (None, None, None) => {
                format!("not assigned in this data, {} later", chain.since(start))
            }
        },
    };
    let extends = is_one(&["extension requested", "extension requested as eligible"]);
    let verb = if extends { "asked to extend" } else { "asked for" };
    let title = format!("{by} {verb} {role} ({kind}){of}");
    let ordinary = chain.has(ACTIVE);
    Some(Judged { title, verdict, severity: Level::Low, ordinary, notes, watch: None })
}

/// Why it was not activated.
fn not_active<'c>(
    chain: &'c Chain,
    decided: &dyn Fn(&[&str]) -> Option<&'c crate::record::Record<'static>>,
) -> String {
    if let Some(denied) = decided(&["denied"]) {
        return format!("denied by {}", who(denied));
    }
    if decided(&["canceled"]).is_some() {
        return "canceled".to_owned();
    }
    if decided(&["timed out", "expired"]).is_some() {
        return "timed out".to_owned();
    }
    let failed = chain.of(BESIDE).any(|record| is(record, &["activated"]));
    if failed {
        return "activation failed".to_owned();
    }
    let since = chain.when(ASKED).map(|asked| chain.since(asked)).unwrap_or_default();
    match decided(&["approved"]) {
        Some(approver) => format!("approved by {}, not activated in this data", who(approver)),
        None => format!("neither decided nor activated in this data, {since} later"),
    }
}
