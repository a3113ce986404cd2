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
    /// Columns that together tell a table of another name; none where its columns tell nothing.
    told_by: &'static [&'static str],
}

const AUDIT: Table = Table {
    name: "AuditLogs",
    log: "audit",
    happened: "ActivityDateTime",
    columns: Some(Log::Audits),
    only: "",
    told_by: &["InitiatedBy", "TargetResources", "OperationName"],
};

const SIGN_INS: Table = Table {
    name: "SigninLogs",
    log: "sign-ins",
    happened: "CreatedDateTime",
    columns: Some(Log::SignIns),
    only: "",
    told_by: &["UserPrincipalName", "ConditionalAccessStatus", "AppId"],
};

const PLAIN: Table = Table { happened: "", columns: None, told_by: &[], ..AUDIT };

/// A table of which nothing is known but when its rows were made.
pub const UNKNOWN: &Table = &Table { name: "", log: "", ..PLAIN };

const PRINCIPALS: Table =
    Table { told_by: &["ServicePrincipalId", "ServicePrincipalName", "IPAddress"], ..SIGN_INS };

/// Every table, in the order they are asked for.
pub const TABLES: &[Table] = &[
    AUDIT,
    SIGN_INS,
    Table { name: "AADNonInteractiveUserSignInLogs", log: "sign-ins-noninteractive", ..SIGN_INS },
    Table {
        name: "AADServicePrincipalSignInLogs",
        log: "sign-ins-service-principal",
        ..PRINCIPALS
    },
    Table { name: "AADManagedIdentitySignInLogs", log: "sign-ins-managed-identity", ..PRINCIPALS },
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

/// What a table is, by its name, else by its columns; [`UNKNOWN`] where neither tells.
pub fn told(name: &str, columns: &[String]) -> &'static Table {
    let has = |column: &str| columns.iter().any(|name| name == column);
    let by_columns = || {
        TABLES
            .iter()
            .find(|table| !table.told_by.is_empty() && table.told_by.iter().all(|c| has(c)))
    };
    find(name).or_else(by_columns).unwrap_or(UNKNOWN)
}

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
        // A table of another name is told by its columns.
        let columns =
            |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let told = |name, names: &[&str]| told(name, &columns(names)).log;
        assert_eq!(
            told("EntraAudit", &["InitiatedBy", "TargetResources", "OperationName", "x"]),
            "audit"
        );
        assert_eq!(
            told("x", &["ServicePrincipalId", "ServicePrincipalName", "IPAddress"]),
            "sign-ins-service-principal"
        );
        assert_eq!(
            told("x", &["UserPrincipalName", "ConditionalAccessStatus", "AppId"]),
            "sign-ins"
        );
        assert_eq!(told("x", &["records"]), "");
        assert_eq!(told("SigninLogs", &[]), "sign-ins");
        // Attributes are streamed as audits.
        for log in LOGS.iter().filter(|log| log.name != "attributes") {
            assert!(find(log.name).is_some(), "{}", log.name);
        }
    }
}
