//! A decision of an undo sheet, in words: lines of Markdown.
//! Never decides anything.

use super::back::{Deed, Fate, TakenBack};
use super::values::{How, Item, ToSet};
use super::{Undo, Verdict};
use crate::export::markdown::{code, escaped, fenced};
use crate::export::report::{target, value};
use crate::meaning::Way;
use crate::record::Record;
use crate::time::Timestamp;

/// What there is to do about a record.
pub(in crate::export) fn lines(record: &Record<'_>, undo: &Undo<'_>) -> Vec<String> {
    let mut lines: Vec<String> =
        record.targets.iter().map(|one| format!("- {}", target(one))).collect();
    if !undo.about.is_empty() {
        let about = undo.about.iter();
        let told: Vec<String> =
            about.map(|(name, of)| format!("{} {}", code(name), value(of.as_deref()))).collect();
        lines.push(format!("- Concerns {}", told.join(", ")));
    }
    lines.push(format!("- {}", verdict(record, &undo.verdict)));
    for item in &undo.values {
        lines.extend(self::item(item));
    }
    lines
}

fn verdict(record: &Record<'_>, verdict: &Verdict) -> String {
    match verdict {
        Verdict::Failed => "Nothing to undo: it failed.".to_owned(),
        Verdict::TakenBack(back) => format!("Nothing to undo: {}", taken_back(back)),
        Verdict::GoneForGood(gone) => format!(
            "This cannot be undone: the user was deleted for good at {gone}, among these records."
        ),
        Verdict::Restore { way, told_in, until, made } => restore(way, *told_in, *until, *made),
        Verdict::DisabledNew(made) => format!(
            "Leave it disabled, if the account was not to be there: it was added at {made}, among these records. {TO_UNDO} otherwise: Enable the account again."
        ),
        Verdict::TakenByPim => "PIM took the role away, as it does when an activation ends: then nothing has to be undone. Give the member the role again only where a record of PIM tells that an assignment was removed.".to_owned(),
        Verdict::SupportLetIn => "This let Microsoft Support in, if access followed. An open access is ended by hand before the support request is closed, in the Microsoft Entra admin center under Learn & support > Diagnose and solve problems > Microsoft Support Access Requests (Manage pending requests opens them); by itself it ends when the support request is closed.".to_owned(),
        Verdict::NoStep(way) => way.says.clone(),
        Verdict::NothingToSet { has_values } => format!(
            "{TO_UNDO_NOW} {}: compare what is there with a backup.",
            match has_values {
                true => "No value to set back is logged",
                false => "The values are not logged",
            }
        ),
        Verdict::Step { way, is_listed } => {
            let listed = match is_listed {
                true => "listed here",
                false => "it made (the record lists none: look at what is there)",
            };
            format!("{TO_UNDO_NOW} {}", way.says.replace("{listed}", listed))
        }
        Verdict::Unknown { is_listed } => format!(
            "No reverse of {} is known here{}",
            escaped(&record.activity),
            match is_listed {
                true => "; its changes follow.",
                false => ", and it logged no changes.",
            }
        ),
    }
}

const TO_UNDO: &str = "**To undo**";
const TO_UNDO_NOW: &str = "**To undo:**";

/// How a deleted user is restored, told at length once in a sheet.
fn restore(
    way: &Way,
    told_in: Option<usize>,
    until: Option<Timestamp>,
    made: Option<Timestamp>,
) -> String {
    let until = until.map(|until| format!(" Last date to restore: {until}.")).unwrap_or_default();
    let told = match told_in {
        None => format!("{}{until}", way.says),
        Some(step) => format!("Restore the user, as told in step {step}.{until}"),
    };
    match made {
        None => format!("{TO_UNDO_NOW} {told}"),
        Some(made) => format!(
            "Leave it deleted, if the account was not to be there: it was added at {made}, among these records. {TO_UNDO} otherwise: {told}"
        ),
    }
}

/// Why two records need no reverse: what the first did, and what the second made of it.
fn taken_back(back: &TakenBack) -> String {
    let (did, then) = match back.deed {
        Deed::Given => ("given", "taken away"),
        Deed::TakenAway => ("taken away", "given again"),
        Deed::Deleted => ("deleted", "restored"),
        Deed::Restored => ("restored", "deleted again"),
        Deed::Disabled => ("disabled", "enabled again"),
        Deed::Enabled => ("enabled", "disabled again"),
        Deed::Added => ("added", "removed"),
        Deed::Removed => ("removed", "added again"),
        Deed::Changed => ("changed", "changed back"),
    };
    let (first, last) = (at(back.at), at(back.until));
    format!("{did} at {first}, {then} at {last}, both among these records.")
}

/// A time as sheets write it.
fn at(time: Option<Timestamp>) -> String {
    time.map_or_else(|| "an unknown time".to_owned(), Timestamp::to_rfc3339)
}

/// A value to set back, or what is missing of it.
fn item(item: &Item<'_>) -> Vec<String> {
    match item {
        Item::Set(set) => vec![format!("  - {}", to_set(set))],
        Item::Whole(of, object) => {
            let text = serde_json::to_string_pretty(object).unwrap_or_default();
            let head = format!("  The whole value of {} before:", escaped(of));
            let mut lines = vec![String::new(), head, String::new()];
            lines.extend(fenced(&text, "json"));
            lines.push(String::new());
            lines
        }
        Item::Reason(reason) => {
            vec![format!("  - Entra logged no values. The reason logged is {}.", code(reason))]
        }
        Item::Missing(names) => {
            let names: Vec<String> = names.iter().map(|name| code(name)).collect();
            vec![format!("  - Entra logged no values of {}.", names.join(", "))]
        }
    }
}

fn to_set(set: &ToSet<'_>) -> String {
    let (path, in_list) = set.difference.place();
    let place = match path {
        "" => code(set.property),
        path => format!("{} {}", code(set.property), code(path)),
    };
    let (was, is) = (set.difference.old.as_deref(), set.difference.new.as_deref());
    let again = match set.fate {
        Fate::Stays => String::new(),
        Fate::Again(time) => format!("; changed again at {}, among these records", at(time)),
        Fate::Back(first, last) => {
            let element = if in_list { format!(" {}", value(is.or(was))) } else { String::new() };
            return format!(
                "nothing for {place}{element}: changed at {}, changed back at {}, both among these records",
                at(first),
                at(last)
            );
        }
    };
    match set.how {
        How::Remove => format!("remove {place} {}{again}", value(is)),
        How::GiveBack => format!("give back {place} {}{again}", value(was)),
        How::TakeOut => format!("take out of {place} {}{again}", value(is)),
        How::PutBack => format!("put back into {place} {}{again}", value(was)),
        How::Set => {
            format!("set {place} to {} (this record set it to {}{again})", value(was), value(is))
        }
    }
}
