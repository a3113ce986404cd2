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
}
