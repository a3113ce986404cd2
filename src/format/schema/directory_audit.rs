//! Directory audits: Graph's `directoryAudit`, and every format that holds the same properties.
//! Never decides whether an event is one; [`crate::format::recognition`] does.
//!
//! Source: Microsoft Graph reference, "directoryAudit resource type" (v1.0 and beta) with its
//! nested types. The same properties are found in portal JSON downloads, custom security attribute
//! audits, the `properties` of diagnostic settings, and Log Analytics' `AuditLogs` table (Azure
//! Monitor reference, `AuditLogs`), which spells some of them differently and holds the nested ones
//! as JSON text. All spellings are read here, in any case: Graph `PowerShell` writes `PascalCase`.

use std::borrow::Cow;

use super::{EventReader, SchemaRow, Written};
use crate::format::Depth;
use crate::format::evidence::EvidenceKey as K;
use crate::format::json::{ObjectWriter, Reader, Step, ValuePath, keys};
use crate::format::log_analytics::RowOfTable;
use crate::format::nested::write as nested;
use crate::format::nested::{additional_details, fill, identity, initiated_by, target_resources};
use crate::record::kind::property::{Property, PropertyKey};
use crate::record::{Actor, ActorKind, Kind, Record};
use crate::time::Timestamp;

/// Directory audits.
pub(super) const SCHEMA: SchemaRow = SchemaRow {
    deciding: &["activityDisplayName", "loggedByService", "targetResources", "AADOperationType"],
    may_be: |evidence| {
        evidence.any(&[K::ActivityTime, K::InitiatedBy, K::OperationType])
            || (evidence.any(&[K::Category]) && evidence.any(&[K::Result, K::CorrelationId]))
            || (evidence.is_row() && evidence.any(&[K::OperationName]))
    },
    has_table: |name| name.eq_ignore_ascii_case("AuditLogs"),
    has_category: |name| {
        name.eq_ignore_ascii_case("AuditLogs")
            || name.eq_ignore_ascii_case("CustomSecurityAttributeAuditLogs")
    },
    written: Some(Written { kind: Kind::Audit, properties: write, actor: None }),
    ..SchemaRow::NOTHING
};

keys! {
    /// Properties of a directory audit.
    pub(in crate::format) enum AuditKey {
        Id = b"id",
        Category = b"category",
        CorrelationId = b"correlationId" | b"CorrelationId",
        Result = b"result",
        ResultReason = b"resultReason",
        Activity = b"activityDisplayName" | b"ActivityDisplayName",
        Time = b"activityDateTime" | b"ActivityDateTime" | b"ActivityDateTime [UTC]",
        Service = b"loggedByService" | b"LoggedByService",
        OperationType = b"operationType" | b"AADOperationType",
        UserAgent = b"userAgent",
        PerformedBy = b"performedBy",
        InitiatedBy = b"initiatedBy",
        Targets = b"targetResources",
        Details = b"additionalDetails",
        TenantId = b"tenantId",
        SessionId = b"sessionId",
        OperationName = b"operationName",
        Identity = b"identity",
        ResultDescription = b"resultDescription",
        EntraTenantId = b"AADTenantId",
        Generated = b"TimeGenerated" | b"TimeGenerated [UTC]",
        SourceSystem = b"SourceSystem",
        // Only where somebody chose some columns of the portal's and gave them its short names.
        ShortTime = b"time",
        ShortService = b"service",
        ShortActivity = b"activity",
        ShortActor = b"actor",
    }
}

/// What properties under the portal's short names say. Next to Graph's names they are another
/// system's.
#[derive(Default)]
struct Short<'a> {
    time: Cow<'a, str>,
    service: Cow<'a, str>,
    activity: Cow<'a, str>,
    actor: Cow<'a, str>,
}

impl<'a> Short<'a> {
    /// Puts them where the record says nothing.
    fn complete(self, record: &mut Record<'a>) {
        record.time = record.time.or_else(|| Timestamp::parse(&self.time));
        fill(&mut record.service, self.service);
        fill(&mut record.activity, self.activity);
        if record.actor != Actor::default() {
            return;
        }
        if self.actor.contains('@') {
            record.actor.kind = ActorKind::User;
            record.actor.upn = self.actor;
        } else {
            record.actor.name = self.actor;
        }
    }
}

