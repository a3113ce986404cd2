//! Guests: who invited how many, who came, who rose, who has not come yet.
//! Never asks the mailboxes.

use super::{Chain, Judged, between, detail, distinct, is_part, listed, many, target, who};
use crate::record::Record;
use crate::record::risk::Level;
use crate::record::sentence::target_name;
use crate::text::fold;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

/// So many invitations at once are a storm.
const STORM: usize = 10;

pub(in crate::trails) fn judge(chain: &Chain) -> Option<Judged> {
    let first = chain.first(0)?;
    let guests: HashSet<String> = chain.of(0).filter_map(key).collect();
    let came: HashSet<String> = chain.of(1).flat_map(names).collect();
    // A guest who did not come has no redemption; whoever rose is told by name.
    let waiting: Vec<String> = (chain.of(0))
        .filter(|record| !names(record).iter().any(|name| came.contains(name)))
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
    let of = listed(domains.into_iter().map(|(domain, count)| format!("{domain} ({count})")));
    if !of.is_empty() {
        notes.push(format!("Domains: {of}."));
    }
    let person = |record: &Record<'_>| super::user_name(record).unwrap_or_default();
    if chain.has(2) {
        let groups = chain.of(2).map(|record| {
            let to =
                super::value(record, "Group.DisplayName").or_else(|| super::account::role(record));
            format!("{} in {}", person(record), to.unwrap_or_default())
        });
        notes.push(format!("Got a group or role: {}.", listed(groups)));
    }
    if chain.has(3) {
        notes.push(format!("Became member: {}.", listed(chain.of(3).map(person))));
    }
    if !waiting.is_empty() {
        notes.push(format!("Not redeemed by {}: {}.", waiting.len(), listed(waiting.clone())));
    }
    let redeemed = invited.saturating_sub(waiting.len());
    let mut verdict = format!("{redeemed} of {invited} redeemed");
    if chain.has(2) {
        let _ = write!(verdict, ", {}", many(chain.count(2), "membership"));
    }
    if chain.has(3) {
        let _ = write!(verdict, ", {} became member", chain.count(3));
    }
    let severity = match (invited >= STORM, chain.has(2) || chain.has(3)) {
        (true, true) => Level::High,
        (true, _) => Level::Medium,
        _ if chain.has(3) => Level::Medium,
        _ => Level::Low,
    };
    let ordinary = invited < STORM && !chain.has(2) && !chain.has(3);
    let took = match (chain.when(0), chain.last(0)) {
        (Some(from), Some(to)) if invited > 1 => format!(" within {}", between(from, to)),
        _ => String::new(),
    };
    let whom = if invited == 1 { mail(first) } else { many(invited, "guest") };
    let title = format!("{} invited {whom}{took}", who(first));
    Some(Judged { title, verdict, severity, ordinary, notes, watch: None })
}

/// The guest's id, else name.
fn key(record: &Record<'_>) -> Option<String> {
    let guest = target(record, &["User"])?;
    let key = fold(super::key_of(guest));
    (!key.is_empty()).then_some(key)
}

/// What a guest is known by in an invitation, a redemption or a membership, folded: id, sign-in name,
/// address. A redemption without a user among its targets is the actor's own. Never the inviter.
pub(in crate::trails) fn names(record: &Record<'_>) -> Vec<String> {
    let mut names = Vec::new();
    let mut keep = |text: &str| {
        let text = fold(text.trim());
        if !text.is_empty() && !names.contains(&text) {
            names.push(text);
        }
    };
    match target(record, &["User"]) {
        Some(guest) => {
            keep(&guest.id);
            keep(guest.original_upn().0);
            // The service's own "UPN: …, Email: …, InvitationId: …"; other names are chosen by people.
            if is_part(record, "guest", &["redeemed"]) && guest.name.starts_with("UPN:") {
                let mut parts = guest.name.split(", ");
                keep(parts.find_map(|part| part.strip_prefix("Email:")).unwrap_or_default());
            }
        }
        None if is_part(record, "guest", &["redeemed"]) => {
            keep(crate::trails::key::actor_key(&record.actor));
        }
        None => {}
    }
    keep(detail(record, "invitedUserEmailAddress").unwrap_or_default());
    names
}

fn mail(record: &Record<'_>) -> String {
    let given = detail(record, "invitedUserEmailAddress").map(str::to_owned);
    given
        .or_else(|| target(record, &["User"]).map(|t| target_name(t).to_owned()))
        .unwrap_or_default()
}
