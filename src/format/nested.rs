//! What is nested in events, whatever their schema: who acted, targets with their changes, details.
//! Never knows an event; each schema says under which of its keys they stand.
//!
//! Source: Microsoft Graph reference, "directoryAudit resource type" (v1.0 and beta) with its nested
//! types; all spellings of them are read here.

use std::borrow::Cow;

use super::Depth;
use super::json::{Held, Reader, Step, ValuePath, keys};
use crate::record::naming::{is_name, is_naming};
use crate::record::risk::{self, Interest};
use crate::record::{Actor, ActorKind, Change, Detail, Record, Target};

pub(super) mod write;

keys! {
    enum InitiatorKey {
        User = b"user",
        App = b"app",
        Unidentified = b"unidentified",
        Linkable = b"linkableIdentifiers",
    }
}

keys! {
    enum IdentityKey {
        Id = b"id",
        ServicePrincipalId = b"servicePrincipalId",
        Name = b"displayName",
        Upn = b"userPrincipalName",
        Ip = b"ipAddress",
        AppId = b"appId",
        ServicePrincipalName = b"servicePrincipalName",
        AgentType = b"agentType",
        BlueprintId = b"blueprintId",
    }
}

impl IdentityKey {
    /// The order in which Graph writes a user's properties.
    const OF_USER: &[Self] = &[Self::Id, Self::Name, Self::Upn, Self::Ip];
    /// The order in which Graph writes an app's properties.
    const OF_APP: &[Self] =
        &[Self::AppId, Self::Name, Self::ServicePrincipalId, Self::ServicePrincipalName];
}

keys! {
    enum TargetKey {
        Id = b"id",
        Name = b"displayName",
        Kind = b"type" | b"Type",
        Upn = b"userPrincipalName",
        GroupType = b"groupType",
        Changes = b"modifiedProperties",
        AgentType = b"agentType",
        BlueprintId = b"blueprintId",
    }
}

keys! {
    enum ChangeKey {
        Name = b"displayName" | b"Name" | b"name",
        Old = b"oldValue" | b"OldValue",
        New = b"newValue" | b"NewValue",
    }
}

keys! {
    enum DetailKey {
        Key = b"key" | b"Name" | b"name",
        Value = b"value" | b"Value",
    }
}

keys! {
    enum LinkableKey {
        SessionId = b"sessionId",
    }
}

/// Puts `spare` where `text` is empty.
pub(super) fn fill<'a>(text: &mut Cow<'a, str>, spare: Cow<'a, str>) {
    if text.is_empty() {
        *text = spare;
    }
}

/// Puts the user agent of the details where the record has none of its own.
pub(super) fn fill_user_agent(record: &mut Record<'_>) {
    if record.user_agent.is_empty() {
        let is_agent = |detail: &&Detail<'_>| {
            detail.key.eq_ignore_ascii_case("User-Agent")
                || detail.key.eq_ignore_ascii_case("UserAgent")
        };
        if let Some(detail) = record.details.iter().find(is_agent) {
            record.user_agent = detail.value.clone();
        }
    }
}

/// An IP address as logged; some systems log the text `<null>` where there is none.
pub(super) fn ip(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.eq_ignore_ascii_case("<null>") || &*text == "null" { Cow::Borrowed("") } else { text }
}

/// The kind of an AI agent. What is none has a word for that on every record, which is dropped here.
fn agent_type(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.eq_ignore_ascii_case("notAgentic") { Cow::Borrowed("") } else { text }
}

/// Reads `initiatedBy` into the actor.
pub(super) fn initiated_by<'a>(
    reader: &mut Reader<'a>,
    record: &mut Record<'a>,
    here: &ValuePath<'_>,
) -> Step<()> {
    record.actor = Actor::default();
    match reader.held(b'{', here)? {
        Held::Nothing => return Ok(()),
        Held::Loose(text) => {
            record.actor.name = text;
            return Ok(());
        }
        Held::Text(text) => {
            reader.within(&text, record, here, initiated_by);
            return Ok(());
        }
        Held::Here => {}
    }
    let (mut user, mut app, mut unidentified) = (None, None, None);
    let mut session = Cow::Borrowed("");
    let read = reader.object(here, |reader, key, here| {
        match key {
            InitiatorKey::User => user = identity(reader, ActorKind::User, here)?,
            InitiatorKey::App => app = identity(reader, ActorKind::App, here)?,
            InitiatorKey::Unidentified => {
                unidentified = identity(reader, ActorKind::Unknown, here)?;
            }
            InitiatorKey::Linkable => match reader.held(b'{', here)? {
                Held::Here => reader.object(here, |reader, LinkableKey::SessionId, here| {
                    session = reader.text(here)?;
                    Ok(())
                })?,
                Held::Text(_) | Held::Loose(_) | Held::Nothing => {}
            },
        }
        Ok(())
    });
    record.actor = actor(user, app).or(unidentified).unwrap_or_default();
    fill(&mut record.session_id, session);
    read
}

