//! The envelope that diagnostic settings put around every log they send to storage or Event Hubs.
//! Never reads the properties inside; the shapes they have do.
//!
//! Source: Microsoft Entra documentation, "Options for integrating activity logs with Azure Monitor"
//! and "diagnostic settings log options"; Microsoft Defender XDR documentation, "Streaming API"
//! (`AdvancedHunting-CloudAppEvents`); field names from storage archives. The envelope's `category`
//! is the log (`AuditLogs`, in some documents `Audit`); Intune sends a log of the same name. The audit category (`UserManagement`) is inside
//! `properties`. What the properties leave empty is taken from the envelope.

use std::borrow::Cow;

use super::graph::{Audit, fill, ip};
use super::graph_call::{self, GraphCall};
use super::json::{Held, Place, Reader, Step, keys};
use super::kind_properties::Added;
use super::kind_reader::KindReader as _;
use super::protection::{self, Protection};
use super::provisioning::{self, Provisioning};
use super::shape::{self, Shape};
use super::sign_in::{self, SignIn};
use super::unified_audit_log::Unified;
use super::{Depth, Event};
use crate::record::property::{Key, Property};
use crate::record::{ActorKind, Outcome, Record};
use crate::time::{DateOrder, Timestamp};

mod identity;

keys! {
    enum EnvelopeKey {
        Time = b"time",
        ResourceId = b"resourceId",
        OperationName = b"operationName",
        Category = b"category",
        TenantId = b"tenantId",
        CallerIp = b"callerIpAddress",
        CorrelationId = b"correlationId",
        Identity = b"identity",
        Result = b"result",
        ResultType = b"resultType",
        ResultDescription = b"resultDescription",
        Properties = b"properties",
    }
}

keys! {
    /// What Azure's activity log API writes in place of a text.
    enum LocalizedKey {
        Value = b"value",
    }
}

#[derive(Default)]
struct Envelope<'a> {
    time: Option<Timestamp>,
    resource_id: Cow<'a, str>,
    operation_name: Cow<'a, str>,
    category: Cow<'a, str>,
    tenant_id: Cow<'a, str>,
    caller_ip: Cow<'a, str>,
    correlation_id: Cow<'a, str>,
    identity: identity::Identity<'a>,
    result: Cow<'a, str>,
    result_type: Cow<'a, str>,
    result_description: Cow<'a, str>,
    properties: Option<usize>,
}

/// Reads the envelope that starts here: the record in it, or the name of the log it belongs to.
pub(super) fn envelope<'a>(bytes: &'a [u8], reader: &mut Reader<'a>) -> Step<Event<'a>> {
    let mut envelope = Envelope::default();
    // Azure Monitor writes some times as .NET's invariant culture has them: `4/14/2025 11:17:05 AM`.
    reader.usual_dates = Some(DateOrder::MonthFirst);
    reader.object(&Place::Record, |reader, key, here| {
        match key {
            EnvelopeKey::Time => envelope.time = reader.time(here)?,
            EnvelopeKey::ResourceId => envelope.resource_id = reader.text(here)?,
            EnvelopeKey::OperationName => envelope.operation_name = word(reader, here)?,
            EnvelopeKey::Category => envelope.category = word(reader, here)?,
            EnvelopeKey::TenantId => envelope.tenant_id = reader.text(here)?,
            EnvelopeKey::CallerIp => envelope.caller_ip = ip(reader.text(here)?),
            EnvelopeKey::CorrelationId => envelope.correlation_id = reader.text(here)?,
            EnvelopeKey::Identity => envelope.identity = identity::read(reader, here)?,
            EnvelopeKey::Result => envelope.result = reader.scalar(here)?,
            EnvelopeKey::ResultType => envelope.result_type = reader.scalar(here)?,
            EnvelopeKey::ResultDescription => envelope.result_description = reader.text(here)?,
            EnvelopeKey::Properties => {
                reader.peek()?;
                envelope.properties = Some(reader.at());
                reader.skip()?;
            }
        }
        Ok(())
    })?;
    let at = envelope.properties;
    let shape = match shape_of(&envelope, || at.and_then(|at| of_properties(bytes, at))) {
        Ok(shape) => shape,
        Err(name) => return Ok(Err(name)),
    };
    let place = Place::Property(&Place::Record, "properties");
    let event = match at {
        Some(at) => {
            let mut inner = reader.another(at);
            let event = properties(&mut inner, &shape, &envelope.category, &place);
            reader.adopt(inner);
            event
        }
        None => inside(reader, &shape, &envelope.category, &place, false),
    };
    Ok(event.map(|mut record| {
        complete(&mut record, envelope, &shape);
        record
    }))
}

