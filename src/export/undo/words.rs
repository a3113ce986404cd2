//! A decision of an undo sheet, in words.
//! Never decides anything.

use super::decide::{Undo, Verdict};
use super::values::{self, How, ToSet};
use crate::document::{Block, Item, Text};
use crate::export::describe::{place, target, value};
use crate::ledger::{Deed, Fate, TakenBack};
use crate::meaning::Way;
use crate::record::Record;
use crate::time::Timestamp;

/// What there is to do about a record.
pub(in crate::export) fn lines(record: &Record<'_>, undo: &Undo<'_>) -> Vec<Item> {
    let mut lines: Vec<Item> = record.targets.iter().map(|one| target(one).into()).collect();
    if !undo.about.is_empty() {
        let about = undo.about.iter();
        let told = about
            .map(|(name, of)| Text::default().code(*name).words(" ").and(value(of.as_deref())));
        lines.push(Text::of("Concerns ").and(Text::joined(told, ", ")).into());
    }
    let text = verdict(record, &undo.verdict);
    lines.push(Item { text, inside: values(&undo.values) });
    lines
}

fn verdict(record: &Record<'_>, verdict: &Verdict) -> Text {
    match verdict {
        Verdict::Failed => Text::of("Nothing to undo: it failed."),
        Verdict::TakenBack(back) => Text::of(format!("Nothing to undo: {}", taken_back(back))),
        Verdict::GoneForGood(gone) => Text::of(format!(
            "This cannot be undone: the user was deleted for good at {gone}, among these records."
        )),
        Verdict::Restore { way, told_in, until, made } => restore(way, *told_in, *until, *made),
        Verdict::DisabledNew(made) => Text::of(format!(
            "Leave it disabled, if the account was not to be there: it was added at {made}, among these records. "
        ))
        .strong(TO_UNDO)
        .words(" otherwise: Enable the account again."),
        Verdict::TakenByPim => Text::of("PIM took the role away, as it does when an activation ends: then nothing has to be undone. Give the member the role again only where a record of PIM tells that an assignment was removed."),
        Verdict::SupportLetIn => Text::of("This let Microsoft Support in, if access followed. An open access is ended by hand before the support request is closed, in the Microsoft Entra admin center under Learn & support > Diagnose and solve problems > Microsoft Support Access Requests (Manage pending requests opens them); by itself it ends when the support request is closed."),
        Verdict::NoStep(way) => Text::of(way.says.clone()),
        Verdict::NothingToSet { has_values } => {
            Text::default().strong(TO_UNDO_NOW).words(match has_values {
                true => " No value to set back is logged: compare what is there with a backup.",
                false => " The values are not logged: compare what is there with a backup.",
            })
        }
        Verdict::Step { way, is_listed } => {
            Text::default().strong(TO_UNDO_NOW).words(" ").words(step(way, *is_listed))
        }
        Verdict::SoBefore { since, way, is_listed } => {
            Text::of(format!(
                "It changed nothing, if an earlier record of {since} holds, which is not on this sheet: it was so already. "
            ))
            .strong(TO_UNDO)
            .words(" that as well: ")
            .words(step(way, *is_listed))
        }
        Verdict::Unknown { is_listed } => {
            let text = Text::of("No reverse of ").foreign(&*record.activity);
            text.words(match is_listed {
                true => " is known here; its changes follow.",
                false => " is known here, and it logged no changes.",
            })
        }
    }
}

/// What is to be done.
fn step(way: &Way, is_listed: bool) -> String {
    let listed = match is_listed {
        true => "listed here",
        false => "it made (the record lists none: look at what is there)",
    };
    way.says.replace("{listed}", listed)
}

const TO_UNDO: &str = "To undo";
const TO_UNDO_NOW: &str = "To undo:";

/// How a deleted user is restored, told at length once in a sheet.
fn restore(
    way: &Way,
    told_in: Option<usize>,
    until: Option<Timestamp>,
    made: Option<Timestamp>,
) -> Text {
    let until = until.map(|until| format!(" Last date to restore: {until}.")).unwrap_or_default();
    let told = match told_in {
        None => Text::of(way.says.clone()),
        Some(step) => Text::of("Restore the user, as told in step ").section(step).words("."),
    };
    let told = told.words(until);
    match made {
        None => Text::default().strong(TO_UNDO_NOW).words(" ").and(told),
        Some(made) => Text::of(format!(
            "Leave it deleted, if the account was not to be there: it was added at {made}, among these records. "
        ))
        .strong(TO_UNDO)
        .words(" otherwise: ")
        .and(told),
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

/// The values to set back, and what is missing of them: lines, and whole objects between them.
fn values(values: &[values::Item<'_>]) -> Vec<Block> {
    let (mut blocks, mut lines) = (Vec::new(), Vec::new());
    for value in values {
        let line = match value {
            values::Item::Set(set) => to_set(set),
            values::Item::Whole(of, object) => {
                if !lines.is_empty() {
                    blocks.push(Block::list(std::mem::take(&mut lines)));
                }
                let head = Text::of("The whole value of ").foreign(*of).words(" before:");
                blocks.push(Block::Paragraph(head));
                let text = serde_json::to_string_pretty(object).unwrap_or_default();
                blocks.push(Block::Code("json", text));
                continue;
            }
            values::Item::Reason(reason) => {
                let line = Text::of("Entra logged no values. The reason logged is ");
                line.code(*reason).words(".")
            }
            values::Item::Missing(names) => {
                let names = names.iter().map(|name| Text::default().code(*name));
                let line = Text::of("Entra logged no values of ");
                line.and(Text::joined(names, ", ")).words(".")
            }
        };
        lines.push(line);
    }
    if !lines.is_empty() {
        blocks.push(Block::list(lines));
    }
    blocks
}

fn to_set(set: &ToSet<'_>) -> Text {
    let (_, in_list) = set.difference.place();
    let place = place(set.property, &set.difference);
    let (was, is) = (set.difference.old.as_deref(), set.difference.new.as_deref());
    let again = match set.fate {
        Fate::Stays => String::new(),
        Fate::Again(time) => format!("; changed again at {}, among these records", at(time)),
        Fate::Back(first, last) => {
            let told = Text::of("nothing for ").and(place);
            let told = if in_list { told.words(" ").and(value(is.or(was))) } else { told };
            return told.words(format!(
                ": changed at {}, changed back at {}, both among these records",
                at(first),
                at(last)
            ));
        }
    };
    let one =
        |what: &'static str, side| Text::of(what).and(place.clone()).words(" ").and(value(side));
    match set.how {
        How::Remove => one("remove ", is).words(again),
        How::GiveBack => one("give back ", was).words(again),
        How::TakeOut => one("take out of ", is).words(again),
        How::PutBack => one("put back into ", was).words(again),
        How::Set => {
            let told = Text::of("set ").and(place).words(" to ").and(value(was));
            told.words(" (this record set it to ").and(value(is)).words(format!("{again})"))
        }
    }
}
