//! Writes a record as Graph-shaped JSON, one line, such that reading it gives the same record.
//! Never writes what the record does not hold.
//!
//! Sign-ins and provisioning events are written in their own Graph properties first and read back
//! at once. What does not come back the same (a unified audit log sign-in has an activity of its
//! own) is added under the name `directoryAudit` has for it, which their readers give precedence.

mod kind_properties;

use std::borrow::Cow;

use super::{Decoded, Depth, Layout, decode, provisioning, sign_in};
use crate::record::property::Key;
use crate::record::{Actor, ActorKind, Change, Detail, Kind, NamedBy, Record, Target};
use crate::time::Timestamp;

/// See [`super::write_graph`].
pub(super) fn write(record: &Record<'_>, out: &mut Vec<u8>) {
    match record.kind {
        Kind::Audit => audit(record, out),
        Kind::SignIn => completed(record, sign_in_properties, "initiatedBy", out),
        Kind::Provisioning => completed(record, provisioning_properties, "actor", out),
        Kind::Risk => completed(record, kind_properties::risk, "initiatedBy", out),
        Kind::GraphCall => completed(record, kind_properties::graph_call, "initiatedBy", out),
    }
}

/// An object being written.
struct Object<'o>(&'o mut Vec<u8>);

impl<'o> Object<'o> {
    fn open(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self(out)
    }

    fn close(self) {
        self.0.push(b'}');
    }

    /// Writes a key of this program: nothing in it needs escaping.
    fn key(&mut self, key: &str) -> &mut Vec<u8> {
        if self.0.last() != Some(&b'{') {
            self.0.push(b',');
        }
        self.0.push(b'"');
        self.0.extend_from_slice(key.as_bytes());
        self.0.extend_from_slice(b"\":");
        self.0
    }

    /// Writes a text; an empty one as null.
    fn text(&mut self, key: &str, text: &str) {
        self.optional(key, Some(text).filter(|text| !text.is_empty()));
    }

    /// Writes a text, or null where there is none.
    fn optional(&mut self, key: &str, text: Option<&str>) {
        let out = self.key(key);
        match text {
            Some(text) => string(text, out),
            None => out.extend_from_slice(b"null"),
        }
    }

    /// Writes a text unless it is empty.
    fn extra(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.optional(key, Some(text));
        }
    }

    /// Writes JSON as it is.
    fn raw(&mut self, key: &str, json: &str) {
        self.key(key).extend_from_slice(json.as_bytes());
    }

    /// Writes true, false and small numbers as such, all else as text.
    fn plain(&mut self, key: &str, value: &str) {
        let is_number = matches!(value.as_bytes(), [b'1'..=b'9', rest @ ..]
            if rest.len() < 9 && rest.iter().all(u8::is_ascii_digit));
        if is_number || matches!(value, "true" | "false") {
            self.raw(key, value);
        } else {
            self.text(key, value);
        }
    }

    /// Writes an array of texts.
    fn texts(&mut self, key: &str, texts: &[&str]) {
        let out = self.key(key);
        out.push(b'[');
        for (index, text) in texts.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            string(text, out);
        }
        out.push(b']');
    }

    fn object(&mut self, key: &str, fill: impl FnOnce(&mut Object<'_>)) {
        let mut object = Object::open(self.key(key));
        fill(&mut object);
        object.close();
    }

    fn array<T>(&mut self, key: &str, items: &[T], each: impl Fn(&T, &mut Object<'_>)) {
        let out = self.key(key);
        out.push(b'[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            let mut object = Object::open(out);
            each(item, &mut object);
            object.close();
        }
        out.push(b']');
    }

    fn time(&mut self, key: &str, record: &Record<'_>) {
        self.text(key, &record.time.map(Timestamp::to_rfc3339).unwrap_or_default());
    }
}

fn string(text: &str, out: &mut Vec<u8>) {
    // Writing to memory cannot fail, and every text can be written.
    let _ = serde_json::to_writer(out, text);
}

fn audit(record: &Record<'_>, out: &mut Vec<u8>) {
    let mut object = Object::open(out);
    object.text("id", &record.id);
    object.text("category", &record.category);
    object.text("correlationId", &record.correlation_id);
    object.text("result", &record.result);
    object.text("resultReason", &record.result_reason);
    object.text("activityDisplayName", &record.activity);
    object.time("activityDateTime", record);
    object.text("loggedByService", &record.service);
    object.text("operationType", &record.operation_type);
    object.extra("userAgent", &record.user_agent);
    if let Some(performer) = record.property(Key::Performer) {
        object.object("performedBy", |object| object.text("appId", performer));
    }
    initiated_by("initiatedBy", &as_logged(&record.actor), &mut object);
    object.array("targetResources", &listed(&record.targets), |one, object| target(one, object));
    object.array("additionalDetails", &record.details, detail);
    object.extra("tenantId", &record.tenant_id);
    object.extra("sessionId", &record.session_id);
    object.close();
}

/// An actor without the name that other records have for it.
fn as_logged<'r>(actor: &'r Actor<'r>) -> Cow<'r, Actor<'r>> {
    if actor.named_by == NamedBy::Itself {
        return Cow::Borrowed(actor);
    }
    Cow::Owned(Actor { name: "".into(), named_by: NamedBy::Itself, ..actor.clone() })
}

