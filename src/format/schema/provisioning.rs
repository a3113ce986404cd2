//! Provisioning: Graph's `provisioningObjectSummary`, the `ProvisioningLogs` category, and `AADProvisioningLogs`.
//! Never decides whether an event is one; [`crate::format::recognition`] does.
//!
//! Source: Microsoft Graph reference, "provisioningObjectSummary resource type"; Azure Monitor
//! reference, `AADProvisioningLogs`. An event becomes a record so: service `Provisioning`, category
//! `ProvisioningLogs`, activity the provisioning action as logged (`create`, `update`…); targets
//! are the target identity (which holds the changes), the source identity and the service
//! principal; the correlation id is the cycle id, which ties together what one synchronization
//! cycle did; systems, steps, job and change ids are its properties: [`crate::format::kind_properties`]. What was skipped
//! says why in its last steps.

use std::borrow::Cow;

use super::{EnvelopeResult, EventReader, SchemaRow, Written};
use crate::format::audit_properties::{AuditProperties, Property};
use crate::format::json::{Held, ObjectWriter, Reader, Step, ValuePath, keys};
use crate::format::kind_properties::{self, Added, step_status};
use crate::format::log_analytics::RowOfTable;
use crate::format::nested::write::{change, surroundings};
use crate::format::nested::{fill, modified_properties};
use crate::record::kind::property::PropertyKey;
use crate::record::{Actor, ActorKind, Change, Kind, Outcome, Record, Target};

/// The service all provisioning is listed under.
pub(super) const SERVICE: &str = "Provisioning";
/// The category of all provisioning: that of diagnostic settings.
pub(super) const CATEGORY: &str = "ProvisioningLogs";

/// Provisioning events.
pub(super) const SCHEMA: SchemaRow = SchemaRow {
    deciding: &[
        "provisioningAction",
        "provisioningSteps",
        "provisioningStatusInfo",
        "sourceIdentity",
        "targetIdentity",
        "cycleId",
        "changeId",
    ],
    has_table: |name| name.eq_ignore_ascii_case("AADProvisioningLogs"),
    has_category: |name| name.eq_ignore_ascii_case(CATEGORY),
    needs_no_category: true,
    written: Some(Written { kind: Kind::Provisioning, properties: write, actor: Some("actor") }),
    ..SchemaRow::NOTHING
};

keys! {
    /// Properties of a provisioning event. Those of an audit are read too: they say what its own
    /// properties cannot.
    pub(in crate::format) enum ProvisioningKey {
        Id = b"id",
        Time = b"activityDateTime",
        Action = b"provisioningAction",
        OldAction = b"action",
        ServicePrincipal = b"servicePrincipal",
        Source = b"sourceIdentity",
        Target = b"targetIdentity",
        InitiatedBy = b"initiatedBy",
        StatusInfo = b"provisioningStatusInfo",
        StatusInfoOld = b"statusInfo",
        Changes = b"modifiedProperties",
        CycleId = b"cycleId",
        SourceSystem = b"sourceSystem",
        TargetSystem = b"targetSystem",
        TenantId = b"tenantId",
        EntraTenantId = b"AADTenantId",
        CorrelationId = b"correlationId",
        Generated = b"TimeGenerated" | b"TimeGenerated [UTC]",
        ResultType = b"resultType",
        ResultDescription = b"resultDescription",
        OperationName = b"operationName",
        UserAgent = b"userAgent",
        SessionId = b"sessionId",
        Service = b"loggedByService",
        Category = b"category",
        Activity = b"activityDisplayName",
        OperationType = b"operationType",
        Result = b"result",
        ResultReason = b"resultReason",
        Actor = b"actor",
        Targets = b"targetResources",
        AdditionalDetails = b"additionalDetails",
        Properties = b"recordProperties",
    }
}

keys! {
    enum IdentityKey {
        Id = b"id" | b"Id",
        Name = b"displayName" | b"DisplayName" | b"Name" | b"name",
        Kind = b"identityType" | b"IdentityType" | b"initiatorType" | b"initiatingType" | b"Type",
    }
}

keys! {
    enum StatusKey {
        Status = b"status",
        Error = b"errorInformation",
    }
}

keys! {
    enum ErrorKey {
        Code = b"errorCode",
        Reason = b"reason",
        More = b"additionalDetails",
        Advice = b"recommendedAction",
    }
}

/// One of the identities of an event: texts are empty where it has none.
#[derive(Default)]
struct Identity {
    id: String,
    name: String,
    kind: String,
}

/// A provisioning event being read.
#[derive(Default)]
pub(in crate::format) struct Provisioning<'a> {
    stated: AuditProperties<'a>,
    initiator: Identity,
    target: Identity,
    source: Identity,
    principal: Identity,
    changes: Vec<Change<'a>>,
    action: Cow<'a, str>,
    old_action: Cow<'a, str>,
    operation_name: Cow<'a, str>,
    status: Status,
    result_type: Cow<'a, str>,
    result_description: Cow<'a, str>,
    cycle_id: Cow<'a, str>,
    row: RowOfTable<'a>,
    added: Added<'a>,
}

