//! Conditional Access policies that were weakened, and restored.
//! Never evaluates a policy: only state, exclusions, inclusions and controls are compared.

use super::who;
use crate::ledger::logged::name_of;
use crate::record::Record;
use crate::record::change::{Difference, differences};
use crate::record::risk::Level;
use crate::trails::chain::{Chain, Judged, between};
use crate::trails::subject::is_part;
use crate::trails::verdict::{Note, PolicyEnd, Title, Verdict};

/// Values longer than this are not compared.
const LONGEST: usize = 1 << 20;

fn policy_differences(record: &Record<'_>) -> Vec<Difference> {
    let changes = record.targets.iter().flat_map(|target| &target.changes);
    let mut found = Vec::new();
    for change in changes {
        let name = change.name.to_ascii_lowercase();
        if !matches!(&*name, "conditionalaccesspolicy" | "policydetail") {
            continue;
        }
        let (old, new) = (change.old.as_deref(), change.new.as_deref());
        if old.map_or(0, str::len).max(new.map_or(0, str::len)) <= LONGEST {
            found.extend(differences(old, new));
        }
    }
    found
}

/// How strict a state is.
fn strictness(state: &str) -> Option<i32> {
    let state = state.to_ascii_lowercase();
    match &*state {
        "enabled" => Some(2),
        "disabled" => Some(0),
        _ if state.contains("report") => Some(1),
        _ => None,
    }
}

/// What one difference makes of the policy: below zero weaker, above stronger.
fn weight(difference: &Difference) -> i32 {
    let path = difference.path.to_ascii_lowercase();
    let (old, new) = (difference.old.as_deref(), difference.new.as_deref());
    let came = i32::from(new.is_some()) - i32::from(old.is_some());
    if path.ends_with("state") {
        let of = |text: Option<&str>| text.and_then(strictness);
        return match (of(old), of(new)) {
            (Some(old), Some(new)) => 100 * (new - old),
            _ => 0,
        };
    }
    if path.contains("exclude") {
        return -came;
    }
    if path.contains("include")
        || path.contains("builtincontrols")
        || path.contains("authenticationstrength")
    {
        return came;
    }
    0
}

/// Did a record make a policy weaker (below zero) or stronger (above)?
pub(in crate::trails) fn direction(record: &Record<'_>) -> i32 {
    policy_differences(record).iter().map(weight).sum()
}

pub(in crate::trails) fn judge(chain: &Chain) -> Option<Judged> {
    let weak = chain.first(0)?;
    let policy = name_of(weak, &["Policy"])
        .or_else(|| weak.targets.first().map(|t| super::target_name(t).to_owned()))
        .unwrap_or_default();
    let start = chain.when(0)?;
    let mut notes = Vec::new();
    let told = chain.of(0).flat_map(policy_differences).filter(|found| weight(found) < 0);
    // Both services write the policy, one of them as a list of one.
    let told = told.map(|d| (d.path.trim_start_matches("[0]").to_owned(), d.old, d.new));
    let told: Vec<_> = told.collect();
    if !told.is_empty() {
        notes.push(Note::Weakened(told));
    }
    let deleted = chain.of(0).any(|r| is_part(r, "policy", &["deleted"]));
    let restored = chain.last(1).filter(|last| *last > start);
    let (end, severity) = match restored {
        _ if deleted => (PolicyEnd::Deleted, Level::High),
        Some(restored) => (PolicyEnd::Restored(between(start, restored)), Level::Medium),
        None => (PolicyEnd::Open(chain.since(start)), Level::High),
    };
    let verdict = Verdict::Policy(end);
    if chain.has(1) {
        notes.push(Note::RestoredBy(chain.of(1).map(who).collect()));
    }
    let title = Title::Policy { who: who(weak), policy, is_deleted: deleted };
    Some(Judged { title, verdict, severity, ordinary: false, notes, watch: None })
}
