//! Addresses by how near they are: this machine, its own network, or beyond.
//! Never asks the name service: a name other than `localhost` is far away.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Does the address lead to this machine and nowhere else?
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Does the address stay on this machine or its own network, where the platform that runs the
/// machine answers? That is where managed identities are asked for, without encryption.
pub fn is_nearby(url: &Url) -> bool {
    let nearby = |address: Ipv4Addr| address.is_link_local() || address.is_private();
    let nearby_6 = |address: Ipv6Addr| address.is_unicast_link_local() || address.is_unique_local();
    is_loopback(url)
        || match url.host() {
            Some(Host::Ipv4(address)) => nearby(address),
            Some(Host::Ipv6(address)) => nearby_6(address),
            _ => false,
        }
}

/// An address as it may be told: without a name and a password, and without what is a secret in its
/// query, as the signature of a shared access signature (`sig`) is.
pub fn shown(url: &Url) -> String {
    const SECRET: [&str; 8] =
        ["sig", "code", "key", "token", "access_token", "client_secret", "password", "secret"];
    let mut url = url.clone();
    // It has a host, or there is nothing to be taken away.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    let Some(query) = url.query() else { return url.into() };
    let parts = query.split('&').map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        match SECRET.iter().any(|secret| name.eq_ignore_ascii_case(secret)) && !value.is_empty() {
            true => format!("{name}=[secret]"),
            false => part.to_owned(),
        }
    });
    let parts: Vec<String> = parts.collect();
    url.set_query(None);
    format!("{url}?{}", parts.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_of_the_machine_ends_where_the_internet_begins() {
        let nearby = |address: &str| is_nearby(&Url::parse(address).expect("an address"));
        for address in ["http://169.254.169.254/", "http://172.16.0.5:8081/", "http://[::1]:1/"] {
            assert!(nearby(address), "{address}");
        }
        for address in ["http://8.8.8.8/", "http://example.org/", "http://169.254.169.254.org/"] {
            assert!(!nearby(address), "{address}");
        }
    }

    #[test]
    fn an_address_is_shown_without_what_is_a_secret_in_it() {
        let shown = |address: &str| shown(&Url::parse(address).expect("an address"));
        assert_eq!(
            shown("https://name:word@x.example/a?se=2026&SIG=abc%2B&comp=list#f"),
            "https://x.example/a?se=2026&SIG=[secret]&comp=list"
        );
        let graph = "https://graph.example/v1.0/a?$filter=x%20ge%20y&$skiptoken=7";
        assert_eq!(shown(graph), graph);
    }
}
