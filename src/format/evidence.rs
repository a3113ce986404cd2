//! What the keys of an event say of its schema where none of them decides.
//! Never decides itself; each schema says what it takes.

use super::json::{Keys as _, is_spelled, keys};

pub(super) mod foreign;

keys! {
    /// Keys that say something together with others.
    pub(super) enum EvidenceKey {
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
    matches!(EvidenceKey::find(key), Some(EvidenceKey::Generated | EvidenceKey::SourceSystem))
}

/// What the keys seen so far say together.
#[derive(Default)]
pub(super) struct Evidence {
    seen: u64,
    foreign: foreign::Evidence,
}

impl Evidence {
    /// Takes note of a key.
    #[inline]
    pub(super) fn see(&mut self, key: EvidenceKey) {
        self.seen |= 1 << key.index();
    }

    /// Takes note of a key that says nothing about Entra's logs.
    pub(super) fn see_foreign(&mut self, written: &[u8]) {
        self.foreign.see(written);
    }

    /// Was any of these seen?
    pub(super) fn any(&self, keys: &[EvidenceKey]) -> bool {
        keys.iter().any(|key| self.seen & (1 << key.index()) != 0)
    }

    /// How many of these were seen?
    pub(super) fn count(&self, keys: &[EvidenceKey]) -> usize {
        keys.iter().filter(|&&key| self.any(&[key])).count()
    }

    /// Is it a row of Log Analytics?
    pub(super) fn is_row(&self) -> bool {
        self.any(&[EvidenceKey::Generated, EvidenceKey::SourceSystem])
    }

    /// The name of another log or list that has such keys.
    pub(super) fn foreign(&self) -> Option<&'static str> {
        self.foreign.name()
    }
}
