//! What is particular about Microsoft Graph: its limit of requests, its errors, whom its tokens are for.
//! Never asks it.
//!
//! Sources: Microsoft Graph, "Microsoft Graph service-specific throttling limits", identity and access
//! reports: 5 requests in 10 seconds for one application in one tenant; "Error responses and resource
//! types" (`error.code`, `error.message`, `innerError.request-id`).

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde::Deserialize;

use crate::http::api::{Api, nowhere, passing};
use crate::http::asker::Waiting;
use crate::http::limiter::Limit;
use crate::http::refused::{Refused, Said};
use crate::sign_in::{Audience, Cloud};

/// Microsoft Graph.
pub static GRAPH: Api = Api {
    name: "Graph",
    limit: Limit { requests: 5, window: Duration::from_secs(10) },
    // Without it, values newer than an API's version come as `unknownFutureValue`.
    headers: &[("prefer", "include-unknown-enum-members")],
    at_once: usize::MAX,
    // A page of a thousand records has a few million.
    most_bytes: 256 << 20,
    begins_within: Duration::from_secs(90),
    // Graph ends one after less.
    ends_within: Duration::from_mins(5),
    passing,
    said,
    // The check of licences errs.
    is_doubtful: is_unlicensed,
    leads: nowhere,
};

/// "Microsoft Graph Command Line Tools", a public client every tenant knows unless it was blocked.
pub const DEFAULT_CLIENT: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
/// Microsoft Graph's id as an application, the same in every tenant and cloud.
pub const APPLICATION: &str = "00000003-0000-0000-c000-000000000000";

/// Graph in a cloud, as tokens with these permissions are asked for.
pub fn audience(cloud: &Cloud, permissions: Vec<String>) -> Audience {
    Audience {
        name: "Microsoft Graph",
        resource: cloud.graph().to_owned(),
        ids: &[APPLICATION],
        permissions,
        client: DEFAULT_CLIENT,
    }
}

/// The code of a tenant without the licence for a log. It also comes by chance where there is one.
const NO_LICENCE: &str = "Authentication_RequestFromNonPremiumTenantOrB2CTenant";

/// Does it say that the tenant has no licence for the log?
pub fn is_unlicensed(refused: &Refused) -> bool {
    refused.status == 403 && refused.code == NO_LICENCE
}

/// What is shown of a wait.
pub fn waiting_for(waiting: Waiting) -> &'static str {
    match waiting {
        Waiting::Turn => "its turn: Graph allows 5 requests in 10 seconds",
        Waiting::TooMany => "Graph: too many requests (429)",
        Waiting::Failing => "Graph: it failed to answer (5xx)",
        Waiting::Late => "Graph: it did not answer in time",
        Waiting::Network => "the network",
        Waiting::Broken => "another try: the answer was broken",
        Waiting::Token => "another try: the token was refused",
        Waiting::Elsewhere => "another try: something else answered in Graph's place",
        Waiting::Again => "another try",
    }
}

#[derive(Deserialize)]
struct ErrorBody {
    error: Details,
}

#[derive(Deserialize)]
struct Details {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
    #[serde(default, rename = "innerError", alias = "innererror")]
    inner: Inner,
}

#[derive(Deserialize, Default)]
struct Inner {
    #[serde(default, rename = "request-id")]
    request_id: String,
}