/// `initiatedBy`: what belongs to the other kind of identity is added where there is some, and an
/// actor of whom it is not known which it is goes under `unidentified`.
fn initiated_by(key: &str, actor: &Actor<'_>, object: &mut Object<'_>) {
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

fn target(target: &Target<'_>, object: &mut Object<'_>) {
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
fn listed<'t, 'a>(targets: &'t [Target<'a>]) -> Vec<&'t Target<'a>> {
    targets.iter().filter(|target| target.named_by != NamedBy::ChangesAlone).collect()
}

fn change(change: &Change<'_>, object: &mut Object<'_>) {
    object.text("displayName", &change.name);
    object.optional("oldValue", change.old.as_deref());
    object.optional("newValue", change.new.as_deref());
}

fn detail(detail: &Detail<'_>, object: &mut Object<'_>) {
    object.text("key", &detail.key);
    object.text("value", &detail.value);
}

/// Writes the properties of a kind, reads them back, and adds those of `directoryAudit` that are
/// needed to make it the same record.
fn completed(
    record: &Record<'_>,
    properties: fn(&Record<'_>, &mut Object<'_>),
    actor_key: &str,
    out: &mut Vec<u8>,
) {
    let start = out.len();
    let mut object = Object::open(out);
    properties(record, &mut object);
    object.close();
    let read = match decode(&out[start..], &Layout::JSON, Depth::Full) {
        Ok(Decoded::Record { record, .. }) => record.into_owned(),
        Ok(Decoded::Other(_)) | Err(_) => Record::default(),
    };
    out.pop();
    let mut object = Object(out);
    for (key, is, reads) in [
        ("loggedByService", &record.service, &read.service),
        ("category", &record.category, &read.category),
        ("activityDisplayName", &record.activity, &read.activity),
        ("result", &record.result, &read.result),
        ("resultReason", &record.result_reason, &read.result_reason),
    ] {
        if is != reads {
            object.optional(key, Some(is));
        }
    }
    let actor = as_logged(&record.actor);
    if *actor != read.actor {
        initiated_by(actor_key, &actor, &mut object);
    }
    if record.targets != read.targets {
        object
            .array("targetResources", &listed(&record.targets), |one, object| target(one, object));
    }
    if record.details != read.details {
        object.array("additionalDetails", &record.details, detail);
    }
    if record.properties != read.properties {
        object.array("recordProperties", &record.properties, |own, object| {
            object.text("key", own.key.row().field);
            object.text("value", &own.value);
        });
    }
    object.close();
}

fn sign_in_properties(record: &Record<'_>, object: &mut Object<'_>) {
    object.text("id", &record.id);
    object.time("createdDateTime", record);
    let known = sign_in::CATEGORIES.iter().find(|row| row.0 == record.category);
    let out = object.key("signInEventTypes");
    out.push(b'[');
    if let Some(row) = known.filter(|row| !row.1.is_empty()) {
        string(row.1, out);
    }
    out.push(b']');
    object.text("correlationId", &record.correlation_id);
    let actor = &record.actor;
    if actor.kind == ActorKind::App {
        object.text("servicePrincipalId", &actor.id);
        object.text("servicePrincipalName", &actor.name);
    } else {
        object.text("userId", &actor.id);
        object.text("userDisplayName", &actor.name);
        object.text("userPrincipalName", &actor.upn);
    }
    object.text("ipAddress", &actor.ip);
    let target_of = |kind: &str| record.targets.iter().find(|target| target.kind == kind);
    if let Some(app) = target_of("Application") {
        object.text("appId", &app.id);
        object.text("appDisplayName", &app.name);
    }
    if let Some(resource) = target_of("Resource") {
        object.text("resourceId", &resource.id);
        object.text("resourceDisplayName", &resource.name);
    }
    object.object("status", |status| sign_in_status(record, status));
    kind_properties::write(record.kind, &record.properties, object);
    surroundings(record, object);
}

fn sign_in_status(record: &Record<'_>, status: &mut Object<'_>) {
    let reason = &*record.result_reason;
    let code = record.property(Key::ErrorCode).unwrap_or("");
    let is_code = matches!(code.bytes().next(), Some(b'1'..=b'9'))
        && code.len() < 10
        && code.bytes().all(|b| b.is_ascii_digit());
    if code == "0" {
        status.key("errorCode").push(b'0');
        status.extra("additionalDetails", reason);
    } else if is_code {
        status.key("errorCode").extend_from_slice(code.as_bytes());
        let failure = reason.strip_prefix(code).and_then(|rest| rest.strip_prefix(": "));
        status.extra("failureReason", failure.unwrap_or(""));
    } else {
        status.extra("failureReason", reason);
    }
}

/// What any kind may have and Graph has no property for in all of them.
fn surroundings(record: &Record<'_>, object: &mut Object<'_>) {
    object.extra("operationType", &record.operation_type);
    object.extra("userAgent", &record.user_agent);
    object.extra("tenantId", &record.tenant_id);
    object.extra("sessionId", &record.session_id);
}

fn provisioning_properties(record: &Record<'_>, object: &mut Object<'_>) {
    object.text("id", &record.id);
    object.time("activityDateTime", record);
    object.text("provisioningAction", &record.activity);
    object.text("cycleId", &record.correlation_id);
    kind_properties::write(record.kind, &record.properties, object);
    object.object("provisioningStatusInfo", |info| {
        info.text("status", &record.result);
        let reason = &*record.result_reason;
        if !reason.is_empty() {
            info.object("errorInformation", |error| match reason.split_once(": ") {
                Some((code, rest)) if !code.contains(' ') && !rest.is_empty() => {
                    error.text("errorCode", code);
                    error.text("reason", rest);
                    error.extra("recommendedAction", record.property(Key::Advice).unwrap_or(""));
                }
                _ => error.text("reason", reason),
            });
        }
    });
    let actor = &record.actor;
    object.object("initiatedBy", |initiator| {
        initiator.text("id", &actor.id);
        initiator.text("displayName", &actor.name);
        initiator.text(
            "initiatorType",
            match actor.kind {
                ActorKind::User => "user",
                ActorKind::App => "application",
                ActorKind::Unknown => "",
            },
        );
    });
    let (principal, identities) = match record.targets.split_last() {
        Some((last, rest)) if !rest.is_empty() && last.kind == provisioning::PRINCIPAL => {
            (Some(last), rest)
        }
        _ => (None, record.targets.as_slice()),
    };
    for (key, identity) in [
        ("targetIdentity", identities.first()),
        ("sourceIdentity", identities.get(1)),
        ("servicePrincipal", principal),
    ] {
        if let Some(identity) = identity {
            object.object(key, |object| {
                object.text("id", &identity.id);
                object.text("displayName", &identity.name);
                if key != "servicePrincipal" {
                    object.text("identityType", &identity.kind);
                }
            });
        }
    }
    if let Some(first) = record.targets.first() {
        object.array("modifiedProperties", &first.changes, change);
    }
    surroundings(record, object);
}
