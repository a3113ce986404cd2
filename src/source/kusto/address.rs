//! How a database of a cluster is named: by the cluster's name and region, its address, or a link to it.
//! Never looks whether it is there.
//!
//! Sources: Kusto, "Connection strings" and "Deep linking" (`https://dataexplorer.azure.com/clusters/…/databases/…`);
//! Fabric, "Query URI" of an Eventhouse (`https://….kusto.fabric.microsoft.com`); the domains of other clouds:
//! the trusted endpoints of Microsoft's own clients; Microsoft Sentinel, "Run KQL queries on the data lake
//! using APIs".

use std::fmt;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::sign_in::{Audience, Cloud};

/// The Azure CLI, a public client every tenant knows unless it was blocked.
const CLIENT: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
/// What Sentinel's data lake is called in place of a cluster.
const LAKE: &str = "lake";
/// Where the data lake is.
const LAKE_AT: &str = "https://api.securityplatform.microsoft.com";
/// The data lake as an application.
const LAKE_ID: &str = "4500ebfb-89b6-4b14-a480-7f749797bfcd";
/// Where links of the web page lead.
const WEB: [&str; 3] = ["dataexplorer.azure.com", "dataexplorer.azure.us", "dataexplorer.azure.cn"];
/// What the addresses of clusters end with. Tokens go nowhere else.
const DOMAINS: [&str; 7] = [
    ".kusto.windows.net",
    ".kusto.fabric.microsoft.com",
    ".kusto.azuresynapse.net",
    ".kusto.data.microsoft.com",
    ".kusto.usgovcloudapi.net",
    ".kusto.chinacloudapi.cn",
    ".kusto.azuresynapse.us",
];

/// A database, and perhaps one table of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    /// Where the cluster is asked.
    pub base: String,
    /// The database.
    pub database: String,
    /// The table.
    pub table: Option<String>,
    /// Is it Sentinel's data lake?
    pub is_lake: bool,
}

impl Named {
    /// Reads `CLUSTER/DATABASE[.TABLE]` in a cloud: the cluster by its name (`logs.westeurope`), its address
    /// or a link to it, or `lake`. A name with a dot in it stands in brackets, as KQL writes it: `['a.b']`.
    /// Fails with what would be one.
    pub fn parse(text: &str, cloud: &Cloud) -> Result<Self, String> {
        let text = text.trim();
        let wrong = |why: &str| {
            format!(
                "`{text}` names no database: {why}; write CLUSTER/DATABASE or CLUSTER/DATABASE.TABLE, where \
                 the cluster is its name and region (contosologs.westeurope), its address \
                 (https://contosologs.westeurope.kusto.windows.net, the Query URI of an Eventhouse), or \
                 `lake` for Sentinel's data lake with NAME-ID of the workspace"
            )
        };
        let (cluster, path) = match text.strip_prefix("https://") {
            Some(rest) => {
                let rest = rest.split(['?', '#']).next().unwrap_or_default();
                let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
                match WEB.contains(&host) {
                    true => linked(path).ok_or_else(|| wrong("the link leads to no database"))?,
                    false => (host.to_owned(), path.to_owned()),
                }
            }
            None if text.contains("://") => return Err(wrong("only https is asked")),
            None => {
                let (cluster, path) =
                    text.split_once('/').ok_or_else(|| wrong("there is no `/`"))?;
                (cluster.to_owned(), path.to_owned())
            }
        };
        let is_url =
            text.starts_with("https://") && !WEB.iter().any(|web| text[8..].starts_with(web));
        let (database, table) = parts(&path).ok_or_else(|| wrong("there is no database"))?;
        let is_lake = cluster == LAKE;
        let base = match is_lake {
            true => LAKE_AT.to_owned(),
            false => at(&cluster, cloud, is_url).ok_or_else(|| {
                wrong(&format!("`{cluster}` is no cluster of Azure Data Explorer or Fabric"))
            })?,
        };
        Ok(Self { base, database, table, is_lake })
    }

