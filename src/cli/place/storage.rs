//! `storage`: the logs that Entra streams to a storage account.
//! Never talks to Azure Storage itself; a [`Storage`] does.

use std::io::Write as _;
use std::sync::Arc;

use anyhow::ensure;
use clap::Args;

use super::{Asked, Opening, PlaceCommand, Pulled};
use crate::cli::Outcome;
use crate::cli::arguments::{RangeArguments, SignInArguments};
use crate::cli::logs::Chosen;
use crate::cli::report::write_lines;
use crate::cli::span::{RequestedSpan, Span};
use crate::cli::standard::out;
use crate::cli::storage::{account, unkept_account, wait_for};
use crate::place::{Place, Places};
use crate::source::Storage;
use crate::source::storage::account::Account;
use crate::source::storage::address::Address;
use crate::source::storage::containers::Containers;
use crate::source::storage::doctor::{containers, examine};
use crate::source::storage::logs::{LOGS, Log, find};
use crate::text::clean;

const EXAMPLES: &str = "\
Examples:
  entrail storage contosologs                    the last seven days of the audit log
  entrail storage contosologs --log audit,sign-ins --since last-30d
  entrail storage contosologs --list             which logs are streamed to it
  entrail storage contosologs/insights-logs-auditlogs --since 2026-03-01 --until 2026-03-31
  entrail az://contosologs/insights-logs-auditlogs/tenantId=…/y=2026/m=03/ older.ndjson

An account key, a connection string or a shared access signature comes from AZURE_STORAGE_KEY,
AZURE_STORAGE_CONNECTION_STRING or AZURE_STORAGE_SAS_TOKEN; without them you sign in.
An account that is called like a place is named by its address: https://hub.blob.core.windows.net.";

/// The environment may name the account: a word that begins a place is none then.
pub(super) const IS_NAMED: bool = false;

/// Open logs that Entra streams to a storage account
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The account, a container of it, or the address of either [default: `AZURE_STORAGE_ACCOUNT`]
    #[arg(value_name = "ACCOUNT[/CONTAINER]")]
    named: Option<String>,

    /// Logs, each from its container: audit, attributes, sign-ins, sign-ins-noninteractive,
    /// sign-ins-service-principal, sign-ins-managed-identity, provisioning, risky-users, graph-calls …;
    /// or all that are there [default: audit, unless a container is named]
    #[arg(long, value_name = "LOG,…", value_delimiter = ',', help_heading = "What to ask for")]
    log: Vec<String>,

    #[command(flatten)]
    range: RangeArguments,

    /// List the logs that are streamed to the account, then end
    #[arg(long, conflicts_with_all = ["explain", "log"], help_heading = "What to ask for")]
    list: bool,

    #[command(flatten)]
    pub(super) sign_in: SignInArguments,
}

impl PlaceCommand for Arguments {
    fn range(&self) -> &RangeArguments {
        &self.range
    }

    fn sign_in(&self) -> &SignInArguments {
        &self.sign_in
    }

    fn open(&self, asked: &Asked) -> anyhow::Result<Opening> {
        let RangeArguments { since, until, .. } = self.range.clone();
        let own = self.range.query()?;
        let requested = RequestedSpan { query: asked.narrowed(own.clone())?, since, until };
        let span = requested.at(asked.now)?;
        // Hours around the span are read too: what lies there is not shown.
        let filter = span.narrowed(own)?;
        let Span { range: span, is_usual, .. } = span;
        let (account, address) = account(self.named.as_deref(), &self.sign_in)?;
        let mut opened = Vec::new();
        for container in chosen(&account, &address, &self.log)? {
            let address = address.with_container(&container);
            let storage = Storage::new(Arc::clone(&account), &address, span);
            opened.push(storage.map_err(anyhow::Error::msg)?);
        }
        let origin = opened.iter().flat_map(Storage::explained).collect();
        let name = match opened.as_slice() {
            [storage] => storage.name().into_owned(),
            _ => address.account.clone(),
        };
        let places: Places =
            opened.into_iter().map(|storage| Arc::new(storage) as Arc<dyn Place>).collect();
        Ok(Opening { places, name, origin, filter, is_usual })
    }

    fn list(&self) -> Option<anyhow::Result<Outcome>> {
        self.list.then(|| {
            let (account, _) = account(self.named.as_deref(), &self.sign_in)?;
            list(&account)
        })
    }

    fn doctor(&self) -> anyhow::Result<Outcome> {
        let (account, address) = account(self.named.as_deref(), &self.sign_in)?;
        let report = wait_for(&account, examine(&account, &address))?;
        write_lines(&report.lines)?;
        Ok(Outcome::found(report.can_read))
    }

    fn pulled(&self, _: bool) -> anyhow::Result<Pulled> {
        let RangeArguments { since, until, .. } = self.range.clone();
        let query = self.range.query()?;
        let requested = RequestedSpan { query: query.clone(), since, until };
        let span = requested.at(crate::runtime::now())?.range;
        let (account, address) = unkept_account(self.named.as_deref(), &self.sign_in)?;
        let containers = chosen(&account, &address, &self.log)?;
        let is_all = self.log.iter().any(|name| name.trim().eq_ignore_ascii_case("all"));
        let containers = Containers::new(account, &address, &containers, span);
        let containers = containers.map_err(anyhow::Error::msg)?.optional(is_all);
        Ok(Pulled::whole(containers, query))
    }
}

/// The containers of the logs that were asked for.
fn chosen(
    account: &Arc<Account>,
    address: &Address,
    logs: &[String],
) -> anyhow::Result<Vec<String>> {
    if let Some(container) = &address.container {
        ensure!(logs.is_empty(), "--log names containers: leave it out, or name the account alone");
        return Ok(vec![container.clone()]);
    }
    let Chosen { mut named, is_all } = Chosen::new(logs, find, LOGS.iter().map(|log| log.name))?;
    if logs.is_empty() {
        named.extend(LOGS.first());
    }
    let mut chosen: Vec<String> = named.iter().map(|log| log.container()).collect();
    if is_all {
        let there = wait_for(account, containers(account))?.map_err(anyhow::Error::msg)?;
        let shown = LOGS.iter().filter(|log| log.is_shown).map(Log::container);
        let more: Vec<String> =
            shown.filter(|name| there.contains(name) && !chosen.contains(name)).collect();
        chosen.extend(more);
        ensure!(
            !chosen.is_empty(),
            "the account {} has no container of a log of Entra: no diagnostic setting streams to it",
            address.account
        );
    }
    Ok(chosen)
}

/// Lists the logs whose containers are there, and other containers of logs.
fn list(account: &Arc<Account>) -> anyhow::Result<Outcome> {
    let there = wait_for(account, containers(account))?.map_err(anyhow::Error::msg)?;
    let mut out = out();
    for log in LOGS.iter().filter(|log| there.contains(&log.container())) {
        writeln!(out, "{}\t{}", log.name, log.container())?;
    }
    for other in there.iter().filter(|name| find(name).is_none()) {
        writeln!(out, "-\t{}", clean(other))?;
    }
    Ok(Outcome::found(!there.is_empty()))
}
