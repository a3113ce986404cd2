//! Where blobs are: an account's endpoint, a container, and what their names begin with.
//! Never takes a secret: what proves who asks comes from the environment ([`super::credential`]).
//!
//! Sources: Azure Storage, "Storage account overview", endpoints; "Connect to the emulator account": its
//! addresses have the account in the path.

use percent_encoding::percent_decode_str;
use url::{Host, Url};

use crate::http::address::is_loopback;
use crate::sign_in::Cloud;
use crate::text::clean;

/// Where Azure Storage is in a cloud: what stands behind the account's name in the host.
const SUFFIXES: &[(&str, Cloud)] = &[
    ("blob.core.windows.net", Cloud::Global),
    ("blob.core.usgovcloudapi.net", Cloud::UsGovernment),
    ("blob.core.usgovcloudapi.net", Cloud::UsGovernmentDod),
    ("blob.core.chinacloudapi.cn", Cloud::China),
    // Accounts with DNS zone endpoints have their zone in front of it.
    ("blob.storage.azure.net", Cloud::Global),
];

/// Blobs of an account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address {
    /// The account's endpoint for blobs; its path ends in a slash.
    pub endpoint: Url,
    /// The account's name.
    pub account: String,
    /// The container; `None`: that of a log.
    pub container: Option<String>,
    /// What the names of blobs begin with: a folder, or the name of one; empty: all of them.
    pub prefix: String,
    /// The cloud that the endpoint is in, where it tells.
    pub cloud: Option<Cloud>,
}

/// Does it name blobs, among paths?
pub fn is_one(text: &str) -> bool {
    let begins = |scheme: &&str| {
        text.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme))
    };
    ["az://", "https://", "http://"].iter().any(begins)
}

impl Address {
    /// Reads `ACCOUNT[/CONTAINER[/PREFIX]]`, `az://` in front of that, or the address of a container.
    /// `cloud` says where an account is of which only the name is given. Fails with what is wrong, and
    /// never repeats a secret.
    pub fn parse(text: &str, cloud: &Cloud) -> Result<Self, String> {
        let text = text.trim();
        if text
            .split(['?', '&'])
            .any(|part| part.get(..4).is_some_and(|name| name.eq_ignore_ascii_case("sig=")))
        {
            return Err(
                "the address holds a shared access signature, which everybody on this machine can \
                        read in the list of processes; put what follows the ? into \
                        AZURE_STORAGE_SAS_TOKEN and leave it out of the address"
                    .to_owned(),
            );
        }
        let named = match text.get(..5) {
            Some(scheme) if scheme.eq_ignore_ascii_case("az://") => &text[5..],
            _ if text.contains("://") => return Self::of_url(text),
            _ => text,
        };
        let (account, rest) = named.split_once('/').unwrap_or((named, ""));
        if account.contains('.') {
            return Self::of_url(&format!("https://{named}"));
        }
        let suffix = SUFFIXES.iter().find(|(_, of)| of == cloud).unwrap_or(&SUFFIXES[0]).0;
        let account = account_name(account)?;
        let endpoint = format!("https://{account}.{suffix}/");
        let endpoint = Url::parse(&endpoint).map_err(|error| format!("{endpoint}: {error}"))?;
        Self {
            endpoint,
            account,
            container: None,
            prefix: String::new(),
            cloud: Some(cloud.clone()),
        }
        .at(rest)
    }

