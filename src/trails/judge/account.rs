//! Accounts that come, rise and go; domains that are federated; temporary access passes.
//! Never says who is behind an account.

use super::{distinct, user_name, who};
use crate::ledger::logged;
use crate::ledger::logged::{name_of, value};
use crate::record::risk::Level;
use crate::record::{ActorKind, Record};
use crate::time::{TICKS_PER_SECOND, Timestamp};
use crate::trails::chain::{Chain, Judged, between};
use crate::trails::verdict::{DomainEnd, Note, Title, Verdict, When};

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
    if raised.is_some() {
        let by = chain.of(1).map(who).collect();
        notes.push(Note::Roles { by, roles: chain.of(1).filter_map(role).collect() });
    }
    if gone.is_some() {
        notes.push(Note::DeletedBy(chain.of(2).map(who).collect()));
    }
    let told = raised.map(|raised| {
        // How long it took is true of the first role only.
        let mut names = distinct(chain.of(1).filter_map(role)).into_iter();
        (names.next(), between(start, raised), names.collect())
    });
    let deleted = gone.map(|gone| between(start, gone));
    let severity = match (raised, gone) {
        (Some(_), Some(_)) => Level::High,
        (Some(raised), None) if raised.ticks() - start.ticks() < SHORT / 7 => Level::High,
        _ => Level::Low,
    };
    Some(Judged {
        title: Title::Account { who: who(added), account },
        verdict: Verdict::Account { raised: told, deleted },
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
        let values = distinct(values.map(|text| text.trim_matches(['[', ']', '"']).to_owned()));
        if !values.is_empty() {
            has_issuer |= property == "IssuerUri";
            notes.push(Note::Federation(property, values));
        }
    }
    let (end, severity) = match (federated || chain.has(3), chain.has(1)) {
        (true, _) if managed_again => (DomainEnd::ManagedAgain, Level::Medium),
        (true, _) => (DomainEnd::Federated, Level::High),
        (false, _) if chain.has(2) => (DomainEnd::AuthenticationSet, Level::Medium),
        (false, true) => (DomainEnd::Verified, Level::Low),
        (false, false) => (DomainEnd::Added, Level::Low),
    };
    if federated || chain.has(3) {
        notes.push(Note::NoCertificate { has_issuer });
    }
    let people = chain.records.iter().map(|(_, record)| who(record)).collect();
    let title = Title::Domain { who: people, domain };
    let verdict = Verdict::Domain { end, steps: found };
    Some(Judged { title, verdict, severity, ordinary: false, notes, watch: None })
}

pub(in crate::trails) fn judge_pass(chain: &Chain) -> Option<Judged> {
    let pass = chain.first(0)?;
    let account = user_name(pass)?;
    let start = chain.when(0)?;
    let mut notes = Vec::new();
    let after = |when: Option<Timestamp>| {
        when.map(|when| match when < start {
            true => When::Before(between(when, start)),
            false => When::After(between(start, when)),
        })
    };
    let own = |record: &Record<'_>| {
        let user = logged::target(record, &["User"]).map(|user| &*user.id);
        user.is_some_and(|id| !id.is_empty() && id == &*record.actor.id)
    };
    let factor = after(chain.when(1));
    let password = after(chain.when(2));
    if chain.has(1) {
        let how = chain.of(1).map(|record| record.result_reason.to_string()).collect();
        notes.push(Note::Factor { by: chain.of(1).map(who).collect(), how });
    }
    if chain.has(2) {
        notes.push(Note::PasswordBy(chain.of(2).map(who).collect()));
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
    let verdict = Verdict::Pass { factor, password };
    let title = Title::Pass { who: who(pass), account, count: chain.count(0) };
    Some(Judged { title, verdict, severity, ordinary, notes, watch: None })
}
