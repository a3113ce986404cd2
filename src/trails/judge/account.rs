//! Accounts that come, rise and go; domains that are federated; temporary access passes.
//! Never says who is behind an account.

use super::{Chain, Judged, between, distinct, listed, many, name_of, user_name, value, who};
use crate::record::risk::Level;
use crate::record::{ActorKind, Record};
use crate::time::{TICKS_PER_SECOND, Timestamp};

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
        // How long it took is true of the first role only.
        let mut names = distinct(chain.of(1).filter_map(role)).into_iter();
        let first = names.next().unwrap_or_else(|| "a role".to_owned());
        let after = between(start, raised);
        verdict.push(match listed(names) {
            later if later.is_empty() => format!("{first} after {after}"),
            later => format!("{first} after {after}, then {later}"),
        });
        notes.push(format!("Roles given by {}: {roles}.", listed(chain.of(1).map(who))));
    }
    if let Some(gone) = gone {
        verdict.push(format!("deleted after {}", between(start, gone)));
        notes.push(format!("Deleted by {}.", listed(chain.of(2).map(who))));
    }
    let severity = match (raised, gone) {
        (Some(_), Some(_)) => Level::High,
        (Some(raised), None) if raised.ticks() - start.ticks() < SHORT / 7 => Level::High,
        _ => Level::Low,
    };
    let title = format!("{} added {account}", who(added));
    Some(Judged {
        title,
        verdict: verdict.join(", "),
        severity,
        ordinary: false,
        notes,
        watch: None,
    })
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
    let mut has_issuer = false;
    for property in ["IssuerUri", "PassiveLogOnUri", "ActiveLogOnUri"] {
        let values = chain.of(2).chain(chain.of(3)).filter_map(|record| value(record, property));
        let text = listed(values.map(|text| text.trim_matches(['[', ']', '"']).to_owned()));
        if !text.is_empty() {
            has_issuer |= property == "IssuerUri";
            notes.push(format!("{property} {text}."));
        }
    }
    let (verdict, severity) = match (federated || chain.has(3), chain.has(1)) {
        (true, _) if managed_again => ("federated, then managed again", Level::Medium),
        (true, _) => ("federated", Level::High),
        (false, _) if chain.has(2) => ("authentication set", Level::Medium),
        (false, true) => ("added and verified, not federated", Level::Low),
        (false, false) => ("added, not verified", Level::Low),
    };
    if federated || chain.has(3) {
        let issuer = match has_issuer {
            true => "The signing certificate is not in these records",
            false => "Neither issuer nor signing certificate is in these records",
        };
        notes.push(format!("{issuer}: Get-MgDomainFederationConfiguration tells what is set now."));
    }
    let people = listed(chain.records.iter().map(|(_, record)| who(record)));
    let title = format!("{people} set up the domain {domain}");
    let verdict = format!("{verdict}, {found}/4 steps");
    Some(Judged { title, verdict, severity, ordinary: false, notes, watch: None })
}

pub(in crate::trails) fn judge_pass(chain: &Chain) -> Option<Judged> {
    let pass = chain.first(0)?;
    let account = user_name(pass)?;
    let start = chain.when(0)?;
    let mut notes = Vec::new();
    let after = |when: Option<Timestamp>| {
        when.map(|when| match when < start {
            true => format!("{} before", between(when, start)),
            false => format!("after {}", between(start, when)),
        })
    };
    let own = |record: &Record<'_>| {
        let user = super::target(record, &["User"]).map(|user| &*user.id);
        user.is_some_and(|id| !id.is_empty() && id == &*record.actor.id)
    };
    let factor = after(chain.when(1));
    let password = after(chain.when(2));
    if chain.has(1) {
        let how = listed(chain.of(1).map(|record| record.result_reason.to_string()));
        notes.push(format!("New factor by {}: {how}.", listed(chain.of(1).map(who))));
    }
    if chain.has(2) {
        notes.push(format!("Password reset by {}.", listed(chain.of(2).map(who))));
    }
    // Whoever changes the own password or factor does what a pass is for.
    let by_another = chain.of(2).any(|record| !own(record) && record.actor.kind == ActorKind::User);
    let severity = match (&factor, &password) {
        (Some(_), Some(_)) if by_another => Level::High,
        (_, Some(_)) if by_another => Level::Medium,
        (Some(_), Some(_)) => Level::Medium,
        _ => Level::Low,
    };
    let ordinary = password.is_none() && chain.of(1).all(own);
    let verdict = match (factor, password) {
        (Some(factor), Some(password)) => format!("new factor {factor}, password {password}"),
        (Some(factor), None) => format!("new factor {factor}, no password in this data"),
        (None, Some(password)) => format!("password reset {password}, no new factor"),
        (None, None) => "nothing after it in this data within 2 days".to_owned(),
    };
    let passes = match chain.count(0) {
        1 => "a temporary access pass".to_owned(),
        count => many(count, "temporary access pass").replace("passs", "passes"),
    };
    let title = format!("{} gave {account} {passes}", who(pass));
    Some(Judged { title, verdict, severity, ordinary, notes, watch: None })
}
