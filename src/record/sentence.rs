//! A record in one sentence: who did what to whom, and whether it worked.
//! Never invents: where the names are missing the sentence says what the record says.

mod kinds;

use std::borrow::Cow;
use std::fmt::Write as _;

use super::kind::property::PropertyKey;
use super::{Actor, ActorKind, Outcome, Record, Target, value_text};
use crate::meaning::{self, Thing};

pub use kinds::rated;

/// The name people know an actor by: user principal name, display name, application name, id.
pub fn actor_name<'r>(actor: &'r Actor<'_>) -> &'r str {
    let names = [
        actor.original_upn().0,
        &*actor.name,
        &*actor.service_principal_name,
        &*actor.id,
        &*actor.app_name,
        &*actor.app_id,
    ];
    names.into_iter().find(|name| !name.is_empty()).unwrap_or("nobody named")
}

/// The name people know a target by: display name (its own or found elsewhere), user principal
/// name, id.
pub fn target_name<'r>(target: &'r Target<'_>) -> &'r str {
    let names = [&*target.name, target.original_upn().0, &*target.id, &*target.name_id];
    names.into_iter().find(|name| !name.is_empty()).unwrap_or("")
}

/// Words before which a noun is over: it is followed by the name it stands for.
const AFTER: &[&str] = &[
    "and", "as", "at", "by", "for", "from", "in", "into", "of", "on", "or", "outside", "to", "via",
    "with", "without", "-",
];

/// The record in one sentence, uncleaned: clean it before it is shown.
pub fn sentence(record: &Record<'_>) -> String {
    let actor = match record.actor.kind {
        ActorKind::Unknown if actor_name(&record.actor) == "nobody named" => {
            Cow::Borrowed("Somebody")
        }
        // The person is no agent: one acted for them.
        ActorKind::User if record.property(PropertyKey::Performer).is_some() => {
            Cow::Owned(format!("{} (through an AI agent)", actor_name(&record.actor)))
        }
        _ if !record.actor.agent.is_empty() => {
            Cow::Owned(format!("AI agent {}", actor_name(&record.actor)))
        }
        ActorKind::App => Cow::Owned(format!("App {}", actor_name(&record.actor))),
        _ if !record.actor.app_name.is_empty() => {
            let (person, app) = (actor_name(&record.actor), &record.actor.app_name);
            Cow::Owned(format!("{person} (through {app})"))
        }
        _ => Cow::Borrowed(actor_name(&record.actor)),
    };
    let activity = record.activity.trim().trim_end_matches('.');
    let mut used = Vec::new();
    let failed = matches!(record.outcome, Outcome::Failure | Outcome::Timeout);
    let own = kinds::told(record);
    let is_told = own.is_some();
    let mut sentence = match own.or_else(|| told(activity, record, failed, &mut used)) {
        Some(told) => format!("{actor} {told}"),
        None if activity.is_empty() => format!("{actor} did something without a name"),
        None => format!("{actor}: {activity}"),
    };
    let others = others(record, &used, &sentence);
    if !others.is_empty() && !is_told {
        sentence.push_str(" · ");
        sentence.push_str(&others.join(", "));
    }
    if let Some(origin) = origin(record) {
        let _ = write!(sentence, " ({origin})");
    }
    if let Some(end) = kinds::end(record) {
        sentence.push_str(" — ");
        sentence.push_str(end);
        if !record.result_reason.trim().is_empty() {
            sentence.push_str(": ");
            sentence.push_str(record.result_reason.trim());
        }
    }
    sentence
}

/// Whose the service principal is that a record adds, and how it came.
fn origin(record: &Record<'_>) -> Option<String> {
    let mut told = match record.property(PropertyKey::Origin)? {
        "microsoft" => "Microsoft's own",
        "managed-identity" => "a managed identity",
        "own" => "registered in this tenant",
        "foreign" => "of another organisation",
        _ => "not Microsoft's",
    }
    .to_owned();
    for key in [PropertyKey::Provisioned, PropertyKey::Sku] {
        for value in record.properties_of(key).filter(|value| !value.eq_ignore_ascii_case("Other"))
        {
            let _ = write!(told, ", {value}");
        }
    }
    Some(told)
}