/// Who acted, where a record may name a user, an app, both, or either without any content.
fn actor<'a>(user: Option<Actor<'a>>, app: Option<Actor<'a>>) -> Option<Actor<'a>> {
    // A name that is none says nothing.
    let says = |actor: &Actor<'_>| {
        let names = [&actor.name, &actor.upn];
        let [name, upn] = names.map(|name| if is_name(name) { name.clone() } else { "".into() });
        Actor { name, upn, ..actor.clone() } != Actor { kind: actor.kind, ..Actor::default() }
    };
    match (user, app) {
        (Some(mut user), Some(app)) if says(&user) => {
            // A person acting through an app: what is known of the app is kept with the person.
            fill(&mut user.app_id, app.app_id);
            fill(&mut user.service_principal_name, app.service_principal_name);
            fill(&mut user.agent, app.agent);
            fill(&mut user.blueprint, app.blueprint);
            user.app_name = app.name;
            user.app_object_id = app.id;
            Some(user)
        }
        (Some(_), Some(app)) if says(&app) => Some(app),
        (user, app) => user.or(app),
    }
}

/// The identity here, of that kind where it does not say itself.
pub(super) fn identity<'a>(
    reader: &mut Reader<'a>,
    kind: ActorKind,
    here: &ValuePath<'_>,
) -> Step<Option<Actor<'a>>> {
    let mut actor = Actor { kind, ..Actor::default() };
    match reader.held(b'{', here)? {
        Held::Nothing => return Ok(None),
        Held::Loose(text) => {
            actor.name = text;
            return Ok(Some(actor));
        }
        Held::Text(text) => {
            let mut part = Record::default();
            reader.within(&text, &mut part, here, |reader, record, here| {
                record.actor = identity(reader, ActorKind::Unknown, here)?.unwrap_or_default();
                Ok(())
            });
            return Ok(Some(Actor { kind, ..part.actor }));
        }
        Held::Here => {}
    }
    let mut id = Cow::Borrowed("");
    let usual = if kind == ActorKind::App { IdentityKey::OF_APP } else { IdentityKey::OF_USER };
    reader.object_of(usual, here, |reader, key, here| {
        let Some(key) = key.known else { return reader.skip() };
        match key {
            IdentityKey::Id => id = reader.text(here)?,
            IdentityKey::ServicePrincipalId => actor.id = reader.text(here)?,
            IdentityKey::Name => actor.name = reader.text(here)?,
            IdentityKey::Upn => actor.upn = reader.text(here)?,
            IdentityKey::Ip => actor.ip = ip(reader.text(here)?),
            IdentityKey::AppId => actor.app_id = reader.text(here)?,
            IdentityKey::ServicePrincipalName => {
                actor.service_principal_name = reader.text(here)?;
            }
            IdentityKey::AgentType => actor.agent = agent_type(reader.text(here)?),
            IdentityKey::BlueprintId => actor.blueprint = reader.text(here)?,
        }
        Ok(())
    })?;
    fill(&mut actor.id, id);
    Ok(Some(actor))
}

/// Reads `targetResources` into the targets.
pub(super) fn target_resources<'a>(
    reader: &mut Reader<'a>,
    record: &mut Record<'a>,
    here: &ValuePath<'_>,
) -> Step<()> {
    record.targets.clear();
    match reader.held(b'[', here)? {
        Held::Nothing => {}
        Held::Loose(name) => record.targets.push(Target { name, ..Target::default() }),
        Held::Text(text) => reader.within(&text, record, here, target_resources),
        Held::Here => {
            reader
                .entries(|reader, index| target(reader, record, &ValuePath::Item(here, index)))?;
        }
    }
    Ok(())
}

fn target<'a>(reader: &mut Reader<'a>, record: &mut Record<'a>, here: &ValuePath<'_>) -> Step<()> {
    match reader.held(b'{', here)? {
        Held::Nothing => return Ok(()),
        Held::Loose(name) => {
            record.targets.push(Target { name, ..Target::default() });
            return Ok(());
        }
        Held::Text(text) => {
            reader.within(&text, record, here, target);
            return Ok(());
        }
        Held::Here => {}
    }
    let mut target = Target { changes: reader.changes(), ..Target::default() };
    let read = reader.object(here, |reader, key, here| {
        match key {
            TargetKey::Id => target.id = reader.text(here)?,
            TargetKey::Name => target.name = reader.text(here)?,
            TargetKey::Kind => target.kind = reader.text(here)?,
            TargetKey::Upn => target.upn = reader.text(here)?,
            TargetKey::GroupType => target.group_type = reader.text(here)?,
            TargetKey::Changes => modified_properties(reader, &mut target.changes, here)?,
            TargetKey::AgentType => target.agent = agent_type(reader.text(here)?),
            TargetKey::BlueprintId => target.blueprint = reader.text(here)?,
        }
        Ok(())
    });
    record.targets.push(target);
    read
}

