//! Identity Protection: Graph's `riskDetection` and `riskyUser`, their service principal kin, categories and tables.
//! Never decides whether an event is one; [`crate::format::recognition`] does.
//!
//! Source: Microsoft Graph reference, "riskDetection", "servicePrincipalRiskDetection", "riskyUser" and
//! "riskyServicePrincipal resource type"; Azure Monitor reference, `AADUserRiskEvents`, `AADRiskyUsers`
//! and so on. An event becomes a record so: service [`Kind::Risk`]'s, category that of diagnostic
//! settings, activity the log's operation name; the actor and the target are the account at risk; the
//! time is when it happened, or when its state was set. It has no result. What Microsoft says of the
//! risk are properties: [`crate::format::kind_properties`]; its additional information are details.

use std::borrow::Cow;

use super::{EventReader, SchemaRow, Written};
use crate::format::audit_properties::{AuditProperties, Property};
use crate::format::json::{ObjectWriter, Reader, Step, ValuePath, keys};
use crate::format::kind_properties::{self, Added};
use crate::format::log_analytics::RowOfTable;
use crate::format::nested::write::surroundings;
use crate::format::nested::{additional_details, fill, ip};
use crate::record::kind::property::PropertyKey;
use crate::record::{Actor, ActorKind, Detail, Kind, Record, Target};
use crate::time::Timestamp;

/// Diagnostic categories, with their Log Analytics table and the operation name of their records;
/// whether they are of service principals, and whether they are detections.
pub(super) const CATEGORIES: &[(&str, &str, &str, bool, bool)] = &[
    ("UserRiskEvents", "AADUserRiskEvents", "User Risk Detection", false, true),
    ("RiskyUsers", "AADRiskyUsers", "Risky user", false, false),
    (
        "ServicePrincipalRiskEvents",
        "AADServicePrincipalRiskEvents",
        "Service principal risk detection",
        true,
        true,
    ),
    ("RiskyServicePrincipals", "AADRiskyServicePrincipals", "Risky service principal", true, false),
];

/// What Identity Protection says.
pub(super) const SCHEMA: SchemaRow = SchemaRow {
    deciding: &["riskEventType", "riskLastUpdatedDateTime"],
    has_table: |name| CATEGORIES.iter().any(|row| row.1.eq_ignore_ascii_case(name)),
    has_category: |name| CATEGORIES.iter().any(|row| row.0.eq_ignore_ascii_case(name)),
    written: Some(Written { kind: Kind::Risk, properties: write, actor: Some("initiatedBy") }),
    ..SchemaRow::NOTHING
};

keys! {
    /// Properties of a risk detection or of an account at risk. Those of an audit are read too: they
    /// say what its own properties cannot.
    pub(in crate::format) enum RiskKey {
        Id = b"id",
        UserId = b"userId",
        UserName = b"userDisplayName",
        Upn = b"userPrincipalName",
        PrincipalId = b"servicePrincipalId",
        PrincipalName = b"servicePrincipalDisplayName",
        Name = b"displayName",
        AppId = b"appId",
        Ip = b"ipAddress" | b"IpAddress",
        CorrelationId = b"correlationId",
        Time = b"activityDateTime",
        Detected = b"detectedDateTime",
        Updated = b"lastUpdatedDateTime" | b"riskLastUpdatedDateTime",
        More = b"additionalInfo" | b"AdditionalInfo",
        TenantId = b"tenantId",
        EntraTenantId = b"AADTenantId",
        Generated = b"TimeGenerated" | b"TimeGenerated [UTC]",
        SourceSystem = b"SourceSystem",
        Table = b"Type",
        OperationName = b"operationName",
        UserAgent = b"userAgent",
        SessionId = b"sessionId",
        OperationType = b"operationType",
        Service = b"loggedByService",
        Category = b"category",
        ActivityName = b"activityDisplayName",
        Result = b"result",
        ResultReason = b"resultReason",
        InitiatedBy = b"initiatedBy",
        Targets = b"targetResources",
        AdditionalDetails = b"additionalDetails",
        Properties = b"recordProperties",
    }
}

/// An event of Identity Protection being read.
#[derive(Default)]
pub(in crate::format) struct Protection<'a> {
    stated: AuditProperties<'a>,
    user: Actor<'a>,
    principal: Actor<'a>,
    name: Cow<'a, str>,
    detected: Option<Timestamp>,
    updated: Option<Timestamp>,
    row: RowOfTable<'a>,
    table: Cow<'a, str>,
    operation_name: Cow<'a, str>,
    added: Added<'a>,
}