/// Names of targets that the sentence has not said. The tenant itself and bare ids say nothing beside
/// a name.
fn others<'r>(record: &'r Record<'_>, used: &[usize], sentence: &str) -> Vec<&'r str> {
    let unused = (record.targets.iter().enumerate()).filter(|(at, _)| !used.contains(at));
    let names = unused.map(|(_, target)| (target, target_name(target)));
    let names = names.filter(|(_, name)| !name.is_empty() && !sentence.contains(name));
    let is_named = |target: &Target<'_>| !(target.name.is_empty() && target.upn.is_empty());
    let says =
        |target: &Target<'_>| is_named(target) && !target.kind.eq_ignore_ascii_case("directory");
    let some_say = !used.is_empty() || record.targets.iter().any(says);
    names.filter(|(target, _)| !some_say || says(target)).map(|(_, name)| name).collect()
}

/// What was done in the words of the activity, after the actor; `None` where its words are no verb
/// and what it was done to.
fn told(
    activity: &str,
    record: &Record<'_>,
    failed: bool,
    used: &mut Vec<usize>,
) -> Option<String> {
    let mut words: Vec<&str> = activity.split_whitespace().collect();
    let first = words.first()?.to_lowercase();
    let verbs = meaning::verbs();
    if let [_, participle] = words.as_slice()
        && verbs.is_done_to(&first, &participle.to_lowercase())
    {
        let done = participle.to_lowercase();
        return (!failed).then(|| format!("{done} {first}"));
    }
    let past = verbs.past(&first)?;
    let (mut lead, mut trying) = ("", "");
    let bracket = words.iter().position(|word| word.starts_with('(')).unwrap_or(words.len());
    for stage in &verbs.stages {
        let start = bracket.saturating_sub(stage.words.len());
        let is_this = (words[start..bracket].iter())
            .map(|word| word.to_lowercase())
            .eq(stage.words.iter().copied());
        if is_this && start > 1 {
            // What was started is the execution of a schedule, not the scheduling.
            if first == "schedule" {
                return None;
            }
            words.drain(start..bracket);
            (lead, trying) = (stage.did.as_str(), stage.tried.as_str());
            break;
        }
    }
    let bracket = words.iter().position(|word| word.starts_with('(')).unwrap_or(words.len());
    let tells_more = words[1..bracket].iter().enumerate().any(|(at, word)| {
        // "deleted users", "expired credentials": what kind of thing it is.
        let next = words[1..bracket].get(at + 1).map(|next| next.to_lowercase());
        let is_over = next.is_none_or(|next| AFTER.contains(&next.as_str()) || next == "out");
        is_over && verbs.became.contains(&word.to_lowercase())
    });
    if tells_more {
        return None;
    }
    let rest = named_words(&words[1..], !failed && lead.is_empty(), record, used);
    Some(match (failed, lead) {
        (true, "") => format!("tried to {first}{rest}"),
        (true, _) => format!("tried to {trying} {first}{rest}"),
        (false, "") => format!("{past}{rest}"),
        (false, lead) => format!("{lead} {first}{rest}"),
    })
}

/// The words of an activity after its verb, each noun followed by the name it stands for.
fn named_words(words: &[&str], past: bool, record: &Record<'_>, used: &mut Vec<usize>) -> String {
    let mut text = String::new();
    for (at, word) in words.iter().enumerate() {
        text.push(' ');
        // "Create or update"
        let is_verb = past && words.get(at.wrapping_sub(1)) == Some(&"or");
        let past = if is_verb { meaning::verbs().past(word) } else { None };
        text.push_str(past.unwrap_or(word));
        // "service principal", "user sponsor": a noun before another says what kind that is.
        let is_over = words.get(at + 1).is_none_or(|next| {
            next.starts_with('(') || AFTER.contains(&next.to_lowercase().as_str())
        });
        if !is_over {
            continue;
        }
        let noun = word.to_lowercase();
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
    let thing = match noun {
        "role" => Thing::Role,
        "group" => Thing::GroupItself,
        "principal" => Thing::PrincipalItself,
        _ => return None,
    };
    let property = &thing.facts().name;
    let changes = record.targets.iter().flat_map(|target| &target.changes);
    let change = changes.into_iter().find(|change| change.name == **property)?;
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
