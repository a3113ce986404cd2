//! What the environment says: the variables signing in goes by, under the names of Microsoft's own tools.
//! Never shows a value: what is secret stays so from here on.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::sign_in::Environment;
use crate::source::hub::credential::ConnectionString;
use crate::source::storage::credential::{self, Connection, Signature};

/// The variables that say how to sign in and what proves who asks.
pub const VARIABLES: &[&str] = &[
    "ENTRAIL_TOKEN",
    "AZURE_TENANT_ID",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_AUTHORITY_HOST",
    "AZURE_STORAGE_ACCOUNT",
    "AZURE_STORAGE_KEY",
    "AZURE_STORAGE_SAS_TOKEN",
    "AZURE_STORAGE_CONNECTION_STRING",
    "EVENTHUB_CONNECTION_STRING",
    "EVENT_HUB_CONNECTION_STR",
    "EVENT_HUB_CONN_STR",
];

/// Variables that are read in place of others, as a profile says: the name of each of [`VARIABLES`], and of
/// the one that is read.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Variables(Arc<BTreeMap<String, String>>);

impl Variables {
    /// These.
    pub fn renamed(variables: BTreeMap<String, String>) -> Self {
        Self(Arc::new(variables))
    }

    /// The first that is to be read in place of another and is not set: that other, and its name.
    pub fn missing(&self) -> Option<(&str, &str)> {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let mut missing = self.0.iter().filter(|(_, name)| !is_set(name));
        missing.next().map(|(known, name)| (known.as_str(), name.as_str()))
    }

    fn value(&self, name: &str) -> Option<OsString> {
        std::env::var_os(self.0.get(name).map_or(name, String::as_str))
    }
}

/// Reads the environment of this process.
pub fn sign_in(variables: &Variables) -> Environment {
    let environment = of(|name| variables.value(name));
    let is_there = Path::new(ARC_AGENT).exists();
    if is_there { with_arc_agent(environment) } else { environment }
}

/// The agent of Azure Arc on Linux. It sets its variables for services, not for shells.
const ARC_AGENT: &str = "/opt/azcmagent/bin/himds";
/// Where it listens.
const ARC: &str = "http://127.0.0.1:40342";

/// The variables that the agent of Azure Arc sets, unless there are others of a managed identity.
fn with_arc_agent(environment: Environment) -> Environment {
    if environment.identity_endpoint.is_some()
        || environment.identity_header.is_some()
        || environment.imds.is_some()
    {
        return environment;
    }
    Environment {
        identity_endpoint: Some(format!("{ARC}/metadata/identity/oauth2/token")),
        arc_imds: Some(ARC.to_owned()),
        ..environment
    }
}

/// The file sign-ins are remembered in: in a folder of its own in the state directory where the
/// platform has one (`~/.local/state/entrail/sign-in` on Linux), else beside the program's data.
/// `None` without a home.
pub fn remembered_sign_ins() -> Option<PathBuf> {
    let folder = super::state_folder()?;
    Some(folder.join("sign-in").join("sign-ins.json"))
}

fn of(variable: impl Fn(&str) -> Option<OsString>) -> Environment {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let text = |name: &str| set(name)?.into_string().ok();
    let secret = |name: &str| text(name).map(Secret::taking);
    Environment {
        token: secret("ENTRAIL_TOKEN"),
        tenant: text("AZURE_TENANT_ID"),
        client: text("AZURE_CLIENT_ID"),
        client_secret: secret("AZURE_CLIENT_SECRET"),
        certificate: set("AZURE_CLIENT_CERTIFICATE_PATH").map(PathBuf::from),
        certificate_password: secret("AZURE_CLIENT_CERTIFICATE_PASSWORD"),
        send_chain: text("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN")
            .is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true")),
        federated_token_file: set("AZURE_FEDERATED_TOKEN_FILE").map(PathBuf::from),
        authority: text("AZURE_AUTHORITY_HOST"),
        identity_endpoint: text("IDENTITY_ENDPOINT"),
        identity_header: secret("IDENTITY_HEADER"),
        identity_thumbprint: text("IDENTITY_SERVER_THUMBPRINT"),
        arc_imds: text("IMDS_ENDPOINT"),
        // On Windows it is below a folder that has a name of its own.
        arc_keys: set("ProgramData")
            .filter(|_| cfg!(windows))
            .map(|data| PathBuf::from(data).join("AzureConnectedMachineAgent").join("Tokens")),
        imds: text("AZURE_POD_IDENTITY_AUTHORITY_HOST"),
        azure_cli: None,
        proxy_secrets: PROXIES
            .iter()
            .filter_map(|name| text(name))
            .flat_map(proxy_secrets)
            .collect(),
    }
}