impl<'a> EventReader<'a> for Protection<'a> {
    type Own = RiskKey;

    const ADDS: Option<Kind> = Some(Kind::Risk);

    fn added(&mut self) -> Option<&mut Added<'a>> {
        Some(&mut self.added)
    }

    fn known(
        &mut self,
        record: &mut Record<'a>,
        reader: &mut Reader<'a>,
        key: RiskKey,
        here: &ValuePath<'_>,
    ) -> Step<()> {
        match key {
            RiskKey::Id => record.id = reader.text(here)?,
            RiskKey::UserId => self.user.id = reader.text(here)?,
            RiskKey::UserName => self.user.name = reader.text(here)?,
            RiskKey::Upn => self.user.upn = reader.text(here)?,
            RiskKey::PrincipalId => self.principal.id = reader.text(here)?,
            RiskKey::PrincipalName => self.principal.name = reader.text(here)?,
            RiskKey::Name => self.name = reader.text(here)?,
            RiskKey::AppId => self.principal.app_id = reader.text(here)?,
            RiskKey::Ip => record.actor.ip = ip(reader.text(here)?),
            RiskKey::CorrelationId => record.correlation_id = reader.text(here)?,
            RiskKey::Time => record.time = reader.time(here)?,
            RiskKey::Detected => self.detected = reader.time(here)?,
            RiskKey::Updated => self.updated = reader.time(here)?,
            RiskKey::More => additional_details(reader, record, here)?,
            RiskKey::TenantId => record.tenant_id = reader.text(here)?,
            RiskKey::EntraTenantId => self.row.tenant(reader, here)?,
            RiskKey::Generated => self.row.generated(reader, here)?,
            RiskKey::SourceSystem => self.row.source_system(reader)?,
            RiskKey::Table => self.table = reader.text(here)?,
            RiskKey::OperationName => self.operation_name = reader.text(here)?,
            RiskKey::UserAgent => record.user_agent = reader.text(here)?,
            RiskKey::SessionId => record.session_id = reader.text(here)?,
            RiskKey::OperationType => record.operation_type = reader.text(here)?,
            RiskKey::Service => self.stated.read(reader, Property::Service, here)?,
            RiskKey::Category => self.stated.read(reader, Property::Category, here)?,
            RiskKey::ActivityName => self.stated.read(reader, Property::Activity, here)?,
            RiskKey::Result => self.stated.read(reader, Property::Result, here)?,
            RiskKey::ResultReason => self.stated.read(reader, Property::Reason, here)?,
            RiskKey::InitiatedBy => self.stated.read(reader, Property::Actor, here)?,
            RiskKey::Targets => self.stated.read(reader, Property::Targets, here)?,
            RiskKey::AdditionalDetails => self.stated.read(reader, Property::Details, here)?,
            RiskKey::Properties => self.stated.read(reader, Property::Properties, here)?,
        }
        Ok(())
    }

    fn finish(
        self,
        record: &mut Record<'a>,
        category: &str,
        _notes: &mut Reader<'_>,
    ) -> Option<Cow<'a, str>> {
        let stated = self.stated.category.as_deref().unwrap_or_default();
        let is_principal = !self.principal.id.is_empty() || !self.principal.name.is_empty();
        let is_detection =
            self.added.get(PropertyKey::RiskEvent).is_some() || self.detected.is_some();
        let named = [category, stated].into_iter().filter(|name| !name.is_empty());
        let row = (named
            .filter_map(|name| CATEGORIES.iter().find(|row| row.0.eq_ignore_ascii_case(name))))
        .chain(CATEGORIES.iter().filter(|row| row.1.eq_ignore_ascii_case(&self.table)))
        .chain(CATEGORIES.iter().filter(|row| (row.3, row.4) == (is_principal, is_detection)))
        .next();
        record.kind = Kind::Risk;
        record.time = record.time.or(self.detected).or(self.updated);
        self.row.complete(record);
        record.service = Cow::Borrowed(Kind::Risk.service().unwrap_or_default());
        record.activity = self.operation_name;
        if let Some(row) = row {
            record.category = Cow::Borrowed(row.0);
            fill(&mut record.activity, Cow::Borrowed(row.2));
        }
        let address = std::mem::take(&mut record.actor.ip);
        let of_principal = is_principal || row.is_some_and(|row| row.3);
        let (mut account, kind, target) = if of_principal {
            (self.principal, ActorKind::App, "ServicePrincipal")
        } else {
            (Actor { app_id: Cow::Borrowed(""), ..self.user }, ActorKind::User, "User")
        };
        fill(&mut account.name, self.name);
        if !of_principal && row.is_some_and(|row| !row.4) {
            // The id of an account at risk is the account's.
            fill(&mut account.id, record.id.clone());
        }
        let says = !account.id.is_empty() || !account.upn.is_empty() || !account.name.is_empty();
        record.actor =
            Actor { kind: if says { kind } else { ActorKind::Unknown }, ip: address, ..account };
        if says {
            record.targets = vec![Target {
                id: record.actor.id.clone(),
                name: record.actor.name.clone(),
                upn: record.actor.upn.clone(),
                kind: Cow::Borrowed(target),
                ..Target::default()
            }];
        }
        let mut added = self.added;
        put_techniques(&mut added, &record.details);
        record.properties = added.finish();
        self.stated.apply(record);
        None
    }
}

/// Puts the techniques of `additionalInfo`, where the detection has no `mitreTechniqueId`: Log Analytics
/// and the storage of diagnostic settings have them there alone.
fn put_techniques<'a>(added: &mut Added<'a>, details: &[Detail<'a>]) {
    if added.get(PropertyKey::Technique).is_none() {
        let is_it = |detail: &&Detail<'a>| detail.key.eq_ignore_ascii_case("mitreTechniques");
        let told = details.iter().find(is_it).map(|detail| detail.value.clone());
        for one in told.unwrap_or_default().split([',', ';']).map(str::trim) {
            added.put(PropertyKey::Technique, Cow::Owned(one.to_owned()));
        }
    }
}

/// Writes an event of Identity Protection. Its first key tells what it is.
fn write(record: &Record<'_>, object: &mut ObjectWriter<'_>) {
    object.text("riskEventType", record.property(PropertyKey::RiskEvent).unwrap_or(""));
    object.text("id", &record.id);
    object.time("activityDateTime", record);
    object.text("correlationId", &record.correlation_id);
    let actor = &record.actor;
    if actor.kind == ActorKind::App {
        object.text("servicePrincipalId", &actor.id);
        object.text("servicePrincipalDisplayName", &actor.name);
        object.text("appId", &actor.app_id);
    } else {
        object.text("userId", &actor.id);
        object.text("userDisplayName", &actor.name);
        object.text("userPrincipalName", &actor.upn);
    }
    object.text("ipAddress", &actor.ip);
    kind_properties::write::write(record.kind, &record.properties, object);
    surroundings(record, object);
}