/// The text here, or the `value` of an object in its place; of any other type nothing.
fn word<'a>(reader: &mut Reader<'a>, here: &Place<'_>) -> Step<Cow<'a, str>> {
    if reader.is_text()? {
        return reader.text(here);
    }
    let mut word = Cow::Borrowed("");
    if reader.peek()? == b'{' {
        reader.object(here, |reader, LocalizedKey::Value, here| {
            word = reader.text(here)?;
            Ok(())
        })?;
    } else {
        // A wrong type is noted, and then it says nothing.
        reader.text(here)?;
    }
    Ok(word)
}

/// The shape of the properties, or the name of the log it is instead. `inner`: the shape that their
/// own keys have.
fn shape_of<'a>(
    envelope: &Envelope<'a>,
    inner: impl FnOnce() -> Option<(Shape, bool)>,
) -> Result<Shape, Cow<'a, str>> {
    let category = &envelope.category;
    let of_azure = starts_with(&envelope.resource_id, "/subscriptions/");
    match of_category(category) {
        Some(Shape::Audit) => match inner() {
            Some((Shape::Other(name), _)) => Err(Cow::Owned(name)),
            None if of_azure => Err(category.clone()),
            _ => Ok(Shape::Audit),
        },
        Some(shape) => Ok(shape),
        // Other services have a category of this name too, and some write none at all.
        None => match inner() {
            Some((shape @ (Shape::SignIn | Shape::Provisioning), _)) if category.is_empty() => {
                Ok(shape)
            }
            Some((Shape::Other(name), _)) if category.is_empty() => Err(Cow::Owned(name)),
            Some((Shape::Audit, true)) => Ok(Shape::Audit),
            _ if !category.is_empty() => Err(category.clone()),
            _ if of_azure => Err(Cow::Borrowed("Azure resource log")),
            Some((Shape::Audit, false)) => Ok(Shape::Audit),
            _ if contains(&envelope.resource_id, "microsoft.aadiam") => Ok(Shape::Audit),
            _ => Err(Cow::Borrowed("diagnostic log without category")),
        },
    }
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

fn contains(text: &str, part: &str) -> bool {
    text.to_ascii_lowercase().contains(part)
}

/// The shape of the properties at byte `at`, which may be JSON text in a string.
fn of_properties(bytes: &[u8], at: usize) -> Option<(Shape, bool)> {
    if bytes.get(at) != Some(&b'"') {
        return shape::recognise(bytes, at);
    }
    let text = Reader::new(bytes, at, Depth::Columns).text(&Place::Record).ok()?;
    shape::recognise(text.as_bytes(), 0)
}

/// The shape of the properties in a category.
fn of_category(category: &str) -> Option<Shape> {
    if category.eq_ignore_ascii_case("AuditLogs")
        || category.eq_ignore_ascii_case("CustomSecurityAttributeAuditLogs")
    {
        Some(Shape::Audit)
    } else if category.eq_ignore_ascii_case(provisioning::CATEGORY) {
        Some(Shape::Provisioning)
    } else if category.eq_ignore_ascii_case("AdvancedHunting-CloudAppEvents") {
        Some(Shape::Unified)
    } else if sign_in::CATEGORIES.iter().any(|row| row.0.eq_ignore_ascii_case(category)) {
        Some(Shape::SignIn)
    } else if protection::CATEGORIES.iter().any(|row| row.0.eq_ignore_ascii_case(category)) {
        Some(Shape::Risk)
    } else if category.eq_ignore_ascii_case(graph_call::CATEGORY) {
        Some(Shape::GraphCall)
    } else {
        None
    }
}

fn properties<'a>(
    reader: &mut Reader<'a>,
    shape: &Shape,
    category: &str,
    place: &Place<'_>,
) -> Event<'a> {
    match reader.held(b'{', place) {
        Ok(Held::Here) => inside(reader, shape, category, place, true),
        Ok(Held::Text(text)) => {
            let mut inner = Reader::new(text.as_bytes(), 0, reader.depth);
            let event = inside(&mut inner, shape, category, place, true);
            let event = match event {
                Ok(record) => Ok(record.into_owned()),
                Err(name) => Err(Cow::Owned(name.into_owned())),
            };
            reader.adopt(inner);
            event
        }
        Ok(Held::Loose(_) | Held::Nothing) | Err(_) => {
            inside(reader, shape, category, place, false)
        }
    }
}

