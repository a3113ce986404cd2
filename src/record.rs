//! One logged event, whatever format it came in: [`Record`] and its parts.
//! Never reads bytes and never formats for a screen; formats build records, fields read them.

pub mod address;
pub mod application;
pub mod change;
pub mod column;
pub mod content;
pub mod field;
pub mod keyed;
pub mod kind;
pub mod licence;
pub mod naming;
pub mod outcome;
pub mod risk;
pub mod role;
pub mod sentence;
pub mod tenant_names;
pub mod value_kind;
mod values;
pub mod wanted;

use std::borrow::Cow;

pub use kind::Kind;

use crate::text::original_upn;
use crate::time::Timestamp;
use kind::property::{Property, PropertyKey};

/// How it ended, as [`outcome::decide`] finds from everything the record says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Outcome {
    /// It was done.
    Success,
    /// It was refused or went wrong.
    Failure,
    /// It went on with another step: a sign-in that asked for a second factor, or for consent.
    Interrupted,
    /// It did not end in time, or is waiting for something.
    Timeout,
    /// The record says nothing, or something else.
    #[default]
    Unknown,
}

impl Outcome {
    /// All outcomes, in the order they are listed.
    pub const ALL: [Self; 5] =
        [Self::Success, Self::Failure, Self::Interrupted, Self::Timeout, Self::Unknown];

    /// The word for this outcome in queries and on the screen: Graph's `operationResult`, and the
    /// portal's `Interrupted`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Interrupted => "interrupted",
            Self::Timeout => "timeout",
            Self::Unknown => "unknown",
        }
    }

    /// The outcome a log's own word means, taken alone: Graph's `operationResult` in any case, the unified
    /// audit log's `ResultStatus`, provisioning's `status`. Anything else is [`Outcome::Unknown`].
    pub fn from_word(word: &str) -> Self {
        // Asked for every record: nothing is allocated.
        let word = word.trim();
        let is = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
        if is(&["success", "succeeded", "true", "0"]) {
            Self::Success
        } else if is(&["failure", "failed", "fail", "error", "false"]) {
            Self::Failure
        } else if is(&["interrupted", "interrupt"]) {
            Self::Interrupted
        } else if is(&["timeout", "timed out"]) {
            Self::Timeout
        } else {
            Self::Unknown
        }
    }
}

/// Whether a person or a program acted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ActorKind {
    /// `initiatedBy.user`.
    User,
    /// `initiatedBy.app`: a service principal.
    App,
    /// Nobody is named (`initiatedBy` is `{}` in some failures).
    #[default]
    Unknown,
}

impl ActorKind {
    /// The word for this kind in queries and on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::App => "app",
            Self::Unknown => "unknown",
        }
    }
}

/// Who did it. Texts are empty where the record has none.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Actor<'a> {
    /// Person, program or nobody.
    pub kind: ActorKind,
    /// Object id: of the user, or of the service principal (often an app's only identifier).
    pub id: Cow<'a, str>,
    /// Display name, of the user or the app; where the log has no name at all, the one found elsewhere
    /// (see `named_by`).
    pub name: Cow<'a, str>,
    /// Where the name comes from: the record itself, or other records of the data.
    pub named_by: NamedBy,
    /// User principal name as logged, possibly with the object id of a deleted user in front.
    pub upn: Cow<'a, str>,
    /// Application (client) id; null on nearly every real record.
    pub app_id: Cow<'a, str>,
    /// `servicePrincipalName`.
    pub service_principal_name: Cow<'a, str>,
    /// Display name of the application a person acted through (`initiatedBy` with both).
    pub app_name: Cow<'a, str>,
    /// Object id of the service principal a person acted through (`initiatedBy` with both).
    pub app_object_id: Cow<'a, str>,
    /// IP address, v4 or v6, as logged.
    pub ip: Cow<'a, str>,
    /// `agentType` of an AI agent; empty for everybody else.
    pub agent: Cow<'a, str>,
    /// `blueprintId`: object id of what an AI agent was made from.
    pub blueprint: Cow<'a, str>,
}

/// Where a target's name comes from. Entra leaves the `displayName` of most second targets empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, PartialOrd, Ord)]
pub enum NamedBy {
    /// The target's own `displayName`, or nothing does.
    #[default]
    Itself,
    /// Changes of the same record, such as `Role.DisplayName`.
    Changes,
    /// Changes of the same record, and they alone: the record lists no such target.
    ChangesAlone,
    /// Other records of the data, which give this id a name.
    Data,
}

impl NamedBy {
    /// Words for people after a name; empty where the name is the target's own.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Itself => "",
            Self::Changes => "named in its changes",
            Self::ChangesAlone => "only in the changes",
            Self::Data => "named in other records",
        }
    }
}