    /// Whom tokens are for.
    pub fn audience(&self) -> Audience {
        if self.is_lake {
            return Audience {
                name: "Sentinel data lake",
                resource: LAKE_ID.to_owned(),
                ids: &["https://api.securityplatform.microsoft.com"],
                permissions: Vec::new(),
                client: CLIENT,
            };
        }
        // Clusters take tokens for themselves; those of Fabric are applications only as a whole.
        let is_own = self.base.ends_with(".kusto.windows.net")
            || self.base.ends_with(".usgovcloudapi.net")
            || self.base.ends_with(".chinacloudapi.cn");
        Audience {
            name: "Azure Data Explorer",
            resource: match is_own {
                true => self.base.clone(),
                false => "https://kusto.kusto.windows.net".to_owned(),
            },
            ids: &[
                "https://kusto.kusto.windows.net",
                "https://api.kusto.windows.net",
                "https://help.kusto.windows.net",
                "2746ea77-4702-4b45-80ca-3c97e680e8b7",
            ],
            permissions: Vec::new(),
            client: CLIENT,
        }
    }
}

impl fmt::Display for Named {
    /// `contosologs.westeurope/Security.AuditLogs`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.base.trim_start_matches("https://");
        let cluster = match self.is_lake {
            true => LAKE,
            false => host.strip_suffix(".kusto.windows.net").unwrap_or(host),
        };
        write!(f, "{cluster}/{}", bracketed(&self.database))?;
        match &self.table {
            Some(table) => write!(f, ".{}", bracketed(table)),
            None => Ok(()),
        }
    }
}

/// A name, in brackets where there is a dot or slash in it.
fn bracketed(name: &str) -> String {
    match name.contains(['.', '/']) {
        true => format!("['{name}']"),
        false => name.to_owned(),
    }
}

/// Where a cluster of this name or address is asked; of an address with `is_url`, unless a link led to it.
fn at(cluster: &str, cloud: &Cloud, is_url: bool) -> Option<String> {
    let cluster = cluster.trim_end_matches('.').to_ascii_lowercase();
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if !cluster.split('.').all(is_label) {
        return None;
    }
    let is_address = DOMAINS.iter().any(|domain| cluster.ends_with(domain));
    let domain = match cloud {
        Cloud::Global | Cloud::At { .. } => "kusto.windows.net",
        Cloud::UsGovernment | Cloud::UsGovernmentDod => "kusto.usgovcloudapi.net",
        Cloud::China => "kusto.chinacloudapi.cn",
    };
    match (is_address, cluster.split('.').count()) {
        (false, _) if is_url => None,
        (true, _) => Some(format!("https://{cluster}")),
        (false, 1 | 2) => Some(format!("https://{cluster}.{domain}")),
        (false, _) => None,
    }
}

/// The cluster and the path that a link of the web page leads to: `clusters/CLUSTER/databases/DATABASE`.
fn linked(path: &str) -> Option<(String, String)> {
    let mut parts = path.split('/');
    let is = |part: Option<&str>, name: &str| part.is_some_and(|p| p.eq_ignore_ascii_case(name));
    if !is(parts.next(), "clusters") {
        return None;
    }
    let cluster = decoded(parts.next()?);
    let cluster = match Url::parse(&cluster) {
        Ok(url) => url.host_str()?.to_owned(),
        Err(_) => cluster,
    };
    let database = is(parts.next(), "databases").then(|| parts.next()).flatten()?;
    // A dot in it is part of the name.
    Some((cluster, format!("['{}']", decoded(database))))
}

fn decoded(part: &str) -> String {
    percent_decode_str(part).decode_utf8_lossy().into_owned()
}

/// The database and the table of `DATABASE`, `DATABASE.TABLE` or `DATABASE/TABLE`.
fn parts(path: &str) -> Option<(String, Option<String>)> {
    let (database, rest) = name(path.trim_end_matches('/'))?;
    let table = match rest.strip_prefix(['.', '/']) {
        None if rest.is_empty() => None,
        None => return None,
        Some(table) => match name(table)? {
            (table, "") => Some(table),
            _ => return None,
        },
    };
    Some((database, table))
}

