//! Access of Microsoft Support: who let them in, for how long, what happened meanwhile.
//! Never takes a removal by nobody for one by a person.
//!
//! Which activities a person begins and which are automated is in Microsoft's "View activity logs
//! for Microsoft Support access requests".

use super::who;
use crate::ledger::logged::detail;
use crate::record::risk::Level;
use crate::record::{ActorKind, Record};
use crate::trails::chain::{Chain, Judged, Watch, between};
use crate::trails::subject::is_part;
use crate::trails::verdict::{Behind, During, Note, SupportEnd, Title, Verdict};

/// Access that is open for longer is asked about.
const LONG: i64 = 7 * 24 * 3_600 * crate::time::TICKS_PER_SECOND;

pub(in crate::trails) fn judge(chain: &Chain) -> Option<Judged> {
    let (_, first) = chain.records.first()?;
    let all = || chain.records.iter().map(|(_, record)| record);
    let case = all().find_map(|record| detail(record, "SupportRequestId")).map(str::to_owned);
    let case =
        case.or_else(|| first.targets.first().map(|target| super::target_name(target).to_owned()));
    let case = case.filter(|case| !case.is_empty());
    let notes = all().map(step).collect();
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
    let (end, severity) = match (open, removed) {
        (Some(open), Some(removed)) if removed >= open => {
            let by_person = chain.of(3).last().is_some_and(|r| r.actor.kind == ActorKind::User);
            (SupportEnd::Removed { by_person, after: between(open, removed) }, Level::Low)
        }
        (Some(open), _) => {
            let severity = match chain.end.ticks() - open.ticks() > LONG {
                true => Level::High,
                false => Level::Medium,
            };
            (SupportEnd::Open(chain.since(open)), severity)
        }
        (None, Some(_)) => (SupportEnd::OnlyRemoved, Level::Low),
        (None, None) => match (decided("rejected"), decided("canceled")) {
            (Some(rejected), _) => (SupportEnd::Rejected(who(rejected)), Level::Low),
            (None, Some(_)) => (SupportEnd::Canceled, Level::Low),
            (None, None) => {
                let since = chain.when(0).map(|asked| chain.since(asked));
                (SupportEnd::Waiting(since), Level::Low)
            }
        },
    };
    let watch = open.map(|open| Watch {
        actors: Vec::new(),
        apps: Vec::new(),
        from: open,
        until: removed.filter(|removed| *removed >= open),
        except: Some("MicrosoftSupportAccessManagement"),
        called: During::Meanwhile,
        step: None,
    });
    let ordinary = severity == Level::Low && open.is_none();
    let title = Title::Support { approver: approved.map(who), case };
    let verdict = Verdict::Support(end);
    Some(Judged { title, verdict, severity, ordinary, notes, watch })
}

/// A step with who is behind it: a person, or a process.
fn step(record: &Record<'_>) -> Note {
    let is = |parts: &[&str]| is_part(record, "support", parts);
    let by_user = record.actor.kind == ActorKind::User;
    let behind = match by_user {
        _ if is(&["approved", "rejected"]) => Behind::Person,
        _ if is(&["created", "let in"]) => Behind::Process,
        true if is(&["removed"]) => Behind::PersonEnded,
        false if is(&["removed"]) => Behind::CaseClosed,
        _ if by_user => Behind::UndocumentedPerson,
        _ => Behind::Undocumented,
    };
    let who =
        Some(who(record)).filter(|who| record.actor.kind != ActorKind::Unknown && !who.is_empty());
    Note::Support(record.activity.trim().to_owned(), who, behind)
}
