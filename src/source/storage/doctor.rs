//! What can be read of a storage account and which logs are streamed to it, and how to get what is missing.
//! Never reads more of a log than a byte.
//!
//! Sources: Microsoft Entra, "Configure diagnostic settings for activity logs" (Security Administrator);
//! Azure, "Built-in roles", Storage Blob Data Reader.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::account::{Account, Coming, Credential, Whole};
use super::address::Address;
use super::api::explained;
use super::listing::Question;
use super::logs::{LOGS, Log};
use super::part::{Failure, Other};
use crate::source::diagnostics::TO_STREAM;

/// What was found.
#[derive(Debug)]
pub struct Report {
    /// It, line by line; not cleaned.
    pub lines: Vec<String>,
    /// Can a log be read?
    pub can_read: bool,
}

/// What the containers of logs are called.
const OF_LOGS: &str = "insights-logs-";

/// Asks for the names of the containers of logs. Fails where the system gives no thread.
pub fn containers(account: &Arc<Account>) -> Result<Coming<Result<Vec<String>, String>>, String> {
    let own = Arc::clone(account);
    account.begin(|stop| async move {
        let mut asker = Whole::new(&own, &stop);
        let found = own.containers(OF_LOGS, &mut asker).await;
        found.map_err(|failure| explained(&failure, own.address()))
    })
}

/// Asks what of an account can be read: its logs, or one container. Fails where the system gives no thread.
pub fn examine(account: &Arc<Account>, address: &Address) -> Result<Coming<Report>, String> {
    let (own, address) = (Arc::clone(account), address.clone());
    account.begin(|stop| async move { Examination { account: own, address, stop }.run().await })
}

struct Examination {
    account: Arc<Account>,
    address: Address,
    stop: CancellationToken,
}

impl Examination {
    async fn run(self) -> Report {
        let credential = self.account.credential();
        let mut lines = vec![format!("{} by {}", self.address.text(), credential.words())];
        if let Credential::SignIn(signed_in) = credential
            && let Some(claims) = signed_in.claims()
        {
            lines.push(format!("  signed in to the tenant {}", claims.tenant));
        }
        let mut report = Report { lines, can_read: false };
        match &self.address.container {
            Some(container) => {
                let name = container.clone();
                self.container(&name, &name, &mut report).await;
            }
            None => self.logs(&mut report).await,
        }
        report.lines.push(String::new());
        report.lines.extend(advice(&self.address, report.can_read));
        report
    }

    async fn logs(&self, report: &mut Report) {
        let mut asker = Whole::new(&self.account, &self.stop);
        let there = match self.account.containers(OF_LOGS, &mut asker).await {
            Ok(there) => Some(there),
            Err(failure) => {
                let why = explained(&failure, &self.address);
                report.lines.push(format!("? its containers cannot be listed: {why}"));
                report.lines.push("  each log is tried by itself".to_owned());
                None
            }
        };
        let mut missing: Vec<&str> = Vec::new();
        for log in LOGS.iter().filter(|log| log.is_shown) {
            let container = log.container();
            match &there {
                Some(there) if !there.contains(&container) => missing.push(log.name),
                Some(_) | None => self.container(log.name, &container, report).await,
            }
        }
        if !missing.is_empty() {
            report.lines.push(format!("✗ not streamed to this account: {}", missing.join(", ")));
        }
        let others = there.iter().flatten().filter(|name| LOGS.iter().all(|log| is_not(log, name)));
        let others: Vec<&str> = others.map(String::as_str).collect();
        if !others.is_empty() {
            report.lines.push(format!("  other logs in it: {}", others.join(", ")));
        }
    }

    /// Lists a container and reads one byte of what is in it.
    async fn container(&self, name: &str, container: &str, report: &mut Report) {
        match self.byte(container).await {
            Ok(true) => {
                report.can_read = true;
                report.lines.push(format!("✓ {name}: can be listed and read"));
            }
            Ok(false) => {
                report.can_read = true;
                report.lines.push(format!("✓ {name}: can be listed; nothing is in it yet"));
            }
            Err(failure) => {
                let address = self.address.with_container(container);
                if let Some(why) = failure.words(&address) {
                    report.lines.push(format!("✗ {name}: {why}"));
                }
            }
        }
    }

    /// Was there something to read?
    async fn byte(&self, container: &str) -> Result<bool, Failure> {
        let (prefix, marker) = (self.address.prefix.clone(), None);
        let question = Question { prefix, by_folder: false, marker };
        let mut asker = Whole::new(&self.account, &self.stop);
        let page = self.account.blobs(container, &question, &mut asker).await?;
        let Some(blob) = page.blobs.iter().find(|blob| blob.len > 0) else { return Ok(false) };
        let url = self.account.at(container, &blob.name)?;
        self.account.part(&url, 0..1, None, Other::Grown, &self.stop).await?;
        Ok(true)
    }
}

fn is_not(log: &Log, name: &str) -> bool {
    log.container() != name
}

fn advice(address: &Address, can_read: bool) -> Vec<String> {
    let mut lines = Vec::new();
    if !can_read {
        lines.push(format!(
            "To read: ask an owner of the storage account {} for the role Storage Blob Data Reader on it, or \
             on one container. Owner, Contributor and Reader are not enough for the data.",
            address.account
        ));
    }
    lines.push(TO_STREAM.to_owned());
    lines
}