/// A directory audit being read: what stands in where the record's own properties are empty.
#[derive(Default)]
pub(in crate::format) struct Audit<'a> {
    operation_name: Cow<'a, str>,
    identity: Cow<'a, str>,
    performer: Actor<'a>,
    description: Cow<'a, str>,
    row: RowOfTable<'a>,
    /// Hardly any record has them.
    short: Option<Box<Short<'a>>>,
}

impl<'a> EventReader<'a> for Audit<'a> {
    type Own = AuditKey;

    fn known(
        &mut self,
        record: &mut Record<'a>,
        reader: &mut Reader<'a>,
        key: AuditKey,
        here: &ValuePath<'_>,
    ) -> Step<()> {
        match key {
            AuditKey::Id => record.id = reader.text(here)?,
            AuditKey::Category => record.category = reader.text(here)?,
            AuditKey::CorrelationId => record.correlation_id = reader.text(here)?,
            AuditKey::Result => record.result = reader.text(here)?,
            AuditKey::ResultReason => record.result_reason = reader.text(here)?,
            AuditKey::Activity => {
                record.activity = reader.text(here)?;
                if reader.depth == Depth::Rated && record.targets.is_empty() {
                    reader.activity = Some(record.activity.clone());
                }
            }
            AuditKey::Time => record.time = reader.time(here)?,
            AuditKey::Service => record.service = reader.text(here)?,
            AuditKey::OperationType => record.operation_type = reader.text(here)?,
            AuditKey::UserAgent => record.user_agent = reader.text(here)?,
            AuditKey::PerformedBy => {
                self.performer = identity(reader, ActorKind::Unknown, here)?.unwrap_or_default();
            }
            AuditKey::InitiatedBy => initiated_by(reader, record, here)?,
            AuditKey::Targets => target_resources(reader, record, here)?,
            AuditKey::Details => additional_details(reader, record, here)?,
            AuditKey::TenantId => record.tenant_id = reader.text(here)?,
            AuditKey::SessionId => record.session_id = reader.text(here)?,
            AuditKey::OperationName => self.operation_name = reader.text(here)?,
            AuditKey::Identity => self.identity = reader.text(here)?,
            AuditKey::ResultDescription => self.description = reader.text(here)?,
            AuditKey::EntraTenantId => self.row.tenant(reader, here)?,
            AuditKey::Generated => self.row.generated(reader, here)?,
            AuditKey::SourceSystem => self.row.source_system(reader)?,
            AuditKey::ShortTime => self.short().time = reader.scalar(here)?,
            AuditKey::ShortService => self.short().service = reader.scalar(here)?,
            AuditKey::ShortActivity => self.short().activity = reader.scalar(here)?,
            AuditKey::ShortActor if reader.is_text()? => self.short().actor = reader.text(here)?,
            AuditKey::ShortActor => reader.skip()?,
        }
        Ok(())
    }

    fn finish(
        self,
        record: &mut Record<'a>,
        _category: &str,
        _notes: &mut Reader<'_>,
    ) -> Option<Cow<'a, str>> {
        self.row.complete(record);
        fill(&mut record.activity, self.operation_name);
        if let Some(short) = self.short {
            short.complete(record);
        }
        fill(&mut record.actor.name, self.identity);
        fill(&mut record.actor.agent, self.performer.agent);
        fill(&mut record.actor.blueprint, self.performer.blueprint);
        if !self.performer.app_id.is_empty() {
            let value = self.performer.app_id;
            record.properties.push(Property { key: PropertyKey::Performer, value });
        }
        fill(&mut record.result_reason, self.description);
        None
    }
}

impl<'a> Audit<'a> {
    fn short(&mut self) -> &mut Short<'a> {
        self.short.get_or_insert_default()
    }
}

fn write(record: &Record<'_>, object: &mut ObjectWriter<'_>) {
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
    if let Some(performer) = record.property(PropertyKey::Performer) {
        object.object("performedBy", |object| object.text("appId", performer));
    }
    nested::initiated_by("initiatedBy", &nested::as_logged(&record.actor), object);
    object.array("targetResources", &nested::listed(&record.targets), |one, object| {
        nested::target(one, object);
    });
    object.array("additionalDetails", &record.details, nested::detail);
    object.extra("tenantId", &record.tenant_id);
    object.extra("sessionId", &record.session_id);
}
