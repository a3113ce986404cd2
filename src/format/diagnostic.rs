//! The envelope that diagnostic settings put around every log they send to storage or Event Hubs.
//! Never reads the properties inside; the shapes they have do.
//!
//! Source: Microsoft Entra documentation, "Options for integrating activity logs with Azure Monitor"
//! and "diagnostic settings log options"; field names from storage archives. The envelope's
//! `category` is the log (`AuditLogs`); the audit category (`UserManagement`) is inside
//! `properties`. What the properties leave empty is taken from the envelope.

use std::borrow::Cow;

use super::added::Added;
use super::graph::{Audit, fill, ip};
use super::json::{Held, Place, Reader, Step, keys};
use super::provisioning::{self, Provisioning};
use super::shape::{self, Shape};
use super::sign_in::{self, SignIn};
use crate::record::property::{Key, Property};
use crate::record::{Outcome, Record};
use crate::time::{DateOrder, Timestamp};

keys! {
    enum EnvelopeKey {
        Time = b"time",
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

#[derive(Default)]
struct Envelope<'a> {
    time: Option<Timestamp>,
    operation_name: Cow<'a, str>,
    category: Cow<'a, str>,
    tenant_id: Cow<'a, str>,
    caller_ip: Cow<'a, str>,
    correlation_id: Cow<'a, str>,
    identity: Cow<'a, str>,
    result: Cow<'a, str>,
    result_type: Cow<'a, str>,
    result_description: Cow<'a, str>,
    properties: Option<usize>,
}

/// Reads the envelope that starts here: the record in it, or the name of the log it belongs to.
pub(super) fn envelope<'a>(
    bytes: &'a [u8],
    reader: &mut Reader<'a>,
) -> Step<Result<Record<'a>, Cow<'a, str>>> {
    let mut envelope = Envelope::default();
    // Azure Monitor writes some times as .NET's invariant culture has them: `4/14/2025 11:17:05 AM`.
    reader.usual_dates = Some(DateOrder::MonthFirst);
    reader.object(&Place::Record, |reader, key, here| {
        match key {
            EnvelopeKey::Time => envelope.time = reader.time(here)?,
            EnvelopeKey::OperationName => envelope.operation_name = reader.text(here)?,
            EnvelopeKey::Category => {
                let text = reader.is_text()?;
                let category = reader.text(here)?;
                envelope.category = if text { category } else { Cow::Borrowed("") };
            }
            EnvelopeKey::TenantId => envelope.tenant_id = reader.text(here)?,
            EnvelopeKey::CallerIp => envelope.caller_ip = ip(reader.text(here)?),
            EnvelopeKey::CorrelationId => envelope.correlation_id = reader.text(here)?,
            EnvelopeKey::Identity => envelope.identity = reader.text(here)?,
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
    let shape = match of_category(&envelope.category) {
        Some(shape) => shape,
        None if envelope.category.is_empty() => at
            .and_then(|at| shape::recognise(bytes, at))
            .filter(|shape| matches!(shape, Shape::SignIn | Shape::Provisioning))
            .unwrap_or(Shape::Audit),
        None => return Ok(Err(envelope.category)),
    };
    let place = Place::Property(&Place::Record, "properties");
    let mut record = match at {
        Some(at) => {
            let mut inner = reader.another(at);
            let record = properties(&mut inner, &shape, &envelope.category, &place);
            reader.adopt(inner);
            record
        }
        None => inside(reader, &shape, &envelope.category, &place, false),
    };
    complete(&mut record, envelope, &shape);
    Ok(Ok(record))
}

/// The shape of the properties in a category.
fn of_category(category: &str) -> Option<Shape> {
    if category.eq_ignore_ascii_case("AuditLogs")
        || category.eq_ignore_ascii_case("CustomSecurityAttributeAuditLogs")
    {
        Some(Shape::Audit)
    } else if category.eq_ignore_ascii_case(provisioning::CATEGORY) {
        Some(Shape::Provisioning)
    } else if sign_in::CATEGORIES.iter().any(|row| row.0.eq_ignore_ascii_case(category)) {
        Some(Shape::SignIn)
    } else {
        None
    }
}

fn properties<'a>(
    reader: &mut Reader<'a>,
    shape: &Shape,
    category: &str,
    place: &Place<'_>,
) -> Record<'a> {
    match reader.held(b'{', place) {
        Ok(Held::Here) => inside(reader, shape, category, place, true),
        Ok(Held::Text(text)) => {
            let mut inner = Reader::new(text.as_bytes(), 0, reader.depth);
            let record = inside(&mut inner, shape, category, place, true).into_owned();
            reader.adopt(inner);
            record
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
) -> Record<'a> {
    let mut record = Record::default();
    let mut audit = Audit::new(&mut record);
    let (mut sign_in, mut provisioning) = (SignIn::default(), Provisioning::default());
    let read = match shape {
        _ if !there => Ok(()),
        Shape::SignIn => sign_in.object(reader, place),
        Shape::Provisioning => provisioning.object(reader, place),
        _ => audit.object(reader, place),
    };
    if let Err(error) = read {
        reader.note_broken(place, &error);
    }
    match shape {
        Shape::SignIn => sign_in.finish(category),
        Shape::Provisioning => provisioning.finish(),
        _ => {
            audit.finish();
            record
        }
    }
}

/// Puts what the envelope says where the properties say nothing.
fn complete<'a>(record: &mut Record<'a>, envelope: Envelope<'a>, shape: &Shape) {
    record.time = record.time.or(envelope.time);
    fill(&mut record.activity, envelope.operation_name);
    fill(&mut record.tenant_id, envelope.tenant_id);
    fill(&mut record.actor.ip, envelope.caller_ip);
    fill(&mut record.correlation_id, envelope.correlation_id);
    fill(&mut record.actor.name, envelope.identity);
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
    let success = Outcome::from_word(&record.result) == Outcome::Success;
    let unsaid = || sign_in::reason_of(&envelope.result_type, Cow::Borrowed(""), String::new());
    if *shape == Shape::SignIn && record.result_reason == unsaid() {
        record.result_reason =
            sign_in::reason_of(&envelope.result_type, envelope.result_description, String::new());
    } else if !success {
        fill(&mut record.result_reason, envelope.result_description);
    }
}
