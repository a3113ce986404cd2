//! The tables that hold Entra's logs, one row each: name, log, times, and what is Entra's in them.
//! Never asks for them.
//!
//! Source: Azure Monitor table reference, `AuditLogs`, `SigninLogs` and those beside them.

use crate::query::dialect::Log;

/// A table.
#[derive(PartialEq, Eq, Debug)]
pub struct Table {
    /// Its name in a workspace.
    pub name: &'static str,
    /// What the log is called on the command line.
    pub log: &'static str,
    /// The column that holds when a record happened; empty where that is `TimeGenerated`, which else
    /// may be later: of a record that arrives after days it is when it arrived.
    pub happened: &'static str,
    /// What is known of its columns, so that conditions can be asked for; `None`: only times are.
    pub columns: Option<Log>,
    /// What tells rows of Entra from others, in KQL; empty where all are.
    pub only: &'static str,
}

const AUDIT: Table = Table {
    name: "AuditLogs",
    log: "audit",
    happened: "ActivityDateTime",
    columns: Some(Log::Audits),
    only: "",
};

const SIGN_INS: Table = Table {
    name: "SigninLogs",
    log: "sign-ins",
    happened: "CreatedDateTime",
    columns: Some(Log::SignIns),
    only: "",
};

const PLAIN: Table = Table { happened: "", columns: None, ..AUDIT };

/// Every table, in the order they are asked for.
pub const TABLES: &[Table] = &[
    AUDIT,
    SIGN_INS,
    Table { name: "AADNonInteractiveUserSignInLogs", log: "sign-ins-noninteractive", ..SIGN_INS },
    Table { name: "AADServicePrincipalSignInLogs", log: "sign-ins-service-principal", ..SIGN_INS },
    Table { name: "AADManagedIdentitySignInLogs", log: "sign-ins-managed-identity", ..SIGN_INS },
    Table { name: "AADProvisioningLogs", log: "provisioning", ..PLAIN },
    Table { name: "AADRiskyUsers", log: "risky-users", ..PLAIN },
    Table { name: "AADUserRiskEvents", log: "user-risk-events", ..PLAIN },
    Table { name: "AADRiskyServicePrincipals", log: "risky-service-principals", ..PLAIN },
    Table { name: "AADServicePrincipalRiskEvents", log: "service-principal-risk-events", ..PLAIN },
    Table { name: "MicrosoftGraphActivityLogs", log: "graph-calls", ..PLAIN },
    Table {
        name: "OfficeActivity",
        log: "unified",
        only: "OfficeWorkload =~ \"AzureActiveDirectory\"",
        ..PLAIN
    },
];

/// The table of a log, by the name of either.
pub fn find(name: &str) -> Option<&'static Table> {
    let name = name.trim();
    TABLES
        .iter()
        .find(|table| table.log.eq_ignore_ascii_case(name) || table.name.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::super::super::graph::logs::LOGS;
    use super::*;

    #[test]
    fn a_log_is_called_as_graph_calls_it_and_found_by_its_table_too() {
        for table in TABLES {
            assert_eq!(find(&table.log.to_uppercase()), Some(table));
            assert_eq!(find(&format!(" {}", table.name.to_lowercase())), Some(table));
            let same = |other: &&Table| other.log == table.log || other.name == table.name;
            assert_eq!(TABLES.iter().filter(same).count(), 1, "{}", table.name);
        }
        // Attributes are streamed as audits.
        for log in LOGS.iter().filter(|log| log.name != "attributes") {
            assert!(find(log.name).is_some(), "{}", log.name);
        }
    }
}
