//! Guests: who invited how many, who came, who rose, who has not come yet.
//! Never asks the mailboxes.

use super::{distinct, who};
use crate::ledger::logged;
use crate::ledger::logged::{detail, target};
use crate::record::Record;
use crate::record::risk::Level;
use crate::record::sentence::target_name;
use crate::text::fold;
use crate::trails::chain::{Chain, Judged, between};
use crate::trails::subject::guest_names;
use crate::trails::verdict::{Note, Title, Verdict};
use std::collections::{HashMap, HashSet};

/// So many invitations at once are a storm.
const STORM: usize = 10;

pub(in crate::trails) fn judge(chain: &Chain) -> Option<Judged> {
    let first = chain.first(0)?;
    let guests: HashSet<String> = chain.of(0).filter_map(key).collect();
    let came: HashSet<String> = chain.of(1).flat_map(guest_names).collect();
    // A guest who did not come has no redemption; whoever rose is told by name.
    let waiting: Vec<String> = (chain.of(0))
        .filter(|record| !guest_names(record).iter().any(|name| came.contains(name)))
        .map(mail)
        .collect();
    let invited = guests.len().max(1);
    let waiting = distinct(waiting);
    let mut domains: HashMap<String, usize> = HashMap::new();
    for record in chain.of(0) {
        let mail = mail(record);
        if let Some((_, domain)) = mail.rsplit_once('@') {
            *domains.entry(domain.to_owned()).or_default() += 1;
        }
    }
    let mut domains: Vec<(String, usize)> = domains.into_iter().collect();
    domains.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut notes = Vec::new();
    if !domains.is_empty() {
        notes.push(Note::Domains(domains));
    }
    let person = |record: &Record<'_>| super::user_name(record).unwrap_or_default();
    if chain.has(2) {
        let groups = chain.of(2).map(|record| {
            let to =
                logged::value(record, "Group.DisplayName").or_else(|| super::account::role(record));
            (person(record), to.unwrap_or_default())
        });
        notes.push(Note::Got(groups.collect()));
    }
    if chain.has(3) {
        notes.push(Note::BecameMember(chain.of(3).map(person).collect()));
    }
    if !waiting.is_empty() {
        notes.push(Note::NotRedeemed(waiting.clone()));
    }
    let redeemed = invited.saturating_sub(waiting.len());
    let (memberships, members) = (chain.count(2), chain.count(3));
    let verdict = Verdict::Guests { redeemed, invited, memberships, members };
    let severity = match (invited >= STORM, chain.has(2) || chain.has(3)) {
        (true, true) => Level::High,
        (true, _) => Level::Medium,
        _ if chain.has(3) => Level::Medium,
        _ => Level::Low,
    };
    let ordinary = invited < STORM && !chain.has(2) && !chain.has(3);
    let within = chain.when(0).zip(chain.last(0)).filter(|_| invited > 1);
    let within = within.map(|(from, to)| between(from, to));
    let whom = if invited == 1 { Ok(mail(first)) } else { Err(invited) };
    let title = Title::Guests { who: who(first), whom, within };
    Some(Judged { title, verdict, severity, ordinary, notes, watch: None })
}

/// The guest's id, else name.
fn key(record: &Record<'_>) -> Option<String> {
    let guest = target(record, &["User"])?;
    let key = fold(logged::key_of(guest));
    (!key.is_empty()).then_some(key)
}

fn mail(record: &Record<'_>) -> String {
    let given = detail(record, "invitedUserEmailAddress").map(str::to_owned);
    given
        .or_else(|| target(record, &["User"]).map(|t| target_name(t).to_owned()))
        .unwrap_or_default()
}
