//! What is particular about Azure Storage: its limits, its errors and the ways out, whom its tokens are for.
//! Never asks it.
//!
//! Sources: Azure Storage REST, "Common REST API error codes", "Blob service error codes", "Status and
//! error codes"; Azure Storage, "Scalability and performance targets for standard storage accounts"
//! (20,000 requests a second), "Assign an Azure role for access to blob data".

use std::time::Duration;

use reqwest::header::HeaderMap;
use roxmltree::Document;
use url::Url;

use super::address::Address;
use crate::http::api::{Api, Passing, passing};
use crate::http::limiter::Limit;
use crate::http::refused::{Refused, Said};
use crate::http::unanswered::Unanswered;
use crate::sign_in::Audience;
use crate::text::clean;

/// Azure Storage. Version 2021-12-02 knows everything that is asked for, and emulators and Azure Stack
/// know it.
pub static STORAGE: Api = Api {
    name: "Azure Storage",
    // A tenth of what an account answers: others read it too.
    limit: Limit { requests: 2_000, window: Duration::from_secs(1) },
    headers: &[("x-ms-version", "2021-12-02"), ("accept", "application/xml, */*")],
    at_once: 16,
    most_bytes: 64 << 20,
    begins_within: Duration::from_mins(1),
    ends_within: Duration::from_mins(5),
    passing: |status| match status {
        // `ServerBusy`: too many requests.
        503 => Some(Passing::TooMany),
        status => passing(status),
    },
    said,
    is_doubtful: |refused| refused.code == "ContainerBeingDeleted",
    leads: |from: &Url, to: &Url| from.origin() == to.origin(),
};

/// A public client every tenant knows, with which Microsoft's own libraries sign people in to Azure: the
/// Azure CLI's.
const DEFAULT_CLIENT: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/// Azure Storage, as tokens for it are asked for; the same in every cloud.
pub fn audience() -> Audience {
    Audience {
        name: "Azure Storage",
        resource: "https://storage.azure.com".to_owned(),
        ids: &["e406a681-f3d4-42a8-90b6-c2b029497af1"],
        permissions: vec!["user_impersonation".to_owned()],
        client: DEFAULT_CLIENT,
    }
}

/// Errors come as XML, and their code in a header too.
fn said(headers: &HeaderMap, body: &[u8]) -> Option<Said> {
    let header = |name: &str| Some(headers.get(name)?.to_str().ok()?.to_owned());
    let text = std::str::from_utf8(body).unwrap_or_default().trim_start_matches('\u{feff}');
    let document = Document::parse(text).ok();
    let inside = |name: &str| {
        let root = document.as_ref()?.root_element();
        let is_error = root.tag_name().name() == "Error";
        let found = root.children().filter(|_| is_error).find(|node| node.has_tag_name(name));
        Some(found?.text().unwrap_or_default().to_owned())
    };
    let code = header("x-ms-error-code").or_else(|| inside("Code"))?;
    let message = inside("Message").unwrap_or_default();
    // What follows the first line are the id of the request and the time.
    let message = message.lines().next().unwrap_or_default().to_owned();
    let request_id = header("x-ms-request-id").unwrap_or_default();
    Some(Said { code, message, request_id })
}

