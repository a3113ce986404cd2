//! Access of Microsoft Support: who let them in, for how long, what happened meanwhile.
//! Never takes a removal by nobody for one by a person.
//!
//! Which activities a person begins and which are automated is in Microsoft's "View activity logs
//! for Microsoft Support access requests".

use super::{Chain, Judged, Watch, between, detail, is_part, who};
use crate::record::risk::Level;
use crate::record::{ActorKind, Record};

/// Access that is open for longer is asked about.
const LONG: i64 = 7 * 24 * 3_600 * crate::time::TICKS_PER_SECOND;

pub(in crate::trails) fn judge(chain: &Chain) -> Option<Judged> {
    let (_, first) = chain.records.first()?;
    let all = || chain.records.iter().map(|(_, record)| record);
    let case = all().find_map(|record| detail(record, "SupportRequestId")).map(str::to_owned);
    let case =
        case.or_else(|| first.targets.first().map(|target| super::target_name(target).to_owned()));
    let case = case.filter(|case| !case.is_empty()).unwrap_or_else(|| "a request".to_owned());
    let notes: Vec<String> = all().map(|record| format!("{}.", step(record))).collect();
    let decided = |part: &str| chain.of(1).find(|record| is_part(record, "support", &[part]));
    let approved = decided("approved");
    let open = chain.when(2).or_else(|| {
        let at = chain.of(1).position(|record| is_part(record, "support", &["approved"]))?;
        chain
            .events
            .iter()
            .filter(|event| event.step == 1)
            .nth(at)
            .map(|event| crate::time::Timestamp::from_ticks(event.ticks))
    });
    let removed = chain.last(3);
    let (verdict, severity) = match (open, removed) {
        (Some(open), Some(removed)) if removed >= open => {
            let manual = chain.of(3).last().is_some_and(|r| r.actor.kind == ActorKind::User);
            let how = if manual { "by a person" } else { "automatically" };
            (format!("removed {how} after {}", between(open, removed)), Level::Low)
        }
        (Some(open), _) => {
            let severity = match chain.end.ticks() - open.ticks() > LONG {
                true => Level::High,
                false => Level::Medium,
            };
            (format!("open for {}, not removed", chain.since(open)), severity)
        }
        (None, Some(_)) => ("removed; its approval is not in this data".to_owned(), Level::Low),
        (None, None) => match (decided("rejected"), decided("canceled")) {
            (Some(rejected), _) => (format!("rejected by {}", who(rejected)), Level::Low),
            (None, Some(_)) => ("canceled".to_owned(), Level::Low),
            (None, None) => {
                let since = chain.when(0).map(|asked| chain.since(asked)).unwrap_or_default();
                (format!("waiting {since} for a decision"), Level::Low)
            }
        },
    };
    let watch = open.map(|open| Watch {
        actors: Vec::new(),
        apps: Vec::new(),
        from: open,
        until: removed.filter(|removed| *removed >= open),
        except: Some("MicrosoftSupportAccessManagement"),
        called: "meanwhile",
        step: None,
    });
    let ordinary = severity == Level::Low && open.is_none();
    let title = match approved {
        Some(approved) => format!("{} approved Microsoft Support access {case}", who(approved)),
        None => format!("Microsoft Support access {case}"),
    };
    Some(Judged { title, verdict, severity, ordinary, notes, watch })
}

/// A step with who is behind it: a person, or a process.
fn step(record: &Record<'_>) -> String {
    let is = |parts: &[&str]| is_part(record, "support", parts);
    let by_user = record.actor.kind == ActorKind::User;
    let kind = match by_user {
        _ if is(&["approved", "rejected"]) => "user-initiated",
        _ if is(&["created", "let in"]) => "automated",
        true if is(&["removed"]) => "user-initiated, before the case was closed",
        false if is(&["removed"]) => "automated, when the case was closed",
        _ if by_user => "by a person; not documented",
        _ => "not documented",
    };
    let who = if record.actor.kind == ActorKind::Unknown { String::new() } else { who(record) };
    let by = if who.is_empty() { String::new() } else { format!(" by {who}") };
    format!("{}{by}: {kind}", record.activity.trim())
}