impl<'a> EventReader<'a> for Provisioning<'a> {
    type Own = ProvisioningKey;

    const ADDS: Option<Kind> = Some(Kind::Provisioning);

    fn added(&mut self) -> Option<&mut Added<'a>> {
        Some(&mut self.added)
    }

    fn known(
        &mut self,
        record: &mut Record<'a>,
        reader: &mut Reader<'a>,
        key: ProvisioningKey,
        here: &ValuePath<'_>,
    ) -> Step<()> {
        match key {
            ProvisioningKey::Id => record.id = reader.text(here)?,
            ProvisioningKey::Time => record.time = reader.time(here)?,
            ProvisioningKey::Action => self.action = reader.text(here)?,
            ProvisioningKey::OldAction => self.old_action = reader.text(here)?,
            ProvisioningKey::ServicePrincipal => self.principal = identity(reader, here)?,
            ProvisioningKey::Source => self.source = identity(reader, here)?,
            ProvisioningKey::Target => self.target = identity(reader, here)?,
            ProvisioningKey::InitiatedBy => self.initiator = identity(reader, here)?,
            ProvisioningKey::StatusInfo | ProvisioningKey::StatusInfoOld => {
                self.status = status(reader, here)?;
            }
            ProvisioningKey::Changes => modified_properties(reader, &mut self.changes, here)?,
            ProvisioningKey::CycleId => self.cycle_id = reader.text(here)?,
            ProvisioningKey::SourceSystem | ProvisioningKey::TargetSystem => {
                let system = identity(reader, here)?;
                let value = if system.name.is_empty() { system.id } else { system.name };
                let is_source = key == ProvisioningKey::SourceSystem;
                let key =
                    if is_source { PropertyKey::SourceSystem } else { PropertyKey::TargetSystem };
                self.added.put(key, Cow::Owned(value));
            }
            ProvisioningKey::TenantId => record.tenant_id = reader.text(here)?,
            ProvisioningKey::EntraTenantId => self.row.tenant(reader, here)?,
            ProvisioningKey::CorrelationId => record.correlation_id = reader.text(here)?,
            ProvisioningKey::Generated => self.row.generated(reader, here)?,
            ProvisioningKey::ResultType => self.result_type = reader.scalar(here)?,
            ProvisioningKey::ResultDescription => self.result_description = reader.text(here)?,
            ProvisioningKey::OperationName => self.operation_name = reader.text(here)?,
            ProvisioningKey::UserAgent => record.user_agent = reader.text(here)?,
            ProvisioningKey::SessionId => record.session_id = reader.text(here)?,
            ProvisioningKey::OperationType => record.operation_type = reader.text(here)?,
            _ => self.stated_property(reader, key, here)?,
        }
        Ok(())
    }

    fn finish(
        mut self,
        record: &mut Record<'a>,
        _category: &str,
        _notes: &mut Reader<'_>,
    ) -> Option<Cow<'a, str>> {
        record.kind = Kind::Provisioning;
        self.row.complete(record);
        self.added.put(PropertyKey::Cycle, self.cycle_id.clone());
        let logged = std::mem::replace(&mut record.correlation_id, self.cycle_id);
        fill(&mut record.correlation_id, logged);
        record.service = Cow::Borrowed(SERVICE);
        record.category = Cow::Borrowed(CATEGORY);
        record.activity = self.action;
        fill(&mut record.activity, self.old_action);
        fill(&mut record.activity, self.operation_name);
        let Status { word, code, reason, more, advice } = self.status;
        record.result = Cow::Owned(step_status(&word).to_owned());
        fill(&mut record.result, self.result_type);
        record.result_reason = Cow::Owned(in_one(&code, &reason));
        self.added.put(PropertyKey::ErrorCode, Cow::Owned(code));
        self.added.put(PropertyKey::Advice, Cow::Owned(advice));
        if Outcome::from_word(&record.result) != Outcome::Success {
            fill(&mut record.result_reason, Cow::Owned(more));
            fill(&mut record.result_reason, Cow::Owned(std::mem::take(&mut self.added.skipped)));
        }
        if Outcome::from_word(&record.result) != Outcome::Success {
            fill(&mut record.result_reason, self.result_description);
        }
        record.actor = initiator(self.initiator);
        record.targets =
            targets([(self.target, ""), (self.source, ""), (self.principal, PRINCIPAL)]);
        if !self.changes.is_empty() {
            if record.targets.is_empty() {
                record.targets.push(Target::default());
            }
            record.targets[0].changes = self.changes;
        }
        record.properties = self.added.finish();
        self.stated.apply(record);
        None
    }

    fn take_result(record: &mut Record<'a>, said: EnvelopeResult<'a>) {
        let result = if said.result.is_empty() { said.code.clone() } else { said.result };
        EnvelopeResult { result, ..said }.complete(record);
    }
}

