//! The logs Graph has, one row each: where they are, how they are cut by time and in which pages.
//! Never asks for them.
//!
//! Sources: Microsoft Graph reference, "List directoryAudits", "List signIns", "List
//! provisioningObjectSummary", "List customSecurityAttributeAudits" (beta; pages of 100 at most),
//! "signIn resource type" (beta; `signInEventTypes`).

use crate::query::push_down::Endpoint;

/// How the time of a log can be compared. Graph documents other operators for each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bounds {
    /// `ge` and `le`.
    Closed,
    /// `gt` and `lt`.
    Open,
}

/// One log of a tenant.
#[derive(PartialEq, Eq, Debug)]
pub struct Log {
    /// What it is called on the command line, and its folder in an archive.
    pub name: &'static str,
    /// The version of Graph that has it.
    pub version: &'static str,
    /// Where it is below the version.
    pub path: &'static str,
    /// Records of a page; `None` leaves it to Graph.
    pub top: Option<u32>,
    /// The property that holds when a record happened; empty for a list that has no time.
    pub time: &'static str,
    /// The operators documented for that property.
    pub bounds: Bounds,
    /// What tells this log from others under the same path, as an `OData` filter.
    pub filter: Option<&'static str>,
    /// Can pages be had oldest first?
    pub ordered: bool,
}

const AUDIT: Log = Log {
    name: "audit",
    version: "v1.0",
    path: "auditLogs/directoryAudits",
    top: Some(999),
    time: "activityDateTime",
    bounds: Bounds::Closed,
    filter: None,
    ordered: true,
};

const SIGN_INS: Log = Log {
    name: "sign-ins",
    path: "auditLogs/signIns",
    top: Some(1000),
    time: "createdDateTime",
    ..AUDIT
};

impl Log {
    /// What filters it can be asked for with.
    pub fn endpoint(&self) -> Endpoint {
        if self.name.starts_with("sign-ins") {
            Endpoint::SignIns
        } else if self.name == "provisioning" {
            Endpoint::Provisioning
        } else {
            Endpoint::Audits
        }
    }
}

/// Every log, in the order they are told.
pub const LOGS: &[Log] = &[
    AUDIT,
    Log {
        name: "attributes",
        version: "beta",
        path: "auditLogs/customSecurityAttributeAudits",
        top: Some(100),
        ordered: false,
        ..AUDIT
    },
    SIGN_INS,
    Log {
        name: "sign-ins-noninteractive",
        version: "beta",
        filter: Some("signInEventTypes/any(t: t eq 'nonInteractiveUser')"),
        ..SIGN_INS
    },
    Log {
        name: "sign-ins-service-principal",
        version: "beta",
        filter: Some("signInEventTypes/any(t: t eq 'servicePrincipal')"),
        ..SIGN_INS
    },
    Log {
        name: "sign-ins-managed-identity",
        version: "beta",
        filter: Some("signInEventTypes/any(t: t eq 'managedIdentity')"),
        ..SIGN_INS
    },
    Log {
        name: "provisioning",
        path: "auditLogs/provisioning",
        top: None,
        bounds: Bounds::Open,
        ordered: false,
        ..AUDIT
    },
];

/// The activities a tenant's audit log can have: no log, but asked for like one.
///
/// Source: Microsoft Graph reference, "List auditActivityTypes" (beta).
pub const ACTIVITY_TYPES: &Log = &Log {
    name: "activity types",
    version: "beta",
    path: "auditLogs/auditActivityTypes",
    top: Some(1000),
    time: "",
    ordered: false,
    ..AUDIT
};

/// The log of that name.
pub fn find(name: &str) -> Option<&'static Log> {
    LOGS.iter().find(|log| log.name.eq_ignore_ascii_case(name.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_are_folder_names() {
        assert_eq!(find(" Audit").map(|log| log.path), Some("auditLogs/directoryAudits"));
        assert_eq!(find("signins"), None);
        for log in LOGS {
            assert!(log.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", log.name);
            assert_eq!(LOGS.iter().filter(|other| other.name == log.name).count(), 1);
        }
    }

    #[test]
    fn event_types_are_only_asked_of_the_beta_version() {
        for log in LOGS.iter().filter(|log| log.filter.is_some()) {
            assert_eq!(log.version, "beta", "{}", log.name);
        }
    }
}
