//! Which shape an event has, by its own keys alone: files get glued together, so each event is asked.
//! Never reads the values of properties, apart from the name of a Log Analytics row's table.

use super::json::{Keys, Reader, Step, is_spelled, keys};
use super::{Depth, graph_call, protection, sign_in};

mod foreign;

/// The shapes of events that are read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// A directory audit: Graph, portal JSON, Log Analytics.
    Audit,
    /// A sign-in: Graph, Log Analytics.
    SignIn,
    /// A provisioning event: Graph, Log Analytics.
    Provisioning,
    /// What Identity Protection says: Graph, Log Analytics.
    Risk,
    /// A call of Microsoft Graph.
    GraphCall,
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
        ConditionalAccess = b"conditionalAccessStatus",
        Interactive = b"isInteractive",
        SignInRisk = b"riskLevelDuringSignIn",
        ProvisioningAction = b"provisioningAction",
        ProvisioningSteps = b"provisioningSteps",
        ProvisioningStatus = b"provisioningStatusInfo",
        SourceIdentity = b"sourceIdentity",
        TargetIdentity = b"targetIdentity",
        CycleId = b"cycleId",
        ChangeId = b"changeId",
        AuditData = b"AuditData",
        RawEventData = b"RawEventData",
        CreationTime = b"CreationTime",
        RecordType = b"RecordType",
        RecordTypeGraph = b"auditLogRecordType",
        Workload = b"Workload",
        EntraEventType = b"AzureActiveDirectoryEventType",
        // These decide together.
        AppName = b"appDisplayName" | b"AppDisplayName",
        ResourceName = b"resourceDisplayName" | b"ResourceDisplayName",
        ClientApp = b"clientAppUsed",
        Device = b"deviceDetail",
        Principal = b"servicePrincipalName",
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
        OwnName = b"displayName",
        PrincipalId = b"servicePrincipalId",
        UserId = b"userId",
        RiskEvent = b"riskEventType",
        RiskUpdated = b"riskLastUpdatedDateTime",
        RequestUri = b"requestUri",
        RequestMethod = b"requestMethod",
        Service = b"service",
        Activity = b"activity",
        UnifiedTime = b"CreationDate",
        Operations = b"Operations",
        EventTimestamp = b"eventTimestamp",
        // These say nothing, but nearly every record has them: no search for other spellings.
        Id = b"id",
        ResultReason = b"resultReason",
    }
}

/// Names of the property or column that says which table a row is of: Log Analytics' own, the one of
/// `search`, and those that `union withsource=` has in Microsoft's documentation.
const TABLE_NAMES: &[&str] = &["Type", "$table", "SourceTable", "TableName", "_TableName"];

/// Does a property or column of this name say which table a row is of?
pub(super) fn names_table(key: &[u8]) -> bool {
    TABLE_NAMES.iter().any(|name| is_spelled(key, name.as_bytes()))
}

/// Does a column of this name say when a row of Log Analytics was written, or by what?
pub(super) fn names_generated(key: &[u8]) -> bool {
    matches!(ShapeKey::find(key), Some(ShapeKey::Generated | ShapeKey::SourceSystem))
}

/// Endings of the names of tables that hold rows of others: search jobs and restored logs.
/// Source: Azure Monitor documentation, "Run search jobs" and "Restore logs".
const COPIES: &[&str] = &["_SRCH", "_RST"];

/// What the keys seen so far say.
#[derive(Default)]
pub(super) struct Evidence {
    seen: u64,
    foreign: foreign::Evidence,
}

/// Keys that several logs of users and applications share: two of them make a sign-in.
const OF_SIGN_INS: &[ShapeKey] = &[
    ShapeKey::AppName,
    ShapeKey::ResourceName,
    ShapeKey::ClientApp,
    ShapeKey::Device,
    ShapeKey::Principal,
];

impl Evidence {
    /// Takes note of a key as it is written; the shape, where that decides it.
    pub(super) fn see_written(&mut self, written: &[u8]) -> Option<Shape> {
        match ShapeKey::find(written) {
            Some(key) => self.see(key),
            None => {
                self.foreign.see(written);
                None
            }
        }
    }

