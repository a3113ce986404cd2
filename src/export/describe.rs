//! A record as documents tell it: activity, result, actor, targets with their changes, ids.
//! Never cleans or escapes; that is each renderer's own affair.

use crate::document::{Block, Item, Text};
use crate::record::change::{Difference, differences, kept, one_line};
use crate::record::sentence::{actor_name, target_name};
use crate::record::{ActorKind, Change, NamedBy, Record, Target};

/// Differences of one change that are told; the others are counted.
const MOST_DIFFERENCES: usize = 50;
/// Characters of a value that are told; the record has the rest.
const LONGEST_VALUE: usize = 600;

/// All there is to say of a record.
pub(super) fn record(record: &Record<'_>) -> Vec<Item> {
    let activity = Text::of("Activity: ").foreign(&*record.activity).words(" (");
    let activity = activity.foreign(&*record.service).words(" › ").foreign(&*record.category);
    let said = if record.result.is_empty() { record.outcome.word() } else { &record.result };
    let result = Text::of("Result: ").foreign(said);
    let result = match record.result_reason.trim() {
        "" => result,
        reason => result.words(", ").foreign(reason),
    };
    let actor = Text::of("Actor: ").and(actor(record));
    let mut told: Vec<Item> = vec![activity.words(")").into(), result.into(), actor.into()];
    for one in &record.targets {
        let changes: Vec<Text> = one.changes.iter().flat_map(changed).collect();
        let inside = if changes.is_empty() { Vec::new() } else { vec![Block::list(changes)] };
        told.push(Item { text: Text::of("Target: ").and(target(one)), inside });
    }
    let ids = [
        ("Correlation id: ", &record.correlation_id),
        ("Record id: ", &record.id),
        ("Session id: ", &record.session_id),
        ("Tenant id: ", &record.tenant_id),
        ("User agent: ", &record.user_agent),
        ("Source: ", &record.source),
    ];
    let ids = ids.into_iter().filter(|(_, id)| !id.trim().is_empty());
    told.extend(ids.map(|(name, id)| Item::from(Text::of(name).code(&**id))));
    told
}

fn actor(record: &Record<'_>) -> Text {
    let actor = &record.actor;
    let name = actor_name(actor);
    let mut told = match actor.kind {
        ActorKind::App => Text::of("application ").code(name),
        _ => Text::default().code(name),
    };
    let upn = actor.original_upn().0;
    for more in [upn, &actor.name].into_iter().filter(|more| !more.is_empty() && *more != name) {
        told = told.words(", ").code(more);
    }
    let ids = [
        (", id ", &actor.id),
        (", through ", &actor.app_name),
        (", application id ", &actor.app_id),
        (", service principal id ", &actor.app_object_id),
        (", from ", &actor.ip),
    ];
    for (what, id) in ids.into_iter().filter(|(_, id)| !id.is_empty()) {
        told = told.words(what).code(&**id);
    }
    if actor.named_by != NamedBy::Itself {
        told = told.words(format!(" ({})", actor.named_by.words()));
    }
    told
}

/// A target by type, names and id.
pub(super) fn target(target: &Target<'_>) -> Text {
    let name = target_name(target);
    let told = match target.kind.trim() {
        "" => Text::default(),
        kind => Text::default().foreign(kind).words(" "),
    };
    let mut told = if name.is_empty() { told.words("without a name") } else { told.code(name) };
    let upn = target.original_upn().0;
    if !upn.is_empty() && upn != name {
        told = told.words(", ").code(upn);
    }
    if !target.id.is_empty() && *target.id != *name {
        told = told.words(", id ").code(&*target.id);
    }
    if !target.name_id.is_empty() && *target.name_id != *name {
        told = told.words(", application id ").code(&*target.name_id);
    }
    if target.named_by != NamedBy::Itself {
        told = told.words(format!(" ({})", target.named_by.words()));
    }
    told
}

fn changed(change: &Change<'_>) -> Vec<Text> {
    let name = || Text::default().code(&*change.name);
    let found = differences(change.old.as_deref(), change.new.as_deref());
    if found.is_empty() {
        let same = one_line(change.new.as_deref());
        return vec![match same.is_empty() {
            true => name().words(": no values logged"),
            false => name().words(": ").and(value(Some(&same))).words(" (unchanged)"),
        }];
    }
    let mut told: Vec<Text> =
        found.iter().take(MOST_DIFFERENCES).map(|one| self::difference(change, one)).collect();
    let is_list = found.iter().all(|one| one.place() == ("", true));
    let stays =
        kept(change.old.as_deref(), change.new.as_deref()).filter(|kept| is_list && *kept > 0);
    if let Some(stays) = stays {
        told.push(name().words(format!(": {stays} kept in the list")));
    }
    if found.len() > MOST_DIFFERENCES {
        told.push(name().words(format!(": {} more differences", found.len() - MOST_DIFFERENCES)));
    }
    told
}

fn difference(change: &Change<'_>, difference: &Difference) -> Text {
    let (_, in_list) = difference.place();
    let place = place(&change.name, difference);
    match (difference.old.as_deref(), difference.new.as_deref()) {
        // Beside an arrow the whole list would seem to have been empty.
        (None, new) if in_list => place.words(": added ").and(value(new)),
        (old, None) if in_list => place.words(": removed ").and(value(old)),
        (old, new) => place.words(": ").and(value(old)).words(" → ").and(value(new)),
    }
}

/// Where a property differs: its name, and the path inside of its value.
pub(super) fn place(property: &str, difference: &Difference) -> Text {
    match difference.place().0 {
        "" => Text::default().code(property),
        path => Text::default().code(property).words(" ").code(path),
    }
}

/// A value; nothing is told as such.
pub(super) fn value(value: Option<&str>) -> Text {
    let Some(value) = value.filter(|value| !value.is_empty()) else { return Text::of("(none)") };
    match value.char_indices().nth(LONGEST_VALUE) {
        None => Text::default().code(value),
        Some((at, _)) => {
            let cut = format!(" (cut: {} bytes)", value.len());
            Text::default().code(&value[..at]).words(cut)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_added_to_a_list_does_not_make_the_list_look_empty() {
        let change = Change {
            name: "KeyDescription".into(),
            old: Some(r#"["[KeyIdentifier=1]"]"#.into()),
            new: Some(r#"["[KeyIdentifier=1]","[KeyIdentifier=2]"]"#.into()),
        };
        let told: Vec<String> = changed(&change).iter().map(Text::plain).collect();
        assert_eq!(
            told,
            ["KeyDescription: added [KeyIdentifier=2]", "KeyDescription: 1 kept in the list"]
        );
    }
}
