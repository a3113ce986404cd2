//! Which shape an event has, by its own keys alone: files get glued together, so each event is asked.
//! Never reads the values of properties, apart from a Log Analytics row's `Type`.

use super::json::{Keys, Reader, keys};
use super::{Depth, sign_in};

/// The shapes of events that are read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// A directory audit: Graph, portal JSON, Log Analytics.
    Audit,
    /// A sign-in: Graph, Log Analytics.
    SignIn,
    /// A provisioning event: Graph, Log Analytics.
    Provisioning,
    /// A record of the unified audit log, or what wraps one.
    Unified,
    /// The envelope of diagnostic settings.
    Envelope,
    /// Something else, by its name.
    Other(String),
}

keys! {
    /// Keys that tell shapes apart.
    pub(super) enum ShapeKey {
        // Any one of these decides.
        ActivityName = b"activityDisplayName" | b"ActivityDisplayName",
        LoggedByService = b"loggedByService" | b"LoggedByService",
        Targets = b"targetResources" | b"TargetResources",
        EntraOperationType = b"AADOperationType",
        EventTypes = b"signInEventTypes",
        AppName = b"appDisplayName" | b"AppDisplayName",
        ResourceName = b"resourceDisplayName" | b"ResourceDisplayName",
        ClientApp = b"clientAppUsed",
        ConditionalAccess = b"conditionalAccessStatus",
        Interactive = b"isInteractive",
        Device = b"deviceDetail",
        SignInRisk = b"riskLevelDuringSignIn",
        Principal = b"servicePrincipalName",
        ProvisioningAction = b"provisioningAction",
        ProvisioningSteps = b"provisioningSteps",
        ProvisioningStatus = b"provisioningStatusInfo",
        SourceIdentity = b"sourceIdentity",
        TargetIdentity = b"targetIdentity",
        CycleId = b"cycleId",
        ChangeId = b"changeId",
        AuditData = b"AuditData",
        CreationTime = b"CreationTime",
        RecordType = b"RecordType",
        RecordTypeGraph = b"auditLogRecordType",
        Workload = b"Workload",
        EntraEventType = b"AzureActiveDirectoryEventType",
        // These decide together.
        Properties = b"properties",
        Time = b"time",
        OperationName = b"operationName",
        Category = b"category",
        AzureResource = b"resourceId",
        Table = b"Type",
        Generated = b"TimeGenerated" | b"TimeGenerated [UTC]",
        SourceSystem = b"SourceSystem",
        ActivityTime = b"activityDateTime" | b"ActivityDateTime [UTC]",
        InitiatedBy = b"initiatedBy",
        OperationType = b"operationType",
        Result = b"result",
        CorrelationId = b"correlationId",
        Created = b"createdDateTime" | b"CreatedDateTime [UTC]",
        Upn = b"userPrincipalName",
        PrincipalId = b"servicePrincipalId",
        RiskEvent = b"riskEventType",
        Service = b"service",
        Activity = b"activity",
        // These say nothing, but nearly every record has them: no search for other spellings.
        Id = b"id",
        ResultReason = b"resultReason",
    }
}

/// What the keys seen so far say.
#[derive(Default)]
pub(super) struct Evidence {
    seen: u64,
}

impl Evidence {
    /// Takes note of a key; the shape, where that decides it.
    pub(super) fn see(&mut self, key: ShapeKey) -> Option<Shape> {
        use ShapeKey as K;
        self.seen |= 1 << key.index();
        match key {
            K::ActivityName | K::LoggedByService | K::Targets | K::EntraOperationType => {
                Some(Shape::Audit)
            }
            K::EventTypes
            | K::AppName
            | K::ResourceName
            | K::ClientApp
            | K::ConditionalAccess
            | K::Interactive
            | K::Device
            | K::SignInRisk
            | K::Principal => Some(Shape::SignIn),
            K::ProvisioningAction
            | K::ProvisioningSteps
            | K::ProvisioningStatus
            | K::SourceIdentity
            | K::TargetIdentity
            | K::CycleId
            | K::ChangeId => Some(Shape::Provisioning),
            K::AuditData
            | K::CreationTime
            | K::RecordType
            | K::RecordTypeGraph
            | K::Workload
            | K::EntraEventType => Some(Shape::Unified),
            K::Properties | K::Time | K::OperationName | K::Category | K::AzureResource => {
                self.is_envelope().then_some(Shape::Envelope)
            }
            _ => None,
        }
    }

    /// What all keys together say; `table` is the value of `Type`, empty where there was none.
    pub(super) fn conclude(&self, table: &str) -> Option<Shape> {
        use ShapeKey as K;
        if let Some(shape) = of_table(table) {
            return Some(shape);
        }
        let row = self.any(&[K::Generated, K::SourceSystem]);
        if row && !table.is_empty() {
            return Some(Shape::Other(table.to_owned()));
        }
        if self.any(&[K::RiskEvent]) {
            return Some(Shape::Other("riskDetection".to_owned()));
        }
        if self.any(&[K::Service]) && self.any(&[K::Activity]) && self.any(&[K::Category]) {
            return Some(Shape::Other("auditActivityType".to_owned()));
        }
        let signs_in = self.any(&[K::Created]) && self.any(&[K::Upn, K::PrincipalId]);
        if signs_in {
            return Some(Shape::SignIn);
        }
        let audits = self.any(&[K::ActivityTime, K::InitiatedBy, K::OperationType])
            || (self.any(&[K::Category]) && self.any(&[K::Result, K::CorrelationId]))
            || (row && self.any(&[K::OperationName]));
        audits.then_some(Shape::Audit)
    }

    fn any(&self, keys: &[ShapeKey]) -> bool {
        keys.iter().any(|key| self.seen & (1 << key.index()) != 0)
    }

    fn is_envelope(&self) -> bool {
        use ShapeKey as K;
        self.any(&[K::Properties])
            && self.any(&[K::Time, K::OperationName, K::Category, K::AzureResource])
    }
}

/// The shape of a Log Analytics table's rows, by the table's name.
pub(super) fn of_table(table: &str) -> Option<Shape> {
    if table.eq_ignore_ascii_case("AuditLogs") {
        Some(Shape::Audit)
    } else if table.eq_ignore_ascii_case("AADProvisioningLogs") {
        Some(Shape::Provisioning)
    } else if sign_in::CATEGORIES.iter().any(|row| row.2.eq_ignore_ascii_case(table)) {
        Some(Shape::SignIn)
    } else {
        None
    }
}

/// The shape of the object that starts at byte `at`, as far as it can be read. Stops at the first
/// key that decides; a broken object is judged by what came before.
pub(super) fn recognise(bytes: &[u8], at: usize) -> Option<Shape> {
    let mut reader = Reader::new(bytes, at, Depth::Columns);
    let mut evidence = Evidence::default();
    let mut table = String::new();
    let mut decided = None;
    // The error stands for "enough seen" as well as for broken bytes.
    let _ = reader.members(|reader, key| {
        let Some(key) = ShapeKey::find(key) else { return reader.skip() };
        decided = evidence.see(key);
        if decided.is_some() {
            return reader.broken("");
        }
        if key == ShapeKey::Table && reader.is_text()? {
            table = reader.text(&super::json::Place::Record)?.into_owned();
            return Ok(());
        }
        reader.skip()
    });
    decided.or_else(|| evidence.conclude(&table))
}
