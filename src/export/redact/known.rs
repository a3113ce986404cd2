//! Names and ids that are the same in every tenant, so that they tell nothing about one.
//! Never a place for what somebody chose: what is not in these lists is replaced.

/// Applications of Microsoft that act in audit logs, by display name. Source: what Entra's own
/// services log as `initiatedBy.app.displayName` (Microsoft Entra, "Unknown actors in audit reports").
const SERVICES: &[&str] = &[
    "aad app management",
    "aad request verification service - prod",
    "azure ad cloud sync",
    "azure ad identity governance - directory management",
    "azure ad identity governance - entitlement management",
    "azure ad identity protection",
    "azure ad notification",
    "azure ad provisioning service",
    "azure ests service",
    "azure mfa strongauthenticationservice",
    "azure portal",
    "device registration service",
    "microsoft app access panel",
    "microsoft approval management",
    "microsoft azure active directory connect",
    "microsoft azure ad group-based licensing",
    "microsoft azure ad internal - do not edit",
    "microsoft azure cli",
    "microsoft azure powershell",
    "microsoft exchange online protection",
    "microsoft graph",
    "microsoft graph command line tools",
    "microsoft intune",
    "microsoft invitation acceptance portal",
    "microsoft office 365 portal",
    "microsoft online services",
    "microsoft password reset service",
    "microsoft substrate management",
    "microsoft teams services",
    "microsoft.azure.syncfabric",
    "ms-pim",
    "ms-pim-fairfax",
    "office 365 exchange online",
    "office 365 sharepoint online",
    "signup",
    "windows azure active directory",
];

/// Built-in directory roles. Source: Microsoft Entra, "Microsoft Entra built-in roles".
const ROLES: &[&str] = &[
    "ai administrator",
    "application administrator",
    "application developer",
    "attack payload author",
    "attack simulation administrator",
    "attribute assignment administrator",
    "attribute assignment reader",
    "attribute definition administrator",
    "attribute definition reader",
    "attribute log administrator",
    "attribute log reader",
    "authentication administrator",
    "authentication extensibility administrator",
    "authentication policy administrator",
    "azure ad joined device local administrator",
    "azure devops administrator",
    "azure information protection administrator",
    "b2c ief keyset administrator",
    "b2c ief policy administrator",
    "billing administrator",
    "cloud app security administrator",
    "cloud application administrator",
    "cloud device administrator",
    "company administrator",
    "compliance administrator",
    "compliance data administrator",
    "conditional access administrator",
    "customer lockbox access approver",
    "desktop analytics administrator",
    "directory readers",
    "directory synchronization accounts",
    "directory writers",
    "domain name administrator",
    "dynamics 365 administrator",
    "edge administrator",
    "exchange administrator",
    "exchange recipient administrator",
    "external id user flow administrator",
    "external identity provider administrator",
    "fabric administrator",
    "global administrator",
    "global reader",
    "global secure access administrator",
    "groups administrator",
    "guest inviter",
    "helpdesk administrator",
    "hybrid identity administrator",
    "identity governance administrator",
    "insights administrator",
    "insights analyst",
    "insights business leader",
    "intune administrator",
    "kaizala administrator",
    "knowledge administrator",
    "knowledge manager",
    "license administrator",
    "lifecycle workflows administrator",
    "message center privacy reader",
    "message center reader",
    "network administrator",
    "office apps administrator",
    "on premises directory sync account",
    "organizational branding administrator",
    "partner tier1 support",
    "partner tier2 support",
    "password administrator",
    "permissions management administrator",
    "power platform administrator",
    "printer administrator",
    "printer technician",
    "privileged authentication administrator",
    "privileged role administrator",
    "reports reader",
    "search administrator",
    "search editor",
    "security administrator",
    "security operator",
    "security reader",
    "service support administrator",
    "sharepoint administrator",
    "skype for business administrator",
    "teams administrator",
    "teams communications administrator",
    "teams communications support engineer",
    "teams communications support specialist",
    "teams devices administrator",
    "tenant creator",
    "usage summary reports reader",
    "user administrator",
    "virtual visits administrator",
    "viva goals administrator",
    "windows 365 administrator",
    "windows update deployment administrator",
    "yammer administrator",
];

