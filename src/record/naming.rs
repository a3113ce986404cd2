//! Names of targets that stand only in the changes of their record: [`name_targets`]; what stands where
//! a name should be and is none: [`drop_placeholders`].
//! Never takes a name from another record, and never gives a target a name that may be another's.
//!
//! Entra leaves the `displayName` of most second targets empty. `Add member to role` says which role
//! in the changes `Role.DisplayName` and `Role.ObjectID` of the first target; `Add app role
//! assignment to service principal` puts the application id where the receiver's name belongs, or
//! lists no receiver at all. Source: records published with SEKOIA-IO/intake-formats (Azure/azure-ad)
//! and mthcht/awesome-lists, 2020 to 2025.

use std::borrow::Cow;

use super::{Change, NamedBy, Record, Target, value_text};
use crate::text::{is_guid, is_invisible};

/// What an object is called in the names of changes, in lower case, and as a target's type.
const KINDS: &[(&str, &str)] = &[
    ("role", "Role"),
    ("roledefinition", "Role"),
    ("group", "Group"),
    ("serviceprincipal", "ServicePrincipal"),
    ("spn", "ServicePrincipal"),
    ("application", "Application"),
    ("app", "Application"),
    ("administrativeunit", "AdministrativeUnit"),
    ("device", "Device"),
    ("user", "User"),
    ("policy", "Policy"),
    ("contact", "Contact"),
    ("accesspackage", "AccessPackage"),
    ("directory", "Directory"),
];

/// The words by which the names of changes call objects, in lower case, each with the type of target that
/// such an object becomes.
pub fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    KINDS.iter().copied()
}

/// What a change says of an object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Name,
    Upn,
    Id,
    AppId,
}

/// Properties that say something of an object, in lower case: behind a full stop and the object's
/// type, or alone for the target that has the change.
const PARTS: &[(&str, Part)] = &[
    ("displayname", Part::Name),
    ("upn", Part::Upn),
    ("userprincipalname", Part::Upn),
    ("objectid", Part::Id),
    ("appid", Part::AppId),
];

/// Must the values of this property be read to know what a target is called?
pub fn is_naming(property: &str) -> bool {
    // Asked for every change that is loaded: its last letter decides mostly.
    let property = property.as_bytes();
    let Some(last) = property.last() else { return false };
    PARTS.iter().map(|(name, _)| name.as_bytes()).any(|name| {
        name.last() == Some(&last.to_ascii_lowercase())
            && property.len().checked_sub(name.len()).is_some_and(|stem| {
                property[stem..].eq_ignore_ascii_case(name)
                    && (stem == 0 || property[stem - 1] == b'.')
            })
    })
}

fn part_of(word: &str) -> Option<Part> {
    PARTS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, part)| *part)
}

fn kind_of(word: &str) -> Option<&'static str> {
    KINDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, kind)| *kind)
}

/// Is it of this type, however that is written?
fn is_kind(target: &Target<'_>, kind: &str) -> bool {
    let letters = |text: &str| {
        text.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_lowercase()).collect()
    };
    let (own, other): (Vec<u8>, Vec<u8>) = (letters(&target.kind), letters(kind));
    own == other || (own == b"roledefinition" && other == b"role")
}

/// An object that changes speak of.
#[derive(Default)]
struct Mentioned {
    /// The target whose changes they are.
    holder: usize,
    kind: &'static str,
    id: String,
    app_id: String,
    name: String,
    upn: String,
}

impl Mentioned {
    fn called(&self) -> &str {
        if self.name.is_empty() { &self.upn } else { &self.name }
    }

    /// Is this target the object, by an id?
    fn is_by_id(&self, target: &Target<'_>) -> bool {
        let same = |a: &str, b: &str| !a.is_empty() && a.eq_ignore_ascii_case(b);
        same(&self.id, &target.id)
            || same(&self.app_id, &target.name_id)
            || same(&self.app_id, &target.id)
            || same(&self.id, &target.name_id)
    }

    /// Does an id say that this target is another object?
    fn is_another(&self, target: &Target<'_>) -> bool {
        let differ =
            |a: &str, b: &str| !a.is_empty() && !b.is_empty() && !a.eq_ignore_ascii_case(b);
        differ(&self.id, &target.id) || differ(&self.app_id, &target.name_id)
    }

    fn is_by_name(&self, target: &Target<'_>) -> bool {
        let same = |a: &str, b: &str| !a.is_empty() && a.eq_ignore_ascii_case(b);
        same(&self.name, &target.name) || same(&self.upn, &target.upn)
    }
}

