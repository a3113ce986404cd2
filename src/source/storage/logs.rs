//! The logs Entra streams to a storage account, one row each: what they are called, and their containers.
//! Never asks whether one is there.
//!
//! Sources: Microsoft Entra, "What are the identity logs you can stream to an endpoint?"; Azure Monitor,
//! "Azure resource logs": a category's container is `insights-logs-` and the category in lower case.

/// One category of a diagnostic setting.
#[derive(PartialEq, Eq, Debug)]
pub struct Log {
    /// What it is called on the command line: as Microsoft Graph's log of the same records, where it has one.
    pub name: &'static str,
    /// The category, as the setting spells it.
    pub category: &'static str,
    /// Does entrail show its records? Those of the others are counted and left out.
    pub is_shown: bool,
}

const fn shown(name: &'static str, category: &'static str) -> Log {
    Log { name, category, is_shown: true }
}

const fn other(name: &'static str, category: &'static str) -> Log {
    Log { name, category, is_shown: false }
}

/// Every category, in the order they are told.
pub const LOGS: &[Log] = &[
    shown("audit", "AuditLogs"),
    shown("attributes", "CustomSecurityAttributeAuditLogs"),
    shown("sign-ins", "SignInLogs"),
    shown("sign-ins-noninteractive", "NonInteractiveUserSignInLogs"),
    shown("sign-ins-service-principal", "ServicePrincipalSignInLogs"),
    shown("sign-ins-managed-identity", "ManagedIdentitySignInLogs"),
    shown("sign-ins-microsoft", "MicrosoftServicePrincipalSignInLogs"),
    shown("sign-ins-adfs", "ADFSSignInLogs"),
    shown("provisioning", "ProvisioningLogs"),
    shown("risky-users", "RiskyUsers"),
    shown("user-risk-events", "UserRiskEvents"),
    shown("risky-service-principals", "RiskyServicePrincipals"),
    shown("service-principal-risk-events", "ServicePrincipalRiskEvents"),
    shown("graph-calls", "MicrosoftGraphActivityLogs"),
    other("graph-notifications", "GraphNotificationsActivityLogs"),
    other("network-access", "NetworkAccessTrafficLogs"),
    other("remote-networks", "RemoteNetworkHealthLogs"),
    other("office-365", "EnrichedOffice365AuditLogs"),
];

impl Log {
    /// The container of its blobs.
    pub fn container(&self) -> String {
        ["insights-logs-", &self.category.to_lowercase()].concat()
    }
}

/// The log of that name, category or container, in any case.
pub fn find(name: &str) -> Option<&'static Log> {
    let name = name.trim();
    LOGS.iter().find(|log| {
        [log.name, log.category].iter().any(|known| known.eq_ignore_ascii_case(name))
            || log.container().eq_ignore_ascii_case(name)
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::graph::logs::LOGS as OF_GRAPH;
    use super::*;

    #[test]
    fn a_log_is_found_by_its_name_category_and_container() {
        for name in ["audit", "AuditLogs", "auditlogs", "insights-logs-auditlogs"] {
            assert_eq!(find(name).map(|log| log.name), Some("audit"), "{name}");
        }
        assert_eq!(find("insights-logs-signinlogs").map(|log| log.name), Some("sign-ins"));
        assert_eq!(find("everything"), None);
    }

    #[test]
    fn what_graph_has_too_is_called_the_same() {
        for log in OF_GRAPH {
            assert!(find(log.name).is_some(), "{}", log.name);
        }
    }
}
