//! The values of a record that are to be set back, and those that were not logged.
//! Never says whether they have to be: that is decided elsewhere.

use serde_json::Value;

use crate::ledger::Fate;
use crate::ledger::changes::{is_about_the_change, is_empty, to_set, told_differences};
use crate::meaning::Needs;
use crate::record::Record;
use crate::record::change::Difference;
use crate::record::sentence::target_name;
use crate::text::fold;

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
