//! Accounts that come, rise and go; domains that are federated; temporary access passes.
//! Never says who is behind an account.

use super::{Chain, Judged, between, listed, many, name_of, user_name, value, who};
use crate::record::Record;
use crate::time::{TICKS_PER_SECOND, Timestamp};
use crate::trails::Severity;

/// An account that is gone within this time was short-lived.
const SHORT: i64 = 7 * 24 * 3_600 * TICKS_PER_SECOND;

/// The role a record gives.
pub(in crate::trails) fn role(record: &Record<'_>) -> Option<String> {
    value(record, "Role.DisplayName").or_else(|| name_of(record, &["Role"]))
}

pub(in crate::trails) fn judge(chain: &Chain) -> Option<Judged> {
    let added = chain.first(0)?;
    let account = user_name(added)?;
    let start = chain.when(0)?;
    let gone = chain.when(2);
    let raised = chain.when(1);
    if raised.is_none() && gone.is_none_or(|gone| gone.ticks() - start.ticks() > SHORT) {
        return None;
    }
    let mut notes = Vec::new();
    let roles = listed(chain.of(1).filter_map(role));
    let mut verdict = Vec::new();
    if let Some(raised) = raised {
        verdict.push(format!("{roles} after {}", between(start, raised)));
        notes.push(format!("Roles given by {}: {roles}.", listed(chain.of(1).map(who))));
    }
    if let Some(gone) = gone {
        verdict.push(format!("deleted after {}", between(start, gone)));
        notes.push(format!("Deleted by {}.", listed(chain.of(2).map(who))));
    }
    let severity = match (raised, gone) {
        (Some(_), Some(_)) => Severity::High,
        (Some(raised), None) if raised.ticks() - start.ticks() < SHORT / 7 => Severity::High,
        (Some(_), None) => Severity::Medium,
        (None, _) => Severity::Low,
    };
    let title = format!("{} added {account}", who(added));
    Some(Judged { title, verdict: verdict.join(", "), severity, notes, watch: None })
}

pub(in crate::trails) fn judge_domain(chain: &Chain) -> Option<Judged> {
    let (_, last) = chain.records.last()?;
    let domain = name_of(last, &["Domain", ""])
        .or_else(|| last.targets.first().map(|target| super::target_name(target).to_owned()))?;
    let found = (0..4).filter(|&step| chain.has(step)).count();
    let mut notes = Vec::new();
    let federated = chain.of(2).any(|record| {
        record
            .targets
            .iter()
            .flat_map(|t| &t.changes)
            .any(|change| change.new.as_deref().is_some_and(|new| new.contains("Federated")))
    });
    let managed_again = chain.of(2).last().is_some_and(|record| {
        let changes = || record.targets.iter().flat_map(|target| &target.changes);
        changes().any(|c| c.new.as_deref().is_some_and(|new| new.contains("Managed")))
            && !changes().any(|c| c.new.as_deref().is_some_and(|new| new.contains("Federated")))
    });
    for record in chain.of(3) {
        for property in ["IssuerUri", "PassiveLogOnUri", "ActiveLogOnUri"] {
            if let Some(value) = value(record, property) {
                notes.push(format!("{property} {value}."));
            }
        }
    }
    let (verdict, severity) = match (federated || chain.has(3), chain.has(1)) {
        (true, _) if managed_again => ("federated, then managed again", Severity::Medium),
        (true, _) => ("federated", Severity::High),
        (false, _) if chain.has(2) => ("authentication set", Severity::Medium),
        (false, true) => ("added and verified, not federated", Severity::Low),
        (false, false) => ("added, not verified", Severity::Info),
    };
    if federated || chain.has(3) {
        notes.push(
            "The federation itself is not in the log: Get-MgDomainFederationConfiguration tells it."
                .to_owned(),
        );
    }
    let people = listed(chain.records.iter().map(|(_, record)| who(record)));
    let title = format!("{people} set up the domain {domain}");
    let verdict = format!("{verdict}, {found}/4 steps");
    Some(Judged { title, verdict, severity, notes, watch: None })
}

pub(in crate::trails) fn judge_pass(chain: &Chain) -> Option<Judged> {
    let pass = chain.first(0)?;
    let account = user_name(pass)?;
    let start = chain.when(0)?;
    let mut notes = Vec::new();
    let after = |when: Option<Timestamp>| when.map(|when| between(start, when));
    let factor = after(chain.when(1));
    let password = after(chain.when(2));
    if chain.has(1) {
        let how = listed(chain.of(1).map(|record| record.result_reason.to_string()));
        notes.push(format!("New factor by {}: {how}.", listed(chain.of(1).map(who))));
    }
    if chain.has(2) {
        notes.push(format!("Password reset by {}.", listed(chain.of(2).map(who))));
    }
    let severity = match (&factor, &password) {
        (Some(_), Some(_)) => Severity::High,
        (None, None) => Severity::Low,
        _ => Severity::Medium,
    };
    let verdict = match (factor, password) {
        (Some(factor), Some(password)) => {
            format!("new factor after {factor}, password after {password}")
        }
        (Some(factor), None) => format!("new factor after {factor}, password kept"),
        (None, Some(password)) => format!("password reset after {password}, no new factor"),
        (None, None) => "nothing after it within 2 days".to_owned(),
    };
    let passes = match chain.count(0) {
        1 => "a temporary access pass".to_owned(),
        count => many(count, "temporary access pass").replace("passs", "passes"),
    };
    let title = format!("{} gave {account} {passes}", who(pass));
    Some(Judged { title, verdict, severity, notes, watch: None })
}
