//! A record in one sentence: who did what to whom, and whether it worked.
//! Never invents: where the names are missing the sentence says what the record says.

use std::borrow::Cow;

use super::{Actor, ActorKind, Outcome, Record, Target, value_text};
use crate::text::original_upn;

/// The name people know an actor by: user principal name, display name, application name, id.
pub fn actor_name<'r>(actor: &'r Actor<'_>) -> &'r str {
    let names = [
        original_upn(&actor.upn).0,
        &*actor.name,
        &*actor.service_principal_name,
        &*actor.id,
        &*actor.app_id,
    ];
    names.into_iter().find(|name| !name.is_empty()).unwrap_or("nobody named")
}

/// The name people know a target by: display name, user principal name, id.
pub fn target_name<'r>(target: &'r Target<'_>) -> &'r str {
    let names = [&*target.name, original_upn(&target.upn).0, &*target.id];
    names.into_iter().find(|name| !name.is_empty()).unwrap_or("")
}

/// First words of activities and their past tense; the verbs of the catalogue's activities.
const PAST: &[(&str, &str)] = &[
    ("accept", "accepted"),
    ("acquire", "acquired"),
    ("activate", "activated"),
    ("add", "added"),
    ("apply", "applied"),
    ("approve", "approved"),
    ("archive", "archived"),
    ("assign", "assigned"),
    ("cancel", "canceled"),
    ("change", "changed"),
    ("confirm", "confirmed"),
    ("consent", "consented"),
    ("convert", "converted"),
    ("create", "created"),
    ("decline", "declined"),
    ("delete", "deleted"),
    ("deny", "denied"),
    ("disable", "disabled"),
    ("dismiss", "dismissed"),
    ("download", "downloaded"),
    ("enable", "enabled"),
    ("end", "ended"),
    ("export", "exported"),
    ("finish", "finished"),
    ("fulfill", "fulfilled"),
    ("get", "read"),
    ("grant", "granted"),
    ("import", "imported"),
    ("invite", "invited"),
    ("issue", "issued"),
    ("onboard", "onboarded"),
    ("patch", "changed"),
    ("process", "processed"),
    ("read", "read"),
    ("recover", "recovered"),
    ("redeem", "redeemed"),
    ("register", "registered"),
    ("reject", "rejected"),
    ("release", "released"),
    ("remove", "removed"),
    ("renew", "renewed"),
    ("request", "requested"),
    ("reset", "reset"),
    ("restore", "restored"),
    ("retrieve", "retrieved"),
    ("review", "reviewed"),
    ("revoke", "revoked"),
    ("rotate", "rotated"),
    ("run", "ran"),
    ("schedule", "scheduled"),
    ("send", "sent"),
    ("set", "set"),
    ("start", "started"),
    ("stop", "stopped"),
    ("submit", "submitted"),
    ("sync", "synced"),
    ("trigger", "triggered"),
    ("unlock", "unlocked"),
    ("unregister", "unregistered"),
    ("update", "updated"),
    ("upload", "uploaded"),
    ("validate", "validated"),
    ("verify", "verified"),
];

/// The record in one sentence, uncleaned: clean it before it is shown.
pub fn sentence(record: &Record<'_>) -> String {
    let actor = match record.actor.kind {
        ActorKind::Unknown if actor_name(&record.actor) == "nobody named" => {
            Cow::Borrowed("Somebody")
        }
        ActorKind::App => Cow::Owned(format!("App {}", actor_name(&record.actor))),
        _ => Cow::Borrowed(actor_name(&record.actor)),
    };
    let activity = record.activity.trim().trim_end_matches('.');
    let mut words = activity.split_whitespace();
    let first = words.next().unwrap_or("").to_lowercase();
    let past = PAST.iter().find(|(verb, _)| *verb == first).map(|(_, past)| *past);
    let mut used = Vec::new();
    let rest = named_words(words, record, &mut used);
    let failed = matches!(record.outcome, Outcome::Failure | Outcome::Timeout);
    let mut sentence = match past {
        Some(_) if failed => format!("{actor} tried to {first}{rest}"),
        Some(past) => format!("{actor} {past}{rest}"),
        None if activity.is_empty() => format!("{actor} did something without a name"),
        None => format!("{actor}: {activity}"),
    };
    let others: Vec<&str> = (record.targets.iter().enumerate())
        .filter(|(at, _)| !used.contains(at))
        .map(|(_, target)| target_name(target))
        .filter(|name| !name.is_empty() && !sentence.contains(name))
        .collect();
    if !others.is_empty() {
        sentence.push_str(" · ");
        sentence.push_str(&others.join(", "));
    }
    if failed {
        sentence.push_str(" — ");
        sentence.push_str(record.outcome.word());
        if !record.result_reason.trim().is_empty() {
            sentence.push_str(": ");
            sentence.push_str(record.result_reason.trim());
        }
    }
    sentence
}

