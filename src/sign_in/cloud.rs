//! The clouds Entra runs in, by the names they are asked for: where to sign in and where Graph is.
//! Never lets a secret go out unencrypted: plain http is for addresses of this machine only.

use std::fmt;

use url::Url;

use crate::http::address::is_loopback;

/// A cloud: tokens of one are no good in another.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub enum Cloud {
    /// Everybody's, the US Government Community Cloud (GCC, not High) included.
    #[default]
    Global,
    /// Microsoft 365 GCC High and Azure Government (level 4).
    UsGovernment,
    /// The US Department of Defense (level 5).
    UsGovernmentDod,
    /// China, operated by 21Vianet.
    China,
    /// Any other place, by [`Cloud::at`].
    At {
        /// Where to sign in, without a slash at the end.
        login: String,
        /// Where Graph is, without a slash at the end.
        graph: String,
    },
}

/// One cloud: names (that for `--cloud` first), where to sign in, where Graph is.
struct KnownCloud {
    cloud: Cloud,
    names: &'static [&'static str],
    login: &'static str,
    graph: &'static str,
}

/// From Microsoft's pages "Microsoft Graph national cloud deployments" and "National clouds".
const CLOUDS: &[KnownCloud] = &[
    KnownCloud {
        cloud: Cloud::Global,
        names: &["global", "public", "AzureCloud"],
        login: "https://login.microsoftonline.com",
        graph: "https://graph.microsoft.com",
    },
    KnownCloud {
        cloud: Cloud::UsGovernment,
        names: &["us-gov", "gcc-high", "AzureUSGovernment"],
        login: "https://login.microsoftonline.us",
        graph: "https://graph.microsoft.us",
    },
    KnownCloud {
        cloud: Cloud::UsGovernmentDod,
        names: &["us-gov-dod", "dod"],
        login: "https://login.microsoftonline.us",
        graph: "https://dod-graph.microsoft.us",
    },
    KnownCloud {
        cloud: Cloud::China,
        names: &["china", "AzureChinaCloud"],
        login: "https://login.partner.microsoftonline.cn",
        graph: "https://microsoftgraph.chinacloudapi.cn",
    },
];

/// Where people signed in before, by what `AZURE_AUTHORITY_HOST` may still say.
const FORMER_LOGINS: &[(&str, Cloud)] = &[
    ("login.windows.net", Cloud::Global),
    ("login.microsoft.com", Cloud::Global),
    ("login.chinacloudapi.cn", Cloud::China),
];

impl Cloud {
    /// The names for `--cloud`, one a cloud.
    pub fn names() -> impl Iterator<Item = &'static str> {
        CLOUDS.iter().map(|row| row.names[0])
    }

    /// The cloud of that name, as `--cloud` or the Azure CLI spell it, in any case.
    pub fn named(name: &str) -> Option<Self> {
        let is = |known: &&str| known.eq_ignore_ascii_case(name.trim());
        CLOUDS.iter().find(|row| row.names.iter().any(is)).map(|row| row.cloud.clone())
    }

    /// A cloud of its own: two addresses with nothing behind the host, `https`, or `http` to this
    /// machine. The error names the address that cannot be.
    pub fn at(login: &str, graph: &str) -> Result<Self, String> {
        Ok(Self::At { login: base(login)?, graph: base(graph)? })
    }

    /// The cloud of an `AZURE_AUTHORITY_HOST`: a host or an address. An unknown one is an error
    /// that names it, as it does not tell where Graph is.
    pub fn of_authority(host: &str) -> Result<Self, String> {
        let bare = host.trim().trim_end_matches('/');
        let bare = bare.split_once("://").map_or(bare, |(_, rest)| rest);
        let known = CLOUDS.iter().find(|row| row.login.ends_with(&format!("//{bare}")));
        let former = || FORMER_LOGINS.iter().find(|(login, _)| *login == bare);
        known
            .map(|row| row.cloud.clone())
            .or_else(|| former().map(|(_, cloud)| cloud.clone()))
            .ok_or_else(|| {
                format!(
                    "AZURE_AUTHORITY_HOST names {host}, which belongs to no known cloud; unset it and choose \
                     with --cloud: {}",
                    Self::names().collect::<Vec<_>>().join(", ")
                )
            })
    }

    fn row(&self) -> Option<&'static KnownCloud> {
        CLOUDS.iter().find(|row| row.cloud == *self)
    }

    /// Where to sign in, without a slash at the end.
    pub fn login(&self) -> &str {
        match self {
            Self::At { login, .. } => login,
            known => known.row().map_or(CLOUDS[0].login, |row| row.login),
        }
    }

    /// Where Graph is, without a slash at the end; also the audience of its tokens.
    pub fn graph(&self) -> &str {
        match self {
            Self::At { graph, .. } => graph,
            known => known.row().map_or(CLOUDS[0].graph, |row| row.graph),
        }
    }
}

impl fmt::Display for Cloud {
    /// The name for `--cloud`, or where Graph is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().map_or(self.graph(), |row| row.names[0]))
    }
}

/// An address that only has a host.
fn base(address: &str) -> Result<String, String> {
    let url = Url::parse(address).map_err(|error| format!("{address} is no address: {error}"))?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !bare || !url.username().is_empty() || url.password().is_some() {
        return Err(format!("{address} has more than a host: write https://host"));
    }
    if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
        return Err(format!(
            "{address} is not encrypted: write https://, or http:// to this machine"
        ));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cloud_is_found_by_each_of_its_names() {
        for row in CLOUDS {
            for name in row.names {
                assert_eq!(Cloud::named(&name.to_uppercase()), Some(row.cloud.clone()), "{name}");
            }
            assert_eq!(row.cloud.login(), row.login);
            assert_eq!(row.cloud.graph(), row.graph);
            assert_eq!(Cloud::named(&row.cloud.to_string()), Some(row.cloud.clone()));
        }
        assert_eq!(Cloud::named("germany"), None);
    }

    #[test]
    fn an_authority_host_tells_the_cloud() {
        assert_eq!(
            Cloud::of_authority("https://login.microsoftonline.us/"),
            Ok(Cloud::UsGovernment)
        );
        assert_eq!(Cloud::of_authority("login.microsoftonline.com"), Ok(Cloud::Global));
        assert_eq!(Cloud::of_authority("https://login.chinacloudapi.cn"), Ok(Cloud::China));
        let error = Cloud::of_authority("https://login.example.org").expect_err("unknown");
        assert!(error.contains("login.example.org") && error.contains("us-gov-dod"), "{error}");
        assert!(Cloud::of_authority("com").is_err());
    }

    #[test]
    fn a_place_of_ones_own_is_encrypted_or_on_this_machine() {
        let cloud = Cloud::at("http://127.0.0.1:8080/", "http://localhost:8081").expect("loopback");
        assert_eq!(cloud.login(), "http://127.0.0.1:8080");
        assert_eq!(cloud.graph(), "http://localhost:8081");
        assert_eq!(cloud.to_string(), "http://localhost:8081");
        assert!(Cloud::at("https://login.example.org", "https://graph.example.org").is_ok());
        for wrong in [
            "http://login.example.org",
            "http://10.0.0.1",
            "ftp://127.0.0.1",
            "https://a:b@example.org",
            "https://example.org/path",
            "nothing",
        ] {
            assert!(Cloud::at(wrong, "https://graph.example.org").is_err(), "{wrong}");
        }
    }
}
