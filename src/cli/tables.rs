//! What the command line does alike with all engines that keep tables: workspaces, clusters, the data lake.
//! Never makes the place: what names it does.

use super::Outcome;
use super::report::write_lines;
use super::tenant::wait_asking;
use crate::source::kql::Tables;
use crate::source::kql::doctor::examine;

/// Says on standard output what whoever signs in may read there, and how to get what is missing.
pub(super) fn doctor(tables: &Tables) -> anyhow::Result<Outcome> {
    let report = wait_asking(|| tables.prompt(), examine(tables))?.map_err(anyhow::Error::msg)?;
    write_lines(&report.lines)?;
    Ok(Outcome::found(report.can_read))
}
