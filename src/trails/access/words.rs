//! Access in words: what is held, how it stands, what happened to it.
//! Never decides anything, and nothing reads what it says.

use std::fmt::Write as _;

use super::{Held, Note};
use crate::ledger::{By, Standing, Why};
use crate::meaning::{Act, Thing};
use crate::time::Timestamp;

/// Who gave what entitlement management delivers.
const DELIVERY: &str = "an access package (Azure AD Identity Governance - User Management)";

fn named(name: &str) -> &str {
    if name.is_empty() { "nobody named" } else { name }
}

/// What kind of thing it is, and which one: of what is held by somebody else only who holds it, and how.
pub fn what(line: &Held) -> (&'static str, String) {
    let held = &line.holding;
    let thing = match &held.thing {
        Some(thing) => named(thing),
        None => "the record does not name",
    };
    let (part, is_named) = (&held.part, held.thing.is_some());
    let of_thing = |part: &str| match (part.is_empty(), is_named) {
        (true, false) => thing.to_owned(),
        (true, true) => format!("of {thing}"),
        (false, false) => part.to_owned(),
        (false, true) => format!("{part} of {thing}"),
    };
    let within = if part.is_empty() { String::new() } else { format!(" in {part}") };
    let kind = if held.is_activated { "role, activated" } else { held.kind.word() };
    if line.by_other {
        let how = match held.kind {
            Thing::Role | Thing::Eligible | Thing::Scoped => format!("{kind}{within}"),
            Thing::Group => "member".to_owned(),
            Thing::AppRole | Thing::Grant => format!("{kind} {part}"),
            _ => kind.to_owned(),
        };
        return ("", format!("{}: {}", named(&held.holder), how.trim_end()));
    }
    let what = match held.kind {
        Thing::Role | Thing::Eligible | Thing::Scoped => format!("{thing}{within}"),
        Thing::AppRole | Thing::Grant => of_thing(part),
        Thing::Owner => of_thing(""),
        Thing::Consent if held.is_of_admin => "of an administrator".to_owned(),
        Thing::Credential | Thing::Consent => part.clone(),
        thing if thing.is_object() => named(&held.holder).to_owned(),
        _ => thing.to_owned(),
    };
    (kind, what)
}

/// What else is to be said; not cleaned.
pub fn note(note: &Note) -> String {
    let Note::Namesake { kind, id } = note;
    let kind = if kind == "serviceprincipal" { "service principal" } else { kind };
    format!("{kind} {id} has the same name; that it belongs together is not in the log")
}

/// A line of `Access` in words: what is held, what is to be said of that, since when and by whom;
/// not cleaned.
pub fn held(line: &Held, time: &dyn Fn(Timestamp) -> String) -> String {
    let (kind, what) = what(line);
    let mut text = match (kind, what.is_empty()) {
        ("", _) => what,
        (kind, true) => kind.to_owned(),
        (kind, false) => format!("{kind} {what}"),
    };
    if let Some(why) = &line.why {
        let _ = write!(text, " · {}", because(why, time));
    }
    let events = line.events.iter().rev().take(EVENTS).map(|event| {
        let by = match &event.by {
            By::Nobody => String::new(),
            By::Named(name) => format!(" by {}", named(name)),
            By::Delivery => format!(" by {DELIVERY}"),
        };
        let result = if event.is_done { "" } else { ", without success" };
        format!("{} {}{by}{result}", act(event.act), time(event.time))
    });
    let events: Vec<String> = events.collect();
    let _ = write!(text, " · {}", events.join(", before that "));
    if line.events.len() > EVENTS {
        let more = line.events.len() - EVENTS;
        let times = if more == 1 { "once" } else { &format!("{more} times") };
        let _ = write!(text, " and {times} more");
    }
    let mut dates = Vec::new();
    if !line.policy.is_empty() && line.holding.kind != Thing::Grant {
        dates.push(format!("policy {}", line.policy));
    }
    dates.extend(line.from.map(|from| format!("from {}", time(from))));
    dates.extend(line.until.map(|until| format!("until {}", time(until))));
    if !dates.is_empty() {
        let _ = write!(text, " · {}", dates.join(", "));
    }
    text
}

/// What is to be said of how something stands.
fn because(why: &Why, time: &dyn Fn(Timestamp) -> String) -> String {
    match why {
        Why::Ended(at) => format!("ended by its end date {}", time(*at)),
        Why::Gone(name, at) => format!("gone with the deletion of {} {}", named(name), time(*at)),
        Why::Back(name, at) => {
            format!("{} was deleted {}, but is there later", named(name), time(*at))
        }
        Why::NotBegun(at) => format!("begins {}, after the log ends", time(*at)),
        Why::NoEnd => "activation without an end in the log, which lasts a day at most".to_owned(),
        Why::OnlyForPim => "may be an activation: no record of PIM tells".to_owned(),
        Why::OneOfSeveral(count) => format!("{count} of several such taken, unclear which"),
        Why::Asked => "not decided in the log".to_owned(),
        Why::Assigned => "not delivered in the log".to_owned(),
        Why::Approved => "approved, not delivered in the log".to_owned(),
        Why::Failed => "delivery failed".to_owned(),
        Why::Partly => "delivered in part".to_owned(),
        Why::OnlyExtended => "only that it was extended is in the log".to_owned(),
        Why::Before => "was there before the log's first record of it".to_owned(),
        Why::OnlyConsent => "which permissions is not in these records".to_owned(),
        Why::ConsentTells => "no record of a grant belongs to it".to_owned(),
        Why::RemovalAsked => "removal not done in the log".to_owned(),
        Why::NoSuccess => "the result is neither success nor failure".to_owned(),
    }
}

/// What happened to something that is held.
const fn act(act: Act) -> &'static str {
    match act {
        Act::Given => "given",
        Act::Outside => "given outside of PIM",
        Act::Activated => "activated",
        Act::Approved => "approved",
        Act::AutoApproved => "approved by policy",
        Act::Asked => "asked for",
        Act::Assigned => "assigned",
        Act::Ready => "made ready",
        Act::Refused => "refused",
        Act::Partly => "partly given",
        Act::Failed => "failed",
        Act::Extended => "extended",
        Act::RemovalAsked => "removal asked for",
        Act::Taken => "taken",
        Act::Expired => "expired",
        Act::Deactivated => "deactivated",
        Act::Listed => "listed",
        Act::Deleted | Act::Erased => "deleted",
        Act::Restored => "restored",
        Act::Disabled => "disabled",
        Act::Enabled => "enabled",
        Act::Named => "named",
    }
}

/// Times that something was given or taken that are told.
const EVENTS: usize = 3;

/// What a part of the lines is called.
pub fn heading(standing: Standing, by_other: bool) -> &'static str {
    match (standing, by_other) {
        (Standing::Holds, false) => "Holds",
        (Standing::Holds, true) => "Held by",
        (Standing::Unclear, false) => "Under way or unclear",
        (Standing::Unclear, true) => "Under way or unclear for",
        (Standing::Lost, false) => "Lost",
        (Standing::Lost, true) => "Lost by",
    }
}
