//! Words of Microsoft's own that logs are made of: services, categories, activities, and values of properties
//! that have a fixed list of them.
//! Never a word that somebody could have chosen: what is not here is searched for names.

use crate::catalogue::catalogue;
use crate::record::Kind;

/// Values that properties with a fixed list of them have, small letters. A version may follow. Source:
/// Microsoft Graph reference, "signIn", "riskDetection", "directoryAudit", "provisioningObjectSummary"
/// and "deviceDetail resource type".
const WORDS: &[&str] = &[
    "add",
    "adfederationservices",
    "admindismissedallriskforuser",
    "agent",
    "agenticapp",
    "agenticappinstance",
    "android",
    "apple",
    "application",
    "assign",
    "atrisk",
    "authenticated smtp",
    "autodiscover",
    "azure ad joined",
    "azure ad registered",
    "azuread",
    "b2bcollaboration",
    "b2bdirectconnect",
    "bound",
    "browser",
    "cancel",
    "certificate",
    "chrome",
    "chrome os",
    "chromeos",
    "client",
    "clientassertion",
    "clientsecret",
    "confirmedcompromised",
    "confirmedsafe",
    "create",
    "delete",
    "device",
    "devicecode",
    "devicecodeflow",
    "directory",
    "disable",
    "dismissed",
    "edge",
    "enable",
    "exchange activesync",
    "exchange online powershell",
    "exchange web services",
    "failure",
    "federatedidentitycredential",
    "firefox",
    "foreign",
    "get",
    "group",
    "guest",
    "hidden",
    "high",
    "hybrid azure ad joined",
    "identityprotection",
    "imap",
    "imap4",
    "internet explorer",
    "ios",
    "ipad",
    "iphone",
    "linux",
    "low",
    "mac os",
    "macos",
    "managed-identity",
    "managedidentity",
    "mapi over http",
    "medium",
    "member",
    "microsoft",
    "mobile apps and desktop clients",
    "mobile safari",
    "multifactorauthentication",
    "nearrealtime",
    "none",
    "not enabled",
    "notapplied",
    "oauth2",
    "offline",
    "offline address book",
    "opera",
    "other",
    "other clients",
    "outlook anywhere (rpc over http)",
    "own",
    "passthrough",
    "password",
    "patch",
    "policy",
    "pop",
    "pop3",
    "post",
    "primaryrefreshtoken",
    "provision",
    "put",
    "python requests",
    "realtime",
    "refreshtoken",
    "remediated",
    "reporting web services",
    "reportonlyfailure",
    "reportonlyinterrupted",
    "reportonlynotapplied",
    "reportonlysuccess",
    "role",
    "ropc",
    "safari",
    "saml11",
    "saml20",
    "samsung internet",
    "security",
    "serverad",
    "serviceprincipal",
    "servicetoservice",
    "singlefactorauthentication",
    "smtp",
    "success",
    "test",
    "timeout",
    "unassign",
    "unbound",
    "unified",
    "universal outlook",
    "unknown",
    "unknownfuturevalue",
    "update",
    "user",
    "windows",
    "windows mail",
    "windows mobile",
    "windows phone",
    "workplace",
];

/// Is it a service that writes records?
pub(super) fn is_service(name: &str) -> bool {
    let catalogue = catalogue();
    name.is_empty()
        || catalogue.find_service(name).is_some()
        || catalogue.canonical_service(name).is_some()
        || Kind::lists(name)
}

/// Is it a category of records?
pub(super) fn is_category(name: &str) -> bool {
    name.is_empty() || catalogue().find_category(name).is_some() || is_word(name)
}

/// Is it an activity that is known?
pub(super) fn is_activity(name: &str) -> bool {
    name.is_empty() || catalogue().named(name).next().is_some()
}

/// Is it a word of a fixed list, with or without a version, or a short number?
pub(super) fn is_word(value: &str) -> bool {
    let bare = value.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ' '));
    // A version has at most so many digits; whatever is longer may be a telephone.
    if value.len() - bare.len() > MOST_DIGITS {
        return false;
    }
    let folded = bare.to_ascii_lowercase();
    bare.is_empty() && value.len() <= MOST_NUMBER && !value.contains('.')
        || WORDS.binary_search(&&*folded).is_ok()
        || WORDS.binary_search(&&*value.to_ascii_lowercase()).is_ok()
}

/// Longest version behind a word, and longest number, in bytes.
const MOST_DIGITS: usize = 16;
const MOST_NUMBER: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_with_a_version_and_nothing_else_is() {
        assert!(WORDS.is_sorted() && WORDS.iter().all(|word| word.to_ascii_lowercase() == *word));
        for word in
            ["Browser", "Edge 142.0.0", "Windows10", "Ios 18.6", "404", "IMAP4", "azureAD", ""]
        {
            assert!(is_word(word), "{word}");
        }
        for text in ["Edge of Kim", "10.1.2.3", "kim", "447700900123", "Edge 447700900123456789"] {
            assert!(!is_word(text), "{text}");
        }
        assert!(is_service("Core Directory") && is_service("PIM") && !is_service("Kim's own"));
        assert!(
            is_category("UserManagement") && is_activity("Add user") && !is_activity("Add kim")
        );
    }
}
