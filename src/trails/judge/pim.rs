//! An activation of a role: who asked, who agreed, how long it lasted, what was done meanwhile.
//! Never counts what others did.

use super::{Chain, Judged, Watch, between, listed, name_of, target, user_name, who};
use crate::record::Outcome;
use crate::text::fold;
use crate::time::TICKS_PER_SECOND;
use crate::trails::Severity;

const ASKED: u8 = 0;
const DECIDED: u8 = 1;
const ACTIVE: u8 = 2;
const ENDED: u8 = 3;
/// PIM ends every activation after a day at most.
const LONGEST: i64 = 24 * 3_600 * TICKS_PER_SECOND;

pub(in crate::trails) fn judge(chain: &Chain) -> Option<Judged> {
    let begun = chain.first(ACTIVE).or(chain.first(ASKED))?;
    let role = name_of(begun, &["Role", "Group"]).unwrap_or_else(|| "a role".to_owned());
    let subject = user_name(begun).unwrap_or_else(|| who(begun));
    let mut notes = Vec::new();
    let asked = |word: &str| chain.of(DECIDED).find(|record| fold(&record.activity).contains(word));
    let start = chain
        .when(ACTIVE)
        .filter(|_| chain.of(ACTIVE).any(|record| record.outcome != Outcome::Failure));
    let approved = asked("approved");
    if let Some(approved) = approved {
        notes.push(format!("Approved by {}.", who(approved)));
    } else if start.is_some() {
        notes.push("Without an approval in this data.".to_owned());
    }
    let why = listed(chain.records.iter().map(|(_, record)| record.result_reason.to_string()));
    if !why.is_empty() {
        notes.push(format!("Reasons given: {why}."));
    }
    let ended = chain.when(ENDED);
    let (verdict, severity) = match (start, ended) {
        (Some(start), Some(ended)) => {
            (format!("ended after {}", between(start, ended)), Severity::Info)
        }
        (Some(start), None) if chain.end.ticks() - start.ticks() > LONGEST => {
            ("no end in this data (a day at most)".to_owned(), Severity::Low)
        }
        (Some(start), None) => (format!("active since {}", chain.since(start)), Severity::Low),
        (None, _) => (not_active(chain, &asked), Severity::Info),
    };
    let is_global = fold(&role).contains("global admin") || fold(&role).contains("company admin");
    let severity = match start {
        Some(_) if is_global && approved.is_none() => severity.max(Severity::Medium),
        _ => severity,
    };
    let ids = target(begun, &["User"]).map(|user| user.id.to_string());
    let actors: Vec<String> = ids.filter(|id| !id.is_empty()).into_iter().collect();
    let watch = start.filter(|_| !actors.is_empty()).map(|start| Watch {
        actors,
        apps: Vec::new(),
        from: start,
        until: Some(ended.unwrap_or_else(|| start.plus(LONGEST))),
        except: None,
        called: "while elevated",
        step: None,
    });
    let title = match start {
        Some(_) => format!("{subject} activated {role}"),
        None => format!("{subject} asked for {role}"),
    };
    Some(Judged { title, verdict, severity, notes, watch })
}

/// Why it was not activated.
fn not_active<'c>(
    chain: &'c Chain,
    decided: &dyn Fn(&str) -> Option<&'c crate::record::Record<'static>>,
) -> String {
    if let Some(denied) = decided("denied") {
        return format!("denied by {}", who(denied));
    }
    if decided("canceled").is_some() {
        return "canceled".to_owned();
    }
    if decided("expired").is_some() {
        return "timed out".to_owned();
    }
    if chain.has(ACTIVE) {
        return "activation failed".to_owned();
    }
    let since = chain.when(ASKED).map(|asked| chain.since(asked)).unwrap_or_default();
    match decided("approved") {
        Some(approver) => format!("approved by {}, not activated", who(approver)),
        None => format!("waiting for {since}"),
    }
}
