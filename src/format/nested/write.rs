//! Writes what is nested in events as Graph nests it.
//! Never writes what a record has from other records.

use std::borrow::Cow;

use crate::format::json::ObjectWriter;
use crate::record::{Actor, ActorKind, Change, Detail, NamedBy, Record, Target};

/// An actor without the name that other records have for it.
pub(in crate::format) fn as_logged<'r>(actor: &'r Actor<'r>) -> Cow<'r, Actor<'r>> {
    if actor.named_by == NamedBy::Itself {
        return Cow::Borrowed(actor);
    }
    Cow::Owned(Actor { name: "".into(), named_by: NamedBy::Itself, ..actor.clone() })
}

/// `initiatedBy`: what belongs to the other kind of identity is added where there is some, and an
/// actor of whom it is not known which it is goes under `unidentified`.
pub(in crate::format) fn initiated_by(key: &str, actor: &Actor<'_>, object: &mut ObjectWriter<'_>) {
    object.object(key, |object| match actor.kind {
        ActorKind::User => {
            object.object("user", |user| {
                user.text("id", &actor.id);
                user.text("displayName", &actor.name);
                user.text("userPrincipalName", &actor.upn);
                user.text("ipAddress", &actor.ip);
                user.extra("agentType", &actor.agent);
                user.extra("blueprintId", &actor.blueprint);
                let own = [&actor.id, &actor.name, &actor.upn, &actor.ip];
                if own.iter().all(|text| text.is_empty()) {
                    // A user of whom nothing else is known would be read as the app.
                    user.extra("appId", &actor.app_id);
                }
            });
            let app = [
                ("appId", &actor.app_id),
                ("displayName", &actor.app_name),
                ("servicePrincipalId", &actor.app_object_id),
                ("servicePrincipalName", &actor.service_principal_name),
            ];
            if app.iter().all(|(_, text)| text.is_empty()) {
                object.optional("app", None);
            } else {
                object
                    .object("app", |object| app.iter().for_each(|(k, text)| object.text(k, text)));
            }
        }
        ActorKind::App => {
            object.optional("user", None);
            object.object("app", |app| {
                app.text("appId", &actor.app_id);
                app.text("displayName", &actor.name);
                app.text("servicePrincipalId", &actor.id);
                app.text("servicePrincipalName", &actor.service_principal_name);
                app.extra("userPrincipalName", &actor.upn);
                app.extra("ipAddress", &actor.ip);
                app.extra("agentType", &actor.agent);
                app.extra("blueprintId", &actor.blueprint);
            });
        }
        ActorKind::Unknown => {
            object.optional("user", None);
            object.optional("app", None);
            if *actor != Actor::default() {
                object.object("unidentified", |other| {
                    other.extra("id", &actor.id);
                    other.extra("displayName", &actor.name);
                    other.extra("userPrincipalName", &actor.upn);
                    other.extra("ipAddress", &actor.ip);
                    other.extra("appId", &actor.app_id);
                    other.extra("servicePrincipalName", &actor.service_principal_name);
                    other.extra("agentType", &actor.agent);
                    other.extra("blueprintId", &actor.blueprint);
                });
            }
        }
    });
}

/// An entry of `targetResources`.
pub(in crate::format) fn target(target: &Target<'_>, object: &mut ObjectWriter<'_>) {
    object.text("id", &target.id);
    object.text("displayName", logged_name(target));
    object.text("type", &target.kind);
    object.text("userPrincipalName", &target.upn);
    object.text("groupType", &target.group_type);
    object.extra("agentType", &target.agent);
    object.extra("blueprintId", &target.blueprint);
    object.array("modifiedProperties", &target.changes, change);
}

/// The `displayName` as the log has it: what was found elsewhere is found there again.
fn logged_name<'t>(target: &'t Target<'_>) -> &'t str {
    let is_own = target.named_by == NamedBy::Itself && !target.name.is_empty();
    if is_own { &target.name } else { &target.name_id }
}

/// The targets that the record itself lists.
pub(in crate::format) fn listed<'t, 'a>(targets: &'t [Target<'a>]) -> Vec<&'t Target<'a>> {
    targets.iter().filter(|target| target.named_by != NamedBy::ChangesAlone).collect()
}

/// An entry of `modifiedProperties`.
pub(in crate::format) fn change(change: &Change<'_>, object: &mut ObjectWriter<'_>) {
    object.text("displayName", &change.name);
    object.optional("oldValue", change.old.as_deref());
    object.optional("newValue", change.new.as_deref());
}

/// An entry of `additionalDetails`.
pub(in crate::format) fn detail(detail: &Detail<'_>, object: &mut ObjectWriter<'_>) {
    object.text("key", &detail.key);
    object.text("value", &detail.value);
}

/// What any kind may have and Graph has no property for in all of them.
pub(in crate::format) fn surroundings(record: &Record<'_>, object: &mut ObjectWriter<'_>) {
    object.extra("operationType", &record.operation_type);
    object.extra("userAgent", &record.user_agent);
    object.extra("tenantId", &record.tenant_id);
    object.extra("sessionId", &record.session_id);
}