fn said(_: &HeaderMap, body: &[u8]) -> Option<Said> {
    let ErrorBody { error } = serde_json::from_slice(body).ok()?;
    let Details { code, message, inner: Inner { request_id } } = error;
    Some(Said { code, message, request_id })
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderValue, WWW_AUTHENTICATE};

    use super::*;

    fn refused(status: u16, body: &[u8], challenge: &str) -> Refused {
        let mut headers = HeaderMap::new();
        if !challenge.is_empty() {
            let challenge = HeaderValue::from_str(challenge).expect("a header");
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        GRAPH.refused(status, &headers, body)
    }

    #[test]
    fn graphs_own_words_and_the_request_are_kept() {
        let body = br#"{"error":{"code":"Authorization_RequestDenied","message":"Insufficient \u001b[2J privileges","innerError":{"date":"2026-05-01T00:00:00","request-id":"6f0c","client-request-id":"1"}}}"#;
        let refused = self::refused(403, body, "");
        assert_eq!(
            refused.to_string(),
            "403 Authorization_RequestDenied: Insufficient ␛[2J privileges (request 6f0c)"
        );
        assert!(!refused.is_doubtful);
    }

    #[test]
    fn a_refusal_that_repeats_the_request_has_no_secret_in_it() {
        let token = "EwBgA8l6BAAUkj1NuJYtTVha-Mogk_HEiPbQ";
        let _held = crate::secret::Secret::new(token);
        let percent = token.bytes().fold(String::new(), |out, byte| out + &format!("%{byte:02x}"));
        for said in [token, &percent, &token[4..20], &crate::text::hex(token.as_bytes())] {
            let json = format!(
                "{{\"error\":{{\"code\":\"{said}\",\"message\":\"you sent Authorization: Bearer {said}\",\
                 \"innerError\":{{\"request-id\":\"{said}\"}}}}}}"
            );
            let page = format!("<html><title>Blocked: {said}</title>");
            let text = format!("Blocked: {said}");
            for body in [json, page, text] {
                let refused = self::refused(403, body.as_bytes(), "");
                let told = format!("{refused} {refused:?}");
                assert!(!told.contains(said) && told.contains("[secret]"), "{told}");
            }
        }
    }

    #[test]
    fn a_page_of_a_gateway_is_told_from_graph() {
        let body = b"<!DOCTYPE html><html><head><TITLE>403 Forbidden by proxy</TITLE></head>";
        let refused = self::refused(403, body, "");
        assert!(refused.is_html && refused.is_doubtful);
        let text = refused.to_string();
        assert!(text.starts_with("403: 403 Forbidden by proxy; this is a page of HTML"), "{text}");
    }

    #[test]
    fn a_missing_licence_is_doubted_and_a_challenge_is_explained() {
        let body = format!("{{\"error\":{{\"code\":\"{NO_LICENCE}\",\"message\":\"x\"}}}}");
        assert!(refused(403, body.as_bytes(), "").is_doubtful);
        let challenge = "Bearer error=\"insufficient_claims\", claims=\"e30=\"";
        let text = refused(401, b"", challenge).to_string();
        assert!(text.contains("sign in again") && !text.contains("e30="), "{text}");
    }

    #[test]
    fn what_a_challenge_asks_for_is_kept_unless_it_is_absurd() {
        let asked = |challenge: &str| refused(401, b"", challenge).challenge;
        let whole = r#"Bearer realm="", authorization_uri="https://login.example/", error="insufficient_claims", claims="eyJhIjoxfQ==""#;
        assert_eq!(asked(whole).as_deref(), Some("eyJhIjoxfQ=="));
        let other = r#"Bearer Claims="e30",error="insufficient_claims""#;
        assert_eq!(asked(other).as_deref(), Some("e30"));
        assert_eq!(asked(r#"Bearer error="invalid_token", claims="e30=""#), None);
        for odd in [
            r#"Bearer error="insufficient_claims""#.to_owned(),
            r#"Bearer error="insufficient_claims", claims="""#.to_owned(),
            r#"Bearer error="insufficient_claims", noclaims="e30=""#.to_owned(),
            r#"Bearer error="insufficient_claims", claims="e30=;"#.to_owned(),
            format!(r#"Bearer error="insufficient_claims", claims="{}""#, "e".repeat(1 << 15)),
        ] {
            assert_eq!(asked(&odd).as_deref(), Some(""), "{odd:.80}");
        }
    }

    #[test]
    fn a_token_for_graph_is_one_of_the_same_cloud() {
        let global = audience(&Cloud::Global, Vec::new());
        let china = audience(&Cloud::China, Vec::new());
        assert!(global.is("https://graph.microsoft.com/") && china.is(APPLICATION));
        assert!(!china.is("https://graph.microsoft.com"));
        assert!(!global.is("https://management.azure.com/"));
    }
}
