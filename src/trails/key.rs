//! What records of one trail can share, and how it is written in a record.
//! Never joins anything: it only hands texts over.

use super::subject;
use crate::ledger::logged::{actor_key, key_of, target};
use crate::record::{ActorKind, Record, value_text};
use crate::text::fold;

/// Something that records can share.
#[derive(Clone, Copy, Debug)]
pub(super) enum JoinKey {
    /// The correlation id.
    Correlation,
    /// Targets of a type (any type where it is empty): id, else name.
    Target(&'static str),
    /// A changed property's values.
    Change(&'static str),
    /// A detail's value.
    Detail(&'static str),
    /// Who invited: id, else name; never the same as somebody invited.
    Inviter,
    /// The guest who is invited or who redeems: id, sign-in name, address.
    Guest,
    /// Ids of the application a record is about, whichever of its properties has them.
    AppId,
    /// The actor and the name of the application that gets something: not an id, so it only joins
    /// what one person did.
    ActorAndApplication,
    /// The actor and the role a setting is of.
    ActorAndRole,
    /// The user and the role or group a record of PIM is about.
    SubjectAndRole,
    /// The user and the access package.
    RequesterAndPackage,
}

/// The texts of a key in a record, folded; handed over one by one, none empty.
pub(super) fn texts(key: JoinKey, record: &Record<'_>, out: &mut dyn FnMut(&str)) {
    let mut keep = |text: &str| {
        let text = fold(text);
        // All zeros is how "none" is written.
        if !text.is_empty() && !text.bytes().all(|byte| matches!(byte, b'0' | b'-')) {
            out(&text);
        }
    };
    match key {
        JoinKey::Correlation => keep(&record.correlation_id),
        JoinKey::Inviter => {
            let inviter = actor_key(&record.actor);
            if !inviter.is_empty() {
                keep(&format!("invited by {inviter}"));
            }
        }
        JoinKey::Guest => subject::guest_names(record).iter().for_each(|name| keep(name)),
        JoinKey::AppId => {
            for property in ["AppId", "ServicePrincipal.AppId", "AppPrincipalId"] {
                texts(JoinKey::Change(property), record, out);
            }
            texts(JoinKey::Detail("AppId"), record, out);
        }
        JoinKey::ActorAndApplication => {
            let actor = actor_key(&record.actor);
            let application = subject::application(record);
            let is_person = record.actor.kind == ActorKind::User && !actor.is_empty();
            if let Some(application) = application.filter(|_| is_person) {
                keep(&format!("{actor} changes the application {application}"));
            }
        }
        JoinKey::ActorAndRole => {
            let actor = actor_key(&record.actor);
            let role = target(record, &["Role", "Group"]);
            if let Some(role) = role.filter(|_| !actor.is_empty()) {
                keep(&format!("{actor} has {}", key_of(role)));
            }
        }
        JoinKey::Target(kind) => {
            for target in &record.targets {
                if kind.is_empty() || target.kind.eq_ignore_ascii_case(kind) {
                    let upn = target.original_upn().0;
                    let texts = [&*target.id, upn, &*target.name];
                    keep(texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default());
                }
            }
        }
        JoinKey::Change(name) => {
            let changes = record.targets.iter().flat_map(|target| &target.changes);
            for change in changes.filter(|change| change.name.eq_ignore_ascii_case(name)) {
                for value in [&change.new, &change.old].into_iter().flatten() {
                    keep(&value_text(value));
                }
            }
        }
        JoinKey::Detail(name) => {
            for detail in record.details.iter().filter(|d| d.key.eq_ignore_ascii_case(name)) {
                keep(&detail.value);
            }
        }
        JoinKey::SubjectAndRole => {
            let role = target(record, &["Role", "Group"]);
            let user = target(record, &["User"]);
            if let (Some(role), Some(user)) = (role, user) {
                keep(&format!("{} has {}", key_of(user), key_of(role)));
            }
        }
        JoinKey::RequesterAndPackage => {
            let user = subject::requester(record);
            let package = subject::package_key(record);
            if let (Some(user), Some(package)) = (user, package) {
                keep(&format!("{user} wants {package}"));
            }
        }
    }
}
