//! The envelope that diagnostic settings put around every log they send to storage or Event Hubs.
//! Never reads the properties inside; their schemas do.
//!
//! Source: Microsoft Entra documentation, "Options for integrating activity logs with Azure Monitor"
//! and "diagnostic settings log options"; Microsoft Defender XDR documentation, "Streaming API"
//! (`AdvancedHunting-CloudAppEvents`); field names from storage archives. The envelope's `category`
//! is the log (`AuditLogs`, in some documents `Audit`); Intune sends a log of the same name. The audit category (`UserManagement`) is inside
//! `properties`. What the properties leave empty is taken from the envelope.

use std::borrow::Cow;

use super::Depth;
use super::json::{Held, Reader, Step, ValuePath, keys};
use super::nested::{fill, ip};
use super::recognition::{Recognised, recognise};
use super::schema::{EnvelopeResult, Schema};
use crate::record::{ActorKind, Record};
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

/// Reads the record in the envelope that starts here; the name of the log it belongs to, if it is none.
pub(super) fn envelope<'a>(
    bytes: &'a [u8],
    reader: &mut Reader<'a>,
    record: &mut Record<'a>,
) -> Step<Option<Cow<'a, str>>> {
    let mut envelope = Envelope::default();
    // Azure Monitor writes some times as .NET's invariant culture has them: `4/14/2025 11:17:05 AM`.
    reader.usual_dates = Some(DateOrder::MonthFirst);
    reader.object(&ValuePath::Record, |reader, key, here| {
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
    let schema = match schema_of(&envelope, || at.and_then(|at| of_properties(bytes, at))) {
        Ok(schema) => schema,
        Err(name) => return Ok(Some(name)),
    };
    let place = ValuePath::Property(&ValuePath::Record, "properties");
    let other = match at {
        Some(at) => {
            let mut inner = reader.another(at);
            let other = properties(&mut inner, schema, &envelope.category, &place, record);
            reader.adopt(inner);
            other
        }
        None => schema.read_inside(reader, (&envelope.category, false), &place, record),
    };
    if other.is_none() {
        complete(record, envelope, schema);
    }
    Ok(other)
}

/// The text here, or the `value` of an object in its place; of any other type nothing.
fn word<'a>(reader: &mut Reader<'a>, here: &ValuePath<'_>) -> Step<Cow<'a, str>> {
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

/// The schema of the properties, or the name of the log it is instead. `inner`: what their own keys say.
fn schema_of<'a>(
    envelope: &Envelope<'a>,
    inner: impl FnOnce() -> Option<(Recognised, bool)>,
) -> Result<Schema, Cow<'a, str>> {
    let category = &envelope.category;
    let of_azure = starts_with(&envelope.resource_id, "/subscriptions/");
    match Schema::of_category(category) {
        Some(Schema::Audit) => match inner() {
            Some((Recognised::Other(name), _)) => Err(Cow::Owned(name)),
            None if of_azure => Err(category.clone()),
            _ => Ok(Schema::Audit),
        },
        Some(schema) => Ok(schema),
        // Other services have a category of this name too, and some write none at all.
        None => match inner() {
            Some((Recognised::Event(schema), _))
                if category.is_empty() && schema.row().needs_no_category =>
            {
                Ok(schema)
            }
            Some((Recognised::Other(name), _)) if category.is_empty() => Err(Cow::Owned(name)),
            Some((Recognised::Event(Schema::Audit), true)) => Ok(Schema::Audit),
            _ if !category.is_empty() => Err(category.clone()),
            _ if of_azure => Err(Cow::Borrowed("Azure resource log")),
            Some((Recognised::Event(Schema::Audit), false)) => Ok(Schema::Audit),
            _ if contains(&envelope.resource_id, "microsoft.aadiam") => Ok(Schema::Audit),
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

/// What the keys of the properties at byte `at` say, which may be JSON text in a string.
fn of_properties(bytes: &[u8], at: usize) -> Option<(Recognised, bool)> {
    if bytes.get(at) != Some(&b'"') {
        return recognise(bytes, at);
    }
    let text = Reader::new(bytes, at, Depth::Columns).text(&ValuePath::Record).ok()?;
    recognise(text.as_bytes(), 0)
}

/// Reads the properties that start here.
fn properties<'a>(
    reader: &mut Reader<'a>,
    schema: Schema,
    category: &str,
    place: &ValuePath<'_>,
    record: &mut Record<'a>,
) -> Option<Cow<'a, str>> {
    match reader.held(b'{', place) {
        Ok(Held::Here) => schema.read_inside(reader, (category, true), place, record),
        Ok(Held::Text(text)) => {
            let mut inner = Reader::new(text.as_bytes(), 0, reader.depth);
            let mut part = Record::default();
            let other = schema.read_inside(&mut inner, (category, true), place, &mut part);
            let other = other.map(|name| Cow::Owned(name.into_owned()));
            reader.adopt(inner);
            *record = part.into_owned();
            other
        }
        Ok(Held::Loose(_) | Held::Nothing) | Err(_) => {
            schema.read_inside(reader, (category, false), place, record)
        }
    }
}

/// The tenant in the path of a log: `/tenants/<id>/providers/Microsoft.aadiam`.
fn tenant_of(resource_id: &str) -> Option<String> {
    let mut parts = resource_id.split('/').skip_while(|part| !part.eq_ignore_ascii_case("tenants"));
    let id = parts.nth(1).filter(|id| !id.is_empty())?;
    Some(id.to_ascii_lowercase())
}

/// Puts what the envelope says where the properties say nothing.
fn complete<'a>(record: &mut Record<'a>, envelope: Envelope<'a>, schema: Schema) {
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
    let (result, code) = (envelope.result, envelope.result_type);
    let said = EnvelopeResult { result, code, description: envelope.result_description };
    schema.take_result(record, said);
}