/// The words of an activity after its verb, each noun followed by the name it stands for.
fn named_words<'w>(
    words: impl Iterator<Item = &'w str>,
    record: &Record<'_>,
    used: &mut Vec<usize>,
) -> String {
    let words: Vec<&str> = words.collect();
    let mut text = String::new();
    for (at, word) in words.iter().enumerate() {
        text.push(' ');
        text.push_str(word);
        let noun = match words.get(at + 1) {
            // "service principal", "access package", "administrative unit": the noun is the second.
            Some(
                &("principal" | "package" | "unit" | "access" | "license" | "grant" | "setting"),
            ) => continue,
            _ => word.to_lowercase(),
        };
        let kinds: &[&str] = match noun.as_str() {
            "member" | "user" | "owner" | "users" | "guest" => {
                &["user", "serviceprincipal", "device", "group"]
            }
            "role" => &["role"],
            "group" => &["group"],
            "application" | "principal" => &["application", "serviceprincipal"],
            "device" => &["device"],
            "policy" => &["policy"],
            _ => continue,
        };
        if let Some(name) = name_for(&noun, kinds, record, used) {
            text.push(' ');
            text.push_str(&name);
        }
    }
    text
}

/// The name a noun stands for: a target of that type not named before, or what the changes say.
fn name_for(
    noun: &str,
    kinds: &[&str],
    record: &Record<'_>,
    used: &mut Vec<usize>,
) -> Option<String> {
    let fits = |target: &Target<'_>| kinds.contains(&target.kind.to_lowercase().as_str());
    let found =
        record.targets.iter().enumerate().find(|(at, target)| {
            !used.contains(at) && fits(target) && !target_name(target).is_empty()
        });
    if let Some((at, target)) = found {
        used.push(at);
        return Some(target_name(target).to_owned());
    }
    let property = match noun {
        "role" => "Role.DisplayName",
        "group" => "Group.DisplayName",
        "principal" => "ServicePrincipal.DisplayName",
        _ => return None,
    };
    let changes = record.targets.iter().flat_map(|target| &target.changes);
    let change = changes.into_iter().find(|change| change.name == property)?;
    let name = [&change.new, &change.old]
        .into_iter()
        .flatten()
        .map(|value| value_text(value))
        .find(|value| !value.is_empty())?;
    Some(name.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Change;

    fn record(activity: &str, outcome: Outcome, targets: Vec<Target<'static>>) -> String {
        sentence(&Record {
            activity: activity.to_owned().into(),
            outcome,
            result_reason: "not allowed".into(),
            actor: Actor {
                kind: ActorKind::User,
                upn: "mallory@fabrik.example".into(),
                ..Actor::default()
            },
            targets,
            ..Record::default()
        })
    }

    fn target(kind: &'static str, name: &'static str) -> Target<'static> {
        Target { kind: kind.into(), name: name.into(), ..Target::default() }
    }

    #[test]
    fn nouns_are_followed_by_the_names_they_stand_for() {
        let mut eve = target("User", "Eve Adams");
        eve.changes = vec![Change {
            name: "Role.DisplayName".into(),
            old: None,
            new: Some("\"Global Administrator\"".into()),
        }];
        assert_eq!(
            record("Add member to role", Outcome::Success, vec![eve]),
            "mallory@fabrik.example added member Eve Adams to role Global Administrator"
        );
        assert_eq!(
            record(
                "Delete service principal",
                Outcome::Failure,
                vec![target("ServicePrincipal", "Mail Helper")]
            ),
            "mallory@fabrik.example tried to delete service principal Mail Helper — failure: not allowed"
        );
        assert_eq!(
            record("Synchronization rule action", Outcome::Success, vec![target("User", "Bob")]),
            "mallory@fabrik.example: Synchronization rule action · Bob"
        );
        assert_eq!(
            record("", Outcome::Success, vec![]),
            "mallory@fabrik.example did something without a name"
        );
    }
}