    fn of_url(text: &str) -> Result<Self, String> {
        let shown = clean(text).into_owned();
        let mut url = Url::parse(text).map_err(|error| format!("{shown}: {error}"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("an address of Azure Storage has no name and no password in it".to_owned());
        }
        if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
            return Err(format!("{shown} is not encrypted: write https://"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(format!("{shown}: leave out what follows the container's address"));
        }
        let path = percent_decode_str(url.path().trim_start_matches('/')).decode_utf8();
        let path = path.map_err(|_| format!("{shown}: its path is not UTF-8"))?.into_owned();
        url.set_path("/");
        let host = match url.host() {
            Some(Host::Domain(host)) if host != "localhost" => host.replacen(".dfs.", ".blob.", 1),
            // As the emulator has it: the account is the first part of the path.
            _ => {
                let (account, rest) = path.split_once('/').unwrap_or((&path, ""));
                let account = account_name(account)
                    .map_err(|_| format!("{shown}: the account's name stands behind the host"))?;
                url.set_path(&format!("/{account}/"));
                let (container, prefix, cloud) = Default::default();
                return Self { endpoint: url, account, container, prefix, cloud }.at(rest);
            }
        };
        let known = SUFFIXES.iter().find(|(suffix, _)| host.ends_with(&format!(".{suffix}")));
        let Some((_, cloud)) = known else {
            return Err(format!(
                "{shown} is not an address of Azure Storage: write \
                 https://ACCOUNT.blob.core.windows.net/CONTAINER, or az://ACCOUNT/CONTAINER"
            ));
        };
        let account = host.split('.').next().unwrap_or_default();
        let account = account_name(account.strip_suffix("-secondary").unwrap_or(account))?;
        url.set_host(Some(&host)).map_err(|error| format!("{shown}: {error}"))?;
        let (container, prefix) = Default::default();
        Self { endpoint: url, account, container, prefix, cloud: Some(cloud.clone()) }.at(&path)
    }

    /// The same for a container and a prefix, as a path has them.
    fn at(mut self, path: &str) -> Result<Self, String> {
        let (container, prefix) = path.split_once('/').unwrap_or((path, ""));
        if !container.is_empty() {
            self.container = Some(container_name(container)?);
        }
        prefix.clone_into(&mut self.prefix);
        Ok(self)
    }

    /// The same for a container.
    #[must_use]
    pub fn with_container(&self, container: &str) -> Self {
        Self { container: Some(container.to_owned()), ..self.clone() }
    }

    /// The same at another endpoint, such as a connection string names one.
    pub fn with_endpoint(&self, endpoint: &str) -> Result<Self, String> {
        let mut text = endpoint.trim_end_matches('/').to_owned();
        text.push('/');
        let found = Url::parse(&text).map_err(|error| format!("{}: {error}", clean(endpoint)))?;
        if found.scheme() != "https" && !is_loopback(&found) {
            return Err(format!("{} is not encrypted: write https://", clean(endpoint)));
        }
        Ok(Self { endpoint: found, ..self.clone() })
    }

    /// What names it on a command line: it is read back by [`Address::parse`].
    pub fn text(&self) -> String {
        let usual = format!("https://{}.{}/", self.account, SUFFIXES[0].0);
        let mut text = match self.endpoint.as_str() == usual {
            true => format!("az://{}", self.account),
            false => self.endpoint.as_str().trim_end_matches('/').to_owned(),
        };
        for part in self.container.iter().chain(Some(&self.prefix).filter(|part| !part.is_empty()))
        {
            text.push('/');
            text.push_str(part);
        }
        text
    }
}

/// Source: Azure Storage, "Storage account overview", storage account name.
fn account_name(name: &str) -> Result<String, String> {
    let lower = name.to_ascii_lowercase();
    let is_plain = lower.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if is_plain && (3..=24).contains(&lower.len()) {
        return Ok(lower);
    }
    Err(format!(
        "`{}` is not the name of a storage account: those have 3 to 24 small letters and digits",
        clean(name)
    ))
}

/// Source: Azure Storage, "Naming and referencing containers, blobs, and metadata".
fn container_name(name: &str) -> Result<String, String> {
    let bare = name.strip_prefix('$').unwrap_or(name);
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=63).contains(&bare.len()) && bare.bytes().all(is_plain) {
        return Ok(name.to_owned());
    }
    Err(format!(
        "`{}` is not the name of a container: those have 3 to 63 small letters, digits and dashes",
        clean(name)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Result<[String; 4], String> {
        let address = Address::parse(text, &Cloud::default())?;
        let Address { endpoint, account, container, prefix, .. } = address;
        Ok([endpoint.into(), account, container.unwrap_or_default(), prefix])
    }

    #[test]
    fn an_account_is_named_in_every_way_tools_do() {
        let global = "https://contosologs.blob.core.windows.net/";
        let china = "https://contosologs.blob.core.chinacloudapi.cn/";
        let emulator = "http://127.0.0.1:10000/devstoreaccount1/";
        for (text, endpoint, account, container, prefix) in [
            ("contosologs", global, "contosologs", "", ""),
            (
                "ContosoLogs/insights-logs-auditlogs",
                global,
                "contosologs",
                "insights-logs-auditlogs",
                "",
            ),
            (
                "az://contosologs/c/tenantId=4a/y=2026/",
                global,
                "contosologs",
                "c",
                "tenantId=4a/y=2026/",
            ),
            ("AZ://contosologs", global, "contosologs", "", ""),
            (
                "https://contosologs.blob.core.windows.net/c/a%20b/",
                global,
                "contosologs",
                "c",
                "a b/",
            ),
            ("contosologs.blob.core.windows.net/c", global, "contosologs", "c", ""),
            ("https://contosologs.dfs.core.windows.net/c", global, "contosologs", "c", ""),
            ("https://contosologs.blob.core.chinacloudapi.cn/c", china, "contosologs", "c", ""),
            ("http://127.0.0.1:10000/devstoreaccount1/c/p", emulator, "devstoreaccount1", "c", "p"),
            (
                "http://localhost:10000/devstoreaccount1",
                "http://localhost:10000/devstoreaccount1/",
                "devstoreaccount1",
                "",
                "",
            ),
            (
                "https://contosologs-secondary.blob.core.windows.net/c",
                "https://contosologs-secondary.blob.core.windows.net/",
                "contosologs",
                "c",
                "",
            ),
        ] {
            let expected = [endpoint, account, container, prefix].map(str::to_owned);
            assert_eq!(parts(text), Ok(expected), "{text}");
        }
        let address = Address::parse("contosologs/c", &Cloud::China).expect("an address");
        assert_eq!(address.endpoint.as_str(), china);
    }

    #[test]
    fn what_names_it_is_read_back() {
        for text in [
            "az://contosologs/c/tenantId=4a/y=2026/",
            "https://contosologs.blob.core.chinacloudapi.cn/c",
            "http://127.0.0.1:10000/devstoreaccount1/c/p",
        ] {
            let address = Address::parse(text, &Cloud::default()).expect(text);
            assert_eq!(address.text(), text);
        }
        let zone = "https://contosologs.z12.blob.storage.azure.net/c";
        assert_eq!(Address::parse(zone, &Cloud::default()).expect(zone).text(), zone);
    }

    #[test]
    fn what_is_none_is_told_without_its_secrets() {
        for (text, why) in [
            ("contoso-logs", "small letters and digits"),
            ("contosologs/Audit_Logs", "not the name of a container"),
            ("https://contoso.example/c", "is not an address of Azure Storage"),
            ("http://contosologs.blob.core.windows.net/c", "is not encrypted"),
            ("https://x:kestrel@contosologs.blob.core.windows.net/c", "no name and no password"),
            ("https://contosologs.blob.core.windows.net/c?restype=container", "leave out"),
            (
                "https://contosologs.blob.core.windows.net/c?sv=2025&sig=kestrel%2B",
                "AZURE_STORAGE_SAS_TOKEN",
            ),
            ("az://contosologs/c?SIG=kestrel", "AZURE_STORAGE_SAS_TOKEN"),
            ("http://127.0.0.1:10000/", "the account's name stands behind the host"),
        ] {
            let told = parts(text).expect_err(text);
            assert!(told.contains(why) && !told.contains("kestrel"), "{text}: {told}");
        }
    }

    #[test]
    fn paths_that_are_no_addresses_are_paths() {
        assert!(
            is_one("az://contosologs") && is_one("HTTPS://contosologs.blob.core.windows.net/c")
        );
        for path in ["audit.json", "az", "az:/x", "logs/https://x", "-", "é"] {
            assert!(!is_one(path), "{path}");
        }
    }
}