/// Words that exporters write where a name is missing. Words that may be names, such as `Unknown`, are
/// not among them.
const NO_NAMES: &[&str] =
    &["null", "(null)", "<null>", "none", "<none>", "n/a", "#n/a", "undefined", "nan"];

/// Does the text name something? White space, dashes, asterisks and words such as `null` and `N/A` only
/// say that no name is known.
pub fn is_name(text: &str) -> bool {
    // Asked for every name that is loaded: nearly all begin like this one, and are longer than the words.
    if text.len() > 10 && text.as_bytes()[0].is_ascii_alphanumeric() {
        return true;
    }
    let is_blank = |c: char| {
        c.is_whitespace() || is_invisible(c) || matches!(c, '-' | '–' | '—' | '*' | '.' | '_')
    };
    // Python writes `nan`, .NET `NaN`; people are called Nan.
    let word = text.trim();
    !text.chars().all(is_blank)
        && (word == "Nan" || !NO_NAMES.iter().any(|none| none.eq_ignore_ascii_case(word)))
}

/// Empties names of the actor and of targets that are none ([`is_name`]), so that the name is looked
/// for elsewhere and the placeholder names nothing else.
pub fn drop_placeholders(record: &mut Record<'_>) {
    let actor = &mut record.actor;
    let own = [&mut actor.name, &mut actor.upn, &mut actor.service_principal_name];
    let of_actor = own.into_iter().chain([&mut actor.app_name]);
    let of_targets = record.targets.iter_mut().flat_map(|t| [&mut t.name, &mut t.upn]);
    for name in of_actor.chain(of_targets) {
        if !name.is_empty() && !is_name(name) {
            *name = Cow::Borrowed("");
        }
    }
}

/// Gives targets without a name the one that the changes of the record have for them, and adds the
/// object that is named in changes only. A `displayName` that is an application id is kept as an id:
/// of an application, or where it is the target's own id or one that changes give as an `AppId`. Of
/// anything else a GUID is a name like any other.
///
/// Asked for every record that is loaded: nothing is allocated where no change names an object.
pub fn name_targets(record: &mut Record<'_>) {
    for at in 0..record.targets.len() {
        if named_by_id(&record.targets, at) {
            let target = &mut record.targets[at];
            target.name_id = std::mem::take(&mut target.name);
        }
    }
    let mut changes = record.targets.iter().flat_map(|target| &target.changes);
    if !changes.any(|change| is_naming(&change.name)) {
        return;
    }
    record.targets.iter_mut().for_each(name_by_own_changes);
    for mentioned in mentioned(record) {
        assign(&mentioned, &mut record.targets);
    }
}

/// What a target was called before this record: the name and the user principal name that its own
/// changes replace; empty where they replace none.
pub fn former_names<'r>(target: &'r Target<'_>) -> [Cow<'r, str>; 2] {
    // Asked for every target that is loaded: most have no changes.
    if target.changes.is_empty() {
        return [Cow::Borrowed(""), Cow::Borrowed("")];
    }
    let former = |wanted: Part, current: &str| {
        let own = target.changes.iter().filter(|change| part_of(&change.name) == Some(wanted));
        let mut values = own.filter_map(|change| change.old.as_deref()).map(value_text);
        let is_former = |old: &Cow<'_, str>| is_name(old) && **old != *current;
        values.find(is_former).unwrap_or_default()
    };
    [former(Part::Name, &target.name), former(Part::Upn, &target.upn)]
}

fn is_nameless(target: &Target<'_>) -> bool {
    target.name.is_empty() && target.upn.is_empty()
}

/// Is the `displayName` of the target at this place an id?
fn named_by_id(targets: &[Target<'_>], at: usize) -> bool {
    let target = &targets[at];
    let name = target.name.trim();
    if !target.name_id.is_empty() || !is_guid(name) {
        return false;
    }
    let is_app_id = |change: &Change<'_>| {
        let part = change.name.rsplit_once('.').map_or(&*change.name, |(_, part)| part);
        part_of(part) == Some(Part::AppId) && value(change).eq_ignore_ascii_case(name)
    };
    name.eq_ignore_ascii_case(&target.id)
        || is_application(&target.kind)
        || targets.iter().flat_map(|target| &target.changes).any(is_app_id)
}

/// Are objects of this type called by an application id where their name is missing?
fn is_application(kind: &str) -> bool {
    let letters = kind.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_lowercase());
    ["serviceprincipal", "application"].iter().any(|own| letters.clone().eq(own.bytes()))
}

