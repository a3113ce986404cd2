//! Storage accounts, as the arguments and the environment name them.
//! Never asks one but for the names of its containers.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

use super::arguments::SignInArguments;
use super::prompt;
use super::tenant::settings;
use crate::config::environment;
use crate::place::Place;
use crate::source::Storage;
use crate::source::storage::account::{Account, Coming};
use crate::source::storage::address::Address;
use crate::time::TimeRange;

/// A storage account, and what of it was named; without a name, the one of the environment.
pub(super) fn account(
    named: Option<&str>,
    arguments: &SignInArguments,
) -> anyhow::Result<(Arc<Account>, Address)> {
    let (account, address) = named_account(named, arguments)?;
    Ok((Arc::new(account), address))
}

fn named_account(
    named: Option<&str>,
    arguments: &SignInArguments,
) -> anyhow::Result<(Account, Address)> {
    let mut settings = settings(arguments)?;
    let environment = environment::storage(&arguments.variables).map_err(anyhow::Error::msg)?;
    let of_connection = || match &environment.connection {
        Some(Ok(connection)) => Some(connection.account.clone()),
        _ => None,
    };
    let of_environment = || environment.account.clone().or_else(of_connection);
    let named = named.map(str::to_owned).or_else(of_environment).context(
        "name a storage account, as in `entrail storage ACCOUNT`, or set AZURE_STORAGE_ACCOUNT",
    )?;
    let address = Address::parse(&named, &settings.cloud).map_err(anyhow::Error::msg)?;
    // Tokens of one cloud are no good in another: the address says which, unless somebody else did.
    let is_said = arguments.cloud.is_some() || arguments.login_url.is_some();
    if let Some(cloud) = address.cloud.clone().filter(|_| !is_said) {
        let is_told_apart = settings.environment.authority.is_none();
        settings.cloud = if is_told_apart { cloud } else { settings.cloud };
    }
    let certificates = arguments.ca_cert.clone();
    let account = Account::new(&address, &environment, settings, certificates);
    Ok((account.map_err(anyhow::Error::msg)?, address))
}

/// The same, which keeps nothing of what is read: an archive does.
pub(super) fn unkept_account(
    named: Option<&str>,
    arguments: &SignInArguments,
) -> anyhow::Result<(Arc<Account>, Address)> {
    let (account, address) = named_account(named, arguments)?;
    Ok((Arc::new(account.keeping(0)), address))
}

/// The blobs that a path among files names, all of them.
pub(super) fn blobs(path: &Path) -> anyhow::Result<Arc<dyn Place>> {
    let (account, address) = account(path.to_str(), &SignInArguments::default())?;
    let storage = Storage::new(account, &address, TimeRange::default());
    Ok(Arc::new(storage.map_err(anyhow::Error::msg)?))
}

/// Waits for what was asked of an account; what a person has to do to be signed in is told meanwhile.
pub(super) fn wait_for<T>(
    account: &Account,
    coming: Result<Coming<T>, String>,
) -> anyhow::Result<T> {
    let coming = coming.map_err(anyhow::Error::msg)?;
    loop {
        if let Some(found) = coming.wait(Duration::from_millis(100)) {
            return Ok(found);
        }
        if let Some(prompt) = account.prompt() {
            prompt::tell_it(&prompt);
        }
    }
}
