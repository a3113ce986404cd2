//! Whom and what a record of a trail is about: the requester, the package, the client, the guest.
//! Never says what it amounts to.

use crate::ledger::logged::{actor_key, detail, key_of, name_of, target, value};
use crate::meaning::{self, Act, Thing};
use crate::record::sentence::target_name;
use crate::record::{Record, Target};
use crate::text::fold;

/// Is a record one of these parts of a trail?
pub(super) fn is_part(record: &Record<'_>, trail: &str, parts: &[&str]) -> bool {
    let own = meaning::of(&record.activity);
    own.is_some_and(|own| parts.iter().any(|part| own.is_step(trail, part)))
}

/// Does a record do this with such a thing?
pub(super) fn does(record: &Record<'_>, act: Act, thing: Thing) -> bool {
    meaning::of(&record.activity).is_some_and(|own| own.does(act, thing))
}

/// Is the thing the actor's own?
pub(super) fn is_of_actor(record: &Record<'_>) -> bool {
    meaning::of(&record.activity).is_some_and(|own| own.is_of_actor)
}

/// The key of the user a record of entitlement management is about.
pub(super) fn requester(record: &Record<'_>) -> Option<String> {
    if is_of_actor(record) {
        let key = actor_key(&record.actor);
        if !key.is_empty() {
            return Some(key.to_owned());
        }
    }
    target(record, &["User"]).map(|user| key_of(user).to_owned()).filter(|key| !key.is_empty())
}

/// The id of the access package a record is about, else its name.
pub(super) fn package_key(record: &Record<'_>) -> Option<String> {
    let given = detail(record, "AccessPackageId").map(str::to_owned);
    given.or_else(|| target(record, &["AccessPackage"]).map(|package| key_of(package).to_owned()))
}

/// Name and id of the service principal that gets an app role; the id is empty where only its name is
/// logged.
pub(super) fn client(record: &Record<'_>) -> Option<(String, String)> {
    let own = ["ServicePrincipal.ObjectID", "ServicePrincipal.AppId"];
    let ids: Vec<String> = own.iter().filter_map(|property| value(record, property)).collect();
    let is_it = |target: &&Target<'_>| {
        let is = |id: &str| ids.iter().any(|own| own.eq_ignore_ascii_case(id));
        is(&target.id) || is(&target.name_id)
    };
    let receiver = record.targets.iter().find(is_it);
    let name =
        receiver.map(|target| target_name(target).to_owned()).filter(|name| !name.is_empty());
    let name = name.or_else(|| value(record, "ServicePrincipal.DisplayName"));
    let id = value(record, own[0]);
    let id = id.or_else(|| receiver.map(|target| target.id.to_string())).unwrap_or_default();
    let name = name.or_else(|| Some(id.clone()).filter(|id| !id.is_empty()))?;
    Some((name, id))
}

/// The application a record adds a key to or gives something, by name.
pub(super) fn application(record: &Record<'_>) -> Option<String> {
    match client(record) {
        Some((name, _)) => Some(name),
        None if does(record, Act::Given, Thing::AppRole) => None,
        None => name_of(record, &["Application", "ServicePrincipal"]),
    }
}

/// What a guest is known by in an invitation, a redemption or a membership, folded: id, sign-in name,
/// address. A redemption without a user among its targets is the actor's own. Never the inviter.
pub(super) fn guest_names(record: &Record<'_>) -> Vec<String> {
    let mut names = Vec::new();
    let mut keep = |text: &str| {
        let text = fold(text.trim());
        if !text.is_empty() && !names.contains(&text) {
            names.push(text);
        }
    };
    match target(record, &["User"]) {
        Some(guest) => {
            keep(&guest.id);
            keep(guest.original_upn().0);
            // The service's own "UPN: …, Email: …, InvitationId: …"; other names are chosen by people.
            if is_part(record, "guest", &["redeemed"]) && guest.name.starts_with("UPN:") {
                let mut parts = guest.name.split(", ");
                keep(parts.find_map(|part| part.strip_prefix("Email:")).unwrap_or_default());
            }
        }
        None if is_part(record, "guest", &["redeemed"]) => {
            keep(actor_key(&record.actor));
        }
        None => {}
    }
    keep(detail(record, "invitedUserEmailAddress").unwrap_or_default());
    names
}