/// Application ids of Microsoft, and the id that stands for none. Source: Microsoft Entra, "Verify
/// first-party Microsoft applications in sign-in reports".
const IDS: &[&str] = &[
    "00000000-0000-0000-0000-000000000000",
    "00000001-0000-0000-c000-000000000000",
    "00000002-0000-0000-c000-000000000000",
    "00000002-0000-0ff1-ce00-000000000000",
    "00000003-0000-0000-c000-000000000000",
    "00000003-0000-0ff1-ce00-000000000000",
    "00000006-0000-0ff1-ce00-000000000000",
    "0000000a-0000-0000-c000-000000000000",
    "00000012-0000-0000-c000-000000000000",
    "01fc33a7-78ba-4d2f-a4b7-768e336e890e",
    "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
    "14d82eec-204b-4c2f-b7e8-296a70dab67e",
    "1950a258-227b-4e31-a9cf-717495945fc2",
    "1b730954-1685-4b74-9bfd-dac224a7b894",
    "1fec8e78-bce4-4aaf-ab1b-5451cc387264",
    "65d91a3d-ab74-42e6-8a2f-0add61688c74",
    "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    "de8bc8b5-d9f9-48b1-a8ad-b748da725064",
];

/// Domains of Microsoft's own services.
const DOMAINS: &[&str] = &[
    "azure.com",
    "microsoft.com",
    "microsoftonline.com",
    "office.com",
    "office365.com",
    "sharepoint.com",
    "windows.net",
];

/// What stands below those where it is Microsoft's. Anything else a tenant may have chosen.
const LABELS: &[&str] = &[
    "account",
    "accounts",
    "admin",
    "adminwebservice",
    "aka",
    "api",
    "apps",
    "common",
    "compliance",
    "core",
    "docs",
    "entra",
    "go",
    "graph",
    "learn",
    "login",
    "manage",
    "management",
    "myaccount",
    "myapps",
    "mysignins",
    "outlook",
    "portal",
    "security",
    "sts",
    "support",
    "teams",
    "vault",
    "www",
];

/// What stands below a domain in many tenants and tells nothing about one.
const GENERIC: &[&str] = &[
    "adfs",
    "api",
    "app",
    "autodiscover",
    "login",
    "mail",
    "onmicrosoft",
    "portal",
    "sso",
    "sts",
    "www",
];

/// Last labels by which a word with full stops is taken for a domain. `read` or `all` are none of
/// them: permissions have those.
const TOP: &[&str] = &[
    "ai",
    "app",
    "arpa",
    "at",
    "be",
    "biz",
    "br",
    "ca",
    "ch",
    "cl",
    "cloud",
    "cn",
    "co",
    "com",
    "corp",
    "cz",
    "de",
    "dev",
    "dk",
    "edu",
    "es",
    "eu",
    "example",
    "fi",
    "fr",
    "gov",
    "gr",
    "home",
    "hu",
    "ie",
    "il",
    "info",
    "int",
    "internal",
    "intranet",
    "invalid",
    "io",
    "is",
    "it",
    "jp",
    "kr",
    "lan",
    "local",
    "localdomain",
    "ms",
    "mx",
    "net",
    "nl",
    "no",
    "nz",
    "online",
    "org",
    "pl",
    "pt",
    "ro",
    "ru",
    "se",
    "sg",
    "site",
    "sk",
    "tech",
    "test",
    "tr",
    "tw",
    "ua",
    "uk",
    "us",
    "za",
];

fn is_in(list: &[&str], text: &str) -> bool {
    list.contains(&text.trim().to_lowercase().as_str())
}

/// Is it the name of something that every tenant has?
pub(super) fn is_name(name: &str) -> bool {
    is_in(SERVICES, name) || is_in(ROLES, name)
}

/// Is it an id that every tenant has?
pub(super) fn is_id(id: &str) -> bool {
    is_in(IDS, id)
}

/// Is it a domain of Microsoft itself? Tenants have subdomains of some: those are theirs.
pub(super) fn is_domain(domain: &str) -> bool {
    let domain = domain.to_lowercase();
    let inside = |known: &&str| {
        domain == **known
            || (domain.strip_suffix(*known).and_then(|rest| rest.strip_suffix('.')))
                .is_some_and(|rest| rest.split('.').all(|label| LABELS.contains(&label)))
    };
    DOMAINS.iter().any(inside)
}

/// Does what stands below a domain tell nothing?
pub(super) fn is_generic(labels: &str) -> bool {
    labels.split('.').all(|label| GENERIC.contains(&label))
}

/// May it be a domain, by its last label?
pub(super) fn may_be_domain(text: &str) -> bool {
    text.rsplit_once('.').is_some_and(|(below, top)| !below.is_empty() && TOP.contains(&top))
}