    /// Takes note of a key; the shape, where that decides it.
    pub(super) fn see(&mut self, key: ShapeKey) -> Option<Shape> {
        use ShapeKey as K;
        self.seen |= 1 << key.index();
        match key {
            K::ActivityName | K::LoggedByService | K::Targets | K::EntraOperationType => {
                Some(Shape::Audit)
            }
            K::EventTypes | K::ConditionalAccess | K::Interactive | K::SignInRisk => {
                Some(Shape::SignIn)
            }
            K::ProvisioningAction
            | K::ProvisioningSteps
            | K::ProvisioningStatus
            | K::SourceIdentity
            | K::TargetIdentity
            | K::CycleId
            | K::ChangeId => Some(Shape::Provisioning),
            K::RiskEvent | K::RiskUpdated => Some(Shape::Risk),
            // Other web servers log one of them.
            K::RequestUri | K::RequestMethod => (self.any(&[K::RequestUri])
                && self.any(&[K::RequestMethod]))
            .then_some(Shape::GraphCall),
            K::AuditData
            | K::RawEventData
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

    /// What all keys together say, and whether that is sure: otherwise the event may as well be
    /// what another system put around a record. `table` is the value of `Type`, empty where there
    /// was none.
    pub(super) fn conclude(&self, table: &str) -> Option<(Shape, bool)> {
        use ShapeKey as K;
        let row = self.is_row();
        if let Some(shape) = of_table(table) {
            return Some((shape, row));
        }
        if row && !table.is_empty() {
            // A table of the tenant's own may hold records as text.
            return Some((Shape::Other(table.to_owned()), false));
        }
        if self.is_flat_envelope() {
            return Some((Shape::Envelope, false));
        }
        if let Some(name) = self.foreign.name() {
            return Some((Shape::Other(name.to_owned()), false));
        }
        // What can be audited never happened.
        let happened = self.any(&[K::Time, K::Result, K::ActivityTime, K::Generated]);
        let is_kind = self.any(&[K::Service]) && self.any(&[K::Activity]);
        if is_kind && self.any(&[K::Category]) && !happened {
            return Some((Shape::Other("auditActivityType".to_owned()), true));
        }
        if self.any(&[K::UnifiedTime]) && self.any(&[K::Operations]) {
            return Some((Shape::Unified, false));
        }
        if self.signs_in(row) {
            return Some((Shape::SignIn, false));
        }
        let audits = self.any(&[K::ActivityTime, K::InitiatedBy, K::OperationType])
            || (self.any(&[K::Category]) && self.any(&[K::Result, K::CorrelationId]))
            || (row && self.any(&[K::OperationName]));
        audits.then_some((Shape::Audit, false))
    }

    /// As [`Evidence::conclude`], for the columns of a table, which are all known at once: what
    /// `decided` in a single event yields to columns that no log of Entra has.
    pub(super) fn conclude_columns(&self, table: &str, decided: Option<Shape>) -> Option<Shape> {
        if let Some(shape) = of_table(table) {
            return Some(shape);
        }
        let shared = decided.as_ref().is_none_or(|shape| *shape == Shape::SignIn);
        match self.foreign.name() {
            Some(name) if shared => Some(Shape::Other(name.to_owned())),
            _ => decided.or_else(|| self.conclude("").map(|(shape, _)| shape)),
        }
    }

    /// Is it a row of Log Analytics?
    pub(super) fn is_row(&self) -> bool {
        self.any(&[ShapeKey::Generated, ShapeKey::SourceSystem])
    }

    fn any(&self, keys: &[ShapeKey]) -> bool {
        keys.iter().any(|key| self.seen & (1 << key.index()) != 0)
    }

    fn count(&self, keys: &[ShapeKey]) -> usize {
        keys.iter().filter(|&&key| self.any(&[key])).count()
    }

    fn signs_in(&self, row: bool) -> bool {
        use ShapeKey as K;
        let told = self.count(OF_SIGN_INS);
        let when = row || self.any(&[K::Created]);
        let who = self.any(&[K::Upn, K::PrincipalId, K::UserId]);
        // Users and applications have a name of their own, sign-ins have those of others.
        let named = self.any(&[K::OwnName]);
        told > 1 || (told == 1 && when && !named) || (who && self.any(&[K::Created]) && !named)
    }

    fn is_envelope(&self) -> bool {
        use ShapeKey as K;
        self.any(&[K::Properties])
            && self.any(&[K::Time, K::OperationName, K::Category, K::AzureResource])
    }

    /// An envelope whose properties stand beside its own, or an event of Azure's activity log as
    /// its API gives it.
    fn is_flat_envelope(&self) -> bool {
        use ShapeKey as K;
        self.any(&[K::Category])
            && ((self.any(&[K::Time]) && self.any(&[K::OperationName, K::AzureResource]))
                || (self.any(&[K::EventTimestamp]) && self.any(&[K::OperationName])))
    }
}

/// The shape of a Log Analytics table's rows, by the table's name.
pub(super) fn of_table(table: &str) -> Option<Shape> {
    let table = COPIES.iter().find_map(|end| table.strip_suffix(end)).unwrap_or(table);
    if table.eq_ignore_ascii_case("AuditLogs") {
        Some(Shape::Audit)
    } else if table.eq_ignore_ascii_case("AADProvisioningLogs") {
        Some(Shape::Provisioning)
    } else if table.eq_ignore_ascii_case("CloudAppEvents")
        || table.eq_ignore_ascii_case("OfficeActivity")
    {
        Some(Shape::Unified)
    } else if sign_in::CATEGORIES.iter().any(|row| row.2.eq_ignore_ascii_case(table)) {
        Some(Shape::SignIn)
    } else if protection::CATEGORIES.iter().any(|row| row.1.eq_ignore_ascii_case(table)) {
        Some(Shape::Risk)
    } else if table.eq_ignore_ascii_case(graph_call::CATEGORY) {
        Some(Shape::GraphCall)
    } else {
        None
    }
}

/// The shape of the object that starts at byte `at`, as far as it can be read, and whether it is
/// sure (see [`Evidence::conclude`]). Stops at the first key that decides, where that is Graph's; a
/// broken object is judged by what came before.
///
/// A `union` of tables writes the columns of all of them into each row, empty where they are not the
/// row's own: there the table decides, and an empty value never does.
pub(super) fn recognise(bytes: &[u8], at: usize) -> Option<(Shape, bool)> {
    let mut reader = Reader::new(bytes, at, Depth::Columns);
    let mut evidence = Evidence::default();
    let mut table = String::new();
    let mut decided = None;
    // The error stands for "enough seen" as well as for broken bytes.
    let _ = reader.members(|reader, key| {
        if names_table(key) {
            return name_of_table(reader, &mut table);
        }
        let says = evidence.see_written(key);
        if decided.is_none()
            && let Some(shape) = says
        {
            let stops = is_graphs(key) || shape == Shape::Envelope;
            if stops || !is_empty(reader)? {
                decided = Some(shape);
            }
            if stops {
                return reader.broken("");
            }
        }
        reader.skip()
    });
    let of_table = of_table(&table).filter(|_| evidence.is_row());
    match of_table.or(decided) {
        Some(shape) => Some((shape, true)),
        None => evidence.conclude(&table),
    }
}

/// Takes the name of a row's table, where none was there before.
fn name_of_table(reader: &mut Reader<'_>, table: &mut String) -> Step<()> {
    if !table.is_empty() || !reader.is_text()? {
        return reader.skip();
    }
    reader.text(&super::json::Place::Record)?.trim().clone_into(table);
    Ok(())
}

/// Is a key spelled as only Graph does, which writes no properties that are not a record's own?
fn is_graphs(key: &[u8]) -> bool {
    key.first().is_some_and(u8::is_ascii_lowercase) && key.iter().any(u8::is_ascii_uppercase)
}

/// Is the value here null or an empty text?
pub(super) fn is_empty(reader: &mut Reader<'_>) -> Step<bool> {
    reader.peek()?;
    let value = &reader.bytes()[reader.at()..];
    Ok(value.starts_with(b"null") || value.starts_with(b"\"\""))
}

/// The names of an object's own keys, the first few, for messages.
pub(super) fn own_keys(bytes: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let mut reader = Reader::new(bytes, 0, Depth::Columns);
    let _ = reader.members(|reader, key| {
        names.push(String::from_utf8_lossy(key).into_owned());
        reader.skip()
    });
    names
}

/// The first of an object's own keys that has JSON text as its value.
pub(super) fn key_of_json_text(bytes: &[u8]) -> Option<String> {
    let mut found = None;
    let mut reader = Reader::new(bytes, 0, Depth::Columns);
    let _ = reader.members(|reader, key| {
        let raw = reader.raw()?;
        let text = raw.strip_prefix(b"\"").unwrap_or_default().trim_ascii_start();
        if found.is_none() && matches!(text.first(), Some(b'{' | b'[')) {
            found = Some(String::from_utf8_lossy(key).chars().take(40).collect());
        }
        Ok(())
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(keys: &str) -> String {
        let members: Vec<String> = keys.split(' ').map(|key| format!("\"{key}\":1")).collect();
        let object = format!("{{{}}}", members.join(","));
        format!("{:?}", recognise(object.as_bytes(), 0))
    }

    #[test]
    fn logs_that_are_not_entras_are_known_by_keys_of_their_own() {
        for (keys, name) in [
            (
                "TimeGenerated UserPrincipalName OperationName SiteUrl FileName ClientAppUsed",
                "file",
            ),
            ("TimeGenerated OperationNameValue Category CorrelationId Caller", "AzureActivity"),
            ("id displayName userPrincipalName createdDateTime accountEnabled", "Graph user"),
            ("id appDisplayName createdDateTime servicePrincipalType", "Graph servicePrincipal"),
            ("id activityDateTime activityResult category componentName correlationId", "Intune"),
            ("ActivityDate AuditEventId Category ActivityResultStatus", "Intune"),
            ("id activity activityDate activityType targets category result", "Azure AD Graph"),
            ("TimeGenerated Uri StatusCode OperationName Category CorrelationId", "storage"),
        ] {
            let told = of(keys);
            assert!(told.contains("Other") && told.contains(name), "{keys}: {told}");
        }
    }

    #[test]
    fn few_keys_are_enough_for_what_is_entras() {
        for (keys, shape) in [
            ("id activityDisplayName", "Some((Audit, true))"),
            ("id activity_display_name", "Some((Audit, true))"),
            ("id category result", "Some((Audit, false))"),
            ("TimeGenerated AppDisplayName UserPrincipalName", "Some((SignIn, false))"),
            ("time category operationName tenantId", "Some((Envelope, false))"),
            ("Timestamp ActionType RawEventData", "Some((Unified, true))"),
            ("CreationDate UserIds Operations", "Some((Unified, false))"),
            ("_id _source _index", "None"),
            ("id appDisplayName", "None"),
        ] {
            assert_eq!(of(keys), shape, "{keys}");
        }
    }
}