/// Gives a target the name and the user principal name that its own changes have for it, in
/// `DisplayName` and `UserPrincipalName` without a type in front.
fn name_by_own_changes(target: &mut Target<'_>) {
    if !target.name.is_empty() && !target.upn.is_empty() {
        return;
    }
    let named = |wanted: Part| {
        let of_part = target.changes.iter().filter(|change| part_of(&change.name) == Some(wanted));
        of_part.map(value).find(|name| !name.is_empty()).unwrap_or_default()
    };
    give(target, &named(Part::Name), &named(Part::Upn));
}

/// Gives a target the name and the user principal name that changes have for it, where it has neither
/// or the same user principal name; one that has a name lacks only the other.
fn give(target: &mut Target<'_>, name: &str, upn: &str) {
    let is_it = target.upn.is_empty() || target.upn.eq_ignore_ascii_case(upn);
    if target.name.is_empty() && is_it && !name.is_empty() {
        (target.name, target.named_by) = (Cow::Owned(name.to_owned()), NamedBy::Changes);
    }
    if target.upn.is_empty() && !upn.is_empty() {
        target.upn = Cow::Owned(upn.to_owned());
    }
}

/// A change's value as text: the new one, or else the one before.
fn value(change: &Change<'_>) -> String {
    let values = [&change.new, &change.old].into_iter().flatten();
    let mut texts = values.map(|value| value_text(value).trim().to_owned());
    texts.find(|text| is_name(text)).unwrap_or_default()
}

/// The objects that changes name, in the order of the record.
fn mentioned(record: &Record<'_>) -> Vec<Mentioned> {
    let mut found: Vec<Mentioned> = Vec::new();
    for (holder, target) in record.targets.iter().enumerate() {
        for change in &target.changes {
            let Some((stem, last)) = change.name.trim().rsplit_once('.') else { continue };
            let (Some(kind), Some(part)) = (kind_of(stem), part_of(last)) else { continue };
            let at = found.iter().position(|one| one.holder == holder && one.kind == kind);
            let at = at.unwrap_or_else(|| {
                found.push(Mentioned { holder, kind, ..Mentioned::default() });
                found.len() - 1
            });
            let text = match part {
                Part::Name => &mut found[at].name,
                Part::Upn => &mut found[at].upn,
                Part::Id => &mut found[at].id,
                Part::AppId => &mut found[at].app_id,
            };
            if text.is_empty() {
                *text = value(change);
            }
        }
    }
    found.retain(|one| {
        let is_id = is_guid(one.called())
            && (is_application(one.kind) || one.called().eq_ignore_ascii_case(&one.id));
        !one.called().is_empty() && !is_id
    });
    found
}

/// Gives the name to the target that is meant, or adds it as a target of its own.
fn assign(mentioned: &Mentioned, targets: &mut Vec<Target<'_>>) {
    let by_id = targets.iter().position(|target| mentioned.is_by_id(target));
    if let Some(at) = by_id {
        return name(&mut targets[at], mentioned);
    }
    if targets.iter().any(|target| mentioned.is_by_name(target) && !mentioned.is_another(target)) {
        return;
    }
    // Without an id to go by, it is the only other one of its type that has no name.
    let may_be = |(at, target): &(usize, &Target<'_>)| {
        *at != mentioned.holder && is_kind(target, mentioned.kind) && !mentioned.is_another(target)
    };
    let others: Vec<usize> = targets.iter().enumerate().filter(may_be).map(|(at, _)| at).collect();
    match others.as_slice() {
        [only] if is_nameless(&targets[*only]) => name(&mut targets[*only], mentioned),
        _ => {
            let called = mentioned.called().to_owned();
            targets.push(Target {
                id: Cow::Owned(mentioned.id.clone()),
                name: Cow::Owned(called),
                named_by: NamedBy::ChangesAlone,
                name_id: Cow::Owned(mentioned.app_id.clone()),
                upn: Cow::Owned(mentioned.upn.clone()),
                kind: Cow::Borrowed(mentioned.kind),
                ..Target::default()
            });
        }
    }
}

fn name(target: &mut Target<'_>, mentioned: &Mentioned) {
    give(target, &mentioned.name, &mentioned.upn);
    if target.id.is_empty() && !mentioned.id.is_empty() {
        target.id = Cow::Owned(mentioned.id.clone());
    }
}

#[cfg(test)]
mod tests;