impl<'a> Provisioning<'a> {
    /// Reads a property that was added to say what a provisioning event's own cannot.
    fn stated_property(
        &mut self,
        reader: &mut Reader<'a>,
        key: ProvisioningKey,
        here: &ValuePath<'_>,
    ) -> Step<()> {
        let property = match key {
            ProvisioningKey::Service => Property::Service,
            ProvisioningKey::Category => Property::Category,
            ProvisioningKey::Activity => Property::Activity,
            ProvisioningKey::Result => Property::Result,
            ProvisioningKey::ResultReason => Property::Reason,
            ProvisioningKey::Actor => Property::Actor,
            ProvisioningKey::Targets => Property::Targets,
            ProvisioningKey::AdditionalDetails => Property::Details,
            ProvisioningKey::Properties => Property::Properties,
            _ => return reader.skip(),
        };
        self.stated.read(reader, property, here)
    }
}

/// The type a service principal gets as a target.
pub(super) const PRINCIPAL: &str = "ServicePrincipal";

fn targets<'a>(identities: [(Identity, &str); 3]) -> Vec<Target<'a>> {
    identities
        .into_iter()
        .filter(|(identity, _)| !identity.id.is_empty() || !identity.name.is_empty())
        .map(|(identity, kind)| Target {
            id: Cow::Owned(identity.id),
            name: Cow::Owned(identity.name),
            kind: Cow::Owned(if kind.is_empty() { identity.kind } else { kind.to_owned() }),
            ..Target::default()
        })
        .collect()
}

/// Who started it: `initiatorType` is `user`, `application` or `system`.
fn initiator<'a>(identity: Identity) -> Actor<'a> {
    let kind = match identity.kind.to_ascii_lowercase().as_str() {
        "user" => ActorKind::User,
        "application" | "app" | "system" => ActorKind::App,
        _ => ActorKind::Unknown,
    };
    Actor { kind, id: Cow::Owned(identity.id), name: Cow::Owned(identity.name), ..Actor::default() }
}

fn identity(reader: &mut Reader<'_>, here: &ValuePath<'_>) -> Step<Identity> {
    let mut identity = Identity::default();
    match reader.held(b'{', here)? {
        Held::Nothing => {}
        Held::Loose(text) => identity.name = text.into_owned(),
        Held::Text(text) => identity = reader.in_text(&text, here, self::identity),
        Held::Here => reader.object(here, |reader, key, here| {
            match key {
                IdentityKey::Id => identity.id = reader.text(here)?.into_owned(),
                IdentityKey::Name => identity.name = reader.text(here)?.into_owned(),
                IdentityKey::Kind => identity.kind = reader.text(here)?.into_owned(),
            }
            Ok(())
        })?,
    }
    Ok(identity)
}

/// A status and its error: texts are empty where there is none.
#[derive(Default)]
struct Status {
    word: String,
    code: String,
    reason: String,
    more: String,
    advice: String,
}

/// A code and a reason as `code: reason`.
fn in_one(code: &str, reason: &str) -> String {
    match (code.is_empty(), reason.is_empty()) {
        (false, false) => format!("{code}: {reason}"),
        (false, true) => code.to_owned(),
        _ => reason.to_owned(),
    }
}

fn status(reader: &mut Reader<'_>, here: &ValuePath<'_>) -> Step<Status> {
    let mut status = Status::default();
    match reader.held(b'{', here)? {
        Held::Nothing => {}
        Held::Loose(text) => status.word = text.into_owned(),
        Held::Text(text) => status = reader.in_text(&text, here, self::status),
        Held::Here => reader.object(here, |reader, key, here| {
            match key {
                StatusKey::Status => status.word = reader.scalar(here)?.into_owned(),
                StatusKey::Error => {
                    if let Held::Here = reader.held(b'{', here)? {
                        reader.object(here, |reader, key, here| {
                            let text = reader.scalar(here)?.into_owned();
                            match key {
                                ErrorKey::Code => status.code = text,
                                ErrorKey::Reason => status.reason = text,
                                ErrorKey::More => status.more = text,
                                ErrorKey::Advice => status.advice = text,
                            }
                            Ok(())
                        })?;
                    }
                }
            }
            Ok(())
        })?,
    }
    Ok(status)
}

/// Writes a provisioning event.
fn write(record: &Record<'_>, object: &mut ObjectWriter<'_>) {
    object.text("id", &record.id);
    object.time("activityDateTime", record);
    object.text("provisioningAction", &record.activity);
    object.text("cycleId", &record.correlation_id);
    kind_properties::write::write(record.kind, &record.properties, object);
    object.object("provisioningStatusInfo", |info| {
        info.text("status", &record.result);
        let reason = &*record.result_reason;
        if !reason.is_empty() {
            info.object("errorInformation", |error| match reason.split_once(": ") {
                Some((code, rest)) if !code.contains(' ') && !rest.is_empty() => {
                    error.text("errorCode", code);
                    error.text("reason", rest);
                    error.extra(
                        "recommendedAction",
                        record.property(PropertyKey::Advice).unwrap_or(""),
                    );
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
        Some((last, rest)) if !rest.is_empty() && last.kind == PRINCIPAL => (Some(last), rest),
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