/// What helps against an error, by its code.
const ADVICE: &[(&str, &str)] = &[
    (
        "AuthorizationPermissionMismatch",
        "whoever signed in may not read the data: ask an owner of the storage account for the role Storage \
         Blob Data Reader on it or on the container (Owner, Contributor and Reader are not enough; a new \
         role works after up to ten minutes). A shared access signature needs the permissions r and l",
    ),
    (
        "AuthorizationFailure",
        "the account's firewall does not let this machine in (Networking of the storage account), or a \
         shared access signature does not allow it: it needs the permissions r and l",
    ),
    ("InsufficientAccountPermissions", "the account is shut off from reading; ask its owner"),
    (
        "AuthenticationFailed",
        "the account key is another one by now or of another account, the shared access signature has \
         ended or was cut, or this machine's clock is wrong: copy the key or the signature again",
    ),
    (
        "KeyBasedAuthenticationNotPermitted",
        "the account accepts no account keys: unset AZURE_STORAGE_KEY and \
         AZURE_STORAGE_CONNECTION_STRING, and sign in with the role Storage Blob Data Reader",
    ),
    (
        "InvalidAuthenticationInfo",
        "the access token is not one for this account: name its tenant (--tenant), and the cloud it is in \
         (--cloud)",
    ),
    ("NoAuthenticationInformation", "sign in, or set AZURE_STORAGE_SAS_TOKEN"),
    ("PublicAccessNotPermitted", "sign in, or set AZURE_STORAGE_SAS_TOKEN"),
    (
        "AuthorizationResourceTypeMismatch",
        "the shared access signature is for other things: it needs the resource types c and o (srt=co)",
    ),
    (
        "AuthorizationServiceMismatch",
        "the shared access signature is for another service: it needs blobs (ss=b)",
    ),
    (
        "AuthorizationSourceIPMismatch",
        "the shared access signature is for other IP addresses (sip)",
    ),
    ("AuthorizationProtocolMismatch", "the shared access signature is for https only (spr)"),
    (
        "AccountIsDisabled",
        "the storage account is disabled, as when a subscription has ended; ask its owner",
    ),
    ("ContainerBeingDeleted", "the container is being deleted"),
    ("ContainerDisabled", "the container is disabled; ask the owner of the storage account"),
    (
        "BlobArchived",
        "the blob is in the archive tier, where nothing can be read: move it to the hot or cool tier \
         (rehydrate it, which takes hours), then open it again",
    ),
    (
        "BlobBeingRehydrated",
        "the blob is on its way out of the archive tier, which takes hours; open it again later",
    ),
    (
        "BlobUsesCustomerSpecifiedEncryption",
        "the blob is encrypted with a key that its writer sends along; entrail cannot read it",
    ),
];

/// Why a request was in vain, with the way out where there is one.
pub fn explained(failure: &Unanswered, address: &Address) -> String {
    let words = failure.words(STORAGE.name);
    match failure {
        Unanswered::Refused(refused) | Unanswered::Unauthorized(refused) => {
            match advice(refused, address) {
                Some(advice) => format!("{words}; {advice}"),
                None => words,
            }
        }
        Unanswered::Unreachable(_) => {
            let host = address.endpoint.host_str().unwrap_or_default();
            format!("{words}; if {} is not reached at all, check the account's name", clean(host))
        }
        _ => words,
    }
}

fn advice(refused: &Refused, address: &Address) -> Option<String> {
    if refused.code == "ContainerNotFound" {
        let container = address.container.as_deref().unwrap_or_default();
        return Some(format!(
            "the account {} has no container {}: no diagnostic setting of Entra streams that category to \
             it, or none has yet (the first blob takes up to an hour); `entrail storage {} --list` shows \
             those that are there",
            address.account,
            clean(container),
            address.account,
        ));
    }
    let known = ADVICE.iter().find(|(code, _)| *code == refused.code);
    known.map(|(_, advice)| (*advice).to_owned())
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;
    use crate::sign_in::Cloud;

    fn told(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, HeaderValue::from_static(value));
        }
        let refused = Box::new(STORAGE.refused(status, &map, body.as_bytes()));
        let address = Address::parse("contosologs/insights-logs-auditlogs", &Cloud::default());
        explained(&Unanswered::Refused(refused), &address.expect("an address"))
    }

    #[test]
    fn an_error_is_told_with_the_way_out() {
        let body = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>AuthorizationPermissionMismatch</Code>\
                    <Message>This request is not authorized.\nRequestId:6f0c\nTime:2026</Message></Error>";
        let told_of = told(403, &[("x-ms-request-id", "6f0c")], body);
        assert!(told_of.starts_with("403 AuthorizationPermissionMismatch: This request is not authorized. (request 6f0c); whoever"), "{told_of}");
        assert!(told_of.contains("Storage Blob Data Reader"), "{told_of}");
        let missing = told(404, &[("x-ms-error-code", "ContainerNotFound")], "");
        assert!(missing.contains("has no container insights-logs-auditlogs"), "{missing}");
        let page = told(403, &[], "<!DOCTYPE html><title>Blocked</title>");
        assert!(page.contains("a gateway or proxy answered in Azure Storage's place"), "{page}");
    }

    #[test]
    fn advice_is_of_codes_that_differ() {
        for (at, (code, advice)) in ADVICE.iter().enumerate() {
            assert!(ADVICE[..at].iter().all(|(other, _)| other != code), "{code}");
            assert!(!advice.ends_with('.') && !advice.is_empty(), "{code}");
        }
    }
}