/// The record of the properties that start here; of none where they are not `there`.
fn inside<'a>(
    reader: &mut Reader<'a>,
    shape: &Shape,
    category: &str,
    place: &Place<'_>,
    there: bool,
) -> Event<'a> {
    let mut record = Record::default();
    let mut audit = Audit::new(&mut record);
    let (mut sign_in, mut provisioning) = (SignIn::default(), Provisioning::default());
    let mut unified = Unified::default();
    let (mut protection, mut call) = (Protection::default(), GraphCall::default());
    let read = match shape {
        _ if !there => Ok(()),
        Shape::SignIn => sign_in.object(reader, place),
        Shape::Provisioning => provisioning.object(reader, place),
        Shape::Unified => unified.object(reader, place),
        Shape::Risk => protection.object(reader, place),
        Shape::GraphCall => call.object(reader, place),
        _ => audit.object(reader, place),
    };
    if let Err(error) = read {
        reader.note_broken(place, &error);
    }
    match shape {
        Shape::SignIn => Ok(sign_in.finish(category)),
        Shape::Provisioning => Ok(provisioning.finish()),
        Shape::Unified => unified.finish(reader),
        Shape::Risk => Ok(protection.finish(category)),
        Shape::GraphCall => Ok(call.finish()),
        _ => {
            audit.finish();
            Ok(record)
        }
    }
}

/// The tenant in the path of a log: `/tenants/<id>/providers/Microsoft.aadiam`.
fn tenant_of(resource_id: &str) -> Option<String> {
    let mut parts = resource_id.split('/').skip_while(|part| !part.eq_ignore_ascii_case("tenants"));
    let id = parts.nth(1).filter(|id| !id.is_empty())?;
    Some(id.to_ascii_lowercase())
}

/// Takes the error code of the envelope where the properties have none, or say that there was no error.
fn take_error(record: &mut Record<'_>, code: &str) {
    let own = record.property(Key::ErrorCode).unwrap_or_default();
    if sign_in::telling_code(Cow::Borrowed(own), Cow::Borrowed(code)) == own {
        return;
    }
    let is_of_error = |key: Key| matches!(key, Key::ErrorCode | Key::ErrorName | Key::Error);
    record.properties.retain(|own| !is_of_error(own.key));
    // What the envelope says of it is filled in behind.
    record.result = Cow::Borrowed("");
    record.result_reason =
        sign_in::reason_of(code, Cow::Borrowed(""), String::new()).into_owned().into();
}

/// Puts what the envelope says where the properties say nothing.
fn complete<'a>(record: &mut Record<'a>, envelope: Envelope<'a>, shape: &Shape) {
    record.time = record.time.or(envelope.time);
    fill(&mut record.activity, envelope.operation_name);
    fill(&mut record.tenant_id, envelope.tenant_id);
    fill(&mut record.actor.ip, envelope.caller_ip);
    fill(&mut record.correlation_id, envelope.correlation_id);
    if record.tenant_id.is_empty()
        && let Some(tenant) = tenant_of(&envelope.resource_id)
    {
        record.tenant_id = Cow::Owned(tenant);
    }
    if record.actor.kind == ActorKind::Unknown && !envelope.identity.upn.is_empty() {
        record.actor.kind = ActorKind::User;
        fill(&mut record.actor.upn, envelope.identity.upn);
    }
    fill(&mut record.actor.name, envelope.identity.name);
    if *shape == Shape::SignIn {
        take_error(record, &envelope.result_type);
    }
    if record.result.is_empty() {
        record.result = match shape {
            Shape::SignIn => {
                if record.property(Key::ErrorCode).is_none() {
                    let mut added = Added::default();
                    sign_in::put_error(&mut added, &envelope.result_type, Cow::Borrowed(""));
                    record.properties.extend((added.finish().into_iter()).map(|own| Property {
                        key: own.key,
                        value: Cow::Owned(own.value.into_owned()),
                    }));
                    record.properties.sort_by_key(|own| own.key);
                }
                Cow::Borrowed(sign_in::result_of(&envelope.result_type))
            }
            Shape::Provisioning if envelope.result.is_empty() => envelope.result_type.clone(),
            _ => envelope.result,
        };
    }
    if *shape == Shape::Unified {
        return;
    }
    let success = Outcome::from_word(&record.result) == Outcome::Success;
    let unsaid = || sign_in::reason_of(&envelope.result_type, Cow::Borrowed(""), String::new());
    if *shape == Shape::SignIn && record.result_reason == unsaid() {
        record.result_reason =
            sign_in::reason_of(&envelope.result_type, envelope.result_description, String::new());
    } else if !success {
        fill(&mut record.result_reason, envelope.result_description);
    }
}
