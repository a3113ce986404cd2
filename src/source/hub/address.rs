//! How a hub is named: a namespace and a hub, or the namespace's host name.
//! Never looks a name up.

use std::fmt;

use crate::sign_in::Cloud;

/// How a hub is named.
const WAY: &str = "write NAMESPACE/HUB, as in contoso/insights-logs-auditlogs";
/// Where Kafka is spoken.
const PORT: u16 = 9093;

/// The ends of host names, by cloud. Source: Azure, "Compare Azure Government and global Azure" and
/// "Azure China: check endpoints".
const SUFFIXES: [(Cloud, &str); 3] = [
    (Cloud::Global, "servicebus.windows.net"),
    (Cloud::UsGovernment, "servicebus.usgovcloudapi.net"),
    (Cloud::China, "servicebus.chinacloudapi.cn"),
];

/// One hub.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address {
    /// The host name of its namespace.
    pub host: String,
    /// The port Kafka is spoken on there.
    pub port: u16,
    /// Its own name.
    pub hub: String,
}

/// What the end of a host name is in a cloud.
pub(super) fn suffix(cloud: &Cloud) -> &'static str {
    let cloud = if *cloud == Cloud::UsGovernmentDod { &Cloud::UsGovernment } else { cloud };
    SUFFIXES.iter().find(|(known, _)| known == cloud).map_or(SUFFIXES[0].1, |(_, suffix)| suffix)
}

impl Address {
    /// Reads `NAMESPACE/HUB`, where the namespace is its name or its host name, with a port where it is
    /// not the usual one. Fails with what is wrong.
    pub fn parse(text: &str, cloud: &Cloud) -> Result<Self, String> {
        let address = Self::parse_any(text, cloud)?;
        match address.hub.is_empty() {
            true => Err(format!("`{text}` names no hub: {WAY}")),
            false => Ok(address),
        }
    }

    /// The same where the namespace alone will do: its hub has no name then.
    pub fn parse_any(text: &str, cloud: &Cloud) -> Result<Self, String> {
        let bare = text.trim();
        let bare = ["sb://", "https://"]
            .iter()
            .find_map(|scheme| bare.strip_prefix(scheme))
            .unwrap_or(bare);
        let (namespace, hub) = bare.split_once('/').unwrap_or((bare, ""));
        let hub = hub.trim_end_matches('/');
        let (host, port) = match namespace.rsplit_once(':') {
            Some((host, port)) => {
                (host, port.parse().map_err(|_| format!("`{port}` is not a port: {WAY}"))?)
            }
            None => (namespace, PORT),
        };
        let is_name = |name: &str| {
            let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
            !name.is_empty() && name.chars().all(fits)
        };
        if !is_name(host) {
            return Err(format!("`{host}` is not the name of a namespace: {WAY}"));
        }
        if !hub.is_empty() && !is_name(hub) {
            return Err(format!("`{hub}` is not the name of a hub: {WAY}"));
        }
        let host = match host.contains('.') || host == "localhost" {
            true => host.to_ascii_lowercase(),
            false => format!("{}.{}", host.to_ascii_lowercase(), suffix(cloud)),
        };
        Ok(Self { host, port, hub: hub.to_owned() })
    }

    /// The name of the namespace.
    pub fn namespace(&self) -> &str {
        let is_known = SUFFIXES.iter().any(|(_, suffix)| self.host.ends_with(suffix));
        if is_known { self.host.split('.').next().unwrap_or(&self.host) } else { &self.host }
    }

    /// The cloud it is in, as far as its host name says.
    pub fn cloud(&self) -> Option<Cloud> {
        let known = SUFFIXES.iter().find(|(_, suffix)| self.host.ends_with(suffix));
        known.map(|(cloud, _)| cloud.clone())
    }

    /// May what proves who asks be sent to this host, which the namespace named? Only to itself, and to
    /// its neighbours in the same domain.
    pub(super) fn trusts(&self, host: &str) -> bool {
        let domain = |host: &str| {
            let (_, domain) = host.split_once('.')?;
            let is_address = host.parse::<std::net::IpAddr>().is_ok();
            (!is_address && domain.contains('.')).then(|| domain.to_ascii_lowercase())
        };
        host.eq_ignore_ascii_case(&self.host)
            || domain(host).is_some_and(|near| domain(&self.host) == Some(near))
    }
}

impl fmt::Display for Address {
    /// `namespace/hub`; the host and the port where they are not the usual ones.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.namespace())?;
        if self.port != PORT {
            write!(f, ":{}", self.port)?;
        }
        if self.hub.is_empty() { Ok(()) } else { write!(f, "/{}", self.hub) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hub_is_named_by_its_namespace_or_its_host() {
        let read = |text: &str| Address::parse(text, &Cloud::Global).expect(text);
        let address = read("Contoso/insights-logs-auditlogs");
        assert_eq!(address.host, "contoso.servicebus.windows.net");
        assert_eq!((address.port, &*address.hub), (9093, "insights-logs-auditlogs"));
        assert_eq!(address.to_string(), "contoso/insights-logs-auditlogs");
        assert_eq!(read("sb://contoso.servicebus.windows.net/insights-logs-auditlogs/"), address);
        assert_eq!(read(&address.to_string()), address);
        let other = read("127.0.0.1:19093/hub_1");
        assert_eq!((&*other.host, other.port, &*other.hub), ("127.0.0.1", 19093, "hub_1"));
        assert_eq!(other.to_string(), "127.0.0.1:19093/hub_1");
        let china = Address::parse("c/h", &Cloud::China).expect("an address");
        assert_eq!(china.host, "c.servicebus.chinacloudapi.cn");
        assert_eq!(china.cloud(), Some(Cloud::China));
    }

    #[test]
    fn what_names_no_hub_is_refused_with_the_way_out() {
        for text in
            ["contoso", "contoso/", "/hub", "a b/hub", "ns:x/hub", "ns/hub?x", "ns/a/b", "é/hub"]
        {
            let why = Address::parse(text, &Cloud::Global).expect_err(text);
            assert!(why.contains("NAMESPACE/HUB"), "{why}");
        }
    }

    #[test]
    fn a_proof_goes_to_the_domain_that_was_named_and_nowhere_else() {
        let address = Address::parse("contoso/h", &Cloud::Global).expect("an address");
        assert!(address.trusts("contoso.servicebus.windows.net"));
        assert!(address.trusts("Contoso-2.servicebus.windows.net"));
        assert!(!address.trusts("contoso.servicebus.windows.net.example.org"));
        assert!(!address.trusts("example.org") && !address.trusts(""));
        let here = Address::parse("127.0.0.1:1/h", &Cloud::Global).expect("an address");
        assert!(here.trusts("127.0.0.1") && !here.trusts("10.0.0.1") && !here.trusts("126.0.0.1"));
    }
}