/// What it was done to. Texts are empty where the record has none.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Target<'a> {
    /// Object id.
    pub id: Cow<'a, str>,
    /// Display name; where the log leaves it empty, the name found elsewhere (see `named_by`).
    pub name: Cow<'a, str>,
    /// Where the name comes from.
    pub named_by: NamedBy,
    /// `displayName` where it is an application id rather than a name.
    pub name_id: Cow<'a, str>,
    /// User principal name as logged, possibly with the object id of a deleted user in front.
    pub upn: Cow<'a, str>,
    /// `type`: User, Group, `ServicePrincipal`, Application, Policy, Role, …
    pub kind: Cow<'a, str>,
    /// `groupType`: `unifiedGroups`, `azureAD`, `unknownFutureValue`.
    pub group_type: Cow<'a, str>,
    /// `agentType` of an AI agent; empty for everything else.
    pub agent: Cow<'a, str>,
    /// `blueprintId`: object id of what an AI agent was made from.
    pub blueprint: Cow<'a, str>,
    /// What changed on it, in the record's order.
    pub changes: Vec<Change<'a>>,
}

/// One modified property.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Change<'a> {
    /// The property's name.
    pub name: Cow<'a, str>,
    /// Value before, as logged: mostly JSON in a string. `None` is null.
    pub old: Option<Cow<'a, str>>,
    /// Value after, as logged: mostly JSON in a string. `None` is null.
    pub new: Option<Cow<'a, str>>,
}

/// One entry of `additionalDetails`.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Detail<'a> {
    /// Its key.
    pub key: Cow<'a, str>,
    /// Its value, as text.
    pub value: Cow<'a, str>,
}

/// One logged event in the terms of Graph's `directoryAudit`, whatever format it came in.
///
/// Texts borrow from the original bytes where they can. Text the format lacks is empty.
/// Mapping per format: the module docs of `format`.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Record<'a> {
    /// Which log.
    pub kind: Kind,
    /// Record id: opaque, the key for removing duplicates. Empty in portal CSV.
    pub id: Cow<'a, str>,
    /// When it happened (`activityDateTime`), UTC. `None` where missing or unreadable.
    pub time: Option<Timestamp>,
    /// `loggedByService`.
    pub service: Cow<'a, str>,
    /// `category`.
    pub category: Cow<'a, str>,
    /// `activityDisplayName`.
    pub activity: Cow<'a, str>,
    /// `operationType`.
    pub operation_type: Cow<'a, str>,
    /// How it ended.
    pub outcome: Outcome,
    /// `result` exactly as logged.
    pub result: Cow<'a, str>,
    /// `resultReason`: why it failed, but also PIM's justification and plain "OK".
    pub result_reason: Cow<'a, str>,
    /// Who did it.
    pub actor: Actor<'a>,
    /// What it was done to, all of them.
    pub targets: Vec<Target<'a>>,
    /// `additionalDetails`.
    pub details: Vec<Detail<'a>>,
    /// What only records of its kind have: the device of a sign-in, the step of a provisioning event.
    pub properties: Vec<Property<'a>>,
    /// `correlationId`: the same for all records of one operation, where the service kept to it.
    pub correlation_id: Cow<'a, str>,
    /// Tenant id, where the format carries one.
    pub tenant_id: Cow<'a, str>,
    /// The actor's user agent, from its own property or from the details.
    pub user_agent: Cow<'a, str>,
    /// Session id, where the format carries one.
    pub session_id: Cow<'a, str>,
    /// Name of the file or stream it came from; set by the source, not by a format.
    pub source: Cow<'a, str>,
    /// Where else the same record was found; known of records of a store only.
    pub also_from: Vec<Cow<'a, str>>,
}

