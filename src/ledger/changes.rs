//! What of a record's changes was set, and can be set back; what of them only tells what the record is about.
//! Never says whether it has to be set back.

use crate::meaning::{self, Kind};
use crate::record::change::{Difference, differences};
use crate::record::{Change, Record, Target, value_text};
use crate::text::fold;

/// Differences of one change that are told.
const MOST_DIFFERENCES: usize = 100;

/// What reverses an activity is setting the old values, and nothing else.
pub fn sets_values(activity: &str) -> bool {
    meaning::way(activity).is_some_and(|way| way.kind == Kind::SetBack)
}

/// Is a value logged of something that was changed?
pub fn has_values(record: &Record<'_>) -> bool {
    let mut changes = record.targets.iter().flat_map(|one| &one.changes);
    changes.any(|change| !is_about_the_change(&change.name) && !is_empty(change))
}

/// The properties that only name what the record is about, with their value.
pub fn about<'r>(record: &'r Record<'_>) -> Vec<(&'r str, Option<String>)> {
    let changes = record.targets.iter().flat_map(|one| &one.changes);
    let changes = changes.filter(|change| !is_about_the_change(&change.name) && !is_empty(change));
    let told = changes.flat_map(|change| {
        let found = differences(change.old.as_deref(), change.new.as_deref());
        let found = found.into_iter().take(MOST_DIFFERENCES);
        let found = found.filter(|difference| names(change, difference));
        found.map(|difference| (&*change.name, difference.new.or(difference.old)))
    });
    told.collect()
}

/// Does the record log the values of all that it changed, and can all of them be told?
pub fn is_whole(record: &Record<'_>) -> bool {
    let changes = record.targets.iter().flat_map(|one| &one.changes);
    changes.filter(|change| !is_about_the_change(&change.name)).all(|change| {
        !is_empty(change)
            && differences(change.old.as_deref(), change.new.as_deref()).len() <= MOST_DIFFERENCES
    })
}

/// No value on either side.
pub fn is_empty(change: &Change<'_>) -> bool {
    let is_empty = |side: Option<&str>| side.map(value_text).is_none_or(|v| v.is_empty());
    is_empty(change.old.as_deref()) && is_empty(change.new.as_deref())
}

/// What can be set back, in the order in which it is told.
pub fn told_differences<'r>(
    record: &'r Record<'_>,
) -> impl Iterator<Item = (&'r Target<'r>, &'r Change<'r>, Difference)> {
    record.targets.iter().flat_map(|one| {
        one.changes.iter().flat_map(move |change| {
            to_set(change).into_iter().map(move |difference| (one, change, difference))
        })
    })
}

/// What can be set back of one change.
pub fn to_set(change: &Change<'_>) -> Vec<Difference> {
    if is_about_the_change(&change.name) || is_empty(change) {
        return Vec::new();
    }
    let mut found = differences(change.old.as_deref(), change.new.as_deref());
    found.truncate(MOST_DIFFERENCES);
    found.retain(|difference| {
        // Entra keeps this time itself.
        !difference.path.ends_with(".modifiedDateTime") && !names(change, difference)
    });
    found
}

/// Does a difference only tell what the record is about?
fn names(change: &Change<'_>, difference: &Difference) -> bool {
    (difference.old.is_none() || difference.new.is_none()) && only_names(&change.name)
}

/// Properties that only tell about the change.
pub fn is_about_the_change(name: &str) -> bool {
    ["Included Updated Properties", "TargetId.", "ActorId.", "Action Client Name"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

/// Last parts of properties that only name what the record is about.
const NAMING: &[&str] = &[
    "appid",
    "displayname",
    "objectid",
    "serviceprincipalnames",
    "templateid",
    "upn",
    "userprincipalname",
    "wellknownobjectname",
];

/// Does the property only tell what the record is about, so that there is nothing to take away or to
/// give back?
fn only_names(name: &str) -> bool {
    let name = fold(name);
    let Some((of, part)) = name.split_once('.') else {
        return name.starts_with("roledefinitionorigin") || name == "templateid";
    };
    of == "consentcontext" || NAMING.contains(&part)
}