/// A name at the beginning of a text, and what follows.
fn name(text: &str) -> Option<(String, &str)> {
    let (name, rest) = match text.strip_prefix("['") {
        Some(inside) => inside.split_once("']")?,
        None => text.split_at(text.find(['.', '/']).unwrap_or(text.len())),
    };
    let name = decoded(name);
    let is_name = !name.trim().is_empty() && !name.chars().any(char::is_control);
    is_name.then_some((name, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<(String, String, Option<String>)> {
        let named = Named::parse(text, &Cloud::Global).ok()?;
        // What it is called names it.
        assert_eq!(Named::parse(&named.to_string(), &Cloud::Global).as_ref(), Ok(&named), "{text}");
        Some((named.base, named.database, named.table))
    }

    #[test]
    fn a_database_is_named_in_many_ways() {
        let own = "https://contosologs.westeurope.kusto.windows.net";
        let fabric = "https://trd-7x.z4.kusto.fabric.microsoft.com";
        for (text, base, database, table) in [
            ("contosologs.westeurope/Security", own, "Security", None),
            ("ContosoLogs.WestEurope/Security.AuditLogs", own, "Security", Some("AuditLogs")),
            ("contosologs.westeurope/Security/AuditLogs", own, "Security", Some("AuditLogs")),
            ("contosologs.westeurope.kusto.windows.net/a b/", own, "a b", None),
            (&format!("{own}/['a.b'].['c/d']"), own, "a.b", Some("c/d")),
            (&format!("{own}/a%20b?query=x"), own, "a b", None),
            ("help/Samples", "https://help.kusto.windows.net", "Samples", None),
            (&format!("{fabric}/Logs.Raw"), fabric, "Logs", Some("Raw")),
            (
                "https://dataexplorer.azure.com/clusters/contosologs.westeurope/databases/my.db?query=H4s",
                own,
                "my.db",
                None,
            ),
            (
                "https://dataexplorer.azure.com/clusters/https%3A%2F%2Ftrd-7x.z4.kusto.fabric.microsoft.com/databases/x",
                fabric,
                "x",
                None,
            ),
            ("lake/law-6361", "https://api.securityplatform.microsoft.com", "law-6361", None),
        ] {
            let expected = (base.to_owned(), database.to_owned(), table.map(str::to_owned));
            assert_eq!(parsed(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_names_none_is_told_and_tokens_go_to_clusters_only() {
        for none in [
            "",
            "contosologs",
            "contosologs/",
            "/db",
            "http://help.kusto.windows.net/Samples",
            "https://evil.example/db",
            "help.kusto.windows.net.evil.example/db",
            "help.kusto.windows.net@evil.example/db",
            "a.b.c/db",
            "help/a.b.c",
            "help/['a",
            "help/\u{7}",
            "https://dataexplorer.azure.com/dashboards/1",
        ] {
            let why = Named::parse(none, &Cloud::Global).expect_err(none);
            assert!(why.contains("write CLUSTER/DATABASE"), "{why}");
        }
    }

    #[test]
    fn each_cloud_and_kind_has_its_own_tokens() {
        let audience =
            |text: &str, cloud: &Cloud| Named::parse(text, cloud).expect(text).audience();
        let own = audience("contosologs.westeurope/x", &Cloud::Global);
        assert_eq!(own.resource, "https://contosologs.westeurope.kusto.windows.net");
        assert!(
            own.is("https://kusto.kusto.windows.net/") && !own.is("https://graph.microsoft.com")
        );
        let china = audience("contosologs.chinaeast2/x", &Cloud::China);
        assert!(china.resource.ends_with(".kusto.chinacloudapi.cn"));
        let fabric = audience("https://trd-7x.z4.kusto.fabric.microsoft.com/x", &Cloud::Global);
        assert_eq!(fabric.resource, "https://kusto.kusto.windows.net");
        assert_eq!(audience("lake/x", &Cloud::Global).resource, LAKE_ID);
    }
}