impl<'a> Record<'a> {
    /// Makes it as it was by default, keeping the room of its lists; `spare` gets each list of
    /// changes. Property by property: moving a whole record costs more.
    pub fn clear(&mut self, spare: impl FnMut(Vec<Change<'a>>)) {
        let Self {
            kind,
            id,
            time,
            service,
            category,
            activity,
            operation_type,
            outcome,
            result,
            result_reason,
            actor,
            targets,
            details,
            properties,
            correlation_id,
            tenant_id,
            user_agent,
            session_id,
            source,
            also_from,
        } = self;
        let texts = [id, service, category, activity, operation_type, result, result_reason];
        let more = [correlation_id, tenant_id, user_agent, session_id, source];
        for text in texts.into_iter().chain(more) {
            *text = Cow::Borrowed("");
        }
        (*kind, *time, *outcome) = (Kind::default(), None, Outcome::default());
        *actor = Actor::default();
        targets.drain(..).map(|target| target.changes).for_each(spare);
        also_from.clear();
        details.clear();
        properties.clear();
    }

    /// The first value of a property that only some kinds of record have.
    pub fn property(&self, key: PropertyKey) -> Option<&str> {
        self.properties_of(key).next()
    }

    /// All values of a property that only some kinds of record have.
    pub fn properties_of(&self, key: PropertyKey) -> impl Iterator<Item = &str> {
        self.properties.iter().filter(move |own| own.key == key).map(|own| &*own.value)
    }
}

impl Record<'_> {
    /// The same record, borrowing nothing.
    pub fn into_owned(self) -> Record<'static> {
        Record {
            kind: self.kind,
            id: owned(self.id),
            time: self.time,
            service: owned(self.service),
            category: owned(self.category),
            activity: owned(self.activity),
            operation_type: owned(self.operation_type),
            outcome: self.outcome,
            result: owned(self.result),
            result_reason: owned(self.result_reason),
            actor: Actor {
                kind: self.actor.kind,
                id: owned(self.actor.id),
                name: owned(self.actor.name),
                named_by: self.actor.named_by,
                upn: owned(self.actor.upn),
                app_id: owned(self.actor.app_id),
                service_principal_name: owned(self.actor.service_principal_name),
                app_name: owned(self.actor.app_name),
                app_object_id: owned(self.actor.app_object_id),
                ip: owned(self.actor.ip),
                agent: owned(self.actor.agent),
                blueprint: owned(self.actor.blueprint),
            },
            targets: self.targets.into_iter().map(Target::into_owned).collect(),
            details: (self.details.into_iter())
                .map(|detail| Detail { key: owned(detail.key), value: owned(detail.value) })
                .collect(),
            properties: (self.properties.into_iter())
                .map(|own| Property { key: own.key, value: owned(own.value) })
                .collect(),
            correlation_id: owned(self.correlation_id),
            tenant_id: owned(self.tenant_id),
            user_agent: owned(self.user_agent),
            session_id: owned(self.session_id),
            source: owned(self.source),
            also_from: self.also_from.into_iter().map(owned).collect(),
        }
    }
}

impl Actor<'_> {
    /// The user principal name without the object id of a deleted user in front, and whether that
    /// was there.
    pub fn original_upn(&self) -> (&str, bool) {
        original_upn(&self.upn, &self.id)
    }
}

impl Target<'_> {
    /// The user principal name without the object id of a deleted user in front, and whether that
    /// was there.
    pub fn original_upn(&self) -> (&str, bool) {
        original_upn(&self.upn, &self.id)
    }

    /// The same target, borrowing nothing.
    pub fn into_owned(self) -> Target<'static> {
        Target {
            id: owned(self.id),
            name: owned(self.name),
            named_by: self.named_by,
            name_id: owned(self.name_id),
            upn: owned(self.upn),
            kind: owned(self.kind),
            group_type: owned(self.group_type),
            agent: owned(self.agent),
            blueprint: owned(self.blueprint),
            changes: (self.changes.into_iter())
                .map(|change| Change {
                    name: owned(change.name),
                    old: change.old.map(owned),
                    new: change.new.map(owned),
                })
                .collect(),
        }
    }
}

fn owned(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}

/// A modified property's value as a person reads it. Graph writes values as JSON in strings:
/// `"\"Member\""` is `Member`, `"[true]"` is `true`, `"[\"Guest\"]"` is `Guest`; empty arrays and
/// empty strings are empty; anything larger stays the JSON text it is; what is not JSON
/// (`DirectorySync`) stays as it is.
pub fn value_text(logged: &str) -> Cow<'_, str> {
    let trimmed = logged.trim();
    let inner = trimmed
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .map_or(trimmed, str::trim);
    if inner.is_empty() {
        return Cow::Borrowed("");
    }
    if inner.starts_with('"') {
        return match serde_json::from_str::<String>(inner) {
            Ok(text) => Cow::Owned(text),
            Err(_) => Cow::Borrowed(logged),
        };
    }
    let scalar = matches!(inner, "true" | "false" | "null") || inner.parse::<f64>().is_ok();
    if scalar { Cow::Borrowed(inner) } else { Cow::Borrowed(logged) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_a_person_would() {
        for (logged, text) in [
            (r#""Member""#, "Member"),
            ("[true]", "true"),
            (r#"["Guest"]"#, "Guest"),
            ("[]", ""),
            (r#""""#, ""),
            ("", ""),
            ("DirectorySync", "DirectorySync"),
            (r#"[{"MethodType":7}]"#, r#"[{"MethodType":7}]"#),
            (r#"["a","b"]"#, r#"["a","b"]"#),
            ("[1,2]", "[1,2]"),
            (r#""broken"#, r#""broken"#),
        ] {
            assert_eq!(value_text(logged), text, "{logged}");
        }
    }
}
