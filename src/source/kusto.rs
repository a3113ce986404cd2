//! A cluster of Azure Data Explorer, an Eventhouse of Fabric or Sentinel's data lake: how it is named, and where and by which limits it is asked.
//! Never asks for rows: that is the same for every engine that is asked in KQL ([`super::kql`]).

mod address;
mod api;
mod frames;
mod schema;

use std::path::PathBuf;
use std::sync::Arc;

pub use self::address::Named;
use self::api::{Cluster, Lake};
pub use self::schema::{Listed, Schema};
use super::kql::tables::{TABLES, find};
use super::kql::{Address, Engine, Request, Tables, Wanted};
use crate::sign_in::Settings;

/// Tables of a database that is signed in to when it is first asked. `certificates`: a PEM file of more
/// authorities to trust. `base`: where it is asked, if not where its name says. Fails where that address is
/// none.
pub fn place(
    named: &Named,
    settings: Settings,
    certificates: Option<PathBuf>,
    base: Option<&str>,
    request: Request,
) -> Result<Tables, String> {
    let database = named.database.clone();
    let engine: Arc<dyn Engine> = match named.is_lake {
        true => Arc::new(Lake { database }),
        false => Arc::new(Cluster { database }),
    };
    let base = base.unwrap_or(&named.base).to_owned();
    let audience = named.audience();
    let address = Address { base, audience, settings, certificates };
    Tables::new(&format!("kusto {named}"), engine, address, request)
}

/// The tables that are asked for: the one that was named, else those of these logs.
pub fn wanted(named: &Named, logs: &[Wanted]) -> Vec<Wanted> {
    match &named.table {
        Some(name) => vec![Wanted { name: name.as_str().into(), table: find(name) }],
        None if logs.is_empty() => TABLES.iter().take(1).map(Into::into).collect(),
        None => logs.to_vec(),
    }
}
