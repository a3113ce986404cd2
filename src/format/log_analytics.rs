//! What rows of Log Analytics have that no event has elsewhere, whatever their table: when they were written, and
//! the tenant under another name.
//! Never reads what a table's own columns say.
//!
//! Source: Azure Monitor reference, "Standard columns in Azure Monitor Logs": `TenantId` is the workspace
//! there, `AADTenantId` the tenant.

use std::borrow::Cow;

use super::json::{Reader, Step, ValuePath};
use crate::record::Record;
use crate::time::Timestamp;

/// What was read of it.
#[derive(Default)]
pub(super) struct RowOfTable<'a> {
    is_row: bool,
    tenant: Cow<'a, str>,
    generated: Option<Timestamp>,
}

impl<'a> RowOfTable<'a> {
    /// Reads `AADTenantId`.
    pub(super) fn tenant(&mut self, reader: &mut Reader<'a>, here: &ValuePath<'_>) -> Step<()> {
        self.is_row = true;
        self.tenant = reader.text(here)?;
        Ok(())
    }

    /// Reads `TimeGenerated`.
    pub(super) fn generated(&mut self, reader: &mut Reader<'a>, here: &ValuePath<'_>) -> Step<()> {
        self.is_row = true;
        self.generated = reader.time(here)?;
        Ok(())
    }

    /// Passes over `SourceSystem`.
    pub(super) fn source_system(&mut self, reader: &mut Reader<'a>) -> Step<()> {
        self.is_row = true;
        reader.skip()
    }

    /// Puts the tenant, and the time where the record has none of its own.
    pub(super) fn complete(self, record: &mut Record<'a>) {
        if self.is_row {
            record.tenant_id = self.tenant;
        }
        record.time = record.time.or(self.generated);
    }
}