/// Where programs look for a proxy.
const PROXIES: &[&str] =
    &["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// The password in the address of a proxy, as it is written and as it is sent.
fn proxy_secrets(address: String) -> Vec<Secret> {
    let address = Zeroizing::new(address);
    // Whatever the address is worth, what stands in front of its last `@` may be a password.
    let Some((user, _)) = address.rsplit_once('@') else { return Vec::new() };
    let user = user.split_once("://").map_or(user, |(_, user)| user);
    // A name alone is no secret: it may be a word.
    let Some((_, password)) = user.split_once(':') else { return Vec::new() };
    let mut secrets = vec![Secret::new(password)];
    if password.contains('%') {
        let form = Zeroizing::new(password.replace('+', "%2B"));
        let decoded = url::form_urlencoded::parse(form.as_bytes()).next();
        secrets.extend(decoded.map(|(name, _)| Secret::taking(name.into_owned())));
    }
    secrets
}

/// What the environment says of storage accounts, under the names the Azure CLI reads. Fails where the
/// signature is none: why.
pub fn storage(variables: &Variables) -> Result<credential::Environment, String> {
    storage_of(|name| variables.value(name))
}

fn storage_of(
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<credential::Environment, String> {
    let text = |name: &str| {
        let set = variable(name).filter(|value| !value.is_empty());
        set.and_then(|value| value.into_string().ok()).map(Zeroizing::new)
    };
    let signature = text("AZURE_STORAGE_SAS_TOKEN").map(|text| Signature::parse(&text));
    let connection = text("AZURE_STORAGE_CONNECTION_STRING").map(|text| Connection::parse(&text));
    Ok(credential::Environment {
        account: text("AZURE_STORAGE_ACCOUNT").map(|account| account.to_string()),
        key: text("AZURE_STORAGE_KEY").map(|key| Secret::new(&key)),
        signature: signature
            .transpose()
            .map_err(|why| format!("AZURE_STORAGE_SAS_TOKEN: {why}"))?,
        connection,
    })
}

/// The connection string of an event hub or its namespace, under the names that samples of Azure use;
/// `None` where none is set. Fails where it is none: why.
pub fn hub(variables: &Variables) -> Result<Option<ConnectionString>, String> {
    hub_of(|name| variables.value(name))
}

/// Where samples and services keep it.
const HUBS: [&str; 3] =
    ["EVENTHUB_CONNECTION_STRING", "EVENT_HUB_CONNECTION_STR", "EVENT_HUB_CONN_STR"];

fn hub_of(variable: impl Fn(&str) -> Option<OsString>) -> Result<Option<ConnectionString>, String> {
    for name in HUBS {
        let Some(value) = variable(name).filter(|value| !value.is_empty()) else { continue };
        let text = Zeroizing::new(value.into_string().unwrap_or_default());
        let connection = ConnectionString::parse(&text).map_err(|why| format!("{name}: {why}"))?;
        return Ok(Some(connection));
    }
    Ok(None)
}

/// `ENTRAIL_LOG`, the file of the log, and `ENTRAIL_LOG_LEVEL`. Variables that are empty are not set.
pub fn log() -> (Option<PathBuf>, Option<String>) {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let level = set("ENTRAIL_LOG_LEVEL").map(|level| level.to_string_lossy().into_owned());
    (set("ENTRAIL_LOG").map(PathBuf::from), level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_become_values_and_secrets_are_not_printed() {
        let environment = of(|name| match name {
            "AZURE_TENANT_ID" => Some("fabrikam.example".into()),
            "AZURE_CLIENT_SECRET"
            | "ENTRAIL_TOKEN"
            | "IDENTITY_HEADER"
            | "AZURE_CLIENT_CERTIFICATE_PASSWORD" => Some("kestrel".into()),
            "AZURE_CLIENT_ID" => Some("".into()),
            "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN" => Some("True".into()),
            _ => None,
        });
        assert_eq!(environment.tenant.as_deref(), Some("fabrikam.example"));
        assert_eq!(environment.client, None);
        assert!(environment.send_chain && environment.client_secret.is_some());
        assert!(!format!("{environment:?}").contains("kestrel"));
    }

    #[test]
    fn keys_and_signatures_of_storage_are_read_and_not_printed() {
        let found = storage_of(|name| match name {
            "AZURE_STORAGE_ACCOUNT" => Some("contosologs".into()),
            "AZURE_STORAGE_KEY" => Some("a2VzdHJlbCBvZiB0aGUga2V5".into()),
            "AZURE_STORAGE_SAS_TOKEN" => Some("?sv=2025&sp=rl&sig=kestrel%2Bof%3D".into()),
            "AZURE_STORAGE_CONNECTION_STRING" => {
                Some("AccountName=a;AccountKey=a2VzdHJlbA==".into())
            }
            _ => None,
        });
        let found = found.expect("what is set is right");
        assert_eq!(found.account.as_deref(), Some("contosologs"));
        let connection = found.connection.as_ref().expect("a connection string");
        assert_eq!(connection.as_ref().expect("one").endpoint, "https://a.blob.core.windows.net");
        let shown = format!("{found:?}");
        assert!(!shown.contains("kestrel") && !shown.contains("a2VzdHJlb"), "{shown}");
        let unsigned =
            storage_of(|name| (name == "AZURE_STORAGE_SAS_TOKEN").then(|| "sv=2025".into()));
        assert!(unsigned.expect_err("no signature").starts_with("AZURE_STORAGE_SAS_TOKEN: "));
    }

    #[test]
    fn the_password_of_a_proxy_is_a_secret_and_its_name_is_not() {
        let known = |address: &str| {
            let secrets = proxy_secrets(address.to_owned());
            let told =
                crate::secret::masked("administrator cormorant+pier cormorant%2Bpier").into_owned();
            drop(secrets);
            told
        };
        assert_eq!(
            known("http://administrator@127.0.0.1:1"),
            "administrator cormorant+pier cormorant%2Bpier"
        );
        let masked = "administrator [secret] [secret]";
        assert_eq!(known("http://administrator:cormorant%2Bpier@127.0.0.1:1"), masked);
        assert_eq!(known("administrator:cormorant+pier@127.0.0.1:1"), masked);
        assert!(proxy_secrets("http://127.0.0.1:1".to_owned()).is_empty());
    }

    #[test]
    fn an_agent_of_azure_arc_is_known_without_its_variables_unless_there_are_others() {
        let environment = with_arc_agent(Environment::default());
        assert!(environment.identity_endpoint.is_some_and(|address| address.starts_with(ARC)));
        assert_eq!(environment.arc_imds.as_deref(), Some(ARC));
        let other =
            Environment { imds: Some("http://[::1]:1".to_owned()), ..Environment::default() };
        assert_eq!(with_arc_agent(other).identity_endpoint, None);
    }
}
