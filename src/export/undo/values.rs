//! The values of a record that are to be set back, and those that were not logged.
//! Never says whether they have to be: that is decided elsewhere.

use serde_json::Value;

use super::back::Fate;
use crate::meaning::{self, Kind, Needs};
use crate::record::change::{Difference, differences};
use crate::record::sentence::target_name;
use crate::record::{Change, Record, Target, value_text};
use crate::text::fold;

/// Differences of one change that are told.
const MOST_DIFFERENCES: usize = 100;

/// Something to be set back, or what is missing of it.
#[derive(Debug)]
pub(super) enum Item<'r> {
    /// One value.
    Set(ToSet<'r>),
    /// An old value that is an object, whole, and the target it is of: so that it can be given to an
    /// interface as it is.
    Whole(&'r str, Value),
    /// The reason that was logged instead of values.
    Reason(&'r str),
    /// Properties that were logged without values.
    Missing(Vec<&'r str>),
}

/// One value to set back.
#[derive(Debug)]
pub(super) struct ToSet<'r> {
    pub(super) property: &'r str,
    pub(super) difference: Difference,
    pub(super) how: How,
    pub(super) fate: Fate,
}

/// What is done with a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum How {
    /// It was added, and is taken away.
    Remove,
    /// It was taken away, and is given back.
    GiveBack,
    /// It is taken out of a list.
    TakeOut,
    /// It is put back into a list.
    PutBack,
    /// The old one is set.
    Set,
}

impl Item<'_> {
    /// Is it a value that was logged?
    pub(super) fn is_logged(&self) -> bool {
        matches!(self, Self::Set(_) | Self::Whole(..))
    }
}

/// What of the values of a record is to be set back, and what of them is missing.
pub(super) fn items<'r>(record: &'r Record<'_>, needs: Needs, fates: &[Fate]) -> Vec<Item<'r>> {
    let (mut items, mut missing) = (Vec::new(), Vec::new());
    // A record that is redacted may differ in fewer places than it did when the ledger saw it.
    let are_known = fates.len() == told_differences(record).count();
    let mut fates = fates.iter().copied().filter(|_| are_known);
    for one in &record.targets {
        for change in one.changes.iter().filter(|change| !is_about_the_change(&change.name)) {
            if is_empty(change) {
                missing.push(&*change.name);
                continue;
            }
            for difference in to_set(change) {
                let fate = fates.next().unwrap_or_default();
                let how = how(&difference, needs);
                items.push(Item::Set(ToSet { property: &change.name, difference, how, fate }));
            }
            let old = change.old.as_deref().filter(|_| needs != Needs::Added);
            let whole = old.and_then(|old| object(old, 0));
            items.extend(whole.map(|whole| Item::Whole(target_name(one), whole)));
        }
    }
    let reason = record.result_reason.trim();
    let tells = reason.len() > 2 && !["success", "successful"].contains(&fold(reason).as_str());
    if items.is_empty() && needs == Needs::Old && tells {
        items.push(Item::Reason(reason));
    }
    if !missing.is_empty() {
        items.push(Item::Missing(missing));
    }
    items
}

fn how(difference: &Difference, needs: Needs) -> How {
    let (_, in_list) = difference.place();
    match (needs, difference.old.is_some(), difference.new.is_some()) {
        (Needs::Added, false, true) => How::Remove,
        (Needs::Removed, true, false) => How::GiveBack,
        (_, false, _) if in_list => How::TakeOut,
        (_, _, false) if in_list => How::PutBack,
        _ => How::Set,
    }
}

/// What reverses an activity is setting the old values, and nothing else.
pub(super) fn sets_values(activity: &str) -> bool {
    meaning::way(activity).is_some_and(|way| way.kind == Kind::SetBack)
}

/// Is a value logged of something that was changed?
pub(super) fn has_values(record: &Record<'_>) -> bool {
    let mut changes = record.targets.iter().flat_map(|one| &one.changes);
    changes.any(|change| !is_about_the_change(&change.name) && !is_empty(change))
}

/// The properties that only name what the record is about, with their value.
pub(super) fn about<'r>(record: &'r Record<'_>) -> Vec<(&'r str, Option<String>)> {
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
pub(super) fn is_whole(record: &Record<'_>) -> bool {
    let changes = record.targets.iter().flat_map(|one| &one.changes);
    changes.filter(|change| !is_about_the_change(&change.name)).all(|change| {
        !is_empty(change)
            && differences(change.old.as_deref(), change.new.as_deref()).len() <= MOST_DIFFERENCES
    })
}

/// No value on either side.
fn is_empty(change: &Change<'_>) -> bool {
    let is_empty = |side: Option<&str>| side.map(value_text).is_none_or(|v| v.is_empty());
    is_empty(change.old.as_deref()) && is_empty(change.new.as_deref())
}

/// What can be set back, in the order in which it is told.
pub(super) fn told_differences<'r>(
    record: &'r Record<'_>,
) -> impl Iterator<Item = (&'r Target<'r>, &'r Change<'r>, Difference)> {
    record.targets.iter().flat_map(|one| {
        one.changes.iter().flat_map(move |change| {
            to_set(change).into_iter().map(move |difference| (one, change, difference))
        })
    })
}

/// What can be set back of one change.
fn to_set(change: &Change<'_>) -> Vec<Difference> {
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
fn is_about_the_change(name: &str) -> bool {
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

/// The JSON object in a logged value, however often it is packed.
fn object(text: &str, layer: usize) -> Option<Value> {
    match serde_json::from_str::<Value>(text).ok()? {
        object @ Value::Object(_) => Some(object),
        Value::String(inner) if layer < 4 => object(&inner, layer + 1),
        Value::Array(mut items) if items.len() == 1 => match items.remove(0) {
            object @ Value::Object(_) => Some(object),
            Value::String(inner) if layer < 4 => self::object(&inner, layer + 1),
            _ => None,
        },
        _ => None,
    }
}