/// Reads `modifiedProperties`, an array of names with old and new values, into `changes`.
pub(super) fn modified_properties<'a>(
    reader: &mut Reader<'a>,
    changes: &mut Vec<Change<'a>>,
    here: &ValuePath<'_>,
) -> Step<()> {
    changes.clear();
    match reader.held(b'[', here)? {
        Held::Nothing => {}
        Held::Loose(name) => changes.push(Change { name, old: None, new: None }),
        Held::Text(text) => {
            // `within` works on records: the changes travel in a target of their own.
            let mut part = Record { targets: vec![Target::default()], ..Record::default() };
            reader.within(&text, &mut part, here, |reader, record, here| {
                let Some(target) = record.targets.first_mut() else { return Ok(()) };
                reader.entries(|reader, index| {
                    change(reader, &mut target.changes, &ValuePath::Item(here, index))
                })
            });
            *changes = part.targets.pop().map(|target| target.changes).unwrap_or_default();
        }
        Held::Here => {
            reader
                .entries(|reader, index| change(reader, changes, &ValuePath::Item(here, index)))?;
        }
    }
    Ok(())
}

fn change<'a>(
    reader: &mut Reader<'a>,
    changes: &mut Vec<Change<'a>>,
    here: &ValuePath<'_>,
) -> Step<()> {
    match reader.held(b'{', here)? {
        Held::Nothing => {}
        Held::Text(name) | Held::Loose(name) => {
            changes.push(Change { name, old: None, new: None });
        }
        Held::Here => {
            let mut change = Change::default();
            let read = reader.object(here, |reader, key, here| {
                match key {
                    ChangeKey::Name => change.name = reader.text(here)?,
                    ChangeKey::Old => change.old = value(reader, &change.name, here)?,
                    ChangeKey::New => change.new = value(reader, &change.name, here)?,
                }
                Ok(())
            });
            changes.push(change);
            read?;
        }
    }
    Ok(())
}

/// An old or new value of a property; passed over where it is not wanted.
fn value<'a>(
    reader: &mut Reader<'a>,
    property: &str,
    here: &ValuePath<'_>,
) -> Step<Option<Cow<'a, str>>> {
    reader.unnamed |= property.is_empty() && reader.depth != Depth::Full;
    let wanted = match reader.depth {
        _ if is_naming(property) => true,
        Depth::Full => true,
        Depth::Columns => false,
        Depth::Rated => {
            // Asked for the first value only: many records have none.
            if let Some(activity) = reader.activity.take() {
                reader.values = Some(risk::looks_at(&activity).unwrap_or(Interest::NOTHING));
            }
            reader.missed |= reader.values.is_none();
            reader.values.is_some_and(|values| values.has(property))
        }
    };
    if wanted {
        return reader.optional_text(here);
    }
    reader.skip()?;
    Ok(None)
}

/// Reads `additionalDetails`, or any array of keys (names) and values, into the details.
pub(super) fn additional_details<'a>(
    reader: &mut Reader<'a>,
    record: &mut Record<'a>,
    here: &ValuePath<'_>,
) -> Step<()> {
    record.details.clear();
    match reader.held(b'[', here)? {
        Held::Nothing => {}
        Held::Loose(value) => record.details.push(Detail { key: Cow::Borrowed(""), value }),
        Held::Text(text) => reader.within(&text, record, here, additional_details),
        Held::Here => reader.entries(|reader, index| {
            let here = &ValuePath::Item(here, index);
            match reader.held(b'{', here)? {
                Held::Nothing => {}
                Held::Text(value) | Held::Loose(value) => {
                    record.details.push(Detail { key: Cow::Borrowed(""), value });
                }
                Held::Here => {
                    let mut detail = Detail::default();
                    let read = reader.object(here, |reader, key, here| {
                        match key {
                            DetailKey::Key => detail.key = reader.text(here)?,
                            DetailKey::Value => detail.value = reader.text(here)?,
                        }
                        Ok(())
                    });
                    if read.is_ok() || detail != Detail::default() {
                        record.details.push(detail);
                    }
                    read?;
                }
            }
            Ok(())
        })?,
    }
    Ok(())
}
