//! What a record says of a type of target, of a property, of a detail: the questions that all readings ask.
//! Never looks at more than one record.

use crate::record::sentence::target_name;
use crate::record::{Actor, Record, Target, value_text};
use crate::text::fold;

/// The first target of one of these types; of the first type that has one.
pub fn target<'r, 'a>(record: &'r Record<'a>, kinds: &[&str]) -> Option<&'r Target<'a>> {
    let of = |kind: &&str| record.targets.iter().find(|t| t.kind.eq_ignore_ascii_case(kind));
    kinds.iter().find_map(of)
}

/// The text by which a target is known: an id, else a name.
pub fn key_of<'t>(target: &'t Target<'_>) -> &'t str {
    let texts = [&*target.id, target.original_upn().0, &*target.name];
    texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
}

/// What a target is known by, folded: its id, else its name.
pub fn known(target: &Target<'_>) -> Option<String> {
    let names = [&target.id, &target.upn, &target.name];
    names.into_iter().map(|name| fold(name)).find(|name| !name.is_empty())
}

/// The text by which an actor is known: an id, else a name.
pub fn actor_key<'r>(actor: &'r Actor<'_>) -> &'r str {
    let texts = [&*actor.id, &*actor.app_id, actor.original_upn().0, &*actor.name];
    texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
}

/// What people call the first target of one of these types.
pub fn name_of(record: &Record<'_>, kinds: &[&str]) -> Option<String> {
    let name = target_name(target(record, kinds)?);
    (!name.is_empty()).then(|| name.to_owned())
}

/// The value a property has now; before, where it has none any more.
pub fn value(record: &Record<'_>, property: &str) -> Option<String> {
    let changes = record.targets.iter().flat_map(|target| &target.changes);
    changes.filter(|change| change.name.eq_ignore_ascii_case(property)).find_map(|change| {
        let values = [&change.new, &change.old].into_iter().flatten();
        let mut texts = values.map(|value| value_text(value).trim().to_owned());
        texts.find(|text| !text.is_empty())
    })
}

/// The first detail of this key that has a value.
pub fn detail<'r>(record: &'r Record<'_>, key: &str) -> Option<&'r str> {
    let details = record.details.iter();
    let mut found = details.filter(|detail| detail.key.eq_ignore_ascii_case(key));
    found.find(|detail| !detail.value.is_empty()).map(|detail| &*detail.value)
}
